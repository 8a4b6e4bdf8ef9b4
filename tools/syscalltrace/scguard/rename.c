// SPDX-License-Identifier: GPL-2.0-only
/*
 * Judgement of calls that make, move and remove names.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <string.h>
#include <sys/stat.h>

#include "scguard.h"

static int dirfd_of(const struct request *rq)
{
	return rq->call->dirfd == NONE ? AT_FDCWD : request_int(rq, rq->call->dirfd);
}

/* Resolve a name to be made or removed. @dots: the errnos of "." and "..", as the kernel's */
static bool take_name(struct request *rq, int dirfd, unsigned int arg, int dot, int dots)
{
	struct place *place = &rq->places[rq->nr_places];
	char path[PATH_MAX];

	if (!request_string(rq, arg, path, sizeof(path)) ||
	    !request_place(rq, dirfd, path, R_NAME))
		return false;
	if (place->dots)
		return refuse(rq, place->dots == 1 ? dot : dots, "path");
	if (!strcmp(place->path, "/"))
		return refuse(rq, dot == EEXIST ? EEXIST : EBUSY, "path");
	return true;
}

/* A name that a call makes; what is there is there. */
static bool decide_new(struct request *rq, unsigned int i)
{
	if (rq->places[i].exists && knows_of(rq, i))
		return refuse(rq, EEXIST, "path");
	return decide_place(rq, i, CREATE) &&
	       (!rq->places[i].err || refuse(rq, rq->places[i].err, "path"));
}

/* A name that a call takes away. */
static bool decide_old(struct request *rq, unsigned int i)
{
	if (!rq->places[i].exists && !rq->places[i].err && knows_of(rq, i))
		return refuse(rq, ENOENT, "path");
	return decide_place(rq, i, CREATE) &&
	       (!rq->places[i].err || refuse(rq, rq->places[i].err, "path"));
}

static void judge_new(struct request *rq)
{
	if (take_name(rq, dirfd_of(rq), rq->call->path, EEXIST, EEXIST) && decide_new(rq, 0))
		request_use_path(rq, 0, rq->call->dirfd, rq->call->path);
}

/* Devices are not protected by their names. */
static void judge_mknod(struct request *rq)
{
	mode_t type = request_int(rq, rq->call->path + 1) & S_IFMT;

	if (type == S_IFCHR || type == S_IFBLK)
		refuse(rq, EPERM, "device");
	else
		judge_new(rq);
}

static void judge_remove(struct request *rq)
{
	bool dir = rq->call->flags != NONE ? request_int(rq, rq->call->flags) & AT_REMOVEDIR :
		   !strcmp(rq->call->name, "rmdir");

	if (take_name(rq, dirfd_of(rq), rq->call->path, dir ? EINVAL : EISDIR,
		      dir ? ENOTEMPTY : EISDIR) && decide_old(rq, 0))
		request_use_path(rq, 0, rq->call->dirfd, rq->call->path);
}

static void judge_symlink(struct request *rq)
{
	judge_new(rq);
	rq->changes = true;
}

/* ----------------------------- links and moves ---------------------------- */

/* Does the second path give no right that the first does not? */
static bool gives_no_more(const struct path_view *from, const struct path_view *to)
{
	unsigned int i;

	for (i = 0; i < NR_RIGHTS; i++) {
		const struct verdict *a = &from->verdicts[i], *b = &to->verdicts[i];

		if (b->kind == ALLOW && a->kind != ALLOW && !(learning && !a->line))
			return false;
		if (b->kind == ASK && !permits(a))
			return false;
	}
	return true;
}

/* Rules go by paths: what moves must not gain by it. Programs copy after EXDEV. */
static bool may_move(struct request *rq, unsigned int from, unsigned int to)
{
	const struct path_view *a = &rq->views[from], *b = &rq->views[to];

	if (a->rules_below || b->rules_below || !gives_no_more(a, b))
		return refuse(rq, EXDEV, "other rules there");
	return true;
}

static void judge_rename(struct request *rq)
{
	bool at = rq->call->dirfd != NONE;
	unsigned int old = at ? 1 : 0, new = at ? 3 : 1, flags = 0;

	if (!strcmp(rq->call->name, "renameat2"))
		flags = request_int(rq, 4);
	rq->changes = true;
	if (!take_name(rq, at ? request_int(rq, 0) : AT_FDCWD, old, EBUSY, EBUSY) ||
	    !take_name(rq, at ? request_int(rq, 2) : AT_FDCWD, new, EBUSY, EBUSY) ||
	    !decide_old(rq, 0) || !decide_place(rq, 1, CREATE) || !may_move(rq, 0, 1))
		return;
	if (flags & RENAME_EXCHANGE && !may_move(rq, 1, 0))
		return;
	if (rq->places[1].err) {
		refuse(rq, rq->places[1].err, "path");
		return;
	}
	request_use_path(rq, 0, at ? 0 : NONE, old);
	request_use_path(rq, 1, at ? 2 : NONE, new);
}

/* The object of a link, which gets another name. */
static bool take_linked(struct request *rq, bool at)
{
	unsigned int flags = at ? request_int(rq, 4) : 0;
	unsigned int resolve = flags & AT_SYMLINK_FOLLOW ? 0 : R_NOFOLLOW;
	char path[PATH_MAX];

	if (flags & AT_EMPTY_PATH)
		resolve |= R_EMPTY;
	return request_string(rq, at ? 1 : 0, path, sizeof(path)) &&
	       request_place(rq, at ? request_int(rq, 0) : AT_FDCWD, path, resolve);
}

static void judge_link(struct request *rq)
{
	bool at = rq->call->dirfd != NONE;

	rq->changes = true;
	if (!take_linked(rq, at) || !decide_meta(rq, 0))
		return;
	if (rq->places[0].err || !rq->places[0].exists) {
		refuse(rq, rq->places[0].err ? rq->places[0].err : ENOENT, "path");
		return;
	}
	if (!take_name(rq, at ? request_int(rq, 2) : AT_FDCWD, at ? 3 : 1, EEXIST, EEXIST) ||
	    !decide_new(rq, 1) || !may_move(rq, 0, 1))
		return;
	request_use_path(rq, 0, at ? 0 : NONE, at ? 1 : 0);
	request_use_path(rq, 1, at ? 2 : NONE, at ? 3 : 1);
	if (!at || !rq->rewritten)
		return;
	/* What was followed is its end; what has no name is behind a link of /proc. */
	rq->rewrite.args[4] = rq->places[0].nameless ? AT_SYMLINK_FOLLOW : 0;
	rq->rewrite.kept &= ~(1 << 4);
}

#define NEW_AT(name, judge)	{ name, judge, 0, 1, NONE, CREATE, R_NAME }
#define NEW(name, judge)	{ name, judge, NONE, 0, NONE, CREATE, R_NAME }

const struct judged_call name_calls[] = {
	NEW("mkdir", judge_new),
	NEW_AT("mkdirat", judge_new),
	NEW("mknod", judge_mknod),
	NEW_AT("mknodat", judge_mknod),
	NEW("unlink", judge_remove),
	NEW("rmdir", judge_remove),
	{ "unlinkat", judge_remove, 0, 1, 2, CREATE, R_NAME },
	{ "symlink", judge_symlink, NONE, 1, NONE, CREATE, R_NAME },
	{ "symlinkat", judge_symlink, 1, 2, NONE, CREATE, R_NAME },
	NEW("rename", judge_rename),
	NEW_AT("renameat", judge_rename),
	NEW_AT("renameat2", judge_rename),
	NEW("link", judge_link),
	NEW_AT("linkat", judge_link),
	{ .name = NULL }
};
