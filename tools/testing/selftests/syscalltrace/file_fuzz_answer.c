// SPDX-License-Identifier: GPL-2.0
/*
 * How a fuzzer answers stops, as they may be answered and otherwise.
 */

#include "file_fuzz_fuzzer.h"

/* May the result of this call be made up? */
static bool is_forgeable(const struct file *f, const struct stop *stop)
{
	static const char * const names[] = {
		"getppid", "geteuid", "lseek", "sched_yield", "dup3",
		"0:110", "0:107", "0:8", "0:24", "0:292",
	};
	unsigned int i;

	if (f->gentle)
		return false;
	for (i = 0; i < ARRAY_SIZE(names); i++)
		if (!strcmp(stop->seen.name, names[i]))
			return true;
	return world->mode == MODE_WILD && percent(20);
}

/* What to answer a stop; @value: what goes with it, as a result */
const char *choose_verb(const struct file *f, const struct stop *stop, long *value)
{
	static const char * const plain[] = { "cont", "cont", "step", "step", "report" };

	*value = percent(50) ? FORGED_RESULT + below(FORGED_RESULTS) :
			       -FORGED_ERRNO - (long)below(FORGED_ERRNOS);
	switch (stop->seen.type) {
	case SYSCALL_TRACE_ENTRY:
		if (is_forgeable(f, stop) && percent(30))
			return "skip";
		return plain[below(ARRAY_SIZE(plain))];
	case SYSCALL_TRACE_EXIT:
		return world->mode == MODE_WILD && !f->gentle && percent(20) ? "return" : "cont";
	case SYSCALL_TRACE_SIGNAL:
		return world->mode == MODE_WILD && !f->gentle && percent(30) ? "discard" : "cont";
	default:
		return "cont";
	}
}

static const char *errno_name(long err)
{
	return strerrorname_np(err) ?: "EIO";
}

static void format_answer(char *line, size_t size, const struct file *f, const struct stop *stop,
			  const char *verb, long value)
{
	char tid[16] = "", text[64];
	bool first = stop == &f->stops[0];

	if (stop->seen.tid && (has_tids(f) || !first || percent(30)))
		snprintf(tid, sizeof(tid), "%u ", stop->seen.tid);
	if (strcmp(verb, "skip") && strcmp(verb, "return"))
		snprintf(text, sizeof(text), "%s", verb);
	else if (value < 0)
		snprintf(text, sizeof(text), "%s %s", *verb == 's' ? "skip-fail" : "fail",
			 errno_name(-value));
	else
		snprintf(text, sizeof(text), "%s %ld", *verb == 's' ? "skip-ok" : "ok", value);
	snprintf(line, size, "%s%s", tid, text);
}

static unsigned int packed_verb(const char *verb)
{
	static const struct {
		const char *verb;
		unsigned int number;
	} verbs[] = {
		{ "cont", SYSCALL_TRACE_CONT }, { "step", SYSCALL_TRACE_STEP },
		{ "report", SYSCALL_TRACE_REPORT }, { "skip", SYSCALL_TRACE_SKIP },
		{ "return", SYSCALL_TRACE_RETURN }, { "discard", SYSCALL_TRACE_DISCARD },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(verbs); i++)
		if (!strcmp(verb, verbs[i].verb))
			return verbs[i].number;
	return SYSCALL_TRACE_CONT;
}

void add_packed(struct batch *b, const struct stop *stop, const char *verb, long value)
{
	struct syscall_trace_record head = { .id = stop->seen.id, .tid = stop->seen.tid };
	unsigned int number = packed_verb(verb);

	if (percent(10))
		head.tid = 0;
	if (number != SYSCALL_TRACE_SKIP && number != SYSCALL_TRACE_RETURN)
		value = 0;
	add_answer(b, number, &head, value);
}

static void answer_packed(struct slot *slot, int i)
{
	static struct batch b;
	struct file *f = slot->file;
	const char *verb;
	long value;
	int err;

	if (!f->stops[i].seen.id)
		return;
	verb = choose_verb(f, &f->stops[i], &value);
	b.len = 0;
	add_packed(&b, &f->stops[i], verb, value);
	err = give(slot->fd, &b);
	doing("answer %d: %u %s = %d", slot->fd, f->stops[i].seen.tid, verb, err);
	if (err == EPERM && f->shared)
		return;
	model_answered(f, i, verb, err);
}

static void answer_text(struct slot *slot, int i)
{
	struct file *f = slot->file;
	const char *verb;
	char line[100];
	long value;
	int err;

	/* Its thread id is not known, and there are others, or it is needed. */
	if (!f->stops[i].seen.tid && (has_tids(f) || i))
		return;
	verb = choose_verb(f, &f->stops[i], &value);
	format_answer(line, sizeof(line), f, &f->stops[i], verb, value);
	err = say_line(slot, line);
	/* The console is everybody's. */
	if (f->what != WHAT_TRACER || f->shared) {
		if (!is_documented(err))
			found("%s gives %d", line, err);
		f->nr_stops = 0;
		world->answers += !err;
		return;
	}
	model_answered(f, i, verb, err);
}

/* What may an access to memory give? */
static void check_access(struct file *f, const char *what, int err)
{
	if (!is_strict(f))
		return;
	if (err == ESRCH && !model_is_over(f, &f->stops[0]))
		found("%s gives ESRCH at %s", what, f->stops[0].seen.name);
	if (err && err != ESRCH && err != EINVAL && err != EFAULT && err != EBUSY &&
	    err != EAGAIN && err != ENOMEM)
		found("%s gives %s", what, strerrorname_np(err));
}

