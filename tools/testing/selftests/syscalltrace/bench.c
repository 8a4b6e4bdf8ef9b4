// SPDX-License-Identifier: GPL-2.0
/*
 * What it costs to watch a system call: /proc/<pid>/syscall beside ptrace() and
 * seccomp user notification. "make bench" runs it and makes a table.
 *
 * Usage: bench ns|instructions CALLS
 *
 * A program makes CALLS calls in a loop and reads a clock before and after: once
 * to warm up, then REPEATS times. The best of these, for one call, is printed as
 * "NAME VALUE UNIT". So a value is all that a call takes until it returns: the
 * program, the kernel, the tracer and the switches between them.
 *
 * Instructions are those of a guest with one CPU under QEMU's -icount shift=0,
 * where the time stamp counter moves on by one with each instruction that the
 * guest executes, in kernel or user space, interrupts included. It is read as it
 * is: the kernel's choice of a clock source does not matter. A CPU that idles
 * counts on as well; this one has no occasion to, as always either the program
 * or its tracer can run. Each round of a repeated string instruction is one.
 */
#include "common.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/ioctl.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <x86intrin.h>

#ifndef SECCOMP_IOCTL_NOTIF_SET_FLAGS
#define SECCOMP_IOCTL_NOTIF_SET_FLAGS	SECCOMP_IOW(4, __u64)
#define SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP	1
#endif

#define REPEATS		3
#define PEEK		32		/* bytes of a buffer that a tracer looks at */
#define BUFFER		(10UL << 20)
#define LOOP_ROUNDS	1000

/*
 * One thing to measure.
 *
 * @name:   first word of the line; the size is added to it
 * @call:   what the program does again and again
 * @nr:     the system call that a tracer shall see
 * @watch:  traces the program to its end; returns 0 or the errno
 * @set:    for our file: which calls stop
 * @size:   bytes in the buffer, 0 if the call has none
 * @action: what the program's seccomp filter says of @nr, 0 for no filter
 * @bind:   for our file: bind the data
 * @exits:  for our file: stop after the call, too
 * @sync:   for notification: wake up on the same CPU
 */
struct job {
	const char *name;
	void (*call)(void);
	long nr;
	int (*watch)(struct tracee *t);
	const char *set;
	size_t size;
	unsigned int action;
	bool bind;
	bool exits;
	bool sync;
};

static struct job job;
static bool count_instructions;
static long calls;
static char *buffer;			/* twice BUFFER bytes */
static int null_fd, memory_fd;
static uint64_t *best;			/* the program's result; shared */
static bool marked;			/* the tracer saw data that is not bound */

static uint64_t now(void)
{
	struct timespec ts;

	if (count_instructions)
		return __rdtsc();
	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ull + ts.tv_nsec;
}

/* Fewer calls where each may copy much. */
static long calls_of(const struct job *j)
{
	bool copies = j->bind || !j->watch;
	long most = 32 << 20;

	if (!copies || !j->size || most / j->size >= (size_t)calls)
		return calls;
	most /= j->size;
	return most < 64 ? 64 : most;
}

/* What programs do. */

static void do_getppid(void)
{
	raw(SYS_getppid, 0, 0, 0);
}

static void do_write(void)
{
	raw(SYS_write, null_fd, (long)buffer, job.size);
}

/* One copy, as the kernel makes it on a CPU without fast short strings. */
static void do_copy(void)
{
	void *to = buffer + BUFFER, *from = buffer;
	size_t words = job.size / 8;

	asm volatile("rep movsq" : "+D" (to), "+S" (from), "+c" (words) : : "memory");
}

/* A copy into pages that belong to the kernel. */
static void do_pwrite(void)
{
	if (pwrite(memory_fd, buffer, job.size, 0) != (ssize_t)job.size)
		_exit(97);
}

static void do_loop(void)
{
	long n = LOOP_ROUNDS;

	asm volatile("1: dec %0; jnz 1b" : "+r" (n) : : "cc");
}

/* Put a filter on the program; it waits until the tracer has its listener. */
static void install_filter(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned int)job.nr, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, job.action),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog prog = { .len = ARRAY_SIZE(code), .filter = code };
	bool notify = job.action == SECCOMP_RET_USER_NOTIF;
	struct iovec iov;
	long fd;

	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	fd = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
		     notify ? SECCOMP_FILTER_FLAG_NEW_LISTENER : 0, &prog);
	if (fd < 0)
		_exit(96);
	if (!notify)
		return;
	/* Not by write(2), which may be what the filter holds up. */
	iov = (struct iovec){ .iov_base = &fd, .iov_len = sizeof(fd) };
	if (writev(OUT_FD, &iov, 1) != sizeof(fd))
		_exit(95);
	pass_gate();
}

