/* SPDX-License-Identifier: GPL-2.0 */
#include "../../../../../../include/linux/syscall_packed.h"
