// SPDX-License-Identifier: GPL-2.0
/*
 * Many tracers on one program, for the benchmark.
 */
#include "bench.h"

static int arm_layers(struct tracee *t, int *fds)
{
	unsigned int i;
	int err = 0;

	for (i = 0; i < job.many && !err; i++)
		err = arm(t, &fds[i]);
	return err;
}

/* They stop nothing: nobody has to look at them. */
int watch_silent_layers(struct tracee *t)
{
	int fds[MAX_LAYERS], err = arm_layers(t, fds);

	if (!err)
		open_gate(t);
	return err;
}

/* Each stop goes from layer to layer, the newest first: we know who is next. */
static int answer_layers(const int *fds)
{
	unsigned int i;
	int more = 1;

	while (more > 0)
		for (i = job.many; i-- && more > 0;)
			more = answer_next(fds[i]);
	return more ? fail("layer", errno) : 0;
}

int watch_layers(struct tracee *t)
{
	int fds[MAX_LAYERS], err = arm_layers(t, fds);

	if (err)
		return err;
	open_gate(t);
	return answer_layers(fds);
}

static void *run_layer(void *fd)
{
	return (void *)(long)answer_all(*(int *)fd);
}

/* Tracers that do not know each other: each sleeps with its answer. */
int watch_layers_by_threads(struct tracee *t)
{
	int fds[MAX_LAYERS], err = arm_layers(t, fds);
	pthread_t threads[MAX_LAYERS];
	unsigned int i;
	void *failed;

	for (i = 0; i < job.many && !err; i++) {
		err = pthread_create(&threads[i], NULL, run_layer, &fds[i]);
		if (err)
			fail("thread", err);
	}
	if (err)
		return err;
	open_gate(t);
	for (i = 0; i < job.many; i++) {
		pthread_join(threads[i], &failed);
		err = err ?: (long)failed;
	}
	return err;
}
