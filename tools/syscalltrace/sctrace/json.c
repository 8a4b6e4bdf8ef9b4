// SPDX-License-Identifier: GPL-2.0-only
/*
 * --json: one object a line. The schema is in sctrace(1).
 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include "sctrace.h"

void put_json_string(struct text *t, const void *data, size_t len)
{
	const unsigned char *s = data;
	size_t i;

	put_c(t, '"');
	for (i = 0; i < len; i++) {
		if (s[i] == '"' || s[i] == '\\') {
			put_c(t, '\\');
			put_c(t, s[i]);
		} else if (s[i] >= ' ' && s[i] < 127) {
			put_c(t, s[i]);
		} else {
			put_f(t, "\\u%04x", s[i]);
		}
	}
	put_c(t, '"');
}

static void put_head(struct text *t, const char *type, pid_t tid, uint64_t time)
{
	struct text clock = { NULL, 0, 0 };

	put_f(t, "{\"type\":\"%s\",\"pid\":%d,\"time\":", type, tid);
	put_clock(&clock, time);
	put_mem(t, clock.data, clock.len);
	free(clock.data);
}

/* Each as text, as it stands between the brackets of a line. */
static void put_args(struct text *t, struct call *c)
{
	struct text arg = { NULL, 0, 0 };
	unsigned int i, n = 0;
	bool over = c->over;

	c->over = over && !c->gone;
	for (i = 0; i < c->ent->nr; i++) {
		const struct printer *p = &c->ent->args[i];
		size_t skip;

		arg.len = 0;
		if (p->late && c->gone)
			p_addr(&arg, c, i < 6 ? i : 5, NULL);
		else
			p->print(&arg, c, i < 6 ? i : 5, p->param);
		skip = arg.len >= 2 && !memcmp(arg.data, ", ", 2) ? 2 : 0;
		if (arg.len == skip)
			continue;
		if (n++)
			put_c(t, ',');
		put_json_string(t, arg.data + skip, arg.len - skip);
	}
	c->over = over;
	free(arg.data);
}

void json_call(struct text *t, struct call *c)
{
	struct text result = { NULL, 0, 0 };
	static const char * const abis[] = { "x86_64", "i386", "x32" };

	put_head(t, "call", c->tid, c->time);
	put_f(t, ",\"abi\":\"%s\",\"nr\":%u,\"name\":\"%s\",\"args\":[", abis[c->abi], c->nr,
	      c->name);
	put_args(t, c);
	put_s(t, "]");
	if (c->over && !c->gone) {
		put_f(t, ",\"return\":%lld", (long long)c->ret);
		if (c->failed && error_name(-c->ret))
			put_f(t, ",\"error\":\"%s\"", error_name(-c->ret));
		put_f(t, ",\"duration\":%llu.%09llu", (unsigned long long)c->duration / 1000000000,
		      (unsigned long long)c->duration % 1000000000);
	}
	print_result(&result, c);
	put_s(t, ",\"result\":");
	put_json_string(t, result.data, result.len);
	if (c->injected)
		put_s(t, ",\"injected\":true");
	put_c(t, '}');
	free(result.data);
}

void json_event(struct text *t, const char *event, pid_t tid, uint64_t time, const char *format,
		...)
{
	va_list args;
	char rest[256];

	put_head(t, event, tid, time);
	va_start(args, format);
	vsnprintf(rest, sizeof(rest), format, args);
	va_end(args);
	put_s(t, rest);
	put_c(t, '}');
}

void json_signal(struct text *t, const struct syscall_trace_record *r)
{
	struct text name = { NULL, 0, 0 };

	put_signal(&name, r->signal.number);
	put_c(&name, 0);
	json_event(t, "signal", r->tid, now_ns(),
		   ",\"signal\":\"%s\",\"number\":%d,\"code\":%d,\"sender\":%d,\"uid\":%u,\"value\":%llu",
		   name.data, r->signal.number, r->signal.code, r->signal.pid, r->signal.uid,
		   (unsigned long long)r->signal.value);
	free(name.data);
}
