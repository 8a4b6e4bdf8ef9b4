// SPDX-License-Identifier: GPL-2.0
/*
 * Run a program while tracers that change nothing come and go.
 *
 *	churn [-s SEED] [-l TRACERS] [-t SECONDS] [-o FILE] [-u | -U] COMMAND ...
 *
 * Tracers of random kinds attach to the command or what it has made, answer stops,
 * and are killed, stopped, told to leave, and replaced, at random moments. -s: what
 * the random numbers begin with; -l: how many tracers at once; -t: how long the
 * command may take; -o: where its output goes; -u: it runs as user 1000, -U: its
 * tracers, too.
 *
 * Ends as the command ends; with 125, and says why, if a tracer was refused what
 * it should not be, or if a process got stuck or lost.
 */

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define MAX_TRACERS	16
#define MAX_PROCESSES	4096
#define MAX_ERRNO	140
#define USER		1000
#define FAILED		125
#define FROZEN_IN	30	/* seconds */

/* What tracers ask for, to count how often it was refused. */
enum request {
	REQUEST_OPEN,
	REQUEST_ARM,
	REQUEST_READ,
	REQUEST_ANSWER,
	REQUEST_RESULT,
	REQUEST_REWRITE,
	REQUEST_GET,
	NR_REQUESTS,
};

static const char * const request_names[] = {
	"open", "arm", "read", "answer", "result", "rewrite", "get"
};

/**
 * struct counts - shared by churn and its tracers, who may be killed at any time
 * @stops: answered
 * @notes: records that are no stops
 * @rewrites: calls replaced by what was shown
 * @refused: by request and errno
 * @bad: what should not have been refused
 * @armed: tracers that have attached
 * @killed: with SIGKILL
 * @left: told to detach
 * @halted: stopped for a while
 * @rearmed: told to trace other calls
 * @frozen: how often the command was frozen, and thawed
 * @orphans: processes that the command left to us
 */
struct counts {
	atomic_ulong stops;
	atomic_ulong notes;
	atomic_ulong rewrites;
	atomic_ulong refused[NR_REQUESTS][MAX_ERRNO];
	atomic_ulong bad;
	atomic_ulong armed;
	unsigned long killed;
	unsigned long left;
	unsigned long halted;
	unsigned long rearmed;
	unsigned long frozen;
	unsigned long orphans;
};

/* A place for a tracer; @pid is 0 if there is none. */
struct slot {
	pid_t pid;
	bool halted;
};

static struct counts *counts;
static struct slot slots[MAX_TRACERS];
static unsigned long long seed = 1;
static int nr_slots = 3;
static int limit = 300;
static const char *output = "/dev/null";
static bool as_user, tracers_as_user;
static pid_t command;
static char cgroup[64];

static void die(const char *what)
{
	fprintf(stderr, "churn: %s: %s\n", what, strerror(errno));
	exit(FAILED);
}

/* --------------------------- random numbers ------------------------------- */

static unsigned long long random_state;

static void begin_random(unsigned long long from)
{
	/* Neighbours would begin alike. */
	random_state = (from + 1) * 0x9e3779b97f4a7c15ULL | 1;
}

static unsigned int below(unsigned int n)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (random_state >> 16) % n;
}

static bool percent(unsigned int n)
{
	return below(100) < n;
}

static void nap(unsigned int ms)
{
	struct timespec ts = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L };

	nanosleep(&ts, NULL);
}

/* -------------------------------- a tracer -------------------------------- */

#define MAX_HELD	8

/* The file; its thread ids of stops that are not answered yet. */
static int file = -1;
static int held[MAX_HELD];
static unsigned int nr_held;

static atomic_bool leaving, rearming;

static void note_signal(int sig)
{
	if (sig == SIGTERM)
		leaving = 1;
	else
		rearming = 1;
}

/* Who traces has come too late, or may not. */
static bool is_fate(int err)
{
	return err == ESRCH || err == EPERM || err == ENOENT || err == EACCES;
}

static void refuse(enum request request, int err)
{
	if (err > 0 && err < MAX_ERRNO)
		counts->refused[request][err]++;
}

