// SPDX-License-Identifier: GPL-2.0
/*
 * Tracers that do not answer, memory that comes late, and memory that does not
 * come at all: who has to wait for it can be killed, and nobody else waits.
 */

#include <linux/userfaultfd.h>
#include <sys/ioctl.h>
#include <sys/uio.h>

#include "common.h"

#define TEST_PATH(form, ...)						\
({									\
	static char path_[128];						\
									\
	snprintf(path_, sizeof(path_), form, __VA_ARGS__);		\
	path_;								\
})

/* In a program: where it keeps the descriptor of its slow memory. */
#define SLOW_FD		12
#define SLOW_TEXT	"/no/such/directory"

/* What is not to be left behind. */
struct slow {
	struct tracee t;
	int fd;
	int memory;	/* the slow memory of a process */
	char *page;	/* and its address there */
	pid_t other;	/* another process */
};

static bool write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);
	bool ok = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	close(fd);
	return ok;
}

static const char *group_file(const char *name)
{
	return TEST_PATH("/sys/fs/cgroup/slow-%d/%s", getpid(), name);
}

static bool make_group(void)
{
	return !mkdir(TEST_PATH("/sys/fs/cgroup/slow-%d", getpid()), 0755);
}

static bool set_group(const char *name, const char *text)
{
	return write_file(group_file(name), text);
}

static const char *number(long n)
{
	return TEST_PATH("%ld", n);
}

static void kill_and_wait(pid_t *pid)
{
	if (*pid > 0) {
		kill(*pid, SIGKILL);
		waitpid(*pid, NULL, 0);
	}
	*pid = 0;
}

/* May the kernel itself be made to wait? */
static bool has_slow_memory(void)
{
	int fd = syscall(SYS_userfaultfd, O_CLOEXEC);

	close(fd);
	return fd >= 0;
}

static void set_up(struct __test_metadata *_metadata, struct slow *s, bool needs)
{
	*s = (struct slow){ .t = { .gate = -1, .out = -1 }, .fd = -1, .memory = -1 };
	if (needs && !has_slow_memory())
		SKIP(return, "no userfaultfd for faults of the kernel");
}

static void tear_down(struct slow *s)
{
	set_group("cgroup.freeze", "0");
	kill_and_wait(&s->other);
	stop_tracee(&s->t);
	close(s->fd);
	close(s->memory);
	rmdir(TEST_PATH("/sys/fs/cgroup/slow-%d", getpid()));
}

/* @needs: slow memory */
#define SLOW_FIXTURE(name, needs)					\
FIXTURE(name)								\
{									\
	struct slow s;							\
};									\
									\
FIXTURE_SETUP(name)							\
{									\
	set_up(_metadata, &self->s, needs);					\
}									\
									\
FIXTURE_TEARDOWN(name)							\
{									\
	tear_down(&self->s);						\
}

/* -------------------------------- tracers -------------------------------- */

#define CROWD	100

SLOW_FIXTURE(tracer, false)

static unsigned int nr_stopping;
static volatile sig_atomic_t done;

static void *stop_in_crowd(void *arg)
{
	if ((long)arg < nr_stopping)
		raw(SYS_getppid, 0, 0, 0);
	while (!done)
		usleep(1000);
	return arg;
}

/* Threads of which some stop, and then wait for the others. */
static void crowd(void)
{
	pthread_t threads[CROWD];
	pthread_attr_t attr;
	long i;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 65536);
	for (i = 0; i < CROWD; i++)
		pthread_create(&threads[i], &attr, stop_in_crowd, (void *)i);
	pass_gate();
	done = 1;
	for (i = 0; i < CROWD; i++)
		pthread_join(threads[i], NULL);
	_exit(7);
}

/* Trace the crowd, and read @nr of its stops. Return the file. */
static int trace_crowd(struct slow *s, unsigned int nr)
{
	int fd = open_syscall(s->t.pid, 0, O_RDWR);

	if (fd < 0 || say(fd, "tid on") || say(fd, "trace getppid"))
		return -1;
	open_gate(&s->t);
	while (nr--)
		if (!strstr(hear(fd), " getppid"))
			return -1;
	return fd;
}

