// SPDX-License-Identifier: GPL-2.0
/*
 * Calls that are logged instead of stopped: what is told of them, in which order, and
 * what happens when there is no room.
 */

#include "packed.h"

/* How long anything may take that has to happen by itself, ms. */
#define PATIENCE	10000
/* Bytes of the record of a call without data, and how many fit into the smallest log. */
#define PLAIN		sizeof(struct syscall_trace_record)
#define SMALLEST	4096
#define FIT		((long)(SMALLEST / PLAIN))

TRACEE_FIXTURE(log)

static struct batch in, out;

/* How many calls the program has made. */
static long *calls;

#define SHARE(p)								\
	ASSERT_NE(MAP_FAILED, (p) = mmap(NULL, 4096, PROT_READ | PROT_WRITE,	\
					 MAP_SHARED | MAP_ANONYMOUS, -1, 0))

/* Arm a tracer of @program, which logs; what it does more the test says. */
#define LOG(program, set)							\
do {										\
	start(&self->t, program);						\
	self->fd = open_syscall(self->t.pid, 0, O_RDWR);			\
	ASSERT_LE(0, self->fd);							\
	ASSERT_SAY(0, self->fd, "trace none");					\
	ASSERT_SAY(0, self->fd, "on " set " log");				\
} while (0)

/* The times of a record of the log, as nanoseconds; what follows them. */
struct line {
	unsigned long long time;
	unsigned long long duration;
	const char *rest;
};

static struct line split(const char *text)
{
	unsigned long long s, ns, took_s, took_ns;
	struct line line = { .rest = text };
	int used = 0;

	if (sscanf(text, "log %llu.%9llu %llu.%9llu %n", &s, &ns, &took_s, &took_ns, &used) == 4) {
		line.time = s * 1000000000 + ns;
		line.duration = took_s * 1000000000 + took_ns;
		line.rest = text + used;
	} else if (sscanf(text, "log %llu.%9llu ? %n", &s, &ns, &used) == 2) {
		line.time = s * 1000000000 + ns;
		line.duration = SYSCALL_TRACE_NO_RESULT;
		line.rest = text + used;
	}
	return line;
}

#define ASSERT_LOGGED(text, fd)							\
({										\
	struct line line_ = split(hear(fd));					\
										\
	ASSERT_STREQ(text, line_.rest);						\
	ASSERT_NE(0, line_.time);						\
	line_;									\
})

static unsigned long long now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

/* Read all there is without waiting. Count the calls, and those that got lost. */
static int drain(int fd, long *logged, long *lost)
{
	const struct syscall_trace_record *r;
	int n;

	while ((n = exchange(fd, NULL, &in, 0)) > 0) {
		while ((r = next_record(&in))) {
			*logged += r->type == SYSCALL_TRACE_LOG;
			if (r->type == SYSCALL_TRACE_LOST)
				*lost += r->ret;
		}
	}
	return n;
}

/* ---------------------------------- records ------------------------------ */

/* In the program: where it reads and writes. */
#define IN_FD	20
#define TO_FD	21

static void some_calls(void)
{
	char buf[8];
	int p[2];

	if (pipe(p) || dup2(p[0], IN_FD) != IN_FD || dup2(p[1], TO_FD) != TO_FD ||
	    write(TO_FD, "hello", 5) != 5)
		_exit(97);
	raw(SYS_read, IN_FD, (long)buf, 8);
	raw(SYS_write, TO_FD, (long)"words\n", 6);
	raw(SYS_close, 12345, 0, 0);
	tell(1);
	pass_gate();
}

TEST_F(log, text)
{
	unsigned long long before, after;
	struct line first, second;

	LOG(some_calls, "close");
	ASSERT_SAY(0, self->fd, "on read,write log");
	ASSERT_SAY(0, self->fd, "out on");
	before = now();
	open_gate(&self->t);
	EXPECT_EQ(1, told(&self->t));
	after = now();
	ASSERT_LOGGED("write 21, \"hello\", 5 = ok 5", self->fd);
	first = split(hear(self->fd));
	EXPECT_EQ(0, strncmp(first.rest, "read 20, 0x", 11));
	EXPECT_STREQ(", 8 = ok 5, 2 \"hello\"", strchr(first.rest + 11, ','));
	second = ASSERT_LOGGED("write 21, \"words\\n\", 6 = ok 6", self->fd);
	EXPECT_LE(before, first.time);
	EXPECT_LE(first.time + first.duration, second.time);
	EXPECT_LE(second.time + second.duration, after);
	EXPECT_LT(0, first.duration);
	ASSERT_LOGGED("close 12345 = fail EBADF", self->fd);
}

TEST_F(log, packed)
{
	const struct syscall_trace_record *r;
	unsigned long long before, after;

	LOG(some_calls, "close");
	ASSERT_SAY(0, self->fd, "on read,write log");
	ASSERT_SAY(0, self->fd, "out on");
	before = now();
	open_gate(&self->t);
	EXPECT_EQ(1, told(&self->t));
	after = now();
	ASSERT_LE(4, exchange(self->fd, NULL, &in, -1));
	r = next_record(&in);
	EXPECT_EQ(SYSCALL_TRACE_LOG, r->type);
	EXPECT_EQ(SYS_write, r->nr);
	EXPECT_EQ(1, r->nr_in);
	EXPECT_EQ(1, r->nr_blocks);
	EXPECT_STREQ("1\"hello\" ", blocks_of(r));
	r = next_record(&in);
	EXPECT_EQ(SYS_read, r->nr);
	EXPECT_EQ(0, r->id);
	EXPECT_EQ(self->t.pid, r->tid);
	EXPECT_EQ(SYSCALL_TRACE_ABI_X86_64, r->abi);
	EXPECT_EQ(IN_FD, r->args[0]);
	EXPECT_EQ(8, r->args[2]);
	EXPECT_EQ(5, r->ret);
	EXPECT_EQ(0, r->nr_in);
	EXPECT_STREQ("1\"hello\" ", blocks_of(r));
	EXPECT_LE(before, r->time);
	EXPECT_LE(r->time + r->duration, after);
	r = next_record(&in);
	EXPECT_STREQ("1\"words\n\" ", blocks_of(r));
	r = next_record(&in);
	EXPECT_EQ(SYS_close, r->nr);
	EXPECT_EQ(-EBADF, r->ret);
	EXPECT_EQ(0, r->nr_blocks);
}

