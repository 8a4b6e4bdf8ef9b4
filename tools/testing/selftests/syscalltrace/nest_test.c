// SPDX-License-Identifier: GPL-2.0
/*
 * Layers within layers: who judges when, and what becomes of the others and of
 * the program when one of them, or the program, goes.
 *
 * Random tests print their seed; SYSCALLTRACE_SEED=n in the environment repeats
 * a run.
 */

#include "common.h"

#define LAYERS		64
/* How long anything may take that has to happen by itself, ms. */
#define PATIENCE	20000

FIXTURE(nest)
{
	struct tracee t;
	int fds[LAYERS];
	pid_t tracers[LAYERS];
};

FIXTURE_SETUP(nest)
{
	self->t = (struct tracee){ .gate = -1, .out = -1 };
	memset(self->fds, -1, sizeof(self->fds));
	memset(self->tracers, 0, sizeof(self->tracers));
	/* Yama lets nobody else trace a sibling. */
	if (geteuid())
		SKIP(return, "not root");
}

FIXTURE_TEARDOWN(nest)
{
	unsigned int i;

	stop_tracee(&self->t);
	for (i = 0; i < LAYERS; i++) {
		if (self->tracers[i] > 0) {
			kill(self->tracers[i], SIGKILL);
			waitpid(self->tracers[i], NULL, 0);
		}
		close(self->fds[i]);
	}
}

static void seed_random(struct __test_metadata *_metadata)
{
	const char *given = getenv("SYSCALLTRACE_SEED");
	unsigned int seed = given ? strtoul(given, NULL, 0) : time(NULL) ^ getpid() << 16;

	TH_LOG("SYSCALLTRACE_SEED=%u", seed);
	srand(seed);
}

static int add_layer(pid_t pid, const char *trace)
{
	int fd = open_syscall(pid, 0, O_RDWR);

	if (fd >= 0 && say(fd, "%s", trace)) {
		close(fd);
		return -1;
	}
	return fd;
}

static long tracers_of(pid_t pid)
{
	char path[32], line[128];
	long n = -1;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	f = fopen(path, "r");
	while (f && hear_line(f, line, sizeof(line)))
		sscanf(line, "SyscallTracers: %ld", &n);
	if (f)
		fclose(f);
	return n;
}

/* ------------------------------ 64 layers deep --------------------------- */

#define SEEKS		5
#define MODULUS		1000003

static int file;

/* What layer @i makes of an argument and of a result: no two in another order. */
static long at_entry(long x, int i)
{
	return (x * 31 + i) % MODULUS;
}

static long at_exit(long x, int i)
{
	return (x * 37 + i) % MODULUS;
}

static void seek_about(void)
{
	long i;

	for (i = 0; i < SEEKS; i++) {
		pass_gate();
		tell(raw(SYS_lseek, file, 1000 * i, SEEK_SET));
	}
}

struct layer {
	pid_t program;
	int nr;
	int ready;	/* where to say that it is armed */
};

/* A tracer, in a process or a thread of its own; 0 if it saw all that it should. */
static long judge_seeks(const struct layer *l)
{
	int fd = add_layer(l->program, "trace lseek"), seen;
	char text[64];
	int words;
	ssize_t len;
	long n;

	if (write(l->ready, fd < 0 ? "n" : "y", 1) != 1 || fd < 0)
		return 1;
	for (seen = 0; (len = hear_bytes(fd, text, sizeof(text) - 1)) > 0; seen++) {
		text[len] = '\0';
		if (seen % 2 == 0 && sscanf(text, "lseek %*d, %ld, 0", &n) == 1)
			words = sprintf(text, "lseek _, %ld, _\nstep\n", at_entry(n, l->nr));
		else if (seen % 2 && sscanf(text, "ok %ld", &n) == 1)
			words = sprintf(text, "ok %ld\n", at_exit(n, l->nr));
		else
			return 2;
		say_bytes(fd, text, words);
	}
	close(fd);
	return len || seen != 2 * SEEKS;
}

