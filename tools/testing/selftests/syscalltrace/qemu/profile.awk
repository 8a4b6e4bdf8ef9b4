# SPDX-License-Identifier: GPL-2.0-only
#
# Where the instructions of a round go. Input: "ADDRESS FUNCTION FILE" lines sorted by
# address, then what QEMU logs of the instructions it executes.
#
# Variables: period, the function at whose entry a round begins; skip, rounds to leave
# out first; rounds, how many to look at; addresses, a file to write how often each
# instruction of the kernel was executed.

function add_symbol(	n)
{
	# What belongs to the function before it, is that one, or is never executed.
	if ($1 == last_address ||
	    $2 ~ /^(__pfx_|entry_SYSCALL_64_|entry_SYSRETQ_|syscall_return_via_sysret)/)
		return
	last_address = $1
	n = ++nr_symbols
	address[n] = $1 ""
	name[n] = $2
	sub(/\.(isra|part|constprop|cold).*/, "", name[n])
	file[n] = $3
	if ($2 == period)
		period_pc = $1 ""
	if ($2 == "__switch_to_asm")
		switch_pc = $1 ""
}

# Which symbol does an address belong to? 0 for user space, -1 for code that the
# kernel has made.
function symbol_of(pc,	low, high, middle)
{
	if (pc in symbol)
		return symbol[pc]
	low = 1
	high = nr_symbols
	if (pc < "8")
		return symbol[pc] = 0
	if (pc < address[1] || pc >= "ffffffffa")
		return symbol[pc] = -1
	while (low < high) {
		middle = int((low + high + 1) / 2)
		if (address[middle] <= pc)
			low = middle
		else
			high = middle - 1
	}
	return symbol[pc] = low
}

function name_of(s)
{
	return s > 0 ? name[s] : s < 0 ? "[made by the kernel]" : "[" who "]"
}

