// SPDX-License-Identifier: (GPL-2.0-only OR LGPL-2.1-or-later)
/*
 * Look-ups in the description of system calls.
 */

#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/nospec.h>
#include <linux/string.h>
#include <linux/syscall_desc.h>

/**
 * struct syscall_table - the calls of one ABI
 * @by_nr: 1 + index into descs[], or 0; indexed by number
 * @nr_max: length of @by_nr
 * @by_name: the numbers of all described calls, in the order of their names
 * @nr_names: length of @by_name
 */
struct syscall_table {
	const u16 *by_nr;
	unsigned int nr_max;
	const u16 *by_name;
	unsigned int nr_names;
};

/**
 * struct syscall_case - what a call is for a value of its selector
 * @value: the value
 * @desc: index into descs[]
 */
struct syscall_case {
	u32 value;
	u16 desc;
};

#include "syscall_desc_table.h"

/**
 * syscall_desc - describe a system call whose arguments are not known
 * @abi: ABI of the call
 * @nr: its number in that ABI, from user space
 *
 * Context: Any.
 * Return: The description, or NULL for a number that no call has.
 */
const struct syscall_desc *syscall_desc(enum syscall_abi abi, unsigned int nr)
{
	const struct syscall_table *table = &tables[abi];
	unsigned int i;

	if (nr >= table->nr_max)
		return NULL;
	i = table->by_nr[array_index_nospec(nr, table->nr_max)];
	return i ? &descs[i - 1] : NULL;
}

/* The case for a value of the selector, or NULL. */
static const struct syscall_desc *find_case(const struct syscall_desc *desc, u32 value)
{
	unsigned int low = desc->first_case, high = low + desc->nr_cases;

	while (low < high) {
		unsigned int mid = (low + high) / 2;

		if (cases[mid].value == value)
			return &descs[cases[mid].desc];
		if (cases[mid].value > value)
			high = mid;
		else
			low = mid + 1;
	}
	return NULL;
}

/**
 * syscall_describe - describe a system call
 * @call: the call, from user space
 *
 * Context: Any.
 * Return: The description, or NULL for a number that no call has.
 */
const struct syscall_desc *syscall_describe(const struct syscall_call *call)
{
	const struct syscall_desc *desc = syscall_desc(call->abi, call->nr);

	if (!desc || !desc->selector)
		return desc;
	return find_case(desc, call->args[desc->selector - 1] & desc->mask) ?: desc;
}

/* Where direction and size are part of the number of an ioctl. */
static void resolve_ioctl(struct syscall_arg_desc *arg, u32 cmd)
{
	unsigned int dir = cmd >> 30, size = (cmd >> 16) & 0x3fff;

	arg->len = 0;
	/* There may be anything in it. */
	arg->flags = SYSCALL_ARG_NESTED;
	if (!dir || !size) {
		arg->kind = SYSCALL_ARG_ANY;
		arg->flags |= SYSCALL_ARG_IN;
		return;
	}
	arg->kind = SYSCALL_ARG_BYTES;
	arg->len_kind = SYSCALL_LEN_CONST;
	arg->size = size;
	if (dir & 1)
		arg->flags |= SYSCALL_ARG_IN;
	if (dir & 2)
		arg->flags |= SYSCALL_ARG_OUT;
}

/**
 * syscall_arg - what an argument of a call is
 * @call: the call
 * @desc: its description
 * @i: the argument, the first is 0
 *
 * Context: Any.
 * Return: its description, never one of the kind SYSCALL_ARG_IOCTL.
 */
struct syscall_arg_desc syscall_arg(const struct syscall_call *call,
				    const struct syscall_desc *desc, unsigned int i)
{
	struct syscall_arg_desc arg = desc->args[i];

	if (arg.kind == SYSCALL_ARG_IOCTL)
		resolve_ioctl(&arg, call->args[arg.len - 1]);
	return arg;
}

static bool is_signed(u8 kind)
{
	return kind == SYSCALL_ARG_FD || kind == SYSCALL_ARG_INT || kind == SYSCALL_ARG_LONG;
}

