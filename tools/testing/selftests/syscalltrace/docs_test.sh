#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# The examples in the documents: type what they say, and compare what comes with what
# they say comes.
#
# Usage: docs_test.sh [DIRECTORY], which has them; else the kernel's Documentation

docs=${1:-$(dirname "$0")/../../../../Documentation}
user_doc=$docs/userspace-api/syscall_trace.rst
admin_doc=$docs/admin-guide/syscall_trace.rst
dir=$(mktemp -d /tmp/syscalltrace.XXXXXX)
groups=
chmod 755 "$dir"
trap 'end_all; rm -rf "$dir"' EXIT
trap 'exit 1' TERM
failed=0

# Each example is a process group of its own.
end_all()
{
	for group in $groups; do
		kill -KILL -- "-$group" 2>/dev/null
	done
}

# One file for each block that begins with a prompt: its name, which is what stands
# before it, and then its lines. $1: document, $2: where to
split()
{
	awk -v dir="$2" '
		/^\t[#$] / && !file { file = sprintf("%s/%02d", dir, ++n); print name > file }
		/^\t/ { if (file) print substr($0, 2) > file; next }
		{ file = "" }
		/::$/ { name = tolower($0); gsub(/[^a-z0-9]+/, "_", name); sub(/_$/, "", name) }
	' "$1"
}

# Numbers of threads, addresses and times differ. Lines that are the same then are one:
# other programs may be traced, too.
alike()
{
	sed 's/0x[0-9a-f]\{6,\}/ADDRESS/g; s/[0-9]*\.[0-9]\{9\}/SECONDS/g; s/[0-9]\{4,\}/N/g' |
		uniq
}

# A shell that types the lines of a file. Whoever it starts has nothing of that file.
cat > "$dir/type" <<'END'
cd "$1.dir" || exit
exec > "$1.have" 2>&1 9< "$1.type"
while read -r line <&9; do
	printf '%s %s\n' "$2" "$line"
	eval "$line"
done
END

# Begin with an example, and leave it to itself. $1: its file
start()
{
	mkdir "$1.dir"
	sed -n 's/^[#$] //p' "$1" > "$1.type"
	sed 1d "$1" | alike > "$1.want"
	: > "$1.have"
	if sed -n 2p "$1" | grep -q '^[$]'; then
		chown "$user" "$1.dir" "$1.have"
		setsid su -s /bin/sh "$user" -c "sh $dir/type $1 '\$'" &
	else
		setsid sh "$dir/type" "$1" '#' &
	fi
	groups="$groups $!"
	echo $! > "$1.pid"
}

# $1: its file
finish()
{
	read -r name < "$1"
	count=$((count + 1))
	group=$(cat "$1.pid")
	wait "$group"
	kill -KILL -- "-$group" 2>/dev/null
	alike < "$1.have" > "$1.got"
	if cmp -s "$1.want" "$1.got"; then
		echo "ok $count $name"
	else
		echo "not ok $count $name"
		failed=1
		sed 's/^/# expected: /' "$1.want"
		sed 's/^/# came:     /' "$1.have"
	fi
}

if ! grep -q . /proc/sys/kernel/syscall_trace 2>/dev/null; then
	echo "1..0 # SKIP no CONFIG_PROC_SYSCALL_TRACE"
	exit 4
fi
if [ ! -e "$user_doc" ] || [ ! -e "$admin_doc" ]; then
	echo "1..0 # SKIP no documents in $docs"
	exit 4
fi
user=$(awk -F: '$3 >= 1000 { print $1; exit }' /etc/passwd)
if [ "$(id -u)" != 0 ] || [ -z "$user" ]; then
	echo "1..0 # SKIP needs root, and somebody else"
	exit 4
fi

# So that numbers of threads look like those in the document.
while [ "${last:-0}" -lt 1000 ]; do
	: &
	last=$!
done
wait

# What hangs comes to its end all the same.
(
	sleep 90 &
	trap 'kill $!; exit' TERM
	wait
	kill -TERM $$
) &
watcher=$!

mkdir -m 755 "$dir/user" "$dir/admin"
split "$user_doc" "$dir/user"
split "$admin_doc" "$dir/admin"
count=0
echo "TAP version 13"
echo "1..$(find "$dir" -name '[0-9][0-9]' | wc -l)"
for example in "$dir"/user/[0-9][0-9]; do
	start "$example"
done
for example in "$dir"/user/[0-9][0-9]; do
	finish "$example"
done
# These look at all of the system.
for example in "$dir"/admin/[0-9][0-9]; do
	start "$example"
	finish "$example"
done
kill "$watcher" 2>/dev/null

[ "$count" -gt 0 ] && [ $failed = 0 ]
