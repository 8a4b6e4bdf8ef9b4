// SPDX-License-Identifier: GPL-2.0
/*
 * A program for sctrace_test.sh: does what its argument says.
 *
 *	read		reads two bytes of a pipe and prints them
 *	vector		writes two buffers to /dev/null at once
 *	signal		sends itself SIGUSR1, which it handles, and SIGUSR2, which it ignores
 *	thread		makes a thread that calls getppid()
 *	block		reads a pipe that nobody writes to, until it is killed
 *	getppid N	calls getppid() so often
 *	i386		makes a call through int 0x80
 */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <fcntl.h>
#include <unistd.h>

static void do_read(void)
{
	char buf[3] = "";
	int ends[2];

	if (pipe(ends) || write(ends[1], "ab", 2) != 2 || read(ends[0], buf, 2) != 2)
		exit(1);
	puts(buf);
}

static void do_vector(void)
{
	char long_one[100];
	struct iovec iov[2] = { { "words", 5 }, { long_one, sizeof(long_one) } };
	int fd = open("/dev/null", O_WRONLY);

	memset(long_one, 'x', sizeof(long_one));
	if (writev(fd, iov, 2) != 105)
		exit(1);
}

static void on_signal(int sig)
{
	(void)sig;
}

static void do_signal(void)
{
	signal(SIGUSR1, on_signal);
	signal(SIGUSR2, SIG_IGN);
	kill(getpid(), SIGUSR1);
	kill(getpid(), SIGUSR2);
}

static void *in_thread(void *arg)
{
	syscall(SYS_getppid);
	return arg;
}

static void do_thread(void)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, in_thread, NULL))
		exit(1);
	pthread_join(thread, NULL);
}

static void do_block(void)
{
	int ends[2];
	char c;

	if (pipe(ends) || write(1, "ready\n", 6) != 6 || read(ends[0], &c, 1) != 1)
		exit(1);
}

static void do_i386(void)
{
	long ret;

	asm volatile("int $0x80" : "=a" (ret) : "a" (20L) : "memory");
	printf("%d\n", ret == getpid());
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";
	int i;

	if (!strcmp(what, "read"))
		do_read();
	else if (!strcmp(what, "vector"))
		do_vector();
	else if (!strcmp(what, "signal"))
		do_signal();
	else if (!strcmp(what, "thread"))
		do_thread();
	else if (!strcmp(what, "block"))
		do_block();
	else if (!strcmp(what, "i386"))
		do_i386();
	else if (!strcmp(what, "getppid") && argc > 2)
		for (i = 0; i < atoi(argv[2]); i++)
			syscall(SYS_getppid);
	else
		return 2;
	return 0;
}
