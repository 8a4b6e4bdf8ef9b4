// SPDX-License-Identifier: GPL-2.0
/*
 * Do our records say of a program's run what strace says of the same run?
 *
 *	strace_compare DIR COMMAND [ARGUMENT ...]
 *		runs it under both at once, keeps what they said in DIR/ours and
 *		DIR/strace and what it printed in DIR/out, and compares
 *	strace_compare --files OURS STRACE
 *		compares what was kept
 *
 * strace is to be 6.1, called with "-X raw -s 256". Only the first thread of the
 * command is looked at. Exit status 0: all differences are explained below;
 * 1: they are not; 2: something else went wrong.
 */

#include <ctype.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define MAX_ARGS	16
#define MAX_ELEMENTS	1024

/* --------------------------- pieces of a line ----------------------------- */

/* Where a piece of text starts and ends. */
struct piece {
	const char *start;
	const char *end;
};

/**
 * struct line - a call as either of the two shows it
 * @text: all of it
 * @name: of the call
 * @nr_args: how many arguments are shown
 * @args: the arguments
 * @result: what follows "= ", or is empty if the call did not return
 */
struct line {
	const char *text;
	struct piece name;
	unsigned int nr_args;
	struct piece args[MAX_ARGS];
	struct piece result;
};

static bool is_empty(struct piece p)
{
	return p.start >= p.end;
}

static bool starts_with(struct piece p, const char *s)
{
	return (size_t)(p.end - p.start) >= strlen(s) && !strncmp(p.start, s, strlen(s));
}

static bool is(struct piece p, const char *s)
{
	return (size_t)(p.end - p.start) == strlen(s) && starts_with(p, s);
}

static bool same_text(struct piece a, struct piece b)
{
	return a.end - a.start == b.end - b.start &&
	       !memcmp(a.start, b.start, a.end - a.start);
}

static struct piece trim(struct piece p)
{
	while (!is_empty(p) && isspace((unsigned char)*p.start))
		p.start++;
	while (!is_empty(p) && isspace((unsigned char)p.end[-1]))
		p.end--;
	return p;
}

/* The end of a string, or of a comment, or the next character. */
static const char *skip_one(const char *s, const char *end)
{
	if (*s == '"') {
		for (s++; s < end && *s != '"'; s++)
			s += *s == '\\' && s + 1 < end;
	} else if (s + 1 < end && s[0] == '/' && s[1] == '*') {
		for (s += 2; s + 1 < end && !(s[0] == '*' && s[1] == '/'); s++)
			;
		s++;
	}
	return s < end ? s + 1 : end;
}

/* The first of @what outside of strings, comments and brackets; or the end. */
static const char *find_outside(const char *s, const char *end, const char *what)
{
	int depth = 0;

	while (s < end) {
		if (!depth && strchr(what, *s))
			return s;
		depth += *s == '(' || *s == '[' || *s == '{';
		depth -= *s == ')' || *s == ']' || *s == '}';
		s = skip_one(s, end);
	}
	return end;
}

/* Split at commas; return how many pieces. */
static unsigned int split(struct piece p, struct piece *parts, unsigned int max)
{
	unsigned int n = 0;

	p = trim(p);
	while (!is_empty(p) && n < max) {
		const char *comma = find_outside(p.start, p.end, ",");

		parts[n++] = trim((struct piece){ p.start, comma });
		p.start = comma < p.end ? comma + 1 : p.end;
	}
	return n;
}

/* Our line: NAME ARG, ARG = RESULT. */
static bool parse_ours(const char *text, struct line *l)
{
	const char *end = text + strlen(text);
	const char *space = find_outside(text, end, " ");
	const char *equals = find_outside(space, end, "=");

	*l = (struct line){ .text = text, .name = { text, space } };
	l->nr_args = split((struct piece){ space, equals }, l->args, MAX_ARGS);
	l->result = trim((struct piece){ equals < end ? equals + 1 : end, end });
	return !is_empty(l->name);
}

