#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Make the tables of names out of consts.def and the system's headers.
#
#	gen_consts.sh CONSTS.DEF DIR
#
# Leaves DIR/consts.gen.c and DIR/consts.gen.h. CC is the compiler.
set -e

def=$1
dir=$2
: "${CC:=gcc}"
here=$(dirname "$0")
tmp=$dir/consts.tmp
mkdir -p "$tmp"
trap 'rm -rf "$tmp"' EXIT

units=$(grep -c '^unit ' "$def")
unit=0
: > "$tmp/rows"
while [ "$unit" -lt "$units" ]; do
	unit=$((unit + 1))
	awk -v unit="$unit" '$1 == "unit" { n++ }
		$1 == "unit" && n == unit {
			for (i = 2; i <= NF; i++)
				print "#include <" $i ">"
		}' "$def" > "$tmp/unit.h"
	{
		$CC -D_GNU_SOURCE -dM -E "$tmp/unit.h" | awk '$1 == "#define" { print $2 }'
		$CC -D_GNU_SOURCE -P -E "$tmp/unit.h" | awk -f "$here/enumerators.awk"
	} | grep -v '(' | sort -u > "$tmp/names"
	awk -v unit="$unit" -f "$here/gen_consts.awk" "$def" "$tmp/names" > "$tmp/body.c"
	{
		echo "#include <stdio.h>"
		cat "$tmp/unit.h" "$tmp/body.c"
	} > "$tmp/unit.c"
	$CC -D_GNU_SOURCE -w -o "$tmp/unit" "$tmp/unit.c"
	"$tmp/unit" >> "$tmp/rows"
done

# Group, line of the file, bits (of flags; most first), value, length of the name.
sort -t ' ' -k 1,1 -k 4,4n -k 5,5nr -k 6,6n -k 8,8n -k 7,7 "$tmp/rows" > "$tmp/sorted"
awk -v header="$dir/consts.gen.h" -f "$here/join_consts.awk" "$tmp/sorted" > "$dir/consts.gen.c"
