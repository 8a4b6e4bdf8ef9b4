// SPDX-License-Identifier: GPL-2.0-only
/*
 * Waiting for descriptors: poll, select, epoll.
 */
#include <poll.h>
#include <string.h>
#include <sys/epoll.h>
#include "consts.gen.h"
#include "sctrace.h"

/* ----------------------------------- poll --------------------------------- */

static bool comes_to_limit(const struct call *c, unsigned int n)
{
	return abbreviated(c) && n >= opt.string_limit;
}

void p_pollfds(struct text *t, struct call *c, unsigned int arg, const void *param)
{
	size_t len;
	const struct pollfd *p = in_data(c, arg, &len);
	unsigned int i, nr = c->args[arg + 1];

	(void)param;
	if (!nr && c->args[arg]) {
		put_s(t, "[]");
		return;
	}
	if (!p) {
		put_addr(t, c->args[arg]);
		return;
	}
	put_c(t, '[');
	for (i = 0; i < nr; i++) {
		if (i)
			put_s(t, ", ");
		if (comes_to_limit(c, i) || (i + 1) * sizeof(*p) > len) {
			put_s(t, "...");
			break;
		}
		put_s(t, "{fd=");
		put_fd(t, c, p[i].fd);
		if (p[i].fd >= 0) {
			put_s(t, ", events=");
			put_flags(t, &sym_poll_events, (uint16_t)p[i].events);
		}
		put_c(t, '}');
	}
	put_c(t, ']');
}

static void put_ready(struct text *r, struct call *c)
{
	size_t len;
	const struct pollfd *p = out_data(c, 0, &len);
	unsigned int i, n = 0;

	if (!p)
		return;
	put_c(r, '[');
	for (i = 0; (i + 1) * sizeof(*p) <= len; i++) {
		if (!p[i].revents)
			continue;
		if (n)
			put_s(r, ", ");
		if (comes_to_limit(c, n++)) {
			put_s(r, "...");
			break;
		}
		put_s(r, "{fd=");
		put_fd(r, c, p[i].fd);
		put_s(r, ", revents=");
		put_flags(r, &sym_poll_events, (uint16_t)p[i].revents);
		put_c(r, '}');
	}
	put_c(r, ']');
}

static void put_left(struct text *r, struct call *c, unsigned int arg, const char *fraction)
{
	const int64_t *left = out_struct(c, arg, 16);

	if (!left)
		return;
	if (r->len)
		put_s(r, ", ");
	put_s(r, "left ");
	put_timespec(r, left, fraction);
}

static void use_remark(struct call *c)
{
	if (!c->remark->len)
		return;
	put_c(c->remark, 0);
	c->suffix = c->remark->data;
}

void p_poll_result(struct text *t, struct call *c, unsigned int arg, const void *param)
{
	bool timed = !strcmp(c->name, "ppoll");

	(void)t;
	(void)arg;
	(void)param;
	if (c->failed || !c->remark)
		return;
	c->remark->len = 0;
	if (!c->ret) {
		put_s(c->remark, "Timeout");
	} else {
		put_ready(c->remark, c);
		if (timed)
			put_left(c->remark, c, 2, "nsec");
	}
	use_remark(c);
}

/* ---------------------------------- select -------------------------------- */

static void put_fdset(struct text *t, struct call *c, const unsigned char *set, size_t len)
{
	int fd, nfds = c->args[0], n = 0;

	put_c(t, '[');
	for (fd = 0; fd < nfds && (size_t)fd / 8 < len; fd++) {
		if (!(set[fd / 8] >> (fd % 8) & 1))
			continue;
		if (n++)
			put_c(t, ' ');
		put_fd(t, c, fd);
	}
	put_c(t, ']');
}

void p_fdset(struct text *t, struct call *c, unsigned int arg, const void *param)
{
	size_t len;
	const unsigned char *set = in_data(c, arg, &len);

	(void)param;
	if (set)
		put_fdset(t, c, set, len);
	else if (c->args[arg] && !c->args[0])
		put_s(t, "[]");
	else
		put_addr(t, c->args[arg]);
}

void p_select_sigmask(struct text *t, struct call *c, unsigned int arg, const void *param)
{
	uint64_t set, v[2];
	const uint64_t *p = in_struct(c, arg, sizeof(v));

	(void)param;
	if (!p) {
		put_addr(t, c->args[arg]);
		return;
	}
	put_s(t, "{sigmask=");
	if (p[0] && p[1] == sizeof(set) && read_memory(c, p[0], &set, sizeof(set)))
		put_sigset(t, &set, sizeof(set));
	else
		put_addr(t, p[0]);
	put_f(t, ", sigsetsize=%llu}", (unsigned long long)p[1]);
}

static void note_select(struct call *c, const char *fraction)
{
	static const char * const names[] = { "in ", "out ", "except " };
	struct text *r = c->remark;
	unsigned int i;

	if (c->failed || !r)
		return;
	r->len = 0;
	if (!c->ret) {
		put_s(r, "Timeout");
		use_remark(c);
		return;
	}
	for (i = 0; i < 3; i++) {
		size_t len, j, any = 0;
		const unsigned char *set = out_data(c, i + 1, &len);

		for (j = 0; set && j < len; j++)
			any |= set[j];
		if (!any)
			continue;
		if (r->len)
			put_s(r, ", ");
		put_s(r, names[i]);
		put_fdset(r, c, set, len);
	}
	put_left(r, c, 4, fraction);
	use_remark(c);
}

void p_select_result(struct text *t, struct call *c, unsigned int arg, const void *param)
{
	(void)t;
	(void)arg;
	(void)param;
	note_select(c, "usec");
}

void p_pselect_result(struct text *t, struct call *c, unsigned int arg, const void *param)
{
	(void)t;
	(void)arg;
	(void)param;
	note_select(c, "nsec");
}

/* ----------------------------------- epoll -------------------------------- */

static void put_event(struct text *t, const struct epoll_event *e)
{
	put_s(t, "{events=");
	put_flags(t, &sym_epoll_events, e->events);
	put_f(t, ", data={u32=%u, u64=%llu}}", e->data.u32, (unsigned long long)e->data.u64);
}

void p_epoll_event(struct text *t, struct call *c, unsigned int arg, const void *param)
{
	const struct epoll_event *e = in_struct(c, arg, sizeof(*e));

	(void)param;
	if (e && c->args[1] != EPOLL_CTL_DEL)
		put_event(t, e);
	else
		put_addr(t, c->args[arg]);
}

void p_epoll_events(struct text *t, struct call *c, unsigned int arg, const void *param)
{
	size_t len = 0;
	const struct epoll_event *e = out_data(c, arg, &len);
	int64_t i;

	(void)param;
	if (c->failed || !c->over) {
		put_addr(t, c->args[arg]);
		return;
	}
	if (!e && c->ret) {
		put_addr(t, c->args[arg]);
		return;
	}
	put_c(t, '[');
	for (i = 0; i < c->ret; i++) {
		if (i)
			put_s(t, ", ");
		if (comes_to_limit(c, i) || (i + 1) * sizeof(*e) > len) {
			put_s(t, "...");
			break;
		}
		put_event(t, &e[i]);
	}
	put_c(t, ']');
}
