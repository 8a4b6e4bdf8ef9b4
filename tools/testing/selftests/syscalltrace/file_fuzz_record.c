// SPDX-License-Identifier: GPL-2.0
/*
 * Is a record well-formed? By the grammar that the documentation gives, not by the
 * code that made it.
 */

#include <ctype.h>

#include "file_fuzz.h"

/**
 * struct cursor - what is left of a line
 * @at: the next character
 * @wrong: what is wrong, or NULL
 */
struct cursor {
	const char *at;
	const char *wrong;
};

static bool fails(struct cursor *c, const char *wrong)
{
	if (!c->wrong)
		c->wrong = wrong;
	return false;
}

static bool takes(struct cursor *c, const char *word)
{
	size_t len = strlen(word);

	if (strncmp(c->at, word, len))
		return false;
	c->at += len;
	return true;
}

/* Text between quotes, and dots if there is more. */
static void take_string(struct cursor *c)
{
	while (*c->at && *c->at != '"') {
		if (*c->at < ' ' || *c->at > '~') {
			fails(c, "a byte that is not printable");
			return;
		}
		if (*c->at++ != '\\')
			continue;
		if (*c->at && strchr("ntr\"\\", *c->at))
			c->at++;
		else if (strspn(c->at, "01234567") >= 3)
			c->at += 3;
		else
			fails(c, "a bad escape");
	}
	if (!takes(c, "\""))
		fails(c, "a string without an end");
	takes(c, "...");
}

static bool take_number(struct cursor *c)
{
	const char *digits = "0123456789";

	takes(c, "-");
	if (takes(c, "0x"))
		digits = "0123456789abcdef";
	if (!strspn(c->at, digits))
		return fails(c, "a number without digits");
	c->at += strspn(c->at, digits);
	return true;
}

static void take_value(struct cursor *c, unsigned int depth);

static void take_list(struct cursor *c, const char *end, unsigned int depth)
{
	if (depth > 4) {
		fails(c, "lists in lists in lists");
		return;
	}
	while (!c->wrong && !takes(c, end)) {
		if (takes(c, "...")) {
			if (!takes(c, end))
				fails(c, "dots that are not at the end of a list");
			return;
		}
		take_value(c, depth + 1);
		if (!takes(c, ", ") && strncmp(c->at, end, 1))
			fails(c, "no comma in a list");
	}
}

static void take_value(struct cursor *c, unsigned int depth)
{
	takes(c, "~");
	if (takes(c, "\""))
		take_string(c);
	else if (takes(c, "["))
		take_list(c, "]", depth);
	else if (takes(c, "{"))
		take_list(c, "}", depth);
	else if (!takes(c, "NULL"))
		take_number(c);
}

/* What the arguments are, up to the end or @end. */
static void take_values(struct cursor *c, const char *end)
{
	while (!c->wrong && *c->at && strncmp(c->at, end, strlen(end))) {
		take_value(c, 0);
		if (!takes(c, ", "))
			return;
		if (!*c->at)
			fails(c, "a comma at the end");
	}
}

static void take_word(struct cursor *c, char *word, size_t size)
{
	size_t len = strspn(c->at, "abcdefghijklmnopqrstuvwxyz_0123456789:");

	if (!len || len >= size)
		fails(c, "no name");
	snprintf(word, size, "%.*s", (int)len, c->at);
	c->at += len;
}