static void stop_and_log(void)
{
	int i;

	for (i = 0; i < 3; i++) {
		raw(SYS_close, 1000 + i, 0, 0);
		raw(SYS_close, 2000 + i, 0, 0);
		raw(SYS_getppid, 0, 0, 0);
	}
}

TEST_F(log, comes_before_the_next_stop)
{
	char want[64];
	int i, n;

	LOG(stop_and_log, "close");
	ASSERT_SAY(0, self->fd, "trace getppid");
	open_gate(&self->t);
	for (i = 0; i < 3; i++) {
		for (n = 1000; n <= 2000; n += 1000) {
			snprintf(want, sizeof(want), "close %d = fail EBADF", n + i);
			ASSERT_LOGGED(want, self->fd);
		}
		ASSERT_HEAR("getppid", self->fd);
		ASSERT_SAY(0, self->fd, i ? "cont" : "report");
		if (i == 0)
			EXPECT_EQ(0, strncmp("done ok ", hear(self->fd), 8));
	}
	EXPECT_HEAR("", self->fd);
}

TEST_F(log, packed_before_the_next_stop)
{
	static const int types[] = {
		SYSCALL_TRACE_LOG, SYSCALL_TRACE_LOG, SYSCALL_TRACE_ENTRY, SYSCALL_TRACE_RESULT,
	};
	const struct syscall_trace_record *r;
	int i = 0, n;

	LOG(stop_and_log, "close");
	ASSERT_SAY(0, self->fd, "trace getppid");
	open_gate(&self->t);
	while ((n = exchange(self->fd, &out, &in, -1)) > 0) {
		out.len = 0;
		while ((r = next_record(&in))) {
			ASSERT_EQ(types[i++ % 4], r->type);
			if (r->type == SYSCALL_TRACE_ENTRY)
				add_answer(&out, SYSCALL_TRACE_REPORT, r, 0);
		}
	}
	EXPECT_EQ(0, n);
	EXPECT_EQ(12, i);
}

static void end_group(void)
{
	raw(SYS_exit_group, 7, 0, 0);
}

TEST_F(log, of_a_call_without_end)
{
	struct line line;

	LOG(end_group, "exit_group");
	open_gate(&self->t);
	EXPECT_EQ(7, wait_status(&self->t));
	line = ASSERT_LOGGED("exit_group 7 = ?", self->fd);
	EXPECT_EQ(SYSCALL_TRACE_NO_RESULT, line.duration);
	EXPECT_HEAR("", self->fd);
}

TEST_F(log, packed_of_a_call_without_end)
{
	const struct syscall_trace_record *r;

	LOG(end_group, "exit_group");
	ASSERT_SAY(0, self->fd, "packed on");
	open_gate(&self->t);
	r = ASSERT_RECORD(LOG, &in);
	EXPECT_EQ(SYSCALL_TRACE_NO_RESULT, r->duration);
	EXPECT_EQ(0, r->ret);
	EXPECT_EQ(7, r->args[0]);
	EXPECT_EQ(0, read_batch(self->fd, &in, sizeof(in.words)));
	EXPECT_EQ(0, in.len);
}

static void exec_true(void)
{
	execl("/bin/busybox", "busybox", "true", NULL);
}

TEST_F(log, of_exec)
{
	const char *end = " = ok 0", *rest;

	LOG(exec_true, "execve");
	open_gate(&self->t);
	EXPECT_EQ(0, wait_status(&self->t));
	rest = split(hear(self->fd)).rest;
	EXPECT_EQ(0, strncmp("execve \"/bin/busybox\", [\"busybox\", \"true\"], [", rest, 45));
	EXPECT_STREQ(end, rest + strlen(rest) - strlen(end));
	EXPECT_HEAR("", self->fd);
}

static void do_nothing(int sig)
{
}

static void read_gate(void)
{
	struct sigaction again = { .sa_handler = do_nothing, .sa_flags = SA_RESTART };
	char c;

	sigaction(SIGUSR1, &again, NULL);
	tell(1);
	raw(SYS_read, GATE_FD, (long)&c, 1);
}

/* A call that is made again is logged again. */
TEST_F(log, of_an_interrupted_call)
{
	static const char *const ends[] = { ", 1 = fail ERESTARTSYS", ", 1 = ok 1" };
	const char *rest;
	int i;

	LOG(read_gate, "read");
	open_gate(&self->t);
	EXPECT_EQ(1, told(&self->t));
	wait_for_state(self->t.pid, "S");
	kill(self->t.pid, SIGUSR1);
	for (i = 0; i < 2; i++) {
		rest = split(hear(self->fd)).rest;
		EXPECT_EQ(0, strncmp("read 11, 0x", rest, 11));
		EXPECT_STREQ(ends[i], strchr(rest + 11, ','));
		if (i == 0)
			open_gate(&self->t);
	}
	EXPECT_HEAR("", self->fd);
}

static void poll_nothing(void)
{
	struct pollfd none[400];

	memset(none, 0, sizeof(none));
	none[0].fd = -1;
	raw(SYS_poll, (long)none, 1, 0);
	raw(SYS_poll, (long)none, 400, 0);
	raw(SYS_write, OUT_FD, (long)"new word", 8);
}

TEST_F(log, bound)
{
	LOG(poll_nothing, "poll,write");
	ASSERT_SAY(0, self->fd, "bind on");
	open_gate(&self->t);
	ASSERT_LOGGED("poll ~\"\\377\\377\\377\\377\\000\\000\\000\\000\", 1, 0 = ok 0", self->fd);
	EXPECT_EQ(0, strncmp("poll ~\"", split(hear(self->fd)).rest, 7));
	ASSERT_LOGGED("write 10, \"new word\", 8 = ok 8", self->fd);
	EXPECT_EQ(*(long *)"new word", told(&self->t));
}

/* What is longer than half of the log shows addresses; they are not bound either. */
TEST_F(log, too_long_a_record)
{
	const struct syscall_trace_record *r;

	start(&self->t, poll_nothing);
	self->fd = open_syscall(self->t.pid, 0, O_RDWR);
	ASSERT_SAY(0, self->fd, "log 4");
	ASSERT_SAY(0, self->fd, "limit 65536");
	ASSERT_SAY(0, self->fd, "bind on");
	ASSERT_SAY(0, self->fd, "trace none");
	ASSERT_SAY(0, self->fd, "on poll log");
	open_gate(&self->t);
	EXPECT_EQ(0, strncmp("poll ~\"", split(hear(self->fd)).rest, 7));
	ASSERT_EQ(1, exchange(self->fd, NULL, &in, -1));
	r = next_record(&in);
	EXPECT_EQ(SYSCALL_TRACE_LOG, r->type);
	EXPECT_EQ(0, r->nr_blocks);
	EXPECT_EQ(0, r->nr_in);
	EXPECT_EQ(400, r->args[1]);
	EXPECT_NE(0, r->args[0]);
	EXPECT_EQ(1, r->unbound);
}

