// SPDX-License-Identifier: GPL-2.0
/*
 * A program for vdso_test to trace, which calls the functions of the vDSO. Usage:
 * vdso_prog_ABI MODE, see modes[]. Built without libc, for each ABI. It ends when
 * it finds something wrong.
 */

#include <asm/errno.h>
#include <asm/mman.h>
#include <asm/signal.h>
#include <asm/unistd.h>
#include <linux/auxvec.h>
#include <linux/elf.h>
#include <linux/mman.h>
#include <linux/posix_types.h>
#include <linux/prctl.h>
#include <linux/sched.h>
#include <stdbool.h>
#include <stddef.h>

#include "vdso_prog.h"

/* As in common.h, which needs a libc. */
#define OUT_FD		10
#define GATE_FD		11

#define STACK_SIZE	16384
#define PAGE_SIZE	4096
#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define FORK_PAGES	512
#define BAD_CLOCK	12345
#define THREAD_FLAGS	(CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | \
			 CLONE_THREAD | CLONE_SYSVSEM)

#ifdef __LP64__
#define elf_hdr		elf64_hdr
#define elf_phdr	elf64_phdr
#define elf_sym		elf64_sym
#else
#define elf_hdr		elf32_hdr
#define elf_phdr	elf32_phdr
#define elf_sym		elf32_sym
#endif

/* The vDSO of x32 is native code, and makes native calls. */
#if defined(__x86_64__) && defined(__ILP32__)
#define NATIVE(nr)	((nr) & ~__X32_SYSCALL_BIT)
#else
#define NATIVE(nr)	(nr)
#endif

enum clock {
	REALTIME	= 0,
	MONOTONIC	= 1,
	REALTIME_COARSE	= 5,
	MONOTONIC_COARSE = 6,
	BOOTTIME	= 7,
	TAI		= 11,
};

enum function {
	CLOCK_GETTIME,
	GETTIMEOFDAY,
	TIME,
	CLOCK_GETRES,
	GETCPU,
#ifdef __NR_clock_gettime64
	CLOCK_GETTIME64,
#elif defined(__LP64__)
	GETRANDOM,
#endif
	NR_FUNCTIONS,
};

static const struct {
	const char *name;
	__kernel_ulong_t nr;
} functions[] = {
	[CLOCK_GETTIME]	= { "__vdso_clock_gettime", NATIVE(__NR_clock_gettime) },
	[GETTIMEOFDAY]	= { "__vdso_gettimeofday", NATIVE(__NR_gettimeofday) },
	[TIME]		= { "__vdso_time", NATIVE(__NR_time) },
	[CLOCK_GETRES]	= { "__vdso_clock_getres", NATIVE(__NR_clock_getres) },
	[GETCPU]	= { "__vdso_getcpu", NATIVE(__NR_getcpu) },
#ifdef __NR_clock_gettime64
	[CLOCK_GETTIME64] = { "__vdso_clock_gettime64", __NR_clock_gettime64 },
#elif defined(__LP64__)
	[GETRANDOM]	= { "__vdso_getrandom", __NR_getrandom },
#endif
};

/* struct timespec or timeval, as these calls have it. */
struct stamp {
	__kernel_long_t sec;
	__kernel_long_t frac;
};

/* What a thread has been told of the time. */
struct seen {
	unsigned int slot;	/* its own */
	struct stamp fine;
	struct stamp coarse;
	__kernel_long_t time;
};

/* Where they are; 0: make system calls instead. */
static __kernel_ulong_t places[NR_FUNCTIONS];
static struct vdso_share *share;
static const char *own_path;
static char stacks[NR_SLOTS][STACK_SIZE];

int spoilt;	/* a function has not kept the registers that it should */

/* -------------------------------- calls ---------------------------------- */

#define P(pointer)	((__kernel_ulong_t)(unsigned long)(pointer))
#define CALL(nr, ...)	do_call(nr, &(const struct args){ { __VA_ARGS__ } })
#define DIRECT(f, ...)	do_call(functions[f].nr, &(const struct args){ { __VA_ARGS__ } })
#define VDSO(f, ...)	use_vdso(f, &(const struct args){ { __VA_ARGS__ } })

#define CHECK(is_right)							\
do {									\
	if (!(is_right))						\
		fail(__LINE__);						\
} while (0)

static void fail(unsigned int line)
{
	share->line = line;
	CALL(__NR_exit_group, 1);
}

static void tell(long long value)
{
	CHECK(CALL(__NR_write, OUT_FD, P(&value), sizeof(value)) == sizeof(value));
}

