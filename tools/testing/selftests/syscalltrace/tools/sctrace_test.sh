#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Tests of sctrace: each option, by what the user sees. Prints TAP.
#
# SCTRACE is the program, CALLS what sctrace_calls.c makes.

: "${SCTRACE:=/tests/sctrace}"
: "${CALLS:=/tests/sctrace_calls}"
dir=/tmp/sctrace_test.$$
mkdir -p "$dir"
cd "$dir" || exit 1
trap 'rm -rf "$dir"' EXIT
echo "root line" > text
n=0
bad=0

# $1: what; then a command that succeeds if it is so
check()
{
	what=$1
	shift
	n=$((n + 1))
	if "$@" > why 2>&1; then
		echo "ok $n $what"
	else
		bad=$((bad + 1))
		echo "not ok $n $what"
		sed 's/^/# /' why out err 2>/dev/null | head -30
	fi
}

skip()
{
	n=$((n + 1))
	echo "ok $n $1 # SKIP $2"
}

# Runs sctrace with these arguments: leaves out (its lines), err and status.
trace()
{
	rm -f out
	timeout 20 "$SCTRACE" -o out "$@" > stdout 2> err < /dev/null
	status=$?
}

has()
{
	grep -qE -- "$1" out
}

hasnt()
{
	! grep -qE -- "$1" out
}

is()
{
	[ "$1" = "$2" ] || { echo "'$1' is not '$2'"; false; }
}

lines()
{
	is "$(grep -cE -- "$1" out)" "$2"
}

err_has()
{
	grep -qE -- "$1" err
}

# Of two numbers the first is at least the second.
least()
{
	[ "$1" -ge "$2" ] || { echo "$1 is less than $2"; false; }
}

# ------------------------------ lines and status ------------------------------

lines_and_status()
{
	trace cat text
	check "execve is the first line" sh -c 'sed -n 1p out | grep -qE "^execve\(\"/[^\"]*cat\", \[\"cat\", \"text\"\], 0x[0-9a-f]+ /\* [0-9]+ vars \*/\) = 0$"'
	check "flags are symbolic" has '^openat\(AT_FDCWD, "text", O_RDONLY'
	check "results stand in column 40" has '^close\(3\)                                = 0$'
	check "exit_group has no result" has '^exit_group\(0\) +=.\?$'
	check "the end is told" has '^\+\+\+ exited with 0 \+\+\+$'
	check "the command's output is its own" is "$(cat stdout)" "root line"
	check "the exit status is the command's: 0" is $status 0
	trace sh -c 'exit 7'
	check "the exit status is the command's: 7" is $status 7
	# shellcheck disable=SC2016 # for the inner shell
	trace sh -c 'kill -TERM $$'
	check "killed as the command is" is $status 143
	check "the signal is told" has '^--- SIGTERM \{si_signo=SIGTERM, si_code=SI_USER, si_pid=[0-9]+, si_uid=0\} ---$'
	check "and that it has killed" has '^\+\+\+ killed by SIGTERM \+\+\+$'
	trace cat nothing
	check "errors have names and sentences" has 'O_RDONLY[A-Z_|]*\) += -1 ENOENT \(No such file or directory\)$'
	trace "$CALLS" vector
	check "vectors are followed, with lengths" has '^writev\(3, \[\{iov_base="words", iov_len=5\}, \{iov_base="x{32}"\.\.\., iov_len=100\}\], 2\) = 105$'
	trace "$CALLS" signal
	check "handled signals are shown" has '^--- SIGUSR1 '
	check "rt_sigreturn shows the mask" has '^rt_sigreturn\(\{mask=\[[^]]*\]\}\) += 0$'
	trace "$CALLS" i386
	check "calls by int 0x80 are shown" has '^getpid\(\) +='
	trace ls -d "$dir"
	check "stat structs are decoded" has 'st_mode=S_IFDIR\|0[0-7]+, st_size=[0-9]+, \.\.\.\}'
	trace -e execve nothing-by-this-name
	check "no such program: 1" is $status 1
	check "and says so in a line" err_has '^sctrace: .*nothing-by-this-name'
}

# ----------------------------------- filters ----------------------------------