static void *judge_in_thread(void *arg)
{
	return (void *)judge_seeks(arg);
}

static bool is_armed(const int ready[2])
{
	char c;

	return read(ready[0], &c, 1) == 1 && c == 'y';
}

/* What runs, and what the program sees, tell in which order they judged. */
static void check_onion(struct __test_metadata *_metadata, struct tracee *t)
{
	int i, k, extra = open_syscall(t->pid, 0, O_RDWR);
	long ran, shown;

	EXPECT_EQ(LAYERS, tracers_of(t->pid));
	EXPECT_SAY(EUSERS, extra, "trace lseek");
	close(extra);
	open_gate(t);
	for (i = 0; i < SEEKS; i++) {
		ran = 1000 * i;
		for (k = LAYERS - 1; k >= 0; k--)
			ran = at_entry(ran, k);
		shown = ran;
		for (k = 0; k < LAYERS; k++)
			shown = at_exit(shown, k);
		open_gate(t);
		ASSERT_EQ(shown, told(t));
		ASSERT_EQ(ran, lseek(file, 0, SEEK_CUR));
	}
	EXPECT_EQ(0, wait_status(t));
}

TEST_F_TIMEOUT(nest, onion, 120)
{
	struct layer layers[LAYERS];
	pthread_t threads[LAYERS];
	int i, status, ready[2];
	void *ret;

	file = memfd_create("onion", 0);
	ASSERT_EQ(0, pipe(ready));
	start(&self->t, seek_about);
	for (i = 0; i < LAYERS; i++) {
		layers[i] = (struct layer){ self->t.pid, i, ready[1] };
		if (i % 2)
			status = pthread_create(&threads[i], NULL, judge_in_thread, &layers[i]);
		else
			self->tracers[i] = fork();
		if (!(i % 2) && !self->tracers[i])
			_exit(judge_seeks(&layers[i]));
		ASSERT_TRUE(is_armed(ready));
	}
	check_onion(_metadata, &self->t);
	for (i = 0; i < LAYERS; i += 2) {
		ASSERT_EQ(self->tracers[i], waitpid(self->tracers[i], &status, 0));
		self->tracers[i] = 0;
		EXPECT_EQ(0, status) TH_LOG("layer %d", i);
		pthread_join(threads[i + 1], &ret);
		EXPECT_EQ(NULL, ret) TH_LOG("layer %d", i + 1);
	}
}

/* --------------------- the program dies within the onion ----------------- */

static void write_once(void)
{
	raw(SYS_write, OUT_FD, (long)"8 bytes!", 8);
}

/* Let it go on to layer @depth, before the call or after it. */
static void go_into(struct __test_metadata *_metadata, const int *fds, int depth, bool at_end)
{
	int i;

	for (i = LAYERS - 1; i > (at_end ? -1 : depth); i--) {
		ASSERT_HEAR("write 10, \"8 bytes!\", 8", fds[i]);
		ASSERT_SAY(0, fds[i], "step");
	}
	for (i = 0; at_end && i < depth; i++) {
		ASSERT_HEAR("ok 8", fds[i]);
		ASSERT_SAY(0, fds[i], "cont");
	}
	ASSERT_TRUE(has_record(fds[depth], PATIENCE));
}

static void kill_within(struct __test_metadata *_metadata, struct tracee *t, int *fds,
			int depth, bool at_end)
{
	int i;

	start(t, write_once);
	for (i = 0; i < LAYERS; i++)
		fds[i] = add_layer(t->pid, "trace write");
	open_gate(t);
	go_into(_metadata, fds, depth, at_end);
	if (rand() % 2)
		hear(fds[depth]);
	kill(t->pid, SIGKILL);
	EXPECT_EQ(256 + SIGKILL, wait_status(t));
	EXPECT_EQ(at_end, told(t) == *(long *)"8 bytes!");
	for (i = 0; i < LAYERS; i++) {
		EXPECT_EQ(POLLOUT | POLLHUP, events_of(fds[i]))
			TH_LOG("layer %d, killed at %d", i, depth);
		EXPECT_SAY(ESRCH, fds[i], "cont");
		EXPECT_HEAR("", fds[i]);
		close(fds[i]);
		fds[i] = -1;
	}
	stop_tracee(t);
}

