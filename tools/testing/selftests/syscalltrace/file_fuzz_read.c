// SPDX-License-Identifier: GPL-2.0
/*
 * How a fuzzer reads: text, packed records, and by SYSCALL_TRACE_EXCHANGE.
 */

#include <sys/ioctl.h>

#include "file_fuzz_fuzzer.h"

/* Whoever waits must not wait for ever. */
void set_alarm(unsigned int ms)
{
	const struct itimerval t = {
		.it_value.tv_usec = ms * 1000, .it_interval.tv_usec = ms * 1000,
	};

	setitimer(ITIMER_REAL, &t, NULL);
}

static void take_packed(struct slot *slot, const char *bytes, size_t len, long expected)
{
	const char *wrong;
	struct seen seen;
	size_t pos = 0;
	long n = 0;

	for (; pos < len; n++) {
		const struct syscall_trace_record *r = (const void *)(bytes + pos);

		wrong = parse_packed(r, len - pos, &seen);
		if (wrong)
			found("record %ld at %zu of %zu: %s", n, pos, len, wrong);
		doing("read %d: type %u thread %u id %lu nr %u ret %ld", slot->fd, seen.type,
		      seen.tid, seen.id, r->nr, seen.ret);
		slot->file->line_asked = slot->file->asked;
		model_seen(slot->file, &seen);
		pos += r->size;
	}
	if (expected >= 0 && n != expected)
		found("%ld records, and it says %ld", n, expected);
}

/* More of a line; what is whole is looked at. */
static void take_text(struct slot *slot, const char *bytes, size_t len)
{
	struct file *f = slot->file;
	const char *wrong;
	struct seen seen;

	if (f->line_len + len + 1 > f->line_size) {
		f->line_size = 2 * (f->line_len + len + 1);
		f->line = realloc(f->line, f->line_size);
	}
	if (!f->line_len) {
		f->line_tid = has_tids(f);
		f->line_asked = f->asked;
	}
	memcpy(f->line + f->line_len, bytes, len);
	f->line_len += len;
	if (memchr(bytes, '\n', len) != (len ? bytes + len - 1 : NULL)) {
		if (memchr(bytes, '\n', len))
			found("more than a line: %.*s", (int)len, bytes);
		doing("read %d: %zu bytes of a line", slot->fd, len);
		return;
	}
	f->line[f->line_len - 1] = '\0';
	f->line_len = 0;
	wrong = parse_line(f->line, f->line_tid, &seen);
	doing("read %d: %.150s", slot->fd, f->line);
	if (wrong)
		found("%s: %.1000s", wrong, f->line);
	model_seen(f, &seen);
	if (seen.type == SYSCALL_TRACE_ENTRY && percent(8))
		rewrite_same(slot, &seen);
}

/* A console says what others make of it, and a file of old says something else. */
static void read_loosely(struct slot *slot)
{
	struct file *f = slot->file;
	struct seen seen;
	ssize_t len = read(slot->fd, room, ROOM - 1);

	doing("read %d = %zd", slot->fd, len < 0 ? -errno : len);
	if (len < 0 && !is_documented(errno))
		found("read gives %s", strerrorname_np(errno));
	if (len <= 0 || f->what != WHAT_TRACER)
		return;
	/* In which form is it? */
	room[len] = '\0';
	if (room[len - 1] != '\n')
		return;
	room[len - 1] = '\0';
	f->nr_stops = 0;
	if ((!parse_line(room, true, &seen) || !parse_line(room, false, &seen)))
		model_seen(f, &seen);
}

static size_t any_size(void)
{
	switch (below(6)) {
	case 0:
		return 1 + below(8);
	case 1:
		return 1 + below(200);
	case 2:
		return 112 + below(100);
	default:
		return ROOM;
	}
}

