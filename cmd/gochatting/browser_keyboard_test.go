package main

import (
	"slices"
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// focused names what has the focus: its id, the id of its label, its label or its text.
func (w *window) focused() string {
	w.t.Helper()
	return eval[string](w, `() => {
		const at = document.activeElement;
		return at === document.body ? '' : at.id || at.getAttribute('aria-labelledby') || at.ariaLabel || at.textContent.trim();
	}`)
}

// tabTo presses Tab until something has the focus.
func (w *window) tabTo(name string, options ...chromedp.KeyOption) {
	w.t.Helper()
	for presses := 0; w.focused() != name; presses++ {
		require.Less(w.t, presses, 30, "Tab does not lead to %s", name)
		w.press(kb.Tab, options...)
	}
}

// Ann has no mouse. She joins, writes in several lines, sends, goes everywhere with Tab, asks for
// a device code and signs out, and sees at each step where she is.
func (b *browser) keyboardAlone(t *testing.T) {
	server := start(t, t.TempDir())
	ann := b.window(t)
	ann.open(server.Base + "/")
	ann.await(`() => document.activeElement.name === 'email'`)
	ann.write("ann@example.com")
	ann.press(kb.Enter)
	ann.live()
	ann.await(`() => document.querySelectorAll('.more-ways button').length === 2`)

	visited := ann.tour()
	require.Contains(t, visited, "draft")
	assert.Equal(t, []string{
		"go-to", "Find rooms", "New room", "Lobby", "New direct message", "Invite people", "Keeping order", "me",
		"about-room", "Pinned messages", "Search", "log", "Attach files", "draft", "Emoji", "people-title",
	}, visited)
	ann.tabTo("draft")
	ann.write("first")
	ann.press(kb.Enter, chromedp.KeyModifiers(chromedp.ModifierShift))
	ann.write("second")
	assert.Empty(t, ann.log(), "Shift+Enter does not send")
	ann.press(kb.Enter)
	ann.hears("ann", "first\nsecond")
	assert.Equal(t, "draft", ann.focused())
	ann.await(`() => document.querySelector('#draft').value === ''`)
	ann.press(kb.Enter)
	ann.write("   ")
	ann.press(kb.Enter)
	ann.says("after nothing")
	ann.hears("ann", "after nothing")
	assert.Len(t, ann.log(), 2, "nothing is not sent")

	ann.tabTo("me", chromedp.KeyModifiers(chromedp.ModifierShift))
	ann.press(kb.Enter)
	ann.shows("#you[open]")
	ann.tabTo("add-device")
	ann.press(" ")
	ann.shows("#device[open]")
	ann.press(kb.Escape)
	ann.hides("#device")
	ann.press(kb.Enter)
	ann.shows("#you[open]")
	ann.tabTo("ask-leave")
	ann.press(kb.Enter)
	ann.shows("#leave[open]")
	ann.tabTo("Sign out")
	ann.press(kb.Enter)
	ann.shows("#join")
}

// tour presses Tab from the beginning until it comes round, sees that what has the focus is
// marked, and names it all.
func (w *window) tour() (visited []string) {
	w.t.Helper()
	eval[any](w, `() => { document.activeElement.blur(); getSelection().collapse(document.body, 0); }`)
	for range 30 {
		w.press(kb.Tab)
		here := w.focused()
		if here == "" || slices.Contains(visited, here) {
			return visited
		}
		assert.True(w.t, eval[bool](w, `() => {
			const at = document.activeElement;
			const marked = (style) => style.outlineStyle !== 'none' && style.outlineWidth !== '0px' || style.boxShadow !== 'none';
			return marked(getComputedStyle(at)) || marked(getComputedStyle(at.parentElement));
		}`), "%s shows that it has the focus", here)
		visited = append(visited, here)
	}
	return visited
}

// Mei writes Chinese: the Enter that ends the choice of a word does not send.
func (b *browser) chineseInput(t *testing.T) {
	server := start(t, t.TempDir())
	mei := b.joins(t, server.Base, "mei@example.com")
	mei.click("#composer textarea")
	mei.do(command(input.ImeSetComposition, input.ImeSetCompositionParams{Text: "ni hao", SelectionStart: 6, SelectionEnd: 6}))
	mei.press(kb.Enter)
	mei.await(`() => document.querySelector('#draft').value.startsWith('ni hao')`)
	assert.Empty(t, mei.log())
	mei.do(command(input.ImeSetComposition, input.ImeSetCompositionParams{}))
	mei.write("你好")
	mei.press(kb.Enter)
	mei.await(`() => document.querySelector('#draft').value === ''`)
	mei.hears("mei", "你好")
	assert.Len(t, mei.log(), 1)
}
