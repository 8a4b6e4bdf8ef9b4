// SPDX-License-Identifier: GPL-2.0-only
/*
 * Layers of /proc/<pid>/syscall: attaching them, and answering their stops.
 *
 * Locks, outermost first: signal_struct::cred_guard_mutex while attaching,
 * strace_owner_lock, the layer's policy_lock, sighand_struct::siglock to publish a
 * nest. The layer's lock is never held together with siglock.
 */

#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/idr.h>
#include <linux/pid_namespace.h>
#include <linux/poll.h>
#include <linux/ptrace.h>
#include <linux/sched/coredump.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/security.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/syscall_packed.h>
#include <linux/sysctl.h>

#include "strace.h"

/* Notes that may wait for a reader. */
#define MAX_NOTES	64
/* How far, and how many, tracers of tracers are looked at for a cycle. */
#define MAX_DEPTH	16
#define MAX_TRACERS	256

/* Serialises arming; covers layer->owner and signal_struct::strace_layers. */
static DEFINE_MUTEX(strace_owner_lock);

static DEFINE_IDA(strace_numbers);

/**
 * enum strace_mode - who may open /proc/<pid>/syscall for writing
 * @STRACE_MODE_OFF: nobody
 * @STRACE_MODE_PTRACE: whoever may attach a debugger
 * @STRACE_MODE_CAPABLE: of those, whoever has CAP_SYS_PTRACE
 */
enum strace_mode {
	STRACE_MODE_OFF,
	STRACE_MODE_PTRACE,
	STRACE_MODE_CAPABLE,
};

static int strace_mode __read_mostly = STRACE_MODE_PTRACE;

/* ------------------------------- lifetimes ------------------------------- */

/**
 * strace_alloc_memory - room for copies of a tracee's memory
 * @size: bytes
 *
 * Context: Process context, may sleep.
 * Return: the room with one reference, or NULL.
 */
struct strace_memory *strace_alloc_memory(u32 size)
{
	struct strace_memory *memory;

	memory = kvmalloc(struct_size(memory, data, size), GFP_KERNEL_ACCOUNT);
	if (memory) {
		refcount_set(&memory->refs, 1);
		memory->size = size;
	}
	return memory;
}

/**
 * strace_put_memory - give back a reference
 * @memory: may be NULL
 *
 * Context: Process context.
 */
void strace_put_memory(struct strace_memory *memory)
{
	if (memory && refcount_dec_and_test(&memory->refs))
		kvfree(memory);
}

/**
 * strace_put_request - give back a reference
 * @req: the request
 *
 * Context: Process context.
 */
void strace_put_request(struct strace_request *req)
{
	if (!refcount_dec_and_test(&req->refs))
		return;
	strace_put_memory(req->data);
	kfree(req);
}

/**
 * strace_alloc_task - what a task needs to be traced
 * @task: the task
 *
 * Context: Process context, may sleep.
 * Return: the slot with one reference, or NULL.
 */
struct strace_task *strace_alloc_task(struct task_struct *task)
{
	struct strace_task *st = kzalloc(sizeof(*st), GFP_KERNEL_ACCOUNT);

	if (st) {
		refcount_set(&st->refs, 1);
		INIT_LIST_HEAD(&st->event.node);
		init_waitqueue_head(&st->event.wait);
		init_waitqueue_func_entry(&st->event.waiter, default_wake_function);
		add_wait_queue(&st->event.wait, &st->event.waiter);
		xa_init_flags(&st->counts, XA_FLAGS_ACCOUNT);
		strace_set_task(st, task);
	}
	return st;
}

/**
 * strace_put_task - give back a reference
 * @st: may be NULL
 *
 * Context: Process context.
 */
void strace_put_task(struct strace_task *st)
{
	if (!st || !refcount_dec_and_test(&st->refs))
		return;
	WARN_ON_ONCE(st->event.state != STRACE_EVENT_IDLE || st->nest || st->birth ||
		     st->untold_nest || st->views);
	put_pid(st->maker);
	kfree(st->exec_path);
	/* Whoever has not run, and may end up here from RCU, has none. */
	if (!xa_empty(&st->counts))
		xa_destroy(&st->counts);
	strace_put_snapshot(st->snapshot);
	strace_put_snapshot(st->spare);
	strace_free_logged(st);
	kvfree(st->event.fresh);
	kfree_rcu(st, rcu);
}

static void wake_late(struct timer_list *timer)
{
	struct strace_layer *layer = from_timer(layer, timer, late_wake);

	wake_up_poll(&layer->wait, EPOLLIN | EPOLLRDNORM);
}

/**
 * strace_alloc_layer - make a layer that is on no process yet
 * @console: it shall belong to no process
 *
 * Its credentials and pid namespace are those of the caller.
 *
 * Context: Process context, may sleep.
 * Return: the layer with one reference, or NULL.
 */
struct strace_layer *strace_alloc_layer(bool console)
{
	struct strace_layer *layer = kzalloc(sizeof(*layer), GFP_KERNEL_ACCOUNT);
	int number;

	if (!layer)
		return NULL;
	number = ida_alloc(&strace_numbers, GFP_KERNEL);
	if (number < 0) {
		kfree(layer);
		return NULL;
	}
	layer->number = number;
	atomic64_set(&layer->version, 1);
	refcount_set(&layer->refs, 1);
	spin_lock_init(&layer->lock);
	mutex_init(&layer->policy_lock);
	INIT_LIST_HEAD(&layer->queued);
	INIT_LIST_HEAD(&layer->reported);
	INIT_LIST_HEAD(&layer->notes);
	init_waitqueue_head(&layer->wait);
	timer_setup(&layer->late_wake, wake_late, 0);
	layer->console = console;
	layer->limit = SYSCALL_LIMIT_DEFAULT;
	layer->cred = get_current_cred();
	layer->ns = get_pid_ns(task_active_pid_ns(current));
	return layer;
}

static void free_note(struct strace_note *note)
{
	struct strace_task *st = note->st;

	strace_put_memory(note->memory);
	strace_put_snapshot(note->snapshot);
	if (!st) {
		kfree(note);
		return;
	}
	/* Pairs with smp_load_acquire() in own_note(). */
	smp_store_release(&st->telling, false);
	strace_put_task(st);
}

/**
 * strace_get_layer - take one more reference
 * @layer: the layer
 *
 * Context: Any, with a reference.
 */
void strace_get_layer(struct strace_layer *layer)
{
	refcount_inc(&layer->refs);
}

/**
 * strace_put_layer - give back a reference
 * @layer: may be NULL
 *
 * Context: Process context.
 */
void strace_put_layer(struct strace_layer *layer)
{
	struct strace_note *note, *next;

	if (!layer || !refcount_dec_and_test(&layer->refs))
		return;
	WARN_ON_ONCE(layer->owner || !list_empty(&layer->queued) ||
		     !list_empty(&layer->reported));
	list_for_each_entry_safe(note, next, &layer->notes, node)
		free_note(note);
	timer_shutdown_sync(&layer->late_wake);
	strace_free_log(layer->log);
	strace_put_policy(rcu_dereference_protected(layer->policy, true));
	put_cred(layer->cred);
	put_pid_ns(layer->ns);
	ida_free(&strace_numbers, layer->number);
	kfree(layer);
}

static struct strace_nest *alloc_nest(unsigned int nr)
{
	struct strace_nest *nest;

	nest = kzalloc(struct_size(nest, seats, nr), GFP_KERNEL_ACCOUNT);
	if (nest) {
		refcount_set(&nest->refs, 1);
		nest->nr = nr;
	}
	return nest;
}

/**
 * strace_put_nest - give back a reference
 * @nest: may be NULL
 *
 * Context: Process context.
 */
void strace_put_nest(struct strace_nest *nest)
{
	unsigned int i;

	if (!nest || !refcount_dec_and_test(&nest->refs))
		return;
	for (i = 0; i < nest->nr; i++) {
		strace_put_layer(nest->seats[i].layer);
		strace_put_task(nest->seats[i].only);
	}
	kfree(nest);
}

/**
 * strace_get_nest - the layers on a process
 * @task: any of its threads
 *
 * Context: Any without siglock.
 * Return: the nest with a reference, or NULL if there is none.
 */
struct strace_nest *strace_get_nest(struct task_struct *task)
{
	struct strace_nest *nest;
	unsigned long flags;

	if (!lock_task_sighand(task, &flags))
		return NULL;
	nest = task->signal->strace_nest;
	if (nest)
		refcount_inc(&nest->refs);
	unlock_task_sighand(task, &flags);
	return nest;
}

static unsigned int count_used_seats(const struct strace_nest *nest)
{
	unsigned int i, n = 0;

	for (i = 0; nest && i < nest->nr; i++)
		n += !strace_seat_is_stale(&nest->seats[i]);
	return n;
}

static void set_seat(struct strace_seat *seat, struct strace_layer *layer,
		     struct strace_task *only, unsigned int generation)
{
	refcount_inc(&layer->refs);
	seat->layer = layer;
	if (only)
		refcount_inc(&only->refs);
	seat->only = only;
	seat->generation = generation;
}

/* Copy at most @nr seats, without the stale ones. */
static unsigned int copy_used_seats(struct strace_nest *to, unsigned int nr,
				    const struct strace_nest *from)
{
	unsigned int i, n = 0;

	for (i = 0; from && i < from->nr && n < nr; i++) {
		const struct strace_seat *seat = &from->seats[i];

		if (!strace_seat_is_stale(seat))
			set_seat(&to->seats[n++], seat->layer, seat->only,
				 seat->generation);
	}
	return n;
}

