// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit test of the packed form of system calls: it says what the text form says.
 */

#include <kunit/test.h>
#include <linux/errno.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/syscall_packed.h>
#include <linux/syscall_text.h>

#define NR_READ		0
#define NR_WRITE	1
#define NR_CLOSE	3
#define NR_SENDMSG	46
#define NR_EXECVE	59

#define MAX_BLOCKS	1024
#define MAX_BYTES	SZ_32K
#define MAX_PACKED	SZ_64K
#define MAX_TEXT	SZ_256K
#define MAX_LINE	SZ_4K

/**
 * struct sample - a record made up at random
 * @state: of the random numbers; the same ones each time
 * @rec: the record
 * @blocks: its blocks
 * @bytes: its bytes
 * @len: how many of them are used
 */
struct sample {
	u64 state;
	struct syscall_record rec;
	struct syscall_block blocks[MAX_BLOCKS];
	u8 bytes[MAX_BYTES];
	u32 len;
};

static u64 any(struct sample *s)
{
	s->state ^= s->state << 13;
	s->state ^= s->state >> 7;
	s->state ^= s->state << 17;
	return s->state * 0x2545f4914f6cdd1dULL;
}

static u32 below(struct sample *s, u32 limit)
{
	return (any(s) >> 32) % limit;
}

static void *get_memory(struct kunit *test, size_t size)
{
	void *memory = kunit_kzalloc(test, size, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, memory);
	return memory;
}

static struct sample *make_sample(struct kunit *test)
{
	struct sample *s = get_memory(test, sizeof(*s));

	s->state = 0x9e3779b97f4a7c15ULL;
	return s;
}

/* Numbers near the limits of something. */
static u64 any_number(struct sample *s)
{
	u64 near = BIT_ULL(below(s, 64)) + below(s, 3) - 1;

	switch (below(s, 6)) {
	case 0:
		return below(s, 10);
	case 1:
		return -(u64)below(s, 5000);
	case 2:
		return (u32)any(s);
	case 3:
		return near;
	case 4:
		return -near;
	default:
		return any(s);
	}
}

static u32 any_nr(struct sample *s, u32 abi)
{
	u32 nr;

	if (!below(s, 8))
		return below(s, 2) ? SYSCALL_NR_MAX : 1000 + below(s, 1000);
	do {
		nr = below(s, 600);
	} while (!syscall_desc(abi, nr));
	return nr;
}

static void any_call(struct sample *s)
{
	struct syscall_call *call = &s->rec.call;
	unsigned int i;

	call->abi = below(s, SYSCALL_NR_ABIS);
	call->nr = any_nr(s, call->abi);
	for (i = 0; i < SYSCALL_MAX_ARGS; i++) {
		call->args[i] = any_number(s);
		if (call->abi == SYSCALL_ABI_I386)
			call->args[i] = (u32)call->args[i];
	}
}

/* ------------------------------ random records --------------------------- */

static struct syscall_block *add_block(struct sample *s, u8 kind, u8 arg)
{
	struct syscall_block *block = &s->blocks[s->rec.data.nr++];

	*block = (struct syscall_block) { .kind = kind, .arg = arg };
	return block;
}

static void add_bytes(struct sample *s, u8 arg)
{
	struct syscall_block *block = add_block(s, SYSCALL_BLOCK_BYTES, arg);
	u32 n;

	block->len = below(s, 40);
	block->off = s->len;
	block->more = below(s, 2);
	for (n = 0; n < block->len; n++)
		s->bytes[s->len++] = any(s);
}

/* Bytes, an address, and with some depth left a list or a message. */
static void add_any(struct sample *s, u8 arg, unsigned int depth)
{
	u32 choice = below(s, depth ? 4 : 2), n;
	bool list = choice == 2;
	struct syscall_block *block;

	if (choice == 0) {
		add_bytes(s, arg);
	} else if (choice == 1) {
		block = add_block(s, SYSCALL_BLOCK_ADDRESS, arg);
		block->addr = below(s, 2) ? any(s) : 0;
	} else {
		add_block(s, list ? SYSCALL_BLOCK_LIST : SYSCALL_BLOCK_STRUCT, arg);
		for (n = below(s, 4); n; n--)
			add_any(s, arg, depth - 1);
		block = add_block(s, list ? SYSCALL_BLOCK_LIST_END : SYSCALL_BLOCK_STRUCT_END,
				  arg);
		block->more = list && below(s, 2);
	}
}

static void add_data(struct sample *s)
{
	unsigned int arg;

	for (arg = 0; arg < SYSCALL_MAX_ARGS; arg++)
		if (below(s, 2))
			add_any(s, arg, 3);
}

static void start_record(struct sample *s, u32 kind)
{
	memset(&s->rec, 0, sizeof(s->rec));
	s->rec.kind = kind;
	s->rec.data.blocks = s->blocks;
	s->rec.data.bytes = s->bytes;
	s->len = 0;
	if (kind != SYSCALL_RECORD_ERROR && kind != SYSCALL_RECORD_LOST)
		s->rec.tid = any(s) >> 33;
}

static void any_call_record(struct sample *s)
{
	struct syscall_record *rec = &s->rec;

	any_call(s);
	add_data(s);
	rec->data.unbound = below(s, BIT(SYSCALL_MAX_ARGS));
	if (rec->kind != SYSCALL_RECORD_ENTRY)
		rec->ret = any_number(s);
	if (rec->kind != SYSCALL_RECORD_LOG)
		return;
	rec->nr_in = rec->data.nr;
	add_data(s);
	rec->time = any(s) >> below(s, 64);
	rec->duration = any(s) >> below(s, 64);
}

static void any_text(struct sample *s)
{
	add_bytes(s, 0);
	s->rec.data = (struct syscall_data) { };
	s->rec.text = s->bytes;
	s->rec.len = s->len;
}

static void any_other_record(struct sample *s)
{
	struct syscall_record *rec = &s->rec;

	switch (rec->kind) {
	case SYSCALL_RECORD_DATA:
		any_text(s);
		fallthrough;
	case SYSCALL_RECORD_ADDRESS:
		rec->arg = 1 + below(s, SYSCALL_MAX_ARGS);
		rec->off = any_number(s);
		break;
	case SYSCALL_RECORD_ERROR:
		any_text(s);
		rec->off = any_number(s);
		break;
	case SYSCALL_RECORD_SIGNAL:
		rec->siginfo = (struct syscall_siginfo) {
			.sig = 1 + below(s, 64), .code = any(s), .pid = any(s),
			.uid = any(s), .value = any_number(s),
		};
		break;
	case SYSCALL_RECORD_EXEC:
		add_bytes(s, 0);
		break;
	case SYSCALL_RECORD_KILLED:
		rec->ret = 1 + below(s, 64);
		break;
	case SYSCALL_RECORD_GONE:
		break;
	default:
		rec->ret = any(s) >> 33;
	}
}

static void any_record(struct sample *s, u32 kind)
{
	start_record(s, kind);
	if (kind == SYSCALL_RECORD_ENTRY || kind == SYSCALL_RECORD_EXIT ||
	    kind == SYSCALL_RECORD_RESULT || kind == SYSCALL_RECORD_LOG)
		any_call_record(s);
	else
		any_other_record(s);
}

/* ----------------------------- records there and back -------------------- */

