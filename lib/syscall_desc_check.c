// SPDX-License-Identifier: GPL-2.0-only
/*
 * Check the sizes of structs that lib/syscall_desc.tbl tells.
 */

#include <linux/aio_abi.h>
#include <linux/blkpg.h>
#include <linux/build_bug.h>
#include <linux/capability.h>
#include <linux/cdrom.h>
#include <linux/compat.h>
#include <linux/eventpoll.h>
#include <linux/fb.h>
#include <linux/fcntl.h>
#include <linux/filter.h>
#include <linux/futex.h>
#include <linux/hdreg.h>
#include <linux/if.h>
#include <linux/if_arp.h>
#include <linux/io_uring.h>
#include <linux/kd.h>
#include <linux/kexec.h>
#include <linux/keyctl.h>
#include <linux/landlock.h>
#include <linux/loop.h>
#include <linux/mman.h>
#include <linux/mqueue.h>
#include <linux/msg.h>
#include <linux/poll.h>
#include <linux/ptrace.h>
#include <linux/quota.h>
#include <linux/resource.h>
#include <linux/route.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <linux/sem.h>
#include <linux/serial.h>
#include <uapi/linux/shm.h>
#include <linux/signal.h>
#include <linux/stat.h>
#include <linux/statfs.h>
#include <linux/sysinfo.h>
#include <linux/termios.h>
#include <linux/time32.h>
#include <linux/times.h>
#include <linux/timex.h>
#include <linux/uio.h>
#include <linux/user.h>
#include <linux/utime.h>
#include <linux/utsname.h>
#include <linux/vt.h>

#include <asm/ldt.h>
#include <net/compat.h>
#include <scsi/sg.h>
#include <uapi/linux/dqblk_xfs.h>

#define SYSCALL_CHECK_STRUCT(ctype, size) \
	static_assert(sizeof(struct ctype) == (size), #ctype)

#ifdef CONFIG_IA32_EMULATION
#include <asm/ia32.h>
#include <asm/user32.h>

#define SYSCALL_CHECK_COMPAT_STRUCT(ctype, size) \
	SYSCALL_CHECK_STRUCT(ctype, size)
#else
#define SYSCALL_CHECK_COMPAT_STRUCT(ctype, size) \
	static_assert(size, #ctype)
#endif

#include "syscall_desc_check.h"
