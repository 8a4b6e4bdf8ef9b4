// SPDX-License-Identifier: GPL-2.0-only
/*
 * The loop: take records, judge, answer.
 *
 * A judged path must mean the same when the kernel uses it. Only guarded programs can
 * change what names below their writable directories mean, and they ask before. So a
 * call that changes names ("changes") waits until no other call is on its way that
 * uses a path below them, and while it runs such calls wait. Others run at once.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "scguard.h"

#define SECOND		1000000000LL
#define PATIENCE	(2 * SECOND)	/* how long a call waits for others */

static struct thread *busy;	/* those that are not IDLE, the oldest first */

static uint64_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * SECOND + ts.tv_nsec;
}

/* ------------------------------- who is busy ------------------------------ */

static void unlink_busy(struct thread *th)
{
	struct thread **link;

	for (link = &busy; *link; link = &(*link)->busy_next) {
		if (*link != th)
			continue;
		*link = th->busy_next;
		return;
	}
}

static void set_busy(struct thread *th, enum busy how)
{
	struct thread **link;

	if (th->busy == IDLE) {
		th->busy_next = NULL;
		for (link = &busy; *link; link = &(*link)->busy_next)
			;
		*link = th;
	}
	th->busy = how;
}

static void drop_paths(struct thread *th)
{
	unsigned int i;

	for (i = 0; i < 2; i++) {
		free(th->paths[i]);
		th->paths[i] = NULL;
		if (th->pins[i] >= 0)
			close(th->pins[i]);
		th->pins[i] = -1;
	}
}

static void set_idle(struct thread *th)
{
	if (th->busy == IDLE)
		return;
	unlink_busy(th);
	drop_paths(th);
	free(th->call);
	th->call = NULL;
	th->binds = 0;
	th->busy = IDLE;
}

static void keep_paths(struct thread *th, struct request *rq, bool pin)
{
	unsigned int i;

	drop_paths(th);
	if (rq->alone)
		th->paths[0] = need(strdup("/"));
	for (i = rq->alone; i < rq->nr_places; i++)
		th->paths[i] = need(strdup(rq->places[i].path));
	for (i = 0; pin && i < rq->nr_places; i++) {
		if (!rq->places[i].nameless)
			continue;
		th->pins[i] = rq->places[i].fd;
		rq->places[i].fd = -1;
	}
}

/* -------------------------------- conflicts ------------------------------- */

static bool covers(const char *dir, const char *path)
{
	size_t len = strlen(dir);

	if (!strcmp(dir, "/"))
		return true;
	return !strncmp(dir, path, len) && (!path[len] || path[len] == '/');
}

/* Does a path of @th cover one of @rq, or, @both, one of @rq one of @th? */
static bool meets(const struct thread *th, const struct request *rq, bool both)
{
	unsigned int i, j;

	for (i = 0; i < 2 && th->paths[i]; i++) {
		for (j = 0; j < rq->nr_places; j++) {
			if (covers(th->paths[i], rq->places[j].path) ||
			    (both && covers(rq->places[j].path, th->paths[i])))
				return true;
		}
	}
	return false;
}

static bool uses_what_changes(const struct thread *th, const struct request *rq)
{
	unsigned int i, j;

	for (i = 0; i < 2 && th->paths[i]; i++)
		for (j = 0; j < rq->nr_places; j++)
			if (covers(rq->places[j].path, th->paths[i]))
				return true;
	return false;
}

/* Is the call of @other in the way of @rq? */
static bool is_in_the_way(const struct thread *other, const struct request *rq)
{
	bool alone = rq->alone;

	switch (other->busy) {
	case CHANGING:
		return alone || meets(other, rq, rq->changes);
	case USING:
		return alone || (rq->changes && uses_what_changes(other, rq));
	case PARKED_CHANGE:
		return other->parked_at < rq->th->parked_at &&
		       (alone || meets(other, rq, rq->changes));
	default:
		return false;
	}
}

static bool must_wait(const struct request *rq)
{
	const struct thread *other;

	if (!rq->mutable && !rq->changes && !rq->alone)
		return false;
	for (other = busy; other; other = other->busy_next)
		if (other != rq->th && is_in_the_way(other, rq))
			return true;
	return false;
}

static void park(struct request *rq)
{
	struct thread *th = rq->th;

	if (!th->call) {
		th->call = need(malloc(rq->record->size));
		memcpy(th->call, rq->record, rq->record->size);
	}
	set_busy(th, rq->changes || rq->alone ? PARKED_CHANGE : PARKED);
	keep_paths(th, rq, false);
}

/* --------------------------------- answers -------------------------------- */

static void fail_call(struct request *rq)
{
	set_idle(rq->th);
	sct_skip(tracer, rq->record, -rq->err);
}

static bool needs_pin(const struct request *rq)
{
	unsigned int i;

	for (i = 0; rq->rewritten && i < rq->nr_places; i++)
		if (rq->places[i].nameless)
			return true;
	return false;
}

