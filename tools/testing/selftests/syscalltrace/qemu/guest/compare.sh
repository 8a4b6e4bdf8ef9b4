#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Run ordinary programs under our file and strace at once, and say for each of
# them whether the two agree; ends with status 0 if they do for all.

keep=/tmp/compare
mkdir -p $keep /tmp/work
cd /tmp/work || exit
number=0
bad=0
export HOME=/tmp/work GIT_CONFIG_NOSYSTEM=1 LC_ALL=C
export GIT_AUTHOR_NAME=n GIT_AUTHOR_EMAIL=n@example.org
export GIT_COMMITTER_NAME=n GIT_COMMITTER_EMAIL=n@example.org

# $@: a command
compare()
{
	number=$((number + 1))
	if strace_compare $keep "$@" > $keep/report < /dev/null 2>&1; then
		echo "ok $number - $*" | head -n 1
	else
		bad=$((bad + 1))
		echo "not ok $number - $*" | head -n 1
	fi
	cut -c 1-1500 $keep/report
}

# Something to work on.
seq 1 2000 > numbers
cat /etc/passwd /init > text
mkdir -p dir/sub
cp text dir/sub/

compare ls -l /bin
compare ls -laR /tmp/work
compare cat text
compare cp text copy
compare mv copy moved
compare ln -s moved link
compare readlink link
compare stat link
compare chmod 600 moved
compare chown 1000:1000 moved
compare touch -d '2020-01-02 03:04:05' moved
compare rm moved link
compare mkdir -p a/b/c
compare rmdir a/b/c
compare mkfifo fifo
compare mknod null c 1 3
compare dd if=/dev/zero of=zeros bs=4096 count=8
compare truncate -s 100 zeros
compare head -n 3 numbers
compare tail -n 3 numbers
compare wc text
compare sort -r numbers
compare uniq numbers
compare grep -r root /etc
compare sed -e s/1/2/ -i numbers
compare awk '{ sum += $1 } END { print sum }' numbers
compare cut -d : -f 1 /etc/passwd
compare find / -xdev -name '*.sh'
compare du -s dir
compare df
compare mount
compare ps
compare uname -a
compare id
compare date
compare sleep 0.1
compare usleep 1000
compare env
compare md5sum text
compare sha256sum text
compare gzip -k -f text
compare tar cf archive.tar dir
compare tar tf archive.tar
compare od -c text
compare diff text /init
compare cmp text dir/sub/text
compare free
compare uptime
compare hostname
compare ifconfig
compare ip addr
compare ping -c 1 127.0.0.1
compare wget -q -O /dev/null http://127.0.0.1:1/
compare nslookup localhost 127.0.0.1
compare base64 text
compare renice -n 1 -p 1
compare kill -0 1
compare timeout 5 true
compare xargs -a numbers echo
compare sync
compare true
compare false
compare ls /does/not/exist

compare sh -c 'echo "words"'
compare sh -c 'for i in 1 2 3; do echo $i; done > out; read -r x < out; echo $x'
compare sh -c 'echo a b c | while read -r x y; do echo "$y"; done'
compare sh -c 'ls /tmp | wc -l; (exit 3); echo $?'
compare sh -c 'trap "echo got it" USR1; kill -USR1 $$; true'
compare sh -c 'true & wait; x=$(date); echo "$x"'
compare sh -c 'exec 3> out; echo text >&3; exec 3>&-; cat < out'
compare sh -c 'for f in /bin/*; do [ -x $f ] && n=$((n + 1)); done; echo $n'
compare sh -c 'cd /tmp; umask 077; mkdir -p d; cd d; pwd; kill -9 $$'

compare perl -e 'print "words\n"'
compare perl -e 'open my $f, "<", "text" or die; my @l = sort <$f>; print @l'
compare perl -e 'unless (fork) { exit 3 } wait; print $? >> 8, "\n"'
compare perl -e 'print `echo from the shell`; system "true"; select undef, undef, undef, 0.01'
compare perl -e 'opendir my $d, "/bin"; print join " ", sort readdir $d; $0 = "other"'

compare python3 -S -c 'print("words")'
compare python3 -c 'import os; [print(r, len(f)) for r, d, f in os.walk("/tmp/work")]'
compare python3 -c 'import json; print(json.dumps({"a": [1, 2, {"b": None}]}))'
compare python3 -c 'import subprocess; print(subprocess.run(["ls"], capture_output=True))'
compare python3 -c 'import socket
a, b = socket.socketpair()
a.sendmsg([b"one", b"two\0\xff"]); print(b.recvmsg(100))
s = socket.socket(); s.bind(("127.0.0.1", 0)); s.listen(1); print(s.getsockname())
c = socket.create_connection(s.getsockname()); d, _ = s.accept()
c.sendall(b"x" * 1000); print(len(d.recv(2000)))'
compare python3 -c 'import os, select
r, w = os.pipe(); p = select.poll(); p.register(r, 1); e = select.epoll(); e.register(r, 1)
os.writev(w, [b"a\n", b"\"b\""]); print(p.poll(10), e.poll(0.01), select.select([r], [w], [], 0))
print(os.read(r, 100)); print(p.poll(1), e.poll(0.001), select.select([r], [], [], 0.001))'
compare python3 -c 'import os, signal, time
signal.signal(signal.SIGALRM, lambda *a: print(a[0])); signal.setitimer(signal.ITIMER_REAL, 0.05)
signal.pause(); print(os.times(), os.uname(), os.sched_getaffinity(0), os.getgroups())'
compare python3 -c 'import os, threading
t = threading.Thread(target=lambda: os.listdir("/")); t.start(); t.join()
f = os.open("zeros", os.O_RDWR | os.O_CREAT); os.pwrite(f, b"abc", 5); print(os.pread(f, 9, 3))
os.preadv(f, [bytearray(4), bytearray(4)], 2); os.ftruncate(f, 3); os.fsync(f); print(os.fstat(f))'

compare sqlite3 :memory: 'create table t (a, b); insert into t values (1, 2); select * from t;'
compare sqlite3 base 'create table t (a, b); insert into t values (1, "words");'
compare sqlite3 base 'begin; insert into t select a + 1, b from t; commit; select count(*) from t;'
compare sqlite3 base .dump
compare sqlite3 base 'create index i on t (a); vacuum; pragma integrity_check;'

compare git init -q repository
cd repository || exit
cp ../text .
compare git add text
compare git status
compare git commit -q -m 'Some words'
echo more >> text
compare git diff
compare git commit -q -a -m 'More words'
compare git log --stat
compare git checkout -q -b branch HEAD^
compare git branch -a
compare git fsck

echo "1..$number"
echo "# $((number - bad)) of $number commands agree"
[ $bad = 0 ] && [ $number -ge 40 ]
