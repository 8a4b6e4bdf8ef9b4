/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the tests of credentials share: being somebody else, and the settings
 * of the whole system that decide who may trace.
 */
#ifndef _SYSCALLTRACE_CRED_H
#define _SYSCALLTRACE_CRED_H

#include <grp.h>
#include <linux/capability.h>
#include <sys/ptrace.h>

#include "common.h"

#define USER	1000
#define OTHER	1001
#define CAP(name)	(1ULL << CAP_##name)
#define LOST	(POLLOUT | POLLHUP | POLLERR)

/* --------------------------- settings of the system ---------------------- */

enum setting {
	YAMA_SCOPE,
	TRACE_GATE,
	SUID_DUMPABLE,
	NR_SETTINGS,
};

static const char * const setting_paths[] = {
	[YAMA_SCOPE] = "/proc/sys/kernel/yama/ptrace_scope",
	[TRACE_GATE] = "/proc/sys/kernel/syscall_trace",
	[SUID_DUMPABLE] = "/proc/sys/fs/suid_dumpable",
};

static inline bool write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool ok = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	close(fd);
	return ok;
}

/* A digit; '\0' if the system has no such setting. */
static inline char get_setting(enum setting which)
{
	int fd = open(setting_paths[which], O_RDONLY | O_CLOEXEC);
	char c;

	if (fd < 0 || read(fd, &c, 1) != 1)
		c = '\0';
	close(fd);
	return c;
}

static inline bool set_setting(enum setting which, char digit)
{
	return write_file(setting_paths[which], (const char[]){ digit, '\0' });
}

/* The settings as they were before. */
static char was[NR_SETTINGS];

/* A directory for files that the tests make; each has one name. */
static char scratch[48];
static const char * const scratch_names[] = { "program", "plain", "proc" };

static inline void scratch_path(char *path, size_t size, const char *name)
{
	snprintf(path, size, "%s/%s", scratch, name);
}

static inline void give_back_settings(void)
{
	char path[64];
	unsigned int i;

	for (i = 0; i < NR_SETTINGS; i++)
		if (was[i])
			set_setting(i, was[i]);
	for (i = 0; i < ARRAY_SIZE(scratch_names); i++) {
		scratch_path(path, sizeof(path), scratch_names[i]);
		remove(path);
	}
	rmdir(scratch);
}

/* The tests of this program, while no other changes settings. */
static inline int run_cred_tests(int argc, char **argv)
{
	struct flock lock = { .l_type = F_WRLCK };
	int i, fd;

	if (getuid())
		return test_harness_run(argc, argv);
	/* Children do not inherit it. */
	fd = open("/tmp/syscalltrace-settings", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0 || fcntl(fd, F_SETLKW, &lock))
		return KSFT_FAIL;
	for (i = 0; i < NR_SETTINGS; i++)
		was[i] = get_setting(i);
	snprintf(scratch, sizeof(scratch), "/tmp/syscalltrace-%d", getpid());
	mkdir(scratch, 0755);
	atexit(give_back_settings);
	return test_harness_run(argc, argv);
}

/* From here on whoever may attach at all may trace. Return NULL or why not. */
static inline const char *reset_settings(void)
{
	char yama = get_setting(YAMA_SCOPE);

	if (getuid())
		return "not root";
	if (yama == '3')
		return "Yama lets nobody attach until the next boot";
	if (yama && !set_setting(YAMA_SCOPE, '0'))
		return "kernel.yama.ptrace_scope cannot be set";
	if (!set_setting(TRACE_GATE, '1') || !set_setting(SUID_DUMPABLE, '0'))
		return "kernel.syscall_trace or fs.suid_dumpable cannot be set";
	return NULL;
}

/* ------------------------------- identities ------------------------------ */

static inline bool set_caps(unsigned long long permitted, unsigned long long effective)
{
	struct __user_cap_header_struct head = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct data[2] = {
		{ .permitted = permitted, .effective = effective },
		{ .permitted = permitted >> 32, .effective = effective >> 32 },
	};

	return !syscall(SYS_capset, &head, data);
}

static inline unsigned long long get_permitted(void)
{
	struct __user_cap_header_struct head = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct data[2] = { };

	syscall(SYS_capget, &head, data);
	return data[0].permitted | (unsigned long long)data[1].permitted << 32;
}

/* For good: somebody with these ids and capabilities, whom others may trace. */
static inline void become(uid_t uid, gid_t gid, unsigned long long caps)
{
	prctl(PR_SET_KEEPCAPS, 1);
	if (setgroups(0, NULL) || setresgid(gid, gid, gid) || setresuid(uid, uid, uid) ||
	    !set_caps(caps, caps))
		_exit(96);
	prctl(PR_SET_KEEPCAPS, 0);
	prctl(PR_SET_DUMPABLE, 1);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
}

/*
 * For a while, for all that has to do with files: the user, with no capabilities
 * but @caps.
 */
