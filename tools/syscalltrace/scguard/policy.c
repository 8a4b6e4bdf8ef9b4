// SPDX-License-Identifier: GPL-2.0-only
/*
 * The policy file: see scguard(5).
 *
 *	default VERDICT
 *	RIGHT[,RIGHT...] VERDICT PATH...	RIGHT: read, write, create, exec
 *	net VERDICT [connect|bind] all
 *	net VERDICT [connect|bind] (tcp|udp|inet) ADDRESS...
 *	net VERDICT unix (PATH|@NAME)...
 *	net VERDICT family NAME|NUMBER...
 *	signal VERDICT (own|all)
 *	process VERDICT (trace|namespaces)...
 *	call VERDICT NAME...
 *
 * VERDICT is "allow", "ask", or "deny" and perhaps the name of an error.
 */
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "scguard.h"

#define MAX_WORDS	64

/**
 * struct line - a line that is being read
 * @file: its file
 * @nr: its number
 * @words: the words
 * @columns: where they begin, from 1
 * @nr_words: their number
 * @pos: the next word
 */
struct line {
	const char *file;
	unsigned int nr;
	char *words[MAX_WORDS];
	unsigned int columns[MAX_WORDS];
	unsigned int nr_words;
	unsigned int pos;
};

static bool wrong(const struct line *line, unsigned int column, const char *what,
		  const char *hint)
{
	complain("%s:%u:%u: %s: %s", line->file, line->nr, column, what, hint);
	return false;
}

static unsigned int column_here(const struct line *line)
{
	if (line->pos < line->nr_words)
		return line->columns[line->pos];
	return line->nr_words ? line->columns[line->nr_words - 1] +
				strlen(line->words[line->nr_words - 1]) : 1;
}

static bool wrong_here(const struct line *line, const char *what, const char *hint)
{
	return wrong(line, column_here(line), what, hint);
}

static bool at_word(const struct line *line, const char *word)
{
	return line->pos < line->nr_words && !strcmp(line->words[line->pos], word);
}

static bool take_word(struct line *line, const char *word)
{
	if (!at_word(line, word))
		return false;
	line->pos++;
	return true;
}

static bool has_more(const struct line *line)
{
	return line->pos < line->nr_words;
}

/* Take the word in quotes at *@from, to *@to. */
static bool split_quoted(const struct line *line, char **from, char **to)
{
	unsigned int column = line->columns[line->nr_words];

	for ((*from)++; **from && **from != '"'; (*from)++) {
		if (**from == '\\' && (*from)[1])
			(*from)++;
		*(*to)++ = **from;
	}
	if (!**from)
		return wrong(line, column, "a quote without an end", "end the word with \"");
	(*from)++;
	return true;
}

/* Split @text in place. */
static bool split(struct line *line, char *text)
{
	char *from = text, *to;

	line->nr_words = 0;
	line->pos = 0;
	for (;;) {
		from += strspn(from, " \t\r\n");
		if (!*from || *from == '#')
			return true;
		if (line->nr_words == MAX_WORDS)
			return wrong(line, from - text + 1, "too many words",
				     "use more than one line");
		line->columns[line->nr_words] = from - text + 1;
		line->words[line->nr_words] = from;
		to = from;
		if (*from == '"') {
			if (!split_quoted(line, &from, &to))
				return false;
			if (*from && !isspace((unsigned char)*from))
				return wrong(line, from - text + 1, "text behind a quote",
					     "put a blank between words");
		} else {
			from += strcspn(from, " \t\r\n");
			to = from;
		}
		if (*from)
			from++;
		*to = '\0';
		line->nr_words++;
	}
}

static bool take_verdict(struct line *line, struct verdict *verdict)
{
	const char *word;

	verdict->line = line->nr;
	verdict->err = EACCES;
	if (take_word(line, "allow")) {
		verdict->kind = ALLOW;
		return true;
	}
	if (take_word(line, "ask")) {
		verdict->kind = ASK;
		return true;
	}
	if (!take_word(line, "deny"))
		return wrong_here(line, "no verdict", "say allow, ask, deny or deny ERROR");
	verdict->kind = DENY;
	if (!has_more(line))
		return true;
	word = line->words[line->pos];
	if (word[0] != 'E' || !isupper((unsigned char)word[1]))
		return true;
	verdict->err = errno_by_name(word);
	if (!verdict->err)
		return wrong_here(line, word, "no such error: see errno(3) for their names");
	line->pos++;
	return true;
}

static bool need_end(struct line *line)
{
	if (!has_more(line))
		return true;
	return wrong_here(line, line->words[line->pos], "there is nothing to follow here");
}

