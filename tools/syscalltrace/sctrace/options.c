// SPDX-License-Identifier: GPL-2.0-only
/*
 * The command line: strace's.
 */
#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "sctrace.h"

#define VERSION		"1.0"
#define MAX_STRING	65535U

struct options opt = {
	.status = STATUS_ALL, .string_limit = 32, .column = 40, .sort = "time",
	.columns = "time-percent,total-time,avg-time,calls,errors,name",
};

enum long_option {
	OPT_JSON = 256, OPT_LIVE, OPT_SEPARATE, OPT_TRACE, OPT_SIGNAL, OPT_STATUS, OPT_ABBREV,
	OPT_VERBOSE, OPT_RAW, OPT_INJECT, OPT_FAULT, OPT_QUIET, OPT_ABSOLUTE, OPT_RELATIVE,
	OPT_TIMES, OPT_HEX, OPT_DECODE_FDS, OPT_DECODE_PIDS, OPT_SECCOMP, OPT_DUMP,
};

static const struct option long_options[] = {
	{ "output-append-mode", no_argument, NULL, 'A' },
	{ "columns", required_argument, NULL, 'a' },
	{ "summary-only", no_argument, NULL, 'c' },
	{ "summary", no_argument, NULL, 'C' },
	{ "env", required_argument, NULL, 'E' },
	{ "follow-forks", no_argument, NULL, 'f' },
	{ "help", no_argument, NULL, 'h' },
	{ "interruptible", required_argument, NULL, 'I' },
	{ "syscall-number", no_argument, NULL, 'n' },
	{ "summary-syscall-overhead", required_argument, NULL, 'O' },
	{ "output", required_argument, NULL, 'o' },
	{ "attach", required_argument, NULL, 'p' },
	{ "trace-path", required_argument, NULL, 'P' },
	{ "summary-sort-by", required_argument, NULL, 'S' },
	{ "string-limit", required_argument, NULL, 's' },
	{ "summary-columns", required_argument, NULL, 'U' },
	{ "user", required_argument, NULL, 'u' },
	{ "no-abbrev", no_argument, NULL, 'v' },
	{ "version", no_argument, NULL, 'V' },
	{ "summary-wall-clock", no_argument, NULL, 'w' },
	{ "const-print-style", required_argument, NULL, 'X' },
	{ "successful-only", no_argument, NULL, 'z' },
	{ "failed-only", no_argument, NULL, 'Z' },
	{ "json", no_argument, NULL, OPT_JSON },
	{ "live", no_argument, NULL, OPT_LIVE },
	{ "output-separately", no_argument, NULL, OPT_SEPARATE },
	{ "trace", required_argument, NULL, OPT_TRACE },
	{ "signal", required_argument, NULL, OPT_SIGNAL },
	{ "status", required_argument, NULL, OPT_STATUS },
	{ "abbrev", required_argument, NULL, OPT_ABBREV },
	{ "verbose", required_argument, NULL, OPT_VERBOSE },
	{ "raw", required_argument, NULL, OPT_RAW },
	{ "inject", required_argument, NULL, OPT_INJECT },
	{ "fault", required_argument, NULL, OPT_FAULT },
	{ "quiet", optional_argument, NULL, OPT_QUIET },
	{ "silent", optional_argument, NULL, OPT_QUIET },
	{ "silence", optional_argument, NULL, OPT_QUIET },
	{ "absolute-timestamps", optional_argument, NULL, OPT_ABSOLUTE },
	{ "timestamps", optional_argument, NULL, OPT_ABSOLUTE },
	{ "relative-timestamps", optional_argument, NULL, OPT_RELATIVE },
	{ "syscall-times", optional_argument, NULL, OPT_TIMES },
	{ "strings-in-hex", optional_argument, NULL, OPT_HEX },
	{ "decode-fds", optional_argument, NULL, OPT_DECODE_FDS },
	{ "decode-pids", required_argument, NULL, OPT_DECODE_PIDS },
	{ "seccomp-bpf", no_argument, NULL, OPT_SECCOMP },
	/* What we do not have: to say so. */
	{ "daemonize", optional_argument, NULL, 'D' },
	{ "debug", no_argument, NULL, 'd' },
	{ "instruction-pointer", no_argument, NULL, 'i' },
	{ "stack-traces", no_argument, NULL, 'k' },
	{ "detach-on", required_argument, NULL, 'b' },
	{ "read", required_argument, NULL, OPT_DUMP },
	{ "write", required_argument, NULL, OPT_DUMP },
	{ "kvm", required_argument, NULL, OPT_DUMP },
	{ NULL, 0, NULL, 0 }
};

