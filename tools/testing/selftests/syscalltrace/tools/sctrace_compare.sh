#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Does sctrace say of ordinary programs what strace says of them? Usage:
#
#	sctrace_compare.sh [DIR]
#
# Runs each program below under Debian's strace and under sctrace, both with -ff -o,
# replaces what differs from run to run (addresses, ids of processes, times, random bytes),
# and compares line by line. Prints, for each program, how many lines strace has and how many
# of them are the same, then all lines that differ, and the sum. Leaves what it compared in DIR.
# Fails under 95 %. SCTRACE is the program to test; ONLY a pattern of names.
#
# Needs strace 6.1; programs that are not there are left out.
set -e

: "${SCTRACE:=/tests/sctrace}"
dir=${1:-/tmp/sctrace_compare}
mkdir -p "$dir"
export LC_ALL=C PYTHONHASHSEED=0 PYTHONDONTWRITEBYTECODE=1 HOME="$dir" TZ=UTC
export GIT_AUTHOR_DATE="2020-01-01T00:00:00Z" GIT_COMMITTER_DATE="2020-01-01T00:00:00Z"
export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@b

# NAME|COMMAND, run by sh in a directory with the files that make_files() makes.
programs()
{
	cat <<'END'
true|true
echo|echo some words
cat|cat text
ls|ls
ls-l|ls -l
ls-R|ls -laR .
find|find . -name '*a*'
grep|grep -n line text
grep-r|grep -r word .
sed|sed -e 's/line/row/' text
awk|awk '{ n += NF } END { print n }' text
sort|sort -r text
uniq|uniq -c text
wc|wc text sub/a
head|head -n 2 text
tail|tail -n 2 text
cut|cut -c1-3 text
tr|tr a-z A-Z < text
od|od -c sub/a
cp|cp text new && cmp text new
mv|cp text new && mv new newer && rm newer
ln|ln -s text link && ln text hard && readlink link && ls -l link
mkdir|mkdir -p p/q/r && rmdir p/q/r
chmod|chmod 600 text && touch -d 2020-01-01 text && stat -c %a text
dd|dd if=text of=new bs=16 count=8 2>/dev/null
tar|tar cf t.tar text sub && tar tf t.tar && mkdir o && tar xf t.tar -C o
gzip|gzip -c text > z.gz && gunzip -c z.gz
md5sum|md5sum text sub/a
seq|seq 5 | tac
xargs|find . -type f | xargs wc -c
diff|diff text text2; true
df|df /
free|free >/dev/null
uname|uname -a
id|id
date|date -d @0
env|env A=b printenv A
sleep|sleep 0.1
stty|stty < /dev/null; true
timeout|timeout 1 true
mkfifo|mkfifo f; cat f > /dev/null & echo x > f; wait
script|n=0; while [ $n -lt 3 ]; do n=$((n + 1)); echo $n; done | cat
trap|trap 'echo caught' USR1; kill -USR1 $$; echo done
subshells|a=$(echo x; (exit 3)); echo $a $?
killed|sleep 10 & p=$!; sleep 0.5; kill $p; wait $p; true
pipes|cat text | sort | uniq | wc -l
nc|echo hello | nc -l -p 7071 & until nc 127.0.0.1 7071 </dev/null; do :; done; wait
httpd|httpd -f -p 127.0.0.1:7072 -h . & p=$!; until wget -q -O - http://127.0.0.1:7072/text; do :; done; kill $p
perl|perl -e 'print join(",", map { $_ * 2 } 1..5), "\n"; open(F, "<", "text"); print scalar(<F>); print `echo hi`;'
perl-fork|perl -e 'pipe(R, W); if (fork) { close W; print <R>; wait; print $?, "\n" } else { print W "x\n"; close W; exit 3 }'
python3|python3 -S -c 'import os; print(sum(range(10)), os.getcwd()); open("new", "w").write("x")'
python3-files|python3 -c 'import os, json; print(json.dumps(sorted(os.listdir("."))))'
python3-run|python3 -S -c 'import subprocess; print(subprocess.run(["echo", "hi"], capture_output=True).stdout)'
python3-sock|python3 -S PYTHON_SOCKETS
python3-calls|python3 -S PYTHON_CALLS
python3-thread|python3 -S -c 'import threading; t = threading.Thread(target=print, args=("x",)); t.start(); t.join()'
sqlite3|sqlite3 db 'create table t(a); insert into t values(1); insert into t values(2); select sum(a) from t;'
git-init|git init -q r && ls r/.git
git-commit|git init -q r && cd r && cp ../text . && git add text && git commit -q -m first && git log --oneline
git-clone|git init -q r && cd r && cp ../text . && git add text && git commit -q -m first && cd .. && git clone -q r s && git -C s status --short
git-grep|git init -q r && cd r && cp ../text . && git add text && git grep -n line && git diff --cached --stat
END
}

