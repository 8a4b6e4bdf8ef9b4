// SPDX-License-Identifier: GPL-2.0-only
/*
 * What descriptors and processes are, for -y and -Y: read in /proc while the thread stands.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>
#include "consts.gen.h"
#include "sctrace.h"

static ssize_t link_of(pid_t tid, int fd, char *buf, size_t size)
{
	char path[48];
	ssize_t len;

	if (fd == AT_FDCWD)
		snprintf(path, sizeof(path), "/proc/%d/cwd", tid);
	else
		snprintf(path, sizeof(path), "/proc/%d/fd/%d", tid, fd);
	len = readlink(path, buf, size - 1);
	if (len >= 0)
		buf[len] = 0;
	return len;
}

/* One line of /proc/<pid>/net/@file that has @inode at word @at. */
static bool find_socket(pid_t tid, const char *file, const char *inode, unsigned int at,
			char *line, size_t size)
{
	char path[48], copy[512];
	bool found = false;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/net/%s", tid, file);
	f = fopen(path, "re");
	if (!f)
		return false;
	while (!found && fgets(line, size, f)) {
		unsigned int n = 0;
		char *word, *save;

		snprintf(copy, sizeof(copy), "%s", line);
		for (word = strtok_r(copy, " \n", &save); word;
		     word = strtok_r(NULL, " \n", &save))
			if (n++ == at)
				found = !strcmp(word, inode);
	}
	fclose(f);
	return found;
}

static void put_inet(struct text *t, const char *protocol, const char *line)
{
	unsigned int local, lport, remote, rport;

	if (sscanf(line, " %*u: %x:%x %x:%x", &local, &lport, &remote, &rport) != 4)
		return;
	put_f(t, "%s:[%u.%u.%u.%u:%u", protocol, local & 255, local >> 8 & 255,
	      local >> 16 & 255, local >> 24, lport);
	if (remote || rport)
		put_f(t, "->%u.%u.%u.%u:%u", remote & 255, remote >> 8 & 255,
		      remote >> 16 & 255, remote >> 24, rport);
	put_c(t, ']');
}

/* "socket:[123]" as strace's -yy says it; false if the tables do not have it. */
static bool put_socket(struct text *t, pid_t tid, const char *link)
{
	char inode[32], line[512];

	if (sscanf(link, "socket:[%31[0-9]]", inode) != 1)
		return false;
	if (find_socket(tid, "tcp", inode, 9, line, sizeof(line)))
		put_inet(t, "TCP", line);
	else if (find_socket(tid, "udp", inode, 9, line, sizeof(line)))
		put_inet(t, "UDP", line);
	else if (find_socket(tid, "unix", inode, 6, line, sizeof(line)))
		put_f(t, "UNIX:[%s]", inode);
	else
		return false;
	return true;
}

static void put_device_of(struct text *t, pid_t tid, int fd)
{
	char path[48];
	struct stat st;

	snprintf(path, sizeof(path), "/proc/%d/fd/%d", tid, fd);
	if (fd < 0 || stat(path, &st) || (!S_ISCHR(st.st_mode) && !S_ISBLK(st.st_mode)))
		return;
	put_f(t, "<%s %u:%u>", S_ISCHR(st.st_mode) ? "char" : "block", major(st.st_rdev),
	      minor(st.st_rdev));
}

void put_fd(struct text *t, struct call *c, int fd)
{
	char link[4200];

	if (fd != AT_FDCWD)
		put_int(t, fd);
	if (!opt.fd_paths || !c->stopped || link_of(c->tid, fd, link, sizeof(link)) < 0)
		return;
	put_c(t, '<');
	if (opt.fd_paths < 2 || !put_socket(t, c->tid, link)) {
		put_safe(t, link);
		if (opt.fd_paths >= 2)
			put_device_of(t, c->tid, fd);
	}
	put_c(t, '>');
}

void put_pid(struct text *t, pid_t pid)
{
	char path[32], comm[32];
	FILE *f;

	put_int(t, pid);
	if (!opt.comm || pid <= 0)
		return;
	snprintf(path, sizeof(path), "/proc/%d/comm", pid);
	f = fopen(path, "re");
	if (!f)
		return;
	if (fgets(comm, sizeof(comm), f)) {
		comm[strcspn(comm, "\n")] = 0;
		put_c(t, '<');
		put_safe(t, comm);
		put_c(t, '>');
	}
	fclose(f);
}

/* ------------------------------------ -P ---------------------------------- */

void add_path(const char *path)
{
	char *real = realpath(path, NULL);

	opt.paths = realloc(opt.paths, (opt.nr_paths + 2) * sizeof(*opt.paths));
	if (!opt.paths)
		die("out of memory");
	opt.paths[opt.nr_paths++] = path;
	if (!real || !strcmp(real, path)) {
		free(real);
		return;
	}
	opt.paths[opt.nr_paths++] = real;
	if (!(opt.quiet & QUIET_PATH))
		warn("Requested path \"%s\" resolved into \"%s\"", path, real);
}

static bool path_matches(const char *path)
{
	unsigned int i;

	for (i = 0; i < opt.nr_paths; i++)
		if (!strcmp(opt.paths[i], path))
			return true;
	return false;
}

/* A call whose path is one of these, or whose descriptor leads to one. */
bool paths_match(const struct call *c)
{
	char link[4200];
	unsigned int i;
	size_t len;

	for (i = 0; i < c->ent->nr && i < 6; i++) {
		print_fn p = c->ent->args[i].print;

		if (p == p_path) {
			const char *s = in_data(c, i, &len);

			if (s && strnlen(s, len) < len && path_matches(s))
				return true;
			if (s && len < sizeof(link)) {
				memcpy(link, s, len);
				link[len] = 0;
				if (path_matches(link))
					return true;
			}
		} else if (p == p_fd || p == p_dirfd) {
			if (link_of(c->tid, (int32_t)c->args[i], link, sizeof(link)) > 0 &&
			    path_matches(link))
				return true;
		}
	}
	return false;
}
