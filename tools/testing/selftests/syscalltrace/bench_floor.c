// SPDX-License-Identifier: GPL-2.0
/*
 * The floor, for the benchmark: a program wakes another one and sleeps until that has
 * woken it, by the simplest means that there are.
 */
#include "bench.h"

#include <sys/eventfd.h>

static int to_other[2], to_program[2];	/* read end, write end; of an eventfd both */

static void start_other(void (*other)(void))
{
	pid_t pid = fork();

	if (pid < 0)
		give_up("fork");
	if (pid)
		return;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;)
		other();
}

/* Of an eventfd 8 bytes are a number, of a pipe they are 8 bytes. */
static void get_then_put(int get, int put)
{
	__u64 one = 1;

	if (raw(SYS_read, get, (long)&one, sizeof(one)) != sizeof(one) ||
	    raw(SYS_write, put, (long)&one, sizeof(one)) != sizeof(one))
		_exit(1);
}

static void answer_ping(void)
{
	get_then_put(to_other[0], to_program[1]);
}

void do_ping(void)
{
	__u64 one = 1;

	if (raw(SYS_write, to_other[1], (long)&one, sizeof(one)) != sizeof(one) ||
	    raw(SYS_read, to_program[0], (long)&one, sizeof(one)) != sizeof(one))
		give_up("ping-pong");
}

void open_pipes(void)
{
	if (pipe(to_other) || pipe(to_program))
		give_up("pipe");
	start_other(answer_ping);
}

void open_eventfds(void)
{
	to_other[0] = eventfd(0, 0);
	to_other[1] = to_other[0];
	to_program[0] = eventfd(0, 0);
	to_program[1] = to_program[0];
	if (to_other[0] < 0 || to_program[0] < 0)
		give_up("eventfd");
	start_other(answer_ping);
}
