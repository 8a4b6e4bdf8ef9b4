// SPDX-License-Identifier: GPL-2.0
/*
 * libsyscalltrace: every function, and what goes wrong.
 *
 * Started as "lib_test PART" it is one of the programs that the tests trace.
 */
#include <dirent.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/uio.h>
#include <linux/close_range.h>

#include "../common.h"
#include "syscalltrace.h"

#define SECOND		1000000000LL
#define NR_THREADS	50
#define NR_MANY		1000
#define TRACE_SYSCTL	"/proc/sys/kernel/syscall_trace"
#define YAMA_SYSCTL	"/proc/sys/kernel/yama/ptrace_scope"

/* -------------------------------- programs -------------------------------- */

/* Each is started again as itself, so that nothing of the test is in it. */

/* Is a descriptor other than the first three open? */
static int part_fds(void)
{
	DIR *dir = opendir("/proc/self/fd");
	struct dirent *entry;
	int fd, leaked = 0;

	while (dir && (entry = readdir(dir))) {
		fd = atoi(entry->d_name);
		leaked |= fd > STDERR_FILENO && fd != dirfd(dir);
	}
	return !dir || leaked;
}

static void ignore(int signal)
{
	(void)signal;
}

/* Are SIGUSR1 blocked, SIGPIPE ignored, and all else as usual? */
static int part_signals(void)
{
	struct sigaction action;
	sigset_t blocked;
	int signal;

	sigprocmask(SIG_SETMASK, NULL, &blocked);
	for (signal = 1; signal < 32; signal++) {
		if (sigismember(&blocked, signal) != (signal == SIGUSR1))
			return 1;
		if (sigaction(signal, NULL, &action))
			continue;
		if (action.sa_handler != (signal == SIGPIPE ? SIG_IGN : SIG_DFL))
			return 2;
	}
	return 0;
}

static int part_forks(void)
{
	int i, status;

	for (i = 0; i < 60; i++)
		if (!fork()) {
			getppid();
			_exit(fork() ? 0 : 1);
		}
	while (wait(&status) > 0)
		if (status)
			return 1;
	return 0;
}

static int part_calls(void)
{
	int i;

	for (i = 0; i < 300; i++)
		syscall(SYS_getppid);
	return 0;
}

static int part_tracer(void);

/* argv[2] of the program, as it was executed: 7 + its length. */
static int part_args(int argc, char **argv)
{
	return argc < 3 ? 7 : 7 + (int)strlen(argv[2]);
}

static const struct {
	const char *name;
	int (*run)(void);
} parts[] = {
	{ "fds", part_fds },
	{ "signals", part_signals },
	{ "forks", part_forks },
	{ "calls", part_calls },
	{ "tracer", part_tracer },
};

static int run_part(int argc, char **argv)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(parts); i++)
		if (!strcmp(argv[1], parts[i].name))
			return parts[i].run();
	return strcmp(argv[1], "args") ? 0 : part_args(argc, argv);
}

/* These are started by fork() alone, and wait at the gate. */

/* Not write(), which it speaks to the test with. */
static long pwrite_nowhere(const char *word)
{
	long ret = syscall(SYS_pwrite64, -1, word, 5, 0L);

	return ret < 0 ? -errno : ret;
}

static void write_twice(void)
{
	static char word[] = "hello";

	tell(pwrite_nowhere(word));
	tell(pwrite_nowhere(word));
	_exit(word[0]);
}

static void ask_for_ids(void)
{
	int i;

	for (i = 0; i < 6; i++)
		tell(raw(SYS_getppid, 0, 0, 0));
}

static volatile sig_atomic_t got;

static void on_signal(int signal)
{
	got = signal;
}

static void signal_itself(void)
{
	int i;

	signal(SIGUSR1, on_signal);
	signal(SIGUSR2, on_signal);
	for (i = 0; i < 3; i++) {
		got = 0;
		kill(getpid(), SIGUSR1);
		tell(got);
	}
}

static void *ask_in_thread(void *arg)
{
	int i;

	for (i = 0; i < (arg ? 1 : 20); i++)
		syscall(SYS_getppid);
	return arg;
}

static void make_threads(void)
{
	pthread_t threads[NR_THREADS];
	int i;

	for (i = 0; i < NR_THREADS; i++)
		if (pthread_create(&threads[i], NULL, ask_in_thread, NULL))
			_exit(97);
	for (i = 0; i < NR_THREADS; i++)
		pthread_join(threads[i], NULL);
}

/* As many threads as there are stops at once. */
static void make_many_threads(void)
{
	static pthread_t threads[NR_MANY];
	pthread_attr_t attr;
	int i;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 32 << 10);
	for (i = 0; i < NR_MANY; i++)
		if (pthread_create(&threads[i], &attr, ask_in_thread, (void *)1))
			_exit(97);
	for (i = 0; i < NR_MANY; i++)
		pthread_join(threads[i], NULL);
}

static void read_and_write(void)
{
	char buf[8] = "";
	int fds[2];

	if (pipe(fds) || raw(SYS_write, fds[1], (long)"abc", 3) != 3)
		_exit(96);
	tell(raw(SYS_read, fds[0], (long)buf, sizeof(buf)));
	tell(buf[0]);
}

static void write_list(void)
{
	struct iovec list[2] = { { "one ", 4 }, { "two", 3 } };
	char buf[64] = "";
	int fds[2];

	if (pipe(fds))
		_exit(96);
	tell(raw(SYS_writev, fds[1], (long)list, 2));
	tell(read(fds[0], buf, sizeof(buf)));
	tell(buf[0]);
}

/* ---------------------------------- words --------------------------------- */

FIXTURE(lib)
{
	struct tracee tracee;
	struct sct *t;
	struct sct *others[70];
	pid_t pid;
};

FIXTURE_SETUP(lib)
{
	memset(self, 0, sizeof(*self));
	self->tracee = (struct tracee){ .gate = -1, .out = -1 };
	if (access(TRACE_SYSCTL, F_OK))
		SKIP(return, "no CONFIG_PROC_SYSCALL_TRACE");
}

FIXTURE_TEARDOWN(lib)
{
	size_t i;

	if (self->pid) {
		kill(self->pid, SIGKILL);
		waitpid(self->pid, NULL, 0);
	}
	stop_tracee(&self->tracee);
	sct_close(self->t);
	for (i = 0; i < ARRAY_SIZE(self->others); i++)
		sct_close(self->others[i]);
}

/* Start this program as @part under a tracer with @settings. */
static int spawn(struct sct **t, const char *part, const char *settings, pid_t *pid)
{
	char *argv[] = { "lib_test", (char *)part, NULL };
	const struct sct_program program = {
		.path = "/proc/self/exe", .argv = argv, .settings = settings,
	};

	return sct_spawn(t, &program, 0, pid);
}

static int status_of(pid_t *pid)
{
	int status;

	if (waitpid(*pid, &status, 0) != *pid)
		return -1;
	*pid = 0;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 256 + WTERMSIG(status);
}

/* Let all go on until the end; returns how many stops there were, or an error. */
static int carry(struct sct *t)
{
	const struct syscall_trace_record *record;
	int ret, stops = 0;

	while ((ret = sct_next(t, &record, 20 * SECOND)) > 0) {
		if (!record->id)
			continue;
		stops++;
		if (sct_cont(t, record))
			return -1;
	}
	return ret < 0 ? ret : stops;
}

#define OPEN(program)								\
do {										\
	start(&self->tracee, program);						\
	ASSERT_EQ(0, sct_open(&self->t, self->tracee.pid, 0))			\
		TH_LOG("%s", sct_error(self->t));				\
} while (0)

#define ASSERT_DONE(call)	ASSERT_EQ(0, call) TH_LOG("%s", sct_error(self->t))
#define EXPECT_SAYS(word)							\
	EXPECT_NE(NULL, strstr(sct_error(self->t), word)) TH_LOG("%s", sct_error(self->t))

