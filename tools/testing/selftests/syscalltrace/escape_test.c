// SPDX-License-Identifier: GPL-2.0
/*
 * Ways out of a tracer's sight: its descriptor in the hands of the program, work
 * without calls, changes of what was judged.
 */

#include <dirent.h>
#include <linux/filter.h>
#include <linux/io_uring.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/ptrace.h>
#include <sys/user.h>

#include "common.h"

/* --------------------- a descriptor in the program's hands ---------------- */

/* The tracer's descriptor has this number. */
#define LEAKED_FD	40

/* Set before the program is forked. */
static pid_t test_pid;
static const char *program_says;

static int leaked;

static int take_leaked(void)
{
	int pidfd = syscall(SYS_pidfd_open, test_pid, 0);

	return syscall(SYS_pidfd_getfd, pidfd, LEAKED_FD, 0);
}

/* While its sibling is stopped. */
static void *use_in_thread(void *arg)
{
	char text[64];
	ssize_t len;

	pass_gate();
	len = program_says ? say_bytes(leaked, program_says, strlen(program_says)) :
			     hear_bytes(leaked, text, sizeof(text));
	tell(len < 0 ? -errno : 0);
	return arg;
}

static void use_leaked(void)
{
	pthread_t thread;
	char path[64];
	long result;
	int fd;

	leaked = take_leaked();
	tell(leaked < 0 ? errno : say(leaked, "trace getppid"));
	snprintf(path, sizeof(path), "/proc/%d/fd/%d", test_pid, LEAKED_FD);
	fd = open(path, O_RDWR);
	tell(fd < 0 ? errno : say(fd, "trace getppid"));
	pthread_create(&thread, NULL, use_in_thread, NULL);
	result = raw(SYS_getppid, 0, 0, 0);
	pthread_join(thread, NULL);
	tell(result);
}

TRACEE_FIXTURE(leak)

FIXTURE_VARIANT(leak)
{
	const char *words;
};

FIXTURE_VARIANT_ADD(leak, answer) { "cont\n" };
FIXTURE_VARIANT_ADD(leak, leave) { "detach\n" };
FIXTURE_VARIANT_ADD(leak, rule) { "on getppid cont\n" };
FIXTURE_VARIANT_ADD(leak, set) { "tid on\n" };
FIXTURE_VARIANT_ADD(leak, read) { NULL };

/* Whoever holds the tracer's descriptor, nobody traces or answers itself. */
TEST_F(leak, is_no_way_out)
{
	if (getuid())
		SKIP(return, "not root: the program could not take the descriptor");
	test_pid = getpid();
	program_says = variant->words;
	start(&self->t, use_leaked);
	self->fd = open_syscall(self->t.pid, 0, O_RDWR);
	self->fds[0] = dup2(self->fd, LEAKED_FD);
	ASSERT_SAY(0, self->fd, "trace getppid");
	open_gate(&self->t);
	EXPECT_EQ(ELOOP, told(&self->t));
	/* Opened anew it is a tracer of its own. */
	EXPECT_EQ(ELOOP, told(&self->t));
	if (variant->words)
		ASSERT_HEAR("getppid", self->fd);
	open_gate(&self->t);
	ASSERT_EQ(-EPERM, told(&self->t));
	if (!variant->words)
		ASSERT_HEAR("getppid", self->fd);
	EXPECT_SAY(0, self->fd, "skip-ok 5");
	EXPECT_EQ(5, told(&self->t));
}

static void take_and_wait(void)
{
	leaked = take_leaked();
	tell(leaked < 0 ? errno : 0);
	tell(raw(SYS_getppid, 0, 0, 0));
	tell(say(leaked, "cont"));
	tell(say(leaked, "trace getppid"));
}

TRACEE_FIXTURE(escape)

/* The tracer dies, and only the program has its descriptor: it is not held. */
TEST_F(escape, leaked_descriptor_keeps_no_tracer)
{
	pid_t tracer;

	if (getuid())
		SKIP(return, "not root: the program could not take the descriptor");
	test_pid = getpid();
	start(&self->t, take_and_wait);
	self->fd = open_syscall(self->t.pid, 0, O_RDWR);
	self->fds[0] = dup2(self->fd, LEAKED_FD);
	tracer = fork();
	if (!tracer) {
		if (say(self->fd, "trace getppid"))
			_exit(1);
		open_gate(&self->t);
		if (strcmp(hear(self->fd), "getppid"))
			_exit(2);
		raise(SIGKILL);
	}
	ASSERT_EQ(0, told(&self->t));
	ASSERT_EQ(tracer, waitpid(tracer, &(int){ 0 }, 0));
	close(self->fd);
	close(self->fds[0]);
	self->fd = -1;
	self->fds[0] = -1;
	EXPECT_EQ(getpid(), told(&self->t));
	EXPECT_EQ(ESRCH, told(&self->t));
	EXPECT_EQ(ELOOP, told(&self->t));
}

/* -------------------------------- io_uring -------------------------------- */

static struct {
	int fd;
	unsigned int *sq_tail, *sq_array, *cq_tail;
	struct io_uring_sqe *sqes;
} ring;