/* As the kernel gives a record to user space. */
static size_t pack(struct kunit *test, u8 *buf, const struct syscall_record *rec, u64 id)
{
	struct syscall_trace_record head;
	struct syscall_trace_block block;
	size_t size = syscall_packed_size(rec), at, step;
	const u8 *bytes;
	u32 nr, len;

	KUNIT_ASSERT_LE(test, size, MAX_PACKED);
	memset(&head, 0xff, sizeof(head));
	syscall_packed_head(&head, rec, id, size);
	memcpy(buf, &head, sizeof(head));
	at = sizeof(head);
	for (nr = 0; nr < head.nr_blocks; nr++) {
		memset(&block, 0xff, sizeof(block));
		step = syscall_packed_block(&block, rec, nr, &bytes, &len);
		memset(buf + at, 0, step);
		memcpy(buf + at, &block, sizeof(block));
		if (len)
			memcpy(buf + at + sizeof(block), bytes, len);
		at += step;
	}
	KUNIT_EXPECT_EQ(test, at, size);
	return size;
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
		    memcmp(a->bytes + x->off, b->bytes + y->off, x->len))
			return false;
	}
	return true;
}

static bool same_record(const struct syscall_record *a, const struct syscall_record *b)
{
	return a->kind == b->kind && a->tid == b->tid &&
	       !memcmp(&a->call, &b->call, sizeof(a->call)) &&
	       same_data(&a->data, &b->data) && a->ret == b->ret &&
	       !memcmp(&a->siginfo, &b->siginfo, sizeof(a->siginfo)) &&
	       a->arg == b->arg && a->off == b->off && a->len == b->len &&
	       (!a->len || !memcmp(a->text, b->text, a->len)) &&
	       a->nr_in == b->nr_in && a->time == b->time && a->duration == b->duration;
}

static void records_survive(struct kunit *test)
{
	struct syscall_block *blocks = get_memory(test, MAX_BLOCKS * sizeof(*blocks));
	char *text = get_memory(test, MAX_TEXT), *text2 = get_memory(test, MAX_TEXT);
	u8 *buf = get_memory(test, MAX_PACKED);
	struct sample *s = make_sample(test);
	struct syscall_record back;
	u32 round, kind;

	for (round = 0; round < 4000; round++) {
		size_t size, len, len2;
		u64 id = 0, want = any(s);
		int ret;

		kind = round % (SYSCALL_RECORD_LOST + 1);
		any_record(s, kind);
		size = pack(test, buf, &s->rec, want);
		ret = syscall_packed_record(buf, size, &back, blocks, MAX_BLOCKS, &id);
		KUNIT_ASSERT_EQ_MSG(test, ret, 0, "record %u of kind %u", round, kind);
		KUNIT_ASSERT_EQ(test, id, want);
		KUNIT_ASSERT_TRUE_MSG(test, same_record(&s->rec, &back),
				      "record %u of kind %u", round, kind);
		len = syscall_text_format(text, MAX_TEXT, &s->rec, true);
		len2 = syscall_text_format(text2, MAX_TEXT, &back, true);
		KUNIT_ASSERT_LE(test, len, MAX_TEXT);
		KUNIT_ASSERT_EQ(test, len, len2);
		KUNIT_ASSERT_MEMEQ(test, text, text2, len);
	}
}

/* A record is refused, or understood without harm, however it is cut or spoilt. */
static void records_are_checked(struct kunit *test)
{
	struct syscall_block *blocks = get_memory(test, MAX_BLOCKS * sizeof(*blocks));
	u8 *buf = get_memory(test, MAX_PACKED);
	struct sample *s = make_sample(test);
	struct syscall_record back;
	u32 round;
	u64 id;
	int ret;

	for (round = 0; round < 2000; round++) {
		size_t size;

		any_record(s, round % (SYSCALL_RECORD_LOST + 1));
		size = pack(test, buf, &s->rec, 1);
		ret = syscall_packed_record(buf, below(s, size), &back, blocks, MAX_BLOCKS, &id);
		KUNIT_EXPECT_EQ(test, ret, -EINVAL);
		buf[below(s, size)] = any(s);
		syscall_packed_record(buf, size, &back, blocks, MAX_BLOCKS, &id);
	}
	any_record(s, SYSCALL_RECORD_DATA);
	pack(test, buf, &s->rec, 1);
	ret = syscall_packed_record(buf, MAX_PACKED, &back, blocks, 0, &id);
	KUNIT_EXPECT_EQ(test, ret, -ENOSPC);
}

#define IN_RECORD(member)	offsetof(struct syscall_trace_record, member)
#define IN_BLOCK(nr, member)	(104 + 16 * (nr) + offsetof(struct syscall_trace_block, member))

/* What becomes of one byte of a good LOG record with a list that is empty. */
static const struct {
	u16 at;
	u8 value;
} bad_records[] = {
	{ IN_RECORD(size), 104 }, { IN_RECORD(size), 120 }, { IN_RECORD(size), 132 },
	{ IN_RECORD(size), 144 }, { IN_RECORD(type), SYSCALL_TRACE_LOST + 1 },
	{ IN_RECORD(type), SYSCALL_TRACE_NEW }, { IN_RECORD(type), SYSCALL_TRACE_DATA },
	{ IN_RECORD(head), 96 }, { IN_RECORD(head), 108 }, { IN_RECORD(head), 112 },
	{ IN_RECORD(head), 144 }, { IN_RECORD(nr_blocks), 1 }, { IN_RECORD(nr_blocks), 3 },
	{ IN_RECORD(abi), SYSCALL_NR_ABIS }, { IN_RECORD(reserved), 1 },
	{ IN_RECORD(nr_in), 1 }, { IN_RECORD(nr_in), 3 },
	{ IN_BLOCK(0, kind), SYSCALL_TRACE_STRUCT }, { IN_BLOCK(0, kind), SYSCALL_TRACE_BYTES },
	{ IN_BLOCK(0, arg), 2 }, { IN_BLOCK(0, arg), 6 }, { IN_BLOCK(0, len), 1 },
	{ IN_BLOCK(0, flags), 1 }, { IN_BLOCK(0, reserved), 1 }, { IN_BLOCK(0, addr), 1 },
	{ IN_BLOCK(1, kind), SYSCALL_TRACE_LIST }, { IN_BLOCK(1, kind), 6 },
	{ IN_BLOCK(1, kind), SYSCALL_TRACE_STRUCT_END }, { IN_BLOCK(1, flags), 2 },
};

static void bad_records_are_refused(struct kunit *test)
{
	struct syscall_block *blocks = get_memory(test, MAX_BLOCKS * sizeof(*blocks));
	u8 *buf = get_memory(test, MAX_PACKED);
	struct sample *s = make_sample(test);
	struct syscall_record back;
	unsigned int i;
	u64 id;
	int ret;

	start_record(s, SYSCALL_RECORD_LOG);
	add_block(s, SYSCALL_BLOCK_LIST, 1);
	add_block(s, SYSCALL_BLOCK_LIST_END, 1);
	s->rec.nr_in = 2;
	for (i = 0; i < ARRAY_SIZE(bad_records); i++) {
		size_t size = pack(test, buf, &s->rec, 1);

		ret = syscall_packed_record(buf, size, &back, blocks, MAX_BLOCKS, &id);
		KUNIT_EXPECT_EQ(test, ret, 0);
		buf[bad_records[i].at] = bad_records[i].value;
		ret = syscall_packed_record(buf, size, &back, blocks, MAX_BLOCKS, &id);
		KUNIT_EXPECT_EQ_MSG(test, ret, -EINVAL, "row %u", i);
	}
}

/* write 1, "hello\n", 6 */
static void show_write(struct sample *s)
{
	start_record(s, SYSCALL_RECORD_ENTRY);
	s->rec.call = (struct syscall_call) { .nr = NR_WRITE, .args = { 1, 0x5000, 6 } };
	memcpy(s->bytes, "hello\n", 6);
	add_block(s, SYSCALL_BLOCK_BYTES, 1)->len = 6;
}