/* The next record must be a @type_. */
#define ASSERT_NEXT(type_)							\
({										\
	const struct syscall_trace_record *r_ = NULL;				\
										\
	ASSERT_EQ(1, sct_next(self->t, &r_, 20 * SECOND))			\
		TH_LOG("%s", sct_error(self->t));				\
	ASSERT_EQ(SYSCALL_TRACE_##type_, r_->type);				\
	r_;									\
})

/* The next record must be the stop before call @nr_. */
#define ASSERT_CALL(nr_)							\
({										\
	const struct syscall_trace_record *c_ = ASSERT_NEXT(ENTRY);		\
										\
	ASSERT_EQ((unsigned int)(nr_), c_->nr);					\
	c_;									\
})

#define ASSERT_END()								\
do {										\
	const struct syscall_trace_record *e_;					\
										\
	ASSERT_EQ(0, sct_next(self->t, &e_, 20 * SECOND))			\
		TH_LOG("%s", sct_error(self->t));				\
} while (0)

/* -------------------------------- spawning -------------------------------- */

TEST_F(lib, spawn_sees_execve_first)
{
	const struct syscall_trace_record *r;
	size_t len;

	ASSERT_DONE(spawn(&self->t, "", "out on\n", &self->pid));
	ASSERT_DONE(sct_command(self->t, "trace all"));
	r = ASSERT_CALL(SYS_execve);
	EXPECT_EQ(self->pid, (pid_t)r->tid);
	EXPECT_STREQ("/proc/self/exe", sct_arg(r, 0, &len));
	EXPECT_EQ(strlen("/proc/self/exe"), len);
	ASSERT_DONE(sct_step(self->t, r));
	r = ASSERT_NEXT(EXIT);
	EXPECT_EQ(SYS_execve, r->nr);
	EXPECT_EQ(0, r->ret);
	ASSERT_DONE(sct_cont(self->t, r));
	EXPECT_LT(5, carry(self->t));
	EXPECT_EQ(0, status_of(&self->pid));
}

TEST_F(lib, spawn_by_rule_stops_nobody)
{
	const struct syscall_trace_record *r;
	char *argv[] = { "true", NULL };
	const struct sct_program program = { .argv = argv, .settings = "on all log\n" };

	ASSERT_DONE(sct_spawn(&self->t, &program, 0, &self->pid));
	r = ASSERT_NEXT(LOG);
	EXPECT_EQ(SYS_execve, r->nr);
	EXPECT_EQ(0, carry(self->t));
	EXPECT_EQ(0, status_of(&self->pid));
}

TEST_F(lib, spawn_leaks_nothing)
{
	/* What the test itself has inherited is none of the library's. */
	ASSERT_EQ(0, close_range(3, ~0U, CLOSE_RANGE_CLOEXEC));
	ASSERT_DONE(spawn(&self->t, "fds", NULL, &self->pid));
	ASSERT_DONE(sct_open(&self->others[0], self->pid, 0));
	EXPECT_EQ(1, carry(self->t));
	EXPECT_EQ(0, status_of(&self->pid));
}

TEST_F(lib, spawn_keeps_signals)
{
	struct sigaction old, now;
	sigset_t usr1, mask;

	signal(SIGPIPE, SIG_IGN);
	signal(SIGALRM, ignore);
	sigaction(SIGALRM, NULL, &old);
	sigemptyset(&usr1);
	sigaddset(&usr1, SIGUSR1);
	sigprocmask(SIG_BLOCK, &usr1, NULL);
	ASSERT_DONE(spawn(&self->t, "signals", NULL, &self->pid));
	EXPECT_EQ(1, carry(self->t));
	EXPECT_EQ(0, status_of(&self->pid));
	sigprocmask(SIG_SETMASK, NULL, &mask);
	EXPECT_EQ(1, sigismember(&mask, SIGUSR1));
	EXPECT_EQ(0, sigismember(&mask, SIGTERM));
	sigaction(SIGALRM, NULL, &now);
	EXPECT_EQ(old.sa_handler, now.sa_handler);
	signal(SIGPIPE, SIG_DFL);
}

static int refuse_to_prepare(void *data)
{
	(void)data;
	return 3;
}

/* In the child. */
static int prepare(void *data)
{
	return write(*(int *)data, "p", 1) != 1 || setenv("SCT", "prepared", 1);
}

TEST_F(lib, spawn_prepares)
{
	char *argv[] = { "sh", "-c", "test \"$SCT\" = prepared", NULL };
	struct sct_program program = { .argv = argv, .prepare = prepare };
	int fds[2];
	char c = 0;

	ASSERT_EQ(0, pipe(fds));
	program.data = &fds[1];
	ASSERT_DONE(sct_spawn(&self->t, &program, 0, &self->pid));
	ASSERT_DONE(sct_command(self->t, "trace all"));
	/* What it did is not seen. */
	sct_cont(self->t, ASSERT_CALL(SYS_execve));
	EXPECT_LT(0, carry(self->t));
	EXPECT_EQ(1, read(fds[0], &c, 1));
	EXPECT_EQ('p', c);
	/* The library reads environ in the child. */
	EXPECT_EQ(0, status_of(&self->pid));
	close(fds[0]);
	close(fds[1]);
}

/* In the child: become somebody else, and give the program a descriptor. */
static int become_user(void *data)
{
	return dup2(*(int *)data, 3) != 3 || setresgid(1000, 1000, 1000) ||
	       setresuid(1000, 1000, 1000);
}

TEST_F(lib, spawn_as_another_user)
{
	char *argv[] = { "sh", "-c", "id -u >&3; test -e /proc/self/fd/64 && echo leak >&3", NULL };
	struct sct_program program = { .argv = argv, .prepare = become_user };
	char text[32] = "";
	int fds[2];

	if (geteuid())
		SKIP(return, "needs root");
	ASSERT_EQ(0, pipe(fds));
	program.data = &fds[1];
	ASSERT_DONE(sct_spawn(&self->t, &program, 0, &self->pid));
	ASSERT_DONE(sct_command(self->t, "trace exit_group"));
	sct_cont(self->t, ASSERT_CALL(SYS_execve));
	EXPECT_LT(0, carry(self->t));
	EXPECT_EQ(1, status_of(&self->pid));
	EXPECT_LT(0, read(fds[0], text, sizeof(text) - 1));
	EXPECT_STREQ("1000\n", text);
	close(fds[0]);
	close(fds[1]);
}

/* What sct_spawn() refuses leaves no process. */
TEST_F(lib, spawn_errors)
{
	char *argv[] = { "sh", "-c", "exit 5", NULL };
	struct sct_program program = { .argv = argv, .path = "no-such-program" };

	EXPECT_EQ(-ENOENT, sct_spawn(&self->t, &program, 0, &self->pid));
	EXPECT_SAYS("no-such-program: no such program: check");
	sct_close(self->t);
	program.path = "/etc/passwd";
	EXPECT_EQ(-EACCES, sct_spawn(&self->t, &program, 0, &self->pid));
	EXPECT_SAYS("/etc/passwd: cannot be executed: see");
	sct_close(self->t);
	program.path = "/tmp";
	EXPECT_EQ(-EACCES, sct_spawn(&self->t, &program, 0, &self->pid));
	sct_close(self->t);
	program.path = NULL;
	EXPECT_EQ(-EINVAL, sct_spawn(&self->t, &program, SCT_THREAD, &self->pid));
	sct_close(self->t);
	program.prepare = refuse_to_prepare;
	EXPECT_EQ(-ECHILD, sct_spawn(&self->t, &program, 0, &self->pid));
	EXPECT_SAYS("has ended before it could be traced");
	sct_close(self->t);
	program.prepare = NULL;
	program.settings = "follow on\nlimit no\ntid on\n";
	EXPECT_EQ(-EINVAL, sct_spawn(&self->t, &program, 0, &self->pid));
	EXPECT_SAYS("\"limit no\": column 7: ");
	EXPECT_EQ(0, self->pid);
	EXPECT_EQ(-1, waitpid(-1, NULL, 0));
	EXPECT_EQ(ECHILD, errno);
}

/* A file that looks like a program: its failure is seen at the stop. */
TEST_F(lib, spawn_of_what_cannot_run)
{
	char path[] = "/tmp/lib_test.XXXXXX";
	char *argv[] = { path, NULL };
	struct sct_program program = { .argv = argv };
	const struct syscall_trace_record *r;
	int fd = mkstemp(path);

	ASSERT_LE(0, fd);
	ASSERT_EQ(4, write(fd, "\0\0\0\0", 4));
	fchmod(fd, 0755);
	close(fd);
	ASSERT_DONE(sct_spawn(&self->t, &program, 0, &self->pid));
	sct_step(self->t, ASSERT_CALL(SYS_execve));
	r = ASSERT_NEXT(EXIT);
	EXPECT_EQ(-ENOEXEC, r->ret);
	sct_cont(self->t, r);
	ASSERT_END();
	EXPECT_EQ(127, status_of(&self->pid));
	unlink(path);
}

TEST_F(lib, spawn_text)
{
	char *argv[] = { "sh", "-c", "exit 5", NULL };
	struct sct_program program = { .argv = argv, .settings = "limit 8\n" };
	const char *line;

	ASSERT_DONE(sct_spawn(&self->t, &program, SCT_TEXT, &self->pid));
	ASSERT_EQ(1, sct_read_line(self->t, &line));
	EXPECT_EQ(0, strncmp(line, "execve \"/", 9));
	EXPECT_NE(NULL, strstr(line, "[\"sh\", \"-c\", \"exit 5\"]"));
	ASSERT_DONE(sct_write_line(self->t, "trace exit_group"));
	ASSERT_DONE(sct_write_line(self->t, "cont"));
	ASSERT_EQ(1, sct_read_line(self->t, &line));
	EXPECT_STREQ("exit_group 5", line);
	ASSERT_DONE(sct_write_line(self->t, "exit_group %d", 6));
	ASSERT_DONE(sct_write_line(self->t, "cont"));
	ASSERT_EQ(0, sct_read_line(self->t, &line));
	EXPECT_EQ(6, status_of(&self->pid));
}

/* With thread ids in records and answers. */
TEST_F(lib, spawn_text_that_follows)
{
	char *argv[] = { "sh", "-c", "exit 5", NULL };
	struct sct_program program = { .argv = argv, .settings = "follow on\ntid on\n" };
	const char *line;
	char begin[32];

	ASSERT_DONE(sct_spawn(&self->t, &program, SCT_TEXT, &self->pid));
	snprintf(begin, sizeof(begin), "%d execve \"/", self->pid);
	ASSERT_EQ(1, sct_read_line(self->t, &line));
	EXPECT_EQ(0, strncmp(line, begin, strlen(begin))) TH_LOG("%s", line);
	EXPECT_EQ(-EINVAL, sct_write_line(self->t, "cont"));
	EXPECT_SAYS("\"cont\": column 1: thread id expected");
	ASSERT_DONE(sct_write_line(self->t, "%d cont", self->pid));
	ASSERT_EQ(0, sct_read_line(self->t, &line));
	EXPECT_EQ(5, status_of(&self->pid));
}

/* A tracer's own sct_spawn() under a tracer that sees all of it. */
TEST_F(lib, spawn_under_a_tracer)
{
	ASSERT_DONE(spawn(&self->t, "tracer", "follow on\nevents on\nsignals all\n", &self->pid));
	ASSERT_DONE(sct_command(self->t, "trace all"));
	EXPECT_LT(300, carry(self->t));
	EXPECT_EQ(0, status_of(&self->pid));
}

/* ------------------------------- text form -------------------------------- */

TEST_F(lib, text_errors)
{
	const struct syscall_trace_record *record;
	const char *line;

	start(&self->tracee, write_twice);
	ASSERT_DONE(sct_open(&self->t, self->tracee.pid, SCT_TEXT));
	ASSERT_DONE(sct_write_line(self->t, "trace pwrite64"));
	open_gate(&self->tracee);
	ASSERT_EQ(1, sct_read_line(self->t, &line));
	EXPECT_STREQ("pwrite64 -1, \"hello\", 5, 0", line);
	EXPECT_EQ(-ENOSYS, sct_write_line(self->t, "conk"));
	EXPECT_SAYS("\"conk\": column 1: ");
	EXPECT_EQ(-EINVAL, sct_write_line(self->t, "cont\ncont"));
	EXPECT_SAYS("a newline in the line");
	/* The line is there still. */
	EXPECT_STREQ("pwrite64 -1, \"hello\", 5, 0", line);
	EXPECT_EQ(-EINVAL, sct_next(self->t, &record, 0));
	/* What comes before the sentence is not lost. */
	ASSERT_DONE(sct_write_line(self->t, "get 2"));
	EXPECT_EQ(-ERANGE, sct_write_line(self->t, "get 9"));
	EXPECT_SAYS("\"get 9\": column 5: ");
	ASSERT_EQ(1, sct_read_line(self->t, &line));
	EXPECT_EQ(0, strncmp("data 2+0, \"hello", line, 16)) TH_LOG("%s", line);
	ASSERT_DONE(sct_write_line(self->t, "skip-ok 42"));
	EXPECT_EQ(42, told(&self->tracee));
}

TEST_F(lib, text_of_long_records)
{
	const char *line;
	char *set, *end;

	start(&self->tracee, write_twice);
	ASSERT_DONE(sct_open(&self->t, self->tracee.pid, SCT_TEXT));
	ASSERT_DONE(sct_write_line(self->t, "trace pwrite64"));
	open_gate(&self->tracee);
	ASSERT_EQ(1, sct_read_line(self->t, &line));
	/* All of a page and more of its memory, four characters a byte. */
	ASSERT_DONE(sct_write_line(self->t, "get 2+0 2000"));
	ASSERT_EQ(1, sct_read_line(self->t, &line));
	EXPECT_LT(2000, strlen(line));
	EXPECT_EQ('"', line[strlen(line) - 1]);
	ASSERT_NE(NULL, set = malloc(60000));
	end = stpcpy(set, "get 2");
	memset(end, ' ', 50000);
	end[50000] = '\0';
	ASSERT_DONE(sct_write_line(self->t, "%s", set));
	free(set);
	ASSERT_EQ(1, sct_read_line(self->t, &line));
	EXPECT_EQ(0, strncmp("data 2+0, \"hello", line, 16));
	ASSERT_DONE(sct_write_line(self->t, "cont"));
	EXPECT_EQ(-EBADF, told(&self->tracee));
}

/* --------------------------------- lines ---------------------------------- */

TEST_F(lib, command_errors_name_the_column)
{
	OPEN(ask_for_ids);
	EXPECT_EQ(-ENOSYS, sct_command(self->t, "trace getppid,nothing"));
	EXPECT_SAYS("\"trace getppid,nothing\": column 15: ");
	EXPECT_EQ(-ERANGE, sct_command(self->t, "limit %ld", 1L << 40));
	EXPECT_SAYS("column 7: ");
	EXPECT_EQ(-ENOSYS, sct_command(self->t, "two\nlines"));
	EXPECT_SAYS("\"two lines\": column ");
	EXPECT_EQ(-EINVAL, sct_command(self->t, "cont"));
	EXPECT_SAYS("stops are answered by their id");
	EXPECT_EQ(-EINVAL, sct_command(self->t, "packed off"));
	EXPECT_SAYS("packed off");
	EXPECT_EQ(-ESRCH, sct_command(self->t, "detach"));
	EXPECT_SAYS("not armed");
	ASSERT_DONE(sct_command(self->t, "trace getppid"));
}

/* The kernel's sentence comes among records, which are kept in their order. */
TEST_F(lib, command_errors_lose_no_record)
{
	const struct syscall_trace_record *r;
	struct syscall_trace_record stop;
	int i;

	OPEN(write_twice);
	ASSERT_DONE(sct_command(self->t, "trace pwrite64"));
	open_gate(&self->tracee);
	stop = *ASSERT_CALL(SYS_pwrite64);
	for (i = 0; i < 3; i++)
		ASSERT_DONE(sct_get(self->t, &stop, 2, i, 2));
	EXPECT_EQ(-ENOSYS, sct_command(self->t, "first"));
	EXPECT_SAYS("\"first\": column 1: ");
	for (; i < 5; i++)
		ASSERT_DONE(sct_get(self->t, &stop, 2, i, 1));
	EXPECT_EQ(-ENOSYS, sct_command(self->t, "second"));
	EXPECT_SAYS("\"second\": column 1: ");
	for (i = 0; i < 5; i++) {
		r = ASSERT_NEXT(DATA);
		EXPECT_EQ(2, r->data.arg);
		EXPECT_EQ((unsigned int)i, r->data.value);
		EXPECT_EQ(i == 0 ? 'h' : "hello"[i], *(char *)sct_bytes(sct_block(r, NULL)));
	}
	EXPECT_EQ(-EAGAIN, sct_next(self->t, &r, 0));
	ASSERT_DONE(sct_skip(self->t, &stop, -EIO));
	ASSERT_DONE(sct_flush(self->t));
	EXPECT_EQ(-EIO, told(&self->tracee));
}

/* There is no room for the sentence until something is read. */
TEST_F(lib, command_errors_when_notes_are_full)
{
	struct syscall_trace_record stop;
	const struct syscall_trace_record *r;
	int i, n, err;

	OPEN(write_twice);
	ASSERT_DONE(sct_command(self->t, "trace pwrite64"));
	open_gate(&self->tracee);
	stop = *ASSERT_CALL(SYS_pwrite64);
	for (n = 0; !(err = sct_get(self->t, &stop, 2, n, 1)) && n < 1000; n++)
		;
	EXPECT_EQ(64, n);
	EXPECT_EQ(-EAGAIN, err);
	EXPECT_EQ(-ENOSYS, sct_command(self->t, "wrong"));
	EXPECT_SAYS("\"wrong\": column 1: ");
	for (i = 0; i < n; i++) {
		r = ASSERT_NEXT(DATA);
		EXPECT_EQ((unsigned int)i, r->data.value);
	}
	EXPECT_EQ(-EAGAIN, sct_next(self->t, &r, 0));
}

/* --------------------------------- answers -------------------------------- */

TEST_F(lib, answers_to_calls)
{
	const struct syscall_trace_record *r;

	OPEN(ask_for_ids);
	ASSERT_DONE(sct_command(self->t, "trace getppid"));
	open_gate(&self->tracee);
	ASSERT_DONE(sct_cont(self->t, ASSERT_CALL(SYS_getppid)));
	ASSERT_DONE(sct_flush(self->t));
	EXPECT_EQ(getpid(), told(&self->tracee));

	ASSERT_DONE(sct_skip(self->t, ASSERT_CALL(SYS_getppid), 11));
	ASSERT_DONE(sct_flush(self->t));
	EXPECT_EQ(11, told(&self->tracee));

	ASSERT_DONE(sct_skip(self->t, ASSERT_CALL(SYS_getppid), -EPERM));
	ASSERT_DONE(sct_flush(self->t));
	EXPECT_EQ(-EPERM, told(&self->tracee));

	ASSERT_DONE(sct_step(self->t, ASSERT_CALL(SYS_getppid)));
	r = ASSERT_NEXT(EXIT);
	EXPECT_EQ(getpid(), r->ret);
	ASSERT_DONE(sct_return(self->t, r, 12));
	ASSERT_DONE(sct_flush(self->t));
	EXPECT_EQ(12, told(&self->tracee));

	ASSERT_DONE(sct_report(self->t, ASSERT_CALL(SYS_getppid)));
	r = ASSERT_NEXT(RESULT);
	EXPECT_EQ(getpid(), r->ret);
	EXPECT_EQ(-EINVAL, sct_cont(self->t, r));
	EXPECT_SAYS("is no stop");
	EXPECT_EQ(getpid(), told(&self->tracee));

	r = ASSERT_CALL(SYS_getppid);
	ASSERT_DONE(sct_step(self->t, r));
	r = ASSERT_NEXT(EXIT);
	/* Wrong here: told by what sends it, and the stop is there still. */
	ASSERT_DONE(sct_step(self->t, r));
	EXPECT_EQ(-EBUSY, sct_flush(self->t));
	EXPECT_SAYS("step for thread ");
	EXPECT_SAYS("not at this kind of stop");
	ASSERT_DONE(sct_return(self->t, r, -EACCES));
	ASSERT_END();
	EXPECT_EQ(-EACCES, told(&self->tracee));
}

TEST_F(lib, answers_to_signals)
{
	OPEN(signal_itself);
	ASSERT_DONE(sct_command(self->t, "trace none"));
	ASSERT_DONE(sct_command(self->t, "signals SIGUSR1 SIGUSR2"));
	open_gate(&self->tracee);
	ASSERT_DONE(sct_cont(self->t, ASSERT_NEXT(SIGNAL)));
	ASSERT_DONE(sct_flush(self->t));
	EXPECT_EQ(SIGUSR1, told(&self->tracee));
	ASSERT_DONE(sct_discard(self->t, ASSERT_NEXT(SIGNAL)));
	ASSERT_DONE(sct_flush(self->t));
	EXPECT_EQ(0, told(&self->tracee));
	ASSERT_DONE(sct_deliver(self->t, ASSERT_NEXT(SIGNAL), SIGUSR2));
	ASSERT_DONE(sct_flush(self->t));
	EXPECT_EQ(SIGUSR2, told(&self->tracee));
	ASSERT_END();
}

TEST_F(lib, set_and_get)
{
	const struct syscall_trace_record *r;
	struct syscall_trace_record stop;
	size_t len;

	OPEN(write_twice);
	ASSERT_DONE(sct_command(self->t, "trace pwrite64"));
	open_gate(&self->tracee);
	stop = *ASSERT_CALL(SYS_pwrite64);
	ASSERT_DONE(sct_set(self->t, &stop, 2, 1, "aXX", 3));
	ASSERT_DONE(sct_get(self->t, &stop, 2, 0, 5));
	r = ASSERT_NEXT(DATA);
	EXPECT_EQ(5, sct_block(r, NULL)->len);
	EXPECT_EQ(0, memcmp("haXXo", sct_bytes(sct_block(r, NULL)), 5));
	EXPECT_EQ(NULL, sct_block(r, sct_block(r, NULL)));
	ASSERT_DONE(sct_get_address(self->t, &stop, 2));
	r = ASSERT_NEXT(ADDRESS);
	EXPECT_EQ(stop.args[1], r->data.value);
	EXPECT_EQ(-EINVAL, sct_get(self->t, &stop, 1, 0, 5));
	EXPECT_SAYS("get for thread ");
	EXPECT_SAYS("this argument is no address");
	EXPECT_EQ(-ERANGE, sct_set(self->t, &stop, 7, 0, "x", 1));
	EXPECT_EQ(-ERANGE, sct_set(self->t, &stop, 0, 0, "x", 1));
	EXPECT_EQ(-EFAULT, sct_get(self->t, &stop, 2, 1ULL << 40, 5));
	EXPECT_SAYS("no such memory");
	ASSERT_DONE(sct_skip(self->t, &stop, 3));
	/* An answer that is sent at once is sent behind those that wait. */
	EXPECT_EQ(-ESRCH, sct_set(self->t, &stop, 2, 0, "x", 1));
	EXPECT_SAYS("the stop is over");
	EXPECT_EQ(3, told(&self->tracee));
	r = ASSERT_CALL(SYS_pwrite64);
	EXPECT_EQ(0, memcmp("haXXo", sct_arg(r, 1, &len), 5));
	EXPECT_EQ(5, len);
	EXPECT_EQ(NULL, sct_arg(r, 0, &len));
	EXPECT_EQ(0, len);
	EXPECT_EQ(NULL, sct_arg_out(r, 1, &len));
	ASSERT_DONE(sct_set(self->t, r, 2, 0, "*", 1));
	ASSERT_DONE(sct_cont(self->t, r));
	ASSERT_END();
	EXPECT_EQ('*', wait_status(&self->tracee));
}

TEST_F(lib, out_memory)
{
	const struct syscall_trace_record *r;
	size_t len;

	OPEN(read_and_write);
	ASSERT_DONE(sct_command(self->t, "out on"));
	ASSERT_DONE(sct_command(self->t, "trace read"));
	open_gate(&self->tracee);
	r = ASSERT_CALL(SYS_read);
	EXPECT_EQ(NULL, sct_arg(r, 1, &len));
	ASSERT_DONE(sct_step(self->t, r));
	r = ASSERT_NEXT(EXIT);
	EXPECT_EQ(3, r->ret);
	ASSERT_NE(NULL, sct_arg_out(r, 1, &len));
	EXPECT_EQ(3, len);
	EXPECT_EQ(0, memcmp("abc", sct_arg(r, 1, &len), 3));
	ASSERT_DONE(sct_set(self->t, r, 2, 0, "X", 1));
	ASSERT_DONE(sct_cont(self->t, r));
	ASSERT_END();
	EXPECT_EQ(3, told(&self->tracee));
	EXPECT_EQ('X', told(&self->tracee));
}

TEST_F(lib, log_shows_in_and_out)
{
	const struct syscall_trace_record *r;
	size_t len;

	OPEN(read_and_write);
	ASSERT_DONE(sct_command(self->t, "out on"));
	ASSERT_DONE(sct_command(self->t, "trace none"));
	ASSERT_DONE(sct_command(self->t, "on write,read log"));
	open_gate(&self->tracee);
	r = ASSERT_NEXT(LOG);
	EXPECT_EQ(SYS_write, r->nr);
	EXPECT_EQ(0, memcmp("abc", sct_arg(r, 1, &len), 3));
	EXPECT_EQ(NULL, sct_arg_out(r, 1, &len));
	r = ASSERT_NEXT(LOG);
	EXPECT_EQ(SYS_read, r->nr);
	EXPECT_EQ(0, memcmp("abc", sct_arg_out(r, 1, &len), 3));
	EXPECT_EQ(3, len);
}

TEST_F(lib, rewrite_with_new_memory)
{
	struct sct_rewrite rewrite = {
		.nr = SYS_write, .kept = 0x3e, .data = { [1] = "other words" },
		.data_len = { [1] = 11 },
	};
	const struct syscall_trace_record *r;
	int fds[2];
	char buf[32];

	ASSERT_EQ(0, pipe(fds));
	OPEN(write_twice);
	rewrite.args[0] = fds[1];
	ASSERT_DONE(sct_command(self->t, "trace pwrite64"));
	open_gate(&self->tracee);
	r = ASSERT_CALL(SYS_pwrite64);
	ASSERT_DONE(sct_rewrite(self->t, r, &rewrite));
	ASSERT_DONE(sct_step(self->t, r));
	r = ASSERT_NEXT(EXIT);
	EXPECT_EQ(11, r->ret);
	ASSERT_DONE(sct_return(self->t, r, 5));
	/* A length that is given must not be more. */
	r = ASSERT_CALL(SYS_pwrite64);
	rewrite.kept = 0;
	rewrite.args[2] = 12;
	EXPECT_EQ(-ERANGE, sct_rewrite(self->t, r, &rewrite));
	EXPECT_SAYS("rewrite for thread ");
	/* Another call, all of whose registers are given. */
	rewrite = (struct sct_rewrite){ .nr = SYS_getppid, .raw = true };
	ASSERT_DONE(sct_rewrite(self->t, r, &rewrite));
	ASSERT_DONE(sct_cont(self->t, r));
	ASSERT_END();
	EXPECT_EQ(5, told(&self->tracee));
	EXPECT_EQ(getpid(), told(&self->tracee));
	EXPECT_EQ(11, read(fds[0], buf, sizeof(buf)));
	EXPECT_EQ(0, memcmp("other words", buf, 11));
	close(fds[0]);
	close(fds[1]);
}

TEST_F(lib, rewrite_with_lists)
{
	const struct iovec pieces[] = { { "an", 2 }, { "other ", 6 }, { "list", 4 } };
	struct sct_rewrite rewrite = {
		.nr = SYS_writev, .kept = 0x3f, .list = { [1] = pieces }, .list_len = { [1] = 3 },
	};
	const struct syscall_trace_record *r;

	OPEN(write_list);
	ASSERT_DONE(sct_command(self->t, "trace writev"));
	open_gate(&self->tracee);
	r = ASSERT_CALL(SYS_writev);
	ASSERT_DONE(sct_rewrite(self->t, r, &rewrite));
	ASSERT_DONE(sct_cont(self->t, r));
	ASSERT_END();
	EXPECT_EQ(12, told(&self->tracee));
	EXPECT_EQ(12, told(&self->tracee));
	EXPECT_EQ('a', told(&self->tracee));
}

TEST_F(lib, rewrite_of_execve)
{
	const struct iovec args[] = { { "x", 2 }, { "args", 5 }, { "four", 5 } };
	struct sct_rewrite rewrite = {
		.nr = SYS_execve, .kept = 0x3f, .list = { [1] = args }, .list_len = { [1] = 3 },
	};
	const struct syscall_trace_record *r;

	ASSERT_DONE(spawn(&self->t, "", NULL, &self->pid));
	r = ASSERT_CALL(SYS_execve);
	ASSERT_DONE(sct_rewrite(self->t, r, &rewrite));
	ASSERT_DONE(sct_cont(self->t, r));
	ASSERT_END();
	EXPECT_EQ(7 + 4, status_of(&self->pid));
}

/* --------------------------------- records -------------------------------- */

/* Threads that all stop: their stops come in batches, and so do the answers. */
TEST_F(lib, a_thousand_stops)
{
	unsigned int calls = 0, in_a_row = 0, most = 0;
	const struct syscall_trace_record *r;
	struct pollfd p;
	int ret;

	OPEN(make_threads);
	ASSERT_DONE(sct_command(self->t, "trace getppid"));
	open_gate(&self->tracee);
	p = (struct pollfd){ .fd = sct_fd(self->t), .events = POLLIN };
	/* Let many gather. */
	while (calls < 20 * NR_THREADS && (ret = sct_next(self->t, &r, 0)) != 0) {
		if (ret < 0) {
			ASSERT_EQ(-EAGAIN, ret);
			in_a_row = 0;
			ASSERT_EQ(1, poll(&p, 1, 20000));
			usleep(1000);
			continue;
		}
		ASSERT_EQ(SYS_getppid, r->nr);
		ASSERT_DONE(sct_skip(self->t, r, calls++));
		most = ++in_a_row > most ? in_a_row : most;
	}
	EXPECT_EQ(20 * NR_THREADS, calls);
	EXPECT_LT(1, most);
	EXPECT_EQ(0, carry(self->t));
	EXPECT_EQ(0, wait_status(&self->tracee));
}

/* Take a stop of each of many threads, and leave them all out. */
static int take_many_stops(struct sct *t, struct syscall_trace_record *stops)
{
	const struct syscall_trace_record *r;
	int i, ret;

	for (i = 0; i < NR_MANY; i++) {
		ret = sct_next(t, &r, 60 * SECOND);
		if (ret != 1)
			return ret < 0 ? ret : -1;
		stops[i] = *r;
	}
	return sct_next(t, &r, 0);
}

static struct syscall_trace_record many[NR_MANY];

TEST_F(lib, many_stops_at_once)
{
	int i;

	OPEN(make_many_threads);
	ASSERT_DONE(sct_command(self->t, "trace getppid"));
	open_gate(&self->tracee);
	ASSERT_EQ(-EAGAIN, take_many_stops(self->t, many));
	for (i = NR_MANY - 1; i >= 0; i--)
		ASSERT_DONE(sct_skip(self->t, &many[i], i));
	EXPECT_EQ(0, carry(self->t));
	EXPECT_EQ(0, wait_status(&self->tracee));
}

TEST_F(lib, many_stops_that_are_over)
{
	int i;

	OPEN(make_many_threads);
	ASSERT_DONE(sct_command(self->t, "trace getppid"));
	open_gate(&self->tracee);
	ASSERT_EQ(-EAGAIN, take_many_stops(self->t, many));
	kill(self->tracee.pid, SIGKILL);
	EXPECT_EQ(256 + SIGKILL, wait_status(&self->tracee));
	for (i = 0; i < NR_MANY; i++)
		ASSERT_DONE(sct_cont(self->t, &many[i]));
	ASSERT_END();
}

/* More answers than the kernel takes at once. */
TEST_F(lib, more_answers_than_one_write_takes)
{
	const struct syscall_trace_record *r;
	struct syscall_trace_record stop;
	int i;

	OPEN(ask_for_ids);
	ASSERT_DONE(sct_command(self->t, "trace getppid"));
	open_gate(&self->tracee);
	stop = *ASSERT_CALL(SYS_getppid);
	ASSERT_DONE(sct_skip(self->t, &stop, 1));
	/* These are for nobody, but have to be looked at one by one. */
	stop.id += 1ULL << 40;
	for (i = 0; i < 10000; i++)
		ASSERT_DONE(sct_cont(self->t, &stop));
	ASSERT_DONE(sct_cont(self->t, &stop));
	r = ASSERT_CALL(SYS_getppid);
	EXPECT_EQ(1, told(&self->tracee));
	ASSERT_DONE(sct_skip(self->t, r, 2));
	ASSERT_DONE(sct_flush(self->t));
	EXPECT_EQ(2, told(&self->tracee));
}

TEST_F(lib, answers_in_one_batch_of_which_some_are_wrong)
{
	const struct syscall_trace_record *r;
	struct syscall_trace_record stop, wrong;

	OPEN(ask_for_ids);
	ASSERT_DONE(sct_command(self->t, "trace getppid"));
	open_gate(&self->tracee);
	stop = *ASSERT_CALL(SYS_getppid);
	wrong = stop;
	wrong.id += 1ULL << 40;
	/* Nobody's, wrong here, and right. */
	ASSERT_DONE(sct_cont(self->t, &wrong));
	ASSERT_DONE(sct_return(self->t, &stop, 5));
	ASSERT_DONE(sct_skip(self->t, &stop, 6));
	EXPECT_EQ(-EBUSY, sct_next(self->t, &r, -1));
	EXPECT_SAYS("return for thread ");
	EXPECT_SAYS("not at this kind of stop");
	EXPECT_EQ(NULL, r);
	r = ASSERT_CALL(SYS_getppid);
	EXPECT_EQ(6, told(&self->tracee));
	/* If something else sends it, the next sct_next() tells. */
	ASSERT_DONE(sct_return(self->t, r, 5));
	ASSERT_DONE(sct_command(self->t, "limit 100"));
	ASSERT_DONE(sct_skip(self->t, r, 7));
	EXPECT_EQ(-EBUSY, sct_next(self->t, &r, -1));
	EXPECT_SAYS("return for thread ");
	ASSERT_DONE(sct_skip(self->t, ASSERT_CALL(SYS_getppid), 8));
	ASSERT_DONE(sct_flush(self->t));
	EXPECT_EQ(7, told(&self->tracee));
	EXPECT_EQ(8, told(&self->tracee));
}

/* A record is where it was while other things are done. */
TEST_F(lib, a_record_stays)
{
	const struct syscall_trace_record *r;
	struct syscall_trace_record copy;
	int i;

	OPEN(make_threads);
	ASSERT_DONE(sct_command(self->t, "trace getppid"));
	open_gate(&self->tracee);
	r = ASSERT_CALL(SYS_getppid);
	copy = *r;
	usleep(10000);
	for (i = 0; i < 20; i++) {
		EXPECT_EQ(-ENOSYS, sct_command(self->t, "mistake"));
		ASSERT_DONE(sct_flush(self->t));
		ASSERT_EQ(0, memcmp(&copy, r, sizeof(copy)));
	}
	ASSERT_DONE(sct_cont(self->t, r));
	EXPECT_EQ(20 * NR_THREADS - 1, carry(self->t));
	EXPECT_EQ(0, wait_status(&self->tracee));
}

TEST_F(lib, long_records_get_room)
{
	static char bytes[60000];
	struct iovec list[9];
	const struct syscall_trace_record *r = NULL;
	const struct syscall_trace_block *block = NULL;
	size_t len = 0;
	int i;

	for (i = 0; i < 9; i++)
		list[i] = (struct iovec){ bytes, sizeof(bytes) };
	self->tracee.pid = fork();
	if (!self->tracee.pid) {
		raise(SIGSTOP);
		syscall(SYS_writev, -1, list, 9);
		_exit(0);
	}
	wait_for_state(self->tracee.pid, "T");
	ASSERT_DONE(sct_open(&self->t, self->tracee.pid, 0));
	ASSERT_DONE(sct_command(self->t, "limit 65536"));
	ASSERT_DONE(sct_command(self->t, "trace writev"));
	kill(self->tracee.pid, SIGCONT);
	r = ASSERT_CALL(SYS_writev);
	EXPECT_LT(500000, r->size);
	while ((block = sct_block(r, block)))
		len += block->len;
	EXPECT_LT(500000, len);
	ASSERT_DONE(sct_cont(self->t, r));
	ASSERT_END();
}

TEST_F(lib, timeouts)
{
	const struct syscall_trace_record *r;
	struct timespec before, after;

	OPEN(ask_for_ids);
	EXPECT_EQ(-ESRCH, sct_next(self->t, &r, 0));
	EXPECT_SAYS("write trace first");
	ASSERT_DONE(sct_command(self->t, "trace getppid"));
	EXPECT_EQ(-EAGAIN, sct_next(self->t, &r, 0));
	clock_gettime(CLOCK_MONOTONIC, &before);
	EXPECT_EQ(-ETIME, sct_next(self->t, &r, SECOND / 50));
	clock_gettime(CLOCK_MONOTONIC, &after);
	EXPECT_LE(SECOND / 50, (after.tv_sec - before.tv_sec) * SECOND +
		  after.tv_nsec - before.tv_nsec);
	ASSERT_DONE(sct_command(self->t, "detach"));
	EXPECT_EQ(-ESRCH, sct_next(self->t, &r, -1));
}

static void answer_and_wait(void)
{
	tell(raw(SYS_getppid, 0, 0, 0));
	tell(raw(SYS_getppid, 0, 0, 0));
	pause();
}

/*
 * A signal that comes after the answers took effect must not make them be sent again,
 * whether the handler wants calls to be restarted or not.
 */
TEST_F(lib, interrupted)
{
	struct sigaction action = { .sa_handler = on_signal }, old;
	struct itimerval soon = { .it_value = { .tv_usec = 20000 } };
	const struct syscall_trace_record *r;

	OPEN(answer_and_wait);
	ASSERT_DONE(sct_command(self->t, "trace getppid"));
	open_gate(&self->tracee);
	ASSERT_DONE(sct_skip(self->t, ASSERT_CALL(SYS_getppid), 50));
	ASSERT_DONE(sct_skip(self->t, ASSERT_CALL(SYS_getppid), 51));
	/* The harness has a use for SIGALRM of its own, later. */
	action.sa_flags = SA_RESTART;
	sigaction(SIGALRM, &action, &old);
	setitimer(ITIMER_REAL, &soon, NULL);
	EXPECT_EQ(-EINTR, sct_next(self->t, &r, -1));
	EXPECT_SAYS("a signal came");
	EXPECT_EQ(50, told(&self->tracee));
	EXPECT_EQ(51, told(&self->tracee));
	/* There is nothing left to be sent. */
	ASSERT_DONE(sct_flush(self->t));
	action.sa_flags = 0;
	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &soon, NULL);
	EXPECT_EQ(-EINTR, sct_next(self->t, &r, -1));
	sigaction(SIGALRM, &old, NULL);
}

