# SPDX-License-Identifier: GPL-2.0-only
#
# Leave out the reports of data races that name none of the functions in the first file,
# and say how many there were.

FNR == NR		{ ours[$1]; next }
/BUG: KCSAN: /		{
	all++
	mine = 0
	for (i = 1; i <= NF; i++)
		mine += $i in ours
	hits += mine > 0
	skip = !mine
}
/kernel: .*==========/	{ skip = 0 }
!skip
END			{ printf "# kcsan: %d data races reported, %d of ours\n", all, hits }
