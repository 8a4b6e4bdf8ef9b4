// SPDX-License-Identifier: GPL-2.0
/*
 * The packed form: records and answers as structs, and both in one call.
 */

#include <sys/uio.h>

#include "packed.h"

#define X32_BIT		0x40000000
#define NR_I386_CLOSE	6
#define NR_I386_GETPID	20
#define NR_I386_IOCTL	54

TRACEE_FIXTURE(packed)

static struct batch in, out;

/* Trace @set of @program in packed form. */
#define START_PACKED(program, set)						\
do {										\
	START(program, set);							\
	ASSERT_SAY(0, self->fd, "packed on");					\
} while (0)

/* The same, after . */
#define PREPARE_PACKED(program, lines)						\
do {										\
	start(&self->t, program);						\
	self->fd = open_syscall(self->t.pid, 0, O_RDWR);			\
	ASSERT_LE(0, self->fd);							\
	ASSERT_SAY(0, self->fd, lines "\npacked on");				\
	open_gate(&self->t);							\
} while (0)

#define SHARE(p)								\
	ASSERT_NE(MAP_FAILED, (p) = mmap(NULL, 4096, PROT_READ | PROT_WRITE,	\
					 MAP_SHARED | MAP_ANONYMOUS, -1, 0))

/* Two pages, the second of which cannot be used. */
static char *edge_of_memory(void)
{
	long page = sysconf(_SC_PAGESIZE);
	char *p = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	mprotect(p + page, page, PROT_NONE);
	return p + page;
}

static void close_often(void)
{
	int i;

	for (i = 0; i < 20; i++)
		tell(raw(SYS_close, 1000 + i, 0, 0));
}

/* ----------------------------------- switch ------------------------------ */

TEST_F(packed, switch_on_and_off)
{
	struct syscall_trace_record stop;

	START(close_often, "close");
	ASSERT_HEAR("close 1000", self->fd);
	ASSERT_SAY(0, self->fd, "packed on");
	EXPECT_SAY(EINVAL, self->fd, "cont");
	ASSERT_EQ(0, command_line(self->fd, "packed off"));
	ASSERT_SAY(0, self->fd, "skip-ok 5");
	EXPECT_EQ(5, told(&self->t));
	ASSERT_SAY(0, self->fd, "packed");
	stop = ASSERT_STOP(ENTRY, &in);
	EXPECT_EQ(SYS_close, stop.nr);
	EXPECT_EQ(1001, stop.args[0]);
	/* Settings that change the text do not matter. */
	ASSERT_EQ(0, command_line(self->fd, "tid on"));
	ASSERT_ANSWER(0, SKIP, &stop, 6);
	EXPECT_EQ(6, told(&self->t));
	ASSERT_EQ(0, command_line(self->fd, "tid off"));
	ASSERT_EQ(0, command_line(self->fd, "packed on"));
	ASSERT_EQ(0, command_line(self->fd, "packed off"));
	ASSERT_HEAR("close 1002", self->fd);
}

TEST_F(packed, switch_is_refused_in_the_middle_of_a_record)
{
	char c[4] = "";

	START(close_often, "close");
	ASSERT_EQ(3, read(self->fd, c, 3));
	EXPECT_STREQ("clo", c);
	EXPECT_SAY(EBUSY, self->fd, "packed on");
	EXPECT_SAY(EBUSY, self->fd, "packed off");
	EXPECT_HEAR("se 1000", self->fd);
	ASSERT_SAY(0, self->fd, "error");
	EXPECT_HEAR("error 1, \"a record is half read\"", self->fd);
	ASSERT_SAY(0, self->fd, "packed on");
}

/* What could not be stored is not lost, in whatever form it is read then. */
TEST_F(packed, switch_loses_no_record)
{
	int err;

	START(close_often, "close");
	ASSERT_EQ(-1, read(self->fd, edge_of_memory(), 100));
	ASSERT_EQ(EFAULT, errno);
	err = say(self->fd, "packed on");
	ASSERT_TRUE(!err || err == EBUSY);
	ASSERT_EQ(0, fcntl(self->fd, F_SETFL, O_NONBLOCK));
	if (err) {
		EXPECT_HEAR("close 1000", self->fd);
	} else {
		ASSERT_STOP(ENTRY, &in);
	}
}

/* What was read in one form may be answered in the other. */
TEST_F(packed, forms_may_be_mixed)
{
	struct syscall_trace_record stop;

	START(close_often, "close");
	ASSERT_EQ(1, exchange(self->fd, NULL, &in, -1));
	stop = *next_record(&in);
	ASSERT_SAY(0, self->fd, "skip-ok 3");
	EXPECT_EQ(3, told(&self->t));
	out.len = 0;
	add_answer(&out, SYSCALL_TRACE_CONT, &stop, 0);
	EXPECT_EQ(-ESRCH, exchange(self->fd, &out, &in, 0));
	ASSERT_HEAR("close 1001", self->fd);
	ASSERT_SAY(0, self->fd, "step");
	ASSERT_EQ(1, exchange(self->fd, NULL, &in, -1));
	stop = *next_record(&in);
	EXPECT_EQ(SYSCALL_TRACE_EXIT, stop.type);
	EXPECT_EQ(-EBADF, stop.ret);
	ASSERT_SAY(0, self->fd, "ok 4");
	EXPECT_EQ(4, told(&self->t));
}

/* ----------------------------------- read() ------------------------------ */

#define NR_THREADS	4

/* Thread ids of the program, as each is about to stop. */
static pid_t *tids;

static void *close_in_thread(void *arg)
{
	long i = (long)arg;

	__atomic_store_n(&tids[i], (pid_t)raw(SYS_gettid, 0, 0, 0), __ATOMIC_RELEASE);
	raw(SYS_close, 1000 + i, 0, 0);
	return arg;
}

static void close_in_threads(void)
{
	pthread_t t[NR_THREADS];
	long i;

	for (i = 0; i < NR_THREADS; i++)
		pthread_create(&t[i], NULL, close_in_thread, (void *)i);
	for (i = 0; i < NR_THREADS; i++)
		pthread_join(t[i], NULL);
}

/* Have all threads stopped. */
#define STOP_THREADS()								\
do {										\
	int i_;									\
										\
	SHARE(tids);								\
	START_PACKED(close_in_threads, "close");				\
	for (i_ = 0; i_ < NR_THREADS; i_++) {					\
		while (!__atomic_load_n(&tids[i_], __ATOMIC_ACQUIRE))		\
			sched_yield();						\
		wait_for_sleep(self->t.pid, tids[i_], "S");			\
	}									\
} while (0)

TEST_F(packed, as_many_records_as_fit)
{
	const struct syscall_trace_record *r;
	unsigned int seen = 0;

	STOP_THREADS();
	EXPECT_EQ(EMSGSIZE, read_batch(self->fd, &in, 1));
	EXPECT_EQ(EMSGSIZE, read_batch(self->fd, &in, sizeof(struct syscall_trace_record) - 1));
	ASSERT_EQ(0, read_batch(self->fd, &in, 3 * sizeof(struct syscall_trace_record) - 1));
	ASSERT_EQ(2, count_records(&in));
	while ((r = next_record(&in))) {
		seen |= 1 << (r->args[0] - 1000);
		EXPECT_EQ(tids[r->args[0] - 1000], r->tid);
		add_answer(&out, SYSCALL_TRACE_CONT, r, 0);
	}
	ASSERT_EQ(0, read_batch(self->fd, &in, 1000000));
	ASSERT_EQ(2, count_records(&in));
	while ((r = next_record(&in))) {
		seen |= 1 << (r->args[0] - 1000);
		add_answer(&out, SYSCALL_TRACE_CONT, r, 0);
	}
	EXPECT_EQ(0xf, seen);
	ASSERT_EQ(0, give(self->fd, &out));
	EXPECT_EQ(0, read_batch(self->fd, &in, 1000));
	EXPECT_EQ(0, in.len);
	EXPECT_EQ(0, wait_status(&self->t));
}

