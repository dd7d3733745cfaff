package main

import (
	"crypto/rand"
	"slices"
	"testing"

	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/assert"

	"gochatting/internal/chattest"
	"gochatting/internal/message"
)

// joins opens a window of somebody's own, who types their email and is in the room.
func (b *browser) joins(t *testing.T, base, email string) *window {
	t.Helper()
	w := b.window(t)
	w.join(base, email)
	return w
}

// join types an email at the door and waits until the room is live.
func (w *window) join(base, email string) {
	w.t.Helper()
	w.knock(base, email)
	w.live()
}

// knock types an email at the door.
func (w *window) knock(base, email string) {
	w.t.Helper()
	w.open(base + "/")
	w.click("#join [name=email]")
	w.write(email)
	w.press(kb.Enter)
}

// live waits until the room is connected and shows who is here.
func (w *window) live() {
	w.t.Helper()
	w.await(`() => document.querySelector('#connection')?.dataset.state === 'online' && document.querySelector('#people li')`)
}

// me is the id of the person that the window is.
func (w *window) me() string {
	return eval[string](w, `() => JSON.parse(document.querySelector('#boot').textContent).Me.ID`)
}

// drafts writes into the composer.
func (w *window) drafts(text string) {
	w.t.Helper()
	w.click("#composer textarea")
	w.write(text)
}

// says writes and sends.
func (w *window) says(text string) {
	w.t.Helper()
	w.drafts(text)
	w.press(kb.Enter)
}

// hears waits until somebody's message is in the log, for good.
func (w *window) hears(name, content string) {
	w.t.Helper()
	w.await(`(name, content) => [...document.querySelectorAll('article.message[data-id]:not(.pending)')].some(
		(message) => message.querySelector('.name').textContent === name && message.querySelector('.content').textContent === content)`, name, content)
}

// with waits until just these are in the sidebar, in any order, with pictures, and counted.
func (w *window) with(names ...string) {
	w.t.Helper()
	slices.Sort(names)
	w.await(`(names) => {
		const people = [...document.querySelectorAll('#people li[data-user]')];
		return people.map((person) => person.querySelector('.name').textContent).sort().join('\n') === names.join('\n')
			&& people.every((person) => person.querySelector('img.avatar').naturalWidth > 0)
			&& document.querySelector('#online').textContent === String(names.length);
	}`, names)
}

// A line is one message as the log shows it.
type line struct {
	ID      int64
	User    string
	Name    string
	Content string
}

// log is what the window shows, from top to bottom, what is not sent yet included with ID 0.
func (w *window) log() []line {
	w.t.Helper()
	return eval[[]line](w, `() => [...document.querySelectorAll('article.message')].map((message) => ({
		ID: Number(message.dataset.id ?? 0), User: message.dataset.user,
		Name: message.querySelector('.name').textContent, Content: message.querySelector('.content').textContent,
	}))`)
}

// history is the log as the server has it for a newcomer.
func history(t *testing.T, base string) []line {
	var lines []line
	for _, m := range chattest.Join(t, base, rand.Text()+"@example.com").History(message.Lobby) {
		text := m.TextMessage
		lines = append(lines, line{text.ID, text.UserInfo.ID, text.UserInfo.Name, text.Content})
	}
	return lines
}

// showHistory sees that windows show all that was said, once and in order, and nothing else.
func showHistory(t *testing.T, base string, windows ...*window) {
	t.Helper()
	said := history(t, base)
	for _, w := range windows {
		w.await(`(n) => document.querySelectorAll('article.message').length >= n`, len(said))
		assert.Equal(t, said, w.log())
	}
}
