/* SPDX-License-Identifier: GPL-2.0 */
/* How bench_tracer writes down what it has read. */
#ifndef _SYSCALLTRACE_BENCH_TRACER_H
#define _SYSCALLTRACE_BENCH_TRACER_H

#include <stdbool.h>
#include <stddef.h>

#include "../../../../include/uapi/linux/syscall_trace.h"

bool open_output(const char *path);
void close_output(void);
bool text_of_call(const char *tid, const char *text, size_t len);
void packed_record(const struct syscall_trace_record *record);

#endif /* _SYSCALLTRACE_BENCH_TRACER_H */
