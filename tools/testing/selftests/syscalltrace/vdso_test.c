// SPDX-License-Identifier: GPL-2.0
/*
 * The vDSO of programs whose tracer wants to see what it does: each function
 * becomes a call, and the program does not notice; without that it enters the
 * kernel for none of them. SYSCALLTRACE_ROUNDS=n makes it longer.
 */

#include <asm/prctl.h>
#include <sys/ptrace.h>
#include <sys/user.h>

#include "common.h"
#include "vdso_prog.h"

#define X32_BIT		0x40000000
#define INT3		0xcc
#define HLT		0xf4
/* What a rule returns in place of the kernel. */
#define MARK		77
/* What the time is more in a time namespace. */
#define OFFSET		100000

/* Calls that the vDSO takes from the kernel, but for what depends on the clock. */
#define CALLS		"clock_gettime,clock_gettime64,time,clock_getres,getcpu"
/* So many of them are in a round of the program, and none if it is about to end. */
#define CALLS_A_ROUND	5

FIXTURE(vdso)
{
	struct tracee t;
	int fd;
	int fds[4];
	struct vdso_share *share;
	int memory;
	pid_t tracer;	/* another process, which traces */
};

FIXTURE_VARIANT(vdso)
{
	const char *program;
	const char *prefix;	/* of calls */
	bool is_64;
	bool is_i386;
	int map_code;
};

FIXTURE_VARIANT_ADD(vdso, native)
{
	.program = "vdso_prog_64",
	.prefix = "",
	.is_64 = true,
	.map_code = ARCH_MAP_VDSO_64,
};

FIXTURE_VARIANT_ADD(vdso, i386)
{
	.program = "vdso_prog_32",
	.prefix = "i386:",
	.is_i386 = true,
};

/* What the vDSO calls are native calls. */
FIXTURE_VARIANT_ADD(vdso, x32)
{
	.program = "vdso_prog_x32",
	.prefix = "",
	.map_code = ARCH_MAP_VDSO_X32,
};

/* The program has copies of these. */
static char program_path[64];
static const char *program_mode;
static int program_memory;
/* What count_records() has read last. */
static char last_record[256];

static bool has_slow_clock(void)
{
	FILE *f = fopen("/sys/devices/system/clocksource/clocksource0/current_clocksource", "r");
	char name[64] = "";

	if (f) {
		hear_line(f, name, sizeof(name));
		fclose(f);
	}
	return strcmp(name, "tsc") && strcmp(name, "kvm-clock") &&
	       strcmp(name, "hyperv_clocksource_tsc_page");
}

FIXTURE_SETUP(vdso)
{
	self->t = (struct tracee){ .gate = -1, .out = -1 };
	self->fd = -1;
	self->tracer = 0;
	memset(self->fds, -1, sizeof(self->fds));
	self->memory = memfd_create("share", MFD_CLOEXEC);
	ASSERT_EQ(0, ftruncate(self->memory, getpagesize()));
	self->share = mmap(NULL, getpagesize(), PROT_READ | PROT_WRITE, MAP_SHARED,
			   self->memory, 0);
	ASSERT_NE(MAP_FAILED, self->share);
	self->share->slow_clock = has_slow_clock();
	self->share->map_code = variant->map_code;
	program_memory = self->memory;
	snprintf(program_path, sizeof(program_path), "/tests/%s", variant->program);
	if (access(program_path, X_OK))
		snprintf(program_path, sizeof(program_path), "./%s", variant->program);
	if (access(program_path, X_OK))
		SKIP(return, "no %s", variant->program);
	if (!variant->is_64 && !variant->is_i386 && raw(X32_BIT | SYS_getpid, 0, 0, 0) == -ENOSYS)
		SKIP(return, "no x32");
}

FIXTURE_TEARDOWN(vdso)
{
	unsigned int i;

	if (self->tracer) {
		kill(self->tracer, SIGKILL);
		waitpid(self->tracer, NULL, 0);
	}
	stop_tracee(&self->t);
	close(self->fd);
	for (i = 0; i < ARRAY_SIZE(self->fds); i++)
		close(self->fds[i]);
	munmap(self->share, getpagesize());
	close(self->memory);
}

/* ------------------------------- the program ----------------------------- */

static void execute(void)
{
	char *args[] = { program_path, (char *)program_mode, NULL }, *env[] = { NULL };

	dup2(program_memory, SHARE_FD);
	execve(program_path, args, env);
	_exit(94);
}

static void execute_in_time_namespace(void)
{
	int fd;

	if (unshare(CLONE_NEWTIME))
		_exit(93);
	fd = open("/proc/self/timens_offsets", O_WRONLY);
	if (dprintf(fd, "monotonic %d 0\nboottime %d 0\n", OFFSET, OFFSET) < 0)
		_exit(92);
	close(fd);
	execute();
}

/* Calls that enter the kernel only for who wants to see them. */
static const char *fast_calls(struct vdso_share *share)
{
	/* It may have become so. */
	share->slow_clock = has_slow_clock();
	return share->slow_clock ? CALLS : CALLS ",gettimeofday";
}

static int rounds_by(int divisor)
{
	const char *text = getenv("SYSCALLTRACE_ROUNDS");
	int rounds = (text ? atoi(text) : 2000) / divisor;

	return rounds > 0 ? rounds : 1;
}