/* What should not have happened, in the words of the record it happened to. */
static void complain(enum request request, int err, const char *text)
{
	/* All of it would be too much to read. */
	if (counts->bad++ < 20)
		fprintf(stderr, "churn: %s refused: %s: %.300s\n", request_names[request],
			strerror(err), text);
}

/* Write a line; return 0 or the errno, which is counted. */
static int say(enum request request, const char *fmt, ...)
{
	static char line[70000];
	va_list ap;
	int len, err = 0;

	va_start(ap, fmt);
	len = vsnprintf(line, sizeof(line) - 1, fmt, ap);
	va_end(ap);
	/* A call that takes more than a line is not to be replaced. */
	if (len >= (int)sizeof(line) - 1)
		return E2BIG;
	line[len++] = '\n';
	while (write(file, line, len) != len) {
		if (errno == EINTR)
			continue;
		err = errno;
		break;
	}
	refuse(request, err);
	return err;
}

static const char *random_set(void)
{
	static const char * const sets[] = {
		"all", "all", "all", "all", "all", "all", "all", "all", "%file", "%signal,%process",
		"!%desc", "%memory,%ipc", "%desc,!read", "none", "clone,clone3,fork,vfork,execve",
		"rt_sigreturn,rt_sigprocmask,wait4,exit_group", "%clock,%network,%creds",
	};

	return sets[below(ARRAY_SIZE(sets))];
}

/* The calls can be changed at any time, all else is told before. */
static bool arm(void)
{
	static const char * const rules[] = {
		"on getpid,getppid,gettid cont", "on all when=3+7 cont",
		"on %signal when=2..9 stop", "on clear", "on close,brk when=2+2 cont",
	};
	int err;

	say(REQUEST_ARM, percent(85) ? "follow on" : "tid on");
	if (percent(50))
		say(REQUEST_ARM, "events on");
	if (percent(60))
		say(REQUEST_ARM, "signals %s", percent(70) ? "all" : "!SIGALRM,SIGCHLD");
	if (percent(30))
		say(REQUEST_ARM, "bind on");
	if (percent(40))
		say(REQUEST_ARM, "out on");
	if (percent(30))
		say(REQUEST_ARM, "limit %u", 1 << below(15));
	if (percent(20))
		say(REQUEST_ARM, "vdso off");
	if (percent(20))
		say(REQUEST_ARM, "timeout %u cont", 1 + below(3));
	if (percent(30))
		say(REQUEST_ARM, "%s", rules[below(ARRAY_SIZE(rules))]);
	err = say(REQUEST_ARM, "trace %s", random_set());
	if (err && !is_fate(err) && err != ELOOP)
		complain(REQUEST_ARM, err, "trace");
	counts->armed += !err;
	return !err;
}

static bool is_word(const char *s, const char *word)
{
	size_t len = strlen(word);

	return !strncmp(s, word, len) && (s[len] == ' ' || s[len] == '\0');
}

static bool is_one_of(const char *s, const char * const *words, unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++)
		if (is_word(s, words[i]))
			return true;
	return false;
}

static void answer(enum request request, const char *tid, const char *how)
{
	int err = say(request, "%s %s", tid, how);

	if (!err)
		counts->stops++;
	else if (!is_fate(err))
		complain(request, err, how);
}

/* Give the call that was shown in its own place. */
static void rewrite(const char *tid, const char *text)
{
	int err = say(REQUEST_REWRITE, "%s %s", tid, text);

	if (!err)
		counts->rewrites++;
	else if (err == EINVAL)
		complain(REQUEST_REWRITE, err, text);
}

static void answer_call(const char *tid, const char *text)
{
	if (percent(3))
		nap(below(20));
	if (percent(8))
		say(REQUEST_GET, "%s get %u", tid, 1 + below(3));
	if (percent(8))
		rewrite(tid, text);
	answer(REQUEST_ANSWER, tid, percent(60) ? "step" : "cont");
}

/* Tell the program the result that it has anyway, or let it have it. */
static void answer_result(const char *tid, char *text)
{
	bool told = percent(20) && !strstr(text, "ERESTART");

	text[strcspn(text, ",")] = '\0';
	answer(REQUEST_RESULT, tid, told ? text : "cont");
}

