// SPDX-License-Identifier: GPL-2.0-only
/*
 * -c: how often, how long, how many errors.
 */
#include <stdlib.h>
#include <string.h>
#include "sctrace.h"

struct count {
	uint64_t calls, errors, total, min, max;
	const char *name;
};

static struct count counts[NR_ABIS][NR_CALLS];

void count_call(const struct syscall_trace_record *r, uint64_t duration)
{
	struct count *c;

	if (r->abi >= NR_ABIS || r->nr >= NR_CALLS)
		return;
	c = &counts[r->abi][r->nr];
	if (duration == SYSCALL_TRACE_NO_RESULT)
		return;
	if (!c->calls || duration < c->min)
		c->min = duration;
	if (duration > c->max)
		c->max = duration;
	c->total += duration;
	c->calls++;
	c->errors += r->ret < 0 && r->ret >= -4095 && !(r->ret <= -512 && r->ret >= -516);
}

/* ---------------------------------- sorting ------------------------------- */

static uint64_t average(const struct count *c)
{
	return c->calls ? c->total / c->calls : 0;
}

static int compare(uint64_t a, uint64_t b)
{
	return a < b ? 1 : a > b ? -1 : 0;
}

static int by_total(const void *a, const void *b)
{
	return compare(((const struct count *)a)->total, ((const struct count *)b)->total);
}

static int by_min(const void *a, const void *b)
{
	return compare(((const struct count *)a)->min, ((const struct count *)b)->min);
}

static int by_max(const void *a, const void *b)
{
	return compare(((const struct count *)a)->max, ((const struct count *)b)->max);
}

static int by_average(const void *a, const void *b)
{
	return compare(average(a), average(b));
}

static int by_calls(const void *a, const void *b)
{
	return compare(((const struct count *)a)->calls, ((const struct count *)b)->calls);
}

static int by_errors(const void *a, const void *b)
{
	return compare(((const struct count *)a)->errors, ((const struct count *)b)->errors);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct count *)a)->name, ((const struct count *)b)->name);
}

/* NULL: as they come. Ends us if there is no such order. */
static int (*order(void))(const void *, const void *)
{
	static const struct {
		const char *name;
		int (*compare)(const void *a, const void *b);
	} orders[] = {
		{ "time", by_total }, { "time_total", by_total }, { "total_time", by_total },
		{ "total-time", by_total }, { "time-percent", by_total },
		{ "min-time", by_min }, { "shortest", by_min }, { "time-min", by_min },
		{ "max-time", by_max }, { "longest", by_max }, { "time-max", by_max },
		{ "avg-time", by_average }, { "time-avg", by_average },
		{ "calls", by_calls }, { "count", by_calls }, { "errors", by_errors },
		{ "error", by_errors }, { "name", by_name }, { "syscall", by_name },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(orders); i++)
		if (!strcmp(orders[i].name, opt.sort))
			return orders[i].compare;
	if (strcmp(opt.sort, "nothing") && strcmp(opt.sort, "none"))
		die("-S %s: no such order: see sctrace -h",
		    opt.sort);
	return NULL;
}

/* ---------------------------------- printing ------------------------------ */

enum column { PERCENT, SECONDS, SHORTEST, LONGEST, AVERAGE, CALLS, ERRORS, NAME, NR_COLUMNS };

static const struct {
	const char *option, *title;
	int width;
} columns[] = {
	[PERCENT] = { "time-percent", "% time", 6 },
	[SECONDS] = { "total-time", "seconds", 11 },
	[SHORTEST] = { "min-time", "shortest", 11 },
	[LONGEST] = { "max-time", "longest", 11 },
	[AVERAGE] = { "avg-time", "usecs/call", 11 },
	[CALLS] = { "calls", "calls", 9 },
	[ERRORS] = { "errors", "errors", 9 },
	[NAME] = { "name", "syscall", 16 },
};

static enum column shown[NR_COLUMNS + 1];
static unsigned int nr_shown;

static void choose_columns(void)
{
	char *text = strdup(opt.columns), *word, *save;
	unsigned int i;
	bool name = false;

	for (word = strtok_r(text, ",", &save); word; word = strtok_r(NULL, ",", &save)) {
		for (i = 0; i < NR_COLUMNS && strcmp(columns[i].option, word); i++)
			;
		if (i == NR_COLUMNS || nr_shown >= NR_COLUMNS)
			die("-U %s: no such column", word);
		name |= i == NAME;
		shown[nr_shown++] = i;
	}
	if (!name && nr_shown < NR_COLUMNS)
		shown[nr_shown++] = NAME;
	free(text);
}

