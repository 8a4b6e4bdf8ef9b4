// SPDX-License-Identifier: GPL-2.0
/* Attacks on processes, and with calls that make or govern them. */
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/filter.h>
#include <linux/io_uring.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "scguard_attacks.h"

/* What the outside process ignores. */
#define HARMLESS	SIGCONT

static bool kills(void)
{
	return !kill(victim(), HARMLESS);
}

static bool kills_parent(void)
{
	return !kill(getppid(), HARMLESS);
}

static bool kills_group(void)
{
	return !kill(-victim(), HARMLESS);
}

static bool kills_all(void)
{
	return !kill(-1, 0);
}

/* Its first thread has ended, the other has not. */
static bool kills_leaderless(void)
{
	return !kill(leaderless(), HARMLESS);
}

/* Who listens decides when a call that was judged is made. */
static bool listens_to_filter(void)
{
	struct sock_filter all = { BPF_RET, 0, 0, SECCOMP_RET_ALLOW };
	struct sock_fprog prog = { 1, &all };

	return !prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) &&
	       syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER,
		       &prog) >= 0;
}

static bool tkills(void)
{
	return !syscall(SYS_tkill, victim(), HARMLESS);
}

static bool tgkills(void)
{
	return !syscall(SYS_tgkill, victim(), victim(), HARMLESS);
}

static bool queues(void)
{
	return !sigqueue(victim(), HARMLESS, (union sigval){ 0 });
}

static bool pidfd_signals(void)
{
	int fd = syscall(SYS_pidfd_open, victim(), 0);

	return fd >= 0 && !syscall(SYS_pidfd_send_signal, fd, HARMLESS, NULL, 0);
}

static bool owns(void)
{
	int pipes[2];

	return !pipe(pipes) && !fcntl(pipes[0], F_SETOWN, victim()) &&
	       !fcntl(pipes[0], F_SETSIG, HARMLESS);
}

static bool owns_ex(void)
{
	struct f_owner_ex owner = { F_OWNER_PID, victim() };
	int pipes[2];

	return !pipe(pipes) && !fcntl(pipes[0], F_SETOWN_EX, &owner);
}

static bool owns_ioctl(void)
{
	int pair[2], pid = victim();

	return !syscall(SYS_socketpair, 1, 1, 0, pair) && !ioctl(pair[0], 0x8901, &pid);
}

static bool limits(void)
{
	struct rlimit old;

	return !prlimit(victim(), RLIMIT_CORE, NULL, &old);
}

static bool priority(void)
{
	return !setpriority(PRIO_PROCESS, victim(), 1);
}

static bool affinity(void)
{
	cpu_set_t set;

	memset(&set, 0xff, sizeof(set));
	return !sched_setaffinity(victim(), sizeof(set), &set);
}

static bool traces(pid_t pid)
{
	bool escaped = !ptrace(PTRACE_SEIZE, pid, 0, 0);

	if (escaped) {
		ptrace(PTRACE_INTERRUPT, pid, 0, 0);
		waitpid(pid, NULL, __WALL);
		ptrace(PTRACE_DETACH, pid, 0, 0);
	}
	return escaped;
}

static bool traces_victim(void)
{
	return traces(victim());
}

static bool traces_parent(void)
{
	return traces(getppid());
}

static bool traces_sibling(void)
{
	pid_t pid = fork();
	bool escaped;

	if (!pid) {
		pause();
		_exit(0);
	}
	escaped = traces(pid);
	kill(pid, SIGKILL);
	return escaped;
}

static bool traced_by_parent(void)
{
	return !ptrace(PTRACE_TRACEME, 0, 0, 0);
}

static bool reads_memory(void)
{
	static char text[16];
	struct iovec local = { text, 16 }, remote = { text, 16 };

	return process_vm_readv(victim(), &local, 1, &remote, 1, 0) == 16;
}

static bool takes_descriptor(void)
{
	int fd = syscall(SYS_pidfd_open, victim(), 0);

	return fd >= 0 && syscall(SYS_pidfd_getfd, fd, 0, 0) >= 0;
}

static bool opens_proc(pid_t pid, const char *file, int flags)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, file);
	return open(path, flags) >= 0;
}

static bool opens_memory(void)
{
	return opens_proc(victim(), "mem", O_RDWR);
}

static bool opens_parent_memory(void)
{
	return opens_proc(getppid(), "mem", O_RDONLY);
}

static bool opens_syscall(void)
{
	return opens_proc(victim(), "syscall", O_RDWR);
}

static bool opens_parent_syscall(void)
{
	return opens_proc(getppid(), "syscall", O_WRONLY);
}

static bool opens_own_syscall(void)
{
	return opens_proc(getpid(), "syscall", O_RDWR);
}

static bool parent_environment(void)
{
	return opens_proc(getppid(), "environ", O_RDONLY);
}

/* ------------------------------- new processes ---------------------------- */