function group_of(s,	f)
{
	if (s <= 0)
		return s < 0 ? "other" : "user space"
	f = file[s]
	if (f ~ /^(kernel\/strace|fs\/proc\/syscall_trace|lib\/syscall_)/)
		return "our code"
	if (f ~ /^kernel\/(ptrace|seccomp|signal)\.o/)
		return "ptrace, seccomp, signals"
	if (name[s] ~ /^(__switch_to|switch_|cr4_|(save|restore)_fpregs|__(rd|wr)gsbase)/ ||
	    f ~ /rseq|mm\/tlb/)
		return "switching"
	if (f ~ /^kernel\/(sched|rcu)\/|^lib\/rbtree/)
		return "scheduler"
	if (f ~ /^(arch\/x86|kernel)\/entry\//)
		return "entry and exit"
	if (f ~ /^kernel\/locking\//)
		return "locks"
	if (f ~ /^arch\/x86\/lib\/|^lib\/(usercopy|string|strn|iov_iter)/)
		return "copying, comparing"
	if (f ~ /^kernel\/time\//)
		return "time"
	if (f ~ /^mm\//)
		return "memory"
	if (f ~ /^(fs|security)\//)
		return "files"
	return "other"
}

function median(	i, j, t, sorted)
{
	for (i = 1; i <= nr_rounds; i++) {
		t = first[i + 1] - first[i]
		for (j = i - 1; j && sorted[j] > t; j--)
			sorted[j + 1] = sorted[j]
		sorted[j + 1] = t
	}
	shortest = sorted[1]
	longest = sorted[nr_rounds]
	return sorted[int((nr_rounds + 1) / 2)]
}

# Has something come in between? Faults are of the job itself.
function is_interrupted(r,	i, s)
{
	for (i = first[r]; i < first[r + 1]; i++) {
		s = symbol_of(pcs[i])
		if (s > 0 && name[s] ~ /^asm_(sysvec|common|exc_(nmi|debug))/)
			return 1
	}
	return 0
}

# Count the instructions of a round.
function count(r,	i, s, key)
{
	who = "program"
	for (i = first[r]; i < first[r + 1]; i++) {
		if (pcs[i] == switch_pc)
			who = who == "program" ? "tracer" : "program"
		s = symbol_of(pcs[i])
		key = name_of(s)
		self[key]++
		side[key, who]++
		by_side[who]++
		group[group_of(s)]++
		group_side[group_of(s), who]++
		group_name[key] = group_of(s)
		total++
		if (s > 0)
			at[pcs[i]]++
		if (s > 0 && pcs[i] == address[s])
			calls[key]++
	}
}

# Who has called whom: a stack for each of the two. What is entered at its first
# instruction has been called by what ran before; else it is where it goes on.
function follow(r, show,	i, j, s, key, d, node)
{
	who = "program"
	for (i = first[r]; i < first[r + 1]; i++) {
		if (pcs[i] == switch_pc)
			who = who == "program" ? "tracer" : "program"
		s = symbol_of(pcs[i])
		key = name_of(s)
		d = depth[who]
		if (s > 0 && pcs[i] == address[s]) {
			depth[who] = ++d
			stack[who, d] = key
			node_at[who, d] = 0
		} else if (!d || stack[who, d] != key) {
			for (j = d; j && stack[who, j] != key; j--)
				;
			if (!j) {
				j = 1
				stack[who, 1] = key
				node_at[who, 1] = 0
			}
			depth[who] = d = j
		}
		if (!show)
			continue
		if (!node_at[who, d]) {
			node = ++nr_nodes
			node_at[who, d] = node
			node_name[node] = key
			node_depth[node] = d
			node_who[node] = who
		}
		node_self[node_at[who, d]]++
		for (j = d; j; j--)
			if (node_at[who, j])
				node_total[node_at[who, j]]++
	}
}

function show_tree(r,	i, node, last)
{
	for (i = r > 4 ? r - 4 : 1; i < r; i++)
		follow(i, 0)
	follow(r, 1)
	printf "\nOne round of %d instructions, in the order in which functions are entered:\n\n",
		first[r + 1] - first[r]
	printf "%7s %7s\n", "with", "self"
	for (node = 1; node <= nr_nodes; node++) {
		if (node_who[node] != last)
			printf "%15s --- %s\n", "", node_who[node]
		last = node_who[node]
		printf "%7d %7d %*s%s\n", node_total[node], node_self[node],
			2 * (node_depth[node] - 1), "", node_name[node]
	}
}

function print_sorted(table, sides, heading,	key, i, n, order)
{
	for (key in table) {
		for (i = n++; i && table[order[i]] < table[key]; i--)
			order[i + 1] = order[i]
		order[i + 1] = key
	}
	printf "\n%-34s %10s %7s %9s %9s %7s  %s\n", heading, "a round", "share", "program",
		"tracer", heading == "function" ? "calls" : "",
		heading == "function" ? "group" : ""
	for (i = 1; i <= n; i++) {
		key = order[i]
		printf "%-34s %10.1f %6.1f%% %9.1f %9.1f", key, table[key] / used,
			table[key] * 100 / total, sides[key, "program"] / used,
			sides[key, "tracer"] / used
		if (heading == "function")
			printf " %7.1f  %s", calls[key] / used, group_name[key]
		print ""
	}
	printf "%-34s %10.1f %6.1f%% %9.1f %9.1f\n", "sum", total / used, 100,
		by_side["program"] / used, by_side["tracer"] / used
}

function report(	r, middle, tree)
{
	first[nr_rounds + 1] = start
	middle = median()
	for (r = 1; r <= nr_rounds; r++) {
		if (is_interrupted(r))
			continue
		used++
		count(r)
		if (r > 1 && !tree && first[r + 1] - first[r] == middle)
			tree = r
	}
	if (!used) {
		print "no round without an interrupt"
		exit 1
	}
	printf "%d rounds from one %s to the next, of %d to %d instructions, median %d;",
		nr_rounds, period, shortest, longest, middle
	printf " %d with interrupts are left out\n", nr_rounds - used
	print_sorted(group, group_side, "group")
	print_sorted(self, side, "function")
	for (r in at)
		print r, at[r] / used > addresses
	if (tree)
		show_tree(tree)
}

NR == FNR { add_symbol(); next }

FNR == 1 {
	FS = "[[/]"
	$0 = $0
}

/^Trace / {
	pc = $3 ""
	if (pc == period_pc) {
		if (++nr_seen > skip) {
			first[++nr_rounds] = n
			if (nr_rounds > rounds) {
				nr_rounds--
				start = n
				done = 1
				exit
			}
		}
	}
	if (nr_rounds)
		pcs[n++] = pc
	next
}

# The one before it has not been executed.
/^Stopped execution/ { if (nr_rounds && n > first[nr_rounds]) n-- }

END {
	if (!done) {
		printf "%s was entered %d times only\n", period, nr_seen
		exit 1
	}
	report()
}
