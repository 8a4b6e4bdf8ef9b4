// SPDX-License-Identifier: GPL-2.0-only
/*
 * Processes: programs, clone, wait, limits, scheduling.
 */
#include <linux/sched.h>
#include <sched.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include "consts.gen.h"
#include "sctrace.h"

/* --------------------------------- programs ------------------------------- */

static void put_list_address(struct text *t, const struct syscall_trace_block *b)
{
	put_hex(t, b->addr);
}

/* ["ls", "-l"]; at most -s elements unless nothing is abbreviated. */
static void put_strings(struct text *t, struct call *c, const struct syscall_trace_block *b)
{
	unsigned int n = 0;

	put_c(t, '[');
	for (b = next_block(b, c->in_end); b; b = next_block(b, c->in_end)) {
		if (b->kind == SYSCALL_TRACE_LIST_END) {
			if (b->flags & SYSCALL_TRACE_MORE)
				put_s(t, n ? ", ..." : "...");
			break;
		}
		if (n++)
			put_s(t, ", ");
		if (abbreviated(c) && n > opt.string_limit) {
			put_s(t, "...");
			break;
		}
		if (b->kind == SYSCALL_TRACE_BYTES)
			put_string(t, b + 1, b->len, b->flags & SYSCALL_TRACE_MORE, STR_NUL);
		else
			put_list_address(t, b);
	}
	put_c(t, ']');
}

void p_argv(struct text *t, struct call *c, unsigned int arg, const void *param)
{
	const struct syscall_trace_block *b = c->in[arg];

	(void)param;
	if (b && b->kind == SYSCALL_TRACE_LIST)
		put_strings(t, c, b);
	else
		put_addr(t, c->args[arg]);
}

#define MAX_STRINGS	(1U << 20)	/* more than execve() takes */

/* How many there are: the record may end before they do. */
static unsigned int count_strings(struct call *c, unsigned int arg, bool *more)
{
	const struct syscall_trace_block *b = c->in[arg];
	size_t size = is_native(c) ? 8 : 4, len, i;
	unsigned int n = 0;
	char buf[4096];

	*more = false;
	for (b = next_block(b, c->in_end); b; b = next_block(b, c->in_end)) {
		if (b->kind == SYSCALL_TRACE_LIST_END)
			break;
		n++;
	}
	if (!b || !(b->flags & SYSCALL_TRACE_MORE))
		return n;
	*more = true;
	while (n < MAX_STRINGS) {
		len = read_some(c, c->args[arg] + n * size, buf, sizeof(buf));
		for (i = 0; i + size <= len; i += size, n++)
			if (!memcmp(buf + i, "\0\0\0\0\0\0\0", size)) {
				*more = false;
				return n;
			}
		if (len < size)
			break;
	}
	return n;
}

void p_envp(struct text *t, struct call *c, unsigned int arg, const void *param)
{
	const struct syscall_trace_block *b = c->in[arg];
	unsigned int n;
	bool more;

	if (!abbreviated(c)) {
		p_argv(t, c, arg, param);
		return;
	}
	put_addr(t, c->args[arg]);
	if (!b || b->kind != SYSCALL_TRACE_LIST)
		return;
	n = count_strings(c, arg, &more);
	put_f(t, " /* %u var%s%s */", n, n == 1 ? "" : "s", more ? ", unterminated" : "");
}

/* ---------------------------------- clone --------------------------------- */

static void put_clone_flags(struct text *t, uint64_t flags, const struct symtab *tab,
			    bool has_signal)
{
	uint64_t sig = has_signal ? flags & 0xff : 0;
	uint64_t rest = flags & ~sig;

	if (rest || !sig)
		put_flags(t, tab, rest);
	if (!sig || opt.style == STYLE_RAW)
		return;
	if (rest)
		put_c(t, '|');
	put_signal(t, sig);
}

