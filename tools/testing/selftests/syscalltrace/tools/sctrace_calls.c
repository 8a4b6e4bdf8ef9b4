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
 *	unknown		makes calls that there are not
 *	name		gives itself a name with a control sequence, and calls getppid()
 *	futex		unlocks a futex that it has not locked
 *	mount		mounts with data that is far too long
 *	sleepers N	makes so many threads that sleep, one after the other, and gets a signal
 *			each time
 *	thread-exec	executes this program, with the argument "getppid 1", from a thread
 */
#include <linux/futex.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
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

static void do_unknown(void)
{
	syscall(999, 1, 2, 3, 4, 5, 6);
	syscall(5000, 1, 2, 3, 4, 5, 6);
}

static void do_name(void)
{
	prctl(PR_SET_NAME, "a\033[31m<b>");
	syscall(SYS_getppid);
}

static void do_futex(void)
{
	static int word;

	syscall(SYS_futex, &word, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0);
}

static void do_mount(void)
{
	static char data[200000];

	memset(data, 'x', sizeof(data) - 1);
	mount("none", "/nothing", "tmpfs", 0, data);
}

static void *sleep_once(void *arg)
{
	usleep(1000);
	return arg;
}

static void do_sleepers(int n)
{
	pthread_t thread;

	signal(SIGUSR1, on_signal);
	while (n--) {
		if (pthread_create(&thread, NULL, sleep_once, NULL))
			exit(1);
		raise(SIGUSR1);
		pthread_join(thread, NULL);
		syscall(SYS_getppid);
	}
}

static void *execute(void *arg)
{
	execl("/proc/self/exe", "calls", "getppid", "1", NULL);
	return arg;
}

static void do_thread_exec(void)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, execute, NULL))
		exit(1);
	for (;;)
		pause();
}

static const struct {
	const char *name;
	void (*run)(void);
} hostile[] = {
	{ "unknown", do_unknown }, { "name", do_name }, { "futex", do_futex },
	{ "mount", do_mount }, { "thread-exec", do_thread_exec },
};

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";
	unsigned int j;
	int i;

	for (j = 0; j < sizeof(hostile) / sizeof(hostile[0]); j++)
		if (!strcmp(what, hostile[j].name)) {
			hostile[j].run();
			return 0;
		}
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
	else if (!strcmp(what, "sleepers") && argc > 2)
		do_sleepers(atoi(argv[2]));
	else if (!strcmp(what, "getppid") && argc > 2)
		for (i = 0; i < atoi(argv[2]); i++)
			syscall(SYS_getppid);
	else
		return 2;
	return 0;
}
