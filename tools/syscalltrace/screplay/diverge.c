// SPDX-License-Identifier: GPL-2.0-only
/* When the program does something else than was recorded. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "replay.h"

#define POLL_NS	100000000LL	/* nothing tells when a debugger leaves */

char *call_text(const struct scr_call *call, bool result)
{
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	if (!f)
		die(STATUS_FAILED, "out of memory: free some");
	text_call(f, call, result);
	fclose(f);
	return text;
}

/* --------------------------------- comparing ------------------------------- */

static uint64_t cut(enum sct_kind kind, uint64_t value)
{
	switch (kind) {
	case SCT_FD:
	case SCT_INT:
	case SCT_UINT:
	case SCT_FLAGS:
		return (uint32_t)value;
	case SCT_MODE:
		return (uint16_t)value;
	case SCT_LONG:
	case SCT_SIZE:
	case SCT_LFLAGS:
		return value;
	default:
		/* Addresses differ in another build of the program, and do no harm. */
		return !!value;
	}
}

static bool same_in(const struct scr_in *a, const struct scr_in *b, char *why, size_t room)
{
	uint32_t i;

	if (a->kind != b->kind || a->arg != b->arg || a->len != b->len ||
	    (a->flags ^ b->flags) & SYSCALL_TRACE_MORE) {
		snprintf(why, room, "argument %u has another length or form", b->arg + 1);
		return false;
	}
	if (a->crc == b->crc)
		return true;
	for (i = 0; i < a->kept && i < b->kept; i++)
		if (((const char *)(a + 1))[i] != ((const char *)(b + 1))[i])
			break;
	snprintf(why, room, i < a->kept ? "argument %u differs from its byte %u on" :
		 "argument %u differs behind its first %u bytes", b->arg + 1, i);
	return false;
}

bool same_call(const struct scr_call *a, const struct scr_call *b, char *why, size_t room)
{
	const struct scr_in *x = call_ins(a), *y = call_ins(b);
	struct sct_call desc;
	unsigned int i;

	if (a->nr != b->nr) {
		snprintf(why, room, "it is another call");
		return false;
	}
	describe_call(a, &desc);
	for (i = 0; i < desc.nr_args; i++) {
		if (cut(desc.args[i].kind, a->args[i]) == cut(desc.args[i].kind, b->args[i]))
			continue;
		snprintf(why, room, "argument %u differs", i + 1);
		return false;
	}
	if (a->nr_in != b->nr_in) {
		snprintf(why, room, "what it reads has another form");
		return false;
	}
	for (i = 0; i < a->nr_in; i++, x = next_in(x), y = next_in(y))
		if (!same_in(x, y, why, room))
			return false;
	return true;
}

/* --------------------------------- reporting ------------------------------- */

/*
 * A debugger is shown the place: the program gets SIGTRAP, which the debugger sees. It
 * may look around there, but the program makes no call any more.
 */
static void show_debugger(struct replay *r, struct replayed *p)
{
	const struct syscall_trace_record *record;
	int ret;

	if (!r->hold || !p->stopped || !is_debugged(p->pid))
		return;
	warn("process %d: the debugger gets SIGTRAP for it", p->pid);
	syscall(SYS_tgkill, p->pid, p->pid, SIGTRAP);
	sct_skip(r->t, &p->stop, -ENOSYS);
	while (!got_signal && is_debugged(p->pid)) {
		ret = sct_next(r->t, &record, POLL_NS);
		if (ret == -ETIME || ret == -EINTR)
			continue;
		if (ret <= 0)
			return;
		if (record->tid != (uint32_t)p->pid)
			continue;
		if (record->type != SYSCALL_TRACE_SIGNAL)
			return;
		sct_cont(r->t, record);
	}
}

/* None of them may run on: what they do would really happen. */
void leave(struct replay *r, int status)
{
	struct replayed *p;

	for (p = r->all; p; p = p->next)
		kill(p->pid, SIGKILL);
	sct_close(r->t);
	if (r->pid)
		waitpid(r->pid, NULL, 0);
	exit(status);
}

static char *event_text(const struct event *event)
{
	char *text = NULL;
	size_t len;
	FILE *f;

	if (event_call(event))
		return call_text(event_call(event), true);
	f = open_memstream(&text, &len);
	if (!f)
		die(STATUS_FAILED, "out of memory: free some");
	if (event->record->type == SCR_SIGNAL)
		text_signal(f, payload(event->record));
	else if (event->record->type == SCR_END)
		text_end(f, payload(event->record));
	else
		fputs("a program begins", f);
	fclose(f);
	return text;
}

static const char *hint(const struct replay *r, const struct replayed *p)
{
	const struct event *event = next_event(p);

	if (r->changed)
		return "is not what it was when this was recorded: put that back, or record again";
	if (event && event->record->type == SCR_SIGNAL)
		return "a signal came between two calls, and what the program did there depends on when; or it reads a clock or a random number without a call";
	if (p->at && p->recorded->events[p->at - 1].record->type == SCR_SIGNAL)
		return "a signal came just before, and what the program did then depends on when";
	return "the program gets something without a call: the time stamp counter or random numbers of the CPU, or memory that it shares";
}

void diverged(struct replay *r, struct replayed *p, const char *why, const char *now)
{
	const struct event *event = next_event(p);
	char *was = event ? event_text(event) : NULL;

	fflush(stdout);
	warn("%s: process %u (pid %u when recorded, %d now), event %zu of it, record %llu: it has diverged: %s",
	     r->recording.path, p->recorded->number, p->recorded->pid, p->pid, p->at + 1,
	     (unsigned long long)(event ? event->index : r->recording.nr_records), why);
	warn("  recorded: %s", was ?: "nothing more of this process");
	warn("  now:      %s", now);
	if (r->changed)
		warn("  hint:     %s %s", r->changed_path, hint(r, p));
	else
		warn("  hint:     %s", hint(r, p));
	free(was);
	show_debugger(r, p);
	leave(r, STATUS_DIVERGED);
}

/* There is nothing more of this process in a recording that is not whole. */
void recording_over(struct replay *r, struct replayed *p, const char *now)
{
	if (r->recording.end == READER_WHOLE)
		diverged(r, p, "it goes on", now);
	fflush(stdout);
	warn("%s: byte %llu: %s: replayed up to there, in process %u before: %s",
	     r->recording.path, (unsigned long long)r->recording.end_at, r->recording.why,
	     p->recorded->number, now);
	show_debugger(r, p);
	leave(r, STATUS_CUT);
}
