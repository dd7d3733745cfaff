package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"testing"

	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gochatting/internal/chattest"
	"gochatting/internal/message"
)

// as is the person that a window is, outside of the window.
func (w *window) as(base string) *chattest.Person {
	w.t.Helper()
	device := eval[struct{ Code, Email string }](w, `async () => {
		const { As, Me } = JSON.parse(document.querySelector('#boot').textContent);
		const answer = await fetch('/api/v1/me/devices?as=' + As, { method: 'POST' });
		return { Email: Me.Email, ...await answer.json() };
	}`)
	p := chattest.Visitor(w.t, base)
	status, _ := p.Submit("/join", url.Values{"email": {device.Email}, "code": {device.Code}})
	require.Equal(w.t, http.StatusSeeOther, status)
	require.Equal(w.t, http.StatusOK, p.Get("/api/v1/me", &p.Me))
	return p
}

// makes has somebody make a room, which others are in too.
func makes(p *chattest.Person, kind, name string, others ...*chattest.Person) message.Room {
	p.T.Helper()
	made := struct {
		Name, Kind string
		Users      []string
	}{Name: name, Kind: kind}
	for _, other := range others {
		made.Users = append(made.Users, other.Me.ID)
	}
	body, err := json.Marshal(made)
	require.NoError(p.T, err)
	var room message.Room
	require.Equal(p.T, http.StatusCreated, p.Post("/api/v1/rooms", string(body), &room))
	return room
}

// posts has somebody say something; the ID of what was said.
func posts(p *chattest.Person, room, text string) int64 {
	p.T.Helper()
	body, err := json.Marshal(map[string]any{"TextMessage": map[string]string{"Content": text}})
	require.NoError(p.T, err)
	var said message.Message
	require.Equal(p.T, http.StatusCreated, p.Post("/api/v1/rooms/"+room+"/messages", string(body), &said))
	return said.TextMessage.ID
}

// goes chooses a room in the list.
func (w *window) goes(room message.Room) {
	w.t.Helper()
	w.click(fmt.Sprintf(`#rooms a[data-room="%s"]`, room.ID))
	w.in(room.ID)
}

// in waits until a room is shown.
func (w *window) in(id string) {
	w.t.Helper()
	w.await(`(id) => location.pathname === '/rooms/' + id && document.querySelector('#rooms [aria-current]')?.dataset.room === id`, id)
}

// counts waits until the list of rooms counts so many unread messages, and mentions.
func (w *window) counts(room message.Room, unread, mentions string) {
	w.t.Helper()
	w.await(`(id, unread, mentions) => {
		const link = document.querySelector('#rooms a[data-room="' + id + '"]');
		return link?.querySelector('.count').textContent === unread && link.querySelector('.mentions').textContent === mentions;
	}`, room.ID, unread, mentions)
}

var lobby = message.Room{ID: message.Lobby}

// There is much in a room. Ann opens it where she left off, follows a link to one of its messages
// and scrolls both ways from there; she goes to another room and back and finds the place where
// she was.
func (b *browser) linkIntoTheMiddle(t *testing.T) {
	const said = 700
	server := start(t, t.TempDir(), "--limits", "off")
	ann := b.joins(t, server.Base, "ann@example.com")
	hers := ann.as(server.Base)
	ben := chattest.Join(t, server.Base, "ben@example.com")
	room := makes(hers, message.PrivateRoom, "long", ben)
	tab := ben.Open()
	for i := 1; i <= said; i++ {
		tab.SayIn(room.ID, fmt.Sprintf("%d in [the middle](/rooms/%s#m350)", i, room.ID))
		tab.Next(message.TextMType)
	}
	ann.counts(room, "100+", "")
	ann.goes(room)
	ann.await(`() => document.querySelector('.new-line + .day + .message')?.dataset.id === '1'`)
	ann.sees("#new-messages", "100+ new messages")
	ann.counts(room, "100+", "")
	ann.click("#new-messages")
	ann.await(`(last) => Number([...document.querySelectorAll('.message')].at(-1).dataset.id) === last`, said)
	ann.counts(room, "", "")

	eval[any](ann, `(room) => {
		const link = Object.assign(document.createElement('a'), { href: '/rooms/' + room + '#m350', textContent: 'there' });
		document.querySelector('#log').append(link);
		link.click();
		window.stays = true;
	}`, room.ID)
	const inSight = `(id) => {
		const box = log.getBoundingClientRect();
		const message = document.querySelector('.message[data-id="' + id + '"]')?.getBoundingClientRect();
		return message && message.top >= box.top && message.bottom <= box.bottom;
	}`
	ann.await(inSight, 350)
	ann.await(`() => document.querySelector('.message.found')?.dataset.id === '350' && location.hash === '#m350'`)
	for _, scroll := range []string{`() => { log.scrollTop = 0; }`, `() => { log.scrollTop = log.scrollHeight; }`} {
		for range 6 {
			before := eval[string](ann, `() => [...document.querySelectorAll('.message')].map((message) => message.dataset.id).join()`)
			eval[any](ann, scroll)
			ann.await(`(before) => [...document.querySelectorAll('.message')].map((message) => message.dataset.id).join() !== before`, before)
			inOrder(t, ann)
			assert.LessOrEqual(t, len(ann.log()), 450)
		}
	}

	was := eval[place](ann, `() => {
		log.scrollTop -= 333;
		const edge = log.getBoundingClientRect().top;
		const read = [...document.querySelectorAll('.message')].find((message) => message.getBoundingClientRect().bottom > edge);
		return { ID: read.dataset.id, Top: read.getBoundingClientRect().top };
	}`)
	ann.goes(lobby)
	posts(ben, message.Lobby, "meanwhile")
	ann.hears("ben", "meanwhile")
	ann.goes(room)
	assert.InDelta(t, was.Top, eval[float64](ann, `(id) => document.querySelector('.message[data-id="' + id + '"]').getBoundingClientRect().top`, was.ID), 1,
		"it is where she left it")
	eval[any](ann, `() => history.back()`)
	ann.in(message.Lobby)
	assert.True(t, eval[bool](ann, `() => window.stays`), "the page was never loaded again")
}

