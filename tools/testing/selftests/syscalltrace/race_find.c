// SPDX-License-Identifier: GPL-2.0
/* Random numbers, and what is told of a run in which something went wrong. */

#include <dirent.h>

#include "race.h"

static unsigned long the_seed, nr_findings;

/* --------------------------- random numbers ------------------------------- */

static unsigned long long random_state;

void begin_draw(unsigned long seed, unsigned int pair, unsigned int run)
{
	the_seed = seed;
	random_state = (seed * 1000003 + pair * 7919 + run + 1) * 0x9e3779b97f4a7c15ULL | 1;
}

unsigned int draw(unsigned int n)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (random_state >> 16) % n;
}

/* -------------------------------- findings -------------------------------- */

static void print_file(const char *path, const char *words)
{
	char line[512], word[64];
	FILE *f = fopen(path, "r");

	while (f && fgets(line, sizeof(line), f)) {
		snprintf(word, sizeof(word), " %.*s ", (int)strcspn(line, ":"), line);
		if (!*words || strstr(words, word))
			printf("#   %s", line);
	}
	if (f)
		fclose(f);
}

static void print_process(pid_t pid)
{
	char path[300];
	struct dirent *entry;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	dir = pid > 0 ? opendir(path) : NULL;
	while (dir && (entry = readdir(dir))) {
		if (entry->d_name[0] == '.')
			continue;
		printf("#  thread %s of %d\n", entry->d_name, pid);
		snprintf(path, sizeof(path), "/proc/%d/task/%s/status", pid, entry->d_name);
		print_file(path, " Name State TracerPid SyscallTracers SigPnd ShdPnd ");
		snprintf(path, sizeof(path), "/proc/%d/task/%s/syscall", pid, entry->d_name);
		print_file(path, "");
		snprintf(path, sizeof(path), "/proc/%d/task/%s/stack", pid, entry->d_name);
		print_file(path, "");
	}
	if (dir)
		closedir(dir);
}

/* Say what is wrong, all that may tell why, and begin anew with the next run. */
void find(const char *fmt, ...)
{
	va_list ap;
	int i;

	nr_findings++;
	w.broken = true;
	printf("# FINDING in run %u of %s_and_%s, seed %lu: ", run_nr,
	       name_of(sh->sides[0].action), name_of(sh->sides[1].action), the_seed);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	printf("\n#  scene %d, %d layers%s%s%s%s, \"%s\"\n", w.scene, w.nr_layers,
	       w.same ? ", same" : "", w.follow ? ", follow" : "", w.jobctl ? ", jobctl" : "",
	       w.to_thread ? ", to thread" : "", w.text);
	for (i = 0; i < NR_SIDES; i++)
		printf("#  %s: variant %u, delay %lu, from %lu to %lu, errno %d\n",
		       name_of(sh->sides[i].action), sh->sides[i].random, sh->sides[i].delay,
		       sh->sides[i].begin - sh->sides[0].begin + sh->sides[0].delay,
		       sh->sides[i].end - sh->sides[0].begin + sh->sides[0].delay,
		       sh->sides[i].err);
	print_process(w.tracee);
	for (i = 0; i < NR_SIDES; i++)
		print_process(w.tracers[i].pid);
	print_process(getpid());
	fflush(stdout);
}

unsigned long findings(void)
{
	return nr_findings;
}
