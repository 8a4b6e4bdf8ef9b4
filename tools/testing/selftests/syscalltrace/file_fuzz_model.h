/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a fuzzer knows of the files that it has open, and what it expects of them.
 */
#ifndef _SYSCALLTRACE_FILE_FUZZ_MODEL_H
#define _SYSCALLTRACE_FILE_FUZZ_MODEL_H

#include "file_fuzz.h"

#define MAX_STOPS	64
#define MAX_OWED	64

/* What an open file is. */
enum what {
	WHAT_TRACER,
	WHAT_WRITER,	/* to the console */
	WHAT_READER,	/* of the console, or of what the file was of old */
};

/**
 * struct stop - a stop that was read and not answered
 * @seen: its record, without text
 * @args: what its text began with, if it was a call
 */
struct stop {
	struct seen seen;
	char args[32];
};

/**
 * struct owed - what has to come of an answer
 * @tid: of this thread
 * @step: a stop, or else a record of the result
 * @old: of before the tracer left: it may not come
 * @name: of the call
 * @args: likewise
 */
struct owed {
	unsigned int tid;
	bool step;
	bool old;
	char name[48];
	char args[32];
};

/**
 * struct file - an open file; several descriptors may be for it
 * @fds: how many
 * @what: an &enum what
 * @target: the actor that it is of
 * @pid: its process
 * @tid: its thread, if the file is of one
 * @shared: others have it, too: little is known
 * @gentle: nothing may be done to the target
 * @armed: "trace" was the last that changed that
 * @gone: an end was read: nothing is traced any more
 * @timed: there was a timeout: stops may be over
 * @with_tid: as "tid" says
 * @follow: as "follow" says
 * @followed: it did once
 * @events: as "events" says
 * @packed: as "packed" says
 * @many: packed records were taken from it
 * @spoilt: what the log is read by was made nonsense
 * @stops: that are out, oldest first
 * @nr_stops: how many
 * @owed: what is to come
 * @nr_owed: how many
 * @asked: how many records that were asked for are to come, before all others
 * @line_asked: likewise, when the reading of the line began
 * @line: of text, as far as it was read
 * @line_len: so far
 * @line_size: room
 * @line_tid: it has a thread id
 * @log: where the log is mapped: tail, then head and ring; NULL if it is not
 * @log_size: of the ring
 */
struct file {
	int fds;
	enum what what;
	int target;
	pid_t pid;
	pid_t tid;
	bool shared;
	bool gentle;
	bool armed;
	bool gone;
	bool timed;
	bool with_tid;
	bool follow;
	bool followed;
	bool events;
	bool packed;
	bool many;
	bool spoilt;
	struct stop stops[MAX_STOPS];
	int nr_stops;
	struct owed owed[MAX_OWED];
	int nr_owed;
	int asked;
	int line_asked;
	char *line;
	size_t line_len;
	size_t line_size;
	bool line_tid;
	unsigned long *log_tail;
	struct syscall_trace_log *log;
	size_t log_size;
};

/* Is all known that happens to it? */
static inline bool is_strict(const struct file *f)
{
	return f->what == WHAT_TRACER && !f->shared;
}

static inline bool has_tids(const struct file *f)
{
	return f->with_tid || f->follow;
}

/* A record was read: is it what may come, and what does it mean? */
void model_seen(struct file *f, const struct seen *seen);
/* The stop was answered with a verb: with this errno, or 0. It may not be there any more. */
void model_answered(struct file *f, int index, const char *verb, int err);
/* A record was asked for, in vain if there is an errno. */
void model_asked(struct file *f, int err);
/* All that was out is over. */
void model_forget(struct file *f);
bool model_has_ended(const struct file *f);
/* Has what the file is of ended, or does it within a moment? */
bool model_target_ends(const struct file *f);
/* Is the stop over, or will it be within a moment? */
bool model_is_over(const struct file *f, const struct stop *stop);
/* A read gave this errno, or EOF as 0. */
void model_read_failed(struct file *f, int err);
/* What poll() says. */
void model_polled(struct file *f, int events);

#endif /* _SYSCALLTRACE_FILE_FUZZ_MODEL_H */
