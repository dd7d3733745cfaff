package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gochatting/internal/chattest"
	"gochatting/internal/message"
)

// sidebarWithin is how soon after a storm the sidebar is right on every node.
const sidebarWithin = 20 * time.Second

// A ledger is what anybody was shown: a rev of a room is the same thing for everyone.
type ledger struct {
	mu    sync.Mutex
	shown map[logEntry]string // by rev
}

func (l *ledger) enter(s *storm, room string, rev int64, text string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.shown == nil {
		l.shown = make(map[logEntry]string)
	}
	at := logEntry{room, rev}
	if before, known := l.shown[at]; known && before != text {
		s.blame("rev %d of %s is two things:\n%s\n%s", rev, room, before, text)
	}
	l.shown[at] = text
}

// reckon sees that every node has the same logs, and everyone has them; that what was acknowledged or
// shown is in them, once; and that the sidebar is right everywhere.
func (s *storm) reckon() {
	began := time.Now()
	truth := make(map[logEntry]message.TextMessage)
	for _, room := range append([]string{message.Lobby, s.quiet}, s.rooms...) {
		history := s.history(0, room)
		for i := range s.nodes {
			require.Equal(s.t, history, s.history(i, room), "%s, as node %d has it", room, i)
		}
		for i, text := range history {
			var m message.TextMessage
			require.NoError(s.t, json.Unmarshal([]byte(text), &m))
			if room == message.Lobby {
				require.EqualValues(s.t, i+1, m.ID, "the lobby has no hole")
			}
			s.ledger.enter(s, room, m.Rev, text)
			truth[logEntry{room, m.ID}] = m
		}
	}
	s.compareShown(truth)
	s.comparePens(truth)
	for _, g := range s.guests {
		var wrong string
		assert.Eventually(s.t, func() bool {
			wrong = g.compare(truth)
			return wrong == ""
		}, chattest.Patience, 20*time.Millisecond, "%s", g.Me.Name)
		require.Empty(s.t, wrong, g.Me.Name)
	}
	s.compareSidebars(began.Add(sidebarWithin))
	require.Zero(s.t, s.blamed.Load())
	s.t.Logf("%d messages, %d changes of rooms shown to %d people", len(truth), len(s.ledger.shown), len(s.guests))
}

// history is all of a room, as a node tells it.
func (s *storm) history(node int, room string) (all []string) {
	reader := s.at(node, s.guests[0].Person)
	var after int64
	for {
		var raw json.RawMessage
		require.Equal(s.t, http.StatusOK, reader.Get(fmt.Sprintf("/api/v1/rooms/%s/messages?limit=200&after=%d", room, after), &raw))
		var page struct{ Messages []shownFrame }
		require.NoError(s.t, json.Unmarshal(raw, &page))
		if len(page.Messages) == 0 {
			return all
		}
		for _, f := range page.Messages {
			all = append(all, string(f.TextMessage))
		}
		var last message.TextMessage
		require.NoError(s.t, json.Unmarshal([]byte(all[len(all)-1]), &last))
		after = last.ID
	}
}

// compareShown sees that whatever anybody was shown is there, as it was or changed later.
func (s *storm) compareShown(truth map[logEntry]message.TextMessage) {
	s.ledger.mu.Lock()
	defer s.ledger.mu.Unlock()
	for at, text := range s.ledger.shown {
		var m message.TextMessage
		require.NoError(s.t, json.Unmarshal([]byte(text), &m))
		is, there := truth[logEntry{at.Room, m.ID}]
		require.True(s.t, there, "shown in %s, and not there: %s", at.Room, text)
		require.GreaterOrEqual(s.t, is.Rev, m.Rev, "shown in %s, and gone: %s", at.Room, text)
		require.Equal(s.t, m.UserInfo.ID, is.UserInfo.ID)
		require.True(s.t, strings.HasPrefix(is.Content, m.Content), "%q was %q", is.Content, m.Content)
	}
}