static void write_much(void)
{
	static char much[3000];

	memset(much, 'x', sizeof(much));
	raw(SYS_write, 12345, (long)much, 1000);
	raw(SYS_write, 12345, (long)much, sizeof(much));
	raw(SYS_write, 12345, (long)much, 1);
}

TEST_F(log, too_long_a_record_in_text)
{
	const char *rest;

	start(&self->t, write_much);
	self->fd = open_syscall(self->t.pid, 0, O_RDWR);
	ASSERT_SAY(0, self->fd, "log 4");
	ASSERT_SAY(0, self->fd, "limit 65536");
	ASSERT_SAY(0, self->fd, "trace none");
	ASSERT_SAY(0, self->fd, "on write log");
	open_gate(&self->t);
	EXPECT_EQ(0, strncmp("write 12345, \"xxx", split(hear(self->fd)).rest, 17));
	rest = split(hear(self->fd)).rest;
	EXPECT_EQ(0, strncmp("write 12345, 0x", rest, 15));
	EXPECT_STREQ(", 3000 = fail EBADF", strchr(rest + 15, ','));
	ASSERT_LOGGED("write 12345, \"x\", 1 = fail EBADF", self->fd);
	EXPECT_HEAR("", self->fd);
}

/* ----------------------------------- rules ------------------------------- */

static void close_five(void)
{
	int i;

	for (i = 1; i <= 5; i++)
		raw(SYS_close, 1000 + i, 0, 0);
	tell(1);
}

TEST_F(log, when)
{
	LOG(close_five, "close when=2+2");
	open_gate(&self->t);
	EXPECT_EQ(1, told(&self->t));
	ASSERT_LOGGED("close 1002 = fail EBADF", self->fd);
	ASSERT_LOGGED("close 1004 = fail EBADF", self->fd);
	EXPECT_HEAR("", self->fd);
}

static void close_five_and_wait(void)
{
	close_five();
	pass_gate();
}

/* What was asked for is what is read next. */
TEST_F(log, gives_way_to_what_was_asked_for)
{
	LOG(close_five_and_wait, "close");
	open_gate(&self->t);
	EXPECT_EQ(1, told(&self->t));
	EXPECT_SAY(ENOSYS, self->fd, "nonsense");
	ASSERT_SAY(0, self->fd, "error");
	EXPECT_HEAR("error 1, \"no such verb or call\"", self->fd);
	ASSERT_LOGGED("close 1001 = fail EBADF", self->fd);
}

TEST_F(log, of_a_console)
{
	char want[32];
	int i;

	start(&self->t, close_five_and_wait);
	ASSERT_EQ(0, command(self->t.pid, "trace none"));
	ASSERT_EQ(0, command(self->t.pid, "on close log"));
	open_gate(&self->t);
	EXPECT_EQ(1, told(&self->t));
	for (i = 1001; i <= 1005; i++) {
		snprintf(want, sizeof(want), "close %d = fail EBADF", i);
		EXPECT_STREQ(want, split(look(self->t.pid)).rest);
	}
}

TEST_F(log, newest_rule_decides)
{
	LOG(close_five, "close");
	ASSERT_SAY(0, self->fd, "on close when=2 skip-ok 9");
	ASSERT_SAY(0, self->fd, "on close when=4 stop");
	open_gate(&self->t);
	ASSERT_LOGGED("close 1001 = fail EBADF", self->fd);
	ASSERT_LOGGED("close 1003 = fail EBADF", self->fd);
	ASSERT_HEAR("close 1004", self->fd);
	ASSERT_SAY(0, self->fd, "on clear");
	ASSERT_SAY(0, self->fd, "skip-ok 5");
	EXPECT_EQ(1, told(&self->t));
	EXPECT_HEAR("", self->fd);
}

static void call_twice(void)
{
	tell(raw(SYS_close, 1001, 0, 0));
	tell(raw(SYS_close, 1002, 0, 0));
}

/* @fds[0] is the oldest: it changes and skips what those before it log. */
TEST_F(log, what_older_layers_make_of_a_call)
{
	int i;

	start(&self->t, call_twice);
	for (i = 0; i < 4; i++) {
		self->fds[i] = open_syscall(self->t.pid, 0, O_RDWR);
		ASSERT_SAY(0, self->fds[i], i ? "trace none" : "trace close");
		if (i)
			ASSERT_SAY(0, self->fds[i], "on close log");
	}
	open_gate(&self->t);
	ASSERT_HEAR("close 1001", self->fds[0]);
	ASSERT_SAY(0, self->fds[0], "skip-ok 55");
	EXPECT_EQ(55, told(&self->t));
	ASSERT_HEAR("close 1002", self->fds[0]);
	ASSERT_SAY(0, self->fds[0], "close 2002");
	ASSERT_SAY(0, self->fds[0], "step");
	ASSERT_HEAR("fail EBADF", self->fds[0]);
	ASSERT_SAY(0, self->fds[0], "fail ENOSPC");
	EXPECT_EQ(-ENOSPC, told(&self->t));
	EXPECT_HEAR("", self->fds[0]);
	for (i = 1; i < 4; i++) {
		ASSERT_LOGGED("close 1001 = ok 55", self->fds[i]);
		ASSERT_LOGGED("close 1002 = fail ENOSPC", self->fds[i]);
		EXPECT_HEAR("", self->fds[i]);
	}
}

/* The other way round: what newer layers skip is not seen, what they change is. */
TEST_F(log, what_newer_layers_make_of_a_call)
{
	start(&self->t, call_twice);
	self->fds[0] = open_syscall(self->t.pid, 0, O_RDWR);
	ASSERT_SAY(0, self->fds[0], "trace none");
	ASSERT_SAY(0, self->fds[0], "on close log");
	self->fds[1] = open_syscall(self->t.pid, 0, O_RDWR);
	ASSERT_SAY(0, self->fds[1], "trace close");
	open_gate(&self->t);
	ASSERT_HEAR("close 1001", self->fds[1]);
	ASSERT_SAY(0, self->fds[1], "skip-ok 55");
	EXPECT_EQ(55, told(&self->t));
	ASSERT_HEAR("close 1002", self->fds[1]);
	ASSERT_SAY(0, self->fds[1], "close 2002");
	ASSERT_SAY(0, self->fds[1], "step");
	ASSERT_HEAR("fail EBADF", self->fds[1]);
	ASSERT_SAY(0, self->fds[1], "ok 3");
	EXPECT_EQ(3, told(&self->t));
	ASSERT_LOGGED("close 2002 = fail EBADF", self->fds[0]);
	EXPECT_HEAR("", self->fds[0]);
}

