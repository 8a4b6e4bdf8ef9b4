// SPDX-License-Identifier: GPL-2.0-only
/* screplay dump: print a recording. */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include "screplay.h"

static const char * const types[] = {
	[SCR_START] = "start", [SCR_PROCESS] = "process", [SCR_CALL] = "call",
	[SCR_SIGNAL] = "signal", [SCR_EXEC] = "exec", [SCR_END] = "end",
	[SCR_PAGES] = "pages", [SCR_FINISH] = "finish",
};

static const char *type_name(uint32_t type)
{
	return type < sizeof(types) / sizeof(types[0]) && types[type] ? types[type] : "unknown";
}

static const struct scr_image *next_image(const struct scr_image *image)
{
	return (const void *)((const char *)(image + 1) + scr_padded(image->path_len));
}

/* ----------------------------------- text ---------------------------------- */

static void text_start(const struct scr_start *start)
{
	const char *s = start_strings(start);
	uint32_t i;

	printf("start ");
	text_bytes(stdout, s, strlen(s), strlen(s));
	s += strlen(s) + 1;
	printf(" in ");
	text_bytes(stdout, s, strlen(s), strlen(s));
	s += strlen(s) + 1;
	for (i = 0; i < start->nr_args; i++, s += strlen(s) + 1) {
		fputs(i ? ", " : ": ", stdout);
		text_bytes(stdout, s, strlen(s), strlen(s));
	}
	printf("; %u variables\n", start->nr_env);
}

static void text_outs(const struct scr_call *call)
{
	const struct scr_out *out = call_outs(call);
	uint32_t i, len;

	for (i = 0; i < call->nr_out; i++, out = next_out(out)) {
		len = out->len < 256 ? out->len : 256;
		if (out->arg == SCR_ABSOLUTE)
			printf("\n\t0x%llx ", (unsigned long long)out->addr);
		else if (out->addr)
			printf("\n\t%u+%llu ", out->arg + 1, (unsigned long long)out->addr);
		else
			printf("\n\t%u ", out->arg + 1);
		text_bytes(stdout, (const char *)(out + 1), len, out->len);
		printf(", %u bytes", out->len);
	}
	if (call->nr_pages)
		printf("\n\t%u pages", call->nr_pages);
	putchar('\n');
}

static void text_exec(const struct scr_exec *exec)
{
	const struct scr_image *image = (const void *)(exec + 1);
	uint32_t i;

	printf("exec");
	for (i = 0; i < exec->nr_images; i++, image = next_image(image))
		printf("%s %s (%llu bytes)", i ? "," : "", (const char *)(image + 1),
		       (unsigned long long)image->size);
	putchar('\n');
}

static void print_text(const struct scr_record *record, uint64_t index)
{
	const struct scr_process *made = payload(record);

	printf("%llu", (unsigned long long)index);
	if (record->process)
		printf(" [%u]", record->process);
	putchar(' ');
	switch (record->type) {
	case SCR_START:
		text_start(payload(record));
		break;
	case SCR_PROCESS:
		printf("process: pid %u, made by [%u]\n", made->pid, made->parent);
		break;
	case SCR_CALL:
		text_call(stdout, payload(record), true);
		text_outs(payload(record));
		break;
	case SCR_SIGNAL:
		text_signal(stdout, payload(record));
		putchar('\n');
		break;
	case SCR_EXEC:
		text_exec(payload(record));
		break;
	case SCR_END:
		text_end(stdout, payload(record));
		putchar('\n');
		break;
	default:
		printf("%s, %u bytes\n", type_name(record->type), record->size);
	}
}

/* ----------------------------------- JSON ---------------------------------- */

/* Each byte is the character with its number. */
static void json_bytes(const char *data, size_t len)
{
	size_t i;

	putchar('"');
	for (i = 0; i < len; i++) {
		if (data[i] == '"' || data[i] == '\\')
			printf("\\%c", data[i]);
		else if (data[i] >= ' ' && data[i] <= '~')
			putchar(data[i]);
		else
			printf("\\u%04x", (unsigned char)data[i]);
	}
	putchar('"');
}

static void json_strings(const char **s, uint32_t nr, const char *name)
{
	uint32_t i;

	printf(", \"%s\": [", name);
	for (i = 0; i < nr; i++, *s += strlen(*s) + 1) {
		if (i)
			printf(", ");
		json_bytes(*s, strlen(*s));
	}
	putchar(']');
}

static void json_start(const struct scr_start *start)
{
	const char *s = start_strings(start);

	printf(", \"path\": ");
	json_bytes(s, strlen(s));
	s += strlen(s) + 1;
	printf(", \"directory\": ");
	json_bytes(s, strlen(s));
	s += strlen(s) + 1;
	json_strings(&s, start->nr_args, "arguments");
	json_strings(&s, start->nr_env, "environment");
	printf(", \"stack\": %llu, \"no_tsc\": %s", (unsigned long long)start->stack_soft,
	       start->flags & SCR_NO_TSC ? "true" : "false");
}

static void json_ins(const struct scr_call *call)
{
	static const char * const kinds[] = { "bytes", "pointer", "list", "list_end", "struct",
					      "struct_end" };
	const struct scr_in *in = call_ins(call);
	uint32_t i;

	printf(", \"in\": [");
	for (i = 0; i < call->nr_in; i++, in = next_in(in)) {
		printf("%s{\"argument\": %u, \"kind\": \"%s\"", i ? ", " : "", in->arg + 1,
		       in->kind < 6 ? kinds[in->kind] : "unknown");
		if (in->kind == SYSCALL_TRACE_BYTES) {
			printf(", \"length\": %u, \"crc32\": %u, \"data\": ", in->len, in->crc);
			json_bytes((const char *)(in + 1), in->kept);
		}
		printf(", \"more\": %s}", in->flags & SYSCALL_TRACE_MORE ? "true" : "false");
	}
	putchar(']');
}

