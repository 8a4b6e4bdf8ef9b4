#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# What scguard costs, in nanoseconds a round, beside a supervisor by seccomp
# notification with the same checks. ROUNDS: of each job.
# shellcheck disable=SC2016
here=${0%/*}
dir=/tmp/scguard-bench
rounds=${ROUNDS:-500}

mkdir -p $dir
cat > /tmp/bench.policy <<-END
	default deny EACCES
	read  allow /
	write allow $dir /dev/null
	exec  allow /
END
printf '%-28s %10s %10s %10s\n' job alone scguard seccomp
for job in write open stat create; do
	printf '%-28s %10s %10s %10s\n' "$job" \
		"$("$here/scguard_bench" $job "$rounds" $dir)" \
		"$("$here/scguard" -p /tmp/bench.policy "$here/scguard_bench" $job "$rounds" $dir)" \
		"$("$here/scguard_peer" /tmp/bench.policy "$here/scguard_bench" $job "$rounds" $dir)"
done

# Milliseconds of a command. $@: the command
duration()
{
	begin=$(cut -d ' ' -f 1 /proc/uptime)
	"$@" > /dev/null 2>&1
	cut -d ' ' -f 1 /proc/uptime | awk -v begin="$begin" '{ printf "%d", ($1 - begin) * 1000 }'
}

# $1: what, others: command
whole()
{
	what=$1
	shift
	printf '%-28s %8sms %8sms %8sms\n' "$what" "$(duration "$@")" \
		"$(duration "$here/scguard" -p /tmp/bench.policy "$@")" \
		"$(duration "$here/scguard_peer" /tmp/bench.policy "$@")"
}

whole "dd bs=1" dd if=/dev/zero of=/dev/null bs=1 count=20000
whole "find" find /usr/include -type f
whole "20 programs" sh -c 'i=0; while [ $i -lt 20 ]; do /bin/true; i=$((i + 1)); done'
