// SPDX-License-Identifier: GPL-2.0
/*
 * The packed form of system calls, built in user space, given answers and records
 * that are spoilt at random. To be built with sanitizers.
 *
 * Usage: packed_fuzz [ROUNDS [SEED]]
 */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../../../lib/syscall_desc.c"
#include "../../../../lib/syscall_text.c"
#include "../../../../lib/syscall_packed.c"
#include "../kselftest.h"

#define MAX_SIZE	1024
#define NR_BLOCKS	32

static u64 state;

static u64 any(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state * 0x2545f4914f6cdd1dULL;
}

static u32 below(u32 limit)
{
	return (any() >> 32) % limit;
}

static const struct syscall_block shown_blocks[] = {
	{ .kind = SYSCALL_BLOCK_BYTES, .arg = 1, .len = 6 },
};

static const struct syscall_record shown[] = {
	{	/* write 1, "hello\n", 6 */
		.call = { .nr = 1, .args = { 1, 0x5000, 6 } },
		.data = { .nr = 1, .blocks = shown_blocks, .bytes = (const u8 *)"hello\n" },
	},
	{	/* i386:write 1, "hello\n", 6 */
		.call = { .abi = SYSCALL_ABI_I386, .nr = 4, .args = { 1, 0x5000, 6 } },
		.data = { .nr = 1, .blocks = shown_blocks, .bytes = (const u8 *)"hello\n" },
	},
};

static const char *const lines[] = {
	"cont", "step", "report", "skip-ok 7", "skip-fail EIO", "ok -5000", "fail 4095",
	"discard", "signal RT_5", "get 3", "get 2+16 100", "get &6", "set 2+5 \"abc\\0def\"",
	"write 2, \"hallo\", _", "execve \"/bin/true\", [\"true\", \"\", \"xyz\"], [\"a=b\"]",
	"writev 1, [\"\", \"\\0\", \"abc\"], _", "fcntl 3, 1030, 10", "getpid",
	"move_pages 0, 2, \"0123456789abcdef\", NULL, NULL, 0", "syscall_2000 1, 2, 3",
};

static size_t make_line(u8 *buf, const char *text)
{
	size_t len = strlen(text);
	struct syscall_trace_block block = { .len = len };
	struct syscall_trace_answer answer = {
		.size = SYSCALL_TRACE_ANSWER_SHORT + sizeof(block) + padded(len),
		.verb = SYSCALL_TRACE_LINE, .head = SYSCALL_TRACE_ANSWER_SHORT, .nr_blocks = 1,
	};

	memset(buf, 0, answer.size);
	memcpy(buf, &answer, SYSCALL_TRACE_ANSWER_SHORT);
	memcpy(buf + SYSCALL_TRACE_ANSWER_SHORT, &block, sizeof(block));
	memcpy(buf + SYSCALL_TRACE_ANSWER_SHORT + sizeof(block), text, len);
	return answer.size;
}

static size_t make_answer(u8 *buf, const struct syscall_record *stop)
{
	struct syscall_text_error err;
	struct syscall_command cmd;
	char line[128];

	if (!below(16))
		return make_line(buf, "trace %file,!openat");
	do {
		snprintf(line, sizeof(line), "%s", lines[below(ARRAY_SIZE(lines))]);
	} while (syscall_text_parse(line, strlen(line), 0, stop, &cmd, &err));
	return syscall_packed_answer(buf, MAX_SIZE, &cmd, 1, 2);
}

static size_t make_record(u8 *buf)
{
	static const struct syscall_block vector[] = {
		{ .kind = SYSCALL_BLOCK_BYTES, .arg = 0, .len = 3 },
		{ .kind = SYSCALL_BLOCK_LIST, .arg = 1 },
		{ .kind = SYSCALL_BLOCK_STRUCT, .arg = 1 },
		{ .kind = SYSCALL_BLOCK_BYTES, .arg = 1, .len = 9, .off = 3, .more = true },
		{ .kind = SYSCALL_BLOCK_ADDRESS, .arg = 1, .addr = 0x1234 },
		{ .kind = SYSCALL_BLOCK_STRUCT_END, .arg = 1 },
		{ .kind = SYSCALL_BLOCK_LIST_END, .arg = 1, .more = true },
		{ .kind = SYSCALL_BLOCK_BYTES, .arg = 2, .len = 1 },
	};
	struct syscall_record rec = {
		.kind = below(SYSCALL_RECORD_LOST + 1),
		.tid = 5,
		.call = { .abi = below(3), .nr = below(400), .args = { 1, 2, 3, any() } },
		.data = { .nr = 8, .blocks = vector, .bytes = (const u8 *)"abcdefghijklmno" },
		.ret = any(), .siginfo = { .sig = 9 }, .arg = 1 + below(6), .off = any(),
		.text = (const u8 *)"sentence", .len = below(9), .nr_in = 7, .time = any(),
	};
	struct syscall_trace_record *head = (void *)buf;
	struct syscall_trace_block block;
	size_t at = sizeof(*head), step;
	const u8 *bytes;
	u32 nr, len;

	syscall_packed_head(head, &rec, 1, syscall_packed_size(&rec));
	for (nr = 0; nr < head->nr_blocks; nr++) {
		step = syscall_packed_block(&block, &rec, nr, &bytes, &len);
		memset(buf + at, 0, step);
		memcpy(buf + at, &block, sizeof(block));
		if (len)
			memcpy(buf + at + sizeof(block), bytes, len);
		at += step;
	}
	return at;
}

