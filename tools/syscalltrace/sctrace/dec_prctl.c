// SPDX-License-Identifier: GPL-2.0-only
/*
 * prctl, arch_prctl, capabilities, futexes, and what tells of the system.
 */
#include <linux/capability.h>
#include <linux/futex.h>
#include <linux/prctl.h>
#include <asm/prctl.h>
#include <string.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include "consts.gen.h"
#include "sctrace.h"

/* ---------------------------------- prctl --------------------------------- */

static void put_rest(struct text *t, struct call *c, unsigned int from)
{
	for (; from < 5; from++) {
		put_s(t, ", ");
		put_hex(t, c->args[from]);
	}
}

static void put_name(struct text *t, struct call *c, bool result)
{
	size_t len;
	const char *s = result ? out_data(c, 1, &len) : in_data(c, 1, &len);

	if (!s) {
		put_addr(t, c->args[1]);
		return;
	}
	/* 16 bytes with their zero. */
	put_string(t, s, len < 15 ? len : 15, len > 15 && s[15], STR_NUL);
}

static void put_out_int(struct text *t, struct call *c, bool is_signal)
{
	const int *v = out_struct(c, 1, sizeof(int));

	if (!v) {
		put_addr(t, c->args[1]);
		return;
	}
	put_c(t, '[');
	if (is_signal && *v)
		put_signal(t, *v);
	else
		put_int(t, *v);
	put_c(t, ']');
}

static void put_vma_name(struct text *t, struct call *c)
{
	size_t len;
	const char *s = in_data(c, 4, &len);

	put_s(t, c->args[1] ? "" : "PR_SET_VMA_ANON_NAME");
	if (c->args[1])
		put_hex(t, c->args[1]);
	put_s(t, ", ");
	put_addr(t, c->args[2]);
	put_f(t, ", %llu, ", (unsigned long long)c->args[3]);
	if (s)
		put_string(t, s, len, false, STR_NUL);
	else
		put_addr(t, c->args[4]);
}

static void put_seccomp_mode(struct text *t, struct call *c)
{
	put_enum(t, &sym_seccomp_modes, c->args[1]);
	if (c->args[1] == 2) {
		put_s(t, ", ");
		put_addr(t, c->args[2]);
	}
}

static bool takes_nothing(uint32_t option)
{
	switch (option) {
	case PR_GET_KEEPCAPS: case PR_GET_SECUREBITS: case PR_GET_TIMERSLACK: case PR_GET_TIMING:
	case PR_GET_SECCOMP: case PR_GET_DUMPABLE:
		return true;
	}
	return false;
}

static void note_dumpable(struct call *c)
{
	static const char * const names[] = { "SUID_DUMP_DISABLE", "SUID_DUMP_USER",
					      "SUID_DUMP_ROOT" };

	if (!c->failed && c->ret >= 0 && c->ret < 3)
		c->suffix = names[c->ret];
}

/* The second argument, and what follows it; false if it is none of these. */
static bool put_known_option(struct text *t, struct call *c, uint32_t option)
{
	switch (option) {
	case PR_SET_NAME:
		put_name(t, c, false);
		return true;
	case PR_GET_NAME:
		put_name(t, c, true);
		return true;
	case PR_SET_PDEATHSIG:
		put_signal(t, c->args[1]);
		return true;
	case PR_GET_PDEATHSIG: case PR_GET_CHILD_SUBREAPER:
		put_out_int(t, c, option == PR_GET_PDEATHSIG);
		return true;
	case PR_SET_DUMPABLE:
		put_s(t, c->args[1] == 1 ? "SUID_DUMP_USER" : c->args[1] ? "SUID_DUMP_ROOT" :
		      "SUID_DUMP_DISABLE");
		return true;
	case PR_SET_KEEPCAPS: case PR_SET_TIMERSLACK: case PR_SET_CHILD_SUBREAPER:
		put_int(t, c->args[1]);
		return true;
	case PR_CAPBSET_READ: case PR_CAPBSET_DROP:
		put_enum(t, &sym_capabilities, c->args[1]);
		return true;
	case PR_SET_SECCOMP:
		put_seccomp_mode(t, c);
		return true;
	case PR_SET_SECUREBITS:
		put_flags(t, &sym_securebits, c->args[1]);
		return true;
	case PR_SET_NO_NEW_PRIVS: case PR_SET_THP_DISABLE:
		put_int(t, c->args[1]);
		put_rest(t, c, 2);
		return true;
	case PR_CAP_AMBIENT:
		put_enum(t, &sym_cap_ambient, c->args[1]);
		put_s(t, ", ");
		if (c->args[1] == PR_CAP_AMBIENT_CLEAR_ALL)
			put_hex(t, c->args[2]);
		else
			put_enum(t, &sym_capabilities, c->args[2]);
		put_rest(t, c, 3);
		return true;
	case PR_SET_VMA:
		put_vma_name(t, c);
		return true;
	}
	return false;
}

