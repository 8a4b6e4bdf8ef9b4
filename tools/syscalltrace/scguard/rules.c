// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules: a tree of path components, and a list of addresses.
 */
#include <stdlib.h>
#include <string.h>

#include "scguard.h"

/**
 * struct node - a component of a path that rules name
 * @name: of the component
 * @sibling: another below the same
 * @child: the first below it
 * @verdicts: of the rules for this path
 */
struct node {
	char *name;
	struct node *sibling;
	struct node *child;
	struct verdict verdicts[NR_RIGHTS];
};

struct node *rules_new(void)
{
	return need(calloc(1, sizeof(struct node)));
}

/* The next component of *@path, which is moved behind it; its length, 0 at the end. */
static size_t next_component(const char **path, const char **name)
{
	size_t len;

	*path += strspn(*path, "/");
	*name = *path;
	len = strcspn(*path, "/");
	*path += len;
	return len;
}

static struct node *find_child(const struct node *node, const char *name, size_t len)
{
	struct node *child;

	for (child = node->child; child; child = child->sibling)
		if (!strncmp(child->name, name, len) && !child->name[len])
			break;
	return child;
}

static struct node *add_child(struct node *node, const char *name, size_t len)
{
	struct node *child = rules_new();

	child->name = need(strndup(name, len));
	child->sibling = node->child;
	node->child = child;
	return child;
}

/* A later rule for the same path and right takes the place of the earlier one. */
void rules_set(struct node *root, const char *path, enum right right,
	       const struct verdict *verdict)
{
	struct node *node = root, *child;
	const char *name;
	size_t len;

	while ((len = next_component(&path, &name))) {
		child = find_child(node, name, len);
		node = child ? child : add_child(node, name, len);
	}
	node->verdicts[right] = *verdict;
}

static void take_verdicts(const struct node *node, struct path_view *view)
{
	unsigned int i;

	for (i = 0; i < NR_RIGHTS; i++)
		if (node->verdicts[i].kind != UNSET)
			view->verdicts[i] = node->verdicts[i];
	view->mutable |= permits(&view->verdicts[CREATE]);
}

static bool leads_to_use(const struct node *node)
{
	const struct node *child;
	unsigned int i;

	for (i = 0; i < NR_RIGHTS; i++)
		if (permits(&node->verdicts[i]))
			return true;
	for (child = node->child; child; child = child->sibling)
		if (leads_to_use(child))
			return true;
	return false;
}

/* What the policy says of a canonical path. The longest path that has a rule decides. */
void rules_look(const struct policy *policy, const char *path, struct path_view *view)
{
	const struct node *node = policy->root;
	const char *name;
	unsigned int i;
	size_t len;

	for (i = 0; i < NR_RIGHTS; i++)
		view->verdicts[i] = i == UNIX ? policy->net_otherwise : policy->otherwise;
	view->mutable = false;
	take_verdicts(node, view);
	while (node && (len = next_component(&path, &name))) {
		node = find_child(node, name, len);
		if (node)
			take_verdicts(node, view);
	}
	view->rules_below = node && node->child;
	view->leads = node && leads_to_use(node);
}

/* -------------------------------- addresses ------------------------------- */

static bool same_bits(const uint8_t *a, const uint8_t *b, unsigned int bits)
{
	unsigned int bytes = bits / 8, rest = bits % 8;

	return !memcmp(a, b, bytes) &&
	       (!rest || !((a[bytes] ^ b[bytes]) >> (8 - rest)));
}

/* How closely a rule says what it is for: longer prefixes, then fewer ports. */
static unsigned int closeness(const struct net_rule *rule)
{
	return rule->prefix * 0x10000 + (0xffff - (rule->high - rule->low));
}

/* The closest rule decides; of two that are alike the later one. */
struct verdict rules_net(const struct policy *policy, unsigned int op, unsigned int kind,
			 const uint8_t addr[16], unsigned int port)
{
	const struct net_rule *rule, *best = NULL;

	for (rule = policy->net; rule; rule = rule->next) {
		if (!(rule->ops & op) || !(rule->kinds & kind) ||
		    port < rule->low || port > rule->high ||
		    !same_bits(rule->addr, addr, rule->prefix))
			continue;
		if (!best || closeness(rule) > closeness(best))
			best = rule;
	}
	return best ? best->verdict : policy->net_otherwise;
}

/* May all addresses be connected to, so that there is nothing to be judged? */
bool rules_net_all(const struct policy *policy)
{
	const struct net_rule *rule;
	bool all = policy->net_otherwise.kind == ALLOW;

	for (rule = policy->net; rule; rule = rule->next) {
		if (!(rule->ops & NET_CONNECT))
			continue;
		if (rule->verdict.kind != ALLOW)
			return false;
		all |= !rule->prefix && !rule->low && rule->high == 0xffff &&
		       rule->kinds == (NET_TCP | NET_UDP);
	}
	return all;
}
