// SPDX-License-Identifier: GPL-2.0-only
/*
 * Showing the memory behind the arguments of a call.
 *
 * All but strace_put_snapshot() runs in the traced task itself, at the border of
 * a system call, without any lock held.
 */

#include <linux/err.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "strace_vectors.h"

/* Nobody is killed so that more can be shown. */
#define GFP_SHOW	(GFP_KERNEL_ACCOUNT | __GFP_RETRY_MAYFAIL | __GFP_NOWARN)

/* -------------------------------- snapshots ------------------------------ */

/**
 * strace_put_snapshot - give back a reference
 * @snapshot: may be NULL
 *
 * Context: Process context.
 */
void strace_put_snapshot(struct strace_snapshot *snapshot)
{
	if (!snapshot || !refcount_dec_and_test(&snapshot->refs))
		return;
	kvfree(snapshot->bytes);
	kvfree(snapshot->blocks);
	kfree(snapshot);
}

/* An empty snapshot for the next stop; NULL when memory is short. */
static struct strace_snapshot *get_snapshot(struct strace_task *st)
{
	/*
	 * A tracer that is still reading the last stop keeps its bytes. Much
	 * memory is not kept for what may never come again.
	 */
	if (st->snapshot && (refcount_read(&st->snapshot->refs) > 1 ||
			     st->snapshot->size > SZ_64K ||
			     st->snapshot->max_blocks > SZ_1K)) {
		strace_put_snapshot(st->snapshot);
		st->snapshot = NULL;
	}
	if (!st->snapshot) {
		st->snapshot = kzalloc(sizeof(*st->snapshot), GFP_KERNEL_ACCOUNT);
		if (!st->snapshot)
			return NULL;
		refcount_set(&st->snapshot->refs, 1);
	}
	st->snapshot->len = 0;
	st->snapshot->nr_blocks = 0;
	return st->snapshot;
}

/**
 * struct capture - an argument that is being copied
 * @to: where to
 * @ptr: bytes of an address in the ABI of the call
 * @limit: bytes of a string or buffer to copy
 * @arg: which argument
 * @failed: memory is short
 */
struct capture {
	struct strace_snapshot *to;
	unsigned int ptr;
	u32 limit;
	u8 arg;
	bool failed;
};

static struct capture start_capture(struct strace_task *st, const struct syscall_call *call,
				    u32 limit)
{
	return (struct capture) {
		.to = get_snapshot(st),
		.ptr = syscall_abi_pointer(call->abi),
		.limit = limit,
	};
}

static struct syscall_block *add_block(struct capture *c, u8 kind)
{
	struct strace_snapshot *to = c->to;
	struct syscall_block *block;

	if (to->nr_blocks == to->max_blocks) {
		u32 max = max(2 * to->max_blocks, 16u);

		block = kvrealloc(to->blocks, array_size(max, sizeof(*block)),
				  GFP_SHOW);
		if (!block) {
			c->failed = true;
			return NULL;
		}
		to->blocks = block;
		to->max_blocks = max;
	}
	block = &to->blocks[to->nr_blocks++];
	*block = (struct syscall_block) { .kind = kind, .arg = c->arg };
	return block;
}

static void add_address(struct capture *c, u64 addr)
{
	struct syscall_block *block = add_block(c, SYSCALL_BLOCK_ADDRESS);

	if (block)
		block->addr = addr;
}

static void add_end(struct capture *c, u8 kind, bool more)
{
	struct syscall_block *block = add_block(c, kind);

	if (block)
		block->more = more;
}

static void add_bytes(struct capture *c, u32 len, bool more)
{
	struct syscall_block *block = add_block(c, SYSCALL_BLOCK_BYTES);

	if (!block)
		return;
	block->off = c->to->len;
	block->len = len;
	block->more = more;
	c->to->len += len;
}

/* Room for @len more bytes; NULL when memory is short. */
static u8 *make_room(struct capture *c, u32 len)
{
	struct strace_snapshot *to = c->to;

	if (!to->bytes || to->size - to->len < len) {
		u32 size = max(to->len + len, 2 * to->size);
		u8 *bytes = kvrealloc(to->bytes, max(size, 512u), GFP_SHOW);

		if (!bytes) {
			c->failed = true;
			return NULL;
		}
		to->bytes = bytes;
		to->size = max(size, 512u);
	}
	return to->bytes + to->len;
}

