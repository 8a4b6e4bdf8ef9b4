// SPDX-License-Identifier: GPL-2.0-only
/*
 * Time: timespecs and timevals, timers, clocks.
 */
#include <signal.h>
#include <string.h>
#include <sys/times.h>
#include <time.h>
#include <unistd.h>
#include "consts.gen.h"
#include "sctrace.h"

#define UTIME_NOW_NSEC	0x3fffffff
#define UTIME_OMIT_NSEC	0x3ffffffe

/* @fraction: "nsec" or "usec" */
void put_timespec(struct text *t, const int64_t *ts, const char *fraction)
{
	put_s(t, "{tv_sec=");
	put_int(t, ts[0]);
	put_s(t, ", tv_");
	put_s(t, fraction);
	put_c(t, '=');
	put_int(t, ts[1]);
	put_c(t, '}');
}

/* The date, behind a time that is one. */
void put_time_comment(struct text *t, int64_t sec, uint64_t nsec)
{
	char buf[64], zone[16];
	time_t when = sec;
	struct tm tm;

	if ((!sec && !nsec) || opt.style == STYLE_RAW || nsec > 999999999 ||
	    !localtime_r(&when, &tm))
		return;
	strftime(buf, sizeof(buf), "%FT%T", &tm);
	strftime(zone, sizeof(zone), "%z", &tm);
	if (nsec)
		put_f(t, " /* %s.%09llu%s */", buf, (unsigned long long)nsec, zone);
	else
		put_f(t, " /* %s%s */", buf, zone);
}

static void put_time_or_addr(struct text *t, struct call *c, unsigned int arg, const int64_t *ts,
			     const char *fraction)
{
	if (ts)
		put_timespec(t, ts, fraction);
	else
		put_addr(t, c->args[arg]);
}

void p_timespec(struct text *t, struct call *c, unsigned int arg, const void *param)
{
	(void)param;
	put_time_or_addr(t, c, arg, in_struct(c, arg, 16), "nsec");
}

void p_timeval(struct text *t, struct call *c, unsigned int arg, const void *param)
{
	(void)param;
	put_time_or_addr(t, c, arg, in_struct(c, arg, 16), "usec");
}

void p_timespec_out(struct text *t, struct call *c, unsigned int arg, const void *param)
{
	(void)param;
	put_time_or_addr(t, c, arg, out_struct(c, arg, 16), "nsec");
}

void p_timeval_out(struct text *t, struct call *c, unsigned int arg, const void *param)
{
	(void)param;
	put_time_or_addr(t, c, arg, out_struct(c, arg, 16), "usec");
}

void p_timezone_out(struct text *t, struct call *c, unsigned int arg, const void *param)
{
	const int32_t *tz = out_struct(c, arg, 8);

	(void)param;
	if (tz)
		put_f(t, "{tz_minuteswest=%d, tz_dsttime=%d}", tz[0], tz[1]);
	else
		put_addr(t, c->args[arg]);
}

/* What is left to sleep is written only if a signal came. */
void p_remaining(struct text *t, struct call *c, unsigned int arg, const void *param)
{
	const int64_t *ts = out_struct(c, arg, 16);
	int64_t buf[2];

	(void)param;
	if (!ts && c->failed && (c->ret == -516 || c->ret == -4) && c->args[arg] && is_native(c) &&
	    read_memory(c, c->args[arg], buf, sizeof(buf)))
		ts = buf;
	put_time_or_addr(t, c, arg, ts, "nsec");
}

void p_time_out(struct text *t, struct call *c, unsigned int arg, const void *param)
{
	const int64_t *v = out_struct(c, arg, 8);

	(void)param;
	if (v) {
		put_f(t, "[%lld", (long long)*v);
		put_time_comment(t, *v, 0);
		put_c(t, ']');
	} else {
		put_addr(t, c->args[arg]);
	}
}

/* ------------------------------- pairs of times --------------------------- */

static void put_interval(struct text *t, struct call *c, unsigned int arg, const int64_t *v,
			 const char *fraction)
{
	if (!v) {
		put_addr(t, c->args[arg]);
		return;
	}
	put_s(t, "{it_interval=");
	put_timespec(t, v, fraction);
	put_s(t, ", it_value=");
	put_timespec(t, v + 2, fraction);
	put_c(t, '}');
}