static unsigned int count_tracers(pid_t pid)
{
	char path[64], line[256];
	unsigned int n = -1;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	f = fopen(path, "r");
	while (f && hear_line(f, line, sizeof(line)))
		sscanf(line, "SyscallTracers: %u", &n);
	if (f)
		fclose(f);
	return n;
}

/* Where the vDSO and its data are. */
static void find_vdso(const struct tracee *t, struct vdso_share *share)
{
	unsigned long start, end;
	char path[64], line[256];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/maps", t->pid);
	f = fopen(path, "r");
	while (f && hear_line(f, line, sizeof(line))) {
		if (sscanf(line, "%lx-%lx", &start, &end) != 2)
			continue;
		if (strstr(line, "[vvar]"))
			share->vvar = start;
		if (strstr(line, "[vdso]")) {
			share->vdso = start;
			share->vdso_size = end - start;
		}
	}
	share->vvar_size = share->vdso - share->vvar;
	if (f)
		fclose(f);
}

/* Has the program found something wrong, or ended? */
static bool is_wrong(const struct tracee *t, const struct vdso_share *share)
{
	siginfo_t info = { };

	if (share->line)
		fprintf(stderr, "# vdso_prog.c:%u: not so\n", share->line);
	waitid(P_PID, t->pid, &info, WEXITED | WNOHANG | WNOWAIT);
	if (info.si_pid)
		fprintf(stderr, "# it has ended: %d\n", info.si_status);
	return share->line || info.si_pid;
}

static bool have_advanced(const struct vdso_share *share, const unsigned int *from,
			  unsigned int first, unsigned int nr, unsigned int by)
{
	unsigned int i;

	for (i = first; i < first + nr; i++)
		if (share->rounds[i] - from[i] < by)
			return false;
	return true;
}

/*
 * Let the processes or threads of @nr slots go on for @by rounds, and answer
 * what is read. Return how many records that were, or -1.
 */
static int count_records(const struct tracee *t, const struct vdso_share *share, int fd,
			 unsigned int first, unsigned int nr, unsigned int by)
{
	unsigned int from[NR_SLOTS], i;
	int n = 0, tid;

	for (i = 0; i < NR_SLOTS; i++)
		from[i] = share->rounds[i];
	while (!have_advanced(share, from, first, nr, by)) {
		if (is_wrong(t, share))
			return -1;
		if (fd < 0) {
			sched_yield();
		} else if (has_record(fd, 1)) {
			n++;
			snprintf(last_record, sizeof(last_record), "%.255s", hear(fd));
			tid = atoi(last_record);
			if (tid ? say(fd, "%d cont", tid) : say(fd, "cont"))
				return -1;
		}
	}
	return n;
}

/* One of the threads comes to the end of a round, and nothing is wrong. */
static bool goes_on_somewhere(const struct tracee *t, const struct vdso_share *share)
{
	const struct vdso_share from = *share;

	while (!memcmp(share->rounds, from.rounds, sizeof(from.rounds)))
		if (is_wrong(t, share))
			return false;
	return !is_wrong(t, share);
}

/* The next rounds of these slots are right. */
static void assert_goes_on(struct __test_metadata *_metadata, FIXTURE_DATA(vdso) *self,
			   unsigned int first, unsigned int nr)
{
	ASSERT_EQ(0, count_records(&self->t, self->share, -1, first, nr, 2));
}

/* And without calls, as a tracer sees that does not want them. */
static void assert_is_fast(struct __test_metadata *_metadata, FIXTURE_DATA(vdso) *self,
			   pid_t pid, unsigned int first, unsigned int nr)
{
	int fd = open_syscall(pid, 0, O_RDWR);
	const char *calls = fast_calls(self->share);

	assert_goes_on(_metadata, self, first, nr);
	ASSERT_LE(0, fd);
	ASSERT_SAY(0, fd, "tid on");
	ASSERT_SAY(0, fd, "trace %s", calls);
	ASSERT_EQ(0, count_records(&self->t, self->share, fd, first, nr, 3)) {
		TH_LOG("the last was %s", last_record);
	}
	close(fd);
}

/* Start the program in a mode; it waits to be let execute it. */
static void start_program(FIXTURE_DATA(vdso) *self, const char *mode, void (*run)(void))
{
	program_mode = mode;
	start(&self->t, run);
}

/* Start it in a mode in which it counts rounds in @nr slots, and wait for some. */
static void start_spinning(struct __test_metadata *_metadata, FIXTURE_DATA(vdso) *self,
			   const char *mode, unsigned int nr)
{
	start_program(self, mode, execute);
	open_gate(&self->t);
	assert_goes_on(_metadata, self, 0, nr);
}

/* A tracer that wants to see what the vDSO does. */
static int attach(struct __test_metadata *_metadata, pid_t pid, const char *set)
{
	int fd = open_syscall(pid, 0, O_RDWR);

	ASSERT_LE(0, fd);
	ASSERT_SAY(0, fd, "vdso off");
	ASSERT_SAY(0, fd, "tid on");
	ASSERT_SAY(0, fd, "trace %s", set);
	return fd;
}

