#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Tests of screplay: programs are recorded, what they depended on is taken away, and then
# they are replayed, and have to print the same. screplay is searched for in $PATH, the
# programs screplay_* beside this file. TEST: names of tests, instead of all
# shellcheck disable=SC2317 # functions are called by the names of the tests
# shellcheck disable=SC2086,SC2016 # numbers, and scripts in quotes

here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
cd "$work" || exit 1
trap 'cd /; rm -rf "$work"' EXIT

tests="date date_again ls shell wget python sqlite gcc signals signal_end computing killed inputs
	inputs_long relative_exec many_processes background output_order env_and_args exit_status stdin
	diverged diverged_arg diverged_result changed_image
	crash truncated checksum version not_a_recording too_short full full_at_once file_limit
	dump dump_json progress thread tsc no_tsc not_found no_output usage
	gdb gdb_diverged nothing_touched stopped_recorder stopped_replay interrupted
	ignored_interrupt user"

# What failed, for who reads the output
note()
{
	echo "# $*"
	return 1
}

skip()
{
	reason=$*
	return 2
}

have()
{
	command -v "$1" > /dev/null || skip "there is no $1"
}

# Record "$@" to rec, with its output in was and its error output in was.err. Its status
# is in $status.
record()
{
	timeout 60 screplay record -o rec "$@" > was 2> was.err
	status=$?
	[ $status -lt 122 ] || [ $status -gt 127 ] || note "record: $status: $(cat was.err)"
}

# Replay rec, and compare.
replay()
{
	timeout 60 screplay replay -p rec > now 2> now.err
	now=$?
	[ $now = $status ] || note "status $now instead of $status: $(cat now.err)" || return
	cmp was now || note "other output: $(cat now)" || return
	cmp was.err now.err || note "other error output: $(cat now.err)"
}

# $1: expected status, $2: what has to be in the error output; then the command
fails_with()
{
	want=$1
	words=$2
	shift 2
	timeout 60 "$@" > now 2> now.err
	now=$?
	[ $now = "$want" ] || note "status $now: $(cat now.err)" || return
	grep -q -e "$words" now.err || note "no \"$words\" in: $(cat now.err)"
}

# Bytes of a file. $1: file
size()
{
	wc -c < "$1" | tr -d ' '
}

# ------------------------------ ordinary programs ------------------------------

test_date()
{
	record date || return
	[ "$(id -u)" = 0 ] || skip "the clock cannot be moved" || return
	date -s "@$(($(date +%s) + 100000))" > /dev/null
	replay
	ret=$?
	date -s "@$(($(date +%s) - 100000))" > /dev/null
	return $ret
}

# More than once, and with nothing left behind
test_date_again()
{
	record sh -c "date; echo \$RANDOM" && replay && replay && replay
}

test_ls()
{
	mkdir dir && echo x > dir/first && ln -s first dir/second && mkdir dir/third
	record ls -l dir || return
	[ "$(wc -l < was)" -ge 3 ] || note "$(cat was)" || return
	rm -r dir
	replay
}

test_shell()
{
	cat > script <<-'EOF'
	echo $RANDOM $$ | cat
	for i in 1 2 3 4 5; do echo "$i $RANDOM"; done | sort -r | while read -r a b; do
		echo "$a: $b"
	done
	x=$(date)
	echo "$x" >&2
	cat file
	echo more >> file
	wc -c < file
	(exit 3)
	echo $?
	EOF
	echo "in the file" > file
	record sh ./script || return
	rm file
	replay || return
	[ ! -e file ] || note "the file is there again"
}

test_wget()
{
	busybox httpd --help 2>&1 | grep -q Usage || skip "there is no httpd" || return
	mkdir -p www && dd if=/dev/urandom bs=1k count=200 2> /dev/null | od > www/page
	# Another such test may run.
	port=$((8100 + $$ % 1000))
	busybox httpd -f -p 127.0.0.1:$port -h www & server=$!
	until busybox wget -q -O /dev/null http://127.0.0.1:$port/page; do
		kill -0 $server || note "no server" || return
	done
	record busybox wget -q -O - http://127.0.0.1:$port/page
	ret=$?
	kill $server
	wait $server 2> /dev/null
	[ $ret = 0 ] || return 1
	cmp was www/page || return
	rm -r www
	replay
}

