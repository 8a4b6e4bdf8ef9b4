// SPDX-License-Identifier: GPL-2.0-only
/*
 * A vDSO whose functions enter the kernel, for processes whose system calls are
 * traced.
 *
 * It is the image that all have, but for the first byte of each function: that
 * is HLT, which traps. No thread can be in the middle of one byte, so it can
 * be put in the place of the other at any time. From the trap the thread goes
 * on at code in the image that makes the system call, see real_calls.S.
 */

#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/syscall_trace.h>

#include <asm/mmu.h>
#include <asm/mmu_context.h>
#include <asm/ptrace.h>
#include <asm/set_memory.h>
#include <asm/trapnr.h>
#include <asm/vdso.h>

#define HLT	0xf4

/**
 * struct vdso_real_call - a function of the vDSO; offsets from each field
 * @function: where it begins
 * @call: code that makes a system call instead
 */
struct vdso_real_call {
	s32 function;
	s32 call;
};

/**
 * struct vdso_twin - the two forms of an image
 * @image: as built
 * @data: with traps
 */
struct vdso_twin {
	const struct vdso_image *image;
	void *data;
};

/* One for each ABI. */
static struct vdso_twin twins[3] __ro_after_init;

static const void *trapping_data(const struct vdso_image *image)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(twins); i++)
		if (twins[i].image == image)
			return twins[i].data;
	return NULL;
}

static unsigned int count_calls(const struct vdso_image *image)
{
	return (image->sym_vdso_real_calls_end - image->sym_vdso_real_calls) /
	       sizeof(struct vdso_real_call);
}

/* Offsets of the @i-th function, and of its system call, in the image. */
static void find_call(const struct vdso_image *image, unsigned int i,
		      unsigned long *function, unsigned long *call)
{
	unsigned long at = image->sym_vdso_real_calls + i * sizeof(struct vdso_real_call);
	const struct vdso_real_call *entry = image->data + at;

	*function = at + offsetof(struct vdso_real_call, function) + entry->function;
	*call = at + offsetof(struct vdso_real_call, call) + entry->call;
}

/**
 * vdso_add_traps - make the form of an image that traps
 * @image: the image, complete
 *
 * Context: Once for each image, while the kernel starts.
 */
void __init vdso_add_traps(const struct vdso_image *image)
{
	unsigned long function, call;
	unsigned int i, t;
	u8 *data;

	data = alloc_pages_exact(image->size, GFP_KERNEL);
	if (!data)
		return;
	memcpy(data, image->data, image->size);
	for (i = 0; i < count_calls(image); i++) {
		find_call(image, i, &function, &call);
		data[function] = HLT;
	}
	/* As the image that it is of; if that cannot be, so be it. */
	set_memory_ro((unsigned long)data, image->size >> PAGE_SHIFT);
	for (t = 0; t < ARRAY_SIZE(twins) - 1 && twins[t].image; t++)
		;
	twins[t] = (struct vdso_twin){ .image = image, .data = data };
}

/**
 * vdso_text - what the vDSO of a process is to be mapped from
 * @mm: the process's memory
 * @image: its image
 *
 * Context: Page fault.
 * Return: @image->size bytes, aligned to pages.
 */
const void *vdso_text(struct mm_struct *mm, const struct vdso_image *image)
{
	const void *data = NULL;

	if (test_bit(MM_CONTEXT_VDSO_TRAPS, &mm->context.flags))
		data = trapping_data(image);
	return data ?: image->data;
}

/*
 * From now on the functions trap, or with @on false run as built. No page fault
 * of another thread is half way. A vDSO that a debugger has written to is a
 * private copy, and stays as it is.
 */
static void set_traps(struct mm_struct *mm, bool on)
{
	struct vm_area_struct *vma;
	VMA_ITERATOR(vmi, mm, 0);

	mmap_assert_write_locked(mm);
	for_each_vma(vmi, vma) {
		if (!vma_is_vdso(vma))
			continue;
		/* It may hold traps. */
		if (!on && vma->anon_vma)
			return;
		vma_start_write(vma);
	}
	if (on)
		set_bit(MM_CONTEXT_VDSO_TRAPPED, &mm->context.flags);
	assign_bit(MM_CONTEXT_VDSO_TRAPS, &mm->context.flags, on);
	vma_iter_set(&vmi, 0);
	for_each_vma(vmi, vma)
		if (vma_is_vdso(vma) && !vma->anon_vma)
			zap_vma_pages(vma);
}

/**
 * vdso_trap_calls - let the vDSO of a process enter the kernel
 * @mm: the process's memory
 *
 * A function that a thread is in ends as it began. A vDSO that a debugger has
 * written to stays as it is.
 *
 * Context: Process context, may sleep; no locks held.
 * Return: 0, -ENOMEM, or -EINTR when the caller is killed.
 */