/* ---------------------------------- files --------------------------------- */

static bool take_rights(struct line *line, unsigned int *rights)
{
	static const struct { const char *name; unsigned int rights; } table[] = {
		{ "read", 1 << READ },
		{ "write", 1 << WRITE | 1 << CREATE },
		{ "create", 1 << CREATE },
		{ "exec", 1 << EXEC },
	};
	char *word = line->words[line->pos], *name;
	unsigned int i, column = line->columns[line->pos];

	*rights = 0;
	while ((name = strsep(&word, ","))) {
		for (i = 0; i < 4 && strcmp(table[i].name, name); i++)
			;
		if (i == 4)
			return wrong(line, column, *name ? name : "a comma too many",
				     "a line begins with default, read, write, create, exec, net, signal, process or call");
		*rights |= table[i].rights;
		column += strlen(name) + 1;
	}
	line->pos++;
	return true;
}

/* $NAME at the beginning becomes what is in the environment. */
static bool expand(struct line *line, const char *word, char *path)
{
	char name[64];
	const char *value;
	size_t len;

	if (word[0] != '$')
		return snprintf(path, PATH_MAX, "%s", word) < PATH_MAX;
	len = strcspn(word + 1, "/");
	if (len >= sizeof(name))
		return wrong_here(line, word, "the name is too long");
	memcpy(name, word + 1, len);
	name[len] = '\0';
	value = getenv(name);
	if (!value || value[0] != '/')
		return wrong_here(line, word, "that is no absolute path in the environment");
	return snprintf(path, PATH_MAX, "%s%s", value, word + 1 + len) < PATH_MAX;
}

/* Take a path of a rule: absolute, or one of the names for what has no path. */
static bool take_path(struct line *line, char *canonical)
{
	const char *word = line->words[line->pos];
	char path[PATH_MAX];

	if (!strcmp(word, "memfd:")) {
		strcpy(canonical, word);
		line->pos++;
		return true;
	}
	if (!expand(line, word, path))
		return false;
	if (path[0] != '/')
		return wrong_here(line, word, "a path begins with / or $NAME");
	if (place_canonical_rule(path, canonical))
		return wrong_here(line, word, "too long, too many links, or dots behind what is not there");
	line->pos++;
	return true;
}

static bool read_file_rule(struct policy *p, struct line *line)
{
	struct verdict verdict;
	char path[PATH_MAX];
	unsigned int rights, i;

	if (!take_rights(line, &rights) || !take_verdict(line, &verdict))
		return false;
	if (!has_more(line))
		return wrong_here(line, "no path", "say what the rule is for, / for everything");
	while (has_more(line)) {
		if (!take_path(line, path))
			return false;
		for (i = 0; i < NR_RIGHTS; i++)
			if (rights & 1 << i)
				rules_set(p->root, path, i, &verdict);
	}
	return true;
}

/* --------------------------------- network -------------------------------- */

static bool parse_ports(char *text, struct net_rule *rule)
{
	char *end;
	unsigned long low, high;

	if (!strcmp(text, "*"))
		return true;
	low = strtoul(text, &end, 10);
	high = low;
	if (end == text)
		return false;
	if (*end == '-') {
		text = end + 1;
		high = strtoul(text, &end, 10);
		if (end == text)
			return false;
	}
	rule->low = low;
	rule->high = high;
	return !*end && low <= high && high <= 0xffff;
}

static bool parse_prefix(const char *text, unsigned int max, unsigned int *prefix)
{
	char *end;
	unsigned long bits = strtoul(text, &end, 10);

	*prefix = bits;
	return end != text && !*end && bits <= max;
}

static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };

/* ADDRESS[/PREFIX][:PORT[-PORT]], [ADDRESS[/PREFIX]][:PORT] of IPv6, *:PORT */
static bool parse_net_address(char *text, struct net_rule *rule)
{
	char *ports, *slash, *end;
	bool v6 = text[0] == '[';

	rule->low = 0;
	rule->high = 0xffff;
	memset(rule->addr, 0, sizeof(rule->addr));
	rule->prefix = 0;
	if (v6) {
		end = strchr(++text, ']');
		if (!end)
			return false;
		*end++ = '\0';
		if (*end && *end != ':')
			return false;
		ports = *end ? end + 1 : NULL;
	} else {
		ports = strchr(text, ':');
		if (ports)
			*ports++ = '\0';
	}
	if (ports && !parse_ports(ports, rule))
		return false;
	if (!strcmp(text, "*"))
		return true;
	slash = strchr(text, '/');
	if (slash)
		*slash++ = '\0';
	if (v6) {
		rule->prefix = 128;
		return inet_pton(AF_INET6, text, rule->addr) == 1 &&
		       (!slash || parse_prefix(slash, 128, &rule->prefix));
	}
	memcpy(rule->addr, mapped, sizeof(mapped));
	if (inet_pton(AF_INET, text, rule->addr + 12) != 1)
		return false;
	rule->prefix = 32;
	if (slash && !parse_prefix(slash, 32, &rule->prefix))
		return false;
	rule->prefix += 96;
	return true;
}

