// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Memory of what is traced, through /proc/<tid>/mem.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "internal.h"

static int open_memory(pid_t tid, int flags)
{
	char path[32];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/mem", tid);
	fd = open(path, flags | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

static ssize_t close_memory(int fd, ssize_t done)
{
	int err = errno;

	close(fd);
	if (done < 0)
		return -err;
	/* It is as if there were nothing more: the program is gone. */
	return done ? done : -ESRCH;
}

SCT_EXPORT ssize_t sct_read_memory(pid_t tid, uint64_t addr, void *buf, size_t len)
{
	int fd = open_memory(tid, O_RDONLY);

	if (fd < 0)
		return fd;
	return close_memory(fd, pread(fd, buf, len, (off_t)addr));
}

SCT_EXPORT ssize_t sct_write_memory(pid_t tid, uint64_t addr, const void *buf, size_t len)
{
	int fd = open_memory(tid, O_WRONLY);

	if (fd < 0)
		return fd;
	return close_memory(fd, pwrite(fd, buf, len, (off_t)addr));
}
