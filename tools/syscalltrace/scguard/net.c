// SPDX-License-Identifier: GPL-2.0-only
/*
 * Judgement of calls that reach other hosts, or sockets by their names.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "scguard.h"

#define PROTOCOL_TCP		6
#define PROTOCOL_UDP		17
#define PROTOCOL_UDPLITE	136
#define PROTOCOL_MPTCP		262
#define OLD_IPV6_RTHDR		5	/* IPV6_2292RTHDR */
#define OLD_IPV6_OPTIONS	6	/* IPV6_2292PKTOPTIONS */
#define MAX_BOUND		8192
#define MAX_MESSAGES		1024	/* more the kernel does not take */
#define SUN_HEAD		offsetof(struct sockaddr_un, sun_path)

/* Sockets that were bound, by their inodes; the oldest are forgotten. */
static ino_t bound[MAX_BOUND];
static unsigned int nr_bound;

static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };

/* --------------------------------- sockets -------------------------------- */

static void fd_path(const struct request *rq, char *path, size_t room)
{
	snprintf(path, room, "/proc/%d/fd/%d", rq->th->tid, request_int(rq, 0));
}

static ino_t inode_of(const struct request *rq)
{
	struct stat st;
	char path[64];

	fd_path(rq, path, sizeof(path));
	return stat(path, &st) || !S_ISSOCK(st.st_mode) ? 0 : st.st_ino;
}

/* What kind of socket of the internet it is; both if that is not known. */
static unsigned int kind_of(const struct request *rq)
{
	char path[64], name[64];
	ssize_t len;

	fd_path(rq, path, sizeof(path));
	len = getxattr(path, "system.sockprotoname", name, sizeof(name) - 1);
	if (len < 0)
		return NET_TCP | NET_UDP;
	name[len] = '\0';
	if (!strncmp(name, "TCP", 3) || !strncmp(name, "MPTCP", 5))
		return NET_TCP;
	return strncmp(name, "UDP", 3) ? NET_TCP | NET_UDP : NET_UDP;
}

static void judge_socket(struct request *rq)
{
	int family = request_int(rq, 0), type = request_int(rq, 1) & 0xf;
	int protocol = request_int(rq, 2);
	char thing[48];

	snprintf(thing, sizeof(thing), "family %d type %d protocol %d", family, type, protocol);
	if (family == AF_UNIX || family == AF_UNSPEC)
		return;
	if (family == AF_INET || family == AF_INET6) {
		if ((type == SOCK_STREAM &&
		     (!protocol || protocol == PROTOCOL_TCP || protocol == PROTOCOL_MPTCP)) ||
		    (type == SOCK_DGRAM &&
		     (!protocol || protocol == PROTOCOL_UDP || protocol == PROTOCOL_UDPLITE)))
			return;
		family = FAMILY_RAW;
	}
	if (family < 0 || family > FAMILY_RAW)
		refuse(rq, EAFNOSUPPORT, "family");
	else if (decide(rq, policy->families[family], "family", thing) && learning &&
		 policy->families[family].kind != ALLOW)
		learn_line(family == FAMILY_RAW ? "net allow family raw" : "net allow family %d",
			   family);
}

/* -------------------------------- addresses ------------------------------- */

static void map_ipv4(uint8_t addr[16], const struct in_addr *in)
{
	memcpy(addr, mapped, sizeof(mapped));
	memcpy(addr + 12, in, 4);
}

/* To connect to no address is to connect to oneself. */
static void map_any(uint8_t addr[16])
{
	static const uint8_t any[16];
	const struct in_addr loopback = { htonl(INADDR_LOOPBACK) };

	if (!memcmp(addr, any, 16))
		addr[15] = 1;
	else if (!memcmp(addr, mapped, 12) && !memcmp(addr + 12, any, 4))
		map_ipv4(addr, &loopback);
}

static void describe(char *text, size_t room, unsigned int kind, const uint8_t addr[16],
		     unsigned int port)
{
	const char *name = kind == NET_TCP ? "tcp" : kind == NET_UDP ? "udp" : "inet";
	char words[INET6_ADDRSTRLEN];

	if (memcmp(addr, mapped, 12))
		snprintf(text, room, "%s [%s]:%u", name,
			 inet_ntop(AF_INET6, addr, words, sizeof(words)), port);
	else
		snprintf(text, room, "%s %s:%u", name,
			 inet_ntop(AF_INET, addr + 12, words, sizeof(words)), port);
}