/* Another process that does so, and then stops. */
static void start_tracer(struct __test_metadata *_metadata, struct slow *s, unsigned int nr)
{
	int status;

	nr_stopping = CROWD;
	start(&s->t, crowd);
	s->other = fork();
	if (!s->other) {
		int fd = trace_crowd(s, nr);

		if (fd < 0)
			_exit(1);
		raise(SIGSTOP);
		/* When it goes on, all have ended. */
		while (*hear(fd))
			;
		_exit(0);
	}
	ASSERT_EQ(s->other, waitpid(s->other, &status, WUNTRACED));
	ASSERT_TRUE(WIFSTOPPED(status));
}

/* Between reading the stops and answering them. */
TEST_F(tracer, of_a_hundred_dies)
{
	struct slow *s = &self->s;

	start_tracer(_metadata, s, CROWD);
	kill_and_wait(&s->other);
	open_gate(&s->t);
	EXPECT_EQ(7, wait_status(&s->t));
}

TEST_F(tracer, dies_while_it_is_stopped)
{
	struct slow *s = &self->s;

	start_tracer(_metadata, s, 3);
	open_gate(&s->t);
	EXPECT_EQ(0, waitpid(s->t.pid, NULL, WNOHANG));
	kill_and_wait(&s->other);
	EXPECT_EQ(7, wait_status(&s->t));
}

/* It is itself a program that has been stopped. */
TEST_F(tracer, dies_while_it_is_traced)
{
	struct slow *s = &self->s;

	start_tracer(_metadata, s, 3);
	open_gate(&s->t);
	s->fd = open_syscall(s->other, 0, O_RDWR);
	ASSERT_SAY(0, s->fd, "trace read");
	kill(s->other, SIGCONT);
	ASSERT_EQ(0, strncmp("read ", hear(s->fd), 5));
	EXPECT_EQ(0, waitpid(s->t.pid, NULL, WNOHANG));
	kill_and_wait(&s->other);
	EXPECT_EQ(7, wait_status(&s->t));
}

static void freeze_group(struct __test_metadata *_metadata)
{
	int fd = open(group_file("cgroup.events"), O_RDONLY);
	struct pollfd p = { .fd = fd, .events = POLLPRI };
	char text[256] = "";

	ASSERT_TRUE(set_group("cgroup.freeze", "1"));
	for (;;) {
		ssize_t len = pread(fd, text, sizeof(text) - 1, 0);

		text[len > 0 ? len : 0] = '\0';
		if (strstr(text, "frozen 1"))
			break;
		poll(&p, 1, -1);
	}
	close(fd);
}

TEST_F(tracer, dies_while_it_is_frozen)
{
	struct slow *s = &self->s;

	if (!make_group())
		SKIP(return, "no cgroup v2");
	start_tracer(_metadata, s, 3);
	ASSERT_TRUE(set_group("cgroup.procs", number(s->other)));
	freeze_group(_metadata);
	open_gate(&s->t);
	EXPECT_EQ(0, waitpid(s->t.pid, NULL, WNOHANG));
	kill_and_wait(&s->other);
	EXPECT_EQ(7, wait_status(&s->t));
}

TEST_F(tracer, is_frozen_when_the_program_is_killed)
{
	struct slow *s = &self->s;
	int status;

	if (!make_group())
		SKIP(return, "no cgroup v2");
	start_tracer(_metadata, s, 3);
	ASSERT_TRUE(set_group("cgroup.procs", number(s->other)));
	freeze_group(_metadata);
	kill(s->t.pid, SIGKILL);
	EXPECT_EQ(256 + SIGKILL, wait_status(&s->t));
	ASSERT_TRUE(set_group("cgroup.freeze", "0"));
	kill(s->other, SIGCONT);
	ASSERT_EQ(s->other, waitpid(s->other, &status, 0));
	s->other = 0;
	EXPECT_EQ(0, status);
}

