// SPDX-License-Identifier: GPL-2.0-only
/*
 * Signals: sets, handlers, what comes with them.
 */
#include <signal.h>
#include <string.h>
#include <unistd.h>
#include "consts.gen.h"
#include "sctrace.h"

/* As the kernel has it; the C library's is another. */
struct kernel_sigaction {
	uint64_t handler, flags, restorer, mask;
};

#define RESTORER_FLAG	0x04000000UL

static void put_short_name(struct text *t, unsigned int sig)
{
	const char *name = sym_name(&sym_signals, sig);

	if (name)
		put_s(t, name + 3);
	else if (sig == 32)
		put_s(t, "RTMIN");
	else
		put_f(t, "RT_%u", sig - 32);
}

/* A set of more than two thirds is shown by what is not in it. */
void put_sigset(struct text *t, const void *mask, size_t len)
{
	unsigned int sig, n = 0, have;
	uint64_t set = 0;

	memcpy(&set, mask, len < sizeof(set) ? len : sizeof(set));
	have = __builtin_popcountll(set);
	if (have >= 64 * 2 / 3) {
		put_c(t, '~');
		set = ~set;
	}
	put_c(t, '[');
	for (sig = 1; sig < NR_SIGNALS; sig++) {
		if (!(set >> (sig - 1) & 1))
			continue;
		if (n++)
			put_c(t, ' ');
		put_short_name(t, sig);
	}
	put_c(t, ']');
}

static void put_set_or_addr(struct text *t, struct call *c, unsigned int arg, const void *set,
			    size_t len)
{
	if (set)
		put_sigset(t, set, len);
	else
		put_addr(t, c->args[arg]);
}

void p_sigset(struct text *t, struct call *c, unsigned int arg, const void *param)
{
	size_t len = 0;
	const void *set = in_data(c, arg, &len);

	(void)param;
	put_set_or_addr(t, c, arg, set, len);
}

void p_sigset_out(struct text *t, struct call *c, unsigned int arg, const void *param)
{
	size_t len = 0;
	const void *set = out_data(c, arg, &len);

	(void)param;
	put_set_or_addr(t, c, arg, set, len);
}

static void put_action(struct text *t, struct call *c, unsigned int arg,
		       const struct kernel_sigaction *a)
{
	if (!a) {
		put_addr(t, c->args[arg]);
		return;
	}
	put_s(t, "{sa_handler=");
	if (a->handler == 0)
		put_s(t, "SIG_DFL");
	else if (a->handler == 1)
		put_s(t, "SIG_IGN");
	else if (a->handler == (uint64_t)-1)
		put_s(t, "SIG_ERR");
	else
		put_addr(t, a->handler);
	put_s(t, ", sa_mask=");
	put_sigset(t, &a->mask, sizeof(a->mask));
	put_s(t, ", sa_flags=");
	put_flags(t, &sym_sigaction_flags, a->flags);
	if (a->flags & RESTORER_FLAG) {
		put_s(t, ", sa_restorer=");
		put_addr(t, a->restorer);
	}
	put_c(t, '}');
}

void p_sigaction(struct text *t, struct call *c, unsigned int arg, const void *param)
{
	(void)param;
	put_action(t, c, arg, in_struct(c, arg, sizeof(struct kernel_sigaction)));
}

void p_sigaction_out(struct text *t, struct call *c, unsigned int arg, const void *param)
{
	(void)param;
	put_action(t, c, arg, out_struct(c, arg, sizeof(struct kernel_sigaction)));
}

/* What the program gets back is in the frame on its stack; only a stop can look there. */
void p_sigreturn(struct text *t, struct call *c, unsigned int arg, const void *param)
{
	(void)arg;
	(void)param;
	if (!c->remark || !c->remark->len || c->remark->data[0] != '{')
		return;
	put_mem(t, c->remark->data, c->remark->len);
}

/* --------------------------------- siginfo -------------------------------- */

static const struct symtab *codes_of(int sig)
{
	switch (sig) {
	case SIGCHLD:	return &sym_cld_codes;
	case SIGSEGV:	return &sym_segv_codes;
	case SIGBUS:	return &sym_bus_codes;
	case SIGFPE:	return &sym_fpe_codes;
	case SIGILL:	return &sym_ill_codes;
	case SIGTRAP:	return &sym_trap_codes;
	case SIGIO:	return &sym_poll_codes;
	}
	return NULL;
}

static void put_code(struct text *t, int sig, int code)
{
	const struct symtab *own = code > 0 && code < 0x80 ? codes_of(sig) : NULL;
	const char *name = own ? sym_name(own, code) : NULL;

	if (!name)
		name = sym_name(&sym_si_codes, (uint32_t)code);
	if (!name || opt.style == STYLE_RAW) {
		put_hex(t, (uint32_t)code);
		return;
	}
	if (opt.style == STYLE_VERBOSE)
		put_f(t, "%#x /* ", code);
	put_s(t, name);
	if (opt.style == STYLE_VERBOSE)
		put_s(t, " */");
}

static void put_cpu_ticks(struct text *t, const char *name, int64_t ticks)
{
	long rate = sysconf(_SC_CLK_TCK);

	put_f(t, ", %s=%lld", name, (long long)ticks);
	if (ticks)
		put_f(t, " /* %lld.%02lld s */", (long long)(ticks / rate),
		      (long long)(ticks % rate * 100 / rate));
}

static void put_child(struct text *t, int code, int pid, uint32_t uid, int status)
{
	put_f(t, ", si_pid=%d, si_uid=%u, si_status=", pid, uid);
	if (code == CLD_EXITED)
		put_int(t, status);
	else
		put_signal(t, status);
}

