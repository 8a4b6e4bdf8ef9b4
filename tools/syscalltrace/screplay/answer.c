// SPDX-License-Identifier: GPL-2.0-only
/*
 * How each call is answered on replay: most from the recording, without being made. Those
 * that change the process itself are made.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>
#include "replay.h"

#define NEW_NAMESPACES	(CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | \
			 CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWCGROUP)

#define ERESTARTSYS		(-512)
#define ERESTARTNOINTR		(-513)
#define ERESTARTNOHAND		(-514)
#define ERESTART_RESTARTBLOCK	(-516)

/* One file for all that a program gets: this is done for most calls. */
static ssize_t write_some(struct replayed *p, uint64_t addr, const void *data, size_t len)
{
	char path[32];
	ssize_t n;

	if (p->mem <= 0) {
		snprintf(path, sizeof(path), "/proc/%d/mem", p->pid);
		p->mem = open(path, O_WRONLY | O_CLOEXEC);
		if (p->mem < 0)
			return -errno;
	}
	n = pwrite(p->mem, data, len, addr);
	return n < 0 ? -errno : n;
}

static void write_memory(struct replay *r, struct replayed *p, uint64_t addr, const void *data,
			 size_t len)
{
	ssize_t n;

	for (; len; addr += n, data = (const char *)data + n, len -= n) {
		n = write_some(p, addr, data, len);
		if (n > 0)
			continue;
		warn("process %d: memory at 0x%llx: %s: what was recorded cannot be put there: see proc_mem.force_override among the parameters of the kernel",
		     p->pid, (unsigned long long)addr, n ? strerror(-n) : "it is gone");
		leave(r, STATUS_FAILED);
	}
}

/* The program has other memory now, or ends. */
void close_memory(struct replayed *p)
{
	if (p->mem > 0)
		close(p->mem);
	p->mem = 0;
}

static void rewrite(struct replay *r, struct replayed *p, const struct syscall_trace_record *stop,
		    const struct sct_rewrite *to)
{
	if (!sct_rewrite(r->t, stop, to))
		return;
	warn("process %d: %s", p->pid, sct_error(r->t));
	leave(r, STATUS_FAILED);
}

/* --------------------------------- signals --------------------------------- */

static void send_signal(struct replay *r, struct replayed *p, const struct scr_signal *signal)
{
	int err = queue_signal(p->pid, signal);

	if (!err) {
		p->sent = true;
		return;
	}
	warn("process %d: signal %d: %s: it cannot be sent", p->pid, signal->number,
	     strerror(err));
	leave(r, STATUS_FAILED);
}

/* Is its last event the signal that ends it? */
static bool killed_by_last(const struct replayed *p, int number)
{
	const struct scr_signal *signal;
	const struct event *last;

	if (!p->at)
		return false;
	last = &p->recorded->events[p->at - 1];
	signal = payload(last->record);
	return last->record->type == SCR_SIGNAL && signal->number == number;
}

/* Before a stop is answered: what came between it and the next call comes now. */
void send_next(struct replay *r, struct replayed *p)
{
	const struct event *event = next_event(p);
	const struct scr_signal *signal;
	const struct scr_end *end;

	if (!event || p->sent)
		return;
	if (event->record->type == SCR_SIGNAL) {
		signal = payload(event->record);
		if (!is_fault(signal->number, signal->code))
			send_signal(r, p, signal);
	} else if (event->record->type == SCR_END) {
		end = payload(event->record);
		if (end->how == SCR_KILLED && !killed_by_last(p, end->value))
			kill(p->pid, SIGKILL);
	}
}

/* ------------------------------- answered calls ---------------------------- */

static void write_outs(struct replay *r, struct replayed *p)
{
	const struct scr_out *out = call_outs(p->call);
	uint64_t addr;
	uint32_t i;

	for (i = 0; i < p->call->nr_out; i++, out = next_out(out)) {
		addr = out->addr;
		if (out->arg != SCR_ABSOLUTE)
			addr += p->stop.args[out->arg];
		write_memory(r, p, addr, out + 1, out->len);
	}
}

