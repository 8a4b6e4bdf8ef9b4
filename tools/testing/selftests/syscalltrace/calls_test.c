// SPDX-License-Identifier: GPL-2.0
/*
 * Every system call of every ABI, made with arguments that tell each other
 * apart, and refused before it runs: the record must name the call and show the
 * arguments as lib/syscall_desc.tbl describes them. What it must say is worked
 * out here from the description alone.
 */

#include <asm/ioctl.h>

#include "common.h"
#include "../../../../lib/syscall_desc.c"

#define X32_BIT		0x40000000
/* Upper halves of registers that carry 32 bits or less are not looked at. */
#define JUNK		0xdeadbeef00000000ULL

/* Values of arguments that count something. */
#define NR_BYTES	5
#define NR_ELEMENTS	2
#define NR_BITS		65
#define NR_PAGE_BYTES	(3 * 4096 + 1)

/* How the addresses among the arguments are chosen. */
enum pointers {
	GOOD,
	NULLS,
	UNREADABLE,
};

/*
 * What test and program share, below 4 GiB so that all ABIs can point there.
 * The test writes the next call here before it answers the stop of the last.
 */
static struct shared {
	u32 abi;
	u32 nr;
	u64 args[SYSCALL_MAX_ARGS];
	long ret;
	u8 data[1 << 20];
} *shared;
static size_t data_used;

/* ------------------------------- the program ------------------------------ */

static long call_native(u64 nr, const u64 *args)
{
	register u64 r10 asm("r10") = args[3];
	register u64 r8 asm("r8") = args[4];
	register u64 r9 asm("r9") = args[5];
	long ret;

	asm volatile("syscall" : "=a" (ret)
		     : "a" (nr), "D" (args[0]), "S" (args[1]), "d" (args[2]),
		       "r" (r10), "r" (r8), "r" (r9)
		     : "rcx", "r11", "memory");
	return ret;
}

static long call_i386(u64 nr, const u64 *args)
{
	/* The compiler does not let go of rbp. */
	register u64 r12 asm("r12") = args[5];
	long ret;

	asm volatile("xchg %%r12, %%rbp\n\tint $0x80\n\txchg %%r12, %%rbp"
		     : "=a" (ret), "+r" (r12)
		     : "a" (nr), "b" (args[0]), "c" (args[1]), "d" (args[2]),
		       "S" (args[3]), "D" (args[4])
		     : "r8", "r9", "r10", "r11", "memory");
	return (int)ret;
}

static void make_calls(void)
{
	struct shared job;

	for (;;) {
		asm volatile("" : : : "memory");
		job.abi = shared->abi;
		job.nr = shared->nr;
		memcpy(job.args, shared->args, sizeof(job.args));
		if (job.abi == SYSCALL_ABI_I386)
			shared->ret = call_i386(job.nr, job.args);
		else
			shared->ret = call_native(job.nr |
						  (job.abi == SYSCALL_ABI_X32 ? X32_BIT : 0),
						  job.args);
	}
}

/* --------------------------- what is to be shown -------------------------- */

static char want[300000];
static size_t want_len;

static void add(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	want_len += vsnprintf(want + want_len, sizeof(want) - want_len, fmt, ap);
	va_end(ap);
}

static void add_string(const void *data, size_t len)
{
	const u8 *c = data;

	add("\"");
	for (; len--; c++) {
		if (*c == '"' || *c == '\\')
			add("\\%c", *c);
		else if (*c == '\n')
			add("\\n");
		else if (*c == '\t')
			add("\\t");
		else if (*c == '\r')
			add("\\r");
		else if (*c < 0x20 || *c > 0x7e)
			add("\\%03o", *c);
		else
			add("%c", *c);
	}
	add("\"");
}

/* ----------------------- memory that arguments point to ------------------- */

static u8 *take_memory(size_t len)
{
	u8 *p = shared->data + data_used;

	data_used += (len + 15) & ~15UL;
	return p;
}

static u64 address(const void *p)
{
	return (u64)(unsigned long)p;
}

/* Bytes that need escapes of every kind, different for each @seed. */
static u8 *make_bytes(size_t len, unsigned int seed)
{
	static const u8 pattern[] = "a\n\"\0007\\\377\t~\r\033 \177?\200";
	u8 *p = take_memory(len);
	size_t i;

	for (i = 0; i < len; i++)
		p[i] = pattern[(i + 3 * seed) % (sizeof(pattern) - 1)];
	return p;
}