/* Of its threads some are stopped and read, some stopped, and some are not. */
TEST_F(tracer, of_a_crowd_that_is_frozen)
{
	struct slow *s = &self->s;
	pid_t tids[CROWD / 2];
	int i;

	if (!make_group())
		SKIP(return, "no cgroup v2");
	nr_stopping = CROWD / 2;
	start(&s->t, crowd);
	ASSERT_TRUE(set_group("cgroup.procs", number(s->t.pid)));
	s->fd = trace_crowd(s, 0);
	for (i = 0; i < CROWD / 4; i++)
		tids[i] = atoi(hear(s->fd));
	freeze_group(_metadata);
	EXPECT_FALSE(has_record(s->fd, 0));
	ASSERT_TRUE(set_group("cgroup.freeze", "0"));
	for (; i < CROWD / 2; i++)
		tids[i] = atoi(hear(s->fd));
	freeze_group(_metadata);
	for (i = 0; i < CROWD / 2; i++)
		ASSERT_SAY(0, s->fd, "%d cont", tids[i]);
	ASSERT_TRUE(set_group("cgroup.freeze", "0"));
	open_gate(&s->t);
	EXPECT_HEAR("", s->fd);
	EXPECT_EQ(7, wait_status(&s->t));
}

/* ------------------------------- slow memory ----------------------------- */

/* A page that is there when the test says so. */
static char *make_slow_page(void)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register reg = {
		.range.len = 4096,
		.mode = UFFDIO_REGISTER_MODE_MISSING,
	};
	int fd = syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK);
	char *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	reg.range.start = (unsigned long)page;
	if (fd < 0 || page == MAP_FAILED || ioctl(fd, UFFDIO_API, &api) ||
	    ioctl(fd, UFFDIO_REGISTER, &reg) || dup2(fd, SLOW_FD) != SLOW_FD)
		_exit(97);
	return page;
}

/* Who handles its faults is somebody else. */
static int take_slow_memory(pid_t pid)
{
	int pidfd = syscall(SYS_pidfd_open, pid, 0);
	int fd = syscall(SYS_pidfd_getfd, pidfd, SLOW_FD, 0);

	close(pidfd);
	return fd;
}

/* Somebody waits for the page. */
static void wait_for_fault(struct __test_metadata *_metadata, struct slow *s)
{
	struct pollfd p = { .fd = s->memory, .events = POLLIN };
	struct uffd_msg msg;

	ASSERT_EQ(1, poll(&p, 1, -1));
	ASSERT_EQ(sizeof(msg), read(s->memory, &msg, sizeof(msg)));
	ASSERT_EQ(UFFD_EVENT_PAGEFAULT, msg.event);
	ASSERT_EQ((unsigned long)s->page, msg.arg.pagefault.address & ~4095UL);
}

static void fill(struct __test_metadata *_metadata, struct slow *s)
{
	static char text[4096] = SLOW_TEXT;
	struct uffdio_copy copy = {
		.dst = (unsigned long)s->page,
		.src = (unsigned long)text,
		.len = sizeof(text),
	};

	ASSERT_EQ(0, ioctl(s->memory, UFFDIO_COPY, &copy));
}

static void *call_at_gate(void *arg)
{
	pass_gate();
	tell(raw(SYS_getppid, 0, 0, 0));
	return arg;
}

/* Wait for a child that does not end: a call that ends well and writes nothing. */
static long wait_in_vain(char *page)
{
	pid_t parent = getpid();

	if (!fork()) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		/* It may have been quicker to die. */
		if (getppid() != parent)
			_exit(0);
		for (;;)
			pause();
	}
	return syscall(SYS_wait4, -1, page, WNOHANG, NULL);
}

static bool waits;

/* Make a call with the slow page, and another one beside it at the gate. */
static void use_slow_page(void)
{
	char *page = make_slow_page();
	pthread_t thread;
	long ret;

	tell((long)page);
	pthread_create(&thread, NULL, call_at_gate, NULL);
	ret = waits ? wait_in_vain(page) : raw(SYS_mkdir, (long)page, 0700, 0);
	pthread_join(thread, NULL);
	tell(ret);
}

static void prepare(struct __test_metadata *_metadata, struct slow *s, const char *more)
{
	start(&s->t, use_slow_page);
	s->fd = open_syscall(s->t.pid, 0, O_RDWR);
	ASSERT_LE(0, s->fd);
	ASSERT_SAY(0, s->fd, "tid on");
	ASSERT_SAY(0, s->fd, "%s", more);
	ASSERT_SAY(0, s->fd, "trace mkdir,wait4,getppid");
	open_gate(&s->t);
	s->page = (char *)told(&s->t);
	s->memory = take_slow_memory(s->t.pid);
	ASSERT_LE(0, s->memory);
	if (waits)
		ASSERT_STREQ(TEST_PATH("%d wait4 -1, %p, 1, NULL", s->t.pid, s->page),
			     hear(s->fd));
}