static bool decide_inet(struct request *rq, unsigned int op, uint8_t addr[16], unsigned int port)
{
	unsigned int kinds = kind_of(rq), kind;
	const char *what = op == NET_BIND ? "bind" : "connect";
	struct verdict verdict;
	char thing[96];

	if (op == NET_CONNECT)
		map_any(addr);
	describe(thing, sizeof(thing), kinds, addr, port);
	/* Of what may be one or the other both have to be allowed. */
	for (kind = NET_TCP; kind <= NET_UDP; kind <<= 1) {
		if (!(kinds & kind))
			continue;
		verdict = rules_net(policy, op, kind, addr, port);
		if (!decide(rq, verdict, what, thing))
			return false;
		if (learning && verdict.kind != ALLOW)
			learn_line("net allow %s %s", what, thing);
	}
	return true;
}

/* --------------------------------- families ------------------------------- */

/* An abstract name as a path of the tree of rules: no canonical path has "..". */
void abstract_path(const char *name, size_t len, char *path, size_t room)
{
	size_t i, pos;

	pos = snprintf(path, room, "../");
	for (i = 0; i < len && pos + 5 < room; i++)
		if (name[i] <= ' ' || name[i] == '/' || name[i] == '\\')
			pos += snprintf(path + pos, room - pos, "\\%03o", (unsigned char)name[i]);
		else
			path[pos++] = name[i];
	path[pos] = '\0';
}

static bool decide_abstract(struct request *rq, const char *name, size_t len)
{
	char path[512];
	struct path_view view;

	abstract_path(name, len, path, sizeof(path));
	rules_look(policy, path, &view);
	if (!decide(rq, view.verdicts[UNIX], "unix", path + 2))
		return false;
	if (learning && view.verdicts[UNIX].kind != ALLOW)
		learn_line("net allow unix @%s", path + 3);
	return true;
}

/* Let the call use the canonical name of a socket. @arg: of the address */
static bool use_socket_path(struct request *rq, unsigned int arg, const char *given)
{
	struct sockaddr_un *un = (void *)rq->data[1];
	struct place *place = &rq->places[0];

	if (!place->nameless && !strcmp(given, place->path))
		return true;
	memset(un, 0, sizeof(*un));
	un->sun_family = AF_UNIX;
	if (!place->nameless && strlen(place->path) < sizeof(un->sun_path))
		strcpy(un->sun_path, place->path);
	else if (place->exists && place->fd >= 0)
		snprintf(un->sun_path, sizeof(un->sun_path), "/proc/%d/fd/%d", getpid(), place->fd);
	else
		return refuse(rq, ENAMETOOLONG, "path");
	/* What the descriptor leads to it has to do until the call is over. */
	place->nameless |= strlen(place->path) >= sizeof(un->sun_path);
	request_become(rq, rq->call->name);
	rq->rewrite.data[arg] = un;
	rq->rewrite.data_len[arg] = SUN_HEAD + strlen(un->sun_path) + 1;
	rq->rewrite.kept &= ~(1 << arg);
	return true;
}

static bool decide_unix(struct request *rq, unsigned int op, const char *path)
{
	enum right right = op == NET_BIND ? CREATE : UNIX;

	if (!request_place(rq, AT_FDCWD, path, op == NET_BIND ? R_NAME : 0))
		return false;
	if (op == NET_BIND && rq->places[0].dots)
		return refuse(rq, EADDRINUSE, "path");
	if (!rq->places[0].exists && op != NET_BIND && knows_of(rq, 0))
		return refuse(rq, rq->places[0].err ? rq->places[0].err : ENOENT, "path");
	return decide_place(rq, 0, right) &&
	       (!rq->places[0].err || refuse(rq, rq->places[0].err, "path"));
}

/* @arg: argument that has the address, NONE if it cannot be given another */
static bool judge_unix(struct request *rq, unsigned int op, const struct sockaddr_un *un,
		       size_t len, int arg)
{
	char path[sizeof(un->sun_path) + 1] = "";

	/* The kernel gives it a name that nobody knows. */
	if (len <= SUN_HEAD)
		return true;
	if (!un->sun_path[0])
		return decide_abstract(rq, un->sun_path + 1, len - SUN_HEAD - 1);
	memcpy(path, un->sun_path, len - SUN_HEAD);
	if (!decide_unix(rq, op, path))
		return false;
	if (arg != NONE)
		return use_socket_path(rq, arg, path);
	return !strcmp(path, rq->places[0].path) ||
	       refuse(rq, EACCES, "path in a message that is not canonical");
}