/* Put @new in the place of @old. Return false if somebody else was quicker. */
static bool replace_nest(struct task_struct *task, struct strace_nest *old,
			 struct strace_nest *new)
{
	lockdep_assert_held(strace_siglock(task));
	if (task->signal->strace_nest != old)
		return false;
	WRITE_ONCE(task->signal->strace_nest, new);
	return true;
}

/**
 * strace_prune_nest - drop the seats of layers that have left this process
 *
 * When memory is short they stay until the next attempt.
 *
 * Context: Process context, may sleep.
 */
void strace_prune_nest(void)
{
	struct strace_nest *old = strace_get_nest(current), *new = NULL;
	unsigned int live = count_used_seats(old);
	bool done = false;

	if (!old || live == old->nr)
		goto out_put_old;
	if (live) {
		new = alloc_nest(live);
		if (!new)
			goto out_put_old;
		/* More may have left since they were counted. */
		new->nr = copy_used_seats(new, live, old);
		if (!new->nr) {
			strace_put_nest(new);
			new = NULL;
		}
	}
	spin_lock_irq(strace_siglock(current));
	done = count_used_seats(old) <= live && replace_nest(current, old, new);
	spin_unlock_irq(strace_siglock(current));
	/* The process's reference, now ours to drop. */
	strace_put_nest(done ? old : new);
out_put_old:
	strace_put_nest(old);
}

/* --------------------------------- arming -------------------------------- */

/*
 * Does @tracer trace @tracee, or a tracer of it, and so on, or is @layer among
 * those who do? Then @tracee must not trace @tracer with it. What is too much to
 * look at counts as a cycle; @budget is how many more layers may be.
 */
static bool is_traced_by(struct task_struct *tracee, struct pid *tracer,
			 const struct strace_layer *layer, unsigned int depth,
			 unsigned int *budget)
{
	struct strace_nest *nest = strace_get_nest(tracee);
	struct pid *last = NULL;
	bool found = false;
	unsigned int i;

	lockdep_assert_held(&strace_owner_lock);
	for (i = 0; nest && i < nest->nr && !found; i++) {
		struct strace_seat *seat = &nest->seats[i];
		struct pid *owner = seat->layer->owner;
		struct task_struct *task;

		/* With that it would trace itself, or its tracers. */
		if (seat->layer == layer && strace_seat_is_live(seat)) {
			found = true;
			break;
		}
		if (!owner || owner == last || strace_seat_is_stale(seat))
			continue;
		last = owner;
		if (owner == tracer || depth == MAX_DEPTH || !*budget) {
			found = true;
			break;
		}
		--*budget;
		task = get_pid_task(owner, PIDTYPE_TGID);
		if (task) {
			found = is_traced_by(task, tracer, layer, depth + 1, budget);
			put_task_struct(task);
		}
	}
	strace_put_nest(nest);
	return found;
}

static bool makes_cycle(struct strace_layer *layer, struct task_struct *task)
{
	unsigned int budget = MAX_TRACERS;

	return is_traced_by(current, task_tgid(task), layer, 0, &budget);
}

static void drop_owner(struct strace_layer *layer)
{
	lockdep_assert_held(&strace_owner_lock);
	if (!layer->owner)
		return;
	hlist_del_init(&layer->owned);
	put_pid(layer->owner);
	WRITE_ONCE(layer->owner, NULL);
}

static void take_ownership(struct strace_layer *layer)
{
	lockdep_assert_held(&strace_owner_lock);
	if (layer->console || layer->owner == task_tgid(current))
		return;
	drop_owner(layer);
	WRITE_ONCE(layer->owner, get_pid(task_tgid(current)));
	hlist_add_head(&layer->owned, &current->signal->strace_layers);
}

/* Threads that never return to a program have no system calls to trace. */
static bool is_traceable(const struct task_struct *task)
{
	return !(task->flags & (PF_EXITING | PF_KTHREAD | PF_USER_WORKER));
}

/* How many threads of the process lack a slot? */
static unsigned int count_missing_slots(struct task_struct *task)
{
	struct task_struct *t;
	unsigned int n = 0;

	lockdep_assert_held(strace_siglock(task));
	for_each_thread(task, t)
		n += is_traceable(t) && !t->strace;
	return n;
}

static void free_slots(struct list_head *spare)
{
	struct strace_task *st, *next;

	list_for_each_entry_safe(st, next, spare, event.node) {
		list_del_init(&st->event.node);
		strace_put_task(st);
	}
}

static int add_slots(struct list_head *spare, unsigned int nr)
{
	while (nr--) {
		struct strace_task *st = strace_alloc_task(NULL);

		if (!st)
			return -ENOMEM;
		list_add(&st->event.node, spare);
	}
	return 0;
}

/* Hand out as many slots as there are; return how many more are needed. */
static unsigned int hand_out_slots(struct task_struct *task, struct list_head *spare)
{
	struct strace_task *st;
	struct task_struct *t;

	lockdep_assert_held(strace_siglock(task));
	for_each_thread(task, t) {
		if (!is_traceable(t) || t->strace)
			continue;
		st = list_first_entry_or_null(spare, struct strace_task, event.node);
		if (!st)
			break;
		list_del_init(&st->event.node);
		strace_set_task(st, t);
		/* Pairs with smp_rmb() in strace_enter(), through the work bit. */
		smp_store_release(&t->strace, st);
	}
	return count_missing_slots(task);
}

static int give_slots(struct task_struct *task)
{
	unsigned int missing = 1;
	LIST_HEAD(spare);
	int err = 0;

	while (missing && !err) {
		unsigned long flags;

		err = add_slots(&spare, missing);
		if (err)
			break;
		if (!lock_task_sighand(task, &flags)) {
			err = -ESRCH;
			break;
		}
		missing = hand_out_slots(task, &spare);
		unlock_task_sighand(task, &flags);
	}
	free_slots(&spare);
	return err;
}

static bool has_console(const struct strace_nest *nest, const struct strace_task *only)
{
	unsigned int i;

	for (i = 0; nest && i < nest->nr; i++) {
		const struct strace_seat *seat = &nest->seats[i];

		if (seat->layer->console && seat->only == only && !strace_seat_is_stale(seat))
			return true;
	}
	return false;
}

static struct strace_nest *build_nest(struct strace_nest *old,
				      struct strace_layer *layer,
				      struct strace_task *only)
{
	unsigned int live = count_used_seats(old);
	struct strace_nest *new;

	if (layer->console && has_console(old, only))
		return ERR_PTR(-EEXIST);
	if (live >= STRACE_MAX_LAYERS)
		return ERR_PTR(-EUSERS);
	new = alloc_nest(live + 1);
	if (!new)
		return ERR_PTR(-ENOMEM);
	live = copy_used_seats(new, live, old);
	set_seat(&new->seats[live], layer, only, layer->generation + 1);
	new->nr = live + 1;
	return new;
}

static void start_tracing(struct task_struct *t)
{
	/* The nest and the slot come before the bit that makes a task look. */
	smp_mb__before_atomic();
	set_task_syscall_work(t, STRACE);
}

static bool has_layer(const struct strace_nest *nest, const struct strace_layer *layer)
{
	unsigned int i;

	for (i = 0; nest && i < nest->nr; i++)
		if (nest->seats[i].layer == layer)
			return true;
	return false;
}

static void start_tracing_all(struct task_struct *task, const struct strace_layer *layer)
{
	struct task_struct *t;
	unsigned long flags;

	if (!READ_ONCE(task->signal->strace_nest) || !lock_task_sighand(task, &flags))
		return;
	if (has_layer(task->signal->strace_nest, layer))
		for_each_thread(task, t)
			if (t->strace)
				start_tracing(t);
	unlock_task_sighand(task, &flags);
}

/**
 * strace_wake_work - the layer may want what it did not want before
 * @layer: the layer
 *
 * Tasks that no layer wants anything of do not look any more: make them look.
 *
 * Context: Process context.
 */
void strace_wake_work(struct strace_layer *layer)
{
	struct task_struct *task;

	/* Pairs with siglock in stop_looking(): it sees the new policy, or we come later. */
	smp_mb();
	/* So that an exec by another thread than the leader hides no process. */
	read_lock(&tasklist_lock);
	for_each_process(task)
		start_tracing_all(task, layer);
	read_unlock(&tasklist_lock);
}

/*
 * Publish @new in the place of @old. -EAGAIN if the threads or the layers of
 * the process have changed meanwhile, -ESRCH if there is nobody to trace.
 */
static int publish_nest(struct task_struct *task, struct strace_nest *old,
			struct strace_nest *new, bool one_thread)
{
	struct task_struct *t;
	unsigned long flags;
	int err = -ESRCH;

	if (!lock_task_sighand(task, &flags))
		return -ESRCH;
	if (one_thread) {
		if (is_traceable(task))
			err = 0;
	} else {
		for_each_thread(task, t)
			if (is_traceable(t))
				err = 0;
	}
	if (!err && (count_missing_slots(task) || !replace_nest(task, old, new)))
		err = -EAGAIN;
	if (!err) {
		for_each_thread(task, t)
			if (is_traceable(t) && (!one_thread || t == task))
				start_tracing(t);
	}
	unlock_task_sighand(task, &flags);
	return err;
}

/* From here on it counts how many processes or threads the next seats are for. */
static void begin_count(struct strace_layer *layer)
{
	spin_lock(&layer->lock);
	layer->counted = layer->generation + 1;
	layer->nr_targets = 1;
	spin_unlock(&layer->lock);
}

/* The thread's slot with a reference; it may be exiting. */
static struct strace_task *get_slot(struct task_struct *task)
{
	struct strace_task *st = NULL;
	unsigned long flags;