static u8 *make_string(const char *s)
{
	return memcpy(take_memory(strlen(s) + 1), s, strlen(s) + 1);
}

/* Size of addresses in the memory of programs of @abi. */
static unsigned int pointer_size(u32 abi)
{
	return abi == SYSCALL_ABI_NATIVE ? 8 : 4;
}

/* Write a number that is as long as an address. */
static void put_word(u8 *p, u32 abi, unsigned int index, u64 value)
{
	memcpy(p + index * pointer_size(abi), &value, pointer_size(abi));
}

static u8 *make_strv(u32 abi)
{
	u8 *v = take_memory(3 * pointer_size(abi));

	put_word(v, abi, 0, address(make_string("one\n")));
	put_word(v, abi, 1, address(make_string("t\"wo\"")));
	put_word(v, abi, 2, 0);
	add("[\"one\\n\", \"t\\\"wo\\\"\"]");
	return v;
}

static u8 *make_iov(u32 abi, unsigned int nr, unsigned int seed)
{
	u8 *v = take_memory(2 * nr * pointer_size(abi)), *bytes;
	unsigned int i;

	add("[");
	for (i = 0; i < nr; i++) {
		bytes = make_bytes(3 + i, seed + i);
		put_word(v, abi, 2 * i, address(bytes));
		put_word(v, abi, 2 * i + 1, 3 + i);
		add(i ? ", " : "");
		add_string(bytes, 3 + i);
	}
	add("]");
	return v;
}

/*
 * Fill in a msghdr: seven words, of which the second (length of the name) and
 * the last (flags) are 32 bits. It has all parts, or only one buffer.
 */
static void make_msg(u8 *m, u32 abi, bool all)
{
	u8 *name = make_bytes(7, 1), *control = make_bytes(9, 2);

	memset(m, 0, 7 * pointer_size(abi));
	add("{");
	if (all) {
		put_word(m, abi, 0, address(name));
		put_word(m, abi, 1, 7);
		add_string(name, 7);
	} else {
		add("NULL");
	}
	add(", ");
	put_word(m, abi, 2, address(make_iov(abi, all ? 2 : 1, 4)));
	put_word(m, abi, 3, all ? 2 : 1);
	add(", ");
	if (all) {
		put_word(m, abi, 4, address(control));
		put_word(m, abi, 5, 9);
		add_string(control, 9);
	} else {
		add("NULL");
	}
	add("}");
}

/* Each msghdr is followed by a length of 32 bits, in a word of its own. */
static u8 *make_mmsg(u32 abi, unsigned int nr)
{
	size_t size = 8 * pointer_size(abi);
	u8 *v = take_memory(nr * size);
	unsigned int i;

	memset(v, 0, nr * size);
	add("[");
	for (i = 0; i < nr; i++) {
		add(i ? ", " : "");
		make_msg(v + i * size, abi, !i);
	}
	add("]");
	return v;
}

/* ------------------------------- the arguments ---------------------------- */

/**
 * struct making - a call that is being made up
 * @abi: its ABI
 * @nr: its number there
 * @name: its name
 * @nr_args: how many arguments
 * @args: what they are
 * @regs: what is passed
 * @pointers: how addresses are chosen
 * @bind: whether the tracer binds
 */
struct making {
	u32 abi;
	u32 nr;
	const char *name;
	unsigned int nr_args;
	struct syscall_arg_desc args[SYSCALL_MAX_ARGS];
	u64 regs[SYSCALL_MAX_ARGS];
	enum pointers pointers;
	bool bind;
};

static bool has_length(const struct syscall_arg_desc *arg)
{
	return arg->kind == SYSCALL_ARG_BYTES || arg->kind == SYSCALL_ARG_IOV ||
	       arg->kind == SYSCALL_ARG_MMSG;
}

/* Does argument @i tell the length of another? Then how many it should say. */
static unsigned int count_for(const struct making *m, unsigned int i)
{
	unsigned int a, count = 0;

	for (a = 0; a < m->nr_args; a++) {
		const struct syscall_arg_desc *arg = &m->args[a];

		if (!has_length(arg) || arg->len != i + 1)
			continue;
		if (arg->kind != SYSCALL_ARG_BYTES)
			return NR_ELEMENTS;
		if (arg->len_kind == SYSCALL_LEN_BITS)
			count = NR_BITS;
		else if (arg->len_kind == SYSCALL_LEN_PAGES)
			count = NR_PAGE_BYTES;
		else if (!count && arg->len_kind != SYSCALL_LEN_FIELD)
			count = NR_BYTES;
	}
	return count;
}