TEST_F_TIMEOUT(nest, killed_at_any_depth, 120)
{
	int i, depth;

	seed_random(_metadata);
	for (i = 0; i < 6; i++) {
		depth = i < 2 ? 0 : i < 4 ? LAYERS - 1 : rand() % LAYERS;
		kill_within(_metadata, &self->t, self->fds, depth, i % 2);
	}
}

/* ------------------ tracers come and go while calls are made ------------- */

#define CALLERS		2

static struct {
	unsigned long rounds[CALLERS];	/* each thread of the program made */
	int stop;			/* the program shall */
	int wrong;			/* call, if any */
} *shared;

static void check(bool right, int nr)
{
	if (right)
		return;
	shared->wrong = nr;
	_exit(1);
}

/* Calls whose results are known. */
static void *call_and_check(void *arg)
{
	unsigned long *rounds = arg;
	pid_t pid = getpid();
	char in[32], out[32];
	int pipes[2];

	check(!pipe(pipes), SYS_pipe);
	while (!__atomic_load_n(&shared->stop, __ATOMIC_RELAXED)) {
		int len = snprintf(out, sizeof(out), "round %lu\n", *rounds);

		check(raw(SYS_write, pipes[1], (long)out, len) == len, SYS_write);
		check(raw(SYS_read, pipes[0], (long)in, sizeof(in)) == len, SYS_read);
		check(!memcmp(in, out, len), SYS_pipe);
		check(raw(SYS_getpid, 0, 0, 0) == pid, SYS_getpid);
		check(raw(SYS_close, 12345, 0, 0) == -EBADF, SYS_close);
		__atomic_add_fetch(rounds, 1, __ATOMIC_RELAXED);
	}
	return NULL;
}

static void live(void)
{
	pthread_t threads[CALLERS];
	int i;

	for (i = 0; i < CALLERS; i++)
		pthread_create(&threads[i], NULL, call_and_check, &shared->rounds[i]);
	for (i = 0; i < CALLERS; i++)
		pthread_join(threads[i], NULL);
	_exit(42);
}

/* An answer that changes nothing, in one of the ways that there are. */
static const char *harmless(const char *text, unsigned int *seed)
{
	static const char *const rewritten[][2] = {
		{ "write", "write _, _, _\nstep" }, { "read", "read _, _, _\nstep" },
		{ "getpid", "getpid\nstep" }, { "close", "close _\ncont" },
	};
	unsigned int way = rand_r(seed) % 3, i;

	if (!strncmp(text, "ok ", 3) || !strncmp(text, "fail ", 5))
		return way ? "cont" : text;
	for (i = 0; !way && i < ARRAY_SIZE(rewritten); i++)
		if (!strncmp(text, rewritten[i][0], strlen(rewritten[i][0])))
			return rewritten[i][1];
	return way == 1 ? "cont" : "step";
}

/* Leave as ordered, if ordered: detach, close; or detach and arm again at once. */
static void obey_control(int fd, int control, const char *set)
{
	char c = 0;

	if (!has_record(control, 0))
		return;
	if (read(control, &c, 1) != 1)
		_exit(3);
	if (c != 'c' && say(fd, "detach"))
		_exit(4);
	if (c == 'c')
		close(fd);
	if (c != 'a')
		_exit(0);
	/* The program may have ended. */
	if (say(fd, "trace %s", set))
		_exit(errno == ESRCH ? 0 : 5);
}

