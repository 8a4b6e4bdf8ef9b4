// SPDX-License-Identifier: GPL-2.0-only
/* screplay: record what a program gets from outside, and run it again from that. */
#include <stdlib.h>
#include <string.h>
#include "screplay.h"

static const char help[] =
	"Usage: screplay record [-o FILE] COMMAND [ARGUMENT ...]\n"
	"       screplay replay [-p] [--hold] FILE\n"
	"       screplay dump [--json] FILE\n"
	"Record a program and its children, run them again from the recording, print it.\n"
	"See \"screplay COMMAND --help\" and screplay(1).\n";

int main(int argc, char **argv)
{
	const char *command = argc > 1 ? argv[1] : "";

	if (!strcmp(command, "record"))
		return record_main(argc - 1, argv + 1);
	if (!strcmp(command, "replay"))
		return replay_main(argc - 1, argv + 1);
	if (!strcmp(command, "dump"))
		return dump_main(argc - 1, argv + 1);
	if (!strcmp(command, "--help") || !strcmp(command, "-h")) {
		fputs(help, stdout);
		return 0;
	}
	fputs(help, stderr);
	return STATUS_FAILED;
}
