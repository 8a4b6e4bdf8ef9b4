// SPDX-License-Identifier: GPL-2.0
/* Attacks with paths, and with descriptors of files. */
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "scguard_attacks.h"

/* ------------------------------ other names ------------------------------- */

static bool plain(void)
{
	return reads_secret(KEY);
}

static bool relative(void)
{
	return reads_secret("../secret/key");
}

static bool dotdot(void)
{
	return reads_secret(WORK "/./..//work/../secret/key");
}

static bool dirfd(void)
{
	return has_secret(openat(open("..", O_PATH), "secret/key", O_RDONLY));
}

static bool symlink_file(void)
{
	symlink(KEY, "link");
	return reads_secret("link");
}

static bool symlink_dir(void)
{
	symlink("../secret", "dir");
	return reads_secret("dir/key");
}

static bool symlink_chain(void)
{
	symlink("b/../../secret", "a");
	mkdir("b", 0777);
	symlink("a/key", "c");
	return reads_secret(WORK "/c");
}

static int open2(int dir, const char *path, uint64_t flags, uint64_t resolve)
{
	struct open_how how = { .flags = flags, .resolve = resolve };

	return syscall(SYS_openat2, dir, path, &how, sizeof(how));
}

static bool openat2_plain(void)
{
	return has_secret(open2(AT_FDCWD, KEY, O_RDONLY, 0));
}

static bool openat2_in_root(void)
{
	return has_secret(open2(open(TOP, O_PATH), "/secret/key", O_RDONLY, RESOLVE_IN_ROOT));
}

static bool openat2_beneath(void)
{
	return has_secret(open2(open("/", O_PATH), "tmp/sg/secret/key", O_RDONLY,
				RESOLVE_BENEATH));
}

static bool creat_secret(void)
{
	int fd = creat(SECRET "/made", 0666);

	return fd >= 0 && !unlink(SECRET "/made");
}

static bool page_end(void)
{
	char *pages = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *path = pages + 4096 - sizeof(KEY);

	munmap(pages + 4096, 4096);
	memcpy(path, KEY, sizeof(KEY));
	return reads_secret(path);
}

static bool long_path(void)
{
	char path[4096] = "/", *end = path + 1;

	while (end - path < 4000)
		end = stpcpy(end, "./");
	strcpy(end, "tmp/sg/secret/key");
	return reads_secret(path);
}

static bool long_links(void)
{
	char target[4000] = SECRET, *end = target + strlen(target);

	while (end - target < 3900)
		end = stpcpy(end, "/.");
	symlink(target, "far");
	return reads_secret("far/key");
}

static bool trailing_slash(void)
{
	int dir;

	symlink(SECRET, "slash");
	dir = open("slash/", O_PATH | O_NOFOLLOW | O_DIRECTORY);
	return has_secret(openat(dir, "key", O_RDONLY));
}

/* ---------------------------------- /proc --------------------------------- */

static bool proc_root(void)
{
	return reads_secret("/proc/self/root" KEY);
}

static bool proc_cwd(void)
{
	return reads_secret("/proc/self/cwd/../secret/key");
}

static bool proc_task(void)
{
	char path[128];

	snprintf(path, sizeof(path), "/proc/self/task/%d/root" KEY, getpid());
	return reads_secret(path);
}

static bool proc_thread_self(void)
{
	return reads_secret("/proc/thread-self/cwd/../secret/key");
}

static bool proc_fd_dir(void)
{
	char path[128];

	snprintf(path, sizeof(path), "/proc/self/fd/%d/secret/key", open("..", O_PATH));
	return reads_secret(path);
}

static bool proc_child_cwd(void)
{
	bool escaped;
	char path[64];
	pid_t pid;

	pid = fork();
	if (!pid) {
		if (chdir(".."))
			_exit(1);
		pause();
	}
	usleep(100000);
	snprintf(path, sizeof(path), "/proc/%d/cwd/secret/key", pid);
	escaped = reads_secret(path);
	kill(pid, SIGKILL);
	return escaped;
}

static bool proc_victim_root(void)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/root" KEY, victim());
	return reads_secret(path);
}

static bool opath_reopen(void)
{
	char path[64];
	int fd = open(KEY, O_PATH);

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return fd >= 0 && reads_secret(path);
}