filters()
{
	trace -e trace=openat cat text
	check "-e trace=NAME" hasnt '^(read|mmap|close|execve)\('
	check "-e trace=NAME shows it" has '^openat\('
	trace -e openat,close cat text
	check "-e LIST" has '^close\('
	trace -e 'trace=!openat,close' cat text
	check "-e trace=!LIST" hasnt '^(openat|close)\('
	check "-e trace=!LIST shows others" has '^execve\('
	trace -e trace=%file cat text
	check "-e trace=%file" has '^openat\('
	check "-e trace=%file: no others" hasnt '^(close|brk|exit_group)\('
	trace -e trace=%process,%memory true
	check "two classes" has '^(brk|mprotect)\('
	trace -e 'trace=/^open' cat text
	check "-e trace=/REGEX" has '^openat\('
	check "-e trace=/REGEX: no others" hasnt '^close\('
	trace -e trace='?nothing,close' cat text
	check "a name with ?" has '^close\('
	trace -e nothing true
	check "no such call" err_has "invalid system call 'nothing'"
	trace -e trace=none sh -c 'exit 3'
	check "-e trace=none" hasnt '\('
	check "-e trace=none: status" is $status 3
	trace -z cat text nothing
	check "-z" hasnt ' = -1 '
	trace -Z cat text nothing
	check "-Z" hasnt ' = 0$'
	check "-Z shows failures" has 'ENOENT'
	trace -e status=failed cat text nothing
	check "-e status=failed" has 'ENOENT'
	trace -P text -P "$dir/text" cat text
	check "-P shows calls with the path" has '^openat\(AT_FDCWD, "text"'
	check "-P shows its descriptor" has '^close\(3\)'
	check "-P shows no others" hasnt '^(brk|mmap|execve)\('
	trace -e trace=none -e signal=USR2 "$CALLS" signal
	check "-e signal=" hasnt 'SIGUSR1'
	trace -e trace=none -e 'signal=!USR2' "$CALLS" signal
	check "-e signal=!" has 'SIGUSR1'
}

# ------------------------------------ looks -----------------------------------

looks()
{
	trace -s 4 -e write echo abcdefgh
	check "-s" has '^write\(1, "abcd"\.\.\., 9\)'
	trace -v -e newfstatat,stat,fstat,lstat ls -l text
	check "-v" has 'st_ino=[0-9]+, st_mode=.*st_mtime=[0-9]+ /\* [0-9-]+T'
	trace -t -e close cat text
	check "-t" has '^[0-9]{2}:[0-9]{2}:[0-9]{2} close\('
	trace -tt -e close cat text
	check "-tt" has '^[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6} close\('
	trace -ttt -e close cat text
	check "-ttt" has '^[0-9]{9,}\.[0-9]{6} close\('
	trace -r -e close,openat cat text
	check "-r" has '^ {5}[0-9]\.[0-9]{6} close\('
	trace -T -e close cat text
	check "-T" has ' = 0 <[0-9]+\.[0-9]{6}>$'
	trace -y -e openat,close cat text
	check "-y" has "^close\(3<$dir/text>\)"
	check "-y: results" has "^openat\(AT_FDCWD<$dir>, \"text\".* = 3<$dir/text>"
	trace -yy -e openat,close cat /dev/null
	check "-yy" has '^close\(3</dev/null<char 1:3>>\)'
	trace -X raw -e openat cat text
	check "-X raw" has '^openat\(-100, "text", 0'
	trace -X verbose -e openat cat text
	check "-X verbose" has '^openat\(-100 /\* AT_FDCWD \*/, "text", 0 /\* O_RDONLY'
	trace -x -e write printf 'a\001'
	check "-x" has '"\\x61\\x01"'
	trace -x -e write echo words
	check "-x leaves ASCII" has '"words\\n"'
	trace -xx -e write echo a
	check "-xx" has '"\\x61\\x0a"'
	trace -n -e close cat text
	check "-n" has '^\[ {3}3\] close\('
	trace -a 20 -e close cat text
	check "-a" has '^close\(3\)            = 0$'
	trace -q true
	check "-q keeps the end" has '^\+\+\+ exited'
	trace -qq true
	check "-qq" hasnt '\+\+\+'
	trace -e raw=openat -e openat cat text
	check "-e raw=" has '^openat\(0xffffff9c, 0x[0-9a-f]+,'
	trace -e verbose=none -e newfstatat,stat ls -l text
	check "-e verbose=" hasnt "st_mode"
	trace -Y -f -e execve sh -c 'cat text; true'
	check "-Y" has '^[0-9]+<[a-z]+> execve\('
	timeout 20 "$SCTRACE" -e write echo a > stdout 2> out
	check "without -o to standard error" has '^write\(1, "a\\n", 2\)'
	timeout 20 "$SCTRACE" -o '|sed s/write/WRITE/ > out' -e write echo a > stdout
	check "-o |COMMAND" has '^WRITE'
	echo before > out
	timeout 20 "$SCTRACE" -A -o out -e write echo a > stdout
	check "-A" has '^before$'
	trace -E NEW=value -E HOME -e none env
	check "-E" grep -q '^NEW=value$' stdout
	check "-E without a value" sh -c '! grep -q ^HOME= stdout'
	trace -u user -e none id -u
	check "-u" is "$(cat stdout)" 1000
}

