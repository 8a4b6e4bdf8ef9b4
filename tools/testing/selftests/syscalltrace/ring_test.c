// SPDX-License-Identifier: GPL-2.0
/*
 * Tracers of tracers: rings are refused, and who hold each other all the same can
 * be parted.
 *
 * Random tests print their seed; SYSCALLTRACE_SEED=n in the environment repeats
 * a run.
 */

#include <sys/socket.h>

#include "common.h"

#define MAX_AGENTS	40
/* How long anything may take that has to happen by itself, ms. */
#define PATIENCE	20000

/* ---------------------------------- agents ------------------------------- */

/*
 * Processes that trace, and are traced, as the test orders. An order to call may
 * take for ever; its end is told when it comes.
 */
enum op {
	ARM,		/* open the file of @pid and write "trace @text" */
	ARM_THREAD,	/* likewise, that of its first thread */
	ARM_IN_THREAD,	/* likewise, in a thread that ends */
	ARM_CONSOLE,
	SAY,		/* write @text */
	AWAIT,		/* wait for a record */
	ANSWER,		/* read a stop, and let it go on */
	GIVE,		/* pass the descriptor to the test */
	TAKE,		/* take the descriptor @fd from the test */
	CLOSE,
	CALL,		/* make a call */
	CALL_IN_THREAD,
	FORK,		/* an agent with copies of all descriptors; @fd is its socket */
};

struct order {
	enum op op;
	int slot;
	pid_t pid;
	bool follow;
	int fd;
	char text[64];
};

struct reply {
	enum op op;
	int result;
};

struct agent {
	pid_t pid;
	int sock;
	bool returned;	/* from its call */
};

/* Room for one descriptor beside a message. */
union control {
	char buf[CMSG_SPACE(sizeof(int))];
	struct cmsghdr align;
};

static void pass(int sock, const void *data, size_t len, int fd)
{
	struct iovec iov = { (void *)data, len };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	union control control = { };

	if (fd > 0) {
		msg.msg_control = &control;
		msg.msg_controllen = sizeof(control);
		control.align = (struct cmsghdr){ CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS };
		memcpy(CMSG_DATA(&control.align), &fd, sizeof(int));
	}
	if (sendmsg(sock, &msg, MSG_NOSIGNAL) != (ssize_t)len)
		perror("agent");
}

static bool take(int sock, void *data, size_t len, int *fd)
{
	union control control = { };
	struct iovec iov = { data, len };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = &control,
			      .msg_controllen = sizeof(control) };

	if (recvmsg(sock, &msg, MSG_CMSG_CLOEXEC) != (ssize_t)len)
		return false;
	*fd = -1;
	if (msg.msg_controllen)
		memcpy(fd, CMSG_DATA(&control.align), sizeof(int));
	return true;
}

/* In an agent. It has nothing else open. */
#define AGENT_FD	3
static int slots[4];

static int arm(const struct order *o)
{
	const char *set = o->text[0] ? o->text : "getppid";
	int fd = open_syscall(o->pid, o->op == ARM_THREAD ? o->pid : 0, O_RDWR), err;

	if (fd < 0)
		return errno;
	err = o->follow ? say(fd, "follow on") : 0;
	err = err ?: say(fd, "trace %s", set);
	if (err)
		close(fd);
	else
		slots[o->slot] = fd;
	return err;
}

static void *arm_thread(void *arg)
{
	struct order *o = arg;

	o->fd = arm(o);
	return NULL;
}

static int arm_in_thread(struct order *o)
{
	pthread_t thread;

	pthread_create(&thread, NULL, arm_thread, o);
	pthread_join(thread, NULL);
	return o->fd;
}

static void *call(void *arg)
{
	struct reply r = { CALL, raw(SYS_getppid, 0, 0, 0) };

	pass(AGENT_FD, &r, sizeof(r), -1);
	return arg;
}

static int answer(int fd)
{
	const char *text = hear(fd);
	int tid = atoi(text);

	return tid ? say(fd, "%d cont", tid) : say(fd, "cont");
}

/* The child serves at another socket, and replies nothing. */
static pid_t fork_agent(int sock)
{
	pid_t pid = fork();

	if (!pid)
		dup2(sock, AGENT_FD);
	close(sock);
	return pid;
}

