// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Answers: put together, queued, sent.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "internal.h"

#define WHOLE	sizeof(struct syscall_trace_answer)
#define SHORT	SYSCALL_TRACE_ANSWER_SHORT

static size_t padded(size_t len)
{
	return (len + 7) & ~(size_t)7;
}

/* What was sent is in the way only if there is no room behind it. */
static void compact(struct sct *t)
{
	t->answers_len -= t->answers_pos;
	memmove(t->answers, t->answers + t->answers_pos, t->answers_len);
	t->answers_pos = 0;
}

static int make_room(struct sct *t, size_t size)
{
	size_t room = t->answers_size ? t->answers_size : 4096;
	char *answers;

	if (t->answers_pos && room - t->answers_len < size)
		compact(t);
	while (room - t->answers_len < size)
		room *= 2;
	if (room == t->answers_size)
		return 0;
	answers = realloc(t->answers, room);
	if (!answers)
		return sct_fail_memory(t);
	t->answers = answers;
	t->answers_size = room;
	return 0;
}

/*
 * Queue an answer with a header of @head bytes and @blocks bytes of blocks, all zero
 * but what is common to all. NULL if there is no memory.
 */
static struct syscall_trace_answer *add_answer(struct sct *t, unsigned int verb,
					       const struct syscall_trace_record *stop,
					       size_t head, size_t blocks)
{
	struct syscall_trace_answer *answer;

	if (make_room(t, head + blocks))
		return NULL;
	answer = (void *)(t->answers + t->answers_len);
	memset(answer, 0, head + blocks);
	answer->size = head + blocks;
	answer->verb = verb;
	answer->head = head;
	answer->id = stop ? stop->id : 0;
	answer->tid = stop ? stop->tid : 0;
	t->answers_len += head + blocks;
	return answer;
}

/* The kernel takes far less. What is more than this does not fit the fields of an answer. */
static int check_size(struct sct *t, const char *what, size_t size)
{
	if (size <= SCT_ROOM_MAX)
		return 0;
	return sct_fail(t, -E2BIG, "%s: %zu bytes are too many: give less", what, size);
}

/* Fill a block in; returns where the next one goes. */
static void *fill_block(void *at, unsigned int kind, unsigned int arg, const void *bytes,
			size_t len)
{
	struct syscall_trace_block *block = at;

	block->kind = kind;
	block->arg = arg;
	block->len = len;
	if (len)
		memcpy(block + 1, bytes, len);
	return (char *)(block + 1) + padded(len);
}

/* Forget the first @len bytes of what is queued. */
void sct_drop_answers(struct sct *t, size_t len)
{
	t->answers_pos += len;
	if (t->answers_pos < t->answers_len)
		return;
	t->answers_pos = 0;
	t->answers_len = 0;
}

/*
 * The first of the queued answers was refused. Forget it, and tell later: unless the stop
 * is over, as its thread was killed, or went on by a timeout.
 */
void sct_refuse_first(struct sct *t, int err)
{
	struct syscall_trace_answer answer;
	char error[SCT_ERROR_MAX];

	memcpy(&answer, t->answers + t->answers_pos, SHORT);
	sct_drop_answers(t, answer.size);
	if (err == -ESRCH || t->late)
		return;
	memcpy(error, t->error, sizeof(error));
	sct_explain_answer(t, err, &answer);
	t->late = err;
	memcpy(t->late_text, t->error, sizeof(t->late_text));
	memcpy(t->error, error, sizeof(t->error));
}

/* Bytes of the first of the queued answers, as many as are whole in @max; at least one. */
static size_t first_answers(const struct sct *t, size_t max)
{
	const struct syscall_trace_answer *answer;
	size_t len = 0;

	if (t->answers_len - t->answers_pos <= max)
		return t->answers_len - t->answers_pos;
	do {
		answer = (const void *)(t->answers + t->answers_pos + len);
		len += answer->size;
		answer = (const void *)(t->answers + t->answers_pos + len);
	} while (t->answers_pos + len < t->answers_len && len + answer->size <= max);
	return len;
}

/* Is it not the answer's fault, so that it may be sent again? */
static bool is_passing(int err)
{
	return err == -ENOMEM || err == -EIO || err == -EBADF;
}

/*
 * Send all that is queued. The last @own bytes are an answer whose error is returned;
 * it is forgotten. Errors of others are told by the next sct_next() or sct_flush().
 */
int sct_send(struct sct *t, size_t own)
{
	size_t most = SIZE_MAX;
	ssize_t done;
	int err;

	while (t->answers_len) {
		done = write(t->fd, t->answers + t->answers_pos, first_answers(t, most));
		if (done > 0) {
			sct_drop_answers(t, done);
			most = most > SIZE_MAX / 4 ? SIZE_MAX : 4 * most;
			continue;
		}
		err = done < 0 ? -errno : -EIO;
		if (err == -EINTR)
			continue;
		if (own && t->answers_len - t->answers_pos == own) {
			sct_drop_answers(t, own);
			return err;
		}
		if (is_passing(err)) {
			t->answers_len -= own;
			return sct_fail(t, err, "tracer: answers cannot be sent now: %s",
					strerror(-err));
		}
		sct_refuse_first(t, err);
		/* The next may be refused as well: the kernel copies all that it is given. */
		most = 512;
	}
	return 0;
}