static void program(void)
{
	uint64_t shortest = UINT64_MAX;
	long round, i, n = calls_of(&job);

	memset(buffer, 'x', job.size);
	if (job.action)
		install_filter();
	for (round = 0; round <= REPEATS; round++) {
		uint64_t t = now();

		for (i = 0; i < n; i++)
			job.call();
		t = now() - t;
		if (round && t < shortest)
			shortest = t;
	}
	*best = shortest;
}

/* /proc/<pid>/syscall */

static int answer_all(int fd)
{
	bool after = false, first = true;
	char record[1024];
	ssize_t len;

	while ((len = read(fd, record, sizeof(record))) > 0) {
		const char *answer = job.exits && !after ? "step\n" : "cont\n";

		if (first)
			marked = memchr(record, '~', len);
		first = false;
		after = job.exits && !after;
		if (write(fd, answer, 5) != 5)
			return errno;
	}
	return len ? errno : 0;
}

static int watch_file(struct tracee *t)
{
	int fd = open_syscall(t->pid, 0, O_RDWR), err;

	if (fd < 0)
		return errno;
	err = say(fd, "trace %s", job.set);
	if (!err)
		err = say(fd, "limit %d", PEEK);
	if (!err && job.bind)
		err = say(fd, "bind on");
	if (!err) {
		open_gate(t);
		err = answer_all(fd);
	}
	close(fd);
	return err;
}

/* The others look at a buffer so; how much there is they know. */
static void peek(pid_t pid, unsigned long address)
{
	char bytes[PEEK];
	struct iovec local = { .iov_base = bytes, .iov_len = PEEK };
	struct iovec remote = { .iov_base = (void *)address, .iov_len = PEEK };

	process_vm_readv(pid, &local, 1, &remote, 1, 0);
}

/* ptrace() */

static void show_ptrace_stop(pid_t pid, int status)
{
	struct __ptrace_syscall_info info;

	if (status >> 8 != (SIGTRAP | 0x80) &&
	    status >> 8 != (SIGTRAP | PTRACE_EVENT_SECCOMP << 8))
		return;
	if (ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof(info), &info) < 0)
		return;
	/* Number and arguments stand at the same place after a filter's stop. */
	if (job.size && info.op != PTRACE_SYSCALL_INFO_EXIT &&
	    info.entry.nr == (uint64_t)job.nr)
		peek(pid, info.entry.args[1]);
}

static int watch_ptrace(struct tracee *t)
{
	int request = job.action ? PTRACE_CONT : PTRACE_SYSCALL, status;
	long options = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACESECCOMP;

	if (ptrace(PTRACE_SEIZE, t->pid, NULL, options) ||
	    ptrace(PTRACE_INTERRUPT, t->pid, NULL, NULL))
		return errno;
	open_gate(t);
	for (;;) {
		if (waitpid(t->pid, &status, 0) != t->pid)
			return errno;
		if (!WIFSTOPPED(status))
			break;
		show_ptrace_stop(t->pid, status);
		if (ptrace(request, t->pid, NULL, NULL))
			return errno;
	}
	t->pid = 0;
	return 0;
}

/* seccomp user notification */

/* Let one call run, after a look at it as the manual wants it. */
static int answer_notification(int fd)
{
	struct seccomp_notif req = {};
	struct seccomp_notif_resp resp = { .flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE };

	if (ioctl(fd, SECCOMP_IOCTL_NOTIF_RECV, &req))
		return errno;
	if (job.size) {
		peek(req.pid, req.data.args[1]);
		if (ioctl(fd, SECCOMP_IOCTL_NOTIF_ID_VALID, &req.id))
			return errno;
	}
	resp.id = req.id;
	return ioctl(fd, SECCOMP_IOCTL_NOTIF_SEND, &resp) ? errno : 0;
}

static int listener_of(struct tracee *t)
{
	int pidfd, fd;
	long remote;

	open_gate(t);
	remote = told(t);
	if (remote < 0) {
		errno = EPERM;
		return -1;
	}
	pidfd = syscall(SYS_pidfd_open, t->pid, 0);
	fd = syscall(SYS_pidfd_getfd, pidfd, (int)remote, 0);
	close(pidfd);
	return fd;
}

static int watch_notify(struct tracee *t)
{
	long n = calls_of(&job) * (1 + REPEATS);
	int fd = listener_of(t), err = 0;

	if (fd < 0)
		return errno;
	if (job.sync && ioctl(fd, SECCOMP_IOCTL_NOTIF_SET_FLAGS,
			      SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP))
		err = errno;
	if (!err)
		open_gate(t);
	while (!err && n--)
		err = answer_notification(fd);
	close(fd);
	return err;
}

static const char *size_name(size_t size)
{
	static char text[24];

	if (!size)
		return "";
	if (size < 1 << 10)
		snprintf(text, sizeof(text), "-%zuB", size);
	else if (size < 1 << 20)
		snprintf(text, sizeof(text), "-%zuKiB", size >> 10);
	else
		snprintf(text, sizeof(text), "-%zuMiB", size >> 20);
	return text;
}

