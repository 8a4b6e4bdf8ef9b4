// SPDX-License-Identifier: GPL-2.0
/*
 * What becomes of stops when programs and tracers die, fork, exec, get signals
 * and restart calls.
 */

#include <linux/futex.h>
#include <sys/ptrace.h>
#include <sys/time.h>
#include <sys/user.h>

#include "common.h"

TRACEE_FIXTURE(life)

#define MARK	"/tmp/syscalltrace-mark"

static void make_mark(void)
{
	tell(raw(SYS_mkdir, (long)MARK, 0700, 0));
}

static bool take_mark(void)
{
	return !rmdir(MARK);
}

/* SIGKILL. */

TEST_F(life, kill_while_queued)
{
	take_mark();
	START(make_mark, "mkdir");
	ASSERT_TRUE(has_record(self->fd, -1));
	kill(self->t.pid, SIGKILL);
	EXPECT_EQ(256 + SIGKILL, wait_status(&self->t));
	EXPECT_FALSE(take_mark());
	EXPECT_HEAR("", self->fd);
}

TEST_F(life, kill_while_reported)
{
	take_mark();
	START(make_mark, "mkdir");
	ASSERT_HEAR("mkdir \"" MARK "\", 0700", self->fd);
	kill(self->t.pid, SIGKILL);
	EXPECT_EQ(256 + SIGKILL, wait_status(&self->t));
	EXPECT_FALSE(take_mark());
	EXPECT_SAY(ESRCH, self->fd, "cont");
	EXPECT_HEAR("", self->fd);
}

TEST_F(life, kill_while_stopped_at_exit)
{
	take_mark();
	START(make_mark, "mkdir");
	ASSERT_HEAR("mkdir \"" MARK "\", 0700", self->fd);
	ASSERT_SAY(0, self->fd, "step");
	ASSERT_TRUE(has_record(self->fd, -1));
	kill(self->t.pid, SIGKILL);
	EXPECT_EQ(256 + SIGKILL, wait_status(&self->t));
	EXPECT_TRUE(take_mark());
	EXPECT_HEAR("", self->fd);
}

/* A signal that kills by default kills, as it does in any other sleep. */
TEST_F(life, terminate_while_reported)
{
	take_mark();
	START(make_mark, "mkdir");
	ASSERT_HEAR("mkdir \"" MARK "\", 0700", self->fd);
	kill(self->t.pid, SIGTERM);
	EXPECT_EQ(256 + SIGTERM, wait_status(&self->t));
	EXPECT_FALSE(take_mark());
}

/* So does one that dumps core. */
TEST_F(life, abort_while_reported)
{
	take_mark();
	START(make_mark, "mkdir");
	ASSERT_HEAR("mkdir \"" MARK "\", 0700", self->fd);
	kill(self->t.pid, SIGABRT);
	EXPECT_EQ(256 + SIGABRT, wait_status(&self->t));
	EXPECT_FALSE(take_mark());
	EXPECT_HEAR("", self->fd);
}

/* Killed first, answered then: the answer comes too late, even on one CPU. */
TEST_F(life, kill_comes_before_a_later_answer)
{
	static const char *const lasts[] = { "cont", "step", "detach" };
	struct sched_param fifo = { .sched_priority = 10 }, other = { 0 };
	cpu_set_t one;
	unsigned int i;

	if (getuid())
		SKIP(return, "not root");
	CPU_ZERO(&one);
	CPU_SET(0, &one);
	for (i = 0; i < 3; i++) {
		take_mark();
		START(make_mark, "mkdir");
		ASSERT_HEAR("mkdir \"" MARK "\", 0700", self->fd);
		ASSERT_EQ(0, sched_setaffinity(self->t.pid, sizeof(one), &one));
		ASSERT_EQ(0, sched_setaffinity(0, sizeof(one), &one));
		ASSERT_EQ(0, sched_setscheduler(0, SCHED_FIFO, &fifo));
		kill(self->t.pid, SIGKILL);
		say(self->fd, lasts[i]);
		ASSERT_EQ(0, sched_setscheduler(0, SCHED_OTHER, &other));
		EXPECT_EQ(256 + SIGKILL, wait_status(&self->t));
		EXPECT_FALSE(take_mark());
		stop_tracee(&self->t);
		close(self->fd);
	}
}

static void *mark_thread(void *arg)
{
	raw(SYS_mkdir, (long)MARK, 0700, 0);
	return arg;
}

static void exit_beside_stopped_thread(void)
{
	pthread_t thread;

	pthread_create(&thread, NULL, mark_thread, NULL);
	pass_gate();
	raw(SYS_exit_group, 7, 0, 0);
}