static void answer_held(void)
{
	char tid[16];

	while (nr_held) {
		snprintf(tid, sizeof(tid), "%d", held[--nr_held]);
		answer(REQUEST_ANSWER, tid, "cont");
	}
}

/* Let the program wait, and perhaps be asked once more by the next tracer. */
static bool hold_back(const char *tid)
{
	if (nr_held == MAX_HELD || !percent(3))
		return false;
	held[nr_held++] = atoi(tid);
	return true;
}

static void handle(char *record)
{
	static const char * const results[] = { "ok", "fail" };
	static const char * const others[] = { "signal", "new", "exec" };
	static const char * const notes[] = { "data", "error", "killed", "gone" };
	char *text = record + strspn(record, "0123456789");

	if (text == record || *text != ' ') {
		counts->notes++;
		return;
	}
	*text++ = '\0';
	if (is_one_of(text, notes, ARRAY_SIZE(notes)))
		counts->notes++;
	else if (hold_back(record))
		return;
	else if (is_one_of(text, results, ARRAY_SIZE(results)))
		answer_result(record, text);
	else if (is_one_of(text, others, ARRAY_SIZE(others)))
		answer(REQUEST_ANSWER, record, "cont");
	/* That of a call, or the end of a thread, which has no answer. */
	else if (is_word(text, "exit"))
		say(REQUEST_ANSWER, "%s cont", record);
	else
		answer_call(record, text);
}

/* The next record, without its newline; or 0, or -1 and errno. */
static ssize_t hear(char *record, size_t size)
{
	ssize_t len = 0, n;

	do {
		n = read(file, record + len, size - 1 - len);
		if (n < 0 && errno == EINTR && len)
			continue;
		if (n <= 0)
			return n;
		len += n;
	} while (record[len - 1] != '\n' && len < (ssize_t)size - 1);
	record[len - 1] = '\0';
	return len;
}

/* Answer until told to leave, or nothing is left; true if so. */
static bool serve(void)
{
	static char record[1 << 20];
	struct pollfd p = { .fd = file, .events = POLLIN };

	while (!leaving && !rearming) {
		if (nr_held && (percent(20) || poll(&p, 1, 10) <= 0))
			answer_held();
		switch (hear(record, sizeof(record))) {
		case 0:
			return false;
		case -1:
			if (errno == EINTR)
				continue;
			refuse(REQUEST_READ, errno);
			if (!is_fate(errno))
				complain(REQUEST_READ, errno, "read");
			return false;
		default:
			handle(record);
		}
	}
	return true;
}

/* What leaves the file open when its tracer is gone does not keep the layer. */
static void leave_holder(void)
{
	if (fork())
		return;
	signal(SIGTERM, SIG_DFL);
	alarm(1);
	pause();
	_exit(0);
}

/*
 * Another process that answers, from the same file. When the owner is gone, it has
 * no tracer any more, unless it arms.
 */
static void leave_heir(void)
{
	if (fork())
		return;
	begin_random(random_state + 1);
	signal(SIGTERM, SIG_DFL);
	signal(SIGUSR1, SIG_DFL);
	alarm(1 + below(3));
	while (serve() || percent(50)) {
		/* The owner may be there, and trace as before. */
		say(REQUEST_ARM, "trace %s", random_set());
		nap(10);
	}
	_exit(0);
}

/* Trace other calls; perhaps as the newest, not from the place that it had. */
static void rearm(void)
{
	rearming = 0;
	if (percent(40))
		say(REQUEST_ARM, "detach");
	say(REQUEST_ARM, "trace %s", random_set());
}

static pid_t random_thread(pid_t pid)
{
	pid_t tids[64];
	unsigned int n = 0;
	struct dirent *entry;
	char path[64];
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	dir = opendir(path);
	while (dir && (entry = readdir(dir)) && n < ARRAY_SIZE(tids))
		if (isdigit((unsigned char)entry->d_name[0]))
			tids[n++] = atoi(entry->d_name);
	if (dir)
		closedir(dir);
	return n ? tids[below(n)] : pid;
}

