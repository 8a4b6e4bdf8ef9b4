/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * scguard: run a command under a policy. What its parts share.
 */
#ifndef SCGUARD_H
#define SCGUARD_H

#include <limits.h>
#include <linux/openat2.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>
#include <syscalltrace.h>

/* Exit statuses of scguard's own. */
#define STATUS_NOT_FOUND	127
#define STATUS_NOT_EXECUTABLE	126
#define STATUS_FAILED		125
#define STATUS_LACKS_SUPPORT	4
#define STATUS_POLICY		2

void die(int status, const char *format, ...)
	__attribute__((noreturn, format(printf, 2, 3)));
void complain(const char *format, ...) __attribute__((format(printf, 1, 2)));
void *need(void *memory);

/* --------------------------------- policy --------------------------------- */

enum right { READ, WRITE, CREATE, EXEC, UNIX, NR_RIGHTS };

enum verdict_kind { UNSET, ALLOW, DENY, ASK };

/**
 * struct verdict - what a rule says
 * @kind: UNSET if there is no rule
 * @err: DENY: the errno, positive
 * @line: of the policy, 0 for what is built in or the default
 */
struct verdict {
	enum verdict_kind kind;
	int err;
	unsigned int line;
};

/**
 * struct path_view - what the policy says of a path
 * @verdicts: for each right
 * @mutable: names on the way to it, or its own, may be made or removed by the program
 * @leads: some path below it may be used
 * @rules_below: there are rules for paths below it
 */
struct path_view {
	struct verdict verdicts[NR_RIGHTS];
	bool mutable;
	bool leads;
	bool rules_below;
};

struct node;

enum net_op { NET_CONNECT = 1, NET_BIND = 2 };
enum net_kind { NET_TCP = 1, NET_UDP = 2 };

#define NR_FAMILIES	64
#define FAMILY_RAW	(NR_FAMILIES - 1)	/* raw and other sockets of the internet */

/**
 * struct net_rule - a rule for addresses of the internet
 * @next: the one before it in the policy
 * @verdict: what it says
 * @ops: enum net_op
 * @kinds: enum net_kind
 * @addr: IPv6, or IPv4 mapped to it
 * @prefix: so many bits of @addr
 * @low: first port
 * @high: last port
 */
struct net_rule {
	struct net_rule *next;
	struct verdict verdict;
	unsigned int ops;
	unsigned int kinds;
	uint8_t addr[16];
	unsigned int prefix;
	uint16_t low;
	uint16_t high;
};

struct policy {
	struct node *root;
	struct verdict otherwise;		/* default */
	struct net_rule *net;
	struct verdict net_otherwise;
	bool net_restricted;			/* there are rules that do not allow */
	struct verdict families[NR_FAMILIES];
	struct verdict signals;			/* to processes outside */
	struct verdict trace;			/* ptrace and the like among its own */
	struct verdict namespaces;
	struct call_rule *call_rules;
};

/**
 * struct call_rule - a verdict on a call by its name alone
 * @next: the next one, in the order of the policy
 * @name: of the call
 * @verdict: ALLOW lifts a refusal that is built in
 */
struct call_rule {
	struct call_rule *next;
	char *name;
	struct verdict verdict;
};

struct policy *policy_new(void);
/* Returns false if it is wrong; says why. */
bool policy_read(struct policy *policy, const char *file);
bool policy_lifts(const struct policy *policy, const char *call);

/* rules.c */
struct node *rules_new(void);
void rules_set(struct node *root, const char *path, enum right right,
	       const struct verdict *verdict);
void rules_look(const struct policy *policy, const char *path, struct path_view *view);
struct verdict rules_net(const struct policy *policy, unsigned int op, unsigned int kind,
			 const uint8_t addr[16], unsigned int port);
bool rules_net_all(const struct policy *policy);
void abstract_path(const char *name, size_t len, char *path, size_t room);
int errno_by_name(const char *name);
const char *errno_name(int err);

/* -------------------------------- programs -------------------------------- */

