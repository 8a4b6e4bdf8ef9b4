// SPDX-License-Identifier: GPL-2.0-only
/*
 * screplay replay: run the program again, with its calls answered from the recording.
 *
 * Each process follows its own events. Nothing that one gets comes from another: it is
 * all recorded. So it does not matter in which order they run.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include "replay.h"

#define LOOK_NS	500000000LL
#define HOLD_NS	50000000LL	/* nothing tells when a debugger comes */

struct replayed *find_replayed(struct replay *r, pid_t pid)
{
	struct replayed *p;

	for (p = r->all; p; p = p->next)
		if (p->pid == pid)
			return p;
	return NULL;
}

const struct event *next_event(const struct replayed *p)
{
	return p->at < p->recorded->nr_events ? &p->recorded->events[p->at] : NULL;
}

bool is_debugged(pid_t pid)
{
	return status_field(pid, "TracerPid:", 10);
}

/* -------------------------------- processes -------------------------------- */

static struct replayed *add(struct replay *r, pid_t pid, const struct process *recorded)
{
	struct replayed *p = xrealloc(NULL, sizeof(*p));

	memset(p, 0, sizeof(*p));
	p->pid = pid;
	p->recorded = recorded;
	p->next = r->all;
	r->all = p;
	r->pids[recorded->number - 1] = pid;
	r->begun[recorded->number - 1] = true;
	return p;
}

static void forget(struct replay *r, struct replayed *p)
{
	struct replayed **at;

	for (at = &r->all; *at != p; at = &(*at)->next)
		;
	*at = p->next;
	close_memory(p);
	buf_free(&p->made);
	free(p);
}

/* The child of a call: the one that it has made, or makes. */
const struct process *child_of(const struct replay *r, const struct replayed *parent,
			       const struct scr_call *call)
{
	const struct process *child;
	size_t i;

	for (i = 0; i < parent->recorded->nr_children; i++) {
		child = &r->recording.processes[parent->recorded->children[i] - 1];
		if (child->made_by == call)
			return child;
	}
	return NULL;
}

/* The call that has made it may be over, and who has made that, too; or not yet. */
static const struct process *who_is(struct replay *r, const struct replayed *parent, pid_t pid)
{
	size_t i;

	for (i = 0; i < r->recording.nr_processes; i++)
		if (r->pids[i] == pid && !r->begun[i])
			return &r->recording.processes[i];
	return parent && parent->doing == DOING_FORK ? child_of(r, parent, parent->call) : NULL;
}

static void on_new(struct replay *r, const struct syscall_trace_record *stop)
{
	struct replayed *parent = find_replayed(r, stop->ret), *p;
	const struct process *child = who_is(r, parent, stop->tid);

	if (!child) {
		kill(stop->tid, SIGKILL);
		/* So it was recorded: it was killed before its first instruction. */
		if (r->recording.end == READER_WHOLE)
			return;
		if (parent)
			recording_over(r, parent, "it makes a process");
		warn("process %d: nobody has made it: report this", (int)stop->tid);
		leave(r, STATUS_FAILED);
	}
	p = add(r, stop->tid, child);
	set_child_tid(r, p);
	send_next(r, p);
	sct_cont(r->t, stop);
}

static void on_end(struct replay *r, struct replayed *p,
		   const struct syscall_trace_record *record)
{
	const struct event *event = next_event(p);
	struct scr_end now = { .value = record->ret };
	char text[64], name[32];
	const struct scr_end *end;

	now.how = record->type == SYSCALL_TRACE_KILLED ? SCR_KILLED : SCR_EXITED;
	if (now.how == SCR_EXITED)
		snprintf(text, sizeof(text), "exited with status %d", now.value);
	else
		snprintf(text, sizeof(text), "killed by %s", signal_name(now.value, name));
	if (!event && r->recording.end != READER_WHOLE) {
		forget(r, p);
		return;
	}
	if (!event || event->record->type != SCR_END)
		diverged(r, p, "it has ended", text);
	end = payload(event->record);
	if (end->how != now.how && end->how != SCR_GONE)
		diverged(r, p, "it has ended in another way", text);
	if (p->recorded->number == 1)
		r->status = end->how == SCR_KILLED ? 128 + end->value : end->value;
	forget(r, p);
}

/* --------------------------------- signals --------------------------------- */

static bool stops_process(int number)
{
	return number == SIGSTOP || number == SIGTSTP || number == SIGTTIN || number == SIGTTOU;
}

/* A signal that nobody has recorded is somebody's mistake, or a debugger's business. */
static void on_other_signal(struct replay *r, struct replayed *p,
			    const struct syscall_trace_record *stop)
{
	char name[32];

	if (is_debugged(p->pid))
		sct_cont(r->t, stop);
	else if (is_fault(stop->signal.number, stop->signal.code))
		diverged(r, p, "it has got a signal", signal_name(stop->signal.number, name));
	else
		sct_discard(r->t, stop);
}

