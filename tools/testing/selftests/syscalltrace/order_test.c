// SPDX-License-Identifier: GPL-2.0
/*
 * Who sees what, and who may: layers, ptrace, seccomp, credentials.
 */

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/ptrace.h>
#include <sys/user.h>

#include "common.h"

TRACEE_FIXTURE(order)

static void close_twice(void)
{
	tell(raw(SYS_close, 12345, 0, 0));
	tell(raw(SYS_close, 12345, 0, 0));
}

static int add_layer(struct tracee *t, const char *trace)
{
	int fd = open_syscall(t->pid, 0, O_RDWR);

	if (fd >= 0 && say(fd, "%s", trace)) {
		close(fd);
		return -1;
	}
	return fd;
}

/* Layers. */

TEST_F(order, newest_layer_is_nearest_the_program)
{
	int old, new;

	start(&self->t, close_twice);
	old = self->fds[0] = add_layer(&self->t, "trace close,getpid");
	new = self->fds[1] = add_layer(&self->t, "trace close");
	open_gate(&self->t);

	ASSERT_HEAR("close 12345", new);
	EXPECT_FALSE(has_record(old, 50));
	ASSERT_SAY(0, new, "close 54321");
	ASSERT_SAY(0, new, "step");
	ASSERT_HEAR("close 54321", old);
	ASSERT_SAY(0, old, "step");
	ASSERT_HEAR("fail EBADF", old);
	EXPECT_FALSE(has_record(new, 50));
	ASSERT_SAY(0, old, "fail EIO");
	ASSERT_HEAR("fail EIO", new);
	ASSERT_SAY(0, new, "ok 3");
	EXPECT_EQ(3, told(&self->t));

	/* What the newer one skips the older one does not see. */
	ASSERT_HEAR("close 12345", new);
	ASSERT_SAY(0, new, "skip-ok 4");
	EXPECT_EQ(4, told(&self->t));
	EXPECT_EQ(0, wait_status(&self->t));
	EXPECT_HEAR("", old);
	EXPECT_HEAR("", new);
}

TEST_F(order, older_layer_skips_and_newer_sees_the_result)
{
	int old, new;

	start(&self->t, close_twice);
	old = self->fds[0] = add_layer(&self->t, "trace close");
	new = self->fds[1] = add_layer(&self->t, "trace close");
	open_gate(&self->t);
	ASSERT_HEAR("close 12345", new);
	ASSERT_SAY(0, new, "step");
	ASSERT_HEAR("close 12345", old);
	ASSERT_SAY(0, old, "skip-fail ENOLINK");
	ASSERT_HEAR("fail ENOLINK", new);
	ASSERT_SAY(0, new, "cont");
	EXPECT_EQ(-ENOLINK, told(&self->t));
	/* Either may leave in the middle of a call. */
	ASSERT_HEAR("close 12345", new);
	ASSERT_SAY(0, new, "step");
	ASSERT_HEAR("close 12345", old);
	ASSERT_SAY(0, new, "detach");
	ASSERT_SAY(0, old, "skip-ok 8");
	EXPECT_EQ(8, told(&self->t));
}

TEST_F(order, console_and_tracer_nest)
{
	start(&self->t, close_twice);
	ASSERT_EQ(0, command(self->t.pid, "trace close"));
	self->fd = add_layer(&self->t, "trace close");
	open_gate(&self->t);
	ASSERT_HEAR("close 12345", self->fd);
	ASSERT_SAY(0, self->fd, "close 7777");
	ASSERT_SAY(0, self->fd, "cont");
	EXPECT_STREQ("close 7777", look(self->t.pid));
	EXPECT_EQ(0, command(self->t.pid, "skip-ok 1"));
	EXPECT_EQ(1, told(&self->t));
}