/* Signals that come at any time lose no record and no answer. */
TEST_F(lib, interrupted_often)
{
	struct sigaction action = { .sa_handler = on_signal }, old;
	struct itimerval often = { .it_value = { .tv_usec = 100 }, .it_interval = { .tv_usec = 100 } };
	const struct syscall_trace_record *r;
	unsigned int calls = 0;
	int ret;

	OPEN(make_threads);
	ASSERT_DONE(sct_command(self->t, "trace getppid"));
	open_gate(&self->tracee);
	sigaction(SIGALRM, &action, &old);
	setitimer(ITIMER_REAL, &often, NULL);
	while ((ret = sct_next(self->t, &r, -1))) {
		if (ret < 0) {
			ASSERT_EQ(-EINTR, ret);
			continue;
		}
		calls++;
		ASSERT_DONE(sct_cont(self->t, r));
	}
	setitimer(ITIMER_REAL, &(struct itimerval){ }, NULL);
	sigaction(SIGALRM, &old, NULL);
	EXPECT_EQ(20 * NR_THREADS, calls);
}

/* ---------------------------- ends of programs ----------------------------- */

TEST_F(lib, killed_between_stop_and_answer)
{
	const struct syscall_trace_record *r;

	OPEN(ask_for_ids);
	ASSERT_DONE(sct_command(self->t, "trace getppid"));
	open_gate(&self->tracee);
	r = ASSERT_CALL(SYS_getppid);
	kill(self->tracee.pid, SIGKILL);
	waitpid(self->tracee.pid, NULL, 0);
	self->tracee.pid = 0;
	ASSERT_DONE(sct_skip(self->t, r, 1));
	ASSERT_DONE(sct_cont(self->t, r));
	ASSERT_END();
	ASSERT_DONE(sct_flush(self->t));
	EXPECT_EQ(-ESRCH, sct_command(self->t, "trace all"));
	EXPECT_SAYS("the process is gone: see ps");
}