static void trace_harmlessly(pid_t pid, int control, unsigned int seed)
{
	static const char *const sets[] = { "write,read,getpid,close", "write", "read,close" };
	const char *set = sets[rand_r(&seed) % ARRAY_SIZE(sets)], *text;
	int fd = open_syscall(pid, 0, O_RDWR), lingers;
	struct pollfd p[] = { { fd, POLLIN, 0 }, { control, POLLIN, 0 } };

	if (rand_r(&seed) % 4 == 0)
		say(fd, "bind on");
	if (fd < 0 || say(fd, "trace %s", set))
		_exit(1);
	for (;;) {
		poll(p, 2, -1);
		obey_control(fd, control, set);
		if (!(p[0].revents & (POLLIN | POLLHUP)))
			continue;
		text = hear(fd);
		if (!text[0])
			_exit(0);
		for (lingers = rand_r(&seed) % 32 - 24; lingers > 0; lingers--)
			sched_yield();
		/* Perhaps it leaves with a stop that it has read. */
		obey_control(fd, control, set);
		if (say(fd, "%s", harmless(text, &seed)) && errno != ESRCH)
			_exit(2);
	}
}

static unsigned long all_rounds(void)
{
	return __atomic_load_n(&shared->rounds[0], __ATOMIC_RELAXED) +
	       __atomic_load_n(&shared->rounds[1], __ATOMIC_RELAXED);
}

static bool gets_on(void)
{
	unsigned long before = all_rounds();
	int ms;

	for (ms = 0; ms < PATIENCE && all_rounds() < before + 3 && !shared->wrong; ms++)
		poll(NULL, 0, 1);
	return all_rounds() >= before + 3;
}

/* It is told at once of who leaves; who has been started may yet have to arm. */
static bool wait_for_tracers(pid_t pid, long nr)
{
	int ms;

	for (ms = 0; nr && ms < PATIENCE && tracers_of(pid) != nr; ms++)
		poll(NULL, 0, 1);
	return tracers_of(pid) == nr;
}

static int controls[LAYERS];

static void start_tracer(pid_t *tracer, unsigned int i, pid_t pid)
{
	unsigned int seed = rand();
	int pipes[2];

	if (pipe2(pipes, O_CLOEXEC))
		exit(1);
	fflush(NULL);
	*tracer = fork();
	if (!*tracer) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		trace_harmlessly(pid, pipes[0], seed);
	}
	close(pipes[0]);
	controls[i] = pipes[1];
}

/* Order it to leave, or kill it; 0 if it did so. */
static int disturb(pid_t *tracer, unsigned int i, char how)
{
	int status;

	if (how == 'k')
		kill(*tracer, SIGKILL);
	else if (write(controls[i], &how, 1) != 1)
		return 1;
	if (how == 'a')
		return 0;
	waitpid(*tracer, &status, 0);
	*tracer = 0;
	close(controls[i]);
	return how == 'k' && WIFSIGNALED(status) ? 0 : status;
}

static void random_delay(void)
{
	struct timespec ts = { .tv_nsec = rand() % 8000000 };

	nanosleep(&ts, NULL);
}

static void live_under(struct __test_metadata *_metadata, struct tracee *t, pid_t *tracers,
		       unsigned int nr, unsigned int events, bool leave_first)
{
	unsigned int i, k;
	int status;

	seed_random(_metadata);
	shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, shared);
	start(t, live);
	for (i = 0; i < nr; i++)
		start_tracer(&tracers[i], i, t->pid);
	open_gate(t);
	for (i = 0; i < events; i++) {
		k = rand() % nr;
		random_delay();
		ASSERT_EQ(0, disturb(&tracers[k], k, "kkdca"[rand() % 5]))
			TH_LOG("tracer %u, event %u", k, i);
		if (!tracers[k])
			start_tracer(&tracers[k], k, t->pid);
		ASSERT_TRUE(i % 16 || gets_on())
			TH_LOG("event %u, call %d", i, shared->wrong);
	}
	for (i = 0; leave_first && i < nr; i++) {
		ASSERT_EQ(0, disturb(&tracers[i], i, "kdc"[rand() % 3]))
			TH_LOG("tracer %u", i);
	}
	ASSERT_TRUE(wait_for_tracers(t->pid, leave_first ? 0 : nr));
	EXPECT_TRUE(gets_on());
	shared->stop = 1;
	EXPECT_EQ(42, wait_status(t)) TH_LOG("call %d", shared->wrong);
	/* Those who are still there see the end of the program, and nothing wrong. */
	for (i = 0; !leave_first && i < nr; i++) {
		ASSERT_EQ(tracers[i], waitpid(tracers[i], &status, 0));
		tracers[i] = 0;
		EXPECT_EQ(0, status) TH_LOG("tracer %u", i);
	}
}