	if (!lock_task_sighand(task, &flags))
		return NULL;
	st = task->strace;
	if (st)
		refcount_inc(&st->refs);
	unlock_task_sighand(task, &flags);
	return st;
}

/*
 * The seat that was published counts from here on; older seats of the layer,
 * which some tasks may still have, are void. Until here they did.
 */
static void begin_generation(struct strace_layer *layer, struct strace_policy *policy)
{
	spin_lock(&layer->lock);
	policy = strace_publish_policy(layer, policy);
	layer->lost = false;
	WRITE_ONCE(layer->state, STRACE_LAYER_ARMED);
	/* Pairs with smp_rmb() in strace_seat_is_stale(). */
	smp_wmb();
	WRITE_ONCE(layer->generation, layer->generation + 1);
	strace_layer_changed(layer);
	spin_unlock(&layer->lock);
	strace_put_policy(policy);
}

static int try_add_seat(struct strace_layer *layer, struct task_struct *task,
			bool one_thread, struct strace_policy *policy)
{
	struct strace_task *only = NULL;
	struct strace_nest *old, *new;
	int err = give_slots(task);

	if (err)
		return err;
	if (one_thread) {
		only = get_slot(task);
		if (!only)
			return -ESRCH;
	}
	old = strace_get_nest(task);
	new = build_nest(old, layer, only);
	strace_put_task(only);
	if (IS_ERR(new)) {
		err = PTR_ERR(new);
	} else {
		begin_count(layer);
		err = publish_nest(task, old, new, one_thread);
		if (!err)
			begin_generation(layer, policy);
		/* The process's reference to the old, or our own to the new. */
		strace_put_nest(err ? new : old);
	}
	strace_put_nest(old);
	return err;
}

/**
 * strace_check_threads - may the caller trace a process or a thread?
 * @task: the process or thread
 * @one_thread: @task only
 *
 * Threads may differ in their credentials and labels: whoever traces all of
 * them may trace each.
 *
 * Context: Process context.
 * Return: 0, -EPERM, or -ESRCH if there is nothing left to trace.
 */
int strace_check_threads(struct task_struct *task, bool one_thread)
{
	struct task_struct *t;
	int err = -ESRCH;

	rcu_read_lock();
	for_each_thread(task, t) {
		if (!is_traceable(t) || (one_thread && t != task))
			continue;
		err = ptrace_may_access(t, PTRACE_MODE_ATTACH_FSCREDS) ? 0 : -EPERM;
		if (err)
			break;
	}
	rcu_read_unlock();
	return err;
}

/*
 * A layer that has its seat keeps it, so that no call slips through: one that is
 * armed, and one whose tracer is gone and that has left word for its stops.
 */
static bool arm_in_place(struct strace_layer *layer, struct strace_policy *policy)
{
	bool seated;

	spin_lock(&layer->lock);
	seated = layer->gone != layer->generation &&
		 (layer->state == STRACE_LAYER_ARMED || layer->state == STRACE_LAYER_CLOSED);
	if (seated) {
		policy = strace_publish_policy(layer, policy);
		WRITE_ONCE(layer->state, STRACE_LAYER_ARMED);
	}
	spin_unlock(&layer->lock);
	if (seated) {
		strace_put_policy(policy);
		strace_wake_work(layer);
	}
	return seated;
}

/* Is the layer on this process, or on one thread of it? */
static bool is_on(const struct strace_layer *layer, struct task_struct *task)
{
	struct strace_nest *nest = strace_get_nest(task);
	bool found = false;
	unsigned int i;

	for (i = 0; nest && i < nest->nr; i++)
		found |= nest->seats[i].layer == layer && strace_seat_is_live(&nest->seats[i]);
	strace_put_nest(nest);
	return found;
}

static int arm(struct strace_layer *layer, struct task_struct *task, bool one_thread,
	       const struct syscall_set *set)
{
	struct strace_policy *policy;
	int err = 0;

	lockdep_assert_held(&layer->policy_lock);
	policy = strace_set_calls(layer, set);
	if (IS_ERR(policy))
		return PTR_ERR(policy);
	if (arm_in_place(layer, policy))
		return 0;
	do {
		err = try_add_seat(layer, task, one_thread, policy);
	} while (err == -EAGAIN && !fatal_signal_pending(current));
	if (err)
		strace_put_policy(policy);
	return err;
}

static int attach_locked(struct strace_layer *layer, struct task_struct *task,
			 bool one_thread, const struct syscall_set *set)
{
	int err;

	lockdep_assert_held(&strace_owner_lock);
	if (!layer->console && makes_cycle(layer, task))
		return -ELOOP;
	/* It is on others, and has lost this one; or this one has ended just now. */
	if (!strace_layer_is_over(layer) && !is_on(layer, task))
		return strace_check_threads(task, one_thread) ?: -EPERM;
	mutex_lock(&layer->policy_lock);
	err = arm(layer, task, one_thread, set);
	mutex_unlock(&layer->policy_lock);
	if (!err)
		take_ownership(layer);
	return err;
}

/**
 * strace_attach - arm a layer on a process or on one thread
 * @layer: a layer that is not armed, or is armed there already: then the
 *	calling process becomes the one that answers
 * @task: the process or thread
 * @one_thread: @task only, instead of all threads of the process
 * @set: the calls that shall stop
 *
 * A call that is being made is left alone; the next one is the first to stop.
 *
 * Context: Process context, may sleep.
 * Return: 0, or -ELOOP for a cycle of tracers, -EPERM if the caller may not
 * trace @task, -ESRCH if it is gone, -EUSERS if it has too many layers, -EEXIST
 * if it has a console already, -ENOMEM, -ERESTARTNOINTR for a signal.
 */
int strace_attach(struct strace_layer *layer, struct task_struct *task,
		  bool one_thread, const struct syscall_set *set)
{
	int err;

	if (task->flags & (PF_KTHREAD | PF_USER_WORKER))
		return -EPERM;
	if (same_thread_group(task, current))
		return -ELOOP;
	err = strace_may_open(task);
	if (err)
		return err;
	audit_ptrace(task);

	/* As for ptrace: an exec that has checked for tracers must not miss us. */
	if (mutex_lock_interruptible(&task->signal->cred_guard_mutex))
		return -ERESTARTNOINTR;
	err = strace_check_threads(task, one_thread);
	/* Most memory is got before the lock that all tracers share. */
	if (!err)
		err = give_slots(task);
	if (!err) {
		mutex_lock(&strace_owner_lock);
		err = attach_locked(layer, task, one_thread, set);
		mutex_unlock(&strace_owner_lock);
	}
	mutex_unlock(&task->signal->cred_guard_mutex);
	return err;
}

/* The memory of a process with a reference; its leader may have none any more. */
static struct mm_struct *get_process_mm(struct task_struct *task)
{
	struct mm_struct *mm = NULL;
	struct task_struct *t;

	rcu_read_lock();
	for_each_thread(task, t) {
		mm = get_task_mm(t);
		if (mm)
			break;
	}
	rcu_read_unlock();
	return mm;
}

/**
 * strace_trap_vdso - let what a running process's vDSO does enter the kernel
 * @layer: a layer; nothing is done unless it is on @task and wants that
 * @task: the process, or a thread of it
 *
 * Context: Process context, may sleep.
 * Return: 0, -ENOMEM, or -EINTR when the caller is killed.
 */
int strace_trap_vdso(struct strace_layer *layer, struct task_struct *task)
{
	struct mm_struct *mm;
	int err;

	if (!READ_ONCE(layer->real_calls))
		return 0;
	/* It shall not be the memory of another program, which it is not on. */
	if (down_read_killable(&task->signal->exec_update_lock))
		return -EINTR;
	mm = is_on(layer, task) ? get_process_mm(task) : NULL;
	up_read(&task->signal->exec_update_lock);
	if (!mm)
		return 0;
	/* remove_traps() has seen that the layer wants them, or comes before us. */
	err = vdso_trap_calls(mm);
	mmput(mm);
	return err;
}

/**
 * strace_nest_wants_real_calls - does one of these layers want no vDSO?
 * @nest: the layers, or NULL
 *
 * Context: Any.
 * Return: true if so.
 */
bool strace_nest_wants_real_calls(const struct strace_nest *nest)
{
	unsigned int i;

	for (i = 0; nest && i < nest->nr; i++)
		if (READ_ONCE(nest->seats[i].layer->real_calls) &&
		    strace_seat_is_live(&nest->seats[i]))
			return true;
	return false;
}

/**
 * strace_wants_real_calls - does a layer on the caller want no vDSO?
 *
 * Context: The traced task itself.
 * Return: true if so.
 */
bool strace_wants_real_calls(void)
{
	struct strace_nest *nest = strace_get_nest(current);
	bool wanted = strace_nest_wants_real_calls(nest);

	strace_put_nest(nest);
	return wanted;
}

/**
 * strace_may_open - may the caller open the file of this task for writing?
 * @task: any task
 *
 * This is what the sysctl kernel.syscall_trace says; the rules of ptrace come
 * on top of it.
 *
 * Context: Any.
 * Return: 0 or -EPERM.
 */
int strace_may_open(struct task_struct *task)
{
	bool capable;

	switch (READ_ONCE(strace_mode)) {
	case STRACE_MODE_OFF:
		return -EPERM;
	case STRACE_MODE_PTRACE:
		return 0;
	default:
		rcu_read_lock();
		capable = ns_capable(__task_cred(task)->user_ns, CAP_SYS_PTRACE);
		rcu_read_unlock();
		return capable ? 0 : -EPERM;
	}
}

