// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Records: got in batches, taken one by one.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "internal.h"

/* --------------------------------- batches -------------------------------- */

/* An empty batch with @room bytes or more. */
int sct_get_batch(struct sct *t, size_t room, struct sct_batch **batch)
{
	struct sct_batch *b = t->spare;

	if (b && b->size >= room) {
		t->spare = NULL;
	} else {
		b = malloc(sizeof(*b) + room);
		if (!b)
			return sct_fail_memory(t);
		b->size = room;
	}
	b->next = NULL;
	b->len = 0;
	b->pos = 0;
	*batch = b;
	return 0;
}

/* One batch is kept, the largest. */
void sct_put_batch(struct sct *t, struct sct_batch *batch)
{
	if (t->spare && t->spare->size >= batch->size) {
		free(batch);
		return;
	}
	free(t->spare);
	t->spare = batch;
}

void sct_append_batch(struct sct *t, struct sct_batch *batch)
{
	if (t->first)
		t->last->next = batch;
	else
		t->first = batch;
	t->last = batch;
}

/* The next record that is here already; NULL if there is none. */
static const struct syscall_trace_record *take_record(struct sct *t)
{
	const struct syscall_trace_record *record;
	struct sct_batch *batch;

	while ((batch = t->first)) {
		if (batch->pos < batch->len) {
			record = (const void *)(batch->data + batch->pos);
			batch->pos += record->size;
			return record;
		}
		t->first = batch->next;
		sct_put_batch(t, batch);
	}
	return NULL;
}

/* -------------------------------- exchange -------------------------------- */

/**
 * struct attempt - what became of an exchange
 * @ret: what ioctl() has returned, or a negative errno
 * @done: bytes of answers that took effect
 * @refused: the first answer was refused, and @ret says why
 */
struct attempt {
	int ret;
	size_t done;
	bool refused;
};

static struct attempt try_exchange(struct sct *t, size_t answers, struct sct_batch *batch,
				   int64_t timeout)
{
	struct syscall_trace_exchange x = {
		.answers = (uintptr_t)(t->answers + t->answers_pos),
		.answers_len = answers,
		.records = (uintptr_t)batch->data,
		.records_len = batch->size,
		.timeout = timeout,
	};
	struct attempt a;

	a.ret = ioctl(t->fd, SYSCALL_TRACE_EXCHANGE, &x);
	if (a.ret < 0)
		a.ret = -errno;
	a.done = x.answers_len;
	a.refused = false;
	batch->len = a.ret > 0 ? x.records_len : 0;
	if (a.ret >= 0 || !answers)
		return a;
	/* The kernel leaves the lengths alone only if it did nothing. */
	if (x.records_len == batch->size)
		a.done = 0;
	else
		a.refused = !a.done;
	return a;
}

static int grow_batch(struct sct *t, struct sct_batch **batch)
{
	size_t room = 2 * (*batch)->size;
	int err;

	if (room > SCT_ROOM_MAX)
		return -EMSGSIZE;
	free(*batch);
	err = sct_get_batch(t, room, batch);
	if (err)
		*batch = NULL;
	return err;
}

/* Send the answers, and fill *@batch. Return 1, 0 at the end, or a negative errno. */
static int exchange(struct sct *t, struct sct_batch **batch, int64_t timeout)
{
	struct attempt a;
	size_t answers;
	int err = 0;

	while (!err) {
		answers = t->answers_len - t->answers_pos;
		a = try_exchange(t, answers, *batch, timeout);
		if (a.refused && a.ret != -ENOMEM) {
			sct_refuse_first(t, a.ret);
			err = sct_send(t, 0);
			if (t->late)
				err = sct_tell_late(t);
			continue;
		}
		sct_drop_answers(t, a.done);
		if (a.ret == -EMSGSIZE)
			err = grow_batch(t, batch);
		else if (a.ret)
			return a.ret < 0 ? a.ret : 1;
		else if (a.done == answers)
			return 0;
		/* Else only some were taken: here are the others. */
	}
	return err;
}

/* Get a batch of records for sct_next(). Returns 1, 0 at the end, or a negative errno. */
int sct_get_records(struct sct *t, int64_t timeout)
{
	struct sct_batch *batch = NULL;
	int ret;

	t->error[0] = '\0';
	ret = sct_get_batch(t, SCT_ROOM, &batch);
	if (ret)
		return ret;
	ret = exchange(t, &batch, timeout);
	if (ret > 0)
		sct_append_batch(t, batch);
	else if (batch)
		sct_put_batch(t, batch);
	if (ret < 0 && !t->error[0])
		sct_explain_records(t, ret);
	return ret;
}

SCT_EXPORT int sct_next(struct sct *t, const struct syscall_trace_record **record,
			int64_t timeout)
{
	int ret;

	*record = NULL;
	if (t->text)
		return sct_fail(t, -EINVAL, "tracer: it was opened for text: use sct_read_line()");
	if (t->late)
		return sct_tell_late(t);
	*record = take_record(t);
	if (*record)
		return 1;
	ret = sct_get_records(t, timeout);
	if (ret > 0)
		*record = take_record(t);
	return ret;
}

