package room_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"gochatting/internal/bus"
	"gochatting/internal/message"
	"gochatting/internal/room"
	"gochatting/internal/socket"
	"gochatting/internal/store"
	"gochatting/internal/user"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// A house is rooms on a real store and bus.
type house struct {
	store *store.Store
	bus   *bus.Bus
	rooms *room.Directory
}

// open builds a house; bad may stand between the store and the bus.
func open(t testing.TB, bad func(publish func(string, []message.Message)) func(string, []message.Message)) *house {
	out := slog.New(slog.DiscardHandler)
	b, err := bus.Open()
	require.NoError(t, err)
	t.Cleanup(b.Close)
	published := room.Publisher(b, out)
	if bad != nil {
		published = bad(published)
	}
	s, err := store.Open(t.Context(), store.Options{Dir: t.TempDir(), Published: published, Log: out})
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, s.Close()) })
	d, err := room.NewDirectory(s, b, 8192, out)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, d.Close()) })
	return &house{s, b, d}
}

// A line is a connection whose other end the test holds.
type line struct {
	stuck  bool // takes nothing until it is closed
	got    chan []byte
	closed chan struct{}

	once sync.Once
	code int
}

func newLine() *line { return &line{got: make(chan []byte, 1000), closed: make(chan struct{})} }

func (l *line) Each(func([]byte) error) error {
	<-l.closed
	return io.EOF
}

func (l *line) TryWrite(b []byte) socket.Taken {
	if l.stuck {
		return socket.None
	}
	select {
	case l.got <- b:
		return socket.All
	default:
		return socket.None
	}
}

func (l *line) Write(b []byte) error {
	got := l.got
	if l.stuck {
		got = nil
	}
	select {
	case got <- slices.Clone(b):
		return nil
	case <-l.closed:
		return io.ErrClosedPipe
	}
}

func (l *line) CloseNow() { l.Close(socket.AbnormalClosure, "") }

func (l *line) Close(code int, _ string) {
	l.once.Do(func() { l.code = code; close(l.closed) })
}

// isOpen reports whether nobody has closed the line.
func (l *line) isOpen() bool {
	select {
	case <-l.closed:
		return false
	default:
		return true
	}
}

// person makes somebody with a row in the store and a line, greeted.
func (h *house) person(t testing.TB, name string) (*user.OnlineUser, *line) {
	who, err := h.store.Guest(t.Context(), name+"@example.com", name)
	require.NoError(t, err)
	l := newLine()
	u := user.New("tab-of-"+name, "s", who.Public(), l, user.Unlimited)
	u.Greet(nil)
	t.Cleanup(func() {
		l.Close(0, "")
		u.Wait()
	})
	return u, l
}

// join has somebody new in the lobby.
func (h *house) join(t testing.TB, name string) (*user.OnlineUser, *line) {
	u, l := h.person(t, name)
	_, _, err := h.rooms.Join(t.Context(), message.Lobby, u)
	require.NoError(t, err)
	return u, l
}

// next reads what comes on a line, message by message.
func next(t testing.TB, l *line, waiting *[]message.Message) message.Message {
	for len(*waiting) == 0 {
		select {
		case b := <-l.got:
			*waiting = parse(t, b)
		case <-time.After(30 * time.Second):
			require.FailNow(t, "nothing came")
		}
	}
	m := (*waiting)[0]
	*waiting = (*waiting)[1:]
	return m
}

func parse(t testing.TB, b []byte) (all []message.Message) {
	for len(b) > 0 {
		n, header := int(b[1]), 2
		if n == 126 {
			n, header = int(b[2])<<8|int(b[3]), 4
		}
		var m message.Message
		require.NoError(t, json.Unmarshal(b[header:header+n], &m))
		all = append(all, m)
		b = b[header+n:]
	}
	return all
}

func say(content string) message.Message {
	return message.Message{MType: message.TextMType, Room: message.Lobby, TextMessage: &message.TextMessage{Content: content}}
}