TEST_F(order, layers_are_limited)
{
	int i;

	start(&self->t, close_twice);
	for (i = 0; i < 64; i++) {
		self->fds[i] = add_layer(&self->t, "trace close");
		ASSERT_LE(0, self->fds[i]);
	}
	self->fds[64] = open_syscall(self->t.pid, 0, O_RDWR);
	ASSERT_LE(0, self->fds[64]);
	EXPECT_SAY(EUSERS, self->fds[64], "trace close");
	/* One leaves, one comes. */
	close(self->fds[10]);
	self->fds[10] = -1;
	EXPECT_SAY(0, self->fds[64], "trace close");
	open_gate(&self->t);
	ASSERT_HEAR("close 12345", self->fds[64]);
	ASSERT_SAY(0, self->fds[64], "cont");
	for (i = 63; i >= 0; i--) {
		if (i == 10)
			continue;
		ASSERT_HEAR("close 12345", self->fds[i]);
		ASSERT_SAY(0, self->fds[i], "step");
	}
	for (i = 0; i < 64; i++) {
		if (i == 10)
			continue;
		ASSERT_HEAR("fail EBADF", self->fds[i]);
		ASSERT_SAY(0, self->fds[i], "cont");
	}
	EXPECT_EQ(-EBADF, told(&self->t));
}

/* ptrace is nearer the program than any layer. */

TEST_F(order, ptrace_sees_the_program_and_layers_see_ptrace)
{
	struct user_regs_struct regs;
	int status;

	start(&self->t, close_twice);
	self->fd = add_layer(&self->t, "trace close");
	ASSERT_EQ(0, ptrace(PTRACE_SEIZE, self->t.pid, 0, PTRACE_O_TRACESYSGOOD));
	ASSERT_EQ(0, ptrace(PTRACE_INTERRUPT, self->t.pid, 0, 0));
	ASSERT_EQ(self->t.pid, waitpid(self->t.pid, &status, 0));
	open_gate(&self->t);
	/* On to the entry of close(): through the end of the gate's read. */
	do {
		ASSERT_EQ(0, ptrace(PTRACE_SYSCALL, self->t.pid, 0, 0));
		ASSERT_EQ(self->t.pid, waitpid(self->t.pid, &status, 0));
		ASSERT_TRUE(WIFSTOPPED(status));
		ASSERT_EQ(0, ptrace(PTRACE_GETREGS, self->t.pid, 0, &regs));
	} while (regs.orig_rax != SYS_close);
	EXPECT_EQ(12345, regs.rdi);
	EXPECT_FALSE(has_record(self->fd, 0));
	regs.rdi = 888;
	ASSERT_EQ(0, ptrace(PTRACE_SETREGS, self->t.pid, 0, &regs));
	ASSERT_EQ(0, ptrace(PTRACE_SYSCALL, self->t.pid, 0, 0));
	ASSERT_HEAR("close 888", self->fd);
	ASSERT_SAY(0, self->fd, "close 999");
	ASSERT_SAY(0, self->fd, "step");
	ASSERT_HEAR("fail EBADF", self->fd);
	ASSERT_SAY(0, self->fd, "fail EXDEV");
	ASSERT_EQ(self->t.pid, waitpid(self->t.pid, &status, 0));
	ASSERT_EQ(0, ptrace(PTRACE_GETREGS, self->t.pid, 0, &regs));
	EXPECT_EQ(-EXDEV, (long)regs.rax);
	EXPECT_EQ(888, regs.rdi);
	EXPECT_EQ(SYS_close, regs.orig_rax);
	ASSERT_EQ(0, ptrace(PTRACE_DETACH, self->t.pid, 0, 0));
	EXPECT_EQ(-EXDEV, told(&self->t));
}

/* The program's own filter comes after the layers. */

static void install(struct sock_filter *filter, unsigned short len)
{
	struct sock_fprog prog = { .len = len, .filter = filter };

	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog))
		_exit(97);
}

/* Calls with this number get @action, all others run. */
static void filter(int nr, unsigned int action)
{
	struct sock_filter insns[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, nr, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, action),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};

	install(insns, 4);
}

