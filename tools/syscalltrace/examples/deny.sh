#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Let calls of a running program fail, and say which, until this is ended with Ctrl-C.
#
#	deny.sh PID [CALLS [ERROR]]
#
# CALLS are names of calls or classes, separated by commas: "deny.sh 4242 %network EIO".
# Without them the program cannot write: "No space left on device".

pid=${1:?the process}
calls=${2:-write}
error=${3:-ENOSPC}

# A tracer of our own. When we are gone, however we go, the program runs on as before.
exec 3<> "/proc/$pid/syscall" || exit
echo "trace $calls" >&3 || exit
echo "process $pid: denying $calls"

# The program waits at each of these calls until it is answered.
while read -r call <&3; do
	echo "$call"
	echo "skip-fail $error" >&3
done
