/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the two ends of a layer share: see strace_layer.c and strace_hooks.c.
 */
#ifndef _KERNEL_STRACE_H
#define _KERNEL_STRACE_H

#include <linux/completion.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/pid.h>
#include <linux/pid_namespace.h>
#include <linux/rcupdate.h>
#include <linux/refcount.h>
#include <linux/sched/signal.h>
#include <linux/spinlock.h>
#include <linux/syscall_trace.h>
#include <linux/timer.h>
#include <linux/wait.h>
#include <linux/xarray.h>

/**
 * struct strace_memory - copies of a tracee's memory
 * @refs: one for the slot or note it was made for, one for each report
 * @size: room in @data, in bytes
 * @data: the bytes; written only while there is one reference
 */
struct strace_memory {
	refcount_t refs;
	u32 size;
	u8 data[] __counted_by(size);
};

/**
 * struct strace_snapshot - what the arguments of a call point to
 * @refs: one for the slot it was made for, one for each report
 * @size: room in @bytes, in bytes
 * @len: bytes in @bytes
 * @max_blocks: room in @blocks
 * @nr_blocks: blocks in @blocks
 * @bytes: copies of the tracee's memory
 * @blocks: what they are
 *
 * All is constant when there is more than one reference.
 */
struct strace_snapshot {
	refcount_t refs;
	u32 size;
	u32 len;
	u32 max_blocks;
	u32 nr_blocks;
	u8 *bytes;
	struct syscall_block *blocks;
};

/**
 * struct strace_fresh - new memory for the arguments of a call
 * @args: for each argument, pointing into @data
 * @data: the bytes
 */
struct strace_fresh {
	struct syscall_fresh args[SYSCALL_MAX_ARGS];
	u8 data[];
};

/* More runs than this no call needs: each is as long as those before it. */
#define STRACE_MAX_RUNS		12

struct strace_area;
struct strace_log;
struct strace_logged;
struct strace_zone;

/**
 * struct strace_run - slots that a task has taken
 * @first: the first
 * @nr: how many
 */
struct strace_run {
	unsigned int first;
	unsigned int nr;
};

/**
 * struct strace_room - what a task has taken of its process's area
 * @area: the area, with a reference; NULL if nothing was taken
 * @zone: the part of it
 * @nr_runs: how many runs
 * @runs: the runs
 * @next: first address of the last run that is not in use
 * @end: the end of the last run
 */
struct strace_room {
	struct strace_area *area;
	struct strace_zone *zone;
	unsigned int nr_runs;
	struct strace_run runs[STRACE_MAX_RUNS];
	unsigned long next;
	unsigned long end;
};

/**
 * struct strace_bound - which arguments point to memory in the room
 * @mask: bit n: argument n (from 0) does, as long as it is the one in @addr
 * @addr: the address it was given
 * @len: bytes, of vectors elements, that are there
 */
struct strace_bound {
	u8 mask;
	u64 addr[SYSCALL_MAX_ARGS];
	u64 len[SYSCALL_MAX_ARGS];
};

/**
 * struct strace_request - memory access that a stopped tracee does for a tracer
 * @refs: one for the tracer that waits, one for the tracee
 * @write: towards the tracee
 * @addr: the tracee's address
 * @len: bytes
 * @result: bytes done or negative errno; valid after @done
 * @done: completed by the tracee
 * @data: the bytes
 */
struct strace_request {
	refcount_t refs;
	bool write;
	u64 addr;
	u32 len;
	int result;
	struct completion done;
	struct strace_memory *data;
};

/**
 * enum strace_event_state - how far a stop has got
 * @STRACE_EVENT_IDLE: the task does not stop, or has its answer
 * @STRACE_EVENT_QUEUED: no tracer has seen the stop yet
 * @STRACE_EVENT_REPORTED: a tracer has seen it and may answer
 * @STRACE_EVENT_ANSWERED: the task has yet to pick up the answer
 *
 *	idle     -> queued	post_event(), by the tracee
 *	queued   -> reported	strace_fetch(), by a tracer
 *	queued   -> idle	withdraw_event(): job control, ptrace, the freezer
 *	reported -> queued	strace_unfetch(): no memory to show it
 *	queued, reported -> answered	answer_event(): a tracer, or the layer closes
 *	queued, reported -> answered	expire_event(): the tracer dawdles
 *	queued, reported -> idle	drop_event(): the tracee was killed
 *	answered -> idle	drop_event(), by the tracee
 */
