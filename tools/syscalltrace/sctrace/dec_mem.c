// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory: mmap and its like.
 */
#include <string.h>
#include <sys/mman.h>
#include <sys/sem.h>
#include "consts.gen.h"
#include "sctrace.h"

#define TYPE_MASK	0xfU
#define HUGE_SHIFT	26
#define HUGE_MASK	0x3fU

void p_mmap_flags(struct text *t, struct call *c, unsigned int arg, const void *param)
{
	uint32_t flags = c->args[arg];
	uint32_t huge = flags & MAP_HUGETLB ? flags >> HUGE_SHIFT & HUGE_MASK : 0;

	(void)param;
	put_more_flags(t, sym_name(&sym_mmap_type, flags & TYPE_MASK), &sym_mmap_flags,
		       flags & ~TYPE_MASK & ~(huge << HUGE_SHIFT), flags);
	if (huge && opt.style == STYLE_ABBREV)
		put_f(t, "|%u<<MAP_HUGE_SHIFT", huge);
}

void p_mremap_new(struct text *t, struct call *c, unsigned int arg, const void *param)
{
	(void)param;
	if (!(c->args[arg - 1] & (MREMAP_FIXED | 4)))
		return;
	put_s(t, ", ");
	put_addr(t, c->args[arg]);
}

void p_mincore(struct text *t, struct call *c, unsigned int arg, const void *param)
{
	size_t len, i;
	const unsigned char *v = out_data(c, arg, &len);

	(void)param;
	if (!v) {
		put_addr(t, c->args[arg]);
		return;
	}
	put_c(t, '[');
	for (i = 0; i < len; i++) {
		if (i)
			put_s(t, ", ");
		if (abbreviated(c) && i >= opt.string_limit) {
			put_s(t, "...");
			break;
		}
		put_c(t, v[i] & 1 ? '1' : '0');
	}
	put_c(t, ']');
}

void p_ipc_key(struct text *t, struct call *c, unsigned int arg, const void *param)
{
	uint32_t key = c->args[arg];

	(void)param;
	if (key || opt.style == STYLE_RAW)
		put_hex(t, key);
	else
		put_s(t, opt.style == STYLE_VERBOSE ? "0 /* IPC_PRIVATE */" : "IPC_PRIVATE");
}

void p_ipc_mode(struct text *t, struct call *c, unsigned int arg, const void *param)
{
	uint32_t flags = c->args[arg];

	(void)param;
	if (flags & ~0777U) {
		put_flags(t, strcmp(c->name, "shmget") ? &sym_ipc_flags : &sym_shm_get_flags,
			  flags & ~0777U);
		put_c(t, '|');
	}
	put_f(t, "%#03o", flags & 0777);
}

struct sembuf_words {
	uint16_t num;
	int16_t op, flags;
};

void p_sembufs(struct text *t, struct call *c, unsigned int arg, const void *param)
{
	unsigned int i, nr = c->args[arg + 1];
	const struct sembuf_words *s = in_struct(c, arg, nr * sizeof(*s));

	(void)param;
	if (!s) {
		put_addr(t, c->args[arg]);
		return;
	}
	put_c(t, '[');
	for (i = 0; i < nr; i++) {
		put_f(t, "%s{sem_num=%u, sem_op=%d, sem_flg=", i ? ", " : "", s[i].num, s[i].op);
		if (s[i].flags & SEM_UNDO)
			put_s(t, s[i].flags & IPC_NOWAIT ? "SEM_UNDO|IPC_NOWAIT" : "SEM_UNDO");
		else
			put_flags(t, &sym_ipc_flags, (uint16_t)s[i].flags);
		put_c(t, '}');
	}
	put_c(t, ']');
}

void p_semctl(struct text *t, struct call *c, unsigned int arg, const void *param)
{
	uint32_t cmd = c->args[arg];

	(void)param;
	put_enum(t, &sym_sem_cmds, cmd);
	if (cmd == SETVAL)
		put_f(t, ", %d", (int)c->args[arg + 1]);
	else if (cmd != IPC_RMID && cmd != GETPID && cmd != GETVAL && cmd != GETNCNT &&
		 cmd != GETZCNT)
		put_f(t, ", %#llx", (unsigned long long)c->args[arg + 1]);
}
