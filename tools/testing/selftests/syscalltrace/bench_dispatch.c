// SPDX-License-Identifier: GPL-2.0
/*
 * Syscall User Dispatch, for the benchmark: each call of the program becomes a SIGSYS,
 * whose handler makes the call.
 */
#include "bench.h"

#include <ucontext.h>

#ifndef PR_SET_SYSCALL_USER_DISPATCH
#define PR_SET_SYSCALL_USER_DISPATCH	59
#define PR_SYS_DISPATCH_ON		1
#endif
#define SELECTOR_BLOCK			1	/* SYSCALL_DISPATCH_FILTER_BLOCK */
#define KERNEL_SA_RESTORER		0x04000000

struct kernel_sigaction {
	void (*handler)(int sig, siginfo_t *info, void *context);
	unsigned long flags;
	void (*restorer)(void);
	unsigned long mask;
};

/* Code that makes calls while they are blocked is in this section. */
#define MAY_CALL	__attribute__((section("may_call"), noinline, noclone))
extern const char __start_may_call[], __stop_may_call[];

static volatile char selector;

MAY_CALL static void make_call(int sig, siginfo_t *info, void *context)
{
	greg_t *regs = ((ucontext_t *)context)->uc_mcontext.gregs;

	(void)sig;
	(void)info;
	regs[REG_RAX] = raw(regs[REG_RAX], regs[REG_RDI], regs[REG_RSI], regs[REG_RDX]);
}

/* glibc's own is elsewhere. */
void return_from_make_call(void);
asm(".pushsection may_call, \"ax\"\n\t"
	"return_from_make_call:\n\t"
	"mov $15, %eax\n\t"		/* rt_sigreturn */
	"syscall\n\t"
	"nop\n\t"			/* behind it, and still in the section */
	".popsection");

/* From now on; for its end the program needs a call that the handler can make, too. */
void dispatch_calls(void)
{
	struct kernel_sigaction sa = {
		.handler = make_call,
		.flags = SA_SIGINFO | KERNEL_SA_RESTORER,
		.restorer = return_from_make_call,
	};

	if (syscall(SYS_rt_sigaction, SIGSYS, &sa, NULL, 8))
		give_up("sigaction");
	if (prctl(PR_SET_SYSCALL_USER_DISPATCH, PR_SYS_DISPATCH_ON, __start_may_call,
		  __stop_may_call - __start_may_call, &selector))
		give_up("PR_SET_SYSCALL_USER_DISPATCH");
	selector = SELECTOR_BLOCK;
}