/* --------------------------- why it was refused --------------------------- */

/* Take the first ERROR out of a batch. */
static bool take_sentence(struct sct_batch *batch, unsigned int *column, char *text, size_t size)
{
	const struct syscall_trace_block *block;
	struct syscall_trace_record *record;
	size_t pos, len;

	for (pos = 0; pos < batch->len; pos += record->size) {
		record = (void *)(batch->data + pos);
		if (record->type != SYSCALL_TRACE_ERROR)
			continue;
		*column = record->data.value;
		block = sct_block(record, NULL);
		snprintf(text, size, "%.*s", block ? (int)block->len : 0,
			 block ? (const char *)sct_bytes(block) : "");
		len = record->size;
		batch->len -= len;
		memmove(batch->data + pos, batch->data + pos + len, batch->len - pos);
		return true;
	}
	return false;
}

/* Get what there is, behind what is here already; returns the batch or NULL. */
static struct sct_batch *get_more(struct sct *t)
{
	struct sct_batch *batch = NULL;
	struct attempt a;

	if (sct_get_batch(t, SCT_ROOM, &batch))
		return NULL;
	do {
		a = try_exchange(t, 0, batch, 0);
	} while (a.ret == -EMSGSIZE && !grow_batch(t, &batch));
	if (a.ret > 0)
		return batch;
	if (batch)
		sct_put_batch(t, batch);
	return NULL;
}

/* Ask for the sentence, past the queue. There may be too many records to be read. */
static int ask_for_sentence(struct sct *t)
{
	static const struct {
		struct {
			__u32 size;
			__u16 verb;
			__u16 head;
			__u64 id;
			__u32 tid;
			__u16 nr_blocks;
			__u16 reserved;
			__s64 value;
		} answer;
		struct syscall_trace_block block;
		char line[8];
	} error = {
		.answer = {
			.size = sizeof(error),
			.verb = SYSCALL_TRACE_LINE,
			.head = SYSCALL_TRACE_ANSWER_SHORT,
			.nr_blocks = 1,
		},
		.block = { .len = 5, .kind = SYSCALL_TRACE_BYTES },
		.line = "error",
	};

	return write(t->fd, &error, sizeof(error)) < 0 ? -errno : 0;
}

/*
 * Ask why a line or an answer was refused. Records that come before that are kept
 * for sct_next(). Returns false if it cannot be had.
 */
bool sct_fetch_sentence(struct sct *t, unsigned int *column, char *text, size_t size)
{
	struct sct_batch *batch;
	bool found = false;
	int err;

	while ((err = ask_for_sentence(t)) == -EAGAIN && (batch = get_more(t)))
		sct_append_batch(t, batch);
	while (!err && !found && (batch = get_more(t))) {
		found = take_sentence(batch, column, text, size);
		if (batch->len)
			sct_append_batch(t, batch);
		else
			sct_put_batch(t, batch);
	}
	return found && *column;
}

/* ------------------------------ what is in them --------------------------- */

SCT_EXPORT const struct syscall_trace_block *sct_block(const struct syscall_trace_record *record,
						       const struct syscall_trace_block *block)
{
	const char *at = (const char *)record + record->head;

	if (block)
		at = (const char *)(block + 1) + ((block->len + 7UL) & ~7UL);
	if (at >= (const char *)record + record->size)
		return NULL;
	return (const void *)at;
}

/* The first block of an argument, if it is bytes, of those from @from up to @to. */
static const void *find_bytes(const struct syscall_trace_record *record, unsigned int arg,
			      unsigned int from, unsigned int to, size_t *len)
{
	const struct syscall_trace_block *block = NULL;
	unsigned int i;

	for (i = 0; i < to && (block = sct_block(record, block)); i++) {
		if (i < from || block->arg != arg)
			continue;
		if (block->kind != SYSCALL_TRACE_BYTES)
			break;
		*len = block->len;
		return sct_bytes(block);
	}
	*len = 0;
	return NULL;
}

SCT_EXPORT const void *sct_arg(const struct syscall_trace_record *record, unsigned int arg,
			       size_t *len)
{
	const void *bytes;

	if (record->type != SYSCALL_TRACE_LOG)
		return find_bytes(record, arg, 0, record->nr_blocks, len);
	bytes = find_bytes(record, arg, 0, record->nr_in, len);
	return bytes ? bytes : sct_arg_out(record, arg, len);
}

SCT_EXPORT const void *sct_arg_out(const struct syscall_trace_record *record, unsigned int arg,
				   size_t *len)
{
	switch (record->type) {
	case SYSCALL_TRACE_LOG:
		return find_bytes(record, arg, record->nr_in, record->nr_blocks, len);
	case SYSCALL_TRACE_EXIT:
	case SYSCALL_TRACE_RESULT:
		return find_bytes(record, arg, 0, record->nr_blocks, len);
	default:
		*len = 0;
		return NULL;
	}
}