/* Another thread stops and goes on meanwhile. */
static void expect_others_go_on(struct __test_metadata *_metadata, struct slow *s)
{
	const char *text;

	EXPECT_FALSE(has_record(s->fd, 0));
	open_gate(&s->t);
	text = hear(s->fd);
	ASSERT_NE(s->t.pid, atoi(text));
	ASSERT_STREQ(" getppid", strchr(text, ' ') ?: text);
	ASSERT_SAY(0, s->fd, "%d skip-ok 5", atoi(text));
	EXPECT_EQ(5, told(&s->t));
}

static void expect_killed(struct __test_metadata *_metadata, struct slow *s)
{
	kill(s->t.pid, SIGKILL);
	EXPECT_EQ(256 + SIGKILL, wait_status(&s->t));
	EXPECT_HEAR("", s->fd);
}

static void expect_result(struct __test_metadata *_metadata, struct slow *s)
{
	EXPECT_EQ(waits ? 0 : -ENOENT, told(&s->t));
	EXPECT_EQ(0, wait_status(&s->t));
}

/* What the kernel shows of a call. */

FIXTURE_VARIANT(shown)
{
	const char *setting;
	bool waits;
	const char *record;
};

SLOW_FIXTURE(shown, true)

FIXTURE_VARIANT_ADD(shown, before) {
	.setting = "bind off",
	.record = "mkdir \"" SLOW_TEXT "\", 0700",
};

FIXTURE_VARIANT_ADD(shown, before_and_bound) {
	.setting = "bind require",
	.record = "mkdir \"" SLOW_TEXT "\", 0700",
};

FIXTURE_VARIANT_ADD(shown, after) {
	.setting = "out on",
	.waits = true,
	.record = "ok 0, 2 \"/no/\"",
};

#define SHOW()								\
({									\
	waits = variant->waits;						\
	prepare(_metadata, s, variant->setting);			\
	if (waits)							\
		ASSERT_SAY(0, s->fd, "%d step", s->t.pid);		\
	wait_for_fault(_metadata, s);					\
})

TEST_F(shown, when_it_is_there)
{
	struct slow *s = &self->s;

	SHOW();
	expect_others_go_on(_metadata, s);
	fill(_metadata, s);
	ASSERT_STREQ(TEST_PATH("%d %s", s->t.pid, variant->record), hear(s->fd));
	ASSERT_SAY(0, s->fd, "%d cont", s->t.pid);
	expect_result(_metadata, s);
}

TEST_F(shown, or_killed)
{
	struct slow *s = &self->s;

	SHOW();
	expect_killed(_metadata, s);
}

TEST_F(shown, to_nobody_after_detach)
{
	struct slow *s = &self->s;

	SHOW();
	ASSERT_SAY(0, s->fd, "detach");
	fill(_metadata, s);
	open_gate(&s->t);
	told(&s->t);
	expect_result(_metadata, s);
}

TEST_F(shown, to_nobody_after_close)
{
	struct slow *s = &self->s;

	SHOW();
	close(s->fd);
	s->fd = -1;
	fill(_metadata, s);
	open_gate(&s->t);
	told(&s->t);
	expect_result(_metadata, s);
}

/* What a tracer asks for. */

FIXTURE_VARIANT(asked)
{
	const char *verb;
};

SLOW_FIXTURE(asked, true)

FIXTURE_VARIANT_ADD(asked, get) { .verb = "get 2+0 4" };
FIXTURE_VARIANT_ADD(asked, set) { .verb = "set 2 \"/no/\"" };

/* A thread of the tracer that asks; say() is not for many. */
struct asker {
	pthread_t thread;
	pid_t tid;
	int fd;
	char line[64];
	int err;
};

