// SPDX-License-Identifier: GPL-2.0-only
/*
 * The tracee's side of /proc/<pid>/syscall: stopping calls and doing as told.
 *
 * Everything here but the hooks for new and ended tasks runs in the traced task
 * itself, at the border of a system call, without any lock held.
 */

#include <linux/binfmts.h>
#include <linux/cgroup.h>
#include <linux/compat.h>
#include <linux/cred.h>
#include <linux/freezer.h>
#include <linux/pagemap.h>
#include <linux/poll.h>
#include <linux/sched/coredump.h>
#include <linux/sched/jobctl.h>
#include <linux/sched/signal.h>
#include <linux/sched/task_stack.h>
#include <linux/signal.h>
#include <linux/security.h>
#include <linux/slab.h>
#include <linux/task_work.h>
#include <linux/uaccess.h>

#include <asm/syscall.h>
#include <asm/unistd.h>

#include "strace.h"

/* How often a call is judged again because it was changed in between. */
#define MAX_ROUNDS	16

/* ------------------------------- registers ------------------------------- */

static void read_regs(struct pt_regs *regs, struct strace_regs *r)
{
	r->nr = syscall_get_nr(current, regs);
	syscall_get_arguments(current, regs, r->args);
}

static void write_regs(struct task_struct *task, struct pt_regs *regs,
		       const struct strace_regs *r)
{
	syscall_set_nr(task, regs, r->nr);
	syscall_set_arguments(task, regs, r->args);
}

static bool regs_are_equal(const struct strace_regs *a, const struct strace_regs *b)
{
	unsigned long differences = a->nr ^ b->nr;
	unsigned int i;

	for (i = 0; i < SYSCALL_MAX_ARGS; i++)
		differences |= a->args[i] ^ b->args[i];
	return !differences;
}

static enum syscall_abi current_abi(void)
{
#ifdef CONFIG_X86_64
	if (in_ia32_syscall())
		return SYSCALL_ABI_I386;
	if (in_x32_syscall())
		return SYSCALL_ABI_X32;
#endif
	return SYSCALL_ABI_NATIVE;
}

static unsigned int abi_bit(enum syscall_abi abi)
{
#ifdef CONFIG_X86_X32_ABI
	if (abi == SYSCALL_ABI_X32)
		return __X32_SYSCALL_BIT;
#endif
	return 0;
}

static u64 abi_value(enum syscall_abi abi, unsigned long reg)
{
	return syscall_abi_word(abi) == 4 ? (u32)reg : reg;
}

static void regs_to_call(const struct strace_regs *r, struct syscall_call *call)
{
	unsigned int i;

	call->abi = current_abi();
	call->nr = r->nr & ~abi_bit(call->abi);
	if (call->abi == SYSCALL_ABI_NATIVE) {
		memcpy(call->args, r->args, sizeof(call->args));
		return;
	}
	for (i = 0; i < SYSCALL_MAX_ARGS; i++)
		call->args[i] = abi_value(call->abi, r->args[i]);
}

/* Registers whose meaning did not change keep what the ABI does not look at. */
static void call_to_regs(const struct syscall_call *call,
			 const struct strace_regs *program, struct strace_regs *r)
{
	unsigned int i;

	r->nr = call->nr | abi_bit(call->abi);
	for (i = 0; i < SYSCALL_MAX_ARGS; i++) {
		if (call->args[i] == abi_value(call->abi, program->args[i]))
			r->args[i] = program->args[i];
		else
			r->args[i] = call->args[i];
	}
}

/* Calls that are no business of the program's: kernel-made trampolines. */
static bool is_internal_call(const struct syscall_call *call)
{
#ifdef __NR_uretprobe
	return call->abi == SYSCALL_ABI_NATIVE && call->nr == __NR_uretprobe;
#else
	return false;
#endif
}

/*
 * What somebody else - a ptracer - wrote over the registers that the layers
 * left is from then on what the program set.
 */
static void adopt_foreign_changes(struct strace_task *st, const struct strace_regs *now)
{
	unsigned int i;

	if (now->nr != st->used.nr)
		st->program.nr = now->nr;
	for (i = 0; i < SYSCALL_MAX_ARGS; i++)
		if (now->args[i] != st->used.args[i])
			st->program.args[i] = now->args[i];
}

static bool is_sigreturn(const struct syscall_call *call)
{
	const struct syscall_desc *desc = syscall_desc(call->abi, call->nr);

	return desc && (!strcmp(desc->name, "rt_sigreturn") ||
			!strcmp(desc->name, "sigreturn"));
}

/* Give the program its own registers back. After sigreturn they are others. */
static noinline void restore_regs(struct strace_task *st, struct pt_regs *regs)
{
	struct strace_regs now;

	if (regs_are_equal(&st->used, &st->program))
		return;
	read_regs(regs, &now);
	if (now.nr == -1 && is_sigreturn(&st->call))
		return;
	adopt_foreign_changes(st, &now);
	write_regs(current, regs, &st->program);
}

/* ----------------------------- memory accesses --------------------------- */

static int write_memory(void __user *to, const u8 *from, u32 len)
{
	/* All of it or nothing, as far as can be told beforehand. */
	if (!access_ok(to, len) || fault_in_safe_writeable(to, len))
		return -EFAULT;
	return copy_to_user(to, from, len) ? -EFAULT : len;
}

static int read_memory(u8 *to, const void __user *from, u32 len)
{
	u32 left = copy_from_user(to, from, len);

	return left == len ? -EFAULT : len - left;
}

static void do_request(struct strace_layer *layer, struct strace_request *req)
{
	void __user *addr = (void __user *)(unsigned long)req->addr;

	if (!strace_layer_may_look(layer))
		req->result = -EPERM;
	else if (req->write)
		req->result = write_memory(addr, req->data->data, req->len);
	else
		req->result = read_memory(req->data->data, addr, req->len);
	/* Somebody may have been slow to bring the memory. */
	if (req->result == -EFAULT && fatal_signal_pending(current))
		req->result = -ESRCH;
	complete(&req->done);
	strace_put_request(req);
}

/* -------------------------------- stopping ------------------------------- */

static void wake_tracer(struct strace_layer *layer)
{
	wake_up_poll(&layer->wait, EPOLLIN | EPOLLRDNORM | EPOLLPRI);
}

/* The task is about to sleep: here is a CPU for the tracer. */
static void hand_cpu_to_tracer(struct strace_layer *layer)
{
	/* Whoever gets into the queue after this looks under the layer's lock then. */
	if (!waitqueue_active(&layer->wait))
		return;
	wake_up_poll_on_current_cpu(&layer->wait, EPOLLIN | EPOLLRDNORM | EPOLLPRI);
	/* It may run first: its answer then finds us awake. */
	cond_resched();
}

/* What a layer whose tracer is gone has left word of. */
static void set_closed_verdict(const struct strace_layer *layer, struct strace_event *event)
{
	lockdep_assert_held(&layer->lock);
	event->value = layer->onclose_value;
	if (layer->onclose == SYSCALL_ONCLOSE_KILL)
		event->verdict = STRACE_VERDICT_KILL;
	else if (event->record.kind == SYSCALL_RECORD_ENTRY)
		event->verdict = STRACE_VERDICT_VALUE;
	else
		event->verdict = STRACE_VERDICT_CONT;
}

/* Queue the stop. Return false if there is none, and the verdict is known. */
static bool post_event(const struct strace_seat *seat, struct strace_event *event)
{
	struct strace_layer *layer = seat->layer;
	bool armed, seated;

	event->record.tid = strace_tid(layer);
	if (event->record.kind == SYSCALL_RECORD_NEW)
		event->record.ret = pid_nr_ns(current->strace->maker, layer->ns);
	event->rewritten = false;
	event->verdict = STRACE_VERDICT_CONT;
	spin_lock(&layer->lock);
	seated = layer->generation == seat->generation;
	armed = seated && layer->state == STRACE_LAYER_ARMED;
	if (armed) {
		event->id = ++layer->next_id;
		event->layer = layer;
		event->log_pos = READ_ONCE(layer->log) ? strace_log_head(layer) : 0;
		event->state = STRACE_EVENT_QUEUED;
		list_add_tail(&event->node, &layer->queued);
	} else if (seated && layer->state == STRACE_LAYER_CLOSED) {
		set_closed_verdict(layer, event);
	}
	spin_unlock(&layer->lock);
	if (armed)
		hand_cpu_to_tracer(layer);
	return armed;
}

