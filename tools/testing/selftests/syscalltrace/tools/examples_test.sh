#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# The two examples of tools/syscalltrace, deny.sh and count, do what they say. They are
# in $EXAMPLES, by default beside this script.

examples=${EXAMPLES:-$(dirname "$0")}
count=0
failed=0
pids=

# $1: name, $2: 0 if it passed
result()
{
	count=$((count + 1))
	if [ "$2" = 0 ]; then
		echo "ok $count $1"
	else
		echo "not ok $count $1"
		failed=1
	fi
}

# $1: name, $2: what should be there, $3: what is there
same()
{
	[ "$2" = "$3" ]
	ok=$?
	result "$1" "$ok"
	[ "$ok" = 0 ] || echo "# not '$2' but '$3'"
}

# How often the command made a call. $1: the call
counted()
{
	awk -v name="$1" '$2 == name { print $1 }' "$dir/counted"
}

# Count all calls of a command. $@: the command
run_count()
{
	"$examples/count" "$@" > "$dir/out" 2> "$dir/counted"
	status=$?
}

# $1: a word for the program to write
say()
{
	echo "$1" >&4
}

echo "TAP version 13"
if ! grep -q . /proc/sys/kernel/syscall_trace 2>/dev/null; then
	echo "1..0 # SKIP no CONFIG_PROC_SYSCALL_TRACE"
	exit 4
fi
echo "1..14"

dir=$(mktemp -d /tmp/examples.XXXXXX)
trap 'kill $pids 2>/dev/null; rm -rf "$dir"' EXIT

# shellcheck disable=SC2016 # it is for the other shell
run_count sh -c 'kill -0 $$; kill -0 $$; kill -0 $$; exit 7'
same "count: exit status of the command" 7 "$status"
same "count: calls of the command" 3 "$(counted kill)"
same "count: from execve on" 1 "$(counted execve)"
same "count: to the last" 1 "$(counted exit_group)"
run_count sh -c '/bin/cat /etc/passwd; /bin/cat /etc/passwd; true'
same "count: what the command starts" 3 "$(counted execve)"
same "count: and their ends" 3 "$(counted exit_group)"
cat /etc/passwd /etc/passwd > "$dir/expected"
cmp -s "$dir/expected" "$dir/out"
result "count: output of the command" $?
run_count "$dir/none"
same "count: no such command" "125 count: $dir/none: no such program: check its name and PATH" \
	"$status $(cat "$dir/counted")"
run_count
same "count: no command" "125 count: which command?" "$status $(cat "$dir/counted")"

# A program that writes each word it reads.
mkfifo "$dir/words" "$dir/written" "$dir/said"
sh -c 'while read -r word; do echo "$word"; done' < "$dir/words" > "$dir/written" 2> "$dir/err" &
pid=$!
pids=$pid
exec 4> "$dir/words" 5< "$dir/written"
say one
read -r word <&5
same "deny: the program writes" one "$word"

"$examples/deny.sh" "$pid" > "$dir/said" &
denier=$!
pids="$pids $denier"
exec 6< "$dir/said"
read -r line <&6
same "deny: says what it does" "process $pid: denying write" "$line"
say two
read -r line <&6
same "deny: says what it denies" 'write 1, "two\n", 4' "$line"
# What the shell would say about that is denied, too.
read -r line <&6
case $line in
'write 2, "'*'No space left on device\n", '*)
	result "deny: the program is told why" 0
	;;
*)
	result "deny: the program is told why" 1
	echo "# $line"
	;;
esac
kill $denier
wait $denier 2>/dev/null
say three
read -r word <&5
same "deny: the program goes on" three "$word"
exec 4>&- 5<&- 6<&-
exit $failed
