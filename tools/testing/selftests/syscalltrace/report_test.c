// SPDX-License-Identifier: GPL-2.0
/*
 * The answer "report": what became of a call is told without another stop.
 */

#include "packed.h"

/* How long anything may take that has to happen by itself, ms. */
#define PATIENCE	20000

TRACEE_FIXTURE(report)

static struct batch in;

static void wait_for_stop(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLPRI };

	poll(&p, 1, -1);
}

/* In the program: where it reads. */
#define IN_FD	20

static void read_and_close(void)
{
	char buf[8];
	int p[2];

	if (pipe(p) || dup2(p[0], IN_FD) != IN_FD || write(p[1], "hello", 5) != 5)
		_exit(97);
	raw(SYS_read, IN_FD, (long)buf, 8);
	raw(SYS_close, 12345, 0, 0);
	tell(1);
}

TEST_F(report, text)
{
	START(read_and_close, "read close");
	ASSERT_EQ(0, strncmp("read 20, 0x", hear(self->fd), 11));
	ASSERT_SAY(0, self->fd, "report");
	/* It is first, although the next stop is there. */
	wait_for_stop(self->fd);
	EXPECT_HEAR("done ok 5", self->fd);
	EXPECT_HEAR("close 12345", self->fd);
	ASSERT_SAY(0, self->fd, "report");
	EXPECT_EQ(1, told(&self->t));
	EXPECT_HEAR("done fail EBADF", self->fd);
	EXPECT_HEAR("", self->fd);
}

TEST_F(report, text_with_data)
{
	char want[32];

	START(read_and_close, "read close");
	ASSERT_SAY(0, self->fd, "out on");
	ASSERT_SAY(0, self->fd, "tid on");
	hear(self->fd);
	ASSERT_SAY(0, self->fd, "%d report", self->t.pid);
	snprintf(want, sizeof(want), "%d done ok 5, 2 \"hello\"", self->t.pid);
	EXPECT_HEAR(want, self->fd);
	snprintf(want, sizeof(want), "%d close 12345", self->t.pid);
	EXPECT_HEAR(want, self->fd);
	ASSERT_SAY(0, self->fd, "%d report", self->t.pid);
	snprintf(want, sizeof(want), "%d done fail EBADF", self->t.pid);
	EXPECT_HEAR(want, self->fd);
	EXPECT_HEAR("", self->fd);
}

TEST_F(report, packed)
{
	const struct syscall_trace_record *r;
	struct syscall_trace_record stop;

	START(read_and_close, "read close");
	ASSERT_SAY(0, self->fd, "out on");
	ASSERT_SAY(0, self->fd, "packed on");
	stop = ASSERT_STOP(ENTRY, &in);
	ASSERT_ANSWER(0, REPORT, &stop, 0);
	wait_for_stop(self->fd);
	/* Both come at once, in this order. */
	ASSERT_EQ(0, read_batch(self->fd, &in, sizeof(in.words)));
	ASSERT_EQ(2, count_records(&in));
	r = next_record(&in);
	EXPECT_EQ(SYSCALL_TRACE_RESULT, r->type);
	EXPECT_EQ(0, r->id);
	EXPECT_EQ(self->t.pid, r->tid);
	EXPECT_EQ(SYS_read, r->nr);
	EXPECT_EQ(0, memcmp(stop.args, r->args, sizeof(r->args)));
	EXPECT_EQ(5, r->ret);
	EXPECT_EQ(0, r->time);
	EXPECT_EQ(0, r->duration);
	EXPECT_STREQ("1\"hello\" ", blocks_of(r));
	stop = *next_record(&in);
	EXPECT_EQ(SYSCALL_TRACE_ENTRY, stop.type);
	ASSERT_ANSWER(0, REPORT, &stop, 0);
	r = ASSERT_RECORD(RESULT, &in);
	EXPECT_EQ(SYS_close, r->nr);
	EXPECT_EQ(-EBADF, r->ret);
	EXPECT_EQ(0, r->nr_blocks);
	EXPECT_EQ(0, read_batch(self->fd, &in, sizeof(in.words)));
	EXPECT_EQ(0, in.len);
}

TEST_F(report, exchange_gets_it_with_the_next_stop)
{
	static struct batch out;
	struct syscall_trace_record stop;

	START(read_and_close, "read close");
	ASSERT_EQ(1, exchange(self->fd, NULL, &in, -1));
	stop = *next_record(&in);
	add_answer(&out, SYSCALL_TRACE_REPORT, &stop, 0);
	ASSERT_LE(1, exchange(self->fd, &out, &in, -1));
	EXPECT_EQ(SYSCALL_TRACE_RESULT, next_record(&in)->type);
}

