// SPDX-License-Identifier: GPL-2.0-only
/* Reading a recording, as far as it is whole. */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include "screplay.h"

static void check_header(const struct recording *r)
{
	const struct scr_header *h = r->header;

	if (r->size < sizeof(*h) || memcmp(h->magic, SCR_MAGIC, sizeof(h->magic)))
		die(STATUS_DAMAGED, "%s: no recording of screplay: name a file that \"screplay record\" has written",
		    r->path);
	if (h->version != SCR_VERSION)
		die(STATUS_DAMAGED, "%s: format %u: this screplay reads format %u: use the one that has recorded it",
		    r->path, h->version, SCR_VERSION);
	if (crc32(0, h, offsetof(struct scr_header, crc)) != h->crc || h->size < sizeof(*h) ||
	    h->size % 8 || h->size > r->size)
		die(STATUS_DAMAGED, "%s: byte 0: checksum error in the header: record again",
		    r->path);
	if (h->machine != EM_X86_64 || h->page != SCR_PAGE)
		die(STATUS_DAMAGED, "%s: recorded on another machine: replay it there", r->path);
}

void recording_map(struct recording *r, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;

	memset(r, 0, sizeof(*r));
	r->path = path;
	if (fd < 0 || fstat(fd, &st))
		die(STATUS_FAILED, "%s: %s: name a recording", path, strerror(errno));
	if (!S_ISREG(st.st_mode))
		die(STATUS_FAILED, "%s: not a regular file: name a recording", path);
	r->size = st.st_size;
	if (r->size) {
		r->map = mmap(NULL, r->size, PROT_READ, MAP_PRIVATE, fd, 0);
		if (r->map == MAP_FAILED)
			die(STATUS_FAILED, "%s: mmap: %s: free memory", path, strerror(errno));
	}
	close(fd);
	r->header = (const void *)r->map;
	check_header(r);
}

__printf(4, 5)
static const struct scr_record *ends(struct recording *r, enum reader_end how, uint64_t at,
				     const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(r->why, sizeof(r->why), format, args);
	va_end(args);
	r->end = how;
	r->end_at = at;
	return NULL;
}

static bool outs_fit(const struct scr_call *c, const char *p, const char *end)
{
	const struct scr_out *out;
	uint32_t i;

	for (i = 0; i < c->nr_out; i++) {
		out = (const void *)p;
		if (end - p < (ptrdiff_t)sizeof(*out) ||
		    end - p - sizeof(*out) < (uint64_t)out->len ||
		    (out->arg > 5 && out->arg != SCR_ABSOLUTE))
			return false;
		p += sizeof(*out) + scr_padded(out->len);
	}
	return end - p >= (int64_t)c->nr_pages * 4;
}

static bool call_fits(const struct scr_record *record)
{
	const char *p = payload(record), *end = (const char *)record + record->size;
	const struct scr_call *c = payload(record);
	const struct scr_in *in;
	uint32_t i;

	if (end - p < (ptrdiff_t)sizeof(*c))
		return false;
	p += sizeof(*c);
	for (i = 0; i < c->nr_in; i++) {
		in = (const void *)p;
		if (end - p < (ptrdiff_t)sizeof(*in) || in->kept > in->len || in->arg > 5 ||
		    end - p - sizeof(*in) < (uint64_t)in->kept)
			return false;
		p += sizeof(*in) + scr_padded(in->kept);
	}
	return p <= end && outs_fit(c, p, end);
}

static bool strings_fit(const struct scr_record *record)
{
	const struct scr_start *start = payload(record);
	const char *p = start_strings(start), *end = (const char *)record + record->size;
	uint64_t i, nr = 2ULL + start->nr_args + start->nr_env;

	for (i = 0; i < nr && p < end; i++, p++)
		p = memchr(p, 0, end - p) ?: end;
	return i == nr && p <= end && start->nr_args;
}

