#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Boot a kernel and run something in it. Usage: boot.sh FLAVOUR MODE
#
#	demo	the demonstration, then a shell if there is a terminal
#	test	all tests; ends with "N passed, N failed"
#	shell	a shell at once
#	run	the guest script that the file $SCRIPT holds
#	compare	what we say of ordinary programs and what strace says of them,
#		in a larger guest
#	onion	strace and gdb under layers, in a larger guest
#	stress	stress-ng, with layers that come and go
#	soak	ordinary work under layers of tracers that crash
#	file-fuzz  the fuzzer of the file
#	races	any two of the things that can be done, at once
#	faults	memory and copies fail, one after another
#		each of these for $TIME seconds, by the random numbers that $SEED begins
#	tools	the tests of our programs, in the largest guest
#	selftests	what BUILD/kselftests holds, in the way $WAY, each program for
#		at most $LIMIT seconds; leaves what they print in BUILD/run
#	bench	the benchmark: counting instructions, then by the clock with one CPU
#		and with two; leaves its results in BUILD/bench-results. Of a kernel without
#		our option only what later runs compare theirs with. BENCH: a pattern
#		for the names of jobs, instead of all
#	profile	where the instructions of the benchmark's job $JOB go
#
# Environment: TREE, BUILD; TEST_TIMEOUT in seconds for all but shells;
# TESTS, a list of selftests to run instead of all; MODE, what else the guest has, see
# initramfs.sh; QEMU_ARGS.
set -e

: "${TREE:?}" "${BUILD:?}"
here=tools/testing/selftests/syscalltrace
flavour=$1
mode=$2
run=$BUILD/run/$flavour-$mode
kernel=$BUILD/$flavour/arch/x86/boot/bzImage
cpu=max		# under TCG
guest_args=	# more for the kernel's command line
panic_on_warn=1
told=		# which lines of the results to print at once
count=		# of the benchmark: ns, or instructions
cpus=2

# All of the kernel has data races; those that name us are looked for afterwards.
[ "$flavour" != kcsan ] || panic_on_warn=0

rm -rf "$run"
mkdir -p "$run"
trap 'rm -f "$run"/initramfs.gz' EXIT

accel()
{
	# One CPU, whose clock advances by 1 ns with each instruction.
	if [ "$count" = instructions ]; then
		echo "-accel tcg,thread=single -icount shift=0,sleep=off -cpu $cpu -smp 1"
		return
	fi
	# /dev/kvm may exist and yet not boot anything: believe a guest only.
	if [ -w /dev/kvm ] && [ "$(cat "$BUILD/kvm" 2>/dev/null || probe_kvm)" = works ]; then
		echo "-accel kvm -cpu host -smp $cpus"
	else
		echo "-accel tcg,thread=multi -cpu $cpu -smp $cpus"
	fi
}

# Boot the kernel without an init under KVM: reaching the panic proves it.
probe_kvm()
{
	if (timeout 20 qemu-system-x86_64 -accel kvm -cpu host -m 256 -nodefaults \
		-display none -no-reboot -serial stdio -kernel "$kernel" \
		-append "console=ttyS0 panic=-1"; true) 2>/dev/null | grep -q 'Kernel panic'
	then
		echo works
	else
		echo broken
	fi | tee "$BUILD/kvm"
}

# Become qemu: who has started it must be able to end it. $@: arguments for it
qemu()
{
	# shellcheck disable=SC2046,SC2086 # lists of words
	exec qemu-system-x86_64 $(accel) -m "${GUEST_MEM:-1024}" -nodefaults \
		-display none -no-reboot -kernel "$kernel" -initrd "$run/initramfs.gz" \
		-device virtio-serial-pci \
		-chardev file,id=results,path="$run/results" \
		-device virtserialport,chardev=results,name=results \
		$QEMU_ARGS "$@"
}

cmdline()
{
	echo "console=ttyS0 quiet panic=-1 oops=panic panic_on_warn=$panic_on_warn" \
		"printk.time=1 log_buf_len=8M kunit.stats_enabled=0 net.ifnames=0 audit=0" \
		"guest_mode=$mode $guest_args $1"
}

# With a terminal, the serial line is the terminal.
interactive()
{
	(qemu -serial mon:stdio -append "$(cmdline "guest_shell=1 panic_on_warn=0")")
}

# Say what the guest says of how far it is. $1: pid of qemu
tell()
{
	tail -n +1 -F --pid="$1" "$run/results" 2>/dev/null | grep --line-buffered "$told"
}

# $1: time limit in seconds
unattended()
{
	status=0
	start=$(date +%s)
	(
		exec 9>&1
		qemu -serial "file:$run/console" -append "$(cmdline)" </dev/null &
		pid=$!
		[ -z "$told" ] || tell $pid &
		( sleep "$1"; kill $pid 2>/dev/null ) 9>&- >/dev/null 2>&1 &
		killer=$!
		wait $pid || true
		kill $killer 2>/dev/null || true
	)
	if ! grep -q '^guest: done' "$run/results" 2>/dev/null; then
		echo "boot: the guest did not finish within $1 s, or died:" >&2
		tail -40 "$run/console" >&2
		status=1
	fi
	echo "boot: $(($(date +%s) - start)) s in the guest"
	return $status
}

# Of the data races that the kernel has reported keep those in functions of ours.
our_races()
{
	(cd "$BUILD/$flavour" && nm kernel/strace_*.o fs/proc/syscall_trace*.o lib/syscall_*.o \
		arch/x86/entry/vdso/traps.o) | awk '$2 ~ /[tT]/ { print $3 }' > "$run/ours"
	mv "$run/results" "$run/results.all"
	awk -f $here/qemu/kcsan.awk "$run/ours" "$run/results.all" > "$run/results"
	tail -n 1 "$run/results"
}

