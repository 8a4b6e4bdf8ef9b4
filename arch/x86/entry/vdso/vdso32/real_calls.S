/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What stands in for the functions of the vDSO in processes that are to enter
 * the kernel for them: see ../traps.c.
 */

#include <linux/linkage.h>
#include <asm/dwarf2.h>
#include <asm/unistd.h>

	.section .rodata, "a"
	.balign	4
SYM_DATA_START(vdso_real_calls)
	.previous

/* The list has offsets from the place where they stand. */
.macro make_call name nr args
	.pushsection .rodata, "a"
	.long	__vdso_\name - .
	.long	real_\name - .
	.popsection
SYM_FUNC_START_LOCAL(real_\name)
	CFI_STARTPROC
	pushl	%ebx
	CFI_ADJUST_CFA_OFFSET	4
	CFI_REL_OFFSET		ebx, 0
	movl	8(%esp), %ebx
	.if \args > 1
	movl	12(%esp), %ecx
	.endif
	.if \args > 2
	movl	16(%esp), %edx
	.endif
	movl	$\nr, %eax
	int	$0x80
	popl	%ebx
	CFI_RESTORE		ebx
	CFI_ADJUST_CFA_OFFSET	-4
	RET
	CFI_ENDPROC
SYM_FUNC_END(real_\name)
.endm

	.text
	make_call clock_gettime64	__NR_ia32_clock_gettime64 2
	make_call getcpu		__NR_ia32_getcpu 3
	make_call gettimeofday		__NR_ia32_gettimeofday 2
	/* Else there is nobody to call. */
#ifdef CONFIG_COMPAT_32BIT_TIME
	make_call clock_getres		__NR_ia32_clock_getres 2
	make_call clock_gettime		__NR_ia32_clock_gettime 2
	make_call time			__NR_ia32_time 1
#endif

	.section .rodata, "a"
SYM_DATA_END_LABEL(vdso_real_calls, SYM_L_GLOBAL, vdso_real_calls_end)
	.previous