TEST_F(packed, unstorable_records_are_not_lost)
{
	char *edge = edge_of_memory();
	const struct syscall_trace_record *r;
	int n = 0;

	STOP_THREADS();
	EXPECT_EQ(-1, read(self->fd, edge_of_memory(), 1000));
	EXPECT_EQ(EFAULT, errno);
	EXPECT_EQ(-1, read(self->fd, edge - 64, 1000));
	EXPECT_EQ(EFAULT, errno);
	/* The second is cut by the edge, and comes again. */
	ASSERT_EQ(sizeof(*r), read(self->fd, edge - sizeof(*r) - 64, 1000));
	r = (void *)(edge - sizeof(*r) - 64);
	add_answer(&out, SYSCALL_TRACE_CONT, r, 0);
	while (n < 3) {
		ASSERT_EQ(0, read_batch(self->fd, &in, 1000));
		while ((r = next_record(&in))) {
			add_answer(&out, SYSCALL_TRACE_CONT, r, 0);
			n++;
		}
	}
	ASSERT_EQ(0, give(self->fd, &out));
	EXPECT_EQ(0, wait_status(&self->t));
}

static void write_long(void)
{
	static char text[200];

	memset(text, 'x', sizeof(text));
	tell(raw(SYS_write, 12345, (long)text, sizeof(text)));
}

/* Its header fits, its data do not. */
TEST_F(packed, a_record_with_data_does_not_fit)
{
	char *edge = edge_of_memory();
	const struct syscall_trace_record *r;

	/* The program tells with write(), too. */
	START_PACKED(write_long, "write");
	EXPECT_EQ(EMSGSIZE, read_batch(self->fd, &in, sizeof(*r) + 16 + 199));
	EXPECT_EQ(-1, read(self->fd, edge - 120, 1000));
	EXPECT_EQ(EFAULT, errno);
	EXPECT_EQ(-1, read(self->fd, edge - 200, 1000));
	EXPECT_EQ(EFAULT, errno);
	ASSERT_EQ(0, read_batch(self->fd, &in, sizeof(*r) + 16 + 200));
	r = next_record(&in);
	EXPECT_EQ(1, r->nr_blocks);
	EXPECT_EQ(202 + 2, strlen(blocks_of(r)));
}

/* ---------------------------------- answers ------------------------------ */

TEST_F(packed, many_answers_at_once)
{
	const struct syscall_trace_record *r;

	STOP_THREADS();
	ASSERT_EQ(0, read_batch(self->fd, &in, 1000));
	ASSERT_EQ(NR_THREADS, count_records(&in));
	while ((r = next_record(&in)))
		add_answer(&out, SYSCALL_TRACE_CONT, r, 0);
	/* The third is wrong: two took effect. */
	((struct syscall_trace_answer *)((char *)out.words + 64))->id += 1000;
	EXPECT_EQ(64, write(self->fd, out.words, out.len));
	EXPECT_EQ(-1, write(self->fd, out.words, out.len));
	EXPECT_EQ(ESRCH, errno);
	EXPECT_EQ(32, write(self->fd, (char *)out.words + 96, 32));
	((struct syscall_trace_answer *)((char *)out.words + 64))->id -= 1000;
	EXPECT_EQ(32, write(self->fd, (char *)out.words + 64, 32));
	EXPECT_EQ(0, wait_status(&self->t));
}

/* Read why the last answer was refused: the byte, the first is 1. */
static long ask_byte(int fd)
{
	const struct syscall_trace_record *r;

	if (command_line(fd, "error") || read_batch(fd, &in, sizeof(in.words)))
		return -1;
	r = next_record(&in);
	if (!r || r->type != SYSCALL_TRACE_ERROR || r->id || r->tid || r->nr_blocks != 1)
		return -2;
	return strlen(blocks_of(r)) > 8 ? (long)r->data.value : -3;
}

/* A good answer, spoilt: @value of @width bytes at @offset. */
struct spoilt {
	unsigned int offset;
	unsigned int width;
	__u64 value;
	int error;
	int byte;
};

#define HEAD(member, value, error)						\
	{ offsetof(struct syscall_trace_answer, member),			\
	  sizeof(((struct syscall_trace_answer *)0)->member), value, error,	\
	  offsetof(struct syscall_trace_answer, member) + 1 }

static const struct spoilt spoilt_conts[] = {
	HEAD(size, 0, EINVAL),
	HEAD(size, 24, EINVAL),
	HEAD(size, sizeof(struct syscall_trace_answer) - 4, EINVAL),
	HEAD(size, sizeof(struct syscall_trace_answer) + 8, EINVAL),
	HEAD(size, 0xfffffff8, EINVAL),
	HEAD(head, 0, EINVAL),
	HEAD(head, 24, EINVAL),
	HEAD(head, 36, EINVAL),
	HEAD(head, sizeof(struct syscall_trace_answer) + 8, EINVAL),
	HEAD(verb, SYSCALL_TRACE_LINE + 1, ENOSYS),
	HEAD(verb, 0xffff, ENOSYS),
	HEAD(nr_blocks, 1, EINVAL),
	HEAD(reserved, 1, EINVAL),
	HEAD(value, 1, EINVAL),
	HEAD(nr, 1, EINVAL),
	HEAD(kept, 1, EINVAL),
	HEAD(arg, 1, EINVAL),
	HEAD(flags, 0x100, EINVAL),
	HEAD(args[0], 1, EINVAL),
	HEAD(args[5], 1ULL << 63, EINVAL),
	HEAD(id, 1ULL << 40, ESRCH),
	HEAD(id, 0, ESRCH),
	HEAD(id, ~0ULL, ESRCH),
};

#define BLOCK	sizeof(struct syscall_trace_answer)
#define IN_BLOCK(member, value, error)						\
	{ BLOCK + offsetof(struct syscall_trace_block, member),			\
	  sizeof(((struct syscall_trace_block *)0)->member), value, error,	\
	  BLOCK + offsetof(struct syscall_trace_block, member) + 1 }

static const struct spoilt spoilt_sets[] = {
	HEAD(nr_blocks, 0, EINVAL),
	HEAD(nr_blocks, 2, EINVAL),
	HEAD(arg, 0, ERANGE),
	HEAD(arg, 7, ERANGE),
	HEAD(value, 1, EINVAL),
	HEAD(args[1], 1, EINVAL),
	IN_BLOCK(kind, SYSCALL_TRACE_STRUCT_END + 1, EINVAL),
	IN_BLOCK(arg, 2, EINVAL),
	IN_BLOCK(arg, 6, EINVAL),
	IN_BLOCK(flags, SYSCALL_TRACE_MORE, EINVAL),
	IN_BLOCK(flags, 2, EINVAL),
	IN_BLOCK(reserved, 1, EINVAL),
	IN_BLOCK(addr, 1, EINVAL),
	IN_BLOCK(len, 9, EINVAL),
	IN_BLOCK(len, 0xffffffff, EINVAL),
	{ BLOCK + 16 + 3, 1, 1, EINVAL, BLOCK + 16 + 4 },
	{ BLOCK + 16 + 7, 1, 1, EINVAL, BLOCK + 16 + 8 },
};

