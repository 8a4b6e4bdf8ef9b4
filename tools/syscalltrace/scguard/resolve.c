// SPDX-License-Identifier: GPL-2.0-only
/*
 * Paths, as the kernel resolves them for a guarded thread.
 *
 * The kernel resolves all that has no links in it, or no magic ones, at once; what
 * has some is walked component by component, so that /proc/self is the thread's.
 */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "scguard.h"

#define MAX_LINKS	40
#define TRIES		4	/* if it moves while it is looked at */

static int root_fd = -1;
static bool other_roots;	/* threads may have another root */
static uid_t own_fsuid;
static gid_t own_fsgid;
static gid_t *own_groups;
static int nr_own_groups;

void place_init(bool roots_differ)
{
	root_fd = open("/", O_PATH | O_CLOEXEC);
	other_roots = roots_differ;
	own_fsuid = geteuid();
	own_fsgid = getegid();
	nr_own_groups = getgroups(0, NULL);
	if (nr_own_groups < 0)
		nr_own_groups = 0;
	own_groups = need(calloc(nr_own_groups + 1, sizeof(gid_t)));
	nr_own_groups = getgroups(nr_own_groups, own_groups);
}

static bool is_proc(int fd)
{
	struct statfs fs;

	return fstatfs(fd, &fs) || fs.f_type == PROC_SUPER_MAGIC;
}

static bool is_below_proc(const char *path)
{
	return !strncmp(path, "/proc", 5) && (!path[5] || path[5] == '/');
}

/* Is it below another mount of a file system proc than that at /proc? */
bool place_is_other_proc(const struct place *place)
{
	return place->exists && place->fd >= 0 && !is_below_proc(place->path) &&
	       is_proc(place->fd);
}

void place_close(struct place *place)
{
	if (place->fd >= 0)
		close(place->fd);
	place->fd = -1;
}

/* ------------------------------- credentials ------------------------------ */

/* Look at files as the thread would. Only root can be somebody else. */
static bool become(struct thread *th)
{
	thread_learn(th);
	if (own_fsuid || (!th->fsuid && !th->fsgid))
		return true;
	if (th->fsuid == (uid_t)-1)
		return false;
	if (setgroups(th->nr_groups, th->groups))
		return false;
	setfsgid(th->fsgid);
	setfsuid(th->fsuid);
	return true;
}

static void become_oneself(struct thread *th)
{
	if (own_fsuid || (!th->fsuid && !th->fsgid) || th->fsuid == (uid_t)-1)
		return;
	setfsuid(own_fsuid);
	setfsgid(own_fsgid);
	if (setgroups(nr_own_groups, own_groups))
		die(STATUS_FAILED, "setgroups: %s: the command was ended", strerror(errno));
}

/* ------------------------------- small parts ------------------------------ */

static int open_how(int dir, const char *path, uint64_t flags, uint64_t resolve)
{
	struct open_how how = { .flags = flags | O_PATH | O_CLOEXEC, .resolve = resolve };

	return syscall(SYS_openat2, dir, path, &how, sizeof(how));
}

/* Where the kernel says that @fd is. */
static int name_of(int fd, char *path)
{
	char link[40];
	ssize_t len;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	len = readlink(link, path, PATH_MAX - 1);
	if (len < 0)
		return errno;
	if (len == PATH_MAX - 1)
		return ENAMETOOLONG;
	path[len] = '\0';
	return 0;
}

static int append(char *path, const char *name)
{
	size_t len = strlen(path);

	if (len && path[len - 1] == '/')
		len--;
	if (len + 1 + strlen(name) >= PATH_MAX)
		return ENAMETOOLONG;
	path[len] = '/';
	strcpy(path + len + 1, name);
	return 0;
}

static int open_base(struct thread *th, int dirfd, bool absolute)
{
	char path[64];

	if (absolute) {
		if (!other_roots)
			return fcntl(root_fd, F_DUPFD_CLOEXEC, 0);
		snprintf(path, sizeof(path), "/proc/%d/root", th->tid);
	} else if (dirfd == AT_FDCWD) {
		snprintf(path, sizeof(path), "/proc/%d/cwd", th->tid);
	} else {
		if (dirfd < 0) {
			errno = EBADF;
			return -1;
		}
		snprintf(path, sizeof(path), "/proc/%d/fd/%d", th->tid, dirfd);
	}
	return open(path, O_PATH | O_CLOEXEC);
}

