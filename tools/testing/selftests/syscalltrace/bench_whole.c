// SPDX-License-Identifier: GPL-2.0
/*
 * Whole programs, for the benchmark: how long they take alone, under Debian's strace,
 * under bench_tracer and under sctrace. They work in the directory that qemu/guest/bench.sh has made.
 */
#include "bench.h"

#define MAX_WORDS	24
#define LACKS_SUPPORT	4	/* exit status of bench_tracer */
#define SHOW_ALL	"bench_tracer", "-o", "/dev/null"

struct command {
	const char *name;
	const char *words[12];
};

static const struct command programs[] = {
	{ "dd", { "dd", "if=zeros", "of=/dev/null", "bs=1" } },
	{ "find", { "find", "tree", "-type", "f", "-size", "+1k" } },
	{ "shell", { "sh", "./shell-loop" } },
	{ "build", { "sh", "./build" } },
};

/* One call traced is one that hardly happens in some of them: nothing else stops. */
static const struct command tracers[] = {
	{ "bare", { NULL } },
	{ "strace", { "strace", "-f", "-o", "/dev/null" } },
	{ "strace-bpf-openat", { "strace", "--seccomp-bpf", "-f", "-o", "/dev/null", "-e",
				 "trace=openat" } },
	{ "text", { SHOW_ALL } },
	{ "text-openat", { SHOW_ALL, "-t", "openat" } },
	{ "packed", { SHOW_ALL, "-p" } },
	{ "packed-openat", { SHOW_ALL, "-p", "-t", "openat" } },
	{ "log", { SHOW_ALL, "-l" } },
	{ "strace-c", { "strace", "-f", "-c", "-o", "/dev/null" } },
	{ "sctrace", { "sctrace", "-f", "-o", "/dev/null" } },
	{ "sctrace-openat", { "sctrace", "-f", "-o", "/dev/null", "-e", "trace=openat" } },
	{ "sctrace-c", { "sctrace", "-f", "-c", "-o", "/dev/null" } },
};

static void execute(const struct command *tracer, const struct command *program)
{
	const char *words[MAX_WORDS];
	int i, n = 0, fd = open("/dev/null", O_RDWR);

	for (i = 0; i < (int)ARRAY_SIZE(tracer->words) && tracer->words[i]; i++)
		words[n++] = tracer->words[i];
	for (i = 0; i < (int)ARRAY_SIZE(program->words) && program->words[i]; i++)
		words[n++] = program->words[i];
	words[n] = NULL;
	for (i = 0; i < 3; i++)
		dup2(fd, i);
	execvp(words[0], (char **)words);
	_exit(127);
}

static void fail_by_status(int status)
{
	char what[64];

	if (WIFEXITED(status) && WEXITSTATUS(status) == LACKS_SUPPORT) {
		fail("the kernel", EOPNOTSUPP);
	} else if (WIFEXITED(status) && WEXITSTATUS(status) == 127) {
		fail("the command", ENOENT);
	} else {
		snprintf(what, sizeof(what), "the command ended with %#x", status);
		fail(what, ECANCELED);
	}
}

/* One run of all of it. */
static double run(const struct command *tracer, const struct command *program)
{
	int status = 0;
	__u64 t = now();
	pid_t pid = fork();

	if (!pid)
		execute(tracer, program);
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		fail("fork", errno);
	t = now() - t;
	if (status)
		fail_by_status(status);
	return t;
}

static void measure_program(const struct command *program, const struct command *tracer)
{
	char name[64];
	int i;

	snprintf(name, sizeof(name), "%s-%s", program->name, tracer->name);
	if (!is_wanted(name))
		return;
	memset(result, 0, sizeof(*result));
	if (access("shell-loop", R_OK))
		fail("no files to work with", errno);
	/* The first to warm up. */
	for (i = 0; i <= repeats && !result->failed; i++) {
		double t = run(tracer, program);

		if (i)
			result->samples[result->nr++] = t;
	}
	report_result(name);
}

void measure_programs(void)
{
	unsigned int p, t;

	for (p = 0; p < ARRAY_SIZE(programs); p++)
		for (t = 0; t < ARRAY_SIZE(tracers); t++)
			measure_program(&programs[p], &tracers[t]);
}
