// SPDX-License-Identifier: GPL-2.0-only
/*
 * The log of /proc/<pid>/syscall: a ring of packed records of calls that did not
 * stop.
 *
 * Tasks write, one at a time; the tracer reads, with read() or in memory that it
 * has mapped. The pages of the ring are mapped twice in a row, so that each record
 * lies in one piece. Where the reader is stands in a page that it can write: what
 * is there is not believed.
 */

#include <linux/err.h>
#include <linux/ktime.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/poll.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/syscall_packed.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>

#include "strace.h"

/* KiB of the ring. */
#define DEFAULT_KIB	256
#define MIN_KIB		4
#define MAX_KIB		(16 * 1024)
/* Pages before it: where the reader is, and where the kernel is. */
#define HEAD_PAGES	2

/**
 * struct strace_log - the log of a layer
 * @lock: serialises writers; a leaf
 * @reading: serialises read(); taken without any other lock
 * @size: bytes of the ring, a power of two; constant
 * @drop: records that find no room get lost, instead of making the task wait
 * @head: where the next record is written; under @lock
 * @lost: records that got lost and that no record tells of yet; under @lock
 * @room: tasks that wait for room
 * @nr_pages: pages of all this; constant
 * @pages: the pages
 * @tail: where the reader is; the tracer may write to that page
 * @shown: what the tracer can see of this
 * @data: the ring, twice
 */
struct strace_log {
	spinlock_t lock; /* see above */
	struct mutex reading; /* see above */
	u32 size;
	bool drop;
	u64 head;
	u64 lost;
	wait_queue_head_t room;
	unsigned int nr_pages;
	struct page **pages;
	u64 *tail;
	struct syscall_trace_log *shown;
	u8 *data;
};

/**
 * struct strace_logged - a call that is to be logged when it is over
 * @next: of the same task
 * @seat: the seat whose layer logs it
 * @record: what is known of it
 * @snapshot: what that points to, and memory that is kept for the next one
 */
struct strace_logged {
	struct strace_logged *next;
	unsigned int seat;
	struct syscall_record record;
	struct strace_snapshot *snapshot;
};

/* ------------------------------- lifetimes ------------------------------- */

/**
 * strace_free_log - free a log that nobody uses
 * @log: may be NULL
 *
 * Context: Process context, may sleep.
 */
void strace_free_log(struct strace_log *log)
{
	unsigned int i;

	if (!log)
		return;
	vunmap(log->tail);
	for (i = 0; i < log->nr_pages && log->pages[i]; i++)
		__free_page(log->pages[i]);
	kvfree(log->pages);
	kfree(log);
}

/* Map the head pages, and the others twice. */
static void *map_pages(struct strace_log *log)
{
	unsigned int ring = log->nr_pages - HEAD_PAGES, i;
	struct page **twice;
	void *base;

	twice = kvmalloc_array(log->nr_pages + ring, sizeof(*twice), GFP_KERNEL_ACCOUNT);
	if (!twice)
		return NULL;
	for (i = 0; i < log->nr_pages + ring; i++)
		twice[i] = log->pages[i < log->nr_pages ? i : i - ring];
	base = vmap(twice, log->nr_pages + ring, VM_MAP | VM_USERMAP, PAGE_KERNEL);
	kvfree(twice);
	return base;
}

static int alloc_pages_of(struct strace_log *log)
{
	unsigned int i;

	log->pages = kvcalloc(log->nr_pages, sizeof(*log->pages), GFP_KERNEL_ACCOUNT);
	if (!log->pages) {
		log->nr_pages = 0;
		return -ENOMEM;
	}
	for (i = 0; i < log->nr_pages; i++) {
		log->pages[i] = alloc_page(GFP_KERNEL_ACCOUNT | __GFP_ZERO | __GFP_RETRY_MAYFAIL);
		if (!log->pages[i])
			return -ENOMEM;
	}
	log->tail = map_pages(log);
	return log->tail ? 0 : -ENOMEM;
}

