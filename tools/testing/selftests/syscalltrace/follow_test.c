// SPDX-License-Identifier: GPL-2.0
/*
 * Children and threads: who is traced from birth, and what is told of their
 * lives.
 */

#include <linux/sched.h>

#include "common.h"

#define CROWD	1000

TRACEE_FIXTURE(follow)

/* A record: the thread that it is about, and what it says. */
struct heard {
	pid_t tid;
	char text[256];
};

static struct heard listen_to(int fd)
{
	struct heard h = { };
	const char *text = hear(fd);
	int used = 0;

	if (sscanf(text, "%d %n", &h.tid, &used) != 1)
		used = 0;
	snprintf(h.text, sizeof(h.text), "%.*s", (int)sizeof(h.text) - 1, text + used);
	return h;
}

/* The next record must be about @tid_, if not 0, and say @text_. */
#define ASSERT_TOLD(tid_, text_)					\
({									\
	struct heard heard_ = listen_to(self->fd);			\
									\
	ASSERT_STREQ(text_, heard_.text);				\
	if (tid_)							\
		ASSERT_EQ(tid_, heard_.tid);				\
	heard_.tid;							\
})

#define ASSERT_CONT(tid_)	ASSERT_SAY(0, self->fd, "%d cont", tid_)

/* Trace @set of @program and of what it makes. */
#define FOLLOW(program, set)						\
do {									\
	start(&self->t, program);					\
	self->fd = open_syscall(self->t.pid, 0, O_RDWR);		\
	ASSERT_LE(0, self->fd);						\
	ASSERT_SAY(0, self->fd, "follow on");				\
	ASSERT_SAY(0, self->fd, "events on");				\
	ASSERT_SAY(0, self->fd, "trace " set);				\
	open_gate(&self->t);						\
} while (0)

static char want[64];

static const char *made_by(pid_t pid)
{
	snprintf(want, sizeof(want), "new %d", pid);
	return want;
}

static long wait_for(pid_t pid)
{
	int status = -1;

	syscall(SYS_wait4, pid, &status, 0, NULL);
	return status;
}

static void fork_once(void)
{
	pid_t pid = fork();

	if (!pid) {
		raw(SYS_getppid, 0, 0, 0);
		_exit(7);
	}
	raw(SYS_getppid, 0, 0, 0);
	tell(WEXITSTATUS(wait_for(pid)));
}

TEST_F(follow, child_is_traced_from_birth)
{
	const char *life[] = { NULL, "getppid", "exit 7" };
	int i, of_child = 0, of_parent = 0;
	pid_t parent;
	struct heard h;

	FOLLOW(fork_once, "getppid");
	parent = self->t.pid;
	life[0] = made_by(parent);
	/* Both go on at the same time, each in its order. */
	for (i = 0; i < 4; i++) {
		h = listen_to(self->fd);
		if (h.tid == parent) {
			ASSERT_STREQ("getppid", h.text);
			of_parent++;
		} else {
			ASSERT_GT(3, of_child);
			ASSERT_STREQ(life[of_child++], h.text);
		}
		if (strncmp(h.text, "exit", 4))
			ASSERT_CONT(h.tid);
	}
	EXPECT_EQ(3, of_child);
	EXPECT_EQ(1, of_parent);
	EXPECT_EQ(7, told(&self->t));
	ASSERT_TOLD(parent, "exit 0");
	EXPECT_EQ(0, wait_status(&self->t));
	EXPECT_HEAR("", self->fd);
}

TEST_F(follow, child_is_left_alone_without)
{
	START(fork_once, "getppid");
	ASSERT_HEAR("getppid", self->fd);
	EXPECT_EQ(0, events_of(self->fd) & POLLIN);
	ASSERT_SAY(0, self->fd, "cont");
	EXPECT_EQ(7, told(&self->t));
}

