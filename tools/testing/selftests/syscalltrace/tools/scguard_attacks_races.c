// SPDX-License-Identifier: GPL-2.0
/*
 * Attacks by changing what was judged: somebody flips it between what is allowed and
 * what is not, while somebody else makes the call again and again.
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "scguard_attacks.h"

#define GOOD	WORK "/ok"
#define LEN	sizeof(KEY)

static char *path;		/* what is flipped */
static volatile bool *stop;
static void (*flip_once)(bool evil);

static void share_memory(int flags)
{
	char *mem = mmap(NULL, 4096, PROT_READ | PROT_WRITE, flags | MAP_ANONYMOUS, -1, 0);

	stop = (void *)mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	path = mem;
	strcpy(path, GOOD);
}

static void *flip(void *unused)
{
	bool evil = false;

	(void)unused;
	while (!*stop)
		flip_once(evil = !evil);
	return NULL;
}

static int flip_child(void *unused)
{
	flip(unused);
	return 0;
}

static bool until_over(bool (*try)(void))
{
	bool escaped = false;

	while (!escaped && !time_is_over())
		escaped = try();
	*stop = true;
	return escaped;
}

static bool race_thread(void (*how)(bool evil), bool (*try)(void))
{
	pthread_t thread;
	bool escaped;

	if (!path)
		share_memory(MAP_PRIVATE);
	flip_once = how;
	pthread_create(&thread, NULL, flip, NULL);
	escaped = until_over(try);
	pthread_join(thread, NULL);
	return escaped;
}

static bool race_process(void (*how)(bool evil), bool (*try)(void), int flags)
{
	bool escaped;
	pid_t pid;

	flip_once = how;
	if (flags & CLONE_VM)
		pid = clone(flip_child, (char *)malloc(65536) + 65536, flags | SIGCHLD,
			    NULL);
	else
		pid = syscall(SYS_clone, flags | SIGCHLD, NULL, NULL, NULL, NULL);
	if (!pid) {
		flip(NULL);
		_exit(0);
	}
	escaped = until_over(try);
	waitpid(pid, NULL, __WALL);
	return escaped;
}

static bool try_path(void)
{
	return reads_secret(path);
}

static void flip_path(bool evil)
{
	memcpy(path, evil ? KEY : GOOD, evil ? LEN : sizeof(GOOD));
}

static bool path_thread(void)
{
	return race_thread(flip_path, try_path);
}

static bool path_alias(void)
{
	share_memory(MAP_SHARED);
	return race_process(flip_path, try_path, 0);
}

static bool path_clone_vm(void)
{
	share_memory(MAP_PRIVATE);
	return race_process(flip_path, try_path, CLONE_VM);
}

static pid_t parent;

static void flip_remote(bool evil)
{
	const char *text = evil ? KEY : GOOD;
	struct iovec local = { (void *)text, strlen(text) + 1 };
	struct iovec remote = { path, strlen(text) + 1 };

	process_vm_writev(parent, &local, 1, &remote, 1, 0);
}

static bool path_vm_writev(void)
{
	share_memory(MAP_PRIVATE);
	parent = getpid();
	prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY);
	return race_process(flip_remote, try_path, 0);
}

static int mem_fd;

static void flip_mem(bool evil)
{
	const char *text = evil ? KEY : GOOD;

	if (pwrite(mem_fd, text, strlen(text) + 1, (off_t)path) < 0)
		return;
}

static bool path_proc_mem(void)
{
	mem_fd = open("/proc/self/mem", O_RDWR);
	return race_thread(flip_mem, try_path);
}

static struct { uint64_t flags, mode, resolve; } how;

static void flip_how(bool evil)
{
	how.flags = evil ? O_RDWR : O_RDONLY;
}

static bool try_how(void)
{
	int fd = syscall(SYS_openat2, AT_FDCWD, FILE_RO, &how, sizeof(how));
	bool escaped = fd >= 0 && writes(fd);

	close(fd);
	return escaped;
}

static bool openat2_how(void)
{
	return race_thread(flip_how, try_how);
}

/* ---------------------------------- names --------------------------------- */

static void flip_symlink(bool evil)
{
	symlink(evil ? KEY : GOOD, "new");
	rename("new", "link");
}