static void try_spoilt(struct __test_metadata *_metadata, int fd, const struct batch *good,
		       const struct spoilt *s)
{
	long byte;

	memcpy(&out, good, offsetof(struct batch, words) + good->len);
	memcpy((char *)out.words + s->offset, &s->value, s->width);
	EXPECT_EQ(s->error, give(fd, &out)) TH_LOG("offset %u value %llx", s->offset, s->value);
	byte = ask_byte(fd);
	EXPECT_EQ(s->byte, byte) TH_LOG("offset %u value %llx", s->offset, s->value);
}

static void write_hello(void)
{
	char text[16] = "hello";

	raw(SYS_write, OUT_FD, (long)text, 8);
}

TEST_F(packed, bad_answers_are_refused)
{
	static struct batch good;
	struct syscall_trace_record stop;
	unsigned int i;

	START_PACKED(write_hello, "write");
	stop = ASSERT_STOP(ENTRY, &in);
	add_whole(&good, SYSCALL_TRACE_CONT, &stop, 0);
	for (i = 0; i < ARRAY_SIZE(spoilt_conts); i++)
		try_spoilt(_metadata, self->fd, &good, &spoilt_conts[i]);
	good.len = 0;
	add_text(&good, add_whole(&good, SYSCALL_TRACE_SET, &stop, 0), 1, "abc");
	((struct syscall_trace_answer *)good.words)->arg = 2;
	for (i = 0; i < ARRAY_SIZE(spoilt_sets); i++)
		try_spoilt(_metadata, self->fd, &good, &spoilt_sets[i]);
	/* It is cut off. */
	EXPECT_EQ(-1, write(self->fd, good.words, good.len - 8));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(-1, write(self->fd, good.words, 31));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(-1, write(self->fd, edge_of_memory(), 32));
	EXPECT_EQ(EFAULT, errno);
	/* Good as it was, it is taken. */
	ASSERT_EQ(0, give(self->fd, &good));
	ASSERT_ANSWER(0, CONT, &stop, 0);
	EXPECT_EQ(*(long *)"abclo\0\0", told(&self->t));
}

/* Every verb that needs a stop needs its id and its thread. */
TEST_F(packed, answers_are_for_their_stop)
{
	struct syscall_trace_record stop, wrong, other;
	unsigned int verb;

	STOP_THREADS();
	ASSERT_EQ(0, read_batch(self->fd, &in, 2 * sizeof(struct syscall_trace_record)));
	stop = *next_record(&in);
	other = *next_record(&in);
	for (verb = SYSCALL_TRACE_CONT; verb < SYSCALL_TRACE_LINE; verb++) {
		__s64 value = verb == SYSCALL_TRACE_DELIVER ? 1 : 0;
		struct syscall_trace_answer *a;
		int i;

		/* The id of another stop, none, one that is none; another thread, and none. */
		for (i = 0; i < 5; i++) {
			wrong = stop;
			wrong.id = i == 0 ? other.id : i == 1 ? 0 : i == 2 ? 12345 : stop.id;
			wrong.tid = i == 3 ? other.tid : i == 4 ? 1 : stop.tid;
			out.len = 0;
			a = add_whole(&out, verb, &wrong, value);
			if (verb == SYSCALL_TRACE_REWRITE) {
				a->nr = SYS_close;
				memcpy(a->args, stop.args, sizeof(a->args));
			}
			if (verb == SYSCALL_TRACE_SET)
				add_text(&out, a, 0, "x");
			if (verb >= SYSCALL_TRACE_SET && verb <= SYSCALL_TRACE_GET_ADDRESS)
				a->arg = 1;
			EXPECT_EQ(ESRCH, give(self->fd, &out)) TH_LOG("verb %u, %d", verb, i);
		}
	}
	ASSERT_ANSWER(0, CONT, &stop, 0);
	EXPECT_ANSWER(ESRCH, CONT, &stop, 0);
	EXPECT_ANSWER(ESRCH, SKIP, &stop, 0);
	/* Without a thread it is searched for. */
	other.tid = 0;
	ASSERT_ANSWER(0, CONT, &other, 0);
	EXPECT_ANSWER(ESRCH, CONT, &other, 0);
}

TEST_F(packed, headers_may_be_longer)
{
	struct syscall_trace_record stop;
	struct syscall_trace_answer *a;
	char *more;

	START_PACKED(close_often, "close");
	stop = ASSERT_STOP(ENTRY, &in);
	a = add_head(&out, SYSCALL_TRACE_SKIP, &stop, 5, 128);
	more = (char *)a;
	more[127] = 1;
	EXPECT_EQ(E2BIG, give(self->fd, &out));
	EXPECT_EQ(128, ask_byte(self->fd));
	out.len = 0;
	add_head(&out, SYSCALL_TRACE_SKIP, &stop, 5, 128);
	EXPECT_EQ(0, give(self->fd, &out));
	EXPECT_EQ(5, told(&self->t));
	stop = ASSERT_STOP(ENTRY, &in);
	out.len = 0;
	add_head(&out, SYSCALL_TRACE_SKIP, &stop, 6, 64);
	EXPECT_EQ(0, give(self->fd, &out));
	EXPECT_EQ(6, told(&self->t));
	/* One of a line, too. */
	out.len = 0;
	add_text(&out, add_head(&out, SYSCALL_TRACE_LINE, NULL, 0, 96), 0, "trace none");
	EXPECT_EQ(0, give(self->fd, &out));
}

TEST_F(packed, verbs_that_do_not_fit)
{
	struct syscall_trace_record stop;

	START_PACKED(close_often, "close");
	stop = ASSERT_STOP(ENTRY, &in);
	EXPECT_ANSWER(EBUSY, RETURN, &stop, 1);
	EXPECT_ANSWER(EBUSY, DISCARD, &stop, 0);
	EXPECT_ANSWER(EBUSY, DELIVER, &stop, 1);
	EXPECT_ANSWER(ERANGE, SKIP, &stop, -512);
	EXPECT_ANSWER(EINVAL, DELIVER, &stop, 0);
	EXPECT_ANSWER(EINVAL, DELIVER, &stop, 65);
	ASSERT_ANSWER(0, STEP, &stop, 0);
	stop = ASSERT_STOP(EXIT, &in);
	EXPECT_EQ(-EBADF, stop.ret);
	EXPECT_ANSWER(EBUSY, STEP, &stop, 0);
	EXPECT_ANSWER(EBUSY, REPORT, &stop, 0);
	EXPECT_ANSWER(EBUSY, SKIP, &stop, 0);
	EXPECT_ANSWER(EBUSY, DISCARD, &stop, 0);
	EXPECT_ANSWER(EBUSY, DELIVER, &stop, 1);
	out.len = 0;
	add_whole(&out, SYSCALL_TRACE_REWRITE, &stop, 0)->nr = SYS_close;
	EXPECT_EQ(EBUSY, give(self->fd, &out));
	ASSERT_ANSWER(0, RETURN, &stop, -ENOSPC);
	EXPECT_EQ(-ENOSPC, told(&self->t));
}

/* ----------------------------------- verbs ------------------------------- */

