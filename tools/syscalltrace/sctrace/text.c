// SPDX-License-Identifier: GPL-2.0-only
/*
 * Text that grows, and numbers in it.
 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include "sctrace.h"

static void make_room(struct text *t, size_t len)
{
	if (t->len + len <= t->cap)
		return;
	t->cap = (t->len + len) * 2 + 256;
	t->data = realloc(t->data, t->cap);
	if (!t->data)
		die("out of memory");
}

void put_mem(struct text *t, const char *data, size_t len)
{
	if (!len)
		return;
	make_room(t, len);
	memcpy(t->data + t->len, data, len);
	t->len += len;
}

void put_c(struct text *t, char c)
{
	make_room(t, 1);
	t->data[t->len++] = c;
}

void put_s(struct text *t, const char *s)
{
	put_mem(t, s, strlen(s));
}

void put_f(struct text *t, const char *format, ...)
{
	va_list args;
	int len;

	make_room(t, 256);
	va_start(args, format);
	len = vsnprintf(t->data + t->len, t->cap - t->len, format, args);
	va_end(args);
	if (len < 0)
		return;
	if ((size_t)len >= t->cap - t->len) {
		make_room(t, len + 1);
		va_start(args, format);
		vsnprintf(t->data + t->len, t->cap - t->len, format, args);
		va_end(args);
	}
	t->len += len;
}

void put_uint(struct text *t, uint64_t v)
{
	char digits[20];
	unsigned int n = sizeof(digits);

	do {
		digits[--n] = '0' + v % 10;
		v /= 10;
	} while (v);
	put_mem(t, digits + n, sizeof(digits) - n);
}

void put_int(struct text *t, int64_t v)
{
	if (v < 0)
		put_c(t, '-');
	put_uint(t, v < 0 ? -(uint64_t)v : (uint64_t)v);
}

/* As of "%#lx": 0 has no 0x. */
void put_hex(struct text *t, uint64_t v)
{
	char digits[18];
	unsigned int n = sizeof(digits);

	if (!v) {
		put_c(t, '0');
		return;
	}
	for (; v; v >>= 4)
		digits[--n] = "0123456789abcdef"[v & 15];
	digits[--n] = 'x';
	digits[--n] = '0';
	put_mem(t, digits + n, sizeof(digits) - n);
}

void put_addr(struct text *t, uint64_t v)
{
	if (v)
		put_hex(t, v);
	else
		put_s(t, "NULL");
}
