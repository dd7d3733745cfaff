package main

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"slices"
	"testing"

	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gochatting/internal/chattest"
	"gochatting/internal/message"
)

// leaves deletes the account of the person at the window; said is keep or remove.
func (w *window) leaves(said string) {
	w.t.Helper()
	w.click("#me")
	w.click("#see-account")
	w.shows("#account[open]")
	assert.True(w.t, eval[bool](w, `() => document.querySelector('#account .danger').disabled`), "before one has chosen")
	w.click("#account [value=" + said + "]")
	w.click("#account .danger")
	w.shows("#ask[open]")
	w.click("#ask [value=yes]")
}

// Ben takes what is his along, and deletes his account. What he said stays, by somebody who left;
// nobody sees his name any more. Cleo has hers removed. Ann, who owns the server, cannot leave the
// others without an owner.
func (b *browser) leaving(t *testing.T) {
	server := start(t, t.TempDir())
	ann := b.joins(t, server.Base, "ann@example.com")
	ben := b.joins(t, server.Base, "ben@example.com")
	cleo := b.joins(t, server.Base, "cleo@example.com")
	ben.says("what Ben said")
	ann.hears("ben", "what Ben said")
	cleo.says("what Cleo said")
	ann.hears("cleo", "what Cleo said")
	other := ben.another()
	other.open(server.Base + "/rooms/lobby")
	other.live()

	ben.click("#me")
	ben.click("#see-account")
	ben.shows("#account[open]")
	exported := eval[string](ben, `async () => {
		const bytes = new Uint8Array(await (await fetch(document.querySelector('#account a[download]').href)).arrayBuffer());
		return btoa(bytes.reduce((text, byte) => text + String.fromCharCode(byte), ''));
	}`)
	archive, err := base64.StdEncoding.DecodeString(exported)
	require.NoError(t, err)
	inside, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	require.NoError(t, err)
	var names []string
	for _, file := range inside.File {
		names = append(names, file.Name)
	}
	slices.Sort(names)
	assert.Equal(t, []string{"me.json", "messages.jsonl", "rooms.json"}, names)
	ben.press(kb.Escape)

	ben.expect(`status of 401`)
	other.expect(`status of 401`)
	ben.leaves("keep")
	ben.shows("#join")
	ben.hides(".continue")
	other.await(`() => document.querySelector('#ended').textContent.startsWith('You were signed out.')`)
	ann.hears("Somebody who left", "what Ben said")
	ann.with("ann", "cleo")

	cleo.expect(`status of 401`)
	cleo.leaves("remove")
	cleo.shows("#join")
	ann.await(`() => document.querySelectorAll('.message.deleted').length === 1`)
	ann.with("ann")
	ann.await(`() => [...document.querySelectorAll('.notice')].every((notice) => !notice.textContent.includes('left'))`)

	dan := chattest.Join(t, server.Base, "dan@example.com")
	ann.expect(`status of 409`)
	ann.leaves("keep")
	ann.sees("#account [role=alert]", "You are the only owner here. Make somebody else an owner first.")
	assert.Equal(t, 200, dan.Get("/api/v1/rooms/"+message.Lobby, nil))
}

// Ben is banned while his page is open: it says so, and does not come back. Nor does he by typing.
func (b *browser) banned(t *testing.T) {
	server := start(t, t.TempDir())
	olga := chattest.Join(t, server.Base, "olga@example.com")
	ben := b.joins(t, server.Base, "ben@example.com")
	ben.expect(`status of 40[13]`)
	olga.Put("/api/v1/users/"+ben.me()+"/ban", `{"Hours":24,"Network":false}`, nil)
	ben.await(`() => document.querySelector('#ended').textContent.startsWith('You have been banned from here.')`)
	ben.hides("#composer")
	ben.sees("#connection", "Offline")
	ben.knock(server.Base, "ben@example.com")
	ben.shows("#error")
}
