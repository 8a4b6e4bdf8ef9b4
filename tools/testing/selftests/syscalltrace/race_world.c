// SPDX-License-Identifier: GPL-2.0
/*
 * The program and its tracers, and what must be so before and after two things
 * are done at once.
 */

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "../kselftest.h"
#include "race.h"

struct shared *sh;
struct world w = { .fd = { -1, -1 }, .new_fd = { -1, -1 } };
unsigned int run_nr;
static char group[64];

/* -------------------------------- waiting --------------------------------- */

/*
 * Wait for what has to happen; false if it does not. A clock alone is no judge: where the
 * machine itself is emulated it may jump, and nobody has run meanwhile.
 */
bool until(bool (*is_so)(void))
{
	time_t end = time(NULL) + PATIENCE;
	unsigned int i;

	for (i = 0; !is_so(); i++) {
		if (i < 50)
			sched_yield();
		else
			usleep(100);
		if (i > LOOKS && time(NULL) > end)
			return is_so();
	}
	return true;
}

/* ------------------------------- processes -------------------------------- */

bool write_group(const char *name, const char *text)
{
	char path[128];
	int fd;
	bool ok;

	snprintf(path, sizeof(path), "%s/%s", group, name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	ok = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);
	close(fd);
	return ok;
}

static bool is_frozen(void)
{
	char path[128], text[256] = "";
	int fd;

	snprintf(path, sizeof(path), "%s/cgroup.events", group);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (read(fd, text, sizeof(text) - 1) < 0)
		text[0] = '\0';
	close(fd);
	return strstr(text, "frozen 1") || strstr(text, "populated 0");
}

static void reap(void)
{
	int status, i;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG | __WALL)) > 0) {
		if (pid == w.tracee) {
			w.died = WIFSIGNALED(status) ? WTERMSIG(status) : -WEXITSTATUS(status) - 1;
			w.tracee = 0;
			continue;
		}
		for (i = 0; i < NR_SIDES && w.tracers[i].pid != pid; i++)
			;
		if (i < NR_SIDES)
			w.tracers[i].pid = 0;
		else
			w.orphans++;
	}
}

static long tracers_now(void)
{
	char path[64], text[4096] = "", *line;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/status", w.tracee);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || read(fd, text, sizeof(text) - 1) < 0)
		text[0] = '\0';
	close(fd);
	line = strstr(text, "SyscallTracers:");
	return line ? atol(line + 15) : -1;
}

static unsigned int calls_before;

static bool gets_on(void)
{
	return get(sh->calls) - calls_before >= 3;
}

static bool start_tracee(void)
{
	char pid[16];
	int i;

	for (i = 0; i < NR_SIDES; i++)
		put(sh->sides[i].hire, 0);
	calls_before = sh->calls;
	w.died = 0;
	fflush(NULL);
	w.tracee = fork();
	if (!w.tracee) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		tracee_lead();
	}
	snprintf(pid, sizeof(pid), "%d", w.tracee);
	return write_group("cgroup.procs", pid) && until(gets_on);
}

static bool are_hired(void)
{
	int i;

	for (i = 0; i < NR_SIDES; i++)
		if (is_in_tracee(sh->sides[i].action) &&
		    (!get(sh->sides[i].tid) || get(sh->sides[i].hire)))
			return false;
	return true;
}

/* The program with the threads that it needs. */
static bool have_tracee(void)
{
	int i;

	if (!w.tracee && !start_tracee())
		return false;
	for (i = 0; i < NR_SIDES; i++)
		if (is_in_tracee(sh->sides[i].action) && !get(sh->sides[i].tid)) {
			sh->sides[i].done = sh->sides[i].go;
			put(sh->sides[i].hire, 1);
		}
	return until(are_hired);
}

/* ---------------------------- before and after ---------------------------- */

static void set_rule(enum rule rule)
{
	put(sh->rule, (sh->rule / NR_RULES + 1) * NR_RULES + rule);
}

static bool has_stop(void)
{
	struct pollfd p = { .fd = w.fd[w.last], .events = POLLIN };

	return poll(&p, 1, 1) == 1;
}

static bool read_stop(void)
{
	ssize_t len = until(has_stop) ? read(w.fd[w.last], w.text, sizeof(w.text) - 1) : 0;

	w.text[len > 0 ? len : 0] = '\0';
	return len > 0;
}

/* Bring the program to where it shall be, with the newest tracer. */
static bool set_stop(void)
{
	char line[64];

	if (w.scene != UNREAD && w.scene != SHOWN && w.scene != RESULT)
		return true;
	if (w.scene == UNREAD)
		return until(has_stop);
	if (!read_stop() || !strstr(w.text, " getppid"))
		return false;
	if (w.scene == SHOWN)
		return true;
	snprintf(line, sizeof(line), "%d step\n", atoi(w.text));
	return write(w.fd[w.last], line, strlen(line)) > 0 && read_stop() &&
	       strstr(w.text, " ok ");
}

