// SPDX-License-Identifier: GPL-2.0
/*
 * Fuzz the file /proc/<pid>/syscall, and compare what it says with what it has to say.
 *
 *	file_fuzz [-s SEED] [-t SECONDS] [-r ROUND] [-v]
 *
 * In each round a few fuzzers open the files of a few tracees, of their threads, of
 * each other, arm them, read, answer, pass them on and close them, while tracees and
 * fuzzers are killed. What each process decides to do is in the random numbers that the
 * seed, the round and the number of the process begin: a finding prints them. -t: for so
 * long; -r: one round only, again and again: its number, or the words that a finding
 * prints; -v: tell of each round.
 *
 * What is a finding: a record or errno that the documentation does not allow, a call of
 * a tracee with a wrong result, a process that gets stuck or ends otherwise than
 * it has to. See file_fuzz_model.c.
 *
 * Where the kernel has KCOV, rounds that reached new places are kept, and others
 * begin as they did.
 */

#include <ctype.h>
#include <dirent.h>

#include "file_fuzz.h"

#define MAX_KEPT	256
#define TOLD_EVERY	10	/* seconds */

struct world *world;
int me = -1;
bool verbose;

static unsigned long seed = 1;
static unsigned long seconds = 20;
static const char *only;	/* the round to repeat */
static bool has_kcov;
static struct spec kept[MAX_KEPT];
static unsigned int nr_kept;
/* As in the world, which a tracee that got lost may write to. */
static pid_t pids[MAX_ACTORS];
static int mode, nr_tracees, nr_fuzzers;
static int expected_tracees;	/* that ended well */

/* --------------------------- random numbers ------------------------------- */

static unsigned long random_state;

static unsigned long mix(unsigned long n)
{
	n = (n ^ (n >> 30)) * 0xbf58476d1ce4e5b9ULL;
	n = (n ^ (n >> 27)) * 0x94d049bb133111ebULL;
	return n ^ (n >> 31);
}

static void begin_random(unsigned long from, unsigned long a, unsigned long b)
{
	random_state = mix(mix(mix(from + 0x9e3779b97f4a7c15ULL) + a) + b) | 1;
}

void begin_step(unsigned long step)
{
	const struct spec *spec = &world->spec;

	begin_random(step < spec->prefix ? spec->kept : spec->fresh, me + 1, step);
}

unsigned int below(unsigned int n)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (random_state >> 16) % n;
}

bool percent(unsigned int n)
{
	return below(100) < n;
}

/* --------------------------------- findings ------------------------------- */

void doing(const char *fmt, ...)
{
	struct actor *actor = &world->actors[me];
	unsigned long n = actor->steps;
	static unsigned long line;
	va_list ap;
	int len;

	len = snprintf(actor->doing[line % NR_STEPS], sizeof(actor->doing[0]), "%lu: ", n);
	va_start(ap, fmt);
	vsnprintf(actor->doing[line++ % NR_STEPS] + len, sizeof(actor->doing[0]) - len, fmt, ap);
	va_end(ap);
	actor->doing[line % NR_STEPS][0] = '\0';
}

void found(const char *fmt, ...)
{
	char text[2000];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (!world->found++)
		snprintf(world->finding, sizeof(world->finding), "process %d (pid %d): %s", me,
			 getpid(), text);
	if (me >= 0)
		_exit(3);
}

/* Print a file of a process. */
static void print_file(const char *path, const char *lines)
{
	char line[512], word[64];
	FILE *f = fopen(path, "re");

	while (f && fgets(line, sizeof(line), f)) {
		snprintf(word, sizeof(word), " %.*s ", (int)strcspn(line, ":"), line);
		if (!*lines || strstr(lines, word))
			fprintf(stderr, "#    %s%s", line, strchr(line, '\n') ? "" : "\n");
	}
	if (f)
		fclose(f);
}