/**
 * strace_get_console - find the console of a process or of a thread
 * @task: the process or thread
 * @one_thread: the console of @task only
 *
 * Context: Process context.
 * Return: the layer with a reference, or NULL if there is none.
 */
struct strace_layer *strace_get_console(struct task_struct *task, bool one_thread)
{
	struct strace_task *only = one_thread ? READ_ONCE(task->strace) : NULL;
	struct strace_nest *nest = strace_get_nest(task);
	struct strace_layer *found = NULL;
	unsigned int i;

	for (i = 0; nest && i < nest->nr; i++) {
		struct strace_seat *seat = &nest->seats[i];

		if (seat->layer->console && seat->only == only &&
		    !one_thread == !only && strace_seat_is_live(seat))
			found = seat->layer;
	}
	if (found)
		refcount_inc(&found->refs);
	strace_put_nest(nest);
	return found;
}

/* --------------------------------- leaving ------------------------------- */

/* This is the answer; the task is still to be woken. */
static void answer_event(struct strace_event *event, enum strace_verdict verdict,
			 s64 value)
{
	list_del_init(&event->node);
	event->verdict = verdict;
	event->value = value;
	/* Pairs with smp_load_acquire() in is_answered(). */
	smp_store_release(&event->state, STRACE_EVENT_ANSWERED);
}

static void answer_by_onclose(struct strace_layer *layer, struct strace_event *event)
{
	bool entry = event->record.kind == SYSCALL_RECORD_ENTRY;

	/* A half-made change dies with the tracer that made it. */
	event->rewritten = false;
	if (layer->state == STRACE_LAYER_CLOSED && layer->onclose == SYSCALL_ONCLOSE_KILL)
		answer_event(event, STRACE_VERDICT_KILL, 0);
	else if (layer->state == STRACE_LAYER_CLOSED && entry)
		answer_event(event, STRACE_VERDICT_VALUE, layer->onclose_value);
	else
		answer_event(event, STRACE_VERDICT_CONT, 0);
	wake_up_process(event->task);
}

static void leave_locked(struct strace_layer *layer, bool detach, bool lost)
{
	struct strace_event *event, *next;

	lockdep_assert_held(&layer->lock);
	if (layer->state != STRACE_LAYER_ARMED &&
	    !(layer->state == STRACE_LAYER_CLOSED && lost))
		return;
	if (detach || layer->onclose == SYSCALL_ONCLOSE_CONT) {
		WRITE_ONCE(layer->state, STRACE_LAYER_DETACHED);
		WRITE_ONCE(layer->departed, layer->generation);
	} else {
		WRITE_ONCE(layer->state, STRACE_LAYER_CLOSED);
	}
	strace_layer_changed(layer);
	layer->lost = lost;
	list_for_each_entry_safe(event, next, &layer->queued, node)
		answer_by_onclose(layer, event);
	list_for_each_entry_safe(event, next, &layer->reported, node)
		answer_by_onclose(layer, event);
}

static void leave(struct strace_layer *layer, bool detach)
{
	spin_lock(&layer->lock);
	leave_locked(layer, detach, false);
	spin_unlock(&layer->lock);
	strace_poke_log(layer);
	/* So that tasks that do not look any more drop their seats. */
	strace_wake_work(layer);
	wake_up_poll(&layer->wait, EPOLLIN | EPOLLHUP | EPOLLERR);
}

static void leave_owner(struct strace_layer *layer)
{
	/* Only who holds the file, as the caller does, makes it owned. */
	if (!READ_ONCE(layer->owner))
		return;
	mutex_lock(&strace_owner_lock);
	drop_owner(layer);
	mutex_unlock(&strace_owner_lock);
}

/**
 * strace_close_layer - the tracer is gone: do as onclose says
 * @layer: the layer, whether armed or not
 *
 * Context: Process context, may sleep.
 */
void strace_close_layer(struct strace_layer *layer)
{
	leave(layer, false);
	leave_owner(layer);
}

/**
 * strace_detach_layer - the tracer leaves: all its stops continue
 * @layer: the layer, whether armed or not
 *
 * Context: Process context, may sleep.
 */
void strace_detach_layer(struct strace_layer *layer)
{
	/* In one: it may be being armed at the same time. */
	mutex_lock(&strace_owner_lock);
	leave(layer, true);
	drop_owner(layer);
	mutex_unlock(&strace_owner_lock);
}

/**
 * strace_close_owned_layers - close the layers that this process answers
 *
 * Context: The last thread of an exiting process; may sleep.
 */
void strace_close_owned_layers(void)
{
	struct strace_layer *layer;
	struct hlist_node *next;

	/* Nobody but its own threads adds layers to a process. */
	if (hlist_empty(&current->signal->strace_layers))
		return;
	mutex_lock(&strace_owner_lock);
	hlist_for_each_entry_safe(layer, next, &current->signal->strace_layers, owned) {
		leave(layer, false);
		drop_owner(layer);
	}
	mutex_unlock(&strace_owner_lock);
}

/**
 * strace_target_gone - a process or thread that a layer traces has ended
 * @seat: where it traced it
 *
 * Context: Process context.
 */
void strace_target_gone(struct strace_seat *seat)
{
	struct strace_layer *layer = seat->layer;

	if (seat->left)
		return;
	spin_lock(&layer->lock);
	if (layer->counted == seat->generation && !--layer->nr_targets)
		WRITE_ONCE(layer->gone, seat->generation);
	spin_unlock(&layer->lock);
	/* Its thread may be gone, and the process live on. */
	WRITE_ONCE(seat->left, true);
	strace_layer_changed(layer);
	wake_up_poll(&layer->wait, EPOLLIN | EPOLLHUP);
}

/* Is the layer to be on a new process as well? It counts from here on. */
static bool join(struct strace_seat *seat)
{
	struct strace_layer *layer = seat->layer;
	bool joins;

	spin_lock(&layer->lock);
	joins = layer->follow && strace_seat_is_live(seat);
	if (joins)
		layer->nr_targets++;
	spin_unlock(&layer->lock);
	return joins;
}

/**
 * strace_follow - choose the layers of a new process
 * @from: those of its parent
 * @st: the parent, current
 *
 * Context: Process context, may sleep. strace_target_gone() for each seat undoes
 * it.
 * Return: the nest, NULL if no layer follows, or an ERR_PTR() with -ENOMEM.
 */
struct strace_nest *strace_follow(struct strace_nest *from, struct strace_task *st)
{
	struct strace_nest *nest = alloc_nest(from->nr);
	unsigned int i;

	if (!nest)
		return ERR_PTR(-ENOMEM);
	nest->nr = 0;
	for (i = 0; i < from->nr; i++) {
		struct strace_seat *seat = &from->seats[i];

		if (!strace_seat_covers(seat, st) || !join(seat))
			continue;
		nest->nr++;
		set_seat(&nest->seats[nest->nr - 1], seat->layer, NULL, seat->generation);
	}
	if (nest->nr)
		return nest;
	strace_put_nest(nest);
	return NULL;
}

/**
 * strace_layer_is_capable - may the opener trace whatever it likes?
 * @layer: the layer
 * @ns: user namespace of what it traces
 *
 * Context: Any.
 * Return: whether the opener has CAP_SYS_PTRACE there, and so have all who have
 * told the layer what to do, if that was not the opener alone.
 */
bool strace_layer_is_capable(struct strace_layer *layer, struct user_namespace *ns)
{
	return !READ_ONCE(layer->shared_down) &&
	       !security_capable(layer->cred, ns, CAP_SYS_PTRACE, CAP_OPT_NOAUDIT);
}

/**
 * strace_layer_may_stay - could the opener attach to the caller now?
 * @layer: a layer on the caller
 *
 * What a ptracer without rights over the program would need, to the letter, but
 * for what security modules add.
 *
 * Context: The traced task itself.
 * Return: true if so.
 */
bool strace_layer_may_stay(struct strace_layer *layer)
{
	const struct cred *own = layer->cred, *now = current_cred();

	if (strace_layer_is_capable(layer, current->mm->user_ns))
		return true;
	return !READ_ONCE(layer->shared_down) &&
	       get_dumpable(current->mm) == SUID_DUMP_USER &&
	       own->user_ns == now->user_ns &&
	       uid_eq(own->fsuid, now->uid) && uid_eq(own->fsuid, now->euid) &&
	       uid_eq(own->fsuid, now->suid) && gid_eq(own->fsgid, now->gid) &&
	       gid_eq(own->fsgid, now->egid) && gid_eq(own->fsgid, now->sgid) &&
	       cap_issubset(now->cap_permitted, own->cap_effective);
}

/**
 * strace_layer_may_look - may the opener see the caller's memory?
 * @layer: a layer on the caller
 *
 * A program that is not dumpable any more keeps its tracers, but what is in its
 * memory is shown, as by ptrace, only to those with CAP_SYS_PTRACE over it.
 *
 * Context: The traced task itself.
 * Return: true if so.
 */
bool strace_layer_may_look(struct strace_layer *layer)
{
	struct mm_struct *mm = current->mm;

	return get_dumpable(mm) == SUID_DUMP_USER || strace_layer_is_capable(layer, mm->user_ns);
}

/**
 * strace_share_layer - somebody tells a console what to do
 * @layer: the console
 * @cred: of who has opened the file for that
 *
 * From then on it has no more rights than the weakest of them, so that nobody
 * traces by what another one may.
 *
 * Context: With exec_update_lock of what it is on, after the check that they may.
 */
void strace_share_layer(struct strace_layer *layer, const struct cred *cred)
{
	const struct cred *own = layer->cred;

	if (cred->user_ns != own->user_ns || !uid_eq(cred->euid, own->euid) ||
	    !cap_issubset(own->cap_effective, cred->cap_effective))
		WRITE_ONCE(layer->shared_down, true);
}