make_files()
{
	mkdir -p sub/b
	for n in 1 2 3 4 5 6 7 8 9; do
		echo "line $n of some words"
	done > text
	sed 's/5/five/' text > text2
	echo word > sub/a
	echo more > sub/b/c
	cat > sockets.py <<'END'
import socket, struct, os
s = socket.socket()
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.bind(("127.0.0.1", 7073))
s.listen(5)
c = socket.socket()
c.connect(("127.0.0.1", 7073))
a, _ = s.accept()
c.sendall(b"hello\n")
print(a.recv(100))
c.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
c.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
c.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 2))
c.shutdown(socket.SHUT_WR)
print(a.recv(100))
u = socket.socketpair()
u[0].sendmsg([b"abc", b"d" * 50], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, struct.pack("i", 1))])
print(len(u[1].recvmsg(100, 100)[0]))
d = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
try:
    d.connect("nothing")
except OSError:
    pass
e = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
e.sendto(b"x", ("127.0.0.1", 9))
END
	cat > calls.py <<'END'
import os, select, signal, time, mmap, fcntl, resource, struct
r, w = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
p = select.poll()
p.register(r, select.POLLIN)
p.register(w, select.POLLOUT)
p.poll(10)
select.select([r], [w], [], 0.1)
select.select([], [], [], 0.01)
e = select.epoll()
e.register(w, select.EPOLLOUT)
e.poll(0.1)
e.close()
signal.signal(signal.SIGALRM, lambda *a: None)
signal.setitimer(signal.ITIMER_REAL, 0.05)
time.sleep(0.1)
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1, signal.SIGUSR2])
os.kill(os.getpid(), signal.SIGUSR1)
signal.sigpending()
signal.sigwait([signal.SIGUSR1])
f = open("new", "w+")
fcntl.lockf(f, fcntl.LOCK_EX)
fcntl.flock(f, fcntl.LOCK_EX | fcntl.LOCK_NB)
fcntl.fcntl(f, fcntl.F_GETFL)
fcntl.fcntl(f, fcntl.F_SETFL, os.O_NONBLOCK | os.O_APPEND)
fcntl.fcntl(f, fcntl.F_GETFD)
os.ftruncate(f.fileno(), 100)
os.posix_fallocate(f.fileno(), 0, 1000)
os.lseek(f.fileno(), 10, 2)
m = mmap.mmap(-1, 4096)
m.madvise(mmap.MADV_DONTNEED)
os.writev(f.fileno(), [b"a" * 60, b"b"])
os.readv(os.open("text", 0), [bytearray(10), bytearray(20)])
os.eventfd(3, os.EFD_CLOEXEC)
os.memfd_create("xx", 0)
os.dup2(0, 50, False)
resource.getrlimit(resource.RLIMIT_NOFILE)
os.sched_getaffinity(0)
os.sched_yield()
os.getpriority(0, 0)
os.umask(0o22)
os.uname()
os.utime("new", (1, 2))
os.access("new", os.R_OK | os.W_OK)
os.chown("new", -1, 0)
os.mkfifo("fifo")
os.getgroups()
os.getresuid()
os.sendfile(f.fileno(), os.open("text", 0), 0, 10)
os.nice(1)
os.posix_fadvise(f.fileno(), 0, 0, os.POSIX_FADV_RANDOM)
signal.alarm(1)
signal.alarm(0)
try:
    os.getxattr("new", "user.x")
except OSError:
    pass
for end in (lambda: os._exit(3), lambda: os.kill(os.getpid(), signal.SIGKILL)):
    pid = os.fork()
    if not pid:
        end()
    os.waitpid(pid, 0)
END
}

# $1: directory; $2...: tracer and its options; the command is in $command
run_under()
{
	out=$1
	shift
	rm -rf "$dir/work" "$out"
	mkdir -p "$dir/work" "$out"
	(
		cd "$dir/work"
		make_files
		"$@" -ff -o "$out/t" sh -c "$command" < /dev/null > "$out/stdout" 2>&1 || true
	)
}