static struct strace_log *alloc_log(u32 kib)
{
	struct strace_log *log = kzalloc(sizeof(*log), GFP_KERNEL_ACCOUNT);

	if (!log)
		return NULL;
	spin_lock_init(&log->lock);
	mutex_init(&log->reading);
	init_waitqueue_head(&log->room);
	log->size = kib * SZ_1K;
	log->nr_pages = HEAD_PAGES + log->size / PAGE_SIZE;
	if (alloc_pages_of(log)) {
		strace_free_log(log);
		return NULL;
	}
	log->shown = (void *)log->tail + PAGE_SIZE;
	log->data = (void *)log->shown + PAGE_SIZE;
	log->shown->size = log->size;
	return log;
}

/* The log of a layer that needs one now. */
static struct strace_log *get_log(struct strace_layer *layer, u32 kib)
{
	struct strace_log *log = READ_ONCE(layer->log), *new;

	if (log)
		return log;
	new = alloc_log(kib);
	if (!new)
		return NULL;
	spin_lock(&layer->lock);
	log = layer->log;
	if (!log) {
		/* Pairs with dependent reads: who finds it finds what is in it. */
		smp_store_release(&layer->log, new);
	}
	spin_unlock(&layer->lock);
	if (!log)
		return new;
	strace_free_log(new);
	return log;
}

/**
 * strace_need_log - make the log of a layer if it has none
 * @layer: the layer
 *
 * Context: Process context, may sleep; the tracer is charged.
 * Return: 0 or -ENOMEM.
 */
int strace_need_log(struct strace_layer *layer)
{
	return get_log(layer, DEFAULT_KIB) ? 0 : -ENOMEM;
}

/**
 * strace_configure_log - choose the size of a log, or what happens when it is full
 * @layer: the layer
 * @cmd: a command with the verb log-size or log-drop
 *
 * Context: Process context, may sleep.
 * Return: 0, -ERANGE for a size that there is not, -EBUSY if there is a log of
 * another size already, -ENOMEM.
 */
int strace_configure_log(struct strace_layer *layer, const struct syscall_command *cmd)
{
	struct strace_log *log;
	u32 kib = DEFAULT_KIB;

	if (cmd->verb == SYSCALL_VERB_LOG_SIZE) {
		if (cmd->value < MIN_KIB || cmd->value > MAX_KIB)
			return -ERANGE;
		kib = roundup_pow_of_two(cmd->value);
	}
	log = get_log(layer, kib);
	if (!log)
		return -ENOMEM;
	if (cmd->verb == SYSCALL_VERB_LOG_SIZE)
		return log->size == kib * SZ_1K ? 0 : -EBUSY;
	WRITE_ONCE(log->drop, cmd->value);
	wake_up_all(&log->room);
	return 0;
}

/* How many pages of a log there are to map, or of the one that would be made? */
static unsigned long pages_to_map(const struct strace_log *log)
{
	u32 size = log ? log->size : DEFAULT_KIB * SZ_1K;

	return HEAD_PAGES + 2 * (size / PAGE_SIZE);
}

/**
 * strace_map_log - map a log for its tracer
 * @layer: the layer; gets a log if it has none
 * @vma: where; one page that may be written, or the rest, which may only be read
 *
 * Context: mmap().
 * Return: 0, -EPERM, -EINVAL, -ENOMEM.
 */
int strace_map_log(struct strace_layer *layer, struct vm_area_struct *vma)
{
	struct strace_log *log;

	if (!(vma->vm_flags & VM_SHARED))
		return -EINVAL;
	if (vma->vm_pgoff || vma_pages(vma) != 1) {
		if (!vma->vm_pgoff)
			return -EINVAL;
		if (vma->vm_flags & VM_WRITE)
			return -EPERM;
		vm_flags_clear(vma, VM_MAYWRITE);
	}
	/* What is refused leaves no log behind. */
	log = READ_ONCE(layer->log);
	if (vma_pages(vma) > pages_to_map(log) ||
	    vma->vm_pgoff > pages_to_map(log) - vma_pages(vma))
		return -EINVAL;
	log = get_log(layer, DEFAULT_KIB);
	if (!log)
		return -ENOMEM;
	/* What the tracer makes may be what it traces. */
	vm_flags_set(vma, VM_DONTCOPY);
	return remap_vmalloc_range(vma, log->tail, vma->vm_pgoff);
}