enum strace_event_state {
	STRACE_EVENT_IDLE,
	STRACE_EVENT_QUEUED,
	STRACE_EVENT_REPORTED,
	STRACE_EVENT_ANSWERED,
};

/**
 * enum strace_verdict - what a tracee shall do next
 * @STRACE_VERDICT_CONT: go on
 * @STRACE_VERDICT_STEP: go on, and stop after the call
 * @STRACE_VERDICT_REPORT: go on, and tell of the result
 * @STRACE_VERDICT_VALUE: do not run the call, or drop its result; use a value
 * @STRACE_VERDICT_KILL: die
 * @STRACE_VERDICT_RESTART: leave the call and make it again; nobody saw it
 * @STRACE_VERDICT_DIE: a fatal signal is pending; leave the call
 */
enum strace_verdict {
	STRACE_VERDICT_CONT,
	STRACE_VERDICT_STEP,
	STRACE_VERDICT_REPORT,
	STRACE_VERDICT_VALUE,
	STRACE_VERDICT_KILL,
	STRACE_VERDICT_RESTART,
	STRACE_VERDICT_DIE,
};

/**
 * struct strace_event - a stop of a task; each task has one
 * @node: in the layer's list of its state; under the layer's lock
 * @layer: the layer that it is queued on; NULL when idle; as @state
 * @state: written under the layer's lock
 * @wait: has @waiter in it, always
 * @waiter: wakes @task
 * @task: who stops; constant
 * @log_pos: the log is read up to there first; under the layer's lock
 * @id: names this stop within the layer; set by the tracee before it queues
 * @read: a tracer has read it; under the layer's lock, and the task's when it is over
 * @fixed_nr: the call may not become another one; set before it queues
 * @record: what there is to see; set before it queues
 * @snapshot: what @record points to; set before it queues
 * @verdict: the answer; under the layer's lock
 * @value: goes with @verdict; under the layer's lock
 * @rewritten: @call replaces the call; under the layer's lock
 * @call: under the layer's lock
 * @fresh: new memory for @call, or NULL; under the layer's lock
 * @request: memory access to be done now; written under the layer's lock
 */
struct strace_event {
	struct list_head node;
	struct strace_layer *layer;
	enum strace_event_state state;
	wait_queue_head_t wait;
	struct wait_queue_entry waiter;
	struct task_struct *task;
	u64 log_pos;
	u64 id;
	bool read;
	bool fixed_nr;
	struct syscall_record record;
	struct strace_snapshot *snapshot;
	enum strace_verdict verdict;
	s64 value;
	bool rewritten;
	struct syscall_call call;
	struct strace_fresh *fresh;
	struct strace_request *request;
};

/**
 * struct strace_note - a record that is no stop
 * @node: in the layer's notes; under the layer's lock
 * @log_pos: the log is read up to there first
 * @counted: there may be only so many of its kind
 * @st: the task whose own note this is, with a reference; NULL if it was allocated
 * @record: the record
 * @memory: what it points to, or NULL
 * @snapshot: what it points to, or NULL
 */
struct strace_note {
	struct list_head node;
	u64 log_pos;
	bool counted;
	struct strace_task *st;
	struct syscall_record record;
	struct strace_memory *memory;
	struct strace_snapshot *snapshot;
};

/**
 * struct strace_regs - the registers that make a system call
 * @nr: as syscall_get_nr()
 * @args: as syscall_get_arguments()
 */
struct strace_regs {
	int nr;
	unsigned long args[SYSCALL_MAX_ARGS];
};

/**
 * struct strace_view - the call as newer layers know it
 * @next: as a newer one knew it
 * @seat: the seat whose layer changed it then
 * @call: what it was before
 */
struct strace_view {
	struct strace_view *next;
	unsigned int seat;
	struct syscall_call call;
};