static void print_process(pid_t pid)
{
	static const char * const files[] = { "wchan", "syscall", "stack" };
	char path[64], task[400];
	struct dirent *entry;
	unsigned int i;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	dir = opendir(path);
	while (dir && (entry = readdir(dir))) {
		if (!isdigit((unsigned char)entry->d_name[0]))
			continue;
		fprintf(stderr, "# thread %s of process %d:\n", entry->d_name, pid);
		snprintf(task, sizeof(task), "%s/%s/status", path, entry->d_name);
		print_file(task,
			   " Name State Tgid PPid TracerPid SyscallTracers SigPnd ShdPnd SigCgt ");
		for (i = 0; i < ARRAY_SIZE(files); i++) {
			snprintf(task, sizeof(task), "%s/%s/%s", path, entry->d_name, files[i]);
			print_file(task, "");
		}
	}
	if (dir)
		closedir(dir);
}

static void print_steps(int who)
{
	struct actor *actor = &world->actors[who];
	int i, first = 0;

	if (!actor->pid)
		return;
	/* The one behind the last is empty. */
	for (i = 0; i < NR_STEPS; i++)
		if (!actor->doing[i][0])
			first = i + 1;
	fprintf(stderr, "# process %d (pid %d%s%s), %lu steps:\n", who, actor->pid,
		who < MAX_TRACEES ? ", " : "", who < MAX_TRACEES ? kind_names[actor->kind] : "",
		actor->steps);
	for (i = 0; i < NR_STEPS; i++)
		if (actor->doing[(first + i) % NR_STEPS][0])
			fprintf(stderr, "#    %s\n", actor->doing[(first + i) % NR_STEPS]);
}

static const char * const mode_names[NR_MODES] = { "benign", "forging", "wild" };

static void print_spec(FILE *to)
{
	const struct spec *spec = &world->spec;

	fprintf(to, "-s %#lx -r %lx:%x:%lx", seed, spec->kept, spec->prefix, spec->fresh);
}

static void print_finding(void)
{
	int i;

	fprintf(stderr, "# FINDING in round %lu (%s), again with ", world->round,
		mode_names[world->mode]);
	print_spec(stderr);
	fprintf(stderr, "\n# %s\n", world->finding);
	for (i = MAX_TRACEES; i < MAX_ACTORS; i++)
		print_steps(i);
	for (i = 0; i < MAX_TRACEES; i++)
		print_steps(i);
}

/* ---------------------------------- rounds -------------------------------- */

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

static void start_actor(int who)
{
	struct actor *actor = &world->actors[who];
	pid_t pid = fork();

	if (pid < 0) {
		perror("fork");
		exit(2);
	}
	if (pid) {
		actor->pid = pid;
		pids[who] = pid;
		return;
	}
	me = who;
	/* The seed of a step is that of its process, but for the first ones. */
	begin_step(0);
	if (who < MAX_TRACEES)
		tracee_main(actor->kind);
	else
		fuzzer_main();
	_exit(0);
}

static void choose_round(void)
{
	struct spec *spec = &world->spec;
	int i;

	memset(world->actors, 0, sizeof(world->actors));
	/* What a kept round was is part of what is kept. */
	begin_random(spec->prefix ? spec->kept : spec->fresh, 0, 0);
	world->mode = percent(40) ? MODE_BENIGN : percent(40) ? MODE_FORGING : MODE_WILD;
	world->nr_tracees = 1 + below(MAX_TRACEES);
	world->nr_fuzzers = percent(30) ? 1 : 1 + below(MAX_FUZZERS);
	for (i = 0; i < world->nr_tracees; i++)
		world->actors[i].kind = below(NR_KINDS);
	world->ending = false;
	mode = world->mode;
	nr_tracees = world->nr_tracees;
	nr_fuzzers = world->nr_fuzzers;
}

static void make_mail(void)
{
	int i;

	for (i = 0; i < MAX_FUZZERS; i++) {
		if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, world->mail[i])) {
			perror("socketpair");
			exit(2);
		}
	}
}

static void close_mail(void)
{
	int i;

	for (i = 0; i < MAX_FUZZERS; i++) {
		close(world->mail[i][0]);
		close(world->mail[i][1]);
	}
}

