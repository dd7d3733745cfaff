package main

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gochatting/internal/chattest"
	"gochatting/internal/message"
)

// ctrl is a key held with Control.
func ctrl(more ...kb.Modifier) chromedp.KeyOption {
	return chromedp.KeyModifiers(append(more, chromedp.ModifierCtrl)...)
}

// fills puts text into a field, in place of what is there.
func (w *window) fills(selector, text string) {
	w.t.Helper()
	eval[any](w, `(selector) => { const field = document.querySelector(selector); field.focus(); field.select(); }`, selector)
	w.write(text)
}

// switches opens the quick switcher.
func (w *window) switches() {
	w.t.Helper()
	w.press("k", ctrl())
	w.shows("#switcher[open]")
}

// dismisses closes the quick switcher, and in the same moment presses a key: where nothing had the
// focus before, the field in it still has.
func (w *window) dismisses(key string, ctrl bool) {
	w.t.Helper()
	eval[any](w, `(key, ctrlKey) => {
		document.querySelector('#switcher').close();
		document.activeElement.dispatchEvent(new KeyboardEvent('keydown', { key, ctrlKey, bubbles: true, cancelable: true }));
	}`, key, ctrl)
}

// lists waits until these are the names in a list of rooms or people.
func (w *window) lists(selector string, names ...string) {
	w.t.Helper()
	w.await(`(selector, names) => [...document.querySelectorAll(selector + ' .line .name')].map((name) => name.textContent).join() === names.join()`,
		selector, append([]string{}, names...))
}

// finds waits until these, and nothing else, were found or are pinned.
func (w *window) finds(panel string, contents ...string) {
	w.t.Helper()
	w.await(`(panel, contents) => [...document.querySelectorAll(panel + ' .hits .content')].map((content) => content.textContent.trim()).join('|') === contents.join('|')`,
		panel, append([]string{}, contents...))
}

// marked are the words that are marked, wherever they are shown.
func (w *window) marked() []string {
	w.t.Helper()
	return eval[[]string](w, `() => [...CSS.highlights.get('searched')].map(String)`)
}

// Ann goes everywhere by the quick switcher: to what waits for her, to a room that she is not in,
// and to Ben, who hears of it when she says something.
func (b *browser) quickSwitcher(t *testing.T) {
	server := start(t, t.TempDir(), "--limits", "off")
	ann := b.joins(t, server.Base, "ann@example.com")
	hers := ann.as(server.Base)
	ben := b.joins(t, server.Base, "ben@example.com")
	his := ben.as(server.Base)
	creperie := makes(hers, message.OpenRoom, "Crêperie Zoë")
	tiles := makes(hers, message.PrivateRoom, "tiles", his)
	other := makes(his, message.OpenRoom, "other people’s")
	posts(his, tiles.ID, "for you")
	ann.counts(tiles, "1", "")

	ann.click("#draft")
	ann.press("k", ctrl())
	ann.shows("#switcher[open]")
	ann.lists("#switcher", "tiles", "Crêperie Zoë")
	ann.press("k", ctrl())
	ann.hides("#switcher")
	assert.Equal(t, "draft", ann.focused(), "the focus is where it was")
	ann.switches()
	ann.press(kb.Enter)
	ann.in(tiles.ID)

	ann.switches()
	ann.write("creperie zo")
	ann.lists("#switcher", "Crêperie Zoë")
	ann.press(kb.Enter)
	ann.in(creperie.ID)
	ann.switches()
	ann.write("oth")
	ann.lists("#switcher", "other people’s")
	ann.sees("#switcher .tag", "not joined")
	ann.press(kb.Enter)
	ann.sees("#room-name", other.Name)
	ann.shows(".preview .join")
	ann.switches()
	ann.write("nobody is called this")
	ann.sees("#switcher .state", "No room or person is called that.")
	ann.press(kb.Escape)
	ann.hides("#switcher")

	ann.switches()
	ann.dismisses("k", true)
	ann.shows("#switcher[open]")
	ann.dismisses("Enter", false)
	ann.hides("#switcher")
	ann.sees("#room-name", other.Name)
	ann.switches()
	ann.dismisses("/", false)
	ann.shows("#search[open]")
	ann.press(kb.Escape)
	ann.hides("#search")

	ann.switches()
	ann.write("be")
	ann.lists("#switcher", "ben")
	assert.Equal(t, "true", eval[string](ann, `() => document.getElementById(document.activeElement.getAttribute('aria-activedescendant')).ariaSelected`))
	ann.press(kb.Enter)
	ann.sees("#room-name", "ben")
	assert.Empty(t, eval[[]string](ben, `() => [...document.querySelectorAll('#rooms .direct a')].map((link) => link.textContent)`), "nothing was said yet")
	ann.says("psst")
	ben.sees("#rooms .direct .room-name", "ann")
}

