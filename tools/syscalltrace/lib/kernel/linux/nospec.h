/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SCT_LINUX_NOSPEC_H
#define SCT_LINUX_NOSPEC_H

#define array_index_nospec(index, size)	(index)

#endif
