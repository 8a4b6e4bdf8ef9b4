// SPDX-License-Identifier: GPL-2.0-only
/*
 * Packed form of system call records and of the answers to them, as
 * include/uapi/linux/syscall_trace.h has it.
 */

#include <linux/build_bug.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/nospec.h>
#include <linux/stddef.h>
#include <linux/string.h>
#include <linux/syscall_packed.h>

#include "syscall_answer.h"

/* Lists in messages in lists of messages. */
#define MAX_NESTING	8
/* Bytes of an element of a new list. */
#define MAX_ELEMENT	0xffff

#define SAME(name)	static_assert((int)SYSCALL_RECORD_##name == SYSCALL_TRACE_##name)
SAME(ENTRY);
SAME(EXIT);
SAME(DATA);
SAME(ADDRESS);
SAME(SIGNAL);
SAME(NEW);
SAME(EXEC);
SAME(EXITED);
SAME(KILLED);
SAME(GONE);
SAME(ERROR);
SAME(RESULT);
SAME(LOG);
SAME(LOST);
#undef SAME

static_assert((int)SYSCALL_BLOCK_BYTES == SYSCALL_TRACE_BYTES);
static_assert((int)SYSCALL_BLOCK_ADDRESS == SYSCALL_TRACE_POINTER);
static_assert((int)SYSCALL_BLOCK_LIST == SYSCALL_TRACE_LIST);
static_assert((int)SYSCALL_BLOCK_LIST_END == SYSCALL_TRACE_LIST_END);
static_assert((int)SYSCALL_BLOCK_STRUCT == SYSCALL_TRACE_STRUCT);
static_assert((int)SYSCALL_BLOCK_STRUCT_END == SYSCALL_TRACE_STRUCT_END);

static_assert((int)SYSCALL_ABI_NATIVE == SYSCALL_TRACE_ABI_X86_64);
static_assert((int)SYSCALL_ABI_I386 == SYSCALL_TRACE_ABI_I386);
static_assert((int)SYSCALL_ABI_X32 == SYSCALL_TRACE_ABI_X32);

static_assert(SYSCALL_NO_RESULT == SYSCALL_TRACE_NO_RESULT);

/* The same for all compilers, without holes. */
static_assert(sizeof(struct syscall_trace_record) == 104);
static_assert(offsetof(struct syscall_trace_record, args) == 32);
static_assert(offsetof(struct syscall_trace_record, ret) == 80);
static_assert(sizeof(struct syscall_trace_block) == 16);
static_assert(sizeof(struct syscall_trace_answer) == 88);
static_assert(offsetof(struct syscall_trace_answer, nr) == SYSCALL_TRACE_ANSWER_SHORT);
static_assert(offsetof(struct syscall_trace_answer, args) == 40);
static_assert(sizeof(struct syscall_trace_exchange) == 40);

/* Up to where what follows begins. */
static u64 padded(u64 len)
{
	return (len + 7) & ~7ULL;
}

/* ------------------------------ records out ------------------------------ */

static bool is_call_record(u32 kind)
{
	return kind == SYSCALL_RECORD_ENTRY || kind == SYSCALL_RECORD_EXIT ||
	       kind == SYSCALL_RECORD_RESULT || kind == SYSCALL_RECORD_LOG;
}

/* Its one block stands for text that is in the record itself. */
static bool is_text_record(u32 kind)
{
	return kind == SYSCALL_RECORD_DATA || kind == SYSCALL_RECORD_ERROR;
}

static u32 count_blocks(const struct syscall_record *rec)
{
	if (is_call_record(rec->kind))
		return rec->data.nr;
	return is_text_record(rec->kind) || rec->kind == SYSCALL_RECORD_EXEC;
}

/* The block of a record that always has one. */
static struct syscall_block only_block(const struct syscall_record *rec, const u8 **bytes)
{
	if (rec->kind == SYSCALL_RECORD_EXEC && rec->data.nr) {
		*bytes = rec->data.bytes;
		return rec->data.blocks[0];
	}
	*bytes = rec->text;
	return (struct syscall_block) {
		.kind = SYSCALL_BLOCK_BYTES,
		.arg = rec->kind == SYSCALL_RECORD_DATA ? rec->arg - 1 : 0,
		/* Without memory for the path none of it is there. */
		.more = rec->kind == SYSCALL_RECORD_EXEC,
		.len = rec->kind == SYSCALL_RECORD_EXEC ? 0 : rec->len,
	};
}

/**
 * syscall_packed_size - how long is a record?
 * @rec: the record
 *
 * Context: Any.
 * Return: bytes of all of it: header, blocks, padding.
 */
size_t syscall_packed_size(const struct syscall_record *rec)
{
	size_t size = sizeof(struct syscall_trace_record);
	struct syscall_block only;
	const u8 *bytes;
	u32 nr;

	if (!is_call_record(rec->kind)) {
		if (!count_blocks(rec))
			return size;
		only = only_block(rec, &bytes);
		return size + sizeof(struct syscall_trace_block) + padded(only.len);
	}
	for (nr = 0; nr < rec->data.nr; nr++) {
		const struct syscall_block *block = &rec->data.blocks[nr];

		size += sizeof(struct syscall_trace_block);
		if (block->kind == SYSCALL_BLOCK_BYTES)
			size += padded(block->len);
	}
	return size;
}

static void head_of_call(struct syscall_trace_record *to, const struct syscall_record *rec)
{
	bool log = rec->kind == SYSCALL_RECORD_LOG;

	to->tid = rec->tid;
	to->nr_blocks = rec->data.nr;
	to->abi = rec->call.abi;
	to->unbound = rec->data.unbound;
	to->nr = rec->call.nr;
	to->nr_in = log ? rec->nr_in : 0;
	to->reserved = 0;
	memcpy(to->args, rec->call.args, sizeof(to->args));
	to->ret = rec->kind == SYSCALL_RECORD_ENTRY ? 0 : rec->ret;
	to->time = log ? rec->time : 0;
	to->duration = log ? rec->duration : 0;
}