static void have_child(void)
{
	pid_t pid = fork();

	raw(SYS_close, pid ? 1001 : 1002, 0, 0);
	if (!pid)
		_exit(0);
	waitpid(pid, NULL, 0);
	tell(pid);
}

TEST_F(log, follows_children)
{
	pid_t pids[2] = { 0, 0 };
	const struct syscall_trace_record *r;
	int i, n = 0;

	start(&self->t, have_child);
	self->fd = open_syscall(self->t.pid, 0, O_RDWR);
	ASSERT_SAY(0, self->fd, "follow on");
	ASSERT_SAY(0, self->fd, "trace none");
	ASSERT_SAY(0, self->fd, "on close log");
	open_gate(&self->t);
	for (i = 0; i < 2; i += n) {
		n = exchange(self->fd, NULL, &in, -1);
		ASSERT_LT(0, n);
		while ((r = next_record(&in)))
			pids[r->args[0] - 1001] = r->tid;
	}
	EXPECT_EQ(self->t.pid, pids[0]);
	EXPECT_EQ(told(&self->t), pids[1]);
	EXPECT_EQ(0, exchange(self->fd, NULL, &in, -1));
}

static void *close_own(void *arg)
{
	long i, from = (long)arg;

	for (i = 0; i < 1000; i++)
		raw(SYS_close, from + i, 0, 0);
	return arg;
}

static void close_in_threads(void)
{
	pthread_t t[4];
	long i;

	for (i = 0; i < 4; i++)
		pthread_create(&t[i], NULL, close_own, (void *)(100000 + i * 1000));
	for (i = 0; i < 4; i++)
		pthread_join(t[i], NULL);
}

/* Each call is logged once, in the order of its thread, whoever reads. */
#define NR_READERS	2

struct reader {
	int fd;
	bool text;
	int err;
	unsigned char *seen;
};

static int note_calls(struct reader *reader, struct batch *b)
{
	long last[4] = { -1, -1, -1, -1 };
	const struct syscall_trace_record *r;

	while ((r = next_record(b))) {
		long nr = r->args[0] - 100000;

		if (r->type != SYSCALL_TRACE_LOG || nr < 0 || nr >= 4000 || last[nr / 1000] >= nr)
			return EINVAL;
		last[nr / 1000] = nr;
		__atomic_fetch_add(&reader->seen[nr], 1, __ATOMIC_RELAXED);
	}
	return b->pos == b->len ? 0 : EBADMSG;
}

static int note_line(struct reader *reader, const char *text)
{
	const char *close = strstr(text, "close 10");
	long nr = close ? atol(close + 6) - 100000 : -1;

	if (nr < 0 || nr >= 4000)
		return EINVAL;
	__atomic_fetch_add(&reader->seen[nr], 1, __ATOMIC_RELAXED);
	return 0;
}

static void *read_until_the_end(void *arg)
{
	struct reader *reader = arg;
	struct batch *b = malloc(sizeof(*b));
	char text[256];
	int n = 1;

	while (!reader->err && n > 0) {
		if (reader->text) {
			n = read(reader->fd, text, sizeof(text) - 1);
			text[n < 0 ? 0 : n] = '\0';
			if (n > 0)
				reader->err = note_line(reader, text);
		} else {
			n = exchange(reader->fd, NULL, b, -1);
			if (n > 0)
				reader->err = note_calls(reader, b);
		}
	}
	if (n < 0)
		reader->err = -n;
	free(b);
	return NULL;
}

static void read_in_two_threads(struct __test_metadata *_metadata, FIXTURE_DATA(log) *self,
				bool first, bool second)
{
	static unsigned char seen[4000];
	struct reader readers[NR_READERS] = {
		{ .fd = self->fd, .text = first, .seen = seen },
		{ .fd = self->fd, .text = second, .seen = seen },
	};
	pthread_t t[NR_READERS];
	int i;

	open_gate(&self->t);
	for (i = 0; i < NR_READERS; i++)
		ASSERT_EQ(0, pthread_create(&t[i], NULL, read_until_the_end, &readers[i]));
	for (i = 0; i < NR_READERS; i++) {
		pthread_join(t[i], NULL);
		EXPECT_EQ(0, readers[i].err);
	}
	for (i = 0; i < 4000; i++)
		ASSERT_EQ(1, seen[i]) TH_LOG("call %d", i);
}

TEST_F(log, two_threads_read_packed)
{
	LOG(close_in_threads, "close");
	read_in_two_threads(_metadata, self, false, false);
}

TEST_F(log, two_threads_read_text)
{
	LOG(close_in_threads, "close");
	read_in_two_threads(_metadata, self, true, true);
}

TEST_F(log, two_threads_read_both)
{
	LOG(close_in_threads, "close");
	read_in_two_threads(_metadata, self, false, true);
}

/* --------------------------------- full ring ----------------------------- */

static void count_closes(void)
{
	long i;

	for (i = 0; i < 1000; i++) {
		raw(SYS_close, 12345, 0, 0);
		__atomic_add_fetch(calls, 1, __ATOMIC_SEQ_CST);
	}
	tell(1);
	pass_gate();
}

/* Let the program fill the smallest log, and wait until it waits. */
#define FILL(program)								\
do {										\
	SHARE(calls);								\
	start(&self->t, program);						\
	self->fd = open_syscall(self->t.pid, 0, O_RDWR);			\
	ASSERT_LE(0, self->fd);							\
	ASSERT_SAY(0, self->fd, "log 4");					\
	ASSERT_SAY(0, self->fd, "trace none");					\
	ASSERT_SAY(0, self->fd, "on close log");				\
	open_gate(&self->t);							\
	wait_for_state(self->t.pid, "D");					\
	ASSERT_EQ(FIT, *calls);							\
} while (0)