TEST_F(lib, close_sends_what_is_queued)
{
	OPEN(ask_for_ids);
	ASSERT_DONE(sct_command(self->t, "trace getppid"));
	open_gate(&self->tracee);
	ASSERT_DONE(sct_skip(self->t, ASSERT_CALL(SYS_getppid), 33));
	sct_close(self->t);
	self->t = NULL;
	EXPECT_EQ(33, told(&self->tracee));
	EXPECT_EQ(getpid(), told(&self->tracee));
	sct_close(NULL);
}

TEST_F(lib, follows_many_forks)
{
	ASSERT_DONE(spawn(&self->t, "forks", "follow on\nevents on\n", &self->pid));
	ASSERT_DONE(sct_command(self->t, "trace all"));
	EXPECT_LT(60 * 4, carry(self->t));
	EXPECT_EQ(0, status_of(&self->pid));
}

TEST_F(lib, takes_off)
{
	OPEN(ask_for_ids);
	ASSERT_DONE(sct_command(self->t, "trace getppid"));
	ASSERT_DONE(sct_command(self->t, "detach"));
	open_gate(&self->tracee);
	EXPECT_EQ(getpid(), told(&self->tracee));
}

/* ------------------------------ several of them ---------------------------- */

TEST_F(lib, two_tracers_and_epoll)
{
	int ep = epoll_create1(EPOLL_CLOEXEC), ends = 0, calls[2] = { 0 }, ret;
	const struct syscall_trace_record *r;
	struct epoll_event event;
	pid_t pids[2];
	int i;

	for (i = 0; i < 2; i++) {
		ASSERT_DONE(spawn(&self->others[i], "calls", NULL, &pids[i]));
		ASSERT_DONE(sct_command(self->others[i], "trace getppid"));
		event = (struct epoll_event){ .events = EPOLLIN, .data.u32 = i };
		ASSERT_EQ(0, epoll_ctl(ep, EPOLL_CTL_ADD, sct_fd(self->others[i]), &event));
	}
	/* A record may be here already. */
	for (i = 0; i < 2; i++) {
		ASSERT_EQ(1, sct_next(self->others[i], &r, 0));
		ASSERT_EQ(SYS_execve, r->nr);
		ASSERT_DONE(sct_cont(self->others[i], r));
		ASSERT_DONE(sct_flush(self->others[i]));
	}
	while (ends < 2) {
		ASSERT_EQ(1, epoll_wait(ep, &event, 1, 20000));
		i = event.data.u32;
		while ((ret = sct_next(self->others[i], &r, 0)) > 0) {
			calls[i] += r->nr == SYS_getppid;
			ASSERT_DONE(sct_cont(self->others[i], r));
		}
		if (!ret) {
			ends++;
			epoll_ctl(ep, EPOLL_CTL_DEL, sct_fd(self->others[i]), &event);
		} else {
			ASSERT_EQ(-EAGAIN, ret);
		}
	}
	for (i = 0; i < 2; i++) {
		EXPECT_EQ(300, calls[i]);
		EXPECT_EQ(0, status_of(&pids[i]));
	}
	close(ep);
}

