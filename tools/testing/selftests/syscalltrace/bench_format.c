// SPDX-License-Identifier: GPL-2.0
/*
 * Lines like those of strace, from records of /proc/<pid>/syscall:
 *
 *	1234 write(1, "some words\n", 11) = 11
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench_tracer.h"
#include "../../../../lib/syscall_desc.c"

#define OUTPUT_ROOM	(64UL << 10)
#define LINE_ROOM	8192
#define MAX_THREADS	4096	/* that are told apart at a time */

/**
 * struct held - a call that has no result yet
 * @tid: thread, 0 if there is none
 * @len: bytes in @text
 * @ret: how to read the result
 * @text: its line so far
 */
struct held {
	__u32 tid;
	__u32 len;
	__u8 ret;
	char text[LINE_ROOM];
};

static int output = STDOUT_FILENO;
static char out[OUTPUT_ROOM];
static size_t out_len;
static struct held *held[MAX_THREADS];

/* -------------------------------- the output ------------------------------ */

bool open_output(const char *path)
{
	if (path)
		output = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	return output >= 0;
}

static void flush(void)
{
	const char *p = out;
	ssize_t n;

	while (out_len && (n = write(output, p, out_len)) > 0) {
		p += n;
		out_len -= n;
	}
	out_len = 0;
}

/* Room for @len more bytes, which are not more than a line. */
static char *room(size_t len)
{
	if (out_len + len > OUTPUT_ROOM)
		flush();
	return out + out_len;
}

/* ------------------------------ pieces of a line -------------------------- */

/*
 * These put something at @p and return where it ends. Before the end of a line there is
 * always room for what is short; strings look where it is.
 */
static char *put_bytes(char *p, const char *from, size_t len)
{
	memcpy(p, from, len);
	return p + len;
}

#define PUT(p, literal)	put_bytes(p, literal, sizeof(literal) - 1)

static char *put_word(char *p, const char *word)
{
	return put_bytes(p, word, strlen(word));
}

static char *put_unsigned(char *p, u64 value)
{
	char digits[20];
	unsigned int n = 0;

	do {
		digits[n++] = '0' + value % 10;
		value /= 10;
	} while (value);
	while (n)
		*p++ = digits[--n];
	return p;
}

static char *put_signed(char *p, s64 value)
{
	if (value >= 0)
		return put_unsigned(p, value);
	*p++ = '-';
	return put_unsigned(p, -(u64)value);
}

static char *put_hex(char *p, u64 value)
{
	unsigned int shift = value ? (63 - __builtin_clzll(value)) & ~3 : 0;

	p = PUT(p, "0x");
	for (;; shift -= 4) {
		*p++ = "0123456789abcdef"[(value >> shift) & 15];
		if (!shift)
			return p;
	}
}

static char *put_octal(char *p, u64 value)
{
	unsigned int n = 1;

	while (n < 7 && value >> (3 * n))
		n++;
	*p++ = '0';
	while (n--)
		*p++ = '0' + ((value >> (3 * n)) & 7);
	return p;
}

static char *put_escaped(char *p, unsigned char c)
{
	static const char short_ones[] = "\"\"\\\\\nn\tt\rr";
	const char *s;

	*p++ = '\\';
	for (s = short_ones; *s; s += 2) {
		if (c == (unsigned char)*s) {
			*p++ = s[1];
			return p;
		}
	}
	*p++ = '0' + (c >> 6);
	*p++ = '0' + ((c >> 3) & 7);
	*p++ = '0' + (c & 7);
	return p;
}

/* @end: of the room for it; what does not fit is left out. */
static char *put_string(char *p, const char *end, const unsigned char *s, size_t len, bool more)
{
	*p++ = '"';
	for (; len && end - p > 8; len--, s++) {
		if (*s >= ' ' && *s < 0x7f && *s != '"' && *s != '\\')
			*p++ = *s;
		else
			p = put_escaped(p, *s);
	}
	*p++ = '"';
	if (more || len)
		p = PUT(p, "...");
	return p;
}

/* ------------------------- calls that have no result yet ------------------ */

static struct held *slot_of(__u32 tid)
{
	struct held **slot = &held[tid % MAX_THREADS];

	if (!*slot)
		*slot = calloc(1, sizeof(**slot));
	if (!*slot)
		abort();
	return *slot;
}

