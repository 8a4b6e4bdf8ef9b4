// SPDX-License-Identifier: GPL-2.0
/*
 * The program: its leader makes calls for ever and counts them; threads of it do what
 * only a program can do to itself. These have no thread data of their own, so
 * that nothing here may use libc.
 */

#include <linux/sched.h>
#include <sys/wait.h>

#include "race.h"

#define STACK	16384

static char stacks[NR_SIDES][STACK] __attribute__((aligned(16)));

static void handle(int sig)
{
	add(sh->handled[sig == SIDE_SIGNAL(1)], 1);
}

/* A call, and what became of it. */
static void call(bool child)
{
	unsigned int before = get(sh->rule);
	bool forged = raw(SYS_getppid, 0, 0, 0) == FORGED;
	enum rule rule = before % NR_RULES;

	/* What has changed meanwhile may have been true, or not. */
	if (get(sh->rule) != before)
		return;
	if (child && rule == RULE_TRACED_ALONE)
		rule = RULE_FREE;
	if (!forged && (rule == RULE_TRACED || rule == RULE_TRACED_ALONE))
		add(sh->lost, 1);
	if (forged && rule == RULE_FREE)
		add(sh->forged, 1);
}

static void fork_child(struct side *side)
{
	int status = -1;
	long pid = raw(SYS_clone, SIGCHLD, 0, 0), ret;

	if (!pid) {
		call(true);
		call(true);
		raw(SYS_exit_group, 7, 0, 0);
	}
	side->err = pid < 0 ? -pid : 0;
	side->end = stamp();
	do {
		ret = pid < 0 ? 0 : raw(SYS_wait4, pid, &status, __WALL);
	} while (ret == -EINTR);
	side->child = status;
}

static void exec_again(struct side *side)
{
	static char *args[] = { "race_test", "tracee", NULL }, *env[] = { NULL };

	side->err = -raw(SYS_execve, "/proc/self/exe", args, env);
}

static void obey(int i)
{
	struct side *side = &sh->sides[i];
	unsigned long mask = 1UL << i;
	unsigned int run = get(side->done);

	raw(SYS_sched_setaffinity, 0, sizeof(mask), &mask);
	put(side->hire, 0);
	for (;;) {
		wait_while(&side->go, run);
		run = get(side->go);
		meet(side, run);
		if (side->action == FORK) {
			fork_child(side);
		} else if (side->action == EXEC) {
			exec_again(side);
		} else {
			side->end = stamp();
			raw(SYS_exit, 0, 0, 0);
		}
		put(side->done, run);
	}
}

static void hire(int i)
{
	unsigned long flags = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD |
			      CLONE_SYSVSEM | CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID;
	void **top = (void **)(stacks[i] + STACK - 16);
	register long ret asm("rax") = SYS_clone;
	register void *tid asm("r10") = &sh->sides[i].tid;

	/* With its number on its stack, as it has no register that is its own. */
	*top = (void *)(long)i;
	asm volatile("syscall\n\t"
		     "test %%rax, %%rax\n\t"
		     "jnz 1f\n\t"
		     "mov (%%rsp), %%rdi\n\t"
		     "call *%%rbx\n\t"
		     "1:"
		     : "+r" (ret) : "D" (flags), "S" (top), "d" (tid), "r" (tid), "b" (obey)
		     : "rcx", "r11", "memory");
	if (ret < 0)
		raw(SYS_exit_group, 97, 0, 0);
}

void tracee_lead(void)
{
	struct sigaction sa = { .sa_handler = handle, .sa_flags = SA_RESTART };
	int i;

	for (i = 0; i < NR_SIDES; i++) {
		sigaction(SIDE_SIGNAL(i), &sa, NULL);
		put(sh->sides[i].tid, 0);
	}
	for (i = 0; i < NR_SIDES; i++)
		if (sh->sides[i].action == EXEC && sh->sides[i].done != sh->sides[i].go)
			sh->sides[i].end = stamp();
	add(sh->execs, 1);
	for (;;) {
		call(false);
		add(sh->calls, 1);
		for (i = 0; i < NR_SIDES; i++)
			if (get(sh->sides[i].hire) && !get(sh->sides[i].tid))
				hire(i);
	}
}