static void head_of_signal(struct syscall_trace_record *to, const struct syscall_siginfo *info)
{
	to->signal.number = info->sig;
	to->signal.code = info->code;
	to->signal.pid = info->pid;
	to->signal.uid = info->uid;
	to->signal.value = info->value;
}

static void head_of_rest(struct syscall_trace_record *to, const struct syscall_record *rec)
{
	to->nr_blocks = count_blocks(rec);
	if (rec->kind != SYSCALL_RECORD_ERROR && rec->kind != SYSCALL_RECORD_LOST)
		to->tid = rec->tid;
	switch (rec->kind) {
	case SYSCALL_RECORD_DATA:
	case SYSCALL_RECORD_ADDRESS:
		to->data.arg = rec->arg;
		to->data.value = rec->off;
		break;
	case SYSCALL_RECORD_ERROR:
		to->data.value = rec->off;
		break;
	case SYSCALL_RECORD_SIGNAL:
		head_of_signal(to, &rec->siginfo);
		break;
	case SYSCALL_RECORD_NEW:
	case SYSCALL_RECORD_EXITED:
	case SYSCALL_RECORD_KILLED:
	case SYSCALL_RECORD_LOST:
		to->ret = rec->ret;
		break;
	}
}

/**
 * syscall_packed_head - make the header of a record
 * @to: where to; every byte of it is set
 * @rec: the record
 * @id: of the stop; 0 if nobody waits
 * @size: what syscall_packed_size() said
 *
 * Context: Any.
 */
void syscall_packed_head(struct syscall_trace_record *to, const struct syscall_record *rec,
			 u64 id, u32 size)
{
	if (is_call_record(rec->kind)) {
		head_of_call(to, rec);
	} else {
		memset(to, 0, sizeof(*to));
		head_of_rest(to, rec);
	}
	to->size = size;
	to->type = rec->kind;
	to->head = sizeof(*to);
	to->id = id;
}

/**
 * syscall_packed_block - make one block of a record
 * @to: where to; every byte of it is set
 * @rec: the record
 * @nr: which block, the first is 0; less than nr_blocks in its header
 * @bytes: set to the bytes that follow it, NULL if none do
 * @len: set to how many
 *
 * Behind the bytes come zeroes, up to the length that is returned.
 *
 * Context: Any.
 * Return: bytes of the block, of what follows it, and of the padding.
 */
size_t syscall_packed_block(struct syscall_trace_block *to, const struct syscall_record *rec,
			    u32 nr, const u8 **bytes, u32 *len)
{
	const struct syscall_block *block;
	const u8 *base = rec->data.bytes;
	struct syscall_block only;

	if (is_call_record(rec->kind)) {
		block = &rec->data.blocks[nr];
	} else {
		only = only_block(rec, &base);
		block = &only;
	}
	*len = block->kind == SYSCALL_BLOCK_BYTES ? block->len : 0;
	*bytes = *len ? base + block->off : NULL;
	to->len = *len;
	to->kind = block->kind;
	to->arg = block->arg;
	to->flags = block->more ? SYSCALL_TRACE_MORE : 0;
	to->reserved = 0;
	to->addr = block->kind == SYSCALL_BLOCK_ADDRESS ? block->addr : 0;
	return sizeof(*to) + padded(*len);
}

/* --------------------------------- blocks -------------------------------- */

/**
 * struct packed_in - what is being read
 * @buf: the record or answer
 * @size: its bytes
 * @pos: where the block is that was taken last
 * @next: where the next one is
 * @err: where the reason for a refusal goes
 */
struct packed_in {
	u8 *buf;
	u32 size;
	u32 pos;
	u32 next;
	struct syscall_text_error *err;
};

/* @at: the byte at fault, the first is 0 */
static int reject(struct packed_in *in, u32 at, int error, const char *text)
{
	in->err->column = at + 1;
	in->err->text = text;
	return error;
}

/* The first of @len bytes that is not 0; @len if there is none. */
static u32 find_byte(const u8 *bytes, u32 len)
{
	u32 i;

	for (i = 0; i < len && !bytes[i]; i++)
		;
	return i;
}

#define AT(in, member)	((in)->pos + offsetof(struct syscall_trace_block, member))

static int check_block(struct packed_in *in, const struct syscall_trace_block *block)
{
	if (block->kind > SYSCALL_TRACE_STRUCT_END)
		return reject(in, AT(in, kind), -EINVAL, "no such kind of block");
	if (block->arg >= SYSCALL_MAX_ARGS)
		return reject(in, AT(in, arg), -EINVAL, "no such argument");
	if (block->len && block->kind != SYSCALL_TRACE_BYTES)
		return reject(in, AT(in, len), -EINVAL, "nothing may follow this block");
	if (block->flags & ~SYSCALL_TRACE_MORE)
		return reject(in, AT(in, flags), -EINVAL, "no such flag");
	if (block->flags && block->kind != SYSCALL_TRACE_BYTES &&
	    block->kind != SYSCALL_TRACE_LIST_END)
		return reject(in, AT(in, flags), -EINVAL, "no such flag");
	if (block->reserved)
		return reject(in, AT(in, reserved), -EINVAL, "this must be 0");
	if (block->addr && block->kind != SYSCALL_TRACE_POINTER)
		return reject(in, AT(in, addr), -EINVAL, "this must be 0");
	return 0;
}