TEST_F(follow, follow_off_lets_the_next_go)
{
	FOLLOW(fork_once, "getpid");
	ASSERT_SAY(0, self->fd, "follow off");
	ASSERT_SAY(0, self->fd, "tid on");
	ASSERT_SAY(0, self->fd, "trace getppid");
	EXPECT_EQ(0, kill(self->t.pid, 0));
	/* It may have been too late for that. */
	while (self->t.pid) {
		struct heard h = listen_to(self->fd);

		if (!h.tid)
			break;
		say(self->fd, "%d cont", h.tid);
	}
	EXPECT_EQ(7, told(&self->t));
}

static void *run_thread(void *arg)
{
	raw(SYS_getppid, 0, 0, 0);
	return arg;
}

static void make_thread(void)
{
	pthread_t t;

	pthread_create(&t, NULL, run_thread, NULL);
	pthread_join(t, NULL);
}

TEST_F(follow, threads_are_told_of)
{
	pid_t thread;

	start(&self->t, make_thread);
	self->fd = open_syscall(self->t.pid, 0, O_RDWR);
	ASSERT_SAY(0, self->fd, "tid on");
	ASSERT_SAY(0, self->fd, "events on");
	ASSERT_SAY(0, self->fd, "trace getppid");
	open_gate(&self->t);
	thread = ASSERT_TOLD(0, made_by(self->t.pid));
	ASSERT_NE(self->t.pid, thread);
	EXPECT_SAY(EBUSY, self->fd, "%d ok 1", thread);
	EXPECT_SAY(EBUSY, self->fd, "%d skip-ok 1", thread);
	EXPECT_SAY(EBUSY, self->fd, "%d get 1", thread);
	EXPECT_SAY(EBUSY, self->fd, "%d getpid", thread);
	ASSERT_CONT(thread);
	ASSERT_TOLD(thread, "getppid");
	ASSERT_CONT(thread);
	ASSERT_TOLD(thread, "exit 0");
	ASSERT_TOLD(self->t.pid, "exit 0");
}

static void vfork_and_exec(void)
{
	pid_t pid = vfork();

	if (!pid) {
		execl("/bin/busybox", "busybox", "false", NULL);
		_exit(99);
	}
	tell(WEXITSTATUS(wait_for(pid)));
}

TEST_F(follow, vfork_and_exec)
{
	pid_t child;

	FOLLOW(vfork_and_exec, "execve");
	child = ASSERT_TOLD(0, made_by(self->t.pid));
	ASSERT_CONT(child);
	ASSERT_EQ(0, strncmp("execve \"/bin/busybox\", [\"busybox\", \"false\"], [",
			     listen_to(self->fd).text, 46));
	ASSERT_SAY(0, self->fd, "%d step", child);
	ASSERT_TOLD(child, "ok 0");
	ASSERT_CONT(child);
	ASSERT_TOLD(child, "exec \"/bin/busybox\"");
	ASSERT_CONT(child);
	ASSERT_TOLD(child, "exit 1");
	EXPECT_EQ(1, told(&self->t));
}

/* What the program would rather not have seen. */
static void clone_untraced(void)
{
	pid_t pid = syscall(SYS_clone, CLONE_UNTRACED | SIGCHLD, 0, 0, 0, 0);
	struct clone_args args = { .exit_signal = SIGCHLD };

	if (!pid)
		syscall(SYS_exit_group, raw(SYS_getppid, 0, 0, 0) == 5 ? 5 : 6);
	wait_for(pid);
	pid = syscall(SYS_clone3, &args, sizeof(args));
	if (!pid)
		syscall(SYS_exit_group, raw(SYS_getppid, 0, 0, 0) == 5 ? 5 : 6);
	wait_for(pid);
}

