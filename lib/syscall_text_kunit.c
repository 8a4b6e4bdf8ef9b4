// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit test of the text form of system calls, and of their description.
 */

#include <kunit/test.h>
#include <linux/errno.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/syscall_text.h>

#include "syscall_text_bad_lines.h"

#define NR_WRITE	1
#define NR_MMAP		9
#define NR_WRITEV	20
#define NR_ALARM	37
#define NR_GETPID	39
#define NR_SENDMSG	46
#define NR_BIND		49
#define NR_EXECVE	59
#define NR_OPENAT	257

/* What argument 2 of make_write() points to. */
static struct syscall_block hello;

/* write 1, "hello\n", 6 */
static void make_write(struct syscall_record *rec)
{
	memset(rec, 0, sizeof(*rec));
	rec->kind = SYSCALL_RECORD_ENTRY;
	rec->tid = 42;
	rec->call.nr = NR_WRITE;
	rec->call.args[0] = 1;
	rec->call.args[1] = 0x5000;
	rec->call.args[2] = 6;
	hello = (struct syscall_block) { .kind = SYSCALL_BLOCK_BYTES, .arg = 1, .len = 6 };
	rec->data.nr = 1;
	rec->data.blocks = &hello;
	rec->data.bytes = "hello\n";
}

static void expect_text(struct kunit *test, const struct syscall_record *rec,
			bool with_tid, const char *want)
{
	char *buf = kunit_kzalloc(test, 512, GFP_KERNEL);
	size_t len = syscall_text_format(buf, 511, rec, with_tid);

	KUNIT_EXPECT_STREQ(test, buf, want);
	KUNIT_EXPECT_EQ(test, len, strlen(want));
}

static void format_entry(struct kunit *test)
{
	struct syscall_record rec;

	make_write(&rec);
	expect_text(test, &rec, false, "write 1, \"hello\\n\", 6\n");
	expect_text(test, &rec, true, "42 write 1, \"hello\\n\", 6\n");
	hello.more = true;
	expect_text(test, &rec, false, "write 1, \"hello\\n\"..., 6\n");
	rec.data.unbound = BIT(1);
	expect_text(test, &rec, false, "write 1, ~\"hello\\n\"..., 6\n");
	rec.data.nr = 0;
	expect_text(test, &rec, false, "write 1, ~0x5000, 6\n");
	rec.data.unbound = 0;
	expect_text(test, &rec, false, "write 1, 0x5000, 6\n");
	rec.call.args[1] = 0;
	expect_text(test, &rec, false, "write 1, NULL, 6\n");
	rec.call.abi = SYSCALL_ABI_I386;
	rec.call.nr = 4;
	expect_text(test, &rec, false, "i386:write 1, NULL, 6\n");
	rec.call.nr = 1000;
	expect_text(test, &rec, false, "i386:syscall_1000 0x1, 0x0, 0x6, 0x0, 0x0, 0x0\n");
	rec.call.abi = SYSCALL_ABI_NATIVE;
	rec.call.nr = NR_GETPID;
	expect_text(test, &rec, false, "getpid\n");
}

static void format_numbers(struct kunit *test)
{
	struct syscall_record rec = { .kind = SYSCALL_RECORD_ENTRY };

	rec.call.nr = NR_OPENAT;
	rec.call.args[0] = 0xdeadbeefffffff9cULL;
	rec.call.args[2] = 0xffffffff00080041ULL;
	rec.call.args[3] = 0600;
	expect_text(test, &rec, false, "openat -100, NULL, 0x80041, 0600\n");
	rec.call.nr = NR_MMAP;
	rec.call.args[0] = 0;
	rec.call.args[1] = U64_MAX;
	rec.call.args[2] = 3;
	rec.call.args[3] = 0x22;
	rec.call.args[4] = U64_MAX;
	expect_text(test, &rec, false,
		    "mmap NULL, 18446744073709551615, 0x3, 0x22, -1, 0\n");
	rec.call.abi = SYSCALL_ABI_I386;
	rec.call.nr = 192;
	rec.call.args[1] = U32_MAX;
	rec.call.args[4] = U32_MAX;
	expect_text(test, &rec, false, "i386:mmap2 NULL, 4294967295, 0x3, 0x22, -1, 0\n");
}