/* Take the next block. @bytes: set to where its bytes begin */
static int take_block(struct packed_in *in, struct syscall_trace_block *block, u32 *bytes)
{
	u32 left = in->size - in->next, pad;
	int err;

	in->pos = in->next;
	if (left < sizeof(*block))
		return reject(in, in->pos, -EINVAL, "a block is missing");
	memcpy(block, in->buf + in->pos, sizeof(*block));
	err = check_block(in, block);
	if (err)
		return err;
	left -= sizeof(*block);
	/* Both begin at multiples of 8: if the bytes fit, their padding does. */
	if (block->len > left)
		return reject(in, AT(in, len), -EINVAL, "the block is cut off");
	*bytes = in->pos + sizeof(*block);
	in->next = *bytes + padded(block->len);
	pad = *bytes + block->len;
	pad += find_byte(in->buf + pad, in->next - pad);
	if (pad < in->next)
		return reject(in, pad, -EINVAL, "padding must be 0");
	return 0;
}

static int take_end(struct packed_in *in)
{
	if (in->next < in->size)
		return reject(in, in->next, -EINVAL, "nothing may follow here");
	return 0;
}

/* ------------------------------- records in ------------------------------ */

/**
 * struct nesting - lists and messages that are open
 * @kinds: their kinds, the outermost first
 * @depth: how many
 * @arg: the argument that they belong to
 */
struct nesting {
	u8 kinds[MAX_NESTING];
	u8 depth;
	u8 arg;
};

static bool nest_block(struct nesting *nest, const struct syscall_trace_block *block)
{
	if (nest->depth && block->arg != nest->arg)
		return false;
	nest->arg = block->arg;
	switch (block->kind) {
	case SYSCALL_TRACE_LIST:
	case SYSCALL_TRACE_STRUCT:
		if (nest->depth == MAX_NESTING)
			return false;
		nest->kinds[nest->depth++] = block->kind;
		return true;
	case SYSCALL_TRACE_LIST_END:
	case SYSCALL_TRACE_STRUCT_END:
		return nest->depth && nest->kinds[--nest->depth] == block->kind - 1;
	default:
		return true;
	}
}

static_assert(SYSCALL_TRACE_LIST_END - SYSCALL_TRACE_LIST == 1);
static_assert(SYSCALL_TRACE_STRUCT_END - SYSCALL_TRACE_STRUCT == 1);

/* Take all blocks; those of before and of after a call are not mixed. */
static int take_blocks(struct packed_in *in, struct syscall_record *rec,
		       struct syscall_block *blocks)
{
	struct syscall_trace_block block;
	struct nesting nest = { };
	u32 nr, bytes;
	int err;

	for (nr = 0; nr < rec->data.nr; nr++) {
		err = take_block(in, &block, &bytes);
		if (err)
			return err;
		if ((nr == rec->nr_in && nest.depth) || !nest_block(&nest, &block))
			return -EINVAL;
		blocks[nr] = (struct syscall_block) {
			.kind = block.kind,
			.arg = block.arg,
			.more = block.flags & SYSCALL_TRACE_MORE,
			.len = block.len,
			.off = block.kind == SYSCALL_TRACE_BYTES ? bytes : 0,
			.addr = block.addr,
		};
	}
	return nest.depth ? -EINVAL : take_end(in);
}

static void take_call(struct syscall_record *rec, const struct syscall_trace_record *head)
{
	rec->call.abi = head->abi;
	rec->call.nr = head->nr;
	memcpy(rec->call.args, head->args, sizeof(rec->call.args));
	rec->data.unbound = head->unbound;
	if (rec->kind != SYSCALL_RECORD_ENTRY)
		rec->ret = head->ret;
	if (rec->kind != SYSCALL_RECORD_LOG)
		return;
	rec->nr_in = head->nr_in;
	rec->time = head->time;
	rec->duration = head->duration;
}

static void take_rest(struct syscall_record *rec, const struct syscall_trace_record *head)
{
	switch (rec->kind) {
	case SYSCALL_RECORD_DATA:
	case SYSCALL_RECORD_ADDRESS:
		rec->arg = head->data.arg;
		rec->off = head->data.value;
		break;
	case SYSCALL_RECORD_ERROR:
		rec->off = head->data.value;
		break;
	case SYSCALL_RECORD_SIGNAL:
		rec->siginfo = (struct syscall_siginfo) {
			.sig = head->signal.number,
			.code = head->signal.code,
			.pid = head->signal.pid,
			.uid = head->signal.uid,
			.value = head->signal.value,
		};
		break;
	default:
		rec->ret = head->ret;
	}
}

/* Whether header and blocks of a record belong together; its text is in a block. */
static int check_record(struct syscall_record *rec, const u8 *buf)
{
	u32 kind = rec->kind;

	if (is_call_record(kind))
		return 0;
	if (rec->data.nr != count_blocks(rec))
		return -EINVAL;
	if (rec->data.nr && rec->data.blocks[0].kind != SYSCALL_BLOCK_BYTES)
		return -EINVAL;
	if ((kind == SYSCALL_RECORD_DATA || kind == SYSCALL_RECORD_ADDRESS) &&
	    (!rec->arg || rec->arg > SYSCALL_MAX_ARGS))
		return -EINVAL;
	if (!is_text_record(kind))
		return 0;
	rec->text = buf + rec->data.blocks[0].off;
	rec->len = rec->data.blocks[0].len;
	rec->data = (struct syscall_data) { };
	return 0;
}

