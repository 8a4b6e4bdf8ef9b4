// SPDX-License-Identifier: GPL-2.0
/*
 * Run a program under tracers that change nothing.
 *
 *	identity [-b] [-n] [-s] [-l LAYERS] COMMAND [ARGUMENT ...]
 *	identity [-b] [-n] [-s] [-l LAYERS] -p PID
 *
 * Each layer is a process with a tracer of its own, which stops the program and
 * its children at every entry, exit, signal, birth and exec, and lets them go on.
 * What the program does must be what it does without them. -b: they bind as well;
 * -n: they do not watch signals; -s: tell at the end how many stops each has
 * answered; -p: trace what runs already, until SIGTERM or SIGINT.
 *
 * Ends as the command ends, by the same signal if it was one; 125 if it is
 * identity that failed. What outlives the command stays traced.
 */

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define MAX_LAYERS	64
#define FAILED		125

/* In identity itself: where the command waits, and where layers report. */
#define GATE_FD		3
#define REPORT_IN	4
#define REPORT_OUT	5

/**
 * struct report - what a layer tells identity
 * @layer: its number; the first is the oldest
 * @armed: this is not its end, it has begun
 * @err: errno that made it end; 0 if there was nothing left to trace
 * @stops: how many it has answered
 * @what: it was doing when @err happened
 */
struct report {
	int layer;
	bool armed;
	int err;
	unsigned long stops;
	char what[80];
};

static pid_t layers[MAX_LAYERS];
static int nr_layers = 1;
static bool want_bind, want_stats, no_signals, attach;
static pid_t target;
static sigset_t old_mask;

/* In a layer: the file, for the handler to leave with. */
static int syscall_fd = -1;

static void die(const char *what)
{
	fprintf(stderr, "identity: %s: %s\n", what, strerror(errno));
	exit(FAILED);
}

/* ------------------------------- a layer ---------------------------------- */

static void leave(int sig)
{
	int err = errno;

	if (write(syscall_fd, "detach\n", 7) != 7)
		_exit(0);
	errno = err;
}

/* Nothing that the program holds may be held open or busy by us. */
static void let_go(void)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	dup2(null, STDIN_FILENO);
	dup2(null, STDOUT_FILENO);
	if (null > STDERR_FILENO)
		close(null);
}

static bool arm(void)
{
	char path[64], lines[128];
	int len;

	snprintf(path, sizeof(path), "/proc/%d/syscall", target);
	syscall_fd = open(path, O_RDWR | O_CLOEXEC);
	if (syscall_fd < 0)
		return false;
	len = snprintf(lines, sizeof(lines), "%s%s%s", want_bind ? "bind on\n" : "",
		       no_signals ? "" : "signals all\n",
		       "follow on\nevents on\ntrace all\n");
	errno = EIO;
	return write(syscall_fd, lines, len) == len;
}

static bool is_word(const char *s, const char *word)
{
	size_t len = strlen(word);

	return !strncmp(s, word, len) && (s[len] == ' ' || s[len] == '\n');
}

/*
 * What a record wants: NULL if it is no stop. "exit N" may be the call exit()
 * or the news that a thread has ended: that is no stop, and so ESRCH.
 */
static const char *answer_to(const char *record)
{
	static const char * const cont[] = { "ok", "fail", "signal", "new", "exec" };
	static const char * const news[] = { "killed", "gone" };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cont); i++) {
		if (is_word(record, cont[i]))
			return " cont\n";
	}
	for (i = 0; i < ARRAY_SIZE(news); i++) {
		if (is_word(record, news[i]))
			return NULL;
	}
	return " step\n";
}

/* 1 if the stop was answered, 0 if there is none any more. */
static int answer(const char *record)
{
	char line[32];
	const char *word;
	size_t len = 0;

	while (len < 16 && isdigit((unsigned char)record[len])) {
		line[len] = record[len];
		len++;
	}
	if (!len || record[len] != ' ')
		return -1;
	word = answer_to(record + len + 1);
	if (!word)
		return 0;
	memcpy(line + len, word, strlen(word));
	len += strlen(word);
	if (write(syscall_fd, line, len) == (ssize_t)len)
		return 1;
	return errno == ESRCH ? 0 : -1;
}

/* Answer until there is nothing left to trace. */
static void serve(struct report *r)
{
	static char record[4096], rest[65536];
	ssize_t len;
	char last;
	int done;

	while ((len = read(syscall_fd, record, sizeof(record) - 1)) > 0) {
		record[len] = '\0';
		last = record[len - 1];
		while (last != '\n') {
			len = read(syscall_fd, rest, sizeof(rest));
			if (len <= 0)
				break;
			last = rest[len - 1];
		}
		done = answer(record);
		if (done < 0) {
			r->err = errno;
			snprintf(r->what, sizeof(r->what), "%.79s", record);
			return;
		}
		r->stops += done;
	}
	/* Taken off, or off by itself: that is what happens to tracers. */
	if (len < 0 && errno != EPERM && errno != ESRCH) {
		r->err = errno;
		snprintf(r->what, sizeof(r->what), "read");
	}
}

static void tell(const struct report *r)
{
	if (write(REPORT_OUT, r, sizeof(*r)) != sizeof(*r))
		_exit(FAILED);
}

