// SPDX-License-Identifier: GPL-2.0-only
/* screplay record: run a program, and write down all that it gets from outside. */
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "record.h"

#define FLUSH_NS	200000000LL
#define MAPPED_AT_ONCE	256	/* pages */

/* ------------------------------ writing it down ---------------------------- */

/* The program goes on when the recording cannot. */
static __noreturn void cannot_write(struct recorder *r, int err)
{
	warn("%s: %s: the recording ends here, the program goes on: make room", r->path,
	     strerror(err));
	sct_close(r->t);
	waitpid(r->pid, NULL, 0);
	exit(STATUS_FAILED);
}

static void put(struct recorder *r, enum scr_type type, uint32_t process, const struct buf *b)
{
	int err = writer_add(r->w, type, process, b);

	if (err)
		cannot_write(r, err);
	progress_count(&r->progress, writer_bytes(r->w));
}

static void put_data(struct recorder *r, enum scr_type type, uint32_t process, const void *data,
		     size_t len)
{
	struct buf b = { 0 };

	buf_add(&b, data, len);
	put(r, type, process, &b);
	buf_free(&b);
}

static void let_run(struct recorder *r, struct traced *p, const struct syscall_trace_record *stop)
{
	if (p->step)
		sct_step(r->t, stop);
	else
		sct_report(r->t, stop);
}

/* Output that goes to one file is made one after the other: so its order is known. */
static void run_output(struct recorder *r, struct traced *p,
		       const struct syscall_trace_record *entry, unsigned int flags)
{
	struct traced *q;

	p->output = r->one_output ? SCR_TO_STDOUT : flags;
	for (q = r->all; q && (q->output != p->output || q->waits || q == p); q = q->next)
		;
	if (!q) {
		let_run(r, p, entry);
		return;
	}
	memcpy(&p->stop, entry, sizeof(p->stop));
	p->waits = ++r->turns;
}

/* Whose turn is it now? */
static void output_over(struct recorder *r, struct traced *p)
{
	struct traced *q, *next = NULL;
	bool waited = p->waits;

	for (q = r->all; q; q = q->next)
		if (q->waits && q != p && q->output == p->output &&
		    (!next || q->waits < next->waits))
			next = q;
	p->output = 0;
	p->waits = 0;
	if (!next || waited)
		return;
	next->waits = 0;
	let_run(r, next, &next->stop);
}

static void put_call(struct recorder *r, struct traced *p, int64_t ret, unsigned int flags)
{
	struct scr_call *call = (void *)p->call.data;

	call->ret = ret;
	call->flags |= flags;
	put(r, SCR_CALL, p->number, &p->call);
	p->in_call = false;
	if (p->output)
		output_over(r, p);
}

/* What the terminal sends is for the program, and a file too large is an error to us. */
static const int not_for_us[] = { SIGINT, SIGQUIT, SIGPIPE, SIGXFSZ };

static void ignore_signals(struct recorder *r)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN };
	size_t i;

	for (i = 0; i < sizeof(not_for_us) / sizeof(not_for_us[0]); i++)
		sigaction(not_for_us[i], &ignore, &r->were[i]);
}

/* The program has them as if it had been started without us. */
static void restore_signals(const struct recorder *r)
{
	size_t i;

	for (i = 0; i < sizeof(not_for_us) / sizeof(not_for_us[0]); i++)
		sigaction(not_for_us[i], &r->were[i], NULL);
}

/* The standard signals that the program ignores from the beginning, number 1 in bit 0. */
static uint32_t ignored_signals(const struct recorder *r)
{
	struct sigaction now;
	uint32_t set = 0;
	size_t i;
	int n;

	for (n = 1; n < 32; n++)
		if (!sigaction(n, NULL, &now) && now.sa_handler == SIG_IGN)
			set |= 1U << (n - 1);
	for (i = 0; i < sizeof(not_for_us) / sizeof(not_for_us[0]); i++)
		if (r->were[i].sa_handler != SIG_IGN)
			set &= ~(1U << (not_for_us[i] - 1));
	return set;
}