static void *trace_in_thread(void *arg)
{
	long *status = arg;
	int stops = 0;
	struct sct *t;
	pid_t pid;

	*status = -1;
	if (spawn(&t, "calls", NULL, &pid)) {
		fprintf(stderr, "# %s\n", sct_error(t));
		return NULL;
	}
	if (!sct_command(t, "trace getppid"))
		stops = carry(t);
	if (stops == 301)
		*status = status_of(&pid);
	else
		fprintf(stderr, "# %d stops: %s\n", stops, sct_error(t));
	sct_close(t);
	return NULL;
}

static int part_tracer(void)
{
	long status;

	trace_in_thread(&status);
	return status;
}

TEST_F(lib, two_threads_with_a_tracer_each)
{
	pthread_t threads[2];
	long status[2];
	int i, round;

	for (round = 0; round < 5; round++) {
		for (i = 0; i < 2; i++)
			ASSERT_EQ(0, pthread_create(&threads[i], NULL, trace_in_thread, &status[i]));
		for (i = 0; i < 2; i++) {
			pthread_join(threads[i], NULL);
			EXPECT_EQ(0, status[i]);
		}
	}
}

TEST_F(lib, attach_to_what_runs)
{
	self->tracee.pid = fork();
	if (!self->tracee.pid)
		for (;;)
			syscall(SYS_getppid);
	ASSERT_DONE(sct_open(&self->t, self->tracee.pid, 0));
	ASSERT_DONE(sct_command(self->t, "trace getppid"));
	ASSERT_DONE(sct_cont(self->t, ASSERT_CALL(SYS_getppid)));
	ASSERT_DONE(sct_step(self->t, ASSERT_CALL(SYS_getppid)));
	EXPECT_EQ(getpid(), ASSERT_NEXT(EXIT)->ret);
	ASSERT_DONE(sct_command(self->t, "detach"));
	EXPECT_EQ(0, kill(self->tracee.pid, 0));
}