static void print_memory(struct replayed *p, FILE *to, uint64_t addr, uint64_t len)
{
	char data[4096];
	ssize_t n;

	for (; len; addr += n, len -= n) {
		n = read_memory(p->pid, addr, data, len < sizeof(data) ? len : sizeof(data));
		if (n <= 0)
			return;
		fwrite(data, 1, n, to);
	}
}

static void print_vector(struct replayed *p, FILE *to, uint64_t addr, uint64_t nr, uint64_t len)
{
	struct iovec iov;
	uint64_t n;

	for (; nr && len; nr--, addr += sizeof(iov), len -= n) {
		if (read_memory(p->pid, addr, &iov, sizeof(iov)) != sizeof(iov))
			return;
		n = iov.iov_len < len ? iov.iov_len : len;
		print_memory(p, to, (uintptr_t)iov.iov_base, n);
	}
}

/* What the call would have written, to where it would have gone. */
static void print_output(struct replayed *p)
{
	FILE *to = p->call->flags & SCR_TO_STDERR ? stderr : stdout;
	const __u64 *args = p->stop.args;
	struct msghdr msg;

	switch (p->call->nr) {
	case __NR_write:
	case __NR_pwrite64:
	case __NR_sendto:
		print_memory(p, to, args[1], p->call->ret);
		break;
	case __NR_writev:
	case __NR_pwritev:
	case __NR_pwritev2:
		print_vector(p, to, args[1], args[2], p->call->ret);
		break;
	case __NR_sendmsg:
		if (read_memory(p->pid, args[1], &msg, sizeof(msg)) == sizeof(msg))
			print_vector(p, to, (uintptr_t)msg.msg_iov, msg.msg_iovlen,
				     p->call->ret);
		break;
	}
	fflush(to);
}

static bool prints(const struct replay *r, const struct scr_call *call)
{
	return r->print && call->flags & (SCR_TO_STDOUT | SCR_TO_STDERR) && call->ret > 0;
}

static void answer_recorded(struct replay *r, struct replayed *p)
{
	int64_t ret = p->call->ret;

	write_outs(r, p);
	send_next(r, p);
	p->doing = DOING_NOTHING;
	/* It has ended then, or was told this. */
	sct_skip(r->t, &p->stop, is_restarted(ret) ? -EINTR : ret);
}

/* What is printed is in the order in which it was recorded. */
static void answer_skip(struct replay *r, struct replayed *p)
{
	if (!prints(r, p->call)) {
		answer_recorded(r, p);
		return;
	}
	p->held = payload(r->prints[r->next_print]) != p->call;
	if (p->held)
		return;
	r->next_print++;
	print_output(p);
	answer_recorded(r, p);
}

void answer_held(struct replay *r)
{
	struct replayed *p;
	bool more = true;

	while (more) {
		more = false;
		for (p = r->all; p; p = p->next) {
			if (!p->held)
				continue;
			answer_skip(r, p);
			more |= !p->held;
		}
	}
}

/* ---------------------------- calls that are made -------------------------- */

static void make(struct replay *r, struct replayed *p, enum doing doing)
{
	p->doing = doing;
	send_next(r, p);
	sct_report(r->t, &p->stop);
}