static bool judge_address(struct request *rq, unsigned int op, const void *bytes, size_t len,
			  int arg)
{
	struct sockaddr_storage ss = { 0 };
	const struct sockaddr_in *in = (void *)&ss;
	const struct sockaddr_in6 *in6 = (void *)&ss;
	uint8_t addr[16];

	memcpy(&ss, bytes, len < sizeof(ss) ? len : sizeof(ss));
	if (len < sizeof(ss.ss_family) || len > sizeof(ss))
		return refuse(rq, EINVAL, "address");
	switch (ss.ss_family) {
	case AF_UNIX:
		if (len > sizeof(struct sockaddr_un))
			return refuse(rq, EINVAL, "address");
		return judge_unix(rq, op, (void *)&ss, len, arg);
	case AF_UNSPEC:
		/* Some calls take it for AF_INET; connect() takes it to disconnect. */
		if (len < sizeof(*in) || !strcmp(rq->call->name, "connect"))
			return true;
		__attribute__((fallthrough));
	case AF_INET:
		if (len < sizeof(*in))
			return refuse(rq, EINVAL, "address");
		map_ipv4(addr, &in->sin_addr);
		return decide_inet(rq, op, addr, ntohs(in->sin_port));
	case AF_INET6:
		if (len < offsetof(struct sockaddr_in6, sin6_scope_id))
			return refuse(rq, EINVAL, "address");
		memcpy(addr, &in6->sin6_addr, sizeof(addr));
		return decide_inet(rq, op, addr, ntohs(in6->sin6_port));
	default:
		/* Who may have a socket of that family may use it. */
		return true;
	}
}

/* ----------------------------------- calls -------------------------------- */

/* @arg: argument that has the address; the one behind it has its length */
static bool judge_argument(struct request *rq, unsigned int op, unsigned int arg)
{
	const struct syscall_trace_block *block = request_block(rq, arg);

	if (!block || (block->kind == SYSCALL_TRACE_POINTER && !block->addr))
		return true;
	if (block->kind != SYSCALL_TRACE_BYTES || block->flags & SYSCALL_TRACE_MORE)
		return refuse(rq, EFAULT, "unreadable");
	if (rq->record->unbound & 1 << arg)
		return refuse(rq, EFAULT, "not bound");
	return judge_address(rq, op, sct_bytes(block), block->len, arg);
}

static void judge_connect(struct request *rq)
{
	judge_argument(rq, NET_CONNECT, 1);
}

static void judge_bind(struct request *rq)
{
	ino_t inode = inode_of(rq);

	if (judge_argument(rq, NET_BIND, 1))
		rq->binds = inode;
}

/* It was done as it was judged. */
void socket_was_bound(ino_t inode)
{
	bound[nr_bound++ % MAX_BOUND] = inode;
}

static void judge_sendto(struct request *rq)
{
	judge_argument(rq, NET_CONNECT, 4);
}

/* A socket that is not bound gets a port by it. */
static void judge_listen(struct request *rq)
{
	uint8_t addr[16] = { 0 };
	ino_t inode = inode_of(rq);
	char path[64], name[64];
	unsigned int i;

	for (i = 0; i < MAX_BOUND; i++)
		if (inode && bound[i] == inode)
			return;
	fd_path(rq, path, sizeof(path));
	memset(name, 0, sizeof(name));
	if (getxattr(path, "system.sockprotoname", name, sizeof(name) - 1) > 0 &&
	    !strncmp(name, "UNIX", 4))
		return;
	decide_inet(rq, NET_BIND, addr, 0);
}

/* An address of a message. */
static bool judge_name(struct request *rq, const struct syscall_trace_block *name)
{
	if (name && name->kind == SYSCALL_TRACE_POINTER && !name->addr)
		return true;
	if (!name || name->kind != SYSCALL_TRACE_BYTES || name->flags & SYSCALL_TRACE_MORE)
		return refuse(rq, EFAULT, "unreadable");
	return !name->len || judge_address(rq, NET_CONNECT, sct_bytes(name), name->len, NONE);
}

/* Is it an option, or a part of @control, that names hosts on the way? */
static bool is_route(int level, int type, bool control)
{
	if (level == IPPROTO_IP)
		return type == (control ? IP_RETOPTS : IP_OPTIONS);
	return level == IPPROTO_IPV6 &&
	       (type == IPV6_RTHDR || type == OLD_IPV6_RTHDR || type == OLD_IPV6_OPTIONS);
}

/* The first of these is where packets are sent to. */
static void judge_option(struct request *rq)
{
	if (is_route(request_int(rq, 1), request_int(rq, 2), false) && request_int(rq, 4))
		refuse(rq, EPERM, "source route");
}

/* The block behind that of the buffers, which @block begins. */
static const struct syscall_trace_block *
behind_buffers(const struct request *rq, const struct syscall_trace_block *block)
{
	if (block && block->kind == SYSCALL_TRACE_LIST)
		while (block && block->kind != SYSCALL_TRACE_LIST_END)
			block = sct_block(rq->record, block);
	return block ? sct_block(rq->record, block) : NULL;
}

