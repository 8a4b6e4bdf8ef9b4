// SPDX-License-Identifier: GPL-2.0
/*
 * What a fuzzer tells a file that is no answer: settings, nonsense.
 */

#include "file_fuzz_fuzzer.h"

/* One line, in whatever form the file speaks. Return 0 or the errno. */
int say_line(struct slot *slot, const char *line)
{
	static struct batch b;
	char text[600];
	ssize_t ret;
	int len, err;

	if (slot->file->packed) {
		b.len = 0;
		add_line(&b, line);
		err = give(slot->fd, &b);
	} else {
		len = snprintf(text, sizeof(text), "%s\n", line);
		ret = write(slot->fd, text, len);
		err = ret == len ? 0 : ret < 0 ? errno : -1;
	}
	doing("say %d%s: %s = %d", slot->fd, slot->file->packed ? " packed" : "", line, err);
	if (err < 0)
		found("half of one line took effect: %s", line);
	world->refused[err]++;
	return err;
}

/* May a console or a file that others have refuse a line with this errno? */
bool is_documented(int err)
{
	static const int known[] = {
		0, EINVAL, ENOSYS, ERANGE, E2BIG, ESRCH, EMSGSIZE, ETIME, EBUSY, EFAULT,
		EOPNOTSUPP, ELOOP, EPERM, EBADF, EINTR, EUSERS, ENOSPC, EAGAIN, ENOMEM,
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(known); i++)
		if (err == known[i])
			return true;
	return false;
}

void arm(struct slot *slot)
{
	static const char * const sets[] = {
		"", " all", " all", " all", " all", " %file", " %desc,!read", " none", " !%memory",
		" getppid,geteuid,dup3,lseek", " %process,%signal", " execve clone clone3 vfork",
		" i386:getpid,write,writev", " %clock,%ipc,%creds,%network",
	};
	struct file *f = slot->file;
	char line[100];
	int err;

	snprintf(line, sizeof(line), "trace%s", sets[below(ARRAY_SIZE(sets))]);
	err = say_line(slot, line);
	if (err == EBADF && f->what == WHAT_READER)
		return;
	if (!err && f->target == me)
		found("a process traces itself");
	if (err == ELOOP && f->target < MAX_TRACEES)
		found("ELOOP, and the tracee traces nobody");
	if (is_strict(f) && f->target < MAX_TRACEES && err && !model_target_ends(f) &&
	    err != ENOMEM && !(f->tid && err == ESRCH))
		found("trace gives %s", strerrorname_np(err));
	if (!is_documented(err))
		found("trace gives %d", err);
	if (err)
		return;
	if (f->gone || !f->armed)
		model_forget(f);
	f->gone = false;
	f->armed = true;
}

void step_arm(void)
{
	struct slot *slot = any_slot();

	if (slot)
		arm(slot);
}

void step_detach(void)
{
	struct slot *slot = any_slot();
	struct file *f;
	int err;

	if (!slot || !percent(40))
		return;
	f = slot->file;
	err = say_line(slot, "detach");
	if (is_strict(f) && err != (f->armed ? 0 : ESRCH))
		found("detach gives %d, and the tracer is%s armed", err, f->armed ? "" : " not");
	if (!is_documented(err))
		found("detach gives %d", err);
	if (err)
		return;
	f->armed = false;
	model_forget(f);
}

static const char *any_switch(bool *on)
{
	*on = percent(60);
	return *on ? "on" : "off";
}

/* Settings that change nothing for the program. */
static const char * const gentle_lines[] = {
	"limit 1", "limit 65536", "limit 256", "limit 0", "out on", "out off", "bind on",
	"bind off",
	"vdso off", "vdso on", "onclose cont", "timeout off", "on getpid,getppid cont",
	"on all when=3+7 cont", "on write stop", "on %desc log", "on all log", "on clear",
	"on clear", "on !getpid when=2..9 stop", "on geteuid when=2..9+3 log", "log wait",
	"log drop",
	"log drop", "log 4", "log 64", "signals all", "signals none", "signals SIGUSR1,SEGV",
	"signals !SIGCHLD", "error",
};