static void close_once(void)
{
	tell(raw(SYS_close, 12345, 0, 0));
}

/* The newest tracer, @fds[1], judges first, and sees the result last. */
TEST_F(report, each_layer_its_own_result)
{
	int i;

	start(&self->t, close_once);
	for (i = 0; i < 4; i++) {
		self->fds[i] = open_syscall(self->t.pid, 0, O_RDWR);
		ASSERT_SAY(0, self->fds[i], "trace close");
	}
	open_gate(&self->t);
	for (i = 3; i >= 0; i--) {
		ASSERT_HEAR("close 12345", self->fds[i]);
		ASSERT_SAY(0, self->fds[i], i == 1 ? "step" : "report");
	}
	EXPECT_HEAR("done fail EBADF", self->fds[0]);
	ASSERT_HEAR("fail EBADF", self->fds[1]);
	ASSERT_SAY(0, self->fds[1], "ok 77");
	EXPECT_EQ(77, told(&self->t));
	EXPECT_HEAR("done ok 77", self->fds[2]);
	EXPECT_HEAR("done ok 77", self->fds[3]);
	for (i = 0; i < 4; i++)
		EXPECT_HEAR("", self->fds[i]);
}

TEST_F(report, newer_layers_are_told_what_older_ones_gave)
{
	int i;

	start(&self->t, close_once);
	for (i = 0; i < 3; i++) {
		self->fds[i] = open_syscall(self->t.pid, 0, O_RDWR);
		ASSERT_SAY(0, self->fds[i], "trace close");
	}
	open_gate(&self->t);
	for (i = 2; i >= 0; i--) {
		ASSERT_HEAR("close 12345", self->fds[i]);
		ASSERT_SAY(0, self->fds[i], i ? "report" : "skip-fail ENOSPC");
	}
	EXPECT_EQ(-ENOSPC, told(&self->t));
	EXPECT_HEAR("done fail ENOSPC", self->fds[1]);
	EXPECT_HEAR("done fail ENOSPC", self->fds[2]);
	EXPECT_HEAR("", self->fds[0]);
}

static void wait_for_gate(void)
{
	close_once();
	pass_gate();
}

TEST_F(report, of_a_call_that_was_changed)
{
	char want[32];

	START(wait_for_gate, "close");
	ASSERT_HEAR("close 12345", self->fd);
	ASSERT_SAY(0, self->fd, "getpid");
	ASSERT_SAY(0, self->fd, "report");
	EXPECT_EQ(self->t.pid, told(&self->t));
	snprintf(want, sizeof(want), "done ok %d", self->t.pid);
	EXPECT_HEAR(want, self->fd);
}

static void exec_true(void)
{
	execl("/bin/busybox", "busybox", "true", NULL);
}

TEST_F(report, of_exec)
{
	START(exec_true, "execve exit_group");
	ASSERT_EQ(0, strncmp("execve \"/bin/busybox\"", hear(self->fd), 21));
	ASSERT_SAY(0, self->fd, "report");
	EXPECT_HEAR("done ok 0", self->fd);
	/* The thread does not come back from that: there is no result. */
	ASSERT_HEAR("exit_group 0", self->fd);
	ASSERT_SAY(0, self->fd, "report");
	EXPECT_EQ(0, wait_status(&self->t));
	EXPECT_HEAR("", self->fd);
}

static void fork_child(void)
{
	long pid = raw(SYS_fork, 0, 0, 0);

	if (!pid)
		_exit(0);
	tell(pid);
	waitpid(pid, NULL, 0);
}

TEST_F(report, of_fork)
{
	char want[32];

	START(fork_child, "fork");
	ASSERT_HEAR("fork", self->fd);
	ASSERT_SAY(0, self->fd, "report");
	snprintf(want, sizeof(want), "done ok %ld", told(&self->t));
	EXPECT_HEAR(want, self->fd);
	EXPECT_HEAR("", self->fd);
}

static void do_nothing(int sig)
{
}

static void be_interrupted(void)
{
	struct sigaction once = { .sa_handler = do_nothing };
	struct sigaction again = { .sa_handler = do_nothing, .sa_flags = SA_RESTART };
	char c;

	sigaction(SIGUSR1, &once, NULL);
	sigaction(SIGUSR2, &again, NULL);
	tell(1);
	tell(raw(SYS_read, GATE_FD, (long)&c, 1));
	tell(raw(SYS_read, GATE_FD, (long)&c, 1));
}

