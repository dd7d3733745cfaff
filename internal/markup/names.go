package markup

import (
	"iter"
	"strings"
	"unicode"
	"unicode/utf8"

	"gochatting/internal/message"
)

const (
	mostNames   = 20 // of an @ each that are looked at
	longestName = 64 // characters, as it is typed
)

// Names are what content may mean by its first 20 @, folded, each once: since a name may have
// spaces in it, and nothing needs to come between a Chinese one and what follows, these are all
// beginnings of up to 64 characters of what stands after an @ that do not end inside a word.
func Names(content string) []string {
	var names []string
	seen := map[string]bool{message.MentionHere: true}
	for at := range ats(content) {
		for end := range nameEnds(content[at+1:]) {
			if name := message.Fold(content[at+1 : at+1+end]); !seen[name] {
				seen[name] = true
				names = append(names, name)
			}
		}
	}
	return names
}

// Names is the function of that name.
func (*Renderer) Names(content string) []string { return Names(content) }

// ats are where an @ stands that may begin a mention.
func ats(content string) iter.Seq[int] {
	return func(yield func(int) bool) {
		n := 0
		for at := 0; n < mostNames; at++ {
			next := strings.IndexByte(content[at:], '@')
			if next < 0 {
				return
			}
			at += next
			if before, _ := utf8.DecodeLastRuneInString(content[:at]); mayMention(before) {
				if n++; !yield(at) {
					return
				}
			}
		}
	}
}

// mayMention is whether an @ after that character can begin a mention: not in an address, nor
// when it is escaped.
func mayMention(before rune) bool { return !spelled(before) && before != '/' && before != '\\' }

// nameEnds are where a name at the beginning of text may end, the nearest first.
func nameEnds(text string) iter.Seq[int] {
	return func(yield func(int) bool) {
		end := 0
		for n := 0; n < longestName && end < len(text); n++ {
			last, size := utf8.DecodeRuneInString(text[end:])
			if last == '\n' || end == 0 && unicode.IsSpace(last) {
				return
			}
			end += size
			next, _ := utf8.DecodeRuneInString(text[end:])
			inside := attached(next) || last == joiner || spelled(next) && (spelled(last) || attached(last))
			if !inside && !unicode.IsSpace(last) && !yield(end) {
				return
			}
		}
	}
}

// spelled is whether r is of a script that puts spaces between words; two such characters side
// by side belong to one word.
func spelled(r rune) bool {
	return r == '_' || unicode.IsNumber(r) || unicode.IsLetter(r) && !unicode.In(r, spaceless...)
}

// Korean has spaces, but puts its particles right after a name.
var spaceless = []*unicode.RangeTable{
	unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Bopomofo, unicode.Hangul,
	unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar, unicode.Tibetan,
}

// joiner makes one emoji of two.
const joiner = '\u200d'

// attached is whether r changes the character before it.
func attached(r rune) bool { return unicode.IsMark(r) || r == joiner }
