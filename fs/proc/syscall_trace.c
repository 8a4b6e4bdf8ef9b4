// SPDX-License-Identifier: GPL-2.0-only
/*
 * /proc/<pid>/syscall as a control file: open, read, write and poll.
 *
 * Opened for reading and writing, the file is a tracer of its own. Opened for
 * writing only, or for reading only while it exists, it is the console: one
 * tracer that all who open it share.
 */

#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/poll.h>
#include <linux/proc_fs.h>
#include <linux/ptrace.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "internal.h"
#include "syscall_trace.h"

/* ---------------------------------- open --------------------------------- */

static int check_ptrace(struct task_struct *task)
{
	int err = down_read_killable(&task->signal->exec_update_lock);

	if (err)
		return err;
	if (!ptrace_may_access(task, PTRACE_MODE_ATTACH_FSCREDS))
		err = -EPERM;
	up_read(&task->signal->exec_update_lock);
	return err;
}

/* With the credentials of who opened the file. */
static int check_console_of(struct strace_file *sf, struct task_struct *task,
			    struct strace_layer *layer, bool writes)
{
	int err;

	/* Nobody answers itself, as nobody traces itself. */
	if (same_thread_group(task, current))
		return -EPERM;
	err = down_read_killable(&task->signal->exec_update_lock);
	if (err)
		return err;
	err = strace_check_threads(task, sf->one_thread);
	/* So that an exec which comes now knows. */
	if (!err && writes)
		strace_share_layer(layer, current_cred());
	up_read(&task->signal->exec_update_lock);
	return err;
}

/*
 * A console has no owner whose rights would be checked: who opened it must be
 * one who could attach to the program as it is now, at every use. While a task
 * waits for the answer to a stop, it cannot become another program.
 */
static int check_any_console(struct strace_file *sf, struct file *file,
			     struct strace_layer *layer)
{
	struct task_struct *task;
	const struct cred *own;
	int err;

	task = get_proc_task(file_inode(file));
	/* A thread may be gone, or have another id, and its process live on. */
	if (!task)
		return strace_layer_is_over(layer) ? 0 : -EPERM;
	own = override_creds(file->f_cred);
	err = check_console_of(sf, task, layer, file->f_mode & FMODE_WRITE);
	revert_creds(own);
	put_task_struct(task);
	/* All of it is exiting, and becomes no other program any more. */
	return err == -ESRCH ? 0 : err;
}

static int check_console(struct strace_file *sf, struct file *file,
			 struct strace_layer *layer)
{
	return sf->console && layer ? check_any_console(sf, file, layer) : 0;
}

static struct strace_layer *find_console(struct strace_file *sf, struct file *file)
{
	struct task_struct *task = get_proc_task(file_inode(file));
	struct strace_layer *layer = NULL;

	if (task) {
		layer = strace_get_console(task, sf->one_thread);
		put_task_struct(task);
	}
	return layer;
}

/**
 * syscall_trace_take_scratch - get memory for a call
 * @file: the file
 *
 * Context: Process context, may sleep.
 * Return: what syscall_trace_put_scratch() kept, or new memory, or NULL. Nothing is in
 * it but the file of its line.
 */
struct strace_scratch *syscall_trace_take_scratch(struct file *file)
{
	struct strace_file *sf = file->private_data;
	struct strace_scratch *scratch = xchg(&sf->spare, NULL);

	if (!scratch)
		scratch = kmalloc(sizeof(*scratch), GFP_KERNEL_ACCOUNT);
	if (!scratch)
		return NULL;
	scratch->line.sf = sf;
	scratch->line.file = file;
	return scratch;
}

/**
 * syscall_trace_put_scratch - give memory back
 * @file: the file
 * @scratch: from syscall_trace_take_scratch()
 *
 * Context: Process context.
 */
void syscall_trace_put_scratch(struct file *file, struct strace_scratch *scratch)
{
	struct strace_file *sf = file->private_data;

	/* If several threads were here at once there may be one already. */
	if (cmpxchg(&sf->spare, NULL, scratch))
		kfree(scratch);
}

static void free_file(struct strace_file *sf)
{
	strace_put_layer(sf->layer);
	kvfree(sf->text);
	kfree(sf->spare);
	kfree(sf);
}

/*
 * Who looks at the processes of others must not get stuck, and a program must
 * not see that it is held.
 */
