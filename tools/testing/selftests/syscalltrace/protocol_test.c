// SPDX-License-Identifier: GPL-2.0
/*
 * The words of /proc/<pid>/syscall: records, verbs, errors, poll.
 */

#include "common.h"
#include "../../../../lib/syscall_text_bad_lines.h"

TRACEE_FIXTURE(one)

/* An address that nothing is at, unknown to the compiler. */
static void *volatile nowhere = (void *)16;

static void ask_ppid(void)
{
	tell(raw(SYS_getppid, 0, 0, 0));
}

TEST_F(one, cont_changes_nothing)
{
	START(ask_ppid, "getppid");
	ASSERT_HEAR("getppid", self->fd);
	ASSERT_SAY(0, self->fd, "cont");
	EXPECT_EQ(getpid(), told(&self->t));
	EXPECT_EQ(0, wait_status(&self->t));
	EXPECT_HEAR("", self->fd);
}

TEST_F(one, open_alone_stops_nothing)
{
	start(&self->t, ask_ppid);
	self->fd = open_syscall(self->t.pid, 0, O_RDWR);
	ASSERT_LE(0, self->fd);
	open_gate(&self->t);
	EXPECT_EQ(getpid(), told(&self->t));
	EXPECT_EQ(0, wait_status(&self->t));
	EXPECT_HEAR("errno 3", self->fd);
}

TEST_F(one, step_shows_the_result)
{
	char want[32];

	START(ask_ppid, "getppid");
	ASSERT_HEAR("getppid", self->fd);
	ASSERT_SAY(0, self->fd, "step");
	snprintf(want, sizeof(want), "ok %d", getpid());
	EXPECT_HEAR(want, self->fd);
	ASSERT_SAY(0, self->fd, "cont");
	EXPECT_EQ(getpid(), told(&self->t));
}

static void close_junk(void)
{
	tell(raw(SYS_close, 12345, 0, 0));
	tell(raw(SYS_close, 12345, 0, 0));
	tell(raw(SYS_close, 12345, 0, 0));
}

TEST_F(one, result_is_replaced)
{
	START(close_junk, "close");
	ASSERT_HEAR("close 12345", self->fd);
	ASSERT_SAY(0, self->fd, "step");
	EXPECT_HEAR("fail EBADF", self->fd);
	ASSERT_SAY(0, self->fd, "ok 17");
	EXPECT_EQ(17, told(&self->t));
	ASSERT_HEAR("close 12345", self->fd);
	ASSERT_SAY(0, self->fd, "step");
	EXPECT_HEAR("fail EBADF", self->fd);
	ASSERT_SAY(0, self->fd, "fail EXDEV");
	EXPECT_EQ(-EXDEV, told(&self->t));
	ASSERT_HEAR("close 12345", self->fd);
	ASSERT_SAY(0, self->fd, "step");
	EXPECT_HEAR("fail EBADF", self->fd);
	ASSERT_SAY(0, self->fd, "fail 4095");
	EXPECT_EQ(-4095, told(&self->t));
}

static void make_directories(void)
{
	tell(raw(SYS_mkdir, (long)"/tmp/syscalltrace-dir", 0700, 0));
	tell(raw(SYS_rmdir, (long)"/tmp/syscalltrace-dir", 0, 0));
}

TEST_F(one, skipped_call_does_not_run)
{
	rmdir("/tmp/syscalltrace-dir");
	START(make_directories, "mkdir");
	ASSERT_HEAR("mkdir \"/tmp/syscalltrace-dir\", 0700", self->fd);
	ASSERT_SAY(0, self->fd, "skip-ok 0");
	EXPECT_EQ(0, told(&self->t));
	EXPECT_EQ(-ENOENT, told(&self->t));
}

TEST_F(one, skipped_call_fails_as_told)
{
	START(close_junk, "close");
	ASSERT_HEAR("close 12345", self->fd);
	ASSERT_SAY(0, self->fd, "skip-fail EIO");
	EXPECT_EQ(-EIO, told(&self->t));
	ASSERT_HEAR("close 12345", self->fd);
	ASSERT_SAY(0, self->fd, "skip-fail 28");
	EXPECT_EQ(-ENOSPC, told(&self->t));
	ASSERT_HEAR("close 12345", self->fd);
	ASSERT_SAY(0, self->fd, "skip-ok 0x7fffffffffffffff");
	EXPECT_EQ(0x7fffffffffffffff, told(&self->t));
}

/* Make a call and tell whether all registers that it leaves alone were. */
static void check_registers(void)
{
	register long r10 asm("r10") = 0x1010, r8 asm("r8") = 0x0808, r9 asm("r9") = 0x0909;
	long text = (long)"12345678", kept;
	long ret = SYS_write, rdi = OUT_FD, rsi = text, rdx = 8;

	asm volatile("syscall"
		     : "+a" (ret), "+D" (rdi), "+S" (rsi), "+d" (rdx), "+r" (r10),
		       "+r" (r8), "+r" (r9)
		     : : "rcx", "r11", "memory");
	kept = rdi == OUT_FD && rsi == text && rdx == 8 && r10 == 0x1010 &&
	       r8 == 0x0808 && r9 == 0x0909;
	tell(ret);
	tell(kept);
}