/* The stop is over, whatever became of it; a reader may wait for its place. */
static void drop_event(struct strace_layer *layer, struct strace_event *event)
{
	struct strace_request *req;
	bool waiting;

	spin_lock(&layer->lock);
	list_del_init(&event->node);
	event->state = STRACE_EVENT_IDLE;
	event->layer = NULL;
	req = event->request;
	WRITE_ONCE(event->request, NULL);
	waiting = !list_empty(&layer->queued);
	spin_unlock(&layer->lock);
	if (req) {
		req->result = -ESRCH;
		complete(&req->done);
		strace_put_request(req);
	}
	if (waiting)
		wake_tracer(layer);
}

/* Take the stop back, if nobody has seen it. */
static bool withdraw_event(struct strace_layer *layer, struct strace_event *event)
{
	bool unseen;

	spin_lock(&layer->lock);
	unseen = event->state == STRACE_EVENT_QUEUED && !event->request;
	if (unseen) {
		list_del_init(&event->node);
		event->state = STRACE_EVENT_IDLE;
		event->layer = NULL;
	}
	spin_unlock(&layer->lock);
	return unseen;
}

/*
 * A result that a tracer has left word of: it may be none that the call can
 * have. Of 32 bits, some numbers are errors.
 */
static s64 fit_result(const struct syscall_call *call, s64 value)
{
	if (syscall_abi_word(call->abi) != 4 || IS_ERR_VALUE(value))
		return value;
	if ((value != (u32)value && value != (s32)value) || IS_ERR_VALUE((long)(s32)value))
		return -ERANGE;
	return (s32)value;
}

static bool is_frozen_by_cgroup(void)
{
	return READ_ONCE(current->jobctl) & JOBCTL_TRAP_FREEZE;
}

/* Is it time to go on? Who answers wakes us afterwards: this needs no lock. */
static bool is_answered(const struct strace_event *event)
{
	/* Pairs with smp_store_release() in answer_event(). */
	return smp_load_acquire(&event->state) == STRACE_EVENT_ANSWERED;
}

/*
 * Take what the tracer wants done meanwhile. Once the stop is answered nothing more
 * is; drop_event() says so.
 */
static struct strace_request *take_request(struct strace_layer *layer,
					   struct strace_event *event)
{
	struct strace_request *req = NULL;

	if (!READ_ONCE(event->request) || is_frozen_by_cgroup() || cgroup_task_frozen(current))
		return NULL;
	spin_lock(&layer->lock);
	if (event->state != STRACE_EVENT_ANSWERED) {
		req = event->request;
		WRITE_ONCE(event->request, NULL);
	}
	spin_unlock(&layer->lock);
	return req;
}

static bool wants_signal(const struct strace_seat *seat, const struct strace_task *st, int sig)
{
	return strace_seat_is_live(seat) && strace_seat_covers(seat, st) &&
	       (READ_ONCE(seat->layer->signals) & BIT_ULL(sig - 1));
}

static bool is_wanted(const struct strace_nest *nest, const struct strace_task *st, int sig)
{
	unsigned int i;

	for (i = 0; nest && i < nest->nr; i++)
		if (wants_signal(&nest->seats[i], st, sig))
			return true;
	return false;
}

/**
 * strace_wants_signal - does a layer want to see a signal before it is delivered?
 * @task: whom it is sent to
 * @sig: the signal
 *
 * What would be fatal is not as long as a layer may discard it. What the kernel
 * has forced for good no layer is shown.
 *
 * Context: Any, with the task's siglock held.
 * Return: true if one does.
 */
bool strace_wants_signal(struct task_struct *task, int sig)
{
	const struct k_sigaction *action = &strace_sighand(task)->action[sig - 1];

	return task->strace && !(action->sa.sa_flags & SA_IMMUTABLE) &&
	       is_wanted(task->signal->strace_nest, task->strace, sig);
}

/**
 * enum interruption - what a signal that came during a stop asks for
 * @INTERRUPTION_NONE: nothing, it is delivered after the stop
 * @INTERRUPTION_FATAL: die
 * @INTERRUPTION_STOP: stop for job control or for a ptracer
 * @INTERRUPTION_FREEZE: freeze for the cgroup
 */
enum interruption {
	INTERRUPTION_NONE,
	INTERRUPTION_FATAL,
	INTERRUPTION_STOP,
	INTERRUPTION_FREEZE,
};

/*
 * What do pending signals ask for that have their default action? Many that kill
 * have become SIGKILL when they were sent, but not all. Nothing kills a ptraced
 * task before its ptracer says so.
 */
static enum interruption check_default_actions(void)
{
	enum interruption what = INTERRUPTION_NONE;
	sigset_t pending;
	int sig;

	lockdep_assert_held(strace_siglock(current));
	sigorsets(&pending, &current->pending.signal, &current->signal->shared_pending.signal);
	sigandnsets(&pending, &pending, &current->blocked);
	if (sigisemptyset(&pending))
		return INTERRUPTION_NONE;
	for (sig = 1; sig <= _NSIG; sig++) {
		if (!sigismember(&pending, sig) ||
		    strace_sighand(current)->action[sig - 1].sa.sa_handler != SIG_DFL)
			continue;
		if (sig_kernel_stop(sig))
			what = INTERRUPTION_STOP;
		else if (!sig_kernel_ignore(sig) && !current->ptrace &&
			 !strace_wants_signal(current, sig) &&
			 !(current->signal->flags & SIGNAL_UNKILLABLE))
			return INTERRUPTION_FATAL;
	}
	return what;
}

/*
 * The process's signals may look for another thread: this one does not handle
 * any soon, but is taken for one that does, as its flag is clear. Threads that
 * are stopped, too, would just hand them back.
 */
static void hand_over_signals(void)
{
	sigset_t rest;
	struct task_struct *t;

	lockdep_assert_held(strace_siglock(current));
	sigandnsets(&rest, &current->signal->shared_pending.signal, &current->blocked);
	for_other_threads(current, t) {
		sigset_t takes;

		if (sigisemptyset(&rest))
			break;
		if ((t->flags & PF_EXITING) || (t->strace && READ_ONCE(t->strace->waiting)))
			continue;
		sigandnsets(&takes, &rest, &t->blocked);
		if (sigisemptyset(&takes))
			continue;
		sigandnsets(&rest, &rest, &takes);
		if (!task_sigpending(t))
			signal_wake_up(t, false);
	}
}

/*
 * Look at what set TIF_SIGPENDING, and clear it so that the task can sleep on;
 * end_wait() sets it again. Whatever comes later sets it and wakes the task.
 */
static enum interruption check_signals(void)
{
	enum interruption what;

	spin_lock_irq(strace_siglock(current));
	if (__fatal_signal_pending(current))
		what = INTERRUPTION_FATAL;
	else
		what = check_default_actions();
	if (what == INTERRUPTION_NONE && (current->jobctl & JOBCTL_PENDING_MASK))
		what = INTERRUPTION_STOP;
	if (what == INTERRUPTION_NONE && (current->jobctl & JOBCTL_TRAP_FREEZE))
		what = INTERRUPTION_FREEZE;
	if (what != INTERRUPTION_FATAL) {
		clear_thread_flag(TIF_SIGPENDING);
		hand_over_signals();
	}
	spin_unlock_irq(strace_siglock(current));
	return what;
}

/* Work that was queued for the border of the kernel can be done here as well. */
static void do_task_work(void)
{
	clear_notify_signal();
	if (task_work_pending(current))
		task_work_run();
}

/*
 * Before the task goes on, what is pending must show again. After a call that is
 * to be restarted the flag must not get lost either, even if the signal is gone:
 * it is what makes the restart happen. Before a call it must not be there for
 * nothing: the call would fail for it.
 */
static void end_wait(bool keep_pending)
{
	if (cgroup_task_frozen(current))
		cgroup_leave_frozen(true);
	if (keep_pending || freezing(current)) {
		set_thread_flag(TIF_SIGPENDING);
		return;
	}
	spin_lock_irq(strace_siglock(current));
	recalc_sigpending();
	spin_unlock_irq(strace_siglock(current));
}

