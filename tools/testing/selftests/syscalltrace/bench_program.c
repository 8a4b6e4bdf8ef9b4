// SPDX-License-Identifier: GPL-2.0
/*
 * What the programs do that the benchmark watches.
 */
#include "bench.h"

#include <limits.h>
#include <linux/futex.h>
#include <stdatomic.h>
#include <sys/uio.h>
#include <x86intrin.h>

#define MAX_COPIED	(32L << 20)	/* bytes that a round may copy */

/**
 * struct crowd - what a program and its children share
 * @round: its number; the children sleep until it changes
 * @done: the last round that all of them are through with
 * @left: children that are still in it
 * @calls: that each has to make
 * @end: when the last call was over
 */
struct crowd {
	atomic_uint round;
	atomic_uint done;
	atomic_uint left;
	long calls;
	__u64 end;
};

static char *buffer;			/* twice BUFFER bytes */
static int null_fd, memory_fd;
static struct crowd *shared;

bool make_buffers(void)
{
	buffer = mmap(NULL, 2 * BUFFER, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	null_fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
	memory_fd = memfd_create("bench", MFD_CLOEXEC);
	return buffer != MAP_FAILED && shared != MAP_FAILED && null_fd >= 0 && memory_fd >= 0;
}

__u64 now(void)
{
	struct timespec ts;

	if (count_instructions)
		return __rdtsc();
	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ull + ts.tv_nsec;
}

/* How many calls a round has. */
long calls_of(const struct job *j)
{
	long n = calls * (j->scale ?: 1) / (j->share ?: 1) / (j->many ?: 1);

	if (j->copies && n > MAX_COPIED / (long)j->size)
		n = MAX_COPIED / j->size;
	return n < 4 ? 4 : n;
}

/* The program cannot do what it should. */
void give_up(const char *what)
{
	fail(what, errno);
	_exit(1);
}

/* -------------------------------- one program ----------------------------- */

static double time_round(long n)
{
	__u64 t = now();
	long i;

	for (i = 0; i < n; i++)
		job.call();
	if (job.settle)
		job.settle();
	return (double)(now() - t) / n;
}

void loop(void)
{
	long n = calls_of(&job);
	int round;

	memset(buffer, 'x', job.size);
	if (job.prepare)
		job.prepare();
	for (round = 0; round <= repeats; round++) {
		double t = time_round(n);

		/* The first is to warm up. */
		if (round)
			result->samples[result->nr++] = t;
	}
}

/* Wait until the tracer has read everything. Not by write(2), which it may watch. */
void settle(void)
{
	long nothing = 0;
	struct iovec iov = { .iov_base = &nothing, .iov_len = sizeof(nothing) };

	if (writev(OUT_FD, &iov, 1) != sizeof(nothing))
		give_up("writev");
	pass_gate();
}

/* ------------------------------ many programs ----------------------------- */

static void wait_for_change(atomic_uint *word, unsigned int value)
{
	while (atomic_load(word) == value)
		syscall(SYS_futex, word, FUTEX_WAIT, value, NULL, NULL, 0);
}

static void set_and_wake(atomic_uint *word, unsigned int value)
{
	atomic_store(word, value);
	syscall(SYS_futex, word, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
}

static void be_one_of_crowd(unsigned int round)
{
	long i;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;; round++) {
		if (atomic_fetch_sub(&shared->left, 1) == 1) {
			shared->end = now();
			set_and_wake(&shared->done, round);
		}
		wait_for_change(&shared->round, round);
		for (i = 0; i < shared->calls; i++)
			job.call();
	}
}

/* One round of all children. */
static __u64 time_crowd(long n)
{
	unsigned int round = shared->round + 1;
	__u64 t;

	shared->calls = n;
	shared->left = job.many;
	t = now();
	set_and_wake(&shared->round, round);
	wait_for_change(&shared->done, round - 1);
	return shared->end - t;
}

/*
 * As many children make calls at once, and one clock is around all of them. What it
 * takes to let them begin, and is not to be measured, is the same in a round of one
 * call and in one of more.
 */
void crowd(void)
{
	long n = calls_of(&job);
	unsigned int i;
	int round;

	if (job.prepare)
		job.prepare();
	memset(shared, 0, sizeof(*shared));
	shared->round = 1;
	shared->left = job.many;
	for (i = 0; i < job.many; i++) {
		pid_t pid = fork();

		if (pid < 0)
			give_up("fork");
		if (!pid)
			be_one_of_crowd(1);
	}
	wait_for_change(&shared->done, 0);
	time_crowd(1);
	for (round = 0; round < repeats; round++) {
		__u64 start = time_crowd(1), more = time_crowd(1 + n);

		result->samples[result->nr++] = ((double)more - start) / n / job.many;
	}
}

/* ----------------------------------- calls -------------------------------- */

void do_getppid(void)
{
	raw(SYS_getppid, 0, 0, 0);
}

void do_write(void)
{
	raw(SYS_write, null_fd, (long)buffer, job.size);
}

/* One copy, as the kernel makes it on a CPU without fast short strings. */
void do_copy(void)
{
	void *to = buffer + BUFFER, *from = buffer;
	size_t words = job.size / 8;

	asm volatile("rep movsq" : "+D" (to), "+S" (from), "+c" (words) : : "memory");
}

/* A copy into pages that belong to the kernel. */
void do_pwrite(void)
{
	if (pwrite(memory_fd, buffer, job.size, 0) != (ssize_t)job.size)
		give_up("pwrite");
}

/* No call, but 2 * LOOP_ROUNDS instructions. */
void do_count(void)
{
	long n = LOOP_ROUNDS;

	asm volatile("1: dec %0; jnz 1b" : "+r" (n) : : "cc");
}

void do_fork(void)
{
	pid_t pid = raw(SYS_fork, 0, 0, 0);

	if (!pid)
		_exit(0);
	if (pid < 0 || waitpid(pid, NULL, 0) != pid)
		give_up("fork");
}

/* A program that ends at once: this one, see main(). */
void do_exec(void)
{
	pid_t pid = vfork();

	if (!pid) {
		execl("/proc/self/exe", "bench", NULL);
		_exit(1);
	}
	if (pid < 0 || waitpid(pid, NULL, 0) != pid)
		give_up("exec");
}

static void ignore_signal(int sig)
{
	(void)sig;
}

void take_signals(void)
{
	struct sigaction sa = { .sa_handler = ignore_signal };

	if (sigaction(SIGUSR1, &sa, NULL))
		give_up("sigaction");
}

void do_signal(void)
{
	raw(SYS_kill, getpid(), SIGUSR1, 0);
}
