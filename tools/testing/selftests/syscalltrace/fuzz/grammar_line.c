// SPDX-License-Identifier: GPL-2.0
/*
 * A recogniser of the grammar in Documentation/userspace-api/syscall_trace.rst, for
 * lines. It is made from what that says and not from how the parser does it, to be
 * compared with the parser.
 *
 * It knows shapes, not meanings: any word may be the name of a call or of an error, any
 * number fits. What it takes for grammar may be refused all the same, but not for its
 * syntax; what it does not must be refused.
 *
 * Where the documentation has a blank it takes several, and tabs; also behind and before
 * the brackets of a list. What is not in the block of the grammar, but in the text around
 * it: "trace" alone, numbers of "when" and SIGRT_, which are decimal.
 */

#include "grammar.h"

#define MAX_SHOWN	4096

static bool escape(struct cursor *c)
{
	const char *start = c->at;

	if (literal(c, "x"))
		return many_of(c, HEX);
	if (!one_of(c, OCTAL))
		return one_of(c, "abfnrtv\\'\"?");
	if (one_of(c, OCTAL) && one_of(c, OCTAL))
		return *start <= '3';
	return true;
}

/* string := as in C: printable ASCII and escapes between quotes */
static bool string(struct cursor *c)
{
	if (!one_of(c, "\""))
		return false;
	while (!one_of(c, "\"")) {
		if (next(c) < ' ' || next(c) > '~')
			return false;
		if (*c->at++ == '\\' && !escape(c))
			return false;
	}
	return true;
}

/* What parts the members of a set; false at its end. */
static bool separator(struct cursor *c, bool with_blanks)
{
	bool parted = with_blanks && blanks(c);

	if (one_of(c, ",")) {
		if (with_blanks)
			blanks(c);
		return true;
	}
	return parted && !at_end(c);
}

/* "all" | "none" | [abi ":"] (name | "%" class) */
static bool set_member(struct cursor *c)
{
	static const char *const classes[] = {
		"file", "desc", "network", "process", "signal", "memory", "ipc", "creds", "clock",
	};
	unsigned int i;

	abi(c);
	if (!one_of(c, "%"))
		return name(c);
	for (i = 0; i < ARRAY_SIZE(classes); i++)
		if (keyword(c, classes[i]))
			return true;
	return false;
}

static bool signal_member(struct cursor *c)
{
	return keyword(c, "all") || keyword(c, "none") || signal(c);
}

/* ["!"] member {("," | " ") ["!"] member} */
static bool set_of(struct cursor *c, bool (*member)(struct cursor *c), bool with_blanks)
{
	do {
		one_of(c, "!");
		if (!member(c))
			return false;
	} while (separator(c, with_blanks));
	return true;
}

/* when := first [".." last] ["+" [step]] */
static bool when(struct cursor *c)
{
	if (!many_of(c, DIGITS))
		return false;
	if (literal(c, "..") && !many_of(c, DIGITS))
		return false;
	if (one_of(c, "+"))
		many_of(c, DIGITS);
	return true;
}

/* action := "cont" | "kill" | "skip-ok " number | "skip-fail " error */
static bool action(struct cursor *c, bool rule)
{
	if (keyword(c, "cont") || keyword(c, "kill"))
		return true;
	if (rule && (keyword(c, "stop") || keyword(c, "log")))
		return true;
	if (keyword(c, "skip-ok"))
		return blanks(c) && number(c);
	return keyword(c, "skip-fail") && blanks(c) && error(c);
}

/* --------------------------------- commands ------------------------------ */

static bool then_number(struct cursor *c)
{
	return blanks(c) && number(c);
}

static bool then_error(struct cursor *c)
{
	return blanks(c) && error(c);
}

static bool then_switch(struct cursor *c)
{
	return blanks(c) && (keyword(c, "on") || keyword(c, "off"));
}

static bool then_switch_if_any(struct cursor *c)
{
	const char *start = c->at;

	if (then_switch(c))
		return true;
	c->at = start;
	return true;
}

