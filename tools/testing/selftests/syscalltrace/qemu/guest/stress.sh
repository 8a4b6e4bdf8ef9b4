#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# stress-ng under tracers that change nothing and come and go: rounds of a few
# stressors at once, in the order and under the tracers that the kernel's command
# line gives the seed for, until its time is over.

. /common.sh

# As a user, these do what they do, and no harm.
user_stressors="access affinity aio aiol alarm bad-altstack brk cap chdir clock clone
	close context copy-file daemon dup enosys env epoll eventfd exec exit-group
	fault fcntl fifo flock fork forkheavy fstat futex get getdent getrandom
	inotify itimer kcmp kill lease link lockf madvise malloc membarrier memfd
	mincore mlock mmap mmapaddr mmapfixed mmapmany mprotect mq mremap msg msync
	munmap mutex nanosleep nice null open personality pidfd pipe pipeherd pkey
	poll prctl procfs pthread ptrace pty race-sched remap rename resched rlimit
	schedpolicy seal sem sem-sysv sendfile session set shm-sysv sigabrt sigchld
	sigfd sigfpe sigio signal signest sigpending sigpipe sigq sigrt sigsegv
	sigsuspend sigtrap sleep sock sockfd sockpair spawn splice stack switch
	sysbadaddr syscall sysinfo sysinval tee timer timerfd udp unshare
	usersyscall utime vdso vfork vforkmany vm vm-addr vm-rw vm-segv vm-splice wait
	yield zombie"
# For these one has to be root.
root_stressors="chroot fanotify seccomp unshare userfaultfd"

# shellcheck disable=SC3045 # busybox knows ulimit -c
ulimit -c 0
dir=$(mktemp -d /tmp/stress.XXXXXX)
chmod 777 "$dir"
cd "$dir" || exit
count=0
failed=0
debug=
[ ! -e /sys/kernel/debug/kmemleak ] || debug=1

# $1: seed, rest: words, which are printed in another order
shuffle()
{
	seed=$1
	shift
	echo "$@" | awk -v seed="$seed" 'BEGIN { srand(seed) } {
		for (i = 1; i <= NF; i++)
			printf "%.9f %s\n", rand(), $i
	}' | sort | cut -d ' ' -f 2
}

# Run stress-ng. $1: with what to start it, in one word; rest: stressors
stress()
{
	with=$1
	shift
	# shellcheck disable=SC2086,SC2046 # lists of words
	$with stress-ng --seed "$number" --temp-path "$dir" --pathological --verify \
		--timeout "$duration" --vm-bytes 8M --mmap-bytes 8M --shm-sysv-bytes 1M \
		--msync-bytes 1M --forkheavy-procs 128 --zombie-max 128 --pthread-max 64 \
		--malloc-bytes 8M --mremap-bytes 8M --vm-rw-bytes 4M \
		--memfd-bytes 4M --exec-max 64 --stack-mlock \
		$(printf -- '--%s 1 ' "$@")
}

# What went wrong, of all that was printed.
explain()
{
	grep -E ' (fail|error|warn):|churn: ' stress.out churn.out | grep -v '# churn' |
		cut -d : -f 2- | cut -c -200 | head -n 100 | sed 's/^/# /'
}

# Does one of the stressors fail without tracers, too? $1: user, rest: stressors
fails_untraced()
{
	user=$1
	shift
	for _ in 1 2 3; do
		if [ "$user" = root ]; then
			stress "" "$@" > untraced.out 2>&1 || return 0
		else
			stress "setuidgid $user" "$@" > untraced.out 2>&1 || return 0
		fi
	done
	return 1
}

# $1: option of churn, $2: user, rest: stressors
run_round()
{
	as=$1 user=$2
	shift 2
	rm -f stress.out churn.out
	number=$((number + 1))
	count=$((count + 1))
	stress "churn -s $number -l $((1 + number % 3)) -t $limit -o $dir/stress.out $as" "$@" \
		> churn.out 2>&1
	status=$?
	sed -n '/^# churn/p' churn.out | tail -n 2
	if [ $status = 0 ]; then
		echo "ok $count $user${as:+ $as}: $*"
	elif [ $status != 125 ] && [ $status != 1 ] && fails_untraced "$user" "$@"; then
		echo "ok $count $user${as:+ $as}: $* # fails without tracers, too: $status"
	else
		failed=$((failed + 1))
		echo "not ok $count $user${as:+ $as}: $*, status $status"
		explain
	fi
}

time=$(option guest_time)
number=$(option guest_seed)
duration=4
limit=120
if [ -n "$debug" ]; then
	duration=10
	limit=300
fi
# Tracers that are no relatives, and not root; no news of programs that crash.
echo 0 > /proc/sys/kernel/yama/ptrace_scope
echo 0 > /proc/sys/debug/exception-trace
mkdir -p /dev/shm
chmod 1777 /dev/shm
echo "# seed $number, $time s"
end=$(($(uptime_now) + time))
before=$(count_orphans)
while [ "$(uptime_now)" -lt "$end" ]; do
	# shellcheck disable=SC2086 # a list of words
	for round in $(shuffle "$number" $user_stressors | xargs -n 3 | tr ' ' ,); do
		[ "$(uptime_now)" -lt "$end" ] || break
		stressors=$(echo "$round" | tr , ' ')
		case $((number % 4)) in
		0) run_round "" root "$(shuffle "$number" $root_stressors | head -n 1)" ;;
		1) run_round -U user $stressors ;;
		*) run_round -u user $stressors ;;
		esac
	done
done
after=$(count_orphans)
count=$((count + 1))
if [ "$after" = "$before" ]; then
	echo "ok $count no process is left"
else
	failed=$((failed + 1))
	echo "not ok $count no process is left: there were $before, now $after"
	grep -l "^PPid:.1\$" /proc/[0-9]*/status | xargs grep -H Name | sed "s/^/# /"
fi
echo "1..$count"
find_leaks
kernel_log
[ $failed = 0 ]
