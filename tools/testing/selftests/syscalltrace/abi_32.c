// SPDX-License-Identifier: GPL-2.0
/*
 * A 32-bit program for abi_test to trace: its exit status is the sum of what
 * its calls returned. Built without libc; enters the kernel as the vDSO says.
 */

#include <elf.h>
#include <sys/syscall.h>

static unsigned long entry;

static long call(long nr, long arg)
{
	long ret;

	if (entry)
		asm volatile("call *%[entry]" : "=a" (ret)
			     : "a" (nr), "b" (arg), [entry] "m" (entry) : "memory");
	else
		asm volatile("int $0x80" : "=a" (ret) : "a" (nr), "b" (arg) : "memory");
	return ret;
}

__attribute__((used)) static void run(unsigned long *stack)
{
	unsigned long argc = *stack, *p = stack + argc + 2;
	long sum;

	while (*p++)
		;
	for (; p[0] != AT_NULL; p += 2)
		if (p[0] == AT_SYSINFO)
			entry = p[1];
	sum = call(SYS_close, 12345);
	sum += call(SYS_getppid, 0);
	sum -= call(SYS_close, 54321);
	sum += call(SYS_gettid, 0);
	call(SYS_exit_group, sum);
}

asm(".globl _start\n_start: mov %esp, %eax\n push %eax\n call run\n");