TEST_F(life, exit_group_ends_stopped_threads)
{
	take_mark();
	START(exit_beside_stopped_thread, "mkdir");
	ASSERT_HEAR("mkdir \"" MARK "\", 0700", self->fd);
	open_gate(&self->t);
	EXPECT_EQ(7, wait_status(&self->t));
	EXPECT_FALSE(take_mark());
	EXPECT_HEAR("", self->fd);
}

static void exit_thread_beside_stopped_thread(void)
{
	pthread_t thread;

	pthread_create(&thread, NULL, mark_thread, NULL);
	pass_gate();
	raw(SYS_exit, 0, 0, 0);
}

/* The process lives on in its other thread when the first has exited. */
TEST_F(life, leader_exits_first)
{
	take_mark();
	START(exit_thread_beside_stopped_thread, "mkdir");
	ASSERT_HEAR("mkdir \"" MARK "\", 0700", self->fd);
	open_gate(&self->t);
	wait_for_state(self->t.pid, "Z");
	EXPECT_EQ(POLLOUT | POLLPRI, events_of(self->fd));
	ASSERT_SAY(0, self->fd, "step");
	EXPECT_HEAR("ok 0", self->fd);
	ASSERT_SAY(0, self->fd, "cont");
	EXPECT_EQ(0, wait_status(&self->t));
	EXPECT_TRUE(take_mark());
}

/* The tracer goes. */

TEST_F(life, close_lets_run)
{
	take_mark();
	START(make_mark, "mkdir");
	ASSERT_HEAR("mkdir \"" MARK "\", 0700", self->fd);
	/* A change that was not sent off dies with the tracer. */
	ASSERT_SAY(0, self->fd, "getpid");
	close(self->fd);
	EXPECT_EQ(0, told(&self->t));
	EXPECT_TRUE(take_mark());
	EXPECT_EQ(0, wait_status(&self->t));
}

TEST_F(life, close_at_exit_stop)
{
	START(make_mark, "mkdir");
	ASSERT_HEAR("mkdir \"" MARK "\", 0700", self->fd);
	ASSERT_SAY(0, self->fd, "step");
	ASSERT_HEAR("ok 0", self->fd);
	close(self->fd);
	EXPECT_EQ(0, told(&self->t));
	EXPECT_TRUE(take_mark());
}

TEST_F(life, close_while_unread)
{
	START(make_mark, "mkdir");
	ASSERT_TRUE(has_record(self->fd, -1));
	close(self->fd);
	EXPECT_EQ(0, told(&self->t));
	EXPECT_TRUE(take_mark());
}

TEST_F(life, onclose_kill)
{
	take_mark();
	START(make_mark, "mkdir");
	ASSERT_HEAR("mkdir \"" MARK "\", 0700", self->fd);
	ASSERT_SAY(0, self->fd, "onclose kill");
	close(self->fd);
	EXPECT_EQ(256 + SIGKILL, wait_status(&self->t));
	EXPECT_FALSE(take_mark());
}

static void mark_at_gates(void)
{
	pass_gate();
	tell(raw(SYS_mkdir, (long)MARK, 0700, 0));
	pass_gate();
	tell(raw(SYS_mkdir, (long)MARK, 0700, 0));
}

TEST_F(life, onclose_holds_for_later_calls)
{
	take_mark();
	START(mark_at_gates, "mkdir");
	ASSERT_SAY(0, self->fd, "onclose skip-fail EROFS");
	open_gate(&self->t);
	ASSERT_TRUE(has_record(self->fd, -1));
	close(self->fd);
	EXPECT_EQ(-EROFS, told(&self->t));
	open_gate(&self->t);
	EXPECT_EQ(-EROFS, told(&self->t));
	EXPECT_FALSE(take_mark());
	EXPECT_EQ(0, wait_status(&self->t));
}

/* Who takes over from a tracer that is gone has every call from then on. */
TEST_F(life, onclose_ends_when_somebody_takes_over)
{
	pid_t tracer;

	take_mark();
	start(&self->t, mark_at_gates);
	self->fd = open_syscall(self->t.pid, 0, O_RDWR);
	tracer = fork();
	if (!tracer)
		_exit(say(self->fd, "trace mkdir") ?:
		      say(self->fd, "onclose skip-fail EROFS"));
	waitpid(tracer, NULL, 0);
	open_gate(&self->t);
	open_gate(&self->t);
	EXPECT_EQ(-EROFS, told(&self->t));
	EXPECT_SAY(ESRCH, self->fd, "onclose cont");
	EXPECT_SAY(ESRCH, self->fd, "detach");
	ASSERT_SAY(0, self->fd, "trace mkdir");
	open_gate(&self->t);
	ASSERT_HEAR("mkdir \"" MARK "\", 0700", self->fd);
	ASSERT_SAY(0, self->fd, "skip-ok 5");
	EXPECT_EQ(5, told(&self->t));
	EXPECT_FALSE(take_mark());
}