static void wait_at_gate(void)
{
	char c;

	tell(0);
	CHECK(CALL(__NR_read, GATE_FD, P(&c), 1) == 1);
}

static void *map(__kernel_ulong_t size, int prot, int flags, int fd)
{
#ifdef __NR_mmap2
	__kernel_long_t at = CALL(__NR_mmap2, 0, size, prot, flags, fd, 0);
#else
	__kernel_long_t at = CALL(__NR_mmap, 0, size, prot, flags, fd, 0);
#endif

	if (at < 0 && at > -PAGE_SIZE)
		CALL(__NR_exit_group, 2);
	return (void *)(unsigned long)at;
}

static __kernel_ulong_t top_of_stack(unsigned int slot)
{
	return (P(stacks[slot]) + STACK_SIZE) & -16;
}

static __kernel_long_t use_vdso(enum function f, const struct args *args)
{
	__kernel_long_t ret;

	if (!places[f])
		return do_call(functions[f].nr, args);
	ret = do_function(places[f], args);
	CHECK(!spoilt);
	return ret;
}

static bool is_equal(const char *a, const char *b)
{
	while (*a && *a == *b) {
		a++;
		b++;
	}
	return *a == *b;
}

/* As Elf32_Dyn or Elf64_Dyn. */
struct dynamic_entry {
	unsigned long tag;
	unsigned long value;
};

static void find_functions(unsigned long base)
{
	const struct elf_hdr *head = (void *)base;
	const struct elf_phdr *segment = (void *)(base + head->e_phoff);
	const struct elf_sym *symbols = NULL;
	const unsigned int *hash = NULL;
	const char *names = NULL;
	const struct dynamic_entry *dyn;
	unsigned int f, i;

	while (segment->p_type != PT_DYNAMIC)
		segment++;
	for (dyn = (void *)(base + segment->p_vaddr); dyn->tag != DT_NULL; dyn++) {
		if (dyn->tag == DT_SYMTAB)
			symbols = (void *)(base + dyn->value);
		if (dyn->tag == DT_STRTAB)
			names = (void *)(base + dyn->value);
		if (dyn->tag == DT_HASH)
			hash = (void *)(base + dyn->value);
	}
	for (f = 0; f < NR_FUNCTIONS; f++) {
		for (i = 0; i < hash[1]; i++)
			if (is_equal(names + symbols[i].st_name, functions[f].name))
				places[f] = base + symbols[i].st_value;
		CHECK(places[f]);
	}
}

/* -------------------------------- checks --------------------------------- */

static bool is_later(const struct stamp *a, const struct stamp *b)
{
	return a->sec > b->sec || (a->sec == b->sec && a->frac > b->frac);
}

static void check_clock(enum clock clock, struct stamp *last)
{
	struct stamp now = { -1, -1 };

	CHECK(!(int)VDSO(CLOCK_GETTIME, clock, P(&now)));
	CHECK(now.sec >= 0 && now.frac >= 0 && now.frac < 1000000000);
	if (last) {
		CHECK(!is_later(last, &now));
		*last = now;
	} else {
		CHECK(now.sec > 1000000000);
	}
}

#ifdef __NR_clock_gettime64
static void check_others(struct seen *seen)
{
	struct {
		long long sec;
		long long nsec;
	} now = { -1, -1 };

	CHECK(!VDSO(CLOCK_GETTIME64, MONOTONIC_COARSE, P(&now)));
	CHECK(now.nsec >= 0 && now.nsec < 1000000000);
	CHECK(!is_later(&seen->coarse, &(struct stamp){ now.sec, now.nsec }));
}
#elif defined(__LP64__)
static struct {
	unsigned int size;
	unsigned int prot;
	unsigned int flags;
	unsigned int reserved[13];
} random_params;
static char *random_states[NR_SLOTS];

/* Each thread has a page. Who gets no form of them does without. */
static void prepare_random(void)
{
	__kernel_long_t ret = VDSO(GETRANDOM, 0, 0, 0, P(&random_params), -1);
	unsigned int i;

	CHECK(!ret || ret == -ENOSYS);
	for (i = 0; !ret && i < NR_SLOTS; i++)
		random_states[i] = map(PAGE_SIZE, random_params.prot,
				       random_params.flags, -1);
}

