#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Make a table of what the guests measured. Usage: bench.sh NS INSTRUCTIONS
#
# Both are files of lines "NAME VALUE UNIT". Exits 0 if nothing is missing,
# whatever the numbers are.

awk '
	# What a stop is compared with: ptrace and the same call.
	function peer(name)
	{
		if (name ~ /getppid/)
			return "ptrace-getppid"
		return name ~ /-write-/ ? "ptrace-write-64B" : ""
	}

	function number(values, name)
	{
		return name in values ? sprintf("%.0f", values[name]) : "-"
	}

	function ratio(values, name,	base)
	{
		base = peer(name)
		if (!(base in values && name in values))
			return "-"
		return sprintf("%.3f", values[name] / values[base])
	}

	function table(	i, name)
	{
		printf "\n%-26s %10s %8s %14s %8s\n", "one call", "ns", "/ptrace",
			"instructions", "/ptrace"
		for (i = 1; i <= n; i++) {
			name = order[i]
			printf "%-26s %10s %8s %14s %8s\n", name mark[name],
				number(ns, name), ratio(ns, name),
				number(instr, name), ratio(instr, name)
		}
		print ""
		print "/ptrace: times ptrace-getppid, or ptrace-write-64B: entry and exit stop, as strace does"
		print "file: /proc/<pid>/syscall, text form, limit 32, answered with cont; -exit: step, then cont"
		print "file-other: traced, but not this call; ptrace-filter: stops where a seccomp filter says so"
		print "notify: seccomp notification; the write rows of the others read 32 bytes of the buffer"
		print "copy: to memory of its own; pwrite: to a file in memory; ~: not bound, so not copied"
		print "instructions: of the program, its tracer and the kernel; repeatable, as ns are not"
		print ""
	}

	function flatness(	i, name, low, high, rows)
	{
		for (i = 1; i <= n; i++) {
			name = order[i]
			if (name !~ /^file-write-/ || !(name in instr))
				continue
			if (!rows++ || instr[name] < low)
				low = instr[name]
			if (rows == 1 || instr[name] > high)
				high = instr[name]
		}
		if (!("file-write-64B" in instr && "file-write-10MiB" in instr)) {
			print "flat: not measured"
			missing = 1
			return
		}
		printf "flat: a stop at write of 64B to 10MiB, limit 32, bind off: within %.1f %% in instructions (%s 10 %%)\n",
			(high - low) * 100 / low, high <= low * 1.1 ? "at most" : "MORE THAN"
	}

	function binding(	i, name, size, more, rows)
	{
		for (i = 1; i <= n; i++) {
			name = order[i]
			if (name !~ /^file-bind-write-/ || mark[name] != "")
				continue
			size = substr(name, length("file-bind-write-") + 1)
			if (!(name in instr && "file-write-" size in instr &&
			      "copy-" size in instr && "pwrite-" size in instr))
				continue
			rows++
			more = instr[name] - instr["file-write-" size]
			printf "bind: %-6s %7.0f instructions more than without; copy takes %.0f (%.2f times), pwrite %.0f (%.2f times)\n",
				size, more, instr["copy-" size], more / instr["copy-" size],
				instr["pwrite-" size], more / instr["pwrite-" size]
		}
		if (!rows) {
			print "bind: not measured"
			missing = 1
		}
	}

	/: skipped: /	{ if (!said[$0]++) print; next }
	$3 == "marked"	{ mark[$1] = "~"; next }
	NF != 3 || ($3 != "ns" && $3 != "instructions") { next }
	!seen[$1]++	{ order[++n] = $1 }
	$3 == "ns"	{ ns[$1] = $2 + 0 }
	$3 != "ns"	{ instr[$1] = $2 + 0 }

	END {
		table()
		flatness()
		binding()
		exit missing
	}' "$1" "$2"