TEST_F(life, onclose_does_not_hold_after_detach)
{
	take_mark();
	START(mark_at_gates, "mkdir");
	ASSERT_SAY(0, self->fd, "onclose kill");
	open_gate(&self->t);
	ASSERT_TRUE(has_record(self->fd, -1));
	ASSERT_SAY(0, self->fd, "detach");
	EXPECT_EQ(0, told(&self->t));
	EXPECT_TRUE(take_mark());
}

/* Another process as the tracer of @t; it says so when it has read a stop. */
static pid_t start_tracer(struct tracee *t, int *ready, const char *more)
{
	int fds[2];
	pid_t pid;

	if (pipe(fds))
		exit(1);
	pid = fork();
	if (!pid) {
		int fd = open_syscall(t->pid, 0, O_RDWR);

		if (fd < 0 || say(fd, "trace mkdir") || (more && say(fd, "%s", more)))
			_exit(1);
		open_gate(t);
		hear(fd);
		if (write(fds[1], "r", 1) != 1)
			_exit(1);
		pause();
	}
	close(fds[1]);
	*ready = fds[0];
	return pid;
}

static void wait_for_tracer(int ready)
{
	char c;

	if (read(ready, &c, 1) != 1)
		perror("tracer");
	close(ready);
}

TEST_F(life, killed_tracer_lets_run)
{
	pid_t tracer;
	int ready;

	take_mark();
	start(&self->t, make_mark);
	tracer = start_tracer(&self->t, &ready, NULL);
	wait_for_tracer(ready);
	kill(tracer, SIGKILL);
	waitpid(tracer, NULL, 0);
	EXPECT_EQ(0, told(&self->t));
	EXPECT_TRUE(take_mark());
}

/*
 * A descriptor that outlives the tracer keeps nobody stopped; who has it may
 * take over.
 */
TEST_F(life, descriptor_outlives_tracer)
{
	pid_t tracer;

	take_mark();
	start(&self->t, mark_at_gates);
	self->fd = open_syscall(self->t.pid, 0, O_RDWR);
	tracer = fork();
	if (!tracer) {
		if (say(self->fd, "trace mkdir"))
			_exit(1);
		open_gate(&self->t);
		open_gate(&self->t);
		hear(self->fd);
		raise(SIGKILL);
	}
	waitpid(tracer, NULL, 0);
	EXPECT_EQ(0, told(&self->t));
	EXPECT_TRUE(take_mark());
	EXPECT_SAY(ESRCH, self->fd, "cont");
	EXPECT_EQ(POLLOUT | POLLHUP, events_of(self->fd));
	ASSERT_SAY(0, self->fd, "trace mkdir");
	open_gate(&self->t);
	ASSERT_HEAR("mkdir \"" MARK "\", 0700", self->fd);
	ASSERT_SAY(0, self->fd, "skip-ok 3");
	EXPECT_EQ(3, told(&self->t));
}

/* Who writes trace while the tracer lives becomes the tracer. */
TEST_F(life, tracer_hands_over)
{
	pid_t tracer;
	int status;

	take_mark();
	start(&self->t, mark_at_gates);
	self->fd = open_syscall(self->t.pid, 0, O_RDWR);
	tracer = fork();
	if (!tracer)
		_exit(say(self->fd, "trace mkdir"));
	waitid(P_PID, tracer, &(siginfo_t){}, WEXITED | WNOWAIT);
	/* It is gone, so this arms anew; then hand over to a child and back. */
	waitpid(tracer, &status, 0);
	ASSERT_EQ(0, status);
	ASSERT_SAY(0, self->fd, "trace mkdir");
	tracer = fork();
	if (!tracer) {
		if (say(self->fd, "trace mkdir"))
			_exit(1);
		pause();
	}
	while (state_of(tracer) != 'S')
		sched_yield();
	ASSERT_SAY(0, self->fd, "trace mkdir");
	kill(tracer, SIGKILL);
	waitpid(tracer, NULL, 0);
	open_gate(&self->t);
	open_gate(&self->t);
	ASSERT_HEAR("mkdir \"" MARK "\", 0700", self->fd);
	ASSERT_SAY(0, self->fd, "skip-ok 4");
	EXPECT_EQ(4, told(&self->t));
}

TEST_F(life, console_outlives_its_writers)
{
	int status;
	pid_t pid;

	take_mark();
	start(&self->t, make_mark);
	pid = fork();
	if (!pid)
		_exit(command(self->t.pid, "trace mkdir"));
	waitpid(pid, &status, 0);
	ASSERT_EQ(0, status);
	open_gate(&self->t);
	EXPECT_STREQ("mkdir \"" MARK "\", 0700", look(self->t.pid));
	EXPECT_EQ(0, command(self->t.pid, "skip-ok 9"));
	EXPECT_EQ(9, told(&self->t));
}