/* strace's: NAME(ARG, ARG) = RESULT. False for other lines than calls. */
static bool parse_strace(const char *text, struct line *l)
{
	const char *end = text + strlen(text), *open, *close;

	open = text;
	while (isalnum((unsigned char)*open) || *open == '_')
		open++;
	if (open == text || *open != '(')
		return false;
	close = find_outside(open + 1, end, ")");
	*l = (struct line){ .text = text, .name = { text, open } };
	l->nr_args = split((struct piece){ open + 1, close }, l->args, MAX_ARGS);
	l->result = trim((struct piece){ close < end ? close + 1 : end, end });
	if (starts_with(l->result, "="))
		l->result.start++;
	l->result = trim(l->result);
	return true;
}

/* --------------------------------- values --------------------------------- */

static unsigned int take_octal(struct piece *p, int max)
{
	unsigned int value = 0;

	while (max-- && !is_empty(*p) && *p->start >= '0' && *p->start <= '7')
		value = value * 8 + *p->start++ - '0';
	return value;
}

static u_char unescape_one(struct piece *p)
{
	static const char names[] = "abtnvfre", codes[] = "\a\b\t\n\v\f\r\033";
	char hex[3] = { 0 };
	const char *name;

	if (*p->start != '\\' || p->end - p->start < 2)
		return *p->start++;
	p->start++;
	if (*p->start >= '0' && *p->start <= '7')
		return take_octal(p, 3);
	if (*p->start == 'x' && p->end - p->start >= 3) {
		memcpy(hex, p->start + 1, 2);
		p->start += 3;
		return strtoul(hex, NULL, 16);
	}
	name = strchr(names, *p->start);
	if (name)
		p->start++;
	return name ? codes[name - names] : *p->start++;
}

/**
 * struct bytes - what a string stands for
 * @len: how many bytes
 * @more: there were more
 * @data: the bytes
 */
struct bytes {
	size_t len;
	bool more;
	u_char data[70000];
};

static bool is_string(struct piece p)
{
	return starts_with(p, "\"");
}

static void unescape(struct piece p, struct bytes *b)
{
	struct piece in = { p.start + 1, skip_one(p.start, p.end) - 1 };

	b->len = 0;
	while (!is_empty(in) && b->len < sizeof(b->data))
		b->data[b->len++] = unescape_one(&in);
	b->more = starts_with((struct piece){ in.end + 1, p.end }, "...");
}

/* The same bytes, as far as neither was cut off. */
static bool same_bytes(const struct bytes *a, const struct bytes *b)
{
	size_t len = a->len < b->len ? a->len : b->len;

	return !memcmp(a->data, b->data, len) &&
	       (a->len == b->len || (a->len < b->len ? a : b)->more);
}

static bool same_strings(struct piece p, struct piece q)
{
	static struct bytes a, b;

	unescape(p, &a);
	unescape(q, &b);
	return same_bytes(&a, &b);
}

/*
 * A number: of any base, several joined by |, or a device. False if the text is
 * none.
 */
static bool number(struct piece p, unsigned long long *value)
{
	unsigned int major, minor;
	char text[256], *s = text, *end;

	*value = 0;
	if (is(p, "NULL"))
		return true;
	if (is_empty(p) || p.end - p.start >= (long)sizeof(text))
		return false;
	memcpy(text, p.start, p.end - p.start);
	text[p.end - p.start] = '\0';
	if (sscanf(text, "makedev(%i, %i)", &major, &minor) == 2) {
		*value = (minor & 0xff) | (major << 8) | (minor & ~0xffU) << 12;
		return true;
	}
	/* Where no flag has a name strace leaves a | in front. */
	s += *s == '|';
	for (;;) {
		errno = 0;
		*value |= strtoull(s, &end, 0);
		if (end == s || errno)
			return false;
		if (!*end || isspace((unsigned char)*end))
			return true;
		if (*end != '|')
			return false;
		s = end + 1;
	}
}

