/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The text form of /proc/<pid>/syscall: records out, commands in.
 *
 * Pure functions: nothing sleeps, allocates or takes a lock, and all of it
 * builds in user space too.
 */
#ifndef _LINUX_SYSCALL_TEXT_H
#define _LINUX_SYSCALL_TEXT_H

#include <linux/syscall_record.h>

/* Longest line that is understood, with its newline. */
#define SYSCALL_LINE_MAX	65536

/**
 * struct syscall_text_error - why a line was refused
 * @column: where in the line, the first character is 1
 * @text: a constant sentence
 */
struct syscall_text_error {
	u32 column;
	const char *text;
};

size_t syscall_text_format(char *buf, size_t size,
			   const struct syscall_record *rec, bool with_tid);
int syscall_text_take_tid(char *line, size_t len, u32 *tid, size_t *used,
			  struct syscall_text_error *err);
int syscall_text_plain(const char *command, size_t len);
int syscall_text_parse(char *line, size_t len, size_t start,
		       const struct syscall_record *shown,
		       struct syscall_command *cmd,
		       struct syscall_text_error *err);

#endif /* _LINUX_SYSCALL_TEXT_H */