/* -------------------------------- writing -------------------------------- */

/* Bytes that were not read yet. Whoever says more than there are has read none. */
static u64 bytes_used(const struct strace_log *log, u64 head)
{
	/* Pairs with the reader's release: it is done with what was before. */
	u64 used = head - smp_load_acquire(log->tail);

	return min_t(u64, used, log->size);
}

static void *reserve(struct strace_log *log, u32 size)
{
	lockdep_assert_held(&log->lock);
	if (log->size - bytes_used(log, log->head) < size)
		return NULL;
	return log->data + (log->head & (log->size - 1));
}

static void commit(struct strace_log *log, u32 size)
{
	lockdep_assert_held(&log->lock);
	WRITE_ONCE(log->head, log->head + size);
	/* Pairs with the reader's acquire: the record is there. */
	smp_store_release(&log->shown->head, log->head);
}

/* Tell that records got lost, as soon as there is room to tell. */
static noinline void tell_lost(struct strace_log *log)
{
	struct syscall_record record = { .kind = SYSCALL_RECORD_LOST, .ret = log->lost };
	struct syscall_trace_record *to;

	to = reserve(log, sizeof(*to));
	if (!to)
		return;
	syscall_packed_head(to, &record, 0, sizeof(*to));
	log->lost = 0;
	commit(log, sizeof(*to));
}

/* Write all blocks of a record; return where the next goes. */
static u8 *write_blocks(u8 *to, const struct syscall_record *record)
{
	const u8 *bytes;
	u32 nr, len;

	for (nr = 0; nr < record->data.nr; nr++) {
		struct syscall_trace_block *block = (void *)to;
		size_t size = syscall_packed_block(block, record, nr, &bytes, &len);

		to += sizeof(*block);
		memcpy(to, bytes, len);
		memset(to + len, 0, size - sizeof(*block) - len);
		to += size - sizeof(*block);
	}
	return to;
}

/*
 * Return false if there is no room and the record must not get lost. @may_lose: it may,
 * whatever the tracer wants
 */
static bool write_record(struct strace_log *log, const struct syscall_record *in,
			 const struct syscall_record *out, u32 size, bool may_lose)
{
	struct syscall_trace_record *to;
	bool done = true;

	spin_lock(&log->lock);
	if (unlikely(log->lost))
		tell_lost(log);
	to = log->lost ? NULL : reserve(log, size);
	if (to) {
		syscall_packed_head(to, in, 0, size);
		to->nr_blocks += out->data.nr;
		if (to->nr_blocks)
			write_blocks(write_blocks((u8 *)(to + 1), in), out);
		commit(log, size);
	} else if (may_lose || READ_ONCE(log->drop)) {
		WRITE_ONCE(log->shown->lost, log->shown->lost + 1);
		log->lost++;
	} else {
		done = false;
	}
	spin_unlock(&log->lock);
	return done;
}

static bool may_write(struct strace_layer *layer, struct strace_log *log, u32 size)
{
	return READ_ONCE(log->drop) || !strace_layer_is_armed(layer) ||
	       log->size - bytes_used(log, READ_ONCE(log->head)) >= size;
}

/* Wait for room. Return false if the task is killed. */
static noinline bool wait_for_room(struct strace_layer *layer, struct strace_log *log, u32 size)
{
	wake_up_poll(&layer->wait, EPOLLIN | EPOLLRDNORM);
	return !wait_event_state(log->room, may_write(layer, log, size),
				 (TASK_KILLABLE | TASK_FREEZABLE));
}

/*
 * Write a record, and wait for room if need be. Left by its tracer the task writes
 * nothing; killed, it does not wait any more.
 */