TEST_F(one, rewrite_changes_arguments_but_not_registers)
{
	int pipes[2];
	char buf[16];

	ASSERT_EQ(0, pipe2(pipes, 0));
	ASSERT_EQ(20, dup2(pipes[1], 20));
	START(check_registers, "write");
	ASSERT_HEAR("write 10, \"12345678\", 8", self->fd);
	ASSERT_SAY(0, self->fd, "write 20, \"12345678\", 3");
	ASSERT_SAY(0, self->fd, "cont");
	/* tell() writes as well. */
	ASSERT_STREQ("write 10, \"\\003\\000\\000\\000\\000\\000\\000\\000\", 8",
		     hear(self->fd));
	ASSERT_SAY(0, self->fd, "cont");
	EXPECT_EQ(3, told(&self->t));
	hear(self->fd);
	ASSERT_SAY(0, self->fd, "cont");
	EXPECT_EQ(1, told(&self->t));
	EXPECT_EQ(3, read(pipes[0], buf, sizeof(buf)));
	EXPECT_EQ(0, memcmp(buf, "123", 3));
	close(pipes[0]);
	close(pipes[1]);
	close(20);
}

TEST_F(one, rewrite_to_another_call)
{
	START(close_junk, "close");
	ASSERT_HEAR("close 12345", self->fd);
	ASSERT_SAY(0, self->fd, "getpid");
	ASSERT_SAY(0, self->fd, "cont");
	EXPECT_EQ(self->t.pid, told(&self->t));
	ASSERT_HEAR("close 12345", self->fd);
	ASSERT_SAY(0, self->fd, "dup2 %d, 77", OUT_FD);
	ASSERT_SAY(0, self->fd, "step");
	EXPECT_HEAR("ok 77", self->fd);
	ASSERT_SAY(0, self->fd, "cont");
	told(&self->t);
	/* The last rewrite counts; syscall_N is any call. */
	ASSERT_HEAR("close 12345", self->fd);
	ASSERT_SAY(0, self->fd, "getpid");
	ASSERT_SAY(0, self->fd, "syscall_%d", SYS_getppid);
	ASSERT_SAY(0, self->fd, "cont");
	EXPECT_EQ(getpid(), told(&self->t));
}

static void make_unknown_call(void)
{
	tell(raw(1000, 1, 2, 3));
	tell(raw(1000, 1, 2, 3));
	tell(raw(-1, 0, 0, 0));
}

TEST_F(one, unknown_call)
{
	START(make_unknown_call, "syscall_1000");
	EXPECT_EQ(0, strncmp("syscall_1000 0x1, 0x2, 0x3, ", hear(self->fd), 28));
	ASSERT_SAY(0, self->fd, "cont");
	EXPECT_EQ(-ENOSYS, told(&self->t));
	hear(self->fd);
	ASSERT_SAY(0, self->fd, "skip-ok 7");
	EXPECT_EQ(7, told(&self->t));
	/* -1 is no call: nothing to stop. */
	EXPECT_EQ(-ENOSYS, told(&self->t));
}

static char buffer[70000] = "some data";

static void read_to_buffer(void)
{
	raw(SYS_pread64, GATE_FD, (long)buffer, 9);
	tell(*(long *)buffer);
	raw(SYS_pread64, GATE_FD, (long)"constant", 8);
	tell(0);
}

TEST_F(one, set_and_get_memory)
{
	START(read_to_buffer, "pread64");
	ASSERT_EQ(0, strncmp("pread64 11, 0x", hear(self->fd), 14));
	ASSERT_SAY(0, self->fd, "get 2");
	EXPECT_HEAR("data 2+0, \"some data\"", self->fd);
	ASSERT_SAY(0, self->fd, "get 2+5 4");
	EXPECT_HEAR("data 2+5, \"data\"", self->fd);
	ASSERT_SAY(0, self->fd, "set 2 \"ABC\\0\"");
	ASSERT_SAY(0, self->fd, "set 2+6 \"YZ\"");
	ASSERT_SAY(0, self->fd, "get 2+0 9");
	EXPECT_HEAR("data 2+0, \"ABC\\000 dYZa\"", self->fd);
	EXPECT_SAY(EINVAL, self->fd, "get 1");
	EXPECT_SAY(EINVAL, self->fd, "get 5");
	EXPECT_SAY(EFAULT, self->fd, "get 2+0x7fffffffffffffff 1");
	EXPECT_SAY(EFAULT, self->fd, "get 2+0xffffffffffffffff 1");
	ASSERT_SAY(0, self->fd, "step");
	EXPECT_HEAR("fail ESPIPE", self->fd);
	/* After the call as well. */
	ASSERT_SAY(0, self->fd, "set 2 \"abcdefgh\"");
	ASSERT_SAY(0, self->fd, "ok 8");
	EXPECT_EQ(*(long *)"abcdefgh", told(&self->t));
	/* Memory that the program cannot write the tracer cannot either. */
	hear(self->fd);
	EXPECT_SAY(EFAULT, self->fd, "set 2 \"x\"");
	ASSERT_SAY(0, self->fd, "get 2");
	EXPECT_HEAR("data 2+0, \"constant\"", self->fd);
	ASSERT_SAY(0, self->fd, "cont");
	EXPECT_EQ(0, told(&self->t));
}