/**
 * syscall_arg_length - how long the memory of an argument is
 * @call: the call
 * @desc: its description
 * @arg: the argument
 * @length: set to the length in bytes, for vectors in elements
 *
 * Context: Any.
 * Return: true, or false if the length stands in memory.
 */
bool syscall_arg_length(const struct syscall_call *call, const struct syscall_desc *desc,
			const struct syscall_arg_desc *arg, u64 *length)
{
	unsigned int word = syscall_abi_word(call->abi);
	u64 value = 0;

	if (arg->len && arg->len_kind != SYSCALL_LEN_POINTED) {
		u8 kind = desc->args[arg->len - 1].kind;

		value = syscall_arg_value(kind, word, call->args[arg->len - 1]);
		if (is_signed(kind) && (s64)value < 0)
			value = 0;
	}
	switch (arg->len_kind) {
	case SYSCALL_LEN_CONST:
		*length = arg->size;
		return true;
	case SYSCALL_LEN_ARG:
		if (__builtin_mul_overflow(value, (u64)arg->size, length) ||
		    __builtin_add_overflow(*length, (u64)arg->field, length))
			*length = U64_MAX;
		return true;
	case SYSCALL_LEN_BITS:
		value -= value < arg->field ? value : arg->field;
		value = (value >> 3) + !!(value & 7);
		*length = (value + word - 1) & ~(u64)(word - 1);
		return true;
	case SYSCALL_LEN_PAGES:
		*length = (value >> 12) + !!(value & 4095);
		return true;
	default:
		return false;
	}
}

/**
 * syscall_desc_nr - find the number of a system call
 * @abi: ABI of the call
 * @name: name, not necessarily terminated
 * @len: length of @name
 *
 * Context: Any.
 * Return: The number, or -ENOSYS when @abi has no call of that name.
 */
int syscall_desc_nr(enum syscall_abi abi, const char *name, size_t len)
{
	const struct syscall_table *table = &tables[abi];
	unsigned int low = 0, high = table->nr_names;

	while (low < high) {
		unsigned int mid = (low + high) / 2;
		unsigned int nr = table->by_name[mid];
		const char *this = descs[table->by_nr[nr] - 1].name;
		int order = strncmp(name, this, len);

		/* @name may be a mere prefix of @this. */
		if (!order && this[len])
			order = -1;
		if (!order)
			return nr;
		if (order < 0)
			high = mid;
		else
			low = mid + 1;
	}
	return -ENOSYS;
}

/**
 * syscall_class - find a class of system calls
 * @name: its name, not necessarily terminated
 * @len: length of @name
 *
 * Return: its SYSCALL_CLASS_ bit, or 0 if there is none of that name.
 */
u16 syscall_class(const char *name, size_t len)
{
	static const struct {
		const char *name;
		u16 bit;
	} classes[] = {
		{ "file",	SYSCALL_CLASS_FILE },
		{ "desc",	SYSCALL_CLASS_DESC },
		{ "network",	SYSCALL_CLASS_NETWORK },
		{ "process",	SYSCALL_CLASS_PROCESS },
		{ "signal",	SYSCALL_CLASS_SIGNAL },
		{ "memory",	SYSCALL_CLASS_MEMORY },
		{ "ipc",	SYSCALL_CLASS_IPC },
		{ "creds",	SYSCALL_CLASS_CREDS },
		{ "clock",	SYSCALL_CLASS_CLOCK },
	};
	int i;

	for (i = 0; i < ARRAY_SIZE(classes); i++)
		if (strlen(classes[i].name) == len && !memcmp(name, classes[i].name, len))
			return classes[i].bit;
	return 0;
}

/**
 * syscall_abi_name - the prefix that marks calls of an ABI
 * @abi: the ABI
 *
 * Return: "i386", "x32", or "" for the kernel's own.
 */
const char *syscall_abi_name(enum syscall_abi abi)
{
	static const char * const names[SYSCALL_NR_ABIS] = {
		[SYSCALL_ABI_NATIVE] = "",
		[SYSCALL_ABI_I386] = "i386",
		[SYSCALL_ABI_X32] = "x32",
	};

	return names[abi];
}