static void put_cell(struct text *t, enum column which, const struct count *c, uint64_t all,
		     bool last)
{
	double seconds = c->total / 1e9;
	double whole = strcmp(c->name, "total") ? 0 : 100;

	switch (which) {
	case PERCENT:
		put_f(t, "%6.2f", all ? 100.0 * c->total / all : whole);
		break;
	case SECONDS:
		put_f(t, "%11.6f", seconds);
		break;
	case SHORTEST:
		put_f(t, "%11.6f", c->min / 1e9);
		break;
	case LONGEST:
		put_f(t, "%11.6f", c->max / 1e9);
		break;
	case AVERAGE:
		put_f(t, "%11llu", (unsigned long long)(average(c) / 1000));
		break;
	case CALLS:
		put_f(t, "%9llu", (unsigned long long)c->calls);
		break;
	case ERRORS:
		if (c->errors)
			put_f(t, "%9llu", (unsigned long long)c->errors);
		else
			put_f(t, "%9s", "");
		break;
	default:
		if (last)
			put_s(t, c->name);
		else
			put_f(t, "%-16s", c->name);
	}
}

static void put_row(struct text *t, const struct count *c, uint64_t all)
{
	unsigned int i;

	for (i = 0; i < nr_shown; i++) {
		if (i)
			put_c(t, ' ');
		put_cell(t, shown[i], c, all, i + 1 == nr_shown);
	}
	put_c(t, '\n');
}

static void put_rule(struct text *t, bool titles)
{
	static const char dashes[] = "----------------";
	unsigned int i;

	for (i = 0; i < nr_shown; i++) {
		if (i)
			put_c(t, ' ');
		if (!titles)
			put_f(t, "%.*s", columns[shown[i]].width, dashes);
		else if (shown[i] == NAME && i + 1 < nr_shown)
			put_f(t, "%-16s", columns[NAME].title);
		else if (shown[i] == NAME || shown[i] == PERCENT)
			put_s(t, columns[shown[i]].title);
		else
			put_f(t, "%*s", columns[shown[i]].width, columns[shown[i]].title);
	}
	put_c(t, '\n');
}

static void put_table(struct text *t, struct count *rows, unsigned int nr, const char *abi)
{
	struct count sum = { .name = "total" };
	unsigned int i;

	for (i = 0; i < nr; i++) {
		uint64_t less = opt.overhead * 1000 * rows[i].calls;

		rows[i].total -= less < rows[i].total ? less : rows[i].total;
		sum.calls += rows[i].calls;
		sum.errors += rows[i].errors;
		sum.total += rows[i].total;
		if (!i || rows[i].min < sum.min)
			sum.min = rows[i].min;
		if (rows[i].max > sum.max)
			sum.max = rows[i].max;
	}
	if (order())
		qsort(rows, nr, sizeof(*rows), order());
	if (abi)
		put_f(t, "System call usage summary for %s mode:\n", abi);
	put_rule(t, true);
	put_rule(t, false);
	for (i = 0; i < nr; i++)
		put_row(t, &rows[i], sum.total);
	put_rule(t, false);
	put_row(t, &sum, sum.total);
}

/* As in lines */
static const char *name_of(unsigned int abi, unsigned int nr)
{
	const char *name = sct_name(abi, nr);
	char buf[32];

	if (name)
		return name;
	snprintf(buf, sizeof(buf), "syscall_%#x", nr);
	name = strdup(buf);
	if (!name)
		die("out of memory");
	return name;
}

/* Before anything is started: are they what we have? */
void check_counts(void)
{
	order();
	choose_columns();
}

void print_counts(void)
{
	static const char * const abis[] = { "64 bit", "32 bit", "x32" };
	struct text t = { NULL, 0, 0 };
	unsigned int abi, nr, n;
	bool first = true;

	for (abi = 0; abi < NR_ABIS; abi++) {
		for (nr = 0, n = 0; nr < NR_CALLS; nr++) {
			if (!counts[abi][nr].calls)
				continue;
			counts[abi][nr].name = name_of(abi, nr);
			counts[abi][n++] = counts[abi][nr];
		}
		if (!n && (abi || !first))
			continue;
		put_table(&t, counts[abi], n, abi ? abis[abi] : NULL);
		first = false;
	}
	t.len -= t.len > 0;
	opt.json = true;	/* nothing stands before these lines */
	put_line(NULL, 0, &t, 0);
	free(t.data);
}
