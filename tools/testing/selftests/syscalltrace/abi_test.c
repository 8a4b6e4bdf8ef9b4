// SPDX-License-Identifier: GPL-2.0
/*
 * Calls through the other doors of x86-64: int 0x80, the 32-bit fast call,
 * x32, vsyscall.
 */

#include <sys/personality.h>

#include "common.h"

#define X32_BIT		0x40000000
#define NR_I386_CLOSE	6
#define NR_I386_GETPID	20
#define NR_I386_WRITE	4

TRACEE_FIXTURE(abi)

/* int 0x80 from 64-bit code: the upper halves of registers are kept. */
static long int80(long nr, long *b, long *c, long *d)
{
	long ret;

	asm volatile("int $0x80" : "=a" (ret), "+b" (*b), "+c" (*c), "+d" (*d)
		     : "a" (nr) : "memory", "r8", "r9", "r10", "r11");
	return ret;
}

static char low_text[16] = "low text";

static void call_int80(void)
{
	char *low = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	long b, c, d;

	memcpy(low, low_text, 9);
	b = 0x1234567800000000 | OUT_FD;
	c = (long)low;
	d = 8;
	int80(NR_I386_WRITE, &b, &c, &d);
	tell(b == (0x1234567800000000 | OUT_FD) && c == (long)low && d == 8);
	b = -1;
	tell(int80(NR_I386_CLOSE, &b, &c, &d));
	b = -1;
	tell(int80(NR_I386_CLOSE, &b, &c, &d));
	b = -1;
	tell(int80(NR_I386_CLOSE, &b, &c, &d));
}

TEST_F(abi, int80)
{
	START(call_int80, "i386:write i386:close");
	ASSERT_HEAR("i386:write 10, \"low text\", 8", self->fd);
	/* x86-64 numbers would make this another call: 4 is stat there. */
	ASSERT_SAY(EINVAL, self->fd, "x32:write 10, _, 8");
	ASSERT_SAY(0, self->fd, "i386:write 10, \"low text\", 8");
	ASSERT_SAY(0, self->fd, "step");
	EXPECT_HEAR("ok 8", self->fd);
	ASSERT_SAY(0, self->fd, "cont");
	EXPECT_EQ(*(long *)low_text, told(&self->t));
	EXPECT_EQ(1, told(&self->t));
	ASSERT_HEAR("i386:close -1", self->fd);
	EXPECT_SAY(ERANGE, self->fd, "skip-ok 4294967296");
	EXPECT_SAY(ERANGE, self->fd, "skip-ok 0xffffffff");
	ASSERT_SAY(0, self->fd, "i386:getpid");
	ASSERT_SAY(0, self->fd, "step");
	ASSERT_EQ(self->t.pid, atoi(hear(self->fd) + 3));
	ASSERT_SAY(0, self->fd, "fail ENOSPC");
	EXPECT_EQ(-ENOSPC, (int)told(&self->t));
	ASSERT_HEAR("i386:close -1", self->fd);
	ASSERT_SAY(0, self->fd, "step");
	EXPECT_HEAR("fail EBADF", self->fd);
	ASSERT_SAY(0, self->fd, "cont");
	EXPECT_EQ(-EBADF, (int)told(&self->t));
	/* A plain name is one of the ABI that the call was made in. */
	ASSERT_HEAR("i386:close -1", self->fd);
	ASSERT_SAY(0, self->fd, "getpid");
	ASSERT_SAY(0, self->fd, "cont");
	EXPECT_EQ(self->t.pid, told(&self->t));
}

static void call_x32(void)
{
	tell(raw(X32_BIT | SYS_close, 12345, 0, 0));
	tell(raw(X32_BIT | SYS_close, 12345, 0, 0));
	tell(raw(X32_BIT | 700, 1, 2, 3));
}

TEST_F(abi, x32)
{
	if (raw(X32_BIT | SYS_getpid, 0, 0, 0) == -ENOSYS)
		SKIP(return, "no x32");
	START(call_x32, "x32:close x32:syscall_700");
	ASSERT_HEAR("x32:close 12345", self->fd);
	ASSERT_SAY(0, self->fd, "x32:getpid");
	ASSERT_SAY(0, self->fd, "cont");
	EXPECT_EQ(self->t.pid, told(&self->t));
	ASSERT_HEAR("x32:close 12345", self->fd);
	ASSERT_SAY(0, self->fd, "step");
	EXPECT_HEAR("fail EBADF", self->fd);
	ASSERT_SAY(0, self->fd, "ok 4");
	EXPECT_EQ(4, told(&self->t));
	EXPECT_EQ(0, strncmp("x32:syscall_700 0x1, 0x2, 0x3, ", hear(self->fd), 31));
	ASSERT_SAY(0, self->fd, "skip-ok 5");
	EXPECT_EQ(5, told(&self->t));
}

#define VSYSCALL_TIME	0xffffffffff600400

