// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ask a person, on the terminal or through two FIFOs.
 *
 * The question is a line that ends in "[y/n/Y/N] "; the answer a line of one of
 * these: yes or no for this time, Yes or No for this right to this thing for ever.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "scguard.h"

/**
 * struct answered - an answer for ever
 * @next: an older one
 * @what: the right
 * @thing: what for
 * @yes: the answer
 */
struct answered {
	struct answered *next;
	const char *what;
	char *thing;
	bool yes;
};

static struct answered *answers;
static int question_fd = -1;
static int answer_fd = -1;

static int open_end(const char *base, const char *suffix)
{
	char path[PATH_MAX];
	int fd;

	snprintf(path, sizeof(path), "%s%s", base, suffix);
	fd = open(path, O_RDWR | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		die(STATUS_FAILED, "%s: %s: make it with mkfifo, or ask on a terminal", path,
		    strerror(errno));
	guard_file(path);
	return fd;
}

/* @fifo: BASE of BASE.ask and BASE.answer, NULL for the terminal */
void ask_open(const char *fifo)
{
	if (fifo) {
		question_fd = open_end(fifo, ".ask");
		answer_fd = open_end(fifo, ".answer");
		return;
	}
	question_fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
	if (question_fd < 0)
		die(STATUS_FAILED, "/dev/tty: %s: give FIFOs to --ask=, or leave it out",
		    strerror(errno));
	answer_fd = question_fd;
}

/*
 * Take the terminal from the command, which may have it: without it nothing can be read
 * there. Returns whose it was. What was typed before the question is no answer to it.
 */
static pid_t take_terminal(void)
{
	pid_t owner = tcgetpgrp(question_fd);

	if (owner < 0)
		return -1;
	if (owner != getpgrp())
		tcsetpgrp(question_fd, getpgrp());
	tcflush(question_fd, TCIFLUSH);
	return owner;
}

static void give_back_terminal(pid_t owner)
{
	if (owner > 0 && owner != getpgrp())
		tcsetpgrp(question_fd, owner);
}

/* A line without what a terminal would take for commands. */
static void put_question(pid_t pid, const char *what, const char *thing)
{
	char text[PATH_MAX + 256], *at = text;
	int len = snprintf(text, sizeof(text), "scguard: %d: %s %s? [y/n/Y/N] ", pid, what, thing);

	for (; *at; at++)
		if ((unsigned char)*at < ' ' || (unsigned char)*at >= 0x7f)
			*at = '?';
	if (write(question_fd, text, len) < 0)
		complain("question: %s: the answer is no", strerror(errno));
}

/* The first character of a line; 'n' if there is none. */
static char get_answer(void)
{
	char first = 0, c;
	ssize_t len;

	for (;;) {
		len = read(answer_fd, &c, 1);
		if (len < 0 && errno == EINTR)
			return 'n';
		if (len <= 0)
			return 'n';
		if (c == '\n')
			return first ? first : 'n';
		if (!first)
			first = c;
	}
}

/* May it have the right @what to @thing? Without somebody to ask it may not. */
bool ask(const struct request *rq, const char *what, const char *thing)
{
	struct answered *known;
	pid_t owner;
	char answer;

	for (known = answers; known; known = known->next)
		if (!strcmp(known->what, what) && !strcmp(known->thing, thing))
			return known->yes;
	if (question_fd < 0)
		return false;
	owner = take_terminal();
	put_question(rq->th->tid, what, thing);
	answer = get_answer();
	give_back_terminal(owner);
	if (answer == 'Y' || answer == 'N') {
		known = need(malloc(sizeof(*known)));
		known->next = answers;
		known->what = what;
		known->thing = need(strdup(thing));
		known->yes = answer == 'Y';
		answers = known;
	}
	return answer == 'Y' || answer == 'y';
}