static void put_strings(struct buf *b, char *const *strings, uint32_t *nr)
{
	uint32_t n;

	for (n = 0; strings[n]; n++)
		buf_add(b, strings[n], strlen(strings[n]) + 1);
	/* @nr lies in @b, which has moved. */
	memcpy(b->data + (uintptr_t)nr, &n, sizeof(n));
}

static void put_start(struct recorder *r, const char *path, char **argv)
{
	struct buf b = { 0 };
	struct scr_start *start = buf_extend(&b, sizeof(*start));
	char dir[PATH_MAX] = "/";
	struct rlimit stack;

	if (!getrlimit(RLIMIT_STACK, &stack)) {
		start->stack_soft = stack.rlim_cur;
		start->stack_hard = stack.rlim_max;
	}
	start->flags = r->no_tsc ? SCR_NO_TSC : 0;
	start->ignored = ignored_signals(r);
	if (!getcwd(dir, sizeof(dir)))
		strcpy(dir, "/");
	buf_add(&b, path, strlen(path) + 1);
	buf_add(&b, dir, strlen(dir) + 1);
	put_strings(&b, argv, (void *)offsetof(struct scr_start, nr_args));
	put_strings(&b, environ, (void *)offsetof(struct scr_start, nr_env));
	put(r, SCR_START, 0, &b);
	buf_free(&b);
}

/* -------------------------------- processes -------------------------------- */

static struct traced *find(struct recorder *r, pid_t pid)
{
	struct traced *p;

	for (p = r->all; p; p = p->next)
		if (p->pid == pid)
			return p;
	return NULL;
}

static struct traced *add(struct recorder *r, pid_t pid, pid_t parent)
{
	struct traced *from = find(r, parent), *p = xrealloc(NULL, sizeof(*p));
	struct scr_process made = { .pid = pid };

	/* It may have ended before its child began. */
	for (from = from ?: r->ended; from && from->pid != parent; from = from->next)
		;
	made.parent = from ? from->number : r->nr > 0;
	memset(p, 0, sizeof(*p));
	hold_inherit(p, from);
	p->pid = pid;
	p->number = ++r->nr;
	p->next = r->all;
	r->all = p;
	put_data(r, SCR_PROCESS, p->number, &made, sizeof(made));
	return p;
}

static void forget(struct recorder *r, struct traced *p)
{
	struct traced **at;

	for (at = &r->all; *at != p; at = &(*at)->next)
		;
	*at = p->next;
	p->next = r->ended;
	r->ended = p;
	buf_free(&p->call);
	capture_free(&p->capture);
	hold_forget(r, p);
}

/* What cannot be recorded must not go on as if it were. */
static __noreturn void cannot_record(struct recorder *r, struct traced *p, const char *what)
{
	struct traced *q;

	warn("process %d: %s: it has been ended: record a program that does not", p->pid, what);
	for (q = r->all; q; q = q->next)
		kill(q->pid, SIGKILL);
	writer_flush(r->w);
	sct_close(r->t);
	waitpid(r->pid, NULL, 0);
	exit(STATUS_FAILED);
}

/* ---------------------------------- calls ---------------------------------- */

static bool same_file(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_rdev == b->st_rdev;
}

/* Is it what shall be printed on replay? If both are the same file the number decides. */
static unsigned int where_to(struct recorder *r, struct traced *p,
			     const struct syscall_trace_record *entry)
{
	int fd = output_fd(entry);
	char path[48];
	struct stat st;
	bool out, err;

	if (fd < 0)
		return 0;
	snprintf(path, sizeof(path), "/proc/%d/fd/%d", p->pid, fd);
	if (stat(path, &st))
		return 0;
	out = r->has_out && same_file(&st, &r->out);
	err = r->has_err && same_file(&st, &r->err);
	if (err && (!out || fd == STDERR_FILENO))
		return SCR_TO_STDERR;
	return out ? SCR_TO_STDOUT : 0;
}