test_python()
{
	have python3 || return
	echo "some input" > input
	record python3 -c 'import os, random, time
print(time.time(), random.random(), os.urandom(8), os.getpid(), hash("words"))
print(open("input").read(), os.listdir("."), id(object()))
' || return
	rm input
	replay
}

test_sqlite()
{
	have sqlite3 || return
	sqlite3 base 'create table t(a); insert into t values(42), (43);'
	record sqlite3 base 'insert into t values(random()); select * from t;
		select datetime("now"), hex(randomblob(8));' || return
	rm base
	replay || return
	[ ! -e base ] || note "the file is there again"
}

test_gcc()
{
	have gcc || return
	printf '#include <stdio.h>\nint main(void) { puts("hello"); return 0; }\n' > hello.c
	record gcc -v -c hello.c || return
	[ $status = 0 ] || note "$(cat was.err)" || return
	[ -s hello.o ] || note "no object" || return
	rm hello.c hello.o
	replay || return
	[ ! -e hello.o ] || note "the object is there again"
}

# -------------------------------- single things --------------------------------

test_signals()
{
	record "$here/screplay_signals" || return
	[ $status = 3 ] || note "status $status" || return
	replay
}

test_signal_end()
{
	for number in 15 9 6; do
		record "$here/screplay_signals" $number || return
		[ $status = $((128 + number)) ] || note "status $status" || return
		replay || return
	done
}

# Signals that come between two calls, and calls that they interrupt
test_computing()
{
	record "$here/screplay_compute" || return
	[ $status = 0 ] || note "status $status: $(cat was)" || return
	grep -q "^an alarm$" was || note "$(cat was)" || return
	# They were all held until the next call.
	grep -q " rounds, 0 alarms within them" was || note "$(cat was)" || return
	replay
}

# From outside, in a call, and in none
test_killed()
{
	mkfifo fifo never
	for what in "while :; do :; done" "read -r x < never" "exec sleep 100" "kill -STOP \$\$"; do
		screplay record -o rec sh -c "echo \$\$; $what" > fifo 2> was.err &
		recorder=$!
		read -r program < fifo
		kill -9 "$program"
		wait $recorder
		status=$?
		[ $status = 137 ] || note "$what: status $status: $(cat was.err)" || return
		screplay dump rec > now || note "$what: the recording is not whole" || return
		tail -n 2 now | grep -q "SIGKILL" || note "$what: $(tail -n 2 now)" || return
		echo "$program" > was
		replay || return
	done
	# Many of them before their first instruction
	record sh -c 'i=0
		while [ $i -lt 30 ]; do i=$((i + 1)); sleep 100 & kill -9 $!; wait $!; echo $?; done' &&
		replay
}

make_big()
{
	dd if=/dev/urandom of=big bs=1k count=400 2> /dev/null
}

test_inputs()
{
	make_big
	record "$here/screplay_inputs" big || return
	[ $status = 4 ] || note "status $status: $(cat was was.err)" || return
	rm big
	replay
}

# More at once than the kernel shows
test_inputs_long()
{
	dd if=/dev/urandom bs=1k count=300 2> /dev/null | od > long
	record dd if=long bs=300000 count=3 || return
	[ "$(size was)" = 900000 ] || note "$(size was) bytes" || return
	rm long
	replay
}

test_relative_exec()
{
	mkdir -p sub && cp "$here/screplay_diverge" sub/prog
	record sh -c 'cd sub && ./prog && ./missing; cd .. && sub/prog' || return
	replay
}

