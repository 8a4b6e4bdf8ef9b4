/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What answers are checked for, whichever form they come in.
 *
 * The functions are in lib/syscall_text.c. Those that refuse something return a
 * negative errno and set @why to a constant sentence.
 */
#ifndef _LIB_SYSCALL_ANSWER_H
#define _LIB_SYSCALL_ANSWER_H

#include <linux/syscall_record.h>

/* Largest number of an error, as MAX_ERRNO, and of a signal, as _NSIG. */
#define SYSCALL_ERRNO_MAX	4095
#define SYSCALL_SIGNAL_MAX	64

/**
 * struct syscall_number - a number with its sign
 * @negative: it is below zero
 * @magnitude: the rest
 */
struct syscall_number {
	bool negative;
	u64 magnitude;
};

/**
 * syscall_result_is_error - does a result stand for a failure?
 * @ret: the result, sign-extended
 *
 * Return: true if it is a negative errno.
 */
static inline bool syscall_result_is_error(s64 ret)
{
	return ret < 0 && ret >= -SYSCALL_ERRNO_MAX;
}

int syscall_answer_error(u64 number, s64 *value, const char **why);
int syscall_answer_result(const struct syscall_number *num, unsigned int word,
			  s64 *value, const char **why);
int syscall_answer_place(u64 arg, const char **why);
int syscall_answer_data_size(u64 len, const char **why);
int syscall_answer_number(struct syscall_call *call, unsigned int i, u8 kind,
			  const struct syscall_number *num, const char **why);
int syscall_answer_memory(const struct syscall_arg_desc *arg, bool list, const char **why);
int syscall_answer_string(const u8 *bytes, u32 len, bool ends_with_nul, const char **why);
int syscall_answer_lengths(struct syscall_command *cmd, u8 kept, unsigned int *arg,
			   const char **why);

#endif /* _LIB_SYSCALL_ANSWER_H */
