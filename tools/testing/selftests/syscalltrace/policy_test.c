// SPDX-License-Identifier: GPL-2.0
/*
 * What becomes of calls without an answer: rules and timeouts.
 */

#include "common.h"

TRACEE_FIXTURE(policy)

/* Make calls that fail with EBADF, and tell how each ended. */
static void close_junk(void)
{
	int i;

	for (i = 0; i < 12; i++)
		tell(raw(SYS_close, 12345, 0, 0));
}

/* Begin with @rules_, several lines. */
#define RULES(program, rules_)						\
do {									\
	start(&self->t, program);					\
	self->fd = open_syscall(self->t.pid, 0, O_RDWR);		\
	ASSERT_LE(0, self->fd);						\
	ASSERT_SAY(0, self->fd, rules_);				\
	open_gate(&self->t);						\
} while (0)

/* How the program's calls ended: a letter each. */
static const char *ends(struct tracee *t, unsigned int nr)
{
	static char text[32];
	unsigned int i;

	for (i = 0; i < nr; i++) {
		switch (told(t)) {
		case -EBADF:
			text[i] = '.';
			break;
		case -EIO:
			text[i] = 'x';
			break;
		case 7:
			text[i] = '7';
			break;
		default:
			text[i] = '?';
		}
	}
	text[nr] = '\0';
	return text;
}

TEST_F(policy, calls_are_decided_without_a_stop)
{
	RULES(close_junk, "on close skip-fail EIO\ntrace none");
	EXPECT_STREQ("xxxxxxxxxxxx", ends(&self->t, 12));
	EXPECT_EQ(0, wait_status(&self->t));
	EXPECT_HEAR("", self->fd);
}

TEST_F(policy, the_newest_rule_decides)
{
	RULES(close_junk, "on all,!write,!exit_group skip-fail EIO\non close skip-ok 7\ntrace none");
	EXPECT_STREQ("777777777777", ends(&self->t, 12));
}

TEST_F(policy, rules_come_before_the_set)
{
	RULES(close_junk, "on close cont\ntrace close,exit_group");
	EXPECT_STREQ("............", ends(&self->t, 12));
	EXPECT_HEAR("exit_group 0", self->fd);
}

TEST_F(policy, rules_can_stop)
{
	RULES(close_junk, "on close when=2 stop\ntrace none");
	EXPECT_STREQ(".", ends(&self->t, 1));
	ASSERT_HEAR("close 12345", self->fd);
	ASSERT_SAY(0, self->fd, "on close skip-ok 7");
	ASSERT_SAY(0, self->fd, "skip-fail EIO");
	EXPECT_STREQ("x777", ends(&self->t, 4));
}

TEST_F(policy, cleared)
{
	RULES(close_junk, "on close skip-fail EIO\non clear\ntrace close");
	ASSERT_HEAR("close 12345", self->fd);
	ASSERT_SAY(0, self->fd, "cont");
	EXPECT_STREQ(".", ends(&self->t, 1));
}

FIXTURE(when)
{
	struct tracee t;
	int fd;
};

FIXTURE_VARIANT(when)
{
	const char *rule;
	const char *ends;
};

FIXTURE_SETUP(when)
{
	self->t = (struct tracee){ .gate = -1, .out = -1 };
	self->fd = -1;
}

FIXTURE_TEARDOWN(when)
{
	stop_tracee(&self->t);
	close(self->fd);
}

#define WHEN(name, rule_, ends_) \
	FIXTURE_VARIANT_ADD(when, name) { .rule = rule_, .ends = ends_ }

WHEN(one, "when=3", "..x.........");
WHEN(from, "when=3+", "..xxxxxxxxxx");
WHEN(each_third, "when=2+3", ".x..x..x..x.");
WHEN(range, "when=2..4", ".xxx........");
WHEN(stepped_range, "when=2..8+3", ".x..x..x....");

TEST_F(when, as_strace_counts)
{
	start(&self->t, close_junk);
	self->fd = open_syscall(self->t.pid, 0, O_RDWR);
	ASSERT_SAY(0, self->fd, "on close %s skip-fail EIO\ntrace none", variant->rule);
	open_gate(&self->t);
	EXPECT_STREQ(variant->ends, ends(&self->t, 12));
}

static void *close_thrice(void *arg)
{
	long *ret = arg;
	int i;

	for (i = 0; i < 3; i++)
		ret[i] = raw(SYS_close, 12345, 0, 0);
	return NULL;
}