static void refuse(struct recorder *r, struct traced *p,
		   const struct syscall_trace_record *entry, int err)
{
	put_call(r, p, -err, SCR_REFUSED);
	sct_skip(r->t, entry, -err);
}

static void on_entry(struct recorder *r, struct traced *p,
		     const struct syscall_trace_record *entry)
{
	int err = refused(entry);
	unsigned int flags;

	if (entry->abi != SYSCALL_TRACE_ABI_X86_64)
		cannot_record(r, p, "it makes calls that are not of x86-64");
	if (makes_thread(entry))
		cannot_record(r, p, "it makes a thread");
	p->call.len = 0;
	call_begin(&p->call, entry);
	p->in_call = true;
	if (hold_release(r, p, entry))
		return;
	flags = where_to(r, p, entry);
	((struct scr_call *)p->call.data)->flags = flags;
	if (flags && sends_file(entry->nr))
		err = EINVAL;
	if (err) {
		refuse(r, p, entry, err);
	} else if (ends_process(entry->nr)) {
		put_call(r, p, 0, SCR_NO_RESULT);
		sct_cont(r->t, entry);
	} else {
		p->step = capture_needs_stop(&p->capture, entry);
		if (flags)
			run_output(r, p, entry, flags);
		else
			let_run(r, p, entry);
	}
}

static void tell_shared(struct recorder *r, struct traced *p,
			const struct syscall_trace_record *exit)
{
	if (r->shared_told || (exit->args[3] & MAP_TYPE) == MAP_PRIVATE ||
	    !(exit->args[2] & PROT_WRITE))
		return;
	warn("process %d: it maps a file for others to write to: what they write while it is mapped is not recorded",
	     p->pid);
	r->shared_told = true;
}

/* What the mapping of a file shows, a page at a time. */
static void capture_mapped(struct recorder *r, struct traced *p,
			   const struct syscall_trace_record *exit)
{
	uint64_t nr = page_up(exit->args[1]) / SCR_PAGE, at = 0, n, i;
	char *pages = xrealloc(NULL, MAPPED_AT_ONCE * SCR_PAGE);
	uint32_t *ids = buf_extend(&p->call, nr * sizeof(*ids));
	int err = 0;

	((struct scr_call *)p->call.data)->nr_pages = nr;
	for (; at < nr && !err; at += n) {
		n = nr - at < MAPPED_AT_ONCE ? nr - at : MAPPED_AT_ONCE;
		memset(pages, 0, n * SCR_PAGE);
		/* There is nothing behind the end of the file. */
		if (read_memory(p->pid, exit->ret + at * SCR_PAGE, pages, n * SCR_PAGE) <= 0)
			break;
		err = writer_pages(r->w, pages, n, ids + at);
	}
	free(pages);
	if (err)
		cannot_write(r, err);
	/* Behind the last page that is not empty all is zero, as elsewhere. */
	for (i = nr; i && !ids[i - 1]; i--)
		;
	p->call.len -= (nr - i) * sizeof(*ids);
	((struct scr_call *)p->call.data)->nr_pages = i;
}

static void on_exit_stop(struct recorder *r, struct traced *p,
			 const struct syscall_trace_record *exit)
{
	if (p->interrupted) {
		p->interrupted = false;
		put_call(r, p, exit->ret, 0);
	} else if (p->in_call) {
		capture_stopped(&p->call, &p->capture, exit);
		if (exit->nr == __NR_mmap && (exit->ret > 0 || exit->ret < -4095)) {
			tell_shared(r, p, exit);
			capture_mapped(r, p, exit);
		}
		put_call(r, p, exit->ret, 0);
	}
	sct_cont(r->t, exit);
}