static void leave(struct __test_metadata *_metadata, int *fd)
{
	ASSERT_SAY(0, *fd, "detach");
	close(*fd);
	*fd = -1;
}

static char *with_prefix(const char *prefix, const char *fmt, ...)
{
	static char record[256];
	va_list ap;
	int len = snprintf(record, sizeof(record), "%s", prefix);

	va_start(ap, fmt);
	vsnprintf(record + len, sizeof(record) - len, fmt, ap);
	va_end(ap);
	return record;
}

/* The next record is of getcpu, which goes on. Return the thread. */
static pid_t assert_sees_getcpu(struct __test_metadata *_metadata, int fd, const char *prefix)
{
	const char *want = with_prefix(" ", "%sgetcpu 0x", prefix);
	char text[64], *call;
	pid_t tid;

	snprintf(text, sizeof(text), "%.63s", hear(fd));
	tid = strtol(text, &call, 10);
	call[strlen(want)] = 0;
	ASSERT_STREQ(want, call);
	ASSERT_SAY(0, fd, "%d cont", tid);
	return tid;
}

#define ASSERT_GOES_ON(first, nr)	assert_goes_on(_metadata, self, first, nr)
#define ASSERT_IS_FAST(pid, first, nr)	assert_is_fast(_metadata, self, pid, first, nr)
#define START_SPINNING(mode, nr)	start_spinning(_metadata, self, mode, nr)
#define ATTACH(set)			attach(_metadata, self->t.pid, set)
#define LEAVE(fd)			leave(_metadata, &(fd))
#define ASSERT_SEES_GETCPU(fd)		assert_sees_getcpu(_metadata, fd, variant->prefix)

/* ------------------------------ each function ---------------------------- */

#define ASSERT_CALL(...)						\
	ASSERT_HEAR(with_prefix(variant->prefix, __VA_ARGS__), self->fd)

/* What the function returns, and two words of what it writes. */
#define EXPECT_GETS(ret, a, b)						\
do {									\
	EXPECT_EQ(ret, told(&self->t));					\
	EXPECT_EQ(a, told(&self->t));					\
	EXPECT_EQ(b, told(&self->t));					\
} while (0)

/* Two words of eight bytes, 1 and 2; or one of two words. */
#define TIME_12		"\\1\\0\\0\\0\\0\\0\\0\\0\\2\\0\\0\\0\\0\\0\\0\\0"
#define TIME_12_I386	"\\1\\0\\0\\0\\2\\0\\0\\0"

TEST_F(vdso, functions_become_calls)
{
	const char *time = variant->is_i386 ? TIME_12_I386 : TIME_12;
	long sec = variant->is_i386 ? 0x200000001 : 1, nsec = variant->is_i386 ? 0 : 2;
	unsigned long a, b;

	start_program(self, "once", execute);
	self->fd = open_syscall(self->t.pid, 0, O_RDWR);
	ASSERT_SAY(0, self->fd, "vdso off");
	ASSERT_SAY(0, self->fd, "trace " CALLS ",gettimeofday,getrandom");
	open_gate(&self->t);
	a = told(&self->t);
	b = told(&self->t);
	ASSERT_CALL("clock_gettime 6, 0x%lx", a);
	ASSERT_SAY(0, self->fd, "step");
	ASSERT_HEAR("ok 0", self->fd);
	ASSERT_SAY(0, self->fd, "set 2 \"%s\"", time);
	ASSERT_SAY(0, self->fd, "cont");
	EXPECT_GETS(0, sec, nsec);
	ASSERT_CALL("gettimeofday 0x%lx, 0x%lx", a, b);
	ASSERT_SAY(0, self->fd, "set 1 \"%s\"", time);
	ASSERT_SAY(0, self->fd, "skip-ok 5");
	EXPECT_GETS(5, sec, nsec);
	ASSERT_CALL("time 0x%lx", a);
	ASSERT_SAY(0, self->fd, "skip-ok 12345678");
	EXPECT_GETS(12345678, 0, 0);
	ASSERT_CALL("clock_getres 6, 0x%lx", a);
	ASSERT_SAY(0, self->fd, "skip-fail ENOSPC");
	EXPECT_GETS(-ENOSPC, 0, 0);
	ASSERT_CALL("getcpu 0x%lx, 0x%lx, NULL", a, b);
	ASSERT_SAY(0, self->fd, "step");
	ASSERT_HEAR("ok 0", self->fd);
	ASSERT_SAY(0, self->fd, "set 1 \"\\4\\3\\2\\1\"");
	ASSERT_SAY(0, self->fd, "fail EPERM");
	EXPECT_GETS(-EPERM, 0x01020304, 0);
	if (variant->is_64) {
		ASSERT_CALL("getrandom 0x%lx, 16, 0x0", a);
		ASSERT_SAY(0, self->fd, "set 1 \"%s\"", time);
		ASSERT_SAY(0, self->fd, "skip-ok 16");
		EXPECT_GETS(16, 1, 2);
	}
	if (variant->is_i386) {
		ASSERT_CALL("clock_gettime64 6, 0x%lx", a);
		ASSERT_SAY(0, self->fd, "set 2 \"%s\"", TIME_12);
		ASSERT_SAY(0, self->fd, "skip-ok 0");
		EXPECT_GETS(0, 1, 2);
	}
	EXPECT_EQ(0, wait_status(&self->t));
	EXPECT_HEAR("", self->fd);
}