void put_siginfo(struct text *t, const void *data)
{
	const siginfo_t *info = data;

	if (!info->si_signo && !info->si_code && !info->si_errno) {
		put_s(t, "{}");
		return;
	}
	put_s(t, "{si_signo=");
	put_signal(t, info->si_signo);
	put_s(t, ", si_code=");
	put_code(t, info->si_signo, info->si_code);
	if (info->si_errno)
		put_f(t, ", si_errno=%d", info->si_errno);
	if (info->si_signo == SIGCHLD && info->si_code > 0) {
		put_child(t, info->si_code, info->si_pid, info->si_uid, info->si_status);
		put_cpu_ticks(t, "si_utime", info->si_utime);
		put_cpu_ticks(t, "si_stime", info->si_stime);
	} else if (info->si_code == SI_TIMER) {
		put_f(t, ", si_timerid=%d, si_overrun=%d, si_int=%d, si_ptr=", info->si_timerid,
		      info->si_overrun, info->si_int);
		put_addr(t, (uintptr_t)info->si_ptr);
	} else if (info->si_code <= 0) {
		put_f(t, ", si_pid=%d, si_uid=%u", info->si_pid, info->si_uid);
		if (info->si_code == SI_QUEUE || info->si_code == SI_MESGQ) {
			put_f(t, ", si_int=%d, si_ptr=", info->si_int);
			put_addr(t, (uintptr_t)info->si_ptr);
		}
	} else if (codes_of(info->si_signo) && info->si_code != SI_KERNEL) {
		put_s(t, ", si_addr=");
		put_addr(t, (uintptr_t)info->si_addr);
	}
	put_c(t, '}');
}

static void put_info_arg(struct text *t, struct call *c, unsigned int arg, const void *info)
{
	if (info)
		put_siginfo(t, info);
	else
		put_addr(t, c->args[arg]);
}

void p_siginfo(struct text *t, struct call *c, unsigned int arg, const void *param)
{
	(void)param;
	put_info_arg(t, c, arg, in_struct(c, arg, sizeof(siginfo_t)));
}

void p_siginfo_out(struct text *t, struct call *c, unsigned int arg, const void *param)
{
	(void)param;
	put_info_arg(t, c, arg, out_struct(c, arg, sizeof(siginfo_t)));
}

void p_sigwait_info(struct text *t, struct call *c, unsigned int arg, const void *param)
{
	p_siginfo_out(t, c, arg, param);
}

static void note_signal(struct call *c)
{
	struct text name = { NULL, 0, 0 };

	if (c->failed || c->ret <= 0 || !c->remark)
		return;
	put_signal(&name, c->ret);
	c->remark->len = 0;
	put_mem(c->remark, name.data, name.len);
	put_c(c->remark, 0);
	c->suffix = c->remark->data;
}

void p_sigwait_result(struct text *t, struct call *c, unsigned int arg, const void *param)
{
	(void)t;
	(void)arg;
	(void)param;
	note_signal(c);
}

static void put_stack(struct text *t, struct call *c, unsigned int arg, const stack_t *s)
{
	if (!s) {
		put_addr(t, c->args[arg]);
		return;
	}
	put_s(t, "{ss_sp=");
	put_addr(t, (uintptr_t)s->ss_sp);
	put_s(t, ", ss_flags=");
	if (s->ss_flags)
		put_enum(t, &sym_altstack_flags, (uint32_t)s->ss_flags);
	else
		put_c(t, '0');
	put_f(t, ", ss_size=%zu}", s->ss_size);
}

void p_stack(struct text *t, struct call *c, unsigned int arg, const void *param)
{
	(void)param;
	put_stack(t, c, arg, in_struct(c, arg, sizeof(stack_t)));
}

void p_stack_out(struct text *t, struct call *c, unsigned int arg, const void *param)
{
	(void)param;
	put_stack(t, c, arg, out_struct(c, arg, sizeof(stack_t)));
}

/* ------------------------------ signals that come ------------------------- */

/*
 * The times that a child took do not come with the signal, but while it has not been
 * waited for they can be read.
 */
static void put_child_times(struct text *t, int pid)
{
	unsigned long long utime, stime;
	char path[32], line[512];
	const char *p;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	f = fopen(path, "re");
	if (!f)
		return;
	if (fgets(line, sizeof(line), f)) {
		p = strrchr(line, ')');
		if (p && sscanf(p + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %llu %llu",
				&utime, &stime) == 2) {
			put_cpu_ticks(t, "si_utime", utime);
			put_cpu_ticks(t, "si_stime", stime);
		}
	}
	fclose(f);
}

void print_signal_record(struct text *t, const struct syscall_trace_record *r)
{
	int sig = r->signal.number, code = r->signal.code;

	put_s(t, "{si_signo=");
	put_signal(t, sig);
	put_s(t, ", si_code=");
	put_code(t, sig, code);
	if (sig == SIGCHLD && code > 0) {
		put_child(t, code, r->signal.pid, r->signal.uid, r->signal.value);
		put_child_times(t, r->signal.pid);
	} else if (code <= 0) {
		if (code == SI_TIMER)
			put_f(t, ", si_int=%d, si_ptr=", (int)r->signal.value);
		else
			put_f(t, ", si_pid=%d, si_uid=%u", r->signal.pid, r->signal.uid);
		if (code == SI_QUEUE || code == SI_MESGQ)
			put_f(t, ", si_int=%d, si_ptr=", (int)r->signal.value);
		if (code == SI_QUEUE || code == SI_MESGQ || code == SI_TIMER)
			put_addr(t, r->signal.value);
	} else if (codes_of(sig) && code != SI_KERNEL) {
		put_s(t, ", si_addr=");
		put_addr(t, r->signal.value);
	}
	put_c(t, '}');
}
