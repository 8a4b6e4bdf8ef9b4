// SPDX-License-Identifier: GPL-2.0
/*
 * Lines of text on one side, packed records and answers on the other: see
 * packed_form.h.
 *
 * A tracer that reads text without thread ids is shown one stop at a time, one that
 * reads packed records all of them. What comes too early for the former is held
 * back here.
 */

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "../../../../lib/syscall_desc.c"
#include "../../../../lib/syscall_text.c"
#include "../../../../lib/syscall_packed.c"
#include "packed_form.h"

#define MAX_FILES	1024
/* Room for one record with a few small blocks, and for any. */
#define SMALL_ROOM	1200
#define LARGE_ROOM	(2U << 20)
#define SMALLEST	((size_t)sizeof(struct syscall_trace_record))
/* How often to look whether a stop is over that others are held back for. */
#define PROBE_MS	5
/* Nothing waits there. */
#define NO_STOP		(~0ULL)

/**
 * struct form_record - a record that was read
 * @next: in its list
 * @id: of the stop, or 0
 * @record: it; its blocks and bytes are behind this struct
 */
struct form_record {
	struct form_record *next;
	u64 id;
	struct syscall_record record;
};

/**
 * struct form_file - an open file, as far as this process knows it
 * @known: there is one at this descriptor
 * @packed: it speaks the packed form
 * @ino: its inode
 * @with_tid: "tid on" was said
 * @follow: "follow on" was said
 * @held: records that came and were not shown yet
 * @out: stops that were shown and not answered yet
 * @text: what is being shown
 * @len: its length
 * @pos: so much of it was shown
 */
struct form_file {
	bool known;
	bool packed;
	ino_t ino;
	bool with_tid;
	bool follow;
	struct form_record *held;
	struct form_record *out;
	char *text;
	size_t len;
	size_t pos;
};

static struct form_file files[MAX_FILES];
/* Covers the lists and switches of all files; not held while the kernel is asked. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static bool toss(void)
{
	static u64 state;
	const char *seed;

	if (!state) {
		seed = getenv("SYSCALLTRACE_FORM_SEED");
		state = 0x9e3779b97f4a7c15ULL * (1 + (seed ? strtoull(seed, NULL, 0) : 0));
	}
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state * 0x2545f4914f6cdd1dULL >> 63;
}

/* ---------------------------------- files -------------------------------- */

static void free_records(struct form_record **list)
{
	struct form_record *record;

	while ((record = *list)) {
		*list = record->next;
		free(record);
	}
}

/* There is nothing to answer any more, and nothing to show. */
static void forget_stops(struct form_file *file)
{
	free_records(&file->held);
	free_records(&file->out);
}

static struct form_file *begin_file(int fd, ino_t ino)
{
	struct form_file *file = &files[fd];

	forget_stops(file);
	free(file->text);
	*file = (struct form_file){ .known = true, .ino = ino };
	return file;
}

static bool write_whole(int fd, const void *bytes, size_t len)
{
	return write(fd, bytes, len) == (ssize_t)len;
}

/* Put a line into an answer. Return its bytes. */
static size_t put_line(u8 *to, const char *line, size_t len)
{
	struct syscall_trace_answer answer = {
		.verb = SYSCALL_TRACE_LINE, .head = SYSCALL_TRACE_ANSWER_SHORT, .nr_blocks = 1,
	};
	struct packed_out out = { .buf = to, .size = SIZE_MAX, .len = answer.head };

	write_block(&out, SYSCALL_TRACE_BYTES, 0, (const u8 *)line, len);
	answer.size = out.len;
	memcpy(to, &answer, answer.head);
	return out.len;
}

/*
 * A file that has come from somewhere else. If it speaks text already it takes an
 * answer for a line without an end.
 */
static void adopt(int fd, struct form_file *file)
{
	static const char words[] = "packed on\n";
	u8 answer[64] = { };
	size_t len = put_line(answer, words, strlen(words) - 1);

	file->packed = write_whole(fd, answer, len) || errno != EINVAL ||
		       write_whole(fd, words, strlen(words));
}

