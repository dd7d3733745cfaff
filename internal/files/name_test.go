package files

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
)

func TestHostile13FileNames(t *testing.T) {
	long := strings.Repeat("长", 100)
	for given, want := range map[string]string{
		"notes.txt":              "notes.txt",
		"季度 报告（终稿）.xlsx":         "季度 报告（终稿）.xlsx",
		"../../etc/passwd":       "passwd",
		`C:\Users\ann\photo.jpg`: "photo.jpg",
		"photo\u202egpj.exe":     "photogpj.exe",
		"a\x00b\r\nc\u2028d.txt": "ab c d.txt",
		"a  b\t.txt ":            "a b .txt",
		`<script>"x".html`:       "_script__x_.html",
		"":                       "file",
		"..":                     "file",
		" . ":                    "file",
		"dir/":                   "file",
		"bad\xff.txt":            "bad.txt",
		".gitignore":             ".gitignore",
		"👩\u200d👩\u200d👧.png":    "👩\u200d👩\u200d👧.png",
		long + ".pdf":            strings.Repeat("长", 65) + ".pdf",
		long + "." + long:        strings.Repeat("长", 66),
		strings.Repeat("x", 300): strings.Repeat("x", 200),
		strings.Repeat("x", 190) + " and so on.tar": strings.Repeat("x", 190) + " and s.tar",
	} {
		got := CleanName(given)
		assert.Equal(t, want, got)
		assert.LessOrEqual(t, len(got), 200)
		assert.Equal(t, got, CleanName(got), "clean is clean")
	}
}

func FuzzCleanName(f *testing.F) {
	f.Add("季度 报告\u202e.xlsx")
	f.Add(strings.Repeat("é.", 200))
	f.Fuzz(func(t *testing.T, s string) {
		got := CleanName(s)
		assert.NotEmpty(t, got)
		assert.True(t, utf8.ValidString(got))
		assert.LessOrEqual(t, len(got), 200)
		assert.False(t, strings.ContainsAny(got, "/\\\x00\r\n\u202e"))
		assert.Equal(t, got, CleanName(got))
	})
}
