/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SCREPLAY_REPLAY_H
#define SCREPLAY_REPLAY_H

#include "screplay.h"

/* What a process is doing, if it makes a call that really happens */
enum doing {
	DOING_NOTHING,
	DOING_CALL,		/* its result shall be the recorded one */
	DOING_MAP,		/* a mapped file: to be filled */
	DOING_FORK,
	DOING_RETURN,		/* its result will be replaced */
	DOING_INTERRUPTED,	/* waits for a signal that has been sent */
};

struct replayed {
	struct replayed *next;
	pid_t pid;			/* as it is now */
	const struct process *recorded;
	size_t at;			/* its next event */
	enum doing doing;
	const struct scr_call *call;	/* the last one that it made */
	int mem;			/* /proc/<pid>/mem, or 0 */
	bool sent;			/* the next event is a signal that was sent */
	bool held;			/* its turn to print has not come: */
	bool stopped;			/* at the one below, before a call */
	struct syscall_trace_record stop;
	struct buf made;		/* the call that it makes now */
};

struct replay {
	struct sct *t;
	struct recording recording;
	struct replayed *all;
	pid_t *pids;			/* now, of the process with number - 1 */
	bool *begun, *reaped;
	pid_t pid;
	bool print, hold;
	const struct scr_record **prints;	/* calls that print, in their order */
	size_t nr_prints, next_print;
	bool changed;			/* a program is not the one that was recorded: */
	char changed_path[256];
	struct progress progress;
	int status;			/* of the first process, recorded */
	bool over;
};

/* answer.c */

void answer_call(struct replay *r, struct replayed *p, const struct syscall_trace_record *stop);
void answer_exit(struct replay *r, struct replayed *p, const struct syscall_trace_record *stop);
void answer_result(struct replay *r, struct replayed *p,
		   const struct syscall_trace_record *record);
void answer_held(struct replay *r);
void send_next(struct replay *r, struct replayed *p);
void close_memory(struct replayed *p);
void set_child_tid(struct replay *r, struct replayed *child);

/* diverge.c */

bool same_call(const struct scr_call *a, const struct scr_call *b, char *why, size_t room);
__noreturn void diverged(struct replay *r, struct replayed *p, const char *why, const char *now);
__noreturn void recording_over(struct replay *r, struct replayed *p, const char *now);
__noreturn void leave(struct replay *r, int status);
char *call_text(const struct scr_call *call, bool result);

/* replay.c */

struct replayed *find_replayed(struct replay *r, pid_t pid);
const struct process *child_of(const struct replay *r, const struct replayed *parent,
			       const struct scr_call *call);
bool is_debugged(pid_t pid);
const struct event *next_event(const struct replayed *p);

#endif /* SCREPLAY_REPLAY_H */
