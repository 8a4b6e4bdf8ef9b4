// SPDX-License-Identifier: GPL-2.0
/*
 * Nobody gets stuck: what freezers, job control, debuggers, crashes, a lack of
 * memory and the end of threads and tracers do while stops of each kind wait.
 */

#include <linux/userfaultfd.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/uio.h>

#include "common.h"

#define TEST_PATH(form, ...)						\
({									\
	static char path_[128];						\
									\
	snprintf(path_, sizeof(path_), form, __VA_ARGS__);		\
	path_;								\
})

/* Where a program can be. */
enum kind {
	ENTRY_UNREAD,
	ENTRY_READ,
	VSYSCALL,	/* unread */
	TIMEOUT,	/* at entry, read, and not for ever */
	RUNNING,	/* in a call after which it shall stop */
	EXIT_UNREAD,
	EXIT_READ,
	SIGNAL,
	NEW,
	EXEC,
};

/* What another thread of the program does then. */
enum action {
	CRASH,
	EXIT_THREAD,
	EXIT_GROUP,
	EXECUTE,
	EAT_MEMORY,
	BURN_TIME,
};

/* What is not to be left behind. */
struct live {
	struct tracee t;
	int fd;
	pid_t tid;	/* whose stop was read and waits for an answer */
	pid_t other;	/* another process */
	int lock;	/* against other instances */
};

/* The program has a copy of these. */
static enum kind kind;
static enum action action;
static bool stops_in_thread;	/* the first thread acts, another one stops */
static int hold[2];		/* what the call of RUNNING waits for */
static char mark[64];		/* made by the other calls */
static volatile sig_atomic_t handled;

/* ------------------------------- the program ----------------------------- */

static void count_signal(int sig)
{
	(void)sig;
	handled++;
}

/* time() at the address that it has had for ever. */
static long (*const call_vsyscall)(long *) = (void *)0xffffffffff600400;

/* Go where the kind says. Return whether all was as without a tracer. */
static bool reach(void)
{
	struct iovec iov;
	char c;

	switch (kind) {
	case RUNNING:
		iov = (struct iovec){ &c, 1 };
		return raw(SYS_readv, hold[0], (long)&iov, 1) == 1;
	case SIGNAL:
		signal(SIGUSR1, count_signal);
		raw(SYS_tgkill, getpid(), gettid(), SIGUSR1);
		return handled == 1;
	case VSYSCALL:
		return call_vsyscall(NULL) > 0;
	case EXEC:
		execl("/bin/busybox", "busybox", "sh", "-c", "read -n 1 <&11; exit 7", NULL);
		return false;
	default:
		return !raw(SYS_mkdir, (long)mark, 0700, 0);
	}
}

static void *reach_and_end(void *arg)
{
	bool well = reach();

	pass_gate();
	raw(SYS_exit_group, well ? 7 : 8, 0, 0);
	return arg;
}

static void alone(void)
{
	pthread_t thread;

	if (kind == NEW) {
		pthread_create(&thread, NULL, reach_and_end, NULL);
		pthread_join(thread, NULL);
	}
	reach_and_end(NULL);
}

static void eat_memory(void)
{
	size_t size = 256 << 20, i;
	char *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	for (i = 0; i < size; i += 4096)
		p[i] = 1;
}

static void *act(void *arg)
{
	static volatile char *volatile nowhere = (char *)0x10;
	struct rlimit limit = { RLIM_INFINITY, RLIM_INFINITY };

	pass_gate();
	switch (action) {
	case CRASH:
		setrlimit(RLIMIT_CORE, &limit);
		*nowhere = 1;
		break;
	case EXIT_THREAD:
		raw(SYS_exit, 0, 0, 0);
		break;
	case EXIT_GROUP:
		raw(SYS_exit_group, 9, 0, 0);
		break;
	case EXECUTE:
		execl("/bin/busybox", "busybox", "sh", "-c", "exit 9", NULL);
		break;
	case EAT_MEMORY:
		eat_memory();
		break;
	case BURN_TIME:
		signal(SIGXCPU, SIG_DFL);
		limit.rlim_cur = 1;
		setrlimit(RLIMIT_CPU, &limit);
		for (;;)
			;
	}
	_exit(10);
	return arg;
}

/* Its stack is small, so that its core is. */
static void beside(void)
{
	pthread_t thread;
	pthread_attr_t attr;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 65536);
	pthread_create(&thread, &attr, stops_in_thread ? reach_and_end : act, NULL);
	(stops_in_thread ? act : reach_and_end)(NULL);
}

/* ---------------------------- bringing it there -------------------------- */

static void set_up(struct __test_metadata *_metadata, struct live *l)
{
	struct rlimit limit;

	*l = (struct live){ .t = { .gate = -1, .out = -1 }, .fd = -1, .lock = -1 };
	/* Only what shall dump core does. */
	getrlimit(RLIMIT_CORE, &limit);
	limit.rlim_cur = 0;
	setrlimit(RLIMIT_CORE, &limit);
	snprintf(mark, sizeof(mark), "/tmp/live-%d", getpid());
	rmdir(mark);
	/* Other instances may suspend all, but not in the middle of a test. */
	l->lock = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	flock(l->lock, LOCK_SH);
	ASSERT_EQ(0, pipe2(hold, O_CLOEXEC));
}

static bool write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);
	bool ok = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	close(fd);
	return ok;
}

static const char *group_file(const char *name)
{
	return TEST_PATH("/sys/fs/cgroup/live-%d/%s", getpid(), name);
}

