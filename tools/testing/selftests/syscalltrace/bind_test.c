// SPDX-License-Identifier: GPL-2.0
/*
 * What the tracer saw is what runs: bound arguments under attack.
 *
 * An attack is one store at the worst moment, when the tracer has read the
 * record and has not answered yet. With "bind off" every such round must hit,
 * which shows that the attack works; with "bind on" none may.
 */

#include <linux/futex.h>
#include <linux/io_uring.h>
#include <linux/userfaultfd.h>
#include <netinet/in.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <ucontext.h>

#include "common.h"

#define SINK_FD		20	/* what the victim writes to */
#define SOURCE_FD	21	/* where that comes out */
#define OTHER_FD	22
#define EXEC_FD		30

#define PAGE		4096UL
#define __aligned(x)	__attribute__((aligned(x)))
#define WORD(c)		(0x0101010101010101UL * (c))
#define GOOD		WORD('G')
#define EVIL		WORD('E')

/* A test takes a second or so; with debugging in the kernel, some ten times that. */
#define ATTACK_TIMEOUT	120

#define NR_BINDERS	8

enum who { TRACER, THREAD, PEER, HANDLER };

/* How to change what the victim's next call would read. */
struct attack {
	enum who who;		/* carries it out */
	bool area;		/* aims at the area, if there is one */
	unsigned int cost;	/* this many times as slow as most; 0 is 1 */
	const char *(*missing)(void);	/* in the test: why it cannot be tried */
	void (*arrange)(void);	/* in the test, before the victim starts */
	void (*set_up)(void);	/* in the victim, once: sets sh->buf */
	void (*refill)(void);	/* in the victim, before each call */
	void (*strike)(void);
};

/* What the probe of the area reports. */
enum {
	P_FOUND, P_PERMS, P_MUNMAP, P_MUNMAP_PART, P_MREMAP_AWAY, P_MREMAP_ONTO,
	P_MPROTECT_WRITE, P_MPROTECT_NONE, P_FIXED, P_DONTNEED, P_VM_WRITE,
	P_MEM_WRITE, P_CALL_WRITE, P_VMSPLICE, P_IO_URING, P_USERFAULTFD,
	P_FORKED, NR_PROBES
};

/* Memory that the test and all its programs share, at the same address. */
struct shared {
	int order, done, go, child;	/* futexes */
	unsigned int rounds, hits, good;
	bool area_found, until_hit;
	unsigned char fill;
	unsigned long *buf;		/* an address of the victim's */
	unsigned long word, other_word, want, got;
	long ret;			/* of the victim's last call */
	long value[NR_PROBES];
	char path[64];
	char data[2][8], evil_data[8];
	struct iovec iov[2], evil_iov;
	struct msghdr msg;
	struct sockaddr_un name, evil_name;
	union {
		struct cmsghdr head;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control, evil_control;
	struct timespec ts;
	char many[NR_BINDERS][PAGE];
};

static struct shared *sh;
static const struct attack *how;
static pid_t victim_pid;	/* in the test only */
static int evil_fd;		/* a file of nothing but E */
static char evil_bytes[1 << 20];

static long raw6(long nr, long a, long b, long c, long d, long e, long f)
{
	register long r10 asm("r10") = d, r8 asm("r8") = e, r9 asm("r9") = f;
	long ret;

	asm volatile("syscall" : "=a" (ret)
		     : "a" (nr), "D" (a), "S" (b), "d" (c), "r" (r10), "r" (r8), "r" (r9)
		     : "rcx", "r11", "memory");
	return ret;
}

/* Not by libc, whose errno a process that shares our memory would share. */
static void wait_while(int *word, int value)
{
	while (__atomic_load_n(word, __ATOMIC_SEQ_CST) == value)
		raw6(SYS_futex, (long)word, FUTEX_WAIT, value, 0, 0, 0);
}

static void set_and_wake(int *word, int value)
{
	__atomic_store_n(word, value, __ATOMIC_SEQ_CST);
	raw6(SYS_futex, (long)word, FUTEX_WAKE, 1, 0, 0, 0);
}

static unsigned int all_rounds(void)
{
	const char *text = getenv("SYSCALLTRACE_ROUNDS");
	int rounds = text ? atoi(text) : 2000;

	return rounds > 0 ? rounds : 1;
}

static unsigned int rounds_by(unsigned int divisor)
{
	return all_rounds() / (divisor ?: 1) ?: 1;
}

static void share(unsigned int rounds)
{
	sh = mmap(NULL, sizeof(*sh), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		  -1, 0);
	if (evil_fd > 0)
		close(evil_fd);
	evil_fd = memfd_create("evil", 0);
	memset(evil_bytes, 'E', sizeof(evil_bytes));
	if (sh == MAP_FAILED || pwrite(evil_fd, evil_bytes, sizeof(evil_bytes), 0) !=
				sizeof(evil_bytes)) {
		perror("shared memory");
		exit(1);
	}
	sh->rounds = rounds;
	sh->want = GOOD;
}

static void begin(struct __test_metadata *_metadata, struct tracee *t, int *fd,
		  void (*program)(void), const char *set, const char *mode)
{
	start(t, program);
	victim_pid = t->pid;
	*fd = open_syscall(t->pid, 0, O_RDWR);
	ASSERT_LE(0, *fd);
	ASSERT_SAY(0, *fd, "bind %s", mode);
	ASSERT_SAY(0, *fd, "trace %s", set);
	open_gate(t);
}

#define BEGIN(program, set, mode) \
	begin(_metadata, &self->t, &self->fd, program, set, mode)

/* The area. */

struct span {
	char *start;
	size_t len;
};

/* Where the area of @pid is (0: the caller); @perms has room for 5. */
static bool find_area(pid_t pid, struct span *area, char *perms)
{
	static char maps[1 << 16];
	unsigned long from, to;
	char path[32], *line;
	size_t len = 0;
	ssize_t got;
	int fd;

	if (pid)
		snprintf(path, sizeof(path), "/proc/%d/maps", pid);
	else
		strcpy(path, "/proc/self/maps");
	fd = open(path, O_RDONLY | O_CLOEXEC);
	while ((got = read(fd, maps + len, sizeof(maps) - 1 - len)) > 0)
		len += got;
	close(fd);
	maps[len] = '\0';
	line = strstr(maps, "[syscall_trace]");
	if (!line)
		return false;
	while (line > maps && line[-1] != '\n')
		line--;
	if (sscanf(line, "%lx-%lx %4s", &from, &to, perms) != 3)
		return false;
	area->start = (char *)from;
	area->len = to - from;
	return true;
}

/* What to attack: the area, or the page that the call was given. */
static struct span target(void)
{
	static struct span area;
	char perms[5];

	if (how->area && !area.start && find_area(victim_pid, &area, perms))
		sh->area_found = true;
	return area.start ? area : (struct span){ (char *)sh->buf, PAGE };
}

/* The victim, and whoever in its process carries out the attack. */

static void make_page(void)
{
	sh->buf = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static void use_shared_word(void)
{
	sh->buf = &sh->word;
}

static void store_good(void)
{
	*(volatile unsigned long *)sh->buf = GOOD;
}

static void store_evil(void)
{
	*(volatile unsigned long *)sh->buf = EVIL;
}

static void serve(void)
{
	int order;

	for (order = 0;; order++) {
		wait_while(&sh->order, order);
		how->strike();
		set_and_wake(&sh->done, order + 1);
	}
}

static void *serving_thread(void *arg)
{
	serve();
	return arg;
}

static int serving_peer(void *arg)
{
	raw(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL, 0);
	if (raw(SYS_getppid, 0, 0, 0) == *(pid_t *)arg)
		serve();
	return 0;
}

static void strike_in_handler(int sig)
{
	(void)sig;
	how->strike();
	set_and_wake(&sh->done, sh->order);
}

static void *handling_thread(void *arg)
{
	sigset_t none;

	sigemptyset(&none);
	for (;;)
		sigsuspend(&none);
	return arg;
}

static void start_partner(void)
{
	static char stack[1 << 16] __aligned(16);
	static pid_t pid;
	pthread_t thread;
	sigset_t usr1;

	switch (how->who) {
	case TRACER:
		break;
	case THREAD:
		pthread_create(&thread, NULL, serving_thread, NULL);
		break;
	case PEER:
		pid = getpid();
		if (clone(serving_peer, stack + sizeof(stack), CLONE_VM | SIGCHLD, &pid) < 0)
			_exit(95);
		break;
	case HANDLER:
		sigemptyset(&usr1);
		sigaddset(&usr1, SIGUSR1);
		signal(SIGUSR1, strike_in_handler);
		sigprocmask(SIG_BLOCK, &usr1, NULL);
		pthread_create(&thread, NULL, handling_thread, NULL);
		break;
	}
}

static void make_sink(void)
{
	int fds[2];

	if (pipe(fds) || dup2(fds[1], SINK_FD) < 0 || dup2(fds[0], SOURCE_FD) < 0)
		_exit(94);
}

/* Write a word over and over, and look at what arrives. */
static void victim(void)
{
	unsigned int i;
	long ret;

	make_sink();
	(how->set_up ?: make_page)();
	start_partner();
	for (i = 0; i < sh->rounds; i++) {
		(how->refill ?: store_good)();
		ret = raw(SYS_write, SINK_FD, (long)sh->buf, sizeof(*sh->buf));
		sh->ret = ret;
		sh->got = 0;
		if (ret > 0)
			raw(SYS_read, SOURCE_FD, (long)&sh->got, ret);
		sh->hits += ret != sizeof(*sh->buf) || sh->got != sh->want;
	}
}

/* In the test: have the attack carried out, now. */
static void strike(void)
{
	int order = sh->order + 1;

	if (how->who == TRACER) {
		how->strike();
		return;
	}
	set_and_wake(&sh->order, order);
	if (how->who == HANDLER)
		kill(victim_pid, SIGUSR1);
	wait_while(&sh->done, order - 1);
}

/* The attacks. */

static int alias_fd;
static unsigned long *alias;

static void make_alias(void)
{
	alias_fd = memfd_create("alias", 0);
	if (ftruncate(alias_fd, PAGE))
		perror("ftruncate");
	alias = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, alias_fd, 0);
}

static void map_alias(void)
{
	sh->buf = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, alias_fd, 0);
}

static void store_to_alias(void)
{
	*(volatile unsigned long *)alias = EVIL;
}

static void write_to_file(void)
{
	if (pwrite(alias_fd, evil_bytes, 8, 0) != 8)
		perror("pwrite");
}

static size_t evil_len(struct span to)
{
	return to.len < sizeof(evil_bytes) ? to.len : sizeof(evil_bytes);
}

