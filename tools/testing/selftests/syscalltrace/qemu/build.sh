#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Configure and build a kernel. Usage: build.sh FLAVOUR [TARGET...]
#
#	release	what run and test boot
#	bench	what bench boots: with mitigations
#	debug	with the sanitizers, faults to be injected, and coverage of our files
#	kcsan	with the detector of data races
#	off	release without our option
#	none, rt, up  release that is not preempted, or always, or for one CPU
#	clang, lto  release by another compiler, and optimised as a whole
#	i386	for 32 bits, where our option is not to be had
#	plain	release from the stock source in $STOCK
#	plain-bench	bench from there: what bench compares with
#
# Environment: TREE, BUILD, JOBS.
set -e

: "${TREE:?}" "${BUILD:?}" "${JOBS:=$(nproc)}"
here=tools/testing/selftests/syscalltrace
flavour=$1
shift
out=$BUILD/$flavour
src=$TREE
case $flavour in plain*) src=$STOCK ;; esac

# $1: sed script
release_but()
{
	cat $here/config $here/qemu/kernel.config | sed "$1"
}

fragments()
{
	case $flavour in
	release) cat $here/config $here/qemu/kernel.config ;;
	bench)	cat $here/config $here/qemu/kernel.config $here/qemu/bench.config ;;
	debug|kcsan) cat $here/config $here/qemu/kernel.config $here/qemu/$flavour.config ;;
	none)	release_but s/PREEMPT_VOLUNTARY/PREEMPT_NONE/ ;;
	rt)	release_but s/PREEMPT_VOLUNTARY/PREEMPT_RT/ ;;
	up)	release_but '/_SMP=/d; /_NR_CPUS=/d' ;;
	clang)	release_but /_X32_/d ;;
	lto)	release_but '/_X32_/d; $a CONFIG_LTO_CLANG_THIN=y' ;;
	i386)	release_but '/64\|_X32_\|IA32\|VSYSCALL\|PROTECTION_KEYS\|SYSCALL_T/d' ;;
	off|plain) cat $here/config $here/qemu/kernel.config |
			grep -v -e PROC_SYSCALL_TRACE -e SYSCALL_TEXT ;;
	plain-bench) cat $here/config $here/qemu/kernel.config $here/qemu/bench.config |
			grep -v -e PROC_SYSCALL_TRACE -e SYSCALL_TEXT ;;
	*)	echo "build: no flavour '$flavour'" >&2; exit 1 ;;
	esac
}

# KCOV looks at these alone: nobody else's branches guide a fuzzer.
covered()
{
	[ "$flavour" = debug ] || return 0
	for file in kernel/strace_*.c fs/proc/syscall_trace*.c lib/syscall_text.c lib/syscall_packed.c
	do
		file=${file##*/}
		echo "KCOV_INSTRUMENT_${file%.c}.o=y"
	done
}

# How the flavour is made.
make_flags()
{
	case $flavour in
	clang|lto) echo "LLVM=1" ;;
	i386)	echo "ARCH=i386 CC='ccache gcc'" ;;
	*)	echo "CC='ccache gcc'" ;;
	esac
}

kmake()
{
	eval set -- "$(make_flags)" '"$@"'
	# shellcheck disable=SC2046 # words
	make -C "$src" O="$out" HOSTCC="ccache gcc" $(covered) \
		KBUILD_BUILD_TIMESTAMP=1970-01-01 KBUILD_BUILD_USER=syscalltrace \
		KBUILD_BUILD_HOST=localhost "$@"
}

# An option that did not take is a fragment that lies.
configure()
{
	fragments > "$out/fragments.new"
	cmp -s "$out/fragments.new" "$out/fragments" && [ -f "$out/.config" ] &&
		return
	kmake KCONFIG_ALLCONFIG="$out/fragments.new" allnoconfig > "$out/config.log"
	for o in $(grep -h '^CONFIG_' "$out/fragments.new" | grep -v '=n$'); do
		grep -qxF "$o" "$out/.config" || {
			echo "build: the kernel does not take $o" >&2
			exit 1
		}
	done
	mv "$out/fragments.new" "$out/fragments"
}

# Turn make's lines into a count that moves; keep them in a log.
progress()
{
	total=$(cat "$out/steps" 2>/dev/null || echo 1850)
	tty=0
	[ -t 1 ] && tty=1
	awk -v total="$total" -v tty="$tty" -v steps="$out/steps" -v what="$flavour" '
		/^  [A-Z0-9]+ +/ {
			n++
			if (tty)
				printf "\rbuild: %s kernel, step %d of at most %d: %-50.50s", what, n, total, $2
			else if (n % 200 == 0)
				printf "build: %s kernel, step %d of at most %d: %s\n", what, n, total, $2
			fflush()
		}
		/warning:|error:|Error/ { print; fflush() }
		END { if (n && tty) print ""; if (n > 1000) print n > steps }'
}

mkdir -p "$out"
export CCACHE_BASEDIR="$BUILD" CCACHE_NOHASHDIR=1 CCACHE_MAXSIZE="${CCACHE_MAXSIZE:-5G}"
configure
if [ $# != 0 ]; then
	kmake -s -j"$JOBS" "$@"
	exit
fi
echo "build: $flavour kernel in $out (log: build.log)"
start=$(date +%s)
{ kmake -j"$JOBS" bzImage 2>&1 || echo failed >&3; } 3> "$out/status" | tee "$out/build.log" | progress
[ ! -s "$out/status" ] || {
	tail -20 "$out/build.log" >&2
	exit 1
}
echo "build: $flavour kernel ready after $(($(date +%s) - start)) s"
