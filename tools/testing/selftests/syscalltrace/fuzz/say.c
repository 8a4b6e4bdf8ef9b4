// SPDX-License-Identifier: GPL-2.0
/*
 * Commands said in text in other words than they came in, for the parser to
 * understand again; answers said in text without asking whether they are any good.
 */

#include <stdarg.h>

#include "fuzz.h"

void fuzz_say(struct fuzz_text *to, const char *format, ...)
{
	size_t room = sizeof(to->text) - to->len;
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(to->text + to->len, room, format, args);
	va_end(args);
	to->len += (size_t)len < room ? (size_t)len : room - 1;
}

/* Never as it is shown, as that would keep what was shown. */
void fuzz_say_string(struct fuzz_text *to, const u8 *bytes, size_t len)
{
	static const char digits[] = "0123456789abcdef";

	fuzz_say(to, "\"");
	while (len-- && sizeof(to->text) - to->len > 8) {
		to->text[to->len++] = '\\';
		to->text[to->len++] = 'x';
		to->text[to->len++] = digits[*bytes >> 4];
		to->text[to->len++] = digits[*bytes++ & 15];
	}
	fuzz_say(to, "\"");
}

static void say_signed(struct fuzz_text *to, s64 value)
{
	if (value < 0)
		fuzz_say(to, "-0x%llx", -(u64)value);
	else
		fuzz_say(to, "%lld", (long long)value);
}

void fuzz_say_number(struct fuzz_text *to, u8 kind, unsigned int word, u64 value)
{
	value = syscall_arg_value(kind, word, value);
	if (syscall_arg_is_pointer(kind) && !value)
		fuzz_say(to, "NULL");
	else if (kind == SYSCALL_ARG_FD || kind == SYSCALL_ARG_INT || kind == SYSCALL_ARG_LONG)
		say_signed(to, value);
	else
		fuzz_say(to, "0%llo", (unsigned long long)value);
}

void fuzz_say_name(struct fuzz_text *to, u32 abi, u32 nr, bool raw)
{
	const struct syscall_desc *desc = raw ? NULL : syscall_desc(abi, nr);

	if (abi)
		fuzz_say(to, "%s:", syscall_abi_name(abi));
	if (desc)
		fuzz_say(to, "%s", desc->name);
	else
		fuzz_say(to, "syscall_%u", nr);
}

static void say_list(struct fuzz_text *to, const struct syscall_fresh *fresh)
{
	const u8 *from = fresh->bytes;
	u32 n;
	u16 len;

	fuzz_say(to, "[ ");
	for (n = 0; n < fresh->count; n++) {
		memcpy(&len, from, sizeof(len));
		fuzz_say(to, n ? " , " : "");
		fuzz_say_string(to, from + sizeof(len), len);
		from += sizeof(len) + len;
	}
	HOLDS(from == fresh->bytes + fresh->len, "%u elements", fresh->count);
	fuzz_say(to, " ]");
}

static void say_new_call(struct fuzz_text *to, const struct syscall_command *cmd,
			 const struct syscall_record *shown)
{
	const struct syscall_desc *desc = cmd->raw ? NULL : syscall_describe(&cmd->call);
	unsigned int i, nr_args = desc ? desc->nr_args : SYSCALL_MAX_ARGS;
	unsigned int word = syscall_abi_word(cmd->call.abi);

	fuzz_say_name(to, cmd->call.abi, cmd->call.nr, cmd->raw);
	for (i = 0; i < nr_args; i++) {
		u64 value = cmd->call.args[i];

		fuzz_say(to, i ? "," : "\t");
		if (cmd->fresh[i].bytes && cmd->fresh[i].is_list)
			say_list(to, &cmd->fresh[i]);
		else if (cmd->fresh[i].bytes)
			fuzz_say_string(to, cmd->fresh[i].bytes, cmd->fresh[i].len);
		else if (!cmd->nr_fresh && value == (shown ? shown->call.args[i] : 0))
			fuzz_say(to, "_");
		else
			fuzz_say_number(to, desc ? desc->args[i].kind : SYSCALL_ARG_PTR, word,
					value);
	}
}

/*
 * Members of a set, or what it lacks, whatever is less. A name without an ABI is for
 * all of them.
 */
