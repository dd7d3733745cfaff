package room_test

import (
	"crypto/rand"
	"encoding/json"
	"io"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"gochatting/internal/bus"
	"gochatting/internal/markup"
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
	bus   room.Bus
	rooms *room.Directory
	dir   string // the store's
}

// open builds a house; bad may stand between the store and the bus.
func open(t testing.TB, bad func(publish func(string, []message.Message)) func(string, []message.Message)) *house {
	return openLogging(t, slog.DiscardHandler, bad)
}

func openLogging(t testing.TB, log slog.Handler, bad func(publish func(string, []message.Message)) func(string, []message.Message)) *house {
	out := slog.New(log)
	b, err := bus.Open(bus.Options{Log: out})
	require.NoError(t, err)
	t.Cleanup(b.Close)
	return (&house{bus: b}).keep(t, "", out, bad).node(t, out)
}

// keep gives a house a store: of its own or, in a database, one with others.
func (h *house) keep(t testing.TB, database string, out *slog.Logger, bad func(publish func(string, []message.Message)) func(string, []message.Message)) *house {
	published := room.Publisher(h.bus, out)
	if bad != nil {
		published = bad(published)
	}
	dir := t.TempDir()
	s, err := store.Open(t.Context(), store.Options{Dir: dir, Database: database, Published: published, Log: out})
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, s.Close()) })
	return &house{store: s, bus: h.bus, dir: dir}
}

// node is the same house as another process on the same store and bus has it.
func (h *house) node(t testing.TB, out *slog.Logger) *house {
	renderer := markup.New(markup.Options{})
	t.Cleanup(renderer.Close)
	d, err := room.NewDirectory(h.store, h.bus, renderer, 8192, out)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, d.Close()) })
	return &house{h.store, h.bus, d, h.dir}
}

// behind is the same as node, with something of the test's between it and the bus.
func (h *house) behind(t testing.TB, b room.Bus) *house {
	other := *h
	other.bus = b
	return other.node(t, slog.New(slog.DiscardHandler))
}

// A line is a connection whose other end the test holds.
type line struct {
	stuck  bool // takes nothing until it is closed
	got    chan []byte
	closed chan struct{}

	waiting []message.Message // the rest of what came at once

	once   sync.Once
	code   int
	reason string
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

func (l *line) Close(code int, reason string) {
	l.once.Do(func() { l.code, l.reason = code, reason; close(l.closed) })
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

// A tab is one live connection of somebody, in all their rooms.
type tab struct {
	*line
	user    *user.OnlineUser
	stay    *room.Stay
	welcome message.Welcome
}

// somebody has a row in the store.
func (h *house) somebody(t testing.TB, name string) message.User {
	who, err := h.store.Guest(t.Context(), name+"@example.com", name, "")
	require.NoError(t, err)
	return who.Public()
}

// connect makes a connection of somebody, greeted and in no room.
func connect(t testing.TB, who message.User, l *line) *user.OnlineUser {
	u := user.New(rand.Text(), rand.Text(), who, l, user.Unlimited)
	u.Greet(nil)
	t.Cleanup(func() {
		l.Close(0, "")
		u.Wait()
	})
	return u
}

// open has somebody in with one tab more, looking at a room.
func (h *house) open(t testing.TB, who message.User, watch string) *tab {
	l := newLine()
	return h.enter(t, connect(t, who, l), l, watch)
}

func (h *house) enter(t testing.TB, u *user.OnlineUser, l *line, watch string) *tab {
	stay, welcome, err := h.rooms.Enter(t.Context(), u, watch)
	require.NoError(t, err)
	t.Cleanup(stay.End)
	return &tab{l, u, stay, welcome}
}

// say has somebody say something, connected or not.
func (h *house) say(t testing.TB, who message.User, room, content string) message.Message {
	m, _, err := h.rooms.Say(t.Context(), who, message.Message{
		MType: message.TextMType, Room: room, TextMessage: &message.TextMessage{Content: content},
	})
	require.NoError(t, err)
	return m
}

// make makes a private room.
func (h *house) make(t testing.TB, maker message.User, name string, others ...message.User) message.Room {
	return h.makeA(t, message.PrivateRoom, maker, name, others...)
}

func (h *house) makeA(t testing.TB, kind string, maker message.User, name string, others ...message.User) message.Room {
	r := store.NewRoom{Kind: kind, Name: name}
	for _, other := range others {
		r.Users = append(r.Users, other.ID)
	}
	room, _, err := h.rooms.MakeRoom(t.Context(), maker.ID, r)
	require.NoError(t, err)
	return room
}

// next waits for the next message on a line.
func (l *line) next(t testing.TB) message.Message {
	t.Helper()
	for len(l.waiting) == 0 {
		select {
		case b := <-l.got:
			l.waiting = parse(t, b)
		case <-time.After(30 * time.Second):
			require.FailNow(t, "nothing came")
		}
	}
	m := l.waiting[0]
	l.waiting = l.waiting[1:]
	return m
}

// nextOf waits for the next message of a kind, passing over others.
func (l *line) nextOf(t testing.TB, mtype string) message.Message {
	t.Helper()
	for {
		if m := l.next(t); m.MType == mtype {
			return m
		}
	}
}

// hear waits for a text, status for who is here.
func (l *line) hear(t testing.TB) message.TextMessage {
	t.Helper()
	return *l.nextOf(t, message.TextMType).TextMessage
}

func (l *line) status(t testing.TB) message.UserStatus {
	t.Helper()
	return *l.nextOf(t, message.StatusMType).UserStatus
}

// isEmpty reports whether nothing has come that was not read.
func (l *line) isEmpty() bool { return len(l.waiting) == 0 && len(l.got) == 0 }

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
