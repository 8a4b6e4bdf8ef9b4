// SPDX-License-Identifier: GPL-2.0-only
/*
 * ioctl: names of requests, and the structs of terminals.
 */
#include <asm/ioctls.h>
#include <linux/fs.h>
#include <linux/ioctl.h>
#include <linux/sockios.h>
#include <linux/termios.h>
#include <net/if.h>
#include <string.h>
#include "consts.gen.h"
#include "sctrace.h"

static void put_request(struct text *t, uint32_t cmd)
{
	static const char * const directions[] = { "_IOC_NONE", "_IOC_WRITE", "_IOC_READ",
						   "_IOC_READ|_IOC_WRITE" };

	put_s(t, "_IOC(");
	put_s(t, directions[_IOC_DIR(cmd)]);
	put_f(t, ", %#x, %#x, %#x)", _IOC_TYPE(cmd), _IOC_NR(cmd), _IOC_SIZE(cmd));
}

void p_ioctl_cmd(struct text *t, struct call *c, unsigned int arg, const void *param)
{
	uint32_t cmd = c->args[arg];
	const char *name = sym_name(&sym_ioctls, cmd);

	(void)param;
	if (opt.style == STYLE_RAW) {
		put_hex(t, cmd);
		return;
	}
	if (opt.style == STYLE_VERBOSE)
		put_f(t, "%#x /* ", cmd);
	if (name)
		put_s(t, name);
	else
		put_request(t, cmd);
	if (opt.style == STYLE_VERBOSE)
		put_s(t, " */");
}

/* --------------------------------- terminals ------------------------------ */

/* The few that stty would name first. */
static void put_termios_short(struct text *t, const struct termios *tio)
{
	const char *speed = sym_name(&sym_tty_speeds, tio->c_cflag & CBAUD);

	put_c(t, '{');
	put_s(t, speed ? speed : "B???");
	put_f(t, " %sopost %sisig %sicanon %secho ...}", tio->c_oflag & OPOST ? "" : "-",
	      tio->c_lflag & ISIG ? "" : "-", tio->c_lflag & ICANON ? "" : "-",
	      tio->c_lflag & ECHO ? "" : "-");
}

static void put_tty_flags(struct text *t, const char *field, const struct symtab *tab, uint32_t v)
{
	put_f(t, "%s=", field);
	put_flags(t, tab, v);
}

static void put_cflag(struct text *t, uint32_t v)
{
	static const char * const sizes[] = { "CS5", "CS6", "CS7", "CS8" };
	const char *speed = sym_name(&sym_tty_speeds, v & CBAUD);

	put_s(t, ", c_cflag=");
	put_s(t, speed ? speed : "B???");
	put_c(t, '|');
	put_more_flags(t, sizes[(v & CSIZE) / CS6], &sym_tty_cflags, v & ~(CBAUD | CSIZE), v);
}

static void put_termios_long(struct text *t, const struct termios *tio)
{
	put_tty_flags(t, "{c_iflag", &sym_tty_iflags, tio->c_iflag);
	put_tty_flags(t, ", c_oflag", &sym_tty_oflags, tio->c_oflag);
	put_cflag(t, tio->c_cflag);
	put_tty_flags(t, ", c_lflag", &sym_tty_lflags, tio->c_lflag);
	put_f(t, ", c_line=%u, ", tio->c_line);
	if (!(tio->c_lflag & ICANON))
		put_f(t, "c_cc[VMIN]=%u, c_cc[VTIME]=%u, ", tio->c_cc[VMIN], tio->c_cc[VTIME]);
	put_s(t, "c_cc=");
	put_string(t, tio->c_cc, sizeof(tio->c_cc), false, STR_WHOLE);
	put_c(t, '}');
}

static void put_termios(struct text *t, struct call *c, const struct termios *tio)
{
	if (!tio)
		put_addr(t, c->args[2]);
	else if (abbreviated(c))
		put_termios_short(t, tio);
	else
		put_termios_long(t, tio);
}

static void put_winsize(struct text *t, struct call *c, const struct winsize *w)
{
	if (w)
		put_f(t, "{ws_row=%u, ws_col=%u, ws_xpixel=%u, ws_ypixel=%u}", w->ws_row,
		      w->ws_col, w->ws_xpixel, w->ws_ypixel);
	else
		put_addr(t, c->args[2]);
}

static void put_int_pointer(struct text *t, struct call *c, const int *v)
{
	if (v)
		put_f(t, "[%d]", *v);
	else
		put_addr(t, c->args[2]);
}

/* --------------------------------- interfaces ----------------------------- */