/* What is sent along must not say by which hosts the message goes. */
static bool judge_control(struct request *rq, const struct syscall_trace_block *control)
{
	struct cmsghdr head;
	const char *bytes;
	size_t pos = 0;

	if (control && control->kind == SYSCALL_TRACE_POINTER && !control->addr)
		return true;
	if (!control || control->kind != SYSCALL_TRACE_BYTES)
		return refuse(rq, EFAULT, "unreadable");
	if (control->flags & SYSCALL_TRACE_MORE)
		return refuse(rq, EMSGSIZE, "control");
	bytes = sct_bytes(control);
	while (pos + sizeof(head) <= control->len) {
		memcpy(&head, bytes + pos, sizeof(head));
		if (is_route(head.cmsg_level, head.cmsg_type, true))
			return refuse(rq, EPERM, "source route");
		if (head.cmsg_len < sizeof(head) || head.cmsg_len > control->len - pos)
			break;
		pos += CMSG_ALIGN(head.cmsg_len);
	}
	return true;
}

/* Behind @block, which opens a message, are its address, buffers and control. */
static bool judge_message(struct request *rq, const struct syscall_trace_block *block)
{
	block = sct_block(rq->record, block);
	if (!judge_name(rq, block))
		return false;
	block = sct_block(rq->record, block);
	return judge_control(rq, behind_buffers(rq, block));
}

/* Judge all messages. */
static void judge_messages(struct request *rq)
{
	const struct syscall_trace_block *block = NULL;
	bool found = false;

	while ((block = sct_block(rq->record, block))) {
		if (block->kind == SYSCALL_TRACE_LIST_END && block->flags & SYSCALL_TRACE_MORE &&
		    rq->call->right == META) {
			refuse(rq, EMSGSIZE, "too many messages");
			return;
		}
		if (block->kind != SYSCALL_TRACE_STRUCT)
			continue;
		found = true;
		/* A path can be judged once. */
		if (rq->nr_places) {
			refuse(rq, EMSGSIZE, "messages to paths");
			return;
		}
		if (!judge_message(rq, block))
			return;
	}
	if (!found)
		refuse(rq, EFAULT, "unreadable");
}

static void judge_sendmsg(struct request *rq)
{
	if (rq->record->unbound & 1 << 1)
		refuse(rq, EFAULT, "not bound");
	else
		judge_messages(rq);
}

/* Is it where only the thread itself can change it? */
static bool is_own(struct request *rq, struct span *span, const void *addr, size_t len)
{
	uint64_t start = (uintptr_t)addr, end = start + len;

	if (!start || !len)
		return true;
	if (start < span->start || start >= span->end)
		if (!process_owns_memory(rq->th->tid, start, span))
			return false;
	return end >= start && end <= span->end;
}

/* Of all messages what is judged. */
static bool messages_are_own(struct request *rq)
{
	uint64_t addr = rq->record->args[1];
	struct span span = { 0, 0 };
	struct mmsghdr msg;
	unsigned int i;

	for (i = 0; i < (unsigned int)rq->record->args[2] && i < MAX_MESSAGES; i++) {
		uint64_t at = addr + i * sizeof(msg);

		if (!is_own(rq, &span, (void *)at, sizeof(msg)) ||
		    sct_read_memory(rq->th->tid, at, &msg, sizeof(msg)) != sizeof(msg) ||
		    !is_own(rq, &span, msg.msg_hdr.msg_name, msg.msg_hdr.msg_namelen) ||
		    !is_own(rq, &span, msg.msg_hdr.msg_control, msg.msg_hdr.msg_controllen))
			return false;
	}
	return true;
}

/*
 * It reads and writes its messages, so that they cannot be bound: only who cannot
 * change them meanwhile may make the call.
 */
static void judge_sendmmsg(struct request *rq)
{
	if (policy->trace.kind == ALLOW || !thread_is_alone(rq->th) || !messages_are_own(rq))
		refuse(rq, EPERM, "messages that others can change");
	else
		judge_messages(rq);
}

#define CALL(name, judge)	{ name, judge, NONE, NONE, NONE, READ, 0 }

const struct judged_call net_calls[] = {
	CALL("socket", judge_socket),
	CALL("socketpair", judge_socket),
	CALL("connect", judge_connect),
	CALL("bind", judge_bind),
	CALL("listen", judge_listen),
	CALL("sendto", judge_sendto),
	CALL("setsockopt", judge_option),
	CALL("sendmsg", judge_sendmsg),
	{ "sendmmsg", judge_sendmmsg, NONE, NONE, NONE, META, 0 },
	{ .name = NULL }
};