static void say_set(struct fuzz_text *to, const struct syscall_set *set)
{
	unsigned int n, in = 0, nr, abi;
	bool most;

	for (n = 0; n < SYSCALL_NR_ABIS * SYSCALL_SET_WORDS; n++)
		in += __builtin_popcountll(set->bits[n / SYSCALL_SET_WORDS][n % SYSCALL_SET_WORDS]);
	most = in > SYSCALL_NR_ABIS * SYSCALL_SET_BITS / 2;
	fuzz_say(to, most ? "all" : "none");
	for (nr = 0; nr < SYSCALL_SET_BITS && to->len < SYSCALL_LINE_MAX; nr++) {
		bool native = syscall_set_has(set, SYSCALL_ABI_NATIVE, nr) != most;

		if (native)
			fuzz_say(to, most ? ",!syscall_%u" : ",syscall_%u", nr);
		for (abi = SYSCALL_ABI_I386; abi <= SYSCALL_ABI_X32; abi++) {
			bool one = syscall_set_has(set, abi, nr) != most;

			if (one != native)
				fuzz_say(to, ",%s%s:syscall_%u", one == most ? "!" : "",
					 syscall_abi_name(abi), nr);
		}
	}
}


static void say_action(struct fuzz_text *to, const struct syscall_command *cmd)
{
	static const char *const words[] = {
		[SYSCALL_ACTION_CONT] = "cont", [SYSCALL_ACTION_STOP] = "stop",
		[SYSCALL_ACTION_KILL] = "kill", [SYSCALL_ACTION_LOG] = "log",
	};

	if (cmd->action != SYSCALL_ACTION_VALUE)
		fuzz_say(to, "%s", words[cmd->action]);
	else if (cmd->value < 0 && cmd->value >= -SYSCALL_ERRNO_MAX)
		fuzz_say(to, "skip-fail 0x%llx", -(unsigned long long)cmd->value);
	else
		fuzz_say(to, "skip-ok %lld", (long long)cmd->value);
}

static void say_rule(struct fuzz_text *to, const struct syscall_command *cmd)
{
	fuzz_say(to, "on ");
	say_set(to, &cmd->set);
	fuzz_say(to, " when=%u..%u+%u ", cmd->when.first, cmd->when.last, cmd->when.step);
	say_action(to, cmd);
}

void fuzz_say_signal(struct fuzz_text *to, s64 sig)
{
	static const char *const names[] = {
		"HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1",
		"SEGV", "USR2", "PIPE", "ALRM", "TERM", "STKFLT", "CHLD", "CONT", "STOP",
		"TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH",
		"IO", "PWR", "SYS",
	};

	if (sig >= 1 && sig <= (s64)ARRAY_SIZE(names))
		fuzz_say(to, "%s%s", sig % 2 ? "SIG" : "", names[sig - 1]);
	else
		fuzz_say(to, "SIGRT_%lld", (long long)(sig - 32ULL));
}

static void say_signals(struct fuzz_text *to, u64 set)
{
	unsigned int sig;

	fuzz_say(to, "signals none");
	for (sig = 1; sig <= SYSCALL_SIGNAL_MAX; sig++) {
		if (!(set >> (sig - 1) & 1))
			continue;
		fuzz_say(to, sig % 3 ? ", " : " ");
		fuzz_say_signal(to, sig);
	}
}

static void say_signal(struct fuzz_text *to, s64 sig)
{
	fuzz_say(to, "signal ");
	fuzz_say_signal(to, sig);
}

static void say_switch(struct fuzz_text *to, const char *verb, s64 value)
{
	static const char *const values[] = { "off", "on", "require" };

	fuzz_say(to, "%s %s", verb, values[value]);
}

static void say_value(struct fuzz_text *to, const char *ok, const char *fail, s64 value)
{
	if (value < 0 && value >= -SYSCALL_ERRNO_MAX)
		fuzz_say(to, "%s %lld", fail, -(long long)value);
	else
		fuzz_say(to, "%s %lld", ok, (long long)value);
}

static void say_onclose(struct fuzz_text *to, const struct syscall_command *cmd)
{
	if (cmd->onclose == SYSCALL_ONCLOSE_FAIL)
		fuzz_say(to, "onclose skip-fail %lld", -(long long)cmd->value);
	else
		fuzz_say(to, "onclose %s",
			 cmd->onclose == SYSCALL_ONCLOSE_KILL ? "kill" : "cont");
}

