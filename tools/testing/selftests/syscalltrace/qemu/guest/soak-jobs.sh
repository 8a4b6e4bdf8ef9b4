#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Do a piece of ordinary work, and print what came of it: no times, ids, addresses,
# nor anything that depends on who is first. Usage: bash soak-jobs.sh NAME, or without a name
# print all names. Ends with a status of its own for each job. busybox's shell would take
# programs of its own instead of those that a Debian system has.

# shellcheck disable=SC2317 # called by their names
work=/tmp/soak/work

# A tree of files to work on. $1: directory
make_files()
{
	for d in a b/c d; do
		mkdir -p "$1/$d"
		for n in 1 2 3 4 5 6; do
			seq "$n" "$n$n$n" > "$1/$d/file$n"
		done
		ln -s file1 "$1/$d/link"
		ln "$1/$d/file2" "$1/$d/hard"
	done
	chmod 640 "$1/a/file3"
	find "$1" -exec touch -h -d '2020-01-02 03:04:05 UTC' {} +
}

# As apt does it: make a package, look at it, take it apart, remove it.
job_deb()
{
	make_files pkg/usr/share/words
	mkdir -p pkg/DEBIAN
	printf '%s\n' 'Package: words' 'Version: 1.0-1' 'Architecture: all' \
		'Maintainer: n <n@example.org>' 'Description: some words' > pkg/DEBIAN/control
	printf '#!/bin/sh\nset -e\necho configured\n' > pkg/DEBIAN/postinst
	chmod 755 pkg/DEBIAN/postinst
	dpkg-deb -Zgzip --root-owner-group --build pkg words.deb
	dpkg-deb --info words.deb | sed 's/ size [0-9]* bytes//; s/([0-9]* bytes)//'
	dpkg-deb --contents words.deb | awk '{ print $1, $2, $3, $6 }'
	dpkg-deb -f words.deb Package Version
	dpkg-deb -x words.deb out
	dpkg-deb -e words.deb control
	sh control/postinst
	(cd out && find . -type f | sort | xargs sha256sum)
	cmp -s pkg/usr/share/words/a/file1 out/usr/share/words/a/file1
	echo "same: $?"
	dpkg-deb --info pkg/usr/share/words/a/file1 2> /dev/null
	echo "no package: $?"
	rm -r out
}

job_tar()
{
	make_files tree
	tar --sort=name --owner=0 --group=0 --numeric-owner -cf tree.tar tree
	sha256sum tree.tar
	gzip -n -9 < tree.tar > tree.tar.gz
	xz -T2 -1 < tree.tar | xz -d | cmp - tree.tar && echo "xz is right"
	tar -czf - tree | tar -tzf - | sort | sha256sum
	mkdir out
	tar -xzf tree.tar.gz -C out
	diff -r tree out/tree && echo "no difference"
	tar -tvf tree.tar | awk '{ print $1, $2, $3, $6 }' | head -n 5
	tar -xf /nowhere 2> /dev/null
	echo "none: $?"
}

job_tree()
{
	make_files tree
	cp -a tree copy
	find copy -printf '%P %y %m %s %n %l\n' | grep -v ' d ' | sort
	find copy -name 'file[34]' -delete
	find copy -type f | wc -l
	mv copy/a copy/z
	chmod -R go= copy
	find copy -type f -perm 600 | sort | xargs -n 3 -P 2 sha256sum | sort
	sed -i s/1/one/ copy/z/file1
	head -n 3 copy/z/file1
	rm copy/none 2> /dev/null
	echo "none: $?"
	rm -r copy
	ls
}

job_text()
{
	seq 1 4000 | awk '{ print ($1 * 7919) % 4001, "line", $1 }' > in
	sort -n in | head -n 3
	sort -S 100k -k 3 -r in | sed -n 's/line/word/; 100p; 200p'
	cut -d ' ' -f 1 in | sort | uniq -c | sort -n | tail -n 1
	grep -c 7 in
	split -l 1000 in part.
	cat part.* | cmp - in && echo "the same"
	tr a-z A-Z < in | sha256sum
	gzip -n in
	zcat in.gz | tail -n 2
	comm -12 part.aa part.ab | wc -l
}

