// SPDX-License-Identifier: GPL-2.0
/*
 * What a supervisor by seccomp notification costs that judges as scguard does: with
 * scguard's own code, from resolving paths to the rules. To compare with, and not to
 * be guarded by: what it has judged may change before the call runs.
 *
 *	scguard_peer POLICY COMMAND [ARGUMENT...]
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../../../syscalltrace/scguard/scguard.h"

#define MAX_JUDGED	200

struct policy *policy;
struct sct *tracer;
bool learning;
bool capable = true;

/* scguard's options have no part in it. */
void forward_signals(void)
{
}

void guard_file(const char *path)
{
	(void)path;
}

/* -------------------------------- the filter ------------------------------ */

static int install_filter(void)
{
	struct sock_filter code[2 * MAX_JUDGED + 2];
	struct sock_fprog program = { .filter = code };
	unsigned int nr;

	code[program.len++] = (struct sock_filter)
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
	for (nr = 0; nr < 512; nr++) {
		/* What hands the descriptor over must not wait for who gets it. */
		if (!judge_find(nr) || nr == SYS_sendmsg)
			continue;
		code[program.len++] = (struct sock_filter)
			BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, nr, 0, 1);
		code[program.len++] = (struct sock_filter)
			BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF);
	}
	code[program.len++] = (struct sock_filter)
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return -1;
	return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER,
		       &program);
}

/* Give @fd to who is at the other end. */
static void send_fd(int to, int fd)
{
	char control[CMSG_SPACE(sizeof(int))] = "", byte = 0;
	struct iovec iov = { &byte, 1 };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = sizeof(control),
	};
	struct cmsghdr *cmsg = CMSG_FIRSTHDR(&msg);

	cmsg->cmsg_level = SOL_SOCKET;
	cmsg->cmsg_type = SCM_RIGHTS;
	cmsg->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(cmsg), &fd, sizeof(fd));
	if (sendmsg(to, &msg, 0) != 1)
		_exit(STATUS_FAILED);
}

static int receive_fd(int from)
{
	char control[CMSG_SPACE(sizeof(int))] = "", byte;
	struct iovec iov = { &byte, 1 };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = sizeof(control),
	};
	int fd;

	if (recvmsg(from, &msg, 0) != 1 || !CMSG_FIRSTHDR(&msg))
		die(STATUS_FAILED, "listener: %s", strerror(errno));
	memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&msg)), sizeof(fd));
	return fd;
}

/* --------------------------------- records -------------------------------- */

static char *add_bytes(char *at, unsigned int arg, const void *bytes, size_t len)
{
	struct syscall_trace_block *block = (void *)at;

	memset(block, 0, sizeof(*block));
	block->kind = SYSCALL_TRACE_BYTES;
	block->arg = arg;
	block->len = len;
	memcpy(block + 1, bytes, len);
	return at + sizeof(*block) + ((len + 7) & ~7UL);
}

/* What an argument points to, read as others have to read it. */
static char *show_argument(char *at, const struct syscall_trace_record *record,
			   const struct sct_call *call, unsigned int i)
{
	char bytes[PATH_MAX];
	size_t room = sizeof(bytes);
	ssize_t len;

	if (!record->args[i])
		return at;
	if (call->args[i].kind != SCT_PATH && call->args[i].kind != SCT_BYTES)
		return at;
	if (!(call->args[i].flags & SCT_IN) && call->args[i].kind != SCT_PATH)
		return at;
	if (call->args[i].kind == SCT_BYTES)
		room = call->args[i].length < 256 ? call->args[i].length : 256;
	len = sct_read_memory(record->tid, record->args[i], bytes, room);
	if (len <= 0)
		return at;
	if (call->args[i].kind == SCT_PATH)
		len = strnlen(bytes, len);
	return add_bytes(at, i, bytes, len);
}

static const struct syscall_trace_record *record_of(const struct seccomp_notif *n)
{
	static char memory[65536] __attribute__((aligned(8)));
	struct syscall_trace_record *record = (void *)memory;
	struct sct_call call;
	char *at = memory + sizeof(*record);
	unsigned int i;

	memset(record, 0, sizeof(*record));
	record->type = SYSCALL_TRACE_ENTRY;
	record->head = sizeof(*record);
	record->tid = n->pid;
	record->nr = n->data.nr;
	for (i = 0; i < 6; i++)
		record->args[i] = n->data.args[i];
	if (sct_describe(record, &call))
		for (i = 0; i < call.nr_args; i++)
			at = show_argument(at, record, &call, i);
	record->size = at - memory;
	for (at = memory + sizeof(*record); at < memory + record->size; record->nr_blocks++)
		at += sizeof(struct syscall_trace_block) +
		      ((((struct syscall_trace_block *)at)->len + 7) & ~7UL);
	return record;
}

/* ----------------------------------- run ---------------------------------- */

static bool answer(int listener)
{
	static struct request rq;
	struct seccomp_notif n;
	struct seccomp_notif_resp resp;

	memset(&n, 0, sizeof(n));
	if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &n))
		return errno == EINTR || errno == ENOENT;
	rq.th = thread_get(n.pid);
	rq.record = record_of(&n);
	judge(&rq);
	memset(&resp, 0, sizeof(resp));
	resp.id = n.id;
	if (rq.err)
		resp.error = -rq.err;
	else
		resp.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
	request_release(&rq);
	/* Who asked may be gone. */
	ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &resp);
	return true;
}

static void supervise(int listener)
{
	struct pollfd poll_fd = { .fd = listener, .events = POLLIN };

	while (poll(&poll_fd, 1, -1) >= 0 && poll_fd.revents & POLLIN)
		if (!answer(listener))
			break;
}

int main(int argc, char **argv)
{
	int pair[2], listener, status;
	pid_t pid;

	if (argc < 3)
		die(STATUS_POLICY, "Usage: scguard_peer POLICY COMMAND [ARGUMENT...]");
	judge_init();
	policy = policy_new();
	if (!policy_read(policy, argv[1]))
		return STATUS_POLICY;
	place_init(false);
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
		die(STATUS_FAILED, "socketpair: %s", strerror(errno));
	pid = fork();
	if (!pid) {
		listener = install_filter();
		if (listener < 0)
			_exit(STATUS_LACKS_SUPPORT);
		send_fd(pair[1], listener);
		syscall(SYS_close, listener);
		syscall(SYS_close, pair[1]);
		execvp(argv[2], argv + 2);
		_exit(STATUS_NOT_FOUND);
	}
	close(pair[1]);
	listener = receive_fd(pair[0]);
	supervise(listener);
	if (waitpid(pid, &status, 0) != pid)
		return STATUS_FAILED;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
