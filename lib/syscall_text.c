// SPDX-License-Identifier: GPL-2.0-only
/*
 * Text form of system call records and of the answers to them.
 *
 *	record	:= [TID " "] body "\n"
 *	body	:= call | result | "done " result
 *		 | "log " time " " (time | "?") " " call " = " (result | "?")
 *		 | "lost " number
 *		 | "data " arg "+" offset ", " string | "data &" arg ", " address
 *		 | "error " column ", " string
 *		 | "signal " signal ", " code ", " pid ", " uid ", " value
 *		 | "new " TID | "exec " string | "exit " number | "killed " signal | "gone"
 *	result	:= "ok " number {", " arg " " memory} | "fail " error
 *	time	:= seconds "." nine digits
 *	call	:= [abi ":"] name [" " value {", " value}]
 *	value	:= number | ["~"] memory
 *	memory	:= address | string ["..."]
 *		 | "[" [memory {", " memory}] [", "] ["..."] "]"
 *		 | "{" memory {", " memory} "}"
 *	address	:= number | "NULL"
 *
 *	line	:= [TID " "] command "\n"
 *	command	:= "cont" | "step" | "report" | "skip-ok " number | "skip-fail " error
 *		 | "ok " number | "fail " error
 *		 | [abi ":"] name [" " new {", " new}]
 *		 | "set " arg ["+" offset] " " string
 *		 | "get " arg ["+" offset " " length] | "get &" arg
 *		 | "trace " set | "limit " number | "tid " switch | "out " switch
 *		 | "bind " switch | "bind require" | "follow " switch | "events " switch
 *		 | "vdso " switch
 *		 | "onclose cont" | "onclose kill" | "onclose skip-fail " error
 *		 | "timeout off" | "timeout " seconds " " action
 *		 | "on " calls [" when=" when] " " (action | "stop" | "log")
 *		 | "on clear" | "log " number | "log wait" | "log drop"
 *		 | "signals " signals | "discard" | "signal " signal
 *		 | "detach" | "error" | "packed" [" " switch]
 *	new	:= "_" | value as shown | number | "NULL" | string
 *		 | "[" [string {"," string}] "]"
 *	switch	:= "on" | "off"
 *	set	:= ["!"] ("all" | "none" | [abi ":"] (name | "%" class)) {("," | " ") ["!"] ...}
 *	calls	:= set without blanks
 *	when	:= first [".." last] ["+" [step]]
 *	action	:= "cont" | "kill" | "skip-ok " number | "skip-fail " error
 *	error	:= name from errno.h | number
 *	signal	:= name from signal.h, with or without "SIG" | "SIGRT_" number
 *	signals	:= ["!"] ("all" | "none" | signal) {("," | " ") ["!"] ...}
 *	name	:= name from lib/syscall_desc.tbl | "syscall_" number
 *	number	:= as in C: decimal, 0x hexadecimal, 0 octal; a minus where it fits
 *	string	:= as in C: printable ASCII and escapes between quotes
 *
 * Blanks may stand around commas and at the end of a line.
 */

#include <linux/errname.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/signal.h>
#include <linux/string.h>
#include <linux/syscall_text.h>

#include "syscall_answer.h"

#define FIRST_RT_SIGNAL		32
/* A timeout of more than ten years is none. */
#define MAX_SECONDS		(10 * 365 * 24 * 3600)
/* Results that only the kernel itself may use: ERESTARTSYS and its relatives. */
#define FIRST_RESTART		512
#define LAST_RESTART		516
#define NSEC_PER_SECOND		1000000000

/* ------------------------------ records out ------------------------------ */

/**
 * struct text_out - where text goes
 * @buf: buffer
 * @size: its size
 * @len: length of the text so far, also of what did not fit
 * @compare: do not write to the buffer, but compare with it
 * @differs: it is not the same
 */
struct text_out {
	char *buf;
	size_t size;
	size_t len;
	bool compare;
	bool differs;
};

static void put_char(struct text_out *out, char c)
{
	if (out->len >= out->size)
		out->differs = true;
	else if (!out->compare)
		out->buf[out->len] = c;
	else if (out->buf[out->len] != c)
		out->differs = true;
	out->len++;
}

static void put_text(struct text_out *out, const char *s)
{
	size_t len = strlen(s);

	if (!out->compare && out->len + len <= out->size) {
		memcpy(out->buf + out->len, s, len);
		out->len += len;
		return;
	}
	while (*s)
		put_char(out, *s++);
}

static void put_digits(struct text_out *out, u64 value, unsigned int base)
{
	char digits[22];
	int n = 0;

	do {
		digits[n++] = "0123456789abcdef"[value % base];
		value /= base;
	} while (value);
	while (n)
		put_char(out, digits[--n]);
}

static void put_unsigned(struct text_out *out, u64 value)
{
	put_digits(out, value, 10);
}

static void put_signed(struct text_out *out, s64 value)
{
	if (value < 0)
		put_char(out, '-');
	put_digits(out, value < 0 ? -(u64)value : value, 10);
}

static void put_hex(struct text_out *out, u64 value)
{
	put_text(out, "0x");
	put_digits(out, value, 16);
}

static void put_octal(struct text_out *out, u64 value)
{
	if (value)
		put_char(out, '0');
	put_digits(out, value, 8);
}

/*
 * Three octal digits, always: C reads a hexadecimal escape on into the digits
 * that follow it, and string_escape_mem() has \e, which C does not know.
 */
static void put_escaped(struct text_out *out, u8 c)
{
	static const char letters[] = "\n\t\r\"\\", names[] = "ntr\"\\";
	const char *special = c ? strchr(letters, c) : NULL;

	if (special) {
		put_char(out, '\\');
		put_char(out, names[special - letters]);
	} else if (c >= ' ' && c <= '~') {
		put_char(out, c);
	} else {
		put_char(out, '\\');
		put_char(out, '0' + (c >> 6));
		put_char(out, '0' + (c >> 3 & 7));
		put_char(out, '0' + (c & 7));
	}
}

static bool is_printed(u8 c)
{
	return c >= ' ' && c <= '~' && c != '"' && c != '\\';
}

/* Most bytes are, and there may be many. Return how many were put. */
static size_t put_printed(struct text_out *out, const u8 *bytes, size_t len)
{
	size_t n = 0;

	if (out->compare || out->len >= out->size)
		return 0;
	if (len > out->size - out->len)
		len = out->size - out->len;
	while (n < len && is_printed(bytes[n]))
		n++;
	memcpy(out->buf + out->len, bytes, n);
	out->len += n;
	return n;
}

static void put_string(struct text_out *out, const u8 *bytes, size_t len)
{
	const u8 *end = bytes + len;

	put_char(out, '"');
	while (bytes < end) {
		bytes += put_printed(out, bytes, end - bytes);
		if (bytes < end)
			put_escaped(out, *bytes++);
	}
	put_char(out, '"');
}

static void put_error(struct text_out *out, int error)
{
	const char *name = errname(error);

	if (name)
		put_text(out, name);
	else
		put_unsigned(out, error);
}

static const char *const signal_names[] = {
	[SIGHUP] = "HUP", [SIGINT] = "INT", [SIGQUIT] = "QUIT", [SIGILL] = "ILL",
	[SIGTRAP] = "TRAP", [SIGABRT] = "ABRT", [SIGBUS] = "BUS", [SIGFPE] = "FPE",
	[SIGKILL] = "KILL", [SIGUSR1] = "USR1", [SIGSEGV] = "SEGV", [SIGUSR2] = "USR2",
	[SIGPIPE] = "PIPE", [SIGALRM] = "ALRM", [SIGTERM] = "TERM",
	[SIGSTKFLT] = "STKFLT", [SIGCHLD] = "CHLD", [SIGCONT] = "CONT",
	[SIGSTOP] = "STOP", [SIGTSTP] = "TSTP", [SIGTTIN] = "TTIN", [SIGTTOU] = "TTOU",
	[SIGURG] = "URG", [SIGXCPU] = "XCPU", [SIGXFSZ] = "XFSZ",
	[SIGVTALRM] = "VTALRM", [SIGPROF] = "PROF", [SIGWINCH] = "WINCH",
	[SIGIO] = "IO", [SIGPWR] = "PWR", [SIGSYS] = "SYS",
};

static void put_signal(struct text_out *out, unsigned int sig)
{
	put_text(out, "SIG");
	if (sig < ARRAY_SIZE(signal_names) && signal_names[sig]) {
		put_text(out, signal_names[sig]);
	} else {
		put_text(out, "RT_");
		put_unsigned(out, sig - FIRST_RT_SIGNAL);
	}
}