git_settings()
{
	export GIT_CONFIG_NOSYSTEM=1 GIT_AUTHOR_NAME=n GIT_AUTHOR_EMAIL=n@example.org
	export GIT_COMMITTER_NAME=n GIT_COMMITTER_EMAIL=n@example.org
	export GIT_AUTHOR_DATE='1600000000 +0000' GIT_COMMITTER_DATE='1600000000 +0000'
	git init -q -b main repo
	cd repo || exit
	git config gc.auto 0
}

job_git()
{
	git_settings
	make_files .
	git add .
	git commit -q -m 'Some words'
	for n in 1 2 3; do
		seq "$n" 500 > a/file1
		git commit -q -a -m "More words $n"
	done
	git log --stat --format='%H %s' | sed '/^$/d'
	git diff HEAD~2 | sha256sum
	git gc -q
	git count-objects -v | grep -E '^(count|in-pack|packs|garbage)'
	git fsck --full 2>&1
	git status --short
	git show nothing > /dev/null 2>&1
	echo "nothing: $?"
}

job_gitbranch()
{
	git_settings
	seq 1 100 > file
	git add file
	git commit -q -m base
	git checkout -q -b other
	sed -i 's/^50$/fifty/' file
	git commit -q -a -m other
	git checkout -q main
	sed -i 's/^90$/ninety/' file
	git commit -q -a -m main
	git merge -q -m merge other
	git log --graph --format='%h %s'
	git tag -a -m t v1
	git clone -q . ../clone
	git -C ../clone describe
	git -C ../clone log --oneline | wc -l
	git archive HEAD | tar -t
	sha1sum < file
	git blame -s file | cut -c 1-8 | sort | uniq -c
}

job_json()
{
	python3 - <<'E'
import hashlib, json, os, re, tempfile
data = {"n%d" % i: [i, str(i) * 3, {"x": i / 7, "y": None}] for i in range(500)}
with tempfile.TemporaryDirectory(dir=".") as d:
    p = os.path.join(d, "f.json")
    json.dump(data, open(p, "w"), indent=1, sort_keys=True)
    print(json.load(open(p)) == data, os.path.getsize(p))
    print(hashlib.sha256(open(p, "rb").read()).hexdigest())
    print(len(re.findall(r"null", open(p).read())), os.listdir(d))
print(os.path.exists(d), sorted(os.listdir(".")))
E
	python3 -c 'import sys; sys.exit(7)'
	echo "exit: $?"
	python3 -c 'raise ValueError("words")' 2>&1 | tail -n 1
}

job_pysqlite()
{
	python3 - <<'E'
import sqlite3
c = sqlite3.connect("base")
c.execute("create table t (a integer primary key, b text)")
for r in range(5):
    with c:
        c.executemany("insert into t (b) values (?)", (("w%d" % i,) for i in range(200)))
try:
    with c:
        c.execute("delete from t")
        raise KeyError
except KeyError:
    pass
print(c.execute("select count(*), min(b), max(b) from t").fetchall())
d = sqlite3.connect("base", timeout=0)
c.execute("begin exclusive")
try:
    d.execute("insert into t (b) values (1)")
except sqlite3.OperationalError as e:
    print(e)
c.rollback()
print(c.execute("pragma integrity_check").fetchall())
E
}

job_subprocess()
{
	python3 - <<'E'
import os, signal, subprocess, sys
print(subprocess.run(["sort", "-r"], input="b\na\nc\n", text=True, capture_output=True))
ps = [subprocess.Popen(["sh", "-c", "echo %d; exit %d" % (i, i)], stdout=subprocess.PIPE)
      for i in range(8)]
print([(p.communicate()[0], p.returncode) for p in ps])
a = subprocess.Popen(["seq", "5000"], stdout=subprocess.PIPE)
b = subprocess.Popen(["sha256sum"], stdin=a.stdout, stdout=subprocess.PIPE)
a.stdout.close()
print(b.communicate(), a.wait())
p = subprocess.Popen(["sleep", "1000"])
p.terminate()
print(p.wait())
p = subprocess.Popen(["cat"], stdin=subprocess.PIPE)
p.kill()
print(p.wait())
try:
    subprocess.run(["/no/such"])
except FileNotFoundError as e:
    print(e)
pid = os.fork()
if not pid:
    os._exit(11)
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
pid = os.posix_spawn("/bin/sh", ["sh", "-c", "kill -ABRT $$"], {})
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
E
}