func TestAnnSpeaksAndBenHears(t *testing.T) {
	h := open(t, nil)
	ann, _ := h.person(t, "ann")
	_, rev, err := h.rooms.Join(t.Context(), message.Lobby, ann)
	require.NoError(t, err)
	assert.Zero(t, rev)
	_, ben := h.join(t, "ben")

	require.NoError(t, h.rooms.Post(t.Context(), ann, say("hello")))
	var waiting []message.Message
	var heard, told bool
	for !heard || !told {
		switch m := next(t, ben, &waiting); m.MType {
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

func TestRoomsThatAreNotThere(t *testing.T) {
	h := open(t, nil)
	ann, _ := h.person(t, "ann")
	_, _, err := h.rooms.Join(t.Context(), "attic", ann)
	require.ErrorIs(t, err, store.ErrNotFound)

	attic := say("hello")
	attic.Room = "attic"
	err = h.rooms.Post(t.Context(), ann, attic)
	var refused *message.Error
	require.ErrorAs(t, err, &refused)
	assert.Equal(t, message.CodeNotFound, refused.Code)

	here, err := h.rooms.Here(t.Context(), "attic", "", 10)
	require.NoError(t, err)
	assert.Empty(t, here.Users)
}

func TestRepeatedRefIsAnsweredToItsAuthorOnly(t *testing.T) {
	h := open(t, nil)
	ann, l := h.person(t, "ann")
	m := say("once")
	m.Ref = "r1"
	require.NoError(t, h.rooms.Post(t.Context(), ann, m))
	assert.Empty(t, l.got, "not in the room: nothing comes by the bus")
	m.TextMessage = &message.TextMessage{Content: "once more"}
	require.NoError(t, h.rooms.Post(t.Context(), ann, m))
	var waiting []message.Message
	got := next(t, l, &waiting)
	assert.Equal(t, "once", got.TextMessage.Content)
	assert.Equal(t, int64(1), got.TextMessage.ID)
	assert.Equal(t, "r1", got.Ref)
}

// Somebody whose queue is full goes, and nobody else feels it.
func TestSlowOneIsDroppedAndOnlyThey(t *testing.T) {
	h := open(t, nil)
	ann, annLine := h.join(t, "ann")
	slow := newLine()
	slow.stuck = true
	who, err := h.store.Guest(t.Context(), "slow@example.com", "slow")
	require.NoError(t, err)
	u := user.New("tab-of-slow", "s", who.Public(), slow, user.Unlimited)
	u.Greet(nil)
	defer u.Wait()
	_, _, err = h.rooms.Join(t.Context(), message.Lobby, u)
	require.NoError(t, err)

	var waiting []message.Message
	for i := 0; slow.isOpen(); i++ {
		require.NoError(t, h.rooms.Post(t.Context(), ann, say(fmt.Sprint(i))))
		for m := next(t, annLine, &waiting); ; m = next(t, annLine, &waiting) {
			if m.MType == message.TextMType {
				require.Equal(t, fmt.Sprint(i), m.TextMessage.Content)
				break
			}
		}
		require.Less(t, i, 1000, "a queue is bounded")
	}
	assert.Equal(t, socket.TryAgainLater, slow.code)
	assert.True(t, annLine.isOpen())
}

func TestRoomsEndWith1001(t *testing.T) {
	h := open(t, nil)
	ann, l := h.person(t, "ann")
	r, _, err := h.rooms.Join(t.Context(), message.Lobby, ann)
	require.NoError(t, err)
	require.NoError(t, h.rooms.Close())
	<-l.closed
	assert.Equal(t, socket.GoingAway, l.code)
	r.Leave(ann) // stranded nowhere
	_, _, err = h.rooms.Join(t.Context(), message.Lobby, ann)
	assert.Error(t, err)
	_, err = h.rooms.Here(t.Context(), message.Lobby, "", 10)
	assert.NoError(t, err)
}

func TestNewNameIsEverywhere(t *testing.T) {
	h := open(t, nil)
	ann, _ := h.join(t, "ann")
	_, ben := h.join(t, "ben")
	info := ann.Info()
	info.Name = "Ann Lee"
	require.NoError(t, h.rooms.Changed(info))
	var waiting []message.Message
	for m := next(t, ben, &waiting); ; m = next(t, ben, &waiting) {
		if slices.Contains(append(m.UserStatus.Users, m.UserStatus.Joined...), info) {
			break
		}
	}
	assert.Equal(t, "Ann Lee", ann.Info().Name)
}

// The first dialect gets the whole list at every change, its first frame is that list, and it
// hears texts escaped for its page.
func TestFirstDialectInARoomWithTheCurrent(t *testing.T) {
	h := open(t, nil)
	ann, _ := h.join(t, "ann")
	old, l := h.person(t, "old")
	old.First = true
	_, _, err := h.rooms.Join(t.Context(), message.Lobby, old)
	require.NoError(t, err)
	require.NoError(t, h.rooms.Post(t.Context(), ann, say("<b>hi</b>")))

	var waiting []message.Message
	m := next(t, l, &waiting)
	require.Equal(t, message.StatusMType, m.MType)
	assert.Len(t, m.UserStatus.Users, 2)
	m = next(t, l, &waiting)
	require.Equal(t, message.TextMType, m.MType)
	assert.Equal(t, "&lt;b&gt;hi&lt;/b&gt;", m.TextMessage.Content)

	h.join(t, "ben")
	m = next(t, l, &waiting)
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
	const people, writers, n = 600, 5, 300
	lines := make([]*line, people)
	for i := range lines {
		lines[i] = newLine()
		lines[i].got = make(chan []byte, 2*n)
		u := user.New(fmt.Sprint("tab", i), "s", message.User{ID: fmt.Sprint("u", i), Name: fmt.Sprint("u", i)}, lines[i], user.Unlimited)
		u.Greet(nil)
		_, _, err := h.rooms.Join(t.Context(), message.Lobby, u)
		require.NoError(t, err)
		defer u.Wait()
		defer lines[i].Close(0, "")
	}
	var speaking sync.WaitGroup
	for w := range writers {
		who, _ := h.person(t, fmt.Sprint("writer", w))
		speaking.Go(func() {
			for i := range n / writers {
				assert.NoError(t, h.rooms.Post(context.Background(), who, say(fmt.Sprint(w, " ", i))))
			}
		})
	}
	speaking.Wait()
	// What was lost at the very end shows with the next message that is not.
	bell, _ := h.person(t, "bell")
	for i, l := range lines {
		var waiting []message.Message
		for rev := int64(1); rev <= n; {
			if len(waiting) == 0 && len(l.got) == 0 {
				require.NoError(t, h.rooms.Post(t.Context(), bell, say("bell")))
			}
			m := next(t, l, &waiting)
			if m.MType == message.TextMType {
				require.Equal(t, rev, m.TextMessage.Rev, "person %d, seed %d", i, seed)
				rev++
			}
		}
	}
}