static bool make_group(void)
{
	return !mkdir(TEST_PATH("/sys/fs/cgroup/live-%d", getpid()), 0755);
}

static bool set_group(const char *name, const char *text)
{
	return write_file(group_file(name), text);
}

static const char *number(pid_t pid)
{
	return TEST_PATH("%d", pid);
}

static void kill_and_wait(pid_t *pid)
{
	if (*pid > 0) {
		kill(*pid, SIGKILL);
		waitpid(*pid, NULL, 0);
	}
	*pid = 0;
}

/* Settings that all processes share, and what they were. */
static struct setting {
	const char *path;
	char old[256];
} settings[] = {
	{ "/proc/sys/kernel/core_pattern" },
	{ "/proc/sys/kernel/core_pipe_limit" },
	{ "/sys/power/pm_test" },
	{ "/sys/module/suspend/parameters/pm_test_delay" },
};

static void tear_down(struct live *l)
{
	unsigned int i;

	set_group("cgroup.freeze", "0");
	kill_and_wait(&l->other);
	stop_tracee(&l->t);
	close(l->fd);
	close(hold[0]);
	close(hold[1]);
	rmdir(mark);
	rmdir(TEST_PATH("/sys/fs/cgroup/live-%d", getpid()));
	for (i = 0; i < ARRAY_SIZE(settings); i++)
		if (settings[i].old[0])
			write_file(settings[i].path, settings[i].old);
	close(l->lock);
}

#define LIVE_FIXTURE(name)						\
FIXTURE(name)								\
{									\
	struct live l;							\
};									\
									\
FIXTURE_SETUP(name)							\
{									\
	set_up(_metadata, &self->l);					\
}									\
									\
FIXTURE_TEARDOWN(name)							\
{									\
	tear_down(&self->l);						\
}

/* Trace the program, which waits at the gate. */
static void prepare(struct __test_metadata *_metadata, struct live *l, void (*program)(void))
{
	static const char *const set_ups[] = {
		[TIMEOUT] = "timeout 600 kill", [SIGNAL] = "signals SIGUSR1",
		[NEW] = "events on", [EXEC] = "events on",
	};
	const char *more = set_ups[kind];

	start(&l->t, program);
	l->fd = open_syscall(l->t.pid, 0, O_RDWR);
	ASSERT_LE(0, l->fd);
	ASSERT_SAY(0, l->fd, "tid on");
	if (more)
		ASSERT_SAY(0, l->fd, "%s", more);
	ASSERT_SAY(0, l->fd, "trace mkdir,readv,time");
}

/* Read a record, which must begin with @text. */
static void read_stop(struct __test_metadata *_metadata, struct live *l, const char *text)
{
	const char *record = hear(l->fd);
	int used = 0;

	ASSERT_EQ(1, sscanf(record, "%d %n", &l->tid, &used))
		TH_LOG("'%s' for '%s'", record, text);
	ASSERT_EQ(0, strncmp(text, record + used, strlen(text)))
		TH_LOG("'%s' for '%s'", record, text);
}

/* At a stop it sleeps as well, and is in the same call. */
static void wait_for_pipe_read(pid_t tid)
{
	char text[64] = "";

	while (!strstr(text, "pipe_read")) {
		int fd = open(TEST_PATH("/proc/%d/wchan", tid), O_RDONLY);
		ssize_t len = read(fd, text, sizeof(text) - 1);

		text[len > 0 ? len : 0] = '\0';
		close(fd);
		sched_yield();
	}
}

/* Let the program go where the kind says. */
static void arrive(struct __test_metadata *_metadata, struct live *l)
{
	static const char *const firsts[] = {
		[RUNNING] = "readv ", [SIGNAL] = "signal SIGUSR1, -6, ", [NEW] = "new ",
		[EXEC] = "exec \"/bin/busybox\"",
	};

	open_gate(&l->t);
	ASSERT_TRUE(has_record(l->fd, -1));
	if (kind == ENTRY_UNREAD || kind == VSYSCALL)
		return;
	read_stop(_metadata, l, firsts[kind] ?: TEST_PATH("mkdir \"%s\", 0700", mark));
	if (kind != RUNNING && kind != EXIT_UNREAD && kind != EXIT_READ)
		return;
	ASSERT_SAY(0, l->fd, "%d step", l->tid);
	if (kind == RUNNING) {
		wait_for_pipe_read(l->tid);
	} else {
		ASSERT_TRUE(has_record(l->fd, -1));
		if (kind == EXIT_READ)
			read_stop(_metadata, l, "ok 0");
	}
	if (kind != EXIT_READ)
		l->tid = 0;
}

static void bring(struct __test_metadata *_metadata, struct live *l, void (*program)(void))
{
	prepare(_metadata, l, program);
	arrive(_metadata, l);
}

/* Something wants the program where it is: what that makes a stop, answer. */
static void settle(struct __test_metadata *_metadata, struct live *l)
{
	if (kind == ENTRY_UNREAD) {
		/* Withdrawn. */
		EXPECT_FALSE(has_record(l->fd, 0));
		EXPECT_SAY(ESRCH, l->fd, "%d cont", l->t.pid);
		return;
	}
	if (kind == RUNNING)
		read_stop(_metadata, l, "fail ERESTARTSYS");
	else if (kind == EXIT_UNREAD)
		read_stop(_metadata, l, "ok 0");
	else if (kind == VSYSCALL)
		read_stop(_metadata, l, "time NULL");
	ASSERT_SAY(0, l->fd, "%d cont", l->tid);
	l->tid = 0;
}

