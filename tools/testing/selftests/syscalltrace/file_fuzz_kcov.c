// SPDX-License-Identifier: GPL-2.0
/*
 * Which places of the kernel's code were reached: by KCOV, where the kernel has it, and
 * of the files only that are built for that.
 */

#include <linux/kcov.h>
#include <sys/ioctl.h>

#include "file_fuzz.h"

/* The kernel's code lies within so many bytes: the rest of an address says nothing. */
#define SPAN		(64UL << 20)

static atomic_uchar *places;	/* shared; a bit for each byte of code */
static unsigned long *trace;		/* of this thread */
static unsigned int trace_words;

bool kcov_share(void)
{
	int fd = open("/sys/kernel/debug/kcov", O_RDWR | O_CLOEXEC);

	if (fd < 0)
		return false;
	close(fd);
	places = mmap(NULL, SPAN / 8, PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (places == MAP_FAILED)
		places = NULL;
	return places;
}

void kcov_begin(unsigned int words)
{
	int fd;

	trace = NULL;
	if (!places)
		return;
	fd = open("/sys/kernel/debug/kcov", O_RDWR | O_CLOEXEC);
	/* The calls of a tracee may be forged. */
	if (fd < 3 || ioctl(fd, KCOV_INIT_TRACE, words))
		return;
	trace = mmap(NULL, words * sizeof(*trace), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (trace == MAP_FAILED || ioctl(fd, KCOV_ENABLE, KCOV_TRACE_PC))
		trace = NULL;
	trace_words = words;
}

void kcov_gather(void)
{
	unsigned long i, n, place;
	unsigned char bit;

	if (!trace)
		return;
	n = __atomic_load_n(&trace[0], __ATOMIC_RELAXED);
	for (i = 1; i <= n && i < trace_words; i++) {
		place = trace[i] % SPAN;
		bit = 1 << place % 8;
		if (places[place / 8] & bit)
			continue;
		if (!(atomic_fetch_or(&places[place / 8], bit) & bit))
			world->coverage++;
	}
	__atomic_store_n(&trace[0], 0, __ATOMIC_RELAXED);
}
