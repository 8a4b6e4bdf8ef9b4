// SPDX-License-Identifier: GPL-2.0-only
/*
 * The calls that are being made as we come or leave. No stop tells of them; what they are
 * is in /proc/<tid>/syscall, and what their arguments point to in the program's memory.
 */
#include <dirent.h>
#include <elf.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "sctrace.h"
#include "tracer.h"

#define X32_BIT		0x40000000U
#define MAX_BYTES	4096

/* A record of our own, as of a stop before the call */
struct current {
	struct syscall_trace_record r;
	char blocks[6 * (sizeof(struct syscall_trace_block) + MAX_BYTES)];
};

/* The file says the number and not whose it is: the program's own, as a rule. */
static unsigned int abi_of(pid_t tid)
{
	Elf32_Ehdr head;	/* as far as the machine it is the other, too */
	char path[32];
	ssize_t len;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/exe", tid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return SYSCALL_TRACE_ABI_X86_64;
	len = read(fd, &head, sizeof(head));
	close(fd);
	return len == sizeof(head) && head.e_machine == EM_386 ? SYSCALL_TRACE_ABI_I386 :
	       SYSCALL_TRACE_ABI_X86_64;
}

/* False if it makes none, or runs. */
static bool read_registers(pid_t tid, struct syscall_trace_record *r)
{
	unsigned long long a[6];
	char path[32], text[256];
	bool found;
	FILE *f;
	int i;

	snprintf(path, sizeof(path), "/proc/%d/syscall", tid);
	f = fopen(path, "re");
	if (!f)
		return false;
	found = fgets(text, sizeof(text), f) && *text >= '0' && *text <= '9' &&
		sscanf(text, "%u %llx %llx %llx %llx %llx %llx", &r->nr, &a[0], &a[1], &a[2],
		       &a[3], &a[4], &a[5]) == 7;
	fclose(f);
	for (i = 0; found && i < 6; i++)
		r->args[i] = a[i];
	r->abi = abi_of(tid);
	if (r->abi == SYSCALL_TRACE_ABI_X86_64 && r->nr & X32_BIT) {
		r->abi = SYSCALL_TRACE_ABI_X32;
		r->nr &= ~X32_BIT;
	}
	return found;
}

static void add_block(struct current *cur, unsigned int arg, size_t len, bool is_string)
{
	struct syscall_trace_block *b = (void *)((char *)cur + cur->r.size);
	struct call c = { .tid = cur->r.tid, .stopped = true };
	char *data = (char *)(b + 1);
	size_t most = is_string ? MAX_BYTES : opt.string_limit + 1;
	size_t want = len < most ? len : most;

	if (want > MAX_BYTES)
		want = MAX_BYTES;
	memset(b, 0, sizeof(*b) + want);
	b->len = read_some(&c, cur->r.args[arg], data, want);
	b->arg = arg;
	b->kind = SYSCALL_TRACE_BYTES;
	if (is_string && memchr(data, 0, b->len))
		b->len = strlen(data);
	else if (len > b->len)
		b->flags = SYSCALL_TRACE_MORE;
	if (!b->len)
		return;
	cur->r.size += sizeof(*b) + ((b->len + 7UL) & ~7UL);
	cur->r.nr_blocks++;
}

static void read_arguments(struct current *cur)
{
	struct sct_call d;
	unsigned int i;

	if (!sct_describe(&cur->r, &d))
		return;
	for (i = 0; i < d.nr_args; i++) {
		if (d.args[i].kind == SCT_PATH || d.args[i].kind == SCT_STR)
			add_block(cur, i, MAX_BYTES, true);
		else if (d.args[i].kind == SCT_BYTES && (d.args[i].flags & SCT_IN) &&
			 d.args[i].has_length && d.args[i].length)
			add_block(cur, i, d.args[i].length, false);
	}
}

void read_current(pid_t tid, const char *end)
{
	struct current *cur = calloc(1, sizeof(*cur));
	struct thread *th = find_thread(tid);
	struct text *t = &th->line;
	struct call c;

	if (!cur)
		die("out of memory");
	t->len = 0;
	cur->r = (struct syscall_trace_record){ .type = SYSCALL_TRACE_ENTRY, .tid = tid,
						.size = sizeof(cur->r), .head = sizeof(cur->r) };
	if (!opt.count_only && !opt.json && read_registers(tid, &cur->r) &&
	    set_includes(&opt.trace, cur->r.abi, cur->r.nr)) {
		note_abi(th, cur->r.abi);
		read_arguments(cur);
		make_call(&c, &cur->r, NULL);
		c.stopped = true;	/* it sleeps, at least */
		c.remark = NULL;
		if (!opt.nr_paths || paths_match(&c)) {
			put_s(t, c.name);
			put_c(t, '(');
			print_args(t, &c, 0);
			put_s(t, end);
		}
	}
	free(cur);
}

void show_current(struct thread *th)
{
	if (th->line.len)
		put_line(th, now_ns(), &th->line, 0);
	th->line.len = 0;
}

void read_all_current(pid_t pid, const char *end)
{
	char path[32];
	struct dirent *d;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	dir = opendir(path);
	if (!dir)
		return;
	while ((d = readdir(dir)))
		if (atoi(d->d_name) > 0)
			read_current(atoi(d->d_name), end);
	closedir(dir);
}