static void put_pointer(struct text_out *out, u64 value)
{
	if (value)
		put_hex(out, value);
	else
		put_text(out, "NULL");
}

static void put_number(struct text_out *out, u8 kind, u64 value)
{
	switch (kind) {
	case SYSCALL_ARG_FD:
	case SYSCALL_ARG_INT:
	case SYSCALL_ARG_LONG:
		put_signed(out, value);
		break;
	case SYSCALL_ARG_UINT:
	case SYSCALL_ARG_SIZE:
		put_unsigned(out, value);
		break;
	case SYSCALL_ARG_FLAGS:
	case SYSCALL_ARG_LFLAGS:
		put_hex(out, value);
		break;
	case SYSCALL_ARG_MODE:
		put_octal(out, value);
		break;
	default:
		put_pointer(out, value);
	}
}

static void put_block(struct text_out *out, const struct syscall_data *data,
		      const struct syscall_block *block)
{
	switch (block->kind) {
	case SYSCALL_BLOCK_BYTES:
		put_string(out, data->bytes + block->off, block->len);
		if (block->more)
			put_text(out, "...");
		break;
	case SYSCALL_BLOCK_ADDRESS:
		put_pointer(out, block->addr);
		break;
	case SYSCALL_BLOCK_LIST:
		put_char(out, '[');
		break;
	case SYSCALL_BLOCK_LIST_END:
		if (block->more)
			put_text(out, "...");
		put_char(out, ']');
		break;
	case SYSCALL_BLOCK_STRUCT:
		put_char(out, '{');
		break;
	case SYSCALL_BLOCK_STRUCT_END:
		put_char(out, '}');
		break;
	}
}

static bool block_opens(const struct syscall_block *block)
{
	return block->kind == SYSCALL_BLOCK_LIST || block->kind == SYSCALL_BLOCK_STRUCT;
}

static bool block_closes(const struct syscall_block *block)
{
	return block->kind == SYSCALL_BLOCK_LIST_END ||
	       block->kind == SYSCALL_BLOCK_STRUCT_END;
}

/* Put the blocks of one argument. @nr: the first; return the one behind. */
static u32 put_blocks(struct text_out *out, const struct syscall_data *data, u32 nr)
{
	u8 arg = data->blocks[nr].arg;
	bool first = true;

	for (; nr < data->nr && data->blocks[nr].arg == arg; nr++) {
		const struct syscall_block *block = &data->blocks[nr];

		if (!first && (!block_closes(block) || block->more))
			put_text(out, ", ");
		put_block(out, data, block);
		first = block_opens(block);
	}
	return nr;
}

/* The first block of an argument; data->nr if there is none. */
static u32 find_blocks(const struct syscall_data *data, unsigned int arg)
{
	u32 nr;

	for (nr = 0; nr < data->nr && data->blocks[nr].arg != arg; nr++)
		;
	return nr;
}

static void put_arg(struct text_out *out, const struct syscall_call *call,
		    const struct syscall_data *data, const struct syscall_desc *desc,
		    unsigned int i)
{
	u32 nr = find_blocks(data, i);
	u8 kind;

	if (data->unbound & BIT(i))
		put_char(out, '~');
	if (nr < data->nr) {
		put_blocks(out, data, nr);
	} else if (desc) {
		kind = desc->args[i].kind;
		put_number(out, kind, syscall_arg_value(kind, syscall_abi_word(call->abi),
							call->args[i]));
	} else {
		put_hex(out, call->args[i]);
	}
}

static void put_call(struct text_out *out, const struct syscall_call *call,
		     const struct syscall_data *data)
{
	const struct syscall_desc *desc = syscall_describe(call);
	unsigned int i, nr_args = desc ? desc->nr_args : SYSCALL_MAX_ARGS;

	if (*syscall_abi_name(call->abi)) {
		put_text(out, syscall_abi_name(call->abi));
		put_char(out, ':');
	}
	if (desc) {
		put_text(out, desc->name);
	} else {
		put_text(out, "syscall_");
		put_unsigned(out, call->nr);
	}
	for (i = 0; i < nr_args; i++) {
		put_text(out, i ? ", " : " ");
		put_arg(out, call, data, desc, i);
	}
}

static void put_result(struct text_out *out, const struct syscall_record *rec,
		       const struct syscall_data *data)
{
	const struct syscall_desc *desc = syscall_describe(&rec->call);
	u32 nr = 0;

	if (syscall_result_is_error(rec->ret)) {
		put_text(out, "fail ");
		put_error(out, -rec->ret);
		return;
	}
	put_text(out, "ok ");
	if (desc && desc->ret == SYSCALL_RET_ADDR)
		put_hex(out, rec->ret);
	else
		put_signed(out, rec->ret);
	while (nr < data->nr) {
		put_text(out, ", ");
		put_unsigned(out, data->blocks[nr].arg + 1);
		put_char(out, ' ');
		nr = put_blocks(out, data, nr);
	}
}

static void put_seconds(struct text_out *out, u64 ns)
{
	u64 seconds = ns / NSEC_PER_SECOND;
	u32 rest = ns % NSEC_PER_SECOND, digit;

	put_unsigned(out, seconds);
	put_char(out, '.');
	for (digit = NSEC_PER_SECOND / 10; digit; digit /= 10)
		put_char(out, '0' + rest / digit % 10);
}

static void put_log(struct text_out *out, const struct syscall_record *rec)
{
	struct syscall_data in = rec->data, result = rec->data;

	in.nr = rec->nr_in;
	result.nr -= rec->nr_in;
	result.blocks += rec->nr_in;
	put_text(out, "log ");
	put_seconds(out, rec->time);
	put_char(out, ' ');
	if (rec->duration == SYSCALL_NO_RESULT)
		put_char(out, '?');
	else
		put_seconds(out, rec->duration);
	put_char(out, ' ');
	put_call(out, &rec->call, &in);
	put_text(out, " = ");
	if (rec->duration == SYSCALL_NO_RESULT)
		put_char(out, '?');
	else
		put_result(out, rec, &result);
}

static void put_siginfo(struct text_out *out, const struct syscall_siginfo *info)
{
	put_text(out, "signal ");
	put_signal(out, info->sig);
	put_text(out, ", ");
	put_signed(out, info->code);
	put_text(out, ", ");
	put_signed(out, info->pid);
	put_text(out, ", ");
	put_unsigned(out, info->uid);
	put_text(out, ", ");
	put_hex(out, info->value);
}

/* Signals, and what happens to threads between their calls; what got lost. */
static void put_life(struct text_out *out, const struct syscall_record *rec)
{
	switch (rec->kind) {
	case SYSCALL_RECORD_SIGNAL:
		put_siginfo(out, &rec->siginfo);
		break;
	case SYSCALL_RECORD_NEW:
		put_text(out, "new ");
		put_unsigned(out, rec->ret);
		break;
	case SYSCALL_RECORD_EXEC:
		put_text(out, "exec ");
		if (rec->data.nr)
			put_block(out, &rec->data, rec->data.blocks);
		else
			put_text(out, "\"\"...");
		break;
	case SYSCALL_RECORD_EXITED:
		put_text(out, "exit ");
		put_unsigned(out, rec->ret);
		break;
	case SYSCALL_RECORD_KILLED:
		put_text(out, "killed ");
		put_signal(out, rec->ret);
		break;
	case SYSCALL_RECORD_GONE:
		put_text(out, "gone");
		break;
	case SYSCALL_RECORD_LOST:
		put_text(out, "lost ");
		put_unsigned(out, rec->ret);
		break;
	}
}

/**
 * syscall_text_format - write a record as a line of text
 * @buf: where to; not terminated
 * @size: size of @buf in bytes; the text is cut there
 * @rec: the record
 * @with_tid: whether the line begins with the thread id
 *
 * Context: Any.
 * Return: Length of the whole line in bytes, which may be more than @size.
 */