static bool then_bind(struct cursor *c)
{
	return blanks(c) && (keyword(c, "on") || keyword(c, "off") || keyword(c, "require"));
}

/* "trace" alone is "trace all". */
static bool then_set(struct cursor *c)
{
	const char *start = c->at;

	blanks(c);
	if (at_end(c))
		return true;
	c->at = start;
	return blanks(c) && set_of(c, set_member, true);
}

static bool then_signals(struct cursor *c)
{
	return blanks(c) && set_of(c, signal_member, true);
}

static bool then_signal(struct cursor *c)
{
	return blanks(c) && signal(c);
}

static bool then_onclose(struct cursor *c)
{
	if (!blanks(c))
		return false;
	if (keyword(c, "cont") || keyword(c, "kill"))
		return true;
	return keyword(c, "skip-fail") && then_error(c);
}

static bool then_timeout(struct cursor *c)
{
	if (!blanks(c))
		return false;
	return keyword(c, "off") || (number(c) && blanks(c) && action(c, false));
}

static bool then_rule(struct cursor *c)
{
	if (!blanks(c))
		return false;
	/* No call has this name. */
	if (keyword(c, "clear"))
		return true;
	if (!set_of(c, set_member, false) || !blanks(c))
		return false;
	if (literal(c, "when=") && !(when(c) && blanks(c)))
		return false;
	return action(c, true);
}

static bool then_log(struct cursor *c)
{
	if (!blanks(c))
		return false;
	return keyword(c, "wait") || keyword(c, "drop") || number(c);
}

/* arg ["+" offset] " " string */
static bool then_data(struct cursor *c)
{
	if (!then_number(c) || (one_of(c, "+") && !number(c)))
		return false;
	return blanks(c) && string(c);
}

/* arg ["+" offset " " length] | "&" arg */
static bool then_place(struct cursor *c)
{
	if (!blanks(c))
		return false;
	if (one_of(c, "&"))
		return number(c);
	return number(c) && (!one_of(c, "+") || (number(c) && then_number(c)));
}

/* Which words are verbs, and what comes behind them. */
static const struct {
	const char *verb;
	bool (*rest)(struct cursor *c);
	bool call_too;
} verbs[] = {
	{ "cont", just }, { "step", just }, { "report", just }, { "discard", just },
	{ "detach", just }, { "error", just },
	{ "skip-ok", then_number }, { "ok", then_number },
	{ "skip-fail", then_error }, { "fail", then_error },
	{ "set", then_data }, { "get", then_place },
	{ "trace", then_set }, { "limit", then_number },
	{ "tid", then_switch }, { "out", then_switch }, { "follow", then_switch },
	{ "events", then_switch }, { "vdso", then_switch }, { "packed", then_switch_if_any },
	{ "bind", then_bind, true }, { "onclose", then_onclose },
	{ "timeout", then_timeout }, { "on", then_rule }, { "log", then_log },
	{ "signals", then_signals }, { "signal", then_signal, true },
};

/* "[" [string {"," string}] "]" */
static bool list(struct cursor *c)
{
	if (!one_of(c, "["))
		return false;
	blanks(c);
	if (one_of(c, "]"))
		return true;
	do {
		blanks(c);
		if (!string(c))
			return false;
		blanks(c);
	} while (one_of(c, ","));
	return one_of(c, "]");
}

static bool value_ends(const struct cursor *c)
{
	return at_end(c) || is_one_of(next(c), ", \t");
}

/* new := "_" | value as shown | number | "NULL" | string | list */
static bool new_value(struct cursor *c, unsigned int i)
{
	const char *start = c->at;

	if (keyword(c, "NULL") && value_ends(c)) {
		/* Only an address can be that. */
		c->unfit = true;
		return true;
	}
	c->at = start;
	if ((keyword(c, "_") || number(c)) && value_ends(c))
		return true;
	c->at = start;
	if (string(c) && value_ends(c))
		return true;
	c->at = start;
	if (list(c) && value_ends(c))
		return true;
	c->at = start;
	if (i >= c->nr_shown || (size_t)(c->end - c->at) < c->shown[i].len ||
	    memcmp(c->at, c->shown[i].text, c->shown[i].len))
		return false;
	c->at += c->shown[i].len;
	c->unfit = true;
	return value_ends(c);
}

