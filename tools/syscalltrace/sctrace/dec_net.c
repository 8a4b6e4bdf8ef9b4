// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sockets: addresses, options, messages, and vectors of buffers.
 */
#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include "consts.gen.h"
#include "sctrace.h"

/* --------------------------------- addresses ------------------------------ */

static void put_unix(struct text *t, const struct sockaddr_un *un, size_t len)
{
	size_t path = len - offsetof(struct sockaddr_un, sun_path);

	if (len <= offsetof(struct sockaddr_un, sun_path))
		return;
	put_s(t, ", sun_path=");
	if (un->sun_path[0]) {
		put_string(t, un->sun_path, strnlen(un->sun_path, path), false, STR_WHOLE);
		return;
	}
	put_c(t, '@');
	put_string(t, un->sun_path + 1, path - 1, false, STR_WHOLE);
}

static void put_in(struct text *t, const struct sockaddr_in *in)
{
	char buf[INET_ADDRSTRLEN];

	inet_ntop(AF_INET, &in->sin_addr, buf, sizeof(buf));
	put_f(t, ", sin_port=htons(%u), sin_addr=inet_addr(\"%s\")", ntohs(in->sin_port), buf);
}

static void put_in6(struct text *t, const struct sockaddr_in6 *in)
{
	char buf[INET6_ADDRSTRLEN];

	inet_ntop(AF_INET6, &in->sin6_addr, buf, sizeof(buf));
	put_f(t, ", sin6_port=htons(%u), sin6_flowinfo=htonl(%u)", ntohs(in->sin6_port),
	      ntohl(in->sin6_flowinfo));
	put_f(t, ", inet_pton(AF_INET6, \"%s\", &sin6_addr), sin6_scope_id=%u", buf,
	      in->sin6_scope_id);
}

void put_sockaddr(struct text *t, const void *addr, size_t len)
{
	const struct sockaddr *sa = addr;

	if (len < sizeof(sa->sa_family)) {
		put_string(t, addr, len, false, STR_WHOLE);
		return;
	}
	put_s(t, "{sa_family=");
	put_enum(t, &sym_address_families, sa->sa_family);
	if (sa->sa_family == AF_UNIX) {
		put_unix(t, addr, len);
	} else if (sa->sa_family == AF_INET && len >= sizeof(struct sockaddr_in)) {
		put_in(t, addr);
	} else if (sa->sa_family == AF_INET6 && len >= sizeof(struct sockaddr_in6)) {
		put_in6(t, addr);
	} else if (sa->sa_family == AF_NETLINK && len >= sizeof(struct sockaddr_nl)) {
		const struct sockaddr_nl *nl = addr;

		put_f(t, ", nl_pid=%u, nl_groups=%08x", nl->nl_pid, nl->nl_groups);
	} else if (len > sizeof(sa->sa_family)) {
		put_s(t, ", sa_data=");
		put_string(t, sa->sa_data, len - sizeof(sa->sa_family), false, STR_WHOLE);
	}
	put_c(t, '}');
}

void p_sockaddr_in(struct text *t, struct call *c, unsigned int arg, const void *param)
{
	size_t len;
	const void *addr = in_data(c, arg, &len);

	(void)param;
	if (addr && len >= sizeof(sa_family_t))
		put_sockaddr(t, addr, len);
	else
		put_addr(t, c->args[arg]);
}

/* The length before and after: argument @arg + 1. */
void p_sockaddr_out(struct text *t, struct call *c, unsigned int arg, const void *param)
{
	size_t len;
	const void *addr = out_data(c, arg, &len);
	const uint32_t *real = out_struct(c, arg + 1, 4);

	(void)param;
	if (addr && real && *real && *real < len)
		len = *real;
	if (addr && !c->failed && len)
		put_sockaddr(t, addr, len);
	else
		put_addr(t, c->args[arg]);
}

static void put_length(struct text *t, struct call *c, unsigned int arg)
{
	const int32_t *in = in_struct(c, arg, 4), *out = out_struct(c, arg, 4);

	if (!in && !out) {
		put_addr(t, c->args[arg]);
		return;
	}
	put_c(t, '[');
	if (in)
		put_int(t, *in);
	if (out && !c->failed && (!in || *in != *out)) {
		if (in)
			put_s(t, " => ");
		put_int(t, *out);
	}
	put_c(t, ']');
}

void p_sockaddr_len(struct text *t, struct call *c, unsigned int arg, const void *param)
{
	(void)param;
	put_length(t, c, arg);
}

void p_sockopt_len(struct text *t, struct call *c, unsigned int arg, const void *param)
{
	(void)param;
	put_length(t, c, arg);
}

/* ---------------------------------- sockets ------------------------------- */

#define TYPE_MASK	0xfU

