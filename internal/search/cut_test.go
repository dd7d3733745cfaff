package search

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestFold(t *testing.T) {
	for typed, want := range map[string]string{
		"Hello":                  "hello",
		"Café, CAFE\u0301":       "cafe, cafe",
		"Straße STRASSE ẞ":       "strasse strasse ss",
		"İstanbul ISPARTA":       "istanbul isparta",
		"ısparta":                "isparta",
		"Łódź, Ærø, Đà":          "lodz, aero, da",
		"ΟΔΥΣΣΕΥΣ, Ὀδυσσεύς":     "οδυσσευσ, οδυσσευσ",
		"Ёлка й":                 "елка и",
		"Ｇｏ　１２３":                 "go 123",
		"ｶﾞｷﾞ がガ":                "ガギ がガ",
		"한국어 \u1112\u1161\u11ab": "한국어 한",
		"مُحَمَّد":               "محمد",
		"ไทย ที่":                "ไทย ที่",
		"soft\u00adhyphen":       "softhyphen",
		"zero\u200bwidth":        "zero width",
		"👍🏽 ❤\ufe0f":             "👍🏽 ❤",
		"a\xffb":                 "a b",
		"ﬁn ①":                   "fin 1",
	} {
		assert.Equal(t, want, Fold(typed), typed)
		assert.Equal(t, want, Fold(Fold(typed)), "folding what is folded changes nothing: %s", typed)
	}
}

func words(t Text) string {
	var all []string
	for _, u := range t {
		all = append(all, u.text)
	}
	return strings.Join(all, "|")
}

func TestCut(t *testing.T) {
	for said, want := range map[string]string{
		"":                             "",
		" \t … ¿?":                     "",
		"Has anyone seen the cup?":     "has|anyone|seen|the|cup",
		"don't foo_bar v1.26":          "don|t|foo|bar|v1|26",
		"https://example.org/a?b=c":    "https|example|org|a|b|c",
		"我们去聊天":                        "我|们|去|聊|天",
		"gochatting聊天ok":               "gochatting|聊|天|ok",
		"データとひらがな":                     "デ|ー|タ|と|ひ|ら|が|な",
		"한국어":                          "한|국|어",
		"สวัสดี":                       "ส|ว|ั|ส|ด|ี",
		"हिन्दी भाषा":                  "हिन्दी|भाषा",
		"nice 👍🏽🎉":                     "nice|👍|🎉",
		"**bold** `code`":              "bold|code",
		"\U00020000 is a rare one 㐀":   "\U00020000|is|a|rare|one|㐀",
		strings.Repeat("x", 10_000):    strings.Repeat("x", 10_000),
		"NEAR(\"a\" b) OR NOT c* ^d:e": "near|a|b|or|not|c|d|e",
	} {
		assert.Equal(t, want, words(Cut(said)), said)
	}
}

func TestPhrases(t *testing.T) {
	for _, c := range []struct {
		said, phrase string
		has          bool
	}{
		{"the quick brown fox", "quick brown", true},
		{"the quick, brown fox", "quick brown", true},
		{"the quick red brown fox", "quick brown", false},
		{"the quick brown", "brown fox", false},
		{"a a b", "a b", true},
		{"我们去聊天吧", "聊天", true},
		{"我们去聊天吧", "天聊", false},
		{"我们聊。天气好", "聊天", false},
		{"我们聊。天气好", "聊 天", true},
		{"你好，世界", "你好 世界", true},
		{"你好世界", "你好 世界", true},
		{"gochatting聊天", "gochatting聊天", true},
		{"gochatting 聊天", "gochatting聊天", true},
		{"哈哈哈", "哈哈", true},
		{"哈哈", "哈哈哈", false},
		{"don't", "dont", false},
		{"don’t", "don't", true},
	} {
		assert.Equal(t, c.has, Cut(c.said).has(Cut(c.phrase)), "%s in %s", c.phrase, c.said)
	}
}

// subset is whether the tokens of the one are all among those of the other.
func subset(t *testing.T, of, all []string) {
	known := map[string]bool{}
	for _, token := range all {
		known[token] = true
	}
	for _, token := range of {
		require.True(t, known[token], "%q is not in the index", token)
	}
}

// Whatever stands in a text between spaces, and any neighbours of that, is found by it, both in the index
// and by Match. No token means anything to an index.
func FuzzFound(f *testing.F) {
	for _, said := range []string{
		"Has anyone seen the blue cup?", "gochatting聊天 我们去聊天，好吗", "哈哈哈哈哈哈哈哈哈哈哈哈 ha ha ha", "a\xffb \u0301x \u200b", "İI ıi ß ﬃ ǅ",
		"ｶﾞ がか\u3099", "\u1112\u1161\u11ab 한", "_a _r\"_p\" NEAR(\x00)", "👩\u200d💻👍🏽 #️⃣", "\u0e40\u0e01 \u0e33", "Ａ１　Ｂ", "\u3164 \ufdfa",
	} {
		f.Add(said)
	}
	f.Fuzz(func(t *testing.T, said string) {
		d := Document{room: "room", author: "author", texts: []Text{Cut(said)}}
		tokens := d.Tokens()
		for _, token := range tokens {
			require.NotContains(t, token, " ")
			require.NotContains(t, token, `"`)
			require.True(t, utf8.ValidString(token))
			for _, r := range token[1:] {
				require.True(t, r >= utf8.RuneSelf || r >= 'a' && r <= 'z' || r >= '0' && r <= '9', "%q", token)
			}
		}
		fields := strings.Fields(strings.ToValidUTF8(said, " "))
		for i := range min(len(fields), 20) {
			for j := i + 1; j <= min(len(fields), i+4); j++ {
				phrase := Cut(strings.Join(fields[i:j], " "))
				if len(phrase) == 0 {
					continue
				}
				q := Query{In: []string{"room"}, From: []string{"author"}, said: []Text{phrase}}
				require.True(t, q.Match(d), "%q in %q", fields[i:j], said)
				subset(t, q.Wanted().All, tokens)
			}
		}
	})
}