static void filtered_getppid(void)
{
	filter(SYS_getppid, SECCOMP_RET_ERRNO | ENOMEDIUM);
	tell(raw(SYS_getppid, 0, 0, 0));
	tell(raw(SYS_close, 12345, 0, 0));
}

TEST_F(order, rewrite_does_not_pass_seccomp)
{
	START(filtered_getppid, "getppid,close");
	ASSERT_HEAR("getppid", self->fd);
	ASSERT_SAY(0, self->fd, "step");
	ASSERT_HEAR("fail ENOMEDIUM", self->fd);
	ASSERT_SAY(0, self->fd, "cont");
	EXPECT_EQ(-ENOMEDIUM, told(&self->t));
	ASSERT_HEAR("close 12345", self->fd);
	ASSERT_SAY(0, self->fd, "getppid");
	ASSERT_SAY(0, self->fd, "cont");
	EXPECT_EQ(-ENOMEDIUM, told(&self->t));
}

static void close_under_trace_filter(void)
{
	filter(SYS_close, SECCOMP_RET_TRACE);
	tell(raw(SYS_close, 12345, 0, 0));
}

/* A ptracer that changes the call from within seccomp is judged again. */
TEST_F(order, change_within_seccomp_is_judged_again)
{
	struct user_regs_struct regs;
	int status;

	start(&self->t, close_under_trace_filter);
	self->fd = add_layer(&self->t, "trace close");
	ASSERT_EQ(0, ptrace(PTRACE_SEIZE, self->t.pid, 0, PTRACE_O_TRACESECCOMP));
	open_gate(&self->t);
	ASSERT_HEAR("close 12345", self->fd);
	ASSERT_SAY(0, self->fd, "close 6");
	ASSERT_SAY(0, self->fd, "step");
	ASSERT_EQ(self->t.pid, waitpid(self->t.pid, &status, 0));
	ASSERT_EQ(SIGTRAP | PTRACE_EVENT_SECCOMP << 8, status >> 8);
	ASSERT_EQ(0, ptrace(PTRACE_GETREGS, self->t.pid, 0, &regs));
	EXPECT_EQ(6, regs.rdi);
	regs.rdi = OUT_FD;
	ASSERT_EQ(0, ptrace(PTRACE_SETREGS, self->t.pid, 0, &regs));
	ASSERT_EQ(0, ptrace(PTRACE_CONT, self->t.pid, 0, 0));
	ASSERT_HEAR("close 10", self->fd);
	ASSERT_SAY(0, self->fd, "skip-fail EPERM");
	EXPECT_EQ(-EPERM, told(&self->t));
}

/* A ptracer that skips the call from within seccomp leaves no trace of layers. */
static void check_skipped(void)
{
	long rdi = 12345, rsi = 0x2222, rdx = 0x3333, ret = SYS_close;

	filter(SYS_close, SECCOMP_RET_TRACE);
	asm volatile("syscall" : "+a" (ret), "+D" (rdi), "+S" (rsi), "+d" (rdx)
		     : : "rcx", "r11", "memory");
	tell(rdi);
	tell(rsi);
	tell(rdx);
}

TEST_F(order, skip_within_seccomp_restores_registers)
{
	struct user_regs_struct regs;
	int status;

	start(&self->t, check_skipped);
	self->fd = add_layer(&self->t, "trace close");
	ASSERT_EQ(0, ptrace(PTRACE_SEIZE, self->t.pid, 0, PTRACE_O_TRACESECCOMP));
	open_gate(&self->t);
	ASSERT_HEAR("close 12345", self->fd);
	ASSERT_SAY(0, self->fd, "dup3 7, 8, 9");
	ASSERT_SAY(0, self->fd, "syscall_%d 6, 7, 8", SYS_close);
	ASSERT_SAY(0, self->fd, "cont");
	ASSERT_EQ(self->t.pid, waitpid(self->t.pid, &status, 0));
	ASSERT_EQ(SIGTRAP | PTRACE_EVENT_SECCOMP << 8, status >> 8);
	ASSERT_EQ(0, ptrace(PTRACE_GETREGS, self->t.pid, 0, &regs));
	EXPECT_EQ(6, regs.rdi);
	EXPECT_EQ(7, regs.rsi);
	regs.orig_rax = -1;
	ASSERT_EQ(0, ptrace(PTRACE_SETREGS, self->t.pid, 0, &regs));
	ASSERT_EQ(0, ptrace(PTRACE_DETACH, self->t.pid, 0, 0));
	EXPECT_EQ(12345, told(&self->t));
	EXPECT_EQ(0x2222, told(&self->t));
	EXPECT_EQ(0x3333, told(&self->t));
}