static void draw_lines(char *lines, size_t size, int layer)
{
	static const char * const more[] = {
		"events on\n", "signals SIGURG,SIGWINCH\n", "bind on\n", "out on\n",
		"vdso off\n", "timeout 60 cont\n", "log drop\n",
	};
	bool all = w.scene == SERVED && !draw(4);
	size_t i;

	snprintf(lines, size, "tid on\n%s", w.follow ? "follow on\n" : "");
	for (i = 0; i < ARRAY_SIZE(more); i++)
		/* Other stops than that of the call would be in the way. */
		if (!draw(4) && (w.scene == SERVED || i >= 2))
			strncat(lines, more[i], size - strlen(lines) - 1);
	if (w.scene == RULED)
		strncat(lines, "on getppid skip-ok 7777\ntrace none\n", size - strlen(lines) - 1);
	else if (w.scene != SERVED && layer != w.last)
		strncat(lines, "trace none\n", size - strlen(lines) - 1);
	else
		strncat(lines, all && !layer ? "trace all\n" : "trace getppid\n",
			size - strlen(lines) - 1);
}

static bool is_to_be_killed(int tracer)
{
	int i;

	for (i = 0; i < NR_SIDES; i++)
		if (sh->sides[i].action == KILL_TRACER && layer_of(i) == tracer)
			return true;
	return false;
}

static bool arm_layer(int i)
{
	bool blocks = is_to_be_killed(i) && draw(2);
	struct tracer *t = &w.tracers[i];
	char path[64], lines[256];

	if (!t->pid && !start_tracer(t))
		return false;
	snprintf(path, sizeof(path), "/proc/%d/syscall", w.tracee);
	w.fd[i] = open(path, O_RDWR | O_CLOEXEC | (blocks ? 0 : O_NONBLOCK));
	if (w.fd[i] < 0)
		return false;
	draw_lines(lines, sizeof(lines), i);
	order_tracer(t, w.fd[i], lines, w.scene == SERVED, draw(2));
	return !t->err;
}

/* The stop is that of the newest, which has to be there first. */
static bool arm_older(void)
{
	struct tracer *t = &w.tracers[0];

	if (w.last < 1 || w.scene <= SERVED)
		return true;
	order_tracer(t, w.fd[0], "trace getppid\n", false, false);
	return !t->err;
}

/* Draw how it is to be. */
static void draw_scene(void)
{
	bool both = needs_layer(sh->sides[0].action) && needs_layer(sh->sides[1].action);
	bool any = needs_layer(sh->sides[0].action) || needs_layer(sh->sides[1].action);

	w.scene = any ? 1 + draw(NR_SCENES - 1) : draw(NR_SCENES);
	/* A file that is being read is not closed. */
	if (w.scene == SERVED && has_action(CLOSE))
		w.scene = RULED;
	w.same = draw(2);
	w.nr_layers = w.scene == ALONE ? 0 : 1 + (both ? !w.same : !draw(4));
	w.last = w.nr_layers - 1;
	w.follow = draw(2);
	w.jobctl = has_action(SIGNAL) && !has_action(PTRACE) && !draw(4) &&
		   sh->sides[0].action != sh->sides[1].action;
	w.to_thread = !draw(4);
	w.text[0] = '\0';
}

/* False, and said why, if it cannot be done. */
bool set_scene(void)
{
	bool ends = ends_tracing(sh->sides[0].action) || ends_tracing(sh->sides[1].action);
	int i;

	w.broken = false;
	if (!have_tracee()) {
		find("the program does not start");
		return false;
	}
	draw_scene();
	for (i = 0; i < w.nr_layers; i++)
		if (!arm_layer(i)) {
			find("tracer %d cannot attach: %d", i, w.tracers[i].err);
			return false;
		}
	if ((w.scene != RESULT && !arm_older()) || !set_stop() ||
	    (w.scene == RESULT && !arm_older())) {
		find("the program does not stop");
		return false;
	}
	if (w.nr_layers && !ends)
		set_rule(w.follow ? RULE_TRACED : RULE_TRACED_ALONE);
	memcpy(w.handled, sh->handled, sizeof(w.handled));
	w.execs = get(sh->execs);
	for (i = 0; i < NR_SIDES; i++) {
		sh->sides[i].err = 0;
		sh->sides[i].child = -1;
	}
	put(sh->arrived, 0);
	return true;
}