// Ann follows a link to a room that she is not in: she may look, and joins. When she leaves it she
// is in the lobby; a private room that she has left is closed to her.
func (b *browser) lookJoinAndLeave(t *testing.T) {
	server := start(t, t.TempDir())
	ann := b.joins(t, server.Base, "ann@example.com")
	hers := ann.as(server.Base)
	ben := b.joins(t, server.Base, "ben@example.com")
	his := ben.as(server.Base)
	open := makes(his, message.OpenRoom, "open to all")
	secret := makes(his, message.PrivateRoom, "secret", hers)
	posts(his, open.ID, "before she came")

	ann.open(server.Base + "/rooms/" + open.ID)
	ann.live()
	ann.hears("ben", "before she came")
	ann.sees(".preview .words", "You are looking at open to all. Join to take part.")
	ann.hides("#composer")
	posts(his, open.ID, "while she looked")
	ann.click(".preview .join")
	ann.hears("ben", "while she looked")
	ann.in(open.ID)
	ann.says("I am in.")
	ben.goes(open)
	ben.hears("ann", "I am in.")
	posts(his, open.ID, "Welcome.")
	ann.hears("ben", "Welcome.")
	ben.with("ann", "ben")

	require.Equal(t, http.StatusOK, hers.Delete("/api/v1/rooms/"+open.ID+"/members/me", nil))
	ann.in(message.Lobby)
	ann.hides(fmt.Sprintf(`#rooms a[data-room="%s"]`, open.ID))
	ann.goes(secret)
	require.Equal(t, http.StatusOK, hers.Delete("/api/v1/rooms/"+secret.ID+"/members/me", nil))
	ann.in(message.Lobby)
	ann.expect("status of 404")
	eval[any](ann, `() => history.back()`)
	ann.in(message.Lobby)
	ann.open(server.Base + "/rooms/" + secret.ID)
	ann.sees("h1", "Not found")
}

// Ann says something in a room while the server is away, and goes to another one and reloads that
// when the server is back: all of it goes out.
func (b *browser) otherRoomsGoOut(t *testing.T) {
	data := t.TempDir()
	server := start(t, data)
	ann := b.joins(t, server.Base, "ann@example.com")
	hers := ann.as(server.Base)
	room := makes(hers, message.OpenRoom, "elsewhere")
	ann.counts(room, "", "")
	ann.goes(room)
	ann.drafts("a draft of this room")
	ann.goes(lobby)
	ann.await(`() => document.querySelector('#draft').value === ''`)
	ann.goes(room)
	ann.await(`() => document.querySelector('#draft').value === 'a draft of this room'`)
	ann.expectNoServer()
	server.stop()
	ann.click("#draft")
	ann.press(kb.Enter)
	ann.sees(".message.pending .content", "a draft of this room")
	ann.goes(lobby)
	ann.says("and in the lobby")
	ann.sees(".message.pending .content", "and in the lobby")
	ann.open("about:blank")
	server = start(t, data, "--addr", server.Base[len("http://"):])
	tab := hers.Open()
	ann.open(server.Base + "/rooms/lobby")
	heard := make(map[string]string)
	for range 2 {
		said := tab.Next(message.TextMType)
		heard[said.Room] = said.TextMessage.Content
	}
	assert.Equal(t, map[string]string{room.ID: "a draft of this room", message.Lobby: "and in the lobby"}, heard)
	ann.hears("ann", "and in the lobby")
	ann.goes(room)
	ann.hears("ann", "a draft of this room")
	ann.hides(".pending")
}
