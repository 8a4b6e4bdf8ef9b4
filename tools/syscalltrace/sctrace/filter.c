// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which calls, signals and results are wanted.
 */
#include <regex.h>
#include <stdlib.h>
#include <string.h>
#include "consts.gen.h"
#include "sctrace.h"

/* ------------------------------ sets of calls ----------------------------- */

void all_calls(struct call_set *set, bool has)
{
	unsigned int abi, nr;

	for (abi = 0; abi < NR_ABIS; abi++)
		for (nr = 0; nr < NR_CALLS; nr++)
			set->has[abi][nr] = has;
	set->unknown = has;
}

bool set_includes(const struct call_set *set, unsigned int abi, unsigned int nr)
{
	return abi < NR_ABIS && nr < NR_CALLS ? set->has[abi][nr] : set->unknown;
}

bool same_set(const struct call_set *a, const struct call_set *b)
{
	return !memcmp(a, b, sizeof(*a));
}

bool empty_set(const struct call_set *a)
{
	return !memchr(a, 1, sizeof(*a));
}

static unsigned int classes_of(unsigned int abi, unsigned int nr)
{
	struct syscall_trace_record record = { .abi = abi, .nr = nr };
	struct sct_call call;

	return sct_describe(&record, &call) ? call.classes : 0;
}

/* The kernel's own classes, by strace's names; the older ones without "%", too. */
static const struct {
	const char *name;
	unsigned int class;
} classes[] = {
	{ "file", SCT_CLASS_FILE }, { "desc", SCT_CLASS_DESC },
	{ "network", SCT_CLASS_NETWORK }, { "net", SCT_CLASS_NETWORK },
	{ "process", SCT_CLASS_PROCESS }, { "signal", SCT_CLASS_SIGNAL },
	{ "memory", SCT_CLASS_MEMORY }, { "ipc", SCT_CLASS_IPC },
	{ "creds", SCT_CLASS_CREDS }, { "clock", SCT_CLASS_CLOCK },
};

/* Those that are known by names alone: regular expressions. */
static const struct {
	const char *name, *regex;
} families[] = {
	{ "stat", "^(old)?stat(64)?$" },
	{ "lstat", "^(old)?lstat(64)?$" },
	{ "fstat", "^((old)?fstat(64)?|fstatat64|newfstatat)$" },
	{ "%stat", "^((old)?[fl]?stat(64)?|fstatat64|newfstatat|statx)$" },
	{ "statfs", "^statfs(64)?$" },
	{ "fstatfs", "^fstatfs(64)?$" },
	{ "%statfs", "^(f?statfs(64)?|ustat)$" },
	{ "pure", "^(getpid|getppid|gettid|getpgrp|gete?[ug]id(32)?)$" },
};

static bool add_class(struct call_set *set, unsigned int abi, const char *name, bool has)
{
	unsigned int i, nr;

	for (i = 0; i < ARRAY_SIZE(classes) && strcmp(classes[i].name, name); i++)
		;
	if (i == ARRAY_SIZE(classes))
		return false;
	for (nr = 0; nr < NR_CALLS; nr++)
		if (classes_of(abi, nr) & classes[i].class)
			set->has[abi][nr] = has;
	return true;
}

static bool add_regex(struct call_set *set, unsigned int abi, const char *regex, bool has)
{
	bool found = false;
	unsigned int nr;
	regex_t re;

	if (regcomp(&re, regex, REG_EXTENDED | REG_NOSUB))
		die("'%s': not a regular expression", regex);
	for (nr = 0; nr < NR_CALLS; nr++) {
		const char *name = sct_name(abi, nr);

		if (!name || regexec(&re, name, 0, NULL, 0))
			continue;
		set->has[abi][nr] = has;
		found = true;
	}
	regfree(&re);
	return found;
}

static bool add_family(struct call_set *set, unsigned int abi, const char *name, bool has)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(families); i++)
		if (!strcmp(families[i].name, name)) {
			add_regex(set, abi, families[i].regex, has);
			return true;
		}
	return false;
}