static char *page;

static void write_across(void)
{
	raw(SYS_write, 999, (long)page + 4096 - 3, 6);
	tell(0);
}

TEST_F(one, set_is_all_or_nothing)
{
	page = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, page);
	memcpy(page + 4093, "abcdef", 6);
	mprotect(page + 4096, 4096, PROT_READ);
	START(write_across, "write");
	ASSERT_HEAR("write 999, \"abcdef\", 6", self->fd);
	EXPECT_SAY(EFAULT, self->fd, "set 2 \"ABCDEF\"");
	ASSERT_SAY(0, self->fd, "get 2");
	EXPECT_HEAR("data 2+0, \"abcdef\"", self->fd);
	ASSERT_SAY(0, self->fd, "set 2 \"ABC\"");
	ASSERT_SAY(0, self->fd, "get 2");
	EXPECT_HEAR("data 2+0, \"ABCdef\"", self->fd);
	munmap(page, 8192);
}

static void write_things(void)
{
	memset(buffer, 'x', sizeof(buffer));
	raw(SYS_write, 999, (long)buffer, 300);
	raw(SYS_write, 999, (long)buffer, 300);
	raw(SYS_write, 999, (long)buffer, 70000);
	raw(SYS_write, 999, 0, 5);
	raw(SYS_write, 999, 16, 5);
	raw(SYS_write, 999, (long)buffer, 0);
	raw(SYS_write, 999, (long)page + 4093, 6);
	raw(SYS_write, 999, (long)"\0\001\"\\\n\t\377", 8);
	raw(SYS_chdir, 0, 0, 0);
	raw(SYS_chdir, 16, 0, 0);
	raw(SYS_chdir, (long)memset(buffer, 'd', 5000), 0, 0);
	raw(SYS_openat, -100, (long)"", 0102);
	tell(0);
}

#define X64 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"

TEST_F(one, shows_what_can_be_read)
{
	char want[64];
	const char *text;

	page = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, page);
	memcpy(page + 4093, "abc", 3);
	munmap(page + 4096, 4096);
	START(write_things, "write,chdir,openat");
	EXPECT_HEAR("write 999, \"" X64 X64 X64 X64 "\"..., 300", self->fd);
	ASSERT_SAY(0, self->fd, "limit 4");
	ASSERT_SAY(0, self->fd, "cont");
	EXPECT_HEAR("write 999, \"xxxx\"..., 300", self->fd);
	ASSERT_SAY(0, self->fd, "limit 65536");
	ASSERT_SAY(0, self->fd, "cont");
	text = hear(self->fd);
	EXPECT_EQ(65536 + strlen("write 999, \"\"..., 70000"), strlen(text));
	ASSERT_SAY(0, self->fd, "cont");
	EXPECT_HEAR("write 999, NULL, 5", self->fd);
	ASSERT_SAY(0, self->fd, "cont");
	EXPECT_HEAR("write 999, 0x10, 5", self->fd);
	ASSERT_SAY(0, self->fd, "cont");
	EXPECT_HEAR("write 999, \"\", 0", self->fd);
	ASSERT_SAY(0, self->fd, "cont");
	EXPECT_HEAR("write 999, \"abc\"..., 6", self->fd);
	ASSERT_SAY(0, self->fd, "cont");
	EXPECT_HEAR("write 999, \"\\000\\001\\\"\\\\\\n\\t\\377\\000\", 8", self->fd);
	ASSERT_SAY(0, self->fd, "limit 0");
	ASSERT_SAY(0, self->fd, "cont");
	EXPECT_HEAR("chdir NULL", self->fd);
	ASSERT_SAY(0, self->fd, "cont");
	EXPECT_HEAR("chdir 0x10", self->fd);
	ASSERT_SAY(0, self->fd, "cont");
	text = hear(self->fd);
	EXPECT_EQ(4095 + strlen("chdir \"\"..."), strlen(text));
	ASSERT_SAY(0, self->fd, "cont");
	snprintf(want, sizeof(want), "openat -100, \"\", 0x%x, ", 0102);
	EXPECT_EQ(0, strncmp(want, hear(self->fd), strlen(want)));
	ASSERT_SAY(0, self->fd, "detach");
	EXPECT_EQ(0, told(&self->t));
}

static void write_hello(void)
{
	long ret = raw(SYS_write, 1, (long)"hello\n", 6);

	raw(SYS_close, ret, 0, 0);
}