/* The call is good: let it run, as it has to. */
static void run_call(struct request *rq)
{
	bool pin = needs_pin(rq);
	bool watch = rq->mutable || rq->changes || rq->alone || pin || rq->binds;
	struct thread *th = rq->th;
	int err = 0;

	if (rq->rewritten)
		err = sct_rewrite(tracer, rq->record, &rq->rewrite);
	if (err && err != -ESRCH) {
		rq->err = -err;
		rq->what = "rewrite";
		fail_call(rq);
		return;
	}
	if (!watch) {
		set_idle(th);
		sct_cont(tracer, rq->record);
		return;
	}
	set_busy(th, rq->changes || rq->alone ? CHANGING : USING);
	keep_paths(th, rq, pin);
	th->binds = rq->binds;
	if (rq->changes || rq->binds)
		sct_step(tracer, rq->record);
	else
		sct_report(tracer, rq->record);
}

/* Judge a call and answer it, or let it wait. */
static void handle_call(struct thread *th, const struct syscall_trace_record *record)
{
	static struct request rq;

	rq.th = th;
	rq.record = record;
	if (!th->parked_at)
		th->parked_at = now();
	judge(&rq);
	if (!rq.err && must_wait(&rq)) {
		park(&rq);
		request_release(&rq);
		return;
	}
	th->parked_at = 0;
	audit_write(&rq);
	if (rq.err)
		fail_call(&rq);
	else
		run_call(&rq);
	request_release(&rq);
}

/* -------------------------------- the parked ------------------------------ */

static bool is_parked(const struct thread *th)
{
	return th->busy == PARKED || th->busy == PARKED_CHANGE;
}

/* Others have gone on: try again. */
static void retry_parked(void)
{
	struct syscall_trace_record *record;
	struct thread *th, *next;

	for (th = busy; th; th = next) {
		next = th->busy_next;
		if (!is_parked(th))
			continue;
		record = th->call;
		th->call = NULL;
		handle_call(th, record);
		if (is_parked(th)) {
			free(th->call);
			th->call = record;
		} else {
			free(record);
		}
	}
}

/* What waits for calls that do not end has waited in vain. */
static void give_up_parked(void)
{
	struct thread *th, *next;
	uint64_t time = now();

	for (th = busy; th; th = next) {
		next = th->busy_next;
		if (!is_parked(th) || time - th->parked_at < PATIENCE)
			continue;
		sct_skip(tracer, th->call, -EBUSY);
		th->parked_at = 0;
		set_idle(th);
	}
}

static int64_t patience(void)
{
	const struct thread *th;

	for (th = busy; th; th = th->busy_next)
		if (is_parked(th))
			return SECOND / 4;
	return -1;
}

static void call_is_over(struct thread *th)
{
	if (th->busy == IDLE)
		return;
	set_idle(th);
	retry_parked();
}

/* --------------------------------- records -------------------------------- */

static void kill_thread(pid_t tid, const char *why, const char *what)
{
	complain("%d was killed: %s %s: the policy does not allow it", tid, why, what);
	audit_event(tid, why, what, false);
	kill(tid, SIGKILL);
}

static void handle_exec(struct thread *th, const struct syscall_trace_record *record)
{
	char path[PATH_MAX];

	/* Its other threads are no more, and it has the id of the first. */
	thread_drop_others(th, call_is_over);
	call_is_over(th);
	th->tgid = 0;
	if (!exec_is_allowed(th, path))
		kill_thread(th->tid, "program", path);
	sct_cont(tracer, record);
}

static void handle_new(struct thread *th, const struct syscall_trace_record *record)
{
	struct thread *maker = thread_find(record->ret);

	thread_learn(th);
	if (maker)
		process_was_made(maker, th);
	sct_cont(tracer, record);
}

static void handle_end(struct thread *th)
{
	call_is_over(th);
	thread_remove(th->tid);
}

static void handle(const struct syscall_trace_record *record)
{
	struct thread *th = record->tid ? thread_get(record->tid) : NULL;

	if (!th)
		return;
	switch (record->type) {
	case SYSCALL_TRACE_ENTRY:
		/* What became of the last one was not told. */
		call_is_over(th);
		handle_call(th, record);
		break;
	case SYSCALL_TRACE_EXIT:
		sct_cont(tracer, record);
		if (th->binds && !record->ret)
			socket_was_bound(th->binds);
		call_is_over(th);
		break;
	case SYSCALL_TRACE_RESULT:
		call_is_over(th);
		break;
	case SYSCALL_TRACE_NEW:
		handle_new(th, record);
		break;
	case SYSCALL_TRACE_EXEC:
		handle_exec(th, record);
		break;
	case SYSCALL_TRACE_EXITED:
	case SYSCALL_TRACE_KILLED:
		handle_end(th);
		break;
	case SYSCALL_TRACE_GONE:
		kill_thread(th->tid, "process", "cannot be guarded any more");
		thread_drop_others(th, call_is_over);
		handle_end(th);
		break;
	default:
		if (record->id)
			sct_cont(tracer, record);
	}
}

/* Guard until nobody is left. Returns false if that was not possible. */
bool run(void)
{
	const struct syscall_trace_record *record;
	int ret;

	for (;;) {
		ret = sct_next(tracer, &record, patience());
		forward_signals();
		if (ret > 0)
			handle(record);
		else if (!ret)
			return true;
		else if (ret != -ETIME && ret != -EINTR && ret != -EAGAIN)
			break;
		give_up_parked();
	}
	complain("%s", sct_error(tracer));
	return false;
}
