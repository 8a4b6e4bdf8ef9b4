// SPDX-License-Identifier: GPL-2.0-only
/*
 * -e inject and -e fault: other results, signals, delays and data.
 *
 * What nobody wants to see and is an error or a value alone the kernel does by itself. All
 * else stops. The kernel counts ("when") if no other call of the set would stop; else we
 * count, each thread, rule and call for itself.
 */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "consts.gen.h"
#include "sctrace.h"

#define MAX_POKES	8
#define MAX_DELAY	1e18	/* nanoseconds */

struct poke_data {
	unsigned int arg;	/* from 1 */
	size_t len;
	unsigned char *data;
};

struct rule {
	struct call_set set;
	struct plan plan;
	struct { unsigned int first, last, step; } when;
	const char *when_text;
	struct poke_data enter[MAX_POKES], exit[MAX_POKES];
	unsigned int nr_enter, nr_exit;
	bool kernel_counts;
	struct rule *next;	/* the one before it */
};

struct counter {
	const struct rule *rule;
	pid_t tid;
	unsigned int abi, nr, n;
	struct counter *next;
};

static struct rule *rules;
static struct counter *counters;

bool have_injections(void)
{
	return rules;
}

/* --------------------------------- parsing -------------------------------- */

static uint64_t parse_delay(const char *text)
{
	char *end;
	double v = strtod(text, &end);
	double unit = 1e3;

	if (!strcmp(end, "s"))
		unit = 1e9;
	else if (!strcmp(end, "ms"))
		unit = 1e6;
	else if (!strcmp(end, "ns"))
		unit = 1;
	else if (*end && strcmp(end, "us"))
		die("-e inject: invalid delay '%s': NUMBER, with s, ms, us or ns", text);
	/* Not a number is neither. */
	if (end == text || !(v >= 0 && v * unit <= MAX_DELAY))
		die("-e inject: invalid delay '%s'", text);
	return v * unit;
}

static int parse_error(const char *text)
{
	char *end;
	long n = strtol(text, &end, 10);
	uint64_t v;

	if (*text && !*end && n > 0 && n < 4096)
		return n;
	if (!sym_value(&sym_errnos, text, strlen(text), &v))
		die("-e inject: invalid error '%s': a name of errno.h, or 1 to 4095", text);
	return v;
}

/* What counts calls, from 1; 0 if it is none. */
static unsigned int parse_count(const char **text)
{
	char *end;
	unsigned long v = isdigit(**text) ? strtoul(*text, &end, 10) : 0;

	if (!v || v >= -1U)
		return 0;
	*text = end;
	return v;
}

static void parse_when(struct rule *r, const char *text)
{
	const char *end = text;

	r->when_text = text;
	r->when.first = parse_count(&end);
	r->when.last = r->when.first;
	if (!r->when.first)
		goto bad;
	if (!strncmp(end, "..", 2)) {
		end += 2;
		r->when.last = parse_count(&end);
	} else if (*end == '+') {
		r->when.last = -1U;
	}
	if (*end == '+') {
		end++;
		r->when.step = *end ? parse_count(&end) : 1;
		if (!r->when.step)
			goto bad;
	} else if (r->when.last != r->when.first) {
		r->when.step = 1;
	}
	if (!*end && r->when.last >= r->when.first)
		return;
bad:
	die("-e inject: invalid when='%s': FIRST[..LAST][+[STEP]]", text);
}

static int hex_digit(char c)
{
	return isdigit(c) ? c - '0' : tolower(c) - 'a' + 10;
}

/* "@arg1=0a0b,@arg2=00" */
static unsigned int parse_pokes(struct poke_data *pokes, char *text)
{
	unsigned int n = 0;
	char *word, *save;

	for (word = strtok_r(text, ",", &save); word; word = strtok_r(NULL, ",", &save)) {
		struct poke_data *p = &pokes[n++];
		const char *hex = strchr(word, '=');
		size_t i, len = hex ? strlen(hex + 1) : 0;

		if (n > MAX_POKES || sscanf(word, "@arg%u=", &p->arg) != 1 || !p->arg ||
		    p->arg > 6 || !len || len % 2 ||
		    strspn(hex + 1, "0123456789abcdefABCDEF") != len)
			die("-e inject: invalid data '%s': @argN=HEX, N from 1 to 6", word);
		p->len = len / 2;
		p->data = malloc(p->len);
		if (!p->data)
			die("out of memory");
		for (i = 0; i < p->len; i++)
			p->data[i] = hex_digit(hex[1 + 2 * i]) << 4 | hex_digit(hex[2 + 2 * i]);
	}
	return n;
}

