// SPDX-License-Identifier: GPL-2.0-only
/*
 * What files and file systems are: stat, statx, statfs.
 */
#include <linux/fcntl.h>
#include <linux/stat.h>
#include <sys/statfs.h>
#include <asm/stat.h>
#include "consts.gen.h"
#include "sctrace.h"

#define IS_DEVICE(mode)	(((mode) & 0170000) == 0020000 || ((mode) & 0170000) == 0060000)
#define ST_VALID_BIT	0x20

static void put_stamp(struct text *t, const char *name, uint64_t sec, uint64_t nsec)
{
	put_f(t, ", %s=%lld", name, (long long)sec);
	put_time_comment(t, sec, nsec);
	put_f(t, ", %s_nsec=%llu", name, (unsigned long long)nsec);
}

static void put_size_or_device(struct text *t, const struct stat *st)
{
	if (IS_DEVICE(st->st_mode)) {
		put_s(t, ", st_rdev=");
		put_dev(t, st->st_rdev);
	} else {
		put_f(t, ", st_size=%lld", (long long)st->st_size);
	}
}

void p_stat(struct text *t, struct call *c, unsigned int arg, const void *param)
{
	const struct stat *st = out_struct(c, arg, sizeof(*st));

	(void)param;
	if (!st) {
		put_addr(t, c->args[arg]);
		return;
	}
	put_c(t, '{');
	if (!abbreviated(c)) {
		put_s(t, "st_dev=");
		put_dev(t, st->st_dev);
		put_f(t, ", st_ino=%llu, ", (unsigned long long)st->st_ino);
	}
	put_s(t, "st_mode=");
	put_mode(t, st->st_mode);
	if (!abbreviated(c))
		put_f(t, ", st_nlink=%llu, st_uid=%u, st_gid=%u, st_blksize=%lld, st_blocks=%lld",
		      (unsigned long long)st->st_nlink, st->st_uid, st->st_gid,
		      (long long)st->st_blksize, (long long)st->st_blocks);
	put_size_or_device(t, st);
	if (abbreviated(c)) {
		put_s(t, ", ...}");
		return;
	}
	put_stamp(t, "st_atime", st->st_atime, st->st_atime_nsec);
	put_stamp(t, "st_mtime", st->st_mtime, st->st_mtime_nsec);
	put_stamp(t, "st_ctime", st->st_ctime, st->st_ctime_nsec);
	put_c(t, '}');
}

void p_statx_flags(struct text *t, struct call *c, unsigned int arg, const void *param)
{
	uint32_t flags = c->args[arg];
	uint32_t sync = flags & (AT_STATX_FORCE_SYNC | AT_STATX_DONT_SYNC);

	(void)param;
	put_more_flags(t, sym_name(&sym_statx_sync, sync), &sym_statx_flags, flags & ~sync, flags);
}

static void put_statx_stamp(struct text *t, const char *name, const struct statx_timestamp *ts)
{
	put_f(t, ", %s={tv_sec=%lld, tv_nsec=%u}", name, (long long)ts->tv_sec, ts->tv_nsec);
	put_time_comment(t, ts->tv_sec, ts->tv_nsec);
}

static void put_statx_details(struct text *t, const struct statx *st)
{
	put_f(t, ", stx_blocks=%llu, stx_attributes_mask=", (unsigned long long)st->stx_blocks);
	put_flags(t, &sym_statx_attrs, st->stx_attributes_mask);
	if (st->stx_mask & STATX_ATIME)
		put_statx_stamp(t, "stx_atime", &st->stx_atime);
	if (st->stx_mask & STATX_BTIME)
		put_statx_stamp(t, "stx_btime", &st->stx_btime);
	if (st->stx_mask & STATX_CTIME)
		put_statx_stamp(t, "stx_ctime", &st->stx_ctime);
	if (st->stx_mask & STATX_MTIME)
		put_statx_stamp(t, "stx_mtime", &st->stx_mtime);
	put_f(t, ", stx_rdev_major=%u, stx_rdev_minor=%u, stx_dev_major=%u, stx_dev_minor=%u",
	      st->stx_rdev_major, st->stx_rdev_minor, st->stx_dev_major, st->stx_dev_minor);
	if (st->stx_mask & STATX_MNT_ID)
		put_f(t, ", stx_mnt_id=%#llx", (unsigned long long)st->stx_mnt_id);
}

void p_statx(struct text *t, struct call *c, unsigned int arg, const void *param)
{
	const struct statx *st = out_struct(c, arg, sizeof(*st));

	(void)param;
	if (!st) {
		put_addr(t, c->args[arg]);
		return;
	}
	put_s(t, "{stx_mask=");
	put_flags(t, &sym_statx_mask, st->stx_mask);
	if (!abbreviated(c))
		put_f(t, ", stx_blksize=%u", st->stx_blksize);
	put_s(t, ", stx_attributes=");
	put_flags(t, &sym_statx_attrs, st->stx_attributes);
	if (!abbreviated(c))
		put_f(t, ", stx_nlink=%u, stx_uid=%u, stx_gid=%u", st->stx_nlink, st->stx_uid,
		      st->stx_gid);
	put_s(t, ", stx_mode=");
	put_mode(t, st->stx_mode);
	if (!abbreviated(c))
		put_f(t, ", stx_ino=%llu", (unsigned long long)st->stx_ino);
	put_f(t, ", stx_size=%llu", (unsigned long long)st->stx_size);
	if (abbreviated(c))
		put_s(t, ", ...");
	else
		put_statx_details(t, st);
	put_c(t, '}');
}

void p_statfs(struct text *t, struct call *c, unsigned int arg, const void *param)
{
	const struct statfs *fs = out_struct(c, arg, sizeof(*fs));

	(void)param;
	if (!fs) {
		put_addr(t, c->args[arg]);
		return;
	}
	put_s(t, "{f_type=");
	put_enum(t, &sym_fs_types, fs->f_type);
	put_f(t, ", f_bsize=%lld, f_blocks=%llu, f_bfree=%llu, f_bavail=%llu, f_files=%llu",
	      (long long)fs->f_bsize, (unsigned long long)fs->f_blocks,
	      (unsigned long long)fs->f_bfree, (unsigned long long)fs->f_bavail,
	      (unsigned long long)fs->f_files);
	put_f(t, ", f_ffree=%llu, f_fsid={val=[", (unsigned long long)fs->f_ffree);
	put_hex(t, (uint32_t)fs->f_fsid.__val[0]);
	put_s(t, ", ");
	put_hex(t, (uint32_t)fs->f_fsid.__val[1]);
	put_f(t, "]}, f_namelen=%lld, f_frsize=%lld, f_flags=", (long long)fs->f_namelen,
	      (long long)fs->f_frsize);
	/* The kernel's own mark is in no header. */
	put_more_flags(t, fs->f_flags & ST_VALID_BIT ? "ST_VALID" : NULL, &sym_statfs_flags,
		       fs->f_flags & ~ST_VALID_BIT, fs->f_flags);
	put_c(t, '}');
}