TEST_F(one, bad_lines_change_nothing)
{
	char line[64], want[32];
	unsigned int i;

	TEXT_ONLY("columns in lines");
	START(write_hello, "write,close");
	ASSERT_HEAR("write 1, \"hello\\n\", 6", self->fd);
	for (i = 0; i < ARRAY_SIZE(syscall_bad_lines); i++) {
		const struct syscall_bad_line *bad = &syscall_bad_lines[i];

		memcpy(line, bad->line, bad->len);
		line[bad->len] = '\n';
		errno = 0;
		EXPECT_EQ(-1, write(self->fd, line, bad->len + 1))
			TH_LOG("line '%s'", bad->line);
		EXPECT_EQ(bad->error, errno)
			TH_LOG("line '%s'", bad->line);
		EXPECT_SAY(0, self->fd, "error");
		snprintf(want, sizeof(want), "error %u, \"", bad->column);
		EXPECT_EQ(0, strncmp(want, hear(self->fd), strlen(want)))
			TH_LOG("line '%s'", bad->line);
	}
	/* The stop is the one it was, and its call as well. */
	EXPECT_EQ(POLLPRI | POLLOUT, events_of(self->fd));
	ASSERT_SAY(0, self->fd, "cont");
	EXPECT_HEAR("close 6", self->fd);
}

TEST_F(one, lines_end_with_a_newline)
{
	static char huge[70000];

	TEXT_ONLY("newlines");
	START(write_hello, "write,close");
	ASSERT_HEAR("write 1, \"hello\\n\", 6", self->fd);
	EXPECT_EQ(-1, write(self->fd, "cont", 4));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(-1, write(self->fd, "co", 2));
	EXPECT_EQ(-1, write(self->fd, "nt\n", 3));
	EXPECT_EQ(ENOSYS, errno);
	memset(huge, ' ', sizeof(huge));
	memcpy(huge, "cont", 4);
	EXPECT_EQ(-1, write(self->fd, huge, sizeof(huge)));
	EXPECT_EQ(E2BIG, errno);
	huge[65535] = '\n';
	EXPECT_EQ(65536, write(self->fd, huge, sizeof(huge)));
	EXPECT_HEAR("close 6", self->fd);
	EXPECT_EQ(0, write(self->fd, "", 0));
	EXPECT_EQ(-1, write(self->fd, nowhere, 5));
	EXPECT_EQ(EFAULT, errno);
}

TEST_F(one, several_lines_in_one_write)
{
	TEXT_ONLY("lines in one write()");
	START(close_junk, "close");
	ASSERT_HEAR("close 12345", self->fd);
	/* The second line is wrong: the first took effect, the rest did not. */
	EXPECT_EQ(7, write(self->fd, "getpid\nnope\ncont\n", 17));
	EXPECT_EQ(-1, write(self->fd, "nope\ncont\n", 10));
	EXPECT_EQ(ENOSYS, errno);
	EXPECT_EQ(10, write(self->fd, "limit 1\nst", 8 + 2) + 2);
	EXPECT_EQ(20, write(self->fd, "close _\ngetpid\nstep\n", 20));
	EXPECT_EQ(0, strncmp("ok ", hear(self->fd), 3));
	ASSERT_SAY(0, self->fd, "cont");
	EXPECT_EQ(self->t.pid, told(&self->t));
}

/* What repeats what was shown is late as any other answer. */
TEST_F(one, late_answer_finds_no_stop)
{
	static const char *const answers[] = {
		"write 1, \"hell\"..., 6", "write 1, ~\"hell\", 6", "write 1, \"hello\\n\", 6",
		"write 1, \"hello\\n\", 5", "sendmsg 1, {NULL, []}, 0",
		"sendmmsg 1, [{NULL, [\"a\"], NULL}], 1, 0", "writev 1, [\"ab\", NULL], 2",
		"execve \"/bin/ls\", [\"ls\", 0x10, NULL], NULL",
		"execve \"/bin/ls\", [\"ls\", ...], NULL", "execve \"/bin/ls\", [\"ls\"...], NULL",
		"poll \"\\003\\000\\000\\000\\001\\000\\000\\000\", 1, -1",
	};
	unsigned int i;

	TEXT_ONLY("each answer has an id");
	START(write_hello, "write\nlimit 4");
	ASSERT_HEAR("write 1, \"hell\"..., 6", self->fd);
	ASSERT_SAY(0, self->fd, "write 1, \"hell\"..., 6");
	ASSERT_SAY(0, self->fd, "cont");
	for (i = 0; i < ARRAY_SIZE(answers); i++)
		EXPECT_SAY(ESRCH, self->fd, "%s", answers[i])
			TH_LOG("answer %u", i);
}

TEST_F(one, verb_must_fit_the_stop)
{
	START(close_junk, "close");
	/* Nothing was read: there is nothing to answer. */
	ASSERT_TRUE(has_record(self->fd, -1));
	EXPECT_SAY(ESRCH, self->fd, "cont");
	EXPECT_SAY(ESRCH, self->fd, "get 1");
	ASSERT_HEAR("close 12345", self->fd);
	EXPECT_SAY(EBUSY, self->fd, "ok 1");
	EXPECT_SAY(EBUSY, self->fd, "fail EIO");
	ASSERT_SAY(0, self->fd, "step");
	EXPECT_SAY(ESRCH, self->fd, "cont");
	ASSERT_HEAR("fail EBADF", self->fd);
	EXPECT_SAY(EBUSY, self->fd, "step");
	EXPECT_SAY(EBUSY, self->fd, "skip-ok 1");
	EXPECT_SAY(EBUSY, self->fd, "skip-fail EIO");
	EXPECT_SAY(EBUSY, self->fd, "close 1");
	EXPECT_SAY(ERANGE, self->fd, "fail ERESTARTSYS");
	ASSERT_SAY(0, self->fd, "cont");
	EXPECT_EQ(-EBADF, told(&self->t));
}

