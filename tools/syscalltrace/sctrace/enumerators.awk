# SPDX-License-Identifier: GPL-2.0-only
#
# The names of all enumerators of preprocessed C.
{
	gsub(/[{},=;]/, " & ")
	n = split($0, words, /[ \t]+/)
	for (i = 1; i <= n; i++) {
		word = words[i]
		if (word == "enum")
			pending = 1
		else if (word == "{" && pending) {
			pending = 0
			inside = expect = 1
		} else if (word == ";")
			pending = 0
		else if (word == "}")
			inside = 0
		else if (word == ",")
			expect = 1
		else if (inside && expect && word ~ /^[A-Za-z_][A-Za-z0-9_]*$/) {
			print word
			expect = 0
		}
	}
}
