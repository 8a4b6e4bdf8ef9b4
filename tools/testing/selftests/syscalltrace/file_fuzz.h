/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the parts of file_fuzz share: see file_fuzz.c.
 */
#ifndef _SYSCALLTRACE_FILE_FUZZ_H
#define _SYSCALLTRACE_FILE_FUZZ_H

/* The harness of the tests, which is for programs of one part. */
#define __KSELFTEST_HARNESS_H
#include <stdatomic.h>
#include <stdint.h>
#include <sys/socket.h>

#include "packed.h"

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define MAX_TRACEES	4
#define MAX_FUZZERS	4
#define MAX_ACTORS	(MAX_TRACEES + MAX_FUZZERS)
#define NR_STEPS	80		/* that are remembered of a process */
#define NR_TYPES	(SYSCALL_TRACE_LOST + 1)
#define WELL		42		/* exit status of a tracee that is content */
#define PATIENCE	10		/* seconds until a process counts as stuck */

/* How much a round may do to what the tracees see. */
enum mode {
	MODE_BENIGN,	/* nothing: all of them end as if nobody traced them */
	MODE_FORGING,	/* some calls have results that are known to be made up */
	MODE_WILD,	/* anything: they only have to end */
	NR_MODES,
};

/**
 * struct spec - where the decisions of a round come from
 * @kept: seed of the first steps of each process
 * @prefix: how many these are
 * @fresh: seed of the others
 */
struct spec {
	unsigned long kept;
	unsigned int prefix;
	unsigned long fresh;
};

/**
 * struct actor - a process of the round
 * @pid: it
 * @kind: of a tracee: what it does
 * @killed: somebody may have ended it, as the round has it
 * @steps: how many it has made
 * @doing: the last of them, in words
 */
struct actor {
	pid_t pid;
	int kind;
	atomic_bool killed;
	atomic_ulong steps;
	char doing[NR_STEPS][200];
};

/**
 * struct world - shared by all processes
 * @spec: of the round
 * @round: its number
 * @watcher: who watches
 * @mode: an &enum mode
 * @nr_tracees: how many
 * @nr_fuzzers: likewise
 * @ending: the round is to end
 * @actors: tracees, then from MAX_TRACEES on fuzzers
 * @mail: sockets by which fuzzers give descriptors to each other
 * @steps: made by fuzzers in all rounds
 * @calls: made by tracees and compared
 * @answers: stops that were answered
 * @records: by type
 * @refused: by errno
 * @found: findings
 * @finding: the words of the first
 * @coverage: distinct program counters
 */
struct world {
	struct spec spec;
	unsigned long round;
	pid_t watcher;
	int mode;
	int nr_tracees;
	int nr_fuzzers;
	atomic_bool ending;
	struct actor actors[MAX_ACTORS];
	int mail[MAX_FUZZERS][2];
	atomic_ulong steps;
	atomic_ulong calls;
	atomic_ulong answers;
	atomic_ulong records[NR_TYPES];
	atomic_ulong refused[4096];
	atomic_ulong found;
	char finding[4096];
	atomic_ulong coverage;
};

extern struct world *world;
extern int me;			/* index of the actor; -1 for who watches */
extern bool verbose;

/* Random numbers: each step begins anew, so that it does not matter what came before. */
void begin_step(unsigned long step);
unsigned int below(unsigned int n);
bool percent(unsigned int n);

/* Remember what this process does; the last such words are printed with a finding. */
__attribute__((format(printf, 1, 2))) void doing(const char *fmt, ...);
/* Something is wrong. The first to say so is heard. */
__attribute__((format(printf, 1, 2))) void found(const char *fmt, ...);

/* Results that are made up can be told from others. */
#define FORGED_RESULT	0x5eed00
#define FORGED_RESULTS	16
#define FORGED_ERRNO	EBADE
#define FORGED_ERRNOS	4
#define FORGEABLE	"getppid,geteuid,lseek,sched_yield,dup3"

static inline bool is_forged(long result)
{
	return (result >= FORGED_RESULT && result < FORGED_RESULT + FORGED_RESULTS) ||
	       (result <= -FORGED_ERRNO && result > -FORGED_ERRNO - FORGED_ERRNOS);
}

/* Where nothing is. */
static inline char *bad_address(void)
{
	char *volatile address = (char *)16;

	return address;
}

static inline void nap(unsigned int ms)
{
	struct timespec ts = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L };

	nanosleep(&ts, NULL);
}

/* file_fuzz_tracee.c */
#define NR_KINDS	7
extern const char * const kind_names[NR_KINDS];
void tracee_main(int kind);
/* What was executed with --child. */
int child_main(int argc, char **argv);

/* file_fuzz_fuzzer.c */
void fuzzer_main(void);

/* file_fuzz_kcov.c: coverage of this process; all do nothing without KCOV. */
bool kcov_share(void);
void kcov_begin(unsigned int words);
void kcov_gather(void);

/* file_fuzz_record.c */

/**
 * struct seen - a record, in either form
 * @type: SYSCALL_TRACE_ENTRY and so on
 * @id: of the stop, if it was packed
 * @tid: thread, or 0 if it is not told
 * @stop: it waits for an answer
 * @ambiguous: "exit N" can be a stop, or the end of a thread
 * @name: of the call
 * @ret: result
 * @text: text without its thread id
 */
struct seen {
	unsigned int type;
	unsigned long id;
	unsigned int tid;
	bool stop;
	bool ambiguous;
	char name[48];
	long ret;
	const char *text;
};

/* Take a line apart, without its newline; NULL, or what is wrong with it. */
const char *parse_line(const char *line, bool with_tid, struct seen *seen);
const char *parse_packed(const struct syscall_trace_record *r, size_t room, struct seen *seen);

#endif /* _SYSCALLTRACE_FILE_FUZZ_H */
