package auth_test

import (
	"context"
	"errors"
	"fmt"
	"net/http/httptest"
	"slices"
	"time"

	"gochatting/internal/auth"
	"gochatting/internal/message"
	"gochatting/internal/store"
)

func (w *world) ask(b *browser, email string) {
	w.log("ask %d %s", slices.Index(w.browsers, b), email)
	answer := httptest.NewRecorder()
	asker := b.auth.Ask(answer)
	code, link, expires, err := w.store.NewProof(w.t.Context(), email, asker)
	if h := w.holders[email]; h != nil && h.banned.After(w.now()) {
		w.fail(errors.Is(err, store.ErrBanned), "a code for who is banned: %v", err)
		return
	}
	w.fail(err == nil, "%v", err)
	b.keep(answer)
	w.mails = append(w.mails, &mailed{email: email, code: code, link: link, to: b, expires: expires})
	live := 0
	for _, m := range slices.Backward(w.mails) {
		if m.email == email && !m.dead && m.expires.After(w.now()) {
			if live++; live > 20 {
				m.dead = true
			}
		}
	}
}

// tryMailed types a code that was mailed: to this browser or another one, lately or long ago, or none.
func (w *world) tryMailed(b *browser, email string) {
	var latest, typed *mailed
	for _, m := range w.mails {
		if m.to == b {
			latest = m // what it asked for before was good only with an older cookie
		}
	}
	typed = latest
	if latest == nil || w.dice.IntN(3) == 0 {
		typed = w.aMail()
	}
	if latest != nil && w.dice.IntN(4) > 0 {
		email = latest.email
	}
	if typed == nil || latest == nil {
		return
	}
	code := typed.code
	if w.dice.IntN(4) == 0 {
		code = fmt.Sprintf("%06d", w.dice.IntN(1_000_000))
	}
	shown, banned := proofWrong, w.holders[email] != nil && w.holders[email].banned.After(w.now())
	if !banned && !latest.dead && latest.email == email {
		latest.tries++
		if code == latest.code && latest.tries <= 5 && latest.expires.After(w.now()) {
			shown = proofMail
		}
	}
	for ; w.dice.IntN(3) > 0 && shown == proofMail; latest.tries++ { // first some wrong ones
		w.join(b, auth.Evidence{Email: email, Mailed: "x"}, proofWrong)
		if latest.tries == 5 {
			shown = proofWrong
		}
	}
	if w.join(b, auth.Evidence{Email: email, Mailed: code, Fresh: w.dice.IntN(3) == 0, Invite: w.anInvite()}, shown) {
		latest.dead = true
	} else if shown == proofMail {
		latest.tries-- // what is refused for another reason changes nothing
	}
}

// followLink follows a link that was mailed or shown with a device code, dead or not; and maybe once more.
func (w *world) followLink(b *browser) {
	m, fresh, invite := w.aMail(), w.dice.IntN(3) == 0, w.anInvite()
	if m != nil && w.dice.IntN(2) == 0 {
		for range 1 + w.dice.IntN(2) {
			m.dead = w.follow(b, m.link, m.email, fresh, invite, proofMail, m.dead || !m.expires.After(w.now())) || m.dead
			b = pick(w, w.browsers)
		}
		return
	}
	if len(w.devices) == 0 {
		return
	}
	d := w.devices[max(0, len(w.devices)-1-w.dice.IntN(3))]
	for range 1 + w.dice.IntN(2) {
		d.dead = w.follow(b, d.link, d.of.email, fresh, invite, proofDevice, d.dead || !d.expires.After(w.now())) || d.dead
		b = pick(w, w.browsers)
	}
}

func (w *world) follow(b *browser, link, email string, fresh bool, invite string, shown int, dead bool) (used bool) {
	if dead {
		email, shown = "nobody", proofWrong
	}
	return w.join(b, auth.Evidence{Link: link, Email: email, Fresh: fresh, Invite: invite}, shown)
}

// showCode has a browser show a device code of somebody whom it is.
func (w *world) showCode(b *browser) {
	h := w.whom(b)
	if h == nil {
		return
	}
	w.log("showCode %d %s", slices.Index(w.browsers, b), h.email)
	me, err := b.auth.Who(b.request("/?as=" + h.id))
	w.fail(err == nil, "%v", err)
	code, link, expires, err := w.store.NewCode(w.t.Context(), me.ID)
	w.fail(err == nil, "%v", err)
	w.dropDevices(h)
	w.devices = append(w.devices, &device{of: h, code: code, link: link, expires: expires})
}

// tryDevice types a device code: of this address or another one, lately or long ago, or none.
func (w *world) tryDevice(b *browser, email string) {
	code := fmt.Sprintf("%06d", w.dice.IntN(1_000_000))
	if len(w.devices) > 0 {
		d := pick(w, w.devices)
		if w.dice.IntN(4) > 0 {
			code = d.code
		}
		if w.dice.IntN(4) > 0 {
			email = d.of.email
		}
	}
	h, shown := w.holders[email], proofWrong
	var right *device
	if h != nil && !h.banned.After(w.now()) {
		for _, d := range w.devices {
			if d.of == h && !d.dead {
				if d.tries++; d.code == code && d.tries <= 5 && d.expires.After(w.now()) {
					right, shown = d, proofDevice
				}
			}
		}
	}
	if w.join(b, auth.Evidence{Email: email, Device: code, Fresh: w.dice.IntN(3) == 0}, shown) {
		right.dead = true
	} else if right != nil {
		right.tries--
	}
}