static u64 make_number(const struct making *m, unsigned int i)
{
	bool narrow = syscall_abi_word(m->abi) == 4;
	u64 count = count_for(m, i);

	if (count)
		return count;
	switch (m->args[i].kind) {
	case SYSCALL_ARG_FD:
		return 5 + i;
	case SYSCALL_ARG_INT:
		return -7 - (s64)i;
	case SYSCALL_ARG_UINT:
		return 4000000000U + i;
	case SYSCALL_ARG_LONG:
		return narrow ? -1000000007LL - i : -5000000000LL - i;
	case SYSCALL_ARG_SIZE:
		return narrow ? 3000000000ULL + i : 5000000000ULL + i;
	case SYSCALL_ARG_LFLAGS:
		return narrow ? 0xabc0 + i : 0xabc0000abc0ULL + i;
	case SYSCALL_ARG_MODE:
		return 0640 + i;
	default:
		return 0xabc0 + i;
	}
}

static u64 length_of(const struct making *m, const struct syscall_arg_desc *arg)
{
	unsigned int word = syscall_abi_word(m->abi);
	u64 count = arg->len ? m->regs[arg->len - 1] : 0;

	switch (arg->len_kind) {
	case SYSCALL_LEN_ARG:
		return count * arg->size + arg->field;
	case SYSCALL_LEN_BITS:
		count -= arg->field;
		return (count + word * 8 - 1) / (word * 8) * word;
	case SYSCALL_LEN_PAGES:
		return (count + 4095) / 4096;
	case SYSCALL_LEN_POINTED:
		return (u64)count_for(m, arg->len - 1) * arg->size;
	case SYSCALL_LEN_FIELD:
		/* Long enough for the field itself. */
		return arg->size + arg->field + 11;
	default:
		return arg->size;
	}
}

/* The memory of argument @i: bytes, with the lengths that stand in them. */
static u8 *make_buffer(const struct making *m, unsigned int i, size_t *len)
{
	const struct syscall_arg_desc *arg = &m->args[i];
	u32 count = count_for(m, i), more;
	u8 *p;

	*len = length_of(m, arg);
	p = make_bytes(*len < 8 ? 8 : *len, i);
	if (count)
		memcpy(p, &count, sizeof(count));
	if (arg->len_kind == SYSCALL_LEN_FIELD) {
		more = *len - arg->size;
		memcpy(p + arg->field, &more, sizeof(more));
	}
	return p;
}

static bool is_shown(const struct syscall_arg_desc *arg)
{
	return syscall_arg_is_string(arg->kind) || arg->kind == SYSCALL_ARG_STRV ||
	       (arg->kind != SYSCALL_ARG_ANY && arg->flags & SYSCALL_ARG_IN);
}

/* Is the program able to change what is shown here, whatever the tracer asked? */
static bool never_bound(const struct syscall_arg_desc *arg)
{
	return arg->flags & (SYSCALL_ARG_OUT | SYSCALL_ARG_FIXED | SYSCALL_ARG_NESTED);
}

/* Do vectors tell where the rest is? */
static bool has_addresses(const struct syscall_arg_desc *arg)
{
	return arg->kind == SYSCALL_ARG_IOV || arg->kind == SYSCALL_ARG_MSG ||
	       arg->kind == SYSCALL_ARG_MMSG;
}

/* Make what argument @i points to, and say how it is to be shown. */
static u64 make_shown(const struct making *m, unsigned int i)
{
	const struct syscall_arg_desc *arg = &m->args[i];
	char text[64];
	size_t len;
	u8 *p;

	switch (arg->kind) {
	case SYSCALL_ARG_PATH:
	case SYSCALL_ARG_STR:
		snprintf(text, sizeof(text), "/some/\"path\"\n\\%u\003" "3%c", i,
			 arg->kind == SYSCALL_ARG_PATH ? 'p' : 's');
		add_string(text, strlen(text));
		return address(make_string(text));
	case SYSCALL_ARG_STRV:
		return address(make_strv(m->abi));
	case SYSCALL_ARG_IOV:
		return address(make_iov(m->abi, length_of(m, arg), i));
	case SYSCALL_ARG_MSG:
		p = take_memory(7 * pointer_size(m->abi));
		make_msg(p, m->abi, true);
		return address(p);
	case SYSCALL_ARG_MMSG:
		return address(make_mmsg(m->abi, length_of(m, arg)));
	default:
		p = make_buffer(m, i, &len);
		add_string(p, len);
		return address(p);
	}
}