size_t syscall_text_format(char *buf, size_t size,
			   const struct syscall_record *rec, bool with_tid)
{
	struct text_out out = { .buf = buf, .size = size };

	if (with_tid && rec->kind != SYSCALL_RECORD_ERROR && rec->kind != SYSCALL_RECORD_LOST) {
		put_unsigned(&out, rec->tid);
		put_char(&out, ' ');
	}
	switch (rec->kind) {
	case SYSCALL_RECORD_ENTRY:
		put_call(&out, &rec->call, &rec->data);
		break;
	case SYSCALL_RECORD_RESULT:
		put_text(&out, "done ");
		put_result(&out, rec, &rec->data);
		break;
	case SYSCALL_RECORD_EXIT:
		put_result(&out, rec, &rec->data);
		break;
	case SYSCALL_RECORD_LOG:
		put_log(&out, rec);
		break;
	case SYSCALL_RECORD_DATA:
		put_text(&out, "data ");
		put_unsigned(&out, rec->arg);
		put_char(&out, '+');
		put_unsigned(&out, rec->off);
		put_text(&out, ", ");
		put_string(&out, rec->text, rec->len);
		break;
	case SYSCALL_RECORD_ADDRESS:
		put_text(&out, "data &");
		put_unsigned(&out, rec->arg);
		put_text(&out, ", ");
		put_pointer(&out, rec->off);
		break;
	case SYSCALL_RECORD_ERROR:
		put_text(&out, "error ");
		put_unsigned(&out, rec->off);
		put_text(&out, ", ");
		put_string(&out, rec->text, rec->len);
		break;
	default:
		put_life(&out, rec);
	}
	put_char(&out, '\n');
	return out.len;
}

/* ------------------------ answers, whatever the form ------------------------ */

/**
 * syscall_answer_error - may a program be given this error?
 * @number: its positive number
 * @value: set to the result that the program sees
 * @why: set when it may not
 *
 * Context: Any.
 * Return: 0 or -ERANGE.
 */
int syscall_answer_error(u64 number, s64 *value, const char **why)
{
	*value = -number;
	if (number > SYSCALL_ERRNO_MAX)
		*why = "number out of range";
	else if (!number)
		*why = "0 is no error";
	else if (number >= FIRST_RESTART && number <= LAST_RESTART)
		*why = "only the kernel may use this error";
	else
		return 0;
	return -ERANGE;
}

/* Does a number fit @bits bits, read as signed or as unsigned? */
static bool fits(const struct syscall_number *num, unsigned int bits)
{
	if (num->negative)
		return num->magnitude <= BIT_ULL(bits - 1);
	return bits == 64 || num->magnitude < BIT_ULL(bits);
}

static u64 number_value(const struct syscall_number *num)
{
	return num->negative ? -num->magnitude : num->magnitude;
}

/**
 * syscall_answer_result - may a program be given this result of a success?
 * @num: the result
 * @word: bytes of a word of the ABI
 * @value: set to the result that the program sees
 * @why: set when it may not
 *
 * Context: Any.
 * Return: 0 or -ERANGE.
 */
int syscall_answer_result(const struct syscall_number *num, unsigned int word,
			  s64 *value, const char **why)
{
	if (!fits(num, word * 8)) {
		*why = "number out of range";
		return -ERANGE;
	}
	*value = number_value(num);
	if (word == 4)
		*value = (s32)*value;
	if (!syscall_result_is_error(*value))
		return 0;
	*why = "this would be an error: name it with fail or skip-fail";
	return -ERANGE;
}

/**
 * syscall_answer_place - is this the number of an argument?
 * @arg: the number; the first is 1
 * @why: set if not
 *
 * Context: Any.
 * Return: 0 or -ERANGE.
 */
int syscall_answer_place(u64 arg, const char **why)
{
	if (arg && arg <= SYSCALL_MAX_ARGS)
		return 0;
	*why = arg ? "number out of range" : "the first argument is 1";
	return -ERANGE;
}

/**
 * syscall_answer_data_size - may so much be asked for, or written, at a time?
 * @len: how many bytes
 * @why: set if not
 *
 * Context: Any.
 * Return: 0 or -ERANGE.
 */
int syscall_answer_data_size(u64 len, const char **why)
{
	if (len && len <= SYSCALL_DATA_MAX)
		return 0;
	*why = "number out of range";
	return -ERANGE;
}

/**
 * syscall_answer_number - give an argument a number, or an address
 * @call: the call; its register stays as it is if it has this value already,
 *	also what of it does not count
 * @i: the argument, the first is 0
 * @kind: its &enum syscall_arg_kind
 * @num: the number
 * @why: set when it does not fit
 *
 * Context: Any.
 * Return: 0 or -ERANGE.
 */
int syscall_answer_number(struct syscall_call *call, unsigned int i, u8 kind,
			  const struct syscall_number *num, const char **why)
{
	unsigned int word = syscall_abi_word(call->abi), bits = word * 8;
	u64 value;

	if (kind == SYSCALL_ARG_MODE)
		bits = 16;
	else if (kind != SYSCALL_ARG_LONG && kind != SYSCALL_ARG_SIZE &&
		 kind != SYSCALL_ARG_LFLAGS && !syscall_arg_is_pointer(kind))
		bits = 32;
	if (!fits(num, bits)) {
		*why = "number out of range";
		return -ERANGE;
	}
	value = syscall_arg_value(kind, word, number_value(num));
	if (value != syscall_arg_value(kind, word, call->args[i]))
		call->args[i] = word == 4 ? (u32)value : value;
	return 0;
}

/* What is memory that the call only reads is a buffer, a list or a message. */
static int check_kind(u8 kind, bool list, const char **why)
{
	if (kind == SYSCALL_ARG_MSG || kind == SYSCALL_ARG_MMSG) {
		*why = "new messages cannot be given";
		return -EOPNOTSUPP;
	}
	if (list == (kind == SYSCALL_ARG_STRV || kind == SYSCALL_ARG_IOV))
		return 0;
	*why = list ? "this argument is no list" : "this argument is a list";
	return -EINVAL;
}

/**
 * syscall_answer_memory - may an argument be given new memory?
 * @arg: what it is
 * @list: it would be a list
 * @why: set when it may not
 *
 * Context: Any.
 * Return: 0, -EINVAL, or -EOPNOTSUPP for a message.
 */
int syscall_answer_memory(const struct syscall_arg_desc *arg, bool list, const char **why)
{
	if (!syscall_arg_is_pointer(arg->kind))
		*why = "this argument is a number";
	else if (arg->kind == SYSCALL_ARG_PTR || arg->kind == SYSCALL_ARG_ANY)
		*why = "this argument is an address";
	else if (arg->flags & SYSCALL_ARG_OUT)
		*why = "the call writes there: use set";
	else if (arg->flags & SYSCALL_ARG_FIXED)
		*why = "this memory has its place: use set";
	else
		return check_kind(arg->kind, list, why);
	return -EINVAL;
}

/**
 * syscall_answer_string - may this be a string, or a buffer?
 * @bytes: the bytes
 * @len: how many
 * @ends_with_nul: the call finds the end by a NUL byte
 * @why: set if not
 *
 * Context: Any.
 * Return: 0 or -EINVAL.
 */
int syscall_answer_string(const u8 *bytes, u32 len, bool ends_with_nul, const char **why)
{
	if (!ends_with_nul || !memchr(bytes, '\0', len))
		return 0;
	*why = "NUL byte in a string that ends with one";
	return -EINVAL;
}

static const char wrong_size[] = "new data has the wrong size";

static u32 fresh_length(const struct syscall_fresh *fresh)
{
	return fresh->is_list ? fresh->count : fresh->len;
}

/* A length that was kept becomes that of the new memory. */
static int adapt_length(struct syscall_command *cmd, unsigned int i,
			const struct syscall_desc *desc, u8 *kept, const char **why)
{
	struct syscall_arg_desc arg = syscall_arg(&cmd->call, desc, i);
	const struct syscall_fresh *fresh = &cmd->fresh[i];
	u32 have = fresh_length(fresh);

	if (!fresh->bytes || arg.len_kind != SYSCALL_LEN_ARG || !(*kept & BIT(arg.len - 1)))
		return 0;
	if (have < arg.field || (have - arg.field) % arg.size) {
		*why = wrong_size;
		return -EINVAL;
	}
	cmd->call.args[arg.len - 1] = (have - arg.field) / arg.size;
	/* Another argument may have the same length. */
	*kept &= ~BIT(arg.len - 1);
	return 0;
}

/* How much the call reads of new memory, where that says so itself. */
static int read_length(const struct syscall_fresh *fresh, const struct syscall_arg_desc *arg,
		       u64 *need, const char **why)
{
	u32 field = 0;

	*why = wrong_size;
	if (fresh->len < arg->field + sizeof(field))
		return -EINVAL;
	memcpy(&field, fresh->bytes + arg->field, sizeof(field));
	/* The call has an idea of its own then. */
	*why = "new data says that it has no length";
	*need = (u64)field + arg->size;
	return field ? 0 : -EINVAL;
}

