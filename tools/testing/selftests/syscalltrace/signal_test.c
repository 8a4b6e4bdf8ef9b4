// SPDX-License-Identifier: GPL-2.0
/*
 * Stops before signals are delivered.
 */

#include <sys/signalfd.h>

#include "common.h"

TRACEE_FIXTURE(sig)

static const char *sent_by_us(const char *name)
{
	static char text[64];

	snprintf(text, sizeof(text), "signal %s, 0, %d, %d, 0x0", name, getpid(), getuid());
	return text;
}

/* Trace signals @set_ of @program, and no calls. */
#define WATCH(program, set_)						\
do {									\
	start(&self->t, program);					\
	self->fd = open_syscall(self->t.pid, 0, O_RDWR);		\
	ASSERT_LE(0, self->fd);						\
	ASSERT_SAY(0, self->fd, "signals " set_);			\
	ASSERT_SAY(0, self->fd, "trace i386:write");			\
	open_gate(&self->t);						\
	told(&self->t);							\
} while (0)

static volatile sig_atomic_t handled;
static siginfo_t handled_info;

static void handle(int sig, siginfo_t *info, void *context)
{
	handled = sig;
	handled_info = *info;
}

static void catch(int sig, int flags)
{
	struct sigaction act = { .sa_sigaction = handle, .sa_flags = SA_SIGINFO | flags };

	sigaction(sig, &act, NULL);
}

/* Tell of each signal that comes, until SIGUSR2. */
static void tell_signals(void)
{
	sigset_t set, old;

	catch(SIGUSR1, 0);
	catch(SIGUSR2, 0);
	catch(SIGRTMIN, 0);
	sigfillset(&set);
	sigprocmask(SIG_BLOCK, &set, &old);
	tell(0);
	while (handled != SIGUSR2) {
		handled = 0;
		sigsuspend(&old);
		tell(handled);
		tell(handled_info.si_pid);
	}
}

TEST_F(sig, shown_and_delivered)
{
	union sigval value = { .sival_int = 0x77 };
	char want[64];

	WATCH(tell_signals, "SIGUSR1,RT_2");
	kill(self->t.pid, SIGUSR1);
	ASSERT_HEAR(sent_by_us("SIGUSR1"), self->fd);
	EXPECT_SAY(EBUSY, self->fd, "step");
	EXPECT_SAY(EBUSY, self->fd, "ok 1");
	EXPECT_SAY(EBUSY, self->fd, "get 1");
	EXPECT_SAY(EINVAL, self->fd, "signal SIGNONE");
	ASSERT_SAY(0, self->fd, "cont");
	EXPECT_EQ(SIGUSR1, told(&self->t));
	EXPECT_EQ(getpid(), told(&self->t));
	sigqueue(self->t.pid, SIGRTMIN, value);
	snprintf(want, sizeof(want), "signal SIGRT_2, -1, %d, %d, 0x77", getpid(), getuid());
	ASSERT_HEAR(want, self->fd);
	ASSERT_SAY(0, self->fd, "cont");
	EXPECT_EQ(SIGRTMIN, told(&self->t));
	EXPECT_EQ(getpid(), told(&self->t));
	kill(self->t.pid, SIGUSR2);
	EXPECT_EQ(SIGUSR2, told(&self->t));
	told(&self->t);
	EXPECT_EQ(0, wait_status(&self->t));
}

TEST_F(sig, discarded_and_replaced)
{
	WATCH(tell_signals, "SIGUSR1");
	kill(self->t.pid, SIGUSR1);
	ASSERT_HEAR(sent_by_us("SIGUSR1"), self->fd);
	ASSERT_SAY(0, self->fd, "discard");
	kill(self->t.pid, SIGUSR1);
	ASSERT_HEAR(sent_by_us("SIGUSR1"), self->fd);
	ASSERT_SAY(0, self->fd, "signal USR2");
	/* Nothing has come of the first. */
	EXPECT_EQ(SIGUSR2, told(&self->t));
	EXPECT_EQ(self->t.pid, told(&self->t));
	EXPECT_EQ(0, wait_status(&self->t));
}