void p_socket_type(struct text *t, struct call *c, unsigned int arg, const void *param)
{
	uint32_t type = c->args[arg];
	const char *name = sym_name(&sym_socket_types, type & TYPE_MASK);

	(void)param;
	if (name)
		put_more_flags(t, name, &sym_socket_flags, type & ~TYPE_MASK, type);
	else
		put_enum(t, &sym_socket_types, type);
}

void p_socket_protocol(struct text *t, struct call *c, unsigned int arg, const void *param)
{
	uint32_t protocol = c->args[arg];

	(void)param;
	switch ((uint32_t)c->args[0]) {
	case AF_INET: case AF_INET6:
		put_enum(t, &sym_ip_protocols, protocol);
		break;
	case AF_NETLINK:
		put_enum(t, &sym_netlink_families, protocol);
		break;
	case AF_PACKET:
		put_f(t, "htons(%#x /* ETH_P_??? */)", ntohs(protocol));
		break;
	default:
		put_uint(t, protocol);
	}
}

/* ---------------------------------- options ------------------------------- */

void p_sockopt_level(struct text *t, struct call *c, unsigned int arg, const void *param)
{
	uint32_t level = c->args[arg];
	const char *name = sym_name(&sym_ip_protocols, level);

	(void)param;
	if (opt.style == STYLE_RAW)
		put_hex(t, level);
	else if (level == SOL_SOCKET)
		put_s(t, "SOL_SOCKET");
	else if (name)
		put_f(t, "SOL_%s", name + strlen("IPPROTO_"));
	else
		put_enum(t, &sym_socket_levels, level);
}

static const struct symtab *options_of(uint32_t level)
{
	switch (level) {
	case SOL_SOCKET:	return &sym_socket_options;
	case IPPROTO_IP:	return &sym_ip_options;
	case IPPROTO_IPV6:	return &sym_ipv6_options;
	case IPPROTO_TCP:	return &sym_tcp_options;
	case IPPROTO_UDP:	return &sym_udp_options;
	case SOL_NETLINK:	return &sym_netlink_options;
	case SOL_PACKET:	return &sym_packet_options;
	}
	return NULL;
}

void p_sockopt_name(struct text *t, struct call *c, unsigned int arg, const void *param)
{
	const struct symtab *tab = options_of(c->args[1]);

	(void)param;
	if (tab)
		put_enum(t, tab, (uint32_t)c->args[arg]);
	else
		put_hex(t, (uint32_t)c->args[arg]);
}

static void put_option(struct text *t, struct call *c, const void *data, size_t len)
{
	uint32_t level = c->args[1], name = c->args[2];
	const int *v = data;

	if (level == SOL_SOCKET && name == SO_LINGER && len >= 8) {
		put_f(t, "{l_onoff=%d, l_linger=%d}", v[0], v[1]);
	} else if (level == SOL_SOCKET && name == SO_PEERCRED && len >= 12) {
		put_f(t, "{pid=%d, uid=%u, gid=%u}", v[0], v[1], v[2]);
	} else if (level == SOL_SOCKET && (name == SO_ATTACH_FILTER || name == SO_BINDTODEVICE)) {
		put_string(t, data, len, false, 0);
	} else if (level == SOL_SOCKET && name == SO_TYPE && len == 4) {
		put_c(t, '[');
		put_enum(t, &sym_socket_types, (uint32_t)*v);
		put_c(t, ']');
	} else if (level == SOL_SOCKET && name == SO_DOMAIN && len == 4) {
		put_c(t, '[');
		put_enum(t, &sym_address_families, (uint32_t)*v);
		put_c(t, ']');
	} else if (level == SOL_SOCKET && name == SO_ERROR && len == 4 && *v) {
		put_f(t, "[%s]", error_name(*v) ? error_name(*v) : "E???");
	} else if (len == 4) {
		put_f(t, "[%d]", *v);
	} else {
		put_string(t, data, len, false, 0);
	}
}

void p_sockopt_in(struct text *t, struct call *c, unsigned int arg, const void *param)
{
	size_t len;
	const void *data = in_data(c, arg, &len);

	(void)param;
	if (data && len)
		put_option(t, c, data, len);
	else
		put_addr(t, c->args[arg]);
}

void p_sockopt_out(struct text *t, struct call *c, unsigned int arg, const void *param)
{
	size_t len;
	const void *data = out_data(c, arg, &len);
	const uint32_t *real = out_struct(c, arg + 1, 4);

	(void)param;
	if (real && *real < len)
		len = *real;
	if (data && !c->failed)
		put_option(t, c, data, len);
	else
		put_addr(t, c->args[arg]);
}

/* ---------------------------------- vectors ------------------------------- */

#define MAX_IOV	1024

