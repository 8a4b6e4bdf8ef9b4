/* SPDX-License-Identifier: GPL-2.0-only */
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
 * @SYSCALL_ARG_PTR: address of something that is not described
 * @SYSCALL_ARG_PATH: address of a string, shown whole
 * @SYSCALL_ARG_STR: address of a string, shown up to a limit
 * @SYSCALL_ARG_IN: address of bytes that the call reads
 * @SYSCALL_ARG_OUT: address of bytes that the call writes
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
	SYSCALL_ARG_PATH,
	SYSCALL_ARG_STR,
	SYSCALL_ARG_IN,
	SYSCALL_ARG_OUT,
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

/**
 * struct syscall_arg_desc - one argument
 * @kind: an &enum syscall_arg_kind
 * @len: for IN and OUT, which argument tells the length in bytes: 1 is the first
 */
struct syscall_arg_desc {
	u8 kind;
	u8 len;
};

/**
 * struct syscall_desc - one system call
 * @name: its name, without an ABI
 * @nr_args: how many arguments it takes
 * @ret: an &enum syscall_ret_kind
 * @args: what they are
 */
struct syscall_desc {
	const char *name;
	u8 nr_args;
	u8 ret;
	struct syscall_arg_desc args[SYSCALL_MAX_ARGS];
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
int syscall_desc_nr(enum syscall_abi abi, const char *name, size_t len);
const char *syscall_abi_name(enum syscall_abi abi);
unsigned int syscall_abi_word(enum syscall_abi abi);

#endif /* _LINUX_SYSCALL_DESC_H */
