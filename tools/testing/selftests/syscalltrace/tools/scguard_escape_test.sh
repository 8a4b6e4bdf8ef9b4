#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# The attacks of scguard_attacks.c, as root and as a user: each has to get out without
# scguard, and must not get out with it. ATTACKS: only these.
here=${0%/*}
scguard=$here/scguard
attacks=$here/scguard_attacks
policy=$here/scguard_attacks.policy
n=0
failed=0

# $1: 0 if it went well, $2: what
result()
{
	n=$((n + 1))
	if [ "$1" = 0 ]; then
		echo "ok $n $2"
	else
		echo "not ok $n $2"
		failed=$((failed + 1))
	fi
}

# Run as the user at hand. $@: a command
as()
{
	if [ "$who" = root ]; then
		"$@"
	else
		# The shell stays, to be the parent.
		su user -c "$*; exit \$?"
	fi
}

# $1: name of the attack
try()
{
	"$attacks" setup "$uid" || echo "# setup failed"
	free=$(as timeout 20 "$attacks" "$1" 2>&1)
	"$attacks" setup "$uid" || echo "# setup failed"
	caught=$(as timeout -s KILL 30 "$scguard" -p "$policy" /tmp/sg/bin/attacks "$1" 2>&1)
	status=$?
	case $free in
	*ESCAPED*)	;;
	*)
		echo "# without scguard: $free"
		result 1 "$who: $1 is an attack"
		;;
	esac
	case $caught in
	*ESCAPED*)	result 1 "$who: $1: escaped" ;;
	*held*)		result 0 "$who: $1" ;;
	# The guard may have to kill it.
	*"was killed"*)	result 0 "$who: $1: killed" ;;
	*)
		echo "# $status: $caught"
		result 1 "$who: $1: no answer"
		;;
	esac
}

echo "TAP version 13"
# A debugger may attach to any process of its user, as without Yama.
echo 0 > /proc/sys/kernel/yama/ptrace_scope 2>/dev/null
echo 0 > /proc/sys/kernel/io_uring_disabled 2>/dev/null
echo 1 > /proc/sys/vm/unprivileged_userfaultfd 2>/dev/null
echo 1 > /proc/sys/dev/tty/legacy_tiocsti 2>/dev/null
for who in root user; do
	uid=$(id -u $who)
	rm -rf /tmp/sg
	"$attacks" setup "$uid"
	as "$attacks" serve & 
	until [ -s /tmp/sg/ro/victim ]; do :; done
	for attack in ${ATTACKS:-$("$attacks" list $who)}; do
		try "$attack"
	done
	kill -9 "$(cat /tmp/sg/ro/victim)"
	wait
done
echo "1..$n"
[ $failed = 0 ]