// Ann makes a private room with Ben and sees to it; Ben may set its topic, and leaves.
func (b *browser) roomsByHand(t *testing.T) {
	server := start(t, t.TempDir(), "--limits", "off")
	ann := b.joins(t, server.Base, "ann@example.com")
	ben := b.joins(t, server.Base, "ben@example.com")
	cleo := chattest.Join(t, server.Base, "cleo@example.com")
	makes(cleo, message.OpenRoom, "Design")

	ann.expect("status of 409")
	ann.click("[data-command=new-room]")
	ann.shows("#new-room[open]")
	ann.fills("#new-room [name=Name]", "DESIGN")
	ann.press(kb.Enter)
	ann.sees("#new-room .error", "There is an open room called “DESIGN” already.")
	ann.fills("#new-room [name=Name]", "plans <b>&amp;")
	ann.click("#new-room [value=private]")
	ann.fills("#new-room .chosen input", "be")
	ann.lists("#new-room [role=listbox]", "ben")
	ann.press(kb.Enter)
	ann.sees("#new-room .chip .name", "ben")
	ann.click("#new-room .primary")
	ann.sees("#room-name", "plans <b>&amp;")
	ben.sees("#rooms .room-name", "plans <b>&amp;")

	ben.goes(message.Room{ID: eval[string](ben, `() => [...document.querySelectorAll('#rooms a')].find((link) => link.textContent.includes('plans')).dataset.room`)})
	ben.click("#about-room")
	ben.lists("#details .members", "ann", "ben")
	ben.sees("#details .maker", "Made by ann, who keeps order in it.")
	ben.hides("#details [name=Name]")
	ben.hides("#details .archive")
	ben.fills("#details [name=Topic]", "what we want, https://example.com/plan")
	ben.press(kb.Enter)
	ann.sees("#room-topic a", "https://example.com/plan")
	ben.fills("#details .invite input", "cleo")
	ben.lists("#details .invite [role=listbox]", "cleo")
	ben.press(kb.Enter)
	ben.click("#details .invite .primary")
	ben.lists("#details .members", "ann", "ben", "cleo")
	ben.click("#details [value=none]")
	ben.shows("#rooms a[aria-current].muted")

	ann.click("#about-room")
	ann.shows("#details[open]")
	ann.fills("#details [name=Name]", "our plans")
	ann.click("#details .save")
	ben.sees("#room-name", "our plans")
	ann.click("#details .archive")
	ann.sees("#ask h2", "Archive our plans?")
	ann.press(kb.Escape)
	ann.hides("#ask")
	ann.click("#details .archive")
	ann.click("#ask [value=yes]")
	ben.shows(".view .archived")
	ben.hides("#details .invite")
	ann.press(kb.Escape)
	ann.goes(lobby)
	ann.switches()
	ann.write("plans")
	ann.sees("#switcher .tag", "archived")
	ann.press(kb.Enter)
	ann.sees("#room-name", "our plans")
	ann.click("#about-room")
	ann.click("#details .archive")
	ben.hides(".view .archived")

	ben.click("#details .ways .leave")
	ben.click("#ask [value=yes]")
	ben.in(message.Lobby)
	ben.hides("#details")
	ben.click("[data-command=browse]")
	ben.lists("#browse", "Design", "Lobby")
	ben.fills("#browse input", "zebras")
	ben.sees("#browse .state", "No open room is called that.")
	ben.fills("#browse input", "desi")
	ben.click("#browse .join")
	ben.sees("#room-name", "Design")
	ben.shows("#draft")

	ben.click("#people button")
	ben.shows("#card[open]")
	ben.click("#card .primary")
	ben.hides("#card")
	ben.click("[data-command=new-direct]")
	ben.shows("#new-direct[open]")
	for _, name := range []string{"ann", "cleo"} {
		ben.fills("#new-direct input", name)
		ben.lists("#new-direct [role=listbox]", name)
		ben.press(kb.Enter)
	}
	ben.press(kb.Enter)
	ben.sees("#room-name", "ann and cleo")
}

