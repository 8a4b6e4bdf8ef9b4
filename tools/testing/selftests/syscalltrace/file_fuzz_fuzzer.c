// SPDX-License-Identifier: GPL-2.0
/*
 * A fuzzer: opens files, tells them things, and answers what they show, in an order
 * that only the seed knows.
 */

#include <sys/uio.h>

#include "file_fuzz_fuzzer.h"

struct slot slots[MAX_FDS];
char *room;

/* -------------------------------- descriptors ----------------------------- */

struct slot *free_slot(void)
{
	int i;

	for (i = 0; i < MAX_FDS && slots[i].file; i++)
		;
	return i < MAX_FDS ? &slots[i] : NULL;
}

/* One that is open, or NULL; rather one that waits for us. */
struct slot *any_slot(void)
{
	struct slot *slot = NULL;
	int i;

	for (i = 0; i < 12; i++) {
		slot = &slots[below(MAX_FDS)];
		if (slot->file && slot->file->armed && !slot->file->gone)
			return slot;
		if (slot->file && percent(slot->file->what == WHAT_READER ? 2 : 10))
			return slot;
	}
	return slot->file ? slot : NULL;
}

struct slot *any_tracer(void)
{
	struct slot *slot = any_slot();

	return slot && slot->file->what == WHAT_TRACER ? slot : NULL;
}

void forget_log(struct file *f)
{
	if (f->log) {
		munmap(f->log, getpagesize() + 2 * f->log_size);
		munmap(f->log_tail, getpagesize());
	}
	f->log = NULL;
}

void close_slot(struct slot *slot)
{
	struct file *f = slot->file;

	doing("close %d of process %d", slot->fd, f->pid);
	slot->file = NULL;
	close(slot->fd);
	if (--f->fds)
		return;
	forget_log(f);
	free(f->line);
	free(f);
}

/* A process to open the file of: a tracee, a fuzzer, oneself. */
static int any_target(void)
{
	unsigned int n = below(100);

	if (n < 88 || world->mode == MODE_WILD)
		return below(world->nr_tracees);
	if (n < 90)
		return me;
	return MAX_TRACEES + below(world->nr_fuzzers);
}

static pid_t any_thread(pid_t pid)
{
	char path[64], tids[256];
	struct stat st;
	pid_t tid = pid;
	int i;

	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	/* Those that were made last have the highest numbers. */
	for (i = 0; i < 8; i++) {
		snprintf(tids, sizeof(tids), "%s/%d", path, pid + below(12));
		if (!stat(tids, &st)) {
			tid = atoi(strrchr(tids, '/') + 1);
			break;
		}
	}
	return tid;
}

static int open_file(struct file *f, int flags)
{
	char path[64];
	int fd;

	if (f->tid)
		snprintf(path, sizeof(path), "/proc/%d/task/%d/syscall", f->pid, f->tid);
	else
		snprintf(path, sizeof(path), "/proc/%d/syscall", f->pid);
	fd = open(path, flags);
	doing("open %s %#x = %d", path, flags, fd < 0 ? -errno : fd);
	return fd;
}

static void step_close(void)
{
	struct slot *slot = any_slot();
	int i;

	/* Those of what has ended are of little use. */
	for (i = 0; i < MAX_FDS && percent(90); i++)
		if (slots[i].file && model_has_ended(slots[i].file))
			slot = &slots[i];
	if (slot)
		close_slot(slot);
}

static void step_dup(void)
{
	struct slot *from = any_slot(), *to = free_slot();

	if (!from || !to)
		return;
	to->fd = fcntl(from->fd, F_DUPFD_CLOEXEC, 3);
	if (to->fd < 0)
		return;
	doing("dup %d = %d", from->fd, to->fd);
	to->file = from->file;
	to->file->fds++;
}

static void step_open(void)
{
	static const int kinds[] = { O_RDWR, O_RDWR, O_RDWR, O_RDWR, O_RDWR, O_WRONLY, O_RDONLY };
	int flags = kinds[below(ARRAY_SIZE(kinds))], i;
	struct slot *slot = free_slot();
	struct file *f;

	if (!slot)
		return;
	f = calloc(1, sizeof(*f));
	f->target = any_target();
	f->pid = world->actors[f->target].pid;
	f->gentle = world->mode == MODE_BENIGN || f->target >= MAX_TRACEES;
	f->what = flags == O_RDWR ? WHAT_TRACER : flags == O_WRONLY ? WHAT_WRITER : WHAT_READER;
	if (percent(20))
		f->tid = any_thread(f->pid);
	if (percent(75) || f->what != WHAT_TRACER)
		flags |= O_NONBLOCK;
	slot->fd = open_file(f, flags | O_CLOEXEC);
	if (slot->fd < 0) {
		if (errno != ENOENT && errno != ESRCH)
			found("open gives %s", strerrorname_np(errno));
		free(f);
		return;
	}
	f->fds = 1;
	slot->file = f;
	/* Most shall be of use. */
	if (f->what != WHAT_TRACER)
		return;
	for (i = 0; i < 4; i++)
		if (percent(60))
			change_form(slot, i);
	if (percent(30))
		set_line(slot, "signals all");
	if (percent(70))
		arm(slot);
}

/* --------------------------------- each other ----------------------------- */

/**
 * struct letter - what goes with a descriptor
 */
struct letter {
	enum what what;
	int target;
	pid_t pid;
	pid_t tid;
	bool gentle;
};

