// SPDX-License-Identifier: GPL-2.0
/*
 * Run a program under layers of tracers that change nothing and crash.
 *
 *	soak [-s SEED] [-l LAYERS] [-c MS] [-t SECONDS] [-o FILE] COMMAND ...
 *
 * Each layer is a process that traces the command and all that it makes, stops it
 * at every call, and lets it go on. Its form, text or packed, and whether it binds,
 * watches signals or the vDSO, is in the random numbers that SEED begins. Layers are
 * killed at random moments, about every MS milliseconds (0: never), and at once
 * others take all of the command's processes that there are. -t: how long the command
 * may take; -o: where its output goes.
 *
 * Prints what was done in one line. Ends as the command ends; with 125, and says why,
 * if a tracer was refused what it should not be, or a process got stuck or is left.
 * (churn's tracers differ more, and take one process each.)
 */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "soak.h"

#define MAX_PROCESSES	4096
#define FAILED		125

struct counts *counts;
unsigned long long seed = 1;
pid_t program;
static int nr_layers = 2, pace = 500, limit = 300;
static const char *output = "/dev/null";
static pid_t keeper;

static void die(const char *what)
{
	fprintf(stderr, "soak: %s: %s\n", what, strerror(errno));
	exit(FAILED);
}

/* --------------------------- random numbers ------------------------------- */

static unsigned long long random_state;

void begin_random(unsigned long long from)
{
	/* Neighbours would begin alike. */
	random_state = (from + 1) * 0x9e3779b97f4a7c15ULL | 1;
}

unsigned int below(unsigned int n)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (random_state >> 16) % n;
}

bool percent(unsigned int n)
{
	return below(100) < n;
}

/* ------------------------- processes of the command ----------------------- */

/* Its parent, or 0 if it is gone; is it a copy of this program? */
static pid_t parent_of(pid_t pid, bool *is_soak)
{
	char path[64], line[512] = "", *p;
	FILE *f;
	int parent = 0;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	f = fopen(path, "r");
	if (!f)
		return 0;
	p = fgets(line, sizeof(line), f) ? strrchr(line, ')') : NULL;
	fclose(f);
	if (!p || sscanf(p, ") %*c %d", &parent) != 1)
		return 0;
	*is_soak = strstr(line, " (soak) ");
	return parent;
}

/* Does it descend from us without being a layer? */
static bool is_ours(pid_t pid)
{
	bool is_soak;
	pid_t parent;

	for (; pid > 1; pid = parent) {
		parent = parent_of(pid, &is_soak);
		if (parent == keeper)
			return pid == program || !is_soak;
	}
	return false;
}

pid_t found[MAX_PROCESSES];
unsigned int nr_found;

unsigned int find_processes(void)
{
	DIR *dir = opendir("/proc");
	struct dirent *entry;
	pid_t pid;

	nr_found = 0;
	while (dir && (entry = readdir(dir)) && nr_found < MAX_PROCESSES) {
		pid = atoi(entry->d_name);
		if (pid && is_ours(pid))
			found[nr_found++] = pid;
	}
	if (dir)
		closedir(dir);
	return nr_found;
}

/* Print lines of a file of a process, those that begin with one of the words. */
static void print_file(pid_t pid, const char *name, const char *words)
{
	char path[64], line[512], word[64];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	f = fopen(path, "r");
	while (f && fgets(line, sizeof(line), f)) {
		snprintf(word, sizeof(word), " %.*s ", (int)strcspn(line, ":"), line);
		if (!*words || strstr(words, word))
			fprintf(stderr, "soak:    %s", line);
	}
	if (f)
		fclose(f);
}

static void print_processes(void)
{
	unsigned int i;

	find_processes();
	for (i = 0; i < nr_found; i++) {
		fprintf(stderr, "soak: process %d:\n", found[i]);
		print_file(found[i], "status",
			   " Name State PPid Threads SyscallTracers SigPnd ShdPnd SigBlk ");
		print_file(found[i], "syscall", "");
		print_file(found[i], "stack", "");
	}
}

/* ------------------------------ all layers -------------------------------- */

static unsigned long nr_started;

/* @ready: what it closes when it traces, or -1 */
static void start_layer(int i, int ready)
{
	pid_t pid;

	nr_started++;
	pid = fork();
	if (!pid) {
		counts->layers[i] = getpid();
		layer(nr_started, ready);
	}
	counts->layers[i] = pid > 0 ? pid : 0;
}

static void crash_layer(int i)
{
	pid_t pid = counts->layers[i];

	if (!pid)
		return;
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	counts->layers[i] = 0;
	counts->crashed++;
}

/* All that have ended; true if the command has. */
static bool reap(int *status)
{
	bool ended = false;
	int i, st;
	pid_t pid;

	while ((pid = waitpid(-1, &st, WNOHANG)) > 0) {
		if (pid == program) {
			ended = true;
			*status = st;
		}
		for (i = 0; i < nr_layers; i++) {
			if (counts->layers[i] != pid)
				continue;
			counts->layers[i] = 0;
			if (st)
				complain("a layer ended", 0, WIFSIGNALED(st) ?
					 strsignal(WTERMSIG(st)) : "by itself");
		}
	}
	return ended;
}