TEST_F_TIMEOUT(nest, sixteen_tracers_come_and_go, 120)
{
	live_under(_metadata, &self->t, self->tracers, 16, 80, true);
}

TEST_F_TIMEOUT(nest, sixty_four_tracers_come_and_go, 120)
{
	live_under(_metadata, &self->t, self->tracers, 64, 32, false);
}

/* -------------- one of three leaves: where, when and in which way -------- */

/*
 * Of three layers each makes the count of a read() larger on the way in, and its
 * result on the way out: the oldest by 10, the next by 100, the newest by 1000.
 */
static const int marks[] = { 10, 100, 1000 };

static char big_buffer[4096];

static void read_twice(void)
{
	tell(raw(SYS_read, GATE_FD, (long)big_buffer, 1));
	tell(raw(SYS_read, GATE_FD, (long)big_buffer, 1));
}

/* A call: stops of the newest, middle and oldest, the call, and back again. */
enum { ENTRY, RUNNING = 3, EXIT, NR_MOMENTS = 7 };
/* How far a layer has got with its stop. */
enum { UNREAD, READ, STAGED, NR_STAGES };

struct three {
	struct tracee *t;
	int *fds;
	pid_t *tracer;		/* that leaves, when it is to be killed */
	enum way { DETACH, CLOSE, KILL, NR_WAYS } way;
	int pos;		/* of the layer that leaves; 0 is the oldest */
	int when;		/* it leaves */
	int stage;		/* whoever has stopped then has got to */
	bool left;
};

static bool is_gone(const struct three *s, int i)
{
	return s->left && i == s->pos;
}

static void leave_if(struct three *s, int when, int stage)
{
	if (s->left || s->when != when || s->stage != stage)
		return;
	s->left = true;
	if (s->way == DETACH) {
		say(s->fds[s->pos], "detach");
	} else if (s->way == CLOSE) {
		close(s->fds[s->pos]);
	} else {
		kill(*s->tracer, SIGKILL);
		waitpid(*s->tracer, NULL, 0);
		*s->tracer = 0;
	}
}

/* A change that was not sent off is forgotten when the layer leaves. */
static void pass_entry(struct __test_metadata *_metadata, struct three *s, int when, int *count)
{
	int i = 2 - when, stage;
	char end[16];

	if (is_gone(s, i))
		return;
	ASSERT_TRUE(has_record(s->fds[i], PATIENCE));
	for (stage = UNREAD; stage < NR_STAGES && !is_gone(s, i); stage++) {
		if (stage == READ) {
			snprintf(end, sizeof(end), ", %d", *count);
			ASSERT_STREQ(end, strrchr(hear(s->fds[i]), ','));
		} else if (stage == STAGED) {
			ASSERT_SAY(0, s->fds[i], "read _, _, %d", *count + marks[i]);
		}
		leave_if(s, when, stage);
	}
	if (is_gone(s, i))
		return;
	ASSERT_SAY(0, s->fds[i], "step");
	*count += marks[i];
}

