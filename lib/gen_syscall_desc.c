// SPDX-License-Identifier: (GPL-2.0-only OR LGPL-2.1-or-later)
/*
 * Compile the description of system calls into C.
 *
 * Usage: gen_syscall_desc [-c] DESCRIPTION [ABI:TABLE:LETTERS...] [-- SOURCE...]
 *
 * DESCRIPTION is lib/syscall_desc.tbl, which explains its syntax. Each further
 * argument names an ABI ("native", "i386", "x32"), the architecture's table of
 * numbers, and which values of its second column belong to the ABI, separated
 * by commas. SOURCEs have the prototypes of the calls; if there are any, every
 * call has to agree with its prototype.
 *
 * With -c, print only what the compiler can check about the sizes of structs,
 * for which no ABI is needed.
 */

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ARRAY_SIZE(array)	(sizeof(array) / sizeof((array)[0]))

#define MAX_ROWS	1024
#define MAX_VARIANTS	1024
#define MAX_STRUCTS	512
#define MAX_DESCS	4096
#define MAX_CASES	4096
#define MAX_CALL_CASES	1024
#define MAX_PROTOS	4096
#define MAX_NR		1024
#define MAX_ARGS	6
#define MAX_SOURCE	1048576
#define MAX_WORD	40

enum { NATIVE, I386, X32, NR_ABIS };

static const char *const abi_names[NR_ABIS] = { "native", "i386", "x32" };

#define FLAG_IN		0x01
#define FLAG_OUT	0x02
#define FLAG_FIXED	0x04
#define FLAG_NESTED	0x08
#define FLAG_RET	0x10

static const char *const flag_names[] = { "IN", "OUT", "FIXED", "NESTED", "RET" };

/* LEN_WORD is to become CONST or ARG, once all structs are known. */
enum len_kind {
	LEN_CONST, LEN_ARG, LEN_BITS, LEN_PAGES, LEN_POINTED, LEN_FIELD, LEN_WORD
};

static const char *const len_names[] = {
	"CONST", "ARG", "BITS", "PAGES", "POINTED", "FIELD"
};

static const char *const class_names[] = {
	"file", "desc", "network", "process", "signal", "memory", "ipc",
	"creds", "clock", NULL
};

struct arg {
	char kind[MAX_WORD];
	char name[MAX_WORD];
	unsigned int flags;
	enum len_kind len_kind;
	char len_name[MAX_WORD];
	char unit[MAX_WORD];
	char more[MAX_WORD];
	unsigned int size;
	unsigned int field;
};

/* A line with cases. */
struct variant {
	char abi[MAX_WORD];
	char ret[MAX_WORD];
	int nr_args;
	struct arg args[MAX_ARGS];
	unsigned int *values;
	int nr_values;
	bool used;
	int line;
};

struct row {
	char abi[MAX_WORD];
	char name[MAX_WORD];
	char ret[MAX_WORD];
	unsigned int classes;
	int nr_args;
	struct arg args[MAX_ARGS];
	char selector[MAX_WORD];
	unsigned int mask;
	int first_variant;
	int nr_variants;
	bool used;
	int line;
};

struct size {
	char name[MAX_WORD];
	unsigned int bytes[NR_ABIS];
	char ctypes[2][MAX_WORD];
	bool used;
	int line;
};

struct one_case {
	unsigned int value;
	int desc;
};

struct proto {
	char name[64];
	int nr_params;
	bool pointers[MAX_ARGS];
	const char *file;
	int line;
};

/* One number of an ABI. */
struct call {
	struct row *row;
	int desc;
	char entry[64];
};

struct abi {
	int id;
	int nr_max;
	struct call calls[MAX_NR];
};

static struct row rows[MAX_ROWS];
static int nr_rows;
static struct variant variants[MAX_VARIANTS];
static int nr_variants;
static struct size sizes[MAX_STRUCTS];
static int nr_sizes;
static struct proto protos[MAX_PROTOS];
static int nr_protos;
static struct abi abis[NR_ABIS];
static int nr_abis;

/* What is printed: the text of descs[], and cases[]. */
static char *descs[MAX_DESCS];
static int nr_descs;
static struct one_case cases[MAX_CASES];
static int nr_cases;

static const char *description;
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

/* Position of @word in @words, or -1. */
static int find_word(const char *word, const char *const *words)
{
	int i;

	for (i = 0; words[i]; i++)
		if (!strcmp(word, words[i]))
			return i;
	return -1;
}

static bool is_number_kind(const char *kind)
{
	static const char *const kinds[] = {
		"fd", "int", "uint", "long", "size", "flags", "lflags", "mode", NULL
	};

	return find_word(kind, kinds) >= 0;
}

static bool is_string_kind(const char *kind)
{
	static const char *const kinds[] = { "path", "str", "strv", NULL };

	return find_word(kind, kinds) >= 0;
}

