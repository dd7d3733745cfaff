package message

import (
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/forPelevin/gomoji"
	"github.com/stretchr/testify/assert"
)

func TestEmoji(t *testing.T) {
	for _, tc := range []struct{ what, given, want string }{
		{"one", "👍", "👍"},
		{"with a skin tone", "👍🏽", "👍🏽"},
		{"as text", "\u2764", "\u2764\ufe0f"},
		{"in full", "\u2764\ufe0f", "\u2764\ufe0f"},
		{"colour asked for without need", "👍\ufe0f", "👍"},
		{"a skin tone makes it coloured", "\u261d\ufe0f🏽", "\u261d🏽"},
		{"joined", "\u2764\u200d🔥", "\u2764\ufe0f\u200d🔥"},
		{"a family", "👨‍👩‍👧‍👦", "👨‍👩‍👧‍👦"},
		{"flag", "🇨🇳", "🇨🇳"},
		{"flag of England", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "🏴󠁧󠁢󠁥󠁮󠁧󠁿"},
		{"pirates", "🏴‍☠️", "🏴‍☠️"},
		{"keycap", "1\u20e3", "1\ufe0f\u20e3"},
		{"younger than our tables", "\U0001fae9", "\U0001fae9"},

		{"nothing", "", ""},
		{"a letter", "a", ""},
		{"a digit", "1", ""},
		{"Chinese", "好", ""},
		{"two", "👍👍", ""},
		{"with a letter", "👍a", ""},
		{"with a space", "👍 ", ""},
		{"asked to be text", "\u2764\ufe0e", ""},
		{"only a selector", "\ufe0f", ""},
		{"only a joiner", "\u200d", ""},
		{"joined to nothing", "👍\u200d", ""},
		{"joined to a letter", "👍\u200da", ""},
		{"only a skin tone", "🏽", ""},
		{"half a flag", "🇨", ""},
		{"two flags", "🇨🇳🇨🇳", ""},
		{"tags without an end", "🏴\U000e0067\U000e0062", ""},
		{"zalgo", "👍\u0301", ""},
		{"invalid UTF-8", "👍\xff", ""},
		{"endless", strings.Repeat("👍\u200d", 1000) + "👍", ""},
	} {
		got, ok := Emoji(tc.given)
		assert.Equal(t, tc.want, got, tc.what)
		assert.Equal(t, tc.want != "", ok, tc.what)
	}
}

// A list of emoji, foreign to what Emoji goes by.
func TestEmojiOfAList(t *testing.T) {
	unicodes := regexp.MustCompile(`^E[0-9]`) // the list has others too
	n := 0
	for _, e := range gomoji.AllEmojis() {
		if !unicodes.MatchString(e.UnicodeName) || e.SubGroup == "regional-indicator" {
			continue
		}
		n++
		full, ok := Emoji(e.Character)
		assert.True(t, ok, "%s %+q", e.Slug, e.Character)
		assert.Equal(t, strings.ReplaceAll(e.Character, colored, ""), strings.ReplaceAll(full, colored, ""))
	}
	assert.Greater(t, n, 3000)
}

func FuzzEmoji(f *testing.F) {
	f.Add("❤️‍🔥")
	f.Add("1️⃣")
	f.Fuzz(func(t *testing.T, s string) {
		full, ok := Emoji(s)
		assert.Equal(t, ok, full != "")
		if ok {
			again, _ := Emoji(full)
			assert.Equal(t, full, again)
			assert.True(t, utf8.ValidString(full))
		}
	})
}
