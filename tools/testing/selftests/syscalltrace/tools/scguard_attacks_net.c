// SPDX-License-Identifier: GPL-2.0
/* Attacks through sockets. */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "scguard_attacks.h"

static struct sockaddr_in address(in_addr_t addr, int port)
{
	struct sockaddr_in in = {
		.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(addr),
	};

	return in;
}

static bool connects_to(in_addr_t addr, int port)
{
	struct sockaddr_in in = address(addr, port);

	return !connect(socket(AF_INET, SOCK_STREAM, 0), (void *)&in, sizeof(in));
}

static bool connects(void)
{
	return connects_to(INADDR_LOOPBACK, DENIED_PORT);
}

static bool connects_any(void)
{
	return connects_to(INADDR_ANY, DENIED_PORT);
}

static bool connects_udp(void)
{
	struct sockaddr_in in = address(INADDR_LOOPBACK, DENIED_PORT);
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	return !connect(fd, (void *)&in, sizeof(in)) && send(fd, "x", 1, 0) == 1;
}

static bool sends_to(void)
{
	struct sockaddr_in in = address(INADDR_LOOPBACK, DENIED_PORT);

	return sendto(socket(AF_INET, SOCK_DGRAM, 0), "x", 1, 0, (void *)&in, sizeof(in)) == 1;
}

static bool sends_unspec(void)
{
	struct sockaddr_in in = address(INADDR_LOOPBACK, DENIED_PORT);

	in.sin_family = AF_UNSPEC;
	return sendto(socket(AF_INET, SOCK_DGRAM, 0), "x", 1, 0, (void *)&in, sizeof(in)) == 1;
}

static bool sends_message(void)
{
	struct sockaddr_in in = address(INADDR_LOOPBACK, DENIED_PORT);
	struct iovec iov = { "x", 1 };
	struct msghdr msg = {
		.msg_name = &in, .msg_namelen = sizeof(in), .msg_iov = &iov, .msg_iovlen = 1,
	};

	return sendmsg(socket(AF_INET, SOCK_DGRAM, 0), &msg, 0) == 1;
}

static bool sends_messages(void)
{
	struct sockaddr_in in = address(INADDR_LOOPBACK, DENIED_PORT);
	struct iovec iov = { "x", 1 };
	struct mmsghdr msgs[2];

	memset(msgs, 0, sizeof(msgs));
	msgs[0].msg_hdr.msg_iov = &iov;
	msgs[0].msg_hdr.msg_iovlen = 1;
	msgs[0].msg_hdr.msg_name = &in;
	msgs[0].msg_hdr.msg_namelen = sizeof(in);
	msgs[1] = msgs[0];
	return sendmmsg(socket(AF_INET, SOCK_DGRAM, 0), msgs, 2, 0) == 2;
}

static bool fast_open(void)
{
	struct sockaddr_in in = address(INADDR_LOOPBACK, DENIED_PORT);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	return sendto(fd, "x", 1, MSG_FASTOPEN, (void *)&in, sizeof(in)) >= 0;
}

static bool binds(void)
{
	struct sockaddr_in in = address(INADDR_LOOPBACK, 7778);

	return !bind(socket(AF_INET, SOCK_STREAM, 0), (void *)&in, sizeof(in));
}

static bool binds_unspec(void)
{
	struct sockaddr_in in = address(INADDR_ANY, 7778);

	in.sin_family = AF_UNSPEC;
	return !bind(socket(AF_INET, SOCK_DGRAM, 0), (void *)&in, sizeof(in));
}

static bool listens(void)
{
	return !listen(socket(AF_INET, SOCK_STREAM, 0), 1);
}

/* The port is taken; who listens without one gets another. */
static bool listens_unbound(void)
{
	struct sockaddr_in in = address(INADDR_LOOPBACK, ALLOWED_PORT);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	return bind(fd, (void *)&in, sizeof(in)) && !listen(fd, 1);
}

/* Packets go to the first of the hosts on the way. */
static bool source_route(void)
{
	static const unsigned char route[] = { 0x83, 7, 4, 127, 0, 0, 2, 0 };

	return !setsockopt(socket(AF_INET, SOCK_STREAM, 0), IPPROTO_IP, IP_OPTIONS, route,
			   sizeof(route));
}

static bool connects_unix(const char *path, int type)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	socklen_t len = sizeof(un);

	strcpy(un.sun_path, path);
	if (path[0] == '@') {
		len = offsetof(struct sockaddr_un, sun_path) + strlen(path);
		un.sun_path[0] = '\0';
	}
	return !connect(socket(AF_UNIX, type, 0), (void *)&un, len);
}

static bool unix_path(void)
{
	return connects_unix(SECRET "/stream", SOCK_STREAM);
}

static bool unix_link(void)
{
	if (symlink(SECRET "/stream", "socket"))
		return false;
	return connects_unix("socket", SOCK_STREAM);
}

static bool unix_abstract(void)
{
	return connects_unix("@sg-denied", SOCK_STREAM);
}

static bool unix_datagram(void)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX, .sun_path = SECRET "/dgram" };

	return sendto(socket(AF_UNIX, SOCK_DGRAM, 0), "x", 1, 0, (void *)&un, sizeof(un)) == 1;
}

static bool unix_message(void)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX, .sun_path = "../secret/dgram" };
	struct iovec iov = { "x", 1 };
	struct msghdr msg = {
		.msg_name = &un, .msg_namelen = sizeof(un), .msg_iov = &iov, .msg_iovlen = 1,
	};

	return sendmsg(socket(AF_UNIX, SOCK_DGRAM, 0), &msg, 0) == 1;
}

static bool unix_bind(void)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX, .sun_path = RO "/new" };

	return !bind(socket(AF_UNIX, SOCK_STREAM, 0), (void *)&un, sizeof(un));
}

static bool raw_socket(void)
{
	return socket(AF_INET, SOCK_RAW, IPPROTO_ICMP) >= 0;
}

static bool packet_socket(void)
{
	return socket(AF_PACKET, SOCK_RAW, 0) >= 0;
}

static bool netlink(void)
{
	return socket(AF_NETLINK, SOCK_RAW, 0) >= 0;
}

static bool packet_datagram(void)
{
	return socket(AF_PACKET, SOCK_DGRAM, 0) >= 0;
}

const struct attack net_attacks[] = {
	{ "connect", connects, 0 },
	{ "connect-any", connects_any, 0 },
	{ "connect-udp", connects_udp, 0 },
	{ "sendto", sends_to, 0 },
	{ "sendto-unspec", sends_unspec, 0 },
	{ "sendmsg", sends_message, 0 },
	{ "sendmmsg", sends_messages, 0 },
	{ "fast-open", fast_open, 0 },
	{ "bind", binds, 0 },
	{ "bind-unspec", binds_unspec, 0 },
	{ "listen", listens, 0 },
	{ "listen-unbound", listens_unbound, 0 },
	{ "source-route", source_route, ROOT },
	{ "unix-path", unix_path, 0 },
	{ "unix-link", unix_link, 0 },
	{ "unix-abstract", unix_abstract, 0 },
	{ "unix-datagram", unix_datagram, 0 },
	{ "unix-message", unix_message, 0 },
	{ "unix-bind", unix_bind, 0 },
	{ "raw-socket", raw_socket, ROOT },
	{ "packet-socket", packet_socket, ROOT },
	{ "packet-datagram", packet_datagram, ROOT },
	{ "netlink", netlink, 0 },
	{ .name = NULL }
};
