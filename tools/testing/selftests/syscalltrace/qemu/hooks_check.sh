#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Prove from the machine code that who is not traced pays nothing: with the
# option off every patched file compiles to the code of the stock kernel, and
# with it on do_syscall_64() is the same but for the bits of its mask.
# Needs a built release kernel. Prints a TAP report.
#
# Environment: TREE, BUILD.
set -e

. "$(dirname "$0")/tap.sh"

: "${TREE:?}" "${BUILD:?}"
here=$(dirname "$0")
STOCK=$BUILD/stock
export STOCK

objects="kernel/entry/common.o arch/x86/entry/common.o kernel/fork.o kernel/exit.o kernel/signal.o
	fs/exec.o fs/proc/base.o fs/proc/array.o arch/x86/entry/vsyscall/vsyscall_64.o
	arch/x86/entry/vdso/vma.o arch/x86/entry/vdso/extable.o"

# Instructions with what they refer to, without file names. $1: object
code()
{
	objdump -dr --no-show-raw-insn "$1" | grep -v 'file format'
}

# Bytes and instructions of one function, the bits of masks left out.
# $1: object, $2: function
function_code()
{
	objdump -d --no-show-raw-insn "$1" |
		sed -n "/<$2>:/,/^\$/p" | sed 's/^ *//; s/\(test.*\$0x\)[0-9a-f]*,/\1MASK,/'
}

[ -d "$STOCK" ] || git -C "$TREE" worktree add -q --detach "$STOCK" stock
plan $(($(echo $objects | wc -w) + 2))
for flavour in plain off; do
	# shellcheck disable=SC2086 # a list of words
	"$here/build.sh" $flavour prepare $objects > "$BUILD/hooks_check.log" 2>&1 ||
		{ cat "$BUILD/hooks_check.log"; exit 1; }
done
for o in $objects; do
	code "$BUILD/plain/$o" > "$BUILD/plain/code"
	code "$BUILD/off/$o" > "$BUILD/off/code"
	same=0
	cmp -s "$BUILD/plain/code" "$BUILD/off/code" || same=1
	[ -s "$BUILD/plain/code" ] || same=1
	result "off_is_stock:$o" $same
done

o=arch/x86/entry/common.o
function_code "$BUILD/plain/$o" do_syscall_64 > "$BUILD/plain/code"
function_code "$BUILD/release/$o" do_syscall_64 > "$BUILD/off/code"
same=0
grep -q 'MASK,' "$BUILD/plain/code" && cmp -s "$BUILD/plain/code" "$BUILD/off/code" || same=1
result "on_has_the_same_entry_path" $same

# The mask itself: one test of the work flags, in both.
tests=$(grep -c 'test.*MASK,' "$BUILD/off/code")
want=$(grep -c 'test.*MASK,' "$BUILD/plain/code")
same=0
[ "$tests" = "$want" ] || same=1
result "on_tests_the_mask_as_often" $same
exit $failed
