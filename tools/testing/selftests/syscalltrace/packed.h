/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the tests of the packed form of /proc/<pid>/syscall share: answers that are
 * put together, and records that are taken apart.
 */
#ifndef _SYSCALLTRACE_PACKED_H
#define _SYSCALLTRACE_PACKED_H

#include <stddef.h>
#include <sys/ioctl.h>

#include "../../../../include/uapi/linux/syscall_trace.h"
#include "common.h"

/**
 * struct batch - answers to be given, or records that were got
 * @len: bytes
 * @pos: where the next record is
 * @words: they
 */
struct batch {
	size_t len;
	size_t pos;
	__u64 words[1 << 15];
};

/* ---------------------------------- answers ------------------------------ */

/* Add an answer with a header of @head bytes, without blocks. @stop: NULL for a line */
static inline struct syscall_trace_answer *
add_head(struct batch *b, unsigned int verb, const struct syscall_trace_record *stop, __s64 value,
	 unsigned int head)
{
	struct syscall_trace_answer *a = (void *)((char *)b->words + b->len);

	memset(a, 0, head);
	a->size = head;
	a->verb = verb;
	a->head = head;
	a->id = stop ? stop->id : 0;
	a->tid = stop ? stop->tid : 0;
	a->value = value;
	b->len += head;
	return a;
}

static inline struct syscall_trace_answer *
add_answer(struct batch *b, unsigned int verb, const struct syscall_trace_record *stop, __s64 value)
{
	return add_head(b, verb, stop, value, SYSCALL_TRACE_ANSWER_SHORT);
}

static inline struct syscall_trace_answer *
add_whole(struct batch *b, unsigned int verb, const struct syscall_trace_record *stop, __s64 value)
{
	return add_head(b, verb, stop, value, sizeof(struct syscall_trace_answer));
}

/* To the answer that was added last. */
static inline void add_block(struct batch *b, struct syscall_trace_answer *a, unsigned int kind,
			     unsigned int arg, const void *bytes, size_t len)
{
	struct syscall_trace_block *block = (void *)((char *)b->words + b->len);
	size_t padded = (len + 7) & ~7UL;

	memset(block, 0, sizeof(*block) + padded);
	block->len = len;
	block->kind = kind;
	block->arg = arg;
	memcpy(block + 1, bytes, len);
	a->size += sizeof(*block) + padded;
	a->nr_blocks++;
	b->len += sizeof(*block) + padded;
}

static inline void add_text(struct batch *b, struct syscall_trace_answer *a, unsigned int arg,
			    const char *text)
{
	add_block(b, a, SYSCALL_TRACE_BYTES, arg, text, strlen(text));
}

static inline void add_line(struct batch *b, const char *line)
{
	add_text(b, add_answer(b, SYSCALL_TRACE_LINE, NULL, 0), 0, line);
}

/* Write all answers; return 0 or the errno, or -1 if only some took effect. */
static inline int give(int fd, struct batch *b)
{
	ssize_t done = write(fd, b->words, b->len);

	if (done < 0)
		return errno;
	return done == (ssize_t)b->len ? 0 : -1;
}

static inline int answer(int fd, unsigned int verb, const struct syscall_trace_record *stop,
			 __s64 value)
{
	static struct batch b;

	b.len = 0;
	add_answer(&b, verb, stop, value);
	return give(fd, &b);
}

/* A line of text, in an answer. */
static inline int command_line(int fd, const char *line)
{
	static struct batch b;

	b.len = 0;
	add_line(&b, line);
	return give(fd, &b);
}

