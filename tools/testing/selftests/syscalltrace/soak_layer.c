// SPDX-License-Identifier: GPL-2.0
/*
 * A layer of soak: a tracer that stops all it can, and changes nothing.
 */

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "../../../../include/uapi/linux/syscall_trace.h"
#include "soak.h"

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define MAX_FILES	512

/* Of a layer: its files, and for which process each was opened. */
static struct pollfd files[MAX_FILES];
static pid_t pids[MAX_FILES];
static unsigned int nr_files;
static bool is_packed_layer;
static char settings[256];

/* Who traces has come too late. */
static bool is_fate(int err)
{
	return err == ESRCH || err == EPERM || err == ENOENT;
}

void complain(const char *what, int err, const char *text)
{
	/* All of it would be too much to read. */
	if (counts->bad++ < 20)
		fprintf(stderr, "soak: %s: %s: %.300s\n", what, strerror(err), text);
}

/* What kind of tracer this is. */
static void choose_settings(void)
{
	is_packed_layer = percent(50);
	snprintf(settings, sizeof(settings), "follow on\nevents on\n%s%s%s%s%strace all\n%s",
		 percent(40) ? "bind on\n" : "", percent(60) ? "signals all\n" : "",
		 percent(30) ? "vdso off\n" : "", percent(30) ? "out on\n" : "",
		 percent(20) ? "limit 4096\n" : "", is_packed_layer ? "packed on\n" : "");
}

/* Take a process, if we did not yet. */
static void take(pid_t pid)
{
	char path[64];
	unsigned int i;
	ssize_t len;
	int fd;

	for (i = 0; i < nr_files && pids[i] != pid; i++)
		;
	if (i < nr_files || nr_files == MAX_FILES)
		return;
	snprintf(path, sizeof(path), "/proc/%d/syscall", pid);
	fd = open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0) {
		if (!is_fate(errno))
			complain("open", errno, path);
		return;
	}
	len = write(fd, settings, strlen(settings));
	if (len != (ssize_t)strlen(settings)) {
		/* The verb that arms is in the middle of it. */
		if (len < 0 && !is_fate(errno))
			complain("arm", errno, settings);
		close(fd);
		return;
	}
	files[nr_files] = (struct pollfd){ .fd = fd, .events = POLLIN };
	pids[nr_files++] = pid;
	counts->attached++;
}

static void drop(unsigned int i)
{
	close(files[i].fd);
	files[i] = files[--nr_files];
	pids[i] = pids[nr_files];
}

static bool is_word(const char *s, const char *word)
{
	size_t len = strlen(word);

	return !strncmp(s, word, len) && (s[len] == ' ' || s[len] == '\n');
}

/* What a record in text wants; NULL if it is no stop. */
static const char *answer_to(const char *record)
{
	static const char * const cont[] = { "ok", "fail", "signal", "new", "exec" };
	static const char * const news[] = { "killed", "gone", "done" };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cont); i++)
		if (is_word(record, cont[i]))
			return "cont";
	for (i = 0; i < ARRAY_SIZE(news); i++)
		if (is_word(record, news[i]))
			return NULL;
	counts->calls++;
	return percent(70) ? "step" : percent(60) ? "cont" : "report";
}

static void answer_text(int fd, const char *record)
{
	size_t digits = strspn(record, "0123456789");
	char line[64];
	const char *how;
	int len;

	if (!digits || record[digits] != ' ') {
		complain("record", 0, record);
		return;
	}
	how = answer_to(record + digits + 1);
	if (!how)
		return;
	len = snprintf(line, sizeof(line), "%.*s %s\n", (int)digits, record, how);
	if (write(fd, line, len) == len)
		counts->stops++;
	else if (!is_fate(errno))
		complain(how, errno, record);
}

/* One record, to its end; return 0 or the errno, -1 at the end. */
static int serve_text(int fd)
{
	static char record[1 << 20];
	ssize_t len = 0, n;

	do {
		n = read(fd, record + len, sizeof(record) - 1 - len);
		if (n < 0)
			return errno;
		if (!n)
			return -1;
		len += n;
	} while (record[len - 1] != '\n' && len < (ssize_t)sizeof(record) - 1);
	record[len] = '\0';
	answer_text(fd, record);
	return 0;
}

/* Records that were got, or answers to be given. */
struct batch {
	size_t len;
	__u64 words[1 << 16];
};

