// SPDX-License-Identifier: GPL-2.0
/*
 * A driver of the fuzz targets without a fuzzer: it tries all inputs of a corpus.
 *
 * Usage: TARGET FILE.corpus...		inputs of a corpus; says "ok"
 *	  TARGET FILE...		each is an input
 *	  TARGET -unpack DIR FILE.corpus	its inputs as files
 *	  TARGET -pack FILE...		files as a corpus, to standard output
 *
 * A corpus has an input a line. What is not printable ASCII is \xHH there, a zero \0,
 * a backslash \\. Lines that begin with # are comments.
 */

#include "fuzz.h"

#define MAX_BYTES	(1U << 17)

struct input {
	size_t len;
	u8 bytes[MAX_BYTES];
};

static void give_up(const char *what, const char *path)
{
	fprintf(stderr, "%s: %s\n", path, what);
	exit(1);
}

static int hex_digit(int c)
{
	return c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
}

/* Take a line of a corpus apart. */
static void read_line(struct input *input, const char *line, const char *path)
{
	input->len = 0;
	while (*line && *line != '\n') {
		u8 c = *line++;

		if (input->len == MAX_BYTES)
			give_up("an input is too long", path);
		if (c == '\\' && *line == 'x' && line[1] && line[2]) {
			c = hex_digit(line[1]) << 4 | hex_digit(line[2]);
			line += 3;
		} else if (c == '\\' && *line == '0') {
			c = 0;
			line++;
		} else if (c == '\\' && *line == '\\') {
			line++;
		}
		input->bytes[input->len++] = c;
	}
}

static void print_line(const struct input *input)
{
	size_t i;

	for (i = 0; i < input->len; i++) {
		u8 c = input->bytes[i];

		if (!c)
			printf("\\0");
		else if (c == '\\')
			printf("\\\\");
		else if (c < ' ' || c > '~' || (c == '#' && !i))
			printf("\\x%02x", c);
		else
			putchar(c);
	}
	putchar('\n');
}

static FILE *open_file(const char *path, const char *mode)
{
	FILE *f = fopen(path, mode);

	if (!f)
		give_up("cannot be opened", path);
	return f;
}

static void read_input(struct input *input, const char *path)
{
	FILE *f = open_file(path, "r");

	input->len = fread(input->bytes, 1, MAX_BYTES, f);
	fclose(f);
}

/* @name: what the file is called, before a number */
static void write_input(const struct input *input, const char *dir, const char *name,
			unsigned long n)
{
	char path[4096];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s-%05lu", dir, name, n);
	f = open_file(path, "w");
	if (fwrite(input->bytes, 1, input->len, f) != input->len || fclose(f))
		give_up("cannot be written", path);
}

/* Exactly as long as it is. */
static void try_input(const struct input *input)
{
	u8 *copy = fuzz_copy(input->bytes, input->len);

	LLVMFuzzerTestOneInput(copy, input->len);
	free(copy);
}

/* @dir: where to write the inputs; NULL to try them. Return how many there are. */
static unsigned long read_corpus(struct input *input, const char *path, const char *dir)
{
	FILE *f = open_file(path, "r");
	unsigned long n = 0;
	char *line = NULL;
	size_t size = 0;

	while (getline(&line, &size, f) > 0) {
		if (*line == '#')
			continue;
		read_line(input, line, path);
		if (dir)
			write_input(input, dir, basename(path), n);
		else
			try_input(input);
		n++;
	}
	free(line);
	fclose(f);
	return n;
}

static bool is_corpus(const char *path)
{
	const char *end = strrchr(path, '.');

	return end && !strcmp(end, ".corpus");
}

int main(int argc, char **argv)
{
	static struct input input;
	unsigned long n = 0;
	int i;

	if (argc == 4 && !strcmp(argv[1], "-unpack")) {
		read_corpus(&input, argv[3], argv[2]);
		return 0;
	}
	if (argc > 1 && !strcmp(argv[1], "-pack")) {
		for (i = 2; i < argc; i++) {
			read_input(&input, argv[i]);
			print_line(&input);
		}
		return 0;
	}
	for (i = 1; i < argc; i++) {
		if (is_corpus(argv[i])) {
			n += read_corpus(&input, argv[i], NULL);
		} else {
			read_input(&input, argv[i]);
			try_input(&input);
			n++;
		}
	}
	/* Nothing that was tried proves nothing. */
	printf("%s 1 - fuzz.replay_%s # %lu inputs\n", n ? "ok" : "not ok", fuzz_name, n);
	return !n;
}