/* What the fields are: programs rely on it. */
static void fields_of_entry(struct kunit *test)
{
	struct sample *s = make_sample(test);
	u8 *buf = get_memory(test, MAX_PACKED);
	struct syscall_trace_record *head = (void *)buf;
	struct syscall_trace_block *block = (void *)(head + 1);

	show_write(s);
	s->blocks[0].more = true;
	s->rec.tid = 42;
	s->rec.data.unbound = BIT(1);
	/* They do not count before a call. */
	s->rec.ret = -1;
	s->rec.nr_in = 7;
	s->rec.time = 7;
	KUNIT_EXPECT_EQ(test, pack(test, buf, &s->rec, 99), 104 + 16 + 8);
	KUNIT_EXPECT_EQ(test, head->size, 128);
	KUNIT_EXPECT_EQ(test, head->type, SYSCALL_TRACE_ENTRY);
	KUNIT_EXPECT_EQ(test, head->head, 104);
	KUNIT_EXPECT_EQ(test, head->id, 99);
	KUNIT_EXPECT_EQ(test, head->tid, 42);
	KUNIT_EXPECT_EQ(test, head->nr_blocks, 1);
	KUNIT_EXPECT_EQ(test, head->unbound, BIT(1));
	KUNIT_EXPECT_EQ(test, head->nr, NR_WRITE);
	KUNIT_EXPECT_EQ(test, head->args[1], 0x5000);
	KUNIT_EXPECT_EQ(test, head->ret, 0);
	KUNIT_EXPECT_EQ(test, head->nr_in, 0);
	KUNIT_EXPECT_EQ(test, head->time, 0);
	KUNIT_EXPECT_EQ(test, block->len, 6);
	KUNIT_EXPECT_EQ(test, block->arg, 1);
	KUNIT_EXPECT_EQ(test, block->flags, SYSCALL_TRACE_MORE);
	KUNIT_EXPECT_MEMEQ(test, (u8 *)(block + 1), "hello\n\0\0", 8);
}

/* Its path has a block even if there was no memory for it. */
static void fields_of_others(struct kunit *test)
{
	struct sample *s = make_sample(test);
	u8 *buf = get_memory(test, MAX_PACKED);
	struct syscall_trace_record *head = (void *)buf;
	struct syscall_trace_block *block = (void *)(head + 1);

	start_record(s, SYSCALL_RECORD_EXEC);
	KUNIT_EXPECT_EQ(test, pack(test, buf, &s->rec, 1), 104 + 16);
	KUNIT_EXPECT_EQ(test, head->nr_blocks, 1);
	KUNIT_EXPECT_EQ(test, block->kind, SYSCALL_TRACE_BYTES);
	KUNIT_EXPECT_EQ(test, block->len, 0);

	start_record(s, SYSCALL_RECORD_DATA);
	s->rec.arg = 3;
	s->rec.off = 77;
	any_text(s);
	pack(test, buf, &s->rec, 0);
	KUNIT_EXPECT_EQ(test, head->data.arg, 3);
	KUNIT_EXPECT_EQ(test, head->data.value, 77);
	KUNIT_EXPECT_EQ(test, block->arg, 2);

	start_record(s, SYSCALL_RECORD_LOST);
	s->rec.tid = 5;
	s->rec.ret = 17;
	pack(test, buf, &s->rec, 0);
	KUNIT_EXPECT_EQ(test, head->tid, 0);
	KUNIT_EXPECT_EQ(test, head->ret, 17);
	KUNIT_EXPECT_EQ(test, head->size, 104);
}

static void expect_text(struct kunit *test, const struct syscall_record *rec,
			const char *want)
{
	char *buf = get_memory(test, 512);
	size_t len = syscall_text_format(buf, 511, rec, true);

	KUNIT_EXPECT_STREQ(test, buf, want);
	KUNIT_EXPECT_EQ(test, len, strlen(want));
}

/* The records that came with the packed form, in text. */
static void text_of_new_records(struct kunit *test)
{
	static const struct syscall_block blocks[] = {
		{ .kind = SYSCALL_BLOCK_BYTES, .arg = 1, .len = 3 },
		{ .kind = SYSCALL_BLOCK_BYTES, .arg = 1, .len = 3, .off = 3 },
	};
	struct syscall_record rec = {
		.kind = SYSCALL_RECORD_LOG, .tid = 7, .ret = 3, .nr_in = 1,
		.call = { .nr = NR_WRITE, .args = { 2, 0x5000, 3 } },
		.data = { .nr = 2, .blocks = blocks, .bytes = "abcout" },
		.time = 1234567890123, .duration = 1234,
	};

	expect_text(test, &rec,
		    "7 log 1234.567890123 0.000001234 write 2, \"abc\", 3 = ok 3, 2 \"out\"\n");
	rec.ret = -EIO;
	rec.time = 0;
	rec.duration = 1000000000;
	rec.nr_in = 2;
	expect_text(test, &rec,
		    "7 log 0.000000000 1.000000000 write 2, \"abc\", \"out\", 3 = fail EIO\n");
	rec.duration = SYSCALL_NO_RESULT;
	expect_text(test, &rec, "7 log 0.000000000 ? write 2, \"abc\", \"out\", 3 = ?\n");
	rec.kind = SYSCALL_RECORD_RESULT;
	expect_text(test, &rec, "7 done fail EIO\n");
	rec.ret = 12;
	rec.data.nr = 1;
	expect_text(test, &rec, "7 done ok 12, 2 \"abc\"\n");
	rec.kind = SYSCALL_RECORD_LOST;
	expect_text(test, &rec, "lost 12\n");
}

/* ------------------------------- random lines ---------------------------- */

/**
 * struct line - a line of text, and what was meant by it
 * @text: the line; not terminated
 * @len: its length
 * @kept: arguments that are kept by it
 */
struct line {
	char text[MAX_LINE];
	size_t len;
	u8 kept;
};

static __printf(2, 3) void say(struct line *line, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	line->len += vsnprintf(line->text + line->len, MAX_LINE - line->len, format, args);
	va_end(args);
}

static void say_string(struct sample *s, struct line *line, u32 len)
{
	say(line, "\"");
	while (len--)
		say(line, "\\%03o", 1 + below(s, 255));
	say(line, "\"");
}

static void say_list(struct sample *s, struct line *line)
{
	u32 n, count = below(s, 5);

	say(line, "[");
	for (n = 0; n < count; n++) {
		say(line, n ? ", " : " ");
		say_string(s, line, below(s, 12));
	}
	say(line, "]");
}

static void say_number(struct line *line, u64 value)
{
	if ((s64)value < 0)
		say(line, "-%llu", -value);
	else
		say(line, "%llu", value);
}

static void say_arg(struct sample *s, struct line *line, const struct syscall_arg_desc *arg,
		    unsigned int i)
{
	bool list = arg->kind == SYSCALL_ARG_STRV || arg->kind == SYSCALL_ARG_IOV;
	u32 choice = below(s, 8);

	if (choice < 3) {
		line->kept |= BIT(i);
		say(line, "_");
	} else if (choice < 4 || !syscall_arg_is_pointer(arg->kind)) {
		say_number(line, below(s, 3) ? below(s, 50) : any_number(s));
	} else if (list) {
		say_list(s, line);
	} else {
		say_string(s, line, arg->len_kind == SYSCALL_LEN_CONST && arg->size < 200 ?
			   arg->size : below(s, 40));
	}
}

static void say_call(struct sample *s, struct line *line)
{
	static const struct syscall_arg_desc plain = { .kind = SYSCALL_ARG_LONG };
	u32 abi = s->rec.call.abi, i, nr = below(s, 2) ? s->rec.call.nr : any_nr(s, abi);
	/* By its number it takes six, whatever it is. */
	const struct syscall_desc *desc = below(s, 4) ? syscall_desc(abi, nr) : NULL;
	u32 nr_args = desc ? desc->nr_args : SYSCALL_MAX_ARGS;

	if (desc)
		say(line, "%s%s%s", syscall_abi_name(abi), abi ? ":" : "", desc->name);
	else
		say(line, "syscall_%u", nr);
	for (i = 0; i < nr_args; i++) {
		say(line, i ? ", " : " ");
		say_arg(s, line, desc ? &desc->args[i] : &plain, i);
	}
}