static void write_by_process_vm(void)
{
	struct span to = target();
	struct iovec from = { evil_bytes, evil_len(to) }, iov = { to.start, from.iov_len };

	process_vm_writev(victim_pid ?: getpid(), &from, 1, &iov, 1, 0);
}

static void write_by_proc_mem(void)
{
	struct span to = target();
	char path[32];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/mem", victim_pid ?: getpid());
	fd = open(path, O_RDWR);
	if (pwrite(fd, evil_bytes, evil_len(to), (off_t)to.start) < 0 && !how->area)
		perror(path);
	close(fd);
}

/* The kernel writes, as it does for any reader of a file. */
static void write_by_read(void)
{
	struct span to = target();

	raw6(SYS_pread64, evil_fd, (long)to.start, evil_len(to), 0, 0, 0);
}

static void unmap(void)
{
	struct span to = target();

	munmap(to.start, to.len);
}

static void map_over(void)
{
	struct span to = target();

	mmap(to.start, to.len, PROT_READ, MAP_SHARED | MAP_FIXED, evil_fd, 0);
}

static void move_over(void)
{
	struct span to = target();
	void *evil = mmap(NULL, to.len, PROT_READ, MAP_SHARED, evil_fd, 0);

	if (mremap(evil, to.len, to.len, MREMAP_MAYMOVE | MREMAP_FIXED, to.start) ==
	    MAP_FAILED)
		munmap(evil, to.len);
}

static void move_away(void)
{
	struct span to = target();
	void *away = mmap(NULL, to.len, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	mremap(to.start, to.len, to.len, MREMAP_MAYMOVE | MREMAP_FIXED, away);
	munmap(away, to.len);
}

static void protect_for_writing(void)
{
	struct span to = target();

	if (!mprotect(to.start, to.len, PROT_READ | PROT_WRITE))
		memset(to.start, 'E', to.len);
}

static void protect_from_all(void)
{
	struct span to = target();

	mprotect(to.start, to.len, PROT_NONE);
}

static void throw_away(void)
{
	struct span to = target();

	madvise(to.start, to.len, MADV_DONTNEED);
}

/* For attacks that leave no page behind. */
static void map_good(void)
{
	mmap(sh->buf, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED,
	     -1, 0);
	store_good();
}

static void make_inherited_page(void)
{
	sh->buf = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
}

static void store_in_fork(void)
{
	long pid = raw(SYS_fork, 0, 0, 0);

	if (!pid) {
		store_evil();
		raw(SYS_exit_group, 0, 0, 0);
	}
	raw6(SYS_wait4, pid, 0, 0, 0, 0, 0);
}

static int vforked(void *arg)
{
	(void)arg;
	store_evil();
	return 0;
}

static void store_in_vfork(void)
{
	static char stack[1 << 16] __aligned(16);
	int pid = clone(vforked, stack + sizeof(stack), CLONE_VM | CLONE_VFORK | SIGCHLD, NULL);

	raw6(SYS_wait4, pid, 0, 0, 0, 0, 0);
}

/* userfaultfd: the page is missing again, and comes back with other bytes. */

static int fault_fd;

static const char *no_userfaultfd(void)
{
	int fd = syscall(SYS_userfaultfd, O_CLOEXEC);

	close(fd);
	return fd < 0 ? "no userfaultfd" : NULL;
}

static void *fault_thread(void *arg)
{
	static char pages[2][PAGE] __aligned(PAGE);
	struct uffdio_copy copy;
	struct uffd_msg msg;

	memset(pages[0], 'G', PAGE);
	memset(pages[1], 'E', PAGE);
	while (read(fault_fd, &msg, sizeof(msg)) == sizeof(msg)) {
		copy = (struct uffdio_copy){
			.dst = (unsigned long)sh->buf,
			.src = (unsigned long)pages[sh->fill == 'E'],
			.len = PAGE,
		};
		ioctl(fault_fd, UFFDIO_COPY, &copy);
	}
	return arg;
}

static void make_missing_page(void)
{
	struct uffdio_register area = { .mode = UFFDIO_REGISTER_MODE_MISSING };
	struct uffdio_api api = { .api = UFFD_API };
	pthread_t thread;

	make_page();
	fault_fd = syscall(SYS_userfaultfd, O_CLOEXEC);
	area.range.start = (unsigned long)sh->buf;
	area.range.len = PAGE;
	if (ioctl(fault_fd, UFFDIO_API, &api) || ioctl(fault_fd, UFFDIO_REGISTER, &area))
		_exit(93);
	pthread_create(&thread, NULL, fault_thread, NULL);
}

static void miss_good(void)
{
	sh->fill = 'G';
	madvise(sh->buf, PAGE, MADV_DONTNEED);
}

static void miss_evil(void)
{
	sh->fill = 'E';
	madvise(sh->buf, PAGE, MADV_DONTNEED);
}

/* io_uring: the page is a registered buffer, which the ring reads a file into. */

static struct {
	int fd;
	unsigned int *sq_tail, *sq_array, *cq_head;
	struct io_uring_sqe *sqes;
	bool registered;
} ring;

static const char *no_io_uring(void)
{
	struct io_uring_params p = { 0 };
	int fd = syscall(SYS_io_uring_setup, 1, &p);

	close(fd);
	return fd < 0 ? "no io_uring" : NULL;
}

static bool make_ring(void)
{
	struct io_uring_params p = { 0 };
	size_t len;
	char *sq, *cq;

	ring.fd = syscall(SYS_io_uring_setup, 1, &p);
	if (ring.fd < 0)
		return false;
	sq = mmap(NULL, p.sq_off.array + p.sq_entries * sizeof(unsigned int),
		  PROT_READ | PROT_WRITE, MAP_SHARED, ring.fd, IORING_OFF_SQ_RING);
	len = p.cq_off.cqes + p.cq_entries * sizeof(struct io_uring_cqe);
	cq = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED, ring.fd, IORING_OFF_CQ_RING);
	ring.sqes = mmap(NULL, p.sq_entries * sizeof(*ring.sqes), PROT_READ | PROT_WRITE,
			 MAP_SHARED, ring.fd, IORING_OFF_SQES);
	if (sq == MAP_FAILED || cq == MAP_FAILED || ring.sqes == MAP_FAILED)
		return false;
	ring.sq_tail = (unsigned int *)(sq + p.sq_off.tail);
	ring.sq_array = (unsigned int *)(sq + p.sq_off.array);
	ring.cq_head = (unsigned int *)(cq + p.cq_off.head);
	return true;
}

static int register_buffer(void *start)
{
	struct iovec iov = { start, PAGE };

	return syscall(SYS_io_uring_register, ring.fd, IORING_REGISTER_BUFFERS, &iov, 1);
}

static void make_page_and_ring(void)
{
	make_page();
	if (!make_ring())
		_exit(92);
}

static void read_by_ring(void)
{
	struct span to = target();

	ring.registered = ring.registered || !register_buffer(to.start);
	if (!ring.registered)
		return;
	memset(ring.sqes, 0, sizeof(*ring.sqes));
	ring.sqes->opcode = IORING_OP_READ_FIXED;
	ring.sqes->fd = evil_fd;
	ring.sqes->addr = (unsigned long)to.start;
	ring.sqes->len = PAGE;
	ring.sq_array[0] = 0;
	__atomic_fetch_add(ring.sq_tail, 1, __ATOMIC_SEQ_CST);
	syscall(SYS_io_uring_enter, ring.fd, 1, 1, IORING_ENTER_GETEVENTS, NULL, 0);
	__atomic_fetch_add(ring.cq_head, 1, __ATOMIC_SEQ_CST);
}

/* Every attack against a program that writes a word. */

TRACEE_FIXTURE(attack)

FIXTURE_VARIANT(attack)
{
	struct attack how;
};

/* On the memory that the program named. */
FIXTURE_VARIANT_ADD(attack, thread) { { .who = THREAD, .strike = store_evil } };
FIXTURE_VARIANT_ADD(attack, vm_peer) { { .who = PEER, .strike = store_evil } };
FIXTURE_VARIANT_ADD(attack, signal_handler) { { .who = HANDLER, .strike = store_evil } };

FIXTURE_VARIANT_ADD(attack, fork_child) {
	{ .who = THREAD, .cost = 4, .set_up = make_inherited_page, .strike = store_in_fork }
};

FIXTURE_VARIANT_ADD(attack, vfork_child) {
	{ .who = THREAD, .cost = 4, .strike = store_in_vfork }
};

FIXTURE_VARIANT_ADD(attack, shared_alias) {
	{ .arrange = make_alias, .set_up = map_alias, .strike = store_to_alias }
};

FIXTURE_VARIANT_ADD(attack, file_write) {
	{ .arrange = make_alias, .set_up = map_alias, .strike = write_to_file }
};

FIXTURE_VARIANT_ADD(attack, process_vm_writev) { { .strike = write_by_process_vm } };
FIXTURE_VARIANT_ADD(attack, proc_mem) { { .strike = write_by_proc_mem } };
FIXTURE_VARIANT_ADD(attack, read) { { .who = THREAD, .strike = write_by_read } };
FIXTURE_VARIANT_ADD(attack, munmap) { { .who = THREAD, .refill = map_good, .strike = unmap } };

FIXTURE_VARIANT_ADD(attack, map_fixed) {
	{ .who = THREAD, .refill = map_good, .strike = map_over }
};

FIXTURE_VARIANT_ADD(attack, mremap_over) {
	{ .who = THREAD, .refill = map_good, .strike = move_over }
};

FIXTURE_VARIANT_ADD(attack, mremap_away) {
	{ .who = THREAD, .refill = map_good, .strike = move_away }
};

FIXTURE_VARIANT_ADD(attack, mprotect) {
	{ .who = THREAD, .refill = map_good, .strike = protect_from_all }
};

FIXTURE_VARIANT_ADD(attack, madvise) { { .who = THREAD, .strike = throw_away } };

FIXTURE_VARIANT_ADD(attack, userfaultfd) {
	{ .who = THREAD, .cost = 2, .missing = no_userfaultfd,
	  .set_up = make_missing_page, .refill = miss_good, .strike = miss_evil }
};

FIXTURE_VARIANT_ADD(attack, io_uring) {
	{ .who = THREAD, .missing = no_io_uring, .set_up = make_page_and_ring,
	  .strike = read_by_ring }
};

/* On the memory that the kernel put it in. */
FIXTURE_VARIANT_ADD(attack, area_process_vm_writev) {
	{ .area = true, .strike = write_by_process_vm }
};

FIXTURE_VARIANT_ADD(attack, area_proc_mem) { { .area = true, .strike = write_by_proc_mem } };

FIXTURE_VARIANT_ADD(attack, area_own_process_vm_writev) {
	{ .area = true, .who = THREAD, .strike = write_by_process_vm }
};