TEST_F(one, error_can_be_read_back)
{
	TEXT_ONLY("columns in lines");
	START(close_junk, "close");
	ASSERT_SAY(0, self->fd, "error");
	EXPECT_HEAR("error 0, \"no error\"", self->fd);
	EXPECT_SAY(EINVAL, self->fd, "skip-fail EIOU");
	ASSERT_SAY(0, self->fd, "error");
	EXPECT_HEAR("error 11, \"no such error name\"", self->fd);
	EXPECT_SAY(ENOSYS, self->fd, "1234 nope");
	ASSERT_SAY(0, self->fd, "error");
	EXPECT_HEAR("error 6, \"no such verb or call\"", self->fd);
}

TEST_F(one, notes_do_not_pile_up)
{
	int i;

	START(close_junk, "close");
	for (i = 0; i < 64; i++)
		ASSERT_SAY(0, self->fd, "error");
	EXPECT_SAY(EAGAIN, self->fd, "error");
	for (i = 0; i < 64; i++)
		ASSERT_HEAR("error 0, \"no error\"", self->fd);
	EXPECT_HEAR("close 12345", self->fd);
}

TEST_F(one, record_is_read_in_pieces)
{
	char text[64] = "", c;
	int i;

	TEXT_ONLY("packed records are read whole");
	START(close_junk, "close");
	for (i = 0; i < 12; i++) {
		ASSERT_EQ(1, read(self->fd, &c, 1));
		text[i] = c;
	}
	EXPECT_STREQ("close 12345\n", text);
	ASSERT_SAY(0, self->fd, "cont");
	/* What could not be stored is still there. */
	ASSERT_TRUE(has_record(self->fd, -1));
	EXPECT_EQ(-1, read(self->fd, nowhere, 100));
	EXPECT_EQ(EFAULT, errno);
	EXPECT_EQ(5, read(self->fd, text, 5));
	EXPECT_TRUE(events_of(self->fd) & POLLIN);
	EXPECT_HEAR(" 12345", self->fd);
	EXPECT_EQ(-1, pread(self->fd, text, 1, 0));
	EXPECT_EQ(ESPIPE, errno);
}

TEST_F(one, nonblocking_and_poll)
{
	start(&self->t, close_junk);
	self->fd = open_syscall(self->t.pid, 0, O_RDWR | O_NONBLOCK);
	ASSERT_LE(0, self->fd);
	EXPECT_EQ(POLLOUT | POLLHUP, events_of(self->fd));
	ASSERT_SAY(0, self->fd, "trace close");
	EXPECT_EQ(POLLOUT, events_of(self->fd));
	EXPECT_HEAR("errno 11", self->fd);
	open_gate(&self->t);
	ASSERT_TRUE(has_record(self->fd, -1));
	EXPECT_EQ(POLLOUT | POLLIN | POLLPRI, events_of(self->fd));
	ASSERT_HEAR("close 12345", self->fd);
	EXPECT_EQ(POLLOUT | POLLPRI, events_of(self->fd));
	EXPECT_HEAR("errno 11", self->fd);
	ASSERT_SAY(0, self->fd, "trace getpid");
	ASSERT_SAY(0, self->fd, "cont");
	EXPECT_EQ(0, wait_status(&self->t));
	EXPECT_EQ(POLLOUT | POLLHUP, events_of(self->fd));
	EXPECT_HEAR("", self->fd);
	EXPECT_SAY(ESRCH, self->fd, "trace all");
}

TEST_F(one, set_can_change)
{
	START(close_junk, "all");
	/* What was in progress is left alone: the gate's read. */
	ASSERT_HEAR("close 12345", self->fd);
	EXPECT_SAY(0, self->fd, "trace !write");
	EXPECT_SAY(0, self->fd, "cont");
	EXPECT_EQ(-EBADF, told(&self->t));
	ASSERT_HEAR("close 12345", self->fd);
	EXPECT_SAY(0, self->fd, "trace exit_group");
	EXPECT_SAY(0, self->fd, "cont");
	ASSERT_HEAR("exit_group 0", self->fd);
	EXPECT_SAY(0, self->fd, "exit_group 5");
	EXPECT_SAY(0, self->fd, "cont");
	EXPECT_EQ(5, wait_status(&self->t));
}

TEST_F(one, detach_and_arm_again)
{
	START(close_junk, "close");
	ASSERT_HEAR("close 12345", self->fd);
	ASSERT_SAY(0, self->fd, "detach");
	EXPECT_EQ(-EBADF, told(&self->t));
	EXPECT_EQ(-EBADF, told(&self->t));
	EXPECT_EQ(-EBADF, told(&self->t));
	EXPECT_EQ(0, wait_status(&self->t));
	EXPECT_SAY(ESRCH, self->fd, "detach");
	EXPECT_SAY(ESRCH, self->fd, "cont");
	EXPECT_HEAR("errno 3", self->fd);
}

static void ask_at_gates(void)
{
	for (;;) {
		tell(raw(SYS_getppid, 0, 0, 0));
		pass_gate();
	}
}

