// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Starting a program under a tracer.
 *
 * The child prepares itself, says so on a socket, and waits there until the tracer is
 * armed for read() alone. It then calls that, and stops. So it is known where it is when
 * the settings are written; the next that it does is to execute the program. (A socket,
 * as nobody gets a SIGPIPE by it.)
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "internal.h"

/* Where the child has its socket: out of the way of what the program is to get. */
#define HIGH_FD		64
#define CANNOT_EXECUTE	127

/* --------------------------- which file it is ------------------------------ */

/* Return 0 or why this is nothing to be executed. */
static int check_file(const char *path)
{
	struct stat st;

	if (stat(path, &st))
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -EACCES;
	return access(path, X_OK) ? -errno : 0;
}

/* Search $PATH, as execvp() does. */
static int search_path(const char *name, char *path)
{
	const char *dir = getenv("PATH"), *end;
	int err = -ENOENT, ret;

	if (!dir)
		dir = "/bin:/usr/bin";
	for (;; dir = end + 1) {
		end = strchrnul(dir, ':');
		ret = snprintf(path, PATH_MAX, "%.*s%s%s", (int)(end - dir), dir,
			       end > dir ? "/" : "", name);
		ret = ret < PATH_MAX ? check_file(path) : -ENAMETOOLONG;
		if (!ret)
			return 0;
		if (ret == -EACCES)
			err = ret;
		if (!*end)
			return err;
	}
}

static int find_file(struct sct *t, const char *name, char *path)
{
	int err = -ENOENT;

	if (strlen(name) >= PATH_MAX) {
		err = -ENAMETOOLONG;
	} else if (strchr(name, '/')) {
		memcpy(path, name, strlen(name) + 1);
		err = check_file(path);
	} else if (*name) {
		err = search_path(name, path);
	}
	switch (err) {
	case 0:
		return 0;
	case -ENOENT:
		return sct_fail(t, err, "%s: no such program: check its name and PATH", name);
	case -EACCES:
		return sct_fail(t, err, "%s: cannot be executed: see its permissions", name);
	default:
		return sct_fail(t, err, "%s: cannot be executed: %s", name, strerror(-err));
	}
}

/* -------------------------------- the child -------------------------------- */

static void run_child(const struct sct_program *program, const char *path, int sock)
{
	char byte = 0;
	int status, high;

	high = fcntl(sock, F_DUPFD_CLOEXEC, HIGH_FD);
	if (high >= 0) {
		close(sock);
		sock = high;
	}
	if (program->prepare) {
		status = program->prepare(program->data);
		if (status)
			_exit(status);
	}
	if (send(sock, &byte, 1, MSG_NOSIGNAL) != 1)
		_exit(CANNOT_EXECUTE);
	while (recv(sock, &byte, 1, 0) != 1)
		if (errno != EINTR)
			_exit(CANNOT_EXECUTE);
	/* Here is a stop. There is an end if who traces is dead. */
	while (read(sock, &byte, 1) != 1)
		if (errno != EINTR)
			_exit(CANNOT_EXECUTE);
	execve(path, program->argv, program->envp ? program->envp : environ);
	_exit(CANNOT_EXECUTE);
}

/* Start the child; returns its process or a negative errno. */
static pid_t start_child(const struct sct_program *program, const char *path, int *sock)
{
	int socks[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, socks))
		return -errno;
	pid = fork();
	if (!pid) {
		close(socks[0]);
		run_child(program, path, socks[1]);
	}
	if (pid < 0)
		pid = -errno;
	close(socks[1]);
	if (pid < 0)
		close(socks[0]);
	else
		*sock = socks[0];
	return pid;
}

static int fail_ended(struct sct *t)
{
	return sct_fail(t, -ECHILD,
			"process %d: it has ended before it could be traced: see what it has printed",
			t->pid);
}

/* Has it prepared itself? */
static int await_child(struct sct *t, int sock)
{
	ssize_t len;
	char byte;

	do {
		len = recv(sock, &byte, 1, 0);
	} while (len < 0 && errno == EINTR);
	return len == 1 ? 0 : fail_ended(t);
}