TEST_F(follow, clone_untraced_changes_nothing)
{
	pid_t child;
	int i;

	FOLLOW(clone_untraced, "getppid");
	for (i = 0; i < 2; i++) {
		child = ASSERT_TOLD(0, made_by(self->t.pid));
		ASSERT_CONT(child);
		ASSERT_TOLD(child, "getppid");
		ASSERT_SAY(0, self->fd, "%d skip-ok 5", child);
		ASSERT_TOLD(child, "exit 5");
	}
}

static void leave_grandchild(void)
{
	if (!fork()) {
		if (!fork()) {
			pass_gate();
			raw(SYS_getppid, 0, 0, 0);
		}
		_exit(0);
	}
	_exit(0);
}

TEST_F(follow, lasts_as_long_as_the_last)
{
	pid_t grandchild = 0;
	struct heard h;
	int ends = 0;

	FOLLOW(leave_grandchild, "getppid");
	while (!grandchild || ends < 2) {
		h = listen_to(self->fd);
		ends += !strcmp(h.text, "exit 0");
		if (strncmp(h.text, "new ", 4))
			continue;
		if (strcmp(h.text, made_by(self->t.pid)))
			grandchild = h.tid;
		ASSERT_CONT(h.tid);
	}
	EXPECT_EQ(0, wait_status(&self->t));
	EXPECT_EQ(0, events_of(self->fd) & (POLLIN | POLLHUP));
	open_gate(&self->t);
	ASSERT_TOLD(grandchild, "getppid");
	ASSERT_CONT(grandchild);
	ASSERT_TOLD(grandchild, "exit 0");
	EXPECT_EQ(POLLHUP, events_of(self->fd) & (POLLIN | POLLHUP));
	EXPECT_HEAR("", self->fd);
}

static void fork_and_pause(void)
{
	pid_t pid = fork();

	if (!pid) {
		for (;;)
			pause();
	}
	tell(wait_for(pid));
}

TEST_F(follow, death_by_signal)
{
	pid_t child;

	FOLLOW(fork_and_pause, "pause");
	child = ASSERT_TOLD(0, made_by(self->t.pid));
	ASSERT_CONT(child);
	ASSERT_TOLD(child, "pause");
	kill(child, SIGKILL);
	ASSERT_TOLD(child, "killed SIGKILL");
	EXPECT_SAY(ESRCH, self->fd, "%d cont", child);
	EXPECT_EQ(SIGKILL, told(&self->t));
}

TEST_F(follow, killed_unborn)
{
	pid_t child;

	FOLLOW(fork_and_pause, "pause");
	child = ASSERT_TOLD(0, made_by(self->t.pid));
	kill(child, SIGKILL);
	ASSERT_TOLD(child, "killed SIGKILL");
	EXPECT_EQ(SIGKILL, told(&self->t));
}

static void fork_in_thread(void)
{
	pthread_t t;

	pthread_create(&t, NULL, run_thread, NULL);
	pthread_join(t, NULL);
	fork_once();
}

/* The file of a thread follows what this thread makes. */
TEST_F(follow, siblings_of_a_thread_fork_as_ever)
{
	pid_t thread;
	int of_thread;

	start(&self->t, fork_in_thread);
	self->fd = open_syscall(self->t.pid, 0, O_RDWR);
	ASSERT_SAY(0, self->fd, "tid on");
	ASSERT_SAY(0, self->fd, "trace getppid");
	open_gate(&self->t);
	thread = ASSERT_TOLD(0, "getppid");
	of_thread = open_syscall(self->t.pid, thread, O_RDWR);
	self->fds[0] = of_thread;
	ASSERT_SAY(0, of_thread, "follow on");
	ASSERT_SAY(0, of_thread, "trace getppid");
	ASSERT_CONT(thread);
	ASSERT_SAY(0, self->fd, "detach");
	EXPECT_EQ(7, told(&self->t));
	EXPECT_EQ(0, wait_status(&self->t));
	EXPECT_HEAR("", of_thread);
}