/* That will not have one any more, or is in the way. */
static void give_up_result(struct held *h)
{
	char *p = room(LINE_ROOM + 16);

	if (h->tid) {
		p = put_bytes(p, h->text, h->len);
		out_len = PUT(p, ") = ?\n") - out;
	}
	h->tid = 0;
}

void close_output(void)
{
	unsigned int i;

	for (i = 0; i < MAX_THREADS; i++)
		if (held[i])
			give_up_result(held[i]);
	flush();
}

static struct held *hold(__u32 tid)
{
	struct held *h = slot_of(tid);

	give_up_result(h);
	h->tid = tid;
	return h;
}

/* The begin of the line that now gets its end. */
static char *take_held(__u32 tid, char *p)
{
	struct held *h = slot_of(tid);

	if (h->tid != tid)
		return PUT(put_unsigned(p, tid), " ?(");
	h->tid = 0;
	return put_bytes(p, h->text, h->len);
}

/* ------------------------------ from the text form ------------------------ */

static void end_text(__u32 tid, const char *text, size_t len)
{
	char *p = take_held(tid, room(2 * LINE_ROOM));

	if (len > LINE_ROOM - 16)
		len = LINE_ROOM - 16;
	if (!strncmp(text, "done ", 5)) {
		text += 5;
		len -= 5;
	}
	if (*text == 'o') {
		p = PUT(p, ") = ");
		p = put_bytes(p, text + 3, len - 3);
	} else {
		p = PUT(p, ") = -1 ");
		p = put_bytes(p, text + 5, len - 5);
	}
	*p++ = '\n';
	out_len = p - out;
}

/* @text: without thread id and newline. Is it a call, and not the result of one? */
bool text_of_call(const char *tid, const char *text, size_t len)
{
	__u32 number = strtoul(tid, NULL, 10);
	struct held *h;
	size_t name;
	char *p;

	if (!strncmp(text, "ok ", 3) || !strncmp(text, "fail ", 5) ||
	    !strncmp(text, "done ", 5)) {
		end_text(number, text, len);
		return false;
	}
	h = hold(number);
	p = put_bytes(h->text, tid, text - tid);
	if (len > LINE_ROOM - 32)
		len = LINE_ROOM - 32;
	for (name = 0; name < len && text[name] != ' '; name++)
		;
	p = put_bytes(p, text, name);
	*p++ = '(';
	if (name < len)
		p = put_bytes(p, text + name + 1, len - name - 1);
	h->len = p - h->text;
	return true;
}

/* ----------------------------- from the packed form ----------------------- */

static const struct syscall_trace_block *next_block(const struct syscall_trace_block *b)
{
	return (const void *)((const char *)(b + 1) + ((b->len + 7) & ~7U));
}

static char *put_block(char *p, const char *end, const struct syscall_trace_block *b)
{
	switch (b->kind) {
	case SYSCALL_TRACE_BYTES:
		return put_string(p, end, (const void *)(b + 1), b->len,
				  b->flags & SYSCALL_TRACE_MORE);
	case SYSCALL_TRACE_POINTER:
		return b->addr ? put_hex(p, b->addr) : PUT(p, "NULL");
	case SYSCALL_TRACE_LIST:
		return PUT(p, "[");
	case SYSCALL_TRACE_LIST_END:
		return b->flags & SYSCALL_TRACE_MORE ? PUT(p, "...]") : PUT(p, "]");
	case SYSCALL_TRACE_STRUCT:
		return PUT(p, "{");
	default:
		return PUT(p, "}");
	}
}

static bool opens(const struct syscall_trace_block *b)
{
	return b->kind == SYSCALL_TRACE_LIST || b->kind == SYSCALL_TRACE_STRUCT;
}

static bool closes(const struct syscall_trace_block *b)
{
	return b->kind == SYSCALL_TRACE_LIST_END || b->kind == SYSCALL_TRACE_STRUCT_END;
}

/* All of one argument; @nr: how many there are left of any. Moves both on. */
static char *put_blocks(char *p, const char *end, const struct syscall_trace_block **block,
			unsigned int *nr)
{
	const struct syscall_trace_block *b = *block, *last = NULL;
	__u8 arg = b->arg;

	for (; *nr && b->arg == arg && end - p > 64; --*nr, last = b, b = next_block(b)) {
		if (last && !opens(last) && !closes(b))
			p = PUT(p, ", ");
		p = put_block(p, end, b);
	}
	/* There was no room for the rest. */
	for (; *nr && b->arg == arg; --*nr)
		b = next_block(b);
	*block = b;
	return p;
}

