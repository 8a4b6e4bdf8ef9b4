/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the kernel's lib/syscall_desc.c uses of the kernel, for user space. */
#ifndef SCT_LINUX_KERNEL_H
#define SCT_LINUX_KERNEL_H

#include <linux/types.h>

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

#endif
