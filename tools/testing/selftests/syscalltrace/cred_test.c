// SPDX-License-Identifier: GPL-2.0
/*
 * Who may trace whom: beside each who may not there is one who may.
 *
 * SYSCALLTRACE_YAMA3=1 in the environment also tests Yama's scope 3, which
 * nobody can undo before the next boot: no test of tracing passes after it.
 */

#include <sys/mount.h>

#include "cred.h"

/* No errno: the file and ptrace() do not agree. */
#define DISAGREE	253

static char proc_dir[64];

static int try_ptrace(pid_t pid)
{
	if (ptrace(PTRACE_ATTACH, pid, 0, 0))
		return errno;
	waitpid(pid, NULL, __WALL);
	ptrace(PTRACE_DETACH, pid, 0, 0);
	/* It stays until the caller exits. */
	return ptrace(PTRACE_SEIZE, pid, 0, 0) ? DISAGREE : 0;
}

/* May the caller trace @pid? 0 or the file's errno; ptrace() has to say the same. */
static int may_trace(pid_t pid)
{
	int err = try_trace(pid), of_console = try_console(pid), of_ptrace = try_ptrace(pid);

	return err != of_console || !err != !of_ptrace ? DISAGREE : err;
}

/* The same for a child of the caller's. */
static int may_trace_child(pid_t unused)
{
	pid_t child = fork();
	int err;

	if (!child) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;)
			pause();
	}
	err = may_trace(child);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	return err;
}

/* --------------------------------- Yama ----------------------------------- */

CRED_FIXTURE(yama)

FIXTURE_VARIANT(yama)
{
	char scope;
	int sibling;
	int permitted;
	int ancestor;
	int capable;
};

FIXTURE_VARIANT_ADD(yama, classic) { '0', 0, 0, 0, 0 };
FIXTURE_VARIANT_ADD(yama, relational) { '1', EPERM, 0, 0, 0 };
FIXTURE_VARIANT_ADD(yama, capability) { '2', EPERM, EPERM, EPERM, 0 };
FIXTURE_VARIANT_ADD(yama, no_attach) { '3', EPERM, EPERM, EPERM, EPERM };

/* Permit the test, and with it its children; then nobody. */
static void permit(void)
{
	become(USER, USER, 0);
	tell(0);
	pass_gate();
	tell(prctl(PR_SET_PTRACER, getppid()));
	pass_gate();
	tell(prctl(PR_SET_PTRACER, 0));
	wait_forever();
}

TEST_F(yama, who_may)
{
	if (!get_setting(YAMA_SCOPE))
		SKIP(return, "no Yama");
	if (variant->scope == '3' && !getenv("SYSCALLTRACE_YAMA3"))
		SKIP(return, "nobody could trace until the next boot");
	ASSERT_TRUE(set_setting(YAMA_SCOPE, variant->scope));
	start_and_become(&self->t, permit);
	EXPECT_EQ(variant->sibling, as_user(may_trace, self->t.pid));
	open_gate(&self->t);
	ASSERT_EQ(0, told(&self->t));
	EXPECT_EQ(variant->permitted, as_user(may_trace, self->t.pid));
	open_gate(&self->t);
	ASSERT_EQ(0, told(&self->t));
	EXPECT_EQ(variant->sibling, as_user(may_trace, self->t.pid));
	EXPECT_EQ(variant->ancestor, as_user(may_trace_child, 0));
	EXPECT_EQ(variant->capable, as(USER, USER, CAP(SYS_PTRACE), may_trace, self->t.pid));
	EXPECT_EQ(variant->capable, as(OTHER, OTHER, CAP(SYS_PTRACE) | CAP(DAC_OVERRIDE),
				       may_trace, self->t.pid));
	EXPECT_EQ(variant->scope != '3', set_setting(YAMA_SCOPE, '0'));
}

CRED_FIXTURE(cred)

/* Whom a descriptor is passed to does not have the opener's relations. */
TEST_F(cred, passed_descriptor_needs_the_relation)
{
	pid_t child;

	if (!get_setting(YAMA_SCOPE))
		SKIP(return, "no Yama");
	ASSERT_TRUE(set_setting(YAMA_SCOPE, '1'));
	start_and_become(&self->t, wait_as_user);
	ASSERT_TRUE(be_user(0));
	self->fd = open_syscall(self->t.pid, 0, O_RDWR);
	ASSERT_LE(0, self->fd);
	child = fork();
	if (!child)
		_exit(say(self->fd, "trace none"));
	EXPECT_EQ(EPERM, status_of(child));
	EXPECT_SAY(0, self->fd, "trace none");
}

