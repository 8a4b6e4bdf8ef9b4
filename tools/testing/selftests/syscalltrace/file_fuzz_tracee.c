// SPDX-License-Identifier: GPL-2.0
/*
 * What is traced: programs that know what their calls have to return, and say so if
 * they return something else.
 *
 * Calls are made without the C library where it would have an opinion.
 */

#include <setjmp.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/user.h>

#include "file_fuzz.h"

const char * const kind_names[NR_KINDS] = {
	"caller", "forker", "threads", "signals", "executes", "ptracer", "mixture",
};

static atomic_int handled;	/* signals */
static sigjmp_buf after_fault;
static pid_t parent;		/* of this process; 0: not known for certain */
static int null = -1, pair[2] = { -1, -1 };

static bool is_over(void)
{
	return atomic_load(&world->ending);
}

/* A call whose result is known for certain, or may be made up if it is @forgeable. */
static void expect(const char *what, long result, long expected, bool forgeable)
{
	world->calls++;
	if (result == expected || world->mode == MODE_WILD)
		return;
	if (forgeable && world->mode == MODE_FORGING && is_forged(result))
		return;
	found("tracee %s: %s gives %ld, not %ld", kind_names[world->actors[me].kind], what,
	      result, expected);
}

#define EXPECT_CALL(expected, nr, a, b, c)					\
	expect(#nr " " #a ", " #b ", " #c, raw(SYS_ ## nr, (long)(a), (long)(b), (long)(c)), \
	       expected, false)
#define EXPECT_FORGEABLE(expected, nr, a, b, c)					\
	expect(#nr " " #a ", " #b ", " #c, raw(SYS_ ## nr, (long)(a), (long)(b), (long)(c)), \
	       expected, true)

/* ------------------------------- known calls ----------------------------- */

static void call_ids(void)
{
	if (parent)
		EXPECT_FORGEABLE(parent, getppid, 0, 0, 0);
	EXPECT_CALL(getpid(), getpid, 0, 0, 0);
	EXPECT_FORGEABLE(0, geteuid, 0, 0, 0);
	EXPECT_FORGEABLE(0, sched_yield, 0, 0, 0);
}

static void call_files(void)
{
	static const char words[] = "some words\n";
	char buf[64];

	EXPECT_CALL(7, write, null, words, 7);
	EXPECT_FORGEABLE(-ESPIPE, lseek, pair[0], 0, SEEK_CUR);
	EXPECT_FORGEABLE(-EBADF, dup3, -1, 900, 0);
	EXPECT_CALL(-EBADF, close, -1, 0, 0);
	EXPECT_CALL(-ENOENT, openat, AT_FDCWD, "/nowhere/at/all", O_RDONLY);
	EXPECT_CALL(-ENOTDIR, openat, AT_FDCWD, "/dev/null/x", O_RDONLY);
	EXPECT_CALL(sizeof(words), write, pair[1], words, sizeof(words));
	EXPECT_CALL(sizeof(words), read, pair[0], buf, sizeof(buf));
	if (memcmp(buf, words, sizeof(words)) && world->mode != MODE_WILD)
		found("tracee: a pipe gives other bytes than it got");
}

static void call_vectors(void)
{
	struct iovec v[3] = { { "some ", 5 }, { "other ", 6 }, { "words", 5 } };
	char buf[64];

	EXPECT_CALL(16, writev, pair[1], v, 3);
	EXPECT_CALL(16, read, pair[0], buf, sizeof(buf));
	if (memcmp(buf, "some other words", 16) && world->mode != MODE_WILD)
		found("tracee: a pipe gives other bytes than its vector had");
	EXPECT_CALL(-EINVAL, writev, pair[1], v, 2000);
	v[1].iov_base = bad_address();
	v[0].iov_len = 0;
	EXPECT_CALL(-EFAULT, writev, pair[1], v, 3);
}