/* A line that may be an answer to a stop. */
static void any_line(struct sample *s, struct line *line)
{
	static const char *const verbs[] = { "cont", "step", "report", "discard" };
	static const char *const results[] = { "ok ", "skip-ok ", "fail ", "skip-fail " };
	u32 choice = below(s, 4), arg = 1 + below(s, SYSCALL_MAX_ARGS);

	line->len = 0;
	line->kept = 0;
	switch (below(s, 12)) {
	case 0:
		say(line, "%s", verbs[choice]);
		break;
	case 1:
		say(line, "signal RT_%u", below(s, 33));
		break;
	case 2:
		say(line, "get %s%u", choice ? "&" : "", arg);
		break;
	case 3:
		say(line, "get %u+%llu %u", arg, any_number(s), 1 + below(s, SYSCALL_DATA_MAX));
		break;
	case 4:
		say(line, "set %u+%llu ", arg, any_number(s));
		say_string(s, line, 1 + below(s, 40));
		break;
	case 5:
		say(line, "%s", results[choice]);
		say_number(line, choice < 2 ? any_number(s) : below(s, 4200));
		break;
	default:
		say_call(s, line);
	}
}

/* ---------------------------- commands there and back -------------------- */

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

static bool same_fresh(const struct syscall_command *a, const struct syscall_command *b)
{
	unsigned int i;

	for (i = 0; i < SYSCALL_MAX_ARGS; i++) {
		const struct syscall_fresh *x = &a->fresh[i], *y = &b->fresh[i];

		if (!x->bytes != !y->bytes || x->len != y->len || x->count != y->count ||
		    x->is_list != y->is_list || (x->len && memcmp(x->bytes, y->bytes, x->len)))
			return false;
	}
	return a->nr_fresh == b->nr_fresh;
}

static bool same_command(const struct syscall_command *a, const struct syscall_command *b)
{
	if (a->verb != b->verb)
		return false;
	switch (a->verb) {
	case SYSCALL_VERB_SKIP:
	case SYSCALL_VERB_RESULT:
	case SYSCALL_VERB_SIGNAL:
		return a->value == b->value;
	case SYSCALL_VERB_REWRITE:
		return a->raw == b->raw && same_fresh(a, b) &&
		       (a->raw ? !memcmp(&a->call, &b->call, sizeof(a->call)) :
				 same_call(&a->call, &b->call));
	case SYSCALL_VERB_SET:
		return a->arg == b->arg && a->off == b->off && a->len == b->len &&
		       !memcmp(a->data, b->data, a->len);
	case SYSCALL_VERB_GET:
		return a->arg == b->arg && a->off == b->off && a->len == b->len;
	case SYSCALL_VERB_GET_ADDRESS:
		return a->arg == b->arg;
	default:
		return true;
	}
}

/* As the file takes one. */
static int take(struct kunit *test, u8 *buf, size_t len, const struct syscall_record *shown,
		struct syscall_command *cmd, struct syscall_text_error *err)
{
	u32 size, tid, verb;
	u64 id;
	int ret = syscall_packed_next(buf, len, &size, err);

	if (ret)
		return ret;
	KUNIT_EXPECT_LE(test, size, len);
	ret = syscall_packed_peek(buf, size, &id, &tid, &verb);
	KUNIT_EXPECT_EQ(test, ret, 0);
	return syscall_packed_parse(buf, size, shown, cmd, err);
}

/* Arguments marked as kept, instead of given as they have become. */
static void mark_kept(struct sample *s, u8 *buf, u8 kept)
{
	struct syscall_trace_answer *answer = (void *)buf;
	unsigned int i;

	answer->kept = kept;
	for (i = 0; i < SYSCALL_MAX_ARGS; i++)
		if (kept & BIT(i))
			answer->args[i] = below(s, 2) ? s->rec.call.args[i] : 0;
}

/**
 * struct journey - a command that goes from one form to the other
 * @s: the stop
 * @line: the command in text
 * @copy: the same, to be parsed
 * @cmd: what it is in text, and then in packed form
 * @buf: that
 */
struct journey {
	struct sample *s;
	struct line line;
	char copy[MAX_LINE];
	struct syscall_command cmd[2];
	u8 buf[MAX_PACKED];
};

static void expect_same(struct kunit *test, struct journey *j, bool kept)
{
	size_t size = syscall_packed_answer(j->buf, MAX_PACKED, &j->cmd[0], 5, 6);
	struct syscall_text_error err = { };
	int ret;

	KUNIT_ASSERT_LE(test, size, MAX_PACKED);
	if (kept)
		mark_kept(j->s, j->buf, j->line.kept);
	ret = take(test, j->buf, size, &j->s->rec, &j->cmd[1], &err);
	KUNIT_ASSERT_EQ_MSG(test, ret, 0, "%.*s: %u: %s", (int)j->line.len, j->line.text,
			    err.column, err.text);
	KUNIT_ASSERT_TRUE_MSG(test, same_command(&j->cmd[0], &j->cmd[1]), "%.*s",
			      (int)j->line.len, j->line.text);
	if (kept)
		KUNIT_ASSERT_MEMEQ(test, j->cmd[0].call.args, j->cmd[1].call.args,
				   sizeof(j->cmd[0].call.args));
}

/* Is it known at a glance if, and only if, it is a word? */
static void expect_plain(struct kunit *test, const struct line *line, u32 verb)
{
	bool plain = verb == SYSCALL_VERB_CONT || verb == SYSCALL_VERB_STEP ||
		     verb == SYSCALL_VERB_REPORT;

	KUNIT_ASSERT_EQ_MSG(test, syscall_text_plain(line->text, line->len), plain ? verb : -1,
			    "%.*s", (int)line->len, line->text);
}

static void commands_survive(struct kunit *test)
{
	struct journey *j = get_memory(test, sizeof(*j));
	u32 round, good[SYSCALL_VERB_PACKED + 1] = { }, fresh = 0, raw = 0;
	struct syscall_text_error err;

	j->s = make_sample(test);
	for (round = 0; round < 20000; round++) {
		any_record(j->s, SYSCALL_RECORD_ENTRY);
		any_line(j->s, &j->line);
		memcpy(j->copy, j->line.text, j->line.len);
		if (syscall_text_parse(j->copy, j->line.len, 0, &j->s->rec, &j->cmd[0], &err))
			continue;
		good[j->cmd[0].verb]++;
		expect_plain(test, &j->line, j->cmd[0].verb);
		expect_same(test, j, false);
		if (j->cmd[0].verb != SYSCALL_VERB_REWRITE)
			continue;
		fresh += j->cmd[0].nr_fresh;
		raw += j->cmd[0].raw;
		expect_same(test, j, true);
	}
	/* So many of them mean something. */
	KUNIT_EXPECT_GT(test, good[SYSCALL_VERB_REWRITE], 1000);
	KUNIT_EXPECT_GT(test, good[SYSCALL_VERB_SKIP], 100);
	KUNIT_EXPECT_GT(test, good[SYSCALL_VERB_RESULT], 100);
	KUNIT_EXPECT_GT(test, good[SYSCALL_VERB_REPORT], 100);
	KUNIT_EXPECT_GT(test, good[SYSCALL_VERB_SET], 100);
	KUNIT_EXPECT_GT(test, good[SYSCALL_VERB_GET], 100);
	KUNIT_EXPECT_GT(test, good[SYSCALL_VERB_GET_ADDRESS], 100);
	KUNIT_EXPECT_GT(test, good[SYSCALL_VERB_SIGNAL], 100);
	KUNIT_EXPECT_GT(test, fresh, 500);
	KUNIT_EXPECT_GT(test, raw, 500);
}

