// SPDX-License-Identifier: GPL-2.0
/*
 * A program that signals find computing, for a recording: what it prints depends on whether
 * they come before, within or behind its calculations.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ROUNDS	20

static volatile sig_atomic_t alarms;
static volatile unsigned int sink;

static void on_alarm(int number)
{
	struct timespec now;

	(void)number;
	/* A call of its own */
	clock_gettime(CLOCK_REALTIME, &now);
	alarms++;
}

static void start_timer(long first_us, long period_us)
{
	struct itimerval timer = {
		.it_value.tv_usec = first_us,
		.it_interval.tv_usec = period_us,
	};

	setitimer(ITIMER_REAL, &timer, NULL);
}

static void compute(void)
{
	int i;

	for (i = 0; i < 20000; i++)
		sink += i;
}

/* Most of the time it computes, and most alarms find it there. */
static void count(void)
{
	int before, within = 0, rounds = 0;
	struct timespec now;

	start_timer(2000, 2000);
	while (alarms < ROUNDS) {
		before = alarms;
		compute();
		within += alarms != before;
		rounds++;
		clock_gettime(CLOCK_MONOTONIC, &now);
	}
	start_timer(0, 0);
	printf("%d rounds, %d alarms within them, %ld.%09ld\n", rounds, within, now.tv_sec,
	       now.tv_nsec);
}

/* The next calls make a process, wait for it, and execute a program. */
static void make_processes(void)
{
	int status, i;
	pid_t pid;

	for (i = 0; i < 5; i++) {
		start_timer(500, 0);
		compute();
		pid = fork();
		if (!pid) {
			compute();
			_exit(i);
		}
		if (pid < 0) {
			perror("fork");
			exit(1);
		}
		compute();
		while (waitpid(pid, &status, 0) < 0)
			puts("interrupted");
		printf("child %d, status %d\n", pid, WEXITSTATUS(status));
	}
}

/* It gets it, although it makes no call. */
static void wait_for_alarm(void)
{
	int from = alarms;

	start_timer(1000, 0);
	while (alarms == from)
		;
	puts("an alarm");
}

int main(void)
{
	/* Calls fail if they are interrupted. */
	struct sigaction act = { .sa_handler = on_alarm };

	sigaction(SIGALRM, &act, NULL);
	setvbuf(stdout, NULL, _IOLBF, 0);
	count();
	make_processes();
	wait_for_alarm();
	return 0;
}