# Numbers of processes come again, and children are taken away.
test_many_processes()
{
	record sh -c 'i=0
		while [ $i -lt 200 ]; do i=$((i + 1)); (exit $i); echo $?; done' || return
	replay
}

test_background()
{
	record sh -c 'for i in 1 2 3 4; do (echo $i; date; echo $i) & done; wait; echo end
		sleep 100 & kill $!; wait $!; echo $?' || return
	replay
}

# Processes that print at the same time
test_output_order()
{
	record sh -c 'for i in 1 2 3 4 5 6; do
			(j=0; while [ $j -lt 40 ]; do j=$((j + 1)); echo $i.$j; done) &
		done; wait' || return
	replay || return
	timeout 60 screplay record -o rec sh -c 'for i in 1 2 3; do
			(j=0; while [ $j -lt 40 ]; do j=$((j + 1)); echo $i.$j; echo e >&2; done) &
		done; wait' > was 2>&1 || note "status $?" || return
	timeout 60 screplay replay -p rec > now 2>&1 || note "status $?" || return
	cmp was now
}

test_env_and_args()
{
	SOME_WORD="a  b" record sh -c 'echo "$SOME_WORD" "$0" "$1"' "zero  0" "one  1" || return
	grep -q "a  b zero  0 one  1" was || note "$(cat was)" || return
	replay
}

test_exit_status()
{
	for code in 0 1 77; do
		record sh -c "exit $code" || return
		[ $status = $code ] || note "status $status" || return
		replay || return
	done
}

# Standard input is not read either.
test_stdin()
{
	echo "from standard input" > words
	record cat < words || return
	grep -q "from standard input" was || note "$(cat was)" || return
	replay < /dev/null
}

# -------------------------------- divergence -----------------------------------

test_diverged()
{
	cp "$here/screplay_diverge" prog
	record ./prog || return
	cp "$here/screplay_diverge2" prog
	fails_with 124 "argument 2 differs from its byte 6 on" screplay replay -p rec || return
	grep -q 'recorded: write(1, "some words.n", 11) = 11' now.err || note "$(cat now.err)" ||
		return
	grep -q 'now:      write(1, "some wares.n", 11)' now.err || note "$(cat now.err)" ||
		return
	grep -q "process 1 (pid" now.err || note "no position" || return
	[ ! -s now ] || note "it has printed"
}

# Another call altogether
test_diverged_arg()
{
	cp "$here/screplay_diverge" prog
	record ./prog || return
	cp "$here/screplay_signals" prog
	fails_with 124 "it has diverged" screplay replay rec || return
	grep -q "hint: .*prog is not what it was" now.err || note "$(cat now.err)"
}

test_diverged_result()
{
	record "$here/screplay_thread" tsc || return
	fails_with 124 "hint: .*time stamp counter" screplay replay rec
}

test_changed_image()
{
	cp "$here/screplay_diverge" prog
	record ./prog || return
	touch -d "2020-01-01 00:00" prog
	timeout 60 screplay replay -p rec > now 2> now.err
	now=$?
	# It is the same to the program, so all is well.
	[ $now = 0 ] || note "status $now: $(cat now.err)" || return
	grep -q "prog: it is not what it was" now.err || note "$(cat now.err)" || return
	cmp was now || return
	rm prog
	fails_with 125 "prog" screplay replay rec
}

# ----------------------------- damaged recordings ------------------------------

test_crash()
{
	mkfifo fifo
	screplay record -o rec sh -c 'echo $$; while [ -d / ]; do :; done' > fifo 2> /dev/null &
	recorder=$!
	read -r program < fifo
	until [ "$(size rec)" -gt 100000 ]; do :; done
	kill -9 $recorder
	wait $recorder 2> /dev/null
	kill -9 "$program" 2> /dev/null
	fails_with 123 "ends with" screplay dump rec || return
	[ "$(wc -l < now)" -gt 100 ] || note "$(wc -l < now) lines" || return
	fails_with 123 "replayed up to there" screplay replay rec
}

