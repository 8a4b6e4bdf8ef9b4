// SPDX-License-Identifier: GPL-2.0
/*
 * What the benchmark measures. qemu/bench.sh knows these names.
 */
#include "bench.h"

#include <linux/seccomp.h>

#define GETPPID	.call = do_getppid, .nr = SYS_getppid
#define WRITE	.call = do_write, .nr = SYS_write
#define NOTIFY	.watch = watch_notify, .prepare = install_filter, \
		.action = SECCOMP_RET_USER_NOTIF
#define FILTER	.watch = watch_ptrace, .prepare = install_filter, .action = SECCOMP_RET_TRACE
#define EVENTS	.watch = watch_tracefs, .clean = clean_tracefs, .settle = settle, OFTEN
#define TRACE(...) .watch = watch_file, .lines = { __VA_ARGS__ }
#define LAYERS(...) .watch = watch_layers, .lines = { __VA_ARGS__ }
#define LOG(...) .watch = watch_log, .settle = settle, .packed = true, OFTEN, \
		.lines = { __VA_ARGS__ }
/* So many calls that some need not be done at once with another. */
#define CROWD	.program = crowd, .scale = 4
/* What takes no more than the call, or much more. */
#define OFTEN	.scale = 40
#define RARELY	.share = 2

const struct job jobs[] = {
	/* without any tracer */
	{ .name = "bare-getppid", GETPPID, OFTEN },
	{ .name = "bare-fork", .call = do_fork, RARELY },
	{ .name = "bare-exec", .call = do_exec, RARELY },
	{ .name = "bare-signal", .call = do_signal, .prepare = take_signals, .scale = 5 },

	/* the others */
	{ .name = "ptrace-getppid", GETPPID, .watch = watch_ptrace },
	{ .name = "ptrace-write-64B", WRITE, .watch = watch_ptrace, .size = 64, .shown = 64 },
	{ .name = "sysemu-getppid", GETPPID, .watch = watch_sysemu },
	{ .name = "ret-trace-getppid", GETPPID, FILTER },
	{ .name = "ret-trace-write-64B", WRITE, FILTER, .size = 64, .shown = 64 },
	{ .name = "notify-getppid", GETPPID, NOTIFY },
	{ .name = "notify-write-64B", WRITE, NOTIFY, .size = 64, .shown = 64 },
	{ .name = "notify-sync-getppid", GETPPID, NOTIFY, .sync = true },
	{ .name = "notify-sync-write-64B", WRITE, NOTIFY, .sync = true, .size = 64,
	  .shown = 64 },
	{ .name = "seccomp-allow-getppid", GETPPID, OFTEN, .prepare = install_filter,
	  .action = SECCOMP_RET_ALLOW },
	{ .name = "dispatch-getppid", GETPPID, .scale = 5, .prepare = dispatch_calls },
	{ .name = "tracefs-getppid", GETPPID, EVENTS, .lines = { "sys_enter_getppid" } },
	{ .name = "tracefs-both-getppid", GETPPID, EVENTS,
	  .lines = { "sys_enter_getppid", "sys_exit_getppid" } },
	{ .name = "pipe-ping-pong", .call = do_ping, .prepare = open_pipes },
	{ .name = "eventfd-ping-pong", .call = do_ping, .prepare = open_eventfds },

	/* traced by our file, without a stop */
	{ .name = "file-none-getppid", GETPPID, OFTEN, TRACE("trace none") },
	{ .name = "file-outside-getppid", GETPPID, OFTEN, TRACE("trace getpid") },
	{ .name = "file-rule-getppid", GETPPID, OFTEN,
	  TRACE("trace none", "on getppid skip-ok 7") },
	{ .name = "file-rule-cont-getppid", GETPPID, OFTEN,
	  TRACE("trace none", "on getppid cont") },
	{ .name = "logged-call", GETPPID, LOG("trace none", "on getppid log") },
	{ .name = "logged-call-mapped", GETPPID, LOG("trace none", "on getppid log"),
	  .mapped = true },
	{ .name = "logged-call-64B", WRITE, LOG("trace none", "limit 64", "on write log"),
	  .size = 64 },

	/* with stops */
	{ .name = "one-stop-text", GETPPID, TRACE("trace getppid") },
	{ .name = "one-stop-text-64B", WRITE, TRACE("trace write", "limit 64"), .size = 64 },
	{ .name = "one-stop-packed", GETPPID, TRACE("trace getppid"), .packed = true },
	{ .name = "one-stop-packed-64B", WRITE, TRACE("trace write", "limit 64"), .size = 64,
	  .packed = true },
	{ .name = "report-text", GETPPID, TRACE("trace getppid"), .answer = ANSWER_REPORT },
	{ .name = "report-packed", GETPPID, TRACE("trace getppid"), .answer = ANSWER_REPORT,
	  .packed = true },
	{ .name = "entry-exit-text", GETPPID, TRACE("trace getppid"), .answer = ANSWER_STEP },
	{ .name = "entry-exit-packed", GETPPID, TRACE("trace getppid"), .answer = ANSWER_STEP,
	  .packed = true },
};

const unsigned int nr_jobs = ARRAY_SIZE(jobs);

static const size_t layers[] = { 1, 2, 4, 8, 16, 32, MAX_LAYERS, 0 };
static const size_t tracees[] = { 1, 10, 100, 1000, 0 };
static const size_t sizes[] = { 64, 4 << 10, 1 << 20, BUFFER, 0 };
static const size_t bound_sizes[] = { 64, 4 << 10, 64 << 10, 512 << 10, 0 };

const struct family families[] = {
	{ { .name = "layers-silent", GETPPID, OFTEN, .watch = watch_silent_layers,
	    .lines = { "trace getpid" } }, layers },
	{ { .name = "layers-text", GETPPID, LAYERS("trace getppid") }, layers },
	{ { .name = "layers-packed", GETPPID, LAYERS("trace getppid"), .packed = true }, layers },
	{ { .name = "layers-threads", GETPPID, .watch = watch_layers_by_threads,
	    .lines = { "trace getppid" }, .packed = true }, layers },

	{ { .name = "tracees-ptrace", GETPPID, CROWD, .watch = watch_ptrace },
	  tracees },
	{ { .name = "tracees-notify", GETPPID, CROWD, NOTIFY }, tracees },
	{ { .name = "tracees-text", GETPPID, CROWD,
	    TRACE("follow on", "trace getppid") }, tracees },
	{ { .name = "tracees-packed", GETPPID, CROWD,
	    TRACE("follow on", "trace getppid"), .packed = true }, tracees },

	{ { .name = "write-bare", WRITE, OFTEN }, sizes, .sizes = true },
	{ { .name = "write-text", WRITE, TRACE("trace write", "limit 32") }, sizes,
	  .sizes = true },
	{ { .name = "write-packed", WRITE, TRACE("trace write", "limit 32"), .packed = true },
	  sizes, .sizes = true },

	/* What a copy costs, here and where the kernel makes one for a file. */
	{ { .name = "write-bound", WRITE, TRACE("trace write", "limit 32", "bind on"),
	    .copies = true }, bound_sizes, .sizes = true },
	{ { .name = "copy", .call = do_copy, .copies = true }, bound_sizes, .sizes = true },
	{ { .name = "pwrite", .call = do_pwrite, .copies = true }, bound_sizes, .sizes = true },
};

const unsigned int nr_families = ARRAY_SIZE(families);