static void take_ename(struct cursor *c, struct seen *seen)
{
	size_t len = strspn(c->at, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");
	const char *name;
	int i;

	if (isdigit((unsigned char)*c->at)) {
		seen->ret = -strtol(c->at, NULL, 10);
		c->at += len;
		return;
	}
	if (*c->at != 'E')
		fails(c, "no name of an error");
	seen->ret = takes(c, "ERESTART") ? -512 : 0;
	for (i = 1; i < 134 && !seen->ret; i++) {
		name = strerrorname_np(i);
		if (name && strlen(name) == len && !strncmp(name, c->at, len))
			seen->ret = -i;
	}
	c->at += strspn(c->at, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");
	if (!seen->ret)
		fails(c, "an error that nobody knows");
}

/* "ok N, 2 "hello"" or "fail EIO" */
static bool take_result(struct cursor *c, struct seen *seen)
{
	if (takes(c, "ok ")) {
		seen->ret = strtoull(c->at, NULL, 0);
		if (*c->at == '-')
			seen->ret = strtoll(c->at, NULL, 0);
		take_number(c);
		while (!c->wrong && takes(c, ", ")) {
			take_number(c);
			if (!takes(c, " "))
				fails(c, "no blank behind the number of an argument");
			take_value(c, 0);
		}
		return true;
	}
	if (takes(c, "fail ")) {
		take_ename(c, seen);
		return true;
	}
	return false;
}

static void take_signal(struct cursor *c)
{
	size_t len = strspn(c->at, "SIGABCDEFHJKLMNOPQRTUVWXYZ0123456789_");

	if (strncmp(c->at, "SIG", 3) || !len)
		fails(c, "no name of a signal");
	c->at += len;
}

static void take_time(struct cursor *c)
{
	size_t len = strspn(c->at, "0123456789");

	if (!len || c->at[len] != '.' || strspn(c->at + len + 1, "0123456789") != 9) {
		fails(c, "no time");
		return;
	}
	c->at += len + 10;
	if (!takes(c, " "))
		fails(c, "no blank behind a time");
}

static void take_log(struct cursor *c, struct seen *seen)
{
	char name[sizeof(seen->name)];

	take_time(c);
	if (!takes(c, "? "))
		take_time(c);
	take_word(c, name, sizeof(name));
	if (!takes(c, " = ")) {
		if (!takes(c, " "))
			fails(c, "no blank behind a name");
		take_values(c, " = ");
		if (!takes(c, " = "))
			fails(c, "no result in the log");
	}
	if (!takes(c, "?") && !take_result(c, seen))
		fails(c, "no result in the log");
}

static void take_data(struct cursor *c, struct seen *seen)
{
	if (takes(c, "&")) {
		seen->type = SYSCALL_TRACE_ADDRESS;
		take_number(c);
		takes(c, ", ");
		if (!takes(c, "NULL"))
			take_number(c);
		return;
	}
	seen->type = SYSCALL_TRACE_DATA;
	take_number(c);
	if (takes(c, "+"))
		take_number(c);
	if (!takes(c, ", \""))
		fails(c, "data without data");
	else
		take_string(c);
}

static void take_siginfo(struct cursor *c)
{
	int i;

	take_signal(c);
	for (i = 0; i < 4; i++) {
		if (!takes(c, ", "))
			fails(c, "a signal without all that is told of it");
		if (!takes(c, "NULL"))
			take_number(c);
	}
}

static const struct {
	const char *word;
	unsigned int type;
	bool stop;
} words[] = {
	{ "signal ", SYSCALL_TRACE_SIGNAL, true },
	{ "new ", SYSCALL_TRACE_NEW, true },
	{ "exec \"", SYSCALL_TRACE_EXEC, true },
	{ "exit ", SYSCALL_TRACE_EXITED, false },
	{ "killed ", SYSCALL_TRACE_KILLED, false },
	{ "gone", SYSCALL_TRACE_GONE, false },
	{ "done ", SYSCALL_TRACE_RESULT, false },
	{ "log ", SYSCALL_TRACE_LOG, false },
	{ "lost ", SYSCALL_TRACE_LOST, false },
	{ "error ", SYSCALL_TRACE_ERROR, false },
	{ "data ", SYSCALL_TRACE_DATA, false },
};

static void take_rest(struct cursor *c, struct seen *seen)
{
	switch (seen->type) {
	case SYSCALL_TRACE_SIGNAL:
		take_siginfo(c);
		break;
	case SYSCALL_TRACE_EXEC:
		take_string(c);
		break;
	case SYSCALL_TRACE_KILLED:
		take_signal(c);
		break;
	case SYSCALL_TRACE_RESULT:
		if (!take_result(c, seen))
			fails(c, "done, but no result");
		break;
	case SYSCALL_TRACE_LOG:
		take_log(c, seen);
		break;
	case SYSCALL_TRACE_DATA:
		take_data(c, seen);
		break;
	case SYSCALL_TRACE_ERROR:
		take_number(c);
		if (!takes(c, ", \""))
			fails(c, "error without a sentence");
		else
			take_string(c);
		break;
	case SYSCALL_TRACE_GONE:
		break;
	default:
		seen->ret = strtol(c->at, NULL, 0);
		take_number(c);
	}
}

static void take_record(struct cursor *c, struct seen *seen)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(words); i++) {
		if (!takes(c, words[i].word))
			continue;
		seen->type = words[i].type;
		seen->stop = words[i].stop;
		seen->ambiguous = seen->type == SYSCALL_TRACE_EXITED;
		take_rest(c, seen);
		return;
	}
	seen->stop = true;
	if (take_result(c, seen)) {
		seen->type = SYSCALL_TRACE_EXIT;
		return;
	}
	seen->type = SYSCALL_TRACE_ENTRY;
	take_word(c, seen->name, sizeof(seen->name));
	if (*c->at && !takes(c, " "))
		fails(c, "no blank behind a name");
	take_values(c, "\n");
}