/**
 * struct strace_task - what a traced task keeps
 * @refs: one for task_struct::strace, one for each seat that names the task
 * @rcu: tracers look for a stop without a reference
 * @nest: the layers of the call being made, or of the last one; like all that
 *	follows but @event, touched by the task itself only
 * @versions: sum of the versions of its layers, when all of them were live, and
 *	for this task; 0 if not, or if the next call is a special one. As long as it
 *	is the same so are they
 * @waiting: the task is stopped; read by its siblings
 * @in_call: strace_enter() judged the call that is being made
 * @newborn: it has not run yet
 * @executed: it has executed a program, and some layers want to know
 * @changed: a layer has changed the call, or bound it
 * @again: the call changed after it was judged, and is to be judged anew
 * @seen: a tracer has seen this call
 * @untold: bit n: nobody has read for the layer of seat n of @untold_nest that it
 *	was born
 * @untold_nest: the layers when it was born, with a reference, or NULL if all know
 * @maker: who made it, with a reference, as long as it is @newborn
 * @birth: the layers of a new process until it is one
 * @exec_path: what it has executed, as long as it is @executed; NULL if memory is
 *	short
 * @rounds: how often this call was judged
 * @step: bit n: the layer of seat n wants the result of this call
 * @report: bit n: but no stop for it
 * @log: bit n: as a record of the log
 * @log_out: bit n: with what the call wrote; counts if it is in @log
 * @logged: calls that are to be logged; NULL or as many as bits in @log
 * @unlogged: kept for others
 * @program: the call's registers as the program set them
 * @used: the call's registers as the layers left them, if they have @changed it
 * @call: the call as the layers left it
 * @views: what it was before, for layers that shall see its result; oldest first
 * @room: memory that was taken for the call
 * @bound: arguments that are there; read by tracers while the task is stopped
 * @counts: for each rule and call, how often it was for that, see count_call()
 * @rooms: bytes there are for what the call writes, where that stands in memory
 * @snapshot: kept for the next stop
 * @spare: kept for when that one is still being read
 * @telling: @note is used; set by the task, cleared by the reader
 * @note: for a result
 * @event: the stop
 */
struct strace_task {
	refcount_t refs;
	struct rcu_head rcu;
	struct strace_nest *nest;
	u64 versions;
	bool waiting;
	bool in_call : 1;
	bool newborn : 1;
	bool executed : 1;
	bool changed;
	bool again;
	bool seen;
	u64 untold;
	struct strace_nest *untold_nest;
	struct pid *maker;
	struct strace_nest *birth;
	char *exec_path;
	unsigned int rounds;
	u64 step;
	u64 report;
	u64 log;
	u64 log_out;
	struct strace_logged *logged;
	struct strace_logged *unlogged;
	struct strace_regs program;
	struct strace_regs used;
	struct syscall_call call;
	struct strace_view *views;
	struct strace_room room;
	struct strace_bound bound;
	struct xarray counts;
	u64 rooms[SYSCALL_MAX_ARGS];
	struct strace_snapshot *snapshot;
	struct strace_snapshot *spare;
	bool telling;
	struct strace_note note;
	struct strace_event event;
};

/**
 * struct strace_seat - a layer's place on a process
 * @layer: the layer; holds a reference
 * @only: the one thread it is for; holds a reference; NULL for all threads
 * @generation: how often the layer had been armed; it has left this seat when
 *	that is not so any more
 * @left: it has left this process, and may be on others; set by the process
 */
struct strace_seat {
	struct strace_layer *layer;
	struct strace_task *only;
	unsigned int generation;
	bool left;
};

/**
 * struct strace_nest - the layers on a process; constant once published, but for
 * the seats that layers leave
 * @refs: one for signal_struct::strace_nest, one for each task that uses it
 * @nr: number of seats
 * @seats: oldest first; the last is nearest the program
 */
struct strace_nest {
	refcount_t refs;
	unsigned int nr;
	struct strace_seat seats[] __counted_by(nr);
};

/* One bit for each seat. */
static_assert(STRACE_MAX_LAYERS <= 64);

/* Rules of one layer. */
#define STRACE_MAX_RULES	64
/* Numbers that tell rules of the same place. */
#define STRACE_MAX_EPOCH	((1U << 23) - 1)

/**
 * struct strace_rule - what becomes of some calls without a stop
 * @place: no other rule has it, of any layer; what threads count by
 * @epoch: tells it from rules that had this place before
 * @when: for which of a thread's calls in @set
 * @action: an &enum syscall_action
 * @value: goes with it
 * @set: the calls
 */
struct strace_rule {
	unsigned long place;
	u32 epoch;
	struct syscall_when when;
	u32 action;
	s64 value;
	struct syscall_set set;
};

