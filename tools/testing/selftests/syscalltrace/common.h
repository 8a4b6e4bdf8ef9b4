/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the tests of /proc/<pid>/syscall share: a program to be traced, and
 * the words to trace it with.
 */
#ifndef _SYSCALLTRACE_COMMON_H
#define _SYSCALLTRACE_COMMON_H

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../kselftest_harness.h"
#include "packed_form.h"

/* In a case that is about the text itself, not about what it says. */
#define TEXT_ONLY(reason)						\
do {									\
	if (in_packed_form())						\
		SKIP(return, "text only: " reason);			\
} while (0)

/* A program to be traced. */
struct tracee {
	pid_t pid;
	int gate;	/* write end: a byte lets the program begin */
	int out;	/* read end of the program's descriptor OUT_FD */
};

/* In the program: where it says something, and where it may wait. */
#define OUT_FD	10
#define GATE_FD	11

static inline void pass_gate(void)
{
	char c;

	if (syscall(SYS_read, GATE_FD, &c, 1) != 1)
		_exit(99);
}

static inline void open_gate(struct tracee *t)
{
	if (write(t->gate, "g", 1) != 1)
		perror("gate");
}

static inline void stop_tracee(struct tracee *t)
{
	if (t->pid > 0) {
		kill(t->pid, SIGKILL);
		waitpid(t->pid, NULL, 0);
	}
	close(t->gate);
	close(t->out);
	*t = (struct tracee){ .gate = -1, .out = -1 };
}

/* Exit status of the program, or 256 + the signal that killed it. */
static inline int wait_status(struct tracee *t)
{
	int status;

	if (waitpid(t->pid, &status, 0) != t->pid)
		return -1;
	t->pid = 0;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 256 + WTERMSIG(status);
}

/* /proc/<pid>/syscall, or that of a thread; -1 with errno. */
static inline int open_syscall(pid_t pid, pid_t tid, int flags)
{
	char path[64];
	int fd;

	if (tid)
		snprintf(path, sizeof(path), "/proc/%d/task/%d/syscall", pid, tid);
	else
		snprintf(path, sizeof(path), "/proc/%d/syscall", pid);
	fd = open(path, flags | O_CLOEXEC);
	if (fd >= 0 && in_packed_form() && packed_form_open(fd)) {
		close(fd);
		return -1;
	}
	return fd;
}

/* Read and write text, in whatever form it goes to the kernel. Many threads can. */
static inline ssize_t hear_bytes(int fd, char *text, size_t size)
{
	return is_packed(fd) ? packed_form_read(fd, text, size) : read(fd, text, size);
}

static inline ssize_t say_bytes(int fd, const char *text, size_t len)
{
	return is_packed(fd) ? packed_form_write(fd, text, len) : write(fd, text, len);
}

/* Write one line; return 0 or the errno. */
static inline int say(int fd, const char *fmt, ...)
{
	static char line[70000];
	va_list ap;
	int len;

	va_start(ap, fmt);
	len = vsnprintf(line, sizeof(line) - 1, fmt, ap);
	va_end(ap);
	line[len++] = '\n';
	if (say_bytes(fd, line, len) == len)
		return 0;
	return errno ?: -1;
}

/* Read one record without its newline; an errno reads as "errno N". */
static inline const char *hear(int fd)
{
	static char text[300000];
	ssize_t len = hear_bytes(fd, text, sizeof(text) - 1);

	if (len < 0)
		snprintf(text, sizeof(text), "errno %d", errno);
	else if (len && text[len - 1] == '\n')
		text[len - 1] = '\0';
	else
		text[len] = '\0';
	return text;
}

static inline bool hear_line(FILE *f, char *line, size_t size)
{
	if (!fgets(line, size, f))
		return false;
	line[strcspn(line, "\n")] = '\0';
	return true;
}

#define EXPECT_HEAR(text, fd)	EXPECT_STREQ(text, hear(fd))
#define ASSERT_HEAR(text, fd)	ASSERT_STREQ(text, hear(fd))
#define EXPECT_SAY(error, fd, ...)	EXPECT_EQ(error, say(fd, __VA_ARGS__))
#define ASSERT_SAY(error, fd, ...)	ASSERT_EQ(error, say(fd, __VA_ARGS__))

/* What the console shows a reader that opens it anew. */
static inline const char *look(pid_t pid)
{
	int fd = open_syscall(pid, 0, O_RDONLY);
	const char *text = fd < 0 ? "no file" : hear(fd);

	close(fd);
	return text;
}

