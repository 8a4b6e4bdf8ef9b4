/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The file that "screplay record" writes: a header, then records, each with its length
 * and a checksum. All in the byte order of the machine; everything begins at a multiple
 * of 8 bytes, and padding is zero. See screplay(5).
 */
#ifndef SCREPLAY_FORMAT_H
#define SCREPLAY_FORMAT_H

#include <stdint.h>

#define SCR_MAGIC	"SCREPLAY"
#define SCR_VERSION	1
#define SCR_PAGE	4096

struct scr_header {
	char magic[8];
	uint32_t version;
	uint32_t size;		/* bytes of the header: the first record is there */
	uint32_t machine;	/* e_machine of its programs: EM_X86_64 */
	uint32_t page;		/* bytes of a page */
	uint64_t time;		/* when it was begun, seconds since 1970 */
	uint32_t reserved[7];
	uint32_t crc;		/* CRC32 of what precedes it */
};

enum scr_type {
	SCR_START = 1,		/* the command; the first record */
	SCR_PROCESS,		/* a process, before its first instruction */
	SCR_CALL,		/* a call that is over */
	SCR_SIGNAL,		/* a signal that was delivered */
	SCR_EXEC,		/* a program, before its first instruction */
	SCR_END,		/* a process has ended */
	SCR_PAGES,		/* contents of mapped files */
	SCR_FINISH,		/* all has ended; the last record */
};

struct scr_record {
	uint32_t size;		/* bytes, with this header; a multiple of 8 */
	uint32_t crc;		/* CRC32 of what follows, size - 8 bytes */
	uint32_t type;
	uint32_t process;	/* from 1, in the order in which they were made; or 0 */
};

/* Then so many strings, each with its zero: path, directory, arguments, environment. */
struct scr_start {
	uint32_t nr_args;
	uint32_t nr_env;
	uint64_t stack_soft;	/* RLIMIT_STACK: the layout of memory follows from it */
	uint64_t stack_hard;
	uint32_t flags;
	uint32_t ignored;	/* standard signals, number 1 in bit 0 */
};

#define SCR_NO_TSC	0x1

struct scr_process {
	uint32_t pid;
	uint32_t parent;	/* its number; 0 for the first process */
};

/* Flags of calls */
#define SCR_TO_STDOUT	0x1	/* wrote to what was standard output of the recorder */
#define SCR_TO_STDERR	0x2
#define SCR_NO_RESULT	0x4	/* the process ended in it */
#define SCR_REFUSED	0x8	/* by the recorder */

/* Then nr_in of scr_in, nr_out of scr_out, and nr_pages numbers of 32 bits. */
struct scr_call {
	uint32_t nr;
	uint16_t flags;
	uint16_t nr_in;
	uint32_t nr_out;
	uint32_t nr_pages;	/* of a mapped file */
	uint64_t args[6];
	int64_t ret;
};

/* A piece of what the call read: a block of the kernel's. Then @kept bytes of it. */
struct scr_in {
	uint8_t kind;		/* SYSCALL_TRACE_BYTES and so on */
	uint8_t arg;		/* from 0 */
	uint8_t flags;
	uint8_t reserved;
	uint32_t len;
	uint32_t crc;		/* CRC32 of all @len bytes */
	uint32_t kept;
};

#define SCR_KEPT	512	/* at most so many */
#define SCR_ABSOLUTE	0xff

/* A piece of what it wrote. Then its bytes. */
struct scr_out {
	uint64_t addr;		/* SCR_ABSOLUTE: where; else so many bytes behind the argument */
	uint32_t len;
	uint8_t arg;		/* from 0, or SCR_ABSOLUTE */
	uint8_t reserved[3];
};

struct scr_signal {
	int32_t number;
	int32_t code;
	int32_t pid;
	uint32_t uid;
	uint64_t value;
};

/* Then so many of scr_image. */
struct scr_exec {
	uint8_t random[16];	/* what AT_RANDOM points to */
	uint32_t nr_images;
	uint32_t reserved;
};

/* A file that exec has mapped: the program, and its interpreter. Then its path. */
struct scr_image {
	uint64_t size;
	int64_t mtime;
	uint32_t mtime_nsec;
	uint32_t path_len;	/* with its zero; padded to a multiple of 8 */
};

#define SCR_EXITED	0	/* value: the exit status */
#define SCR_KILLED	1	/* value: the signal */
#define SCR_GONE	2	/* it could not be traced any more */

struct scr_end {
	int32_t how;
	int32_t value;
};

/* SCR_PAGES: whole pages, numbered from 1 through the file; page 0 is all zero */

struct scr_finish {
	uint64_t records;	/* before this one */
	uint64_t reserved;
};

static inline uint32_t scr_padded(uint32_t len)
{
	return (len + 7) & ~7U;
}

#endif /* SCREPLAY_FORMAT_H */