/* A wake-up that is no answer. Return false to give up waiting. */
static bool handle_interruption(struct strace_layer *layer, struct strace_event *event,
				bool may_withdraw, enum strace_verdict *verdict)
{
	enum interruption what;

	if (test_thread_flag(TIF_NOTIFY_SIGNAL)) {
		__set_current_state(TASK_RUNNING);
		do_task_work();
		return true;
	}
	what = check_signals();
	if (what == INTERRUPTION_FATAL) {
		*verdict = STRACE_VERDICT_DIE;
		return false;
	}
	if (what != INTERRUPTION_NONE && may_withdraw && withdraw_event(layer, event)) {
		*verdict = STRACE_VERDICT_RESTART;
		return false;
	}
	if (is_frozen_by_cgroup() && !cgroup_task_frozen(current)) {
		__set_current_state(TASK_RUNNING);
		cgroup_enter_frozen();
	}
	return true;
}

/* How long to wait for an answer, since @start; in jiffies. */
static long time_left(struct strace_layer *layer, unsigned long start)
{
	unsigned long timeout = READ_ONCE(layer->timeout), passed = jiffies - start;

	if (!timeout)
		return MAX_SCHEDULE_TIMEOUT;
	return passed < timeout ? timeout - passed : 0;
}

/* The tracer dawdles, unless it has answered just now. */
static void expire_event(struct strace_layer *layer, struct strace_event *event,
			 unsigned long start)
{
	spin_lock(&layer->lock);
	if (event->state != STRACE_EVENT_ANSWERED && !time_left(layer, start)) {
		list_del_init(&event->node);
		event->state = STRACE_EVENT_ANSWERED;
		/* A change that was not sent off is forgotten. */
		event->rewritten = false;
		event->value = fit_result(&event->record.call, layer->timeout_value);
		event->verdict = STRACE_VERDICT_CONT;
		if (layer->timeout_action == SYSCALL_ACTION_KILL)
			event->verdict = STRACE_VERDICT_KILL;
		else if (layer->timeout_action == SYSCALL_ACTION_VALUE &&
			 event->record.kind == SYSCALL_RECORD_ENTRY)
			event->verdict = STRACE_VERDICT_VALUE;
	}
	spin_unlock(&layer->lock);
}

/* The freezers' time is not the tracer's. These return how long it was. */
static unsigned long freeze(void)
{
	unsigned long start = jiffies;

	try_to_freeze();
	return jiffies - start;
}

static unsigned long sleep_uncounted(void)
{
	unsigned long start = jiffies;

	schedule();
	return jiffies - start;
}

/*
 * Sleep until the stop is answered. Ordinary signals wait, a fatal one does
 * not. Job control, ptrace and the freezers get the task if the stop can be
 * withdrawn; else the freezers get it where it is, and the others after it.
 */
static enum strace_verdict wait_for_answer(struct strace_layer *layer,
					   struct strace_event *event,
					   bool may_withdraw)
{
	enum strace_verdict verdict = STRACE_VERDICT_CONT;
	bool keep_pending = event->record.kind != SYSCALL_RECORD_ENTRY &&
			    signal_pending(current);
	bool interrupted = false, answered;
	unsigned long start = jiffies;
	struct strace_request *req;

	WRITE_ONCE(current->strace->waiting, true);
	for (;;) {
		/* Not freezable as it is: freezing wakes it, so that the time can be told. */
		set_current_state(TASK_INTERRUPTIBLE);
		answered = is_answered(event);
		if (answered && !is_frozen_by_cgroup()) {
			verdict = event->verdict;
			break;
		}
		if (cgroup_task_frozen(current) && !is_frozen_by_cgroup()) {
			__set_current_state(TASK_RUNNING);
			cgroup_leave_frozen(false);
		}
		req = take_request(layer, event);
		if (req) {
			__set_current_state(TASK_RUNNING);
			do_request(layer, req);
		}
		if (get_current_state() == TASK_RUNNING)
			continue;
		if (freezing(current)) {
			__set_current_state(TASK_RUNNING);
			start += freeze();
			interrupted = true;
			continue;
		}
		if (signal_pending(current)) {
			interrupted = true;
			if (!handle_interruption(layer, event, may_withdraw, &verdict))
				break;
			if (get_current_state() == TASK_RUNNING || signal_pending(current))
				continue;
		}
		/* Frozen, with its answer or without, for as long as it takes. */
		if (answered || cgroup_task_frozen(current))
			start += sleep_uncounted();
		else if (!READ_ONCE(layer->timeout))
			schedule();
		else if (!schedule_timeout(time_left(layer, start)))
			expire_event(layer, event, start);
	}
	__set_current_state(TASK_RUNNING);
	/* Either we see the signal, or who hands it over sees us. */
	smp_store_mb(current->strace->waiting, false);
	/* A sibling that is stopped may have left a signal for us to take. */
	if (interrupted || !sigisemptyset(&current->signal->shared_pending.signal))
		end_wait(keep_pending);
	return verdict;
}

/* Nothing kills the first process of the system: its call fails. */
static enum strace_verdict die(struct strace_event *event)
{
	do_send_sig_info(SIGKILL, SEND_SIG_PRIV, current, PIDTYPE_TGID);
	event->value = -EPERM;
	return fatal_signal_pending(current) ? STRACE_VERDICT_DIE : STRACE_VERDICT_VALUE;
}

/*
 * Stop for one layer with the record that is in the event. On return, the
 * answer's value and new call are in the event.
 */
static enum strace_verdict stop_for(struct strace_task *st, const struct strace_seat *seat,
				    bool may_withdraw)
{
	struct strace_layer *layer = seat->layer;
	struct strace_event *event = &st->event;
	enum strace_verdict verdict;

	event->read = false;
	if (fatal_signal_pending(current))
		return STRACE_VERDICT_DIE;
	if (!post_event(seat, event)) {
		verdict = event->verdict;
	} else {
		verdict = wait_for_answer(layer, event, may_withdraw);
		if (verdict != STRACE_VERDICT_RESTART) {
			drop_event(layer, event);
			st->seen = true;
		}
	}
	if (verdict == STRACE_VERDICT_KILL)
		verdict = die(event);
	/* Killed before or after the answer came: nothing more is done. */
	return fatal_signal_pending(current) ? STRACE_VERDICT_DIE : verdict;
}

/* --------------------------------- calls --------------------------------- */

/* The next call does not take the short way. */
static void be_careful(struct strace_task *st)
{
	st->versions = 0;
}

static noinline struct strace_nest *change_nest(struct strace_task *st)
{
	struct strace_nest *old = st->nest;

	spin_lock_irq(strace_siglock(current));
	st->nest = current->signal->strace_nest;
	if (st->nest)
		refcount_inc(&st->nest->refs);
	else if (!st->in_call)
		/* Else strace_exit() has yet to give the registers back. */
		clear_syscall_work(STRACE);
	spin_unlock_irq(strace_siglock(current));
	strace_put_nest(old);
	st->versions = 0;
	if (!st->nest)
		xa_destroy(&st->counts);
	return st->nest;
}

/* Use the newest nest; NULL if there is none any more. */
static inline struct strace_nest *refresh_nest(struct strace_task *st)
{
	struct strace_nest *old = st->nest;

	return old && READ_ONCE(current->signal->strace_nest) == old ? old : change_nest(st);
}

/* The record has nothing but registers. */
static void show_no_memory(struct strace_event *event)
{
	event->snapshot = NULL;
	memset(&event->record.data, 0, sizeof(event->record.data));
}

/*
 * Put what the call reads into the record. Return false if the call must fail
 * instead: it is then the event's value that the program sees.
 */
static __always_inline bool capture_entry(struct strace_task *st, struct strace_layer *layer,
					  struct syscall_call *call)
{
	struct strace_event *event = &st->event;
	u32 bind = READ_ONCE(layer->bind);
	int err = 0;

	if (bind != SYSCALL_BIND_OFF) {
		st->changed = true;
		err = strace_bind(st, call);
	}
	if (err && bind == SYSCALL_BIND_REQUIRE) {
		event->value = err;
		return false;
	}
	if (strace_layer_may_look(layer))
		strace_capture(st, call, READ_ONCE(layer->limit));
	else
		show_no_memory(event);
	if (bind != SYSCALL_BIND_OFF)
		event->record.data.unbound = strace_unbound(st, call);
	return true;
}

