/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What stands in for the functions of the vDSO in processes that are to enter
 * the kernel for them: see traps.c. Programs of the x32 ABI have the same code,
 * as for the system calls that the functions themselves make.
 */

#include <linux/linkage.h>
#include <asm/dwarf2.h>
#include <asm/errno.h>
#include <asm/unistd.h>

	.section .rodata, "a"
	.balign	4
SYM_DATA_START(vdso_real_calls)
	.previous

/* An entry of the list: offsets from the place where they stand. */
.macro real_call name
	.pushsection .rodata, "a"
	.long	__vdso_\name - .
	.long	real_\name - .
	.popsection
.endm

.macro make_call name nr
	real_call \name
SYM_FUNC_START_LOCAL(real_\name)
	CFI_STARTPROC
	movl	$\nr, %eax
	syscall
	RET
	CFI_ENDPROC
SYM_FUNC_END(real_\name)
.endm

	.text
	make_call clock_getres	__NR_clock_getres
	make_call clock_gettime	__NR_clock_gettime
	make_call getcpu	__NR_getcpu
	make_call gettimeofday	__NR_gettimeofday
	make_call time		__NR_time

#ifdef CONFIG_VDSO_GETRANDOM
/* Of nothing, a length of -1 asks for the form of a state; who gets none has none. */
	real_call getrandom
SYM_FUNC_START_LOCAL(real_getrandom)
	CFI_STARTPROC
	cmpq	$-1, %r8
	jne	1f
	movl	%edx, %eax
	orq	%rdi, %rax
	orq	%rsi, %rax
	jz	2f
1:	movl	$__NR_getrandom, %eax
	syscall
	RET
2:	movq	$-ENOSYS, %rax
	RET
	CFI_ENDPROC
SYM_FUNC_END(real_getrandom)
#endif

	.section .rodata, "a"
SYM_DATA_END_LABEL(vdso_real_calls, SYM_L_GLOBAL, vdso_real_calls_end)
	.previous