/* A filter that comes while a thread is stopped holds for its call. */
static void *filtered_thread(void *arg)
{
	tell(raw(SYS_getppid, 0, 0, 0));
	return arg;
}

static void filter_all_threads(void)
{
	struct sock_filter insns[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getppid, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EXDEV),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog prog = { .len = 4, .filter = insns };
	pthread_t thread;

	pthread_create(&thread, NULL, filtered_thread, NULL);
	pass_gate();
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	tell(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &prog));
	pthread_join(thread, NULL);
}

TEST_F(order, filter_added_during_a_stop_holds)
{
	START(filter_all_threads, "getppid");
	ASSERT_HEAR("getppid", self->fd);
	open_gate(&self->t);
	ASSERT_EQ(0, told(&self->t));
	ASSERT_SAY(0, self->fd, "cont");
	EXPECT_EQ(-EXDEV, told(&self->t));
}

/* Who may. */

static void wait_forever(void)
{
	for (;;)
		pass_gate();
}

TEST_F(order, nobody_traces_itself)
{
	self->fd = open_syscall(getpid(), 0, O_RDWR);
	ASSERT_LE(0, self->fd);
	EXPECT_SAY(ELOOP, self->fd, "trace all");
	EXPECT_EQ(ELOOP, command(getpid(), "trace all"));
	ASSERT_SAY(0, self->fd, "error");
	EXPECT_HEAR("error 1, \"a process cannot trace itself or its tracer\"", self->fd);
}

TEST_F(order, nobody_traces_its_tracer)
{
	int status;
	pid_t pid;

	start(&self->t, wait_forever);
	/* A child, which we trace, tries to trace us. */
	pid = fork();
	if (!pid) {
		int fd = open_syscall(getppid(), 0, O_RDWR);

		raise(SIGSTOP);
		_exit(say(fd, "trace mkdir"));
	}
	waitpid(pid, &status, WUNTRACED);
	self->fd = open_syscall(pid, 0, O_RDWR);
	ASSERT_SAY(0, self->fd, "trace mkdir");
	kill(pid, SIGCONT);
	waitpid(pid, &status, 0);
	EXPECT_EQ(ELOOP, WEXITSTATUS(status));
}

static void detach_self(void)
{
	int fd;

	pass_gate();
	fd = open("/proc/self/syscall", O_WRONLY);
	tell(raw(SYS_write, fd, (long)"detach\n", 7));
	tell(raw(SYS_getppid, 0, 0, 0));
}

/* A console is no way out for the program that it holds. */
TEST_F(order, nobody_answers_itself)
{
	start(&self->t, detach_self);
	ASSERT_EQ(0, command(self->t.pid, "trace getppid"));
	open_gate(&self->t);
	open_gate(&self->t);
	EXPECT_EQ(-EPERM, told(&self->t));
	EXPECT_STREQ("getppid", look(self->t.pid));
	EXPECT_EQ(0, command(self->t.pid, "skip-ok 1"));
	EXPECT_EQ(1, told(&self->t));
}

static void become_user(void)
{
	if (setgid(1000) || setuid(1000))
		_exit(96);
	prctl(PR_SET_DUMPABLE, 1);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
}