static void get_packed(struct slot *slot)
{
	struct file *f = slot->file;
	struct syscall_trace_record head = {
		.id = f->stops[0].seen.id, .tid = f->stops[0].seen.tid,
	};
	struct syscall_trace_answer *a;
	static struct batch b;
	int err;

	if (!head.id)
		return;
	b.len = 0;
	if (percent(50)) {
		a = add_whole(&b, SYSCALL_TRACE_GET, &head, below(100));
		a->off = a->value ? below(4) : 0;
	} else {
		a = add_whole(&b, SYSCALL_TRACE_GET_ADDRESS, &head, 0);
	}
	a->arg = 1 + below(4);
	err = give(slot->fd, &b);
	doing("get %d: %u verb %u = %d", slot->fd, head.tid, a->verb, err);
	if (is_strict(f))
		model_asked(f, err);
	check_access(f, "get", err);
}

/* Memory: what is asked for comes in a record. */
static void access_memory(struct slot *slot)
{
	static const char * const verbs[] = {
		"get 1", "get 2", "get 2+1 5", "get &2", "get 1 65536", "get &1", "get 3",
	};
	static const char * const sets[] = { "set 2 \"abc\"", "set 1+3 \"\\0\"", "set 3 \"xyz\"" };
	const char *verb = verbs[below(ARRAY_SIZE(verbs))];
	struct file *f = slot->file;
	char line[64];
	int err;

	if (f->packed) {
		get_packed(slot);
		return;
	}
	if (world->mode == MODE_WILD && !f->gentle && percent(40))
		verb = sets[below(ARRAY_SIZE(sets))];
	if (!f->stops[0].seen.tid && has_tids(f))
		return;
	if (f->stops[0].seen.tid)
		snprintf(line, sizeof(line), "%u %s", f->stops[0].seen.tid, verb);
	else
		snprintf(line, sizeof(line), "%s", verb);
	err = say_line(slot, line);
	if (is_strict(f) && verb[0] == 'g')
		model_asked(f, err);
	check_access(f, line, err);
}

void step_memory(void)
{
	struct slot *slot = any_tracer();

	if (slot && slot->file->nr_stops)
		access_memory(slot);
}

void answer_one(struct slot *slot)
{
	struct file *f = slot->file;
	int i;

	if (!f->nr_stops || f->what == WHAT_READER)
		return;
	if (percent(5) && f->what == WHAT_TRACER)
		access_memory(slot);
	if (!f->nr_stops)
		return;
	i = percent(70) ? 0 : below(f->nr_stops);
	if (f->packed)
		answer_packed(slot, i);
	else
		answer_text(slot, i);
}

void step_answer(void)
{
	struct slot *slot = any_slot();

	if (slot)
		answer_one(slot);
}

/* An answer to what is not out, or that does not fit. */
void step_answer_badly(void)
{
	static const char * const verbs[] = { "cont", "step", "skip-ok 3", "ok 3", "discard" };
	struct slot *slot = any_tracer();
	char line[64];
	struct file *f;
	int err, i = below(ARRAY_SIZE(verbs));

	if (!slot || slot->file->packed || !is_strict(slot->file))
		return;
	f = slot->file;
	if (f->target >= MAX_TRACEES)
		return;
	if (f->nr_stops && f->stops[0].seen.tid && i &&
	    f->stops[0].seen.type == SYSCALL_TRACE_NEW) {
		snprintf(line, sizeof(line), "%u %s", f->stops[0].seen.tid, verbs[i]);
		err = say_line(slot, line);
		if (err != EBUSY && !(err == ESRCH && model_is_over(f, &f->stops[0])))
			found("%s at new gives %d", line, err);
	} else if (!f->nr_stops && !has_tids(f) && !f->line_len) {
		err = say_line(slot, verbs[i]);
		if (err != ESRCH)
			found("%s without a stop gives %d", verbs[i], err);
	} else if (has_tids(f)) {
		err = say_line(slot, verbs[i]);
		if (err != EINVAL)
			found("%s without a thread id gives %d", verbs[i], err);
		snprintf(line, sizeof(line), "%d %s", getpid(), verbs[i]);
		err = say_line(slot, line);
		if (err != ESRCH)
			found("%s gives %d", line, err);
	}
}

/* Give the call in its own place, as it was shown. */
void rewrite_same(struct slot *slot, const struct seen *seen)
{
	struct file *f = slot->file;
	static char line[65536];
	ssize_t ret;
	int len;

	if (strlen(seen->text) > 60000 || strchr(seen->text, '~') || f->nr_stops < 1)
		return;
	if (seen->tid)
		len = snprintf(line, sizeof(line), "%u %s\n", seen->tid, seen->text);
	else
		len = snprintf(line, sizeof(line), "%s\n", seen->text);
	ret = write(slot->fd, line, len);
	doing("rewrite %d: %.80s = %zd", slot->fd, line, ret < 0 ? -errno : ret);
	if (!is_strict(f) || ret == len || errno == ENOMEM)
		return;
	if (errno == ESRCH && model_is_over(f, &f->stops[f->nr_stops - 1]))
		return;
	found("the call as it was shown gives %s: %.300s",
	      ret < 0 ? strerrorname_np(errno) : "0", line);
}
