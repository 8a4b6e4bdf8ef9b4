#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Build kernels of other kinds: none may give a warning. Then run the tests of the kernel
# on those that boot what release boots. Usage: builds.sh [FLAVOUR...]
#
# Environment: TREE, BUILD.
set -e

: "${TREE:?}" "${BUILD:?}"
here=tools/testing/selftests/syscalltrace/qemu
[ $# != 0 ] || set -- rt none up clang lto off i386
failed=0

# $1: flavour
build()
{
	$here/build.sh "$1" || return 1
	! grep 'warning:' "$BUILD/$1/build.log"
}

for flavour; do
	if ! build "$flavour"; then
		verdict="does not build cleanly"
		failed=1
	elif [ "$flavour" = i386 ]; then
		verdict="builds"
	elif $here/boot.sh "$flavour" test; then
		verdict="builds, tests passed"
	else
		verdict="builds, tests failed"
		failed=1
	fi
	echo "builds: $flavour: $verdict"
done
exit $failed
