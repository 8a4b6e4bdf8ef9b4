// SPDX-License-Identifier: GPL-2.0
/*
 * Packed records, as a program reads them: an input is one.
 */

#include "fuzz.h"

const char fuzz_name[] = "packed";

/* What was understood can be packed and understood again, and has the same text. */
static void repeat(const struct syscall_record *rec, u64 id)
{
	struct syscall_block *blocks;
	struct syscall_record again;
	u64 again_id = 0;
	size_t size;
	u8 *buf = fuzz_pack_record(rec, id, &size);
	u32 nr = ((struct syscall_trace_record *)buf)->nr_blocks;

	blocks = fuzz_room(nr * sizeof(*blocks));
	HOLDS(!syscall_packed_record(buf, size, &again, blocks, nr, &again_id), "kind %u",
	      rec->kind);
	HOLDS(again_id == id && fuzz_same_record(rec, &again), "kind %u", rec->kind);
	fuzz_same_text(rec, &again);
	if (nr)
		HOLDS(syscall_packed_record(buf, size, &again, blocks, nr - 1, &again_id) ==
		      -ENOSPC, "%u blocks", nr);
	free(blocks);
	free(buf);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	u8 *buf = fuzz_copy(data, size);
	const struct syscall_trace_record *head = (const void *)buf;
	u32 nr = size >= sizeof(*head) ? head->nr_blocks : 0;
	struct syscall_block *blocks = fuzz_room(nr * sizeof(*blocks));
	struct syscall_record rec;
	u64 id = 0;
	int ret = syscall_packed_record(buf, size, &rec, blocks, nr, &id);

	HOLDS(!memcmp(buf, data, size), "the record has been changed");
	HOLDS(!ret || ret == -EINVAL, "%d", ret);
	if (!ret) {
		/* What is between a longer header and the blocks is not kept. */
		HOLDS(syscall_packed_size(&rec) <= head->size, "kind %u", rec.kind);
		if (rec.kind == SYSCALL_RECORD_DATA || rec.kind == SYSCALL_RECORD_ADDRESS)
			HOLDS(rec.arg && rec.arg <= SYSCALL_MAX_ARGS, "argument %u", rec.arg);
		/* What does not count is not kept. */
		if (rec.kind == SYSCALL_RECORD_ERROR || rec.kind == SYSCALL_RECORD_LOST)
			rec.tid = 0;
		if (rec.kind == SYSCALL_RECORD_EXEC || rec.kind == SYSCALL_RECORD_GONE)
			rec.ret = 0;
		repeat(&rec, id);
	}
	free(blocks);
	free(buf);
	return 0;
}