static void pass_exit(struct __test_metadata *_metadata, struct three *s, int when, int *result)
{
	int i = when - EXIT;
	char want[16];

	if (is_gone(s, i))
		return;
	ASSERT_TRUE(has_record(s->fds[i], PATIENCE));
	leave_if(s, when, UNREAD);
	if (is_gone(s, i))
		return;
	snprintf(want, sizeof(want), "ok %d", *result);
	ASSERT_HEAR(want, s->fds[i]);
	leave_if(s, when, READ);
	if (is_gone(s, i))
		return;
	*result += marks[i];
	ASSERT_SAY(0, s->fds[i], "ok %d", *result);
}

static void pass_call(struct __test_metadata *_metadata, struct three *s)
{
	int when, count = 1, result = 1;

	for (when = ENTRY; when < RUNNING; when++)
		pass_entry(_metadata, s, when, &count);
	wait_for_state(s->t->pid, "S");
	leave_if(s, RUNNING, UNREAD);
	open_gate(s->t);
	for (when = EXIT; when < NR_MOMENTS; when++)
		pass_exit(_metadata, s, when, &result);
	EXPECT_EQ(result, told(s->t));
}

/* A process that is the tracer, though others have the descriptor. */
static pid_t start_owner(int fd)
{
	pid_t pid = fork();
	int status;

	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (say(fd, "trace read"))
			_exit(1);
		raise(SIGSTOP);
		_exit(2);
	}
	waitpid(pid, &status, WUNTRACED);
	return pid;
}

/* Of a stop, of the call, of a stop after it. */
static int nr_stages(int when)
{
	return when < RUNNING ? NR_STAGES : when > RUNNING ? 2 : 1;
}

static void leave_one(struct __test_metadata *_metadata, struct three *s)
{
	int i;

	start(s->t, read_twice);
	for (i = 0; i < 3; i++) {
		s->fds[i] = open_syscall(s->t->pid, 0, O_RDWR);
		if (i == s->pos && s->way == KILL)
			*s->tracer = start_owner(s->fds[i]);
		else
			say(s->fds[i], "trace read");
	}
	ASSERT_EQ(3, tracers_of(s->t->pid));
	open_gate(s->t);
	s->left = false;
	pass_call(_metadata, s);
	ASSERT_TRUE(s->left);
	EXPECT_EQ(2, tracers_of(s->t->pid));
	/* The others go on as if it had never been there. */
	pass_call(_metadata, s);
	EXPECT_EQ(0, wait_status(s->t));
	stop_tracee(s->t);
	for (i = 0; i < 3; i++) {
		if (i != s->pos || s->way != CLOSE) {
			EXPECT_STREQ(i == s->pos ? "errno 3" : "", hear(s->fds[i]));
			close(s->fds[i]);
		}
		s->fds[i] = -1;
	}
}

TEST_F_TIMEOUT(nest, one_leaves_at_any_moment, 120)
{
	struct three s = { &self->t, self->fds, self->tracers };

	for (s.way = DETACH; s.way < NR_WAYS; s.way++)
		for (s.pos = 0; s.pos < 3; s.pos++)
			for (s.when = ENTRY; s.when < NR_MOMENTS; s.when++)
				for (s.stage = 0; s.stage < nr_stages(s.when); s.stage++) {
					leave_one(_metadata, &s);
					ASSERT_EQ(0, _metadata->exit_code)
						TH_LOG("way %d, layer %d, at %d, %d", s.way,
						       s.pos, s.when, s.stage);
				}
}

/* ------------------- what a newer layer cannot do to an older ------------ */

static void close_thrice(void)
{
	tell(raw(SYS_close, 12345, 0, 0));
	tell(raw(SYS_close, 12345, 0, 0));
	tell(raw(SYS_getppid, 0, 0, 0));
	tell(raw(SYS_close, 12345, 0, 0));
}

#define TWO(program, older, newer)					\
do {									\
	start(&self->t, program);					\
	self->fds[0] = add_layer(self->t.pid, older);			\
	self->fds[1] = add_layer(self->t.pid, newer);			\
	ASSERT_LE(0, self->fds[0]);					\
	ASSERT_LE(0, self->fds[1]);					\
	open_gate(&self->t);						\
} while (0)

