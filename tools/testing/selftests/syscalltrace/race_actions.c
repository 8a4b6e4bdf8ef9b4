// SPDX-License-Identifier: GPL-2.0
/*
 * What is done at once, and what it may be refused with: the errors that
 * Documentation/userspace-api/syscall_trace.rst names for what the other one does.
 */

#include <sys/ptrace.h>
#include <sys/wait.h>

#include "race.h"

static struct side *other_of(int i)
{
	return &sh->sides[!i];
}

/* Which tracer is meant? */
int layer_of(int i)
{
	return w.same || w.nr_layers < 2 ? 0 : i;
}

static int result(long ret)
{
	return ret < 0 ? errno : 0;
}

static int write_lines(int fd, const char *lines)
{
	return result(write(fd, lines, strlen(lines)));
}

static int attach(int i)
{
	pid_t tid = w.to_thread && sh->sides[!i].tid ? sh->sides[!i].tid : w.tracee;
	char path[64];
	int fd, err;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/syscall", w.tracee, tid);
	if (!w.to_thread)
		snprintf(path, sizeof(path), "/proc/%d/syscall", w.tracee);
	fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return errno;
	if (sh->sides[i].random & 1)
		write_lines(fd, "out on\nbind on\nvdso off\n");
	if (w.follow)
		write_lines(fd, "follow on\n");
	err = write_lines(fd, "tid on\n") ?: write_lines(fd, "trace getppid\n");
	if (err)
		close(fd);
	else
		w.new_fd[i] = fd;
	return err;
}

static int detach(int i)
{
	return write_lines(w.fd[layer_of(i)], "detach\n");
}

static int close_file(int i)
{
	return result(close(w.fd[layer_of(i)]));
}

/* The stop that was read, or the next. */
static int answer(int i)
{
	int fd = w.fd[layer_of(i)];
	char line[64];
	const char *text = strchr(w.text, ' ');

	if (fd != w.fd[w.last] || !text)
		return serve_text(fd);
	snprintf(line, sizeof(line), "%d%s", atoi(w.text), reply_to(text + 1));
	return write_lines(fd, line);
}

static int kill_tracee(int i)
{
	(void)i;
	return result(kill(w.tracee, SIGKILL));
}

static int kill_tracer(int i)
{
	return result(kill(w.tracers[layer_of(i)].pid, SIGKILL));
}

static int send_signal(int i)
{
	int sig = w.jobctl ? SIGSTOP : SIDE_SIGNAL(i);

	if (sh->sides[i].random & 1)
		return result(syscall(SYS_tgkill, w.tracee, w.tracee, sig));
	return result(kill(w.tracee, sig));
}

static void undo_signal(int i)
{
	(void)i;
	if (w.jobctl)
		kill(w.tracee, SIGCONT);
}

/* Of two of these one thaws. */
static int freeze(int i)
{
	bool thaw = i && other_of(i)->action == FREEZE;

	return write_group("cgroup.freeze", thaw ? "0" : "1") ? 0 : errno;
}

static int attach_ptrace(int i)
{
	if (sh->sides[i].random & 1)
		return result(ptrace(PTRACE_SEIZE, w.tracee, 0, 0)) ?:
		       result(ptrace(PTRACE_INTERRUPT, w.tracee, 0, 0));
	return result(ptrace(PTRACE_ATTACH, w.tracee, 0, 0));
}

/* Is that the stop that we have asked for? */
static bool is_own_stop(int i, int status)
{
	if (sh->sides[i].random & 1)
		return status >> 16 == PTRACE_EVENT_STOP;
	return WSTOPSIG(status) == SIGSTOP;
}

/* Leave it at that stop; all others pass. False if there is nothing left to do. */
static bool leave_ptrace(int i)
{
	siginfo_t info = { };
	int status, sig;

	if (waitid(P_PID, w.tracee, &info, WSTOPPED | WEXITED | WNOHANG | WNOWAIT | __WALL))
		return false;
	if (!info.si_pid) {
		/* Whom it was on may have made room for who executes a program. */
		poll(NULL, 0, 1);
		return other_of(i)->action != EXEC || !ptrace(PTRACE_INTERRUPT, w.tracee, 0, 0) ||
		       errno != ESRCH;
	}
	if (info.si_code == CLD_EXITED || info.si_code == CLD_KILLED ||
	    waitpid(w.tracee, &status, __WALL | WNOHANG) != w.tracee)
		return false;
	if (is_own_stop(i, status))
		return ptrace(PTRACE_DETACH, w.tracee, 0, 0);
	sig = WSTOPSIG(status);
	ptrace(PTRACE_CONT, w.tracee, 0, status >> 16 || sig == SIGTRAP ? 0 : sig);
	return true;
}

