// SPDX-License-Identifier: GPL-2.0-only
/*
 * The guarded threads, and whose processes are guarded.
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "scguard.h"

#define BUCKETS	1024

static struct thread *table[BUCKETS];

static struct thread **bucket(pid_t tid)
{
	return &table[(unsigned int)tid % BUCKETS];
}

struct thread *thread_find(pid_t tid)
{
	struct thread *th;

	for (th = *bucket(tid); th && th->tid != tid; th = th->next)
		;
	return th;
}

struct thread *thread_get(pid_t tid)
{
	struct thread *th = thread_find(tid);

	if (th)
		return th;
	th = need(calloc(1, sizeof(*th)));
	th->tid = tid;
	th->pins[0] = -1;
	th->pins[1] = -1;
	th->next = *bucket(tid);
	*bucket(tid) = th;
	keeper_tell(tid);
	return th;
}

/* It is IDLE. */
void thread_remove(pid_t tid)
{
	struct thread **link, *th;

	for (link = bucket(tid); (th = *link); link = &th->next) {
		if (th->tid != tid)
			continue;
		*link = th->next;
		keeper_tell(-tid);
		free(th->groups);
		free(th);
		return;
	}
}

/* A call may have changed somebody's credentials. */
void thread_forget_creds(struct thread *th)
{
	th->creds_known = false;
}

static ssize_t read_status(pid_t pid, char *text, size_t room)
{
	char path[64];
	ssize_t len;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	len = read(fd, text, room - 1);
	close(fd);
	if (len < 0)
		return -EIO;
	text[len] = '\0';
	return len;
}

/* What stands behind "@field:" in @status; NULL if it is not there. */
static const char *field_of(const char *status, const char *field)
{
	const char *line = strstr(status, field);

	return line ? line + strlen(field) : NULL;
}

static void learn_groups(struct thread *th, const char *text)
{
	char *end;

	th->nr_groups = 0;
	while (text && *text != '\n') {
		unsigned long gid = strtoul(text, &end, 10);

		if (end == text)
			break;
		th->groups = need(realloc(th->groups, (th->nr_groups + 1) * sizeof(gid_t)));
		th->groups[th->nr_groups++] = gid;
		text = end + strspn(end, " \t");
	}
}

/* Find out whose it is; the rights of a thread that has ended are nobody's. */
void thread_learn(struct thread *th)
{
	char status[16384];
	const char *at;

	if (th->tgid && (th->creds_known || !capable))
		return;
	th->fsuid = (uid_t)-1;
	th->fsgid = (gid_t)-1;
	if (read_status(th->tid, status, sizeof(status)) < 0)
		return;
	at = field_of(status, "\nTgid:");
	if (at)
		th->tgid = atoi(at);
	at = field_of(status, "\nUid:");
	if (at)
		sscanf(at, "%*u %*u %*u %u", &th->fsuid);
	at = field_of(status, "\nGid:");
	if (at)
		sscanf(at, "%*u %*u %*u %u", &th->fsgid);
	learn_groups(th, field_of(status, "\nGroups:"));
	th->creds_known = true;
}

/* The number behind a field of /proc/PID/status, -1 if there is none. */
pid_t process_of(pid_t pid, const char *field)
{
	char status[16384];
	const char *at;

	if (read_status(pid, status, sizeof(status)) < 0)
		return -1;
	at = field_of(status, field);
	return at ? atoi(at) : -1;
}

/* Is a thread of the process @pid guarded, or was it, and it waits to be reaped? */
static bool any_thread_is_guarded(pid_t pid)
{
	struct dirent *entry;
	bool guarded = false;
	char path[64];
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	dir = opendir(path);
	while (dir && !guarded && (entry = readdir(dir)))
		guarded = isdigit((unsigned char)entry->d_name[0]) &&
			  thread_find(atoi(entry->d_name));
	if (dir)
		closedir(dir);
	return guarded;
}