static bool may_see_console(struct strace_layer *layer, struct task_struct *task)
{
	return strace_layer_is_mine(layer) && !same_thread_group(task, current);
}

static struct strace_file *alloc_file(struct task_struct *task, struct file *file,
				      bool one_thread)
{
	struct strace_file *sf = kzalloc(sizeof(*sf), GFP_KERNEL_ACCOUNT);
	bool reads = file->f_mode & FMODE_READ, writes = file->f_mode & FMODE_WRITE;

	if (!sf)
		return NULL;
	mutex_init(&sf->lock);
	sf->console = !reads || !writes;
	sf->one_thread = one_thread;
	if (!sf->console) {
		sf->layer = strace_alloc_layer(false);
		if (!sf->layer) {
			kfree(sf);
			return NULL;
		}
	} else if (reads) {
		sf->layer = find_console(sf, file);
		if (sf->layer && !may_see_console(sf->layer, task)) {
			strace_put_layer(sf->layer);
			sf->layer = NULL;
		}
	}
	return sf;
}

/*
 * The sysctl shuts out who would trace, not who would see to a program that is
 * being traced already.
 */
static int check_gate(struct strace_file *sf, struct file *file, struct task_struct *task)
{
	struct strace_layer *console = sf->console ? find_console(sf, file) : NULL;

	strace_put_layer(console);
	return console ? 0 : strace_may_open(task);
}

static const struct file_operations proc_syscall_trace_operations;

static int open_task(struct task_struct *task, struct file *file, bool one_thread)
{
	struct strace_file *sf = alloc_file(task, file, one_thread);
	int err = -ENOMEM;

	if (!sf)
		return err;
	if (!(file->f_mode & FMODE_WRITE) && !sf->layer)
		err = PROC_SYSCALL_TRACE_NONE;
	else
		err = check_gate(sf, file, task) ?: check_ptrace(task);
	if (err) {
		free_file(sf);
		return err;
	}
	file->f_op = &proc_syscall_trace_operations;
	file->private_data = sf;
	return stream_open(file_inode(file), file);
}

/**
 * proc_syscall_trace_open - open the control file
 * @inode: of the file
 * @file: being opened
 * @one_thread: the file of a thread, not of a process
 *
 * Context: Process context, may sleep.
 * Return: 0, PROC_SYSCALL_TRACE_NONE for who just wants to know what call a
 * task is in, -ESRCH if the task is gone, -EPERM if the caller may not attach a
 * debugger to it or the sysctl forbids it, -ENOMEM, -EINTR.
 */
int proc_syscall_trace_open(struct inode *inode, struct file *file, bool one_thread)
{
	struct task_struct *task = get_proc_task(inode);
	int err;

	if (!task)
		return file->f_mode & FMODE_WRITE ? -ESRCH : PROC_SYSCALL_TRACE_NONE;
	err = open_task(task, file, one_thread);
	put_task_struct(task);
	return err;
}

static int syscall_trace_release(struct inode *inode, struct file *file)
{
	struct strace_file *sf = file->private_data;

	if (!sf->console)
		strace_close_layer(sf->layer);
	free_file(sf);
	return 0;
}

/* ---------------------------------- read --------------------------------- */

/* Make room for @len more bytes of text. */
static int grow_text(struct strace_file *sf, size_t len)
{
	size_t size = max_t(size_t, roundup_pow_of_two(sf->len + len), 1024);
	char *text;

	if (sf->len + len <= sf->size)
		return 0;
	text = kvmalloc(size, GFP_KERNEL_ACCOUNT);
	if (!text)
		return -ENOMEM;
	if (sf->len)
		memcpy(text, sf->text, sf->len);
	kvfree(sf->text);
	sf->text = text;
	sf->size = size;
	return 0;
}

/* How long the text of a record can get: four characters a byte at most. */
static size_t text_room(const struct syscall_record *record)
{
	size_t room = 512 + 4 * (size_t)record->len;
	u32 i;

	for (i = 0; i < record->data.nr; i++)
		room += 24 + 4 * (size_t)record->data.blocks[i].len;
	return room;
}

static int add_record(struct strace_file *sf, const struct syscall_record *record,
		      bool with_tid)
{
	int err = grow_text(sf, text_room(record));

	if (!err)
		WRITE_ONCE(sf->len, sf->len +
			   syscall_text_format(sf->text + sf->len, sf->size - sf->len,
					       record, with_tid));
	return err;
}