static void undo_ptrace(int i)
{
	time_t end = time(NULL) + PATIENCE;

	while (!sh->sides[i].err && leave_ptrace(i)) {
		if (time(NULL) > end) {
			find("ptrace does not get its stop");
			return;
		}
	}
}

/**
 * struct deed - something that is done
 * @name: in names of pairs
 * @act: does it, returns 0 or the errno; NULL if a thread of the program does it
 * @undo: what has to be undone by who did it
 * @needs_layer: it is done to a tracer that there is
 * @ends_tracing: of which calls are no longer watched
 */
static const struct deed {
	const char *name;
	int (*act)(int i);
	void (*undo)(int i);
	bool needs_layer;
	bool ends_tracing;
} deeds[NR_ACTIONS] = {
	[ATTACH] = { "attach", attach },
	[DETACH] = { "detach", detach, NULL, true, true },
	[CLOSE] = { "close", close_file, NULL, true, true },
	[ANSWER] = { "answer", answer, NULL, true },
	[KILL_TRACEE] = { "kill_tracee", kill_tracee },
	[KILL_TRACER] = { "kill_tracer", kill_tracer, NULL, true, true },
	[EXEC] = { "exec" },
	[FORK] = { "fork" },
	[EXIT_THREAD] = { "exit" },
	[SIGNAL] = { "signal", send_signal, undo_signal },
	[FREEZE] = { "freeze", freeze },
	[PTRACE] = { "ptrace", attach_ptrace, undo_ptrace },
};

const char *name_of(enum action action)
{
	return deeds[action].name;
}

bool is_in_tracee(enum action action)
{
	return !deeds[action].act;
}

bool needs_layer(enum action action)
{
	return deeds[action].needs_layer;
}

bool ends_tracing(enum action action)
{
	return deeds[action].ends_tracing;
}

bool has_action(enum action action)
{
	return sh->sides[0].action == action || sh->sides[1].action == action;
}

void act(int i)
{
	struct side *side = &sh->sides[i];

	side->err = deeds[side->action].act(i);
	side->end = stamp();
}

void undo(int i)
{
	if (deeds[sh->sides[i].action].undo)
		deeds[sh->sides[i].action].undo(i);
}

static bool may_attach(int i, int err)
{
	enum action other = other_of(i)->action;

	/* The process or the thread is gone. */
	return (err == ESRCH || err == ENOENT) &&
	       (other == KILL_TRACEE || (w.to_thread && (other == EXIT_THREAD || other == EXEC)));
}

/* May @err be what side @i got? */
bool is_allowed(int i, int err)
{
	enum action other = other_of(i)->action;
	bool same = layer_of(i) == layer_of(!i) && needs_layer(other);

	if (!err)
		return true;
	switch (sh->sides[i].action) {
	case ATTACH:
		return may_attach(i, err);
	case DETACH:
	case CLOSE:
		if (err == EBADF)
			return same && other == CLOSE;
		return err == ESRCH && sh->sides[i].action == DETACH &&
		       (other == KILL_TRACEE || (same && ends_tracing(other)));
	case ANSWER:
		if (err == EBADF)
			return same && other == CLOSE;
		/* Nothing to read, or (-1) nothing any more. */
		if (w.scene != SHOWN && w.scene != RESULT && (err == EAGAIN || err == ESRCH))
			return true;
		if (w.nr_layers > 1 && layer_of(i) != w.last)
			return err == EAGAIN || err == ESRCH || err == -1;
		if (err == -1)
			return other == KILL_TRACEE;
		/* No such stop, it is over, or not armed. */
		return err == ESRCH && (other == KILL_TRACEE || other == EXEC ||
					(same && (ends_tracing(other) || other == ANSWER)));
	case PTRACE:
		if (err == EPERM && other == PTRACE)
			return true;
		return (err == ESRCH || err == EPERM) && (other == KILL_TRACEE || other == EXEC);
	default:
		return false;
	}
}
