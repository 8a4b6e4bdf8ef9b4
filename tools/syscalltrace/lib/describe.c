// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * What calls look like: the kernel's own table, and its code that looks things up.
 */
#include <errno.h>
#include <string.h>

#include "internal.h"

#include "syscall_desc.c"

#define SAME(mine, its)	_Static_assert((int)(mine) == (int)(its), #mine)

SAME(SCT_FD, SYSCALL_ARG_FD);
SAME(SCT_MODE, SYSCALL_ARG_MODE);
SAME(SCT_PTR, SYSCALL_ARG_PTR);
SAME(SCT_PATH, SYSCALL_ARG_PATH);
SAME(SCT_BYTES, SYSCALL_ARG_BYTES);
SAME(SCT_IOCTL, SYSCALL_ARG_IOCTL);
SAME(SCT_IN, SYSCALL_ARG_IN);
SAME(SCT_OUT, SYSCALL_ARG_OUT);
SAME(SCT_FIXED, SYSCALL_ARG_FIXED);
SAME(SCT_NESTED, SYSCALL_ARG_NESTED);
SAME(SCT_RESULT_INT, SYSCALL_RET_INT);
SAME(SCT_RESULT_ADDR, SYSCALL_RET_ADDR);
SAME(SCT_CLASS_FILE, SYSCALL_CLASS_FILE);
SAME(SCT_CLASS_CLOCK, SYSCALL_CLASS_CLOCK);
SAME(SYSCALL_TRACE_ABI_X86_64, SYSCALL_ABI_NATIVE);
SAME(SYSCALL_TRACE_ABI_I386, SYSCALL_ABI_I386);
SAME(SYSCALL_TRACE_ABI_X32, SYSCALL_ABI_X32);

static bool has_call(const struct syscall_trace_record *record)
{
	switch (record->type) {
	case SYSCALL_TRACE_ENTRY:
	case SYSCALL_TRACE_EXIT:
	case SYSCALL_TRACE_RESULT:
	case SYSCALL_TRACE_LOG:
		return record->abi < SYSCALL_NR_ABIS;
	default:
		return false;
	}
}

static bool has_length(unsigned int kind)
{
	return kind == SYSCALL_ARG_BYTES || kind == SYSCALL_ARG_IOV || kind == SYSCALL_ARG_MMSG;
}

SCT_EXPORT bool sct_describe(const struct syscall_trace_record *record, struct sct_call *call)
{
	struct syscall_call made = { .abi = record->abi, .nr = record->nr };
	const struct syscall_desc *desc;
	struct syscall_arg_desc arg;
	unsigned int i;
	u64 length;

	memset(call, 0, sizeof(*call));
	if (!has_call(record))
		return false;
	memcpy(made.args, record->args, sizeof(made.args));
	desc = syscall_describe(&made);
	if (!desc)
		return false;
	call->name = desc->name;
	call->nr_args = desc->nr_args;
	call->result = (enum sct_result)desc->ret;
	call->classes = desc->classes;
	for (i = 0; i < desc->nr_args; i++) {
		arg = syscall_arg(&made, desc, i);
		call->args[i].kind = (enum sct_kind)arg.kind;
		call->args[i].flags = arg.flags & (SCT_IN | SCT_OUT | SCT_FIXED | SCT_NESTED);
		if (!has_length(arg.kind) || !syscall_arg_length(&made, desc, &arg, &length))
			continue;
		call->args[i].has_length = true;
		call->args[i].length = length;
	}
	return true;
}

SCT_EXPORT const char *sct_name(unsigned int abi, unsigned int nr)
{
	const struct syscall_desc *desc;

	if (abi >= SYSCALL_NR_ABIS)
		return NULL;
	desc = syscall_desc((enum syscall_abi)abi, nr);
	return desc ? desc->name : NULL;
}

SCT_EXPORT int sct_number(unsigned int abi, const char *name)
{
	if (abi >= SYSCALL_NR_ABIS)
		return -ENOSYS;
	return syscall_desc_nr((enum syscall_abi)abi, name, strlen(name));
}

/*
 * Is argument @i of this call a string, or a list of them? Of @args those that are kept
 * matter, too, as they may decide what others are.
 */
bool sct_takes_strings(unsigned int abi, unsigned int nr, const uint64_t args[6], unsigned int i)
{
	struct syscall_call made = { .abi = abi, .nr = nr };
	const struct syscall_desc *desc;
	struct syscall_arg_desc arg;

	if (abi >= SYSCALL_NR_ABIS)
		return false;
	memcpy(made.args, args, sizeof(made.args));
	desc = syscall_describe(&made);
	if (!desc || i >= desc->nr_args)
		return false;
	arg = syscall_arg(&made, desc, i);
	return syscall_arg_is_string(arg.kind) || arg.kind == SYSCALL_ARG_STRV;
}