/* fork, vfork, exec */

static void fork_rewritten(void)
{
	long pid, flags = SIGCHLD, zero = 0;
	int status;

	/* The registers of clone() are what fork_restores_registers checks. */
	asm volatile("xor %%r10d, %%r10d; xor %%r8d, %%r8d; syscall"
		     : "=a" (pid), "+D" (flags), "+S" (zero)
		     : "a" (SYS_clone), "d" (0x5555)
		     : "rcx", "r11", "r8", "r10", "memory");
	if (!pid) {
		tell(flags);
		tell(raw(SYS_mkdir, (long)MARK, 0700, 0));
		_exit(3);
	}
	while (raw(SYS_wait4, pid, (long)&status, 0) == -EINTR)
		;
	tell(flags);
	tell(WEXITSTATUS(status));
}

TEST_F(life, child_starts_untraced_with_own_registers)
{
	take_mark();
	START(fork_rewritten, "clone,mkdir");
	EXPECT_EQ(0, strncmp("clone 0x11, NULL, 0x5555, NULL, NULL", hear(self->fd), 37));
	/* SIGCHLD | CLONE_IO: harmless, but another register. */
	ASSERT_SAY(0, self->fd, "clone 0x%x, _, _, _, _", CLONE_IO | SIGCHLD);
	ASSERT_SAY(0, self->fd, "step");
	EXPECT_EQ(SIGCHLD, told(&self->t));
	EXPECT_EQ(0, told(&self->t));
	EXPECT_TRUE(take_mark());
	EXPECT_EQ(0, strncmp("ok ", hear(self->fd), 3));
	ASSERT_SAY(0, self->fd, "cont");
	EXPECT_EQ(SIGCHLD, told(&self->t));
	EXPECT_EQ(3, told(&self->t));
}

static void vfork_and_exit(void)
{
	int status;
	pid_t pid = vfork();

	if (!pid)
		_exit(raw(SYS_mkdir, (long)MARK, 0700, 0));
	waitpid(pid, &status, 0);
	tell(WEXITSTATUS(status));
}

TEST_F(life, vfork_child_is_untraced)
{
	take_mark();
	START(vfork_and_exit, "vfork,mkdir");
	ASSERT_HEAR("vfork", self->fd);
	ASSERT_SAY(0, self->fd, "step");
	EXPECT_EQ(0, strncmp("ok ", hear(self->fd), 3));
	ASSERT_SAY(0, self->fd, "cont");
	EXPECT_EQ(0, told(&self->t));
	EXPECT_TRUE(take_mark());
}

static void exec_true(void)
{
	char *args[] = { "sh", "-c", "mkdir " MARK, NULL }, *env[] = { NULL };

	execve("/no/such/file", args, env);
	execve("/bin/sh", args, env);
}

TEST_F(life, exec_stays_traced)
{
	take_mark();
	START(exec_true, "execve,mkdir");
	EXPECT_EQ(0, strncmp("execve \"/no/such/file\", [", hear(self->fd), 25));
	ASSERT_SAY(0, self->fd, "step");
	EXPECT_HEAR("fail ENOENT", self->fd);
	ASSERT_SAY(0, self->fd, "cont");
	EXPECT_EQ(0, strncmp("execve \"/bin/sh\", [", hear(self->fd), 19));
	ASSERT_SAY(0, self->fd, "step");
	EXPECT_HEAR("ok 0", self->fd);
	ASSERT_SAY(0, self->fd, "cont");
	ASSERT_HEAR("mkdir \"" MARK "\", 0777", self->fd);
	ASSERT_SAY(0, self->fd, "cont");
	EXPECT_EQ(0, wait_status(&self->t));
	EXPECT_TRUE(take_mark());
}

/* After exec the registers are the new program's, whatever was rewritten. */
TEST_F(life, exec_by_rewriting)
{
	take_mark();
	START(exec_true, "execve");
	hear(self->fd);
	ASSERT_SAY(0, self->fd, "skip-fail ENOENT");
	hear(self->fd);
	ASSERT_SAY(0, self->fd, "execveat -100, _, _, _, 0");
	/* path and argv are in other arguments there: EFAULT, or the like */
	ASSERT_SAY(0, self->fd, "step");
	EXPECT_EQ(0, strncmp("fail E", hear(self->fd), 6));
	ASSERT_SAY(0, self->fd, "cont");
	EXPECT_EQ(0, wait_status(&self->t));
}

static void *exec_thread(void *arg)
{
	exec_true();
	return arg;
}

static void exec_in_thread(void)
{
	pthread_t thread;

	pthread_create(&thread, NULL, exec_thread, NULL);
	pthread_join(thread, NULL);
}

