/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The printers of arguments that calls.tbl names, and those for calls it does not name.
 */
#ifndef PRINTERS_H
#define PRINTERS_H

#include "calls.gen.h"

extern const struct sysent sysents[];
extern const unsigned int nr_sysents;

void p_raw(struct text *t, struct call *c, unsigned int arg, const void *param);

#endif