static void on_signal_stop(struct replay *r, struct replayed *p,
			   const struct syscall_trace_record *stop)
{
	const struct event *event = next_event(p);
	const struct scr_signal *signal = event ? payload(event->record) : NULL;
	int number = stop->signal.number;

	if (!event || event->record->type != SCR_SIGNAL || signal->number != number ||
	    (!p->sent && !is_fault(number, stop->signal.code))) {
		on_other_signal(r, p, stop);
		return;
	}
	p->sent = false;
	p->at++;
	send_next(r, p);
	/* Nobody would let it go on. */
	if (stops_process(number) &&
	    !(status_field(p->pid, "SigCgt:", 16) & 1ULL << (number - 1)))
		sct_discard(r->t, stop);
	else
		sct_cont(r->t, stop);
}

/* ----------------------------------- exec ---------------------------------- */

static void wait_for_debugger(struct replay *r, pid_t pid)
{
	const struct syscall_trace_record *record;

	fprintf(stderr, "screplay: process %d is held before its first instruction; go on with: gdb -p %d\n",
		pid, pid);
	while (!is_debugged(pid)) {
		if (sct_next(r->t, &record, HOLD_NS) == -ETIME && !got_signal)
			continue;
		warn("process %d: it has ended before a debugger came: replay again", pid);
		leave(r, STATUS_FAILED);
	}
}

static void on_exec(struct replay *r, struct replayed *p, const struct syscall_trace_record *stop)
{
	const struct event *event = next_event(p);
	struct syscall_trace_record held = *stop;
	const struct scr_exec *exec;

	if (!event)
		recording_over(r, p, "a program begins");
	if (event->record->type != SCR_EXEC)
		diverged(r, p, "a program begins, where something else was recorded", "exec");
	exec = payload(event->record);
	close_memory(p);
	p->at++;
	p->sent = false;
	if (!r->changed && image_changed(exec, r->changed_path, sizeof(r->changed_path))) {
		r->changed = true;
		warn("%s: it is not what it was when this was recorded", r->changed_path);
	}
	image_restore(p->pid, exec);
	if (r->hold && p->recorded->number == 1 && p->at <= 2)
		wait_for_debugger(r, p->pid);
	send_next(r, p);
	sct_cont(r->t, &held);
}

/* ----------------------------------- loop ---------------------------------- */

static void on_record(struct replay *r, const struct syscall_trace_record *record)
{
	struct replayed *p = find_replayed(r, record->tid);

	progress_count(&r->progress, r->recording.size);
	if (!p) {
		if (record->type == SYSCALL_TRACE_NEW)
			on_new(r, record);
		return;
	}
	switch (record->type) {
	case SYSCALL_TRACE_ENTRY:
		answer_call(r, p, record);
		if (r->print)
			answer_held(r);
		break;
	case SYSCALL_TRACE_EXIT:
		answer_exit(r, p, record);
		break;
	case SYSCALL_TRACE_RESULT:
		answer_result(r, p, record);
		break;
	case SYSCALL_TRACE_SIGNAL:
		on_signal_stop(r, p, record);
		break;
	case SYSCALL_TRACE_EXEC:
		on_exec(r, p, record);
		break;
	case SYSCALL_TRACE_EXITED:
	case SYSCALL_TRACE_KILLED:
	case SYSCALL_TRACE_GONE:
		on_end(r, p, record);
		break;
	}
}

static void loop(struct replay *r)
{
	const struct syscall_trace_record *record;
	int ret;

	for (;;) {
		/* A signal of ours may come just before. */
		ret = sct_next(r->t, &record, LOOK_NS);
		if (ret > 0)
			on_record(r, record);
		else if (ret != -EINTR && ret != -ETIME)
			break;
		if (got_signal) {
			warn("signal %d: the replay ends here", got_signal);
			leave(r, STATUS_FAILED);
		}
	}
	if (ret < 0) {
		warn("%s", sct_error(r->t));
		leave(r, STATUS_FAILED);
	}
}

/* -------------------------------- the command ------------------------------ */

static int prepare(void *data)
{
	const struct replay *r = data;
	const struct scr_start *start = r->recording.start;
	const char *path = start_strings(start);
	struct rlimit stack = { start->stack_soft, start->stack_hard };
	int fd = open("/dev/null", O_RDWR), i;

	for (i = 1; i < 32; i++)
		signal(i, start->ignored & 1U << (i - 1) ? SIG_IGN : SIG_DFL);
	/* What it says and is told is in the recording, and nowhere else. */
	if (fd < 0 || dup2(fd, 0) < 0 || dup2(fd, 1) < 0 || dup2(fd, 2) < 0)
		return STATUS_FAILED;
	if (fd > 2)
		close(fd);
	setsid();
	if (personality(ADDR_NO_RANDOMIZE) < 0)
		return STATUS_FAILED;
	/* If the hard limit is lower now, the soft one may still be had. */
	if (setrlimit(RLIMIT_STACK, &stack)) {
		getrlimit(RLIMIT_STACK, &stack);
		stack.rlim_cur = start->stack_soft;
		setrlimit(RLIMIT_STACK, &stack);
	}
	if (start->flags & SCR_NO_TSC && prctl(PR_SET_TSC, PR_TSC_SIGSEGV))
		return STATUS_FAILED;
	/* If it is gone, programs that are named relative to it are, too. */
	if (chdir(path + strlen(path) + 1))
		return 0;
	return 0;
}

