// SPDX-License-Identifier: GPL-2.0
/*
 * Programs that gain privilege, or that their user may not read, under tracers
 * that may not trace them and under tracers that may.
 */

#include <linux/xattr.h>
#include <sys/statvfs.h>
#include <sys/xattr.h>

#include "cred.h"

/* What a program may be that is more than its user. */
enum kind {
	PLAIN,
	SET_UID,
	SET_GID,
	SET_UID_OTHER,
	FILE_CAPS,
	NS_FILE_CAPS,
	UNREADABLE,
};

/* What getppid() is made to return by whom that is forbidden. */
#define FORGED		77
#define ALL_CAPS	(~0ULL)

static char program[64];

/* CAP_NET_RAW, for everybody or in user namespaces whose root is USER. */
static bool set_file_caps(size_t size)
{
	bool is_v3 = size == XATTR_CAPS_SZ_3;
	struct vfs_ns_cap_data data = {
		.magic_etc = (is_v3 ? VFS_CAP_REVISION_3 : VFS_CAP_REVISION_2) |
			     VFS_CAP_FLAGS_EFFECTIVE,
		.data[0].permitted = CAP(NET_RAW),
		.rootid = is_v3 ? USER : 0,
	};

	return !setxattr(program, XATTR_NAME_CAPS, &data, size, 0);
}

/* Why the last program could not be made. */
static const char *missing;

static bool make_file(enum kind kind)
{
	static const mode_t modes[] = {
		[PLAIN] = 0755, [SET_UID] = 04755, [SET_GID] = 02755,
		[SET_UID_OTHER] = 04755, [FILE_CAPS] = 0755, [NS_FILE_CAPS] = 0755,
		[UNREADABLE] = 0711,
	};
	uid_t owner = kind == SET_UID_OTHER ? OTHER : 0;
	struct statvfs fs;

	scratch_path(program, sizeof(program), "program");
	missing = "no program can be made in /tmp";
	if (!copy_self(program) || statvfs(program, &fs) || chown(program, owner, 0) ||
	    chmod(program, modes[kind]))
		return false;
	missing = "/tmp is mounted nosuid or noexec";
	return !(fs.f_flag & (ST_NOSUID | ST_NOEXEC));
}

static bool make_program(enum kind kind)
{
	if (!make_file(kind))
		return false;
	missing = "no file capabilities in /tmp: CONFIG_TMPFS_XATTR";
	if ((kind == FILE_CAPS && !set_file_caps(XATTR_CAPS_SZ_2)) ||
	    (kind == NS_FILE_CAPS && !set_file_caps(XATTR_CAPS_SZ_3)))
		return false;
	missing = NULL;
	return true;
}

/* What a program has become; it says so and makes a call. */
struct report {
	long euid;
	long egid;
	unsigned long long caps;
	long dumpable;
};

static void report(void)
{
	tell(geteuid());
	tell(getegid());
	tell(get_permitted());
	tell(prctl(PR_GET_DUMPABLE));
	tell(raw(SYS_getppid, 0, 0, 0));
	pass_gate();
}

static struct report hear_report(struct tracee *t)
{
	struct report r;

	r.euid = told(t);
	r.egid = told(t);
	r.caps = told(t);
	r.dumpable = told(t);
	return r;
}

/* ---------------------- who gains what, and who stays --------------------- */

/**
 * struct scene - a program is executed
 * @kind: of program
 * @tracers: 'u': one without capabilities, 'r': one with all; the oldest first
 * @as_root: the program and 'u' are root without capabilities, not the user
 * @caps: what both have nevertheless
 * @no_new_privs: the program has set that before
 * @in_thread: not the leader executes it
 * @suid_dumpable: as the sysctl; 0 for '0'
 * @want: what the program then is
 */
struct scene {
	enum kind kind;
	const char *tracers;
	bool as_root;
	unsigned long long caps;
	bool no_new_privs;
	bool in_thread;
	char suid_dumpable;
	struct report want;
};

CRED_FIXTURE(exec)

FIXTURE_VARIANT(exec)
{
	struct scene scene;
};

#define STAYS_USER	.want = { USER, USER, 0, 1 }
#define BECOMES_ROOT	.want = { 0, USER, ALL_CAPS, 0 }
#define BECOMES_GROUP	.want = { USER, 0, 0, 0 }
#define BECOMES_OTHER	.want = { OTHER, USER, 0, 0 }
#define GAINS_CAP	.want = { USER, USER, CAP(NET_RAW), 0 }
#define IS_SECRET	.want = { USER, USER, 0, 0 }

