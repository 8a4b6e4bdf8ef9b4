// SPDX-License-Identifier: GPL-2.0
/*
 * The reference that the fuzzers compare the file with: what may come when, by the
 * documentation.
 *
 * Much is known of a file that only one process has: which stops are out, and what
 * each answer to them leads to. A stop that is out can be over all the same, if its
 * thread is killed: then it is waited for that the thread ends.
 */

#include "file_fuzz_model.h"

#define MOMENT		3000	/* ms */
#define MAX_ASKED	64

/* ----------------------------- threads that end --------------------------- */

/* Has it ended, or is it being killed? */
static bool thread_ends(pid_t tid)
{
	unsigned long pending = 0, shared = 0;
	char path[64], line[256], state = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/status", tid);
	file = fopen(path, "re");
	if (!file)
		return true;
	while (fgets(line, sizeof(line), file)) {
		sscanf(line, "State: %c", &state);
		sscanf(line, "SigPnd: %lx", &pending);
		sscanf(line, "ShdPnd: %lx", &shared);
	}
	fclose(file);
	/* What is read while it ends is not all there. */
	return !state || strchr("ZX", state) || (pending | shared) & 1UL << (SIGKILL - 1);
}

static bool ends_soon(pid_t tid)
{
	int i;

	for (i = 0; i < MOMENT; i++) {
		if (thread_ends(tid))
			return true;
		nap(1);
	}
	return false;
}

/* It may become another thread of the same id: one that executes a program. */
static bool may_be_replaced(const struct file *f)
{
	int kind = f->target < MAX_TRACEES ? world->actors[f->target].kind : 0;

	return f->followed && (!strcmp(kind_names[kind], "executes") ||
			       !strcmp(kind_names[kind], "mixture"));
}

bool model_has_ended(const struct file *f)
{
	return thread_ends(f->tid ?: f->pid);
}

bool model_target_ends(const struct file *f)
{
	return atomic_load(&world->actors[f->target].killed) || ends_soon(f->tid ?: f->pid);
}

bool model_is_over(const struct file *f, const struct stop *stop)
{
	if (f->timed || f->shared || may_be_replaced(f) || stop->seen.ambiguous)
		return true;
	if (!stop->seen.tid)
		return f->followed || !f->tid || model_target_ends(f);
	return ends_soon(stop->seen.tid);
}

/* ---------------------------------- stops --------------------------------- */

static void drop_stop(struct file *f, int i)
{
	f->nr_stops--;
	memmove(&f->stops[i], &f->stops[i + 1], (f->nr_stops - i) * sizeof(f->stops[0]));
}

static void drop_owed(struct file *f, int i)
{
	f->nr_owed--;
	memmove(&f->owed[i], &f->owed[i + 1], (f->nr_owed - i) * sizeof(f->owed[0]));
}

void model_forget(struct file *f)
{
	int i;

	f->nr_stops = 0;
	/* What was told before is still there to be read. */
	for (i = f->nr_owed - 1; i >= 0; i--) {
		if (f->owed[i].step)
			drop_owed(f, i);
		else
			f->owed[i].old = true;
	}
}

static void drop_thread(struct file *f, unsigned int tid)
{
	int i;

	for (i = f->nr_stops - 1; i >= 0; i--)
		if (f->stops[i].seen.tid == tid)
			drop_stop(f, i);
	for (i = f->nr_owed - 1; i >= 0; i--)
		if (f->owed[i].tid == tid)
			drop_owed(f, i);
}

static bool is_name(const char *name, const char *text, const char *number)
{
	return !strcmp(name, text) || !strcmp(name, number);
}

/* What is known of one thread only if there are thread ids. */
static int find_owed(struct file *f, const struct seen *seen)
{
	int i;

	for (i = 0; i < f->nr_owed; i++)
		if (f->owed[i].tid == seen->tid &&
		    (f->owed[i].step == (seen->type == SYSCALL_TRACE_EXIT) || seen->tid))
			return i;
	/* Of a time without them. */
	for (i = 0; i < f->nr_owed; i++)
		if ((!seen->tid || !f->owed[i].tid) &&
		    f->owed[i].step == (seen->type == SYSCALL_TRACE_EXIT))
			return i;
	/* Who executes a program becomes the leader. */
	for (i = 0; i < f->nr_owed && may_be_replaced(f); i++)
		if (is_name(f->owed[i].name, "execve", "0:59"))
			return i;
	return -1;
}

