#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Run all tests, those of the kernel and those of our programs, each in a guest of its
# own; the last line counts both. With TESTS only those of the kernel that it names.
#
# Environment: TREE, BUILD; TESTS.
set -e

: "${TREE:?}" "${BUILD:?}"
here=tools/testing/selftests/syscalltrace/qemu

if [ -n "$TESTS" ]; then
	exec $here/boot.sh release test
fi
dead=0
for mode in test tools; do
	echo "test: the guest for $mode"
	MODE=$mode $here/deps.sh
	# What failed is counted below.
	$here/boot.sh release $mode || true
	grep -q '^guest: done' "$BUILD/run/release-$mode/results" 2>/dev/null || dead=1
done
echo "test: all in all"
cat "$BUILD/run/release-test/results" "$BUILD/run/release-tools/results" \
	> "$BUILD/run/results" || dead=1
$here/summary.sh "$BUILD/run/results" $dead