# The processes in the order of their ids, each named by its place. $1: directory
normalise()
{
	# shellcheck disable=SC2012 # the names are numbers
	pids=$(ls "$1" | sed -n 's/^t\.//p' | sort -n)
	for pid in $pids; do
		sed 's/^/ /' "$1/t.$pid"
	done | awk -v pids="$pids" '
		BEGIN {
			n = split(pids, list, /[ \n]+/)
			for (i = 1; i <= n; i++)
				name[list[i]] = "PID" i
		}
		# Whole numbers only.
		function replace_pids(s,   out, word) {
			out = ""
			while (match(s, /[0-9]+/)) {
				word = substr(s, RSTART, RLENGTH)
				before = RSTART > 1 ? substr(s, RSTART - 1, 1) : ""
				if ((word in name) && before !~ /[A-Za-z_.]/)
					word = name[word]
				out = out substr(s, 1, RSTART - 1) word
				s = substr(s, RSTART + RLENGTH)
			}
			return out s
		}
		{
			sub(/[)] += /, ") = ")
			gsub(/0x[0-9a-f]{5,16}/, "ADDR")
			gsub(/tv_sec=[0-9]+/, "tv_sec=T")
			gsub(/tv_[un]sec=[0-9]+/, "tv_nsec=T")
			gsub(/, si_[us]time=[0-9]+( \/\*[^*]*\*\/)?/, "")
			gsub(/tms_c?[us]time=[0-9]+( \/\*[^*]*\*\/)?/, "tms=T")
			gsub(/uptime=.*procs=[0-9]+/, "sysinfo")
			gsub(/f_bfree=[0-9]+, f_bavail=[0-9]+/, "f_bfree=N")
			gsub(/[0-9]{4}-[0-9][0-9]-[0-9][0-9]T[0-9:.]+[+][0-9]{4}/, "DATE")
			sub(/^ getppid[(][)] = [0-9]+/, " getppid() = PARENT")
			gsub(/tmp_obj_[A-Za-z0-9]+/, "tmp_obj_X")
			gsub(/\.git\/t[A-Za-z0-9][A-Za-z0-9][A-Za-z0-9][A-Za-z0-9][A-Za-z0-9][A-Za-z0-9]"/, ".git/tX\"")
			# 8 random bytes for a name; an index with times in it, and its hash
			if (/^ read\([0-9], .*, 8\) = 8$/ || /^ write\(3, "DIRC/ || /^ write\(3, ".*, 20\) = 20$/)
				sub(/".*"(\.\.\.)?,/, "\"RANDOM\",")
			gsub(/f_ffree=[0-9]+/, "f_ffree=N")
			gsub(/sin_port=htons\([3-6][0-9]{4}\)/, "sin_port=PORT")
			if (/getrandom\(/)
				gsub(/"[^"]*"/, "\"RANDOM\"")
			print replace_pids($0)
		}'
}

compare_one()
{
	run_under "$dir/strace" strace
	run_under "$dir/ours" "$SCTRACE"
	normalise "$dir/strace" > "$dir/$name.strace"
	normalise "$dir/ours" > "$dir/$name.ours"
	diff -U0 "$dir/$name.strace" "$dir/$name.ours" | grep '^[-+] ' > "$dir/$name.diff" || true
	theirs=$(wc -l < "$dir/$name.strace")
	ours=$(wc -l < "$dir/$name.ours")
	missing=$(grep -c '^-' "$dir/$name.diff" || true)
	equal=$((theirs - missing))
	most=$((theirs > ours ? theirs : ours))
	echo "$name: $equal of $most lines"
	all=$((all + most))
	same=$((same + equal))
	runs=$((runs + 1))
}

same=0
all=0
runs=0
programs > "$dir/programs"
while IFS='|' read -r name command; do
	# shellcheck disable=SC2254 # a pattern
	case $name in
	${ONLY:-*}) ;;
	*) continue ;;
	esac
	first=${name%%-*}
	case $first in
	git|perl|python3|sqlite3)
		if ! command -v "$first" >/dev/null; then
			echo "$name: left out: no $first"
			continue
		fi
		;;
	esac
	command=$(echo "$command" | sed 's/PYTHON_SOCKETS/sockets.py/; s/PYTHON_CALLS/calls.py/')
	compare_one < /dev/null
done < "$dir/programs"

echo
echo "lines that differ (-: strace, +: sctrace):"
for file in "$dir"/*.diff; do
	[ -s "$file" ] || continue
	echo "== $(basename "$file" .diff)"
	cat "$file"
done
echo
[ "$all" -gt 0 ]
percent=$((same * 10000 / all))
echo "$runs programs, $same of $all lines the same: $((percent / 100)).$(printf %02d $((percent % 100))) %"
[ "$percent" -ge 9500 ]
