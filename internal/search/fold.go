package search

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Version changes with everything that Cut depends on: lists that were made by another one are to be
// made anew.
const Version = "1, Unicode " + unicode.Version + " and " + norm.Version

// Fold gives the form in which texts are compared: without case, width and diacritics, so that é is e
// and ß is ss. Vowel signs of scripts that cannot be read without them stay.
func Fold(s string) string {
	if ascii(s) {
		return strings.ToLower(s)
	}
	var b strings.Builder
	b.Grow(len(s))
	for _, r := range norm.NFKD.String(strings.ToValidUTF8(s, " ")) {
		switch {
		case r < utf8.RuneSelf && 'A' <= r && r <= 'Z':
			b.WriteByte(byte(r) + 'a' - 'A')
		case r < utf8.RuneSelf:
			b.WriteByte(byte(r))
		case r == '\u200b': // a space that is not seen
			b.WriteByte(' ')
		case passedOver(r):
		default:
			foldLetter(&b, r)
		}
	}
	return norm.NFC.String(b.String())
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// passedOver is whether r does not matter: diacritics of Latin, Greek and Cyrillic, the vowel points of
// Hebrew and Arabic, variants of emoji, and what is not seen.
func passedOver(r rune) bool {
	switch {
	case r < '\u00ad':
		return false
	case '\u0300' <= r && r <= '\u036f', '\u0591' <= r && r <= '\u05c7', '\u064b' <= r && r <= '\u065f', r == '\u0670':
		return unicode.Is(unicode.Mn, r)
	case '\ufe00' <= r && r <= '\ufe0f', '\U000e0100' <= r && r <= '\U000e01ef':
		return true
	}
	return unicode.Is(unicode.Cf, r)
}

// foldLetter writes letters that Unicode does not take apart as people do who have no such key.
func foldLetter(b *strings.Builder, r rune) {
	r = unicode.ToLower(r)
	switch r {
	case 'ß':
		b.WriteString("ss")
	case 'æ':
		b.WriteString("ae")
	case 'œ':
		b.WriteString("oe")
	case 'þ':
		b.WriteString("th")
	case 'ø':
		b.WriteByte('o')
	case 'đ', 'ð':
		b.WriteByte('d')
	case 'ł':
		b.WriteByte('l')
	case 'ı':
		b.WriteByte('i')
	case 'ς':
		b.WriteRune('σ')
	default:
		b.WriteRune(r)
	}
}