# ----------------------------- processes and threads --------------------------

processes()
{
	trace -e execve sh -c 'cat text; true'
	check "without -f no children" lines '^execve\(' 1
	trace -f -e execve sh -c 'cat text; true'
	check "-f" lines '^[0-9]+ +execve\(' 2
	trace -f -e getppid "$CALLS" thread
	check "-f: threads" lines 'getppid\(\)' 1
	trace -e getppid "$CALLS" thread
	check "without -f no threads" hasnt 'getppid\(\)'
	rm -f out.*
	trace -ff sh -c 'cat text; true'
	check "-ff: a file for each" is "$(find . -name 'out.*' | wc -l | tr -d ' ')" 2
	# shellcheck disable=SC2016 # for the inner shell
	check "-ff: each has its end" sh -c 'for f in out.*; do tail -n 1 $f | grep -q "^+++ exited" || exit 1; done'
	timeout 20 "$SCTRACE" -f --live -e wait4,execve sh -c 'sleep 0.2 & wait; sleep 0.2; true' \
		> stdout 2> out
	check "--live: calls are broken off" has 'wait4\(-1,  <unfinished \.\.\.>$'
	check "--live: and go on" has '<\.\.\. wait4 resumed>\[\{WIFEXITED\(s\) && WEXITSTATUS\(s\) == 0\}\]'
	check "[pid N] with several" has '^\[pid +[0-9]+\] '
	check "Process N attached" has '^sctrace: Process [0-9]+ attached$'
	: > ready
	"$CALLS" block > ready &
	pid=$!
	until grep -q ready ready; do :; done
	"$SCTRACE" -p $pid 2> out &
	tracer=$!
	until grep -q attached out && grep -q '^read' out; do :; done
	check "-p: the call that is being made" has '^read\(3,  <unfinished \.\.\.>$'
	kill -INT $tracer
	wait $tracer
	status=$?
	check "-p: SIGINT ends us" is $status 130
	check "-p: and says so" has "Process $pid detached"
	check "-p: it lives on" kill -0 $pid
	"$SCTRACE" -o out -p $pid 2> err &
	tracer=$!
	until grep -q attached err; do :; done
	kill -KILL $pid
	wait $tracer
	check "-p: its end is told" has '^\+\+\+ killed by SIGKILL'
	trace -p 999999
	check "-p: no such process" is $status 1
}

# --------------------------------- injections ---------------------------------

injections()
{
	trace -e inject=openat:error=EACCES:when=1 -e openat cat text
	check "inject error" has ' = -1 EACCES \(Permission denied\) \(INJECTED\)$'
	trace -e inject=getppid:retval=42:when=2 -e getppid "$CALLS" getppid 3
	check "inject retval, when=2" sh -c 'grep getppid out | sed -n 2p | grep -q " = 42 (INJECTED)$"'
	check "the others are as they were" lines INJECTED 1
	trace -e inject=getppid:retval=42:when=2..6+2 -e getppid "$CALLS" getppid 9
	check "when=2..6+2" lines INJECTED 3
	trace -e inject=getppid:retval=42:when=3+ -e getppid "$CALLS" getppid 9
	check "when=3+" lines INJECTED 7
	trace -e none -e inject=openat:error=EPERM cat text
	check "inject into calls that are not shown" is $status 1
	check "which the kernel does by itself" hasnt 'openat'
	trace -e fault=openat -e openat cat text
	check "-e fault" has ' = -1 ENOSYS .*\(INJECTED\)$'
	trace -e inject=getppid:signal=TERM -e getppid "$CALLS" getppid 3
	check "inject signal" is $status 143
	trace -T -e inject=getppid:delay_enter=200ms -e getppid "$CALLS" getppid 1
	check "delay_enter" has '<0\.[2-9]'
	trace -r -e inject=getppid:delay_exit=200000:when=1 -e getppid "$CALLS" getppid 2
	check "delay_exit" has '^ +0\.[2-9][0-9]+ getppid'
	trace -e inject=write:poke_enter=@arg2=58 -e none echo abc
	check "poke_enter" is "$(cat stdout)" Xbc
	trace -e inject=read:poke_exit=@arg2=5859 -e none "$CALLS" read
	check "poke_exit" is "$(cat stdout)" XY
	trace -e inject=getppid:what=1 true
	check "an unknown injection" err_has "invalid argument 'what=1'"
	trace -e inject=getppid:error=ENOENT:when=0 true
	check "a wrong when" err_has "invalid when"
}

