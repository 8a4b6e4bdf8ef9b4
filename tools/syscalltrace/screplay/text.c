// SPDX-License-Identifier: GPL-2.0-only
/* Records as text, in the way of the kernel's. */
#include <ctype.h>
#include <errno.h>
#include <signal.h>
#include <string.h>
#include "screplay.h"

/* @all: so many bytes there were */
void text_bytes(FILE *f, const char *data, size_t len, size_t all)
{
	static const char plain[] = "\n\t\r\"\\", letters[] = "ntr\"\\";
	const char *special;
	size_t i;

	fputc('"', f);
	for (i = 0; i < len; i++) {
		special = data[i] ? strchr(plain, data[i]) : NULL;
		if (special)
			fprintf(f, "\\%c", letters[special - plain]);
		else if (data[i] >= ' ' && data[i] <= '~')
			fputc(data[i], f);
		else
			fprintf(f, "\\%03o", (unsigned char)data[i]);
	}
	fputs(len < all ? "\"..." : "\"", f);
}

const char *signal_name(int number, char *room)
{
	const char *name = sigabbrev_np(number);

	if (name)
		sprintf(room, "SIG%s", name);
	else
		sprintf(room, "SIGRT_%d", number - 32);
	return room;
}

static void number(FILE *f, const struct sct_call *desc, unsigned int i, uint64_t value)
{
	switch (desc->args[i].kind) {
	case SCT_FD:
	case SCT_INT:
		fprintf(f, "%d", (int)value);
		break;
	case SCT_UINT:
		fprintf(f, "%u", (unsigned int)value);
		break;
	case SCT_LONG:
		fprintf(f, "%lld", (long long)value);
		break;
	case SCT_SIZE:
		fprintf(f, "%llu", (unsigned long long)value);
		break;
	case SCT_FLAGS:
		fprintf(f, "0x%x", (unsigned int)value);
		break;
	case SCT_MODE:
		fprintf(f, "0%o", (unsigned int)value & 0xffff);
		break;
	default:
		if (value)
			fprintf(f, "0x%llx", (unsigned long long)value);
		else
			fputs("NULL", f);
	}
}

/* The pieces of an argument; false if there is none. */
static bool pieces(FILE *f, const struct scr_call *call, unsigned int arg)
{
	const struct scr_in *in = call_ins(call);
	const char *between = "";
	bool any = false;
	unsigned int i;

	for (i = 0; i < call->nr_in; i++, in = next_in(in)) {
		if (in->arg != arg || (in->kind == SYSCALL_TRACE_POINTER && !any))
			continue;
		any = true;
		if (in->kind == SYSCALL_TRACE_LIST_END || in->kind == SYSCALL_TRACE_STRUCT_END) {
			if (in->flags & SYSCALL_TRACE_MORE)
				fprintf(f, "%s...", between);
			fputc(in->kind == SYSCALL_TRACE_LIST_END ? ']' : '}', f);
			between = ", ";
			continue;
		}
		fputs(between, f);
		between = ", ";
		if (in->kind == SYSCALL_TRACE_BYTES) {
			text_bytes(f, (const char *)(in + 1), in->kept,
				   in->flags & SYSCALL_TRACE_MORE ? SIZE_MAX : in->len);
		} else if (in->kind == SYSCALL_TRACE_POINTER) {
			fputc('@', f);
		} else {
			fputc(in->kind == SYSCALL_TRACE_LIST ? '[' : '{', f);
			between = "";
		}
	}
	return any;
}

static void result_text(FILE *f, const struct scr_call *call, const struct sct_call *desc)
{
	const char *name = strerrorname_np(-call->ret);

	if (call->flags & SCR_NO_RESULT)
		fputs(" = ?", f);
	else if (is_restarted(call->ret))
		fprintf(f, " = -%lld (interrupted)", -(long long)call->ret);
	else if (call->ret < 0 && call->ret >= -4095 && name)
		fprintf(f, " = -1 %s", name);
	else if (desc->result == SCT_RESULT_ADDR)
		fprintf(f, " = 0x%llx", (unsigned long long)call->ret);
	else
		fprintf(f, " = %lld", (long long)call->ret);
}

void text_call(FILE *f, const struct scr_call *call, bool result)
{
	struct sct_call desc;
	unsigned int i;

	describe_call(call, &desc);
	if (!desc.name) {
		fprintf(f, "syscall_%u", call->nr);
		desc.nr_args = 6;
		for (i = 0; i < 6; i++)
			desc.args[i].kind = SCT_PTR;
	} else {
		fputs(desc.name, f);
	}
	fputc('(', f);
	for (i = 0; i < desc.nr_args; i++) {
		if (i)
			fputs(", ", f);
		if (!pieces(f, call, i))
			number(f, &desc, i, call->args[i]);
	}
	fputc(')', f);
	if (result)
		result_text(f, call, &desc);
}

void text_signal(FILE *f, const struct scr_signal *signal)
{
	char name[32];

	fprintf(f, "signal %s, code %d, pid %d, uid %u, 0x%llx",
		signal_name(signal->number, name), signal->code, signal->pid, signal->uid,
		(unsigned long long)signal->value);
}

void text_end(FILE *f, const struct scr_end *end)
{
	char name[32];

	if (end->how == SCR_EXITED)
		fprintf(f, "exited with status %d", end->value);
	else if (end->how == SCR_KILLED)
		fprintf(f, "killed by %s", signal_name(end->value, name));
	else
		fputs("could not be traced any more", f);
}
