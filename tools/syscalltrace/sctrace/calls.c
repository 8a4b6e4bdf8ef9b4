// SPDX-License-Identifier: GPL-2.0-only
/*
 * A call as the kernel tells it, and its arguments and result as text.
 */
#include <stdlib.h>
#include <string.h>
#include "consts.gen.h"
#include "sctrace.h"

/* ----------------------------------- blocks ------------------------------- */

const struct syscall_trace_block *next_block(const struct syscall_trace_block *b, const void *end)
{
	const char *next = (const char *)(b + 1) + ((b->len + 7UL) & ~7UL);

	return next < (const char *)end ? (const void *)next : NULL;
}

static const void *data_of(const struct syscall_trace_block *b, size_t *len)
{
	if (!b || b->kind != SYSCALL_TRACE_BYTES)
		return NULL;
	*len = b->len;
	return b + 1;
}

const void *in_data(const struct call *c, unsigned int arg, size_t *len)
{
	return data_of(c->in[arg], len);
}

const void *out_data(const struct call *c, unsigned int arg, size_t *len)
{
	return data_of(c->out[arg], len);
}

/* Programs of 32 bits have other structs: those are printed as addresses, as without verbose. */
bool is_native(const struct call *c)
{
	return c->abi == SYSCALL_TRACE_ABI_X86_64;
}

static bool shows_structs(const struct call *c)
{
	return is_native(c) && set_includes(&opt.verbose, c->abi, c->nr);
}

const void *in_struct(const struct call *c, unsigned int arg, size_t len)
{
	size_t have;
	const void *data = in_data(c, arg, &have);

	return data && have >= len && shows_structs(c) ? data : NULL;
}

const void *out_struct(const struct call *c, unsigned int arg, size_t len)
{
	size_t have;
	const void *data = out_data(c, arg, &have);

	return data && have >= len && shows_structs(c) ? data : NULL;
}

bool read_memory(const struct call *c, uint64_t addr, void *buf, size_t len)
{
	return c->stopped && sct_read_memory(c->tid, addr, buf, len) == (ssize_t)len;
}

size_t read_some(const struct call *c, uint64_t addr, void *buf, size_t len)
{
	ssize_t n = c->stopped ? sct_read_memory(c->tid, addr, buf, len) : 0;

	return n > 0 ? n : 0;
}

bool abbreviated(const struct call *c)
{
	return set_includes(&opt.abbrev, c->abi, c->nr);
}

/* ------------------------------ what a call is ---------------------------- */

/* Printers for what calls.tbl does not have. */
static const struct printer by_kind[] = {
	[SCT_FD] = { .print = p_fd }, [SCT_INT] = { .print = p_int },
	[SCT_UINT] = { .print = p_uint }, [SCT_LONG] = { .print = p_long },
	[SCT_SIZE] = { .print = p_ulong }, [SCT_FLAGS] = { .print = p_hex32 },
	[SCT_LFLAGS] = { .print = p_hex }, [SCT_MODE] = { .print = p_mode },
	[SCT_PTR] = { .print = p_addr }, [SCT_ANY] = { .print = p_addr },
	[SCT_PATH] = { .print = p_path }, [SCT_STR] = { .print = p_str_arg },
	[SCT_BYTES] = { .print = p_buf }, [SCT_STRV] = { .print = p_argv },
	[SCT_IOV] = { .print = p_addr }, [SCT_MSG] = { .print = p_addr },
	[SCT_MMSG] = { .print = p_addr }, [SCT_IOCTL] = { .print = p_addr },
};

/* By what the kernel's table says of this call with these arguments. */
static void fill_from_description(struct sysent *e, const struct sct_call *d)
{
	static const enum result_kind results[] = {
		[SCT_RESULT_INT] = RESULT_INT, [SCT_RESULT_SIZE] = RESULT_INT,
		[SCT_RESULT_FD] = RESULT_FD, [SCT_RESULT_ADDR] = RESULT_HEX,
	};
	unsigned int i;

	e->name = d->name;
	e->nr = d->nr_args;
	e->result = results[d->result];
	for (i = 0; i < d->nr_args; i++) {
		e->args[i] = by_kind[d->args[i].kind];
		if (d->args[i].kind == SCT_BYTES && !(d->args[i].flags & SCT_IN)) {
			e->args[i].print = p_outbuf;
			e->args[i].late = true;
		}
	}
}

/* "mmap" of i386 is another call; there are none like it. */
static const struct sysent *in_table(unsigned int abi, const char *name)
{
	unsigned int i;

	if (abi == SYSCALL_TRACE_ABI_I386 && (!strcmp(name, "mmap") || !strcmp(name, "clone") ||
					      !strcmp(name, "select")))
		return NULL;
	for (i = 0; i < nr_sysents; i++)
		if (!strcmp(sysents[i].name, name))
			return &sysents[i];
	return NULL;
}

static void fill_unknown(struct sysent *e, unsigned int nr)
{
	static char name[32];
	unsigned int i;

	snprintf(name, sizeof(name), "syscall_%#x", nr);
	e->name = name;
	e->nr = 6;
	e->result = RESULT_INT;
	for (i = 0; i < 6; i++)
		e->args[i] = (struct printer){ .print = p_raw };
}