static bool parse_plain_token(struct rule *r, const char *token)
{
	if (!strncmp(token, "error=", 6)) {
		r->plan.skip = true;
		r->plan.result = -parse_error(token + 6);
	} else if (!strncmp(token, "retval=", 7)) {
		char *end;

		r->plan.skip = true;
		errno = 0;
		r->plan.result = strtoll(token + 7, &end, 0);
		if (!token[7] || *end || errno)
			die("-e inject: invalid retval '%s'", token + 7);
	} else if (!strncmp(token, "signal=", 7)) {
		r->plan.has_signal = true;
		r->plan.signal = parse_signal(token + 7);
		if (r->plan.signal < 0)
			die("-e inject: invalid signal '%s'", token + 7);
	} else {
		return false;
	}
	return true;
}

static void parse_token(struct rule *r, char *token)
{
	if (parse_plain_token(r, token))
		return;
	if (!strncmp(token, "delay_enter=", 12))
		r->plan.delay_enter = parse_delay(token + 12);
	else if (!strncmp(token, "delay_exit=", 11))
		r->plan.delay_exit = parse_delay(token + 11);
	else if (!strncmp(token, "poke_enter=", 11))
		r->nr_enter = parse_pokes(r->enter, token + 11);
	else if (!strncmp(token, "poke_exit=", 10))
		r->nr_exit = parse_pokes(r->exit, token + 10);
	else if (!strncmp(token, "when=", 5))
		parse_when(r, token + 5);
	else
		die("-e inject: invalid argument '%s'", token);
}

/* The last rule for a call is the one. */
static void take_from_others(const struct rule *new)
{
	unsigned int abi, nr;
	struct rule *r;

	for (r = new->next; r; r = r->next) {
		for (abi = 0; abi < NR_ABIS; abi++)
			for (nr = 0; nr < NR_CALLS; nr++)
				if (new->set.has[abi][nr])
					r->set.has[abi][nr] = false;
		r->set.unknown &= !new->set.unknown;
	}
}

void parse_injection(const char *text, bool fault)
{
	char *copy = strdup(text), *word, *save;
	struct rule *r = calloc(1, sizeof(*r));
	bool any = false;

	if (!copy || !r)
		die("out of memory");
	word = strtok_r(copy, ":", &save);
	if (!word)
		die("-e inject: a set of calls is missing");
	parse_call_set(&r->set, fault ? "fault" : "inject", word);
	r->when.first = 1;
	r->when.last = -1U;
	r->when.step = 1;
	while ((word = strtok_r(NULL, ":", &save))) {
		parse_token(r, word);
		any |= strncmp(word, "when=", 5) != 0;
	}
	if (fault && !r->plan.skip) {
		r->plan.skip = true;
		r->plan.result = -ENOSYS;
	}
	if (!any && !fault)
		die("-e inject=%s: nothing to inject: see sctrace -h",
		    text);
	r->plan.needs_exit = r->plan.delay_exit || r->nr_exit;
	r->plan.rule = r;
	r->next = rules;
	rules = r;
	take_from_others(r);
}

/* ---------------------------------- sending ------------------------------- */

static int command_for(struct sct *t, const struct rule *r, const struct call_set *set,
		       const char *action)
{
	char *text;
	int err;

	if (empty_set(set))
		return 0;
	text = set_text(set);
	err = sct_command(t, "on %s %s%s%s%s", text, r && r->when_text ? "when=" : "",
			  r && r->when_text ? r->when_text : "", r && r->when_text ? " " : "",
			  action);
	free(text);
	return err;
}

