# SPDX-License-Identifier: GPL-2.0-only
#
# From what the guests measured, make tables, ratios and rows, a JSON file and the data of
# a plot. Usage: awk -v out=DIRECTORY -f bench.awk [plain] [instructions] [ns1] [ns2]
#
# These are files of lines "NAME MEDIAN LEAST MOST UNIT"; that of instructions is called
# so, those of times with one and two CPUs ns1 and ns2; "plain" may hold the instructions
# of a kernel without the patch. Exits with 1 if something is missing, whatever the
# numbers are.

function source_of(file)
{
	sub(".*/", "", file)
	return file
}

function has(src, name)
{
	return (src, name) in median
}

function show(src, name)
{
	return has(src, name) ? sprintf("%.0f", median[src, name]) : "-"
}

# How far from each other the samples are, in percent.
function spread(src, name)
{
	return (most[src, name] - least[src, name]) * 100 / median[src, name]
}

function show_spread(src, name)
{
	return has(src, name) ? sprintf("%.1f", spread(src, name)) : "-"
}

# ---------------------------------- the table --------------------------------

function range(src, name)
{
	if (!has(src, name))
		return "-"
	return sprintf("%.0f..%.0f", least[src, name], most[src, name])
}

function print_table(	i, name)
{
	printf "\n%-24s %12s %5s %12s %-24s %12s %-24s\n", "one call, or one run",
		"instructions", "+-%", "ns, 1 CPU", "", "ns, 2 CPUs", ""
	for (i = 1; i <= names; i++) {
		name = order[i]
		printf "%-24s %12s %5s %12s %-24s %12s %-24s\n", name mark[name],
			show("instructions", name), show_spread("instructions", name),
			show("ns1", name), range("ns1", name),
			show("ns2", name), range("ns2", name)
	}
}

function explain()
{
	print ""
	print "each value: the median; +-%, and behind times: from the least to the most"
	print "bare: nobody watches; ptrace: stops before and after the call, as strace does;"
	print "  ret-trace: where a seccomp filter says so; notify: seccomp notification, sync: wakes"
	print "  up on the same CPU; dispatch: a SIGSYS handler makes the call; tracefs: an event"
	print "  before, -both: and one after; ping-pong: two processes wake each other, no more"
	print "file-none, -outside, -rule, logged-call: /proc/PID/syscall, nothing stops; one-stop:"
	print "  answered with cont; report: and its result is told; entry-exit: step, then cont;"
	print "  text: read and write, not parsed; packed: one exchange a stop"
	print "-64B: the tracer sees so many bytes; write-: 32 bytes of as many; write-bound: bind on"
	print "  (~: not bound, so not copied); copy: to memory of its own; pwrite: to a file in memory"
	print "layers-N: so many tracers on one program, all in one process (packed: exchange, then"
	print "  write), -threads: each in a thread of its own, -silent: of another call"
	print "tracees-N: so many processes under one tracer, one call of any of them"
	print "dd, find, shell, build (by sh, sed and sort, there is no compiler): whole runs; strace:"
	print "  Debian's, -f -o /dev/null, -bpf: --seccomp-bpf; text, packed, log: bench_tracer, which"
	print "  formats every call and result into a buffered /dev/null; sctrace: likewise;"
	print "  -openat: this call only, -c: counts only"
	print "instructions: of the program, its tracer and the kernel; repeatable, as ns are not"
	print ""
}

# ------------------------------ ratios and rows -----------------------------

# What a job takes beyond what the call itself does, in a file of results.
function beyond(src, name, base)
{
	return has(src, name) && has(src, base) ? median[src, name] - median[src, base] : 0
}

# One value for comparisons; 0 if it was not measured. NAME-beyond: without what the call
# does by itself, NAME-each: for each further one, plain-NAME: in the other kernel.
function value(src, name,	family)
{
	if (has(src, name))
		return median[src, name]
	if (name ~ /-beyond$/) {
		sub("-beyond$", "", name)
		family = name
		sub("^write-[a-z]*", "write-bare", family)
		return beyond(src, name, family)
	}
	if (name ~ /-each$/) {
		sub("-each$", "", name)
		return beyond(src, name "-64", name "-1") / 63
	}
	if (name ~ /^plain-/) {
		sub("^plain-", "", name)
		return src == "instructions" && has("plain", name) ? least["plain", name] : 0
	}
	if (name ~ /-least$/) {
		sub("-least$", "", name)
		return has(src, name) ? least[src, name] : 0
	}
	return 0
}

