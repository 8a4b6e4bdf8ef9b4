/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Two things done at once to a program and its tracers: what the parts of
 * race_test share.
 *
 * race_test.c		pairs, options, what is printed
 * race_find.c		random numbers, what is told of findings
 * race_world.c		the program, its tracers; what must be so before and after
 * race_actions.c	what is done at once, and what it may answer
 * race_tracer.c	processes that trace, and answer stops
 * race_tracee.c	the program
 */
#ifndef _SYSCALLTRACE_RACE_H
#define _SYSCALLTRACE_RACE_H

#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* What can be done to a program and its tracers: see race_actions.c. */
enum action {
	ATTACH, DETACH, CLOSE, ANSWER, KILL_TRACEE, KILL_TRACER,
	EXEC, FORK, EXIT_THREAD, SIGNAL, FREEZE, PTRACE, NR_ACTIONS
};

/* What every watched call is made to return. */
#define FORGED		7777
/* The memory that all share; an executed program finds it here. */
#define SHARED_FD	40
/* How long anything may take that has to happen by itself, seconds. */
#define PATIENCE	10
#define LOOKS		10000	/* and no fewer */
#define NR_SIDES	2

/* What is true of calls that begin and end while struct shared::rule says so. */
enum rule {
	RULE_NONE,
	RULE_TRACED,		/* each is watched */
	RULE_TRACED_ALONE,	/* likewise, but not those of children */
	RULE_FREE,		/* none is */
	NR_RULES,		/* the word is a multiple of it, and the rule */
};

/**
 * struct side - one of the two that act at once
 * @action: what it does
 * @go: futex: the run to be made
 * @ready: run in which it waits for the other
 * @done: run in which it has acted
 * @undone: run in which it has undone what it did, or given up
 * @undo: futex: run to be undone
 * @hire: the program shall have a thread for it
 * @tid: that thread; 0 when it has ended
 * @random: bits to choose a variant with
 * @delay: time stamps to wait
 * @begin: time stamp
 * @end: time stamp
 * @err: 0 or the errno
 * @child: exit status of what it has forked, or -1
 */
struct side {
	unsigned int action;
	unsigned int go;
	unsigned int ready;
	unsigned int done;
	unsigned int undone;
	unsigned int undo;
	unsigned int hire;
	int tid;
	unsigned int random;
	unsigned long delay;
	unsigned long begin;
	unsigned long end;
	int err;
	int child;
};

/**
 * struct shared - between the test and the program
 * @sides: who acts
 * @arrived: how many of them wait for the other
 * @calls: made by the program
 * @rule: what has to be true of them
 * @lost: calls that should have been watched
 * @forged: calls that should not
 * @handled: signals, of each side
 * @execs: programs begun
 */
struct shared {
	struct side sides[NR_SIDES];
	unsigned int arrived;
	unsigned int calls;
	unsigned int rule;
	unsigned int lost;
	unsigned int forged;
	unsigned int handled[NR_SIDES];
	unsigned int execs;
};

extern struct shared *sh;

/* What a side sends, which an executed program ignores at first. */
#define SIDE_SIGNAL(i)	((i) ? SIGWINCH : SIGURG)

#define get(x)		__atomic_load_n(&(x), __ATOMIC_ACQUIRE)
#define put(x, v)	__atomic_store_n(&(x), v, __ATOMIC_RELEASE)
#define add(x, n)	__atomic_add_fetch(&(x), n, __ATOMIC_ACQ_REL)

static inline unsigned long stamp(void)
{
	return __builtin_ia32_rdtsc();
}

/* Calls without libc's opinion, and without its thread data, which some have not. */
static inline long raw6(long nr, long a, long b, long c, long d, long e, long f)
{
	register long r10 asm("r10") = d;
	register long r8 asm("r8") = e;
	register long r9 asm("r9") = f;
	long ret;

	asm volatile("syscall" : "=a" (ret)
		     : "a" (nr), "D" (a), "S" (b), "d" (c), "r" (r10), "r" (r8), "r" (r9)
		     : "rcx", "r11", "memory");
	return ret;
}

#define raw(nr, a, b, c)	raw6(nr, (long)(a), (long)(b), (long)(c), 0, 0, 0)

