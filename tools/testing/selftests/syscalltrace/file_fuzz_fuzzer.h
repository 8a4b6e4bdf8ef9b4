/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the parts of a fuzzer share: see file_fuzz_fuzzer.c.
 */
#ifndef _SYSCALLTRACE_FILE_FUZZ_FUZZER_H
#define _SYSCALLTRACE_FILE_FUZZ_FUZZER_H

#include "file_fuzz_model.h"

#define MAX_FDS		12
#define ROOM		(1U << 21)

/**
 * struct slot - a descriptor
 * @fd: it
 * @file: what it is open for; NULL if it is not open
 */
struct slot {
	int fd;
	struct file *file;
};

extern struct slot slots[MAX_FDS];
extern char *room;		/* for what is read */

/* file_fuzz_fuzzer.c: slots are chosen at random; NULL if there is none. */
struct slot *free_slot(void);
struct slot *any_slot(void);
struct slot *any_tracer(void);
void forget_log(struct file *f);
void close_slot(struct slot *slot);

/* file_fuzz_say.c: lines that are no answers; errors are errnos */
int say_line(struct slot *slot, const char *line);
bool is_documented(int err);
void arm(struct slot *slot);
void set_line(struct slot *slot, const char *line);
void change_form(struct slot *slot, unsigned int which);
void step_arm(void);
void step_detach(void);
void step_set(void);
void step_switch(void);
void step_say_badly(void);
void step_say_many(void);
void step_mutate(void);

/* file_fuzz_answer.c */
const char *choose_verb(const struct file *f, const struct stop *stop, long *value);
void add_packed(struct batch *b, const struct stop *stop, const char *verb, long value);
void answer_one(struct slot *slot);
void rewrite_same(struct slot *slot, const struct seen *seen);
void step_answer(void);
void step_answer_badly(void);
void step_memory(void);

/* file_fuzz_read.c */
void set_alarm(unsigned int ms);
void step_read(void);
void step_read_badly(void);
void step_serve(void);
void step_poll(void);
void step_exchange(void);
void step_exchange_badly(void);

/* file_fuzz_log.c */
void step_log(void);

#endif /* _SYSCALLTRACE_FILE_FUZZ_FUZZER_H */
