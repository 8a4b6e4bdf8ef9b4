#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# strace and gdb, which stand nearer the program than all layers, work as if there
# were none: on a program with layers, and when they have layers themselves.
#
# shellcheck disable=SC2016,SC3045 # programs for other shells and for gdb; busybox

dir=$(mktemp -d /tmp/onion.XXXXXX)
trap 'kill $pids 2>/dev/null; rm -rf "$dir"' EXIT
cd "$dir" || exit
pids=
gate=$dir/gate
count=0
failed=0
# What is compared are addresses, too.
echo 0 > /proc/sys/kernel/randomize_va_space
export LC_ALL=C

# $1: name, $2: 0 if it passed
result()
{
	count=$((count + 1))
	if [ "$2" = 0 ]; then
		echo "ok $count $1"
	else
		echo "not ok $count $1"
		failed=$((failed + 1))
		return 1
	fi
}

# $1: name, $2: wanted, $3: file that should be the same
same()
{
	if [ -s "$2" ] && diff "$2" "$3" > differences; then
		result "$1" 0
	else
		result "$1" 1
		head -n 40 differences | sed 's/^/# /'
	fi
}

# $1: name, $2: what there should be, $3: what there is
equal()
{
	[ "$2" = "$3" ]
	result "$1" $?
	[ "$2" = "$3" ] || printf '# %s\n# %s\n' "want: $2" "have: $3"
}

# Wait until a command is true, but not for ever. $@: the command
until_true()
{
	tries=0
	until "$@" 2>/dev/null; do
		tries=$((tries + 1))
		[ $tries -lt 2000 ] || return 1
		usleep 10000
	done
}

# $1: process, $2: how many tracers it should have
has_tracers()
{
	grep -q "^SyscallTracers:.$2\$" "/proc/$1/status"
}

# $1: process
is_ptraced()
{
	! grep -q '^TracerPid:.0$' "/proc/$1/status"
}

# Start a program that waits at a gate until go(). It is $p, and what started it
# $job. $1: what to start it with, in one word, rest: the program
hold()
{
	with=$1
	shift
	rm -rf "$gate"* work
	mkdir work
	mkfifo "$gate"
	# shellcheck disable=SC2086 # a list of words
	(cd work && exec timeout -s KILL 300 $with sh -c \
		'echo $$ > "$0.pid"; read -r go < "$0"; exec "$@"' "$gate" "$@") > "$gate.out" 2>&1 &
	job=$!
	pids="$pids $job"
	until_true test -s "$gate.pid"
	p=$(cat "$gate.pid")
}

# In the background: the program may be stopped before it opens the gate.
go()
{
	(echo go > "$gate") &
}

# Put layers on $p. $1: how many, and options of identity
add_layers()
{
	[ "$1" = 0 ] && return
	# shellcheck disable=SC2086 # a list of words
	timeout -s KILL 300 identity -s -l $1 -p "$p" 2> layers &
	layers=$!
	pids="$pids $layers"
	until_true has_tracers "$p" "${1%% *}"
}

# The layers of a program that has ended have all answered stops, many of them.
# $1: how many layers, $2: more than how many each
layers_worked()
{
	[ "$1" = 0 ] && return
	[ -z "$layers" ] || wait "$layers"
	layers=
	awk '/stops$/ && $4 > '"${2:-100}"' { n++ } END { exit n != '"$1"' }' layers && return
	sed 's/^/# /' layers
	return 1
}

# Start a tracer of our own on $p, as descriptor 3. $1: calls, $2: more to say
trace()
{
	exec 3<> "/proc/$p/syscall"
	[ -z "$2" ] || echo "$2" >&3
	echo "trace $1" >&3
}

