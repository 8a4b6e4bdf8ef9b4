// SPDX-License-Identifier: GPL-2.0-only
/*
 * Count the system calls of a command and of all that it starts, by name.
 *
 *	cc count.c -o count -lsyscalltrace; ./count ls -l
 */
#include <errno.h>
#include <stdio.h>
#include <sys/wait.h>
#include <syscalltrace.h>

int main(int argc, char **argv)
{
	/* The kernel writes the calls down; nobody stops, and none is lost. */
	struct sct_program program = { .argv = argv + 1, .settings = "follow on\non all log\n" };
	const struct syscall_trace_record *record;
	static unsigned int count[1024];
	int ret, nr, status;
	struct sct *tracer;
	pid_t pid;

	if (argc < 2 || sct_spawn(&tracer, &program, 0, &pid)) {
		fprintf(stderr, "count: %s\n", argc < 2 ? "which command?" : sct_error(tracer));
		return 125;
	}
	/* Until all of them have ended. */
	while ((ret = sct_next(tracer, &record, -1)) > 0 || ret == -EINTR)
		if (ret > 0 && record->type == SYSCALL_TRACE_LOG && record->nr < 1024)
			count[record->nr]++;
	if (ret < 0)
		fprintf(stderr, "count: %s\n", sct_error(tracer));
	for (nr = 0; nr < 1024; nr++)
		if (count[nr])
			fprintf(stderr, "%8u %s\n", count[nr], sct_name(0, nr));
	sct_close(tracer);
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