TEST_F(one, arm_after_detach)
{
	START(ask_at_gates, "getppid");
	ASSERT_HEAR("getppid", self->fd);
	ASSERT_SAY(0, self->fd, "detach");
	EXPECT_EQ(getpid(), told(&self->t));
	ASSERT_SAY(0, self->fd, "trace getppid");
	open_gate(&self->t);
	ASSERT_HEAR("getppid", self->fd);
	ASSERT_SAY(0, self->fd, "skip-ok 1");
	EXPECT_EQ(1, told(&self->t));
}

/* The console: what cat and echo see. */

TEST_F(one, console_shows_until_answered)
{
	start(&self->t, close_junk);
	EXPECT_EQ(ESRCH, command(self->t.pid, "cont"));
	EXPECT_EQ(ESRCH, command(self->t.pid, "limit 5"));
	EXPECT_EQ(ENOSYS, command(self->t.pid, "nope"));
	ASSERT_EQ(0, command(self->t.pid, "trace close"));
	open_gate(&self->t);
	EXPECT_STREQ("close 12345", look(self->t.pid));
	EXPECT_STREQ("close 12345", look(self->t.pid));
	EXPECT_EQ(EINVAL, command(self->t.pid, "skip-fail"));
	EXPECT_EQ(0, command(self->t.pid, "error"));
	EXPECT_STREQ("error 10, \"something is missing here\"", look(self->t.pid));
	EXPECT_STREQ("close 12345", look(self->t.pid));
	EXPECT_EQ(0, command(self->t.pid, "step"));
	EXPECT_STREQ("fail EBADF", look(self->t.pid));
	EXPECT_EQ(0, command(self->t.pid, "ok 5"));
	EXPECT_EQ(5, told(&self->t));
	EXPECT_STREQ("close 12345", look(self->t.pid));
	/* Arming again keeps the console and its stop. */
	ASSERT_EQ(0, command(self->t.pid, "trace close,write"));
	EXPECT_STREQ("close 12345", look(self->t.pid));
	EXPECT_EQ(0, command(self->t.pid, "detach"));
	EXPECT_EQ(-EBADF, told(&self->t));
	EXPECT_EQ(-EBADF, told(&self->t));
}

TEST_F(one, console_ends_after_one_record)
{
	char text[64];

	start(&self->t, close_junk);
	ASSERT_EQ(0, command(self->t.pid, "trace close"));
	self->fd = open_syscall(self->t.pid, 0, O_RDONLY | O_NONBLOCK);
	ASSERT_LE(0, self->fd);
	EXPECT_HEAR("errno 11", self->fd);
	open_gate(&self->t);
	ASSERT_TRUE(has_record(self->fd, -1));
	EXPECT_EQ(6, read(self->fd, text, 6));
	EXPECT_EQ(6, read(self->fd, text + 6, 58));
	EXPECT_EQ(0, memcmp(text, "close 12345\n", 12));
	EXPECT_EQ(0, read(self->fd, text, 6));
	/* Who reads on behind the end finds an end, as long as there is no news. */
	EXPECT_EQ(0, read(self->fd, text, 64));
	EXPECT_STREQ("close 12345", look(self->t.pid));
	EXPECT_EQ(-1, write(self->fd, "cont\n", 5));
	EXPECT_EQ(EBADF, errno);
	EXPECT_EQ(0, command(self->t.pid, "cont"));
	EXPECT_EQ(-EBADF, told(&self->t));
	ASSERT_TRUE(has_record(self->fd, -1));
	EXPECT_HEAR("close 12345", self->fd);
}

/* Like cat, a reader waits; like cat, it ends with the program. */
TEST_F(one, console_reader_waits_and_ends)
{
	start(&self->t, ask_ppid);
	ASSERT_EQ(0, command(self->t.pid, "trace mkdir"));
	self->fd = open_syscall(self->t.pid, 0, O_RDONLY);
	ASSERT_LE(0, self->fd);
	open_gate(&self->t);
	EXPECT_HEAR("", self->fd);
	EXPECT_EQ(0, wait_status(&self->t));
}

/* Unless the console is armed, readers see what they always saw. */
TEST_F(one, plain_reader_sees_the_old_line)
{
	unsigned long sp, pc, args[6];
	const char *text;
	int nr;

	start(&self->t, ask_ppid);
	do {
		text = look(self->t.pid);
	} while (!strcmp(text, "running"));
	ASSERT_EQ(9, sscanf(text, "%d %lx %lx %lx %lx %lx %lx %lx %lx", &nr, &args[0],
			    &args[1], &args[2], &args[3], &args[4], &args[5], &sp, &pc));
	EXPECT_EQ(SYS_read, nr);
	EXPECT_EQ(GATE_FD, args[0]);
	/* A tracer of somebody's own is no console. */
	self->fd = open_syscall(self->t.pid, 0, O_RDWR);
	ASSERT_SAY(0, self->fd, "trace getppid");
	EXPECT_EQ('0', look(self->t.pid)[0]);
	ASSERT_EQ(0, command(self->t.pid, "trace mkdir"));
	ASSERT_EQ(0, command(self->t.pid, "detach"));
	EXPECT_EQ('0', look(self->t.pid)[0]);
}

