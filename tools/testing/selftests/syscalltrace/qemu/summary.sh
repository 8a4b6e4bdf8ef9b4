#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Count what the guest reported. Usage: summary.sh RESULTS BAD
#
# BAD is 1 if the guest itself failed. Prints every failure and, as the last
# line, "N passed, N failed"; exits 0 only if nothing failed.

awk -v bad="$2" '
	# Results of selftests; a line without "ok" is commentary.
	/^ok [0-9]+ / && / # SKIP/	{ skipped++; print; next }
	/^ok [0-9]+ /			{ passed++; next }
	/^not ok [0-9]+ /		{ failed++; here++; print; next }
	/^# running /			{ here = 0; next }
	/^# .*(Expected|Assertion|\.c:[0-9]+:)/ { print; next }
	# KUnit reports into the kernel log, its cases indented.
	/^kernel: .*\]     ok [0-9]+ /	{ passed++; next }
	/^kernel: .*\]     not ok [0-9]+ / { failed++; print; next }
	/^kernel: .*\]     # .*(EXPECTATION|ASSERTION) FAILED/ { print; left = 8; next }
	left > 0			{ left--; print; next }
	/^guest: exit/ && $3 != 0 && $3 != 4 && !here { failed++; print "failed: " $4 " exited with " $3; next }
	/^leak: ./			{ leak = 1; print; next }
	# Who ran out of memory is shown with its stack.
	/^kernel: .* invoked oom-killer/ { oom = 1 }
	/^kernel: .*oom-kill:/		{ oom = 0 }
	oom && /Call Trace/		{ next }
	# Anything that the kernel warns of, but for the faults of programs.
	/^kernel: .*(WARNING:|BUG:|BUG |KASAN|UBSAN|ODEBUG|Oops|INFO: |possible recursive|circular locking|inconsistent lock|suspicious RCU|refcount_t:|general protection fault,|Call Trace)/ {
		splat = 1; print; next
	}
	END {
		if (leak) { failed++; print "failed: memory leak" }
		if (splat) { failed++; print "failed: the kernel complained" }
		if (bad) { failed++; print "failed: the guest" }
		if (!passed && !failed) { failed++; print "failed: no test ran" }
		if (skipped)
			printf "%d passed, %d failed, %d skipped\n", passed, failed, skipped
		else
			printf "%d passed, %d failed\n", passed, failed
		exit failed != 0
	}' "$1"
