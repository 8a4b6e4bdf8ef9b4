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

/* Elements of a vector that are shown, whatever the limit is. */
#define SYSCALL_VECTOR_MAX	1024
/* Bytes that are shown of all arguments together. */
#define SYSCALL_SHOW_MAX	(512 * 1024)

/**
 * enum syscall_block_kind - a piece of what an argument points to
 * @SYSCALL_BLOCK_BYTES: bytes
 * @SYSCALL_BLOCK_ADDRESS: an address, 0 for NULL: what is there was not copied
 * @SYSCALL_BLOCK_LIST: elements follow, up to the LIST_END that belongs to it
 * @SYSCALL_BLOCK_LIST_END: the end of them
 * @SYSCALL_BLOCK_STRUCT: fields follow, up to the STRUCT_END that belongs to it
 * @SYSCALL_BLOCK_STRUCT_END: the end of them
 */
enum syscall_block_kind {
	SYSCALL_BLOCK_BYTES,
	SYSCALL_BLOCK_ADDRESS,
	SYSCALL_BLOCK_LIST,
	SYSCALL_BLOCK_LIST_END,
	SYSCALL_BLOCK_STRUCT,
	SYSCALL_BLOCK_STRUCT_END,
};

/**
 * struct syscall_block - a piece of what an argument points to
 * @kind: an &enum syscall_block_kind
 * @arg: the argument, the first is 0
 * @more: BYTES, LIST_END: there is more than was copied
 * @len: BYTES: how many
 * @off: BYTES: where in the bytes of the record; bytes
 * @addr: ADDRESS: the address
 */
struct syscall_block {
	u8 kind;
	u8 arg;
	bool more;
	u32 len;
	u32 off;
	u64 addr;
};

/**
 * struct syscall_data - copies of the memory that arguments point to
 * @nr: number of blocks
 * @unbound: bit n is set when the bytes of argument n (from 0) may change
 *	although they should not
 * @blocks: the pieces, in the order of the arguments; an argument that has none
 *	is shown as what is in its register
 * @bytes: what the blocks refer to
 */
struct syscall_data {
	u32 nr;
	u8 unbound;
	const struct syscall_block *blocks;
	const u8 *bytes;
};

/**
 * struct syscall_siginfo - a signal that is about to be delivered
 * @sig: its number
 * @code: si_code
 * @pid: who sent it, as the program sees that; 0 if nobody did
 * @uid: likewise
 * @value: what came with it: an address, a status, a value
 */
struct syscall_siginfo {
	s32 sig;
	s32 code;
	s32 pid;
	u32 uid;
	u64 value;
};

/**
 * enum syscall_record_kind - what a record reports
 * @SYSCALL_RECORD_ENTRY: a stop before a call
 * @SYSCALL_RECORD_EXIT: a stop after a call
 * @SYSCALL_RECORD_DATA: memory behind an argument, as asked for
 * @SYSCALL_RECORD_ADDRESS: the argument itself, as asked for
 * @SYSCALL_RECORD_SIGNAL: a stop before a signal is delivered
 * @SYSCALL_RECORD_NEW: a stop of a thread that has not run yet
 * @SYSCALL_RECORD_EXEC: a stop before the first instruction of a program
 * @SYSCALL_RECORD_EXITED: a thread has ended by itself
 * @SYSCALL_RECORD_KILLED: a thread has been ended by a signal
 * @SYSCALL_RECORD_GONE: a process may not be traced any more
 * @SYSCALL_RECORD_ERROR: why the last refused line was refused
 * @SYSCALL_RECORD_RESULT: what became of a call after "report"; as EXIT
 * @SYSCALL_RECORD_LOG: a call that did not stop: ENTRY and EXIT in one
 * @SYSCALL_RECORD_LOST: so many LOG records have got lost
 */
enum syscall_record_kind {
	SYSCALL_RECORD_ENTRY,
	SYSCALL_RECORD_EXIT,
	SYSCALL_RECORD_DATA,
	SYSCALL_RECORD_ADDRESS,
	SYSCALL_RECORD_SIGNAL,
	SYSCALL_RECORD_NEW,
	SYSCALL_RECORD_EXEC,
	SYSCALL_RECORD_EXITED,
	SYSCALL_RECORD_KILLED,
	SYSCALL_RECORD_GONE,
	SYSCALL_RECORD_ERROR,
	SYSCALL_RECORD_RESULT,
	SYSCALL_RECORD_LOG,
	SYSCALL_RECORD_LOST,
};

