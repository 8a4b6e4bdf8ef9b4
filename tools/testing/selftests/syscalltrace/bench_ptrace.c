// SPDX-License-Identifier: GPL-2.0
/*
 * Tracing with ptrace(), for the benchmark: as strace does it, with and without a
 * seccomp filter that chooses the calls, and with PTRACE_SYSEMU.
 */
#include "bench.h"

#include <linux/seccomp.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>

#define OPTIONS	(PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACESECCOMP | PTRACE_O_TRACEFORK | \
		 PTRACE_O_EXITKILL)
#define SYSCALL_BYTES	2	/* of the instruction */

/* Look at a buffer, as one has to who is not shown it; its size is known. */
void peek(pid_t pid, unsigned long address)
{
	char bytes[64];
	struct iovec local = { .iov_base = bytes, .iov_len = job.shown };
	struct iovec remote = { .iov_base = (void *)address, .iov_len = job.shown };

	process_vm_readv(pid, &local, 1, &remote, 1, 0);
}

static bool is_call(int status)
{
	return status >> 8 == (SIGTRAP | 0x80) ||
	       status >> 8 == (SIGTRAP | PTRACE_EVENT_SECCOMP << 8);
}

static bool is_entry(const struct __ptrace_syscall_info *info)
{
	return info->op != PTRACE_SYSCALL_INFO_EXIT;
}

static void look_at_stop(pid_t pid, struct __ptrace_syscall_info *info)
{
	if (ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof(*info), info) < 0)
		return;
	/* Number and arguments stand at the same place after a filter's stop. */
	if (job.shown && is_entry(info) && info->entry.nr == (__u64)job.nr)
		peek(pid, info->entry.args[1]);
}

static int attach(struct tracee *t)
{
	if (ptrace(PTRACE_SEIZE, t->pid, NULL, OPTIONS) ||
	    ptrace(PTRACE_INTERRUPT, t->pid, NULL, NULL))
		return fail("ptrace", errno);
	open_gate(t);
	return 0;
}

/*
 * The next stop of anybody; 0 if all have ended. With 1000 children some may have
 * been killed before they are told to go on.
 */
static pid_t next_stop(struct tracee *t, int *status)
{
	pid_t pid;

	while ((pid = waitpid(-1, status, __WALL)) > 0 && !WIFSTOPPED(*status)) {
		if (pid != t->pid)
			continue;
		t->pid = 0;
		if (*status)
			fail("the program ended with", ECANCELED);
	}
	return pid > 0 ? pid : 0;
}

int watch_ptrace(struct tracee *t)
{
	int request = job.action ? PTRACE_CONT : PTRACE_SYSCALL, status, err;
	struct __ptrace_syscall_info info;
	pid_t pid;

	err = attach(t);
	if (err)
		return err;
	while ((pid = next_stop(t, &status))) {
		if (is_call(status))
			look_at_stop(pid, &info);
		if (ptrace(request, pid, NULL, NULL) && errno != ESRCH)
			return fail("ptrace", errno);
	}
	return 0;
}

/* Let the program make again a call that it did not get. */
static int repeat_call(pid_t pid)
{
	struct user_regs_struct regs;

	if (ptrace(PTRACE_GETREGS, pid, NULL, &regs))
		return fail("PTRACE_GETREGS", errno);
	regs.rax = regs.orig_rax;
	regs.rip -= SYSCALL_BYTES;
	if (ptrace(PTRACE_SETREGS, pid, NULL, &regs))
		return fail("PTRACE_SETREGS", errno);
	return 0;
}

/*
 * The call is not made, others are. Nobody sets its result, which would be one more
 * ptrace() for each.
 */
int watch_sysemu(struct tracee *t)
{
	int to_pass = 0, status, err = attach(t);
	struct __ptrace_syscall_info info = {};
	pid_t pid;

	while (!err && (pid = next_stop(t, &status))) {
		if (is_call(status))
			look_at_stop(pid, &info);
		if (is_call(status) && to_pass) {
			to_pass--;
		} else if (is_call(status) && info.entry.nr != (__u64)job.nr) {
			err = repeat_call(pid);
			/* The end of what was not made, and then both stops. */
			to_pass = 3;
		}
		if (!err && ptrace(to_pass ? PTRACE_SYSCALL : PTRACE_SYSEMU, pid, NULL, NULL))
			err = fail("PTRACE_SYSEMU", errno);
	}
	return err;
}