FIXTURE_VARIANT_ADD(exec, plain) {{ PLAIN, "", STAYS_USER }};
FIXTURE_VARIANT_ADD(exec, plain_under_user) {{ PLAIN, "u", STAYS_USER }};
FIXTURE_VARIANT_ADD(exec, set_uid) {{ SET_UID, "", BECOMES_ROOT }};
FIXTURE_VARIANT_ADD(exec, set_uid_under_user) {{ SET_UID, "u", STAYS_USER }};
FIXTURE_VARIANT_ADD(exec, set_uid_under_root) {{ SET_UID, "r", BECOMES_ROOT }};
FIXTURE_VARIANT_ADD(exec, set_uid_under_user_and_root) {{ SET_UID, "ur", STAYS_USER }};
FIXTURE_VARIANT_ADD(exec, set_uid_under_root_and_user) {{ SET_UID, "ru", STAYS_USER }};
FIXTURE_VARIANT_ADD(exec, set_uid_no_new_privs) {{
	SET_UID, "r", .no_new_privs = true, STAYS_USER
}};
FIXTURE_VARIANT_ADD(exec, set_uid_in_thread) {{ SET_UID, "", .in_thread = true, BECOMES_ROOT }};
FIXTURE_VARIANT_ADD(exec, set_uid_in_thread_under_user) {{
	SET_UID, "u", .in_thread = true, STAYS_USER
}};
FIXTURE_VARIANT_ADD(exec, set_uid_in_thread_under_root) {{
	SET_UID, "r", .in_thread = true, BECOMES_ROOT
}};
FIXTURE_VARIANT_ADD(exec, set_gid) {{ SET_GID, "", BECOMES_GROUP }};
FIXTURE_VARIANT_ADD(exec, set_gid_under_user) {{ SET_GID, "u", STAYS_USER }};
FIXTURE_VARIANT_ADD(exec, set_gid_under_root) {{ SET_GID, "r", BECOMES_GROUP }};
FIXTURE_VARIANT_ADD(exec, other_user) {{ SET_UID_OTHER, "", BECOMES_OTHER }};
FIXTURE_VARIANT_ADD(exec, other_user_under_user) {{ SET_UID_OTHER, "u", STAYS_USER }};
FIXTURE_VARIANT_ADD(exec, other_user_under_root) {{ SET_UID_OTHER, "r", BECOMES_OTHER }};
FIXTURE_VARIANT_ADD(exec, file_caps) {{ FILE_CAPS, "", GAINS_CAP }};
FIXTURE_VARIANT_ADD(exec, file_caps_under_user) {{ FILE_CAPS, "u", STAYS_USER }};
FIXTURE_VARIANT_ADD(exec, file_caps_under_root) {{ FILE_CAPS, "r", GAINS_CAP }};
FIXTURE_VARIANT_ADD(exec, file_caps_under_user_and_root) {{ FILE_CAPS, "ur", STAYS_USER }};
FIXTURE_VARIANT_ADD(exec, file_caps_no_new_privs) {{
	FILE_CAPS, "r", .no_new_privs = true, STAYS_USER
}};
FIXTURE_VARIANT_ADD(exec, unreadable) {{ UNREADABLE, "", IS_SECRET }};
FIXTURE_VARIANT_ADD(exec, unreadable_under_user) {{ UNREADABLE, "u", IS_SECRET }};
FIXTURE_VARIANT_ADD(exec, unreadable_under_root) {{ UNREADABLE, "r", IS_SECRET }};
FIXTURE_VARIANT_ADD(exec, unreadable_under_user_and_root) {{ UNREADABLE, "ur", IS_SECRET }};
FIXTURE_VARIANT_ADD(exec, unreadable_in_thread_under_user) {{
	UNREADABLE, "u", .in_thread = true, IS_SECRET
}};

/* Root without capabilities gets all of them by any exec. */
FIXTURE_VARIANT_ADD(exec, bare_root) {{
	PLAIN, "", .as_root = true, .want = { 0, 0, ALL_CAPS, 0 }
}};
FIXTURE_VARIANT_ADD(exec, bare_root_under_bare_root) {{
	PLAIN, "u", .as_root = true, .want = { 0, 0, 0, 1 }
}};
FIXTURE_VARIANT_ADD(exec, bare_root_under_root) {{
	PLAIN, "r", .as_root = true, .want = { 0, 0, ALL_CAPS, 0 }
}};