static void kill_actor(int who, int sig)
{
	if (sig == SIGKILL)
		world->actors[who].killed = true;
	kill(pids[who], sig);
}

/* What happens to processes while a round runs. */
static void disturb(void)
{
	int tracee = below(nr_tracees), fuzzer = MAX_TRACEES + below(nr_fuzzers);
	unsigned int what = below(100);

	if (what < 4)
		kill_actor(tracee, SIGKILL);
	else if (what < 10)
		kill_actor(fuzzer, SIGKILL);
	else if (what < 25)
		kill_actor(tracee, SIGSTOP);
	else if (what < 50)
		kill_actor(tracee, SIGCONT);
	else if (what < 60)
		kill_actor(tracee, SIGUSR1);
}

static void run_round(void)
{
	double end;
	int i;

	/* Neither what processes do here nor when is the same as before. */
	begin_random(world->spec.fresh, 1000, world->spec.prefix);
	end = now() + (100 + below(600)) / (has_kcov ? 200.0 : 1000.0);
	for (i = 0; i < nr_tracees; i++)
		start_actor(i);
	for (i = 0; i < nr_fuzzers; i++)
		start_actor(MAX_TRACEES + i);
	while (now() < end && !world->found) {
		nap(1 + below(has_kcov ? 200 : 40));
		disturb();
	}
	world->ending = true;
}

/* ------------------------------ the end of a round ------------------------ */

/* What somebody has left on the console would keep a process for ever. */
static void detach_console(pid_t pid)
{
	char path[400];
	struct dirent *entry;
	DIR *dir;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	dir = opendir(path);
	while (dir && (entry = readdir(dir))) {
		if (!isdigit((unsigned char)entry->d_name[0]))
			continue;
		snprintf(path, sizeof(path), "/proc/%d/task/%s/syscall", pid, entry->d_name);
		fd = open(path, O_WRONLY | O_CLOEXEC);
		if (fd < 0)
			continue;
		if (write(fd, "detach\n", 7) != 7 && errno != ESRCH)
			found("detach of a console gives %s", strerrorname_np(errno));
		close(fd);
	}
	if (dir)
		closedir(dir);
	snprintf(path, sizeof(path), "/proc/%d/syscall", pid);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	if (write(fd, "detach\n", 7) != 7 && errno != ESRCH)
		found("detach of a console gives %s", strerrorname_np(errno));
	close(fd);
}

/* What it ended with, or -1 if it did not yet. */
static int try_wait(int who)
{
	int status;

	kill(pids[who], SIGCONT);
	if (waitpid(pids[who], &status, WNOHANG) == pids[who])
		return status;
	detach_console(pids[who]);
	return -1;
}

/* Wait for a process; what it ended with, or -1 if it did not. */
static int wait_for(int who, double patience)
{
	double end = now() + patience;
	int status = -1;

	while (status < 0 && now() < end) {
		status = try_wait(who);
		if (status < 0)
			nap(2);
	}
	return status;
}

static void explain_stuck(int who, const char *what)
{
	if (!world->found)
		fprintf(stderr, "# process %d (pid %d) %s:\n", who, pids[who], what);
	found("process %d (pid %d) %s", who, pids[who], what);
	print_process(pids[who]);
}

static void end_now(int who)
{
	kill_actor(who, SIGKILL);
	if (wait_for(who, PATIENCE) < 0)
		explain_stuck(who, "cannot be killed");
}

static void check_fuzzer(int who, int status)
{
	if (status && status != 3 << 8 && !world->actors[who].killed)
		found("fuzzer %d ended with status %#x", who, status);
}