/* Was an answer refused? */
int sct_tell_late(struct sct *t)
{
	int err = t->late;

	t->late = 0;
	if (err)
		memcpy(t->error, t->late_text, sizeof(t->error));
	return err;
}

SCT_EXPORT int sct_flush(struct sct *t)
{
	int err = sct_send(t, 0);

	return t->late ? sct_tell_late(t) : err;
}

/* ---------------------------------- lines --------------------------------- */

/* Send a line, and what is queued before it; without a sentence if it is refused. */
static int send_line(struct sct *t, const char *line, size_t len)
{
	struct syscall_trace_answer *answer;
	size_t blocks = sizeof(struct syscall_trace_block) + padded(len);

	answer = add_answer(t, SYSCALL_TRACE_LINE, NULL, SHORT, blocks);
	if (!answer)
		return -ENOMEM;
	answer->nr_blocks = 1;
	fill_block((char *)answer + SHORT, SYSCALL_TRACE_BYTES, 0, line, len);
	return sct_send(t, SHORT + blocks);
}

static int command(struct sct *t, const char *line)
{
	int err;

	if (!strncmp(line, "packed", 6))
		return sct_fail(t, -EINVAL,
				"\"%.200s\": the library needs the form it has chosen: leave it out",
				line);
	if (t->text)
		return sct_text_write(t, line, strlen(line));
	err = check_size(t, "line", strlen(line));
	if (err)
		return err;
	err = send_line(t, line, strlen(line));
	if (!err)
		return 0;
	return err == -ENOMEM ? sct_fail_memory(t) : sct_explain_line(t, err, line);
}

SCT_EXPORT int sct_command(struct sct *t, const char *format, ...)
{
	va_list ap;
	char *line;
	int err;

	va_start(ap, format);
	err = vasprintf(&line, format, ap);
	va_end(ap);
	if (err < 0)
		return sct_fail_memory(t);
	err = command(t, line);
	free(line);
	return err;
}

/* ------------------------------ queued answers ---------------------------- */

static int answer(struct sct *t, unsigned int verb, const struct syscall_trace_record *stop,
		  int64_t value)
{
	struct syscall_trace_answer *a;

	if (!stop->id)
		return sct_fail(t, -EINVAL, "tracer: this record is no stop: answer stops only");
	a = add_answer(t, verb, stop, SHORT, 0);
	if (!a)
		return -ENOMEM;
	a->value = value;
	return 0;
}

SCT_EXPORT int sct_cont(struct sct *t, const struct syscall_trace_record *stop)
{
	return answer(t, SYSCALL_TRACE_CONT, stop, 0);
}

SCT_EXPORT int sct_step(struct sct *t, const struct syscall_trace_record *stop)
{
	return answer(t, SYSCALL_TRACE_STEP, stop, 0);
}

SCT_EXPORT int sct_report(struct sct *t, const struct syscall_trace_record *stop)
{
	return answer(t, SYSCALL_TRACE_REPORT, stop, 0);
}

SCT_EXPORT int sct_discard(struct sct *t, const struct syscall_trace_record *stop)
{
	return answer(t, SYSCALL_TRACE_DISCARD, stop, 0);
}

SCT_EXPORT int sct_deliver(struct sct *t, const struct syscall_trace_record *stop, int signal)
{
	return answer(t, SYSCALL_TRACE_DELIVER, stop, signal);
}

SCT_EXPORT int sct_skip(struct sct *t, const struct syscall_trace_record *stop, int64_t result)
{
	return answer(t, SYSCALL_TRACE_SKIP, stop, result);
}

SCT_EXPORT int sct_return(struct sct *t, const struct syscall_trace_record *stop, int64_t result)
{
	return answer(t, SYSCALL_TRACE_RETURN, stop, result);
}

/* ----------------------- answers that are sent at once -------------------- */

/* Send the answer that was queued last, and those before it. */
static int send_own(struct sct *t, const struct syscall_trace_answer *answer)
{
	struct syscall_trace_answer copy;
	size_t own = answer->size;
	int err;

	memcpy(&copy, answer, SHORT);
	err = sct_send(t, own);
	if (!err)
		return 0;
	return err == -ENOMEM ? sct_fail_memory(t) : sct_explain_answer(t, err, &copy);
}

SCT_EXPORT int sct_set(struct sct *t, const struct syscall_trace_record *stop, unsigned int arg,
		       uint64_t offset, const void *data, size_t len)
{
	struct syscall_trace_answer *answer;
	int err = check_size(t, "set", len);

	if (err)
		return err;
	answer = add_answer(t, SYSCALL_TRACE_SET, stop, WHOLE,
			    sizeof(struct syscall_trace_block) + padded(len));
	if (!answer)
		return -ENOMEM;
	answer->nr_blocks = 1;
	answer->arg = arg;
	answer->off = offset;
	fill_block(answer + 1, SYSCALL_TRACE_BYTES, arg - 1, data, len);
	return send_own(t, answer);
}