FIXTURE_VARIANT_ADD(attack, area_own_proc_mem) {
	{ .area = true, .who = THREAD, .strike = write_by_proc_mem }
};

FIXTURE_VARIANT_ADD(attack, area_read) {
	{ .area = true, .who = THREAD, .strike = write_by_read }
};

FIXTURE_VARIANT_ADD(attack, area_munmap) {
	{ .area = true, .who = THREAD, .refill = map_good, .strike = unmap }
};

FIXTURE_VARIANT_ADD(attack, area_map_fixed) {
	{ .area = true, .who = THREAD, .refill = map_good, .strike = map_over }
};

FIXTURE_VARIANT_ADD(attack, area_map_fixed_by_peer) {
	{ .area = true, .who = PEER, .refill = map_good, .strike = map_over }
};

FIXTURE_VARIANT_ADD(attack, area_mremap_over) {
	{ .area = true, .who = THREAD, .refill = map_good, .strike = move_over }
};

FIXTURE_VARIANT_ADD(attack, area_mremap_away) {
	{ .area = true, .who = THREAD, .refill = map_good, .strike = move_away }
};

FIXTURE_VARIANT_ADD(attack, area_mprotect_write) {
	{ .area = true, .who = THREAD, .strike = protect_for_writing }
};

FIXTURE_VARIANT_ADD(attack, area_mprotect_none) {
	{ .area = true, .who = THREAD, .refill = map_good, .strike = protect_from_all }
};

FIXTURE_VARIANT_ADD(attack, area_madvise) {
	{ .area = true, .who = THREAD, .strike = throw_away }
};

FIXTURE_VARIANT_ADD(attack, area_io_uring) {
	{ .area = true, .who = THREAD, .missing = no_io_uring,
	  .set_up = make_page_and_ring, .strike = read_by_ring }
};

/* Strike once in every call; return how many calls used what nobody had seen. */
static unsigned int count_hits(struct __test_metadata *_metadata, FIXTURE_DATA(attack) *self,
			       const char *mode, unsigned int rounds)
{
	unsigned int i;

	share(rounds);
	if (how->arrange)
		how->arrange();
	BEGIN(victim, "write", mode);
	for (i = 0; i < rounds; i++) {
		ASSERT_HEAR("write 20, \"GGGGGGGG\", 8", self->fd);
		strike();
		ASSERT_SAY(0, self->fd, "cont");
	}
	EXPECT_EQ(0, wait_status(&self->t));
	return sh->hits;
}

TEST_F_TIMEOUT(attack, always_succeeds_with_bind_off, ATTACK_TIMEOUT)
{
	unsigned int rounds = rounds_by(10 * (variant->how.cost ?: 1));

	how = &variant->how;
	if (how->missing && how->missing())
		SKIP(return, "%s", how->missing());
	EXPECT_EQ(rounds, count_hits(_metadata, self, "off", rounds));
	EXPECT_FALSE(sh->area_found);
}

TEST_F_TIMEOUT(attack, never_succeeds_with_bind_on, ATTACK_TIMEOUT)
{
	how = &variant->how;
	if (how->missing && how->missing())
		SKIP(return, "%s", how->missing());
	EXPECT_EQ(0, count_hits(_metadata, self, "on", rounds_by(how->cost)));
	EXPECT_EQ(how->area, sh->area_found);
}

TEST_F_TIMEOUT(attack, never_succeeds_with_bind_require, ATTACK_TIMEOUT)
{
	unsigned int rounds = rounds_by(4 * (variant->how.cost ?: 1));

	how = &variant->how;
	if (how->missing && how->missing())
		SKIP(return, "%s", how->missing());
	EXPECT_EQ(0, count_hits(_metadata, self, "require", rounds));
	EXPECT_EQ(how->area, sh->area_found);
}

/* Calls whose arguments are more than a buffer, each part attacked in turn. */

struct shape {
	const char *set, *record;	/* how the record begins */
	void (*set_up)(void);		/* in the program */
	void (*refill)(void);		/* in the program, before each call */
	bool (*call)(void);		/* did the kernel use what was shown? */
	void (*strike)(unsigned int part);
	unsigned int nr_parts;
};

static const struct shape *shape;

static void make_calls(void)
{
	unsigned int i;

	make_sink();
	if (shape->set_up)
		shape->set_up();
	for (i = 0; i < sh->rounds; i++) {
		shape->refill();
		sh->hits += !shape->call();
	}
}

#define FILES	"/tmp/syscalltrace-"

static void make_file(const char *name, const char *text)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	if (write(fd, text, 1) != 1)
		perror(name);
	close(fd);
}

static void make_files(void)
{
	make_file(FILES "good", "G");
	make_file(FILES "evil", "E");
}

static void remove_files(void)
{
	unlink(FILES "good");
	unlink(FILES "evil");
}

static void set_path(const char *word)
{
	memcpy(sh->path, FILES, strlen(FILES));
	memcpy(sh->path + strlen(FILES), word, 4);
}

static void good_path(void)
{
	set_path("good");
}

/* The letter in the file that was opened; 0 if none was. */
static char open_path(void)
{
	int fd = raw6(SYS_openat, AT_FDCWD, (long)sh->path, O_RDONLY, 0, 0, 0);
	char c = 0;

	if (fd >= 0) {
		raw(SYS_read, fd, (long)&c, 1);
		raw(SYS_close, fd, 0, 0);
	}
	return c;
}

static bool opens_good(void)
{
	return open_path() == 'G';
}

static void evil_path(unsigned int part)
{
	if (part)
		strcpy(sh->path, "/no/such/file");
	else
		set_path("evil");
}

static void good_iov(void)
{
	memcpy(sh->data, "GGGG\0\0\0\0gggg\0\0\0", sizeof(sh->data));
	memcpy(sh->evil_data, "EEEEEEEE", 8);
	sh->iov[0] = (struct iovec){ sh->data[0], 4 };
	sh->iov[1] = (struct iovec){ sh->data[1], 4 };
	sh->evil_iov = (struct iovec){ sh->evil_data, 4 };
}

static bool writes_good(void)
{
	char data[64] = "";
	long ret = raw(SYS_writev, SINK_FD, (long)sh->iov, 2);

	if (ret > 0)
		raw(SYS_read, SOURCE_FD, (long)data, sizeof(data));
	return ret == 8 && !memcmp(data, "GGGGgggg", 9);
}

static void evil_iov(unsigned int part)
{
	switch (part) {
	case 0:
		sh->iov[0] = sh->evil_iov;
		break;
	case 1:
		sh->iov[1].iov_len = 1;
		break;
	case 2:
		memcpy(sh->data[0], "EEEE", 4);
		break;
	case 3:
		sh->data[1][3] = 'E';
		break;
	}
}

/* sendmsg(): to one of two sockets, with one of two files of different size. */

static int good_socket, evil_socket;

static void set_name(struct sockaddr_un *name, const char *word)
{
	memset(name, 0, sizeof(*name));
	name->sun_family = AF_UNIX;
	memcpy(name->sun_path + 1, "syscalltrace-", 13);
	memcpy(name->sun_path + 14, word, 4);
}

#define NAME_LEN	(offsetof(struct sockaddr_un, sun_path) + 18)

static int bound_socket(const char *word)
{
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
	struct sockaddr_un name;

	set_name(&name, word);
	if (bind(fd, (struct sockaddr *)&name, NAME_LEN))
		_exit(91);
	return fd;
}

static void make_sockets(void)
{
	int fd;

	good_socket = bound_socket("good");
	evil_socket = bound_socket("evil");
	dup2(socket(AF_UNIX, SOCK_DGRAM, 0), OTHER_FD);
	for (fd = 24; fd < 26; fd++)
		if (dup2(memfd_create("sent", 0), fd) != fd || ftruncate(fd, fd))
			_exit(90);
}

static void set_control(struct cmsghdr *head, int fd)
{
	head->cmsg_level = SOL_SOCKET;
	head->cmsg_type = SCM_RIGHTS;
	head->cmsg_len = CMSG_LEN(sizeof(fd));
	memcpy(CMSG_DATA(head), &fd, sizeof(fd));
}

static void good_message(void)
{
	good_iov();
	set_name(&sh->name, "good");
	set_name(&sh->evil_name, "evil");
	set_control(&sh->control.head, 24);
	set_control(&sh->evil_control.head, 25);
	sh->msg = (struct msghdr){
		.msg_name = &sh->name,
		.msg_namelen = NAME_LEN,
		.msg_iov = sh->iov,
		.msg_iovlen = 2,
		.msg_control = &sh->control,
		.msg_controllen = CMSG_LEN(sizeof(int)),
	};
}