static void say_timeout(struct fuzz_text *to, const struct syscall_command *cmd)
{
	if (!cmd->seconds) {
		fuzz_say(to, "timeout off");
		return;
	}
	fuzz_say(to, "timeout 0x%x ", cmd->seconds);
	say_action(to, cmd);
}

static void say_setting(struct fuzz_text *to, const struct syscall_command *cmd)
{
	static const char *const words[] = {
		[SYSCALL_VERB_TID] = "tid", [SYSCALL_VERB_OUT] = "out",
		[SYSCALL_VERB_BIND] = "bind", [SYSCALL_VERB_FOLLOW] = "follow",
		[SYSCALL_VERB_EVENTS] = "events", [SYSCALL_VERB_VDSO] = "vdso",
		[SYSCALL_VERB_PACKED] = "packed",
	};

	switch (cmd->verb) {
	case SYSCALL_VERB_TRACE:
		fuzz_say(to, "trace ");
		say_set(to, &cmd->set);
		break;
	case SYSCALL_VERB_ON:
		say_rule(to, cmd);
		break;
	case SYSCALL_VERB_SIGNALS:
		say_signals(to, cmd->signals);
		break;
	case SYSCALL_VERB_ONCLOSE:
		say_onclose(to, cmd);
		break;
	case SYSCALL_VERB_TIMEOUT:
		say_timeout(to, cmd);
		break;
	case SYSCALL_VERB_LIMIT:
		fuzz_say(to, "limit %lld", (long long)cmd->value);
		break;
	case SYSCALL_VERB_LOG_SIZE:
		fuzz_say(to, "log %lld", (long long)cmd->value);
		break;
	case SYSCALL_VERB_LOG_DROP:
		fuzz_say(to, "log %s", cmd->value ? "drop" : "wait");
		break;
	default:
		say_switch(to, words[cmd->verb], cmd->value);
	}
}

static void say_memory(struct fuzz_text *to, const struct syscall_command *cmd)
{
	switch (cmd->verb) {
	case SYSCALL_VERB_SET:
		fuzz_say(to, "set %u+%llu ", cmd->arg, (unsigned long long)cmd->off);
		fuzz_say_string(to, cmd->data, cmd->len);
		break;
	case SYSCALL_VERB_GET_ADDRESS:
		fuzz_say(to, "get &0x%x ", cmd->arg);
		break;
	default:
		fuzz_say(to, "get %u", cmd->arg);
		if (cmd->len)
			fuzz_say(to, "+%llu %u", (unsigned long long)cmd->off, cmd->len);
	}
}

bool fuzz_say_command(struct fuzz_text *to, const struct syscall_command *cmd,
		      const struct syscall_record *shown)
{
	static const char *const words[] = {
		[SYSCALL_VERB_CONT] = "cont", [SYSCALL_VERB_STEP] = "step",
		[SYSCALL_VERB_REPORT] = "report", [SYSCALL_VERB_DISCARD] = "discard",
		[SYSCALL_VERB_DETACH] = "detach", [SYSCALL_VERB_ERROR] = "error",
		[SYSCALL_VERB_ON_CLEAR] = "on clear",
	};

	to->len = 0;
	if (cmd->verb < ARRAY_SIZE(words) && words[cmd->verb])
		fuzz_say(to, "%s", words[cmd->verb]);
	else if (cmd->verb == SYSCALL_VERB_SKIP)
		say_value(to, "skip-ok", "skip-fail", cmd->value);
	else if (cmd->verb == SYSCALL_VERB_RESULT)
		say_value(to, "ok", "fail", cmd->value);
	else if (cmd->verb == SYSCALL_VERB_SIGNAL)
		say_signal(to, cmd->value);
	else if (cmd->verb == SYSCALL_VERB_REWRITE)
		say_new_call(to, cmd, shown);
	else if (cmd->verb == SYSCALL_VERB_SET || cmd->verb == SYSCALL_VERB_GET ||
		 cmd->verb == SYSCALL_VERB_GET_ADDRESS)
		say_memory(to, cmd);
	else
		say_setting(to, cmd);
	return to->len < SYSCALL_LINE_MAX;
}