static void usage(void)
{
	printf("Usage: sctrace [OPTION ...] { -p PID | COMMAND [ARGUMENT ...] }\n"
"Show the system calls of a program, without ptrace.\n\n"
"What is traced\n"
"  -p PID                   a process that runs; may be repeated, or a list\n"
"  -f                       and the processes that it makes\n"
"  -u USER, -E VAR[=VALUE]  run COMMAND as USER, with VAR so or without it\n"
"  -e trace=SET             calls: names, %%file %%desc %%network %%process %%signal\n"
"                           %%memory %%ipc %%creds %%clock %%stat ..., /REGEX, all, none;\n"
"                           ! before it: all others; \"-e SET\" is the same\n"
"  -e signal=SET            signals\n"
"  -e status=SET            calls that end so: successful, failed, unfinished,\n"
"                           unavailable, detached; -z: successful, -Z: failed\n"
"  -P PATH                  calls that use PATH; may be repeated\n\n"
"What is shown\n"
"  -o FILE, -A              to FILE, or \"|COMMAND\"; append to it\n"
"  -ff                      -f, each process to FILE.PID\n"
"  -s N, -v                 N bytes of strings (32); structs whole\n"
"  -t -tt -ttt, -r, -T      when; since the last line; how long\n"
"  -y -yy, -Y, -n           paths of descriptors, and more; names of processes;\n"
"                           numbers of calls\n"
"  -x -xx, -X STYLE         strings in hexadecimal; constants raw, abbrev or verbose\n"
"  -a N                     results in column N (40)\n"
"  -q -qq -qqq              less about coming and going\n"
"  --json                   one JSON object a line\n"
"  --live                   calls as they begin, also if the output is no terminal\n\n"
"  -c, -C                   count calls, errors and time; and show lines, too\n"
"  -S ORDER, -U COLUMNS, -O USECS\n\n"
"What is changed\n"
"  -e inject=SET[:error=E|:retval=N][:signal=SIG][:delay_enter=T][:delay_exit=T]\n"
"     [:poke_enter=@argN=HEX][:poke_exit=@argN=HEX][:when=FIRST[..LAST][+[STEP]]]\n"
"  -e fault=SET[:error=E][:when=...]\n\n"
"  -h, -V                   this; the version\n"
"See sctrace(1).\n");
	exit(0);
}

static void message(const char *format, va_list args)
{
	char text[1024];

	vsnprintf(text, sizeof(text), format, args);
	leave_line();
	fprintf(stderr, "sctrace: %s\n", text);
}

void warn(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	message(format, args);
	va_end(args);
}