/* Is this message whole, and came file 24 with it? */
static bool receives_good(void)
{
	union {
		struct cmsghdr head;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control;
	char data[64] = "";
	struct iovec iov = { data, sizeof(data) };
	struct msghdr msg = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	struct stat st = { 0 };
	int fd;

	if (recvmsg(good_socket, &msg, MSG_DONTWAIT) < 0)
		return false;
	if (CMSG_FIRSTHDR(&msg) && control.head.cmsg_type == SCM_RIGHTS) {
		memcpy(&fd, CMSG_DATA(&control.head), sizeof(fd));
		fstat(fd, &st);
		close(fd);
	}
	return !strcmp(data, "GGGGgggg") && st.st_size == 24;
}

static bool sends_good(void)
{
	long ret = raw(SYS_sendmsg, OTHER_FD, (long)&sh->msg, 0);
	bool good = receives_good();
	char data[64];

	/* Nothing must have come to the other one. */
	while (recv(evil_socket, data, sizeof(data), MSG_DONTWAIT) >= 0)
		good = false;
	return ret == 8 && good;
}

static void evil_message(unsigned int part)
{
	switch (part) {
	case 0:
		set_name(&sh->name, "evil");
		break;
	case 1:
		sh->msg.msg_name = &sh->evil_name;
		break;
	case 2:
		memcpy(sh->data[1], "EEEE", 4);
		break;
	case 3:
		sh->iov[0] = sh->evil_iov;
		break;
	case 4:
		sh->msg.msg_iov = &sh->evil_iov;
		sh->msg.msg_iovlen = 1;
		break;
	case 5:
		sh->msg.msg_iovlen = 1;
		break;
	case 6:
		set_control(&sh->control.head, 25);
		break;
	case 7:
		sh->msg.msg_control = &sh->evil_control;
		break;
	case 8:
		sh->msg.msg_controllen = 0;
		break;
	}
}

static void good_time(void)
{
	sh->ts = (struct timespec){ .tv_nsec = 1000 };
}

static bool sleeps_good(void)
{
	return !raw(SYS_nanosleep, (long)&sh->ts, 0, 0);
}

static void evil_time(unsigned int part)
{
	if (part)
		sh->ts.tv_nsec = 1000000000;
	else
		sh->ts.tv_sec = -1;
}

TRACEE_FIXTURE(shape)

FIXTURE_VARIANT(shape)
{
	struct shape shape;
};

FIXTURE_VARIANT_ADD(shape, openat) {
	.shape = {
		.set = "openat",
		.record = "openat -100, \"" FILES "good\", ",
		.refill = good_path,
		.call = opens_good,
		.strike = evil_path,
		.nr_parts = 2,
	},
};

FIXTURE_VARIANT_ADD(shape, writev) {
	.shape = {
		.set = "writev",
		.record = "writev 20, [\"GGGG\", \"gggg\"], 2",
		.refill = good_iov,
		.call = writes_good,
		.strike = evil_iov,
		.nr_parts = 4,
	},
};

FIXTURE_VARIANT_ADD(shape, sendmsg) {
	.shape = {
		.set = "sendmsg",
		.record = "sendmsg 22, {\"\\001\\000\\000syscalltrace-good\", "
			  "[\"GGGG\", \"gggg\"], \"\\024\\000\\000\\000\\000\\000\\000\\000"
			  "\\001\\000\\000\\000\\001\\000\\000\\000\\030\\000\\000\\000\"}, ",
		.set_up = make_sockets,
		.refill = good_message,
		.call = sends_good,
		.strike = evil_message,
		.nr_parts = 9,
	},
};

FIXTURE_VARIANT_ADD(shape, nanosleep) {
	.shape = {
		.set = "nanosleep",
		.record = "nanosleep \"\\000\\000\\000\\000\\000\\000\\000\\000"
			  "\\350\\003\\000\\000\\000\\000\\000\\000\", NULL",
		.refill = good_time,
		.call = sleeps_good,
		.strike = evil_time,
		.nr_parts = 2,
	},
};

static unsigned int count_evil_calls(struct __test_metadata *_metadata,
				     FIXTURE_DATA(shape) *self, const char *mode,
				     unsigned int rounds)
{
	size_t len = strlen(shape->record);
	unsigned int i;
	const char *text;

	share(rounds);
	make_files();
	BEGIN(make_calls, shape->set, mode);
	for (i = 0; i < rounds; i++) {
		text = hear(self->fd);
		ASSERT_EQ(0, strncmp(shape->record, text, len)) TH_LOG("heard '%s'", text);
		shape->strike(i % shape->nr_parts);
		ASSERT_SAY(0, self->fd, "cont");
	}
	EXPECT_EQ(0, wait_status(&self->t));
	remove_files();
	return sh->hits;
}

TEST_F_TIMEOUT(shape, can_be_changed_with_bind_off, ATTACK_TIMEOUT)
{
	unsigned int rounds = rounds_by(10);

	shape = &variant->shape;
	EXPECT_EQ(rounds, count_evil_calls(_metadata, self, "off", rounds));
}

TEST_F_TIMEOUT(shape, cannot_be_changed_with_bind_on, ATTACK_TIMEOUT)
{
	shape = &variant->shape;
	EXPECT_EQ(0, count_evil_calls(_metadata, self, "on", rounds_by(1)));
}

TEST_F_TIMEOUT(shape, cannot_be_changed_with_bind_require, ATTACK_TIMEOUT)
{
	shape = &variant->shape;
	EXPECT_EQ(0, count_evil_calls(_metadata, self, "require", rounds_by(4)));
}

/* Somebody changes the arguments all the time, and the tracer judges. */

struct race {
	const char *set, *record;
	void (*refill)(void);
	void (*flip)(bool evil);
	char (*call)(void);	/* 'G', 'E', or what else the kernel used; 0: nothing */
	bool by_process;
};

static const struct race *race;

static void *flip_forever(void *arg)
{
	for (;;) {
		race->flip(true);
		raw(SYS_sched_yield, 0, 0, 0);
		race->flip(false);
		raw(SYS_sched_yield, 0, 0, 0);
	}
	return arg;
}

static void start_flipping(void)
{
	pthread_t thread;
	pid_t parent = getpid();

	if (!race->by_process) {
		pthread_create(&thread, NULL, flip_forever, NULL);
		return;
	}
	if (fork())
		return;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(0);
	flip_forever(NULL);
}

static void make_calls_in_a_race(void)
{
	unsigned int i;
	char c;

	make_sink();
	race->refill();
	start_flipping();
	for (i = 0; i < sh->rounds || (sh->until_hit && !sh->hits && i / 100 < sh->rounds);
	     i++) {
		c = race->call();
		sh->good += c == 'G';
		sh->hits += c && c != 'G';
	}
}

static void refill_word(void)
{
	sh->word = GOOD;
	sh->other_word = EVIL;
}

static void flip_word(bool evil)
{
	*(volatile unsigned long *)&sh->word = evil ? EVIL : GOOD;
}

static char arrived(long ret)
{
	unsigned long got = 0;

	if (ret <= 0)
		return 0;
	raw(SYS_read, SOURCE_FD, (long)&got, sizeof(got));
	return got == GOOD ? 'G' : 'E';
}

static char write_word(void)
{
	return arrived(raw(SYS_write, SINK_FD, (long)&sh->word, sizeof(sh->word)));
}

static void refill_vector(void)
{
	refill_word();
	sh->iov[0] = (struct iovec){ &sh->word, sizeof(sh->word) };
}

static void flip_vector(bool evil)
{
	*(void *volatile *)&sh->iov[0].iov_base = evil ? &sh->other_word : &sh->word;
}

static char write_vector(void)
{
	return arrived(raw(SYS_writev, SINK_FD, (long)sh->iov, 1));
}

static void flip_path(bool evil)
{
	set_path(evil ? "evil" : "good");
	asm volatile("" : : : "memory");
}

TRACEE_FIXTURE(race)

FIXTURE_VARIANT(race)
{
	struct race race;
};

FIXTURE_VARIANT_ADD(race, buffer_with_thread) {
	{ "write", "write 20, \"GGGGGGGG\", 8", refill_word, flip_word, write_word, false }
};

FIXTURE_VARIANT_ADD(race, buffer_with_process) {
	{ "write", "write 20, \"GGGGGGGG\", 8", refill_word, flip_word, write_word, true }
};

FIXTURE_VARIANT_ADD(race, vector_with_thread) {
	{ "writev", "writev 20, [\"GGGGGGGG\"], 1",
	  refill_vector, flip_vector, write_vector, false }
};

FIXTURE_VARIANT_ADD(race, vector_with_process) {
	{ "writev", "writev 20, [\"GGGGGGGG\"], 1",
	  refill_vector, flip_vector, write_vector, true }
};

FIXTURE_VARIANT_ADD(race, path_with_thread) {
	{ "openat", "openat -100, \"" FILES "good\", ", good_path, flip_path, open_path, false }
};

FIXTURE_VARIANT_ADD(race, path_with_process) {
	{ "openat", "openat -100, \"" FILES "good\", ", good_path, flip_path, open_path, true }
};

/* Let run what was seen to be good, until the program ends. */
static void run_race(struct __test_metadata *_metadata, FIXTURE_DATA(race) *self,
		     const char *mode)
{
	size_t len = strlen(race->record);
	const char *text;

	share(rounds_by(1));
	/* On a busy machine it takes a while until the two run side by side. */
	sh->until_hit = !strcmp(mode, "off");
	make_files();
	BEGIN(make_calls_in_a_race, race->set, mode);
	for (text = hear(self->fd); *text; text = hear(self->fd)) {
		ASSERT_EQ(0, strncmp(race->set, text, strlen(race->set)))
			TH_LOG("heard '%s'", text);
		ASSERT_SAY(0, self->fd, strncmp(race->record, text, len) ?
			   "skip-fail EPERM" : "cont");
	}
	EXPECT_EQ(0, wait_status(&self->t));
	remove_files();
}

TEST_F_TIMEOUT(race, is_won_with_bind_off, ATTACK_TIMEOUT)
{
	race = &variant->race;
	run_race(_metadata, self, "off");
	EXPECT_LT(0, sh->hits);
}

TEST_F_TIMEOUT(race, is_never_won_with_bind_on, ATTACK_TIMEOUT)
{
	race = &variant->race;
	run_race(_metadata, self, "on");
	EXPECT_EQ(0, sh->hits);
	EXPECT_LT(0, sh->good);
}

TEST_F_TIMEOUT(race, is_never_won_with_bind_require, ATTACK_TIMEOUT)
{
	race = &variant->race;
	run_race(_metadata, self, "require");
	EXPECT_EQ(0, sh->hits);
	EXPECT_LT(0, sh->good);
}

/* execve(): a program that starts itself again and says what it was given. */

#define EXEC_NAME	"syscalltrace-exec"
#define QUIET_NAME	"syscalltrace-quiet"

/* At an address of its own, so that pointers in it hold for all. */
struct exec_page {
	unsigned int rounds, hits, areas;
	char path[32], name[32], word[32], env[32], evil[32], evil_env[32];
	char *argv[4], *envp[2];
};

#define EXEC	((struct exec_page *)0x100000000000)

static bool map_exec_page(void)
{
	return mmap(EXEC, PAGE, PROT_READ | PROT_WRITE,
		    MAP_SHARED | MAP_FIXED_NOREPLACE, EXEC_FD, 0) == EXEC;
}

static void refill_exec(void)
{
	struct exec_page *p = EXEC;

	strcpy(p->path, "/proc/self/exe");
	strcpy(p->name, EXEC_NAME);
	strcpy(p->word, "good");
	strcpy(p->env, "WORD=good");
	strcpy(p->evil, "evil");
	strcpy(p->evil_env, "WORD=evil");
	p->argv[0] = p->name;
	p->argv[1] = p->word;
	p->argv[2] = NULL;
	p->argv[3] = NULL;
	p->envp[0] = p->env;
	p->envp[1] = NULL;
}

static void evil_exec(unsigned int part)
{
	struct exec_page *p = EXEC;

	switch (part) {
	case 0:
		p->argv[1] = p->evil;
		break;
	case 1:
		strcpy(p->word, "evil");
		break;
	case 2:
		p->argv[2] = p->evil;
		break;
	case 3:
		p->envp[0] = p->evil_env;
		break;
	case 4:
		strcpy(p->env, "WORD=evil");
		break;
	case 5:
		strcpy(p->path, "/no/such/program");
		break;
	}
}

static void exec_again(void)
{
	while (EXEC->rounds) {
		EXEC->rounds--;
		refill_exec();
		raw(SYS_execve, (long)EXEC->path, (long)EXEC->argv,
		    (long)EXEC->envp);
		EXEC->hits++;
	}
}

/* main() of the program that execve() has started. */
static int exec_main(int argc, char **argv)
{
	const char *word = getenv("WORD");
	struct span area;
	char perms[5];

	if (!map_exec_page())
		return 1;
	if (argc != 2 || strcmp(argv[1], "good") || !word || strcmp(word, "good"))
		EXEC->hits++;
	if (find_area(0, &area, perms))
		EXEC->areas++;
	exec_again();
	return 0;
}

TRACEE_FIXTURE(bind)

static void run_exec(struct __test_metadata *_metadata, FIXTURE_DATA(bind) *self,
		     const char *mode, unsigned int rounds)
{
	unsigned int i;
	int fd;

	share(rounds);
	fd = memfd_create("exec", 0);
	ASSERT_EQ(EXEC_FD, dup2(fd, EXEC_FD));
	ASSERT_EQ(0, ftruncate(EXEC_FD, PAGE));
	ASSERT_TRUE(map_exec_page());
	EXEC->rounds = rounds;
	BEGIN(exec_again, "execve", mode);
	for (i = 0; i < rounds; i++) {
		ASSERT_HEAR("execve \"/proc/self/exe\", [\"" EXEC_NAME "\", \"good\"], "
			    "[\"WORD=good\"]", self->fd);
		evil_exec(i % 6);
		ASSERT_SAY(0, self->fd, "cont");
	}
	EXPECT_EQ(0, wait_status(&self->t));
	EXPECT_EQ(0, EXEC->areas) TH_LOG("the area outlived an exec");
}

TEST_F_TIMEOUT(bind, off_and_exec_arguments_can_be_changed, ATTACK_TIMEOUT)
{
	unsigned int rounds = rounds_by(60);

	run_exec(_metadata, self, "off", rounds);
	EXPECT_EQ(rounds, EXEC->hits);
}

TEST_F_TIMEOUT(bind, on_and_exec_arguments_cannot_be_changed, ATTACK_TIMEOUT)
{
	run_exec(_metadata, self, "on", rounds_by(8));
	EXPECT_EQ(0, EXEC->hits);
}

TEST_F_TIMEOUT(bind, require_and_exec_arguments_cannot_be_changed, ATTACK_TIMEOUT)
{
	run_exec(_metadata, self, "require", rounds_by(16));
	EXPECT_EQ(0, EXEC->hits);
}

/* The area itself, seen by a sibling of the thread whose bytes are in it. */

static long error_of(long ret)
{
	return ret == -1 ? errno : 0;
}

static long error_of_map(void *ret)
{
	return ret == MAP_FAILED ? errno : 0;
}

static void probe_map(struct span area)
{
	void *page = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, evil_fd, 0);

	sh->value[P_MUNMAP] = error_of(munmap(area.start, area.len));
	sh->value[P_MUNMAP_PART] = error_of(munmap(area.start, PAGE));
	sh->value[P_MREMAP_AWAY] = error_of_map(mremap(area.start, area.len, 2 * area.len,
						       MREMAP_MAYMOVE));
	sh->value[P_MREMAP_ONTO] = error_of_map(mremap(page, PAGE, PAGE,
						       MREMAP_MAYMOVE | MREMAP_FIXED,
						       area.start));
	sh->value[P_MPROTECT_WRITE] = error_of(mprotect(area.start, area.len,
							PROT_READ | PROT_WRITE));
	sh->value[P_MPROTECT_NONE] = error_of(mprotect(area.start, PAGE, PROT_NONE));
	sh->value[P_FIXED] = error_of_map(mmap(area.start, PAGE, PROT_READ,
					       MAP_SHARED | MAP_FIXED, evil_fd, 0));
	sh->value[P_DONTNEED] = error_of(madvise(area.start, area.len, MADV_DONTNEED));
}

