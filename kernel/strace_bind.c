// SPDX-License-Identifier: GPL-2.0-only
/*
 * Binding the memory behind the arguments of a call, so that what was shown is
 * what the call reads.
 *
 * All but strace_check_kept() runs in the traced task itself, at the border of a
 * system call, without any lock held.
 */

#include <linux/file.h>
#include <linux/fs.h>
#include <linux/limits.h>
#include <linux/net.h>
#include <linux/sched/signal.h>
#include <linux/sizes.h>
#include <linux/uio.h>
#include <net/sock.h>

#include "strace_vectors.h"

/* No area has room for more. */
#define MAX_BYTES	SZ_64M

/**
 * struct binding - an argument that is being bound
 * @room: where to
 * @abi: ABI of the call
 * @ptr: bytes of an address in it
 */
struct binding {
	struct strace_room *room;
	enum syscall_abi abi;
	unsigned int ptr;
};

static int reserve(struct binding *b, u64 len, u64 *addr)
{
	unsigned long start = strace_reserve(b->room, b->abi, len);

	if (IS_ERR_VALUE(start))
		return (long)start;
	*addr = start;
	return 0;
}

/* Addresses and lengths have the byte order of the machine, little endian. */
static void fill_word(struct binding *b, u64 to, u64 value)
{
	u32 word32 = value;

	if (b->ptr == sizeof(word32))
		strace_fill(b->room, to, &word32, sizeof(word32));
	else
		strace_fill(b->room, to, &value, sizeof(value));
}

static int bind_bytes(struct binding *b, u64 *addr, u64 len)
{
	u64 to;
	int err = reserve(b, len, &to);

	if (!err)
		err = strace_fill_from_user(b->room, to, user_ptr(*addr), len);
	if (!err)
		*addr = to;
	return err;
}

/*
 * @max: bytes with the NUL that the call looks at, 0 if there is no end to it.
 * What is longer is refused by the call; it has to stay longer for that.
 */
static int bind_string(struct binding *b, u64 *addr, u64 max)
{
	long limit = max ?: MAX_BYTES, len = strnlen_user(user_ptr(*addr), limit);
	u64 to;
	int err;

	if (!len)
		return -EFAULT;
	if (len > limit) {
		if (!max)
			return -ENOMEM;
		len = max + 1;
	}
	err = reserve(b, len, &to);
	if (!err)
		err = strace_fill_from_user(b->room, to, user_ptr(*addr), len - 1);
	if (err)
		return err;
	/* It may have changed since it was measured. */
	strace_fill(b->room, to + len - 1, "", 1);
	*addr = to;
	return 0;
}

static int count_strings(struct binding *b, u64 addr, u64 *count)
{
	u64 string;

	for (*count = 0;; ++*count) {
		if (get_word(addr + *count * b->ptr, b->ptr, &string))
			return -EFAULT;
		if (!string)
			return 0;
		if (*count == MAX_BYTES / b->ptr)
			return -ENOMEM;
		if (fatal_signal_pending(current))
			return -EINTR;
		cond_resched();
	}
}

static int bind_strings(struct binding *b, u64 *addr)
{
	u64 to, n, count, string;
	int err = count_strings(b, *addr, &count);

	if (!err)
		err = reserve(b, (count + 1) * b->ptr, &to);
	for (n = 0; !err && n < count; n++) {
		err = get_word(*addr + n * b->ptr, b->ptr, &string);
		/* It may have become shorter meanwhile. */
		if (err || !string)
			break;
		err = bind_string(b, &string, 0);
		fill_word(b, to + n * b->ptr, string);
	}
	if (err)
		return err;
	fill_word(b, to + n * b->ptr, 0);
	*addr = to;
	return 0;
}

static int bind_iovec(struct binding *b, u64 *addr, u64 count)
{
	u64 to, n, base, len;
	int err;

	/* So does the call. */
	if (count > UIO_MAXIOV)
		return -EINVAL;
	err = reserve(b, count * 2 * b->ptr, &to);
	for (n = 0; !err && n < count; n++) {
		u64 off = 2 * n * b->ptr;

		err = get_word(*addr + off, b->ptr, &base) ?:
		      get_word(*addr + off + b->ptr, b->ptr, &len);
		/* A length below zero is refused by the call. */
		if (!err && len && !(len >> (8 * b->ptr - 1)))
			err = bind_bytes(b, &base, len);
		if (err)
			break;
		fill_word(b, to + off, base);
		fill_word(b, to + off + b->ptr, len);
	}
	if (!err)
		*addr = to;
	return err;
}