/* Change something at random; return the new length. */
static size_t spoil(u8 *buf, size_t size)
{
	static const u64 numbers[] = { 0, 1, 2, 3, 4, 6, 8, 16, 32, 88, 104, 0x7f, 0xff,
				       0xffff, 0x10000, U32_MAX, 1ULL << 32, U64_MAX };
	u64 number = below(4) ? numbers[below(ARRAY_SIZE(numbers))] : any();
	u32 width = 1 << below(4), at = below(size / width) * width;

	switch (below(8)) {
	case 0:
		return 8 * below(size / 8 + 1);
	case 1:
		memset(buf + size, 0, 64);
		return size + 8 * below(8);
	case 2:
		at = below(size / 8) * 8;
		memmove(buf + at, buf + below(size / 8) * 8, 8 * below(size / 8));
		return size;
	default:
		memcpy(buf + at, &number, width);
		return size;
	}
}

/* Copy to where nothing may be read behind it. */
static u8 *copy(const u8 *buf, size_t size)
{
	u8 *to = malloc(size ?: 1);

	if (!to)
		exit(KSFT_FAIL);
	memcpy(to, buf, size);
	return to;
}

static void fail(const char *what, u64 round)
{
	ksft_exit_fail_msg("%s, round %llu\n", what, (unsigned long long)round);
}

/* What is understood can be said again, and is understood again. */
static void repeat(struct syscall_command *cmd, const struct syscall_record *stop, u64 round)
{
	static u8 again[16 * MAX_SIZE];
	struct syscall_text_error err;
	struct syscall_command cmd2;
	size_t size = syscall_packed_answer(again, sizeof(again), cmd, 1, 2);

	if (!size || size > sizeof(again))
		fail("no answer", round);
	if (syscall_packed_parse(again, size, stop, &cmd2, &err))
		fail(err.text, round);
	if (cmd->verb != cmd2.verb)
		fail("another verb", round);
}

static int try_answer(const u8 *from, size_t len, const struct syscall_record *stop, u64 round)
{
	u8 *buf = copy(from, len);
	struct syscall_text_error err = { };
	struct syscall_command cmd;
	u32 size, tid, verb, line_len;
	char *line;
	u64 id;
	int ret = syscall_packed_next(buf, len, &size, &err);

	if (ret || syscall_packed_peek(buf, size, &id, &tid, &verb))
		goto out;
	if (verb == SYSCALL_TRACE_LINE) {
		ret = syscall_packed_line(buf, size, &line, &line_len, &err);
		if (!ret)
			syscall_text_parse(line, line_len, 0, NULL, &cmd, &err);
	} else {
		ret = syscall_packed_parse(buf, size, stop, &cmd, &err);
		if (!ret)
			repeat(&cmd, stop, round);
	}
	/* A field that a short header lacks is named all the same. */
	if (ret && (!err.text || !err.column ||
		    err.column > size + sizeof(struct syscall_trace_answer)))
		fail("refused without a reason", round);
out:
	free(buf);
	return ret;
}

static int try_record(const u8 *from, size_t len, u64 round)
{
	u8 *buf = copy(from, len);
	struct syscall_block blocks[NR_BLOCKS];
	static char text[16 * MAX_SIZE];
	struct syscall_record rec;
	u64 id;
	int ret = syscall_packed_record(buf, len, &rec, blocks, NR_BLOCKS, &id);

	if (!ret) {
		if (syscall_packed_size(&rec) > len)
			fail("a record has grown", round);
		if (syscall_text_format(text, sizeof(text), &rec, true) > sizeof(text))
			fail("a record has too much text", round);
	}
	free(buf);
	return ret;
}

int main(int argc, char **argv)
{
	u64 rounds = argc > 1 ? strtoull(argv[1], NULL, 0) : 200000, round;
	unsigned long taken[2] = { };
	static u8 buf[4 * MAX_SIZE];

	state = argc > 2 ? strtoull(argv[2], NULL, 0) : 1;
	ksft_print_header();
	ksft_set_plan(2);
	for (round = 0; round < rounds; round++) {
		const struct syscall_record *stop = &shown[below(ARRAY_SIZE(shown))];
		bool record = below(2);
		size_t size = record ? make_record(buf) : make_answer(buf, stop);
		u32 changes, len;

		for (changes = below(5); changes && size && size < MAX_SIZE; changes--)
			size = spoil(buf, size);
		len = size;
		/* Else most would be refused because of their size alone. */
		if (size && below(4))
			memcpy(buf, &len, sizeof(len));
		taken[record] += !(record ? try_record(buf, size, round) :
				   try_answer(buf, size, stop, round));
	}
	ksft_test_result(taken[0], "spoilt_answers (%lu taken)\n", taken[0]);
	ksft_test_result(taken[1], "spoilt_records (%lu taken)\n", taken[1]);
	ksft_finished();
}