static u64 make_pointer(const struct making *m, unsigned int i)
{
	const struct syscall_arg_desc *arg = &m->args[i];
	size_t len;
	u64 value;

	if (m->pointers == NULLS) {
		add("NULL");
		return 0;
	}
	if (m->pointers == GOOD && is_shown(arg)) {
		if (m->bind && never_bound(arg))
			add("~");
		return make_shown(m, i);
	}
	/* Not shown, and yet not what the program only fills. */
	if (m->bind && (arg->flags & SYSCALL_ARG_NESTED || has_addresses(arg)))
		add("~");
	if (m->pointers == UNREADABLE)
		value = 0x10 + i;
	else if (arg->kind == SYSCALL_ARG_BYTES || count_for(m, i))
		value = address(make_buffer(m, i, &len));
	else
		value = 0xdead0000 + 16 * i;
	add("%#llx", value);
	return value;
}

static void add_number(const struct making *m, unsigned int i)
{
	u64 value = m->regs[i];

	switch (m->args[i].kind) {
	case SYSCALL_ARG_FD:
	case SYSCALL_ARG_INT:
		add("%d", (int)value);
		break;
	case SYSCALL_ARG_LONG:
		add("%lld", syscall_abi_word(m->abi) == 4 ? (s32)value : (s64)value);
		break;
	case SYSCALL_ARG_UINT:
		add("%u", (u32)value);
		break;
	case SYSCALL_ARG_SIZE:
		add("%llu", value);
		break;
	case SYSCALL_ARG_MODE:
		add("%#llo", value);
		break;
	default:
		add(value ? "%#llx" : "0x%llx", value);
	}
}

/* What an ioctl's number says about its argument. */
static void apply_ioctl_number(struct making *m, struct syscall_arg_desc *arg)
{
	u32 cmd = m->regs[arg->len - 1];

	arg->kind = SYSCALL_ARG_ANY;
	arg->len = 0;
	arg->flags = SYSCALL_ARG_IN | SYSCALL_ARG_NESTED;
	if (_IOC_DIR(cmd) == _IOC_NONE || !_IOC_SIZE(cmd))
		return;
	arg->kind = SYSCALL_ARG_BYTES;
	arg->len_kind = SYSCALL_LEN_CONST;
	arg->size = _IOC_SIZE(cmd);
	/* It may hold addresses that nobody follows. */
	arg->flags = SYSCALL_ARG_NESTED |
		     (_IOC_DIR(cmd) & _IOC_WRITE ? SYSCALL_ARG_IN : 0) |
		     (_IOC_DIR(cmd) & _IOC_READ ? SYSCALL_ARG_OUT : 0);
}

static bool is_wide(const struct making *m, unsigned int i)
{
	u8 kind = m->args[i].kind;

	return syscall_abi_word(m->abi) == 8 &&
	       (syscall_arg_is_pointer(kind) || kind == SYSCALL_ARG_LONG ||
		kind == SYSCALL_ARG_SIZE || kind == SYSCALL_ARG_LFLAGS);
}

static void begin(u32 abi, const char *name)
{
	data_used = 0;
	want_len = 0;
	add("%s%s%s", syscall_abi_name(abi), *syscall_abi_name(abi) ? ":" : "", name);
}

/*
 * Make up the arguments and the line. @selector: which argument has a certain
 * value, the first is 1; 0 if none.
 */
static void make_call(struct making *m, unsigned int selector, u32 value)
{
	unsigned int i;

	for (i = 0; i < m->nr_args; i++)
		if (i + 1 == selector)
			m->regs[i] = (s64)(s32)value;
		else if (!syscall_arg_is_pointer(m->args[i].kind))
			m->regs[i] = make_number(m, i);
	for (i = 0; i < m->nr_args; i++)
		if (m->args[i].kind == SYSCALL_ARG_IOCTL)
			apply_ioctl_number(m, &m->args[i]);
	begin(m->abi, m->name);
	for (i = 0; i < m->nr_args; i++) {
		add(i ? ", " : " ");
		if (syscall_arg_is_pointer(m->args[i].kind)) {
			m->regs[i] = make_pointer(m, i);
		} else {
			m->regs[i] = syscall_arg_value(m->args[i].kind, syscall_abi_word(m->abi),
						       m->regs[i]);
			add_number(m, i);
		}
	}
	for (i = 0; i < m->nr_args; i++) {
		shared->args[i] = m->regs[i];
		if (!is_wide(m, i))
			shared->args[i] = (u32)m->regs[i] | JUNK;
	}
	shared->abi = m->abi;
	shared->nr = m->nr;
}

