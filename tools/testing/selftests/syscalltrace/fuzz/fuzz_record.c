// SPDX-License-Identifier: GPL-2.0
/*
 * Records as the kernel makes them: an input says which, with what in it. Such a record
 * has text that the grammar knows, survives being packed, and can be given back as an
 * answer that changes nothing.
 */

#include "fuzz.h"

#define MAX_BLOCKS	256

const char fuzz_name[] = "record";

/**
 * struct maker - a record that is being made
 * @at: what is left of the input begins here
 * @left: so many bytes
 * @rec: the record
 * @blocks: its blocks
 */
struct maker {
	const u8 *at;
	size_t left;
	struct syscall_record rec;
	struct syscall_block blocks[MAX_BLOCKS];
	const u8 *bytes;
};

static u8 byte(struct maker *m)
{
	if (!m->left)
		return 0;
	m->left--;
	return *m->at++;
}

static u64 number(struct maker *m)
{
	u8 kind = byte(m), i;
	u64 value = 0;

	if (kind < 0xf0)
		return kind < 0x80 ? kind : (u64)kind - 0xf0;
	for (i = 0; i < 1 << (kind & 3); i++)
		value = value << 8 | byte(m);
	return kind & 4 ? -value : value;
}

static struct syscall_block *add_block(struct maker *m, u8 kind, u8 arg)
{
	struct syscall_block *block;

	/* As when memory is short: the kernel then leaves out an argument. */
	if (m->rec.data.nr == MAX_BLOCKS)
		return NULL;
	block = &m->blocks[m->rec.data.nr++];
	*block = (struct syscall_block) { .kind = kind, .arg = arg };
	return block;
}

static void add_address(struct maker *m, u8 arg, u64 addr)
{
	struct syscall_block *block = add_block(m, SYSCALL_BLOCK_ADDRESS, arg);

	if (block)
		block->addr = addr;
}

static void add_end(struct maker *m, u8 kind, u8 arg, bool more)
{
	struct syscall_block *block = add_block(m, kind, arg);

	if (block)
		block->more = more;
}

static void add_bytes(struct maker *m, u8 arg)
{
	struct syscall_block *block = add_block(m, SYSCALL_BLOCK_BYTES, arg);
	u8 len = byte(m);

	if (!block)
		return;
	block->more = len & 0x80;
	block->len = len & 0x7f;
	if (block->len > m->left)
		block->len = m->left;
	block->off = m->at - m->bytes;
	m->at += block->len;
	m->left -= block->len;
}

/* A buffer that may be nowhere. */
static void add_buffer(struct maker *m, u8 arg)
{
	u8 choice = byte(m);

	if (choice == 0)
		add_address(m, arg, 0);
	else if (choice == 1)
		add_address(m, arg, number(m));
	else
		add_bytes(m, arg);
}

static void add_list(struct maker *m, u8 arg)
{
	u8 n = byte(m);
	bool more = n & 0x80;

	add_block(m, SYSCALL_BLOCK_LIST, arg);
	for (n &= 7; n; n--)
		add_buffer(m, arg);
	add_end(m, SYSCALL_BLOCK_LIST_END, arg, more);
}

static void add_message(struct maker *m, u8 arg)
{
	add_block(m, SYSCALL_BLOCK_STRUCT, arg);
	add_buffer(m, arg);
	if (byte(m) & 1)
		add_list(m, arg);
	else
		add_address(m, arg, 0);
	add_buffer(m, arg);
	add_end(m, SYSCALL_BLOCK_STRUCT_END, arg, false);
}

static void add_messages(struct maker *m, u8 arg)
{
	u8 n = byte(m);
	bool more = n & 0x80;

	add_block(m, SYSCALL_BLOCK_LIST, arg);
	for (n &= 3; n; n--)
		add_message(m, arg);
	add_end(m, SYSCALL_BLOCK_LIST_END, arg, more);
}