static int get(struct sct *t, unsigned int verb, const struct syscall_trace_record *stop,
	       unsigned int arg, uint64_t offset, size_t len)
{
	struct syscall_trace_answer *answer = add_answer(t, verb, stop, WHOLE, 0);

	if (!answer)
		return -ENOMEM;
	answer->value = len;
	answer->arg = arg;
	answer->off = offset;
	return send_own(t, answer);
}

SCT_EXPORT int sct_get(struct sct *t, const struct syscall_trace_record *stop, unsigned int arg,
		       uint64_t offset, size_t len)
{
	return get(t, SYSCALL_TRACE_GET, stop, arg, offset, len);
}

SCT_EXPORT int sct_get_address(struct sct *t, const struct syscall_trace_record *stop,
			       unsigned int arg)
{
	return get(t, SYSCALL_TRACE_GET_ADDRESS, stop, arg, 0, 0);
}

/* --------------------------------- new calls ------------------------------ */

/**
 * struct pieces - new memory of one argument
 * @given: it gets some
 * @is_list: in a list of pieces
 * @strings: pieces may end with a zero, which the kernel adds itself
 * @single: the piece, if it is no list
 * @first: the pieces
 * @nr: how many
 */
struct pieces {
	bool given;
	bool is_list;
	bool strings;
	struct iovec single;
	const struct iovec *first;
	size_t nr;
};

static void find_pieces(const struct syscall_trace_record *stop, const struct sct_rewrite *rewrite,
			unsigned int i, struct pieces *p)
{
	uint64_t args[6];
	unsigned int j;

	memset(p, 0, sizeof(*p));
	p->is_list = rewrite->list[i];
	p->given = p->is_list || rewrite->data[i];
	if (!p->given)
		return;
	for (j = 0; j < 6; j++)
		args[j] = rewrite->kept & 1u << j ? stop->args[j] : rewrite->args[j];
	p->strings = sct_takes_strings(stop->abi, rewrite->nr, args, i);
	p->single.iov_base = (void *)rewrite->data[i];
	p->single.iov_len = rewrite->data_len[i];
	p->first = p->is_list ? rewrite->list[i] : &p->single;
	p->nr = p->is_list ? rewrite->list_len[i] : 1;
}

static size_t piece_len(const struct pieces *p, size_t i)
{
	const char *bytes = p->first[i].iov_base;
	size_t len = p->first[i].iov_len;

	return p->strings && len && !bytes[len - 1] ? len - 1 : len;
}

/* Bytes of the blocks of an argument. */
static size_t pieces_size(const struct pieces *p)
{
	const size_t head = sizeof(struct syscall_trace_block);
	size_t size = p->is_list ? 2 * head : 0, i;

	for (i = 0; i < p->nr; i++)
		size += head + padded(piece_len(p, i));
	return size;
}

static void *fill_pieces(void *at, const struct pieces *p, unsigned int arg)
{
	size_t i;

	if (p->is_list)
		at = fill_block(at, SYSCALL_TRACE_LIST, arg, NULL, 0);
	for (i = 0; i < p->nr; i++)
		at = fill_block(at, SYSCALL_TRACE_BYTES, arg, p->first[i].iov_base,
				piece_len(p, i));
	if (p->is_list)
		at = fill_block(at, SYSCALL_TRACE_LIST_END, arg, NULL, 0);
	return at;
}

SCT_EXPORT int sct_rewrite(struct sct *t, const struct syscall_trace_record *stop,
			   const struct sct_rewrite *rewrite)
{
	struct syscall_trace_answer *answer;
	size_t size = 0, blocks = 0;
	struct pieces pieces[6];
	unsigned int i;
	void *at;

	for (i = 0; i < 6; i++) {
		find_pieces(stop, rewrite, i, &pieces[i]);
		size += pieces_size(&pieces[i]);
		blocks += pieces[i].nr + (pieces[i].is_list ? 2 : 0);
	}
	if (check_size(t, "rewrite", size))
		return -E2BIG;
	if (blocks > UINT16_MAX)
		return sct_fail(t, -E2BIG, "rewrite for thread %u: a list is too long: shorten it",
				stop->tid);
	answer = add_answer(t, SYSCALL_TRACE_REWRITE, stop, WHOLE, size);
	if (!answer)
		return -ENOMEM;
	answer->nr = rewrite->nr;
	answer->nr_blocks = blocks;
	answer->flags = rewrite->raw ? SYSCALL_TRACE_RAW : 0;
	answer->kept = rewrite->kept & 0x3f;
	at = answer + 1;
	for (i = 0; i < 6; i++) {
		if (pieces[i].given)
			answer->kept &= ~(1u << i);
		else if (!(rewrite->kept & 1u << i))
			answer->args[i] = rewrite->args[i];
		at = fill_pieces(at, &pieces[i], i);
	}
	return send_own(t, answer);
}