static void wait_quietly(void)
{
	/* Whoever runs the tests may ignore some. */
	signal(SIGTERM, SIG_DFL);
	signal(SIGQUIT, SIG_DFL);
	signal(SIGHUP, SIG_DFL);
	tell(0);
	for (;;)
		pause();
}

TEST_F(sig, default_action_can_be_prevented)
{
	WATCH(wait_quietly, "SIGTERM,SIGQUIT,SIGHUP");
	kill(self->t.pid, SIGTERM);
	ASSERT_HEAR(sent_by_us("SIGTERM"), self->fd);
	ASSERT_SAY(0, self->fd, "discard");
	kill(self->t.pid, SIGQUIT);
	ASSERT_HEAR(sent_by_us("SIGQUIT"), self->fd);
	ASSERT_SAY(0, self->fd, "discard");
	kill(self->t.pid, SIGHUP);
	ASSERT_HEAR(sent_by_us("SIGHUP"), self->fd);
	ASSERT_SAY(0, self->fd, "cont");
	EXPECT_EQ(256 + SIGHUP, wait_status(&self->t));
}

TEST_F(sig, others_are_not_seen)
{
	WATCH(wait_quietly, "!SIGTERM");
	kill(self->t.pid, SIGTERM);
	EXPECT_EQ(256 + SIGTERM, wait_status(&self->t));
	EXPECT_HEAR("", self->fd);
}

TEST_F(sig, kill_is_never_seen)
{
	WATCH(wait_quietly, "all");
	kill(self->t.pid, SIGTERM);
	ASSERT_HEAR(sent_by_us("SIGTERM"), self->fd);
	kill(self->t.pid, SIGKILL);
	EXPECT_EQ(256 + SIGKILL, wait_status(&self->t));
	EXPECT_SAY(ESRCH, self->fd, "cont");
	EXPECT_HEAR("", self->fd);
}

TEST_F(sig, kill_instead)
{
	WATCH(wait_quietly, "all");
	kill(self->t.pid, SIGUSR1);
	ASSERT_HEAR(sent_by_us("SIGUSR1"), self->fd);
	ASSERT_SAY(0, self->fd, "signal SIGKILL");
	EXPECT_EQ(256 + SIGKILL, wait_status(&self->t));
}

TEST_F(sig, stop_and_continue)
{
	WATCH(wait_quietly, "SIGSTOP SIGTSTP");
	kill(self->t.pid, SIGSTOP);
	ASSERT_HEAR(sent_by_us("SIGSTOP"), self->fd);
	ASSERT_SAY(0, self->fd, "discard");
	kill(self->t.pid, SIGTSTP);
	ASSERT_HEAR(sent_by_us("SIGTSTP"), self->fd);
	wait_for_state(self->t.pid, "S");
	ASSERT_SAY(0, self->fd, "cont");
	wait_for_state(self->t.pid, "T");
	kill(self->t.pid, SIGCONT);
	wait_for_state(self->t.pid, "S");
}

TEST_F(sig, continue_undoes_a_stop_that_is_seen)
{
	WATCH(wait_quietly, "SIGSTOP");
	kill(self->t.pid, SIGSTOP);
	ASSERT_HEAR(sent_by_us("SIGSTOP"), self->fd);
	kill(self->t.pid, SIGCONT);
	ASSERT_SAY(0, self->fd, "cont");
	kill(self->t.pid, SIGSTOP);
	ASSERT_HEAR(sent_by_us("SIGSTOP"), self->fd);
	wait_for_state(self->t.pid, "S");
}

static char *volatile nowhere = (char *)0x10;

static void fault(void)
{
	tell(0);
	*nowhere = 1;
}