/* Where it was; of a file there is anonymous memory, to be filled. */
static void answer_mmap(struct replay *r, struct replayed *p)
{
	uint64_t flags = p->stop.args[3];
	bool file = !(flags & MAP_ANONYMOUS);
	struct sct_rewrite to = { .nr = __NR_mmap };

	memcpy(to.args, p->stop.args, sizeof(to.args));
	to.args[0] = p->call->ret;
	if (!(flags & MAP_FIXED))
		flags |= MAP_FIXED_NOREPLACE;
	if (file) {
		/* Processes that are made later share it, if they may write to it. */
		flags &= ~(uint64_t)(MAP_TYPE | MAP_SYNC | MAP_DENYWRITE | MAP_EXECUTABLE);
		flags |= MAP_ANONYMOUS;
		flags |= (p->stop.args[3] & MAP_TYPE) != MAP_PRIVATE &&
			 p->stop.args[2] & PROT_WRITE ? MAP_SHARED : MAP_PRIVATE;
		to.args[4] = -1;
		to.args[5] = 0;
	}
	to.args[3] = flags;
	rewrite(r, p, &p->stop, &to);
	if (!file) {
		make(r, p, DOING_CALL);
		return;
	}
	p->doing = DOING_MAP;
	sct_step(r->t, &p->stop);
}

static void fill_map(struct replay *r, struct replayed *p)
{
	const uint32_t *pages = call_pages(p->call);
	uint32_t i;

	for (i = 0; i < p->call->nr_pages; i++)
		if (pages[i])
			write_memory(r, p, p->call->ret + (uint64_t)i * SCR_PAGE,
				     r->recording.pages[pages[i] - 1], SCR_PAGE);
}

/* The child tells nobody when it ends: what its parent was told is recorded. */
static void answer_fork(struct replay *r, struct replayed *p)
{
	struct sct_rewrite to = { .nr = __NR_clone };
	uint64_t flags = p->stop.args[0];

	if (p->call->nr == __NR_clone) {
		memcpy(to.args, p->stop.args, sizeof(to.args));
		flags &= ~(uint64_t)(CSIGNAL | CLONE_PIDFD | CLONE_PARENT | NEW_NAMESPACES);
		to.args[0] = flags;
	} else if (p->call->nr == __NR_vfork) {
		to.args[0] = CLONE_VM | CLONE_VFORK;
	}
	rewrite(r, p, &p->stop, &to);
	p->doing = DOING_FORK;
	sct_step(r->t, &p->stop);
}

/* Waits have been answered from the recording; this one takes the child away. */
static bool answer_wait(struct replay *r, struct replayed *p, pid_t recorded)
{
	struct sct_rewrite to = { .nr = __NR_wait4 };
	const struct process *q;
	size_t i = p->recorded->nr_children;

	while (i--) {
		q = &r->recording.processes[p->recorded->children[i] - 1];
		if ((pid_t)q->pid != recorded || !r->pids[q->number - 1] ||
		    r->reaped[q->number - 1])
			continue;
		r->reaped[q->number - 1] = true;
		to.args[0] = r->pids[q->number - 1];
		to.args[2] = __WALL;
		rewrite(r, p, &p->stop, &to);
		p->doing = DOING_RETURN;
		sct_step(r->t, &p->stop);
		return true;
	}
	return false;
}

/* The process that a call has waited for and taken away, or 0. */
static pid_t waited_for(const struct replayed *p)
{
	const struct scr_out *out = call_outs(p->call);
	uint32_t i;
	int word;

	if (p->call->nr == __NR_wait4) {
		for (i = 0; i < p->call->nr_out; i++, out = next_out(out)) {
			if (out->arg != 1 || out->len < sizeof(word))
				continue;
			memcpy(&word, out + 1, sizeof(word));
			if (WIFSTOPPED(word) || WIFCONTINUED(word))
				return 0;
		}
		return p->call->ret > 0 ? p->call->ret : 0;
	}
	if (p->call->nr != __NR_waitid || p->call->ret || p->call->args[3] & WNOWAIT)
		return 0;
	for (i = 0; i < p->call->nr_out; i++, out = next_out(out)) {
		siginfo_t info = { 0 };

		if (out->arg != 2 || out->len < sizeof(info))
			continue;
		memcpy(&info, out + 1, sizeof(info));
		if (info.si_code != CLD_STOPPED && info.si_code != CLD_CONTINUED)
			return info.si_pid;
	}
	return 0;
}

/* --------------------------- interrupted calls ----------------------------- */

