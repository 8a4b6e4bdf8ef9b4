// SPDX-License-Identifier: GPL-2.0-only
/*
 * scguard: run a command under a policy. See scguard(1).
 */
#include <errno.h>
#include <getopt.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "scguard.h"

/* The limit is for what is sent along with messages: 253 descriptors, and more. */
#define SETTINGS	"follow on\nevents on\nlimit 2048\nbind require\nonclose kill\n"

struct policy *policy;
struct sct *tracer;
bool learning;
bool capable;

static pid_t command;
static volatile sig_atomic_t signal_to_forward;

/**
 * struct options - of the command line
 * @policy: file of the policy, or NULL
 * @learn: file for a learnt policy, or NULL
 * @audit: file for the audit, or NULL
 * @ask: ask somebody
 * @fifo: through these, NULL for the terminal
 * @check: look at the policy, and that is all
 */
struct options {
	const char *policy;
	const char *learn;
	const char *audit;
	const char *fifo;
	bool ask;
	bool check;
};

static const char usage[] =
	"Usage: scguard [-p POLICY] [OPTION...] COMMAND [ARGUMENT...]\n"
	"Run a command under a policy, by /proc/<pid>/syscall.\n"
	"\n"
	"  -p, --policy=FILE   the policy: see scguard(5)\n"
	"      --check         only check the policy\n"
	"      --learn=FILE    allow what the policy does not deny, and write a policy\n"
	"                      that allows it to FILE\n"
	"      --audit=FILE    append a line of JSON for each judged call to FILE\n"
	"      --ask[=PATH]    ask on the terminal where the policy says \"ask\", or through\n"
	"                      the FIFOs PATH.ask and PATH.answer\n"
	"  -h, --help          show this help\n"
	"  -V, --version       show the version\n"
	"\n"
	"Exit status: that of the command; 128 + N if signal N has killed it; 2 for a wrong\n"
	"policy or option, 4 if the kernel lacks the feature, 125 if scguard failed, 126 if\n"
	"the command could not be executed, 127 if it was not found.\n";

/* -------------------------------- arguments ------------------------------- */

static void take_options(int argc, char **argv, struct options *o)
{
	enum { LEARN = 256, AUDIT, ASKING, CHECK };
	static const struct option names[] = {
		{ "policy", required_argument, NULL, 'p' },
		{ "learn", required_argument, NULL, LEARN },
		{ "audit", required_argument, NULL, AUDIT },
		{ "ask", optional_argument, NULL, ASKING },
		{ "check", no_argument, NULL, CHECK },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ NULL, 0, NULL, 0 }
	};
	int c;

	while ((c = getopt_long(argc, argv, "+p:hV", names, NULL)) != -1) {
		switch (c) {
		case 'p':
			o->policy = optarg;
			break;
		case LEARN:
			o->learn = optarg;
			break;
		case AUDIT:
			o->audit = optarg;
			break;
		case ASKING:
			o->ask = true;
			o->fifo = optarg;
			break;
		case CHECK:
			o->check = true;
			break;
		case 'h':
			fputs(usage, stdout);
			exit(0);
		case 'V':
			puts("scguard 0.1");
			exit(0);
		default:
			fputs("scguard: try scguard --help\n", stderr);
			exit(STATUS_POLICY);
		}
	}
	if (!o->policy && (o->check || !o->learn))
		die(STATUS_POLICY, "no policy: name one with -p, or learn one with --learn=FILE");
	if (!o->check && !argv[optind])
		die(STATUS_POLICY, "no command: say what to run, or --check");
}

/* What only scguard may write. */
void guard_file(const char *path)
{
	const struct verdict verdict = { .kind = DENY, .err = EACCES, .line = UINT_MAX };
	char canonical[PATH_MAX];

	if (place_canonical_rule(path, canonical))
		return;
	rules_set(policy->root, canonical, WRITE, &verdict);
	rules_set(policy->root, canonical, CREATE, &verdict);
}

/* --------------------------------- signals -------------------------------- */

static void note_signal(int sig)
{
	signal_to_forward = sig;
}

/*
 * What the terminal sends the command gets itself, and decides; what others send
 * to scguard is for the command.
 */
static void set_signals(void)
{
	struct sigaction forward = { .sa_handler = note_signal };

	signal(SIGINT, SIG_IGN);
	signal(SIGQUIT, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	/* The command may have the terminal for itself. */
	signal(SIGTTIN, SIG_IGN);
	signal(SIGTTOU, SIG_IGN);
	sigaction(SIGTERM, &forward, NULL);
	sigaction(SIGHUP, &forward, NULL);
}

static bool command_has_ended(void)
{
	siginfo_t info = { .si_pid = 0 };

	return waitid(P_PID, command, &info, WEXITED | WNOHANG | WNOWAIT) || info.si_pid;
}

void forward_signals(void)
{
	int sig = signal_to_forward;

	signal_to_forward = 0;
	if (!sig)
		return;
	/* What it has left behind ends with scguard. */
	if (command_has_ended())
		die(128 + sig, "ended by a signal after its command: what it left was killed");
	kill(command, sig);
}

/* --------------------------------- command -------------------------------- */

/* In the new process: no new privileges, and no core, which nobody would be asked about. */
static int prepare(void *unused)
{
	const struct rlimit none = { 0, 0 };

	(void)unused;
	if (setrlimit(RLIMIT_CORE, &none))
		return STATUS_FAILED;
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ? STATUS_FAILED : 0;
}

static bool has_capability(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2];

	if (syscall(SYS_capget, &header, data))
		return false;
	return data[0].effective & 1U << CAP_SYS_PTRACE;
}

static int status_of(int err)
{
	switch (err) {
	case -ENOENT:
		return STATUS_NOT_FOUND;
	case -EACCES:
	case -ENOEXEC:
		return STATUS_NOT_EXECUTABLE;
	case -EOPNOTSUPP:
		return STATUS_LACKS_SUPPORT;
	default:
		return STATUS_FAILED;
	}
}

/* Of descriptors that calls need scguard may have more than the command. */
static void take_descriptors(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit))
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

static void start(char **argv)
{
	struct sct_program program = {
		.argv = argv,
		.settings = SETTINGS,
		.prepare = prepare,
	};
	int err = sct_spawn(&tracer, &program, 0, &command);

	if (err)
		die(status_of(err), "%s", tracer ? sct_error(tracer) : strerror(-err));
	set_signals();
	take_descriptors();
	thread_get(command);
	if (!calls_arm(tracer)) {
		kill(command, SIGKILL);
		die(STATUS_FAILED, "%s", sct_error(tracer));
	}
}

static int finish(void)
{
	int status;

	if (waitpid(command, &status, 0) != command)
		return STATUS_FAILED;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int main(int argc, char **argv)
{
	struct options o = { .policy = NULL };
	int status;

	take_options(argc, argv, &o);
	judge_init();
	policy = policy_new();
	if (o.policy && !policy_read(policy, o.policy))
		return STATUS_POLICY;
	if (o.check)
		return 0;
	learning = o.learn;
	capable = has_capability();
	place_init(policy_lifts(policy, "chroot") || policy->namespaces.kind == ALLOW);
	if (o.audit) {
		audit_open(o.audit);
		guard_file(o.audit);
	}
	if (o.ask)
		ask_open(o.fifo);
	keeper_start();
	start(argv + optind);
	if (!run()) {
		sct_close(tracer);
		kill(command, SIGKILL);
		return STATUS_FAILED;
	}
	sct_close(tracer);
	keeper_tell(0);
	status = finish();
	if (learning && !learn_write(o.learn, argv + optind))
		return STATUS_FAILED;
	return status;
}