static bool is_syscall_file(int fd)
{
	static const char name[] = "/syscall";
	char path[64], target[256];
	ssize_t len;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	len = readlink(path, target, sizeof(target));
	return len >= (ssize_t)strlen(name) &&
	       !memcmp(target + len - strlen(name), name, strlen(name));
}

/* NULL if what is there speaks text, or is no such file. */
static struct form_file *find_file(int fd)
{
	struct form_file *file;
	struct stat st;

	if (fd < 0 || fd >= MAX_FILES || fstat(fd, &st))
		return NULL;
	file = &files[fd];
	if (!file->known || file->ino != st.st_ino) {
		file = begin_file(fd, st.st_ino);
		if ((fcntl(fd, F_GETFL) & O_ACCMODE) == O_RDWR && is_syscall_file(fd))
			adopt(fd, file);
	}
	return file->packed ? file : NULL;
}

int packed_form_open(int fd)
{
	struct stat st;

	if (fd >= MAX_FILES || fstat(fd, &st))
		return -1;
	begin_file(fd, st.st_ino);
	if ((fcntl(fd, F_GETFL) & O_ACCMODE) != O_RDWR)
		return 0;
	files[fd].packed = true;
	return write_whole(fd, "packed on\n", 10) ? 0 : -1;
}

bool packed_form_has(int fd)
{
	return find_file(fd);
}

/* --------------------------------- records ------------------------------- */

static bool has_tids(const struct form_file *file)
{
	return file->with_tid || file->follow;
}

static void append(struct form_record **list, struct form_record *record)
{
	while (*list)
		list = &(*list)->next;
	record->next = NULL;
	*list = record;
}

/* A stop is over, or, without @id, whatever a thread was stopped at. */
static void drop_stops(struct form_record **list, u32 tid, u64 id)
{
	struct form_record *record;

	while ((record = *list)) {
		if (record->id && record->record.tid == tid && (!id || record->id == id)) {
			*list = record->next;
			free(record);
		} else {
			list = &record->next;
		}
	}
}

static bool ends_thread(const struct syscall_record *record)
{
	return record->kind == SYSCALL_RECORD_EXITED || record->kind == SYSCALL_RECORD_KILLED;
}

/* Return the record's bytes, or 0 if there is something wrong with it. */
static size_t hold_record(struct form_file *file, const u8 *bytes, size_t len)
{
	const struct syscall_trace_record *head = (const void *)bytes;
	struct syscall_block *blocks;
	struct form_record *record;
	size_t blocks_size;
	void *copy;

	if (len < sizeof(*head) || head->size > len)
		return 0;
	blocks_size = head->nr_blocks * sizeof(*blocks);
	record = calloc(1, sizeof(*record) + blocks_size + head->size);
	blocks = (void *)(record + 1);
	copy = (u8 *)blocks + blocks_size;
	memcpy(copy, bytes, head->size);
	if (syscall_packed_record(copy, head->size, &record->record, blocks, head->nr_blocks,
				  &record->id)) {
		free(record);
		return 0;
	}
	if (record->id || ends_thread(&record->record)) {
		drop_stops(&file->out, record->record.tid, 0);
		drop_stops(&file->held, record->record.tid, 0);
	}
	append(&file->held, record);
	return head->size;
}

/* Return bytes of records, 0 at the end, or a negative errno. */
static ssize_t get_bytes(int fd, void *buf, size_t room, s64 timeout)
{
	struct syscall_trace_exchange x = {
		.records = (uintptr_t)buf, .records_len = room, .timeout = timeout,
	};
	ssize_t ret;

	if (timeout < 0 && toss()) {
		ret = read(fd, buf, room);
		return ret < 0 ? -errno : ret;
	}
	ret = ioctl(fd, SYSCALL_TRACE_EXCHANGE, &x);
	if (ret < 0)
		return -errno;
	return x.records_len;
}

/*
 * Get a record, and no other if it is small: others may read the same file, and
 * what is read cannot be withdrawn any more. Return as get_bytes().
 */