TEST_F(life, exec_by_another_thread)
{
	char want[64];
	pid_t tid;

	take_mark();
	START(exec_in_thread, "execve,mkdir");
	ASSERT_SAY(0, self->fd, "tid on");
	hear(self->fd);
	ASSERT_SAY(ESRCH, self->fd, "%d cont", getpid());
	close(self->fd);
	EXPECT_EQ(0, wait_status(&self->t));
	EXPECT_TRUE(take_mark());

	START(exec_in_thread, "execve,mkdir");
	ASSERT_SAY(0, self->fd, "tid on");
	tid = atoi(hear(self->fd));
	ASSERT_SAY(0, self->fd, "%d cont", tid);
	ASSERT_EQ(tid, atoi(hear(self->fd)));
	ASSERT_NE(tid, self->t.pid);
	ASSERT_SAY(0, self->fd, "%d step", tid);
	/* Whoever execs becomes the leader. */
	snprintf(want, sizeof(want), "%d ok 0", self->t.pid);
	EXPECT_HEAR(want, self->fd);
	ASSERT_SAY(0, self->fd, "%d cont", self->t.pid);
	snprintf(want, sizeof(want), "%d mkdir \"" MARK "\", 0777", self->t.pid);
	EXPECT_HEAR(want, self->fd);
	ASSERT_SAY(0, self->fd, "%d cont", self->t.pid);
	EXPECT_EQ(0, wait_status(&self->t));
	EXPECT_TRUE(take_mark());
}

/* Signals and restarts. */

static volatile int handled;

static void handle(int sig)
{
	handled = sig;
}

static void mark_with_handler(void)
{
	signal(SIGUSR1, handle);
	tell(raw(SYS_mkdir, (long)MARK, 0700, 0));
	tell(handled);
}

TEST_F(life, signal_waits_for_the_answer)
{
	take_mark();
	START(mark_with_handler, "mkdir");
	ASSERT_TRUE(has_record(self->fd, -1));
	kill(self->t.pid, SIGUSR1);
	ASSERT_HEAR("mkdir \"" MARK "\", 0700", self->fd);
	kill(self->t.pid, SIGUSR1);
	wait_for_state(self->t.pid, "S");
	ASSERT_SAY(0, self->fd, "step");
	EXPECT_HEAR("ok 0", self->fd);
	ASSERT_SAY(0, self->fd, "cont");
	EXPECT_EQ(0, told(&self->t));
	EXPECT_EQ(SIGUSR1, told(&self->t));
	EXPECT_TRUE(take_mark());
}

/* A stopped thread does not keep the process's signals from the others. */
static void *counted_thread(void *arg)
{
	sigset_t none;

	sigemptyset(&none);
	for (;;) {
		int before = handled;

		while (handled == before)
			sigsuspend(&none);
		tell(handled);
	}
	return arg;
}

static void count_signal(int sig)
{
	(void)sig;
	handled++;
}

static void stop_beside_handler(void)
{
	sigset_t usr1;
	pthread_t thread;

	sigemptyset(&usr1);
	sigaddset(&usr1, SIGUSR1);
	signal(SIGUSR1, count_signal);
	sigprocmask(SIG_BLOCK, &usr1, NULL);
	pthread_create(&thread, NULL, counted_thread, NULL);
	sigprocmask(SIG_UNBLOCK, &usr1, NULL);
	raw(SYS_mkdir, (long)MARK, 0700, 0);
	for (;;)
		pause();
}

TEST_F(life, siblings_handle_signals_during_a_stop)
{
	int i;

	START(stop_beside_handler, "mkdir");
	ASSERT_HEAR("mkdir \"" MARK "\", 0700", self->fd);
	for (i = 1; i <= 20; i++) {
		kill(self->t.pid, SIGUSR1);
		EXPECT_EQ(i, told(&self->t));
	}
	ASSERT_SAY(0, self->fd, "skip-ok 0");
}

/* Of several stopped threads the first that goes on takes the signal. */
static void *second_stop(void *arg)
{
	tell(syscall(SYS_gettid));
	raw(SYS_mkdir, (long)MARK, 0700, 0);
	tell(handled);
	return arg;
}

static void two_stops(void)
{
	pthread_t thread;

	signal(SIGUSR1, count_signal);
	pthread_create(&thread, NULL, second_stop, NULL);
	raw(SYS_rmdir, (long)"/no/such/directory", 0, 0);
	for (;;)
		pause();
}

TEST_F(life, first_to_go_on_takes_the_signal)
{
	pid_t tid;

	start(&self->t, two_stops);
	self->fd = open_syscall(self->t.pid, 0, O_RDWR);
	ASSERT_SAY(0, self->fd, "tid on");
	ASSERT_SAY(0, self->fd, "trace mkdir,rmdir");
	open_gate(&self->t);
	tid = told(&self->t);
	hear(self->fd);
	hear(self->fd);
	/* The first thread is asked first, and stays stopped. */
	kill(self->t.pid, SIGUSR1);
	wait_for_state(self->t.pid, "S");
	ASSERT_SAY(0, self->fd, "%d skip-ok 0", tid);
	EXPECT_EQ(1, told(&self->t));
}

