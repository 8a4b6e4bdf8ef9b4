// SPDX-License-Identifier: GPL-2.0-only
/* What exec has made: the random bytes that it gives to a program, and the files. */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "screplay.h"

/* Where its random bytes are, or 0. */
uint64_t image_random(pid_t pid)
{
	Elf64_auxv_t aux[64];
	char path[32];
	ssize_t i, len;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/auxv", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	len = read(fd, aux, sizeof(aux));
	close(fd);
	for (i = 0; i < len / (ssize_t)sizeof(aux[0]); i++)
		if (aux[i].a_type == AT_RANDOM)
			return aux[i].a_un.a_val;
	return 0;
}

static void add_image(struct buf *b, const char *path)
{
	struct scr_image *image;
	struct stat st;

	if (stat(path, &st))
		return;
	((struct scr_exec *)b->data)->nr_images++;
	image = buf_extend(b, sizeof(*image));
	image->size = st.st_size;
	image->mtime = st.st_mtim.tv_sec;
	image->mtime_nsec = st.st_mtim.tv_nsec;
	image->path_len = strlen(path) + 1;
	buf_add(b, path, image->path_len);
	buf_pad(b);
}

/* All files that are mapped before the first instruction, each once. */
void image_capture(struct buf *b, pid_t pid)
{
	char name[32], line[PATH_MAX + 128], last[PATH_MAX] = "", *path;
	struct scr_exec *exec = buf_extend(b, sizeof(*exec));
	uint64_t random = image_random(pid);
	FILE *maps;

	if (random)
		read_memory(pid, random, exec->random, sizeof(exec->random));
	snprintf(name, sizeof(name), "/proc/%d/maps", pid);
	maps = fopen(name, "re");
	if (!maps)
		return;
	while (fgets(line, sizeof(line), maps)) {
		path = strchr(line, '/');
		if (!path)
			continue;
		path[strcspn(path, "\n")] = 0;
		if (!strcmp(path, last))
			continue;
		snprintf(last, sizeof(last), "%s", path);
		add_image(b, path);
	}
	fclose(maps);
}

void image_restore(pid_t pid, const struct scr_exec *exec)
{
	uint64_t random = image_random(pid);

	if (random)
		sct_write_memory(pid, random, exec->random, sizeof(exec->random));
}

static bool changed(const struct scr_image *image)
{
	const char *path = (const char *)(image + 1);
	struct stat st;

	return stat(path, &st) || (uint64_t)st.st_size != image->size ||
	       st.st_mtim.tv_sec != image->mtime || st.st_mtim.tv_nsec != image->mtime_nsec;
}

/* Is one of the files another one than when it was recorded? @what: gets its path */
bool image_changed(const struct scr_exec *exec, char *what, size_t room)
{
	const struct scr_image *image = (const void *)(exec + 1);
	uint32_t i;

	for (i = 0; i < exec->nr_images; i++) {
		if (changed(image)) {
			snprintf(what, room, "%s", (const char *)(image + 1));
			return true;
		}
		image = (const void *)((const char *)(image + 1) + scr_padded(image->path_len));
	}
	return false;
}
