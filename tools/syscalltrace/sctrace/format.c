// SPDX-License-Identifier: GPL-2.0-only
/*
 * What many arguments have in common: numbers, strings, paths, modes, descriptors.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <fcntl.h>
#include "consts.gen.h"
#include "sctrace.h"

/* ---------------------------------- strings ------------------------------- */

/* Short, unless a digit follows. */
static void put_octal(struct text *t, unsigned char c, int next)
{
	put_c(t, '\\');
	if (next >= '0' && next <= '9') {
		put_c(t, '0' + (c >> 6));
		put_c(t, '0' + (c >> 3 & 7));
	} else {
		if (c >> 6)
			put_c(t, '0' + (c >> 6));
		if (c >> 3)
			put_c(t, '0' + (c >> 3 & 7));
	}
	put_c(t, '0' + (c & 7));
}

static void put_escaped(struct text *t, unsigned char c, int next)
{
	static const char letters[] = "tnvfr";
	static const char escapes[] = "\t\n\v\f\r";
	const char *at;

	if (c == '"' || c == '\\') {
		put_c(t, '\\');
		put_c(t, c);
		return;
	}
	at = c ? strchr(escapes, c) : NULL;
	if (at) {
		put_c(t, '\\');
		put_c(t, letters[at - escapes]);
	} else if (c >= ' ' && c < 127) {
		put_c(t, c);
	} else if (opt.hex_strings == 3) {
		put_f(t, "\\x%02x", c);
	} else {
		put_octal(t, c, next);
	}
}

void put_safe(struct text *t, const char *s)
{
	for (; *s; s++) {
		if (*s == '<' || *s == '>')
			put_octal(t, *s, s[1]);
		else
			put_escaped(t, *s, s[1]);
	}
}

static bool is_plain(unsigned char c)
{
	return (c >= ' ' && c < 127) || (c >= '\t' && c <= '\r');
}

static bool wants_hex(const unsigned char *s, size_t len)
{
	size_t i;

	if (opt.hex_strings == 2)
		return true;
	if (opt.hex_strings != 1)
		return false;
	for (i = 0; i < len; i++)
		if (!is_plain(s[i]))
			return true;
	return false;
}

static void put_characters(struct text *t, const unsigned char *s, size_t len, bool hex)
{
	static const char digits[] = "0123456789abcdef";
	size_t i;

	put_c(t, '"');
	for (i = 0; i < len; i++) {
		if (hex) {
			char x[4] = { '\\', 'x', digits[s[i] >> 4], digits[s[i] & 15] };

			put_mem(t, x, 4);
		} else if (s[i] >= ' ' && s[i] < 127 && s[i] != '"' && s[i] != '\\') {
			put_c(t, s[i]);
		} else {
			put_escaped(t, s[i], i + 1 < len ? s[i + 1] : 0);
		}
	}
	put_c(t, '"');
}

void put_string(struct text *t, const void *data, size_t len, bool more, unsigned int flags)
{
	const unsigned char *s = data, *zero;
	size_t limit = flags & STR_WHOLE ? len : opt.string_limit;

	if (flags & STR_NUL) {
		zero = memchr(s, 0, len);
		if (zero) {
			len = zero - s;
			more = false;
		}
	}
	if (len > limit) {
		len = limit;
		more = true;
	}
	put_characters(t, s, len, wants_hex(s, len));
	if (more)
		put_s(t, "...");
}

/* --------------------------------- scalars -------------------------------- */

void p_int(struct text *t, struct call *c, unsigned int arg, const void *param)
{
	(void)param;
	put_int(t, (int32_t)c->args[arg]);
}

void p_uint(struct text *t, struct call *c, unsigned int arg, const void *param)
{
	(void)param;
	put_uint(t, (uint32_t)c->args[arg]);
}

static uint64_t word(const struct call *c, unsigned int arg)
{
	return c->abi == SYSCALL_TRACE_ABI_I386 ? (uint32_t)c->args[arg] : c->args[arg];
}

void p_long(struct text *t, struct call *c, unsigned int arg, const void *param)
{
	(void)param;
	if (c->abi == SYSCALL_TRACE_ABI_I386)
		put_int(t, (int32_t)c->args[arg]);
	else
		put_int(t, c->args[arg]);
}

void p_ulong(struct text *t, struct call *c, unsigned int arg, const void *param)
{
	(void)param;
	put_uint(t, word(c, arg));
}

void p_hex(struct text *t, struct call *c, unsigned int arg, const void *param)
{
	(void)param;
	put_hex(t, word(c, arg));
}

void p_hex32(struct text *t, struct call *c, unsigned int arg, const void *param)
{
	(void)param;
	put_hex(t, (uint32_t)c->args[arg]);
}

void p_addr(struct text *t, struct call *c, unsigned int arg, const void *param)
{
	(void)param;
	put_addr(t, word(c, arg));
}

/* As it is, hexadecimal: for -e raw and calls that nobody knows. */
void p_raw(struct text *t, struct call *c, unsigned int arg, const void *param)
{
	(void)param;
	put_hex(t, word(c, arg));
}

void p_flags(struct text *t, struct call *c, unsigned int arg, const void *param)
{
	uint64_t v = word(c, arg);

	if (v >> 32)
		v = (uint32_t)v;
	put_flags(t, param, v);
}

void p_enum(struct text *t, struct call *c, unsigned int arg, const void *param)
{
	put_enum(t, param, (uint32_t)c->args[arg]);
}

void put_id(struct text *t, uint32_t id)
{
	if (id == (uint32_t)-1)
		put_s(t, "-1");
	else
		put_uint(t, id);
}