/**
 * strace_layer_is_on_caller - is the caller traced by this layer?
 * @layer: the layer
 *
 * Context: Process context.
 * Return: true if so.
 */
bool strace_layer_is_on_caller(struct strace_layer *layer)
{
	return READ_ONCE(current->signal->strace_nest) && is_on(layer, current);
}

/**
 * strace_layer_is_armed - does the layer stop calls?
 * @layer: the layer
 *
 * Context: Any; the answer may be old news.
 * Return: true if it does.
 */
bool strace_layer_is_armed(struct strace_layer *layer)
{
	return READ_ONCE(layer->state) == STRACE_LAYER_ARMED;
}

/**
 * strace_layer_is_over - has the layer left, or all that it traced ended?
 * @layer: the layer
 *
 * Context: Any.
 * Return: true if so.
 */
bool strace_layer_is_over(struct strace_layer *layer)
{
	return !strace_layer_is_armed(layer) ||
	       READ_ONCE(layer->gone) == READ_ONCE(layer->generation);
}

/**
 * strace_layer_is_mine - was the layer made by the same user?
 * @layer: the layer
 *
 * Context: Any.
 * Return: true if the caller has the file system user id of who made it.
 */
bool strace_layer_is_mine(struct strace_layer *layer)
{
	return uid_eq(layer->cred->fsuid, current_fsuid());
}

/* ----------------------------- configuration ----------------------------- */

/**
 * strace_layer_has_tid - do records and answers carry the thread id?
 * @layer: the layer
 *
 * Context: Any.
 * Return: true after "tid on", and after "follow on".
 */
bool strace_layer_has_tid(struct strace_layer *layer)
{
	return READ_ONCE(layer->with_tid) || READ_ONCE(layer->follow);
}

/* It holds for the stops that wait, too: they look at it when they wake up. */
static void set_timeout(struct strace_layer *layer, const struct syscall_command *cmd)
{
	struct strace_event *event;

	lockdep_assert_held(&layer->lock);
	WRITE_ONCE(layer->timeout, (unsigned long)cmd->seconds * HZ);
	layer->timeout_action = cmd->action;
	layer->timeout_value = cmd->value;
	list_for_each_entry(event, &layer->queued, node)
		wake_up_process(event->task);
	list_for_each_entry(event, &layer->reported, node)
		wake_up_process(event->task);
}

/**
 * strace_configure - change how a layer works
 * @layer: the layer
 * @cmd: a command with the verb limit, tid, out, follow, events, signals, bind,
 *	timeout, vdso or onclose
 *
 * Context: Process context.
 * Return: 0, -ESRCH to change what a tracer that is gone has left word of, or
 * -EINVAL for a console that shall follow.
 */
int strace_configure(struct strace_layer *layer, const struct syscall_command *cmd)
{
	int err = 0;

	spin_lock(&layer->lock);
	/* What it has left word of stays. */
	if (layer->state == STRACE_LAYER_CLOSED) {
		spin_unlock(&layer->lock);
		return -ESRCH;
	}
	switch (cmd->verb) {
	case SYSCALL_VERB_LIMIT:
		WRITE_ONCE(layer->limit, cmd->value);
		break;
	case SYSCALL_VERB_TID:
		WRITE_ONCE(layer->with_tid, cmd->value);
		break;
	case SYSCALL_VERB_OUT:
		WRITE_ONCE(layer->out, cmd->value);
		break;
	case SYSCALL_VERB_FOLLOW:
		/* Whoever may answer one program's stops need not be one for another's. */
		if (layer->console)
			err = -EINVAL;
		else
			WRITE_ONCE(layer->follow, cmd->value);
		break;
	case SYSCALL_VERB_EVENTS:
		WRITE_ONCE(layer->events, cmd->value);
		strace_layer_changed(layer);
		break;
	case SYSCALL_VERB_SIGNALS:
		WRITE_ONCE(layer->signals, cmd->signals);
		break;
	case SYSCALL_VERB_TIMEOUT:
		set_timeout(layer, cmd);
		break;
	case SYSCALL_VERB_BIND:
		WRITE_ONCE(layer->bind, cmd->value);
		break;
	case SYSCALL_VERB_VDSO:
		WRITE_ONCE(layer->real_calls, !cmd->value);
		break;
	case SYSCALL_VERB_ONCLOSE:
		layer->onclose = cmd->onclose;
		layer->onclose_value = cmd->value;
		break;
	}
	spin_unlock(&layer->lock);
	if (cmd->verb == SYSCALL_VERB_EVENTS && cmd->value)
		strace_wake_work(layer);
	/* With thread ids there may be more to read. */
	wake_up_poll(&layer->wait, EPOLLIN);
	return err;
}

/* ---------------------------------- notes -------------------------------- */

static struct strace_note *alloc_note(const struct syscall_record *record, gfp_t flags)
{
	struct strace_note *note = kzalloc(sizeof(*note), GFP_KERNEL_ACCOUNT | flags);

	if (note)
		note->record = *record;
	return note;
}

static void queue_note(struct strace_layer *layer, struct strace_note *note)
{
	lockdep_assert_held(&layer->lock);
	note->log_pos = strace_log_head(layer);
	list_add_tail(&note->node, &layer->notes);
}

/* What was asked for comes before all else, also before the log. */
static void queue_counted_note(struct strace_layer *layer, struct strace_note *note)
{
	struct strace_note *other;

	lockdep_assert_held(&layer->lock);
	note->counted = true;
	note->log_pos = strace_log_tail(layer);
	layer->nr_notes++;
	list_for_each_entry(other, &layer->notes, node)
		if (!other->counted)
			break;
	list_add_tail(&note->node, &other->node);
}

static int post_note(struct strace_layer *layer, const struct syscall_record *record,
		     struct strace_memory *memory)
{
	struct strace_note *note = alloc_note(record, 0);
	int err = 0;

	if (!note)
		return -ENOMEM;
	spin_lock(&layer->lock);
	if (layer->nr_notes < MAX_NOTES) {
		note->memory = memory;
		if (memory)
			refcount_inc(&memory->refs);
		queue_counted_note(layer, note);
	} else {
		err = -EAGAIN;
	}
	spin_unlock(&layer->lock);
	if (err)
		kfree(note);
	else
		wake_up_poll(&layer->wait, EPOLLIN);
	return err;
}

/* Queue a note, if the layer is still there. */
static bool add_note(const struct strace_seat *seat, struct strace_note *note)
{
	struct strace_layer *layer = seat->layer;
	bool there;

	spin_lock(&layer->lock);
	there = layer->state == STRACE_LAYER_ARMED && layer->generation == seat->generation;
	if (there)
		queue_note(layer, note);
	spin_unlock(&layer->lock);
	return there;
}

/*
 * What happens once in the life of a task is told whatever happens. No more of
 * these wait than there are tasks whose birth the tracer has read of.
 */
static void post_event_note(const struct strace_seat *seat, struct syscall_record *record)
{
	struct strace_layer *layer = seat->layer;
	struct strace_note *note;

	record->tid = task_pid_nr_ns(current, layer->ns);
	note = alloc_note(record, __GFP_NOFAIL);
	if (add_note(seat, note))
		wake_up_poll(&layer->wait, EPOLLIN);
	else
		free_note(note);
}

/**
 * strace_wake_late - wake the tracer at the next tick, if it still sleeps then
 * @layer: the layer
 *
 * Context: Process context.
 */
void strace_wake_late(struct strace_layer *layer)
{
	/* The record is there before we look: else the timer's reader might miss it. */
	smp_mb();
	if (!timer_pending(&layer->late_wake))
		mod_timer(&layer->late_wake, jiffies + 1);
}

/* The task's own note, unless one is still to be read; then a new one. */
static struct strace_note *own_note(struct strace_task *st)
{
	struct strace_note *note = &st->note;

	/* Pairs with smp_store_release() in free_note(). */
	if (smp_load_acquire(&st->telling))
		return alloc_note(&st->event.record, __GFP_NOFAIL);
	st->telling = true;
	refcount_inc(&st->refs);
	note->st = st;
	note->record = st->event.record;
	return note;
}

/**
 * strace_post_result - tell a tracer what became of a call
 * @st: the task; the record is in its event
 * @seat: the tracer's place on it
 *
 * The task goes on at once, and its next stop wakes the tracer: if there is none,
 * the next tick does.
 *
 * Context: The task itself; may sleep.
 */
void strace_post_result(struct strace_task *st, const struct strace_seat *seat)
{
	struct strace_layer *layer = seat->layer;
	struct strace_note *note;

	st->event.record.tid = task_pid_nr_ns(current, layer->ns);
	note = own_note(st);
	note->snapshot = st->event.snapshot;
	if (note->snapshot) {
		refcount_inc(&note->snapshot->refs);
		swap(st->snapshot, st->spare);
	}
	if (!add_note(seat, note))
		free_note(note);
	else
		strace_wake_late(layer);
}

/**
 * strace_post_end - tell a tracer that current has ended
 * @seat: the tracer's place on it
 * @code: its exit code, as do_exit() has it
 *
 * Context: Process context, may sleep.
 */
void strace_post_end(struct strace_seat *seat, long code)
{
	struct syscall_record record = {
		.kind = code & 0x7f ? SYSCALL_RECORD_KILLED : SYSCALL_RECORD_EXITED,
		.ret = code & 0x7f ?: (code >> 8) & 0xff,
	};

	if (READ_ONCE(seat->layer->events))
		post_event_note(seat, &record);
}

/**
 * strace_leave_seat - the layer leaves this process, if it has others
 * @seat: a seat of current
 *
 * If it has none the layer is lost.
 *
 * Context: The only thread of a process.
 */
