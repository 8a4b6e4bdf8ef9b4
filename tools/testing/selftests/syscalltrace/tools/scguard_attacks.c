// SPDX-License-Identifier: GPL-2.0
/*
 * Attacks on scguard. Each tries to get what the policy of the test denies, prints
 * ESCAPED and returns 0 if it got it, and prints "held" and returns 1 if not. Each
 * has to escape when there is no scguard.
 *
 *	scguard_attacks setup UID	make the place anew, for a user
 *	scguard_attacks serve		be what is outside: sockets, and a victim
 *	scguard_attacks list root|user	names of the attacks
 *	scguard_attacks NAME
 */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "scguard_attacks.h"

#define RACE_NS	1500000000LL

/* --------------------------------- helpers -------------------------------- */

bool has_secret(int fd)
{
	char text[16] = "";

	return fd >= 0 && pread(fd, text, 6, 0) == 6 && !strcmp(text, "SECRET");
}

bool reads_secret(const char *path)
{
	int fd = open(path, O_RDONLY);
	bool found = has_secret(fd);

	if (fd >= 0)
		close(fd);
	return found;
}

bool writes(int fd)
{
	char text[16] = "";
	int in;

	if (fd < 0 || pwrite(fd, "HACKED", 6, 0) != 6)
		return false;
	in = open(FILE_RO, O_RDONLY);
	return pread(in, text, 6, 0) == 6 && !strcmp(text, "HACKED");
}

bool child_escapes(bool (*run)(void))
{
	int status = 1;
	pid_t pid = fork();

	if (!pid)
		_exit(!run());
	waitpid(pid, &status, 0);
	return WIFEXITED(status) && !WEXITSTATUS(status);
}

bool time_is_over(void)
{
	static long long end;
	struct timespec now;
	long long ns;

	clock_gettime(CLOCK_MONOTONIC, &now);
	ns = now.tv_sec * 1000000000LL + now.tv_nsec;
	if (!end)
		end = ns + RACE_NS;
	return ns > end;
}

static pid_t pid_from(const char *file)
{
	char text[16] = "";
	int fd = open(file, O_RDONLY);

	if (fd < 0 || read(fd, text, sizeof(text) - 1) <= 0)
		return 0;
	close(fd);
	return atoi(text);
}

pid_t victim(void)
{
	return pid_from(RO "/victim");
}

pid_t leaderless(void)
{
	return pid_from(RO "/leaderless");
}

/* ---------------------------------- place --------------------------------- */

static void must(bool done, const char *what)
{
	if (done)
		return;
	perror(what);
	exit(99);
}

/* Whose the place is. */
static uid_t owner;

static void put_file(const char *path, const char *text, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0666);

	must(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text), path);
	must(!fchown(fd, owner, owner) && !fchmod(fd, mode), path);
	close(fd);
}

static void copy_self(const char *path, mode_t mode)
{
	char bytes[65536];
	int in = open("/proc/self/exe", O_RDONLY), out = open(path, O_WRONLY | O_CREAT, 0700);
	ssize_t len;

	must(in >= 0 && out >= 0, path);
	while ((len = read(in, bytes, sizeof(bytes))) > 0)
		must(write(out, bytes, len) == len, path);
	must(!fchmod(out, mode), path);
	close(in);
	close(out);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	if (ftw->level)
		remove(path);
	return 0;
}

static void make_dir(const char *path, mode_t mode)
{
	must(!mkdir(path, mode) || errno == EEXIST, path);
	must(!chown(path, owner, owner) && !chmod(path, mode), path);
}

/* The sockets and the victim outlast it, in RO and SECRET. */
static void setup(uid_t uid)
{
	owner = uid;
	make_dir(TOP, 0777);
	make_dir(WORK, 0777);
	nftw(WORK, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	make_dir(RO, 0777);
	make_dir(SECRET, 0777);
	put_file(KEY, "SECRET\n", 0666);
	put_file(FILE_RO, "plain\n", 0666);
	unlink(RO "/new");
	unlink(SECRET "/link");
	must(!symlink("there", SECRET "/link"), "link");
	if (access(PROG, F_OK))
		copy_self(PROG, 0755);
	put_file(WORK "/ok", "harmless\n", 0666);
	owner = 0;
	make_dir(BIN, 0755);
	if (access(BIN "/attacks", F_OK))
		copy_self(BIN "/attacks", 0755);
	if (access(BIN "/setuid", F_OK))
		copy_self(BIN "/setuid", 04755);
}

/* --------------------------------- outside -------------------------------- */

static int listener(int domain, int type, const void *addr, socklen_t len)
{
	int fd = socket(domain, type, 0), one = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	must(!bind(fd, addr, len), "bind");
	must(type == SOCK_DGRAM || !listen(fd, 1000), "listen");
	return fd;
}

static void listen_unix(const char *path, int type)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	socklen_t len = sizeof(un);

	strcpy(un.sun_path, path);
	if (path[0] == '@') {
		len = offsetof(struct sockaddr_un, sun_path) + strlen(path);
		un.sun_path[0] = '\0';
	} else {
		unlink(path);
	}
	listener(AF_UNIX, type, &un, len);
	if (path[0] == '/')
		must(!chmod(path, 0777), path);
}