/* What an argument points to, as far as it could be read. */
static void add_memory(struct maker *m, u8 kind, u8 arg)
{
	u32 nr = m->rec.data.nr;
	u8 choice = byte(m);

	if (choice == 0)
		return;
	if (choice == 1)
		add_address(m, arg, m->rec.call.args[arg]);
	else if (kind == SYSCALL_ARG_STRV || kind == SYSCALL_ARG_IOV)
		add_list(m, arg);
	else if (kind == SYSCALL_ARG_MSG)
		add_message(m, arg);
	else if (kind == SYSCALL_ARG_MMSG)
		add_messages(m, arg);
	else
		add_bytes(m, arg);
	/* All or nothing, so that brackets match. */
	if (m->rec.data.nr == MAX_BLOCKS)
		m->rec.data.nr = nr;
}

/* @flag: what the call reads, or what it writes */
static void add_data(struct maker *m, u8 flag)
{
	const struct syscall_desc *desc = syscall_describe(&m->rec.call);
	unsigned int i;

	for (i = 0; desc && i < desc->nr_args; i++) {
		struct syscall_arg_desc arg = syscall_arg(&m->rec.call, desc, i);

		if (!(arg.flags & flag) || !m->rec.call.args[i])
			continue;
		if (arg.kind == SYSCALL_ARG_PTR || arg.kind == SYSCALL_ARG_ANY)
			continue;
		add_memory(m, arg.kind, i);
	}
}

static u8 may_be_unbound(const struct syscall_call *call)
{
	const struct syscall_desc *desc = syscall_describe(call);
	unsigned int i;
	u8 bits = 0;

	for (i = 0; desc && i < desc->nr_args; i++)
		if (syscall_arg(call, desc, i).flags & SYSCALL_ARG_IN)
			bits |= BIT(i);
	return bits;
}

static void make_call(struct maker *m)
{
	struct syscall_call *call = &m->rec.call;
	unsigned int i;

	call->abi = byte(m) % SYSCALL_NR_ABIS;
	call->nr = number(m);
	for (i = 0; i < SYSCALL_MAX_ARGS; i++)
		call->args[i] = call->abi == SYSCALL_ABI_I386 ? (u32)number(m) : number(m);
}

static void make_call_record(struct maker *m)
{
	struct syscall_record *rec = &m->rec;

	make_call(m);
	if (rec->kind == SYSCALL_RECORD_ENTRY || rec->kind == SYSCALL_RECORD_LOG) {
		add_data(m, SYSCALL_ARG_IN);
		rec->data.unbound = byte(m) & may_be_unbound(&rec->call);
	}
	if (rec->kind == SYSCALL_RECORD_ENTRY)
		return;
	if (rec->kind == SYSCALL_RECORD_LOG) {
		rec->nr_in = rec->data.nr;
		rec->time = number(m);
		rec->duration = number(m);
		if (rec->duration == SYSCALL_NO_RESULT)
			return;
	}
	rec->ret = number(m);
	/* Only calls that succeed are taken to have written something. */
	if (!syscall_result_is_error(rec->ret))
		add_data(m, SYSCALL_ARG_OUT);
}

static void make_text(struct maker *m)
{
	m->rec.len = byte(m);
	if (m->rec.len > m->left)
		m->rec.len = m->left;
	m->rec.text = m->at;
	m->at += m->rec.len;
	m->left -= m->rec.len;
}

