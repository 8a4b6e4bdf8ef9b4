/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tracing of system calls through /proc/<pid>/syscall.
 *
 * kernel/strace_hooks.c is the tracee's side: it stops system calls and waits
 * for answers. fs/proc/syscall_trace.c is the tracer's side: the file.
 */
#ifndef _LINUX_SYSCALL_TRACE_H
#define _LINUX_SYSCALL_TRACE_H

#include <linux/mm_types.h>
#include <linux/pid_types.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/syscall_record.h>
#include <linux/thread_info.h>

struct cred;
struct file;
struct kernel_siginfo;
struct linux_binprm;
struct poll_table_struct;
struct pt_regs;
struct seq_file;
struct strace_layer;
struct strace_log;
struct syscall_trace_record;
struct strace_snapshot;
struct strace_note;

#ifdef CONFIG_PROC_SYSCALL_TRACE

/* Layers on one process, those of its threads included. */
#define STRACE_MAX_LAYERS	64

/* ------------------ hooks, called by the traced task itself ---------------- */

bool strace_enter(struct pt_regs *regs);
bool strace_call_changed(struct pt_regs *regs);
bool strace_call_is_judged(void);
bool strace_enter_vsyscall(struct pt_regs *regs);
void strace_exit(struct pt_regs *regs);
int strace_dup_task(struct task_struct *child, u64 clone_flags);
void strace_fork_regs(struct task_struct *child);
int strace_link_child(struct task_struct *child, u64 clone_flags);
void strace_cancel_fork(struct task_struct *child);
void strace_free_task(struct task_struct *task);
void strace_exit_task(struct task_struct *task, long code);
void strace_exit_group(struct task_struct *task);
void strace_exec_unsafe(struct linux_binprm *bprm);
void strace_exec_committed(struct linux_binprm *bprm);
void strace_put_area(struct strace_area *area);

static inline void strace_init_mm(struct mm_struct *mm)
{
	mm->strace_area = NULL;
}

/* When nothing is mapped any more. */
static inline void strace_exit_mm(struct mm_struct *mm)
{
	strace_put_area(mm->strace_area);
}

int strace_stop_for_signal(int sig, struct kernel_siginfo *info, enum pid_type type);
bool strace_wants_signal(struct task_struct *task, int sig);
bool strace_wants_real_calls(void);

static inline bool strace_work_pending(void)
{
	return READ_ONCE(current_thread_info()->syscall_work) & SYSCALL_WORK_STRACE;
}

/* Must the signal not be taken for fatal yet? Under the task's siglock. */
static inline bool strace_awaits_signal(struct task_struct *task, int sig)
{
	return task->signal->strace_nest && strace_wants_signal(task, sig);
}

/* May a layer want to see a signal of the current task's? */
static inline bool strace_may_stop_for_signals(void)
{
	return unlikely(current->strace);
}

/* The architecture's: let the vDSO of a process enter the kernel. */
int vdso_trap_calls(struct mm_struct *mm);
void vdso_trap_new_mm(struct mm_struct *mm);
void vdso_choose_traps(void);

/* --------------------- the tracer's end of a layer ------------------------- */

/**
 * struct strace_report - what a tracer gets of a stop or of a note
 * @id: names the stop until it is answered; 0 for a note
 * @record: what to show
 * @snapshot: holds what the record of a stop points to
 * @note: the note, or NULL
 * @log: the log that the record is from, or NULL
 * @log_record: a copy of the packed record
 * @log_len: bytes of that
 * @log_end: where the next begins
 * @log_blocks: what it points to
 * @with_tid: whether to show the thread id
 * @tid: thread of the stop
 * @fresh: nobody had seen the stop before
 */
struct strace_report {
	u64 id;
	struct syscall_record record;
	struct strace_snapshot *snapshot;
	struct strace_note *note;
	struct strace_log *log;
	void *log_record;
	u32 log_len;
	u64 log_end;
	struct syscall_block *log_blocks;
	bool with_tid;
	u32 tid;
	bool fresh;
};

/**
 * struct strace_wait - how a reader waits for a record
 * @nonblock: not at all
 * @many: several stops may be out, whether records in text carry the thread id or not
 * @timed: not for ever
 * @timeout: nanoseconds, if @timed
 * @head: or NULL: the packed header of a stop goes there. Of its record the report
 *	then has kind and data only
 */
struct strace_wait {
	bool nonblock;
	bool many;
	bool timed;
	s64 timeout;
	struct syscall_trace_record *head;
};

/* Of strace_fetch(): the log is next, see strace_take_log() and strace_read_log() */
#define STRACE_FETCH_LOG	2