static void write_or_wait(struct strace_layer *layer, struct strace_log *log,
			  const struct syscall_record *in, const struct syscall_record *out,
			  u32 size, bool wait)
{
	/* With what is to be told of lost ones before it. */
	u32 need = size + sizeof(struct syscall_trace_record);

	/* Killed: the call was made, and if it cannot be told, that is. */
	while (strace_layer_is_armed(layer) && !write_record(log, in, out, size, !wait))
		wait = wait_for_room(layer, log, need);
	/* It need not be read at once, but before the ring is full. */
	if (bytes_used(log, READ_ONCE(log->head)) > log->size / 2)
		wake_up_poll(&layer->wait, EPOLLIN | EPOLLRDNORM);
	else
		strace_wake_late(layer);
}

static void drop_blocks(struct syscall_record *record)
{
	record->data = (struct syscall_data) { .unbound = record->data.unbound };
}

static void log_call(struct strace_layer *layer, struct strace_logged *logged,
		     struct syscall_record *out, bool wait)
{
	struct syscall_record *in = &logged->record;
	struct strace_log *log = READ_ONCE(layer->log);
	size_t size;

	if (!log)
		return;
	in->nr_in = in->data.nr;
	size = sizeof(struct syscall_trace_record);
	if (in->data.nr || out->data.nr)
		size = syscall_packed_size(in) + syscall_packed_size(out) - size;
	/* What never fits is told without what it points to. */
	if (size > log->size / 2) {
		drop_blocks(in);
		drop_blocks(out);
		in->nr_in = 0;
		size = sizeof(struct syscall_trace_record);
	}
	write_or_wait(layer, log, in, out, size, wait);
}

/* ------------------------------ the task's side --------------------------- */

static struct strace_logged *new_logged(struct strace_task *st)
{
	struct strace_logged *logged = st->unlogged;

	if (logged)
		st->unlogged = logged->next;
	else
		logged = kzalloc(sizeof(*logged), GFP_KERNEL_ACCOUNT | __GFP_NOFAIL);
	logged->record.kind = SYSCALL_RECORD_LOG;
	logged->next = st->logged;
	st->logged = logged;
	return logged;
}

/**
 * strace_log_entry - note a call that is to be logged
 * @st: the task; its event has what the call reads
 * @seat: number of the seat whose layer logs it
 * @call: the call
 *
 * Context: The task itself; may sleep.
 */
void strace_log_entry(struct strace_task *st, unsigned int seat, const struct syscall_call *call)
{
	struct strace_logged *logged = new_logged(st);

	logged->seat = seat;
	logged->record.call = *call;
	logged->record.data = st->event.record.data;
	logged->record.tid = strace_tid(st->nest->seats[seat].layer);
	if (st->event.snapshot)
		swap(st->snapshot, logged->snapshot);
	logged->record.time = ktime_get_ns();
}

/**
 * strace_log_exit - log a call that is over
 * @st: the task; its event has the result, and what the call wrote
 * @seat: number of the seat whose layer logs it
 *
 * Context: The task itself; may sleep.
 */
void strace_log_exit(struct strace_task *st, unsigned int seat)
{
	u64 now = ktime_get_ns();
	struct strace_logged *logged;

	for (logged = st->logged; logged && logged->seat != seat; logged = logged->next)
		;
	if (!logged)
		return;
	logged->record.ret = st->event.record.ret;
	logged->record.duration = now - logged->record.time;
	st->event.record.kind = SYSCALL_RECORD_LOG;
	log_call(st->nest->seats[seat].layer, logged, &st->event.record, true);
}

/**
 * strace_log_end - log calls that will never be over
 * @st: the task
 * @wait: wait for room, as ever; a task that exits must not, as nothing kills it
 *
 * Context: The task itself; may sleep.
 */
