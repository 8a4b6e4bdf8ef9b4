// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is done with a record.
 *
 * Calls that are only shown are logged by the kernel: nobody stops. Some are stopped even
 * so, since there is more to be read than the log has, or since they are shown as they
 * begin (a terminal, --live), or to look at descriptors (-y, -P).
 */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "consts.gen.h"
#include "sctrace.h"
#include "tracer.h"

/* Of the frame that rt_sigreturn finds on the stack: where the mask is. */
#define SIGRETURN_MASK	296

struct call_set logged_calls, stopped_calls;

static struct text line, remark;
static unsigned int nr_delayed;

/* ------------------------------- log or stop ------------------------------ */

/* Vectors' lengths, messages, directories, what lies on the stack: not in the log. */
static const char needs_memory[] = "?readv,?writev,?preadv,?pwritev,?preadv2,?pwritev2,"
	"?vmsplice,?mount,?sendmsg,?recvmsg,?sendmmsg,?recvmmsg,?getdents,?getdents64,?rt_sigreturn,"
	"?pselect6,?nanosleep,?clock_nanosleep,?execve,?execveat";

static struct call_set memory_calls;

bool shows_at_once(void)
{
	return !opt.count_only && !opt.json &&
	       (opt.live || output_is_terminal || opt.fd_paths || opt.nr_paths);
}

void choose_calls(void)
{
	bool all = !opt.count_only && (shows_at_once() || opt.fd_paths || opt.nr_paths);
	unsigned int abi, nr;

	parse_call_set(&memory_calls, "trace", needs_memory);
	for (abi = 0; abi < NR_ABIS; abi++)
		for (nr = 0; nr < NR_CALLS; nr++) {
			bool stops = all || (!opt.count_only && memory_calls.has[abi][nr]);

			stopped_calls.has[abi][nr] = opt.trace.has[abi][nr] && stops;
			logged_calls.has[abi][nr] = opt.trace.has[abi][nr] && !stops;
		}
	stopped_calls.unknown = opt.trace.unknown && all;
	logged_calls.unknown = opt.trace.unknown && !all;
}

static bool is_shown(const struct syscall_trace_record *r)
{
	return set_includes(&opt.trace, r->abi, r->nr);
}

static bool is_ours(const struct tracer *tr, pid_t tid)
{
	return opt.follow || tr->thread_only || tid == tr->pid;
}

/* ----------------------------------- lines -------------------------------- */

static void put_spent(struct text *t, uint64_t ns)
{
	unsigned int i;

	put_f(t, " <%llu", (unsigned long long)(ns / 1000000000));
	ns %= 1000000000;
	for (i = opt.spent_digits; i < 9; i++)
		ns /= 10;
	if (opt.spent_digits)
		put_f(t, ".%0*llu", (int)opt.spent_digits, (unsigned long long)ns);
	put_c(t, '>');
}

/* From the closing bracket on; returns where the result begins. */
static size_t put_end(struct text *t, struct call *c)
{
	size_t result;

	put_mem(t, ") ", 2);
	result = t->len;
	put_mem(t, "= ", 2);
	print_result(t, c);
	if (opt.spent && !c->gone)
		put_spent(t, c->duration);
	return result;
}

/* It never came back: nothing was written. */
static void put_lost_args(struct text *t, struct call *c, unsigned int from)
{
	if (from < c->ent->nr && strncmp(c->name, "exit", 4)) {
		c->over = false;
		print_args(t, c, from);
		c->over = true;
	}
	put_s(t, " <unfinished ...>");
}

static size_t put_call(struct text *t, struct call *c)
{
	put_s(t, c->name);
	put_c(t, '(');
	if (c->gone && strncmp(c->name, "exit", 4))
		put_lost_args(t, c, 0);
	else
		print_args(t, c, 0);
	return put_end(t, c);
}