/* ------------------------- users and capabilities ------------------------- */

TEST_F(cred, users_and_groups)
{
	start_and_become(&self->t, wait_as_user);
	EXPECT_EQ(0, as(USER, USER, 0, may_trace, self->t.pid));
	EXPECT_EQ(EPERM, as(USER, OTHER, 0, may_trace, self->t.pid));
	EXPECT_EQ(EACCES, as(OTHER, USER, 0, may_trace, self->t.pid));
	/* To open files of others is not to trace them. */
	EXPECT_EQ(EPERM, as(OTHER, OTHER, CAP(DAC_OVERRIDE), may_trace, self->t.pid));
	EXPECT_EQ(EACCES, as(OTHER, OTHER, CAP(SYS_PTRACE), try_trace, self->t.pid));
	EXPECT_EQ(0, as(OTHER, OTHER, CAP(SYS_PTRACE) | CAP(DAC_OVERRIDE), may_trace,
			self->t.pid));
}

/* A program that could become somebody else again. */
static void keep_saved_id(void)
{
	if (setresgid(USER, USER, USER) || setresuid(USER, USER, OTHER))
		_exit(96);
	prctl(PR_SET_DUMPABLE, 1);
	tell(0);
	wait_forever();
}

TEST_F(cred, saved_ids_count)
{
	start_and_become(&self->t, keep_saved_id);
	EXPECT_EQ(EPERM, as_user(may_trace, self->t.pid));
	EXPECT_EQ(0, as(USER, USER, CAP(SYS_PTRACE), may_trace, self->t.pid));
}

static void hold_capability(void)
{
	become(USER, USER, CAP(NET_RAW));
	/* What is permitted counts. */
	set_caps(CAP(NET_RAW), 0);
	tell(0);
	wait_forever();
}

/* With the capability permitted but not effective. */
static int trace_without_effect(pid_t pid)
{
	if (!set_caps(CAP(NET_RAW), 0))
		return DISAGREE;
	/* ptrace() looks at what is permitted, files do not. */
	return try_ptrace(pid) ? DISAGREE : try_trace(pid);
}

TEST_F(cred, tracee_with_more_capabilities)
{
	start_and_become(&self->t, hold_capability);
	EXPECT_EQ(EPERM, as_user(may_trace, self->t.pid));
	EXPECT_EQ(EPERM, as(USER, USER, CAP(CHOWN), may_trace, self->t.pid));
	EXPECT_EQ(0, as(USER, USER, CAP(NET_RAW), may_trace, self->t.pid));
	EXPECT_EQ(0, as(USER, USER, CAP(SYS_PTRACE), may_trace, self->t.pid));
	EXPECT_EQ(EPERM, as(USER, USER, CAP(NET_RAW), trace_without_effect, self->t.pid));
}

/* ----------------------------- user namespaces ---------------------------- */

static int from_user_ns(pid_t pid)
{
	return enter_user_ns() ? may_trace(pid) : DISAGREE;
}

static int within_user_ns(pid_t pid)
{
	return enter_user_ns() ? may_trace_child(0) : DISAGREE;
}

static void wait_in_user_ns(void)
{
	become(USER, USER, 0);
	tell(enter_user_ns());
	wait_forever();
}

/* Both what needs capabilities and what does not. */
TEST_F(cred, user_namespaces)
{
	char scope;

	if (no_user_ns())
		SKIP(return, "%s", no_user_ns());
	start_and_become(&self->t, wait_as_user);
	start_and_become(&self->other, wait_in_user_ns);
	for (scope = '0'; scope <= '2'; scope += 2) {
		if (get_setting(YAMA_SCOPE))
			ASSERT_TRUE(set_setting(YAMA_SCOPE, scope));
		ASSERT_TRUE(set_setting(TRACE_GATE, scope == '0' ? '1' : '2'));
		EXPECT_EQ(EPERM, as_user(from_user_ns, self->t.pid));
		EXPECT_EQ(0, as_user(within_user_ns, 0));
		/* Who made a namespace has all rights in it. */
		EXPECT_EQ(0, as_user(may_trace, self->other.pid));
		EXPECT_EQ(EACCES, as(OTHER, OTHER, 0, may_trace, self->other.pid));
		EXPECT_EQ(EPERM, as(OTHER, OTHER, CAP(DAC_OVERRIDE), may_trace, self->other.pid));
		/* Root in another namespace of the same user is nobody there. */
		EXPECT_EQ(EPERM, as_user(from_user_ns, self->other.pid));
	}
}

