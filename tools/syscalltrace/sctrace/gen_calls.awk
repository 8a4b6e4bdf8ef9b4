# SPDX-License-Identifier: GPL-2.0-only
#
# Make C of calls.tbl: calls.gen.c, and calls.gen.h with the printers' prototypes.
function fail(why) {
	printf("calls.tbl:%d: %s\n", FNR, why) > "/dev/stderr"
	bad = 1
	exit 1
}
BEGIN {
	print "/* Generated from calls.tbl */"
	print "#include \"consts.gen.h\"\n#include \"sctrace.h\"\n"
	print "const struct sysent sysents[] = {"
	print "/* Generated from calls.tbl */" > header
}
/^#/ || /^$/ {
	next
}
{
	if (!match($0, /^[a-z0-9_, ]+\(/))
		fail("NAME(ARGUMENT, ...) expected")
	names = substr($0, 1, RLENGTH - 1)
	rest = substr($0, RLENGTH + 1)
	close_ = index(rest, ")")
	args = substr(rest, 1, close_ - 1)
	result = substr(rest, close_ + 1)
	sub(/^ = /, "", result)
	if (result == "")
		result = "int"
	nr = split(args, arg, /, /)
	if (nr > 7)
		fail("too many arguments")
	body = ""
	for (i = 1; i <= nr; i++) {
		a = arg[i]
		late = sub(/^>/, "", a)
		bare = sub(/^\+/, "", a)
		param = ""
		if (colon = index(a, ":")) {
			param = substr(a, colon + 1)
			a = substr(a, 1, colon - 1)
		}
		if (!(a in printers)) {
			printers[a] = 1
			printf("void p_%s(struct text *t, struct call *c, unsigned int arg, const void *param);\n",
			       a) > header
		}
		body = body sprintf("\t\t{ p_%s, %s, %s, %s },\n", a, param == "" ? "NULL" : "&sym_" param,
				    late ? "true" : "false", bare ? "true" : "false")
	}
	n = split(names, name, /, /)
	for (i = 1; i <= n; i++)
		printf("\t{ \"%s\", %d, RESULT_%s, {\n%s\t} },\n", name[i], nr, toupper(result), body)
}
END {
	if (!bad)
		print "};\n\nconst unsigned int nr_sysents = ARRAY_SIZE(sysents);"
}