static void close_in_threads(void)
{
	long ret[2][3];
	pthread_t t;
	int i;

	close_thrice(ret[0]);
	pthread_create(&t, NULL, close_thrice, ret[1]);
	pthread_join(t, NULL);
	for (i = 0; i < 6; i++)
		tell(ret[i / 3][i % 3]);
}

TEST_F(policy, each_thread_counts_for_itself)
{
	RULES(close_in_threads, "on close when=2 skip-fail EIO\ntrace none");
	EXPECT_STREQ(".x..x.", ends(&self->t, 6));
}

static void close_and_dup(void)
{
	int i;

	for (i = 0; i < 6; i++)
		tell(i % 2 ? raw(SYS_dup, 12345, 0, 0) : raw(SYS_close, 12345, 0, 0));
}

/* As with strace's inject. */
TEST_F(policy, each_call_of_a_rule_is_counted_for_itself)
{
	RULES(close_and_dup, "on close,dup when=2 skip-fail EIO\ntrace none");
	EXPECT_STREQ("..xx..", ends(&self->t, 6));
}

TEST_F(policy, counts_begin_anew_with_a_rule)
{
	RULES(close_junk, "on close when=3 stop\ntrace none");
	EXPECT_STREQ("..", ends(&self->t, 2));
	ASSERT_HEAR("close 12345", self->fd);
	ASSERT_SAY(0, self->fd, "on clear");
	ASSERT_SAY(0, self->fd, "on close when=2 skip-fail EIO");
	ASSERT_SAY(0, self->fd, "cont");
	EXPECT_STREQ("..x.......", ends(&self->t, 10));
}

static long getpid_i386(void)
{
	long ret;

	asm volatile("int $0x80" : "=a" (ret) : "a" (20) : "memory");
	return ret;
}

static void ask_i386(void)
{
	signal(SIGSEGV, SIG_DFL);
	tell(getpid_i386());
}

/* What is no result of a 32-bit call, or would be an error or a restart. */
TEST_F(policy, results_that_do_not_fit_32_bits)
{
	static const struct {
		const char *value;
		long result;
	} cases[] = {
		{ "0x7fffffff", 0x7fffffff },
		{ "-5000", (unsigned int)-5000 },
		{ "0xfffffe00", (unsigned int)-ERANGE },
		{ "0x7f0000000000", (unsigned int)-ERANGE },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		start(&self->t, ask_i386);
		self->fd = open_syscall(self->t.pid, 0, O_RDWR);
		ASSERT_SAY(0, self->fd, "on i386:getpid skip-ok %s", cases[i].value);
		ASSERT_SAY(0, self->fd, "trace none");
		open_gate(&self->t);
		EXPECT_EQ((unsigned int)cases[i].result, (unsigned int)told(&self->t));
		close(self->fd);
		stop_tracee(&self->t);
	}
	/* Not that of the call which it is stopped at. */
	RULES(ask_i386, "trace i386:getpid");
	ASSERT_HEAR("i386:getpid", self->fd);
	EXPECT_SAY(ERANGE, self->fd, "skip-ok 0x7f0000000000");
	EXPECT_SAY(0, self->fd, "on mmap skip-ok 0x7f0000000000");
}

/* Whoever else has the descriptor may not undo it. */
TEST_F(policy, word_that_a_closed_tracer_left_stays)
{
	pid_t owner;
	int ready[2];

	start(&self->t, close_junk);
	self->fd = open_syscall(self->t.pid, 0, O_RDWR);
	ASSERT_EQ(0, pipe(ready));
	owner = fork();
	if (!owner) {
		if (!say(self->fd, "onclose skip-fail EIO") &&
		    !say(self->fd, "trace close") && write(ready[1], "r", 1) == 1)
			pause();
		_exit(1);
	}
	ASSERT_EQ(1, read(ready[0], ready, 1));
	kill(owner, SIGKILL);
	waitpid(owner, NULL, 0);
	EXPECT_SAY(ESRCH, self->fd, "on all cont");
	EXPECT_SAY(ESRCH, self->fd, "on clear");
	EXPECT_SAY(ESRCH, self->fd, "onclose cont");
	EXPECT_SAY(ESRCH, self->fd, "bind off");
	EXPECT_SAY(ESRCH, self->fd, "vdso on");
	open_gate(&self->t);
	EXPECT_STREQ("xxxxxxxxxxxx", ends(&self->t, 12));
}

TEST_F(policy, kill)
{
	RULES(close_junk, "on close when=3 kill\ntrace none");
	EXPECT_STREQ("..", ends(&self->t, 2));
	EXPECT_EQ(256 + SIGKILL, wait_status(&self->t));
}