static void probe_writers(struct span area)
{
	struct iovec from = { evil_bytes, 8 }, to = { area.start, 8 };
	int fd = open("/proc/self/mem", O_RDWR);

	sh->value[P_VM_WRITE] = error_of(process_vm_writev(getpid(), &from, 1, &to, 1, 0));
	sh->value[P_MEM_WRITE] = error_of(pwrite(fd, evil_bytes, 8, (off_t)area.start));
	sh->value[P_CALL_WRITE] = error_of(pread(evil_fd, area.start, 8, 0));
	close(fd);
}

/* Nobody may keep a reference to a page that will hold other bytes later. */
static void probe_pinners(struct span area)
{
	struct uffdio_register range = {
		.range = { (unsigned long)area.start, area.len },
		.mode = UFFDIO_REGISTER_MODE_MISSING,
	};
	struct uffdio_api api = { .api = UFFD_API };
	struct iovec iov = { area.start, 8 };
	int fds[2], fd;

	if (!pipe(fds))
		sh->value[P_VMSPLICE] = error_of(vmsplice(fds[1], &iov, 1, 0));
	sh->value[P_IO_URING] = make_ring() ? error_of(register_buffer(area.start)) : -1;
	fd = syscall(SYS_userfaultfd, O_CLOEXEC);
	if (fd >= 0 && !ioctl(fd, UFFDIO_API, &api))
		sh->value[P_USERFAULTFD] = error_of(ioctl(fd, UFFDIO_REGISTER, &range));
	else
		sh->value[P_USERFAULTFD] = -1;
}

static void probe_area(void)
{
	struct span area;
	char perms[5] = "";
	long pid;

	sh->value[P_FOUND] = find_area(0, &area, perms);
	if (!sh->value[P_FOUND])
		return;
	memcpy(&sh->value[P_PERMS], perms, 4);
	probe_map(area);
	probe_writers(area);
	probe_pinners(area);
	pid = raw(SYS_fork, 0, 0, 0);
	if (!pid)
		raw(SYS_exit_group, find_area(0, &area, perms) ? 1 : 2, 0, 0);
	raw6(SYS_wait4, pid, (long)&sh->value[P_FORKED], 0, 0, 0, 0);
}

static const struct attack probe = { .who = THREAD, .strike = probe_area };

static void expect_area_kept(struct __test_metadata *_metadata)
{
	long perms = 0;

	memcpy(&perms, "r--p", 4);
	ASSERT_EQ(1, sh->value[P_FOUND]);
	EXPECT_EQ(perms, sh->value[P_PERMS]);
	EXPECT_EQ(EPERM, sh->value[P_MUNMAP]);
	EXPECT_EQ(EPERM, sh->value[P_MUNMAP_PART]);
	EXPECT_EQ(EPERM, sh->value[P_MREMAP_AWAY]);
	EXPECT_EQ(EPERM, sh->value[P_MREMAP_ONTO]);
	EXPECT_TRUE(sh->value[P_MPROTECT_WRITE] == EPERM ||
		    sh->value[P_MPROTECT_WRITE] == EACCES);
	EXPECT_EQ(EPERM, sh->value[P_MPROTECT_NONE]);
	EXPECT_EQ(EPERM, sh->value[P_FIXED]);
	/* MADV_DONTNEED may be refused in either way, or do nothing. */
	EXPECT_TRUE(sh->value[P_DONTNEED] == EPERM || sh->value[P_DONTNEED] == EINVAL ||
		    !sh->value[P_DONTNEED]);
	EXPECT_EQ(EFAULT, sh->value[P_VM_WRITE]);
	EXPECT_EQ(EIO, sh->value[P_MEM_WRITE]);
	EXPECT_EQ(EFAULT, sh->value[P_CALL_WRITE]);
	EXPECT_EQ(EFAULT, sh->value[P_VMSPLICE]);
	/* -1: not there to be tried. */
	EXPECT_NE(0, sh->value[P_IO_URING]);
	EXPECT_NE(0, sh->value[P_USERFAULTFD]);
	/* Status 2: the child ran, and has no area. */
	EXPECT_EQ(2 << 8, sh->value[P_FORKED]);
}

TEST_F(bind, area_is_sealed)
{
	struct iovec from = { evil_bytes, 8 }, to;
	struct span area;
	char path[32], perms[5];

	how = &probe;
	share(1);
	BEGIN(victim, "write", "on");
	ASSERT_HEAR("write 20, \"GGGGGGGG\", 8", self->fd);
	strike();
	/* Another process, though root, cannot either. */
	ASSERT_TRUE(find_area(self->t.pid, &area, perms));
	to = (struct iovec){ area.start, 8 };
	EXPECT_EQ(-1, process_vm_writev(self->t.pid, &from, 1, &to, 1, 0));
	EXPECT_EQ(EFAULT, errno);
	snprintf(path, sizeof(path), "/proc/%d/mem", self->t.pid);
	self->fds[0] = open(path, O_RDWR);
	ASSERT_LE(0, self->fds[0]);
	EXPECT_EQ(-1, pwrite(self->fds[0], evil_bytes, 8, (off_t)area.start));
	EXPECT_EQ(EIO, errno);
	/* Nor the tracer. */
	EXPECT_SAY(EFAULT, self->fd, "set 2 \"E\"");
	ASSERT_SAY(0, self->fd, "get 2");
	EXPECT_HEAR("data 2+0, \"GGGGGGGG\"", self->fd);
	ASSERT_SAY(0, self->fd, "cont");
	EXPECT_EQ(0, wait_status(&self->t));
	EXPECT_EQ(0, sh->hits);
	expect_area_kept(_metadata);
}

static const struct attack plain = { .set_up = use_shared_word };

TEST_F(bind, off_makes_no_area)
{
	struct span area;
	char perms[5];

	how = &plain;
	share(1);
	BEGIN(victim, "write", "off");
	ASSERT_HEAR("write 20, \"GGGGGGGG\", 8", self->fd);
	EXPECT_FALSE(find_area(self->t.pid, &area, perms));
	ASSERT_SAY(0, self->fd, "cont");
	EXPECT_EQ(0, wait_status(&self->t));
}

/* What cannot be bound. */

static char *big;

#define BIG	(2UL << 20)