/* Answer all that comes until the end; return the first word of each. */
static const char *words(struct live *l)
{
	static char all[512];
	char word[32];

	all[0] = '\0';
	for (;;) {
		const char *record = hear(l->fd);
		pid_t tid;

		if (sscanf(record, "%d %31s", &tid, word) != 2)
			break;
		snprintf(all + strlen(all), sizeof(all) - strlen(all), "%s|", word);
		if (strcmp(word, "exit") && strcmp(word, "killed"))
			say(l->fd, "%d cont", tid);
	}
	return all;
}

static bool makes_mark(void)
{
	return kind != VSYSCALL && kind != RUNNING && kind != SIGNAL && kind != EXEC;
}

/* What was not read yet comes, and the program ends as it would by itself. */
static void go_on(struct __test_metadata *_metadata, struct live *l, const char *rest)
{
	if (kind == RUNNING)
		ASSERT_EQ(1, write(hold[1], "x", 1));
	if (l->tid)
		ASSERT_SAY(0, l->fd, "%d cont", l->tid);
	open_gate(&l->t);
	EXPECT_STREQ(rest, words(l));
	EXPECT_EQ(7, wait_status(&l->t));
	EXPECT_EQ(makes_mark(), !rmdir(mark));
}

/* After settle(). */
static void go_on_settled(struct __test_metadata *_metadata, struct live *l)
{
	static const char *const rests[] = {
		[ENTRY_UNREAD] = "mkdir|", [RUNNING] = "readv|",
		[NEW] = "mkdir|exit|exit|", [EXEC] = "exit|",
	};

	go_on(_metadata, l, rests[kind] ?: "");
}

/*
 * It has ended, and nobody was answered. @told: what was said of its threads, if
 * that is what the tracer wants to know.
 */
static void expect_ended(struct __test_metadata *_metadata, struct live *l, int status,
			 const char *told)
{
	bool events = kind == NEW || kind == EXEC;

	/* What is not read shall not be read: it has to be gone by itself. */
	if (events)
		EXPECT_STREQ(told, words(l));
	EXPECT_EQ(status, wait_status(&l->t));
	if (!events)
		EXPECT_STREQ("", words(l));
	EXPECT_EQ(POLLHUP, events_of(l->fd) & (POLLIN | POLLPRI | POLLHUP));
	EXPECT_SAY(ESRCH, l->fd, "%d cont", l->tid ?: 1);
	EXPECT_EQ(kind == EXIT_UNREAD || kind == EXIT_READ, !rmdir(mark));
}

static void expect_killed(struct __test_metadata *_metadata, struct live *l)
{
	expect_ended(_metadata, l, 256 + SIGKILL, kind == NEW ? "killed|killed|" : "killed|");
}

/* ------------------------------ stops, alone ----------------------------- */

FIXTURE_VARIANT(stop)
{
	enum kind kind;
};

LIVE_FIXTURE(stop)

FIXTURE_VARIANT_ADD(stop, entry_unread) { .kind = ENTRY_UNREAD };
FIXTURE_VARIANT_ADD(stop, entry_read) { .kind = ENTRY_READ };
FIXTURE_VARIANT_ADD(stop, vsyscall) { .kind = VSYSCALL };
FIXTURE_VARIANT_ADD(stop, timeout) { .kind = TIMEOUT };
FIXTURE_VARIANT_ADD(stop, running) { .kind = RUNNING };
FIXTURE_VARIANT_ADD(stop, exit_unread) { .kind = EXIT_UNREAD };
FIXTURE_VARIANT_ADD(stop, exit_read) { .kind = EXIT_READ };
FIXTURE_VARIANT_ADD(stop, signal) { .kind = SIGNAL };
FIXTURE_VARIANT_ADD(stop, new) { .kind = NEW };
FIXTURE_VARIANT_ADD(stop, exec) { .kind = EXEC };

#define BRING(program)							\
({									\
	kind = variant->kind;						\
	bring(_metadata, l, program);					\
})

TEST_F(stop, killed)
{
	struct live *l = &self->l;

	BRING(alone);
	kill(l->t.pid, SIGKILL);
	expect_killed(_metadata, l);
}

/* So does what kills by default and that nobody watches. */
TEST_F(stop, aborted)
{
	struct live *l = &self->l;

	BRING(alone);
	kill(l->t.pid, SIGABRT);
	expect_ended(_metadata, l, 256 + SIGABRT, kind == NEW ? "killed|killed|" : "killed|");
}

/* Cgroups. */

static void wait_for_frozen(void)
{
	int fd = open(group_file("cgroup.events"), O_RDONLY);
	struct pollfd p = { .fd = fd, .events = POLLPRI };
	char text[256] = "";

	for (;;) {
		ssize_t len = pread(fd, text, sizeof(text) - 1, 0);

		text[len > 0 ? len : 0] = '\0';
		if (strstr(text, "frozen 1"))
			break;
		poll(&p, 1, -1);
	}
	close(fd);
}

static void freeze_group(struct __test_metadata *_metadata)
{
	ASSERT_TRUE(set_group("cgroup.freeze", "1"));
	wait_for_frozen();
}

static void bring_into_group(struct __test_metadata *_metadata, struct live *l,
			     void (*program)(void))
{
	prepare(_metadata, l, program);
	ASSERT_TRUE(set_group("cgroup.procs", number(l->t.pid)));
	arrive(_metadata, l);
}