static int open_as_user(pid_t pid, int flags)
{
	int status;
	pid_t child = fork();

	if (!child) {
		become_user();
		_exit(open_syscall(pid, 0, flags) < 0 ? errno : 0);
	}
	waitpid(child, &status, 0);
	return WEXITSTATUS(status);
}

TEST_F(order, strangers_are_refused)
{
	if (getuid())
		SKIP(return, "not root");
	start(&self->t, wait_forever);
	EXPECT_EQ(EACCES, open_as_user(self->t.pid, O_RDWR));
	EXPECT_EQ(EACCES, open_as_user(self->t.pid, O_WRONLY));
	EXPECT_EQ(EACCES, open_as_user(self->t.pid, O_RDONLY));
}

static void wait_as_user(void)
{
	become_user();
	tell(0);
	wait_forever();
}

static void wait_undumpable(void)
{
	become_user();
	prctl(PR_SET_DUMPABLE, 0);
	tell(0);
	pass_gate();
}

TEST_F(order, undumpable_programs_are_refused)
{
	if (getuid())
		SKIP(return, "not root");
	start(&self->t, wait_undumpable);
	open_gate(&self->t);
	told(&self->t);
	EXPECT_EQ(EACCES, open_as_user(self->t.pid, O_RDWR));
	/* CAP_SYS_PTRACE may. */
	self->fd = open_syscall(self->t.pid, 0, O_RDWR);
	EXPECT_LE(0, self->fd);
}

static bool write_sysctl(const char *name, const char *value)
{
	char path[64];
	int fd;
	bool ok;

	snprintf(path, sizeof(path), "/proc/sys/kernel/%s", name);
	fd = open(path, O_WRONLY);
	ok = fd >= 0 && write(fd, value, strlen(value)) == (ssize_t)strlen(value);
	close(fd);
	return ok;
}

TEST_F(order, sysctl_gates)
{
	int status;
	pid_t pid;

	if (getuid())
		SKIP(return, "not root");
	start(&self->t, wait_as_user);
	open_gate(&self->t);
	told(&self->t);
	ASSERT_TRUE(write_sysctl("yama/ptrace_scope", "0"));
	EXPECT_EQ(0, open_as_user(self->t.pid, O_RDWR));
	/* A user's open file is worth nothing once the gate is shut. */
	pid = fork();
	if (!pid) {
		int fd;

		become_user();
		fd = open_syscall(self->t.pid, 0, O_RDWR);
		raise(SIGSTOP);
		_exit(say(fd, "trace all"));
	}
	waitpid(pid, &status, WUNTRACED);
	ASSERT_TRUE(write_sysctl("syscall_trace", "2"));
	kill(pid, SIGCONT);
	waitpid(pid, &status, 0);
	EXPECT_EQ(EPERM, WEXITSTATUS(status));
	EXPECT_EQ(EPERM, open_as_user(self->t.pid, O_RDWR));
	EXPECT_EQ(0, open_as_user(self->t.pid, O_RDONLY));
	self->fd = open_syscall(self->t.pid, 0, O_RDWR);
	EXPECT_LE(0, self->fd);
	ASSERT_TRUE(write_sysctl("syscall_trace", "0"));
	EXPECT_SAY(EPERM, self->fd, "trace all");
	EXPECT_EQ(-1, open_syscall(self->t.pid, 0, O_RDWR));
	EXPECT_EQ(EPERM, errno);
	EXPECT_EQ('0', look(self->t.pid)[0]) TH_LOG("the old line is always there");
	ASSERT_TRUE(write_sysctl("syscall_trace", "1"));
	EXPECT_FALSE(write_sysctl("syscall_trace", "3"));
	ASSERT_TRUE(write_sysctl("yama/ptrace_scope", "1"));
}

