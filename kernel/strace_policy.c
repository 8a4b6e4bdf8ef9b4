// SPDX-License-Identifier: GPL-2.0-only
/*
 * Policies of /proc/<pid>/syscall: which calls a layer stops, and which it
 * decides without a stop.
 *
 * A policy is constant; who changes it puts another one in its place. The traced
 * task looks a call up in a flat table, under RCU only.
 */

#include <linux/atomic.h>
#include <linux/err.h>
#include <linux/slab.h>

#include <asm/unistd.h>

#include "strace.h"

static struct strace_policy *alloc_policy(unsigned int nr_rules)
{
	struct strace_policy *policy;

	policy = kvzalloc(struct_size(policy, rules, nr_rules), GFP_KERNEL_ACCOUNT);
	if (policy) {
		refcount_set(&policy->refs, 1);
		policy->nr_rules = nr_rules;
	}
	return policy;
}

/**
 * strace_put_policy - give back a reference
 * @policy: may be NULL
 *
 * Context: Process context.
 */
void strace_put_policy(struct strace_policy *policy)
{
	if (policy && refcount_dec_and_test(&policy->refs))
		kvfree_rcu(policy, rcu);
}

/**
 * strace_get_policy - the policy of a layer
 * @layer: the layer
 *
 * Context: Process context.
 * Return: the policy with a reference, or NULL if there is none.
 */
struct strace_policy *strace_get_policy(struct strace_layer *layer)
{
	struct strace_policy *policy;

	rcu_read_lock();
	do {
		policy = rcu_dereference(layer->policy);
	} while (policy && !refcount_inc_not_zero(&policy->refs));
	rcu_read_unlock();
	return policy;
}

static bool is_always(const struct syscall_when *when)
{
	return when->first == 1 && when->last == U32_MAX && when->step == 1;
}

static u8 decision_of_rule(const struct strace_rule *rule, unsigned int nr)
{
	if (!is_always(&rule->when))
		return STRACE_DECISION_COUNT;
	switch (rule->action) {
	case SYSCALL_ACTION_CONT:
		return STRACE_DECISION_PASS;
	case SYSCALL_ACTION_STOP:
		return STRACE_DECISION_STOP;
	case SYSCALL_ACTION_LOG:
		return STRACE_DECISION_LOG;
	default:
		return STRACE_DECISION_RULE + nr;
	}
}

static void fill_decisions(struct strace_policy *policy, const struct syscall_set *set, u8 decision)
{
	u32 abi, nr;

	for (abi = 0; abi < SYSCALL_NR_ABIS; abi++)
		for (nr = 0; nr < SYSCALL_SET_BITS; nr++)
			if (syscall_set_has(set, abi, nr))
				policy->decisions[abi][nr] = decision;
}

/* The newest rule decides, unless it has to count: then all are looked at. */
static void make_decisions(struct strace_policy *policy)
{
	unsigned int i;

	fill_decisions(policy, &policy->set, STRACE_DECISION_STOP);
	for (i = 0; i < policy->nr_rules; i++) {
		const struct strace_rule *rule = &policy->rules[i];

		fill_decisions(policy, &rule->set, decision_of_rule(rule, i));
	}
	/* Kernel-made trampolines are no business of anybody's. */
#ifdef __NR_uretprobe
	policy->decisions[SYSCALL_ABI_NATIVE][__NR_uretprobe] = STRACE_DECISION_PASS;
#endif
	policy->is_empty = !memchr_inv(policy->decisions, STRACE_DECISION_PASS,
				       sizeof(policy->decisions));
}

/**
 * strace_set_calls - choose which calls stop
 * @layer: the layer
 * @set: the calls
 *
 * Context: Process context, may sleep; with layer->policy_lock held.
 * Return: a policy for strace_publish_policy(), or an ERR_PTR() with -ENOMEM.
 */
