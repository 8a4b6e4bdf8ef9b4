// SPDX-License-Identifier: GPL-2.0-only
/*
 * Files: open, fcntl, directories, locks, mounts.
 */
#include <dirent.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/statfs.h>
#include <utime.h>
#include "consts.gen.h"
#include "sctrace.h"

static void put_open_flags(struct text *t, uint64_t flags)
{
	put_more_flags(t, sym_name(&sym_open_access, flags & O_ACCMODE), &sym_open_flags,
		       flags & ~(uint64_t)O_ACCMODE, flags);
}

/* The mode counts only for files that are made. */
void p_open_flags(struct text *t, struct call *c, unsigned int arg, const void *param)
{
	uint32_t flags = c->args[arg];

	(void)param;
	put_open_flags(t, flags);
	if ((flags & O_CREAT) || (flags & O_TMPFILE) == O_TMPFILE) {
		put_s(t, ", ");
		p_mode(t, c, arg + 1, NULL);
	}
}

void p_open_how(struct text *t, struct call *c, unsigned int arg, const void *param)
{
	const struct open_how *how = in_struct(c, arg, sizeof(*how));

	(void)param;
	if (!how) {
		put_addr(t, c->args[arg]);
		return;
	}
	put_s(t, "{flags=");
	put_open_flags(t, how->flags);
	if ((how->flags & O_CREAT) || (how->flags & O_TMPFILE) == O_TMPFILE)
		put_f(t, ", mode=%#03llo", (unsigned long long)how->mode);
	put_s(t, ", resolve=");
	put_flags(t, &sym_resolve_flags, how->resolve);
	put_c(t, '}');
}

void p_rwf(struct text *t, struct call *c, unsigned int arg, const void *param)
{
	(void)param;
	put_s(t, ", ");
	put_flags(t, &sym_rwf_flags, (uint32_t)c->args[arg + 1]);
}

/* ----------------------------------- fcntl -------------------------------- */

static void put_lock(struct text *t, const struct flock *l, bool with_pid)
{
	put_s(t, "{l_type=");
	put_enum(t, &sym_lock_types, (uint16_t)l->l_type);
	put_s(t, ", l_whence=");
	put_enum(t, &sym_whence, (uint16_t)l->l_whence);
	put_f(t, ", l_start=%lld, l_len=%lld", (long long)l->l_start, (long long)l->l_len);
	if (with_pid)
		put_f(t, ", l_pid=%d", l->l_pid);
	put_c(t, '}');
}

static void put_lock_arg(struct text *t, struct call *c, unsigned int arg, bool result)
{
	const struct flock *l = NULL;

	if (result && !c->failed)
		l = out_struct(c, arg, sizeof(*l));
	if (!l)
		l = in_struct(c, arg, sizeof(*l));
	if (l)
		put_lock(t, l, result && !c->failed);
	else
		put_addr(t, c->args[arg]);
}

static void put_owner(struct text *t, struct call *c, unsigned int arg, bool result)
{
	const struct f_owner_ex *o;

	o = result ? out_struct(c, arg, sizeof(*o)) : in_struct(c, arg, sizeof(*o));
	if (!o) {
		put_addr(t, c->args[arg]);
		return;
	}
	put_s(t, "{type=");
	put_enum(t, &sym_owner_types, o->type);
	put_f(t, ", pid=%d}", o->pid);
}

static void note_result_flags(struct call *c, const char *what, const struct symtab *tab)
{
	struct text *r = c->remark;

	if (!r || c->failed || opt.style == STYLE_RAW)
		return;
	r->len = 0;
	put_c(r, '=');
	put_hex(r, c->ret);
	if (c->ret) {
		put_s(r, " (");
		put_s(r, what);
		if (tab == &sym_open_flags)
			put_open_flags(r, c->ret);
		else
			put_flags(r, tab, c->ret);
		put_c(r, ')');
	} else if (tab == &sym_open_flags) {
		put_s(r, " (flags O_RDONLY)");
	}
	put_c(r, 0);
	c->suffix = r->data;
}

static void note_result_enum(struct call *c, const struct symtab *tab)
{
	struct text *r = c->remark;
	const char *name = sym_name(tab, c->ret);

	if (!r || c->failed || !name || opt.style == STYLE_RAW)
		return;
	r->len = 0;
	put_s(r, name);
	put_c(r, 0);
	c->suffix = r->data;
}

