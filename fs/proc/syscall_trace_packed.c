// SPDX-License-Identifier: GPL-2.0-only
/*
 * The packed form of /proc/<pid>/syscall: whole records out, whole answers in, and
 * both in one call.
 */

#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/nospec.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/syscall_packed.h>
#include <linux/uaccess.h>

#include "syscall_trace.h"

/* Answers that one call takes; longer ones than that there are not. */
#define MAX_ANSWERS	(2 * SYSCALL_DATA_MAX)

/* ---------------------------------- records ------------------------------ */

static int put_block(const struct syscall_record *record, u32 nr, void __user *to, size_t *done)
{
	struct syscall_trace_block block;
	const u8 *bytes;
	size_t size;
	u32 len;

	size = syscall_packed_block(&block, record, nr, &bytes, &len);
	to += *done;
	if (copy_to_user(to, &block, sizeof(block)) ||
	    (len && copy_to_user(to + sizeof(block), bytes, len)) ||
	    clear_user(to + sizeof(block) + len, size - sizeof(block) - len))
		return -EFAULT;
	*done += size;
	return 0;
}

/* Return the bytes of the record, or -EMSGSIZE if there is not so much room. */
static ssize_t put_record(const struct strace_report *report,
			  struct syscall_trace_record *head, void __user *to, size_t room)
{
	const struct syscall_record *record = &report->record;
	size_t done = sizeof(*head);
	u32 nr;

	if (report->note)
		syscall_packed_head(head, record, 0, syscall_packed_size(record));
	if (head->size > room)
		return -EMSGSIZE;
	if (copy_to_user(to, head, sizeof(*head)))
		return -EFAULT;
	for (nr = 0; nr < head->nr_blocks; nr++)
		if (put_block(record, nr, to, &done))
			return -EFAULT;
	return head->size;
}

/**
 * struct packed_read - records on their way to a reader
 * @file: the file
 * @scratch: memory
 * @to: where to
 * @room: bytes there
 * @done: bytes of them that are filled
 * @nr: records
 */
struct packed_read {
	struct file *file;
	struct strace_scratch *scratch;
	void __user *to;
	size_t room;
	size_t done;
	u32 nr;
};

/* As much of the log as fits. Return 1, 0 if somebody else has read it, or an error. */
static int read_log(struct packed_read *r, struct strace_layer *layer)
{
	ssize_t size;
	u32 nr;

	size = strace_read_log(layer, r->to + r->done, r->room - r->done, &nr);
	if (size <= 0)
		return size;
	r->done += size;
	r->nr += nr;
	return 1;
}

/* Get one record, waiting for it as @wait says. Return 1, or as strace_fetch(). */
static int read_record(struct packed_read *r, struct strace_wait *wait)
{
	struct strace_file *sf = r->file->private_data;
	struct strace_report *report = &r->scratch->report;
	ssize_t size;
	int ret;

	wait->head = &r->scratch->head;
	for (;;) {
		ret = strace_fetch(sf->layer, wait, report);
		if (ret <= 0)
			return ret;
		if (ret != STRACE_FETCH_LOG)
			break;
		ret = read_log(r, sf->layer);
		if (ret)
			return ret;
	}
	size = put_record(report, wait->head, r->to + r->done, r->room - r->done);
	if (size < 0) {
		strace_unfetch(sf->layer, report);
		return size;
	}
	strace_put_report(report);
	r->done += size;
	r->nr++;
	return 1;
}

/* The first record may have to be waited for. Return their number or an error. */
static long read_records(struct packed_read *r, struct strace_wait *wait)
{
	struct strace_file *sf = r->file->private_data;
	int ret = read_record(r, wait);

	if (ret <= 0)
		return ret;
	wait->nonblock = true;
	while (ret > 0 && r->room - r->done >= sizeof(struct syscall_trace_record) &&
	       strace_has_more(sf->layer))
		ret = read_record(r, wait);
	return r->nr;
}

/**
 * syscall_trace_read_packed - read as many whole records as fit
 * @file: the file; no console
 * @scratch: memory
 * @to: where to
 * @len: bytes there
 *
 * Context: Process context, may sleep.
 * Return: their bytes, 0 when everything traced has ended, -EMSGSIZE if the first
 * does not fit, -EFAULT, or as strace_fetch().
 */
ssize_t syscall_trace_read_packed(struct file *file, struct strace_scratch *scratch,
				  void __user *to, size_t len)
{
	struct packed_read r = { .file = file, .scratch = scratch, .to = to, .room = len };
	struct strace_wait wait = {
		.nonblock = file->f_flags & O_NONBLOCK, .many = true,
	};
	long ret = read_records(&r, &wait);

	return ret > 0 ? r.done : ret;
}

/* ---------------------------------- answers ------------------------------ */