static void call_vsyscall(void)
{
	long (*vtime)(long *) = (void *)VSYSCALL_TIME;
	long where = 7, now;

	now = vtime(NULL);
	tell(now == 99);
	now = vtime(&where);
	tell(now > 1000000000 && where == now);
	now = vtime(&where);
	tell(now);
	tell(vtime(NULL));
}

static bool has_vsyscalls(void)
{
	FILE *maps = fopen("/proc/self/maps", "r");
	char line[256];
	bool found = false;

	while (hear_line(maps, line, sizeof(line)))
		found |= !!strstr(line, "[vsyscall]");
	fclose(maps);
	return found;
}

static volatile int *go;

/* Twice; between them it waits without a call. */
static void call_vsyscall_twice(void)
{
	long (*vtime)(long *) = (void *)VSYSCALL_TIME;

	tell(vtime(NULL));
	while (!*go)
		;
	tell(vtime(NULL) > 1000000000);
}

/* The first one after the tracer has left is as good as any other. */
TEST_F(abi, vsyscall_after_detach)
{
	if (!has_vsyscalls())
		SKIP(return, "no vsyscall page");
	go = mmap(NULL, sizeof(*go), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, (void *)go);
	start(&self->t, call_vsyscall_twice);
	self->fd = open_syscall(self->t.pid, 0, O_RDWR);
	ASSERT_LE(0, self->fd);
	ASSERT_SAY(0, self->fd, "on time skip-ok 99\ntrace none");
	open_gate(&self->t);
	EXPECT_EQ(99, told(&self->t));
	ASSERT_SAY(0, self->fd, "detach");
	*go = 1;
	EXPECT_EQ(1, told(&self->t));
}

TEST_F(abi, vsyscall)
{
	if (!has_vsyscalls())
		SKIP(return, "no vsyscall page");

	START(call_vsyscall, "time,getpid");
	ASSERT_HEAR("time NULL", self->fd);
	ASSERT_SAY(0, self->fd, "skip-ok 99");
	EXPECT_EQ(1, told(&self->t));
	EXPECT_EQ(0, strncmp("time 0x", hear(self->fd), 7));
	/* It cannot become another call, but have other arguments. */
	EXPECT_SAY(EBUSY, self->fd, "getpid");
	ASSERT_SAY(0, self->fd, "step");
	EXPECT_LT(1000000000, atol(hear(self->fd) + 3));
	ASSERT_SAY(0, self->fd, "cont");
	EXPECT_EQ(1, told(&self->t));
	hear(self->fd);
	ASSERT_SAY(0, self->fd, "time NULL");
	ASSERT_SAY(0, self->fd, "step");
	EXPECT_LT(1000000000, atol(hear(self->fd) + 3));
	ASSERT_SAY(0, self->fd, "ok 55");
	EXPECT_EQ(55, told(&self->t));
	/* Its stop is not withdrawn: nothing could make the call again. */
	ASSERT_TRUE(has_record(self->fd, -1));
	kill(self->t.pid, SIGSTOP);
	ASSERT_HEAR("time NULL", self->fd);
	ASSERT_SAY(0, self->fd, "skip-ok 56");
	wait_for_state(self->t.pid, "T");
	kill(self->t.pid, SIGCONT);
	EXPECT_EQ(56, told(&self->t));
}

/* A 32-bit program, which uses the fast system call where there is one. */
static void exec_32(void)
{
	char *args[] = { "abi_32", NULL }, *env[] = { NULL };

	execve("/tests/abi_32", args, env);
	execve("./abi_32", args, env);
	_exit(94);
}

TEST_F(abi, fast_32)
{
	if (access("/tests/abi_32", X_OK) && access("./abi_32", X_OK))
		SKIP(return, "no 32-bit program");
	START(exec_32, "i386:close,i386:getppid,i386:gettid");
	ASSERT_HEAR("i386:close 12345", self->fd);
	ASSERT_SAY(0, self->fd, "step");
	EXPECT_HEAR("fail EBADF", self->fd);
	ASSERT_SAY(0, self->fd, "ok 5");
	ASSERT_HEAR("i386:getppid", self->fd);
	ASSERT_SAY(0, self->fd, "gettid");
	ASSERT_SAY(0, self->fd, "step");
	ASSERT_EQ(self->t.pid, atoi(hear(self->fd) + 3));
	ASSERT_SAY(0, self->fd, "ok 6");
	ASSERT_HEAR("i386:close 54321", self->fd);
	/* Withdrawn and made again. */
	ASSERT_SAY(0, self->fd, "skip-fail 71");
	ASSERT_TRUE(has_record(self->fd, -1));
	kill(self->t.pid, SIGSTOP);
	wait_for_state(self->t.pid, "T");
	kill(self->t.pid, SIGCONT);
	ASSERT_HEAR("i386:gettid", self->fd);
	ASSERT_SAY(0, self->fd, "skip-ok 8");
	/* 5 + 6 + 71 + 8 */
	EXPECT_EQ(90, wait_status(&self->t));
}

TEST_HARNESS_MAIN
