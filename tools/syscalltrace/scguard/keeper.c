// SPDX-License-Identifier: GPL-2.0-only
/*
 * The keeper: a process that does nothing until scguard is killed. Then it kills what
 * was guarded. ("onclose kill" kills who makes a judged call, all that make new
 * processes among them; who sleeps or computes would go on.)
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "scguard.h"

static int to_keeper = -1;

/* --------------------------------- keeper --------------------------------- */

static int *guarded;
static size_t nr_guarded;

static void take(int tid)
{
	size_t i;

	if (tid > 0) {
		guarded = need(realloc(guarded, (nr_guarded + 1) * sizeof(*guarded)));
		guarded[nr_guarded++] = tid;
		return;
	}
	for (i = 0; i < nr_guarded && guarded[i] != -tid; i++)
		;
	if (i < nr_guarded)
		guarded[i] = guarded[--nr_guarded];
}

static void keep(int from)
{
	ssize_t len;
	size_t i;
	int tid;

	while ((len = read(from, &tid, sizeof(tid))) != 0) {
		if (len < 0 && errno == EINTR)
			continue;
		if (len != sizeof(tid) || !tid)
			_exit(0);
		take(tid);
	}
	for (i = 0; i < nr_guarded; i++)
		kill(guarded[i], SIGKILL);
	_exit(0);
}

static void become_keeper(int from)
{
	static const int ignored[] = { SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGPIPE, SIGTSTP };
	size_t i;

	for (i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++)
		signal(ignored[i], SIG_IGN);
	prctl(PR_SET_NAME, "scguard-keeper", 0, 0, 0);
	/* Who waits for the end of scguard's output must not wait for it. */
	dup2(from, 0);
	if (close_range(1, ~0U, 0) || chdir("/"))
		_exit(STATUS_FAILED);
	keep(0);
}

/* --------------------------------- scguard -------------------------------- */

/* It is nobody's child, so that it is not taken for a guarded process. */
void keeper_start(void)
{
	int ends[2], status;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC))
		die(STATUS_FAILED, "pipe: %s: close descriptors", strerror(errno));
	pid = fork();
	if (pid < 0)
		die(STATUS_FAILED, "fork: %s: end other processes", strerror(errno));
	if (!pid) {
		close(ends[1]);
		pid = fork();
		if (pid)
			_exit(pid < 0);
		become_keeper(ends[0]);
	}
	close(ends[0]);
	if (waitpid(pid, &status, 0) != pid || status)
		die(STATUS_FAILED, "fork: the keeper could not be made: end other processes");
	to_keeper = ends[1];
}

/* @tid: a thread that is guarded now, with a minus one that is no more, 0: all is over */
void keeper_tell(pid_t tid)
{
	if (to_keeper < 0)
		return;
	if (write(to_keeper, &tid, sizeof(tid)) == sizeof(tid) || errno == EINTR)
		return;
	complain("keeper: %s: if scguard is killed, what sleeps stays", strerror(errno));
	close(to_keeper);
	to_keeper = -1;
}
