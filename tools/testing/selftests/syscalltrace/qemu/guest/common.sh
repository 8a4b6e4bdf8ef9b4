# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# What scripts of the guest share. To be sourced.

# What the kernel's command line says of $1.
option()
{
	tr ' ' '\n' < /proc/cmdline | sed -n "s/^$1=//p" | tail -n 1
}

uptime_now()
{
	cut -d . -f 1 /proc/uptime
}

# Processes that nobody else waits for than init: this one, and what was lost. The
# process with which busybox's timeout keeps watch outlives the test for a moment.
count_orphans()
{
	grep -l "^PPid:.1\$" /proc/[0-9]*/status 2> /dev/null |
		xargs grep -L '^Name:.timeout$' 2> /dev/null | wc -l
}

# What the kernel did not free: an object counts as leaked when two scans some time
# apart found it.
find_leaks()
{
	[ -e /sys/kernel/debug/kmemleak ] || return 0
	for _ in 1 2 3; do
		echo scan > /sys/kernel/debug/kmemleak
		sleep 6
	done
	echo "# kmemleak"
	sed 's/^/leak: /' /sys/kernel/debug/kmemleak
}

kernel_log()
{
	echo "# kernel log"
	dmesg | sed 's/^/kernel: /'
}