/* Nobody answers any more: what was staged is the tracee's. */
static void drop_fresh(struct strace_event *event)
{
	if (!event->fresh)
		return;
	kvfree(event->fresh);
	event->fresh = NULL;
}

/* Do what the tracer said. A call that has no room for its memory fails. */
static enum strace_verdict rewrite(struct strace_task *st, struct syscall_call *call,
				   enum strace_verdict verdict)
{
	struct strace_event *event = &st->event;
	struct syscall_call new = event->call;
	int err = event->fresh ? strace_place(st, &new, event->fresh) : 0;

	if (err) {
		event->value = err;
		return STRACE_VERDICT_VALUE;
	}
	*call = new;
	st->changed = true;
	return verdict;
}

static void drop_views(struct strace_task *st)
{
	struct strace_view *view;

	while ((view = st->views)) {
		st->views = view->next;
		kfree(view);
	}
}

/* The layer of seat @i has changed the call, which newer ones need not know. */
static int keep_view(struct strace_task *st, unsigned int i, const struct syscall_call *call)
{
	struct strace_view *view = kmalloc(sizeof(*view), GFP_KERNEL_ACCOUNT);

	if (!view)
		return -ENOMEM;
	*view = (struct strace_view) { .next = st->views, .seat = i, .call = *call };
	st->views = view;
	return 0;
}

/* The call as the layer of seat @i left it. */
static const struct syscall_call *view_of(const struct strace_task *st, unsigned int i)
{
	const struct syscall_call *call = &st->call;
	const struct strace_view *view;

	for (view = st->views; view && view->seat < i; view = view->next)
		call = &view->call;
	return call;
}

/* The layer of seat @i stops the call. */
static enum strace_verdict judge(struct strace_task *st, unsigned int i,
				 struct syscall_call *call, bool vsyscall)
{
	const struct strace_seat *seat = &st->nest->seats[i];
	struct strace_event *event = &st->event;
	enum strace_verdict verdict;

	event->fixed_nr = vsyscall;
	event->rewritten = false;
	if (!capture_entry(st, seat->layer, call))
		return STRACE_VERDICT_VALUE;
	event->record.kind = SYSCALL_RECORD_ENTRY;
	event->record.call = *call;
	verdict = stop_for(st, seat, !vsyscall && !st->seen);
	if (verdict == STRACE_VERDICT_REPORT) {
		st->report |= BIT_ULL(i);
		verdict = STRACE_VERDICT_STEP;
	}
	if (verdict == STRACE_VERDICT_STEP)
		st->step |= BIT_ULL(i);
	if (event->rewritten && (verdict == STRACE_VERDICT_CONT ||
				 verdict == STRACE_VERDICT_STEP))
		verdict = rewrite(st, call, verdict);
	drop_fresh(event);
	return verdict;
}

/* The layer of seat @i logs the call. */
static enum strace_verdict note_for_log(struct strace_task *st, unsigned int i,
					struct syscall_call *call)
{
	struct strace_layer *layer = st->nest->seats[i].layer;

	if (!capture_entry(st, layer, call))
		return STRACE_VERDICT_VALUE;
	strace_log_entry(st, i, call);
	st->step |= BIT_ULL(i);
	st->log |= BIT_ULL(i);
	if (READ_ONCE(layer->out))
		st->log_out |= BIT_ULL(i);
	else
		st->log_out &= ~BIT_ULL(i);
	return STRACE_VERDICT_CONT;
}

/* The layer of seat @i sees the call: @action is to stop it, or to log it. */
static enum strace_verdict show_call(struct strace_task *st, unsigned int i, u32 action,
				     struct syscall_call *call, bool vsyscall)
{
	if (action == SYSCALL_ACTION_LOG)
		return note_for_log(st, i, call);
	return judge(st, i, call, vsyscall);
}

/* The same, and newer layers wait for the result: they know the call as it was. */
static noinline enum strace_verdict show_call_under_newer(struct strace_task *st, unsigned int i,
							  u32 action, struct syscall_call *call,
							  bool vsyscall)
{
	struct syscall_call before = *call;
	enum strace_verdict verdict = show_call(st, i, action, call, vsyscall);

	if (!memcmp(&before, call, sizeof(before)) ||
	    (verdict != STRACE_VERDICT_CONT && verdict != STRACE_VERDICT_STEP))
		return verdict;
	st->event.value = keep_view(st, i, &before);
	return st->event.value ? STRACE_VERDICT_VALUE : verdict;
}

/* The layer of seat @i decides the call: by its rules, or by a stop, or not at all. */
static enum strace_verdict decide(struct strace_task *st, unsigned int i,
				  struct syscall_call *call, bool vsyscall)
{
	s64 value = 0;
	u32 action = strace_decide(st, st->nest->seats[i].layer, call, &value);

	switch (action) {
	case SYSCALL_ACTION_STOP:
	case SYSCALL_ACTION_LOG:
		if (st->step >> i >> 1)
			return show_call_under_newer(st, i, action, call, vsyscall);
		return show_call(st, i, action, call, vsyscall);
	case SYSCALL_ACTION_VALUE:
		st->event.value = fit_result(call, value);
		return STRACE_VERDICT_VALUE;
	case SYSCALL_ACTION_KILL:
		return die(&st->event);
	default:
		return STRACE_VERDICT_CONT;
	}
}

/*
 * Let all layers judge the call, the newest first. What one of them does not
 * let run the older ones do not see. @known: what the only layer is known to have
 * decided, to stop or to log; or 0
 */
static enum strace_verdict judge_all(struct strace_task *st, struct syscall_call *call,
				     bool vsyscall, u32 known)
{
	enum strace_verdict verdict = STRACE_VERDICT_CONT;
	struct strace_nest *nest = st->nest;
	/* Nothing has changed since all were looked at; while they are asked it may. */
	bool stale = false, looked = st->versions;
	unsigned int i;

	if (known)
		return show_call(st, 0, known, call, vsyscall);
	for (i = nest->nr; i-- > 0;) {
		struct strace_seat *seat = &nest->seats[i];

		if (looked)
			verdict = decide(st, i, call, vsyscall);
		else if (strace_seat_is_stale(seat))
			stale = true;
		else if (strace_seat_is_live(seat) && strace_seat_covers(seat, st))
			verdict = decide(st, i, call, vsyscall);
		looked = false;
		if (verdict != STRACE_VERDICT_CONT && verdict != STRACE_VERDICT_STEP)
			break;
	}
	if (stale)
		strace_prune_nest();
	return verdict;
}

static void set_result(struct pt_regs *regs, s64 value)
{
	bool failed = value < 0 && value >= -MAX_ERRNO;

	syscall_set_return_value(current, regs, failed ? value : 0, failed ? 0 : value);
}

/* The call does not run; what newer layers and the program see is @value. */
static void skip_call(struct strace_task *st, struct pt_regs *regs, s64 value)
{
	if (st->changed)
		write_regs(current, regs, &st->program);
	st->changed = false;
	set_result(regs, value);
}

static bool is_restart(const struct syscall_call *call)
{
	const struct syscall_desc *desc = syscall_desc(call->abi, call->nr);

	return desc && !strcmp(desc->name, "restart_syscall");
}

/* What an interrupted call left for its restart stays until another call is made. */
static noinline void begin_with_room(struct strace_task *st)
{
	struct syscall_call call;

	regs_to_call(&st->program, &call);
	if (!is_restart(&call))
		strace_release(&st->room);
}

/* A new call begins, or the same once more. */
static void begin_call(struct strace_task *st, struct pt_regs *regs)
{
	/* Before it is judged again it was made what the program set. */
	read_regs(regs, &st->program);
	if (st->room.area)
		begin_with_room(st);
	st->bound.mask = 0;
	drop_views(st);
	strace_drop_logged(st);
	if (!st->again) {
		st->in_call = false;
		st->rounds = 0;
		st->step = 0;
		st->report = 0;
		st->log = 0;
		st->seen = false;
	}
	st->again = false;
	st->changed = false;
	/* Too late to tell of it. */
	st->newborn = false;
	st->executed = false;
}

/*
 * Look at all layers: if they are live, and for this task, that need not be asked
 * again until one of them changes. @idle: cleared if one wants anything
 */
