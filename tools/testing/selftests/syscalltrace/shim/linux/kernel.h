/* SPDX-License-Identifier: GPL-2.0 */
/* What lib/syscall_text.c and lib/syscall_desc.c use of the kernel, for user space. */
#ifndef _SHIM_LINUX_KERNEL_H
#define _SHIM_LINUX_KERNEL_H

#include <linux/types.h>

#ifndef ARRAY_SIZE
#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#endif

#endif