/* Bring a program to a stop, and freeze it there. */
static bool freeze(struct __test_metadata *_metadata, struct live *l, enum kind kind_)
{
	if (!make_group())
		SKIP(return false, "no cgroup v2");
	kind = kind_;
	bring_into_group(_metadata, l, alone);
	freeze_group(_metadata);
	return true;
}

/* It is answered while it is frozen, and obeys when it is thawed. */
TEST_F(stop, frozen)
{
	struct live *l = &self->l;

	if (!freeze(_metadata, l, variant->kind))
		return;
	settle(_metadata, l);
	EXPECT_FALSE(has_record(l->fd, 20));
	EXPECT_EQ(0, waitpid(l->t.pid, NULL, WNOHANG));
	wait_for_frozen();
	ASSERT_TRUE(set_group("cgroup.freeze", "0"));
	go_on_settled(_metadata, l);
}

TEST_F(stop, left_while_frozen)
{
	struct live *l = &self->l;

	if (!freeze(_metadata, l, variant->kind))
		return;
	close(l->fd);
	l->fd = -1;
	ASSERT_EQ(1, write(hold[1], "x", 1));
	open_gate(&l->t);
	EXPECT_EQ(0, waitpid(l->t.pid, NULL, WNOHANG));
	ASSERT_TRUE(set_group("cgroup.freeze", "0"));
	EXPECT_EQ(7, wait_status(&l->t));
	EXPECT_EQ(makes_mark(), !rmdir(mark));
}

TEST_F(stop, killed_while_frozen)
{
	struct live *l = &self->l;

	if (!freeze(_metadata, l, variant->kind))
		return;
	kill(l->t.pid, SIGKILL);
	expect_killed(_metadata, l);
}

TEST_F(stop, killed_while_frozen_with_an_answer)
{
	struct live *l = &self->l;

	if (!freeze(_metadata, l, variant->kind))
		return;
	settle(_metadata, l);
	kill(l->t.pid, SIGKILL);
	expect_killed(_metadata, l);
}

TEST_F(stop, killed_with_its_cgroup)
{
	struct live *l = &self->l;

	if (!freeze(_metadata, l, variant->kind))
		return;
	ASSERT_TRUE(set_group("cgroup.kill", "1"));
	expect_killed(_metadata, l);
}

TEST_F(stop, moved_into_and_out_of_a_frozen_cgroup)
{
	struct live *l = &self->l;

	if (!make_group())
		SKIP(return, "no cgroup v2");
	BRING(alone);
	ASSERT_TRUE(set_group("cgroup.freeze", "1"));
	ASSERT_TRUE(set_group("cgroup.procs", number(l->t.pid)));
	wait_for_frozen();
	settle(_metadata, l);
	ASSERT_TRUE(write_file("/sys/fs/cgroup/cgroup.procs", number(l->t.pid)));
	go_on_settled(_metadata, l);
}

/* Job control: the parent sees what it would see of an untraced child. */

TEST_F(stop, stopped_and_continued)
{
	struct live *l = &self->l;
	int status;

	BRING(alone);
	kill(l->t.pid, SIGSTOP);
	/* What was read comes first. */
	if (kind != ENTRY_UNREAD) {
		EXPECT_FALSE(kind == RUNNING && !has_record(l->fd, -1));
		EXPECT_EQ(0, waitpid(l->t.pid, &status, WUNTRACED | WNOHANG));
		settle(_metadata, l);
	}
	ASSERT_EQ(l->t.pid, waitpid(l->t.pid, &status, WUNTRACED | WCONTINUED));
	ASSERT_TRUE(WIFSTOPPED(status));
	EXPECT_EQ(SIGSTOP, WSTOPSIG(status));
	if (kind == ENTRY_UNREAD)
		settle(_metadata, l);
	EXPECT_EQ(0, waitpid(l->t.pid, &status, WUNTRACED | WCONTINUED | WNOHANG));
	kill(l->t.pid, SIGCONT);
	ASSERT_EQ(l->t.pid, waitpid(l->t.pid, &status, WUNTRACED | WCONTINUED));
	EXPECT_TRUE(WIFCONTINUED(status));
	go_on_settled(_metadata, l);
}

TEST_F(stop, continued_before_it_stopped)
{
	struct live *l = &self->l;
	int i;

	BRING(alone);
	for (i = 0; i < 20; i++) {
		kill(l->t.pid, SIGSTOP);
		kill(l->t.pid, SIGCONT);
	}
	/* It may have noticed nothing of all that. */
	if (kind == RUNNING)
		kill(l->t.pid, SIGSTOP);
	if (kind != ENTRY_UNREAD)
		settle(_metadata, l);
	kill(l->t.pid, SIGCONT);
	go_on_settled(_metadata, l);
}

TEST_F(stop, killed_while_stopped)
{
	struct live *l = &self->l;
	int status;

	BRING(alone);
	kill(l->t.pid, SIGSTOP);
	/* Job control has it only then, unless nobody has read of the stop. */
	if (kind != ENTRY_UNREAD)
		settle(_metadata, l);
	ASSERT_EQ(l->t.pid, waitpid(l->t.pid, &status, WUNTRACED));
	ASSERT_TRUE(WIFSTOPPED(status));
	kill(l->t.pid, SIGKILL);
	EXPECT_EQ(256 + SIGKILL, wait_status(&l->t));
	words(l);
	EXPECT_EQ(POLLHUP, events_of(l->fd) & (POLLIN | POLLPRI | POLLHUP));
}