static bool add_name(struct call_set *set, unsigned int abi, const char *name, bool has)
{
	long nr = sct_number(abi, name);
	char *end;

	if (nr < 0 && *name >= '0' && *name <= '9') {
		nr = strtol(name, &end, 10);
		if (*end || nr >= NR_CALLS || !sct_name(abi, nr))
			return false;
	}
	if (nr < 0 || nr >= NR_CALLS)
		return false;
	set->has[abi][nr] = has;
	return true;
}

static bool add_word(struct call_set *set, unsigned int abi, const char *word, bool has)
{
	unsigned int nr;

	if (!strcmp(word, "all")) {
		for (nr = 0; nr < NR_CALLS; nr++)
			set->has[abi][nr] = has;
		set->unknown = has;
		return true;
	}
	if (*word == '/')
		return add_regex(set, abi, word + 1, has);
	if (*word == '%')
		return add_class(set, abi, word + 1, has) || add_family(set, abi, word + 1, has);
	return add_name(set, abi, word, has) || add_class(set, abi, word, has);
}

/* The ABI behind "@": all of them without one. */
static unsigned int abis_of(char *word)
{
	char *at = strrchr(word, '@');

	if (!at || *word == '/')
		return 7;
	*at = 0;
	if (!strcmp(at + 1, "64"))
		return 1 << SYSCALL_TRACE_ABI_X86_64;
	if (!strcmp(at + 1, "32"))
		return 1 << SYSCALL_TRACE_ABI_I386;
	if (!strcmp(at + 1, "x32"))
		return 1 << SYSCALL_TRACE_ABI_X32;
	die("'%s@%s': no such ABI: 64, 32 or x32", word, at + 1);
}

void parse_call_set(struct call_set *set, const char *what, const char *text)
{
	char *copy = strdup(text), *word, *save, *rest = copy;
	bool has = true;

	if (!copy)
		die("out of memory");
	if (*rest == '!') {
		has = false;
		rest++;
	}
	all_calls(set, !has);
	if (!strcmp(rest, "none")) {
		free(copy);
		return;
	}
	if (!*rest)
		die("-e %s: invalid system call '%s'", what, rest);
	for (word = strtok_r(rest, ",", &save); word; word = strtok_r(NULL, ",", &save)) {
		bool may_lack = *word == '?', found = false;
		unsigned int abi, abis;

		word += may_lack;
		abis = abis_of(word);
		for (abi = 0; abi < NR_ABIS; abi++)
			if (abis >> abi & 1)
				found |= add_word(set, abi, word, has);
		if (!found && !may_lack)
			die("-e %s: invalid system call '%s'", what, word);
	}
	free(copy);
}

static void add_word_to(struct text *t, const char *prefix, const char *name)
{
	if (t->len)
		put_c(t, ',');
	put_s(t, prefix);
	put_s(t, name);
}

/* @set has @nr, or has it not, as @has says */
static bool is_so(const struct call_set *set, unsigned int abi, int nr, bool has)
{
	return nr >= 0 && nr < NR_CALLS && set->has[abi][nr] == has;
}

/*
 * A name alone stands for all ABIs: those that are not meant are taken out again, or put
 * back in. @has: what is to be named, what is in @set or what is not
 */
static void add_native(struct text *t, const struct call_set *set, const char *name, bool has)
{
	int i386 = sct_number(SYSCALL_TRACE_ABI_I386, name);
	int x32 = sct_number(SYSCALL_TRACE_ABI_X32, name);

	add_word_to(t, has ? "" : "!", name);
	if (is_so(set, SYSCALL_TRACE_ABI_I386, i386, !has))
		add_word_to(t, has ? "!i386:" : "i386:", name);
	if (is_so(set, SYSCALL_TRACE_ABI_X32, x32, !has))
		add_word_to(t, has ? "!x32:" : "x32:", name);
}