/* Else the queue of connections is full before a race is over. */
static void accept_all(struct pollfd *fds, unsigned int nr)
{
	unsigned int i;

	for (;;) {
		if (poll(fds, nr, -1) < 0)
			continue;
		for (i = 0; i < nr; i++)
			if (fds[i].revents)
				close(accept(fds[i].fd, NULL, NULL));
	}
}

/* Ends when @arg is closed elsewhere. */
static void *stay(void *arg)
{
	char byte;

	_exit(read(*(int *)arg, &byte, 1) < 0);
}

/* Make a process whose first thread has ended, until this one ends. */
static void make_leaderless(void)
{
	static int ends[2];
	pthread_t thread;
	char pid[16];

	must(!pipe(ends), "pipe");
	if (fork()) {
		close(ends[0]);
		return;
	}
	close(ends[1]);
	snprintf(pid, sizeof(pid), "%d", getpid());
	must(!pthread_create(&thread, NULL, stay, &ends[0]), "thread");
	put_file(RO "/leaderless", pid, 0644);
	pthread_exit(NULL);
}

static void serve(void)
{
	struct sockaddr_in in = {
		.sin_family = AF_INET,
		.sin_port = htons(DENIED_PORT),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	struct pollfd fds[2];
	char pid[16];

	owner = getuid();
	setpgid(0, 0);
	signal(SIGTERM, SIG_IGN);
	signal(SIGIO, SIG_IGN);
	fds[0] = (struct pollfd){ listener(AF_INET, SOCK_STREAM, &in, sizeof(in)), POLLIN, 0 };
	listener(AF_INET, SOCK_DGRAM, &in, sizeof(in));
	in.sin_port = htons(ALLOWED_PORT);
	fds[1] = (struct pollfd){ listener(AF_INET, SOCK_STREAM, &in, sizeof(in)), POLLIN, 0 };
	listen_unix(SECRET "/stream", SOCK_STREAM);
	listen_unix(SECRET "/dgram", SOCK_DGRAM);
	listen_unix("@sg-denied", SOCK_STREAM);
	make_leaderless();
	snprintf(pid, sizeof(pid), "%d", getpid());
	put_file(RO "/victim", pid, 0644);
	alarm(3600);
	accept_all(fds, 2);
}

/* ---------------------------------- main ---------------------------------- */

static const struct attack *const tables[] = {
	file_attacks, race_attacks, net_attacks, process_attacks, exec_attacks,
};

#define NR_TABLES	(sizeof(tables) / sizeof(tables[0]))

static void list(bool root)
{
	const struct attack *a;
	unsigned int i;

	for (i = 0; i < NR_TABLES; i++)
		for (a = tables[i]; a->name; a++)
			if (!(a->flags & (root ? USER : ROOT)))
				puts(a->name);
}

static int attack(const char *name)
{
	const struct attack *a;
	unsigned int i;
	bool escaped;

	for (i = 0; i < NR_TABLES; i++) {
		for (a = tables[i]; a->name; a++) {
			if (strcmp(a->name, name))
				continue;
			if (chdir(WORK))
				perror("chdir");
			escaped = a->run();
			puts(escaped ? "ESCAPED" : "held");
			return !escaped;
		}
	}
	fprintf(stderr, "scguard_attacks: %s: no such attack\n", name);
	return 2;
}

int main(int argc, char **argv)
{
	const char *base = strrchr(argv[0], '/');

	base = base ? base + 1 : argv[0];
	/* Executed where that is denied. */
	if (argc < 2 || !strcmp(base, "prog") || !strcmp(argv[1], "escaped")) {
		puts("ESCAPED");
		return 0;
	}
	if (!strcmp(argv[1], "identity"))
		return geteuid() ? 1 : 0;
	if (!strcmp(argv[1], "key"))
		return !reads_secret(KEY);
	if (!strcmp(argv[1], "setup"))
		setup(argc > 2 ? atoi(argv[2]) : 0);
	else if (!strcmp(argv[1], "serve"))
		serve();
	else if (!strcmp(argv[1], "list"))
		list(argc > 2 && !strcmp(argv[2], "root"));
	else
		return attack(argv[1]);
	return 0;
}
