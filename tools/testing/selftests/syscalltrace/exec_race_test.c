// SPDX-License-Identifier: GPL-2.0
/*
 * Attach at random moments to a program that becomes set-id and plain again, over
 * and over: whenever it has privilege nobody traces it.
 *
 * The seed is printed; SEED=n in the environment repeats a run, and
 * SYSCALLTRACE_ROUNDS=n makes it longer.
 */

#include <sys/statvfs.h>

#include "cred.h"

/* What getppid() is made to return. */
#define FORGED		77
/* No descriptor: a program with privilege closes it, as a sign for tracers. */
#define PRIVILEGED_FD	32343

static char program[64], plain_program[64];

static bool make_programs(void)
{
	struct statvfs fs;

	scratch_path(program, sizeof(program), "program");
	scratch_path(plain_program, sizeof(plain_program), "plain");
	return copy_self(plain_program) && copy_self(program) && !chmod(program, 04755) &&
	       !statvfs(program, &fs) && !(fs.f_flag & (ST_NOSUID | ST_NOEXEC));
}

CRED_FIXTURE(race)

/* What a program tells. */
enum race {
	RACE_BROKEN,	/* privileged and traced */
	RACE_GAINED,	/* privileged */
	RACE_DENIED,	/* nothing gained, as it was traced */
	RACE_TRACED,	/* plain, and traced */
	NR_RACE,
};

static void spin(int rounds)
{
	while (rounds-- > 0)
		asm volatile("" : : : "memory");
}

static bool sees_forgery(int rounds)
{
	bool forged = false;

	while (rounds-- > 0)
		forged |= raw(SYS_getppid, 0, 0, 0) == FORGED;
	return forged;
}

/* The argument of the two programs: rounds left, a seed, and where both are. */
static unsigned int race_seed;

static char *race_argument(int left)
{
	static char text[128];

	snprintf(text, sizeof(text), "%d %u %s", left, race_seed, scratch);
	return text;
}

static int take_race_argument(const char *text)
{
	int left = 0;

	if (sscanf(text, "%d %u %47s", &left, &race_seed, scratch) != 3)
		_exit(92);
	scratch_path(program, sizeof(program), "program");
	scratch_path(plain_program, sizeof(plain_program), "plain");
	srand(race_seed + left);
	return left;
}

static void race_set_id(const char *text)
{
	int left = take_race_argument(text);

	if (geteuid()) {
		tell(RACE_DENIED);
	} else {
		raw(SYS_close, PRIVILEGED_FD, 0, 0);
		tell(sees_forgery(50) || tracers_of(getpid()) ? RACE_BROKEN : RACE_GAINED);
		become(USER, USER, 0);
	}
	exec_as(plain_program, "race-plain", race_argument(left - 1));
}

/* The other one, which users may attach to. */
static void race_plain(const char *text)
{
	int left = take_race_argument(text);

	if (!left)
		return;
	if (sees_forgery(rand() % 100))
		tell(RACE_TRACED);
	exec_as(program, "race-set-id", race_argument(left));
}

static int rounds_wanted(void)
{
	char *rounds = getenv("SYSCALLTRACE_ROUNDS");

	return rounds ? atoi(rounds) : 500;
}

static void race_begin(void)
{
	become(USER, USER, 0);
	exec_as(plain_program, "race-plain", race_argument(rounds_wanted()));
}

/* Shared with the attacker. */
struct attacker {
	bool stop;
	bool broken;
	long attached;
};

/* Trace for a while, and answer what stops. */
static bool see_privilege(int fd, int rounds)
{
	const char *text;

	while (rounds-- > 0) {
		text = hear(fd);
		if (!strcmp(text, "close 32343"))
			return true;
		if (!strncmp(text, "close", 5))
			say(fd, "cont");
	}
	return false;
}

static void attach_at_random(struct attacker *sh, pid_t pid)
{
	become(USER, USER, 0);
	while (!__atomic_load_n(&sh->stop, __ATOMIC_RELAXED)) {
		int fd = open_syscall(pid, 0, O_RDWR | O_NONBLOCK);

		if (fd < 0)
			continue;
		say(fd, "on getppid skip-ok %d", FORGED);
		spin(rand() % 20000);
		if (!say(fd, "trace close")) {
			sh->attached++;
			sh->broken |= see_privilege(fd, rand() % 100);
		}
		close(fd);
		spin(rand() % 20000);
	}
}

TEST_F_TIMEOUT(race, attach_races_with_exec, 300)
{
	struct attacker *sh = mmap(NULL, sizeof(*sh), PROT_READ | PROT_WRITE,
				   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	char *seed = getenv("SEED");
	long count[NR_RACE] = { }, what;
	pid_t pid;

	if (!make_programs())
		SKIP(return, "no set-id program can be made in /tmp");
	race_seed = seed ? atoi(seed) : time(NULL);
	TH_LOG("seed %u", race_seed);
	srand(race_seed);
	start(&self->t, race_begin);
	pid = fork();
	if (!pid) {
		attach_at_random(sh, self->t.pid);
		_exit(0);
	}
	open_gate(&self->t);
	while ((what = told(&self->t)) >= 0 && what < NR_RACE)
		count[what]++;
	sh->stop = true;
	EXPECT_EQ(0, status_of(pid));
	TH_LOG("%ld times attached, %ld gained, %ld denied, %ld seen", sh->attached,
	       count[RACE_GAINED], count[RACE_DENIED], count[RACE_TRACED]);
	EXPECT_EQ(0, wait_status(&self->t));
	EXPECT_EQ(0, count[RACE_BROKEN]);
	EXPECT_FALSE(sh->broken);
	EXPECT_EQ(rounds_wanted(), count[RACE_GAINED] + count[RACE_DENIED]);
	/* Both sides were there. */
	EXPECT_LT(0, count[RACE_GAINED]);
	EXPECT_LT(0, count[RACE_DENIED]);
}

int main(int argc, char **argv)
{
	const char *what = argc == 2 ? argv[1] : "";

	if (!strcmp(what, "race-set-id"))
		return race_set_id(argv[0]), 0;
	if (!strcmp(what, "race-plain"))
		return race_plain(argv[0]), 0;
	return run_cred_tests(argc, argv);
}