TEST_F(order, yama_holds)
{
	if (getuid())
		SKIP(return, "not root");
	ASSERT_TRUE(write_sysctl("yama/ptrace_scope", "1"));
	start(&self->t, wait_as_user);
	open_gate(&self->t);
	told(&self->t);
	/* The same user, but no ancestor. */
	EXPECT_EQ(EPERM, open_as_user(self->t.pid, O_RDWR));
	EXPECT_EQ(EPERM, open_as_user(self->t.pid, O_WRONLY));
}

/* A privileged program cannot be made to arm through a file it was handed. */
TEST_F(order, arming_needs_the_opener)
{
	int status;
	pid_t pid;

	if (getuid())
		SKIP(return, "not root");
	ASSERT_TRUE(write_sysctl("yama/ptrace_scope", "0"));
	start(&self->t, wait_as_user);
	open_gate(&self->t);
	told(&self->t);
	if (setegid(1000) || seteuid(1000))
		SKIP(return, "cannot change user");
	self->fd = open_syscall(self->t.pid, 0, O_RDWR);
	ASSERT_EQ(0, seteuid(0));
	ASSERT_EQ(0, setegid(0));
	EXPECT_LE(0, self->fd);
	EXPECT_SAY(EPERM, self->fd, "trace all");
	/* The other way round as well. */
	close(self->fd);
	self->fd = open_syscall(self->t.pid, 0, O_RDWR);
	pid = fork();
	if (!pid) {
		become_user();
		_exit(say(self->fd, "trace all"));
	}
	waitpid(pid, &status, 0);
	EXPECT_EQ(EPERM, WEXITSTATUS(status));
	EXPECT_SAY(0, self->fd, "trace all");
	ASSERT_TRUE(write_sysctl("yama/ptrace_scope", "1"));
}

#define SUID_PROGRAM	"/tmp/syscalltrace-suid"

/* Tell our effective user from within a set-id program. */
static void exec_suid(void)
{
	char *args[] = { "report-euid", NULL }, *env[] = { NULL };

	become_user();
	tell(0);
	pass_gate();
	execve(SUID_PROGRAM, args, env);
}

static bool copy_self(const char *to)
{
	char buf[65536];
	int in = open("/proc/self/exe", O_RDONLY), out;
	ssize_t len;

	unlink(to);
	out = open(to, O_WRONLY | O_CREAT | O_EXCL, 0755);
	while ((len = read(in, buf, sizeof(buf))) > 0)
		if (write(out, buf, len) != len)
			break;
	close(in);
	close(out);
	return !len && !chown(to, 0, 0) && !chmod(to, 04755);
}

/* A user's tracer: set-id programs do not get their rights under it. */
TEST_F(order, set_id_exec_gains_nothing_under_a_user)
{
	pid_t pid;

	if (getuid() || !copy_self(SUID_PROGRAM))
		SKIP(return, "not root");
	ASSERT_TRUE(write_sysctl("yama/ptrace_scope", "0"));
	start(&self->t, exec_suid);
	open_gate(&self->t);
	told(&self->t);
	pid = fork();
	if (!pid) {
		int fd;

		become_user();
		fd = add_layer(&self->t, "trace execve");
		open_gate(&self->t);
		hear(fd);
		say(fd, "cont");
		pause();
	}
	EXPECT_EQ(1000, told(&self->t));
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	unlink(SUID_PROGRAM);
	ASSERT_TRUE(write_sysctl("yama/ptrace_scope", "1"));
}

/* Root's tracer does not hinder them, and stays. */
TEST_F(order, set_id_exec_works_under_root)
{
	if (getuid() || !copy_self(SUID_PROGRAM))
		SKIP(return, "not root");
	start(&self->t, exec_suid);
	open_gate(&self->t);
	told(&self->t);
	self->fd = add_layer(&self->t, "trace execve,geteuid");
	open_gate(&self->t);
	hear(self->fd);
	ASSERT_SAY(0, self->fd, "step");
	EXPECT_HEAR("ok 0", self->fd);
	ASSERT_SAY(0, self->fd, "cont");
	EXPECT_HEAR("geteuid", self->fd);
	ASSERT_SAY(0, self->fd, "trace mkdir");
	ASSERT_SAY(0, self->fd, "cont");
	EXPECT_EQ(0, told(&self->t));
	unlink(SUID_PROGRAM);
}

