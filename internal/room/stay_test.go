package room_test

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	_ "modernc.org/sqlite"

	"gochatting/internal/message"
	"gochatting/internal/store"
)

func TestOneSocketHearsAllRooms(t *testing.T) {
	h := open(t, nil)
	ann, ben := h.somebody(t, "ann"), h.somebody(t, "ben")
	attic := h.make(t, ann, "Attic", ben)
	cellar := h.make(t, ann, "Cellar")
	h.say(t, ann, attic.ID, "before")
	a, b := h.open(t, ann, ""), h.open(t, ben, "")

	revs := make(map[string]int64)
	for _, r := range a.welcome.Rooms {
		require.NotNil(t, r.Membership)
		revs[r.ID] = r.Rev
	}
	assert.Equal(t, map[string]int64{message.Lobby: 0, attic.ID: 1, cellar.ID: 0}, revs)
	require.Len(t, b.welcome.Rooms, 2)

	require.NoError(t, b.stay.Take(t.Context(), text(attic.ID, "", "in the attic")))
	h.say(t, ann, cellar.ID, "in the cellar")
	require.NoError(t, b.stay.Take(t.Context(), text(message.Lobby, "", "in the lobby")))
	heard := make(map[string]message.Message)
	for range 3 {
		m := a.nextOf(t, message.TextMType)
		heard[m.TextMessage.Content] = m
		assert.Equal(t, revs[m.Room]+1, m.TextMessage.Rev)
	}
	assert.Equal(t, attic.ID, heard["in the attic"].Room)
	assert.Equal(t, cellar.ID, heard["in the cellar"].Room)
	assert.Equal(t, message.Lobby, heard["in the lobby"].Room)
	for _, m := range b.upTo(t, "in the lobby") {
		assert.NotEqual(t, cellar.ID, m.Room)
	}
}

func TestMembersComeAndGoOnAllTheirDevices(t *testing.T) {
	h := open(t, nil)
	ann, ben, cleo := h.somebody(t, "ann"), h.somebody(t, "ben"), h.somebody(t, "cleo")
	a, b, b2, c := h.open(t, ann, ""), h.open(t, ben, ""), h.open(t, ben, ""), h.open(t, cleo, "")

	attic := h.make(t, ann, "Attic")
	made := a.nextOf(t, message.RoomMType)
	assert.Equal(t, attic.ID, made.Room)
	assert.Equal(t, "Attic", made.RoomInfo.Name)
	assert.NotNil(t, made.RoomInfo.Membership)

	h.say(t, ann, attic.ID, "alone")
	require.NoError(t, h.rooms.AddMember(t.Context(), ann.ID, attic.ID, ben.ID))
	h.say(t, ann, attic.ID, "together")
	for _, tab := range []*tab{b, b2} {
		invited := tab.next(t)
		require.Equal(t, message.RoomMType, invited.MType)
		require.NotNil(t, invited.RoomInfo)
		assert.Equal(t, int64(1), invited.RoomInfo.Rev)
		assert.Equal(t, message.Read{ID: 1, Rev: 1}, invited.RoomInfo.Membership.Read)
		assert.Equal(t, "together", tab.hear(t).Content)
	}

	require.NoError(t, h.rooms.RemoveMember(t.Context(), ben.ID, attic.ID, ben.ID))
	h.say(t, ann, attic.ID, "alone again")
	a.upTo(t, "alone again")
	h.say(t, ann, message.Lobby, "mark")
	for _, tab := range []*tab{b, b2} {
		assert.Equal(t, []message.Message{{MType: message.RoomMType, Room: attic.ID}}, tab.upTo(t, "mark"))
	}
	assert.Empty(t, c.upTo(t, "mark"), "nobody else hears anything")
	assert.Empty(t, only(message.RoomMType, a.upTo(t, "mark")))

	// What is answered from memory is for who hears the room.
	_, known := h.rooms.Since(ann.ID, attic.ID, 0, 0, 10)
	assert.True(t, known)
	_, known = h.rooms.Since(ben.ID, attic.ID, 0, 0, 10)
	assert.False(t, known)
}