/**
 * syscall_packed_record - understand a packed record
 * @buf: the record; it must not change, and is not changed
 * @len: bytes in @buf; the record may be shorter
 * @rec: set to the record; its bytes are in @buf
 * @blocks: room for its blocks
 * @max_blocks: how many there is room for
 * @id: set to the id of the stop, or 0
 *
 * What lies between the header that is known here and the first block is ignored.
 *
 * Context: Any.
 * Return: 0, -EINVAL if it is malformed, -ENOSPC if it has more blocks.
 */
int syscall_packed_record(const void *buf, size_t len, struct syscall_record *rec,
			  struct syscall_block *blocks, u32 max_blocks, u64 *id)
{
	const struct syscall_trace_record *head = buf;
	struct syscall_text_error ignored;
	struct packed_in in = { .buf = (u8 *)buf, .err = &ignored };
	int err;

	if (len < sizeof(*head) || head->size > len || head->size % 8 ||
	    head->head < sizeof(*head) || head->head > head->size || head->head % 8)
		return -EINVAL;
	if (head->type > SYSCALL_TRACE_LOST || head->abi >= SYSCALL_NR_ABIS ||
	    head->nr_in > head->nr_blocks || head->reserved)
		return -EINVAL;
	if (head->nr_blocks > max_blocks)
		return -ENOSPC;
	memset(rec, 0, sizeof(*rec));
	rec->kind = head->type;
	rec->tid = head->tid;
	if (is_call_record(rec->kind))
		take_call(rec, head);
	else
		take_rest(rec, head);
	rec->data.nr = head->nr_blocks;
	rec->data.blocks = blocks;
	rec->data.bytes = buf;
	in.size = head->size;
	in.next = head->head;
	err = take_blocks(&in, rec, blocks);
	*id = head->id;
	return err ?: check_record(rec, buf);
}

/* ------------------------------- answers in ------------------------------ */

/**
 * syscall_packed_next - find where an answer ends
 * @buf: it begins here
 * @len: bytes from there on
 * @size: set to the bytes of the answer
 * @err: set when the answer is refused
 *
 * Context: Any.
 * Return: 0, or -EINVAL if it is not whole, or its sizes contradict each other.
 */
int syscall_packed_next(const void *buf, size_t len, u32 *size, struct syscall_text_error *err)
{
	const struct syscall_trace_answer *head = buf;

	err->column = offsetof(struct syscall_trace_answer, size) + 1;
	err->text = "the answer is too short, or not whole";
	if (len < SYSCALL_TRACE_ANSWER_SHORT || head->size < SYSCALL_TRACE_ANSWER_SHORT ||
	    head->size > len || head->size % 8)
		return -EINVAL;
	if (head->head < SYSCALL_TRACE_ANSWER_SHORT || head->head > head->size ||
	    head->head % 8) {
		err->column = offsetof(struct syscall_trace_answer, head) + 1;
		err->text = "no such length of a header";
		return -EINVAL;
	}
	err->text = NULL;
	*size = head->size;
	return 0;
}

/**
 * syscall_packed_peek - see what an answer is for
 * @buf: the answer
 * @size: what syscall_packed_next() said
 * @id: set to the id of the stop
 * @tid: set to its thread
 * @verb: set to the SYSCALL_TRACE_ verb, which may be unknown
 *
 * Context: Any.
 * Return: 0, or -EINVAL if it is too short to tell.
 */
int syscall_packed_peek(const void *buf, u32 size, u64 *id, u32 *tid, u32 *verb)
{
	const struct syscall_trace_answer *head = buf;

	if (size < SYSCALL_TRACE_ANSWER_SHORT)
		return -EINVAL;
	*id = head->id;
	*tid = head->tid;
	*verb = head->verb;
	return 0;
}

#define OF(member)	offsetof(struct syscall_trace_answer, member)

/* What a verb has a use for; all else is 0. */
#define USES_VALUE	0x01
#define USES_CALL	0x02	/* nr, kept, args */
#define USES_ARG	0x04
#define USES_OFF	0x08
#define USES_BLOCKS	0x10

/**
 * struct packed_verb - a verb of an answer
 * @verb: its &enum syscall_verb
 * @uses: USES_VALUE and so on
 */
struct packed_verb {
	u8 verb;
	u8 uses;
};

static const struct packed_verb packed_verbs[] = {
	[SYSCALL_TRACE_CONT]	= { SYSCALL_VERB_CONT },
	[SYSCALL_TRACE_STEP]	= { SYSCALL_VERB_STEP },
	[SYSCALL_TRACE_REPORT]	= { SYSCALL_VERB_REPORT },
	[SYSCALL_TRACE_SKIP]	= { SYSCALL_VERB_SKIP, USES_VALUE },
	[SYSCALL_TRACE_RETURN]	= { SYSCALL_VERB_RESULT, USES_VALUE },
	[SYSCALL_TRACE_REWRITE]	= { SYSCALL_VERB_REWRITE, USES_CALL | USES_BLOCKS },
	[SYSCALL_TRACE_SET]	= { SYSCALL_VERB_SET, USES_ARG | USES_OFF | USES_BLOCKS },
	[SYSCALL_TRACE_GET]	= { SYSCALL_VERB_GET, USES_VALUE | USES_ARG | USES_OFF },
	[SYSCALL_TRACE_GET_ADDRESS] = { SYSCALL_VERB_GET_ADDRESS, USES_ARG },
	[SYSCALL_TRACE_DISCARD]	= { SYSCALL_VERB_DISCARD },
	[SYSCALL_TRACE_DELIVER]	= { SYSCALL_VERB_SIGNAL, USES_VALUE },
	[SYSCALL_TRACE_LINE]	= { .uses = USES_BLOCKS },
};

