// SPDX-License-Identifier: GPL-2.0-only
/*
 * Compile the description of system calls into C.
 *
 * Usage: gen_syscall_desc DESCRIPTION ABI:TABLE:LETTERS...
 *
 * DESCRIPTION is lib/syscall_desc.tbl. Each further argument names an ABI
 * ("native", "i386", "x32"), the architecture's table of numbers, and which
 * values of its second column belong to the ABI, separated by commas.
 */

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_ROWS	1024
#define MAX_NR		1024
#define MAX_ARGS	6

struct arg {
	char kind[8];
	char name[32];
	char len_name[32];
	int len;
};

struct row {
	char abi[8];
	char name[40];
	char ret[8];
	int nr_args;
	struct arg args[MAX_ARGS];
	bool used;
	int line;
};

static struct row rows[MAX_ROWS];
static int nr_rows;
static const char *file;
static int line;

static void die(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fprintf(stderr, "%s:%d: ", file, line);
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
	va_end(ap);
	exit(1);
}

static bool is_word(const char *word, const char *const *words)
{
	for (; *words; words++)
		if (!strcmp(word, *words))
			return true;
	return false;
}

/* Read a word of letters, digits and underscores; return what follows it. */
static char *take_word(char *s, char *word, size_t size)
{
	size_t n = 0;

	while (isspace((unsigned char)*s))
		s++;
	while (isalnum((unsigned char)*s) || *s == '_') {
		if (n + 1 >= size)
			die("word too long");
		word[n++] = *s++;
	}
	word[n] = '\0';
	if (!n)
		die("word expected at '%s'", s);
	while (isspace((unsigned char)*s))
		s++;
	return s;
}

static char *take_arg(char *s, struct arg *arg)
{
	static const char *const kinds[] = {
		"fd", "int", "uint", "long", "size", "flags", "lflags", "mode",
		"ptr", "path", "str", "in", "out", NULL
	};
	bool buffer;

	s = take_word(s, arg->kind, sizeof(arg->kind));
	if (!is_word(arg->kind, kinds))
		die("no kind '%s'", arg->kind);
	s = take_word(s, arg->name, sizeof(arg->name));
	buffer = !strcmp(arg->kind, "in") || !strcmp(arg->kind, "out");
	if (buffer != (*s == '['))
		die("%s: a buffer, and only a buffer, has a [length]", arg->name);
	if (buffer) {
		s = take_word(s + 1, arg->len_name, sizeof(arg->len_name));
		if (*s++ != ']')
			die("%s: ] expected", arg->name);
	}
	while (isspace((unsigned char)*s))
		s++;
	return s;
}

static void find_length(struct row *row, struct arg *arg)
{
	int i;

	if (!arg->len_name[0])
		return;
	for (i = 0; i < row->nr_args; i++)
		if (!strcmp(row->args[i].name, arg->len_name))
			arg->len = i + 1;
	if (!arg->len)
		die("%s: no argument '%s'", arg->name, arg->len_name);
}

static void parse_row(char *s)
{
	static const char *const rets[] = { "int", "size", "fd", "addr", NULL };
	struct row *row = &rows[nr_rows];
	int i;

	if (nr_rows++ == MAX_ROWS)
		die("too many lines");
	row->line = line;
	s = take_word(s, row->name, sizeof(row->name));
	if (*s == ':') {
		if (strlen(row->name) >= sizeof(row->abi))
			die("no ABI '%s'", row->name);
		memcpy(row->abi, row->name, sizeof(row->abi));
		s = take_word(s + 1, row->name, sizeof(row->name));
	}
	if (*s++ != '(')
		die("( expected after '%s'", row->name);
	while (*s != ')') {
		if (row->nr_args == MAX_ARGS)
			die("more than %d arguments", MAX_ARGS);
		s = take_arg(s, &row->args[row->nr_args++]);
		if (*s == ',' && s[1] != ')')
			s++;
		else if (*s != ')')
			die(", or ) expected at '%s'", s);
	}
	for (i = 0; i < row->nr_args; i++)
		find_length(row, &row->args[i]);
	snprintf(row->ret, sizeof(row->ret), "int");
	while (isspace((unsigned char)*++s))
		;
	if (*s == '=')
		s = take_word(s + 1, row->ret, sizeof(row->ret));
	if (*s || !is_word(row->ret, rets))
		die("result: '%s %s'", row->ret, s);
}

static FILE *open_file(const char *name)
{
	FILE *f = fopen(name, "r");

	file = name;
	line = 0;
	if (!f)
		die("%s", strerror(errno));
	return f;
}

static void read_description(const char *name)
{
	char buf[512];
	FILE *f = open_file(name);

	while (fgets(buf, sizeof(buf), f)) {
		line++;
		if (buf[0] != '#' && buf[0] != '\n')
			parse_row(buf);
	}
	fclose(f);
}