void strace_log_end(struct strace_task *st, bool wait)
{
	struct syscall_record nothing = { .kind = SYSCALL_RECORD_LOG };
	struct strace_logged *logged;

	for (logged = st->logged; logged && st->nest; logged = logged->next) {
		logged->record.ret = 0;
		logged->record.duration = SYSCALL_NO_RESULT;
		log_call(st->nest->seats[logged->seat].layer, logged, &nothing, wait);
	}
}

/**
 * strace_drop_logged - forget calls that were to be logged
 * @st: the task
 *
 * Context: The task itself.
 */
void strace_drop_logged(struct strace_task *st)
{
	struct strace_logged *logged;

	while ((logged = st->logged)) {
		st->logged = logged->next;
		logged->next = st->unlogged;
		st->unlogged = logged;
	}
}

/**
 * strace_free_logged - free what is kept for calls to come
 * @st: the task, which logs nothing any more
 *
 * Context: Process context, or RCU.
 */
void strace_free_logged(struct strace_task *st)
{
	struct strace_logged *logged;

	while ((logged = st->unlogged)) {
		st->unlogged = logged->next;
		strace_put_snapshot(logged->snapshot);
		kfree(logged);
	}
}

/* --------------------------------- reading ------------------------------- */

/**
 * strace_log_head - up to where is the log written?
 * @layer: the layer
 *
 * Context: Any.
 * Return: the position; 0 if there is no log.
 */
u64 strace_log_head(struct strace_layer *layer)
{
	struct strace_log *log = READ_ONCE(layer->log);

	/* What is on its way there counts only when it can be read. */
	return log ? READ_ONCE(log->shown->head) : 0;
}

/**
 * strace_log_tail - up to where has the log been read?
 * @layer: the layer
 *
 * Context: Any.
 * Return: the position, which the tracer may have made up; 0 if there is no log.
 */
u64 strace_log_tail(struct strace_layer *layer)
{
	struct strace_log *log = READ_ONCE(layer->log);

	return log ? READ_ONCE(*log->tail) : 0;
}

/* The record at @tail. Return its length, 0 if there is none, or -EINVAL. */
static int peek_record(struct strace_log *log, u64 tail,
		       const struct syscall_trace_record **record)
{
	/* Pairs with commit(): the records are there. */
	u64 head = smp_load_acquire(&log->shown->head);
	u32 size;

	lockdep_assert_held(&log->reading);
	if (tail == head)
		return 0;
	/* Who has mapped it has written nonsense there. */
	if (head - tail > log->size || tail % 8 || head - tail < sizeof(**record))
		return -EINVAL;
	*record = (void *)log->data + (tail & (log->size - 1));
	size = READ_ONCE((*record)->size);
	if (size < sizeof(**record) || size % 8 || size > head - tail)
		return -EINVAL;
	return size;
}

static void advance(struct strace_log *log, u64 tail)
{
	lockdep_assert_held(&log->reading);
	/* Pairs with bytes_used(): we are done with that. */
	smp_store_release(log->tail, tail);
	if (wq_has_sleeper(&log->room))
		wake_up_all(&log->room);
}

/**
 * strace_poke_log - there may be room in the log
 * @layer: the layer
 *
 * Whoever reads it in memory says so with any other call.
 *
 * Context: Process context.
 */
void strace_poke_log(struct strace_layer *layer)
{
	struct strace_log *log = READ_ONCE(layer->log);

	if (!log)
		return;
	if (READ_ONCE(log->lost)) {
		spin_lock(&log->lock);
		if (log->lost)
			tell_lost(log);
		spin_unlock(&log->lock);
	}
	if (wq_has_sleeper(&log->room))
		wake_up_all(&log->room);
}

/* How many of the records that are next fit, in bytes. @nr: set to their number */
static int count_records(struct strace_log *log, u64 tail, size_t room, u32 *nr)
{
	const struct syscall_trace_record *record;
	u64 head = READ_ONCE(log->shown->head);
	/* It reads the head with acquire semantics. */
	size_t len = peek_record(log, tail, &record);

	if ((int)len <= 0)
		return len;
	if (len > room)
		return -EMSGSIZE;
	for (*nr = 1; head - tail - len >= sizeof(*record); ++*nr) {
		u32 size;

		record = (void *)log->data + ((tail + len) & (log->size - 1));
		size = READ_ONCE(record->size);
		if (size < sizeof(*record) || size % 8 || size > head - tail - len ||
		    size > room - len)
			break;
		len += size;
	}
	return len;
}

