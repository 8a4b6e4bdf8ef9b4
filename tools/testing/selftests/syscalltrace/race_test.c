// SPDX-License-Identifier: GPL-2.0
/*
 * Any two of the things that can be done to a program and its tracers, done at once:
 * nobody is stuck, no stop is lost, and the errors are those that are documented.
 *
 *	race_test [-s SEED] [-t SECONDS] [-n RUNS] [-p PAIR]
 *
 * -s: what the random numbers begin with; -t: how long all pairs may take; -n: how
 * often each pair is run (without -t for as long as that takes); -p: only this pair,
 * such as close_and_exec.
 *
 * A finding tells its seed and pair, which repeat it as well as a race can be.
 */

#include <limits.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include "../kselftest.h"
#include "race.h"

#define MAX_FINDINGS	5	/* of a pair, and no more runs */
#define NR_ERRNOS	140

static unsigned long seed;
/* Without arguments it does not take long, however slow the machine is. */
static unsigned int runs = 30, seconds = 25;
/* The run that each actor is to make. */
static unsigned int orders[NR_SIDES];
static const char *only;

/* struct tally - what became of a pair */
struct tally {
	unsigned int runs;
	unsigned int first;	/* the first was */
	unsigned int overlaps;
	unsigned int errnos[NR_SIDES][NR_ERRNOS];
	unsigned long findings;
	long took;		/* time stamps that are drawn from */
	long lead;		/* of the second */
};

/* --------------------------------- actors --------------------------------- */

static void *actor(void *arg)
{
	int i = (long)arg;
	struct side *side = &sh->sides[i];
	unsigned int run = 0;
	cpu_set_t cpu;

	CPU_ZERO(&cpu);
	CPU_SET(i, &cpu);
	sched_setaffinity(0, sizeof(cpu), &cpu);
	for (;;) {
		wait_while(&orders[i], run);
		run = get(orders[i]);
		meet(side, run);
		act(i);
		put(side->done, run);
		while (get(side->undo) != run)
			wait_while(&side->undo, get(side->undo));
		undo(i);
		put(side->undone, run);
	}
	return NULL;
}

static bool start_actors(void)
{
	pthread_t thread;
	long i;

	for (i = 0; i < NR_SIDES; i++)
		if (pthread_create(&thread, NULL, actor, (void *)i))
			return false;
	return true;
}

/* ---------------------------------- runs ---------------------------------- */

/* How long each waits, so that either order happens, and all in between. */
static void draw_sides(const struct tally *t)
{
	unsigned int range = t->took < 2000 ? 2000 : t->took > 1 << 30 ? 1 << 30 : t->took;

	sh->sides[0].delay = draw(range) + (t->lead < 0 ? -t->lead : 0);
	sh->sides[1].delay = draw(range) + (t->lead > 0 ? t->lead : 0);
	sh->sides[0].random = draw(1 << 16);
	sh->sides[1].random = draw(1 << 16);
}

static void count_errno(struct tally *t, int i)
{
	int err = sh->sides[i].err;

	t->errnos[i][err < 0 || err >= NR_ERRNOS ? NR_ERRNOS - 1 : err]++;
}

static void learn(struct tally *t)
{
	struct side *a = &sh->sides[0], *b = &sh->sides[1];
	long longest = a->end - a->begin;
	bool first = a->end < b->end;

	if (longest < (long)(b->end - b->begin))
		longest = b->end - b->begin;
	t->runs++;
	t->first += first;
	t->overlaps += a->begin < b->end && b->begin < a->end;
	/* Of one that was killed in its act there is no end. */
	if (longest > 0 && longest < 1L << 32)
		t->took += (longest * 2 - t->took) / 16;
	t->lead += (first ? -1 : 1) * (t->took / 16 + 100);
	if (labs(t->lead) > 4 * t->took + 10000)
		t->lead /= 2;
	count_errno(t, 0);
	count_errno(t, 1);
}

static void begin_run(int i)
{
	if (is_in_tracee(sh->sides[i].action))
		set_and_wake(&sh->sides[i].go, run_nr);
	else
		set_and_wake(&orders[i], run_nr);
}

static void run_once(struct tally *t, unsigned int pair, unsigned int run)
{
	begin_draw(seed, pair, run);
	draw_sides(t);
	/* That of an earlier run is no more. */
	sh->sides[0].end = 0;
	sh->sides[1].end = 0;
	run_nr++;
	if (set_scene()) {
		begin_run(0);
		begin_run(1);
		settle();
		learn(t);
	}
	clear_scene();
}

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

