// SPDX-License-Identifier: GPL-2.0
/*
 * How a fuzzer reads the log where it is mapped.
 */

#include "file_fuzz_fuzzer.h"

static bool map_log(struct slot *slot)
{
	struct file *f = slot->file;
	size_t page = getpagesize();
	struct syscall_trace_log *log;
	void *tail;

	tail = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_SHARED, slot->fd, 0);
	if (tail == MAP_FAILED) {
		if (errno != ENOMEM && errno != EPERM)
			found("the log cannot be mapped: %s", strerrorname_np(errno));
		return false;
	}
	log = mmap(NULL, page, PROT_READ, MAP_SHARED, slot->fd, page);
	if (log == MAP_FAILED) {
		munmap(tail, page);
		return false;
	}
	f->log_size = log->size;
	munmap(log, page);
	if (!f->log_size || f->log_size & (f->log_size - 1))
		found("a log of %zu bytes", f->log_size);
	log = mmap(NULL, page + 2 * f->log_size, PROT_READ, MAP_SHARED, slot->fd, page);
	if (log == MAP_FAILED) {
		munmap(tail, page);
		return false;
	}
	f->log = log;
	f->log_tail = tail;
	doing("map the log of %d: %zu bytes", slot->fd, f->log_size);
	return true;
}

static void map_badly(struct slot *slot)
{
	static const struct {
		int pages, prot, flags, off, err;
	} maps[] = {
		{ 1, PROT_READ, MAP_PRIVATE, 0, EINVAL },
		{ 2, PROT_READ | PROT_WRITE, MAP_SHARED, 0, EINVAL },
		{ 1, PROT_READ | PROT_WRITE, MAP_SHARED, 1, EPERM },
		{ 9999, PROT_READ, MAP_SHARED, 1, EINVAL },
		{ 1, PROT_READ, MAP_SHARED, 9999, EINVAL },
	};
	size_t page = getpagesize();
	unsigned int i = below(ARRAY_SIZE(maps));
	void *p = mmap(NULL, maps[i].pages * page, maps[i].prot, maps[i].flags, slot->fd,
		       maps[i].off * page);

	doing("map %d badly, %u = %d", slot->fd, i, errno);
	if (p != MAP_FAILED)
		found("bad mapping %u can be made", i);
	if (errno != maps[i].err && errno != ENOMEM && errno != EPERM)
		found("bad mapping %u gives %s", i, strerrorname_np(errno));
}

static void read_log(struct slot *slot)
{
	struct file *f = slot->file;
	unsigned long head = __atomic_load_n(&f->log->head, __ATOMIC_ACQUIRE);
	unsigned long tail = __atomic_load_n(f->log_tail, __ATOMIC_RELAXED);
	const char *ring = (const char *)f->log + getpagesize(), *wrong;
	const struct syscall_trace_record *r;
	struct seen seen;
	int n;

	if (f->spoilt)
		return;
	if (head - tail > f->log_size)
		found("%lu bytes in a log of %zu", head - tail, f->log_size);
	for (n = below(200); n && tail != head; n--) {
		r = (const void *)(ring + tail % f->log_size);
		wrong = parse_packed(r, head - tail, &seen);
		if (wrong || seen.type != SYSCALL_TRACE_LOG)
			found("in the log: %s, type %u", wrong ?: "not", seen.type);
		world->records[SYSCALL_TRACE_LOG]++;
		tail += r->size;
		__atomic_store_n(f->log_tail, tail, __ATOMIC_RELEASE);
	}
}

void step_log(void)
{
	struct slot *slot = any_tracer();

	if (!slot || !is_strict(slot->file))
		return;
	if (percent(20)) {
		map_badly(slot);
	} else if (!slot->file->log) {
		map_log(slot);
	} else if (percent(10)) {
		forget_log(slot->file);
	} else if (world->mode == MODE_WILD && percent(5)) {
		/* What the kernel makes of that is its own affair. */
		*slot->file->log_tail = below(2) ? ~0UL : below(1 << 20);
		slot->file->spoilt = true;
		slot->file->shared = true;
	} else {
		read_log(slot);
	}
}