/* A fault that is discarded happens again; each time there is a stop. */
TEST_F(sig, faults)
{
	int i;

	WATCH(fault, "SIGSEGV");
	for (i = 0; i < 100; i++) {
		ASSERT_HEAR("signal SIGSEGV, 1, 0, 0, 0x10", self->fd);
		ASSERT_SAY(0, self->fd, "discard");
	}
	ASSERT_HEAR("signal SIGSEGV, 1, 0, 0, 0x10", self->fd);
	ASSERT_SAY(0, self->fd, "signal SIGTERM");
	EXPECT_EQ(256 + SIGTERM, wait_status(&self->t));
}

TEST_F(sig, fault_after_the_tracer)
{
	WATCH(fault, "SIGSEGV");
	ASSERT_HEAR("signal SIGSEGV, 1, 0, 0, 0x10", self->fd);
	close(self->fd);
	self->fd = -1;
	EXPECT_EQ(SIGSEGV, (wait_status(&self->t) - 256) & 0x7f);
}

/* What is waited for is not delivered. */
static void wait_for_signals(void)
{
	struct signalfd_siginfo info;
	sigset_t set;
	int sig, fd;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	fd = signalfd(-1, &set, 0);
	tell(0);
	sigwait(&set, &sig);
	tell(sig);
	if (read(fd, &info, sizeof(info)) == sizeof(info))
		tell(info.ssi_signo);
}

TEST_F(sig, sigwait_and_signalfd)
{
	WATCH(wait_for_signals, "all !SIGCHLD");
	kill(self->t.pid, SIGUSR1);
	EXPECT_EQ(SIGUSR1, told(&self->t));
	kill(self->t.pid, SIGUSR1);
	EXPECT_EQ(SIGUSR1, told(&self->t));
	EXPECT_EQ(0, wait_status(&self->t));
	EXPECT_HEAR("", self->fd);
}

static void read_restarted(void)
{
	char c = 0;

	catch(SIGUSR1, SA_RESTART);
	tell(0);
	tell(raw(SYS_read, GATE_FD, (long)&c, 1));
	catch(SIGUSR1, 0);
	tell(handled);
	tell(raw(SYS_read, GATE_FD, (long)&c, 1));
}

TEST_F(sig, calls_are_restarted_as_ever)
{
	WATCH(read_restarted, "SIGUSR1");
	wait_for_state(self->t.pid, "S");
	kill(self->t.pid, SIGUSR1);
	ASSERT_HEAR(sent_by_us("SIGUSR1"), self->fd);
	ASSERT_SAY(0, self->fd, "cont");
	open_gate(&self->t);
	EXPECT_EQ(1, told(&self->t));
	EXPECT_EQ(SIGUSR1, told(&self->t));
	wait_for_state(self->t.pid, "S");
	kill(self->t.pid, SIGUSR1);
	ASSERT_HEAR(sent_by_us("SIGUSR1"), self->fd);
	ASSERT_SAY(0, self->fd, "discard");
	/* The program has not been told of anything: it goes on to read. */
	open_gate(&self->t);
	EXPECT_EQ(1, told(&self->t));
}

TEST_F(sig, oldest_layer_first)
{
	WATCH(tell_signals, "SIGUSR1 SIGUSR2");
	self->fds[0] = open_syscall(self->t.pid, 0, O_RDWR);
	ASSERT_SAY(0, self->fds[0], "signals all");
	ASSERT_SAY(0, self->fds[0], "trace i386:write");
	kill(self->t.pid, SIGUSR1);
	ASSERT_HEAR(sent_by_us("SIGUSR1"), self->fd);
	ASSERT_SAY(0, self->fd, "signal SIGUSR2");
	/* The newer one sees what the older one has made of it. */
	ASSERT_EQ(0, strncmp("signal SIGUSR2, 0, ", hear(self->fds[0]), 19));
	ASSERT_SAY(0, self->fds[0], "cont");
	EXPECT_EQ(SIGUSR2, told(&self->t));
}

/* Not watched, and not made SIGKILL when it was sent. */
static void unblock_at_exit(void)
{
	sigset_t set;

	signal(SIGTERM, SIG_DFL);
	signal(SIGRTMIN, SIG_DFL);
	sigfillset(&set);
	sigprocmask(SIG_BLOCK, &set, NULL);
	tell(0);
	pass_gate();
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	pause();
}

