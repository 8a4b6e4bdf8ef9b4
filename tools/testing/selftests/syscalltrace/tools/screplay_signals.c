// SPDX-License-Identifier: GPL-2.0
/* Signals of all kinds, for a recording: what is printed depends on when they come. */
#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static volatile sig_atomic_t alarms, children;
static volatile siginfo_t last;
static sigjmp_buf back;

static void on_alarm(int number)
{
	(void)number;
	alarms++;
}

static void on_info(int number, siginfo_t *info, void *context)
{
	(void)number;
	(void)context;
	last = *info;
}

static void on_child(int number, siginfo_t *info, void *context)
{
	int status;

	(void)number;
	(void)context;
	last = *info;
	while (waitpid(-1, &status, WNOHANG) > 0)
		children++;
}

static void on_fault(int number, siginfo_t *info, void *context)
{
	(void)number;
	(void)context;
	last = *info;
	siglongjmp(back, 1);
}

static void handle(int number, void *handler, int flags)
{
	struct sigaction act = { .sa_flags = flags };

	if (flags & SA_SIGINFO)
		act.sa_sigaction = handler;
	else
		act.sa_handler = handler;
	sigaction(number, &act, NULL);
}

static void start_timer(long first_us, long period_us)
{
	struct itimerval timer = {
		.it_value.tv_usec = first_us,
		.it_interval.tv_usec = period_us,
	};

	setitimer(ITIMER_REAL, &timer, NULL);
}

static void interrupt_calls(void)
{
	struct timespec want = { .tv_sec = 5 }, left = { 0 };
	int fds[2], ret;
	sigset_t none;
	char c;

	handle(SIGALRM, on_alarm, 0);
	start_timer(20000, 0);
	ret = pause();
	printf("pause %d %d\n", ret, errno);
	start_timer(20000, 0);
	ret = nanosleep(&want, &left);
	printf("nanosleep %d %d left %ld.%09ld\n", ret, errno, left.tv_sec, left.tv_nsec);
	if (pipe(fds))
		exit(1);
	start_timer(20000, 0);
	ret = read(fds[0], &c, 1);
	printf("read %d %d\n", ret, errno);
	start_timer(20000, 0);
	sigemptyset(&none);
	ret = sigsuspend(&none);
	printf("sigsuspend %d %d\n", ret, errno);
	start_timer(20000, 0);
	ret = ppoll(NULL, 0, NULL, &none);
	printf("ppoll %d %d, %d alarms\n", ret, errno, alarms);
}

/* The read is made again, and gets what a child writes after the alarm. */
static void restart_call(void)
{
	int fds[2], ret;
	char c = 0;

	handle(SIGALRM, on_alarm, SA_RESTART);
	if (pipe(fds))
		exit(1);
	start_timer(20000, 0);
	if (!fork()) {
		usleep(60000);
		exit(write(fds[1], "x", 1) != 1);
	}
	ret = read(fds[0], &c, 1);
	printf("restarted read %d '%c', %d alarms\n", ret, c, alarms);
	wait(NULL);
}

/* Alarms between calls, at no certain place. */
static void count_alarms(void)
{
	struct timespec now;
	long calls = 0;
	int from = alarms;

	start_timer(3000, 3000);
	while (alarms < from + 5) {
		clock_gettime(CLOCK_MONOTONIC, &now);
		calls++;
	}
	start_timer(0, 0);
	printf("%ld calls, last at %ld.%09ld\n", calls, now.tv_sec, now.tv_nsec);
}

static void fault(void)
{
	char *volatile nothing = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	handle(SIGSEGV, on_fault, SA_SIGINFO | SA_NODEFER);
	if (!sigsetjmp(back, 1))
		nothing[5] = 1;
	printf("fault at %d, code %d\n", (int)((char *)last.si_addr - nothing), last.si_code);
}

static void queue(void)
{
	union sigval value = { .sival_int = 4711 };
	pid_t pid;

	handle(SIGUSR1, on_info, SA_SIGINFO);
	sigqueue(getpid(), SIGUSR1, value);
	printf("queued %d from %d, mine: %d\n", last.si_value.sival_int, last.si_pid,
	       last.si_pid == getpid());
	handle(SIGCHLD, on_child, SA_SIGINFO | SA_RESTART);
	pid = fork();
	if (!pid)
		_exit(7);
	while (!children)
		usleep(1000);
	printf("child %d, told %d, status %d\n", pid, last.si_pid, last.si_status);
}

static void blocked(void)
{
	sigset_t set, old;

	sigemptyset(&set);
	sigaddset(&set, SIGALRM);
	sigprocmask(SIG_BLOCK, &set, &old);
	start_timer(1000, 0);
	usleep(5000);
	printf("blocked: %d alarms\n", alarms);
	sigprocmask(SIG_SETMASK, &old, NULL);
	printf("not any more: %d alarms\n", alarms);
}

int main(int argc, char **argv)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	interrupt_calls();
	restart_call();
	count_alarms();
	fault();
	queue();
	blocked();
	fflush(stdout);
	/* In the end by a signal of its own */
	if (argc > 1)
		kill(getpid(), atoi(argv[1]));
	return 3;
}