static u64 look_at_layers(const struct strace_task *st, const struct strace_nest *nest,
			  bool *idle)
{
	u64 versions = 0;
	unsigned int i;

	for (i = 0; i < nest->nr; i++)
		versions += atomic64_read(&nest->seats[i].layer->version);
	/* Pairs with strace_layer_changed(). */
	smp_rmb();
	for (i = 0; i < nest->nr; i++) {
		const struct strace_seat *seat = &nest->seats[i];
		const struct strace_policy *policy;

		if (!strace_seat_is_live(seat) || !strace_seat_covers(seat, st))
			return 0;
		rcu_read_lock();
		policy = rcu_dereference(seat->layer->policy);
		if (!policy || !policy->is_empty || READ_ONCE(seat->layer->events))
			*idle = false;
		rcu_read_unlock();
		if (!policy)
			return 0;
	}
	return versions;
}

/*
 * No layer wants anything of this task's calls: they take the short way, until
 * strace_wake_work().
 */
static bool stop_looking(struct strace_task *st)
{
	bool idle = true, stopped;

	spin_lock_irq(strace_siglock(current));
	stopped = current->signal->strace_nest == st->nest &&
		  look_at_layers(st, st->nest, &idle) && idle;
	if (stopped)
		clear_syscall_work(STRACE);
	spin_unlock_irq(strace_siglock(current));
	return stopped;
}

/* If there are no versions there may be no layers, or some that have no policy. */
static __always_inline bool may_glance(const struct strace_task *st, u32 nr)
{
	return st->versions && READ_ONCE(current->signal->strace_nest) == st->nest &&
	       nr < SYSCALL_SET_BITS;
}

/*
 * If there is but one layer, what does it decide? COUNT if it takes more to know. What
 * changes meanwhile changes too late for this call, or is seen when it is judged.
 */
static __always_inline u8 ask_only_layer(const struct strace_task *st, u32 abi, u32 nr)
{
	struct strace_layer *layer;
	u8 decision;

	if (!may_glance(st, nr) || st->nest->nr != 1)
		return STRACE_DECISION_COUNT;
	nr = array_index_nospec(nr, SYSCALL_SET_BITS);
	layer = st->nest->seats[0].layer;
	if (atomic64_read(&layer->version) != st->versions)
		return STRACE_DECISION_COUNT;
	rcu_read_lock();
	decision = rcu_dereference(layer->policy)->decisions[abi][nr];
	rcu_read_unlock();
	return decision;
}

/*
 * What do the layers want of a call, as can be seen at a glance? PASS if none wants to
 * see it; what the newest that does decides, with its policy; or STOP if it is not so
 * simple. RCU is held.
 */
static __always_inline u8 glance(struct strace_task *st, u32 abi, u32 nr,
				 const struct strace_policy **policy)
{
	const struct strace_nest *nest = st->nest;
	u8 decision = STRACE_DECISION_PASS;
	u64 versions = 0;
	unsigned int i;

	if (!may_glance(st, nr)) {
		be_careful(st);
		return STRACE_DECISION_STOP;
	}
	nr = array_index_nospec(nr, SYSCALL_SET_BITS);
	for (i = nest->nr; i-- > 0;) {
		struct strace_layer *layer = nest->seats[i].layer;

		versions += atomic64_read(&layer->version);
		if (decision != STRACE_DECISION_PASS)
			continue;
		*policy = rcu_dereference(layer->policy);
		decision = (*policy)->decisions[abi][nr];
	}
	if (likely(versions == st->versions))
		return decision;
	be_careful(st);
	return STRACE_DECISION_STOP;
}

static u8 glance_at_call(struct strace_task *st, struct pt_regs *regs)
{
	enum syscall_abi abi = current_abi();
	const struct strace_policy *policy;
	u8 decision;

	rcu_read_lock();
	decision = glance(st, abi, syscall_get_nr(current, regs) & ~abi_bit(abi), &policy);
	rcu_read_unlock();
	return decision;
}

/* Something may have changed. Return false if nobody is interested, and we stop looking. */
static bool look_again(struct strace_task *st)
{
	bool idle = true;

	st->versions = look_at_layers(st, st->nest, &idle);
	return !st->versions || !idle || st->room.area || !stop_looking(st);
}

/* Does the thread end in it? */
static bool is_last_call(const struct syscall_call *call)
{
	const struct syscall_desc *desc = syscall_desc(call->abi, call->nr);

	return desc && (desc->classes & SYSCALL_CLASS_PROCESS) &&
	       (!strcmp(desc->name, "exit") || !strcmp(desc->name, "exit_group"));
}

static void use_changed_call(struct strace_task *st, struct pt_regs *regs)
{
	struct strace_regs now;

	read_regs(regs, &now);
	call_to_regs(&st->call, &st->program, &st->used);
	if (!regs_are_equal(&st->used, &now))
		write_regs(current, regs, &st->used);
}

/* Do to the call what the layers said. Return true if it must not run. */
static bool obey(struct strace_task *st, struct pt_regs *regs, enum strace_verdict verdict,
		 bool vsyscall)
{
	switch (verdict) {
	case STRACE_VERDICT_VALUE:
		if (st->step)
			strace_note_rooms(st, &st->call);
		skip_call(st, regs, st->event.value);
		return true;
	case STRACE_VERDICT_RESTART:
	case STRACE_VERDICT_DIE:
		/*
		 * Should a sibling take the signal that was to kill us, the call
		 * is made again; a vsyscall cannot be.
		 */
		skip_call(st, regs, vsyscall ? -EINTR : -ERESTARTNOINTR);
		st->in_call = false;
		strace_release(&st->room);
		set_thread_flag(TIF_SIGPENDING);
		return true;
	default:
		if (st->log && is_last_call(&st->call)) {
			strace_log_end(st, true);
			strace_drop_logged(st);
		}
		/* Unless nobody can ask for what it writes. */
		if (st->step & (~st->log | st->log_out))
			strace_note_rooms(st, &st->call);
		if (st->changed)
			use_changed_call(st, regs);
		return false;
	}
}

/* @known: what ask_only_layer() knows that the call is to stop for or to be logged; or 0 */
static bool enter(struct pt_regs *regs, bool vsyscall, u32 known)
{
	struct strace_task *st;

	/* Pairs with smp_store_release() in hand_out_slots(). */
	smp_rmb();
	st = current->strace;
	if (!st)
		return false;
	begin_call(st, regs);
	/* Nobody has glanced at it. */
	if (vsyscall)
		be_careful(st);
	if (!refresh_nest(st)) {
		strace_release(&st->room);
		return false;
	}
	if (!st->versions) {
		known = 0;
		/* Who does not look any more does not see the end of this call either. */
		if (!look_again(st)) {
			st->in_call = false;
			return false;
		}
	}
	/* -1 is no call, not even an unknown one. */
	if (st->program.nr == -1)
		return false;
	regs_to_call(&st->program, &st->call);
	if (is_internal_call(&st->call))
		return false;

	st->in_call = true;
	/* A ptracer and a layer may undo each other's changes for ever. */
	if (st->rounds++ == MAX_ROUNDS) {
		skip_call(st, regs, -EPERM);
		return true;
	}
	return obey(st, regs, judge_all(st, &st->call, vsyscall, known), vsyscall);
}

/* There is more to it than one layer that does not want to see the call. */
static noinline bool enter_seen(struct strace_task *st, struct pt_regs *regs,
				enum syscall_abi abi, u32 nr)
{
	const struct strace_policy *policy;
	bool has_value = false;
	u8 decision;
	s64 value;

	rcu_read_lock();
	decision = glance(st, abi, nr, &policy);
	/* Of 32 bits not all values fit. */
	if (decision >= STRACE_DECISION_RULE && abi != SYSCALL_ABI_I386)
		has_value = strace_has_value(policy, decision, &value);
	rcu_read_unlock();
	if (decision != STRACE_DECISION_PASS && !has_value)
		return enter(regs, false, 0);
	st->in_call = false;
	if (has_value)
		set_result(regs, value);
	return has_value;
}

/**
 * strace_enter - let the layers judge a call that is about to be made
 * @regs: the program's registers; changed as the layers say
 *
 * Stands after ptrace, so that no ptracer can change a call that a layer has
 * judged, and before seccomp, so that no layer can get a call past the
 * program's own filter.
 *
 * Context: The task itself, at the entry of a system call; sleeps.
 * Return: true if the call must not run; its result is in @regs.
 */
