/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tests that are written in text, on files that speak the packed form.
 *
 * With SYSCALLTRACE_FORM=packed in the environment, what open_syscall() opens for
 * reading and writing is switched to the packed form. What a test then says is
 * turned into packed answers, and what it hears has been packed records: by the
 * kernel's own code, built in user space. SYSCALLTRACE_FORM_SEED begins the random
 * numbers that choose between read() or write() and SYSCALL_TRACE_EXCHANGE.
 *
 * Programs that packed_form.c is not linked to know of text only.
 */
#ifndef _SYSCALLTRACE_PACKED_FORM_H
#define _SYSCALLTRACE_PACKED_FORM_H

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#pragma weak packed_form_open
#pragma weak packed_form_has
#pragma weak packed_form_read
#pragma weak packed_form_write
#pragma weak packed_form_events
#pragma weak packed_form_has_record

/* Switch a file that has just been opened; 0 or -1 with errno. */
int packed_form_open(int fd);
/* Does this descriptor speak the packed form? (No console does, nor any other file.) */
bool packed_form_has(int fd);
/* As read(), write() and poll(), but packed; of a process's threads one may read. */
ssize_t packed_form_read(int fd, char *text, size_t size);
ssize_t packed_form_write(int fd, const char *lines, size_t len);
int packed_form_events(int fd);
bool packed_form_has_record(int fd, int ms);

static inline bool in_packed_form(void)
{
	const char *form = getenv("SYSCALLTRACE_FORM");

	return packed_form_open && form && !strcmp(form, "packed");
}

static inline bool is_packed(int fd)
{
	return in_packed_form() && packed_form_has(fd);
}

#endif /* _SYSCALLTRACE_PACKED_FORM_H */