/* 32 bits may be taken as signed by one and as unsigned by the other. */
static bool same_numbers(unsigned long long a, unsigned long long b)
{
	unsigned int high_a = a >> 32, high_b = b >> 32;

	return a == b || ((unsigned int)a == (unsigned int)b &&
			  (!high_a || !~high_a) && (!high_b || !~high_b));
}

static bool is_group(struct piece p)
{
	return starts_with(p, "{") || starts_with(p, "[") || starts_with(p, "~[");
}

/* The inside of the first group of @p. */
static struct piece inside(struct piece p)
{
	const char *open = strpbrk(p.start, "[{");
	const char *close = find_outside(open + 1, p.end, "]}");

	return trim((struct piece){ open + 1, close });
}

/* The value of a field "NAME=VALUE" of a struct of strace's; or empty. */
static struct piece field(struct piece p, const char *name)
{
	struct piece parts[64];
	unsigned int i, n = split(inside(p), parts, 64);

	for (i = 0; i < n; i++) {
		if (starts_with(parts[i], name) && parts[i].start[strlen(name)] == '=') {
			parts[i].start += strlen(name) + 1;
			return parts[i];
		}
	}
	return (struct piece){ p.end, p.end };
}

/* ----------------------- differences that are explained ------------------- */

/*
 * Calls of which strace shows fewer arguments than the kernel has: those that
 * are of no use for the flags or the operation at hand.
 */
static const struct {
	const char *name;
	unsigned int least;
	const char *why;
} shorter[] = {
	{ "open", 2, "no mode without O_CREAT or O_TMPFILE" },
	{ "openat", 3, "no mode without O_CREAT or O_TMPFILE" },
	{ "mknod", 2, "no device where none is made" },
	{ "mknodat", 3, "no device where none is made" },
	{ "mq_open", 2, "no mode and attributes without O_CREAT" },
	{ "fcntl", 2, "no argument for operations that have none" },
	{ "ioctl", 2, "no argument for operations that have none" },
	{ "prctl", 1, "only the arguments of the operation" },
	{ "futex", 3, "only the arguments of the operation" },
	{ "mremap", 4, "no new address without MREMAP_FIXED" },
	{ "semctl", 3, "no argument for operations that have none" },
	{ "keyctl", 1, "only the arguments of the operation" },
	{ "quotactl", 2, "only the arguments of the operation" },
	{ "ptrace", 2, "only the arguments of the operation" },
	{ "setns", 1, "no type of namespace where it is 0" },
	{ "preadv", 4, "two halves of the position are one number" },
	{ "pwritev", 4, "two halves of the position are one number" },
	{ "rt_sigreturn", 0, "" },
};

/*
 * clone: strace gives them names and an order of its own, and leaves out what
 * the flags do not use.
 */
static const char *const clone_args[] = {
	"flags", "child_stack", "parent_tid", "child_tidptr", "tls",
};

static bool may_be_shorter(const struct line *ours, const struct line *theirs)
{
	size_t i;

	if (theirs->nr_args > ours->nr_args)
		return false;
	for (i = 0; i < ARRAY_SIZE(shorter); i++)
		if (is(ours->name, shorter[i].name))
			return theirs->nr_args >= shorter[i].least;
	return false;
}

/* The argument of clone that has this name; empty if it is left out. */
static struct piece labelled(const struct line *l, const char *name)
{
	struct piece p;
	unsigned int i;

	for (i = 0; i < l->nr_args; i++) {
		p = l->args[i];
		if (starts_with(p, name) && p.start[strlen(name)] == '=') {
			p.start += strlen(name) + 1;
			return p;
		}
	}
	return (struct piece){ NULL, NULL };
}

/* Bring the arguments of @theirs into the kernel's order. */
static void reorder(struct line *theirs)
{
	struct line as_shown = *theirs;
	unsigned int i;

	/* strace decodes what the stack holds; the call itself has no arguments. */
	if (is(theirs->name, "rt_sigreturn") || is(theirs->name, "restart_syscall"))
		theirs->nr_args = 0;
	/* Two halves of a position are one number; FUTEX_WAIT_BITSET has no uaddr2. */
	if ((is(theirs->name, "preadv2") || is(theirs->name, "pwritev2") ||
	     is(theirs->name, "futex")) && theirs->nr_args == 5) {
		theirs->args[5] = theirs->args[4];
		theirs->args[4] = (struct piece){ NULL, NULL };
		theirs->nr_args = 6;
	}
	if (!is(theirs->name, "clone"))
		return;
	theirs->nr_args = ARRAY_SIZE(clone_args);
	for (i = 0; i < theirs->nr_args; i++)
		theirs->args[i] = labelled(&as_shown, clone_args[i]);
}