enum busy {
	IDLE,
	USING,		/* a call of it uses the paths */
	CHANGING,	/* a call of it changes what the paths mean */
	PARKED,		/* a call of it waits, to use them */
	PARKED_CHANGE,	/* likewise, to change them */
};

/**
 * struct thread - a guarded thread
 * @next: of the same hash
 * @tid: its id
 * @tgid: of its process, 0 if not known yet
 * @creds_known: the next ones are up to date
 * @fsuid: the user that files are judged by
 * @fsgid: the group
 * @groups: further groups
 * @nr_groups: their number, -1 if there are too many
 * @shares_memory: others may have its memory or descriptors that are no threads of its process
 * @makes_sharer: so may what it makes
 * @busy: whether a call of it is on its way
 * @paths: of that call, canonical; NULL
 * @binds: inode of the socket that the call binds, 0 if it does not
 * @pins: descriptors of scguard that it needs; -1
 * @call: the record of a parked call, else NULL
 * @parked_at: when it was parked, CLOCK_MONOTONIC in nanoseconds
 * @busy_node: in the list of those that are not IDLE
 */
struct thread {
	struct thread *next;
	pid_t tid;
	pid_t tgid;
	bool creds_known;
	uid_t fsuid;
	gid_t fsgid;
	gid_t *groups;
	int nr_groups;
	bool shares_memory;
	bool makes_sharer;
	enum busy busy;
	char *paths[2];
	ino_t binds;
	int pins[2];
	struct syscall_trace_record *call;
	uint64_t parked_at;
	struct thread *busy_next;
};

/* Addresses from @start up to @end. */
struct span {
	uint64_t start;
	uint64_t end;
};

struct thread *thread_get(pid_t tid);		/* makes it if needed */
struct thread *thread_find(pid_t tid);
void thread_remove(pid_t tid);
void thread_forget_creds(struct thread *th);
void thread_learn(struct thread *th);		/* tgid and creds */
void thread_drop_others(struct thread *th, void (*end)(struct thread *other));
bool thread_is_alone(struct thread *th);	/* the only one with its memory, descriptors */
bool process_is_guarded(pid_t pid);
bool process_owns_memory(pid_t pid, uint64_t addr, struct span *span);
bool group_is_guarded(pid_t pgid);
pid_t process_of(pid_t pid, const char *field);	/* a number of /proc/PID/status */

/* ---------------------------------- paths --------------------------------- */

/* How to resolve */
#define R_NOFOLLOW	0x1	/* not the last component */
#define R_NAME		0x2	/* the last component is a name to be made or removed */
#define R_EMPTY		0x4	/* an empty path is the descriptor */

/**
 * struct place - what a path leads to
 * @path: canonical; of what has no path of its own "memfd:", "pipe:" and the like
 * @err: errno that it ends with before its last component; 0
 * @exists: there is something
 * @mode: its type and permissions
 * @nameless: @path does not lead to it: only @fd does
 * @moved: the path led elsewhere when it was looked at again
 * @slash: there was a slash at the end
 * @dots: R_NAME, and the last component is "." (1) or ".." (2)
 * @fd: O_PATH descriptor of it, or -1
 */
struct place {
	char path[PATH_MAX];
	int err;
	bool exists;
	mode_t mode;
	bool nameless;
	bool moved;
	bool slash;
	int dots;
	int fd;
};

/* Returns 0, or an errno for what cannot be judged at all: PATH too long, ... */
int place_resolve(struct thread *th, int dirfd, const char *path, unsigned int flags,
		  struct place *place);
int place_resolve_how(struct thread *th, int dirfd, const char *path,
		      const struct open_how *how, struct place *place);
void place_close(struct place *place);
bool place_is_other_proc(const struct place *place);
int place_canonical_rule(const char *path, char *canonical);	/* for a policy */
void place_init(bool roots_differ);

/* -------------------------------- judgement ------------------------------- */

struct request;
typedef void (*judge_fn)(struct request *rq);

#define META	NR_RIGHTS	/* in place of a right: to know that it is there */
#define NONE	(-1)

