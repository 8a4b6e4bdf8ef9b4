// SPDX-License-Identifier: GPL-2.0
/*
 * From one form to the other and back.
 */

#include "fuzz.h"

/* Found again behind what is packed. */
#define ID	0x1122334455667788ULL
#define TID	4711

static void check_reason(const struct fuzz_parsed *p, size_t max_column, const char *what)
{
	if (!p->ret)
		return;
	HOLDS(p->err.text, "%s: refused without a reason", what);
	HOLDS(p->err.column >= 1 && p->err.column <= max_column, "%s: column %u of %zu: %s",
	      what, p->err.column, max_column, p->err.text);
}

void fuzz_parse_text(struct fuzz_parsed *to, const char *line, size_t len,
		     const struct syscall_record *shown, u8 filler)
{
	char *copy = fuzz_copy(line, len);

	memset(to, filler, sizeof(*to));
	to->memory = copy;
	to->err.text = NULL;
	to->err.column = 0;
	to->ret = syscall_text_take_tid(copy, len, &to->tid, &to->start, &to->err);
	if (!to->ret)
		to->ret = syscall_text_parse(copy, len, to->start, shown, &to->cmd, &to->err);
	/* One behind the end is where something is missing. */
	check_reason(to, len + 1, "line");
	HOLDS(!to->ret || to->ret == -EINVAL || to->ret == -ENOSYS || to->ret == -ERANGE ||
	      to->ret == -EOPNOTSUPP || (to->ret == -ESRCH && !shown),
	      "error %d is not documented", to->ret);
}

void fuzz_parse_packed(struct fuzz_parsed *to, const void *answer, u32 size,
		       const struct syscall_record *shown, u8 filler)
{
	u8 *copy = fuzz_copy(answer, size);
	u32 known = sizeof(struct syscall_trace_answer);

	memset(to, filler, sizeof(*to));
	to->memory = copy;
	to->err.text = NULL;
	to->err.column = 0;
	to->ret = syscall_packed_parse(copy, size, shown, &to->cmd, &to->err);
	/* A field that a short header lacks is named all the same; so is a missing block. */
	check_reason(to, (size > known ? size : known) + 1, "answer");
	HOLDS(!to->ret || to->ret == -EINVAL || to->ret == -ENOSYS || to->ret == -ERANGE ||
	      to->ret == -EOPNOTSUPP || to->ret == -ESRCH || to->ret == -E2BIG,
	      "error %d is not documented", to->ret);
}

/* -------------------------------- comparing ------------------------------ */

/* What does not count of a register may be left over, or not. */
static bool same_call(const struct syscall_call *a, const struct syscall_call *b)
{
	const struct syscall_desc *desc = syscall_describe(a);
	unsigned int i, word = syscall_abi_word(a->abi);

	if (a->abi != b->abi || a->nr != b->nr)
		return false;
	for (i = 0; i < SYSCALL_MAX_ARGS; i++) {
		u8 kind = desc && i < desc->nr_args ? desc->args[i].kind : SYSCALL_ARG_PTR;

		if (syscall_arg_value(kind, word, a->args[i]) !=
		    syscall_arg_value(kind, word, b->args[i]))
			return false;
	}
	return true;
}

static bool same_bytes(const void *a, const void *b, size_t len)
{
	return !len || !memcmp(a, b, len);
}

static bool same_fresh(const struct syscall_command *a, const struct syscall_command *b)
{
	unsigned int i;

	for (i = 0; i < SYSCALL_MAX_ARGS; i++) {
		const struct syscall_fresh *x = &a->fresh[i], *y = &b->fresh[i];

		if (!x->bytes != !y->bytes)
			return false;
		if (x->bytes && (x->len != y->len || x->is_list != y->is_list ||
				 x->count != y->count || !same_bytes(x->bytes, y->bytes, x->len)))
			return false;
	}
	return a->nr_fresh == b->nr_fresh;
}

static bool same_rewrite(const struct syscall_command *a, const struct syscall_command *b)
{
	/* A call that is not known takes all six whatever is said. */
	if (a->raw != b->raw && syscall_desc(a->call.abi, a->call.nr))
		return false;
	if (!same_fresh(a, b))
		return false;
	return a->raw ? !memcmp(&a->call, &b->call, sizeof(a->call)) :
			same_call(&a->call, &b->call);
}