static inline bool be_user(unsigned long long caps)
{
	return !setegid(USER) && !seteuid(USER) && set_caps(get_permitted(), caps);
}

static inline bool be_root(void)
{
	return !seteuid(0) && !setegid(0) && set_caps(get_permitted(), get_permitted());
}

/* Exit status of a child; 254 if it was killed. */
static inline int status_of(pid_t child)
{
	int status = -1;

	waitpid(child, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 254;
}

/* What @act makes of @pid, done by a child of ours with that identity. */
static inline int as(uid_t uid, gid_t gid, unsigned long long caps, int (*act)(pid_t), pid_t pid)
{
	pid_t child = fork();

	if (!child) {
		become(uid, gid, caps);
		_exit(act(pid));
	}
	return status_of(child);
}

static inline int as_user(int (*act)(pid_t), pid_t pid)
{
	return as(USER, USER, 0, act, pid);
}

/* Be root in a user namespace of one's own; whoever one was before owns it. */
static inline bool enter_user_ns(void)
{
	uid_t uid = getuid();
	gid_t gid = getgid();
	char uids[32], gids[32];

	snprintf(uids, sizeof(uids), "0 %d 1", uid);
	snprintf(gids, sizeof(gids), "0 %d 1", gid);
	return !unshare(CLONE_NEWUSER) && write_file("/proc/self/uid_map", uids) &&
	       write_file("/proc/self/setgroups", "deny") &&
	       write_file("/proc/self/gid_map", gids);
}

static inline const char *no_user_ns(void)
{
	pid_t child = fork();

	if (!child) {
		become(USER, USER, 0);
		_exit(!enter_user_ns());
	}
	return status_of(child) ? "no user namespaces for users" : NULL;
}

/* ------------------------------ who traces ------------------------------- */

/* Acts for as(): each returns 0 or an errno. */

static inline int try_open(pid_t pid)
{
	int fd = open_syscall(pid, 0, O_RDWR), err = fd < 0 ? errno : 0;

	close(fd);
	return err;
}

static inline int try_trace(pid_t pid)
{
	int fd = open_syscall(pid, 0, O_RDWR);
	int err = fd < 0 ? errno : say(fd, "trace none");

	close(fd);
	return err;
}

static inline int try_console(pid_t pid)
{
	return command(pid, "trace none") ?: command(pid, "detach");
}

/* Programs: wait, once they are who they shall be. */

static inline void wait_forever(void)
{
	for (;;)
		pass_gate();
}

static inline void wait_as_user(void)
{
	become(USER, USER, 0);
	tell(0);
	wait_forever();
}

/* Start a program that tells when it is who it shall be. */
static inline void start_and_become(struct tracee *t, void (*program)(void))
{
	start(t, program);
	open_gate(t);
	told(t);
}

/* Programs that are this one, under another name and with more rights. */

static inline bool copy_self(const char *to)
{
	int in = open("/proc/self/exe", O_RDONLY), out;
	char buf[65536];
	ssize_t len;

	unlink(to);
	out = open(to, O_WRONLY | O_CREAT | O_EXCL, 0755);
	while ((len = read(in, buf, sizeof(buf))) > 0)
		if (write(out, buf, len) != len)
			break;
	close(in);
	close(out);
	return !len;
}

/* @what is for main(), @name for the program itself. */
static inline void exec_as(const char *path, const char *what, const char *name)
{
	const char * const args[] = { name, what, NULL };

	execve(path, (char **)args, (char *[]){ NULL });
	_exit(95);
}

/* How many tracers /proc/<pid>/status says there are. */
static inline long tracers_of(pid_t pid)
{
	char path[32], line[128];
	long n = -1;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	f = fopen(path, "r");
	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "SyscallTracers: %ld", &n) == 1)
			break;
	if (f)
		fclose(f);
	return n;
}

/*
 * A fixture: programs @t and @other, @fd, and room for more files in @fds. All
 * are ended and closed after the test.
 */
#define CRED_FIXTURE(name)						\
FIXTURE(name)								\
{									\
	struct tracee t;						\
	struct tracee other;						\
	int fd;								\
	int fds[8];							\
};									\
									\
FIXTURE_SETUP(name)							\
{									\
	const char *reason;						\
									\
	self->t = (struct tracee){ .gate = -1, .out = -1 };		\
	self->other = self->t;						\
	self->fd = -1;							\
	memset(self->fds, -1, sizeof(self->fds));			\
	reason = reset_settings();					\
	if (reason)							\
		SKIP(return, "%s", reason);				\
}									\
									\
FIXTURE_TEARDOWN(name)							\
{									\
	unsigned int i;							\
									\
	EXPECT_TRUE(be_root());						\
	stop_tracee(&self->t);						\
	stop_tracee(&self->other);					\
	close(self->fd);						\
	for (i = 0; i < ARRAY_SIZE(self->fds); i++)			\
		close(self->fds[i]);					\
}

#endif /* _SYSCALLTRACE_CRED_H */