/* A field that should be 0 and is not; 0 if there is none. */
static u32 find_stray(const struct syscall_trace_answer *answer, u8 uses)
{
	unsigned int i;

	if (answer->nr_blocks && !(uses & USES_BLOCKS))
		return OF(nr_blocks);
	if (answer->reserved)
		return OF(reserved);
	if (answer->value && !(uses & USES_VALUE))
		return OF(value);
	if (answer->nr && !(uses & USES_CALL))
		return OF(nr);
	if (answer->kept && !(uses & USES_CALL))
		return OF(kept);
	if (answer->arg && !(uses & USES_ARG))
		return OF(arg);
	if (answer->flags && !(uses & USES_CALL))
		return OF(flags);
	if (uses & USES_CALL)
		return 0;
	for (i = uses & USES_OFF ? 1 : 0; i < SYSCALL_MAX_ARGS; i++)
		if (answer->args[i])
			return OF(args[i]);
	return 0;
}

/* Take a header of any length. */
static int take_head(struct packed_in *in, struct syscall_trace_answer *answer, u8 uses)
{
	const struct syscall_trace_answer *head = (const void *)in->buf;
	u32 known = head->head < sizeof(*answer) ? head->head : sizeof(*answer), at;

	memset(answer, 0, sizeof(*answer));
	memcpy(answer, head, known);
	in->next = head->head;
	at = known + find_byte(in->buf + known, head->head - known);
	if (at < head->head)
		return reject(in, at, -E2BIG, "the header is longer than the kernel knows");
	at = find_stray(answer, uses);
	if (at)
		return reject(in, at, -EINVAL, "this must be 0");
	return 0;
}

static struct syscall_number number_of(u64 value)
{
	struct syscall_number num = { .negative = (s64)value < 0 };

	num.magnitude = num.negative ? -value : value;
	return num;
}

/* The result that a program is to see. */
static int take_value(struct packed_in *in, s64 value, const struct syscall_record *shown,
		      struct syscall_command *cmd)
{
	struct syscall_number num = number_of(value);
	const char *why;
	int err;

	if (syscall_result_is_error(value))
		err = syscall_answer_error(num.magnitude, &cmd->value, &why);
	else
		err = syscall_answer_result(&num, syscall_abi_word(shown->call.abi),
					    &cmd->value, &why);
	return err ? reject(in, OF(value), err, why) : 0;
}

static int take_signal_number(struct packed_in *in, s64 value, struct syscall_command *cmd)
{
	if (value < 1 || value > SYSCALL_SIGNAL_MAX)
		return reject(in, OF(value), -EINVAL, "no such signal");
	cmd->value = value;
	return 0;
}

static int take_place_of(struct packed_in *in, const struct syscall_trace_answer *answer,
			 struct syscall_command *cmd)
{
	const char *why;
	int err = syscall_answer_place(answer->arg, &why);

	if (err)
		return reject(in, OF(arg), err, why);
	cmd->arg = answer->arg;
	return 0;
}

static int take_get(struct packed_in *in, const struct syscall_trace_answer *answer,
		    struct syscall_command *cmd)
{
	int err = take_place_of(in, answer, cmd);
	const char *why;

	if (err)
		return err;
	if (answer->off && !answer->value)
		return reject(in, OF(value), -EINVAL, "with an offset there must be a length");
	if (answer->value)
		err = syscall_answer_data_size(answer->value, &why);
	if (err)
		return reject(in, OF(value), err, why);
	cmd->off = answer->off;
	cmd->len = answer->value;
	return 0;
}

/* Take the one block of an answer. */
static int take_only_block(struct packed_in *in, const struct syscall_trace_answer *answer,
			   u8 arg, u8 **bytes, u32 *len)
{
	struct syscall_trace_block block;
	u32 at;
	int err;

	if (answer->nr_blocks != 1)
		return reject(in, OF(nr_blocks), -EINVAL, "one block expected");
	err = take_block(in, &block, &at) ?: take_end(in);
	if (err)
		return err;
	if (block.kind != SYSCALL_TRACE_BYTES)
		return reject(in, AT(in, kind), -EINVAL, "bytes expected");
	if (block.arg != arg)
		return reject(in, AT(in, arg), -EINVAL, "the block is for another argument");
	if (block.flags)
		return reject(in, AT(in, flags), -EINVAL, "... only keeps what was shown");
	*bytes = in->buf + at;
	*len = block.len;
	return 0;
}

static int take_set_data(struct packed_in *in, const struct syscall_trace_answer *answer,
			 struct syscall_command *cmd)
{
	int err = take_place_of(in, answer, cmd);
	const char *why;
	u8 *bytes;

	if (err)
		return err;
	err = take_only_block(in, answer, cmd->arg - 1, &bytes, &cmd->len);
	if (err)
		return err;
	if (!cmd->len)
		return reject(in, AT(in, len), -EINVAL, "no data");
	err = syscall_answer_data_size(cmd->len, &why);
	if (err)
		return reject(in, AT(in, len), err, why);
	cmd->data = bytes;
	cmd->off = answer->off;
	return 0;
}

/* ------------------------------- new calls ------------------------------- */

static int check_new_block(struct packed_in *in, const struct syscall_trace_block *block)
{
	switch (block->kind) {
	case SYSCALL_TRACE_STRUCT:
	case SYSCALL_TRACE_STRUCT_END:
		return reject(in, AT(in, kind), -EOPNOTSUPP, "new messages cannot be given");
	case SYSCALL_TRACE_POINTER:
		return reject(in, AT(in, kind), -EINVAL, "an address is given in args");
	}
	if (block->flags)
		return reject(in, AT(in, flags), -EINVAL, "... only keeps what was shown");
	return 0;
}

/**
 * struct new_call - a call that is being put together
 * @answer: header of the answer
 * @shown: the stop
 * @cmd: what it becomes
 * @nr_args: how many arguments the call has
 * @first: where the first block of each argument is; 0 if it has none
 */
