// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory of the kernel's own in a traced process, for what calls shall read.
 *
 * The program can read it and nothing else: it is mapped without VM_MAYWRITE, so
 * that no forced write succeeds; sealed, so that nothing else can come to be
 * mapped there; and a child does not inherit it. Nor can anybody hold on to a
 * page, which the next call may find other bytes in: get_user_pages() refuses
 * VM_IO and VM_PFNMAP, and get_user_pages_fast(), which does not look at flags,
 * the special page table entries that come with the latter.
 *
 * A task takes what it needs for a call in runs of slots, of which a page has
 * several, and gives them back when the call is over. The pages stay with the
 * process, for the next call.
 */

#include <linux/bitmap.h>
#include <linux/highmem.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/sysctl.h>
#include <linux/uaccess.h>

#include "strace.h"

/* Only what is sealed stays where it is. */
#ifdef CONFIG_64BIT
#define AREA_SEALED	VM_SEALED
#else
#define AREA_SEALED	0
#endif
#define AREA_FLAGS	(VM_READ | VM_MAYREAD | VM_DONTCOPY | VM_DONTDUMP | VM_IO | \
			 VM_PFNMAP | AREA_SEALED)

/* What is put there is aligned to this many bytes. */
#define AREA_ALIGN	16
/* Bytes that are zero behind it. */
#define AREA_GUARD	8

/* Tasks that are in calls for long with a few bytes each must not use it up. */
#define SLOT_SHIFT	8
#define SLOTS_PER_PAGE	(1U << (PAGE_SHIFT - SLOT_SHIFT))

static int area_kb __read_mostly = 1024;

/**
 * struct strace_zone - the part of an area for addresses of one size
 * @start: where it is mapped; constant
 * @nr_pages: how long it is; constant
 * @lock: covers what says so; a leaf
 * @used: a bit for each slot that belongs to a run; under @lock
 * @pages: those that there are; written under @lock, once
 */
struct strace_zone {
	unsigned long start;
	unsigned int nr_pages;
	spinlock_t lock; /* see above */
	unsigned long *used;
	struct page *pages[] __counted_by(nr_pages);
};

/**
 * struct strace_area - memory of the kernel's own in a process
 * @refs: one for the mm, one for each task that has runs of it
 * @zones: for addresses of 64 bits, and for such of 32; set under the mm's
 *	mmap_lock, once
 */
struct strace_area {
	refcount_t refs;
	struct strace_zone *zones[2];
};

/* ------------------------------- the mapping ----------------------------- */

static struct strace_zone *zone_of(const struct vm_area_struct *vma)
{
	struct strace_area *area = READ_ONCE(vma->vm_mm->strace_area);
	int i;

	for (i = 0; area && i < ARRAY_SIZE(area->zones); i++) {
		struct strace_zone *zone = READ_ONCE(area->zones[i]);

		if (zone && zone->start == vma->vm_start)
			return zone;
	}
	return NULL;
}

/* The page at an address, or NULL if there is none (yet). */
static struct page *find_page(const struct vm_area_struct *vma, unsigned long addr)
{
	struct strace_zone *zone = zone_of(vma);
	unsigned long i = (addr - vma->vm_start) >> PAGE_SHIFT;

	if (!zone || i >= zone->nr_pages)
		return NULL;
	/* Pairs with smp_store_release() in add_pages(). */
	return smp_load_acquire(&zone->pages[i]);
}

static vm_fault_t area_fault(struct vm_fault *vmf)
{
	struct page *page = find_page(vmf->vma, vmf->address);

	if (!page)
		return VM_FAULT_SIGBUS;
	/* It stays as long as the area, and that as long as it is mapped. */
	return vmf_insert_pfn(vmf->vma, vmf->address, page_to_pfn(page));
}

/* Debuggers and supervisors may look through /proc/<pid>/mem and ptrace(). */
static int area_access(struct vm_area_struct *vma, unsigned long addr, void *buf,
		       int len, int write)
{
	struct page *page = find_page(vma, addr);

	if (write)
		return -EACCES;
	if (!page)
		return 0;
	len = min_t(int, len, PAGE_SIZE - offset_in_page(addr));
	memcpy_from_page(buf, page, offset_in_page(addr), len);
	return len;
}