static void add_net(struct policy *p, const struct net_rule *rule)
{
	struct net_rule *new = need(malloc(sizeof(*new)));

	*new = *rule;
	new->next = p->net;
	p->net = new;
}

static bool read_addresses(struct policy *p, struct line *line, struct net_rule *rule)
{
	char word[128];

	if (!has_more(line))
		return wrong_here(line, "no address", "say ADDRESS:PORT, or * for all");
	for (; has_more(line); line->pos++) {
		snprintf(word, sizeof(word), "%s", line->words[line->pos]);
		if (!parse_net_address(word, rule))
			return wrong_here(line, line->words[line->pos],
					  "write 127.0.0.1:80, 10.0.0.0/8, [::1]:80, *:8000-8010");
		add_net(p, rule);
	}
	return true;
}

static bool read_unix(struct policy *p, struct line *line, const struct verdict *verdict)
{
	char path[PATH_MAX];

	if (!has_more(line))
		return wrong_here(line, "no socket", "say a path, or @NAME of an abstract one");
	while (has_more(line)) {
		if (line->words[line->pos][0] == '@') {
			abstract_path(line->words[line->pos] + 1,
				      strlen(line->words[line->pos] + 1), path, sizeof(path));
			line->pos++;
		} else if (!take_path(line, path)) {
			return false;
		}
		rules_set(p->root, path, UNIX, verdict);
	}
	return true;
}

static bool read_families(struct policy *p, struct line *line, const struct verdict *verdict)
{
	static const struct { const char *name; int family; } names[] = {
		{ "netlink", AF_NETLINK }, { "packet", AF_PACKET }, { "vsock", AF_VSOCK },
		{ "alg", AF_ALG }, { "bluetooth", AF_BLUETOOTH }, { "can", AF_CAN },
		{ "raw", FAMILY_RAW },
	};
	unsigned int i, n = sizeof(names) / sizeof(names[0]);
	unsigned long family;
	char *end;

	if (!has_more(line))
		return wrong_here(line, "no family",
				  "say netlink, packet, vsock, alg, raw or a number");
	for (; has_more(line); line->pos++) {
		for (i = 0; i < n && strcmp(names[i].name, line->words[line->pos]); i++)
			;
		family = i < n ? (unsigned long)names[i].family :
				 strtoul(line->words[line->pos], &end, 10);
		if (i == n && (*end || family >= FAMILY_RAW))
			return wrong_here(line, line->words[line->pos], "no such family");
		p->families[family] = *verdict;
	}
	return true;
}

static bool read_net_all(struct policy *p, struct line *line, struct net_rule *rule)
{
	rule->kinds = NET_TCP | NET_UDP;
	rule->prefix = 0;
	rule->low = 0;
	rule->high = 0xffff;
	add_net(p, rule);
	if (rule->ops == (NET_CONNECT | NET_BIND)) {
		rules_set(p->root, "/", UNIX, &rule->verdict);
		p->net_otherwise = rule->verdict;
	}
	return need_end(line);
}

static bool read_net(struct policy *p, struct line *line)
{
	struct net_rule rule = { .ops = NET_CONNECT | NET_BIND };

	line->pos++;
	if (!take_verdict(line, &rule.verdict))
		return false;
	p->net_restricted |= rule.verdict.kind != ALLOW;
	if (take_word(line, "connect"))
		rule.ops = NET_CONNECT;
	else if (take_word(line, "bind"))
		rule.ops = NET_BIND;
	if (take_word(line, "all"))
		return read_net_all(p, line, &rule);
	if (take_word(line, "unix"))
		return read_unix(p, line, &rule.verdict);
	if (take_word(line, "family"))
		return read_families(p, line, &rule.verdict);
	if (take_word(line, "tcp"))
		rule.kinds = NET_TCP;
	else if (take_word(line, "udp"))
		rule.kinds = NET_UDP;
	else if (take_word(line, "inet"))
		rule.kinds = NET_TCP | NET_UDP;
	else
		return wrong_here(line, "no kind of socket",
				  "say all, tcp, udp, inet, unix or family");
	return read_addresses(p, line, &rule);
}

/* -------------------------------- processes ------------------------------- */

