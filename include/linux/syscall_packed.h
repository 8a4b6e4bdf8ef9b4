/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The packed form of /proc/<pid>/syscall: records out, answers in.
 *
 * Pure functions: nothing sleeps, allocates or takes a lock, and all of it
 * builds in user space too. Buffers begin at a multiple of 8 bytes.
 */
#ifndef _LINUX_SYSCALL_PACKED_H
#define _LINUX_SYSCALL_PACKED_H

#include <linux/syscall_record.h>
#include <linux/syscall_text.h>
#include <uapi/linux/syscall_trace.h>

/**
 * syscall_packed_is_plain - is this an answer that can be understood without its stop?
 * @buf: the answer
 * @len: bytes from there on
 *
 * Context: Any.
 * Return: true for a cont, step or report of SYSCALL_TRACE_ANSWER_SHORT bytes; then
 * syscall_packed_next() has no objections.
 */
static inline bool syscall_packed_is_plain(const void *buf, size_t len)
{
	const struct syscall_trace_answer *head = buf;

	return len >= SYSCALL_TRACE_ANSWER_SHORT && head->size == SYSCALL_TRACE_ANSWER_SHORT &&
	       head->head == SYSCALL_TRACE_ANSWER_SHORT && !head->nr_blocks && !head->reserved &&
	       head->verb <= SYSCALL_TRACE_REPORT && !head->value;
}

size_t syscall_packed_size(const struct syscall_record *rec);
void syscall_packed_head(struct syscall_trace_record *to, const struct syscall_record *rec,
			 u64 id, u32 size);
size_t syscall_packed_block(struct syscall_trace_block *to, const struct syscall_record *rec,
			    u32 nr, const u8 **bytes, u32 *len);
int syscall_packed_record(const void *buf, size_t len, struct syscall_record *rec,
			  struct syscall_block *blocks, u32 max_blocks, u64 *id);

int syscall_packed_next(const void *buf, size_t len, u32 *size,
			struct syscall_text_error *err);
int syscall_packed_peek(const void *buf, u32 size, u64 *id, u32 *tid, u32 *verb);
int syscall_packed_parse(void *buf, u32 size, const struct syscall_record *shown,
			 struct syscall_command *cmd, struct syscall_text_error *err);
int syscall_packed_line(void *buf, u32 size, char **line, u32 *len,
			struct syscall_text_error *err);
size_t syscall_packed_answer(void *buf, size_t size, const struct syscall_command *cmd,
			     u64 id, u32 tid);

#endif /* _LINUX_SYSCALL_PACKED_H */