static int area_may_split(struct vm_area_struct *vma, unsigned long addr)
{
	return -EINVAL;
}

static const char *area_name(struct vm_area_struct *vma)
{
	return "[syscall_trace]";
}

static const struct vm_operations_struct area_operations = {
	.fault = area_fault,
	.access = area_access,
	.may_split = area_may_split,
	.name = area_name,
};

/* What it is called until it has the operations above. */
static const struct vm_special_mapping area_mapping = {
	.name = "[syscall_trace]",
};

static void free_zone(struct strace_zone *zone)
{
	unsigned int i;

	if (!zone)
		return;
	for (i = 0; i < zone->nr_pages; i++)
		if (zone->pages[i])
			__free_page(zone->pages[i]);
	bitmap_free(zone->used);
	kvfree(zone);
}

static struct strace_zone *alloc_zone(unsigned int nr_pages)
{
	struct strace_zone *zone;

	zone = kvzalloc(struct_size(zone, pages, nr_pages), GFP_KERNEL_ACCOUNT);
	if (!zone)
		return NULL;
	zone->nr_pages = nr_pages;
	spin_lock_init(&zone->lock);
	zone->used = bitmap_zalloc(nr_pages * SLOTS_PER_PAGE, GFP_KERNEL_ACCOUNT);
	if (!zone->used) {
		kvfree(zone);
		return NULL;
	}
	return zone;
}

/* Called by a task whose call has addresses of the size that the zone is for. */
static int map_zone(struct strace_zone **where)
{
	/* One more for what is behind that which fills it. */
	unsigned int nr_pages = ((unsigned int)READ_ONCE(area_kb) >> (PAGE_SHIFT - 10)) + 1;
	struct strace_zone *zone = alloc_zone(nr_pages);
	struct vm_area_struct *vma;
	unsigned long start, size = (unsigned long)nr_pages << PAGE_SHIFT;

	mmap_assert_write_locked(current->mm);
	if (!zone)
		return -ENOMEM;
	start = get_unmapped_area(NULL, 0, size, 0, 0);
	if (IS_ERR_VALUE(start))
		goto out_free;
	zone->start = start;
	vma = _install_special_mapping(current->mm, start, size, AREA_FLAGS, &area_mapping);
	if (IS_ERR(vma))
		goto out_free;
	/* Others' special mappings cannot be looked at from outside. */
	vma->vm_ops = &area_operations;
	/* Pairs with smp_load_acquire() in get_zone(). */
	smp_store_release(where, zone);
	return 0;
out_free:
	free_zone(zone);
	return -ENOMEM;
}

static int create_area(struct mm_struct *mm)
{
	struct strace_area *area = kzalloc(sizeof(*area), GFP_KERNEL_ACCOUNT);

	mmap_assert_write_locked(mm);
	if (!area)
		return -ENOMEM;
	refcount_set(&area->refs, 1);
	/* Pairs with smp_load_acquire() in get_zone(). */
	smp_store_release(&mm->strace_area, area);
	return 0;
}

static int make_zone(unsigned int which)
{
	struct mm_struct *mm = current->mm;
	int err = 0;

	if (mmap_write_lock_killable(mm))
		return -EINTR;
	if (!mm->strace_area)
		err = create_area(mm);
	if (!err && !mm->strace_area->zones[which])
		err = map_zone(&mm->strace_area->zones[which]);
	mmap_write_unlock(mm);
	return err;
}

static struct strace_zone *get_zone(unsigned int which)
{
	/* Pairs with smp_store_release() in create_area(). */
	struct strace_area *area = smp_load_acquire(&current->mm->strace_area);
	struct strace_zone *zone = NULL;
	int err;

	if (area)
		/* Pairs with smp_store_release() in map_zone(). */
		zone = smp_load_acquire(&area->zones[which]);
	if (zone)
		return zone;
	err = make_zone(which);
	return err ? ERR_PTR(err) : current->mm->strace_area->zones[which];
}

/**
 * strace_put_area - give back a reference
 * @area: may be NULL
 *
 * Context: Process context.
 */
void strace_put_area(struct strace_area *area)
{
	int i;

	if (!area || !refcount_dec_and_test(&area->refs))
		return;
	for (i = 0; i < ARRAY_SIZE(area->zones); i++)
		free_zone(area->zones[i]);
	kfree(area);
}

