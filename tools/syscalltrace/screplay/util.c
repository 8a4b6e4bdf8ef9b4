// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include "screplay.h"

volatile sig_atomic_t got_signal;

void warn(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fputs("screplay: ", stderr);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
	va_end(args);
}

void die(int status, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fputs("screplay: ", stderr);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
	va_end(args);
	exit(status);
}

void *xrealloc(void *p, size_t size)
{
	p = realloc(p, size);
	if (!p && size)
		die(STATUS_FAILED, "%zu bytes: out of memory: free some", size);
	return p;
}

/* Room for @len bytes more, zeroed. */
void *buf_extend(struct buf *b, size_t len)
{
	void *p;

	if (b->room - b->len < len) {
		b->room = b->room * 2 + len + 256;
		b->data = xrealloc(b->data, b->room);
	}
	p = b->data + b->len;
	memset(p, 0, len);
	b->len += len;
	return p;
}

void buf_add(struct buf *b, const void *data, size_t len)
{
	if (len)
		memcpy(buf_extend(b, len), data, len);
}

void buf_pad(struct buf *b)
{
	buf_extend(b, -b->len & 7);
}

void buf_free(struct buf *b)
{
	free(b->data);
	memset(b, 0, sizeof(*b));
}

static uint32_t crc_table[8][256];

static void crc_init(void)
{
	uint32_t c;
	int i, k;

	for (i = 0; i < 256; i++) {
		c = i;
		for (k = 0; k < 8; k++)
			c = c & 1 ? (c >> 1) ^ 0xedb88320 : c >> 1;
		crc_table[0][i] = c;
	}
	for (k = 1; k < 8; k++) {
		for (i = 0; i < 256; i++) {
			c = crc_table[k - 1][i];
			crc_table[k][i] = (c >> 8) ^ crc_table[0][c & 0xff];
		}
	}
}

/* That of zlib and Ethernet, eight bytes at a time. @crc: 0, or that of what precedes */
uint32_t crc32(uint32_t crc, const void *data, size_t len)
{
	const unsigned char *p = data;
	uint64_t word;

	if (!crc_table[0][1])
		crc_init();
	crc = ~crc;
	for (; len >= 8; len -= 8, p += 8) {
		memcpy(&word, p, 8);
		word ^= crc;
		crc = crc_table[7][word & 0xff] ^ crc_table[6][word >> 8 & 0xff] ^
		      crc_table[5][word >> 16 & 0xff] ^ crc_table[4][word >> 24 & 0xff] ^
		      crc_table[3][word >> 32 & 0xff] ^ crc_table[2][word >> 40 & 0xff] ^
		      crc_table[1][word >> 48 & 0xff] ^ crc_table[0][word >> 56];
	}
	for (; len; len--)
		crc = crc >> 8 ^ crc_table[0][(crc ^ *p++) & 0xff];
	return ~crc;
}

/* Of /proc/<pid>/status; 0 if there is none. */
uint64_t status_field(pid_t pid, const char *name, int base)
{
	char path[32], line[256];
	uint64_t value = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	f = fopen(path, "re");
	while (f && fgets(line, sizeof(line), f)) {
		if (strncmp(line, name, strlen(name)))
			continue;
		value = strtoull(line + strlen(name), NULL, base);
		break;
	}
	if (f)
		fclose(f);
	return value;
}

void note_signal(int number)
{
	got_signal = number;
}

/* What ends us, unless we were told to ignore it, is caught. */
bool catch_signals(void)
{
	static const int numbers[] = { SIGTERM, SIGHUP };
	struct sigaction catch = { .sa_handler = note_signal }, was;
	size_t i;

	for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		if (sigaction(numbers[i], &catch, &was))
			return false;
		if (was.sa_handler == SIG_IGN)
			sigaction(numbers[i], &was, NULL);
	}
	return signal(SIGPIPE, SIG_IGN) != SIG_ERR;
}