TEST_F(vdso, functions_are_no_calls_otherwise)
{
	start_program(self, "once", execute);
	self->fd = open_syscall(self->t.pid, 0, O_RDWR);
	ASSERT_SAY(0, self->fd, "trace %s", fast_calls(self->share));
	open_gate(&self->t);
	EXPECT_HEAR("", self->fd);
	EXPECT_EQ(0, wait_status(&self->t));
}

TEST_F(vdso, on_ends_it)
{
	START_SPINNING("spin", 1);
	self->fd = ATTACH(CALLS);
	ASSERT_LE(2 * CALLS_A_ROUND,
		  count_records(&self->t, self->share, self->fd, 0, 1, 3));
	ASSERT_SAY(0, self->fd, "vdso on");
	ASSERT_LE(0, count_records(&self->t, self->share, self->fd, 0, 1, 2));
	ASSERT_EQ(0, count_records(&self->t, self->share, self->fd, 0, 1, 3));
	self->share->execute = 1;
	EXPECT_HEAR("", self->fd);
	EXPECT_EQ(0, wait_status(&self->t));
}

TEST_F(vdso, results_are_those_of_calls)
{
	self->share->compare = 1;
	START_SPINNING("spin", 1);
	self->fd = ATTACH("none");
	ASSERT_GOES_ON(0, 1);
	LEAVE(self->fd);
	ASSERT_GOES_ON(0, 1);
	EXPECT_EQ(0, count_tracers(self->t.pid));
}

TEST_F(vdso, random_bytes)
{
	if (!variant->is_64)
		SKIP(return, "no getrandom in this vDSO");
	START_SPINNING("spin", 1);
	self->fd = ATTACH("getrandom");
	/* Of the first round it may be over. */
	ASSERT_LE(9, count_records(&self->t, self->share, self->fd, 0, 1, 10));
	LEAVE(self->fd);
	ASSERT_GOES_ON(0, 1);
	self->fd = open_syscall(self->t.pid, 0, O_RDWR);
	ASSERT_SAY(0, self->fd, "trace getrandom");
	/* It makes a call now and then. */
	EXPECT_GT(20, count_records(&self->t, self->share, self->fd, 0, 1, 100));
}

/* A form of getrandom() that the vDSO leaves to the kernel. */
TEST_F(vdso, random_bytes_with_bad_state)
{
	int i;

	if (!variant->is_64)
		SKIP(return, "no getrandom in this vDSO");
	for (i = 0; i < 2; i++) {
		start_program(self, "bad-state", execute);
		self->fd = ATTACH("none");
		if (!i)
			LEAVE(self->fd);
		open_gate(&self->t);
		EXPECT_EQ(8, told(&self->t));
		EXPECT_EQ(0, wait_status(&self->t));
		close(self->fd);
		stop_tracee(&self->t);
	}
	self->fd = -1;
}

TEST_F(vdso, console)
{
	START_SPINNING("spin", 1);
	ASSERT_EQ(0, command(self->t.pid, "trace " CALLS));
	ASSERT_GOES_ON(0, 1);
	ASSERT_EQ(0, command(self->t.pid, "vdso off"));
	while (!*look(self->t.pid) && !is_wrong(&self->t, self->share))
		sched_yield();
	ASSERT_EQ(0, command(self->t.pid, "trace time"));
	ASSERT_EQ(0, command(self->t.pid, "detach"));
	ASSERT_IS_FAST(self->t.pid, 0, 1);
}

/* ----------------------------- coming and going -------------------------- */

/* Tracers come, some answer a while, and go in various ways. */
static void come_and_go(struct __test_metadata *_metadata, FIXTURE_DATA(vdso) *self,
			unsigned int nr, int rounds)
{
	int i;

	for (i = 0; i < rounds; i++) {
		self->share->compare = i / 8 % 2;
		self->fd = attach(_metadata, self->t.pid, i % 4 ? "none" : "getcpu,time");
		if (i % 4 < 2)
			ASSERT_LE(0, count_records(&self->t, self->share, self->fd, 0, 1, 1));
		if (i % 3 == 0)
			ASSERT_SAY(0, self->fd, "detach");
		if (i % 3 == 1)
			ASSERT_SAY(0, self->fd, "vdso on");
		close(self->fd);
		self->fd = -1;
		ASSERT_FALSE(is_wrong(&self->t, self->share));
	}
	self->share->compare = 0;
	assert_is_fast(_metadata, self, self->t.pid, 0, nr);
	EXPECT_EQ(0, count_tracers(self->t.pid));
}

TEST_F_TIMEOUT(vdso, tracers_come_and_go, 600)
{
	START_SPINNING("threads", NR_SLOTS);
	come_and_go(_metadata, self, NR_SLOTS, rounds_by(80));
}

TEST_F_TIMEOUT(vdso, signals_come_too, 600)
{
	START_SPINNING("signals", 2);
	come_and_go(_metadata, self, 2, rounds_by(200));
}