/* Who has CAP_SETUID keeps the identity, as under ptrace(): privilege all the same. */
#define WITH_SETUID	.caps = CAP(SETUID), .want = { 0, USER, CAP(SETUID), 0 }
FIXTURE_VARIANT_ADD(exec, all_the_same_under_user) {{ SET_UID, "u", WITH_SETUID }};
FIXTURE_VARIANT_ADD(exec, all_the_same_under_both) {{ SET_UID, "ur", WITH_SETUID }};
FIXTURE_VARIANT_ADD(exec, all_the_same_and_dumpable) {{
	SET_UID, "u", .suid_dumpable = '1', .caps = CAP(SETUID),
	.want = { 0, USER, CAP(SETUID), 1 }
}};

/* Set before the program is forked. */
static const struct scene *scene;

static uid_t own_id(void)
{
	return scene->as_root ? 0 : USER;
}

static void *exec_thread(void *arg)
{
	exec_as(program, "report", "report");
	return arg;
}

static void play_scene(void)
{
	pthread_t thread;

	become(own_id(), own_id(), scene->caps);
	if (scene->no_new_privs)
		prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	tell(0);
	pass_gate();
	if (scene->in_thread) {
		pthread_create(&thread, NULL, exec_thread, NULL);
		pthread_join(thread, NULL);
	}
	exec_thread(NULL);
}

/* Be the one who traces with no more rights than the program has. */
static bool be_unprivileged(void)
{
	return scene->as_root ? set_caps(get_permitted(), scene->caps) : be_user(scene->caps);
}

static bool gains_something(void)
{
	return scene->want.euid != own_id() || scene->want.egid != own_id() ||
	       scene->want.caps != scene->caps;
}

/* May the user attach to what it then is? */
static bool user_may_attach(void)
{
	return !gains_something() && scene->want.dumpable;
}

/*
 * A tracer stays exactly if it could attach anew: also if the program is set-id
 * but has gained nothing, or all who are held by a tracer could leave it so.
 */
TEST_F(exec, tracer_stays_as_long_as_it_may)
{
	int i, nr = strlen(variant->scene.tracers);
	struct report r;

	scene = &variant->scene;
	if (!make_program(scene->kind))
		SKIP(return, "%s", missing);
	set_setting(SUID_DUMPABLE, scene->suid_dumpable ?: '0');
	start_and_become(&self->t, play_scene);
	for (i = 0; i < nr; i++) {
		if (scene->tracers[i] == 'u')
			ASSERT_TRUE(be_unprivileged());
		self->fds[i] = open_syscall(self->t.pid, 0, O_RDWR);
		ASSERT_LE(0, self->fds[i]);
		ASSERT_SAY(0, self->fds[i], "trace getppid");
		ASSERT_TRUE(be_root());
	}
	open_gate(&self->t);
	r = hear_report(&self->t);
	EXPECT_EQ(scene->want.euid, r.euid);
	EXPECT_EQ(scene->want.egid, r.egid);
	EXPECT_EQ(scene->want.caps & get_permitted(), r.caps);
	EXPECT_EQ(scene->want.dumpable, r.dumpable);
	EXPECT_EQ(user_may_attach(),
		  !as(own_id(), own_id(), scene->caps, try_trace, self->t.pid));
	/* The newest hears of it first. */
	for (i = nr; i-- > 0;) {
		if (scene->tracers[i] == 'r' || user_may_attach()) {
			ASSERT_HEAR("getppid", self->fds[i]);
			ASSERT_SAY(0, self->fds[i], "cont");
			continue;
		}
		EXPECT_EQ(LOST, events_of(self->fds[i]));
		EXPECT_HEAR("errno 1", self->fds[i]);
		EXPECT_SAY(ESRCH, self->fds[i], "cont");
		EXPECT_SAY(ESRCH, self->fds[i], "detach");
	}
	EXPECT_EQ(getpid(), told(&self->t));
}

/* ------------------------- tracers of other kinds ------------------------- */

CRED_FIXTURE(cred_exec)

static const struct scene simple_scene = { };
static const struct scene setuid_scene = { .caps = CAP(SETUID) };

