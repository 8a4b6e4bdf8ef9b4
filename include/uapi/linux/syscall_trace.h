/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * The packed form of /proc/<pid>/syscall, after "packed on".
 *
 * read() and SYSCALL_TRACE_EXCHANGE give whole records, write() and
 * SYSCALL_TRACE_EXCHANGE take whole answers. Each is a header and then blocks,
 * all in the byte order of the machine, and each begins at a multiple of 8 bytes.
 *
 * Headers may grow. Of a record skip what lies behind the header that you know:
 * its first block is at @head. The kernel takes an answer with a header that is
 * longer than its own if the rest of it is zero (E2BIG if not), and one that is
 * shorter, but not than SYSCALL_TRACE_ANSWER_SHORT, as if the rest were zero, as
 * openat2() does with its struct. Everything that is said to be reserved, all padding,
 * and in answers what their verb does not use, is zero; in answers it has to be
 * (EINVAL). Strings are without the zero that ends them, in answers too.
 *
 * What the text form says is said here too, and nothing else: see
 * Documentation/userspace-api/syscall_trace.rst.
 */
#ifndef _UAPI_LINUX_SYSCALL_TRACE_H
#define _UAPI_LINUX_SYSCALL_TRACE_H

#include <linux/ioctl.h>
#include <linux/types.h>

/* ABIs of calls */
#define SYSCALL_TRACE_ABI_X86_64	0
#define SYSCALL_TRACE_ABI_I386		1
#define SYSCALL_TRACE_ABI_X32		2	/* numbers without the bit of x32 */

/*
 * Types of records. ENTRY, EXIT, SIGNAL, NEW and EXEC are stops: the thread waits
 * for an answer with their id. Of the others the id is 0.
 */
#define SYSCALL_TRACE_ENTRY	0	/* before a call: abi, nr, args, blocks */
#define SYSCALL_TRACE_EXIT	1	/* after it: abi, nr, args, ret, blocks with "out on" */
#define SYSCALL_TRACE_DATA	2	/* memory, as asked for: data, one block BYTES */
#define SYSCALL_TRACE_ADDRESS	3	/* argument, as asked for: data.arg, data.value */
#define SYSCALL_TRACE_SIGNAL	4	/* before a signal is delivered: signal */
#define SYSCALL_TRACE_NEW	5	/* before its first instruction; ret: who made it */
#define SYSCALL_TRACE_EXEC	6	/* likewise, of a program; one block BYTES: its path */
#define SYSCALL_TRACE_EXITED	7	/* a thread has ended; ret: its exit status */
#define SYSCALL_TRACE_KILLED	8	/* by a signal; ret: its number */
#define SYSCALL_TRACE_GONE	9	/* the process may not be traced any more */
#define SYSCALL_TRACE_ERROR	10	/* why an answer was refused: data.value is the */
					/* byte, of a LINE the column in its text, from 1; */
					/* one block BYTES the sentence */
#define SYSCALL_TRACE_RESULT	11	/* what became of a call after "report": as EXIT */
#define SYSCALL_TRACE_LOG	12	/* a call that did not stop: ENTRY and EXIT in one */
#define SYSCALL_TRACE_LOST	13	/* ret: so many LOG records have got lost */

/**
 * struct syscall_trace_record - header of a record
 * @size: bytes of the record, with its blocks; a multiple of 8
 * @type: SYSCALL_TRACE_ENTRY and so on
 * @head: bytes of the header; the first block is there
 * @id: of the stop, to be answered with; 0 if nobody waits
 * @tid: thread, numbered in the pid namespace of who opened the file; 0 for
 *	ERROR and LOST
 * @nr_blocks: number of blocks
 * @abi: of the call: SYSCALL_TRACE_ABI_X86_64 and so on
 * @unbound: bit n: the memory of argument n (from 0) may change although it should not
 * @nr: number of the call
 * @nr_in: LOG: so many blocks are from before the call, the rest from after it
 * @reserved: 0
 * @args: ENTRY, EXIT, RESULT, LOG: the six arguments of the call; after it as this
 *	tracer has left it
 * @signal: SIGNAL: number, si_code, si_pid, si_uid, and si_addr, si_value or the like
 * @data: DATA, ADDRESS: number of the argument, from 1, and the offset; ADDRESS:
 *	the address
 * @ret: result of the call: a negative errno for a failure; or as said above
 * @time: LOG: when it was made, CLOCK_MONOTONIC in nanoseconds; else 0
 * @duration: LOG: nanoseconds until it was over, SYSCALL_TRACE_NO_RESULT if it will
 *	not be; else 0
 */