# At each byte of the end of a recording
test_truncated()
{
	record date || return
	bytes=$(size rec)
	for cut in 1 4 8 15 16 17 32 40 100 500 1000; do
		head -c $((bytes - cut)) rec > part
		fails_with 123 "byte [0-9]*: it ends" screplay dump part || return
		fails_with 123 "byte [0-9]*: it ends" screplay replay part || return
	done
	head -c 40 rec > part
	fails_with 122 "no recording" screplay replay part || return
	: > part
	fails_with 122 "no recording" screplay dump part
}

# Overwrite a byte. $1: file, $2: where, $3: with what, in octal
poke()
{
	# shellcheck disable=SC2059 # an escape
	printf "\\$3" | dd of="$1" bs=1 seek="$2" conv=notrunc 2> /dev/null
}

test_checksum()
{
	record date || return
	bytes=$(size rec)
	for at in 100 300 700 $((bytes / 2)) $((bytes - 20)); do
		cp rec bad
		poke bad "$at" 252
		timeout 60 screplay dump bad > now 2> now.err
		[ $? = 122 ] || [ $? = 123 ] || note "byte $at: $(cat now.err)" || return
		grep -q "byte [0-9]*: " now.err || note "no position: $(cat now.err)" || return
	done
	cp rec bad
	poke bad $((bytes / 2)) 252
	fails_with 122 "bad: byte [0-9]*: checksum error in record [0-9]*" screplay dump bad ||
		return
	fails_with 122 "bad: byte [0-9]*: checksum error in record [0-9]*" screplay replay bad
}

test_version()
{
	record date || return
	poke rec 8 011
	fails_with 122 "format 9: this screplay reads format 1" screplay replay rec || return
	fails_with 122 "format 9: this screplay reads format 1" screplay dump rec
}

test_not_a_recording()
{
	fails_with 122 "no recording" screplay replay /bin/busybox || return
	fails_with 125 "missing: No such file" screplay replay missing || return
	fails_with 125 "not a regular file" screplay dump .
}

test_too_short()
{
	record date || return
	head -c 64 rec > part
	fails_with 123 "nothing to replay" screplay replay part
}

# The disk is full: what there is can be read, and the program goes on.
test_full()
{
	[ "$(id -u)" = 0 ] || skip "only root can mount" || return
	mkdir small && mount -t tmpfs -o size=200k none small || skip "no tmpfs" || return
	timeout 60 screplay record -o small/rec \
		sh -c 'i=0; while [ $i -lt 9000 ]; do i=$((i + 1)); echo $i; done; echo end >&2' \
		> was 2> was.err
	now=$?
	cp small/rec rec
	umount small
	[ $now = 125 ] || note "status $now" || return
	grep -q "No space left.*the program goes on" was.err || note "$(cat was.err)" || return
	[ "$(tail -n 1 was)" = 9000 ] || note "it has not gone on" || return
	fails_with 123 "printed up to there" screplay dump rec
}

# There was no room from the beginning.
test_full_at_once()
{
	[ "$(id -u)" = 0 ] || skip "only root can mount" || return
	mkdir small && mount -t tmpfs -o size=4k none small || skip "no tmpfs" || return
	dd if=/dev/zero of=small/other bs=4k count=1 2> /dev/null
	timeout 60 screplay record -o small/rec sh -c "echo words; exit 7" > was 2> was.err
	now=$?
	cp small/rec rec
	umount small
	[ $now = 125 ] || note "status $now" || return
	grep -q "No space left" was.err || note "$(cat was.err)" || return
	[ "$(cat was)" = words ] || note "it has not run" || return
	fails_with 122 "no recording" screplay dump rec
}

