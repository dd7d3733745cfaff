package room_test

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gochatting/internal/message"
)

// sidebar follows what a tab is told of who is in a room, and gives the names now.
type sidebar struct {
	*tab
	room   string
	people map[string]message.User
	online int
	told   int // how often
}

func look(t *tab, room string) *sidebar {
	return &sidebar{tab: t, room: room, people: make(map[string]message.User)}
}

func (s *sidebar) now(t testing.TB) (names []string) {
	t.Helper()
	synctest.Wait()
	for !s.isEmpty() {
		if m := s.next(t); m.MType == message.StatusMType && m.Room == s.room {
			s.told++
			s.online = m.UserStatus.Online
			if m.UserStatus.Users != nil {
				clear(s.people)
			}
			for _, u := range append(m.UserStatus.Users, m.UserStatus.Joined...) {
				s.people[u.ID] = u
			}
			for _, u := range m.UserStatus.Left {
				delete(s.people, u.ID)
			}
		}
	}
	for _, u := range s.people {
		names = append(names, u.Name)
	}
	slices.Sort(names)
	assert.Len(t, names, s.online)
	return names
}

// bubble is a test in which time passes by itself. nats.go keeps timers in a pool, and a timer of one bubble
// is of no use in another: the pool is emptied by two collections.
func bubble(t *testing.T, test func(t *testing.T)) {
	empty := func() { runtime.GC(); runtime.GC() }
	empty()
	defer empty()
	synctest.Test(t, test)
}

// pair is two nodes on one store, a moment after their start.
func pair(t *testing.T, test func(t *testing.T, here, there *house, away *unruly)) {
	bubble(t, func(t *testing.T) {
		here := open(t, nil)
		away := &unruly{Bus: here.bus}
		there := here.behind(t, away)
		time.Sleep(time.Second)
		test(t, here, there, away)
	})
}

func TestASidebarShowsThoseOnAllNodes(t *testing.T) {
	pair(t, func(t *testing.T, here, there *house, _ *unruly) {
		ann, ben := here.somebody(t, "ann"), here.somebody(t, "ben")
		a := look(here.open(t, ann, message.Lobby), message.Lobby)
		time.Sleep(4 * time.Second) // a beat
		b := look(there.open(t, ben, message.Lobby), message.Lobby)
		time.Sleep(300 * time.Millisecond) // if the list of the other node came before ben did, it is not long ago that it was told
		assert.Equal(t, []string{"ann", "ben"}, b.now(t))
		assert.Equal(t, 1, b.told, "at once the whole list, of all nodes")
		time.Sleep(time.Second)
		assert.Equal(t, []string{"ann", "ben"}, a.now(t))

		// Somebody on both is one entry, until they are gone from both.
		ben2 := here.open(t, ben, "")
		b.stay.End()
		time.Sleep(10 * time.Second)
		told := a.told
		assert.Equal(t, []string{"ann", "ben"}, a.now(t))
		assert.Equal(t, told, a.told, "nothing was to be seen of it")
		ben2.stay.End()
		time.Sleep(4 * time.Second)
		assert.Equal(t, []string{"ann", "ben"}, a.now(t), "they may come back")
		time.Sleep(2 * time.Second)
		assert.Equal(t, []string{"ann"}, a.now(t))
	})
}

func TestANewNameReachesOtherNodes(t *testing.T) {
	pair(t, func(t *testing.T, here, there *house, _ *unruly) {
		ann, ben := here.somebody(t, "ann"), here.somebody(t, "ben")
		a := look(here.open(t, ann, message.Lobby), message.Lobby)
		there.open(t, ben, message.Lobby)
		time.Sleep(time.Second)
		require.Equal(t, []string{"ann", "ben"}, a.now(t))
		rename(t, here, ben.ID, "Benjamin")
		time.Sleep(time.Second)
		assert.Equal(t, []string{"Benjamin", "ann"}, a.now(t))
	})
}

func rename(t testing.TB, on *house, user, name string) {
	_, _, err := on.store.Rename(t.Context(), user, name, "", time.Now())
	require.NoError(t, err)
	on.rooms.Changed(t.Context(), user)
}