/* ---------------------------- making and comparing ------------------------ */

/**
 * struct run - the calls of one ABI
 * @fd: the tracer's file
 * @t: the program, not begun before the first call
 * @begun: whether it has begun
 * @bind: whether the tracer binds
 * @stops: how many stops there were
 * @named: how many numbers had a description and stopped
 * @bad: how many records were not as they should be
 * @dead: the program does not stop any more
 */
struct run {
	int fd;
	struct tracee *t;
	bool begun;
	bool bind;
	unsigned int stops;
	unsigned int named;
	unsigned int bad;
	bool dead;
};

static void complain(struct run *run, const char *got)
{
	size_t i = 0, from;

	while (got[i] && got[i] == want[i])
		i++;
	from = i < 200 ? 0 : i - 100;
	printf("# differ at %zu\n#    want %s%.400s\n#     got %s%.400s\n", i,
	       from ? "..." : "", want + from, from ? "..." : "", got + from);
	run->bad++;
}

/* Let the program make the call that is ready, and compare the record. */
static bool compare(struct run *run)
{
	const char *got;

	if (run->dead)
		return false;
	if (!run->begun)
		open_gate(run->t);
	else if (say(run->fd, "skip-fail ENOSYS"))
		run->dead = true;
	run->begun = true;
	/* Only a call that does not stop makes this wait. */
	if (run->dead || !has_record(run->fd, 20000)) {
		run->dead = true;
		complain(run, "(no stop)");
		return false;
	}
	got = hear(run->fd);
	if (strcmp(got, want))
		complain(run, got);
	if (run->stops++ && shared->ret != -ENOSYS) {
		printf("# the call before '%.40s' returned %ld\n", want, shared->ret);
		run->bad++;
	}
	shared->ret = 0;
	return true;
}

/* Calls that cannot be made like the others. */
static const struct {
	u32 abi;
	const char *name;
	const char *why;
} exceptions[] = {
	{ SYSCALL_ABI_NATIVE, "uretprobe", "never stops: it is part of a return" },
};

static bool is_exception(u32 abi, const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(exceptions); i++) {
		if (exceptions[i].abi == abi && !strcmp(exceptions[i].name, name)) {
			printf("# %s: %s\n", name, exceptions[i].why);
			return true;
		}
	}
	return false;
}

static struct making make_of(const struct run *run, u32 abi, u32 nr,
			     const struct syscall_desc *desc)
{
	struct making m = {
		.abi = abi, .nr = nr, .name = desc->name, .nr_args = desc->nr_args,
		.bind = run->bind,
	};

	memcpy(m.args, desc->args, sizeof(m.args));
	return m;
}

static bool compare_call(struct run *run, u32 abi, u32 nr, const struct syscall_desc *desc,
			 unsigned int selector, u32 value, enum pointers pointers)
{
	struct making m = make_of(run, abi, nr, desc);

	m.pointers = pointers;
	make_call(&m, selector, value);
	return compare(run);
}

/* Each value that makes the call another one. */
static void compare_cases(struct run *run, u32 abi, u32 nr, const struct syscall_desc *desc)
{
	u32 ignored = ~desc->mask & -~desc->mask;
	unsigned int i;

	for (i = 0; i < desc->nr_cases; i++) {
		const struct syscall_case *c = &cases[desc->first_case + i];
		const struct syscall_desc *as = &descs[c->desc];

		compare_call(run, abi, nr, as, desc->selector, c->value, GOOD);
		compare_call(run, abi, nr, as, desc->selector, c->value, NULLS);
		/* The lowest bit that does not count. */
		if (ignored)
			compare_call(run, abi, nr, as, desc->selector,
				     c->value | ignored, GOOD);
	}
}

/* Numbers that no driver has, of all directions. */
static void compare_ioctls(struct run *run, u32 abi, u32 nr, const struct syscall_desc *desc)
{
	static const u32 numbers[] = {
		_IOC(_IOC_NONE, 0xee, 1, 0), _IOC(_IOC_NONE, 0xee, 2, 12),
		_IOC(_IOC_WRITE, 0xee, 3, 12), _IOC(_IOC_READ, 0xee, 4, 12),
		_IOC(_IOC_READ | _IOC_WRITE, 0xee, 5, 12), _IOC(_IOC_WRITE, 0xee, 6, 300),
	};
	unsigned int i, a;

	for (a = 0; a < desc->nr_args; a++)
		for (i = 0; desc->args[a].kind == SYSCALL_ARG_IOCTL && i < ARRAY_SIZE(numbers); i++)
			compare_call(run, abi, nr, desc, desc->args[a].len, numbers[i], GOOD);
}