static void put_ifreq_value(struct text *t, uint32_t cmd, const struct ifreq *r)
{
	switch (cmd) {
	case SIOCGIFADDR: case SIOCSIFADDR:
		put_s(t, ", ifr_addr=");
		put_sockaddr(t, &r->ifr_addr, sizeof(r->ifr_addr));
		break;
	case SIOCGIFNETMASK: case SIOCSIFNETMASK:
		put_s(t, ", ifr_netmask=");
		put_sockaddr(t, &r->ifr_netmask, sizeof(r->ifr_netmask));
		break;
	case SIOCGIFBRDADDR: case SIOCSIFBRDADDR:
		put_s(t, ", ifr_broadaddr=");
		put_sockaddr(t, &r->ifr_broadaddr, sizeof(r->ifr_broadaddr));
		break;
	case SIOCGIFFLAGS: case SIOCSIFFLAGS:
		put_s(t, ", ifr_flags=");
		put_flags(t, &sym_if_flags, (uint16_t)r->ifr_flags);
		break;
	case SIOCGIFINDEX:
		put_f(t, ", ifr_ifindex=%d", r->ifr_ifindex);
		break;
	case SIOCGIFMTU: case SIOCSIFMTU:
		put_f(t, ", ifr_mtu=%d", r->ifr_mtu);
		break;
	case SIOCGIFTXQLEN: case SIOCSIFTXQLEN:
		put_f(t, ", ifr_qlen=%d", r->ifr_qlen);
		break;
	default:
		put_s(t, ", ...");
	}
}

static void put_ifreq(struct text *t, struct call *c, uint32_t cmd, bool result)
{
	const struct ifreq *in = in_struct(c, 2, sizeof(*in)), *out = NULL;

	if (result && !c->failed)
		out = out_struct(c, 2, sizeof(*out));
	if (!in || (result && !out && !c->failed)) {
		put_addr(t, c->args[2]);
		return;
	}
	put_s(t, "{ifr_name=");
	put_string(t, in->ifr_name, strnlen(in->ifr_name, IFNAMSIZ), false, STR_WHOLE);
	if (out || !result)
		put_ifreq_value(t, cmd, out ? out : in);
	put_c(t, '}');
}

/* ---------------------------------- the rest ------------------------------ */

static bool takes_ifreq(uint32_t cmd, bool *result)
{
	const char *name = sym_name(&sym_ioctls, cmd);

	if (!name || strncmp(name, "SIOC", 4) || cmd == SIOCGIFCONF || cmd == SIOCGIFNAME)
		return false;
	*result = !strncmp(name, "SIOCGIF", 7);
	return *result || !strncmp(name, "SIOCSIF", 7);
}

/* No argument at all, or one that is its own value. */
static bool put_plain(struct text *t, struct call *c, uint32_t cmd)
{
	switch (cmd) {
	case FIOCLEX: case FIONCLEX: case TIOCEXCL: case TIOCNXCL: case TIOCNOTTY:
	case TIOCSBRK: case TIOCCBRK: case TIOCCONS: case TIOCVHANGUP: case FIFREEZE:
	case FITHAW:
		return true;
	case TIOCSCTTY: case TCSBRK: case TCSBRKP: case TCXONC:
		put_s(t, ", ");
		put_int(t, (int32_t)c->args[2]);
		return true;
	case TCFLSH:
		put_s(t, ", ");
		put_enum(t, &sym_flush_queues, c->args[2]);
		return true;
	case FICLONE:
		put_s(t, ", ");
		put_fd(t, c, c->args[2]);
		return true;
	}
	return false;
}

void p_ioctl_arg(struct text *t, struct call *c, unsigned int arg, const void *param)
{
	uint32_t cmd = c->args[1];
	bool result;

	(void)param;
	if (put_plain(t, c, cmd))
		return;
	put_s(t, ", ");
	switch (cmd) {
	case TCGETS:
		put_termios(t, c, out_struct(c, arg, sizeof(struct termios)));
		return;
	case TCSETS: case TCSETSW: case TCSETSF:
		put_termios(t, c, in_struct(c, arg, sizeof(struct termios)));
		return;
	case TIOCGWINSZ:
		put_winsize(t, c, out_struct(c, arg, sizeof(struct winsize)));
		return;
	case TIOCSWINSZ:
		put_winsize(t, c, in_struct(c, arg, sizeof(struct winsize)));
		return;
	case FIONREAD: case TIOCGPGRP: case TIOCOUTQ: case TIOCGSID: case TIOCGPTN:
	case TIOCGETD: case FS_IOC_GETFLAGS: case BLKSSZGET:
		put_int_pointer(t, c, out_struct(c, arg, sizeof(int)));
		return;
	case FIONBIO: case FIOASYNC: case TIOCSPGRP: case TIOCPKT: case TIOCSPTLCK:
	case TIOCSETD:
		put_int_pointer(t, c, in_struct(c, arg, sizeof(int)));
		return;
	}
	if (takes_ifreq(cmd, &result))
		put_ifreq(t, c, cmd, result);
	else if (_IOC_DIR(cmd) || c->args[2] > 4096)
		put_addr(t, c->args[2]);
	else
		put_hex(t, c->args[2]);
}