static int let_go(struct sct *t, int sock)
{
	char byte = 0;
	ssize_t len;

	do {
		len = send(sock, &byte, 1, MSG_NOSIGNAL);
	} while (len < 0 && errno == EINTR);
	return len == 1 ? 0 : fail_ended(t);
}

/* ------------------------------- the tracer -------------------------------- */

static int write_settings(struct sct *t, const char *settings)
{
	const char *end;
	int err = 0;

	while (!err && settings && *settings) {
		end = strchrnul(settings, '\n');
		if (end > settings)
			err = sct_command(t, "%.*s", (int)(end - settings), settings);
		settings = *end ? end + 1 : end;
	}
	return err;
}

/* Wait for the child's stop before read(), and take it. */
static int take_stop(struct sct *t, struct syscall_trace_record *stop)
{
	const struct syscall_trace_record *record;
	const char *line;
	int ret;

	do {
		ret = t->text ? sct_read_line(t, &line) : sct_next(t, &record, -1);
	} while (ret == -EINTR);
	if (ret > 0 && !t->text)
		*stop = *record;
	return ret > 0 ? 0 : ret ? ret : fail_ended(t);
}

static int answer_stop(struct sct *t, const struct syscall_trace_record *stop)
{
	int err;

	if (t->text)
		return sct_write_line(t, "%d cont", t->pid);
	err = sct_cont(t, stop);
	return err ? err : sct_flush(t);
}

/*
 * While the child is at a stop of its own, so that what is set is for execve and all that
 * comes behind it, and for nothing before.
 */
static int arm(struct sct *t, const struct sct_program *program, int sock)
{
	struct syscall_trace_record stop;
	int err;

	err = await_child(t, sock);
	if (!err)
		err = sct_attach(t);
	if (!err)
		err = sct_command(t, "trace read");
	if (!err)
		err = let_go(t, sock);
	if (!err)
		err = take_stop(t, &stop);
	if (!err)
		err = write_settings(t, program->settings);
	if (!err)
		err = sct_command(t, "trace execve");
	if (!err)
		err = let_go(t, sock);
	return err ? err : answer_stop(t, &stop);
}

/*
 * Wait for the stop before execve, and keep it for sct_next(): if the caller changes what
 * is traced it is seen all the same. A rule among the settings may have let the program
 * run without one; the socket is closed by that.
 */
static void await_stop(struct sct *t, int sock)
{
	struct pollfd p[] = {
		{ .fd = t->fd, .events = POLLIN },
		{ .fd = sock, .events = POLLIN },
	};
	int got = 0;

	do {
		if (poll(p, 2, -1) < 0)
			continue;
		if (p[0].revents)
			got = t->text ? sct_text_get_record(t) : sct_get_records(t, 0);
	} while (!p[0].revents ? !p[1].revents : got == -EAGAIN || got == -EINTR);
}

/* The child is at a stop, or waits, or is dead already. It leaves no zombie. */
static void end_child(struct sct *t)
{
	/* First, as it would go on when the tracer is gone. */
	kill(t->pid, SIGKILL);
	if (t->fd >= 0)
		close(t->fd);
	t->fd = -1;
	while (waitpid(t->pid, NULL, 0) < 0 && errno == EINTR)
		;
}

static int spawn(struct sct *t, const struct sct_program *program, unsigned int flags)
{
	const char *name = program->path ? program->path : program->argv[0];
	int err, sock = -1;
	char path[PATH_MAX];

	if (flags & ~SCT_TEXT)
		return sct_fail(t, -EINVAL, "%s: no such flag: mend the program", name);
	err = find_file(t, name, path);
	if (err)
		return err;
	err = start_child(program, path, &sock);
	if (err < 0)
		return sct_fail(t, err, "%s: no process could be made: %s", path, strerror(-err));
	t->pid = err;
	err = arm(t, program, sock);
	if (err)
		end_child(t);
	else
		await_stop(t, sock);
	close(sock);
	return err;
}

SCT_EXPORT int sct_spawn(struct sct **t, const struct sct_program *program, unsigned int flags,
			 pid_t *pid)
{
	int err;

	*pid = 0;
	*t = sct_alloc(0, flags & SCT_TEXT);
	if (!*t)
		return -ENOMEM;
	err = spawn(*t, program, flags);
	if (!err)
		*pid = (*t)->pid;
	return err;
}