static int open_target(pid_t pid)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/syscall", pid);
	if (percent(15))
		snprintf(path, sizeof(path), "/proc/%d/task/%d/syscall", pid, random_thread(pid));
	return open(path, O_RDWR | O_CLOEXEC);
}

static void become_user(void)
{
	if (setgroups(0, NULL) || setresgid(USER, USER, USER) || setresuid(USER, USER, USER))
		die("user");
	/* To be traced by oneself before the command, too. */
	prctl(PR_SET_DUMPABLE, 1);
}

static void tracer(unsigned long number, pid_t target)
{
	struct sigaction sa = { .sa_handler = note_signal };

	begin_random(seed * 1000003 + number);
	setsid();
	if (tracers_as_user)
		become_user();
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	sigaction(SIGTERM, &sa, NULL);
	sigaction(SIGUSR1, &sa, NULL);
	file = open_target(target);
	if (file < 0) {
		refuse(REQUEST_OPEN, errno);
		if (!is_fate(errno))
			complain(REQUEST_OPEN, errno, "open");
		_exit(0);
	}
	if (!arm())
		_exit(0);
	if (percent(5))
		leave_holder();
	if (percent(10))
		leave_heir();
	while (serve() && !leaving)
		rearm();
	if (leaving && percent(50))
		say(REQUEST_ARM, "detach");
	/* Which closes the file, and keeps the process. */
	if (percent(20))
		execl("/bin/true", "true", NULL);
	_exit(0);
}

/* ------------------------- processes of the command ----------------------- */

struct process {
	pid_t pid;
	pid_t parent;
	bool runs;
	bool ours;
};

static struct process processes[MAX_PROCESSES];
static unsigned int nr_processes;

/* Find out its parent and what it does; false if there is no such process any more. */
static bool inspect(struct process *process)
{
	char path[64], line[512] = "", *p;
	FILE *f;
	char state;

	snprintf(path, sizeof(path), "/proc/%d/stat", process->pid);
	f = fopen(path, "r");
	if (!f)
		return false;
	p = fgets(line, sizeof(line), f) ? strrchr(line, ')') : NULL;
	fclose(f);
	if (!p || sscanf(p, ") %c %d", &state, &process->parent) != 2)
		return false;
	process->runs = state == 'R';
	return true;
}

static bool is_tracer(pid_t pid)
{
	int i;

	for (i = 0; i < nr_slots; i++)
		if (slots[i].pid == pid)
			return true;
	return false;
}

static void list_processes(void)
{
	DIR *dir = opendir("/proc");
	struct dirent *entry;

	nr_processes = 0;
	while (dir && (entry = readdir(dir)) && nr_processes < MAX_PROCESSES) {
		struct process *p = &processes[nr_processes];

		if (!isdigit((unsigned char)entry->d_name[0]))
			continue;
		p->pid = atoi(entry->d_name);
		if (!inspect(p))
			continue;
		p->ours = p->parent == getpid() && !is_tracer(p->pid);
		nr_processes++;
	}
	if (dir)
		closedir(dir);
}

static bool is_ours(pid_t pid)
{
	unsigned int i;

	for (i = 0; i < nr_processes; i++)
		if (processes[i].pid == pid)
			return processes[i].ours;
	return false;
}

/* Leave those in the list that descend from us, and are no tracers. */
static void find_processes(void)
{
	unsigned int i, n = 0;
	bool more = true;

	list_processes();
	while (more) {
		more = false;
		for (i = 0; i < nr_processes; i++) {
			struct process *p = &processes[i];

			if (p->ours || !is_ours(p->parent))
				continue;
			p->ours = true;
			more = true;
		}
	}
	for (i = 0; i < nr_processes; i++)
		if (processes[i].ours)
			processes[n++] = processes[i];
	nr_processes = n;
}

/* Rather one that does something. */
static pid_t random_target(void)
{
	struct process *p = NULL;
	int i;

	if (percent(20))
		return command;
	find_processes();
	for (i = 0; i < 4 && nr_processes && !(p && p->runs); i++)
		p = &processes[below(nr_processes)];
	return p ? p->pid : command;
}