static int bind_msghdr(struct binding *b, u64 *addr)
{
	u64 to, msg[MSG_WORDS];
	unsigned int i;
	int err = get_msghdr(*addr, b->ptr, msg) ?: reserve(b, MSG_WORDS * b->ptr, &to);

	if (!err && msg[MSG_NAME] && name_length(msg))
		err = bind_bytes(b, &msg[MSG_NAME], name_length(msg));
	/* With more than that the call fails, and they cannot become fewer. */
	if (!err && msg[MSG_IOV] && msg[MSG_IOVLEN] && msg[MSG_IOVLEN] <= UIO_MAXIOV)
		err = bind_iovec(b, &msg[MSG_IOV], msg[MSG_IOVLEN]);
	if (!err && msg[MSG_CONTROL] && msg[MSG_CONTROLLEN])
		err = bind_bytes(b, &msg[MSG_CONTROL], msg[MSG_CONTROLLEN]);
	if (err)
		return err;
	for (i = 0; i < MSG_WORDS; i++)
		fill_word(b, to + i * b->ptr, msg[i]);
	*addr = to;
	return 0;
}

/* A struct that says how long it is; it may say something else next time. */
static int bind_sized(struct binding *b, u64 *addr, const struct syscall_arg_desc *arg,
		      u64 *length)
{
	u64 value, from = *addr;
	u32 value32;
	int err = get_word(from + arg->field, 4, &value);

	if (err)
		return err;
	/* The call has an idea of its own then. */
	*length = value + arg->size;
	if (!value || *length < arg->field + sizeof(value32))
		return -EINVAL;
	err = bind_bytes(b, addr, *length);
	value32 = value;
	if (!err)
		strace_fill(b->room, *addr + arg->field, &value32, sizeof(value32));
	return err;
}

static int bind_arg(struct binding *b, const struct syscall_arg_desc *arg, u64 *addr,
		    u64 *length)
{
	switch (arg->kind) {
	case SYSCALL_ARG_PATH:
		return bind_string(b, addr, PATH_MAX);
	case SYSCALL_ARG_STR:
		return bind_string(b, addr, 0);
	case SYSCALL_ARG_STRV:
		return bind_strings(b, addr);
	case SYSCALL_ARG_IOV:
		return bind_iovec(b, addr, *length);
	case SYSCALL_ARG_MSG:
		return bind_msghdr(b, addr);
	case SYSCALL_ARG_BYTES:
		if (arg->len_kind == SYSCALL_LEN_FIELD)
			return bind_sized(b, addr, arg, length);
		return bind_bytes(b, addr, *length);
	default:
		return -EINVAL;
	}
}

/*
 * Data for these is not copied but taken from where it is, which fails for
 * memory of ours. Who makes a file one of these behind our back gets EFAULT.
 */
static bool takes_pages(int fd)
{
	CLASS(fd, f)(fd);
	struct socket *sock;
	umode_t mode;

	if (!fd_file(f))
		return false;
	mode = file_inode(fd_file(f))->i_mode;
	if (S_ISREG(mode) || S_ISBLK(mode))
		return fd_file(f)->f_flags & O_DIRECT;
	if (!IS_ENABLED(CONFIG_NET) || !S_ISSOCK(mode))
		return false;
	sock = sock_from_file(fd_file(f));
	return sock && sock->sk && (sock_flag(sock->sk, SOCK_ZEROCOPY) ||
				    sock->sk->sk_family == AF_ALG);
}

static bool is_movable(const struct syscall_call *call, const struct syscall_desc *desc,
		       const struct syscall_arg_desc *arg)
{
	if (!IS_ENABLED(CONFIG_64BIT) || !syscall_arg_is_movable(arg))
		return false;
	if (desc->args[0].kind != SYSCALL_ARG_FD || syscall_arg_is_string(arg->kind))
		return true;
	return !takes_pages(call->args[0]);
}