static bool images_fit(const struct scr_record *record)
{
	const struct scr_exec *exec = payload(record);
	const char *p = (const char *)(exec + 1), *end = (const char *)record + record->size;
	const struct scr_image *image;
	uint32_t i;

	for (i = 0; i < exec->nr_images; i++) {
		image = (const void *)p;
		if (end - p < (ptrdiff_t)sizeof(*image) || !image->path_len ||
		    end - p - sizeof(*image) < (uint64_t)image->path_len ||
		    p[sizeof(*image) + image->path_len - 1])
			return false;
		p += sizeof(*image) + scr_padded(image->path_len);
	}
	return true;
}

/* Is there in it what it says? A checksum alone does not make it so. */
static bool fits(const struct scr_record *record)
{
	static const size_t sizes[] = {
		[SCR_START] = sizeof(struct scr_start), [SCR_PROCESS] = sizeof(struct scr_process),
		[SCR_CALL] = sizeof(struct scr_call), [SCR_SIGNAL] = sizeof(struct scr_signal),
		[SCR_EXEC] = sizeof(struct scr_exec), [SCR_END] = sizeof(struct scr_end),
		[SCR_FINISH] = sizeof(struct scr_finish),
	};
	size_t len = record->size - sizeof(*record);

	if (record->type < sizeof(sizes) / sizeof(sizes[0]) && len < sizes[record->type])
		return false;
	if (record->type == SCR_CALL)
		return call_fits(record);
	if (record->type == SCR_START)
		return strings_fit(record);
	if (record->type == SCR_EXEC)
		return images_fit(record);
	return true;
}

/* The record behind @last, or the first; NULL at the end, and @r->end says which. */
const struct scr_record *recording_next(struct recording *r, const struct scr_record *last)
{
	uint64_t at = last ? (const char *)last - r->map + last->size : r->header->size;
	const struct scr_record *record = (const void *)(r->map + at);

	if (at == r->size) {
		if (last && last->type == SCR_FINISH)
			return ends(r, READER_WHOLE, at, "whole");
		return ends(r, READER_CUT, at, "it ends without a last record");
	}
	if (r->size - at < sizeof(*record))
		return ends(r, READER_CUT, at, "it ends within a record");
	if (record->size < sizeof(*record) || record->size % 8)
		return ends(r, READER_DAMAGED, at, "length of a record that makes no sense");
	if (record->size > r->size - at)
		return ends(r, READER_CUT, at, "it ends within a record");
	if (crc32(0, &record->type, record->size - 8) != record->crc)
		return ends(r, READER_DAMAGED, at, "checksum error in record %llu",
			    (unsigned long long)r->nr_records);
	if (!fits(record))
		return ends(r, READER_DAMAGED, at, "record %llu is too short",
			    (unsigned long long)r->nr_records);
	r->nr_records++;
	return record;
}

static void *grown(void *array, size_t nr, size_t *room, size_t size)
{
	if (nr < *room)
		return array;
	*room = *room * 2 + 64;
	return xrealloc(array, *room * size);
}

static void add_event(struct recording *r, const struct scr_record *record, uint64_t index)
{
	struct process *p = &r->processes[record->process - 1];

	p->events = grown(p->events, p->nr_events, &p->room, sizeof(*p->events));
	p->events[p->nr_events].record = record;
	p->events[p->nr_events++].index = index;
}

static void add_process(struct recording *r, const struct scr_record *record)
{
	const struct scr_process *made = payload(record);
	struct process *p, *parent;

	r->processes = xrealloc(r->processes, (r->nr_processes + 1) * sizeof(*p));
	p = &r->processes[r->nr_processes++];
	memset(p, 0, sizeof(*p));
	p->number = r->nr_processes;
	p->pid = made->pid;
	p->parent = made->parent;
	if (!p->parent)
		return;
	parent = &r->processes[p->parent - 1];
	parent->children = xrealloc(parent->children, (parent->nr_children + 1) * 4);
	parent->children[parent->nr_children++] = p->number;
}