/* Print lines of a file of a process that begin with one of the words. */
static void print_file(pid_t pid, const char *name, const char *words)
{
	char path[64], line[512], word[64];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	f = fopen(path, "r");
	while (f && fgets(line, sizeof(line), f)) {
		snprintf(word, sizeof(word), " %.*s ", (int)strcspn(line, ":"), line);
		if (!*words || strstr(words, word))
			fprintf(stderr, "churn:    %s", line);
	}
	if (f)
		fclose(f);
}

static void print_process(pid_t pid)
{
	fprintf(stderr, "churn: process %d:\n", pid);
	print_file(pid, "status",
		   " Name State PPid Threads TracerPid SyscallTracers SigPnd ShdPnd ");
	print_file(pid, "syscall", "");
	print_file(pid, "stack", "");
}

static void print_processes(void)
{
	unsigned int i;

	find_processes();
	for (i = 0; i < nr_processes && i < 40; i++)
		print_process(processes[i].pid);
}

static long tracers_of(pid_t pid)
{
	char path[64], line[512];
	long n = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	f = fopen(path, "r");
	while (f && fgets(line, sizeof(line), f))
		sscanf(line, "SyscallTracers: %ld", &n);
	if (f)
		fclose(f);
	return n;
}

/* ----------------------------- coming and going --------------------------- */

static unsigned long nr_started;

static void start_tracer(struct slot *slot, pid_t target)
{
	pid_t pid;

	nr_started++;
	pid = fork();
	if (!pid)
		tracer(nr_started, target);
	slot->pid = pid > 0 ? pid : 0;
	slot->halted = false;
}

/* All that have ended; true if the command has. */
static bool reap(int *status)
{
	bool ended = false;
	int i, st;
	pid_t pid;

	while ((pid = waitpid(-1, &st, WNOHANG)) > 0) {
		if (pid == command) {
			ended = true;
			*status = st;
			continue;
		}
		for (i = 0; i < nr_slots && slots[i].pid != pid; i++)
			;
		if (i == nr_slots) {
			counts->orphans++;
			continue;
		}
		slots[i].pid = 0;
		if (WIFEXITED(st) ? WEXITSTATUS(st) : WTERMSIG(st) != SIGKILL &&
		    WTERMSIG(st) != SIGTERM && WTERMSIG(st) != SIGUSR1) {
			fprintf(stderr, "churn: tracer ended with %#x\n", st);
			counts->bad++;
		}
	}
	return ended;
}

static void send(struct slot *slot, int sig, unsigned long *count)
{
	kill(slot->pid, sig);
	slot->halted = sig == SIGSTOP;
	++*count;
}

/* What is stopped by them has waited long enough. */
static void resume_all(void)
{
	int i;

	for (i = 0; i < nr_slots; i++) {
		if (slots[i].pid && slots[i].halted)
			kill(slots[i].pid, SIGCONT);
		slots[i].halted = false;
	}
}

/* ------------------------------- the cgroup ------------------------------- */

static int open_cgroup(const char *name, int flags)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", cgroup, name);
	return open(path, flags | O_CLOEXEC);
}

static bool write_cgroup(const char *name, const char *text)
{
	int fd = open_cgroup(name, O_WRONLY);
	bool written = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	close(fd);
	return written;
}

/* Does cgroup.events have this line? */
static bool cgroup_is(const char *line)
{
	char text[256] = "";
	int fd = open_cgroup("cgroup.events", O_RDONLY);

	if (fd < 0 || read(fd, text, sizeof(text) - 1) < 0)
		text[0] = '\0';
	close(fd);
	return strstr(text, line);
}

/* For all that the command makes; without cgroups nothing is frozen. */
static void make_cgroup(void)
{
	snprintf(cgroup, sizeof(cgroup), "/sys/fs/cgroup/churn.%d", getpid());
	if (mkdir(cgroup, 0755))
		cgroup[0] = '\0';
}

/* Stopped or not, all of it freezes, and nobody notices. */
static void freeze_command(void)
{
	int i;

	if (!cgroup[0] || !write_cgroup("cgroup.freeze", "1"))
		return;
	for (i = 0; i < FROZEN_IN * 200 && !cgroup_is("frozen 1"); i++)
		nap(5);
	if (!cgroup_is("frozen 1")) {
		fprintf(stderr, "churn: does not freeze:\n");
		counts->bad++;
		print_processes();
	}
	nap(below(20));
	write_cgroup("cgroup.freeze", "0");
	counts->frozen++;
}