/* Does the call read no more than there is? */
static int check_length(const struct syscall_command *cmd, unsigned int i,
			const struct syscall_desc *desc, const char **why)
{
	struct syscall_arg_desc arg = syscall_arg(&cmd->call, desc, i);
	const struct syscall_fresh *fresh = &cmd->fresh[i];
	u32 have = fresh_length(fresh);
	u64 need = 0;
	int err = 0;

	if (!fresh->bytes || (arg.kind != SYSCALL_ARG_BYTES && arg.kind != SYSCALL_ARG_IOV))
		return 0;
	if (arg.len_kind == SYSCALL_LEN_FIELD)
		err = read_length(fresh, &arg, &need, why);
	else
		syscall_arg_length(&cmd->call, desc, &arg, &need);
	if (err)
		return err;
	*why = wrong_size;
	if (arg.len_kind == SYSCALL_LEN_CONST && need != have)
		return -EINVAL;
	*why = "the length is more than the new data";
	return need > have ? -ERANGE : 0;
}

/**
 * syscall_answer_lengths - make the lengths of a new call fit its new memory
 * @cmd: the new call, complete but for that
 * @kept: bit n: argument n (from 0) was kept, and follows new memory as its length
 * @arg: set to the argument at fault, from 0, when they do not fit
 * @why: set then, too
 *
 * Context: Any.
 * Return: 0, -EINVAL for memory of the wrong size, or -ERANGE if it is too short.
 */
int syscall_answer_lengths(struct syscall_command *cmd, u8 kept, unsigned int *arg,
			   const char **why)
{
	const struct syscall_desc *desc = syscall_describe(&cmd->call);
	unsigned int i;
	int err = 0;

	if (!cmd->nr_fresh)
		return 0;
	for (i = 0; !err && i < desc->nr_args; i++) {
		*arg = i;
		err = adapt_length(cmd, i, desc, &kept, why);
	}
	for (i = 0; !err && i < desc->nr_args; i++) {
		*arg = i;
		err = check_length(cmd, i, desc, why);
	}
	return err;
}

/* ------------------------------ commands in ------------------------------ */

/**
 * struct text_in - the line being read
 * @line: the line without its newline; string escapes are undone in place
 * @pos: next character
 * @len: length of @line
 * @shown: the stop that the line answers, or NULL
 * @err: where the reason for a refusal goes
 */
struct text_in {
	char *line;
	size_t pos;
	size_t len;
	const struct syscall_record *shown;
	struct syscall_text_error *err;
};

static int refuse_at(struct text_in *in, size_t pos, int error, const char *text)
{
	in->err->column = pos + 1;
	in->err->text = text;
	return error;
}

static int refuse(struct text_in *in, int error, const char *text)
{
	return refuse_at(in, in->pos, error, text);
}

/* The next character, 0 at the end. */
static char peek(const struct text_in *in)
{
	return in->pos < in->len ? in->line[in->pos] : '\0';
}

static bool take(struct text_in *in, char c)
{
	if (peek(in) != c)
		return false;
	in->pos++;
	return true;
}

static bool skip_blanks(struct text_in *in)
{
	size_t start = in->pos;

	while (peek(in) == ' ' || peek(in) == '\t')
		in->pos++;
	return in->pos > start;
}

static int expect_end(struct text_in *in)
{
	skip_blanks(in);
	if (in->pos < in->len)
		return refuse(in, -EINVAL, "nothing may follow here");
	return 0;
}

static int expect_blank(struct text_in *in)
{
	if (!skip_blanks(in))
		return refuse(in, -EINVAL, in->pos < in->len ?
			      "blank expected" : "something is missing here");
	if (in->pos == in->len)
		return refuse(in, -EINVAL, "something is missing here");
	return 0;
}

static bool is_word_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '_' || c == '-';
}

/* Take the word at the current position, which may be empty. */
static size_t take_word(struct text_in *in, const char **word)
{
	size_t start = in->pos;

	*word = in->line + start;
	while (is_word_char(peek(in)))
		in->pos++;
	return in->pos - start;
}

static bool word_is(const char *word, size_t len, const char *what)
{
	return len == strlen(what) && !memcmp(word, what, len);
}

static int digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return INT_MAX;
}

static int take_number(struct text_in *in, struct syscall_number *num)
{
	unsigned int base = 10;
	size_t start = in->pos, digits;

	num->negative = take(in, '-');
	num->magnitude = 0;
	digits = in->pos;
	if (take(in, '0')) {
		base = 8;
		if (take(in, 'x') || take(in, 'X')) {
			base = 16;
			digits = in->pos;
		}
	}
	while (digit_value(peek(in)) < base) {
		int d = digit_value(in->line[in->pos++]);

		if (num->magnitude > (U64_MAX - d) / base)
			return refuse_at(in, start, -ERANGE, "number too large");
		num->magnitude = num->magnitude * base + d;
	}
	if (in->pos == digits || is_word_char(peek(in)))
		return refuse_at(in, start, -EINVAL, "not a number");
	return 0;
}

static int take_unsigned(struct text_in *in, u64 max, u64 *value)
{
	size_t start = in->pos;
	struct syscall_number num;
	int err = take_number(in, &num);

	if (err)
		return err;
	if ((num.negative && num.magnitude) || num.magnitude > max)
		return refuse_at(in, start, -ERANGE, "number out of range");
	*value = num.magnitude;
	return 0;
}

static int take_hex_byte(struct text_in *in, u8 *c)
{
	unsigned int n, value = 0;

	for (n = 0; n < 2 && digit_value(peek(in)) < 16; n++)
		value = value * 16 + digit_value(in->line[in->pos++]);
	*c = value;
	return n ? 0 : refuse(in, -EINVAL, "hexadecimal digit expected");
}

static int take_octal_byte(struct text_in *in, u8 *c)
{
	size_t start = in->pos;
	unsigned int n, value = 0;

	for (n = 0; n < 3 && digit_value(peek(in)) < 8; n++)
		value = value * 8 + digit_value(in->line[in->pos++]);
	*c = value;
	return value <= U8_MAX ? 0 :
	       refuse_at(in, start, -EINVAL, "octal escape above \\377");
}

static int take_escape(struct text_in *in, u8 *c)
{
	static const char letters[] = "ntrabfv\\\"'?";
	static const char values[] = "\n\t\r\a\b\f\v\\\"'?";
	char letter = peek(in);
	const char *p;

	if (letter >= '0' && letter <= '7')
		return take_octal_byte(in, c);
	if (take(in, 'x'))
		return take_hex_byte(in, c);
	p = letter ? strchr(letters, letter) : NULL;
	if (!p)
		return refuse(in, -EINVAL, "no such escape");
	in->pos++;
	*c = values[p - letters];
	return 0;
}

/*
 * Take a quoted string and undo its escapes in place; they never get longer.
 */
static int take_string(struct text_in *in, const u8 **bytes, u32 *len)
{
	u8 *to;
	int err;

	if (!take(in, '"'))
		return refuse(in, -EINVAL, "string expected");
	to = (u8 *)in->line + in->pos;
	*bytes = to;
	while (!take(in, '"')) {
		u8 c;

		if (in->pos == in->len)
			return refuse(in, -EINVAL, "string does not end");
		c = in->line[in->pos];
		if (c < ' ' || c > '~')
			return refuse(in, -EINVAL, "byte must be escaped");
		in->pos++;
		if (c == '\\') {
			err = take_escape(in, &c);
			if (err)
				return err;
		}
		*to++ = c;
	}
	*len = to - *bytes;
	return 0;
}

static int find_error(const char *word, size_t len)
{
	static const struct {
		const char *name;
		int value;
	} aliases[] = {
		{ "EWOULDBLOCK", EAGAIN },
		{ "EDEADLOCK", EDEADLK },
		{ "ENOTSUP", EOPNOTSUPP },
	};
	int i;

	for (i = 1; i <= SYSCALL_ERRNO_MAX; i++) {
		const char *name = errname(i);

		if (name && word_is(word, len, name))
			return i;
	}
	for (i = 0; i < ARRAY_SIZE(aliases); i++)
		if (word_is(word, len, aliases[i].name))
			return aliases[i].value;
	return 0;
}

