/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SCREPLAY_RECORD_H
#define SCREPLAY_RECORD_H

#include <signal.h>
#include <sys/stat.h>
#include "screplay.h"

struct traced {
	struct traced *next;
	pid_t pid;
	uint32_t number;
	bool in_call;
	bool step;		/* there shall be a stop behind the call */
	bool interrupted;	/* the call is one that a signal interrupts, in place of its own */
	struct buf call;	/* struct scr_call, as far as it is known */
	struct capture capture;
	unsigned int output;	/* where its call writes to, SCR_TO_STDOUT or so */
	uint64_t waits;		/* with that, at the stop below: its turn */
	struct syscall_trace_record stop;
	uint64_t caught;	/* signals that have a handler */
	uint64_t plain;		/* of these: one that does not get a siginfo_t */
	struct buf held;	/* struct scr_signal */
	int64_t held_at;	/* when the first of them came, in its own CPU time */
	bool pass;		/* no signal is held until the next call */
};

struct recorder {
	struct sct *t;
	struct writer *w;
	const char *path;
	struct traced *all;
	struct traced *ended;
	uint32_t nr;		/* processes so far */
	struct stat out, err;	/* what the recorder's own 1 and 2 are */
	bool has_out, has_err, one_output, no_tsc, shared_told;
	uint64_t turns;
	unsigned int holding;	/* processes with signals that are held */
	int64_t looked;
	pid_t pid;
	int status;
	struct sigaction were[4];	/* what signals did before they were ignored */
	struct progress progress;
};

/* hold.c */

#define HOLD_NS	50000000LL	/* of its CPU time */
#define HOLD_LOOK_NS	10000000LL

void hold_inherit(struct traced *p, const struct traced *from);
void hold_forget(struct recorder *r, struct traced *p);
bool hold_signal(struct recorder *r, struct traced *p, const struct scr_signal *signal);
bool hold_release(struct recorder *r, struct traced *p, const struct syscall_trace_record *entry);
void hold_look(struct recorder *r);

#endif /* SCREPLAY_RECORD_H */