TEST_F(packed, skip_step_and_return)
{
	struct syscall_trace_record stop;

	START_PACKED(close_often, "close");
	stop = ASSERT_STOP(ENTRY, &in);
	EXPECT_EQ(self->t.pid, stop.tid);
	EXPECT_EQ(SYSCALL_TRACE_ABI_X86_64, stop.abi);
	EXPECT_EQ(0, stop.ret);
	EXPECT_EQ(0, stop.time);
	ASSERT_ANSWER(0, SKIP, &stop, -EIO);
	EXPECT_EQ(-EIO, told(&self->t));
	stop = ASSERT_STOP(ENTRY, &in);
	ASSERT_ANSWER(0, SKIP, &stop, 1LL << 40);
	EXPECT_EQ(1LL << 40, told(&self->t));
	stop = ASSERT_STOP(ENTRY, &in);
	ASSERT_ANSWER(0, STEP, &stop, 0);
	stop = ASSERT_STOP(EXIT, &in);
	EXPECT_EQ(1002, stop.args[0]);
	ASSERT_ANSWER(0, RETURN, &stop, 77);
	EXPECT_EQ(77, told(&self->t));
	stop = ASSERT_STOP(ENTRY, &in);
	ASSERT_ANSWER(0, STEP, &stop, 0);
	stop = ASSERT_STOP(EXIT, &in);
	ASSERT_ANSWER(0, CONT, &stop, 0);
	EXPECT_EQ(-EBADF, told(&self->t));
	ASSERT_STOP(ENTRY, &in);
}

static void write_words(void)
{
	struct iovec words[2] = { { "one ", 4 }, { "two", 3 } };
	char text[16] = "some word";

	raw(SYS_write, OUT_FD, (long)text, 8);
	raw(SYS_writev, OUT_FD, (long)words, 2);
	raw(SYS_write, OUT_FD, (long)text, 8);
}

TEST_F(packed, rewrite_with_new_memory)
{
	struct syscall_trace_record stop;
	struct syscall_trace_answer *a;
	char text[16] = "";

	START_PACKED(write_words, "write,writev");
	EXPECT_STREQ("1\"some wor\" ", blocks_of(ASSERT_RECORD(ENTRY, &in)));
	stop = *(struct syscall_trace_record *)in.words;
	a = add_whole(&out, SYSCALL_TRACE_REWRITE, &stop, 0);
	a->nr = SYS_write;
	a->kept = 1 | 4;
	add_text(&out, a, 1, "new ");
	add_answer(&out, SYSCALL_TRACE_STEP, &stop, 0);
	ASSERT_EQ(0, give(self->fd, &out));
	stop = ASSERT_STOP(EXIT, &in);
	EXPECT_EQ(4, stop.ret);
	ASSERT_ANSWER(0, RETURN, &stop, 8);
	ASSERT_EQ(4, read(self->t.out, text, 16));
	EXPECT_STREQ("new ", text);

	EXPECT_STREQ("1[ 1\"one \" 1\"two\" 1] ", blocks_of(ASSERT_RECORD(ENTRY, &in)));
	stop = *(struct syscall_trace_record *)in.words;
	out.len = 0;
	a = add_whole(&out, SYSCALL_TRACE_REWRITE, &stop, 0);
	a->nr = SYS_writev;
	a->args[0] = stop.args[0];
	a->kept = 4;
	add_block(&out, a, SYSCALL_TRACE_LIST, 1, NULL, 0);
	add_text(&out, a, 1, "a");
	add_text(&out, a, 1, "");
	add_text(&out, a, 1, "longer than");
	add_block(&out, a, SYSCALL_TRACE_LIST_END, 1, NULL, 0);
	add_answer(&out, SYSCALL_TRACE_CONT, &stop, 0);
	ASSERT_EQ(0, give(self->fd, &out));
	ASSERT_EQ(12, read(self->t.out, text, 16));
	EXPECT_EQ(0, memcmp("alonger than", text, 12));

	/* To another call, by numbers. */
	stop = ASSERT_STOP(ENTRY, &in);
	out.len = 0;
	a = add_whole(&out, SYSCALL_TRACE_REWRITE, &stop, 0);
	a->nr = SYS_getpid;
	EXPECT_EQ(0, give(self->fd, &out));
	ASSERT_ANSWER(0, REPORT, &stop, 0);
	EXPECT_EQ(self->t.pid, ASSERT_RECORD(RESULT, &in)->ret);
}

TEST_F(packed, bad_rewrites)
{
	struct syscall_trace_record stop;
	struct syscall_trace_answer *a;

	START_PACKED(write_words, "write");
	stop = ASSERT_STOP(ENTRY, &in);
	/* A length that is more than the new memory. */
	a = add_whole(&out, SYSCALL_TRACE_REWRITE, &stop, 0);
	a->nr = SYS_write;
	a->args[2] = 100;
	a->kept = 1;
	add_text(&out, a, 1, "new");
	EXPECT_EQ(ERANGE, give(self->fd, &out));
	/* A block and a kept argument. */
	a = (void *)out.words;
	a->kept = 1 | 2 | 4;
	a->args[2] = 0;
	EXPECT_EQ(EINVAL, give(self->fd, &out));
	EXPECT_EQ(89, ask_byte(self->fd));
	/* A list that does not end; a message. */
	out.len = 0;
	a = add_whole(&out, SYSCALL_TRACE_REWRITE, &stop, 0);
	a->nr = SYS_writev;
	a->kept = 1 | 4;
	add_block(&out, a, SYSCALL_TRACE_LIST, 1, NULL, 0);
	add_text(&out, a, 1, "a");
	EXPECT_EQ(EINVAL, give(self->fd, &out));
	out.len = 0;
	a = add_whole(&out, SYSCALL_TRACE_REWRITE, &stop, 0);
	a->nr = SYS_sendmsg;
	a->kept = 1 | 4;
	add_block(&out, a, SYSCALL_TRACE_STRUCT, 1, NULL, 0);
	add_block(&out, a, SYSCALL_TRACE_STRUCT_END, 1, NULL, 0);
	EXPECT_EQ(EOPNOTSUPP, give(self->fd, &out));
	out.len = 0;
	a = add_whole(&out, SYSCALL_TRACE_REWRITE, &stop, 0);
	a->nr = 0x40000000;
	EXPECT_EQ(ERANGE, give(self->fd, &out));
	out.len = 0;
	a = add_whole(&out, SYSCALL_TRACE_REWRITE, &stop, 0);
	a->nr = SYS_getpid;
	a->kept = 0x40;
	EXPECT_EQ(EINVAL, give(self->fd, &out));
	/* None of them has changed anything. */
	ASSERT_ANSWER(0, CONT, &stop, 0);
	EXPECT_EQ(*(long *)"some wor", told(&self->t));
}

