package room_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gochatting/internal/message"
	"gochatting/internal/socket"
)

func TestAnnSpeaksAndBenHears(t *testing.T) {
	h := open(t, nil)
	ann := h.somebody(t, "ann")
	a := h.open(t, ann, message.Lobby)
	require.Len(t, a.welcome.Rooms, 1)
	assert.Zero(t, a.welcome.Rooms[0].Rev)
	ben := h.open(t, h.somebody(t, "ben"), message.Lobby)

	h.say(t, ann, message.Lobby, "hello")
	var heard, told bool
	for !heard || !told {
		switch m := ben.next(t); m.MType {
		case message.StatusMType:
			assert.Len(t, m.UserStatus.Users, 2, "a newcomer hears who is here")
			told = true
		case message.TextMType:
			assert.Equal(t, "hello", m.TextMessage.Content)
			assert.Equal(t, "ann", m.TextMessage.UserInfo.Name)
			heard = true
		}
	}
}

// Somebody whose queue is full goes, and nobody else feels it.
func TestSlowOneIsDroppedAndOnlyThey(t *testing.T) {
	h := open(t, nil)
	ann := h.somebody(t, "ann")
	a := h.open(t, ann, message.Lobby)
	stuck := newLine()
	stuck.stuck = true
	slow := h.enter(t, connect(t, h.somebody(t, "slow"), stuck), stuck, message.Lobby)

	for i := 0; slow.isOpen(); i++ {
		h.say(t, ann, message.Lobby, fmt.Sprint(i))
		require.Equal(t, fmt.Sprint(i), a.hear(t).Content)
		require.Less(t, i, 1000, "a queue is bounded")
	}
	assert.Equal(t, socket.TryAgainLater, slow.code)
	assert.True(t, a.isOpen())
}

func TestNewNameIsEverywhere(t *testing.T) {
	h := open(t, nil)
	ann := h.somebody(t, "ann")
	a := h.open(t, ann, message.Lobby)
	ben := h.open(t, h.somebody(t, "ben"), message.Lobby)
	_, _, err := h.store.Rename(t.Context(), ann.ID, "Ann Lee", "", time.Now())
	require.NoError(t, err)
	h.rooms.Changed(t.Context(), ann.ID)
	ann.Name = "Ann Lee"
	assert.Equal(t, "Ann Lee", a.nextOf(t, message.YouMType).You.Name, "she is told, too")
	for s := ben.status(t); !slices.Contains(append(s.Users, s.Joined...), ann); s = ben.status(t) {
	}
	assert.Equal(t, "Ann Lee", a.user.Info().Name)
}

// The first dialect gets the whole list at every change, its first frame is that list, and it
// hears texts of the lobby, escaped for its page, and nothing else.
func TestFirstDialectInARoomWithTheCurrent(t *testing.T) {
	h := open(t, nil)
	ann := h.somebody(t, "ann")
	a := h.open(t, ann, message.Lobby)
	l, who := newLine(), h.somebody(t, "old")
	u := connect(t, who, l)
	u.First = true
	old := h.enter(t, u, l, "")
	attic := h.make(t, ann, "Attic", who)
	require.NoError(t, a.stay.Take(t.Context(), typing(message.Lobby)))
	h.say(t, ann, attic.ID, "in the attic")
	h.say(t, ann, message.Lobby, "<b>hi</b>")

	m := old.next(t)
	require.Equal(t, message.StatusMType, m.MType)
	assert.Len(t, m.UserStatus.Users, 2)
	m = old.next(t)
	require.Equal(t, message.TextMType, m.MType)
	assert.Equal(t, "&lt;b&gt;hi&lt;/b&gt;", m.TextMessage.Content)

	h.open(t, h.somebody(t, "ben"), message.Lobby)
	m = old.next(t)
	assert.Len(t, m.UserStatus.Users, 3, "the full list, not the difference")
}

// A bus that drops, doubles and swaps: everyone still hears every rev once, in order; in a room
// so large that its writes are spread over the processors, too.
func TestBadBusMakesNoHoles(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	dice := rand.New(rand.NewPCG(seed, 0))
	var kept []message.Message
	h := open(t, func(publish func(string, []message.Message)) func(string, []message.Message) {
		return func(id string, said []message.Message) {
			for _, m := range said {
				switch dice.IntN(5) {
				case 0: // lost
				case 1: // late, and doubled
					kept = append(kept, m, m)
				default:
					publish(id, []message.Message{m})
				}
			}
			if dice.IntN(3) == 0 && len(kept) > 0 {
				publish(id, kept)
				kept = nil
			}
		}
	})
	const people, writers, n = 300, 5, 300
	lines := make([]*line, people)
	for i := range lines {
		lines[i] = newLine()
		name := fmt.Sprint("user", i)
		_, err := h.rooms.Join(t.Context(), message.Lobby, connect(t, message.User{ID: name, Name: name}, lines[i]))
		require.NoError(t, err)
	}
	var speaking sync.WaitGroup
	for w := range writers {
		who := h.somebody(t, fmt.Sprint("writer", w))
		speaking.Go(func() {
			for i := range n / writers {
				h.say(t, who, message.Lobby, fmt.Sprint(w, " ", i))
			}
		})
	}
	speaking.Wait()
	// What was lost at the very end shows with the next message that is not.
	bell := h.somebody(t, "bell")
	for i, l := range lines {
		for rev := int64(1); rev <= n; {
			if l.isEmpty() {
				h.say(t, bell, message.Lobby, "bell")
			}
			m := l.next(t)
			if m.MType == message.TextMType {
				require.Equal(t, rev, m.TextMessage.Rev, "person %d, seed %d", i, seed)
				rev++
			}
		}
	}
}
