// SPDX-License-Identifier: GPL-2.0
/*
 * Kill tracers and tracees at random moments, a thousand times each: the
 * program dies at once or runs on, and nobody is left stuck.
 *
 * The seed is printed; SEED=n in the environment repeats a run.
 */

#include "common.h"

#define ROUNDS	(in_packed_form() ? 250 : 1000)
/* How long a program may take for its next call when nobody traces it, ms. */
#define PATIENCE	20000

/* Shared by the program, its tracer and the test. */
struct shared {
	unsigned long calls;	/* the program made */
	unsigned long answers;	/* the tracer gave */
};

static struct shared *shared;

FIXTURE(kill)
{
	unsigned int seed;
};

FIXTURE_SETUP(kill)
{
	char *seed = getenv("SEED");

	self->seed = seed ? atoi(seed) : (unsigned int)time(NULL);
	TH_LOG("seed %u", self->seed);
	srand(self->seed);
	shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, shared);
}

FIXTURE_TEARDOWN(kill)
{
	munmap(shared, 4096);
}

static void count_call(void)
{
	__atomic_add_fetch(&shared->calls, 1, __ATOMIC_RELAXED);
}

static void *call_all_day(void *arg)
{
	for (;;) {
		raw(SYS_getppid, 0, 0, 0);
		raw(SYS_write, 999, (long)"some bytes", 10);
		raw(SYS_openat, -100, (long)"/no/such/file", 0);
		count_call();
	}
	return arg;
}

static void on_signal(int sig)
{
	(void)sig;
	raw(SYS_getppid, 0, 0, 0);
}

/* Threads that call, a thread that forks, signals in between. */
static void live(void)
{
	struct itimerval every = { { 0, 3000 }, { 0, 3000 } };
	pthread_t thread;
	int i;

	signal(SIGALRM, on_signal);
	setitimer(ITIMER_REAL, &every, NULL);
	for (i = 0; i < 2; i++)
		pthread_create(&thread, NULL, call_all_day, NULL);
	for (;;) {
		pid_t pid = fork();

		if (!pid)
			_exit(0);
		while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
			;
		count_call();
	}
}

static const char *random_answer(bool entry, unsigned int *seed)
{
	static const char *const at_entry[] = {
		"cont", "cont", "step", "step", "getppid\nstep", "getpid\ncont",
		"get 2", "set 2 \"x\"", "skip-fail EIO", "detach\ntrace all",
	};
	static const char *const at_exit[] = { "cont", "cont", "fail EIO", "get 2", "ok 1" };

	return entry ? at_entry[rand_r(seed) % ARRAY_SIZE(at_entry)] :
		       at_exit[rand_r(seed) % ARRAY_SIZE(at_exit)];
}

/* Calls whose result the program needs: forked children, threads, the heap. */
static bool is_needed(const char *text)
{
	return !strstr(text, "getppid") && !strstr(text, "write 999") &&
	       !strstr(text, "openat");
}

static void trace(pid_t pid, unsigned int seed)
{
	int fd = open_syscall(pid, 0, O_RDWR);

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (fd < 0 || say(fd, "tid on") || say(fd, "trace all"))
		_exit(1);
	for (;;) {
		const char *text = hear(fd), *body = strchr(text, ' ');
		char answers[128], *answer;
		int tid = atoi(text);
		bool entry;

		/* The program is gone, or was so when we armed again. */
		if (!body || !tid)
			_exit(0);
		body++;
		if (!strncmp(body, "data ", 5))
			continue;
		entry = strncmp(body, "ok ", 3) && strncmp(body, "fail ", 5);
		if (entry && is_needed(body))
			strcpy(answers, rand_r(&seed) % 2 ? "cont" : "step");
		else if (!entry && !strncmp(body, "ok ", 3))
			strcpy(answers, "cont");
		else
			strcpy(answers, random_answer(entry, &seed));
		for (answer = strtok(answers, "\n"); answer; answer = strtok(NULL, "\n")) {
			bool any_time = !strncmp(answer, "detach", 6) ||
					!strncmp(answer, "trace", 5);

			say(fd, any_time ? "%s" : "%2$d %1$s", answer, tid);
		}
		/* What asks does not answer. */
		if (!strncmp(answers, "get ", 4) || !strncmp(answers, "set ", 4))
			say(fd, "%d cont", tid);
		__atomic_add_fetch(&shared->answers, 1, __ATOMIC_RELAXED);
	}
}

static void random_delay(void)
{
	struct timespec ts = { .tv_nsec = rand() % (rand() % 2 ? 3000000 : 30000000) };

	nanosleep(&ts, NULL);
}

/* Does the program get on, now that nobody traces it? */
static bool gets_on(void)
{
	unsigned long calls = __atomic_load_n(&shared->calls, __ATOMIC_RELAXED);
	int ms;

	for (ms = 0; ms < PATIENCE; ms++) {
		if (__atomic_load_n(&shared->calls, __ATOMIC_RELAXED) > calls + 3)
			return true;
		poll(NULL, 0, 1);
	}
	return false;
}

static pid_t start_trace(struct tracee *t)
{
	unsigned int seed = rand();
	pid_t pid = fork();

	if (!pid) {
		trace(t->pid, seed);
		_exit(0);
	}
	return pid;
}

static void kill_and_wait(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

TEST_F_TIMEOUT(kill, tracer_at_random_moments, 600)
{
	struct tracee t;
	int i;

	start(&t, live);
	open_gate(&t);
	for (i = 0; i < ROUNDS; i++) {
		pid_t tracer = start_trace(&t);

		random_delay();
		kill_and_wait(tracer);
		ASSERT_TRUE(gets_on())
			TH_LOG("stuck in round %d", i);
	}
	TH_LOG("%lu calls, %lu answers", shared->calls, shared->answers);
	EXPECT_LT(0, shared->answers);
	stop_tracee(&t);
}

TEST_F_TIMEOUT(kill, tracee_at_random_moments, 600)
{
	int i, status;

	for (i = 0; i < ROUNDS; i++) {
		struct tracee t;
		pid_t tracer;

		start(&t, live);
		tracer = start_trace(&t);
		open_gate(&t);
		random_delay();
		kill(t.pid, SIGKILL);
		ASSERT_EQ(t.pid, waitpid(t.pid, &status, 0));
		t.pid = 0;
		/* The tracer sees the end by itself. */
		ASSERT_EQ(tracer, waitpid(tracer, &status, 0));
		ASSERT_TRUE(WIFEXITED(status));
		stop_tracee(&t);
	}
	TH_LOG("%lu calls, %lu answers", shared->calls, shared->answers);
	EXPECT_LT(0, shared->answers);
}

TEST_HARNESS_MAIN
