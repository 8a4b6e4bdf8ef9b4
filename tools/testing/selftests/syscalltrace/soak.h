/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What soak and its layers share.
 */
#ifndef _SYSCALLTRACE_SOAK_H
#define _SYSCALLTRACE_SOAK_H

#include <stdatomic.h>
#include <stdbool.h>
#include <sys/types.h>

#define MAX_LAYERS	16

/**
 * struct counts - shared with the layers, which may be killed at any time
 * @stops: answered
 * @calls: of these, before a call
 * @attached: processes that a layer was put on
 * @bad: what should not have happened
 * @crashed: layers that were killed
 * @layers: where they are; 0 for none
 */
struct counts {
	atomic_ulong stops;
	atomic_ulong calls;
	atomic_ulong attached;
	atomic_ulong bad;
	unsigned long crashed;
	atomic_int layers[MAX_LAYERS];
};

extern struct counts *counts;
extern unsigned long long seed;
extern pid_t program;

void begin_random(unsigned long long from);
unsigned int below(unsigned int n);
bool percent(unsigned int n);

/* Find the command's processes, without the layers; return how many there are. */
unsigned int find_processes(void);
extern pid_t found[];
extern unsigned int nr_found;

/* Say what should not have happened. @err: errno or 0 */
void complain(const char *what, int err, const char *text);
/* Trace the command. @number: of all layers; @ready: what it closes then, or -1 */
void layer(unsigned long number, int ready);

#endif /* _SYSCALLTRACE_SOAK_H */