TEST_F(one, console_has_memory)
{
	start(&self->t, write_hello);
	ASSERT_EQ(0, command(self->t.pid, "trace write"));
	ASSERT_EQ(0, command(self->t.pid, "limit 2"));
	open_gate(&self->t);
	EXPECT_STREQ("write 1, \"he\"..., 6", look(self->t.pid));
	EXPECT_EQ(0, command(self->t.pid, "get 2+2 3"));
	EXPECT_STREQ("data 2+2, \"llo\"", look(self->t.pid));
	EXPECT_STREQ("write 1, \"he\"..., 6", look(self->t.pid));
	EXPECT_EQ(0, command(self->t.pid, "write 1, \"he\"..., 0"));
	EXPECT_EQ(0, command(self->t.pid, "step"));
	EXPECT_STREQ("ok 0", look(self->t.pid));
}

/* Threads. */

static pid_t thread_tid;

static void *thread_main(void *arg)
{
	thread_tid = syscall(SYS_gettid);
	tell(thread_tid);
	pass_gate();
	tell(raw(SYS_getppid, 0, 0, 0));
	return arg;
}

static void two_threads(void)
{
	pthread_t thread;

	pthread_create(&thread, NULL, thread_main, NULL);
	pass_gate();
	tell(raw(SYS_getppid, 0, 0, 0));
	pthread_join(thread, NULL);
}

/* Both threads stopped at getppid; ends with the tids in @tid. */
static void start_threads(struct tracee *t, pid_t tid[2])
{
	start(t, two_threads);
	open_gate(t);
	tid[0] = t->pid;
	tid[1] = told(t);
}

TEST_F(one, stops_come_one_at_a_time)
{
	pid_t tid[2];

	start_threads(&self->t, tid);
	self->fd = open_syscall(self->t.pid, 0, O_RDWR | O_NONBLOCK);
	ASSERT_SAY(0, self->fd, "trace getppid");
	open_gate(&self->t);
	open_gate(&self->t);
	ASSERT_TRUE(has_record(self->fd, -1));
	EXPECT_HEAR("getppid", self->fd);
	EXPECT_FALSE(has_record(self->fd, 100));
	EXPECT_HEAR("errno 11", self->fd);
	ASSERT_SAY(0, self->fd, "skip-ok 1");
	ASSERT_TRUE(has_record(self->fd, -1));
	EXPECT_HEAR("getppid", self->fd);
	ASSERT_SAY(0, self->fd, "skip-ok 2");
	EXPECT_EQ(3, told(&self->t) + told(&self->t));
}

TEST_F(one, thread_ids_let_all_stop)
{
	char want[2][32];
	bool first;
	pid_t tid[2];

	start_threads(&self->t, tid);
	self->fd = open_syscall(self->t.pid, 0, O_RDWR);
	ASSERT_SAY(0, self->fd, "tid on");
	ASSERT_SAY(0, self->fd, "trace getppid");
	open_gate(&self->t);
	open_gate(&self->t);
	snprintf(want[0], 32, "%d getppid", tid[0]);
	snprintf(want[1], 32, "%d getppid", tid[1]);
	first = !!strcmp(want[0], hear(self->fd));
	EXPECT_HEAR(want[!first], self->fd);
	EXPECT_SAY(EINVAL, self->fd, "cont");
	EXPECT_SAY(ESRCH, self->fd, "%d cont", getpid());
	EXPECT_SAY(ESRCH, self->fd, "2147483647 cont");
	ASSERT_SAY(0, self->fd, "%d skip-ok 11", tid[1]);
	EXPECT_EQ(11, told(&self->t));
	EXPECT_SAY(ESRCH, self->fd, "%d cont", tid[1]);
	ASSERT_SAY(0, self->fd, "%d step", tid[0]);
	snprintf(want[0], 32, "%d ok %d", tid[0], getpid());
	EXPECT_HEAR(want[0], self->fd);
	ASSERT_SAY(0, self->fd, "%d ok 12", tid[0]);
	EXPECT_EQ(12, told(&self->t));
}

TEST_F(one, one_thread_alone)
{
	pid_t tid[2];

	start_threads(&self->t, tid);
	self->fd = open_syscall(self->t.pid, tid[1], O_RDWR);
	ASSERT_LE(0, self->fd);
	ASSERT_SAY(0, self->fd, "trace getppid");
	open_gate(&self->t);
	open_gate(&self->t);
	ASSERT_HEAR("getppid", self->fd);
	/* The other runs, and this one waits. */
	EXPECT_EQ(getpid(), told(&self->t));
	ASSERT_SAY(0, self->fd, "skip-ok 5");
	EXPECT_EQ(5, told(&self->t));
	EXPECT_HEAR("", self->fd);
	EXPECT_EQ(0, wait_status(&self->t));
}

static void late_thread(void)
{
	pthread_t thread;

	pthread_create(&thread, NULL, thread_main, NULL);
	pthread_join(thread, NULL);
}