void p_itimerval(struct text *t, struct call *c, unsigned int arg, const void *param)
{
	(void)param;
	put_interval(t, c, arg, in_struct(c, arg, 32), "usec");
}

void p_itimerval_out(struct text *t, struct call *c, unsigned int arg, const void *param)
{
	(void)param;
	put_interval(t, c, arg, out_struct(c, arg, 32), "usec");
}

void p_itimerspec(struct text *t, struct call *c, unsigned int arg, const void *param)
{
	(void)param;
	put_interval(t, c, arg, in_struct(c, arg, 32), "nsec");
}

void p_itimerspec_out(struct text *t, struct call *c, unsigned int arg, const void *param)
{
	(void)param;
	put_interval(t, c, arg, out_struct(c, arg, 32), "nsec");
}

static void put_utime(struct text *t, const int64_t *ts)
{
	if (ts[1] == UTIME_NOW_NSEC && opt.style == STYLE_ABBREV) {
		put_s(t, "UTIME_NOW");
		return;
	}
	if (ts[1] == UTIME_OMIT_NSEC && opt.style == STYLE_ABBREV) {
		put_s(t, "UTIME_OMIT");
		return;
	}
	put_timespec(t, ts, "nsec");
	put_time_comment(t, ts[0], ts[1]);
}

void p_timespecs(struct text *t, struct call *c, unsigned int arg, const void *param)
{
	const int64_t *v = in_struct(c, arg, 32);

	(void)param;
	if (!v) {
		put_addr(t, c->args[arg]);
		return;
	}
	put_c(t, '[');
	put_utime(t, v);
	put_s(t, ", ");
	put_utime(t, v + 2);
	put_c(t, ']');
}

void p_timevals(struct text *t, struct call *c, unsigned int arg, const void *param)
{
	const int64_t *v = in_struct(c, arg, 32);
	unsigned int i;

	(void)param;
	if (!v) {
		put_addr(t, c->args[arg]);
		return;
	}
	put_c(t, '[');
	for (i = 0; i < 2; i++) {
		if (i)
			put_s(t, ", ");
		put_timespec(t, v + 2 * i, "usec");
		put_time_comment(t, v[2 * i], v[2 * i + 1] * 1000);
	}
	put_c(t, ']');
}

/* ------------------------------ clocks and timers ------------------------- */

void p_timer_id_out(struct text *t, struct call *c, unsigned int arg, const void *param)
{
	const int32_t *id = out_struct(c, arg, 4);

	(void)param;
	if (id)
		put_f(t, "[%d]", *id);
	else
		put_addr(t, c->args[arg]);
}

void p_sigevent(struct text *t, struct call *c, unsigned int arg, const void *param)
{
	const struct sigevent *e = in_struct(c, arg, sizeof(*e));

	(void)param;
	if (!e) {
		put_addr(t, c->args[arg]);
		return;
	}
	put_f(t, "{sigev_value={sival_int=%d, sival_ptr=", e->sigev_value.sival_int);
	put_addr(t, (uintptr_t)e->sigev_value.sival_ptr);
	put_s(t, "}, sigev_signo=");
	put_signal(t, e->sigev_signo);
	put_s(t, ", sigev_notify=");
	put_enum(t, &sym_sigev_notify, (uint32_t)e->sigev_notify);
	if (e->sigev_notify == SIGEV_THREAD_ID)
		put_f(t, ", sigev_notify_thread_id=%d", e->_sigev_un._tid);
	put_c(t, '}');
}

static void put_ticks(struct text *t, const char *name, clock_t ticks)
{
	long rate = sysconf(_SC_CLK_TCK);

	put_f(t, "%s=%ld", name, (long)ticks);
	if (ticks)
		put_f(t, " /* %ld.%02ld s */", ticks / rate, ticks % rate * 100 / rate);
}

void p_tms(struct text *t, struct call *c, unsigned int arg, const void *param)
{
	const struct tms *v = out_struct(c, arg, sizeof(*v));

	(void)param;
	if (!v) {
		put_addr(t, c->args[arg]);
		return;
	}
	put_ticks(t, "{tms_utime", v->tms_utime);
	put_ticks(t, ", tms_stime", v->tms_stime);
	put_ticks(t, ", tms_cutime", v->tms_cutime);
	put_ticks(t, ", tms_cstime", v->tms_cstime);
	put_c(t, '}');
}
