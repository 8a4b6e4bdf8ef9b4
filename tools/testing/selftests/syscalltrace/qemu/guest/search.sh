#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Run a program that searches for ways to break the file for as long, and by the
# random numbers, that the kernel's command line says; then see what the kernel says.

. /common.sh

# A program that crashes on purpose is no news. A task that neither runs nor can be
# killed for ten seconds is.
echo 0 > /proc/sys/debug/exception-trace
echo 10 > /proc/sys/kernel/hung_task_timeout_secs
# shellcheck disable=SC3045 # busybox knows ulimit -c
ulimit -c 0
cd /tests || exit
time=$(option guest_time) seed=$(option guest_seed)
before=$(count_orphans)
case $(option guest_mode) in
faults)	set -- ./faults_test ;;
file-fuzz) set -- ./file_fuzz -t "$time" -s "$seed" ;;
races)	set -- ./race_test -t "$time" -s "$seed" ;;
esac
"$@" < /dev/null 2>&1
status=$?
echo "guest: exit $status $1"
after=$(count_orphans)
if [ "$after" = "$before" ]; then
	echo "ok 1 nobody is left"
else
	echo "not ok 1 nobody is left: there were $before, now $after"
	status=1
fi
find_leaks
kernel_log
[ $status = 0 ]
