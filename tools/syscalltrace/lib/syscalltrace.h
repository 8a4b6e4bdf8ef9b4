/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libsyscalltrace: tracing system calls with /proc/<pid>/syscall.
 *
 * A tracer is a struct sct. Open one on a process (sct_open()) or start a program
 * under one (sct_spawn()), say what it shall see (sct_command()), then take records
 * (sct_next()) and answer those that are stops (sct_cont() and so on). See
 * libsyscalltrace(3); what records and verbs mean is in the kernel's
 * Documentation/userspace-api/syscall_trace.rst, their structs are in
 * <linux/syscall_trace.h>.
 *
 * The library has no global state, no threads and no signal handlers. A struct sct
 * is to be used by one thread at a time. Functions that can fail return a negative
 * errno; sct_error() then has a sentence for people.
 */
#ifndef SYSCALLTRACE_H
#define SYSCALLTRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <linux/syscall_trace.h>

#ifdef __cplusplus
extern "C" {
#endif

struct sct;

/* ------------------------------ open and close ---------------------------- */

/* Flags of sct_open() and sct_spawn() */
#define SCT_TEXT	0x1	/* lines of text: sct_read_line() and sct_write_line() only */
#define SCT_THREAD	0x2	/* sct_open(): of one thread, not of its process */

/**
 * sct_open - open a tracer on a process
 * @t: set to the tracer
 * @pid: the process; with SCT_THREAD the thread
 * @flags: SCT_TEXT, SCT_THREAD
 *
 * Nothing stops until sct_command() has written "trace".
 *
 * Return: 0, or a negative errno: -ENOENT no such process, -EACCES or -EPERM not
 * permitted, -EOPNOTSUPP the kernel lacks the feature, or it is switched off. Then @t
 * has, unless it is NULL for want of memory, nothing but sct_error() to be used for,
 * and sct_close().
 */
int sct_open(struct sct **t, pid_t pid, unsigned int flags);

/**
 * struct sct_program - a program to start
 * @path: its path, or a name to be searched for in $PATH; NULL: as argv[0]
 * @argv: its arguments
 * @envp: its environment; NULL: that of the caller
 * @settings: lines of sct_command() to be written before it runs, each with a newline, or NULL.
 *	"trace" is not among them
 * @prepare: called in the new process before it executes the program, for dup2(),
 *	setuid(), personality() and the like; its result, if it is not 0, ends the
 *	process with that exit status. It must not close descriptors it knows nothing of.
 *	May be NULL
 * @data: given to @prepare
 */
struct sct_program {
	const char *path;
	char *const *argv;
	char *const *envp;
	const char *settings;
	int (*prepare)(void *data);
	void *data;
};

/**
 * sct_spawn - start a program under a tracer
 * @t: set to the tracer
 * @program: what to start
 * @flags: SCT_TEXT
 * @pid: set to its process, which the caller has to wait for
 *
 * The tracer is armed for execve alone ("trace execve"), and the first record is the
 * stop before the program's own execve: nothing earlier is seen, neither of the caller
 * nor of @prepare. When this returns the program is there. Say what shall be traced
 * with sct_command(), and answer it; whether it could be executed tells its EXIT after
 * sct_step(), or exit status 127. A rule among the settings may let it run without a stop.
 *
 * The program has no descriptor of the library's, and the caller's mask and handlers of
 * signals are as they were. $PATH is that of the caller. As the record of the stop waits
 * in the library, call sct_next() before waiting for sct_fd().
 *
 * Return: as sct_open(); also -ENOENT, -EACCES and the like for the program, -ECHILD if
 * @prepare failed, and those of sct_command(). Then there is no process.
 */
int sct_spawn(struct sct **t, const struct sct_program *program, unsigned int flags, pid_t *pid);

/**
 * sct_close - close a tracer
 * @t: the tracer, or NULL
 *
 * What was queued is sent. What is stopped gets what "onclose" says, by default
 * it goes on. The child of a fork() must not call it for its parent's tracer.
 */
void sct_close(struct sct *t);

/**
 * sct_fd - the descriptor, for poll() and epoll
 * @t: the tracer
 *
 * Call sct_next() with a timeout of 0 until it returns -EAGAIN before waiting for it:
 * records may wait in the library, and answers too.
 *
 * Return: the descriptor; it stays the tracer's.
 */
int sct_fd(const struct sct *t);

/**
 * sct_error - a sentence on why the last function failed
 * @t: the tracer
 *
 * Return: one line without a newline that says what, why and what to do; it is there
 * until the next call.
 */
const char *sct_error(const struct sct *t);

/**
 * sct_command - write a line that is no answer: a setting, or "trace"
 * @t: the tracer
 * @format: as of printf(), without a newline
 *
 * It is sent at once, behind what is queued. "packed" is the library's own business
 * (-EINVAL).
 *
 * Return: 0 or a negative errno: that of the kernel, whose sentence and column
 * sct_error() has.
 */
int sct_command(struct sct *t, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* --------------------------------- records -------------------------------- */

/**
 * sct_next - send what was answered, and take the next record
 * @t: the tracer
 * @record: set to it; there until the next call of sct_next()
 * @timeout: nanoseconds to wait; 0: do not wait; negative: for ever
 *
 * One system call, and none if there still are records from the last. What was queued
 * is sent by the call that finds no record left, not before. An answer to a stop that has ended
 * meanwhile is dropped.
 *
 * Return: 1; 0 when all that was traced has ended; or a negative errno: -EAGAIN
 * nothing there (@timeout 0), -ETIME, -EINTR, -EPERM the tracer was taken off, or
 * that of an answer that was refused: the first, if several were; it is dropped, and its
 * stop can be answered again.
 */
int sct_next(struct sct *t, const struct syscall_trace_record **record, int64_t timeout);

/**
 * sct_flush - send what was answered
 * @t: the tracer
 *
 * Return: 0, or a negative errno of the first answer that was refused; it is dropped,
 * and those behind it are sent all the same.
 */
int sct_flush(struct sct *t);

/**
 * sct_block - the blocks of a record, one after the other
 * @record: the record
 * @block: the last one; NULL at first
 *
 * Return: the next, NULL if there is none.
 */
const struct syscall_trace_block *sct_block(const struct syscall_trace_record *record,
					    const struct syscall_trace_block *block);

/**
 * sct_bytes - what is in a block of SYSCALL_TRACE_BYTES
 * @block: the block
 *
 * Return: its bytes, @block->len of them.
 */
static inline const void *sct_bytes(const struct syscall_trace_block *block)
{
	return block + 1;
}

/**
 * sct_arg - what an argument points to, if that is one buffer or string
 * @record: the record: ENTRY, or what it wrote of EXIT, RESULT and LOG
 * @arg: number of the argument, from 0
 * @len: set to its bytes
 *
 * Of a LOG with both it is what the call read; walk the blocks for the rest.
 * The zero behind a string is not one of its bytes, and may not be there at all.
 *
 * Return: the bytes; NULL if they are not shown.
 */
const void *sct_arg(const struct syscall_trace_record *record, unsigned int arg, size_t *len);

/**
 * sct_arg_out - what a call wrote behind an argument
 * @record: EXIT, RESULT or LOG, after "out on"
 * @arg: number of the argument, from 0
 * @len: set to its bytes
 *
 * Return: the bytes; NULL if they are not shown.
 */
const void *sct_arg_out(const struct syscall_trace_record *record, unsigned int arg, size_t *len);

/* --------------------------------- answers -------------------------------- */

/*
 * To a stop. These are queued, and sent by sct_next(), sct_flush() and sct_close().
 * Of @stop its header is enough, as copied from the record.
 * Return: 0, -ENOMEM, or -EINVAL if the record is no stop.
 */
int sct_cont(struct sct *t, const struct syscall_trace_record *stop);
int sct_step(struct sct *t, const struct syscall_trace_record *stop);
int sct_report(struct sct *t, const struct syscall_trace_record *stop);
int sct_discard(struct sct *t, const struct syscall_trace_record *stop);
int sct_deliver(struct sct *t, const struct syscall_trace_record *stop, int signal);
/* @result: a negative errno for a failure */
int sct_skip(struct sct *t, const struct syscall_trace_record *stop, int64_t result);
int sct_return(struct sct *t, const struct syscall_trace_record *stop, int64_t result);

/*
 * These are sent at once, behind what is queued. Return: 0, or a negative errno, that
 * of the kernel.
 *
 * A stop has to be answered with one of the above still. @arg counts from 1, as in
 * the text form. The record of what sct_get() asks for is taken with sct_next().
 */
int sct_set(struct sct *t, const struct syscall_trace_record *stop, unsigned int arg,
	    uint64_t offset, const void *data, size_t len);
int sct_get(struct sct *t, const struct syscall_trace_record *stop, unsigned int arg,
	    uint64_t offset, size_t len);
int sct_get_address(struct sct *t, const struct syscall_trace_record *stop, unsigned int arg);

/**
 * struct sct_rewrite - what a call shall become
 * @nr: its number; that of the record to keep it
 * @args: its arguments; those whose bit is in @kept and those with new memory do not matter
 * @kept: bit n: argument n (from 0) as it was shown; a length follows new memory
 * @data: new memory for an argument: bytes, or a string, whose zero may be left out
 * @data_len: its bytes
 * @list: new memory for an argument that is a list of strings or an iovec: its elements
 * @list_len: their number
 * @raw: @args are all six registers, whatever the call takes; no new memory
 */
struct sct_rewrite {
	uint32_t nr;
	uint8_t kept;
	uint64_t args[6];
	const void *data[6];
	size_t data_len[6];
	const struct iovec *list[6];
	size_t list_len[6];
	bool raw;
};

/**
 * sct_rewrite - make the call another one, with the answer that is to come
 * @t: the tracer
 * @stop: the stop: an ENTRY
 * @rewrite: what to make it
 *
 * Return: 0, or a negative errno: that of the kernel.
 */
int sct_rewrite(struct sct *t, const struct syscall_trace_record *stop,
		const struct sct_rewrite *rewrite);

/* -------------------------------- text form ------------------------------- */

/**
 * sct_read_line - take the next record of a tracer that has SCT_TEXT
 * @t: the tracer
 * @line: set to the record without its newline; there until the next call
 *
 * It waits for one, unless sct_fd() was made O_NONBLOCK: then -EAGAIN.
 *
 * Return: 1; 0 when all that was traced has ended; or a negative errno.
 */
int sct_read_line(struct sct *t, const char **line);

/**
 * sct_write_line - write a line to a tracer that has SCT_TEXT
 * @t: the tracer
 * @format: as of printf(), without a newline
 *
 * Return: 0 or a negative errno.
 */
int sct_write_line(struct sct *t, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* ---------------------------- what calls look like ------------------------ */

/* Kinds of arguments, as in lib/syscall_desc.tbl of the kernel */
enum sct_kind {
	SCT_FD, SCT_INT, SCT_UINT, SCT_LONG, SCT_SIZE, SCT_FLAGS, SCT_LFLAGS, SCT_MODE,
	SCT_PTR, SCT_ANY, SCT_PATH, SCT_STR, SCT_BYTES, SCT_STRV, SCT_IOV, SCT_MSG,
	SCT_MMSG, SCT_IOCTL,
};

/* What the call does with the memory of an argument */
#define SCT_IN		0x01	/* reads it */
#define SCT_OUT		0x02	/* writes it */
#define SCT_FIXED	0x04	/* reads it after the call, too, or pins it: never bound */
#define SCT_NESTED	0x08	/* finds further addresses in it, not described: never bound */

/* Kinds of results */
enum sct_result { SCT_RESULT_INT, SCT_RESULT_SIZE, SCT_RESULT_FD, SCT_RESULT_ADDR };

/* Classes of calls */
#define SCT_CLASS_FILE		0x001
#define SCT_CLASS_DESC		0x002
#define SCT_CLASS_NETWORK	0x004
#define SCT_CLASS_PROCESS	0x008
#define SCT_CLASS_SIGNAL	0x010
#define SCT_CLASS_MEMORY	0x020
#define SCT_CLASS_IPC		0x040
#define SCT_CLASS_CREDS		0x080
#define SCT_CLASS_CLOCK		0x100

/**
 * struct sct_call - what a call looks like
 * @name: its name, without an ABI
 * @nr_args: how many arguments it takes
 * @result: an enum sct_result
 * @classes: SCT_CLASS_ bits
 * @args: of each argument its enum sct_kind, what the call does with its memory, and
 *	@has_length whether @length is known: of BYTES that many bytes, of IOV and MMSG
 *	that many elements
 */
struct sct_call {
	const char *name;
	unsigned int nr_args;
	enum sct_result result;
	unsigned int classes;
	struct {
		enum sct_kind kind;
		unsigned int flags;
		bool has_length;
		uint64_t length;
	} args[6];
};

/**
 * sct_describe - what the call of a record looks like
 * @record: ENTRY, EXIT, RESULT or LOG
 * @call: filled in
 *
 * As its arguments say: an fcntl() with F_SETLK has a struct, with F_GETFD none.
 *
 * Return: false if the call is not known.
 */
bool sct_describe(const struct syscall_trace_record *record, struct sct_call *call);

/**
 * sct_name - name of a call
 * @abi: SYSCALL_TRACE_ABI_X86_64 and so on
 * @nr: its number
 *
 * Return: its name, NULL if there is none.
 */
const char *sct_name(unsigned int abi, unsigned int nr);

/**
 * sct_number - number of a call
 * @abi: SYSCALL_TRACE_ABI_X86_64 and so on
 * @name: its name
 *
 * Return: its number, or -ENOSYS.
 */
int sct_number(unsigned int abi, const char *name);

/* -------------------------------- memory ---------------------------------- */

/**
 * sct_read_memory - read memory of a thread that is stopped, through /proc/<tid>/mem
 * @tid: the thread
 * @addr: where
 * @buf: gets it
 * @len: its bytes
 *
 * For what records do not show. What it reads may change at any time, as with any
 * debugger: judge by what a record shows.
 *
 * Return: bytes read, at least 1, or a negative errno.
 */
ssize_t sct_read_memory(pid_t tid, uint64_t addr, void *buf, size_t len);

/**
 * sct_write_memory - write memory of a thread that is stopped, through /proc/<tid>/mem
 * @tid: the thread
 * @addr: where
 * @buf: what
 * @len: its bytes
 *
 * Return: bytes written, at least 1, or a negative errno.
 */
ssize_t sct_write_memory(pid_t tid, uint64_t addr, const void *buf, size_t len);

#ifdef __cplusplus
}
#endif

#endif /* SYSCALLTRACE_H */
