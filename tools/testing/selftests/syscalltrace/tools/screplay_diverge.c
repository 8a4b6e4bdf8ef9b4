// SPDX-License-Identifier: GPL-2.0
/* The one. */
#include "screplay_diverge.h"

int main(void)
{
	return run("some words\n");
}