bool strace_enter(struct pt_regs *regs)
{
	struct strace_task *st = current->strace;
	enum syscall_abi abi = current_abi();
	u32 nr = syscall_get_nr(current, regs) & ~abi_bit(abi);

	if (!st)
		return false;
	switch (ask_only_layer(st, abi, nr)) {
	case STRACE_DECISION_PASS:
		st->in_call = false;
		return false;
	case STRACE_DECISION_STOP:
		return enter(regs, false, SYSCALL_ACTION_STOP);
	case STRACE_DECISION_LOG:
		return enter(regs, false, SYSCALL_ACTION_LOG);
	default:
		return enter_seen(st, regs, abi, nr);
	}
}

/**
 * strace_enter_vsyscall - the same for an emulated vsyscall
 * @regs: the program's registers, with the number of the call that it stands for
 *
 * It cannot become another call and cannot be restarted.
 *
 * Context: The task itself, in the page fault; sleeps.
 * Return: true if the call must not run; its result is in @regs.
 */
bool strace_enter_vsyscall(struct pt_regs *regs)
{
	return strace_work_pending() && enter(regs, true, 0);
}

/**
 * strace_call_is_judged - is the task in a call that the layers have judged?
 *
 * Context: The task itself.
 * Return: true between strace_enter() and strace_exit().
 */
bool strace_call_is_judged(void)
{
	return current->strace && current->strace->in_call;
}

/* A call that the layers let pass, or that was none, may have become another one. */
static bool is_unjudged(struct strace_task *st, struct pt_regs *regs)
{
	struct syscall_call call;
	struct strace_regs now;

	read_regs(regs, &now);
	regs_to_call(&now, &call);
	return st->nest && now.nr != -1 && !is_internal_call(&call) &&
	       glance_at_call(st, regs) != STRACE_DECISION_PASS;
}

/**
 * strace_call_changed - did somebody change the call after it was judged?
 * @regs: the program's registers
 *
 * SECCOMP_RET_TRACE lets a ptracer do so. The next strace_enter() is for the
 * same call then.
 *
 * Context: The task itself, at the entry of a system call.
 * Return: true if the layers must judge again.
 */
bool strace_call_changed(struct pt_regs *regs)
{
	struct strace_task *st = current->strace;
	struct strace_regs now;

	if (!st)
		return false;
	if (!st->in_call)
		return is_unjudged(st, regs);
	if (!st->changed)
		st->used = st->program;
	read_regs(regs, &now);
	if (regs_are_equal(&now, &st->used))
		return false;
	/* From the beginning: no layer is to see what older ones made of it. */
	adopt_foreign_changes(st, &now);
	write_regs(current, regs, &st->program);
	st->step = 0;
	st->report = 0;
	st->log = 0;
	st->again = true;
	be_careful(st);
	return true;
}

static s64 get_result(struct pt_regs *regs)
{
	return syscall_get_error(current, regs) ?:
	       syscall_get_return_value(current, regs);
}

/* Make the record of a stop after the call, for the layer of seat @i. */
static void prepare_exit(struct strace_task *st, unsigned int i, s64 result)
{
	struct strace_layer *layer = st->nest->seats[i].layer;
	const struct syscall_call *call = view_of(st, i);
	struct strace_event *event = &st->event;

	event->record.kind = SYSCALL_RECORD_EXIT;
	event->record.call = *call;
	event->record.ret = result;
	show_no_memory(event);
	if (READ_ONCE(layer->out) && strace_layer_may_look(layer))
		strace_capture_out(st, call, result, READ_ONCE(layer->limit));
}

/* Write the record of the call, for the layer of seat @i. */
static void log_result(struct strace_task *st, unsigned int i, s64 result)
{
	struct strace_layer *layer = st->nest->seats[i].layer;

	st->event.record.ret = result;
	show_no_memory(&st->event);
	if ((st->log_out & BIT_ULL(i)) && strace_layer_may_look(layer))
		strace_capture_out(st, view_of(st, i), result, READ_ONCE(layer->limit));
	strace_log_exit(st, i);
}

/*
 * Let the layers that asked for it see the result, the oldest first, each what
 * the one before it made of it.
 */
static s64 show_result(struct strace_task *st, s64 result)
{
	struct strace_event *event = &st->event;
	unsigned int i;

	for (i = 0; i < st->nest->nr; i++) {
		enum strace_verdict verdict;

		if (!(st->step & BIT_ULL(i)))
			continue;
		if (st->log & BIT_ULL(i)) {
			log_result(st, i, result);
			continue;
		}
		prepare_exit(st, i, result);
		if (st->report & BIT_ULL(i)) {
			event->record.kind = SYSCALL_RECORD_RESULT;
			strace_post_result(st, &st->nest->seats[i]);
			continue;
		}
		verdict = stop_for(st, &st->nest->seats[i], false);
		if (verdict == STRACE_VERDICT_VALUE)
			result = event->value;
		else if (verdict == STRACE_VERDICT_DIE)
			break;
	}
	return result;
}

static bool wants_events(const struct strace_seat *seat, const struct strace_task *st)
{
	return strace_seat_is_live(seat) && strace_seat_covers(seat, st) &&
	       READ_ONCE(seat->layer->events);
}

/* Does the layer not know of the task's birth? Its seat at that time, or -1. */
static int find_untold(const struct strace_task *st, const struct strace_layer *layer)
{
	unsigned int i;

	for (i = 0; st->untold_nest && i < st->untold_nest->nr; i++)
		if ((st->untold & BIT_ULL(i)) && st->untold_nest->seats[i].layer == layer)
			return i;
	return -1;
}

/* Stop for each layer that wants to know, with the record that is in the event. */
static void tell_layers(struct strace_task *st)
{
	bool birth = st->event.record.kind == SYSCALL_RECORD_NEW;
	enum strace_verdict verdict;
	unsigned int i;
	int untold;

	for (i = 0; i < st->nest->nr; i++) {
		struct strace_seat *seat = &st->nest->seats[i];

		if (!wants_events(seat, st))
			continue;
		verdict = stop_for(st, seat, false);
		untold = birth ? (int)i : find_untold(st, seat->layer);
		/* Who has not read that it began is not told that it ended. */
		if (birth && !st->event.read)
			st->untold |= BIT_ULL(i);
		else if (untold >= 0 && st->event.read)
			st->untold &= ~BIT_ULL(untold);
		if (verdict != STRACE_VERDICT_DIE)
			continue;
		if (birth)
			st->untold |= (~0ULL << i) << 1;
		break;
	}
	if (birth && st->untold) {
		refcount_inc(&st->nest->refs);
		st->untold_nest = st->nest;
	}
}

static void begin_event(struct strace_task *st, u32 kind)
{
	st->event.record.kind = kind;
	show_no_memory(&st->event);
}

/* The task is about to run for the first time. */
static void tell_birth(struct strace_task *st)
{
	st->newborn = false;
	if (refresh_nest(st)) {
		begin_event(st, SYSCALL_RECORD_NEW);
		tell_layers(st);
	}
	put_pid(st->maker);
	st->maker = NULL;
}

static void forget_exec(struct strace_task *st)
{
	st->executed = false;
	kfree(st->exec_path);
	st->exec_path = NULL;
}

/* The task is about to run another program. */
static void tell_exec(struct strace_task *st)
{
	if (refresh_nest(st)) {
		begin_event(st, SYSCALL_RECORD_EXEC);
		strace_capture_path(st, st->exec_path);
		tell_layers(st);
	}
	forget_exec(st);
}

/* The end of a call that was judged. */
static void exit_judged(struct strace_task *st, struct pt_regs *regs)
{
	s64 result, shown;

	st->in_call = false;
	if (st->changed)
		restore_regs(st, regs);
	result = get_result(regs);
	if (st->step) {
		shown = show_result(st, result);
		if (shown != result)
			set_result(regs, shown);
		drop_views(st);
	}
	/* The restart may find what the call was given where it was. */
	if (result == -ERESTART_RESTARTBLOCK)
		be_careful(st);
	else if (st->room.area)
		strace_release(&st->room);
}

static noinline void exit_with_work(struct strace_task *st, struct pt_regs *regs)
{
	/* The kernel gave the program up when it had taken over, and kills it. */
	if (st->executed && syscall_get_error(current, regs))
		forget_exec(st);
	if (st->newborn)
		tell_birth(st);
	if (st->in_call)
		exit_judged(st, regs);
	if (st->executed)
		tell_exec(st);
}