/* A ptracer that comes to a program that is stopped. */

/* Who stops: the first thread, or the one that is new. */
static pid_t stopped_thread(struct live *l)
{
	return kind == NEW ? l->tid : l->t.pid;
}

/* Wait for a stop by signal @want; deliver others. */
static void wait_for_ptrace_stop(struct __test_metadata *_metadata, pid_t tid, int want)
{
	int status;

	for (;;) {
		ASSERT_EQ(tid, waitpid(tid, &status, __WALL));
		ASSERT_TRUE(WIFSTOPPED(status));
		if (WSTOPSIG(status) == want)
			return;
		ASSERT_EQ(SIGUSR1, WSTOPSIG(status));
		/* PTRACE_INTERRUPT is over with any stop. */
		if (want == SIGTRAP)
			ASSERT_EQ(0, ptrace(PTRACE_INTERRUPT, tid, 0, 0));
		ASSERT_EQ(0, ptrace(PTRACE_CONT, tid, 0, SIGUSR1));
	}
}

/* A stop that nobody has read is withdrawn, others come first. */
static void be_ptraced(struct __test_metadata *_metadata, struct live *l, pid_t tid, int sig)
{
	if (kind == ENTRY_UNREAD) {
		wait_for_ptrace_stop(_metadata, tid, sig);
		settle(_metadata, l);
	} else {
		settle(_metadata, l);
		wait_for_ptrace_stop(_metadata, tid, sig);
	}
	ASSERT_EQ(0, ptrace(PTRACE_DETACH, tid, 0, 0));
	go_on_settled(_metadata, l);
}

TEST_F(stop, ptrace_attach)
{
	struct live *l = &self->l;
	pid_t tid;

	BRING(alone);
	tid = stopped_thread(l);
	ASSERT_EQ(0, ptrace(PTRACE_ATTACH, tid, 0, 0));
	be_ptraced(_metadata, l, tid, SIGSTOP);
}

TEST_F(stop, ptrace_seize_and_interrupt)
{
	struct live *l = &self->l;
	pid_t tid;

	BRING(alone);
	tid = stopped_thread(l);
	ASSERT_EQ(0, ptrace(PTRACE_SEIZE, tid, 0, 0));
	ASSERT_EQ(0, ptrace(PTRACE_INTERRUPT, tid, 0, 0));
	be_ptraced(_metadata, l, tid, SIGTRAP);
}

TEST_F(stop, killed_while_ptraced)
{
	struct live *l = &self->l;
	pid_t tid;

	BRING(alone);
	tid = stopped_thread(l);
	ASSERT_EQ(0, ptrace(PTRACE_SEIZE, tid, 0, 0));
	if (kind != ENTRY_UNREAD && kind != RUNNING)
		ASSERT_EQ(0, ptrace(PTRACE_INTERRUPT, tid, 0, 0));
	kill(l->t.pid, SIGKILL);
	if (tid != l->t.pid)
		ASSERT_EQ(tid, waitpid(tid, NULL, __WALL));
	expect_killed(_metadata, l);
}

/* Suspend, as far as freezing all processes. */

/* Change what all processes share, alone. The teardown undoes it. */
static bool change(struct live *l, const char *path, const char *text)
{
	struct setting *s = settings;
	FILE *f;

	flock(l->lock, LOCK_EX);
	while (strcmp(s->path, path))
		s++;
	f = fopen(path, "r");
	if (!f)
		return false;
	if (!fgets(s->old, sizeof(s->old), f))
		s->old[0] = '\0';
	fclose(f);
	/* One of several words. */
	if (s->old[0] == '[')
		sscanf(s->old, "[%255[^]]", s->old);
	return write_file(path, text);
}

/* @seconds: how long all are frozen then */
static bool can_suspend(struct live *l, const char *seconds)
{
	return change(l, "/sys/module/suspend/parameters/pm_test_delay", seconds) &&
	       change(l, "/sys/power/pm_test", "freezer");
}

TEST_F(stop, suspended)
{
	struct live *l = &self->l;

	if (!can_suspend(l, "0"))
		SKIP(return, "no pm_test");
	BRING(alone);
	EXPECT_TRUE(write_file("/sys/power/state", "freeze"));
	/* A stop that was withdrawn is there again. */
	if (kind != ENTRY_UNREAD)
		settle(_metadata, l);
	EXPECT_TRUE(write_file("/sys/power/state", "mem"));
	go_on_settled(_metadata, l);
}

/* Memory. */

static bool limit_memory(const char *max)
{
	/* Somebody else may have done so. */
	write_file("/sys/fs/cgroup/cgroup.subtree_control", "+memory");
	return make_group() && set_group("memory.max", max) &&
	       (access(group_file("memory.swap.max"), F_OK) ||
		set_group("memory.swap.max", "0"));
}

static void eat_at_gate(void)
{
	pass_gate();
	eat_memory();
}

/* The killer takes all of the group for what one process does. */
TEST_F(stop, out_of_memory_in_its_cgroup)
{
	struct live *l = &self->l;
	struct tracee eater;

	if (!limit_memory("8M") || !set_group("memory.oom.group", "1"))
		SKIP(return, "no memory cgroup");
	kind = variant->kind;
	bring_into_group(_metadata, l, alone);
	start(&eater, eat_at_gate);
	l->other = eater.pid;
	ASSERT_TRUE(set_group("cgroup.procs", number(eater.pid)));
	open_gate(&eater);
	open_gate(&eater);
	expect_killed(_metadata, l);
	EXPECT_EQ(256 + SIGKILL, wait_status(&eater));
	l->other = 0;
}

