// SPDX-License-Identifier: GPL-2.0-only
/*
 * Begin tracing, take records until all that is traced has ended, and leave.
 */
#include <errno.h>
#include <grp.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include "consts.gen.h"
#include "sctrace.h"
#include "tracer.h"

#define LOG_KIB		1024
#define DRAIN_NS	100000000	/* for what is logged already, as we leave */
#define LEAST_LIMIT	512	/* the largest struct that is printed: utsname, 390 bytes */

static struct tracer *tracers;
static unsigned int nr_tracers;
static volatile sig_atomic_t interrupted;
static int command_status;
static pid_t unstarted;

void raise_signal(int sig)
{
	struct rlimit none = { 0, 0 };
	sigset_t set;

	/* The program has left a core already, if anybody wanted one. */
	setrlimit(RLIMIT_CORE, &none);
	signal(sig, SIG_DFL);
	sigemptyset(&set);
	sigaddset(&set, sig);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	raise(sig);
	exit(128 + sig);
}

/* How they are to be: caught, if the program alone is not to hear of them; or ignored */
static const struct {
	int sig;
	bool ignored;
} own_signals[] = {
	{ SIGHUP, false }, { SIGINT, false }, { SIGQUIT, false }, { SIGTERM, false },
	{ SIGTTOU, true }, { SIGTTIN, true }, { SIGPIPE, true },
};

static struct sigaction inherited[ARRAY_SIZE(own_signals)], inherited_alarm, inherited_chld;

/*
 * One that comes just before we go to sleep would be noticed at the next record only. So
 * there are more, until we are awake.
 */
static void on_alarm(int sig)
{
	(void)sig;
	alarm(1);
}

/* The next of the same kind ends us at once, whatever we wait for. */
static void on_signal(int sig)
{
	interrupted = sig;
	alarm(1);
}

/* As strace: with a command and -o the program alone is to hear of them. */
static void set_signals(void)
{
	bool block = opt.interrupts_off || (opt.output && opt.argv[0]);
	struct sigaction action = { .sa_flags = SA_RESETHAND };
	struct sigaction tick = { .sa_handler = on_alarm };
	struct sigaction usual = { .sa_handler = SIG_DFL };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(own_signals); i++) {
		action.sa_handler = block || own_signals[i].ignored ? SIG_IGN : on_signal;
		sigaction(own_signals[i].sig, &action, &inherited[i]);
	}
	sigaction(SIGALRM, &tick, &inherited_alarm);
	/* Else nobody would tell us how the command has ended. */
	sigaction(SIGCHLD, &usual, &inherited_chld);
}

void own_signals_back(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(own_signals); i++)
		sigaction(own_signals[i].sig, &inherited[i], NULL);
	sigaction(SIGALRM, &inherited_alarm, NULL);
	sigaction(SIGCHLD, &inherited_chld, NULL);
}

/* -------------------------------- the command ----------------------------- */

/* In the new process: its own signals, and whom it shall be. */
static int prepare(void *data)
{
	const struct passwd *user = data;

	own_signals_back();
	if (!user)
		return 0;
	if (initgroups(user->pw_name, user->pw_gid) || setregid(user->pw_gid, user->pw_gid) ||
	    setreuid(user->pw_uid, user->pw_uid))
		return 126;
	return 0;
}

static const struct passwd *find_user(void)
{
	const struct passwd *user = opt.user ? getpwnam(opt.user) : NULL;

	if (opt.user && !user)
		die("-u %s: no such user", opt.user);
	return user;
}

static void put_settings(struct text *s)
{
	unsigned int limit = opt.string_limit + 1 > LEAST_LIMIT ? opt.string_limit + 1 :
			     LEAST_LIMIT;

	put_f(s, "limit %u\n", opt.count_only ? 1 : limit > 65536 ? 65536 : limit);
	put_f(s, "log %u\n", LOG_KIB);
	put_s(s, "events on\n");
	if (!opt.count_only)
		put_s(s, "out on\n");
	if (opt.follow)
		put_s(s, "follow on\n");
}

/* Signals are for lines only. */
static int send_sets(struct tracer *tr)
{
	char *signals = opt.count_only ? strdup("none") : signals_text();
	char *calls = shows_at_once() ? set_text(&stopped_calls) : strdup("none");
	int err;

	err = sct_command(tr->t, "signals %s", signals);
	if (!err)
		err = send_rules(tr->t, &logged_calls, &stopped_calls, shows_at_once());
	if (!err)
		err = sct_command(tr->t, "trace %s", calls);
	free(signals);
	free(calls);
	return err;
}

static void start_command(void)
{
	struct text settings = { NULL, 0, 0 };
	const struct passwd *user = find_user();
	struct sct_program program = {
		.argv = opt.argv, .prepare = prepare, .data = (void *)user,
	};
	struct tracer *tr = &tracers[nr_tracers++];
	const struct syscall_trace_record *r;
	int err;

	put_settings(&settings);
	put_c(&settings, 0);
	program.settings = settings.data;
	err = sct_spawn(&tr->t, &program, 0, &tr->pid);
	if (err)
		die("%s", tr->t ? sct_error(tr->t) : strerror(-err));
	tr->command = true;
	unstarted = tr->pid;
	free(settings.data);
	/* It stands before its execve: nothing was missed. */
	do {
		err = sct_next(tr->t, &r, -1);
	} while (err == -EINTR && !interrupted);
	if (err < 0)
		die("%s", sct_error(tr->t));
	if (!err) {
		tr->ended = true;
		return;
	}
	if (send_sets(tr))
		die("%s", sct_error(tr->t));
	unstarted = 0;
	handle_record(tr, r);
}

