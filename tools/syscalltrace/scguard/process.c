// SPDX-License-Identifier: GPL-2.0-only
/*
 * Judgement of calls that reach other processes, make new ones, or give power that
 * no descriptor and no path shows.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/btrfs.h>
#include <linux/fs.h>
#include <linux/fsverity.h>
#include <linux/seccomp.h>
#include <linux/sockios.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <unistd.h>

#include "scguard.h"

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME	0x00000080
#endif

#define NAMESPACES	(CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | \
			 CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWTIME)

/* What the headers of some C libraries lack. */
#define SET_OWNER_EX	15	/* F_SETOWN_EX */
#define OWNER_GROUP	2	/* F_OWNER_PGRP */
#define INPUT_CONSOLE	0x541c	/* TIOCLINUX */
#define SET_PGRP	0x8902	/* SIOCSPGRP */
#define SET_OWNER	0x8901	/* FIOSETOWN */
#define SIGNAL_GROUP	4	/* PIDFD_SIGNAL_PROCESS_GROUP */
#define SCHED_CORE	62	/* PR_SCHED_CORE */

/* ---------------------------------- reach --------------------------------- */

static bool decide_target(struct request *rq, bool own, const char *what, pid_t pid)
{
	struct verdict allowed = { .kind = ALLOW };
	char thing[32];

	snprintf(thing, sizeof(thing), "%d", pid);
	return decide(rq, own ? allowed : policy->signals, what, thing);
}

static bool decide_process(struct request *rq, const char *what, pid_t pid)
{
	return decide_target(rq, pid == 0 || process_is_guarded(pid), what, pid);
}

/* @pgid: 0 for its own */
static bool decide_group(struct request *rq, const char *what, pid_t pgid)
{
	if (!pgid)
		pgid = getpgid(rq->th->tid);
	return decide_target(rq, pgid > 0 && group_is_guarded(pgid), what, -pgid);
}

/*
 * Its own group is named to the kernel, as another thread may go to another one meanwhile.
 * @arg: argument that is 0 for it, @sign: what its number is given
 */
static void judge_own_group(struct request *rq, const char *what, unsigned int arg, int sign)
{
	pid_t pgid = getpgid(rq->th->tid);

	if (!decide_target(rq, pgid > 1 && group_is_guarded(pgid), what, -pgid) || pgid <= 1)
		return;
	request_become(rq, rq->call->name);
	rq->rewrite.args[arg] = sign * pgid;
	rq->rewrite.kept &= ~(1 << arg);
}

static void judge_kill(struct request *rq)
{
	int pid = request_int(rq, 0);

	if (pid > 0)
		decide_process(rq, "signal", pid);
	else if (pid == -1)
		decide_target(rq, false, "signal", pid);
	else if (!pid)
		judge_own_group(rq, "signal", 0, -1);
	else
		decide_group(rq, "signal", -(unsigned int)pid);
}

/* The first argument is a process or thread, 0 for its own. */
static void judge_first(struct request *rq)
{
	decide_process(rq, rq->call->name, request_int(rq, 0));
}

/* tgkill, rt_tgsigqueueinfo: a process and one of its threads */
static void judge_both(struct request *rq)
{
	if (decide_process(rq, "signal", request_int(rq, 0)))
		decide_process(rq, "signal", request_int(rq, 1));
}

/* The process of a descriptor, which another may take the place of, is not known. */
static void judge_pidfd_signal(struct request *rq)
{
	char path[64], *line = NULL;
	size_t size = 0;
	int pid = -1, flags = request_int(rq, 3);
	FILE *in;

	if (policy->signals.kind == ALLOW)
		return;
	if (!thread_is_alone(rq->th)) {
		refuse(rq, EPERM, "pidfd that others can exchange");
		return;
	}
	snprintf(path, sizeof(path), "/proc/%d/fdinfo/%d", rq->th->tid, request_int(rq, 0));
	in = fopen(path, "re");
	while (in && getline(&line, &size, in) > 0)
		sscanf(line, "Pid: %d", &pid);
	free(line);
	if (in)
		fclose(in);
	/* A directory of /proc does as well. */
	if (pid <= 0)
		refuse(rq, in ? EPERM : EBADF, "pidfd");
	else if (flags & SIGNAL_GROUP)
		decide_group(rq, "signal", pid);
	else
		decide_process(rq, "signal", pid);
}

/* A core is a file that nobody is asked about. */
static void judge_setrlimit(struct request *rq)
{
	if (request_int(rq, 0) == RLIMIT_CORE)
		refuse(rq, EPERM, "core dumps");
}

static void judge_prlimit(struct request *rq)
{
	if (request_int(rq, 1) == RLIMIT_CORE && rq->record->args[2])
		refuse(rq, EPERM, "core dumps");
	else
		decide_process(rq, rq->call->name, request_int(rq, 0));
}