/* While one thread takes the traps away, another may just have run into one. */
TEST_F_TIMEOUT(vdso, traps_vanish_for_all_threads, 600)
{
	int i, rounds = rounds_by(40);

	START_SPINNING("threads", NR_SLOTS);
	for (i = 0; i < rounds; i++) {
		self->fd = ATTACH("none");
		ASSERT_TRUE(goes_on_somewhere(&self->t, self->share));
		LEAVE(self->fd);
		ASSERT_TRUE(goes_on_somewhere(&self->t, self->share));
	}
	ASSERT_IS_FAST(self->t.pid, 0, NR_SLOTS);
}

/* A tracer that says what it has seen first. */
static pid_t start_tracer(pid_t pid, int *seen)
{
	int fds[2], fd;
	pid_t tracer;

	if (pipe2(fds, O_CLOEXEC))
		return -1;
	tracer = fork();
	if (!tracer) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		alarm(0);
		fd = open_syscall(pid, 0, O_RDWR);
		say(fd, "vdso off");
		say(fd, "trace getcpu");
		dprintf(fds[1], "%s", hear(fd));
		pause();
	}
	close(fds[1]);
	*seen = fds[0];
	return tracer;
}

TEST_F(vdso, tracer_is_killed)
{
	char text[64] = "", want[64];
	int i;

	START_SPINNING("threads", NR_SLOTS);
	snprintf(want, sizeof(want), "%sgetcpu 0x", variant->prefix);
	for (i = 0; i < 5; i++) {
		self->tracer = start_tracer(self->t.pid, &self->fds[0]);
		ASSERT_LT(0, self->tracer);
		ASSERT_LT(0, read(self->fds[0], text, sizeof(text)));
		text[strlen(want)] = '\0';
		ASSERT_STREQ(want, text);
		kill(self->tracer, SIGKILL);
		waitpid(self->tracer, NULL, 0);
		self->tracer = 0;
		close(self->fds[0]);
		ASSERT_GOES_ON(0, NR_SLOTS);
	}
	ASSERT_IS_FAST(self->t.pid, 0, NR_SLOTS);
	EXPECT_EQ(0, count_tracers(self->t.pid));
}

TEST_F(vdso, two_tracers_want_it)
{
	START_SPINNING("threads", NR_SLOTS);
	self->fds[0] = ATTACH("getcpu");
	self->fds[1] = ATTACH("none");
	ASSERT_SEES_GETCPU(self->fds[0]);
	LEAVE(self->fds[1]);
	ASSERT_LE(2, count_records(&self->t, self->share, self->fds[0], 0, 1, 3));
	self->fds[1] = ATTACH("none");
	LEAVE(self->fds[0]);
	/* Whom it is no matter sees them as long as somebody wants them. */
	self->fds[0] = open_syscall(self->t.pid, 0, O_RDWR);
	ASSERT_SAY(0, self->fds[0], "tid on");
	ASSERT_SAY(0, self->fds[0], "trace getcpu");
	ASSERT_SEES_GETCPU(self->fds[0]);
	LEAVE(self->fds[0]);
	LEAVE(self->fds[1]);
	ASSERT_IS_FAST(self->t.pid, 0, NR_SLOTS);
}

TEST_F(vdso, one_thread)
{
	START_SPINNING("threads", NR_SLOTS);
	self->fd = open_syscall(self->t.pid, self->t.pid, O_RDWR);
	ASSERT_SAY(0, self->fd, "vdso off");
	ASSERT_SAY(0, self->fd, "tid on");
	ASSERT_SAY(0, self->fd, "trace getcpu");
	ASSERT_TRUE(has_record(self->fd, -1));
	/* This one waits, the others do not. */
	ASSERT_GOES_ON(1, NR_SLOTS - 1);
	ASSERT_EQ(self->t.pid, ASSERT_SEES_GETCPU(self->fd));
	ASSERT_EQ(self->t.pid, ASSERT_SEES_GETCPU(self->fd));
	LEAVE(self->fd);
	ASSERT_IS_FAST(self->t.pid, 0, NR_SLOTS);
}

TEST_F(vdso, word_left_by_a_tracer_holds)
{
	start_program(self, "when-told", execute);
	open_gate(&self->t);
	told(&self->t);
	ASSERT_EQ(0, told(&self->t));
	self->fd = ATTACH("clock_getres");
	ASSERT_SAY(0, self->fd, "onclose skip-fail ENOSPC");
	close(self->fd);
	self->fd = -1;
	open_gate(&self->t);
	EXPECT_EQ(-ENOSPC, told(&self->t));
	EXPECT_EQ(1, count_tracers(self->t.pid));
}

/* -------------------------------- children ------------------------------- */

TEST_F(vdso, followed_child)
{
	pid_t child, first, tid;

	start_program(self, "fork", execute);
	self->fd = open_syscall(self->t.pid, 0, O_RDWR);
	ASSERT_SAY(0, self->fd, "vdso off");
	ASSERT_SAY(0, self->fd, "follow on");
	ASSERT_SAY(0, self->fd, "trace getcpu");
	open_gate(&self->t);
	child = told(&self->t);
	first = ASSERT_SEES_GETCPU(self->fd);
	do {
		tid = ASSERT_SEES_GETCPU(self->fd);
	} while (tid == first);
	EXPECT_TRUE((first == child && tid == self->t.pid) ||
		    (first == self->t.pid && tid == child));
	LEAVE(self->fd);
	ASSERT_IS_FAST(self->t.pid, 0, 1);
	ASSERT_IS_FAST(child, 1, 1);
}

