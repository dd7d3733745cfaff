package main

import (
	"fmt"
	"net"
	"strconv"
	"testing"
	"time"

	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gochatting/internal/chattest"
	"gochatting/internal/mail/mailtest"
	"gochatting/internal/message"
)

// startMailing runs a server that proves addresses by mail.
func startMailing(t *testing.T, smtp *mailtest.Server, args ...string) *process {
	t.Helper()
	free, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	address := free.Addr().String()
	require.NoError(t, free.Close())
	return start(t, t.TempDir(), append([]string{
		"--addr", address, "--base-url", "http://" + address,
		"--smtp", smtp.URL.String(), "--mail-from", "chat@example.com",
	}, args...)...)
}

// Ann typed her address, and proves it: at first the mail server is down, then she mistypes the code.
// The rings of what she said close for everybody, and nothing asks her again.
func (b *browser) verifying(t *testing.T) {
	smtp := mailtest.New(t, mailtest.Options{Bare: true})
	server := startMailing(t, smtp)
	ann := b.joins(t, server.Base, "ann@example.com")
	ben := b.joins(t, server.Base, "ben@example.com")
	ann.says("It is me.")
	ben.hears("ann", "It is me.")
	ben.shows(".message.typed")

	ann.expect(`status of (503|403)`)
	smtp.Down()
	ann.click("#me")
	ann.sees("#you .standing", "Not verified: this address was only typed.")
	ann.click("#verify-me")
	ann.sees("#verify [role=alert]", "The mail server cannot be reached just now.")
	ann.sees("#verify [role=status]", "No code could be mailed to ann@example.com.")
	smtp.Up()
	ann.click("#verify button[type=button]")
	ann.sees("#verify [role=status]", "A code was mailed to ann@example.com. It works for ten minutes; the link in the mail does the same.")
	code := smtp.Next("ann@example.com").Code
	require.Regexp(t, `^\d{6}$`, code)

	ann.await(`() => document.activeElement.name === 'Code'`)
	number, err := strconv.Atoi(code)
	require.NoError(t, err)
	ann.write(fmt.Sprintf("%06d", (number+1)%1_000_000))
	ann.press(kb.Enter)
	ann.sees("#verify [role=alert]", "This code is not right, or not any more.")
	ann.await(`() => document.activeElement.name === 'Code' && getSelection().toString() !== ''`)
	ann.write(code[:3] + " " + code[3:])
	ann.press(kb.Enter)
	ann.hides("#verify")
	ann.sees("#toast p", "Your address is verified.")

	for _, w := range []*window{ann, ben} {
		w.await(`() => document.querySelector('.message').classList.contains('verified') && document.querySelectorAll('#people .verified').length === 1`)
	}
	ann.click("#me")
	ann.sees("#you .standing", "Verified: this address was proven.")
	ann.hides("#verify-me")
	ann.press(kb.Escape)
	ann.reload()
	ann.live()
	ann.shows("#me.verified")
}

// Ben proves his address by the link in the mail, in another browser. The page that asked for the
// mail notices.
func (b *browser) verifyingByTheLink(t *testing.T) {
	smtp := mailtest.New(t, mailtest.Options{Bare: true})
	server := startMailing(t, smtp)
	ben := b.joins(t, server.Base, "ben@example.com")
	ben.click("#me")
	ben.click("#verify-me")
	link := smtp.Next("ben@example.com").Link
	other := ben.another()
	other.open(link)
	other.click("main button")
	other.live()
	ben.hides("#verify")
	ben.shows("#me.verified")
	assert.Equal(t, ben.me(), other.me())
}

// Ann is in with three browsers. In one of them she sees the others, and signs out one, then all.
func (b *browser) devices(t *testing.T) {
	server := start(t, t.TempDir())
	ann := b.joins(t, server.Base, "ann@example.com")
	for range 2 {
		phone := b.window(t)
		phone.prefers("en")
		ann.click("#me")
		ann.click("#see-devices")
		ann.shows("#devices li")
		ann.click("#devices .primary")
		ann.await(`() => /^\d{6}$/.test(document.querySelector('#device .code')?.textContent)`)
		ann.shows("#device .qr path")
		code := ann.text("#device .code")
		ann.press(kb.Escape)
		phone.expect(`status of 40[39]`)
		phone.knock(server.Base, "ann@example.com")
		phone.shows("#join [name=code]")
		phone.write(code)
		phone.press(kb.Enter)
		phone.live()
		t.Cleanup(func() {
			phone.expect(`status of 40[139]`)
			phone.await(`() => document.querySelector('#ended').textContent.startsWith('You were signed out.')`)
		})
	}
	ann.click("#me")
	ann.click("#see-devices")
	ann.await(`() => document.querySelectorAll('#devices li').length === 3`)
	assert.Regexp(t, `^(Headless )?Chrom\w* on Linux$`, ann.text("#devices li:first-child .name"))
	assert.Equal(t, "This browser", ann.text("#devices li:first-child .tag"))
	assert.Zero(t, eval[int](ann, `() => document.querySelectorAll('#devices li:first-child button').length`))
	ann.click("#devices li:last-child button")
	ann.await(`() => document.querySelectorAll('#devices li').length === 2`)
	ann.sees("#devices .choices button", "Sign out all others")
	ann.click("#devices .choices button:last-child")
	ann.await(`() => document.querySelectorAll('#devices li').length === 1`)
	ann.hides("#devices .choices button:last-child")
	ann.press(kb.Escape)
	ann.says("still here")
	ann.hears("ann", "still here")
}

