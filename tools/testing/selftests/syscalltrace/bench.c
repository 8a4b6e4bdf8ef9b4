// SPDX-License-Identifier: GPL-2.0
/*
 * What it costs to watch a system call: /proc/<pid>/syscall beside all else that can.
 * "make bench" runs it and makes tables.
 *
 * Usage: bench ns|instructions CALLS [JOB]
 *
 * A program makes CALLS calls in a loop and reads a clock before and after: once to
 * warm up, then five times, or three if these are as good. Of these times, for one call,
 * the median, the least and the most are printed as "NAME MEDIAN LEAST MOST UNIT". So a
 * value is all that a call takes until it returns: the program, the kernel, the tracer
 * and the switches between them. Then whole programs are run, under several tracers;
 * there a value is that of a run. With JOB only those whose names it is a pattern for.
 *
 * Instructions are those of a guest with one CPU under QEMU's -icount shift=0,
 * where the time stamp counter moves on by one with each instruction that the
 * guest executes, in kernel or user space, interrupts included. It is read as it
 * is: the kernel's choice of a clock source does not matter. A CPU that idles
 * counts on as well; this one has no occasion to, as always either the program
 * or its tracer can run. Each round of a repeated string instruction is one.
 */
#include "bench.h"

#include <fnmatch.h>

/* For a job; of a clock that counts instructions a second is a thousand million. */
#define TIME_LIMIT	(count_instructions ? 8 : 60)	/* seconds */

struct job job;
struct result *result;
bool count_instructions;
long calls;
int repeats;

static const char *pattern;
static pid_t job_process;

/* Why there is no result. The first reason counts. Returns @err. */
int fail(const char *what, int err)
{
	if (err && !result->failed) {
		snprintf(result->why, sizeof(result->why), "%s: %s", what, strerror(err));
		result->failed = true;
	}
	return err;
}

bool is_wanted(const char *name)
{
	return !pattern || !fnmatch(pattern, name, 0);
}

static int compare_samples(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

/* Print the line of a job that is done. */
void report_result(const char *name)
{
	unsigned int nr = result->nr;

	if (!nr)
		fail("no result", ECANCELED);
	if (result->failed) {
		printf("# %s: skipped: %s\n", name, result->why);
	} else {
		qsort(result->samples, nr, sizeof(result->samples[0]), compare_samples);
		printf("%s %.1f %.1f %.1f %s\n", name, result->samples[nr / 2],
		       result->samples[0], result->samples[nr - 1],
		       count_instructions ? "instructions" : "ns");
		if (result->marked)
			printf("%s marked\n", name);
	}
	fflush(stdout);
}

/* In a process of its own: the tracer. */
static void do_job(void)
{
	struct tracee t;
	int err = 0;

	start(&t, job.program ?: loop);
	if (job.watch)
		err = job.watch(&t);
	else
		open_gate(&t);
	if (!err && t.pid && wait_status(&t))
		fail("the program failed", ECANCELED);
	stop_tracee(&t);
	_exit(0);
}

static void stop_job(int sig)
{
	(void)sig;
	fail("a job", ETIMEDOUT);
	kill(job_process, SIGKILL);
}

/* Until nobody is left of it, who might take part of another job's time. */
static void wait_for_all(void)
{
	struct timespec rest = { .tv_nsec = 50 * 1000000L };

	while (waitpid(-1, NULL, __WALL) > 0 || errno == EINTR)
		;
	/* Some of what they had is freed a little later. */
	nanosleep(&rest, NULL);
}

static void measure(const struct job *j)
{
	if (!is_wanted(j->name))
		return;
	job = *j;
	memset(result, 0, sizeof(*result));
	fflush(NULL);
	job_process = fork();
	if (job_process < 0) {
		fail("fork", errno);
	} else if (!job_process) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		do_job();
	}
	alarm(TIME_LIMIT);
	wait_for_all();
	alarm(0);
	if (job.clean)
		job.clean();
	report_result(job.name);
}

static void measure_family(const struct family *f)
{
	struct job j = f->job;
	char name[64];
	const size_t *v;

	j.name = name;
	for (v = f->values; *v; v++) {
		if (!f->sizes)
			snprintf(name, sizeof(name), "%s-%zu", f->job.name, *v);
		else if (*v < 1 << 10)
			snprintf(name, sizeof(name), "%s-%zuB", f->job.name, *v);
		else if (*v < 1 << 20)
			snprintf(name, sizeof(name), "%s-%zuKiB", f->job.name, *v >> 10);
		else
			snprintf(name, sizeof(name), "%s-%zuMiB", f->job.name, *v >> 20);
		if (f->sizes)
			j.size = *v;
		else
			j.many = *v;
		measure(&j);
	}
}

/* Does the counter count instructions? A loop of which we know the number tells. */
static bool check_counter(void)
{
	const struct job loop_job = { .name = "check-loop", .call = do_count };
	double want = 2 * LOOP_ROUNDS;

	pattern = NULL;
	measure(&loop_job);
	if (!result->failed && result->samples[0] >= want && result->samples[0] < want * 1.05)
		return true;
	fprintf(stderr, "bench: %.0f instructions count as %.1f: is this -icount shift=0?\n",
		want, result->samples[0]);
	return false;
}

static bool set_up(void)
{
	struct sigaction sa = { .sa_handler = stop_job };

	result = mmap(NULL, sizeof(*result), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	return result != MAP_FAILED && make_buffers() && !sigaction(SIGALRM, &sa, NULL) &&
	       !prctl(PR_SET_CHILD_SUBREAPER, 1);
}

int main(int argc, char **argv)
{
	unsigned int i;

	/* What do_exec() wants. */
	if (argc == 1)
		return 0;
	count_instructions = !strcmp(argv[1], "instructions");
	repeats = count_instructions ? 3 : MAX_REPEATS;
	calls = argc == 3 || argc == 4 ? atol(argv[2]) : 0;
	if (calls <= 0 || (!count_instructions && strcmp(argv[1], "ns"))) {
		fprintf(stderr, "Usage: bench ns|instructions CALLS [JOB]\n");
		return 2;
	}
	if (!set_up()) {
		perror("bench");
		return 1;
	}
	if (count_instructions && !check_counter())
		return 1;
	pattern = argv[3];
	for (i = 0; i < nr_jobs; i++)
		measure(&jobs[i]);
	for (i = 0; i < nr_families; i++)
		measure_family(&families[i]);
	measure_programs();
	return 0;
}
