# SPDX-License-Identifier: GPL-2.0-only
#
# Write the main() that prints the rows of one unit. Input: consts.def, and the names
# that the unit's headers know. A row: group kind unknown line bits value name length.
FNR == NR {
	if ($1 == "unit")
		n++
	if (n != unit || ($1 != "flags" && $1 != "enum"))
		next
	groups++
	kind[groups] = $1
	name[groups] = $2
	unknown[groups] = $3
	match_[groups] = "^(" $4 ")$"
	except[groups] = $5 == "!" ? "^(" $6 ")$" : "^$"
	line[groups] = FNR
	next
}
{
	names[++nr] = $1
}
END {
	print "static void row(const char *group, const char *kind, const char *unknown, int line,"
	print "\t\tunsigned long long value, const char *name, int len)"
	print "{"
	print "\tint bits = kind[0] == 'f' ? __builtin_popcountll(value) : 0;"
	print "\tif (sizeof(int) == 4 && value >> 31 == 0x1ffffffffULL)"
	print "\t\tvalue = (unsigned int)value;"
	print "\tprintf(\"%s %s %s %d %d %llu %s %d\\n\", group, kind, unknown, line,"
	print "\t       bits > 1 ? bits : 0, value, name, len);"
	print "}"
	print "int main(void)\n{"
	for (g = 1; g <= groups; g++)
		for (i = 1; i <= nr; i++)
			if (names[i] ~ match_[g] && names[i] !~ except[g]) {
				# Bytes of a trigraph must not stand together.
				u = unknown[g]
				gsub(/\?/, "\\?", u)
				printf("\trow(\"%s\", \"%s\", \"%s\", %d, (unsigned long long)(%s), \"%s\", %d);\n",
				       name[g], kind[g], u, line[g], names[i], names[i], length(names[i]))
			}
	print "\treturn 0;\n}"
}