static void make_other_record(struct maker *m)
{
	struct syscall_record *rec = &m->rec;

	switch (rec->kind) {
	case SYSCALL_RECORD_DATA:
	case SYSCALL_RECORD_ADDRESS:
		rec->arg = 1 + byte(m) % SYSCALL_MAX_ARGS;
		rec->off = number(m);
		if (rec->kind == SYSCALL_RECORD_DATA)
			make_text(m);
		break;
	case SYSCALL_RECORD_ERROR:
		rec->tid = 0;
		rec->off = (u32)number(m);
		make_text(m);
		break;
	case SYSCALL_RECORD_SIGNAL:
		rec->siginfo.sig = 1 + byte(m) % SYSCALL_SIGNAL_MAX;
		rec->siginfo.code = number(m);
		rec->siginfo.pid = number(m);
		rec->siginfo.uid = number(m);
		rec->siginfo.value = number(m);
		break;
	case SYSCALL_RECORD_EXEC:
		if (byte(m))
			add_bytes(m, 0);
		if (rec->data.nr)
			m->blocks[0].more = false;
		break;
	case SYSCALL_RECORD_KILLED:
		rec->ret = 1 + byte(m) % SYSCALL_SIGNAL_MAX;
		break;
	case SYSCALL_RECORD_GONE:
		break;
	default:
		if (rec->kind == SYSCALL_RECORD_LOST)
			rec->tid = 0;
		rec->ret = number(m) & INT64_MAX;
	}
}

static void make_record(struct maker *m)
{
	struct syscall_record *rec = &m->rec;

	rec->data.blocks = m->blocks;
	rec->data.bytes = m->bytes;
	rec->kind = byte(m) % (SYSCALL_RECORD_LOST + 1);
	rec->tid = number(m) & INT32_MAX;
	if (rec->kind == SYSCALL_RECORD_ENTRY || rec->kind == SYSCALL_RECORD_EXIT ||
	    rec->kind == SYSCALL_RECORD_RESULT || rec->kind == SYSCALL_RECORD_LOG)
		make_call_record(m);
	else
		make_other_record(m);
}

/* --------------------------------- properties ---------------------------- */

/* As it is shown: three octal digits for what has no letter. */
static void say_shown(struct fuzz_text *to, const u8 *bytes, u32 len)
{
	static const char special[] = "\n\t\r\"\\", letters[] = "ntr\"\\";
	const char *at;

	fuzz_say(to, "\"");
	for (; len; len--, bytes++) {
		at = *bytes ? strchr(special, *bytes) : NULL;
		if (at)
			fuzz_say(to, "\\%c", letters[at - special]);
		else
			fuzz_say(to, *bytes < ' ' || *bytes > 126 ? "\\%03o" : "%c", *bytes);
	}
	fuzz_say(to, "\"\n");
}

/* Records that are not about calls, said in another way. */
static bool say_record(struct fuzz_text *to, const struct syscall_record *rec)
{
	unsigned long long off = rec->off, ret = rec->ret;

	to->len = 0;
	switch (rec->kind) {
	case SYSCALL_RECORD_DATA:
		fuzz_say(to, "data %u+%llu, ", rec->arg, off);
		say_shown(to, rec->text, rec->len);
		return true;
	case SYSCALL_RECORD_ERROR:
		fuzz_say(to, "error %llu, ", off);
		say_shown(to, rec->text, rec->len);
		return true;
	case SYSCALL_RECORD_ADDRESS:
		fuzz_say(to, off ? "data &%u, 0x%llx\n" : "data &%u, NULL\n", rec->arg, off);
		return true;
	case SYSCALL_RECORD_NEW:
		fuzz_say(to, "new %llu\n", ret);
		return true;
	case SYSCALL_RECORD_EXITED:
		fuzz_say(to, "exit %llu\n", ret);
		return true;
	case SYSCALL_RECORD_LOST:
		fuzz_say(to, "lost %llu\n", ret);
		return true;
	case SYSCALL_RECORD_GONE:
		fuzz_say(to, "gone\n");
		return true;
	default:
		return false;
	}
}

static void check_text(const struct syscall_record *rec)
{
	static struct fuzz_text want;
	int with_tid;

	for (with_tid = 0; with_tid < 2; with_tid++) {
		size_t len;
		char *text = fuzz_format(rec, with_tid, &len);

		HOLDS(fuzz_is_record(text, len), "the grammar does not have it: %.*s",
		      (int)len, text);
		if (!with_tid && say_record(&want, rec))
			HOLDS(len == want.len && !memcmp(text, want.text, len), "%.*s",
			      (int)len, text);
		free(text);
	}
}

