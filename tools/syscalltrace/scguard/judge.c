// SPDX-License-Identifier: GPL-2.0-only
/*
 * Judgements: what all of them have in common.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "scguard.h"

#define MAX_CALLS	1024

static const struct judged_call *by_number[MAX_CALLS];

/* --------------------------------- verdicts ------------------------------- */

bool permits(const struct verdict *verdict)
{
	return verdict->kind == ALLOW || verdict->kind == ASK;
}

static void set_thing(struct request *rq, const char *thing)
{
	size_t len = strnlen(thing, sizeof(rq->thing) - 1);

	memmove(rq->thing, thing, len);
	rq->thing[len] = '\0';
}

static void note(struct request *rq, struct verdict verdict, const char *what, const char *thing)
{
	rq->verdict = verdict;
	rq->what = what;
	set_thing(rq, thing);
}

/* What no rule can allow. */
bool refuse(struct request *rq, int err, const char *why)
{
	struct verdict verdict = { .kind = DENY, .err = err };

	if (!rq->what || !rq->err)
		note(rq, verdict, why, rq->thing);
	rq->err = err;
	return false;
}

/* A default that denies is what a policy is learnt for. */
static bool is_to_learn(const struct verdict *verdict)
{
	return learning && verdict->kind == DENY && !verdict->line;
}

bool decide(struct request *rq, struct verdict verdict, const char *what, const char *thing)
{
	note(rq, verdict, what, thing);
	if (verdict.kind == ALLOW || is_to_learn(&verdict))
		return true;
	if (verdict.kind == ASK && ask(rq, what, thing))
		return true;
	rq->err = verdict.err ? verdict.err : EACCES;
	return false;
}

/* ------------------------------ paths in /proc ---------------------------- */

/* The process whose directory in /proc @path is below, and what it is there; or 0. */
static pid_t split_proc(const char *path, const char **rest)
{
	char *end;
	pid_t pid;

	if (strncmp(path, "/proc/", 6))
		return 0;
	pid = strtol(path + 6, &end, 10);
	if (end == path + 6 || (*end && *end != '/'))
		return 0;
	*rest = end;
	if (!strncmp(end, "/task/", 6)) {
		strtol(end + 6, &end, 10);
		*rest = end;
	}
	return pid;
}

static bool is_harmless_of_guard(const char *rest)
{
	static const char *const names[] = {
		"", "/stat", "/status", "/statm", "/cmdline", "/comm",
	};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(rest, names[i]))
			return true;
	return false;
}

/* Files of processes that give power over them. */
static bool proc_allows(struct request *rq, const char *path, enum right right)
{
	const char *rest;
	pid_t pid = split_proc(path, &rest);
	bool writes = right == WRITE || right == CREATE;

	if (!pid)
		return true;
	if (pid == getpid() && (writes || !is_harmless_of_guard(rest)))
		return refuse(rq, EACCES, "the guard's own");
	if (!strcmp(rest, "/mem") && (writes || !process_is_guarded(pid)))
		return refuse(rq, EACCES, "memory of a process");
	if (!strcmp(rest, "/syscall") && writes &&
	    (policy->trace.kind != ALLOW || !process_is_guarded(pid)))
		return refuse(rq, EACCES, "tracing");
	return true;
}

/* The thread's own directory in /proc is "/proc/self" in rules. */
void request_view(struct request *rq, unsigned int i)
{
	char own[PATH_MAX + 16];
	const char *path = rq->places[i].path, *rest;
	char prefix[32];

	snprintf(prefix, sizeof(prefix), "/proc/%d", rq->th->tgid);
	rest = path + strlen(prefix);
	if (!strncmp(path, prefix, strlen(prefix)) && (!*rest || *rest == '/')) {
		snprintf(own, sizeof(own), "/proc/self%s", rest);
		path = own;
	}
	rules_look(policy, path, &rq->views[i]);
	/* What is allowed to be learnt may change as well. */
	rq->mutable |= rq->views[i].mutable || learning;
}

/* ---------------------------------- places -------------------------------- */

/* Resolve a path, as the next place of the request. */
bool request_place(struct request *rq, int dirfd, const char *path, unsigned int flags)
{
	unsigned int i = rq->nr_places++;
	int err = place_resolve(rq->th, dirfd, path, flags, &rq->places[i]);

	set_thing(rq, err ? path : rq->places[i].path);
	if (err)
		return refuse(rq, err, "path");
	request_view(rq, i);

	return true;
}

/* What is held already, and has no path, may be used as it is, but not executed. */
static bool is_held(const struct place *place, enum right right)
{
	return place->nameless && place->path[0] != '/' && right != EXEC;
}

bool decide_place(struct request *rq, unsigned int i, enum right right)
{
	const struct place *place = &rq->places[i];
	const struct verdict *verdict = &rq->views[i].verdicts[right];
	const struct verdict allowed = { .kind = ALLOW };

	if (is_held(place, right))
		return decide(rq, allowed, right_name(right), place->path);
	if (place_is_other_proc(place))
		return refuse(rq, EACCES, "another mount of proc");
	if (!proc_allows(rq, place->path, right) ||
	    !decide(rq, *verdict, right_name(right), place->path))
		return false;
	if (is_to_learn(verdict))
		learn_path(right, place->path);
	return true;
}

/* May the program know whether it is there? */
bool knows_of(const struct request *rq, unsigned int i)
{
	const struct path_view *view = &rq->views[i];
	unsigned int right;

	if (view->leads || learning)
		return true;
	for (right = 0; right < NR_RIGHTS; right++)
		if (permits(&view->verdicts[right]))
			return true;
	return false;
}

