/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the text form and the packed form of /proc/<pid>/syscall share.
 */
#ifndef _FS_PROC_SYSCALL_TRACE_H
#define _FS_PROC_SYSCALL_TRACE_H

#include <linux/fs.h>
#include <linux/mutex.h>
#include <linux/syscall_text.h>
#include <linux/syscall_trace.h>
#include <uapi/linux/syscall_trace.h>

/**
 * struct strace_file - an open file
 * @layer: the tracer, or the console that its reader found; NULL for who writes
 *	to the console, which may come and go; constant, as poll() needs it
 * @console: whether this is the console; constant
 * @one_thread: for one thread instead of the whole process; constant
 * @packed: what is read and written is packed; written under @lock
 * @many: several stops may be out, as it is, or as SYSCALL_TRACE_EXCHANGE was used
 * @done: the console's record was read to its end; under @lock
 * @last: the stop that was fetched last; under @lock
 * @spare: memory for the next call; who takes it exchanges it for NULL
 * @lock: covers what says so; not held while waiting for records
 * @text: text of records that were fetched; under @lock
 * @size: room in @text; under @lock
 * @len: bytes in @text; written under @lock
 * @pos: bytes of @text that were read; under @lock
 */
struct strace_file {
	struct strace_layer *layer;
	bool console;
	bool one_thread;
	bool packed;
	bool many;
	bool done;
	u64 last;
	struct strace_scratch *spare;
	struct mutex lock; /* see above */
	char *text;
	size_t size;
	size_t len;
	size_t pos;
};

/**
 * struct strace_line - a line, or a packed answer, that is being carried out
 * @sf: the file it was written to
 * @file: likewise
 * @layer: the file's layer; the console with a reference, NULL if there is none
 * @tid: the thread id, or 0; of a stop that is there, its thread
 * @id: the stop that is answered
 * @shown: what was shown of it
 * @has_shown: there is one
 * @start: where the command starts, behind the thread id
 * @hand_over: the writer will sleep next if there is nothing to read
 * @permitted: the writer may still use the console, if it is one
 * @cmd: the command
 * @err: why the line is refused
 */
struct strace_line {
	struct strace_file *sf;
	struct file *file;
	struct strace_layer *layer;
	u32 tid;
	u64 id;
	struct strace_report shown;
	bool has_shown;
	size_t start;
	bool hand_over;
	bool permitted;
	struct syscall_command cmd;
	struct syscall_text_error err;
};

/**
 * struct strace_scratch - what a call needs, and too much for the stack
 * @line: what is being written
 * @report: what is being read
 * @head: likewise, packed
 * @few: what is written, if it is short
 */
struct strace_scratch {
	struct strace_line line;
	struct strace_report report;
	struct syscall_trace_record head;
	u64 few[16];
};

struct strace_scratch *syscall_trace_take_scratch(struct file *file);
void syscall_trace_put_scratch(struct file *file, struct strace_scratch *scratch);

int syscall_trace_check(struct strace_line *line);
int syscall_trace_refuse(struct strace_line *line, int err, const char *text);
int syscall_trace_run(struct strace_line *line);
bool syscall_trace_needs_stop(u32 verb);

ssize_t syscall_trace_write_packed(struct strace_scratch *scratch, const void __user *from,
				   size_t len);
ssize_t syscall_trace_read_packed(struct file *file, struct strace_scratch *scratch,
				  void __user *to, size_t len);
long syscall_trace_ioctl(struct file *file, unsigned int cmd, unsigned long arg);

#endif /* _FS_PROC_SYSCALL_TRACE_H */