/* A file that may be read only, written through its descriptor's link. */
static bool reopen_for_writing(void)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", open(FILE_RO, O_RDONLY));
	return writes(open(path, O_RDWR));
}

static bool dev_fd(void)
{
	char path[64];

	dup2(open(FILE_RO, O_RDONLY), 0);
	snprintf(path, sizeof(path), "/dev/stdin");
	if (access("/dev/stdin", F_OK))
		strcpy(path, "/proc/thread-self/fd/0");
	return writes(open(path, O_WRONLY));
}

/* ------------------------------ other objects ----------------------------- */

static bool change_root(void)
{
	return !chroot(SECRET) && reads_secret("/key");
}

static bool bind_mount(void)
{
	mkdir("mnt", 0777);
	if (mount(SECRET, "mnt", NULL, MS_BIND, NULL))
		return false;
	return reads_secret("mnt/key") | !umount2("mnt", MNT_DETACH);
}

static bool user_namespace(void)
{
	return !unshare(CLONE_NEWUSER | CLONE_NEWNS) && bind_mount();
}

static bool open_tree_clone(void)
{
	int fd = syscall(SYS_open_tree, AT_FDCWD, SECRET, 1 /* OPEN_TREE_CLONE */);

	return fd >= 0 && has_secret(openat(fd, "key", O_RDONLY));
}

static bool pivot(void)
{
	int fd;

	if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL))
		return false;
	mkdir("old", 0777);
	if (mount(TOP, TOP, NULL, MS_BIND, NULL) || chdir(TOP))
		return false;
	fd = open("secret/key", O_RDONLY);
	return has_secret(fd);
}

static bool by_handle(void)
{
	struct { struct file_handle head; char bytes[128]; } handle = { .head.handle_bytes = 128 };
	int mount, dir = open(WORK, O_RDONLY | O_DIRECTORY);

	if (name_to_handle_at(AT_FDCWD, KEY, &handle.head, &mount, 0))
		return false;
	return has_secret(open_by_handle_at(dir, &handle.head, O_RDONLY));
}

static bool hard_link(void)
{
	return !link(KEY, "hard") && reads_secret("hard");
}

static bool hard_link_write(void)
{
	return !link(FILE_RO, "hard") && writes(open("hard", O_WRONLY));
}

static bool link_by_fd(void)
{
	char path[64];
	int fd = open(KEY, O_PATH);

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return !linkat(AT_FDCWD, path, AT_FDCWD, "hard", AT_SYMLINK_FOLLOW) && reads_secret("hard");
}

static bool link_empty(void)
{
	int fd = open(FILE_RO, O_RDONLY);

	return !linkat(fd, "", AT_FDCWD, "hard", AT_EMPTY_PATH) &&
	       writes(open("hard", O_WRONLY));
}

static bool move_file(void)
{
	return !rename(KEY, "moved") && reads_secret("moved");
}

static bool move_dir(void)
{
	bool escaped = !rename(SECRET, "moved") && reads_secret("moved/key");

	rename("moved", SECRET);
	return escaped;
}

static bool move_parent(void)
{
	bool escaped;

	if (rename(WORK, TOP "/other"))
		return false;
	escaped = !rename(SECRET, WORK) && reads_secret(WORK "/key");
	rename(WORK, SECRET);
	rename(TOP "/other", WORK);
	return escaped;
}

static bool exchange(void)
{
	bool escaped;

	mkdir("mine", 0777);
	if (renameat2(AT_FDCWD, "mine", AT_FDCWD, SECRET, RENAME_EXCHANGE))
		return false;
	escaped = reads_secret("mine/key");
	renameat2(AT_FDCWD, "mine", AT_FDCWD, SECRET, RENAME_EXCHANGE);
	return escaped;
}

static bool device(void)
{
	char byte;
	int fd;

	if (mknod("zero", S_IFCHR | 0666, makedev(1, 5)))
		return false;
	fd = open("zero", O_RDONLY);
	return fd < 0 || read(fd, &byte, 1) == 1;
}

/* ---------------------------------- writes -------------------------------- */

static bool write_plain(void)
{
	return writes(open(FILE_RO, O_WRONLY));
}