# Keep the tracer's next record in $heard. $@: what to answer
hear()
{
	read -r -t 60 line <&3 || line="nothing"
	heard="$heard$line;"
	[ $# = 0 ] || echo "$@" >&3
}

# ---------------------------------- strace -----------------------------------

# What strace says, without what differs from run to run: process ids, when
# a child or the writer of a pipe ended. $1: its files without the process ids
strace_text()
{
	number=0
	# By process id, which is the order in which they were made.
	for f in $(echo "$1".* | tr ' ' '\n' | sort -t . -k 3n); do
		number=$((number + 1))
		echo "== process $number"
		sed -E -e '/ERESTART/d; /(wait4|rt_sigreturn)\(/d' \
			-e 's/((fork|clone3?|get(p|t)?p?id|set_tid_address)\(.*= )[0-9]+$/\1PID/' \
			-e 's/write\(1, "[0-9]{2,}\\n".*/write(1, PID)/' \
			-e 's/(si_pid=|kill\()[0-9]+/\1PID/' \
			-e "s,[|]POLLHUP,," \
			-e 's/getrandom\("[^"]*"/getrandom("BYTES"/' "$f"
	done
}

pipeline='echo one two | tr a-z A-Z | (read -r x y; echo "$y $x") > out; cat < out
trap "echo got it" USR1; kill -USR1 $$; (exit 3); echo $?; exec ls /does/not/exist'

# Keep all that a run under strace gave. $1: name, $2: exit status
keep()
{
	echo "status $2" > "$1"
	cat "$gate.out" >> "$1"
	strace_text "$dir/strace/of" >> "$1"
	rm -rf strace
}

# strace has the pipeline first, then come layers.
# $1: kind, $2: how many layers, rest: options of strace
strace_then_layers()
{
	kind=$1 nr=$2
	shift 2
	mkdir strace
	hold "strace -q -i -e signal=!SIGCHLD -ff -o $dir/strace/of $*" sh -c "$pipeline"
	add_layers "$nr"
	go
	wait "$job"
	keep "$kind.$nr" $?
}

# Attach strace to $p. $ more options
attach_strace()
{
	rm -f attached
	timeout -s KILL 300 strace "$@" -p "$p" > attached 2>&1 &
	strace=$!
	until_true grep -q attached attached
}

# Layers come first, then strace.
# $1: kind, $2: how many layers, rest: options of strace
layers_then_strace()
{
	kind=$1 nr=$2
	shift 2
	mkdir strace
	hold "" sh -c "$pipeline"
	add_layers "$nr"
	attach_strace -i -e 'signal=!SIGCHLD' -ff -o "$dir/strace/of" "$@"
	go
	wait "$job"
	status=$?
	wait "$strace"
	keep "$kind.$nr" $status
}

# Layers on strace, which follow to what it runs.
# $1: kind, $2: how many layers, rest: options of strace
layers_on_strace()
{
	kind=$1 nr=$2
	shift 2
	mkdir strace
	with="identity -s -l $nr"
	[ "$nr" != 0 ] || with=
	hold "$with strace -q -i -e signal=!SIGCHLD -ff -o $dir/strace/of $*" sh -c "$pipeline"
	go
	wait "$job"
	status=$?
	grep '^identity: layer' "$gate.out" > layers
	sed -i '/^identity: layer/d' "$gate.out"
	keep "$kind.$nr" $status
}

# $1: function, $2: kind, rest: options of strace
compare_strace()
{
	function=$1 kind=$2 bound="2 -b"
	shift 2
	# From within seccomp it sees where bound copies are, which it does not read:
	# process_vm_readv() does not get there.
	[ "$1" != --seccomp-bpf ] || bound=2
	for nr in 0 1 8 "$bound"; do
		$function "$kind" "$nr" "$@"
		same "$kind.$nr" "$kind.0" "$kind.$nr"
		[ "$nr" = 0 ] || layers_worked "${nr%% *}"
		result "$kind.$nr.layers" $?
	done
}

compare_strace strace_then_layers strace_first
compare_strace strace_then_layers strace_with_seccomp --seccomp-bpf -e trace=openat,write,dup2
compare_strace layers_then_strace strace_last
compare_strace layers_on_strace strace_with_layers --seccomp-bpf -e trace=openat,write,dup2

# strace has the program and its tracers.
mkdir strace
hold "strace -q -f -o $dir/strace/of identity -l 2" sh -c "$pipeline"
go
wait "$job"
status=$?
want="TWO ONE
got it
3
ls: /does/not/exist: No such file or directory
1"
equal "strace_has_tracers_and_program" "$want" "$(cat "$gate.out")
$status"
grep -q 'write(.*signals all' strace/of
result "strace_shows_what_tracers_say" $?
rm -rf strace

# ------------------- a tracer of ours, and strace at once --------------------

writes='echo one; echo two; echo three'
want_writes='write 1, "one\n", 4;ok 4;write 1, "two\n", 4;ok 4;write 1, "three\n", 6;ok 6;'

# Hear the writes of the program, and their results.
hear_writes()
{
	heard=
	go
	for _ in 1 2 3; do
		hear step
		hear cont
	done
	exec 3>&-
	wait "$job"
}

# What strace has written of the calls in question. $1: what it calls them
stracing()
{
	sed -n "s/^[0-9 ]*\($1\)/\1/p" strace.out | tr '\n' ';' | tr -s ' '
}

hold "strace -q -f -o $dir/strace.out -e signal=none -e trace=write" sh -c "$writes"
trace write
hear_writes
equal "tracer_sees_the_calls_of_a_program_under_strace" "$want_writes" "$heard"
equal "strace_sees_the_calls_of_a_program_with_a_tracer" \
	'write(1, "one\n", 4) = 4;write(1, "two\n", 4) = 4;write(1, "three\n", 6) = 6;' \
	"$(sed '/write(1, "[0-9]/d' -i strace.out; stracing 'write(')"

hold "" sh -c "$writes"
trace write
attach_strace -o strace.out -e signal=none -e trace=write
hear_writes
wait "$strace"
equal "tracer_sees_the_calls_of_a_program_that_strace_attaches_to" "$want_writes" "$heard"
equal "strace_attaches_to_a_program_with_a_tracer" \
	'write(1, "one\n", 4) = 4;write(1, "two\n", 4) = 4;write(1, "three\n", 6) = 6;' \
	"$(stracing 'write(')"

# What the tracer makes of the results is what strace shows, and the program gets.
hold "strace -q -o $dir/strace.out -e signal=none -e trace=mkdir" mkdir a b c
trace mkdir
heard=
go
hear skip-ok 0
hear skip-fail EPERM
hear step
hear fail EIO
exec 3>&-
wait "$job"
equal "tracer_judges_under_strace" \
	'mkdir "a", 0777;mkdir "b", 0777;mkdir "c", 0777;ok 0;' "$heard"
equal "strace_shows_what_the_tracer_decides" \
	'mkdir("a", 0777) = 0;mkdir("b", 0777) = -1 EPERM (Operation not permitted);mkdir("c", 0777) = -1 EIO (Input/output error);' \
	"$(stracing 'mkdir(')"
equal "only_what_was_let_run_has_run" c "$(ls work)"

# Also when strace looks from within seccomp, which comes after the tracers.
hold "strace -q -f --seccomp-bpf -o $dir/strace.out -e signal=none -e trace=mkdir" mkdir a
trace mkdir
heard=
go
hear 'mkdir "other", _'
echo step >&3
hear cont
exec 3>&-
wait "$job"
# With new memory that process_vm_readv() does not get at.
equal "strace_with_seccomp_shows_the_call_that_is_made" 'mkdir(ADDRESS, 0777) = 0;' \
	"$(stracing 'mkdir(' | sed 's/0x[0-9a-f]*/ADDRESS/')"
equal "another_call_is_made_under_strace_with_seccomp" other "$(ls work)"

# A call that strace refuses does not get as far as a tracer; what strace makes of
# a call, of its memory, of its result, and the signals that it sends, do.
# $1: what to inject, $2: calls to trace, $3: more to say
inject()
{
	hold "strace -q -o $dir/strace.out -e trace=write,mkdir -e inject=$1" mkdir a b
	trace "$2" "$3"
	heard=
	go
}

inject mkdir:error=EIO:when=1 mkdir
hear step
hear cont
exec 3>&-
wait "$job"
equal "fault_that_strace_injects_is_not_seen" 'mkdir "b", 0777;ok 0;' "$heard"
equal "fault_that_strace_injects_is_had" "mkdir: can't create directory 'a': Input/output error" \
	"$(cat "$gate.out")"

inject mkdir:retval=0:when=1 mkdir
hear step
hear cont
exec 3>&-
wait "$job"
equal "result_that_strace_injects_is_not_seen" 'mkdir "b", 0777;ok 0;' "$heard"
equal "result_that_strace_injects_is_had" b "$(ls work)$(cat "$gate.out")"

inject mkdir:syscall=getppid:retval=0:when=1 mkdir,getppid
hear skip-ok 0
hear cont
exec 3>&-
wait "$job"
equal "call_that_strace_injects_is_judged" 'getppid;mkdir "b", 0777;' "$heard"
equal "call_that_strace_injects_gives_what_was_judged" b "$(ls work)$(cat "$gate.out")"

inject mkdir:poke_enter=@arg1=5800:when=2 mkdir
hear cont
hear cont
exec 3>&-
wait "$job"
equal "memory_that_strace_pokes_is_shown" 'mkdir "a", 0777;mkdir "X", 0777;' "$heard"
equal "memory_that_strace_pokes_is_used" "X
a" "$(ls work)"

inject mkdir:signal=USR1:when=1 none "signals SIGUSR1"
hear discard
exec 3>&-
wait "$job"
equal "signal_that_strace_injects_is_judged" 'signal SIGUSR1, 128, 0, 0, 0x0;' "$heard"
equal "signal_that_strace_injects_can_be_discarded" "a
b" "$(ls work)"

# ----------------------------------- gdb -------------------------------------

# A program that puts layers on itself before it becomes another.
cat > layered << 'END'
#!/bin/sh
echo $$ > inferior
read -r total layers < inner
if [ "$layers" != 0 ]; then
	# shellcheck disable=SC2086 # how many, and options
	(identity -s -l $layers -p $$ 2> layers &)
	until grep -q "^SyscallTracers:.$total\$" /proc/$$/status; do :; done
fi
exec "$@"
END
chmod +x layered

cat > common.gdb << 'END'
set confirm off
set width 0
set height 0
set filename-display basename
set print thread-events off
END

cat > session.gdb << 'END'
break add
catch syscall write
catch signal SIGUSR1
catch fork
run
backtrace
print n
print total
finish
info breakpoints
step
next
next
print total
continue
delete 1
continue
info registers rax rdi rsi rdx
print (char *)$rsi
continue
info registers rax rdi rsi rdx
continue
print $_siginfo.si_signo
print $_siginfo._sifields._kill.si_uid
backtrace 1
call (int)getpid() == self
call add(0)
print (int)syscall(39) == self
set var total = total + 1
set var total = total - 1
stepi
x/i $pc
continue
info inferiors
delete
continue
print $_exitcode
END

cat > steps.gdb << 'END'
break make_calls
run
delete
set $n = 0
while $n < 1500
stepi
set $n = $n + 1
end
print calls[0]
continue
END

# $1: how many layers on the program, $2: on gdb, rest: arguments for gdb
debug()
{
	inner=$1 outer=$2
	shift 2
	with="identity -s -l $outer"
	[ "$outer" != 0 ] || with=
	: > layers
	rm -f inferior
	echo "$((${inner%% *} + outer)) $inner" > inner
	# shellcheck disable=SC2086 # a list of words
	timeout -s KILL 300 $with gdb -nx -batch -x common.gdb \
		-ex "set exec-wrapper $dir/layered" "$@" > gdb.out 2>&1 < /dev/null
	echo "status $?" >> gdb.out
	# Those of the program may not have said it yet.
	[ "$inner" = 0 ] || until_true test -s layers
	grep '^identity: layer' gdb.out >> layers
	sed -E -e '/^identity: layer/d' -e 's/(process|LWP) [0-9]+/\1 PID/g' gdb.out
}

debug 0 0 -x session.gdb --args /tests/debuggee > session.0
grep -qx '\$11 = 3' session.0 && grep -qx 'status 0' session.0
result "gdb_session" $? || sed 's/^/# /' session.0
for nr in 1 8 "2 -b"; do
	debug "$nr" 0 -x session.gdb --args /tests/debuggee > "session.$nr"
	same "gdb_session.$nr" session.0 "session.$nr"
	layers_worked "${nr%% *}" 30
	result "gdb_session.$nr.layers" $?
done
for nr in 1 2; do
	debug 0 $nr -x session.gdb --args /tests/debuggee > session.on.$nr
	same "gdb_with_layers.$nr" session.0 session.on.$nr
	layers_worked $nr 30
	result "gdb_with_layers.$nr.layers" $?
done
debug 2 1 -x session.gdb --args /tests/debuggee > session.both
same "gdb_with_layers_on_a_program_with_layers" session.0 session.both
layers_worked 3 30
result "gdb_with_layers_on_a_program_with_layers.layers" $?

# Start the debuggee; it is stopped at a call that nobody has read. $@: its arguments
hold_at_call()
{
	hold "" /tests/debuggee "$@"
	trace getppid
	go
	until_true grep -q '^110 ' "/proc/$p/syscall"
}

# Answer the calls of the debuggee up to its end. $1: how many it makes, $2: how
# many are left, $3: name
hear_calls()
{
	heard=
	n=0
	while read -r -t 60 line <&3 && [ "$line" = getppid ]; do
		n=$((n + 1))
		echo cont >&3
	done
	exec 3>&-
	wait "$job"
	equal "$3" "$1 calls, $2 seen" "$(cat "$gate.out"), $n seen"
}

# What gdb printed of interest, in one line.
printed()
{
	grep -E '^\$|detached|Error|error|Cannot|Couldn' gdb.out | sed 's/(process [0-9]*)/(PID)/' | tr '\n' ';'
}

# $@: more arguments for gdb, which attaches to $p and leaves again
attach()
{
	timeout -s KILL 300 gdb -nx -batch -x common.gdb "$@" -ex detach -p "$p" > gdb.out 2>&1 < /dev/null
}

look_around="-ex 'print calls[0]' -ex 'call (int)getpid() == self' -ex 'print add(0)'"

hold_at_call calls 20
eval "attach $look_around"
equal "gdb_attaches_to_a_call_that_nobody_has_read" \
	'$1 = 0;$2 = 1;$3 = 0;[Inferior 1 (PID) detached];' "$(printed)"
hear_calls 20 20 "call_that_gdb_came_in_between_is_made_once"

hold_at_call calls 20
hear
(eval "attach $look_around") &
gdb=$!
until_true is_ptraced "$p"
echo cont >&3
wait "$gdb"
equal "gdb_attaches_to_a_call_that_was_read" \
	'$1 = 0;$2 = 1;$3 = 0;[Inferior 1 (PID) detached];' "$(printed)"
hear_calls 20 19 "call_that_gdb_waited_for_is_made_once"

# A call that gdb has the program make is judged like any other.
hold_at_call calls 20
rm -f attached
(attach -ex 'shell echo > attached' -ex 'print (long)syscall(110)' -ex 'print (long)syscall(110)') &
gdb=$!
# The program's own is not shown any more.
until_true test -s attached
heard=
hear skip-ok 5
hear skip-fail EPERM
wait "$gdb"
equal "tracer_sees_the_call_that_gdb_makes" "getppid;getppid;" "$heard"
equal "tracer_judges_the_call_that_gdb_makes" \
	'$1 = 5;$2 = -1;[Inferior 1 (PID) detached];' "$(printed)"
hear_calls 20 20 "program_makes_its_own_call_after_that"

# Is $p this program already? $1: the program, $2: threads that it should have
has_begun()
{
	[ "$(readlink "/proc/$p/exe")" = "$1" ] && grep -q "^Threads:.$2\$" "/proc/$p/status"
}

# gdb comes and goes while a program makes calls under layers, and ends it at last.
# $1: how many layers, $2: how many threads gdb should find, rest: program
come_and_go()
{
	nr=$1 threads=$2
	shift 2
	hold "" "$@"
	add_layers "$nr"
	go
	# gdb finds only who is there.
	until_true has_begun "$1" "$threads"
	want='' seen=''
	for more in "" "" "-ex 'set var limit = 0'"; do
		eval "attach -ex 'thread apply all -q print \$_thread > 0' -ex 'call add(0)' $more"
		seen="$seen $(grep -c '^\$[0-9]* = 1$' gdb.out),$(grep -c '^\$[0-9]* = 0$' gdb.out)"
		want="$want $threads,1"
	done
	wait "$job"
	status=$?
	want="$want 0 calls"
	equal "gdb_comes_and_goes.$2.$nr" "$want" "$seen $status $(sed 's/[0-9]* //' "$gate.out")"
}

for nr in 1 8; do
	come_and_go "$nr" 1 /tests/debuggee calls 2000000000
	come_and_go "$nr" 4 /tests/debuggee threads 2000000000
done

# Are there layers on $p? If it has ended, there never will be.
visited()
{
	has_tracers "$p" 2 || ! kill -0 "$p"
}

# $1: process
children_of()
{
	grep -l "^PPid:.$1\$" /proc/[0-9]*/status 2>/dev/null | sed 's/[^0-9]//g'
}

# Layers come and go while gdb steps through a program, instruction by instruction.
layers_come_and_go()
{
	until_true test -s inferior
	p=$(cat inferior)
	while kill -0 "$p" 2> /dev/null; do
		identity -l 2 -p "$p" 2> /dev/null &
		visitor=$!
		until_true visited
		usleep 50000
		# The first way they say goodbye, the other they do not.
		if [ $((visits % 2)) = 0 ]; then
			kill "$visitor" 2> /dev/null
		else
			# shellcheck disable=SC2046 # a list
			kill -9 $(children_of "$visitor") 2> /dev/null
		fi
		wait "$visitor"
		visits=$((visits + 1))
		echo "$visits" > visits
	done
}

debug 0 0 -x steps.gdb --args /tests/debuggee calls 200 > steps.0
rm inferior
visits=0
(layers_come_and_go) &
visitors=$!
debug 0 0 -x steps.gdb --args /tests/debuggee calls 200 > steps.1
wait "$visitors"
same "gdb_steps_while_layers_come_and_go" steps.0 steps.1
[ "$(cat visits)" -gt 5 ]
result "layers_came_and_went" $?

echo "1..$count"
[ $failed = 0 ]