static bool try_link(void)
{
	return reads_secret("link");
}

static bool symlink_swap(void)
{
	return race_thread(flip_symlink, try_link);
}

static bool symlink_swap_process(void)
{
	share_memory(MAP_PRIVATE);
	return race_process(flip_symlink, try_link, 0);
}

static void flip_parent(bool evil)
{
	symlink(evil ? SECRET : WORK, "new");
	rename("new", "dir");
}

static bool try_parent(void)
{
	return reads_secret("dir/key");
}

static bool parent_swap(void)
{
	return race_thread(flip_parent, try_parent);
}

/* A directory, and a link that takes its place. */
static void make_dirs(const char *target)
{
	mkdir("real", 0777);
	close(open("real/key", O_CREAT | O_WRONLY, 0666));
	close(open("real/file", O_CREAT | O_WRONLY, 0666));
	symlink(target, "fake");
}

static void flip_dirs(bool evil)
{
	(void)evil;
	renameat2(AT_FDCWD, "real", AT_FDCWD, "fake", RENAME_EXCHANGE);
}

static bool try_real(void)
{
	return reads_secret("real/key");
}

static bool dir_swap(void)
{
	make_dirs(SECRET);
	return race_thread(flip_dirs, try_real);
}

static bool try_chmod(void)
{
	struct stat st;

	chmod("real/file", 0640);
	return !stat(FILE_RO, &st) && (st.st_mode & 0777) == 0640;
}

static bool chmod_swap(void)
{
	make_dirs(RO);
	return race_thread(flip_dirs, try_chmod);
}

static bool try_truncate(void)
{
	struct stat st;

	truncate("real/file", 2);
	return !stat(FILE_RO, &st) && st.st_size == 2;
}

static bool truncate_swap(void)
{
	make_dirs(RO);
	return race_thread(flip_dirs, try_truncate);
}

static bool try_mkdir(void)
{
	mkdir("real/new", 0777);
	return !rmdir(RO "/new");
}

static bool try_mkdir_native(void)
{
	struct stat st;

	mkdir("real/new", 0777);
	return !stat(RO "/new", &st) && try_mkdir();
}

static bool mkdir_swap(void)
{
	make_dirs(RO);
	return race_thread(flip_dirs, try_mkdir_native);
}

static bool try_unlink(void)
{
	struct stat st;

	unlink("real/file");
	return stat(FILE_RO, &st) && errno == ENOENT;
}

static bool unlink_swap(void)
{
	make_dirs(RO);
	return race_thread(flip_dirs, try_unlink);
}

static bool try_rename_in(void)
{
	struct stat st;

	close(open("mine", O_CREAT | O_WRONLY, 0666));
	rename("mine", "real/new");
	return !stat(RO "/new", &st);
}

static bool rename_swap(void)
{
	make_dirs(RO);
	return race_thread(flip_dirs, try_rename_in);
}

static bool try_link_out(void)
{
	struct stat st;
	bool escaped;

	if (link("real/file", "hard"))
		return false;
	escaped = !stat("hard", &st) && st.st_size > 0;
	unlink("hard");
	return escaped;
}

static bool link_swap(void)
{
	make_dirs(RO);
	return race_thread(flip_dirs, try_link_out);
}

static bool try_create(void)
{
	struct stat st;

	close(open("real/new", O_CREAT | O_WRONLY, 0666));
	return !stat(RO "/new", &st);
}

static bool create_swap(void)
{
	make_dirs(RO);
	return race_thread(flip_dirs, try_create);
}

/* ------------------------------- descriptors ------------------------------ */

static int good_fd, evil_fd;

static void flip_dup(bool evil)
{
	dup2(evil ? evil_fd : good_fd, 100);
}

static bool try_dup(void)
{
	int fd = openat(100, "secret/key", O_RDONLY);
	bool escaped = has_secret(fd);

	close(fd);
	return escaped;
}

static bool dirfd_swap(void)
{
	mkdir("secret", 0777);
	close(open("secret/key", O_CREAT | O_WRONLY, 0666));
	good_fd = open(".", O_PATH);
	evil_fd = open("..", O_PATH);
	return race_thread(flip_dup, try_dup);
}