/* --------------------------------- dumpable ------------------------------- */

static void turn_dumpable(void)
{
	int dumpable = 0;

	become(USER, USER, 0);
	tell(0);
	for (;;) {
		pass_gate();
		prctl(PR_SET_DUMPABLE, dumpable);
		tell(dumpable);
		dumpable = !dumpable;
		tell(raw(SYS_getppid, 0, 0, 0));
	}
}

/* Not dumpable between open and trace: not armed; and then again. */
TEST_F(cred, dumpable_when_armed)
{
	start_and_become(&self->t, turn_dumpable);
	ASSERT_TRUE(be_user(0));
	self->fd = open_syscall(self->t.pid, 0, O_RDWR);
	ASSERT_LE(0, self->fd);
	open_gate(&self->t);
	ASSERT_EQ(0, told(&self->t));
	EXPECT_EQ(getpid(), told(&self->t));
	EXPECT_SAY(EPERM, self->fd, "trace getppid");
	EXPECT_SAY(0, self->fd, "error");
	EXPECT_HEAR("error 1, \"not permitted to trace this process\"", self->fd);
	open_gate(&self->t);
	ASSERT_EQ(1, told(&self->t));
	EXPECT_EQ(getpid(), told(&self->t));
	EXPECT_SAY(0, self->fd, "trace getppid");
}

/* Not dumpable when it is traced: the tracer stays, but cannot arm any more. */
TEST_F(cred, dumpable_while_traced)
{
	start_and_become(&self->t, turn_dumpable);
	ASSERT_TRUE(be_user(0));
	self->fd = open_syscall(self->t.pid, 0, O_RDWR);
	ASSERT_SAY(0, self->fd, "trace getppid");
	open_gate(&self->t);
	ASSERT_EQ(0, told(&self->t));
	ASSERT_HEAR("getppid", self->fd);
	EXPECT_SAY(EPERM, self->fd, "trace getppid,close");
	EXPECT_SAY(0, self->fd, "skip-ok 5");
	EXPECT_EQ(5, told(&self->t));
	open_gate(&self->t);
	ASSERT_EQ(1, told(&self->t));
	ASSERT_HEAR("getppid", self->fd);
	EXPECT_SAY(0, self->fd, "trace getppid,close");
	EXPECT_SAY(0, self->fd, "cont");
	EXPECT_EQ(getpid(), told(&self->t));
}

/* The console asks each time. */
TEST_F(cred, dumpable_on_the_console)
{
	start_and_become(&self->t, turn_dumpable);
	ASSERT_TRUE(be_user(0));
	ASSERT_EQ(0, command(self->t.pid, "trace getppid"));
	self->fds[0] = open_syscall(self->t.pid, 0, O_WRONLY);
	self->fds[1] = open_syscall(self->t.pid, 0, O_RDONLY);
	open_gate(&self->t);
	ASSERT_EQ(0, told(&self->t));
	EXPECT_HEAR("errno 1", self->fds[1]);
	EXPECT_SAY(EPERM, self->fds[0], "detach");
	EXPECT_SAY(EPERM, self->fds[0], "on getppid skip-ok 6");
	ASSERT_TRUE(be_root());
	ASSERT_EQ(0, command(self->t.pid, "detach"));
	EXPECT_EQ(getpid(), told(&self->t));
	/* Dumpable again, so it is the user's again. */
	ASSERT_TRUE(be_user(0));
	open_gate(&self->t);
	ASSERT_EQ(1, told(&self->t));
	EXPECT_EQ(getpid(), told(&self->t));
	EXPECT_SAY(0, self->fds[0], "trace getppid");
	EXPECT_SAY(0, self->fds[0], "detach");
}

/* --------------------- changes of who one is, meanwhile ------------------- */

static void change_ids(void)
{
	become(USER, USER, CAP(SETUID));
	tell(0);
	pass_gate();
	tell(syscall(SYS_setresuid, OTHER, OTHER, OTHER));
	raw(SYS_getppid, 0, 0, 0);
	wait_forever();
}