/* ------------------------------- comparing -------------------------------- */

/* What the call wrote to argument @i, from "ok N, ARG DATA, ARG DATA". */
static struct piece written(const struct line *ours, unsigned int i)
{
	struct piece parts[MAX_ARGS];
	unsigned int a, n = split(ours->result, parts, MAX_ARGS);

	for (a = 1; a < n; a++) {
		if (strtoul(parts[a].start, NULL, 10) == i + 1) {
			parts[a].start = find_outside(parts[a].start, parts[a].end, " ");
			return trim(parts[a]);
		}
	}
	return (struct piece){ NULL, NULL };
}

/*
 * Our string is memory and strace's group says what it means. Most of that is
 * beyond this program; but arrays of 32-bit numbers are compared. @after: the
 * memory is as the call left it.
 */
static bool same_array(struct piece ours, struct piece theirs, bool after)
{
	static struct bytes b;
	struct piece parts[64];
	unsigned int i, n;

	unescape(ours, &b);
	n = split(inside(theirs), parts, 64);
	if (!starts_with(theirs, "[") || !n || b.len != 4 * n)
		return true;
	for (i = 0; i < n; i++) {
		unsigned long long value;
		unsigned int have;
		char *arrow = memmem(parts[i].start, parts[i].end - parts[i].start, " => ", 4);

		/* "before => after" */
		if (arrow && after)
			parts[i].start = arrow + 4;
		else if (arrow)
			parts[i].end = arrow;
		memcpy(&have, b.data + 4 * i, 4);
		if (!number(parts[i], &value))
			return true;
		if (!same_numbers(have, value))
			return false;
	}
	return true;
}

static bool same_lists(struct piece ours, struct piece theirs);

/* An element of one of our lists, and what strace has there. */
static bool same_element(struct piece ours, struct piece theirs)
{
	struct piece base;

	if (is_string(ours) && is_string(theirs))
		return same_strings(ours, theirs);
	if (starts_with(theirs, "{msg_hdr="))
		return same_element(ours, field(theirs, "msg_hdr"));
	/* A msghdr: ours has its name, its buffers, its control data. */
	if (starts_with(ours, "{")) {
		struct piece parts[3];

		base = field(theirs, "msg_iov");
		return split(inside(ours), parts, 3) == 3 &&
		       (is_empty(base) || same_lists(parts[1], base));
	}
	/* An iovec; what strace decodes is compared as present. */
	if (starts_with(theirs, "{iov_base=")) {
		base = field(theirs, "iov_base");
		return !is_string(base) || !is_string(ours) || same_strings(ours, base);
	}
	return is_group(theirs) || same_text(ours, theirs);
}

/* Arrays of strings, of buffers and of messages, as far as both show them. */
static bool same_lists(struct piece ours, struct piece theirs)
{
	static struct piece a[3][MAX_ELEMENTS], b[3][MAX_ELEMENTS];
	static unsigned int depth;
	unsigned int i, n, m;
	bool same = true;

	if (starts_with(ours, "{") || !is_group(ours))
		return same_element(ours, theirs);
	n = split(inside(ours), a[depth], MAX_ELEMENTS);
	m = split(inside(theirs), b[depth], MAX_ELEMENTS);
	for (i = 0; same && i < n && i < m; i++) {
		if (is(a[depth][i], "...") || is(b[depth][i], "..."))
			return true;
		depth++;
		same = same_element(a[depth - 1][i], b[depth - 1][i]);
		depth--;
	}
	return same && (n == m || (i < n && is(a[depth][i], "...")) ||
			(i < m && is(b[depth][i], "...")));
}

