/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How the addresses, iovecs and messages of a program lie in its memory.
 */
#ifndef _KERNEL_STRACE_VECTORS_H
#define _KERNEL_STRACE_VECTORS_H

#include <linux/minmax.h>
#include <linux/socket.h>
#include <linux/uaccess.h>

#include "strace.h"

static inline void __user *user_ptr(u64 addr)
{
	return (void __user *)(unsigned long)addr;
}

/* Read a number as long as an address. */
static inline int get_word(u64 addr, unsigned int size, u64 *value)
{
	u64 word64;
	u32 word32;

	if (size == sizeof(word32)) {
		if (copy_from_user(&word32, user_ptr(addr), sizeof(word32)))
			return -EFAULT;
		*value = word32;
		return 0;
	}
	if (copy_from_user(&word64, user_ptr(addr), sizeof(word64)))
		return -EFAULT;
	*value = word64;
	return 0;
}

/* The words of a msghdr, which has the same ones in every ABI. */
enum msg_word {
	MSG_NAME,
	MSG_NAMELEN,
	MSG_IOV,
	MSG_IOVLEN,
	MSG_CONTROL,
	MSG_CONTROLLEN,
	MSG_FLAGS,
	MSG_WORDS,
};

/* A mmsghdr has one more. */
#define MMSG_WORDS	(MSG_WORDS + 1)

static inline int get_msghdr(u64 addr, unsigned int ptr, u64 *msg)
{
	unsigned int i;

	for (i = 0; i < MSG_WORDS; i++)
		if (get_word(addr + i * ptr, ptr, &msg[i]))
			return -EFAULT;
	msg[MSG_NAMELEN] = (s32)msg[MSG_NAMELEN];
	/* The kernel looks at no more of a name than this. */
	if ((s64)msg[MSG_NAMELEN] > (s64)sizeof(struct sockaddr_storage))
		msg[MSG_NAMELEN] = sizeof(struct sockaddr_storage);
	return 0;
}

/* A length below zero is refused by the call. */
static inline u64 name_length(const u64 *msg)
{
	return (s64)msg[MSG_NAMELEN] < 0 ? 0 : msg[MSG_NAMELEN];
}

#endif /* _KERNEL_STRACE_VECTORS_H */