TEST_F(vdso, other_child_is_left_alone)
{
	pid_t child;

	start_program(self, "fork", execute);
	self->fd = ATTACH("none");
	open_gate(&self->t);
	child = told(&self->t);
	ASSERT_IS_FAST(child, 1, 1);
	/* But the parent is not. */
	ASSERT_SAY(0, self->fd, "trace getcpu");
	ASSERT_EQ(self->t.pid, ASSERT_SEES_GETCPU(self->fd));
	LEAVE(self->fd);
	ASSERT_IS_FAST(self->t.pid, 0, 1);
}

/* A child that was there before heeds it when it executes a program. */
TEST_F(vdso, followed_child_executes)
{
	char text[64];
	pid_t child;

	start_program(self, "fork", execute);
	self->fd = open_syscall(self->t.pid, 0, O_RDWR);
	ASSERT_SAY(0, self->fd, "follow on");
	ASSERT_SAY(0, self->fd, "trace none");
	open_gate(&self->t);
	child = told(&self->t);
	ASSERT_GOES_ON(0, 2);
	ASSERT_SAY(0, self->fd, "vdso off");
	ASSERT_SAY(0, self->fd, "trace getcpu");
	ASSERT_EQ(self->t.pid, ASSERT_SEES_GETCPU(self->fd));
	ASSERT_IS_FAST(child, 1, 1);
	/* It is the first not to be of the parent. */
	self->share->execute = 2;
	snprintf(text, sizeof(text), "%d %sgetcpu ", child, variant->prefix);
	while (strncmp(hear(self->fd), text, strlen(text)))
		ASSERT_SAY(0, self->fd, "%d cont", self->t.pid);
}

TEST_F(vdso, vfork_child)
{
	START_SPINNING("vfork-many", 2);
	self->fd = ATTACH("none");
	ASSERT_GOES_ON(0, 2);
	ASSERT_SAY(0, self->fd, "trace getcpu");
	ASSERT_EQ(self->t.pid, ASSERT_SEES_GETCPU(self->fd));
	ASSERT_EQ(self->t.pid, ASSERT_SEES_GETCPU(self->fd));
	LEAVE(self->fd);
	ASSERT_IS_FAST(self->t.pid, 0, 2);
}

TEST_F(vdso, process_that_shares_memory)
{
	pid_t other;

	START_SPINNING("share", 2);
	other = told(&self->t);
	self->fd = ATTACH("none");
	ASSERT_GOES_ON(0, 2);
	ASSERT_SAY(0, self->fd, "trace getcpu");
	ASSERT_EQ(self->t.pid, ASSERT_SEES_GETCPU(self->fd));
	LEAVE(self->fd);
	ASSERT_GOES_ON(0, 2);
	kill(other, SIGKILL);
	wait_for_state(other, "Z");
	ASSERT_IS_FAST(self->t.pid, 0, 1);
}

/* Whoever is followed is from birth as the tracer wants it. */
TEST_F_TIMEOUT(vdso, born_while_tracing_begins, 600)
{
	int i, rounds = rounds_by(100);
	char text[64];

	START_SPINNING("fork-many", 2);
	for (i = 0; i < rounds; i++) {
		self->fd = open_syscall(self->t.pid, 0, O_RDWR);
		ASSERT_SAY(0, self->fd, "follow on");
		ASSERT_SAY(0, self->fd, "vdso off");
		ASSERT_SAY(0, self->fd, "on getcpu skip-ok %d", MARK);
		ASSERT_SAY(0, self->fd, "trace exit_group");
		snprintf(text, sizeof(text), "%.63s", hear(self->fd));
		ASSERT_NE(NULL, strstr(text, "exit_group "));
		ASSERT_EQ(MARK, atoi(strrchr(text, ' ')));
		LEAVE(self->fd);
	}
	ASSERT_GOES_ON(0, 1);
}

/* ------------------------------ the mapping ------------------------------ */

/* Start a mode in which the program first waits, with all its calls trapped. */
static void start_trapped(struct __test_metadata *_metadata, FIXTURE_DATA(vdso) *self,
			  const char *mode)
{
	start_program(self, mode, execute);
	self->fd = ATTACH("none");
	open_gate(&self->t);
	ASSERT_EQ(0, told(&self->t));
	find_vdso(&self->t, self->share);
}

TEST_F_TIMEOUT(vdso, vdso_is_moved, 600)
{
	start_trapped(_metadata, self, "move");
	open_gate(&self->t);
	ASSERT_GOES_ON(0, 1);
	ASSERT_SAY(0, self->fd, "trace " CALLS);
	ASSERT_LE(2 * CALLS_A_ROUND,
		  count_records(&self->t, self->share, self->fd, 0, 1, 3));
	LEAVE(self->fd);
	ASSERT_IS_FAST(self->t.pid, 0, 1);
	come_and_go(_metadata, self, 1, rounds_by(100));
}