bool fuzz_same_command(const struct syscall_command *a, const struct syscall_command *b)
{
	if (a->verb != b->verb)
		return false;
	switch (a->verb) {
	case SYSCALL_VERB_CONT:
	case SYSCALL_VERB_STEP:
	case SYSCALL_VERB_REPORT:
	case SYSCALL_VERB_DISCARD:
	case SYSCALL_VERB_DETACH:
	case SYSCALL_VERB_ERROR:
	case SYSCALL_VERB_ON_CLEAR:
		return true;
	case SYSCALL_VERB_REWRITE:
		return same_rewrite(a, b);
	case SYSCALL_VERB_SET:
		return a->arg == b->arg && a->off == b->off && a->len == b->len &&
		       same_bytes(a->data, b->data, a->len);
	case SYSCALL_VERB_GET:
		return a->arg == b->arg && a->off == b->off && a->len == b->len;
	case SYSCALL_VERB_GET_ADDRESS:
		return a->arg == b->arg;
	case SYSCALL_VERB_TRACE:
		return !memcmp(&a->set, &b->set, sizeof(a->set));
	case SYSCALL_VERB_SIGNALS:
		return a->signals == b->signals;
	case SYSCALL_VERB_ONCLOSE:
		return a->onclose == b->onclose && a->value == b->value;
	case SYSCALL_VERB_TIMEOUT:
		return a->seconds == b->seconds &&
		       (!a->seconds || (a->action == b->action && a->value == b->value));
	case SYSCALL_VERB_ON:
		return !memcmp(&a->set, &b->set, sizeof(a->set)) &&
		       !memcmp(&a->when, &b->when, sizeof(a->when)) &&
		       a->action == b->action && a->value == b->value;
	default:
		return a->value == b->value;
	}
}

static bool same_data(const struct syscall_data *a, const struct syscall_data *b)
{
	u32 nr;

	if (a->nr != b->nr || a->unbound != b->unbound)
		return false;
	for (nr = 0; nr < a->nr; nr++) {
		const struct syscall_block *x = &a->blocks[nr], *y = &b->blocks[nr];

		if (x->kind != y->kind || x->arg != y->arg || x->more != y->more ||
		    x->len != y->len || x->addr != y->addr ||
		    !same_bytes(a->bytes + x->off, b->bytes + y->off, x->len))
			return false;
	}
	return true;
}

bool fuzz_same_record(const struct syscall_record *a, const struct syscall_record *b)
{
	return a->kind == b->kind && a->tid == b->tid &&
	       !memcmp(&a->call, &b->call, sizeof(a->call)) &&
	       same_data(&a->data, &b->data) && a->ret == b->ret &&
	       !memcmp(&a->siginfo, &b->siginfo, sizeof(a->siginfo)) &&
	       a->arg == b->arg && a->off == b->off && a->len == b->len &&
	       same_bytes(a->text, b->text, a->len) &&
	       a->nr_in == b->nr_in && a->time == b->time && a->duration == b->duration;
}

/* ------------------------------- there and back -------------------------- */

static void expect_same(const struct syscall_command *cmd, const struct fuzz_parsed *again,
			const char *how, const char *line, size_t len)
{
	HOLDS(!again->ret, "%s refused: %d at %u, %s: %.*s", how, again->ret, again->err.column,
	      again->err.text, (int)len, line);
	HOLDS(fuzz_same_command(cmd, &again->cmd), "another command %s: %.*s", how, (int)len,
	      line);
}

static void repeat_line(const struct syscall_command *cmd, const struct syscall_record *shown)
{
	static struct fuzz_text line;
	struct fuzz_parsed again;

	if (!fuzz_say_command(&line, cmd, shown))
		return;
	fuzz_parse_text(&again, line.text, line.len, shown, 0);
	expect_same(cmd, &again, "in text", line.text, line.len);
	free(again.memory);
}

/* As an answer that is a line, which it is without a stop, too. */
static void repeat_setting(const struct syscall_command *cmd)
{
	struct syscall_trace_block block = { };
	struct syscall_trace_answer answer = {
		.verb = SYSCALL_TRACE_LINE, .head = SYSCALL_TRACE_ANSWER_SHORT, .nr_blocks = 1,
	};
	static struct fuzz_text line;
	struct syscall_text_error err;
	struct fuzz_parsed again;
	u8 *buf;
	char *text;
	u32 len;

	if (!fuzz_say_command(&line, cmd, NULL))
		return;
	block.len = line.len;
	answer.size = answer.head + sizeof(block) + ((line.len + 7) & ~7UL);
	buf = fuzz_room(answer.size);
	memset(buf, 0, answer.size);
	memcpy(buf, &answer, answer.head);
	memcpy(buf + answer.head, &block, sizeof(block));
	memcpy(buf + answer.head + sizeof(block), line.text, line.len);
	HOLDS(!syscall_packed_line(buf, answer.size, &text, &len, &err), "%s: %.*s", err.text,
	      (int)line.len, line.text);
	HOLDS(len == line.len && !memcmp(text, line.text, len), "%.*s", (int)len, text);
	fuzz_parse_text(&again, text, len, NULL, 0);
	expect_same(cmd, &again, "in an answer", text, len);
	free(again.memory);
	free(buf);
}

