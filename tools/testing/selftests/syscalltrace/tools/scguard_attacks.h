/* SPDX-License-Identifier: GPL-2.0 */
/* Attacks on scguard: what the parts of the program share. */
#ifndef SCGUARD_ATTACKS_H
#define SCGUARD_ATTACKS_H

#include <stdbool.h>
#include <sys/types.h>

/*
 * The place of the attacks. The policy lets programs read and write WORK, read RO, and
 * execute BIN; SECRET is out of reach, and so is whatever runs outside.
 */
#define TOP	"/tmp/sg"
#define WORK	TOP "/work"
#define RO	TOP "/ro"
#define SECRET	TOP "/secret"
#define BIN	TOP "/bin"
#define KEY	SECRET "/key"		/* has "SECRET" in it */
#define FILE_RO	RO "/file"		/* has "plain" in it */
#define PROG	SECRET "/prog"		/* prints ESCAPED */
#define DENIED_PORT	7777
#define ALLOWED_PORT	8080

/* Who can make it: its flags. */
#define ROOT	0x1	/* only root */
#define USER	0x2	/* only others */

/**
 * struct attack - a way out
 * @name: of the attack
 * @run: returns true if it was one
 * @flags: ROOT, USER
 */
struct attack {
	const char *name;
	bool (*run)(void);
	int flags;
};

extern const struct attack file_attacks[], race_attacks[], net_attacks[], process_attacks[],
	exec_attacks[];

/* Is there the secret behind @fd, or at @path? */
bool has_secret(int fd);
bool reads_secret(const char *path);
bool writes(int fd);			/* to FILE_RO, and it is there */
bool child_escapes(bool (*run)(void));	/* in a child made by fork() */
bool time_is_over(void);		/* for races, which begin with the first question */
pid_t victim(void);			/* a process outside */
pid_t leaderless(void);		/* likewise, whose first thread has ended */

#endif
