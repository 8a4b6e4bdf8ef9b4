#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Measure in the guest what the kernel's command line asks for: guest_bench=ns
# or guest_bench=instructions; guest_jobs=PATTERN: only the jobs of these names. An
# emulator that counts is slow and exact: there fewer calls do.

. /common.sh

# What the whole programs work with.
make_files()
{
	for i in $(seq 40); do
		mkdir -p "tree/dir$i" source
		for j in 1 2 3 4 5; do
			echo "some words" > "tree/dir$i/file$j"
		done
		[ "$i" -gt 20 ] || seq 1 50 | sed "s/\$/ name$i/" > "source/part$i.c"
	done
	head -c 2000 /dev/zero > zeros

	cat > shell-loop <<-'EOF'
	i=0
	while [ $i -lt 150 ]; do
		echo "line $i" >> lines
		i=$((i + 1))
	done
	rm lines
	EOF

	# Objects from sources by sed and sort, then one file from all: there is no compiler.
	cat > build <<-'EOF'
	rm -rf objects
	mkdir objects
	for source in source/*.c; do
		object=objects/$(basename "$source" .c).o
		[ "$object" -nt "$source" ] && continue
		sed -e s/name/symbol/ "$source" | sort -r > "$object"
	done
	cat objects/*.o > objects/program
	EOF
}

count=$(option guest_bench)
jobs=$(option guest_jobs)
calls=1000
[ "$count" != instructions ] || calls=500
mkdir -p /tmp/bench
cd /tmp/bench || exit
make_files
exec timeout -s KILL 600 bench "$count" "$calls" ${jobs:+"$jobs"} < /dev/null