static uint64_t read_word(struct replayed *p, uint64_t addr)
{
	uint64_t word = 0;

	read_memory(p->pid, addr, &word, sizeof(word));
	return word;
}

/* The mask that a call waits with, or 0. */
static uint64_t mask_of(struct replayed *p)
{
	switch (p->call->nr) {
	case __NR_ppoll:
		return p->stop.args[3];
	case __NR_epoll_pwait:
	case __NR_epoll_pwait2:
		return p->stop.args[4];
	case __NR_pselect6:
		return p->stop.args[5] ? read_word(p, p->stop.args[5]) : 0;
	case __NR_rt_sigsuspend:
		return p->stop.args[0];
	default:
		return 0;
	}
}

/*
 * Whether the program sees EINTR or makes the call again is the kernel's business. So
 * another call is made, one that a signal interrupts in the same way.
 */
static bool make_interrupted(struct replay *r, struct replayed *p)
{
	struct sct_rewrite to = { .nr = __NR_pause };
	uint64_t mask = mask_of(p), word;

	if (p->call->ret == ERESTARTNOINTR) {
		interruptible_call(&to);
	} else if (mask) {
		to.nr = __NR_rt_sigsuspend;
		to.args[0] = mask;
		to.args[1] = 8;
	} else if (p->call->ret == ERESTART_RESTARTBLOCK) {
		to.nr = __NR_poll;
		to.args[2] = INT32_MAX;
	} else if (p->call->ret == ERESTARTSYS) {
		/* A word that nobody changes */
		word = image_random(p->pid) & ~3ULL;
		to.nr = __NR_futex;
		to.args[0] = word;
		to.args[1] = FUTEX_WAIT | FUTEX_PRIVATE_FLAG;
		to.args[2] = (uint32_t)read_word(p, word);
	} else if (p->call->ret == -EINTR) {
		return false;
	}
	rewrite(r, p, &p->stop, &to);
	p->doing = DOING_INTERRUPTED;
	write_outs(r, p);
	send_next(r, p);
	sct_step(r->t, &p->stop);
	return true;
}

static bool signal_is_next(const struct replayed *p)
{
	const struct event *event = next_event(p);
	const struct scr_signal *signal;

	if (!event || event->record->type != SCR_SIGNAL)
		return false;
	signal = payload(event->record);
	return !is_fault(signal->number, signal->code);
}

/* ---------------------------------- choosing ------------------------------- */

static void make_and_return(struct replay *r, struct replayed *p)
{
	p->doing = DOING_RETURN;
	sct_step(r->t, &p->stop);
}

/* The limit of the stack tells where the memory of the next program lies. */
static bool limits_stack(const struct syscall_trace_record *stop)
{
	if (stop->nr == __NR_setrlimit)
		return stop->args[0] == RLIMIT_STACK;
	return !(pid_t)stop->args[0] && stop->args[1] == RLIMIT_STACK && stop->args[2];
}

/* Calls that change the process itself. False: there is nothing to be made. */
static bool make_call(struct replay *r, struct replayed *p)
{
	switch (p->call->nr) {
	case __NR_mmap:
		answer_mmap(r, p);
		return true;
	case __NR_fork:
	case __NR_vfork:
	case __NR_clone:
		answer_fork(r, p);
		return true;
	case __NR_brk:
	case __NR_munmap:
	case __NR_mprotect:
	case __NR_mremap:
	case __NR_execve:
	case __NR_execveat:
	case __NR_rt_sigaction:
	case __NR_rt_sigprocmask:
	case __NR_sigaltstack:
	case __NR_arch_prctl:
	case __NR_modify_ldt:
		make(r, p, DOING_CALL);
		return true;
	case __NR_rt_sigreturn:
		make(r, p, DOING_NOTHING);
		return true;
	case __NR_chdir:
	case __NR_madvise:
		make_and_return(r, p);
		return true;
	case __NR_prlimit64:
	case __NR_setrlimit:
		if (!limits_stack(&p->stop))
			return false;
		make_and_return(r, p);
		return true;
	case __NR_wait4:
	case __NR_waitid:
		return answer_wait(r, p, waited_for(p));
	default:
		return false;
	}
}

