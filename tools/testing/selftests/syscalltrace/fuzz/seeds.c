// SPDX-License-Identifier: GPL-2.0
/*
 * Inputs to begin with: seeds TARGET prints them as a corpus. The fuzzer finds the rest.
 */

#include "fuzz.h"

#include "../../../../../lib/syscall_text_bad_lines.h"

static const char *const lines[] = {
	"cont", "1234 step \t", "report", "detach", "error", "discard", "skip-ok 0x10",
	"skip-ok -4096", "skip-fail EWOULDBLOCK", "skip-fail EDEADLOCK", "skip-fail ENOTSUP",
	"skip-fail 0177", "skip-fail 9223372036854775808", "ok 017", "fail ENOSPC",
	"signal SIGUSR1", "signal RT_5", "signal SIGRT_32", "signals !all,KILL USR1",
	"signals all !SIGCHLD , none", "get 3", "get 2+16 100", "get &6", "get 1+5 65536",
	"set 2 \"\\400\"", "set 2 \"\\x80\\377\"",
	"set 2+5 \"a\\b\\0d\\x41\\x4g\\?\\'\\377\"", "trace", "trace ", "trace all,!write",
	"trace !i386:write none", "trace %file,i386:%memory !openat syscall_5000",
	"trace %desc %network %process %signal %ipc %creds %clock", "limit 65536",
	"tid on", "out off", "bind require", "bind on", "follow on", "events off", "vdso on",
	"packed", "packed off", "log 256", "log wait", "log drop", "log -1", "log -0", "onclose cont",
	"onclose kill", "onclose skip-fail EIO", "timeout off", "timeout 5 skip-ok -1",
	"timeout 5 skip-ok 1", "timeout 0x10 kill", "on clear",
	"on clear cont", "on clear ", "on close,!read cont",
	"on i386:close,%file when=3..7+2 log", "on all when=1+ stop", "on none when=2+3 kill",
	"on !close when=4294967295 skip-fail EIO", "on x32:syscall_600 skip-ok 1",
	"write 2, \"hallo\", _", "write _ ,\"hello\\n\",0x3 ", "write 1, _, 6",
	"write -1, NULL, 0", "write _, \"new\\n\", 2", "i386:write 2, \"x\", _",
	"x32:write 1, \"ls\\n\\\"\"..., 6", "execve \"/bin/true\", [\"true\", \"\" ,\"\\x63\" ], []",
	"execve \"ls\", ~[\"ls\"..., 0x4000, NULL, ...], [\"ls\"]", "writev 1, [\"a\\0b\"], _",
	"sendmsg 3, {NULL, [\"l\", \"s\"], 0x7000}, 0x40", "sendto 3, \"abc\", _, 0, \"ab\", _",
	"bind 3, \"sockaddr\", _", "bind 3, \"sockaddr\", 4", "signal 10, 0x8048000",
	"i386:signal _, _", "fcntl 3, 1030, 10", "fcntl 3, 6, \"x\"", "fcntl 3, 6, 0x5000",
	"ioctl 3, 0x40045431, \"abcd\"", "getpid", "getpid ", "brk 4096", "chmod _, -1",
	"move_pages 0, _, \"0123456789abcdef\", \"12345678\", NULL, 0", "close 3",
	"open_by_handle_at 3, \"\\4\\0\\0\\0\\1\\0\\0\\0abcd\", 0", "nanosleep \"0123456789abcdef\", _",
	"select _, _, _, _, _", "syscall_1 0x1, _, -6", "syscall_1073741823", "syscall_39 ",
	"x32:syscall_0x10 1", "setgroups _, \"12345678\"", "mincore _, _, _",
	"set_mempolicy 1, \"12345678\", 64", "mmap _, -1, _, _, _, 5", "kexec_load _, _, _, _",
	"sched_setattr 0, \"0000\\40\\0\\0\\0\", 0", "pwritev _, [\"a\",\"b\"], _, _, _",
	"process_vm_writev 1, [\"a\"], _, _, _, _", "openat _, \"/dev/null\", _, _",
};

