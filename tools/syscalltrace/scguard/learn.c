// SPDX-License-Identifier: GPL-2.0-only
/*
 * Write a policy from a run: what it used, directories folded.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scguard.h"

/* So many paths of a directory stand for all of it. */
#define FOLD	4

/**
 * struct seen - a path that was used, or a line of the policy
 * @rights: that were used, bits
 * @dir: it is a directory
 * @text: the path; or the line
 */
struct seen {
	unsigned int rights;
	bool dir;
	char *text;
};

static struct seen *paths;
static size_t nr_paths;
static char **lines;
static size_t nr_lines;

static void add_path(unsigned int rights, const char *path)
{
	struct stat st;
	size_t i;

	for (i = 0; i < nr_paths; i++)
		if (!strcmp(paths[i].text, path))
			break;
	if (i == nr_paths) {
		paths = need(realloc(paths, (nr_paths + 1) * sizeof(*paths)));
		paths[nr_paths].text = need(strdup(path));
		paths[nr_paths].rights = 0;
		paths[nr_paths].dir = !lstat(path, &st) && S_ISDIR(st.st_mode);
		nr_paths++;
	}
	paths[i].rights |= rights;
}

/* What lies in one's own directory of /proc is the same for each process. */
void learn_path(enum right right, const char *path)
{
	char own[PATH_MAX];
	char *rest;

	if (!strncmp(path, "/proc/", 6) && strtol(path + 6, &rest, 10) && rest != path + 6) {
		snprintf(own, sizeof(own), "/proc/self%s", rest);
		path = own;
		rest = strstr(own, "/task/");
		if (rest)
			*rest = '\0';
	}
	add_path(1 << right, path);
}

void learn_line(const char *format, ...)
{
	va_list ap;
	char *line;
	size_t i;

	va_start(ap, format);
	if (vasprintf(&line, format, ap) < 0)
		need(NULL);
	va_end(ap);
	for (i = 0; i < nr_lines; i++) {
		if (!strcmp(lines[i], line)) {
			free(line);
			return;
		}
	}
	lines = need(realloc(lines, (nr_lines + 1) * sizeof(*lines)));
	lines[nr_lines++] = line;
}

/* --------------------------------- folding -------------------------------- */

static size_t dir_length(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash - path : 0;
}

static bool is_below(const char *path, const char *dir, size_t len)
{
	return !strncmp(path, dir, len) && path[len] == '/';
}

/* How many paths lie in the directory that @path lies in, and are used alike. */
static size_t count_alike(const struct seen *seen, size_t len)
{
	size_t i, nr = 0;

	for (i = 0; i < nr_paths; i++)
		nr += paths[i].rights == seen->rights && dir_length(paths[i].text) == len &&
		      !strncmp(paths[i].text, seen->text, len);
	return nr;
}

static void drop_path(size_t i)
{
	free(paths[i].text);
	paths[i] = paths[--nr_paths];
}

/* Folding may give the same path twice. */
static void join_equal(void)
{
	size_t i, j;

	for (i = 0; i < nr_paths; i++) {
		for (j = i + 1; j < nr_paths; j++) {
			if (strcmp(paths[i].text, paths[j].text))
				continue;
			paths[i].rights |= paths[j].rights;
			drop_path(j--);
		}
	}
}

/* What is below a path that gives as much needs no line. */
static void drop_covered(void)
{
	size_t i, j;

	for (i = 0; i < nr_paths; i++) {
		for (j = 0; j < nr_paths; j++) {
			if (i != j && !(paths[i].rights & ~paths[j].rights) &&
			    is_below(paths[i].text, paths[j].text, strlen(paths[j].text))) {
				drop_path(i--);
				break;
			}
		}
	}
}

/* Directories of the system that all programs read hold nothing secret. */
static void fold_system(void)
{
	static const char *const trees[] = { "/usr", "/lib", "/lib64", "/bin", "/sbin" };
	size_t i, j;

	for (i = 0; i < nr_paths; i++) {
		for (j = 0; j < sizeof(trees) / sizeof(trees[0]); j++) {
			if (!(paths[i].rights & ~(1U << READ)) &&
			    is_below(paths[i].text, trees[j], strlen(trees[j])))
				paths[i].text[strlen(trees[j])] = '\0';
		}
	}
}

/* Fold to a directory, never to the root or what is right below it. */
static void fold(void)
{
	char dir[PATH_MAX];
	unsigned int rights;
	size_t i, len;

	fold_system();
	join_equal();
	for (i = 0; i < nr_paths; i++) {
		len = dir_length(paths[i].text);
		if (!len || !memchr(paths[i].text + 1, '/', len - 1) ||
		    count_alike(&paths[i], len) < FOLD)
			continue;
		snprintf(dir, sizeof(dir), "%.*s", (int)len, paths[i].text);
		rights = paths[i].rights;
		add_path(rights, dir);
		drop_covered();
		i = -1;
	}
	drop_covered();
}

/* --------------------------------- writing -------------------------------- */

static int compare(const void *a, const void *b)
{
	const struct seen *x = a, *y = b;

	return strcmp(x->text, y->text);
}

static void put_path(FILE *to, const char *path)
{
	if (!strpbrk(path, " \t\r\n#\"\\$")) {
		fprintf(to, " %s", path);
		return;
	}
	fputs(" \"", to);
	for (; *path; path++)
		fprintf(to, *path == '"' || *path == '\\' ? "\\%c" : "%c", *path);
	fputc('"', to);
}

static void put_paths(FILE *to, const char *words, unsigned int rights)
{
	size_t i;

	for (i = 0; i < nr_paths; i++) {
		if ((paths[i].rights & rights) != rights)
			continue;
		if (rights == 1 << CREATE && paths[i].rights & 1 << WRITE)
			continue;
		if (strchr(paths[i].text, '\n')) {
			fputs("# A path with a newline in it cannot be written here.\n", to);
			continue;
		}
		fprintf(to, "%s allow", words);
		put_path(to, paths[i].text);
		fputc('\n', to);
	}
}

static void put_policy(FILE *to, char **argv)
{
	size_t i;

	fputs("# Learnt from:", to);
	for (; *argv; argv++)
		fprintf(to, " %s", strpbrk(*argv, "\n\r") ? "..." : *argv);
	fputs("\ndefault deny EACCES\n", to);
	qsort(paths, nr_paths, sizeof(*paths), compare);
	put_paths(to, "read", 1 << READ);
	put_paths(to, "write", 1 << WRITE);
	put_paths(to, "create", 1 << CREATE);
	put_paths(to, "exec", 1 << EXEC);
	put_paths(to, "net allow unix", 1 << UNIX);
	for (i = 0; i < nr_lines; i++)
		fprintf(to, "%s\n", lines[i]);
}

/* Returns false if it could not be written; nothing is there then. */
bool learn_write(const char *file, char **argv)
{
	char new[PATH_MAX];
	bool done;
	FILE *to;

	if (snprintf(new, sizeof(new), "%s.new", file) >= (int)sizeof(new))
		return false;
	to = fopen(new, "we");
	if (!to) {
		complain("%s: %s: name a file that can be written", new, strerror(errno));
		return false;
	}
	fold();
	put_policy(to, argv);
	done = !ferror(to);
	done &= !fclose(to);
	if (!done || rename(new, file)) {
		complain("%s: %s: nothing was learnt", file, strerror(errno));
		unlink(new);
		return false;
	}
	return true;
}