static void check_others(struct seen *seen)
{
	__kernel_ulong_t buffer[4] = { };

	CHECK(VDSO(GETRANDOM, P(buffer), sizeof(buffer), 0, P(random_states[seen->slot]),
		   random_params.size) == sizeof(buffer));
	CHECK(buffer[0] && buffer[1] && buffer[2] && buffer[3] && buffer[0] != buffer[1]);
}
#else
static void check_others(struct seen *seen)
{
	(void)seen;
}
#endif

/* Call each function. What takes always a system call is left out. */
static void check(struct seen *seen)
{
	unsigned int cpu = -1, node = -1;
	struct stamp now = { -1, -1 };
	__kernel_long_t time = 0;

	check_clock(MONOTONIC_COARSE, &seen->coarse);
	check_clock(REALTIME_COARSE, NULL);
	if (!share->slow_clock) {
		check_clock(MONOTONIC, &seen->fine);
		check_clock(REALTIME, NULL);
		CHECK(!(int)VDSO(GETTIMEOFDAY, P(&now)));
		CHECK(now.sec > 1000000000 && now.frac >= 0 && now.frac < 1000000);
	}
	CHECK(VDSO(TIME, P(&time)) == time);
	/* Where a second begins, vDSO and system call may differ. */
	CHECK(time > 1000000000 && time >= seen->time - 1);
	seen->time = time;
	CHECK(!(int)VDSO(CLOCK_GETRES, MONOTONIC_COARSE, P(&now)));
	CHECK(!now.sec && now.frac >= 100000 && now.frac <= 10000000);
	CHECK(!(int)VDSO(GETCPU, P(&cpu), P(&node)));
	CHECK(cpu < 4096 && node < 1024);
	check_others(seen);
}

/* Compare with what system calls return. */
static void compare(void)
{
	static const enum clock clocks[] = {
		REALTIME, MONOTONIC, REALTIME_COARSE, MONOTONIC_COARSE, BOOTTIME, TAI,
	};
	struct stamp before, now, after;
	__kernel_long_t early, late, time;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(clocks); i++) {
		CHECK(!DIRECT(CLOCK_GETTIME, clocks[i], P(&before)));
		CHECK(!(int)VDSO(CLOCK_GETTIME, clocks[i], P(&now)));
		CHECK(!DIRECT(CLOCK_GETTIME, clocks[i], P(&after)));
		CHECK(!is_later(&before, &now) && !is_later(&now, &after));
		CHECK(!DIRECT(CLOCK_GETRES, clocks[i], P(&before)));
		CHECK(!(int)VDSO(CLOCK_GETRES, clocks[i], P(&now)));
		CHECK(before.sec == now.sec && before.frac == now.frac);
	}
	CHECK(!DIRECT(GETTIMEOFDAY, P(&before)));
	CHECK(!(int)VDSO(GETTIMEOFDAY, P(&now)));
	CHECK(!DIRECT(GETTIMEOFDAY, P(&after)));
	CHECK(!is_later(&before, &now) && !is_later(&now, &after));
	early = DIRECT(TIME);
	time = VDSO(TIME);
	late = DIRECT(TIME);
	CHECK(time >= early && time <= late + 1);
	CHECK((int)VDSO(CLOCK_GETTIME, BAD_CLOCK, P(&now)) == -EINVAL);
	CHECK((int)VDSO(CLOCK_GETRES, BAD_CLOCK, P(&now)) == -EINVAL);
	CHECK(!(int)VDSO(GETTIMEOFDAY));
	CHECK(!(int)VDSO(GETCPU));
#ifdef __LP64__
	CHECK(VDSO(GETRANDOM, P(&now), sizeof(now), -1) == -EINVAL);
#endif
}

/* -------------------------------- modes ---------------------------------- */

static void execute_once(void)
{
	unsigned long args[] = { (unsigned long)own_path, (unsigned long)"once", 0 };

	CALL(__NR_execve, P(own_path), P(args), P(args + 2));
	CHECK(0);
}

static void spin(unsigned int slot)
{
	struct seen seen = { .slot = slot };

	for (;;) {
		check(&seen);
		if (share->compare)
			compare();
		if (share->execute == slot + 1)
			execute_once();
		share->rounds[slot]++;
	}
}

static void spin_in_first(void)
{
	spin(0);
}

static void spin_in_next(void)
{
	static unsigned int slot;

	spin(__sync_add_and_fetch(&slot, 1));
}