test_file_limit()
{
	timeout 60 sh -c "ulimit -f 100; exec screplay record -o rec sh -c 'i=0
		while [ \$i -lt 9000 ]; do i=\$((i + 1)); echo \$i; done'" > was 2> was.err
	now=$?
	[ $now = 125 ] || note "status $now" || return
	grep -q "File too large.*the program goes on" was.err || note "$(cat was.err)" || return
	[ "$(tail -n 1 was)" = 9000 ] || note "it has not gone on" || return
	fails_with 123 "printed up to there" screplay dump rec
}

# ------------------------------------ dump --------------------------------------

test_dump()
{
	record cat /etc/passwd || return
	timeout 60 screplay dump rec > now || note "status $?" || return
	grep -q 'openat(-100, "/etc/passwd", 0x0, 00) = 3' now || note "$(cat now)" || return
	grep -q '^[0-9]* \[1\] exited with status 0$' now || note "$(cat now)"
}

test_dump_json()
{
	have python3 || return
	make_big
	record "$here/screplay_inputs" big || return
	screplay dump --json rec > json || return
	lines=0
	screplay dump rec > text
	python3 -c 'import json, sys
for line in sys.stdin:
    json.loads(line)
' < json || note "no JSON" || return
	head -n 20 json | while read -r line; do
		echo "$line" | python3 -m json.tool > /dev/null || exit 1
	done || note "no JSON" || return
	lines=$(grep -c '^[0-9]' text)
	[ "$lines" = "$(wc -l < json)" ] || note "$lines lines in the one, not in the other"
}

test_progress()
{
	timeout 60 screplay record --progress -o rec \
		sh -c 'i=0; while [ $i -lt 3000 ]; do i=$((i + 1)); echo $i; done' > was 2> was.err
	grep -q "^screplay: recorded [0-9]* records, [0-9]* per second, [0-9.]* MiB" was.err ||
		note "$(cat was.err)" || return
	timeout 60 screplay replay --progress rec > now 2> now.err
	grep -q "^screplay: replayed [0-9]* records, [0-9]* per second" now.err ||
		note "$(cat now.err)" || return
	[ ! -s now ] || note "it has printed"
}

# --------------------------------- what is refused ------------------------------

test_thread()
{
	fails_with 125 "it makes a thread: it has been ended" \
		screplay record -o rec "$here/screplay_thread"
}

test_tsc()
{
	record "$here/screplay_thread" tsc || return
	[ $status = 0 ] || note "status $status"
}

# Through exec, too
test_no_tsc()
{
	record --no-tsc sh -c "$here/screplay_thread tsc; echo \$?" || return
	[ "$(cat was)" = 139 ] || note "$(cat was)" || return
	replay
}

test_not_found()
{
	fails_with 127 "missing: no such program" screplay record -o none missing || return
	[ ! -e none ] || note "there is a recording" || return
	: > plain
	fails_with 126 "plain: cannot be executed" screplay record -o none ./plain
}

test_no_output()
{
	fails_with 125 "missing/rec: No such file" screplay record -o missing/rec date || return
	fails_with 125 "name a file" screplay record -o /dev/full/x date
}

test_usage()
{
	fails_with 125 "Usage" screplay || return
	fails_with 125 "Usage" screplay replay || return
	fails_with 125 "Usage" screplay record || return
	fails_with 125 "Usage" screplay dump --nonsense x || return
	screplay --help | grep -q Usage && screplay record --help | grep -q Usage &&
		screplay replay --help | grep -q Usage && screplay dump --help | grep -q Usage
}

# ------------------------------------- gdb --------------------------------------

# Replay rec under gdb. $@: arguments of gdb
under_gdb()
{
	rm -f held
	mkfifo held
	timeout 100 screplay replay -p --hold rec > now 2> held &
	replayer=$!
	exec 3< held
	read -r line <&3
	timeout 90 gdb -p "${line##* }" -batch "$@" > gdb.out 2>&1 < /dev/null
	cat <&3 > now.err
	exec 3<&-
	wait $replayer
	now=$?
}