/* The name of the link would be followed, where the link itself is not. */
static bool held_link(void)
{
	struct stat st;
	char name[64];

	symlink(FILE_RO, "link");
	snprintf(name, sizeof(name), "/proc/self/fd/%d", open("link", O_PATH | O_NOFOLLOW));
	chmod(name, 0604);
	truncate(name, 1);
	chmod(FILE_RO, 0604);
	return !stat(FILE_RO, &st) && ((st.st_mode & 0777) == 0604 || st.st_size == 1);
}

static bool truncates(void)
{
	struct stat st;

	return !truncate(FILE_RO, 1) && !stat(FILE_RO, &st) && st.st_size == 1;
}

static bool open_truncates(void)
{
	struct stat st;

	open(FILE_RO, O_RDONLY | O_TRUNC);
	return !stat(FILE_RO, &st) && !st.st_size;
}

static bool chmods(void)
{
	return !chmod(FILE_RO, 0600);
}

static bool fchmods(void)
{
	return !fchmod(open(FILE_RO, O_RDONLY), 0600);
}

static bool fchmodat2_empty(void)
{
	return !syscall(452 /* fchmodat2 */, open(FILE_RO, O_PATH), "", 0600, AT_EMPTY_PATH);
}

static bool chown_empty(void)
{
	return !fchownat(open(FILE_RO, O_PATH), "", getuid(), getgid(), AT_EMPTY_PATH);
}

static bool times_path(void)
{
	return !utimensat(AT_FDCWD, FILE_RO, NULL, 0);
}

static bool times_fd(void)
{
	return !futimens(open(FILE_RO, O_RDONLY), NULL);
}

static bool attribute(void)
{
	return !setxattr(FILE_RO, "user.attack", "1", 1, 0);
}

static bool attribute_fd(void)
{
	return !fsetxattr(open(FILE_RO, O_RDONLY), "user.attack2", "1", 1, 0);
}

static bool creates(void)
{
	return open(RO "/new", O_CREAT | O_RDONLY, 0600) >= 0;
}

static bool makes_link(void)
{
	return !symlink("x", RO "/new");
}

static bool makes_dir(void)
{
	return !mkdir(RO "/new", 0700) && !rmdir(RO "/new");
}

static bool removes(void)
{
	return !unlink(FILE_RO);
}

static bool replaces(void)
{
	return !rename("ok", FILE_RO);
}

static bool tmpfile_link(void)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", open(".", O_TMPFILE | O_WRONLY, 0600));
	return !linkat(AT_FDCWD, path, AT_FDCWD, RO "/new", AT_SYMLINK_FOLLOW);
}

static bool dangling(void)
{
	symlink(RO "/new", "dangling");
	return open("dangling", O_CREAT | O_WRONLY, 0600) >= 0;
}

static bool tmpfile_ro(void)
{
	return open(RO, O_TMPFILE | O_RDWR, 0600) >= 0;
}

/* -------------------------------- passing --------------------------------- */

static bool passed_on(void)
{
	char control[CMSG_SPACE(sizeof(int))] = "", byte = 'x';
	struct iovec iov = { &byte, 1 };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = sizeof(control),
	};
	struct cmsghdr *cmsg = CMSG_FIRSTHDR(&msg);
	int pair[2], fd;

	socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
	if (!fork()) {
		fd = open(KEY, O_RDONLY);
		cmsg->cmsg_level = SOL_SOCKET;
		cmsg->cmsg_type = SCM_RIGHTS;
		cmsg->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(cmsg), &fd, sizeof(fd));
		_exit(sendmsg(pair[1], &msg, 0) < 0);
	}
	wait(NULL);
	if (recvmsg(pair[0], &msg, MSG_DONTWAIT) != 1)
		return false;
	memcpy(&fd, CMSG_DATA(cmsg), sizeof(fd));
	return has_secret(fd);
}

static bool grandchild(void)
{
	return child_escapes(plain);
}

static bool in_grandchild(void)
{
	setsid();
	return child_escapes(grandchild);
}

static bool in_new_session(void)
{
	return child_escapes(in_grandchild);
}