/* strace shows a string where ours is an address: what the call wrote. */
static bool same_output(const struct line *ours, struct piece wrote, struct piece theirs)
{
	static struct bytes a, b;

	unescape(theirs, &b);
	/* Nothing was written. */
	if (!wrote.start)
		return !b.len;
	if (!is_string(wrote))
		return false;
	unescape(wrote, &a);
	/* strace ends some strings at the NUL that the kernel wrote, too. */
	if ((is(ours->name, "getcwd") || is(ours->name, "prctl") || is(ours->name, "ioctl")) &&
	    !b.more && a.len > b.len && !a.data[b.len])
		a.len = b.len;
	return same_bytes(&a, &b);
}

/* strace shows a struct or an array. */
static bool same_group(struct piece mine, struct piece wrote, struct piece theirs)
{
	if (is_group(mine))
		return same_lists(mine, theirs);
	if (is_string(mine))
		return same_array(mine, theirs, false) &&
		       (!wrote.start || !is_string(wrote) || same_array(wrote, theirs, true));
	/* Ours is an address: what the call wrote must be there, unless nothing. */
	if (!wrote.start)
		return is_empty(inside(theirs));
	if (is_group(wrote))
		return same_lists(wrote, theirs);
	return is_string(wrote) && same_array(wrote, theirs, true);
}

static bool same_arg(const struct line *ours, unsigned int i, struct piece theirs)
{
	struct piece mine = ours->args[i], wrote = written(ours, i);
	unsigned long long a, b;

	/* The program ended in the middle of what strace prints. */
	if (starts_with(theirs, "<unfinished"))
		return true;
	if (is_group(theirs))
		return same_group(mine, wrote, theirs);
	if (is_string(theirs))
		return is_string(mine) ? same_strings(mine, theirs) :
		       same_output(ours, wrote, theirs);
	/* strace has a number. */
	if (!number(theirs, &b))
		return false;
	if (number(mine, &a))
		return same_numbers(a, b);
	/* Ours is memory that strace does not decode; it shows where it is. */
	return b >= 4096 && (is_string(mine) || is_group(mine));
}

static bool same_args(const struct line *ours, const struct line *theirs)
{
	unsigned int i;

	if (ours->nr_args != theirs->nr_args && !may_be_shorter(ours, theirs) &&
	    !(theirs->nr_args && starts_with(theirs->args[theirs->nr_args - 1], "<unfinished")))
		return false;
	for (i = 0; i < theirs->nr_args && i < ours->nr_args; i++)
		if (!is_empty(theirs->args[i]) && !same_arg(ours, i, theirs->args[i]))
			return false;
	return true;
}

/* The first word of @p. */
static struct piece word(struct piece p)
{
	const char *s = p.start;

	while (s < p.end && !isspace((unsigned char)*s) && *s != ',')
		s++;
	return (struct piece){ p.start, s };
}

static struct piece after_word(struct piece p)
{
	return trim((struct piece){ word(p).end, p.end });
}

/* strace adds what a result means, and -1 before the name of an error. */
static bool same_result(struct piece ours, struct piece theirs)
{
	unsigned long long a, b;

	if (is_empty(theirs) || is(theirs, "?"))
		return is_empty(ours);
	if (starts_with(ours, "fail "))
		return (starts_with(theirs, "-1 ") || starts_with(theirs, "? ")) &&
		       same_text(word(after_word(ours)), word(after_word(theirs)));
	return starts_with(ours, "ok ") && number(word(after_word(ours)), &a) &&
	       number(word(theirs), &b) && same_numbers(a, b);
}

static bool same_line(const struct line *ours, const struct line *theirs)
{
	struct line in_order = *theirs;

	reorder(&in_order);
	return same_text(ours->name, theirs->name) && same_args(ours, &in_order) &&
	       same_result(ours->result, theirs->result);
}

/*
 * A stop of ours that nobody had read is withdrawn for a signal's or ptrace's
 * sake, and the call made again: strace sees both, we see the second.
 */