test_gdb()
{
	have gdb || return
	record "$here/screplay_debug" || return
	value=$(sed -n 's/^before //p' was)
	under_gdb -ex 'break *look' -ex continue -ex 'print $rdi' -ex stepi -ex finish \
		-ex 'print (long)seen' -ex backtrace -ex continue
	[ $now = 0 ] || note "status $now: $(cat now.err gdb.out)" || return
	grep -q "^\$1 = $value\$" gdb.out || note "$(cat gdb.out)" || return
	grep -q "^\$2 = $value\$" gdb.out || note "$(cat gdb.out)" || return
	grep -q "^#0 .* main " gdb.out || note "$(cat gdb.out)" || return
	grep -q "exited normally" gdb.out || note "$(cat gdb.out)" || return
	cmp was now
}

# What the debugger has changed is found, and shown to it.
test_gdb_diverged()
{
	have gdb || return
	record "$here/screplay_debug" || return
	under_gdb -ex 'break *look' -ex continue -ex 'set var $rdi = 5' -ex continue -ex backtrace
	[ $now = 124 ] || note "status $now: $(cat now.err gdb.out)" || return
	grep -q "received signal SIGTRAP" gdb.out || note "$(cat gdb.out)" || return
	grep -q 'now:      write(1, "after 6.n"' now.err || note "$(cat now.err)"
}