static const char * const forging_lines[] = {
	"on getppid,geteuid skip-ok 0x5eed01", "on dup3 when=2+2 skip-ok 0x5eed02",
	"on sched_yield,lseek skip-fail EBADE", "on getppid when=3..9 skip-fail EXFULL",
};

static const char * const wild_lines[] = {
	"timeout 1 cont", "timeout 1 skip-fail EIO", "timeout 1 kill", "onclose kill",
	"onclose skip-fail EPERM", "bind require", "on mmap,brk skip-fail ENOMEM",
	"on %file when=5+5 skip-fail EACCES", "on kill kill", "on wait4 when=3 kill",
	"on all when=50 skip-ok 0", "on clone,vfork,fork when=2+3 skip-fail EAGAIN",
};

/* What may a setting be refused with, where all is known? */
static bool may_refuse(const struct file *f, const char *line, int err)
{
	switch (err) {
	case 0:
	case ENOMEM:
		return true;
	case ENOSPC:
		return !strncmp(line, "on ", 3);
	case EBUSY:
		return !strncmp(line, "log ", 4) || !strncmp(line, "packed", 6);
	case ERANGE:
		return !strcmp(line, "limit 0");
	case EAGAIN:
		return !strcmp(line, "error");
	default:
		return false;
	}
}

void set_line(struct slot *slot, const char *line)
{
	struct file *f = slot->file;
	int err = say_line(slot, line);

	if (is_strict(f) && !may_refuse(f, line, err))
		found("%s gives %s", line, strerrorname_np(err));
	if (!is_documented(err))
		found("%s gives %d", line, err);
	f->timed |= !strncmp(line, "timeout", 7);
	if (!strcmp(line, "error"))
		model_asked(f, err);
}

void step_set(void)
{
	struct slot *slot = any_slot();

	if (!slot)
		return;
	if (!slot->file->gentle && world->mode == MODE_WILD && percent(25))
		set_line(slot, wild_lines[below(ARRAY_SIZE(wild_lines))]);
	else if (!slot->file->gentle && percent(25))
		set_line(slot, forging_lines[below(ARRAY_SIZE(forging_lines))]);
	else
		set_line(slot, gentle_lines[below(ARRAY_SIZE(gentle_lines))]);
}

/* Settings that change what is read and written. */
void change_form(struct slot *slot, unsigned int which)
{
	struct file *f = slot->file;
	char line[32];
	int err;
	bool on;

	switch (which) {
	case 0:
		snprintf(line, sizeof(line), "tid %s", any_switch(&on));
		if (!say_line(slot, line))
			f->with_tid = on;
		break;
	case 1:
		snprintf(line, sizeof(line), "follow %s", any_switch(&on));
		err = say_line(slot, line);
		if (f->what != WHAT_TRACER && !err)
			found("a console follows");
		if (!err) {
			f->follow = on;
			f->followed |= on;
		}
		break;
	case 2:
		snprintf(line, sizeof(line), "events %s", any_switch(&on));
		if (!say_line(slot, line))
			f->events = on;
		break;
	case 3:
		/* All who write to a console have to know. */
		if (f->what != WHAT_TRACER || f->shared)
			return;
		snprintf(line, sizeof(line), "packed %s", any_switch(&on));
		err = say_line(slot, line);
		if (err != (f->line_len ? EBUSY : 0))
			found("%s gives %d with %zu bytes half read", line, err, f->line_len);
		if (!err) {
			f->packed = on;
			f->many = on;
		}
		break;
	}
}

void step_switch(void)
{
	struct slot *slot = any_slot();

	if (slot)
		change_form(slot, below(4));
}