static int open_key(void *unused)
{
	(void)unused;
	return !reads_secret(KEY);
}

static bool clones(int flags)
{
	int status = 1;
	pid_t pid = clone(open_key, (char *)malloc(65536) + 65536, flags | SIGCHLD, NULL);

	waitpid(pid, &status, __WALL);
	return pid > 0 && WIFEXITED(status) && !WEXITSTATUS(status);
}

static bool clone_untraced(void)
{
	return clones(CLONE_UNTRACED);
}

static bool clone_vm(void)
{
	return clones(CLONE_VM | CLONE_UNTRACED);
}

static bool clone_parent(void)
{
	return clones(CLONE_VM | CLONE_FILES | CLONE_FS);
}

static bool clone_vfork(void)
{
	return clones(CLONE_VM | CLONE_VFORK);
}

static bool clone3s(void)
{
	struct clone_args args = { .flags = CLONE_UNTRACED, .exit_signal = SIGCHLD };
	int status = 1;
	pid_t pid = syscall(SYS_clone3, &args, sizeof(args));

	if (!pid)
		_exit(open_key(NULL));
	waitpid(pid, &status, 0);
	return pid > 0 && WIFEXITED(status) && !WEXITSTATUS(status);
}

static bool vforks(void)
{
	int status = 1;
	pid_t pid = vfork();

	if (!pid)
		_exit(open_key(NULL));
	waitpid(pid, &status, 0);
	return WIFEXITED(status) && !WEXITSTATUS(status);
}

static bool new_user(void)
{
	return !unshare(CLONE_NEWUSER);
}

static bool clone_user(void)
{
	int status = 1;
	pid_t pid = syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0);

	if (!pid)
		_exit(0);
	return pid > 0 && waitpid(pid, &status, 0) == pid;
}

static bool clone3_user(void)
{
	struct clone_args args = { .flags = CLONE_NEWUSER, .exit_signal = SIGCHLD };
	pid_t pid = syscall(SYS_clone3, &args, sizeof(args));

	if (!pid)
		_exit(0);
	return pid > 0;
}

/* -------------------------------- other ABIs ------------------------------ */

static bool int80(void)
{
	char *path = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	long fd;

	strcpy(path, KEY);
	asm volatile("int $0x80" : "=a"(fd)
		     : "a"(5L), "b"(path), "c"(0L), "d"(0L)
		     : "memory", "r8", "r9", "r10", "r11");
	return has_secret(fd);
}

static bool int80_socketcall(void)
{
	uint32_t *args = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
			      MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	long fd;

	args[0] = 16;	/* AF_NETLINK */
	args[1] = 3;
	asm volatile("int $0x80" : "=a"(fd)
		     : "a"(102L), "b"(1L), "c"(args)
		     : "memory", "r8", "r9", "r10", "r11");
	return (int)fd >= 0;
}

static bool x32(void)
{
	return has_secret(syscall(0x40000000 | SYS_open, KEY, O_RDONLY, 0));
}

/* ------------------------------ without calls ----------------------------- */

struct ring {
	int fd;
	struct io_uring_params params;
	char *rings;
	struct io_uring_sqe *sqes;
};

static bool make_ring(struct ring *r)
{
	r->fd = syscall(SYS_io_uring_setup, 4, &r->params);
	if (r->fd < 0)
		return false;
	r->rings = mmap(NULL, 65536, PROT_READ | PROT_WRITE, MAP_SHARED, r->fd, 0);
	r->sqes = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, r->fd, IORING_OFF_SQES);
	return r->sqes != MAP_FAILED;
}

static bool ring(void)
{
	struct ring r = { 0 };
	struct io_uring_cqe *cqe;
	unsigned int *tail;

	if (!make_ring(&r))
		return false;
	memset(r.sqes, 0, sizeof(*r.sqes));
	r.sqes->opcode = IORING_OP_OPENAT;
	r.sqes->fd = AT_FDCWD;
	r.sqes->addr = (uintptr_t)KEY;
	tail = (void *)(r.rings + r.params.sq_off.tail);
	((unsigned int *)(r.rings + r.params.sq_off.array))[0] = 0;
	__atomic_store_n(tail, 1, __ATOMIC_RELEASE);
	if (syscall(SYS_io_uring_enter, r.fd, 1, 1, IORING_ENTER_GETEVENTS, NULL, 0) != 1)
		return false;
	cqe = (void *)(r.rings + r.params.cq_off.cqes);
	return has_secret(cqe->res);
}

static bool user_faults(void)
{
	return syscall(SYS_userfaultfd, 1 /* UFFD_USER_MODE_ONLY */) >= 0;
}

static bool bpf(void)
{
	union bpf_attr attr = {
		.map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 4, .max_entries = 1,
	};

	return syscall(SYS_bpf, BPF_MAP_CREATE, &attr, sizeof(attr)) >= 0;
}