TEST_F(packed, set_and_get)
{
	const struct syscall_trace_record *r;
	struct syscall_trace_record stop;
	struct syscall_trace_answer *a;

	START_PACKED(write_words, "write");
	stop = ASSERT_STOP(ENTRY, &in);
	a = add_whole(&out, SYSCALL_TRACE_SET, &stop, 0);
	a->arg = 2;
	a->off = 5;
	add_text(&out, a, 1, "WOR");
	add_whole(&out, SYSCALL_TRACE_GET, &stop, 0)->arg = 2;
	a = add_whole(&out, SYSCALL_TRACE_GET, &stop, 4);
	a->arg = 2;
	a->off = 5;
	add_whole(&out, SYSCALL_TRACE_GET_ADDRESS, &stop, 0)->arg = 2;
	ASSERT_EQ(0, give(self->fd, &out));
	ASSERT_EQ(0, read_batch(self->fd, &in, sizeof(in.words)));
	ASSERT_EQ(3, count_records(&in));
	r = next_record(&in);
	EXPECT_EQ(SYSCALL_TRACE_DATA, r->type);
	EXPECT_EQ(0, r->id);
	EXPECT_EQ(self->t.pid, r->tid);
	EXPECT_EQ(2, r->data.arg);
	EXPECT_EQ(0, r->data.value);
	EXPECT_STREQ("1\"some WOR\" ", blocks_of(r));
	r = next_record(&in);
	EXPECT_EQ(5, r->data.value);
	EXPECT_EQ(0, strncmp("1\"WORd\" ", blocks_of(r), 8));
	r = next_record(&in);
	EXPECT_EQ(SYSCALL_TRACE_ADDRESS, r->type);
	EXPECT_EQ(2, r->data.arg);
	EXPECT_EQ(stop.args[1], r->data.value);
	EXPECT_EQ(0, r->nr_blocks);
	/* Of what is no address there is nothing. */
	out.len = 0;
	add_whole(&out, SYSCALL_TRACE_GET, &stop, 0)->arg = 1;
	EXPECT_EQ(EINVAL, give(self->fd, &out));
	out.len = 0;
	add_whole(&out, SYSCALL_TRACE_GET_ADDRESS, &stop, 0)->arg = 3;
	EXPECT_EQ(EINVAL, give(self->fd, &out));
	out.len = 0;
	a = add_whole(&out, SYSCALL_TRACE_GET, &stop, 0);
	a->arg = 2;
	a->off = 1;
	EXPECT_EQ(EINVAL, give(self->fd, &out));
	ASSERT_ANSWER(0, CONT, &stop, 0);
	EXPECT_EQ(*(long *)"some WOR", told(&self->t));
}

TEST_F(packed, lines)
{
	struct syscall_trace_record stop;

	PREPARE_PACKED(close_often, "trace getpid,close");
	stop = ASSERT_STOP(ENTRY, &in);
	EXPECT_EQ(0, command_line(self->fd, "limit 5"));
	EXPECT_EQ(0, command_line(self->fd, "on getpid skip-ok 5"));
	EXPECT_EQ(0, command_line(self->fd, "timeout off"));
	EXPECT_EQ(ENOSYS, command_line(self->fd, "nonsense"));
	EXPECT_EQ(EINVAL, command_line(self->fd, ""));
	EXPECT_EQ(EINVAL, command_line(self->fd, "limit"));
	EXPECT_LT(0, ask_byte(self->fd));
	EXPECT_EQ(EINVAL, command_line(self->fd, "cont"));
	EXPECT_EQ(EINVAL, command_line(self->fd, "step"));
	EXPECT_EQ(EINVAL, command_line(self->fd, "report"));
	EXPECT_EQ(EINVAL, command_line(self->fd, "skip-ok 5"));
	EXPECT_EQ(EINVAL, command_line(self->fd, "ok 5"));
	EXPECT_EQ(EINVAL, command_line(self->fd, "discard"));
	EXPECT_EQ(EINVAL, command_line(self->fd, "signal SIGUSR1"));
	EXPECT_EQ(EINVAL, command_line(self->fd, "get 1"));
	EXPECT_EQ(EINVAL, command_line(self->fd, "set 1 \"x\""));
	EXPECT_EQ(EINVAL, command_line(self->fd, "get &1"));
	EXPECT_NE(0, command_line(self->fd, "getpid"));
	EXPECT_NE(0, command_line(self->fd, "1 trace none"));
	EXPECT_NE(0, command_line(self->fd, "trace none\n"));
	/* It is for no stop. */
	out.len = 0;
	add_text(&out, add_answer(&out, SYSCALL_TRACE_LINE, &stop, 0), 0, "trace none");
	EXPECT_EQ(EINVAL, give(self->fd, &out));
	ASSERT_ANSWER(0, CONT, &stop, 0);
	EXPECT_EQ(-EBADF, told(&self->t));
	stop = ASSERT_STOP(ENTRY, &in);
	EXPECT_EQ(0, command_line(self->fd, "detach"));
	EXPECT_EQ(-EBADF, told(&self->t));
	EXPECT_EQ(ESRCH, read_batch(self->fd, &in, 1000));
	EXPECT_ANSWER(ESRCH, CONT, &stop, 0);
}

/* ---------------------------------- records ------------------------------ */

static void on_signal(int sig)
{
	tell(sig);
}

static void raise_thrice(void)
{
	union sigval value = { .sival_int = 4711 };

	signal(SIGUSR1, on_signal);
	signal(SIGUSR2, on_signal);
	raise(SIGUSR1);
	raise(SIGUSR1);
	sigqueue(getpid(), SIGUSR1, value);
	tell(0);
}

TEST_F(packed, signals)
{
	struct syscall_trace_record stop;

	PREPARE_PACKED(raise_thrice, "trace none\nsignals SIGUSR1");
	stop = ASSERT_STOP(SIGNAL, &in);
	EXPECT_EQ(self->t.pid, stop.tid);
	EXPECT_EQ(SIGUSR1, stop.signal.number);
	EXPECT_EQ(SI_TKILL, stop.signal.code);
	EXPECT_EQ(self->t.pid, stop.signal.pid);
	EXPECT_EQ(0, stop.signal.uid);
	EXPECT_ANSWER(EBUSY, SKIP, &stop, 0);
	EXPECT_ANSWER(EBUSY, STEP, &stop, 0);
	out.len = 0;
	add_whole(&out, SYSCALL_TRACE_GET_ADDRESS, &stop, 0)->arg = 1;
	EXPECT_EQ(EBUSY, give(self->fd, &out));
	EXPECT_ANSWER(0, DISCARD, &stop, 0);
	stop = ASSERT_STOP(SIGNAL, &in);
	EXPECT_ANSWER(0, DELIVER, &stop, SIGUSR2);
	EXPECT_EQ(SIGUSR2, told(&self->t));
	stop = ASSERT_STOP(SIGNAL, &in);
	EXPECT_EQ(SI_QUEUE, stop.signal.code);
	EXPECT_EQ(4711, (int)stop.signal.value);
	EXPECT_ANSWER(0, CONT, &stop, 0);
	EXPECT_EQ(SIGUSR1, told(&self->t));
	EXPECT_EQ(0, told(&self->t));
}

static void fork_exec_and_die(void)
{
	pid_t pid = fork();

	if (!pid) {
		execl("/bin/busybox", "busybox", "false", NULL);
		_exit(99);
	}
	waitpid(pid, NULL, 0);
	raise(SIGKILL);
}

TEST_F(packed, lives)
{
	const struct syscall_trace_record *r;
	struct syscall_trace_record stop;

	PREPARE_PACKED(fork_exec_and_die, "events on\nfollow on\ntrace none");
	stop = ASSERT_STOP(NEW, &in);
	EXPECT_EQ(self->t.pid, stop.ret);
	EXPECT_NE(self->t.pid, stop.tid);
	ASSERT_ANSWER(EBUSY, STEP, &stop, 0);
	ASSERT_ANSWER(0, CONT, &stop, 0);
	r = ASSERT_RECORD(EXEC, &in);
	EXPECT_STREQ("0\"/bin/busybox\" ", blocks_of(r));
	EXPECT_EQ(stop.tid, r->tid);
	stop = *r;
	ASSERT_ANSWER(0, CONT, &stop, 0);
	/* Both may be there by now. */
	ASSERT_EQ(0, read_batch(self->fd, &in, sizeof(in.words)));
	r = next_record(&in);
	EXPECT_EQ(SYSCALL_TRACE_EXITED, r->type);
	EXPECT_EQ(stop.tid, r->tid);
	EXPECT_EQ(0, r->id);
	EXPECT_EQ(1, r->ret);
	r = next_record(&in);
	if (!r)
		r = ASSERT_RECORD(KILLED, &in);
	EXPECT_EQ(SYSCALL_TRACE_KILLED, r->type);
	EXPECT_EQ(self->t.pid, r->tid);
	EXPECT_EQ(SIGKILL, r->ret);
	EXPECT_EQ(0, read_batch(self->fd, &in, 1000));
	EXPECT_EQ(0, in.len);
}

