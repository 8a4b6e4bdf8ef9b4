// SPDX-License-Identifier: GPL-2.0-only
/*
 * Judgement of calls that look at files, or change what is there.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "scguard.h"

static unsigned int flags_of(const struct request *rq)
{
	return rq->call->flags == NONE ? 0 : (unsigned int)request_int(rq, rq->call->flags);
}

static int dirfd_of(const struct request *rq)
{
	return rq->call->dirfd == NONE ? AT_FDCWD : request_int(rq, rq->call->dirfd);
}

static bool decide_right(struct request *rq, unsigned int right)
{
	return right == META ? decide_meta(rq, 0) : decide_place(rq, 0, right);
}

/* A call with one path, to what is there. */
static void judge_path(struct request *rq)
{
	const struct judged_call *call = rq->call;
	unsigned int flags = flags_of(rq), resolve = call->resolve;
	char path[PATH_MAX];

	if (!request_string(rq, call->path, path, sizeof(path)))
		return;
	if (flags & AT_SYMLINK_NOFOLLOW)
		resolve |= R_NOFOLLOW;
	if (flags & AT_EMPTY_PATH) {
		/* To look at what is held takes no right. */
		if (!*path && call->right == META)
			return;
		resolve |= R_EMPTY;
	}
	if (!request_place(rq, dirfd_of(rq), path, resolve) || !decide_right(rq, call->right))
		return;
	if (rq->places[0].err) {
		refuse(rq, rq->places[0].err, "path");
		return;
	}
	request_use_path(rq, 0, call->dirfd, call->path);
	if (*path || !S_ISLNK(rq->places[0].mode))
		return;
	/* The link itself was held. */
	if (call->flags == NONE) {
		refuse(rq, EBADF, "link");
		return;
	}
	rq->rewrite.args[(int)call->flags] = flags | AT_SYMLINK_NOFOLLOW;
	rq->rewrite.kept &= ~(1 << call->flags);
}

/* ------------------------ calls that have a descriptor -------------------- */

/* Change what a descriptor is of: by its path, as another may take its place. */
static bool judge_held(struct request *rq)
{
	if (!request_place(rq, request_int(rq, 0), "", R_EMPTY) ||
	    !decide_place(rq, 0, WRITE))
		return false;
	if (S_ISLNK(rq->places[0].mode))
		return refuse(rq, EBADF, "link");
	return !rq->places[0].err || refuse(rq, rq->places[0].err, "path");
}

/* The arguments behind the descriptor move by one. */
static void move_args(struct request *rq, unsigned int nr)
{
	unsigned int i;

	for (i = 1; i <= nr; i++)
		rq->rewrite.args[i + 1] = rq->record->args[i];
	rq->rewrite.kept = 0;
}

static void judge_fchmod(struct request *rq)
{
	if (!judge_held(rq))
		return;
	request_become(rq, "fchmodat");
	move_args(rq, 1);
	request_use_path(rq, 0, 0, 1);
}

static void judge_fchown(struct request *rq)
{
	if (!judge_held(rq))
		return;
	request_become(rq, "fchownat");
	move_args(rq, 2);
	rq->rewrite.args[4] = 0;
	request_use_path(rq, 0, 0, 1);
}

static void judge_fsetxattr(struct request *rq)
{
	if (!judge_held(rq))
		return;
	request_become(rq, "setxattr");
	request_use_path(rq, 0, NONE, 0);
}

static void judge_fremovexattr(struct request *rq)
{
	if (!judge_held(rq))
		return;
	request_become(rq, "removexattr");
	request_use_path(rq, 0, NONE, 0);
}

/* Without a path it is for the descriptor. */
static void judge_times(struct request *rq)
{
	const struct syscall_trace_block *block = request_block(rq, 1);

	if (!block || block->kind != SYSCALL_TRACE_POINTER || block->addr) {
		judge_path(rq);
		return;
	}
	if (judge_held(rq))
		request_use_path(rq, 0, 0, 1);
}

/* ---------------------------------- table --------------------------------- */

#define AT(name, right, resolve, flags)	{ name, judge_path, 0, 1, flags, right, resolve }
#define PLAIN(name, right, resolve)	{ name, judge_path, NONE, 0, NONE, right, resolve }
#define HELD(name, judge)		{ name, judge, 0, NONE, NONE, WRITE, 0 }

const struct judged_call file_calls[] = {
	PLAIN("stat", META, 0),
	PLAIN("lstat", META, R_NOFOLLOW),
	AT("newfstatat", META, 0, 3),
	AT("statx", META, 0, 2),
	PLAIN("access", META, 0),
	AT("faccessat", META, 0, NONE),
	AT("faccessat2", META, 0, 3),
	PLAIN("readlink", META, R_NOFOLLOW),
	AT("readlinkat", META, R_NOFOLLOW | R_EMPTY, NONE),
	PLAIN("statfs", META, 0),
	PLAIN("chdir", META, 0),
	{ "name_to_handle_at", judge_path, 0, 1, NONE, META, R_NOFOLLOW | R_EMPTY },
	PLAIN("getxattr", READ, 0),
	PLAIN("lgetxattr", READ, R_NOFOLLOW),
	PLAIN("listxattr", READ, 0),
	PLAIN("llistxattr", READ, R_NOFOLLOW),
	{ "inotify_add_watch", judge_path, NONE, 1, NONE, READ, 0 },
	PLAIN("truncate", WRITE, 0),
	PLAIN("chmod", WRITE, 0),
	AT("fchmodat", WRITE, 0, NONE),
	AT("fchmodat2", WRITE, 0, 3),
	PLAIN("chown", WRITE, 0),
	PLAIN("lchown", WRITE, R_NOFOLLOW),
	AT("fchownat", WRITE, 0, 4),
	PLAIN("utime", WRITE, 0),
	PLAIN("utimes", WRITE, 0),
	{ "utimensat", judge_times, 0, 1, 3, WRITE, 0 },
	{ "futimesat", judge_times, 0, 1, NONE, WRITE, 0 },
	PLAIN("setxattr", WRITE, 0),
	PLAIN("lsetxattr", WRITE, R_NOFOLLOW),
	PLAIN("removexattr", WRITE, 0),
	PLAIN("lremovexattr", WRITE, R_NOFOLLOW),
	HELD("fchmod", judge_fchmod),
	HELD("fchown", judge_fchown),
	HELD("fsetxattr", judge_fsetxattr),
	HELD("fremovexattr", judge_fremovexattr),
	{ .name = NULL }
};