static u32 room_left(const struct capture *c)
{
	size_t used = c->to->len + c->to->nr_blocks * sizeof(*c->to->blocks);

	return SYSCALL_SHOW_MAX - min(used, SYSCALL_SHOW_MAX);
}

/* How many elements of a vector to show. */
static u32 max_elements(const struct capture *c)
{
	return min(c->limit, SYSCALL_VECTOR_MAX);
}

static void show_bytes(struct capture *c, u64 addr, u64 len)
{
	u32 want = min3(len, (u64)c->limit, (u64)room_left(c)), got;
	u8 *to;

	if (!addr) {
		add_address(c, 0);
		return;
	}
	to = make_room(c, want);
	if (!to)
		return;
	got = want - copy_from_user(to, user_ptr(addr), want);
	if (!got && want)
		add_address(c, addr);
	else
		add_bytes(c, got, got < len);
}

static void show_string(struct capture *c, u64 addr, u32 limit)
{
	/* One more tells whether the string ends there. */
	u32 room = min(limit, room_left(c)) + 1;
	u8 *to = make_room(c, room);
	long len;
	u32 n;

	if (!to)
		return;
	len = strncpy_from_user(to, user_ptr(addr), room);
	if (len >= 0) {
		add_bytes(c, min_t(u32, len, room - 1), len == room);
		return;
	}
	/* Half of it may be there. */
	len = room - copy_from_user(to, user_ptr(addr), room);
	n = strnlen(to, len);
	if (len)
		add_bytes(c, min(n, room - 1), n == len);
	else
		add_address(c, addr);
}

static void show_strings(struct capture *c, u64 addr)
{
	bool more = true;
	u64 string;
	u32 n;

	if (get_word(addr, c->ptr, &string)) {
		add_address(c, addr);
		return;
	}
	add_block(c, SYSCALL_BLOCK_LIST);
	for (n = 0; n < max_elements(c) && room_left(c) && !c->failed; n++) {
		if (get_word(addr + n * c->ptr, c->ptr, &string))
			break;
		if (!string) {
			more = false;
			break;
		}
		show_string(c, string, c->limit);
	}
	/* The end may be right behind the last that is shown. */
	if (more && n == max_elements(c) && !get_word(addr + n * c->ptr, c->ptr, &string))
		more = string;
	add_end(c, SYSCALL_BLOCK_LIST_END, more);
}

/* @total: bytes in all the buffers together that count */
static void show_iovec(struct capture *c, u64 addr, u64 count, u64 total)
{
	u64 base, len, n;

	if (!addr || (count && get_word(addr, c->ptr, &base))) {
		add_address(c, addr);
		return;
	}
	add_block(c, SYSCALL_BLOCK_LIST);
	for (n = 0; n < min(count, max_elements(c)) && room_left(c) && !c->failed; n++) {
		if (get_word(addr + 2 * n * c->ptr, c->ptr, &base) ||
		    get_word(addr + (2 * n + 1) * c->ptr, c->ptr, &len))
			break;
		len = min(len, total);
		total -= len;
		show_bytes(c, base, len);
	}
	add_end(c, SYSCALL_BLOCK_LIST_END, n < count);
}

static void show_msghdr(struct capture *c, u64 addr, u64 total)
{
	u64 msg[MSG_WORDS];

	if (get_msghdr(addr, c->ptr, msg)) {
		add_address(c, addr);
		return;
	}
	add_block(c, SYSCALL_BLOCK_STRUCT);
	show_bytes(c, msg[MSG_NAME], name_length(msg));
	show_iovec(c, msg[MSG_IOV], msg[MSG_IOVLEN], total);
	show_bytes(c, msg[MSG_CONTROL], msg[MSG_CONTROLLEN]);
	add_end(c, SYSCALL_BLOCK_STRUCT_END, false);
}

