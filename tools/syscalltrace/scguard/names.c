// SPDX-License-Identifier: GPL-2.0-only
/*
 * Names of errors and rights, and how scguard complains.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "scguard.h"

static const struct { const char *name; int err; } errnos[] = {
#include "errnos.h"
};

int errno_by_name(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(errnos) / sizeof(errnos[0]); i++)
		if (!strcmp(errnos[i].name, name))
			return errnos[i].err;
	return 0;
}

const char *errno_name(int err)
{
	size_t i;

	for (i = 0; i < sizeof(errnos) / sizeof(errnos[0]); i++)
		if (errnos[i].err == err)
			return errnos[i].name;
	return "E?";
}

const char *right_name(enum right right)
{
	static const char *const names[NR_RIGHTS] = { "read", "write", "create", "exec", "unix" };

	return names[right];
}

void complain(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	fputs("scguard: ", stderr);
	vfprintf(stderr, format, ap);
	fputc('\n', stderr);
	va_end(ap);
}

void die(int status, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	fputs("scguard: ", stderr);
	vfprintf(stderr, format, ap);
	fputc('\n', stderr);
	va_end(ap);
	exit(status);
}

void *need(void *memory)
{
	if (!memory)
		die(STATUS_FAILED, "memory: %s: the command was ended", strerror(ENOMEM));
	return memory;
}