static void compare_unknown(struct run *run, u32 abi, u32 nr)
{
	char name[32];
	unsigned int i;

	snprintf(name, sizeof(name), "syscall_%u", nr);
	begin(abi, name);
	for (i = 0; i < SYSCALL_MAX_ARGS; i++) {
		shared->args[i] = i ? 0xabc0 + i : 0;
		add("%s0x%llx", i ? ", " : " ", shared->args[i]);
	}
	shared->abi = abi;
	shared->nr = nr;
	compare(run);
}

static void compare_number(struct run *run, u32 abi, u32 nr)
{
	const struct syscall_desc *desc = syscall_desc(abi, nr);

	if (!desc) {
		compare_unknown(run, abi, nr);
		return;
	}
	if (is_exception(abi, desc->name))
		return;
	run->named += compare_call(run, abi, nr, desc, 0, 0, GOOD);
	compare_call(run, abi, nr, desc, 0, 0, NULLS);
	/* Whether what cannot be read counts as not bound is for bind_test. */
	if (!run->bind)
		compare_call(run, abi, nr, desc, 0, 0, UNREADABLE);
	compare_cases(run, abi, nr, desc);
	compare_ioctls(run, abi, nr, desc);
}

static void compare_all(struct run *run, u32 abi)
{
	u32 nr;

	for (nr = 0; nr < tables[abi].nr_max; nr++)
		compare_number(run, abi, nr);
	compare_unknown(run, abi, 5000);
	printf("# %u calls by name, %u stops, %u wrong\n", run->named, run->stops, run->bad);
}

TRACEE_FIXTURE(calls)

#define COMPARE_ALL(r, which, bound)					\
do {									\
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,	\
		      MAP_SHARED | MAP_ANONYMOUS | MAP_32BIT, -1, 0);	\
	ASSERT_NE(MAP_FAILED, shared);					\
	start(&self->t, make_calls);					\
	self->fd = open_syscall(self->t.pid, 0, O_RDWR);		\
	ASSERT_LE(0, self->fd);						\
	ASSERT_SAY(0, self->fd, "limit 65536");				\
	if (bound)							\
		ASSERT_SAY(0, self->fd, "bind on");			\
	ASSERT_SAY(0, self->fd, "trace all");				\
	*(r) = (struct run){ .fd = self->fd, .t = &self->t, .bind = bound }; \
	compare_all(r, which);						\
} while (0)

TEST_F_TIMEOUT(calls, native, 300)
{
	struct run run;

	COMPARE_ALL(&run, SYSCALL_ABI_NATIVE, false);
	EXPECT_LE(350, run.named);
	EXPECT_EQ(0, run.bad);
}

TEST_F_TIMEOUT(calls, native_bound, 300)
{
	struct run run;

	COMPARE_ALL(&run, SYSCALL_ABI_NATIVE, true);
	EXPECT_LE(350, run.named);
	EXPECT_EQ(0, run.bad);
}

TEST_F_TIMEOUT(calls, i386, 300)
{
	struct run run;

	COMPARE_ALL(&run, SYSCALL_ABI_I386, false);
	EXPECT_LE(400, run.named);
	EXPECT_EQ(0, run.bad);
}

TEST_F_TIMEOUT(calls, i386_bound, 300)
{
	struct run run;

	COMPARE_ALL(&run, SYSCALL_ABI_I386, true);
	EXPECT_LE(400, run.named);
	EXPECT_EQ(0, run.bad);
}

static bool has_x32(void)
{
	return raw(X32_BIT | SYS_getpid, 0, 0, 0) != -ENOSYS;
}

TEST_F_TIMEOUT(calls, x32, 300)
{
	struct run run;

	if (!has_x32())
		SKIP(return, "no x32");
	COMPARE_ALL(&run, SYSCALL_ABI_X32, false);
	EXPECT_LE(340, run.named);
	EXPECT_EQ(0, run.bad);
}

TEST_F_TIMEOUT(calls, x32_bound, 300)
{
	struct run run;

	if (!has_x32())
		SKIP(return, "no x32");
	COMPARE_ALL(&run, SYSCALL_ABI_X32, true);
	EXPECT_LE(340, run.named);
	EXPECT_EQ(0, run.bad);
}

TEST_HARNESS_MAIN
