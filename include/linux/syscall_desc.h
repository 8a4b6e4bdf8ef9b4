/* SPDX-License-Identifier: (GPL-2.0-only OR LGPL-2.1-or-later) */
/*
 * What system calls look like: names, arguments and results of every ABI.
 *
 * The data comes from lib/syscall_desc.tbl at build time. Everything here is
 * constant, needs no lock, and builds in user space too.
 */
#ifndef _LINUX_SYSCALL_DESC_H
#define _LINUX_SYSCALL_DESC_H

#include <linux/types.h>

#define SYSCALL_MAX_ARGS	6

/**
 * enum syscall_abi - which table a system call number belongs to
 * @SYSCALL_ABI_NATIVE: the kernel's own; its records carry no prefix
 * @SYSCALL_ABI_I386: int 0x80 and the 32-bit fast system calls
 * @SYSCALL_ABI_X32: x86-64 numbers with the x32 bit, given here without it
 * @SYSCALL_NR_ABIS: their number
 */
enum syscall_abi {
	SYSCALL_ABI_NATIVE,
	SYSCALL_ABI_I386,
	SYSCALL_ABI_X32,
	SYSCALL_NR_ABIS,
};

/**
 * enum syscall_arg_kind - how an argument is to be read
 * @SYSCALL_ARG_FD: file descriptor, signed, 32 bits
 * @SYSCALL_ARG_INT: signed, 32 bits
 * @SYSCALL_ARG_UINT: unsigned, 32 bits
 * @SYSCALL_ARG_LONG: signed, a word of the ABI
 * @SYSCALL_ARG_SIZE: unsigned, a word of the ABI
 * @SYSCALL_ARG_FLAGS: bits, 32 of them
 * @SYSCALL_ARG_LFLAGS: bits, a word of the ABI
 * @SYSCALL_ARG_MODE: file permissions, 16 bits
 * @SYSCALL_ARG_PTR: address that is itself the argument
 * @SYSCALL_ARG_ANY: address of memory that is not described
 * @SYSCALL_ARG_PATH: address of a string that names a file, shown whole
 * @SYSCALL_ARG_STR: address of another string, shown up to a limit
 * @SYSCALL_ARG_BYTES: address of a buffer or struct
 * @SYSCALL_ARG_STRV: address of an array of strings that ends with NULL
 * @SYSCALL_ARG_IOV: address of an array of iovec
 * @SYSCALL_ARG_MSG: address of a msghdr
 * @SYSCALL_ARG_MMSG: address of an array of mmsghdr
 * @SYSCALL_ARG_IOCTL: BYTES or ANY, as the number of the ioctl says
 *
 * All from PTR on are addresses.
 */
enum syscall_arg_kind {
	SYSCALL_ARG_FD,
	SYSCALL_ARG_INT,
	SYSCALL_ARG_UINT,
	SYSCALL_ARG_LONG,
	SYSCALL_ARG_SIZE,
	SYSCALL_ARG_FLAGS,
	SYSCALL_ARG_LFLAGS,
	SYSCALL_ARG_MODE,
	SYSCALL_ARG_PTR,
	SYSCALL_ARG_ANY,
	SYSCALL_ARG_PATH,
	SYSCALL_ARG_STR,
	SYSCALL_ARG_BYTES,
	SYSCALL_ARG_STRV,
	SYSCALL_ARG_IOV,
	SYSCALL_ARG_MSG,
	SYSCALL_ARG_MMSG,
	SYSCALL_ARG_IOCTL,
};

/* What the call does with the memory of an argument. */
#define SYSCALL_ARG_IN		0x01	/* reads it */
#define SYSCALL_ARG_OUT		0x02	/* writes it */
#define SYSCALL_ARG_FIXED	0x04	/* reads it after the call, too, or pins it */
#define SYSCALL_ARG_NESTED	0x08	/* finds further addresses in it, not described */
#define SYSCALL_ARG_RET		0x10	/* writes as many as the result says */

/**
 * enum syscall_len_kind - how long the memory of an argument is
 * @SYSCALL_LEN_CONST: @size bytes
 * @SYSCALL_LEN_ARG: @size bytes for each of as many as argument @len says, and
 *	@field more
 * @SYSCALL_LEN_BITS: as many bits as argument @len says, less @field, in words
 *	of the ABI
 * @SYSCALL_LEN_PAGES: one byte for each page of as many bytes as argument @len
 *	says, rounded up
 * @SYSCALL_LEN_POINTED: @size bytes for each of as many as the 32 bits say that
 *	argument @len points to
 * @SYSCALL_LEN_FIELD: @size bytes, and as many more as the 32 bits say that
 *	stand in the memory itself, @field bytes from its start
 */
enum syscall_len_kind {
	SYSCALL_LEN_CONST,
	SYSCALL_LEN_ARG,
	SYSCALL_LEN_BITS,
	SYSCALL_LEN_PAGES,
	SYSCALL_LEN_POINTED,
	SYSCALL_LEN_FIELD,
};

/**
 * enum syscall_ret_kind - how the result of a call that succeeds is to be read
 * @SYSCALL_RET_INT: signed number
 * @SYSCALL_RET_SIZE: number of bytes
 * @SYSCALL_RET_FD: file descriptor
 * @SYSCALL_RET_ADDR: address
 */
enum syscall_ret_kind {
	SYSCALL_RET_INT,
	SYSCALL_RET_SIZE,
	SYSCALL_RET_FD,
	SYSCALL_RET_ADDR,
};