struct strace_layer *strace_alloc_layer(bool console);
struct strace_layer *strace_get_console(struct task_struct *task, bool one_thread);
void strace_get_layer(struct strace_layer *layer);
void strace_put_layer(struct strace_layer *layer);
int strace_attach(struct strace_layer *layer, struct task_struct *task,
		  bool one_thread, const struct syscall_set *set);
void strace_close_layer(struct strace_layer *layer);
void strace_detach_layer(struct strace_layer *layer);
bool strace_layer_is_armed(struct strace_layer *layer);
bool strace_layer_is_over(struct strace_layer *layer);
bool strace_layer_is_mine(struct strace_layer *layer);
bool strace_layer_is_on_caller(struct strace_layer *layer);
void strace_share_layer(struct strace_layer *layer, const struct cred *cred);
int strace_check_threads(struct task_struct *task, bool one_thread);
int strace_may_open(struct task_struct *task);

bool strace_layer_has_tid(struct strace_layer *layer);
int strace_trap_vdso(struct strace_layer *layer, struct task_struct *task);
int strace_configure(struct strace_layer *layer, const struct syscall_command *cmd);
int strace_change_rules(struct strace_layer *layer, const struct syscall_command *cmd);
void strace_set_error(struct strace_layer *layer, u32 column, const char *text);
int strace_post_error(struct strace_layer *layer);

int strace_fetch(struct strace_layer *layer, const struct strace_wait *how,
		 struct strace_report *report);
void strace_unfetch(struct strace_layer *layer, struct strace_report *report);
int strace_find(struct strace_layer *layer, u64 id, u32 tid, struct strace_report *report);
bool strace_still_shows(struct strace_layer *layer, u64 id);
void strace_put_report(struct strace_report *report);
int strace_configure_log(struct strace_layer *layer, const struct syscall_command *cmd);
int strace_map_log(struct strace_layer *layer, struct vm_area_struct *vma);
int strace_take_log(struct strace_layer *layer, struct strace_report *report);
ssize_t strace_read_log(struct strace_layer *layer, void __user *to, size_t room, u32 *nr);
int strace_answer(struct strace_layer *layer, u64 id, u32 tid,
		  const struct syscall_command *cmd, bool hand_over);
bool strace_has_more(struct strace_layer *layer);
int strace_answer_plain(struct strace_layer *layer, u64 id, u32 tid, u32 verb, bool hand_over);
int strace_post_address(struct strace_layer *layer, const struct syscall_record *shown,
			const struct syscall_command *cmd);
int strace_access(struct strace_layer *layer, u64 id, u32 tid,
		  const struct syscall_command *cmd);
void strace_show_tracers(struct seq_file *m, struct task_struct *task);
__poll_t strace_poll(struct strace_layer *layer, struct file *file,
		     struct poll_table_struct *wait, bool many);

#else /* CONFIG_PROC_SYSCALL_TRACE */

static inline bool strace_enter(struct pt_regs *regs)
{
	return false;
}

static inline bool strace_call_changed(struct pt_regs *regs)
{
	return false;
}

static inline bool strace_call_is_judged(void)
{
	return false;
}

static inline bool strace_enter_vsyscall(struct pt_regs *regs)
{
	return false;
}

static inline void strace_exit(struct pt_regs *regs)
{
}

static inline int strace_dup_task(struct task_struct *child, u64 clone_flags)
{
	return 0;
}

static inline void strace_fork_regs(struct task_struct *child)
{
}

static inline int strace_link_child(struct task_struct *child, u64 clone_flags)
{
	return 0;
}

static inline void strace_cancel_fork(struct task_struct *child)
{
}

static inline void strace_free_task(struct task_struct *task)
{
}

static inline void strace_exit_task(struct task_struct *task, long code)
{
}

static inline void strace_exit_group(struct task_struct *task)
{
}

static inline void strace_exec_unsafe(struct linux_binprm *bprm)
{
}

static inline void strace_exec_committed(struct linux_binprm *bprm)
{
}

static inline void vdso_choose_traps(void)
{
}

static inline void strace_show_tracers(struct seq_file *m, struct task_struct *task)
{
}

static inline bool strace_awaits_signal(struct task_struct *task, int sig)
{
	return false;
}

static inline bool strace_may_stop_for_signals(void)
{
	return false;
}

static inline int strace_stop_for_signal(int sig, struct kernel_siginfo *info, enum pid_type type)
{
	return sig;
}

static inline void strace_init_mm(struct mm_struct *mm)
{
}

static inline void strace_exit_mm(struct mm_struct *mm)
{
}

static inline bool strace_work_pending(void)
{
	return false;
}

#endif /* CONFIG_PROC_SYSCALL_TRACE */

#endif /* _LINUX_SYSCALL_TRACE_H */