/* A call that does not return: there is no @ret. */
#define SYSCALL_NO_RESULT	(~0ULL)

/**
 * struct syscall_record - one message from the kernel to a tracer
 * @kind: an &enum syscall_record_kind, says which other fields count
 * @tid: thread that it is about, as numbered in the tracer's pid namespace
 * @call: entry, exit, result, log: the call
 * @data: entry: what the arguments point to; exit, result: what the call wrote
 *	there; log: the former, then the latter; exec: the path
 * @ret: exit, result, log: the result, sign-extended; negative errno on failure;
 *	new: the thread that made it, numbered as @tid; exited: the exit code;
 *	killed: the signal; lost: how many
 * @siginfo: signal: what it is
 * @arg: data, address: number of the argument, the first is 1
 * @off: data: offset behind the argument; address: the address; error: column,
 *	the first is 1
 * @text: data: the bytes; error: the sentence
 * @len: length of @text in bytes
 * @nr_in: log: so many blocks of @data are from before the call
 * @time: log: when the call was made, CLOCK_MONOTONIC in nanoseconds
 * @duration: log: nanoseconds until it was over; SYSCALL_NO_RESULT if it will not be
 */
struct syscall_record {
	u32 kind;
	u32 tid;
	struct syscall_call call;
	struct syscall_data data;
	s64 ret;
	struct syscall_siginfo siginfo;
	u32 arg;
	u64 off;
	const u8 *text;
	u32 len;
	u32 nr_in;
	u64 time;
	u64 duration;
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
 * @SYSCALL_VERB_REPORT: run the call and tell its result without stopping
 * @SYSCALL_VERB_SKIP: do not run the call; the program sees @value
 * @SYSCALL_VERB_RESULT: at an exit stop: the program sees @value
 * @SYSCALL_VERB_REWRITE: change the call
 * @SYSCALL_VERB_SET: write memory behind an argument
 * @SYSCALL_VERB_GET: read memory behind an argument
 * @SYSCALL_VERB_GET_ADDRESS: read the argument itself
 * @SYSCALL_VERB_TRACE: arm, or change which calls stop
 * @SYSCALL_VERB_LIMIT: how much of strings and buffers to show
 * @SYSCALL_VERB_TID: whether records carry the thread id
 * @SYSCALL_VERB_OUT: whether records carry what calls wrote
 * @SYSCALL_VERB_BIND: whether what was seen is what runs
 * @SYSCALL_VERB_SIGNALS: which signals stop
 * @SYSCALL_VERB_DISCARD: at a signal stop: the program does not get it
 * @SYSCALL_VERB_SIGNAL: at a signal stop: the program gets signal @value instead
 * @SYSCALL_VERB_FOLLOW: whether new processes are traced, too
 * @SYSCALL_VERB_EVENTS: whether there are records of births and deaths
 * @SYSCALL_VERB_VDSO: whether the vDSO may answer calls
 * @SYSCALL_VERB_ONCLOSE: what stops get when the tracer is gone
 * @SYSCALL_VERB_TIMEOUT: what stops get when the tracer dawdles
 * @SYSCALL_VERB_ON: what calls get without a stop
 * @SYSCALL_VERB_ON_CLEAR: forget all of these
 * @SYSCALL_VERB_DETACH: leave
 * @SYSCALL_VERB_ERROR: ask why the last refused line was refused
 * @SYSCALL_VERB_PACKED: whether records and answers are packed
 * @SYSCALL_VERB_LOG_SIZE: how large the log is
 * @SYSCALL_VERB_LOG_DROP: whether a full log loses records
 */
enum syscall_verb {
	SYSCALL_VERB_CONT,
	SYSCALL_VERB_STEP,
	SYSCALL_VERB_REPORT,
	SYSCALL_VERB_SKIP,
	SYSCALL_VERB_RESULT,
	SYSCALL_VERB_REWRITE,
	SYSCALL_VERB_SET,
	SYSCALL_VERB_GET,
	SYSCALL_VERB_GET_ADDRESS,
	SYSCALL_VERB_TRACE,
	SYSCALL_VERB_LIMIT,
	SYSCALL_VERB_TID,
	SYSCALL_VERB_OUT,
	SYSCALL_VERB_BIND,
	SYSCALL_VERB_SIGNALS,
	SYSCALL_VERB_DISCARD,
	SYSCALL_VERB_SIGNAL,
	SYSCALL_VERB_FOLLOW,
	SYSCALL_VERB_EVENTS,
	SYSCALL_VERB_VDSO,
	SYSCALL_VERB_ONCLOSE,
	SYSCALL_VERB_TIMEOUT,
	SYSCALL_VERB_ON,
	SYSCALL_VERB_ON_CLEAR,
	SYSCALL_VERB_DETACH,
	SYSCALL_VERB_ERROR,
	SYSCALL_VERB_PACKED,
	SYSCALL_VERB_LOG_SIZE,
	SYSCALL_VERB_LOG_DROP,
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
 * enum syscall_bind - may the memory that a tracer was shown change?
 * @SYSCALL_BIND_OFF: yes
 * @SYSCALL_BIND_ON: not where it can be avoided; what can change is marked
 * @SYSCALL_BIND_REQUIRE: where it can be avoided as a rule but not this time,
 *	the call fails
 */
enum syscall_bind {
	SYSCALL_BIND_OFF,
	SYSCALL_BIND_ON,
	SYSCALL_BIND_REQUIRE,
};

/**
 * enum syscall_action - what becomes of a call without a tracer's answer
 * @SYSCALL_ACTION_CONT: it runs
 * @SYSCALL_ACTION_STOP: it stops; in rules only
 * @SYSCALL_ACTION_VALUE: it does not run; the program sees a value
 * @SYSCALL_ACTION_KILL: the program is killed
 * @SYSCALL_ACTION_LOG: it runs, and a record tells of it; in rules only
 */
enum syscall_action {
	SYSCALL_ACTION_CONT,
	SYSCALL_ACTION_STOP,
	SYSCALL_ACTION_VALUE,
	SYSCALL_ACTION_KILL,
	SYSCALL_ACTION_LOG,
};

/**
 * struct syscall_when - which of a thread's calls a rule is for
 * @first: the first, counted from 1
 * @last: the last
 * @step: each so many from the first on
 */
struct syscall_when {
	u32 first;
	u32 last;
	u32 step;
};

/**
 * struct syscall_fresh - new memory for an argument
 * @bytes: the bytes; of a list, for each element its length in bytes (16 bits,
 *	in the order of the machine, not aligned), then its bytes
 * @len: bytes in @bytes
 * @count: elements of a list
 * @is_list: it is one
 */
struct syscall_fresh {
	const u8 *bytes;
	u32 len;
	u32 count;
	bool is_list;
};

/**
 * struct syscall_command - one line of a tracer, understood
 * @verb: an &enum syscall_verb, says which other fields count
 * @value: skip, result: what the program sees, negative errno for a failure;
 *	limit: bytes; tid, out, follow, events, vdso, packed, log-drop: on or
 *	off; bind: an &enum syscall_bind; log-size: KiB; signal: its number;
 *	onclose: negative errno for FAIL
 * @onclose: onclose: an &enum syscall_onclose
 * @action: on, timeout: an &enum syscall_action, with @value
 * @seconds: timeout: after how many; 0 for never
 * @when: on: for which calls
 * @raw: rewrite: its arguments are registers, whatever the call takes of them
 * @call: rewrite: the new call; kept arguments hold their old value
 * @nr_fresh: rewrite: how many arguments get new memory
 * @fresh: rewrite: that memory, in the memory of the line that was parsed; of an
 *	argument that gets none, bytes is NULL
 * @arg: set, get: number of the argument, the first is 1
 * @off: set, get: offset in bytes behind the argument
 * @data: set: the bytes, in the memory of the line that was parsed
 * @len: set, get: how many bytes; get: 0 means as many as are usually shown
 * @set: trace, on: the calls
 * @signals: signals: bit n - 1 for signal n
 */
struct syscall_command {
	u32 verb;
	s64 value;
	u32 onclose;
	u32 action;
	u32 seconds;
	struct syscall_when when;
	bool raw;
	struct syscall_call call;
	u32 nr_fresh;
	struct syscall_fresh fresh[SYSCALL_MAX_ARGS];
	u32 arg;
	u64 off;
	const u8 *data;
	u32 len;
	struct syscall_set set;
	u64 signals;
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

#endif /* _LINUX_SYSCALL_RECORD_H */