/* ---------------------------- disturbing tracers -------------------------- */

/* Do something to a tracer. */
static void disturb(struct slot *slot)
{
	unsigned int what = below(20);

	if (!slot->pid)
		start_tracer(slot, random_target());
	else if (what < 5)
		send(slot, SIGKILL, &counts->killed);
	else if (what < 7)
		send(slot, SIGTERM, &counts->left);
	else if (what < 9)
		send(slot, SIGSTOP, &counts->halted);
	else if (what < 12)
		send(slot, SIGUSR1, &counts->rearmed);
	else if (what < 13)
		freeze_command();
}

/* Where there is no tracer any more. */
static void replace_one(void)
{
	int i;

	for (i = 0; i < nr_slots && slots[i].pid; i++)
		;
	if (i < nr_slots)
		start_tracer(&slots[i], random_target());
}

static void print_counts(long seconds)
{
	printf("# churn: %ld s: %lu stops, %lu notes, %lu rewrites; ", seconds,
	       counts->stops, counts->notes, counts->rewrites);
	printf("%lu tracers, %lu armed, %lu killed, %lu left, %lu halted, %lu rearmed; ",
	       nr_started, counts->armed, counts->killed, counts->left, counts->halted,
	       counts->rearmed);
	printf("%lu frozen; %lu orphans\n", counts->frozen, counts->orphans);
	fflush(stdout);
}

static void print_refused(void)
{
	int i, err;

	printf("# churn: refused:");
	for (i = 0; i < NR_REQUESTS; i++)
		for (err = 0; err < MAX_ERRNO; err++)
			if (counts->refused[i][err])
				printf(" %s %s %lu", request_names[i],
				       strerrorname_np(err) ?: "?", counts->refused[i][err]);
	printf("\n");
}

static long seconds_since(const struct timespec *start)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec - start->tv_sec;
}

static void end_tracers(void)
{
	int i, status;

	for (i = 0; i < nr_slots; i++) {
		if (!slots[i].pid)
			continue;
		kill(slots[i].pid, percent(50) ? SIGKILL : SIGTERM);
		kill(slots[i].pid, SIGCONT);
	}
	for (i = 0; i < nr_slots; i++) {
		/* It may hear of that only with the next record. */
		for (status = 0; slots[i].pid && status < 50; status++) {
			if (waitpid(slots[i].pid, NULL, WNOHANG) == slots[i].pid)
				slots[i].pid = 0;
			else
				nap(20);
		}
		if (slots[i].pid) {
			kill(slots[i].pid, SIGKILL);
			waitpid(slots[i].pid, NULL, 0);
			slots[i].pid = 0;
		}
	}
}

/* ------------------------------- the command ------------------------------ */