static void read_with_handler(void)
{
	struct sigaction sa = { .sa_handler = handle, .sa_flags = SA_RESTART };
	char c;

	sigaction(SIGUSR1, &sa, NULL);
	sa.sa_flags = 0;
	sigaction(SIGUSR2, &sa, NULL);
	tell(raw(SYS_read, GATE_FD, (long)&c, 1));
	tell(raw(SYS_read, GATE_FD, (long)&c, 1));
	tell(raw(SYS_read, GATE_FD, (long)&c, 1));
}

/* A read of the gate, as it is shown; the address is not known. */
static bool hears_read(int fd)
{
	const char *text = hear(fd), *end = strrchr(text, ',');

	return !strncmp(text, "read 11, 0x", 11) && end && !strcmp(end, ", 1");
}

TEST_F(life, interrupted_call_restarts)
{
	START(read_with_handler, "read");
	ASSERT_TRUE(hears_read(self->fd));
	ASSERT_SAY(0, self->fd, "step");
	wait_for_state(self->t.pid, "S");
	kill(self->t.pid, SIGUSR1);
	EXPECT_HEAR("fail ERESTARTSYS", self->fd);
	EXPECT_SAY(ERANGE, self->fd, "fail ERESTARTSYS");
	ASSERT_SAY(0, self->fd, "cont");
	/* The program's own call, again. */
	ASSERT_TRUE(hears_read(self->fd));
	/* Rewritten, interrupted: what restarts is the call the program made. */
	ASSERT_SAY(0, self->fd, "pause");
	ASSERT_SAY(0, self->fd, "step");
	while (state_of(self->t.pid) != 'S' || look(self->t.pid)[0] != '3')
		sched_yield();
	kill(self->t.pid, SIGUSR1);
	EXPECT_HEAR("fail ERESTARTNOHAND", self->fd);
	ASSERT_SAY(0, self->fd, "cont");
	EXPECT_EQ(-EINTR, told(&self->t));
	/* The result of a call that was to restart can be replaced. */
	ASSERT_TRUE(hears_read(self->fd));
	ASSERT_SAY(0, self->fd, "step");
	while (state_of(self->t.pid) != 'S' || look(self->t.pid)[0] != '0')
		sched_yield();
	kill(self->t.pid, SIGUSR2);
	EXPECT_HEAR("fail ERESTARTSYS", self->fd);
	ASSERT_SAY(0, self->fd, "ok 42");
	EXPECT_EQ(42, told(&self->t));
	ASSERT_TRUE(hears_read(self->fd));
	open_gate(&self->t);
	ASSERT_SAY(0, self->fd, "cont");
	EXPECT_EQ(1, told(&self->t));
}

static void sleep_long(void)
{
	struct timespec ts = { .tv_sec = 1 };

	tell(raw(SYS_nanosleep, (long)&ts, 0, 0));
}

TEST_F(life, sleep_goes_on_after_a_stop)
{
	struct timespec before, after;

	START(sleep_long, "nanosleep,restart_syscall");
	EXPECT_EQ(0, strncmp("nanosleep \"", hear(self->fd), 11));
	ASSERT_SAY(0, self->fd, "step");
	clock_gettime(CLOCK_MONOTONIC, &before);
	while (look(self->t.pid)[0] != '3')
		sched_yield();
	kill(self->t.pid, SIGSTOP);
	EXPECT_HEAR("fail ERESTART_RESTARTBLOCK", self->fd);
	ASSERT_SAY(0, self->fd, "cont");
	wait_for_state(self->t.pid, "T");
	kill(self->t.pid, SIGCONT);
	ASSERT_HEAR("restart_syscall", self->fd);
	ASSERT_SAY(0, self->fd, "step");
	EXPECT_HEAR("ok 0", self->fd);
	clock_gettime(CLOCK_MONOTONIC, &after);
	EXPECT_LT(900, (after.tv_sec - before.tv_sec) * 1000 +
		       (after.tv_nsec - before.tv_nsec) / 1000000);
	ASSERT_SAY(0, self->fd, "cont");
	EXPECT_EQ(0, told(&self->t));
}

static void send_handler_signal(void)
{
	signal(SIGUSR1, handle);
	raise(SIGUSR1);
	tell(handled);
}

TEST_F(life, sigreturn_brings_its_own_registers)
{
	START(send_handler_signal, "rt_sigreturn");
	ASSERT_HEAR("rt_sigreturn", self->fd);
	ASSERT_SAY(0, self->fd, "step");
	EXPECT_HEAR("ok 0", self->fd);
	ASSERT_SAY(0, self->fd, "cont");
	EXPECT_EQ(SIGUSR1, told(&self->t));
	EXPECT_EQ(0, wait_status(&self->t));
}