/**
 * strace_exit - let the layers see the result of a call
 * @regs: the program's registers; changed as the layers say, and what they
 *	changed on entry restored
 *
 * Context: The task itself, at the exit of a system call; sleeps.
 */
void strace_exit(struct pt_regs *regs)
{
	struct strace_task *st = current->strace;

	/* Nobody wanted to see it, or tracing began in the middle of it. */
	if (!st || (!st->in_call && !st->newborn && !st->executed))
		return;
	exit_with_work(st, regs);
}

/* --------------------------------- signals ------------------------------- */

/* Threads that the kernel makes for its own work, and that never leave it. */
static bool is_worker(const struct task_struct *task)
{
	return task->flags & (PF_KTHREAD | PF_USER_WORKER);
}

/* What a program sees of who sent it, and what came with it. */
static void describe_signal(const kernel_siginfo_t *info, struct syscall_siginfo *to)
{
	*to = (struct syscall_siginfo) { .sig = info->si_signo, .code = info->si_code };
	switch (siginfo_layout(info->si_signo, info->si_code)) {
	case SIL_KILL:
		to->pid = info->si_pid;
		to->uid = info->si_uid;
		break;
	case SIL_CHLD:
		to->pid = info->si_pid;
		to->uid = info->si_uid;
		to->value = info->si_status;
		break;
	case SIL_RT:
		to->pid = info->si_pid;
		to->uid = info->si_uid;
		to->value = (unsigned long)info->si_ptr;
		break;
	case SIL_TIMER:
		to->value = (unsigned long)info->si_ptr;
		break;
	case SIL_POLL:
		to->value = info->si_band;
		break;
	case SIL_SYS:
		to->value = (unsigned long)info->si_call_addr;
		break;
	default:
		to->value = (unsigned long)info->si_addr;
	}
}

/* Another signal than the one that was sent: from the tracer, as it were. */
static void make_siginfo(kernel_siginfo_t *info, int sig)
{
	clear_siginfo(info);
	info->si_signo = sig;
	info->si_code = SI_USER;
	info->si_pid = task_tgid_vnr(current);
	info->si_uid = from_kuid_munged(current_user_ns(), current_uid());
}

/*
 * Let the layers that want it judge a signal, the oldest first, each what the
 * one before it made of it. Return the signal, 0 for none.
 */
static int judge_signal(struct strace_task *st, int sig, kernel_siginfo_t *info)
{
	unsigned int i;

	if (!refresh_nest(st))
		return sig;
	for (i = 0; i < st->nest->nr && sig; i++) {
		enum strace_verdict verdict;

		if (!wants_signal(&st->nest->seats[i], st, sig))
			continue;
		begin_event(st, SYSCALL_RECORD_SIGNAL);
		describe_signal(info, &st->event.record.siginfo);
		verdict = stop_for(st, &st->nest->seats[i], false);
		/* Another signal is the end: this one was not let through. */
		if (verdict == STRACE_VERDICT_DIE)
			return fatal_signal_pending(current) ? sig : 0;
		if (verdict != STRACE_VERDICT_VALUE || st->event.value == sig ||
		    st->event.value < 0)
			continue;
		sig = st->event.value;
		if (sig)
			make_siginfo(info, sig);
		/* No tracer is asked about that one. */
		if (sig == SIGKILL)
			break;
	}
	return sig;
}

/**
 * strace_stop_for_signal - let the layers see a signal before it is delivered
 * @sig: the signal
 * @info: what came with it; changed when it becomes another one
 * @type: whether it was sent to the thread or to the process
 *
 * Never SIGKILL, nor a signal that the kernel has forced for good.
 *
 * Context: get_signal(), with siglock held, which is dropped meanwhile.
 * Return: the signal to deliver, or 0 if there is none (any more).
 */
int strace_stop_for_signal(int sig, struct kernel_siginfo *info, enum pid_type type)
{
	struct strace_task *st = current->strace;
	struct sighand_struct *sighand = strace_sighand(current);
	int sent = sig;

	if (!st || sig == SIGKILL || is_worker(current) || !strace_wants_signal(current, sig))
		return sig;
	/* As in ptrace_signal(): a SIGCONT that comes meanwhile undoes a stop. */
	current->jobctl |= JOBCTL_STOP_DEQUEUED;
	spin_unlock_irq(&sighand->siglock);
	sig = judge_signal(st, sig, info);
	spin_lock_irq(&sighand->siglock);
	/* A fault that would kill the init of a container has made it killable. */
	if (sig != sent && is_child_reaper(task_pid(current->group_leader)))
		current->signal->flags |= SIGNAL_UNKILLABLE;
	if (sig && sig != SIGKILL &&
	    (sigismember(&current->blocked, sig) || fatal_signal_pending(current))) {
		send_signal_locked(sig, info, current, type);
		sig = 0;
	}
	return sig;
}

/* --------------------------- tasks come and go --------------------------- */

/* Layers that were on their way to a new process. */
static void drop_birth(struct strace_nest *nest)
{
	unsigned int i;

	for (i = 0; nest && i < nest->nr; i++)
		strace_target_gone(&nest->seats[i]);
	strace_put_nest(nest);
}

static int dup_slot(struct task_struct *child)
{
	struct strace_task *st = strace_alloc_task(child);

	child->strace = st;
	if (!st)
		return -ENOMEM;
	st->newborn = true;
	st->maker = get_task_pid(current, PIDTYPE_PID);
	return 0;
}

/* A new process has those layers of its parent that follow. */
static int dup_layers(struct task_struct *child, u64 clone_flags)
{
	struct strace_nest *from = strace_get_nest(current), *birth;
	int err;

	if (!from)
		return 0;
	birth = strace_follow(from, current->strace);
	strace_put_nest(from);
	if (IS_ERR_OR_NULL(birth))
		return PTR_ERR_OR_ZERO(birth);
	err = dup_slot(child);
	if (err) {
		drop_birth(birth);
		return err;
	}
	child->strace->birth = birth;
	/* They may be later with the parent's own. */
	if (!(clone_flags & CLONE_VM) && strace_nest_wants_real_calls(birth))
		vdso_trap_new_mm(child->mm);
	return 0;
}

/**
 * strace_dup_task - prepare to trace a new thread or process
 * @child: the new task, not running yet
 * @clone_flags: as for clone()
 *
 * CLONE_UNTRACED is the program's wish, and none of its tracers'.
 *
 * Context: The parent; may sleep. strace_cancel_fork() undoes it.
 * Return: 0 or -ENOMEM.
 */
int strace_dup_task(struct task_struct *child, u64 clone_flags)
{
	if (!current->strace || is_worker(child))
		return 0;
	return clone_flags & CLONE_THREAD ? dup_slot(child) : dup_layers(child, clone_flags);
}

/**
 * strace_cancel_fork - a new task does not come to be
 * @child: the task
 *
 * Context: The parent; may sleep.
 */
void strace_cancel_fork(struct task_struct *child)
{
	struct strace_task *st = child->strace;

	if (!st)
		return;
	drop_birth(st->birth);
	st->birth = NULL;
}

/**
 * strace_fork_regs - give a new task the registers that the program set
 * @child: the new task, not running yet, its registers copied
 *
 * The child returns from the call that the program made, not from the one that
 * the layers made of it.
 *
 * Context: The parent.
 */
void strace_fork_regs(struct task_struct *child)
{
	struct strace_task *st = current->strace;

	if (!st || !st->in_call || is_worker(child))
		return;
	if (st->changed && !regs_are_equal(&st->used, &st->program))
		write_regs(child, task_pt_regs(child), &st->program);
}

static bool has_seat_for_all(const struct strace_nest *nest)
{
	unsigned int i;

	for (i = 0; i < nest->nr; i++)
		if (!nest->seats[i].only)
			return true;
	return false;
}

static bool has_like(const struct strace_nest *nest, const struct strace_seat *seat)
{
	unsigned int i;

	for (i = 0; nest && i < nest->nr; i++)
		if (nest->seats[i].layer == seat->layer &&
		    nest->seats[i].generation == seat->generation)
			return true;
	return false;
}

