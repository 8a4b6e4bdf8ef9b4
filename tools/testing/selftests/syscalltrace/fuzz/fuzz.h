/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The text form and the packed form of system calls under a fuzzer, in user space:
 * what its targets share. A property that does not hold ends the program.
 */
#ifndef _SYSCALLTRACE_FUZZ_H
#define _SYSCALLTRACE_FUZZ_H

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/kernel.h>
#include <linux/syscall_packed.h>
#include <linux/syscall_text.h>

#include "../../../../../lib/syscall_answer.h"

/* What libFuzzer, or replay.c, calls for each input. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The target's name, for replay.c. */
extern const char fuzz_name[];

__attribute__((noreturn, format(printf, 4, 5)))
void fuzz_broken(const char *file, int line, const char *what, const char *format, ...);

/* A property. The rest says with what it does not hold. */
#define HOLDS(condition, ...)							\
	do {									\
		if (!(condition))						\
			fuzz_broken(__FILE__, __LINE__, #condition, __VA_ARGS__); \
	} while (0)

/* Memory that ends where it must: sanitizers see who goes further. Aligned to 8. */
void *fuzz_room(size_t size);
void *fuzz_copy(const void *from, size_t size);

/* ---------------------------------- stops -------------------------------- */

/* The stop that is being answered: of one kind or another, or NULL. */
const struct syscall_record *fuzz_stop(uint8_t which);
unsigned int fuzz_nr_stops(void);

/* -------------------------------- the grammar ---------------------------- */

enum fuzz_verdict {
	FUZZ_NOT_GRAMMAR,
	FUZZ_GRAMMAR,
	FUZZ_MAYBE_UNFIT,	/* as it repeats what was shown, or has a NULL */
};

enum fuzz_verdict fuzz_is_line(const char *line, size_t len, const struct syscall_record *shown);
bool fuzz_is_record(const char *line, size_t len);
/* Would a line that the grammar has be refused for this? */
bool fuzz_is_syntax_error(const char *why);

/* ---------------------------------- lines -------------------------------- */

#define FUZZ_TEXT_MAX	(1U << 20)

/* A line that is being written; what does not fit is not there. */
struct fuzz_text {
	size_t len;
	char text[FUZZ_TEXT_MAX];
};

__attribute__((format(printf, 2, 3)))
void fuzz_say(struct fuzz_text *to, const char *format, ...);
void fuzz_say_string(struct fuzz_text *to, const u8 *bytes, size_t len);
void fuzz_say_number(struct fuzz_text *to, u8 kind, unsigned int word, u64 value);
void fuzz_say_signal(struct fuzz_text *to, s64 sig);
void fuzz_say_name(struct fuzz_text *to, u32 abi, u32 nr, bool raw);
/* Say a command in other words. Return false if that would be too long. */
bool fuzz_say_command(struct fuzz_text *to, const struct syscall_command *cmd,
		      const struct syscall_record *shown);

enum fuzz_answer {
	FUZZ_MALFORMED,		/* it has to be refused */
	FUZZ_NO_TEXT,		/* it cannot be said in text */
	FUZZ_TEXT,
};

/* What an answer would be in text, whether it is a good one or not. */
enum fuzz_answer fuzz_say_answer(struct fuzz_text *to, const void *answer, u32 size,
				 const struct syscall_record *shown);

/* ---------------------------------- forms -------------------------------- */

/**
 * struct fuzz_parsed - what became of a line or of an answer
 * @ret: what the parser said
 * @cmd: what it understood
 * @err: why it refused it
 * @tid: thread id of the line
 * @start: where the command begins
 * @memory: the copy that was parsed; @cmd points into it
 */
struct fuzz_parsed {
	int ret;
	struct syscall_command cmd;
	struct syscall_text_error err;
	u32 tid;
	size_t start;
	void *memory;
};

/* @filler: what @cmd has before */
void fuzz_parse_text(struct fuzz_parsed *to, const char *line, size_t len,
		     const struct syscall_record *shown, u8 filler);
void fuzz_parse_packed(struct fuzz_parsed *to, const void *answer, u32 size,
		       const struct syscall_record *shown, u8 filler);

bool fuzz_same_command(const struct syscall_command *a, const struct syscall_command *b);
bool fuzz_same_record(const struct syscall_record *a, const struct syscall_record *b);
/* The same again, in text and in an answer, and both are understood as it was. */
void fuzz_repeat(const struct syscall_command *cmd, const struct syscall_record *shown);
/* A record, packed: exactly sized, from fuzz_room(). */
u8 *fuzz_pack_record(const struct syscall_record *rec, u64 id, size_t *size);
/* Its text; exactly sized; all that holds for text is checked. */
char *fuzz_format(const struct syscall_record *rec, bool with_tid, size_t *len);
/* Whether two records have the same text. */
void fuzz_same_text(const struct syscall_record *a, const struct syscall_record *b);

#endif /* _SYSCALLTRACE_FUZZ_H */