/* Fetch a record into @sf->text; drops the lock to wait for one. */
static int fetch_record(struct strace_file *sf, struct file *file, struct strace_report *report)
{
	const struct strace_wait wait = { .nonblock = file->f_flags & O_NONBLOCK };
	int ret, err;

	mutex_unlock(&sf->lock);
	do {
		ret = strace_fetch(sf->layer, &wait, report);
		if (ret == STRACE_FETCH_LOG)
			ret = strace_take_log(sf->layer, report) ?: STRACE_FETCH_LOG;
		/* Else somebody else has read it. */
	} while (ret == STRACE_FETCH_LOG);
	/* The program may have become another one meanwhile. */
	err = check_console(sf, file, sf->layer);
	mutex_lock(&sf->lock);
	if (ret <= 0)
		return err ?: ret;
	if (!err)
		err = add_record(sf, &report->record, report->with_tid);
	if (err) {
		strace_unfetch(sf->layer, report);
		return err;
	}
	sf->last = report->id;
	strace_put_report(report);
	return 1;
}

static ssize_t copy_text(struct strace_file *sf, char __user *buf, size_t count)
{
	size_t len = min(count, sf->len - sf->pos);
	size_t done = len - copy_to_user(buf, sf->text + sf->pos, len);

	if (!done && len)
		return -EFAULT;
	sf->pos += done;
	if (sf->pos == sf->len) {
		sf->pos = 0;
		WRITE_ONCE(sf->len, 0);
		sf->done = sf->console;
	}
	return done;
}

static ssize_t read_text(struct file *file, struct strace_scratch *scratch,
			 char __user *buf, size_t count)
{
	struct strace_file *sf = file->private_data;
	ssize_t ret = 1;

	if (mutex_lock_interruptible(&sf->lock))
		return -ERESTARTSYS;
	if (sf->done) {
		/* So that cat ends; the next read may go on. */
		sf->done = false;
		ret = 0;
	} else if (sf->console && !sf->len && strace_still_shows(sf->layer, sf->last)) {
		/* Some read on behind the end. There is an end until there is news. */
		ret = 0;
	} else if (!sf->len) {
		ret = fetch_record(sf, file, &scratch->report);
	}
	if (ret > 0)
		ret = copy_text(sf, buf, count);
	mutex_unlock(&sf->lock);
	return ret;
}

static ssize_t syscall_trace_read(struct file *file, char __user *buf, size_t count,
				  loff_t *ppos)
{
	struct strace_file *sf = file->private_data;
	struct strace_scratch *scratch;
	ssize_t ret;

	if (!count)
		return 0;
	ret = check_console(sf, file, sf->layer);
	if (ret)
		return ret;
	if (strace_layer_is_on_caller(sf->layer))
		return -EPERM;
	scratch = syscall_trace_take_scratch(file);
	if (!scratch)
		return -ENOMEM;
	if (READ_ONCE(sf->packed))
		ret = syscall_trace_read_packed(file, scratch, buf, count);
	else
		ret = read_text(file, scratch, buf, count);
	syscall_trace_put_scratch(file, scratch);
	return ret;
}

/* --------------------------------- write --------------------------------- */

/**
 * syscall_trace_refuse - say why a command is refused
 * @line: the command
 * @err: the error
 * @text: a constant sentence
 *
 * Context: Any.
 * Return: @err.
 */
int syscall_trace_refuse(struct strace_line *line, int err, const char *text)
{
	line->err.column = line->start + 1;
	line->err.text = text;
	return err;
}

static const char *attach_error_text(int err)
{
	switch (err) {
	case -ELOOP:
		return "a process cannot trace itself or its tracer";
	case -EUSERS:
		return "too many tracers on this process";
	case -ESRCH:
		return "the process is gone";
	case -EPERM:
		return "not permitted to trace this process";
	default:
		return "cannot be done now";
	}
}

static int attach_task(struct strace_line *line, struct strace_layer *layer,
		       struct task_struct *task)
{
	int err = strace_attach(layer, task, line->sf->one_thread, &line->cmd.set);

	/* Whatever comes of that: it is armed. */
	if (!err)
		strace_trap_vdso(layer, task);
	return err;
}

