// SPDX-License-Identifier: GPL-2.0
/*
 * What the arguments of calls point to: shown, fetched, replaced.
 */

#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>

#include "common.h"

#define BIG		(10 << 20)
#define AREA_SYSCTL	"/proc/sys/kernel/syscall_trace_area_kb"

TRACEE_FIXTURE(data)

/* Two pages, nothing behind them. */
static char *edge(void)
{
	char *p = mmap(NULL, 3 * 4096, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	munmap(p + 2 * 4096, 4096);
	return p + 2 * 4096;
}

/* --------------------------------- showing ------------------------------- */

static void run_nothing(void)
{
	static const char *const argv[] = { "ls", "", "-l\n", NULL };
	static const char *const half[] = { "ls", (char *)16, NULL };

	raw(SYS_execve, (long)"/nowhere", (long)argv, 0);
	raw(SYS_execve, (long)"/nowhere", (long)half, (long)&half[2]);
	raw(SYS_execve, (long)"/nowhere", 16, (long)(edge() - 16));
}

TEST_F(data, string_arrays)
{
	START(run_nothing, "execve");
	ASSERT_HEAR("execve \"/nowhere\", [\"ls\", \"\", \"-l\\n\"], NULL", self->fd);
	ASSERT_SAY(0, self->fd, "limit 1");
	ASSERT_SAY(0, self->fd, "cont");
	ASSERT_HEAR("execve \"/nowhere\", [\"l\"..., ...], []", self->fd);
	ASSERT_SAY(0, self->fd, "limit 2");
	ASSERT_SAY(0, self->fd, "cont");
	EXPECT_HEAR("execve \"/nowhere\", 0x10, []", self->fd);
}

TEST_F(data, unreadable_element)
{
	START(run_nothing, "execve");
	ASSERT_HEAR("execve \"/nowhere\", [\"ls\", \"\", \"-l\\n\"], NULL", self->fd);
	ASSERT_SAY(0, self->fd, "cont");
	EXPECT_HEAR("execve \"/nowhere\", [\"ls\", 0x10], []", self->fd);
}

static void send_vectors(void)
{
	static struct iovec iov[] = { { "abc", 3 }, { NULL, 0 }, { "defg", 4 } };
	static struct sockaddr_un name = { AF_UNIX, "n" };
	static char control[] = "\1\2";
	struct msghdr msg = { &name, 4, iov, 3, control, 2 };
	struct mmsghdr many[2] = { { msg }, { { .msg_iov = iov, .msg_iovlen = 1 } } };

	tell(raw(SYS_writev, OUT_FD, (long)iov, 3));
	raw(SYS_writev, -1, (long)(edge() - 16), 3);
	raw(SYS_sendmsg, -1, (long)&msg, 0x40);
	syscall(SYS_sendmmsg, -1, many, 2, 0);
}

TEST_F(data, iovec_and_msghdr)
{
	START(send_vectors, "writev sendmsg sendmmsg");
	ASSERT_HEAR("writev 10, [\"abc\", NULL, \"defg\"], 3", self->fd);
	ASSERT_SAY(0, self->fd, "limit 2");
	ASSERT_SAY(0, self->fd, "cont");
	/* One element can be read, and what it says is nothing at NULL. */
	ASSERT_HEAR("writev -1, [NULL, ...], 3", self->fd);
	ASSERT_SAY(0, self->fd, "limit 256");
	ASSERT_SAY(0, self->fd, "cont");
	ASSERT_HEAR("sendmsg -1, {\"\\001\\000n\\000\", [\"abc\", NULL, \"defg\"], \"\\001\\002\"}, 0x40",
		    self->fd);
	ASSERT_SAY(0, self->fd, "cont");
	ASSERT_HEAR("sendmmsg -1, [{\"\\001\\000n\\000\", [\"abc\", NULL, \"defg\"], \"\\001\\002\"}, "
		    "{NULL, [\"abc\"], NULL}], 2, 0x0", self->fd);
}

static void half_readable(void)
{
	char *end = edge();

	memset(end - 4, 'x', 4);
	raw(SYS_write, -1, (long)end - 4, 8192);
	raw(SYS_chdir, (long)end - 4, 0, 0);
	raw(SYS_mq_unlink, (long)end - 4, 0, 0);
	raw(SYS_chdir, (long)end, 0, 0);
	end[-1] = 0;
	raw(SYS_chdir, (long)end - 4, 0, 0);
}

TEST_F(data, half_readable)
{
	START(half_readable, "write chdir mq_unlink");
	ASSERT_HEAR("write -1, \"xxxx\"..., 8192", self->fd);
	ASSERT_SAY(0, self->fd, "cont");
	ASSERT_HEAR("chdir \"xxxx\"...", self->fd);
	ASSERT_SAY(0, self->fd, "cont");
	ASSERT_HEAR("mq_unlink \"xxxx\"...", self->fd);
	ASSERT_SAY(0, self->fd, "step");
	ASSERT_HEAR("fail EFAULT", self->fd);
	ASSERT_SAY(0, self->fd, "cont");
	ASSERT_EQ(0, strncmp("chdir 0x", hear(self->fd), 8));
	ASSERT_SAY(0, self->fd, "cont");
	ASSERT_HEAR("chdir \"xxx\"", self->fd);
}

static void multiplexers(void)
{
	struct flock lock = { .l_type = F_RDLCK };
	int on = 0x01020304, size[2] = { 24, 80 };

	raw(SYS_fcntl, OUT_FD, F_DUPFD, 20);
	raw(SYS_fcntl, -1, F_SETLK, (long)&lock);
	raw(SYS_ioctl, -1, FIONBIO, (long)&on);
	/* Direction and size stand in the number: 8 bytes, in. */
	raw(SYS_ioctl, -1, 0x40081234, (long)size);
	raw(SYS_ioctl, -1, 0x1234, 0x5678);
	syscall(SYS_setsockopt, -1, SOL_SOCKET, SO_RCVBUF, &on, 4);
	raw(SYS_prctl, PR_SET_NAME, (long)"name", 0);
}

static const char *const multiplexed[] = {
	"fcntl 10, 0, 20",
	"fcntl -1, 6, \"\\000\\000",
	"ioctl -1, 0x5421, \"\\004\\003\\002\\001\"",
	"ioctl -1, 0x40081234, \"\\030\\000\\000\\000P\\000\\000\\000\"",
	"ioctl -1, 0x1234, 0x5678",
	"setsockopt -1, 1, 8, \"\\004\\003\\002\\001\", 4",
	"prctl 15, \"name\"",
};

TEST_F(data, multiplexers)
{
	unsigned int i;

	START(multiplexers, "fcntl ioctl setsockopt prctl");
	for (i = 0; i < ARRAY_SIZE(multiplexed); i++) {
		const char *text = hear(self->fd);

		EXPECT_EQ(0, strncmp(multiplexed[i], text, strlen(multiplexed[i])))
			TH_LOG("'%s' is not '%s'", text, multiplexed[i]);
		ASSERT_SAY(0, self->fd, "cont");
	}
}

static void read_things(void)
{
	char a[4], b[8] = "", buf[64];
	struct iovec iov[] = { { a, 2 }, { b, 8 } };
	struct msghdr msg = { .msg_iov = iov, .msg_iovlen = 2 };
	int pair[2], fds[2], avail = 0;

	raw(SYS_socketpair, AF_UNIX, SOCK_DGRAM, 0);
	socketpair(AF_UNIX, SOCK_DGRAM, 0, pair);
	raw(SYS_write, pair[0], (long)"hello", 5);
	raw(SYS_read, pair[1], (long)buf, 64);
	raw(SYS_write, pair[0], (long)"hello", 5);
	raw(SYS_ioctl, pair[1], FIONREAD, (long)&avail);
	raw(SYS_readv, pair[1], (long)iov, 2);
	raw(SYS_write, pair[0], (long)"howdy", 5);
	raw(SYS_recvmsg, pair[1], (long)&msg, 0);
	raw(SYS_read, -1, (long)buf, 64);
	dup2(pair[0], 40);
	close(41);
	close(42);
	raw(SYS_pipe, (long)fds, 0, 0);
}

TEST_F(data, out_shows_what_was_written)
{
	START(read_things, "read readv recvmsg ioctl");
	ASSERT_SAY(0, self->fd, "out on");
	ASSERT_EQ(0, strncmp("read ", hear(self->fd), 5));
	ASSERT_SAY(0, self->fd, "step");
	EXPECT_HEAR("ok 5, 2 \"hello\"", self->fd);
	ASSERT_SAY(0, self->fd, "cont");
	ASSERT_EQ(0, strncmp("ioctl ", hear(self->fd), 6));
	ASSERT_SAY(0, self->fd, "step");
	EXPECT_HEAR("ok 0, 3 \"\\005\\000\\000\\000\"", self->fd);
	ASSERT_SAY(0, self->fd, "cont");
	ASSERT_EQ(0, strncmp("readv ", hear(self->fd), 6));
	ASSERT_SAY(0, self->fd, "step");
	EXPECT_HEAR("ok 5, 2 [\"he\", \"llo\"]", self->fd);
	ASSERT_SAY(0, self->fd, "cont");
	ASSERT_EQ(0, strncmp("recvmsg ", hear(self->fd), 8));
	ASSERT_SAY(0, self->fd, "step");
	EXPECT_HEAR("ok 5, 2 {NULL, [\"ho\", \"wdy\"], NULL}", self->fd);
	ASSERT_SAY(0, self->fd, "out off");
	ASSERT_SAY(0, self->fd, "cont");
	ASSERT_EQ(0, strncmp("read -1, 0x", hear(self->fd), 11));
	ASSERT_SAY(0, self->fd, "out on");
	ASSERT_SAY(0, self->fd, "step");
	EXPECT_HEAR("fail EBADF", self->fd);
	ASSERT_SAY(0, self->fd, "cont");
}

TEST_F(data, classes)
{
	START(read_things, "%%network,!socketpair");
	ASSERT_EQ(0, strncmp("recvmsg ", hear(self->fd), 8));
	ASSERT_SAY(0, self->fd, "trace %%desc");
	ASSERT_SAY(0, self->fd, "cont");
	ASSERT_EQ(0, strncmp("read -1,", hear(self->fd), 8));
	ASSERT_SAY(EINVAL, self->fd, "trace %%descs");
}

/* What is shown of everything together is bounded. */
static void send_many(void)
{
	static struct iovec iov[1024];
	static struct mmsghdr many[1024];
	int i;

	for (i = 0; i < 1024; i++)
		many[i].msg_hdr = (struct msghdr){ .msg_iov = iov, .msg_iovlen = 1024 };
	syscall(SYS_sendmmsg, -1, many, 1024, 0);
}

TEST_F(data, a_million_elements)
{
	size_t len = 0;
	ssize_t got;
	char *text;

	start(&self->t, send_many);
	self->fd = open_syscall(self->t.pid, 0, O_RDWR);
	ASSERT_SAY(0, self->fd, "limit 1024");
	ASSERT_SAY(0, self->fd, "trace sendmmsg");
	open_gate(&self->t);
	text = malloc(1 << 20);
	do {
		got = hear_bytes(self->fd, text, 1 << 20);
		ASSERT_LT(0, got);
		len += got;
		ASSERT_GT(4 << 20, len);
	} while (text[got - 1] != '\n');
	EXPECT_EQ(0, strncmp(text + got - 16, ", ...], 1024, 0x0\n" + 2, 16));
	free(text);
	ASSERT_SAY(0, self->fd, "cont");
}

/* -------------------------------- fetching ------------------------------- */

static void write_big(void)
{
	char *big = mmap(NULL, BIG, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	strcpy(big + BIG - 5, "last");
	raw(SYS_write, -1, (long)big, BIG);
	tell((long)big);
	raw(SYS_write, -1, (long)big, BIG);
}

TEST_F(data, any_range_of_a_big_buffer)
{
	char *want;
	long big;

	start(&self->t, write_big);
	self->fd = open_syscall(self->t.pid, 0, O_RDWR);
	ASSERT_SAY(0, self->fd, "limit 4");
	ASSERT_SAY(0, self->fd, "trace write");
	open_gate(&self->t);
	ASSERT_HEAR("write -1, \"\\000\\000\\000\\000\"..., 10485760", self->fd);
	ASSERT_SAY(0, self->fd, "get 2+%d 16", BIG - 5);
	/* No more than is there. */
	EXPECT_EQ(0, strncmp("data 2+10485755, \"last\\000", hear(self->fd), 24));
	ASSERT_SAY(0, self->fd, "get &2");
	want = strdup(hear(self->fd));
	EXPECT_SAY(EINVAL, self->fd, "get &1");
	EXPECT_SAY(EINVAL, self->fd, "get &4");
	ASSERT_SAY(0, self->fd, "cont");
	ASSERT_EQ(0, strncmp("write 10, ", hear(self->fd), 10));
	ASSERT_SAY(0, self->fd, "cont");
	big = told(&self->t);
	EXPECT_EQ(0, strncmp("data &2, 0x", want, 11));
	EXPECT_EQ(big, strtol(want + 9, NULL, 16));
	free(want);
	ASSERT_HEAR("write -1, \"\\000\\000\\000\\000\"..., 10485760", self->fd);
}

/* -------------------------------- replacing ------------------------------ */

static void write_words(void)
{
	int i;

	for (i = 0; i < 5; i++)
		tell(raw(SYS_write, OUT_FD, (long)"12345678", 8));
}

/* The bytes that the program wrote, and what came of it. */
static void expect_written(struct __test_metadata *_metadata, struct tracee *t,
			   const char *bytes)
{
	char text[64] = "";
	size_t len = strlen(bytes);

	ASSERT_EQ(len, read(t->out, text, len));
	EXPECT_STREQ(bytes, text);
	EXPECT_EQ(len, told(t));
}

/* All of the program's own writes stop, too. */
static void let_tell(struct __test_metadata *_metadata, int fd)
{
	ASSERT_EQ(0, strncmp("write 10, \"", hear(fd), 11));
	ASSERT_SAY(0, fd, "cont");
}

TEST_F(data, new_buffer)
{
	START(write_words, "write");
	ASSERT_HEAR("write 10, \"12345678\", 8", self->fd);
	EXPECT_SAY(ERANGE, self->fd, "write _, \"abc\", 8");
	EXPECT_SAY(ERANGE, self->fd, "write _, \"abc\", 4");
	ASSERT_SAY(0, self->fd, "write _, \"abc\", _");
	ASSERT_SAY(0, self->fd, "cont");
	let_tell(_metadata, self->fd);
	expect_written(_metadata, &self->t, "abc");
	ASSERT_HEAR("write 10, \"12345678\", 8", self->fd);
	ASSERT_SAY(0, self->fd, "write _, \"a longer text\", _");
	ASSERT_SAY(0, self->fd, "write _, \"another text\", 7");
	ASSERT_SAY(0, self->fd, "cont");
	let_tell(_metadata, self->fd);
	expect_written(_metadata, &self->t, "another");
	ASSERT_HEAR("write 10, \"12345678\", 8", self->fd);
	ASSERT_SAY(0, self->fd, "writev _, [\"ab\", \"\", \"cde\"], _");
	ASSERT_SAY(0, self->fd, "cont");
	let_tell(_metadata, self->fd);
	expect_written(_metadata, &self->t, "abcde");
}

static void check_own_registers(void)
{
	long text = (long)"12345678", ret, rdi, rsi, rdx;
	int i;

	for (i = 0; i < 3; i++) {
		ret = SYS_write;
		rdi = OUT_FD;
		rsi = text;
		rdx = 8;
		asm volatile("syscall" : "+a" (ret), "+D" (rdi), "+S" (rsi), "+d" (rdx)
			     : : "rcx", "r11", "memory");
		if (rdi != OUT_FD || rsi != text || rdx != 8)
			_exit(7);
	}
}

TEST_F(data, registers_are_the_programs_own)
{
	START(check_own_registers, "write");
	ASSERT_HEAR("write 10, \"12345678\", 8", self->fd);
	ASSERT_SAY(0, self->fd, "write _, \"abc\", _");
	ASSERT_SAY(0, self->fd, "bind on");
	ASSERT_SAY(0, self->fd, "step");
	ASSERT_HEAR("ok 3", self->fd);
	ASSERT_SAY(0, self->fd, "cont");
	ASSERT_HEAR("write 10, \"12345678\", 8", self->fd);
	ASSERT_SAY(0, self->fd, "step");
	ASSERT_HEAR("ok 8", self->fd);
	ASSERT_SAY(0, self->fd, "cont");
	ASSERT_HEAR("write 10, \"12345678\", 8", self->fd);
	/* The new memory cannot be written by a tracer either. */
	EXPECT_SAY(EFAULT, self->fd, "set 2 \"x\"");
	EXPECT_SAY(ERANGE, self->fd, "write _, _, 9");
	ASSERT_SAY(0, self->fd, "write _, _, 2");
	ASSERT_SAY(0, self->fd, "step");
	ASSERT_HEAR("ok 2", self->fd);
	ASSERT_SAY(0, self->fd, "cont");
	EXPECT_EQ(0, wait_status(&self->t));
}

static void open_files(void)
{
	int fd = syscall(SYS_openat, AT_FDCWD, "/nowhere", O_RDWR | O_CREAT, 0);

	tell(fd);
	if (fd >= 0)
		tell(raw(SYS_write, fd, (long)"text", 4));
	tell(raw(SYS_symlink, (long)"/a", (long)"/nowhere/b", 0));
}

TEST_F(data, new_paths)
{
	char text[64] = "";

	unlink("/tmp/data_test");
	unlink("/tmp/data_test_link");
	START(open_files, "%%file");
	ASSERT_HEAR("openat -100, \"/nowhere\", 0x42, 0", self->fd);
	ASSERT_SAY(0, self->fd, "openat _, \"/tmp/data_test\", _, 0600");
	ASSERT_SAY(0, self->fd, "cont");
	EXPECT_LE(0, told(&self->t));
	EXPECT_EQ(4, told(&self->t));
	EXPECT_EQ(0, access("/tmp/data_test", F_OK));
	ASSERT_HEAR("symlink \"/a\", \"/nowhere/b\"", self->fd);
	ASSERT_SAY(0, self->fd, "symlink \"/new\\ttarget\", \"/tmp/data_test_link\"");
	ASSERT_SAY(0, self->fd, "cont");
	EXPECT_EQ(0, told(&self->t));
	EXPECT_EQ(11, readlink("/tmp/data_test_link", text, sizeof(text)));
	EXPECT_STREQ("/new\ttarget", text);
	unlink("/tmp/data_test");
	unlink("/tmp/data_test_link");
}

static void run_program(void)
{
	static const char *const argv[] = { "busybox", "false", NULL };
	static const char *const envp[] = { "WORD=env", NULL };

	dup2(OUT_FD, 1);
	raw(SYS_execve, (long)"/bin/busybox", (long)argv, (long)envp);
	_exit(9);
}

TEST_F(data, new_string_arrays)
{
	char text[64] = "";

	START(run_program, "execve");
	ASSERT_HEAR("execve \"/bin/busybox\", [\"busybox\", \"false\"], [\"WORD=env\"]",
		    self->fd);
	ASSERT_SAY(0, self->fd,
		   "execve _, [\"busybox\", \"sh\", \"-c\", \"echo $0 $1 $WORD\", \"new\", \"words\"], _");
	ASSERT_SAY(0, self->fd, "step");
	ASSERT_HEAR("ok 0", self->fd);
	ASSERT_SAY(0, self->fd, "cont");
	EXPECT_EQ(0, wait_status(&self->t));
	ASSERT_LT(0, read(self->t.out, text, sizeof(text) - 1));
	EXPECT_STREQ("new words env\n", text);
}

TEST_F(data, another_program)
{
	START(run_program, "execve");
	ASSERT_EQ(0, strncmp("execve ", hear(self->fd), 7));
	ASSERT_SAY(0, self->fd, "execve \"/bin/true\", [\"true\"], _");
	ASSERT_SAY(0, self->fd, "cont");
	EXPECT_EQ(0, wait_status(&self->t));
}

static void ask_time(void)
{
	struct timeval tv = { };

	tell(syscall(SYS_gettimeofday, &tv, NULL));
	tell(tv.tv_sec);
	tell(tv.tv_usec);
}

TEST_F(data, set_what_was_written)
{
	START(ask_time, "gettimeofday");
	ASSERT_EQ(0, strncmp("gettimeofday 0x", hear(self->fd), 15));
	ASSERT_SAY(0, self->fd, "step");
	ASSERT_HEAR("ok 0", self->fd);
	ASSERT_SAY(0, self->fd, "set 1 \"\\1\\2\\0\\0\\0\\0\\0\\0\"");
	ASSERT_SAY(0, self->fd, "set 1+8 \"\\7\\0\\0\\0\"");
	ASSERT_SAY(0, self->fd, "cont");
	EXPECT_EQ(0, told(&self->t));
	EXPECT_EQ(0x201, told(&self->t));
	EXPECT_EQ(7, told(&self->t));
}

/* ---------------------------------- layers ------------------------------- */

/* A second tracer, nearer the program. */
static int open_inner(struct tracee *t, const char *set)
{
	int fd = open_syscall(t->pid, 0, O_RDWR);

	return say(fd, "bind on") || say(fd, "trace %s", set) ? -1 : fd;
}

TEST_F(data, bound_arguments_can_be_left_out)
{
	int inner;

	start(&self->t, write_words);
	self->fd = open_syscall(self->t.pid, 0, O_RDWR);
	ASSERT_SAY(0, self->fd, "bind on");
	ASSERT_SAY(0, self->fd, "trace all");
	inner = open_inner(&self->t, "write");
	ASSERT_LE(0, inner);
	self->fds[0] = inner;
	open_gate(&self->t);
	ASSERT_HEAR("write 10, \"12345678\", 8", inner);
	/* Nobody knows what this would read. */
	EXPECT_SAY(ERANGE, inner, "syscall_400 _, _, _");
	EXPECT_SAY(ERANGE, inner, "symlink 0x10, _");
	ASSERT_SAY(0, inner, "syscall_400 1, 0x10, 3");
	ASSERT_SAY(0, inner, "close 12345");
	ASSERT_SAY(0, inner, "cont");
	ASSERT_HEAR("close 12345", self->fd);
	ASSERT_SAY(0, self->fd, "write 10, \"text\", 4");
	ASSERT_SAY(0, self->fd, "cont");
	let_tell(_metadata, inner);
	let_tell(_metadata, self->fd);
	expect_written(_metadata, &self->t, "text");
}

static void set_filter(void)
{
	char prog[16] = "";

	raw(SYS_seccomp, 1, 0xff, (long)prog);
}

/* New memory may have addresses in it that nobody looks behind. */
TEST_F(data, new_memory_with_addresses_is_marked)
{
	start(&self->t, set_filter);
	self->fd = open_inner(&self->t, "seccomp");
	self->fds[0] = open_inner(&self->t, "seccomp");
	ASSERT_LE(0, self->fds[0]);
	open_gate(&self->t);
	ASSERT_EQ(0, strncmp("seccomp 1, 0xff, ~\"", hear(self->fds[0]), 19));
	ASSERT_SAY(0, self->fds[0], "seccomp _, _, \"0123456789abcdef\"");
	ASSERT_SAY(0, self->fds[0], "cont");
	EXPECT_HEAR("seccomp 1, 0xff, ~\"0123456789abcdef\"", self->fd);
	ASSERT_SAY(0, self->fd, "seccomp _, _, _");
	ASSERT_SAY(0, self->fd, "step");
	EXPECT_HEAR("fail EINVAL", self->fd);
	ASSERT_SAY(0, self->fd, "cont");
}

/* Who may debug the program may also look at what is bound. */
TEST_F(data, bound_memory_can_be_looked_at)
{
	char path[32], text[9] = "";
	long addr;
	int mem;

	start(&self->t, write_words);
	self->fd = open_inner(&self->t, "write");
	ASSERT_LE(0, self->fd);
	open_gate(&self->t);
	ASSERT_HEAR("write 10, \"12345678\", 8", self->fd);
	ASSERT_SAY(0, self->fd, "get &2");
	addr = strtol(hear(self->fd) + 9, NULL, 16);
	snprintf(path, sizeof(path), "/proc/%d/mem", self->t.pid);
	mem = open(path, O_RDWR);
	ASSERT_LE(0, mem);
	EXPECT_EQ(8, pread(mem, text, 8, addr));
	EXPECT_STREQ("12345678", text);
	EXPECT_EQ(-1, pwrite(mem, "evil", 4, addr));
	close(mem);
	EXPECT_SAY(EFAULT, self->fd, "set 2 \"evil\"");
	ASSERT_SAY(0, self->fd, "cont");
	let_tell(_metadata, self->fd);
	expect_written(_metadata, &self->t, "12345678");
}

#define SLEEPERS	400

static void *sleeper(void *arg)
{
	struct timespec t = { .tv_sec = 1000 };

	raw(SYS_nanosleep, (long)&t, 0, 0);
	return arg;
}

static void start_sleepers(void)
{
	pthread_attr_t attr;
	pthread_t t;
	int i;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 1 << 16);
	for (i = 0; i < SLEEPERS; i++)
		if (pthread_create(&t, &attr, sleeper, NULL))
			_exit(9);
	pass_gate();
	tell(raw(SYS_chdir, (long)"/tmp", 0, 0));
	_exit(0);
}

/* Many small things that stay for long do not use up the room. */
TEST_F_TIMEOUT(data, many_sleepers_leave_room, 120)
{
	char line[64];
	int i, tid;

	start(&self->t, start_sleepers);
	self->fd = open_syscall(self->t.pid, 0, O_RDWR);
	ASSERT_SAY(0, self->fd, "bind require");
	ASSERT_SAY(0, self->fd, "tid on");
	ASSERT_SAY(0, self->fd, "trace nanosleep,chdir");
	open_gate(&self->t);
	for (i = 0; i < SLEEPERS; i++) {
		ASSERT_EQ(1, sscanf(hear(self->fd), "%d nanosleep \"\\350", &tid));
		ASSERT_SAY(0, self->fd, "%d cont", tid);
	}
	open_gate(&self->t);
	snprintf(line, sizeof(line), "%d chdir \"/tmp\"", self->t.pid);
	ASSERT_HEAR(line, self->fd);
	ASSERT_SAY(0, self->fd, "%d cont", self->t.pid);
	EXPECT_EQ(0, told(&self->t));
}

/* ----------------------------------- room -------------------------------- */

static int set_area(const char *kb)
{
	int fd = open(AREA_SYSCTL, O_WRONLY | O_CLOEXEC), ok;

	ok = write(fd, kb, strlen(kb)) == strlen(kb);
	close(fd);
	return ok ? 0 : -1;
}

TEST_F(data, no_room)
{
	char line[9000];

	memset(line, 'x', sizeof(line));
	line[sizeof(line) - 1] = '\0';
	EXPECT_EQ(-1, set_area("3"));
	EXPECT_EQ(-1, set_area("65537"));
	ASSERT_EQ(0, set_area("4"));
	START(write_words, "write");
	ASSERT_HEAR("write 10, \"12345678\", 8", self->fd);
	ASSERT_SAY(0, self->fd, "write _, \"%s\", _", line);
	ASSERT_SAY(0, self->fd, "step");
	EXPECT_HEAR("fail ENOMEM", self->fd);
	/* What a process has is as large as it was when it was first needed. */
	ASSERT_EQ(0, set_area("1024"));
	ASSERT_SAY(0, self->fd, "cont");
	let_tell(_metadata, self->fd);
	EXPECT_EQ(-ENOMEM, told(&self->t));
	ASSERT_HEAR("write 10, \"12345678\", 8", self->fd);
	ASSERT_SAY(0, self->fd, "write _, \"fits\", _");
	ASSERT_SAY(0, self->fd, "cont");
	let_tell(_metadata, self->fd);
	expect_written(_metadata, &self->t, "fits");
}

/* ------------------------------- other ABIs ------------------------------ */

#define X32_BIT		0x40000000

static long int80(long nr, long b, long c, long d)
{
	long ret;

	asm volatile("int $0x80" : "=a" (ret) : "a" (nr), "b" (b), "c" (c), "d" (d)
		     : "memory", "r8", "r9", "r10", "r11");
	return ret;
}

/* Vectors as they are where addresses have 4 bytes. */
struct low {
	char text[32];
	unsigned int argv[3];
	unsigned int iov[4];
	unsigned int msg[7];
};

static void low_calls(void)
{
	struct low *low = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
			       MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	unsigned int base = (long)low;

	strcpy(low->text, "/nowhere");
	low->argv[0] = base;
	low->argv[1] = base + 3;
	low->iov[0] = base;
	low->iov[1] = 3;
	low->iov[2] = base + 3;
	low->iov[3] = 5;
	low->msg[2] = (long)low->iov;
	low->msg[3] = 1;
	int80(11, base, (long)low->argv, 0);
	tell(int80(146, OUT_FD, (long)low->iov, 2));
	tell(int80(4, OUT_FD, base, 8));
	int80(370, -1, (long)low->msg, 0);
	raw(X32_BIT | 520, base, (long)low->argv, 0);
	tell(raw(X32_BIT | 516, OUT_FD, (long)low->iov, 2));
	raw(X32_BIT | 518, -1, (long)low->msg, 0);
}

static void check_low_calls(struct __test_metadata *_metadata, struct tracee *t, int fd)
{
	ASSERT_HEAR("i386:execve \"/nowhere\", [\"/nowhere\", \"where\"], NULL", fd);
	ASSERT_SAY(0, fd, "cont");
	ASSERT_HEAR("i386:writev 10, [\"/no\", \"where\"], 2", fd);
	ASSERT_SAY(0, fd, "cont");
	expect_written(_metadata, t, "/nowhere");
	ASSERT_HEAR("i386:write 10, \"/nowhere\", 8", fd);
	ASSERT_SAY(0, fd, "writev _, [\"other\", \" words\"], _");
	ASSERT_SAY(0, fd, "cont");
	expect_written(_metadata, t, "other words");
	ASSERT_EQ(0, strncmp("i386:sendmsg -1, {NULL, [\"/no\"], NULL}, ", hear(fd), 40));
	ASSERT_SAY(0, fd, "cont");
	ASSERT_HEAR("x32:execve \"/nowhere\", [\"/nowhere\", \"where\"], NULL", fd);
	ASSERT_SAY(0, fd, "cont");
	ASSERT_HEAR("x32:writev 10, [\"/no\", \"where\"], 2", fd);
	ASSERT_SAY(0, fd, "writev _, [\"new\"], _");
	ASSERT_SAY(0, fd, "cont");
	expect_written(_metadata, t, "new");
	ASSERT_HEAR("x32:sendmsg -1, {NULL, [\"/no\"], NULL}, 0x0", fd);
	ASSERT_SAY(0, fd, "cont");
	EXPECT_EQ(0, wait_status(t));
}

#define LOW_CALLS	"i386:execve i386:write i386:writev i386:sendmsg " \
			"x32:execve x32:writev x32:sendmsg"

TEST_F(data, compat_layouts)
{
	if (raw(X32_BIT | SYS_getpid, 0, 0, 0) == -ENOSYS)
		SKIP(return, "no x32");
	START(low_calls, LOW_CALLS);
	check_low_calls(_metadata, &self->t, self->fd);
}

TEST_F(data, compat_layouts_bound)
{
	if (raw(X32_BIT | SYS_getpid, 0, 0, 0) == -ENOSYS)
		SKIP(return, "no x32");
	start(&self->t, low_calls);
	self->fd = open_syscall(self->t.pid, 0, O_RDWR);
	ASSERT_SAY(0, self->fd, "bind require");
	ASSERT_SAY(0, self->fd, "trace " LOW_CALLS);
	open_gate(&self->t);
	check_low_calls(_metadata, &self->t, self->fd);
}

TEST_HARNESS_MAIN