/* A line of text, which is no answer to a stop. */
static int run_text(struct strace_line *line, void *answer, u32 size)
{
	char *text;
	u32 len;
	int err;

	err = syscall_packed_line(answer, size, &text, &len, &line->err);
	if (!err)
		err = syscall_text_parse(text, len, 0, NULL, &line->cmd, &line->err);
	if (!err && syscall_trace_needs_stop(line->cmd.verb))
		err = syscall_trace_refuse(line, -EINVAL, "stops are answered by their id");
	return err ?: syscall_trace_run(line);
}

/* Most answers are plain. Return false if this is not, or cannot be given. */
static bool run_plain(struct strace_line *line, const struct syscall_trace_answer *answer,
		      size_t len)
{
	static const u8 verbs[] = {
		[SYSCALL_TRACE_CONT]	= SYSCALL_VERB_CONT,
		[SYSCALL_TRACE_STEP]	= SYSCALL_VERB_STEP,
		[SYSCALL_TRACE_REPORT]	= SYSCALL_VERB_REPORT,
	};

	if (!syscall_packed_is_plain(answer, len) || !answer->id || line->sf->console ||
	    strace_layer_is_on_caller(line->layer))
		return false;
	return !strace_answer_plain(line->layer, answer->id, answer->tid,
				    verbs[array_index_nospec(answer->verb, ARRAY_SIZE(verbs))],
				    line->hand_over);
}

static int run_answer(struct strace_line *line, void *answer, u32 size)
{
	const struct syscall_record *shown = NULL;
	bool plain = syscall_packed_is_plain(answer, size);
	u32 verb;
	int err;

	/* Whether there is such a stop is seen when it is answered. */
	line->has_shown = plain;
	err = syscall_packed_peek(answer, size, &line->id, &line->tid, &verb);
	if (err)
		return err;
	if (verb == SYSCALL_TRACE_LINE)
		return run_text(line, answer, size);
	if (!plain && line->layer && line->id &&
	    !strace_find(line->layer, line->id, line->tid, &line->shown)) {
		line->has_shown = true;
		shown = &line->shown.record;
	}
	err = syscall_packed_parse(answer, size, shown, &line->cmd, &line->err);
	if (!err)
		err = syscall_trace_run(line);
	if (shown)
		strace_put_report(&line->shown);
	return err;
}

static int check_and_run(struct strace_line *line, void *answer, u32 size)
{
	int err = syscall_trace_check(line);

	line->permitted = !err;
	return err ?: run_answer(line, answer, size);
}

/* Return bytes of the answers that took effect, or why the first is refused. */
static ssize_t run_answers(struct strace_line *line, void *answers, size_t len)
{
	bool hand_over = line->hand_over;
	size_t done = 0;
	int err = 0;

	while (!err && done < len) {
		u32 size = SYSCALL_TRACE_ANSWER_SHORT;

		line->hand_over = hand_over && done + size == len;
		if (run_plain(line, answers + done, len - done)) {
			done += size;
			continue;
		}
		line->start = 0;
		line->err.text = NULL;
		line->permitted = !line->sf->console;
		err = syscall_packed_next(answers + done, len - done, &size, &line->err);
		line->hand_over = hand_over && done + size == len;
		if (!err)
			err = check_and_run(line, answers + done, size);
		if (!err)
			done += size;
	}
	if (err && line->layer && line->err.text && line->permitted)
		strace_set_error(line->layer, line->err.column, line->err.text);
	return done ?: err;
}

/* The shortest answer, and the most frequent, word by word. */
static int get_short(u64 *to, const u64 __user *from)
{
	unsigned int i;

	if (!user_read_access_begin(from, SYSCALL_TRACE_ANSWER_SHORT))
		return -EFAULT;
	for (i = 0; i < SYSCALL_TRACE_ANSWER_SHORT / sizeof(*to); i++)
		unsafe_get_user(to[i], &from[i], fault);
	user_read_access_end();
	return 0;

fault:
	user_read_access_end();
	return -EFAULT;
}

static int get_few(u64 *to, const void __user *from, size_t len)
{
	if (len == SYSCALL_TRACE_ANSWER_SHORT)
		return get_short(to, from);
	return copy_from_user(to, from, len) ? -EFAULT : 0;
}

/**
 * syscall_trace_write_packed - carry out packed answers
 * @scratch: memory; its line has the file, its layer, and whether to hand over
 * @from: the answers
 * @len: bytes of them
 *
 * Context: Process context, may sleep.
 * Return: bytes of those that took effect, or why the first is refused.
 */
ssize_t syscall_trace_write_packed(struct strace_scratch *scratch, const void __user *from,
				   size_t len)
{
	bool few = len <= sizeof(scratch->few);
	void *answers = scratch->few;
	ssize_t ret;

	len = min_t(size_t, len, MAX_ANSWERS);
	if (!few)
		answers = vmemdup_user(from, len);
	else if (get_few(answers, from, len))
		return -EFAULT;
	if (IS_ERR(answers))
		return PTR_ERR(answers);
	ret = run_answers(&scratch->line, answers, len);
	if (!few)
		kvfree(answers);
	return ret;
}