static bool others_acted(void)
{
	int i;

	for (i = 0; i < NR_SIDES; i++)
		if (!is_in_tracee(sh->sides[i].action) && get(sh->sides[i].done) != run_nr)
			return false;
	return true;
}

/* A stop that was read before can be answered, unless something has become of it. */
static void answer_shown(void)
{
	bool over = has_action(ANSWER) || has_action(EXEC) || has_action(KILL_TRACEE) ||
		    has_action(DETACH) || has_action(CLOSE) || has_action(KILL_TRACER);
	const char *text = strchr(w.text, ' ');
	char line[64];

	if (!text || (has_action(CLOSE) && fcntl(w.fd[w.last], F_GETFD) < 0))
		return;
	snprintf(line, sizeof(line), "%d%s", atoi(w.text), reply_to(text + 1));
	if (write(w.fd[w.last], line, strlen(line)) < 0 && !(over && errno == ESRCH))
		find("the stop that was read cannot be answered: %d", errno);
	w.text[0] = '\0';
}

static void serve_file(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	int err = 0;

	while (fd >= 0 && !err && poll(&p, 1, 0) == 1 && (p.revents & POLLIN))
		err = serve_text(fd);
	if (err > 0 && err != ESRCH && err != EAGAIN && err != EBADF)
		find("reading or answering fails: %d", err);
}

/* Is tracer @i there to do that itself? */
static bool is_served(int i)
{
	return w.scene == SERVED && w.tracers[i].pid;
}

static void serve_files(void)
{
	int i;

	for (i = 0; i < NR_SIDES; i++) {
		if (i < w.nr_layers && !is_served(i))
			serve_file(w.fd[i]);
		serve_file(w.new_fd[i]);
	}
}

static bool have_undone(void)
{
	int i;

	for (i = 0; i < NR_SIDES; i++)
		if (get(sh->sides[i].undone) != run_nr)
			return false;
	return true;
}

static bool tracee_acted(void)
{
	int i;

	if (has_action(EXEC))
		return get(sh->execs) != w.execs;
	for (i = 0; i < NR_SIDES; i++) {
		struct side *side = &sh->sides[i];

		if (side->action == EXIT_THREAD && get(side->tid))
			return false;
		if (side->action == FORK && get(side->done) != run_nr)
			return false;
		if (side->action == SIGNAL && !w.jobctl &&
		    get(sh->handled[i]) == w.handled[i])
			return false;
	}
	return true;
}

/* All goes on that should; what is to end has ended. */
static bool is_settled(void)
{
	serve_files();
	if (!have_undone())
		return false;
	if (has_action(KILL_TRACER) || has_action(KILL_TRACEE))
		reap();
	if (has_action(KILL_TRACEE))
		return !w.tracee;
	return tracee_acted() && gets_on();
}

static bool is_dead_tracer(void)
{
	int i;

	reap();
	for (i = 0; i < NR_SIDES; i++)
		if (sh->sides[i].action == KILL_TRACER && w.tracers[layer_of(i)].pid)
			return false;
	return true;
}

static long tracers_wanted;

static bool has_tracers(void)
{
	serve_files();
	return tracers_now() == tracers_wanted;
}

/* As many as there should be. */
static void check_tracers(void)
{
	bool left[NR_SIDES] = { };
	int i;

	tracers_wanted = w.nr_layers;
	for (i = 0; i < NR_SIDES; i++) {
		if (ends_tracing(sh->sides[i].action) && !left[layer_of(i)]) {
			left[layer_of(i)] = true;
			tracers_wanted--;
		}
		tracers_wanted += w.new_fd[i] >= 0;
	}
	if (!(w.to_thread && has_action(ATTACH)) && !until(has_tracers))
		find("%ld tracers, should be %ld", tracers_now(), tracers_wanted);
}

static bool have_ended(void)
{
	int i;

	for (i = 0; i < 2 * NR_SIDES; i++) {
		struct pollfd p = { .fd = i < NR_SIDES ? w.fd[i] : w.new_fd[i - NR_SIDES] };

		if (p.fd < 0 || (i < NR_SIDES && (i >= w.nr_layers || has_action(CLOSE))))
			continue;
		serve_file(p.fd);
		if (poll(&p, 1, 0) != 1 || !(p.revents & POLLHUP))
			return false;
	}
	return true;
}

static void check_answers(void)
{
	int i;

	for (i = 0; i < NR_SIDES; i++) {
		struct side *side = &sh->sides[i];

		if (!is_allowed(i, side->err))
			find("%s got errno %d", name_of(side->action), side->err);
		if (side->action == FORK && !has_action(KILL_TRACEE) && !has_action(EXEC) &&
		    side->child != 7 << 8)
			find("the child ended with %#x", side->child);
		if (side->action == SIGNAL && !has_action(KILL_TRACEE) && !has_action(EXEC) &&
		    !w.jobctl && sh->handled[i] != w.handled[i] + 1)
			find("%u signals handled", sh->handled[i] - w.handled[i]);
		if (w.tracers[i].odd) {
			find("a tracer got errno %d", w.tracers[i].odd);
			w.tracers[i].odd = 0;
		}
	}
}