TEST_F(log, waits_for_room)
{
	long logged = 0, lost = 0;
	int n;

	FILL(count_closes);
	EXPECT_EQ(POLLIN, events_of(self->fd) & (POLLIN | POLLPRI));
	while (logged < 1000) {
		n = exchange(self->fd, NULL, &in, -1);
		ASSERT_LT(0, n);
		while (next_record(&in))
			logged++;
	}
	EXPECT_EQ(1, told(&self->t));
	EXPECT_EQ(1000, *calls);
	EXPECT_EQ(-EAGAIN, drain(self->fd, &logged, &lost));
	EXPECT_EQ(1000, logged);
	EXPECT_EQ(0, lost);
}

TEST_F(log, waits_for_room_and_is_read_as_text)
{
	int i;

	FILL(count_closes);
	for (i = 0; i < 1000; i++)
		ASSERT_LOGGED("close 12345 = fail EBADF", self->fd);
	EXPECT_EQ(1, told(&self->t));
	EXPECT_EQ(0, events_of(self->fd) & POLLIN);
}

/* It has made one call more than there is room for, and that is told. */
TEST_F(log, killed_while_it_waits)
{
	long logged = 0, lost = 0;

	FILL(count_closes);
	kill(self->t.pid, SIGKILL);
	EXPECT_TRUE(ends_within(self->t.pid, PATIENCE));
	EXPECT_EQ(FIT, *calls);
	EXPECT_EQ(0, drain(self->fd, &logged, &lost));
	EXPECT_EQ(FIT, logged);
	EXPECT_EQ(1, lost);
}

TEST_F(log, killed_by_another_signal_while_it_waits)
{
	FILL(count_closes);
	kill(self->t.pid, SIGTERM);
	EXPECT_TRUE(ends_within(self->t.pid, PATIENCE));
	EXPECT_EQ(FIT, *calls);
}

static void fill_and_end(void)
{
	long i;

	for (i = 0; i < FIT; i++) {
		raw(SYS_close, 12345, 0, 0);
		++*calls;
	}
	raw(SYS_exit_group, 0, 0, 0);
}

static void fill_and_end_thread(void)
{
	long i;

	for (i = 0; i < FIT; i++) {
		raw(SYS_close, 12345, 0, 0);
		++*calls;
	}
	raw(SYS_exit, 0, 0, 0);
}

/* The last call, which has no end, waits for room as well, and can be killed there. */
TEST_F(log, killed_while_it_waits_in_exit_group)
{
	bool killed;

	SHARE(calls);
	LOG(fill_and_end, "exit_group");
	self->fds[0] = open_syscall(self->t.pid, 0, O_RDWR);
	ASSERT_SAY(0, self->fds[0], "log 4");
	ASSERT_SAY(0, self->fds[0], "trace none");
	ASSERT_SAY(0, self->fds[0], "on close,exit_group log");
	open_gate(&self->t);
	wait_for_state(self->t.pid, "DZ");
	EXPECT_EQ(FIT, *calls);
	kill(self->t.pid, SIGKILL);
	killed = ends_within(self->t.pid, PATIENCE);
	EXPECT_TRUE(killed);
	/* Else nobody ends it, not even the end of the test. */
	ASSERT_SAY(0, self->fds[0], "detach");
	EXPECT_TRUE(ends_within(self->t.pid, PATIENCE));
}

TEST_F(log, killed_while_it_waits_in_exit)
{
	SHARE(calls);
	start(&self->t, fill_and_end_thread);
	self->fd = open_syscall(self->t.pid, 0, O_RDWR);
	ASSERT_SAY(0, self->fd, "log 4");
	ASSERT_SAY(0, self->fd, "trace none");
	ASSERT_SAY(0, self->fd, "on close,exit log");
	open_gate(&self->t);
	wait_for_state(self->t.pid, "DZ");
	kill(self->t.pid, SIGKILL);
	EXPECT_TRUE(ends_within(self->t.pid, PATIENCE));
	ASSERT_SAY(0, self->fd, "detach");
	EXPECT_TRUE(ends_within(self->t.pid, PATIENCE));
}

static void *sleep_for_ever(void *arg)
{
	pause();
	return arg;
}

static void fill_beside_a_sleeper(void)
{
	pthread_t t;

	pthread_create(&t, NULL, sleep_for_ever, NULL);
	count_closes();
}

/* A thread that is in a logged call, and one that waits for room. */
TEST_F(log, all_threads_are_killed)
{
	SHARE(calls);
	start(&self->t, fill_beside_a_sleeper);
	self->fd = open_syscall(self->t.pid, 0, O_RDWR);
	ASSERT_SAY(0, self->fd, "log 4");
	ASSERT_SAY(0, self->fd, "trace none");
	ASSERT_SAY(0, self->fd, "on close,pause log");
	open_gate(&self->t);
	wait_for_state(self->t.pid, "D");
	EXPECT_EQ(FIT, *calls);
	kill(self->t.pid, SIGKILL);
	EXPECT_TRUE(ends_within(self->t.pid, PATIENCE));
	ASSERT_SAY(0, self->fd, "detach");
}

TEST_F(log, released_by_detach)
{
	FILL(count_closes);
	ASSERT_SAY(0, self->fd, "detach");
	EXPECT_EQ(1, told(&self->t));
	EXPECT_EQ(1000, *calls);
}

TEST_F(log, released_by_close)
{
	FILL(count_closes);
	close(self->fd);
	self->fd = -1;
	EXPECT_EQ(1, told(&self->t));
}

TEST_F(log, released_by_on_close_kill)
{
	FILL(count_closes);
	ASSERT_SAY(0, self->fd, "onclose kill");
	close(self->fd);
	self->fd = -1;
	/* It was at no stop: calls in the set would be its last. */
	EXPECT_EQ(1, told(&self->t));
}

/* The tracer dies; its descriptor is open elsewhere, here. */
TEST_F(log, released_by_the_death_of_the_tracer)
{
	pid_t tracer;

	SHARE(calls);
	start(&self->t, count_closes);
	self->fd = open_syscall(self->t.pid, 0, O_RDWR);
	tracer = fork();
	if (!tracer) {
		if (say(self->fd, "log 4") || say(self->fd, "on close log") ||
		    say(self->fd, "trace none"))
			_exit(1);
		open_gate(&self->t);
		pause();
	}
	wait_for_state(self->t.pid, "D");
	EXPECT_EQ(FIT, *calls);
	kill(tracer, SIGKILL);
	waitpid(tracer, NULL, 0);
	EXPECT_EQ(1, told(&self->t));
}