static int attach(struct strace_line *line, struct strace_layer *layer)
{
	struct inode *inode = file_inode(line->file);
	struct task_struct *task = get_proc_task(inode), *next;
	int err = -ESRCH;

	while (task) {
		err = attach_task(line, layer, task);
		/* Another thread may have executed a program, and be the leader now. */
		next = NULL;
		if (err == -ESRCH && !fatal_signal_pending(current))
			next = get_proc_task(inode);
		if (next == task) {
			put_task_struct(next);
			next = NULL;
		}
		put_task_struct(task);
		task = next;
	}
	return err ? syscall_trace_refuse(line, err, attach_error_text(err)) : 0;
}

static int arm_new_console(struct strace_line *line)
{
	struct strace_layer *layer = strace_alloc_layer(true);
	int err;

	if (!layer)
		return -ENOMEM;
	err = attach(line, layer);
	if (err)
		strace_put_layer(layer);
	else
		line->layer = layer;
	return err;
}

/* There may be a console already, or while we try, or not any more. */
static int arm_console(struct strace_line *line)
{
	int err;

	do {
		strace_put_layer(line->layer);
		line->layer = find_console(line->sf, line->file);
		err = line->layer ? attach(line, line->layer) : arm_new_console(line);
	} while (err == -EEXIST && !fatal_signal_pending(current));
	return err;
}

/*
 * Does the writer have the identity of the opener, and no more rights? Pointers
 * do not tell: fork and exec copy credentials.
 */
static bool is_opener(const struct cred *opener, const struct cred *writer)
{
	return opener == writer ||
	       (opener->user_ns == writer->user_ns &&
		uid_eq(opener->uid, writer->uid) &&
		uid_eq(opener->euid, writer->euid) &&
		uid_eq(opener->suid, writer->suid) &&
		gid_eq(opener->gid, writer->gid) &&
		gid_eq(opener->egid, writer->egid) &&
		gid_eq(opener->sgid, writer->sgid) &&
		!cred_fscmp(opener, writer) &&
		cap_issubset(writer->cap_effective, opener->cap_effective));
}

static int do_trace(struct strace_line *line)
{
	const struct cred *own;
	int err;

	/* Nobody with more rights can be made to arm through our descriptor. */
	if (!is_opener(line->file->f_cred, current_cred()))
		return syscall_trace_refuse(line, -EPERM, "only who opened the file can arm it");
	/* So that security modules see the opener, too. */
	own = override_creds(line->file->f_cred);
	err = line->sf->console ? arm_console(line) : attach(line, line->layer);
	revert_creds(own);
	return err;
}

static const char gone_text[] = "the tracer is gone: write trace first";

static int do_configure(struct strace_line *line)
{
	int err = strace_configure(line->layer, &line->cmd);

	if (err == -EINVAL)
		return syscall_trace_refuse(line, err, "the console does not follow");
	return err ? syscall_trace_refuse(line, err, gone_text) : 0;
}

/* Of the processes that are traced, the one that the file is of heeds it at once. */
static int do_vdso(struct strace_line *line)
{
	int err = strace_configure(line->layer, &line->cmd);
	struct task_struct *task;

	/* After that, so that a program that begins meanwhile gets its traps by itself. */
	task = get_proc_task(file_inode(line->file));
	if (!err && task)
		err = strace_trap_vdso(line->layer, task);
	if (task)
		put_task_struct(task);
	if (!err)
		return 0;
	return syscall_trace_refuse(line, err, err == -ESRCH ? gone_text : "cannot be done now");
}

static int do_change_rules(struct strace_line *line)
{
	int err = strace_change_rules(line->layer, &line->cmd);

	switch (err) {
	case 0:
		return 0;
	case -ENOSPC:
		return syscall_trace_refuse(line, err, "too many rules");
	case -ESRCH:
		return syscall_trace_refuse(line, err, gone_text);
	default:
		return syscall_trace_refuse(line, err, "cannot be done now");
	}
}

static int do_configure_log(struct strace_line *line)
{
	int err = strace_configure_log(line->layer, &line->cmd);

	switch (err) {
	case 0:
		return 0;
	case -ERANGE:
		return syscall_trace_refuse(line, err, "no such size of a log");
	case -EBUSY:
		return syscall_trace_refuse(line, err, "there is a log already");
	default:
		return syscall_trace_refuse(line, err, "cannot be done now");
	}
}