static char *put_number(char *p, u8 kind, u64 value)
{
	switch (kind) {
	case SYSCALL_ARG_FD:
	case SYSCALL_ARG_INT:
	case SYSCALL_ARG_LONG:
		return put_signed(p, value);
	case SYSCALL_ARG_UINT:
	case SYSCALL_ARG_SIZE:
		return put_unsigned(p, value);
	case SYSCALL_ARG_MODE:
		return put_octal(p, value);
	case SYSCALL_ARG_FLAGS:
	case SYSCALL_ARG_LFLAGS:
		return put_hex(p, value);
	default:
		return value ? put_hex(p, value) : PUT(p, "NULL");
	}
}

static const struct syscall_trace_block *blocks_of(const struct syscall_trace_record *r)
{
	return (const void *)((const char *)r + r->head);
}

/* Up to the last argument. @blocks: those from before the call, @nr of them */
static char *put_call(char *p, const char *end, const struct syscall_trace_record *r,
		      const struct syscall_trace_block **blocks, unsigned int nr)
{
	struct syscall_call call = { .abi = r->abi, .nr = r->nr };
	unsigned int i, word = syscall_abi_word(r->abi);
	const struct syscall_desc *desc;

	memcpy(call.args, r->args, sizeof(call.args));
	desc = syscall_describe(&call);
	p = put_unsigned(p, r->tid);
	*p++ = ' ';
	if (r->abi)
		p = PUT(put_word(p, syscall_abi_name(r->abi)), ":");
	if (desc)
		p = put_word(p, desc->name);
	else
		p = put_unsigned(PUT(p, "syscall_"), r->nr);
	*p++ = '(';
	for (i = 0; i < (desc ? desc->nr_args : SYSCALL_MAX_ARGS); i++) {
		u8 kind = desc ? desc->args[i].kind : SYSCALL_ARG_PTR;

		if (i)
			p = PUT(p, ", ");
		if (nr && (*blocks)->arg == i)
			p = put_blocks(p, end, blocks, &nr);
		else
			p = put_number(p, kind, syscall_arg_value(kind, word, call.args[i]));
	}
	return p;
}

static char *put_result(char *p, const char *end, const struct syscall_trace_record *r, u8 ret,
			const struct syscall_trace_block *block, unsigned int nr)
{
	const char *name;

	p = PUT(p, ") = ");
	if (r->duration == SYSCALL_TRACE_NO_RESULT)
		return PUT(p, "?\n");
	if (r->ret < 0 && r->ret >= -4095) {
		name = strerrorname_np(-r->ret);
		p = PUT(p, "-1 ");
		p = name ? put_word(p, name) : put_unsigned(p, -r->ret);
	} else {
		p = ret == SYSCALL_RET_ADDR ? put_hex(p, r->ret) : put_signed(p, r->ret);
	}
	while (nr && end - p > 128) {
		p = PUT(put_unsigned(PUT(p, ", "), block->arg + 1), " ");
		p = put_blocks(p, end, &block, &nr);
	}
	return PUT(p, "\n");
}

static u8 kind_of_result(const struct syscall_trace_record *r)
{
	const struct syscall_desc *desc = syscall_desc(r->abi, r->nr);

	return desc ? desc->ret : SYSCALL_RET_INT;
}

/* Calls and their results, whether they come together or not. */
void packed_record(const struct syscall_trace_record *r)
{
	const struct syscall_trace_block *block = blocks_of(r);
	struct held *h;
	char *p, *end;

	switch (r->type) {
	case SYSCALL_TRACE_ENTRY:
		h = hold(r->tid);
		end = h->text + LINE_ROOM - 256;
		h->len = put_call(h->text, end, r, &block, r->nr_blocks) - h->text;
		break;
	case SYSCALL_TRACE_EXIT:
	case SYSCALL_TRACE_RESULT:
		p = room(2 * LINE_ROOM);
		end = p + 2 * LINE_ROOM - 256;
		p = take_held(r->tid, p);
		p = put_result(p, end, r, kind_of_result(r), block, r->nr_blocks);
		out_len = p - out;
		break;
	case SYSCALL_TRACE_LOG:
		p = room(2 * LINE_ROOM);
		end = p + LINE_ROOM;
		p = put_call(p, end, r, &block, r->nr_in);
		end += LINE_ROOM - 256;
		p = put_result(p, end, r, kind_of_result(r), block, r->nr_blocks - r->nr_in);
		out_len = p - out;
		break;
	}
}