static void call_badly(void)
{
	EXPECT_CALL(-EFAULT, write, pair[1], bad_address(), 5);
	EXPECT_CALL(-EFAULT, uname, bad_address(), 0, 0);
	EXPECT_CALL(-EFAULT, openat, AT_FDCWD, bad_address(), O_RDONLY);
	EXPECT_CALL(-EFAULT, writev, pair[1], bad_address(), 2);
	EXPECT_CALL(-EFAULT, execve, bad_address(), 0, 0);
	EXPECT_CALL(-EFAULT, pipe, bad_address(), 0, 0);
	/* Refused before the address is looked at. */
	EXPECT_CALL(-ENOTSOCK, sendmsg, pair[1], bad_address(), 0);
	expect("call 1000", raw(1000, 1, 2, 3), -ENOSYS, false);
	expect("call -1", raw(-1, 1, 2, 3), -ENOSYS, false);
}

static long raw_32(long nr, long a, long b, long c)
{
	long ret;

	asm volatile("int $0x80" : "=a" (ret) : "a" (nr), "b" (a), "c" (b), "d" (c)
		     : "memory", "r8", "r9", "r10", "r11");
	return (int)ret;
}

static void call_32(void)
{
	expect("i386:getpid", raw_32(20, 0, 0, 0), getpid(), false);
	expect("i386:close -1", raw_32(6, -1, 0, 0), -EBADF, false);
}

static void call_all(void)
{
	call_ids();
	call_files();
	call_vectors();
	call_badly();
	if (percent(30))
		call_32();
	if (percent(10))
		nap(1);
}

/* --------------------------------- signals ------------------------------- */

static void handle_signal(int sig, siginfo_t *info, void *context)
{
	handled++;
	if (sig == SIGSEGV)
		siglongjmp(after_fault, 1);
}

static void set_handlers(void)
{
	static const int signals[] = { SIGUSR1, SIGUSR2, SIGSEGV, SIGCHLD, SIGALRM };
	struct sigaction sa = {
		.sa_sigaction = handle_signal, .sa_flags = SA_RESTART | SA_SIGINFO,
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(signals); i++)
		sigaction(signals[i], &sa, NULL);
}

/* A signal to oneself is there when the call that sent it has returned. */
static void signal_oneself(void)
{
	int before = handled;

	expect("tgkill", raw(SYS_tgkill, getpid(), gettid(), SIGUSR1), 0, false);
	if (handled == before && world->mode != MODE_WILD)
		found("tracee: a signal to oneself has not come");
}

static void fault(void)
{
	int before = handled;

	if (!sigsetjmp(after_fault, 1))
		*(volatile char *)bad_address() = 1;
	if (handled == before && world->mode != MODE_WILD)
		found("tracee: a fault had no signal");
}

static void signal_others(void)
{
	static const int signals[] = { SIGUSR1, SIGUSR2, SIGCONT };
	struct actor *other = &world->actors[below(world->nr_tracees)];

	if (other->pid > 1)
		raw(SYS_kill, other->pid, signals[below(ARRAY_SIZE(signals))], 0);
}

static void be_signalled(void)
{
	signal_oneself();
	if (percent(50))
		fault();
	if (percent(50))
		signal_others();
	call_ids();
}

/* ----------------------------- children, threads ------------------------- */

static void expect_status(pid_t child, int expected)
{
	int status = -1;
	long ret;

	do {
		ret = syscall(SYS_wait4, child, &status, 0, NULL);
	} while (ret < 0 && errno == EINTR);
	expect("wait4", ret, child, false);
	expect("status of a child", status, expected, false);
}

static void be_child(unsigned int how)
{
	parent = 0;
	switch (how) {
	case 0:
		raw(SYS_kill, getpid(), SIGKILL, 0);
		break;
	case 1:
		signal(SIGTERM, SIG_DFL);
		raw(SYS_tgkill, getpid(), gettid(), SIGTERM);
		break;
	case 2:
		/* Of a call that a signal of its own ends, too. */
		signal(SIGSEGV, SIG_DFL);
		*(volatile char *)bad_address() = 1;
		break;
	case 3:
		call_files();
		break;
	default:
		call_ids();
	}
	_exit(7);
}

static void make_child(void)
{
	static const int statuses[] = { SIGKILL, SIGTERM, SIGSEGV, 7 << 8, 7 << 8, 7 << 8 };
	unsigned int how = below(ARRAY_SIZE(statuses));
	pid_t child = fork();

	if (!child)
		be_child(how);
	if (child < 0) {
		expect("fork", child, 1, false);
		return;
	}
	expect_status(child, statuses[how]);
}