void strace_leave_seat(struct strace_seat *seat)
{
	struct syscall_record record = { .kind = SYSCALL_RECORD_GONE };
	struct strace_layer *layer = seat->layer;

	if (READ_ONCE(layer->events))
		post_event_note(seat, &record);
	spin_lock(&layer->lock);
	/* It may have been armed anew meanwhile, elsewhere. */
	if (layer->generation == seat->generation) {
		if (layer->counted != seat->generation || layer->nr_targets == 1)
			leave_locked(layer, true, true);
		else
			layer->nr_targets--;
	}
	spin_unlock(&layer->lock);
	strace_poke_log(layer);
	wake_up_poll(&layer->wait, EPOLLIN | EPOLLHUP | EPOLLERR);
	WRITE_ONCE(seat->left, true);
	strace_layer_changed(layer);
}

/**
 * strace_set_error - remember why a line was refused
 * @layer: the layer
 * @column: where in the line, the first character is 1
 * @text: a constant sentence
 *
 * Context: Process context.
 */
void strace_set_error(struct strace_layer *layer, u32 column, const char *text)
{
	spin_lock(&layer->lock);
	layer->error_column = column;
	layer->error_text = text;
	spin_unlock(&layer->lock);
}

/**
 * strace_post_error - let the tracer read why the last refused line was refused
 * @layer: the layer
 *
 * Context: Process context, may sleep.
 * Return: 0, -EAGAIN if too many records wait for a reader, or -ENOMEM.
 */
int strace_post_error(struct strace_layer *layer)
{
	struct syscall_record record = { .kind = SYSCALL_RECORD_ERROR };
	const char *text;

	spin_lock(&layer->lock);
	record.off = layer->error_column;
	text = layer->error_text ?: "no error";
	spin_unlock(&layer->lock);
	record.text = (const u8 *)text;
	record.len = strlen(text);
	return post_note(layer, &record, NULL);
}

/* --------------------------- reading and answering ----------------------- */

static void report_note(struct strace_layer *layer, struct strace_note *note,
			struct strace_report *report)
{
	list_del(&note->node);
	layer->nr_notes -= note->counted;
	report->id = 0;
	report->note = note;
	report->record = note->record;
	report->snapshot = NULL;
}

static void report_event(struct strace_event *event, struct strace_report *report,
			 struct syscall_trace_record *head)
{
	report->id = event->id;
	report->tid = event->record.tid;
	report->note = NULL;
	if (head) {
		syscall_packed_head(head, &event->record, event->id,
				    syscall_packed_size(&event->record));
		report->record.kind = event->record.kind;
		report->record.data = event->record.data;
	} else {
		report->record = event->record;
	}
	report->snapshot = event->snapshot;
	if (event->snapshot)
		refcount_inc(&event->snapshot->refs);
}

/*
 * Which stop to show next? On a console the one that is out, again; with thread
 * ids all may be out, so the new ones come first; else the next one has to wait
 * until the one that is out is answered.
 */
static struct strace_event *next_event(struct strace_layer *layer, bool many, u64 tail)
{
	struct strace_event *queued, *reported;

	lockdep_assert_held(&layer->lock);
	queued = list_first_entry_or_null(&layer->queued, struct strace_event, node);
	/* What was logged before it comes first. */
	if (queued && (s64)(tail - queued->log_pos) < 0)
		queued = NULL;
	reported = list_first_entry_or_null(&layer->reported, struct strace_event, node);
	if (layer->console)
		return layer->with_tid ? queued ?: reported : reported ?: queued;
	return many || layer->with_tid || layer->follow || !reported ? queued : NULL;
}

/* What a reader gets when there is nothing to read. */
static int idle_result(const struct strace_layer *layer)
{
	lockdep_assert_held(&layer->lock);
	if (layer->lost)
		return -EPERM;
	if (layer->state != STRACE_LAYER_ARMED)
		return -ESRCH;
	return layer->gone != layer->generation ? -EAGAIN : 0;
}

/* The same for what is no stop. */
static struct strace_note *next_note(struct strace_layer *layer, u64 tail)
{
	struct strace_note *note;

	lockdep_assert_held(&layer->lock);
	note = list_first_entry_or_null(&layer->notes, struct strace_note, node);
	return note && (s64)(tail - note->log_pos) >= 0 ? note : NULL;
}

/* Does the log have a record? If who has mapped it made up the tail, that is told. */
static bool has_log(struct strace_layer *layer, u64 tail)
{
	return READ_ONCE(layer->log) && strace_log_head(layer) != tail;
}

static int try_fetch(struct strace_layer *layer, const struct strace_wait *how,
		     struct strace_report *report)
{
	struct strace_event *event;
	struct strace_note *note;
	int ret = 1;
	u64 tail;

	report->log = NULL;
	spin_lock(&layer->lock);
	/* Once, so that something is next. */
	tail = READ_ONCE(layer->log) ? strace_log_tail(layer) : 0;
	note = next_note(layer, tail);
	event = note ? NULL : next_event(layer, how->many, tail);
	report->with_tid = layer->with_tid || layer->follow;
	if (note) {
		report_note(layer, note, report);
	} else if (event) {
		report_event(event, report, how->head);
		report->fresh = event->state == STRACE_EVENT_QUEUED;
		if (report->fresh)
			list_move_tail(&event->node, &layer->reported);
		WRITE_ONCE(event->state, STRACE_EVENT_REPORTED);
		event->read = true;
	} else {
		ret = has_log(layer, tail) ? STRACE_FETCH_LOG : idle_result(layer);
	}
	spin_unlock(&layer->lock);
	return ret;
}

/**
 * strace_has_more - is there anything that might be fetched at once?
 * @layer: the layer
 *
 * Context: Any.
 * Return: false if not, a moment ago.
 */
bool strace_has_more(struct strace_layer *layer)
{
	return !list_empty(&layer->queued) || !list_empty(&layer->notes) ||
	       (READ_ONCE(layer->log) && has_log(layer, strace_log_tail(layer)));
}

static int wait_timed(struct strace_layer *layer, const struct strace_wait *how,
		      struct strace_report *report)
{
	int ret, err;

	err = wait_event_interruptible_hrtimeout(layer->wait,
						 (ret = try_fetch(layer, how, report)) != -EAGAIN,
						 how->timeout);
	return err ?: ret;
}

/* As wait_event_interruptible(), but what wakes us is looked at once. */
static int wait_to_fetch(struct strace_layer *layer, const struct strace_wait *how,
			 struct strace_report *report)
{
	DEFINE_WAIT(wait);
	int ret;

	do {
		prepare_to_wait(&layer->wait, &wait, TASK_INTERRUPTIBLE);
		ret = try_fetch(layer, how, report);
		if (ret != -EAGAIN)
			break;
		if (signal_pending(current)) {
			ret = -ERESTARTSYS;
			break;
		}
		schedule();
		ret = try_fetch(layer, how, report);
	} while (ret == -EAGAIN);
	finish_wait(&layer->wait, &wait);
	return ret;
}

/**
 * strace_fetch - get the next record, waiting for it if need be
 * @layer: the layer
 * @how: how to wait
 * @report: set when there is one; give it to strace_put_report()
 *
 * Context: Process context, may sleep.
 * Return: 1 with @report set, STRACE_FETCH_LOG, 0 when everything traced has ended,
 * -EAGAIN if there is none and the caller does not wait, -ETIME if it has waited for
 * too long, -ESRCH if the layer is not armed, -EPERM if it was taken away,
 * -ERESTARTSYS for a signal.
 */
int strace_fetch(struct strace_layer *layer, const struct strace_wait *how,
		 struct strace_report *report)
{
	int ret;

	strace_poke_log(layer);
	/* Who was answered may run first: its next stop then finds us awake. */
	if (!how->nonblock)
		cond_resched();
	if (how->nonblock || strace_has_more(layer)) {
		ret = try_fetch(layer, how, report);
		if (how->nonblock || ret != -EAGAIN)
			return ret;
	}
	return how->timed ? wait_timed(layer, how, report) : wait_to_fetch(layer, how, report);
}

/* The stop of a thread of the layer's pid namespace, if it is one of the layer. */
static struct strace_event *find_by_tid(struct strace_layer *layer, u32 tid)
{
	struct strace_event *found = NULL;
	struct task_struct *task;
	struct strace_task *st;

	lockdep_assert_held(&layer->lock);
	rcu_read_lock();
	task = find_task_by_pid_ns(tid, layer->ns);
	st = task ? READ_ONCE(task->strace) : NULL;
	/* The lock keeps it, if it is ours. */
	if (st && READ_ONCE(st->event.layer) == layer)
		found = &st->event;
	rcu_read_unlock();
	return found;
}

/* Threads that have no number here. */
static struct strace_event *find_by_id(struct strace_layer *layer, u64 id)
{
	struct strace_event *event;

	lockdep_assert_held(&layer->lock);
	list_for_each_entry(event, &layer->reported, node)
		if (event->id == id)
			return event;
	return NULL;
}

/* A stop that a tracer has read. @tid: 0 for the one that has waited longest */
static struct strace_event *find_waiting(struct strace_layer *layer, u32 tid)
{
	struct strace_event *event;

	lockdep_assert_held(&layer->lock);
	event = list_first_entry_or_null(&layer->reported, struct strace_event, node);
	if (tid && event && event->record.tid != tid)
		event = find_by_tid(layer, tid);
	return event && event->state == STRACE_EVENT_REPORTED ? event : NULL;
}

static struct strace_event *find_reported(struct strace_layer *layer, u64 id, u32 tid)
{
	struct strace_event *event = find_waiting(layer, tid);