static volatile int *go;

/* A number that no call has, twice; between them it waits without a call. */
static void call_unknown(void)
{
	tell(raw(2000, 0, 0, 0));
	while (!*go)
		;
	tell(raw(2000, 0, 0, 0));
}

/* The first call after the tracer has left is as good as any other. */
TEST_F(policy, gone_with_the_tracer)
{
	go = mmap(NULL, sizeof(*go), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, (void *)go);
	RULES(call_unknown, "on syscall_2000 skip-ok 7\ntrace none");
	EXPECT_EQ(7, told(&self->t));
	ASSERT_SAY(0, self->fd, "detach");
	*go = 1;
	EXPECT_EQ(-ENOSYS, told(&self->t));
}

TEST_F(policy, too_many_rules)
{
	int i;

	start(&self->t, close_junk);
	self->fd = open_syscall(self->t.pid, 0, O_RDWR);
	for (i = 0; i < 64; i++)
		ASSERT_SAY(0, self->fd, "on close when=%d skip-fail EIO", i + 2);
	EXPECT_SAY(ENOSPC, self->fd, "on close cont");
	ASSERT_SAY(0, self->fd, "trace none");
	open_gate(&self->t);
	EXPECT_STREQ(".xxxxxxxxxxx", ends(&self->t, 12));
}

/* What a newer tracer does not let run an older one does not count. */
TEST_F(policy, rules_of_two)
{
	start(&self->t, close_junk);
	self->fd = open_syscall(self->t.pid, 0, O_RDWR);
	ASSERT_SAY(0, self->fd, "on close when=3 skip-ok 7\ntrace none");
	self->fds[0] = open_syscall(self->t.pid, 0, O_RDWR);
	ASSERT_SAY(0, self->fds[0], "on close when=2 skip-fail EIO\ntrace none");
	open_gate(&self->t);
	EXPECT_STREQ(".x.7........", ends(&self->t, 12));
}

TEST_F(policy, timeout_of_a_stop_that_is_read)
{
	RULES(close_junk, "timeout 1 skip-fail EIO\ntrace close");
	ASSERT_HEAR("close 12345", self->fd);
	EXPECT_STREQ("x", ends(&self->t, 1));
	EXPECT_SAY(ESRCH, self->fd, "cont");
	ASSERT_SAY(0, self->fd, "timeout off");
	ASSERT_HEAR("close 12345", self->fd);
	ASSERT_SAY(0, self->fd, "step");
	ASSERT_HEAR("fail EBADF", self->fd);
	/* After a call there is nothing to skip. */
	ASSERT_SAY(0, self->fd, "timeout 1 skip-fail EIO");
	EXPECT_STREQ(".", ends(&self->t, 1));
}

/* The tracer is not to blame for what a freezer does. */
TEST_F(policy, frozen_time_does_not_count)
{
	char path[] = "/sys/fs/cgroup/policy_test";
	struct timespec second = { .tv_sec = 1, .tv_nsec = 500000000 };
	char file[80];
	int fd;

	if (mkdir(path, 0700) && errno != EEXIST)
		SKIP(return, "no cgroup2");
	RULES(close_junk, "timeout 1 skip-fail EIO\ntrace close");
	ASSERT_HEAR("close 12345", self->fd);
	snprintf(file, sizeof(file), "%s/cgroup.procs", path);
	fd = open(file, O_WRONLY);
	ASSERT_LT(0, dprintf(fd, "%d", self->t.pid));
	close(fd);
	snprintf(file, sizeof(file), "%s/cgroup.freeze", path);
	fd = open(file, O_WRONLY);
	ASSERT_EQ(1, write(fd, "1", 1));
	/* This is the time that must not count. */
	nanosleep(&second, NULL);
	EXPECT_SAY(0, self->fd, "skip-ok 7");
	ASSERT_EQ(1, write(fd, "0", 1));
	close(fd);
	EXPECT_STREQ("7", ends(&self->t, 1));
	stop_tracee(&self->t);
	rmdir(path);
}

TEST_F(policy, timeout_of_stops_that_nobody_reads)
{
	RULES(close_junk, "trace close");
	wait_for_state(self->t.pid, "S");
	/* It holds for the one that waits already. */
	ASSERT_SAY(0, self->fd, "timeout 1 cont");
	EXPECT_STREQ("..", ends(&self->t, 2));
	ASSERT_SAY(0, self->fd, "timeout 1 kill");
	EXPECT_EQ(256 + SIGKILL, wait_status(&self->t));
}

TEST_HARNESS_MAIN