/* Each function once: tell the addresses given to it, what it returns and writes. */
static void call_once(void)
{
	static unsigned long long a[2], b[2];
	struct args args[NR_FUNCTIONS] = {
		[CLOCK_GETTIME]	= { { MONOTONIC_COARSE, P(a) } },
		[GETTIMEOFDAY]	= { { P(a), P(b) } },
		[TIME]		= { { P(a) } },
		[CLOCK_GETRES]	= { { MONOTONIC_COARSE, P(a) } },
		[GETCPU]	= { { P(a), P(b), 0 } },
#ifdef __NR_clock_gettime64
		[CLOCK_GETTIME64] = { { MONOTONIC_COARSE, P(a) } },
#elif defined(__LP64__)
		[GETRANDOM]	= { { P(a), 16, 0 } },
#endif
	};
	unsigned int f;
	__kernel_long_t ret;

	tell(P(a));
	tell(P(b));
	for (f = 0; f < NR_FUNCTIONS; f++) {
		a[0] = 0;
		a[1] = 0;
		ret = use_vdso(f, &args[f]);
		tell(f == TIME ? ret : (int)ret);
		tell(a[0]);
		tell(a[1]);
	}
}

static void make_threads(void)
{
	int i;

	for (i = 1; i < NR_SLOTS; i++)
		CHECK(spawn(THREAD_FLAGS, top_of_stack(i), spin_in_next) > 0);
	spin(0);
}

static void die_with_parent(void)
{
	CALL(__NR_prctl, PR_SET_PDEATHSIG, SIGKILL);
}

static void fork_one(void)
{
	__kernel_long_t pid = CALL(__NR_fork);

	CHECK(pid >= 0);
	if (!pid)
		die_with_parent();
	else
		tell(pid);
	spin(!pid);
}

static void spin_and_share(void)
{
	die_with_parent();
	spin(1);
}

static void share_memory(void)
{
	__kernel_long_t pid = spawn(CLONE_VM | SIGCHLD, top_of_stack(1), spin_and_share);

	CHECK(pid > 0);
	tell(pid);
	spin(0);
}

static void check_and_exit(void)
{
	struct seen seen = { .slot = 1 };

	check(&seen);
	share->rounds[1]++;
	CALL(__NR_exit, 0);
}

static void vfork_many(void)
{
	struct seen seen = { };
	int status;

	for (;;) {
		CHECK(spawn(CLONE_VM | CLONE_VFORK | SIGCHLD, top_of_stack(1),
			    check_and_exit) > 0);
		CHECK(CALL(__NR_wait4, -1, P(&status)) > 0);
		CHECK(!status);
		check(&seen);
		share->rounds[0]++;
	}
}

/* Each child calls one function, and its exit status is what that has returned. */
static void fork_forever(unsigned int slot)
{
	__kernel_long_t pid;
	int status;

	for (;;) {
		pid = CALL(__NR_fork);
		CHECK(pid >= 0);
		if (!pid)
			CALL(__NR_exit_group, VDSO(GETCPU));
		CHECK(CALL(__NR_wait4, pid, P(&status)) == pid);
		share->rounds[slot]++;
	}
}

static void fork_in_thread(void)
{
	fork_forever(1);
}

/* So that one waits for the other to be done with the memory. */
static void fork_in_two_threads(void)
{
	char *memory = map(FORK_PAGES * PAGE_SIZE, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1);
	int i;

	for (i = 0; i < FORK_PAGES; i++)
		memory[i * PAGE_SIZE] = 1;
	CHECK(spawn(THREAD_FLAGS, top_of_stack(1), fork_in_thread) > 0);
	fork_forever(0);
}

static void move_places(__kernel_ulong_t to)
{
	unsigned int f;

	for (f = 0; f < NR_FUNCTIONS; f++)
		places[f] += to - share->vdso;
}

static void move_mapping(__kernel_ulong_t from, __kernel_ulong_t size, __kernel_ulong_t to)
{
	__kernel_long_t at = CALL(__NR_mremap, from, size, size, MREMAP_MAYMOVE | MREMAP_FIXED,
				  to);

	CHECK((__kernel_ulong_t)at == to);
}

/* As a program does that restores another one. */
static void move_vdso(void)
{
	__kernel_ulong_t to;

	wait_at_gate();
	to = P(map(share->vvar_size + share->vdso_size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS,
		   -1));
	move_mapping(share->vvar, share->vvar_size, to);
	to += share->vvar_size;
	move_mapping(share->vdso, share->vdso_size, to);
	move_places(to);
	spin(0);
}

static void unmap_vdso(void)
{
	unsigned int f;

	wait_at_gate();
	CHECK(!CALL(__NR_munmap, share->vdso, share->vdso_size));
	for (f = 0; f < NR_FUNCTIONS; f++)
		places[f] = 0;
	spin(0);
}