/* What a call is about; a call may be about several things. */
#define SYSCALL_CLASS_FILE	0x001	/* takes a file name */
#define SYSCALL_CLASS_DESC	0x002	/* takes or makes a file descriptor */
#define SYSCALL_CLASS_NETWORK	0x004
#define SYSCALL_CLASS_PROCESS	0x008	/* makes, runs, awaits or ends processes */
#define SYSCALL_CLASS_SIGNAL	0x010
#define SYSCALL_CLASS_MEMORY	0x020	/* changes the address space */
#define SYSCALL_CLASS_IPC	0x040	/* of System V */
#define SYSCALL_CLASS_CREDS	0x080	/* reads or changes credentials */
#define SYSCALL_CLASS_CLOCK	0x100	/* reads or changes clocks */

/**
 * struct syscall_arg_desc - one argument
 * @kind: an &enum syscall_arg_kind
 * @flags: what the call does with the memory; 0 for numbers and PTR; ANY counts
 *	as read
 * @len_kind: for BYTES, IOV, MMSG: an &enum syscall_len_kind
 * @len: which argument it means: 1 is the first; 0 if none. For IOCTL the one
 *	with the number
 * @size: bytes; IOV and MMSG count elements instead
 * @field: see &enum syscall_len_kind
 */
struct syscall_arg_desc {
	u8 kind;
	u8 flags;
	u8 len_kind;
	u8 len;
	u16 size;
	u16 field;
};

/**
 * struct syscall_desc - one system call
 * @name: its name, without an ABI
 * @nr_args: how many arguments it takes
 * @ret: an &enum syscall_ret_kind
 * @classes: %SYSCALL_CLASS_* bits
 * @selector: which argument chooses among the cases: 1 is the first; 0 if
 *	there are none
 * @nr_cases: how many cases
 * @first_case: index of the first
 * @mask: bits of the selector that count
 * @args: what the arguments are
 */
struct syscall_desc {
	const char *name;
	u8 nr_args;
	u8 ret;
	u16 classes;
	u8 selector;
	u16 nr_cases;
	u16 first_case;
	u32 mask;
	struct syscall_arg_desc args[SYSCALL_MAX_ARGS];
};

/**
 * struct syscall_call - a call as it enters the kernel
 * @abi: an &enum syscall_abi
 * @nr: number in that ABI, without the x32 bit
 * @args: argument registers, zero-extended from the ABI's word
 */
struct syscall_call {
	u32 abi;
	u32 nr;
	u64 args[SYSCALL_MAX_ARGS];
};

/**
 * syscall_arg_is_string - is this argument a NUL-terminated string to show?
 * @kind: an &enum syscall_arg_kind
 *
 * Return: true for paths and other strings.
 */
static inline bool syscall_arg_is_string(u8 kind)
{
	return kind == SYSCALL_ARG_PATH || kind == SYSCALL_ARG_STR;
}

/**
 * syscall_arg_is_pointer - does this argument point to memory?
 * @kind: an &enum syscall_arg_kind
 *
 * Return: true for addresses of any kind.
 */
static inline bool syscall_arg_is_pointer(u8 kind)
{
	return kind >= SYSCALL_ARG_PTR;
}

/**
 * syscall_arg_is_movable - may the call find this memory elsewhere?
 * @arg: the argument
 *
 * Return: true if the call only reads it, and only while it is being made.
 */
static inline bool syscall_arg_is_movable(const struct syscall_arg_desc *arg)
{
	return (arg->flags & (SYSCALL_ARG_IN | SYSCALL_ARG_OUT | SYSCALL_ARG_FIXED |
			      SYSCALL_ARG_NESTED)) == SYSCALL_ARG_IN;
}

/**
 * syscall_arg_value - the value that the kernel takes from a register
 * @kind: an &enum syscall_arg_kind
 * @word: bytes of a word of the ABI, see syscall_abi_word()
 * @reg: the register
 *
 * Return: the value; sign-extended if the kind is signed.
 */
static inline u64 syscall_arg_value(u8 kind, unsigned int word, u64 reg)
{
	switch (kind) {
	case SYSCALL_ARG_FD:
	case SYSCALL_ARG_INT:
		return (s64)(s32)reg;
	case SYSCALL_ARG_UINT:
	case SYSCALL_ARG_FLAGS:
		return (u32)reg;
	case SYSCALL_ARG_MODE:
		return (u16)reg;
	case SYSCALL_ARG_LONG:
		return word == 4 ? (s64)(s32)reg : reg;
	default:
		return word == 4 ? (u32)reg : reg;
	}
}

const struct syscall_desc *syscall_desc(enum syscall_abi abi, unsigned int nr);
const struct syscall_desc *syscall_describe(const struct syscall_call *call);
struct syscall_arg_desc syscall_arg(const struct syscall_call *call,
				    const struct syscall_desc *desc, unsigned int i);
bool syscall_arg_length(const struct syscall_call *call, const struct syscall_desc *desc,
			const struct syscall_arg_desc *arg, u64 *length);
int syscall_desc_nr(enum syscall_abi abi, const char *name, size_t len);
u16 syscall_class(const char *name, size_t len);
const char *syscall_abi_name(enum syscall_abi abi);

/**
 * syscall_abi_word - size of the registers that carry arguments
 * @abi: the ABI
 *
 * Return: 4 or 8 bytes. x32 passes 64-bit registers.
 */
static inline unsigned int syscall_abi_word(enum syscall_abi abi)
{
	return abi == SYSCALL_ABI_I386 ? 4 : sizeof(u64);
}

/**
 * syscall_abi_pointer - size of an address in memory
 * @abi: the ABI
 *
 * Return: 4 or 8 bytes.
 */
static inline unsigned int syscall_abi_pointer(enum syscall_abi abi)
{
	return abi == SYSCALL_ABI_NATIVE ? sizeof(u64) : 4;
}

#endif /* _LINUX_SYSCALL_DESC_H */