/* ------------------------------ the same limits -------------------------- */

/* Whether text and answer are refused for the same reason, or mean the same. */
static bool expect_agreement(struct kunit *test, struct journey *j,
			     struct syscall_trace_answer *answer)
{
	struct syscall_text_error err = { }, err2 = { };
	int ret = syscall_text_parse(j->line.text, j->line.len, 0, &j->s->rec, &j->cmd[0], &err);
	int ret2 = syscall_packed_parse(answer, answer->size, &j->s->rec, &j->cmd[1], &err2);

	KUNIT_ASSERT_EQ_MSG(test, ret, ret2, "%.*s", (int)j->line.len, j->line.text);
	if (ret)
		KUNIT_ASSERT_STREQ(test, err.text, err2.text);
	else
		KUNIT_ASSERT_TRUE_MSG(test, same_command(&j->cmd[0], &j->cmd[1]), "%.*s",
				      (int)j->line.len, j->line.text);
	return !ret;
}

static void results_have_the_same_limits(struct kunit *test)
{
	struct journey *j = get_memory(test, sizeof(*j));
	struct syscall_trace_answer answer = {
		.size = SYSCALL_TRACE_ANSWER_SHORT, .head = SYSCALL_TRACE_ANSWER_SHORT,
	};
	u32 round, refused = 0;

	j->s = make_sample(test);
	for (round = 0; round < 20000; round++) {
		bool fail, skip = below(j->s, 2);

		any_record(j->s, SYSCALL_RECORD_ENTRY);
		answer.verb = skip ? SYSCALL_TRACE_SKIP : SYSCALL_TRACE_RETURN;
		answer.value = any_number(j->s);
		fail = answer.value < 0 && answer.value >= -4095;
		j->line.len = 0;
		say(&j->line, "%s%s ", skip ? "skip-" : "", fail ? "fail" : "ok");
		say_number(&j->line, fail ? -answer.value : answer.value);
		refused += !expect_agreement(test, j, &answer);
	}
	KUNIT_EXPECT_GT(test, refused, 100);
}

static void say_one_number(struct line *line, const struct syscall_desc *desc,
			   unsigned int arg, u64 value)
{
	unsigned int i;

	line->len = 0;
	say(line, "%s", desc->name);
	for (i = 0; i < desc->nr_args; i++) {
		say(line, i ? ", " : " ");
		if (i == arg)
			say_number(line, value);
		else
			say(line, "_");
	}
}

static void arguments_have_the_same_limits(struct kunit *test)
{
	struct journey *j = get_memory(test, sizeof(*j));
	struct syscall_trace_answer answer;
	u32 round, refused = 0;

	j->s = make_sample(test);
	for (round = 0; round < 20000; round++) {
		struct syscall_call *call = &j->s->rec.call;
		const struct syscall_desc *desc;
		u32 arg = below(j->s, SYSCALL_MAX_ARGS);

		start_record(j->s, SYSCALL_RECORD_ENTRY);
		any_call(j->s);
		memset(call->args, 0, sizeof(call->args));
		desc = syscall_desc(call->abi, call->nr);
		if (!desc || arg >= desc->nr_args)
			continue;
		answer = (struct syscall_trace_answer) {
			.size = sizeof(answer), .verb = SYSCALL_TRACE_REWRITE,
			.head = sizeof(answer), .nr = call->nr, .kept = 0x3f & ~BIT(arg),
		};
		answer.args[arg] = any_number(j->s) ?: 1;
		say_one_number(&j->line, desc, arg, answer.args[arg]);
		if (!expect_agreement(test, j, &answer))
			refused++;
		else
			KUNIT_ASSERT_MEMEQ(test, &j->cmd[0].call, &j->cmd[1].call, sizeof(*call));
	}
	KUNIT_EXPECT_GT(test, refused, 500);
}

/* ------------------------------- bad answers ----------------------------- */

static const char write_abc[] = "write _, \"abc\", _";
static const char exec_b_cd[] = "execve \"/a\", [\"b\", \"cd\"], NULL";
static const char set_abc[] = "set 2 \"abc\"";
static const char get_8[] = "get 2+4 8";

/* Where the blocks of these are; bytes follow 16 bytes behind. */
#define ONLY	88	/* "abc", "/a" */
#define LIST	112
#define FIRST	128
#define SECOND	152
#define END	176
#define WHOLE	192
#define LINE	32

/* Fields of the header and of a block, by their bytes; and where they begin, from 1. */
#define IN1(member)	{ offsetof(struct syscall_trace_answer, member), 1 }
#define IN2(member)	{ offsetof(struct syscall_trace_answer, member), 2 }
#define IN4(member)	{ offsetof(struct syscall_trace_answer, member), 4 }
#define IN8(member)	{ offsetof(struct syscall_trace_answer, member), 8 }
#define AT1(at, member)	{ (at) + offsetof(struct syscall_trace_block, member), 1 }
#define AT4(at, member)	{ (at) + offsetof(struct syscall_trace_block, member), 4 }
#define AT8(at, member)	{ (at) + offsetof(struct syscall_trace_block, member), 8 }
#define BYTE(at)	{ at, 1 }
#define OF(member)	(1 + offsetof(struct syscall_trace_answer, member))
#define BLOCK(at, member) (1 + (at) + offsetof(struct syscall_trace_block, member))

/*
 * Answers to show_write() that are refused: what is good as a line of text, which
 * field becomes what, and the error and its byte, from 1; 0 if there is no whole
 * answer. NULL is a line that says "tid on".
 */
