// SPDX-License-Identifier: GPL-2.0-only
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

#include "syscall_desc_table.h"

/**
 * syscall_desc - describe a system call
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

/**
 * syscall_abi_word - size of the registers that carry arguments
 * @abi: the ABI
 *
 * Return: 4 or 8 bytes. x32 passes 64-bit registers.
 */
unsigned int syscall_abi_word(enum syscall_abi abi)
{
	return abi == SYSCALL_ABI_I386 ? 4 : sizeof(u64);
}