bool decide_meta(struct request *rq, unsigned int i)
{
	const struct place *place = &rq->places[i];
	struct verdict verdict = rq->views[i].verdicts[READ];

	if (is_held(place, READ) || knows_of(rq, i))
		verdict.kind = ALLOW;
	return decide(rq, verdict, "meta", place->path);
}

/* -------------------------------- arguments ------------------------------- */

int request_int(const struct request *rq, unsigned int arg)
{
	return (int)rq->record->args[arg];
}

/* The first block of an argument; NULL if it has none. */
const struct syscall_trace_block *request_block(const struct request *rq, unsigned int arg)
{
	const struct syscall_trace_block *block = NULL;

	while ((block = sct_block(rq->record, block)))
		if (block->arg == arg)
			return block;
	return NULL;
}

/* A string that is shown whole, and cannot change any more. */
bool request_string(struct request *rq, unsigned int arg, char *to, size_t room)
{
	const struct syscall_trace_block *block = request_block(rq, arg);

	if (!block || block->kind != SYSCALL_TRACE_BYTES)
		return refuse(rq, EFAULT, "unreadable");
	if (rq->record->unbound & 1 << arg)
		return refuse(rq, EFAULT, "not bound");
	if (block->flags & SYSCALL_TRACE_MORE || block->len >= room)
		return refuse(rq, ENAMETOOLONG, "too long");
	memcpy(to, sct_bytes(block), block->len);
	to[block->len] = '\0';
	if (strlen(to) != block->len)
		return refuse(rq, EINVAL, "string");
	return true;
}

/* Nothing is to be changed yet. */
static void begin_rewrite(struct request *rq)
{
	if (rq->rewritten)
		return;
	rq->rewritten = true;
	memset(&rq->rewrite, 0, sizeof(rq->rewrite));
	rq->rewrite.nr = rq->record->nr;
	rq->rewrite.kept = 0x3f;
}

/* Make it another call; all arguments stay where they are until they are changed. */
void request_become(struct request *rq, const char *call)
{
	begin_rewrite(rq);
	rq->rewrite.nr = sct_number(rq->record->abi, call);
}

/* A path that leads to the place, and to nothing else. */
static void path_of(struct request *rq, unsigned int i)
{
	const struct place *place = &rq->places[i];
	const char *slash = place->slash && strcmp(place->path, "/") ? "/" : "";

	if (place->nameless)
		snprintf(rq->data[i], sizeof(rq->data[i]), "/proc/%d/fd/%d", getpid(), place->fd);
	else
		stpcpy(stpcpy(rq->data[i], place->path), slash);
}

static bool is_that_path(const struct request *rq, unsigned int arg, const char *path)
{
	const struct syscall_trace_block *block = request_block(rq, arg);

	return block && block->kind == SYSCALL_TRACE_BYTES && block->len == strlen(path) &&
	       !memcmp(sct_bytes(block), path, block->len);
}

/* Let the call use the canonical path of a place, unless it does so anyway. */
void request_use_path(struct request *rq, unsigned int i, int dirfd_arg, unsigned int path_arg)
{
	path_of(rq, i);
	if (!rq->rewritten && is_that_path(rq, path_arg, rq->data[i]))
		return;
	begin_rewrite(rq);
	rq->rewrite.data[path_arg] = rq->data[i];
	rq->rewrite.data_len[path_arg] = strlen(rq->data[i]) + 1;
	rq->rewrite.kept &= ~(1 << path_arg);
	if (dirfd_arg >= 0) {
		rq->rewrite.args[dirfd_arg] = AT_FDCWD;
		rq->rewrite.kept &= ~(1 << dirfd_arg);
	}
}

/* ----------------------------------- calls -------------------------------- */

static void add_calls(const struct judged_call *calls)
{
	int nr;

	for (; calls->name; calls++) {
		nr = sct_number(SYSCALL_TRACE_ABI_X86_64, calls->name);
		if (nr >= 0 && nr < MAX_CALLS)
			by_number[nr] = calls;
	}
}

void judge_init(void)
{
	add_calls(file_calls);
	add_calls(name_calls);
	add_calls(open_calls);
	add_calls(exec_calls);
	add_calls(net_calls);
	add_calls(process_calls);
}

const struct judged_call *judge_find(unsigned int nr)
{
	return nr < MAX_CALLS ? by_number[nr] : NULL;
}

/* rq->th and rq->record are set. */
void judge(struct request *rq)
{
	rq->nr_places = 0;
	rq->rewritten = false;
	rq->mutable = false;
	rq->changes = false;
	rq->alone = false;
	rq->binds = 0;
	rq->err = 0;
	rq->what = NULL;
	rq->verdict = (struct verdict){ .kind = ALLOW };
	rq->thing[0] = '\0';
	rq->call = NULL;
	thread_learn(rq->th);
	if (rq->record->abi != SYSCALL_TRACE_ABI_X86_64) {
		refuse(rq, ENOSYS, "another ABI");
		return;
	}
	rq->call = judge_find(rq->record->nr);
	if (!rq->call)
		refuse(rq, ENOSYS, "unknown call");
	else
		rq->call->judge(rq);
}

void request_release(struct request *rq)
{
	unsigned int i;

	for (i = 0; i < rq->nr_places; i++)
		place_close(&rq->places[i]);
	rq->nr_places = 0;
}
