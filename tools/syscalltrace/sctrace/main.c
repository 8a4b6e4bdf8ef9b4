// SPDX-License-Identifier: GPL-2.0-only
/*
 * sctrace: show the system calls of a program, as strace does, by /proc/<pid>/syscall.
 */
#include "sctrace.h"

int main(int argc, char **argv)
{
	parse_options(argc, argv);
	return run();
}