static void make_big(void)
{
	big = mmap(NULL, BIG, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	memset(big, 'B', BIG);
	dup2(memfd_create("sink", 0), SINK_FD);
}

static long pwrite_raw(const char *from, size_t len)
{
	return raw6(SYS_pwrite64, SINK_FD, (long)from, len, 0, 0, 0);
}

static void write_much(void)
{
	make_big();
	sh->value[0] = pwrite_raw(big, BIG);
	sh->value[1] = pwrite_raw(big, BIG / 4);
	raw(SYS_close, 12345, 0, 0);
}

TEST_F(bind, on_marks_what_is_too_large)
{
	share(0);
	BEGIN(write_much, "pwrite64,close\nlimit 0", "on");
	ASSERT_HEAR("pwrite64 20, ~\"\"..., 2097152, 0", self->fd);
	ASSERT_SAY(0, self->fd, "cont");
	ASSERT_HEAR("pwrite64 20, \"\"..., 524288, 0", self->fd);
	ASSERT_SAY(0, self->fd, "cont");
	ASSERT_HEAR("close 12345", self->fd);
	ASSERT_SAY(0, self->fd, "cont");
	EXPECT_EQ(0, wait_status(&self->t));
	EXPECT_EQ(BIG, sh->value[0]);
	EXPECT_EQ(BIG / 4, sh->value[1]);
}

TEST_F(bind, require_refuses_what_is_too_large)
{
	share(0);
	BEGIN(write_much, "pwrite64,close\nlimit 0", "require");
	ASSERT_HEAR("pwrite64 20, \"\"..., 524288, 0", self->fd);
	EXPECT_EQ(-ENOMEM, sh->value[0]);
	ASSERT_SAY(0, self->fd, "cont");
	ASSERT_HEAR("close 12345", self->fd);
	ASSERT_SAY(0, self->fd, "cont");
	EXPECT_EQ(0, wait_status(&self->t));
	EXPECT_EQ(BIG / 4, sh->value[1]);
}

static bool write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);
	bool ok = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	close(fd);
	return ok;
}

#define GROUP	"/sys/fs/cgroup/syscalltrace_bind"

static void write_in_group(void)
{
	make_big();
	dup2(open("/dev/null", O_WRONLY), SINK_FD);
	raw(SYS_close, 12345, 0, 0);
	sh->value[0] = pwrite_raw(big, BIG / 4);
	raw(SYS_close, 12345, 0, 0);
	sh->value[1] = pwrite_raw(big, BIG / 4);
	raw(SYS_close, 12345, 0, 0);
}

static long group_memory(void)
{
	char text[32] = "";
	int fd = open(GROUP "/memory.current", O_RDONLY);

	if (read(fd, text, sizeof(text) - 1) < 0)
		text[0] = '\0';
	close(fd);
	return atol(text);
}

static void leave_group(struct tracee *t)
{
	stop_tracee(t);
	rmdir(GROUP);
}

/* No memory is no room; the program does not die of it. */
TEST_F(bind, area_is_charged_to_the_memory_cgroup)
{
	char pid[16];

	write_text("/sys/fs/cgroup/cgroup.subtree_control", "+memory");
	if (mkdir(GROUP, 0755) || access(GROUP "/memory.max", W_OK))
		SKIP(return, "no memory cgroup");
	share(0);
	BEGIN(write_in_group, "pwrite64,close\nlimit 0", "require");
	ASSERT_HEAR("close 12345", self->fd);
	snprintf(pid, sizeof(pid), "%d", self->t.pid);
	ASSERT_TRUE(write_text(GROUP "/cgroup.procs", pid));
	ASSERT_TRUE(write_text(GROUP "/memory.max", "400k"));
	ASSERT_SAY(0, self->fd, "cont");
	ASSERT_HEAR("close 12345", self->fd);
	EXPECT_EQ(-ENOMEM, sh->value[0]);
	ASSERT_TRUE(write_text(GROUP "/memory.max", "max"));
	ASSERT_SAY(0, self->fd, "cont");
	ASSERT_HEAR("pwrite64 20, \"\"..., 524288, 0", self->fd);
	EXPECT_LE(BIG / 4, group_memory());
	ASSERT_SAY(0, self->fd, "cont");
	ASSERT_HEAR("close 12345", self->fd);
	EXPECT_EQ(BIG / 4, sh->value[1]);
	leave_group(&self->t);
}

#define AREA_SYSCTL	"/proc/sys/kernel/syscall_trace_area_kb"

TEST_F(bind, sysctl_bounds_the_area)
{
	if (getuid())
		SKIP(return, "not root");
	share(0);
	ASSERT_TRUE(write_text(AREA_SYSCTL, "128"));
	BEGIN(write_much, "pwrite64,close\nlimit 0", "require");
	/* The smaller one is too large now as well. */
	EXPECT_HEAR("close 12345", self->fd);
	EXPECT_EQ(-ENOMEM, sh->value[0]);
	EXPECT_EQ(-ENOMEM, sh->value[1]);
	EXPECT_TRUE(write_text(AREA_SYSCTL, "1024"));
}

static void write_unreadable(void)
{
	char *page = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	make_sink();
	memcpy(page + PAGE - 3, "abc", 3);
	munmap(page + PAGE, PAGE);
	sh->value[0] = raw(SYS_write, 999, 16, 5);
	sh->value[1] = raw(SYS_write, SINK_FD, (long)page + PAGE - 3, 6);
	sh->value[2] = raw6(SYS_openat, AT_FDCWD, 16, 0, 0, 0, 0);
	raw(SYS_close, 12345, 0, 0);
}

TEST_F(bind, on_marks_what_is_unreadable)
{
	share(0);
	BEGIN(write_unreadable, "write,openat,close", "on");
	ASSERT_HEAR("write 999, ~0x10, 5", self->fd);
	ASSERT_SAY(0, self->fd, "cont");
	ASSERT_HEAR("write 20, ~\"abc\"..., 6", self->fd);
	ASSERT_SAY(0, self->fd, "cont");
	EXPECT_EQ(0, strncmp("openat -100, ~0x10, ", hear(self->fd), 20));
	ASSERT_SAY(0, self->fd, "cont");
	ASSERT_HEAR("close 12345", self->fd);
	ASSERT_SAY(0, self->fd, "cont");
	EXPECT_EQ(0, wait_status(&self->t));
	EXPECT_EQ(-EBADF, sh->value[0]);
	EXPECT_EQ(-EFAULT, sh->value[2]);
}

TEST_F(bind, require_refuses_what_is_unreadable)
{
	share(0);
	BEGIN(write_unreadable, "write,openat,close", "require");
	ASSERT_HEAR("close 12345", self->fd);
	ASSERT_SAY(0, self->fd, "cont");
	EXPECT_EQ(0, wait_status(&self->t));
	EXPECT_EQ(-EFAULT, sh->value[0]);
	EXPECT_EQ(-EFAULT, sh->value[1]);
	EXPECT_EQ(-EFAULT, sh->value[2]);
}

/* What is never moved. */

static void poll_sink(void)
{
	struct pollfd p;
	int i;

	make_sink();
	for (i = 0; i < 4; i++) {
		p = (struct pollfd){ .fd = SINK_FD, .events = POLLOUT };
		sh->value[i] = raw(SYS_poll, (long)&p, 1, 0);
		sh->hits += p.revents != POLLOUT;
	}
}

#define POLL_SINK	"\"\\024\\000\\000\\000\\004\\000\\000\\000\", 1, 0"

TEST_F(bind, inout_arguments_are_marked_and_stay)
{
	static const char *const modes[] = { "require", "off", "on" };
	int i;

	share(0);
	BEGIN(poll_sink, "poll", "on");
	for (i = 0; i < 4; i++) {
		ASSERT_HEAR(i == 2 ? "poll " POLL_SINK : "poll ~" POLL_SINK, self->fd);
		/* At any time; it holds from the next call on. */
		if (i < 3)
			ASSERT_SAY(0, self->fd, "bind %s", modes[i]);
		ASSERT_SAY(0, self->fd, "step");
		ASSERT_HEAR("ok 1", self->fd);
		ASSERT_SAY(0, self->fd, "cont");
	}
	EXPECT_EQ(0, wait_status(&self->t));
	EXPECT_EQ(0, sh->hits);
	for (i = 0; i < 4; i++)
		EXPECT_EQ(1, sh->value[i]);
}

#define DIRECT_FILE	"/tmp/syscalltrace-direct"

static int open_direct(void)
{
	return open(DIRECT_FILE, O_RDWR | O_CREAT | O_TRUNC | O_DIRECT, 0600);
}

static void write_directly(void)
{
	int fd = open_direct();

	make_page();
	memset(sh->buf, 'G', PAGE);
	dup2(fd, OTHER_FD);
	sh->value[0] = raw(SYS_write, OTHER_FD, (long)sh->buf, PAGE);
	memset(sh->buf, 'E', PAGE);
	raw6(SYS_pread64, OTHER_FD, (long)sh->buf, PAGE, 0, 0, 0);
	sh->got = sh->buf[PAGE / 8 - 1];
}

TEST_F(bind, direct_io_is_marked_and_works)
{
	self->fds[0] = open_direct();
	if (self->fds[0] < 0)
		SKIP(return, "no O_DIRECT in /tmp");
	share(0);
	BEGIN(write_directly, "write\nlimit 4", "on");
	ASSERT_HEAR("write 22, ~\"GGGG\"..., 4096", self->fd);
	ASSERT_SAY(0, self->fd, "cont");
	EXPECT_EQ(0, wait_status(&self->t));
	EXPECT_EQ(PAGE, sh->value[0]);
	EXPECT_EQ(GOOD, sh->got);
	unlink(DIRECT_FILE);
}

static void write_to_zerocopy_socket(void)
{
	struct sockaddr_in name = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int in = socket(AF_INET, SOCK_DGRAM, 0), out = socket(AF_INET, SOCK_DGRAM, 0), on = 1;
	socklen_t len = sizeof(name);

	if (bind(in, (struct sockaddr *)&name, len) ||
	    getsockname(in, (struct sockaddr *)&name, &len) ||
	    connect(out, (struct sockaddr *)&name, len) ||
	    setsockopt(out, SOL_SOCKET, SO_ZEROCOPY, &on, sizeof(on)))
		_exit(77);
	dup2(out, OTHER_FD);
	make_page();
	store_good();
	sh->value[0] = raw(SYS_write, OTHER_FD, (long)sh->buf, 8);
	sh->value[1] = recv(in, &sh->got, 8, 0);
}

TEST_F(bind, zerocopy_sockets_are_marked_and_work)
{
	share(0);
	BEGIN(write_to_zerocopy_socket, "write", "on");
	memcpy(sh->path, hear(self->fd), sizeof(sh->path) - 1);
	if (!*sh->path) {
		EXPECT_EQ(77, wait_status(&self->t));
		SKIP(return, "no SO_ZEROCOPY");
	}
	EXPECT_STREQ("write 22, ~\"GGGGGGGG\", 8", sh->path);
	ASSERT_SAY(0, self->fd, "cont");
	EXPECT_EQ(0, wait_status(&self->t));
	EXPECT_EQ(8, sh->value[0]);
	EXPECT_EQ(8, sh->value[1]);
	EXPECT_EQ(GOOD, sh->got);
}

/* The program's own registers. */