TEST_F(log, released_by_log_drop)
{
	long logged = 0, lost = 0;

	FILL(count_closes);
	ASSERT_SAY(0, self->fd, "log drop");
	EXPECT_EQ(1, told(&self->t));
	EXPECT_EQ(-EAGAIN, drain(self->fd, &logged, &lost));
	EXPECT_EQ(1000, logged + lost);
	EXPECT_EQ(FIT, logged);
}

TEST_F(log, drop_in_text)
{
	char want[32];
	int i;

	SHARE(calls);
	start(&self->t, count_closes);
	self->fd = open_syscall(self->t.pid, 0, O_RDWR);
	ASSERT_SAY(0, self->fd, "log 4");
	ASSERT_SAY(0, self->fd, "log drop");
	ASSERT_SAY(0, self->fd, "tid on");
	ASSERT_SAY(0, self->fd, "trace none");
	ASSERT_SAY(0, self->fd, "on close log");
	open_gate(&self->t);
	EXPECT_EQ(1, told(&self->t));
	for (i = 0; i < FIT; i++)
		ASSERT_NE(NULL, strstr(hear(self->fd), " close 12345 = fail EBADF"));
	snprintf(want, sizeof(want), "lost %ld", 1000 - FIT);
	EXPECT_HEAR(want, self->fd);
	EXPECT_EQ(0, events_of(self->fd) & POLLIN);
}

/* What is lost is told before what comes later, and then nothing more gets lost. */
TEST_F(log, drop_and_wait_again)
{
	long logged = 0, lost = 0, n;

	SHARE(calls);
	LOG(close_in_threads, "getppid");
	self->fds[0] = open_syscall(self->t.pid, 0, O_RDWR);
	ASSERT_SAY(0, self->fds[0], "log 4");
	ASSERT_SAY(0, self->fds[0], "log drop");
	ASSERT_SAY(0, self->fds[0], "trace none");
	ASSERT_SAY(0, self->fds[0], "on close log");
	open_gate(&self->t);
	while (logged + lost < 2000) {
		n = drain(self->fds[0], &logged, &lost);
		ASSERT_TRUE(n == -EAGAIN || n == 0);
	}
	ASSERT_SAY(0, self->fds[0], "log wait");
	n = lost;
	while (exchange(self->fds[0], NULL, &in, -1) > 0) {
		const struct syscall_trace_record *r;

		while ((r = next_record(&in))) {
			logged += r->type == SYSCALL_TRACE_LOG;
			if (r->type == SYSCALL_TRACE_LOST) {
				EXPECT_EQ(0, r->id);
				EXPECT_EQ(0, r->tid);
				lost += r->ret;
			}
		}
	}
	EXPECT_EQ(4000, logged + lost);
}

TEST_F(log, sizes)
{
	start(&self->t, count_closes);
	self->fd = open_syscall(self->t.pid, 0, O_RDWR);
	EXPECT_SAY(ERANGE, self->fd, "log 0");
	EXPECT_SAY(ERANGE, self->fd, "log 3");
	EXPECT_SAY(ERANGE, self->fd, "log 16385");
	EXPECT_SAY(EINVAL, self->fd, "log");
	EXPECT_SAY(EINVAL, self->fd, "log words");
	ASSERT_SAY(0, self->fd, "log 5");
	EXPECT_SAY(EBUSY, self->fd, "log 4");
	EXPECT_SAY(EBUSY, self->fd, "log 16");
	ASSERT_SAY(0, self->fd, "error");
	EXPECT_HEAR("error 1, \"there is a log already\"", self->fd);
	self->fds[0] = open_syscall(self->t.pid, 0, O_RDWR);
	ASSERT_SAY(0, self->fds[0], "trace none");
	ASSERT_SAY(0, self->fds[0], "on close log");
	EXPECT_SAY(EBUSY, self->fds[0], "log 4");
	/* That makes one, too. */
	self->fds[1] = open_syscall(self->t.pid, 0, O_RDWR);
	ASSERT_SAY(0, self->fds[1], "log drop");
	EXPECT_SAY(EBUSY, self->fds[1], "log 4");
}

/* ----------------------------------- mmap -------------------------------- */

/**
 * struct mapping - of a log
 * @tail: the page that we write
 * @log: the page that the kernel writes
 * @ring: behind it, twice
 */
struct mapping {
	__u64 *tail;
	const struct syscall_trace_log *log;
	const char *ring;
};

static size_t page;

static void *map_at(int fd, int prot, size_t len, off_t offset)
{
	return mmap(NULL, len, prot, MAP_SHARED, fd, offset);
}

static bool map_log(int fd, struct mapping *map, size_t size)
{
	page = sysconf(_SC_PAGESIZE);
	map->tail = map_at(fd, PROT_READ | PROT_WRITE, page, 0);
	map->log = map_at(fd, PROT_READ, page + 2 * size, page);
	map->ring = (const char *)map->log + page;
	return map->tail != MAP_FAILED && map->log != MAP_FAILED && map->log->size == size;
}

#define MAP(map)	ASSERT_TRUE(map_log(self->fd, map, SMALLEST))

/* The next record in memory; NULL if there is none. */
static const struct syscall_trace_record *peek(struct mapping *map)
{
	if (*map->tail == __atomic_load_n(&map->log->head, __ATOMIC_ACQUIRE))
		return NULL;
	return (const void *)(map->ring + (*map->tail & (map->log->size - 1)));
}

static void consume(struct mapping *map, const struct syscall_trace_record *r)
{
	__atomic_store_n(map->tail, *map->tail + r->size, __ATOMIC_RELEASE);
}

TEST_F(log, mapped_layout)
{
	struct mapping map;
	const struct syscall_trace_record *r;

	FILL(count_closes);
	MAP(&map);
	EXPECT_EQ(0, *map.tail);
	EXPECT_EQ(FIT * PLAIN, map.log->head);
	EXPECT_EQ(0, map.log->lost);
	EXPECT_EQ(0, map.log->reserved);
	EXPECT_EQ(0, memcmp(map.ring, map.ring + SMALLEST, SMALLEST));
	r = peek(&map);
	EXPECT_EQ(PLAIN, r->size);
	EXPECT_EQ(SYSCALL_TRACE_LOG, r->type);
	EXPECT_EQ(SYS_close, r->nr);
	/* What read() takes moves the tail. */
	ASSERT_EQ(FIT, exchange(self->fd, NULL, &in, -1));
	EXPECT_EQ(FIT * PLAIN, *map.tail);
}