# -------------------------------- tables and JSON -----------------------------

tables()
{
	trace -c "$CALLS" getppid 100
	check "-c" has '^ *[0-9]+\.[0-9]{2} +[0-9]+\.[0-9]{6} +[0-9]+ +100 +getppid$'
	check "-c: total" has '^100\.00 .* total$'
	check "-c: no lines" hasnt '\('
	trace -C -e getppid "$CALLS" getppid 3
	check "-C: lines" lines '^getppid\(\)' 3
	check "-C: and a table" has ' 3 +getppid$'
	trace -c -S calls "$CALLS" getppid 100
	check "-S calls" sh -c 'sed -n 3p out | grep -q getppid'
	trace -c -U calls,name "$CALLS" getppid 100
	check "-U" has '^ +100 getppid'
	trace -c -S what true
	check "-S: no such order" is $status 1
	trace --json -f sh -c 'cat text; cat nothing; true'
	check "--json: each line is an object" sh -c '! grep -qvE "^\{\"type\":\"[a-z]+\",\"pid\":[0-9]+,\"time\":[0-9.]+.*\}$" out'
	check "--json: calls" has '"name":"openat","args":\["AT_FDCWD","\\"text\\"","O_RDONLY[A-Z_|]*"\],"return":3,'
	check "--json: errors" has '"return":-2,"error":"ENOENT"'
	check "--json: ends" has '"type":"exited","pid":[0-9]+,"time":[0-9.]+,"status":0\}'
	if command -v python3 > /dev/null; then
		check "--json: python3 reads it" python3 -S -c 'import json; [json.loads(l) for l in open("out")]'
	else
		skip "--json: python3 reads it" "no python3"
	fi
}

# ---------------------------------- together ----------------------------------

together()
{
	trace "$SCTRACE" -o inner true
	check "sctrace under sctrace" grep -q '^+++ exited with 0' inner
	: > ready
	"$CALLS" block > ready &
	pid=$!
	until grep -q ready ready; do :; done
	"$SCTRACE" -o one -p $pid 2> err1 &
	first=$!
	"$SCTRACE" -o two -p $pid 2> err2 &
	second=$!
	until grep -q attached err1 && grep -q attached err2; do :; done
	kill -KILL $pid
	wait $first $second
	check "two on one process" sh -c 'grep -q "killed by" one && grep -q "killed by" two'
	trace -f strace -f -o inner cat text
	check "strace under sctrace" grep -q '^[0-9]* *openat(AT_FDCWD, "text"' inner
	timeout 20 strace -f -o out "$SCTRACE" -o inner cat text > stdout 2> err
	check "sctrace under strace" grep -q '^openat(AT_FDCWD, "text"' inner
	rm -f out
	: > ready
	"$SCTRACE" -o out "$CALLS" block > ready &
	tracer=$!
	until grep -q ready ready; do :; done
	kill -KILL $tracer
	wait $tracer 2>/dev/null
	# shellcheck disable=SC2009 # busybox
	pid=$(ps | grep "[s]ctrace_calls block" | awk '{ print $1 }')
	check "sctrace killed: the program goes on" kill -0 "$pid"
	kill -KILL "$pid"
	mkdir small && mount -t tmpfs -o size=64k none small
	"$SCTRACE" -o small/out "$CALLS" getppid 5000 2> err
	check "disk full: an error" err_has 'No space left'
	# shellcheck disable=SC2016 # for the inner shell
	check "disk full: whole lines" sh -c '[ "$(tail -c 1 small/out | od -An -tx1 | tr -d " ")" = 0a ]'
	check "disk full: as much as fits" least "$(wc -c < small/out)" 40000
	umount small
	trace --help
	check "--help" grep -q '^Usage: sctrace' stdout
	trace -V
	check "-V" grep -q '^sctrace -- version' stdout
	trace
	check "nothing to trace" is $status 1
}

# ------------------------------ hostile programs ------------------------------