static void run_command(int gate, char **argv)
{
	int fd = open(output, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
	char c;

	if (fd < 0)
		die(output);
	dup2(fd, STDOUT_FILENO);
	dup2(fd, STDERR_FILENO);
	setsid();
	if (cgroup[0])
		write_cgroup("cgroup.procs", "0");
	setpriority(PRIO_PROCESS, 0, 0);
	if (as_user)
		become_user();
	if (read(gate, &c, 1) != 1)
		_exit(FAILED);
	execvp(argv[0], argv);
	die(argv[0]);
}

/* With its first tracers on it. */
static void start_command(char **argv)
{
	int gate[2], i;

	if (pipe2(gate, O_CLOEXEC))
		die("pipe");
	command = fork();
	if (command < 0)
		die("fork");
	if (!command) {
		close(gate[1]);
		run_command(gate[0], argv);
	}
	close(gate[0]);
	for (i = 0; i < nr_slots; i++)
		start_tracer(&slots[i], command);
	if (write(gate[1], "g", 1) != 1)
		die("gate");
	close(gate[1]);
}

/* Let tracers come and go until the command ends; false if it does not. */
static bool disturb_command(int *status)
{
	struct timespec start;
	long told = 0, now;
	unsigned int pace = 20, pause;

	clock_gettime(CLOCK_MONOTONIC, &start);
	while (!reap(status)) {
		now = seconds_since(&start);
		if (now >= limit)
			return false;
		if (now >= told + 10) {
			told = now;
			print_counts(now);
		}
		pause = 1 + below(pace);
		nap(pause);
		resume_all();
		disturb(&slots[below(nr_slots)]);
		if (percent(50))
			replace_one();
		/* A second or so of short lives, then of longer ones. */
		if (below(1000) < pause)
			pace = 8 << below(8);
	}
	print_counts(seconds_since(&start));
	return true;
}

/* The command hangs. Is it for its tracers? */
static void rescue(int *status)
{
	bool ended = false;
	int i;

	fprintf(stderr, "churn: the command has not ended after %d s\n", limit);
	counts->bad++;
	print_processes();
	end_tracers();
	for (i = 0; i < 300 && !ended; i++) {
		nap(100);
		ended = reap(status);
	}
	fprintf(stderr, "churn: without tracers it %s\n", ended ? "ended" : "did not end, either");
	if (!ended)
		print_processes();
}

/* Wait for what the command has left; true if it is gone. */
static bool wait_for_rest(int *status, int tenths)
{
	while (tenths--) {
		reap(status);
		find_processes();
		if (!nr_processes)
			return true;
		nap(100);
	}
	return false;
}

/* Nothing is traced any more, nothing waits for a tracer, all can be killed. */
static void clear_up(int *status)
{
	unsigned int i;

	if (wait_for_rest(status, 30))
		return;
	for (i = 0; i < nr_processes; i++) {
		if (tracers_of(processes[i].pid)) {
			fprintf(stderr, "churn: it has tracers still:\n");
			print_process(processes[i].pid);
			counts->bad++;
		}
	}
	for (i = 0; i < nr_processes; i++)
		kill(processes[i].pid, SIGKILL);
	if (wait_for_rest(status, 300))
		return;
	fprintf(stderr, "churn: these cannot be killed:\n");
	counts->bad++;
	print_processes();
}

/* Nobody can have got out of it. */
static void leave_cgroup(void)
{
	if (!cgroup[0])
		return;
	if (cgroup_is("populated 1")) {
		fprintf(stderr, "churn: a process is lost\n");
		counts->bad++;
		write_cgroup("cgroup.kill", "1");
	}
	rmdir(cgroup);
}

static void misused(void)
{
	fprintf(stderr, "usage: churn [-s SEED] [-l TRACERS] [-t SECONDS] [-o FILE] [-u | -U] %s\n",
		"COMMAND [ARGUMENT ...]");
	exit(FAILED);
}

static void parse_options(int argc, char **argv)
{
	int c;

	while ((c = getopt(argc, argv, "+s:l:t:o:uU")) != -1) {
		switch (c) {
		case 's':
			seed = strtoull(optarg, NULL, 0);
			break;
		case 'l':
			nr_slots = atoi(optarg);
			break;
		case 't':
			limit = atoi(optarg);
			break;
		case 'o':
			output = optarg;
			break;
		case 'U':
			tracers_as_user = true;
			as_user = true;
			break;
		case 'u':
			as_user = true;
			break;
		default:
			misused();
		}
	}
	if (optind == argc || nr_slots < 0 || nr_slots > MAX_TRACERS || limit < 1)
		misused();
}

int main(int argc, char **argv)
{
	int status = 0;

	parse_options(argc, argv);
	counts = mmap(NULL, sizeof(*counts), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (counts == MAP_FAILED)
		die("mmap");
	begin_random(seed);
	/* Tracers are to be quicker than programs that spin. */
	setpriority(PRIO_PROCESS, 0, -15);
	/* Who loses its parent comes to us. */
	if (prctl(PR_SET_CHILD_SUBREAPER, 1))
		die("prctl");
	make_cgroup();
	start_command(argv + optind);
	if (!disturb_command(&status))
		rescue(&status);
	end_tracers();
	clear_up(&status);
	leave_cgroup();
	print_refused();
	if (counts->bad)
		return FAILED;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