static bool read_signal(struct policy *p, struct line *line)
{
	struct verdict verdict;

	line->pos++;
	if (!take_verdict(line, &verdict))
		return false;
	if (take_word(line, "own")) {
		if (verdict.kind == ALLOW)
			return need_end(line);
		return wrong_here(line, "own", "its own processes it may always signal");
	}
	if (!take_word(line, "all"))
		return wrong_here(line, "no target", "say own or all");
	p->signals = verdict;
	return need_end(line);
}

static bool read_process(struct policy *p, struct line *line)
{
	struct verdict verdict;

	line->pos++;
	if (!take_verdict(line, &verdict))
		return false;
	if (verdict.kind == ASK)
		return wrong_here(line, "ask", "here it is allow or deny");
	if (!has_more(line))
		return wrong_here(line, "no kind", "say trace or namespaces");
	while (has_more(line)) {
		if (take_word(line, "trace"))
			p->trace = verdict;
		else if (take_word(line, "namespaces"))
			p->namespaces = verdict;
		else
			return wrong_here(line, line->words[line->pos], "say trace or namespaces");
	}
	return true;
}

static bool read_call(struct policy *p, struct line *line)
{
	struct verdict verdict;
	struct call_rule *rule, **end;

	line->pos++;
	if (!take_verdict(line, &verdict))
		return false;
	if (verdict.kind == ASK)
		return wrong_here(line, "ask", "here it is allow or deny");
	if (!has_more(line))
		return wrong_here(line, "no call", "say the names of system calls");
	for (; has_more(line); line->pos++) {
		if (sct_number(SYSCALL_TRACE_ABI_X86_64, line->words[line->pos]) < 0)
			return wrong_here(line, line->words[line->pos], "no such system call");
		if (verdict.kind == ALLOW && judge_find(sct_number(SYSCALL_TRACE_ABI_X86_64,
							    line->words[line->pos])))
			return wrong_here(line, line->words[line->pos],
					  "this call is judged by other rules");
		rule = need(calloc(1, sizeof(*rule)));
		rule->name = need(strdup(line->words[line->pos]));
		rule->verdict = verdict;
		for (end = &p->call_rules; *end; end = &(*end)->next)
			;
		*end = rule;
	}
	return true;
}

/* ---------------------------------- lines --------------------------------- */

static bool read_default(struct policy *p, struct line *line)
{
	line->pos++;
	if (!take_verdict(line, &p->otherwise))
		return false;
	p->net_otherwise = p->otherwise;
	return need_end(line);
}

static bool read_line(struct policy *p, struct line *line)
{
	static const struct {
		const char *word;
		bool (*read)(struct policy *p, struct line *line);
	} kinds[] = {
		{ "default", read_default },
		{ "net", read_net },
		{ "signal", read_signal },
		{ "process", read_process },
		{ "call", read_call },
	};
	size_t i;

	if (!line->nr_words)
		return true;
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (at_word(line, kinds[i].word))
			return kinds[i].read(p, line);
	return read_file_rule(p, line);
}

struct policy *policy_new(void)
{
	struct policy *p = need(calloc(1, sizeof(*p)));
	unsigned int i;

	p->root = rules_new();
	p->otherwise = (struct verdict){ .kind = DENY, .err = EACCES };
	p->net_otherwise = p->otherwise;
	p->signals = (struct verdict){ .kind = DENY, .err = EPERM };
	p->trace = p->signals;
	p->namespaces = p->signals;
	for (i = 0; i < NR_FAMILIES; i++)
		p->families[i] = p->otherwise;
	return p;
}

bool policy_read(struct policy *p, const char *file)
{
	struct line line = { .file = file };
	bool right = true;
	char *text = NULL;
	size_t size = 0;
	ssize_t len;
	FILE *in = fopen(file, "re");

	if (!in) {
		complain("%s: %s: name a policy that can be read", file, strerror(errno));
		return false;
	}
	while ((len = getline(&text, &size, in)) >= 0) {
		line.nr++;
		if (strlen(text) != (size_t)len)
			right = wrong(&line, strlen(text) + 1, "a zero byte", "this is no policy");
		else
			right &= split(&line, text) && read_line(p, &line);
	}
	if (ferror(in)) {
		complain("%s: %s: name a policy that can be read", file, strerror(errno));
		right = false;
	}
	free(text);
	fclose(in);
	return right;
}

/* Does it allow a call that is refused else? */
bool policy_lifts(const struct policy *p, const char *call)
{
	const struct call_rule *rule;
	bool lifts = false;

	for (rule = p->call_rules; rule; rule = rule->next)
		if (!strcmp(rule->name, call))
			lifts = rule->verdict.kind == ALLOW;
	return lifts;
}