// A node that is silent has nobody here after 15 seconds, and not before; back within one beat.
func TestASilentNodesPeopleStayForFifteenSeconds(t *testing.T) {
	pair(t, func(t *testing.T, here, there *house, away *unruly) {
		a := look(here.open(t, here.somebody(t, "ann"), message.Lobby), message.Lobby)
		b := look(there.open(t, here.somebody(t, "ben"), message.Lobby), message.Lobby)
		time.Sleep(time.Second)
		require.Equal(t, []string{"ann", "ben"}, a.now(t))
		away.set(func(u *unruly) { u.cut = true })
		time.Sleep(12 * time.Second) // the last beat is at most 3 seconds old
		assert.Equal(t, []string{"ann", "ben"}, a.now(t))
		time.Sleep(6 * time.Second)
		assert.Equal(t, []string{"ann"}, a.now(t))
		assert.Equal(t, []string{"ben"}, b.now(t))
		away.set(func(u *unruly) { u.cut = false })
		time.Sleep(3500 * time.Millisecond)
		assert.Equal(t, []string{"ann", "ben"}, a.now(t))
		assert.Equal(t, []string{"ann", "ben"}, b.now(t))
	})
}

// A node that stops tells nobody that its people have left: they come back elsewhere.
func TestRestartingANodeIsNoLeaving(t *testing.T) {
	pair(t, func(t *testing.T, here, there *house, _ *unruly) {
		ben := here.somebody(t, "ben")
		a := look(here.open(t, here.somebody(t, "ann"), message.Lobby), message.Lobby)
		b := there.open(t, ben, message.Lobby)
		cleo := there.open(t, here.somebody(t, "cleo"), message.Lobby)
		time.Sleep(time.Second)
		require.Equal(t, []string{"ann", "ben", "cleo"}, a.now(t))
		told := a.told
		there.rooms.Drain()
		<-b.closed
		for _, gone := range []*tab{b, cleo} {
			gone.stay.End()
		}
		_, _, err := there.rooms.Enter(t.Context(), connect(t, ben, newLine()), "")
		require.Error(t, err)
		time.Sleep(6 * time.Second)
		require.NoError(t, there.rooms.Close())
		again := here.behind(t, here.bus).open(t, ben, message.Lobby)
		time.Sleep(20 * time.Second)
		assert.Equal(t, []string{"ann", "ben"}, a.now(t), "who does not come back is gone in the end")
		assert.Equal(t, told+1, a.told)
		again.stay.End()
	})
}

func TestWhoIsInARoomThatSleepsHere(t *testing.T) {
	pair(t, func(t *testing.T, here, there *house, _ *unruly) {
		ann := here.somebody(t, "ann")
		market := here.makeA(t, message.OpenRoom, ann, "Market")
		time.Sleep(4 * time.Second)
		a := here.open(t, ann, "")
		who := func(on *house) []message.User {
			people, err := on.rooms.Here(t.Context(), market.ID, "", 10)
			require.NoError(t, err)
			assert.Equal(t, len(people.Users), people.Online)
			return people.Users
		}
		require.Equal(t, []message.User{ann}, who(here))
		time.Sleep(4 * time.Second) // a beat
		assert.Equal(t, []message.User{ann}, who(there))
		time.Sleep(time.Second)
		assert.Equal(t, []message.User{ann}, who(there), "again, when it has gone back to sleep")
		a.stay.End()
		time.Sleep(9 * time.Second)
		assert.Empty(t, who(there))
	})
}

// What is lost of who comes and goes shows with the next beat, and is asked for.
func TestLostChangesOfPresenceAreAskedFor(t *testing.T) {
	pair(t, func(t *testing.T, here, there *house, away *unruly) {
		b := look(there.open(t, here.somebody(t, "ben"), message.Lobby), message.Lobby)
		away.set(func(u *unruly) {
			u.deaf = func(subject string, _ []byte) bool { return strings.HasPrefix(subject, "room.") }
		})
		ann := here.open(t, here.somebody(t, "ann"), message.Lobby)
		time.Sleep(4 * time.Second)
		assert.Equal(t, []string{"ann", "ben"}, b.now(t))
		ann.stay.End()
		time.Sleep(9 * time.Second)
		assert.Equal(t, []string{"ben"}, b.now(t))
	})
}

// Lists that are too long for one message come in parts, and so do beats.
func TestManyPeopleInManyRoomsOnAnotherNode(t *testing.T) {
	pair(t, func(t *testing.T, here, there *house, away *unruly) {
		away.set(func(u *unruly) { u.most = 4000 })
		const people, rooms = 30, 90
		var crowd []*tab
		for i := range people {
			who := here.somebody(t, fmt.Sprintf("user%03d", i))
			if i == 0 {
				for range rooms {
					here.make(t, who, "Room")
				}
			}
			crowd = append(crowd, there.open(t, who, ""))
		}
		first := crowd[0]
		time.Sleep(4 * time.Second)
		last := look(here.open(t, here.somebody(t, "zoë"), message.Lobby), message.Lobby)
		assert.Len(t, last.now(t), people+1)
		third := here.behind(t, here.bus)
		time.Sleep(4 * time.Second)
		for _, room := range first.welcome.Rooms {
			for _, on := range []*house{here, third} {
				who, err := on.rooms.Here(t.Context(), room.ID, "", 100)
				require.NoError(t, err)
				assert.Contains(t, who.Users, first.user.Info())
			}
		}
		crowd[5].stay.End()
		time.Sleep(6 * time.Second)
		assert.Len(t, last.now(t), people)
		for _, tab := range crowd {
			tab.stay.End()
		}
		time.Sleep(10 * time.Second)
		assert.Equal(t, []string{"zoë"}, last.now(t))
	})
}

