package main

import (
	"strings"
	"testing"

	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gochatting/internal/chattest"
	"gochatting/internal/message"
)

// Ann, Ben and Eve have the lobby open, and Eve does not read. While Ann floods the lobby, Eve is
// dropped, and nobody but her; Ben has everything. When Eve reads again she learns why, and
// comes back for what she missed.
func TestHostile08WhoNeverReadsIsDroppedAlone(t *testing.T) {
	server := start(t, t.TempDir(), "--limits", "off")
	ann, ben := newWitness(t, server.Base, "ann@example.com"), newWitness(t, server.Base, "ben@example.com")
	eve := newWitness(t, server.Base, "eve@example.com")
	anns, bens, eves := ann.open(server.Base), ben.open(server.Base), eve.open(server.Base)

	filler := strings.Repeat("x", 8000)
	for n := 0; server.logged("dropped a slow client") == 0; n++ {
		require.Less(t, n, 20_000, "messages that Eve did not read")
		ref := anns.Say(filler)
		for m := (message.Message{}); m.Ref != ref; ann.hear(m) {
			m = anns.Read()
		}
		for ben.rev < ann.rev {
			ben.hear(bens.Read())
		}
	}

	// Eve reads again: what was on its way to her, and then 1013.
	code := 0
	for code == 0 {
		m, err := eves.TryRead()
		if err == nil {
			eve.hear(m)
			continue
		}
		var closed *websocket.CloseError
		require.ErrorAs(t, err, &closed)
		code = closed.Code
	}
	assert.Equal(t, websocket.CloseTryAgainLater, code)
	assert.Less(t, eve.rev, ann.rev, "or else she was not slow")

	// The others are still there, and she comes back.
	eves = eve.resume(server.Base)
	anns.SayAs("last", "Welcome back, Eve.")
	for _, who := range []struct {
		*witness
		socket *chattest.Socket
	}{{ann, anns}, {ben, bens}, {eve, eves}} {
		for who.seen[who.rev].Content != "Welcome back, Eve." {
			who.hear(who.socket.Read())
		}
	}
	history := ann.History(message.Lobby)
	for _, w := range []*witness{ann, ben, eve} {
		w.testify(history)
		assert.Len(t, w.seen, len(history), "%s has everything", w.Me.Name)
	}
	assert.Equal(t, 1, server.logged("dropped a slow client"), "only Eve")
}
