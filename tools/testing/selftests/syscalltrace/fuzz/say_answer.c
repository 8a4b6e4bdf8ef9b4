// SPDX-License-Identifier: GPL-2.0
/*
 * A packed answer said in text, by what include/uapi/linux/syscall_trace.h says of
 * its form and without asking whether it makes sense: what is wrong with it has to be
 * wrong in text, too.
 */

#include "fuzz.h"

/**
 * struct answer - an answer that is being read
 * @head: its header, as long as it is known
 * @buf: all of it
 * @size: bytes in @buf
 * @at: where the next block is
 * @left: how many blocks are left
 */
struct answer {
	struct syscall_trace_answer head;
	const u8 *buf;
	u32 size;
	u32 at;
	u32 left;
};

static bool is_zero(const u8 *bytes, size_t len)
{
	while (len)
		if (bytes[--len])
			return false;
	return true;
}

static bool read_head(struct answer *a)
{
	u32 known;

	memcpy(&a->head, a->buf, SYSCALL_TRACE_ANSWER_SHORT);
	known = a->head.head < sizeof(a->head) ? a->head.head : sizeof(a->head);
	memcpy(&a->head, a->buf, known);
	a->at = a->head.head;
	a->left = a->head.nr_blocks;
	return is_zero(a->buf + known, a->head.head - known) && !a->head.reserved;
}

/* Take the next block, which has to be whole. NULL if it is not. */
static const struct syscall_trace_block *take_block(struct answer *a)
{
	const struct syscall_trace_block *block = (const void *)(a->buf + a->at);
	u32 end;

	if (!a->left || a->size - a->at < sizeof(*block))
		return NULL;
	if (block->len > a->size - a->at - sizeof(*block))
		return NULL;
	end = a->at + sizeof(*block) + block->len;
	a->at = (end + 7) & ~7U;
	a->left--;
	if (!is_zero(a->buf + end, a->at - end) || block->reserved || block->addr)
		return NULL;
	if (block->flags || block->arg >= SYSCALL_MAX_ARGS)
		return NULL;
	return block->len && block->kind != SYSCALL_TRACE_BYTES ? NULL : block;
}

static bool is_all(const struct answer *a)
{
	return !a->left && a->at == a->size;
}

static bool uses_no_call(const struct answer *a, bool arg, bool off)
{
	const struct syscall_trace_answer *head = &a->head;

	return !head->nr && !head->kept && !head->flags && (arg || !head->arg) &&
	       (off || !head->off) && is_zero((const u8 *)&head->args[1], 5 * sizeof(u64));
}

/* ------------------------------ other than calls ------------------------- */

static void say_result(struct fuzz_text *to, const char *ok, const char *fail, s64 value)
{
	if (value < 0 && value >= -SYSCALL_ERRNO_MAX)
		fuzz_say(to, "%s %lld", fail, -(long long)value);
	else
		fuzz_say(to, "%s %lld", ok, (long long)value);
}

static void say_signal(struct fuzz_text *to, s64 value)
{
	fuzz_say(to, "signal ");
	fuzz_say_signal(to, value);
}

static enum fuzz_answer say_simple(struct fuzz_text *to, const struct answer *a)
{
	static const char *const words[] = {
		[SYSCALL_TRACE_CONT] = "cont", [SYSCALL_TRACE_STEP] = "step",
		[SYSCALL_TRACE_REPORT] = "report", [SYSCALL_TRACE_DISCARD] = "discard",
	};
	s64 value = a->head.value;

	if (!uses_no_call(a, false, false) || a->head.nr_blocks || !is_all(a))
		return FUZZ_MALFORMED;
	switch (a->head.verb) {
	case SYSCALL_TRACE_SKIP:
		say_result(to, "skip-ok", "skip-fail", value);
		return FUZZ_TEXT;
	case SYSCALL_TRACE_RETURN:
		say_result(to, "ok", "fail", value);
		return FUZZ_TEXT;
	case SYSCALL_TRACE_DELIVER:
		say_signal(to, value);
		return FUZZ_TEXT;
	default:
		fuzz_say(to, "%s", words[a->head.verb]);
		return value ? FUZZ_MALFORMED : FUZZ_TEXT;
	}
}