job_threads()
{
	python3 - <<'E'
import concurrent.futures as f, os, queue, threading
n = 0
lock = threading.Lock()
q = queue.Queue(4)
def work(i):
    global n
    for k in range(20):
        with lock:
            n += i
    with open("t%d" % i, "w") as o:
        o.write("x" * i * 100)
    q.put(i)
ts = [threading.Thread(target=work, args=(i,)) for i in range(10)]
[t.start() for t in ts]
got = [q.get() for t in ts]
[t.join() for t in ts]
print(n, sorted(got), sum(os.path.getsize("t%d" % i) for i in range(10)))
with f.ThreadPoolExecutor(6) as e:
    print(sum(e.map(lambda i: len(os.listdir("/bin")) > 0, range(40))))
    print(list(e.map(lambda i: os.system("exit %d" % i) >> 8, range(5))))
ev = threading.Event()
t = threading.Timer(0.05, ev.set)
t.start()
print(ev.wait(60))
E
}

job_asyncio()
{
	python3 - <<'E'
import asyncio
async def handle(r, w):
    while (l := await r.readline()):
        w.write(l.upper())
        await w.drain()
    w.close()
async def client(i, port):
    r, w = await asyncio.open_connection("127.0.0.1", port)
    out = []
    for k in range(5):
        w.write(b"line %d %d\n" % (i, k))
        out.append(await r.readline())
    w.close()
    await w.wait_closed()
    return b"".join(out)
async def main():
    s = await asyncio.start_server(handle, "127.0.0.1", 0)
    port = s.sockets[0].getsockname()[1]
    for o in await asyncio.gather(*(client(i, port) for i in range(6))):
        print(o)
    s.close()
    p = await asyncio.create_subprocess_exec("tr", "a-z", "A-Z", stdin=-1, stdout=-1)
    print(await p.communicate(b"words\n"), p.returncode)
    await asyncio.gather(*(asyncio.sleep(0.01 * i) for i in range(5)))
    try:
        await asyncio.wait_for(asyncio.Event().wait(), 0.05)
    except asyncio.TimeoutError:
        print("timeout")
    print(await asyncio.get_running_loop().run_in_executor(None, sum, range(1000)))
asyncio.run(main())
E
}

job_sockets()
{
	python3 - <<'E'
import array, mmap, os, select, socket, struct
a, b = socket.socketpair()
r, w = os.pipe()
a.sendmsg([b"one", b"two"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [w]))])
d, anc, fl, ad = b.recvmsg(100, 100)
fd = struct.unpack("i", anc[0][2])[0]
os.write(fd, b"through it")
print(d, os.read(r, 100))
u = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for i in range(2)]
[s.bind(("127.0.0.1", 0)) for s in u]
for i in range(20):
    u[0].sendto(b"%d" % i, u[1].getsockname())
    print(u[1].recv(10), end=" ")
p = select.poll()
p.register(r, select.POLLIN)
e = select.epoll()
e.register(r, select.EPOLLIN)
os.writev(w, [b"a\n", b"b"])
print([x[1] for x in p.poll()], [x[1] for x in e.poll()], select.select([r], [], [], 0)[0] == [r])
m = mmap.mmap(-1, 8192)
if not os.fork():
    m[0:5] = b"child"
    os._exit(0)
os.wait()
print(m[0:5], os.sendfile(w, os.open("/etc/passwd", 0), 0, 4), os.read(r, 100))
f = os.memfd_create("m")
os.pwrite(f, b"abc", 5)
print(os.pread(f, 9, 3), os.lseek(f, 0, 2))
E
}