struct strace_policy *strace_set_calls(struct strace_layer *layer, const struct syscall_set *set)
{
	struct strace_policy *old = strace_locked_policy(layer), *new;
	unsigned int nr = old ? old->nr_rules : 0;

	new = alloc_policy(nr);
	if (!new)
		return ERR_PTR(-ENOMEM);
	new->set = *set;
	if (nr)
		memcpy(new->rules, old->rules, array_size(nr, sizeof(new->rules[0])));
	make_decisions(new);
	return new;
}

/**
 * strace_publish_policy - put a policy in the place of the layer's old one
 * @layer: the layer
 * @new: the policy; the layer takes over the reference
 *
 * Context: With layer->policy_lock and layer->lock held.
 * Return: the old one, for strace_put_policy().
 */
struct strace_policy *strace_publish_policy(struct strace_layer *layer, struct strace_policy *new)
{
	struct strace_policy *old;

	lockdep_assert_held(&layer->lock);
	old = rcu_replace_pointer(layer->policy, new, lockdep_is_held(&layer->policy_lock));
	strace_layer_changed(layer);
	return old;
}

/* The rules of @old with one more, or none at all. */
static struct strace_policy *change_rules(struct strace_layer *layer,
					  const struct strace_policy *old,
					  const struct syscall_command *cmd)
{
	bool add = cmd->verb == SYSCALL_VERB_ON;
	static atomic_t last_epoch;
	unsigned int nr = old ? old->nr_rules : 0;
	struct strace_policy *new;

	if (add && nr == STRACE_MAX_RULES)
		return ERR_PTR(-ENOSPC);
	new = alloc_policy(add ? nr + 1 : 0);
	if (!new)
		return ERR_PTR(-ENOMEM);
	if (old)
		new->set = old->set;
	if (add && nr)
		memcpy(new->rules, old->rules, array_size(nr, sizeof(new->rules[0])));
	if (add)
		new->rules[nr] = (struct strace_rule) {
			.place = (unsigned long)layer->number * STRACE_MAX_RULES + nr,
			.epoch = atomic_inc_return(&last_epoch) & STRACE_MAX_EPOCH,
			.when = cmd->when,
			.action = cmd->action,
			.value = cmd->value,
			.set = cmd->set,
		};
	make_decisions(new);
	return new;
}

/* Those rules stay that a tracer that is gone has left. */
static bool is_closed(struct strace_layer *layer)
{
	bool closed;

	/* It is armed again under this lock only. */
	lockdep_assert_held(&layer->policy_lock);
	spin_lock(&layer->lock);
	closed = layer->state == STRACE_LAYER_CLOSED;
	spin_unlock(&layer->lock);
	return closed;
}

/**
 * strace_change_rules - add a rule to a layer, or clear all
 * @layer: the layer; gets a log if it is to use one
 * @cmd: a command with the verb on or on-clear
 *
 * Context: Process context, may sleep.
 * Return: 0, -ENOSPC if there are too many rules, -ESRCH to change those that a
 * tracer that is gone has left word of, or -ENOMEM.
 */
int strace_change_rules(struct strace_layer *layer, const struct syscall_command *cmd)
{
	struct strace_policy *new;
	int err;

	mutex_lock(&layer->policy_lock);
	new = change_rules(layer, strace_locked_policy(layer), cmd);
	err = PTR_ERR_OR_ZERO(new);
	if (!err && cmd->verb == SYSCALL_VERB_ON && cmd->action == SYSCALL_ACTION_LOG) {
		err = is_closed(layer) ? -ESRCH : strace_need_log(layer);
		if (err)
			strace_put_policy(new);
	}
	if (!err) {
		spin_lock(&layer->lock);
		if (layer->state == STRACE_LAYER_CLOSED)
			err = -ESRCH;
		else
			new = strace_publish_policy(layer, new);
		spin_unlock(&layer->lock);
		strace_put_policy(new);
	}
	if (!err)
		strace_wake_work(layer);
	mutex_unlock(&layer->policy_lock);
	return err;
}