static bool is_withdrawn(const struct line *theirs)
{
	return starts_with(theirs->result, "? ERESTARTNOINTR");
}

/* ------------------------------- whole files ------------------------------ */

static char *read_file(const char *dir, const char *name)
{
	char path[4096], *text = NULL;
	size_t len = 0, size = 0;
	FILE *f;

	snprintf(path, sizeof(path), "%s%s%s", dir, *dir ? "/" : "", name);
	f = fopen(path, "r");
	if (!f) {
		perror(path);
		exit(2);
	}
	do {
		size = size * 2 + 65536;
		text = realloc(text, size);
		len += fread(text + len, 1, size - 1 - len, f);
	} while (len == size - 1);
	text[len] = '\0';
	fclose(f);
	return text;
}

/* The next call; false at the end. */
static bool next_call(char **text, struct line *l, bool (*parse)(const char *, struct line *))
{
	while (**text) {
		char *line = *text;

		*text += strcspn(line, "\n");
		if (**text)
			*(*text)++ = '\0';
		if (parse(line, l))
			return true;
	}
	return false;
}

/* The command; not the helper that becomes it. */
static bool find_exec(char **text, struct line *l, bool (*parse)(const char *, struct line *))
{
	while (next_call(text, l, parse))
		if (is(l->name, "execve") && !strstr(l->text, "\"--become\""))
			return true;
	return false;
}

static void print_difference(const struct line *ours, const struct line *theirs)
{
	printf("# ours:   %s\n# strace: %s\n", ours ? ours->text : "(nothing)",
	       theirs ? theirs->text : "(nothing)");
}

static int compare_texts(char *ours, char *theirs)
{
	struct line a, b;
	bool has_a = find_exec(&ours, &a, parse_ours);
	bool has_b = find_exec(&theirs, &b, parse_strace);
	unsigned int calls = 0, bad = 0;

	while ((has_a || has_b) && bad < 20) {
		if (has_b && is_withdrawn(&b) &&
		    !(has_a && starts_with(a.result, "fail ERESTARTNOINTR"))) {
			has_b = next_call(&theirs, &b, parse_strace);
			continue;
		}
		calls++;
		if (!has_a || !has_b || !same_line(&a, &b)) {
			bad++;
			print_difference(has_a ? &a : NULL, has_b ? &b : NULL);
		}
		/* Not in step any more: all that follows would differ. */
		if (has_a && has_b && !same_text(a.name, b.name))
			break;
		has_a = has_a && next_call(&ours, &a, parse_ours);
		has_b = has_b && next_call(&theirs, &b, parse_strace);
	}
	printf("# %u calls, %u differ without explanation\n", calls, bad);
	return bad || !calls;
}

/* ----------------------------- running a command -------------------------- */

#define PID_FD	100
#define WAIT_FD	101

/* Under strace: say who we are, wait to be traced, become the command. */
static int become(char **args)
{
	pid_t pid = getpid();
	char c;

	fcntl(PID_FD, F_SETFD, FD_CLOEXEC);
	fcntl(WAIT_FD, F_SETFD, FD_CLOEXEC);
	if (write(PID_FD, &pid, sizeof(pid)) != sizeof(pid) || read(WAIT_FD, &c, 1) != 1)
		return 98;
	/* No search for it: that would be calls that strace counts, too. */
	execv(args[0], args + 1);
	return 127;
}