	if (event && event->id != id)
		event = tid ? NULL : find_by_id(layer, id);
	return event;
}

/* @id: 0 for the one that is shown */
static struct strace_event *find_stop(struct strace_layer *layer, u64 id, u32 tid)
{
	return id ? find_reported(layer, id, tid) : find_waiting(layer, tid);
}

/**
 * strace_find - look up a stop that waits for an answer
 * @layer: the layer
 * @id: the stop, or 0 for any
 * @tid: its thread, or 0 for the one that has waited longest
 * @report: set when there is one; give it to strace_put_report()
 *
 * Context: Process context.
 * Return: 0 or -ESRCH.
 */
int strace_find(struct strace_layer *layer, u64 id, u32 tid, struct strace_report *report)
{
	struct strace_event *event;

	report->log = NULL;
	spin_lock(&layer->lock);
	event = find_stop(layer, id, tid);
	if (event)
		report_event(event, report, NULL);
	spin_unlock(&layer->lock);
	return event ? 0 : -ESRCH;
}

/**
 * strace_still_shows - would strace_fetch() give the same stop again?
 * @layer: a console
 * @id: the stop
 *
 * Context: Process context.
 * Return: true if so, now.
 */
bool strace_still_shows(struct strace_layer *layer, u64 id)
{
	struct strace_event *event = NULL;

	spin_lock(&layer->lock);
	if (id && list_empty(&layer->notes))
		event = next_event(layer, false, strace_log_tail(layer));
	if (event && event->id != id)
		event = NULL;
	spin_unlock(&layer->lock);
	return event;
}

/**
 * strace_put_report - done with a report
 * @report: from strace_fetch(), strace_find() or strace_take_log()
 *
 * Context: Process context.
 */
void strace_put_report(struct strace_report *report)
{
	if (report->log) {
		strace_put_log(report, true);
		return;
	}
	strace_put_snapshot(report->snapshot);
	if (report->note)
		free_note(report->note);
}

/**
 * strace_unfetch - put back what could not be shown to the reader
 * @layer: the layer
 * @report: from strace_fetch(); not valid any more
 *
 * Context: Process context.
 */
void strace_unfetch(struct strace_layer *layer, struct strace_report *report)
{
	struct strace_event *event;

	if (report->log) {
		strace_put_log(report, false);
		return;
	}
	spin_lock(&layer->lock);
	if (report->note) {
		list_add(&report->note->node, &layer->notes);
		layer->nr_notes += report->note->counted;
		report->note = NULL;
	}
	event = report->id ? find_reported(layer, report->id, report->tid) : NULL;
	if (event && report->fresh && !event->request) {
		WRITE_ONCE(event->state, STRACE_EVENT_QUEUED);
		event->read = false;
		list_move(&event->node, &layer->queued);
	}
	spin_unlock(&layer->lock);
	wake_up_poll(&layer->wait, EPOLLIN);
	strace_put_report(report);
}

/* A copy of the new memory that a command has; NULL if there is none. */
static struct strace_fresh *copy_fresh(const struct syscall_command *cmd)
{
	struct strace_fresh *fresh;
	size_t size = 0, len = 0;
	unsigned int i;

	if (cmd->verb != SYSCALL_VERB_REWRITE || !cmd->nr_fresh)
		return NULL;
	for (i = 0; i < SYSCALL_MAX_ARGS; i++)
		size += cmd->fresh[i].bytes ? cmd->fresh[i].len : 0;
	fresh = kvmalloc(struct_size(fresh, data, size), GFP_KERNEL_ACCOUNT);
	if (!fresh)
		return ERR_PTR(-ENOMEM);
	for (i = 0; i < SYSCALL_MAX_ARGS; i++) {
		fresh->args[i] = cmd->fresh[i];
		if (!cmd->fresh[i].bytes)
			continue;
		fresh->args[i].bytes = fresh->data + len;
		memcpy(fresh->data + len, cmd->fresh[i].bytes, cmd->fresh[i].len);
		len += cmd->fresh[i].len;
	}
	return fresh;
}

/* @fresh: is exchanged for what was staged before */
static int stage_call(struct strace_event *event, const struct syscall_command *cmd,
		      struct strace_fresh **fresh)
{
	struct strace_task *st = container_of(event, struct strace_task, event);
	int err;

	if (event->fixed_nr && cmd->call.nr != event->record.call.nr)
		return -EBUSY;
	err = strace_check_kept(st, &event->record.call, cmd);
	if (err)
		return err;
	event->call = cmd->call;
	event->rewritten = true;
	swap(event->fresh, *fresh);
	return 0;
}

static int answer_entry(struct strace_event *event, const struct syscall_command *cmd,
			struct strace_fresh **fresh)
{
	switch (cmd->verb) {
	case SYSCALL_VERB_CONT:
		answer_event(event, STRACE_VERDICT_CONT, 0);
		return 0;
	case SYSCALL_VERB_STEP:
		answer_event(event, STRACE_VERDICT_STEP, 0);
		return 0;
	case SYSCALL_VERB_REPORT:
		answer_event(event, STRACE_VERDICT_REPORT, 0);
		return 0;
	case SYSCALL_VERB_SKIP:
		answer_event(event, STRACE_VERDICT_VALUE, cmd->value);
		return 0;
	case SYSCALL_VERB_REWRITE:
		return stage_call(event, cmd, fresh);
	default:
		return -EBUSY;
	}
}

static int answer_exit(struct strace_event *event, const struct syscall_command *cmd)
{
	switch (cmd->verb) {
	case SYSCALL_VERB_CONT:
		answer_event(event, STRACE_VERDICT_CONT, 0);
		return 0;
	case SYSCALL_VERB_RESULT:
		if (event->record.kind != SYSCALL_RECORD_EXIT)
			return -EBUSY;
		answer_event(event, STRACE_VERDICT_VALUE, cmd->value);
		return 0;
	default:
		return -EBUSY;
	}
}

static int answer_signal(struct strace_event *event, const struct syscall_command *cmd)
{
	switch (cmd->verb) {
	case SYSCALL_VERB_CONT:
		answer_event(event, STRACE_VERDICT_CONT, 0);
		return 0;
	case SYSCALL_VERB_DISCARD:
		answer_event(event, STRACE_VERDICT_VALUE, 0);
		return 0;
	case SYSCALL_VERB_SIGNAL:
		answer_event(event, STRACE_VERDICT_VALUE, cmd->value);
		return 0;
	default:
		return -EBUSY;
	}
}

static int answer(struct strace_event *event, const struct syscall_command *cmd,
		  struct strace_fresh **fresh)
{
	switch (event->record.kind) {
	case SYSCALL_RECORD_ENTRY:
		return answer_entry(event, cmd, fresh);
	case SYSCALL_RECORD_SIGNAL:
		return answer_signal(event, cmd);
	default:
		return answer_exit(event, cmd);
	}
}

/* @hand_over: the caller will sleep if there is nothing to read: here is a CPU */
static void wake_answered(struct strace_layer *layer, struct strace_event *event, bool hand_over)
{
	lockdep_assert_held(&layer->lock);
	if (event->state != STRACE_EVENT_ANSWERED)
		return;
	if (hand_over && list_empty(&layer->queued) && list_empty(&layer->notes))
		wake_up_poll_on_current_cpu(&event->wait, 0);
	else
		wake_up_process(event->task);
}

/**
 * strace_answer - answer a stop, or change the call it stopped at
 * @layer: the layer
 * @id: the stop
 * @tid: its thread, as in its record
 * @cmd: a command with the verb cont, step, skip, result, rewrite, discard or
 *	signal
 * @hand_over: the caller will sleep next if there is nothing to read
 *
 * Context: Process context, may sleep.
 * Return: 0, -ESRCH if the stop is over, -EBUSY if the verb does not fit it,
 * -ERANGE if the changed call would read more than what is bound, -ENOMEM.
 */
int strace_answer(struct strace_layer *layer, u64 id, u32 tid,
		  const struct syscall_command *cmd, bool hand_over)
{
	struct strace_fresh *fresh = copy_fresh(cmd);
	struct strace_event *event;
	int err = -ESRCH;

	if (IS_ERR(fresh))
		return PTR_ERR(fresh);
	spin_lock(&layer->lock);
	event = find_reported(layer, id, tid);
	if (event) {
		err = answer(event, cmd, &fresh);
		wake_answered(layer, event, hand_over);
	}
	/* Without thread ids the next stop can be read only now. */
	if (!err && !list_empty(&layer->queued))
		wake_up_poll(&layer->wait, EPOLLIN);
	spin_unlock(&layer->lock);
	if (fresh)
		kvfree(fresh);
	return err;
}

static int answer_plainly(struct strace_event *event, u32 verb)
{
	static const u8 verdicts[] = {
		[SYSCALL_VERB_CONT]	= STRACE_VERDICT_CONT,
		[SYSCALL_VERB_STEP]	= STRACE_VERDICT_STEP,
		[SYSCALL_VERB_REPORT]	= STRACE_VERDICT_REPORT,
	};

	if (event->record.kind != SYSCALL_RECORD_ENTRY && verb != SYSCALL_VERB_CONT)
		return -EBUSY;
	answer_event(event, verdicts[verb], 0);
	return 0;
}

/**
 * strace_answer_plain - answer a stop with a verb that needs nothing else
 * @layer: the layer
 * @id: the stop; 0 for the one that is shown, of thread @tid or of any
 * @tid: its thread, as in its record; or 0
 * @verb: cont, step or report
 * @hand_over: the caller will sleep next if there is nothing to read
 *
 * Context: Process context.
 * Return: 0, -ESRCH if the stop is over, -EBUSY if the verb does not fit it.
 */
