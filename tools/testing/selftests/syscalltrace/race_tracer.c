// SPDX-License-Identifier: GPL-2.0
/*
 * Processes that trace. They share the memory and the files of the test, so that
 * they are made quickly, can be killed, and keep no file open; and its thread data, so
 * that nothing that runs in them may use libc, but to copy memory.
 */

#include <linux/sched.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "../../../../include/uapi/linux/syscall_trace.h"
#include "race.h"

static bool is_word(const char *s, const char *word)
{
	size_t len = strlen(word);

	return !strncmp(s, word, len) && (s[len] == ' ' || s[len] == '\n' || s[len] == '\0');
}

/*
 * The answer to a record without its thread id; NULL if it is for nobody to answer. (That a
 * thread has ended reads like the call: its answer is refused, which is no harm.)
 */
const char *reply_to(const char *record)
{
	if (is_word(record, "getppid"))
		return " skip-ok 7777\n";
	if (is_word(record, "ok") || is_word(record, "fail"))
		return " ok 7777\n";
	if (is_word(record, "killed") || is_word(record, "gone") || is_word(record, "log"))
		return NULL;
	return " cont\n";
}

/* Read a record and answer it; 0, or an errno, or -1 at the end. */
int serve_text(int fd)
{
	char text[4096], line[64];
	long len = raw(SYS_read, fd, text, sizeof(text) - 1);
	const char *reply;
	size_t digits;

	if (len <= 0)
		return len ? -len : -1;
	text[len] = '\0';
	digits = strspn(text, "0123456789");
	if (!digits || digits > 10 || text[digits] != ' ')
		return EPROTO;
	reply = reply_to(text + digits + 1);
	if (!reply)
		return 0;
	memcpy(line, text, digits);
	memcpy(line + digits, reply, strlen(reply) + 1);
	len = raw(SYS_write, fd, line, strlen(line));
	return len < 0 ? -len : 0;
}

static unsigned int reply_packed(const struct syscall_trace_record *r,
				 struct syscall_trace_answer *a)
{
	if (!r->id)
		return 0;
	memset(a, 0, SYSCALL_TRACE_ANSWER_SHORT);
	a->size = SYSCALL_TRACE_ANSWER_SHORT;
	a->head = SYSCALL_TRACE_ANSWER_SHORT;
	a->id = r->id;
	a->tid = r->tid;
	a->verb = SYSCALL_TRACE_CONT;
	if (r->type == SYSCALL_TRACE_ENTRY && r->nr == SYS_getppid) {
		a->verb = SYSCALL_TRACE_SKIP;
		a->value = FORGED;
	}
	return a->size;
}

/* Answers that are to be given with the next exchange. */
struct packed {
	unsigned int len;
	struct syscall_trace_answer answers[64];
	unsigned long records[2048];
};

/* Give answers, get records; 0, or an errno, or -1 at the end. */
static int serve_packed(int fd, struct packed *p, long timeout)
{
	struct syscall_trace_exchange x = {
		.answers = (unsigned long)p->answers, .answers_len = p->len,
		.records = (unsigned long)p->records, .records_len = 4096,
		.timeout = timeout,
	};
	long n = raw(SYS_ioctl, fd, SYSCALL_TRACE_EXCHANGE, &x);
	unsigned int pos = 0;

	p->len = 0;
	if (n <= 0)
		return n ? -n : -1;
	while (pos < x.records_len) {
		struct syscall_trace_record *r = (void *)((char *)p->records + pos);

		pos += r->size;
		p->len += reply_packed(r, (void *)((char *)p->answers + p->len));
	}
	return 0;
}

/* What a tracer may be told, if others kill and detach. */
static bool is_fate(int err)
{
	return err == -1 || err == ESRCH || err == EINTR || err == EAGAIN || err == ETIME ||
	       err == EBADF;
}

static void serve(struct tracer *t)
{
	struct pollfd p = { .fd = t->fd, .events = POLLIN };
	struct packed packed = { };
	int err = 0;

	while (get(t->serve) || packed.len) {
		/* A file that blocks is that of a tracer that is to be killed. */
		if (!packed.len && (raw(SYS_fcntl, t->fd, F_GETFL, 0) & O_NONBLOCK))
			raw(SYS_poll, &p, 1, 2);
		err = t->packed ? serve_packed(t->fd, &packed, -1) : serve_text(t->fd);
		if (err && !is_fate(err))
			t->odd = err;
		if (err == -1 || err == EBADF)
			break;
	}
	while (get(t->serve) && !raw(SYS_sched_yield, 0, 0, 0))
		;
}

static int trace(void *arg)
{
	struct tracer *t = arg;
	unsigned int order = 0;

	raw(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL, 0);
	for (;;) {
		long len;

		wait_while(&t->order, order);
		order = get(t->order);
		len = raw(SYS_write, t->fd, t->lines, strlen(t->lines));
		t->err = len < 0 ? -len : len == (long)strlen(t->lines) ? 0 : EPROTO;
		put(t->obeyed, order);
		if (get(t->serve))
			serve(t);
		put(t->obeyed, order + 1);
	}
	return 0;
}

bool start_tracer(struct tracer *t)
{
	t->order = 0;
	t->obeyed = 0;
	t->serve = false;
	t->odd = 0;
	t->pid = clone(trace, t->stack + sizeof(t->stack), CLONE_VM | CLONE_FILES | SIGCHLD, t);
	return t->pid > 0;
}

/* Have it write these lines, and then serve; it does so when this returns. */
void order_tracer(struct tracer *t, int fd, const char *lines, bool serve, bool packed)
{
	unsigned int order = t->order + 2;

	t->fd = fd;
	snprintf(t->lines, sizeof(t->lines), "%s", lines);
	t->packed = packed;
	put(t->serve, serve);
	set_and_wake(&t->order, order);
	while ((int)(get(t->obeyed) - order) < 0)
		sched_yield();
}

/* Let it not use its file any more; false if it goes on. */
bool dismiss_tracer(struct tracer *t)
{
	time_t end = time(NULL) + PATIENCE;

	put(t->serve, false);
	while (t->pid && get(t->obeyed) != t->order + 1) {
		if (!t->order)
			break;
		if (time(NULL) > end)
			return false;
		sched_yield();
	}
	return true;
}