static int do_detach(struct strace_line *line)
{
	if (!strace_layer_is_armed(line->layer))
		return syscall_trace_refuse(line, -ESRCH, "not armed");
	strace_detach_layer(line->layer);
	return 0;
}

static int do_error(struct strace_line *line)
{
	return strace_post_error(line->layer);
}

static int do_answer(struct strace_line *line)
{
	int err = strace_answer(line->layer, line->id, line->tid, &line->cmd, line->hand_over);

	switch (err) {
	case 0:
		break;
	case -EBUSY:
		syscall_trace_refuse(line, err, "not at this kind of stop");
		break;
	case -ERANGE:
		syscall_trace_refuse(line, err,
				     "the call would use what is bound otherwise, or more of it");
		break;
	case -ESRCH:
		syscall_trace_refuse(line, err, "the stop is over");
		break;
	default:
		syscall_trace_refuse(line, err, "cannot be done now");
	}
	return err;
}

static int do_access(struct strace_line *line)
{
	int err = strace_access(line->layer, line->id, line->tid, &line->cmd);

	switch (err) {
	case 0:
		break;
	case -EINVAL:
		syscall_trace_refuse(line, err, "this argument is no address");
		break;
	case -EBUSY:
		syscall_trace_refuse(line, err, "not at this kind of stop, or being done already");
		break;
	case -EPERM:
		syscall_trace_refuse(line, err, "the program's memory is not shown any more");
		break;
	case -EFAULT:
		syscall_trace_refuse(line, err, line->cmd.verb == SYSCALL_VERB_SET ?
		       "this memory cannot be written" : "no such memory");
		break;
	case -ESRCH:
		syscall_trace_refuse(line, err, "the stop is over");
		break;
	default:
		syscall_trace_refuse(line, err, "cannot be done now");
	}
	return err;
}

static int do_get_address(struct strace_line *line)
{
	int err = strace_post_address(line->layer, &line->shown.record, &line->cmd);

	switch (err) {
	case 0:
		return 0;
	case -EINVAL:
		return syscall_trace_refuse(line, err, "this argument is no address");
	case -EBUSY:
		return syscall_trace_refuse(line, err, "not at this kind of stop");
	default:
		return syscall_trace_refuse(line, err, "cannot be done now");
	}
}

static int do_packed(struct strace_line *line)
{
	struct strace_file *sf = line->sf;
	bool busy;

	mutex_lock(&sf->lock);
	/* The rest of the text would look like a record. */
	busy = sf->len;
	if (!busy) {
		WRITE_ONCE(sf->packed, line->cmd.value);
		WRITE_ONCE(sf->many, line->cmd.value);
	}
	mutex_unlock(&sf->lock);
	return busy ? syscall_trace_refuse(line, -EBUSY, "a record is half read") : 0;
}

static const struct {
	int (*run)(struct strace_line *line);
	bool needs_stop;
	bool needs_layer;
} actions[] = {
	[SYSCALL_VERB_CONT]	= { do_answer, true, true },
	[SYSCALL_VERB_STEP]	= { do_answer, true, true },
	[SYSCALL_VERB_REPORT]	= { do_answer, true, true },
	[SYSCALL_VERB_SKIP]	= { do_answer, true, true },
	[SYSCALL_VERB_RESULT]	= { do_answer, true, true },
	[SYSCALL_VERB_REWRITE]	= { do_answer, true, true },
	[SYSCALL_VERB_SET]	= { do_access, true, true },
	[SYSCALL_VERB_GET]	= { do_access, true, true },
	[SYSCALL_VERB_GET_ADDRESS] = { do_get_address, true, true },
	[SYSCALL_VERB_TRACE]	= { do_trace, false, false },
	[SYSCALL_VERB_LIMIT]	= { do_configure, false, true },
	[SYSCALL_VERB_TID]	= { do_configure, false, true },
	[SYSCALL_VERB_OUT]	= { do_configure, false, true },
	[SYSCALL_VERB_BIND]	= { do_configure, false, true },
	[SYSCALL_VERB_FOLLOW]	= { do_configure, false, true },
	[SYSCALL_VERB_EVENTS]	= { do_configure, false, true },
	[SYSCALL_VERB_SIGNALS]	= { do_configure, false, true },
	[SYSCALL_VERB_TIMEOUT]	= { do_configure, false, true },
	[SYSCALL_VERB_ON]	= { do_change_rules, false, true },
	[SYSCALL_VERB_ON_CLEAR]	= { do_change_rules, false, true },
	[SYSCALL_VERB_DISCARD]	= { do_answer, true, true },
	[SYSCALL_VERB_SIGNAL]	= { do_answer, true, true },
	[SYSCALL_VERB_VDSO]	= { do_vdso, false, true },
	[SYSCALL_VERB_ONCLOSE]	= { do_configure, false, true },
	[SYSCALL_VERB_LOG_SIZE]	= { do_configure_log, false, true },
	[SYSCALL_VERB_LOG_DROP]	= { do_configure_log, false, true },
	[SYSCALL_VERB_PACKED]	= { do_packed, false, false },
	[SYSCALL_VERB_DETACH]	= { do_detach, false, true },
	[SYSCALL_VERB_ERROR]	= { do_error, false, true },
};