struct new_call {
	const struct syscall_trace_answer *answer;
	const struct syscall_record *shown;
	struct syscall_command *cmd;
	unsigned int nr_args;
	u32 first[SYSCALL_MAX_ARGS];
};

/* @list: argument of the list that is open; SYSCALL_MAX_ARGS if none is */
static int scan_block(struct packed_in *in, const struct syscall_trace_block *block,
		      struct new_call *new, u8 *list)
{
	bool in_list = *list < SYSCALL_MAX_ARGS;

	if (in_list && block->arg != *list)
		return reject(in, AT(in, arg), -EINVAL, "the list does not end");
	if (in_list && block->kind == SYSCALL_TRACE_LIST)
		return reject(in, AT(in, kind), -EINVAL, "a list of lists cannot be given");
	if (!in_list && block->kind == SYSCALL_TRACE_LIST_END)
		return reject(in, AT(in, kind), -EINVAL, "no list ends here");
	if (!in_list && new->first[block->arg])
		return reject(in, AT(in, arg), -EINVAL, "this argument was given already");
	if (!in_list)
		new->first[block->arg] = in->pos;
	if (block->kind == SYSCALL_TRACE_LIST)
		*list = block->arg;
	else if (block->kind == SYSCALL_TRACE_LIST_END)
		*list = SYSCALL_MAX_ARGS;
	return 0;
}

/* Find the blocks of each argument, and see that they are whole. */
static int scan_blocks(struct packed_in *in, struct new_call *new)
{
	u32 bytes, left = new->answer->nr_blocks;
	struct syscall_trace_block block;
	u8 list = SYSCALL_MAX_ARGS;
	int err;

	while (left--) {
		err = take_block(in, &block, &bytes) ?:
		      check_new_block(in, &block) ?:
		      scan_block(in, &block, new, &list);
		if (err)
			return err;
	}
	if (list < SYSCALL_MAX_ARGS)
		return reject(in, in->next, -EINVAL, "the list does not end");
	return take_end(in);
}

/*
 * Take a list, behind its first block. Its elements are put in the place of the
 * blocks, which are longer: the two bytes of a length stand where a header was.
 */
static int take_new_list(struct packed_in *in, bool ends_with_nul, struct syscall_fresh *fresh)
{
	struct syscall_trace_block block;
	u8 *to = in->buf + in->pos;
	const char *why;
	u32 bytes;
	u16 len16;
	int err;

	fresh->bytes = to;
	fresh->is_list = true;
	for (;;) {
		err = take_block(in, &block, &bytes);
		if (err)
			return err;
		if (block.kind != SYSCALL_TRACE_BYTES)
			break;
		if (block.len > MAX_ELEMENT)
			return reject(in, AT(in, len), -ERANGE, "too long for an element");
		err = syscall_answer_string(in->buf + bytes, block.len, ends_with_nul, &why);
		if (err)
			return reject(in, bytes, err, why);
		len16 = block.len;
		memcpy(to, &len16, sizeof(len16));
		memmove(to + sizeof(len16), in->buf + bytes, block.len);
		to += sizeof(len16) + block.len;
		fresh->count++;
	}
	fresh->len = to - fresh->bytes;
	return 0;
}

static int take_new_memory(struct packed_in *in, const struct syscall_arg_desc *arg,
			   struct syscall_command *cmd, unsigned int i)
{
	struct syscall_fresh *fresh = &cmd->fresh[i];
	struct syscall_trace_block block;
	const char *why;
	u32 bytes;
	int err = take_block(in, &block, &bytes);

	if (err)
		return err;
	err = syscall_answer_memory(arg, block.kind == SYSCALL_TRACE_LIST, &why);
	if (err)
		return reject(in, in->pos, err, why);
	cmd->nr_fresh++;
	if (block.kind == SYSCALL_TRACE_LIST)
		return take_new_list(in, arg->kind == SYSCALL_ARG_STRV, fresh);
	fresh->bytes = in->buf + bytes;
	fresh->len = block.len;
	err = syscall_answer_string(fresh->bytes, fresh->len,
				    syscall_arg_is_string(arg->kind), &why);
	return err ? reject(in, bytes, err, why) : 0;
}

/* An argument that takes no number: it has to be as shown, or left out. */
static int check_no_number(struct packed_in *in, const struct new_call *new,
			   unsigned int i, const char *text)
{
	u64 value = new->answer->args[i];

	if (value && value != new->shown->call.args[i])
		return reject(in, OF(args[i]), -EINVAL, text);
	return 0;
}

static int check_no_memory(struct packed_in *in, const struct new_call *new,
			   unsigned int i, const char *text)
{
	return new->first[i] ? reject(in, new->first[i], -EINVAL, text) : 0;
}

/* Take argument @i; what it is may depend on those before it. */
static int take_new_arg(struct packed_in *in, const struct new_call *new, unsigned int i)
{
	const struct syscall_desc *desc = syscall_describe(&new->cmd->call);
	struct syscall_arg_desc arg = { .kind = SYSCALL_ARG_PTR };
	struct syscall_number num = number_of(new->answer->args[i]);
	const char *why;
	int err;

	if (i >= new->nr_args) {
		static const char too_many[] = "too many arguments";

		return check_no_memory(in, new, i, too_many) ?:
		       check_no_number(in, new, i, too_many);
	}
	if (new->answer->kept & BIT(i)) {
		static const char kept[] = "this argument is kept";

		return check_no_memory(in, new, i, kept) ?: check_no_number(in, new, i, kept);
	}
	if (desc && !new->cmd->raw)
		arg = syscall_arg(&new->cmd->call, desc, i);
	if (new->first[i]) {
		in->next = new->first[i];
		return check_no_number(in, new, i, "this argument gets new memory") ?:
		       take_new_memory(in, &arg, new->cmd, i);
	}
	if (new->answer->args[i] == new->shown->call.args[i])
		return 0;
	err = syscall_answer_number(&new->cmd->call, i, arg.kind, &num, &why);
	return err ? reject(in, OF(args[i]), err, why) : 0;
}