FIXTURE(fatal)
{
	struct tracee t;
	int fd;
};

FIXTURE_VARIANT(fatal)
{
	int sig;
};

FIXTURE_VARIANT_ADD(fatal, term) { .sig = SIGTERM };
FIXTURE_VARIANT_ADD(fatal, realtime) { .sig = 34 };

FIXTURE_SETUP(fatal)
{
	self->t = (struct tracee){ .gate = -1, .out = -1 };
	self->fd = -1;
}

FIXTURE_TEARDOWN(fatal)
{
	stop_tracee(&self->t);
	close(self->fd);
}

TEST_F(fatal, unblocked_by_the_call_that_is_stopped_at)
{
	start(&self->t, unblock_at_exit);
	self->fd = open_syscall(self->t.pid, 0, O_RDWR);
	open_gate(&self->t);
	told(&self->t);
	ASSERT_SAY(0, self->fd, "trace rt_sigprocmask");
	kill(self->t.pid, variant->sig);
	open_gate(&self->t);
	ASSERT_EQ(0, strncmp(hear(self->fd), "rt_sigprocmask 1", 16));
	ASSERT_SAY(0, self->fd, "step");
	/* It never waits for an answer after the call. */
	EXPECT_EQ(256 + variant->sig, wait_status(&self->t));
}

static void *wait_in_thread(void *arg)
{
	wait_quietly();
	return NULL;
}

static void leader_leaves(void)
{
	pthread_t t;

	pthread_create(&t, NULL, wait_in_thread, NULL);
	raw(SYS_exit, 0, 0, 0);
}

/* A signal to the process is sent to its leader, who is gone. */
TEST_F(sig, judged_without_a_leader)
{
	WATCH(leader_leaves, "TERM");
	wait_for_state(self->t.pid, "Z");
	kill(self->t.pid, SIGTERM);
	ASSERT_HEAR(sent_by_us("SIGTERM"), self->fd);
	ASSERT_SAY(0, self->fd, "discard");
	kill(self->t.pid, SIGKILL);
	EXPECT_EQ(256 + SIGKILL, wait_status(&self->t));
}

/* What is being judged must not happen when something else ends the stop. */
TEST_F(sig, not_let_through_by_another)
{
	WATCH(wait_quietly, "TSTP,TERM");
	kill(self->t.pid, SIGTSTP);
	ASSERT_HEAR(sent_by_us("SIGTSTP"), self->fd);
	kill(self->t.pid, SIGQUIT);
	EXPECT_EQ(256 + SIGQUIT, wait_status(&self->t));
}

static void kill_self_in_namespace(void)
{
	int fd;

	if (setresuid(1000, 1000, 1000) || prctl(PR_SET_DUMPABLE, 1) || unshare(CLONE_NEWUSER)) {
		tell(-1);
		return;
	}
	fd = open("/proc/self/uid_map", O_WRONLY);
	tell(write(fd, "0 1000 1", 8));
	catch(SIGUSR1, 0);
	kill(getpid(), SIGUSR1);
	tell(handled_info.si_uid);
}

TEST_F(sig, user_id_is_what_the_program_sees)
{
	char want[64];

	start(&self->t, kill_self_in_namespace);
	self->fd = open_syscall(self->t.pid, 0, O_RDWR);
	ASSERT_SAY(0, self->fd, "signals USR1");
	ASSERT_SAY(0, self->fd, "trace none");
	open_gate(&self->t);
	if (told(&self->t) != 8)
		SKIP(return, "no user namespaces");
	snprintf(want, sizeof(want), "signal SIGUSR1, 0, %d, 0, 0x0", self->t.pid);
	ASSERT_HEAR(want, self->fd);
	ASSERT_SAY(0, self->fd, "cont");
	EXPECT_EQ(0, told(&self->t));
}

TEST_HARNESS_MAIN