static const struct bad_answer {
	const char *line;
	struct {
		u16 at;
		u8 width;
	} field;
	u64 value;
	int error;
	u32 column;
} bad_answers[] = {
	/* sizes */
	{ "cont", IN4(size), 0, EINVAL, OF(size) },
	{ "cont", IN4(size), 24, EINVAL, OF(size) },
	{ "cont", IN4(size), 31, EINVAL, OF(size) },
	{ "cont", IN4(size), 40, EINVAL, OF(size) },
	{ "cont", IN4(size), U32_MAX, EINVAL, OF(size) },
	{ "cont", IN2(head), 0, EINVAL, OF(head) },
	{ "cont", IN2(head), 24, EINVAL, OF(head) },
	{ "cont", IN2(head), 36, EINVAL, OF(head) },
	{ "cont", IN2(head), 40, EINVAL, OF(head) },
	{ write_abc, IN4(size), 80, EINVAL, OF(head) },
	{ write_abc, IN4(size), 84, EINVAL, OF(size) },
	{ write_abc, IN4(size), 108, EINVAL, OF(size) },
	{ write_abc, IN2(head), 36, EINVAL, OF(head) },
	{ write_abc, IN4(size), 96, EINVAL, ONLY + 1 },
	{ write_abc, IN4(size), 104, EINVAL, BLOCK(ONLY, len) },
	/* verbs, and what they have no use for */
	{ "cont", IN2(verb), SYSCALL_TRACE_LINE, EINVAL, OF(verb) },
	{ "cont", IN2(verb), SYSCALL_TRACE_LINE + 1, ENOSYS, OF(verb) },
	{ "cont", IN2(verb), 0xffff, ENOSYS, OF(verb) },
	{ "cont", IN2(nr_blocks), 1, EINVAL, OF(nr_blocks) },
	{ "cont", IN2(reserved), 1, EINVAL, OF(reserved) },
	{ "cont", IN8(value), 1, EINVAL, OF(value) },
	{ "step", IN8(value), 1, EINVAL, OF(value) },
	{ "report", IN8(value), 1, EINVAL, OF(value) },
	{ "discard", IN8(value), 1, EINVAL, OF(value) },
	{ "skip-ok 1", IN2(nr_blocks), 1, EINVAL, OF(nr_blocks) },
	{ "skip-ok 1", IN2(reserved), 0x100, EINVAL, OF(reserved) },
	{ "signal USR1", IN2(nr_blocks), 1, EINVAL, OF(nr_blocks) },
	{ "get &2", IN8(value), 1, EINVAL, OF(value) },
	{ "get &2", IN8(off), 1, EINVAL, OF(off) },
	{ "get &2", IN8(args[5]), 1, EINVAL, OF(args[5]) },
	{ "get &2", IN2(nr_blocks), 1, EINVAL, OF(nr_blocks) },
	{ get_8, IN4(nr), 1, EINVAL, OF(nr) },
	{ get_8, IN1(kept), 1, EINVAL, OF(kept) },
	{ get_8, IN2(flags), 1, EINVAL, OF(flags) },
	{ get_8, IN8(args[1]), 1, EINVAL, OF(args[1]) },
	{ set_abc, IN8(value), 1, EINVAL, OF(value) },
	{ set_abc, IN1(kept), 1, EINVAL, OF(kept) },
	{ set_abc, IN8(args[1]), 1, EINVAL, OF(args[1]) },
	{ write_abc, IN8(value), 1, EINVAL, OF(value) },
	{ write_abc, IN1(arg), 1, EINVAL, OF(arg) },
	{ write_abc, IN2(flags), 2, EINVAL, OF(flags) },
	/* numbers */
	{ "skip-ok 1", IN8(value), -512, ERANGE, OF(value) },
	{ "skip-ok 1", IN8(value), -516, ERANGE, OF(value) },
	{ "ok 1", IN8(value), -514, ERANGE, OF(value) },
	{ "signal USR1", IN8(value), 0, EINVAL, OF(value) },
	{ "signal USR1", IN8(value), 65, EINVAL, OF(value) },
	{ "signal USR1", IN8(value), -1, EINVAL, OF(value) },
	{ "get &2", IN1(arg), 0, ERANGE, OF(arg) },
	{ "get &2", IN1(arg), 7, ERANGE, OF(arg) },
	{ get_8, IN1(arg), 0, ERANGE, OF(arg) },
	{ get_8, IN1(arg), 255, ERANGE, OF(arg) },
	{ get_8, IN8(value), 0, EINVAL, OF(value) },
	{ get_8, IN8(value), SYSCALL_DATA_MAX + 1, ERANGE, OF(value) },
	{ get_8, IN8(value), -1, ERANGE, OF(value) },
	{ set_abc, IN1(arg), 0, ERANGE, OF(arg) },
	{ set_abc, IN1(arg), 7, ERANGE, OF(arg) },
	{ write_abc, IN4(nr), SYSCALL_NR_MAX + 1, ERANGE, OF(nr) },
	{ write_abc, IN8(args[0]), BIT_ULL(32), ERANGE, OF(args[0]) },
	{ write_abc, IN8(args[0]), ~BIT_ULL(31), ERANGE, OF(args[0]) },
	/* blocks */
	{ set_abc, IN2(nr_blocks), 0, EINVAL, OF(nr_blocks) },
	{ set_abc, IN2(nr_blocks), 2, EINVAL, OF(nr_blocks) },
	{ set_abc, IN1(arg), 3, EINVAL, BLOCK(ONLY, arg) },
	{ set_abc, AT1(ONLY, arg), 6, EINVAL, BLOCK(ONLY, arg) },
	{ set_abc, AT1(ONLY, kind), 6, EINVAL, BLOCK(ONLY, kind) },
	{ set_abc, AT1(ONLY, kind), SYSCALL_TRACE_POINTER, EINVAL, BLOCK(ONLY, len) },
	{ set_abc, AT1(ONLY, flags), SYSCALL_TRACE_MORE, EINVAL, BLOCK(ONLY, flags) },
	{ set_abc, AT1(ONLY, flags), 2, EINVAL, BLOCK(ONLY, flags) },
	{ set_abc, AT1(ONLY, reserved), 1, EINVAL, BLOCK(ONLY, reserved) },
	{ set_abc, AT8(ONLY, addr), 1, EINVAL, BLOCK(ONLY, addr) },
	{ set_abc, AT4(ONLY, len), 9, EINVAL, BLOCK(ONLY, len) },
	{ set_abc, AT4(ONLY, len), U32_MAX, EINVAL, BLOCK(ONLY, len) },
	{ set_abc, AT4(ONLY, len), 2, EINVAL, ONLY + 16 + 2 + 1 },
	{ set_abc, AT4(ONLY, len), 0, EINVAL, ONLY + 16 + 1 },
	{ set_abc, BYTE(ONLY + 16 + 7), 1, EINVAL, ONLY + 16 + 7 + 1 },
	{ write_abc, IN2(nr_blocks), 0, EINVAL, ONLY + 1 },
	{ write_abc, IN2(nr_blocks), 2, EINVAL, LIST + 1 },
	{ write_abc, AT1(ONLY, flags), SYSCALL_TRACE_MORE, EINVAL, BLOCK(ONLY, flags) },
	/* lists */
	{ exec_b_cd, AT1(LIST, kind), SYSCALL_TRACE_STRUCT, EOPNOTSUPP, BLOCK(LIST, kind) },
	{ exec_b_cd, AT1(LIST, kind), SYSCALL_TRACE_LIST_END, EINVAL, BLOCK(LIST, kind) },
	{ exec_b_cd, AT1(LIST, kind), SYSCALL_TRACE_POINTER, EINVAL, BLOCK(LIST, kind) },
	{ exec_b_cd, AT1(LIST, flags), SYSCALL_TRACE_MORE, EINVAL, BLOCK(LIST, flags) },
	{ exec_b_cd, AT1(LIST, arg), 0, EINVAL, BLOCK(LIST, arg) },
	{ exec_b_cd, AT1(LIST, arg), 2, EINVAL, BLOCK(FIRST, arg) },
	{ exec_b_cd, AT1(FIRST, arg), 2, EINVAL, BLOCK(FIRST, arg) },
	{ exec_b_cd, AT1(END, kind), SYSCALL_TRACE_LIST, EINVAL, BLOCK(END, kind) },
	{ exec_b_cd, AT1(END, kind), SYSCALL_TRACE_STRUCT_END, EOPNOTSUPP, BLOCK(END, kind) },
	{ exec_b_cd, AT1(END, kind), SYSCALL_TRACE_BYTES, EINVAL, WHOLE + 1 },
	{ exec_b_cd, AT1(END, flags), SYSCALL_TRACE_MORE, EINVAL, BLOCK(END, flags) },
	{ exec_b_cd, AT1(ONLY, arg), 1, EINVAL, BLOCK(LIST, arg) },
	{ exec_b_cd, IN2(nr_blocks), 4, EINVAL, END + 1 },
	{ exec_b_cd, IN2(nr_blocks), 6, EINVAL, WHOLE + 1 },
	{ exec_b_cd, BYTE(SECOND + 16), 0, EINVAL, SECOND + 16 + 1 },
	{ exec_b_cd, BYTE(ONLY + 17), 0, EINVAL, ONLY + 16 + 1 },
	/* arguments */
	{ write_abc, IN1(kept), 0x40, EINVAL, OF(kept) },
	{ write_abc, IN1(kept), BIT(1), EINVAL, ONLY + 1 },
	{ write_abc, IN1(kept), BIT(2), EINVAL, OF(args[2]) },
	{ write_abc, IN8(args[1]), 1, EINVAL, OF(args[1]) },
	{ write_abc, IN8(args[2]), 4, ERANGE, ONLY + 1 },
	{ write_abc, IN8(args[3]), 1, EINVAL, OF(args[3]) },
	{ write_abc, AT1(ONLY, arg), 0, EINVAL, ONLY + 1 },
	{ write_abc, AT1(ONLY, arg), 3, EINVAL, ONLY + 1 },
	{ write_abc, IN4(nr), NR_READ, EINVAL, ONLY + 1 },
	{ write_abc, IN4(nr), NR_CLOSE, EINVAL, ONLY + 1 },
	{ write_abc, IN4(nr), NR_SENDMSG, EOPNOTSUPP, ONLY + 1 },
	{ write_abc, IN4(nr), NR_EXECVE, EINVAL, ONLY + 1 },
	{ write_abc, IN4(nr), 2000, EINVAL, ONLY + 1 },
	{ exec_b_cd, IN4(nr), NR_WRITE, EINVAL, ONLY + 1 },
	/* lines */
	{ NULL, IN8(id), 1, EINVAL, OF(id) },
	{ NULL, IN4(tid), 1, EINVAL, OF(tid) },
	{ NULL, IN8(value), 1, EINVAL, OF(value) },
	{ NULL, IN2(reserved), 1, EINVAL, OF(reserved) },
	{ NULL, IN2(nr_blocks), 0, EINVAL, OF(nr_blocks) },
	{ NULL, AT1(LINE, arg), 1, EINVAL, BLOCK(LINE, arg) },
	{ NULL, AT1(LINE, flags), SYSCALL_TRACE_MORE, EINVAL, BLOCK(LINE, flags) },
	{ NULL, AT1(LINE, kind), SYSCALL_TRACE_POINTER, EINVAL, BLOCK(LINE, len) },
};

