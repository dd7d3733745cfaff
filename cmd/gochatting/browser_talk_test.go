package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Ann and Ben have the room open side by side, see each other and talk, with Chinese and emoji.
// Cleo comes, is told of quietly, and closes her window.
func (b *browser) twoTalk(t *testing.T) {
	server := start(t, t.TempDir())
	ann := b.joins(t, server.Base, "ann@example.com")
	ann.with("ann")
	ben := b.joins(t, server.Base, "ben@example.com")
	for _, w := range []*window{ann, ben} {
		w.with("ann", "ben")
	}
	ann.sees(".notice", "ben joined")
	assert.Equal(t, "ann", ann.text("#me .name"))

	for _, said := range []struct {
		by   *window
		name string
		text string
	}{
		{ann, "ann", "Hello, Ben."},
		{ben, "ben", "你好，Ann！今天天气不错。"},
		{ann, "ann", "👋🏽 👩‍👩‍👧 🇨🇳"},
		{ben, "ben", "one line\nand another"},
	} {
		said.by.says(said.text)
		for _, w := range []*window{ann, ben} {
			w.hears(said.name, said.text)
		}
	}
	showHistory(t, server.Base, ann, ben)
	assert.Equal(t, "one line\nand another", eval[string](ann, `() => [...document.querySelectorAll('.content')].at(-1).innerText`), "lines stay lines")
	assert.True(t, eval[bool](ben, `() => document.querySelectorAll('.content')[2].classList.contains('emoji')`))

	cleo := b.joins(t, server.Base, "cleo@example.com")
	for _, w := range []*window{ann, ben, cleo} {
		w.with("ann", "ben", "cleo")
	}
	showHistory(t, server.Base, cleo)
	ann.sees(".notice", "cleo joined")
	cleo.close()
	for _, w := range []*window{ann, ben} {
		w.with("ann", "ben")
		w.sees(".notice", "cleo left")
	}
	assert.Empty(t, eval[string](ann, `() => document.querySelector('#announcer').textContent.includes('cleo') ? 'announced' : ''`), "who comes and goes is not read aloud")
}

// What Ann says looks like markup, and stays what she typed, for Ben and for whoever comes later.
// Only addresses become links.
func (b *browser) markupStaysText(t *testing.T) {
	server := start(t, t.TempDir())
	ann := b.joins(t, server.Base, "ann@example.com")
	ben := b.joins(t, server.Base, "ben@example.com")
	texts := []string{
		`<script>window.__xss = alert(1)</script>`,
		`<img src=x onerror="window.__xss = 1">`,
		`</div></article><b onclick=alert(1)>bold</b> & &lt;i&gt; {{.}} ${1}`,
		`javascript:alert(1) [x](javascript:alert(1))`,
		`看 https://example.com/a_(b)?x=<img>，and http://[::1]:5050/.`,
	}
	for _, text := range texts {
		ann.says(text)
		ben.hears("ann", text)
	}
	ben.reload()
	ben.live()
	for _, w := range []*window{ann, ben, b.joins(t, server.Base, "cleo@example.com")} {
		showHistory(t, server.Base, w)
		assert.Equal(t, "undefined", eval[string](w, `() => typeof window.__xss`))
		assert.Equal(t, "A A", eval[string](w, `() => [...document.querySelectorAll('.content *')].map((element) => element.tagName).join(' ')`))
		assert.Equal(t, []string{"https://example.com/a_(b)?x=", "http://[::1]:5050/"},
			eval[[]string](w, `() => [...document.querySelectorAll('.content a')].map((link) => link.href)`))
		require.Equal(t, "_blank noopener noreferrer", eval[string](w, `() => { const a = document.querySelector('.content a'); return a.target + ' ' + a.rel; }`))
	}
}
