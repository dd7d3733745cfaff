package main

import (
	"testing"

	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/assert"

	"gochatting/internal/message"
)

// invites makes a link in the dialog that is open, for a member or a reader, and gives it.
func (w *window) invites(role, uses string) (link string) {
	w.t.Helper()
	w.click("#invitations [value=" + role + "]")
	eval[any](w, `(uses) => { document.querySelector('#invitations form.fields').elements.Uses.value = uses; }`, uses)
	w.click("#invitations form.fields .primary")
	w.shows("#invitations .made .qr")
	return eval[string](w, `() => document.querySelector('#invitations .made input').value`)
}

// Ann makes links into her room: by one Cleo comes to read, until Ann takes her out, by another Dan to talk;
// a third she revokes, and Eve, who has it, is told so.
func (b *browser) invitingByALink(t *testing.T) {
	server := start(t, t.TempDir(), "--join", "invite", "--limits", "off")
	ann := b.joins(t, server.Base, "ann@example.com")
	hers := ann.as(server.Base)
	crew := makes(hers, message.PrivateRoom, "crew")
	ann.goes(crew)
	ann.says("welcome")

	ann.click("#about-room")
	ann.click("#details .by-link")
	ann.shows("#invitations[open]")
	assert.Equal(t, crew.ID, eval[string](ann, `() => document.querySelector('#invitations form.fields').elements.Room.value`))
	assert.Equal(t, "10", eval[string](ann, `() => document.querySelector('#invitations form.fields').elements.Uses.value`), "as of gochatting user invite")
	ann.sees("#invitations .live .state", "There are none.")
	reading := ann.invites("reader", "1")
	assert.Regexp(t, `^`+server.Base+`/i/\w+$`, reading)
	ann.sees("#invitations .live .name", "crew")
	ann.await(`() => document.querySelector('#invitations .live .topic').textContent.startsWith('readers · 0 of 1 used · until ')`)
	ann.click("#invitations .another")
	talking := ann.invites("member", "0")
	ann.click("#invitations .another")
	revoked := ann.invites("member", "10")
	ann.lists("#invitations .live", "crew", "crew", "crew")
	ann.click("#invitations .live .revoke")
	ann.sees("#ask h2", "Revoke this link?")
	ann.click("#ask [value=yes]")
	ann.lists("#invitations .live", "crew", "crew")
	ann.shows("#invitations form.fields")
	ann.press(kb.Escape)
	ann.press(kb.Escape)
	ann.hides("dialog")

	cleo := b.window(t)
	cleo.accepts(reading, "cleo@example.com")
	cleo.in(crew.ID)
	cleo.hears("ann", "welcome")
	cleo.hides("#composer")
	cleo.hides(".more-ways")
	cleo.hides("[data-command=new-room]")
	ann.says("look")
	cleo.hears("ann", "look")
	cleo.meets("ann")
	cleo.hides("#card .primary")
	cleo.press(kb.Escape)

	dan := b.window(t)
	dan.accepts(talking, "dan@example.com")
	dan.in(crew.ID)
	dan.says("I am Dan")
	cleo.hears("dan", "I am Dan")

	cleo.expect("404")
	ann.click("#about-room")
	ann.click("#details .remove[aria-label*=cleo]")
	ann.click("#ask [value=yes]")
	ann.lists("#details .members", "ann", "dan")
	cleo.sees("h1", "Not found")

	eve := b.window(t)
	eve.expect("404|410")
	eve.open(revoked)
	eve.sees("h1", "This link is over")
}

// accepts opens a link that invites, and comes in by it.
func (w *window) accepts(link, email string) {
	w.t.Helper()
	w.open(link)
	w.click("[name=email]")
	w.write(email)
	w.press(kb.Enter)
	w.live()
}