void die(const char *format, ...)
{
	static bool dying;
	char text[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	fprintf(stderr, "sctrace: %s\n", text);
	end_unstarted();
	if (!dying) {
		dying = true;
		flush_output();
	}
	exit(1);
}

/* --------------------------------- pieces --------------------------------- */

static unsigned int parse_number(const char *what, const char *text, unsigned int most)
{
	char *end;
	unsigned long v;

	errno = 0;
	v = strtoul(text, &end, 0);
	if (!*text || *text == '-' || *end || errno || v > most)
		die("%s %s: a number from 0 to %u is wanted", what, text, most);
	return v;
}

static void parse_pids(const char *text)
{
	char *copy = strdup(text), *word, *save;

	if (!copy)
		die("out of memory");
	for (word = strtok_r(copy, ", \t\n", &save); word;
	     word = strtok_r(NULL, ", \t\n", &save)) {
		pid_t pid = parse_number("-p", word, 1 << 30);

		if (!pid)
			die("-p %s: no process", word);
		if (pid == getpid())
			die("-p %s: that is sctrace itself", word);
		opt.pids = realloc(opt.pids, (opt.nr_pids + 1) * sizeof(*opt.pids));
		if (!opt.pids)
			die("out of memory");
		opt.pids[opt.nr_pids++] = pid;
	}
	free(copy);
}

struct word {
	const char *name;
	unsigned int bit;
};

static unsigned int parse_words(const char *what, const char *text, const struct word *words,
				unsigned int nr, unsigned int all)
{
	char *copy = strdup(text), *word, *save, *rest = copy;
	bool not = *rest == '!';
	unsigned int i, bits = 0;

	rest += not;
	for (word = strtok_r(rest, ",", &save); word; word = strtok_r(NULL, ",", &save)) {
		if (!strcmp(word, "all")) {
			bits = all;
			continue;
		}
		if (!strcmp(word, "none"))
			continue;
		for (i = 0; i < nr && strcmp(words[i].name, word); i++)
			;
		if (i == nr)
			die("%s: invalid value '%s'", what, word);
		bits |= words[i].bit;
	}
	free(copy);
	return not ? all & ~bits : bits;
}

static unsigned int parse_status(const char *text)
{
	static const struct word words[] = {
		{ "successful", STATUS_SUCCESSFUL }, { "failed", STATUS_FAILED },
		{ "unfinished", STATUS_UNFINISHED }, { "unavailable", STATUS_UNAVAILABLE },
		{ "detached", STATUS_DETACHED },
	};

	return parse_words("-e status", text, words, ARRAY_SIZE(words), STATUS_ALL);
}

static unsigned int parse_quiet(const char *text)
{
	static const struct word words[] = {
		{ "attach", QUIET_ATTACH }, { "exit", QUIET_EXIT },
		{ "path-resolution", QUIET_PATH }, { "path-resolve", QUIET_PATH },
		{ "personality", QUIET_PERSONALITY }, { "thread-execve", QUIET_THREAD },
	};

	opt.quiet_given = true;
	return parse_words("-e quiet", text, words, ARRAY_SIZE(words), QUIET_ALL);
}

static unsigned int parse_decode(const char *text)
{
	static const struct word words[] = {
		{ "path", 1 }, { "dev", 2 }, { "socket", 2 }, { "pidfd", 2 },
	};
	unsigned int bits = parse_words("--decode-fds", text, words, ARRAY_SIZE(words), 3);

	return bits & 2 ? 2 : bits;
}

static unsigned int digits_of(const char *what, const char *text)
{
	static const struct word words[] = {
		{ "s", 1 }, { "ms", 4 }, { "us", 7 }, { "ns", 10 },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(words); i++)
		if (!strcmp(words[i].name, text))
			return words[i].bit - 1;
	die("%s: invalid precision '%s': s, ms, us or ns", what, text);
}

/* "unix,us", "format:time,precision:ns" */
static void parse_absolute(const char *text)
{
	char *copy = strdup(text ? text : "time"), *word, *save;

	opt.clock = opt.clock ? opt.clock : TIME_CLOCK;
	for (word = strtok_r(copy, ",", &save); word; word = strtok_r(NULL, ",", &save)) {
		if (!strncmp(word, "format:", 7))
			word += 7;
		if (!strncmp(word, "precision:", 10))
			word += 10;
		if (!strcmp(word, "none"))
			opt.clock = TIME_NONE;
		else if (!strcmp(word, "time"))
			opt.clock = TIME_CLOCK;
		else if (!strcmp(word, "unix"))
			opt.clock = TIME_UNIX;
		else
			opt.clock_digits = digits_of("--absolute-timestamps", word);
	}
	free(copy);
}

static void parse_style(const char *text)
{
	if (!strcmp(text, "raw"))
		opt.style = STYLE_RAW;
	else if (!strcmp(text, "abbrev"))
		opt.style = STYLE_ABBREV;
	else if (!strcmp(text, "verbose"))
		opt.style = STYLE_VERBOSE;
	else
		die("-X %s: raw, abbrev or verbose are wanted", text);
}

static void parse_hex(const char *text)
{
	if (!text || !strcmp(text, "all"))
		opt.hex_strings = 2;
	else if (!strcmp(text, "non-ascii"))
		opt.hex_strings = 1;
	else if (!strcmp(text, "non-ascii-chars"))
		opt.hex_strings = 3;
	else if (!strcmp(text, "none"))
		opt.hex_strings = 0;
	else
		die("--strings-in-hex=%s: none, non-ascii, non-ascii-chars or all?", text);
}

static void parse_overhead(const char *text)
{
	char *end;

	opt.overhead = strtod(text, &end);
	if (!(opt.overhead >= 0 && opt.overhead < 1e9))
		die("-O %s: a time is wanted", text);
	if (!strcmp(end, "s"))
		opt.overhead *= 1e6;
	else if (!strcmp(end, "ms"))
		opt.overhead *= 1e3;
	else if (!strcmp(end, "ns"))
		opt.overhead /= 1e3;
	else if (end == text || (*end && strcmp(end, "us")))
		die("-O %s: a time is wanted", text);
}

/* ----------------------------------- -e ----------------------------------- */

static void not_here(const char *what)
{
	die("%s: sctrace does not have this", what);
}

static const struct {
	const char *name;
	int option;
} expressions[] = {
	{ "trace", OPT_TRACE }, { "t", OPT_TRACE }, { "signal", OPT_SIGNAL },
	{ "signals", OPT_SIGNAL }, { "s", OPT_SIGNAL }, { "status", OPT_STATUS },
	{ "abbrev", OPT_ABBREV }, { "a", OPT_ABBREV }, { "verbose", OPT_VERBOSE },
	{ "v", OPT_VERBOSE }, { "raw", OPT_RAW }, { "x", OPT_RAW },
	{ "inject", OPT_INJECT }, { "fault", OPT_FAULT }, { "quiet", OPT_QUIET },
	{ "silent", OPT_QUIET }, { "silence", OPT_QUIET }, { "q", OPT_QUIET },
	{ "decode-fds", OPT_DECODE_FDS }, { "decode-fd", OPT_DECODE_FDS },
	{ "read", 'r' }, { "write", 'w' }, { "kvm", 'k' },
};

static void parse_expression(const char *text)
{
	const char *value = strchr(text, '=');
	size_t len = value ? (size_t)(value - text) : 0;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(expressions); i++)
		if (value && strlen(expressions[i].name) == len &&
		    !strncmp(expressions[i].name, text, len))
			break;
	if (i == ARRAY_SIZE(expressions)) {
		parse_call_set(&opt.trace, "trace", text);
		return;
	}
	value++;
	switch (expressions[i].option) {
	case OPT_TRACE:
		parse_call_set(&opt.trace, "trace", value);
		break;
	case OPT_SIGNAL:
		parse_signal_set(opt.signals, value);
		break;
	case OPT_STATUS:
		opt.status = parse_status(value);
		break;
	case OPT_ABBREV:
		parse_call_set(&opt.abbrev, "abbrev", value);
		break;
	case OPT_VERBOSE:
		parse_call_set(&opt.verbose, "verbose", value);
		break;
	case OPT_RAW:
		parse_call_set(&opt.raw, "raw", value);
		break;
	case OPT_INJECT:
	case OPT_FAULT:
		parse_injection(value, expressions[i].option == OPT_FAULT);
		break;
	case OPT_QUIET:
		opt.quiet = parse_quiet(value);
		break;
	case OPT_DECODE_FDS:
		opt.fd_paths = parse_decode(value);
		break;
	default:
		not_here(text);
	}
}