struct syscall_trace_record {
	__u32 size;
	__u16 type;
	__u16 head;
	__aligned_u64 id;
	__u32 tid;
	__u16 nr_blocks;
	__u8 abi;
	__u8 unbound;
	__u32 nr;
	__u16 nr_in;
	__u16 reserved;
	union {
		__aligned_u64 args[6];
		struct {
			__s32 number;
			__s32 code;
			__s32 pid;
			__u32 uid;
			__aligned_u64 value;
		} signal;
		struct {
			__u32 arg;
			__u32 reserved;
			__aligned_u64 value;
		} data;
	};
	__aligned_s64 ret;
	__aligned_u64 time;
	__aligned_u64 duration;
};

#define SYSCALL_TRACE_NO_RESULT	(~0ULL)	/* and @ret is 0: the thread ended in the call */

/*
 * Kinds of blocks: what an argument points to is a number of them, one behind the
 * other. LIST and STRUCT open a list of strings or of buffers, or a message;
 * what follows, up to the end that belongs to it, is in it.
 */
#define SYSCALL_TRACE_BYTES		0	/* the bytes follow */
#define SYSCALL_TRACE_POINTER		1	/* @addr: not shown what is there; or NULL */
#define SYSCALL_TRACE_LIST		2
#define SYSCALL_TRACE_LIST_END		3
#define SYSCALL_TRACE_STRUCT		4
#define SYSCALL_TRACE_STRUCT_END	5

/* Flags of blocks */
#define SYSCALL_TRACE_MORE	0x01	/* BYTES, LIST_END: there is more than is shown */

/**
 * struct syscall_trace_block - a piece of what an argument points to
 * @len: BYTES: so many bytes follow, then zeroes up to a multiple of 8; else 0
 * @kind: SYSCALL_TRACE_BYTES and so on
 * @arg: the argument, from 0
 * @flags: SYSCALL_TRACE_MORE
 * @reserved: 0
 * @addr: POINTER: the address; else 0
 */
struct syscall_trace_block {
	__u32 len;
	__u8 kind;
	__u8 arg;
	__u8 flags;
	__u8 reserved;
	__aligned_u64 addr;
};

/* What can be answered. All but LINE need the id of a stop. */
#define SYSCALL_TRACE_CONT	0	/* run the call; deliver the signal; go on */
#define SYSCALL_TRACE_STEP	1	/* run the call, and stop after it */
#define SYSCALL_TRACE_REPORT	2	/* run the call, and tell its result in a RESULT */
#define SYSCALL_TRACE_SKIP	3	/* do not run it: the program sees @value */
#define SYSCALL_TRACE_RETURN	4	/* after the call: the program sees @value */
#define SYSCALL_TRACE_REWRITE	5	/* make it the call in @nr and @args; no answer yet */
#define SYSCALL_TRACE_SET	6	/* write the one block, BYTES, behind argument @arg */
#define SYSCALL_TRACE_GET	7	/* ask for @value bytes behind it; without @off */
					/* 0: as many as usual */
#define SYSCALL_TRACE_GET_ADDRESS 8	/* ask for the argument itself */
#define SYSCALL_TRACE_DISCARD	9	/* the program does not get the signal */
#define SYSCALL_TRACE_DELIVER	10	/* the program gets signal @value instead */
#define SYSCALL_TRACE_LINE	11	/* a line of text without its newline and without
					 * a thread id, in one block BYTES: any that is
					 * no answer to a stop
					 */