static void json_outs(const struct scr_call *call)
{
	const struct scr_out *out = call_outs(call);
	uint32_t i;

	printf(", \"out\": [");
	for (i = 0; i < call->nr_out; i++, out = next_out(out)) {
		printf("%s{", i ? ", " : "");
		if (out->arg == SCR_ABSOLUTE)
			printf("\"address\": \"0x%llx\"", (unsigned long long)out->addr);
		else
			printf("\"argument\": %u, \"offset\": %llu", out->arg + 1,
			       (unsigned long long)out->addr);
		printf(", \"data\": ");
		json_bytes((const char *)(out + 1), out->len);
		putchar('}');
	}
	putchar(']');
}

static void json_call(const struct scr_call *call)
{
	const uint32_t *pages = call_pages(call);
	struct sct_call desc;
	unsigned int i;

	describe_call(call, &desc);
	if (desc.name)
		printf(", \"name\": \"%s\"", desc.name);
	else
		desc.nr_args = 6;
	printf(", \"number\": %u, \"arguments\": [", call->nr);
	for (i = 0; i < desc.nr_args; i++)
		printf("%s\"0x%llx\"", i ? ", " : "", (unsigned long long)call->args[i]);
	putchar(']');
	json_ins(call);
	if (!(call->flags & SCR_NO_RESULT))
		printf(", \"result\": %lld", (long long)call->ret);
	json_outs(call);
	printf(", \"pages\": [");
	for (i = 0; i < call->nr_pages; i++)
		printf("%s%u", i ? ", " : "", pages[i]);
	printf("], \"stdout\": %s, \"stderr\": %s, \"refused\": %s",
	       call->flags & SCR_TO_STDOUT ? "true" : "false",
	       call->flags & SCR_TO_STDERR ? "true" : "false",
	       call->flags & SCR_REFUSED ? "true" : "false");
}

static void json_exec(const struct scr_exec *exec)
{
	const struct scr_image *image = (const void *)(exec + 1);
	uint32_t i;

	printf(", \"random\": \"");
	for (i = 0; i < sizeof(exec->random); i++)
		printf("%02x", exec->random[i]);
	printf("\", \"images\": [");
	for (i = 0; i < exec->nr_images; i++, image = next_image(image)) {
		printf("%s{\"path\": ", i ? ", " : "");
		json_bytes((const char *)(image + 1), strlen((const char *)(image + 1)));
		printf(", \"size\": %llu, \"mtime\": %lld.%09u}", (unsigned long long)image->size,
		       (long long)image->mtime, image->mtime_nsec);
	}
	putchar(']');
}

static void json_other(const struct scr_record *record)
{
	static const char * const hows[] = { "exited", "killed", "gone" };
	const struct scr_process *made = payload(record);
	const struct scr_signal *s = payload(record);
	const struct scr_end *end = payload(record);
	char name[32];

	if (record->type == SCR_PROCESS)
		printf(", \"pid\": %u, \"parent\": %u", made->pid, made->parent);
	else if (record->type == SCR_SIGNAL)
		printf(", \"signal\": \"%s\", \"code\": %d, \"pid\": %d, \"uid\": %u, \"value\": \"0x%llx\"",
		       signal_name(s->number, name), s->code, s->pid, s->uid,
		       (unsigned long long)s->value);
	else if (record->type == SCR_END)
		printf(", \"how\": \"%s\", \"value\": %d",
		       (uint32_t)end->how < 3 ? hows[end->how] : "unknown", end->value);
}

static void print_json(const struct scr_record *record, uint64_t index)
{
	printf("{\"index\": %llu, \"type\": \"%s\"", (unsigned long long)index,
	       type_name(record->type));
	if (record->process)
		printf(", \"process\": %u", record->process);
	if (record->type == SCR_START)
		json_start(payload(record));
	else if (record->type == SCR_CALL)
		json_call(payload(record));
	else if (record->type == SCR_EXEC)
		json_exec(payload(record));
	else
		json_other(record);
	puts("}");
}

/* -------------------------------- the command ------------------------------ */

static __noreturn void usage(int status)
{
	fprintf(status ? stderr : stdout, "Usage: screplay dump [--json] FILE\n"
		"  --json  one object a line\n");
	exit(status);
}

int dump_main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ }
	};
	const struct scr_record *record = NULL;
	struct recording r;
	uint64_t index = 0;
	bool json = false;
	int c;

	while ((c = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		if (c != 'j')
			usage(c == 'h' ? 0 : STATUS_FAILED);
		json = true;
	}
	if (optind + 1 != argc)
		usage(STATUS_FAILED);
	recording_map(&r, argv[optind]);
	while ((record = recording_next(&r, record))) {
		(json ? print_json : print_text)(record, index++);
		if (ferror(stdout))
			break;
	}
	if (fflush(stdout) || ferror(stdout))
		die(STATUS_FAILED, "standard output: %s: make room", strerror(errno));
	if (r.end == READER_WHOLE)
		return 0;
	warn("%s: byte %llu: %s: printed up to there", r.path, (unsigned long long)r.end_at,
	     r.why);
	return r.end == READER_DAMAGED ? STATUS_DAMAGED : STATUS_CUT;
}