// Ann looks for what was said, in words and in Chinese, by whom and where, and goes there; what
// Cleo may not see she does not find.
func (b *browser) searching(t *testing.T) {
	server := start(t, t.TempDir(), "--limits", "off")
	ann := b.joins(t, server.Base, "ann@example.com")
	hers := ann.as(server.Base)
	ben := chattest.Join(t, server.Base, "ben@example.com")
	cleo := b.joins(t, server.Base, "cleo@example.com")
	secret := makes(hers, message.PrivateRoom, "secret", ben)
	posts(ben, message.Lobby, "The café has a **projector** now.")
	posts(ben, secret.ID, "早上好，我来讲离线地图那部分。")
	posts(hers, secret.ID, "Who has the Projector?")
	for i := range 60 {
		posts(ben, secret.ID, fmt.Sprintf("number %d of many", i))
	}

	ann.press("/")
	ann.shows("#search[open]")
	assert.False(t, eval[bool](ann, `() => document.querySelector('#search').matches(':modal')`), "it is beside the conversation")
	ann.write("projector")
	ann.finds("#search", "Who has the Projector?", "The café has a projector now.")
	assert.Equal(t, []string{"Projector", "projector"}, ann.marked())
	ann.fills("#search input", "cafe")
	ann.finds("#search", "The café has a projector now.")
	assert.Equal(t, []string{"café"}, ann.marked())
	ann.fills("#search input", "地图")
	ann.finds("#search", "早上好，我来讲离线地图那部分。")
	assert.Equal(t, []string{"地图"}, ann.marked())
	ann.fills("#search input", "projector from:be")
	ann.lists("#search [role=listbox]", "ben")
	ann.press(kb.Enter)
	ann.await(`() => document.querySelector('#search input').value === 'projector from:ben '`)
	ann.finds("#search", "The café has a projector now.")
	ann.expect("status of 400")
	ann.fills("#search input", "from:nobody projector")
	ann.press(kb.Enter)
	ann.sees("#search .state", "No person, room or day fits one of the filters. A day is written 2026-01-31, a name with spaces in quotes.")
	ann.fills("#search input", "zebra")
	ann.sees("#search .state", "Nothing was found. Whole words are searched; in Chinese any part.")

	ann.fills("#search input", "many")
	ann.await(`() => document.querySelectorAll('#search .hits li').length >= 30`)
	for range 2 {
		eval[any](ann, `() => { const body = document.querySelector('#search .panel-body'); body.scrollTop = body.scrollHeight; }`)
		ann.await(`() => document.querySelectorAll('#search .hits li').length > 30`)
	}
	ann.await(`() => { const body = document.querySelector('#search .panel-body'); body.scrollTop = body.scrollHeight; return document.querySelectorAll('#search .hits li').length === 60; }`)
	ann.click("#search .hits li:nth-child(50)")
	ann.in(secret.ID)
	ann.await(`() => {
		const { id } = document.querySelector('#search [aria-current]').dataset;
		const at = document.querySelector('.message[data-id="' + id + '"]')?.getBoundingClientRect();
		return location.hash === '#m' + id && at?.top > 0 && at.bottom < innerHeight;
	}`)
	ann.await(`() => [...CSS.highlights.get('searched')].some((range) => range.startContainer.parentElement.closest('#log'))`)
	was := eval[float64](ann, `() => document.querySelector('#search .panel-body').scrollTop`)
	ann.click("#search .close")
	ann.hides("#search")
	ann.press("f", ctrl(chromedp.ModifierShift))
	ann.shows("#search[open]")
	assert.InDelta(t, was, eval[float64](ann, `() => document.querySelector('#search .panel-body').scrollTop`), 1, "it is as it was left")
	ann.fills("#search input", "projector")
	ann.click("#search .only")
	ann.finds("#search", "Who has the Projector?")
	ann.goes(lobby)
	ann.finds("#search", "Who has the Projector?")
	ann.click("#search .only")
	ann.finds("#search", "Who has the Projector?", "The café has a projector now.")

	cleo.press("/")
	cleo.shows("#search[open]")
	cleo.write("projector")
	cleo.finds("#search", "The café has a projector now.")
}