static void put_fcntl_value(struct text *t, struct call *c, unsigned int arg)
{
	uint32_t v = c->args[arg];

	switch ((uint32_t)c->args[arg - 1]) {
	case F_SETFD:
		put_flags(t, &sym_fd_flags, v);
		break;
	case F_SETFL:
		put_open_flags(t, v);
		break;
	case F_SETLK: case F_SETLKW: case F_OFD_SETLK: case F_OFD_SETLKW:
		put_lock_arg(t, c, arg, false);
		break;
	case F_GETLK: case F_OFD_GETLK:
		put_lock_arg(t, c, arg, true);
		break;
	case F_SETOWN_EX: case F_GETOWN_EX:
		put_owner(t, c, arg, (uint32_t)c->args[arg - 1] == F_GETOWN_EX);
		break;
	case F_SETSIG:
		put_signal(t, v);
		break;
	case F_SETLEASE:
		put_enum(t, &sym_lock_types, v);
		break;
	case F_NOTIFY:
		put_flags(t, &sym_notify_flags, v);
		break;
	case F_ADD_SEALS:
		put_flags(t, &sym_seals, v);
		break;
	case F_DUPFD: case F_DUPFD_CLOEXEC: case F_SETOWN: case F_SETPIPE_SZ:
		put_int(t, (int32_t)v);
		break;
	default:
		put_hex(t, c->args[arg]);
	}
}

void p_fcntl_arg(struct text *t, struct call *c, unsigned int arg, const void *param)
{
	(void)param;
	switch ((uint32_t)c->args[arg - 1]) {
	case F_GETFD:
		note_result_flags(c, "flags ", &sym_fd_flags);
		return;
	case F_GETFL:
		note_result_flags(c, "flags ", &sym_open_flags);
		return;
	case F_GET_SEALS:
		note_result_flags(c, "seals ", &sym_seals);
		return;
	case F_GETLEASE:
		note_result_enum(c, &sym_lock_types);
		return;
	case F_GETOWN: case F_GETSIG: case F_GETPIPE_SZ:
		return;
	}
	put_s(t, ", ");
	put_fcntl_value(t, c, arg);
}

/* -------------------------------- directories ----------------------------- */

/* A whole directory's entries may be more than records show. */
static const char *dirent_bytes(struct call *c, unsigned int arg, char *buf, size_t size)
{
	size_t len, want = c->ret;
	const char *p = out_data(c, arg, &len);

	if (c->failed || c->ret < 0 || want > size)
		return NULL;
	if (p && len >= want)
		return p;
	return read_memory(c, c->args[arg], buf, want) ? buf : NULL;
}

struct kernel_dirent64 {
	uint64_t d_ino;
	int64_t d_off;
	uint16_t d_reclen;
	uint8_t d_type;
	char d_name[];
} __attribute__((packed));

static void put_dirent(struct text *t, const struct kernel_dirent64 *d)
{
	put_f(t, "{d_ino=%llu, d_off=%lld, d_reclen=%u, d_type=", (unsigned long long)d->d_ino,
	      (long long)d->d_off, d->d_reclen);
	put_enum(t, &sym_dirent_types, d->d_type);
	put_s(t, ", d_name=");
	put_string(t, d->d_name, strnlen(d->d_name, d->d_reclen - sizeof(*d)), false, STR_WHOLE);
	put_c(t, '}');
}

void p_dirents(struct text *t, struct call *c, unsigned int arg, const void *param)
{
	static char buf[1 << 20];
	const char *p = dirent_bytes(c, arg, buf, sizeof(buf));
	unsigned int n = 0;
	int64_t pos;

	(void)param;
	if (!p) {
		put_addr(t, c->args[arg]);
		return;
	}
	if (!abbreviated(c))
		put_c(t, '[');
	for (pos = 0; pos + (int64_t)sizeof(struct kernel_dirent64) <= c->ret; n++) {
		const struct kernel_dirent64 *d = (const void *)(p + pos);

		if (d->d_reclen < sizeof(*d) || pos + d->d_reclen > c->ret)
			break;
		if (!abbreviated(c)) {
			if (n)
				put_s(t, ", ");
			put_dirent(t, d);
		}
		pos += d->d_reclen;
	}
	if (abbreviated(c)) {
		put_addr(t, c->args[arg]);
		put_f(t, " /* %u entries */", n);
	} else {
		put_c(t, ']');
	}
}