static bool make_ring(unsigned int flags)
{
	struct io_uring_params p = { .flags = flags, .sq_thread_idle = 60000 };
	char *rings;

	ring.fd = syscall(SYS_io_uring_setup, 4, &p);
	if (ring.fd < 0)
		return false;
	rings = mmap(NULL, p.sq_off.array + p.sq_entries * sizeof(unsigned int) +
		     p.cq_off.cqes + p.cq_entries * sizeof(struct io_uring_cqe),
		     PROT_READ | PROT_WRITE, MAP_SHARED, ring.fd, IORING_OFF_SQ_RING);
	ring.sqes = mmap(NULL, p.sq_entries * sizeof(*ring.sqes), PROT_READ | PROT_WRITE,
			 MAP_SHARED, ring.fd, IORING_OFF_SQES);
	if (rings == MAP_FAILED || ring.sqes == MAP_FAILED)
		return false;
	ring.sq_tail = (unsigned int *)(rings + p.sq_off.tail);
	ring.sq_array = (unsigned int *)(rings + p.sq_off.array);
	ring.cq_tail = (unsigned int *)(rings + p.cq_off.tail);
	return true;
}

/* Queue work; the ring's thread does it, without a call of ours. */
static void queue(unsigned int opcode, unsigned int flags, int fd, void *buf, unsigned int len)
{
	unsigned int i = *ring.sq_tail & 3;

	ring.sqes[i] = (struct io_uring_sqe) {
		.opcode = opcode, .flags = flags, .fd = fd,
		.addr = (unsigned long)buf, .len = len,
	};
	ring.sq_array[i] = i;
	__atomic_fetch_add(ring.sq_tail, 1, __ATOMIC_SEQ_CST);
}

static void wake_ring(void)
{
	syscall(SYS_io_uring_enter, ring.fd, 0, 0, IORING_ENTER_SQ_WAKEUP, NULL, 0);
}

static void try_ring(void)
{
	static long word = 4242;

	if (!make_ring(IORING_SETUP_SQPOLL))
		_exit(0);
	/* Awake it stays so for long; to wake it needs a call. */
	queue(IORING_OP_NOP, 0, -1, NULL, 0);
	wake_ring();
	tell(0);
	pass_gate();
	tell(raw(SYS_io_uring_setup, 1, (long)&(struct io_uring_params){ }, 0));
	tell(raw(SYS_io_uring_enter, ring.fd, 0, 0));
	tell(raw(SYS_io_uring_register, ring.fd, IORING_UNREGISTER_EVENTFD, 0));
	pass_gate();
	queue(IORING_OP_WRITE, 0, OUT_FD, &word, sizeof(word));
	pass_gate();
	tell(1);
}

/*
 * To make rings can be forbidden. One that was there before, with a thread of the
 * kernel's that looks after it, goes on doing what no tracer sees.
 */
TEST_F(escape, io_uring_can_be_refused)
{
	start(&self->t, try_ring);
	open_gate(&self->t);
	if (told(&self->t))
		SKIP(return, "no io_uring");
	self->fd = open_syscall(self->t.pid, 0, O_RDWR);
	ASSERT_SAY(0, self->fd,
		   "on io_uring_setup,io_uring_enter,io_uring_register skip-fail EPERM");
	ASSERT_SAY(0, self->fd, "trace none");
	open_gate(&self->t);
	EXPECT_EQ(-EPERM, told(&self->t));
	EXPECT_EQ(-EPERM, told(&self->t));
	EXPECT_EQ(-EPERM, told(&self->t));
	ASSERT_SAY(0, self->fd, "trace write");
	open_gate(&self->t);
	EXPECT_EQ(4242, told(&self->t));
	EXPECT_FALSE(has_record(self->fd, 0));
	open_gate(&self->t);
	EXPECT_HEAR("write 10, \"\\001\\000\\000\\000\\000\\000\\000\\000\", 8", self->fd);
	EXPECT_SAY(0, self->fd, "cont");
	EXPECT_EQ(1, told(&self->t));
}

static void employ_workers(void)
{
	static char byte;
	int fds[2];

	if (!make_ring(IORING_SETUP_SQPOLL) || pipe(fds))
		_exit(0);
	/* A worker reads, and waits. */
	queue(IORING_OP_READ, IOSQE_ASYNC, fds[0], &byte, 1);
	wake_ring();
	tell(0);
	for (;;)
		pass_gate();
}

/* Up to two threads of @pid but its leader. */
static int find_threads(pid_t pid, pid_t tids[2])
{
	char path[64];
	struct dirent *d;
	int nr = 0;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	dir = opendir(path);
	while (dir && nr < 2 && (d = readdir(dir)))
		if (atoi(d->d_name) && atoi(d->d_name) != pid)
			tids[nr++] = atoi(d->d_name);
	if (dir)
		closedir(dir);
	return nr;
}