/* --------------------------------- exchange ------------------------------ */

static long get_records(struct file *file, struct strace_scratch *scratch,
			struct syscall_trace_exchange *x)
{
	struct packed_read r = {
		.file = file, .scratch = scratch,
		.to = u64_to_user_ptr(x->records), .room = x->records_len,
	};
	struct strace_wait wait = {
		.nonblock = !x->timeout || (file->f_flags & O_NONBLOCK), .many = true,
		.timed = x->timeout > 0, .timeout = x->timeout,
	};
	struct strace_file *sf = file->private_data;
	long ret = -EPERM;

	if (!strace_layer_is_on_caller(sf->layer))
		ret = read_records(&r, &wait);
	x->records_len = r.done;
	/* The answers must not be given again, nor the time waited for anew. */
	return ret == -ERESTARTSYS && (x->answers_len || x->timeout > 0) ? -EINTR : ret;
}

static long do_exchange(struct file *file, struct strace_scratch *scratch,
			struct syscall_trace_exchange *x)
{
	struct strace_file *sf = file->private_data;
	struct strace_line *line = &scratch->line;
	ssize_t answered = 0;

	if (x->answers_len) {
		line->layer = sf->layer;
		line->hand_over = x->timeout && !(file->f_flags & O_NONBLOCK);
		answered = syscall_trace_write_packed(scratch, u64_to_user_ptr(x->answers),
						      x->answers_len);
		if (answered < 0) {
			x->records_len = 0;
			x->answers_len = 0;
			/* It comes again as it was, whatever the handler says. */
			return answered == -ERESTARTSYS ? -ERESTARTNOINTR : answered;
		}
		if (answered != x->answers_len) {
			x->records_len = 0;
			x->answers_len = answered;
			return 0;
		}
	}
	return get_records(file, scratch, x);
}

/* Field by field, as it is small. */
static int get_exchange(struct syscall_trace_exchange *x,
			struct syscall_trace_exchange __user *from)
{
	if (!user_read_access_begin(from, sizeof(*from)))
		return -EFAULT;
	unsafe_get_user(x->answers, &from->answers, fault);
	unsafe_get_user(x->records, &from->records, fault);
	unsafe_get_user(x->answers_len, &from->answers_len, fault);
	unsafe_get_user(x->records_len, &from->records_len, fault);
	unsafe_get_user(x->timeout, &from->timeout, fault);
	unsafe_get_user(x->flags, &from->flags, fault);
	user_read_access_end();
	return 0;

fault:
	user_read_access_end();
	return -EFAULT;
}

static int put_lengths(const struct syscall_trace_exchange *x,
		       struct syscall_trace_exchange __user *to)
{
	if (!user_write_access_begin(to, sizeof(*to)))
		return -EFAULT;
	unsafe_put_user(x->answers_len, &to->answers_len, fault);
	unsafe_put_user(x->records_len, &to->records_len, fault);
	user_write_access_end();
	return 0;

fault:
	user_write_access_end();
	return -EFAULT;
}

/* Who reads text holds the lock as long as there is some that is not half read. */
static bool is_half_read(struct strace_file *sf)
{
	bool half_read;

	mutex_lock(&sf->lock);
	half_read = sf->len;
	mutex_unlock(&sf->lock);
	return half_read;
}

static long exchange(struct file *file, struct syscall_trace_exchange __user *arg)
{
	const fmode_t both = FMODE_READ | FMODE_WRITE;
	struct strace_file *sf = file->private_data;
	struct strace_scratch *scratch;
	struct syscall_trace_exchange x;
	long ret;

	if ((file->f_mode & both) != both)
		return -EBADF;
	if (get_exchange(&x, arg))
		return -EFAULT;
	if (x.flags)
		return -EINVAL;
	/* The rest of the text would look like a record. */
	if (unlikely(READ_ONCE(sf->len)) && is_half_read(sf))
		return -EBUSY;
	scratch = syscall_trace_take_scratch(file);
	if (!scratch)
		return -ENOMEM;
	WRITE_ONCE(sf->many, true);
	ret = do_exchange(file, scratch, &x);
	syscall_trace_put_scratch(file, scratch);
	/* What is to be restarted is to find what it found. */
	if (ret != -ERESTARTSYS && ret != -ERESTARTNOINTR && put_lengths(&x, arg))
		return -EFAULT;
	return ret;
}

/**
 * syscall_trace_ioctl - what is neither read() nor write()
 * @file: the file
 * @cmd: SYSCALL_TRACE_EXCHANGE
 * @arg: address of a struct syscall_trace_exchange
 *
 * Context: Process context, may sleep.
 * Return: as include/uapi/linux/syscall_trace.h says; -ENOTTY for other commands.
 */
long syscall_trace_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	switch (cmd) {
	case SYSCALL_TRACE_EXCHANGE:
		return exchange(file, (void __user *)arg);
	default:
		return -ENOTTY;
	}
}