char *set_text(const struct call_set *set)
{
	static const char * const prefixes[][3] = { { "!", "!i386:", "!x32:" },
						    { "", "i386:", "x32:" } };
	bool has = !set->unknown;	/* calls without a name can only be left in "all" */
	struct text t = { NULL, 0, 0 };
	struct call_set all;
	unsigned int abi, nr;

	all_calls(&all, true);
	if (same_set(set, &all))
		return strdup("all");
	if (empty_set(set))
		return strdup("none");
	if (!has)
		put_s(&t, "all");
	for (abi = 0; abi < NR_ABIS; abi++)
		for (nr = 0; nr < NR_CALLS; nr++) {
			const char *name = sct_name(abi, nr);

			if (!name || set->has[abi][nr] != has)
				continue;
			if (!abi)
				add_native(&t, set, name, has);
			else if (!is_so(set, 0, sct_number(0, name), has))
				add_word_to(&t, prefixes[has][abi], name);
		}
	put_c(&t, 0);
	return t.data;
}

/* --------------------------------- signals -------------------------------- */

int parse_signal(const char *name)
{
	char full[32];
	uint64_t v;
	char *end;
	long n = strtol(name, &end, 10);

	if (*name && !*end)
		return n > 0 && n < NR_SIGNALS ? n : -1;
	if (!strncasecmp(name, "SIG", 3))
		name += 3;
	if (!strncasecmp(name, "RT_", 3)) {
		n = strtol(name + 3, &end, 10);
		return *end || n < 0 || n > 32 ? -1 : 32 + n;
	}
	if (!strcasecmp(name, "RTMIN"))
		return 32;
	snprintf(full, sizeof(full), "SIG%s", name);
	for (end = full; *end; end++)
		if (*end >= 'a' && *end <= 'z')
			*end += 'A' - 'a';
	return sym_value(&sym_signals, full, strlen(full), &v) ? (int)v : -1;
}

void parse_signal_set(bool *set, const char *text)
{
	char *copy = strdup(text), *word, *save, *rest = copy;
	bool has = true;

	if (!copy)
		die("out of memory");
	if (*rest == '!') {
		has = false;
		rest++;
	}
	memset(set, !has, NR_SIGNALS);
	if (!strcmp(rest, "all"))
		memset(set, has, NR_SIGNALS);
	else if (strcmp(rest, "none"))
		for (word = strtok_r(rest, ",", &save); word; word = strtok_r(NULL, ",", &save)) {
			int sig = parse_signal(word);

			if (sig < 0)
				die("-e signal: invalid signal '%s'", word);
			set[sig] = has;
		}
	free(copy);
}

char *signals_text(void)
{
	struct text t = { NULL, 0, 0 };
	unsigned int sig, n = 0;

	for (sig = 1; sig < NR_SIGNALS; sig++) {
		const char *name = sym_name(&sym_signals, sig);

		if (!opt.signals[sig] || sig == 9)
			continue;
		n++;
		if (t.len)
			put_c(&t, ',');
		if (name)
			put_s(&t, name);
		else
			put_f(&t, "SIGRT_%u", sig - 32);
	}
	if (!n || n == NR_SIGNALS - 2) {
		free(t.data);
		return strdup(n ? "all" : "none");
	}
	put_c(&t, 0);
	return t.data;
}

/* --------------------------------- results -------------------------------- */

bool status_wanted(const struct call *c)
{
	unsigned int bit;

	if (opt.status == STATUS_ALL)
		return true;
	if (c->gone)
		bit = !strncmp(c->name, "exit", 4) ? STATUS_UNAVAILABLE : STATUS_UNFINISHED;
	else if (c->failed && c->ret <= -512 && c->ret >= -516)
		bit = STATUS_UNAVAILABLE;
	else
		bit = c->failed ? STATUS_FAILED : STATUS_SUCCESSFUL;
	return opt.status & bit;
}