/* In a test that began so. */
#define OLDER	(self->fds[0])
#define NEWER	(self->fds[1])

static void close_layer(int *fd)
{
	close(*fd);
	*fd = -1;
}

/* It would wait for the older one's answer. */
TEST_F(nest, what_newer_does_not_let_run_older_does_not_see)
{
	static const struct {
		const char *config, *answer;
		long result;
	} rows[] = {
		{ "trace close", "skip-ok 5", 5 },
		{ "trace close", "skip-fail EIO", -EIO },
		{ "trace close", "close 1\nskip-ok 6", 6 },
		{ "timeout 1 skip-fail EXDEV\ntrace close", NULL, -EXDEV },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		TWO(close_thrice, "trace close", rows[i].config);
		ASSERT_HEAR("close 12345", NEWER);
		if (rows[i].answer)
			ASSERT_SAY(0, NEWER, "%s", rows[i].answer);
		EXPECT_EQ(rows[i].result, told(&self->t)) TH_LOG("row %u", i);
		ASSERT_SAY(0, NEWER, "detach");
		ASSERT_HEAR("close 12345", OLDER);
		stop_tracee(&self->t);
		close_layer(&OLDER);
		close_layer(&NEWER);
	}
	TWO(close_thrice, "trace close", "onclose skip-fail EROFS\ntrace close");
	close_layer(&NEWER);
	EXPECT_EQ(-EROFS, told(&self->t));
	EXPECT_EQ(-EROFS, told(&self->t));
	told(&self->t);
	EXPECT_EQ(-EROFS, told(&self->t));
	EXPECT_EQ(0, wait_status(&self->t));
	EXPECT_HEAR("", OLDER);
}

/* The same addresses in the program, which is our child. */
static char one[16] = "unwritten", two[16] = "unwritten";

static void read_one(void)
{
	tell(raw(SYS_read, GATE_FD, (long)one, 5));
	tell(strtol(one, NULL, 10));
}

TEST_F(nest, what_older_sets_newer_and_program_see)
{
	TWO(read_one, "trace read", "out on\ntrace read");
	hear(NEWER);
	ASSERT_SAY(0, NEWER, "step");
	hear(OLDER);
	ASSERT_SAY(0, OLDER, "step");
	ASSERT_EQ(2, write(self->t.gate, "12", 2));
	ASSERT_HEAR("ok 2", OLDER);
	ASSERT_SAY(0, OLDER, "set 2 \"4711\"");
	ASSERT_SAY(0, OLDER, "ok 4");
	ASSERT_HEAR("ok 4, 2 \"4711\"", NEWER);
	ASSERT_SAY(0, NEWER, "cont");
	EXPECT_EQ(4, told(&self->t));
	EXPECT_EQ(4711, told(&self->t));
}

/* The newer one has let a read into one[] go. What became of it is not shown. */
TEST_F(nest, newer_does_not_see_older_rewrite)
{
	static const char *const rewrites[] = { "read _, %p, 3", "pread64 0, %p, 3, 0", "getuid" };
	char address[64];
	unsigned int i;

	snprintf(address, sizeof(address), "data &2, %p", one);
	for (i = 0; i < ARRAY_SIZE(rewrites); i++) {
		TWO(read_one, "trace read", "trace read");
		hear(NEWER);
		ASSERT_SAY(0, NEWER, "step");
		hear(OLDER);
		ASSERT_SAY(0, OLDER, rewrites[i], two);
		ASSERT_SAY(0, OLDER, "step");
		ASSERT_EQ(3, write(self->t.gate, "123", 3));
		hear(OLDER);
		ASSERT_SAY(0, OLDER, "ok 3");
		ASSERT_HEAR("ok 3", NEWER);
		EXPECT_SAY(0, NEWER, "get &2")
			TH_LOG("%s", rewrites[i]);
		if (has_record(NEWER, 0))
			EXPECT_HEAR(address, NEWER);
		EXPECT_SAY(0, NEWER, "set 2 \"77\"");
		ASSERT_SAY(0, NEWER, "cont");
		EXPECT_EQ(3, told(&self->t));
		EXPECT_EQ(77, told(&self->t))
			TH_LOG("%s", rewrites[i]);
		stop_tracee(&self->t);
		close_layer(&OLDER);
		close_layer(&NEWER);
	}
}

