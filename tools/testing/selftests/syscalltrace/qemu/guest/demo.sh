#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The demonstration: shows each command as it is typed, and what it gives; ends
# with status 0 only if each gave what it should.

dir=$(mktemp -d /tmp/demo.XXXXXX)
cd "$dir" || exit 1
failed=0

bold= red= plain=
if [ -t 1 ]; then
	bold=$(printf '\033[1m')
	red=$(printf '\033[31m')
	plain=$(printf '\033[0m')
fi

say()
{
	printf '\n%s\n' "$bold$*$plain"
}

# Show a command, run it in this shell, and compare what it prints with a
# pattern of grep. $1: command, $2: pattern, or - if there is nothing to print
type()
{
	printf '# %s\n' "$1"
	eval "$1" > "$dir/printed" 2>&1
	status=$?
	cat "$dir/printed"
	if [ "$2" = - ]; then
		[ $status = 0 ] && [ ! -s "$dir/printed" ] && return
	else
		grep -q -- "$2" "$dir/printed" && return
	fi
	printf '%s\n' "${red}expected: $2$plain"
	failed=1
}

say "A program that writes a line when it is told to:"
mkfifo go
cat > program <<'END'
while read -r line < go; do
	echo "this is $line"
done
END
type 'sh program > out 2>&1 & f=/proc/$!/syscall' -
p=$!
type 'cat $f | cut -d" " -f1' '^[0-9r]'

say "See its next write, and let it run:"
type 'echo trace write > $f' -
type 'echo data > go & cat $f' '^write 1, "this is data.n", 13$'
printf '# echo step > $f\n'
echo step > $f || failed=1
type 'cat $f' '^ok 13$'

say "The program shall see that this failed:"
type 'echo fail EIO > $f' -
type 'cat $f' '^write 2, "sh: write error: Input/output error.n", 36$'
type 'echo skip-ok 36 > $f' -

say "Change a call: to descriptor 2, and without its last byte:"
type 'echo more > go & cat $f' '^write 1, "this is more.n", 13$'
type "echo 'write 2, _, 12' > \$f" -
type 'echo step > $f; cat $f' '^ok 12$'
type 'echo ok 13 > $f' -

say "Refuse one, as if the disk were full:"
type 'echo words > go & cat $f' '^write 1, "this is words.n", 14$'
type 'echo skip-fail ENOSPC > $f; cat $f' 'No space left on device'
type 'echo cont > $f' -

say "A mistake, and what was wrong with it:"
type 'echo error > $f; cat $f' '^error 0, "no error"$'
type 'echo skip-fial EIO > $f' 'Function not implemented'
type 'echo error > $f; cat $f' '^error 1, "no such verb or call"$'

say "Leave; the program runs on:"
type 'echo detach > $f' -
type 'echo goodbye > go; cat $f | cut -d" " -f1' '^[0-9r]'
until grep -q goodbye out; do :; done
type 'cat out' 'this is more'
kill $p
wait $p 2>/dev/null
[ $failed = 0 ] && say "Every command gave what it should."
cd / && rm -rf "$dir"
exit $failed