/**
 * struct syscall_trace_answer - header of an answer
 * @size: bytes of the answer, with its blocks; a multiple of 8
 * @verb: SYSCALL_TRACE_CONT and so on
 * @head: bytes of the header: a multiple of 8, from SYSCALL_TRACE_ANSWER_SHORT on
 * @id: the stop, as in its record; 0 for LINE
 * @tid: its thread, as in its record: with 0 it is searched for; 0 for LINE
 * @nr_blocks: number of blocks
 * @reserved: 0
 * @value: a result, a length, a signal, as the verb says; a negative errno for failure
 * @nr: REWRITE: number of the call
 * @kept: REWRITE: bit n: argument n (from 0) stays as it was shown, but for a length
 *	that follows new memory
 * @arg: SET, GET, GET_ADDRESS: number of the argument, from 1. The block of SET has the
 *	same one, as all blocks count: from 0; that of LINE has 0
 * @flags: REWRITE: SYSCALL_TRACE_RAW, or 0
 * @args: REWRITE: arguments; one that is as shown stays as it is. What a block is
 *	for gets new memory with what is in it: BYTES, or LIST, BYTES..., LIST_END; it is
 *	0 here and not @kept, and so is what the call does not take
 * @off: SET, GET: offset behind the argument in bytes
 */
struct syscall_trace_answer {
	__u32 size;
	__u16 verb;
	__u16 head;
	__aligned_u64 id;
	__u32 tid;
	__u16 nr_blocks;
	__u16 reserved;
	__aligned_s64 value;
	/* Ends here for most verbs. */
	__u32 nr;
	__u8 kept;
	__u8 arg;
	__u16 flags;
	union {
		__aligned_u64 args[6];
		__aligned_u64 off;
	};
};

#define SYSCALL_TRACE_ANSWER_SHORT	32

/*
 * Flag of REWRITE: args are all six registers, whatever the call takes of them and
 * whatever fits it, and none gets new memory.
 */
#define SYSCALL_TRACE_RAW		0x0001

/**
 * struct syscall_trace_exchange - answer stops, and get the next records
 * @answers: address of answers
 * @answers_len: their bytes; set to how many bytes of them took effect
 * @records: address of room for records
 * @records_len: its bytes; set to how many were filled
 * @timeout: nanoseconds to wait for the first record; 0: do not wait; negative: for ever
 * @flags: 0
 *
 * The answers come first. If the first is refused nothing is done and the error
 * says why. If a later one is, the ones before it took effect and no record is
 * got: @answers_len says where it begins.
 *
 * Of more than 128 KiB of answers the first are taken, as many as are whole.
 *
 * Returns the number of records. Returns 0 if not all answers were taken: give the rest
 * again; and, if they were, when all that was traced has ended. Errors are those of
 * write() for the first answer, with @answers_len 0; those of read(), ETIME when the
 * timeout is over, EAGAIN for O_NONBLOCK or a timeout of 0 without a record (all that
 * was to be done, if answers were), with @answers_len set; EBUSY when text is half read;
 * EINTR for a signal after an answer took effect or with a timeout. For other signals it
 * is as read(): made again as it was, or EINTR with nothing set, as the handler says.
 * Where lengths are not set nothing was done.
 */
struct syscall_trace_exchange {
	__aligned_u64 answers;
	__aligned_u64 records;
	__u32 answers_len;
	__u32 records_len;
	__aligned_s64 timeout;
	__aligned_u64 flags;
};

#define SYSCALL_TRACE_EXCHANGE	_IOWR(0xb9, 0x00, struct syscall_trace_exchange)

/**
 * struct syscall_trace_log - what the mapped log begins with
 * @head: so many bytes have been written since the log was made; read it with
 *	acquire semantics
 * @lost: so many LOG records have found no room since then
 * @size: bytes of the ring, a power of two
 * @reserved: 0
 *
 * mmap() with MAP_SHARED at offset 0 maps one page, for reading and writing: its
 * first 64 bits are the tail, how many bytes have been read; write it with release
 * semantics. At the offset of one page, for reading only, is a page that begins
 * with this struct, and behind it the ring, twice in a row: the next record is at
 * tail modulo size, in one piece. There is one if tail is not head. So map one page
 * there to learn the size, and then one and twice the size. Who waits for room hears of
 * it by the tracer's next read(), poll() or SYSCALL_TRACE_EXCHANGE: call poll(), without
 * waiting, after room was made in a full log. read() and SYSCALL_TRACE_EXCHANGE take
 * records of the log, too, and move the tail.
 */
struct syscall_trace_log {
	__aligned_u64 head;
	__aligned_u64 lost;
	__u32 size;
	__u32 reserved;
};

#endif /* _UAPI_LINUX_SYSCALL_TRACE_H */