static void thaw(void)
{
	bool is_one = sh->sides[0].action != sh->sides[1].action;

	if (!has_action(FREEZE))
		return;
	if (is_one && !until(is_frozen))
		find("it does not freeze");
	if (!write_group("cgroup.freeze", "0"))
		find("it does not thaw");
}

/* Both have acted. See to it that all goes on, and look whether it does. */
void settle(void)
{
	int i;

	if (!until(others_acted)) {
		find("who acts is stuck");
		/* Nothing can be done about that. */
		end_world();
		exit(1);
	}
	thaw();
	calls_before = get(sh->calls);
	for (i = 0; i < NR_SIDES; i++)
		if (is_in_tracee(sh->sides[i].action))
			put(sh->sides[i].undone, run_nr);
		else
			set_and_wake(&sh->sides[i].undo, run_nr);
	answer_shown();
	if (!until(is_settled))
		find("something is stuck");
	if (has_action(KILL_TRACER) && !until(is_dead_tracer))
		find("the tracer does not die");
	check_answers();
	if (w.broken)
		return;
	if (!has_action(KILL_TRACEE))
		check_tracers();
	else if (w.died != SIGKILL)
		find("the program has ended with %d", w.died);
	else if (!until(have_ended))
		find("a tracer has not heard of the end");
}

static void close_file(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static bool no_child(void)
{
	siginfo_t info;

	reap();
	return w.tracee || w.tracers[0].pid || w.tracers[1].pid ||
	       waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT | __WALL);
}

void kill_tracee_and_tracers(void)
{
	int i;

	write_group("cgroup.freeze", "0");
	for (i = 0; i < NR_SIDES; i++)
		if (w.tracers[i].pid)
			kill(w.tracers[i].pid, SIGKILL);
	if (w.tracee)
		kill(w.tracee, SIGKILL);
	write_group("cgroup.kill", "1");
	put(sh->arrived, NR_SIDES);
	for (i = 0; i < NR_SIDES; i++)
		if (w.tracers[i].pid && waitpid(w.tracers[i].pid, NULL, __WALL) > 0)
			w.tracers[i].pid = 0;
	if (w.tracee && waitpid(w.tracee, NULL, __WALL) > 0)
		w.tracee = 0;
	if (!until(no_child))
		printf("# a process is left\n");
}

/* All tracers leave, and nobody notices that they were there. */
void clear_scene(void)
{
	int i;

	set_rule(RULE_NONE);
	for (i = 0; i < w.nr_layers; i++) {
		if (!dismiss_tracer(&w.tracers[i]))
			find("a tracer is stuck");
		if (sh->sides[0].action == CLOSE && layer_of(0) == i)
			w.fd[i] = -1;
		if (sh->sides[1].action == CLOSE && layer_of(1) == i)
			w.fd[i] = -1;
	}
	if (w.broken)
		kill_tracee_and_tracers();
	for (i = 0; i < NR_SIDES; i++) {
		close_file(&w.fd[i]);
		close_file(&w.new_fd[i]);
	}
	if (!w.tracee && !until(no_child))
		find("a process is left");
	if (w.tracee) {
		set_rule(RULE_FREE);
		calls_before = get(sh->calls);
		tracers_wanted = 0;
		if (!until(gets_on))
			find("it is stuck without tracers");
		else if (!until(has_tracers))
			find("%ld tracers are left", tracers_now());
		set_rule(RULE_NONE);
	}
	if (sh->lost || sh->forged)
		find("%u calls should have been watched, %u should not", sh->lost, sh->forged);
	sh->lost = 0;
	sh->forged = 0;
	if (w.broken && w.tracee)
		kill_tracee_and_tracers();
}

bool begin_world(void)
{
	int fd = memfd_create("race", 0);

	snprintf(group, sizeof(group), "/sys/fs/cgroup/race.%d", getpid());
	if (fd < 0 || ftruncate(fd, sizeof(*sh)) || dup2(fd, SHARED_FD) != SHARED_FD)
		return false;
	close(fd);
	sh = mmap(NULL, sizeof(*sh), PROT_READ | PROT_WRITE, MAP_SHARED, SHARED_FD, 0);
	return sh != MAP_FAILED && !mkdir(group, 0755) && !prctl(PR_SET_CHILD_SUBREAPER, 1);
}

void end_world(void)
{
	kill_tracee_and_tracers();
	rmdir(group);
}
