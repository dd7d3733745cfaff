package files

import (
	"path"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	maxName      = 200 // bytes of UTF-8
	maxExtension = 20  // bytes kept of one, with its dot, however long the rest is
)

// CleanName makes a name that somebody gave a file fit to be shown, and to be saved under: without
// folders, without what cannot be seen or turns text around (photo‮gpj.exe), at most 200 bytes with
// the extension kept, and never empty.
func CleanName(s string) string {
	s = strings.ToValidUTF8(s, "")
	s = s[strings.LastIndexAny(s, `/\`)+1:]
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r), unicode.Is(unicode.Bidi_Control, r), r == unicode.ReplacementChar:
			return -1
		case strings.ContainsRune(`<>:"|?*`, r): // Windows takes none of them
			return '_'
		}
		return r
	}, s)
	s = strings.Trim(strings.Join(strings.Fields(s), " "), " ")
	if strings.Trim(s, ". ") == "" {
		return "file"
	}
	if len(s) <= maxName {
		return s
	}
	extension := path.Ext(s)
	if len(extension) > maxExtension {
		extension = ""
	}
	return strings.TrimRight(cut(s, maxName-len(extension)), " ") + extension
}

// cut is the beginning of s, of at most n bytes and whole characters.
func cut(s string, n int) string {
	for !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}