/* Is there something to point elsewhere, if only for what the call writes? */
static bool has_addresses(u8 kind)
{
	return kind == SYSCALL_ARG_IOV || kind == SYSCALL_ARG_MSG || kind == SYSCALL_ARG_MMSG;
}

/* Does the call read nothing there? */
static bool is_empty(const struct syscall_call *call, const struct syscall_desc *desc,
		     const struct syscall_arg_desc *arg, unsigned int i, u64 *length)
{
	*length = 0;
	if (!call->args[i] || !(arg->flags & (SYSCALL_ARG_IN | SYSCALL_ARG_NESTED) ||
				has_addresses(arg->kind)))
		return true;
	if (arg->kind != SYSCALL_ARG_BYTES && arg->kind != SYSCALL_ARG_IOV &&
	    arg->kind != SYSCALL_ARG_MMSG)
		return false;
	return syscall_arg_length(call, desc, arg, length) && !*length;
}

static bool is_bound(const struct strace_task *st, const struct syscall_call *call,
		     unsigned int i)
{
	return (st->bound.mask & BIT(i)) && st->bound.addr[i] == call->args[i];
}

static void set_bound(struct strace_task *st, struct syscall_call *call, unsigned int i,
		      u64 addr, u64 length)
{
	call->args[i] = addr;
	st->bound.mask |= BIT(i);
	st->bound.addr[i] = addr;
	st->bound.len[i] = length;
}

/**
 * strace_bind - move what a call reads to where nobody can change it
 * @st: the task; its room and what is bound are added to
 * @call: the call; its arguments are changed
 *
 * What is bound already stays. What cannot be bound stays where it is, but what
 * can be is bound all the same.
 *
 * Context: The task itself; sleeps.
 * Return: 0; for an argument that could not be bound although the description
 * lets it: -ENOMEM if there was no room, -EFAULT if not all of it can be read,
 * -EINVAL if its length makes no sense, -EINTR if the task is to die.
 */
int strace_bind(struct strace_task *st, struct syscall_call *call)
{
	const struct syscall_desc *desc = syscall_describe(call);
	struct binding b = {
		.room = &st->room, .abi = call->abi, .ptr = syscall_abi_pointer(call->abi),
	};
	unsigned int i;
	int first = 0;

	for (i = 0; desc && i < desc->nr_args; i++) {
		struct syscall_arg_desc arg = syscall_arg(call, desc, i);
		const struct strace_room before = st->room;
		u64 length, addr = call->args[i];
		int err;

		if (is_empty(call, desc, &arg, i, &length) || is_bound(st, call, i) ||
		    !is_movable(call, desc, &arg))
			continue;
		err = bind_arg(&b, &arg, &addr, &length);
		if (!err) {
			set_bound(st, call, i, addr, length);
			continue;
		}
		strace_rewind(&st->room, &before);
		first = first ?: err;
	}
	return first;
}

/**
 * strace_unbound - which arguments may yet change?
 * @st: the task
 * @call: the call, after strace_bind()
 *
 * Context: The task itself.
 * Return: bit n is set if the call reads memory of argument n (from 0) that is
 * not bound.
 */
u8 strace_unbound(const struct strace_task *st, const struct syscall_call *call)
{
	const struct syscall_desc *desc = syscall_describe(call);
	unsigned int i;
	u8 unbound = 0;

	for (i = 0; desc && i < desc->nr_args; i++) {
		struct syscall_arg_desc arg = syscall_arg(call, desc, i);
		u64 length;

		if (is_empty(call, desc, &arg, i, &length))
			continue;
		/* New memory may have addresses in it, too. */
		if (!syscall_arg_is_movable(&arg) || !is_bound(st, call, i))
			unbound |= BIT(i);
	}
	return unbound;
}

/* -------------------------------- new memory ----------------------------- */

static int place_string(struct binding *b, const u8 *bytes, u32 len, u64 *addr)
{
	int err = reserve(b, (u64)len + 1, addr);

	if (err)
		return err;
	strace_fill(b->room, *addr, bytes, len);
	/* Harmless where there is no need for it. */
	strace_fill(b->room, *addr + len, "", 1);
	return 0;
}

