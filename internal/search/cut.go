package search

import (
	"unicode"
	"unicode/utf8"
)

// A unit is the least that can be looked for: a word, or one character where words are written without
// spaces between them, or a sign such as an emoji.
type unit struct {
	text  string
	glued bool // a character or sign directly after another
}

// A Text is what was said, cut into units.
type Text []unit

// Cut cuts a text of any kind. What it cuts from a part of a text that ends where words do, it cuts from
// the whole text too.
func Cut(s string) Text {
	var t Text
	s = Fold(s)
	begin, glued := -1, false
	for i, r := range s {
		k := kindOf(r)
		if k == ofWord {
			if begin < 0 {
				begin = i
			}
			continue
		}
		if begin >= 0 {
			t = append(t, unit{text: s[begin:i]})
			begin, glued = -1, false
		}
		if k == itself {
			t = append(t, unit{text: s[i : i+utf8.RuneLen(r)], glued: glued})
		}
		glued = k == itself
	}
	if begin >= 0 {
		t = append(t, unit{text: s[begin:]})
	}
	return t
}

// The kinds of characters.
type kind int

const (
	between kind = iota // what is looked for
	ofWord
	itself
)

// thai is the first character of all scripts that are written without spaces.
const thai = '\u0e00'

func kindOf(r rune) kind {
	switch {
	case 'a' <= r && r <= 'z', '0' <= r && r <= '9':
		return ofWord
	case r < 0x80:
		return between
	case '\u4e00' <= r && r <= '\u9fff', '\uac00' <= r && r <= '\ud7a3': // most of Chinese and Korean
		return itself
	case r >= thai && unspaced(r), unicode.Is(unicode.So, r):
		return itself
	case unicode.IsLetter(r), unicode.IsNumber(r), unicode.IsMark(r):
		return ofWord
	}
	return between
}

// unspaced is whether words with r in them can stand side by side without a space.
func unspaced(r rune) bool {
	const long = 'ー' // as in データ; no script's own
	return r == long || unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul, unicode.Bopomofo,
		unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar, unicode.Tibetan)
}

// has is whether phrase stands in t. Between words may be anything but another word; what is written in
// one, without spaces, must stand so.
func (t Text) has(phrase Text) bool {
	for ; len(t) >= len(phrase); t = t[1:] {
		if t.begins(phrase) {
			return true
		}
	}
	return false
}

func (t Text) begins(phrase Text) bool {
	for i, want := range phrase {
		if t[i].text != want.text || i > 0 && want.glued && !t[i].glued {
			return false
		}
	}
	return true
}