job_signals()
{
	sh -c 'trap "echo usr1" USR1; kill -USR1 $$; kill -USR1 $$; echo after'
	sh -c 'kill -TERM $$; echo never'
	echo "term: $?"
	sh -c 'trap "" TERM; kill -TERM $$; echo ignored'
	timeout -s INT 0.2 sleep 100
	echo "timeout: $?"
	bash -c 'sleep 100 & kill -STOP $!; kill -CONT $!; kill $!; wait $!; echo "waited: $?"'
	bash -c 'ulimit -c 0; (kill -SEGV $BASHPID); echo "segv: $?"' 2> /dev/null
	bash -c 'yes | head -n 3; echo "${PIPESTATUS[*]}"'
	perl -e '$SIG{ALRM} = sub { die "alarm\n" }; alarm 1; eval { sleep 100 while 1 };
		print $@; $n = 0; $SIG{CHLD} = sub { $n++ while waitpid(-1, 1) > 0 };
		for (1 .. 5) { fork or exit } select undef, undef, undef, 0.05 while $n < 5;
		print "$n children\n"; $SIG{__DIE__} = sub { print "died\n" }; eval { die }'
	python3 -c 'import signal, os
n = []
signal.signal(signal.SIGUSR1, lambda *a: n.append(a[0]))
signal.signal(signal.SIGALRM, lambda *a: n.append(a[0]))
signal.setitimer(signal.ITIMER_REAL, 0.02)
os.kill(os.getpid(), signal.SIGUSR1)
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR2])
os.kill(os.getpid(), signal.SIGUSR2)
print(signal.sigwaitinfo([signal.SIGUSR2]).si_signo)
while len(n) < 2: signal.sigtimedwait([signal.SIGRTMIN], 0.05)
print(sorted(n))'
}

c_program()
{
	cat <<'E'
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
static long sum;
static volatile int hits;
static void hit(int s) { hits++; }
static void *add(void *p)
{
	for (int i = 0; i < 200; i++) {
		pthread_mutex_lock(&m);
		sum += (long)p;
		if (i % 50 == 0)
			usleep(1);
		pthread_mutex_unlock(&m);
	}
	return p;
}
int main(int argc, char **argv)
{
	pthread_t t[8];
	int fds[2], st;
	char c[4] = "";
	signal(SIGUSR1, hit);
	for (long i = 0; i < 8; i++)
		pthread_create(&t[i], NULL, add, (void *)i);
	for (int i = 0; i < 8; i++)
		pthread_join(t[i], NULL);
	for (int i = 0; i < 50; i++)
		raise(SIGUSR1);
	if (pipe(fds))
		return 1;
	if (!fork()) {
		if (write(fds[1], "abc", 3) != 3)
			abort();
		execl("/bin/sh", "sh", "-c", "exit 9", NULL);
	}
	wait(&st);
	if (read(fds[0], c, 3) != 3)
		return 2;
	printf("%ld %d %d %s\n", sum, hits, WEXITSTATUS(st), c);
	return argc > 1 ? atoi(argv[1]) : 0;
}
E
}

job_gcc()
{
	c_program > p.c
	gcc -O1 -Wall -pthread -o p p.c
	echo "gcc: $?"
	./p
	./p 5
	echo "exit: $?"
	gcc -c -O2 p.c -o - -S | grep -c call
	echo 'int main(void) { return x; }' | gcc -x c -o q - 2>&1 | grep -o 'error:.*'
	gcc -c p.c && objdump -d p.o | grep -c '<main>:'
	nm p.o | awk '{ print $NF }' | sort | xargs
}

job_make()
{
	for n in 1 2 3 4; do
		printf 'int f%s(int i) { return i * %s; }\n' "$n" "$n" > f$n.c
	done
	printf '%s\n' '#include <stdio.h>' 'int f1(int), f2(int), f3(int), f4(int);' \
		'int main(void) { printf("%d\n", f1(f2(f3(f4(5))))); return 0; }' > main.c
	printf 'prog: main.o f1.o f2.o f3.o f4.o\n\tgcc -o $@ $^\n%%.o: %%.c\n\tgcc -O1 -c $<\n' \
		> Makefile
	printf 'bad:\n\tfalse\n' >> Makefile
	make -j2 | sort
	./prog
	make -q
	echo "done: $?"
	touch -d '2040-01-01 UTC' f2.c
	make -j2 -n 2> /dev/null | sort
	make bad 2> /dev/null
	echo "bad: $?"
	sha256sum f?.o
}

