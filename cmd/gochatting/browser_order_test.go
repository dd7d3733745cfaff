package main

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/assert"

	"gochatting/internal/chattest"
	"gochatting/internal/message"
)

// meets opens the card of somebody who is here.
func (w *window) meets(name string) {
	w.t.Helper()
	w.await(`(name) => [...document.querySelectorAll('#people .name')].some((one) => one.textContent === name)`, name)
	eval[any](w, `(name) => [...document.querySelectorAll('#people .name')].find((one) => one.textContent === name).closest('button').click()`, name)
	w.sees("#card[open] .name", name)
}

// offers waits until these are the ways on the card that is open, as their data-way names them.
func (w *window) offers(ways ...string) {
	w.t.Helper()
	w.await(`(ways) => [...document.querySelectorAll('#card[open] [data-way]')].map((way) => way.dataset.way).join() === ways.join()`, append([]string{}, ways...))
}

// decides clicks a way on the card and answers what is asked: one of the choices, if any, and then yes.
func (w *window) decides(way, choice string) {
	w.t.Helper()
	w.click(fmt.Sprintf("#card [data-way=%s]", way))
	w.shows("#ask[open]")
	if choice != "" {
		w.click(fmt.Sprintf("#ask [value=%q]", choice))
	}
	w.click("#ask [value=yes]")
	w.hides("#ask")
}

// Ann owns the server and makes Mo a moderator. Ben spoils the room; Mo deletes, mutes, takes away
// and brings back, bans, and lets him in again; and Ann reads in the log what Mo did.
func (b *browser) keepingOrder(t *testing.T) {
	server := start(t, t.TempDir(), "--limits", "off")
	ann := b.joins(t, server.Base, "ann@example.com")
	mo := b.joins(t, server.Base, "mo@example.com")
	ben := b.joins(t, server.Base, "ben@example.com")

	ben.shows(".more-ways button")
	ben.meets("mo")
	ben.hides("#card .badge")
	ben.hides("#card .keeping")
	ben.press(kb.Escape)

	ann.meets("mo")
	ann.offers("role", "mute", "purge", "ban")
	ann.decides("role", "moderator")
	ann.sees("#card .badge", "Moderator")
	ann.sees("#card .said", "mo: Moderator.")
	ann.press(kb.Escape)
	mo.sees(".more-ways li:not([hidden]) button", "Keeping order")
	mo.meets("ann")
	mo.sees("#card .badge", "Owner")
	mo.offers()
	mo.press(kb.Escape)

	ben.says("spoilt milk")
	spoilt := mo.messageOf("ben", "spoilt milk")
	mo.picks(spoilt, "Delete")
	mo.sees("#delete h2", "Delete this message of ben?")
	mo.click("#delete .danger")
	ann.shows(spoilt + ".deleted")

	mo.meets("ben")
	mo.offers("mute", "purge", "ban")
	mo.click("#card [data-way=mute]")
	mo.shows("#ask[open]")
	assert.Equal(t, "10", eval[string](mo, `() => document.activeElement.value`), "the shortest time has the focus")
	mo.press(kb.ArrowDown)
	mo.press(kb.Enter)
	mo.hides("#ask")
	mo.offers("unmute", "purge", "ban")
	assert.Regexp(t, `^Muted until \d+:\d+.[AP]M\.$|^Muted until .+, \d+:\d+.[AP]M\.$`, mo.text("#card .stands"))
	ben.hides("#composer")
	mo.click("#card [data-way=unmute]")
	mo.offers("mute", "purge", "ban")
	mo.sees("#card .said", "ben may speak again.")
	mo.press(kb.Escape)
	ben.shows("#composer")

	ben.says("more spoilt milk")
	ben.says("and **rotten** eggs")
	rotten := mo.messageOf("ben", "and rotten eggs")
	mo.meets("ben")
	mo.decides("purge", "")
	mo.sees("#toast p", "2 messages of ben were taken away.")
	mo.hides("#card")
	ann.shows(rotten + ".deleted")
	mo.click("#toast button")
	mo.sees("#toast p", "2 messages are back.")
	ann.hears("ben", "and rotten eggs")
	ann.hears("ben", "more spoilt milk")
	mo.hides(rotten + ".deleted")

	ben.expect("WebSocket|401")
	mo.meets("ben")
	mo.click("#card [data-way=ban]")
	mo.click("#ask [name=Network]")
	mo.click("#ask [value=yes]")
	mo.offers("purge", "unban")
	mo.sees("#card .said", "ben is banned. Their network is a private one, and stays open.")
	ben.shows("#ended")
	mo.press(kb.Escape)

	mo.click(".more-ways li:last-child button")
	mo.shows("#order[open]")
	mo.lists("#order", "ann", "ben", "mo")
	mo.hides("#order .switch button:last-child")
	mo.click("#order .switch button:nth-child(2)")
	mo.lists("#order .part:not([hidden])", "ben")
	mo.click("#order .unban")
	mo.sees("#order .state", "Nobody is banned.")
	mo.press(kb.Escape)

	ann.click(".more-ways li:last-child button")
	ann.click("#order .switch button:last-child")
	ann.await(`() => document.querySelectorAll('#order .act').length === 8`)
	assert.Equal(t, []string{
		"mo lifted the ban on ben", "BAN", "mo brought back 2 messages of ben", "mo took away 2 messages of ben", "mo let ben speak again", "MUTE",
		"mo deleted a message of ben in Lobby", "ann made mo a moderator",
	}, eval[[]string](ann, `() => [...document.querySelectorAll('#order .act .name')].map(({ textContent }) =>
		textContent.replace(/^mo banned ben until .+/, 'BAN').replace(/^mo muted ben until .+/, 'MUTE'))`))
	ann.press(kb.Escape)

	ben.join(server.Base, "ben@example.com")
	ben.hears("ben", "and rotten eggs")
}

