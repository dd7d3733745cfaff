package main

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gochatting/internal/chattest"
	"gochatting/internal/message"
)

// A witness is somebody who keeps what they were shown, by ID, over all their connections.
type witness struct {
	*chattest.Person
	seen  map[int64]said
	rev   int64 // the last of the log that they were shown
	fault error // the first thing that must not be
	ended error // why their last connection ended
}

type said struct{ Author, Content string }

func newWitness(t *testing.T, base, email string) *witness {
	return &witness{Person: chattest.Join(t, base, email), seen: make(map[int64]said)}
}

// open connects to where the server is now. What it shows from here on follows the welcome.
func (w *witness) open(base string) *chattest.Socket {
	w.Base = base
	s := w.Open()
	w.rev = s.Welcome.Rooms[0].Rev
	return s
}

// resume connects, and asks for what was said meanwhile.
func (w *witness) resume(base string) *chattest.Socket {
	held := w.rev
	s := w.open(base)
	w.catchUp(held)
	return s
}

func (w *witness) catchUp(held int64) {
	for _, m := range w.Since(message.Lobby, held) {
		w.keep(m)
		assert.Equal(w.T, held+1, m.TextMessage.Rev, "since gives every rev")
		held++
	}
	w.rev = max(w.rev, held)
}

// hear takes one message of a socket: the next of the log, or something shown before.
func (w *witness) hear(m message.Message) {
	if m.MType != message.TextMType {
		return
	}
	rev := m.TextMessage.Rev
	if rev > w.rev+1 {
		w.blame("a hole: %d came after %d", rev, w.rev)
	}
	w.rev = max(w.rev, rev)
	w.keep(m)
}

// keep sees to it that nothing changes that was shown once.
func (w *witness) keep(m message.Message) {
	now := said{m.TextMessage.UserInfo.ID, m.TextMessage.Content}
	if before, shown := w.seen[m.TextMessage.ID]; shown && before != now {
		w.blame("message %d was %v and is %v", m.TextMessage.ID, before, now)
	}
	w.seen[m.TextMessage.ID] = now
}

func (w *witness) blame(format string, args ...any) {
	if w.fault == nil {
		w.fault = fmt.Errorf(format, args...)
	}
}

// testify compares what was shown with the history: nothing may be there that is not in it.
func (w *witness) testify(history []message.Message) {
	require.NoError(w.T, w.fault, "%s", w.Me.Name)
	for id, was := range w.seen {
		require.LessOrEqual(w.T, id, int64(len(history)), "%s was shown %v", w.Me.Name, was)
		is := history[id-1].TextMessage
		require.Equal(w.T, was, said{is.UserInfo.ID, is.Content}, "message %d, as %s was shown it", id, w.Me.Name)
	}
}

// requireWhole sees that a history has every ID from 1 on, in order, and nothing twice.
func requireWhole(t *testing.T, history []message.Message) {
	t.Helper()
	contents := make(map[string]int64)
	for i, m := range history {
		text := m.TextMessage
		require.EqualValues(t, i+1, text.ID, "IDs have no hole")
		require.Equal(t, text.ID, text.Rev)
		require.Zero(t, contents[text.Content], "%q is there twice, again as %d", text.Content, text.ID)
		contents[text.Content] = text.ID
	}
}