/* Take an error by name or number; @value is the negative errno. */
static int take_error(struct text_in *in, s64 *value)
{
	size_t start = in->pos, len;
	const char *word, *why;
	u64 number;
	int err;

	if (digit_value(peek(in)) < 10 || peek(in) == '-') {
		err = take_unsigned(in, U64_MAX, &number);
		if (err)
			return err;
	} else {
		len = take_word(in, &word);
		number = find_error(word, len);
		if (!number)
			return refuse_at(in, start, -EINVAL, "no such error name");
	}
	err = syscall_answer_error(number, value, &why);
	return err ? refuse_at(in, start, err, why) : 0;
}

/* Take the result of a call that succeeds. */
static int take_result(struct text_in *in, s64 *value)
{
	unsigned int word = in->shown ? syscall_abi_word(in->shown->call.abi) : 8;
	size_t start = in->pos;
	struct syscall_number num;
	const char *why;
	int err = take_number(in, &num);

	if (err)
		return err;
	err = syscall_answer_result(&num, word, value, &why);
	return err ? refuse_at(in, start, err, why) : 0;
}

/* Take "syscall_N". */
static int take_raw_number(struct text_in *in, size_t start, u32 *nr)
{
	static const char raw[] = "syscall_";
	size_t end = in->pos;
	u64 value = 0;
	int err;

	in->pos = start + strlen(raw);
	err = take_unsigned(in, SYSCALL_NR_MAX, &value);
	if (!err && in->pos != end)
		err = refuse_at(in, start, -EINVAL, "not a number");
	in->pos = end;
	*nr = value;
	return err;
}

/* Take the name of a call of @abi. */
static int take_name(struct text_in *in, u32 abi, u32 *nr, bool *raw)
{
	size_t start = in->pos;
	const char *word;
	size_t len = take_word(in, &word);
	int found;

	if (!len)
		return refuse(in, -EINVAL, "name of a call expected");
	*raw = len > 8 && !memcmp(word, "syscall_", 8);
	if (*raw)
		return take_raw_number(in, start, nr);
	found = syscall_desc_nr(abi, word, len);
	if (found < 0)
		return refuse_at(in, start, -ENOSYS, "no such verb or call");
	*nr = found;
	return 0;
}

/* Take "i386:" or "x32:". Return whether there was one. */
static bool take_abi(struct text_in *in, u32 *abi)
{
	size_t start = in->pos;
	const char *word;
	size_t len = take_word(in, &word);
	u32 i;

	for (i = 1; i < SYSCALL_NR_ABIS; i++) {
		if (word_is(word, len, syscall_abi_name(i)) && take(in, ':')) {
			*abi = i;
			return true;
		}
	}
	in->pos = start;
	return false;
}

static int take_numeric_arg(struct text_in *in, struct syscall_command *cmd,
			    unsigned int i, u8 kind)
{
	size_t start = in->pos;
	struct syscall_number num;
	const char *why;
	int err;

	if (syscall_arg_is_pointer(kind) && peek(in) == 'N') {
		const char *name;
		size_t len = take_word(in, &name);

		if (!word_is(name, len, "NULL"))
			return refuse_at(in, start, -EINVAL, "not an address");
		cmd->call.args[i] = 0;
		return 0;
	}
	err = take_number(in, &num);
	if (err)
		return err;
	err = syscall_answer_number(&cmd->call, i, kind, &num, &why);
	return err ? refuse_at(in, start, err, why) : 0;
}

/* Does argument @i have memory that was shown, of the same kind as @arg? */
static bool was_shown(const struct syscall_record *shown, unsigned int i,
		      const struct syscall_arg_desc *arg)
{
	const struct syscall_desc *desc = syscall_describe(&shown->call);
	struct syscall_arg_desc old;

	if (!desc || i >= desc->nr_args)
		return false;
	if (find_blocks(&shown->data, i) == shown->data.nr &&
	    !(shown->data.unbound & BIT(i)))
		return false;
	old = syscall_arg(&shown->call, desc, i);
	return !memcmp(&old, arg, sizeof(old));
}

/*
 * Is the next argument, to its end, the text that was shown of argument @i? For
 * a call that reads it otherwise, equal text is not the same.
 */
static bool take_shown(struct text_in *in, unsigned int i,
		       const struct syscall_arg_desc *arg)
{
	struct text_out out = {
		.buf = in->line + in->pos, .size = in->len - in->pos, .compare = true,
	};
	char next;

	if (!in->shown || !was_shown(in->shown, i, arg))
		return false;
	put_arg(&out, &in->shown->call, &in->shown->data,
		syscall_describe(&in->shown->call), i);
	if (out.differs)
		return false;
	next = out.len < out.size ? out.buf[out.len] : ',';
	if (next != ',' && next != ' ' && next != '\t')
		return false;
	in->pos += out.len;
	return true;
}

/* What can only be kept as it was shown, by whoever answers the stop in time. */
static int refuse_unshown(struct text_in *in, int err, const char *why)
{
	if (!in->shown)
		return refuse(in, -ESRCH, "no stop that was read waits for an answer");
	return refuse(in, err, why);
}

/* A string that stands for memory; "..." only repeats what was shown. */
static int take_new_string(struct text_in *in, bool ends_with_nul, const u8 **bytes, u32 *len)
{
	size_t start = in->pos;
	const char *why;
	int err = take_string(in, bytes, len);

	if (err)
		return err;
	if (peek(in) == '.')
		return refuse_unshown(in, -EINVAL, "... only keeps what was shown");
	err = syscall_answer_string(*bytes, *len, ends_with_nul, &why);
	return err ? refuse_at(in, start, err, why) : 0;
}

/*
 * Take a list of strings. Its elements are put in the place of its text, which
 * is never shorter: the two bytes of their lengths stand where the quotes did.
 */
static int take_list(struct text_in *in, bool ends_with_nul, struct syscall_fresh *fresh)
{
	u8 *to = (u8 *)in->line + in->pos;
	int err;

	fresh->bytes = to;
	fresh->is_list = true;
	take(in, '[');
	skip_blanks(in);
	while (!take(in, ']')) {
		const u8 *bytes;
		u16 len16;
		u32 len;

		if (fresh->count && !take(in, ','))
			return refuse(in, -EINVAL, "comma or ] expected");
		skip_blanks(in);
		if (peek(in) != '"')
			return refuse_unshown(in, -EINVAL, "string expected");
		err = take_new_string(in, ends_with_nul, &bytes, &len);
		if (err)
			return err;
		len16 = len;
		memcpy(to, &len16, sizeof(len16));
		memmove(to + sizeof(len16), bytes, len);
		to += sizeof(len16) + len;
		fresh->count++;
		skip_blanks(in);
	}
	fresh->len = to - fresh->bytes;
	return 0;
}

static int take_fresh(struct text_in *in, struct syscall_command *cmd,
		      unsigned int i, const struct syscall_arg_desc *arg)
{
	struct syscall_fresh *fresh = &cmd->fresh[i];
	bool list = peek(in) == '[';
	const char *why;
	int err = syscall_answer_memory(arg, list, &why);

	if (err)
		return refuse_unshown(in, err, why);
	cmd->nr_fresh++;
	if (list)
		return take_list(in, arg->kind == SYSCALL_ARG_STRV, fresh);
	return take_new_string(in, syscall_arg_is_string(arg->kind),
			       &fresh->bytes, &fresh->len);
}

static int take_arg(struct text_in *in, struct syscall_command *cmd, unsigned int i,
		    const struct syscall_arg_desc *arg, u8 *kept)
{
	size_t start = in->pos;

	if (take(in, '_')) {
		if (is_word_char(peek(in)))
			return refuse_at(in, start, -EINVAL, "value expected");
		*kept |= BIT(i);
		return 0;
	}
	if (take_shown(in, i, arg))
		return 0;
	switch (peek(in)) {
	case '"':
	case '[':
		return take_fresh(in, cmd, i, arg);
	case '{':
		return refuse_unshown(in, -EOPNOTSUPP, "new messages cannot be given");
	case '~':
		return refuse_unshown(in, -EINVAL,
				      "what is marked ~ can only be kept as shown");
	default:
		return take_numeric_arg(in, cmd, i, arg->kind);
	}
}

/* What argument @i is; it may depend on those before it. */
static struct syscall_arg_desc describe_arg(const struct syscall_call *call, bool raw,
					    unsigned int i)
{
	static const struct syscall_arg_desc address = { .kind = SYSCALL_ARG_PTR };

	return raw ? address : syscall_arg(call, syscall_describe(call), i);
}

