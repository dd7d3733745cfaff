package main

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gochatting/internal/chattest"
	"gochatting/internal/message"
)

// unanswered is how many messages a writer sends ahead of the answers.
const unanswered = 4

// A writer floods the lobby. Everything it says is its own Ref, so nothing may be said twice.
type writer struct {
	*witness
	window chan struct{} // holds a token for each message that has no answer

	mu     sync.Mutex
	count  int
	open   []string         // what has no answer yet, in the order it was said
	stored map[string]int64 // what was acknowledged, with its ID
	again  int              // how much was sent again
}

// flood says what has no answer, and then ever more, until the socket ends.
func (w *writer) flood(s *chattest.Socket, ended <-chan struct{}, happened func()) {
	for {
		select {
		case w.window <- struct{}{}:
		case <-ended:
			return
		}
		if ref := w.next(); s.TrySay(ref, ref) != nil {
			return
		}
		happened()
	}
}

func (w *writer) next() (ref string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.count++
	ref = fmt.Sprintf("%s %d", w.Me.Name, w.count)
	w.open = append(w.open, ref)
	return ref
}

// sayAgain sends what has no answer again, under the same Refs.
func (w *writer) sayAgain(s *chattest.Socket) {
	for _, ref := range w.open {
		s.SayAs(ref, ref)
		w.again++
	}
}

// settle notes an answer.
func (w *writer) settle(m message.Message) {
	if m.MType != message.TextMType || m.TextMessage.UserInfo.ID != w.Me.ID {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for i, ref := range w.open {
		if ref == m.Ref {
			w.open = append(w.open[:i:i], w.open[i+1:]...)
			w.stored[ref] = m.TextMessage.ID
			<-w.window
			return
		}
	}
}

// A crowd floods one server after the other on the same data folder, and has listeners.
type crowd struct {
	t         *testing.T
	writers   []*writer
	listeners []*witness
	busy      sync.WaitGroup
	left      atomic.Int64  // what is to happen before
	enough    chan struct{} // is closed
}

// gather has people join a server: they will come back with their cookies to others.
func gather(t *testing.T, base string, writers, listeners int) *crowd {
	c := &crowd{t: t}
	for i := range writers {
		c.writers = append(c.writers, &writer{
			witness: newWitness(t, base, fmt.Sprintf("writer%d@example.com", i)),
			window:  make(chan struct{}, unanswered), stored: make(map[string]int64),
		})
	}
	for i := range listeners {
		c.listeners = append(c.listeners, newWitness(t, base, fmt.Sprintf("listener%d@example.com", i)))
	}
	return c
}

// flood has everyone connect, and writers say what had no answer and then ever more. It returns
// when so much has been said and heard; then the server may end, and goHome must be called.
func (c *crowd) flood(base string, much int64) {
	c.left.Store(much)
	c.enough = make(chan struct{})
	for _, l := range c.listeners {
		s := l.resume(base)
		c.busy.Go(func() { c.listen(l, s, func(message.Message) {}) })
	}
	for _, w := range c.writers {
		s := w.witness.open(base)
		ended := make(chan struct{})
		w.sayAgain(s)
		c.busy.Go(func() {
			defer close(ended)
			c.listen(w.witness, s, w.settle)
		})
		c.busy.Go(func() { w.flood(s, ended, c.happened) })
	}
	select {
	case <-c.enough:
	case <-time.After(chattest.Patience):
		require.FailNow(c.t, "the flood does not flow", "%d more to come", c.left.Load())
	}
}

func (c *crowd) listen(w *witness, s *chattest.Socket, each func(message.Message)) {
	defer s.WS.Close()
	for {
		m, err := s.TryRead()
		if err != nil {
			w.ended = err
			return
		}
		w.hear(m)
		each(m)
		c.happened()
	}
}

func (c *crowd) happened() {
	if c.left.Add(-1) == 0 {
		close(c.enough)
	}
}

// goHome waits until everyone knows that the server has ended.
func (c *crowd) goHome() { c.busy.Wait() }

// witnesses are all of them.
func (c *crowd) witnesses() []*witness {
	all := append([]*witness{}, c.listeners...)
	for _, w := range c.writers {
		all = append(all, w.witness)
	}
	return all
}

// reckon lets everyone send what has no answer a last time, and sees that the history is what
// was said, once, as everyone saw it.
func (c *crowd) reckon(base string) {
	for _, w := range c.writers {
		s := w.witness.open(base)
		for w.sayAgain(s); len(w.open) > 0; {
			m := s.Read()
			w.hear(m)
			w.settle(m)
		}
		s.Leave()
	}
	for _, l := range c.listeners {
		l.Base = base
		l.catchUp(l.rev)
	}
	history := c.listeners[0].History(message.Lobby)
	requireWhole(c.t, history)
	total := 0
	for _, w := range c.writers {
		w.testify(history)
		total += w.count
		assert.Len(c.t, w.stored, w.count, "everything is answered")
		for ref, id := range w.stored {
			require.Equal(c.t, ref, history[id-1].TextMessage.Content, "what was acknowledged as %d", id)
		}
	}
	assert.Len(c.t, history, total, "what was said is there, and nothing else")
	for _, l := range c.listeners {
		l.testify(history)
		assert.Len(c.t, l.seen, len(history), "who resumes by since has everything")
	}
}
