// SPDX-License-Identifier: GPL-2.0-only
/*
 * Signals that come while a program computes, and not in a call.
 *
 * Nothing tells where in its instructions the program was, so on replay such a signal
 * could not come at the same place. Therefore it is held back on record, until the program
 * makes its next call; that call is interrupted before it has done anything, the handler
 * runs, and the call is made again. If the program computes for long it gets the signal
 * all the same.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include "record.h"

#define RUNNING_TRIES	1000
#define RUNNING_US	50

/* As the kernel takes it */
struct action {
	uint64_t handler;
	uint64_t flags;
	uint64_t restorer;
	uint64_t mask;
};

static uint64_t bit(int number)
{
	return number >= 1 && number <= 64 ? 1ULL << (number - 1) : 0;
}

/* Its handlers are those of @from, or there are none. */
void hold_inherit(struct traced *p, const struct traced *from)
{
	p->caught = from ? from->caught : 0;
	p->plain = from ? from->plain : 0;
}

void hold_forget(struct recorder *r, struct traced *p)
{
	if (p->held.len)
		r->holding--;
	buf_free(&p->held);
}

static void note_action(struct traced *p, const struct syscall_trace_record *entry)
{
	uint64_t number = bit(entry->args[0]);
	const struct action *action;
	size_t len;

	if (entry->nr != __NR_rt_sigaction)
		return;
	action = sct_arg(entry, 1, &len);
	if (!action || len < sizeof(*action))
		return;
	p->caught &= ~number;
	p->plain &= ~number;
	if (action->handler == (uintptr_t)SIG_DFL || action->handler == (uintptr_t)SIG_IGN)
		return;
	p->caught |= number;
	if (!(action->flags & SA_SIGINFO))
		p->plain |= number;
}

/* In its CPU time: it may not get any. */
static int64_t cpu_ns(pid_t pid)
{
	struct timespec t;
	clockid_t clock;

	if (clock_getcpuclockid(pid, &clock) || clock_gettime(clock, &t))
		return INT64_MAX;
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

/* Did the signal come between two calls? Then the process is in none. */
static bool computes(pid_t pid)
{
	struct timespec wait = { .tv_nsec = RUNNING_US * 1000 };
	char path[32], line[64];
	ssize_t len;
	int fd, i;

	snprintf(path, sizeof(path), "/proc/%d/syscall", pid);
	/* It is on its way to sleep, but may not be there yet. */
	for (i = 0; i < RUNNING_TRIES; i++) {
		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd < 0)
			return false;
		len = read(fd, line, sizeof(line));
		close(fd);
		if (len <= 0 || line[0] != 'r')
			return len > 0 && line[0] == '-';
		nanosleep(&wait, NULL);
	}
	return false;
}

/*
 * Shall it be held? It can be sent again if that makes no difference to the handler, and
 * a call can be interrupted if no filter of the program's own is in the way.
 */
bool hold_signal(struct recorder *r, struct traced *p, const struct scr_signal *signal)
{
	uint64_t number = bit(signal->number);

	if (p->pass || !(p->caught & number) || is_fault(signal->number, signal->code))
		return false;
	if (!(p->plain & number) && signal->code != SI_QUEUE)
		return false;
	if (!computes(p->pid) || status_field(p->pid, "Seccomp:", 10))
		return false;
	if (!p->held.len) {
		r->holding++;
		p->held_at = cpu_ns(p->pid);
	}
	buf_add(&p->held, signal, sizeof(*signal));
	return true;
}

static void send_held(struct recorder *r, struct traced *p)
{
	const struct scr_signal *signal = (void *)p->held.data;
	size_t i, nr = p->held.len / sizeof(*signal);
	char name[32];
	int err;

	for (i = 0; i < nr; i++) {
		err = queue_signal(p->pid, &signal[i]);
		if (err && err != ESRCH)
			warn("process %d: %s: %s: it is lost: record again", p->pid,
			     signal_name(signal[i].number, name), strerror(err));
	}
	p->held.len = 0;
	r->holding--;
}

/* At the stop before a call. True: it will be interrupted, and made again. */
bool hold_release(struct recorder *r, struct traced *p, const struct syscall_trace_record *entry)
{
	struct sct_rewrite to;

	note_action(p, entry);
	p->pass = false;
	if (!p->held.len)
		return false;
	send_held(r, p);
	interruptible_call(&to);
	if (sct_rewrite(r->t, entry, &to)) {
		warn("process %d: %s", p->pid, sct_error(r->t));
		return false;
	}
	p->interrupted = true;
	sct_step(r->t, entry);
	return true;
}

/* Who waits for a signal without making a call gets it. */
void hold_look(struct recorder *r)
{
	struct traced *p;
	int64_t now;

	if (!r->holding)
		return;
	now = now_ns();
	if (now - r->looked < HOLD_LOOK_NS)
		return;
	r->looked = now;
	for (p = r->all; p; p = p->next) {
		if (!p->held.len || cpu_ns(p->pid) - p->held_at < HOLD_NS)
			continue;
		send_held(r, p);
		p->pass = true;
	}
}