static ssize_t fetch(int fd, struct form_file *file, s64 timeout)
{
	size_t room = 2 * SMALLEST - 8, pos, used;
	u8 *buf = malloc(LARGE_ROOM);
	ssize_t len;

	while ((len = get_bytes(fd, buf, room, timeout)) == -EMSGSIZE && room < LARGE_ROOM)
		room = room < SMALL_ROOM ? room + SMALLEST : LARGE_ROOM;
	pthread_mutex_lock(&lock);
	for (pos = 0; len > 0 && pos < (size_t)len; pos += used) {
		used = hold_record(file, buf + pos, len - pos);
		if (!used) {
			fprintf(stderr, "packed form: bad record at %zu of %zd\n", pos, len);
			len = -EBADMSG;
		}
	}
	if (!len)
		forget_stops(file);
	pthread_mutex_unlock(&lock);
	free(buf);
	return len;
}

/* May a stop be shown, by the rules of text? */
static bool may_show(const struct form_file *file)
{
	return has_tids(file) || !file->out;
}

/* What is to be shown next: what is no stop comes first. */
static struct form_record **next_held(struct form_file *file)
{
	struct form_record **at;

	for (at = &file->held; *at; at = &(*at)->next)
		if (!(*at)->id)
			return at;
	return file->held && may_show(file) ? &file->held : NULL;
}

/*
 * Is the oldest stop that is out over? An answer that does not fit any such stop tells
 * by its error. (It takes the place of the error that "error" asks for.)
 */
static void probe(int fd, struct form_file *file)
{
	struct syscall_trace_answer answer = {
		.size = SYSCALL_TRACE_ANSWER_SHORT, .head = SYSCALL_TRACE_ANSWER_SHORT,
	};

	if (!file->out)
		return;
	answer.id = file->out->id;
	answer.tid = file->out->record.tid;
	answer.verb = file->out->record.kind == SYSCALL_RECORD_SIGNAL ? SYSCALL_TRACE_SKIP :
								       SYSCALL_TRACE_DISCARD;
	if (write(fd, &answer, answer.size) < 0 && errno == ESRCH) {
		pthread_mutex_lock(&lock);
		drop_stops(&file->out, answer.tid, answer.id);
		pthread_mutex_unlock(&lock);
	}
}

/* Get all that there is. What is held back is shown as soon as it may be. */
static void catch_up(int fd, struct form_file *file)
{
	while (fetch(fd, file, 0) > 0)
		;
	if (file->held && !next_held(file))
		probe(fd, file);
}

static bool is_nonblocking(int fd)
{
	return fcntl(fd, F_GETFL) & O_NONBLOCK;
}

/* Have something to show. Return as get_bytes(). */
static ssize_t wait_for_record(int fd, struct form_file *file)
{
	ssize_t ret = 1;

	if (!file->held && may_show(file))
		ret = fetch(fd, file, -1);
	while (ret > 0) {
		if (file->held && !next_held(file))
			catch_up(fd, file);
		if (next_held(file))
			return 1;
		/* What is held back must not keep us from seeing that it may be shown. */
		ret = fetch(fd, file, file->held ? PROBE_MS * 1000000LL : -1);
		if (ret == -ETIME || (ret == -EAGAIN && file->held && !is_nonblocking(fd)))
			ret = 1;
	}
	return ret;
}

static void format_next(struct form_file *file)
{
	struct form_record **at = next_held(file), *record = *at;

	*at = record->next;
	file->len = syscall_text_format(NULL, 0, &record->record, has_tids(file));
	file->pos = 0;
	free(file->text);
	file->text = malloc(file->len);
	syscall_text_format(file->text, file->len, &record->record, has_tids(file));
	if (record->id)
		append(&file->out, record);
	else
		free(record);
}

ssize_t packed_form_read(int fd, char *text, size_t size)
{
	struct form_file *file = find_file(fd);
	ssize_t ret;

	if (file->pos == file->len) {
		/* Notes overtake stops that are held back. */
		if (file->held)
			catch_up(fd, file);
		ret = next_held(file) ? 1 : wait_for_record(fd, file);
		if (ret <= 0) {
			errno = -ret;
			return ret < 0 ? -1 : 0;
		}
		pthread_mutex_lock(&lock);
		format_next(file);
		pthread_mutex_unlock(&lock);
	}
	if (size > file->len - file->pos)
		size = file->len - file->pos;
	memcpy(text, file->text + file->pos, size);
	file->pos += size;
	return size;
}