static bool try_fchmod(void)
{
	struct stat st;

	fchmod(100, 0604);
	return !stat(FILE_RO, &st) && (st.st_mode & 0777) == 0604;
}

static bool fchmod_swap(void)
{
	good_fd = open("ok", O_RDWR);
	evil_fd = open(FILE_RO, O_RDONLY);
	return race_thread(flip_dup, try_fchmod);
}

static bool try_reopen(void)
{
	int fd = open("/proc/thread-self/fd/100", O_RDWR);
	bool escaped = writes(fd);

	close(fd);
	return escaped;
}

/* Of what has no path only the descriptor is left to go by. */
static bool reopen_swap(void)
{
	good_fd = memfd_create("x", 0);
	evil_fd = open(FILE_RO, O_RDONLY);
	return race_thread(flip_dup, try_reopen);
}

static void flip_cwd(bool evil)
{
	if (chdir(evil ? SECRET : WORK))
		return;
}

static bool try_cwd(void)
{
	return reads_secret("key");
}

static bool cwd_swap(void)
{
	close(open("key", O_CREAT | O_WRONLY, 0666));
	return race_thread(flip_cwd, try_cwd);
}

static bool try_fchdir(void)
{
	return reads_secret("secret/key");
}

static void flip_fchdir(bool evil)
{
	if (fchdir(evil ? evil_fd : good_fd))
		return;
}

static bool fchdir_swap(void)
{
	mkdir("secret", 0777);
	close(open("secret/key", O_CREAT | O_WRONLY, 0666));
	good_fd = open(".", O_PATH);
	evil_fd = open("..", O_PATH);
	return race_thread(flip_fchdir, try_fchdir);
}

static bool is_stopped(pid_t pid)
{
	char name[64], text[512] = "";
	int fd;

	snprintf(name, sizeof(name), "/proc/%d/stat", pid);
	fd = open(name, O_RDONLY);
	if (fd < 0 || read(fd, text, sizeof(text) - 1) < 0)
		return false;
	close(fd);
	return strstr(text, ") T ");
}

static bool try_pidfd(void)
{
	syscall(SYS_pidfd_send_signal, 100, SIGSTOP, NULL, 0);
	if (!is_stopped(victim()))
		return false;
	kill(victim(), SIGCONT);
	return true;
}

/* Who has the descriptors, and not the memory. */
static bool pidfd_swap(void)
{
	pid_t pid = fork();
	bool escaped;

	if (!pid) {
		pause();
		_exit(0);
	}
	good_fd = syscall(SYS_pidfd_open, pid, 0);
	evil_fd = syscall(SYS_pidfd_open, victim(), 0);
	share_memory(MAP_PRIVATE);
	escaped = race_process(flip_dup, try_pidfd, CLONE_FILES);
	kill(pid, SIGKILL);
	return escaped;
}

/* --------------------------------- programs ------------------------------- */

static bool try_exec(void)
{
	int status = 1;
	pid_t pid = vfork();

	if (!pid) {
		execl(path, "prog", "escaped", NULL);
		_exit(1);
	}
	waitpid(pid, &status, 0);
	return WIFEXITED(status) && !WEXITSTATUS(status);
}

static void flip_exec(bool evil)
{
	strcpy(path, evil ? PROG : WORK "/no");
}

static bool exec_thread(void)
{
	return race_thread(flip_exec, try_exec);
}

static void flip_exec_link(bool evil)
{
	symlink(evil ? PROG : WORK "/no", "new");
	rename("new", "prog");
}

static bool exec_swap(void)
{
	share_memory(MAP_PRIVATE);
	strcpy(path, WORK "/prog");
	return race_thread(flip_exec_link, try_exec);
}

/* Program that its user cannot read: who does not have CAP_SYS_PTRACE loses it. */
static void flip_mode(bool evil)
{
	chmod("unreadable", evil ? 0111 : 0755);
}

static bool try_unreadable(void)
{
	int status = 1;
	pid_t pid = fork();

	if (!pid) {
		execl(WORK "/unreadable", "unreadable", "key", NULL);
		_exit(1);
	}
	waitpid(pid, &status, 0);
	return WIFEXITED(status) && !WEXITSTATUS(status);
}