TEST_F(one, new_threads_join)
{
	START(late_thread, "getppid");
	told(&self->t);
	open_gate(&self->t);
	ASSERT_HEAR("getppid", self->fd);
	ASSERT_SAY(0, self->fd, "skip-ok 6");
	EXPECT_EQ(6, told(&self->t));
	EXPECT_EQ(0, wait_status(&self->t));
}

TEST_F(one, several_readers_get_each_stop_once)
{
	pid_t tid[2], readers[2];
	int i, status;

	start_threads(&self->t, tid);
	self->fd = open_syscall(self->t.pid, 0, O_RDWR);
	ASSERT_SAY(0, self->fd, "tid on");
	ASSERT_SAY(0, self->fd, "trace getppid");
	for (i = 0; i < 2; i++) {
		readers[i] = fork();
		if (!readers[i]) {
			const char *text = hear(self->fd);

			_exit(say(self->fd, "%d skip-ok %d", atoi(text), 30 + i));
		}
	}
	open_gate(&self->t);
	open_gate(&self->t);
	EXPECT_EQ(61, told(&self->t) + told(&self->t));
	for (i = 0; i < 2; i++) {
		waitpid(readers[i], &status, 0);
		EXPECT_EQ(0, status);
	}
}

/* Asking for memory while somebody else answers: over, but never stuck. */

static void close_always(void)
{
	for (;;)
		raw(SYS_write, 999, (long)"some data", 9);
}

static void *ask_always(void *arg)
{
	int fd = *(int *)arg, i;

	for (i = 0; i < 3000; i++)
		if (say_bytes(fd, "get 2\n", 6) != 6 && errno != EAGAIN &&
		    errno != ESRCH && errno != EBUSY)
			return NULL + errno;
	return NULL;
}

TEST_F(one, asking_races_with_answers)
{
	pthread_t thread;
	unsigned int stops = 0;
	const char *text;
	void *err;

	START(close_always, "write");
	ASSERT_EQ(0, pthread_create(&thread, NULL, ask_always, &self->fd));
	while (pthread_tryjoin_np(thread, &err)) {
		ASSERT_TRUE(has_record(self->fd, 20000));
		text = hear(self->fd);
		if (!strncmp(text, "data ", 5)) {
			EXPECT_STREQ("data 2+0, \"some data\"", text);
			continue;
		}
		ASSERT_STREQ("write 999, \"some data\", 9", text);
		EXPECT_SAY(0, self->fd, "cont");
		stops++;
	}
	EXPECT_LT(0, stops);
	EXPECT_EQ(NULL, err);
}

/* With thread ids the console shows what is new, then what is oldest. */
TEST_F(one, console_with_thread_ids)
{
	char text[2][64], answer[64];
	pid_t tid[2];

	start_threads(&self->t, tid);
	ASSERT_EQ(0, command(self->t.pid, "trace getppid"));
	ASSERT_EQ(0, command(self->t.pid, "tid on"));
	open_gate(&self->t);
	strcpy(text[0], look(self->t.pid));
	EXPECT_STREQ(text[0], look(self->t.pid));
	open_gate(&self->t);
	do {
		strcpy(text[1], look(self->t.pid));
	} while (!strcmp(text[0], text[1]));
	EXPECT_EQ(tid[0] + tid[1], atoi(text[0]) + atoi(text[1]));
	snprintf(answer, sizeof(answer), "%d skip-ok 22", atoi(text[1]));
	EXPECT_EQ(0, command(self->t.pid, answer));
	EXPECT_EQ(22, told(&self->t));
	EXPECT_STREQ(text[0], look(self->t.pid));
	snprintf(answer, sizeof(answer), "%d skip-ok 11", atoi(text[0]));
	EXPECT_EQ(0, command(self->t.pid, answer));
	EXPECT_EQ(11, told(&self->t));
}

/* A thread's console goes with the thread, and takes no place for ever. */
static void *short_thread(void *arg)
{
	return arg;
}

static void many_threads(void)
{
	pthread_t thread;

	for (;;) {
		pthread_create(&thread, NULL, thread_main, NULL);
		pthread_join(thread, NULL);
		pthread_create(&thread, NULL, short_thread, NULL);
		pthread_join(thread, NULL);
	}
}

TEST_F(one, consoles_of_ended_threads_leave)
{
	int i, fd;

	start(&self->t, many_threads);
	open_gate(&self->t);
	for (i = 0; i < 100; i++) {
		fd = open_syscall(self->t.pid, told(&self->t), O_WRONLY);
		ASSERT_LE(0, fd);
		ASSERT_SAY(0, fd, "trace mkdir");
		close(fd);
		open_gate(&self->t);
		told(&self->t);
	}
}

/* "trace" on a file whose thread has ended arms the one that has its id now. */
TEST_F(one, nothing_left_to_trace)
{
	start(&self->t, ask_ppid);
	self->fd = open_syscall(self->t.pid, 0, O_RDWR);
	ASSERT_SAY(0, self->fd, "trace mkdir");
	open_gate(&self->t);
	told(&self->t);
	wait_for_state(self->t.pid, "Z");
	EXPECT_SAY(ESRCH, self->fd, "trace all");
	EXPECT_HEAR("", self->fd);
}

TEST_HARNESS_MAIN