TEST_F(report, of_an_interrupted_call)
{
	START(be_interrupted, "read");
	EXPECT_EQ(1, told(&self->t));
	EXPECT_EQ(0, strncmp("read 11, 0x", hear(self->fd), 11));
	ASSERT_SAY(0, self->fd, "report");
	kill(self->t.pid, SIGUSR1);
	EXPECT_HEAR("done fail ERESTARTSYS", self->fd);
	EXPECT_EQ(-EINTR, told(&self->t));
	/* That is made again, and stops again. */
	EXPECT_EQ(0, strncmp("read 11, 0x", hear(self->fd), 11));
	ASSERT_SAY(0, self->fd, "report");
	kill(self->t.pid, SIGUSR2);
	EXPECT_HEAR("done fail ERESTARTSYS", self->fd);
	EXPECT_EQ(0, strncmp("read 11, 0x", hear(self->fd), 11));
	ASSERT_SAY(0, self->fd, "report");
	open_gate(&self->t);
	EXPECT_EQ(1, told(&self->t));
	EXPECT_HEAR("done ok 1", self->fd);
}

TEST_F(report, killed_with_an_unread_result)
{
	START(wait_for_gate, "close");
	ASSERT_HEAR("close 12345", self->fd);
	ASSERT_SAY(0, self->fd, "report");
	EXPECT_EQ(-EBADF, told(&self->t));
	kill(self->t.pid, SIGKILL);
	EXPECT_EQ(256 + SIGKILL, wait_status(&self->t));
	EXPECT_HEAR("done fail EBADF", self->fd);
	EXPECT_HEAR("", self->fd);
}

TEST_F(report, detach_with_an_unread_result)
{
	START(wait_for_gate, "close");
	ASSERT_HEAR("close 12345", self->fd);
	ASSERT_SAY(0, self->fd, "report");
	EXPECT_EQ(-EBADF, told(&self->t));
	ASSERT_SAY(0, self->fd, "detach");
	EXPECT_HEAR("done fail EBADF", self->fd);
	EXPECT_HEAR("errno 3", self->fd);
	open_gate(&self->t);
	EXPECT_EQ(0, wait_status(&self->t));
}

TEST_F(report, close_with_an_unread_result)
{
	START(wait_for_gate, "close");
	ASSERT_HEAR("close 12345", self->fd);
	ASSERT_SAY(0, self->fd, "report");
	EXPECT_EQ(-EBADF, told(&self->t));
	close(self->fd);
	self->fd = -1;
	open_gate(&self->t);
	EXPECT_EQ(0, wait_status(&self->t));
}

static void close_for_ever(void)
{
	for (;;)
		raw(SYS_close, 12345, 0, 0);
}

/* Who does not read a result cannot have another: no more than one a thread waits. */
TEST_F(report, no_next_stop_without_reading)
{
	int i;

	START(close_for_ever, "close");
	for (i = 0; i < 1000; i++) {
		ASSERT_HEAR("close 12345", self->fd);
		ASSERT_SAY(0, self->fd, "report");
		if (i % 100)
			ASSERT_SAY(ESRCH, self->fd, "report");
		ASSERT_HEAR("done fail EBADF", self->fd);
		wait_for_stop(self->fd);
		if (i % 100)
			ASSERT_SAY(ESRCH, self->fd, "report");
	}
}

static int *go_on;

static void compute(void)
{
	raw(SYS_close, 12345, 0, 0);
	while (!__atomic_load_n(go_on, __ATOMIC_ACQUIRE))
		;
	raw(SYS_close, 54321, 0, 0);
}

#define SHARE(p)								\
	ASSERT_NE(MAP_FAILED, (p) = mmap(NULL, 4096, PROT_READ | PROT_WRITE,	\
					 MAP_SHARED | MAP_ANONYMOUS, -1, 0))

/* No stop wakes the reader: the program computes. */
TEST_F(report, wakes_who_polls)
{
	SHARE(go_on);
	START(compute, "close");
	ASSERT_HEAR("close 12345", self->fd);
	ASSERT_SAY(0, self->fd, "report");
	ASSERT_TRUE(has_record(self->fd, PATIENCE));
	EXPECT_HEAR("done fail EBADF", self->fd);
	*go_on = 1;
	ASSERT_HEAR("close 54321", self->fd);
}

TEST_F(report, wakes_who_reads)
{
	SHARE(go_on);
	START(compute, "close");
	ASSERT_HEAR("close 12345", self->fd);
	ASSERT_SAY(0, self->fd, "report");
	EXPECT_HEAR("done fail EBADF", self->fd);
	EXPECT_EQ('R', state_of(self->t.pid));
	*go_on = 1;
	ASSERT_HEAR("close 54321", self->fd);
}

