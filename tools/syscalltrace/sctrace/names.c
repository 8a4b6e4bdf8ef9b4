// SPDX-License-Identifier: GPL-2.0-only
/*
 * Values by their names: flags, enumerations, errors, signals.
 */
#include <string.h>
#include "consts.gen.h"
#include "sctrace.h"

const char *sym_name(const struct symtab *tab, uint64_t v)
{
	unsigned int i;

	for (i = 0; i < tab->nr; i++)
		if (tab->syms[i].value == v)
			return tab->syms[i].name;
	return NULL;
}

bool sym_value(const struct symtab *tab, const char *name, size_t len, uint64_t *v)
{
	unsigned int i;

	for (i = 0; i < tab->nr; i++)
		if (strlen(tab->syms[i].name) == len && !memcmp(tab->syms[i].name, name, len)) {
			*v = tab->syms[i].value;
			return true;
		}
	return false;
}

void put_enum(struct text *t, const struct symtab *tab, uint64_t v)
{
	const char *name = sym_name(tab, v);

	if (opt.style == STYLE_RAW) {
		put_hex(t, v);
		return;
	}
	if (name && opt.style == STYLE_ABBREV) {
		put_s(t, name);
		return;
	}
	put_hex(t, v);
	put_s(t, " /* ");
	put_s(t, name ? name : tab->unknown);
	put_s(t, " */");
}

/* The names of what is known of @v, from the first @n on; what is left of it. */
static uint64_t put_flag_names(struct text *t, const struct symtab *tab, uint64_t v,
			       unsigned int *n)
{
	unsigned int i;

	for (i = 0; i < tab->nr && v; i++) {
		const struct sym *s = &tab->syms[i];

		if (!s->value || (v & s->value) != s->value)
			continue;
		if ((*n)++)
			put_c(t, '|');
		put_s(t, s->name);
		v &= ~s->value;
	}
	return v;
}

void put_more_flags(struct text *t, const char *first, const struct symtab *tab, uint64_t v,
		    uint64_t whole)
{
	unsigned int n = 0;
	bool comment = opt.style == STYLE_VERBOSE;
	uint64_t rest;
	size_t start;

	if (opt.style == STYLE_RAW) {
		put_hex(t, whole);
		return;
	}
	if (comment) {
		put_hex(t, whole);
		if (!first && !v)
			return;
		put_s(t, " /* ");
	}
	start = t->len;
	if (first) {
		put_s(t, first);
		n++;
	} else if (!v) {
		const char *zero = sym_name(tab, 0);

		put_s(t, zero ? zero : "0");
		n++;
	}
	rest = put_flag_names(t, tab, v, &n);
	if (rest && !n) {
		t->len = start;
		if (!comment) {
			put_hex(t, rest);
			put_s(t, " /* ");
		}
		put_s(t, tab->unknown);
		put_s(t, " */");
		return;
	}
	if (rest) {
		put_c(t, '|');
		put_hex(t, rest);
	}
	if (comment)
		put_s(t, " */");
}

void put_flags(struct text *t, const struct symtab *tab, uint64_t v)
{
	put_more_flags(t, NULL, tab, v, v);
}

/* From 32 on signals have no names in headers: their numbers are the C library's. */
void put_signal(struct text *t, int sig)
{
	const char *name;

	if (opt.style == STYLE_RAW) {
		put_int(t, sig);
		return;
	}
	name = sym_name(&sym_signals, sig);
	if (opt.style == STYLE_VERBOSE)
		put_f(t, "%d /* ", sig);
	if (name)
		put_s(t, name);
	else if (sig == 32)
		put_s(t, "SIGRTMIN");
	else if (sig > 32 && sig < NR_SIGNALS)
		put_f(t, "SIGRT_%d", sig - 32);
	else
		put_int(t, sig);
	if (opt.style == STYLE_VERBOSE)
		put_s(t, " */");
}

/* What only the kernel knows; its headers keep them to it. */
static const struct {
	int err;
	const char *name, *sentence;
} restarts[] = {
	{ 512, "ERESTARTSYS", "To be restarted if SA_RESTART is set" },
	{ 513, "ERESTARTNOINTR", "To be restarted" },
	{ 514, "ERESTARTNOHAND", "To be restarted if no handler" },
	{ 516, "ERESTART_RESTARTBLOCK", "Interrupted by signal" },
};

const char *error_name(int err)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(restarts); i++)
		if (restarts[i].err == err)
			return restarts[i].name;
	return sym_name(&sym_errnos, err);
}

const char *error_sentence(int err)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(restarts); i++)
		if (restarts[i].err == err)
			return restarts[i].sentence;
	return strerror(err);
}