static bool is_path_lost(const struct syscall_record *rec)
{
	return rec->kind == SYSCALL_RECORD_EXEC && !rec->data.nr;
}

/* @more: bytes of a longer header, which are ignored */
static void check_packed(const struct syscall_record *rec, u32 more)
{
	struct syscall_block *blocks = fuzz_room(MAX_BLOCKS * sizeof(*blocks));
	struct syscall_record again;
	size_t size;
	u64 id = 0;
	u8 *buf = fuzz_pack_record(rec, 5, &size), *longer = fuzz_room(size + more);
	struct syscall_trace_record *head = (void *)longer;
	int ret;

	memcpy(longer, buf, sizeof(*head));
	memset(longer + sizeof(*head), 0xff, more);
	memcpy(longer + sizeof(*head) + more, buf + sizeof(*head), size - sizeof(*head));
	head->size += more;
	head->head += more;
	ret = syscall_packed_record(longer, size + more, &again, blocks, MAX_BLOCKS, &id);
	HOLDS(!ret && id == 5, "kind %u: %d", rec->kind, ret);
	/* A path without memory for it comes back as one of which nothing is shown. */
	HOLDS(fuzz_same_record(rec, &again) || is_path_lost(rec), "kind %u", rec->kind);
	fuzz_same_text(rec, &again);
	free(longer);
	free(buf);
	free(blocks);
}

/* Cut anywhere it is no record. */
static void check_cut(const struct syscall_record *rec, u32 where)
{
	struct syscall_block *blocks = fuzz_room(MAX_BLOCKS * sizeof(*blocks));
	struct syscall_record again;
	size_t size, cut;
	u8 *buf = fuzz_pack_record(rec, 5, &size), *part;
	u64 id;

	cut = where % size;
	part = fuzz_copy(buf, cut);
	HOLDS(syscall_packed_record(part, cut, &again, blocks, MAX_BLOCKS, &id) == -EINVAL,
	      "%zu of %zu", cut, size);
	if (cut >= sizeof(struct syscall_trace_record)) {
		((struct syscall_trace_record *)part)->size = cut;
		HOLDS(syscall_packed_record(part, cut, &again, blocks, MAX_BLOCKS, &id) == -EINVAL,
		      "%zu of %zu", cut, size);
	}
	free(part);
	free(buf);
	free(blocks);
}

/* What is shown can be given back as it is, and changes nothing. */
static void give_back(const struct syscall_record *rec)
{
	struct fuzz_parsed parsed;
	size_t len;
	char *text = fuzz_format(rec, true, &len);
	int want = rec->call.nr > SYSCALL_NR_MAX ? -ERANGE : 0;

	/* A thread without an id cannot be named. */
	if (!rec->tid)
		want = -ERANGE;
	len--;
	fuzz_parse_text(&parsed, text, len, rec, 0);
	HOLDS(parsed.ret == want, "%d, %s at %u: %.*s", parsed.ret,
	      parsed.ret ? parsed.err.text : "", parsed.err.column, (int)len, text);
	if (!parsed.ret) {
		HOLDS(parsed.cmd.verb == SYSCALL_VERB_REWRITE && parsed.tid == rec->tid,
		      "%.*s", (int)len, text);
		HOLDS(!memcmp(&parsed.cmd.call, &rec->call, sizeof(rec->call)) &&
		      !parsed.cmd.nr_fresh, "%.*s", (int)len, text);
		fuzz_repeat(&parsed.cmd, rec);
	}
	free(parsed.memory);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct maker m;
	u32 where;

	memset(&m.rec, 0, sizeof(m.rec));
	m.at = data;
	m.bytes = data;
	m.left = size;
	where = byte(&m) * 8;
	make_record(&m);
	check_text(&m.rec);
	check_packed(&m.rec, where % 32);
	check_cut(&m.rec, where * 3 + size);
	if (m.rec.kind == SYSCALL_RECORD_ENTRY)
		give_back(&m.rec);
	return 0;
}