function ratio_of(src, pair,	part)
{
	split(pair, part, "/")
	return value(src, part[2]) ? value(src, part[1]) / value(src, part[2]) : 0
}

# 1 if the first is more, -1 if it is less; too near to each other is 0, as is unknown.
function direction(r)
{
	return r > 1.05 ? 1 : r && r < 0.95 ? -1 : 0
}

function print_ratio(pair,	r, r1, r2)
{
	r = ratio_of("instructions", pair)
	r1 = ratio_of("ns1", pair)
	r2 = ratio_of("ns2", pair)
	if (r)
		print "ratio", pair, sprintf("%.3f", r)
	if (r1)
		print "ratio", pair "@1cpu", sprintf("%.3f", r1)
	if (r2)
		print "ratio", pair "@2cpus", sprintf("%.3f", r2)
	if (!r)
		print "# ratio " pair ": not measured"
	else if (direction(r) * direction(r1) < 0 || direction(r) * direction(r2) < 0)
		print "# ratio " pair ": WALL TIME POINTS THE OTHER WAY"
	if (r)
		ratios[++nr_ratios] = pair
}

function print_ratios(	i, n, list)
{
	n = split("one-stop-packed/notify-getppid one-stop-packed/notify-sync-getppid" \
		" one-stop-packed/eventfd-ping-pong one-stop-packed/sysemu-getppid" \
		" one-stop-packed-64B/notify-write-64B one-stop-packed-64B/notify-sync-write-64B" \
		" one-stop-text/ret-trace-getppid one-stop-text/notify-getppid" \
		" one-stop-text-64B/ret-trace-write-64B" \
		" report-packed/ptrace-getppid report-text/ptrace-getppid" \
		" entry-exit-packed/ptrace-getppid entry-exit-text/ptrace-getppid" \
		" file-none-getppid/bare-getppid file-outside-getppid/bare-getppid" \
		" file-outside-getppid/seccomp-allow-getppid" \
		" file-rule-getppid/seccomp-allow-getppid file-rule-getppid/dispatch-getppid" \
		" logged-call/tracefs-both-getppid logged-call-mapped/tracefs-both-getppid" \
		" layers-packed-each/layers-packed-1 layers-text-each/layers-text-1" \
		" layers-threads-each/layers-threads-1" \
		" tracees-packed-1000/tracees-packed-1 tracees-text-1000/tracees-text-1" \
		" tracees-notify-1000/tracees-notify-1 tracees-ptrace-1000/tracees-ptrace-1" \
		" tracees-packed-1000/tracees-notify-1000 tracees-packed-1000/tracees-ptrace-1000" \
		" write-packed-10MiB-beyond/write-packed-64B-beyond" \
		" write-text-10MiB-beyond/write-text-64B-beyond" \
		" bare-getppid-least/plain-bare-getppid bare-fork-least/plain-bare-fork" \
		" bare-exec-least/plain-bare-exec bare-signal-least/plain-bare-signal", list, " ")
	for (i = 1; i <= n; i++)
		print_ratio(list[i])
	n = split("dd find shell build", list, " ")
	for (i = 1; i <= n; i++) {
		print_ratio(list[i] "-strace/" list[i] "-bare")
		print_ratio(list[i] "-log/" list[i] "-strace")
		print_ratio(list[i] "-packed/" list[i] "-strace")
		print_ratio(list[i] "-text/" list[i] "-strace")
		print_ratio(list[i] "-packed-openat/" list[i] "-strace-bpf-openat")
		print_ratio(list[i] "-text-openat/" list[i] "-strace-bpf-openat")
		print_ratio(list[i] "-sctrace/" list[i] "-strace")
		print_ratio(list[i] "-sctrace-openat/" list[i] "-strace-bpf-openat")
		print_ratio(list[i] "-sctrace-c/" list[i] "-strace-c")
	}
}

# What is to be reached: a number of instructions or a ratio; beyond: "-" for none.
function print_row(name, measured, at_most, more,	format, verdict)
{
	format = at_most < 10 ? "%.4f" : "%.0f"
	verdict = !measured || !at_most ? "not-measured" : measured <= at_most ? "met" : "missed"
	measured = measured ? sprintf(format, measured) : "-"
	at_most = at_most ? sprintf(format, at_most) : "-"
	print "row", name, measured, at_most, more, verdict
	rows[++nr_rows] = name " " measured " " at_most " " more " " verdict
}