/* A command to the console, by a writer that opens it anew. */
static inline int command(pid_t pid, const char *line)
{
	int fd = open_syscall(pid, 0, O_WRONLY), err;

	if (fd < 0)
		return errno;
	err = say(fd, "%s", line);
	close(fd);
	return err;
}

/* The letter of the process state; 0 if there is no such process. */
static inline char state_of(pid_t pid)
{
	char path[64], line[512] = "", *p;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	f = fopen(path, "r");
	if (!f)
		return 0;
	if (!fgets(line, sizeof(line), f))
		line[0] = '\0';
	fclose(f);
	p = strrchr(line, ')');
	return p ? p[2] : 0;
}

static inline void wait_for_state(pid_t pid, const char *states)
{
	while (!state_of(pid) || !strchr(states, state_of(pid)))
		sched_yield();
}

/* Is there a record to read within @ms milliseconds? */
static inline bool has_record(int fd, int ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	if (is_packed(fd))
		return packed_form_has_record(fd, ms);
	return poll(&p, 1, ms) == 1 && (p.revents & POLLIN);
}

static inline int events_of(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN | POLLPRI | POLLOUT };

	if (is_packed(fd))
		return packed_form_events(fd);
	poll(&p, 1, 0);
	return p.revents;
}

/* In the program: tell the test a number. */
static inline void tell(long value)
{
	if (syscall(SYS_write, OUT_FD, &value, sizeof(value)) != sizeof(value))
		_exit(98);
}

/* In the test: what the program told; LONG_MIN if it ended instead. */
static inline long told(struct tracee *t)
{
	long value;

	return read(t->out, &value, sizeof(value)) == sizeof(value) ? value :
	       (long)0x8000000000000000;
}

/* In the program: of two pipes keep what it needs, where it expects it. */
static inline void keep_fds(const int gate[2], const int out[2])
{
	/* They may be in each other's way. */
	int from = fcntl(gate[0], F_DUPFD, GATE_FD + 1);
	int to = fcntl(out[1], F_DUPFD, GATE_FD + 1);

	close(gate[0]);
	close(gate[1]);
	close(out[0]);
	close(out[1]);
	dup2(to, OUT_FD);
	dup2(from, GATE_FD);
	close(to);
	close(from);
}

/* Start @program, which waits at the gate until open_gate() is called. */
static inline void start(struct tracee *t, void (*program)(void))
{
	int gate[2], out[2];

	if (pipe2(gate, O_CLOEXEC) || pipe2(out, O_CLOEXEC)) {
		perror("pipe");
		exit(1);
	}
	fflush(NULL);
	t->pid = fork();
	if (!t->pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		alarm(0);
		keep_fds(gate, out);
		tell(0);
		pass_gate();
		program();
		_exit(0);
	}
	close(gate[0]);
	close(out[1]);
	t->gate = gate[1];
	t->out = out[0];
	told(t);
	wait_for_state(t->pid, "S");
}

/*
 * A fixture: a program @t, its file @fd, and room for more of them in @fds. All
 * are ended and closed after the test.
 */
#define TRACEE_FIXTURE(name)						\
FIXTURE(name)								\
{									\
	struct tracee t;						\
	int fd;								\
	int fds[70];							\
};									\
									\
FIXTURE_SETUP(name)							\
{									\
	self->t = (struct tracee){ .gate = -1, .out = -1 };		\
	self->fd = -1;							\
	memset(self->fds, -1, sizeof(self->fds));			\
}									\
									\
FIXTURE_TEARDOWN(name)							\
{									\
	unsigned int i;							\
									\
	stop_tracee(&self->t);						\
	close(self->fd);						\
	for (i = 0; i < ARRAY_SIZE(self->fds); i++)			\
		close(self->fds[i]);					\
}

/* In a test with such a fixture: trace @set of @program, and let it begin. */
#define START(program, set)						\
do {									\
	start(&self->t, program);					\
	self->fd = open_syscall(self->t.pid, 0, O_RDWR);		\
	ASSERT_LE(0, self->fd);						\
	ASSERT_SAY(0, self->fd, "trace " set);				\
	open_gate(&self->t);						\
} while (0)

/* A call without libc's opinion: the kernel's own result. */
static inline long raw(long nr, long a, long b, long c)
{
	long ret;

	asm volatile("syscall" : "=a" (ret) : "a" (nr), "D" (a), "S" (b), "d" (c)
		     : "rcx", "r11", "memory");
	return ret;
}

#endif /* _SYSCALLTRACE_COMMON_H */