/* ---------------------------------- ends ---------------------------------- */

static bool leads_here(const char *path, const struct stat *st)
{
	struct stat other;
	int fd = open_how(root_fd, path, O_NOFOLLOW, RESOLVE_NO_SYMLINKS);
	bool same;

	if (fd < 0)
		return false;
	same = !fstat(fd, &other) && other.st_dev == st->st_dev && other.st_ino == st->st_ino;
	close(fd);
	return same;
}

/* What has no path is known by what it is. */
static void name_nameless(struct place *place)
{
	static const char deleted[] = " (deleted)";
	size_t len = strlen(place->path);
	char *colon;

	place->nameless = true;
	if (!strncmp(place->path, "/memfd:", 7)) {
		strcpy(place->path, "memfd:");
		return;
	}
	if (place->path[0] == '/') {
		if (len >= sizeof(deleted) &&
		    !strcmp(place->path + len - (sizeof(deleted) - 1), deleted))
			place->path[len - (sizeof(deleted) - 1)] = '\0';
		else
			place->err = EACCES;
		return;
	}
	colon = strchr(place->path, ':');
	if (colon)
		colon[1] = '\0';
}

/* The path ends at @fd, which the place takes over. */
static int end_at(struct place *place, int fd)
{
	struct stat st;
	int err;

	place->fd = fd;
	if (fstat(fd, &st))
		return errno;
	place->exists = true;
	place->mode = st.st_mode;
	err = name_of(fd, place->path);
	if (err)
		return err;
	if (place->path[0] != '/' || !st.st_nlink) {
		name_nameless(place);
	} else if (!leads_here(place->path, &st)) {
		place->moved = true;
		name_nameless(place);
	}
	if (place->slash && !S_ISDIR(st.st_mode) && !place->err)
		place->err = ENOTDIR;
	return 0;
}