// prove has a browser prove an address in place, by whatever was mailed to it last.
func (w *world) prove(b *browser) {
	var latest *mailed
	for _, m := range w.mails {
		if m.to == b {
			latest = m
		}
	}
	h := w.whom(b)
	if h == nil || latest == nil {
		return
	}
	w.log("prove %d %s", slices.Index(w.browsers, b), h.email)
	me, err := b.auth.Who(b.request("/?as=" + h.id))
	w.fail(err == nil, "%v", err)
	_, _, err = b.auth.Prove(b.request("/"), me, latest.code)
	right := false
	if latest.email == h.email && !latest.dead {
		latest.tries++
		right = latest.tries <= 5 && latest.expires.After(w.now())
	}
	w.fail(right == (err == nil), "proven in place: want %v, got %v", right, err)
	if latest.dead = latest.dead || right; right && !h.proven {
		w.verify(h, b)
	}
}

func (w *world) signOut(b *browser) {
	h := w.whom(b)
	if h == nil {
		return
	}
	w.log("signOut %d %s", slices.Index(w.browsers, b), h.email)
	me, err := b.auth.Who(b.request("/?as=" + h.id))
	w.fail(err == nil, "%v", err)
	b.leave(me)
	delete(h.in, b)
	w.dropDevices(h)
	w.loseIfUnheld(h)
}

func (w *world) endOthers(b *browser) {
	h := w.whom(b)
	if h == nil {
		return
	}
	w.log("endOthers %d %s", slices.Index(w.browsers, b), h.email)
	me, err := b.auth.Who(b.request("/?as=" + h.id))
	w.fail(err == nil, "%v", err)
	_, err = w.store.EndSessions(w.t.Context(), h.id, me.ID)
	w.fail(err == nil, "%v", err)
	h.in = map[*browser]bool{b: h.in[b]}
	w.dropDevices(h)
}

func (w *world) invite(b *browser) {
	h := w.whom(b)
	if h == nil {
		return
	}
	most := 1 + w.dice.IntN(2)
	made, secret, err := w.store.Invite(w.t.Context(), h.id, message.Lobby, message.RoleMember, time.Hour*24*30, most)
	if errors.Is(err, store.ErrTooMany) {
		return
	}
	w.log("invite %d %s", slices.Index(w.browsers, b), h.email)
	w.fail(err == nil, "%v", err)
	w.invites = append(w.invites, &invite{secret: secret, id: made.ID, by: h, left: most})
}

// guest has a socket of the first dialect speak for an address: never for one that somebody holds, and never
// as anybody who was there before.
func (w *world) guest(b *browser, email string) {
	w.log("guest %s", email)
	u, err := b.auth.Guest(b.request("/chat"), email)
	h := w.holders[email]
	switch {
	case h != nil && h.banned.After(w.now()):
		w.fail(errors.Is(err, store.ErrBanned), "a guest for who is banned: %v", err)
		return
	case h.held(w.now()):
		w.fail(errors.Is(err, store.ErrHeld), "a guest for who is held: %v", err)
		return
	}
	w.fail(err == nil, "%v", err)
	w.fail(!w.known[u.ID] || w.guests[u.ID], "a guest was somebody before")
	w.known[u.ID], w.guests[u.ID] = true, true
	if h != nil {
		w.lose(h)
	}
}

// operate is what whoever runs the server does about an address.
func (w *world) operate(email string) {
	h := w.holders[email]
	if h == nil {
		return
	}
	ctx := w.t.Context()
	switch {
	case h.banned.After(w.now()):
		w.log("unban %s", email)
		w.fail(w.store.Unban(ctx, store.Operator, h.id) == nil, "unban")
		h.banned = time.Time{} // and whoever types it next has it
	case w.dice.IntN(3) == 0:
		w.log("release %s", email)
		_, err := w.store.Release(ctx, store.Operator, h.id)
		w.fail(err == nil, "%v", err)
		w.lose(h)
	default:
		w.ban(ctx, h)
	}
}

func (w *world) ban(ctx context.Context, h *holder) {
	w.log("ban %s", h.email)
	until := w.now().Add(time.Hour)
	_, err := w.store.Ban(ctx, store.Operator, h.id, until, nil)
	w.fail(err == nil, "%v", err)
	h.banned, h.in = until, map[*browser]bool{}
	w.dropDevices(h)
	w.dropInvites(h)
	for _, m := range w.mails {
		m.dead = m.dead || m.email == h.email
	}
}

// wait lets time pass: enough for codes to die, or for sessions that nobody uses.
func (w *world) wait() {
	if w.dice.IntN(2) == 0 {
		w.log("wait")
		w.pass(11 * time.Minute)
		return
	}
	here := w.browsers[:w.dice.IntN(len(w.browsers)+1)]
	w.log("wait long, %d come by", len(here))
	w.pass(20 * 24 * time.Hour)
	for _, b := range here {
		_, err := b.auth.People(b.request("/"))
		w.fail(err == nil, "%v", err)
	}
	w.pass(20 * 24 * time.Hour)
	w.invites = nil
	for _, h := range w.holders {
		if len(h.in) == 0 {
			continue
		}
		for b := range h.in {
			if !slices.Contains(here, b) {
				delete(h.in, b)
			}
		}
		if !h.held(w.now()) {
			w.lose(h)
		}
	}
}
