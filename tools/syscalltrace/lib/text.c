// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The text form: lines in, lines out.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "internal.h"

#define FIRST_ROOM	4096

/* Make a batch twice as large. */
static int grow(struct sct *t, struct sct_batch **batch)
{
	size_t size = 2 * (*batch)->size;
	struct sct_batch *b;

	b = realloc(*batch, sizeof(*b) + size);
	if (!b)
		return sct_fail_memory(t);
	b->size = size;
	*batch = b;
	return 0;
}

/*
 * Read one record, up to its newline, into a batch of its own. Returns 1, 0 at the end,
 * or a negative errno. A signal in the middle of a record does not lose its beginning:
 * the rest is there.
 */
static int read_record(struct sct *t, struct sct_batch **batch)
{
	struct sct_batch *b;
	ssize_t len;
	int err;

	err = sct_get_batch(t, FIRST_ROOM, &b);
	if (err)
		return err;
	do {
		/* One byte more, for the end of the string. */
		if (b->len + 1 >= b->size)
			err = grow(t, &b);
		if (err)
			break;
		len = read(t->fd, b->data + b->len, b->size - 1 - b->len);
		if (len > 0)
			b->len += len;
		else if (len == 0 || errno != EINTR || !b->len)
			err = len ? -errno : 1;
	} while (!err && (!b->len || b->data[b->len - 1] != '\n'));
	if (err) {
		sct_put_batch(t, b);
		return err == 1 ? 0 : err;
	}
	b->data[b->len - 1] = '\0';
	*batch = b;
	return 1;
}

/* Get a record for sct_read_line(). Returns 1, 0 at the end, or a negative errno. */
int sct_text_get_record(struct sct *t)
{
	struct sct_batch *batch;
	int ret;

	t->error[0] = '\0';
	ret = read_record(t, &batch);
	if (ret > 0)
		sct_append_batch(t, batch);
	else if (ret < 0 && !t->error[0])
		sct_explain_records(t, ret);
	return ret;
}

SCT_EXPORT int sct_read_line(struct sct *t, const char **line)
{
	struct sct_batch *batch = t->first;
	int ret = 1;

	*line = NULL;
	if (!t->text)
		return sct_fail(t, -EINVAL, "tracer: it was not opened for text: use sct_next()");
	/* A batch whose line was given out is at its end. */
	if (batch && batch->pos) {
		t->first = batch->next;
		sct_put_batch(t, batch);
	}
	if (!t->first)
		ret = sct_text_get_record(t);
	if (ret <= 0)
		return ret;
	t->first->pos = t->first->len;
	*line = t->first->data;
	return 1;
}

static int write_bytes(struct sct *t, const char *line, size_t len)
{
	ssize_t done;

	do {
		done = write(t->fd, line, len);
	} while (done < 0 && errno == EINTR);
	if (done == (ssize_t)len)
		return 0;
	return done < 0 ? -errno : -EINVAL;
}

/* Write a line, and a newline behind it. */
int sct_text_write(struct sct *t, const char *line, size_t len)
{
	char *copy;
	int err;

	if (memchr(line, '\n', len))
		return sct_fail(t, -EINVAL,
				"\"%.200s\": a newline in the line: write lines one by one",
				line);
	copy = malloc(len + 2);
	if (!copy)
		return sct_fail_memory(t);
	memcpy(copy, line, len);
	memcpy(copy + len, "\n", 2);
	err = write_bytes(t, copy, len + 1);
	free(copy);
	if (!err)
		return 0;
	return err == -ENOMEM ? sct_fail_memory(t) : sct_explain_line(t, err, line);
}

SCT_EXPORT int sct_write_line(struct sct *t, const char *format, ...)
{
	va_list ap;
	char *line;
	int err;

	if (!t->text)
		return sct_fail(t, -EINVAL,
				"tracer: it was not opened for text: use sct_command()");
	va_start(ap, format);
	err = vasprintf(&line, format, ap);
	va_end(ap);
	if (err < 0)
		return sct_fail_memory(t);
	err = sct_text_write(t, line, err);
	free(line);
	return err;
}

/* Is this the record that was asked for? It begins with a thread id if others do. */
static bool is_sentence(const char *line, unsigned int *column, char *text, size_t size)
{
	char format[32];

	snprintf(format, sizeof(format), "error %%u, \"%%%zu[^\"]", size - 1);
	if (line[0] >= '0' && line[0] <= '9')
		line = strchr(line, ' ') ? strchr(line, ' ') + 1 : line;
	return sscanf(line, format, column, text) == 2;
}

bool sct_text_fetch_sentence(struct sct *t, unsigned int *column, char *text, size_t size)
{
	static const char error[] = "error\n";
	struct sct_batch *batch;

	if (write_bytes(t, error, strlen(error)))
		return false;
	while (read_record(t, &batch) > 0) {
		if (is_sentence(batch->data, column, text, size)) {
			sct_put_batch(t, batch);
			return *column;
		}
		sct_append_batch(t, batch);
	}
	return false;
}