/* @done: they are what the call has done: each says how long it is */
static void show_mmsghdr(struct capture *c, u64 addr, u64 count, bool done)
{
	unsigned int size = MMSG_WORDS * c->ptr;
	u64 n, msg[MSG_WORDS];

	if (count && get_msghdr(addr, c->ptr, msg)) {
		add_address(c, addr);
		return;
	}
	add_block(c, SYSCALL_BLOCK_LIST);
	for (n = 0; n < min(count, max_elements(c)) && room_left(c) && !c->failed; n++) {
		u64 total = U64_MAX;

		if (done && get_word(addr + n * size + MSG_WORDS * c->ptr, 4, &total))
			break;
		show_msghdr(c, addr + n * size, total);
	}
	add_end(c, SYSCALL_BLOCK_LIST_END, n < count);
}

/* The length stands in memory that cannot be read. */
#define UNKNOWN_LENGTH	U64_MAX

/* How long is it? Lengths that stand in memory are read from there. */
static u64 memory_length(const struct syscall_call *call, const struct syscall_desc *desc,
			 const struct syscall_arg_desc *arg, unsigned int i)
{
	u64 length, value = 0;

	if (syscall_arg_length(call, desc, arg, &length))
		return length;
	if (arg->len_kind == SYSCALL_LEN_POINTED) {
		if (get_word(call->args[arg->len - 1], 4, &value))
			return UNKNOWN_LENGTH;
		return value * arg->size;
	}
	if (get_word(call->args[i] + arg->field, 4, &value))
		return UNKNOWN_LENGTH;
	return value + arg->size;
}

static void show_arg(struct capture *c, const struct syscall_call *call,
		     const struct syscall_arg_desc *arg, u64 length, u64 total, bool done)
{
	u64 addr = call->args[c->arg];
	u32 nr_blocks = c->to->nr_blocks, len = c->to->len;

	switch (arg->kind) {
	case SYSCALL_ARG_PATH:
		show_string(c, addr, SYSCALL_PATH_MAX - 1);
		break;
	case SYSCALL_ARG_STR:
		show_string(c, addr, c->limit);
		break;
	case SYSCALL_ARG_BYTES:
		if (length == UNKNOWN_LENGTH)
			add_address(c, addr);
		else
			show_bytes(c, addr, min(length, total));
		break;
	case SYSCALL_ARG_STRV:
		show_strings(c, addr);
		break;
	case SYSCALL_ARG_IOV:
		show_iovec(c, addr, length, total);
		break;
	case SYSCALL_ARG_MSG:
		show_msghdr(c, addr, total);
		break;
	case SYSCALL_ARG_MMSG:
		show_mmsghdr(c, addr, min(length, total), done);
		break;
	}
	/* All or nothing, so that brackets match. */
	if (c->failed) {
		c->to->nr_blocks = nr_blocks;
		c->to->len = len;
		c->failed = false;
	}
}

static void publish(struct strace_task *st, struct strace_snapshot *snapshot)
{
	struct syscall_data *data = &st->event.record.data;

	/* Nobody needs to hold what holds nothing. */
	if (snapshot && !snapshot->nr_blocks)
		snapshot = NULL;
	st->event.snapshot = snapshot;
	data->unbound = 0;
	data->nr = snapshot ? snapshot->nr_blocks : 0;
	data->blocks = snapshot ? snapshot->blocks : NULL;
	data->bytes = snapshot ? snapshot->bytes : NULL;
}

/**
 * strace_note_rooms - note how much room there is for what a call writes
 * @st: the task; st->rooms is set
 * @call: the call, about to run
 *
 * Context: The task itself; sleeps.
 */
void strace_note_rooms(struct strace_task *st, const struct syscall_call *call)
{
	const struct syscall_desc *desc = syscall_describe(call);
	unsigned int i;

	for (i = 0; desc && i < desc->nr_args; i++) {
		const struct syscall_arg_desc *arg = &desc->args[i];

		if (arg->len_kind == SYSCALL_LEN_POINTED && call->args[i])
			st->rooms[i] = memory_length(call, desc, arg, i);
	}
}

/* Of an ioctl the number has to say it. */
static bool may_be_read(const struct syscall_arg_desc *arg)
{
	return (arg->flags & SYSCALL_ARG_IN) || arg->kind == SYSCALL_ARG_IOCTL;
}

