// SPDX-License-Identifier: GPL-2.0
/*
 * Tracing with /proc/<pid>/syscall, for the benchmark: in text with read() and write(),
 * and packed with one ioctl() a stop.
 */
#include "bench.h"

#include <sys/ioctl.h>

#define ROOM		(256UL << 10)	/* for records */
#define MAX_ANSWERS	(ROOM / sizeof(struct syscall_trace_record))
#define TEXT_ROOM	1024

/* Open the file, and tell it all that the job wants. */
int arm(struct tracee *t, int *fd)
{
	int i, err;

	*fd = open_syscall(t->pid, 0, O_RDWR);
	if (*fd < 0)
		return fail("/proc/PID/syscall", errno);
	for (i = 0; i < (int)ARRAY_SIZE(job.lines) && job.lines[i]; i++) {
		err = say(*fd, "%s", job.lines[i]);
		if (err)
			return fail(job.lines[i], err);
	}
	err = job.packed ? say(*fd, "packed on") : 0;
	return err ? fail("packed on", err) : 0;
}

/* ------------------------------- the text form ---------------------------- */

/* Stops after a call, and what is told of one. No call's name begins so. */
static bool is_result(const char *text)
{
	return !strncmp(text, "ok ", 3) || !strncmp(text, "fail ", 5);
}

static bool is_report(const char *text)
{
	return !strncmp(text, "done ", 5);
}

/*
 * The answer to a record, as long as @answer says; 0 if it needs none. Of what the record
 * says no more is looked at than has to be.
 */
static size_t answer_to(const char *record, size_t len, char *answer)
{
	static const char * const words[] = {
		[ANSWER_CONT] = "cont\n",
		[ANSWER_STEP] = "step\n",
		[ANSWER_REPORT] = "report\n",
	};
	const char *word = words[job.answer], *text = record;
	size_t tid = 0;

	/* Who follows is told thread ids, and says them. */
	if (job.program == crowd) {
		text = (const char *)memchr(record, ' ', len) + 1;
		tid = text - record;
		memcpy(answer, record, tid);
	}
	if (job.answer == ANSWER_REPORT && is_report(text))
		return 0;
	if (job.answer == ANSWER_STEP && is_result(text))
		word = words[ANSWER_CONT];
	len = strlen(word);
	memcpy(answer + tid, word, len);
	return tid + len;
}

/* Read one record and answer it; 0 if all have ended, -1 for an error. */
static int answer_one(int fd)
{
	char record[TEXT_ROOM], answer[64];
	ssize_t len, n;

	len = read(fd, record, sizeof(record));
	if (len <= 0)
		return len;
	/* With "bind on": it is not bound. */
	if (job.copies && memchr(record, '~', len))
		result->marked = true;
	n = answer_to(record, len, answer);
	return n && write(fd, answer, n) != n ? -1 : 1;
}

static int answer_text(int fd)
{
	int more;

	do
		more = answer_one(fd);
	while (more > 0);
	return more ? fail("read or answer", errno) : 0;
}

/* ------------------------------ the packed form --------------------------- */

/**
 * struct session - what a tracer exchanges
 * @op: the operation, which is the same again and again
 * @records: that have come
 * @answers: that are to be given
 */
struct session {
	struct syscall_trace_exchange op;
	char records[ROOM];
	char answers[MAX_ANSWERS * SYSCALL_TRACE_ANSWER_SHORT];
};

static struct session *new_session(void)
{
	struct session *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->op.records = (unsigned long)s->records;
	s->op.answers = (unsigned long)s->answers;
	return s;
}

static void add_answer(struct session *s, const struct syscall_trace_record *record)
{
	static const __u16 verbs[] = {
		[ANSWER_CONT] = SYSCALL_TRACE_CONT,
		[ANSWER_STEP] = SYSCALL_TRACE_STEP,
		[ANSWER_REPORT] = SYSCALL_TRACE_REPORT,
	};
	struct syscall_trace_answer *a = (void *)(s->answers + s->op.answers_len);

	a->size = SYSCALL_TRACE_ANSWER_SHORT;
	a->head = SYSCALL_TRACE_ANSWER_SHORT;
	a->verb = record->type == SYSCALL_TRACE_ENTRY ? verbs[job.answer] : SYSCALL_TRACE_CONT;
	a->id = record->id;
	a->tid = record->tid;
	s->op.answers_len += SYSCALL_TRACE_ANSWER_SHORT;
}

static void answer_records(struct session *s)
{
	const struct syscall_trace_record *record;
	const char *p = s->records, *end = p + s->op.records_len;

	s->op.answers_len = 0;
	for (; p < end; p += record->size) {
		record = (const void *)p;
		if (record->id)
			add_answer(s, record);
	}
}

static int answer_packed(int fd)
{
	struct session *s = new_session();
	int n, err = 0;

	if (!s)
		return fail("memory", ENOMEM);
	for (;;) {
		s->op.records_len = ROOM;
		s->op.timeout = -1;
		n = ioctl(fd, SYSCALL_TRACE_EXCHANGE, &s->op);
		if (n <= 0)
			break;
		answer_records(s);
	}
	if (n < 0)
		err = fail("SYSCALL_TRACE_EXCHANGE", errno);
	free(s);
	return err;
}

static int exchange_one(int fd)
{
	static struct session *s;
	int n;

	s = s ?: new_session();
	if (!s)
		return -1;
	s->op.answers_len = 0;
	s->op.records_len = ROOM;
	s->op.timeout = -1;
	n = ioctl(fd, SYSCALL_TRACE_EXCHANGE, &s->op);
	if (n <= 0)
		return n;
	answer_records(s);
	return write(fd, s->answers, s->op.answers_len) == s->op.answers_len ? 1 : -1;
}

/*
 * Get what comes next, and answer it at once: two calls a stop, in both forms. Returns 0
 * if all have ended, -1 for an error.
 */
int answer_next(int fd)
{
	return job.packed ? exchange_one(fd) : answer_one(fd);
}

/* Until all have ended. */
int answer_all(int fd)
{
	return job.packed ? answer_packed(fd) : answer_text(fd);
}

int watch_file(struct tracee *t)
{
	int fd, err = arm(t, &fd);

	if (err)
		return err;
	open_gate(t);
	err = answer_all(fd);
	close(fd);
	return err;
}
