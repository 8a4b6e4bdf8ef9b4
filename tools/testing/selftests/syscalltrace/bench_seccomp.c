// SPDX-License-Identifier: GPL-2.0
/*
 * seccomp, for the benchmark: a filter, and its user notification.
 */
#include "bench.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/uio.h>

#ifndef SECCOMP_IOCTL_NOTIF_SET_FLAGS
#define SECCOMP_IOCTL_NOTIF_SET_FLAGS	SECCOMP_IOW(4, __u64)
#define SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP	1
#endif

/* Put a filter on the program; it waits until the tracer has its listener. */
void install_filter(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned int)job.nr, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, job.action),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog prog = { .len = ARRAY_SIZE(code), .filter = code };
	bool notify = job.action == SECCOMP_RET_USER_NOTIF;
	struct iovec iov;
	long fd;

	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	fd = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
		     notify ? SECCOMP_FILTER_FLAG_NEW_LISTENER : 0, &prog);
	if (fd < 0)
		give_up("seccomp");
	if (!notify)
		return;
	/* Not by write(2), which may be what the filter holds up. */
	iov = (struct iovec){ .iov_base = &fd, .iov_len = sizeof(fd) };
	if (writev(OUT_FD, &iov, 1) != sizeof(fd))
		give_up("writev");
	pass_gate();
	close(fd);
}

/* Let one call run, after a look at it as the manual wants it. */
static int answer_notification(int fd)
{
	struct seccomp_notif req = {};
	struct seccomp_notif_resp resp = { .flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE };

	if (ioctl(fd, SECCOMP_IOCTL_NOTIF_RECV, &req))
		return errno;
	if (job.shown) {
		peek(req.pid, req.data.args[1]);
		if (ioctl(fd, SECCOMP_IOCTL_NOTIF_ID_VALID, &req.id))
			return errno;
	}
	resp.id = req.id;
	return ioctl(fd, SECCOMP_IOCTL_NOTIF_SEND, &resp) ? errno : 0;
}

static int listener_of(struct tracee *t)
{
	int pidfd, fd;
	long remote;

	open_gate(t);
	remote = told(t);
	if (remote < 0) {
		errno = ECHILD;
		return -1;
	}
	pidfd = syscall(SYS_pidfd_open, t->pid, 0);
	fd = syscall(SYS_pidfd_getfd, pidfd, (int)remote, 0);
	close(pidfd);
	return fd;
}

int watch_notify(struct tracee *t)
{
	__u64 flags = job.sync ? SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP : 0;
	int fd = listener_of(t), err = 0;

	if (fd < 0)
		return fail("listener", errno);
	if (flags && ioctl(fd, SECCOMP_IOCTL_NOTIF_SET_FLAGS, flags))
		return fail("SECCOMP_IOCTL_NOTIF_SET_FLAGS", errno);
	open_gate(t);
	while (!err)
		err = answer_notification(fd);
	close(fd);
	/* That is said when all whom the filter is on have ended. */
	return err == ENOENT ? 0 : fail("notification", err);
}
