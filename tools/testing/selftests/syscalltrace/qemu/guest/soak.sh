#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# A day's work under layers of tracers that change nothing and crash: rounds of a job
# each, by the numbers that the kernel's command line gives the seed for, until its time
# is over. What a job prints, and how it ends, must be as without tracers, and the
# kernel's memory must stay as it was.

. /common.sh

work=/tmp/soak

# ------------------------------- measurements -----------------------------------

# KiB. $1: line of /proc/meminfo
meminfo()
{
	awk -v name="$1:" '$1 == name { print $2 }' /proc/meminfo
}

# KiB of memory that is neither free, nor of a file, nor of a process.
used_pages()
{
	awk '{ kib[$1] = $2 } END { print kib["MemTotal:"] - kib["MemFree:"] -
		kib["Buffers:"] - kib["Cached:"] - kib["AnonPages:"] }' /proc/meminfo
}

# Give back what is there to be given back, until nothing more comes.
settle()
{
	rm -rf $work/work
	still=0
	last=0
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		sync
		echo 3 > /proc/sys/vm/drop_caches
		for cache in /sys/kernel/slab/*/shrink; do
			echo 1 > "$cache"
		done 2> /dev/null
		now=$(meminfo SUnreclaim)
		still=$((now - last < 32 && last - now < 32 ? still + 1 : 0))
		[ $still -lt 2 ] || break
		last=$now
		sleep 1
	done
}

# A line of the table: what the kernel has now.
measure()
{
	settle
	set -- "$(($(uptime_now) - begin))" "$(meminfo SUnreclaim)" "$(meminfo Slab)" \
		"$(meminfo KernelStack)" "$(meminfo PageTables)" "$(meminfo Percpu)" \
		"$(meminfo VmallocUsed)" "$(used_pages)"
	echo "$*" >> $work/memory
	echo "# memory: $1 s: SUnreclaim $2 Slab $3 KernelStack $4 PageTables $5 Percpu $6" \
		"Vmalloc $7, of the kernel in all $8 KiB"
	[ ! -e /proc/slabinfo ] || awk -v s="$1" 'NR > 2 { print s, $1, $2, $4 }' /proc/slabinfo \
		>> $work/slabs
}

# Is the last not more than $1 KiB above the first, and does the line through all not rise
# by more? $2: what it is, rest: columns, to be added
is_flat()
{
	bound=$1 what=$2
	shift 2
	awk -v bound="$bound" -v what="$what" -v columns="$*" '
		BEGIN { nr = split(columns, column, " ") }
		{ x = $1; y = 0; n++
		  for (i = 1; i <= nr; i++)
			y += $column[i]
		  sx += x; sy += y; sxx += x * x; sxy += x * y
		  if (n == 1) { first = y; from = x } last = y; to = x }
		END {
			rise = n > 1 ? (n * sxy - sx * sy) / (n * sxx - sx * sx) * (to - from) : 0
			printf "# memory: %s: first %d KiB, last %d KiB, trend %+.0f KiB, bound %d KiB\n",
				what, first, last, rise, bound
			exit n < 2 || last > first + bound || rise > bound
		}' $work/memory
}

# Has no cache more than a quarter and 200 objects more than at first? Prints those that
# have more, and how it is with the usual ones.
slabs_are_flat()
{
	[ -e /proc/slabinfo ] || return 0
	awk '
		BEGIN {
			usual = " task_struct signal_cache sighand_cache mm_struct files_cache filp pid "
		}
		!($2 in first)	{ first[$2] = $3 }
				{ last[$2] = $3 }
		END {
			for (c in first) {
				grown = last[c] > first[c] * 1.25 + 200
				bad += grown
				if (grown || last[c] > first[c] + 20 || index(usual, " " c " "))
					printf "# slab: %s first %d last %d%s\n", c, first[c], last[c],
						grown ? ": has grown" : ""
			}
			exit bad > 0
		}' $work/slabs
}

# ----------------------------------- rounds ---------------------------------------

# A random number below $1, in $random.
below()
{
	state=$(((state * 1103515245 + 12345) % 2147483648))
	random=$((state / 65536 % $1))
}

# Do the job without tracers. $1: where its output goes
do_untraced()
{
	bash /soak-jobs.sh "$job" > "$1" 2>&1 < /dev/null
	echo "exit $?" >> "$1"
}

# What to compare with, from before it is traced for the first time.
record()
{
	do_untraced $work/$job.1
	if [ "$(wc -l < $work/$job.1)" -lt 2 ] || grep -q 'not found' $work/$job.1; then
		echo "# $job: cannot be done"
		sed 's/^/# /' $work/$job.1
		different=$((different + 1))
	fi
}

# Is it the job that differs, without tracers, too?
differs_untraced()
{
	for _ in 1 2 3 4 5; do
		do_untraced $work/again
		cmp -s $work/$job.1 $work/again || return 0
	done
	return 1
}

# The next job of a row with all of them.
next_job()
{
	if [ -z "$row" ]; then
		row=$(for job in $jobs; do below 30000; echo "$random $job"; done | sort -n |
			cut -d ' ' -f 2)
	fi
	# shellcheck disable=SC2086 # a list of words
	set -- $row
	job=$1
	shift
	row=$*
}

# What soak or churn says it has done, added up.
add_up()
{
	sum=$(awk -v calls="$calls" -v crashes="$crashes" -v stops="$stops" '
		/^# soak: [0-9]/ { calls += $3; stops += $5; crashes += $7 }
		/^# churn: [0-9]+ s:/ { churn = $5; killed = $15 }
		END { printf "%d %d %d\n", calls, stops + churn, crashes + killed }' $work/said)
	# shellcheck disable=SC2086 # a list of words
	set -- $sum
	calls=$1 stops=$2 crashes=$3
}

# $1: what is wrong with this round
explain()
{
	echo "# round $rounds: $job, seed $number, $layers layers, $with: $1"
	diff $work/$job.1 $work/out | head -n 40 | cut -c 1-200 | sed 's/^/#    /'
	grep -E '^(soak|churn):' $work/said | head -n 60 | cut -c 1-400 | sed 's/^/#    /'
	! differs_untraced || echo "#    so does the job without tracers, at times"
}

round()
{
	rounds=$((rounds + 1))
	number=$((number + 1))
	next_job
	[ -e $work/$job.1 ] || record
	below 4
	layers=$((1 + random))
	below 6
	# Often, seldom, or hardly ever; more often than that nothing else gets done.
	pace=$((60 << random))
	below 5
	rm -f $work/out $work/said
	if [ $random = 0 ]; then
		with=churn
		set -- churn -s $number -l $layers -t $limit -o $work/out
	else
		with="crashes about every $pace ms"
		set -- soak -s $number -l $layers -c $pace -t $limit -o $work/out
	fi
	calls_before=$calls start=$(uptime_now)
	"$@" bash /soak-jobs.sh $job > $work/said 2>&1 < /dev/null
	status=$?
	add_up
	echo "$job $((calls - calls_before)) $(($(uptime_now) - start))" >> $work/rounds
	all_layers=$((all_layers + layers))
	want=$(sed -n '$s/exit //p' $work/$job.1)
	echo "exit $status" >> $work/out
	if [ $status = 125 ]; then
		failures=$((failures + 1))
		explain "a tracer failed"
	elif [ $status != "$want" ]; then
		exits=$((exits + 1))
		explain "exit $status instead of $want"
	elif ! cmp -s $work/$job.1 $work/out; then
		outputs=$((outputs + 1))
		explain "other output"
	fi
}

progress()
{
	echo "# $(($(uptime_now) - begin)) s: $rounds rounds, $calls calls, $crashes crashes," \
		"$((outputs + exits + failures)) differences, SUnreclaim $(meminfo SUnreclaim) KiB"
}

# $1: status, rest: name
result()
{
	count=$((count + 1))
	if [ "$1" = 0 ]; then
		echo "ok $count soak.$2"
	else
		failed=$((failed + 1))
		echo "not ok $count soak.$2"
	fi
}

time=$(option guest_time)
seed=$(option guest_seed)
: "${time:=60}" "${seed:=1}"
number=$((seed * 100000)) state=$seed row=''
jobs=$(bash /soak-jobs.sh)
rounds=0 all_layers=0 calls=0 stops=0 crashes=0 different=0
outputs=0 exits=0 failures=0 count=0 failed=0
# A job takes seconds; but the machine may be busy.
limit=900
echo 0 > /proc/sys/debug/exception-trace
# No news of what settle() does.
echo 4 > /proc/sys/vm/drop_caches
rm -rf $work
mkdir -p $work /dev/shm
chmod 1777 /dev/shm
ln -sf /proc/self/fd /dev/fd
[ -e /dev/fd ] || echo "# there is no /dev/fd"
echo "# seed $seed, $time s"
before=$(count_orphans)
# What is made once, and stays, is made by then.
warm=$((time / 12))
begin=$(uptime_now)
told=0
measured=-$time
every=$((time > 3600 ? 600 : time / 6 + 1))
while [ $(($(uptime_now) - begin)) -lt "$time" ]; do
	round
	now=$(($(uptime_now) - begin))
	if [ $now -ge $((told + 60)) ]; then
		told=$now
		progress
	fi
	if [ $now -ge $warm ] && [ $now -ge $((measured + every)) ]; then
		measured=$now
		measure
	fi
done
measure
progress
after=$(count_orphans)
[ "$after" = "$before" ] || grep -l "^PPid:.1\$" /proc/[0-9]*/status | xargs grep -H Name |
	sed 's/^/# /'
result $((outputs + different)) outputs_are_those_of_untraced_runs
result $exits exit_codes
flat=0
is_flat 1024 "slabs and stacks" 2 4 || flat=1
is_flat 8192 "all of the kernel's" 8 || flat=1
slabs_are_flat || flat=1
result $flat memory_is_flat
[ "$after" = "$before" ]
result $((failures + $?)) nobody_is_left
echo "1..$count"
awk '{ n[$1]++; calls[$1] += $2; s[$1] += $3 } END {
	for (job in n)
		printf "# job %s: %d rounds, %d calls, %d s\n", job, n[job], calls[job], s[job]
}' $work/rounds
echo "# soak: $time s: $rounds rounds, of $(echo $jobs | wc -w) jobs, under $all_layers layers:" \
	"$calls calls traced, $stops stops answered, $crashes crashes;" \
	"$outputs other outputs, $exits other exits, $failures failures"
# As one of many tests it does not have the last word.
if [ "$(option guest_mode)" = soak ]; then
	find_leaks
	kernel_log
fi
[ $failed = 0 ]