static int check_stop(struct strace_line *line)
{
	if (line->has_shown)
		return 0;
	return syscall_trace_refuse(line, -ESRCH, line->tid ?
				    "this thread is not at a stop that was read" :
				    "no stop that was read waits for an answer");
}

/**
 * syscall_trace_needs_stop - is a command for a stop only?
 * @verb: an &enum syscall_verb
 *
 * Context: Any.
 * Return: true if so.
 */
bool syscall_trace_needs_stop(u32 verb)
{
	return actions[verb].needs_stop;
}

/**
 * syscall_trace_run - carry out a command
 * @line: the command, understood
 *
 * Context: Process context, may sleep.
 * Return: 0, or why it is refused; line->err may say more.
 */
int syscall_trace_run(struct strace_line *line)
{
	u32 verb = line->cmd.verb;
	int err = 0;

	if (actions[verb].needs_layer && !line->layer)
		return syscall_trace_refuse(line, -ESRCH, "no console: write trace first");
	if (verb != SYSCALL_VERB_TRACE && strace_layer_is_on_caller(line->layer))
		return syscall_trace_refuse(line, -EPERM, "a program cannot answer its own stops");
	if (actions[verb].needs_stop)
		err = check_stop(line);
	return err ?: actions[verb].run(line);
}

/**
 * syscall_trace_check - may the writer still tell the layer what to do?
 * @line: with the file and its layer
 *
 * Context: Process context, may sleep.
 * Return: 0, -EPERM, or -EINTR.
 */
int syscall_trace_check(struct strace_line *line)
{
	return check_console(line->sf, line->file, line->layer);
}

static void find_shown(struct strace_line *line)
{
	line->has_shown = line->layer && !strace_find(line->layer, 0, line->tid, &line->shown);
	if (!line->has_shown)
		return;
	line->id = line->shown.id;
	if (!strace_layer_has_tid(line->layer))
		line->tid = line->shown.record.tid;
}

static int run_line(struct strace_line *line)
{
	bool needs_tid = actions[line->cmd.verb].needs_stop && line->layer && !line->tid &&
			 strace_layer_has_tid(line->layer);

	if (needs_tid)
		return syscall_trace_refuse(line, -EINVAL, "thread id expected");
	return syscall_trace_run(line);
}

/*
 * Most answers are a word. Return false if this is none, or cannot be given: then it is
 * looked at again, to say why.
 */
static bool run_plain(struct strace_line *line, const char *text, size_t len)
{
	struct strace_layer *layer = line->layer;
	int verb = syscall_text_plain(text + line->start, len - line->start);

	return verb >= 0 && !line->sf->console &&
	       (line->tid || !strace_layer_has_tid(layer)) &&
	       !strace_layer_is_on_caller(layer) &&
	       !strace_answer_plain(layer, 0, line->tid, verb, false);
}

static int parse_and_run(struct strace_line *line, char *text, size_t len)
{
	int err;

	err = syscall_text_take_tid(text, len, &line->tid, &line->start, &line->err);
	if (err)
		return err;
	if (run_plain(line, text, len))
		return 0;
	find_shown(line);
	/* With the stop in hand: it ends if the program becomes another one. */
	err = syscall_trace_check(line);
	line->permitted = !err;
	if (!err)
		err = syscall_text_parse(text, len, line->start,
					 line->has_shown ? &line->shown.record : NULL,
					 &line->cmd, &line->err);
	if (!err)
		err = run_line(line);
	if (line->has_shown)
		strace_put_report(&line->shown);
	return err;
}