static int take_new_call(struct packed_in *in, const struct syscall_trace_answer *answer,
			 const struct syscall_record *shown, struct syscall_command *cmd)
{
	struct new_call new = { .answer = answer, .shown = shown, .cmd = cmd };
	const struct syscall_desc *desc;
	unsigned int i, at_fault;
	const char *why;
	int err;

	if (answer->nr > SYSCALL_NR_MAX)
		return reject(in, OF(nr), -ERANGE, "number out of range");
	if (answer->kept >> SYSCALL_MAX_ARGS)
		return reject(in, OF(kept), -EINVAL, "no such argument");
	if (answer->flags & ~SYSCALL_TRACE_RAW)
		return reject(in, OF(flags), -EINVAL, "no such flag");
	memset(&cmd->fresh, 0, sizeof(cmd->fresh));
	cmd->nr_fresh = 0;
	cmd->raw = answer->flags & SYSCALL_TRACE_RAW;
	cmd->call = shown->call;
	cmd->call.nr = answer->nr;
	desc = syscall_desc(cmd->call.abi, cmd->call.nr);
	new.nr_args = desc && !cmd->raw ? desc->nr_args : SYSCALL_MAX_ARGS;
	err = scan_blocks(in, &new);
	for (i = 0; !err && i < SYSCALL_MAX_ARGS; i++)
		err = take_new_arg(in, &new, i);
	if (err)
		return err;
	err = syscall_answer_lengths(cmd, answer->kept, &at_fault, &why);
	return err ? reject(in, new.first[at_fault], err, why) : 0;
}

/* ----------------------------- whole answers ----------------------------- */

/* A verb, and at most a value, as most answers are. */
static bool is_short(const struct syscall_trace_answer *head, u32 size)
{
	return size == SYSCALL_TRACE_ANSWER_SHORT && !head->nr_blocks && !head->reserved;
}

static int parse_whole(struct packed_in *in, u8 uses, const struct syscall_record *shown,
		       struct syscall_command *cmd)
{
	struct syscall_trace_answer answer;
	int err = take_head(in, &answer, uses);

	if (!err && !(uses & USES_BLOCKS))
		err = take_end(in);
	if (err)
		return err;
	switch (cmd->verb) {
	case SYSCALL_VERB_SKIP:
	case SYSCALL_VERB_RESULT:
		return take_value(in, answer.value, shown, cmd);
	case SYSCALL_VERB_REWRITE:
		return take_new_call(in, &answer, shown, cmd);
	case SYSCALL_VERB_SET:
		return take_set_data(in, &answer, cmd);
	case SYSCALL_VERB_GET:
		return take_get(in, &answer, cmd);
	case SYSCALL_VERB_GET_ADDRESS:
		return take_place_of(in, &answer, cmd);
	case SYSCALL_VERB_SIGNAL:
		return take_signal_number(in, answer.value, cmd);
	default:
		return 0;
	}
}

/**
 * syscall_packed_parse - understand an answer to a stop
 * @buf: the answer; new lists are put together in place
 * @size: what syscall_packed_next() said
 * @shown: the stop that is being answered, or NULL if there is none; plain answers
 *	do not need it
 * @cmd: set when the answer is good, as syscall_text_parse() sets it for the line
 *	that says the same; only the fields that count for the verb are set; its
 *	data points into @buf
 * @err: set when the answer is refused; the column is that of a byte
 *
 * Whether id, thread and verb fit the stop is for the caller to check.
 *
 * Context: Any.
 * Return: 0, -EINVAL if it is malformed, -ENOSYS for an unknown verb, -ESRCH if
 * there is no stop, -E2BIG for a header with more than is known, -ERANGE for a
 * number that does not fit, -EOPNOTSUPP for a new message.
 */
int syscall_packed_parse(void *buf, u32 size, const struct syscall_record *shown,
			 struct syscall_command *cmd, struct syscall_text_error *err)
{
	const struct syscall_trace_answer *head = buf;
	struct packed_in in;
	const struct packed_verb *verb;

	if (syscall_packed_is_plain(buf, size)) {
		verb = &packed_verbs[array_index_nospec(head->verb, SYSCALL_TRACE_REPORT + 1)];
		cmd->verb = verb->verb;
		return 0;
	}
	in = (struct packed_in) { .buf = buf, .size = size, .err = err };
	if (head->verb >= ARRAY_SIZE(packed_verbs))
		return reject(&in, OF(verb), -ENOSYS, "no such verb");
	if (head->verb == SYSCALL_TRACE_LINE)
		return reject(&in, OF(verb), -EINVAL, "a line answers no stop");
	if (!shown)
		return reject(&in, OF(id), -ESRCH, "no stop that was read waits for this answer");
	verb = &packed_verbs[array_index_nospec(head->verb, ARRAY_SIZE(packed_verbs))];
	cmd->verb = verb->verb;
	if ((head->verb == SYSCALL_TRACE_SKIP || head->verb == SYSCALL_TRACE_RETURN) &&
	    is_short(head, size))
		return take_value(&in, head->value, shown, cmd);
	return parse_whole(&in, verb->uses, shown, cmd);
}

