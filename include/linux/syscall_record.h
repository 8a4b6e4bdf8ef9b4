/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a tracee tells a tracer about a system call, and what the tracer answers.
 *
 * These are the kernel's own forms, between the tracee, the tracer's file and
 * the text that people read. They build in user space too.
 */
#ifndef _LINUX_SYSCALL_RECORD_H
#define _LINUX_SYSCALL_RECORD_H

#include <linux/bits.h>
#include <linux/compiler.h>
#include <linux/nospec.h>
#include <linux/syscall_desc.h>
#include <linux/types.h>

/* Largest number of a call; the bit above it is the one of x32. */
#define SYSCALL_NR_MAX		0x3fffffff
/* Bytes of a path that are shown, whatever the limit is; as PATH_MAX. */
#define SYSCALL_PATH_MAX	4096
/* Bytes of a string or buffer that are shown: default and largest limit. */
#define SYSCALL_LIMIT_DEFAULT	256
#define SYSCALL_LIMIT_MAX	65536
/* Bytes that one "get" may ask for, or one "set" may write. */
#define SYSCALL_DATA_MAX	65536

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
 * struct syscall_bytes - copies of the memory that arguments point to
 * @have: bit n is set when argument n (from 0) was copied
 * @more: bit n is set when there is more of argument n than was copied
 * @off: where the copy of each argument starts in @bytes
 * @len: bytes copied of each argument; of a string without its NUL
 * @bytes: the copies
 */
struct syscall_bytes {
	u8 have;
	u8 more;
	u32 off[SYSCALL_MAX_ARGS];
	u32 len[SYSCALL_MAX_ARGS];
	const u8 *bytes;
};

/**
 * enum syscall_record_kind - what a record reports
 * @SYSCALL_RECORD_ENTRY: a stop before a call
 * @SYSCALL_RECORD_EXIT: a stop after a call
 * @SYSCALL_RECORD_DATA: memory behind an argument, as asked for
 * @SYSCALL_RECORD_ERROR: why the last refused line was refused
 */
enum syscall_record_kind {
	SYSCALL_RECORD_ENTRY,
	SYSCALL_RECORD_EXIT,
	SYSCALL_RECORD_DATA,
	SYSCALL_RECORD_ERROR,
};

/**
 * struct syscall_record - one message from the kernel to a tracer
 * @kind: an &enum syscall_record_kind, says which other fields count
 * @tid: thread that it is about, as numbered in the tracer's pid namespace
 * @call: entry, exit: the call
 * @bytes: entry: what the arguments point to
 * @ret: exit: the result, sign-extended; negative errno on failure
 * @arg: data: number of the argument, the first is 1
 * @off: data: offset behind the argument; error: column, the first is 1
 * @text: data: the bytes; error: the sentence
 * @len: length of @text in bytes
 */
struct syscall_record {
	u32 kind;
	u32 tid;
	struct syscall_call call;
	struct syscall_bytes bytes;
	s64 ret;
	u32 arg;
	u64 off;
	const u8 *text;
	u32 len;
};

/* Numbers from here on share one bit of a set: no ABI has such calls. */
#define SYSCALL_SET_BITS	1024
#define SYSCALL_SET_WORDS	(SYSCALL_SET_BITS / 64)

/**
 * struct syscall_set - a set of system calls
 * @bits: one bit for each number of each ABI
 */
struct syscall_set {
	u64 bits[SYSCALL_NR_ABIS][SYSCALL_SET_WORDS];
};