static void on_result(struct recorder *r, struct traced *p,
		      const struct syscall_trace_record *result)
{
	if (!p->in_call)
		return;
	if (result->ret >= 0)
		capture_shown(&p->call, result);
	put_call(r, p, result->ret, 0);
}

/* ------------------------------ lives and signals -------------------------- */

static void on_signal_stop(struct recorder *r, struct traced *p,
			   const struct syscall_trace_record *stop)
{
	struct scr_signal signal = {
		.number = stop->signal.number,
		.code = stop->signal.code,
		.pid = stop->signal.pid,
		.uid = stop->signal.uid,
		.value = stop->signal.value,
	};

	if (hold_signal(r, p, &signal)) {
		sct_discard(r->t, stop);
		return;
	}
	put_data(r, SCR_SIGNAL, p->number, &signal, sizeof(signal));
	sct_cont(r->t, stop);
}

static void on_exec(struct recorder *r, struct traced *p, const struct syscall_trace_record *stop)
{
	struct buf b = { 0 };

	/* It has no handlers. */
	hold_inherit(p, NULL);
	image_capture(&b, p->pid);
	put(r, SCR_EXEC, p->number, &b);
	buf_free(&b);
	sct_cont(r->t, stop);
}

static void on_end(struct recorder *r, struct traced *p,
		   const struct syscall_trace_record *record)
{
	struct scr_end end = { .value = record->ret };

	if (record->type == SYSCALL_TRACE_GONE)
		end.how = SCR_GONE;
	else
		end.how = record->type == SYSCALL_TRACE_KILLED ? SCR_KILLED : SCR_EXITED;
	if (end.how == SCR_GONE)
		warn("process %d: it may not be traced any more: it is not recorded from here on",
		     p->pid);
	if (p->in_call)
		put_call(r, p, 0, SCR_NO_RESULT);
	put_data(r, SCR_END, p->number, &end, sizeof(end));
	forget(r, p);
}

static void on_record(struct recorder *r, const struct syscall_trace_record *record)
{
	struct traced *p = find(r, record->tid);

	if (!p && record->type == SYSCALL_TRACE_NEW) {
		add(r, record->tid, record->ret);
		sct_cont(r->t, record);
		return;
	}
	if (!p) {
		if (record->id)
			sct_cont(r->t, record);
		return;
	}
	switch (record->type) {
	case SYSCALL_TRACE_ENTRY:
		on_entry(r, p, record);
		break;
	case SYSCALL_TRACE_EXIT:
		on_exit_stop(r, p, record);
		break;
	case SYSCALL_TRACE_RESULT:
		on_result(r, p, record);
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
	default:
		if (record->id)
			sct_cont(r->t, record);
	}
}

static void loop(struct recorder *r)
{
	const struct syscall_trace_record *record;
	int ret, err;

	for (;;) {
		ret = sct_next(r->t, &record, r->holding ? HOLD_LOOK_NS : FLUSH_NS);
		if (ret > 0) {
			on_record(r, record);
		} else if (ret == -ETIME || ret == -EINTR) {
			err = writer_flush(r->w);
			if (err)
				cannot_write(r, err);
		} else {
			break;
		}
		hold_look(r);
		if (got_signal) {
			char name[32];

			writer_flush(r->w);
			warn("%s: the recording ends here, the program goes on",
			     signal_name(got_signal, name));
			sct_close(r->t);
			exit(STATUS_FAILED);
		}
	}
	if (ret < 0) {
		warn("%s", sct_error(r->t));
		writer_flush(r->w);
		sct_close(r->t);
		exit(STATUS_FAILED);
	}
}

/* -------------------------------- the command ------------------------------ */

static int prepare(void *data)
{
	const struct recorder *r = data;

	restore_signals(r);
	if (personality(ADDR_NO_RANDOMIZE) < 0)
		return STATUS_FAILED;
	if (r->no_tsc && prctl(PR_SET_TSC, PR_TSC_SIGSEGV))
		return STATUS_FAILED;
	return 0;
}