static void layer(int number)
{
	struct report r = { .layer = number };
	struct sigaction sa = { .sa_handler = leave, .sa_flags = SA_RESTART };
	sigset_t set;

	/* A signal for the program's group or session is not for us. */
	setsid();
	if (chdir("/"))
		_exit(FAILED);
	if (attach)
		prctl(PR_SET_PDEATHSIG, SIGTERM);
	close(GATE_FD);
	close(REPORT_IN);
	dup2(STDIN_FILENO, STDERR_FILENO);
	errno = 0;
	if (!arm()) {
		r.err = errno;
		snprintf(r.what, sizeof(r.what), "arming /proc/%d/syscall", target);
		tell(&r);
		_exit(FAILED);
	}
	sigaction(SIGTERM, &sa, NULL);
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	r.armed = true;
	tell(&r);
	r.armed = false;
	serve(&r);
	tell(&r);
	_exit(0);
}

/* ------------------------------- identity --------------------------------- */

/* The command, as identity found the world; waits for its tracers. */
static void command(int gate, char **argv)
{
	char c;

	sigprocmask(SIG_SETMASK, &old_mask, NULL);
	if (read(gate, &c, 1) != 1)
		_exit(FAILED);
	execvp(argv[0], argv);
	fprintf(stderr, "identity: %s: %s\n", argv[0], strerror(errno));
	_exit(errno == ENOENT ? 127 : 126);
}

static void start_command(char **argv)
{
	int gate[2];

	if (pipe2(gate, O_CLOEXEC))
		die("pipe");
	target = fork();
	if (target < 0)
		die("fork");
	if (!target) {
		close(gate[1]);
		command(gate[0], argv);
	}
	close(gate[0]);
	if (gate[1] != GATE_FD) {
		dup3(gate[1], GATE_FD, O_CLOEXEC);
		close(gate[1]);
	}
}

/* What else we were given is the command's alone. */
static void open_reports(void)
{
	int fds[2];

	if (syscall(SYS_close_range, REPORT_IN, ~0U, 0))
		die("close_range");
	let_go();
	if (attach && fcntl(STDIN_FILENO, F_DUPFD, GATE_FD) < 0)
		die("dup");
	if (pipe2(fds, O_CLOEXEC))
		die("pipe");
	if (fds[0] != REPORT_IN || fds[1] != REPORT_OUT)
		die("descriptors");
}

/* Print what went wrong; true if nothing did. */
static bool check_report(const struct report *r)
{
	if (r->err)
		fprintf(stderr, "identity: layer %d: %s: %s\n", r->layer, r->what,
			strerror(r->err));
	else if (want_stats && !r->armed)
		fprintf(stderr, "identity: layer %d: %lu stops\n", r->layer, r->stops);
	return !r->err;
}

static void start_layers(void)
{
	struct report r;
	int i;

	for (i = 0; i < nr_layers; i++) {
		layers[i] = fork();
		if (layers[i] < 0)
			die("fork");
		if (!layers[i])
			layer(i);
		if (read(REPORT_IN, &r, sizeof(r)) != sizeof(r))
			die("layer");
		if (!check_report(&r))
			exit(FAILED);
	}
	close(REPORT_OUT);
}

/* Those that have ended, or wait until all have. */
static bool check_reports(bool all)
{
	struct report r;
	bool good = true;

	if (!all)
		fcntl(REPORT_IN, F_SETFL, O_NONBLOCK);
	while (read(REPORT_IN, &r, sizeof(r)) == sizeof(r))
		good &= check_report(&r);
	return good;
}

/* End as the command did. */
static void end_like(int status)
{
	struct rlimit none = { 0, 0 };
	sigset_t set;

	if (WIFEXITED(status))
		exit(WEXITSTATUS(status));
	setrlimit(RLIMIT_CORE, &none);
	signal(WTERMSIG(status), SIG_DFL);
	sigfillset(&set);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	raise(WTERMSIG(status));
	exit(128 + WTERMSIG(status));
}

static void pass_on(int sig)
{
	int i;

	for (i = 0; i < nr_layers; i++)
		kill(layers[i], SIGTERM);
}

/* Keep the layers on a running process until we are told to leave. */
static int stay(void)
{
	struct sigaction sa = { .sa_handler = pass_on, .sa_flags = SA_RESTART };

	sigaction(SIGTERM, &sa, NULL);
	sigaction(SIGINT, &sa, NULL);
	sigprocmask(SIG_SETMASK, &old_mask, NULL);
	return check_reports(true) ? 0 : FAILED;
}

static void misused(void)
{
	fprintf(stderr, "usage: identity [-b] [-n] [-s] [-l LAYERS] COMMAND [ARGUMENT ...]\n"
		"       identity [-b] [-n] [-s] [-l LAYERS] -p PID\n");
	exit(FAILED);
}

static char **parse_options(int argc, char **argv)
{
	bool has_command;
	int c;

	while ((c = getopt(argc, argv, "+bnsl:p:")) != -1) {
		switch (c) {
		case 'b':
			want_bind = true;
			break;
		case 'n':
			no_signals = true;
			break;
		case 's':
			want_stats = true;
			break;
		case 'l':
			nr_layers = atoi(optarg);
			break;
		case 'p':
			attach = true;
			target = atoi(optarg);
			break;
		default:
			misused();
		}
	}
	has_command = optind < argc;
	if (nr_layers < 1 || nr_layers > MAX_LAYERS)
		misused();
	if (attach == has_command)
		misused();
	return argv + optind;
}

int main(int argc, char **argv)
{
	char **words = parse_options(argc, argv);
	sigset_t all;
	int status;

	/* A signal for the command's group comes to us, too. */
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &old_mask);
	if (!attach)
		start_command(words);
	signal(SIGCHLD, SIG_DFL);
	open_reports();
	start_layers();
	if (attach)
		return stay();
	if (write(GATE_FD, "g", 1) != 1)
		die("gate");
	close(GATE_FD);
	while (waitpid(target, &status, 0) < 0) {
		if (errno != EINTR)
			die("wait");
	}
	if (!check_reports(want_stats))
		return FAILED;
	end_like(status);
}