/* x86-64: flags, stack, parent_tid, child_tid, tls */
void p_clone(struct text *t, struct call *c, unsigned int arg, const void *param)
{
	uint64_t flags = c->args[0];

	(void)arg;
	(void)param;
	put_s(t, "child_stack=");
	put_addr(t, c->args[1]);
	put_s(t, ", flags=");
	put_clone_flags(t, flags, &sym_clone_flags, true);
	if (flags & (CLONE_PARENT_SETTID | CLONE_PIDFD)) {
		const int *tid = out_struct(c, 2, sizeof(int));

		put_s(t, flags & CLONE_PARENT_SETTID ? ", parent_tid=" : ", pidfd=");
		if (tid)
			put_f(t, "[%d]", *tid);
		else
			put_addr(t, c->args[2]);
	}
	if (flags & CLONE_SETTLS) {
		put_s(t, ", tls=");
		put_addr(t, c->args[4]);
	}
	if (flags & (CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID)) {
		put_s(t, ", child_tidptr=");
		put_addr(t, c->args[3]);
	}
}

static const struct clone_args *clone_args_of(const struct call *c)
{
	return in_struct(c, 0, CLONE_ARGS_SIZE_VER0);
}

static void put_clone3_tids(struct text *t, const struct clone_args *a, size_t size)
{
	if (size < CLONE_ARGS_SIZE_VER1 || (!a->set_tid && !a->set_tid_size))
		return;
	put_s(t, ", set_tid=");
	put_addr(t, a->set_tid);
	put_f(t, ", set_tid_size=%llu", (unsigned long long)a->set_tid_size);
}

void p_clone3(struct text *t, struct call *c, unsigned int arg, const void *param)
{
	const struct clone_args *a = clone_args_of(c);

	(void)param;
	if (!a) {
		put_addr(t, c->args[arg]);
		return;
	}
	put_s(t, "{flags=");
	put_clone_flags(t, a->flags, &sym_clone3_flags, false);
	if (a->flags & CLONE_PIDFD) {
		put_s(t, ", pidfd=");
		put_addr(t, a->pidfd);
	}
	if (a->flags & (CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID)) {
		put_s(t, ", child_tid=");
		put_addr(t, a->child_tid);
	}
	if (a->flags & CLONE_PARENT_SETTID) {
		put_s(t, ", parent_tid=");
		put_addr(t, a->parent_tid);
	}
	put_s(t, ", exit_signal=");
	if (a->exit_signal)
		put_signal(t, a->exit_signal);
	else
		put_c(t, '0');
	put_s(t, ", stack=");
	put_addr(t, a->stack);
	put_s(t, ", stack_size=");
	put_hex(t, a->stack_size);
	if (a->flags & CLONE_SETTLS) {
		put_s(t, ", tls=");
		put_addr(t, a->tls);
	}
	put_clone3_tids(t, a, c->args[1]);
	if (!(a->flags & CLONE_INTO_CGROUP))
		put_c(t, '}');
	else
		put_f(t, ", cgroup=%llu}", (unsigned long long)a->cgroup);
}

/* The kernel has written the number of the new thread where it was told to. */
void p_clone3_out(struct text *t, struct call *c, unsigned int arg, const void *param)
{
	const struct clone_args *a = clone_args_of(c);

	(void)param;
	if (a && !c->failed && (a->flags & CLONE_PARENT_SETTID))
		put_f(t, " => {parent_tid=[%d]}", (int)c->ret);
	put_s(t, ", ");
	put_uint(t, c->args[arg]);
}

/* ----------------------------------- wait --------------------------------- */

