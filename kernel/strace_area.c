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
 * A task takes what it needs for a call in runs of pages and gives them back
 * when the call is over. The pages stay with the process, for the next call.
 */

#include <linux/bitmap.h>
#include <linux/highmem.h>
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

static int area_kb __read_mostly = 1024;

/**
 * struct strace_zone - the part of an area for addresses of one size
 * @start: where it is mapped; constant
 * @used: a bit for each page that belongs to a run; under the area's lock
 * @pages: those that there are; who owns the run adds what is missing
 */
struct strace_zone {
	unsigned long start;
	unsigned long *used;
	struct page *pages[];
};

/**
 * struct strace_area - memory of the kernel's own in a process
 * @refs: one for the mm, one for each task that has runs of it
 * @lock: covers what says so; a leaf
 * @size: pages of each zone, and of all together; constant
 * @nr_pages: how many pages there are; under @lock
 * @zones: for addresses of 64 bits, and for such of 32; set under the mm's
 *	mmap_lock, once
 */
struct strace_area {
	refcount_t refs;
	spinlock_t lock; /* see above */
	unsigned int size;
	unsigned int nr_pages;
	struct strace_zone *zones[2];
};

/* ------------------------------- the mapping ----------------------------- */

static struct strace_zone *find_zone(struct strace_area *area, unsigned long start)
{
	int i;

	for (i = 0; area && i < ARRAY_SIZE(area->zones); i++) {
		struct strace_zone *zone = READ_ONCE(area->zones[i]);

		if (zone && zone->start == start)
			return zone;
	}
	return NULL;
}

static vm_fault_t area_fault(const struct vm_special_mapping *sm,
			     struct vm_area_struct *vma, struct vm_fault *vmf)
{
	struct strace_area *area = READ_ONCE(vma->vm_mm->strace_area);
	struct strace_zone *zone = find_zone(area, vma->vm_start);
	struct page *page;

	if (!zone || vmf->pgoff >= area->size)
		return VM_FAULT_SIGBUS;
	/* Pairs with smp_store_release() in add_pages(). */
	page = smp_load_acquire(&zone->pages[vmf->pgoff]);
	if (!page)
		return VM_FAULT_SIGBUS;
	/* It stays as long as the area, and that as long as it is mapped. */
	return vmf_insert_pfn(vma, vmf->address, page_to_pfn(page));
}

static const struct vm_special_mapping area_mapping = {
	.name = "[syscall_trace]",
	.fault = area_fault,
};

static void free_zone(struct strace_zone *zone, unsigned int size)
{
	unsigned int i;

	if (!zone)
		return;
	for (i = 0; i < size; i++)
		if (zone->pages[i])
			__free_page(zone->pages[i]);
	bitmap_free(zone->used);
	kvfree(zone);
}

static struct strace_zone *alloc_zone(unsigned int size)
{
	struct strace_zone *zone;

	zone = kvzalloc(struct_size(zone, pages, size), GFP_KERNEL_ACCOUNT);
	if (!zone)
		return NULL;
	zone->used = bitmap_zalloc(size, GFP_KERNEL_ACCOUNT);
	if (!zone->used) {
		kvfree(zone);
		return NULL;
	}
	return zone;
}

/* Called by a task whose call has addresses of the size that the zone is for. */
static int map_zone(struct strace_area *area, struct strace_zone **slot)
{
	unsigned long size = (unsigned long)area->size << PAGE_SHIFT;
	struct strace_zone *zone = alloc_zone(area->size);
	struct vm_area_struct *vma;
	unsigned long start;

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
	/* Pairs with smp_load_acquire() in get_zone(). */
	smp_store_release(slot, zone);
	return 0;
out_free:
	free_zone(zone, area->size);
	return -ENOMEM;
}

static int create_area(struct mm_struct *mm)
{
	struct strace_area *area = kzalloc(sizeof(*area), GFP_KERNEL_ACCOUNT);

	mmap_assert_write_locked(mm);
	if (!area)
		return -ENOMEM;
	refcount_set(&area->refs, 1);
	spin_lock_init(&area->lock);
	area->size = (unsigned int)READ_ONCE(area_kb) >> (PAGE_SHIFT - 10);
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
		err = map_zone(mm->strace_area, &mm->strace_area->zones[which]);
	mmap_write_unlock(mm);
	return err;
}