static int obey(struct order *o, int fd)
{
	pthread_t thread;

	switch (o->op) {
	case ARM:
	case ARM_THREAD:
		return arm(o);
	case ARM_IN_THREAD:
		return arm_in_thread(o);
	case ARM_CONSOLE:
		return command(o->pid, "trace getppid");
	case SAY:
		return say(slots[o->slot], "%s", o->text);
	case AWAIT:
		return has_record(slots[o->slot], PATIENCE) ? 0 : ETIMEDOUT;
	case ANSWER:
		return answer(slots[o->slot]);
	case TAKE:
		slots[o->slot] = fd;
		return 0;
	case CLOSE:
		return close(slots[o->slot]);
	case CALL_IN_THREAD:
		return pthread_create(&thread, NULL, call, NULL);
	case FORK:
		return fork_agent(fd);
	default:
		return 0;
	}
}

static void serve(int sock)
{
	struct order o;
	int fd;

	dup2(sock, AGENT_FD);
	close_range(AGENT_FD + 1, ~0U, 0);
	while (take(AGENT_FD, &o, sizeof(o), &fd)) {
		struct reply r = { .op = o.op };

		if (o.op == CALL) {
			call(NULL);
			continue;
		}
		r.result = obey(&o, fd);
		if (o.op != FORK || r.result)
			pass(AGENT_FD, &r, sizeof(r), o.op == GIVE ? slots[o.slot] : -1);
	}
	_exit(0);
}

/* In the test. */
static int make_socket(struct agent *a)
{
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair)) {
		perror("socketpair");
		exit(1);
	}
	*a = (struct agent){ .sock = pair[0] };
	return pair[1];
}

static struct agent *start_agent(struct agent *a)
{
	int sock = make_socket(a);

	fflush(NULL);
	a->pid = fork();
	if (!a->pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		serve(sock);
	}
	close(sock);
	return a;
}

/* Take what the agent says next; true if it was as expected, or is not to be. */
static bool listen_to(struct agent *a, enum op about, int *result)
{
	struct reply r;
	int fd;

	*result = -ETIMEDOUT;
	if (!has_record(a->sock, PATIENCE) || !take(a->sock, &r, sizeof(r), &fd))
		return true;
	a->returned |= r.op == CALL;
	*result = about == GIVE ? fd : r.result;
	return r.op == about;
}

static void order(struct agent *a, const struct order *o)
{
	pass(a->sock, o, sizeof(*o), o->fd);
}

static int replied(struct agent *a, enum op op)
{
	int result;

	while (!listen_to(a, op, &result))
		;
	return result;
}

static int ask(struct agent *a, const struct order *o)
{
	order(a, o);
	return replied(a, o->op);
}

/* Which op, in which slot, of which process, and more by name. */
#define ORDER(agent, ...)	order(agent, &(struct order){ __VA_ARGS__ })
#define ASK(agent, ...)		ask(agent, &(struct order){ __VA_ARGS__ })

static bool has_returned(struct agent *a, int ms)
{
	int ignored;

	while (!a->returned && has_record(a->sock, ms))
		listen_to(a, CALL, &ignored);
	return a->returned;
}

/* Make @child a child of the agent's. */
static bool fork_off(struct agent *a, struct agent *child)
{
	int sock = make_socket(child);

	child->pid = ASK(a, FORK, .fd = sock);
	close(sock);
	return child->pid > 0;
}

static void end_agents(struct agent *agents, unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++)
		if (agents[i].pid > 0)
			kill(agents[i].pid, SIGKILL);
	for (i = 0; i < nr; i++) {
		if (agents[i].pid <= 0)
			continue;
		waitpid(agents[i].pid, NULL, 0);
		close(agents[i].sock);
		agents[i].pid = 0;
	}
}

/* ---------------------------------- fixture ------------------------------ */

FIXTURE(ring)
{
	struct agent agents[MAX_AGENTS];
};

FIXTURE_SETUP(ring)
{
	memset(self->agents, 0, sizeof(self->agents));
	/* What agents leave behind is ours to wait for. */
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	/* Yama lets nobody else trace a sibling. */
	if (geteuid())
		SKIP(return, "not root");
}

FIXTURE_TEARDOWN(ring)
{
	end_agents(self->agents, MAX_AGENTS);
	while (waitpid(-1, NULL, 0) > 0)
		;
}