/* They make no calls; the process of which they are is traced as ever. */
TEST_F(escape, workers_of_io_uring)
{
	pid_t tids[2];
	int i;

	start(&self->t, employ_workers);
	open_gate(&self->t);
	if (told(&self->t))
		SKIP(return, "no io_uring");
	while (find_threads(self->t.pid, tids) < 2)
		sched_yield();
	for (i = 0; i < 2; i++) {
		self->fds[i] = open_syscall(self->t.pid, tids[i], O_RDWR);
		EXPECT_LE(0, self->fds[i]);
		EXPECT_SAY(EPERM, self->fds[i], "trace all");
		self->fds[i + 2] = open_syscall(self->t.pid, tids[i], O_WRONLY);
		EXPECT_LE(0, self->fds[i + 2]);
		EXPECT_SAY(EPERM, self->fds[i + 2], "trace all");
	}
	self->fd = open_syscall(self->t.pid, 0, O_RDWR);
	EXPECT_SAY(0, self->fd, "trace all");
	self->fds[4] = open_syscall(self->t.pid, self->t.pid, O_RDWR);
	EXPECT_SAY(0, self->fds[4], "trace all");
}

/* --------------------------- changes from seccomp ------------------------- */

static void filter(int nr)
{
	struct sock_filter insns[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, nr, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog prog = { .len = 4, .filter = insns };

	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog))
		_exit(97);
}

static const char harmless[] = "/dev/null", secret[] = "/etc/passwd";

static void open_harmless(void)
{
	filter(SYS_open);
	tell(raw(SYS_open, (long)harmless, O_RDONLY, 0));
}

static bool stops_in_seccomp(pid_t pid, int *status)
{
	*status = 0;
	return waitpid(pid, status, 0) == pid &&
	       *status >> 8 == (SIGTRAP | PTRACE_EVENT_SECCOMP << 8);
}

/* Start @program under a ptracer that may change what its filter stops, and a tracer. */
#define START_FILTERED(program, lines)					\
do {									\
	start(&self->t, program);					\
	ASSERT_EQ(0, ptrace(PTRACE_SEIZE, self->t.pid, 0, PTRACE_O_TRACESECCOMP)); \
	self->fd = open_syscall(self->t.pid, 0, O_RDWR);		\
	ASSERT_SAY(0, self->fd, lines);					\
	open_gate(&self->t);						\
} while (0)

/* The same kind of call with other memory is judged by what is there. */
TEST_F(escape, pointer_changed_within_seccomp)
{
	struct user_regs_struct regs;
	int status;

	START_FILTERED(open_harmless, "trace open");
	ASSERT_HEAR("open \"/dev/null\", 0x0, 0", self->fd);
	ASSERT_SAY(0, self->fd, "cont");
	ASSERT_TRUE(stops_in_seccomp(self->t.pid, &status));
	ASSERT_EQ(0, ptrace(PTRACE_GETREGS, self->t.pid, 0, &regs));
	regs.rdi = (long)secret;
	ASSERT_EQ(0, ptrace(PTRACE_SETREGS, self->t.pid, 0, &regs));
	ASSERT_EQ(0, ptrace(PTRACE_CONT, self->t.pid, 0, 0));
	ASSERT_HEAR("open \"/etc/passwd\", 0x0, 0", self->fd);
	ASSERT_SAY(0, self->fd, "skip-fail EPERM");
	EXPECT_EQ(-EPERM, told(&self->t));
}

TEST_F(escape, call_changed_within_seccomp)
{
	struct user_regs_struct regs;
	int status;

	START_FILTERED(open_harmless, "trace truncate");
	ASSERT_TRUE(stops_in_seccomp(self->t.pid, &status));
	ASSERT_EQ(0, ptrace(PTRACE_GETREGS, self->t.pid, 0, &regs));
	regs.orig_rax = SYS_truncate;
	ASSERT_EQ(0, ptrace(PTRACE_SETREGS, self->t.pid, 0, &regs));
	ASSERT_EQ(0, ptrace(PTRACE_CONT, self->t.pid, 0, 0));
	ASSERT_HEAR("truncate \"/dev/null\", 0", self->fd);
	ASSERT_SAY(0, self->fd, "skip-fail EPERM");
	EXPECT_EQ(-EPERM, told(&self->t));
}

/* Who always changes it again does not get it through. */
TEST_F(escape, endless_changes_within_seccomp)
{
	struct user_regs_struct regs;
	int status, rounds = 0;

	START_FILTERED(open_harmless, "on open when=2+ cont\ntrace none");
	while (stops_in_seccomp(self->t.pid, &status) && rounds < 1000) {
		ASSERT_EQ(0, ptrace(PTRACE_GETREGS, self->t.pid, 0, &regs));
		regs.rdi = (long)(rounds++ % 2 ? harmless : secret);
		ASSERT_EQ(0, ptrace(PTRACE_SETREGS, self->t.pid, 0, &regs));
		ASSERT_EQ(0, ptrace(PTRACE_CONT, self->t.pid, 0, 0));
	}
	if (WIFEXITED(status))
		self->t.pid = 0;
	EXPECT_TRUE(WIFEXITED(status));
	EXPECT_LT(1, rounds);
	EXPECT_EQ(-EPERM, told(&self->t));
}

TEST_HARNESS_MAIN