/* Has it ended, with all its threads? */
static bool is_zombie(pid_t pid)
{
	char status[16384];
	const char *at;

	if (read_status(pid, status, sizeof(status)) < 0)
		return false;
	at = field_of(status, "\nState:");
	if (!at || !strchr("ZX", at[strspn(at, " \t")]))
		return false;
	at = field_of(status, "\nThreads:");
	return at && atoi(at) <= 1;
}

/*
 * Its record may still be to come: then its parent is guarded, or, after CLONE_PARENT,
 * scguard. (Scguard may have been given others as children: they are not traced.)
 */
static bool is_newborn(pid_t pid)
{
	pid_t parent = process_of(pid, "\nPPid:");

	if (parent == getpid())
		return process_of(pid, "\nSyscallTracers:") > 0;
	return parent > 0 && (thread_find(parent) || any_thread_is_guarded(parent));
}

/*
 * A thread or process of the guarded; one that is not there; or one that has ended,
 * whoever it was: a signal does nothing to it.
 */
bool process_is_guarded(pid_t pid)
{
	if (pid < 0 || thread_find(pid))
		return true;
	/* What scguard cannot see in /proc is there all the same. */
	if (kill(pid, 0) && errno == ESRCH)
		return true;
	return any_thread_is_guarded(pid) || is_newborn(pid) || is_zombie(pid);
}

/* Are all processes of the group guarded? A process that is not may yet make one. */
bool group_is_guarded(pid_t pgid)
{
	struct dirent *entry;
	bool guarded = process_is_guarded(pgid);
	DIR *dir = opendir("/proc");
	pid_t pid;

	if (!dir)
		return false;
	while (guarded && (entry = readdir(dir))) {
		if (!isdigit((unsigned char)entry->d_name[0]))
			continue;
		pid = atoi(entry->d_name);
		if (getpgid(pid) == pgid)
			guarded = process_is_guarded(pid);
	}
	closedir(dir);
	return guarded;
}

/* Has nobody else its memory, nor its descriptors? */
bool thread_is_alone(struct thread *th)
{
	unsigned int i;

	if (process_of(th->tid, "\nThreads:") != 1)
		return false;
	/* A process that was made with CLONE_VM or CLONE_FILES is not seen there. */
	for (i = 0; i < BUCKETS; i++) {
		struct thread *other;

		for (other = table[i]; other; other = other->next)
			if (other != th && other->shares_memory)
				return false;
	}
	return !th->shares_memory;
}

/*
 * Find the anonymous memory around @addr, which no file and no other process can change
 * while its threads stand still. Returns false if there is none.
 */
bool process_owns_memory(pid_t pid, uint64_t addr, struct span *span)
{
	char path[64], *line = NULL, permissions[5];
	unsigned long inode;
	bool found = false;
	size_t size = 0;
	FILE *maps;

	snprintf(path, sizeof(path), "/proc/%d/maps", pid);
	maps = fopen(path, "re");
	while (maps && !found && getline(&line, &size, maps) > 0)
		found = sscanf(line, "%" SCNx64 "-%" SCNx64 " %4s %*s %*s %lu", &span->start,
			       &span->end, permissions, &inode) == 4 &&
			addr >= span->start && addr < span->end && permissions[3] == 'p' &&
			!inode;
	free(line);
	if (maps)
		fclose(maps);
	return found;
}

/* After an exec: the other threads of its process are no more. */
void thread_drop_others(struct thread *th, void (*end)(struct thread *other))
{
	struct thread *other, *next;
	pid_t tgid = th->tgid ? th->tgid : th->tid;
	unsigned int i;

	for (i = 0; i < BUCKETS; i++) {
		for (other = table[i]; other; other = next) {
			next = other->next;
			if (other == th || other->tgid != tgid)
				continue;
			end(other);
			thread_remove(other->tid);
		}
	}
}