function instr(name)
{
	return value("instructions", name)
}

# That of the text form does where the packed form is missing.
function either(pair,	r)
{
	r = ratio_of("instructions", pair)
	if (!r) {
		gsub("packed", "text", pair)
		r = ratio_of("instructions", pair)
	}
	return r
}

function print_rows(	one)
{
	one = instr("layers-packed-1") ? "packed" : "text"
	print ""
	print "# row NAME MEASURED AT-MOST BEYOND met|missed|not-measured"
	print_row("untraced-call", instr("bare-getppid"), 213, "-")
	print_row("untraced-call/plain", ratio_of("instructions",
		"bare-getppid-least/plain-bare-getppid"), 1.001, "-")
	print_row("fork/plain", ratio_of("instructions", "bare-fork-least/plain-bare-fork"), 1.001, "-")
	print_row("exec/plain", ratio_of("instructions", "bare-exec-least/plain-bare-exec"), 1.001, "-")
	print_row("signal/plain", ratio_of("instructions", "bare-signal-least/plain-bare-signal"),
		1.001, "-")
	print_row("call-outside-set", instr("file-outside-getppid"), 346, 280)
	print_row("call-by-rule", instr("file-rule-getppid"), 450, 350)
	print_row("one-stop-packed", instr("one-stop-packed"), 5000, 4500)
	print_row("one-stop-packed-64B", instr("one-stop-packed-64B"), 5100, 4600)
	print_row("one-stop-text", instr("one-stop-text"), 7000, 6000)
	print_row("report-packed", instr("report-packed"), 5300, 4700)
	print_row("entry-exit-packed", instr("entry-exit-packed"), 10000, 9000)
	print_row("entry-exit-text", instr("entry-exit-text"), 14000, 12000)
	print_row("logged-call", instr("logged-call"), 1100, 800)
	print_row("each-further-layer-" one, instr("layers-" one "-each"),
		instr("layers-" one "-1"), "-")
	print_row("each-further-silent-layer", instr("layers-silent-each"), 60, "-")
	print_row("tracees-1000/1", either("tracees-packed-1000/tracees-packed-1"), 1.05, "-")
	print_row("write-10MiB/64B",
		either("write-packed-10MiB-beyond/write-packed-64B-beyond"), 1.05, "-")
	print_row("dd/strace", ratio_of("instructions", "dd-log/dd-strace"), 0.12, "0.08")
}

# ------------------------------ what binding costs --------------------------

function binding(	i, name, size, more)
{
	print ""
	for (i = 1; i <= names; i++) {
		name = order[i]
		if (name !~ /^write-bound-/ || mark[name] != "")
			continue
		size = substr(name, length("write-bound-") + 1)
		if (!(has("instructions", name) && has("instructions", "copy-" size) &&
		      has("instructions", "pwrite-" size)))
			continue
		more = instr(name) - instr("write-text-64B")
		printf "bind: %-6s %7.0f instructions more than without; copy takes %.0f (%.2f times), pwrite %.0f (%.2f times)\n",
			size, more, instr("copy-" size), more / instr("copy-" size),
			instr("pwrite-" size), more / instr("pwrite-" size)
	}
}

# --------------------------------- what is wrong ----------------------------

function print_warnings(	i, name)
{
	for (i = 1; i <= names; i++) {
		name = order[i]
		if (name != "check-loop" && has("instructions", name) &&
		    spread("instructions", name) > 1)
			printf "# %s: the numbers of instructions are %.1f %% apart\n", name,
				spread("instructions", name)
	}
}

# ------------------------------------ files ---------------------------------

function json_values(src, name)
{
	return sprintf("\"%s\": {\"median\": %.1f, \"least\": %.1f, \"most\": %.1f}", src,
		       median[src, name], least[src, name], most[src, name])
}

