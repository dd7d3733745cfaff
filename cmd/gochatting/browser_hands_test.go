package main

import (
	"fmt"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/require"
)

// messageOf waits until a message is shown, and gives a selector for it.
func (w *window) messageOf(name, content string) string {
	w.t.Helper()
	w.hears(name, content)
	return fmt.Sprintf(`article.message[data-id="%d"]`, eval[int](w, `(name, content) => Number([...document.querySelectorAll('article.message[data-id]')].findLast(
		(message) => message.querySelector('.name').textContent === name && message.querySelector('.content').textContent === content).dataset.id)`, name, content))
}

// clears empties the composer.
func (w *window) clears() {
	w.t.Helper()
	eval[any](w, `() => document.querySelector('#draft').select()`)
	w.press(kb.Delete)
	w.await(`() => document.querySelector('#draft').value === ''`)
}

// points moves the mouse to the middle of something.
func (w *window) points(selector string) {
	w.t.Helper()
	w.settles()
	at := eval[struct{ X, Y float64 }](w, `(selector) => {
		const { x, y, width, height } = document.querySelector(selector).getBoundingClientRect();
		return { X: x + width / 2, Y: y + height / 2 };
	}`, selector)
	w.do(chromedp.MouseEvent(input.DispatchMouseEventTypeMouseMoved, at.X, at.Y))
}

// picks what is to be done with a message from its menu.
func (w *window) picks(message, action string) {
	w.t.Helper()
	w.points(message + " .bubble")
	w.click(message + " .toolbar [aria-label=More]")
	w.shows("#menu:popover-open")
	w.choice(action)
}

// choice clicks an entry of the menu that is open.
func (w *window) choice(action string) {
	w.t.Helper()
	w.settles()
	require.True(w.t, eval[bool](w, `(action) => {
		const entry = [...document.querySelectorAll('#menu:popover-open [role=menuitem]')].find((entry) => entry.textContent.startsWith(action));
		entry?.click();
		return Boolean(entry);
	}`, action), "%s is in the menu", action)
}

// reactions waits until these are under a message, each as "emoji number", with * where mine is among them.
func (w *window) reactions(message string, want ...string) {
	w.t.Helper()
	w.await(`(message, want) => [...document.querySelectorAll(message + ' [data-emoji]')].map(
		(button) => button.dataset.emoji + ' ' + button.textContent.slice(button.dataset.emoji.length) + (button.ariaPressed === 'true' ? '*' : '')).join() === want.join()`, message, append([]string{}, want...))
}
