// SPDX-License-Identifier: GPL-2.0-only
/*
 * What calls read and wrote.
 *
 * Before a call the kernel shows all that it reads. Of most calls it also shows what they
 * wrote, in a record that stops nobody. The others stop behind the call, and what they
 * wrote is read from the program's memory.
 */
#include <errno.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include "screplay.h"

#define UNKNOWN_BYTES	4096	/* looked at behind an argument that is not described */
#define MAX_IOV		1024
#define SEM_GETALL	13
#define ERESTART_BLOCK	(-516)

/* As much as there is, at most @len. */
ssize_t read_memory(pid_t tid, uint64_t addr, void *data, size_t len)
{
	size_t pos = 0;
	ssize_t n;

	while (pos < len) {
		n = sct_read_memory(tid, addr + pos, (char *)data + pos, len - pos);
		if (n <= 0)
			return pos ? (ssize_t)pos : n;
		pos += n;
	}
	return pos;
}

/* ------------------------------ what it read ------------------------------- */

static void add_in(struct buf *b, const struct syscall_trace_block *block)
{
	struct scr_in *in = buf_extend(b, sizeof(*in));

	in->kind = block->kind;
	in->arg = block->arg;
	in->flags = block->flags;
	if (block->kind != SYSCALL_TRACE_BYTES)
		return;
	in->len = block->len;
	in->crc = crc32(0, sct_bytes(block), block->len);
	in->kept = block->len < SCR_KEPT ? block->len : SCR_KEPT;
	buf_add(b, sct_bytes(block), in->kept);
	buf_pad(b);
}

/* Begin a struct scr_call in @b, which is empty. */
void call_begin(struct buf *b, const struct syscall_trace_record *entry)
{
	const struct syscall_trace_block *block = NULL;
	struct scr_call *call = buf_extend(b, sizeof(*call));
	unsigned int nr = 0;

	call->nr = entry->nr;
	memcpy(call->args, entry->args, sizeof(call->args));
	while ((block = sct_block(entry, block))) {
		add_in(b, block);
		nr++;
	}
	((struct scr_call *)b->data)->nr_in = nr;
}

void describe_call(const struct scr_call *call, struct sct_call *desc)
{
	struct syscall_trace_record record = {
		.size = sizeof(record),
		.head = sizeof(record),
		.type = SYSCALL_TRACE_ENTRY,
		.nr = call->nr,
	};

	memcpy(record.args, call->args, sizeof(record.args));
	sct_describe(&record, desc);
}

/* ------------------------------ what it wrote ------------------------------ */

static void *add_out(struct buf *b, unsigned int arg, uint64_t addr, const void *data, size_t len)
{
	struct scr_out *out;
	char *to;

	/* What is longer than a record can say is more than any call writes. */
	((struct scr_call *)b->data)->nr_out++;
	out = buf_extend(b, sizeof(*out));
	out->arg = arg;
	out->addr = addr;
	out->len = len;
	to = buf_extend(b, len);
	if (data)
		memcpy(to, data, len);
	buf_pad(b);
	return to;
}

/* @addr: with SCR_ABSOLUTE where, else behind the argument */
static void add_memory(struct buf *b, const struct syscall_trace_record *r, unsigned int arg,
		       uint64_t addr, size_t len)
{
	uint64_t base = arg == SCR_ABSOLUTE ? 0 : r->args[arg];
	char *data = NULL;
	ssize_t got;

	if (!len)
		return;
	data = xrealloc(NULL, len);
	got = read_memory(r->tid, base + addr, data, len);
	if (got > 0)
		add_out(b, arg, addr, data, got);
	free(data);
}

static bool has_out(const struct sct_call *desc, unsigned int i)
{
	return desc->args[i].flags & SCT_OUT;
}

static bool is_vector(enum sct_kind kind)
{
	return kind == SCT_IOV || kind == SCT_MSG || kind == SCT_MMSG;
}

