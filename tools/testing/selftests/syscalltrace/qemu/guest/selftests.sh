#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Run the kernel's own selftests, one after another, in the way that the kernel's
# command line asks for: guest_way=untraced, plain, or a number of layers that change
# nothing ("b" behind it: they bind as well, "n": they do not watch signals).
# guest_limit: seconds for one
# program. /kselftests/list says which programs there are, and with which words.

. /common.sh

group=/sys/fs/cgroup/selftest

way=$(option guest_way)
limit=$(option guest_limit)
case $way in
untraced*|plain) tracer= ;;
*)
	layers=$(echo "$way" | tr -d bn)
	tracer="identity -l $layers"
	[ "$way" = "${way%b}" ] || tracer="$tracer -b"
	[ "$way" = "${way%n}" ] || tracer="$tracer -n"
	;;
esac

# End what a program has left behind.
clean_up()
{
	echo 1 > $group/cgroup.kill
	until grep -q 'populated 0' $group/cgroup.events; do
		sleep 0.1
	done
	rmdir $group/*/ $group 2>/dev/null
}

# $1: directory, $2: program, rest: arguments
run()
{
	cd "/kselftests/$1" || return
	name=$(echo "$*" | sed 's, ,/,')
	shift
	program=./$1
	shift
	echo "# running $name"
	mkdir -p $group
	start=$(date +%s)
	# A session of its own, as if nobody else were there.
	# shellcheck disable=SC2086 # a list of words
	setsid sh -c 'echo 0 > '$group'/cgroup.procs; exec timeout -s KILL "$@"' - \
		"${limit:-300}" $tracer "$program" "$@" > /tmp/out 2>&1 < /dev/null 3<&- 4>&-
	status=$?
	clean_up
	# What is no text would not survive the comparison.
	tr -cd '\11\12\40-\176' < /tmp/out | head -c 200000 | sed 's/^/| /'
	echo
	echo "guest: exit $status after $(($(date +%s) - start)) s: $name"
}

[ -e /dev/fd ] || ln -s /proc/self/fd /dev/fd
# A number that is used again is a number soon used again.
echo 2048 > /proc/sys/kernel/pid_max
# shellcheck disable=SC3045 # busybox has it
ulimit -c 0
while read -r line <&3; do
	# shellcheck disable=SC2086 # a list of words
	run $line
done 3< /kselftests/list
kernel_log
