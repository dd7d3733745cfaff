package main

import (
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/assert"
)

// holdsPhone makes the window a phone's.
func (w *window) holdsPhone() *window {
	w.do(chromedp.EmulateViewport(390, 844, chromedp.EmulateMobile, chromedp.EmulateTouch, chromedp.EmulatePortrait, chromedp.EmulateScale(2)))
	return w
}

// Ann has a phone: the sides are drawers, which open at a tap and close by their button, beside
// them, or with Escape. Nothing is wider than the screen, and what one taps is large enough.
func (b *browser) phone(t *testing.T) {
	server := start(t, t.TempDir())
	ann := b.window(t).holdsPhone()
	ann.join(server.Base, "ann@example.com")
	ben := b.joins(t, server.Base, "ben@example.com")
	ben.says("https://example.com/averyveryveryveryveryveryveryveryveryveryveryverylongaddress/without/a/break")
	ann.shows(".message .content a")

	ann.hides("#rooms-panel")
	ann.hides("#people-panel")
	for opener, drawer := range map[string]string{".open-rooms": "#rooms-panel", ".open-people": "#people-panel"} {
		ann.tap(opener)
		ann.shows(drawer)
		ann.tap(drawer + " .close")
		ann.hides(drawer)
		ann.tap(opener)
		ann.shows(drawer)
		ann.press(kb.Escape)
		ann.hides(drawer)
		ann.tap(opener)
		ann.shows(drawer)
		beside := eval[float64](ann, `(drawer) => { const { left, right } = document.querySelector(drawer).getBoundingClientRect(); return left > 0 ? left / 2 : (right + innerWidth) / 2; }`, drawer)
		ann.settles()
		ann.do(chromedp.TapXY(beside, 400))
		ann.hides(drawer)
	}
	ann.await(`() => document.querySelector('.open-people .online-count').textContent === '2'`)

	ann.tap("#composer textarea")
	ann.write("from the train 🚆")
	ann.tap("#composer .send")
	ben.hears("ann", "from the train 🚆")
	assert.Equal(t, 390, eval[int](ann, `() => Math.max(innerWidth, document.documentElement.scrollWidth, log.scrollWidth)`), "nothing is wider than the screen")
	assert.Empty(t, eval[[]string](ann, `() => [...document.querySelectorAll('button, a.button, textarea')].filter((element) => element.checkVisibility()
		&& Math.min(element.offsetWidth, element.offsetHeight) < 32).map((element) => element.outerHTML)`))
	assert.GreaterOrEqual(t, eval[float64](ann, `() => parseFloat(getComputedStyle(document.querySelector('#draft')).fontSize)`), 16.0, "less would make phones zoom")
}