/* Whose numbers and structs these are: told as often as it changes. */
void note_abi(struct thread *th, unsigned int abi)
{
	static const char * const modes[NR_ABIS] = { "64 bit", "32 bit", "x32" };

	if (th->abi == abi)
		return;
	th->abi = abi;
	if (!(opt.quiet & QUIET_PERSONALITY) && !opt.count_only && !opt.json)
		warn("[ Process PID=%d runs in %s mode. ]", th->tid, modes[abi]);
}

/* ---------------------------------- the log ------------------------------- */

static void on_log(struct tracer *tr, const struct syscall_trace_record *r)
{
	struct thread *th;
	size_t result = 0;
	struct call c;

	if (!is_ours(tr, r->tid))
		return;
	if (opt.count)
		count_call(r, r->duration);
	if (opt.count_only)
		return;
	make_call(&c, r, NULL);
	c.remark = &remark;
	remark.len = 0;
	if (!status_wanted(&c))
		return;
	th = find_thread(r->tid);
	th->last_nr = r->nr;
	note_abi(th, r->abi);
	line.len = 0;
	if (opt.json)
		json_call(&line, &c);
	else
		result = put_call(&line, &c);
	put_line(th, r->time, &line, result);
}

/* ------------------------------ before a call ----------------------------- */

static void keep_entry(struct thread *th, const struct syscall_trace_record *r)
{
	free(th->entry);
	th->entry = malloc(r->size);
	if (!th->entry)
		die("out of memory");
	memcpy(th->entry, r, r->size);
}

/* The mask that the program gets back stands in the frame on its stack. */
static void read_sigreturn(struct thread *th, struct call *c)
{
	unsigned long long sp;
	char path[32], text[256];
	uint64_t mask;
	unsigned int i, n = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/syscall", th->tid);
	/* It says "running" until the thread has gone to sleep. */
	for (i = 0; i < 1000 && n != 1; i++) {
		f = fopen(path, "re");
		if (!f)
			return;
		if (fgets(text, sizeof(text), f))
			n = sscanf(text, "%*d %*x %*x %*x %*x %*x %*x %llx", &sp);
		fclose(f);
		if (n != 1)
			sched_yield();
	}
	if (n != 1 || !read_memory(c, sp + SIGRETURN_MASK, &mask, sizeof(mask)))
		return;
	put_s(&th->remark, "{mask=");
	put_sigset(&th->remark, &mask, sizeof(mask));
	put_c(&th->remark, '}');
}

static void read_before(struct thread *th, struct call *c)
{
	struct msghdr m;

	th->remark.len = 0;
	th->old_namelen = -1;
	if (c->abi != SYSCALL_TRACE_ABI_X86_64)
		return;
	if (c->nr == SYS_rt_sigreturn)
		read_sigreturn(th, c);
	else if (c->nr == SYS_recvmsg && read_memory(c, c->args[1], &m, sizeof(m)))
		th->old_namelen = m.msg_namelen;
}

/* The line so far. It is kept if it is not known yet whether anybody wants it. */
static void show_entry(struct thread *th, struct call *c)
{
	th->line.len = 0;
	th->printed = false;
	put_s(&th->line, c->name);
	put_c(&th->line, '(');
	th->next_arg = print_args(&th->line, c, 0);
	if (!shows_at_once() || opt.status != STATUS_ALL)
		return;
	th->printed = true;
	th->before_line = begin_line(th, th->began);
	add_line(th, th->line.data, th->line.len);
}

static void resume_line(struct thread *th, struct call *c)
{
	th->before_line = begin_line(th, now_ns());
	th->line.len = 0;
	put_f(&th->line, "<... %s resumed>", c->name);
	add_line(th, th->line.data, th->line.len);
}