static long int80(long nr, long b, long c, long d)
{
	long ret;

	asm volatile("int $0x80" : "=a" (ret) : "a" (nr), "b" (b), "c" (c), "d" (d)
		     : "memory", "r8", "r9", "r10", "r11");
	return ret;
}

static void other_abis(void)
{
	tell(int80(NR_I386_CLOSE, 0x1234567800003039, 0, 0));
	tell(int80(NR_I386_CLOSE, -1, 0, 0));
	tell(raw(X32_BIT | SYS_close, 12345, 0, 0));
}

TEST_F(packed, abis)
{
	struct syscall_trace_record stop;

	START_PACKED(other_abis, "close");
	stop = ASSERT_STOP(ENTRY, &in);
	EXPECT_EQ(SYSCALL_TRACE_ABI_I386, stop.abi);
	EXPECT_EQ(NR_I386_CLOSE, stop.nr);
	EXPECT_EQ(12345, stop.args[0]);
	EXPECT_ANSWER(ERANGE, SKIP, &stop, 1LL << 32);
	ASSERT_ANSWER(0, STEP, &stop, 0);
	stop = ASSERT_STOP(EXIT, &in);
	EXPECT_EQ(-EBADF, stop.ret);
	ASSERT_ANSWER(0, RETURN, &stop, 5);
	EXPECT_EQ(5, told(&self->t));
	stop = ASSERT_STOP(ENTRY, &in);
	/* A number is one of the ABI that the call was made in. */
	add_whole(&out, SYSCALL_TRACE_REWRITE, &stop, 0)->nr = NR_I386_GETPID;
	add_answer(&out, SYSCALL_TRACE_CONT, &stop, 0);
	ASSERT_EQ(0, give(self->fd, &out));
	EXPECT_EQ(self->t.pid, told(&self->t));
	if (raw(X32_BIT | SYS_getpid, 0, 0, 0) == -ENOSYS)
		SKIP(return, "no x32");
	stop = ASSERT_STOP(ENTRY, &in);
	EXPECT_EQ(SYSCALL_TRACE_ABI_X32, stop.abi);
	EXPECT_EQ(SYS_close, stop.nr);
	ASSERT_ANSWER(0, SKIP, &stop, 9);
	EXPECT_EQ(9, told(&self->t));
}

static void exec_32(void)
{
	char *args[] = { "abi_32", NULL }, *env[] = { NULL };

	execve("/tests/abi_32", args, env);
	execve("./abi_32", args, env);
	_exit(94);
}

TEST_F(packed, program_of_32_bits)
{
	static const int results[] = { 10, 20, 7, 40 };
	struct syscall_trace_record stop;
	int i;

	if (access("/tests/abi_32", X_OK) && access("./abi_32", X_OK))
		SKIP(return, "no 32-bit program");
	START_PACKED(exec_32, "i386:close,i386:getppid,i386:gettid");
	for (i = 0; i < 4; i++) {
		stop = ASSERT_STOP(ENTRY, &in);
		EXPECT_EQ(SYSCALL_TRACE_ABI_I386, stop.abi);
		ASSERT_ANSWER(0, SKIP, &stop, results[i]);
	}
	/* 10 + 20 - 7 + 40 */
	EXPECT_EQ(63, wait_status(&self->t));
}

/* ---------------------------------- exchange ----------------------------- */

static struct syscall_trace_exchange trade;

static int try_exchange(int fd, __s64 timeout)
{
	trade = (struct syscall_trace_exchange) {
		.answers = (unsigned long)out.words, .answers_len = out.len,
		.records = (unsigned long)in.words, .records_len = sizeof(in.words),
		.timeout = timeout,
	};
	in.pos = 0;
	in.len = 0;
	return ioctl(fd, SYSCALL_TRACE_EXCHANGE, &trade) < 0 ? -errno : 0;
}

TEST_F(packed, exchange_answers_and_gets_the_next)
{
	struct syscall_trace_record stop;
	int i;

	START(close_often, "close");
	for (i = 0; i < 20; i++) {
		ASSERT_EQ(1, exchange(self->fd, &out, &in, -1));
		ASSERT_EQ(i ? 32 : 0, out.len);
		ASSERT_EQ(sizeof(struct syscall_trace_record), in.len);
		stop = *next_record(&in);
		ASSERT_EQ(1000 + i, stop.args[0]);
		out.len = 0;
		add_answer(&out, SYSCALL_TRACE_SKIP, &stop, i);
	}
	EXPECT_EQ(0, exchange(self->fd, &out, &in, -1));
	EXPECT_EQ(32, out.len);
	EXPECT_EQ(0, in.len);
	for (i = 0; i < 20; i++)
		EXPECT_EQ(i, told(&self->t));
	out.len = 0;
	EXPECT_EQ(0, exchange(self->fd, NULL, &in, -1));
	EXPECT_EQ(0, exchange(self->fd, NULL, &in, 0));
}

static void close_and_wait(void)
{
	tell(raw(SYS_close, 1000, 0, 0));
	pass_gate();
	raw(SYS_close, 1001, 0, 0);
}

TEST_F(packed, exchange_waits_as_it_is_told)
{
	START(close_and_wait, "close");
	ASSERT_EQ(1, exchange(self->fd, NULL, &in, 20000000000));
	add_answer(&out, SYSCALL_TRACE_CONT, next_record(&in), 0);
	/* The answers took effect, whatever else is said. */
	EXPECT_EQ(-ETIME, try_exchange(self->fd, 1000000));
	EXPECT_EQ(32, trade.answers_len);
	EXPECT_EQ(0, trade.records_len);
	EXPECT_EQ(-EBADF, told(&self->t));
	out.len = 0;
	EXPECT_EQ(-ETIME, try_exchange(self->fd, 1));
	EXPECT_EQ(-EAGAIN, try_exchange(self->fd, 0));
	EXPECT_EQ(0, trade.records_len);
	ASSERT_EQ(0, fcntl(self->fd, F_SETFL, O_NONBLOCK));
	EXPECT_EQ(-EAGAIN, try_exchange(self->fd, -1));
	EXPECT_EQ(-EAGAIN, try_exchange(self->fd, 20000000000));
	ASSERT_EQ(0, fcntl(self->fd, F_SETFL, 0));
	open_gate(&self->t);
	ASSERT_EQ(1, exchange(self->fd, NULL, &in, 0x7fffffffffffffff));
	EXPECT_EQ(1001, next_record(&in)->args[0]);
}