# Boot to measure, and keep what is printed in $run/$1. $1: instructions, ns1 or ns2,
# with so many CPUs
measure()
{
	count=${1%[12]}
	cpus=${1#"$count"}
	# Of two modes the guest takes the last.
	guest_args="guest_mode=run guest_bench=$count kunit.enable=0 ${BENCH:+guest_jobs=$BENCH}"
	# Else the kernel might read another clock, which takes more instructions.
	[ "$count" != instructions ] || guest_args="$guest_args tsc=reliable"
	echo "boot: measuring $count${cpus:+ with $cpus CPUs}"
	unattended "${TEST_TIMEOUT:-900}" || return 1
	mv "$run/results" "$run/$1"
	grep -q '^guest: status 0' "$run/$1" && return
	sed -n '/^guest: /d;p' "$run/$1" >&2
	return 1
}

bench()
{
	mkdir -p "$BUILD/bench-results"
	case $flavour in
	plain*|off)
		BENCH="bare-*"
		measure instructions || return 1
		grep ^bare- "$run/instructions" | tee "$BUILD/bench-results/plain"
		return
		;;
	esac
	for what in instructions ns1 ns2; do
		measure $what || return 1
	done
	$here/qemu/bench.sh "$run" "$BUILD/bench-results"
}

# Boot to look at each instruction of a job, and print the profile.
profile()
{
	count=instructions
	guest_args="guest_mode=run guest_profile=${JOB:=one-stop-packed} nokaslr"
	guest_args="$guest_args kunit.enable=0 tsc=reliable"
	mkfifo "$run/monitor.in" "$run/monitor.out" "$run/marker.in" "$run/marker.out" "$run/log"
	QEMU_ARGS="$QEMU_ARGS -D $run/log -chardev pipe,id=monitor,path=$run/monitor
		-mon chardev=monitor,mode=readline -chardev pipe,id=marker,path=$run/marker
		-device virtserialport,chardev=marker,name=profile"
	$here/qemu/profile.sh "$BUILD/$flavour" "$run" &
	watcher=$!
	bad=0
	unattended "${TEST_TIMEOUT:-300}" || bad=1
	[ "$bad" = 0 ] || kill $watcher 2>/dev/null || true
	wait $watcher || bad=1
	sed '/^guest: /d' "$run/results"
	cat "$run/profile"
	return $bad
}

if [ "$mode" = bench ] || [ "$mode" = profile ]; then
	export SCRIPT="$here/qemu/guest/$mode.sh"
	# Of a repeated string instruction each round is one instruction under TCG:
	# without these the kernel copies words, with them bytes.
	cpu=max,erms=off,fsrm=off
fi
case $mode in
compare|onion|selftests|tools) : "${GUEST_MEM:=2048}" ;;
faults|file-fuzz|races|soak|stress)
	: "${GUEST_MEM:=2048}" "${TIME:=60}"
	guest_args="guest_time=$TIME guest_seed=${SEED:=1}"
	told='^# .*[0-9] s[:,]\|^# [a-z_]*: '
	;;
esac
if [ "$mode" = selftests ]; then
	# With one CPU the kernel turns "lock" into a prefix that TCG takes seriously.
	guest_args="guest_way=${WAY:?} guest_limit=${LIMIT:-300} noreplace-smp"
	# With SMAP, TCG lets no program return to another segment.
	cpu=max,smap=off
fi
if [ "$mode" = tools ]; then
	guest_args="guest_mode=test"
	: "${TESTS:=$(cd $here/tools && echo lib_test *_test.sh) ../soak.sh}"
fi
export TESTS
MODE=${MODE:-$mode} $here/qemu/initramfs.sh "$run/initramfs.gz"

case $mode in
demo)
	if [ -t 0 ] && [ -t 1 ]; then
		interactive
		exit
	fi
	unattended "${TEST_TIMEOUT:-300}" || exit 1
	sed -n '/^guest: /d;p' "$run/results"
	grep -q '^guest: status 0' "$run/results"
	;;
shell)
	interactive
	;;
onion|tools|faults|file-fuzz|races|soak|stress)
	bad=0
	unattended "${TEST_TIMEOUT:-$((1500 + 2 * ${TIME:-0}))}" || bad=1
	[ "$flavour" != kcsan ] || our_races
	$here/qemu/summary.sh "$run/results" "$bad"
	;;
run)
	unattended "${TEST_TIMEOUT:-600}" || exit 1
	sed -n '/^guest: /d;p' "$run/results"
	;;
selftests)
	unattended "${TEST_TIMEOUT:-7200}"
	;;
compare)
	unattended "${TEST_TIMEOUT:-1500}" || exit 1
	sed -n '/^guest: /d;p' "$run/results"
	grep -q '^guest: status 0' "$run/results"
	;;
test)
	bad=0
	unattended "${TEST_TIMEOUT:-1500}" || bad=1
	if [ "$flavour" = release ] && [ -z "$TESTS" ]; then
		$here/qemu/table_check.sh >> "$run/results" || true
		$here/qemu/docs_check.sh >> "$run/results" ||
			echo "not ok 1 docs_check" >> "$run/results"
		$here/qemu/hooks_check.sh >> "$run/results" || true
		make -s -C "$TREE/$here/fuzz" OUTPUT="$BUILD/fuzz" replay >> "$run/results" ||
			echo "not ok 1 fuzz.replay" >> "$run/results"
	fi
	$here/qemu/summary.sh "$run/results" "$bad"
	;;
profile)
	profile
	;;
bench)
	bench
	;;
*)
	echo "boot: no mode '$mode'" >&2
	exit 1
	;;
esac