TEST_F(nest, newer_cannot_change_older)
{
	static const char *const lines[] = {
		"onclose cont", "on clear", "timeout 1 cont", "signals all", "limit 0",
		"bind off", "trace none", "trace all", "trace none", "detach", "trace none",
	};
	unsigned int i, k;

	TWO(close_thrice, "onclose kill\non getppid skip-ok 7\ntrace close", "trace close");
	ASSERT_HEAR("close 12345", NEWER);
	/* While it holds the stop, and while the older one does. */
	for (k = 0; k < 2; k++) {
		for (i = 0; i < ARRAY_SIZE(lines); i++) {
			ASSERT_SAY(0, NEWER, "%s", lines[i])
				TH_LOG("%s", lines[i]);
		}
		if (k == 0)
			ASSERT_HEAR("close 12345", OLDER);
	}
	EXPECT_SAY(ESRCH, NEWER, "cont");
	EXPECT_EQ(2, tracers_of(self->t.pid));
	ASSERT_SAY(0, OLDER, "cont");
	EXPECT_EQ(-EBADF, told(&self->t));
	ASSERT_HEAR("close 12345", OLDER);
	ASSERT_SAY(0, OLDER, "step");
	ASSERT_HEAR("fail EBADF", OLDER);
	ASSERT_SAY(0, OLDER, "ok 5");
	EXPECT_EQ(5, told(&self->t));
	EXPECT_EQ(7, told(&self->t));
	ASSERT_HEAR("close 12345", OLDER);
	close_layer(&OLDER);
	EXPECT_EQ(256 + SIGKILL, wait_status(&self->t));
	EXPECT_HEAR("", NEWER);
}

/* What an older one has left word of is for the calls that get to it. */
TEST_F(nest, onclose_kill_of_older_is_for_what_newer_lets_run)
{
	TWO(close_thrice, "onclose kill\ntrace close", "trace close");
	ASSERT_HEAR("close 12345", NEWER);
	close_layer(&OLDER);
	ASSERT_SAY(0, NEWER, "skip-ok 5");
	EXPECT_EQ(5, told(&self->t));
	ASSERT_HEAR("close 12345", NEWER);
	ASSERT_SAY(0, NEWER, "step");
	EXPECT_EQ(256 + SIGKILL, wait_status(&self->t));
	EXPECT_HEAR("", NEWER);
}

static void *close_in_thread(void *arg)
{
	raw(SYS_close, 54321, 0, 0);
	return arg;
}

static void close_beside_thread(void)
{
	pthread_t thread;

	pthread_create(&thread, NULL, close_in_thread, NULL);
	pass_gate();
	tell(raw(SYS_close, 12345, 0, 0));
	pthread_join(thread, NULL);
}

/* It fires for a stop that waits, though another thread's was skipped. */
TEST_F(nest, onclose_kill_of_older_fires_beside_a_skip)
{
	TWO(close_beside_thread, "onclose kill\ntrace close", "trace close");
	ASSERT_HEAR("close 54321", NEWER);
	ASSERT_SAY(0, NEWER, "step");
	ASSERT_HEAR("close 54321", OLDER);
	open_gate(&self->t);
	ASSERT_HEAR("close 12345", NEWER);
	ASSERT_SAY(0, NEWER, "skip-ok 5");
	EXPECT_EQ(5, told(&self->t));
	close_layer(&OLDER);
	EXPECT_EQ(256 + SIGKILL, wait_status(&self->t));
	EXPECT_HEAR("", NEWER);
}

TEST_HARNESS_MAIN
