/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _SHIM_LINUX_ERRNAME_H
#define _SHIM_LINUX_ERRNAME_H

#include <string.h>

/* The kernel has names for errors that user space never sees. */
static inline const char *errname(int error)
{
	switch (error) {
	case 512:
		return "ERESTARTSYS";
	case 513:
		return "ERESTARTNOINTR";
	case 514:
		return "ERESTARTNOHAND";
	case 516:
		return "ERESTART_RESTARTBLOCK";
	default:
		return error ? strerrorname_np(error) : NULL;
	}
}

#endif