TEST_F(log, mapped_for_reading_only)
{
	void *p;

	start(&self->t, count_closes);
	self->fd = open_syscall(self->t.pid, 0, O_RDWR);
	page = sysconf(_SC_PAGESIZE);
	ASSERT_SAY(0, self->fd, "log 4");
	EXPECT_EQ(MAP_FAILED, map_at(self->fd, PROT_READ | PROT_WRITE, page, page));
	EXPECT_EQ(EPERM, errno);
	EXPECT_EQ(MAP_FAILED, map_at(self->fd, PROT_READ | PROT_WRITE, 2 * page, 0));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(MAP_FAILED, map_at(self->fd, PROT_READ, 2 * page, 0));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(MAP_FAILED, map_at(self->fd, PROT_READ, 4 * page, page));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(MAP_FAILED, map_at(self->fd, PROT_READ, page, 4 * page));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(MAP_FAILED, map_at(self->fd, PROT_READ, page, 1L << 40));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(MAP_FAILED, mmap(NULL, page, PROT_READ, MAP_PRIVATE, self->fd, page));
	EXPECT_EQ(EINVAL, errno);
	p = map_at(self->fd, PROT_READ, 3 * page, page);
	ASSERT_NE(MAP_FAILED, p);
	EXPECT_EQ(-1, mprotect(p, page, PROT_READ | PROT_WRITE));
	EXPECT_EQ(EACCES, errno);
	EXPECT_EQ(-1, mprotect(p + page, page, PROT_READ | PROT_WRITE));
	EXPECT_EQ(EACCES, errno);
	EXPECT_EQ(MAP_FAILED, mremap(p, 3 * page, 4 * page, MREMAP_MAYMOVE));
	p = map_at(self->fd, PROT_READ, page, 0);
	ASSERT_NE(MAP_FAILED, p);
	EXPECT_EQ(0, mprotect(p, page, PROT_READ | PROT_WRITE));
}

/* One of another size can still be made. */
TEST_F(log, refused_mapping_makes_none)
{
	start(&self->t, count_closes);
	self->fd = open_syscall(self->t.pid, 0, O_RDWR);
	page = sysconf(_SC_PAGESIZE);
	EXPECT_EQ(MAP_FAILED, map_at(self->fd, PROT_READ, 1000 * page, page));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(MAP_FAILED, map_at(self->fd, PROT_READ, page, 1000 * page));
	EXPECT_EQ(EINVAL, errno);
	ASSERT_SAY(0, self->fd, "log 1024");
	EXPECT_NE(MAP_FAILED, map_at(self->fd, PROT_READ, 512 * page, page));
}

TEST_F(log, refused_rule_makes_none)
{
	pid_t pid;

	start(&self->t, count_closes);
	self->fd = open_syscall(self->t.pid, 0, O_RDWR);
	pid = fork();
	if (!pid)
		_exit(say(self->fd, "trace open") || say(self->fd, "onclose kill"));
	ASSERT_EQ(pid, waitpid(pid, NULL, 0));
	EXPECT_SAY(ESRCH, self->fd, "on open log");
	ASSERT_SAY(0, self->fd, "trace none");
	EXPECT_SAY(0, self->fd, "log 1024");
}

TEST_F(log, mapped_consoles_are_not)
{
	start(&self->t, count_closes);
	page = sysconf(_SC_PAGESIZE);
	ASSERT_EQ(0, command(self->t.pid, "trace none"));
	ASSERT_EQ(0, command(self->t.pid, "on close log"));
	self->fd = open_syscall(self->t.pid, 0, O_RDONLY);
	EXPECT_EQ(MAP_FAILED, map_at(self->fd, PROT_READ, page, page));
	EXPECT_EQ(ENODEV, errno);
}

TEST_F(log, mapped_and_consumed_while_the_program_runs)
{
	struct mapping map;
	const struct syscall_trace_record *r;
	__u64 time = 0;
	int i;

	FILL(count_closes);
	MAP(&map);
	for (i = 0; i < 1000;) {
		r = peek(&map);
		if (!r) {
			/* It may wait: this tells it that there is room. */
			has_record(self->fd, 0);
			sched_yield();
			continue;
		}
		ASSERT_EQ(SYSCALL_TRACE_LOG, r->type);
		ASSERT_EQ(-EBADF, r->ret);
		ASSERT_LE(time, r->time);
		time = r->time + r->duration;
		consume(&map, r);
		i++;
	}
	EXPECT_EQ(1, told(&self->t));
	EXPECT_EQ(NULL, peek(&map));
	EXPECT_EQ(0, events_of(self->fd) & POLLIN);
}

TEST_F(log, mapped_and_lost)
{
	long logged = 0, lost = 0;
	struct mapping map;

	FILL(count_closes);
	MAP(&map);
	ASSERT_SAY(0, self->fd, "log drop");
	EXPECT_EQ(1, told(&self->t));
	EXPECT_EQ(1000 - FIT, map.log->lost);
	EXPECT_EQ(-EAGAIN, drain(self->fd, &logged, &lost));
	EXPECT_EQ(1000 - FIT, lost);
	EXPECT_EQ(1000 - FIT, map.log->lost);
}

/* Nonsense in the page that we write: reading fails until it makes sense again. */
TEST_F(log, mapped_with_nonsense)
{
	/* Behind the head; some of it lets the program go on. */
	static const __s64 nonsense[] = {
		1LL << 60, -(1LL << 60), -1LL << 63, PLAIN, 8, 1, SMALLEST,
		-SMALLEST - 8, -2 * SMALLEST, -4, -(__s64)PLAIN + 4, -96,
	};
	long logged = 0, lost = 0;
	struct mapping map;
	unsigned int i;

	FILL(count_closes);
	MAP(&map);
	ASSERT_EQ(0, fcntl(self->fd, F_SETFL, O_NONBLOCK));
	for (i = 0; i < ARRAY_SIZE(nonsense); i++) {
		*map.tail = map.log->head + nonsense[i];
		EXPECT_HEAR("errno 22", self->fd) TH_LOG("tail at %lld", nonsense[i]);
		EXPECT_EQ(-EINVAL, exchange(self->fd, NULL, &in, 0))
			TH_LOG("tail at %lld", nonsense[i]);
		/* Who would be woken by it must look at it. */
		EXPECT_NE(0, events_of(self->fd) & POLLIN) TH_LOG("tail at %lld", nonsense[i]);
	}
	*map.tail = map.log->head;
	EXPECT_EQ(-EAGAIN, drain(self->fd, &logged, &lost));
	ASSERT_SAY(0, self->fd, "log drop");
	EXPECT_EQ(1, told(&self->t));
	EXPECT_EQ(1000, *calls);
	EXPECT_EQ(-EAGAIN, drain(self->fd, &logged, &lost));
	EXPECT_LT(0, logged);
}