static void add_answer(struct batch *b, unsigned int verb, const struct syscall_trace_record *r,
		       __s64 value)
{
	struct syscall_trace_answer *a = (void *)((char *)b->words + b->len);

	memset(a, 0, SYSCALL_TRACE_ANSWER_SHORT);
	a->size = SYSCALL_TRACE_ANSWER_SHORT;
	a->verb = verb;
	a->head = SYSCALL_TRACE_ANSWER_SHORT;
	a->id = r->id;
	a->tid = r->tid;
	a->value = value;
	b->len += a->size;
}

/* By one or the other call; return 0 or the errno, -1 at the end. */
static int get_records(int fd, struct batch *b)
{
	struct syscall_trace_exchange x = {
		.records = (unsigned long)b->words,
		.records_len = sizeof(b->words),
	};
	ssize_t n;

	if (percent(50)) {
		n = ioctl(fd, SYSCALL_TRACE_EXCHANGE, &x);
		b->len = n > 0 ? x.records_len : 0;
	} else {
		n = read(fd, b->words, sizeof(b->words));
		b->len = n > 0 ? n : 0;
	}
	return n > 0 ? 0 : n ? errno : -1;
}

static void add_identity(struct batch *b, const struct syscall_trace_record *r)
{
	unsigned int verb = SYSCALL_TRACE_CONT;
	__s64 value = 0;

	switch (r->type) {
	case SYSCALL_TRACE_ENTRY:
		counts->calls++;
		verb = percent(70) ? SYSCALL_TRACE_STEP :
		       percent(60) ? SYSCALL_TRACE_CONT : SYSCALL_TRACE_REPORT;
		break;
	case SYSCALL_TRACE_EXIT:
		/* It may be told what it would have seen; restarts cannot be told. */
		if (percent(20) && (r->ret > -512 || r->ret < -4095)) {
			verb = SYSCALL_TRACE_RETURN;
			value = r->ret;
		}
		break;
	case SYSCALL_TRACE_SIGNAL:
	case SYSCALL_TRACE_NEW:
	case SYSCALL_TRACE_EXEC:
		break;
	default:
		return;
	}
	add_answer(b, verb, r, value);
}

/* Give answers, without those whose thread is gone. */
static void give_all(int fd, struct batch *b)
{
	char *at = (char *)b->words, *end = at + b->len;
	const struct syscall_trace_answer *a;
	ssize_t n;

	while (at < end) {
		n = write(fd, at, end - at);
		if (n > 0) {
			counts->stops += n / SYSCALL_TRACE_ANSWER_SHORT;
			at += n;
			continue;
		}
		a = (void *)at;
		if (!is_fate(errno))
			complain("packed answer", errno, a->verb == SYSCALL_TRACE_RETURN ?
				 "return" : "other");
		at += a->size;
	}
}

/* All records that there are; return 0 or the errno, -1 at the end. */
static int serve_packed(int fd)
{
	static struct batch records, answers;
	const struct syscall_trace_record *r;
	int err = get_records(fd, &records);

	answers.len = 0;
	for (r = (void *)records.words; !err && records.len; r = (void *)((char *)r + r->size)) {
		if (records.len < sizeof(*r) || r->size < sizeof(*r) || r->size > records.len) {
			complain("broken record", 0, "");
			err = EINVAL;
			break;
		}
		records.len -= r->size;
		add_identity(&answers, r);
	}
	give_all(fd, &answers);
	return err;
}

/* Answer until nothing is left to trace. */
static void serve(void)
{
	unsigned int i;
	int err;

	while (nr_files && poll(files, nr_files, -1) > 0) {
		for (i = nr_files; i-- > 0;) {
			if (!files[i].revents)
				continue;
			files[i].revents = 0;
			err = is_packed_layer ? serve_packed(files[i].fd) :
			      serve_text(files[i].fd);
			if (!err || err == EAGAIN || err == EINTR)
				continue;
			if (err > 0 && !is_fate(err))
				complain("read", err, "");
			drop(i);
		}
	}
}

/* All there are. What is made now by those of the first round is traced already. */
static void take_all(void)
{
	unsigned int i, round;

	take(program);
	for (round = 0; round < 2; round++) {
		find_processes();
		for (i = 0; i < nr_found; i++)
			take(found[i]);
	}
}

void layer(unsigned long number, int ready)
{
	begin_random(seed * 1000003 + number);
	setsid();
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGCHLD, SIG_DFL);
	choose_settings();
	take_all();
	if (ready >= 0)
		close(ready);
	serve();
	_exit(0);
}