/* The vector itself, with its lengths: records have only what it leads to. */
static unsigned int read_iov(const struct call *c, uint64_t addr, uint64_t nr, struct iovec *iov)
{
	if (nr > MAX_IOV)
		nr = MAX_IOV;
	if (!nr || !is_native(c) ||
	    !read_memory(c, addr, iov, nr * sizeof(*iov)))
		return 0;
	return nr;
}

/* @left: bytes that were read into all of them, or -1: they are written whole */
static void put_iov_list(struct text *t, struct call *c, const struct syscall_trace_block *b,
			 const void *end, const struct iovec *iov, unsigned int nr, int64_t left)
{
	unsigned int i;

	put_c(t, '[');
	for (i = 0; i < nr; i++) {
		if (b)
			b = next_block(b, end);
		if (b && b->kind == SYSCALL_TRACE_LIST_END)
			b = NULL;
		if (i)
			put_s(t, ", ");
		if (abbreviated(c) && i >= opt.string_limit) {
			put_s(t, "...");
			break;
		}
		put_s(t, "{iov_base=");
		if (b && b->kind == SYSCALL_TRACE_BYTES && left)
			put_string(t, b + 1, b->len, b->flags & SYSCALL_TRACE_MORE, 0);
		else if (left == 0 && iov[i].iov_base)
			put_s(t, "\"\"");
		else
			put_addr(t, (uintptr_t)iov[i].iov_base);
		put_f(t, ", iov_len=%zu}", iov[i].iov_len);
		if (left > 0)
			left -= (uint64_t)left < iov[i].iov_len ? (uint64_t)left : iov[i].iov_len;
	}
	put_c(t, ']');
}

void p_iov(struct text *t, struct call *c, unsigned int arg, const void *param)
{
	static struct iovec iov[MAX_IOV];
	unsigned int nr = read_iov(c, c->args[arg], c->args[arg + 1], iov);

	(void)param;
	if (nr)
		put_iov_list(t, c, c->in[arg], c->in_end, iov, nr, -1);
	else if (!c->args[arg + 1] && c->args[arg])
		put_s(t, "[]");
	else
		put_addr(t, c->args[arg]);
}

void p_iov_out(struct text *t, struct call *c, unsigned int arg, const void *param)
{
	static struct iovec iov[MAX_IOV];
	unsigned int nr = c->over ? read_iov(c, c->args[arg], c->args[arg + 1], iov) : 0;

	(void)param;
	if (nr)
		put_iov_list(t, c, c->out[arg], c->out_end, iov, nr, c->failed ? -1 : c->ret);
	else
		put_addr(t, c->args[arg]);
}

/* ---------------------------------- messages ------------------------------ */

static void put_rights(struct text *t, struct call *c, const int *fds, size_t nr)
{
	size_t i;

	put_c(t, '[');
	for (i = 0; i < nr; i++) {
		if (i)
			put_s(t, ", ");
		put_fd(t, c, fds[i]);
	}
	put_c(t, ']');
}

static void put_cmsg(struct text *t, struct call *c, const struct cmsghdr *m)
{
	size_t len = m->cmsg_len - CMSG_LEN(0);
	const int *v = (const int *)(m + 1);

	put_f(t, "{cmsg_len=%zu, cmsg_level=", (size_t)m->cmsg_len);
	if (m->cmsg_level == SOL_SOCKET) {
		put_s(t, "SOL_SOCKET, cmsg_type=");
		put_enum(t, &sym_scm_types, (uint32_t)m->cmsg_type);
	} else {
		const char *name = sym_name(&sym_ip_protocols, m->cmsg_level);

		if (name)
			put_f(t, "SOL_%s", name + strlen("IPPROTO_"));
		else
			put_hex(t, (uint32_t)m->cmsg_level);
		put_f(t, ", cmsg_type=%#x", m->cmsg_type);
	}
	if (!len) {
		put_c(t, '}');
		return;
	}
	put_s(t, ", cmsg_data=");
	if (m->cmsg_level == SOL_SOCKET && m->cmsg_type == SCM_RIGHTS)
		put_rights(t, c, v, len / sizeof(int));
	else if (m->cmsg_level == SOL_SOCKET && m->cmsg_type == SCM_CREDENTIALS && len >= 12)
		put_f(t, "{pid=%d, uid=%u, gid=%u}", v[0], v[1], v[2]);
	else
		put_string(t, v, len, false, 0);
	put_c(t, '}');
}