TEST_F(follow, close_lets_all_go)
{
	FOLLOW(fork_once, "getppid");
	listen_to(self->fd);
	close(self->fd);
	self->fd = -1;
	EXPECT_EQ(7, told(&self->t));
	EXPECT_EQ(0, wait_status(&self->t));
}

TEST_F(follow, onclose_kill_is_for_all)
{
	FOLLOW(fork_and_pause, "pause");
	ASSERT_SAY(0, self->fd, "onclose kill");
	ASSERT_TOLD(0, made_by(self->t.pid));
	close(self->fd);
	self->fd = -1;
	EXPECT_EQ(SIGKILL, told(&self->t));
}

static void fork_crowd(void)
{
	int i, failed = 0;

	for (i = 0; i < CROWD; i++)
		if (!fork())
			syscall(SYS_exit_group, raw(SYS_getppid, 0, 0, 0) != 4);
	for (i = 0; i < CROWD; i++)
		failed += wait_for(-1) != 0;
	tell(failed);
}

/* All of them stopped at the same time, and answered in the order they came. */
TEST_F_TIMEOUT(follow, a_thousand_processes, 120)
{
	static pid_t tids[CROWD];
	int i;

	start(&self->t, fork_crowd);
	self->fd = open_syscall(self->t.pid, 0, O_RDWR);
	ASSERT_SAY(0, self->fd, "follow on");
	ASSERT_SAY(0, self->fd, "trace getppid");
	open_gate(&self->t);
	for (i = 0; i < CROWD; i++)
		tids[i] = ASSERT_TOLD(0, "getppid");
	for (i = 0; i < CROWD; i++)
		ASSERT_SAY(0, self->fd, "%d skip-ok 4", tids[i]);
	EXPECT_EQ(0, told(&self->t));
	EXPECT_EQ(0, wait_status(&self->t));
	EXPECT_HEAR("", self->fd);
}

static long tracers_of(pid_t pid)
{
	char path[32], line[128];
	long n = -1;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	f = fopen(path, "r");
	while (f && fgets(line, sizeof(line), f))
		sscanf(line, "SyscallTracers: %ld", &n);
	if (f)
		fclose(f);
	return n;
}

TEST_F(follow, status_tells_how_many)
{
	pid_t child;

	EXPECT_EQ(0, tracers_of(getpid()));
	start(&self->t, fork_and_pause);
	EXPECT_EQ(0, tracers_of(self->t.pid));
	self->fds[0] = open_syscall(self->t.pid, 0, O_RDWR);
	ASSERT_SAY(0, self->fds[0], "trace getppid");
	self->fd = open_syscall(self->t.pid, 0, O_RDWR);
	EXPECT_EQ(1, tracers_of(self->t.pid));
	ASSERT_SAY(0, self->fd, "follow on");
	ASSERT_SAY(0, self->fd, "events on");
	ASSERT_SAY(0, self->fd, "trace pause");
	EXPECT_EQ(2, tracers_of(self->t.pid));
	open_gate(&self->t);
	child = ASSERT_TOLD(0, made_by(self->t.pid));
	EXPECT_EQ(1, tracers_of(child));
	ASSERT_CONT(child);
	ASSERT_TOLD(child, "pause");
	ASSERT_SAY(0, self->fd, "detach");
	EXPECT_EQ(0, tracers_of(child));
	kill(child, SIGKILL);
}

TEST_F(follow, console_does_not)
{
	start(&self->t, fork_once);
	ASSERT_EQ(0, command(self->t.pid, "trace pause"));
	EXPECT_EQ(EINVAL, command(self->t.pid, "follow on"));
	ASSERT_EQ(0, command(self->t.pid, "detach"));
}

#define SECRET	"/tmp/follow_secret"

/* A program that its user may run but not read. */
static void fork_secret(void)
{
	pid_t pid = fork();

	if (!pid) {
		execl(SECRET, "busybox", "true", NULL);
		_exit(99);
	}
	tell(WEXITSTATUS(wait_for(pid)));
	raw(SYS_getppid, 0, 0, 0);
}