/* Does a layer follow that the new process would not have? */
static bool lacks_follower(const struct strace_nest *nest, const struct strace_nest *birth)
{
	unsigned int i;

	for (i = 0; nest && i < nest->nr; i++) {
		const struct strace_seat *seat = &nest->seats[i];

		if (READ_ONCE(seat->layer->follow) && strace_seat_is_live(seat) &&
		    strace_seat_covers(seat, current->strace) &&
		    !has_like(birth, seat))
			return true;
	}
	return false;
}

/* Was the child prepared for the layers that there are now? */
static bool is_prepared(struct strace_nest *nest, struct strace_task *st, u64 clone_flags)
{
	if (clone_flags & CLONE_THREAD)
		return st || !nest || !has_seat_for_all(nest);
	return !lacks_follower(nest, st ? st->birth : NULL);
}

/**
 * strace_link_child - put a new thread or process under its layers
 * @child: the new task, about to become visible
 * @clone_flags: as for clone()
 *
 * Context: The parent, with siglock held.
 * Return: 0, or -ERESTARTNOINTR if tracing began since strace_dup_task(): the
 * clone has to begin anew, and TIF_SIGPENDING is set so that it does.
 */
int strace_link_child(struct task_struct *child, u64 clone_flags)
{
	struct strace_nest *nest = current->signal->strace_nest;
	struct strace_task *st = child->strace;

	lockdep_assert_held(strace_siglock(current));
	if (is_worker(child))
		return 0;
	if (!is_prepared(nest, st, clone_flags)) {
		set_thread_flag(TIF_SIGPENDING);
		return -ERESTARTNOINTR;
	}
	if (!st)
		return 0;
	if (!(clone_flags & CLONE_THREAD)) {
		child->signal->strace_nest = st->birth;
		st->birth = NULL;
		set_task_syscall_work(child, STRACE);
	} else if (nest && has_seat_for_all(nest)) {
		set_task_syscall_work(child, STRACE);
	} else {
		/* When it is traced one day it will be old. */
		st->newborn = false;
	}
	return 0;
}

/**
 * strace_free_task - free what a task that never ran, or is long gone, has left
 * @task: the task
 *
 * Context: Any process context, or RCU.
 */
void strace_free_task(struct task_struct *task)
{
	strace_put_task(task->strace);
}

static void leave_own_seats(struct strace_task *st, struct strace_nest *nest)
{
	unsigned int i;

	for (i = 0; nest && i < nest->nr; i++)
		if (nest->seats[i].only == st)
			strace_target_gone(&nest->seats[i]);
}

static void tell_end(struct strace_task *st, struct strace_nest *nest, long code)
{
	unsigned int i;

	for (i = 0; nest && i < nest->nr; i++)
		if (strace_seat_covers(&nest->seats[i], st) &&
		    strace_seat_is_live(&nest->seats[i]) &&
		    find_untold(st, nest->seats[i].layer) < 0)
			strace_post_end(&nest->seats[i], code);
}

/**
 * strace_exit_task - a thread ends
 * @task: current, with PF_EXITING set
 * @code: its exit code, as do_exit() has it
 *
 * Context: Exit of the task; does not wait for any tracer.
 */
void strace_exit_task(struct task_struct *task, long code)
{
	struct strace_nest *nest = NULL;
	struct strace_task *st;

	/*
	 * publish_nest() either sees PF_EXITING or has finished when the lock
	 * is taken here.
	 */
	spin_lock_irq(strace_siglock(task));
	st = task->strace;
	if (st) {
		task->strace = NULL;
		clear_task_syscall_work(task, STRACE);
		nest = task->signal->strace_nest;
		if (nest)
			refcount_inc(&nest->refs);
	}
	spin_unlock_irq(strace_siglock(task));
	if (!st)
		return;
	if (st->in_call)
		strace_log_end(st, false);
	strace_drop_logged(st);
	tell_end(st, nest, code);
	leave_own_seats(st, nest);
	strace_put_nest(nest);
	strace_put_nest(st->nest);
	st->nest = NULL;
	strace_put_nest(st->untold_nest);
	st->untold_nest = NULL;
	drop_views(st);
	strace_release(&st->room);
	strace_put_task(st);
}

/**
 * strace_exit_group - the last thread of a process ends
 * @task: current
 *
 * Context: Exit of the task; may sleep, but does not wait for any tracer.
 */
void strace_exit_group(struct task_struct *task)
{
	struct strace_nest *nest;
	unsigned int i;

	/* Nobody publishes a nest for a process without a running thread. */
	nest = task->signal->strace_nest;
	if (nest) {
		spin_lock_irq(strace_siglock(task));
		nest = task->signal->strace_nest;
		task->signal->strace_nest = NULL;
		spin_unlock_irq(strace_siglock(task));
		for (i = 0; i < nest->nr; i++)
			if (!nest->seats[i].only)
				strace_target_gone(&nest->seats[i]);
		strace_put_nest(nest);
	}
	strace_close_owned_layers();
}

/* ---------------------------------- exec --------------------------------- */

/**
 * strace_exec_unsafe - tell security modules of the tracers of a program
 * @bprm: the program about to be executed; gets LSM_UNSAFE_PTRACE for a tracer
 *	that has CAP_SYS_PTRACE over it, LSM_UNSAFE_SHARE for one that has not
 *
 * Context: The task itself, with cred_guard_mutex held.
 */
void strace_exec_unsafe(struct linux_binprm *bprm)
{
	struct strace_nest *nest = strace_get_nest(current);
	unsigned int i;

	for (i = 0; nest && i < nest->nr; i++) {
		struct strace_layer *layer = nest->seats[i].layer;

		/* Other threads will not be there any more. */
		if (!strace_seat_is_live(&nest->seats[i]) ||
		    !strace_seat_covers(&nest->seats[i], current->strace))
			continue;
		/*
		 * Security modules know LSM_UNSAFE_PTRACE to mean the ptracer,
		 * and ask what that one may do; they do not know of layers.
		 */
		bprm->unsafe |= strace_layer_is_capable(layer, current_user_ns()) ?
				LSM_UNSAFE_PTRACE : LSM_UNSAFE_SHARE;
	}
	strace_put_nest(nest);
}

/* The layer may not trace the new program; nor is it shown how this call ends. */
static void lose_seat(struct strace_task *st, struct strace_seat *seat, bool gains_privilege)
{
	struct strace_layer *layer = seat->layer;
	unsigned int i;

	/* To lose its tracer is no way out, unless that has no say in it. */
	if (!gains_privilege && READ_ONCE(layer->onclose) == SYSCALL_ONCLOSE_KILL)
		do_send_sig_info(SIGKILL, SEND_SIG_PRIV, current, PIDTYPE_TGID);

	for (i = 0; st && st->nest && i < st->nest->nr; i++)
		if (st->nest->seats[i].layer == layer)
			st->step &= ~BIT_ULL(i);
	if (st)
		be_careful(st);
	strace_leave_seat(seat);
}

/**
 * strace_exec_committed - a new program has taken over the task
 * @bprm: the program
 *
 * Layers whose opener could not attach to it now are taken off.
 *
 * Context: The task itself, with the new credentials and memory in place and
 * exec_update_lock held for writing.
 */
void strace_exec_committed(struct linux_binprm *bprm)
{
	struct strace_task *st = current->strace;
	struct strace_nest *nest;
	unsigned int i;

	/* The registers now belong to the new program, and the memory is new. */
	if (st) {
		st->changed = false;
		st->bound.mask = 0;
		strace_release(&st->room);
	}
	nest = strace_get_nest(current);
	for (i = 0; nest && i < nest->nr; i++) {
		if (!bprm->secureexec && get_dumpable(current->mm) == SUID_DUMP_USER)
			break;
		if (strace_seat_is_live(&nest->seats[i]) &&
		    strace_seat_covers(&nest->seats[i], st) &&
		    !strace_layer_may_stay(nest->seats[i].layer))
			lose_seat(st, &nest->seats[i], bprm->secureexec);
	}
	for (i = 0; st && nest && i < nest->nr; i++)
		st->executed |= wants_events(&nest->seats[i], st);
	if (st && st->executed) {
		be_careful(st);
		kfree(st->exec_path);
		st->exec_path = kstrdup(bprm->filename, GFP_KERNEL_ACCOUNT);
	}
	strace_put_nest(nest);
}
