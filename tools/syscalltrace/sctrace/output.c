// SPDX-License-Identifier: GPL-2.0-only
/*
 * Lines: what stands before them, where they go, and when they are written.
 *
 * What is written to a terminal is written at once. All else is kept until there is much
 * of it, until nothing more is to be read, or until the end.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "sctrace.h"

#define ENOUGH	(64U << 10)

bool output_is_terminal;

static int out_fd = 2;
static struct text out;
static pid_t pipe_pid;
static struct thread *printing;	/* whose line is not complete */
static struct thread *buckets[256];
static unsigned int count;

/* ---------------------------------- threads ------------------------------- */

static struct thread *look_up(pid_t tid)
{
	struct thread *th;

	for (th = buckets[tid & 255]; th; th = th->next)
		if (th->tid == tid)
			return th;
	return NULL;
}

bool is_known(pid_t tid)
{
	return look_up(tid);
}

struct thread *find_thread(pid_t tid)
{
	struct thread **b = &buckets[tid & 255], *th = look_up(tid);

	if (th)
		return th;
	th = calloc(1, sizeof(*th));
	if (!th)
		die("out of memory");
	th->tid = tid;
	th->fd = -1;
	th->old_namelen = -1;
	th->next = *b;
	*b = th;
	count++;
	return th;
}

struct thread *next_thread(struct thread *th)
{
	unsigned int i;

	if (th && th->next)
		return th->next;
	for (i = th ? (th->tid & 255) + 1 : 0; i < 256; i++)
		if (buckets[i])
			return buckets[i];
	return NULL;
}

unsigned int nr_threads(void)
{
	return count;
}

/* ---------------------------------- writing ------------------------------- */

/* A file of ours, in which nobody else has written behind us */
static bool ends_at(int fd, off_t pos)
{
	struct stat st;

	return opt.output && pos >= 0 && !fstat(fd, &st) && S_ISREG(st.st_mode) &&
	       st.st_size == pos;
}

/* Disk full, or nobody reads. What is in the file stays whole lines. */
static void __attribute__((noreturn)) output_failed(int fd, const char *start, const char *end)
{
	const char *line = memrchr(start, '\n', end - start);
	int err = errno;
	off_t pos = lseek(fd, 0, SEEK_CUR);

	if (line && ends_at(fd, pos) && ftruncate(fd, pos - (end - line - 1)))
		err = errno;
	if (err == EPIPE)
		raise_signal(SIGPIPE);
	die("output: %s: make room, or choose another file with -o", strerror(err));
}

static void write_all(int fd, const char *data, size_t len)
{
	const char *start = data;

	while (len) {
		ssize_t n = write(fd, data, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			output_failed(fd, start, data);
		data += n;
		len -= n;
	}
}

static void write_out(int fd, struct text *t)
{
	write_all(fd, t->data, t->len);
	t->len = 0;
}

static struct text *text_of(struct thread *th)
{
	return opt.separate && th ? &th->out : &out;
}

static int open_file(const char *name)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_CLOEXEC | (opt.append ? O_APPEND : O_TRUNC),
		      0666);

	if (fd < 0)
		die("%s: %s: choose another file with -o", name, strerror(errno));
	return fd;
}

static int fd_of(struct thread *th)
{
	char name[4200];

	if (!opt.separate || !th)
		return out_fd;
	if (th->fd < 0) {
		snprintf(name, sizeof(name), "%s.%d", opt.output, th->tid);
		th->fd = open_file(name);
	}
	return th->fd;
}

void flush_output(void)
{
	struct thread *th = NULL;

	if (out.len)
		write_out(out_fd, &out);
	if (!opt.separate)
		return;
	while ((th = next_thread(th)))
		if (th->out.len)
			write_out(fd_of(th), &th->out);
}

static void written(struct thread *th)
{
	struct text *t = text_of(th);

	if (t->len >= ENOUGH || output_is_terminal || opt.live)
		write_out(fd_of(th), t);
}

void drop_thread(pid_t tid)
{
	struct thread **p = &buckets[tid & 255], *th;

	while (*p && (*p)->tid != tid)
		p = &(*p)->next;
	th = *p;
	if (!th)
		return;
	if (th->open)
		end_line(th);
	if (th->out.len)
		write_out(fd_of(th), &th->out);
	if (th->fd >= 0)
		close(th->fd);
	*p = th->next;
	free(th->out.data);
	free(th->line.data);
	free(th->remark.data);
	free(th->entry);
	free(th);
	count--;
}

/* "-o |command" */
static void open_pipe(const char *command)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC))
		die("pipe: %s", strerror(errno));
	pipe_pid = fork();
	if (pipe_pid < 0)
		die("fork: %s", strerror(errno));
	if (!pipe_pid) {
		own_signals_back();
		dup2(ends[0], 0);
		execl("/bin/sh", "sh", "-c", command, NULL);
		_exit(127);
	}
	close(ends[0]);
	out_fd = ends[1];
}