void p_prctl_args(struct text *t, struct call *c, unsigned int arg, const void *param)
{
	uint32_t option = c->args[0];

	(void)arg;
	(void)param;
	if (takes_nothing(option)) {
		if (option == PR_GET_DUMPABLE)
			note_dumpable(c);
		return;
	}
	put_s(t, ", ");
	if (put_known_option(t, c, option))
		return;
	put_hex(t, c->args[1]);
	put_rest(t, c, 2);
}

void p_arch_prctl_arg(struct text *t, struct call *c, unsigned int arg, const void *param)
{
	const uint64_t *v = out_struct(c, arg, 8);

	(void)param;
	if (v) {
		put_c(t, '[');
		put_hex(t, *v);
		put_c(t, ']');
	} else if (c->args[0] >= 0x2001 && c->args[0] <= 0x2003) {
		put_addr(t, c->args[arg]);
	} else {
		put_hex(t, c->args[arg]);
	}
}

/* ------------------------------- capabilities ----------------------------- */

void p_cap_header(struct text *t, struct call *c, unsigned int arg, const void *param)
{
	const struct __user_cap_header_struct *h = in_struct(c, arg, sizeof(*h));

	(void)param;
	if (!h) {
		put_addr(t, c->args[arg]);
		return;
	}
	put_s(t, "{version=");
	put_enum(t, &sym_cap_versions, h->version);
	put_f(t, ", pid=%d}", h->pid);
}

static void put_cap_set(struct text *t, uint64_t set)
{
	unsigned int i, n = 0;

	if (opt.style == STYLE_RAW || !set) {
		put_hex(t, set);
		return;
	}
	for (i = 0; i < 64; i++) {
		const char *name = sym_name(&sym_capabilities, i);

		if (!(set >> i & 1))
			continue;
		if (n++)
			put_c(t, '|');
		if (name)
			put_f(t, "1<<%s", name);
		else
			put_hex(t, 1ULL << i);
	}
}

static void put_caps(struct text *t, struct call *c, unsigned int arg,
		     const struct __user_cap_data_struct *d)
{
	if (!d) {
		put_addr(t, c->args[arg]);
		return;
	}
	put_s(t, "{effective=");
	put_cap_set(t, d[0].effective | (uint64_t)d[1].effective << 32);
	put_s(t, ", permitted=");
	put_cap_set(t, d[0].permitted | (uint64_t)d[1].permitted << 32);
	put_s(t, ", inheritable=");
	put_cap_set(t, d[0].inheritable | (uint64_t)d[1].inheritable << 32);
	put_c(t, '}');
}

void p_cap_data(struct text *t, struct call *c, unsigned int arg, const void *param)
{
	(void)param;
	put_caps(t, c, arg, in_struct(c, arg, 2 * sizeof(struct __user_cap_data_struct)));
}

void p_cap_data_out(struct text *t, struct call *c, unsigned int arg, const void *param)
{
	(void)param;
	put_caps(t, c, arg, out_struct(c, arg, 2 * sizeof(struct __user_cap_data_struct)));
}

/* ---------------------------------- futexes ------------------------------- */

void p_futex_op(struct text *t, struct call *c, unsigned int arg, const void *param)
{
	uint32_t op = c->args[arg];
	const char *name = sym_name(&sym_futex_ops, op & FUTEX_CMD_MASK);

	(void)param;
	if (opt.style != STYLE_ABBREV || !name) {
		put_hex(t, op);
		if (opt.style == STYLE_VERBOSE || (opt.style == STYLE_ABBREV && !name))
			put_f(t, " /* %s */", name ? name : "FUTEX_???");
		return;
	}
	put_s(t, name);
	if (op & FUTEX_PRIVATE_FLAG)
		put_s(t, "_PRIVATE");
	if (op & FUTEX_CLOCK_REALTIME)
		put_s(t, "|FUTEX_CLOCK_REALTIME");
}

static void put_bitset(struct text *t, uint32_t set)
{
	if (set == FUTEX_BITSET_MATCH_ANY && opt.style == STYLE_ABBREV)
		put_s(t, "FUTEX_BITSET_MATCH_ANY");
	else
		put_hex(t, set);
}

