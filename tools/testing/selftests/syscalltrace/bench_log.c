// SPDX-License-Identifier: GPL-2.0
/*
 * The log of /proc/<pid>/syscall, for the benchmark: it stops nobody, and is read in
 * batches, or looked at in memory.
 */
#include "bench.h"

#define ROOM		(256UL << 10)	/* for records */

/**
 * struct mapping - of the log
 * @tail: how many bytes have been read
 * @log: how many there are
 * @ring: they, twice in a row
 */
struct mapping {
	__u64 *tail;
	const struct syscall_trace_log *log;
	const char *ring;
};

static const void *map_page(int fd, int prot, size_t len, off_t offset)
{
	void *p = mmap(NULL, len, prot, MAP_SHARED, fd, offset);

	if (p == MAP_FAILED)
		fail("mmap", errno);
	return p == MAP_FAILED ? NULL : p;
}

static bool map_log(int fd, struct mapping *map)
{
	size_t page = sysconf(_SC_PAGESIZE), size;

	map->tail = (__u64 *)map_page(fd, PROT_READ | PROT_WRITE, page, 0);
	map->log = map_page(fd, PROT_READ, page, page);
	if (!map->tail || !map->log)
		return false;
	size = map->log->size;
	map->log = map_page(fd, PROT_READ, page + 2 * size, page);
	map->ring = (const char *)map->log + page;
	return map->log;
}

static long count_calls(const char *records, size_t len)
{
	const struct syscall_trace_record *record;
	size_t pos;
	long n = 0;

	for (pos = 0; pos < len; pos += record->size) {
		record = (const void *)(records + pos);
		n += record->type == SYSCALL_TRACE_LOG;
	}
	return n;
}

/* Read the records that there are, and count those of calls. */
static int drain_log(int fd, long *logged)
{
	static char records[ROOM] __aligned(8);
	ssize_t len;

	while ((len = read(fd, records, sizeof(records))) > 0)
		*logged += count_calls(records, len);
	return len < 0 && errno != EAGAIN ? fail("read", errno) : 0;
}

static void drain_mapping(struct mapping *map, long *logged)
{
	__u64 head = __atomic_load_n(&map->log->head, __ATOMIC_ACQUIRE);
	const char *next = map->ring + (*map->tail & (map->log->size - 1));

	*logged += count_calls(next, head - *map->tail);
	__atomic_store_n(map->tail, head, __ATOMIC_RELEASE);
}

/* Read what comes, and answer the program, which asks for that at the end of a round. */
static int read_log(struct tracee *t, int fd)
{
	struct pollfd fds[] = {
		{ .fd = fd, .events = POLLIN },
		{ .fd = t->out, .events = POLLIN },
	};
	struct mapping map = {};
	long logged = 0;
	int err = 0;

	if (job.mapped && !map_log(fd, &map))
		return -1;
	open_gate(t);
	while (!err && poll(fds, ARRAY_SIZE(fds), -1) > 0) {
		bool asked = fds[1].revents;

		if (job.mapped)
			drain_mapping(&map, &logged);
		else
			err = drain_log(fd, &logged);
		if (err || !asked)
			continue;
		if (told(t) < 0)
			break;
		open_gate(t);
	}
	if (!err && logged != calls_of(&job) * (1 + repeats))
		err = fail("some calls are not in the log", ENODATA);
	return err;
}

int watch_log(struct tracee *t)
{
	int fd, err = arm(t, &fd);

	if (err)
		return err;
	if (fcntl(fd, F_SETFL, O_NONBLOCK))
		return fail("O_NONBLOCK", errno);
	err = read_log(t, fd);
	close(fd);
	return err;
}