static enum fuzz_answer say_get(struct fuzz_text *to, const struct answer *a)
{
	if (!uses_no_call(a, true, true) || a->head.nr_blocks || !is_all(a))
		return FUZZ_MALFORMED;
	fuzz_say(to, "get %u", a->head.arg);
	if (a->head.off || a->head.value)
		fuzz_say(to, "+%llu", (unsigned long long)a->head.off);
	if (a->head.value)
		fuzz_say(to, " %lld", (long long)a->head.value);
	return FUZZ_TEXT;
}

static enum fuzz_answer say_get_address(struct fuzz_text *to, const struct answer *a)
{
	if (!uses_no_call(a, true, false) || a->head.nr_blocks || !is_all(a) || a->head.value)
		return FUZZ_MALFORMED;
	fuzz_say(to, "get &%u", a->head.arg);
	return FUZZ_TEXT;
}

static enum fuzz_answer say_set(struct fuzz_text *to, struct answer *a)
{
	const struct syscall_trace_block *block;

	if (!uses_no_call(a, true, true) || a->head.value)
		return FUZZ_MALFORMED;
	block = take_block(a);
	if (!block || !is_all(a) || block->kind != SYSCALL_TRACE_BYTES)
		return FUZZ_MALFORMED;
	if (a->head.arg && a->head.arg <= SYSCALL_MAX_ARGS && block->arg != a->head.arg - 1)
		return FUZZ_MALFORMED;
	fuzz_say(to, "set %u+%llu ", a->head.arg, (unsigned long long)a->head.off);
	fuzz_say_string(to, (const u8 *)(block + 1), block->len);
	return FUZZ_TEXT;
}

/* --------------------------------- new calls ----------------------------- */

/**
 * struct new_args - what the blocks of a new call say
 * @block: the first block of each argument, or NULL
 * @any: there is one
 */
struct new_args {
	const struct syscall_trace_block *block[SYSCALL_MAX_ARGS];
	bool any;
};

static enum fuzz_answer find_blocks(struct answer *a, struct new_args *args)
{
	const struct syscall_trace_block *block;
	u8 list = SYSCALL_MAX_ARGS;

	while (a->left) {
		block = take_block(a);
		if (!block || block->kind == SYSCALL_TRACE_POINTER)
			return FUZZ_MALFORMED;
		if (block->kind > SYSCALL_TRACE_LIST_END)
			return block->kind > SYSCALL_TRACE_STRUCT_END ? FUZZ_MALFORMED :
								       FUZZ_NO_TEXT;
		if (list < SYSCALL_MAX_ARGS) {
			if (block->arg != list || block->kind == SYSCALL_TRACE_LIST)
				return FUZZ_MALFORMED;
			if (block->kind == SYSCALL_TRACE_LIST_END)
				list = SYSCALL_MAX_ARGS;
			continue;
		}
		if (args->block[block->arg] || block->kind == SYSCALL_TRACE_LIST_END)
			return FUZZ_MALFORMED;
		args->block[block->arg] = block;
		args->any = true;
		if (block->kind == SYSCALL_TRACE_LIST)
			list = block->arg;
	}
	return list == SYSCALL_MAX_ARGS && is_all(a) ? FUZZ_TEXT : FUZZ_MALFORMED;
}

static const struct syscall_trace_block *next_block(const struct syscall_trace_block *block)
{
	return (const void *)((const u8 *)(block + 1) + ((block->len + 7) & ~7U));
}

static void say_blocks(struct fuzz_text *to, const struct syscall_trace_block *block)
{
	const char *comma = "";

	if (block->kind == SYSCALL_TRACE_BYTES) {
		fuzz_say_string(to, (const u8 *)(block + 1), block->len);
		return;
	}
	fuzz_say(to, "[");
	for (block = next_block(block); block->kind == SYSCALL_TRACE_BYTES;
	     block = next_block(block)) {
		fuzz_say(to, "%s", comma);
		fuzz_say_string(to, (const u8 *)(block + 1), block->len);
		comma = ",";
	}
	fuzz_say(to, "]");
}

static void say_plain_number(struct fuzz_text *to, u64 value)
{
	if ((s64)value < 0)
		fuzz_say(to, "-%llu", -(unsigned long long)value);
	else
		fuzz_say(to, "%llu", (unsigned long long)value);
}

