package main

import (
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gochatting/internal/chattest"
)

func (b *browser) serverIsStopped(t *testing.T) { b.serverGoes(t, (*process).stop) }
func (b *browser) serverIsKilled(t *testing.T)  { b.serverGoes(t, (*process).kill) }

// The server goes while Ann, Ben and Cleo are there, and before Ben has Ann's picture. They write
// on, and Cleo reloads, to no avail. When the server is there again, Ann and Ben are back without doing anything, Cleo finds her
// draft, all that was written has gone out, once, and no picture is missing.
func (b *browser) serverGoes(t *testing.T, end func(*process)) {
	data := t.TempDir()
	server := start(t, data)
	ann := b.joins(t, server.Base, "ann@example.com")
	ben := b.joins(t, server.Base, "ben@example.com")
	cleo := b.joins(t, server.Base, "cleo@example.com")
	all := []*window{ann, ben, cleo}
	ben.expect("net::ERR_BLOCKED_BY_CLIENT")
	ben.do(withoutPictures(true))
	ann.says("before")
	for _, w := range all {
		w.hears("ann", "before")
		w.expectNoServer()
	}
	ben.await(`() => document.querySelector('.message img').classList.contains('lost')`)
	ben.do(withoutPictures(false))
	notices := `() => [...document.querySelectorAll('.notice')].map((line) => line.textContent)`
	noticed := eval[[]string](ben, notices)

	end(server)
	for _, w := range all {
		w.sees("#connection[data-state=connecting]", "Reconnecting…")
	}
	ann.says("first while away")
	ann.says("第二条")
	ben.says("and I")
	cleo.says("mine too")
	cleo.drafts("not finished")
	ann.sees(".message.pending[data-ref] .content", "first while away")
	ann.sees(".message.pending[data-ref] .content", "第二条")
	ben.sees(".message.pending .content", "and I")
	cleo.sees(".message.pending .content", "mine too")
	room := eval[string](cleo, `() => location.href`)
	eval[any](cleo, `() => location.reload()`)
	cleo.await(`() => location.href === 'chrome-error://chromewebdata/'`)

	server = start(t, data, "--addr", strings.TrimPrefix(server.Base, "http://"))
	dan := chattest.Join(t, server.Base, "dan@example.com")
	require.Equal(t, http.StatusCreated, dan.Post("/api/v1/rooms/lobby/messages", `{"TextMessage":{"Content":"before they are back"}}`, nil))
	cleo.open(room)
	for _, w := range all {
		w.live()
		w.hears("dan", "before they are back")
		w.hears("ann", "first while away")
		w.hears("ann", "第二条")
		w.hears("ben", "and I")
		w.hears("cleo", "mine too")
		w.hides(".pending")
		w.with("ann", "ben", "cleo")
	}
	cleo.await(`() => document.querySelector('#composer textarea').value === 'not finished'`)
	ben.says("after")
	for _, w := range all {
		w.hears("ben", "after")
	}
	showHistory(t, server.Base, all...)
	for _, w := range all {
		w.await(`() => [...document.querySelectorAll('.message img')].every((picture) => picture.naturalWidth > 0 && !picture.classList.contains('lost'))`)
	}
	assert.Equal(t, noticed, eval[[]string](ben, notices), "nobody has come or gone")
}

// A server that stops tells each page when to come back, so that not all come at once; without that, and after
// another failure, a page chooses itself.
func (b *browser) comingBackWhenTold(t *testing.T) {
	server := start(t, t.TempDir())
	ann := b.joins(t, server.Base, "ann@example.com")
	waits := eval[[]float64](ann, `async () => {
		const { Socket } = await import(document.querySelector('link[rel=modulepreload][href$="/js/socket.js"]').href);
		const waits = [];
		let last;
		window.WebSocket = class { constructor() { last = this; } close() {} };
		const later = window.setTimeout;
		window.setTimeout = (f, wait) => { waits.push(wait); return 0; };
		const socket = new Socket('', { room: () => 'lobby', lost() {}, state() {}, signedOut: async () => false, ended() {} });
		for (const reason of ['restart 2.5', 'restart 30', 'restart', 'restart 2.5 or so', '']) {
			socket.open();
			last.onclose({ code: 1001, reason });
		}
		window.setTimeout = later;
		return waits;
	}`)
	require.Len(t, waits, 5)
	assert.Equal(t, []float64{2500, 30_000}, waits[:2])
	for i, most := range []float64{300, 600, 1200} {
		assert.LessOrEqual(t, waits[2+i], most)
	}
}

// withoutPictures has a window load no pictures, or load them again.
func withoutPictures(is bool) chromedp.Action[chromedp.Void] {
	return command(network.SetBlockedURLs, network.SetBlockedURLsParams{
		URLPatterns: []*network.BlockPattern{{URLPattern: "*://*:*/avatar/*", Block: is}},
	})
}