/* What to do with a call: one byte for each number of each ABI. */
#define STRACE_DECISION_PASS	0	/* it runs; the layer does not see it */
#define STRACE_DECISION_STOP	1
#define STRACE_DECISION_LOG	2
#define STRACE_DECISION_COUNT	3	/* rules have to count it before they know */
#define STRACE_DECISION_RULE	4	/* as rule 0 says; 5: as rule 1 says; and so on */
static_assert(STRACE_DECISION_RULE + STRACE_MAX_RULES <= U8_MAX);

/**
 * struct strace_policy - what a layer does to which calls; constant
 * @refs: one for the layer, one for each task that counts
 * @rcu: tasks look without a reference
 * @is_empty: it lets all calls pass
 * @set: the calls that stop unless a rule says otherwise
 * @decisions: what that and the rules come to
 * @nr_rules: number of rules
 * @rules: the newest last
 */
struct strace_policy {
	refcount_t refs;
	struct rcu_head rcu;
	bool is_empty;
	struct syscall_set set;
	u8 decisions[SYSCALL_NR_ABIS][SYSCALL_SET_BITS];
	unsigned int nr_rules;
	struct strace_rule rules[] __counted_by(nr_rules);
};

/**
 * enum strace_layer_state - what a layer does to calls in its set
 * @STRACE_LAYER_NEW: not on any process yet, or not again
 * @STRACE_LAYER_ARMED: they stop
 * @STRACE_LAYER_CLOSED: the tracer is gone; they get the onclose verdict
 * @STRACE_LAYER_DETACHED: nothing; tasks drop the seat when they find it
 */
enum strace_layer_state {
	STRACE_LAYER_NEW,
	STRACE_LAYER_ARMED,
	STRACE_LAYER_CLOSED,
	STRACE_LAYER_DETACHED,
};

/**
 * struct strace_layer - one tracer's place on a process
 * @refs: one for the open file, one for each seat
 * @number: no other layer has it; constant
 * @lock: covers what says so, and all events on the layer; a leaf but for
 *	the wait queue's lock and those of the scheduler
 * @state: written under @lock
 * @version: how often anything changed that tasks judge calls by; a tracer can make
 *	it change, but not so often that it comes round
 * @generation: how often it was armed; written under @lock
 * @departed: the generation that it has left all of, as @generation says when it
 *	is detached; written under @lock
 * @lost: the tracer may no longer trace; under @lock
 * @shared_down: somebody with less rights than @cred has told it what to do
 * @console: it belongs to no process; constant
 * @with_tid: records carry the thread id, many stops are out; under @lock
 * @queued: events that nobody has seen, oldest first; under @lock
 * @reported: events that somebody has seen, oldest first; under @lock
 * @notes: records that are no stops, oldest first; under @lock
 * @nr_notes: length of @notes; under @lock
 * @next_id: id of the last stop; under @lock
 * @follow: new processes join; written under @lock
 * @events: records of births, executions and deaths; written under @lock
 * @counted: the generation whose targets are counted; under @lock
 * @nr_targets: processes and threads that it is on; under @lock
 * @gone: the generation whose targets have all ended; written under @lock
 * @error_column: where the last refused line went wrong, 0 if none did; under @lock
 * @error_text: and why; under @lock
 * @signals: bit n - 1: signal n stops; written under @lock
 * @limit: bytes of a string to copy; written under @lock
 * @out: show what calls wrote; written under @lock
 * @bind: an &enum syscall_bind; written under @lock
 * @real_calls: what the vDSO does enters the kernel; written under @lock
 * @policy_lock: serialises who changes @policy; taken before @lock
 * @policy: what becomes of which calls, or NULL; written under both locks
 * @log: or NULL; written under @lock, once
 * @timeout: jiffies until a stop gets @timeout_action, 0 for never; under @lock
 * @timeout_action: an &enum syscall_action; under @lock
 * @timeout_value: goes with it; under @lock
 * @onclose: an &enum syscall_onclose; under @lock until closed
 * @onclose_value: goes with @onclose; under @lock until closed
 * @wait: tracers that wait for events
 * @late_wake: wakes them for what need not be told at once
 * @cred: of who opened the file; constant
 * @ns: pid namespace of who opened the file; constant
 * @owner: process that answers, NULL for none; under strace_owner_lock
 * @owned: in the owner's signal_struct::strace_layers; under strace_owner_lock
 */