/* They may have to wait for each other. */
static void end_fuzzers(void)
{
	int last = MAX_TRACEES + nr_fuzzers, left = nr_fuzzers, i, status;
	bool ended[MAX_ACTORS] = { };
	double end = now() + 2 * PATIENCE;

	for (i = MAX_TRACEES; i < last; i++)
		if (percent(40) || world->found)
			kill_actor(i, SIGKILL);
	while (left && now() < end) {
		for (i = MAX_TRACEES; i < last; i++) {
			status = ended[i] ? -1 : try_wait(i);
			if (status < 0)
				continue;
			check_fuzzer(i, status);
			ended[i] = true;
			left--;
		}
		if (left)
			nap(2);
	}
	for (i = MAX_TRACEES; i < last; i++)
		if (!ended[i])
			explain_stuck(i, "does not end");
	for (i = MAX_TRACEES; i < last; i++)
		if (!ended[i])
			end_now(i);
}

/* Who has ended as it had to? */
static void end_tracee(int who)
{
	struct actor *actor = &world->actors[who];
	bool may_die = mode == MODE_WILD || world->found;
	int status = wait_for(who, may_die ? 0.05 : PATIENCE);

	if (status < 0 && !may_die)
		explain_stuck(who, "does not end, and nobody traces it");
	if (status < 0) {
		end_now(who);
		return;
	}
	if (status == WELL << 8)
		expected_tracees++;
	else if (mode != MODE_WILD && !actor->killed && status != 3 << 8)
		found("tracee %d (%s) ended with status %#x", who, kind_names[actor->kind], status);
}

static bool is_my_child(pid_t pid)
{
	char path[64], line[512] = "", *p;
	int parent = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	f = fopen(path, "re");
	if (!f)
		return false;
	p = fgets(line, sizeof(line), f) ? strrchr(line, ')') : NULL;
	fclose(f);
	return p && sscanf(p, ") %*c %d", &parent) == 1 && parent == getpid();
}

/* What tracees have left is ours. */
static void kill_orphans(bool tell)
{
	DIR *dir = opendir("/proc");
	struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		pid_t pid = atoi(entry->d_name);

		if (pid <= 1 || !is_my_child(pid))
			continue;
		kill(pid, SIGKILL);
		if (tell)
			print_process(pid);
	}
	if (dir)
		closedir(dir);
}

static void end_orphans(void)
{
	double end = now() + PATIENCE;

	while (now() < end) {
		pid_t pid = waitpid(-1, NULL, WNOHANG);

		if (pid < 0 && errno == ECHILD)
			return;
		if (pid > 0)
			continue;
		kill_orphans(false);
		nap(2);
	}
	found("a child that tracees have left cannot be killed");
	kill_orphans(true);
}

static void end_round(void)
{
	int i;

	end_fuzzers();
	close_mail();
	for (i = 0; i < nr_tracees; i++)
		end_tracee(i);
	end_orphans();
}

/* ------------------------------- which rounds ----------------------------- */

static void choose_spec(void)
{
	struct spec *spec = &world->spec;

	memset(spec, 0, sizeof(*spec));
	begin_random(seed, 2000, world->round);
	spec->fresh = mix(seed * 1000003 + world->round);
	if (only && strchr(only, ':')) {
		if (sscanf(only, "%lx:%x:%lx", &spec->kept, &spec->prefix, &spec->fresh) != 3)
			exit(2);
	} else if (only) {
		spec->fresh = mix(seed * 1000003 + strtoul(only, NULL, 0));
	} else if (nr_kept && percent(50)) {
		*spec = kept[below(nr_kept)];
		if (!spec->prefix)
			spec->kept = spec->fresh;
		spec->prefix = 1 + below(400);
		spec->fresh = mix(seed * 1000003 + world->round);
	}
}

static void keep_round(void)
{
	if (nr_kept < MAX_KEPT)
		kept[nr_kept++] = world->spec;
	else
		kept[below(MAX_KEPT)] = world->spec;
}

static void print_progress(FILE *to, double elapsed)
{
	char coverage[64] = "no KCOV";

	if (has_kcov)
		snprintf(coverage, sizeof(coverage), "%lu places, %u rounds kept", world->coverage,
			 nr_kept);
	fprintf(to, "# file_fuzz: %.0f s, %lu rounds, %lu steps, %lu answers, %lu calls compared, ",
		elapsed, world->round, world->steps, world->answers, world->calls);
	fprintf(to, "%d tracees ended well, %s, %lu findings\n", expected_tracees, coverage,
		world->found);
	fflush(to);
}