TEST_F(packed, exchange_is_refused)
{
	struct syscall_trace_exchange x = { .timeout = 0 };
	int fd;

	START(close_often, "close");
	ASSERT_TRUE(has_record(self->fd, -1));
	x.flags = 1;
	EXPECT_EQ(-1, ioctl(self->fd, SYSCALL_TRACE_EXCHANGE, &x));
	EXPECT_EQ(EINVAL, errno);
	x.flags = 1ULL << 63;
	EXPECT_EQ(-1, ioctl(self->fd, SYSCALL_TRACE_EXCHANGE, &x));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(-1, ioctl(self->fd, SYSCALL_TRACE_EXCHANGE, NULL));
	EXPECT_EQ(EFAULT, errno);
	EXPECT_EQ(-1, ioctl(self->fd, SYSCALL_TRACE_EXCHANGE + 1, &x));
	EXPECT_EQ(ENOTTY, errno);
	EXPECT_EQ(-1, ioctl(self->fd, _IOWR(0xb9, 0x00, long), &x));
	EXPECT_EQ(ENOTTY, errno);
	x.flags = 0;
	EXPECT_EQ(-1, ioctl(self->fd, SYSCALL_TRACE_EXCHANGE, &x));
	EXPECT_EQ(EMSGSIZE, errno);
	x.records_len = 1000;
	EXPECT_EQ(-1, ioctl(self->fd, SYSCALL_TRACE_EXCHANGE, &x));
	EXPECT_EQ(EFAULT, errno);
	x.answers_len = 32;
	EXPECT_EQ(-1, ioctl(self->fd, SYSCALL_TRACE_EXCHANGE, &x));
	EXPECT_EQ(EFAULT, errno);
	/* The console is no file for that. */
	ASSERT_EQ(0, command(self->t.pid, "trace none"));
	fd = open_syscall(self->t.pid, 0, O_WRONLY);
	EXPECT_EQ(-EBADF, exchange(fd, NULL, &in, 0));
	close(fd);
	fd = open_syscall(self->t.pid, 0, O_RDONLY);
	EXPECT_EQ(-EBADF, exchange(fd, NULL, &in, 0));
	close(fd);
	/* The stop is still there. */
	EXPECT_EQ(1, exchange(self->fd, NULL, &in, 0));
}

TEST_F(packed, exchange_with_bad_answers)
{
	struct syscall_trace_record stop;

	START(close_often, "close");
	ASSERT_EQ(1, exchange(self->fd, NULL, &in, -1));
	stop = *next_record(&in);
	/* The first is wrong: nothing is done. */
	add_answer(&out, SYSCALL_TRACE_RETURN, &stop, 0);
	add_answer(&out, SYSCALL_TRACE_CONT, &stop, 0);
	EXPECT_EQ(-EBUSY, try_exchange(self->fd, -1));
	EXPECT_EQ(0, trade.answers_len);
	/* The second is: the first took effect, and no record is got. */
	out.len = 0;
	add_line(&out, "limit 5");
	add_answer(&out, SYSCALL_TRACE_RETURN, &stop, 0);
	EXPECT_EQ(0, try_exchange(self->fd, -1));
	EXPECT_EQ(out.len - 32, trade.answers_len);
	EXPECT_EQ(0, trade.records_len);
	/* Give the rest, and its error is told. */
	memmove(out.words, (char *)out.words + trade.answers_len, 32);
	out.len = 32;
	EXPECT_EQ(-EBUSY, try_exchange(self->fd, -1));
	out.len = 0;
	add_answer(&out, SYSCALL_TRACE_SKIP, &stop, 3);
	EXPECT_EQ(1, exchange(self->fd, &out, &in, -1));
	EXPECT_EQ(3, told(&self->t));
}

TEST_F(packed, exchange_has_no_room_for_the_record)
{
	struct syscall_trace_record stop;

	START(close_often, "close");
	ASSERT_EQ(1, exchange(self->fd, NULL, &in, -1));
	stop = *next_record(&in);
	add_answer(&out, SYSCALL_TRACE_SKIP, &stop, 3);
	trade = (struct syscall_trace_exchange) {
		.answers = (unsigned long)out.words, .answers_len = 32,
		.records = (unsigned long)in.words, .records_len = 100, .timeout = -1,
	};
	EXPECT_EQ(-1, ioctl(self->fd, SYSCALL_TRACE_EXCHANGE, &trade));
	EXPECT_EQ(EMSGSIZE, errno);
	EXPECT_EQ(32, trade.answers_len);
	EXPECT_EQ(0, trade.records_len);
	EXPECT_EQ(3, told(&self->t));
	ASSERT_EQ(1, exchange(self->fd, NULL, &in, 0));
	EXPECT_EQ(1001, next_record(&in)->args[0]);
}

static int handled;

static void note_signal(int sig)
{
	__atomic_store_n(&handled, 1, __ATOMIC_RELEASE);
}

/* Interrupt @tid, which sleeps in ioctl(), and then perhaps let the program go on. */
struct interrupter {
	pid_t tid;
	pthread_t thread;
	struct tracee *t;
};

static void *interrupt(void *arg)
{
	struct interrupter *i = arg;

	wait_for_call(i->tid, SYS_ioctl);
	pthread_kill(i->thread, SIGUSR1);
	/* Only then: who is woken by a record needs no restart. */
	while (!__atomic_load_n(&handled, __ATOMIC_ACQUIRE))
		sched_yield();
	if (i->t)
		open_gate(i->t);
	return NULL;
}

static void interrupt_me(pthread_t *by, struct tracee *t, int flags)
{
	struct sigaction action = { .sa_handler = note_signal, .sa_flags = flags };
	static struct interrupter i;

	sigaction(SIGUSR1, &action, NULL);
	i = (struct interrupter) { gettid(), pthread_self(), t };
	pthread_create(by, NULL, interrupt, &i);
}

/* The answers are not given again: the call fails, although the handler restarts it. */
TEST_F(packed, exchange_is_interrupted_after_answers)
{
	pthread_t by;

	START(close_and_wait, "close");
	ASSERT_EQ(1, exchange(self->fd, NULL, &in, -1));
	add_answer(&out, SYSCALL_TRACE_SKIP, next_record(&in), 5);
	interrupt_me(&by, NULL, SA_RESTART);
	EXPECT_EQ(-EINTR, try_exchange(self->fd, -1));
	pthread_join(by, NULL);
	EXPECT_EQ(32, trade.answers_len);
	EXPECT_EQ(0, trade.records_len);
	EXPECT_EQ(5, told(&self->t));
	open_gate(&self->t);
	ASSERT_EQ(1, exchange(self->fd, NULL, &in, -1));
	EXPECT_EQ(1001, next_record(&in)->args[0]);
}

TEST_F(packed, exchange_is_restarted_without_answers)
{
	pthread_t by;

	START(close_and_wait, "close");
	ASSERT_EQ(1, exchange(self->fd, NULL, &in, -1));
	ASSERT_SAY(0, self->fd, "cont");
	told(&self->t);
	interrupt_me(&by, &self->t, SA_RESTART);
	ASSERT_EQ(1, exchange(self->fd, NULL, &in, -1));
	pthread_join(by, NULL);
	EXPECT_EQ(1001, next_record(&in)->args[0]);
}

/* Else it would wait for the whole time again. */
TEST_F(packed, timed_exchange_is_interrupted_without_answers)
{
	pthread_t by;

	START(close_and_wait, "close");
	ASSERT_EQ(1, exchange(self->fd, NULL, &in, -1));
	ASSERT_SAY(0, self->fd, "cont");
	told(&self->t);
	out.len = 0;
	interrupt_me(&by, NULL, SA_RESTART);
	EXPECT_EQ(-EINTR, try_exchange(self->fd, 20000000000));
	pthread_join(by, NULL);
	EXPECT_EQ(0, trade.answers_len);
	EXPECT_EQ(0, trade.records_len);
}