static void read_some(struct slot *slot)
{
	struct file *f = slot->file;
	size_t size = any_size();
	bool blocking = !(fcntl(slot->fd, F_GETFL) & O_NONBLOCK);
	ssize_t len;

	if (!is_strict(f)) {
		set_alarm(20);
		read_loosely(slot);
		set_alarm(0);
		return;
	}
	if (f->many && !f->packed && f->nr_stops)
		return;
	if (blocking)
		set_alarm(20);
	len = read(slot->fd, room, size);
	if (blocking)
		set_alarm(0);
	if (len < 0 && errno == EMSGSIZE && f->packed && size < ROOM)
		return;
	if (len <= 0) {
		doing("read %d %zu bytes = %zd", slot->fd, size, len < 0 ? -errno : len);
		if (f->line_len)
			found("read gives %d in the middle of a line", errno);
		model_read_failed(f, len < 0 ? errno : 0);
		return;
	}
	if ((size_t)len > size)
		found("read of %zu bytes gives %zd", size, len);
	if (f->packed)
		take_packed(slot, room, len, -1);
	else
		take_text(slot, room, len);
}

void step_read(void)
{
	struct slot *slot = any_slot();

	if (slot && slot->file->what != WHAT_WRITER)
		read_some(slot);
}

/* What cannot be stored is not lost. */
void step_read_badly(void)
{
	struct slot *slot = any_tracer();
	struct file *f;
	int i;

	if (!slot || !is_strict(slot->file) || !(fcntl(slot->fd, F_GETFL) & O_NONBLOCK))
		return;
	f = slot->file;
	if (f->many && !f->packed)
		return;
	for (i = 0; i < 3; i++) {
		ssize_t len = read(slot->fd, bad_address(), 1000);

		doing("read %d to a bad address = %zd", slot->fd, len < 0 ? -errno : len);
		if (len > 0)
			found("a bad address can be read to");
		if (!len)
			return;
		if (i && !f->packed && errno != EFAULT)
			found("what could not be stored is lost: %d", errno);
		if (errno != EFAULT && errno != EAGAIN && errno != ESRCH && errno != EMSGSIZE)
			found("a bad address gives %s", strerrorname_np(errno));
		if (errno != EFAULT)
			return;
	}
	/* In text it is half read then, of no bytes. */
	if (!f->packed) {
		ssize_t len = read(slot->fd, room, ROOM);

		if (len <= 0)
			found("what could not be stored is lost: %d", errno);
		take_text(slot, room, len);
	}
}

/* Answer what is out, and read what there is, of one file. */
static void serve(struct slot *slot, int events)
{
	struct file *f = slot->file;
	int before;

	do {
		before = f->nr_stops;
		if (before && percent(90))
			answer_one(slot);
	} while (f->nr_stops < before);
	if (events & POLLIN)
		read_some(slot);
}

/* Serve all files, for a while: so that programs get somewhere. */
void step_serve(void)
{
	struct pollfd p[MAX_FDS];
	int i, n = below(60);

	while (n--) {
		for (i = 0; i < MAX_FDS; i++) {
			struct file *f = slots[i].file;
			bool ours = f && f->what == WHAT_TRACER && f->armed && !f->gone;

			p[i] = (struct pollfd){ .fd = ours ? slots[i].fd : -1, .events = POLLIN };
			/* What was answered may come again at once. */
			if (ours && f->nr_stops)
				serve(&slots[i], 0);
		}
		if (poll(p, MAX_FDS, 5) <= 0)
			return;
		for (i = 0; i < MAX_FDS; i++)
			if (p[i].revents && slots[i].file)
				serve(&slots[i], p[i].revents);
		world->steps++;
		kcov_gather();
	}
}

void step_poll(void)
{
	struct slot *slot = any_tracer();
	struct pollfd p = { .events = POLLIN | POLLPRI | POLLOUT };
	int i;

	if (!slot)
		return;
	p.fd = slot->fd;
	poll(&p, 1, percent(50) ? 0 : below(20));
	doing("poll %d = %#x", slot->fd, p.revents);
	model_polled(slot->file, p.revents);
	if (!is_strict(slot->file) || !(fcntl(slot->fd, F_GETFL) & O_NONBLOCK) ||
	    (slot->file->many && !slot->file->packed))
		return;
	/* Once in a while a stop is withdrawn in between, but not again and again. */
	for (i = 0; i < 100; i++) {
		poll(&p, 1, 0);
		if (!(p.revents & POLLIN))
			return;
		if (slot->file->packed || read(slot->fd, room, 0) < 0)
			break;
		ssize_t len = read(slot->fd, room, ROOM);

		if (len >= 0 || errno != EAGAIN) {
			if (len > 0)
				take_text(slot, room, len);
			else
				model_read_failed(slot->file, len < 0 ? errno : 0);
			return;
		}
	}
	if (i == 100)
		found("poll says POLLIN and read EAGAIN, again and again");
}