int packed_form_events(int fd)
{
	struct form_file *file = find_file(fd);
	struct pollfd p = { .fd = fd, .events = POLLIN | POLLPRI | POLLOUT };

	poll(&p, 1, 0);
	if (!may_show(file) || file->held) {
		if (p.revents & POLLIN)
			catch_up(fd, file);
		p.revents &= ~POLLIN;
		if (next_held(file))
			p.revents |= POLLIN;
	}
	return p.revents;
}

static long long now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

bool packed_form_has_record(int fd, int ms)
{
	struct form_file *file = find_file(fd);
	long long end = now_ms() + ms, left = ms;
	struct pollfd p = { .fd = fd, .events = POLLIN };
	int events;

	for (;;) {
		events = packed_form_events(fd);
		if (events & (POLLIN | POLLHUP | POLLERR))
			return events & POLLIN;
		if (ms >= 0) {
			left = end - now_ms();
			if (left <= 0)
				return false;
		}
		poll(&p, 1, file->held && (left < 0 || left > PROBE_MS) ? PROBE_MS : left);
	}
}

/* --------------------------------- answers ------------------------------- */

/**
 * struct form_line - a line on its way to the kernel
 * @end: where the next line begins in what is written
 * @answer_end: where its answer ends in what is sent
 * @cmd: what it says
 * @stop: id of the stop that it answers; 0 if it answers none
 * @tid: its thread, or 0
 * @named: the line has a thread id
 * @error: what the parser refuses it for; 0 if it does not
 */
struct form_line {
	size_t end;
	size_t answer_end;
	struct syscall_command cmd;
	u64 stop;
	u32 tid;
	bool named;
	int error;
};

/**
 * struct form_batch - lines that are sent together
 * @bytes: their answers
 * @len: of these
 * @nr: how many lines
 * @lines: they
 */
struct form_batch {
	u8 *bytes;
	size_t len;
	unsigned int nr;
	struct form_line lines[8];
};

static struct form_record *find_out(struct form_file *file, u32 tid)
{
	struct form_record *record = file->out;

	while (record && tid && record->record.tid != tid)
		record = record->next;
	return record;
}

static bool is_over_after(u32 verb)
{
	switch (verb) {
	case SYSCALL_VERB_CONT:
	case SYSCALL_VERB_STEP:
	case SYSCALL_VERB_REPORT:
	case SYSCALL_VERB_SKIP:
	case SYSCALL_VERB_RESULT:
	case SYSCALL_VERB_DISCARD:
	case SYSCALL_VERB_SIGNAL:
		return true;
	default:
		return false;
	}
}

/* Does what comes next have to wait until this is known to be done? */
static bool is_last_in_batch(const struct form_line *line)
{
	switch (line->cmd.verb) {
	case SYSCALL_VERB_TID:
	case SYSCALL_VERB_FOLLOW:
	case SYSCALL_VERB_DETACH:
	case SYSCALL_VERB_PACKED:
		return true;
	default:
		return line->error || is_over_after(line->cmd.verb);
	}
}

/*
 * Turn a line into an answer. What the parser refuses is sent as it is, so that the kernel
 * refuses it, too. So is an answer without the thread id that it needs.
 */
static void put_answer(struct form_file *file, struct form_batch *batch,
		       struct form_line *line, const char *text, size_t len)
{
	struct syscall_text_error err;
	struct form_record *stop;
	char *copy = malloc(len + 1);
	u8 *to = batch->bytes + batch->len;
	size_t start = 0, size = 0;

	memcpy(copy, text, len);
	line->tid = 0;
	line->error = syscall_text_take_tid(copy, len, &line->tid, &start, &err);
	line->named = line->tid;
	stop = find_out(file, line->tid);
	if (!line->error)
		line->error = syscall_text_parse(copy, len, start, stop ? &stop->record : NULL,
						 &line->cmd, &err);
	line->stop = stop ? stop->id : NO_STOP;
	if (stop)
		line->tid = stop->record.tid;
	if (!line->error && (line->named || !has_tids(file)))
		size = syscall_packed_answer(to, SIZE_MAX, &line->cmd, line->stop, line->tid);
	if (!size) {
		line->stop = 0;
		size = put_line(to, text + (line->error ? 0 : start),
				len - (line->error ? 0 : start));
	}
	batch->len += size;
	line->answer_end = batch->len;
	free(copy);
}