void p_dirents_old(struct text *t, struct call *c, unsigned int arg, const void *param)
{
	static char buf[1 << 20];
	const char *p = dirent_bytes(c, arg, buf, sizeof(buf));
	unsigned int n = 0;
	uint16_t reclen;
	int64_t pos;

	(void)param;
	put_addr(t, c->args[arg]);
	if (!p || c->abi != SYSCALL_TRACE_ABI_X86_64)
		return;
	for (pos = 0; pos + 18 <= c->ret; n++) {
		memcpy(&reclen, p + pos + 16, sizeof(reclen));
		if (reclen < 18)
			break;
		pos += reclen;
	}
	put_f(t, " /* %u entries */", n);
}

void p_cwd(struct text *t, struct call *c, unsigned int arg, const void *param)
{
	size_t len;
	const char *s = out_data(c, arg, &len);

	(void)param;
	if (s)
		put_string(t, s, len, c->out[arg]->flags & SYSCALL_TRACE_MORE,
			   STR_NUL | STR_WHOLE);
	else
		put_addr(t, c->args[arg]);
}

/* -------------------------------- small things ---------------------------- */

void p_sendfile_offset(struct text *t, struct call *c, unsigned int arg, const void *param)
{
	const int64_t *in = in_struct(c, arg, sizeof(*in));
	const int64_t *out = out_struct(c, arg, sizeof(*out));

	(void)param;
	if (!in) {
		put_addr(t, c->args[arg]);
		return;
	}
	put_f(t, "[%lld", (long long)*in);
	if (out && c->over && !c->failed && *out != *in)
		put_f(t, "] => [%lld", (long long)*out);
	put_c(t, ']');
}

void p_offset(struct text *t, struct call *c, unsigned int arg, const void *param)
{
	const int64_t *in = in_struct(c, arg, sizeof(*in));

	(void)param;
	if (in)
		put_f(t, "[%lld]", (long long)*in);
	else
		put_addr(t, c->args[arg]);
}

static void put_pair(struct text *t, struct call *c, unsigned int arg)
{
	const int *fds = out_struct(c, arg, 2 * sizeof(int));

	if (!fds) {
		put_addr(t, c->args[arg]);
		return;
	}
	put_c(t, '[');
	put_fd(t, c, fds[0]);
	put_s(t, ", ");
	put_fd(t, c, fds[1]);
	put_c(t, ']');
}

void p_fd_pair(struct text *t, struct call *c, unsigned int arg, const void *param)
{
	(void)param;
	put_pair(t, c, arg);
}

void p_mount_flags(struct text *t, struct call *c, unsigned int arg, const void *param)
{
	uint64_t flags = c->args[arg];
	const char *first = NULL;

	(void)param;
	if ((flags & MS_MGC_MSK) == MS_MGC_VAL) {
		first = "MS_MGC_VAL";
		flags &= ~(uint64_t)MS_MGC_MSK;
	}
	put_more_flags(t, first, &sym_mount_flags, flags, c->args[arg]);
}

#define NO_TYPE	(MS_REMOUNT | MS_BIND | MS_MOVE | MS_PRIVATE | MS_SLAVE | MS_SHARED | \
		 MS_UNBINDABLE)

/* The kernel does not look at these then. */
void p_mount_type(struct text *t, struct call *c, unsigned int arg, const void *param)
{
	if (c->args[3] & NO_TYPE)
		p_addr(t, c, arg, param);
	else
		p_str_arg(t, c, arg, param);
}

void p_mount_data(struct text *t, struct call *c, unsigned int arg, const void *param)
{
	char data[4096];	/* the kernel takes no more */
	size_t len = opt.string_limit < sizeof(data) ? opt.string_limit + 1 : sizeof(data);

	if (c->args[arg] && !(c->args[3] & NO_TYPE & ~(uint64_t)MS_REMOUNT))
		len = read_some(c, c->args[arg], data, len);
	else
		len = 0;
	if (len)
		put_string(t, data, len, true, STR_NUL);
	else
		p_addr(t, c, arg, param);
}

void p_utimbuf(struct text *t, struct call *c, unsigned int arg, const void *param)
{
	const struct utimbuf *u = in_struct(c, arg, sizeof(*u));

	(void)param;
	if (!u) {
		put_addr(t, c->args[arg]);
		return;
	}
	put_f(t, "{actime=%lld", (long long)u->actime);
	put_time_comment(t, u->actime, 0);
	put_f(t, ", modtime=%lld", (long long)u->modtime);
	put_time_comment(t, u->modtime, 0);
	put_c(t, '}');
}
