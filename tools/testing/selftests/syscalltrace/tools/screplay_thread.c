// SPDX-License-Identifier: GPL-2.0
/* What cannot be recorded. "tsc": it reads the time stamp counter; else it makes a thread. */
#include <pthread.h>
#include <stdio.h>
#include <string.h>

static void *run(void *data)
{
	return data;
}

int main(int argc, char **argv)
{
	pthread_t thread;

	if (argc > 1 && !strcmp(argv[1], "tsc")) {
		printf("%llu\n", __builtin_ia32_rdtsc());
		return 0;
	}
	if (pthread_create(&thread, NULL, run, NULL))
		return 1;
	pthread_join(thread, NULL);
	puts("joined");
	return 0;
}