static void add_pages(struct recording *r, const struct scr_record *record)
{
	const char *p = payload(record), *end = (const char *)record + record->size;

	for (; end - p >= SCR_PAGE; p += SCR_PAGE) {
		r->pages = grown(r->pages, r->nr_pages, &r->pages_room, sizeof(*r->pages));
		r->pages[r->nr_pages++] = p;
	}
}

/* Numbers that others go by have to be of something that precedes. */
static bool refers_well(const struct recording *r, const struct scr_record *record)
{
	const struct scr_process *made = payload(record);
	const struct scr_call *c = payload(record);
	uint32_t i;

	switch (record->type) {
	case SCR_PROCESS:
		return record->process == r->nr_processes + 1 && made->parent <= r->nr_processes &&
		       !made->parent == !r->nr_processes;
	case SCR_CALL:
		for (i = 0; i < c->nr_pages; i++)
			if (call_pages(c)[i] > r->nr_pages)
				return false;
		break;
	case SCR_SIGNAL:
	case SCR_EXEC:
	case SCR_END:
		break;
	default:
		return true;
	}
	return record->process && record->process <= r->nr_processes;
}

/* A call that has made a process has its id as result. They may begin in another order. */
static void find_maker(struct recording *r, const struct process *p, const struct scr_call *call)
{
	struct process *child;
	size_t i;

	for (i = 0; i < p->nr_children; i++) {
		child = &r->processes[p->children[i] - 1];
		if (child->made_by || child->pid != call->ret)
			continue;
		child->made_by = call;
		return;
	}
}

static void find_makers(struct recording *r)
{
	const struct scr_call *call;
	struct process *p;
	size_t i;

	for (p = r->processes; p < r->processes + r->nr_processes; p++) {
		for (i = 0; p->nr_children && i < p->nr_events; i++) {
			call = event_call(&p->events[i]);
			if (call && makes_process(call->nr) && call->ret > 0)
				find_maker(r, p, call);
		}
	}
}

/* Read all of it, and sort it by processes. */
void recording_index(struct recording *r)
{
	const struct scr_record *record = NULL;
	uint64_t index;

	for (;;) {
		index = r->nr_records;
		record = recording_next(r, record);
		if (!record)
			break;
		if (!refers_well(r, record)) {
			ends(r, READER_DAMAGED, (const char *)record - r->map,
			     "record %llu is of something that is not there",
			     (unsigned long long)index);
			break;
		}
		if (record->type == SCR_START && !r->start)
			r->start = payload(record);
		else if (record->type == SCR_PROCESS)
			add_process(r, record);
		else if (record->type == SCR_PAGES)
			add_pages(r, record);
		else if (record->process && record->type < SCR_PAGES)
			add_event(r, record, index);
	}
	find_makers(r);
}

const struct scr_call *event_call(const struct event *event)
{
	return event->record->type == SCR_CALL ? payload(event->record) : NULL;
}

const struct scr_in *call_ins(const struct scr_call *call)
{
	return (const void *)(call + 1);
}

const struct scr_in *next_in(const struct scr_in *in)
{
	return (const void *)((const char *)(in + 1) + scr_padded(in->kept));
}

const struct scr_out *call_outs(const struct scr_call *call)
{
	const struct scr_in *in = call_ins(call);
	unsigned int i;

	for (i = 0; i < call->nr_in; i++)
		in = next_in(in);
	return (const void *)in;
}

const struct scr_out *next_out(const struct scr_out *out)
{
	return (const void *)((const char *)(out + 1) + scr_padded(out->len));
}

const uint32_t *call_pages(const struct scr_call *call)
{
	const struct scr_out *out = call_outs(call);
	unsigned int i;

	for (i = 0; i < call->nr_out; i++)
		out = next_out(out);
	return (const void *)out;
}

const char *start_strings(const struct scr_start *start)
{
	return (const char *)(start + 1);
}
