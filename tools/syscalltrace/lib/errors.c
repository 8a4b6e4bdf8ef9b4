// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Sentences for people: what failed, why, and what to do about it.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "internal.h"

SCT_EXPORT const char *sct_error(const struct sct *t)
{
	if (!t)
		return "tracer: out of memory: end other programs";
	return t->error[0] ? t->error : "no error";
}

/* Set the sentence, and return @err. */
int sct_fail(struct sct *t, int err, const char *format, ...)
{
	va_list ap;
	char *c;

	va_start(ap, format);
	vsnprintf(t->error, sizeof(t->error), format, ap);
	va_end(ap);
	/* One line it is, whatever a name or a line has in it. */
	for (c = t->error; *c; c++)
		if (*c == '\n' || *c == '\r')
			*c = ' ';
	return err;
}

int sct_fail_memory(struct sct *t)
{
	return sct_fail(t, -ENOMEM, "tracer: out of memory: end other programs");
}

/* A number in a file of /proc/sys; -1 if there is no such file. */
static int read_number(const char *path)
{
	FILE *f = fopen(path, "re");
	int number = -1;

	if (!f)
		return -1;
	if (fscanf(f, "%d", &number) != 1)
		number = -1;
	fclose(f);
	return number;
}

/* Does this process have the capability, in its own user namespace? */
static bool has_cap_sys_ptrace(void)
{
	FILE *f = fopen("/proc/self/status", "re");
	unsigned long long caps = 0;
	char line[256];

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "CapEff: %llx", &caps) == 1)
			break;
	if (f)
		fclose(f);
	return caps >> 19 & 1;
}

/* The file of a kernel without the feature has no permission to be written. */
static bool lacks_feature(const struct sct *t)
{
	char path[64];
	struct stat st;

	if (access("/proc/sys/kernel/syscall_trace", F_OK) == 0)
		return false;
	snprintf(path, sizeof(path), "/proc/%d/syscall", t->pid);
	return stat(path, &st) || !(st.st_mode & 0222);
}

static const char *kind_of(const struct sct *t)
{
	return t->thread ? "thread" : "process";
}

static int fail_feature(struct sct *t)
{
	return sct_fail(t, -EOPNOTSUPP,
			"%s %d: this kernel cannot trace with /proc/PID/syscall: boot one that has CONFIG_PROC_SYSCALL_TRACE=y",
			kind_of(t), t->pid);
}

static int explain_permission(struct sct *t, int err)
{
	int mode = read_number("/proc/sys/kernel/syscall_trace");
	int yama = read_number("/proc/sys/kernel/yama/ptrace_scope");
	bool capable = has_cap_sys_ptrace();

	if (mode == 0)
		return sct_fail(t, -EOPNOTSUPP,
				"%s %d: tracing is switched off: have root set the sysctl kernel.syscall_trace to 1",
				kind_of(t), t->pid);
	if (mode == 2 && !capable)
		return sct_fail(t, err,
				"%s %d: the sysctl kernel.syscall_trace is 2, which needs CAP_SYS_PTRACE: be root, or have root set it to 1",
				kind_of(t), t->pid);
	if (err == -EPERM && yama == 3)
		return sct_fail(t, err,
				"%s %d: Yama's ptrace_scope is 3, which forbids all tracing: boot with another one",
				kind_of(t), t->pid);
	if (err == -EPERM && yama == 2 && !capable)
		return sct_fail(t, err,
				"%s %d: Yama's ptrace_scope is 2, which needs CAP_SYS_PTRACE: be root, or have root set kernel.yama.ptrace_scope to 0",
				kind_of(t), t->pid);
	if (err == -EPERM && yama == 1 && !capable)
		return sct_fail(t, err,
				"%s %d: not started by this program, which Yama's ptrace_scope 1 asks for: start it under the tracer, be root, or have root set kernel.yama.ptrace_scope to 0",
				kind_of(t), t->pid);
	if (capable)
		return sct_fail(t, err,
				"%s %d: may not be traced, not even with CAP_SYS_PTRACE: it is the kernel's, of another user namespace, or protected by a security module",
				kind_of(t), t->pid);
	return sct_fail(t, err,
			"%s %d: it is another user's, or has more rights: be that user, or root",
			kind_of(t), t->pid);
}