static void print_bytes(const u8 *bytes, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (bytes[i] < ' ' || bytes[i] > '~' || bytes[i] == '\\' || bytes[i] == '#')
			printf("\\x%02x", bytes[i]);
		else
			putchar(bytes[i]);
}

static void print_line(unsigned int stop, const char *line, size_t len)
{
	printf("%c", 'A' + stop);
	print_bytes((const u8 *)line, len);
	printf("\n");
}

static void lines_of_stop(unsigned int stop)
{
	const struct syscall_record *shown = fuzz_stop('A' + stop);
	size_t i, len;
	char *text;

	if (shown) {
		text = fuzz_format(shown, false, &len);
		print_line(stop, text, len - 1);
		free(text);
	}
	for (i = 0; i < ARRAY_SIZE(lines); i++)
		if (stop < 3 || i % fuzz_nr_stops() == stop || stop == fuzz_nr_stops())
			print_line(stop, lines[i], strlen(lines[i]));
}

static void seed_commands(void)
{
	unsigned int stop;
	size_t i;

	for (stop = 0; stop <= fuzz_nr_stops(); stop++)
		lines_of_stop(stop);
	for (i = 0; i < ARRAY_SIZE(syscall_bad_lines); i++)
		print_line(0, syscall_bad_lines[i].line, syscall_bad_lines[i].len);
}

/* As it is, and with one field or another that makes it another answer, or a bad one. */
static void print_variants(unsigned int stop, u8 *buf, size_t size)
{
	static const struct {
		size_t at;
		u8 value;
	} changes[] = {
		{ }, { offsetof(struct syscall_trace_answer, kept), 0x02 },
		{ offsetof(struct syscall_trace_answer, kept), 0x3f },
		{ offsetof(struct syscall_trace_answer, flags), SYSCALL_TRACE_RAW },
		{ offsetof(struct syscall_trace_answer, args) + 7, 1 },
		{ sizeof(struct syscall_trace_answer) + 5, 0 },
		{ sizeof(struct syscall_trace_answer) + 16 + 5, 4 },
	};
	struct syscall_trace_answer *answer = (void *)buf;
	unsigned int i;
	u8 old;

	for (i = 0; i < ARRAY_SIZE(changes); i++) {
		if (i && (answer->verb != SYSCALL_TRACE_REWRITE || changes[i].at >= size))
			continue;
		old = buf[changes[i].at];
		if (i)
			buf[changes[i].at] = changes[i].value;
		printf("%c\\0", 'A' + stop);
		print_bytes(buf, size);
		printf("\n");
		buf[changes[i].at] = old;
	}
}

/* Lines that are settings as lines in answers. */
static void print_answer(unsigned int stop, const char *line)
{
	const struct syscall_record *shown = fuzz_stop('A' + stop);
	size_t len = strlen(line), size;
	struct fuzz_parsed parsed;
	static u8 buf[65536];

	fuzz_parse_text(&parsed, line, len, shown, 0);
	size = parsed.ret ? 0 : syscall_packed_answer(buf, sizeof(buf), &parsed.cmd, 1, 2);
	if (!size) {
		struct syscall_trace_block block = { .len = len };
		struct syscall_trace_answer answer = {
			.size = SYSCALL_TRACE_ANSWER_SHORT + 16 + ((len + 7) & ~7U),
			.verb = SYSCALL_TRACE_LINE, .head = SYSCALL_TRACE_ANSWER_SHORT,
			.nr_blocks = 1,
		};

		size = answer.size;
		memset(buf, 0, size);
		memcpy(buf, &answer, SYSCALL_TRACE_ANSWER_SHORT);
		memcpy(buf + SYSCALL_TRACE_ANSWER_SHORT, &block, sizeof(block));
		memcpy(buf + SYSCALL_TRACE_ANSWER_SHORT + sizeof(block), line, len);
	}
	free(parsed.memory);
	print_variants(stop, buf, size);
}

