// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Opening and closing tracers.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "internal.h"

/* A tracer without a file. */
struct sct *sct_alloc(pid_t pid, unsigned int flags)
{
	struct sct *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	t->fd = -1;
	t->pid = pid;
	t->thread = flags & SCT_THREAD;
	t->text = flags & SCT_TEXT;
	return t;
}

/* A file of a kernel without the feature can be opened by root, but not written. */
static int switch_form(struct sct *t)
{
	static const char text[] = "packed off\n", packed[] = "packed on\n";
	const char *line = t->text ? text : packed;
	ssize_t len = strlen(line);
	int err;

	if (write(t->fd, line, len) == len)
		return 0;
	err = errno == EINVAL || errno == EIO || errno == EBADF ? -EOPNOTSUPP : -errno;
	return sct_explain_open(t, err);
}

/* Open the file. */
int sct_attach(struct sct *t)
{
	char path[64];
	int err;

	if (t->thread)
		snprintf(path, sizeof(path), "/proc/%d/task/%d/syscall", t->pid, t->pid);
	else
		snprintf(path, sizeof(path), "/proc/%d/syscall", t->pid);
	do {
		t->fd = open(path, O_RDWR | O_CLOEXEC);
	} while (t->fd < 0 && errno == EINTR);
	if (t->fd < 0)
		return sct_explain_open(t, -errno);
	err = switch_form(t);
	if (err) {
		close(t->fd);
		t->fd = -1;
	}
	return err;
}

SCT_EXPORT int sct_open(struct sct **t, pid_t pid, unsigned int flags)
{
	*t = sct_alloc(pid, flags);
	if (!*t)
		return -ENOMEM;
	if (flags & ~(SCT_TEXT | SCT_THREAD))
		return sct_fail(*t, -EINVAL, "process %d: no such flag: mend the program", pid);
	return sct_attach(*t);
}

static void free_batches(struct sct_batch *batch)
{
	struct sct_batch *next;

	for (; batch; batch = next) {
		next = batch->next;
		free(batch);
	}
}

SCT_EXPORT void sct_close(struct sct *t)
{
	int err = errno;

	if (!t)
		return;
	if (t->fd >= 0) {
		sct_send(t, 0);
		close(t->fd);
	}
	free_batches(t->first);
	free(t->spare);
	free(t->answers);
	free(t);
	errno = err;
}

SCT_EXPORT int sct_fd(const struct sct *t)
{
	return t->fd;
}