/* Job control and ptrace may have the task while nobody has read its stop. */

TEST_F(life, unread_stop_is_withdrawn_for_job_control)
{
	int status;

	take_mark();
	START(make_mark, "mkdir");
	ASSERT_TRUE(has_record(self->fd, -1));
	kill(self->t.pid, SIGSTOP);
	ASSERT_EQ(self->t.pid, waitpid(self->t.pid, &status, WUNTRACED));
	EXPECT_TRUE(WIFSTOPPED(status));
	EXPECT_FALSE(has_record(self->fd, 0));
	kill(self->t.pid, SIGCONT);
	/* Once more, and once only. */
	ASSERT_HEAR("mkdir \"" MARK "\", 0700", self->fd);
	ASSERT_SAY(0, self->fd, "cont");
	EXPECT_EQ(0, told(&self->t));
	EXPECT_TRUE(take_mark());
	EXPECT_HEAR("", self->fd);
}

TEST_F(life, read_stop_comes_before_job_control)
{
	int status;

	take_mark();
	START(make_mark, "mkdir");
	ASSERT_HEAR("mkdir \"" MARK "\", 0700", self->fd);
	kill(self->t.pid, SIGSTOP);
	EXPECT_EQ(0, waitpid(self->t.pid, &status, WUNTRACED | WNOHANG));
	wait_for_state(self->t.pid, "ST");
	EXPECT_EQ('S', state_of(self->t.pid));
	ASSERT_SAY(0, self->fd, "cont");
	ASSERT_EQ(self->t.pid, waitpid(self->t.pid, &status, WUNTRACED));
	EXPECT_TRUE(WIFSTOPPED(status));
	EXPECT_TRUE(take_mark());
	kill(self->t.pid, SIGCONT);
	EXPECT_EQ(0, told(&self->t));
}

TEST_F(life, ptrace_attach_to_unread_stop)
{
	struct user_regs_struct regs;
	int status;

	take_mark();
	START(make_mark, "mkdir");
	ASSERT_TRUE(has_record(self->fd, -1));
	ASSERT_EQ(0, ptrace(PTRACE_ATTACH, self->t.pid, 0, 0));
	ASSERT_EQ(self->t.pid, waitpid(self->t.pid, &status, 0));
	EXPECT_TRUE(WIFSTOPPED(status));
	EXPECT_FALSE(has_record(self->fd, 0));
	ASSERT_EQ(0, ptrace(PTRACE_GETREGS, self->t.pid, 0, &regs));
	EXPECT_EQ(0, ptrace(PTRACE_DETACH, self->t.pid, 0, 0));
	ASSERT_HEAR("mkdir \"" MARK "\", 0700", self->fd);
	ASSERT_SAY(0, self->fd, "cont");
	EXPECT_EQ(0, told(&self->t));
	EXPECT_TRUE(take_mark());
}

/* Neither arming nor leaving wakes the program up. */
static void sleep_at_gate(void)
{
	char c;

	tell(raw(SYS_read, GATE_FD, (long)&c, 1));
}

TEST_F(life, attach_and_detach_interrupt_nothing)
{
	int i;

	start(&self->t, sleep_at_gate);
	open_gate(&self->t);
	wait_for_state(self->t.pid, "S");
	for (i = 0; i < 100; i++) {
		self->fd = open_syscall(self->t.pid, 0, O_RDWR);
		ASSERT_SAY(0, self->fd, "trace all");
		close(self->fd);
	}
	open_gate(&self->t);
	EXPECT_EQ(1, told(&self->t));
	EXPECT_EQ(0, wait_status(&self->t));
}

/* Nothing that others can see of the process changes. */
TEST_F(life, no_reparenting)
{
	char path[64], line[256];
	bool found = false;
	FILE *f;

	START(make_mark, "mkdir");
	ASSERT_TRUE(has_record(self->fd, -1));
	snprintf(path, sizeof(path), "/proc/%d/status", self->t.pid);
	f = fopen(path, "r");
	ASSERT_NE(NULL, f);
	while (hear_line(f, line, sizeof(line)))
		found |= !strcmp(line, "TracerPid:\t0");
	fclose(f);
	EXPECT_TRUE(found);
	EXPECT_EQ(0, waitpid(self->t.pid, NULL, WNOHANG | WUNTRACED | WCONTINUED));
	take_mark();
}

/* The cgroup freezer gets hold of a stopped task, read or not. */

#define GROUP	"/sys/fs/cgroup/syscalltrace"

static bool write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);
	bool ok = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	close(fd);
	return ok;
}