/**
 * enum syscall_verb - what a tracer can say
 * @SYSCALL_VERB_CONT: run the call as it stands; leave its result as it is
 * @SYSCALL_VERB_STEP: run the call and stop after it
 * @SYSCALL_VERB_SKIP: do not run the call; the program sees @value
 * @SYSCALL_VERB_RESULT: at an exit stop: the program sees @value
 * @SYSCALL_VERB_REWRITE: change the call
 * @SYSCALL_VERB_SET: write memory behind an argument
 * @SYSCALL_VERB_GET: read memory behind an argument
 * @SYSCALL_VERB_TRACE: arm, or change which calls stop
 * @SYSCALL_VERB_LIMIT: how much of strings and buffers to show
 * @SYSCALL_VERB_TID: whether records carry the thread id
 * @SYSCALL_VERB_ONCLOSE: what stops get when the tracer is gone
 * @SYSCALL_VERB_DETACH: leave
 * @SYSCALL_VERB_ERROR: ask why the last refused line was refused
 */
enum syscall_verb {
	SYSCALL_VERB_CONT,
	SYSCALL_VERB_STEP,
	SYSCALL_VERB_SKIP,
	SYSCALL_VERB_RESULT,
	SYSCALL_VERB_REWRITE,
	SYSCALL_VERB_SET,
	SYSCALL_VERB_GET,
	SYSCALL_VERB_TRACE,
	SYSCALL_VERB_LIMIT,
	SYSCALL_VERB_TID,
	SYSCALL_VERB_ONCLOSE,
	SYSCALL_VERB_DETACH,
	SYSCALL_VERB_ERROR,
};

/**
 * enum syscall_onclose - what stops get when the tracer is gone
 * @SYSCALL_ONCLOSE_CONT: the layer leaves, everything runs
 * @SYSCALL_ONCLOSE_KILL: whoever stops is killed
 * @SYSCALL_ONCLOSE_FAIL: calls fail, unseen
 */
enum syscall_onclose {
	SYSCALL_ONCLOSE_CONT,
	SYSCALL_ONCLOSE_KILL,
	SYSCALL_ONCLOSE_FAIL,
};

/**
 * struct syscall_command - one line of a tracer, understood
 * @verb: an &enum syscall_verb, says which other fields count
 * @value: skip, result: what the program sees, negative errno for a failure;
 *	limit: bytes; tid: on or off; onclose: negative errno for FAIL
 * @onclose: onclose: an &enum syscall_onclose
 * @call: rewrite: the new call; kept arguments hold their old value
 * @arg: set, get: number of the argument, the first is 1
 * @off: set, get: offset in bytes behind the argument
 * @data: set: the bytes, in the memory of the line that was parsed
 * @len: set, get: how many bytes; get: 0 means as many as are usually shown
 * @set: trace: the calls
 */
struct syscall_command {
	u32 verb;
	s64 value;
	u32 onclose;
	struct syscall_call call;
	u32 arg;
	u64 off;
	const u8 *data;
	u32 len;
	struct syscall_set set;
};

/**
 * syscall_set_has - is a call in a set?
 * @set: the set; may be changed at the same time, a word at a time
 * @abi: ABI of the call
 * @nr: its number, from user space
 *
 * Return: true if it is.
 */
static inline bool syscall_set_has(const struct syscall_set *set, u32 abi, u32 nr)
{
	if (nr >= SYSCALL_SET_BITS)
		nr = SYSCALL_SET_BITS - 1;
	nr = array_index_nospec(nr, SYSCALL_SET_BITS);
	return READ_ONCE(set->bits[abi][nr / 64]) & BIT_ULL(nr % 64);
}

/**
 * syscall_buffer_length - how long is a buffer?
 * @call: the call
 * @desc: its description
 * @i: the argument, from 0; a buffer
 *
 * Return: what the argument for the length says, in bytes; 0 if it is negative.
 */
static inline u64 syscall_buffer_length(const struct syscall_call *call,
					const struct syscall_desc *desc, unsigned int i)
{
	unsigned int len = desc->args[i].len - 1;
	s64 value = syscall_arg_value(desc->args[len].kind, syscall_abi_word(call->abi),
				      call->args[len]);

	if (value < 0 && desc->args[len].kind == SYSCALL_ARG_INT)
		return 0;
	return value;
}

#endif /* _LINUX_SYSCALL_RECORD_H */
