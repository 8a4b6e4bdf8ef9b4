# SPDX-License-Identifier: GPL-2.0-only
#
# The plot of the benchmark. Usage: gnuplot -e "out = 'DIRECTORY'" bench.gp
# What it shows bench.awk has written there.

set terminal svg size 1400,1300 font "sans,12" background rgb "white"
set output out . "/bench.svg"
set datafile missing "NaN"
set multiplot
set style fill solid 0.8
set grid x

# Bars from left to right, one below the other. They begin at 100: the axis is logarithmic.
stats out . "/calls.dat" using 1 nooutput name "calls"
set origin 0, 0
set size 0.5, 1
set title "one system call: instructions of program, tracer and kernel"
set logscale x
set xrange [100:*]
set yrange [calls_min - 1:0]
set ytics nomirror scale 0
file = out . "/calls.dat"
plot file using (sqrt($2 * 100)):1:(100):2:($1 - 0.35):($1 + 0.35):($4 > 0 ? 0x2060a0 : 0x909090):ytic(3) \
	with boxxyerror linecolor rgb variable notitle, \
     "" using 2:1:(sprintf(" %d", $2)) with labels left notitle

unset yrange
set ytics auto
set key top left
set logscale xy
set grid x y

# From the first line each file has the names.
set origin 0.5, 0.67
set size 0.5, 0.33
set title "tracers on one program: instructions a call"
set xrange [0.9:80]
set yrange [*:*]
set xtics (1, 2, 4, 8, 16, 32, 64)
file = out . "/layers.dat"
plot for [i = 2:5] file using 1:i with linespoints title columnheader(i)

set origin 0.5, 0.34
set title "processes under one tracer: instructions a call"
set xrange [0.8:1500]
set xtics (1, 10, 100, 1000)
file = out . "/tracees.dat"
plot for [i = 2:5] file using 1:i with linespoints title columnheader(i)

set origin 0.5, 0
set size 0.5, 0.34
set title "whole programs: instructions, strace = 1"
unset logscale
set xrange [*:*]
set yrange [0:1.5]
set xtics auto
set grid y
set key top right maxrows 2
set style data histogram
set style histogram clustered
file = out . "/programs.dat"
plot for [i = 2:7] file using i:xtic(1) title columnheader(i)
unset multiplot