static void run_rounds(void)
{
	double start = now(), told = start;
	unsigned long before;

	while (!world->found && now() < start + seconds) {
		world->round++;
		before = world->coverage;
		choose_spec();
		choose_round();
		make_mail();
		if (verbose) {
			fprintf(stderr, "# round %lu, %s, %d tracees, %d fuzzers, ", world->round,
				mode_names[world->mode], world->nr_tracees, world->nr_fuzzers);
			print_spec(stderr);
			fprintf(stderr, "\n");
		}
		run_round();
		end_round();
		if (world->coverage > before)
			keep_round();
		if (now() > told + TOLD_EVERY) {
			told = now();
			print_progress(stderr, told - start);
		}
	}
	print_progress(stdout, now() - start);
}

/* ----------------------------------- main --------------------------------- */

static void print_counts(void)
{
	static const char * const types[NR_TYPES] = {
		"entry", "exit", "data", "address", "signal", "new", "exec", "exited", "killed",
		"gone", "error", "result", "log", "lost",
	};
	int i;

	printf("# records:");
	for (i = 0; i < NR_TYPES; i++)
		printf(" %s %lu", types[i], world->records[i]);
	printf("\n# refused:");
	for (i = 1; i < 4096; i++)
		if (world->refused[i])
			printf(" %s %lu", strerrorname_np(i) ?: "?", world->refused[i]);
	printf("\n");
}

/* Else it finds nothing because it does nothing. */
static bool got_somewhere(void)
{
	return world->records[SYSCALL_TRACE_ENTRY] && world->records[SYSCALL_TRACE_EXIT] &&
	       world->records[SYSCALL_TRACE_RESULT] && world->calls && expected_tracees;
}

static void parse_options(int argc, char **argv)
{
	int c;

	while ((c = getopt(argc, argv, "s:t:r:v")) != -1) {
		switch (c) {
		case 's':
			seed = strtoull(optarg, NULL, 0);
			break;
		case 't':
			seconds = strtoul(optarg, NULL, 0);
			break;
		case 'r':
			only = optarg;
			break;
		case 'v':
			verbose = true;
			break;
		default:
			fprintf(stderr, "usage: file_fuzz [-s SEED] [-t SECONDS] [-r ROUND] %s\n",
				"[-v]");
			exit(2);
		}
	}
}

/* For tracees that have no handlers yet; all others get no signals. */
static void refuse_signal(int sig, siginfo_t *info, void *context)
{
	if (getpid() == world->watcher || me >= MAX_TRACEES)
		found("signal %d has come from process %d", sig, info->si_pid);
}

int main(int argc, char **argv)
{
	struct sigaction sa = { .sa_sigaction = refuse_signal, .sa_flags = SA_SIGINFO };
	bool well;

	if (argc > 1 && !strcmp(argv[1], "--child"))
		return child_main(argc, argv);
	parse_options(argc, argv);
	world = mmap(NULL, sizeof(*world), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		     -1, 0);
	if (world == MAP_FAILED || prctl(PR_SET_CHILD_SUBREAPER, 1)) {
		perror("file_fuzz");
		return 2;
	}
	sigaction(SIGUSR1, &sa, NULL);
	sigaction(SIGUSR2, &sa, NULL);
	setpgid(0, 0);
	world->watcher = getpid();
	has_kcov = kcov_share();
	printf("TAP version 13\n1..2\n# seed %#lx, %lu s\n", seed, seconds);
	fflush(stdout);
	run_rounds();
	if (world->found)
		print_finding();
	print_counts();
	well = got_somewhere();
	printf("%sok 1 file_fuzz.ends_without_a_finding\n", world->found ? "not " : "");
	if (!well && (seconds < 20 || only || world->found))
		printf("ok 2 file_fuzz.gets_somewhere # SKIP too short\n");
	else
		printf("%sok 2 file_fuzz.gets_somewhere\n", well ? "" : "not ");
	return world->found || (!well && seconds >= 20 && !only);
}