/* Is this what the call has to return? */
static void check_result(struct file *f, const struct owed *owed, long ret)
{
	long expected;

	/* Without thread ids it may be that of another thread. */
	if (world->mode == MODE_WILD || f->target >= MAX_TRACEES || !owed->tid)
		return;
	if (world->mode == MODE_FORGING && is_forged(ret))
		return;
	if (is_name(owed->name, "geteuid", "0:107") || is_name(owed->name, "sched_yield", "0:24"))
		expected = 0;
	else if (is_name(owed->name, "dup3", "0:292"))
		expected = -EBADF;
	else if (is_name(owed->name, "getppid", "0:110") && owed->tid == (unsigned int)f->pid)
		expected = world->watcher;
	else if (!strcmp(owed->name, "close") && !strncmp(owed->args, "-1", 3))
		expected = -EBADF;
	else
		return;
	if (ret != expected)
		found("%s %s of thread %u gives %ld, not %ld", owed->name, owed->args, owed->tid,
		      ret, expected);
}

static void seen_result(struct file *f, const struct seen *seen)
{
	int i = find_owed(f, seen);
	bool step = seen->type == SYSCALL_TRACE_EXIT;

	if (i < 0) {
		found("a result that nobody asked for, of thread %u: %s", seen->tid, seen->text);
		return;
	}
	/* What the leader owed is gone with it, if this is a program that begins. */
	if (f->owed[i].step != step && may_be_replaced(f))
		return;
	if (f->owed[i].step != step)
		found("the result of %s of thread %u %s", f->owed[i].name, seen->tid,
		      step ? "stops, after report" : "does not stop, after step");
	check_result(f, &f->owed[i], seen->ret);
	drop_owed(f, i);
}

/* These calls may not come back. */
static bool may_not_return(const char *name)
{
	static const char * const names[] = {
		"exit", "exit_group", "0:60", "0:231", "execve", "0:59", "rt_sigreturn", "0:15",
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(names); i++)
		if (!strcmp(name, names[i]))
			return true;
	return false;
}

/* A thread has come to its next stop: what was to come before that? */
static void check_owed(struct file *f, const struct seen *seen)
{
	int i;

	for (i = 0; i < f->nr_owed; i++)
		if (seen->tid && f->owed[i].tid == seen->tid)
			break;
	if (i == f->nr_owed)
		return;
	if (!may_not_return(f->owed[i].name) && !f->owed[i].old && !may_be_replaced(f))
		found("thread %u stops anew (%s), and the result of %s was not told", seen->tid,
		      seen->text, f->owed[i].name);
	drop_owed(f, i);
}

static void add_stop(struct file *f, const struct seen *seen)
{
	struct stop *stop;
	int i;

	for (i = 0; seen->tid && i < f->nr_stops; i++) {
		if (f->stops[i].seen.tid != seen->tid)
			continue;
		if (!f->stops[i].seen.ambiguous && !f->timed && !may_be_replaced(f))
			found("thread %u has two stops: %s, and now %s", seen->tid,
			      f->stops[i].seen.name, seen->text);
		drop_stop(f, i);
		break;
	}
	if (f->nr_stops == MAX_STOPS)
		drop_stop(f, 0);
	stop = &f->stops[f->nr_stops++];
	memset(stop, 0, sizeof(*stop));
	stop->seen = *seen;
	stop->seen.text = NULL;
	if (seen->type == SYSCALL_TRACE_ENTRY && strchr(seen->text, ' '))
		snprintf(stop->args, sizeof(stop->args), "%s", strchr(seen->text, ' ') + 1);
}

/* Whose stop can it be? */
static void check_thread(struct file *f, const struct seen *seen)
{
	char path[64];

	if (!seen->tid || f->followed || may_be_replaced(f))
		return;
	if (f->tid && seen->tid != (unsigned int)f->tid && seen->tid != (unsigned int)f->pid)
		found("the file of thread %d tells of thread %u", f->tid, seen->tid);
	snprintf(path, sizeof(path), "/proc/%d/task/%u", f->pid, seen->tid);
	if (seen->stop && !seen->ambiguous && access(path, F_OK) && !ends_soon(seen->tid))
		found("the file of process %d tells of thread %u", f->pid, seen->tid);
}

/* What does not come by itself comes at any time. */
static bool is_asked_for(const struct seen *seen)
{
	return seen->type == SYSCALL_TRACE_ERROR || seen->type == SYSCALL_TRACE_DATA ||
	       seen->type == SYSCALL_TRACE_ADDRESS;
}

/* What was asked for comes before all else. */
static void check_asked(struct file *f, const struct seen *seen)
{
	if (is_asked_for(seen)) {
		if (!f->asked)
			found("nobody asked for type %u %s", seen->type, seen->text);
		f->asked--;
	} else if (f->line_asked) {
		found("type %u %s comes before %d records that were asked for", seen->type,
		      seen->text, f->line_asked);
	}
}

