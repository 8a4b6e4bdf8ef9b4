#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Run the fuzz targets that the Makefile here has built.
#
# Usage: run.sh replay|fuzz|coverage|minimise OUTPUT TARGET...
#
# replay	the corpus, and what begins it, as TAP
# fuzz		FUZZ_TIME seconds in all; inputs stay in OUTPUT/inputs/TARGET, those that
#		break something in OUTPUT/findings
# coverage	of the corpus; what is not reached has to be in the file "unreached"
# minimise	makes the corpus of what is in OUTPUT/inputs
set -eu

what=$1 out=$2
shift 2
here=$(dirname "$0")
# Nothing of the kernel's is sampled at random.
export ASAN_OPTIONS=detect_leaks=1:allocator_may_return_null=1 UBSAN_OPTIONS=print_stacktrace=1

corpus() {
	echo "$here/corpus/$1.corpus"
}

# What has once failed, each with its story. It is never minimised.
found() {
	find "$here/corpus" -name "$1.found.corpus"
}

# Longest input of a target.
max_len() {
	case $1 in
	command) echo 400 ;;
	record) echo 300 ;;
	*) echo 1200 ;;
	esac
}

replay() {
	echo "TAP version 13"
	echo "1..$#"
	failed=0 nr=0
	for target; do
		nr=$((nr + 1))
		"$out/replay/seeds" "$target" >"$out/replay/$target.corpus"
		# shellcheck disable=SC2046 # there may be none
		if "$out/replay/fuzz-$target" "$(corpus "$target")" $(found "$target") \
				"$out/replay/$target.corpus" >"$out/replay/$target.tap" 2>"$out/replay/$target.log"; then
			sed "s/^ok 1/ok $nr/" "$out/replay/$target.tap"
		else
			echo "not ok $nr - fuzz.replay_$target"
			sed 's/^/# /' "$out/replay/$target.log"
			failed=1
		fi
	done
	return $failed
}

# The corpus as files, beside what was found before.
unpack() {
	mkdir -p "$out/inputs/$1" "$out/findings"
	for file in "$(corpus "$1")" $(found "$1"); do
		"$out/covered/fuzz-$1" -unpack "$out/inputs/$1" "$file"
	done
}

stat_of() {
	cat "$out"/log-"$2"-* | awk -v name="stat::$1:" '$1 == name { n += $2 } END { print n + 0 }'
}

stop_jobs() {
	for pid in $pids; do
		kill "$pid" 2>/dev/null || :
	done
	wait
}

# Start one fuzzer. It ends with us. $1: target, $2: seconds, $3: seed
start() {
	setpriv --pdeathsig KILL "$out/clang/fuzz-$1" -seed="$3" -max_total_time="$2" \
		-max_len="$(max_len "$1")" -dict="$out/words.dict" -timeout=10 -rss_limit_mb=1024 \
		-print_final_stats=1 -artifact_prefix="$out/findings/$1-" \
		"$out/inputs/$1" >"$out/log-$1-$3" 2>&1 &
	pids="$pids $!"
}

progress() {
	awk -v head="fuzz: $1 $2 of $3 s:" '/^#[0-9]+\t/ { last = $0 } END { print head, last }' \
		"$out/log-$1-$FUZZ_SEED" | tr '\t' ' ' | sed 's/ L: .*exec/ exec/; s/ MS: .*//'
}

alive() {
	for pid in $pids; do
		if kill -0 "$pid" 2>/dev/null; then
			return 0
		fi
	done
	return 1
}

fuzz_one() {
	target=$1 seconds=$2 passed=0 pids="" seed=$FUZZ_SEED
	unpack "$target"
	rm -f "$out"/log-"$target"-*
	while [ "$seed" -lt $((FUZZ_SEED + FUZZ_JOBS)) ]; do
		start "$target" "$seconds" "$seed"
		seed=$((seed + 1))
	done
	while alive; do
		sleep 1
		passed=$((passed + 1))
		if [ $((passed % 10)) = 0 ]; then
			progress "$target" $passed "$seconds"
		fi
	done
	for pid in $pids; do
		wait "$pid" || findings=$((findings + 1))
	done
	pids=""
	executions=$((executions + $(stat_of number_of_executed_units "$target")))
}

