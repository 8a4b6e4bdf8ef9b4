#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Run every test in the guest and print what they print, one TAP report after
# another, then what the kernel had to say.

# $1: program, rest: arguments
run()
{
	echo "# running $*"
	timeout -s KILL "${LIMIT:-600}" "$@" < /dev/null 2>&1
	status=$?
	echo "guest: exit $status $1"
}

cd /tests || exit
# A debug kernel takes five times as long for each round of an attack.
if [ -e /sys/kernel/debug/kmemleak ]; then
	: "${SYSCALLTRACE_ROUNDS:=400}"
	export SYSCALLTRACE_ROUNDS
fi
list=$(cat list)
if [ -z "$list" ]; then
	list=$(ls /tests | grep -E '_test(\.sh)?$')
	run kernel/proc-self-syscall
	run kernel/seccomp_bpf -t user_notification_wait_killable -t user_notification_fifo \
		-t user_notification_wait_killable_pre_notification
fi
for test in $list; do
	run "./$test"
done
sleep 1
if [ -e /sys/kernel/debug/kmemleak ]; then
	# An object counts as leaked when two scans some time apart found it.
	for i in 1 2 3; do
		echo scan > /sys/kernel/debug/kmemleak
		sleep 6
	done
	echo "# kmemleak"
	sed 's/^/leak: /' /sys/kernel/debug/kmemleak
fi
echo "# kernel log"
dmesg | sed 's/^/kernel: /'
