/* SPDX-License-Identifier: GPL-2.0 */
/* A program that can be exchanged for another one that does nearly the same. */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static inline int run(const char *words)
{
	char buf[64];
	int fd = open("/etc/passwd", O_RDONLY);

	if (read(fd, buf, sizeof(buf)) < 0)
		return 1;
	close(fd);
	getppid();
	return write(1, words, strlen(words)) < 0;
}