static void exec_strace(const char *dir, const char *program, char **args)
{
	char *argv[256] = { "strace", "-X", "raw", "-s", "256", "-o" };
	char file[4096], self[4096] = "", out[4096];
	int n = 6, fd;

	snprintf(file, sizeof(file), "%s/strace", dir);
	snprintf(out, sizeof(out), "%s/out", dir);
	fd = open(out, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	dup2(fd, 1);
	dup2(fd, 2);
	close(fd);
	if (readlink("/proc/self/exe", self, sizeof(self) - 1) < 0)
		_exit(97);
	argv[n++] = file;
	argv[n++] = self;
	argv[n++] = "--become";
	argv[n++] = (char *)program;
	/* The name that the command is called by comes after the file it is in. */
	while (*args && n < 255)
		argv[n++] = *args++;
	execvp("strace", argv);
	_exit(97);
}

static const char *hear(int fd)
{
	static char text[300000];
	ssize_t len = read(fd, text, sizeof(text) - 1);

	if (len > 0 && text[len - 1] == '\n')
		len--;
	text[len > 0 ? len : 0] = '\0';
	return text;
}

static bool say(int fd, const char *line)
{
	return write(fd, line, strlen(line)) == (ssize_t)strlen(line);
}

/* Answer all stops; write calls and their results to @f. */
static void record(int fd, FILE *f)
{
	bool open = false;

	for (;;) {
		const char *text = hear(fd);

		if (!*text)
			break;
		if (!strncmp(text, "ok ", 3) || !strncmp(text, "fail ", 5)) {
			fprintf(f, " = %s", text);
			say(fd, "cont\n");
		} else {
			fprintf(f, "%s%s", open ? "\n" : "", text);
			open = true;
			say(fd, "step\n");
		}
	}
	fprintf(f, "\n");
}

static FILE *create(const char *dir, const char *name)
{
	char path[4096];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "w");
	if (!f) {
		perror(path);
		exit(2);
	}
	return f;
}

static const char *find_program(const char *name)
{
	static char path[4096];
	const char *dirs = getenv("PATH") ?: "/bin:/usr/bin";

	if (strchr(name, '/'))
		return name;
	for (; *dirs; dirs += !!*dirs) {
		int len = strcspn(dirs, ":");

		snprintf(path, sizeof(path), "%.*s/%s", len, dirs, name);
		if (!access(path, X_OK))
			return path;
		dirs += len;
	}
	fprintf(stderr, "%s: not found\n", name);
	exit(2);
}

static pid_t start_strace(const char *dir, char **args, int *pid_fd, int *wait_fd)
{
	const char *program = find_program(args[0]);
	int up[2], down[2];
	pid_t pid;

	if (pipe2(up, O_CLOEXEC) || pipe2(down, O_CLOEXEC)) {
		perror("pipe");
		exit(2);
	}
	pid = fork();
	if (!pid) {
		dup2(up[1], PID_FD);
		dup2(down[0], WAIT_FD);
		exec_strace(dir, program, args);
	}
	close(up[1]);
	close(down[0]);
	*pid_fd = up[0];
	*wait_fd = down[1];
	return pid;
}

static int run(const char *dir, char **args)
{
	pid_t strace, pid;
	int pid_fd, wait_fd, fd;
	char path[64];
	FILE *f = create(dir, "ours");

	strace = start_strace(dir, args, &pid_fd, &wait_fd);
	if (read(pid_fd, &pid, sizeof(pid)) != sizeof(pid)) {
		fprintf(stderr, "strace did not start\n");
		return 2;
	}
	snprintf(path, sizeof(path), "/proc/%d/task/%d/syscall", pid, pid);
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0 || !say(fd, "limit 256\nout on\ntrace all\n")) {
		perror("trace");
		kill(pid, SIGKILL);
		return 2;
	}
	if (write(wait_fd, "g", 1) != 1)
		perror("gate");
	record(fd, f);
	fclose(f);
	close(fd);
	waitpid(strace, NULL, 0);
	return compare_texts(read_file(dir, "ours"), read_file(dir, "strace"));
}

int main(int argc, char **argv)
{
	if (argc > 3 && !strcmp(argv[1], "--become"))
		return become(argv + 2);
	/* A program that hangs is an error, too. */
	alarm(120);
	if (argc == 4 && !strcmp(argv[1], "--files"))
		return compare_texts(read_file("", argv[2]), read_file("", argv[3]));
	if (argc > 2 && argv[1][0] != '-')
		return run(argv[1], argv + 2);
	fprintf(stderr, "usage: %s DIR COMMAND [ARGUMENT ...]\n", argv[0]);
	return 2;
}