#define ASSERT_ANSWER(error, verb, stop, value)					\
	ASSERT_EQ(error, answer(self->fd, SYSCALL_TRACE_##verb, stop, value))
#define EXPECT_ANSWER(error, verb, stop, value)					\
	EXPECT_EQ(error, answer(self->fd, SYSCALL_TRACE_##verb, stop, value))

/* ---------------------------------- records ------------------------------ */

/* The next of the records that were got; NULL if there is none, or it is not whole. */
static inline const struct syscall_trace_record *next_record(struct batch *b)
{
	const struct syscall_trace_record *r = (void *)((char *)b->words + b->pos);

	if (b->len - b->pos < sizeof(*r) || r->size < sizeof(*r) || r->size % 8 ||
	    r->size > b->len - b->pos || r->head != sizeof(*r))
		return NULL;
	b->pos += r->size;
	return r;
}

/* Read into at most @room bytes. Return 0 or the errno. */
static inline int read_batch(int fd, struct batch *b, size_t room)
{
	ssize_t len = read(fd, b->words, room < sizeof(b->words) ? room : sizeof(b->words));

	b->pos = 0;
	b->len = len < 0 ? 0 : len;
	return len < 0 ? errno : 0;
}

static inline unsigned int count_records(struct batch *b)
{
	size_t pos = b->pos;
	unsigned int n = 0;

	while (next_record(b))
		n++;
	b->pos = pos;
	return n;
}

/* Answer, and get records. Return their number, or a negative errno. */
static inline int exchange(int fd, struct batch *answers, struct batch *records, __s64 timeout)
{
	struct syscall_trace_exchange x = {
		.answers = (unsigned long)(answers ? answers->words : NULL),
		.answers_len = answers ? answers->len : 0,
		.records = (unsigned long)records->words,
		.records_len = sizeof(records->words),
		.timeout = timeout,
	};
	int n = ioctl(fd, SYSCALL_TRACE_EXCHANGE, &x);
	int err = errno;

	if (answers)
		answers->len = x.answers_len;
	records->pos = 0;
	records->len = n < 0 ? 0 : x.records_len;
	return n < 0 ? -err : n;
}

/* Add one block to @text; return where the next one is, NULL if it is broken. */
static inline const char *print_block(FILE *text, const char *at, const char *end)
{
	const struct syscall_trace_block *block = (const void *)at;
	const char *bytes = (const char *)(block + 1);
	size_t padded, i;

	if (end - at < (ptrdiff_t)sizeof(*block) || block->reserved)
		return NULL;
	padded = (block->len + 7UL) & ~7UL;
	if ((size_t)(end - bytes) < padded)
		return NULL;
	for (i = block->len; i < padded; i++)
		if (bytes[i])
			return NULL;
	switch (block->kind) {
	case SYSCALL_TRACE_BYTES:
		fprintf(text, "%u\"%.*s\"", block->arg, (int)block->len, bytes);
		break;
	case SYSCALL_TRACE_POINTER:
		fprintf(text, "%u@%llx", block->arg, block->addr);
		break;
	default:
		fprintf(text, "%u%c", block->arg, "[]{}"[block->kind - SYSCALL_TRACE_LIST]);
	}
	fputs(block->flags & SYSCALL_TRACE_MORE ? "... " : " ", text);
	return bytes + padded;
}

/* All blocks of a record, as 1"text" 2[ 2"text" 2] and so on. */
static inline const char *blocks_of(const struct syscall_trace_record *r)
{
	static char text[1 << 17];
	const char *at = (const char *)r + r->head, *end = (const char *)r + r->size;
	FILE *f = fmemopen(text, sizeof(text), "w");
	unsigned int i;

	text[0] = '\0';
	for (i = 0; at && i < r->nr_blocks; i++)
		at = print_block(f, at, end);
	if (at != end || r->reserved)
		fputs("broken", f);
	fclose(f);
	return text;
}

/* The one record that there is must be a @type_; it stays in @b. */
#define ASSERT_RECORD(type_, b)							\
({										\
	const struct syscall_trace_record *r_;							\
										\
	ASSERT_EQ(0, read_batch(self->fd, b, sizeof((b)->words)));		\
	ASSERT_EQ(1, count_records(b));						\
	r_ = next_record(b);							\
	ASSERT_EQ(SYSCALL_TRACE_##type_, r_->type);				\
	r_;									\
})

/* Likewise, copied: the header of a stop, to be answered. */
#define ASSERT_STOP(type_, b)							\
({										\
	const struct syscall_trace_record *s_ = ASSERT_RECORD(type_, b);	\
										\
	ASSERT_NE(0, s_->id);							\
	*s_;									\
})

/* Wait until thread @tid of process @pid sleeps. */
static inline void wait_for_sleep(pid_t pid, pid_t tid, const char *states)
{
	char path[64], line[512], *p;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/stat", pid, tid);
	for (;;) {
		f = fopen(path, "r");
		if (!f)
			return;
		p = fgets(line, sizeof(line), f) ? strrchr(line, ')') : NULL;
		fclose(f);
		if (p && strchr(states, p[2]))
			return;
		sched_yield();
	}
}

/* Wait until thread @tid of this process sleeps in call @nr. */
static inline void wait_for_call(pid_t tid, int nr)
{
	char path[64], line[256] = "";
	FILE *f;

	snprintf(path, sizeof(path), "/proc/self/task/%d/syscall", tid);
	do {
		sched_yield();
		f = fopen(path, "r");
		if (!f)
			return;
		if (!fgets(line, sizeof(line), f))
			line[0] = '\0';
		fclose(f);
	} while (line[0] < '0' || line[0] > '9' || atoi(line) != nr);
}

/* Does the process end within @ms milliseconds? It is not reaped. */
static inline bool ends_within(pid_t pid, int ms)
{
	struct pollfd p = { .fd = syscall(SYS_pidfd_open, pid, 0), .events = POLLIN };
	bool ended = poll(&p, 1, ms) == 1;

	close(p.fd);
	return ended;
}

#endif /* _SYSCALLTRACE_PACKED_H */