/**
 * syscall_packed_line - take the line of text out of an answer that is one
 * @buf: the answer, whose verb is SYSCALL_TRACE_LINE
 * @size: what syscall_packed_next() said
 * @line: set to the line, for syscall_text_parse(); it is in @buf
 * @len: set to its length
 * @err: set when the answer is refused; the column is that of a byte
 *
 * Context: Any.
 * Return: 0, -EINVAL if it is malformed, -E2BIG if the header has more than is
 * known or the line is too long.
 */
int syscall_packed_line(void *buf, u32 size, char **line, u32 *len,
			struct syscall_text_error *err)
{
	struct packed_in in = { .buf = buf, .size = size, .err = err };
	struct syscall_trace_answer answer;
	u8 *bytes;
	int ret = take_head(&in, &answer, USES_BLOCKS);

	if (ret)
		return ret;
	if (answer.id || answer.tid)
		return reject(&in, answer.id ? OF(id) : OF(tid), -EINVAL, "a line answers no stop");
	ret = take_only_block(&in, &answer, 0, &bytes, len);
	if (ret)
		return ret;
	/* In text there would be a newline. */
	if (*len >= SYSCALL_LINE_MAX)
		return reject(&in, AT(&in, len), -E2BIG, "line too long");
	*line = (char *)bytes;
	return 0;
}

/* ------------------------------ answers out ------------------------------ */

/**
 * struct packed_out - where an answer goes
 * @buf: buffer
 * @size: its size
 * @len: length so far, also of what did not fit
 * @nr_blocks: blocks so far
 */
struct packed_out {
	u8 *buf;
	size_t size;
	size_t len;
	u16 nr_blocks;
};

/* @from: NULL for zeroes */
static void write_bytes(struct packed_out *out, const void *from, size_t len)
{
	if (out->len + len <= out->size && from)
		memcpy(out->buf + out->len, from, len);
	else if (out->len + len <= out->size)
		memset(out->buf + out->len, 0, len);
	out->len += len;
}

static void write_block(struct packed_out *out, u8 kind, u8 arg, const u8 *bytes, u32 len)
{
	struct syscall_trace_block block = { .len = len, .kind = kind, .arg = arg };

	write_bytes(out, &block, sizeof(block));
	write_bytes(out, bytes, len);
	write_bytes(out, NULL, padded(len) - len);
	out->nr_blocks++;
}

static void write_fresh(struct packed_out *out, const struct syscall_fresh *fresh, u8 arg)
{
	const u8 *from = fresh->bytes;
	u32 n;
	u16 len;

	if (!fresh->is_list) {
		write_block(out, SYSCALL_TRACE_BYTES, arg, from, fresh->len);
		return;
	}
	write_block(out, SYSCALL_TRACE_LIST, arg, NULL, 0);
	for (n = 0; n < fresh->count; n++) {
		memcpy(&len, from, sizeof(len));
		from += sizeof(len);
		write_block(out, SYSCALL_TRACE_BYTES, arg, from, len);
		from += len;
	}
	write_block(out, SYSCALL_TRACE_LIST_END, arg, NULL, 0);
}

static void write_blocks(struct packed_out *out, const struct syscall_command *cmd)
{
	unsigned int i;

	if (cmd->verb == SYSCALL_VERB_SET)
		write_block(out, SYSCALL_TRACE_BYTES, cmd->arg - 1, cmd->data, cmd->len);
	if (cmd->verb != SYSCALL_VERB_REWRITE)
		return;
	for (i = 0; i < SYSCALL_MAX_ARGS; i++)
		if (cmd->fresh[i].bytes)
			write_fresh(out, &cmd->fresh[i], i);
}

/* All of the header but its sizes. @uses: what the verb has a use for */
static void fill_answer(struct syscall_trace_answer *answer, const struct syscall_command *cmd,
			u8 uses)
{
	if (uses & USES_VALUE)
		answer->value = cmd->verb == SYSCALL_VERB_GET ? cmd->len : cmd->value;
	if (uses & USES_ARG)
		answer->arg = cmd->arg;
	if (uses & USES_OFF)
		answer->off = cmd->off;
	if (!(uses & USES_CALL))
		return;
	answer->nr = cmd->call.nr;
	answer->flags = cmd->raw ? SYSCALL_TRACE_RAW : 0;
	memcpy(answer->args, cmd->call.args, sizeof(answer->args));
}

/**
 * syscall_packed_answer - make an answer of a command
 * @buf: where to
 * @size: its size in bytes
 * @cmd: a command that answers a stop
 * @id: of the stop
 * @tid: its thread
 *
 * What of a new call is as it was shown stays so; nothing of it is marked as kept.
 *
 * Context: Any.
 * Return: bytes of the answer; if they are more than @size it is not complete.
 * 0 if such a command answers no stop.
 */
size_t syscall_packed_answer(void *buf, size_t size, const struct syscall_command *cmd,
			     u64 id, u32 tid)
{
	struct packed_out out = { .buf = buf, .size = size };
	struct syscall_trace_answer answer = { .id = id, .tid = tid };
	u8 uses;

	for (answer.verb = 0; answer.verb < SYSCALL_TRACE_LINE; answer.verb++)
		if (packed_verbs[answer.verb].verb == cmd->verb)
			break;
	if (answer.verb == SYSCALL_TRACE_LINE)
		return 0;
	uses = packed_verbs[answer.verb].uses;
	fill_answer(&answer, cmd, uses);
	answer.head = uses & ~USES_VALUE ? sizeof(answer) : SYSCALL_TRACE_ANSWER_SHORT;
	write_bytes(&out, NULL, answer.head);
	write_blocks(&out, cmd);
	answer.nr_blocks = out.nr_blocks;
	answer.size = out.len;
	if (out.len <= size)
		memcpy(buf, &answer, answer.head);
	return out.len;
}