static void *ask(void *arg)
{
	struct asker *a = arg;
	ssize_t len = strlen(a->line);

	__atomic_store_n(&a->tid, gettid(), __ATOMIC_RELEASE);
	a->err = say_bytes(a->fd, a->line, len) == len ? 0 : errno;
	return NULL;
}

static void start_asking(struct slow *s, struct asker *a, const char *verb)
{
	a->fd = s->fd;
	a->tid = 0;
	snprintf(a->line, sizeof(a->line), "%d %s\n", s->t.pid, verb);
	pthread_create(&a->thread, NULL, ask, a);
}

static int answer_to(struct asker *a)
{
	pthread_join(a->thread, NULL);
	return a->err;
}

static void sleep_asking(struct asker *a)
{
	while (!__atomic_load_n(&a->tid, __ATOMIC_ACQUIRE))
		sched_yield();
	wait_for_state(a->tid, "S");
}

#define ASK()								\
({									\
	waits = true;							\
	prepare(_metadata, s, "bind off");				\
	start_asking(s, &asker, variant->verb);				\
	wait_for_fault(_metadata, s);					\
})

TEST_F(asked, when_it_is_there)
{
	struct slow *s = &self->s;
	struct asker asker;

	ASK();
	expect_others_go_on(_metadata, s);
	fill(_metadata, s);
	EXPECT_EQ(0, answer_to(&asker));
	if (variant->verb[0] == 'g')
		EXPECT_STREQ(TEST_PATH("%d data 2+0, \"/no/\"", s->t.pid), hear(s->fd));
	ASSERT_SAY(0, s->fd, "%d cont", s->t.pid);
	expect_result(_metadata, s);
}

TEST_F(asked, of_who_is_killed)
{
	struct slow *s = &self->s;
	struct asker asker;

	ASK();
	expect_killed(_metadata, s);
	EXPECT_EQ(ESRCH, answer_to(&asker));
}

/* A program that is frozen at its stop, where it does nothing. */
static bool freeze(struct __test_metadata *_metadata, struct slow *s)
{
	if (!make_group())
		SKIP(return false, "no cgroup v2");
	waits = true;
	prepare(_metadata, s, "bind off");
	ASSERT_TRUE(set_group("cgroup.procs", number(s->t.pid)));
	freeze_group(_metadata);
	return true;
}

static void ignore(int sig)
{
	(void)sig;
}

TEST_F(asked, of_who_is_frozen)
{
	struct sigaction act = { .sa_handler = ignore };
	struct slow *s = &self->s;
	struct asker asker;

	if (!freeze(_metadata, s))
		return;
	sigaction(SIGUSR1, &act, NULL);
	start_asking(s, &asker, variant->verb);
	sleep_asking(&asker);
	pthread_kill(asker.thread, SIGUSR1);
	EXPECT_EQ(EINTR, answer_to(&asker));
	start_asking(s, &asker, variant->verb);
	sleep_asking(&asker);
	EXPECT_SAY(EBUSY, s->fd, "%d %s", s->t.pid, variant->verb);
	ASSERT_TRUE(set_group("cgroup.freeze", "0"));
	wait_for_fault(_metadata, s);
	fill(_metadata, s);
	EXPECT_EQ(0, answer_to(&asker));
}

TEST_F(asked, of_who_is_killed_while_frozen)
{
	struct slow *s = &self->s;
	struct asker asker;

	if (!freeze(_metadata, s))
		return;
	start_asking(s, &asker, variant->verb);
	sleep_asking(&asker);
	expect_killed(_metadata, s);
	EXPECT_EQ(ESRCH, answer_to(&asker));
}

/* Both are, and then both go on. */
TEST_F(asked, by_who_is_frozen)
{
	struct slow *s = &self->s;
	int status;

	if (!freeze(_metadata, s))
		return;
	s->other = fork();
	if (!s->other)
		_exit(say(s->fd, "%d %s", s->t.pid, variant->verb));
	wait_for_state(s->other, "S");
	ASSERT_TRUE(set_group("cgroup.procs", number(s->other)));
	freeze_group(_metadata);
	ASSERT_TRUE(set_group("cgroup.freeze", "0"));
	wait_for_fault(_metadata, s);
	fill(_metadata, s);
	ASSERT_EQ(s->other, waitpid(s->other, &status, 0));
	s->other = 0;
	EXPECT_EQ(0, status);
}