static void wait_for_frozen(const char *want)
{
	char text[256];
	int fd = open(GROUP "/cgroup.events", O_RDONLY);
	struct pollfd p = { .fd = fd, .events = POLLPRI };
	ssize_t len;

	for (;;) {
		len = pread(fd, text, sizeof(text) - 1, 0);
		text[len > 0 ? len : 0] = '\0';
		if (strstr(text, want))
			break;
		poll(&p, 1, -1);
	}
	close(fd);
}

static void freeze_and_thaw(struct __test_metadata *_metadata, struct tracee *t)
{
	char pid[16];

	mkdir(GROUP, 0755);
	snprintf(pid, sizeof(pid), "%d", t->pid);
	ASSERT_TRUE(write_file(GROUP "/cgroup.procs", pid));
	ASSERT_TRUE(write_file(GROUP "/cgroup.freeze", "1"));
	wait_for_frozen("frozen 1");
}

TEST_F(life, cgroup_freezes_unread_stop)
{
	if (access("/sys/fs/cgroup/cgroup.procs", W_OK))
		SKIP(return, "no cgroup v2");
	take_mark();
	START(make_mark, "mkdir");
	ASSERT_TRUE(has_record(self->fd, -1));
	freeze_and_thaw(_metadata, &self->t);
	EXPECT_FALSE(has_record(self->fd, 0));
	ASSERT_TRUE(write_file(GROUP "/cgroup.freeze", "0"));
	ASSERT_HEAR("mkdir \"" MARK "\", 0700", self->fd);
	ASSERT_SAY(0, self->fd, "cont");
	EXPECT_EQ(0, told(&self->t));
	EXPECT_TRUE(take_mark());
	EXPECT_EQ(0, wait_status(&self->t));
	rmdir(GROUP);
}

TEST_F(life, cgroup_freezes_read_stop)
{
	if (access("/sys/fs/cgroup/cgroup.procs", W_OK))
		SKIP(return, "no cgroup v2");
	take_mark();
	START(make_mark, "mkdir");
	ASSERT_HEAR("mkdir \"" MARK "\", 0700", self->fd);
	freeze_and_thaw(_metadata, &self->t);
	ASSERT_SAY(0, self->fd, "step");
	EXPECT_FALSE(has_record(self->fd, 100));
	ASSERT_TRUE(write_file(GROUP "/cgroup.freeze", "0"));
	ASSERT_HEAR("ok 0", self->fd);
	freeze_and_thaw(_metadata, &self->t);
	ASSERT_SAY(0, self->fd, "cont");
	ASSERT_TRUE(write_file(GROUP "/cgroup.freeze", "0"));
	EXPECT_EQ(0, told(&self->t));
	EXPECT_TRUE(take_mark());
	EXPECT_EQ(0, wait_status(&self->t));
	rmdir(GROUP);
}

TEST_F(life, killed_while_frozen_in_a_stop)
{
	if (access("/sys/fs/cgroup/cgroup.procs", W_OK))
		SKIP(return, "no cgroup v2");
	take_mark();
	START(make_mark, "mkdir");
	ASSERT_HEAR("mkdir \"" MARK "\", 0700", self->fd);
	freeze_and_thaw(_metadata, &self->t);
	kill(self->t.pid, SIGKILL);
	EXPECT_EQ(256 + SIGKILL, wait_status(&self->t));
	EXPECT_FALSE(take_mark());
	write_file(GROUP "/cgroup.freeze", "0");
	rmdir(GROUP);
}

#define PM_DELAY	"/sys/module/suspend/parameters/pm_test_delay"

/* Suspend, as far as freezing all processes. */
TEST_F(life, suspend_freezes_stops)
{
	if (!write_file("/sys/power/pm_test", "freezer"))
		SKIP(return, "no pm_test");
	/* Else it spins for five seconds each time, and longer when the host is busy. */
	write_file(PM_DELAY, "0");
	take_mark();
	START(make_mark, "mkdir");
	ASSERT_TRUE(has_record(self->fd, -1));
	EXPECT_TRUE(write_file("/sys/power/state", "freeze"));
	ASSERT_HEAR("mkdir \"" MARK "\", 0700", self->fd);
	EXPECT_TRUE(write_file("/sys/power/state", "freeze"));
	ASSERT_SAY(0, self->fd, "step");
	ASSERT_TRUE(has_record(self->fd, -1));
	EXPECT_TRUE(write_file("/sys/power/state", "freeze"));
	ASSERT_HEAR("ok 0", self->fd);
	ASSERT_SAY(0, self->fd, "cont");
	EXPECT_EQ(0, told(&self->t));
	EXPECT_TRUE(take_mark());
	write_file("/sys/power/pm_test", "none");
	write_file(PM_DELAY, "5");
}

TEST_HARNESS_MAIN