void p_id(struct text *t, struct call *c, unsigned int arg, const void *param)
{
	(void)param;
	put_id(t, c->args[arg]);
}

void p_sig(struct text *t, struct call *c, unsigned int arg, const void *param)
{
	(void)param;
	put_signal(t, (int32_t)c->args[arg]);
}

/* -------------------------------- descriptors ----------------------------- */

void p_fd(struct text *t, struct call *c, unsigned int arg, const void *param)
{
	(void)param;
	put_fd(t, c, (int32_t)c->args[arg]);
}

void put_dirfd(struct text *t, struct call *c, int fd)
{
	if (fd != AT_FDCWD) {
		put_fd(t, c, fd);
		return;
	}
	if (opt.style == STYLE_RAW)
		put_s(t, "-100");
	else if (opt.style == STYLE_VERBOSE)
		put_s(t, "-100 /* AT_FDCWD */");
	else
		put_s(t, "AT_FDCWD");
	if (opt.fd_paths)
		put_fd(t, c, fd);
}

void p_dirfd(struct text *t, struct call *c, unsigned int arg, const void *param)
{
	(void)param;
	put_dirfd(t, c, (int32_t)c->args[arg]);
}

/* ---------------------------- strings as arguments ------------------------ */

void put_path_arg(struct text *t, struct call *c, unsigned int arg)
{
	size_t len;
	const struct syscall_trace_block *b = c->in[arg];
	const char *s = in_data(c, arg, &len);

	if (s)
		put_string(t, s, len, b->flags & SYSCALL_TRACE_MORE, STR_NUL | STR_WHOLE);
	else
		put_addr(t, word(c, arg));
}

void p_path(struct text *t, struct call *c, unsigned int arg, const void *param)
{
	(void)param;
	put_path_arg(t, c, arg);
}

void p_str_arg(struct text *t, struct call *c, unsigned int arg, const void *param)
{
	size_t len;
	const char *s = in_data(c, arg, &len);

	(void)param;
	if (s)
		put_string(t, s, len, c->in[arg]->flags & SYSCALL_TRACE_MORE, STR_NUL);
	else
		put_addr(t, word(c, arg));
}

void p_buf(struct text *t, struct call *c, unsigned int arg, const void *param)
{
	size_t len;
	const char *s = in_data(c, arg, &len);

	(void)param;
	if (s)
		put_string(t, s, len, c->in[arg]->flags & SYSCALL_TRACE_MORE, 0);
	else if (word(c, arg) && arg < 5 && !c->args[arg + 1])
		put_s(t, "\"\"");
	else
		put_addr(t, word(c, arg));
}

/* What the call wrote: as many bytes as the result says. */
void p_outbuf(struct text *t, struct call *c, unsigned int arg, const void *param)
{
	size_t len;
	const char *s = out_data(c, arg, &len);

	(void)param;
	if (s)
		put_string(t, s, len, c->out[arg]->flags & SYSCALL_TRACE_MORE, 0);
	else if (c->over && !c->failed && !c->ret && word(c, arg))
		put_s(t, "\"\"");
	else
		put_addr(t, word(c, arg));
}

void p_hexbuf(struct text *t, struct call *c, unsigned int arg, const void *param)
{
	unsigned int was = opt.hex_strings;

	if (was != 2)
		opt.hex_strings = 2;
	p_outbuf(t, c, arg, param);
	opt.hex_strings = was;
}

/* ----------------------------------- modes -------------------------------- */

void p_mode(struct text *t, struct call *c, unsigned int arg, const void *param)
{
	(void)param;
	put_f(t, "%#03o", (unsigned int)(uint16_t)c->args[arg]);
}

static const char *type_name(unsigned int mode)
{
	switch (mode & S_IFMT) {
	case S_IFREG:	return "S_IFREG";
	case S_IFDIR:	return "S_IFDIR";
	case S_IFLNK:	return "S_IFLNK";
	case S_IFCHR:	return "S_IFCHR";
	case S_IFBLK:	return "S_IFBLK";
	case S_IFIFO:	return "S_IFIFO";
	case S_IFSOCK:	return "S_IFSOCK";
	}
	return NULL;
}

void put_mode(struct text *t, unsigned int mode)
{
	const char *name = type_name(mode);

	if (opt.style == STYLE_RAW || !name) {
		put_f(t, "%#03o", mode);
		return;
	}
	if (opt.style == STYLE_VERBOSE)
		put_f(t, "%#03o /* ", mode);
	put_s(t, name);
	if (mode & S_ISUID)
		put_s(t, "|S_ISUID");
	if (mode & S_ISGID)
		put_s(t, "|S_ISGID");
	if (mode & S_ISVTX)
		put_s(t, "|S_ISVTX");
	put_f(t, "|%#03o", mode & 0777);
	if (opt.style == STYLE_VERBOSE)
		put_s(t, " */");
}

void p_full_mode(struct text *t, struct call *c, unsigned int arg, const void *param)
{
	(void)param;
	put_mode(t, (uint16_t)c->args[arg]);
}

void put_dev(struct text *t, uint64_t dev)
{
	if (opt.style == STYLE_RAW) {
		put_hex(t, dev);
		return;
	}
	put_s(t, "makedev(");
	put_hex(t, major(dev));
	put_s(t, ", ");
	put_hex(t, minor(dev));
	put_c(t, ')');
}

void p_device(struct text *t, struct call *c, unsigned int arg, const void *param)
{
	unsigned int mode = c->args[arg - 1];

	(void)param;
	if (!S_ISCHR(mode) && !S_ISBLK(mode))
		return;
	put_s(t, ", ");
	put_dev(t, (uint32_t)c->args[arg]);
}