static void seen_strictly(struct file *f, const struct seen *seen)
{
	check_thread(f, seen);
	check_asked(f, seen);
	if (f->gone && !is_asked_for(seen))
		found("a record behind the end: type %u %s", seen->type, seen->text);
	if (seen->stop && !f->armed)
		found("a stop of a tracer that is not armed: %s", seen->text);
	switch (seen->type) {
	case SYSCALL_TRACE_EXIT:
	case SYSCALL_TRACE_RESULT:
		seen_result(f, seen);
		break;
	case SYSCALL_TRACE_SIGNAL:
		break;
	case SYSCALL_TRACE_KILLED:
	case SYSCALL_TRACE_GONE:
		drop_thread(f, seen->tid);
		return;
	case SYSCALL_TRACE_EXITED:
		if (!seen->ambiguous) {
			drop_thread(f, seen->tid);
			return;
		}
		add_stop(f, seen);
		return;
	case SYSCALL_TRACE_DATA:
	case SYSCALL_TRACE_ADDRESS:
	case SYSCALL_TRACE_ERROR:
	case SYSCALL_TRACE_LOG:
	case SYSCALL_TRACE_LOST:
		return;
	default:
		check_owed(f, seen);
	}
	if (!seen->stop)
		return;
	if (!f->many && !has_tids(f) && f->nr_stops &&
	    !model_is_over(f, &f->stops[f->nr_stops - 1]))
		found("a second stop is shown without thread ids: %s", seen->text);
	add_stop(f, seen);
}

void model_seen(struct file *f, const struct seen *seen)
{
	world->records[seen->type]++;
	if (is_strict(f))
		seen_strictly(f, seen);
	else if (seen->stop)
		/* To be answered, and to be refused. */
		add_stop(f, seen);
}

void model_asked(struct file *f, int err)
{
	if (!err)
		f->asked++;
	if (is_strict(f) && err == EAGAIN && f->asked < MAX_ASKED)
		found("EAGAIN, and %d records wait", f->asked);
	if (is_strict(f) && f->asked > MAX_ASKED)
		found("%d records wait", f->asked);
}

static void owe(struct file *f, const struct stop *stop, bool step)
{
	struct owed *owed;

	if (f->nr_owed == MAX_OWED)
		drop_owed(f, 0);
	owed = &f->owed[f->nr_owed++];
	memset(owed, 0, sizeof(*owed));
	owed->tid = stop->seen.tid;
	owed->step = step;
	memcpy(owed->name, stop->seen.name, sizeof(owed->name));
	memcpy(owed->args, stop->args, sizeof(owed->args));
}

void model_answered(struct file *f, int index, const char *verb, int err)
{
	struct stop stop = f->stops[index];

	if (err && is_strict(f)) {
		if (err == ESRCH && model_is_over(f, &stop))
			drop_stop(f, index);
		else if (err == ESRCH || err != ENOMEM)
			found("%s for thread %u at %s (type %u) gives %s", verb, stop.seen.tid,
			      stop.seen.name, stop.seen.type, strerrorname_np(err));
		return;
	}
	drop_stop(f, index);
	if (err)
		return;
	world->answers++;
	if (is_strict(f) && (!strcmp(verb, "step") || !strcmp(verb, "report")))
		owe(f, &stop, !strcmp(verb, "step"));
}

/* ------------------------------ read and poll ----------------------------- */

void model_read_failed(struct file *f, int err)
{
	world->refused[err]++;
	switch (err) {
	case 0:
		if (!is_strict(f))
			return;
		if (!f->armed)
			found("an end of a tracer that is not armed");
		else if (!may_be_replaced(f) && !model_target_ends(f))
			found("an end, and process %d lives", f->pid);
		f->gone = true;
		model_forget(f);
		return;
	case EAGAIN:
	case EINTR:
	case ETIME:
		/* Of a tracer that is not armed it is ESRCH. */
		if (is_strict(f) && !f->armed)
			found("read gives %s of a tracer that is not armed", strerrorname_np(err));
		if (is_strict(f) && f->gone)
			found("read gives %s behind the end", strerrorname_np(err));
		return;
	case ESRCH:
		if (is_strict(f) && f->armed)
			found("read gives ESRCH of a tracer that is armed");
		return;
	case EPERM:
		if (is_strict(f))
			found("read gives EPERM");
		return;
	default:
		found("read gives %s", strerrorname_np(err) ?: "nothing that has a name");
	}
}

void model_polled(struct file *f, int events)
{
	int i;

	if (!is_strict(f))
		return;
	if (events & POLLERR)
		found("poll says that the tracer was taken off");
	if (!(events & POLLOUT))
		found("poll says that nothing can be written");
	if (!f->armed && !(events & POLLHUP))
		found("poll says that a tracer is armed that is not");
	if (f->armed && !f->gone && (events & POLLHUP) && !may_be_replaced(f) &&
	    !model_target_ends(f))
		found("poll says that nothing is traced, and process %d lives", f->pid);
	if (events & POLLPRI)
		return;
	for (i = 0; i < f->nr_stops; i++)
		if (!model_is_over(f, &f->stops[i]))
			found("poll says that nothing is stopped, but thread %u is at %s",
			      f->stops[i].seen.tid, f->stops[i].seen.name);
	f->nr_stops = 0;
}