/* Who traces goes on, as under ptrace(); to begin, or to use a console, is too late. */
TEST_F(cred, tracee_changes_its_ids)
{
	start_and_become(&self->t, change_ids);
	ASSERT_EQ(0, as(USER, USER, CAP(SETUID), may_trace, self->t.pid));
	ASSERT_TRUE(be_user(CAP(SETUID)));
	self->fd = open_syscall(self->t.pid, 0, O_RDWR);
	self->fds[0] = open_syscall(self->t.pid, 0, O_RDWR);
	self->fds[1] = open_syscall(self->t.pid, 0, O_WRONLY);
	ASSERT_SAY(0, self->fds[1], "trace none");
	ASSERT_SAY(0, self->fd, "trace getppid");
	open_gate(&self->t);
	ASSERT_EQ(0, told(&self->t));
	ASSERT_HEAR("getppid", self->fd);
	EXPECT_SAY(EPERM, self->fd, "trace all");
	EXPECT_SAY(EPERM, self->fds[0], "trace none");
	EXPECT_SAY(EPERM, self->fds[1], "detach");
	EXPECT_SAY(0, self->fd, "cont");
	ASSERT_TRUE(be_root());
	EXPECT_EQ(EACCES, as(USER, USER, CAP(SETUID), may_trace, self->t.pid));
	EXPECT_EQ(0, command(self->t.pid, "detach"));
}

/* A descriptor in other hands: it answers, but does not arm. */
TEST_F(cred, descriptor_in_other_hands)
{
	pid_t child;

	start_and_become(&self->t, turn_dumpable);
	self->fd = open_syscall(self->t.pid, 0, O_RDWR);
	ASSERT_SAY(0, self->fd, "trace getppid");
	open_gate(&self->t);
	ASSERT_EQ(0, told(&self->t));
	child = fork();
	if (!child) {
		become(OTHER, OTHER, 0);
		if (say(self->fd, "trace all") != EPERM)
			_exit(1);
		if (strcmp(hear(self->fd), "getppid"))
			_exit(2);
		_exit(say(self->fd, "skip-ok 5") ? 3 : 0);
	}
	EXPECT_EQ(0, status_of(child));
	EXPECT_EQ(5, told(&self->t));
	EXPECT_SAY(0, self->fd, "trace all");
}

/* ------------------------------ odd processes ----------------------------- */

/* Files of what cannot be traced can be opened; to arm is an error. */
static void check_untraceable(struct __test_metadata *_metadata, pid_t pid, pid_t tid, int err)
{
	int fd = open_syscall(pid, tid, O_RDWR);

	EXPECT_LE(0, fd);
	EXPECT_SAY(err, fd, "trace all");
	EXPECT_SAY(ESRCH, fd, "detach");
	close(fd);
	fd = open_syscall(pid, tid, O_WRONLY);
	EXPECT_LE(0, fd);
	EXPECT_SAY(err, fd, "trace all");
	close(fd);
}

TEST_F(cred, kernel_threads)
{
	char name[16] = "";
	FILE *f = fopen("/proc/2/comm", "r");

	if (f && !fgets(name, sizeof(name), f))
		name[0] = '\0';
	if (f)
		fclose(f);
	if (strcmp(name, "kthreadd\n"))
		SKIP(return, "kernel threads cannot be seen");
	check_untraceable(_metadata, 2, 0, EPERM);
	check_untraceable(_metadata, 2, 2, EPERM);
	EXPECT_EQ(EPERM, try_ptrace(2));
	EXPECT_EQ(EACCES, as_user(try_open, 2));
}

TEST_F(cred, zombies)
{
	pid_t pid = fork();

	if (!pid)
		_exit(0);
	waitid(P_PID, pid, &(siginfo_t){ }, WEXITED | WNOWAIT);
	check_untraceable(_metadata, pid, 0, ESRCH);
	EXPECT_EQ(EPERM, try_ptrace(pid));
	self->fd = open_syscall(pid, 0, O_RDWR);
	waitpid(pid, NULL, 0);
	EXPECT_SAY(ESRCH, self->fd, "trace all");
	EXPECT_EQ(ENOENT, try_open(pid));
}

static void *wait_in_thread(void *arg)
{
	__atomic_store_n((pid_t *)arg, gettid(), __ATOMIC_RELEASE);
	for (;;)
		pause();
	return arg;
}

TEST_F(cred, own_threads)
{
	pthread_t thread;
	pid_t tid = 0;

	ASSERT_EQ(0, pthread_create(&thread, NULL, wait_in_thread, &tid));
	while (!__atomic_load_n(&tid, __ATOMIC_ACQUIRE))
		sched_yield();
	check_untraceable(_metadata, getpid(), 0, ELOOP);
	check_untraceable(_metadata, getpid(), tid, ELOOP);
	EXPECT_EQ(EPERM, try_ptrace(tid));
}