/* @which: a process, a group or a user */
static void judge_priority(struct request *rq)
{
	int which = request_int(rq, 0), who = request_int(rq, 1);
	bool io = !strcmp(rq->call->name, "ioprio_set");
	int process = io ? 1 : PRIO_PROCESS, group = io ? 2 : PRIO_PGRP;

	if (which == process)
		decide_process(rq, rq->call->name, who);
	else if (which == group && !who)
		judge_own_group(rq, rq->call->name, 1, 1);
	else if (which == group)
		decide_group(rq, rq->call->name, who);
	else
		decide_target(rq, false, rq->call->name, who);
}

/* ----------------------------- signals of files --------------------------- */

/* @owner: a process, or a group with a minus */
static void decide_owner(struct request *rq, int owner)
{
	if (owner >= 0)
		decide_process(rq, "owner", owner);
	else
		decide_group(rq, "owner", -(unsigned int)owner);
}

static const int *words_of(struct request *rq, size_t nr)
{
	size_t len;
	const int *words = sct_arg(rq->record, 2, &len);

	if (words && len >= nr * sizeof(*words) && !(rq->record->unbound & 1 << 2))
		return words;
	refuse(rq, EFAULT, "not bound");
	return NULL;
}

/* Who owns a file gets signals, any, from the kernel. */
static void judge_fcntl(struct request *rq)
{
	const int *owner;

	switch ((unsigned int)request_int(rq, 1)) {
	case F_SETOWN:
		decide_owner(rq, request_int(rq, 2));
		break;
	case SET_OWNER_EX:
		owner = words_of(rq, 2);
		if (owner)
			decide_owner(rq, owner[0] == OWNER_GROUP ? -owner[1] : owner[1]);
		break;
	case F_NOTIFY:
		refuse(rq, EPERM, "F_NOTIFY");
		break;
	}
}

/* Does it configure the network? The numbers of what asks lie between those that set. */
static bool is_network_setting(unsigned int cmd)
{
	static const unsigned short settings[] = {
		SIOCADDRT, SIOCDELRT, SIOCSIFLINK, SIOCSIFFLAGS, SIOCSIFADDR, SIOCSIFDSTADDR,
		SIOCSIFBRDADDR, SIOCSIFNETMASK, SIOCSIFMETRIC, SIOCSIFMEM, SIOCSIFMTU,
		SIOCSIFNAME, SIOCSIFHWADDR, SIOCSIFENCAP, SIOCSIFSLAVE, SIOCADDMULTI,
		SIOCDELMULTI, SIOCSIFPFLAGS, SIOCDIFADDR, SIOCSIFHWBROADCAST, SIOCSIFBR,
		SIOCSIFTXQLEN, SIOCETHTOOL, SIOCSMIIREG, SIOCDARP, SIOCSARP, SIOCDRARP,
		SIOCSRARP, SIOCSIFMAP, SIOCADDDLCI, SIOCDELDLCI, SIOCSIFVLAN, SIOCBRADDBR,
		SIOCBRDELBR, SIOCBRADDIF, SIOCBRDELIF,
	};
	size_t i;

	for (i = 0; i < sizeof(settings) / sizeof(settings[0]); i++)
		if (settings[i] == cmd)
			return true;
	return false;
}

/* Of ioctls those that reach out of what the descriptor is of. */
static void judge_ioctl(struct request *rq)
{
	const int *owner;

	switch ((unsigned int)request_int(rq, 1)) {
	case TIOCSTI:
	case INPUT_CONSOLE:
		refuse(rq, EPERM, "input for others");
		break;
	case FS_IOC_SETFLAGS:
	case FS_IOC32_SETFLAGS:
	case FS_IOC_SETVERSION:
	case FS_IOC32_SETVERSION:
	case FS_IOC_FSSETXATTR:
	case FS_IOC_ENABLE_VERITY:
		refuse(rq, EPERM, "attributes by descriptor");
		break;
	case SET_OWNER:
	case SET_PGRP:
		owner = words_of(rq, 1);
		if (owner)
			decide_owner(rq, *owner);
		break;
	case BTRFS_IOC_SUBVOL_CREATE:
	case BTRFS_IOC_SUBVOL_CREATE_V2:
	case BTRFS_IOC_SNAP_CREATE:
	case BTRFS_IOC_SNAP_CREATE_V2:
	case BTRFS_IOC_SNAP_DESTROY:
	case BTRFS_IOC_SNAP_DESTROY_V2:
		refuse(rq, EPERM, "names by descriptor");
		break;
	case FIFREEZE:
	case FITHAW:
		refuse(rq, EPERM, "file system");
		break;
	default:
		if (is_network_setting(request_int(rq, 1)))
			refuse(rq, EPERM, "network");
	}
}

/* -------------------------------- processes ------------------------------- */

