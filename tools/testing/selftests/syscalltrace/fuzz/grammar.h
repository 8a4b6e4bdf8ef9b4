/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the grammar of lines and that of records are made of.
 */
#ifndef _SYSCALLTRACE_FUZZ_GRAMMAR_H
#define _SYSCALLTRACE_FUZZ_GRAMMAR_H

#include "fuzz.h"

/**
 * struct cursor - what is being recognised
 * @at: the rest of it begins here
 * @end: and ends here
 * @shown: the values that were shown, for lines
 * @nr_shown: how many
 * @unfit: something was taken only because it was shown, or may not fit there
 */
struct cursor {
	const char *at;
	const char *end;
	const struct shown_value *shown;
	unsigned int nr_shown;
	bool unfit;
};

/* A value of a record, as text. */
struct shown_value {
	const char *text;
	size_t len;
};

static inline bool at_end(const struct cursor *c)
{
	return c->at == c->end;
}

static inline char next(const struct cursor *c)
{
	return at_end(c) ? '\0' : *c->at;
}

static inline bool is_one_of(char c, const char *set)
{
	return c && strchr(set, c);
}

static inline bool one_of(struct cursor *c, const char *set)
{
	if (!is_one_of(next(c), set))
		return false;
	c->at++;
	return true;
}

static inline size_t many_of(struct cursor *c, const char *set)
{
	const char *start = c->at;

	while (one_of(c, set))
		;
	return c->at - start;
}

static inline bool literal(struct cursor *c, const char *text)
{
	size_t len = strlen(text);

	if ((size_t)(c->end - c->at) < len || memcmp(c->at, text, len))
		return false;
	c->at += len;
	return true;
}

#define DIGITS	"0123456789"
#define OCTAL	"01234567"
#define HEX	DIGITS "abcdefABCDEF"
#define LOWER	"abcdefghijklmnopqrstuvwxyz"
#define UPPER	"ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define IN_WORD	LOWER UPPER DIGITS "_-"

static inline bool word_ends(const struct cursor *c)
{
	return !is_one_of(next(c), IN_WORD);
}

/* A literal that is a whole word. */
static inline bool keyword(struct cursor *c, const char *text)
{
	const char *start = c->at;

	if (literal(c, text) && word_ends(c))
		return true;
	c->at = start;
	return false;
}

static inline bool just(struct cursor *c)
{
	return true;
}

static inline bool blanks(struct cursor *c)
{
	return many_of(c, " \t");
}

/* number := as in C: decimal, 0x hexadecimal, 0 octal; a minus where it fits */
static inline bool number(struct cursor *c)
{
	const char *start = c->at;

	one_of(c, "-");
	if (literal(c, "0x") || literal(c, "0X")) {
		if (!many_of(c, HEX))
			return false;
	} else if (next(c) == '0') {
		many_of(c, OCTAL);
	} else if (!many_of(c, DIGITS)) {
		return false;
	}
	if (word_ends(c))
		return true;
	c->at = start;
	return false;
}

/* abi ":" */
static inline bool abi(struct cursor *c)
{
	return literal(c, "i386:") || literal(c, "x32:");
}

/* name := name from lib/syscall_desc.tbl | "syscall_" number */
static inline bool name(struct cursor *c)
{
	if (literal(c, "syscall_"))
		return number(c);
	return many_of(c, LOWER UPPER DIGITS "_") && word_ends(c);
}

/* error := name from errno.h | number */
static inline bool error(struct cursor *c)
{
	if (next(c) == 'E')
		return many_of(c, UPPER DIGITS "_") && word_ends(c);
	return number(c);
}

/* signal := name from signal.h, with or without "SIG" | "SIGRT_" number */
static inline bool signal(struct cursor *c)
{
	static const char *const names[] = {
		"ABRT", "ALRM", "BUS", "CHLD", "CONT", "FPE", "HUP", "ILL", "INT", "IO",
		"KILL", "PIPE", "PROF", "PWR", "QUIT", "SEGV", "STKFLT", "STOP", "SYS",
		"TERM", "TRAP", "TSTP", "TTIN", "TTOU", "URG", "USR1", "USR2", "VTALRM",
		"WINCH", "XCPU", "XFSZ",
	};
	unsigned int i;

	literal(c, "SIG");
	if (literal(c, "RT_"))
		return many_of(c, DIGITS) && word_ends(c);
	for (i = 0; i < ARRAY_SIZE(names); i++)
		if (keyword(c, names[i]))
			return true;
	return false;
}

#endif /* _SYSCALLTRACE_FUZZ_GRAMMAR_H */
