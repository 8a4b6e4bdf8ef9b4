/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the parts of sctrace share.
 */
#ifndef SCTRACE_H
#define SCTRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>
#include "syscalltrace.h"

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

#define NR_ABIS		3
#define NR_CALLS	1024	/* more than any ABI has */
#define NR_SIGNALS	65

/* ---------------------------------- text ---------------------------------- */

/* Text that grows. It is not terminated. */
struct text {
	char *data;
	size_t len, cap;
};

void put_mem(struct text *t, const char *data, size_t len);
void put_c(struct text *t, char c);
void put_s(struct text *t, const char *s);
void put_f(struct text *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
void put_int(struct text *t, int64_t v);
void put_uint(struct text *t, uint64_t v);
void put_hex(struct text *t, uint64_t v);
void put_addr(struct text *t, uint64_t v);

/* ---------------------------------- names --------------------------------- */

struct sym {
	uint64_t value;
	const char *name;
};

struct symtab {
	const char *unknown;	/* for the comment behind what has no name */
	unsigned int nr;
	bool flags;
	const struct sym *syms;
};

const char *sym_name(const struct symtab *tab, uint64_t v);
/* The value of a name; false if the table has none */
bool sym_value(const struct symtab *tab, const char *name, size_t len, uint64_t *v);
void put_enum(struct text *t, const struct symtab *tab, uint64_t v);
void put_flags(struct text *t, const struct symtab *tab, uint64_t v);
/* Flags behind @first, which is the name of what else is in the word, or NULL */
void put_more_flags(struct text *t, const char *first, const struct symtab *tab, uint64_t v,
		    uint64_t whole);
void put_signal(struct text *t, int sig);
const char *error_name(int err);
const char *error_sentence(int err);

/* ---------------------------------- calls --------------------------------- */

struct printer;
struct sysent;

/**
 * struct call - a call of a thread, as it is to be printed
 * @tid: the thread
 * @nr, @abi, @name: which call
 * @args: as it was made
 * @ent: how to print it
 * @over: the result is known
 * @gone: there will be none
 * @failed: it is an error
 * @stopped: the thread stands at a stop: its memory and descriptors can be looked at
 * @injected: the result is ours
 * @ret: the result
 * @in, @out: first block of what the arguments point to before and after the call
 * @in_end, @out_end: where the blocks end
 * @time, @duration: in nanoseconds
 */
struct call {
	pid_t tid;
	uint32_t nr;
	uint8_t abi;
	bool over, gone, failed, stopped, injected;
	const char *name;
	const struct sysent *ent;
	const uint64_t *args;
	int64_t ret;
	const struct syscall_trace_block *in[6], *out[6];
	const void *in_end, *out_end;
	uint64_t time, duration;
	const char *suffix;	/* what the printer of an argument says of the result */
	int old_namelen;		/* of a message, before the call; or -1 */
	char note[32];		/* room for that */
	struct text *remark;	/* likewise, longer; NULL: none */
};

/**
 * typedef print_fn - print an argument
 * @t: where to
 * @c: the call
 * @arg: number of the argument, from 0
 * @param: what stands behind the colon in calls.tbl
 */
typedef void (*print_fn)(struct text *t, struct call *c, unsigned int arg, const void *param);

struct printer {
	print_fn print;
	const void *param;
	bool late;	/* needs the result */
	bool bare;	/* writes what is between it and the one before, or nothing at all */
};

enum result_kind { RESULT_INT, RESULT_HEX, RESULT_FD, RESULT_OCT, RESULT_PID };

struct sysent {
	const char *name;
	unsigned int nr;	/* printers */
	enum result_kind result;
	struct printer args[7];
};

/* The entry of calls.tbl; if there is none, one made for this call: until the next is asked for */
const struct sysent *find_sysent(unsigned int abi, unsigned int nr,
				 const struct syscall_trace_record *record);
/* Fills in of @c what @record tells; an ENTRY, or an EXIT or RESULT with @entry, or a LOG */
void make_call(struct call *c, const struct syscall_trace_record *record,
	       const struct syscall_trace_record *entry);
/* From argument @from on; stops, behind a comma, before the first that needs a result not there */
unsigned int print_args(struct text *t, struct call *c, unsigned int from);
void print_result(struct text *t, struct call *c);

/* The bytes behind an argument; NULL if they are not shown */
const void *in_data(const struct call *c, unsigned int arg, size_t *len);
const void *out_data(const struct call *c, unsigned int arg, size_t *len);
/* A struct of @len bytes behind it, or NULL: the caller prints the address */
const void *in_struct(const struct call *c, unsigned int arg, size_t len);
const void *out_struct(const struct call *c, unsigned int arg, size_t len);
const struct syscall_trace_block *next_block(const struct syscall_trace_block *b, const void *end);
/* Memory of a thread that stands: false if it cannot be read */
bool read_memory(const struct call *c, uint64_t addr, void *buf, size_t len);
/* As much of it as there is: its bytes, or 0 */
size_t read_some(const struct call *c, uint64_t addr, void *buf, size_t len);
/* Its structs are those that we know */
bool is_native(const struct call *c);
/* Structs are to be shown in short */
bool abbreviated(const struct call *c);

/* Strings; @more: there is more than this */
#define STR_NUL		0x1	/* ends at the first zero */
#define STR_WHOLE	0x2	/* -s is no matter */
void put_string(struct text *t, const void *data, size_t len, bool more, unsigned int flags);
/* Names that programs give themselves, between < and > */
void put_safe(struct text *t, const char *s);
void put_path_arg(struct text *t, struct call *c, unsigned int arg);
void put_fd(struct text *t, struct call *c, int fd);
void put_dirfd(struct text *t, struct call *c, int fd);
void put_pid(struct text *t, pid_t pid);
void put_mode(struct text *t, unsigned int mode);
void put_dev(struct text *t, uint64_t dev);
void put_id(struct text *t, uint32_t id);
void put_sigset(struct text *t, const void *mask, size_t len);
void put_timespec(struct text *t, const int64_t *ts, const char *fraction);
void put_time_comment(struct text *t, int64_t sec, uint64_t nsec);
void put_sockaddr(struct text *t, const void *addr, size_t len);
void put_siginfo(struct text *t, const void *info);
void put_iov_base(struct text *t, const struct syscall_trace_block *b, uint64_t len);

/* --------------------------------- options -------------------------------- */

/* Of a tracer: which calls it is to see, by ABI; nothing but bools */
struct call_set {
	bool has[NR_ABIS][NR_CALLS];
	bool unknown;		/* those that have no name, whatever their number */
};

#define STATUS_SUCCESSFUL	0x01
#define STATUS_FAILED		0x02
#define STATUS_UNFINISHED	0x04
#define STATUS_UNAVAILABLE	0x08
#define STATUS_DETACHED		0x10
#define STATUS_ALL		0x1f

#define QUIET_ATTACH		0x01
#define QUIET_EXIT		0x02
#define QUIET_PATH		0x04
#define QUIET_PERSONALITY	0x08
#define QUIET_THREAD		0x10
#define QUIET_ALL		0x1f

enum const_style { STYLE_ABBREV, STYLE_RAW, STYLE_VERBOSE };
enum clock_style { TIME_NONE, TIME_CLOCK, TIME_UNIX };

struct options {
	struct call_set trace, abbrev, verbose, raw;
	bool signals[NR_SIGNALS];	/* of signals: to be shown */
	bool all_signals;
	unsigned int status, quiet;
	bool quiet_given;
	bool follow, separate, append, json, live, interrupts_off;
	const char *output;
	unsigned int string_limit, column;
	unsigned int hex_strings;	/* 1: not ASCII, 2: all, 3: escapes only */
	unsigned int fd_paths;		/* 1: paths, 2: all there is */
	bool comm, number;
	enum const_style style;
	enum clock_style clock;
	unsigned int clock_digits, relative_digits, spent_digits;
	bool relative, spent;
	bool count, count_only;
	const char *sort, *columns;
	double overhead;
	pid_t *pids;
	unsigned int nr_pids;
	const char **paths;
	unsigned int nr_paths;
	const char *user;
	char **argv;
};

extern struct options opt;
void parse_options(int argc, char **argv);
void die(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));
void warn(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* --------------------------------- filters -------------------------------- */

/* "openat,%file,!/^x/": false and a message if a name is not known */
void parse_call_set(struct call_set *set, const char *what, const char *text);
void all_calls(struct call_set *set, bool has);
bool set_includes(const struct call_set *set, unsigned int abi, unsigned int nr);
bool same_set(const struct call_set *a, const struct call_set *b);
bool empty_set(const struct call_set *a);
/* As the kernel's verbs take it; to be freed */
char *set_text(const struct call_set *set);
void parse_signal_set(bool *set, const char *text);
char *signals_text(void);
int parse_signal(const char *name);
bool status_wanted(const struct call *c);
void add_path(const char *path);
bool paths_match(const struct call *c);

/* -------------------------------- injection ------------------------------- */

struct rule;
void parse_injection(const char *text, bool fault);
bool have_injections(void);
/*
 * All rules for the kernel, with the log below them; @by_set: those that stop do so by the set
 * of "trace". 0, or a negative errno, and sct_error() says why
 */
int send_rules(struct sct *t, const struct call_set *logged, const struct call_set *stopped,
	       bool by_set);

/**
 * struct plan - what is to become of a call that has stopped
 */
struct plan {
	bool skip, has_signal, needs_exit;
	int64_t result;
	int signal;
	uint64_t delay_enter, delay_exit;
	const struct rule *rule;
};

bool make_plan(struct plan *plan, pid_t tid, unsigned int abi, unsigned int nr);
void poke(struct sct *t, const struct syscall_trace_record *stop, const struct rule *rule,
	  bool at_exit);
/* Forget what was counted of a thread */
void forget_counts(pid_t tid);

/* --------------------------------- output --------------------------------- */

/* Of each thread: what is under way, and where its lines go */
struct thread {
	pid_t tid;
	int fd;			/* of -ff, or -1 */
	struct text out;	/* its own file's */
	struct text line;	/* begun, if it is not printed yet */
	size_t before_line;	/* so much stands before it */
	bool in_call, hidden;
	bool printed;		/* the line was begun */
	bool open;		/* and nothing has come behind it */
	unsigned int next_arg;
	struct plan plan;
	struct syscall_trace_record *entry;
	uint64_t began;
	char comm[16];
	struct sct *tracer;
	struct syscall_trace_record stop;	/* to be answered later */
	uint64_t resume_at;
	bool resume_exit;
	int old_namelen;
	uint32_t last_nr;
	uint8_t abi;
	struct text remark;
	struct thread *next;
};

struct thread *find_thread(pid_t tid);
bool is_known(pid_t tid);
void drop_thread(pid_t tid);
unsigned int nr_threads(void);
/* All of them:  NULL at first */
struct thread *next_thread(struct thread *th);

void open_output(void);
/*
 * A whole line without what stands before it, at @time (CLOCK_MONOTONIC). What is from
 * @result on comes in the column of results; 0: it has none
 */
void put_line(struct thread *th, uint64_t time, const struct text *line, size_t result);
/* For lines in pieces, as they come; returns how much stands before it */
size_t begin_line(struct thread *th, uint64_t time);
void add_line(struct thread *th, const char *data, size_t len);
void end_line(struct thread *th);
/* Something is to be written where its line is open: the rest comes later */
void break_line(struct thread *th);
void leave_line(void);
void flush_output(void);
void close_output(void);
uint64_t now_ns(void);
void put_clock(struct text *t, uint64_t time);
extern bool output_is_terminal;

/* --------------------------------- the rest ------------------------------- */

void count_call(const struct syscall_trace_record *r, uint64_t duration);
void print_counts(void);
void check_counts(void);

void json_call(struct text *t, struct call *c);
void json_event(struct text *t, const char *event, pid_t tid, uint64_t time, const char *format,
		...) __attribute__((format(printf, 5, 6)));
void json_signal(struct text *t, const struct syscall_trace_record *r);
void put_json_string(struct text *t, const void *data, size_t len);

void print_signal_record(struct text *t, const struct syscall_trace_record *r);

int run(void);
/* The command that has not begun yet is not to begin. */
void end_unstarted(void);
/* In a child: signals as we have got them */
void own_signals_back(void);
/* End as a program does that the signal kills */
void raise_signal(int sig) __attribute__((noreturn));

#include "printers.h"

#endif