TEST_F(log, mapped_with_nonsense_that_stays)
{
	struct mapping map;

	FILL(count_closes);
	MAP(&map);
	*map.tail = 1ULL << 60;
	EXPECT_EQ(-EINVAL, exchange(self->fd, NULL, &in, 0));
	ASSERT_SAY(0, self->fd, "detach");
	EXPECT_EQ(1, told(&self->t));
	EXPECT_EQ(1000, *calls);
}

static void *write_nonsense(void *arg)
{
	struct mapping *map = arg;
	unsigned int seed = 1;

	while (!__atomic_load_n(&calls[1], __ATOMIC_ACQUIRE)) {
		__u64 any = map->log->head - rand_r(&seed) % (2 * SMALLEST);

		__atomic_store_n(map->tail, any, __ATOMIC_RELEASE);
		__atomic_store_n(map->tail, rand_r(&seed) % 64 * 8, __ATOMIC_RELEASE);
		__atomic_store_n(map->tail, map->log->head, __ATOMIC_RELEASE);
		sched_yield();
	}
	return NULL;
}

/* While one thread writes what it likes others read: the kernel stays whole. */
TEST_F(log, mapped_with_nonsense_while_it_is_read)
{
	struct mapping map;
	pthread_t writer;
	int i;

	FILL(count_closes);
	MAP(&map);
	ASSERT_EQ(0, fcntl(self->fd, F_SETFL, O_NONBLOCK));
	ASSERT_EQ(0, pthread_create(&writer, NULL, write_nonsense, &map));
	for (i = 0; i < 3000; i++) {
		int n = exchange(self->fd, NULL, &in, 0);

		ASSERT_TRUE(n > 0 || n == -EINVAL || n == -EAGAIN) TH_LOG("%d", n);
		hear(self->fd);
	}
	__atomic_store_n(&calls[1], 1, __ATOMIC_RELEASE);
	pthread_join(writer, NULL);
	ASSERT_SAY(0, self->fd, "detach");
	EXPECT_EQ(1, told(&self->t));
}

/* A child of the tracer has no mapping: what it would look at is not there. */
TEST_F(log, mapping_is_not_inherited)
{
	struct mapping map;
	pid_t child;
	int status;

	FILL(count_closes);
	MAP(&map);
	child = fork();
	if (!child) {
		signal(SIGSEGV, SIG_DFL);
		_exit(*map.tail);
	}
	ASSERT_EQ(child, waitpid(child, &status, 0));
	ASSERT_TRUE(WIFSIGNALED(status));
	EXPECT_EQ(SIGSEGV, WTERMSIG(status));
	child = fork();
	if (!child) {
		signal(SIGSEGV, SIG_DFL);
		_exit(map.log->size == SMALLEST);
	}
	ASSERT_EQ(child, waitpid(child, &status, 0));
	ASSERT_TRUE(WIFSIGNALED(status));
	EXPECT_EQ(SIGSEGV, WTERMSIG(status));
	EXPECT_EQ(SYS_close, peek(&map)->nr);
}

/* The file is open until the mapping is gone, too. */
TEST_F(log, mapping_keeps_the_file_open)
{
	struct mapping map;

	FILL(count_closes);
	MAP(&map);
	close(self->fd);
	self->fd = -1;
	EXPECT_EQ('D', state_of(self->t.pid));
	EXPECT_EQ(FIT, *calls);
	EXPECT_EQ(SYS_close, peek(&map)->nr);
	munmap(map.tail, page);
	EXPECT_EQ('D', state_of(self->t.pid));
	munmap((void *)map.log, page + 2 * SMALLEST);
	EXPECT_EQ(1, told(&self->t));
}

/* Whatever is mapped, the death of the tracer releases the program. */
TEST_F(log, mapping_keeps_no_program)
{
	int ready[2];
	pid_t tracer;
	char c;

	SHARE(calls);
	ASSERT_EQ(0, pipe(ready));
	start(&self->t, count_closes);
	tracer = fork();
	if (!tracer) {
		int fd = open_syscall(self->t.pid, 0, O_RDWR);
		struct mapping map;

		if (say(fd, "log 4") || say(fd, "trace none") || say(fd, "on close log") ||
		    !map_log(fd, &map, SMALLEST))
			_exit(1);
		/* A child has the descriptor, and lives on. */
		if (!fork()) {
			prctl(PR_SET_PDEATHSIG, 0);
			read(ready[0], &c, 1);
			_exit(0);
		}
		open_gate(&self->t);
		pause();
	}
	wait_for_state(self->t.pid, "D");
	kill(tracer, SIGKILL);
	waitpid(tracer, NULL, 0);
	EXPECT_EQ(1, told(&self->t));
	ASSERT_EQ(1, write(ready[1], "r", 1));
}

/* ---------------------------------- memory ------------------------------- */

static long slab_kib(void)
{
	FILE *f = fopen("/proc/meminfo", "r");
	char line[128];
	long kib = -1;

	while (kib < 0 && fgets(line, sizeof(line), f))
		sscanf(line, "Slab: %ld", &kib);
	fclose(f);
	return kib;
}

#define MANY	60000

static void close_many(void)
{
	static char bytes[200];
	long i;

	for (i = 0; i < MANY; i++)
		raw(SYS_write, 12345, (long)bytes, sizeof(bytes));
}

TEST_F(log, memory_is_bounded)
{
	long logged = 0, lost = 0, before;
	int n;

	LOG(close_many, "write");
	before = slab_kib();
	open_gate(&self->t);
	while (logged < MANY && exchange(self->fd, NULL, &out, -1) > 0) {
		logged += count_records(&out);
		n = drain(self->fd, &logged, &lost);
		ASSERT_TRUE(n == 0 || n == -EAGAIN);
	}
	EXPECT_EQ(MANY, logged);
	/* Each call has 200 bytes. */
	EXPECT_GT(MANY * 200 / 1024 / 2, slab_kib() - before);
}

TEST_HARNESS_MAIN