static int take_args(struct text_in *in, struct syscall_command *cmd, bool raw)
{
	unsigned int i, nr_args = SYSCALL_MAX_ARGS, at_fault;
	const char *why;
	u8 kept = 0;
	int err;

	if (!raw)
		nr_args = syscall_desc(cmd->call.abi, cmd->call.nr)->nr_args;
	if (skip_blanks(in) && in->pos == in->len && nr_args && !raw)
		return refuse(in, -EINVAL, "argument missing");
	for (i = 0; in->pos < in->len; i++) {
		struct syscall_arg_desc arg;

		if (i == nr_args)
			return refuse(in, -EINVAL, "too many arguments");
		arg = describe_arg(&cmd->call, raw, i);
		err = take_arg(in, cmd, i, &arg, &kept);
		if (err)
			return err;
		skip_blanks(in);
		if (in->pos == in->len) {
			i++;
			break;
		}
		if (!take(in, ','))
			return refuse(in, -EINVAL, "comma expected");
		skip_blanks(in);
		if (in->pos == in->len)
			return refuse(in, -EINVAL, "argument missing");
	}
	if (i < nr_args && !raw)
		return refuse(in, -EINVAL, "argument missing");
	err = syscall_answer_lengths(cmd, kept, &at_fault, &why);
	return err ? refuse_unshown(in, err, why) : 0;
}

static int parse_rewrite(struct text_in *in, struct syscall_command *cmd)
{
	size_t start = in->pos;
	u32 abi;
	bool raw;
	int err;

	memset(&cmd->call, 0, sizeof(cmd->call));
	memset(&cmd->fresh, 0, sizeof(cmd->fresh));
	cmd->nr_fresh = 0;
	if (in->shown)
		cmd->call = in->shown->call;
	cmd->verb = SYSCALL_VERB_REWRITE;
	abi = cmd->call.abi;
	if (take_abi(in, &abi) && in->shown && abi != cmd->call.abi)
		return refuse_at(in, start, -EINVAL, "the call was made in another ABI");
	cmd->call.abi = abi;
	err = take_name(in, abi, &cmd->call.nr, &raw);
	if (err)
		return err;
	cmd->raw = raw;
	if (in->pos < in->len && peek(in) != ' ' && peek(in) != '\t')
		return refuse(in, -EINVAL, "blank expected");
	return take_args(in, cmd, raw);
}

static int parse_plain(struct text_in *in, struct syscall_command *cmd)
{
	return expect_end(in);
}

static int parse_ok(struct text_in *in, struct syscall_command *cmd)
{
	int err = expect_blank(in) ?: take_result(in, &cmd->value);

	return err ?: expect_end(in);
}

static int parse_fail(struct text_in *in, struct syscall_command *cmd)
{
	int err = expect_blank(in) ?: take_error(in, &cmd->value);

	return err ?: expect_end(in);
}

/* Take the number of an argument. */
static int take_arg_number(struct text_in *in, struct syscall_command *cmd)
{
	size_t start = in->pos;
	const char *why;
	u64 arg;
	int err = take_unsigned(in, U64_MAX, &arg);

	if (err)
		return err;
	cmd->arg = arg;
	err = syscall_answer_place(arg, &why);
	return err ? refuse_at(in, start, err, why) : 0;
}

/* Take "N" or "N+OFF". */
static int take_place(struct text_in *in, struct syscall_command *cmd, bool *has_off)
{
	int err = take_arg_number(in, cmd);

	if (err)
		return err;
	cmd->off = 0;
	*has_off = take(in, '+');
	return *has_off ? take_unsigned(in, U64_MAX, &cmd->off) : 0;
}

static int parse_set(struct text_in *in, struct syscall_command *cmd)
{
	bool has_off;
	size_t start;
	int err = expect_blank(in) ?: take_place(in, cmd, &has_off) ?: expect_blank(in);

	if (err)
		return err;
	start = in->pos;
	err = take_string(in, &cmd->data, &cmd->len);
	if (err)
		return err;
	if (!cmd->len)
		return refuse_at(in, start, -EINVAL, "no data");
	return expect_end(in);
}

static int parse_get(struct text_in *in, struct syscall_command *cmd)
{
	const char *why;
	bool has_off;
	size_t start;
	u64 len;
	int err = expect_blank(in);

	if (err)
		return err;
	if (take(in, '&')) {
		cmd->verb = SYSCALL_VERB_GET_ADDRESS;
		return take_arg_number(in, cmd) ?: expect_end(in);
	}
	err = take_place(in, cmd, &has_off);
	cmd->len = 0;
	if (err || !has_off)
		return err ?: expect_end(in);
	err = expect_blank(in);
	if (err)
		return err;
	start = in->pos;
	err = take_unsigned(in, U64_MAX, &len);
	if (err)
		return err;
	err = syscall_answer_data_size(len, &why);
	if (err)
		return refuse_at(in, start, err, why);
	cmd->len = len;
	return expect_end(in);
}

static void set_change(struct syscall_set *set, u32 abi, u32 nr, bool add)
{
	u64 bit = BIT_ULL(nr % 64);

	if (nr >= SYSCALL_SET_BITS) {
		nr = SYSCALL_SET_BITS - 1;
		bit = BIT_ULL(63);
	}
	if (add)
		set->bits[abi][nr / 64] |= bit;
	else
		set->bits[abi][nr / 64] &= ~bit;
}

static void change_class(struct syscall_set *set, u32 abi, u16 class, bool add)
{
	u32 nr;

	for (nr = 0; nr < SYSCALL_SET_BITS; nr++) {
		const struct syscall_desc *desc = syscall_desc(abi, nr);

		if (desc && (desc->classes & class))
			set_change(set, abi, nr, add);
	}
}

/* Take the name of a class, behind its "%". @abi: the one it is for, or -1 */
static int take_class(struct text_in *in, struct syscall_set *set, int abi, bool add)
{
	size_t start = in->pos;
	const char *word;
	size_t len = take_word(in, &word);
	u16 class = syscall_class(word, len);
	u32 i;

	if (!class)
		return refuse_at(in, start, -EINVAL, "no such class of calls");
	for (i = 0; i < SYSCALL_NR_ABIS; i++)
		if (abi < 0 || i == abi)
			change_class(set, i, class, add);
	return 0;
}

/*
 * Take one call or class of a set. Without an ABI it stands for the calls of
 * that name in every ABI that has it.
 */
static int take_member(struct text_in *in, struct syscall_set *set, bool add)
{
	size_t start = in->pos, name;
	bool one, raw;
	u32 abi = 0, nr, found = 0;
	int err = 0;

	one = take_abi(in, &abi);
	if (take(in, '%'))
		return take_class(in, set, one ? (int)abi : -1, add);
	name = in->pos;
	if (one) {
		err = take_name(in, abi, &nr, &raw);
		if (!err)
			set_change(set, abi, nr, add);
		return err;
	}
	for (abi = 0; abi < SYSCALL_NR_ABIS; abi++) {
		in->pos = name;
		err = take_name(in, abi, &nr, &raw);
		if (err && err != -ENOSYS)
			return err;
		if (!err) {
			set_change(set, abi, nr, add);
			found++;
		}
	}
	return found ? 0 : refuse_at(in, start, -ENOSYS, "no such call");
}

/* @blanks: they may stand in it; else they end it */
static int take_set(struct text_in *in, struct syscall_set *set, bool blanks)
{
	bool first = true;

	while (in->pos < in->len) {
		bool add = !take(in, '!');
		size_t start = in->pos;
		const char *word;
		size_t len;
		int err;

		/* A set that begins with an exclusion is all the others. */
		if (first)
			memset(set, add ? 0 : 0xff, sizeof(*set));
		first = false;
		len = take_word(in, &word);
		if (word_is(word, len, "all") || word_is(word, len, "none")) {
			memset(set, (*word == 'a') == add ? 0xff : 0, sizeof(*set));
		} else {
			in->pos = start;
			err = take_member(in, set, add);
			if (err)
				return err;
		}
		start = in->pos;
		if (!blanks && (peek(in) == ' ' || peek(in) == '\t'))
			return 0;
		skip_blanks(in);
		if (take(in, ',')) {
			if (blanks)
				skip_blanks(in);
			if (in->pos == in->len)
				return refuse(in, -EINVAL, "name of a call expected");
		} else if (in->pos == start && in->pos < in->len) {
			return refuse(in, -EINVAL, "comma expected");
		}
	}
	return 0;
}