/* The file cannot be opened. Returns what sct_open() is to return. */
int sct_explain_open(struct sct *t, int err)
{
	switch (err) {
	case -ENOENT:
	case -ESRCH:
		if (access("/proc/self/stat", F_OK))
			return sct_fail(t, -ENOENT, "%s %d: /proc is not mounted: mount it",
					kind_of(t), t->pid);
		if (!access("/proc/self/syscall", F_OK) || err == -ESRCH)
			return sct_fail(t, -ENOENT, "%s %d: there is none, or it has ended: see ps",
					kind_of(t), t->pid);
		return fail_feature(t);
	case -EOPNOTSUPP:
		return fail_feature(t);
	case -EACCES:
	case -EPERM:
		return lacks_feature(t) ? fail_feature(t) : explain_permission(t, err);
	case -EMFILE:
	case -ENFILE:
		return sct_fail(t, err,
				"%s %d: too many open files: close some, or raise the limit",
				kind_of(t), t->pid);
	case -ENOMEM:
		return sct_fail_memory(t);
	default:
		return sct_fail(t, err, "%s %d: cannot be opened for tracing: %s",
				kind_of(t), t->pid, strerror(-err));
	}
}

/* What to do about a "trace" that is refused, where the kernel's sentence does not say it. */
static const char *advice(int err)
{
	switch (err) {
	case -ELOOP:
		return "let another program trace it";
	case -EUSERS:
		return "let one of the others leave first";
	case -ESRCH:
		return "see ps";
	default:
		return "";
	}
}

/* Who may trace whom is ours to explain; all else the kernel does. */
static bool is_permission(const char *text)
{
	return !strcmp(text, "not permitted to trace this process");
}

/* A line was refused. Asks the kernel why. */
int sct_explain_line(struct sct *t, int err, const char *line)
{
	bool trace = !strncmp(line, "trace", 5) && (!line[5] || line[5] == ' ');
	const char *what_to_do = trace ? advice(err) : "";
	unsigned int column;
	char text[256];
	bool found;

	if (t->text)
		found = sct_text_fetch_sentence(t, &column, text, sizeof(text));
	else
		found = sct_fetch_sentence(t, &column, text, sizeof(text));
	if (!found)
		return sct_fail(t, err, "\"%.200s\": refused: %s", line, strerror(-err));
	if (trace && is_permission(text)) {
		explain_permission(t, err);
		return err;
	}
	if (*what_to_do)
		return sct_fail(t, err, "%s %d: %s: %s", kind_of(t), t->pid, text, what_to_do);
	return sct_fail(t, err, "\"%.200s\": column %u: %s", line, column, text);
}

static const char *verb_name(unsigned int verb)
{
	static const char *const names[] = {
		[SYSCALL_TRACE_CONT]	= "cont",
		[SYSCALL_TRACE_STEP]	= "step",
		[SYSCALL_TRACE_REPORT]	= "report",
		[SYSCALL_TRACE_SKIP]	= "skip",
		[SYSCALL_TRACE_RETURN]	= "return",
		[SYSCALL_TRACE_REWRITE]	= "rewrite",
		[SYSCALL_TRACE_SET]	= "set",
		[SYSCALL_TRACE_GET]	= "get",
		[SYSCALL_TRACE_GET_ADDRESS] = "get address",
		[SYSCALL_TRACE_DISCARD]	= "discard",
		[SYSCALL_TRACE_DELIVER]	= "deliver",
		[SYSCALL_TRACE_LINE]	= "line",
	};

	return verb < sizeof(names) / sizeof(names[0]) ? names[verb] : "answer";
}

/* An answer was refused; what is in @answer is still there. Asks the kernel why. */
int sct_explain_answer(struct sct *t, int err, const struct syscall_trace_answer *answer)
{
	const char *verb = verb_name(answer->verb);
	pid_t tid = answer->tid;
	unsigned int column;
	char text[256];

	if (err != -ESRCH && sct_fetch_sentence(t, &column, text, sizeof(text)))
		return sct_fail(t, err, "%s for thread %d: %s", verb, tid, text);
	return sct_fail(t, err, "%s for thread %d: %s", verb, tid,
			err == -ESRCH ? "the stop is over" : strerror(-err));
}

/* There are no records to be had. */
void sct_explain_records(struct sct *t, int err)
{
	switch (err) {
	case -EPERM:
		sct_fail(t, err,
			 "%s %d: the tracer was taken off, as the program has more rights now: be root to trace it further",
			 kind_of(t), t->pid);
		break;
	case -ESRCH:
		sct_fail(t, err, "%s %d: nothing is traced: write trace first", kind_of(t), t->pid);
		break;
	case -EAGAIN:
	case -ETIME:
		sct_fail(t, err, "%s %d: there is no record yet: wait for it", kind_of(t), t->pid);
		break;
	case -EINTR:
		sct_fail(t, err, "%s %d: a signal came: try again", kind_of(t), t->pid);
		break;
	case -ENOMEM:
		sct_fail_memory(t);
		break;
	default:
		sct_fail(t, err, "%s %d: no record can be read: %s", kind_of(t), t->pid,
			 strerror(-err));
	}
}