/* Do the job and print the line; return its value, 0 if there is none. */
static double measure(const struct job *j)
{
	const char *size = size_name(j->size);
	struct tracee t;
	double value;
	int err = 0;

	job = *j;
	*best = 0;
	marked = false;
	start(&t, program);
	if (job.watch)
		err = job.watch(&t);
	else
		open_gate(&t);
	if (!err && t.pid && wait_status(&t))
		err = ECANCELED;
	stop_tracee(&t);
	value = (double)*best / calls_of(&job);
	if (err) {
		printf("# %s%s: skipped: %s\n", job.name, size, strerror(err));
		value = 0;
	} else {
		printf("%s%s %.1f %s\n", job.name, size, value,
		       count_instructions ? "instructions" : "ns");
	}
	if (marked)
		printf("%s%s 1 marked\n", job.name, size);
	fflush(stdout);
	return value;
}

#define GETPPID	.call = do_getppid, .nr = SYS_getppid
#define WRITE	.call = do_write, .nr = SYS_write
#define NOTIFY	.watch = watch_notify, .action = SECCOMP_RET_USER_NOTIF

static const struct job jobs[] = {
	{ .name = "untraced-getppid", GETPPID },
	{ .name = "untraced-write", WRITE, .size = 64 },
	{ .name = "file-other-write", WRITE, .size = 64, .watch = watch_file, .set = "getpid" },
	{ .name = "file-getppid", GETPPID, .watch = watch_file, .set = "getppid" },
	{ .name = "file-exit-getppid", GETPPID, .watch = watch_file, .set = "getppid",
	  .exits = true },
	{ .name = "file-exit-write", WRITE, .size = 64, .watch = watch_file, .set = "write",
	  .exits = true },
	{ .name = "ptrace-getppid", GETPPID, .watch = watch_ptrace },
	{ .name = "ptrace-write", WRITE, .size = 64, .watch = watch_ptrace },
	{ .name = "ptrace-filter-getppid", GETPPID, .watch = watch_ptrace,
	  .action = SECCOMP_RET_TRACE },
	{ .name = "ptrace-filter-write", WRITE, .size = 64, .watch = watch_ptrace,
	  .action = SECCOMP_RET_TRACE },
	{ .name = "notify-getppid", GETPPID, NOTIFY },
	{ .name = "notify-write", WRITE, .size = 64, NOTIFY },
	{ .name = "notify-sync-getppid", GETPPID, NOTIFY, .sync = true },
	{ .name = "notify-sync-write", WRITE, .size = 64, NOTIFY, .sync = true },
};

/* The same for each size of the buffer, up to @most. */
static const struct {
	struct job job;
	size_t most;
} sized_jobs[] = {
	{ { .name = "file-write", WRITE, .watch = watch_file, .set = "write" }, BUFFER },
	{ { .name = "file-bind-write", WRITE, .watch = watch_file, .set = "write",
	    .bind = true }, BUFFER },
	{ { .name = "copy", .call = do_copy }, 512 << 10 },
	{ { .name = "pwrite", .call = do_pwrite }, 512 << 10 },
};

static const size_t sizes[] = { 64, 4 << 10, 64 << 10, 512 << 10, 1 << 20, BUFFER };

static void measure_all(void)
{
	unsigned int i, s;

	for (i = 0; i < ARRAY_SIZE(jobs); i++)
		measure(&jobs[i]);
	for (i = 0; i < ARRAY_SIZE(sized_jobs); i++) {
		struct job j = sized_jobs[i].job;

		for (s = 0; s < ARRAY_SIZE(sizes) && sizes[s] <= sized_jobs[i].most; s++) {
			j.size = sizes[s];
			measure(&j);
		}
	}
}

/* Does the counter count instructions? A loop of which we know the number tells. */
static bool check_counter(void)
{
	const struct job loop = { .name = "check-loop", .call = do_loop };
	double value = measure(&loop), want = 2 * LOOP_ROUNDS;

	if (value >= want && value < want * 1.05)
		return true;
	fprintf(stderr, "bench: %.0f instructions count as %.1f: is this -icount shift=0?\n",
		want, value);
	return false;
}

int main(int argc, char **argv)
{
	count_instructions = argc == 3 && !strcmp(argv[1], "instructions");
	calls = argc == 3 ? atol(argv[2]) : 0;
	if (calls <= 0 || (!count_instructions && strcmp(argv[1], "ns"))) {
		fprintf(stderr, "Usage: bench ns|instructions CALLS\n");
		return 2;
	}
	best = mmap(NULL, sizeof(*best), PROT_READ | PROT_WRITE,
		    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	buffer = mmap(NULL, 2 * BUFFER, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	null_fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
	memory_fd = memfd_create("bench", MFD_CLOEXEC);
	if (best == MAP_FAILED || buffer == MAP_FAILED || null_fd < 0 || memory_fd < 0) {
		perror("bench");
		return 1;
	}
	if (count_instructions && !check_counter())
		return 1;
	measure_all();
	return 0;
}