static void seed_random(struct __test_metadata *_metadata)
{
	const char *given = getenv("SYSCALLTRACE_SEED");
	unsigned int seed = given ? strtoul(given, NULL, 0) : time(NULL) ^ getpid() << 16;

	TH_LOG("SYSCALLTRACE_SEED=%u", seed);
	srand(seed);
}

/* ---------------------------------- rings -------------------------------- */

/* Each agent traces the next, armed in any order; the last to arm cannot. */
static void close_ring(struct __test_metadata *_metadata, struct agent *ring, int n, enum op how)
{
	int order[MAX_AGENTS], i, k, last, other;

	for (i = 0; i < n; i++) {
		k = rand() % (i + 1);
		order[i] = order[k];
		order[k] = i;
	}
	for (i = 0; i < n - 1; i++) {
		ASSERT_EQ(0, ASK(&ring[order[i]], how, 0, ring[(order[i] + 1) % n].pid))
			TH_LOG("ring of %d", n);
	}
	last = order[n - 1];
	other = order[rand() % (n - 1)];
	EXPECT_EQ(ELOOP, ASK(&ring[last], how, 0, ring[(last + 1) % n].pid))
		TH_LOG("ring of %d", n);
	/* When the ring is open elsewhere it can. */
	ASSERT_EQ(0, ASK(&ring[other], CLOSE));
	ASSERT_EQ(0, ASK(&ring[last], how, 0, ring[(last + 1) % n].pid));
	EXPECT_EQ(ELOOP, ASK(&ring[other], how, 0, ring[(other + 1) % n].pid));
	for (i = 0; i < n; i++)
		ASK(&ring[i], CLOSE);
}

static const int lengths[] = { 2, 3, 8, 16 };

TEST_F(ring, rings_are_refused)
{
	static const enum op ways[] = { ARM, ARM_THREAD, ARM_IN_THREAD };
	struct agent *a = self->agents;
	unsigned int i, k;

	seed_random(_metadata);
	for (i = 0; i < 16; i++)
		start_agent(&a[i]);
	for (k = 0; k < ARRAY_SIZE(ways); k++) {
		EXPECT_EQ(ELOOP, ASK(&a[0], ways[k], 0, a[0].pid));
		for (i = 0; i < ARRAY_SIZE(lengths); i++)
			close_ring(_metadata, a, lengths[i], ways[k]);
	}
}

/* Whoever has tracers 16 deep may trace; with one more it might be a ring. */
TEST_F(ring, too_deep_is_a_ring)
{
	struct agent *a = self->agents, *stranger = start_agent(&a[20]);
	int i;

	for (i = 0; i < 20; i++)
		start_agent(&a[i]);
	for (i = 0; i <= 16; i++) {
		ASSERT_EQ(0, ASK(&a[i], ARM, 0, a[i + 1].pid))
			TH_LOG("%d deep", i);
	}
	EXPECT_EQ(ELOOP, ASK(&a[17], ARM, 0, stranger->pid));
	/* Who has no tracer may be put on top, and makes all others deeper. */
	EXPECT_EQ(0, ASK(stranger, ARM, 0, a[0].pid));
	EXPECT_EQ(ELOOP, ASK(&a[16], ARM, 1, a[19].pid));
	EXPECT_EQ(0, ASK(&a[15], ARM, 1, a[19].pid));
	/* A ring that is longer than what is looked at is refused, too. */
	EXPECT_EQ(ELOOP, ASK(&a[17], ARM, 0, stranger->pid));
	ASSERT_EQ(0, ASK(&a[8], CLOSE));
	EXPECT_EQ(0, ASK(&a[17], ARM, 0, stranger->pid));
	EXPECT_EQ(ELOOP, ASK(&a[8], ARM, 0, a[9].pid));
}