static void format_strings(struct kunit *test)
{
	struct syscall_record rec;

	make_write(&rec);
	rec.data.bytes = "\t\r\"\\\0\1";
	expect_text(test, &rec, false, "write 1, \"\\t\\r\\\"\\\\\\000\\001\", 6\n");
	rec.data.bytes = "\377\2007~?'";
	expect_text(test, &rec, false, "write 1, \"\\377\\2007~?'\", 6\n");
}

static void format_results(struct kunit *test)
{
	struct syscall_record rec = { .kind = SYSCALL_RECORD_EXIT };

	rec.call.nr = NR_WRITE;
	rec.ret = 12;
	expect_text(test, &rec, false, "ok 12\n");
	rec.ret = -EIO;
	expect_text(test, &rec, false, "fail EIO\n");
	rec.ret = -512;
	expect_text(test, &rec, false, "fail ERESTARTSYS\n");
	rec.ret = -4095;
	expect_text(test, &rec, false, "fail 4095\n");
	rec.ret = -4096;
	expect_text(test, &rec, false, "ok -4096\n");
	rec.call.nr = NR_MMAP;
	rec.ret = 0x7f0000001000;
	expect_text(test, &rec, false, "ok 0x7f0000001000\n");
}

#define BYTES(arg_, off_, len_, more_)	\
	{ .kind = SYSCALL_BLOCK_BYTES, .arg = arg_, .off = off_, .len = len_, .more = more_ }
#define ADDRESS(arg_, addr_)	\
	{ .kind = SYSCALL_BLOCK_ADDRESS, .arg = arg_, .addr = addr_ }