# What it did does not happen again: another tracer, further out, sees what calls are made
# of the programs that are replayed.
test_nothing_touched()
{
	echo x > file
	record sh -c 'cat file; echo y > file; rm file; date; mkdir d; cd d; kill -0 $$; id
		busybox wget -q -O - http://127.0.0.1:1/; sleep 0.1 & wait; cat /etc/passwd' ||
		return
	rm -rf file d
	timeout 60 screplay replay rec > now 2> now.err
	now=$?
	[ $now = $status ] || note "status $now: $(cat now.err)" || return
	[ ! -s now ] || note "it has printed" || return
	[ ! -e file ] || note "there is the file again" || return
	[ ! -e d ] || note "there is the directory again" || return
	have bench_tracer || return
	timeout 60 bench_tracer -o log screplay replay rec || note "status $?" || return
	# The first process is the tracer; the next one prepares itself before it executes.
	awk '!tracer { tracer = $1 }
		$1 == tracer { next }
		$2 ~ /^execve/ { begun = 1 }
		begun { sub(/[(].*/, "", $2); print $2 }' log | sort -u > made
	grep -q clone made || note "$(cat log)" || return
	grep -q exit_group made || note "$(cat log)" || return
	grep -vxE 'execve|exit_group|clone|brk|mmap|munmap|mprotect|arch_prctl|wait4|chdir' made |
		grep -vxE 'rt_sig(action|procmask|return|suspend)|pause|poll|futex' > others
	[ ! -s others ] || note "calls that were made: $(cat others)"
}

# The recording ends, the program goes on.
test_stopped_recorder()
{
	mkfifo fifo go
	screplay record -o rec sh -c 'echo $$; read -r x < go; echo "$x" > end' > fifo 2> was.err &
	recorder=$!
	read -r program < fifo
	kill $recorder
	wait $recorder
	now=$?
	echo words > go
	while kill -0 "$program" 2> /dev/null; do :; done
	[ $now = 125 ] || note "status $now" || return
	grep -q "SIGTERM: the recording ends here" was.err || note "$(cat was.err)" || return
	[ "$(cat end)" = words ] || note "it has not gone on" || return
	fails_with 123 "printed up to there" screplay dump rec
}

# Nothing is left of a replay that is ended, although it makes no calls.
test_stopped_replay()
{
	record sh -c 'i=0; while [ $i -lt 300000 ]; do i=$((i + 1)); done; date' || return
	screplay replay rec 2> now.err &
	replayer=$!
	until child=$(cat /proc/$replayer/task/$replayer/children 2> /dev/null) &&
		[ -n "$child" ] && grep -q '^SyscallTracers:.*1' "/proc/${child%% *}/status"; do
		kill -0 $replayer 2> /dev/null || note "it has ended" || return
	done
	kill $replayer
	wait $replayer
	now=$?
	[ $now = 125 ] || note "status $now: $(cat now.err)" || return
	[ ! -e "/proc/${child%% *}" ] || note "process $child is left"
}

# Interrupt the process group of "screplay record" as a terminal does. $1: what the program
# does first; then it says "words"
interrupt_group()
{
	mkfifo fifo go
	# Other than a shell, it does not let what runs in the background ignore SIGINT.
	python3 -c 'import os, signal, sys
os.setpgid(0, 0)
signal.signal(signal.SIGINT, signal.SIG_DFL)
os.execvp("screplay", ["screplay"] + sys.argv[1:])
' record -o rec sh -c "$1; echo \$\$; read -r x < go; echo \"\$x\"" > fifo 2> was.err &
	recorder=$!
	exec 3< fifo
	read -r program <&3
	kill -INT -$recorder
}

# What the terminal sends ends the program, and the recording is whole.
test_interrupted()
{
	have python3 || return
	interrupt_group :
	wait $recorder
	status=$?
	cat <&3 > was
	exec 3<&-
	[ $status = 130 ] || note "status $status: $(cat was.err)" || return
	[ ! -e "/proc/$program" ] || note "process $program is left" || return
	screplay dump rec > now || note "the recording is not whole" || return
	echo "$program" > was
	replay
}

test_ignored_interrupt()
{
	have python3 || return
	interrupt_group "trap '' INT"
	echo words > go
	wait $recorder
	status=$?
	cat <&3 > rest
	exec 3<&-
	[ $status = 0 ] || note "status $status: $(cat was.err)" || return
	[ "$(cat rest)" = words ] || note "$(cat rest)" || return
	printf '%s\nwords\n' "$program" > was
	replay
}

# All of it without privileges
test_user()
{
	[ "$(id -u)" = 0 ] || skip "only root can become another" || return
	mkdir own && chown 1000 own "$work" && chmod 755 "$work" "$work/user" && cd own || return
	cat > all <<-'EOF'
	cd "$(dirname "$0")"
	screplay record -o rec sh -c 'id -u; echo $RANDOM; date; (sleep 0.1; exit 5) & wait $!
		echo $?; ls -l' > was 2> was.err || echo "record: $?: $(cat was.err)"
	screplay replay -p rec > now 2> now.err || echo "replay: $?: $(cat now.err)"
	cmp was now
	[ "$(head -n 1 was)" = 1000 ] || echo "not as user 1000"
	screplay record -o rec "$1/screplay_signals" 15 > was 2> was.err
	[ $? = 143 ] || echo "record: $(cat was.err)"
	screplay replay -p rec > now 2> now.err
	[ $? = 143 ] || echo "replay: $(cat now.err)"
	cmp was now
	screplay dump rec > text || echo "dump: $?"
	EOF
	chmod 755 all
	su -s /bin/sh -c "PATH=$PATH sh $PWD/all $here" user > said 2>&1 < /dev/null
	[ ! -s said ] || note "$(cat said)"
}

# -------------------------------------------------------------------------------

if [ ! -e /proc/sys/kernel/syscall_trace ] || ! command -v screplay > /dev/null; then
	echo "TAP version 13"
	echo "1..0 # SKIP the kernel has no syscall_trace, or there is no screplay"
	exit 4
fi
[ -z "$TEST" ] || tests=$TEST
echo "TAP version 13"
# shellcheck disable=SC2086 # a list of words
set -- $tests
echo "1..$#"
n=0
bad=0
for t; do
	n=$((n + 1))
	mkdir "$work/$t" && cd "$work/$t" || exit 1
	"test_$t"
	case $? in
	0) echo "ok $n screplay $t" ;;
	2) echo "ok $n screplay $t # SKIP $reason" ;;
	*)
		echo "not ok $n screplay $t"
		bad=1
		;;
	esac
done
exit $bad