/* --------------------------------- options -------------------------------- */

static unsigned int q_count, t_count, x_count, y_count, f_count;

static bool parse_long(int c)
{
	switch (c) {
	case OPT_JSON:
		opt.json = true;
		break;
	case OPT_LIVE:
		opt.live = true;
		break;
	case OPT_SEPARATE:
		opt.separate = true;
		break;
	case OPT_TRACE:
		parse_call_set(&opt.trace, "trace", optarg);
		break;
	case OPT_SIGNAL:
		parse_signal_set(opt.signals, optarg);
		break;
	case OPT_STATUS:
		opt.status = parse_status(optarg);
		break;
	case OPT_ABBREV:
		parse_call_set(&opt.abbrev, "abbrev", optarg);
		break;
	case OPT_VERBOSE:
		parse_call_set(&opt.verbose, "verbose", optarg);
		break;
	case OPT_RAW:
		parse_call_set(&opt.raw, "raw", optarg);
		break;
	case OPT_INJECT:
	case OPT_FAULT:
		parse_injection(optarg, c == OPT_FAULT);
		break;
	default:
		return false;
	}
	return true;
}

/* Those whose value may be left out. */
static bool parse_optional(int c)
{
	switch (c) {
	case OPT_QUIET:
		opt.quiet = parse_quiet(optarg ? optarg : "attach,personality");
		break;
	case OPT_ABSOLUTE:
		parse_absolute(optarg);
		break;
	case OPT_RELATIVE:
		opt.relative = true;
		opt.relative_digits = optarg ? digits_of("-r", optarg) : 6;
		break;
	case OPT_TIMES:
		opt.spent = true;
		opt.spent_digits = optarg ? digits_of("-T", optarg) : 6;
		break;
	case OPT_HEX:
		parse_hex(optarg);
		break;
	case OPT_DECODE_FDS:
		opt.fd_paths = optarg ? parse_decode(optarg) : 1;
		break;
	case OPT_DECODE_PIDS:
		if (strcmp(optarg, "comm"))
			not_here("--decode-pids=pidns");
		opt.comm = true;
		break;
	default:
		return false;
	}
	return true;
}

