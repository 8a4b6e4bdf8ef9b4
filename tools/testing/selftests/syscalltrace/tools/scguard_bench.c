// SPDX-License-Identifier: GPL-2.0
/*
 * Programs for the benchmark of scguard: prints nanoseconds for each round.
 *
 *	scguard_bench write|open|stat|create ROUNDS DIRECTORY
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static long long now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000LL + ts.tv_nsec;
}

static int null_fd;

static int do_write(const char *path)
{
	(void)path;
	return write(null_fd, "x", 1) != 1;
}

static int do_open(const char *path)
{
	return close(open(path, O_RDONLY));
}

static int do_stat(const char *path)
{
	struct stat st;

	return stat(path, &st);
}

static int do_create(const char *path)
{
	char other[4096];

	snprintf(other, sizeof(other), "%s.new", path);
	return close(open(other, O_CREAT | O_WRONLY, 0600)) || unlink(other);
}

int main(int argc, char **argv)
{
	static const struct { const char *name; int (*run)(const char *path); } jobs[] = {
		{ "write", do_write }, { "open", do_open }, { "stat", do_stat },
		{ "create", do_create },
	};
	char path[4096];
	long long begin;
	unsigned int i;
	int rounds, left;

	if (argc < 4)
		return 2;
	null_fd = open("/dev/null", O_WRONLY);
	snprintf(path, sizeof(path), "%s/bench", argv[3]);
	close(open(path, O_CREAT | O_WRONLY, 0600));
	rounds = atoi(argv[2]);
	for (i = 0; i < sizeof(jobs) / sizeof(jobs[0]); i++) {
		if (strcmp(jobs[i].name, argv[1]))
			continue;
		begin = now();
		for (left = rounds; left; left--)
			if (jobs[i].run(path))
				return 1;
		printf("%lld\n", (now() - begin) / rounds);
		return 0;
	}
	return 2;
}