static void step_pass(void)
{
	struct slot *slot = any_slot();
	struct letter letter;
	struct iovec iov = { &letter, sizeof(letter) };
	union {
		char bytes[CMSG_SPACE(sizeof(int))];
		struct cmsghdr head;
	} control = { };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = &control, .msg_controllen = sizeof(control),
	};
	int to = below(world->nr_fuzzers);

	if (!slot || world->nr_fuzzers < 2 || percent(70))
		return;
	letter = (struct letter){ slot->file->what, slot->file->target, slot->file->pid,
				  slot->file->tid, slot->file->gentle };
	control.head.cmsg_level = SOL_SOCKET;
	control.head.cmsg_type = SCM_RIGHTS;
	control.head.cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(&control.head), &slot->fd, sizeof(int));
	slot->file->shared = true;
	doing("pass %d to fuzzer %d", slot->fd, to);
	sendmsg(world->mail[to][1], &msg, MSG_DONTWAIT);
}

static void step_receive(void)
{
	struct slot *slot = free_slot();
	struct letter letter;
	struct iovec iov = { &letter, sizeof(letter) };
	union {
		char bytes[CMSG_SPACE(sizeof(int))];
		struct cmsghdr head;
	} control = { };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = &control, .msg_controllen = sizeof(control),
	};

	if (!slot || recvmsg(world->mail[me - MAX_TRACEES][0], &msg,
			     MSG_DONTWAIT | MSG_CMSG_CLOEXEC) != sizeof(letter) ||
	    !CMSG_FIRSTHDR(&msg))
		return;
	memcpy(&slot->fd, CMSG_DATA(&control.head), sizeof(int));
	slot->file = calloc(1, sizeof(*slot->file));
	slot->file->fds = 1;
	slot->file->what = letter.what;
	slot->file->target = letter.target;
	slot->file->pid = letter.pid;
	slot->file->tid = letter.tid;
	slot->file->gentle = letter.gentle;
	slot->file->shared = true;
	slot->file->armed = true;
	doing("receive %d, of process %d", slot->fd, letter.pid);
}

static void step_signal(void)
{
	static const int signals[] = { SIGUSR1, SIGUSR2, SIGCONT, SIGCHLD };
	struct actor *actor = &world->actors[below(world->nr_tracees)];

	if (!percent(30))
		return;
	kill(actor->pid, signals[below(ARRAY_SIZE(signals))]);
	doing("signal process %d", actor->pid);
}

/* --------------------------------- the count ------------------------------ */

static int tracers_of(pid_t pid)
{
	char path[64], line[256];
	FILE *file;
	int n = -1;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	file = fopen(path, "re");
	while (file && fgets(line, sizeof(line), file))
		sscanf(line, "SyscallTracers: %d", &n);
	if (file)
		fclose(file);
	return n;
}

/* Nobody else traces: so it is known how many do. Consoles come on top. */
static void step_count(void)
{
	int target = below(world->nr_tracees), i, j, known = 0, n;
	pid_t pid = world->actors[target].pid;

	if (world->nr_fuzzers > 1 || world->mode == MODE_WILD)
		return;
	for (i = 0; i < MAX_FDS; i++) {
		const struct file *f = slots[i].file;

		for (j = 0; f && j < i; j++)
			if (slots[j].file == f)
				f = NULL;
		known += f && f->what == WHAT_TRACER && f->armed && !f->gone && f->pid == pid &&
			 (!f->tid || f->tid == pid);
	}
	n = tracers_of(pid);
	doing("process %d has %d tracers, %d are known", pid, n, known);
	/* At most the console of the process, and of the thread. */
	if (n >= 0 && (n < known || n > known + 2) &&
	    !atomic_load(&world->actors[target].killed))
		found("process %d has %d tracers, not %d", pid, n, known);
}

/* ----------------------------------- steps -------------------------------- */

static const struct {
	void (*run)(void);
	unsigned int weight;
} steps[] = {
	{ step_open, 12 }, { step_arm, 14 }, { step_set, 12 }, { step_switch, 8 },
	{ step_serve, 60 }, { step_read, 14 }, { step_answer, 14 }, { step_answer_badly, 4 },
	{ step_exchange, 14 }, { step_exchange_badly, 1 }, { step_memory, 6 }, { step_poll, 5 },
	{ step_log, 6 }, { step_say_badly, 4 }, { step_say_many, 3 }, { step_mutate, 8 },
	{ step_read_badly, 3 }, { step_dup, 2 }, { step_pass, 3 }, { step_receive, 3 },
	{ step_signal, 3 }, { step_count, 3 }, { step_close, 4 }, { step_detach, 3 },
};

static void make_step(void)
{
	unsigned int i, sum = 0, n;

	for (i = 0; i < ARRAY_SIZE(steps); i++)
		sum += steps[i].weight;
	n = below(sum);
	for (i = 0; n >= steps[i].weight; i++)
		n -= steps[i].weight;
	steps[i].run();
}

static void note_alarm(int sig)
{
}

void fuzzer_main(void)
{
	struct sigaction sa = { .sa_handler = note_alarm };
	unsigned long step = 0;
	int i;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	sigaction(SIGALRM, &sa, NULL);
	room = mmap(NULL, ROOM, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	kcov_begin(1 << 16);
	while (!atomic_load(&world->ending)) {
		begin_step(step++);
		make_step();
		world->actors[me].steps++;
		world->steps++;
		kcov_gather();
	}
	for (i = 0; i < MAX_FDS && percent(50); i++)
		if (slots[i].file)
			close_slot(&slots[i]);
	_exit(0);
}
