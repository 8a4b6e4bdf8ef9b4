#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# What a person with cat and echo can do with /proc/<pid>/syscall.

dir=$(mktemp -d /tmp/syscalltrace.XXXXXX)
trap 'kill $pids 2>/dev/null; rm -rf "$dir"' EXIT
pids=
gates=0
count=0
failed=0

# $1: name, $2: 0 if it passed
result()
{
	count=$((count + 1))
	if [ "$2" = 0 ]; then
		echo "ok $count $1"
	else
		echo "not ok $count $1"
		failed=$((failed + 1))
	fi
}

# Start a program that waits at a gate until go(). Its process is $p, its
# control file $f. $1: where its output goes, rest: the program
hold()
{
	out=$1
	shift
	gates=$((gates + 1))
	gate=$dir/gate$gates
	mkfifo "$gate"
	sh -c 'read -r go < "$0"; exec "$@"' "$gate" "$@" > "$out" 2>&1 &
	p=$!
	pids="$pids $p"
	f=/proc/$p/syscall
}

# In the background: the program may be stopped before it opens the gate.
go()
{
	(echo go > "$gate") &
}

# Read every stop and let it go on, until the program ends.
carry()
{
	while cat "$f"; do
		echo cont > "$f"
	done > "$dir/records" 2>/dev/null
}

echo "TAP version 13"
echo "1..9"

if ! grep -q . /proc/sys/kernel/syscall_trace 2>/dev/null; then
	echo "1..0 # SKIP no CONFIG_PROC_SYSCALL_TRACE"
	exit 4
fi

# A whole program, call by call, in the shell.
find / -xdev > "$dir/want" 2>&1
hold "$dir/have" find / -xdev
echo trace > "$f"
go
carry
wait "$p"
status=$?
cmp -s "$dir/want" "$dir/have" && [ $status = 0 ]
result "find_under_cat_and_echo" $?
seen=0
for call in 'newfstatat -100, "/bin", 0x' 'getdents64 [0-9]*, 0x' 'write 1, "/'; do
	grep -q "^$call" "$dir/records" || { echo "# no $call"; seen=1; }
done
result "find_shows_its_calls" $seen
echo "# $(wc -l < "$dir/records") calls"
[ $seen = 0 ] || cut -c -120 "$dir/records" | sed 's/^/# /'

# A client and a server.
head -c 100000 /bin/busybox > "$dir/file"
hold "$dir/httpd" httpd -f -p 127.0.0.1:8080 -h "$dir"
server=$p
echo trace > "$f"
go
(carry) &
carrier=$!
p= f=
hold "$dir/wget" sh -c 'until wget -q -O "$0/copy" http://127.0.0.1:8080/file; do :; done' "$dir"
echo trace > "$f"
go
carry
wait "$p"
cmp -s "$dir/file" "$dir/copy"
result "wget_and_httpd_under_cat_and_echo" $?
kill "$server"
wait "$carrier"

# A fault that only the program sees.
hold "$dir/out" sh -c 'echo some words > "$0/full"; cat "$0/full"' "$dir"
echo "trace write" > "$f"
go
[ "$(cat "$f")" = 'write 1, "some words\n", 11' ]
result "write_is_shown" $?
echo "skip-fail ENOSPC" > "$f"
echo detach > "$f"
wait "$p"
grep -q 'No space left on device' "$dir/out" && [ ! -s "$dir/full" ]
result "injected_fault_is_printed" $?

# One descriptor, as a tracer of one's own.
hold "$dir/out" sh -c 'echo one; echo two; echo three'
exec 3<> "$f"
echo "trace write" >&3
go
read -r one <&3
echo "skip-ok 4" >&3
read -r two <&3
echo cont >&3
read -r three <&3
exec 3>&-
wait "$p"
[ "$one,$two,$three" = 'write 1, "one\n", 4,write 1, "two\n", 4,write 1, "three\n", 6' ] &&
	[ "$(cat "$dir/out")" = "two
three" ]
result "descriptor_in_the_shell" $?

# strace on a traced process sees the program's own view.
if command -v strace > /dev/null; then
	hold "$dir/out" sh -c 'mkdir "$0/a"; mkdir "$0/b"; exec mkdir "$0/c" "$0/d"' "$dir"
	strace -f -o "$dir/strace" -p "$p" 2> "$dir/attached" &
	tracer=$!
	pids="$pids $tracer"
	until grep -q attached "$dir/attached"; do :; done
	echo "trace mkdir" > "$f"
	go
	c=$(cat "$f")
	echo "skip-ok 0" > "$f"
	d=$(cat "$f")
	echo step > "$f"
	r=$(cat "$f")
	echo "fail EPERM" > "$f"
	wait "$p"
	wait "$tracer"
	[ "$c" = "mkdir \"$dir/c\", 0777" ] && [ "$d" = "mkdir \"$dir/d\", 0777" ] &&
		[ "$r" = "ok 0" ] && [ ! -d "$dir/c" ] && [ -d "$dir/d" ]
	result "traced_under_strace" $?
	grep -q "mkdir(\"$dir/c\", 0777) *= 0" "$dir/strace" &&
		grep -q "mkdir(\"$dir/d\", 0777) *= -1 EPERM" "$dir/strace"
	result "strace_sees_what_the_program_sees" $?
else
	echo "ok 7 traced_under_strace # SKIP no strace"
	echo "ok 8 strace_sees_what_the_program_sees # SKIP no strace"
	count=8
fi

# Mistakes are told, and can be asked about.
hold "$dir/out" echo hello
echo "trace write" > "$f"
go
cat "$f" > /dev/null
! echo "skip-fail EIOU" 2> /dev/null > "$f"
echo error > "$f"
[ "$(cat "$f")" = 'error 11, "no such error name"' ]
result "error_is_explained" $?
echo cont > "$f"

[ $failed = 0 ]