/* Copy what the arguments point to. */
static struct strace_snapshot *capture_args(struct strace_task *st,
					    const struct syscall_call *call,
					    const struct syscall_desc *desc, u32 limit)
{
	struct capture c = start_capture(st, call, limit);
	unsigned int i;

	for (i = 0; c.to && i < desc->nr_args; i++) {
		struct syscall_arg_desc arg;

		if (!call->args[i] || !may_be_read(&desc->args[i]))
			continue;
		arg = syscall_arg(call, desc, i);
		if (!(arg.flags & SYSCALL_ARG_IN))
			continue;
		c.arg = i;
		show_arg(&c, call, &arg, memory_length(call, desc, &arg, i), U64_MAX, false);
	}
	return c.to;
}

/**
 * strace_capture - copy what a call reads into the record of the stop
 * @st: the task; st->event.record.data is set
 * @call: the call
 * @limit: bytes of a string or buffer to copy
 *
 * What cannot be read, or cannot be stored when memory is short, is left to be
 * shown as an address.
 *
 * Context: The task itself; sleeps.
 */
void strace_capture(struct strace_task *st, const struct syscall_call *call, u32 limit)
{
	const struct syscall_desc *desc = syscall_describe(call);
	struct strace_snapshot *to = NULL;

	if (desc && desc->nr_args)
		to = capture_args(st, call, desc, limit);
	publish(st, to);
}

/**
 * strace_capture_path - put a path into the record of a stop
 * @st: the task; st->event.record.data is set
 * @path: the path; NULL if it is not known
 *
 * Context: The task itself; sleeps.
 */
void strace_capture_path(struct strace_task *st, const char *path)
{
	struct capture c = { .to = get_snapshot(st) };
	size_t len = path ? strlen(path) : 0;
	u8 *to = c.to ? make_room(&c, len) : NULL;

	if (to) {
		memcpy(to, path ?: "", len);
		add_bytes(&c, len, !path);
	}
	publish(st, c.to);
}

/* What an argument has of a call with this result. */
static u64 written(const struct syscall_arg_desc *arg, u64 result)
{
	return arg->len_kind == SYSCALL_LEN_ARG ? result * arg->size + arg->field : result;
}

/*
 * How long is it after the call? Where the length stands in memory the call puts
 * there how long it would have been.
 */
static u64 room_length(const struct strace_task *st, const struct syscall_call *call,
		       const struct syscall_desc *desc, const struct syscall_arg_desc *arg,
		       unsigned int i)
{
	u64 length = memory_length(call, desc, arg, i);

	return arg->len_kind == SYSCALL_LEN_POINTED ? min(length, st->rooms[i]) : length;
}

/**
 * strace_capture_out - copy what a call wrote into the record of the stop
 * @st: the task; st->event.record.data is set
 * @call: the call
 * @result: its result; after an error nothing is taken to be written
 * @limit: bytes of a string or buffer to copy
 *
 * Context: The task itself; sleeps.
 */
void strace_capture_out(struct strace_task *st, const struct syscall_call *call,
			s64 result, u32 limit)
{
	const struct syscall_desc *desc = syscall_describe(call);
	struct capture c = start_capture(st, call, limit);
	unsigned int i;

	if (result < 0 && result >= -MAX_ERRNO)
		desc = NULL;
	for (i = 0; c.to && desc && i < desc->nr_args; i++) {
		struct syscall_arg_desc arg = syscall_arg(call, desc, i);
		u64 total = U64_MAX;

		if (!(arg.flags & SYSCALL_ARG_OUT) || !call->args[i])
			continue;
		/* A message is always as long as the result. */
		if (arg.kind == SYSCALL_ARG_MSG)
			total = result;
		else if (arg.flags & SYSCALL_ARG_RET)
			total = written(&arg, result);
		/* A struct that was not written at all. */
		if (!total && arg.len_kind == SYSCALL_LEN_CONST)
			continue;
		c.arg = i;
		show_arg(&c, call, &arg, room_length(st, call, desc, &arg, i), total, true);
	}
	publish(st, c.to);
}