/* Blocks of a vector or message have no addresses: these are read from memory. */
void capture_shown(struct buf *b, const struct syscall_trace_record *result)
{
	const struct syscall_trace_block *block = NULL;
	struct sct_call desc;
	unsigned int depth = 0;
	uint64_t done;

	sct_describe(result, &desc);
	while ((block = sct_block(result, block))) {
		if (block->kind == SYSCALL_TRACE_LIST || block->kind == SYSCALL_TRACE_STRUCT)
			depth++;
		else if (block->kind == SYSCALL_TRACE_LIST_END ||
			 block->kind == SYSCALL_TRACE_STRUCT_END)
			depth--;
		if (block->kind != SYSCALL_TRACE_BYTES || depth || block->arg > 5 ||
		    is_vector(desc.args[block->arg].kind))
			continue;
		add_out(b, block->arg, 0, sct_bytes(block), block->len);
		if (!(block->flags & SYSCALL_TRACE_MORE) || result->type != SYSCALL_TRACE_EXIT)
			continue;
		done = block->len;
		if (desc.args[block->arg].has_length && desc.args[block->arg].length > done)
			add_memory(b, result, block->arg, done,
				   desc.args[block->arg].length - done);
	}
}

/* The first @len bytes of what a vector leads to. Returns what is left of @len. */
static uint64_t capture_iov(struct buf *b, const struct syscall_trace_record *r, uint64_t addr,
			    uint64_t nr, uint64_t len)
{
	struct iovec iov[MAX_IOV];
	uint64_t i, n;

	if (nr > MAX_IOV)
		nr = MAX_IOV;
	if (read_memory(r->tid, addr, iov, nr * sizeof(*iov)) != (ssize_t)(nr * sizeof(*iov)))
		return len;
	for (i = 0; i < nr && len; i++) {
		n = iov[i].iov_len < len ? iov[i].iov_len : len;
		add_memory(b, r, SCR_ABSOLUTE, (uintptr_t)iov[i].iov_base, n);
		len -= n;
	}
	return len;
}

static void capture_msg(struct buf *b, const struct syscall_trace_record *r, uint64_t addr,
			uint64_t len)
{
	struct msghdr msg;

	if (read_memory(r->tid, addr, &msg, sizeof(msg)) != sizeof(msg))
		return;
	add_out(b, SCR_ABSOLUTE, addr, &msg, sizeof(msg));
	if (msg.msg_name)
		add_memory(b, r, SCR_ABSOLUTE, (uintptr_t)msg.msg_name, msg.msg_namelen);
	if (msg.msg_control)
		add_memory(b, r, SCR_ABSOLUTE, (uintptr_t)msg.msg_control, msg.msg_controllen);
	capture_iov(b, r, (uintptr_t)msg.msg_iov, msg.msg_iovlen, len);
}

static void capture_mmsg(struct buf *b, const struct syscall_trace_record *r, uint64_t addr)
{
	struct mmsghdr m;
	int64_t i;

	for (i = 0; i < r->ret; i++, addr += sizeof(m)) {
		if (read_memory(r->tid, addr, &m, sizeof(m)) != sizeof(m))
			return;
		add_out(b, SCR_ABSOLUTE, addr, &m, sizeof(m));
		/* What is sent is not written, but its length is. */
		if (r->nr == __NR_recvmmsg)
			capture_msg(b, r, addr, m.msg_len);
	}
}

/* Of a call that failed, or whose result the kernel shows as that of another. */
static void capture_described(struct buf *b, const struct capture *c, pid_t tid)
{
	struct syscall_trace_record r = c->entry;
	struct sct_call desc;
	unsigned int i;

	r.tid = tid;
	sct_describe(&r, &desc);
	for (i = 0; i < desc.nr_args; i++)
		if (has_out(&desc, i) && !is_vector(desc.args[i].kind) && r.args[i] &&
		    desc.args[i].has_length)
			add_memory(b, &r, SCR_ABSOLUTE, r.args[i], desc.args[i].length);
}

/* ---------------------- what is not described ------------------------------ */

/* An argument that may be an address of anything, or -1. */
static int unknown_arg(const struct syscall_trace_record *entry, const struct sct_call *desc)
{
	unsigned int i = 2;

	if (entry->nr == __NR_semctl && entry->args[2] == SEM_GETALL)
		i = 3;
	else if (entry->nr != __NR_ioctl)
		return -1;
	else if (desc->args[i].has_length && !(desc->args[i].flags & SCT_NESTED))
		return -1;
	return entry->args[i] >= SCR_PAGE ? (int)i : -1;
}