static bool parse_value(int c)
{
	switch (c) {
	case 'a':
		opt.column = parse_number("-a", optarg, 1000);
		break;
	case 'E':
		if (strchr(optarg, '=') ? putenv(optarg) : unsetenv(optarg))
			die("-E %s: %s", optarg, strerror(errno));
		break;
	case 'e':
		parse_expression(optarg);
		break;
	case 'I':
		opt.interrupts_off = parse_number("-I", optarg, 4) > 2;
		break;
	case 'O':
		parse_overhead(optarg);
		break;
	case 'o':
		opt.output = optarg;
		break;
	case 'P':
		add_path(optarg);
		break;
	case 'p':
		parse_pids(optarg);
		break;
	case 'S':
		opt.sort = optarg;
		break;
	case 's':
		/* The kernel shows no more. */
		opt.string_limit = parse_number("-s", optarg, -1U);
		if (opt.string_limit > MAX_STRING)
			opt.string_limit = MAX_STRING;
		break;
	case 'U':
		opt.columns = optarg;
		break;
	case 'u':
		opt.user = optarg;
		break;
	case 'X':
		parse_style(optarg);
		break;
	default:
		return false;
	}
	return true;
}

/* Those that say more when they are there twice. */
static bool count_letter(int c)
{
	switch (c) {
	case 'f':
		f_count++;
		break;
	case 'q':
		q_count++;
		break;
	case 't':
		t_count++;
		break;
	case 'x':
		x_count++;
		break;
	case 'y':
		y_count++;
		break;
	default:
		return false;
	}
	return true;
}

