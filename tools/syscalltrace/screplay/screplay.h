/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SCREPLAY_H
#define SCREPLAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <signal.h>
#include <sys/types.h>
#include <syscalltrace.h>
#include "format.h"

/* Exit statuses of our own */
#define STATUS_DAMAGED	122	/* the recording cannot be read */
#define STATUS_CUT	123	/* it ends before its program did */
#define STATUS_DIVERGED	124	/* the program did something else than recorded */
#define STATUS_FAILED	125	/* anything else */

#define LIMIT		65536	/* bytes that the kernel shows of each buffer */

#define __printf(a, b)	__attribute__((format(printf, a, b)))
#define __noreturn	__attribute__((noreturn))

/* util.c */

struct buf {
	char *data;
	size_t len;
	size_t room;
};

__printf(1, 2) void warn(const char *format, ...);
__printf(2, 3) __noreturn void die(int status, const char *format, ...);
void *xrealloc(void *p, size_t size);
void buf_add(struct buf *b, const void *data, size_t len);
void *buf_extend(struct buf *b, size_t len);
void buf_pad(struct buf *b);
void buf_free(struct buf *b);
uint32_t crc32(uint32_t crc, const void *data, size_t len);
void note_signal(int number);
bool catch_signals(void);
uint64_t status_field(pid_t pid, const char *name, int base);
extern volatile sig_atomic_t got_signal;

/* progress.c: a line on standard error, once a second */

struct progress {
	bool on, at_end;
	const char *verb;
	uint64_t count;
	int64_t began, shown;
};

void progress_begin(struct progress *p, const char *verb, bool on);
void progress_count(struct progress *p, uint64_t bytes);
void progress_end(struct progress *p, uint64_t bytes);
int64_t now_ns(void);

/* writer.c: making a recording */

struct writer;

struct writer *writer_open(const char *path);
int writer_add(struct writer *w, enum scr_type type, uint32_t process, const struct buf *payload);
int writer_flush(struct writer *w);
int writer_close(struct writer *w);
uint64_t writer_bytes(const struct writer *w);
uint64_t writer_records(const struct writer *w);
int writer_pages(struct writer *w, const char *pages, size_t nr, uint32_t *ids);

/* reader.c: reading one */

enum reader_end {
	READER_WHOLE,		/* with SCR_FINISH */
	READER_CUT,		/* ends within a record, or without SCR_FINISH */
	READER_DAMAGED,
};

struct event {
	const struct scr_record *record;
	uint64_t index;		/* of the record in the file, from 0 */
};

struct process {
	uint32_t number, pid, parent;
	const struct scr_call *made_by;
	struct event *events;
	size_t nr_events, room;
	uint32_t *children;	/* their numbers */
	size_t nr_children;
};

struct recording {
	const char *path;
	const char *map;
	size_t size;
	const struct scr_header *header;
	const struct scr_start *start;
	struct process *processes;	/* number - 1 */
	size_t nr_processes;
	const char **pages;		/* number - 1 */
	size_t nr_pages, pages_room;
	uint64_t nr_records;
	enum reader_end end;
	uint64_t end_at;	/* where the first record stands that is not whole */
	char why[160];		/* what is wrong with it */
};

void recording_map(struct recording *r, const char *path);
const struct scr_record *recording_next(struct recording *r, const struct scr_record *last);
void recording_index(struct recording *r);
const struct scr_call *event_call(const struct event *event);
const struct scr_in *call_ins(const struct scr_call *call);
const struct scr_in *next_in(const struct scr_in *in);
const struct scr_out *call_outs(const struct scr_call *call);
const struct scr_out *next_out(const struct scr_out *out);
const uint32_t *call_pages(const struct scr_call *call);
const char *start_strings(const struct scr_start *start);

static inline const void *payload(const struct scr_record *record)
{
	return record + 1;
}

static inline uint64_t page_up(uint64_t len)
{
	return (len + SCR_PAGE - 1) & ~(uint64_t)(SCR_PAGE - 1);
}

/* calls.c: what is done about which call */

bool makes_process(uint32_t nr);
bool ends_process(uint32_t nr);
bool makes_thread(const struct syscall_trace_record *entry);
int refused(const struct syscall_trace_record *entry);
int output_fd(const struct syscall_trace_record *entry);
bool sends_file(uint32_t nr);
bool is_interrupted(int64_t ret);
bool is_restarted(int64_t ret);
bool is_fault(int number, int code);
int queue_signal(pid_t pid, const struct scr_signal *signal);
void interruptible_call(struct sct_rewrite *to);

/* capture.c: what calls read and wrote */

void call_begin(struct buf *b, const struct syscall_trace_record *entry);
void describe_call(const struct scr_call *call, struct sct_call *desc);

struct capture {
	struct syscall_trace_record entry;	/* without blocks */
	char *before;				/* of what is not described: as it was */
	size_t before_len;
	unsigned int before_arg;
};

bool capture_needs_stop(struct capture *c, const struct syscall_trace_record *entry);
void capture_shown(struct buf *b, const struct syscall_trace_record *result);
void capture_stopped(struct buf *b, struct capture *c, const struct syscall_trace_record *exit);
void capture_free(struct capture *c);
ssize_t read_memory(pid_t tid, uint64_t addr, void *data, size_t len);

/* image.c: what exec has made */

uint64_t image_random(pid_t pid);
void image_capture(struct buf *b, pid_t pid);
void image_restore(pid_t pid, const struct scr_exec *exec);
bool image_changed(const struct scr_exec *exec, char *what, size_t room);

/* text.c */

void text_call(FILE *f, const struct scr_call *call, bool result);
void text_bytes(FILE *f, const char *data, size_t len, size_t all);
void text_signal(FILE *f, const struct scr_signal *signal);
void text_end(FILE *f, const struct scr_end *end);
const char *signal_name(int number, char *room);

/* record.c, replay.c, dump.c */

int record_main(int argc, char **argv);
int replay_main(int argc, char **argv);
int dump_main(int argc, char **argv);

#endif /* SCREPLAY_H */