TEST_F(vdso, vdso_is_unmapped)
{
	start_trapped(_metadata, self, "unmap");
	open_gate(&self->t);
	ASSERT_GOES_ON(0, 1);
	LEAVE(self->fd);
	ASSERT_GOES_ON(0, 1);
	self->fd = ATTACH("getcpu");
	ASSERT_SEES_GETCPU(self->fd);
	LEAVE(self->fd);
	ASSERT_GOES_ON(0, 1);
}

/* Nobody can take traps out of a file: they stay, and are calls. */
TEST_F(vdso, copy_takes_its_place)
{
	start_trapped(_metadata, self, "copy");
	open_gate(&self->t);
	ASSERT_GOES_ON(0, 1);
	LEAVE(self->fd);
	ASSERT_GOES_ON(0, 1);
}

TEST_F_TIMEOUT(vdso, vdso_is_mapped_again, 600)
{
	if (variant->is_i386)
		SKIP(return, "no such call");
	start_trapped(_metadata, self, "map");
	open_gate(&self->t);
	ASSERT_GOES_ON(0, 1);
	ASSERT_SAY(0, self->fd, "trace " CALLS);
	ASSERT_LE(2 * CALLS_A_ROUND,
		  count_records(&self->t, self->share, self->fd, 0, 1, 3));
	LEAVE(self->fd);
	ASSERT_IS_FAST(self->t.pid, 0, 1);
	come_and_go(_metadata, self, 1, rounds_by(100));
}

TEST_F(vdso, other_halts_kill)
{
	start_trapped(_metadata, self, "halt-elsewhere");
	open_gate(&self->t);
	EXPECT_EQ(256 + SIGSEGV, wait_status(&self->t));
}

TEST_F(vdso, own_halt_in_vdso_kills)
{
	start_program(self, "halt", execute);
	open_gate(&self->t);
	ASSERT_EQ(0, told(&self->t));
	find_vdso(&self->t, self->share);
	self->fd = open_syscall(self->t.pid, 0, O_RDWR);
	ASSERT_SAY(0, self->fd, "trace none");
	open_gate(&self->t);
	EXPECT_EQ(256 + SIGSEGV, wait_status(&self->t));
}

TEST_F_TIMEOUT(vdso, time_namespace, 600)
{
	int i;

	if (access("/proc/self/ns/time", F_OK))
		SKIP(return, "no time namespaces");
	for (i = 0; i < 2; i++) {
		start_program(self, "once", execute_in_time_namespace);
	self->fd = ATTACH("none");
		if (!i)
			LEAVE(self->fd);
		open_gate(&self->t);
		told(&self->t);
		told(&self->t);
		EXPECT_EQ(0, told(&self->t));
		EXPECT_LE(OFFSET, (int)told(&self->t));
		stop_tracee(&self->t);
	}
	start_program(self, "spin", execute_in_time_namespace);
	self->share->compare = 1;
	open_gate(&self->t);
	come_and_go(_metadata, self, 1, rounds_by(100));
}

/* ------------------------------- debuggers ------------------------------- */

/* Let a ptracer stop the program, which waits at the gate. */
static bool seize(pid_t pid)
{
	return !ptrace(PTRACE_SEIZE, pid, 0, 0) && !ptrace(PTRACE_INTERRUPT, pid, 0, 0) &&
	       waitpid(pid, NULL, 0) == pid;
}

static unsigned long ip_of(pid_t pid)
{
	struct user_regs_struct regs = { };

	ptrace(PTRACE_GETREGS, pid, 0, &regs);
	return regs.rip;
}

static void set_ip(pid_t pid, unsigned long ip)
{
	struct user_regs_struct regs;

	ptrace(PTRACE_GETREGS, pid, 0, &regs);
	regs.rip = ip;
	ptrace(PTRACE_SETREGS, pid, 0, &regs);
}

/* Write one byte of the program's code; return what was there. */
static unsigned char poke(pid_t pid, unsigned long at, unsigned char byte)
{
	unsigned long word = ptrace(PTRACE_PEEKTEXT, pid, at, 0);

	ptrace(PTRACE_POKETEXT, pid, at, (word & ~0xffUL) | byte);
	return word;
}

/* Wait until the ptracee stops for a SIGTRAP. */
static bool wait_for_trap(pid_t pid)
{
	int status;

	return waitpid(pid, &status, 0) == pid && WIFSTOPPED(status) &&
	       WSTOPSIG(status) == SIGTRAP;
}

/* The program that waits calls its function, which returns this. */
static void assert_call_returns(struct __test_metadata *_metadata, FIXTURE_DATA(vdso) *self,
				int ret)
{
	ASSERT_EQ(ret, told(&self->t));
	/* Only a call that is made writes something. */
	ASSERT_EQ(ret != 0, told(&self->t) == -1);
	ASSERT_EQ(0, told(&self->t));
}

/* It comes to a breakpoint, which hides @byte. */
static void assert_breaks(struct __test_metadata *_metadata, FIXTURE_DATA(vdso) *self,
			  unsigned long place, unsigned char byte, int ret)
{
	pid_t pid = self->t.pid;

	open_gate(&self->t);
	ASSERT_TRUE(wait_for_trap(pid));
	ASSERT_EQ(place + 1, ip_of(pid));
	set_ip(pid, place);
	ASSERT_EQ(INT3, poke(pid, place, byte));
	ptrace(PTRACE_SINGLESTEP, pid, 0, 0);
	ASSERT_TRUE(wait_for_trap(pid));
	ASSERT_NE(place, ip_of(pid));
	poke(pid, place, INT3);
	ptrace(PTRACE_CONT, pid, 0, 0);
	assert_call_returns(_metadata, self, ret);
}

