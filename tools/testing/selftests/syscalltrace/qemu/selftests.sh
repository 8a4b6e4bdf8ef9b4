#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Run the kernel's own selftests without tracers and under tracers that change
# nothing, and say what comes out differently. From the top of the repository.
#
# Environment: TREE, BUILD, JOBS;
# WAYS	in which they run, each in a guest of its own: plain (the stock kernel),
#	untraced, or a number of layers, maybe with a "b" (they bind as well) and an
#	"n" (they do not watch signals)
# SELFTESTS	directories, or DIRECTORY/PROGRAM, instead of all
# LIMIT	seconds for one program
# CPUS	of the guests; with more than one, what wakes another CPU takes long to emulate
# COMPARE=1	only compare what was run before
#
# Exits 0 if no difference is left that selftests.known does not explain.
set -e

: "${TREE:?}" "${BUILD:?}" "${JOBS:=$(nproc)}" "${LIMIT:=600}"
: "${WAYS:=plain untraced 1 1b 2 8}"
: "${CPUS:=1}"
here=tools/testing/selftests/syscalltrace
out=$BUILD/kselftests
results=$out/results
directories="ptrace seccomp clone3 exec futex/functional sigaltstack
	syscall_user_dispatch pidfd x86 proc timers"

# Make one of the kernel's directories of tests. $1: directory, rest: for make
in_directory()
{
	dir=$1
	shift
	make -s -k -C "$TREE/tools/testing/selftests/$dir" OUTPUT="$out/tests/$dir" \
		COLLECTION="$dir" CC="ccache gcc" \
		KHDR_INCLUDES="-isystem $out/headers/usr/include" "$@"
}

# What tests read. $1: directory
copy_files()
{
	in_directory "$1" -p -n emit_tests 2>/dev/null | sed -n 's/^TEST_FILES *[:+]*= *//p' |
		tr ' ' '\n' | while read -r file; do
		[ -z "$file" ] || cp "$TREE/tools/testing/selftests/$1/$file" "$out/tests/$1/"
	done
}

build()
{
	[ -d "$out/headers/usr/include/linux" ] ||
		make -s -C "$TREE" O="$out/headers" headers
	for dir in $directories; do
		mkdir -p "$out/tests/$dir"
		in_directory "$dir" all > "$out/tests/$dir/build.log" 2>&1 || true
		copy_files "$dir"
	done
}

# Why a program is not run; nothing if it is. $1: DIRECTORY/PROGRAM
left_out()
{
	case $1 in
	exec/binfmt_script.py)	echo "there is no Python in the guest" ;;
	timers/raw_skew)	echo "watches clocks for minutes, and makes no calls" ;;
	timers/rtcpie)		echo "there is no real-time clock in the guest" ;;
	seccomp/seccomp_benchmark|syscall_user_dispatch/sud_benchmark)
		echo "only says how long calls take" ;;
	*)	[ -x "$out/tests/$1" ] || echo "was not built: see build.log" ;;
	esac
}

# Arguments for programs that would run for very long. $1: DIRECTORY/PROGRAM
words_for()
{
	case $1 in
	pidfd/pidfd_poll_test)	echo 500 ;;
	timers/inconsistency-check)	echo -t 1 ;;
	esac
}

# Programs of a directory with their arguments. $1: directory
programs()
{
	in_directory "$1" emit_tests | sed 's/^.*://' | while read -r program; do
		# It runs programs that are listed here already, with other arguments.
		if [ "$1/$program" = futex/functional/run.sh ]; then
			sed -n 's,^\./\([^ ]*\) \$COLOR \(.*\),\1 \2,p' \
				"$TREE/tools/testing/selftests/$1/$program"
		else
			echo "$program $(words_for "$1/$program")"
		fi
	done
}