/* --------------------- a thread stops, the first one acts ----------------- */

FIXTURE_VARIANT(beside)
{
	enum kind kind;
};

LIVE_FIXTURE(beside)

FIXTURE_VARIANT_ADD(beside, entry_unread) { .kind = ENTRY_UNREAD };
FIXTURE_VARIANT_ADD(beside, entry_read) { .kind = ENTRY_READ };
FIXTURE_VARIANT_ADD(beside, vsyscall) { .kind = VSYSCALL };
FIXTURE_VARIANT_ADD(beside, timeout) { .kind = TIMEOUT };
FIXTURE_VARIANT_ADD(beside, running) { .kind = RUNNING };
FIXTURE_VARIANT_ADD(beside, exit_unread) { .kind = EXIT_UNREAD };
FIXTURE_VARIANT_ADD(beside, exit_read) { .kind = EXIT_READ };
FIXTURE_VARIANT_ADD(beside, signal) { .kind = SIGNAL };
FIXTURE_VARIANT_ADD(beside, new) { .kind = NEW };

#define BRING_BESIDE(action_, stops_in_thread_)				\
({									\
	action = action_;						\
	stops_in_thread = stops_in_thread_;				\
	BRING(beside);							\
})

/* Without an interruption. */
static void go_on_undisturbed(struct __test_metadata *_metadata, struct live *l)
{
	static const char *const rests[] = {
		[ENTRY_UNREAD] = "mkdir|", [VSYSCALL] = "time|", [RUNNING] = "ok|",
		[EXIT_UNREAD] = "ok|", [NEW] = "exit|mkdir|exit|",
	};

	go_on(_metadata, l, kind <= NEW && rests[kind] ? rests[kind] : "");
}

TEST_F(beside, exit_group)
{
	struct live *l = &self->l;

	BRING_BESIDE(EXIT_GROUP, true);
	open_gate(&l->t);
	expect_ended(_metadata, l, 9, "exit|exit|");
}

TEST_F(beside, exec)
{
	struct live *l = &self->l;

	BRING_BESIDE(EXECUTE, true);
	open_gate(&l->t);
	expect_ended(_metadata, l, 9, "exit|exec|exit|");
}

static void trace_zombie(struct __test_metadata *_metadata, pid_t pid)
{
	int fd = open_syscall(pid, pid, O_RDWR);

	ASSERT_LE(0, fd);
	EXPECT_SAY(ESRCH, fd, "trace getppid");
	close(fd);
	fd = open_syscall(pid, 0, O_RDWR);
	ASSERT_LE(0, fd);
	EXPECT_SAY(0, fd, "trace getppid");
	close(fd);
	EXPECT_EQ(0, command(pid, "trace getppid"));
	EXPECT_EQ(0, command(pid, "detach"));
}

/* The process is then a zombie that runs on, and may get more tracers. */
TEST_F(beside, leader_exits)
{
	struct live *l = &self->l;

	BRING_BESIDE(EXIT_THREAD, true);
	open_gate(&l->t);
	wait_for_state(l->t.pid, "Z");
	/* Files of a zombie are root's. */
	if (!getuid())
		trace_zombie(_metadata, l->t.pid);
	go_on_undisturbed(_metadata, l);
}

TEST_F(beside, out_of_memory)
{
	struct live *l = &self->l;

	if (!limit_memory("8M"))
		SKIP(return, "no memory cgroup");
	kind = variant->kind;
	action = EAT_MEMORY;
	stops_in_thread = true;
	bring_into_group(_metadata, l, beside);
	open_gate(&l->t);
	expect_killed(_metadata, l);
}

/* Crashes. */

#define CORE	"/tmp/live-core-"

static bool is_core(pid_t pid)
{
	char *path = TEST_PATH(CORE "%d", pid), magic[4] = "";
	int fd = open(path, O_RDONLY);
	bool is = read(fd, magic, sizeof(magic)) == sizeof(magic) &&
		  !memcmp(magic, "\177ELF", sizeof(magic));

	close(fd);
	unlink(path);
	return is;
}

/* The program has crashed, or is about to. */
static void expect_core(struct __test_metadata *_metadata, struct live *l)
{
	pid_t pid = l->t.pid;
	siginfo_t info = { };

	ASSERT_EQ(0, waitid(P_PID, pid, &info, WEXITED | WNOWAIT));
	EXPECT_EQ(CLD_DUMPED, info.si_code);
	expect_ended(_metadata, l, 256 + SIGSEGV, "killed|killed|");
	EXPECT_TRUE(is_core(pid));
}

static bool dump_into_file(struct live *l)
{
	return change(l, "/proc/sys/kernel/core_pattern", CORE "%p");
}

/* The dump waits for the other program to end. */
static bool dump_into_pipe(struct live *l)
{
	return change(l, "/proc/sys/kernel/core_pipe_limit", "4") &&
	       change(l, "/proc/sys/kernel/core_pattern",
		      "|/bin/busybox dd bs=64k of=" CORE "%P");
}

TEST_F(beside, crash)
{
	struct live *l = &self->l;

	if (!dump_into_file(l))
		SKIP(return, "not root");
	BRING_BESIDE(CRASH, true);
	open_gate(&l->t);
	expect_core(_metadata, l);
}

