// SPDX-License-Identifier: GPL-2.0
/*
 * Memory that ends where it must, failures, and the stops that are answered.
 */

#include <stdarg.h>

#include "fuzz.h"

void fuzz_broken(const char *file, int line, const char *what, const char *format, ...)
{
	va_list args;

	fprintf(stderr, "%s:%d: does not hold: %s\n\t", file, line, what);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fprintf(stderr, "\n");
	abort();
}

void *fuzz_room(size_t size)
{
	void *memory = malloc(size ?: 1);

	if (!memory) {
		fprintf(stderr, "out of memory\n");
		exit(1);
	}
	return memory;
}

void *fuzz_copy(const void *from, size_t size)
{
	void *memory = fuzz_room(size);

	if (size)
		memcpy(memory, from, size);
	return memory;
}

#define BYTES(arg_, off_, len_, more_)	\
	{ .kind = SYSCALL_BLOCK_BYTES, .arg = arg_, .off = off_, .len = len_, .more = more_ }
#define ADDRESS(arg_, addr_)	\
	{ .kind = SYSCALL_BLOCK_ADDRESS, .arg = arg_, .addr = addr_ }
#define BLOCK(arg_, kind_, more_)	\
	{ .kind = SYSCALL_BLOCK_##kind_, .arg = arg_, .more = more_ }

static const struct syscall_block hello[] = { BYTES(1, 0, 6, false) };
static const struct syscall_block more[] = { BYTES(1, 0, 4, true) };

static const struct syscall_block exec[] = {
	BYTES(0, 0, 2, false),
	BLOCK(1, LIST, false), BYTES(1, 0, 2, true), ADDRESS(1, 0x4000), ADDRESS(1, 0),
	BLOCK(1, LIST_END, true),
	BLOCK(2, LIST, false), BYTES(2, 0, 2, false), BLOCK(2, LIST_END, false),
};

static const struct syscall_block message[] = {
	BLOCK(1, STRUCT, false), ADDRESS(1, 0),
	BLOCK(1, LIST, false), BYTES(1, 0, 1, false), BYTES(1, 1, 1, false),
	BLOCK(1, LIST_END, false), ADDRESS(1, 0x7000), BLOCK(1, STRUCT_END, false),
};

static const struct syscall_block vector[] = {
	BLOCK(1, LIST, false), BYTES(1, 0, 1, false), BYTES(1, 1, 3, true),
	BLOCK(1, LIST_END, false),
};

static const u8 words[] = "ls\n\"\\\377\0z";

#define CALL(abi_, nr_, ...)	\
	.call = { .abi = SYSCALL_ABI_##abi_, .nr = nr_, .args = { __VA_ARGS__ } }
#define DATA(blocks_)	\
	.data = { .nr = ARRAY_SIZE(blocks_), .blocks = blocks_, .bytes = words }
#define UNBOUND(blocks_, bits)	\
	.data = { .nr = ARRAY_SIZE(blocks_), .blocks = blocks_, .bytes = words, .unbound = bits }

/* Which one an input is for is its first byte: add others at the end. */
static const struct syscall_record stops[] = {
	/* write, with junk in half of a register that does not count */
	{ CALL(NATIVE, 1, 0xdead00000001, 0x5000, 6), DATA(hello) },
	{ CALL(I386, 4, 1, 0x5000, 6), DATA(hello) },
	{ CALL(X32, 1, 1, 0x5000, 6), DATA(more) },
	/* execve, sendmsg, writev */
	{ CALL(NATIVE, 59, 0x1000, 0x2000, 0x3000), UNBOUND(exec, 0x2) },
	{ CALL(NATIVE, 46, 3, 0x2000, 0x40), DATA(message) },
	{ CALL(I386, 146, 3, 0x2000, 2), UNBOUND(vector, 0x2) },
	/* a call that is not known; bind; i386 has signal; fcntl and ioctl choose */
	{ CALL(NATIVE, 1000, 1, 2, 3, 4, 5, (u64)-6) },
	{ CALL(NATIVE, 49, 3, 0x5000, 6), UNBOUND(more, 0x2) },
	{ CALL(I386, 48, 10, 0x8048000) },
	{ CALL(NATIVE, 72, 3, 1030, 10) },
	{ CALL(NATIVE, 16, 3, 0x40045431, 0x5000) },
	/* mmap, move_pages, open_by_handle_at, select */
	{ CALL(NATIVE, 9, 0, 4096, 3, 0x22, (u64)-1, 0) },
	{ CALL(NATIVE, 279, 0, 2, 0x5000, 0x6000, 0x7000, 0) },
	{ CALL(NATIVE, 304, 3, 0x5000, 0) },
	{ CALL(I386, 142, 9, 0x5000, 0, 0, 0x6000) },
	/* other stops: for the file to say whether the verb fits them */
	{ .kind = SYSCALL_RECORD_EXIT, CALL(NATIVE, 9, 0, 4096, 3, 0x22, (u64)-1, 0) },
	{ .kind = SYSCALL_RECORD_EXIT, CALL(I386, 3, 0, 0x5000, 4), .ret = 4, DATA(more) },
	{ .kind = SYSCALL_RECORD_SIGNAL, .siginfo = { .sig = 10, .pid = 4242 } },
	{ .kind = SYSCALL_RECORD_NEW, .ret = 7 },
};

unsigned int fuzz_nr_stops(void)
{
	return ARRAY_SIZE(stops);
}

const struct syscall_record *fuzz_stop(uint8_t which)
{
	/* So that an input can be typed. */
	which = which >= 'A' ? which - 'A' : which;
	return which < ARRAY_SIZE(stops) ? &stops[which] : NULL;
}