struct strace_layer {
	refcount_t refs;
	unsigned int number;
	spinlock_t lock; /* see above */
	enum strace_layer_state state;
	atomic64_t version;
	unsigned int generation;
	unsigned int departed;
	bool lost;
	bool shared_down;
	bool console;
	bool with_tid;
	struct list_head queued;
	struct list_head reported;
	struct list_head notes;
	unsigned int nr_notes;
	u64 next_id;
	bool follow;
	bool events;
	unsigned int counted;
	unsigned int nr_targets;
	unsigned int gone;
	u32 error_column;
	const char *error_text;
	u64 signals;
	u32 limit;
	bool out;
	u32 bind;
	bool real_calls;
	struct mutex policy_lock; /* see above */
	struct strace_policy __rcu *policy;
	struct strace_log *log;
	unsigned long timeout;
	u32 timeout_action;
	s64 timeout_value;
	u32 onclose;
	s64 onclose_value;
	wait_queue_head_t wait;
	struct timer_list late_wake;
	const struct cred *cred;
	struct pid_namespace *ns;
	struct pid *owner;
	struct hlist_node owned;
};

/*
 * A task's signal handlers and their lock, for who knows that they stay: the
 * task itself, or who holds the lock.
 */
static inline struct sighand_struct *strace_sighand(struct task_struct *task)
{
	return rcu_dereference_protected(task->sighand, true);
}

static inline spinlock_t *strace_siglock(struct task_struct *task)
{
	return &strace_sighand(task)->siglock;
}

/* Does the seat concern this task? */
static inline bool strace_seat_covers(const struct strace_seat *seat,
				      const struct strace_task *st)
{
	return !seat->only || seat->only == st;
}

/*
 * May the layer judge from this seat? Not if it has left it, if it is just
 * about to take it, or if there is nothing to be traced from it any more.
 */
static inline bool strace_seat_is_live(const struct strace_seat *seat)
{
	return !READ_ONCE(seat->left) &&
	       READ_ONCE(seat->layer->departed) != seat->generation &&
	       READ_ONCE(seat->layer->generation) == seat->generation &&
	       READ_ONCE(seat->layer->gone) != seat->generation;
}

/* Is the seat of no use, now and later? */
static inline bool strace_seat_is_stale(const struct strace_seat *seat)
{
	/* About to be taken. */
	if (READ_ONCE(seat->layer->generation) + 1 == seat->generation)
		return false;
	/* Pairs with smp_wmb() in begin_generation(). */
	smp_rmb();
	return !strace_seat_is_live(seat);
}

/* After a change that tasks judge calls by. */
static inline void strace_layer_changed(struct strace_layer *layer)
{
	smp_mb__before_atomic(); /* pairs with smp_rmb() in look_at_layers() */
	atomic64_inc(&layer->version);
}

/* For who holds its policy_lock. */
static inline struct strace_policy *strace_locked_policy(struct strace_layer *layer)
{
	return rcu_dereference_protected(layer->policy, lockdep_is_held(&layer->policy_lock));
}

/* The current thread as the layer knows it. Most tracers are where that is at hand. */
static inline u32 strace_tid(const struct strace_layer *layer)
{
	if (layer->ns == &init_pid_ns)
		return task_pid_nr(current);
	return task_pid_nr_ns(current, layer->ns);
}

/* @policy: or NULL; @nr: from user space */
static inline u8 strace_look_up(const struct strace_policy *policy, u32 abi, u32 nr)
{
	if (nr >= SYSCALL_SET_BITS)
		nr = SYSCALL_SET_BITS - 1;
	nr = array_index_nospec(nr, SYSCALL_SET_BITS);
	return policy ? policy->decisions[abi][nr] : STRACE_DECISION_PASS;
}

/* There it is woken, on the waker's CPU or not. */
static inline void strace_set_task(struct strace_task *st, struct task_struct *task)
{
	st->event.task = task;
	st->event.waiter.private = task;
}

/* strace_area.c, for strace_bind.c and strace_hooks.c */
unsigned long strace_reserve(struct strace_room *room, enum syscall_abi abi, u64 len);
void strace_release(struct strace_room *room);
void strace_rewind(struct strace_room *room, const struct strace_room *mark);
void strace_fill(struct strace_room *room, unsigned long to, const void *from, u64 len);
int strace_fill_from_user(struct strace_room *room, unsigned long to,
			  const void __user *from, u64 len);

/* strace_show.c and strace_bind.c, for strace_hooks.c and strace_layer.c */
void strace_capture(struct strace_task *st, const struct syscall_call *call, u32 limit);
void strace_capture_out(struct strace_task *st, const struct syscall_call *call,
			s64 result, u32 limit);
