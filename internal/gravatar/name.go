package gravatar

import (
	"html"
	"strings"
	"unicode"
)

const maxName = 64 // characters (code points)

// brailleBlank looks like a space and is none to Unicode.
const brailleBlank = '\u2800'

// CleanName makes a name fit to be shown beside others: HTML entities are decoded once; what
// cannot be seen is removed (control, bidirectional and other format characters, zero width,
// private use, invalid UTF-8); every run of white space becomes one space; the ends are
// trimmed; 64 characters are left at most. The result is text, not HTML, and may be empty.
func CleanName(s string) string {
	s = html.UnescapeString(strings.ToValidUTF8(s, ""))
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case hidden(r):
			return -1
		}
		return r
	}, s)
	s = strings.Join(strings.Fields(s), " ")
	if !strings.ContainsFunc(s, seen) {
		return ""
	}
	if chars := []rune(s); len(chars) > maxName {
		s = strings.TrimRight(string(chars[:maxName]), " ")
	}
	return s
}

// hidden goes by what a character is, not by unicode.IsPrint, so that an emoji younger than
// our Unicode tables stays.
func hidden(r rune) bool {
	switch {
	case unicode.Is(unicode.Prepended_Concatenation_Mark, r): // format characters, yet seen (Arabic)
		return false
	case r == unicode.ReplacementChar, r == brailleBlank:
		return true
	}
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Other_Default_Ignorable_Code_Point, unicode.Noncharacter_Code_Point)
}

// seen is false for marks, such as variation selectors, which show nothing on their own.
func seen(r rune) bool { return r != ' ' && !unicode.IsMark(r) }