/* It gets on when what was begun is done. */
TEST_F(asked, of_who_is_answered)
{
	struct slow *s = &self->s;
	struct asker asker;

	ASK();
	ASSERT_SAY(0, s->fd, "%d cont", s->t.pid);
	ASSERT_SAY(ESRCH, s->fd, "%d cont", s->t.pid);
	expect_others_go_on(_metadata, s);
	fill(_metadata, s);
	EXPECT_EQ(0, answer_to(&asker));
	expect_result(_metadata, s);
}

TEST_F(asked, of_who_is_left)
{
	struct slow *s = &self->s;
	struct asker asker;

	ASK();
	ASSERT_SAY(0, s->fd, "detach");
	fill(_metadata, s);
	EXPECT_EQ(0, answer_to(&asker));
	open_gate(&s->t);
	told(&s->t);
	expect_result(_metadata, s);
}

TEST_F(asked, by_who_is_killed)
{
	struct slow *s = &self->s;

	waits = true;
	prepare(_metadata, s, "bind off");
	s->other = fork();
	if (!s->other) {
		/* From here on the program is its own. */
		say(s->fd, "trace none");
		_exit(say(s->fd, "%d %s", s->t.pid, variant->verb));
	}
	wait_for_fault(_metadata, s);
	kill_and_wait(&s->other);
	fill(_metadata, s);
	open_gate(&s->t);
	told(&s->t);
	expect_result(_metadata, s);
}

/* Where a tracer wants to have its records. */

SLOW_FIXTURE(reader, true)

static void make_call(void)
{
	tell(raw(SYS_getppid, 0, 0, 0));
}

/* Another process that reads a record into its slow page. */
static void start_reader(struct __test_metadata *_metadata, struct slow *s, bool traces)
{
	int ready[2];

	ASSERT_EQ(0, pipe(ready));
	s->other = fork();
	if (!s->other) {
		char *page = make_slow_page();

		if (traces)
			s->fd = open_syscall(s->t.pid, 0, O_RDWR);
		if (traces && say(s->fd, "trace getppid"))
			_exit(1);
		if (write(ready[1], &page, sizeof(page)) != sizeof(page))
			_exit(2);
		if (read(s->fd, page, 4096) != 8 || memcmp(page, "getppid\n", 8))
			_exit(3);
		_exit(0);
	}
	ASSERT_EQ(sizeof(s->page), read(ready[0], &s->page, sizeof(s->page)));
	close(ready[0]);
	close(ready[1]);
	s->memory = take_slow_memory(s->other);
	ASSERT_LE(0, s->memory);
	open_gate(&s->t);
	wait_for_fault(_metadata, s);
}

TEST_F(reader, is_killed)
{
	struct slow *s = &self->s;

	TEXT_ONLY("how read() of text copies");
	start(&s->t, make_call);
	start_reader(_metadata, s, true);
	kill_and_wait(&s->other);
	EXPECT_EQ(getpid(), told(&s->t));
	EXPECT_EQ(0, wait_status(&s->t));
}

TEST_F(reader, hinders_no_writer)
{
	struct slow *s = &self->s;
	int status;

	TEXT_ONLY("how read() of text copies");
	start(&s->t, make_call);
	s->fd = open_syscall(s->t.pid, 0, O_RDWR);
	ASSERT_SAY(0, s->fd, "trace getppid");
	start_reader(_metadata, s, false);
	ASSERT_SAY(0, s->fd, "skip-ok 5");
	EXPECT_EQ(5, told(&s->t));
	EXPECT_EQ(0, wait_status(&s->t));
	fill(_metadata, s);
	ASSERT_EQ(s->other, waitpid(s->other, &status, 0));
	s->other = 0;
	EXPECT_EQ(0, status);
}

TEST_F(reader, of_who_is_killed)
{
	struct slow *s = &self->s;

	TEXT_ONLY("how read() of text copies");
	start(&s->t, make_call);
	start_reader(_metadata, s, true);
	kill(s->t.pid, SIGKILL);
	EXPECT_EQ(256 + SIGKILL, wait_status(&s->t));
}

/* ------------------------------ short memory ----------------------------- */