job_perl()
{
	perl -e 'my %h; $h{$_ % 97} .= $_ for 1 .. 3000;
		open my $f, ">", "out" or die; print $f "$_ $h{$_}\n" for sort keys %h; close $f;
		open $f, "<", "out"; my $n = 0; $n += length while <$f>; print "$n\n";
		rename "out", "other"; print join(" ", sort glob "*"), "\n"; unlink "other";
		print -e "other" ? "there" : "gone", "\n"; mkdir "d"; print rmdir "d", "\n";
		$! = 0; open $f, "<", "none" or print "$!\n"; exit 3'
	echo "exit: $?"
}

job_perlproc()
{
	perl -e '$| = 1; pipe R, W; for $i (1 .. 6) { if (!fork) { close R;
		syswrite W, sprintf "%03d\n", $i * $i; exit $i } } close W;
		print sort <R>; my @s; while (wait > 0) { push @s, $? >> 8 }
		print join(" ", sort @s), "\n"; print `echo back; exit 4`, $? >> 8, "\n";
		open P, "|-", "sort -n" or die; print P "3\n20\n1\n"; close P; print "$?\n";
		system "kill -9 \$\$"; print $? & 127, "\n"'
	perl -e 'unless (open STDIN, "<", "/etc/passwd") { die } exec "sha256sum"'
}

job_pipes()
{
	i=0
	while [ $i -lt 30 ]; do
		i=$((i + 1))
		echo "$i $(echo "$i" | sed 's/$/0/' | tr 0 x)"
	done | sort -r | head -n 4
	seq 1 300 | tee copy | awk '{ s += $1 } END { print s }'
	mkfifo fifo
	seq 1 50 > fifo & sha256sum < fifo
	wait
	bash -c 'for i in {1..20}; do read -r x < <(echo $i); echo -n "$x "; done; echo
		coproc cat; echo words >&"${COPROC[1]}"; read -r y <&"${COPROC[0]}"; echo "$y"
		exec {COPROC[1]}>&-; set -o pipefail; true | false | true; echo $?'
	(exit 3) | cat
	echo $?
	(sleep 0.1; exit 5) &
	wait $!
	echo $?
	dd if=/dev/zero bs=1000 count=200 2> /dev/null | wc -c
}

job_sqlite()
{
	sqlite3 base 'create table t (a integer, b text);
		with recursive c(x) as (select 1 union all select x + 1 from c where x < 500)
		insert into t select x, "row " || x from c; create index i on t (b);'
	sqlite3 base 'select count(*), sum(a), max(b) from t; explain query plan
		select * from t where b = "row 7";'
	sqlite3 base 'begin; delete from t where a % 2; rollback; select count(*) from t;
		pragma journal_mode = wal; update t set b = upper(b); vacuum;
		pragma integrity_check;'
	sqlite3 base .dump | sha256sum
	sqlite3 base 'select * from none' 2> /dev/null
	echo "none: $?"
}

# What its parent does not wait for.
job_background()
{
	mkfifo end
	(setsid sh -c 'for i in 1 2 3 4 5; do echo $i; done | tac > end' &)
	cat end
	bash -c '(sleep 0.2; echo late > file) & disown'
	while [ ! -s file ]; do sleep 0.05; done
	cat file
	flock file -c 'echo locked'
	nice -n 5 sh -c 'echo nice'
	env -i /bin/sh -c 'echo "$HOME-"'
	setsid -w sh -c 'exit 6'
	echo $?
}

# $1: name. Ends as the job does.
if [ -z "$1" ]; then
	sed -n 's/^job_\([a-z]*\)()$/\1/p' "$0"
	exit
fi
rm -rf $work
mkdir -p $work
cd $work || exit 1
export PATH=/usr/bin:/bin HOME=$work LC_ALL=C TZ=UTC TMPDIR=$work \
	SOURCE_DATE_EPOCH=1577934245 PYTHONDONTWRITEBYTECODE=1
umask 022
# shellcheck disable=SC3045 # busybox knows ulimit -c
ulimit -c 0
"job_$1"
status=$?
# That it is seen, too.
exit $((status + ${#1}))