function write_json(file,	i, s, n, src, name, text, part)
{
	n = split("instructions ns1 ns2 plain", src, " ")
	printf "{\n\"results\": {" > file
	for (i = 1; i <= names; i++) {
		name = order[i]
		text = ""
		for (s = 1; s <= n; s++)
			if (has(src[s], name))
				text = text (text == "" ? "" : ", ") json_values(src[s], name)
		printf "%s\n\t\"%s\": {%s}", (i > 1 ? "," : ""), name, text > file
	}
	printf "\n},\n\"ratios\": {" > file
	for (i = 1; i <= nr_ratios; i++) {
		text = ""
		for (s = 1; s <= 3; s++)
			if (ratio_of(src[s], ratios[i]))
				text = text (text == "" ? "" : ", ") \
					sprintf("\"%s\": %.4f", src[s], ratio_of(src[s], ratios[i]))
		printf "%s\n\t\"%s\": {%s}", (i > 1 ? "," : ""), ratios[i], text > file
	}
	printf "\n},\n\"rows\": {" > file
	for (i = 1; i <= nr_rows; i++) {
		split(rows[i], part, " ")
		printf "%s\n\t\"%s\": {\"measured\": %s, \"at_most\": %s, \"beyond\": %s, \"verdict\": \"%s\"}",
			(i > 1 ? "," : ""), part[1], (part[2] == "-" ? "null" : part[2]),
			(part[3] == "-" ? "null" : part[3]), (part[4] == "-" ? "null" : part[4]),
			part[5] > file
	}
	print "\n}\n}" > file
	close(file)
}

function plotted(v)
{
	return v ? v : "NaN"
}

# Lines "N VALUE ...", one column for each family; NaN where there is none.
function write_series(file, numbers, families,	i, j, n, m, number, family, line)
{
	n = split(numbers, number, " ")
	m = split(families, family, " ")
	line = "N"
	for (j = 1; j <= m; j++)
		line = line " " family[j]
	print line > file
	for (i = 1; i <= n; i++) {
		line = number[i]
		for (j = 1; j <= m; j++)
			line = line " " plotted(instr(family[j] "-" number[i]))
		print line > file
	}
	close(file)
}

# The jobs of one call, the first on top.
function write_plot_data(	i, name, file, n)
{
	file = out "/calls.dat"
	printf "" > file
	for (i = 1; i <= names; i++) {
		name = order[i]
		if (!has("instructions", name) ||
		    name ~ /^(check|layers|tracees|write|copy|pwrite|dd|find|shell|build)-/ ||
		    name ~ /^bare-(fork|exec|signal)/)
			continue
		print -(++n), instr(name), name, (name ~ /^(file|one|report|entry|logged)-/) > file
	}
	close(file)
	write_series(out "/layers.dat", "1 2 4 8 16 32 64",
		     "layers-text layers-packed layers-threads layers-silent")
	write_series(out "/tracees.dat", "1 10 100 1000",
		     "tracees-ptrace tracees-notify tracees-text tracees-packed")
	file = out "/programs.dat"
	print "program bare strace strace-bpf-openat text packed log" > file
	n = split("dd find shell build", name_of, " ")
	for (i = 1; i <= n; i++)
		print name_of[i], program(name_of[i], "bare"), 1,
			program(name_of[i], "strace-bpf-openat"), program(name_of[i], "text"),
			program(name_of[i], "packed"), program(name_of[i], "log") > file
	close(file)
}

# Of a whole program, in comparison with strace.
function program(name, tracer)
{
	return plotted(ratio_of("instructions", name "-" tracer "/" name "-strace"))
}

# ------------------------------------ input ---------------------------------

# A job that the kernel lacks something for may be left out, for these reasons.
/: skipped: /	{
	if (!said[$0]++)
		print
	name = $2
	sub(":$", "", name)
	skipped[source_of(FILENAME), name] = 1
	if ($0 !~ /(Invalid argument|Function not implemented|Inappropriate ioctl|not supported|CONFIG_[A-Z_]*\): No such file)/)
		missing = 1
}
$2 == "marked"	{ mark[$1] = "~" }
NF == 5 && ($5 == "ns" || $5 == "instructions") {
	src = source_of(FILENAME)
	if (src != "plain" && !seen[$1]++)
		order[++names] = $1
	measured[src] = 1
	median[src, $1] = $2 + 0
	least[src, $1] = $3 + 0
	most[src, $1] = $4 + 0
}

END {
	print_table()
	explain()
	print_ratios()
	print_rows()
	binding()
	print_warnings()
	write_json(out "/bench.json")
	write_plot_data()
	for (i = 1; i <= names; i++)
		for (src in measured)
			if (src != "plain" && order[i] != "check-loop" &&
			    !has(src, order[i]) && !((src, order[i]) in skipped)) {
				print "# " order[i] ": no result in " src
				missing = 1
			}
	exit missing
}