/* ---------------------------------- exchange ------------------------------ */

static int fill_answers(struct file *f, struct batch *b, const char *verbs[], int max)
{
	long value;
	int n;

	b->len = 0;
	for (n = 0; n < max && n < f->nr_stops && f->stops[n].seen.id; n++) {
		verbs[n] = choose_verb(f, &f->stops[n], &value);
		add_packed(b, &f->stops[n], verbs[n], value);
	}
	return n;
}

/* The first @taken of @n answers took effect, the next one did not. */
static void exchanged(struct file *f, const char *verbs[], int n, int taken, int err)
{
	int i;

	for (i = 0; i < taken; i++)
		model_answered(f, 0, verbs[i], 0);
	if (taken < n && f->nr_stops)
		model_answered(f, 0, verbs[taken], err);
}

void step_exchange(void)
{
	static const long timeouts[] = { 0, 0, 1, 1000000, 20000000, -1 };
	static struct batch b;
	struct slot *slot = any_tracer();
	const char *verbs[4];
	struct syscall_trace_exchange x = { };
	struct file *f;
	int n, ret, err, taken;

	if (!slot || !is_strict(slot->file))
		return;
	f = slot->file;
	if (!f->packed && (f->nr_stops && !f->many))
		return;
	n = fill_answers(f, &b, verbs, below(5));
	x.answers = (uintptr_t)b.words;
	x.answers_len = b.len;
	x.records = (uintptr_t)room;
	x.records_len = any_size();
	x.timeout = timeouts[below(ARRAY_SIZE(timeouts))];
	set_alarm(20);
	ret = ioctl(slot->fd, SYSCALL_TRACE_EXCHANGE, &x);
	err = errno;
	set_alarm(0);
	doing("exchange %d: %d answers, timeout %lld = %d, %u of %zu bytes, %u bytes", slot->fd, n,
	      x.timeout, ret < 0 ? -err : ret, x.answers_len, b.len, x.records_len);
	if (ret < 0 && err == EBUSY && f->line_len && !f->packed)
		return;
	if (ret < 0 && f->line_len)
		found("exchange gives %s, and a line is half read", strerrorname_np(err));
	f->many = true;
	taken = x.answers_len / SYSCALL_TRACE_ANSWER_SHORT;
	if (taken > n || x.answers_len % SYSCALL_TRACE_ANSWER_SHORT)
		found("exchange takes %u bytes of %zu", x.answers_len, b.len);
	exchanged(f, verbs, n, taken, ret < 0 ? err : ESRCH);
	if (taken < n)
		return;
	if (ret > 0)
		take_packed(slot, room, x.records_len, ret);
	else if (ret < 0 && err == EMSGSIZE)
		return;
	else
		model_read_failed(f, ret < 0 ? err : 0);
}

void step_exchange_badly(void)
{
	struct slot *slot = any_slot();
	struct syscall_trace_exchange x = { .flags = 1 };
	void *arg;
	int err;

	if (!slot)
		return;
	arg = percent(50) ? (void *)bad_address() : &x;
	err = ioctl(slot->fd, SYSCALL_TRACE_EXCHANGE, arg) ? errno : 0;
	doing("exchange %d badly = %d", slot->fd, err);
	if (slot->file->what == WHAT_TRACER && err != EFAULT && err != EINVAL)
		found("a bad exchange gives %d", err);
	if (slot->file->what != WHAT_TRACER && err != EBADF && err != ENOTTY)
		found("an exchange with a console gives %d", err);
}
