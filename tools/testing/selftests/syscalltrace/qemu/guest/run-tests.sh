#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Run every test in the guest and print what they print, one TAP report after
# another, then what the kernel had to say.

. /common.sh

# $1: program, rest: arguments; its environment has $settings, too
run()
{
	echo "# running $*"
	# shellcheck disable=SC2086 # a list of words
	timeout -s KILL "${LIMIT:-600}" env $settings "$@" < /dev/null 2>&1
	status=$?
	echo "guest: exit $status $1"
}

# The same cases in the packed form, under names that say so. How hard they try to break
# what is behind both forms is for the other run. $1: program
run_packed()
{
	settings="SYSCALLTRACE_FORM=packed SYSCALLTRACE_ROUNDS=$packed_rounds"
	run "$1" | awk '
		/^(not )?ok [0-9]+ [^#]/ { sub(/ # .*$|$/, " (packed)&") }
		/^guest: exit/ { sub(/$/, " (packed)") }
		{ print; fflush() }'
	settings=
}

cd /tests || exit
settings=
packed_rounds=200
# A debug kernel takes five times as long for each round of an attack.
if [ -e /sys/kernel/debug/kmemleak ]; then
	: "${SYSCALLTRACE_ROUNDS:=400}"
	export SYSCALLTRACE_ROUNDS
	packed_rounds=100
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
	# Who can speak it has this word in it: see packed_form.c.
	! grep -q SYSCALLTRACE_FORM_SEED "./$test" || run_packed "./$test"
done
if [ -z "$(cat list)" ]; then
	# A program that crashes on purpose is no news.
	echo 0 > /proc/sys/debug/exception-trace
	run ./file_fuzz -t 20
fi
sleep 1
find_leaks
kernel_log