TEST_F(report, wakes_who_exchanges)
{
	static struct batch out;
	struct syscall_trace_record stop;

	SHARE(go_on);
	START(compute, "close");
	ASSERT_EQ(1, exchange(self->fd, NULL, &in, -1));
	stop = *next_record(&in);
	add_answer(&out, SYSCALL_TRACE_REPORT, &stop, 0);
	ASSERT_EQ(1, exchange(self->fd, &out, &in, PATIENCE * 1000000LL));
	EXPECT_EQ(SYSCALL_TRACE_RESULT, next_record(&in)->type);
	*go_on = 1;
	ASSERT_EQ(1, exchange(self->fd, NULL, &in, -1));
	EXPECT_EQ(SYSCALL_TRACE_ENTRY, next_record(&in)->type);
}

static void *close_in_thread(void *arg)
{
	raw(SYS_close, 12345, 0, 0);
	return arg;
}

static void raise_and_thread(void)
{
	pthread_t t;

	signal(SIGUSR1, do_nothing);
	raw(SYS_close, 54321, 0, 0);
	raise(SIGUSR1);
	pthread_create(&t, NULL, close_in_thread, NULL);
	pthread_join(t, NULL);
}

TEST_F(report, not_at_other_stops)
{
	START(raise_and_thread, "close");
	ASSERT_SAY(0, self->fd, "signals SIGUSR1");
	ASSERT_SAY(0, self->fd, "events on");
	ASSERT_HEAR("close 54321", self->fd);
	ASSERT_SAY(0, self->fd, "step");
	ASSERT_HEAR("fail EBADF", self->fd);
	EXPECT_SAY(EBUSY, self->fd, "report");
	ASSERT_SAY(0, self->fd, "cont");
	ASSERT_EQ(0, strncmp("signal SIGUSR1", hear(self->fd), 14));
	EXPECT_SAY(EBUSY, self->fd, "report");
	ASSERT_SAY(0, self->fd, "cont");
	ASSERT_EQ(0, strncmp("new ", hear(self->fd), 4));
	EXPECT_SAY(EBUSY, self->fd, "report");
	ASSERT_SAY(0, self->fd, "cont");
	ASSERT_HEAR("close 12345", self->fd);
	ASSERT_SAY(0, self->fd, "report");
	EXPECT_HEAR("done fail EBADF", self->fd);
	EXPECT_HEAR("exit 0", self->fd);
}

#define NR_THREADS	8
#define NR_CALLS	250

static void *close_often(void *arg)
{
	int i;

	for (i = 0; i < NR_CALLS; i++)
		raw(SYS_close, 12345 + i, 0, 0);
	return arg;
}

static void close_in_threads(void)
{
	pthread_t t[NR_THREADS];
	int i;

	for (i = 0; i < NR_THREADS; i++)
		pthread_create(&t[i], NULL, close_often, NULL);
	for (i = 0; i < NR_THREADS; i++)
		pthread_join(t[i], NULL);
}

/* What is known of a thread: its next record must be the result of the last stop. */
struct thread {
	pid_t tid;
	unsigned int calls;
	bool reported;
};

static struct thread *find_thread(struct thread *threads, pid_t tid)
{
	int i;

	for (i = 0; i < NR_THREADS; i++) {
		if (!threads[i].tid)
			threads[i].tid = tid;
		if (threads[i].tid == tid)
			return &threads[i];
	}
	return NULL;
}

TEST_F(report, many_threads_each_in_order)
{
	static struct thread threads[NR_THREADS];
	static struct batch out;
	unsigned int results = 0, i;
	const struct syscall_trace_record *r;
	int n;

	START(close_in_threads, "close");
	while ((n = exchange(self->fd, &out, &in, -1)) > 0) {
		out.len = 0;
		while ((r = next_record(&in))) {
			struct thread *t = find_thread(threads, r->tid);

			ASSERT_NE(NULL, t);
			/* A result comes after its stop, and before the next one. */
			ASSERT_EQ(r->type == SYSCALL_TRACE_RESULT, t->reported);
			ASSERT_EQ(12345 + t->calls, r->args[0]);
			t->reported = !t->reported;
			t->calls += !t->reported;
			results += !t->reported;
			if (r->type == SYSCALL_TRACE_ENTRY)
				add_answer(&out, SYSCALL_TRACE_REPORT, r, 0);
		}
	}
	ASSERT_EQ(0, n);
	EXPECT_EQ(NR_THREADS * NR_CALLS, results);
	for (i = 0; i < NR_THREADS; i++)
		EXPECT_EQ(NR_CALLS, threads[i].calls);
}

TEST_HARNESS_MAIN