/* Start a program that is about to execute another; false if something is missing. */
static bool start_scene(struct tracee *t, enum kind what, const struct scene *s)
{
	if (!make_program(what))
		return false;
	scene = s;
	start_and_become(t, play_scene);
	return true;
}

/* A file that was opened when that was permitted is no way to arm later. */
TEST_F(cred_exec, opened_before_and_armed_after)
{
	if (!start_scene(&self->t, SET_UID, &simple_scene))
		SKIP(return, "%s", missing);
	self->fd = open_syscall(self->t.pid, 0, O_RDWR);
	ASSERT_TRUE(be_user(0));
	self->fds[0] = open_syscall(self->t.pid, 0, O_RDWR);
	self->fds[1] = open_syscall(self->t.pid, 0, O_WRONLY);
	ASSERT_LE(0, self->fds[0]);
	ASSERT_LE(0, self->fds[1]);
	open_gate(&self->t);
	EXPECT_EQ(0, hear_report(&self->t).euid);
	EXPECT_EQ(getpid(), told(&self->t));
	EXPECT_SAY(EPERM, self->fds[0], "trace none");
	EXPECT_SAY(EPERM, self->fds[1], "trace none");
	ASSERT_TRUE(be_root());
	EXPECT_SAY(0, self->fd, "trace none");
}

/* What getppid() gives a program whose user's tracer wants it to fail when it is gone. */
static long result_after_close(struct __test_metadata *_metadata, struct tracee *t)
{
	int fd;

	EXPECT_TRUE(be_user(CAP(SETUID)));
	fd = open_syscall(t->pid, 0, O_RDWR);
	EXPECT_SAY(0, fd, "onclose skip-fail EXDEV");
	EXPECT_SAY(0, fd, "trace getppid");
	close(fd);
	EXPECT_TRUE(be_root());
	open_gate(t);
	hear_report(t);
	return told(t);
}

/* What a tracer that is gone has left word of does not hold for privilege. */
TEST_F(cred_exec, word_that_was_left_is_void)
{
	if (!start_scene(&self->t, SET_UID, &setuid_scene))
		SKIP(return, "%s", missing);
	EXPECT_EQ(getpid(), result_after_close(_metadata, &self->t));
	stop_tracee(&self->t);
	if (!start_scene(&self->t, PLAIN, &setuid_scene))
		SKIP(return, "%s", missing);
	EXPECT_EQ(-EXDEV, result_after_close(_metadata, &self->t));
}

/* How a program ends whose user's tracer wants it to die without it. */
static int status_under_kill(struct __test_metadata *_metadata, struct tracee *t)
{
	int fd;

	EXPECT_TRUE(be_user(CAP(SETUID)));
	fd = open_syscall(t->pid, 0, O_RDWR);
	EXPECT_SAY(0, fd, "onclose kill");
	EXPECT_SAY(0, fd, "trace none");
	EXPECT_TRUE(be_root());
	open_gate(t);
	hear_report(t);
	/* If it is still there, it waits. */
	if (told(t) == getpid())
		open_gate(t);
	return wait_status(t);
}

/* To become a program that the tracer must not see is no way out. */
TEST_F(cred_exec, killed_rather_than_lost)
{
	if (!start_scene(&self->t, UNREADABLE, &simple_scene))
		SKIP(return, "%s", missing);
	EXPECT_EQ(256 + SIGKILL, status_under_kill(_metadata, &self->t));
	stop_tracee(&self->t);
	if (!start_scene(&self->t, SET_UID, &setuid_scene))
		SKIP(return, "%s", missing);
	EXPECT_EQ(0, status_under_kill(_metadata, &self->t));
}

/* What counts is who opened the file, also when that one has dropped its rights. */
TEST_F(cred_exec, tracer_that_dropped_its_identity)
{
	pid_t tracer;

	if (!start_scene(&self->t, SET_UID, &simple_scene))
		SKIP(return, "%s", missing);
	tracer = fork();
	if (!tracer) {
		int fd = open_syscall(self->t.pid, 0, O_RDWR);

		if (say(fd, "trace getppid"))
			_exit(1);
		become(USER, USER, 0);
		open_gate(&self->t);
		if (strcmp(hear(fd), "getppid"))
			_exit(2);
		/* It has the descriptor, but is not who opened it. */
		if (say(fd, "trace getppid") != EPERM)
			_exit(3);
		_exit(say(fd, "skip-ok 78"));
	}
	EXPECT_EQ(0, hear_report(&self->t).euid);
	EXPECT_EQ(78, told(&self->t));
	EXPECT_EQ(0, status_of(tracer));
}

