// SPDX-License-Identifier: GPL-2.0-only
/*
 * The audit: a line of JSON for each call that was judged.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "scguard.h"

static int out = -1;
static const char *out_name;

void audit_open(const char *file)
{
	out_name = file;
	out = open(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (out < 0)
		die(STATUS_FAILED, "%s: %s: name a file that can be written", file,
		    strerror(errno));
}

/* All of a line, or nothing. */
static void put_line(const char *line, size_t len)
{
	static bool complained;
	struct stat st;
	ssize_t done;

	if (fstat(out, &st))
		st.st_size = 0;
	done = write(out, line, len);
	if (done == (ssize_t)len)
		return;
	if (done > 0 && S_ISREG(st.st_mode) && ftruncate(out, st.st_size))
		complain("%s: %s: its last line is not whole", out_name, strerror(errno));
	if (!complained)
		complain("%s: %s: calls are missing in it; make room", out_name,
			 done < 0 ? strerror(errno) : strerror(ENOSPC));
	complained = true;
}

/* Escaped; bytes that are no UTF-8 by themselves as if they were Latin-1. */
static void put_string(FILE *to, const char *text)
{
	fputc('"', to);
	for (; *text; text++) {
		unsigned char c = *text;

		if (c == '"' || c == '\\')
			fprintf(to, "\\%c", c);
		else if (c < ' ' || c >= 0x7f)
			fprintf(to, "\\u%04x", c);
		else
			fputc(c, to);
	}
	fputc('"', to);
}

static void put_comm(FILE *to, pid_t tid)
{
	char path[64], comm[64] = "";
	ssize_t len;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/comm", tid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		len = read(fd, comm, sizeof(comm) - 1);
		comm[len > 0 ? len - 1 : 0] = '\0';
		close(fd);
	}
	put_string(to, comm);
}

static FILE *begin_line(char **line, size_t *len, pid_t pid, pid_t tid)
{
	struct timespec now;
	FILE *to = need(open_memstream(line, len));

	clock_gettime(CLOCK_REALTIME, &now);
	fprintf(to, "{\"time\":%lld.%09ld,\"pid\":%d,\"tid\":%d,\"comm\":", (long long)now.tv_sec,
		now.tv_nsec, pid, tid);
	put_comm(to, tid);
	return to;
}

static void end_line(FILE *to, char **line, size_t *len)
{
	fputs("}\n", to);
	if (fclose(to))
		need(NULL);
	put_line(*line, *len);
	free(*line);
}

void audit_write(const struct request *rq)
{
	const char *call = sct_name(rq->record->abi, rq->record->nr);
	size_t len;
	char *line;
	FILE *to;

	if (out < 0)
		return;
	to = begin_line(&line, &len, rq->th->tgid, rq->th->tid);
	fprintf(to, ",\"call\":\"%s\",\"what\":", call ? call : "?");
	put_string(to, rq->what ? rq->what : "");
	fputs(",\"path\":", to);
	put_string(to, rq->thing);
	fprintf(to, ",\"verdict\":\"%s\"", rq->err ? "deny" : "allow");
	if (rq->err)
		fprintf(to, ",\"errno\":\"%s\"", errno_name(rq->err));
	if (rq->verdict.kind == ASK)
		fputs(",\"asked\":true", to);
	fprintf(to, ",\"line\":%u", rq->verdict.line);
	end_line(to, &line, &len);
}

/* What is no call: a program that begins, or is killed. */
void audit_event(pid_t pid, const char *what, const char *thing, bool allowed)
{
	size_t len;
	char *line;
	FILE *to;

	if (out < 0)
		return;
	to = begin_line(&line, &len, pid, pid);
	fputs(",\"call\":null,\"what\":", to);
	put_string(to, what);
	fputs(",\"path\":", to);
	put_string(to, thing);
	fprintf(to, ",\"verdict\":\"%s\",\"line\":0", allowed ? "allow" : "kill");
	end_line(to, &line, &len);
}