// Ann keeps at hand what Ben has pinned, and goes from room to room by keys, which she can look up.
func (b *browser) pinsAndKeys(t *testing.T) {
	server := start(t, t.TempDir(), "--limits", "off")
	ann := b.joins(t, server.Base, "ann@example.com")
	hers := ann.as(server.Base)
	ben := chattest.Join(t, server.Base, "ben@example.com")
	room := makes(hers, message.PrivateRoom, "zoo", ben)
	quiet := makes(hers, message.PrivateRoom, "muted", ben)
	rules := posts(ben, room.ID, "The rules of the zoo")
	for i := range 80 {
		posts(ben, room.ID, fmt.Sprint("animal ", i))
	}
	pin := fmt.Sprintf("/api/v1/rooms/%s/messages/%d/pin", room.ID, rules)
	require.Equal(t, http.StatusOK, hers.Put("/api/v1/rooms/"+quiet.ID+"/involvement", `{"Involvement":"none"}`, nil))
	posts(ben, quiet.ID, "nothing to see")

	alt := chromedp.KeyModifiers(chromedp.ModifierAlt)
	ann.click("#draft")
	ann.press(kb.ArrowDown, alt)
	ann.in(quiet.ID)
	ann.press(kb.ArrowUp, alt)
	ann.in(message.Lobby)
	ann.press(kb.ArrowUp, alt)
	ann.in(room.ID)
	ann.goes(lobby)
	ann.counts(room, "81", "")
	ann.press(kb.ArrowDown, chromedp.KeyModifiers(chromedp.ModifierAlt, chromedp.ModifierShift))
	ann.in(room.ID)
	ann.press(kb.Escape)
	ann.hears("ben", "animal 79")
	ann.counts(room, "", "")

	ann.click("[data-command=pins]")
	ann.sees("#pins .state", "Nothing is pinned here. Pin a message to keep it at hand for everyone.")
	require.Equal(t, http.StatusOK, ben.Put(pin, "", nil))
	ann.finds("#pins", "The rules of the zoo")
	ann.click("#pins .hits li")
	ann.await(`(id) => document.querySelector('.message.found')?.dataset.id === String(id)`, rules)
	ann.click("#pins .unpin")
	ann.finds("#pins")
	ann.click("#draft")
	ann.press(kb.Escape)
	ann.hides("#pins")
	assert.Equal(t, "draft", ann.focused(), "only what is open is closed")

	ann.press("?")
	ann.await(`() => document.querySelector('#draft').value === '?'`)
	ann.press(kb.Backspace)
	eval[any](ann, `() => document.activeElement.blur()`)
	ann.press("?")
	ann.shows("#keys[open]")
	ann.await(`() => [...document.querySelectorAll('#keys dl > div')].some((row) => row.textContent === 'Go to a room or a personCtrlK')`)
	ann.press("/")
	assert.Nil(t, eval[any](ann, `() => document.querySelector('#search')`), "a dialog has the keys for itself")
	ann.press(kb.Escape)
	ann.hides("#keys")
}

// Ann has a phone: what she looks for lies over everything, and makes room for where she goes.
func (b *browser) findingOnAPhone(t *testing.T) {
	server := start(t, t.TempDir(), "--limits", "off")
	ann := b.window(t).holdsPhone()
	ann.join(server.Base, "ann@example.com")
	hers := ann.as(server.Base)
	ben := chattest.Join(t, server.Base, "ben@example.com")
	room := makes(hers, message.PrivateRoom, "zoo", ben)
	rules := posts(ben, room.ID, "The rules of the zoo")
	require.Equal(t, http.StatusOK, ben.Put(fmt.Sprintf("/api/v1/rooms/%s/messages/%d/pin", room.ID, rules), "", nil))

	ann.tap(".open-rooms")
	ann.tap("#go-to")
	ann.shows("#switcher[open]")
	ann.write("zoo")
	ann.tap("#switcher [role=option]")
	ann.in(room.ID)
	ann.hides("#rooms-panel")
	ann.tap("#log .message .portrait")
	ann.sees("#card h2", "ben")
	ann.tap("#card .close")
	ann.tap("#about-room")
	ann.shows("#details[open]")
	ann.tap("#details .ways .pinned")
	ann.finds("#pins", "The rules of the zoo")
	ann.hides("#details")
	ann.tap("#pins .hits li")
	ann.hides("#pins")
	ann.tap("[data-command=search]")
	ann.shows("#search[open]")
	assert.Equal(t, 390.0, eval[float64](ann, `() => document.querySelector('#search').getBoundingClientRect().width`))
	ann.tap(`#search [data-insert="from:"]`)
	ann.write("be")
	ann.lists("#search [role=listbox]", "ben")
	ann.tap("#search [role=option]")
	ann.finds("#search", "The rules of the zoo")
	ann.tap("#search .hits li")
	ann.hides("#search")
	ann.await(`(id) => document.querySelector('.message.found')?.dataset.id === String(id)`, rules)
	assert.Equal(t, 390, eval[int](ann, `() => Math.max(innerWidth, document.documentElement.scrollWidth)`), "nothing is wider than the screen")
}