/* @kib8: so often 8 KiB are in the block BYTES, put there by the target */
static void print_long_answer(u16 verb, bool list, u32 kib8)
{
	struct syscall_trace_block blocks[3] = { };
	struct syscall_trace_answer answer = {
		.verb = verb, .head = sizeof(answer), .nr = verb == SYSCALL_TRACE_REWRITE ? 20 : 0,
		.arg = verb == SYSCALL_TRACE_SET ? 2 : 0, .nr_blocks = list ? 3 : 1,
	};
	unsigned int i;

	answer.id = verb != SYSCALL_TRACE_LINE;
	answer.size = sizeof(answer) + answer.nr_blocks * sizeof(blocks[0]) + kib8 * 8192;
	for (i = 0; i < 3; i++)
		blocks[i].arg = verb != SYSCALL_TRACE_LINE;
	blocks[list].len = kib8 * 8192;
	blocks[0].kind = list ? SYSCALL_TRACE_LIST : SYSCALL_TRACE_BYTES;
	blocks[2].kind = SYSCALL_TRACE_LIST_END;
	printf("A\\x%02x", kib8 | (list ? 0x40 : 0));
	print_bytes((const u8 *)&answer, sizeof(answer));
	print_bytes((const u8 *)blocks, answer.nr_blocks * sizeof(blocks[0]));
	printf("\n");
}


static void seed_answers(void)
{
	unsigned int stop;
	size_t i;

	for (stop = 0; stop <= fuzz_nr_stops(); stop++)
		for (i = 0; i < ARRAY_SIZE(lines); i++)
			if (stop < 3 || i % fuzz_nr_stops() == stop)
				print_answer(stop, lines[i]);
	print_long_answer(SYSCALL_TRACE_LINE, false, 8);
	print_long_answer(SYSCALL_TRACE_SET, false, 9);
	print_long_answer(SYSCALL_TRACE_SET, false, 8);
	print_long_answer(SYSCALL_TRACE_REWRITE, true, 9);
}

static void seed_packed(void)
{
	struct syscall_record rec;
	unsigned int i;
	size_t size;
	u8 *buf;

	for (i = 0; i < fuzz_nr_stops() * (SYSCALL_RECORD_LOST + 1); i++) {
		rec = *fuzz_stop('A' + i % fuzz_nr_stops());
		rec.kind = i % (SYSCALL_RECORD_LOST + 1);
		rec.tid = 7;
		rec.arg = 1 + i % 8;
		rec.nr_in = rec.kind == SYSCALL_RECORD_LOG ? rec.data.nr : 0;
		rec.text = (const u8 *)"some words";
		rec.len = 10;
		buf = fuzz_pack_record(&rec, 1, &size);
		print_bytes(buf, size);
		printf("\n");
		free(buf);
	}
}

/* Numbers of calls and small arguments: the fuzzer finds more of them by itself. */
static void seed_records(void)
{
	unsigned int kind, abi, nr;

	for (kind = 0; kind <= SYSCALL_RECORD_LOST; kind++)
		printf("\\x01\\x%02x\\x07\\x03\\x05some words\\x07\\x03\\x09\n", kind);
	for (abi = 0; abi < SYSCALL_NR_ABIS; abi++)
		for (nr = 0; nr < 460; nr += 1 + 4 * (abi != SYSCALL_ABI_NATIVE))
			printf("\\x01\\x%02x\\x07\\x%02x\\xf1\\x%02x\\x%02x\\x01\\x02\\x03\\x04\\x05\\x06"
			       "\\x02\\x03abc\\x02\\x83abc\\x02\\x02\\x02\\x02hi\\x07\n",
			       nr % 3 ? 0 : 12, abi, nr >> 8, nr & 255);
}

int main(int argc, char **argv)
{
	static const struct {
		const char *target;
		void (*print)(void);
	} targets[] = {
		{ "command", seed_commands }, { "answer", seed_answers },
		{ "packed", seed_packed }, { "record", seed_records },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(targets); i++) {
		if (argc == 2 && !strcmp(argv[1], targets[i].target)) {
			targets[i].print();
			return 0;
		}
	}
	fprintf(stderr, "usage: seeds command|answer|packed|record\n");
	return 1;
}
