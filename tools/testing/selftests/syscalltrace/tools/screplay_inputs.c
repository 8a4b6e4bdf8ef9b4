// SPDX-License-Identifier: GPL-2.0
/*
 * Inputs of all kinds, for a recording: vectors, messages, long buffers, mapped files,
 * the auxiliary vector, ioctls, the vDSO, children made in several ways.
 *
 *	screplay_inputs FILE
 *
 * FILE has at least 300 KiB.
 */
#include <arpa/inet.h>
#include <dirent.h>
#include <elf.h>
#include <fcntl.h>
#include <net/if.h>
#include <poll.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define SIZE	(300 << 10)

static unsigned int sum(const void *data, size_t len)
{
	const unsigned char *p = data;
	unsigned int s = 1;

	while (len--)
		s = s * 31 + *p++;
	return s;
}

static void files(const char *path)
{
	static char big[SIZE], a[100], b[1000];
	struct iovec iov[2] = { { a, sizeof(a) }, { b, sizeof(b) } };
	int fd = open(path, O_RDONLY);
	struct stat st;
	char *map;

	printf("read %zd", read(fd, big, sizeof(big)));
	printf(" %08x\n", sum(big, sizeof(big)));
	printf("preadv %zd", preadv(fd, iov, 2, 4096));
	printf(" %08x %08x\n", sum(a, sizeof(a)), sum(b, sizeof(b)));
	fstat(fd, &st);
	printf("inode %llu, time %lld\n", (unsigned long long)st.st_ino, (long long)st.st_mtime);
	map = mmap(NULL, st.st_size, PROT_READ, MAP_SHARED, fd, 0);
	printf("map %08x\n", sum(map, SIZE));
	munmap(map, st.st_size);
	map = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 4096);
	map[0] = 'x';
	printf("private map %08x\n", sum(map, 8192));
	close(fd);
}

static void messages(void)
{
	char control[256], name[64] = "", data[32] = "", more[32] = "";
	struct iovec iov[2] = { { data, 5 }, { more, sizeof(more) } };
	struct msghdr msg = {
		.msg_name = name, .msg_namelen = sizeof(name), .msg_iov = iov, .msg_iovlen = 2,
		.msg_control = control, .msg_controllen = sizeof(control),
	};
	struct mmsghdr many[2] = { { .msg_hdr = { .msg_iov = iov, .msg_iovlen = 1 } },
				   { .msg_hdr = { .msg_iov = iov + 1, .msg_iovlen = 1 } } };
	struct pollfd p;
	int fds[2], one = 1, waiting;
	ssize_t len;

	if (socketpair(AF_UNIX, SOCK_DGRAM, 0, fds))
		exit(1);
	setsockopt(fds[1], SOL_SOCKET, SO_TIMESTAMP, &one, sizeof(one));
	send(fds[0], "hello, world", 12, 0);
	p = (struct pollfd){ .fd = fds[1], .events = POLLIN };
	len = poll(&p, 1, 1000);
	printf("poll %zd %x\n", len, p.revents);
	ioctl(fds[1], FIONREAD, &waiting);
	len = recvmsg(fds[1], &msg, 0);
	printf("recvmsg %zd of %d: %s|%s, control %zu %08x\n", len, waiting, data, more,
	       (size_t)msg.msg_controllen, sum(control, msg.msg_controllen));
	send(fds[0], "one", 3, 0);
	send(fds[0], "two!", 4, 0);
	len = recvmmsg(fds[1], many, 2, 0, NULL);
	printf("recvmmsg %zd: %u %u %s|%s\n", len, many[0].msg_len, many[1].msg_len, data, more);
}

