/* SPDX-License-Identifier: GPL-2.0 */
/* What vdso_test and the program that it traces, vdso_prog, share. */
#ifndef _SYSCALLTRACE_VDSO_PROG_H
#define _SYSCALLTRACE_VDSO_PROG_H

#include <linux/posix_types.h>

/* In the program: the memory. */
#define SHARE_FD	12

#define NR_SLOTS	4

/**
 * struct vdso_share - memory that the test and the program have both
 * @rounds: how often each thread or process has called all functions
 * @line: where the program has found something wrong, or 0
 * @slow_clock: the clocks that are not coarse are always read by a system call
 * @compare: compare what the functions return with what system calls do
 * @execute: the process that counts in the slot before this executes a program
 * @map_code: for arch_prctl(), to map the vDSO
 * @vvar: where the memory that the vDSO reads is mapped
 * @vvar_size: in bytes
 * @vdso: where the vDSO is mapped
 * @vdso_size: in bytes
 */
struct vdso_share {
	unsigned int rounds[NR_SLOTS];
	unsigned int line;
	unsigned int slow_clock;
	unsigned int compare;
	unsigned int execute;
	unsigned long long map_code;
	unsigned long long vvar;
	unsigned long long vvar_size;
	unsigned long long vdso;
	unsigned long long vdso_size;
};

/* Of a call; of these a function takes five. */
struct args {
	__kernel_ulong_t arg[6];
};

/* The program has parts in vdso_asm.S. First: make a system call of any ABI. */
__kernel_long_t do_call(__kernel_ulong_t nr, const struct args *args);
/* Call a function. */
__kernel_long_t do_function(__kernel_ulong_t function, const struct args *args);
/* clone(), with @function, which does not return, in the child. */
__kernel_long_t spawn(__kernel_ulong_t flags, __kernel_ulong_t stack, void (*function)(void));
void restore_signal(void);
void run(unsigned long *stack);

#endif /* _SYSCALLTRACE_VDSO_PROG_H */