/* An answer that is a line. @head: bytes of its header */
static size_t make_line(u8 *buf, const char *text, size_t len, u16 head)
{
	struct syscall_trace_answer *answer = (void *)buf;
	struct syscall_trace_block block = { .len = len };
	size_t size = head + sizeof(block) + ((len + 7) & ~7);

	memset(buf, 0, size);
	answer->size = size;
	answer->verb = SYSCALL_TRACE_LINE;
	answer->head = head;
	answer->nr_blocks = 1;
	memcpy(buf + head, &block, sizeof(block));
	memcpy(buf + head + sizeof(block), text, len);
	return size;
}

static size_t make_answer(struct kunit *test, struct journey *j, const char *text)
{
	struct syscall_text_error err;
	int ret;

	show_write(j->s);
	memcpy(j->copy, text, strlen(text));
	ret = syscall_text_parse(j->copy, strlen(text), 0, &j->s->rec, &j->cmd[0], &err);
	KUNIT_ASSERT_EQ_MSG(test, ret, 0, "%s", text);
	return syscall_packed_answer(j->buf, MAX_PACKED, &j->cmd[0], 5, 6);
}

static void refuse_answer(struct kunit *test, struct journey *j, const struct bad_answer *bad)
{
	unsigned int row = bad - bad_answers;
	struct syscall_text_error err = { };
	size_t size;
	char *line;
	u32 len;
	int ret;

	if (bad->line) {
		size = make_answer(test, j, bad->line);
		memcpy(j->buf + bad->field.at, &bad->value, bad->field.width);
		ret = take(test, j->buf, size, &j->s->rec, &j->cmd[1], &err);
	} else {
		size = make_line(j->buf, "tid on", 6, SYSCALL_TRACE_ANSWER_SHORT);
		memcpy(j->buf + bad->field.at, &bad->value, bad->field.width);
		ret = syscall_packed_line(j->buf, size, &line, &len, &err);
	}
	KUNIT_EXPECT_EQ_MSG(test, ret, -bad->error, "row %u: %s", row, err.text ?: "");
	KUNIT_EXPECT_EQ_MSG(test, err.column, bad->column, "row %u: %s", row, err.text ?: "");
	KUNIT_EXPECT_EQ_MSG(test, !err.text, !bad->column, "row %u", row);
}

static void bad_answers_are_refused(struct kunit *test)
{
	struct journey *j = get_memory(test, sizeof(*j));
	unsigned int i;

	BUILD_BUG_ON(ARRAY_SIZE(bad_answers) < 100);
	j->s = make_sample(test);
	for (i = 0; i < ARRAY_SIZE(bad_answers); i++)
		refuse_answer(test, j, &bad_answers[i]);
}

/* Headers of programs that are older than the kernel, and newer. */
static void headers_may_grow(struct kunit *test)
{
	struct journey *j = get_memory(test, sizeof(*j));
	struct syscall_trace_answer *answer = (void *)j->buf;
	struct syscall_command *cmd = &j->cmd[1];
	struct syscall_text_error err = { };
	struct syscall_record *shown;

	j->s = make_sample(test);
	shown = &j->s->rec;
	KUNIT_EXPECT_EQ(test, make_answer(test, j, get_8), 88);
	answer->size = 48;
	answer->head = 48;
	KUNIT_EXPECT_EQ(test, take(test, j->buf, 48, shown, cmd, &err), 0);
	KUNIT_EXPECT_EQ(test, cmd->arg, 2);
	KUNIT_EXPECT_EQ(test, cmd->off, 4);
	KUNIT_EXPECT_EQ(test, cmd->len, 8);

	KUNIT_EXPECT_EQ(test, make_answer(test, j, "skip-ok 7"), 32);
	memset(j->buf + 32, 0, 96);
	answer->size = 128;
	answer->head = 128;
	KUNIT_EXPECT_EQ(test, take(test, j->buf, 128, shown, cmd, &err), 0);
	KUNIT_EXPECT_EQ(test, cmd->verb, SYSCALL_VERB_SKIP);
	KUNIT_EXPECT_EQ(test, cmd->value, 7);
	j->buf[100] = 1;
	KUNIT_EXPECT_EQ(test, take(test, j->buf, 128, shown, cmd, &err), -E2BIG);
	KUNIT_EXPECT_EQ(test, err.column, 101);
	j->buf[100] = 0;
	answer->head = 120;
	KUNIT_EXPECT_EQ(test, take(test, j->buf, 128, shown, cmd, &err), -EINVAL);
	KUNIT_EXPECT_EQ(test, err.column, 121);
	answer->head = 128;
	KUNIT_EXPECT_EQ(test, take(test, j->buf, 128, NULL, cmd, &err), -ESRCH);
	KUNIT_EXPECT_EQ(test, err.column, OF(id));
}

/* An execve() with a list of one element, which is as long as that may be. */
static void elements_are_limited(struct kunit *test)
{
	struct journey *j = get_memory(test, sizeof(*j));
	struct syscall_text_error err = { };
	u8 *buf = get_memory(test, 2 * SZ_64K), *big = get_memory(test, SZ_64K + 2);
	size_t size;

	j->s = make_sample(test);
	show_write(j->s);
	memset(big, 'x', SZ_64K + 2);
	memset(big, 0xff, 2);
	j->cmd[0].verb = SYSCALL_VERB_REWRITE;
	j->cmd[0].call = j->s->rec.call;
	j->cmd[0].call.nr = NR_EXECVE;
	j->cmd[0].nr_fresh = 1;
	j->cmd[0].fresh[1] = (struct syscall_fresh) {
		.bytes = big, .len = 2 + 0xffff, .count = 1, .is_list = true,
	};
	size = syscall_packed_answer(buf, 2 * SZ_64K, &j->cmd[0], 5, 6);
	KUNIT_EXPECT_EQ(test, take(test, buf, size, &j->s->rec, &j->cmd[1], &err), 0);
	KUNIT_EXPECT_TRUE(test, same_command(&j->cmd[0], &j->cmd[1]));
	/* One byte more is where padding was. */
	syscall_packed_answer(buf, 2 * SZ_64K, &j->cmd[0], 5, 6);
	((struct syscall_trace_block *)(buf + ONLY + 16))->len++;
	KUNIT_EXPECT_EQ(test, take(test, buf, size, &j->s->rec, &j->cmd[1], &err), -ERANGE);
	KUNIT_EXPECT_EQ(test, err.column, BLOCK(ONLY + 16, len));
}