// Ann makes a room, slows it down, and takes Ben out of it, though she keeps order nowhere else. Mo owns
// the server and does so too, from outside; and by commands.
func (b *browser) keepingARoom(t *testing.T) {
	server := start(t, t.TempDir(), "--limits", "off")
	mo := b.joins(t, server.Base, "mo@example.com")
	ann := b.joins(t, server.Base, "ann@example.com")
	hers := ann.as(server.Base)
	ben := b.joins(t, server.Base, "ben@example.com")
	his := ben.as(server.Base)
	plans := makes(hers, message.OpenRoom, "plans")
	his.Put("/api/v1/rooms/"+plans.ID+"/members/me", "", nil)
	ann.goes(plans)
	ben.goes(plans)
	ben.says("first")

	ann.click("#about-room")
	ann.lists("#details .members", "ann", "ben")
	eval[any](ann, `() => { const { Slow } = document.querySelector('#details form.fields').elements; Slow.value = 60; Slow.dispatchEvent(new Event('input', { bubbles: true })); }`)
	ann.click("#details .save")
	ann.hides("#details .save")
	ben.says("second")
	ben.await(`() => document.querySelector('#draft').value === 'second' || document.querySelector('.waiting .message')`)
	ben.hides(`article.message[data-id] ~ article.message[data-id]`)

	ann.hides("#details .lines .remove[aria-label*=ann]")
	ann.click("#details .lines .remove")
	ann.sees("#ask h2", "Remove ben from plans?")
	ann.click("#ask [value=yes]")
	ann.lists("#details .members", "ann")
	ben.in(message.Lobby)
	ben.sees("#composer-hint", "You are no longer in plans.")
	ann.press(kb.Escape)

	mo.open(server.Base + "/rooms/" + plans.ID)
	mo.live()
	first := mo.messageOf("ben", "first")
	mo.picks(first, "Delete")
	mo.click("#delete .danger")
	ann.shows(first + ".deleted")
	mo.click("#about-room")
	mo.shows("#details[open]")
	mo.fills("#details [name=Name]", "quiet plans")
	mo.click("#details .save")
	ann.sees("#room-name", "quiet plans")
	mo.press(kb.Escape)

	mo.goes(lobby)
	mo.says("/slow 90")
	mo.sees("#composer-hint", "Between two messages of one person there are 90 seconds now.")
	mo.says("/mute ben")
	mo.sees("#ask h2", "Mute ben?")
	mo.press(kb.Enter)
	mo.sees("#composer-hint", "ben is muted.")
	ben.goes(lobby)
	ben.hides("#composer")
	ann.goes(lobby)
	ann.says("/slow 0")
	ann.await(`() => document.querySelector('#composer-hint').textContent.startsWith('There is no command /slow.')`)
}

// Ann has a phone that speaks Chinese. By tapping she invites, deletes, takes away and bans; nothing is wider
// than the screen.
func (b *browser) keepingOrderOnAPhone(t *testing.T) {
	server := start(t, t.TempDir(), "--limits", "off")
	ann := b.window(t).inChinese().holdsPhone()
	ann.join(server.Base, "ann@example.com")
	ben := chattest.Join(t, server.Base, "ben@example.com")
	posts(ben, message.Lobby, "cheap watches")
	posts(ben, message.Lobby, "cheaper watches")
	fits := func(dialog string) {
		t.Helper()
		ann.settles()
		assert.Equal(t, 390, eval[int](ann, `(dialog) => Math.max(innerWidth, document.documentElement.scrollWidth, document.querySelector(dialog).scrollWidth)`, dialog), "nothing of %s is wider than the screen", dialog)
	}

	ann.tap(".open-rooms")
	ann.tap(".more-ways button")
	ann.sees("#invitations h2", "邀请他人加入")
	ann.tap("#invitations form.fields .primary")
	ann.shows("#invitations .made .qr")
	fits("#invitations")
	ann.tap("#invitations .close")

	cheap := ann.messageOf("ben", "cheap watches")
	ann.tap(cheap + " .bubble")
	ann.shows("#menu:popover-open")
	ann.choice("删除")
	ann.sees("#delete h2", "要删除 ben 的这条消息吗？")
	fits("#delete")
	ann.tap("#delete .danger")
	ann.shows(cheap + ".deleted")

	ann.tap(cheap + " .portrait")
	ann.offers("role", "mute", "purge", "ban")
	fits("#card")
	ann.tap("#card [data-way=purge]")
	fits("#ask")
	ann.tap("#ask [value=yes]")
	ann.sees("#toast p", "已清除 ben 的 1 条消息。")
	fits("#toast")
	ann.tap("#toast button")
	ann.hears("ben", "cheaper watches")

	ann.tap(cheap + " .portrait")
	ann.tap("#card [data-way=ban]")
	fits("#ask")
	ann.tap("#ask [value='0']")
	ann.tap("#ask [value=yes]")
	ann.sees("#card .stands", "已永久封禁。")
	ann.tap("#card .close")

	ann.tap(".open-rooms")
	ann.tap(".more-ways li:last-child button")
	ann.tap("#order .switch button:last-child")
	ann.sees("#order .act .name", "ann 永久封禁了 ben")
	fits("#order")
}