/* Carry out one line; return its length with the newline. */
static ssize_t write_line(struct strace_line *line, char *text, size_t len)
{
	const char *end = memchr(text, '\n', len);
	size_t text_len = end ? end - text : len;
	int err;

	line->start = 0;
	line->err.text = NULL;
	line->permitted = !syscall_trace_check(line);
	if (end)
		err = parse_and_run(line, text, text_len);
	else if (len < SYSCALL_LINE_MAX)
		err = syscall_trace_refuse(line, -EINVAL, "a line ends with a newline");
	else
		err = syscall_trace_refuse(line, -E2BIG, "line too long");
	if (err && line->layer && line->err.text && line->permitted)
		strace_set_error(line->layer, line->err.column, line->err.text);
	return err ?: text_len + 1;
}

static ssize_t write_lines(struct strace_line *line, char *text, size_t len)
{
	ssize_t ret, done = 0;

	do {
		ret = write_line(line, text + done, len - done);
		if (ret > 0)
			done += ret;
		/* What is not a whole line is for the next write. */
	} while (ret > 0 && memchr(text + done, '\n', len - done));
	return done ?: ret;
}

/* Most lines are short, and need no memory of their own. */
static ssize_t write_text(struct strace_scratch *scratch, const char __user *buf, size_t len)
{
	char *text = (char *)scratch->few;
	bool few = len <= sizeof(scratch->few);
	ssize_t ret;

	len = min_t(size_t, len, SYSCALL_LINE_MAX);
	if (!few)
		text = vmemdup_user(buf, len);
	else if (copy_from_user(text, buf, len))
		return -EFAULT;
	if (IS_ERR(text))
		return PTR_ERR(text);
	ret = write_lines(&scratch->line, text, len);
	if (!few)
		kvfree(text);
	return ret;
}

static ssize_t syscall_trace_write(struct file *file, const char __user *buf,
				   size_t count, loff_t *ppos)
{
	struct strace_file *sf = file->private_data;
	struct strace_scratch *scratch;
	struct strace_line *line;
	ssize_t ret;

	if (!count)
		return 0;
	scratch = syscall_trace_take_scratch(file);
	if (!scratch)
		return -ENOMEM;
	line = &scratch->line;
	line->layer = sf->console ? find_console(sf, file) : sf->layer;
	line->hand_over = false;
	if (READ_ONCE(sf->packed))
		ret = syscall_trace_write_packed(scratch, buf, count);
	else
		ret = write_text(scratch, buf, count);
	if (sf->console)
		strace_put_layer(line->layer);
	syscall_trace_put_scratch(file, scratch);
	return ret;
}

/* ---------------------------------- poll --------------------------------- */

static __poll_t syscall_trace_poll(struct file *file, struct poll_table_struct *wait)
{
	struct strace_file *sf = file->private_data;
	__poll_t mask;

	/* A console that may come and go gives nothing to wait for. */
	if (!sf->layer)
		return EPOLLOUT | EPOLLWRNORM;
	mask = strace_poll(sf->layer, file, wait, READ_ONCE(sf->many));
	if (READ_ONCE(sf->len))
		mask |= EPOLLIN | EPOLLRDNORM;
	return mask;
}

/* The log belongs to the tracer who has the file to itself. */
static int syscall_trace_mmap(struct file *file, struct vm_area_struct *vma)
{
	struct strace_file *sf = file->private_data;

	if (sf->console)
		return -ENODEV;
	if (strace_layer_is_on_caller(sf->layer))
		return -EPERM;
	return strace_map_log(sf->layer, vma);
}

static const struct file_operations proc_syscall_trace_operations = {
	.read		= syscall_trace_read,
	.write		= syscall_trace_write,
	.poll		= syscall_trace_poll,
	.unlocked_ioctl	= syscall_trace_ioctl,
	.mmap		= syscall_trace_mmap,
	.compat_ioctl	= compat_ptr_ioctl,
	.release	= syscall_trace_release,
	.llseek		= noop_llseek,
};