// The last frame of a room shows no hole when it is lost.
func TestTheLastFrameIsNotLostForLong(t *testing.T) {
	pair(t, func(t *testing.T, here, there *house, away *unruly) {
		ann := here.somebody(t, "ann")
		b := there.open(t, here.somebody(t, "ben"), "")
		away.set(func(u *unruly) { u.cut = true })
		for i := range 450 { // more than is read at once
			here.say(t, ann, message.Lobby, fmt.Sprint(i))
		}
		time.Sleep(3500 * time.Millisecond)
		for i := range 450 {
			require.Equal(t, int64(i+1), b.hear(t).Rev)
		}
		// At once, when the bus says that it has lost something.
		here.say(t, ann, message.Lobby, "last")
		at := time.Now()
		away.lost()
		assert.Equal(t, "last", b.hear(t).Content)
		assert.Less(t, time.Since(at), 100*time.Millisecond)
	})
}

func TestDrainSaysWhenToComeBack(t *testing.T) {
	h := open(t, nil)
	var all []*tab
	for i := range 20 {
		all = append(all, h.open(t, h.somebody(t, fmt.Sprint("user", i)), ""))
	}
	h.rooms.Drain()
	seen := make(map[string]bool)
	for _, tab := range all {
		<-tab.closed
		assert.Regexp(t, `^restart [01]\.\d$`, tab.reason)
		seen[tab.reason] = true
	}
	assert.Greater(t, len(seen), 1, "not all at once")
}

// Who deleted their account is gone from the other nodes at once, and has no name there meanwhile.
func TestADeletedAccountIsGoneFromOtherNodes(t *testing.T) {
	pair(t, func(t *testing.T, here, there *house, _ *unruly) {
		ben := here.somebody(t, "ben")
		a := look(there.open(t, here.somebody(t, "ann"), message.Lobby), message.Lobby)
		b := there.open(t, ben, "")
		time.Sleep(time.Second)
		require.Equal(t, []string{"ann", "ben"}, a.now(t))
		_, err := here.rooms.RemoveUser(t.Context(), ben.ID, false, func([]string) { b.stay.End() })
		require.NoError(t, err)
		time.Sleep(500 * time.Millisecond)
		assert.Equal(t, []string{"ann"}, a.now(t))
	})
}

// While a node restarts, a room that wakes elsewhere does not show a list without its people, who are on their way.
func TestAListWaitsForThoseWhoComeBack(t *testing.T) {
	pair(t, func(t *testing.T, here, there *house, _ *unruly) {
		ann, ben := here.somebody(t, "ann"), here.somebody(t, "ben")
		a, b := there.open(t, ann, message.Lobby), there.open(t, ben, message.Lobby)
		time.Sleep(4 * time.Second)
		there.rooms.Drain()
		a.stay.End()
		b.stay.End()
		time.Sleep(100 * time.Millisecond)
		sidebar := look(here.open(t, ann, message.Lobby), message.Lobby)
		time.Sleep(700 * time.Millisecond)
		here.open(t, ben, message.Lobby)
		time.Sleep(time.Second)
		assert.Equal(t, []string{"ann", "ben"}, sidebar.now(t))
		assert.Equal(t, 1, sidebar.told)
	})
}

// A change that follows itself would be followed for ever.
func TestAChangeThatFollowsItselfIsIgnored(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := open(t, nil)
		a := look(h.open(t, h.somebody(t, "ann"), message.Lobby), message.Lobby)
		for _, said := range []struct{ subject, words string }{
			{"nodes", `"Beat":{"At":9,"Hints":0,"Rooms":{"lobby":9}}`},
			{"room.lobby", `"Change":{"Room":"lobby","After":9,"Version":9,"Joined":[{"ID":"x","Name":"wrong"}]}`},
			{"room.lobby", `"Change":{"Room":"lobby","Version":9,"Joined":[{"ID":"n","Name":"new"}]}`},
		} {
			require.NoError(t, h.bus.Publish(said.subject, []byte(`{"Node":"NEW",`+said.words+`}`)))
			synctest.Wait()
		}
		time.Sleep(time.Second)
		assert.Equal(t, []string{"ann", "new"}, a.now(t))
	})
}
