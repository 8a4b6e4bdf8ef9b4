// SPDX-License-Identifier: GPL-2.0
/*
 * System call events of tracefs, for the benchmark: into the ring buffer, and out of it
 * by reads of whole pages, as trace-cmd does.
 */
#include "bench.h"

#include <sys/mount.h>
#include <sys/sysinfo.h>

#define TRACEFS		"/sys/kernel/tracing"
#define INSTANCE	TRACEFS "/instances/bench"
#define MAX_CPUS	8

static int write_tracefs(const char *name, const char *text)
{
	char path[160];
	int fd, err = 0;

	snprintf(path, sizeof(path), INSTANCE "/%s", name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return errno;
	if (write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		err = errno;
	close(fd);
	return err;
}

/* What is left on would make all calls of all programs slow. */
void clean_tracefs(void)
{
	write_tracefs("events/syscalls/enable", "0");
	rmdir(INSTANCE);
}

/* The events that the job's lines name. */
static int enable_events(struct tracee *t)
{
	char text[120];
	int i, err;

	if (mount("tracefs", TRACEFS, "tracefs", 0, NULL) && errno != EBUSY)
		return fail("tracefs (CONFIG_FTRACE)", errno);
	if (mkdir(INSTANCE, 0700))
		return fail(INSTANCE, errno);
	snprintf(text, sizeof(text), "%d", t->pid);
	err = write_tracefs("set_event_pid", text);
	for (i = 0; job.lines[i] && !err; i++) {
		snprintf(text, sizeof(text), "events/syscalls/%s/enable", job.lines[i]);
		err = write_tracefs(text, "1");
	}
	return err ? fail("events/syscalls (CONFIG_FTRACE_SYSCALLS)", err) : 0;
}

static size_t drain(int fd)
{
	static char page[4096];
	size_t sum = 0;
	ssize_t len;

	while ((len = read(fd, page, sizeof(page))) > 0)
		sum += len;
	return sum;
}

/* Read what comes, and answer the program, which asks for that at the end of a round. */
static int read_events(struct tracee *t, struct pollfd *fds, int nr_cpus)
{
	size_t sum = 0;
	int i;

	for (;;) {
		if (poll(fds, nr_cpus + 1, -1) < 0)
			return fail("poll", errno);
		for (i = 0; i < nr_cpus; i++)
			sum += drain(fds[i].fd);
		if (!fds[nr_cpus].revents)
			continue;
		if (told(t) < 0)
			return sum ? 0 : fail("trace_pipe_raw is empty", ENODATA);
		open_gate(t);
	}
}

int watch_tracefs(struct tracee *t)
{
	int i, nr_cpus = get_nprocs(), err = enable_events(t);
	struct pollfd fds[MAX_CPUS + 1];
	char path[160];

	if (err)
		return err;
	if (nr_cpus > MAX_CPUS)
		nr_cpus = MAX_CPUS;
	for (i = 0; i < nr_cpus; i++) {
		snprintf(path, sizeof(path), INSTANCE "/per_cpu/cpu%d/trace_pipe_raw", i);
		fds[i].fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
		fds[i].events = POLLIN;
		if (fds[i].fd < 0)
			return fail(path, errno);
	}
	fds[nr_cpus] = (struct pollfd){ .fd = t->out, .events = POLLIN };
	open_gate(t);
	err = read_events(t, fds, nr_cpus);
	for (i = 0; i < nr_cpus; i++)
		close(fds[i].fd);
	return err;
}
