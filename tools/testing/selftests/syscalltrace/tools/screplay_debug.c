// SPDX-License-Identifier: GPL-2.0
/* A program to be debugged: what the function is given comes from outside. */
#include <stdio.h>
#include <time.h>
#include <unistd.h>

volatile long seen;

__attribute__((noinline)) long look(long value)
{
	seen = value;
	return value + 1;
}

int main(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	printf("before %ld\n", now.tv_nsec);
	fflush(stdout);
	printf("after %ld\n", look(now.tv_nsec));
	return 0;
}