/* It ends in the directory @dir with a name that is not there, or is not followed. */
static int end_with_name(struct place *place, int dir, const char *name)
{
	struct stat st;
	int err = name_of(dir, place->path);

	if (err)
		return err;
	if (place->path[0] != '/')
		return EACCES;
	if (fstat(dir, &st))
		return errno;
	if (!S_ISDIR(st.st_mode)) {
		place->err = ENOTDIR;
	} else if (!st.st_nlink) {
		place->err = ENOENT;
	} else if (!leads_here(place->path, &st)) {
		place->moved = true;
		return EACCES;
	}
	place->fd = openat(dir, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (place->fd >= 0 && !fstat(place->fd, &st)) {
		place->exists = true;
		place->mode = st.st_mode;
	} else if (errno != ENOENT && !place->err) {
		place->err = errno;
	}
	return append(place->path, name);
}

/* The walk ends with an error before the last component. */
static int end_early(struct place *place, int dir, const char *name, const char *rest, int err)
{
	int ret = name_of(dir, place->path);

	place->err = err;
	if (ret)
		return ret;
	ret = append(place->path, name);
	rest += strspn(rest, "/");
	/* What is behind it is not judged by what it says: ".." */
	if (!ret && *rest && !strstr(rest, ".."))
		ret = append(place->path, rest);
	return ret;
}

/* ---------------------------------- walk ---------------------------------- */

/**
 * struct walk - a path that is walked
 * @th: whose it is
 * @place: gets where it ends
 * @flags: R_...
 * @cur: O_PATH descriptor of where it is
 * @rest: what is left of the path
 * @name: the component at hand
 * @last: it is the last one
 * @links: so many links were followed
 */
struct walk {
	struct thread *th;
	struct place *place;
	unsigned int flags;
	int cur;
	char rest[2 * PATH_MAX];
	char name[NAME_MAX + 1];
	bool last;
	unsigned int links;
};

static void move_to(struct walk *w, int fd)
{
	close(w->cur);
	w->cur = fd;
}

/* Go on with the text of a link. */
static int follow_text(struct walk *w, const char *text)
{
	char rest[2 * PATH_MAX];

	if (++w->links > MAX_LINKS)
		return ELOOP;
	if (snprintf(rest, sizeof(rest), "%s%s%s", text, w->last ? "" : "/", w->rest) >=
	    (int)sizeof(rest))
		return ENAMETOOLONG;
	if (w->last && w->place->slash)
		strncat(rest, "/", sizeof(rest) - strlen(rest) - 1);
	strcpy(w->rest, rest);
	if (text[0] == '/') {
		int fd = open_base(w->th, AT_FDCWD, true);

		if (fd < 0)
			return errno;
		move_to(w, fd);
	}
	return 0;
}

/* Others' links in directories like /tmp are not followed: fs.protected_symlinks. */
static bool is_trap(struct walk *w, const struct stat *link)
{
	struct stat dir;
	uid_t uid = own_fsuid ? own_fsuid : w->th->fsuid;

	return !fstat(w->cur, &dir) && (dir.st_mode & (S_ISVTX | S_IWOTH)) == (S_ISVTX | S_IWOTH) &&
	       link->st_uid != uid && link->st_uid != dir.st_uid;
}

/* The number of the process whose directory in /proc @dir is below; 0 if none. */
static pid_t process_of_directory(int dir)
{
	char path[PATH_MAX];

	if (name_of(dir, path) || strncmp(path, "/proc/", 6))
		return 0;
	return atoi(path + 6);
}

/* A link of /proc that leads to what no text says: only of guarded processes. */
static int follow_magic(struct walk *w)
{
	pid_t pid = process_of_directory(w->cur);
	int fd;

	if (++w->links > MAX_LINKS)
		return ELOOP;
	if (!pid || pid == getpid() || !process_is_guarded(pid))
		return EACCES;
	fd = openat(w->cur, w->name, O_PATH | O_CLOEXEC);
	if (fd < 0)
		return errno;
	move_to(w, fd);
	return 0;
}

/* A link of a file system proc at @fd. Returns 0, -1 to follow its text, or an errno. */
static int follow_proc_link(struct walk *w)
{
	char path[PATH_MAX], text[64];
	int fd;

	if (name_of(w->cur, path))
		return EACCES;
	if (!strcmp(path, "/proc") && !strcmp(w->name, "self")) {
		snprintf(text, sizeof(text), "%d", w->th->tgid);
		return follow_text(w, text);
	}
	if (!strcmp(path, "/proc") && !strcmp(w->name, "thread-self")) {
		snprintf(text, sizeof(text), "%d/task/%d", w->th->tgid, w->th->tid);
		return follow_text(w, text);
	}
	fd = open_how(w->cur, w->name, 0, RESOLVE_NO_MAGICLINKS);
	if (fd < 0 && errno == ELOOP)
		return follow_magic(w);
	if (fd >= 0)
		close(fd);
	/* Another mount of proc has a "self" of its own. */
	return is_below_proc(path) ? -1 : EACCES;
}

static int follow(struct walk *w, int link, const struct stat *st)
{
	char text[PATH_MAX];
	ssize_t len;
	int ret;

	if (is_proc(link)) {
		ret = follow_proc_link(w);
		if (ret >= 0)
			return ret;
	} else if (is_trap(w, st)) {
		return EACCES;
	}
	len = readlinkat(link, "", text, sizeof(text) - 1);
	if (len <= 0)
		return len ? errno : ENOENT;
	text[len] = '\0';
	return follow_text(w, text);
}

/* Take the next component; false if there is none. */
static bool next_name(struct walk *w, int *err)
{
	char *from = w->rest + strspn(w->rest, "/");
	size_t len = strcspn(from, "/");
	const char *behind = from + len;

	if (!len)
		return false;
	if (len > NAME_MAX) {
		*err = ENAMETOOLONG;
		return true;
	}
	memcpy(w->name, from, len);
	w->name[len] = '\0';
	w->last = !behind[strspn(behind, "/")];
	if (w->last)
		w->place->slash = *behind;
	memmove(w->rest, behind, strlen(behind) + 1);
	return true;
}

static int go_up(struct walk *w)
{
	struct stat here, root;
	int fd;

	if (other_roots) {
		int top = open_base(w->th, AT_FDCWD, true);
		bool at_top = top >= 0 && !fstat(top, &root) && !fstat(w->cur, &here) &&
			      root.st_dev == here.st_dev && root.st_ino == here.st_ino;

		if (top >= 0)
			close(top);
		if (at_top || top < 0)
			return top < 0 ? EACCES : 0;
	}
	fd = openat(w->cur, "..", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return errno;
	move_to(w, fd);
	return 0;
}

static int step_dots(struct walk *w)
{
	struct stat st;

	if (w->name[1])
		return go_up(w);
	return fstat(w->cur, &st) ? errno : S_ISDIR(st.st_mode) ? 0 : ENOTDIR;
}

static bool is_dots(const char *name)
{
	return !strcmp(name, ".") || !strcmp(name, "..");
}

/* Returns -1 to go on, or what the walk returns. */
static int step(struct walk *w)
{
	struct stat st;
	int fd, err;

	if (w->last && w->flags & R_NAME && !is_dots(w->name))
		return end_with_name(w->place, w->cur, w->name);
	if (is_dots(w->name)) {
		if (w->last && w->flags & R_NAME)
			w->place->dots = strlen(w->name);
		err = step_dots(w);
		return err ? end_early(w->place, w->cur, ".", "", err) : -1;
	}
	fd = openat(w->cur, w->name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT && w->last)
		return end_with_name(w->place, w->cur, w->name);
	if (fd < 0 || fstat(fd, &st))
		return end_early(w->place, w->cur, w->name, w->rest, errno);
	if (S_ISLNK(st.st_mode) && (!w->last || !(w->flags & R_NOFOLLOW) || w->place->slash)) {
		err = follow(w, fd, &st);
		close(fd);
		return err ? end_early(w->place, w->cur, w->name, w->rest, err) : -1;
	}
	if (!w->last && !S_ISDIR(st.st_mode)) {
		close(fd);
		return end_early(w->place, w->cur, w->name, w->rest, ENOTDIR);
	}
	move_to(w, fd);
	return -1;
}

/* Takes @base over. */
static int walk(struct thread *th, int base, const char *path, unsigned int flags,
		struct place *place)
{
	struct walk w = { .th = th, .place = place, .flags = flags, .cur = base };
	int ret = -1, err = 0;

	strcpy(w.rest, path);
	while (ret < 0 && next_name(&w, &err)) {
		if (err)
			ret = end_early(place, w.cur, "-", "", err);
		else
			ret = step(&w);
	}
	if (ret >= 0) {
		close(w.cur);
		return ret;
	}
	err = end_at(place, w.cur);
	/* A link that was held: its name would be followed, and it itself is not. */
	if (S_ISLNK(place->mode) && !(flags & R_NOFOLLOW))
		place->nameless = true;
	return err;
}

/* -------------------------------- shortcuts ------------------------------- */

/* What can be resolved in one go. Returns a descriptor, or -1 to walk. */
static int resolve_at_once(int base, const char *path, unsigned int flags)
{
	uint64_t open_flags = flags & R_NOFOLLOW ? O_NOFOLLOW : 0;
	int fd = open_how(base, path, open_flags, RESOLVE_NO_SYMLINKS);

	if (fd < 0 && errno == ELOOP)
		fd = open_how(base, path, open_flags, RESOLVE_NO_MAGICLINKS);
	else if (fd >= 0)
		return fd;
	if (fd >= 0 && is_proc(fd)) {
		close(fd);
		fd = -1;
	}
	return fd;
}

static int end_at_once(struct place *place, int fd, const char *path)
{
	struct stat st;
	int err = fstat(fd, &st) ? errno : name_of(fd, place->path);

	place->fd = fd;
	if (err)
		return err;
	place->exists = true;
	place->mode = st.st_mode;
	place->slash = path[strlen(path) - 1] == '/';
	if (place->path[0] != '/' || !st.st_nlink)
		name_nameless(place);
	return 0;
}

static void place_clear(struct place *place)
{
	place->path[0] = '\0';
	place->err = 0;
	place->exists = false;
	place->mode = 0;
	place->nameless = false;
	place->moved = false;
	place->slash = false;
	place->dots = 0;
	place->fd = -1;
}

static int resolve(struct thread *th, int dirfd, const char *path, unsigned int flags,
		   struct place *place)
{
	int base, fd;

	if (!*path && !(flags & R_EMPTY)) {
		strcpy(place->path, "/");
		place->err = ENOENT;
		return 0;
	}
	if (path[0] == '/' && !(flags & R_NAME) && !other_roots) {
		fd = resolve_at_once(root_fd, path, flags);
		if (fd >= 0)
			return end_at_once(place, fd, path);
	}
	base = open_base(th, dirfd, path[0] == '/');
	if (base < 0)
		return errno == ENOENT && dirfd != AT_FDCWD ? EBADF : errno;
	if (!*path)
		return end_at(place, base);
	if (path[0] != '/' && !(flags & R_NAME) && !other_roots) {
		fd = resolve_at_once(base, path, flags);
		if (fd >= 0) {
			close(base);
			return end_at_once(place, fd, path);
		}
	}
	return walk(th, base, path, flags, place);
}

int place_resolve(struct thread *th, int dirfd, const char *path, unsigned int flags,
		  struct place *place)
{
	unsigned int tries;
	int ret = EACCES;

	place_clear(place);
	if (!become(th))
		return EACCES;
	for (tries = 0; tries < TRIES; tries++) {
		place_clear(place);
		ret = resolve(th, dirfd, path, flags, place);
		if (!place->moved)
			break;
		if (tries < TRIES - 1)
			place_close(place);
	}
	become_oneself(th);
	return ret;
}

/* As openat2() does with @how->resolve. Magic links are not for it. */
static int resolve_how(struct thread *th, int dirfd, const char *path,
		       const struct open_how *how, struct place *place)
{
	bool absolute = path[0] == '/' && !(how->resolve & RESOLVE_IN_ROOT);
	uint64_t resolve = (how->resolve & ~RESOLVE_CACHED) | RESOLVE_NO_MAGICLINKS;
	int base = open_base(th, dirfd, absolute), fd, err;
	char parent[PATH_MAX], *name;

	if (base < 0)
		return errno == ENOENT && dirfd != AT_FDCWD ? EBADF : errno;
	fd = open_how(base, path, how->flags & (O_NOFOLLOW | O_DIRECTORY), resolve);
	if (fd >= 0 && (is_proc(fd) || other_roots)) {
		close(fd);
		close(base);
		return EACCES;
	}
	err = errno;
	if (fd >= 0 || !*path) {
		close(base);
		return fd >= 0 ? end_at_once(place, fd, path) : ENOENT;
	}
	snprintf(parent, sizeof(parent), "%s", path);
	name = strrchr(parent, '/');
	if (name)
		*name++ = '\0';
	fd = open_how(base, name && *parent ? parent : name ? "/" : ".", O_DIRECTORY, resolve);
	close(base);
	name = name ? name : parent;
	if (err != ENOENT || fd < 0 || !*name || is_dots(name)) {
		if (fd >= 0)
			close(fd);
		return err;
	}
	err = end_with_name(place, fd, name);
	close(fd);
	if (place->exists)
		place->err = ELOOP;
	return err;
}

int place_resolve_how(struct thread *th, int dirfd, const char *path,
		      const struct open_how *how, struct place *place)
{
	int ret;

	place_clear(place);
	if (!become(th))
		return EACCES;
	ret = resolve_how(th, dirfd, path, how, place);
	become_oneself(th);
	return ret;
}

/* Has it a component that is "." or ".."? */
static bool has_dots(const char *path)
{
	size_t len;

	for (path += strspn(path, "/"); *path; path += strspn(path, "/")) {
		len = strcspn(path, "/");
		if (!strncmp(path, "..", len))
			return true;
		path += len;
	}
	return false;
}

/* Of a rule: what is there is resolved now, what is not is taken as it is written. */
int place_canonical_rule(const char *path, char *canonical)
{
	char head[PATH_MAX], *slash;
	char real[PATH_MAX];

	if (snprintf(head, sizeof(head), "%s", path) >= (int)sizeof(head))
		return ENAMETOOLONG;
	if (!strncmp(path, "/proc/self", 10) && (!path[10] || path[10] == '/')) {
		strcpy(canonical, head);
		return 0;
	}
	for (slash = head + strlen(head); ; ) {
		if (realpath(*head ? head : "/", real))
			break;
		if (errno != ENOENT && errno != ENOTDIR && errno != EACCES)
			return errno;
		slash = strrchr(head, '/');
		if (!slash)
			return ENOENT;
		*slash = '\0';
	}
	strcpy(canonical, real);
	path += strlen(head);
	path += strspn(path, "/");
	if (has_dots(path))
		return EINVAL;
	return *path ? append(canonical, path) : 0;
}