/* -------------------------------- thread ---------------------------------- */

static void *ask_and_wait(void *arg)
{
	*(volatile pid_t *)arg = gettid();
	for (;;)
		usleep(1000);
	return arg;
}

static volatile pid_t other_tid;

static void two_threads(void)
{
	pthread_t thread;

	pthread_create(&thread, NULL, ask_and_wait, (void *)&other_tid);
	while (!other_tid)
		sched_yield();
	tell(other_tid);
	for (;;)
		usleep(1000);
}

TEST_F(lib, one_thread)
{
	pid_t tid;
	int i;

	start(&self->tracee, two_threads);
	open_gate(&self->tracee);
	tid = told(&self->tracee);
	ASSERT_DONE(sct_open(&self->t, tid, SCT_THREAD));
	ASSERT_DONE(sct_command(self->t, "trace clock_nanosleep"));
	for (i = 0; i < 10; i++) {
		const struct syscall_trace_record *r = ASSERT_CALL(SYS_clock_nanosleep);

		ASSERT_EQ(tid, (pid_t)r->tid);
		ASSERT_DONE(sct_cont(self->t, r));
	}
}

/* --------------------------------- errors --------------------------------- */

static void set_sysctl(const char *path, const char *value)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, value, 1) != 1)
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
	close(fd);
}