/*
 * A console that root armed is no way into a set-id program for the user who
 * may open the file before.
 */
TEST_F(order, console_does_not_outlive_a_users_rights)
{
	int status;
	pid_t pid;

	if (getuid() || !copy_self(SUID_PROGRAM))
		SKIP(return, "not root");
	ASSERT_TRUE(write_sysctl("yama/ptrace_scope", "0"));
	start(&self->t, exec_suid);
	open_gate(&self->t);
	told(&self->t);
	ASSERT_EQ(0, command(self->t.pid, "trace execve,geteuid"));
	pid = fork();
	if (!pid) {
		int out, in;

		become_user();
		out = open_syscall(self->t.pid, 0, O_WRONLY);
		in = open_syscall(self->t.pid, 0, O_RDONLY);
		if (out < 0 || in < 0)
			_exit(1);
		/* Somebody else's console shows nothing, and does not block. */
		if (hear(in)[0] < '0' || hear(in)[0] > '9')
			_exit(3);
		raise(SIGSTOP);
		if (say(out, "skip-ok 77") != EPERM || say(out, "detach") != EPERM)
			_exit(4);
		_exit(0);
	}
	open_gate(&self->t);
	waitpid(pid, &status, WUNTRACED);
	ASSERT_TRUE(WIFSTOPPED(status));
	EXPECT_EQ(0, strncmp("execve ", look(self->t.pid), 7));
	ASSERT_EQ(0, command(self->t.pid, "cont"));
	ASSERT_STREQ("geteuid", look(self->t.pid));
	kill(pid, SIGCONT);
	waitpid(pid, &status, 0);
	EXPECT_EQ(0, WEXITSTATUS(status));
	ASSERT_EQ(0, command(self->t.pid, "detach"));
	EXPECT_EQ(0, told(&self->t));
	unlink(SUID_PROGRAM);
	ASSERT_TRUE(write_sysctl("yama/ptrace_scope", "1"));
}

/* Who traces whom may be looked at only so long. */
TEST_F(order, too_many_tracers_of_tracers_are_a_cycle)
{
	pid_t pid, tracers[6];
	int i, k, ready[2];
	char c;

	/* Each traces the one before 60 times; the first is us. */
	ASSERT_EQ(0, pipe(ready));
	for (i = 0; i < 6; i++) {
		tracers[i] = fork();
		if (!tracers[i]) {
			pid_t target = i ? tracers[i - 1] : getppid();

			prctl(PR_SET_PDEATHSIG, SIGKILL);
			for (k = 0; k < 60; k++) {
				int fd = open_syscall(target, 0, O_RDWR);

				if (fd < 0 || say(fd, "trace mkdir"))
					_exit(1);
			}
			if (write(ready[1], "r", 1) != 1)
				_exit(1);
			pause();
		}
		ASSERT_EQ(1, read(ready[0], &c, 1));
	}
	start(&self->t, wait_forever);
	self->fd = open_syscall(self->t.pid, 0, O_RDWR);
	/* Six tracers is few enough; it does not take 60^6 steps to see. */
	EXPECT_SAY(0, self->fd, "trace mkdir");
	pid = open_syscall(tracers[5], 0, O_RDWR);
	EXPECT_SAY(ELOOP, pid, "trace mkdir");
	close(pid);
	for (i = 5; i >= 0; i--) {
		kill(tracers[i], SIGKILL);
		waitpid(tracers[i], NULL, 0);
	}
	close(ready[0]);
	close(ready[1]);
}

int main(int argc, char **argv)
{
	if (argc == 1 && !strcmp(argv[0], "report-euid")) {
		tell(raw(SYS_geteuid, 0, 0, 0));
		return 0;
	}
	return test_harness_run(argc, argv);
}
