package room_test

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"gochatting/internal/message"
	"gochatting/internal/postgrestest"
	"gochatting/internal/socket"
	"gochatting/internal/store"
)

// Whatever the bus drops, doubles, delays and swaps, and whichever node it leaves alone for a while, in the
// end everyone on every node holds what they would fetch anew, and every sidebar is right.
func TestAWildBusChangesNothingInTheEnd(t *testing.T) {
	goWild(t, "", 250)
}

// Likewise when every node has its own way to the database.
func TestAWildBusAndPostgreSQL(t *testing.T) {
	goWild(t, postgrestest.New(t), 100)
}

func goWild(t *testing.T, database string, steps int) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	bubble(t, func(t *testing.T) {
		w := newWild(t, database, rand.New(rand.NewPCG(seed, 0)))
		for range steps {
			w.step()
		}
		for _, u := range w.buses {
			u.set(func(u *unruly) { u.cut = false })
		}
		time.Sleep(40 * time.Second)
		w.compare("on a bus that is still wild", false) // which may have lost five beats of a node in a row
		for _, u := range w.buses {
			u.set(func(u *unruly) { u.wild = false })
		}
		time.Sleep(20 * time.Second)
		w.compare("on a bus that has calmed down", true)
	})
}

// A wild is some nodes on one store, each with its own fate, and the tabs of some people there.
type wild struct {
	*testing.T
	dice   *rand.Rand
	nodes  []*house
	buses  []*unruly
	people []message.User
	rooms  []string

	mu    sync.Mutex // the other two are looked at by the nodes, too
	pages []*page
	dead  map[string]bool // sessions
}

func newWild(t *testing.T, database string, dice *rand.Rand) *wild {
	first := open(t, nil)
	if database != "" {
		first = first.keep(t, database, slog.New(slog.DiscardHandler), nil)
	}
	w := &wild{T: t, dice: dice, rooms: []string{message.Lobby}, dead: make(map[string]bool)}
	for range 3 {
		u := &unruly{Bus: first.bus, dice: rand.New(rand.NewPCG(dice.Uint64(), 0)), wild: true}
		on := first
		if database != "" {
			on = first.keep(t, database, slog.New(slog.DiscardHandler), nil)
		}
		on = on.behind(t, u)
		w.nodes, w.buses = append(w.nodes, on), append(w.buses, u)
		on.rooms.OnSessions(func(_ string, sessions []string) {
			w.shut(on, func(session string) bool { return slices.Contains(sessions, session) })
		}, func(context.Context) error {
			w.shut(on, func(session string) bool { return w.dead[session] })
			return nil
		})
	}
	for _, name := range []string{"ann", "ben", "cleo", "dora", "emil"} {
		w.people = append(w.people, first.somebody(t, name))
	}
	for i := range 3 {
		r := w.nodes[0].makeA(t, message.OpenRoom, w.people[i], fmt.Sprint("Room ", i))
		w.rooms = append(w.rooms, r.ID)
	}
	for range 8 {
		w.open()
	}
	return w
}

// shut does what a server does when sessions have ended.
func (w *wild) shut(on *house, ended func(session string) bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, p := range w.pages {
		if p.on == on && ended(p.user.Session) {
			p.user.Close(socket.PolicyViolation, "signed out")
		}
	}
}

func one[T any](w *wild, of []T) T { return of[w.dice.IntN(len(of))] }

// step has something happen; much of it is not possible, and then refused.
func (w *wild) step() {
	ctx, on, who, id := w.Context(), one(w, w.nodes).rooms, one(w, w.people), one(w, w.rooms)
	switch n := w.dice.IntN(100); {
	case n < 55:
		_, _, _ = on.Say(ctx, who, message.Message{Room: id, TextMessage: &message.TextMessage{Content: fmt.Sprint(w.dice.Int())}})
	case n < 60:
		_, _ = on.Edit(ctx, who.ID, id, 1+w.dice.Int64N(20), "edited", nil)
	case n < 65:
		_ = on.AddMember(ctx, who.ID, id, who.ID)
	case n < 69:
		_ = on.RemoveMember(ctx, who.ID, id, who.ID)
	case n < 73:
		_, _ = on.SetRead(ctx, who.ID, id, 1+w.dice.Int64N(30))
	case n < 76:
		topic := fmt.Sprint("about ", w.dice.Int())
		_, _ = on.ChangeRoom(ctx, who.ID, id, store.RoomChange{Topic: &topic})
	case n < 79:
		_, _, err := w.nodes[0].store.Rename(ctx, who.ID, fmt.Sprint(who.ID[:2], w.dice.IntN(1000)), "", time.Now())
		require.NoError(w, err)
		on.Changed(ctx, who.ID)
	case n < 84:
		w.open()
	case n < 88:
		one(w, w.pages).close()
	case n < 90:
		session := one(w, w.pages).user.Session
		w.mu.Lock()
		w.dead[session] = true
		w.mu.Unlock()
		on.EndSessions("signed out", session)
	case n < 93:
		one(w, w.buses).set(func(u *unruly) { u.cut = !u.cut })
	default:
		one(w, w.pages).watch(id)
	}
	time.Sleep(time.Duration(w.dice.Int64N(int64(400 * time.Millisecond))))
	for _, p := range w.pages {
		p.read()
	}
}

