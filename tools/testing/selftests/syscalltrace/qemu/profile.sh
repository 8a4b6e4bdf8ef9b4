#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Look on while a guest does a job of the benchmark, and say where its instructions
# go. Usage: profile.sh KERNEL RUN
#
# KERNEL is the directory where the kernel was built. In RUN there are named pipes
# to QEMU: "monitor.in" for its monitor, "marker.out" where the guest says that the
# job begins, "log" for what QEMU logs. QEMU is made to translate instructions one
# by one and to log each that it executes; profile.awk counts them. How the guest
# counts does not change by that: the sums are those of "bench instructions".
#
# Environment: PERIOD, a function of the kernel that is entered once in each round
# of the job; SKIP, rounds until it runs steadily; ROUNDS, how many are then looked
# at; DETAIL, functions of which each instruction is shown.
set -e

kernel=$1
run=$2
here=$(dirname "$0")
: "${SKIP:=30}" "${ROUNDS:=40}"

# Functions of the kernel: address, name and object file. A name that several object
# files have is of the one that the function before it is of.
symbols()
{
	(cd "$kernel" && find arch/x86 block drivers fs init io_uring ipc kernel lib mm \
		net security -name '*.o' ! -name 'built-in*' ! -path '*/boot/*' \
		! -path '*/vdso/*' -exec nm -A --defined-only {} + 2>/dev/null) |
	awk '
		NR == FNR {
			sub(/:[^:]*$/, "", $1)
			if ($2 ~ /^[tTwW]$/)
				where[$3] = where[$3] " " $1
			next
		}
		$2 ~ /^[tTwW]$/ && $1 ~ /^ffffffff8/ && $3 !~ /^__.*_(start|begin|end)$/ {
			n = split(where[$3], files, " ")
			for (i = 1; i < n && files[i] != last; i++)
				;
			if (n)
				last = files[i]
			print $1, $3, n ? files[i] : "-"
		}' - "$kernel/System.map"
}

# Put the disassembly beside what profile.awk has counted. $@: functions
detail()
{
	for function in "$@"; do
		# The compiler may have given it another name, or made several.
		awk -v f="$function" '{ n = $2; sub(/[.].*/, "", n) } n == f { print $2 }' \
			"$run/symbols"
	done | while read -r name; do
		printf '\n%s, how often each instruction a round:\n' "$name"
		objdump -d --no-show-raw-insn --disassemble="$name" "$kernel/vmlinux" |
		awk '
			NR == FNR { count["" $1] = $2; next }
			/^ *ffffffff[0-9a-f]*:/ {
				pc = substr($1, 1, 16)
				if ("" pc in count)
					printf "%8.1f %s\n", count["" pc], $0
			}' "$run/addresses" -
	done
}

symbols > "$run/symbols"
# QEMU does not start before somebody reads its log. To the monitor nobody may
# listen any more; that is no reason to wait.
exec 3< "$run/log" 4<> "$run/monitor.in"
read -r _ job < "$run/marker.out"
case $job in
untraced-getppid)	: "${PERIOD:=__do_sys_getppid}" ;;
untraced-*)		: "${PERIOD:=__x64_sys_write}" ;;
*)			: "${PERIOD:=syscall_trace_enter}" ;;
esac
# The first is of QEMU 8.1 and later, the second of older ones: one is refused.
printf '%s\n' "one-insn-per-tb on" "singlestep on" "log exec" >&4
bad=0
awk -v period="$PERIOD" -v skip="$SKIP" -v rounds="$ROUNDS" -v addresses="$run/addresses" \
	-f "$here/profile.awk" "$run/symbols" - <&3 > "$run/profile" || bad=1
printf '%s\n' "log none" "singlestep off" "one-insn-per-tb off" >&4
# QEMU would wait if nobody read the rest.
cat <&3 > /dev/null
# shellcheck disable=SC2086 # a list of words
[ "$bad" != 0 ] || detail $DETAIL >> "$run/profile"
exit $bad