const char *parse_line(const char *line, bool with_tid, struct seen *seen)
{
	struct cursor c = { .at = line };
	char *end;

	memset(seen, 0, sizeof(*seen));
	/* Who asks for an error or has lost records asks for no thread. */
	if (with_tid && !takes(&c, "error ") && !takes(&c, "lost ")) {
		seen->tid = strtoul(line, &end, 10);
		if (!seen->tid || *end != ' ')
			return "no thread id";
		c.at = end + 1;
	} else {
		c.at = line;
	}
	seen->text = c.at;
	take_record(&c, seen);
	if (!c.wrong && *c.at)
		fails(&c, "something behind the end");
	return c.wrong;
}

static const char *check_head(const struct syscall_trace_record *r, size_t room)
{
	bool stop = r->type <= SYSCALL_TRACE_EXIT ||
		    (r->type >= SYSCALL_TRACE_SIGNAL && r->type <= SYSCALL_TRACE_EXEC);

	if (room < sizeof(*r) || r->size < sizeof(*r) || r->size > room || r->size % 8)
		return "a record with a bad size";
	if (r->head != sizeof(*r) || r->reserved || r->type >= NR_TYPES)
		return "a record with a bad header";
	if (!r->id != !stop)
		return "a stop without id, or an id without a stop";
	if (!r->tid != (r->type == SYSCALL_TRACE_ERROR || r->type == SYSCALL_TRACE_LOST))
		return "a record without a thread id, or with one that is none";
	if (r->abi > SYSCALL_TRACE_ABI_X32 || r->unbound >> 6)
		return "a record with a bad ABI or argument";
	if (r->type != SYSCALL_TRACE_LOG && (r->time || r->duration || r->nr_in))
		return "a time of what is not in the log";
	return NULL;
}

const char *parse_packed(const struct syscall_trace_record *r, size_t room, struct seen *seen)
{
	static const unsigned int one_block[] = {
		SYSCALL_TRACE_DATA, SYSCALL_TRACE_EXEC, SYSCALL_TRACE_ERROR,
	};
	const char *wrong = check_head(r, room), *blocks;
	unsigned int i;

	memset(seen, 0, sizeof(*seen));
	if (wrong)
		return wrong;
	seen->type = r->type;
	seen->id = r->id;
	seen->tid = r->tid;
	seen->stop = r->id;
	seen->ret = r->ret;
	seen->text = "";
	if (seen->type == SYSCALL_TRACE_ENTRY || seen->type == SYSCALL_TRACE_EXIT)
		snprintf(seen->name, sizeof(seen->name), "%u:%u", r->abi, r->nr);
	for (i = 0; i < ARRAY_SIZE(one_block); i++)
		if (r->type == one_block[i] && r->nr_blocks != 1)
			return "not one block";
	if (r->size > 1 << 16)
		return NULL;
	blocks = blocks_of(r);
	return strstr(blocks, "broken") && r->nr_blocks < 2 && r->size < 256 ?
	       "broken blocks" : NULL;
}