static void judge_clone(struct request *rq)
{
	unsigned long flags = rq->record->args[0];
	char thing[32];

	snprintf(thing, sizeof(thing), "%#lx", flags);
	if (flags & NAMESPACES && !decide(rq, policy->namespaces, "namespaces", thing))
		return;
	rq->th->makes_sharer = flags & (CLONE_VM | CLONE_FILES) && !(flags & CLONE_THREAD);
	if (rq->th->makes_sharer && (flags & CLONE_FILES || !(flags & CLONE_VFORK)))
		rq->th->shares_memory = true;
}

/* Judged, so that nobody makes a process when scguard is gone. */
static void judge_fork(struct request *rq)
{
	rq->th->makes_sharer = false;
}

static void judge_vfork(struct request *rq)
{
	rq->th->makes_sharer = true;
}

/* A thread was made: @maker has made it, by whatever call. */
void process_was_made(struct thread *maker, struct thread *child)
{
	child->shares_memory = maker->makes_sharer || maker->shares_memory;
}

static void judge_unshare(struct request *rq)
{
	char thing[32];

	snprintf(thing, sizeof(thing), "%#lx", (unsigned long)rq->record->args[0]);
	if (rq->record->args[0] & NAMESPACES)
		decide(rq, policy->namespaces, "namespaces", thing);
}

static void judge_prctl(struct request *rq)
{
	switch (request_int(rq, 0)) {
	case PR_SET_DUMPABLE:
		/* Else scguard would not be shown what the program does. */
		if (!capable && rq->record->args[1] != 1)
			refuse(rq, EPERM, "undumpable");
		break;
	case PR_SET_MM:
		refuse(rq, EPERM, "PR_SET_MM");
		break;
	case SCHED_CORE:
		/* Of a group, or of one process. */
		if (rq->record->args[3] > 1)
			refuse(rq, EPERM, "cookie of a group");
		else
			decide_process(rq, "cookie", request_int(rq, 2));
		break;
	}
}

/*
 * Who is told of calls that a filter has caught may let them wait, after they were judged,
 * until a process has another's id.
 */
static void judge_seccomp(struct request *rq)
{
	if (request_int(rq, 0) == SECCOMP_SET_MODE_FILTER &&
	    rq->record->args[1] & SECCOMP_FILTER_FLAG_NEW_LISTENER)
		decide(rq, policy->trace, "trace", "seccomp");
}

/* Who sets its user or groups is looked at again. */
static void judge_creds(struct request *rq)
{
	thread_forget_creds(rq->th);
}

/* ----------------------------- tracing its own ---------------------------- */

static void judge_ptrace(struct request *rq)
{
	pid_t pid = request_int(rq, 1);

	if (!decide(rq, policy->trace, "trace", ""))
		return;
	if (request_int(rq, 0) == PTRACE_TRACEME)
		pid = process_of(rq->th->tid, "\nPPid:");
	if (pid == getpid() || !process_is_guarded(pid))
		refuse(rq, EPERM, "trace");
}

static void judge_process_vm(struct request *rq)
{
	if (decide(rq, policy->trace, "trace", "") && !process_is_guarded(request_int(rq, 0)))
		refuse(rq, EPERM, "trace");
}

#define CALL(name, judge)	{ name, judge, NONE, NONE, NONE, READ, 0 }

const struct judged_call process_calls[] = {
	CALL("kill", judge_kill),
	CALL("tkill", judge_first),
	CALL("tgkill", judge_both),
	CALL("rt_sigqueueinfo", judge_first),
	CALL("rt_tgsigqueueinfo", judge_both),
	CALL("pidfd_send_signal", judge_pidfd_signal),
	CALL("prlimit64", judge_prlimit),
	CALL("setrlimit", judge_setrlimit),
	CALL("setpriority", judge_priority),
	CALL("ioprio_set", judge_priority),
	CALL("sched_setparam", judge_first),
	CALL("sched_setscheduler", judge_first),
	CALL("sched_setattr", judge_first),
	CALL("sched_setaffinity", judge_first),
	CALL("migrate_pages", judge_first),
	CALL("move_pages", judge_first),
	CALL("fcntl", judge_fcntl),
	CALL("ioctl", judge_ioctl),
	CALL("clone", judge_clone),
	CALL("vfork", judge_vfork),
	CALL("fork", judge_fork),
	CALL("unshare", judge_unshare),
	CALL("prctl", judge_prctl),
	CALL("seccomp", judge_seccomp),
	CALL("setuid", judge_creds),
	CALL("setgid", judge_creds),
	CALL("setreuid", judge_creds),
	CALL("setregid", judge_creds),
	CALL("setresuid", judge_creds),
	CALL("setresgid", judge_creds),
	CALL("setfsuid", judge_creds),
	CALL("setfsgid", judge_creds),
	CALL("setgroups", judge_creds),
	CALL("ptrace", judge_ptrace),
	CALL("process_vm_readv", judge_process_vm),
	CALL("process_vm_writev", judge_process_vm),
	{ .name = NULL }
};