static void execute_child(bool share)
{
	char *argv[] = { "file_fuzz", "--child", "9", NULL };
	pid_t child = share ? vfork() : fork();

	if (!child) {
		execve("/proc/self/exe", argv, environ);
		_exit(8);
	}
	if (child < 0) {
		expect("vfork", child, 1, false);
		return;
	}
	expect_status(child, 9 << 8);
}

static void *run_thread(void *arg)
{
	call_ids();
	if (arg)
		signal_oneself();
	else
		call_badly();
	return arg;
}

static void make_threads(void)
{
	pthread_t threads[3];
	unsigned long i, n = 1 + below(ARRAY_SIZE(threads));
	void *ret;

	for (i = 0; i < n; i++) {
		if (pthread_create(&threads[i], NULL, run_thread, (void *)(i % 2))) {
			expect("pthread_create", -errno, 0, false);
			break;
		}
	}
	call_ids();
	for (n = i, i = 0; i < n; i++) {
		ret = NULL;
		pthread_join(threads[i], &ret);
		expect("pthread_join", (long)ret, i % 2, false);
	}
}

static void *execute_from_thread(void *arg)
{
	char *argv[] = { "file_fuzz", "--child", "9", NULL };

	execve("/proc/self/exe", argv, environ);
	return NULL;
}

/* A child that executes from another thread than its leader. */
static void execute_threads(void)
{
	pid_t child = fork();
	pthread_t thread;

	if (!child) {
		parent = 0;
		if (pthread_create(&thread, NULL, execute_from_thread, NULL))
			_exit(9);
		if (percent(50))
			call_ids();
		pthread_join(thread, NULL);
		_exit(8);
	}
	if (child > 0)
		expect_status(child, 9 << 8);
	else
		expect("fork", child, 1, false);
}

int child_main(int argc, char **argv)
{
	char buf[8];
	int fds[2];

	if (pipe(fds) || write(fds[1], "x", 1) != 1 || read(fds[0], buf, 1) != 1)
		_exit(10);
	_exit(argc > 2 ? atoi(argv[2]) : 11);
}

/* ---------------------------------- ptrace ------------------------------- */

static void be_ptraced(void)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	ptrace(PTRACE_TRACEME, 0, 0, 0);
	raw(SYS_tgkill, getpid(), gettid(), SIGSTOP);
	parent = 0;
	call_ids();
	_exit(7);
}

/* See a child's calls, for a while, and let it go. */
static void ptrace_child(void)
{
	pid_t child = fork();
	int status, i, n = below(20);

	if (!child)
		be_ptraced();
	if (child < 0)
		return;
	for (i = 0; i < n && waitpid(child, &status, 0) == child && WIFSTOPPED(status); i++)
		ptrace(PTRACE_SYSCALL, child, 0, 0);
	if (i < n) {
		/* It has ended. */
		if (world->mode != MODE_WILD && status != 7 << 8)
			found("tracee: a ptraced child ended with %#x", status);
		return;
	}
	if (waitpid(child, &status, 0) == child && WIFSTOPPED(status)) {
		ptrace(PTRACE_DETACH, child, 0, 0);
		expect_status(child, 7 << 8);
	}
}

/* ----------------------------------- main -------------------------------- */

static void do_something(int kind)
{
	switch (kind) {
	case 0:
		call_all();
		break;
	case 1:
		make_child();
		execute_child(percent(50));
		break;
	case 2:
		make_threads();
		break;
	case 3:
		be_signalled();
		break;
	case 4:
		execute_threads();
		break;
	case 5:
		ptrace_child();
		break;
	default:
		do_something(below(NR_KINDS - 1));
	}
}

static void prepare(void)
{
	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (null < 0 || pipe2(pair, O_CLOEXEC | O_NONBLOCK))
		_exit(1);
	parent = world->watcher;
	set_handlers();
	kcov_begin(1 << 14);
}

void tracee_main(int kind)
{
	unsigned long step = 0;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prepare();
	while (!is_over()) {
		begin_step(step++);
		do_something(kind);
		world->actors[me].steps++;
		kcov_gather();
	}
	_exit(WELL);
}
