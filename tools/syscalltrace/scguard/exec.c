// SPDX-License-Identifier: GPL-2.0-only
/*
 * Judgement of programs.
 *
 * Before the call what it will execute is judged, to give it an errno. What has
 * been executed is judged before its first instruction: that is what counts.
 */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scguard.h"

#define MAX_SCRIPTS	5	/* interpreters of interpreters, as in the kernel */

/* --------------------------- what is in a program ------------------------- */

/* Open what an O_PATH descriptor is of. */
static int reopen(int fd)
{
	char path[40];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
}

/* The interpreter of a script that begins with @text; false if it has none. */
static bool script_interpreter(const char *text, char *interpreter)
{
	size_t len;

	if (strncmp(text, "#!", 2))
		return false;
	text += 2 + strspn(text + 2, " \t");
	len = strcspn(text, " \t\n");
	if (!len || len >= PATH_MAX)
		return false;
	memcpy(interpreter, text, len);
	interpreter[len] = '\0';
	return true;
}

/* Of the program at @fd: 0 if it is no script, 1 if it is, or a negative errno. */
static int look_into(int fd, char *interpreter)
{
	char text[256];
	ssize_t len;
	int in = reopen(fd);

	if (in < 0)
		return -errno;
	len = read(in, text, sizeof(text) - 1);
	close(in);
	if (len < 0)
		return -errno;
	text[len] = '\0';
	return script_interpreter(text, interpreter);
}

/* ------------------------------ before the call --------------------------- */

/* Whoever may not read a program cannot be shown to scguard when it runs. */
static bool may_look_into(struct request *rq, int err)
{
	if (err == -EACCES && capable)
		return true;
	return refuse(rq, -err, "program that cannot be read");
}

/* Judge the interpreters, each by its own name. */
static bool judge_interpreters(struct request *rq)
{
	char interpreter[PATH_MAX];
	unsigned int depth;
	int is_script;

	for (depth = 0; ; depth++) {
		is_script = look_into(rq->places[0].fd, interpreter);
		if (is_script < 0)
			return may_look_into(rq, is_script);
		if (!is_script)
			return true;
		if (depth == MAX_SCRIPTS)
			return refuse(rq, ELOOP, "interpreters");
		place_close(&rq->places[0]);
		rq->nr_places = 0;
		if (!request_place(rq, AT_FDCWD, interpreter, 0) || !decide_place(rq, 0, EXEC))
			return false;
		if (rq->places[0].err || !rq->places[0].exists)
			return refuse(rq, rq->places[0].err ? rq->places[0].err : ENOENT, "path");
		if (!S_ISREG(rq->places[0].mode))
			return refuse(rq, EACCES, "path");
	}
}

static void judge_program(struct request *rq, int dirfd, const char *path, unsigned int resolve)
{
	struct place *place = &rq->places[0];

	if (!request_place(rq, dirfd, path, resolve))
		return;
	if (!place->exists && knows_of(rq, 0)) {
		refuse(rq, place->err ? place->err : ENOENT, "path");
		return;
	}
	if (!decide_place(rq, 0, EXEC))
		return;
	if (place->err || !S_ISREG(place->mode) || !(place->mode & 0111)) {
		refuse(rq, place->err ? place->err : EACCES, "path");
		return;
	}
	if (!judge_interpreters(rq))
		return;
	/* Without the capability a program must not become unreadable meanwhile. */
	rq->alone = !capable && rq->mutable;
	rq->mutable = false;
}

static void judge_execve(struct request *rq)
{
	char path[PATH_MAX];

	if (request_string(rq, 0, path, sizeof(path)))
		judge_program(rq, AT_FDCWD, path, 0);
}

static void judge_execveat(struct request *rq)
{
	unsigned int flags = request_int(rq, 4), resolve = 0;
	char path[PATH_MAX];

	if (!request_string(rq, 1, path, sizeof(path)))
		return;
	if (flags & AT_EMPTY_PATH)
		resolve |= R_EMPTY;
	if (flags & AT_SYMLINK_NOFOLLOW)
		resolve |= R_NOFOLLOW;
	judge_program(rq, request_int(rq, 0), path, resolve);
}

/* ------------------------------ after the call ---------------------------- */

/* Judge a mapped file by the path that it has now. */
static bool allows_path(const char *path, enum right right, pid_t pid)
{
	struct path_view view;
	const struct verdict *verdict;

	if (!strncmp(path, "/memfd:", 7))
		path = "memfd:";
	rules_look(policy, path, &view);
	verdict = &view.verdicts[right];
	/* What was asked for was asked before. */
	if (permits(verdict) || (learning && !verdict->line))
		return true;
	audit_event(pid, right_name(right), path, false);
	return false;
}

/* What was deleted since has a name that rules do not know. */
static bool allows(const char *path, enum right right, pid_t pid)
{
	static const char deleted[] = " (deleted)";
	size_t len = strlen(path), end = sizeof(deleted) - 1;
	char before[PATH_MAX];

	if (!allows_path(path, right, pid))
		return false;
	if (len < end || strcmp(path + len - end, deleted))
		return true;
	snprintf(before, sizeof(before), "%.*s", (int)(len - end), path);
	return allows_path(before, right, pid);
}

/* The path of an executable mapping, NULL if @line of maps has none. */
static char *mapped_program(char *line)
{
	char permissions[5], *path;

	if (sscanf(line, "%*s %4s", permissions) != 1 || permissions[2] != 'x')
		return NULL;
	path = strchr(line, '/');
	if (path)
		path[strcspn(path, "\n")] = '\0';
	return path;
}

/* The loader was mapped by the kernel: a program can do no more with what it can read. */
static bool loader_is_allowed(struct thread *th, const char *exe)
{
	bool allowed = true;
	char path[64], *line = NULL, *file;
	size_t size = 0;
	FILE *maps;

	snprintf(path, sizeof(path), "/proc/%d/maps", th->tid);
	maps = fopen(path, "re");
	if (!maps)
		return false;
	while (allowed && getline(&line, &size, maps) > 0) {
		file = mapped_program(line);
		if (!file || !strcmp(file, exe))
			continue;
		allowed = allows(file, EXEC, th->tid) || allows(file, READ, th->tid);
	}
	allowed &= !ferror(maps);
	free(line);
	fclose(maps);
	return allowed;
}

/* @path: set to what the program is. */
bool exec_is_allowed(struct thread *th, char *path)
{
	char link[64];
	ssize_t len;

	snprintf(link, sizeof(link), "/proc/%d/exe", th->tid);
	len = readlink(link, path, PATH_MAX - 1);
	path[len < 0 ? 0 : len] = '\0';
	if (len <= 0 || len == PATH_MAX - 1)
		return false;
	th->creds_known = false;
	th->shares_memory = false;
	return allows(path, EXEC, th->tid) && loader_is_allowed(th, path);
}

const struct judged_call exec_calls[] = {
	{ "execve", judge_execve, NONE, 0, NONE, EXEC, 0 },
	{ "execveat", judge_execveat, 0, 1, 4, EXEC, 0 },
	{ .name = NULL }
};
