// SPDX-License-Identifier: GPL-2.0-only
/*
 * Judgement of calls that open files. All become openat2() of the canonical path,
 * with which the kernel follows no link.
 */
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>

#include "scguard.h"

#define PATH_FLAGS	(O_DIRECTORY | O_NOFOLLOW | O_PATH | O_CLOEXEC)
#define TMPFILE		(O_TMPFILE & ~O_DIRECTORY)
/* What the kernel knows; it takes no others for openat2(). */
#define VALID_FLAGS	(O_ACCMODE | O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC | O_APPEND | \
			 O_NONBLOCK | O_SYNC | O_DSYNC | O_ASYNC | O_DIRECT | 0100000 | \
			 O_DIRECTORY | O_NOFOLLOW | O_NOATIME | O_CLOEXEC | O_PATH | TMPFILE)

/* As open() understands its flags and mode. */
static void how_of_open(struct open_how *how, unsigned int flags, unsigned int mode)
{
	memset(how, 0, sizeof(*how));
	how->flags = flags & VALID_FLAGS;
	if (how->flags & O_PATH)
		how->flags &= PATH_FLAGS;
	if (how->flags & (O_CREAT | TMPFILE))
		how->mode = mode & 07777;
}

/* ---------------------------------- rights -------------------------------- */

static bool decide_access(struct request *rq)
{
	unsigned int flags = rq->how.flags, mode = flags & O_ACCMODE;

	if (flags & O_PATH)
		return decide_meta(rq, 0);
	if (mode != O_WRONLY && !decide_place(rq, 0, READ))
		return false;
	return (mode == O_RDONLY && !(flags & O_TRUNC)) || decide_place(rq, 0, WRITE);
}

/* The file is to be made, and may not be there when it is. */
static bool decide_create(struct request *rq)
{
	const struct path_view *view = &rq->views[0];

	if (!decide_place(rq, 0, CREATE))
		return false;
	if (view->verdicts[WRITE].kind != ALLOW || view->verdicts[READ].kind != ALLOW)
		rq->how.flags |= learning ? 0 : O_EXCL;
	return true;
}

static bool decide_open(struct request *rq)
{
	const struct place *place = &rq->places[0];
	unsigned int flags = rq->how.flags;

	if (flags & TMPFILE)
		return decide_place(rq, 0, CREATE);
	if (!(flags & O_CREAT))
		return place->exists || place->err ? decide_access(rq) :
		       knows_of(rq, 0) ? refuse(rq, ENOENT, "path") : decide_access(rq);
	if (place->exists && flags & O_EXCL)
		return knows_of(rq, 0) ? refuse(rq, EEXIST, "path") : decide_access(rq);
	if (!place->exists)
		return decide_create(rq);
	if (!permits(&rq->views[0].verdicts[CREATE]) && !learning) {
		rq->how.flags &= ~(uint64_t)O_CREAT;
		rq->how.mode = 0;
	}
	return decide_access(rq);
}

/* ---------------------------------- calls --------------------------------- */

/* Nothing can happen between this and the call, and it says what it means. */
static bool may_stay(const struct request *rq, const char *path)
{
	const struct place *place = &rq->places[0];

	return !rq->mutable && place->exists && !place->nameless && !place->slash &&
	       !strcmp(path, place->path);
}

static void use_openat2(struct request *rq)
{
	bool nameless = rq->places[0].nameless;

	rq->how.resolve = nameless ? 0 : RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
	if (nameless) {
		rq->how.flags &= ~(uint64_t)(O_CREAT | O_EXCL | O_NOFOLLOW);
		rq->how.mode = 0;
	}
	request_become(rq, "openat2");
	request_use_path(rq, 0, 0, 1);
	rq->rewrite.data[2] = &rq->how;
	rq->rewrite.data_len[2] = sizeof(rq->how);
	rq->rewrite.args[3] = sizeof(rq->how);
	rq->rewrite.kept = 0;
	/* The kernel makes sure of it itself; only a pin has to be kept. */
	rq->mutable = false;
}

static void judge_how(struct request *rq, int dirfd, const char *path)
{
	unsigned int resolve = 0;

	if (rq->how.flags & O_NOFOLLOW ||
	    (rq->how.flags & (O_CREAT | O_EXCL)) == (O_CREAT | O_EXCL))
		resolve = R_NOFOLLOW;
	if (!request_place(rq, dirfd, path, resolve) || !decide_open(rq))
		return;
	if (rq->places[0].err) {
		refuse(rq, rq->places[0].err, "path");
		return;
	}
	if (!may_stay(rq, path))
		use_openat2(rq);
}

static void judge_open(struct request *rq)
{
	bool creat = !strcmp(rq->call->name, "creat");
	unsigned int flags = rq->call->flags;
	char path[PATH_MAX];

	if (!request_string(rq, rq->call->path, path, sizeof(path)))
		return;
	if (creat)
		how_of_open(&rq->how, O_CREAT | O_WRONLY | O_TRUNC, request_int(rq, 1));
	else
		how_of_open(&rq->how, request_int(rq, flags), request_int(rq, flags + 1));
	judge_how(rq, rq->call->dirfd == NONE ? AT_FDCWD : request_int(rq, 0), path);
}

static bool take_how(struct request *rq)
{
	size_t len, i;
	const unsigned char *bytes = sct_arg(rq->record, 2, &len);

	if (!bytes || rq->record->unbound & 1 << 2)
		return refuse(rq, EFAULT, "unreadable");
	if (len != rq->record->args[3])
		return refuse(rq, E2BIG, "struct");
	for (i = sizeof(rq->how); i < len; i++)
		if (bytes[i])
			return refuse(rq, E2BIG, "struct");
	if (len < sizeof(rq->how))
		return refuse(rq, EINVAL, "struct");
	memcpy(&rq->how, bytes, sizeof(rq->how));
	if (rq->how.flags & ~(uint64_t)VALID_FLAGS || rq->how.mode & ~07777ULL)
		return refuse(rq, EINVAL, "flags");
	return true;
}

/* What it asks the kernel to make sure of when it resolves, is made sure of here. */
static void judge_openat2(struct request *rq)
{
	struct place *place = &rq->places[0];
	char path[PATH_MAX];
	int err;

	if (!request_string(rq, 1, path, sizeof(path)) || !take_how(rq))
		return;
	if (!rq->how.resolve) {
		judge_how(rq, request_int(rq, 0), path);
		return;
	}
	err = place_resolve_how(rq->th, request_int(rq, 0), path, &rq->how, place);
	rq->nr_places = 1;
	if (err) {
		refuse(rq, err, "path");
		return;
	}
	request_view(rq, 0);
	if (!decide_open(rq))
		return;
	if (place->err)
		refuse(rq, place->err, "path");
	else
		use_openat2(rq);
}

const struct judged_call open_calls[] = {
	{ "open", judge_open, NONE, 0, 1, READ, 0 },
	{ "openat", judge_open, 0, 1, 2, READ, 0 },
	{ "creat", judge_open, NONE, 0, NONE, WRITE, 0 },
	{ "openat2", judge_openat2, 0, 1, NONE, READ, 0 },
	{ .name = NULL }
};