static void put_wake_op(struct text *t, uint32_t v)
{
	if (v >> 31)
		put_s(t, "FUTEX_OP_OPARG_SHIFT<<28|");
	put_enum(t, &sym_futex_wake_ops, v >> 28 & 7);
	put_f(t, "<<28|%#x<<12|", v >> 12 & 0xfff);
	put_enum(t, &sym_futex_wake_cmps, v >> 24 & 15);
	put_f(t, "<<24|%#x", v & 0xfff);
}

static void put_futex_tail(struct text *t, struct call *c, uint32_t op)
{
	put_s(t, ", ");
	switch (op) {
	case FUTEX_WAIT: case FUTEX_LOCK_PI: case FUTEX_LOCK_PI2:
		p_timespec(t, c, 3, NULL);
		break;
	case FUTEX_WAIT_BITSET:
		p_timespec(t, c, 3, NULL);
		put_s(t, ", ");
		put_bitset(t, c->args[5]);
		break;
	case FUTEX_WAKE_BITSET:
		put_bitset(t, c->args[5]);
		break;
	case FUTEX_WAIT_REQUEUE_PI:
		p_timespec(t, c, 3, NULL);
		put_s(t, ", ");
		put_addr(t, c->args[4]);
		break;
	default:
		put_uint(t, (uint32_t)c->args[3]);
		put_s(t, ", ");
		put_addr(t, c->args[4]);
		if (op == FUTEX_REQUEUE)
			break;
		put_s(t, ", ");
		if (op == FUTEX_WAKE_OP)
			put_wake_op(t, c->args[5]);
		else
			put_uint(t, (uint32_t)c->args[5]);
	}
}

void p_futex_args(struct text *t, struct call *c, unsigned int arg, const void *param)
{
	uint32_t op = c->args[1] & FUTEX_CMD_MASK;

	(void)param;
	if (op == FUTEX_LOCK_PI || op == FUTEX_LOCK_PI2) {
		p_timespec(t, c, 3, NULL);
		return;
	}
	if (op == FUTEX_UNLOCK_PI || op == FUTEX_TRYLOCK_PI) {
		if (t->len >= 2)
			t->len -= 2;	/* nothing follows */
		return;
	}
	put_uint(t, (uint32_t)c->args[arg]);
	if (op != FUTEX_WAKE && op != FUTEX_FD)
		put_futex_tail(t, c, op);
}

/* --------------------------------- the system ----------------------------- */

static void put_field(struct text *t, const char *name, const char *s)
{
	put_s(t, name);
	put_string(t, s, 65, false, STR_NUL | STR_WHOLE);
}

void p_utsname(struct text *t, struct call *c, unsigned int arg, const void *param)
{
	const struct utsname *u = out_struct(c, arg, sizeof(*u));

	(void)param;
	if (!u) {
		put_addr(t, c->args[arg]);
		return;
	}
	put_field(t, "{sysname=", u->sysname);
	put_field(t, ", nodename=", u->nodename);
	if (abbreviated(c)) {
		put_s(t, ", ...}");
		return;
	}
	put_field(t, ", release=", u->release);
	put_field(t, ", version=", u->version);
	put_field(t, ", machine=", u->machine);
	put_field(t, ", domainname=", u->domainname);
	put_c(t, '}');
}

void p_sysinfo(struct text *t, struct call *c, unsigned int arg, const void *param)
{
	const struct sysinfo *s = out_struct(c, arg, sizeof(*s));

	(void)param;
	if (!s) {
		put_addr(t, c->args[arg]);
		return;
	}
	put_f(t, "{uptime=%ld, loads=[%lu, %lu, %lu], totalram=%lu, freeram=%lu, sharedram=%lu",
	      s->uptime, s->loads[0], s->loads[1], s->loads[2], s->totalram, s->freeram,
	      s->sharedram);
	put_f(t, ", bufferram=%lu, totalswap=%lu, freeswap=%lu, procs=%u, totalhigh=%lu",
	      s->bufferram, s->totalswap, s->freeswap, s->procs, s->totalhigh);
	put_f(t, ", freehigh=%lu, mem_unit=%u}", s->freehigh, s->mem_unit);
}

void p_cpu_out(struct text *t, struct call *c, unsigned int arg, const void *param)
{
	const uint32_t *v = out_struct(c, arg, 4);

	(void)param;
	if (v)
		put_f(t, "[%u]", *v);
	else
		put_addr(t, c->args[arg]);
}

void p_ptr_out(struct text *t, struct call *c, unsigned int arg, const void *param)
{
	const uint64_t *v = out_struct(c, arg, 8);

	(void)param;
	if (!v) {
		put_addr(t, c->args[arg]);
		return;
	}
	put_c(t, '[');
	if (arg == 1)
		put_addr(t, *v);
	else
		put_uint(t, *v);
	put_c(t, ']');
}