static struct strace_zone *get_zone(unsigned int which)
{
	/* Pairs with smp_store_release() in create_area(). */
	struct strace_area *area = smp_load_acquire(&current->mm->strace_area);
	struct strace_zone *zone = NULL;
	int err;

	/* Pairs with smp_store_release() in map_zone(). */
	if (area)
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
		free_zone(area->zones[i], area->size);
	kfree(area);
}

/* ---------------------------------- runs --------------------------------- */

static unsigned int count_missing(struct strace_zone *zone, const struct strace_run *run)
{
	unsigned int i, missing = 0;

	for (i = run->first; i < run->first + run->nr; i++)
		missing += !zone->pages[i];
	return missing;
}

/* Mark @run->nr pages as used, if there are so many in a row; some may be missing. */
static int claim_run(struct strace_area *area, struct strace_zone *zone,
		     struct strace_run *run, unsigned int *missing)
{
	int err = -ENOMEM;

	spin_lock(&area->lock);
	run->first = bitmap_find_next_zero_area(zone->used, area->size, 0, run->nr, 0);
	if (run->first >= area->size)
		goto out_unlock;
	*missing = count_missing(zone, run);
	if (area->nr_pages + *missing > area->size)
		goto out_unlock;
	area->nr_pages += *missing;
	bitmap_set(zone->used, run->first, run->nr);
	err = 0;
out_unlock:
	spin_unlock(&area->lock);
	return err;
}

/* @unfilled: pages that were meant to be added, and were not */
static void drop_run(struct strace_area *area, struct strace_zone *zone,
		     const struct strace_run *run, unsigned int unfilled)
{
	spin_lock(&area->lock);
	area->nr_pages -= unfilled;
	bitmap_clear(zone->used, run->first, run->nr);
	spin_unlock(&area->lock);
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

		if (!page) {
			free_pages_of(pages);
			return -ENOMEM;
		}
		list_add(&page->lru, pages);
	}
	return 0;
}

/*
 * Add what a run lacks: all of it or nothing, as a page that was added may be
 * mapped at once, and stays. Those of a run that was claimed are nobody else's
 * to add.
 */
static int add_pages(struct strace_zone *zone, const struct strace_run *run,
		     unsigned int missing)
{
	LIST_HEAD(pages);
	unsigned int i;
	int err = alloc_pages_for(&pages, missing);

	for (i = run->first; !err && i < run->first + run->nr; i++) {
		struct page *page;

		if (zone->pages[i])
			continue;
		page = list_first_entry(&pages, struct page, lru);
		list_del(&page->lru);
		/* Pairs with smp_load_acquire() in area_fault(). */
		smp_store_release(&zone->pages[i], page);
	}
	return err;
}

static int take_run(struct strace_room *room, unsigned int nr)
{
	struct strace_run run = { .nr = nr };
	unsigned int missing;
	int err;

	if (room->nr_runs == STRACE_MAX_RUNS)
		return -ENOMEM;
	err = claim_run(room->area, room->zone, &run, &missing);
	if (err)
		return err;
	err = add_pages(room->zone, &run, missing);
	if (err) {
		drop_run(room->area, room->zone, &run, missing);
		return err;
	}
	room->runs[room->nr_runs++] = run;
	room->next = room->zone->start + ((unsigned long)run.first << PAGE_SHIFT);
	room->end = room->next + ((unsigned long)run.nr << PAGE_SHIFT);
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
	if (len > (u64)room->area->size << PAGE_SHIFT)
		return -ENOMEM;
	len += AREA_GUARD;
	if (len > room->end - room->next) {
		/* Ever longer runs, so that a few are enough; or what there is. */
		nr = PFN_UP(len);
		err = take_run(room, max(nr, 1u << room->nr_runs));
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
		drop_run(room->area, room->zone, &room->runs[i], 0);
	room->nr_runs = 0;
	strace_put_area(room->area);
	room->area = NULL;
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