static bool copy_program(void)
{
	char bytes[65536];
	int in = open(BIN "/attacks", O_RDONLY), out = open("unreadable", O_WRONLY | O_CREAT, 0755);
	ssize_t len;

	while ((len = read(in, bytes, sizeof(bytes))) > 0)
		if (write(out, bytes, len) != len)
			return false;
	close(out);
	close(in);
	return true;
}

static bool unreadable(void)
{
	return copy_program() && !chmod("unreadable", 0111) && try_unreadable();
}

static bool unreadable_swap(void)
{
	return copy_program() && race_thread(flip_mode, try_unreadable);
}

/* --------------------------------- network -------------------------------- */

static struct sockaddr_in in;

static void flip_port(bool evil)
{
	in.sin_port = htons(evil ? DENIED_PORT : ALLOWED_PORT);
}

static bool try_connect(void)
{
	struct sockaddr_in peer;
	socklen_t len = sizeof(peer);
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	bool escaped = !connect(fd, (void *)&in, sizeof(in)) &&
		       !getpeername(fd, (void *)&peer, &len) &&
		       peer.sin_port == htons(DENIED_PORT);

	close(fd);
	return escaped;
}

static bool connect_swap(void)
{
	in.sin_family = AF_INET;
	in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return race_thread(flip_port, try_connect);
}

static int message_fd;
static struct mmsghdr message;

static void flip_message(bool evil)
{
	message.msg_hdr.msg_namelen = evil ? sizeof(in) : 0;
	pwrite(message_fd, &message, sizeof(message), 0);
}

/* A page of a file is the file's until it is written to. */
static bool try_message(void)
{
	struct mmsghdr *msg = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE, message_fd, 0);
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	bool escaped = sendmmsg(fd, msg, 1, 0) == 1;

	close(fd);
	munmap(msg, 4096);
	return escaped;
}

static bool message_swap(void)
{
	static struct iovec iov = { "x", 1 };

	in.sin_family = AF_INET;
	in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	in.sin_port = htons(DENIED_PORT);
	message.msg_hdr.msg_name = &in;
	message.msg_hdr.msg_iov = &iov;
	message.msg_hdr.msg_iovlen = 1;
	message_fd = memfd_create("message", 0);
	if (ftruncate(message_fd, 4096))
		return false;
	share_memory(MAP_PRIVATE);
	return race_process(flip_message, try_message, 0);
}

const struct attack race_attacks[] = {
	{ "race-path-thread", path_thread, 0 },
	{ "race-path-alias", path_alias, 0 },
	{ "race-path-clone-vm", path_clone_vm, 0 },
	{ "race-path-vm-writev", path_vm_writev, 0 },
	{ "race-path-proc-mem", path_proc_mem, 0 },
	{ "race-openat2-how", openat2_how, 0 },
	{ "race-symlink", symlink_swap, 0 },
	{ "race-symlink-process", symlink_swap_process, 0 },
	{ "race-parent-link", parent_swap, 0 },
	{ "race-dir", dir_swap, 0 },
	{ "race-chmod", chmod_swap, 0 },
	{ "race-truncate", truncate_swap, 0 },
	{ "race-mkdir", mkdir_swap, 0 },
	{ "race-unlink", unlink_swap, 0 },
	{ "race-rename", rename_swap, 0 },
	{ "race-link", link_swap, 0 },
	{ "race-create", create_swap, 0 },
	{ "race-dirfd", dirfd_swap, 0 },
	{ "race-fchmod", fchmod_swap, 0 },
	{ "race-reopen", reopen_swap, 0 },
	{ "race-pidfd", pidfd_swap, 0 },
	{ "race-cwd", cwd_swap, 0 },
	{ "race-fchdir", fchdir_swap, 0 },
	{ "race-exec-path", exec_thread, 0 },
	{ "race-exec-link", exec_swap, 0 },
	{ "unreadable", unreadable, 0 },
	{ "race-unreadable", unreadable_swap, 0 },
	{ "race-connect", connect_swap, 0 },
	{ "race-sendmmsg", message_swap, 0 },
	{ .name = NULL }
};