static void refuse_absent(int c)
{
	static const struct {
		int option;
		const char *name;
	} absent[] = {
		{ 'b', "-b (--detach-on)" }, { 'D', "-D (--daemonize)" }, { 'd', "-d (--debug)" },
		{ 'i', "-i (--instruction-pointer)" }, { 'k', "-k (--stack-traces)" },
		{ OPT_DUMP, "--read, --write and --kvm" },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(absent); i++)
		if (absent[i].option == c)
			not_here(absent[i].name);
}

static void parse_letter(int c)
{
	switch (c) {
	case 'A':
		opt.append = true;
		break;
	case 'c':
		opt.count = true;
		opt.count_only = true;
		break;
	case 'C':
		opt.count = true;
		break;
	case 'h':
		usage();
		break;
	case 'n':
		opt.number = true;
		break;
	case 'r':
		opt.relative = true;
		opt.relative_digits = 6;
		break;
	case 'T':
		opt.spent = true;
		opt.spent_digits = 6;
		break;
	case 'V':
		printf("sctrace -- version " VERSION "\n");
		exit(0);
	case 'v':
		all_calls(&opt.abbrev, false);
		break;
	case 'w':
		break;
	case 'Y':
		opt.comm = true;
		break;
	case 'z':
		opt.status = STATUS_SUCCESSFUL;
		break;
	case 'Z':
		opt.status = STATUS_FAILED;
		break;
	case OPT_SECCOMP:	/* what is not traced costs no stop anyway */
		break;
	default:
		refuse_absent(c);
		fprintf(stderr, "Try 'sctrace -h' for more information.\n");
		exit(1);
	}
}

static void use_counts(void)
{
	opt.follow |= f_count > 0;
	opt.separate |= f_count > 1;
	if (t_count) {
		opt.clock = t_count > 2 ? TIME_UNIX : TIME_CLOCK;
		opt.clock_digits = t_count > 1 ? 6 : 0;
	}
	if (x_count)
		opt.hex_strings = x_count > 1 ? 2 : 1;
	if (y_count)
		opt.fd_paths = y_count > 1 ? 2 : 1;
	if (q_count)
		opt.quiet = q_count > 2 ? QUIET_ALL : q_count > 1 ?
			    QUIET_ATTACH | QUIET_PERSONALITY | QUIET_EXIT :
			    QUIET_ATTACH | QUIET_PERSONALITY;
	else if (!opt.quiet_given && opt.output && opt.argv[0])
		opt.quiet = QUIET_ATTACH | QUIET_PERSONALITY;
	if (opt.json && !opt.clock) {
		opt.clock = TIME_UNIX;
		opt.clock_digits = 9;
	}
	if (opt.json)
		opt.clock = TIME_UNIX;
}

static void check_options(void)
{
	if (!opt.argv[0] && !opt.nr_pids)
		die("must have PROG [ARGS] or -p PID; try 'sctrace -h' for more information.");
	if (opt.separate && (!opt.output || *opt.output == '|' || *opt.output == '!')) {
		if (opt.output)
			die("-ff: goes to files: give their name with -o");
		opt.separate = false;
	}
	if (opt.count && opt.separate)
		die("(-c or -C) and -ff are mutually exclusive");
	if (opt.json && opt.live)
		die("--json and --live are mutually exclusive");
	if (opt.count)
		check_counts();
	if (opt.user && !opt.argv[0])
		die("-u cannot be used without a command");
}

void parse_options(int argc, char **argv)
{
	int c;

	all_calls(&opt.trace, true);
	all_calls(&opt.abbrev, true);
	all_calls(&opt.verbose, true);
	memset(opt.signals, 1, sizeof(opt.signals));
	while ((c = getopt_long(argc, argv,
				"+a:Ab:cCdDe:E:fhiI:knO:o:p:P:qrS:s:tTu:U:vVwxX:yYzZ",
				long_options, NULL)) != -1)
		if (!parse_long(c) && !parse_optional(c) && !parse_value(c) &&
		    !count_letter(c))
			parse_letter(c);
	opt.argv = argv + optind;
	use_counts();
	check_options();
}
