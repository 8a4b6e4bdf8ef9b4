// SPDX-License-Identifier: GPL-2.0
/*
 * Lines of a tracer: the first byte of an input says which stop they answer, the rest
 * is the line.
 */

#include "fuzz.h"

const char fuzz_name[] = "command";

/* What a number in a line stands for, by the C library. */
static void check_number(const struct syscall_command *cmd, const char *word, const char *rest)
{
	bool negative = *rest == '-', is_number = negative || (*rest >= '0' && *rest <= '9');
	u64 number = strtoull(rest + negative, NULL, 0);
	s64 value = negative ? -number : number;

	if (!strcmp(word, "limit"))
		HOLDS(cmd->value == value && number <= SYSCALL_LIMIT_MAX, "%s %s", word, rest);
	else if (!strcmp(word, "log") && is_number)
		HOLDS(cmd->value == value && number <= U32_MAX, "%s %s", word, rest);
	else if (!strcmp(word, "timeout") && is_number)
		HOLDS(cmd->seconds == value && number, "%s %s", word, rest);
	else if (!strcmp(word, "get") && is_number)
		HOLDS(cmd->arg == value && number && number <= SYSCALL_MAX_ARGS, "%s %s", word,
		      rest);
	else if (!strcmp(word, "skip-ok") || !strcmp(word, "ok"))
		HOLDS((cmd->value == value || cmd->value == (s32)value) &&
		      !(cmd->value < 0 && cmd->value >= -SYSCALL_ERRNO_MAX), "%s %s", word, rest);
	else if (!strcmp(word, "skip-fail") || !strcmp(word, "fail"))
		HOLDS(cmd->value < 0 && cmd->value >= -SYSCALL_ERRNO_MAX &&
		      (!is_number || cmd->value == -value) &&
		      !(cmd->value <= -512 && cmd->value >= -516),
		      "%s %s", word, rest);
}

static void check_value(const struct syscall_command *cmd, const char *line, size_t len)
{
	char copy[64] = "", *rest;

	if (len >= sizeof(copy))
		return;
	memcpy(copy, line, len);
	rest = strpbrk(copy, " \t");
	if (!rest)
		return;
	*rest++ = '\0';
	check_number(cmd, copy, rest + strspn(rest, " \t"));
}

static void try_line(const char *line, size_t len, const struct syscall_record *shown)
{
	enum fuzz_verdict verdict = fuzz_is_line(line, len, shown);
	struct fuzz_parsed one, two;
	int plain;

	fuzz_parse_text(&one, line, len, shown, 0);
	/* Nothing is left as it was before that counts. */
	fuzz_parse_text(&two, line, len, shown, 0xa5);
	HOLDS(one.ret == two.ret && one.tid == two.tid && one.start == two.start,
	      "%.*s", (int)len, line);
	if (one.ret) {
		HOLDS(one.err.column == two.err.column && one.err.text == two.err.text,
		      "%.*s", (int)len, line);
		HOLDS(verdict != FUZZ_GRAMMAR || !fuzz_is_syntax_error(one.err.text),
		      "the grammar has it, the parser says %s at %u: %.*s", one.err.text,
		      one.err.column, (int)len, line);
	} else {
		HOLDS(verdict != FUZZ_NOT_GRAMMAR, "the grammar does not have it: %.*s",
		      (int)len, line);
		HOLDS(fuzz_same_command(&one.cmd, &two.cmd), "%.*s", (int)len, line);
		plain = syscall_text_plain(line + one.start, len - one.start);
		HOLDS(plain < 0 || plain == (int)one.cmd.verb, "%.*s", (int)len, line);
		check_value(&one.cmd, line + one.start, len - one.start);
		fuzz_repeat(&one.cmd, shown);
	}
	free(one.memory);
	free(two.memory);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *line = (const char *)data + 1, *end;
	size_t len = size - 1;

	if (!size || size > SYSCALL_LINE_MAX)
		return 0;
	/* One line, as the file takes it. */
	end = memchr(line, '\n', len);
	try_line(line, end ? (size_t)(end - line) : len, fuzz_stop(data[0]));
	return 0;
}