const struct sysent *find_sysent(unsigned int abi, unsigned int nr,
				 const struct syscall_trace_record *record)
{
	static const struct sysent *known[NR_ABIS][NR_CALLS];
	const char *name = sct_name(abi, nr);
	static struct sysent made;
	const struct sysent *e;
	struct sct_call d;

	if (nr < NR_CALLS && known[abi][nr])
		return known[abi][nr];
	e = name ? in_table(abi, name) : NULL;
	if (e && nr < NR_CALLS)
		known[abi][nr] = e;
	if (e)
		return e;
	memset(&made, 0, sizeof(made));
	if (name && sct_describe(record, &d))
		fill_from_description(&made, &d);
	else
		fill_unknown(&made, nr);
	return &made;
}

static void find_blocks(struct call *c, const struct syscall_trace_record *r, unsigned int nr_in)
{
	const struct syscall_trace_block *b = NULL;
	unsigned int i, depth = 0;

	for (i = 0; i < r->nr_blocks; i++) {
		const struct syscall_trace_block **first;

		b = sct_block(r, b);
		if (!b)
			return;
		first = i < nr_in ? &c->in[b->arg] : &c->out[b->arg];
		if (!*first && !depth)
			*first = b;
		depth += b->kind == SYSCALL_TRACE_LIST || b->kind == SYSCALL_TRACE_STRUCT;
		depth -= b->kind == SYSCALL_TRACE_LIST_END || b->kind == SYSCALL_TRACE_STRUCT_END;
	}
}

void make_call(struct call *c, const struct syscall_trace_record *record,
	       const struct syscall_trace_record *entry)
{
	const struct syscall_trace_record *first = entry ? entry : record;

	memset(c, 0, offsetof(struct call, note));
	c->tid = record->tid;
	c->abi = first->abi;
	c->nr = first->nr;
	c->args = (const uint64_t *)first->args;
	c->ent = find_sysent(c->abi, c->nr, first);
	c->name = c->ent->name;
	c->in_end = (const char *)first + first->size;
	c->out_end = (const char *)record + record->size;
	if (entry)
		find_blocks(c, entry, entry->nr_blocks);
	if (record->type == SYSCALL_TRACE_ENTRY)
		find_blocks(c, record, record->nr_blocks);
	else if (record->type == SYSCALL_TRACE_LOG)
		find_blocks(c, record, record->nr_in);
	else
		find_blocks(c, record, 0);
	if (record->type == SYSCALL_TRACE_ENTRY)
		return;
	c->over = true;
	c->ret = record->ret;
	c->gone = record->type == SYSCALL_TRACE_LOG &&
		  record->duration == SYSCALL_TRACE_NO_RESULT;
	c->failed = !c->gone && c->ret < 0 && c->ret >= -4095;
	c->time = record->time;
	c->duration = record->duration;
}

/* --------------------------------- as text -------------------------------- */

static bool is_raw(const struct call *c)
{
	return set_includes(&opt.raw, c->abi, c->nr);
}

unsigned int print_args(struct text *t, struct call *c, unsigned int from)
{
	const struct sysent *e = c->ent;
	bool raw = is_raw(c);
	unsigned int i;

	for (i = from; i < e->nr; i++) {
		if (e->args[i].late && !c->over && !raw) {
			if (i && !e->args[i].bare)
				put_mem(t, ", ", 2);
			break;
		}
		if (i && (i > from || !from) && !(e->args[i].bare && !raw))
			put_mem(t, ", ", 2);
		if (raw && i < 6)
			p_raw(t, c, i, NULL);
		else
			e->args[i].print(t, c, i < 6 ? i : 5, e->args[i].param);
	}
	return i;
}

static void put_failure(struct text *t, const struct call *c)
{
	int err = -c->ret;
	const char *name = error_name(err);

	if (err >= 512 && err <= 516) {
		put_s(t, "? ");
		put_s(t, name ? name : "ERESTART_???");
	} else {
		put_s(t, "-1 ");
		if (opt.style == STYLE_RAW)
			put_int(t, err);
		else if (name)
			put_s(t, name);
		else
			put_f(t, "ERRNO_%d", err);
	}
	if (!name && err >= 512)
		return;
	put_s(t, " (");
	put_s(t, error_sentence(err));
	put_c(t, ')');
}

static void put_value(struct text *t, struct call *c)
{
	bool narrow = c->abi == SYSCALL_TRACE_ABI_I386;

	if (is_raw(c)) {
		put_hex(t, c->ret);
		return;
	}
	switch (c->ent->result) {
	case RESULT_HEX:
		put_hex(t, narrow ? (uint32_t)c->ret : (uint64_t)c->ret);
		break;
	case RESULT_OCT:
		put_f(t, "%#03o", (unsigned int)c->ret);
		break;
	case RESULT_FD:
		put_fd(t, c, c->ret);
		break;
	case RESULT_PID:
		put_pid(t, c->ret);
		break;
	default:
		put_int(t, c->ret);
	}
}

void print_result(struct text *t, struct call *c)
{
	if (c->gone || (c->ent->result == RESULT_INT && !strncmp(c->name, "exit", 4))) {
		put_c(t, '?');
		return;
	}
	if (c->failed) {
		put_failure(t, c);
	} else if (c->suffix && !strncmp(c->suffix, "=", 1)) {
		/* The printer of an argument knows the result's form. */
		put_s(t, c->suffix + 1);
	} else {
		put_value(t, c);
		if (c->suffix) {
			put_s(t, " (");
			put_s(t, c->suffix);
			put_c(t, ')');
		}
	}
	if (c->injected)
		put_s(t, " (INJECTED)");
}
