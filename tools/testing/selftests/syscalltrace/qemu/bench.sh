#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Make tables, a JSON file and a plot of what the guests measured. Usage: bench.sh RUN OUT
#
# RUN holds the files "instructions", "ns1" and "ns2" of lines "NAME MEDIAN LEAST MOST
# UNIT"; OUT gets the results, and may hold "plain", the instructions of a kernel without
# the patch. Exits 0 if nothing is missing, whatever the numbers are.
#
# Environment: BENCH, if only some jobs were done.
set -e

here=$(dirname "$0")
run=$1
out=$2

mkdir -p "$out"
set --
for file in "$out/plain" "$run/instructions" "$run/ns1" "$run/ns2"; do
	[ ! -s "$file" ] || set -- "$@" "$file"
done
status=0
awk -v out="$out" -f "$here/bench.awk" "$@" > "$out/bench.txt" || status=$?
[ $status -le 1 ] || exit $status
cat "$out/bench.txt"
# Of some jobs only there may be nothing to plot.
[ -n "$BENCH" ] || gnuplot -e "out = '$out'" "$here/bench.gp"
echo "bench: all of it is in $out: bench.txt, bench.json, bench.svg"
exit $status
