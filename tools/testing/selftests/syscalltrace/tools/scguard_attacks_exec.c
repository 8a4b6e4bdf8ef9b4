// SPDX-License-Identifier: GPL-2.0
/* Attacks that execute what may not be executed. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "scguard_attacks.h"

static char *const arguments[] = { "prog", "escaped", NULL };
static char *const no_environment[] = { NULL };

static bool runs(void (*execute)(void))
{
	int status = 1;
	pid_t pid = fork();

	if (!pid) {
		execute();
		_exit(1);
	}
	waitpid(pid, &status, 0);
	return WIFEXITED(status) && !WEXITSTATUS(status);
}

static void plain(void)
{
	execv(PROG, arguments);
}

static void by_link(void)
{
	if (!symlink(PROG, "prog"))
		execv("prog", arguments);
}

static void by_fd(void)
{
	syscall(SYS_execveat, open(PROG, O_PATH), "", arguments, no_environment, AT_EMPTY_PATH);
}

static void by_proc(void)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", open(PROG, O_PATH));
	execv(path, arguments);
}

static void by_dirfd(void)
{
	syscall(SYS_execveat, open("..", O_PATH), "secret/prog", arguments, no_environment, 0);
}

static bool copies(int out)
{
	char bytes[65536];
	int in = open(BIN "/attacks", O_RDONLY);
	ssize_t len;

	while ((len = read(in, bytes, sizeof(bytes))) > 0)
		if (write(out, bytes, len) != len)
			return false;
	return !len;
}

static void by_memfd(void)
{
	int fd = memfd_create("program", 0);

	if (copies(fd))
		fexecve(fd, arguments, no_environment);
}

/* In a directory where files can be made, but not executed. */
static void made_here(void)
{
	int fd = open("data/made", O_WRONLY | O_CREAT, 0755);

	if (!copies(fd))
		return;
	close(fd);
	execv("data/made", arguments);
}

static void script(void)
{
	static const char text[] = "#!" PROG " escaped\n";
	int fd = open("script", O_WRONLY | O_CREAT, 0755);

	if (write(fd, text, strlen(text)) < 0)
		return;
	close(fd);
	execv(WORK "/script", arguments);
}

static void script_of_script(void)
{
	static const char text[] = "#!" WORK "/script\n";
	int fd = open("outer", O_WRONLY | O_CREAT, 0755);

	if (write(fd, text, strlen(text)) < 0)
		return;
	close(fd);
	fd = open("script", O_WRONLY | O_CREAT, 0755);
	if (write(fd, "#!" PROG " escaped\n", strlen("#!" PROG " escaped\n")) < 0)
		return;
	close(fd);
	execv(WORK "/outer", arguments);
}

/* The loader executes what it is told to. */
static void by_loader(void)
{
	execl("/lib64/ld-linux-x86-64.so.2", "ld.so", "/usr/bin/strace", "-V", NULL);
}

static void set_user_id(void)
{
	execl(BIN "/setuid", "setuid", "identity", NULL);
}

#define EXEC(name)	static bool run_##name(void) { return runs(name); }

EXEC(plain)
EXEC(by_link)
EXEC(by_fd)
EXEC(by_proc)
EXEC(by_dirfd)
EXEC(by_memfd)
EXEC(script)
EXEC(script_of_script)
EXEC(by_loader)
EXEC(set_user_id)

static bool run_made_here(void)
{
	mkdir("data", 0777);
	return runs(made_here);
}

const struct attack exec_attacks[] = {
	{ "exec", run_plain, 0 },
	{ "exec-link", run_by_link, 0 },
	{ "exec-fd", run_by_fd, 0 },
	{ "exec-proc-fd", run_by_proc, 0 },
	{ "exec-dirfd", run_by_dirfd, 0 },
	{ "exec-memfd", run_by_memfd, 0 },
	{ "exec-made", run_made_here, 0 },
	{ "exec-script", run_script, 0 },
	{ "exec-script-of-script", run_script_of_script, 0 },
	{ "exec-loader", run_by_loader, 0 },
	{ "exec-setuid", run_set_user_id, USER },
	{ .name = NULL }
};
