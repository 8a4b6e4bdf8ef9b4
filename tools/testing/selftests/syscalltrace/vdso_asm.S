/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The parts of vdso_prog that cannot be C; see vdso_prog.h.
 */

#include <asm/unistd.h>

	.globl	_start, do_call, do_function, spawn, restore_signal
	.text

#ifdef __i386__

_start:
	movl	%esp, %eax
	andl	$-16, %esp
	subl	$12, %esp
	pushl	%eax
	call	run

.macro enter
	pushl	%ebp
	pushl	%ebx
	pushl	%esi
	pushl	%edi
.endm

.macro leave_and_return
	popl	%edi
	popl	%esi
	popl	%ebx
	popl	%ebp
	ret
.endm

do_call:
	enter
	movl	20(%esp), %eax
	movl	24(%esp), %edi
	movl	(%edi), %ebx
	movl	4(%edi), %ecx
	movl	8(%edi), %edx
	movl	12(%edi), %esi
	movl	20(%edi), %ebp
	movl	16(%edi), %edi
	int	$0x80
	leave_and_return

do_function:
	enter
	movl	20(%esp), %eax
	movl	24(%esp), %ecx
	pushl	16(%ecx)
	pushl	12(%ecx)
	pushl	8(%ecx)
	pushl	4(%ecx)
	pushl	(%ecx)
	movl	%esp, %ebp
	movl	$0x81111111, %ebx
	movl	$0x82222222, %esi
	movl	$0x83333333, %edi
	call	*%eax
	cmpl	%esp, %ebp
	jne	1f
	cmpl	$0x81111111, %ebx
	jne	1f
	cmpl	$0x82222222, %esi
	jne	1f
	cmpl	$0x83333333, %edi
	je	2f
1:	movl	$1, spoilt
2:	addl	$20, %esp
	leave_and_return

spawn:
	enter
	movl	20(%esp), %ebx
	movl	24(%esp), %ecx
	movl	28(%esp), %ebp
	xorl	%edx, %edx
	xorl	%esi, %esi
	xorl	%edi, %edi
	movl	$__NR_clone, %eax
	int	$0x80
	testl	%eax, %eax
	jnz	1f
	call	*%ebp
1:	leave_and_return

restore_signal:
	movl	$__NR_rt_sigreturn, %eax
	int	$0x80

#else

_start:
	movq	%rsp, %rdi
	andq	$-16, %rsp
	call	run

do_call:
	movq	%rdi, %rax
	movq	%rsi, %r11
	movq	(%r11), %rdi
	movq	8(%r11), %rsi
	movq	16(%r11), %rdx
	movq	24(%r11), %r10
	movq	32(%r11), %r8
	movq	40(%r11), %r9
	syscall
	ret

do_function:
	pushq	%rbp
	pushq	%rbx
	pushq	%r12
	pushq	%r13
	pushq	%r14
	pushq	%r15
	subq	$8, %rsp
	movq	%rdi, %rax
	movq	%rsi, %r11
	movq	(%r11), %rdi
	movq	8(%r11), %rsi
	movq	16(%r11), %rdx
	movq	24(%r11), %rcx
	movq	32(%r11), %r8
	movq	%rsp, %rbp
	movq	$-0x11111111, %rbx
	movq	$-0x22222222, %r12
	movq	$-0x33333333, %r13
	movq	$-0x44444444, %r14
	movq	$-0x55555555, %r15
	call	*%rax
	cmpq	%rsp, %rbp
	jne	1f
	cmpq	$-0x11111111, %rbx
	jne	1f
	cmpq	$-0x22222222, %r12
	jne	1f
	cmpq	$-0x33333333, %r13
	jne	1f
	cmpq	$-0x44444444, %r14
	jne	1f
	cmpq	$-0x55555555, %r15
	je	2f
1:	movl	$1, spoilt
2:	addq	$8, %rsp
	popq	%r15
	popq	%r14
	popq	%r13
	popq	%r12
	popq	%rbx
	popq	%rbp
	ret

spawn:
	movq	%rdx, %r9
	xorl	%edx, %edx
	xorl	%r10d, %r10d
	xorl	%r8d, %r8d
	movl	$__NR_clone, %eax
	syscall
	testl	%eax, %eax
	jnz	1f
	call	*%r9
1:	ret

restore_signal:
	movl	$__NR_rt_sigreturn, %eax
	syscall

#endif

	.section .note.GNU-stack, "", @progbits