/* What is behind the text that show_entry() has made. */
static void show_result(struct thread *th, struct call *c)
{
	size_t done, result;
	bool resumed;

	if (!status_wanted(c))
		return;
	if (opt.json) {
		line.len = 0;
		json_call(&line, c);
		put_line(th, th->began, &line, 0);
		return;
	}
	resumed = th->printed && !th->open;
	if (resumed)
		resume_line(th, c);
	done = th->line.len;
	if (!c->gone || !strncmp(c->name, "exit", 4))
		print_args(&th->line, c, th->next_arg);
	else if (!resumed)
		put_s(&th->line, " <unfinished ...>");
	result = put_end(&th->line, c);
	if (!th->printed) {
		put_line(th, th->began, &th->line, result);
		return;
	}
	add_line(th, th->line.data + done, result - done);
	for (; th->before_line + result < opt.column; th->before_line++)
		add_line(th, " ", 1);
	add_line(th, th->line.data + result, th->line.len - result);
	end_line(th);
}

/* Of what is shown the result is wanted, before the program goes on and writes itself. */
static bool needs_exit(const struct thread *th)
{
	return th->plan.needs_exit || !th->hidden || opt.count;
}

/* A result of ours: the call does not run, and there is no record of it. */
static void show_skipped(struct thread *th, struct call *c)
{
	struct syscall_trace_record r = *th->entry;

	c->over = true;
	c->injected = true;
	c->ret = th->plan.result;
	c->failed = c->ret < 0 && c->ret >= -4095;
	c->duration = now_ns() - th->began;
	r.ret = c->ret;
	if (opt.count)
		count_call(&r, c->duration);
	if (!th->hidden && !opt.count_only)
		show_result(th, c);
	th->in_call = false;
}

static void answer_entry(struct thread *th, struct call *c)
{
	struct sct *t = th->tracer;

	if (th->plan.skip) {
		show_skipped(th, c);
		sct_skip(t, &th->stop, th->plan.result);
	} else if (needs_exit(th)) {
		sct_step(t, &th->stop);
	} else {
		sct_cont(t, &th->stop);
		th->in_call = false;
	}
}

static void call_of(struct thread *th, struct call *c)
{
	make_call(c, th->entry, NULL);
	c->stopped = true;
	c->remark = th->remark.len ? &th->remark : &remark;
	if (!th->remark.len)
		remark.len = 0;
}

static void delay(struct thread *th, uint64_t ns, bool at_exit)
{
	th->resume_at = now_ns() + ns;
	th->resume_exit = at_exit;
	nr_delayed++;
}

static void on_entry(struct tracer *tr, const struct syscall_trace_record *r)
{
	struct thread *th;
	struct call c;

	if (!is_ours(tr, r->tid)) {
		sct_cont(tr->t, r);
		return;
	}
	th = find_thread(r->tid);
	th->tracer = tr->t;
	th->stop = *r;
	note_abi(th, r->abi);
	keep_entry(th, r);
	th->began = now_ns();
	th->last_nr = r->nr;
	th->in_call = true;
	call_of(th, &c);
	read_before(th, &c);
	c.remark = th->remark.len ? &th->remark : &remark;
	c.old_namelen = th->old_namelen;
	th->hidden = !is_shown(r) || (opt.nr_paths && !paths_match(&c));
	make_plan(&th->plan, r->tid, r->abi, r->nr);
	if (!th->hidden && !opt.count_only && !opt.json)
		show_entry(th, &c);
	if (th->plan.rule)
		poke(tr->t, r, th->plan.rule, false);
	if (th->plan.has_signal)
		syscall(SYS_tkill, r->tid, th->plan.signal);
	if (th->plan.delay_enter)
		delay(th, th->plan.delay_enter, false);
	else
		answer_entry(th, &c);
}

/* ------------------------------- after a call ----------------------------- */

static void forget_thread(struct thread *th)
{
	forget_counts(th->tid);
	if (th->resume_at)
		nr_delayed--;
	drop_thread(th->tid);
}

static bool is_exec(unsigned int abi, unsigned int nr)
{
	const char *name = sct_name(abi, nr);

	return name && !strncmp(name, "execve", 6);
}

/*
 * A thread has executed a program and got the number of its leader, which has ended: that
 * which is not there any more, and of which no end is told.
 */