/* Kill one, or all, and start them at once. */
static void crash_some(void)
{
	int first = below(nr_layers), i;
	bool all = percent(10);

	for (i = 0; i < nr_layers; i++)
		if (all || i == first)
			crash_layer(i);
	for (i = 0; i < nr_layers; i++)
		if (!counts->layers[i])
			start_layer(i, -1);
}

static void end_layers(void)
{
	unsigned long crashed = counts->crashed;
	int i;

	for (i = 0; i < nr_layers; i++)
		crash_layer(i);
	counts->crashed = crashed;
}

/* ------------------------------- the command ------------------------------ */

static void run_command(int gate, char **argv)
{
	int fd = open(output, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
	sigset_t none;
	char c;

	if (fd < 0)
		die(output);
	dup2(fd, STDOUT_FILENO);
	dup2(fd, STDERR_FILENO);
	setsid();
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	if (read(gate, &c, 1) != 1)
		_exit(FAILED);
	execvp(argv[0], argv);
	die(argv[0]);
}

/* With all of its layers on it. */
static void start_command(char **argv)
{
	int gate[2], ready[2], i;
	char c;

	if (pipe2(gate, O_CLOEXEC) || pipe2(ready, O_CLOEXEC))
		die("pipe");
	program = fork();
	if (program < 0)
		die("fork");
	if (!program) {
		close(ready[1]);
		close(gate[1]);
		run_command(gate[0], argv);
	}
	close(gate[0]);
	for (i = 0; i < nr_layers; i++)
		start_layer(i, ready[1]);
	close(ready[1]);
	/* Until all have closed it. */
	if (read(ready[0], &c, 1) < 0)
		die("layers");
	close(ready[0]);
	if (write(gate[1], "g", 1) != 1)
		die("gate");
	close(gate[1]);
}

/* A signal is waiting, or @ms milliseconds have passed. */
static void wait_for_child(unsigned int ms)
{
	struct timespec ts = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L };
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigtimedwait(&set, NULL, &ts);
}

static long now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Crash tracers until the command ends; false if it does not. */
static bool disturb_command(int *status)
{
	long start = now_ms(), next, now = start;

	next = start + 1 + below(2 * pace + 1);
	while (!reap(status)) {
		now = now_ms();
		if (now - start > limit * 1000L)
			return false;
		if (pace && now >= next) {
			crash_some();
			next = now_ms() + 1 + below(2 * pace + 1);
		}
		wait_for_child(pace && next > now ? next - now : 1000);
	}
	return true;
}

/* The command hangs. Is it for its tracers? */
static void rescue(int *status)
{
	bool ended = false;
	int i;

	fprintf(stderr, "soak: the command has not ended after %d s\n", limit);
	counts->bad++;
	print_processes();
	end_layers();
	for (i = 0; i < 100 && !ended; i++) {
		wait_for_child(100);
		ended = reap(status);
	}
	fprintf(stderr, "soak: without tracers it %s\n", ended ? "ended" : "did not end, either");
}

/* Wait for what the command has left; true if it is gone. */
static bool wait_for_rest(int *status, int tenths)
{
	while (tenths--) {
		reap(status);
		if (!find_processes())
			return true;
		wait_for_child(100);
	}
	return false;
}

static void clear_up(int *status)
{
	unsigned int i;

	if (wait_for_rest(status, 50))
		return;
	fprintf(stderr, "soak: these are left:\n");
	counts->bad++;
	print_processes();
	for (i = 0; i < nr_found; i++)
		kill(found[i], SIGKILL);
	if (!wait_for_rest(status, 300)) {
		fprintf(stderr, "soak: and cannot be killed:\n");
		print_processes();
	}
}

static void parse_options(int argc, char **argv)
{
	int c;

	while ((c = getopt(argc, argv, "+s:l:c:t:o:")) != -1) {
		if (c == 's')
			seed = strtoull(optarg, NULL, 0);
		else if (c == 'l')
			nr_layers = atoi(optarg);
		else if (c == 'c')
			pace = atoi(optarg);
		else if (c == 't')
			limit = atoi(optarg);
		else if (c == 'o')
			output = optarg;
		else
			optind = argc;
	}
	if (optind == argc || nr_layers < 1 || nr_layers > MAX_LAYERS || limit < 1 || pace < 0) {
		fprintf(stderr, "usage: soak [-s SEED] [-l LAYERS] [-c MS] [-t SECONDS] %s\n",
			"[-o FILE] COMMAND [ARGUMENT ...]");
		exit(FAILED);
	}
}

int main(int argc, char **argv)
{
	sigset_t set;
	int status = 0;

	parse_options(argc, argv);
	counts = mmap(NULL, sizeof(*counts), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (counts == MAP_FAILED)
		die("mmap");
	keeper = getpid();
	begin_random(seed);
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, NULL);
	/* Who loses its parent comes to us. */
	if (prctl(PR_SET_CHILD_SUBREAPER, 1))
		die("prctl");
	start_command(argv + optind);
	if (!disturb_command(&status))
		rescue(&status);
	clear_up(&status);
	end_layers();
	printf("# soak: %lu calls %lu stops %lu crashes %lu attached %lu bad\n", counts->calls,
	       counts->stops, counts->crashed, counts->attached, counts->bad);
	if (counts->bad)
		return FAILED;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