hostile()
{
	trace "$CALLS" unknown
	check "calls that nobody knows" has '^syscall_0x3e7\(0x1, 0x2, 0x3, 0x4, 0x5, 0x6\) = -1 ENOSYS'
	check "with large numbers, too" has '^syscall_0x1388\('
	trace -e 'trace=!write,brk' "$CALLS" unknown
	check "they are among all others" has '^syscall_0x3e7\('
	trace --live "$CALLS" unknown
	check "and stop" has '^syscall_0x3e7\('
	trace -c "$CALLS" unknown
	check "and are counted" has ' 1 +1 +syscall_0x3e7$'
	trace -e %file "$CALLS" unknown
	check "but are in no class" hasnt syscall_
	trace -e inject=all:error=EXDEV:when=2+ -e 'trace=!execve' "$CALLS" unknown
	check "and can be injected into" has 'EXDEV'
	trace -f -Y -e getppid "$CALLS" name
	check "names of processes are escaped" has '^[0-9]+<a\\33\[31m\\74b\\76> +getppid'
	for how in "" -f --live --json; do
		# shellcheck disable=SC2086 # may be none
		trace $how "$CALLS" futex
		check "FUTEX_UNLOCK_PI $how" has 'FUTEX_UNLOCK_PI("|\) )'
	done
	trace -s 1000000 -e mount "$CALLS" mount
	check "-s above what the kernel shows" is $status 0
	check "data of mount is cut" has '^mount\("none", "/nothing", "tmpfs", 0, "x{4096}"\.\.\.\)'
	timeout 20 "$SCTRACE" "$CALLS" sleepers 5 2> out
	check "threads that are not traced" is $? 0
	check "threads that are not traced: all of ours" lines '^getppid' 5
	check "threads that are not traced: no numbers" hasnt '\[pid'
	trace -f "$CALLS" sleepers 5
	check "threads that are: all have ended" lines '\+\+\+ exited' 6
	for how in "" --live; do
		# shellcheck disable=SC2086 # may be none
		trace -f $how "$CALLS" thread-exec
		check "a thread executes $how" is $status 0
		leader=$(sed -n '1s/ .*//p' out)
		check "a thread executes $how: it has the leader's number" has "^$leader +getppid"
	done
	check "a thread executes: its call ends" has "^$leader +<\.\.\. execve resumed>\) += 0$"
}

# --------------------------------- daily use ----------------------------------

daily_use()
{
	trace -f -e close cat text
	check "results stand in column 40, whatever is before" sh -c 'grep close out | sed -n 1p | grep -qE "^.{40}= "'
	timeout 20 "$SCTRACE" -f -tt -e wait4 sh -c 'cat text; true' > stdout 2> out
	check "also with times and numbers" sh -c 'grep -E "^[0-9:.]+ exit|ECHILD" out | grep -qE "^.{40,}= "'
	trace -c -S what echo x
	check "a wrong -S is told before the command runs" is "$(cat stdout)" ""
	trace -e inject=getppid:error=EIO:when=4294967297 true
	check "when= that is too large" err_has "invalid when"
	trace -e inject=getppid:delay_enter=inf true
	check "a delay that is none" err_has "invalid delay"
	trace --seccomp-bpf -f -e close cat text
	check "--seccomp-bpf changes nothing" has 'close\(3\)'
	trace -i true
	check "what we do not have" err_has '^sctrace: -i .*does not have'
	# shellcheck disable=SC2016 # for the inner shell
	timeout 20 sh -c 'trap "" CHLD; exec "$0" -o out sh -c "exit 7"' "$SCTRACE"
	check "SIGCHLD ignored by who started us" is $? 7
	"$SCTRACE" -o out "$CALLS" getppid 20000 &
	tracer=$!
	kill -STOP $tracer
	until grep -q '^State:.T' /proc/$tracer/status; do :; done
	kill -CONT $tracer
	wait $tracer
	check "stopped and continued: nothing is lost" lines '^getppid' 20000
	: > ready
	"$CALLS" block > ready &
	pid=$!
	until grep -q ready ready; do :; done
	"$SCTRACE" -f -o out -p $pid -p 999999 2> err &
	tracer=$!
	until grep -q attached err; do :; done
	check "one of several is not there" err_has '999999'
	kill -TERM $tracer
	wait $tracer
	check "the others were traced; what they are in is shown as we leave" has 'read\(3,  <detached \.\.\.>$'
	kill -KILL $pid
	sh -c 'until ! cd /; do sleep 0.1; done' 2> /dev/null &
	first=$!
	sh -c 'until ! cd /; do sleep 0.1; done' 2> /dev/null &
	trace -e none -e inject=chdir:error=EPERM -p $first -p $!
	check "both of two get errors that are not shown" is $status 0
	kill $first $! 2> /dev/null
	for how in "" --live -y --json; do
		# shellcheck disable=SC2086 # may be none
		trace $how -e inject=chdir:error=EPERM -e 'trace=!execve' sh -c 'cd /; true'
		check "errors that are shown $how" has 'chdir.*EPERM.*(INJECTED|"injected":true)'
	done
}

echo "TAP version 13"
lines_and_status
filters
looks
processes
injections
tables
together
hostile
daily_use
echo "1..$n"
[ $bad = 0 ]
