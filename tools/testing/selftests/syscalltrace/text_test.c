// SPDX-License-Identifier: GPL-2.0
/*
 * The text form of system calls, built in user space: the same code as in the
 * kernel, the same bad lines as KUnit and protocol_test refuse.
 */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../../../lib/syscall_desc.c"
#include "../../../../lib/syscall_text.c"
#include "../../../../lib/syscall_text_bad_lines.h"
#include "../kselftest_harness.h"

static const struct syscall_block hello = {
	.kind = SYSCALL_BLOCK_BYTES, .arg = 1, .len = 6,
};

/* write 1, "hello\n", 6 */
static const struct syscall_record write_hello = {
	.kind = SYSCALL_RECORD_ENTRY,
	.call = { .nr = 1, .args = { 1, 0x5000, 6 } },
	.data = { .nr = 1, .blocks = &hello, .bytes = (const u8 *)"hello\n" },
};

static int parse(const char *text, size_t len, const struct syscall_record *shown,
		 struct syscall_command *cmd, struct syscall_text_error *err)
{
	/* Exactly as long as it must be, so that sanitizers see more. */
	char *line = malloc(len ?: 1);
	size_t start;
	u32 tid;
	int ret;

	memcpy(line, text, len);
	ret = syscall_text_take_tid(line, len, &tid, &start, err) ?:
	      syscall_text_parse(line, len, start, shown, cmd, err);
	free(line);
	return ret;
}

TEST(bad_lines_are_refused)
{
	struct syscall_text_error err;
	struct syscall_command cmd;
	unsigned int i;

	ASSERT_LE(150, ARRAY_SIZE(syscall_bad_lines));
	for (i = 0; i < ARRAY_SIZE(syscall_bad_lines); i++) {
		const struct syscall_bad_line *bad = &syscall_bad_lines[i];

		EXPECT_EQ(-bad->error, parse(bad->line, bad->len, &write_hello, &cmd, &err))
			TH_LOG("line '%s'", bad->line);
		EXPECT_EQ(bad->column, err.column)
			TH_LOG("line '%s'", bad->line);
	}
}

/* No way of cutting a good line off makes the parser read beyond it. */
TEST(prefixes_are_safe)
{
	static const char *const lines[] = {
		"1234 write 2, \"hel\\x6c\\157\\n\"..., 0x6", "skip-fail EIO",
		"onclose skip-fail ENOSPC", "trace all,!i386:write syscall_5000",
		"set 2+0x10 \"a\\tb\\\"\\0\"", "get 1+5 65536", "x32:syscall_1 _, NULL",
		"execve \"/bin/true\", [\"true\", \"\", \"x\\ty\"], _",
		"writev 1, [\"\",\"\",\"abc\"], _", "bind require", "get &2",
	};
	struct syscall_text_error err;
	struct syscall_command cmd;
	size_t i, len;

	for (i = 0; i < ARRAY_SIZE(lines); i++)
		for (len = 0; len <= strlen(lines[i]); len++)
			parse(lines[i], len, &write_hello, &cmd, &err);
	EXPECT_EQ(0, parse("skip-fail EIO", 13, NULL, &cmd, &err));
	EXPECT_EQ(-EIO, cmd.value);
}

/* Whatever bytes the tracee has, the text holds them, and printable ASCII only. */
TEST(bytes_survive_the_text)
{
	struct syscall_record rec = write_hello;
	struct syscall_block block = hello;
	struct syscall_text_error err;
	struct syscall_command cmd;
	u8 bytes[512];
	char text[4096], line[4200];
	size_t i, len;

	for (i = 0; i < sizeof(bytes); i++)
		bytes[i] = i < 256 ? i : i * 7;
	rec.data.bytes = bytes;
	rec.data.blocks = &block;
	block.len = sizeof(bytes);
	len = syscall_text_format(text, sizeof(text), &rec, false);
	ASSERT_GT(sizeof(text), len);
	EXPECT_EQ('\n', text[len - 1]);
	for (i = 0; i < len - 1; i++)
		EXPECT_TRUE(text[i] >= ' ' && text[i] <= '~');
	/* The string of the record is one that set takes. */
	len = snprintf(line, sizeof(line), "set 2 %.*s",
		       (int)(strrchr(text, '"') + 1 - strchr(text, '"')), strchr(text, '"'));
	ASSERT_EQ(0, syscall_text_parse(line, len, 0, NULL, &cmd, &err));
	ASSERT_EQ(sizeof(bytes), cmd.len);
	EXPECT_EQ(0, memcmp(cmd.data, bytes, sizeof(bytes)));
}

TEST_HARNESS_MAIN