static bool watches(void)
{
	int fd = syscall(SYS_inotify_init1, 0);

	return syscall(SYS_inotify_add_watch, fd, SECRET, 0xfff) >= 0;
}

static bool stats(void)
{
	struct stat st;

	return !stat(KEY, &st);
}

static bool statx_fd(void)
{
	char buf[256];
	int fd = open(KEY, O_PATH);

	return fd >= 0 && !syscall(SYS_statx, fd, "", AT_EMPTY_PATH, 0xfff, buf);
}

static bool reads_link(void)
{
	char text[64];
	ssize_t len;

	/* What was there before scguard: the script makes it. */
	len = readlink(SECRET "/link", text, sizeof(text));
	return len > 0;
}

static bool enters(void)
{
	return !chdir(SECRET) && reads_secret("key");
}

const struct attack file_attacks[] = {
	{ "plain", plain, 0 },
	{ "relative", relative, 0 },
	{ "dotdot", dotdot, 0 },
	{ "dirfd", dirfd, 0 },
	{ "symlink-file", symlink_file, 0 },
	{ "symlink-dir", symlink_dir, 0 },
	{ "symlink-chain", symlink_chain, 0 },
	{ "openat2", openat2_plain, 0 },
	{ "openat2-in-root", openat2_in_root, 0 },
	{ "openat2-beneath", openat2_beneath, 0 },
	{ "creat", creat_secret, 0 },
	{ "page-end", page_end, 0 },
	{ "long-path", long_path, 0 },
	{ "long-links", long_links, 0 },
	{ "trailing-slash", trailing_slash, 0 },
	{ "proc-root", proc_root, 0 },
	{ "proc-cwd", proc_cwd, 0 },
	{ "proc-task", proc_task, 0 },
	{ "proc-thread-self", proc_thread_self, 0 },
	{ "proc-fd-dir", proc_fd_dir, 0 },
	{ "proc-child-cwd", proc_child_cwd, 0 },
	{ "proc-victim-root", proc_victim_root, 0 },
	{ "opath-reopen", opath_reopen, 0 },
	{ "reopen-for-writing", reopen_for_writing, 0 },
	{ "dev-stdin", dev_fd, 0 },
	{ "chroot", change_root, ROOT },
	{ "bind-mount", bind_mount, ROOT },
	{ "user-namespace", user_namespace, 0 },
	{ "open-tree", open_tree_clone, ROOT },
	{ "mount-namespace", pivot, ROOT },
	{ "open-by-handle", by_handle, ROOT },
	{ "hard-link", hard_link, 0 },
	{ "hard-link-write", hard_link_write, 0 },
	{ "link-by-fd", link_by_fd, 0 },
	{ "link-empty-path", link_empty, ROOT },
	{ "move-file", move_file, 0 },
	{ "move-dir", move_dir, 0 },
	{ "move-parent", move_parent, 0 },
	{ "exchange", exchange, 0 },
	{ "device", device, ROOT },
	{ "write", write_plain, 0 },
	{ "truncate", truncates, 0 },
	{ "held-link", held_link, 0 },
	{ "open-truncate", open_truncates, 0 },
	{ "chmod", chmods, 0 },
	{ "fchmod", fchmods, 0 },
	{ "fchmodat2-empty-path", fchmodat2_empty, 0 },
	{ "chown-empty-path", chown_empty, 0 },
	{ "utimensat", times_path, 0 },
	{ "futimens", times_fd, 0 },
	{ "setxattr", attribute, 0 },
	{ "fsetxattr", attribute_fd, 0 },
	{ "create", creates, 0 },
	{ "symlink-there", makes_link, 0 },
	{ "mkdir-there", makes_dir, 0 },
	{ "unlink", removes, 0 },
	{ "rename-over", replaces, 0 },
	{ "tmpfile-link", tmpfile_link, 0 },
	{ "dangling-link", dangling, 0 },
	{ "tmpfile", tmpfile_ro, 0 },
	{ "passed-on", passed_on, 0 },
	{ "in-new-session", in_new_session, 0 },
	{ "inotify", watches, 0 },
	{ "stat", stats, 0 },
	{ "statx-fd", statx_fd, 0 },
	{ "readlink", reads_link, 0 },
	{ "chdir", enters, 0 },
	{ .name = NULL }
};