/* Return bytes of what took effect, or a negative errno. */
static ssize_t send_bytes(int fd, u8 *bytes, size_t len)
{
	struct syscall_trace_exchange x = { .answers = (uintptr_t)bytes };
	ssize_t ret;

	if (toss()) {
		ret = write(fd, bytes, len);
		return ret < 0 ? -errno : ret;
	}
	/* There is no room for a record, which is no matter once all is answered. */
	x.answers_len = len;
	ret = ioctl(fd, SYSCALL_TRACE_EXCHANGE, &x);
	if (ret < 0 && x.answers_len != len)
		return -errno;
	return x.answers_len;
}

static void note_effect(struct form_file *file, const struct form_line *line)
{
	switch (line->cmd.verb) {
	case SYSCALL_VERB_TID:
		file->with_tid = line->cmd.value;
		break;
	case SYSCALL_VERB_FOLLOW:
		file->follow = line->cmd.value;
		break;
	case SYSCALL_VERB_PACKED:
		file->packed = line->cmd.value;
		break;
	case SYSCALL_VERB_DETACH:
		forget_stops(file);
		break;
	default:
		if (is_over_after(line->cmd.verb))
			drop_stops(&file->out, line->tid, line->stop);
	}
}

/*
 * Return how many lines took effect, or a negative errno. -EAGAIN with @again: the first
 * was for the oldest stop, which is over, and has to be for another one.
 */
static int send_batch(int fd, struct form_file *file, struct form_batch *batch, bool *again)
{
	ssize_t done = send_bytes(fd, batch->bytes, batch->len);
	struct form_line *first = batch->lines;
	unsigned int i = 0;

	*again = false;
	pthread_mutex_lock(&lock);
	for (i = 0; i < batch->nr && (ssize_t)batch->lines[i].answer_end <= done; i++)
		if (!batch->lines[i].error)
			note_effect(file, &batch->lines[i]);
	if (done == -ESRCH && first->stop && first->stop != NO_STOP) {
		drop_stops(&file->out, first->tid, first->stop);
		*again = !first->named;
	}
	pthread_mutex_unlock(&lock);
	if (done < 0)
		return first->error ?: done;
	return i;
}

/* Put as many lines into the batch as may be sent together. */
static void fill_batch(struct form_file *file, struct form_batch *batch, const char *lines,
		       size_t pos, size_t len)
{
	struct form_line *line;
	const char *end;

	batch->len = 0;
	batch->nr = 0;
	pthread_mutex_lock(&lock);
	do {
		line = &batch->lines[batch->nr++];
		end = memchr(lines + pos, '\n', len - pos);
		line->end = end ? (size_t)(end + 1 - lines) : len;
		put_answer(file, batch, line, lines + pos,
			   (end ?: lines + len) - (lines + pos));
		pos = line->end;
	} while (pos < len && batch->nr < ARRAY_SIZE(batch->lines) && !is_last_in_batch(line));
	pthread_mutex_unlock(&lock);
}

ssize_t packed_form_write(int fd, const char *lines, size_t len)
{
	struct form_file *file = find_file(fd);
	struct form_batch *batch = malloc(sizeof(*batch));
	size_t done = 0;
	bool again;
	int ret = 0;

	/* A block for each element of a list of empty strings. */
	batch->bytes = malloc(16 * len + 1024);
	while (done < len && file->packed) {
		fill_batch(file, batch, lines, done, len);
		ret = send_batch(fd, file, batch, &again);
		if (again)
			continue;
		if (ret > 0)
			done = batch->lines[ret - 1].end;
		if (ret < (int)batch->nr)
			break;
	}
	free(batch->bytes);
	free(batch);
	if (ret < 0)
		errno = -ret;
	return done ? (ssize_t)done : -1;
}
