// SPDX-License-Identifier: GPL-2.0-only
/*
 * Making a recording. Records are collected, and written whole: whatever happens, the
 * file can be read up to the last whole one.
 */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "screplay.h"

#define FLUSH_AT	(256UL << 10)
#define PAGES_AT_ONCE	16

/* A page that the file has already, to be found by its checksum */
struct stored {
	uint32_t crc;
	uint32_t id;
	uint64_t at;
};

struct writer {
	int fd;
	struct buf buf;
	uint64_t written;	/* in whole records */
	uint64_t records;
	struct stored *table;
	size_t table_size;	/* a power of two */
	uint32_t nr_pages;
};

struct writer *writer_open(const char *path)
{
	struct writer *w = xrealloc(NULL, sizeof(*w));
	struct scr_header *h;

	memset(w, 0, sizeof(*w));
	/* To be read, too: pages are compared with what is there. */
	w->fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (w->fd < 0 || lseek(w->fd, 0, SEEK_CUR) < 0)
		die(STATUS_FAILED, "%s: %s: name a file that can be written with -o", path,
		    strerror(errno));
	h = buf_extend(&w->buf, sizeof(*h));
	memcpy(h->magic, SCR_MAGIC, sizeof(h->magic));
	h->version = SCR_VERSION;
	h->size = sizeof(*h);
	h->machine = EM_X86_64;
	h->page = SCR_PAGE;
	h->time = time(NULL);
	h->crc = crc32(0, h, offsetof(struct scr_header, crc));
	return w;
}

/* Of the first @len bytes that wait: so many are whole records. */
static size_t whole(const struct writer *w, size_t len)
{
	const struct scr_record *r;
	size_t pos = w->written ? 0 : sizeof(struct scr_header);

	for (; pos + sizeof(*r) <= len; pos += r->size) {
		r = (const void *)(w->buf.data + pos);
		if (r->size > len - pos)
			break;
	}
	return pos <= len ? pos : 0;
}

/* 0 or an errno: then the file ends with the last record that is whole. */
int writer_flush(struct writer *w)
{
	size_t pos = 0;
	ssize_t len;
	int err;

	while (pos < w->buf.len) {
		len = write(w->fd, w->buf.data + pos, w->buf.len - pos);
		if (len < 0 && errno == EINTR)
			continue;
		if (len <= 0) {
			err = len ? errno : ENOSPC;
			w->written += whole(w, pos);
			if (ftruncate(w->fd, w->written))
				err = errno;
			w->buf.len = 0;
			return err;
		}
		pos += len;
	}
	w->written += pos;
	w->buf.len = 0;
	return 0;
}

int writer_add(struct writer *w, enum scr_type type, uint32_t process, const struct buf *payload)
{
	struct scr_record *r;
	size_t at = w->buf.len;

	if (payload->len > UINT32_MAX - 64)
		return EFBIG;
	buf_extend(&w->buf, sizeof(*r));
	buf_add(&w->buf, payload->data, payload->len);
	buf_pad(&w->buf);
	r = (void *)(w->buf.data + at);
	r->size = w->buf.len - at;
	r->type = type;
	r->process = process;
	r->crc = crc32(0, &r->type, r->size - 8);
	w->records++;
	return w->buf.len >= FLUSH_AT ? writer_flush(w) : 0;
}

int writer_close(struct writer *w)
{
	struct buf b = { 0 };
	struct scr_finish *finish = buf_extend(&b, sizeof(*finish));
	int err;

	finish->records = w->records;
	err = writer_add(w, SCR_FINISH, 0, &b);
	buf_free(&b);
	if (!err)
		err = writer_flush(w);
	if (close(w->fd) && !err)
		err = errno;
	buf_free(&w->buf);
	free(w->table);
	free(w);
	return err;
}

uint64_t writer_bytes(const struct writer *w)
{
	return w->written + w->buf.len;
}

uint64_t writer_records(const struct writer *w)
{
	return w->records;
}

static void table_put(struct stored *table, size_t size, const struct stored *s)
{
	size_t i = s->crc & (size - 1);

	while (table[i].id)
		i = (i + 1) & (size - 1);
	table[i] = *s;
}

static void table_grow(struct writer *w)
{
	size_t i, size = w->table_size ? w->table_size * 2 : 4096;
	struct stored *table = calloc(size, sizeof(*table));

	if (!table)
		die(STATUS_FAILED, "pages: out of memory: free some");
	for (i = 0; i < w->table_size; i++)
		if (w->table[i].id)
			table_put(table, size, &w->table[i]);
	free(w->table);
	w->table = table;
	w->table_size = size;
}

static bool same_page(struct writer *w, const struct stored *s, const char *page)
{
	char there[SCR_PAGE];

	/* What is not in a record yet is stored twice, if it comes twice. */
	if (s->at >= w->written + w->buf.len)
		return false;
	if (s->at >= w->written)
		return !memcmp(w->buf.data + (s->at - w->written), page, SCR_PAGE);
	return pread(w->fd, there, SCR_PAGE, s->at) == SCR_PAGE &&
	       !memcmp(there, page, SCR_PAGE);
}

static uint32_t find_page(struct writer *w, const char *page, uint32_t crc)
{
	size_t i;

	for (i = crc & (w->table_size - 1); w->table[i].id; i = (i + 1) & (w->table_size - 1))
		if (w->table[i].crc == crc && same_page(w, &w->table[i], page))
			return w->table[i].id;
	return 0;
}

static bool is_zero(const char *page)
{
	return !page[0] && !memcmp(page, page + 1, SCR_PAGE - 1);
}

/* Pages, those that are new in records of their own. @ids: gets their numbers */
int writer_pages(struct writer *w, const char *pages, size_t nr, uint32_t *ids)
{
	struct buf b = { 0 };
	struct stored s;
	size_t i;
	int err = 0;

	for (i = 0; i < nr && !err; i++, pages += SCR_PAGE) {
		ids[i] = 0;
		if (is_zero(pages))
			continue;
		if (w->nr_pages * 2UL >= w->table_size)
			table_grow(w);
		s.crc = crc32(0, pages, SCR_PAGE);
		ids[i] = find_page(w, pages, s.crc);
		if (ids[i])
			continue;
		s.id = ++w->nr_pages;
		ids[i] = s.id;
		s.at = w->written + w->buf.len + sizeof(struct scr_record) + b.len;
		table_put(w->table, w->table_size, &s);
		buf_add(&b, pages, SCR_PAGE);
		if (b.len < PAGES_AT_ONCE * SCR_PAGE)
			continue;
		err = writer_add(w, SCR_PAGES, 0, &b);
		b.len = 0;
	}
	if (b.len && !err)
		err = writer_add(w, SCR_PAGES, 0, &b);
	buf_free(&b);
	return err;
}
