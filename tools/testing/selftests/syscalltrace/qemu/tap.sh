# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# For checks that run on the build machine: a TAP report. To be sourced.

count=0
failed=0

# How many checks there are. $1: number
plan()
{
	echo "TAP version 13"
	echo "1..$1"
}

# $1: name, $2: 0 if it passed
result()
{
	count=$((count + 1))
	if [ "$2" = 0 ]; then
		echo "ok $count $1"
	else
		echo "not ok $count $1"
		failed=1
	fi
}