TEST_F(beside, crash_into_a_pipe)
{
	struct live *l = &self->l;

	if (!dump_into_pipe(l))
		SKIP(return, "not root");
	BRING_BESIDE(CRASH, true);
	open_gate(&l->t);
	expect_core(_metadata, l);
}

TEST_F(beside, crash_that_is_watched)
{
	struct live *l = &self->l;
	const char *record;

	if (!dump_into_file(l))
		SKIP(return, "not root");
	BRING_BESIDE(CRASH, true);
	ASSERT_SAY(0, l->fd, "signals SIGUSR1,SIGSEGV");
	open_gate(&l->t);
	/* Before it may come what was not read so far. */
	do {
		record = hear(l->fd);
		ASSERT_NE('\0', *record);
	} while (!strstr(record, " signal SIGSEGV, 1, 0, 0, 0x10"));
	ASSERT_SAY(0, l->fd, "%d cont", atoi(record));
	expect_core(_metadata, l);
}

/* ------------------- the first thread stops, another one acts ------------- */

FIXTURE_VARIANT(first)
{
	enum kind kind;
};

LIVE_FIXTURE(first)

FIXTURE_VARIANT_ADD(first, entry_unread) { .kind = ENTRY_UNREAD };
FIXTURE_VARIANT_ADD(first, entry_read) { .kind = ENTRY_READ };
FIXTURE_VARIANT_ADD(first, vsyscall) { .kind = VSYSCALL };
FIXTURE_VARIANT_ADD(first, timeout) { .kind = TIMEOUT };
FIXTURE_VARIANT_ADD(first, running) { .kind = RUNNING };
FIXTURE_VARIANT_ADD(first, exit_unread) { .kind = EXIT_UNREAD };
FIXTURE_VARIANT_ADD(first, exit_read) { .kind = EXIT_READ };
FIXTURE_VARIANT_ADD(first, signal) { .kind = SIGNAL };

static bool has_threads(pid_t pid)
{
	struct stat st;

	/* ".", ".." and one for each. */
	return !stat(TEST_PATH("/proc/%d/task", pid), &st) && st.st_nlink > 3;
}

TEST_F(first, thread_exits)
{
	struct live *l = &self->l;

	BRING_BESIDE(EXIT_THREAD, false);
	open_gate(&l->t);
	while (has_threads(l->t.pid))
		sched_yield();
	go_on_undisturbed(_metadata, l);
}

/* Who executes gets the id of who stops, and not its stop. */
TEST_F(first, exec)
{
	struct live *l = &self->l;

	BRING_BESIDE(EXECUTE, false);
	open_gate(&l->t);
	expect_ended(_metadata, l, 9, NULL);
}

TEST_F(first, crash)
{
	struct live *l = &self->l;

	if (!dump_into_file(l))
		SKIP(return, "not root");
	BRING_BESIDE(CRASH, false);
	open_gate(&l->t);
	expect_core(_metadata, l);
}

/* ------------------------- some kinds are enough ------------------------- */

LIVE_FIXTURE(live)

/* Is the stop over? No other answer has come; the verb does not fit it. */
static bool is_over(struct live *l)
{
	return say(l->fd, "%d ok 1", l->tid) != EBUSY;
}

/* The time for an answer begins to pass when there is nothing to stop it. */
TEST_F(live, timeout_while_frozen)
{
	struct live *l = &self->l;

	if (!make_group())
		SKIP(return, "no cgroup v2");
	kind = TIMEOUT;
	bring_into_group(_metadata, l, alone);
	freeze_group(_metadata);
	ASSERT_SAY(0, l->fd, "timeout 1 skip-fail EIO");
	usleep(1200000);
	EXPECT_FALSE(is_over(l));
	ASSERT_TRUE(set_group("cgroup.freeze", "0"));
	open_gate(&l->t);
	EXPECT_EQ(8, wait_status(&l->t));
	EXPECT_SAY(ESRCH, l->fd, "%d cont", l->tid);
}

/* Return how long it took, in ms. What was asked for is not what is done. */
static long suspend(struct __test_metadata *_metadata)
{
	struct timespec before, after;

	clock_gettime(CLOCK_MONOTONIC, &before);
	EXPECT_TRUE(write_file("/sys/power/state", "freeze"));
	clock_gettime(CLOCK_MONOTONIC, &after);
	return (after.tv_sec - before.tv_sec) * 1000 +
	       (after.tv_nsec - before.tv_nsec) / 1000000;
}

TEST_F(live, timeout_while_suspended)
{
	struct live *l = &self->l;
	long suspended = 0;

	if (!can_suspend(l, "1"))
		SKIP(return, "no pm_test");
	kind = TIMEOUT;
	bring(_metadata, l, alone);
	ASSERT_SAY(0, l->fd, "timeout 3 skip-fail EIO");
	/* Let it fall asleep. */
	wait_for_state(l->t.pid, "S");
	usleep(100000);
	while (suspended < 3300)
		suspended += suspend(_metadata);
	/* Time enough to notice, if it were over. */
	usleep(200000);
	EXPECT_FALSE(is_over(l));
	ASSERT_SAY(0, l->fd, "%d cont", l->tid);
	open_gate(&l->t);
	EXPECT_EQ(7, wait_status(&l->t));
}

