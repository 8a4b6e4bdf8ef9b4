// SPDX-License-Identifier: GPL-2.0
/*
 * Run a program and write down every system call and its result, as strace does: the
 * tracer that the benchmark measures with whole programs.
 *
 *	bench_tracer [-o FILE] [-t SET] [-p | -l] COMMAND [ARGUMENT ...]
 *
 * By the text form; -p: by the packed form, with one exchange for each stop; -l: by the
 * log, which stops nobody. -t: only calls of SET. -o: not to standard output.
 *
 * Ends as the command ends; with 4 if the kernel lacks what it takes.
 */
#include <sys/ioctl.h>

#define __KSELFTEST_HARNESS_H	/* there are no tests here */
#include "common.h"
#include "bench_tracer.h"

#define LACKS_SUPPORT	4
#define FAILED		125
#define ROOM		(256UL << 10)
#define MAX_ANSWERS	(ROOM / sizeof(struct syscall_trace_record))

#define __aligned(n)	__attribute__((aligned(n)))

static char records[ROOM] __aligned(8);
static char answers[MAX_ANSWERS * SYSCALL_TRACE_ANSWER_SHORT] __aligned(8);
static int file;
static bool packed, logs;
static bool reports = true;	/* else results come as stops */

static void die(const char *what)
{
	int err = errno;

	fprintf(stderr, "bench_tracer: %s: %s\n", what, strerror(err));
	exit(err == EINVAL || err == ENOSYS || err == ENOTTY ? LACKS_SUPPORT : FAILED);
}

/* ------------------------------- the text form ---------------------------- */

static void answer(const char *record, size_t tid_len, const char *word)
{
	char line[32];
	size_t len = strlen(word);

	memcpy(line, record, tid_len);
	memcpy(line + tid_len, word, len);
	errno = 0;
	if (write(file, line, tid_len + len) != (ssize_t)(tid_len + len) && errno != ESRCH)
		die(word);
}

/* A kernel without "report" can only stop again. */
static void answer_entry(const char *record, size_t tid_len)
{
	static bool tried;
	char line[32];

	if (!tried) {
		snprintf(line, sizeof(line), "%.*sreport\n", (int)tid_len, record);
		reports = write(file, line, strlen(line)) > 0;
		tried = true;
		if (reports)
			return;
	}
	answer(record, tid_len, reports ? "report\n" : "step\n");
}

static void trace_by_text(void)
{
	const char *text;
	ssize_t len;
	size_t tid_len;

	while ((len = read(file, records, ROOM)) > 0) {
		text = memchr(records, ' ', len);
		if (!text || records[len - 1] != '\n')
			die("record");
		text++;
		tid_len = text - records;
		if (text_of_call(records, text, len - tid_len - 1))
			answer_entry(records, tid_len);
		else if (!reports)
			answer(records, tid_len, "cont\n");
	}
	if (len < 0)
		die("read");
}

/* ------------------------------ the packed form --------------------------- */

static size_t add_answer(size_t pos, const struct syscall_trace_record *record)
{
	struct syscall_trace_answer *a = (void *)(answers + pos);

	a->size = SYSCALL_TRACE_ANSWER_SHORT;
	a->head = SYSCALL_TRACE_ANSWER_SHORT;
	a->verb = record->type == SYSCALL_TRACE_ENTRY ? SYSCALL_TRACE_REPORT :
		  SYSCALL_TRACE_CONT;
	a->id = record->id;
	a->tid = record->tid;
	return pos + SYSCALL_TRACE_ANSWER_SHORT;
}

/* Returns the length of the answers that they need. */
static size_t write_records_down(size_t len)
{
	const struct syscall_trace_record *record;
	size_t pos, answers_len = 0;

	for (pos = 0; pos < len; pos += record->size) {
		record = (const void *)(records + pos);
		packed_record(record);
		if (record->id)
			answers_len = add_answer(answers_len, record);
	}
	return answers_len;
}

static void trace_by_exchange(void)
{
	struct syscall_trace_exchange op = {
		.answers = (unsigned long)answers,
		.records = (unsigned long)records,
		.timeout = -1,
	};
	int n;

	for (;;) {
		op.records_len = ROOM;
		n = ioctl(file, SYSCALL_TRACE_EXCHANGE, &op);
		/* Who was killed has no use for the answer, others have. */
		if (n < 0 && errno == ESRCH && op.answers_len >= SYSCALL_TRACE_ANSWER_SHORT) {
			op.answers_len -= SYSCALL_TRACE_ANSWER_SHORT;
			memmove(answers, answers + SYSCALL_TRACE_ANSWER_SHORT, op.answers_len);
			continue;
		}
		if (n <= 0)
			break;
		op.answers_len = write_records_down(op.records_len);
	}
	if (n < 0)
		die("exchange");
}

static void trace_by_log(void)
{
	ssize_t len;

	while ((len = read(file, records, ROOM)) > 0)
		write_records_down(len);
	if (len < 0)
		die("read");
}

/* -------------------------------- the command ----------------------------- */

static void tell_kernel(const char *fmt, const char *set)
{
	errno = say(file, fmt, set);
	if (errno)
		die(fmt);
}

static void arm(pid_t pid, const char *set)
{
	file = open_syscall(pid, 0, O_RDWR);
	if (file < 0)
		die("/proc/PID/syscall");
	tell_kernel("follow on", NULL);
	tell_kernel("limit 32", NULL);
	tell_kernel("trace %s", logs ? "none" : set);
	if (logs)
		tell_kernel("on %s log", set);
	if (packed)
		tell_kernel("packed on", NULL);
}

static pid_t start_command(char **argv, const char *set)
{
	int gate[2];
	pid_t pid;
	char c;

	if (pipe2(gate, O_CLOEXEC))
		die("pipe");
	pid = fork();
	if (pid < 0)
		die("fork");
	if (!pid) {
		close(gate[1]);
		if (read(gate[0], &c, 1) != 1)
			_exit(FAILED);
		execvp(argv[0], argv);
		die(argv[0]);
	}
	close(gate[0]);
	arm(pid, set);
	if (write(gate[1], "g", 1) != 1)
		die("gate");
	close(gate[1]);
	return pid;
}

int main(int argc, char **argv)
{
	const char *set = "all", *output = NULL;
	int c, status;
	pid_t pid;

	while ((c = getopt(argc, argv, "+o:t:pl")) != -1) {
		if (c == 'o')
			output = optarg;
		else if (c == 't')
			set = optarg;
		else if (c == 'p' || c == 'l')
			packed = true;
		else
			optind = argc;
		logs |= c == 'l';
	}
	if (optind >= argc) {
		fprintf(stderr, "Usage: bench_tracer [-o FILE] [-t SET] [-p | -l] COMMAND\n");
		return FAILED;
	}
	if (!open_output(output))
		die(output);
	pid = start_command(argv + optind, set);
	if (logs)
		trace_by_log();
	else if (packed)
		trace_by_exchange();
	else
		trace_by_text();
	close_output();
	if (waitpid(pid, &status, 0) != pid)
		die("wait");
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
