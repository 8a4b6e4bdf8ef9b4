// SPDX-License-Identifier: GPL-2.0
/*
 * A program to be debugged by qemu/guest/onion.sh: compiled with debugging
 * information, and as it stands.
 *
 *	debuggee		some calls, a signal, a child; ends with 3
 *	debuggee calls N	makes N calls, and prints how many
 *	debuggee threads N	the same in three threads at once
 */

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define NR_THREADS	3

static int total;
static int limit;
static int calls[NR_THREADS];
static int self;

static int add(int n)
{
	total += n;
	return total;
}

static void caught(int sig)
{
	total += 100 * sig;
}

static void call_once(int *count)
{
	if (syscall(SYS_getppid) > 0)
		++*count;
}

static void *make_calls(void *arg)
{
	int *count = arg;

	while (*count < limit)
		call_once(count);
	return NULL;
}

static void print_calls(int nr)
{
	char text[32];
	int i;

	for (i = 0; i < nr; i++)
		total += calls[i];
	snprintf(text, sizeof(text), "%d calls\n", total);
	if (syscall(SYS_write, 1, text, strlen(text)) != (long)strlen(text))
		exit(8);
}

static void run_threads(void)
{
	pthread_t threads[NR_THREADS];
	int i;

	for (i = 0; i < NR_THREADS; i++)
		pthread_create(&threads[i], NULL, make_calls, &calls[i]);
	for (i = 0; i < NR_THREADS; i++)
		pthread_join(threads[i], NULL);
	print_calls(NR_THREADS);
}

static int make_child(void)
{
	int status = 0;
	pid_t pid = fork();

	if (!pid)
		_exit(7);
	waitpid(pid, &status, 0);
	return WEXITSTATUS(status);
}

static int show_all(void)
{
	int i, status;

	signal(SIGUSR1, caught);
	for (i = 1; i <= 3; i++)
		add(i);
	if (write(1, "one\n", 4) != 4)
		return 8;
	raise(SIGUSR1);
	status = make_child();
	return status == 7 && total == 6 + 100 * SIGUSR1 ? 3 : 4;
}

int main(int argc, char **argv)
{
	self = getpid();
	if (argc < 3)
		return show_all();
	limit = atoi(argv[2]);
	if (!strcmp(argv[1], "threads")) {
		run_threads();
	} else {
		make_calls(&calls[0]);
		print_calls(1);
	}
	return 0;
}