/* Each agent follows the parent of the next. */
TEST_F(ring, rings_through_children_are_refused)
{
	struct agent *a = self->agents, *parents = &self->agents[20];
	unsigned int i, k, n;
	int fd;

	for (k = 0; k < ARRAY_SIZE(lengths); k++) {
		n = lengths[k];
		start_agent(&a[0]);
		for (i = 1; i < n; i++) {
			start_agent(&parents[i]);
			ASSERT_EQ(0, ASK(&a[i - 1], ARM, 0, parents[i].pid, .follow = true));
			ASSERT_TRUE(fork_off(&parents[i], &a[i]));
		}
		EXPECT_EQ(ELOOP, ASK(&a[n - 1], ARM, 0, a[0].pid));
		EXPECT_EQ(ELOOP, ASK(&a[n - 1], ARM, 0, a[0].pid, .follow = true));
		/* With the descriptor of who follows it, it would trace itself. */
		fd = ASK(&a[n - 2], GIVE);
		ASSERT_EQ(0, ASK(&a[n - 1], TAKE, 1, .fd = fd));
		close(fd);
		EXPECT_EQ(ELOOP, ASK(&a[n - 1], SAY, 1, .text = "trace getppid"));
		/* The parent of another traces nobody. */
		EXPECT_EQ(0, ASK(&a[n - 1], ARM, 0, parents[1].pid));
		end_agents(self->agents, MAX_AGENTS);
	}
}

/* All at the same time: one comes too late. */
TEST_F_TIMEOUT(ring, race_for_a_ring, 120)
{
	struct agent *a = self->agents;
	int i, n, round, refused, err;

	for (i = 0; i < 3; i++)
		start_agent(&a[i]);
	for (round = 0; round < 100; round++) {
		n = 2 + round % 2;
		refused = 0;
		for (i = 0; i < n; i++)
			ORDER(&a[i], ARM, 0, a[(i + 1) % n].pid);
		for (i = 0; i < n; i++) {
			err = replied(&a[i], ARM);
			ASSERT_TRUE(!err || err == ELOOP);
			refused += err == ELOOP;
		}
		ASSERT_EQ(1, refused) TH_LOG("round %d", round);
		for (i = 0; i < n; i++)
			ASK(&a[i], CLOSE);
	}
}

/* ----------------- tracers that hold each other all the same ------------- */

/*
 * A ring of tracers is refused, but anybody may be given a descriptor. Here A
 * holds that of B's file and B that of A's, each the last one, in slot 0. C has
 * armed A's.
 */
enum { A, B, C, PARENT };
/* C has armed B's as well; or B was given A's, or inherited it, or A is followed. */
enum scene { BOTH_PASSED, ONE_PASSED, INHERITED, FOLLOWED, NR_HOWS };
enum ending { A_DIES, B_DIES, C_DIES, A_CLOSES, B_CLOSES, NR_ENDINGS };

static bool hand_over(struct agent *from, int slot, struct agent *to)
{
	int fd = ASK(from, GIVE, slot), err = ASK(to, TAKE, .fd = fd);

	close(fd);
	return fd >= 0 && !err && !ASK(from, CLOSE, slot);
}

static void entangle(struct __test_metadata *_metadata, struct agent *a, enum scene how)
{
	start_agent(&a[C]);
	if (how == FOLLOWED) {
		start_agent(&a[PARENT]);
		ASSERT_EQ(0, ASK(&a[C], ARM, 0, a[PARENT].pid, .follow = true));
		ASSERT_TRUE(fork_off(&a[PARENT], &a[A]));
	} else {
		start_agent(&a[A]);
		ASSERT_EQ(0, ASK(&a[C], ARM, 0, a[A].pid));
	}
	if (how == INHERITED) {
		ASSERT_TRUE(fork_off(&a[C], &a[B]));
		ASSERT_EQ(0, ASK(&a[C], CLOSE));
	} else {
		ASSERT_TRUE(hand_over(&a[C], 0, start_agent(&a[B])));
	}
	if (how == BOTH_PASSED) {
		ASSERT_EQ(0, ASK(&a[C], ARM, 1, a[B].pid));
		ASSERT_TRUE(hand_over(&a[C], 1, &a[A]));
	} else {
		ASSERT_EQ(0, ASK(&a[A], ARM, 0, a[B].pid));
		/* B may answer its tracer, but not become the tracer of it. */
		EXPECT_EQ(ELOOP, ASK(&a[B], SAY, .text = "trace getppid"));
	}
}

static bool wait_for_stop(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLPRI };

	return poll(&p, 1, PATIENCE) == 1 && (p.revents & POLLPRI);
}