// later puts forward what the page takes for now.
func (w *window) later(d time.Duration) {
	w.t.Helper()
	eval[any](w, `(ms) => { const now = Date.now; Date.now = () => now() + ms; }`, d.Milliseconds())
}

// Olga owns the server. She mutes Ben, for whom a line with the time that is left takes the place of
// the field, until she lifts it; she makes him a reader, and a member again; all without a reload.
func (b *browser) silenced(t *testing.T) {
	server := start(t, t.TempDir())
	olga := chattest.Join(t, server.Base, "olga@example.com")
	ben := b.joins(t, server.Base, "ben@example.com")
	ben.drafts("half a sent")
	user := "/api/v1/users/" + ben.me()

	olga.Put(user+"/mute", `{"Minutes":10}`, nil)
	ben.hides("#composer")
	ben.sees(".view .closed", "You have been muted. You can write again in 10 minutes.")
	ben.later(9 * time.Minute)
	ben.await(`() => / again in (60|5\d) seconds\.$/.test(document.querySelector('.view .closed').textContent)`)
	ben.await(`() => / again in 5[0-8] seconds\.$/.test(document.querySelector('.view .closed').textContent)`)
	ben.reload()
	ben.live()
	ben.hides("#composer")
	ben.shows(".view .closed")
	olga.Delete(user+"/mute", nil)
	ben.hides(".view .closed")
	ben.shows("#composer")
	assert.Equal(t, "half a sent", eval[string](ben, `() => document.querySelector('#draft').value`))

	olga.Patch(user, `{"Role":"reader"}`, nil)
	ben.sees(".view .closed", "You read along here, and cannot write.")
	ben.hides("#composer")
	olga.SayIn(message.Lobby, "for readers too")
	ben.hears("olga", "for readers too")
	ben.click("#me")
	ben.sees("#you .role", "Reader")
	olga.Patch(user, `{"Role":"member"}`, nil)
	ben.await(`() => document.querySelector('#you .role').textContent === ''`)
	ben.press(kb.Escape)
	ben.hides(".view .closed")
	ben.click("#draft")
	ben.write("ence")
	ben.press(kb.Enter)
	ben.hears("ben", "half a sentence")
}

// A mute ends by itself, and with it the line; no server has to say so.
func (b *browser) muteRunsOut(t *testing.T) {
	server := start(t, t.TempDir())
	olga := chattest.Join(t, server.Base, "olga@example.com")
	ben := b.joins(t, server.Base, "ben@example.com")
	olga.Put("/api/v1/users/"+ben.me()+"/mute", `{"Minutes":1}`, nil)
	ben.hides("#composer")
	ben.later(58 * time.Second)
	ben.shows("#composer")
	ben.hides(".view .closed")
}

// In slow mode Ben says one thing, and waits for the next; Olga, who keeps order, does not.
func (b *browser) slowMode(t *testing.T) {
	server := start(t, t.TempDir())
	olga := b.joins(t, server.Base, "olga@example.com")
	ben := b.joins(t, server.Base, "ben@example.com")
	hers := olga.as(server.Base)
	hers.Patch("/api/v1/rooms/lobby", `{"Slow":600}`, nil)
	ben.says("one")
	olga.hears("ben", "one")
	ben.sees("#composer-hint", "Slow mode: you can send the next message in 10 minutes.")
	ben.says("two")
	ben.await(`() => document.querySelector('.send').disabled && document.querySelector('#draft').value === 'two'`)
	ben.hides(".pending")
	for _, text := range []string{"I need not wait", "at all"} {
		olga.says(text)
		ben.hears("olga", text)
	}
	ben.reload()
	ben.live()
	ben.await(`() => document.querySelector('.send').disabled && document.querySelector('#draft').value === 'two'`)
	hers.Patch("/api/v1/rooms/lobby", `{"Slow":0}`, nil)
	ben.await(`() => !document.querySelector('.send').disabled`)
	ben.click(".send")
	olga.hears("ben", "two")
}