say_findings() {
	for file in "$out"/findings/*; do
		if [ -f "$file" ]; then
			name=${file##*/}
			echo "FINDING: $file"
			echo "  again: $out/clang/fuzz-${name%%-*} $file"
		fi
	done
}

fuzz() {
	findings=0 executions=0 began=$(date +%s) pids=""
	trap 'stop_jobs; exit 130' INT TERM
	for target; do
		fuzz_one "$target" $((FUZZ_TIME / $#))
	done
	say_findings
	inputs=0
	for target; do
		inputs=$((inputs + $(find "$out/inputs/$target" -type f | wc -l)))
	done
	measure "$out/inputs" "$@"
	echo "fuzz: $inputs inputs, $executions executions, $(percent) of lines," \
		"$findings findings, $(($(date +%s) - began)) seconds, seed $FUZZ_SEED"
	[ $findings = 0 ]
}

# -------------------------------- coverage --------------------------------

# $1: the corpora, or folders with inputs
measure() {
	from=$1
	shift
	rm -f "$out"/covered/*.profraw
	objects=""
	for target; do
		export LLVM_PROFILE_FILE="$out/covered/$target-%p.profraw"
		if [ -d "$from/$target" ]; then
			# What breaks it ends one of these, and is not counted.
			find "$from/$target" -type f -print0 |
				xargs -0 -n 64 "$out/covered/fuzz-$target" >/dev/null 2>&1 || :
		else
			# shellcheck disable=SC2046
			"$out/covered/fuzz-$target" "$(corpus "$target")" $(found "$target") \
				>/dev/null
		fi
		objects="$objects ${objects:+-object} $out/covered/fuzz-$target"
	done
	llvm-profdata merge -sparse -o "$out/covered/all.profdata" "$out"/covered/*.profraw
	# shellcheck disable=SC2086
	llvm-cov export -format=lcov -instr-profile "$out/covered/all.profdata" $objects \
		"$CODEC/syscall_text.c" "$CODEC/syscall_packed.c" >"$out/covered/lcov"
}

percent() {
	awk -F'[:,]' '/^DA:/ { n++; if ($3) hit++ } END { printf "%.1f %%", 100 * hit / n }' \
		"$out/covered/lcov"
}

# FILE: FUNCTION: LINE for each line that is not reached, with the text of the line.
unreached() {
	awk -F'[:,]' '/^SF:/ { file = $2; n = 0 }
		/^FN:/ { from[++n] = $2; name[n] = $NF }
		/^DA:/ && !$3 {
			best = 0
			for (i = 1; i <= n; i++)
				if (from[i] <= $2 && (!best || from[i] > from[best]))
					best = i
			print file, $2, name[best]
		}' "$out/covered/lcov" |
	while read -r file line name; do
		echo "${file##*/}: $name: $(sed -n "${line}s/^[[:blank:]]*//p" "$file")"
	done
}

coverage() {
	measure "$here/corpus" "$@"
	echo "coverage: $(percent) of lines of syscall_text.c and syscall_packed.c"
	failed=0
	unreached >"$out/covered/unreached"
	while IFS= read -r line; do
		if grep -qxF -e "$line" "$here/unreached"; then
			echo "explained: $line"
		else
			echo "NOT REACHED: $line"
			failed=1
		fi
	done <"$out/covered/unreached"
	return $failed
}

# -------------------------------- the corpus -------------------------------

# What a failure left is an input, too: it is to fail never again.
minimise() {
	for target; do
		unpack "$target"
		rm -rf "$out/merged"
		mkdir -p "$out/merged" "$here/corpus"
		"$out/clang/fuzz-$target" -merge=1 -use_counters=0 \
			-max_len="$(($(max_len "$target") / 2))" \
			"$out/merged" "$out/inputs/$target" >"$out/log-merge" 2>&1
		{
			grep '^#' "$(corpus "$target")" || :
			find "$out/merged" -type f -exec "$out/covered/fuzz-$target" -pack {} + |
				LC_ALL=C sort
		} >"$out/merged.corpus"
		mv "$out/merged.corpus" "$(corpus "$target")"
		echo "minimise: $target: $(grep -vc '^#' "$(corpus "$target")") inputs," \
			"$(wc -c <"$(corpus "$target")") bytes"
	done
}

"$what" "$@"