static void take_over(const struct syscall_trace_record *r)
{
	struct thread *th = NULL, *new = find_thread(r->tid);
	char path[32];

	while ((th = next_thread(th))) {
		snprintf(path, sizeof(path), "/proc/%d", th->tid);
		if (th != new && is_exec(th->abi, th->last_nr) && access(path, F_OK))
			break;
	}
	if (!th)
		return;
	break_line(th);
	new->abi = th->abi;
	new->last_nr = th->last_nr;
	new->began = th->began;
	new->in_call = th->in_call;
	new->hidden = th->hidden;
	new->printed = th->printed;
	new->next_arg = th->next_arg;
	new->plan = th->plan;
	new->tracer = th->tracer;
	new->entry = th->entry;
	th->entry = NULL;
	put_mem(&new->line, th->line.data, th->line.len);
	forget_thread(th);
}

static void on_exit_or_result(struct tracer *tr, const struct syscall_trace_record *r)
{
	struct thread *th;
	bool stops = r->type == SYSCALL_TRACE_EXIT;
	struct call c;

	if (is_ours(tr, r->tid) && !is_known(r->tid))
		take_over(r);
	th = is_known(r->tid) ? find_thread(r->tid) : NULL;
	if (!th || !th->entry || !th->in_call) {
		if (stops)
			sct_cont(tr->t, r);
		return;
	}
	th->in_call = false;
	make_call(&c, r, th->entry);
	c.stopped = stops;
	c.old_namelen = th->old_namelen;
	c.remark = th->remark.len ? &th->remark : &remark;
	c.duration = now_ns() - th->began;
	c.time = th->began;
	if (!th->remark.len)
		remark.len = 0;
	if (opt.count && is_shown(r))
		count_call(r, c.duration);
	if (!th->hidden && !opt.count_only)
		show_result(th, &c);
	if (!stops)
		return;
	th->stop = *r;
	if (th->plan.rule)
		poke(tr->t, r, th->plan.rule, true);
	if (th->plan.delay_exit)
		delay(th, th->plan.delay_exit, true);
	else
		sct_cont(tr->t, r);
}

int64_t resume_delayed(void)
{
	struct thread *th = NULL;
	uint64_t now = now_ns();
	int64_t next = -1;
	struct call c;

	if (!nr_delayed)
		return -1;
	while ((th = next_thread(th))) {
		if (!th->resume_at)
			continue;
		if (th->resume_at > now) {
			int64_t left = th->resume_at - now;

			next = next < 0 || left < next ? left : next;
			continue;
		}
		th->resume_at = 0;
		nr_delayed--;
		if (th->resume_exit) {
			sct_cont(th->tracer, &th->stop);
		} else {
			call_of(th, &c);
			answer_entry(th, &c);
		}
	}
	return next;
}

/* ------------------------- signals, coming and going ---------------------- */

static void on_signal_record(struct tracer *tr, const struct syscall_trace_record *r)
{
	bool known = (unsigned int)r->signal.number < NR_SIGNALS;

	line.len = 0;
	if (is_ours(tr, r->tid) && known && opt.signals[r->signal.number]) {
		if (opt.json) {
			json_signal(&line, r);
		} else {
			put_s(&line, "--- ");
			put_signal(&line, r->signal.number);
			put_c(&line, ' ');
			print_signal_record(&line, r);
			put_s(&line, " ---");
		}
		put_line(find_thread(r->tid), now_ns(), &line, 0);
	}
	sct_cont(tr->t, r);
}

static void on_new(struct tracer *tr, const struct syscall_trace_record *r)
{
	if (opt.follow) {
		find_thread(r->tid)->tracer = tr->t;
		if (!(opt.quiet & QUIET_ATTACH) && !opt.output && !opt.count_only)
			warn("Process %d attached", r->tid);
		if (opt.json) {
			line.len = 0;
			json_event(&line, "new", r->tid, now_ns(), ",\"maker\":%lld",
				   (long long)r->ret);
			put_line(NULL, 0, &line, 0);
		}
	}
	sct_cont(tr->t, r);
}