func TestDirectRoomIsHiddenUntilItsFirstMessage(t *testing.T) {
	h := open(t, nil)
	ann, ben := h.somebody(t, "ann"), h.somebody(t, "ben")
	a, b := h.open(t, ann, ""), h.open(t, ben, "")
	direct := h.makeA(t, message.DirectRoom, ann, "", ben)
	assert.Equal(t, direct.ID, a.nextOf(t, message.RoomMType).Room, "its maker is told on all devices")
	late := h.open(t, ben, "")
	assert.Len(t, late.welcome.Rooms, 1)

	h.say(t, ann, message.Lobby, "mark")
	for _, tab := range []*tab{b, late} {
		assert.Empty(t, tab.upTo(t, "mark"))
	}
	h.say(t, ann, direct.ID, "psst")
	for _, tab := range []*tab{b, late} {
		assert.Empty(t, tab.upTo(t, "psst"), "and then the message itself comes")
	}
	assert.Len(t, h.open(t, ben, "").welcome.Rooms, 2)
}

func TestReadMarksAndInvolvementReachTheOtherDevices(t *testing.T) {
	h := open(t, nil)
	ann, ben := h.somebody(t, "ann"), h.somebody(t, "ben")
	one, two, b := h.open(t, ann, ""), h.open(t, ann, ""), h.open(t, ben, "")
	for i := range 3 {
		h.say(t, ben, message.Lobby, fmt.Sprint(i))
	}
	require.NoError(t, one.stay.Take(t.Context(), reading(message.Lobby, 2)))
	want := message.Message{MType: message.ReadMType, Room: message.Lobby, Read: &message.Read{ID: 2, Rev: 3, Unread: 1}}
	assert.Equal(t, want, one.nextOf(t, message.ReadMType))
	assert.Equal(t, want, two.nextOf(t, message.ReadMType))

	require.NoError(t, one.stay.Take(t.Context(), reading(message.Lobby, 2)))
	require.NoError(t, h.rooms.SetInvolvement(t.Context(), ann.ID, message.Lobby, message.InvolvedNone))
	m := two.next(t)
	require.Equal(t, message.RoomMType, m.MType, "a mark that has not moved is no news")
	assert.Equal(t, message.InvolvedNone, m.RoomInfo.Membership.Involvement)
	assert.Equal(t, 1, m.RoomInfo.Membership.Read.Unread)

	h.say(t, ben, message.Lobby, "mark")
	before := b.upTo(t, "mark")
	assert.Empty(t, only(message.ReadMType, before), "nobody else's business")
	assert.Empty(t, only(message.RoomMType, before))
}

func TestEverybodyInARoomHearsOfItsNewName(t *testing.T) {
	h := open(t, nil)
	ann, ben := h.somebody(t, "ann"), h.somebody(t, "ben")
	attic := h.make(t, ann, "Attic", ben)
	a, b, c := h.open(t, ann, ""), h.open(t, ben, ""), h.open(t, h.somebody(t, "cleo"), "")
	name, topic := "Loft", "boxes"
	_, err := h.rooms.ChangeRoom(t.Context(), ann.ID, attic.ID, store.RoomChange{Name: &name, Topic: &topic})
	require.NoError(t, err)
	for _, tab := range []*tab{a, b} {
		m := tab.next(t)
		require.Equal(t, message.RoomMType, m.MType)
		assert.Equal(t, "Loft", m.RoomInfo.Name)
		assert.Equal(t, "boxes", m.RoomInfo.Topic)
		assert.Nil(t, m.RoomInfo.Membership)
	}
	h.say(t, ann, message.Lobby, "mark")
	assert.Empty(t, c.upTo(t, "mark"))
}