/* As the library does; the path is part of what the program finds on its stack. */
static const char *search(const char *name)
{
	const char *dir = getenv("PATH") ?: "/bin:/usr/bin", *end;
	char *path = NULL;

	if (strchr(name, '/'))
		return name;
	for (;; dir = end + 1) {
		end = strchrnul(dir, ':');
		if (asprintf(&path, "%.*s%s%s", (int)(end - dir), dir, end > dir ? "/" : "",
			     name) < 0)
			die(STATUS_FAILED, "%s: out of memory: free some", name);
		if (!access(path, X_OK))
			return path;
		free(path);
		if (!*end)
			return name;
	}
}

static void start(struct recorder *r, char **argv)
{
	struct sct_program program = {
		.path = search(argv[0]),
		.argv = argv,
		.settings = "limit 65536\nfollow on\nevents on\nout on\nvdso off\nsignals all\n",
		.prepare = prepare,
		.data = r,
	};
	int err;

	/* First of all, so that nothing runs that is not recorded. */
	r->w = writer_open(r->path);
	err = sct_spawn(&r->t, &program, 0, &r->pid);
	if (err)
		unlink(r->path);
	if (err)
		die(err == -ENOENT ? 127 : err == -EACCES ? 126 : STATUS_FAILED, "%s",
		    sct_error(r->t));
	if (sct_command(r->t, "trace all"))
		die(STATUS_FAILED, "%s", sct_error(r->t));
	put_start(r, program.path, argv);
	add(r, r->pid, 0);
}

static __noreturn void usage(int status)
{
	fprintf(status ? stderr : stdout,
		"Usage: screplay record [-o FILE] [--no-tsc] [--progress] COMMAND [ARGUMENT ...]\n"
		"  -o, --output FILE  write the recording there; screplay.rec if not given\n"
		"      --no-tsc       programs that read the time stamp counter get SIGSEGV\n"
		"      --progress     tell how far it is although standard error is no terminal\n");
	exit(status);
}

static bool parse(struct recorder *r, int argc, char **argv)
{
	static const struct option options[] = {
		{ "output", required_argument, NULL, 'o' },
		{ "no-tsc", no_argument, NULL, 'n' },
		{ "progress", no_argument, NULL, 'p' },
		{ "help", no_argument, NULL, 'h' },
		{ }
	};
	bool progress = false;
	int c;

	while ((c = getopt_long(argc, argv, "+o:h", options, NULL)) != -1) {
		if (c == 'o')
			r->path = optarg;
		else if (c == 'n')
			r->no_tsc = true;
		else if (c == 'p')
			progress = true;
		else
			usage(c == 'h' ? 0 : STATUS_FAILED);
	}
	if (optind >= argc)
		usage(STATUS_FAILED);
	return progress;
}

int record_main(int argc, char **argv)
{
	struct recorder r = { .path = "screplay.rec" };
	bool progress = parse(&r, argc, argv);
	int status, err;

	r.has_out = !fstat(STDOUT_FILENO, &r.out);
	r.has_err = !fstat(STDERR_FILENO, &r.err);
	r.one_output = r.has_out && r.has_err && same_file(&r.out, &r.err);
	ignore_signals(&r);
	if (!catch_signals())
		die(STATUS_FAILED, "signals: %s: report this", strerror(errno));
	progress_begin(&r.progress, "recorded", progress);
	start(&r, argv + optind);
	loop(&r);
	progress_end(&r.progress, writer_bytes(r.w));
	err = writer_close(r.w);
	if (err)
		die(STATUS_FAILED, "%s: %s: the recording is not complete: make room", r.path,
		    strerror(err));
	sct_close(r.t);
	if (waitpid(r.pid, &status, 0) != r.pid)
		return STATUS_FAILED;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