/* As user @uid, open a tracer on @pid; the error has to be @err and say @word. */
static bool refused_as(uid_t uid, pid_t pid, int err, const char *word)
{
	pid_t child = fork();
	struct sct *t;
	int status, ret;

	if (!child) {
		if (setresgid(uid, uid, uid) || setresuid(uid, uid, uid))
			_exit(9);
		ret = sct_open(&t, pid, 0);
		if (!ret)
			ret = sct_command(t, "trace none");
		if (ret == err && (!err || strstr(sct_error(t), word)))
			_exit(0);
		fprintf(stderr, "# %d: %s\n", ret, sct_error(t));
		_exit(1);
	}
	return waitpid(child, &status, 0) == child && !status;
}

/* A process of @uid's that waits. */
static pid_t process_of(uid_t uid)
{
	int fds[2];
	pid_t pid;
	char c;

	if (pipe(fds))
		return -1;
	pid = fork();
	if (!pid) {
		if (setresgid(uid, uid, uid) || setresuid(uid, uid, uid))
			_exit(9);
		prctl(PR_SET_DUMPABLE, 1);
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (write(fds[1], "", 1) != 1)
			_exit(9);
		for (;;)
			pause();
	}
	if (read(fds[0], &c, 1) != 1)
		pid = -1;
	close(fds[0]);
	close(fds[1]);
	return pid;
}