static int parse_trace(struct text_in *in, struct syscall_command *cmd)
{
	bool blank = skip_blanks(in);

	/* "trace" alone is "trace all". */
	if (in->pos == in->len) {
		memset(&cmd->set, 0xff, sizeof(cmd->set));
		return 0;
	}
	return blank ? take_set(in, &cmd->set, true) : refuse(in, -EINVAL, "blank expected");
}

static int parse_limit(struct text_in *in, struct syscall_command *cmd)
{
	u64 value;
	int err = expect_blank(in) ?: take_unsigned(in, SYSCALL_LIMIT_MAX, &value);

	if (err)
		return err;
	cmd->value = value;
	return expect_end(in);
}

static int parse_switch(struct text_in *in, struct syscall_command *cmd)
{
	const char *word;
	size_t start, len;
	int err = expect_blank(in);

	if (err)
		return err;
	start = in->pos;
	len = take_word(in, &word);
	cmd->value = word_is(word, len, "on");
	if (!cmd->value && !word_is(word, len, "off"))
		return refuse_at(in, start, -EINVAL, "on or off expected");
	return expect_end(in);
}

static int parse_packed(struct text_in *in, struct syscall_command *cmd)
{
	size_t start = in->pos;

	skip_blanks(in);
	if (in->pos == in->len) {
		cmd->value = true;
		return 0;
	}
	in->pos = start;
	return parse_switch(in, cmd);
}

static int parse_log(struct text_in *in, struct syscall_command *cmd)
{
	const char *word;
	size_t len, start;
	u64 kib;
	int err = expect_blank(in);

	if (err)
		return err;
	start = in->pos;
	if (digit_value(peek(in)) < 10 || peek(in) == '-') {
		err = take_unsigned(in, U32_MAX, &kib) ?: expect_end(in);
		if (!err)
			cmd->value = kib;
		return err;
	}
	len = take_word(in, &word);
	cmd->verb = SYSCALL_VERB_LOG_DROP;
	cmd->value = word_is(word, len, "drop");
	if (!cmd->value && !word_is(word, len, "wait"))
		return refuse_at(in, start, -EINVAL, "number, wait or drop expected");
	return expect_end(in);
}

static int parse_bind(struct text_in *in, struct syscall_command *cmd)
{
	static const char *const names[] = {
		[SYSCALL_BIND_OFF] = "off",
		[SYSCALL_BIND_ON] = "on",
		[SYSCALL_BIND_REQUIRE] = "require",
	};
	const char *word;
	size_t start, len;
	int err = expect_blank(in);
	u32 i;

	if (err)
		return err;
	start = in->pos;
	len = take_word(in, &word);
	for (i = 0; i < ARRAY_SIZE(names); i++) {
		if (!word_is(word, len, names[i]))
			continue;
		cmd->value = i;
		return expect_end(in);
	}
	return refuse_at(in, start, -EINVAL, "on, off or require expected");
}

/* Take what becomes of a call; it ends the line. */
static int parse_action(struct text_in *in, struct syscall_command *cmd, bool rule)
{
	size_t start = in->pos, len;
	const char *word;

	cmd->value = 0;
	/* It is for other calls than the one that the task is stopped at. */
	in->shown = NULL;
	len = take_word(in, &word);
	if (word_is(word, len, "skip-ok")) {
		cmd->action = SYSCALL_ACTION_VALUE;
		return parse_ok(in, cmd);
	}
	if (word_is(word, len, "skip-fail")) {
		cmd->action = SYSCALL_ACTION_VALUE;
		return parse_fail(in, cmd);
	}
	if (word_is(word, len, "cont"))
		cmd->action = SYSCALL_ACTION_CONT;
	else if (word_is(word, len, "kill"))
		cmd->action = SYSCALL_ACTION_KILL;
	else if (rule && word_is(word, len, "stop"))
		cmd->action = SYSCALL_ACTION_STOP;
	else if (rule && word_is(word, len, "log"))
		cmd->action = SYSCALL_ACTION_LOG;
	else
		return refuse_at(in, start, -EINVAL,
				 rule ? "cont, kill, skip-ok, skip-fail, stop or log expected" :
				 "cont, kill, skip-ok or skip-fail expected");
	return expect_end(in);
}

static int parse_timeout(struct text_in *in, struct syscall_command *cmd)
{
	size_t start, len;
	const char *word;
	u64 seconds;
	int err = expect_blank(in);

	if (err)
		return err;
	start = in->pos;
	cmd->seconds = 0;
	len = take_word(in, &word);
	if (word_is(word, len, "off"))
		return expect_end(in);
	in->pos = start;
	err = take_unsigned(in, MAX_SECONDS, &seconds);
	if (err)
		return err;
	if (!seconds)
		return refuse_at(in, start, -ERANGE, "number out of range");
	cmd->seconds = seconds;
	return expect_blank(in) ?: parse_action(in, cmd, false);
}

/* A number that may have other text right behind it. */
static int take_count(struct text_in *in, u32 *count)
{
	size_t start = in->pos;
	u64 value = 0;

	while (digit_value(peek(in)) < 10 && value <= U32_MAX)
		value = value * 10 + digit_value(in->line[in->pos++]);
	if (in->pos == start)
		return refuse(in, -EINVAL, "not a number");
	if (!value || value > U32_MAX)
		return refuse_at(in, start, -ERANGE, "number out of range");
	*count = value;
	return 0;
}

/* Take "F", "F+", "F+S", "F..L" or "F..L+S", as strace has them. */
static int take_when(struct text_in *in, struct syscall_when *when)
{
	size_t start = in->pos;
	int err = take_count(in, &when->first);

	if (err)
		return err;
	when->last = when->first;
	when->step = 1;
	if (take(in, '.')) {
		err = take(in, '.') ? take_count(in, &when->last) :
		      refuse(in, -EINVAL, ".. expected");
		if (err)
			return err;
	} else if (peek(in) == '+') {
		when->last = U32_MAX;
	}
	if (take(in, '+') && digit_value(peek(in)) < 10)
		err = take_count(in, &when->step);
	if (!err && when->last < when->first)
		err = refuse_at(in, start, -EINVAL, "it ends before it begins");
	return err;
}

static int parse_on(struct text_in *in, struct syscall_command *cmd)
{
	static const char when[] = "when=";
	int err = expect_blank(in);
	const char *word;
	size_t start, len;

	if (err)
		return err;
	start = in->pos;
	len = take_word(in, &word);
	if (word_is(word, len, "clear")) {
		cmd->verb = SYSCALL_VERB_ON_CLEAR;
		return expect_end(in);
	}
	in->pos = start;
	err = take_set(in, &cmd->set, false) ?: expect_blank(in);
	if (err)
		return err;
	cmd->when = (struct syscall_when) { .first = 1, .last = U32_MAX, .step = 1 };
	if (in->len - in->pos > strlen(when) &&
	    !memcmp(in->line + in->pos, when, strlen(when))) {
		in->pos += strlen(when);
		err = take_when(in, &cmd->when) ?: expect_blank(in);
	}
	return err ?: parse_action(in, cmd, true);
}

static int find_signal(const char *word, size_t len)
{
	int i;

	if (len > 3 && !memcmp(word, "SIG", 3)) {
		word += 3;
		len -= 3;
	}
	for (i = 1; i < ARRAY_SIZE(signal_names); i++)
		if (signal_names[i] && word_is(word, len, signal_names[i]))
			return i;
	/* RT_0 to RT_32 */
	if (len < 4 || len > 5 || memcmp(word, "RT_", 3) || digit_value(word[3]) > 9)
		return 0;
	i = digit_value(word[3]);
	if (len == 5) {
		if (!i || digit_value(word[4]) > 9)
			return 0;
		i = 10 * i + digit_value(word[4]);
	}
	return i <= SYSCALL_SIGNAL_MAX - FIRST_RT_SIGNAL ? FIRST_RT_SIGNAL + i : 0;
}

static int take_signal(struct text_in *in, int *sig)
{
	size_t start = in->pos, len;
	const char *word;

	len = take_word(in, &word);
	*sig = find_signal(word, len);
	return *sig ? 0 : refuse_at(in, start, -EINVAL, "no such signal: give its name");
}

static int parse_signal(struct text_in *in, struct syscall_command *cmd)
{
	int sig, err = expect_blank(in) ?: take_signal(in, &sig);

	if (err)
		return err;
	cmd->value = sig;
	return expect_end(in);
}