# $1: DIRECTORY/PROGRAM
wanted()
{
	[ -n "$SELFTESTS" ] || return 0
	for s in $SELFTESTS; do
		case $1/ in
		"${s%/}"/*) return 0 ;;
		esac
	done
	return 1
}

list()
{
	for dir in $directories; do
		programs "$dir" | while read -r program words; do
			wanted "$dir/$program" || continue
			why=$(left_out "$dir/$program")
			if [ -n "$why" ]; then
				echo "selftests: left out: $dir/$program: $why" >&2
			else
				echo "$dir $program $words"
			fi
		done
	done
}

# A line for each result: its name, then the result as the last word.
# $1: what a guest printed
normalise()
{
	awk '
		# The same name again gets a number.
		function print_result(name, value)
		{
			if (times[program, name]++)
				name = name " (" times[program, name] ")"
			print program ": " name ": " value
		}

		function tap(line,	value, name, comment)
		{
			value = line ~ /^ok/ ? "pass" : "fail"
			if (line ~ /# (SKIP|skip)/)
				value = "skip"
			else if (line ~ /# XFAIL/)
				value = "xfail"
			name = comment = line
			sub(/^(not )?ok [0-9]+ *(- )?/, "", name)
			sub(/ *# .*/, "", name)
			sub(/^[^#]*# */, "", comment)
			print_result(name ? name : comment, value)
		}

		/^# running /	{ program = substr($0, 11); delete mark; next }
		# Some begin the line with other words.
		match($0, /(^\| |\.\.)(not )?ok [0-9]+ /) {
			$0 = substr($0, RSTART + 2)
			tap($0)
			next
		}
		/^\| \[[A-Z]+\]/ { split($0, words, /[][]/); mark[words[2]]++; next }
		/^guest: exit / {
			for (m in mark)
				print program ": [" m "]: " mark[m]
			print program ": exit: " $3
		}' "$1" | LC_ALL=C sort
}

plain_kernel()
{
	STOCK=$BUILD/stock
	export STOCK
	[ -d "$STOCK" ] || git -C "$TREE" worktree add -q --detach "$STOCK" stock
	$here/qemu/build.sh plain
}

# $1: way
run()
{
	flavour=release
	[ "$1" != plain ] || flavour=plain
	echo "selftests: $1"
	# What a guest that died has left is compared, too.
	WAY=$1 LIMIT=$LIMIT QEMU_ARGS="-smp $CPUS $QEMU_ARGS" \
		$here/qemu/boot.sh $flavour selftests || true
	cp "$BUILD/run/$flavour-selftests/results" "$results/$1.raw"
	cp "$BUILD/run/$flavour-selftests/console" "$results/$1.console"
	normalise "$results/$1.raw" > "$results/$1"
}

if [ -z "$COMPARE" ]; then
	build
	mkdir -p "$results"
	list > "$out/tests/list"
	for way in $WAYS; do
		[ "$way" != plain ] || plain_kernel
		run "$way"
	done
fi

# Print what differs between untraced and another way. $1: way
compare()
{
	LC_ALL=C awk -v way="$1" '
		function name_of(line) { sub(/: [^:]*$/, "", line); return line }
		function value_of(line) { sub(/^.*: /, "", line); return line }
		function program_of(name) { sub(/: .*/, "", name); return name }

		# A program that did not end by itself has no excuse.
		function why(name,	i, end)
		{
			end = program_of(name) ": exit"
			if (!(end in other) || other[end] == 137)
				return
			for (i = 1; i <= nr; i++)
				if (way " " name ~ pattern[i])
					return reason[i]
		}

		function difference(name, from, to,	because)
		{
			because = why(name)
			if (because)
				known++
			else
				differ++
			print way ": " name ": " from " -> " to (because ? " (known: " because ")" : "")
		}

		# A test that ends otherwise makes its program end otherwise.
		function look_at(name,	from, to)
		{
			from = name in base ? base[name] : "nothing"
			to = name in other ? other[name] : "nothing"
			if (from == to)
				equal++
			else if (name !~ /: exit$/ || !different[program_of(name)]++)
				difference(name, from, to)
			different[program_of(name)] += from != to
		}

		FNR == 1	{ file++ }
		file == 1 && !/^#/ { split($0, f, "\t"); pattern[++nr] = f[1]; reason[nr] = f[2] }
		file == 2	{ base[name_of($0)] = value_of($0) }
		file == 3	{ other[name_of($0)] = value_of($0) }
		file > 1 && !(name_of($0) in seen) { seen[name_of($0)]; names[++nr_names] = name_of($0) }
		END {
			for (i = 1; i <= nr_names; i++)
				if (names[i] !~ /: exit$/)
					look_at(names[i])
			for (i = 1; i <= nr_names; i++)
				if (names[i] ~ /: exit$/)
					look_at(names[i])
			printf "%s: %d equal, %d differ, %d differ for a known reason\n",
				way, equal, differ, known
			exit differ != 0
		}' $here/qemu/selftests.known "$results/untraced" "$results/$1"
}

bad=0
for way in $WAYS; do
	[ "$way" = untraced ] || compare "$way" || bad=1
done
exit $bad
