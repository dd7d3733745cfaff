package message

import (
	"strings"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// Fold gives the form in which names are compared: two names are the same to people if their
// folds are equal. Case and width are gone, composed and decomposed letters are one (Unicode
// D146, compatibility caseless matching, composed again), and every run of white space is one
// space, none at the ends. Folding what is folded changes nothing.
func Fold(name string) string {
	if plain(name) {
		return strings.Join(strings.Fields(strings.ToLower(name)), " ")
	}
	fold := cases.Fold() // may not be shared between goroutines
	s := norm.NFD.String(strings.ToValidUTF8(name, "\uFFFD"))
	s = norm.NFKD.String(fold.String(s))
	s = norm.NFKC.String(fold.String(s))
	return strings.Join(strings.Fields(s), " ")
}

// plain is whether s is ASCII.
func plain(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}