static void network(void)
{
	struct sockaddr_in addr = { .sin_family = AF_INET };
	struct ifreq reqs[8];
	struct ifconf conf = { .ifc_len = sizeof(reqs), .ifc_req = reqs };
	socklen_t len = sizeof(addr);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	memset(reqs, 0, sizeof(reqs));
	if (bind(fd, (void *)&addr, len) || listen(fd, 1) ||
	    getsockname(fd, (void *)&addr, &len))
		exit(1);
	printf("port %d\n", ntohs(addr.sin_port));
	ioctl(fd, SIOCGIFCONF, &conf);
	printf("interfaces: %d bytes, %s\n", conf.ifc_len, reqs[0].ifr_name);
}

static void random_and_time(void)
{
	unsigned long long random = 0;
	struct timespec t;
	struct timeval tv;
	unsigned int cpu = 0, node;

	if (getrandom(&random, sizeof(random), 0) != sizeof(random))
		exit(1);
	printf("getrandom %016llx, AT_RANDOM %08x\n", random,
	       sum((void *)getauxval(AT_RANDOM), 16));
	clock_gettime(CLOCK_REALTIME, &t);
	gettimeofday(&tv, NULL);
	getcpu(&cpu, &node);
	printf("time %ld.%09ld %ld.%06ld %ld, cpu %u\n", t.tv_sec, t.tv_nsec, tv.tv_sec,
	       tv.tv_usec, time(NULL), cpu);
	printf("pid %d, parent %d\n", getpid(), getppid());
}

static void children(void)
{
	char *const argv[] = { "sh", "-c", "echo spawned $$; exit 5", NULL };
	siginfo_t info = { 0 };
	struct rusage usage;
	int status, fds[2];
	pid_t pid;
	char buf[64];

	if (posix_spawn(&pid, "/bin/sh", NULL, NULL, argv, environ))
		exit(1);
	wait4(pid, &status, 0, &usage);
	printf("status %x, %ld faults\n", status, usage.ru_minflt);
	pid = vfork();
	if (!pid)
		_exit(6);
	waitid(P_PID, pid, &info, WEXITED);
	printf("vforked %d, told %d, %d\n", pid, info.si_pid, info.si_status);
	if (pipe(fds))
		exit(1);
	pid = fork();
	if (!pid) {
		snprintf(buf, sizeof(buf), "child %d of %d", getpid(), getppid());
		_exit(write(fds[1], buf, strlen(buf) + 1) < 0);
	}
	if (read(fds[0], buf, sizeof(buf)) > 0)
		printf("%s\n", buf);
	waitpid(pid, NULL, 0);
}

static void events(void)
{
	struct epoll_event event = { .events = EPOLLIN, .data.u64 = 0x123456789a }, got;
	int fds[2], ep = epoll_create1(0), n;
	fd_set set;
	struct timeval t = { .tv_sec = 1 };

	if (pipe(fds) || write(fds[1], "x", 1) != 1)
		exit(1);
	epoll_ctl(ep, EPOLL_CTL_ADD, fds[0], &event);
	n = epoll_wait(ep, &got, 1, 1000);
	printf("epoll %d %x %llx\n", n, got.events, (unsigned long long)got.data.u64);
	FD_ZERO(&set);
	FD_SET(fds[0], &set);
	n = select(fds[0] + 1, &set, NULL, NULL, &t);
	printf("select %d %d left %ld.%06ld\n", n, FD_ISSET(fds[0], &set), t.tv_sec, t.tv_usec);
}

static void memory(void)
{
	char *p = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *q;

	memset(p, 'm', 1 << 20);
	q = mremap(p, 1 << 20, 3 << 20, MREMAP_MAYMOVE);
	printf("memory %p %p %c %p\n", p, q, q[1000], sbrk(65536));
	madvise(q, 1 << 20, MADV_DONTNEED);
	printf("dropped %d\n", q[1000]);
}

int main(int argc, char **argv)
{
	if (argc < 2)
		return 1;
	setvbuf(stdout, NULL, _IOLBF, 0);
	files(argv[1]);
	messages();
	network();
	random_and_time();
	children();
	events();
	memory();
	return 4;
}