TEST_F(cred, first_process)
{
	EXPECT_EQ(0, try_trace(1));
	EXPECT_EQ(EACCES, as_user(may_trace, 1));
}

/* ----------------------- settings and mounts of /proc --------------------- */

static int try_to_open_gate(pid_t unused)
{
	return open(setting_paths[TRACE_GATE], O_WRONLY) < 0 ? errno : 0;
}

/* Adjusting needs a console, and a right to it. */
static int try_to_adjust(pid_t pid)
{
	return command(pid, "limit 20");
}

TEST_F(cred, sysctl_spares_who_traces)
{
	char gate;

	start_and_become(&self->t, turn_dumpable);
	ASSERT_TRUE(be_user(0));
	self->fd = open_syscall(self->t.pid, 0, O_RDWR);
	ASSERT_SAY(0, self->fd, "trace getppid");
	ASSERT_TRUE(be_root());
	for (gate = '0'; gate <= '2'; gate += 2) {
		ASSERT_TRUE(set_setting(TRACE_GATE, '1'));
		ASSERT_EQ(0, command(self->t.pid, "trace none"));
		ASSERT_TRUE(set_setting(TRACE_GATE, gate));
		EXPECT_EQ(EPERM, as_user(try_open, self->t.pid));
		EXPECT_EQ(0, as_user(try_to_adjust, self->t.pid));
		EXPECT_EQ(EPERM, as_user(try_console, self->t.pid));
		ASSERT_EQ(0, command(self->t.pid, "detach"));
		/* Without a console it is shut. */
		EXPECT_EQ(EPERM, as_user(try_to_adjust, self->t.pid));
		EXPECT_EQ(gate == '0' ? EPERM : 0, try_open(self->t.pid));
		EXPECT_EQ(EACCES, as_user(try_to_open_gate, 0));
	}
	open_gate(&self->t);
	ASSERT_EQ(0, told(&self->t));
	ASSERT_HEAR("getppid", self->fd);
	EXPECT_SAY(0, self->fd, "skip-ok 5");
	EXPECT_EQ(5, told(&self->t));
}

/* A directory where another /proc may be mounted, for this process only. */
static bool make_proc_dir(void)
{
	scratch_path(proc_dir, sizeof(proc_dir), "proc");
	return !unshare(CLONE_NEWNS) && !mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) &&
	       (!mkdir(proc_dir, 0755) || errno == EEXIST);
}

static int open_in(const char *dir, pid_t pid, const char *name)
{
	char path[192];

	snprintf(path, sizeof(path), "%s/%d/%s", dir, pid, name);
	return open(path, O_RDWR | O_CLOEXEC);
}

/* What it is to trace by that mount; other files of this kind have to agree. */
static int trace_by_mount(pid_t pid)
{
	int fd = open_in(proc_dir, pid, "mem"), err = fd < 0 ? errno : 0;

	close(fd);
	fd = open_in(proc_dir, pid, "syscall");
	if (err != (fd < 0 ? errno : 0))
		return DISAGREE;
	if (fd >= 0)
		err = say(fd, "trace none");
	close(fd);
	return err;
}

CRED_FIXTURE(mounted)

FIXTURE_VARIANT(mounted)
{
	const char *options;
	int stranger;
};

FIXTURE_VARIANT_ADD(mounted, ordinary) { "hidepid=off", EACCES };
FIXTURE_VARIANT_ADD(mounted, no_access) { "hidepid=noaccess", EPERM };
FIXTURE_VARIANT_ADD(mounted, invisible) { "hidepid=invisible", ENOENT };
FIXTURE_VARIANT_ADD(mounted, ptraceable) { "hidepid=ptraceable", ENOENT };
FIXTURE_VARIANT_ADD(mounted, pids_only) { "subset=pid", EACCES };

TEST_F(mounted, same_as_other_files)
{
	start_and_become(&self->t, wait_as_user);
	ASSERT_TRUE(make_proc_dir());
	ASSERT_EQ(0, mount("proc", proc_dir, "proc", 0, variant->options));
	EXPECT_EQ(variant->stranger, as(OTHER, OTHER, 0, trace_by_mount, self->t.pid));
	EXPECT_EQ(0, as_user(trace_by_mount, self->t.pid));
	EXPECT_EQ(0, trace_by_mount(self->t.pid));
	ASSERT_EQ(0, umount(proc_dir));
}