static void look_before(struct capture *c, unsigned int arg)
{
	ssize_t len;

	c->before = xrealloc(c->before, UNKNOWN_BYTES);
	len = read_memory(c->entry.tid, c->entry.args[arg], c->before, UNKNOWN_BYTES);
	c->before_len = len > 0 ? len : 0;
	c->before_arg = arg;
}

/* From the first byte that is another one to the last. */
static void compare_after(struct buf *b, struct capture *c)
{
	char after[UNKNOWN_BYTES];
	ssize_t len = read_memory(c->entry.tid, c->entry.args[c->before_arg], after,
				  c->before_len);
	ssize_t from = 0;

	while (from < len && after[from] == c->before[from])
		from++;
	while (len > from && after[len - 1] == c->before[len - 1])
		len--;
	if (from < len)
		add_out(b, c->before_arg, from, after + from, len - from);
}

static void capture_nested(struct buf *b, const struct syscall_trace_record *exit)
{
	struct ifconf conf;

	if (exit->nr != __NR_ioctl || (uint32_t)exit->args[1] != SIOCGIFCONF ||
	    read_memory(exit->tid, exit->args[2], &conf, sizeof(conf)) != sizeof(conf))
		return;
	if (conf.ifc_buf)
		add_memory(b, exit, SCR_ABSOLUTE, (uintptr_t)conf.ifc_buf, conf.ifc_len);
}

/* ------------------------------- when to stop ------------------------------ */

/* These write although they fail, or although they are not described so. */
static bool is_special(const struct syscall_trace_record *entry)
{
	switch (entry->nr) {
	case __NR_nanosleep:
	case __NR_clock_nanosleep:
	case __NR_select:
	case __NR_pselect6:
	case __NR_ppoll:
	case __NR_capget:
	case __NR_restart_syscall:
		return true;
	case __NR_mmap:
		return !(entry->args[3] & MAP_ANONYMOUS);
	default:
		return false;
	}
}

/* Shall there be a stop behind the call? Keeps what is needed there. */
bool capture_needs_stop(struct capture *c, const struct syscall_trace_record *entry)
{
	struct sct_call desc;
	bool stop = is_special(entry);
	unsigned int i;
	int arg;

	/* It goes on with what was interrupted. */
	if (entry->nr != __NR_restart_syscall)
		memcpy(&c->entry, entry, sizeof(c->entry));
	sct_describe(entry, &desc);
	for (i = 0; i < desc.nr_args; i++) {
		if (!has_out(&desc, i) || !entry->args[i])
			continue;
		if (is_vector(desc.args[i].kind) || !desc.args[i].has_length ||
		    desc.args[i].length > LIMIT)
			stop = true;
	}
	arg = unknown_arg(entry, &desc);
	c->before_len = 0;
	if (arg < 0)
		return stop;
	look_before(c, arg);
	return true;
}

static void capture_vectors(struct buf *b, const struct syscall_trace_record *exit)
{
	struct sct_call desc;
	unsigned int i;

	sct_describe(exit, &desc);
	for (i = 0; i < desc.nr_args; i++) {
		if (!has_out(&desc, i))
			continue;
		if (desc.args[i].kind == SCT_IOV)
			capture_iov(b, exit, exit->args[i], exit->args[i + 1], exit->ret);
		else if (desc.args[i].kind == SCT_MSG)
			capture_msg(b, exit, exit->args[i], exit->ret);
		else if (desc.args[i].kind == SCT_MMSG)
			capture_mmsg(b, exit, exit->args[i]);
	}
}

/* At the stop behind a call. Contents of mapped files are another matter. */
void capture_stopped(struct buf *b, struct capture *c, const struct syscall_trace_record *exit)
{
	if (exit->nr == __NR_restart_syscall || (exit->ret < 0 && exit->nr != __NR_mmap)) {
		if (is_special(exit))
			capture_described(b, c, exit->tid);
	} else {
		capture_shown(b, exit);
		capture_vectors(b, exit);
		capture_nested(b, exit);
	}
	if (c->before_len)
		compare_after(b, c);
}

void capture_free(struct capture *c)
{
	free(c->before);
	c->before = NULL;
}