/* ---------------------------------- runs --------------------------------- */

/* Mark @run->nr slots as used, if there are so many in a row. */
static int claim_run(struct strace_zone *zone, struct strace_run *run)
{
	unsigned int max = zone->nr_pages * SLOTS_PER_PAGE;
	int err = -ENOMEM;

	spin_lock(&zone->lock);
	run->first = bitmap_find_next_zero_area(zone->used, max, 0, run->nr, 0);
	if (run->first < max) {
		bitmap_set(zone->used, run->first, run->nr);
		err = 0;
	}
	spin_unlock(&zone->lock);
	return err;
}

static void drop_run(struct strace_zone *zone, const struct strace_run *run)
{
	spin_lock(&zone->lock);
	bitmap_clear(zone->used, run->first, run->nr);
	spin_unlock(&zone->lock);
}

static void free_pages_of(struct list_head *pages)
{
	struct page *page, *next;

	list_for_each_entry_safe(page, next, pages, lru) {
		list_del(&page->lru);
		__free_page(page);
	}
}

static int alloc_pages_for(struct list_head *pages, unsigned int nr)
{
	while (nr--) {
		/* Better no room than a process killed for want of memory. */
		struct page *page = alloc_page(GFP_KERNEL_ACCOUNT | __GFP_ZERO |
					       __GFP_NORETRY | __GFP_NOWARN);

		if (!page)
			return -ENOMEM;
		list_add(&page->lru, pages);
	}
	return 0;
}

/*
 * Add what a run lacks: all of it or nothing, as a page that was added may be
 * mapped at once, and stays. Who has other slots of a page may be quicker.
 */
static int add_pages(struct strace_zone *zone, const struct strace_run *run)
{
	unsigned int first = run->first / SLOTS_PER_PAGE, missing = 0, i;
	unsigned int last = (run->first + run->nr - 1) / SLOTS_PER_PAGE;
	LIST_HEAD(pages);
	int err;

	for (i = first; i <= last; i++)
		missing += !READ_ONCE(zone->pages[i]);
	if (!missing)
		return 0;
	err = alloc_pages_for(&pages, missing);
	spin_lock(&zone->lock);
	for (i = first; !err && i <= last; i++) {
		struct page *page;

		if (zone->pages[i])
			continue;
		page = list_first_entry(&pages, struct page, lru);
		list_del(&page->lru);
		/* Pairs with smp_load_acquire() in find_page(). */
		smp_store_release(&zone->pages[i], page);
	}
	spin_unlock(&zone->lock);
	free_pages_of(&pages);
	return err;
}

static int take_run(struct strace_room *room, unsigned int nr)
{
	struct strace_run run = { .nr = nr };
	int err;

	if (room->nr_runs == STRACE_MAX_RUNS)
		return -ENOMEM;
	err = claim_run(room->zone, &run);
	if (err)
		return err;
	err = add_pages(room->zone, &run);
	if (err) {
		drop_run(room->zone, &run);
		return err;
	}
	room->runs[room->nr_runs++] = run;
	room->next = room->zone->start + ((unsigned long)run.first << SLOT_SHIFT);
	room->end = room->next + ((unsigned long)run.nr << SLOT_SHIFT);
	return 0;
}

/**
 * strace_reserve - take memory for the call that is being made
 * @room: what the task has taken so far
 * @abi: ABI of the call, which current is in
 * @len: bytes
 *
 * The memory is not cleared, but a little behind it is: a call that reads more
 * than the description says finds nothing there that anybody has chosen.
 *
 * Context: The task itself; sleeps.
 * Return: its address in the program, or -ENOMEM, or -EINTR if the task is to die.
 */