/* Is it nothing, or what was shown? */
static bool has_no_number(const struct answer *a, const struct syscall_record *shown,
			  unsigned int i)
{
	return !a->head.args[i] || a->head.args[i] == shown->call.args[i];
}

/* What is said of each argument; behind the last there may be nothing. */
static bool are_well_formed(const struct answer *a, const struct new_args *args,
			    const struct syscall_record *shown, unsigned int nr_args)
{
	unsigned int i;

	if (a->head.kept >> SYSCALL_MAX_ARGS || a->head.flags & ~SYSCALL_TRACE_RAW)
		return false;
	for (i = 0; i < SYSCALL_MAX_ARGS; i++) {
		bool kept = a->head.kept >> i & 1;

		if (args->block[i] && (kept || i >= nr_args))
			return false;
		if ((args->block[i] || kept || i >= nr_args) && !has_no_number(a, shown, i))
			return false;
	}
	return true;
}

static void say_arg(struct fuzz_text *to, const struct answer *a, const struct new_args *args,
		    const struct syscall_call *call, const struct syscall_record *shown,
		    unsigned int i)
{
	const struct syscall_desc *desc = a->head.flags ? NULL : syscall_describe(call);
	u8 kind = desc ? desc->args[i].kind : SYSCALL_ARG_PTR;
	bool same = a->head.args[i] == shown->call.args[i];

	if (args->block[i])
		say_blocks(to, args->block[i]);
	else if (a->head.kept >> i & 1 || (same && !args->any))
		fuzz_say(to, "_");
	else if (same)
		/* As a number it is no length that follows new memory. */
		fuzz_say_number(to, kind, syscall_abi_word(call->abi), a->head.args[i]);
	else
		say_plain_number(to, a->head.args[i]);
}

static enum fuzz_answer say_call(struct fuzz_text *to, struct answer *a,
				 const struct syscall_record *shown)
{
	struct new_args args = { };
	struct syscall_call call = shown->call;
	const struct syscall_desc *desc;
	enum fuzz_answer found;
	unsigned int i, nr_args;

	if (a->head.value || a->head.arg)
		return FUZZ_MALFORMED;
	found = find_blocks(a, &args);
	if (found != FUZZ_TEXT)
		return found;
	call.nr = a->head.nr;
	desc = a->head.flags ? NULL : syscall_desc(call.abi, call.nr);
	nr_args = desc ? desc->nr_args : SYSCALL_MAX_ARGS;
	if (call.nr > SYSCALL_NR_MAX) {
		fuzz_say_name(to, call.abi, call.nr, true);
		return FUZZ_TEXT;
	}
	if (!are_well_formed(a, &args, shown, nr_args))
		return FUZZ_MALFORMED;
	for (i = 0; i < SYSCALL_MAX_ARGS; i++)
		if (!args.block[i] && !(a->head.kept >> i & 1) && i < nr_args)
			call.args[i] = a->head.args[i];
	fuzz_say_name(to, call.abi, call.nr, !desc);
	for (i = 0; i < nr_args; i++) {
		fuzz_say(to, i ? "," : " ");
		say_arg(to, a, &args, &call, shown, i);
	}
	return FUZZ_TEXT;
}

enum fuzz_answer fuzz_say_answer(struct fuzz_text *to, const void *answer, u32 size,
				 const struct syscall_record *shown)
{
	struct answer a = { .buf = answer, .size = size };
	enum fuzz_answer ret;

	to->len = 0;
	if (!read_head(&a))
		return FUZZ_MALFORMED;
	switch (a.head.verb) {
	case SYSCALL_TRACE_REWRITE:
		ret = say_call(to, &a, shown);
		break;
	case SYSCALL_TRACE_SET:
		ret = say_set(to, &a);
		break;
	case SYSCALL_TRACE_GET:
		ret = say_get(to, &a);
		break;
	case SYSCALL_TRACE_GET_ADDRESS:
		ret = say_get_address(to, &a);
		break;
	default:
		if (a.head.verb >= SYSCALL_TRACE_LINE)
			return FUZZ_MALFORMED;
		ret = say_simple(to, &a);
	}
	/* Such a line is too long, such an answer is not. */
	return ret == FUZZ_TEXT && to->len >= SYSCALL_LINE_MAX ? FUZZ_NO_TEXT : ret;
}