static bool does_nothing_else(const struct rule *r)
{
	return r->plan.skip && !r->plan.has_signal && !r->plan.delay_enter &&
	       !r->plan.needs_exit && !r->nr_enter;
}

static void split(const struct call_set *set, const struct call_set *by, struct call_set *in,
		  struct call_set *out)
{
	unsigned int abi, nr;

	for (abi = 0; abi < NR_ABIS; abi++)
		for (nr = 0; nr < NR_CALLS; nr++) {
			in->has[abi][nr] = set->has[abi][nr] && by->has[abi][nr];
			out->has[abi][nr] = set->has[abi][nr] && !by->has[abi][nr];
		}
	in->unknown = set->unknown && by->unknown;
	out->unknown = set->unknown && !by->unknown;
}

static int send_rule(struct sct *t, struct rule *r, const struct call_set *shown,
		     const struct call_set *stopped)
{
	struct call_set set = r->set, seen, unseen, both, rest;
	char action[64];
	int err = 0;

	split(&set, shown, &seen, &unseen);
	if (does_nothing_else(r)) {
		if (r->plan.result < 0 && r->plan.result >= -4095)
			snprintf(action, sizeof(action), "skip-fail %d", (int)-r->plan.result);
		else
			snprintf(action, sizeof(action), "skip-ok %lld", (long long)r->plan.result);
		err = command_for(t, r, &unseen, action);
		set = seen;
	}
	split(&set, stopped, &both, &rest);
	r->kernel_counts = empty_set(&both);
	return err ? err : command_for(t, r->kernel_counts ? r : NULL, &set, "stop");
}

int send_rules(struct sct *t, const struct call_set *logged, const struct call_set *stopped,
	       bool by_set)
{
	struct call_set shown;
	struct rule *r;
	unsigned int i;
	int err;

	for (i = 0; i < sizeof(shown); i++)
		((bool *)&shown)[i] = ((const bool *)logged)[i] || ((const bool *)stopped)[i];
	err = command_for(t, NULL, logged, "log");
	if (!err && !by_set)
		err = command_for(t, NULL, stopped, "stop");
	for (r = rules; r && !err; r = r->next)
		err = send_rule(t, r, &shown, stopped);
	return err;
}

/* --------------------------------- deciding ------------------------------- */

static unsigned int count(const struct rule *r, pid_t tid, unsigned int abi, unsigned int nr)
{
	struct counter *c;

	for (c = counters; c; c = c->next)
		if (c->rule == r && c->tid == tid && c->abi == abi && c->nr == nr)
			return ++c->n;
	c = calloc(1, sizeof(*c));
	if (!c)
		die("out of memory");
	*c = (struct counter){ .rule = r, .tid = tid, .abi = abi, .nr = nr, .n = 1,
			       .next = counters };
	counters = c;
	return 1;
}

void forget_counts(pid_t tid)
{
	struct counter **p = &counters, *c;

	while ((c = *p)) {
		if (c->tid != tid) {
			p = &c->next;
			continue;
		}
		*p = c->next;
		free(c);
	}
}

static bool is_due(const struct rule *r, unsigned int n)
{
	if (n < r->when.first || n > r->when.last)
		return false;
	if (!r->when.step)
		return n == r->when.first;
	return (n - r->when.first) % r->when.step == 0;
}

bool make_plan(struct plan *plan, pid_t tid, unsigned int abi, unsigned int nr)
{
	const struct rule *r;

	memset(plan, 0, sizeof(*plan));
	for (r = rules; r && !set_includes(&r->set, abi, nr); r = r->next)
		;
	if (!r || (!r->kernel_counts && !is_due(r, count(r, tid, abi, nr))))
		return false;
	*plan = r->plan;
	return true;
}

void poke(struct sct *t, const struct syscall_trace_record *stop, const struct rule *rule,
	  bool at_exit)
{
	const struct poke_data *p = at_exit ? rule->exit : rule->enter;
	unsigned int i, n = at_exit ? rule->nr_exit : rule->nr_enter;

	for (i = 0; i < n; i++)
		if (sct_set(t, stop, p[i].arg, 0, p[i].data, p[i].len) < 0)
			warn("argument %u: %s", p[i].arg, sct_error(t));
}