void strace_note_rooms(struct strace_task *st, const struct syscall_call *call);
int strace_bind(struct strace_task *st, struct syscall_call *call);
u8 strace_unbound(const struct strace_task *st, const struct syscall_call *call);
int strace_place(struct strace_task *st, struct syscall_call *call,
		 const struct strace_fresh *fresh);
int strace_check_kept(const struct strace_task *st, const struct syscall_call *old,
		      const struct syscall_command *cmd);
void strace_capture_path(struct strace_task *st, const char *path);
void strace_put_snapshot(struct strace_snapshot *snapshot);

/* strace_policy.c, for strace_layer.c and strace_hooks.c */
struct strace_policy *strace_get_policy(struct strace_layer *layer);
void strace_put_policy(struct strace_policy *policy);
struct strace_policy *strace_set_calls(struct strace_layer *layer, const struct syscall_set *set);
struct strace_policy *strace_publish_policy(struct strace_layer *layer, struct strace_policy *new);
bool strace_has_value(const struct strace_policy *policy, u8 decision, s64 *value);
u32 strace_count_and_decide(struct strace_task *st, struct strace_layer *layer,
			    const struct syscall_call *call, s64 *value);

/* What becomes of a call? An &enum syscall_action; @value: set if it goes with it */
static inline u32 strace_decide(struct strace_task *st, struct strace_layer *layer,
				const struct syscall_call *call, s64 *value)
{
	const struct strace_policy *policy;
	u32 action = SYSCALL_ACTION_CONT;
	u8 decision;

	rcu_read_lock();
	policy = rcu_dereference(layer->policy);
	decision = strace_look_up(policy, call->abi, call->nr);
	if (decision == STRACE_DECISION_STOP) {
		action = SYSCALL_ACTION_STOP;
	} else if (decision == STRACE_DECISION_LOG) {
		action = SYSCALL_ACTION_LOG;
	} else if (decision >= STRACE_DECISION_RULE) {
		action = policy->rules[decision - STRACE_DECISION_RULE].action;
		*value = policy->rules[decision - STRACE_DECISION_RULE].value;
	}
	rcu_read_unlock();
	if (decision == STRACE_DECISION_COUNT)
		return strace_count_and_decide(st, layer, call, value);
	return action;
}

/* strace_log.c, for strace_layer.c, strace_policy.c and strace_hooks.c */
int strace_need_log(struct strace_layer *layer);
void strace_free_log(struct strace_log *log);
void strace_log_entry(struct strace_task *st, unsigned int seat, const struct syscall_call *call);
void strace_log_exit(struct strace_task *st, unsigned int seat);
void strace_log_end(struct strace_task *st, bool wait);
void strace_drop_logged(struct strace_task *st);
void strace_free_logged(struct strace_task *st);
u64 strace_log_head(struct strace_layer *layer);
u64 strace_log_tail(struct strace_layer *layer);
void strace_poke_log(struct strace_layer *layer);
void strace_put_log(struct strace_report *report, bool taken);

/* strace_layer.c, for the others */
void strace_wake_late(struct strace_layer *layer);
struct strace_memory *strace_alloc_memory(u32 size);
void strace_put_memory(struct strace_memory *memory);
void strace_put_request(struct strace_request *req);
struct strace_task *strace_alloc_task(struct task_struct *task);
void strace_put_task(struct strace_task *st);
void strace_put_nest(struct strace_nest *nest);
struct strace_nest *strace_get_nest(struct task_struct *task);
void strace_prune_nest(void);
bool strace_nest_wants_real_calls(const struct strace_nest *nest);
struct strace_nest *strace_follow(struct strace_nest *from, struct strace_task *st);
void strace_leave_seat(struct strace_seat *seat);
void strace_post_end(struct strace_seat *seat, long code);
void strace_post_result(struct strace_task *st, const struct strace_seat *seat);
void strace_wake_work(struct strace_layer *layer);
bool strace_layer_is_capable(struct strace_layer *layer, struct user_namespace *ns);
bool strace_layer_may_stay(struct strace_layer *layer);
bool strace_layer_may_look(struct strace_layer *layer);
void strace_target_gone(struct strace_seat *seat);
void strace_close_owned_layers(void);

#endif /* _KERNEL_STRACE_H */