static const struct {
	const char *line;
	int err;
} bad_lines[] = {
	{ "con", ENOSYS }, { "CONT", ENOSYS }, { " cont", EINVAL }, { "", EINVAL },
	{ "trace nosuchcall", ENOSYS }, { "trace ,", EINVAL }, { "trace %nothing", EINVAL },
	{ "limit", EINVAL }, { "limit x", EINVAL }, { "limit 65537", ERANGE },
	{ "tid", EINVAL }, { "tid maybe", EINVAL }, { "log 3", ERANGE }, { "log 16385", ERANGE },
	{ "skip-ok", EINVAL }, { "skip-ok x", EINVAL }, { "skip-ok -1", ERANGE },
	{ "skip-fail 0", ERANGE }, { "skip-fail ERESTARTSYS", ERANGE },
	{ "skip-fail EIOU", EINVAL },
	{ "signals SIGNONE", EINVAL }, { "timeout 1", EINVAL }, { "timeout x cont", EINVAL },
	{ "onclose", EINVAL }, { "on", EINVAL }, { "on all", EINVAL }, { "detach now", EINVAL },
	{ "cont cont", EINVAL }, { "ok -4095", ERANGE }, { "follow", EINVAL },
};

void step_say_badly(void)
{
	struct slot *slot = any_slot();
	unsigned int i = below(ARRAY_SIZE(bad_lines));
	struct file *f;
	int err;

	if (!slot || slot->file->what == WHAT_READER)
		return;
	f = slot->file;
	err = say_line(slot, bad_lines[i].line);
	if (!err)
		found("\"%s\" is taken", bad_lines[i].line);
	if (is_strict(f) && f->target < MAX_TRACEES && err != bad_lines[i].err && err != ENOMEM &&
	    !(f->packed && err == EINVAL))
		found("\"%s\" gives %s", bad_lines[i].line, strerrorname_np(err));
}

/* Several lines at once: those that took effect are whole. */
void step_say_many(void)
{
	struct slot *slot = any_tracer();
	char text[1000] = "";
	unsigned int n = 2 + below(4);
	ssize_t ret;

	if (!slot || slot->file->packed)
		return;
	while (n--) {
		strcat(text, percent(15) ? "nonsense" :
		       gentle_lines[below(ARRAY_SIZE(gentle_lines))]);
		strcat(text, "\n");
	}
	if (percent(20))
		text[strlen(text) - 1 - below(3)] = '\0';
	ret = write(slot->fd, text, strlen(text));
	doing("say %d %zu bytes of lines = %zd", slot->fd, strlen(text), ret < 0 ? -errno : ret);
	if (ret > (ssize_t)strlen(text) || (ret > 0 && text[ret - 1] != '\n') || !ret)
		found("%zd bytes of these lines took effect: %s", ret, text);
	if (ret < 0 && !is_documented(errno))
		found("lines give %d", errno);
	for (; ret >= 6; ret--)
		if (!strncmp(text + ret - 6, "error\n", 6))
			model_asked(slot->file, 0);
}

/* A line that was right once. */
void step_mutate(void)
{
	static const char * const lines[] = {
		"1234 cont", "write 1, \"hello\\n\", 6", "set 2+4 \"data\"", "get 2+1 10", "get &2",
		"on %file,!openat when=3..9+2 skip-fail ENOENT", "timeout 5 cont",
		"openat -100, \"/dev/null\", 0x0, 0", "execve \"/bin/true\", [\"true\"], _",
		"signals !SIGINT,SIGRT_2", "trace !read,%desc i386:write", "log 64", "ok 5",
		"fail EIO",
	};
	struct slot *slot = any_tracer();
	char text[200];
	ssize_t ret;
	size_t len;
	int n;

	if (!slot || world->mode != MODE_WILD || slot->file->gentle)
		return;
	/* Nobody knows what they do. */
	slot->file->shared = true;
	len = snprintf(text, sizeof(text), "%s\n%s\n", lines[below(ARRAY_SIZE(lines))],
		       lines[below(ARRAY_SIZE(lines))]);
	for (n = below(6); n; n--)
		text[below(len)] = percent(50) ? below(256) : "0123456789 ,\"\\_!%&+-\n"[below(22)];
	ret = write(slot->fd, text, len);
	doing("say %d nonsense = %zd", slot->fd, ret < 0 ? -errno : ret);
	if (ret < 0 ? !is_documented(errno) : ret > (ssize_t)len)
		found("nonsense gives %zd, %s", ret, strerrorname_np(errno));
	if (ret < 0 && percent(10) && write(slot->fd, bad_address(), 10) >= 0)
		found("a bad address can be written from");
}
