/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the files of libsyscalltrace share. None of it is exported.
 */
#ifndef SCT_INTERNAL_H
#define SCT_INTERNAL_H

#include "syscalltrace.h"

/* Bytes that are asked for at once; longer records get more. */
#define SCT_ROOM	(256UL << 10)
#define SCT_ROOM_MAX	(64UL << 20)

#define SCT_ERROR_MAX	1024

#define SCT_EXPORT	__attribute__((visibility("default")))

/**
 * struct sct_batch - records as the kernel gave them, or one line of text
 * @next: those that came later
 * @size: bytes there is room for
 * @len: bytes that are filled
 * @pos: where the first is that was not taken yet
 * @data: they
 */
struct sct_batch {
	struct sct_batch *next;
	size_t size;
	size_t len;
	size_t pos;
	char data[] __attribute__((aligned(8)));
};

/**
 * struct sct - a tracer
 * @fd: its file, or -1
 * @pid: the process or thread that it was opened on
 * @thread: @pid is a thread, and it alone is traced
 * @text: it has SCT_TEXT
 * @first: records that were got and not taken; that at @pos of it is next
 * @last: the last of these batches
 * @spare: an empty batch, to be used again
 * @answers: what is queued
 * @answers_pos: bytes of it that were sent
 * @answers_len: bytes of it, those included
 * @answers_size: bytes there is room for
 * @late: error of a queued answer that was refused when something else was sent
 * @late_text: the sentence of it
 * @error: the sentence of sct_error()
 */
struct sct {
	int fd;
	pid_t pid;
	bool thread;
	bool text;
	struct sct_batch *first;
	struct sct_batch *last;
	struct sct_batch *spare;
	char *answers;
	size_t answers_pos;
	size_t answers_len;
	size_t answers_size;
	int late;
	char late_text[SCT_ERROR_MAX];
	char error[SCT_ERROR_MAX];
};

/* open.c */
struct sct *sct_alloc(pid_t pid, unsigned int flags);
int sct_attach(struct sct *t);

/* errors.c */
int sct_fail(struct sct *t, int err, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
int sct_fail_memory(struct sct *t);
int sct_explain_open(struct sct *t, int err);
int sct_explain_line(struct sct *t, int err, const char *line);
int sct_explain_answer(struct sct *t, int err, const struct syscall_trace_answer *answer);
void sct_explain_records(struct sct *t, int err);

/* records.c */
int sct_get_batch(struct sct *t, size_t room, struct sct_batch **batch);
void sct_put_batch(struct sct *t, struct sct_batch *batch);
void sct_append_batch(struct sct *t, struct sct_batch *batch);
int sct_get_records(struct sct *t, int64_t timeout);
bool sct_fetch_sentence(struct sct *t, unsigned int *column, char *text, size_t size);

/* answers.c */
int sct_send(struct sct *t, size_t own);
int sct_tell_late(struct sct *t);
void sct_drop_answers(struct sct *t, size_t len);
void sct_refuse_first(struct sct *t, int err);

/* describe.c */
bool sct_takes_strings(unsigned int abi, unsigned int nr, const uint64_t args[6], unsigned int i);

/* text.c */
int sct_text_write(struct sct *t, const char *line, size_t len);
int sct_text_get_record(struct sct *t);
bool sct_text_fetch_sentence(struct sct *t, unsigned int *column, char *text, size_t size);

#endif /* SCT_INTERNAL_H */