/* One word of a set of signals. */
static int take_signal_member(struct text_in *in, u64 *set, bool add)
{
	size_t start = in->pos, len;
	const char *word;
	int sig, err;

	len = take_word(in, &word);
	if (word_is(word, len, "all") || word_is(word, len, "none")) {
		*set = (*word == 'a') == add ? ~0ULL : 0;
		return 0;
	}
	in->pos = start;
	err = take_signal(in, &sig);
	if (err)
		return err;
	if (add)
		*set |= BIT_ULL(sig - 1);
	else
		*set &= ~BIT_ULL(sig - 1);
	return 0;
}

static int parse_signals(struct text_in *in, struct syscall_command *cmd)
{
	bool first = true;
	int err = expect_blank(in);

	while (!err && in->pos < in->len) {
		bool add = !take(in, '!');
		size_t end;

		/* A set that begins with an exclusion is all the others. */
		if (first)
			cmd->signals = add ? 0 : ~0ULL;
		first = false;
		err = take_signal_member(in, &cmd->signals, add);
		if (err)
			break;
		end = in->pos;
		skip_blanks(in);
		if (take(in, ',')) {
			skip_blanks(in);
			if (in->pos == in->len)
				return refuse(in, -EINVAL, "name of a signal expected");
		} else if (in->pos == end && in->pos < in->len) {
			return refuse(in, -EINVAL, "comma expected");
		}
	}
	return err;
}

static int parse_onclose(struct text_in *in, struct syscall_command *cmd)
{
	const char *word;
	size_t start, len;
	int err = expect_blank(in);

	if (err)
		return err;
	start = in->pos;
	cmd->value = 0;
	len = take_word(in, &word);
	if (word_is(word, len, "cont")) {
		cmd->onclose = SYSCALL_ONCLOSE_CONT;
	} else if (word_is(word, len, "kill")) {
		cmd->onclose = SYSCALL_ONCLOSE_KILL;
	} else if (word_is(word, len, "skip-fail")) {
		cmd->onclose = SYSCALL_ONCLOSE_FAIL;
		return parse_fail(in, cmd);
	} else {
		return refuse_at(in, start, -EINVAL, "cont, kill or skip-fail expected");
	}
	return expect_end(in);
}

static const struct {
	const char *name;
	u32 verb;
	int (*parse)(struct text_in *in, struct syscall_command *cmd);
} verbs[] = {
	{ "cont",	SYSCALL_VERB_CONT,	parse_plain },
	{ "step",	SYSCALL_VERB_STEP,	parse_plain },
	{ "report",	SYSCALL_VERB_REPORT,	parse_plain },
	{ "skip-ok",	SYSCALL_VERB_SKIP,	parse_ok },
	{ "skip-fail",	SYSCALL_VERB_SKIP,	parse_fail },
	{ "ok",		SYSCALL_VERB_RESULT,	parse_ok },
	{ "fail",	SYSCALL_VERB_RESULT,	parse_fail },
	{ "set",	SYSCALL_VERB_SET,	parse_set },
	{ "get",	SYSCALL_VERB_GET,	parse_get },
	{ "trace",	SYSCALL_VERB_TRACE,	parse_trace },
	{ "limit",	SYSCALL_VERB_LIMIT,	parse_limit },
	{ "tid",	SYSCALL_VERB_TID,	parse_switch },
	{ "out",	SYSCALL_VERB_OUT,	parse_switch },
	{ "bind",	SYSCALL_VERB_BIND,	parse_bind },
	{ "timeout",	SYSCALL_VERB_TIMEOUT,	parse_timeout },
	{ "on",		SYSCALL_VERB_ON,	parse_on },
	{ "signals",	SYSCALL_VERB_SIGNALS,	parse_signals },
	{ "discard",	SYSCALL_VERB_DISCARD,	parse_plain },
	{ "signal",	SYSCALL_VERB_SIGNAL,	parse_signal },
	{ "follow",	SYSCALL_VERB_FOLLOW,	parse_switch },
	{ "events",	SYSCALL_VERB_EVENTS,	parse_switch },
	{ "vdso",	SYSCALL_VERB_VDSO,	parse_switch },
	{ "onclose",	SYSCALL_VERB_ONCLOSE,	parse_onclose },
	{ "detach",	SYSCALL_VERB_DETACH,	parse_plain },
	{ "error",	SYSCALL_VERB_ERROR,	parse_plain },
	{ "packed",	SYSCALL_VERB_PACKED,	parse_packed },
	{ "log",	SYSCALL_VERB_LOG_SIZE,	parse_log },
};

/**
 * syscall_text_take_tid - take the thread id that a line may begin with
 * @line: the line without its newline
 * @len: length of @line
 * @tid: set to the thread id, or to 0 if there is none
 * @used: set to where the command starts
 * @err: set when the line is refused
 *
 * Context: Any.
 * Return: 0, -EINVAL for something that starts as a number and is none, or
 * -ERANGE for one that is no thread id.
 */
int syscall_text_take_tid(char *line, size_t len, u32 *tid, size_t *used,
			  struct syscall_text_error *err)
{
	struct text_in in = { .line = line, .len = len, .err = err };
	u64 value = 0;
	int error = 0;

	if (digit_value(peek(&in)) < 10) {
		error = take_unsigned(&in, INT_MAX, &value);
		if (!error && !value)
			error = refuse_at(&in, 0, -ERANGE, "no thread has the id 0");
		if (!error)
			error = expect_blank(&in);
	}
	*tid = value;
	*used = in.pos;
	return error;
}

/* The native ABI has no call of this name: then it is the verb. */
static bool has_signal_call(const struct text_in *in)
{
	return in->shown && syscall_desc_nr(in->shown->call.abi, "signal", 6) >= 0;
}

/* These are verbs before a word, and calls before their first argument. */
static bool is_call(struct text_in *in, u32 verb)
{
	size_t start = in->pos;
	char next;

	if (verb != SYSCALL_VERB_BIND && verb != SYSCALL_VERB_SIGNAL)
		return false;
	if (verb == SYSCALL_VERB_SIGNAL && !has_signal_call(in))
		return false;
	skip_blanks(in);
	next = peek(in);
	in->pos = start;
	return next == '_' || next == '-' || digit_value(next) < 10;
}

/**
 * syscall_text_plain - is a command an answer that is nothing but a word?
 * @command: the command, without thread id and newline
 * @len: length of @command
 *
 * There are no others like these: what they do does not depend on what was shown.
 *
 * Context: Any.
 * Return: the verb cont, step or report, or -1.
 */
int syscall_text_plain(const char *command, size_t len)
{
	if (len == 4 && !memcmp(command, "cont", 4))
		return SYSCALL_VERB_CONT;
	if (len == 4 && !memcmp(command, "step", 4))
		return SYSCALL_VERB_STEP;
	if (len == 6 && !memcmp(command, "report", 6))
		return SYSCALL_VERB_REPORT;
	return -1;
}

/**
 * syscall_text_parse - understand a line of a tracer
 * @line: the line without its newline; strings in it are unescaped in place
 * @len: length of @line
 * @start: where the command starts, as syscall_text_take_tid() said
 * @shown: the stop that is being answered, or NULL if there is none
 * @cmd: set when the line is good; its data points into @line
 * @err: set when the line is refused
 *
 * Whether the verb fits the kind of stop is for the caller to check.
 *
 * Context: Any.
 * Return: 0, -EINVAL for bad syntax, -ENOSYS for an unknown verb or call,
 * -ERANGE for a number that does not fit, -EOPNOTSUPP for a new message.
 */
int syscall_text_parse(char *line, size_t len, size_t start,
		       const struct syscall_record *shown,
		       struct syscall_command *cmd,
		       struct syscall_text_error *err)
{
	struct text_in in = {
		.line = line, .pos = start, .len = len, .shown = shown, .err = err,
	};
	const char *word;
	size_t word_len;
	int i;

	if (memchr(line, '\0', len))
		return refuse_at(&in, strnlen(line, len), -EINVAL, "NUL byte in the line");
	word_len = take_word(&in, &word);
	if (!word_len)
		return refuse(&in, -EINVAL, "verb or call expected");
	for (i = 0; i < ARRAY_SIZE(verbs); i++) {
		if (!word_is(word, word_len, verbs[i].name) ||
		    is_call(&in, verbs[i].verb))
			continue;
		cmd->verb = verbs[i].verb;
		return verbs[i].parse(&in, cmd);
	}
	in.pos = start;
	return parse_rewrite(&in, cmd);
}