// comparePens sees that everything that was said is there once, and what was acknowledged is so.
func (s *storm) comparePens(truth map[logEntry]message.TextMessage) {
	said := int(s.whispers)
	for _, g := range s.guests[:s.size.writers] {
		p := g.pen
		p.mu.Lock()
		defer p.mu.Unlock()
		require.Len(s.t, p.stored, p.count, "everything is answered, and nothing is stored twice")
		said += p.count
		for at, ref := range p.stored {
			is := truth[at]
			require.Equal(s.t, g.Me.ID, is.UserInfo.ID, "author of %v", at)
			if acknowledged, tried := p.edited[at]; acknowledged {
				require.Equal(s.t, ref+edited, is.Content)
			} else if tried {
				require.Equal(s.t, ref, strings.TrimSuffix(is.Content, edited))
			} else {
				require.Equal(s.t, ref, is.Content)
			}
		}
		for at := range p.reacted {
			require.True(s.t, slices.ContainsFunc(truth[at].Reactions, func(r message.Reaction) bool {
				return r.Emoji == applause && slices.Contains(r.Users, g.Me.ID)
			}), "%s applauded %v", g.Me.Name, at)
		}
	}
	require.Len(s.t, truth, said, "nothing is there but what was said")
}

// compare says in what a guest's rooms are not as they are.
func (g *guest) compare(truth map[logEntry]message.TextMessage) (wrong string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.mortal {
		return "" // what they were shown is in the ledger
	}
	for at, m := range truth {
		if log := g.logs[at.Room]; log != nil && log.texts[m.ID] != m.Rev {
			return fmt.Sprintf("%v is at rev %d, not at %d", at, log.texts[m.ID], m.Rev)
		}
	}
	return ""
}

// compareSidebars waits until everyone sees just those who are here, and every node says the same.
func (s *storm) compareSidebars(late time.Time) {
	var here []string
	for _, g := range s.guests {
		if !g.isMortal() {
			here = append(here, g.Me.ID)
		}
	}
	slices.Sort(here)
	for i := range s.nodes {
		reader := s.at(i, s.guests[0].Person)
		var now []string
		assert.Eventually(s.t, func() bool {
			now = s.hereAt(reader)
			return slices.Equal(here, now)
		}, time.Until(late), 50*time.Millisecond)
		require.Equal(s.t, here, now, "who is in the lobby, as node %d says", i)
	}
	var first struct{ Users []message.User }
	require.Equal(s.t, http.StatusOK, s.at(0, s.guests[0].Person).Get("/api/v1/rooms/lobby/users?limit=200", &first))
	for _, g := range s.guests {
		if g.isMortal() {
			continue
		}
		assert.Eventually(s.t, func() bool {
			shown, online := g.sidebar()
			return online == len(here) && slices.Equal(shown, ids(first.Users))
		}, time.Until(late), 20*time.Millisecond)
		shown, online := g.sidebar()
		require.Equal(s.t, ids(first.Users), shown, "who is in the lobby, as %s sees it", g.Me.Name)
		require.Equal(s.t, len(here), online)
	}
}

// hereAt is everyone in the lobby, as a node says.
func (s *storm) hereAt(reader *chattest.Person) []string {
	var all []message.User
	for {
		after := ""
		if len(all) > 0 {
			after = "&after=" + all[len(all)-1].ID
		}
		var page struct {
			Users  []message.User
			Online int
		}
		require.Equal(s.t, http.StatusOK, reader.Get("/api/v1/rooms/lobby/users?limit=200"+after, &page))
		all = append(all, page.Users...)
		if len(page.Users) < 200 {
			return ids(all)
		}
	}
}

// sidebar is who a guest sees in the lobby, and how many there are said to be.
func (g *guest) sidebar() (shown []string, online int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for id := range g.here {
		shown = append(shown, id)
	}
	slices.Sort(shown)
	return shown, g.online
}

func ids(users []message.User) (list []string) {
	for _, u := range users {
		list = append(list, u.ID)
	}
	slices.Sort(list)
	return list
}
