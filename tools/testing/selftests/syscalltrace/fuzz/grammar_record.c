// SPDX-License-Identifier: GPL-2.0
/*
 * A recogniser of the grammar that lib/syscall_text.c begins with, for records. It is
 * made from what that says and not from how records are written.
 */

#include "grammar.h"

/* What is not printable is escaped, and with three octal digits but for a few. */
static bool shown_string(struct cursor *c)
{
	if (!one_of(c, "\""))
		return false;
	while (!one_of(c, "\"")) {
		if (next(c) < ' ' || next(c) > '~')
			return false;
		if (*c->at++ != '\\' || one_of(c, "ntr\"\\"))
			continue;
		if (!one_of(c, "0123") || !one_of(c, OCTAL) || !one_of(c, OCTAL))
			return false;
	}
	return true;
}

/* address := number | "NULL" */
static bool address(struct cursor *c)
{
	return keyword(c, "NULL") || number(c);
}

static bool memory(struct cursor *c, unsigned int depth);

/* memory {", " memory}. Return how many there are, -1 if it is wrong. */
static int memories(struct cursor *c, unsigned int depth)
{
	int n = 0;

	do {
		if (!memory(c, depth))
			return -1;
		n++;
		/* "..." may follow in a list. */
		if ((size_t)(c->end - c->at) >= 5 && !memcmp(c->at, ", ...", 5))
			return n;
	} while (literal(c, ", "));
	return n;
}

/* "[" [memory {", " memory}] [", "] ["..."] "]" */
static bool shown_list(struct cursor *c, unsigned int depth)
{
	if (!literal(c, "["))
		return false;
	if (literal(c, "]") || literal(c, "...]"))
		return true;
	if (memories(c, depth) < 1)
		return false;
	return literal(c, "]") || literal(c, ", ...]");
}

/* string ["..."] */
static bool cut_string(struct cursor *c)
{
	if (!shown_string(c))
		return false;
	literal(c, "...");
	return true;
}

/* address | string ["..."] | list | "{" memory {", " memory} "}" */
static bool memory(struct cursor *c, unsigned int depth)
{
	if (next(c) == '"')
		return cut_string(c);
	if (depth && next(c) == '[')
		return shown_list(c, depth - 1);
	if (depth && literal(c, "{"))
		return memories(c, depth - 1) >= 1 && literal(c, "}");
	return address(c);
}

/* call := [abi ":"] name [" " value {", " value}] */
static bool shown_call(struct cursor *c)
{
	abi(c);
	if (!name(c))
		return false;
	if (next(c) != ' ' || (c->end - c->at >= 3 && !memcmp(c->at, " = ", 3)))
		return true;
	literal(c, " ");
	do {
		literal(c, "~");
		if (!memory(c, 3))
			return false;
	} while (literal(c, ", "));
	return true;
}

/* result := "ok " number {", " arg " " memory} | "fail " error */
static bool result(struct cursor *c)
{
	if (literal(c, "fail "))
		return error(c);
	if (!literal(c, "ok ") || !number(c))
		return false;
	while (literal(c, ", "))
		if (!one_of(c, "123456") || !literal(c, " ") || !memory(c, 3))
			return false;
	return true;
}

/* time := seconds "." nine digits */
static bool time_of(struct cursor *c)
{
	return many_of(c, DIGITS) && literal(c, ".") && many_of(c, DIGITS) == 9;
}

/* time " " (time | "?") " " call " = " (result | "?") */
static bool logged(struct cursor *c)
{
	if (!time_of(c) || !literal(c, " "))
		return false;
	if (!literal(c, "?") && !time_of(c))
		return false;
	if (!literal(c, " ") || !shown_call(c) || !literal(c, " = "))
		return false;
	return literal(c, "?") || result(c);
}

/* arg "+" offset ", " string | "&" arg ", " address */
static bool asked_for(struct cursor *c)
{
	if (literal(c, "&"))
		return one_of(c, "123456") && literal(c, ", ") && address(c);
	return one_of(c, "123456") && literal(c, "+") && number(c) && literal(c, ", ") &&
	       shown_string(c);
}

static bool column(struct cursor *c)
{
	return number(c) && literal(c, ", ") && shown_string(c);
}

/* signal ", " code ", " pid ", " uid ", " value */
static bool siginfo(struct cursor *c)
{
	unsigned int n;

	if (!signal(c))
		return false;
	for (n = 0; n < 4; n++)
		if (!literal(c, ", ") || !number(c))
			return false;
	return true;
}

static bool body(struct cursor *c)
{
	static const struct {
		const char *word;
		bool (*rest)(struct cursor *c);
	} kinds[] = {
		{ "done ", result }, { "log ", logged }, { "lost ", number },
		{ "data ", asked_for },
		{ "error ", column }, { "new ", number }, { "exec ", cut_string },
		{ "killed ", signal }, { "gone", just },
	};
	const char *start = c->at;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(kinds); i++)
		if (literal(c, kinds[i].word))
			return kinds[i].rest(c);
	/* These two are calls, too. */
	if ((literal(c, "signal ") && siginfo(c)) || (literal(c, "exit ") && number(c)))
		return true;
	c->at = start;
	if (result(c))
		return true;
	c->at = start;
	return shown_call(c);
}

/* record := [TID " "] body "\n" */
bool fuzz_is_record(const char *line, size_t len)
{
	struct cursor c = { .at = line, .end = line + len };

	if (is_one_of(next(&c), DIGITS) && !(number(&c) && literal(&c, " ")))
		return false;
	return body(&c) && literal(&c, "\n") && at_end(&c);
}