int strace_answer_plain(struct strace_layer *layer, u64 id, u32 tid, u32 verb, bool hand_over)
{
	struct strace_event *event;
	int err = -ESRCH;

	spin_lock(&layer->lock);
	event = find_stop(layer, id, tid);
	if (event) {
		err = answer_plainly(event, verb);
		wake_answered(layer, event, hand_over);
		/* Without thread ids the next stop can be read only now. */
		if (!err && !list_empty(&layer->queued))
			wake_up_poll(&layer->wait, EPOLLIN);
	}
	spin_unlock(&layer->lock);
	return err;
}

static struct strace_request *alloc_request(const struct syscall_command *cmd, u32 len)
{
	struct strace_request *req = kzalloc(sizeof(*req), GFP_KERNEL_ACCOUNT);

	if (!req)
		return NULL;
	req->data = strace_alloc_memory(len);
	if (!req->data) {
		kfree(req);
		return NULL;
	}
	refcount_set(&req->refs, 1);
	init_completion(&req->done);
	req->write = cmd->verb == SYSCALL_VERB_SET;
	req->len = len;
	if (req->write)
		memcpy(req->data->data, cmd->data, len);
	return req;
}

/* Which address does the command mean? */
static int find_address(const struct syscall_record *record,
			const struct syscall_command *cmd, u64 *addr)
{
	const struct syscall_call *call = &record->call;
	const struct syscall_desc *desc = syscall_describe(call);
	unsigned int i = cmd->arg - 1;

	if (record->kind != SYSCALL_RECORD_ENTRY && record->kind != SYSCALL_RECORD_EXIT)
		return -EBUSY;
	if (desc && (i >= desc->nr_args || !syscall_arg_is_pointer(desc->args[i].kind)))
		return -EINVAL;
	*addr = call->args[i];
	if (syscall_abi_word(call->abi) == 4)
		*addr = (u32)*addr;
	if (*addr + cmd->off < *addr)
		return -EFAULT;
	*addr += cmd->off;
	return 0;
}

static int start_request(struct strace_layer *layer, u64 id, u32 tid,
			 struct strace_request *req)
{
	struct strace_event *event;
	int err = 0;

	spin_lock(&layer->lock);
	event = find_reported(layer, id, tid);
	if (!event) {
		err = -ESRCH;
	} else if (event->request) {
		err = -EBUSY;
	} else {
		refcount_inc(&req->refs);
		WRITE_ONCE(event->request, req);
		wake_up_process(event->task);
	}
	spin_unlock(&layer->lock);
	return err;
}

/* Take back a request that the tracee has not begun. */
static bool cancel_request(struct strace_layer *layer, u64 id, u32 tid,
			   struct strace_request *req)
{
	struct strace_event *event;
	bool cancelled = false;

	spin_lock(&layer->lock);
	event = find_reported(layer, id, tid);
	if (event && event->request == req) {
		WRITE_ONCE(event->request, NULL);
		cancelled = true;
	}
	spin_unlock(&layer->lock);
	if (cancelled)
		strace_put_request(req);
	return cancelled;
}

/* A request that was begun is waited for: it must not fail and yet be done. */
static int wait_for_request(struct strace_layer *layer, u64 id, u32 tid,
			    struct strace_request *req)
{
	if (wait_for_completion_interruptible(&req->done)) {
		if (cancel_request(layer, id, tid, req))
			return -ERESTARTSYS;
		if (wait_for_completion_killable(&req->done))
			return -EINTR;
	}
	return req->result;
}

static u32 shown_length(const struct syscall_record *record,
			const struct syscall_command *cmd, u32 limit)
{
	const struct syscall_call *call = &record->call;
	const struct syscall_desc *desc = syscall_describe(call);
	u64 len = max(limit, 1u), length;
	struct syscall_arg_desc arg;

	if (desc) {
		arg = syscall_arg(call, desc, cmd->arg - 1);
		if (arg.kind == SYSCALL_ARG_BYTES &&
		    syscall_arg_length(call, desc, &arg, &length))
			len = min(len, max(length, 1));
	}
	return min(len, SYSCALL_DATA_MAX);
}

static int post_data(struct strace_layer *layer, const struct syscall_record *shown,
		     const struct syscall_command *cmd, struct strace_request *req)
{
	struct syscall_record record = {
		.kind = SYSCALL_RECORD_DATA,
		.tid = shown->tid,
		.arg = cmd->arg,
		.off = cmd->off,
		.text = req->data->data,
		.len = req->result,
	};

	return post_note(layer, &record, req->data);
}

/**
 * strace_post_address - let the tracer read an argument that is an address
 * @layer: the layer
 * @shown: the stop
 * @cmd: a command with the verb get-address
 *
 * Context: Process context, may sleep.
 * Return: 0, -EINVAL if the argument is no address, -EBUSY if the stop is not one
 * of a call, -EAGAIN if too many records wait for a reader, -ENOMEM.
 */
int strace_post_address(struct strace_layer *layer, const struct syscall_record *shown,
			const struct syscall_command *cmd)
{
	const struct syscall_command start = { .arg = cmd->arg };
	struct syscall_record record = {
		.kind = SYSCALL_RECORD_ADDRESS, .tid = shown->tid, .arg = cmd->arg,
	};
	int err = find_address(shown, &start, &record.off);

	return err ?: post_note(layer, &record, NULL);
}

/**
 * strace_access - read or write memory of a stopped task
 * @layer: the layer
 * @id: the stop
 * @tid: its thread, as in its record
 * @cmd: a command with the verb set or get
 *
 * The task itself does it, with the rights of the program. What get finds is
 * a record to be read.
 *
 * Context: Process context, may sleep.
 * Return: 0, -ESRCH if the stop is over, -EINVAL if the argument is no
 * address, -EFAULT if nothing can be read or not everything can be written,
 * -EPERM if the program is not dumpable any more,
 * -EBUSY if another tracer thread is at it or the stop is not one of a call,
 * -EAGAIN if too many records wait for a reader, -ENOMEM, -ERESTARTSYS or -EINTR for a signal.
 */
int strace_access(struct strace_layer *layer, u64 id, u32 tid,
		  const struct syscall_command *cmd)
{
	struct syscall_record record;
	struct strace_request *req;
	struct strace_event *event;
	u32 len = cmd->len;
	u64 addr;
	int err = -ESRCH;

	spin_lock(&layer->lock);
	event = find_reported(layer, id, tid);
	if (event) {
		record = event->record;
		err = find_address(&record, cmd, &addr);
		if (!err && !len)
			len = shown_length(&record, cmd, layer->limit);
	}
	spin_unlock(&layer->lock);
	if (err)
		return err;

	req = alloc_request(cmd, len);
	if (!req)
		return -ENOMEM;
	req->addr = addr;
	err = start_request(layer, id, tid, req);
	if (!err)
		err = wait_for_request(layer, id, tid, req);
	if (err > 0)
		err = req->write ? 0 : post_data(layer, &record, cmd, req);
	strace_put_request(req);
	return err;
}

/**
 * strace_poll - what can be done with a layer now
 * @layer: the layer
 * @file: the open file
 * @wait: as for any poll
 * @many: as in struct strace_wait
 *
 * Context: Process context.
 * Return: EPOLLIN if there is a record, EPOLLPRI if there is a stop, EPOLLHUP
 * if there is nothing to trace, EPOLLERR if the layer was taken away.
 */
__poll_t strace_poll(struct strace_layer *layer, struct file *file,
		     struct poll_table_struct *wait, bool many)
{
	__poll_t mask = EPOLLOUT | EPOLLWRNORM;
	u64 tail;

	poll_wait(file, &layer->wait, wait);
	strace_poke_log(layer);
	spin_lock(&layer->lock);
	tail = strace_log_tail(layer);
	if (next_note(layer, tail) || next_event(layer, many, tail) || has_log(layer, tail))
		mask |= EPOLLIN | EPOLLRDNORM;
	if (!list_empty(&layer->queued) || !list_empty(&layer->reported))
		mask |= EPOLLPRI;
	if (layer->state != STRACE_LAYER_ARMED || layer->gone == layer->generation)
		mask |= EPOLLHUP;
	if (layer->lost)
		mask |= EPOLLERR;
	spin_unlock(&layer->lock);
	return mask;
}

/**
 * strace_show_tracers - the line of /proc/<pid>/status
 * @m: the file
 * @task: the thread that it is of
 *
 * Context: Process context.
 */
void strace_show_tracers(struct seq_file *m, struct task_struct *task)
{
	struct strace_nest *nest = strace_get_nest(task);
	unsigned int i, n = 0;

	for (i = 0; nest && i < nest->nr; i++) {
		const struct strace_seat *seat = &nest->seats[i];

		n += strace_seat_is_live(seat) &&
		     (!seat->only || seat->only == READ_ONCE(task->strace));
	}
	strace_put_nest(nest);
	seq_put_decimal_ull(m, "\nSyscallTracers:\t", n);
}

#ifdef CONFIG_SYSCTL
static struct ctl_table strace_sysctls[] = {
	{
		.procname	= "syscall_trace",
		.data		= &strace_mode,
		.maxlen		= sizeof(int),
		.mode		= 0644,
		.proc_handler	= proc_dointvec_minmax,
		.extra1		= SYSCTL_ZERO,
		.extra2		= SYSCTL_TWO,
	},
};

static int __init strace_sysctl_init(void)
{
	register_sysctl_init("kernel", strace_sysctls);
	return 0;
}
late_initcall(strace_sysctl_init);
#endif /* CONFIG_SYSCTL */
