package main

import (
	"regexp"
	"testing"

	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Ann types her address in a second browser. It asks for a code, refuses a wrong one, and takes
// the one that the first browser shows. Then she is in with both, and one in the sidebar.
func (b *browser) secondBrowserNeedsTheCode(t *testing.T) {
	server := start(t, t.TempDir())
	first := b.joins(t, server.Base, "ann@example.com")
	ben := b.joins(t, server.Base, "ben@example.com")
	first.says("from the first")

	second := b.window(t)
	second.expect(`status of 40[39]`)
	second.knock(server.Base, "Ann@Example.com")
	second.shows("#join [name=code]")
	second.await(`() => document.activeElement.name === 'code'`)
	assert.Equal(t, "Ann@Example.com", eval[string](second, `() => document.querySelector('[name=email]').value`))
	second.write("000000")
	second.press(kb.Enter)
	second.sees("#error", "This code is not right. Look at it once more; after five tries you need a new one.")

	first.click("#me")
	first.click("#add-device")
	first.await(`() => /^\d{6}$/.test(document.querySelector('#device .code')?.textContent)`)
	first.await(`() => /for another 10 minutes$/.test(document.querySelector('#device .left').textContent)`)
	assert.Contains(t, first.text("#device .how"), server.Base[len("http://"):])
	code := first.text("#device .code")
	second.click("#join [name=code]")
	second.write(code[:3] + " " + code[3:])
	second.press(kb.Enter)
	second.live()

	assert.Equal(t, first.me(), second.me())
	second.hears("ann", "from the first")
	second.says("from the second")
	first.hears("ann", "from the second")
	assert.True(t, eval[bool](first, `() => document.querySelector('.message:last-child').classList.contains('mine')`))
	for _, w := range []*window{first, second, ben} {
		w.with("ann", "ben")
	}
	first.press(kb.Escape)
	first.hides("#device")
	assert.Zero(t, eval[int](ben, `() => document.querySelectorAll('.notice').length`), "nobody has come or gone")

	third := b.window(t)
	third.expect(`status of 40[39]`)
	third.knock(server.Base, "ann@example.com")
	third.click("#join [name=code]")
	third.write(code)
	third.press(kb.Enter)
	third.sees("#error", "This code is not right. Look at it once more; after five tries you need a new one.")
}

// Ann and Ben share a browser, each with a tab, and stay who they are when they reload, even
// without the address that says so. The door offers both.
func (b *browser) twoPeopleInOneBrowser(t *testing.T) {
	server := start(t, t.TempDir())
	ann := b.joins(t, server.Base, "ann@example.com")
	ben := ann.another()
	ben.open(server.Base + "/")
	assert.Equal(t, []string{"ann"}, eval[[]string](ben, `() => [...document.querySelectorAll('.continue bdi')].map((name) => name.textContent)`))
	ben.join(server.Base, "ben@example.com")
	require.NotEqual(t, ann.me(), ben.me())

	for range 2 {
		for _, w := range []*window{ann, ben} {
			w.with("ann", "ben")
		}
		ann.says("I am Ann.")
		ben.hears("ann", "I am Ann.")
		ben.says("我是本。")
		ann.hears("ben", "我是本。")
		ann.reload()
		ben.reload()
		ann.live()
		ben.live()
	}
	anns, bens := ann.me(), ben.me()
	for _, w := range []*window{ann, ben} {
		w.open(server.Base + "/rooms/lobby")
		w.live()
	}
	assert.Equal(t, anns, ann.me())
	assert.Equal(t, bens, ben.me())

	door := ann.another()
	door.open(server.Base + "/")
	door.await(`() => [...document.querySelectorAll('.continue img')].every((picture) => picture.naturalWidth > 0)`)
	door.click(".continue li:first-child a")
	door.live()
	assert.Equal(t, anns, door.me())
	ben.with("ann", "ben")
}

// Ann is in with two tabs and signs out in one. It warns that her address is let go, and leads
// to the door; the other tab says what happened and does not come back. Whoever types her address
// then is somebody new.
func (b *browser) signingOut(t *testing.T) {
	server := start(t, t.TempDir())
	ben := b.joins(t, server.Base, "ben@example.com") // the owner
	ann := b.joins(t, server.Base, "ann@example.com")
	other := ann.another()
	other.open(server.Base + "/rooms/lobby")
	other.live()
	was := ann.me()
	ann.says("mine")
	ben.hears("ann", "mine")
	ann.drafts("a draft for nobody else")

	ann.click("#me")
	ann.click("#ask-leave")
	ann.await(`() => document.querySelector('#leave .unverified')?.textContent.startsWith('ann@example.com is not verified.')`)
	ann.hides("#leave .unsent")
	ann.click("#leave form[method=dialog] button")
	ann.hides("#leave")
	ann.click("#me")
	ann.click("#ask-leave")
	ann.click("#leave-form button")
	ann.shows("#join")
	ann.hides(".continue")

	other.sees("#connection[data-state=offline]", "Offline")
	other.await(`() => document.querySelector('#ended').textContent.startsWith('You were signed out.')`)
	other.hides("#composer")
	assert.Equal(t, server.Base+"/", eval[string](other, `() => document.querySelector('#ended a').href`))
	other.reload()
	other.shows("#join")

	again := b.joins(t, server.Base, "ann@example.com")
	require.NotEqual(t, was, again.me())
	assert.False(t, eval[bool](again, `() => document.querySelector('.message').classList.contains('mine')`))
	ann.join(server.Base, "cleo@example.com")
	assert.Empty(t, eval[string](ann, `() => document.querySelector('#composer textarea').value`))
	assert.NotRegexp(t, regexp.MustCompile(was), eval[string](ann, `() => JSON.stringify({ ...localStorage, ...sessionStorage })`), "nothing of hers is left")
	ben.with("ann", "ben", "cleo")
}