func (w *wild) open() {
	on, who := one(w, w.nodes), one(w, w.people)
	tab := on.open(w, who, message.Lobby)
	p := &page{
		wild: w, tab: tab, on: on, watched: message.Lobby, sidebar: make(map[string]message.User),
		rooms: make(map[string]message.Room), from: make(map[string]int64), revs: make(map[string]int64), texts: make(map[string]map[int64]message.TextMessage),
	}
	for _, r := range tab.welcome.Rooms {
		p.enter(r)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.pages = append(w.pages, p)
}

func (w *wild) compare(when string, presence bool) {
	synctest.Wait()
	here := make(map[string]map[string]message.User) // by room
	for _, p := range w.pages {
		p.read()
		if !p.isOpen() {
			continue
		}
		require.False(w, w.dead[p.user.Session], when)
		who, err := p.on.store.User(w.Context(), p.user.Info().ID)
		require.NoError(w, err)
		heard, err := p.on.store.Hears(w.Context(), who.ID)
		require.NoError(w, err)
		for _, id := range heard {
			if here[id] == nil {
				here[id] = make(map[string]message.User)
			}
			here[id][who.ID] = who.Public()
		}
	}
	for i, p := range w.pages {
		if p.isOpen() {
			p.compare(fmt.Sprint("page ", i, " ", when))
			if _, member := p.rooms[p.watched]; member && presence {
				require.Equal(w, here[p.watched], p.sidebar, "page %d %s %s", i, when, p.watched)
			}
		}
	}
	if !presence {
		return
	}
	for id := range here {
		for _, on := range w.nodes {
			who, err := on.rooms.Here(w.Context(), id, "", 100)
			require.NoError(w, err)
			require.Len(w, who.Users, len(here[id]), when)
			for _, u := range who.Users {
				require.Equal(w, here[id][u.ID], u, when)
			}
		}
	}
}

// A page is what a client makes of what it is told.
type page struct {
	*wild
	*tab
	on      *house
	watched string
	sidebar map[string]message.User
	rooms   map[string]message.Room
	from    map[string]int64 // the rev of a room at which it came in
	revs    map[string]int64 // up to which it heard it
	texts   map[string]map[int64]message.TextMessage
}

func (p *page) enter(r message.Room) {
	p.rooms[r.ID] = r
	if p.texts[r.ID] == nil {
		p.from[r.ID], p.revs[r.ID] = r.Rev, r.Rev
		p.texts[r.ID] = make(map[int64]message.TextMessage)
	}
}

func (p *page) close() {
	p.tab.line.Close(0, "")
	p.stay.End()
}

func (p *page) watch(room string) {
	p.watched = room
	clear(p.sidebar)
	_ = p.stay.Take(p.Context(), watching(room))
}

func (p *page) read() {
	synctest.Wait()
	if !p.isOpen() {
		p.stay.End()
		return
	}
	for !p.isEmpty() {
		switch m := p.next(p.wild); m.MType {
		case message.TextMType:
			p.hears(m.Room, *m.TextMessage)
		case message.RoomMType:
			switch {
			case m.RoomInfo == nil:
				delete(p.rooms, m.Room)
				delete(p.texts, m.Room)
			case m.RoomInfo.Membership == nil:
				m.RoomInfo.Membership = p.rooms[m.Room].Membership
				p.enter(*m.RoomInfo)
			default:
				p.enter(*m.RoomInfo)
			}
		case message.ReadMType:
			p.rooms[m.Room].Membership.Read = *m.Read
		case message.StatusMType:
			p.seen(m.Room, *m.UserStatus)
		}
	}
}

// hears takes a text of a room: in order, each once.
func (p *page) hears(room string, m message.TextMessage) {
	if p.texts[room] == nil {
		return // before it was told of the room, whose Rev will say so
	}
	if m.Rev <= p.from[room] {
		return
	}
	require.Greater(p.wild, m.Rev, p.revs[room])
	p.revs[room] = m.Rev
	p.texts[room][m.ID] = m
}

func (p *page) seen(room string, s message.UserStatus) {
	if room != p.watched {
		return
	}
	if s.Users != nil {
		clear(p.sidebar)
	}
	for _, u := range append(s.Users, s.Joined...) {
		p.sidebar[u.ID] = u
	}
	for _, u := range s.Left {
		delete(p.sidebar, u.ID)
	}
}

// compare sees that the page holds what the store does.
func (p *page) compare(when string) {
	ctx, t := p.Context(), p.wild
	rooms, err := p.on.store.Rooms(ctx, p.user.Info().ID)
	require.NoError(t, err)
	require.Len(t, p.rooms, len(rooms), when)
	for _, r := range rooms {
		held := p.rooms[r.ID]
		require.NotNil(t, held.Membership, "%s %s", when, r.ID)
		require.Equal(t, r.Membership.Read.ID, held.Membership.Read.ID, "%s %s", when, r.ID)
		held.Membership, held.Rev = r.Membership, r.Rev
		require.Equal(t, r, held, when)

		log, err := p.on.store.Log(ctx, r.ID, p.from[r.ID], 1000)
		require.NoError(t, err)
		texts := make(map[int64]message.TextMessage)
		for _, m := range log {
			texts[m.TextMessage.ID] = *m.TextMessage
		}
		require.Len(t, p.texts[r.ID], len(texts), "%s %s", when, r.ID)
		for id, m := range texts {
			require.Equal(t, m.Rev, p.texts[r.ID][id].Rev, "%s %s", when, r.ID)
			require.Equal(t, m.Content, p.texts[r.ID][id].Content, "%s %s", when, r.ID)
		}
	}
}