/* ------------------------------ pid namespaces ---------------------------- */

static void ignore(int sig)
{
}

/* A process with the id 2. */
static void be_second(void)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGUSR1, ignore);
	for (;;) {
		pass_gate();
		raw(SYS_getppid, 0, 0, 0);
		raise(SIGUSR1);
	}
}

/* The first process mounts /proc, tells the pipe @fd that it has, and is there. */
static void be_first(int fd)
{
	char result = !!mount("proc", proc_dir, "proc", 0, NULL);

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (write(fd, &result, 1) != 1)
		_exit(1);
	for (;;)
		pause();
}

static void make_pid_ns(void)
{
	pid_t first, second;
	int ready[2];
	char result;

	if (pipe(ready) || unshare(CLONE_NEWPID | CLONE_NEWNS))
		_exit(93);
	first = fork();
	if (!first)
		be_first(ready[1]);
	second = fork();
	if (!second)
		be_second();
	if (read(ready[0], &result, 1) != 1 || result)
		_exit(92);
	tell(first);
	tell(second);
	for (;;)
		pause();
}

/* Start that; the ids as we see them. */
static bool start_pid_ns(struct tracee *t, pid_t *first, pid_t *second)
{
	if (!make_proc_dir())
		return false;
	start(t, make_pid_ns);
	open_gate(t);
	*first = told(t);
	*second = told(t);
	return *first > 2 && *second > 2;
}

/* Records have the ids of who opened; what came with a signal those of the program. */
static void check_ids(struct __test_metadata *_metadata, struct tracee *t, int fd, pid_t pid)
{
	char text[64];

	EXPECT_LE(0, fd);
	EXPECT_SAY(0, fd, "tid on");
	EXPECT_SAY(0, fd, "signals SIGUSR1");
	EXPECT_SAY(0, fd, "trace getppid");
	open_gate(t);
	snprintf(text, sizeof(text), "%d getppid", pid);
	EXPECT_HEAR(text, fd);
	EXPECT_SAY(ESRCH, fd, "%d cont", pid == 2 ? 3 : 2);
	EXPECT_SAY(0, fd, "%d cont", pid);
	snprintf(text, sizeof(text), "%d signal SIGUSR1, -6, 2, 0, 0x0", pid);
	EXPECT_HEAR(text, fd);
	EXPECT_SAY(0, fd, "%d cont", pid);
	close(fd);
}

TEST_F(cred, pid_namespace_from_outside)
{
	char root[128], text[64];
	pid_t first, second;

	ASSERT_TRUE(start_pid_ns(&self->t, &first, &second));
	check_ids(_metadata, &self->t, open_syscall(second, 0, O_RDWR), second);
	/* It does not matter by which mount. */
	snprintf(root, sizeof(root), "/proc/%d/root%s", first, proc_dir);
	check_ids(_metadata, &self->t, open_in(root, 2, "syscall"), second);
	/* Who is outside has no id there. */
	self->fd = open_syscall(second, 0, O_RDWR);
	ASSERT_SAY(0, self->fd, "signals SIGUSR1");
	ASSERT_SAY(0, self->fd, "trace none");
	kill(second, SIGUSR1);
	snprintf(text, sizeof(text), "signal SIGUSR1, 0, 0, 0, 0x0");
	EXPECT_HEAR(text, self->fd);
}

/* In the namespaces of @first. */
static bool enter_namespaces(pid_t first)
{
	char path[64];
	int pids, mounts;

	snprintf(path, sizeof(path), "/proc/%d/ns/pid", first);
	pids = open(path, O_RDONLY);
	snprintf(path, sizeof(path), "/proc/%d/ns/mnt", first);
	mounts = open(path, O_RDONLY);
	return !setns(pids, CLONE_NEWPID) && !setns(mounts, CLONE_NEWNS);
}

TEST_F(cred, pid_namespace_from_inside)
{
	pid_t first, second, child;

	ASSERT_TRUE(start_pid_ns(&self->t, &first, &second));
	child = fork();
	if (!child) {
		if (!enter_namespaces(first))
			_exit(1);
		/* Only children are in there. */
		child = fork();
		if (!child) {
			check_ids(_metadata, &self->t, open_in(proc_dir, 2, "syscall"), 2);
			_exit(0);
		}
		_exit(status_of(child));
	}
	EXPECT_EQ(0, status_of(child));
}

int main(int argc, char **argv)
{
	return run_cred_tests(argc, argv);
}