/*
 * A console that root has armed may be used by the user as long as the program
 * is the user's, but that does not decide what happens when it is not.
 */
TEST_F(cred_exec, users_rules_on_roots_console)
{
	static const enum kind kinds[] = { PLAIN, SET_UID };
	bool forged;
	long euid;
	int i;

	for (i = 0; i < 2; i++) {
		if (!start_scene(&self->t, kinds[i], &simple_scene))
			SKIP(return, "%s", missing);
		ASSERT_EQ(0, command(self->t.pid, "trace none"));
		ASSERT_TRUE(be_user(0));
		ASSERT_EQ(0, command(self->t.pid, "on getppid skip-ok 77"));
		ASSERT_TRUE(be_root());
		open_gate(&self->t);
		euid = hear_report(&self->t).euid;
		forged = told(&self->t) == FORGED;
		EXPECT_FALSE(euid == 0 && forged) TH_LOG("it was root that was lied to");
		if (kinds[i] == PLAIN)
			EXPECT_TRUE(forged);
		stop_tracee(&self->t);
	}
}

/* In namespaces of users: what may root there know of? */

static void exec_at_gate(void)
{
	exec_thread(NULL);
}

/* Returns 0 if the tracer stays, 1 if it is taken off. */
static int trace_in_user_ns(pid_t unused)
{
	struct tracee t;
	int fd, result = 2;

	if (!enter_user_ns())
		return 3;
	start(&t, exec_at_gate);
	fd = open_syscall(t.pid, 0, O_RDWR);
	if (!say(fd, "trace getppid")) {
		open_gate(&t);
		hear_report(&t);
		if (!strcmp(hear(fd), "getppid"))
			result = 0;
		else if (events_of(fd) == LOST && !strcmp(hear(fd), "errno 1"))
			result = 1;
	}
	close(fd);
	stop_tracee(&t);
	return result;
}

TEST_F(cred_exec, secrets_of_the_parent_namespace)
{
	if (no_user_ns())
		SKIP(return, "%s", no_user_ns());
	ASSERT_TRUE(make_program(PLAIN));
	EXPECT_EQ(0, as_user(trace_in_user_ns, 0));
	ASSERT_TRUE(make_program(UNREADABLE));
	EXPECT_EQ(1, as_user(trace_in_user_ns, 0));
}

/* A program that is neither root of its namespace nor anybody outside of it. */
static void play_in_namespace(void)
{
	if (unshare(CLONE_NEWUSER))
		_exit(93);
	tell(0);
	pass_gate();
	become(1, 1, 0);
	tell(0);
	pass_gate();
	exec_thread(NULL);
}

static bool start_in_namespace(struct tracee *t)
{
	char path[64];
	bool ok;

	start_and_become(t, play_in_namespace);
	/* Its root is USER. */
	snprintf(path, sizeof(path), "/proc/%d/uid_map", t->pid);
	ok = write_file(path, "0 1000 2");
	snprintf(path, sizeof(path), "/proc/%d/gid_map", t->pid);
	ok &= write_file(path, "0 1000 2");
	open_gate(t);
	return ok && told(t) == 0;
}

/* Trace it as whoever it is there. Returns 0 if the tracer stays. */
static int trace_as_itself(struct tracee *t)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/ns/user", t->pid);
	if (setns(open(path, O_RDONLY), CLONE_NEWUSER))
		return 1;
	become(1, 1, 0);
	fd = open_syscall(t->pid, 0, O_RDWR);
	if (say(fd, "trace getppid"))
		return 2;
	open_gate(t);
	return strcmp(hear(fd), "getppid") ? 3 : say(fd, "cont");
}

