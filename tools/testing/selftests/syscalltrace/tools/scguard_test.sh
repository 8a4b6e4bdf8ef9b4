#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# scguard: ordinary programs under fitting policies, and what its options do.
# The policies are beside it.
# shellcheck disable=SC2016,SC2181
here=${0%/*}
scguard=$here/scguard
dir=/tmp/scguard
out=/tmp/scguard-out
n=0
failed=0

# $1: 0 if it went well, $2: what
result()
{
	n=$((n + 1))
	if [ "$1" = 0 ]; then
		echo "ok $n $2"
	else
		echo "not ok $n $2"
		[ ! -s $out ] || sed 's/^/# /' $out | head -20
		failed=$((failed + 1))
	fi
}

# $1: what, $2: why not
skip()
{
	n=$((n + 1))
	echo "ok $n $1 # SKIP $2"
}

# $1: policy, others: command. Its output is in $out.
guard()
{
	policy=$here/scguard_$1.policy
	shift
	timeout -s KILL 120 "$scguard" -p "$policy" "$@" > $out 2>&1
}

# $1: policy as text, others: command
guard_by()
{
	echo "$1" > /tmp/scguard.policy
	shift
	timeout -s KILL 60 "$scguard" -p /tmp/scguard.policy "$@" > $out 2>&1
}

says()
{
	grep -q "$1" $out
}

test_shell()
{
	guard shell sh -c 'cd /tmp/scguard && seq 100 | sort -r | tail -n 1 > f && cat f &&
		mkdir -p a/b && mv f a/b/g && ln -s a/b/g l && cat l && rm -r a l && ls | wc -l'
	result $? "a shell with pipes and files"
	[ "$(tr '\n' ' ' < $out)" = "1 1 0 " ]
	result $? "its output is right"
	guard shell sh -c 'for i in 1 2 3 4 5; do (echo $i > /tmp/scguard/$i) & done; wait
		cat /tmp/scguard/?; rm /tmp/scguard/?; exit 7'
	[ $? = 7 ]
	result $? "jobs in the background, and the exit status"
	guard shell sh -c 'kill -9 $$'
	[ $? = 137 ]
	result $? "a command that a signal kills"
	guard shell sh -c 'echo x > /tmp/other'
	says 'ermission denied' && [ ! -e /tmp/other ]
	result $? "what the policy denies is denied"
	guard shell sh -c 'sleep 1000 & kill $! && wait $!; [ $? = 143 ]'
	result $? "its own processes may be signalled"
	[ -x /bin/bash ] || { skip "bash" "not there"; return; }
	[ -e /dev/fd ] || ln -s /proc/self/fd /dev/fd
	guard shell bash -c 'cd /tmp/scguard; while read -r a; do echo "$a"; done < <(seq 3) > f
		cmp <(seq 3) f && rm f && cat <<< words'
	result $? "bash with process substitution"
}

test_git()
{
	git=$(command -v git) || { skip "git clone" "no git"; return; }
	mkdir -p $dir/libexec
	ln -sf "$git" $dir/libexec/git
	ln -sf "$git" $dir/libexec/git-upload-pack
	export GIT_EXEC_PATH=$dir/libexec GIT_CONFIG_NOSYSTEM=1 HOME=/nowhere
	export PATH="$PATH:$dir/libexec"
	export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a
	(
		git init -q -b main $dir/repository && cd $dir/repository && echo words > file &&
			git add file && git commit -q -m one && seq 1000 > other && git add other &&
			git commit -q -m two && git gc -q
	) > $out 2>&1 || { result 1 "a repository"; return; }
	mkdir -p $dir/clone
	guard git git clone -q $dir/repository $dir/clone/it
	result $? "git clone of a local repository"
	cmp $dir/repository/other $dir/clone/it/other
	result $? "the clone is right"
	guard git git -C $dir/repository commit -q --allow-empty -m three
	[ $? != 0 ]
	result $? "git cannot change the repository"
	export HOME=/root
}

test_httpd()
{
	command -v python3 > /dev/null || { skip "http.server" "no python3"; return; }
	mkdir -p $dir/web $dir/out
	echo "a page" > $dir/web/page
	cat > $dir/out/client.py <<-'END'
		import subprocess, sys, time, urllib.request
		server = subprocess.Popen([sys.executable, "-m", "http.server", "-b", "127.0.0.1",
			"-d", "/tmp/scguard/web", "8000"])
		for i in range(600):
		    try:
		        text = urllib.request.urlopen("http://127.0.0.1:8000/page").read()
		        break
		    except OSError:
		        time.sleep(0.1)
		server.terminate()
		server.wait()
		open("/tmp/scguard/out/page", "wb").write(text)
		try:
		    urllib.request.urlopen("http://127.0.0.1:8001/")
		except OSError as e:
		    print(e)
	END
	guard httpd python3 $dir/out/client.py
	result $? "python3 -m http.server with a client"
	cmp $dir/web/page $dir/out/page && says 'Permission denied'
	result $? "the page is right, and another port is denied"
}

test_gcc()
{
	command -v gcc > /dev/null || { skip "gcc" "no gcc"; return; }
	cat > $dir/hello.c <<-'END'
		#include <stdio.h>
		int main(void)
		{
			puts("hello");
			return 0;
		}
	END
	TMPDIR=$dir guard gcc gcc -O2 -o $dir/hello $dir/hello.c
	result $? "gcc"
	guard gcc $dir/hello && says '^hello$'
	result $? "what it has built"
}

test_policy()
{
	guard_by 'default deny EACCESS' true
	[ $? = 2 ] && says '^scguard: /tmp/scguard.policy:1:14: EACCESS: '
	result $? "a wrong error, with its line and column"
	while read -r column line; do
		echo "# a comment
		$line" > /tmp/scguard.policy
		"$scguard" --check -p /tmp/scguard.policy > $out 2>&1
		[ $? = 2 ] && says "^scguard: /tmp/scguard.policy:2:$((column + 2)): .*: "
		result $? "wrong: $line"
	done <<-'END'
		1 reed allow /
		6 read,rite allow /
		6 read permit /
		12 read allow here
		11 read allow
		15 net allow tcp 1.2.3
		15 net allow tcp 1.2.3.4:99999
		11 net allow carrier pigeon
		14 signal allow some
		12 call allow nothing
		12 call allow openat
		15 default allow all
		12 read allow "/
		12 read allow /nowhere/../etc
	END
	guard_by 'default allow' --check
	[ $? = 0 ] && [ ! -s $out ]
	result $? "--check of a right policy says nothing"
	mkdir -p $dir/a/b/c
	echo words > $dir/a/b/c/x
	guard_by 'default allow
read,write deny ENOENT /tmp/scguard
read allow /tmp/scguard/a/b
read deny EIO "/tmp/scguard/a/b/c"' sh -c 'cat /tmp/scguard/x /tmp/scguard/a/b/f /tmp/scguard/a/b/c/x'
	says 'scguard/x.*No such file' && says 'words' && says 'c/x.*\(I/O\|Input/output\) error'
	result $? "the longest path decides"
}

test_options()
{
	rm -f /tmp/audit
	guard_by 'default allow
read deny ENOENT /tmp/scguard/secret' --audit=/tmp/audit cat $dir/secret
	grep -q '"call":"open[at2]*","what":"read","path":"/tmp/scguard/secret","verdict":"deny","errno":"ENOENT","line":2}$' /tmp/audit
	result $? "--audit"
	grep -qv '^{"time":[0-9.]*,"pid":[0-9]*,"tid":[0-9]*,"comm":".*}$' /tmp/audit
	[ $? = 1 ]
	result $? "each of its lines is whole"
	rm -f /tmp/learnt
	timeout -s KILL 60 "$scguard" --learn=/tmp/learnt sh -c 'cat /tmp/scguard/words
		echo x > /tmp/scguard/made; rm /tmp/scguard/made' > $out 2>&1
	result $? "--learn"
	cp /tmp/learnt $out
	timeout -s KILL 60 "$scguard" -p /tmp/learnt sh -c 'cat /tmp/scguard/words
		echo x > /tmp/scguard/made; rm /tmp/scguard/made' >> $out 2>&1
	result $? "the learnt policy allows the same"
	timeout -s KILL 60 "$scguard" -p /tmp/learnt cat $dir/secret > $out 2>&1
	[ $? != 0 ]
	result $? "and nothing else"
	rm -f /tmp/fifo.ask /tmp/fifo.answer
	mkfifo /tmp/fifo.ask /tmp/fifo.answer
	(
		exec 3<> /tmp/fifo.ask 4<> /tmp/fifo.answer
		dd bs=1 count=40 <&3 > /tmp/question 2> /dev/null
		echo yes >&4
	) &
	guard_by 'default allow
read ask /tmp/scguard/words' --ask=/tmp/fifo cat $dir/words
	result $? "--ask through FIFOs, and yes"
	grep -q '^scguard: [0-9]*: read /tmp' /tmp/question
	result $? "its question"
	(exec 4<> /tmp/fifo.answer; echo no >&4; sleep 5) &
	guard_by 'default allow
read ask /tmp/scguard/words' --ask=/tmp/fifo cat $dir/words
	[ $? != 0 ]
	result $? "and no"
	ask_on_terminal y
	grep -q 'read /tmp/scguard/words?' $out && grep -q '^words' $out
	result $? "--ask on the terminal, and yes"
	ask_on_terminal n
	grep -q 'read /tmp/scguard/words?' $out && ! grep -q '^words' $out
	result $? "and no there"
	"$scguard" -p /tmp/scguard.policy /nowhere > $out 2>&1
	[ $? = 127 ]
	result $? "a command that is not there"
	"$scguard" --audit=/nowhere/x -p /tmp/scguard.policy true > $out 2>&1
	[ $? = 125 ] && says '^scguard: /nowhere/x: '
	result $? "an audit that cannot be written"
	"$scguard" > $out 2>&1
	[ $? = 2 ]
	result $? "no policy"
}

# Answer the question with $1, on a terminal of its own. What is seen there is in $out.
ask_on_terminal()
{
	: > $out
	# What is typed before the question is thrown away.
	(until grep -q 'y/n/Y/N' $out; do usleep 20000; done; echo "$1") |
		timeout -s KILL 60 script -q -f -c "$scguard -p /tmp/scguard.policy --ask cat $dir/words" \
			$out > /dev/null 2>&1
}

# How many of the programs that the next test starts are there?
sleepers()
{
	count=0
	for file in /proc/[0-9]*/cmdline; do
		[ "$(tr '\0' ' ' 2> /dev/null < "$file")" != 'sleep 1001 ' ] || count=$((count + 1))
	done 2> /dev/null
	echo $count
}

# $1: signal, $2: what
end_guard()
{
	"$scguard" -p "$here/scguard_shell.policy" sh -c 'sleep 1001 & sleep 1001' > $out 2>&1 &
	guard=$!
	while [ "$(sleepers)" -lt 2 ]; do
		kill -0 $guard || break
	done
	kill "-$1" $guard
	wait $guard
	i=0
	while [ "$(sleepers)" != 0 ] && [ $i -lt 50 ]; do
		i=$((i + 1))
		sleep 0.1
	done
	[ "$(sleepers)" = 0 ]
	result $? "$2"
}

echo "TAP version 13"
rm -rf $dir
mkdir -p $dir
test_shell
test_git
test_httpd
test_gcc
rm -rf $dir
mkdir -p $dir/a/b
echo words > $dir/words
echo words > $dir/a/b/f
echo secret > $dir/secret
test_policy
test_options
end_guard KILL "killing scguard kills all that it guards"
echo "1..$n"
[ $failed = 0 ]