/* Both call, so that each waits for the other. */
static void get_stuck(struct __test_metadata *_metadata, struct agent *a, enum op how)
{
	int i, fds[2];

	for (i = A; i <= B; i++)
		fds[i] = ASK(&a[i], GIVE);
	for (i = A; i <= B; i++)
		ORDER(&a[i], how);
	for (i = A; i <= B; i++) {
		ASSERT_TRUE(wait_for_stop(fds[i]));
		close(fds[i]);
	}
}

static void get_loose(struct __test_metadata *_metadata, struct agent *a, enum scene how,
		      enum ending ending)
{
	bool a_goes = ending != A_DIES && ending != A_CLOSES;
	bool b_goes = ending == A_DIES || ending == A_CLOSES ||
		      (ending == C_DIES && how == BOTH_PASSED);

	EXPECT_FALSE(has_returned(&a[A], 0) || has_returned(&a[B], 0));
	if (ending < A_CLOSES)
		end_agents(&a[ending], 1);
	else
		EXPECT_EQ(0, ASK(&a[ending - A_CLOSES], CLOSE));
	if (a_goes)
		EXPECT_TRUE(has_returned(&a[A], PATIENCE));
	if (b_goes)
		EXPECT_TRUE(has_returned(&a[B], PATIENCE));
	/* Whoever still waits has a tracer that is free to answer now. */
	if (a_goes && !b_goes && ending != B_DIES) {
		EXPECT_FALSE(has_returned(&a[B], 0));
		EXPECT_EQ(0, ASK(&a[A], ANSWER));
		EXPECT_TRUE(has_returned(&a[B], PATIENCE));
	}
	if (b_goes && !a_goes && ending != A_DIES) {
		EXPECT_FALSE(has_returned(&a[A], 0));
		EXPECT_EQ(0, ASK(&a[B], ANSWER));
		EXPECT_TRUE(has_returned(&a[A], PATIENCE));
	}
}

TEST_F_TIMEOUT(ring, who_waits_for_each_other_can_be_parted, 120)
{
	int how, ending;

	for (how = 0; how < NR_HOWS; how++) {
		for (ending = 0; ending < NR_ENDINGS; ending++) {
			entangle(_metadata, self->agents, how);
			/* In a thread, if it shall do something else beside. */
			get_stuck(_metadata, self->agents,
				  ending < A_CLOSES ? CALL : CALL_IN_THREAD);
			get_loose(_metadata, self->agents, how, ending);
			end_agents(self->agents, MAX_AGENTS);
			ASSERT_EQ(0, _metadata->exit_code)
				TH_LOG("entangled by %d, parted by %d", how, ending);
		}
	}
}

/* Consoles belong to nobody: whoever is permitted ends it. */
TEST_F(ring, consoles_of_each_other)
{
	struct agent *a = self->agents;

	start_agent(&a[A]);
	start_agent(&a[B]);
	ASSERT_EQ(0, ASK(&a[A], ARM_CONSOLE, 0, a[B].pid));
	ASSERT_EQ(0, ASK(&a[B], ARM_CONSOLE, 0, a[A].pid));
	ORDER(&a[A], CALL);
	ORDER(&a[B], CALL);
	EXPECT_STREQ("getppid", look(a[A].pid));
	end_agents(&a[A], 1);
	EXPECT_STREQ("getppid", look(a[B].pid));
	EXPECT_FALSE(has_returned(&a[B], 0));
	ASSERT_EQ(0, command(a[B].pid, "detach"));
	EXPECT_TRUE(has_returned(&a[B], PATIENCE));
}

/* Who holds the last descriptor of its own file. */
TEST_F(ring, nobody_else_holds_it)
{
	struct agent *a = self->agents;
	int fd;

	start_agent(&a[C]);
	start_agent(&a[A]);
	ASSERT_EQ(0, ASK(&a[C], ARM, 0, a[A].pid));
	fd = ASK(&a[C], GIVE);
	ASSERT_TRUE(hand_over(&a[C], 0, &a[A]));
	EXPECT_EQ(ELOOP, ASK(&a[A], SAY, .text = "trace getppid"));
	/* It cannot answer itself, though it has a thread left to do so. */
	ASSERT_EQ(0, ASK(&a[A], CALL_IN_THREAD));
	EXPECT_EQ(EPERM, ASK(&a[A], ANSWER));
	ASSERT_HEAR("getppid", fd);
	EXPECT_SAY(0, fd, "cont");
	EXPECT_TRUE(has_returned(&a[A], PATIENCE));
	a[A].returned = false;
	ORDER(&a[A], CALL);
	ASSERT_TRUE(wait_for_stop(fd));
	close(fd);
	EXPECT_FALSE(has_returned(&a[A], 0));
	/* The last who could is who armed it. */
	end_agents(&a[C], 1);
	EXPECT_TRUE(has_returned(&a[A], PATIENCE));
}