/* A copy of all its bytes, traps too, takes its place. */
static void copy_vdso(void)
{
	__kernel_long_t fd;

	wait_at_gate();
	fd = CALL(__NR_memfd_create, P("copy"), 0);
	CHECK(CALL(__NR_write, fd, share->vdso, share->vdso_size) ==
	      (__kernel_long_t)share->vdso_size);
	move_mapping(P(map(share->vdso_size, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd)),
		     share->vdso_size, share->vdso);
	spin(0);
}

/* Take it away, and have it mapped elsewhere. */
static void map_vdso(void)
{
	__kernel_ulong_t size, to;

	wait_at_gate();
	size = share->vvar_size + share->vdso_size;
	CHECK(!CALL(__NR_munmap, share->vvar, size));
	to = P(map(3 * size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1));
	CHECK(!CALL(__NR_munmap, to, 3 * size));
	CHECK(CALL(__NR_arch_prctl, share->map_code, to + size) > 0);
	move_places(to + size + share->vvar_size);
	spin(0);
}

static void handle_alarm(int sig)
{
	static struct seen seen;

	CHECK(sig == SIGALRM);
	check(&seen);
	share->rounds[1]++;
}

static void take_signals(void)
{
	const struct {
		void (*handler)(int sig);
		unsigned long flags;
		void (*restorer)(void);
		unsigned int mask[2];
	} action = { handle_alarm, SA_RESTORER | SA_SIGINFO, restore_signal, { } };
	const struct stamp interval[2] = { { 0, 2000 }, { 0, 2000 } };

	CHECK(!CALL(__NR_rt_sigaction, SIGALRM, P(&action), 0, sizeof(action.mask)));
	CHECK(!CALL(__NR_setitimer, 0, P(&interval), 0));
	spin(0);
}

static void halt_in_vdso(void)
{
	wait_at_gate();
	CHECK(!CALL(__NR_mprotect, share->vdso, share->vdso_size,
		    PROT_READ | PROT_WRITE | PROT_EXEC));
	*(unsigned char *)(unsigned long)places[GETCPU] = 0xf4;
	VDSO(GETCPU);
}

static void halt_elsewhere(void)
{
	/* So that there are traps. */
	VDSO(GETCPU);
	wait_at_gate();
	asm volatile("hlt");
}

/* Tell where a function is, and what it returns and writes. */
static void call_when_told(void)
{
	struct stamp res;
	__kernel_long_t ret;

	tell(places[CLOCK_GETRES]);
	for (;;) {
		wait_at_gate();
		res = (struct stamp){ -1, -1 };
		ret = VDSO(CLOCK_GETRES, MONOTONIC_COARSE, P(&res));
		tell((int)ret);
		tell(res.frac);
	}
}

#ifdef __LP64__
/* Only without a buffer this length asks for the form of a state. */
static void give_bad_state(void)
{
	char buffer[8];

	tell(VDSO(GETRANDOM, P(buffer), sizeof(buffer), 0, 0, -1));
}
#endif

static const struct {
	const char *name;
	void (*run)(void);
} modes[] = {
	{ "once",	call_once },
	{ "spin",	spin_in_first },
	{ "threads",	make_threads },
	{ "fork",	fork_one },
	{ "share",	share_memory },
	{ "vfork-many",	vfork_many },
	{ "fork-many",	fork_in_two_threads },
	{ "move",	move_vdso },
	{ "unmap",	unmap_vdso },
	{ "copy",	copy_vdso },
	{ "map",	map_vdso },
	{ "signals",	take_signals },
	{ "halt",	halt_in_vdso },
	{ "halt-elsewhere", halt_elsewhere },
	{ "when-told",	call_when_told },
#ifdef __LP64__
	{ "bad-state",	give_bad_state },
#endif
};

void run(unsigned long *stack)
{
	unsigned long argc = *stack, *p = stack + argc + 2;
	char **argv = (char **)stack + 1;
	unsigned int i;

	share = map(PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, SHARE_FD);
	own_path = argv[0];
	while (*p++)
		;
	while (p[0] != AT_NULL && p[0] != AT_SYSINFO_EHDR)
		p += 2;
	CHECK(p[0]);
	find_functions(p[1]);
#ifdef __LP64__
	prepare_random();
#endif
	for (i = 0; i < ARRAY_SIZE(modes); i++)
		if (is_equal(modes[i].name, argv[1]))
			modes[i].run();
	CALL(__NR_exit_group, 0);
}