// Two who rename a room at the same time do not leave anybody with the wrong name.
func TestTheLastNameIsTheOneThatIsTold(t *testing.T) {
	h := open(t, nil)
	ann := h.somebody(t, "ann")
	attic := h.make(t, ann, "Attic")
	a := h.open(t, ann, "")
	for round := range 50 {
		var renaming sync.WaitGroup
		for i := range 4 {
			renaming.Go(func() {
				topic := fmt.Sprint(round, i)
				_, err := h.rooms.ChangeRoom(t.Context(), ann.ID, attic.ID, store.RoomChange{Topic: &topic})
				assert.NoError(t, err)
			})
		}
		renaming.Wait()
		h.say(t, ann, attic.ID, "mark")
		told := only(message.RoomMType, a.upTo(t, "mark"))
		now, err := h.store.Room(t.Context(), ann.ID, attic.ID)
		require.NoError(t, err)
		require.Equal(t, now.Topic, told[len(told)-1].RoomInfo.Topic)
	}
}

// While a room is full of talk somebody leaves it and comes back, and their devices come and go.
// Nothing of it reaches them after they have left, nor does anything pass them by while they are in.
func TestHostile19WhoHasLeftHearsNothing(t *testing.T) {
	h := open(t, nil)
	ann, ben := h.somebody(t, "ann"), h.somebody(t, "ben")
	attic := h.make(t, ann, "Attic")
	a, b := h.open(t, ann, ""), h.open(t, ben, "")
	done := make(chan struct{})
	var talking sync.WaitGroup
	talking.Go(func() {
		for {
			select {
			case <-done:
				return
			default:
				h.say(t, ann, attic.ID, "talk")
			}
		}
	})
	for range 25 {
		require.NoError(t, h.rooms.AddMember(t.Context(), ann.ID, attic.ID, ben.ID))
		entering := make(chan *tab, 1)
		talking.Go(func() { entering <- h.open(t, ben, attic.ID) })
		h.say(t, ann, attic.ID, "you are in")
		b.upTo(t, "you are in")
		require.NoError(t, h.rooms.RemoveMember(t.Context(), ben.ID, attic.ID, ben.ID))
		second := <-entering
		for _, tab := range []*tab{b, second} { // what is in the air had reached them before they left
			for !tab.isEmpty() {
				tab.next(t)
			}
			tab.waiting = nil
		}
		h.say(t, ann, attic.ID, "secret")
		a.upTo(t, "secret")
		h.say(t, ann, message.Lobby, "mark")
		for _, tab := range []*tab{b, second} {
			for _, m := range tab.upTo(t, "mark") {
				require.NotEqual(t, attic.ID, m.Room, "%+v", m)
			}
		}
		second.stay.End()
	}
	close(done)
	talking.Wait()
}

// However joining, leaving and connecting fall together, on whatever node, in the end every device
// hears the rooms that its user is in and no other.
func TestDevicesAgreeWithTheStoreInTheEnd(t *testing.T) {
	h := open(t, nil)
	other := h.node(t, slog.New(slog.DiscardHandler))
	ann, ben := h.somebody(t, "ann"), h.somebody(t, "ben")
	attic := h.makeA(t, message.OpenRoom, ann, "Attic")
	a := h.open(t, ann, "")
	for round := range 25 {
		var all sync.WaitGroup
		tabs := make([]*tab, 1+round%5)
		for i := range tabs {
			node := []*house{h, other}[i%2]
			all.Go(func() { tabs[i] = node.open(t, ben, "") })
			all.Go(func() {
				for range i {
					assert.NoError(t, node.rooms.AddMember(t.Context(), ben.ID, attic.ID, ben.ID))
					assert.NoError(t, node.rooms.RemoveMember(t.Context(), ben.ID, attic.ID, ben.ID))
				}
				assert.NoError(t, node.rooms.AddMember(t.Context(), ben.ID, attic.ID, ben.ID))
			})
		}
		all.Wait()
		now, err := h.store.Room(t.Context(), ben.ID, attic.ID)
		require.NoError(t, err)
		// The hints of the other node come by the bus; what is said after this one comes after them.
		require.NoError(t, h.rooms.SetInvolvement(t.Context(), ben.ID, message.Lobby, message.InvolvedAll))
		require.NoError(t, other.rooms.SetInvolvement(t.Context(), ben.ID, message.Lobby, message.InvolvedAll))
		for _, tab := range tabs {
			tab.heardInvolvement(t)
		}
		last := fmt.Sprint("still there? ", round)
		h.say(t, ann, attic.ID, last)
		a.upTo(t, last)
		h.say(t, ann, message.Lobby, "mark")
		for _, tab := range tabs {
			if now.Membership != nil {
				tab.upTo(t, last)
			} else {
				for _, m := range only(message.TextMType, tab.upTo(t, "mark")) {
					require.NotEqual(t, attic.ID, m.Room, "%+v", m)
				}
			}
			tab.stay.End()
		}
		require.NoError(t, h.rooms.RemoveMember(t.Context(), ben.ID, attic.ID, ben.ID))
	}
}

