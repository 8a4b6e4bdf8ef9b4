/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the run loop and those who handle records share.
 */
#ifndef TRACER_H
#define TRACER_H

#include "sctrace.h"

/**
 * struct tracer - one for the command, or for each -p
 * @t: the library's
 * @pid: the process
 * @thread_only: of this thread alone: -p without -f
 * @command: the process is our child
 * @ended: nothing is traced by it any more
 */
struct tracer {
	struct sct *t;
	pid_t pid;
	bool thread_only, command, ended;
};

/* Which calls are logged, which stop; both are for the kernel's rules. */
extern struct call_set logged_calls, stopped_calls;
void choose_calls(void);
bool shows_at_once(void);

/* The line of the call that a thread is in, which ends with @end; none if it runs */
void read_current(pid_t tid, const char *end);
void read_all_current(pid_t pid, const char *end);
void show_current(struct thread *th);
void note_abi(struct thread *th, unsigned int abi);
void handle_record(struct tracer *tr, const struct syscall_trace_record *r);
/* Answer what has waited long enough; the nanoseconds until the next, or -1 */
int64_t resume_delayed(void);
void end_open_calls(bool logged);

#endif