/**
 * struct judged_call - how a call is judged
 * @name: of the call
 * @judge: does it
 * @dirfd: argument that has the directory, or NONE
 * @path: argument that has the path
 * @flags: argument that has AT_ flags, or NONE
 * @right: that it takes, or META
 * @resolve: R_...
 */
struct judged_call {
	const char *name;
	judge_fn judge;
	signed char dirfd;
	signed char path;
	signed char flags;
	unsigned char right;
	unsigned char resolve;
};

/**
 * struct request - a call that is being judged
 * @th: the thread that makes it
 * @record: the call
 * @call: how it is judged
 * @rewrite: what to make of it, if @rewritten
 * @rewritten: it has to be rewritten
 * @data: memory for @rewrite
 * @how: likewise
 * @places: the paths that it is about
 * @views: what the policy says of them
 * @nr_places: their number
 * @mutable: what the paths mean may change while it runs
 * @changes: it changes what paths mean
 * @alone: it runs while no other call uses paths
 * @binds: inode of the socket that it binds
 * @err: errno that it gets; 0: it runs
 * @verdict: that has decided
 * @what: the right or the like, for the audit
 * @thing: what for
 */
struct request {
	struct thread *th;
	const struct syscall_trace_record *record;
	const struct judged_call *call;
	struct sct_rewrite rewrite;
	bool rewritten;
	char data[2][PATH_MAX + 64];
	struct open_how how;
	struct place places[2];
	struct path_view views[2];
	unsigned int nr_places;
	bool mutable;
	bool changes;
	bool alone;
	ino_t binds;
	int err;
	struct verdict verdict;
	const char *what;
	char thing[PATH_MAX];
};

extern struct policy *policy;
extern struct sct *tracer;
extern bool learning;
extern bool capable;		/* scguard has CAP_SYS_PTRACE */

/* judge.c: parts of judgements. What returns false has refused the call. */
bool refuse(struct request *rq, int err, const char *why);
bool decide(struct request *rq, struct verdict verdict, const char *what, const char *thing);
bool decide_place(struct request *rq, unsigned int place, enum right right);
bool decide_meta(struct request *rq, unsigned int place);
bool permits(const struct verdict *verdict);
bool knows_of(const struct request *rq, unsigned int place);
const struct syscall_trace_block *request_block(const struct request *rq, unsigned int arg);
bool request_string(struct request *rq, unsigned int arg, char *to, size_t room);
bool request_place(struct request *rq, int dirfd, const char *path, unsigned int flags);
void request_view(struct request *rq, unsigned int place);
void request_use_path(struct request *rq, unsigned int place, int dirfd_arg,
		      unsigned int path_arg);
void request_become(struct request *rq, const char *call);
int request_int(const struct request *rq, unsigned int arg);
const char *right_name(enum right right);
const struct judged_call *judge_find(unsigned int nr);
void judge_init(void);
void judge(struct request *rq);
void request_release(struct request *rq);

/* The parts' tables; each ends without a name. */
extern const struct judged_call file_calls[], name_calls[], open_calls[], exec_calls[],
	net_calls[], process_calls[];

/* A bind() has done what it was allowed to. */
void socket_was_bound(ino_t inode);

/* At the stop before the program begins. */
bool exec_is_allowed(struct thread *th, char *path);
void process_was_made(struct thread *maker, struct thread *child);

/* audit.c, ask.c, learn.c */
void audit_open(const char *file);
void audit_write(const struct request *rq);
void audit_event(pid_t pid, const char *what, const char *thing, bool allowed);
void guard_file(const char *path);
void ask_open(const char *fifo);
bool ask(const struct request *rq, const char *what, const char *thing);
void learn_path(enum right right, const char *path);
void learn_line(const char *format, ...) __attribute__((format(printf, 1, 2)));
bool learn_write(const char *file, char **argv);

/* keeper.c */
void keeper_start(void);
void keeper_tell(pid_t tid);

/* calls.c: what the kernel decides, what stops */
bool calls_arm(struct sct *t);

/* run.c */
bool run(void);
void forward_signals(void);	/* main.c */

#endif /* SCGUARD_H */