#define MUCH	(1000 << 10)
#define PARTS	8
#define PART	60000

SLOW_FIXTURE(shortage, false)

static char much[MUCH];

/* Write much, in one call or in several buffers, when the test says so. */
static void write_much(void)
{
	struct iovec iov[PARTS];
	int i;

	memset(much, 'x', sizeof(much));
	for (i = 0; i < PARTS; i++)
		iov[i] = (struct iovec){ much + i * PART, PART };
	tell(0);
	for (;;) {
		pass_gate();
		tell(syscall(SYS_pwrite64, 999, much, sizeof(much), 0) < 0 ? -errno : 0);
		pass_gate();
		tell(raw(SYS_writev, 999, (long)iov, PARTS));
	}
}

static long memory_used(void)
{
	char text[32] = "";
	int fd = open(group_file("memory.current"), O_RDONLY);

	if (read(fd, text, sizeof(text) - 1) < 0)
		text[0] = '\0';
	close(fd);
	return atol(text);
}

static bool can_limit_memory(void)
{
	/* Somebody else may have done so. */
	write_file("/sys/fs/cgroup/cgroup.subtree_control", "+memory");
	return make_group() && !access(group_file("memory.max"), W_OK);
}

/* A program that has what it needs, and gets at most @room bytes more. */
static void make_shortage(struct __test_metadata *_metadata, struct slow *s, long room)
{
	start(&s->t, write_much);
	ASSERT_TRUE(set_group("cgroup.procs", number(s->t.pid)));
	set_group("memory.swap.max", "0");
	open_gate(&s->t);
	ASSERT_EQ(0, told(&s->t));
	s->fd = open_syscall(s->t.pid, 0, O_RDWR);
	ASSERT_LE(0, s->fd);
	ASSERT_SAY(0, s->fd, "trace pwrite64,writev");
	ASSERT_TRUE(set_group("memory.max", number(memory_used() + room)));
}

static void expect_begins(struct __test_metadata *_metadata, const char *begin, const char *text)
{
	EXPECT_EQ(0, strncmp(begin, text, strlen(begin)))
		TH_LOG("'%.60s' for '%s'", text, begin);
}

TEST_F(shortage, binding)
{
	struct slow *s = &self->s;

	if (!can_limit_memory())
		SKIP(return, "no memory cgroup");
	make_shortage(_metadata, s, 400 << 10);
	ASSERT_SAY(0, s->fd, "bind require");
	open_gate(&s->t);
	/* No stop. */
	EXPECT_EQ(-ENOMEM, told(&s->t));
	ASSERT_SAY(0, s->fd, "trace pwrite64");
	ASSERT_SAY(0, s->fd, "bind on");
	open_gate(&s->t);
	EXPECT_EQ(-EBADF, told(&s->t));
	open_gate(&s->t);
	expect_begins(_metadata, "pwrite64 999, ~\"xxx", hear(s->fd));
	ASSERT_SAY(0, s->fd, "cont");
	EXPECT_EQ(-EBADF, told(&s->t));
	/* When there is enough of it again, it is bound again. */
	ASSERT_TRUE(set_group("memory.max", "max"));
	ASSERT_SAY(0, s->fd, "trace writev");
	ASSERT_SAY(0, s->fd, "bind require");
	open_gate(&s->t);
	expect_begins(_metadata, "writev 999, [\"xxx", hear(s->fd));
	ASSERT_SAY(0, s->fd, "cont");
	EXPECT_EQ(-EBADF, told(&s->t));
}

/* What cannot be stored is shown as an address; nobody is killed for it. */
TEST_F(shortage, showing)
{
	struct slow *s = &self->s;

	if (!can_limit_memory())
		SKIP(return, "no memory cgroup");
	make_shortage(_metadata, s, 128 << 10);
	ASSERT_SAY(0, s->fd, "trace writev");
	ASSERT_SAY(0, s->fd, "limit 65536");
	open_gate(&s->t);
	told(&s->t);
	open_gate(&s->t);
	expect_begins(_metadata, "writev 999, 0x", hear(s->fd));
	ASSERT_SAY(0, s->fd, "cont");
	EXPECT_EQ(-EBADF, told(&s->t));
}

TEST_HARNESS_MAIN