/* [abi ":"] name [" " new {", " new}] */
static bool new_call(struct cursor *c)
{
	unsigned int i = 0;

	abi(c);
	if (!name(c))
		return false;
	if (!blanks(c) || at_end(c))
		return true;
	do {
		blanks(c);
		if (!new_value(c, i++))
			return false;
		blanks(c);
	} while (one_of(c, ","));
	return true;
}

/* bind and signal are calls before an argument; the first that these take is a number. */
static bool numbered_call(struct cursor *c)
{
	const char *start = c->at;
	bool is_call;

	name(c);
	is_call = blanks(c) && is_one_of(next(c), "_-" DIGITS);
	c->at = start;
	return is_call && new_call(c);
}

static bool ends(struct cursor *c)
{
	blanks(c);
	return at_end(c);
}

static bool command(struct cursor *c)
{
	const char *start = c->at;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(verbs); i++) {
		if (!keyword(c, verbs[i].verb))
			continue;
		if (verbs[i].rest(c) && ends(c))
			return true;
		c->at = start;
		return verbs[i].call_too && numbered_call(c) && ends(c);
	}
	return new_call(c) && ends(c);
}

/* Find the values in the text of a call: commas in brackets and quotes part none. */
static unsigned int split(const char *text, size_t len, struct shown_value *values)
{
	const char *end = text + len, *at = memchr(text, ' ', len);
	unsigned int n = 0, depth = 0;
	bool quoted = false;

	if (!at)
		return 0;
	values[0].text = ++at;
	for (; at < end; at++) {
		if (quoted && *at == '\\') {
			at++;
		} else if (*at == '"') {
			quoted = !quoted;
		} else if (quoted) {
			continue;
		} else if (*at == '[' || *at == '{') {
			depth++;
		} else if (*at == ']' || *at == '}') {
			depth--;
		} else if (*at == ',' && !depth) {
			values[n].len = at - values[n].text;
			values[++n].text = at + 2;
		}
	}
	values[n].len = end - values[n].text;
	return n + 1;
}

enum fuzz_verdict fuzz_is_line(const char *line, size_t len, const struct syscall_record *shown)
{
	struct cursor c = { .at = line, .end = line + len };
	struct shown_value values[SYSCALL_MAX_ARGS];
	char text[MAX_SHOWN];

	if (shown && shown->kind == SYSCALL_RECORD_ENTRY) {
		size_t text_len = syscall_text_format(text, sizeof(text), shown, false);

		c.nr_shown = split(text, text_len - 1, values);
		c.shown = values;
	}
	if (is_one_of(next(&c), DIGITS) && !(number(&c) && blanks(&c)))
		return FUZZ_NOT_GRAMMAR;
	if (!command(&c))
		return FUZZ_NOT_GRAMMAR;
	return c.unfit ? FUZZ_MAYBE_UNFIT : FUZZ_GRAMMAR;
}

bool fuzz_is_syntax_error(const char *why)
{
	static const char *const sentences[] = {
		"nothing may follow here", "blank expected", "something is missing here",
		"not a number", "hexadecimal digit expected", "octal escape above \\377",
		"no such escape", "string expected", "string does not end",
		"byte must be escaped", "comma or ] expected", "comma expected",
		"value expected", "name of a call expected", "name of a signal expected",
		"on or off expected", "number, wait or drop expected",
		"on, off or require expected", ".. expected", "cont, kill or skip-fail expected",
		"cont, kill, skip-ok or skip-fail expected",
		"cont, kill, skip-ok, skip-fail, stop or log expected",
		"verb or call expected", "NUL byte in the line", "no such class of calls",
		"what is marked ~ can only be kept as shown",
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(sentences); i++)
		if (!strcmp(why, sentences[i]))
			return true;
	return false;
}
