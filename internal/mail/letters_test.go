package mail

import (
	"net/mail"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gochatting/internal/mail/mailtest"
)

func TestALetter(t *testing.T) {
	s := mailtest.New(t, mailtest.Options{})
	d := newDesk(t, s)
	require.NoError(t, d.send(t, ann))
	got := s.Next(ann)

	assert.Equal(t, "Your code for chat.example.com", got.Subject, "and not the code, which a lock screen would show")
	assert.Equal(t, code, got.Code)
	assert.Equal(t, link, got.Link)
	assert.Contains(t, got.HTML, ">"+code+"</p>")
	assert.Contains(t, got.HTML, `<a href="`+link+`">`+link+`</a>`, "what is seen is where it leads")
	for _, remote := range []string{"<img", "<link", "url(", "<script", "src="} {
		assert.NotContains(t, got.HTML, remote)
	}

	h := got.Header
	assert.Equal(t, `"chat.example.com" <chat@example.com>`, h.Get("From"))
	assert.Equal(t, "<"+ann+">", h.Get("To"))
	assert.Equal(t, "auto-generated", h.Get("Auto-Submitted"))
	assert.Equal(t, "All", h.Get("X-Auto-Response-Suppress"))
	assert.Equal(t, "en", h.Get("Content-Language"))
	assert.Regexp(t, `^<[A-Z0-9]{26}@example\.com>$`, h.Get("Message-Id"))
	date, err := h.Date()
	require.NoError(t, err)
	assert.WithinDuration(t, time.Now(), date, time.Minute)
	assert.True(t, strings.HasSuffix(h.Get("Date"), "+0000"))
	assert.Empty(t, h.Get("User-Agent")+h.Get("X-Mailer"))
	assert.Equal(t, "example.com", got.Hello, "and nothing else that would name this machine")

	require.NoError(t, d.send(t, ann))
	assert.NotEqual(t, h.Get("Message-Id"), s.Next(ann).Header.Get("Message-Id"))
}

func TestALetterInChinese(t *testing.T) {
	s := mailtest.New(t, mailtest.Options{})
	d := newDesk(t, s, func(c *Config) { c.From = "聊天室 <chat@example.com>" })
	require.NoError(t, d.SendCode(t.Context(), ann, "zh", code, link, site))
	got := s.Next(ann)
	assert.Equal(t, "chat.example.com 的验证码", got.Subject)
	assert.Contains(t, got.Text, "十分钟内有效")
	assert.Contains(t, got.HTML, `<html lang="zh">`)
	assert.Contains(t, got.HTML, "十分钟内有效")
	assert.Equal(t, code, got.Code)
	assert.Equal(t, link, got.Link)
	from, err := mail.ParseAddress(got.Header.Get("From"))
	require.NoError(t, err)
	assert.Equal(t, mail.Address{Name: "聊天室", Address: "chat@example.com"}, *from)
}

func TestEveryLanguageSaysEverything(t *testing.T) {
	for _, lang := range []string{"en", "zh"} {
		w := wordsIn(lang, site)
		assert.Equal(t, lang, w.Lang)
		for _, said := range []string{w.Subject, w.Why, w.Life, w.Or, w.Secret, w.Stranger} {
			assert.NotEmpty(t, said)
		}
		assert.Contains(t, w.Subject, site)
		assert.Contains(t, w.Why, site)
	}
	assert.Equal(t, "en", wordsIn("tlh", site).Lang)
}

func TestASiteCannotWriteTheLetter(t *testing.T) {
	s := mailtest.New(t, mailtest.Options{})
	d := newDesk(t, s)
	require.NoError(t, d.SendCode(t.Context(), ann, "en", code, link, "evil\r\nBcc: ben@example.com\r\n\r\n<b>\u202eolleh</b>"))
	got := s.Next(ann)
	assert.Empty(t, got.Header.Get("Bcc"))
	assert.Equal(t, "Your code for evil Bcc: ben@example.com <b> olleh</b>", got.Subject)
	assert.NotContains(t, got.HTML, "<b>")
}