TEST_F(packed, exchange_is_interrupted_by_a_handler_that_restarts_nothing)
{
	pthread_t by;

	START(close_and_wait, "close");
	ASSERT_EQ(1, exchange(self->fd, NULL, &in, -1));
	ASSERT_SAY(0, self->fd, "cont");
	told(&self->t);
	interrupt_me(&by, NULL, 0);
	EXPECT_EQ(-EINTR, exchange(self->fd, NULL, &in, -1));
	pthread_join(by, NULL);
}

/* In the program: its tracer's descriptor, and who has it. */
static int *foreign;

static void use_own_tracer(void)
{
	int pidfd = syscall(SYS_pidfd_open, foreign[0], 0);
	int fd = syscall(SYS_pidfd_getfd, pidfd, foreign[1], 0);

	tell(fd < 0 ? -errno : 1);
	tell(exchange(fd, NULL, &in, 0));
	tell(read(fd, in.words, 1000) < 0 ? -errno : 0);
	tell(mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0) == MAP_FAILED ? -errno : 0);
	add_line(&out, "detach");
	tell(exchange(fd, &out, &in, 0));
}

TEST_F(packed, a_program_cannot_use_its_own_tracers_descriptor)
{
	SHARE(foreign);
	start(&self->t, use_own_tracer);
	self->fd = open_syscall(self->t.pid, 0, O_RDWR);
	foreign[0] = getpid();
	foreign[1] = self->fd;
	ASSERT_SAY(0, self->fd, "trace close");
	open_gate(&self->t);
	ASSERT_EQ(1, told(&self->t));
	EXPECT_EQ(-EPERM, told(&self->t));
	EXPECT_EQ(-EPERM, told(&self->t));
	EXPECT_EQ(-EPERM, told(&self->t));
	EXPECT_EQ(-EPERM, told(&self->t));
}

/* The tracer is a 32-bit one: the struct is the same. */
TEST_F(packed, exchange_by_32_bits)
{
	struct low {
		struct syscall_trace_exchange x;
		__u64 answers[4];
		struct syscall_trace_record record;
	} *low = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);

	ASSERT_NE(MAP_FAILED, low);
	START(close_often, "close");
	low->x.records = (long)&low->record;
	low->x.records_len = sizeof(struct syscall_trace_record);
	low->x.timeout = -1;
	ASSERT_EQ(1, (int)int80(NR_I386_IOCTL, self->fd, SYSCALL_TRACE_EXCHANGE, (long)low));
	EXPECT_EQ(1000, low->record.args[0]);
	EXPECT_EQ(sizeof(struct syscall_trace_record), low->x.records_len);
	out.len = 0;
	add_answer(&out, SYSCALL_TRACE_SKIP, &low->record, 1L << 40);
	memcpy(low->answers, out.words, 32);
	low->x.answers = (long)low->answers;
	low->x.answers_len = 32;
	ASSERT_EQ(1, (int)int80(NR_I386_IOCTL, self->fd, SYSCALL_TRACE_EXCHANGE, (long)low));
	EXPECT_EQ(1001, low->record.args[0]);
	EXPECT_EQ(1L << 40, told(&self->t));
}

/* ----------------------------------- crowds ------------------------------ */

#define NR_CALLS	250
#define NR_CHILDREN	3

static void *call_in_thread(void *arg)
{
	int i;

	for (i = 0; i < NR_CALLS; i++)
		raw(SYS_close, 10000, 0, 0);
	return arg;
}

static void call_in_a_crowd(void)
{
	pthread_t t[NR_THREADS];
	int i;

	for (i = 0; i < NR_CHILDREN; i++) {
		if (fork())
			continue;
		call_in_thread(NULL);
		_exit(0);
	}
	for (i = 0; i < NR_THREADS; i++)
		pthread_create(&t[i], NULL, call_in_thread, NULL);
	for (i = 0; i < NR_THREADS; i++)
		pthread_join(t[i], NULL);
	while (wait(NULL) > 0)
		;
}

#define ALL_CALLS	(NR_CALLS * (NR_THREADS + NR_CHILDREN))

/* Trace all of them. libc closes nothing. */
#define FOLLOW_CROWD()								\
do {										\
	start(&self->t, call_in_a_crowd);					\
	self->fd = open_syscall(self->t.pid, 0, O_RDWR);			\
	ASSERT_LE(0, self->fd);							\
	ASSERT_SAY(0, self->fd, "follow on");					\
	ASSERT_SAY(0, self->fd, "trace close");					\
	open_gate(&self->t);							\
} while (0)

TEST_F(packed, one_tracer_of_a_crowd)
{
	unsigned int stops = 0;
	const struct syscall_trace_record *r;
	__u64 last = 0;
	int n;

	FOLLOW_CROWD();
	while ((n = exchange(self->fd, &out, &in, -1)) > 0) {
		out.len = 0;
		ASSERT_EQ(n, count_records(&in));
		while ((r = next_record(&in))) {
			ASSERT_LT(last, r->id);
			last = r->id;
			add_answer(&out, SYSCALL_TRACE_CONT, r, 0);
			stops++;
		}
	}
	EXPECT_EQ(0, n);
	EXPECT_EQ(ALL_CALLS, stops);
	EXPECT_EQ(0, wait_status(&self->t));
}

/* One of several tracer threads. */
struct trader {
	int fd;
	bool steps;
	unsigned char *seen;	/* by id */
	int result;
};

static void note_records(struct trader *trader, struct batch *records, struct batch *answers)
{
	const struct syscall_trace_record *r;

	answers->len = 0;
	while ((r = next_record(records))) {
		bool entry = r->type == SYSCALL_TRACE_ENTRY;

		if (r->id < 2 * ALL_CALLS + 1)
			__atomic_fetch_add(&trader->seen[r->id], 1, __ATOMIC_RELAXED);
		add_answer(answers, entry && trader->steps ? SYSCALL_TRACE_STEP :
			   SYSCALL_TRACE_CONT, r, 0);
	}
}

static void *trade_until_the_end(void *arg)
{
	struct batch *answers = malloc(sizeof(*answers)), *records = malloc(sizeof(*records));
	struct trader *trader = arg;

	answers->len = 0;
	do {
		trader->result = exchange(trader->fd, answers, records, -1);
		if (trader->result > 0)
			note_records(trader, records, answers);
	} while (trader->result > 0);
	free(answers);
	free(records);
	return NULL;
}

static void trade_in_threads(struct __test_metadata *_metadata, int fd, bool steps)
{
	static unsigned char seen[2 * ALL_CALLS + 1];
	struct trader traders[3];
	pthread_t t[3];
	int i;

	for (i = 0; i < 3; i++) {
		traders[i] = (struct trader) { .fd = fd, .steps = steps, .seen = seen };
		ASSERT_EQ(0, pthread_create(&t[i], NULL, trade_until_the_end, &traders[i]));
	}
	for (i = 0; i < 3; i++) {
		pthread_join(t[i], NULL);
		EXPECT_EQ(0, traders[i].result);
	}
	for (i = 1; i <= ALL_CALLS * (steps ? 2 : 1); i++)
		ASSERT_EQ(1, seen[i]) TH_LOG("stop %d", i);
}

TEST_F(packed, several_tracer_threads)
{
	FOLLOW_CROWD();
	trade_in_threads(_metadata, self->fd, false);
	EXPECT_EQ(0, wait_status(&self->t));
}

TEST_F(packed, several_tracer_threads_that_step)
{
	FOLLOW_CROWD();
	trade_in_threads(_metadata, self->fd, true);
	EXPECT_EQ(0, wait_status(&self->t));
}

TEST_HARNESS_MAIN