/* The debugger takes the breakpoint back, and leaves. */
static void remove_breakpoint(struct __test_metadata *_metadata, pid_t pid, unsigned long place,
			      unsigned char byte)
{
	ptrace(PTRACE_INTERRUPT, pid, 0, 0);
	ASSERT_TRUE(wait_for_trap(pid));
	ASSERT_EQ(INT3, poke(pid, place, byte));
	ASSERT_EQ(0, ptrace(PTRACE_DETACH, pid, 0, 0));
}

/* The program waits before it calls a function; return where that is. */
static unsigned long start_when_told(struct __test_metadata *_metadata, FIXTURE_DATA(vdso) *self)
{
	unsigned long place;

	start_program(self, "when-told", execute);
	open_gate(&self->t);
	place = told(&self->t);
	ASSERT_EQ(0, told(&self->t));
	return place;
}

static void attach_and_mark(struct __test_metadata *_metadata, FIXTURE_DATA(vdso) *self)
{
	self->fd = ATTACH("none");
	ASSERT_SAY(0, self->fd, "on clock_getres skip-ok %d", MARK);
}

TEST_F(vdso, breakpoint_from_before)
{
	unsigned long place = start_when_told(_metadata, self);
	unsigned char byte;
	int i;

	ASSERT_TRUE(seize(self->t.pid));
	byte = poke(self->t.pid, place, INT3);
	ASSERT_NE(HLT, byte);
	ptrace(PTRACE_CONT, self->t.pid, 0, 0);
	/* Such a vDSO stays as it is. */
	for (i = 0; i < 3; i++) {
		assert_breaks(_metadata, self, place, byte, 0);
		attach_and_mark(_metadata, self);
		assert_breaks(_metadata, self, place, byte, 0);
		LEAVE(self->fd);
	}
	assert_breaks(_metadata, self, place, byte, 0);
	remove_breakpoint(_metadata, self->t.pid, place, byte);
	open_gate(&self->t);
	assert_call_returns(_metadata, self, 0);
}

TEST_F(vdso, breakpoint_while_traced)
{
	unsigned long place = start_when_told(_metadata, self);
	int i;

	attach_and_mark(_metadata, self);
	open_gate(&self->t);
	assert_call_returns(_metadata, self, MARK);
	ASSERT_TRUE(seize(self->t.pid));
	ASSERT_EQ(HLT, poke(self->t.pid, place, INT3));
	ptrace(PTRACE_CONT, self->t.pid, 0, 0);
	for (i = 0; i < 3; i++) {
		assert_breaks(_metadata, self, place, HLT, MARK);
		LEAVE(self->fd);
		assert_breaks(_metadata, self, place, HLT, 0);
		attach_and_mark(_metadata, self);
	}
	remove_breakpoint(_metadata, self->t.pid, place, HLT);
	open_gate(&self->t);
	assert_call_returns(_metadata, self, MARK);
	LEAVE(self->fd);
	open_gate(&self->t);
	assert_call_returns(_metadata, self, 0);
}

/*
 * Step through the function until the program has told something. Return how
 * often it was at the function's beginning.
 */
static int step_through(const struct tracee *t, unsigned long place)
{
	struct pollfd p = { .fd = t->out, .events = POLLIN };
	int steps, at_place = 0;

	ptrace(PTRACE_INTERRUPT, t->pid, 0, 0);
	if (!wait_for_trap(t->pid))
		return -1;
	open_gate((struct tracee *)t);
	for (steps = 0; steps < 5000 && !poll(&p, 1, 0); steps++) {
		ptrace(PTRACE_SINGLESTEP, t->pid, 0, 0);
		if (!wait_for_trap(t->pid))
			return -1;
		at_place += ip_of(t->pid) == place;
	}
	ptrace(PTRACE_CONT, t->pid, 0, 0);
	return at_place;
}

TEST_F(vdso, single_steps)
{
	unsigned long place;
	cpu_set_t cpus;

	/* They are faster when both are on one CPU. */
	CPU_ZERO(&cpus);
	CPU_SET(sched_getcpu(), &cpus);
	sched_setaffinity(0, sizeof(cpus), &cpus);
	place = start_when_told(_metadata, self);
	ASSERT_EQ(0, ptrace(PTRACE_SEIZE, self->t.pid, 0, 0));
	EXPECT_EQ(1, step_through(&self->t, place));
	assert_call_returns(_metadata, self, 0);
	attach_and_mark(_metadata, self);
	EXPECT_EQ(1, step_through(&self->t, place));
	assert_call_returns(_metadata, self, MARK);
	ASSERT_SAY(0, self->fd, "on clear");
	EXPECT_EQ(1, step_through(&self->t, place));
	assert_call_returns(_metadata, self, 0);
	/* A step takes the trap away. */
	LEAVE(self->fd);
	EXPECT_EQ(1, step_through(&self->t, place));
	assert_call_returns(_metadata, self, 0);
}

TEST_HARNESS_MAIN