/* The line for this ABI, else the one for all. Return 1 + its index, or 0. */
static int find_row(const char *abi, const char *name)
{
	int i, found = 0;

	for (i = 0; i < nr_rows; i++) {
		if (strcmp(rows[i].name, name))
			continue;
		if (!strcmp(rows[i].abi, abi))
			found = i + 1;
		else if (!rows[i].abi[0] && !found)
			found = i + 1;
	}
	if (found)
		rows[found - 1].used = true;
	return found;
}

static void print_rows(void)
{
	int i, a;

	printf("static const struct syscall_desc descs[] = {\n");
	for (i = 0; i < nr_rows; i++) {
		struct row *row = &rows[i];

		printf("\t{ \"%s\", %d, SYSCALL_RET_", row->name, row->nr_args);
		for (a = 0; row->ret[a]; a++)
			putchar(toupper((unsigned char)row->ret[a]));
		printf(", {");
		for (a = 0; a < row->nr_args; a++) {
			struct arg *arg = &row->args[a];
			int c;

			printf(" { SYSCALL_ARG_");
			for (c = 0; arg->kind[c]; c++)
				putchar(toupper((unsigned char)arg->kind[c]));
			printf(", %d },", arg->len);
		}
		printf(" } },\n");
	}
	printf("};\n\n");
}

static int by_nr[MAX_NR];

static int compare_names(const void *a, const void *b)
{
	return strcmp(rows[by_nr[*(const int *)a] - 1].name,
		      rows[by_nr[*(const int *)b] - 1].name);
}

static void print_table(const char *abi, int nr_max)
{
	static int names[MAX_NR];
	int i, nr_names = 0;

	printf("static const u16 %s_by_nr[] = {", abi);
	for (i = 0; i < nr_max; i++) {
		printf("%s%d,", i % 12 ? " " : "\n\t", by_nr[i]);
		if (by_nr[i])
			names[nr_names++] = i;
	}
	qsort(names, nr_names, sizeof(names[0]), compare_names);
	printf("\n};\n\nstatic const u16 %s_by_name[] = {", abi);
	for (i = 0; i < nr_names; i++)
		printf("%s%d,", i % 12 ? " " : "\n\t", names[i]);
	printf("\n};\n\n");
}

/* Is @word one of the comma-separated @list? */
static bool in_list(const char *word, const char *list)
{
	size_t len = strlen(word);

	for (; list; list = strchr(list, ',')) {
		list += *list == ',';
		if (!strncmp(list, word, len) && (!list[len] || list[len] == ','))
			return true;
	}
	return false;
}

static void read_numbers(const char *abi, const char *name, const char *letters)
{
	char buf[256], letter[32], call[40], entry[64];
	int nr, nr_max = 0;
	FILE *f = open_file(name);

	memset(by_nr, 0, sizeof(by_nr));
	while (fgets(buf, sizeof(buf), f)) {
		line++;
		if (sscanf(buf, "%d %31s %39s %63s", &nr, letter, call, entry) != 4)
			continue;
		if (!in_list(letter, letters) || !strcmp(entry, "sys_ni_syscall"))
			continue;
		if (nr < 0 || nr >= MAX_NR)
			die("number %d is too large", nr);
		by_nr[nr] = find_row(abi, call);
		if (!by_nr[nr])
			die("%s call '%s' is not described", abi, call);
		if (nr >= nr_max)
			nr_max = nr + 1;
	}
	fclose(f);
	print_table(abi, nr_max);
}

static void print_tables(int argc, char **argv)
{
	int i;

	printf("static const struct syscall_table tables[SYSCALL_NR_ABIS] = {\n");
	for (i = 2; i < argc; i++) {
		char *abi = argv[i], *c;

		printf("\t[SYSCALL_ABI_");
		for (c = abi; *c; c++)
			putchar(toupper((unsigned char)*c));
		printf("] = {\n\t\t%s_by_nr, sizeof(%s_by_nr) / sizeof(u16),\n", abi, abi);
		printf("\t\t%s_by_name, sizeof(%s_by_name) / sizeof(u16),\n\t},\n", abi, abi);
	}
	printf("};\n");
}

int main(int argc, char **argv)
{
	const char *description = argv[1];
	int i;

	if (argc < 3) {
		fprintf(stderr, "usage: %s DESCRIPTION ABI:TABLE:LETTERS...\n", argv[0]);
		return 1;
	}
	read_description(description);
	printf("/* Generated by gen_syscall_desc. */\n\n");
	print_rows();
	for (i = 2; i < argc; i++) {
		char *table = strchr(argv[i], ':');
		char *letters = table ? strchr(table + 1, ':') : NULL;

		file = argv[i];
		if (!letters)
			die("ABI:TABLE:LETTERS expected");
		*table++ = '\0';
		*letters++ = '\0';
		read_numbers(argv[i], table, letters);
	}
	print_tables(argc, argv);
	file = description;
	for (i = 0; i < nr_rows; i++) {
		line = rows[i].line;
		if (!rows[i].used)
			die("no ABI has a call '%s'", rows[i].name);
	}
	return 0;
}
