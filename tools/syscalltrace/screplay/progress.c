// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "screplay.h"

#define SECOND	1000000000LL

int64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * SECOND + t.tv_nsec;
}

void progress_begin(struct progress *p, const char *verb, bool on)
{
	memset(p, 0, sizeof(*p));
	p->on = on || isatty(STDERR_FILENO);
	p->at_end = on;
	p->verb = verb;
	p->began = now_ns();
	p->shown = p->began + (on ? 0 : SECOND);
}

static void show(struct progress *p, int64_t now, uint64_t bytes)
{
	double seconds = (double)(now - p->began) / SECOND;

	fprintf(stderr, "screplay: %s %llu records, %.0f per second, %.1f MiB\n", p->verb,
		(unsigned long long)p->count, seconds > 0 ? p->count / seconds : 0.0,
		bytes / 1048576.0);
	p->shown = now;
}

void progress_count(struct progress *p, uint64_t bytes)
{
	int64_t now;

	p->count++;
	/* The clock is not for free. */
	if (!p->on || p->count % 64)
		return;
	now = now_ns();
	if (now - p->shown >= SECOND)
		show(p, now, bytes);
}

void progress_end(struct progress *p, uint64_t bytes)
{
	if (p->at_end)
		show(p, now_ns(), bytes);
}