static void perform(struct replay *r, struct replayed *p)
{
	int64_t ret = p->call->ret;

	if (ends_process(p->call->nr)) {
		p->doing = DOING_NOTHING;
		sct_cont(r->t, &p->stop);
		return;
	}
	if (p->call->flags & SCR_NO_RESULT) {
		kill(p->pid, SIGKILL);
		return;
	}
	if (is_interrupted(ret) && signal_is_next(p) && make_interrupted(r, p))
		return;
	/* What has failed need not be made. */
	if ((ret >= 0 || ret < -4095 || p->call->nr == __NR_rt_sigreturn) && make_call(r, p))
		return;
	answer_skip(r, p);
}

/*
 * A call that was interrupted without a signal, by job control or a freezer, was made
 * again. Here it is made once: go to the event that has its result.
 */
static void skip_attempts(struct replayed *p)
{
	const struct scr_call *next;

	while (is_restarted(p->call->ret) && next_event(p)) {
		next = event_call(next_event(p));
		if (!next || (next->nr != p->call->nr && next->nr != __NR_restart_syscall))
			return;
		p->call = next;
		p->at++;
	}
}

/* At the stop before a call */
void answer_call(struct replay *r, struct replayed *p, const struct syscall_trace_record *stop)
{
	const struct event *event = next_event(p);
	const char *between = "a call, where something else was recorded";
	char why[128];

	memcpy(&p->stop, stop, sizeof(p->stop));
	p->stopped = true;
	p->made.len = 0;
	call_begin(&p->made, stop);
	if (!event)
		recording_over(r, p, call_text((void *)p->made.data, false));
	p->call = event_call(event);
	if (!p->call)
		diverged(r, p, between, call_text((void *)p->made.data, false));
	if (!same_call(p->call, (void *)p->made.data, why, sizeof(why)))
		diverged(r, p, why, call_text((void *)p->made.data, false));
	p->at++;
	p->stopped = false;
	skip_attempts(p);
	perform(r, p);
}

static __noreturn void other_result(struct replay *r, struct replayed *p, int64_t ret)
{
	struct scr_call *made = (void *)p->made.data;

	/* It is about the event that precedes. */
	p->at--;
	made->ret = ret;
	diverged(r, p, "its result is another one", call_text(made, true));
}

/* At the stop behind one */
void answer_exit(struct replay *r, struct replayed *p, const struct syscall_trace_record *stop)
{
	const struct process *child;

	switch (p->doing) {
	case DOING_MAP:
		if (stop->ret != p->call->ret)
			other_result(r, p, stop->ret);
		fill_map(r, p);
		break;
	case DOING_FORK:
		if (stop->ret < 0)
			other_result(r, p, stop->ret);
		child = child_of(r, p, p->call);
		if (child)
			r->pids[child->number - 1] = stop->ret;
		break;
	case DOING_RETURN:
		break;
	default:
		sct_cont(r->t, stop);
		return;
	}
	write_outs(r, p);
	send_next(r, p);
	p->doing = DOING_NOTHING;
	sct_return(r->t, stop, p->call->ret);
}

void answer_result(struct replay *r, struct replayed *p,
		   const struct syscall_trace_record *record)
{
	if (p->doing == DOING_CALL && record->ret != p->call->ret)
		other_result(r, p, record->ret);
	p->doing = DOING_NOTHING;
}

/* The kernel has told the child its number. */
void set_child_tid(struct replay *r, struct replayed *child)
{
	const struct scr_call *call = child->recorded->made_by;
	uint32_t pid = child->recorded->pid;

	if (call && call->nr == __NR_clone && call->args[0] & CLONE_CHILD_SETTID)
		write_memory(r, child, call->args[3], &pid, sizeof(pid));
}