/**
 * strace_read_log - give the tracer as many whole packed records as fit
 * @layer: the layer; has a log
 * @to: where to
 * @room: bytes there
 * @nr: set to the number of records
 *
 * Context: Process context, may sleep.
 * Return: their bytes, 0 if there are none, -EMSGSIZE if the first does not fit,
 * -EFAULT, -EINVAL if the tracer has written nonsense to the page that it has
 * mapped, -ERESTARTSYS for a signal.
 */
ssize_t strace_read_log(struct strace_layer *layer, void __user *to, size_t room, u32 *nr)
{
	struct strace_log *log = READ_ONCE(layer->log);
	u64 tail;
	int len;

	*nr = 0;
	if (mutex_lock_interruptible(&log->reading))
		return -ERESTARTSYS;
	tail = READ_ONCE(*log->tail);
	len = count_records(log, tail, min_t(size_t, room, log->size), nr);
	if (len > 0 && copy_to_user(to, log->data + (tail & (log->size - 1)), len))
		len = -EFAULT;
	if (len > 0)
		advance(log, tail + len);
	mutex_unlock(&log->reading);
	return len;
}

/* The next record, copied: who moves the tail makes tasks write over it. */
static int copy_record(struct strace_log *log, struct strace_report *report)
{
	const struct syscall_trace_record *record;
	u64 tail = READ_ONCE(*log->tail);
	int len = peek_record(log, tail, &record);

	if (len <= 0)
		return len;
	report->log_end = tail + len;
	report->log_record = kvmemdup(record, len, GFP_KERNEL_ACCOUNT);
	if (!report->log_record)
		return -ENOMEM;
	report->log_len = len;
	return len;
}

/* Understand the copy. */
static int parse_record(struct strace_report *report)
{
	const struct syscall_trace_record *record = report->log_record;
	u32 nr = record->nr_blocks;

	report->log_blocks = kvmalloc_array(nr + 1, sizeof(*report->log_blocks),
					    GFP_KERNEL_ACCOUNT);
	if (!report->log_blocks)
		return -ENOMEM;
	if (syscall_packed_record(record, report->log_len, &report->record,
				  report->log_blocks, nr, &report->id))
		return -EINVAL;
	return 1;
}

/**
 * strace_take_log - take the next record of a log, understood
 * @layer: the layer; has a log
 * @report: set when there is one; give it to strace_put_report() or
 *	strace_unfetch() soon, as nobody else can read meanwhile
 *
 * Context: Process context, may sleep.
 * Return: 1, 0 if there is none, -EINVAL if the tracer has written nonsense to the
 * page that it has mapped, -ENOMEM, -ERESTARTSYS for a signal.
 */
int strace_take_log(struct strace_layer *layer, struct strace_report *report)
{
	struct strace_log *log = READ_ONCE(layer->log);
	int ret;

	report->note = NULL;
	report->snapshot = NULL;
	report->log_blocks = NULL;
	report->log_record = NULL;
	if (mutex_lock_interruptible(&log->reading))
		return -ERESTARTSYS;
	ret = copy_record(log, report);
	if (ret > 0)
		ret = parse_record(report);
	report->log = log;
	if (ret <= 0)
		strace_put_log(report, false);
	return ret;
}

/**
 * strace_put_log - done with a record of a log
 * @report: from strace_take_log()
 * @taken: it was read; else it stays where it is
 *
 * Context: Process context.
 */
void strace_put_log(struct strace_report *report, bool taken)
{
	struct strace_log *log = report->log;

	if (taken)
		advance(log, report->log_end);
	mutex_unlock(&log->reading);
	kvfree(report->log_blocks);
	kvfree(report->log_record);
	report->log = NULL;
}
