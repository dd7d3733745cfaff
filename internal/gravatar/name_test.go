package gravatar

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
)

func TestCleanName(t *testing.T) {
	for _, tc := range []struct{ what, given, want string }{
		{"plain", "Ann Lee", "Ann Lee"},
		{"trimmed", " \t\u3000Ann\n", "Ann"},
		{"white space", "Ann\r\n\t Lee\u2028\u00a0X", "Ann Lee X"},
		{"entities", "Tom &amp; Ann &#39;O&#x27; &lt;b&gt;", "Tom & Ann 'O' <b>"},
		{"entities, once", "&amp;lt;b&amp;gt;", "&lt;b&gt;"},
		{"control", "A\x00n\x1b[31mn\x7f\u009b", "An[31mn"},
		{"bidi override", "Ann\u202egnp.exe\u2066\u2069\u200f\u061c", "Anngnp.exe"},
		{"bidi override as entity", "Ann&#x202e;gnp&#8238;", "Anngnp"},
		{"zero width", "A\u200bn\u200cn\u200d\ufeff\u2060\u00ad", "Ann"},
		{"fillers", "\u3164A\u115fnn\uffa0\u034f\u2800", "Ann"},
		{"nothing to see", "\u200b\u3164 \ufe0f\u0301", ""},
		{"private use, tags", "A\ue000nn\U000e0041\U0010ffff", "Ann"},
		{"invalid UTF-8", "A\xffnn\xc3", "Ann"},
		{"Chinese", "王小明 🎉", "王小明 🎉"},
		{"emoji with selector", "❤️ Ann", "❤️ Ann"},
		{"accent as a mark", "Zoe\u0308", "Zoe\u0308"},
		{"Arabic", "محمد \u0601\u0661", "محمد \u0601\u0661"},
		{"a new emoji", "\U0001fae9", "\U0001fae9"},
		{"cut", strings.Repeat("王", 65), strings.Repeat("王", 64)},
		{"cut at a space", strings.Repeat("a", 63) + " b", strings.Repeat("a", 63)},
		{"empty", "", ""},
	} {
		assert.Equal(t, tc.want, CleanName(tc.given), tc.what)
	}
	long := CleanName(strings.Repeat("&amp;<script>\u202e", 700))
	assert.Equal(t, 64, utf8.RuneCountInString(long))
}

func FuzzCleanName(f *testing.F) {
	f.Add("Ann &amp; \u202eBen\x00")
	f.Fuzz(func(t *testing.T, s string) {
		name := CleanName(s)
		assert.True(t, utf8.ValidString(name))
		assert.LessOrEqual(t, utf8.RuneCountInString(name), maxName)
		assert.Equal(t, strings.TrimSpace(name), name)
		assert.False(t, strings.ContainsFunc(name, hidden))
	})
}