static inline void wait_while(unsigned int *word, unsigned int value)
{
	while (get(*word) == value)
		raw(SYS_futex, word, FUTEX_WAIT, value);
}

static inline void set_and_wake(unsigned int *word, unsigned int value)
{
	put(*word, value);
	raw(SYS_futex, word, FUTEX_WAKE, 1 << 30);
}

/* Wait for the other side, and then for as long as was drawn by lot. */
static inline void meet(struct side *side, unsigned int run)
{
	unsigned long end;

	put(side->ready, run);
	add(sh->arrived, 1);
	while (get(sh->arrived) < NR_SIDES)
		asm volatile("pause");
	end = stamp() + side->delay;
	while (stamp() < end)
		asm volatile("pause");
	side->begin = stamp();
}

/**
 * enum scene - what the program is at when two things are done to it
 * @ALONE: nobody traces it
 * @RULED: a rule decides about its calls
 * @SERVED: each call stops, and is answered
 * @UNREAD: it is stopped before a call, and nobody knows
 * @SHOWN: likewise, and the stop was read
 * @RESULT: it is stopped after a call, and the stop was read
 */
enum scene { ALONE, RULED, SERVED, UNREAD, SHOWN, RESULT, NR_SCENES };

/**
 * struct tracer - a process with the memory and the files of the test
 * @pid: 0 if there is none
 * @order: futex: counts orders
 * @obeyed: the last that was carried out
 * @fd: file to serve
 * @lines: what to write first
 * @serve: answer stops for as long as this is
 * @packed: in this form
 * @err: of what it has written
 * @odd: what an answer was refused with, but should not be
 */
struct tracer {
	pid_t pid;
	unsigned int order;
	unsigned int obeyed;
	int fd;
	char lines[256];
	bool serve;
	bool packed;
	int err;
	int odd;
	char stack[32768] __attribute__((aligned(16)));
};

/**
 * struct world - a run
 * @tracee: the program; 0 if there is none
 * @died: the signal that has killed it
 * @orphans: processes that it left to us
 * @scene: what the program is at
 * @nr_layers: how many tracers it has before
 * @fd: their files
 * @last: file of the one that has seen the stop
 * @text: what it has read
 * @new_fd: files of tracers that came
 * @same: both sides mean the same tracer
 * @follow: children are traced
 * @jobctl: a signal is one that stops
 * @to_thread: who comes wants only a thread
 * @handled: how often signals were handled before
 * @execs: programs begun before
 * @broken: something went wrong in this run
 * @tracers: who traces, by number of @fd
 */
struct world {
	pid_t tracee;
	int died;
	unsigned long orphans;
	enum scene scene;
	int nr_layers;
	int fd[NR_SIDES];
	int last;
	char text[256];
	int new_fd[NR_SIDES];
	bool same;
	bool follow;
	bool jobctl;
	bool to_thread;
	unsigned int handled[NR_SIDES];
	unsigned int execs;
	bool broken;
	struct tracer tracers[NR_SIDES];
};

extern struct world w;
extern unsigned int run_nr;

/* race_tracee.c */
void tracee_lead(void) __attribute__((noreturn));

/* race_tracer.c */
const char *reply_to(const char *record);
int serve_text(int fd);
bool start_tracer(struct tracer *t);
void order_tracer(struct tracer *t, int fd, const char *lines, bool serve, bool packed);
bool dismiss_tracer(struct tracer *t);

/* race_actions.c */
const char *name_of(enum action action);
int layer_of(int i);
bool is_in_tracee(enum action action);
bool needs_layer(enum action action);
bool ends_tracing(enum action action);
bool has_action(enum action action);
void act(int i);
void undo(int i);
bool is_allowed(int i, int err);

/* race_find.c */
unsigned int draw(unsigned int n);
void begin_draw(unsigned long seed, unsigned int pair, unsigned int run);
void find(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
unsigned long findings(void);

/* race_world.c */
bool until(bool (*is_so)(void));
bool set_scene(void);
void settle(void);
void clear_scene(void);
void end_world(void);
void kill_tracee_and_tracers(void);
bool begin_world(void);
bool write_group(const char *name, const char *text);

#endif /* _SYSCALLTRACE_RACE_H */