/* A list of strings ends with NULL, an iovec has lengths beside the addresses. */
static int place_list(struct binding *b, const struct syscall_fresh *fresh, bool iovec,
		      u64 *addr)
{
	u64 width = iovec ? 2 * b->ptr : b->ptr, string;
	const u8 *from = fresh->bytes;
	int err = reserve(b, ((u64)fresh->count + 1) * width, addr);
	u32 n;

	for (n = 0; !err && n < fresh->count; n++) {
		u16 len;

		memcpy(&len, from, sizeof(len));
		err = place_string(b, from + sizeof(len), len, &string);
		if (err)
			break;
		from += sizeof(len) + len;
		fill_word(b, *addr + n * width, string);
		if (iovec)
			fill_word(b, *addr + n * width + b->ptr, len);
	}
	if (!err && !iovec)
		fill_word(b, *addr + n * width, 0);
	return err;
}

/**
 * strace_place - give arguments of a call new memory
 * @st: the task; its room and what is bound are added to
 * @call: the call; its arguments are changed
 * @fresh: the memory
 *
 * Context: The task itself; sleeps.
 * Return: 0, -ENOMEM if there is no room, -EINTR if the task is to die.
 */
int strace_place(struct strace_task *st, struct syscall_call *call,
		 const struct strace_fresh *fresh)
{
	const struct syscall_desc *desc = syscall_describe(call);
	struct binding b = {
		.room = &st->room, .abi = call->abi, .ptr = syscall_abi_pointer(call->abi),
	};
	unsigned int i;

	for (i = 0; desc && i < desc->nr_args; i++) {
		const struct syscall_fresh *arg = &fresh->args[i];
		u64 addr;
		int err;

		if (!arg->bytes)
			continue;
		if (arg->is_list)
			err = place_list(&b, arg, desc->args[i].kind == SYSCALL_ARG_IOV, &addr);
		else
			err = place_string(&b, arg->bytes, arg->len, &addr);
		if (err)
			return err;
		set_bound(st, call, i, addr, arg->is_list ? arg->count : arg->len);
	}
	return 0;
}

/* May the changed call use what is bound of the old one as its argument @i? */
static bool may_keep(const struct strace_task *st, const struct syscall_call *old,
		     const struct syscall_call *new, unsigned int i)
{
	const struct syscall_desc *old_desc = syscall_describe(old);
	const struct syscall_desc *desc = syscall_describe(new);
	struct syscall_arg_desc arg;
	u64 length;

	/* Nobody knows what it would read. */
	if (!desc)
		return false;
	if (i >= desc->nr_args)
		return true;
	arg = syscall_arg(new, desc, i);
	if (!(arg.flags & (SYSCALL_ARG_IN | SYSCALL_ARG_OUT)))
		return true;
	if (!old_desc || i >= old_desc->nr_args)
		return false;
	if (arg.kind != syscall_arg(old, old_desc, i).kind)
		return false;
	if (desc != old_desc && !syscall_arg_is_movable(&arg))
		return false;
	if (arg.kind != SYSCALL_ARG_BYTES && arg.kind != SYSCALL_ARG_IOV)
		return true;
	if (syscall_arg_length(new, desc, &arg, &length))
		return length <= st->bound.len[i];
	return desc == old_desc;
}

/**
 * strace_check_kept - may a call be changed so, with what is bound?
 * @st: a task that is stopped
 * @old: the call that it stopped at
 * @cmd: the change
 *
 * A call must not read on behind what was bound.
 *
 * Context: Any, as long as the task is stopped.
 * Return: 0, or -ERANGE.
 */
int strace_check_kept(const struct strace_task *st, const struct syscall_call *old,
		      const struct syscall_command *cmd)
{
	unsigned int i;

	for (i = 0; i < SYSCALL_MAX_ARGS; i++)
		if (is_bound(st, old, i) && !cmd->fresh[i].bytes &&
		    cmd->call.args[i] == old->args[i] && !may_keep(st, old, &cmd->call, i))
			return -ERANGE;
	return 0;
}
