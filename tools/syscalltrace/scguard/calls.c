// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the kernel decides for scguard, without a stop: which calls do no harm, and
 * which are refused. All that is neither is judged; what nobody knows fails.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "scguard.h"

#define MAX_CALLS	1024

/* Refused, unless the policy says "call allow". */
static const char *const refused[] = {
	/* Work without calls, and memory that changes behind one's back. */
	"io_uring_setup", "io_uring_enter", "io_uring_register", "io_setup", "userfaultfd",
	/* Names that mean something else. */
	"mount", "umount2", "move_mount", "open_tree", "fsopen", "fsconfig", "fsmount", "fspick",
	"mount_setattr", "pivot_root", "chroot", "setns", "open_by_handle_at", "fanotify_init",
	"fanotify_mark",
	/* Other processes. */
	"pidfd_getfd", "process_madvise", "process_mrelease", "kcmp", "perf_event_open",
	"get_robust_list", "lsm_set_self_attr",
	/* What others share, and has no path. */
	"shmget", "msgget", "semget", "mq_open", "mq_unlink", "shmat", "shmctl", "msgctl", "msgsnd",
	"msgrcv", "semctl", "semop", "semtimedop", "add_key", "request_key", "keyctl",
	/* The system. */
	"bpf", "kexec_load", "kexec_file_load", "init_module", "finit_module", "delete_module",
	"swapon", "swapoff", "reboot", "sethostname", "setdomainname", "iopl", "ioperm", "quotactl",
	"quotactl_fd", "syslog", "vhangup", "acct", "settimeofday", "clock_settime",
	"clock_adjtime", "adjtimex", "ustat", "sysfs",
};

/* Programs use another one then, that can be bound. */
static const char *const missing[] = { "clone3" };

static bool is_in(const char *name, const char *const *list, size_t nr)
{
	size_t i;

	for (i = 0; i < nr; i++)
		if (!strcmp(list[i], name))
			return true;
	return false;
}

#define IS_IN(name, list)	is_in(name, list, sizeof(list) / sizeof((list)[0]))

/* Need calls that have addresses not be looked at? */
static bool is_free(const char *name)
{
	static const char *const addressed[] = {
		"connect", "sendto", "sendmsg", "sendmmsg", "listen", "setsockopt",
	};

	return policy->net_otherwise.kind == ALLOW && !policy->net_restricted &&
	       IS_IN(name, addressed);
}

enum fate { HARMLESS, JUDGED, REFUSED, MISSING };

static enum fate fate_of(unsigned int nr, const char *name)
{
	if (IS_IN(name, missing))
		return MISSING;
	if (!strcmp(name, "setns") && policy->namespaces.kind == ALLOW)
		return HARMLESS;
	if (IS_IN(name, refused))
		return REFUSED;
	return judge_find(nr) && !is_free(name) ? JUDGED : HARMLESS;
}

/* A rule for all calls of a fate. */
static bool add_rule(struct sct *t, enum fate fate, const char *action)
{
	char *names = need(strdup("")), *more;
	const char *name;
	unsigned int nr;
	int err = 0;

	for (nr = 0; nr < MAX_CALLS; nr++) {
		name = sct_name(SYSCALL_TRACE_ABI_X86_64, nr);
		if (!name || fate_of(nr, name) != fate)
			continue;
		if (asprintf(&more, "%s%s%s", names, *names ? "," : "", name) < 0)
			need(NULL);
		free(names);
		names = more;
	}
	if (*names)
		err = sct_command(t, "on %s %s", names, action);
	free(names);
	return !err;
}

static bool add_call_rule(struct sct *t, const struct call_rule *rule)
{
	if (rule->verdict.kind == ALLOW)
		return !sct_command(t, "on %s cont", rule->name);
	return !sct_command(t, "on %s skip-fail %d", rule->name, rule->verdict.err);
}

/* The newest rule decides. */
bool calls_arm(struct sct *t)
{
	const struct call_rule *rule;

	if (sct_command(t, "on all skip-fail ENOSYS") || !add_rule(t, HARMLESS, "cont") ||
	    !add_rule(t, REFUSED, "skip-fail EPERM") || !add_rule(t, MISSING, "skip-fail ENOSYS") ||
	    !add_rule(t, JUDGED, "stop"))
		return false;
	for (rule = policy->call_rules; rule; rule = rule->next)
		if (!add_call_rule(t, rule))
			return false;
	return !sct_command(t, "trace none");
}