static char **strings(const char **at, uint32_t nr)
{
	char **list = xrealloc(NULL, (nr + 1) * sizeof(*list));
	uint32_t i;

	for (i = 0; i < nr; i++) {
		list[i] = (char *)*at;
		*at += strlen(*at) + 1;
	}
	list[nr] = NULL;
	return list;
}

static void start(struct replay *r)
{
	const struct scr_start *start = r->recording.start;
	const char *at = start_strings(start);
	struct sct_program program = {
		.path = at,
		.settings = "limit 65536\nfollow on\nevents on\nvdso off\nsignals all\nonclose kill\n",
		.prepare = prepare,
		.data = r,
	};
	int err;

	at += strlen(at) + 1;
	at += strlen(at) + 1;
	program.argv = strings(&at, start->nr_args);
	program.envp = strings(&at, start->nr_env);
	err = sct_spawn(&r->t, &program, 0, &r->pid);
	if (!err)
		err = sct_command(r->t, "trace all");
	if (err)
		die(STATUS_FAILED, "%s", sct_error(r->t));
	add(r, r->pid, &r->recording.processes[0]);
}

static void find_prints(struct replay *r)
{
	const struct scr_record *record = NULL;
	const struct scr_call *call;
	struct recording again = r->recording;

	while ((record = recording_next(&again, record))) {
		call = payload(record);
		if (record->type != SCR_CALL || call->ret <= 0 ||
		    !(call->flags & (SCR_TO_STDOUT | SCR_TO_STDERR)))
			continue;
		r->prints = xrealloc(r->prints, (r->nr_prints + 1) * sizeof(*r->prints));
		r->prints[r->nr_prints++] = record;
	}
}

static void load(struct replay *r, const char *path)
{
	recording_map(&r->recording, path);
	recording_index(&r->recording);
	if (r->recording.end == READER_DAMAGED)
		die(STATUS_DAMAGED, "%s: byte %llu: %s: see what precedes with \"screplay dump\"",
		    path, (unsigned long long)r->recording.end_at, r->recording.why);
	if (!r->recording.start || !r->recording.nr_processes)
		die(STATUS_CUT, "%s: byte %llu: %s: there is nothing to replay: record again", path,
		    (unsigned long long)r->recording.end_at, r->recording.why);
	r->pids = calloc(r->recording.nr_processes, sizeof(*r->pids));
	r->reaped = calloc(r->recording.nr_processes, sizeof(*r->reaped));
	r->begun = calloc(r->recording.nr_processes, sizeof(*r->begun));
	if (!r->pids || !r->reaped || !r->begun)
		die(STATUS_FAILED, "%s: out of memory: free some", path);
	if (r->print)
		find_prints(r);
}

/* What they do must end with us, also if they make no calls. */
static void catch_interrupts(void)
{
	struct sigaction catch = { .sa_handler = note_signal };

	if (!catch_signals() || sigaction(SIGINT, &catch, NULL) || sigaction(SIGQUIT, &catch, NULL))
		die(STATUS_FAILED, "signals: %s: report this", strerror(errno));
}

static __noreturn void usage(int status)
{
	fprintf(status ? stderr : stdout,
		"Usage: screplay replay [-p] [--hold] [--progress] FILE\n"
		"  -p, --print     print what the program wrote to its output and error output\n"
		"      --hold      wait for a debugger before its first instruction\n"
		"      --gdb       the same\n"
		"      --progress  tell how far it is although standard error is no terminal\n");
	exit(status);
}

static bool parse(struct replay *r, int argc, char **argv)
{
	static const struct option options[] = {
		{ "print", no_argument, NULL, 'p' },
		{ "hold", no_argument, NULL, 'g' },
		{ "gdb", no_argument, NULL, 'g' },
		{ "progress", no_argument, NULL, 'P' },
		{ "help", no_argument, NULL, 'h' },
		{ }
	};
	bool progress = false;
	int c;

	while ((c = getopt_long(argc, argv, "ph", options, NULL)) != -1) {
		if (c == 'p')
			r->print = true;
		else if (c == 'g')
			r->hold = true;
		else if (c == 'P')
			progress = true;
		else
			usage(c == 'h' ? 0 : STATUS_FAILED);
	}
	if (optind + 1 != argc)
		usage(STATUS_FAILED);
	return progress;
}

int replay_main(int argc, char **argv)
{
	struct replay r = { .status = STATUS_CUT };
	bool progress = parse(&r, argc, argv);

	load(&r, argv[optind]);
	catch_interrupts();
	progress_begin(&r.progress, "replayed", progress);
	start(&r);
	loop(&r);
	progress_end(&r.progress, r.recording.size);
	sct_close(r.t);
	waitpid(r.pid, NULL, 0);
	if (r.recording.end == READER_WHOLE)
		return r.status;
	warn("%s: byte %llu: %s: replayed up to there", r.recording.path,
	     (unsigned long long)r.recording.end_at, r.recording.why);
	return STATUS_CUT;
}