static void put_wait_status(struct text *t, int s)
{
	if (opt.style == STYLE_RAW) {
		put_hex(t, (uint32_t)s);
		return;
	}
	if (opt.style == STYLE_VERBOSE)
		put_f(t, "%#x /* ", s);
	if (WIFEXITED(s)) {
		put_f(t, "{WIFEXITED(s) && WEXITSTATUS(s) == %d", WEXITSTATUS(s));
	} else if (WIFSIGNALED(s)) {
		put_s(t, "{WIFSIGNALED(s) && WTERMSIG(s) == ");
		put_signal(t, WTERMSIG(s));
		if (WCOREDUMP(s))
			put_s(t, " && WCOREDUMP(s)");
	} else if (WIFSTOPPED(s)) {
		put_s(t, "{WIFSTOPPED(s) && WSTOPSIG(s) == ");
		put_signal(t, WSTOPSIG(s));
	} else if (WIFCONTINUED(s)) {
		put_s(t, "{WIFCONTINUED(s)");
	} else {
		put_f(t, "{%#x", s);
	}
	put_c(t, '}');
	if (opt.style == STYLE_VERBOSE)
		put_s(t, " */");
}

void p_wait_status(struct text *t, struct call *c, unsigned int arg, const void *param)
{
	const int *status = out_struct(c, arg, sizeof(int));

	(void)param;
	if (!status || !c->ret) {
		put_addr(t, c->args[arg]);
		return;
	}
	put_c(t, '[');
	put_wait_status(t, *status);
	put_c(t, ']');
}

void p_rusage(struct text *t, struct call *c, unsigned int arg, const void *param)
{
	const struct rusage *r = out_struct(c, arg, sizeof(*r));

	(void)param;
	if (!r || (c->ret == 0 && !strcmp(c->name, "wait4"))) {
		put_addr(t, c->args[arg]);
		return;
	}
	put_s(t, "{ru_utime=");
	put_timespec(t, (const int64_t *)&r->ru_utime, "usec");
	put_s(t, ", ru_stime=");
	put_timespec(t, (const int64_t *)&r->ru_stime, "usec");
	if (abbreviated(c)) {
		put_s(t, ", ...}");
		return;
	}
	put_f(t, ", ru_maxrss=%ld, ru_ixrss=%ld, ru_idrss=%ld, ru_isrss=%ld, ru_minflt=%ld",
	      r->ru_maxrss, r->ru_ixrss, r->ru_idrss, r->ru_isrss, r->ru_minflt);
	put_f(t, ", ru_majflt=%ld, ru_nswap=%ld, ru_inblock=%ld, ru_oublock=%ld, ru_msgsnd=%ld",
	      r->ru_majflt, r->ru_nswap, r->ru_inblock, r->ru_oublock, r->ru_msgsnd);
	put_f(t, ", ru_msgrcv=%ld, ru_nsignals=%ld, ru_nvcsw=%ld, ru_nivcsw=%ld}", r->ru_msgrcv,
	      r->ru_nsignals, r->ru_nvcsw, r->ru_nivcsw);
}

/* ---------------------------------- limits -------------------------------- */

static void put_limit(struct text *t, uint64_t v)
{
	if (v == RLIM64_INFINITY && opt.style != STYLE_RAW)
		put_s(t, "RLIM64_INFINITY");
	else if (v > 1024 && v % 1024 == 0)
		put_f(t, "%llu*1024", (unsigned long long)v / 1024);
	else
		put_uint(t, v);
}

static void put_rlimit(struct text *t, struct call *c, unsigned int arg, const uint64_t *v)
{
	if (!v) {
		put_addr(t, c->args[arg]);
		return;
	}
	put_s(t, "{rlim_cur=");
	put_limit(t, v[0]);
	put_s(t, ", rlim_max=");
	put_limit(t, v[1]);
	put_c(t, '}');
}

void p_rlimit(struct text *t, struct call *c, unsigned int arg, const void *param)
{
	(void)param;
	put_rlimit(t, c, arg, in_struct(c, arg, 16));
}

void p_rlimit_out(struct text *t, struct call *c, unsigned int arg, const void *param)
{
	(void)param;
	put_rlimit(t, c, arg, out_struct(c, arg, 16));
}

/* -------------------------------- scheduling ------------------------------ */

static void put_cpus(struct text *t, struct call *c, unsigned int arg, const unsigned char *set,
		     size_t len)
{
	unsigned int cpu, n = 0;

	if (!set) {
		put_addr(t, c->args[arg]);
		return;
	}
	put_c(t, '[');
	for (cpu = 0; cpu < len * 8; cpu++) {
		if (!(set[cpu / 8] >> (cpu % 8) & 1))
			continue;
		if (n++)
			put_c(t, ' ');
		put_uint(t, cpu);
	}
	put_c(t, ']');
}