TEST_F(cred_exec, file_capabilities_of_a_namespace)
{
	pid_t tracer;

	if (no_user_ns())
		SKIP(return, "%s", no_user_ns());
	if (!make_program(NS_FILE_CAPS))
		SKIP(return, "%s", missing);
	ASSERT_TRUE(start_in_namespace(&self->t));
	open_gate(&self->t);
	EXPECT_EQ(CAP(NET_RAW), hear_report(&self->t).caps);
	stop_tracee(&self->t);

	ASSERT_TRUE(start_in_namespace(&self->t));
	self->fd = open_syscall(self->t.pid, 0, O_RDWR);
	ASSERT_SAY(0, self->fd, "trace getppid");
	open_gate(&self->t);
	EXPECT_EQ(CAP(NET_RAW), hear_report(&self->t).caps);
	EXPECT_HEAR("getppid", self->fd);
	stop_tracee(&self->t);

	ASSERT_TRUE(start_in_namespace(&self->t));
	tracer = fork();
	if (!tracer)
		_exit(trace_as_itself(&self->t));
	EXPECT_EQ(0, hear_report(&self->t).caps);
	EXPECT_EQ(0, status_of(tracer));
}

/* -------------------------------- followers ------------------------------- */

/* A child that executes the program; then the parent makes a call. */
static void fork_scene(void)
{
	pid_t pid;

	become(USER, USER, scene->caps);
	tell(0);
	pass_gate();
	pid = fork();
	if (!pid)
		exec_as(program, "brief", "brief");
	waitpid(pid, NULL, 0);
	raw(SYS_getppid, 0, 0, 0);
}

static void brief_report(void)
{
	tell(geteuid());
	raw(SYS_getppid, 0, 0, 0);
}

/* The next record of @fd, without the thread's id, which is in *@tid. */
static const char *listen_to(int fd, pid_t *tid)
{
	const char *text = hear(fd);
	int used = 0;

	*tid = 0;
	return sscanf(text, "%d %n", tid, &used) == 1 ? text + used : text;
}

/* Records of the child's exec, or that it is out of reach, then of the parent. */
static void follow_scene(struct __test_metadata *_metadata, struct tracee *t, int fd, bool stays)
{
	char text[128];
	pid_t child, tid;

	open_gate(t);
	snprintf(text, sizeof(text), "new %d", t->pid);
	ASSERT_STREQ(text, listen_to(fd, &child));
	ASSERT_SAY(0, fd, "%d cont", child);
	snprintf(text, sizeof(text), "exec \"%s\"", program);
	ASSERT_STREQ(stays ? text : "gone", listen_to(fd, &tid));
	ASSERT_EQ(child, tid);
	if (stays) {
		ASSERT_SAY(0, fd, "%d cont", child);
		ASSERT_STREQ("getppid", listen_to(fd, &tid));
		ASSERT_EQ(child, tid);
		ASSERT_SAY(0, fd, "%d cont", child);
		ASSERT_STREQ("exit 0", listen_to(fd, &tid));
	}
	ASSERT_STREQ("getppid", listen_to(fd, &tid));
	ASSERT_EQ(t->pid, tid);
	ASSERT_SAY(0, fd, "%d cont", tid);
	ASSERT_STREQ("exit 0", listen_to(fd, &tid));
	EXPECT_STREQ("", hear(fd));
}

/* A tracer that follows the program from its start; -1 if there is none. */
static int start_following(struct tracee *t, const struct scene *s, bool by_user)
{
	int fd;

	if (!make_program(SET_UID))
		return -1;
	scene = s;
	start_and_become(t, fork_scene);
	if (by_user && !be_user(s->caps))
		return -1;
	fd = open_syscall(t->pid, 0, O_RDWR);
	if (say(fd, "follow on\nevents on\ntrace getppid") || !be_root()) {
		close(fd);
		return -1;
	}
	return fd;
}

TEST_F(cred_exec, root_follows_into_privilege)
{
	self->fd = start_following(&self->t, &simple_scene, false);
	if (missing)
		SKIP(return, "%s", missing);
	ASSERT_LE(0, self->fd);
	follow_scene(_metadata, &self->t, self->fd, true);
	EXPECT_EQ(0, told(&self->t));
}

TEST_F(cred_exec, user_follows_and_nothing_is_gained)
{
	self->fd = start_following(&self->t, &simple_scene, true);
	if (missing)
		SKIP(return, "%s", missing);
	ASSERT_LE(0, self->fd);
	follow_scene(_metadata, &self->t, self->fd, true);
	EXPECT_EQ(USER, told(&self->t));
}