/* It waits in read() meanwhile. */
TEST_F(live, tracer_is_suspended)
{
	struct live *l = &self->l;
	int status;

	TEXT_ONLY("who answers has not read the id of the stop");
	if (!can_suspend(l, "0"))
		SKIP(return, "no pm_test");
	kind = ENTRY_READ;
	prepare(_metadata, l, alone);
	l->other = fork();
	if (!l->other)
		_exit(!strstr(hear(l->fd), " mkdir "));
	wait_for_state(l->other, "S");
	EXPECT_TRUE(write_file("/sys/power/state", "freeze"));
	wait_for_state(l->other, "S");
	open_gate(&l->t);
	ASSERT_EQ(l->other, waitpid(l->other, &status, 0));
	l->other = 0;
	EXPECT_EQ(0, status);
	ASSERT_SAY(0, l->fd, "%d cont", l->t.pid);
	open_gate(&l->t);
	EXPECT_EQ(7, wait_status(&l->t));
}

/* Not for ever: where a handler takes longer than that nothing else would run. */
static void weather(int sig)
{
	struct itimerval none = { };

	count_signal(sig);
	if (handled == 1000)
		raw(SYS_setitimer, ITIMER_REAL, (long)&none, 0);
}

static void count_in_a_storm(void)
{
	struct sigaction act = { .sa_handler = weather, .sa_flags = SA_RESTART };
	struct itimerval every = { { 0, 100 }, { 0, 100 } };
	int i, fds[2];
	char c;

	sigaction(SIGALRM, &act, NULL);
	if (pipe(fds))
		_exit(1);
	setitimer(ITIMER_REAL, &every, NULL);
	/* On a busy machine the first one may take its time. */
	for (i = 0; i < 50 || handled < 50; i++)
		if (raw(SYS_write, fds[1], (long)"x", 1) != 1 ||
		    raw(SYS_read, fds[0], (long)&c, 1) != 1)
			_exit(2);
	_exit(7);
}

/* Signals while each call is stopped, twice: it gets on, and each call ends well. */
TEST_F(live, storm_of_signals)
{
	struct live *l = &self->l;

	start(&l->t, count_in_a_storm);
	l->fd = open_syscall(l->t.pid, 0, O_RDWR);
	ASSERT_SAY(0, l->fd, "trace !rt_sigreturn,!setitimer");
	open_gate(&l->t);
	for (;;) {
		const char *text = hear(l->fd), *verb = "step";

		if (!*text)
			break;
		if (!strncmp(text, "ok ", 3) || !strncmp(text, "fail ", 5) ||
		    !strncmp(text, "exit_group ", 11))
			verb = "cont";
		ASSERT_SAY(0, l->fd, "%s", verb);
	}
	EXPECT_EQ(7, wait_status(&l->t));
}

TEST_F(live, cpu_time_is_up)
{
	struct live *l = &self->l;

	kind = ENTRY_READ;
	action = BURN_TIME;
	stops_in_thread = true;
	bring(_metadata, l, beside);
	open_gate(&l->t);
	expect_ended(_metadata, l, 256 + SIGXCPU, NULL);
}

/* --------------------------------- vfork --------------------------------- */

FIXTURE_VARIANT(vfork)
{
	bool exec;
	bool parent;
};

LIVE_FIXTURE(vfork)

FIXTURE_VARIANT_ADD(vfork, parent_of_new) { .parent = true };
FIXTURE_VARIANT_ADD(vfork, new) { };
FIXTURE_VARIANT_ADD(vfork, parent_of_exec) { .exec = true, .parent = true };
FIXTURE_VARIANT_ADD(vfork, exec) { .exec = true };

static void vfork_and_exec(void)
{
	pid_t pid = vfork();
	int status = -1;

	if (!pid) {
		execl("/bin/busybox", "busybox", "sh", "-c", "exit 7", NULL);
		_exit(8);
	}
	syscall(SYS_wait4, pid, &status, 0, NULL);
	_exit(status == SIGKILL ? 7 : 9);
}

/* Whichever is killed while the child is stopped, the other one gets on. */
TEST_F(vfork, killed)
{
	struct live *l = &self->l;
	int status;

	prctl(PR_SET_CHILD_SUBREAPER, 1);
	start(&l->t, vfork_and_exec);
	l->fd = open_syscall(l->t.pid, 0, O_RDWR);
	ASSERT_SAY(0, l->fd, "follow on");
	ASSERT_SAY(0, l->fd, "events on");
	ASSERT_SAY(0, l->fd, "trace none");
	open_gate(&l->t);
	read_stop(_metadata, l, TEST_PATH("new %d", l->t.pid));
	if (variant->exec) {
		ASSERT_SAY(0, l->fd, "%d cont", l->tid);
		read_stop(_metadata, l, "exec \"/bin/busybox\"");
	}
	if (!variant->parent) {
		kill(l->tid, SIGKILL);
		EXPECT_STREQ("killed|exit|", words(l));
		EXPECT_EQ(7, wait_status(&l->t));
		return;
	}
	l->other = l->tid;
	kill(l->t.pid, SIGKILL);
	EXPECT_EQ(256 + SIGKILL, wait_status(&l->t));
	ASSERT_SAY(0, l->fd, "%d cont", l->other);
	EXPECT_STREQ(variant->exec ? "killed|exit|" : "killed|exec|exit|", words(l));
	ASSERT_EQ(l->other, waitpid(l->other, &status, 0));
	l->other = 0;
	ASSERT_TRUE(WIFEXITED(status));
	EXPECT_EQ(7, WEXITSTATUS(status));
}

TEST_HARNESS_MAIN