void p_cpuset(struct text *t, struct call *c, unsigned int arg, const void *param)
{
	size_t len = 0;
	const void *set = in_data(c, arg, &len);

	(void)param;
	put_cpus(t, c, arg, set, len);
}

void p_cpuset_out(struct text *t, struct call *c, unsigned int arg, const void *param)
{
	size_t len = 0;
	const void *set = out_data(c, arg, &len);

	(void)param;
	put_cpus(t, c, arg, set, len);
}

static void put_param(struct text *t, struct call *c, unsigned int arg, const int *priority)
{
	if (priority)
		put_f(t, "[%d]", *priority);
	else
		put_addr(t, c->args[arg]);
}

void p_sched_param(struct text *t, struct call *c, unsigned int arg, const void *param)
{
	(void)param;
	put_param(t, c, arg, in_struct(c, arg, sizeof(int)));
}

void p_sched_param_out(struct text *t, struct call *c, unsigned int arg, const void *param)
{
	(void)param;
	put_param(t, c, arg, out_struct(c, arg, sizeof(int)));
}

#define RESET_ON_FORK	0x40000000U

void p_sched_policy_result(struct text *t, struct call *c, unsigned int arg, const void *param)
{
	(void)t;
	(void)arg;
	(void)param;
	if (!c->failed)
		c->suffix = sym_name(&sym_sched_policies, c->ret & ~(int64_t)RESET_ON_FORK);
}

/* --------------------------------- identities ----------------------------- */

void p_ids_out(struct text *t, struct call *c, unsigned int arg, const void *param)
{
	const uint32_t *id = out_struct(c, arg, 4);

	(void)param;
	if (id)
		put_f(t, "[%u]", *id);
	else
		put_addr(t, c->args[arg]);
}

static void put_groups(struct text *t, struct call *c, unsigned int arg, const uint32_t *ids,
		       size_t nr)
{
	size_t i;

	if (!ids) {
		put_addr(t, c->args[arg]);
		return;
	}
	put_c(t, '[');
	for (i = 0; i < nr; i++) {
		if (i)
			put_s(t, ", ");
		if (abbreviated(c) && i >= opt.string_limit) {
			put_s(t, "...");
			break;
		}
		put_uint(t, ids[i]);
	}
	put_c(t, ']');
}

void p_groups(struct text *t, struct call *c, unsigned int arg, const void *param)
{
	size_t len = 0;
	const void *ids = in_data(c, arg, &len);

	(void)param;
	put_groups(t, c, arg, len || !c->args[0] ? ids : NULL, len / 4);
}

void p_groups_out(struct text *t, struct call *c, unsigned int arg, const void *param)
{
	size_t len = 0;
	const void *ids = out_data(c, arg, &len);

	(void)param;
	if (!ids && !c->failed && c->args[0] && c->args[arg])
		put_s(t, "[]");
	else
		put_groups(t, c, arg, ids, len / 4);
}

void p_personality(struct text *t, struct call *c, unsigned int arg, const void *param)
{
	uint32_t v = c->args[arg];

	(void)param;
	if (v == 0xffffffff)
		put_hex(t, v);
	else
		put_more_flags(t, sym_name(&sym_personalities, v & 0xff), &sym_personality_flags,
			       v & ~0xffU, v);
}

void p_personality_result(struct text *t, struct call *c, unsigned int arg, const void *param)
{
	(void)t;
	(void)arg;
	(void)param;
	if (c->failed || !c->remark)
		return;
	c->remark->len = 0;
	put_more_flags(c->remark, sym_name(&sym_personalities, c->ret & 0xff),
		       &sym_personality_flags, c->ret & ~0xffULL, c->ret);
	put_c(c->remark, 0);
	c->suffix = c->remark->data;
}