/* It was killed in a call that it had begun. */
static void end_call(struct thread *th)
{
	struct call c;

	if (!th->in_call || th->hidden || !th->entry || opt.count_only)
		return;
	call_of(th, &c);
	c.over = true;
	c.gone = true;
	show_result(th, &c);
	th->in_call = false;
}

static void on_end(struct tracer *tr, const struct syscall_trace_record *r)
{
	struct thread *th;
	bool killed = r->type == SYSCALL_TRACE_KILLED;

	if (!is_ours(tr, r->tid))
		return;
	th = find_thread(r->tid);
	end_call(th);
	line.len = 0;
	if (opt.json) {
		json_event(&line, killed ? "killed" : "exited", r->tid, now_ns(),
			   killed ? ",\"signal\":%lld" : ",\"status\":%lld", (long long)r->ret);
	} else if (killed) {
		put_s(&line, "+++ killed by ");
		put_signal(&line, r->ret & 0x7f);
		put_s(&line, r->ret & 0x80 ? " (core dumped) +++" : " +++");
	} else {
		put_f(&line, "+++ exited with %d +++", (int)r->ret);
	}
	if (!(opt.quiet & QUIET_EXIT) && !opt.count_only)
		put_line(th, now_ns(), &line, 0);
	forget_thread(th);
}

static void on_gone(const struct syscall_trace_record *r)
{
	warn("Process %d: it has gained rights and may not be traced any more", r->tid);
	if (is_known(r->tid))
		forget_thread(find_thread(r->tid));
}

static void on_exec(struct tracer *tr, const struct syscall_trace_record *r)
{
	const struct syscall_trace_block *b = sct_block(r, NULL);

	/* Its call was logged; it is the leader's number that counts from now on. */
	if (opt.follow && !is_known(r->tid))
		take_over(r);
	if (opt.json && is_ours(tr, r->tid)) {
		line.len = 0;
		json_event(&line, "exec", r->tid, now_ns(), ",\"path\":");
		line.len--;
		if (b)
			put_json_string(&line, sct_bytes(b), b->len);
		else
			put_s(&line, "null");
		put_c(&line, '}');
		put_line(NULL, 0, &line, 0);
	}
	sct_cont(tr->t, r);
}

void handle_record(struct tracer *tr, const struct syscall_trace_record *r)
{
	switch (r->type) {
	case SYSCALL_TRACE_LOG:
		on_log(tr, r);
		break;
	case SYSCALL_TRACE_ENTRY:
		on_entry(tr, r);
		break;
	case SYSCALL_TRACE_EXIT:
	case SYSCALL_TRACE_RESULT:
		on_exit_or_result(tr, r);
		break;
	case SYSCALL_TRACE_SIGNAL:
		on_signal_record(tr, r);
		break;
	case SYSCALL_TRACE_NEW:
		on_new(tr, r);
		break;
	case SYSCALL_TRACE_EXEC:
		on_exec(tr, r);
		break;
	case SYSCALL_TRACE_EXITED:
	case SYSCALL_TRACE_KILLED:
		on_end(tr, r);
		break;
	case SYSCALL_TRACE_GONE:
		on_gone(r);
		break;
	case SYSCALL_TRACE_LOST:
		warn("%lld calls were lost", (long long)r->ret);
		break;
	}
}

/* We leave: what is begun is shown so. @logged: of the calls that did not stop, too */
void end_open_calls(bool logged)
{
	struct thread *th = NULL;

	while ((th = next_thread(th))) {
		if (th->open) {
			add_line(th, " <detached ...>", 15);
			end_line(th);
		} else if (logged && !(th->in_call && th->printed)) {
			read_current(th->tid, " <detached ...>");
			show_current(th);
		}
		th->in_call = false;
	}
}