int vdso_trap_calls(struct mm_struct *mm)
{
	const struct vdso_image *image = READ_ONCE(mm->context.vdso_image);

	if (image && !trapping_data(image))
		return -ENOMEM;
	if (mmap_write_lock_killable(mm))
		return -EINTR;
	set_traps(mm, true);
	mmap_write_unlock(mm);
	return 0;
}

/**
 * vdso_trap_new_mm - the same for memory whose vDSO nobody has used yet
 * @mm: the memory of a new process or program
 *
 * Context: Process context, before anybody else can use @mm.
 */
void vdso_trap_new_mm(struct mm_struct *mm)
{
	set_bit(MM_CONTEXT_VDSO_TRAPPED, &mm->context.flags);
	set_bit(MM_CONTEXT_VDSO_TRAPS, &mm->context.flags);
}

/**
 * vdso_choose_traps - the caller is about to map a vDSO: shall it trap?
 *
 * Context: The task itself, with mmap_lock held for writing.
 */
void vdso_choose_traps(void)
{
	mmap_assert_write_locked(current->mm);
	if (strace_wants_real_calls())
		vdso_trap_new_mm(current->mm);
}

/**
 * vdso_dup_traps - a new process has the traps of its parent
 * @oldmm: the parent's memory
 * @mm: the child's, just copied
 *
 * They may have changed since its structure was copied.
 *
 * Context: Fork, with the locks of both held for writing.
 */
void vdso_dup_traps(struct mm_struct *oldmm, struct mm_struct *mm)
{
	const unsigned long mask = BIT(MM_CONTEXT_VDSO_TRAPS) | BIT(MM_CONTEXT_VDSO_TRAPPED);

	mmap_assert_write_locked(oldmm);
	mm->context.flags &= ~mask;
	mm->context.flags |= oldmm->context.flags & mask;
}

/*
 * Does any other process use this one's memory? As current_is_single_threaded()
 * finds out; who else holds the memory does not count.
 */
static bool shares_memory(struct mm_struct *mm)
{
	struct task_struct *p, *t;
	bool shared = false;

	if (atomic_read(&mm->mm_users) == 1)
		return false;
	rcu_read_lock();
	for_each_process(p) {
		if ((p->flags & PF_KTHREAD) || same_thread_group(p, current))
			continue;
		for_each_thread(p, t) {
			shared |= READ_ONCE(t->mm) == mm;
			if (READ_ONCE(t->mm))
				break;
			/* It may have made others before its memory went. */
			smp_rmb();
		}
	}
	rcu_read_unlock();
	return shared;
}

/*
 * Does what is there stay as it is? A private copy, since a debugger has written to it,
 * and what the program has put there itself.
 */
static bool stays(struct mm_struct *mm, unsigned long addr)
{
	struct vm_area_struct *vma = vma_lookup(mm, addr);

	mmap_assert_locked(mm);
	return !vma || !vma_is_vdso(vma) || vma->anon_vma;
}

/*
 * When nobody wants the traps any more, functions run as built again. Under the
 * lock, since a new tracer says what it wants before it sets traps. Return
 * false if the one at @addr may still be there.
 */
static bool remove_traps(struct mm_struct *mm, unsigned long addr)
{
	bool removed = false;

	if (strace_wants_real_calls() || shares_memory(mm) || mmap_write_lock_killable(mm))
		return false;
	if (!stays(mm, addr) && !strace_wants_real_calls() && !shares_memory(mm)) {
		/* Another thread may have done it since this one was sprung. */
		if (test_bit(MM_CONTEXT_VDSO_TRAPS, &mm->context.flags))
			set_traps(mm, false);
		removed = !test_bit(MM_CONTEXT_VDSO_TRAPS, &mm->context.flags);
	}
	mmap_write_unlock(mm);
	return removed;
}

/**
 * vdso_fixup_trap - go on behind a trap of the vDSO
 * @regs: the program's registers
 * @trapnr: what trap it was
 *
 * Context: The task itself, from the trap, may sleep.
 * Return: true if it was such a trap.
 */
bool vdso_fixup_trap(struct pt_regs *regs, int trapnr)
{
	struct mm_struct *mm = current->mm;
	const struct vdso_image *image = READ_ONCE(mm->context.vdso_image);
	unsigned long base = (unsigned long)mm->context.vdso;
	unsigned long function, call;
	unsigned int i;

	/* The traps may have been taken away since this one was sprung. */
	if (trapnr != X86_TRAP_GP || !base || !image ||
	    !test_bit(MM_CONTEXT_VDSO_TRAPPED, &mm->context.flags))
		return false;
	for (i = 0; i < count_calls(image); i++) {
		find_call(image, i, &function, &call);
		if (regs->ip != base + function)
			continue;
		if (!remove_traps(mm, regs->ip))
			regs->ip = base + call;
		return true;
	}
	return false;
}