void end_unstarted(void)
{
	if (unstarted)
		kill(unstarted, SIGKILL);
}

/* --------------------------------- processes ------------------------------ */

static int send_settings(struct tracer *tr)
{
	struct text settings = { NULL, 0, 0 };
	char *one, *save;
	int err = 0;

	put_settings(&settings);
	put_c(&settings, 0);
	for (one = strtok_r(settings.data, "\n", &save); one && !err;
	     one = strtok_r(NULL, "\n", &save))
		err = sct_command(tr->t, "%s", one);
	free(settings.data);
	return err;
}

/* Of several the others are traced even so. */
static void attach(pid_t pid)
{
	struct tracer *tr = &tracers[nr_tracers++];
	struct thread *th = NULL;
	int err;

	tr->pid = pid;
	tr->thread_only = !opt.follow;
	err = sct_open(&tr->t, pid, tr->thread_only ? SCT_THREAD : 0);
	if (!err)
		err = send_settings(tr);
	if (tr->thread_only)
		read_current(pid, " <unfinished ...>");
	else
		read_all_current(pid, " <unfinished ...>");
	if (!err)
		err = send_sets(tr);
	if (err) {
		warn("%s", tr->t ? sct_error(tr->t) : strerror(-err));
		tr->ended = true;
		drop_thread(pid);
		return;
	}
	if (!(opt.quiet & QUIET_ATTACH))
		warn("Process %d attached", pid);
	while ((th = next_thread(th)))
		show_current(th);
}

/* ---------------------------------- the loop ------------------------------ */

static bool take_one(struct tracer *tr, int64_t timeout)
{
	const struct syscall_trace_record *r;
	int n = sct_next(tr->t, &r, timeout);

	if (n > 0) {
		handle_record(tr, r);
		return true;
	}
	if (n == -EAGAIN || n == -ETIME || n == -EINTR || n == -ESRCH)
		return false;
	if (n < 0)
		warn("%s", sct_error(tr->t));
	/* What is refused of one thread is no matter of the others. */
	tr->ended = !n || n == -EPERM || n == -EBADF || n == -EINVAL;
	return false;
}

static bool take_all(struct tracer *tr)
{
	bool any = false;

	while (!interrupted && !tr->ended && take_one(tr, 0))
		any = true;
	return any;
}

static void wait_for_any(int64_t timeout)
{
	struct pollfd *fds = calloc(nr_tracers, sizeof(*fds));
	struct timespec ts = { timeout / 1000000000, timeout % 1000000000 };
	unsigned int i;

	if (!fds)
		die("out of memory");
	for (i = 0; i < nr_tracers; i++) {
		fds[i].fd = tracers[i].ended ? -1 : sct_fd(tracers[i].t);
		fds[i].events = POLLIN;
	}
	ppoll(fds, nr_tracers, timeout < 0 ? NULL : &ts, NULL);
	free(fds);
}

static bool all_ended(void)
{
	unsigned int i;

	for (i = 0; i < nr_tracers; i++)
		if (!tracers[i].ended)
			return false;
	return true;
}

static void loop(void)
{
	int64_t timeout;
	unsigned int i;
	bool any;

	while (!interrupted && !all_ended()) {
		timeout = resume_delayed();
		for (any = false, i = 0; i < nr_tracers; i++)
			if (!tracers[i].ended)
				any |= take_all(&tracers[i]);
		if (any || interrupted || all_ended())
			continue;
		flush_output();
		if (nr_tracers == 1)
			take_one(&tracers[0], timeout);
		else
			wait_for_any(timeout);
	}
}

/* ----------------------------------- the end ------------------------------ */

/* A command has got those of the terminal itself: it makes its call no more. */
static void show_rest(int sig)
{
	uint64_t until = now_ns() + DRAIN_NS;
	bool command = false;
	unsigned int i;

	for (i = 0; i < nr_tracers; i++) {
		command |= tracers[i].command;
		while (!tracers[i].ended && now_ns() < until && take_one(&tracers[i], 0))
			;
	}
	end_open_calls(!command || (sig != SIGINT && sig != SIGQUIT));
}

static void leave(struct tracer *tr, int sig)
{
	if (tr->ended)
		return;
	if (tr->command && sig)
		kill(tr->pid, sig);
	sct_command(tr->t, "detach");
	if (!tr->command && !(opt.quiet & QUIET_ATTACH))
		warn("Process %d detached", tr->pid);
}

int run(void)
{
	unsigned int i;
	int sig;

	tracers = calloc(opt.nr_pids + 1, sizeof(*tracers));
	if (!tracers)
		die("out of memory");
	choose_calls();
	set_signals();
	open_output();
	for (i = 0; i < opt.nr_pids; i++)
		attach(opt.pids[i]);
	if (opt.argv[0])
		start_command();
	else if (all_ended())
		exit(1);
	loop();
	sig = interrupted;
	alarm(0);
	if (sig)
		show_rest(sig);
	for (i = 0; i < nr_tracers; i++)
		leave(&tracers[i], sig);
	if (opt.count)
		print_counts();
	close_output();
	for (i = 0; i < nr_tracers; i++) {
		sct_close(tracers[i].t);
		if (tracers[i].command && !sig)
			while (waitpid(tracers[i].pid, &command_status, 0) < 0 && errno == EINTR)
				;
	}
	if (sig)
		raise_signal(sig);
	if (WIFSIGNALED(command_status))
		raise_signal(WTERMSIG(command_status));
	return WEXITSTATUS(command_status);
}