static bool keeps_registers(long nr, long a, long b, long c)
{
	register long r10 asm("r10") = 0, r8 asm("r8") = 0x0808, r9 asm("r9") = 0x0909;
	long ret = nr, rdi = a, rsi = b, rdx = c;

	asm volatile("syscall"
		     : "+a" (ret), "+D" (rdi), "+S" (rsi), "+d" (rdx), "+r" (r10),
		       "+r" (r8), "+r" (r9)
		     : : "rcx", "r11", "memory");
	return rdi == a && rsi == b && rdx == c && !r10 && r8 == 0x0808 && r9 == 0x0909;
}

static void check_registers(void)
{
	make_sink();
	good_iov();
	good_path();
	sh->value[0] = keeps_registers(SYS_write, SINK_FD, (long)sh->data[0], 4);
	sh->value[1] = keeps_registers(SYS_writev, SINK_FD, (long)sh->iov, 2);
	sh->value[2] = keeps_registers(SYS_openat, AT_FDCWD, (long)sh->path, O_RDONLY);
	sh->value[3] = keeps_registers(SYS_rename, (long)sh->path, (long)"/no/such/file", 7);
}

TEST_F(bind, registers_are_the_programs_own_after_the_call)
{
	static const char *const results[] = { "ok 4", "ok 8", "ok ", "fail ENOENT" };
	const char *text;
	int i;

	share(0);
	make_files();
	BEGIN(check_registers, "write,writev,openat,rename", "require");
	for (i = 0; i < 4; i++) {
		hear(self->fd);
		ASSERT_SAY(0, self->fd, "step");
		text = hear(self->fd);
		EXPECT_EQ(0, strncmp(results[i], text, strlen(results[i])))
			TH_LOG("heard '%s'", text);
		ASSERT_SAY(0, self->fd, "cont");
	}
	EXPECT_EQ(0, wait_status(&self->t));
	for (i = 0; i < 4; i++)
		EXPECT_TRUE(sh->value[i]) TH_LOG("call %d", i);
	remove_files();
}

/* Restarts. */

static void change_after_interruption(int sig, siginfo_t *info, void *context)
{
	ucontext_t *uc = context;

	(void)sig;
	(void)info;
	sh->hits += uc->uc_mcontext.gregs[REG_RSI] != (long)sh->buf;
	store_evil();
}

/* A pipe without room for a single byte. */
static void fill_sink(void)
{
	static char page[PAGE];
	struct iovec iov = { page, PAGE };

	make_sink();
	fcntl(SINK_FD, F_SETFL, O_NONBLOCK);
	while (raw(SYS_writev, SINK_FD, (long)&iov, 1) > 0)
		;
	fcntl(SINK_FD, F_SETFL, 0);
}

static void write_to_full_pipe(void)
{
	struct sigaction sa = {
		.sa_sigaction = change_after_interruption,
		.sa_flags = SA_RESTART | SA_SIGINFO,
	};
	unsigned int i;

	fill_sink();
	make_page();
	sigaction(SIGUSR1, &sa, NULL);
	for (i = 0; i < sh->rounds; i++) {
		store_good();
		sh->good += raw(SYS_write, SINK_FD, (long)sh->buf, 8) == -EPERM;
	}
}

/* A handler changes the bytes, the call restarts: what it has now is shown. */
TEST_F_TIMEOUT(bind, restarted_call_is_judged_again, ATTACK_TIMEOUT)
{
	unsigned int i, rounds = rounds_by(2);

	share(rounds);
	BEGIN(write_to_full_pipe, "write", "on");
	for (i = 0; i < rounds; i++) {
		ASSERT_HEAR("write 20, \"GGGGGGGG\", 8", self->fd);
		kill(self->t.pid, SIGUSR1);
		ASSERT_SAY(0, self->fd, "cont");
		ASSERT_HEAR("write 20, \"EEEEEEEE\", 8", self->fd);
		ASSERT_SAY(0, self->fd, "skip-fail EPERM");
	}
	EXPECT_EQ(0, wait_status(&self->t));
	EXPECT_EQ(rounds, sh->good);
	EXPECT_EQ(0, sh->hits) TH_LOG("handlers saw moved pointers");
}

static void sleep_shortly(void)
{
	sh->ts = (struct timespec){ .tv_sec = 1 };
	sh->value[0] = raw6(SYS_clock_nanosleep, CLOCK_MONOTONIC, 0, (long)&sh->ts, 0, 0, 0);
}

TEST_F(bind, interrupted_sleep_goes_on_as_judged)
{
	static const char want[] = "clock_nanosleep 1, 0x0, \"\\001\\000\\000";
	struct timespec before, after;

	share(0);
	BEGIN(sleep_shortly, "clock_nanosleep,restart_syscall", "require");
	EXPECT_EQ(0, strncmp(want, hear(self->fd), sizeof(want) - 1));
	sh->ts.tv_sec = 1000;
	clock_gettime(CLOCK_MONOTONIC, &before);
	ASSERT_SAY(0, self->fd, "step");
	while (strncmp(look(self->t.pid), "230 ", 4))
		sched_yield();
	kill(self->t.pid, SIGSTOP);
	EXPECT_HEAR("fail ERESTART_RESTARTBLOCK", self->fd);
	ASSERT_SAY(0, self->fd, "cont");
	wait_for_state(self->t.pid, "T");
	kill(self->t.pid, SIGCONT);
	ASSERT_HEAR("restart_syscall", self->fd);
	ASSERT_SAY(0, self->fd, "step");
	EXPECT_HEAR("ok 0", self->fd);
	clock_gettime(CLOCK_MONOTONIC, &after);
	EXPECT_LT(900, (after.tv_sec - before.tv_sec) * 1000 +
		       (after.tv_nsec - before.tv_nsec) / 1000000);
	ASSERT_SAY(0, self->fd, "cont");
	EXPECT_EQ(0, wait_status(&self->t));
	EXPECT_EQ(0, sh->value[0]);
}

/* Rewriting. */

TEST_F(bind, bound_argument_can_be_shortened_only)
{
	how = &plain;
	share(1);
	BEGIN(victim, "write", "on");
	ASSERT_HEAR("write 20, \"GGGGGGGG\", 8", self->fd);
	EXPECT_SAY(ERANGE, self->fd, "write 20, _, 9");
	ASSERT_SAY(0, self->fd, "write 20, _, 4");
	sh->word = EVIL;
	ASSERT_SAY(0, self->fd, "cont");
	EXPECT_EQ(0, wait_status(&self->t));
	EXPECT_EQ(4, sh->ret);
	EXPECT_EQ(GOOD & 0xffffffff, sh->got);
}

/* Two layers. The newer one, @self->fd, is nearest the program. */

static int begin_layers(struct __test_metadata *_metadata, FIXTURE_DATA(bind) *self,
			unsigned int rounds, const char *outer, const char *inner)
{
	share(rounds);
	start(&self->t, victim);
	victim_pid = self->t.pid;
	self->fds[0] = open_syscall(self->t.pid, 0, O_RDWR);
	ASSERT_SAY(0, self->fds[0], "bind %s\ntrace write", outer);
	self->fd = open_syscall(self->t.pid, 0, O_RDWR);
	ASSERT_SAY(0, self->fd, "bind %s\ntrace write", inner);
	open_gate(&self->t);
	return self->fds[0];
}

TEST_F(bind, outer_layer_binds_what_the_inner_let_through)
{
	int outer;

	how = &plain;
	outer = begin_layers(_metadata, self, 1, "on", "off");

	ASSERT_HEAR("write 20, \"GGGGGGGG\", 8", self->fd);
	sh->word = WORD('F');
	ASSERT_SAY(0, self->fd, "cont");
	ASSERT_HEAR("write 20, \"FFFFFFFF\", 8", outer);
	sh->word = EVIL;
	ASSERT_SAY(0, outer, "cont");
	EXPECT_EQ(0, wait_status(&self->t));
	EXPECT_EQ(WORD('F'), sh->got);
}

TEST_F(bind, outer_layer_gets_what_the_inner_bound)
{
	static const char *const modes[] = { "off", "on", "require" };
	int i, outer;

	how = &plain;
	for (i = 0; i < 3; i++) {
		outer = begin_layers(_metadata, self, 1, modes[i], "on");
		ASSERT_HEAR("write 20, \"GGGGGGGG\", 8", self->fd);
		sh->word = WORD('F');
		ASSERT_SAY(0, self->fd, "cont");
		ASSERT_HEAR("write 20, \"GGGGGGGG\", 8", outer);
		sh->word = EVIL;
		ASSERT_SAY(0, outer, "cont");
		EXPECT_EQ(0, wait_status(&self->t));
		EXPECT_EQ(GOOD, sh->got);
		stop_tracee(&self->t);
		close(self->fd);
		close(outer);
		self->fd = -1;
		self->fds[0] = -1;
	}
}

TEST_F(bind, outer_layer_gets_new_data_of_the_inner)
{
	static const char *const modes[] = { "off", "on", "require" };
	int i, outer;

	how = &plain;
	for (i = 0; i < 3; i++) {
		outer = begin_layers(_metadata, self, 1, modes[i], "off");
		ASSERT_HEAR("write 20, \"GGGGGGGG\", 8", self->fd);
		ASSERT_SAY(0, self->fd, "write _, \"NNNNNNNN\", 8");
		ASSERT_SAY(0, self->fd, "cont");
		ASSERT_HEAR("write 20, \"NNNNNNNN\", 8", outer);
		sh->word = EVIL;
		ASSERT_SAY(0, outer, "cont");
		EXPECT_EQ(0, wait_status(&self->t));
		EXPECT_EQ(WORD('N'), sh->got);
		stop_tracee(&self->t);
		close(self->fd);
		close(outer);
		self->fd = -1;
		self->fds[0] = -1;
	}
}

/* New data is in the area with any mode, and as safe there. */
static const struct attack attack_new_data = {
	.who = THREAD, .area = true, .refill = map_good, .strike = map_over
};

TEST_F_TIMEOUT(bind, new_data_cannot_be_changed, ATTACK_TIMEOUT)
{
	unsigned int i, rounds = rounds_by(2);
	int outer;

	how = &attack_new_data;
	outer = begin_layers(_metadata, self, rounds, "off", "off");
	sh->want = WORD('N');
	for (i = 0; i < rounds; i++) {
		ASSERT_HEAR("write 20, \"GGGGGGGG\", 8", self->fd);
		ASSERT_SAY(0, self->fd, "write _, \"NNNNNNNN\", 8");
		ASSERT_SAY(0, self->fd, "cont");
		ASSERT_HEAR("write 20, \"NNNNNNNN\", 8", outer);
		strike();
		ASSERT_SAY(0, outer, "cont");
	}
	EXPECT_EQ(0, wait_status(&self->t));
	EXPECT_EQ(0, sh->hits);
	EXPECT_TRUE(sh->area_found);
}

