#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Spoil the description of system calls in every way that must not get past the
# build, and see that it does not. Prints a TAP report.
#
# Environment: TREE, BUILD.
set -e

. "$(dirname "$0")/tap.sh"

: "${TREE:?}" "${BUILD:?}"
work=$BUILD/table_check
tbl=arch/x86/entry/syscalls

# Compile a description as the build does. $1: description
compile()
{
	# shellcheck disable=SC2046 # a list of words
	(cd "$TREE" && "$work/gen" "$1" native:$tbl/syscall_64.tbl:common,64 \
		i386:$tbl/syscall_32.tbl:i386 x32:$tbl/syscall_64.tbl:common,x32 -- \
		include/linux/syscalls.h include/linux/compat.h kernel/sys.c \
		$(printf 'arch/x86/kernel/%s.c ' sys_ia32 sys_x86_64 process_64 ldt tls \
			ioport signal_64 signal_32 vm86_32)) > "$work/out" 2> "$work/err"
}

# The build must fail, and say what is wrong.
# $1: name of the check, $2: sed script that spoils it, $3: word of the complaint
refused()
{
	sed "$2" lib/syscall_desc.tbl > "$work/bad.tbl"
	status=1
	if ! cmp -s lib/syscall_desc.tbl "$work/bad.tbl" && ! compile "$work/bad.tbl" &&
		grep -q "$3" "$work/err"; then
		status=0
	else
		sed 's/^/# /' "$work/err"
	fi
	result "$1" $status
}

mkdir -p "$work"
${HOSTCC:-gcc} -O2 -Wall -o "$work/gen" lib/gen_syscall_desc.c
plan 12
status=0
compile "$PWD/lib/syscall_desc.tbl" || status=1
result "table_is_good" $status
refused "missing_call" '/^readv(/d' readv
refused "missing_i386_call" '/^waitpid(/d' waitpid
refused "call_of_nobody" 's/^readv(/readw(fd fd)\n&/' readw
refused "argument_missing" 's/^close(fd fd)/close()/' close
refused "argument_too_many" 's/^getpid()/getpid(int pid)/' getpid
refused "pointer_as_number" 's/^chdir(path filename)/chdir(size filename)/' chdir
refused "struct_unknown" 's/out statbuf\[stat\]/out statbuf[stut]/' stut
refused "length_unknown" 's/in buf\[count\]/in buf[cound]/' cound
refused "kind_unknown" 's/^chdir(path/chdir(paths/' paths
refused "case_twice" 's/^\tcmd FIGETBSZ=2:/\tcmd FIGETBSZ=1:/' 1
refused "class_unknown" 's/%memory/%memories/' memories
exit $failed