/* A descriptor that is on its way, and that nobody takes. */
TEST_F(ring, descriptor_in_flight)
{
	struct agent *a = self->agents;
	int fd, pair[2];

	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair));
	start_agent(&a[C]);
	start_agent(&a[A]);
	ASSERT_EQ(0, ASK(&a[C], ARM, 0, a[A].pid));
	fd = ASK(&a[C], GIVE);
	ASSERT_EQ(0, ASK(&a[C], CLOSE));
	ORDER(&a[A], CALL);
	ASSERT_TRUE(wait_for_stop(fd));
	pass(pair[0], "x", 1, fd);
	close(fd);
	close(pair[0]);
	EXPECT_FALSE(has_returned(&a[A], 50));
	close(pair[1]);
	EXPECT_TRUE(has_returned(&a[A], PATIENCE));
}

/* Each kills whom it traces when it is gone. */
TEST_F(ring, onclose_kill_runs_down_a_chain)
{
	struct agent *a = self->agents;
	int i, status;

	for (i = 0; i < 16; i++)
		start_agent(&a[i]);
	for (i = 0; i < 15; i++) {
		ASSERT_EQ(0, ASK(&a[i], ARM, 0, a[i + 1].pid));
		ASSERT_EQ(0, ASK(&a[i], SAY, .text = "onclose kill"));
	}
	for (i = 15; i > 0; i--) {
		ORDER(&a[i], CALL);
		ASSERT_EQ(0, ASK(&a[i - 1], AWAIT));
	}
	kill(a[0].pid, SIGKILL);
	for (i = 0; i < 16; i++) {
		ASSERT_EQ(a[i].pid, waitpid(a[i].pid, &status, 0));
		EXPECT_EQ(SIGKILL, status);
		a[i].pid = 0;
		close(a[i].sock);
	}
}

#define MEETINGS	300

/* Meetings that were begun, and that the other thread is through with. */
static int begun, done, delay;

static void *detach_often(void *fd)
{
	int spin;

	while (done < MEETINGS) {
		while (__atomic_load_n(&begun, __ATOMIC_ACQUIRE) == done)
			;
		for (spin = delay; spin > 0; spin--)
			asm volatile("pause");
		say(*(int *)fd, "detach");
		__atomic_add_fetch(&done, 1, __ATOMIC_RELEASE);
	}
	return NULL;
}

/* Whoever arms is the tracer, even if it was detached just before. */
TEST_F_TIMEOUT(ring, race_of_trace_and_detach, 120)
{
	int i, fd, ownerless = 0, refused = 0;
	struct agent *a = self->agents;
	pthread_t thread;

	TEXT_ONLY("two threads at once, and as few instructions as can be between them");
	start_agent(a);
	fd = open_syscall(a->pid, 0, O_RDWR);
	ASSERT_EQ(0, pthread_create(&thread, NULL, detach_often, &fd));
	for (i = 0; i < MEETINGS; i++) {
		ASSERT_EQ(14, write(fd, "trace getppid\n", 14));
		__atomic_add_fetch(&begun, 1, __ATOMIC_RELEASE);
		refused += write(fd, "trace getppid\n", 14) != 14;
		while (__atomic_load_n(&done, __ATOMIC_ACQUIRE) != begun)
			;
		/* The next time they shall meet more closely. */
		delay += events_of(fd) & POLLHUP ? -rand() % 32 : rand() % 32;
		if (events_of(fd) & POLLHUP || ASK(a, ARM, 0, getpid()) == ELOOP)
			continue;
		ownerless++;
		ASK(a, CLOSE);
	}
	EXPECT_EQ(0, ownerless);
	EXPECT_EQ(0, refused);
}

TEST_HARNESS_MAIN
