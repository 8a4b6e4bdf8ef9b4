// SPDX-License-Identifier: GPL-2.0
/*
 * Packed answers: the first byte of an input says which stop they answer, the rest is the
 * answer. The second says how many times 8 KiB are put into it, at its end or, with 0x40,
 * before its last 16 bytes, so that a small input can be a large answer.
 */

#include "fuzz.h"

#define MORE	8192
#define LAST	sizeof(struct syscall_trace_block)

const char fuzz_name[] = "answer";

static bool is_in(const void *bytes, size_t len, const struct fuzz_parsed *p, u32 size)
{
	const u8 *from = bytes, *memory = p->memory;

	return from >= memory && from <= memory + size && len <= (size_t)(memory + size - from);
}

/* All that the command refers to is in the answer. */
static void check_memory(const struct fuzz_parsed *p, u32 size)
{
	unsigned int i;

	if (p->cmd.verb == SYSCALL_VERB_SET)
		HOLDS(is_in(p->cmd.data, p->cmd.len, p, size), "%u bytes", p->cmd.len);
	if (p->cmd.verb != SYSCALL_VERB_REWRITE)
		return;
	for (i = 0; i < SYSCALL_MAX_ARGS; i++) {
		const struct syscall_fresh *fresh = &p->cmd.fresh[i];

		HOLDS(!fresh->bytes || is_in(fresh->bytes, fresh->len, p, size), "%u bytes",
		      fresh->len);
	}
}

/* Text that says the same gets the same error, or none. */
static void compare_with_text(const struct fuzz_parsed *packed, const void *answer, u32 size,
			      const struct syscall_record *shown)
{
	static struct fuzz_text line;
	struct fuzz_parsed text;
	enum fuzz_answer form = fuzz_say_answer(&line, answer, size, shown);

	HOLDS(form != FUZZ_MALFORMED || packed->ret, "a malformed answer is taken: verb %u",
	      packed->cmd.verb);
	if (form != FUZZ_TEXT)
		return;
	fuzz_parse_text(&text, line.text, line.len, shown, 0);
	HOLDS(text.ret == packed->ret, "packed %d (%s at %u), text %d (%s at %u): %.*s",
	      packed->ret, packed->ret ? packed->err.text : "", packed->err.column, text.ret,
	      text.ret ? text.err.text : "", text.err.column, (int)line.len, line.text);
	HOLDS(text.ret || fuzz_same_command(&packed->cmd, &text.cmd), "%.*s", (int)line.len,
	      line.text);
	free(text.memory);
}

static void try_answer(const u8 *answer, u32 size, const struct syscall_record *shown)
{
	struct fuzz_parsed one, two;

	fuzz_parse_packed(&one, answer, size, shown, 0);
	fuzz_parse_packed(&two, answer, size, shown, 0xa5);
	HOLDS(one.ret == two.ret, "%d and %d", one.ret, two.ret);
	HOLDS(!syscall_packed_is_plain(answer, size) || !one.ret, "%d", one.ret);
	if (one.ret) {
		HOLDS(one.err.column == two.err.column && one.err.text == two.err.text,
		      "%s and %s", one.err.text, two.err.text);
	} else {
		HOLDS(fuzz_same_command(&one.cmd, &two.cmd), "verb %u", one.cmd.verb);
		check_memory(&one, size);
		fuzz_repeat(&one.cmd, shown);
	}
	if (shown)
		compare_with_text(&one, answer, size, shown);
	else
		HOLDS(one.ret || syscall_packed_is_plain(answer, size), "verb %u",
		      one.cmd.verb);
	free(one.memory);
	free(two.memory);
}

/* A line without a stop, as the file takes it. */
static void try_line(u8 *answer, u32 size)
{
	struct syscall_text_error err = { };
	struct fuzz_parsed parsed;
	u32 len = 0;
	char *line;
	int ret = syscall_packed_line(answer, size, &line, &len, &err);

	if (ret) {
		HOLDS(ret == -EINVAL || ret == -E2BIG, "%d", ret);
		HOLDS(err.text && err.column >= 1 &&
		      err.column <= size + sizeof(struct syscall_trace_answer), "column %u",
		      err.column);
		return;
	}
	HOLDS(len < SYSCALL_LINE_MAX && (u8 *)line >= answer && (u8 *)line + len <= answer + size,
	      "%u bytes", len);
	fuzz_parse_text(&parsed, line, len, NULL, 0);
	if (!parsed.ret)
		HOLDS(fuzz_is_line(line, len, NULL) != FUZZ_NOT_GRAMMAR, "%.*s", (int)len, line);
	free(parsed.memory);
}

static void try_answers(u8 *buf, size_t len, const struct syscall_record *shown)
{
	struct syscall_text_error err = { };
	u32 size = 0, tid, verb;
	u64 id;
	int ret = syscall_packed_next(buf, len, &size, &err);

	if (ret) {
		HOLDS(ret == -EINVAL && err.text && err.column >= 1 &&
		      err.column <= SYSCALL_TRACE_ANSWER_SHORT, "%d, column %u", ret,
		      err.column);
		return;
	}
	HOLDS(size >= SYSCALL_TRACE_ANSWER_SHORT && size <= len && size % 8 == 0, "%u", size);
	HOLDS(!syscall_packed_peek(buf, size, &id, &tid, &verb), "%u", size);
	HOLDS(syscall_packed_peek(buf, SYSCALL_TRACE_ANSWER_SHORT - 8, &id, &tid, &verb) ==
	      -EINVAL, "%u", size);
	if (verb == SYSCALL_TRACE_LINE) {
		u8 *copy = fuzz_copy(buf, size);

		try_line(copy, size);
		free(copy);
	}
	try_answer(buf, size, shown);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t len = size - 2, more, tail;
	u8 *buf;

	if (size < 2)
		return 0;
	more = (data[1] & 0x1f) * MORE;
	tail = data[1] & 0x40 && len >= LAST ? LAST : 0;
	buf = fuzz_room(len + more);
	memcpy(buf, data + 2, len - tail);
	memset(buf + len - tail, 'x', more);
	memcpy(buf + len - tail + more, data + size - tail, tail);
	try_answers(buf, len + more, fuzz_stop(data[0]));
	free(buf);
	return 0;
}