TEST_F(lib, error_sentences)
{
	self->pid = process_of(1000);
	ASSERT_LT(0, self->pid);
	if (!access(YAMA_SYSCTL, F_OK))
		set_sysctl(YAMA_SYSCTL, "0");
	EXPECT_TRUE(refused_as(1000, self->pid, 0, ""));
	EXPECT_TRUE(refused_as(1000, 1, -EACCES, "process 1: it is another user's, or has more rights: be"));
	EXPECT_TRUE(refused_as(1001, self->pid, -EACCES, "another user's"));
	EXPECT_TRUE(refused_as(1000, 4000000, -ENOENT, "process 4000000: there is none, or it has ended: see ps"));
	set_sysctl(TRACE_SYSCTL, "0");
	EXPECT_TRUE(refused_as(1000, self->pid, -EOPNOTSUPP, "tracing is switched off: have root set"));
	EXPECT_TRUE(refused_as(0, self->pid, -EOPNOTSUPP, "tracing is switched off: have root set"));
	set_sysctl(TRACE_SYSCTL, "2");
	EXPECT_TRUE(refused_as(1000, self->pid, -EPERM, "kernel.syscall_trace is 2"));
	EXPECT_TRUE(refused_as(0, self->pid, 0, ""));
	set_sysctl(TRACE_SYSCTL, "1");
	if (access(YAMA_SYSCTL, F_OK)) {
		TH_LOG("no Yama in this kernel");
		return;
	}
	set_sysctl(YAMA_SYSCTL, "1");
	EXPECT_TRUE(refused_as(1000, self->pid, -EPERM, "Yama's ptrace_scope 1"));
	set_sysctl(YAMA_SYSCTL, "2");
	EXPECT_TRUE(refused_as(1000, self->pid, -EPERM, "Yama's ptrace_scope is 2"));
	EXPECT_TRUE(refused_as(0, self->pid, 0, ""));
	set_sysctl(YAMA_SYSCTL, "0");
}

TEST_F(lib, error_trace_itself)
{
	ASSERT_DONE(sct_open(&self->t, getpid(), 0));
	EXPECT_EQ(-ELOOP, sct_command(self->t, "trace all"));
	EXPECT_SAYS("a process cannot trace itself or its tracer: let another");
	EXPECT_EQ(-EINVAL, sct_open(&self->others[0], getpid(), 0x80));
}

TEST_F(lib, error_too_many)
{
	int i, err = 0;

	start(&self->tracee, ask_for_ids);
	for (i = 0; i < 70 && !err; i++) {
		ASSERT_DONE(sct_open(&self->others[i], self->tracee.pid, 0));
		err = sct_command(self->others[i], "trace none");
	}
	EXPECT_EQ(65, i);
	EXPECT_EQ(-EUSERS, err);
	EXPECT_NE(NULL, strstr(sct_error(self->others[i - 1]),
			       "too many tracers on this process: let one"));
}

TEST_F(lib, error_no_descriptors)
{
	struct rlimit old, none;

	getrlimit(RLIMIT_NOFILE, &old);
	none = old;
	none.rlim_cur = 3;
	setrlimit(RLIMIT_NOFILE, &none);
	EXPECT_EQ(-EMFILE, sct_open(&self->t, getpid(), 0));
	setrlimit(RLIMIT_NOFILE, &old);
	EXPECT_SAYS("too many open files: close some");
}

/* ---------------------------- description, memory -------------------------- */

TEST_F(lib, names_and_numbers)
{
	EXPECT_STREQ("read", sct_name(SYSCALL_TRACE_ABI_X86_64, 0));
	EXPECT_STREQ("restart_syscall", sct_name(SYSCALL_TRACE_ABI_I386, 0));
	EXPECT_EQ(NULL, sct_name(SYSCALL_TRACE_ABI_X86_64, 100000));
	EXPECT_EQ(NULL, sct_name(9, 0));
	EXPECT_EQ(SYS_openat, sct_number(SYSCALL_TRACE_ABI_X86_64, "openat"));
	EXPECT_EQ(4, sct_number(SYSCALL_TRACE_ABI_I386, "write"));
	EXPECT_EQ(-ENOSYS, sct_number(SYSCALL_TRACE_ABI_X86_64, "open_at"));
	EXPECT_EQ(-ENOSYS, sct_number(9, "read"));
}

TEST_F(lib, descriptions)
{
	struct syscall_trace_record r = {
		.type = SYSCALL_TRACE_ENTRY, .nr = SYS_write, .args = { 1, 0x1000, 77 },
	};
	struct sct_call call;

	ASSERT_TRUE(sct_describe(&r, &call));
	EXPECT_STREQ("write", call.name);
	EXPECT_EQ(3, call.nr_args);
	EXPECT_EQ(SCT_RESULT_SIZE, call.result);
	EXPECT_NE(0, call.classes & SCT_CLASS_DESC);
	EXPECT_EQ(SCT_FD, call.args[0].kind);
	EXPECT_EQ(SCT_BYTES, call.args[1].kind);
	EXPECT_EQ(SCT_IN, call.args[1].flags);
	EXPECT_TRUE(call.args[1].has_length);
	EXPECT_EQ(77, call.args[1].length);
	EXPECT_EQ(SCT_SIZE, call.args[2].kind);
	EXPECT_FALSE(call.args[2].has_length);

	r.nr = SYS_fcntl;
	r.args[1] = F_SETLK;
	ASSERT_TRUE(sct_describe(&r, &call));
	EXPECT_EQ(SCT_BYTES, call.args[2].kind);
	EXPECT_EQ(sizeof(struct flock), call.args[2].length);
	r.args[1] = F_DUPFD;
	ASSERT_TRUE(sct_describe(&r, &call));
	EXPECT_EQ(SCT_INT, call.args[2].kind);

	r.nr = 5000;
	EXPECT_FALSE(sct_describe(&r, &call));
	r.nr = SYS_write;
	r.type = SYSCALL_TRACE_SIGNAL;
	EXPECT_FALSE(sct_describe(&r, &call));
}

TEST_F(lib, memory_of_the_program)
{
	const struct syscall_trace_record *r;
	char buf[6] = "";

	OPEN(write_twice);
	ASSERT_DONE(sct_command(self->t, "trace pwrite64"));
	open_gate(&self->tracee);
	r = ASSERT_CALL(SYS_pwrite64);
	EXPECT_EQ(5, sct_read_memory(r->tid, r->args[1], buf, 5));
	EXPECT_STREQ("hello", buf);
	EXPECT_EQ(1, sct_write_memory(r->tid, r->args[1], "!", 1));
	EXPECT_EQ(-EIO, sct_read_memory(r->tid, 16, buf, 5));
	EXPECT_EQ(-ENOENT, sct_read_memory(4000000, r->args[1], buf, 5));
	ASSERT_DONE(sct_cont(self->t, r));
	ASSERT_DONE(sct_cont(self->t, ASSERT_CALL(SYS_pwrite64)));
	ASSERT_END();
	EXPECT_EQ('!', wait_status(&self->tracee));
}

int main(int argc, char **argv)
{
	if (argc > 1 && argv[1][0] != '-')
		return run_part(argc, argv);
	return test_harness_run(argc, argv);
}