static void repeat_answer(const struct syscall_command *cmd, const struct syscall_record *shown)
{
	size_t size = syscall_packed_answer(NULL, 0, cmd, ID, TID);
	struct syscall_text_error err;
	struct fuzz_parsed again;
	u32 next, tid, verb;
	u64 id;
	u8 *buf;

	if (!size) {
		repeat_setting(cmd);
		return;
	}
	buf = fuzz_room(size);
	HOLDS(syscall_packed_answer(buf, size, cmd, ID, TID) == size, "verb %u", cmd->verb);
	HOLDS(!syscall_packed_next(buf, size, &next, &err) && next == size, "verb %u", cmd->verb);
	HOLDS(!syscall_packed_peek(buf, size, &id, &tid, &verb), "verb %u", cmd->verb);
	HOLDS(id == ID && tid == TID, "verb %u", cmd->verb);
	fuzz_parse_packed(&again, buf, size, shown, 0);
	if (shown || syscall_packed_is_plain(buf, size))
		expect_same(cmd, &again, "as an answer", "", 0);
	else
		HOLDS(again.ret == -ESRCH, "verb %u: %d", cmd->verb, again.ret);
	free(again.memory);
	free(buf);
}

void fuzz_repeat(const struct syscall_command *cmd, const struct syscall_record *shown)
{
	repeat_line(cmd, shown);
	repeat_answer(cmd, shown);
}

/* --------------------------------- records ------------------------------- */

u8 *fuzz_pack_record(const struct syscall_record *rec, u64 id, size_t *size)
{
	struct syscall_trace_record head;
	struct syscall_trace_block block;
	const u8 *bytes;
	size_t at, step;
	u32 nr, len;
	u8 *buf;

	*size = syscall_packed_size(rec);
	HOLDS(*size >= sizeof(head) && *size % 8 == 0, "%zu", *size);
	buf = fuzz_room(*size);
	memset(&head, 0xff, sizeof(head));
	syscall_packed_head(&head, rec, id, *size);
	memcpy(buf, &head, sizeof(head));
	HOLDS(!head.reserved && head.head == sizeof(head), "kind %u", rec->kind);
	at = sizeof(head);
	for (nr = 0; nr < head.nr_blocks; nr++) {
		memset(&block, 0xff, sizeof(block));
		step = syscall_packed_block(&block, rec, nr, &bytes, &len);
		HOLDS(at + step <= *size && len <= step - sizeof(block), "block %u", nr);
		memset(buf + at, 0, step);
		memcpy(buf + at, &block, sizeof(block));
		if (len)
			memcpy(buf + at + sizeof(block), bytes, len);
		at += step;
	}
	HOLDS(at == *size, "%zu of %zu", at, *size);
	return buf;
}

char *fuzz_format(const struct syscall_record *rec, bool with_tid, size_t *len)
{
	char *text, *part;
	size_t i, cut;

	*len = syscall_text_format(NULL, 0, rec, with_tid);
	text = fuzz_room(*len);
	HOLDS(syscall_text_format(text, *len, rec, with_tid) == *len, "kind %u", rec->kind);
	HOLDS(*len && text[*len - 1] == '\n', "%.*s", (int)*len, text);
	for (i = 0; i + 1 < *len; i++)
		HOLDS(text[i] >= ' ' && text[i] <= '~', "byte %zu of %.*s", i, (int)*len, text);
	/* Cut anywhere it is the same as far as it goes. */
	cut = (*len * 31 + text[*len / 2]) % *len;
	part = fuzz_room(cut);
	HOLDS(syscall_text_format(part, cut, rec, with_tid) == *len && !memcmp(part, text, cut),
	      "cut to %zu: %.*s", cut, (int)*len, text);
	free(part);
	return text;
}

void fuzz_same_text(const struct syscall_record *a, const struct syscall_record *b)
{
	size_t len;
	char *text = fuzz_format(a, true, &len), *again = fuzz_room(len);

	HOLDS(syscall_text_format(again, len, b, true) == len && !memcmp(text, again, len),
	      "%.*s", (int)len, text);
	free(again);
	free(text);
}
