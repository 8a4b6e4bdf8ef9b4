/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the parts of the benchmark share.
 *
 * Each job runs in a process of its own, which starts the program and watches it
 * in the way that is to be measured.
 */
#ifndef _SYSCALLTRACE_BENCH_H
#define _SYSCALLTRACE_BENCH_H

/* The harness of the tests, which cannot be in several parts of a program. */
#define __KSELFTEST_HARNESS_H
#include "common.h"
#include "../../../../include/uapi/linux/syscall_trace.h"

#define __aligned(n)	__attribute__((aligned(n)))
#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define MAX_REPEATS	5
#define BUFFER		(10UL << 20)	/* bytes */
#define MAX_LAYERS	64

/* How we answer a stop before the call. */
enum answer {
	ANSWER_CONT,
	ANSWER_STEP,	/* and cont after it */
	ANSWER_REPORT,
};

/**
 * struct job - one thing to measure
 * @name: what the line of results begins with
 * @program: what the program does; loop() if not given
 * @call: what it does again and again in loop() and crowd()
 * @prepare: what it does before
 * @settle: what belongs to a round, but is done only once: all is read that is there
 * @watch: traces the program to its end; returns 0 or what fail() does
 * @clean: what may be left to do after the job, however it ended
 * @nr: the system call that is watched
 * @lines: for our file: what to tell it
 * @size: bytes in the buffer, 0 if the call has none
 * @shown: so many of them are looked at
 * @action: what the program's seccomp filter says of @nr, 0 for no filter
 * @many: how many layers or tracees, 0 for one without further ado
 * @scale: times as many calls as usual, 0 for once: what costs little is done often
 * @share: only one of so many, 0 for all: what costs much
 * @copies: each call copies the buffer
 * @answer: for our file: how stops are answered
 * @packed: for our file: the packed form, and the exchange
 * @mapped: for our file: the log is not read, but looked at in memory
 * @sync: for notification: wake up on the same CPU
 */
struct job {
	const char *name;
	void (*program)(void);
	void (*call)(void);
	void (*prepare)(void);
	void (*settle)(void);
	int (*watch)(struct tracee *t);
	void (*clean)(void);
	long nr;
	const char *lines[4];
	size_t size;
	size_t shown;
	unsigned int action;
	unsigned int many;
	unsigned int scale;
	unsigned int share;
	enum answer answer;
	bool copies;
	bool packed;
	bool mapped;
	bool sync;
};

/**
 * struct family - jobs that differ in one number
 * @job: all else
 * @values: of the size or of how many, up to a 0
 * @sizes: it is the size
 */
struct family {
	struct job job;
	const size_t *values;
	bool sizes;
};

/**
 * struct result - of a job; shared by its processes
 * @samples: of one call, in each round
 * @nr: how many of them there are
 * @marked: the tracer saw data that is not bound
 * @failed: there is none, as @why says
 */
struct result {
	double samples[MAX_REPEATS];
	unsigned int nr;
	bool marked;
	bool failed;
	char why[160];
};

extern const struct job jobs[];
extern const unsigned int nr_jobs;
extern const struct family families[];
extern const unsigned int nr_families;

/* The job that is being done, and what it has come to. */
extern struct job job;
extern struct result *result;
extern bool count_instructions;
extern long calls;
extern int repeats;

/* bench.c */
int fail(const char *what, int err);
void report_result(const char *name);
bool is_wanted(const char *name);

/* bench_program.c */
bool make_buffers(void);
__u64 now(void);
long calls_of(const struct job *j);
void give_up(const char *what);
void loop(void);
void crowd(void);
void settle(void);
void do_getppid(void);
void do_write(void);
void do_copy(void);
void do_pwrite(void);
void do_count(void);
void do_fork(void);
void do_exec(void);
void do_signal(void);
void take_signals(void);

/* bench_ptrace.c */
int watch_ptrace(struct tracee *t);
int watch_sysemu(struct tracee *t);
void peek(pid_t pid, unsigned long address);

/* bench_seccomp.c */
void install_filter(void);
int watch_notify(struct tracee *t);

/* bench_dispatch.c */
void dispatch_calls(void);

/* bench_tracefs.c */
int watch_tracefs(struct tracee *t);
void clean_tracefs(void);

/* bench_floor.c */
void open_pipes(void);
void open_eventfds(void);
void do_ping(void);

/* bench_file.c */
int watch_file(struct tracee *t);
int arm(struct tracee *t, int *fd);
int answer_next(int fd);
int answer_all(int fd);

/* bench_layers.c */
int watch_layers(struct tracee *t);
int watch_layers_by_threads(struct tracee *t);
int watch_silent_layers(struct tracee *t);

/* bench_log.c */
int watch_log(struct tracee *t);

/* bench_whole.c */
void measure_programs(void);

#define LOOP_ROUNDS	1000

#endif /* _SYSCALLTRACE_BENCH_H */