unsigned long strace_reserve(struct strace_room *room, enum syscall_abi abi, u64 len)
{
	static const u8 zeros[AREA_GUARD + AREA_ALIGN];
	unsigned long addr, guard;
	unsigned int nr;
	int err;

	if (!room->area) {
		struct strace_zone *zone = get_zone(syscall_abi_pointer(abi) == 4);

		if (IS_ERR(zone))
			return PTR_ERR(zone);
		room->area = current->mm->strace_area;
		refcount_inc(&room->area->refs);
		room->zone = zone;
		room->next = 0;
		room->end = 0;
	}
	if (len > (u64)room->zone->nr_pages << PAGE_SHIFT)
		return -ENOMEM;
	len += AREA_GUARD;
	if (len > room->end - room->next) {
		/* Ever longer runs, so that a few are enough; or what there is. */
		nr = ((len - 1) >> SLOT_SHIFT) + 1;
		err = take_run(room, max(nr, 1u << 2 * min(room->nr_runs, 8u)));
		if (err)
			err = take_run(room, nr);
		if (err)
			return err;
	}
	addr = room->next;
	room->next = min(ALIGN(addr + (unsigned long)len, AREA_ALIGN), room->end);
	guard = addr + len - AREA_GUARD;
	strace_fill(room, guard, zeros, room->next - guard);
	return addr;
}

/**
 * strace_release - give back the memory that was taken for a call
 * @room: what the task has taken; empty afterwards
 *
 * Context: The task itself, with whatever mm.
 */
void strace_release(struct strace_room *room)
{
	unsigned int i;

	if (!room->area)
		return;
	for (i = 0; i < room->nr_runs; i++)
		drop_run(room->zone, &room->runs[i]);
	room->nr_runs = 0;
	strace_put_area(room->area);
	room->area = NULL;
}

/**
 * strace_rewind - give back what was taken last
 * @room: what the task has taken
 * @mark: a copy of it from before that
 *
 * Context: The task itself.
 */
void strace_rewind(struct strace_room *room, const struct strace_room *mark)
{
	unsigned int i;

	if (!mark->area) {
		strace_release(room);
		return;
	}
	for (i = mark->nr_runs; i < room->nr_runs; i++)
		drop_run(room->zone, &room->runs[i]);
	room->nr_runs = mark->nr_runs;
	room->next = mark->next;
	room->end = mark->end;
}

/* The page at an address, and how many of @len bytes are on it. */
static struct page *page_at(struct strace_room *room, unsigned long addr, u64 len,
			    unsigned int *chunk)
{
	unsigned long off = addr - room->zone->start;

	*chunk = min_t(u64, len, PAGE_SIZE - offset_in_page(off));
	return room->zone->pages[off >> PAGE_SHIFT];
}

/**
 * strace_fill - write to memory from strace_reserve()
 * @room: what the task has taken
 * @to: the address
 * @from: the bytes
 * @len: how many
 *
 * Context: The task itself.
 */
void strace_fill(struct strace_room *room, unsigned long to, const void *from, u64 len)
{
	unsigned int chunk;

	for (; len; len -= chunk, to += chunk, from += chunk) {
		struct page *page = page_at(room, to, len, &chunk);

		memcpy_to_page(page, offset_in_page(to), from, chunk);
	}
}

/**
 * strace_fill_from_user - copy memory of the program to some from strace_reserve()
 * @room: what the task has taken
 * @to: the address
 * @from: the program's address
 * @len: bytes
 *
 * Context: The task itself; sleeps.
 * Return: 0, or -EFAULT if not all of it can be read.
 */
int strace_fill_from_user(struct strace_room *room, unsigned long to,
			  const void __user *from, u64 len)
{
	unsigned int chunk;

	for (; len; len -= chunk, to += chunk, from += chunk) {
		struct page *page = page_at(room, to, len, &chunk);
		void *kaddr = kmap_local_page(page);
		unsigned long left = copy_from_user(kaddr + offset_in_page(to), from, chunk);

		kunmap_local(kaddr);
		if (left)
			return -EFAULT;
	}
	return 0;
}

#ifdef CONFIG_SYSCTL
static int min_area_kb = PAGE_SIZE >> 10;
static int max_area_kb = SZ_64M >> 10;

static struct ctl_table area_sysctls[] = {
	{
		.procname	= "syscall_trace_area_kb",
		.data		= &area_kb,
		.maxlen		= sizeof(int),
		.mode		= 0644,
		.proc_handler	= proc_dointvec_minmax,
		.extra1		= &min_area_kb,
		.extra2		= &max_area_kb,
	},
};

static int __init strace_area_sysctl_init(void)
{
	register_sysctl_init("kernel", area_sysctls);
	return 0;
}
late_initcall(strace_area_sysctl_init);
#endif /* CONFIG_SYSCTL */