/* ------------------------------ the task's side --------------------------- */

/* A count stands beside a number that says which rule it is of. */
#define COUNT_BITS	40
#define COUNT_MAX	(BIT_ULL(COUNT_BITS) - 1)
static_assert(BIT_ULL(BITS_PER_LONG - 1 - COUNT_BITS) > STRACE_MAX_EPOCH);

/*
 * Count a call of the current thread for a rule, each call by itself. Return 0 if
 * there is no memory for that.
 */
static u64 count_call(struct strace_task *st, const struct strace_rule *rule,
		      const struct syscall_call *call)
{
	/* As in the set: numbers that no ABI has are one. */
	u32 nr = min_t(u32, call->nr, SYSCALL_SET_BITS - 1);
	unsigned long index = (rule->place * SYSCALL_NR_ABIS + call->abi) *
			      SYSCALL_SET_BITS + nr;
	void *entry = xa_load(&st->counts, index);
	u64 count = 1;

	if (entry && xa_to_value(entry) >> COUNT_BITS == rule->epoch)
		count = min((xa_to_value(entry) & COUNT_MAX) + 1, COUNT_MAX);
	entry = xa_mk_value((u64)rule->epoch << COUNT_BITS | count);
	return xa_is_err(xa_store(&st->counts, index, entry, GFP_KERNEL_ACCOUNT)) ? 0 : count;
}

static bool is_due(const struct syscall_when *when, u64 count)
{
	return count >= when->first && (count <= when->last || when->last == U32_MAX) &&
	       (count - when->first) % when->step == 0;
}

/* What do the rules say, the newest first? */
static u32 apply_rules(struct strace_task *st, const struct strace_policy *policy,
		       const struct syscall_call *call, s64 *value)
{
	bool stops = syscall_set_has(&policy->set, call->abi, call->nr), found = false;
	u32 action = stops ? SYSCALL_ACTION_STOP : SYSCALL_ACTION_CONT;
	unsigned int i;

	for (i = policy->nr_rules; i-- > 0;) {
		const struct strace_rule *rule = &policy->rules[i];
		u64 count = 1;

		if (!syscall_set_has(&rule->set, call->abi, call->nr))
			continue;
		/* All that are for the call count it. */
		if (!is_always(&rule->when))
			count = count_call(st, rule, call);
		if (found || (count && !is_due(&rule->when, count)))
			continue;
		found = true;
		action = count ? rule->action : SYSCALL_ACTION_VALUE;
		*value = count ? rule->value : -ENOMEM;
	}
	return action;
}

/**
 * strace_has_value - does a rule give calls a value, always?
 * @policy: the policy that it is of
 * @decision: what is to be done with the call
 * @value: set to the value
 *
 * Context: The task itself, under RCU.
 * Return: true if it does.
 */
bool strace_has_value(const struct strace_policy *policy, u8 decision, s64 *value)
{
	const struct strace_rule *rule;

	if (decision < STRACE_DECISION_RULE)
		return false;
	rule = &policy->rules[decision - STRACE_DECISION_RULE];
	*value = rule->value;
	return rule->action == SYSCALL_ACTION_VALUE;
}

/**
 * strace_count_and_decide - what becomes of a call, when rules have to count it
 * @st: the task
 * @layer: the layer that decides
 * @call: the call
 * @value: set if it goes with the action
 *
 * Context: The task itself; may sleep.
 * Return: an &enum syscall_action.
 */
u32 strace_count_and_decide(struct strace_task *st, struct strace_layer *layer,
			    const struct syscall_call *call, s64 *value)
{
	struct strace_policy *policy = strace_get_policy(layer);
	u32 action = SYSCALL_ACTION_CONT;

	if (policy)
		action = apply_rules(st, policy, call, value);
	strace_put_policy(policy);
	return action;
}