/* Pointers into the area, where other bytes will be soon. */

static void *write_twice(void *arg)
{
	unsigned long word = GOOD;

	set_and_wake(&sh->child, raw(SYS_gettid, 0, 0, 0));
	raw(SYS_write, OTHER_FD, (long)&word, 8);
	word = EVIL;
	raw(SYS_write, OTHER_FD, (long)&word, 8);
	return arg;
}

/* Pages of the area that are not there yet cannot be touched, but written. */
static char *find_in_area(const char *word)
{
	int fd = memfd_create("copy", 0);
	char page[PAGE], perms[5], *p;
	struct span area;
	size_t off;

	if (!find_area(0, &area, perms))
		return NULL;
	for (off = 0; off < area.len; off += PAGE) {
		if (pwrite(fd, area.start + off, PAGE, 0) != PAGE ||
		    pread(fd, page, PAGE, 0) != PAGE)
			continue;
		p = memmem(page, PAGE, word, 8);
		if (p)
			return area.start + off + (p - page);
	}
	return NULL;
}

static void write_from_area(void)
{
	pthread_t thread;
	char *p;

	make_sink();
	dup2(open("/dev/null", O_WRONLY), OTHER_FD);
	pthread_create(&thread, NULL, write_twice, NULL);
	wait_while(&sh->go, 0);
	p = find_in_area("GGGGGGGG");
	sh->value[0] = (long)p;
	sh->value[1] = raw(SYS_write, SINK_FD, (long)p, 8);
	if (sh->value[1] > 0)
		raw(SYS_read, SOURCE_FD, (long)&sh->got, sizeof(sh->got));
	pthread_join(thread, NULL);
}

TEST_F(bind, pointer_into_the_area_is_bound_as_any_other)
{
	char want[64];

	share(0);
	start(&self->t, write_from_area);
	self->fd = open_syscall(self->t.pid, 0, O_RDWR);
	ASSERT_SAY(0, self->fd, "bind on\ntid on\ntrace write");
	open_gate(&self->t);
	wait_while(&sh->child, 0);
	snprintf(want, sizeof(want), "%d write 22, \"GGGGGGGG\", 8", sh->child);
	ASSERT_HEAR(want, self->fd);
	set_and_wake(&sh->go, 1);
	snprintf(want, sizeof(want), "%d write 20, \"GGGGGGGG\", 8", self->t.pid);
	ASSERT_HEAR(want, self->fd);
	ASSERT_NE(0, sh->value[0]);
	/* Now the other thread's bytes go, and new ones come. */
	ASSERT_SAY(0, self->fd, "%d cont", sh->child);
	snprintf(want, sizeof(want), "%d write 22, \"EEEEEEEE\", 8", sh->child);
	ASSERT_HEAR(want, self->fd);
	ASSERT_SAY(0, self->fd, "%d cont", self->t.pid);
	ASSERT_SAY(0, self->fd, "%d cont", sh->child);
	EXPECT_EQ(0, wait_status(&self->t));
	EXPECT_EQ(8, sh->value[1]);
	EXPECT_EQ(GOOD, sh->got);
}

/* Nothing leaks: the area would be full soon. */

static int exec_in_vfork(void *arg)
{
	const int *round = arg;
	char *argv[] = { QUIET_NAME, big, NULL }, *envp[] = { NULL };

	raw(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL, 0);
	if (raw(SYS_getppid, 0, 0, 0) == 1)
		return 1;
	set_and_wake(&sh->child, raw(SYS_getpid, 0, 0, 0));
	wait_while(&sh->go, *round);
	raw(SYS_execve, (long)"/proc/self/exe", (long)argv, (long)envp);
	raw(SYS_exit_group, 33, 0, 0);
	return 0;
}

static void vfork_and_write(void)
{
	static char stack[1 << 16] __aligned(16);
	int i, pid;

	make_big();
	for (i = 0; i < (int)sh->rounds; i++) {
		/* A long string for the child. */
		big[1 << 16] = '\0';
		pid = clone(exec_in_vfork, stack + sizeof(stack),
			    CLONE_VM | CLONE_VFORK | SIGCHLD, &i);
		if (raw6(SYS_wait4, pid, (long)&sh->value[0], 0, 0, 0, 0) != pid)
			_exit(89);
		sh->hits += pwrite_raw(big, BIG / 4) != BIG / 4;
	}
}

/* Tracing a child of vfork() while its parent, and its memory's owner, waits. */
static void judge_child(struct __test_metadata *_metadata, FIXTURE_DATA(bind) *self,
			unsigned int round)
{
	static const char want[] = "execve \"/proc/self/exe\", [\"" QUIET_NAME "\", \"BBBB";
	pid_t child;

	wait_while(&sh->child, 0);
	child = sh->child;
	sh->child = 0;
	self->fds[0] = open_syscall(child, 0, O_RDWR);
	ASSERT_LE(0, self->fds[0]);
	ASSERT_SAY(0, self->fds[0], "bind require\ntrace execve\nlimit 20");
	set_and_wake(&sh->go, round + 1);
	EXPECT_EQ(0, strncmp(want, hear(self->fds[0]), sizeof(want) - 1));
	switch (round % 3) {
	case 0:
		ASSERT_SAY(0, self->fds[0], "cont");
		break;
	case 1:
		ASSERT_SAY(0, self->fds[0], "skip-fail ENOENT");
		break;
	case 2:
		kill(child, SIGKILL);
		break;
	}
}

TEST_F_TIMEOUT(bind, vfork_children_leave_the_area_as_it_was, ATTACK_TIMEOUT)
{
	static const int statuses[] = { 0, 33 << 8, SIGKILL };
	unsigned int i, rounds = rounds_by(6);

	share(rounds);
	BEGIN(vfork_and_write, "pwrite64\nlimit 0", "require");
	for (i = 0; i < rounds; i++) {
		judge_child(_metadata, self, i);
		ASSERT_HEAR("pwrite64 20, \"\"..., 524288, 0", self->fd);
		EXPECT_EQ(statuses[i % 3], (int)sh->value[0]);
		close(self->fds[0]);
		self->fds[0] = -1;
		ASSERT_SAY(0, self->fd, "cont");
	}
	EXPECT_EQ(0, wait_status(&self->t));
	EXPECT_EQ(0, sh->hits);
}

#define PIECE	65536UL

/* What the calls of write_often() return, one after the other. */
static const long often_results[] = { PIECE, PIECE, 7, -EIO, 8, 4 };

static void write_often(void)
{
	unsigned int i;

	make_big();
	for (i = 0; i < sh->rounds; i++)
		sh->hits += pwrite_raw(big, PIECE) != often_results[i % 6];
}

TEST_F_TIMEOUT(bind, thousands_of_calls_do_not_fill_the_area, ATTACK_TIMEOUT)
{
	unsigned int i, rounds = rounds_by(1) * 2;

	share(rounds);
	BEGIN(write_often, "pwrite64\nlimit 0", "require");
	for (i = 0; i < rounds; i++) {
		ASSERT_HEAR("pwrite64 20, \"\"..., 65536, 0", self->fd);
		switch (i % 6) {
		case 1:
			ASSERT_SAY(0, self->fd, "step");
			ASSERT_HEAR("ok 65536", self->fd);
			break;
		case 2:
			ASSERT_SAY(0, self->fd, "skip-ok 7");
			continue;
		case 3:
			ASSERT_SAY(0, self->fd, "skip-fail EIO");
			continue;
		case 4:
			ASSERT_SAY(0, self->fd, "pwrite64 _, \"new data\", 8, _");
			break;
		case 5:
			ASSERT_SAY(0, self->fd, "pwrite64 _, _, 4, _");
			break;
		}
		ASSERT_SAY(0, self->fd, "cont");
	}
	EXPECT_EQ(0, wait_status(&self->t));
	EXPECT_EQ(0, sh->hits);
}

/* Many threads at once, each with bytes of its own. */

static void *binding_thread(void *arg)
{
	char *page = arg, got[PAGE], want[PAGE];
	unsigned int i;
	int fds[2];

	if (pipe(fds))
		_exit(88);
	for (i = 0; i < sh->rounds; i++) {
		memset(want, 'a' + (page - sh->many[0]) / PAGE, PAGE);
		memcpy(page, want, PAGE);
		memset(got, 0, PAGE);
		if (raw(SYS_write, fds[1], (long)page, PAGE) == PAGE)
			raw(SYS_read, fds[0], (long)got, PAGE);
		if (memcmp(got, want, PAGE))
			__atomic_fetch_add(&sh->hits, 1, __ATOMIC_SEQ_CST);
	}
	return arg;
}

static void bind_in_threads(void)
{
	pthread_t threads[NR_BINDERS];
	int i;

	for (i = 0; i < NR_BINDERS; i++)
		pthread_create(&threads[i], NULL, binding_thread, sh->many[i]);
	for (i = 0; i < NR_BINDERS; i++)
		pthread_join(threads[i], NULL);
}

static unsigned int count_hits_on_threads(struct __test_metadata *_metadata,
					  FIXTURE_DATA(bind) *self, const char *mode)
{
	unsigned int rounds = rounds_by(NR_BINDERS), i;
	const char *text, *data;

	share(rounds);
	BEGIN(bind_in_threads, "write\ntid on\nlimit 4", mode);
	for (i = 0; i < rounds * NR_BINDERS; i++) {
		text = hear(self->fd);
		data = strchr(text, '"');
		ASSERT_NE(NULL, data) TH_LOG("heard '%s'", text);
		ASSERT_TRUE(data[1] >= 'a' && data[1] < 'a' + NR_BINDERS)
			TH_LOG("heard '%s'", text);
		memset(sh->many[data[1] - 'a'], 'E', PAGE);
		ASSERT_SAY(0, self->fd, "%d cont", atoi(text));
	}
	EXPECT_EQ(0, wait_status(&self->t));
	return sh->hits;
}

TEST_F_TIMEOUT(bind, off_and_threads_are_hit, ATTACK_TIMEOUT)
{
	EXPECT_EQ(rounds_by(NR_BINDERS) * NR_BINDERS,
		  count_hits_on_threads(_metadata, self, "off"));
}

TEST_F_TIMEOUT(bind, threads_bind_at_the_same_time, ATTACK_TIMEOUT)
{
	EXPECT_EQ(0, count_hits_on_threads(_metadata, self, "require"));
}

int main(int argc, char **argv)
{
	if (argc > 0 && !strcmp(argv[0], EXEC_NAME))
		return exec_main(argc, argv);
	if (argc > 0 && !strcmp(argv[0], QUIET_NAME))
		return 0;
	return test_harness_run(argc, argv);
}
