package main

import (
	"fmt"
	"net/http"
	"testing"

	permissions "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gochatting/internal/chattest"
	"gochatting/internal/message"
)

// Ann sits in the lobby while Ben talks in other rooms: they are counted by what she wants to be
// told of. She goes there, to the line before what is new, and it is read, here and on her other
// device. What she marks unread stays so until she comes back to it.
func (b *browser) unreadIsCounted(t *testing.T) {
	server := start(t, t.TempDir(), "--limits", "off")
	ann := b.joins(t, server.Base, "ann@example.com")
	hers := ann.as(server.Base)
	ben := chattest.Join(t, server.Base, "ben@example.com")
	tiles := makes(hers, message.PrivateRoom, "tiles", ben)
	builds := makes(hers, message.PrivateRoom, "builds", ben)
	require.Equal(t, http.StatusOK, hers.Put("/api/v1/rooms/"+builds.ID+"/involvement", `{"Involvement":"mentions"}`, nil))

	other := b.window(t)
	other.expect("status of 409")
	other.knock(server.Base, "ann@example.com")
	other.shows("#join [name=code]")
	var device struct{ Code string }
	hers.Post("/api/v1/me/devices", "{}", &device)
	other.write(device.Code)
	other.press(kb.Enter)
	other.live()

	first := posts(ben, tiles.ID, "one")
	posts(ben, tiles.ID, "two for @ann")
	posts(ben, builds.ID, "passed")
	posts(ben, builds.ID, "@here it failed")
	direct := makes(ben, message.DirectRoom, "", hers)
	ann.hides(fmt.Sprintf(`#rooms a[data-room="%s"]`, direct.ID))
	posts(ben, direct.ID, "psst")
	for _, w := range []*window{ann, other} {
		w.counts(tiles, "2", "1")
		w.counts(builds, "", "1")
		w.counts(direct, "1", "")
		w.await(`() => document.title === '(3) Lobby · gochatting'`)
	}

	ann.goes(tiles)
	ann.await(`(first) => document.querySelector('.new-line + .day + .message')?.dataset.id === String(first)`, first)
	for _, w := range []*window{ann, other} {
		w.counts(tiles, "", "")
		w.await(`() => document.title.startsWith('(2) ')`)
	}

	posts(ben, tiles.ID, "three")
	ann.hears("ben", "three")
	var read message.Read
	require.Equal(t, http.StatusOK, hers.Put("/api/v1/rooms/"+tiles.ID+"/read", fmt.Sprintf(`{"ID":%d}`, first), &read))
	assert.Equal(t, 2, read.Unread)
	ann.await(`(second) => document.querySelector('.new-line + .message')?.dataset.id === String(second)`, first+1)
	for _, w := range []*window{ann, other} {
		w.counts(tiles, "2", "1")
	}
	posts(ben, tiles.ID, "four")
	ann.hears("ben", "four")
	ann.counts(tiles, "3", "1")
	ann.goes(lobby)
	ann.counts(tiles, "3", "1")
	ann.goes(tiles)
	ann.counts(tiles, "", "")
	other.counts(tiles, "", "")

	// What is deleted or does not mention her any more is not counted.
	ann.goes(lobby)
	gone := posts(ben, tiles.ID, "a slip")
	changed := posts(ben, tiles.ID, "for @ann")
	ann.counts(tiles, "2", "1")
	require.Equal(t, http.StatusOK, ben.Delete(fmt.Sprintf("/api/v1/rooms/%s/messages/%d", tiles.ID, gone), nil))
	ann.counts(tiles, "1", "1")
	require.Equal(t, http.StatusOK, ben.Patch(fmt.Sprintf("/api/v1/rooms/%s/messages/%d", tiles.ID, changed), `{"Content":"for nobody"}`, nil))
	ann.counts(tiles, "1", "")
	ann.reload()
	ann.live()
	ann.counts(tiles, "1", "")
}

// Ann looks at another tab while Ben says more than a screen holds. When she looks again she is
// where that begins, and it is unread until she has come to its end.
func (b *browser) comingBack(t *testing.T) {
	server := start(t, t.TempDir(), "--limits", "off")
	ann := b.joins(t, server.Base, "ann@example.com")
	ben := chattest.Join(t, server.Base, "ben@example.com")
	posts(ben, message.Lobby, "she looks")
	ann.hears("ben", "she looks")
	aside := ann.anotherTab()
	aside.do(command(page.BringToFront, cdp.Empty{}))
	ann.await(`() => document.hidden`)
	for i := range 30 {
		posts(ben, message.Lobby, fmt.Sprintf("%d\nand a line", i))
	}
	ann.counts(lobby, "30", "")
	ann.do(command(page.BringToFront, cdp.Empty{}))
	ann.sees("#new-messages", "30 new messages")
	ann.await(`() => {
		const below = document.querySelector('.new-line').getBoundingClientRect().top - log.getBoundingClientRect().top;
		return below > 0 && below < 100 && document.querySelector('.new-line + .message .content').textContent === '0\nand a line';
	}`)
	ann.counts(lobby, "30", "")
	eval[any](ann, `() => { log.scrollTop = log.scrollHeight; }`)
	ann.counts(lobby, "", "")
	ann.hides("#new-messages")
	ann.shows(".new-line")
	ann.says("I am back.")
	ann.hides(".new-line")
}

// Ann asks for notifications of what is for her. While she is in the lobby there is one of a
// mention elsewhere and none of the rest; it leads to the message.
func (b *browser) notified(t *testing.T) {
	server := start(t, t.TempDir())
	ann := b.joins(t, server.Base, "ann@example.com")
	ann.do(command(permissions.SetPermission, permissions.SetPermissionParams{
		Permission: &permissions.PermissionDescriptor{Name: "notifications"}, Setting: permissions.PermissionSettingGranted,
		BrowserContextID: chromedp.FromContext(ann.ctx).BrowserContextID,
	}))
	eval[any](ann, `() => {
		window.notices = [];
		window.Notification = class extends Notification {
			constructor(title, options) {
				super(title, options);
				notices.push(this);
			}
		};
	}`)
	hers := ann.as(server.Base)
	ben := chattest.Join(t, server.Base, "ben@example.com")
	tiles := makes(hers, message.PrivateRoom, "tiles", ben)
	const said = `() => notices.map(({ title, body }) => title + ': ' + body)`

	posts(ben, tiles.ID, "before @ann asked")
	ann.counts(tiles, "1", "1")
	ann.click("#me")
	ann.click("#notify [data-notify=calls]")
	ann.await(`() => document.querySelector('[data-notify=calls]')?.ariaPressed === 'true'`)
	ann.press(kb.Escape)
	posts(ben, message.Lobby, "@ann reads this")
	posts(ben, tiles.ID, "for nobody")
	id := posts(ben, tiles.ID, "for **@ann**")
	ann.await(`() => notices.length > 0`)
	assert.Equal(t, []string{"ben in tiles: for @ann"}, eval[[]string](ann, said))
	eval[any](ann, `() => notices[0].onclick()`)
	ann.in(tiles.ID)
	ann.await(`(id) => document.querySelector('.found')?.dataset.id === String(id)`, id)
	posts(ben, tiles.ID, "@ann is here now")
	ann.hears("ben", "@ann is here now")
	ann.counts(tiles, "", "")

	ann.reload()
	ann.live()
	ann.click("#me")
	ann.await(`() => document.querySelector('[data-notify=calls]')?.ariaPressed === 'true'`)
	ann.click("#notify [data-notify=off]")
	ann.await(`() => document.querySelector('[data-notify=off]')?.ariaPressed === 'true'`)
}
