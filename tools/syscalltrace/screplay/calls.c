// SPDX-License-Identifier: GPL-2.0-only
/* What is done about which call. All of them are those of x86-64. */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "screplay.h"

bool makes_process(uint32_t nr)
{
	return nr == __NR_fork || nr == __NR_vfork || nr == __NR_clone;
}

bool ends_process(uint32_t nr)
{
	return nr == __NR_exit || nr == __NR_exit_group;
}

/* Or what comes to the same: a process that runs in the memory of another. */
bool makes_thread(const struct syscall_trace_record *entry)
{
	uint64_t flags = entry->args[0];

	if (entry->nr != __NR_clone)
		return false;
	return flags & CLONE_THREAD || (flags & CLONE_VM && !(flags & CLONE_VFORK));
}

/*
 * What a program may do without, and could not be replayed. Returns the error that it
 * gets, or 0. A C library that does not get clone3 uses clone.
 */
int refused(const struct syscall_trace_record *entry)
{
	switch (entry->nr) {
	case __NR_clone3:	/* has its flags in memory */
	case __NR_rseq:		/* the kernel writes there whenever it likes */
	case __NR_io_uring_setup:
	case __NR_io_setup:
	case __NR_userfaultfd:
	case __NR_remap_file_pages:
		return ENOSYS;
	case __NR_ptrace:
	case __NR_process_vm_writev:
		return EPERM;
	case __NR_shmat:
		return EACCES;
	default:
		return 0;
	}
}

/* The descriptor that a call writes to, or -1. */
int output_fd(const struct syscall_trace_record *entry)
{
	switch (entry->nr) {
	case __NR_write:
	case __NR_pwrite64:
	case __NR_writev:
	case __NR_pwritev:
	case __NR_pwritev2:
	case __NR_sendto:
	case __NR_sendmsg:
	case __NR_sendfile:
	case __NR_vmsplice:
		return entry->args[0];
	case __NR_tee:
		return entry->args[1];
	case __NR_splice:
	case __NR_copy_file_range:
		return entry->args[2];
	default:
		return -1;
	}
}

/* What it writes has not been in the memory of the program. */
bool sends_file(uint32_t nr)
{
	return nr == __NR_sendfile || nr == __NR_tee || nr == __NR_splice ||
	       nr == __NR_copy_file_range || nr == __NR_vmsplice;
}

#define ERESTARTSYS		512
#define ERESTART_RESTARTBLOCK	516

/* What the program does not see: the call is made again, or fails with EINTR. */
bool is_restarted(int64_t ret)
{
	return ret <= -ERESTARTSYS && ret >= -ERESTART_RESTARTBLOCK;
}

bool is_interrupted(int64_t ret)
{
	return is_restarted(ret) || ret == -EINTR;
}

/* A signal that the program has made itself, by what it did between two calls. */
bool is_fault(int number, int code)
{
	switch (number) {
	case SIGSEGV:
	case SIGBUS:
	case SIGFPE:
	case SIGILL:
	case SIGTRAP:
		return code > 0;
	default:
		return false;
	}
}

/* 0 or an errno. Nobody may say that the kernel has sent it; the rest is as it was. */
int queue_signal(pid_t pid, const struct scr_signal *signal)
{
	siginfo_t info = { .si_signo = signal->number };

	info.si_code = signal->code < 0 && signal->code != SI_TKILL ? signal->code : SI_QUEUE;
	info.si_pid = signal->pid;
	info.si_uid = signal->uid;
	info.si_value.sival_ptr = (void *)(uintptr_t)signal->value;
	return syscall(SYS_rt_tgsigqueueinfo, pid, pid, signal->number, &info) ? errno : 0;
}

/*
 * A call that a waiting signal interrupts before it has done anything, so that it is made
 * again whatever the handler says: with ERESTARTNOINTR. Without one it fails.
 */
void interruptible_call(struct sct_rewrite *to)
{
	memset(to, 0, sizeof(*to));
	to->nr = __NR_clone;
	to->raw = true;
	to->args[0] = CLONE_SETTLS;
	to->args[4] = UINT64_MAX;
}