#define BLOCK(arg_, kind_, more_)	\
	{ .kind = SYSCALL_BLOCK_##kind_, .arg = arg_, .more = more_ }

static void format_vectors(struct kunit *test)
{
	static const struct syscall_block exec[] = {
		BYTES(0, 0, 2, false),
		BLOCK(1, LIST, false), BYTES(1, 0, 2, true), ADDRESS(1, 0x4000),
		ADDRESS(1, 0), BYTES(1, 2, 0, false), BLOCK(1, LIST_END, true),
		BLOCK(2, LIST, false), BLOCK(2, LIST_END, false),
	};
	static const struct syscall_block msg[] = {
		BLOCK(1, STRUCT, false), ADDRESS(1, 0),
		BLOCK(1, LIST, false), BYTES(1, 0, 1, false), BYTES(1, 1, 1, false),
		BLOCK(1, LIST_END, false), ADDRESS(1, 0x7000), BLOCK(1, STRUCT_END, false),
	};
	struct syscall_record rec = {
		.call = { .nr = NR_EXECVE, .args = { 0x1000, 0x2000, 0x3000 } },
		.data = { .nr = ARRAY_SIZE(exec), .blocks = exec, .bytes = "ls" },
	};

	expect_text(test, &rec, false,
		    "execve \"ls\", [\"ls\"..., 0x4000, NULL, \"\", ...], []\n");
	rec.data.unbound = BIT(1) | BIT(2);
	expect_text(test, &rec, false,
		    "execve \"ls\", ~[\"ls\"..., 0x4000, NULL, \"\", ...], ~[]\n");
	rec.call.nr = NR_SENDMSG;
	rec.call.args[0] = 3;
	rec.call.args[2] = 0x40;
	rec.data = (struct syscall_data) {
		.nr = ARRAY_SIZE(msg), .blocks = msg, .bytes = "ls",
	};
	expect_text(test, &rec, false, "sendmsg 3, {NULL, [\"l\", \"s\"], 0x7000}, 0x40\n");
}

static void format_what_was_written(struct kunit *test)
{
	static const struct syscall_block out[] = {
		BYTES(1, 0, 5, true),
		BLOCK(3, LIST, false), BYTES(3, 0, 1, false), BLOCK(3, LIST_END, false),
	};
	struct syscall_record rec = {
		.kind = SYSCALL_RECORD_EXIT,
		.ret = 5,
		.data = { .nr = ARRAY_SIZE(out), .blocks = out, .bytes = "hello" },
	};

	expect_text(test, &rec, false, "ok 5, 2 \"hello\"..., 4 [\"h\"]\n");
	rec.ret = -EIO;
	expect_text(test, &rec, false, "fail EIO\n");
	rec = (struct syscall_record) {
		.kind = SYSCALL_RECORD_ADDRESS, .tid = 7, .arg = 2, .off = 0x1000,
	};
	expect_text(test, &rec, true, "7 data &2, 0x1000\n");
	rec.off = 0;
	expect_text(test, &rec, false, "data &2, NULL\n");
}

static void format_is_bounded(struct kunit *test)
{
	struct syscall_record rec;
	char buf[8] = "-------";

	make_write(&rec);
	KUNIT_EXPECT_EQ(test, syscall_text_format(buf, 5, &rec, false), 22);
	KUNIT_EXPECT_STREQ(test, buf, "write--");
	KUNIT_EXPECT_EQ(test, syscall_text_format(NULL, 0, &rec, false), 22);
}

/* Parse as the file does. */
static int parse(struct kunit *test, const char *text, size_t len,
		 const struct syscall_record *shown, struct syscall_command *cmd,
		 struct syscall_text_error *err)
{
	char *line = kunit_kzalloc(test, len + 1, GFP_KERNEL);
	size_t start;
	u32 tid;

	memcpy(line, text, len);
	return syscall_text_take_tid(line, len, &tid, &start, err) ?:
	       syscall_text_parse(line, len, start, shown, cmd, err);
}

static void refuse_bad_lines(struct kunit *test)
{
	struct syscall_command *cmd = kunit_kzalloc(test, sizeof(*cmd), GFP_KERNEL);
	struct syscall_record rec;
	unsigned int i;

	BUILD_BUG_ON(ARRAY_SIZE(syscall_bad_lines) < 150);
	make_write(&rec);
	for (i = 0; i < ARRAY_SIZE(syscall_bad_lines); i++) {
		const struct syscall_bad_line *bad = &syscall_bad_lines[i];
		struct syscall_text_error err = { };
		int ret = parse(test, bad->line, bad->len, &rec, cmd, &err);

		KUNIT_EXPECT_EQ_MSG(test, ret, -bad->error, "'%s'", bad->line);
		KUNIT_EXPECT_EQ_MSG(test, err.column, bad->column, "'%s'", bad->line);
		KUNIT_EXPECT_NOT_NULL_MSG(test, err.text, "'%s'", bad->line);
	}
}

static void expect_command(struct kunit *test, const char *text,
			   struct syscall_command *cmd)
{
	struct syscall_text_error err = { };
	struct syscall_record rec;
	int ret;

	make_write(&rec);
	memset(cmd, 0, sizeof(*cmd));
	ret = parse(test, text, strlen(text), &rec, cmd, &err);
	KUNIT_EXPECT_EQ_MSG(test, ret, 0, "'%s': %s", text, err.text ?: "");
}

static void parse_verdicts(struct kunit *test)
{
	struct syscall_command *cmd = kunit_kzalloc(test, sizeof(*cmd), GFP_KERNEL);

	expect_command(test, "cont", cmd);
	KUNIT_EXPECT_EQ(test, cmd->verb, SYSCALL_VERB_CONT);
	KUNIT_EXPECT_EQ(test, syscall_text_plain("cont", 4), SYSCALL_VERB_CONT);
	KUNIT_EXPECT_EQ(test, syscall_text_plain("cont", 3), -1);
	KUNIT_EXPECT_EQ(test, syscall_text_plain("steps", 5), -1);
	KUNIT_EXPECT_EQ(test, syscall_text_plain("cont 1", 6), -1);
	expect_command(test, "42 step \t", cmd);
	KUNIT_EXPECT_EQ(test, cmd->verb, SYSCALL_VERB_STEP);
	expect_command(test, "skip-ok -4096", cmd);
	KUNIT_EXPECT_EQ(test, cmd->verb, SYSCALL_VERB_SKIP);
	KUNIT_EXPECT_EQ(test, cmd->value, -4096);
	expect_command(test, "skip-ok 0x7fffffffffffffff", cmd);
	KUNIT_EXPECT_EQ(test, cmd->value, S64_MAX);
	expect_command(test, "skip-fail EWOULDBLOCK", cmd);
	KUNIT_EXPECT_EQ(test, cmd->value, -EAGAIN);
	expect_command(test, "skip-fail 4095", cmd);
	KUNIT_EXPECT_EQ(test, cmd->value, -4095);
	expect_command(test, "fail ENOSPC", cmd);
	KUNIT_EXPECT_EQ(test, cmd->verb, SYSCALL_VERB_RESULT);
	KUNIT_EXPECT_EQ(test, cmd->value, -ENOSPC);
	expect_command(test, "ok 017", cmd);
	KUNIT_EXPECT_EQ(test, cmd->value, 15);
	expect_command(test, "onclose skip-fail EPERM", cmd);
	KUNIT_EXPECT_EQ(test, cmd->onclose, SYSCALL_ONCLOSE_FAIL);
	KUNIT_EXPECT_EQ(test, cmd->value, -EPERM);
}

static void parse_rewrites(struct kunit *test)
{
	struct syscall_command *cmd = kunit_kzalloc(test, sizeof(*cmd), GFP_KERNEL);

	expect_command(test, "write 2, \"hello\\n\", 6", cmd);
	KUNIT_EXPECT_EQ(test, cmd->verb, SYSCALL_VERB_REWRITE);
	KUNIT_EXPECT_EQ(test, cmd->call.args[0], 2);
	KUNIT_EXPECT_EQ(test, cmd->call.args[1], 0x5000);
	KUNIT_EXPECT_EQ(test, cmd->call.args[2], 6);
	expect_command(test, "write _ ,\"\\x68e\\154lo\\12\",0x3 ", cmd);
	KUNIT_EXPECT_EQ(test, cmd->call.args[0], 1);
	KUNIT_EXPECT_EQ(test, cmd->call.args[1], 0x5000);
	KUNIT_EXPECT_EQ(test, cmd->call.args[2], 3);
	expect_command(test, "write -1, NULL, 0", cmd);
	KUNIT_EXPECT_EQ(test, (s32)cmd->call.args[0], -1);
	KUNIT_EXPECT_EQ(test, cmd->call.args[1], 0);
	expect_command(test, "getpid", cmd);
	KUNIT_EXPECT_EQ(test, cmd->call.nr, NR_GETPID);
	expect_command(test, "syscall_39", cmd);
	KUNIT_EXPECT_EQ(test, cmd->call.nr, NR_GETPID);
	expect_command(test, "syscall_451 0x1, _, 7", cmd);
	KUNIT_EXPECT_EQ(test, cmd->call.nr, 451);
	KUNIT_EXPECT_EQ(test, cmd->call.args[1], 0x5000);
	KUNIT_EXPECT_EQ(test, cmd->call.args[2], 7);
}

static void expect_fresh(struct kunit *test, const struct syscall_fresh *fresh,
			 const char *bytes, u32 len, u32 count)
{
	KUNIT_ASSERT_NOT_NULL(test, fresh->bytes);
	KUNIT_ASSERT_EQ(test, fresh->len, len);
	KUNIT_EXPECT_MEMEQ(test, fresh->bytes, bytes, len);
	KUNIT_EXPECT_EQ(test, fresh->count, count);
	KUNIT_EXPECT_EQ(test, fresh->is_list, !!count);
}

static void parse_new_memory(struct kunit *test)
{
	struct syscall_command *cmd = kunit_kzalloc(test, sizeof(*cmd), GFP_KERNEL);

	expect_command(test, "write _, \"new\\n\", _", cmd);
	KUNIT_EXPECT_EQ(test, cmd->nr_fresh, 1);
	expect_fresh(test, &cmd->fresh[1], "new\n", 4, 0);
	KUNIT_EXPECT_EQ(test, cmd->call.args[2], 4);
	expect_command(test, "write _, \"new\\n\", 2", cmd);
	KUNIT_EXPECT_EQ(test, cmd->call.args[2], 2);
	expect_command(test, "openat -100, \"/x\", 0, 0", cmd);
	expect_fresh(test, &cmd->fresh[1], "/x", 2, 0);
	expect_command(test, "execve \"/a\", [\"b\", \"\" ,\"\\x63d\" ], NULL", cmd);
	KUNIT_EXPECT_EQ(test, cmd->nr_fresh, 2);
	expect_fresh(test, &cmd->fresh[0], "/a", 2, 0);
	expect_fresh(test, &cmd->fresh[1], "\1\0b\0\0\2\0cd", 9, 3);
	expect_command(test, "writev 1, [\"a\\0b\"], _", cmd);
	KUNIT_EXPECT_EQ(test, cmd->call.nr, NR_WRITEV);
	expect_fresh(test, &cmd->fresh[1], "\3\0a\0b", 5, 1);
	KUNIT_EXPECT_EQ(test, cmd->call.args[2], 1);
	/* A word behind it makes it the verb, an argument the call. */
	expect_command(test, "bind 3, \"sockaddr\", _", cmd);
	KUNIT_EXPECT_EQ(test, cmd->verb, SYSCALL_VERB_REWRITE);
	KUNIT_EXPECT_EQ(test, cmd->call.nr, NR_BIND);
	KUNIT_EXPECT_EQ(test, cmd->call.args[2], 8);
	expect_command(test, "bind require", cmd);
	KUNIT_EXPECT_EQ(test, cmd->verb, SYSCALL_VERB_BIND);
	KUNIT_EXPECT_EQ(test, cmd->value, SYSCALL_BIND_REQUIRE);
	expect_command(test, "out on", cmd);
	KUNIT_EXPECT_EQ(test, cmd->verb, SYSCALL_VERB_OUT);
	KUNIT_EXPECT_EQ(test, cmd->value, 1);
	expect_command(test, "get &3", cmd);
	KUNIT_EXPECT_EQ(test, cmd->verb, SYSCALL_VERB_GET_ADDRESS);
	KUNIT_EXPECT_EQ(test, cmd->arg, 3);
}

/* What was shown for a register with junk in its upper half keeps the junk. */
static void parse_keeps_registers(struct kunit *test)
{
	struct syscall_command *cmd = kunit_kzalloc(test, sizeof(*cmd), GFP_KERNEL);
	struct syscall_text_error err = { };
	static const char line[] = "write 1, _, 6";
	struct syscall_record rec;

	make_write(&rec);
	rec.call.args[0] = 0xdead00000001ULL;
	KUNIT_EXPECT_EQ(test, parse(test, line, strlen(line), &rec, cmd, &err), 0);
	KUNIT_EXPECT_EQ(test, cmd->call.args[0], 0xdead00000001ULL);
}

/* Equal text is the same only for who reads it the same way. */
static void parse_kept_text(struct kunit *test)
{
	struct syscall_command *cmd = kunit_kzalloc(test, sizeof(*cmd), GFP_KERNEL);
	struct syscall_record rec = { .call = { .nr = NR_ALARM, .args = { 0xdead00001000 } } };
	struct syscall_text_error err = { };

	expect_command(test, "pwrite64 1, \"hello\\n\", 6, 0", cmd);
	KUNIT_EXPECT_EQ(test, cmd->nr_fresh, 0);
	/* There is no NUL behind what was shown. */
	expect_command(test, "openat -100, \"hello\\n\", 0, 0", cmd);
	KUNIT_EXPECT_EQ(test, cmd->nr_fresh, 1);
	/* The upper half did not count. */
	KUNIT_EXPECT_EQ(test, parse(test, "brk 4096", 8, &rec, cmd, &err), 0);
	KUNIT_EXPECT_EQ(test, cmd->call.args[0], 4096);
	KUNIT_EXPECT_EQ(test, parse(test, "alarm 4096", 10, &rec, cmd, &err), 0);
	KUNIT_EXPECT_EQ(test, cmd->call.args[0], 0xdead00001000);
}

static void parse_memory(struct kunit *test)
{
	struct syscall_command *cmd = kunit_kzalloc(test, sizeof(*cmd), GFP_KERNEL);
	struct syscall_text_error err = { };
	char line[] = "set 2+0x10 \"a\\tb\\\"\\0\"";

	KUNIT_EXPECT_EQ(test, syscall_text_parse(line, strlen(line), 0, NULL, cmd, &err), 0);
	KUNIT_EXPECT_EQ(test, cmd->verb, SYSCALL_VERB_SET);
	KUNIT_EXPECT_EQ(test, cmd->arg, 2);
	KUNIT_EXPECT_EQ(test, cmd->off, 16);
	KUNIT_ASSERT_EQ(test, cmd->len, 5);
	KUNIT_EXPECT_MEMEQ(test, cmd->data, "a\tb\"\0", 5);
	expect_command(test, "get 6", cmd);
	KUNIT_EXPECT_EQ(test, cmd->len, 0);
	expect_command(test, "get 1+5 65536", cmd);
	KUNIT_EXPECT_EQ(test, cmd->off, 5);
	KUNIT_EXPECT_EQ(test, cmd->len, 65536);
}

static void parse_sets(struct kunit *test)
{
	struct syscall_command *cmd = kunit_kzalloc(test, sizeof(*cmd), GFP_KERNEL);
	struct syscall_set *set = &cmd->set;

	expect_command(test, "trace", cmd);
	KUNIT_EXPECT_TRUE(test, syscall_set_has(set, SYSCALL_ABI_X32, 600));
	expect_command(test, "trace all !write", cmd);
	KUNIT_EXPECT_TRUE(test, syscall_set_has(set, SYSCALL_ABI_NATIVE, NR_GETPID));
	KUNIT_EXPECT_FALSE(test, syscall_set_has(set, SYSCALL_ABI_NATIVE, NR_WRITE));
	KUNIT_EXPECT_FALSE(test, syscall_set_has(set, SYSCALL_ABI_I386, 4));
	expect_command(test, "trace !write", cmd);
	KUNIT_EXPECT_TRUE(test, syscall_set_has(set, SYSCALL_ABI_NATIVE, NR_GETPID));
	KUNIT_EXPECT_FALSE(test, syscall_set_has(set, SYSCALL_ABI_NATIVE, NR_WRITE));
	expect_command(test, "trace write,getpid , i386:waitpid syscall_5000", cmd);
	KUNIT_EXPECT_TRUE(test, syscall_set_has(set, SYSCALL_ABI_NATIVE, NR_WRITE));
	KUNIT_EXPECT_TRUE(test, syscall_set_has(set, SYSCALL_ABI_X32, NR_WRITE));
	KUNIT_EXPECT_TRUE(test, syscall_set_has(set, SYSCALL_ABI_I386, 4));
	KUNIT_EXPECT_TRUE(test, syscall_set_has(set, SYSCALL_ABI_I386, 7));
	KUNIT_EXPECT_FALSE(test, syscall_set_has(set, SYSCALL_ABI_NATIVE, 7));
	KUNIT_EXPECT_TRUE(test, syscall_set_has(set, SYSCALL_ABI_NATIVE, 9999));
	KUNIT_EXPECT_FALSE(test, syscall_set_has(set, SYSCALL_ABI_NATIVE, NR_OPENAT));
	expect_command(test, "trace i386:write", cmd);
	KUNIT_EXPECT_TRUE(test, syscall_set_has(set, SYSCALL_ABI_I386, 4));
	KUNIT_EXPECT_FALSE(test, syscall_set_has(set, SYSCALL_ABI_NATIVE, NR_WRITE));
	expect_command(test, "trace %file,%memory !openat", cmd);
	KUNIT_EXPECT_TRUE(test, syscall_set_has(set, SYSCALL_ABI_NATIVE, NR_EXECVE));
	KUNIT_EXPECT_TRUE(test, syscall_set_has(set, SYSCALL_ABI_NATIVE, NR_MMAP));
	KUNIT_EXPECT_TRUE(test, syscall_set_has(set, SYSCALL_ABI_I386, 11));
	KUNIT_EXPECT_FALSE(test, syscall_set_has(set, SYSCALL_ABI_NATIVE, NR_OPENAT));
	KUNIT_EXPECT_FALSE(test, syscall_set_has(set, SYSCALL_ABI_NATIVE, NR_GETPID));
	expect_command(test, "trace i386:%file", cmd);
	KUNIT_EXPECT_TRUE(test, syscall_set_has(set, SYSCALL_ABI_I386, 11));
	KUNIT_EXPECT_FALSE(test, syscall_set_has(set, SYSCALL_ABI_NATIVE, NR_EXECVE));
}

/* Every call that is shown can be given back as it is, and changes nothing. */
static void shown_is_accepted(struct kunit *test)
{
	struct syscall_command *cmd = kunit_kzalloc(test, sizeof(*cmd), GFP_KERNEL);
	char *line = kunit_kzalloc(test, 512, GFP_KERNEL);
	struct syscall_text_error err = { };
	u32 abi, nr, i;

	for (abi = 0; abi < SYSCALL_NR_ABIS; abi++) {
		for (nr = 0; nr < 600; nr++) {
			struct syscall_record rec = { .call = { .abi = abi, .nr = nr } };
			size_t len;
			int ret;

			for (i = 0; i < SYSCALL_MAX_ARGS; i++)
				rec.call.args[i] = abi == SYSCALL_ABI_I386 ?
						   0x80000001 + i : 0x8000000180000001 + i;
			len = syscall_text_format(line, 512, &rec, false);
			line[len - 1] = '\0';
			ret = syscall_text_parse(line, len - 1, 0, &rec, cmd, &err);
			KUNIT_EXPECT_EQ_MSG(test, ret, 0, "%s", line);
			KUNIT_EXPECT_MEMEQ_MSG(test, &cmd->call, &rec.call,
					       sizeof(rec.call), "%s", line);
		}
	}
}

static void names_and_numbers_agree(struct kunit *test)
{
	unsigned int abi, nr, described = 0;

	for (abi = 0; abi < SYSCALL_NR_ABIS; abi++) {
		for (nr = 0; nr < SYSCALL_SET_BITS; nr++) {
			const struct syscall_desc *desc = syscall_desc(abi, nr);

			if (!desc)
				continue;
			described++;
			KUNIT_EXPECT_EQ_MSG(test, nr,
					    syscall_desc_nr(abi, desc->name, strlen(desc->name)),
					    "%s", desc->name);
		}
	}
	KUNIT_EXPECT_GT(test, described, 1000);
	KUNIT_EXPECT_NULL(test, syscall_desc(SYSCALL_ABI_NATIVE, U32_MAX));
	KUNIT_EXPECT_EQ(test, syscall_desc_nr(SYSCALL_ABI_NATIVE, "getpi", 5), -ENOSYS);
	KUNIT_EXPECT_EQ(test, syscall_desc_nr(SYSCALL_ABI_NATIVE, "getpidx", 6), NR_GETPID);
}

static struct kunit_case syscall_text_cases[] = {
	KUNIT_CASE(format_entry),
	KUNIT_CASE(format_numbers),
	KUNIT_CASE(format_strings),
	KUNIT_CASE(format_results),
	KUNIT_CASE(format_vectors),
	KUNIT_CASE(format_what_was_written),
	KUNIT_CASE(format_is_bounded),
	KUNIT_CASE(refuse_bad_lines),
	KUNIT_CASE(parse_verdicts),
	KUNIT_CASE(parse_rewrites),
	KUNIT_CASE(parse_new_memory),
	KUNIT_CASE(parse_keeps_registers),
	KUNIT_CASE(parse_kept_text),
	KUNIT_CASE(parse_memory),
	KUNIT_CASE(parse_sets),
	KUNIT_CASE(shown_is_accepted),
	KUNIT_CASE(names_and_numbers_agree),
	{ }
};

static struct kunit_suite syscall_text_suite = {
	.name = "syscall_text",
	.test_cases = syscall_text_cases,
};

kunit_test_suite(syscall_text_suite);

MODULE_DESCRIPTION("KUnit test of the text form of system calls");
MODULE_LICENSE("GPL");