/* What is typed into a terminal the shell outside would execute. */
static bool types(void)
{
	int master = open("/dev/ptmx", O_RDWR | O_NOCTTY), slave, unlock = 0, nr;
	char path[32];

	if (master < 0 || ioctl(master, TIOCSPTLCK, &unlock) || ioctl(master, TIOCGPTN, &nr))
		return false;
	snprintf(path, sizeof(path), "/dev/pts/%d", nr);
	setsid();
	slave = open(path, O_RDWR);
	ioctl(slave, TIOCSCTTY, 0);
	return !ioctl(slave, TIOCSTI, "x");
}

static bool types_in_child(void)
{
	return child_escapes(types);
}

static bool undumpable(void)
{
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	return reads_secret(KEY);
}

static bool hostname(void)
{
	return !sethostname("attacked", 8);
}

static bool shared_memory(void)
{
	return syscall(SYS_shmget, 0x5347 + getuid(), 4096, 01600) >= 0;
}

static bool queue(void)
{
	return syscall(SYS_mq_open, getuid() ? "attack" : "attack-root", O_RDWR | O_CREAT, 0600,
		       NULL) >= 0;
}

static bool unlisted(void)
{
	/* A call that no table knows has no effect that could be denied; that is enough. */
	return syscall(SYS_kcmp, getpid(), victim(), 0, 0, 0) >= 0;
}

static bool async(void)
{
	unsigned long ctx = 0;

	return !syscall(SYS_io_setup, 1, &ctx);
}

/* The kernel writes a core to the working directory. */
static bool dumps_core(void)
{
	const struct rlimit all = { RLIM_INFINITY, RLIM_INFINITY };
	struct rlimit old;
	int status = 0;
	pid_t pid;

	getrlimit(RLIMIT_CORE, &old);
	if (setrlimit(RLIMIT_CORE, &all)) {
		old.rlim_cur = old.rlim_max;
		setrlimit(RLIMIT_CORE, &old);
	}
	if (chdir(RO))
		return false;
	pid = fork();
	if (!pid)
		abort();
	waitpid(pid, &status, 0);
	return WCOREDUMP(status) && (!unlink("core") || errno == EACCES);
}

const struct attack process_attacks[] = {
	{ "kill", kills, 0 },
	{ "kill-parent", kills_parent, 0 },
	{ "kill-group", kills_group, 0 },
	{ "kill-all", kills_all, 0 },
	{ "kill-leaderless", kills_leaderless, 0 },
	{ "seccomp-listener", listens_to_filter, 0 },
	{ "tkill", tkills, 0 },
	{ "tgkill", tgkills, 0 },
	{ "sigqueue", queues, 0 },
	{ "pidfd-signal", pidfd_signals, 0 },
	{ "setown", owns, 0 },
	{ "setown-ex", owns_ex, 0 },
	{ "setown-ioctl", owns_ioctl, 0 },
	{ "prlimit", limits, 0 },
	{ "setpriority", priority, 0 },
	{ "setaffinity", affinity, 0 },
	{ "ptrace-victim", traces_victim, 0 },
	{ "ptrace-parent", traces_parent, 0 },
	{ "ptrace-sibling", traces_sibling, 0 },
	{ "ptrace-me", traced_by_parent, 0 },
	{ "process-vm-readv", reads_memory, 0 },
	{ "pidfd-getfd", takes_descriptor, 0 },
	{ "proc-mem", opens_memory, 0 },
	{ "proc-mem-parent", opens_parent_memory, 0 },
	{ "proc-syscall", opens_syscall, 0 },
	{ "proc-syscall-parent", opens_parent_syscall, 0 },
	{ "proc-syscall-own", opens_own_syscall, 0 },
	{ "proc-environ-parent", parent_environment, 0 },
	{ "clone-untraced", clone_untraced, 0 },
	{ "clone-vm", clone_vm, 0 },
	{ "clone-shared", clone_parent, 0 },
	{ "clone-vfork", clone_vfork, 0 },
	{ "clone3", clone3s, 0 },
	{ "vfork", vforks, 0 },
	{ "unshare-user", new_user, 0 },
	{ "clone-user", clone_user, 0 },
	{ "clone3-user", clone3_user, 0 },
	{ "int80", int80, 0 },
	{ "int80-socketcall", int80_socketcall, 0 },
	{ "x32", x32, 0 },
	{ "io-uring", ring, 0 },
	{ "io-setup", async, 0 },
	{ "userfaultfd", user_faults, 0 },
	{ "bpf", bpf, ROOT },
	{ "tiocsti", types_in_child, 0 },
	{ "undumpable", undumpable, 0 },
	{ "sethostname", hostname, ROOT },
	{ "shmget", shared_memory, 0 },
	{ "mq-open", queue, 0 },
	{ "kcmp", unlisted, 0 },
	{ "core", dumps_core, 0 },
	{ .name = NULL }
};
