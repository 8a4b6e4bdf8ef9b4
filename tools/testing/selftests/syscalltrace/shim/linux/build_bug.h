/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _SHIM_LINUX_BUILD_BUG_H
#define _SHIM_LINUX_BUILD_BUG_H

/* That of C wants a message before C23. */
#undef static_assert
#define static_assert(expr)	extern const char static_assertion[(expr) ? 1 : -1]

#endif