static bool make_secret(void)
{
	return !system("cp /bin/busybox " SECRET " && chmod 711 " SECRET);
}

/* One process is out of reach, the others are not. */
TEST_F(follow, leaves_who_becomes_unreadable)
{
	struct heard h;
	pid_t child;

	if (getuid() || !make_secret())
		SKIP(return, "not root");
	/* Who traces, and with it who is traced, is somebody else. */
	ASSERT_EQ(0, setresgid(1000, 1000, 1000));
	ASSERT_EQ(0, setresuid(1000, 1000, 1000));
	prctl(PR_SET_DUMPABLE, 1);
	FOLLOW(fork_secret, "getppid execve exit_group");
	child = ASSERT_TOLD(0, made_by(self->t.pid));
	ASSERT_CONT(child);
	h = listen_to(self->fd);
	ASSERT_EQ(0, strncmp("execve ", h.text, 7));
	ASSERT_SAY(0, self->fd, "%d step", child);
	/* Neither the result nor anything else of the new program. */
	ASSERT_TOLD(child, "gone");
	EXPECT_EQ(0, told(&self->t));
	ASSERT_TOLD(self->t.pid, "getppid");
	ASSERT_CONT(self->t.pid);
	ASSERT_TOLD(self->t.pid, "exit_group 0");
	ASSERT_CONT(self->t.pid);
	ASSERT_TOLD(self->t.pid, "exit 0");
	EXPECT_HEAR("", self->fd);
}

/* Write to a file of a cgroup of our own. */
static int set_cgroup(const char *file, const char *value)
{
	char path[80];
	int fd, ret;

	snprintf(path, sizeof(path), "/sys/fs/cgroup/follow_test/%s", file);
	fd = open(path, O_WRONLY);
	ret = write(fd, value, strlen(value)) == (ssize_t)strlen(value) ? 0 : errno;
	close(fd);
	return ret;
}

/* Once a birth is read its end is told, however soon that comes. */
TEST_F(follow, killed_with_the_answer_to_new_in_hand)
{
	char pid[16];
	pid_t child;

	if (mkdir("/sys/fs/cgroup/follow_test", 0700) && errno != EEXIST)
		SKIP(return, "no cgroup2");
	start(&self->t, fork_once);
	snprintf(pid, sizeof(pid), "%d", self->t.pid);
	ASSERT_EQ(0, set_cgroup("cgroup.procs", pid));
	self->fd = open_syscall(self->t.pid, 0, O_RDWR);
	ASSERT_SAY(0, self->fd, "follow on\nevents on\ntrace none");
	open_gate(&self->t);
	child = ASSERT_TOLD(0, made_by(self->t.pid));
	/* So that it cannot take the answer. */
	ASSERT_EQ(0, set_cgroup("cgroup.freeze", "1"));
	ASSERT_CONT(child);
	kill(child, SIGKILL);
	ASSERT_TOLD(child, "killed SIGKILL");
	ASSERT_EQ(0, set_cgroup("cgroup.freeze", "0"));
	ASSERT_TOLD(self->t.pid, "exit 0");
	stop_tracee(&self->t);
	rmdir("/sys/fs/cgroup/follow_test");
}

/* Else the ends of threads that it does not know would pile up. */
TEST_F(follow, end_is_not_told_when_the_birth_timed_out)
{
	start(&self->t, fork_once);
	self->fd = open_syscall(self->t.pid, 0, O_RDWR);
	ASSERT_SAY(0, self->fd, "follow on\nevents on\ntimeout 1 cont\ntrace none");
	open_gate(&self->t);
	EXPECT_EQ(7, told(&self->t));
	ASSERT_TOLD(self->t.pid, "exit 0");
	EXPECT_HEAR("", self->fd);
}

TEST_HARNESS_MAIN