static void data_and_lines_are_limited(struct kunit *test)
{
	struct journey *j = get_memory(test, sizeof(*j));
	struct syscall_text_error err = { };
	u8 *buf = get_memory(test, 2 * SZ_64K), *big = get_memory(test, SZ_64K + 1);
	size_t size;
	char *line;
	u32 len;

	j->s = make_sample(test);
	show_write(j->s);
	j->cmd[0].verb = SYSCALL_VERB_SET;
	j->cmd[0].arg = 2;
	j->cmd[0].data = big;
	j->cmd[0].len = SYSCALL_DATA_MAX;
	size = syscall_packed_answer(buf, 2 * SZ_64K, &j->cmd[0], 5, 6);
	KUNIT_EXPECT_EQ(test, take(test, buf, size, &j->s->rec, &j->cmd[1], &err), 0);
	j->cmd[0].len++;
	size = syscall_packed_answer(buf, 2 * SZ_64K, &j->cmd[0], 5, 6);
	KUNIT_EXPECT_EQ(test, take(test, buf, size, &j->s->rec, &j->cmd[1], &err), -ERANGE);
	KUNIT_EXPECT_EQ(test, err.column, BLOCK(ONLY, len));
	j->cmd[0].len = 0;
	size = syscall_packed_answer(buf, 2 * SZ_64K, &j->cmd[0], 5, 6);
	KUNIT_EXPECT_EQ(test, take(test, buf, size, &j->s->rec, &j->cmd[1], &err), -EINVAL);
	KUNIT_EXPECT_EQ(test, err.column, BLOCK(ONLY, len));

	size = make_line(buf, big, SYSCALL_LINE_MAX - 1, SYSCALL_TRACE_ANSWER_SHORT);
	KUNIT_EXPECT_EQ(test, syscall_packed_line(buf, size, &line, &len, &err), 0);
	KUNIT_EXPECT_EQ(test, len, SYSCALL_LINE_MAX - 1);
	size = make_line(buf, big, SYSCALL_LINE_MAX, SYSCALL_TRACE_ANSWER_SHORT);
	KUNIT_EXPECT_EQ(test, syscall_packed_line(buf, size, &line, &len, &err), -E2BIG);
	KUNIT_EXPECT_EQ(test, err.column, BLOCK(LINE, len));
}

/* Only what counts for the verb is written: a command is large. */
static void commands_are_not_cleared(struct kunit *test)
{
	struct journey *j = get_memory(test, sizeof(*j));
	struct syscall_command *cmd = &j->cmd[1];
	struct syscall_text_error err;
	size_t size;

	j->s = make_sample(test);
	size = make_answer(test, j, "report");
	memset(cmd, 0xa5, sizeof(*cmd));
	KUNIT_EXPECT_EQ(test, take(test, j->buf, size, &j->s->rec, cmd, &err), 0);
	KUNIT_EXPECT_EQ(test, cmd->verb, SYSCALL_VERB_REPORT);
	KUNIT_EXPECT_EQ(test, (u64)cmd->value, 0xa5a5a5a5a5a5a5a5ULL);
	KUNIT_EXPECT_EQ(test, cmd->set.bits[2][15], 0xa5a5a5a5a5a5a5a5ULL);
}

static void lines_are_found(struct kunit *test)
{
	static const u16 heads[] = { SYSCALL_TRACE_ANSWER_SHORT, 88, 96 };
	struct journey *j = get_memory(test, sizeof(*j));
	struct syscall_text_error err = { };
	unsigned int i;
	char *line;
	u32 len;

	for (i = 0; i < ARRAY_SIZE(heads); i++) {
		size_t size = make_line(j->buf, "packed off", 10, heads[i]);
		int ret = syscall_packed_line(j->buf, size, &line, &len, &err);

		KUNIT_ASSERT_EQ(test, ret, 0);
		KUNIT_ASSERT_EQ(test, len, 10);
		KUNIT_EXPECT_MEMEQ(test, line, "packed off", 10);
		ret = syscall_text_parse(line, len, 0, NULL, &j->cmd[0], &err);
		KUNIT_EXPECT_EQ(test, ret, 0);
		KUNIT_EXPECT_EQ(test, j->cmd[0].verb, SYSCALL_VERB_PACKED);
		KUNIT_EXPECT_EQ(test, j->cmd[0].value, 0);
	}
}

/* The commands that came with the packed form, in text; errors with their column. */
static const struct {
	const char *line;
	u32 verb;
	s64 value;
	int error;
	u32 column;
} new_commands[] = {
	{ "packed", SYSCALL_VERB_PACKED, 1 },
	{ "packed ", SYSCALL_VERB_PACKED, 1 },
	{ "packed on", SYSCALL_VERB_PACKED, 1 },
	{ "packed off", SYSCALL_VERB_PACKED, 0 },
	{ "packed maybe", 0, 0, -EINVAL, 8 },
	{ "packed on on", 0, 0, -EINVAL, 11 },
	{ "packed,on", 0, 0, -EINVAL, 7 },
	{ "report", SYSCALL_VERB_REPORT },
	{ "report it", 0, 0, -EINVAL, 8 },
	{ "on %file log", SYSCALL_VERB_ON },
	{ "on %file when=2+ log", SYSCALL_VERB_ON },
	{ "on %file log 1", 0, 0, -EINVAL, 14 },
	{ "timeout 5 log", 0, 0, -EINVAL, 11 },
};

static void text_of_new_commands(struct kunit *test)
{
	struct journey *j = get_memory(test, sizeof(*j));
	struct syscall_command *cmd = &j->cmd[0];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(new_commands); i++) {
		const char *line = new_commands[i].line;
		struct syscall_text_error err = { };
		int ret;

		memset(cmd, 0, sizeof(*cmd));
		memcpy(j->copy, line, strlen(line));
		ret = syscall_text_parse(j->copy, strlen(line), 0, NULL, cmd, &err);
		KUNIT_EXPECT_EQ_MSG(test, ret, new_commands[i].error, "%s", line);
		KUNIT_EXPECT_EQ_MSG(test, err.column, new_commands[i].column, "%s", line);
		if (ret)
			continue;
		KUNIT_EXPECT_EQ_MSG(test, cmd->verb, new_commands[i].verb, "%s", line);
		KUNIT_EXPECT_EQ_MSG(test, cmd->value, new_commands[i].value, "%s", line);
		if (cmd->verb == SYSCALL_VERB_ON)
			KUNIT_EXPECT_EQ(test, cmd->action, SYSCALL_ACTION_LOG);
	}
}

static struct kunit_case syscall_packed_cases[] = {
	KUNIT_CASE(records_survive),
	KUNIT_CASE(records_are_checked),
	KUNIT_CASE(bad_records_are_refused),
	KUNIT_CASE(fields_of_entry),
	KUNIT_CASE(fields_of_others),
	KUNIT_CASE(text_of_new_records),
	KUNIT_CASE(commands_survive),
	KUNIT_CASE(results_have_the_same_limits),
	KUNIT_CASE(arguments_have_the_same_limits),
	KUNIT_CASE(bad_answers_are_refused),
	KUNIT_CASE(headers_may_grow),
	KUNIT_CASE(elements_are_limited),
	KUNIT_CASE(data_and_lines_are_limited),
	KUNIT_CASE(commands_are_not_cleared),
	KUNIT_CASE(lines_are_found),
	KUNIT_CASE(text_of_new_commands),
	{ }
};

static struct kunit_suite syscall_packed_suite = {
	.name = "syscall_packed",
	.test_cases = syscall_packed_cases,
};

kunit_test_suite(syscall_packed_suite);

MODULE_DESCRIPTION("KUnit test of the packed form of system calls");
MODULE_LICENSE("GPL");