TEST_F(cred_exec, user_loses_one_that_gains_all_the_same)
{
	self->fd = start_following(&self->t, &setuid_scene, true);
	if (missing)
		SKIP(return, "%s", missing);
	ASSERT_LE(0, self->fd);
	follow_scene(_metadata, &self->t, self->fd, false);
	EXPECT_EQ(0, told(&self->t));
}

/* ------------------- programs that are made to say things ----------------- */

/* A program that complains about its arguments, which its caller has chosen. */
static void complain(const char *name)
{
	char text[128];
	ssize_t len;

	snprintf(text, sizeof(text), "%s: no such thing\n", name);
	len = write(STDERR_FILENO, text, strlen(text));
	tell(len < 0 ? -errno : len);
	pass_gate();
}

/* Set before the user's program is forked. */
static pid_t victim;
static int victim_flags, victim_fd;

static void attack(void)
{
	int fd;

	become(USER, USER, 0);
	fd = victim ? open_syscall(victim, 0, victim_flags) : victim_fd;
	if (dup2(fd, STDERR_FILENO) != STDERR_FILENO)
		_exit(94);
	exec_as(program, "complain", victim ? "trace none\nprogram" : "skip-ok 77\nprogram");
}

CRED_FIXTURE(complaint)

FIXTURE_VARIANT(complaint)
{
	enum kind kind;
	int flags;
	long result;
	long tracers;
};

FIXTURE_VARIANT_ADD(complaint, plain_to_tracer) { PLAIN, O_RDWR, sizeof("trace none"), 1 };
FIXTURE_VARIANT_ADD(complaint, plain_to_console) { PLAIN, O_WRONLY, sizeof("trace none"), 1 };
FIXTURE_VARIANT_ADD(complaint, set_uid_to_tracer) { SET_UID, O_RDWR, -EPERM, 0 };
FIXTURE_VARIANT_ADD(complaint, set_uid_to_console) { SET_UID, O_WRONLY, -EPERM, 0 };
FIXTURE_VARIANT_ADD(complaint, set_gid_to_tracer) { SET_GID, O_RDWR, -EPERM, 0 };
FIXTURE_VARIANT_ADD(complaint, set_gid_to_console) { SET_GID, O_WRONLY, -EPERM, 0 };
FIXTURE_VARIANT_ADD(complaint, file_caps_to_tracer) { FILE_CAPS, O_RDWR, -EPERM, 0 };
FIXTURE_VARIANT_ADD(complaint, file_caps_to_console) { FILE_CAPS, O_WRONLY, -EPERM, 0 };

TEST_F(complaint, does_not_arm)
{
	if (variant->flags == O_RDWR)
		TEXT_ONLY("the words are those of another program");
	if (!make_program(variant->kind))
		SKIP(return, "%s", missing);
	start_and_become(&self->t, wait_as_user);
	victim = self->t.pid;
	victim_flags = variant->flags;
	start(&self->other, attack);
	open_gate(&self->other);
	EXPECT_EQ(variant->result, told(&self->other));
	EXPECT_EQ(variant->tracers, tracers_of(self->t.pid));
}

/* Nor does a privileged writer lend its rights to a file that the user opened. */
TEST_F(cred_exec, complaint_to_a_console_out_of_reach)
{
	if (!start_scene(&self->t, SET_UID, &simple_scene))
		SKIP(return, "%s", missing);
	ASSERT_EQ(0, command(self->t.pid, "trace getppid"));
	ASSERT_TRUE(be_user(0));
	self->fds[0] = open_syscall(self->t.pid, 0, O_WRONLY);
	ASSERT_TRUE(be_root());
	ASSERT_LE(0, self->fds[0]);
	open_gate(&self->t);
	ASSERT_EQ(0, hear_report(&self->t).euid);
	ASSERT_STREQ("getppid", look(self->t.pid));
	victim = 0;
	victim_fd = self->fds[0];
	start(&self->other, attack);
	open_gate(&self->other);
	EXPECT_EQ(-EPERM, told(&self->other));
	EXPECT_EQ(0, command(self->t.pid, "skip-ok 78"));
	EXPECT_EQ(78, told(&self->t));
}

int main(int argc, char **argv)
{
	const char *what = argc == 2 ? argv[1] : "";

	if (!strcmp(what, "report"))
		return report(), 0;
	if (!strcmp(what, "brief"))
		return brief_report(), 0;
	if (!strcmp(what, "complain"))
		return complain(argv[0]), 0;
	return run_cred_tests(argc, argv);
}