static bool is_word_char(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

static char *skip_spaces(char *s)
{
	while (isspace((unsigned char)*s))
		s++;
	return s;
}

/* Read a word of letters, digits and underscores; return what follows it. */
static char *take_word(char *s, char word[MAX_WORD])
{
	size_t n = 0;

	s = skip_spaces(s);
	while (is_word_char(*s)) {
		if (n + 1 >= MAX_WORD)
			die("word too long");
		word[n++] = *s++;
	}
	word[n] = '\0';
	if (!n)
		die("word expected at '%s'", s);
	return skip_spaces(s);
}

static char *take_number(char *s, unsigned int *number)
{
	unsigned long long value;
	char *end;

	s = skip_spaces(s);
	if (!isdigit((unsigned char)*s))
		die("number expected at '%s'", s);
	value = strtoull(s, &end, 0);
	if (is_word_char(*end) || value > 0xffffffffu)
		die("no number of 32 bits: '%s'", s);
	*number = value;
	return skip_spaces(end);
}

/* Read a number of bytes, other than zero. */
static char *take_size(char *s, unsigned int *size)
{
	s = take_number(s, size);
	if (!*size || *size > 0xffff)
		die("no size: %u", *size);
	return s;
}

static char *take_char(char *s, char c)
{
	if (*s != c)
		die("%c expected at '%s'", c, s);
	return skip_spaces(s + 1);
}

/* Return 1 + the position of the argument @name, or 0. */
static int find_arg(const struct arg *args, int nr_args, const char *name)
{
	int i;

	for (i = 0; i < nr_args; i++)
		if (!strcmp(args[i].name, name))
			return i + 1;
	return 0;
}

static struct size *find_size(const char *name)
{
	int i;

	for (i = 0; i < nr_sizes; i++)
		if (!strcmp(sizes[i].name, name))
			return &sizes[i];
	return NULL;
}

/* Read what follows the name of an argument, in a LENGTH. */
static char *take_unit(char *s, struct arg *arg)
{
	char word[MAX_WORD];

	if (*s == '*') {
		s = skip_spaces(s + 1);
		if (arg->len_kind == LEN_WORD)
			arg->len_kind = LEN_ARG;
		if (isdigit((unsigned char)*s))
			return take_size(s, &arg->size);
		return take_word(s, arg->unit);
	}
	if (*s == '+') {
		arg->len_kind = LEN_ARG;
		return take_word(s + 1, arg->more);
	}
	if (*s == '-')
		s = take_number(s + 1, &arg->field);
	else if (arg->len_kind == LEN_POINTED || !is_word_char(*s))
		return s;
	s = take_word(s, word);
	if (!strcmp(word, "bits"))
		arg->len_kind = LEN_BITS;
	else if (arg->field)
		die("%s: only bits can be fewer", arg->name);
	else if (!strcmp(word, "pages"))
		arg->len_kind = LEN_PAGES;
	else
		die("%s: no length '%s %s'", arg->name, arg->len_name, word);
	arg->size = 0;
	return s;
}

static char *take_field(char *s, struct arg *arg)
{
	arg->len_kind = LEN_FIELD;
	s = take_number(s, &arg->field);
	if (arg->field > 0xffff)
		die("%s: no field: %u", arg->name, arg->field);
	return *s == '+' ? take_size(s + 1, &arg->size) : s;
}

static char *take_length(char *s, struct arg *arg)
{
	char word[MAX_WORD];

	s = skip_spaces(s);
	if (*s == '@') {
		s = take_field(s + 1, arg);
	} else if (isdigit((unsigned char)*s)) {
		arg->len_kind = LEN_CONST;
		s = take_size(s, &arg->size);
	} else {
		arg->len_kind = *s == '*' ? LEN_POINTED : LEN_WORD;
		arg->size = 1;
		s = take_word(s + (*s == '*'), arg->len_name);
		s = take_unit(s, arg);
	}
	if (*s == ':') {
		s = take_word(s + 1, word);
		if (strcmp(word, "ret") || !(arg->flags & FLAG_OUT))
			die("%s: ':%s' of what is not written", arg->name, word);
		arg->flags |= FLAG_RET;
	}
	return take_char(s, ']');
}

/* Read what follows a direction. */
static char *take_memory(char *s, struct arg *arg)
{
	static const char *const kinds[] = { "iov", "msg", "mmsg", NULL };

	/* These words can be names as well: "in msg msg", "in msg[24]". */
	s = take_word(s, arg->name);
	if (find_word(arg->name, kinds) >= 0 && is_word_char(*s)) {
		snprintf(arg->kind, sizeof(arg->kind), "%s", arg->name);
		s = take_word(s, arg->name);
	} else {
		snprintf(arg->kind, sizeof(arg->kind), "bytes");
	}
	if ((*s == '[') == !strcmp(arg->kind, "msg"))
		die("%s: memory, unless it is a msg, has a [length]", arg->name);
	return *s == '[' ? take_length(s + 1, arg) : s;
}

static char *take_arg(char *s, struct arg *arg)
{
	static const char *const directions[] = { "in", "out", "inout", NULL };
	int direction;

	s = take_word(s, arg->kind);
	if (!strcmp(arg->kind, "fixed")) {
		arg->flags |= FLAG_FIXED;
		s = take_word(s, arg->kind);
	}
	if (!strcmp(arg->kind, "nested")) {
		arg->flags |= FLAG_NESTED;
		s = take_word(s, arg->kind);
	}
	direction = find_word(arg->kind, directions) + 1;
	if (direction) {
		arg->flags |= direction;
		if ((arg->flags & FLAG_FIXED) && !(arg->flags & FLAG_IN))
			die("only what is read can be fixed");
		return take_memory(s, arg);
	}
	if (arg->flags)
		die("in, out or inout expected, not '%s'", arg->kind);
	if (is_string_kind(arg->kind))
		arg->flags = FLAG_IN;
	else if (!strcmp(arg->kind, "any"))
		arg->flags = FLAG_IN | FLAG_NESTED;
	else if (!is_number_kind(arg->kind) && strcmp(arg->kind, "ptr") &&
		 strcmp(arg->kind, "ioctl"))
		die("no kind '%s'", arg->kind);
	return take_word(s, arg->name);
}

/* Read arguments up to @end or an equals sign. */
static char *take_args(char *s, char end, struct arg *args, int *nr_args)
{
	s = skip_spaces(s);
	while (*s != end && *s != '=') {
		if (*nr_args == MAX_ARGS)
			die("more than %d arguments", MAX_ARGS);
		s = take_arg(s, &args[*nr_args]);
		if (find_arg(args, *nr_args, args[*nr_args].name))
			die("two arguments '%s'", args[*nr_args].name);
		(*nr_args)++;
		if (*s == ',' && *skip_spaces(s + 1) != end)
			s = skip_spaces(s + 1);
		else if (*s != end && *s != '=')
			die("',' expected at '%s'", s);
	}
	return s;
}

static char *take_result(char *s, char ret[MAX_WORD])
{
	static const char *const rets[] = { "int", "size", "fd", "addr", NULL };

	s = take_word(take_char(s, '='), ret);
	if (find_word(ret, rets) < 0)
		die("no result '%s'", ret);
	return s;
}

static char *take_class(char *s, unsigned int *classes)
{
	char word[MAX_WORD];
	int class;

	s = take_word(take_char(s, '%'), word);
	class = find_word(word, class_names);
	if (class < 0)
		die("no class '%s'", word);
	if (*classes & 1u << class)
		die("class '%s' twice", word);
	*classes |= 1u << class;
	return s;
}

static void parse_row(char *s)
{
	struct row *row = &rows[nr_rows];
	int i;

	if (nr_rows == MAX_ROWS)
		die("too many lines");
	row->line = line;
	row->first_variant = nr_variants;
	s = take_word(s, row->name);
	if (*s == ':') {
		memcpy(row->abi, row->name, sizeof(row->abi));
		s = take_word(s + 1, row->name);
	}
	for (i = 0; i < nr_rows; i++)
		if (!strcmp(rows[i].name, row->name) && !strcmp(rows[i].abi, row->abi))
			die("'%s' is in line %d already", row->name, rows[i].line);
	nr_rows++;
	s = take_args(take_char(s, '('), ')', row->args, &row->nr_args);
	s = take_char(s, ')');
	snprintf(row->ret, sizeof(row->ret), "int");
	if (*s == '=')
		s = take_result(s, row->ret);
	while (*s == '%')
		s = take_class(s, &row->classes);
	if (*s)
		die("not understood: '%s'", s);
}

/* Read SELECTOR[&MASK]; @s is behind its first word, which is @selector. */
static char *take_selector(char *s, const char *selector, struct row *row)
{
	unsigned int mask = 0xffffffff;
	int arg;

	if (*s == '&')
		s = take_number(s + 1, &mask);
	if (!row->nr_variants) {
		arg = find_arg(row->args, row->nr_args, selector);
		if (!arg || !is_number_kind(row->args[arg - 1].kind))
			die("%s: no number '%s'", row->name, selector);
		snprintf(row->selector, sizeof(row->selector), "%s", selector);
		row->mask = mask;
	}
	if (strcmp(row->selector, selector) || row->mask != mask)
		die("%s: another selector or mask than above", row->name);
	return s;
}

static char *take_case(char *s, struct variant *variant, unsigned int mask)
{
	char word[MAX_WORD];
	unsigned int value;
	int i;

	s = take_word(s, word);
	s = take_number(take_char(s, '='), &value);
	if (value & ~mask)
		die("%s=%#x: the mask %#x does not let it through", word, value, mask);
	for (i = 0; i < variant->nr_values; i++)
		if (variant->values[i] == value)
			die("%s: %#x is there already", word, value);
	variant->values = realloc(variant->values, (i + 1) * sizeof(value));
	if (!variant->values)
		die("out of memory");
	variant->values[variant->nr_values++] = value;
	return s;
}

static void check_variant(const struct row *row, const struct variant *variant)
{
	int selector = find_arg(row->args, row->nr_args, row->selector);
	int i, arg;

	for (i = 0; i < variant->nr_args; i++) {
		arg = find_arg(row->args, row->nr_args, variant->args[i].name);
		if (!arg)
			die("%s: no argument '%s'", row->name, variant->args[i].name);
		if (arg <= selector)
			die("%s: argument '%s' is not behind '%s'", row->name,
			    variant->args[i].name, row->selector);
	}
	if (!variant->nr_args && !variant->ret[0])
		die("%s: the case changes nothing", row->name);
}

static void parse_variant(char *s)
{
	struct variant *variant = &variants[nr_variants];
	char selector[MAX_WORD];
	struct row *row;

	if (!nr_rows)
		die("a case without a call");
	row = &rows[nr_rows - 1];
	if (nr_variants++ == MAX_VARIANTS)
		die("too many cases");
	variant->line = line;
	s = take_word(s, selector);
	if (*s == ':') {
		memcpy(variant->abi, selector, sizeof(variant->abi));
		s = take_word(s + 1, selector);
	}
	s = take_selector(s, selector, row);
	row->nr_variants++;
	s = take_case(s, variant, row->mask);
	while (*s == ',')
		s = take_case(s + 1, variant, row->mask);
	s = take_args(take_char(s, ':'), '\0', variant->args, &variant->nr_args);
	if (*s == '=')
		s = take_result(s, variant->ret);
	if (*s)
		die("not understood: '%s'", s);
	check_variant(row, variant);
}

static void parse_size(char *s)
{
	struct size *size = &sizes[nr_sizes];
	int i, nr = 0;

	if (nr_sizes == MAX_STRUCTS)
		die("too many structs");
	size->line = line;
	s = take_word(s, size->name);
	if (find_size(size->name))
		die("struct '%s' is there already", size->name);
	nr_sizes++;
	do {
		if (nr == NR_ABIS)
			die("more than %d sizes", NR_ABIS);
		s = take_size(s + (nr > 0), &size->bytes[nr]);
		nr++;
	} while (*s == '/');
	for (; nr < NR_ABIS; nr++)
		size->bytes[nr] = size->bytes[NATIVE];
	for (i = 0; i < 2 && *s; i++) {
		if (*s == '-')
			s = skip_spaces(s + 1);
		else
			s = take_word(s, size->ctypes[i]);
	}
	if (*s)
		die("not understood: '%s'", s);
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

static void parse_line(char *s)
{
	static const char word[] = "struct";
	bool indented = isspace((unsigned char)*s);

	s = skip_spaces(s);
	if (!*s || *s == '#')
		return;
	if (indented)
		parse_variant(s);
	else if (!strncmp(s, word, strlen(word)) && isspace((unsigned char)s[strlen(word)]))
		parse_size(s + strlen(word));
	else
		parse_row(s);
}

static void read_description(void)
{
	FILE *f = open_file(description);
	char buf[1024], *end;

	while (fgets(buf, sizeof(buf), f)) {
		line++;
		end = strchr(buf, '\n');
		if (!end)
			die("line is too long, or has no end");
		*end = '\0';
		parse_line(buf);
	}
	fclose(f);
}

/* Overwrite comments with spaces. The lines stay. */
static void blank_comments(char *s)
{
	while (*s) {
		char *end = s + 1;

		if (*s == '"' || *s == '\'') {
			while (*end && *end != *s && *end != '\n')
				end += *end == '\\' && end[1] ? 2 : 1;
			s = *end ? end + 1 : end;
			continue;
		}
		if (!strncmp(s, "//", 2)) {
			end = s + strcspn(s, "\n");
		} else if (!strncmp(s, "/*", 2)) {
			end = strstr(s + 2, "*/");
			end = end ? end + 2 : s + strlen(s);
		} else {
			s++;
			continue;
		}
		for (; s < end; s++)
			if (*s != '\n')
				*s = ' ';
	}
}

/* Overwrite what is for the preprocessor with spaces. The lines stay. */
static void blank_directives(char *s)
{
	bool directive = false;

	while (*s) {
		char *end = s + strcspn(s, "\n");
		bool goes_on = end > s && end[-1] == '\\';

		if (directive || s[strspn(s, " \t")] == '#') {
			memset(s, ' ', end - s);
			directive = goes_on;
		}
		s = *end ? end + 1 : end;
	}
}

/* Some types of parameters are addresses without looking it. */
static bool is_pointer_type(const char *type)
{
	static const char *const words[] = {
		"__sighandler_t", "cap_user_data_t", "cap_user_header_t",
		"compat_uptr_t", NULL
	};
	char word[64];
	int n;

	if (strpbrk(type, "*["))
		return true;
	while (type += strspn(type, " \t\n"), sscanf(type, "%63s%n", word, &n) == 1) {
		if (find_word(word, words) >= 0)
			return true;
		type += n;
	}
	return false;
}

/* Is this parameter a macro that makes two of it, for both halves? */
static bool is_split_type(const char *type)
{
	static const char *const macros[] = {
		"compat_arg_u64(", "compat_arg_u64_dual(", "SC_ARG64("
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(macros); i++)
		if (!strncmp(type, macros[i], strlen(macros[i])))
			return true;
	return false;
}

/* Copy up to the next comma or the closing parenthesis; return where that is. */
static char *take_param(char *s, char *param, size_t size)
{
	size_t n = 0;
	int depth = 0;

	for (s = skip_spaces(s); *s; s++) {
		if (!depth && (*s == ',' || *s == ')'))
			break;
		depth += (*s == '(') - (*s == ')');
		if (n + 1 >= size)
			die("parameter too long");
		param[n++] = *s;
	}
	while (n && isspace((unsigned char)param[n - 1]))
		n--;
	param[n] = '\0';
	return s;
}

static void add_param(struct proto *proto, const char *type)
{
	bool split = is_split_type(type);
	int i;

	for (i = 0; i <= split; i++) {
		if (proto->nr_params == MAX_ARGS)
			die("%s: more than %d parameters", proto->name, MAX_ARGS);
		proto->pointers[proto->nr_params++] = is_pointer_type(type);
	}
}

static struct proto *add_proto(const char *prefix, const char *name)
{
	struct proto *proto = &protos[nr_protos];

	if (nr_protos++ == MAX_PROTOS)
		die("too many prototypes");
	if (snprintf(proto->name, sizeof(proto->name), "%s%s", prefix, name) >=
	    (int)sizeof(proto->name))
		die("name too long: '%s'", name);
	proto->file = file;
	proto->line = line;
	return proto;
}

/* Read "long sys_NAME(TYPE NAME, ...)". */
static void read_declaration(char *s)
{
	char word[64] = "", param[256];
	struct proto *proto;
	int n;

	for (s = skip_spaces(s); is_word_char(*s); s = skip_spaces(s + n)) {
		n = 1;
		while (is_word_char(s[n]))
			n++;
		snprintf(word, sizeof(word), "%.*s", n, s);
	}
	if (*s != '(' || (strncmp(word, "sys_", 4) && strncmp(word, "compat_sys_", 11)))
		return;
	proto = add_proto("", word);
	do {
		s = take_param(s + 1, param, sizeof(param));
		if (param[0] && strcmp(param, "void"))
			add_param(proto, param);
	} while (*s == ',');
}

/* Read "(NAME, TYPE, NAME, ...)". */
static void read_definition(char *s, const char *prefix, int nr_params)
{
	struct proto *proto;
	char param[256];

	s = skip_spaces(s);
	if (*s != '(')
		return;
	s = take_param(s + 1, param, sizeof(param));
	proto = add_proto(prefix, param);
	while (*s == ',') {
		s = take_param(s + 1, param, sizeof(param));
		add_param(proto, param);
		if (!is_split_type(param) && *s == ',')
			s = take_param(s + 1, param, sizeof(param));
	}
	if (proto->nr_params != nr_params)
		die("%s: %d parameters, not %d", proto->name, proto->nr_params, nr_params);
}

/* Read a prototype, if @s, behind @word, is one. */
static void read_proto(char *s, const char *word)
{
	static const struct {
		const char *macro;
		const char *prefix;
	} macros[] = {
		{ "SYSCALL_DEFINE", "sys_" },
		{ "COMPAT_SYSCALL_DEFINE", "compat_sys_" },
		{ "SYSCALL32_DEFINE", "compat_sys_" },
	};
	size_t i, len = strlen(word);

	if (!strcmp(word, "asmlinkage")) {
		read_declaration(s);
		return;
	}
	if (!isdigit((unsigned char)word[len - 1]))
		return;
	for (i = 0; i < ARRAY_SIZE(macros); i++)
		if (len == strlen(macros[i].macro) + 1 &&
		    !strncmp(word, macros[i].macro, len - 1))
			read_definition(s, macros[i].prefix, word[len - 1] - '0');
}

static void read_source(const char *name)
{
	static char source[MAX_SOURCE];
	FILE *f = open_file(name);
	size_t n = fread(source, 1, sizeof(source), f);
	char word[64], *s;

	if (n == sizeof(source) || ferror(f))
		die("not readable, or too long");
	fclose(f);
	source[n] = '\0';
	blank_comments(source);
	blank_directives(source);
	for (line = 1, s = source; *s; ) {
		n = 0;
		while (is_word_char(s[n]))
			n++;
		if (n) {
			snprintf(word, sizeof(word), "%.*s", (int)n, s);
			s += n;
			read_proto(s, word);
			continue;
		}
		line += *s++ == '\n';
	}
}

/* Return why @row does not agree with @proto, or NULL. */
static const char *disagreement(const struct row *row, const struct proto *proto)
{
	static char why[256];
	int i;

	if (row->nr_args != proto->nr_params) {
		snprintf(why, sizeof(why), "%d arguments, not %d", proto->nr_params,
			 row->nr_args);
		return why;
	}
	for (i = 0; i < row->nr_args; i++) {
		const struct arg *arg = &row->args[i];

		if (!proto->pointers[i] || !is_number_kind(arg->kind))
			continue;
		snprintf(why, sizeof(why), "an address as '%s'", arg->name);
		return why;
	}
	return NULL;
}

/* Where there are several prototypes, one for each configuration, one will do. */
static void check_protos(const struct row *row, const char *entry)
{
	const struct proto *wrong = NULL;
	int i;

	for (i = 0; i < nr_protos; i++) {
		if (strcmp(protos[i].name, entry))
			continue;
		if (!disagreement(row, &protos[i]))
			return;
		wrong = &protos[i];
	}
	if (!wrong)
		die("call '%s': no prototype of %s", row->name, entry);
	file = description;
	line = row->line;
	die("'%s': %s has %s, see %s:%d", row->name, entry,
	    disagreement(row, wrong), wrong->file, wrong->line);
}

static char text[4096];
static size_t text_len;

static void put(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	text_len += vsnprintf(text + text_len, sizeof(text) - text_len, fmt, ap);
	va_end(ap);
	if (text_len >= sizeof(text))
		die("description too long");
}

static void put_upper(const char *s)
{
	for (; *s; s++)
		put("%c", toupper((unsigned char)*s));
}

static void put_flags(unsigned int flags)
{
	size_t i;

	if (!flags)
		return;
	put(", .flags = ");
	for (i = 0; i < ARRAY_SIZE(flag_names); i++) {
		if (!(flags & 1u << i))
			continue;
		put("SYSCALL_ARG_%s", flag_names[i]);
		flags &= ~(1u << i);
		put("%s", flags ? " | " : "");
	}
}

static unsigned int use_size(const char *name, int abi)
{
	struct size *size = find_size(name);

	if (!size)
		die("no argument or struct '%s'", name);
	size->used = true;
	return size->bytes[abi];
}

/* Does argument @len of @args have what a length of this kind is taken from? */
static bool can_be_length(const struct arg *args, int len, enum len_kind kind)
{
	const char *arg_kind = args[len - 1].kind;

	if (kind == LEN_POINTED)
		return !strcmp(arg_kind, "bytes");
	return is_number_kind(arg_kind);
}

static void put_length(const struct arg *args, int nr_args,
		       const struct arg *arg, int abi)
{
	int len = find_arg(args, nr_args, arg->len_name);
	bool elements = strcmp(arg->kind, "bytes");
	enum len_kind kind = arg->len_kind;
	unsigned int size = arg->size, field = arg->field;

	if (len && find_size(arg->len_name))
		die("%s: '%s' is an argument and a struct", arg->name, arg->len_name);
	if (kind == LEN_WORD && !len && !elements) {
		kind = LEN_CONST;
		size = use_size(arg->len_name, abi);
	} else if (kind == LEN_WORD) {
		kind = LEN_ARG;
	}
	if (kind != LEN_CONST && kind != LEN_FIELD) {
		if (!len)
			die("%s: no argument '%s'", arg->name, arg->len_name);
		if (!can_be_length(args, len, kind))
			die("%s: '%s' cannot be a length", arg->name, arg->len_name);
	}
	if (arg->unit[0]) {
		if (find_arg(args, nr_args, arg->unit))
			die("%s: '%s' is an argument", arg->name, arg->unit);
		size = use_size(arg->unit, abi);
	}
	if (arg->more[0])
		field = use_size(arg->more, abi);
	if (elements && kind != LEN_CONST && (kind != LEN_ARG || size != 1))
		die("%s: number of elements expected", arg->name);
	put(", .len_kind = SYSCALL_LEN_%s", len_names[kind]);
	if (len)
		put(", .len = %d", len);
	if (size)
		put(", .size = %u", size);
	if (field)
		put(", .field = %u", field);
}

static void put_arg(const struct arg *args, int nr_args, int i, int abi)
{
	const struct arg *arg = &args[i];

	put("\t\t{ .kind = SYSCALL_ARG_");
	put_upper(arg->kind);
	put_flags(arg->flags);
	if (!strcmp(arg->kind, "ioctl")) {
		if (!i || !is_number_kind(args[i - 1].kind))
			die("%s: no number before it", arg->name);
		put(", .len = %d", i);
	}
	if (!strcmp(arg->kind, "bytes") || !strcmp(arg->kind, "iov") ||
	    !strcmp(arg->kind, "mmsg"))
		put_length(args, nr_args, arg, abi);
	put(" },\n");
}

/* Write the beginning of a row of descs[]. */
static void start_desc(const struct row *row, const char *ret)
{
	text_len = 0;
	put("{\n\t\t.name = \"%s\", .nr_args = %d, .ret = SYSCALL_RET_",
	    row->name, row->nr_args);
	put_upper(ret);
	put(",");
	if (row->classes)
		put(" .classes = %#x,", row->classes);
	put("\n");
}

/* Write the end of a row of descs[]; return where there is such a row. */
static int end_desc(const struct arg *args, int nr_args, int abi)
{
	int i;

	if (nr_args)
		put("\t\t.args = {\n");
	for (i = 0; i < nr_args; i++) {
		put("\t");
		put_arg(args, nr_args, i, abi);
	}
	if (nr_args)
		put("\t\t},\n");
	put("\t},\n");
	for (i = 0; i < nr_descs; i++)
		if (!strcmp(descs[i], text))
			return i;
	if (nr_descs == MAX_DESCS)
		die("too many descriptions");
	descs[nr_descs] = strdup(text);
	if (!descs[nr_descs])
		die("out of memory");
	return nr_descs++;
}

static int add_variant(const struct row *row, struct variant *variant, int abi)
{
	struct arg args[MAX_ARGS];
	int i;

	memcpy(args, row->args, sizeof(args));
	for (i = 0; i < variant->nr_args; i++) {
		const struct arg *arg = &variant->args[i];

		args[find_arg(args, row->nr_args, arg->name) - 1] = *arg;
	}
	line = variant->line;
	start_desc(row, variant->ret[0] ? variant->ret : row->ret);
	i = end_desc(args, row->nr_args, abi);
	line = row->line;
	return i;
}

static int compare_cases(const void *a, const void *b)
{
	unsigned int x = ((const struct one_case *)a)->value;
	unsigned int y = ((const struct one_case *)b)->value;

	return x < y ? -1 : x > y;
}

static bool has_case(const struct one_case *list, int nr, unsigned int value)
{
	while (nr-- > 0)
		if (list[nr].value == value)
			return true;
	return false;
}

/*
 * Append the cases that are for @abi only, or else those that are for all, to
 * the @nr ones of @list. Return how many there are then.
 */
static int list_cases(const struct row *row, int abi, bool only,
		      struct one_case *list, int nr)
{
	int i, j, nr_only = nr;

	for (i = 0; i < row->nr_variants; i++) {
		struct variant *variant = &variants[row->first_variant + i];

		if (strcmp(variant->abi, only ? abi_names[abi] : ""))
			continue;
		for (j = 0; j < variant->nr_values; j++) {
			unsigned int value = variant->values[j];

			/* What is for one ABI only wins. */
			if (has_case(list, nr_only, value))
				continue;
			line = variant->line;
			if (has_case(list, nr, value))
				die("%s: case %#x is there already", row->name, value);
			if (nr == MAX_CALL_CASES)
				die("%s: more than %d cases", row->name, nr);
			list[nr].value = value;
			list[nr++].desc = add_variant(row, variant, abi);
			variant->used = true;
		}
	}
	return nr;
}

/* Return where in cases[] there is such a list. */
static int add_cases(const struct one_case *list, int nr)
{
	int i;

	for (i = 0; i + nr <= nr_cases; i++)
		if (!memcmp(&cases[i], list, nr * sizeof(*list)))
			return i;
	if (nr_cases + nr > MAX_CASES)
		die("too many cases");
	memcpy(&cases[nr_cases], list, nr * sizeof(*list));
	nr_cases += nr;
	return nr_cases - nr;
}

static int add_desc(const struct row *row, int abi)
{
	struct one_case list[MAX_CALL_CASES];
	int nr, first = 0;

	line = row->line;
	nr = list_cases(row, abi, true, list, 0);
	nr = list_cases(row, abi, false, list, nr);
	line = row->line;
	if (nr) {
		qsort(list, nr, sizeof(*list), compare_cases);
		first = add_cases(list, nr);
	}
	start_desc(row, row->ret);
	if (nr)
		put("\t\t.selector = %d, .nr_cases = %d, .first_case = %d, .mask = %#x,\n",
		    find_arg(row->args, row->nr_args, row->selector), nr, first, row->mask);
	return end_desc(row->args, row->nr_args, abi);
}

/* The line for this ABI, else the one for all, else NULL. */
static struct row *find_row(const char *abi, const char *name)
{
	struct row *found = NULL;
	int i;

	for (i = 0; i < nr_rows; i++) {
		if (strcmp(rows[i].name, name))
			continue;
		if (!strcmp(rows[i].abi, abi) || (!rows[i].abi[0] && !found))
			found = &rows[i];
	}
	if (found)
		found->used = true;
	return found;
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

static void add_call(struct abi *abi, int nr, const char *name, const char *entry)
{
	struct call *call = &abi->calls[nr];
	const char *table = file;
	int table_line = line;

	call->row = find_row(abi_names[abi->id], name);
	if (!call->row)
		die("%s call '%s' is not described", abi_names[abi->id], name);
	if (nr_protos)
		check_protos(call->row, entry);
	file = description;
	call->desc = add_desc(call->row, abi->id);
	file = table;
	line = table_line;
	if (nr >= abi->nr_max)
		abi->nr_max = nr + 1;
}

static void read_numbers(struct abi *abi, const char *name, const char *letters)
{
	char buf[256], letter[32], call[40], entries[2][64];
	FILE *f = open_file(name);
	int nr, columns;

	while (fgets(buf, sizeof(buf), f)) {
		bool compat;

		line++;
		columns = sscanf(buf, "%d %31s %39s %63s %63s", &nr, letter, call,
				 entries[0], entries[1]);
		if (columns < 4 || !in_list(letter, letters) ||
		    !strcmp(entries[0], "sys_ni_syscall"))
			continue;
		if (nr < 0 || nr >= MAX_NR)
			die("number %d is too large", nr);
		compat = columns == 5 && strcmp(entries[1], "-") &&
			 strcmp(entries[1], "sys_ni_syscall");
		add_call(abi, nr, call, entries[compat]);
	}
	fclose(f);
}

static void read_abi(char *arg)
{
	char *table = strchr(arg, ':');
	char *letters = table ? strchr(table + 1, ':') : NULL;
	struct abi *abi = &abis[nr_abis];

	file = arg;
	line = 0;
	if (!letters)
		die("ABI:TABLE:LETTERS expected");
	if (nr_abis++ == NR_ABIS)
		die("too many ABIs");
	*table++ = '\0';
	*letters++ = '\0';
	while (abi->id < NR_ABIS && strcmp(arg, abi_names[abi->id]))
		abi->id++;
	if (abi->id == NR_ABIS)
		die("no such ABI");
	read_numbers(abi, table, letters);
}

static void check_used(void)
{
	int i;

	file = description;
	for (i = 0; i < nr_rows; i++) {
		line = rows[i].line;
		if (!rows[i].used)
			die("no ABI has a call '%s'", rows[i].name);
	}
	for (i = 0; i < nr_variants; i++) {
		line = variants[i].line;
		if (!variants[i].used)
			die("no ABI has these cases");
	}
	for (i = 0; i < nr_sizes; i++) {
		line = sizes[i].line;
		if (!sizes[i].used)
			die("no call has a struct '%s'", sizes[i].name);
	}
}

static const struct abi *sorted_abi;

static int compare_names(const void *a, const void *b)
{
	return strcmp(sorted_abi->calls[*(const int *)a].row->name,
		      sorted_abi->calls[*(const int *)b].row->name);
}

static void print_abi(const struct abi *abi)
{
	const char *name = abi_names[abi->id];
	static int names[MAX_NR];
	int i, nr_names = 0;

	printf("static const u16 %s_by_nr[] = {", name);
	for (i = 0; i < abi->nr_max; i++) {
		bool has_call = abi->calls[i].row;

		printf("%s%d,", i % 12 ? " " : "\n\t",
		       has_call ? abi->calls[i].desc + 1 : 0);
		if (has_call)
			names[nr_names++] = i;
	}
	sorted_abi = abi;
	qsort(names, nr_names, sizeof(names[0]), compare_names);
	printf("\n};\n\nstatic const u16 %s_by_name[] = {", name);
	for (i = 0; i < nr_names; i++)
		printf("%s%d,", i % 12 ? " " : "\n\t", names[i]);
	printf("\n};\n\n");
}

static void print_tables(void)
{
	int i;

	printf("static const struct syscall_table tables[SYSCALL_NR_ABIS] = {\n");
	for (i = 0; i < nr_abis; i++) {
		const char *abi = abi_names[abis[i].id], *c;

		printf("\t[SYSCALL_ABI_");
		for (c = abi; *c; c++)
			putchar(toupper((unsigned char)*c));
		printf("] = {\n\t\t%s_by_nr, sizeof(%s_by_nr) / sizeof(u16),\n", abi, abi);
		printf("\t\t%s_by_name, sizeof(%s_by_name) / sizeof(u16),\n\t},\n", abi, abi);
	}
	printf("};\n");
}

static void print_all(void)
{
	int i;

	printf("/* Generated by gen_syscall_desc. */\n\n");
	printf("static const struct syscall_desc descs[] = {\n");
	for (i = 0; i < nr_descs; i++)
		printf("\t%s", descs[i]);
	printf("};\n\nstatic const struct syscall_case cases[] = {\n");
	for (i = 0; i < nr_cases; i++)
		printf("\t{ %#x, %d },\n", cases[i].value, cases[i].desc);
	printf("};\n\n");
	for (i = 0; i < nr_abis; i++)
		print_abi(&abis[i]);
	print_tables();
}

static void print_checks(void)
{
	static const char *const macros[] = {
		"SYSCALL_CHECK_STRUCT", "SYSCALL_CHECK_COMPAT_STRUCT"
	};
	int i, j;

	printf("/* Generated by gen_syscall_desc. */\n\n");
	for (i = 0; i < nr_sizes; i++)
		for (j = 0; j < 2; j++)
			if (sizes[i].ctypes[j][0])
				printf("%s(%s, %u);\n", macros[j], sizes[i].ctypes[j],
				       sizes[i].bytes[j]);
}

int main(int argc, char **argv)
{
	bool checks = argc > 1 && !strcmp(argv[1], "-c");
	int i, end;

	if (argc < 3) {
		fprintf(stderr,
			"usage: %s [-c] DESCRIPTION [ABI:TABLE:LETTERS...] [-- SOURCE...]\n",
			argv[0]);
		return 1;
	}
	description = argv[1 + checks];
	read_description();
	for (end = 2 + checks; end < argc && strcmp(argv[end], "--"); end++)
		;
	for (i = end + 1; i < argc; i++)
		read_source(argv[i]);
	for (i = 2 + checks; i < end; i++)
		read_abi(argv[i]);
	if (nr_abis)
		check_used();
	if (checks)
		print_checks();
	else
		print_all();
	return 0;
}