static void run_pair(struct tally *t, unsigned int pair, double end)
{
	unsigned long before = findings();
	unsigned int i;

	for (i = 0; i < runs && t->findings < MAX_FINDINGS; i++) {
		if (i && seconds && now() >= end)
			break;
		run_once(t, pair, i);
		t->findings = findings() - before;
	}
}

/* -------------------------------- printing -------------------------------- */

static void print_errnos(const struct tally *t, int i)
{
	int err;

	printf("; %s:", name_of(sh->sides[i].action));
	for (err = 0; err < NR_ERRNOS; err++)
		if (t->errnos[i][err])
			printf(" %s %u", !err ? "done" : err == NR_ERRNOS - 1 ? "end" :
			       strerrorname_np(err), t->errnos[i][err]);
}

static void print_pair(const struct tally *t, const char *name, double took)
{
	unsigned int n = t->runs ?: 1;

	printf("# %s: %u runs, %.1f s, %s ended first in %u %%, at once in %u %%", name, t->runs,
	       took, name_of(sh->sides[0].action), t->first * 100 / n, t->overlaps * 100 / n);
	print_errnos(t, 0);
	print_errnos(t, 1);
	printf("\n");
	if (!t->findings)
		ksft_test_result_pass("race.%s\n", name);
	else
		ksft_test_result_fail("race.%s\n", name);
	fflush(stdout);
}

/* ---------------------------------- pairs --------------------------------- */

static unsigned long all_runs;
static unsigned int nr_pairs;

static void race(enum action a, enum action b, double end)
{
	struct tally t = { .took = 20000 };
	unsigned int i;
	double start = now();
	char name[64];

	snprintf(name, sizeof(name), "%s_and_%s", name_of(a), name_of(b));
	if (only && strcmp(only, name))
		return;
	/* What the program has threads for differs. */
	kill_tracee_and_tracers();
	for (i = 0; i < NR_SIDES; i++)
		sh->sides[i].action = i ? b : a;
	run_pair(&t, a * NR_ACTIONS + b, end);
	print_pair(&t, name, now() - start);
	all_runs += t.runs;
	nr_pairs++;
}

static void race_all(void)
{
	unsigned int all = NR_ACTIONS * (NR_ACTIONS + 1) / 2, a, b;
	double start = now(), told = start;

	ksft_print_header();
	ksft_set_plan(only ? 1 : all);
	printf("# seed %lu\n", seed);
	for (a = 0; a < NR_ACTIONS; a++)
		for (b = a; b < NR_ACTIONS; b++) {
			double left = start + seconds - now();

			race(a, b, now() + (only ? left : left / (all - nr_pairs)));
			if (now() < told + 10)
				continue;
			told = now();
			printf("# %u of %u pairs, %lu runs, %lu findings, %.0f s\n", nr_pairs, all,
			       all_runs, findings(), told - start);
			fflush(stdout);
		}
	printf("# races: seed %lu, %u pairs, %lu runs, %lu findings, %.0f s\n", seed, nr_pairs,
	       all_runs, findings(), now() - start);
}

static void parse_options(int argc, char **argv)
{
	bool timed = false, counted = false;
	int c;

	while ((c = getopt(argc, argv, "s:t:n:p:")) != -1) {
		switch (c) {
		case 's':
			seed = strtoul(optarg, NULL, 0);
			break;
		case 't':
			seconds = atoi(optarg);
			if (!counted)
				runs = UINT_MAX;
			timed = true;
			break;
		case 'n':
			runs = atoi(optarg);
			counted = true;
			if (!timed)
				seconds = 0;
			break;
		case 'p':
			only = optarg;
			break;
		default:
			ksft_exit_fail_msg("usage: race_test [-s SEED] [-t SECONDS] %s\n",
					   "[-n RUNS] [-p PAIR]");
		}
	}
}

int main(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], "tracee")) {
		sh = mmap(NULL, sizeof(*sh), PROT_READ | PROT_WRITE, MAP_SHARED, SHARED_FD, 0);
		tracee_lead();
	}
	seed = time(NULL);
	parse_options(argc, argv);
	if (getuid())
		ksft_exit_skip("not root\n");
	if (access("/sys/fs/cgroup/cgroup.procs", W_OK))
		ksft_exit_skip("no cgroup v2\n");
	setpriority(PRIO_PROCESS, 0, -10);
	if (!begin_world() || !start_actors())
		ksft_exit_fail_msg("cannot begin: %s\n", strerror(errno));
	race_all();
	end_world();
	ksft_finished();
}