// heardInvolvement waits until both nodes' changes of it have come.
func (l *line) heardInvolvement(t testing.TB) {
	for n := 0; n < 2; {
		if m := l.next(t); m.MType == message.RoomMType && m.Room == message.Lobby {
			n++
		}
	}
}

func TestOtherNodesFollow(t *testing.T) {
	h := open(t, nil)
	other := h.node(t, slog.New(slog.DiscardHandler))
	ann, ben := h.somebody(t, "ann"), h.somebody(t, "ben")
	attic := h.make(t, ann, "Attic")
	a, b := h.open(t, ann, attic.ID), other.open(t, ben, "")
	require.NoError(t, h.rooms.AddMember(t.Context(), ann.ID, attic.ID, ben.ID))
	assert.Equal(t, "Attic", b.nextOf(t, message.RoomMType).RoomInfo.Name)
	require.NoError(t, b.stay.Take(t.Context(), text(attic.ID, "", "hello over there")))
	assert.Equal(t, "hello over there", a.hear(t).Content)
	require.NoError(t, b.stay.Take(t.Context(), typing(attic.ID)))
	assert.Equal(t, ben.ID, a.nextOf(t, message.TypingMType).Typing.ID)
	require.NoError(t, h.rooms.RemoveMember(t.Context(), ben.ID, attic.ID, ben.ID))
	assert.Equal(t, message.Message{MType: message.RoomMType, Room: attic.ID}, b.nextOf(t, message.RoomMType))
}

// A room that cannot wake keeps nobody out of the others, and comes in when it can.
func TestARoomThatCannotWakeComesInLater(t *testing.T) {
	var db *sql.DB
	repair := func() {
		_, err := db.Exec(`INSERT INTO rooms SELECT * FROM kept`)
		assert.NoError(t, err)
	}
	h := openLogging(t, onError{repair: sync.OnceFunc(repair)}, nil)
	ann := h.somebody(t, "ann")
	attic := h.make(t, ann, "Attic")
	db, err := sql.Open("sqlite", "file:"+filepath.Join(h.dir, "gochatting.db")+"?_pragma=busy_timeout(10000)")
	require.NoError(t, err)
	defer db.Close()
	_, err = db.Exec(`CREATE TABLE kept AS SELECT * FROM rooms WHERE id = $1; DELETE FROM rooms WHERE id = $1`, attic.ID)
	require.NoError(t, err)

	a := h.open(t, ann, attic.ID)
	require.Len(t, a.welcome.Rooms, 1)
	require.NoError(t, a.stay.Take(t.Context(), text(message.Lobby, "", "hello")))
	assert.Equal(t, "hello", a.hear(t).Content)
	m := a.nextOf(t, message.RoomMType)
	assert.Equal(t, "Attic", m.RoomInfo.Name)
	h.say(t, ann, attic.ID, "awake")
	assert.Equal(t, "awake", a.hear(t).Content)
}

// onError repairs things as soon as an error is logged.
type onError struct {
	slog.Handler
	repair func()
}

func (o onError) Enabled(_ context.Context, level slog.Level) bool { return level >= slog.LevelError }
func (o onError) Handle(context.Context, slog.Record) error        { o.repair(); return nil }

func TestWhoIsInNoRoomIsToldSo(t *testing.T) {
	h := open(t, nil)
	_, _, err := h.rooms.Enter(t.Context(), connect(t, message.User{ID: "nobody", Name: "nobody"}, newLine()), "")
	assert.Error(t, err)
}