void open_output(void)
{
	if (!opt.output) {
		/* The program may close or redirect ours. */
		out_fd = fcntl(2, F_DUPFD_CLOEXEC, 100);
		if (out_fd < 0)
			out_fd = 2;
	} else if (*opt.output == '|' || *opt.output == '!') {
		open_pipe(opt.output + 1);
	} else if (!opt.separate) {
		out_fd = open_file(opt.output);
	}
	output_is_terminal = isatty(out_fd);
}

void close_output(void)
{
	struct thread *th = NULL;

	while ((th = next_thread(th)))
		if (th->open)
			end_line(th);
	flush_output();
	while ((th = next_thread(th)))
		if (th->fd >= 0) {
			close(th->fd);
			th->fd = -1;
		}
	if (!pipe_pid)
		return;
	close(out_fd);
	waitpid(pipe_pid, NULL, 0);
}

/* ------------------------------ what stands before ------------------------ */

uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

static uint64_t wall_clock(uint64_t time)
{
	struct timespec real;

	clock_gettime(CLOCK_REALTIME, &real);
	return real.tv_sec * 1000000000ULL + real.tv_nsec - now_ns() + time;
}

static void put_fraction(struct text *t, uint64_t ns, unsigned int digits)
{
	unsigned int i;

	if (!digits)
		return;
	for (i = digits; i < 9; i++)
		ns /= 10;
	put_f(t, ".%0*llu", (int)digits, (unsigned long long)ns);
}

void put_clock(struct text *t, uint64_t time)
{
	uint64_t wall = wall_clock(time);
	time_t sec = wall / 1000000000;
	char buf[32];
	struct tm tm;

	if (opt.clock == TIME_UNIX) {
		put_uint(t, sec);
	} else {
		localtime_r(&sec, &tm);
		strftime(buf, sizeof(buf), "%H:%M:%S", &tm);
		put_s(t, buf);
	}
	put_fraction(t, wall % 1000000000, opt.clock_digits);
}

static void put_relative(struct text *t, uint64_t time)
{
	static uint64_t last;
	uint64_t since = last && time > last ? time - last : 0;

	last = time;
	put_f(t, "%s%6llu", opt.clock ? "(+" : "", (unsigned long long)(since / 1000000000));
	put_fraction(t, since % 1000000000, opt.relative_digits);
	put_s(t, opt.clock ? ") " : " ");
}

static void read_comm(struct thread *th)
{
	char path[32];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/comm", th->tid);
	f = fopen(path, "re");
	if (!f)
		return;
	if (fgets(th->comm, sizeof(th->comm), f))
		th->comm[strcspn(th->comm, "\n")] = 0;
	fclose(f);
}

static void put_number(struct text *t, struct thread *th)
{
	put_int(t, th->tid);
	if (!opt.comm)
		return;
	read_comm(th);
	put_c(t, '<');
	put_safe(t, th->comm);
	put_c(t, '>');
}

static void put_leader(struct text *t, struct thread *th, uint64_t time)
{
	size_t start = t->len;

	if (opt.output && !opt.separate && (opt.follow || opt.nr_pids > 1)) {
		put_number(t, th);
		while (t->len < start + 5)
			put_c(t, ' ');
		put_c(t, ' ');
	} else if (!opt.output && count > 1) {
		put_s(t, "[pid ");
		if (!opt.comm)
			put_f(t, "%5d", th->tid);
		else
			put_number(t, th);
		put_s(t, "] ");
	}
	if (opt.clock) {
		put_clock(t, time);
		put_c(t, ' ');
	}
	if (opt.relative)
		put_relative(t, time);
	if (opt.number)
		put_f(t, "[%4u] ", th->last_nr);
}

/* ----------------------------------- lines -------------------------------- */

void break_line(struct thread *th)
{
	if (!th || !th->open)
		return;
	put_s(text_of(th), " <unfinished ...>\n");
	th->open = false;
	if (printing == th)
		printing = NULL;
}

void put_line(struct thread *th, uint64_t time, const struct text *line, size_t result)
{
	struct text *t = text_of(th);
	size_t start;

	break_line(opt.separate ? th : printing);
	start = t->len;
	if (!opt.json)
		put_leader(t, th, time);
	put_mem(t, line->data, result);
	while (result && t->len - start < opt.column)
		put_c(t, ' ');
	put_mem(t, line->data + result, line->len - result);
	put_c(t, '\n');
	written(th);
}

size_t begin_line(struct thread *th, uint64_t time)
{
	struct text *t = text_of(th);
	size_t start;

	break_line(opt.separate ? th : printing);
	start = t->len;
	put_leader(t, th, time);
	th->open = true;
	if (!opt.separate)
		printing = th;
	return t->len - start;
}

void add_line(struct thread *th, const char *data, size_t len)
{
	put_mem(text_of(th), data, len);
	written(th);
}

void end_line(struct thread *th)
{
	put_c(text_of(th), '\n');
	th->open = false;
	written(th);
	if (printing == th)
		printing = NULL;
}

/* For messages: they begin at a new line of the terminal. */
void leave_line(void)
{
	break_line(printing);
	flush_output();
}