static void put_control(struct text *t, struct call *c, const struct msghdr *m)
{
	char buf[4096] __attribute__((aligned(8)));
	size_t len = m->msg_controllen, pos = 0;
	unsigned int n = 0;

	if (!len) {
		put_s(t, ", msg_controllen=0");
		return;
	}
	put_s(t, ", msg_control=");
	if (len > sizeof(buf))
		len = sizeof(buf);
	if (len < sizeof(struct cmsghdr) ||
	    !read_memory(c, (uintptr_t)m->msg_control, buf, len)) {
		put_addr(t, (uintptr_t)m->msg_control);
	} else {
		put_c(t, '[');
		while (pos + sizeof(struct cmsghdr) <= len) {
			const struct cmsghdr *h = (const void *)(buf + pos);

			if (h->cmsg_len < sizeof(*h) || h->cmsg_len > len - pos)
				break;
			if (n++)
				put_s(t, ", ");
			put_cmsg(t, c, h);
			pos += CMSG_ALIGN(h->cmsg_len);
		}
		put_c(t, ']');
	}
	put_f(t, ", msg_controllen=%zu", (size_t)m->msg_controllen);
}

/* The name, then the list of buffers: what the record has of a message. */
static const struct syscall_trace_block *message_list(const struct syscall_trace_block *b,
						      const void *end,
						      const struct syscall_trace_block **name)
{
	*name = NULL;
	if (!b || b->kind != SYSCALL_TRACE_STRUCT)
		return NULL;
	b = next_block(b, end);
	if (b && b->kind == SYSCALL_TRACE_BYTES)
		*name = b;
	while (b && b->kind != SYSCALL_TRACE_LIST && b->kind != SYSCALL_TRACE_STRUCT_END)
		b = next_block(b, end);
	return b && b->kind == SYSCALL_TRACE_LIST ? b : NULL;
}

static void put_message(struct text *t, struct call *c, const struct msghdr *m,
			const struct syscall_trace_block *b, const void *end, int64_t left,
			int old_namelen)
{
	static struct iovec iov[MAX_IOV];
	char addr[sizeof(struct sockaddr_storage)];
	const struct syscall_trace_block *name, *list = message_list(b, end, &name);
	unsigned int nr = read_iov(c, (uintptr_t)m->msg_iov, m->msg_iovlen, iov);
	size_t len = m->msg_namelen;

	put_s(t, "{msg_name=");
	if (m->msg_name && len && len <= sizeof(addr) &&
	    read_memory(c, (uintptr_t)m->msg_name, addr, len))
		put_sockaddr(t, addr, len);
	else
		put_addr(t, (uintptr_t)m->msg_name);
	put_s(t, ", msg_namelen=");
	if (old_namelen >= 0 && (socklen_t)old_namelen != m->msg_namelen)
		put_f(t, "%d => ", old_namelen);
	put_f(t, "%d, msg_iov=", (int)m->msg_namelen);
	if (nr)
		put_iov_list(t, c, list, end, iov, nr, left);
	else
		put_addr(t, (uintptr_t)m->msg_iov);
	put_f(t, ", msg_iovlen=%zu", (size_t)m->msg_iovlen);
	put_control(t, c, m);
	put_s(t, ", msg_flags=");
	put_flags(t, &sym_msg_flags, (uint32_t)m->msg_flags);
	put_c(t, '}');
}

void p_msghdr(struct text *t, struct call *c, unsigned int arg, const void *param)
{
	struct msghdr m;

	(void)param;
	if (is_native(c) && read_memory(c, c->args[arg], &m, sizeof(m)))
		put_message(t, c, &m, c->in[arg], c->in_end, -1, -1);
	else
		put_addr(t, c->args[arg]);
}

void p_msghdr_out(struct text *t, struct call *c, unsigned int arg, const void *param)
{
	struct msghdr m;

	(void)param;
	if (!c->over || !is_native(c) || !read_memory(c, c->args[arg], &m, sizeof(m))) {
		put_addr(t, c->args[arg]);
		return;
	}
	if (c->failed)
		put_f(t, "{msg_namelen=%d}", (int)m.msg_namelen);
	else
		put_message(t, c, &m, c->out[arg], c->out_end, c->ret, c->old_namelen);
}

void p_mmsghdr(struct text *t, struct call *c, unsigned int arg, const void *param)
{
	struct mmsghdr m;
	int64_t i;

	(void)param;
	if (!c->over || c->failed || !is_native(c) ||
	    !read_memory(c, c->args[arg], &m, sizeof(m))) {
		put_addr(t, c->args[arg]);
		return;
	}
	put_c(t, '[');
	for (i = 0; i < c->ret; i++) {
		if (i)
			put_s(t, ", ");
		if ((abbreviated(c) && i >= opt.string_limit) ||
		    !read_memory(c, c->args[arg] + i * sizeof(m), &m, sizeof(m))) {
			put_s(t, "...");
			break;
		}
		put_s(t, "{msg_hdr=");
		put_message(t, c, &m.msg_hdr, NULL, NULL, -1, -1);
		put_f(t, ", msg_len=%u}", m.msg_len);
	}
	put_c(t, ']');
}
