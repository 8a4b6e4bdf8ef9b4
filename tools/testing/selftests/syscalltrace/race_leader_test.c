// SPDX-License-Identifier: GPL-2.0
/*
 * Arm while another thread than the leader executes a program: the process has
 * another leader then, and is not gone.
 */

#include <sys/ptrace.h>

#include "common.h"

TRACEE_FIXTURE(leader)

static void *told_thread(void *arg)
{
	tell(raw(SYS_gettid, 0, 0, 0));
	pass_gate();
	raw(SYS_exit, 0, 0, 0);
	return arg;
}

static void *exec_thread(void *arg)
{
	static char *args[] = { "race_leader_test", "at-gate", NULL }, *env[] = { NULL };

	pass_gate();
	execve("/proc/self/exe", args, env);
	_exit(97);
	return arg;
}

static void exec_beside_another_thread(void)
{
	pthread_t thread;

	pthread_create(&thread, NULL, told_thread, NULL);
	pthread_join(thread, NULL);
	pthread_create(&thread, NULL, exec_thread, NULL);
	tell(0);
	for (;;)
		pause();
}

/* A thread whose ptracer has not heard of its end holds up the exec. */
TEST_F(leader, arm_during_exec_by_another_thread)
{
	int status;
	pid_t tid, tracer;

	start(&self->t, exec_beside_another_thread);
	self->fd = open_syscall(self->t.pid, 0, O_RDWR);
	ASSERT_LE(0, self->fd);
	open_gate(&self->t);
	tid = told(&self->t);
	ASSERT_EQ(0, ptrace(PTRACE_SEIZE, tid, 0, 0));
	open_gate(&self->t);
	ASSERT_EQ(0, told(&self->t));
	open_gate(&self->t);
	wait_for_state(self->t.pid, "Z");
	tracer = fork();
	if (!tracer)
		_exit(say(self->fd, "trace getppid"));
	wait_for_state(tracer, "S");
	ASSERT_EQ(tid, waitpid(tid, &status, __WALL));
	ASSERT_EQ(tracer, waitpid(tracer, &status, 0));
	EXPECT_EQ(0, WEXITSTATUS(status));
	open_gate(&self->t);
	EXPECT_EQ(0, wait_status(&self->t));
}

int main(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], "at-gate")) {
		pass_gate();
		return 0;
	}
	return test_harness_run(argc, argv);
}
