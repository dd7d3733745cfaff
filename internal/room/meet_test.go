package room_test

import (
	"context"
	"log/slog"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gochatting/internal/bus"
	"gochatting/internal/message"
	"gochatting/internal/postgrestest"
	"gochatting/internal/socket"
)

const (
	deafWarning = "a server shares the database and is not heard: what people may do is looked up every 15 s; " +
		"check --peers, --nats and the network"
	heardAgain = "all servers that share the database are heard again"
)

// sharing is two nodes, each with its own way to one database. At first away carries nothing.
func sharing(t *testing.T, test func(t *testing.T, here, there *house, away *unruly, log *everything)) {
	database := postgrestest.New(t)
	bubble(t, func(t *testing.T) {
		quiet := slog.New(slog.DiscardHandler)
		b, err := bus.Open(bus.Options{Log: quiet})
		require.NoError(t, err)
		t.Cleanup(b.Close)
		away, log := &unruly{Bus: b, cut: true}, &everything{}
		here := (&house{bus: b}).keep(t, database, quiet, nil).node(t, quiet)
		there := (&house{bus: away}).keep(t, database, quiet, nil).node(t, slog.New(log))
		test(t, here, there, away, log)
	})
}

// everything keeps what is logged, from Info up.
type everything struct{ logged }

func (*everything) Enabled(_ context.Context, level slog.Level) bool { return level >= slog.LevelInfo }

// Whoever loses a right on one node loses it on another that never hears of it, while the database is
// there for both.
func TestNodesThatDoNotHearEachOther(t *testing.T) {
	sharing(t, func(t *testing.T, here, there *house, away *unruly, log *everything) {
		ann, ben := here.somebody(t, "ann"), here.somebody(t, "ben")
		attic := here.make(t, ann, "Attic", ben)
		b, ended := there.open(t, ben, ""), there.open(t, ben, "")
		var dead atomic.Bool
		var looks atomic.Int32
		there.rooms.OnSessions(func(string, []string) { assert.Fail(t, "nothing was heard") }, func(context.Context) error {
			if looks.Add(1); dead.Load() {
				ended.user.Close(socket.PolicyViolation, "signed out")
			}
			return nil
		})
		time.Sleep(11500 * time.Millisecond) // the first look may come just before the other node is known
		assert.Equal(t, int32(1), looks.Load(), "soon after the start")
		assert.Empty(t, log.lines(), "the other one may have died just before")

		for !b.isEmpty() {
			b.next(t)
		}
		require.NoError(t, here.rooms.RemoveMember(t.Context(), ann.ID, attic.ID, ben.ID))
		dead.Store(true)
		time.Sleep(15 * time.Second)
		assert.Equal(t, []string{deafWarning}, log.lines())
		assert.False(t, ended.isOpen())
		assert.True(t, b.isOpen())
		here.say(t, ann, attic.ID, "without ben")
		here.say(t, ann, message.Lobby, "mark")
		var ofAttic []message.Message
		for _, m := range b.upTo(t, "mark") {
			if m.Room == attic.ID {
				ofAttic = append(ofAttic, m)
			}
		}
		assert.Equal(t, []message.Message{{MType: message.RoomMType, Room: attic.ID}}, ofAttic)

		time.Sleep(time.Minute)
		assert.Equal(t, int32(6), looks.Load(), "every 15 seconds")
		assert.Len(t, log.lines(), 1)
		away.set(func(u *unruly) { u.cut = false })
		time.Sleep(20 * time.Second)
		assert.Equal(t, []string{deafWarning, heardAgain}, log.lines())
		settled := looks.Load()
		time.Sleep(time.Minute)
		assert.Equal(t, settled, looks.Load(), "there is nothing to doubt any more")
	})
}

// A node that was killed is alive for the database for some seconds after the one that takes its place has begun.
func TestOneThatDiedIsNotWarnedOf(t *testing.T) {
	sharing(t, func(t *testing.T, _, there *house, away *unruly, log *everything) {
		away.set(func(u *unruly) { u.cut = false })
		_, err := there.store.Nodes(t.Context(), "DEAD")
		require.NoError(t, err)
		time.Sleep(15 * time.Second)
		require.NoError(t, there.store.LeaveNodes(t.Context(), "DEAD"))
		time.Sleep(time.Minute)
		assert.Empty(t, log.lines())
	})
}

// A node that stops is not waited for.
func TestANodeThatStopsLeaves(t *testing.T) {
	sharing(t, func(t *testing.T, here, there *house, _ *unruly, _ *everything) {
		time.Sleep(4 * time.Second)
		alive := func() []string {
			synctest.Wait()
			names, err := there.store.Nodes(t.Context(), there.rooms.Name())
			require.NoError(t, err)
			return names
		}
		require.Equal(t, []string{here.rooms.Name()}, alive())
		require.NoError(t, here.rooms.Close())
		assert.Empty(t, alive())
	})
}

// Who comes back asks any node: one that has not yet heard what they were told of has the store answer.
func TestSinceReachesWhatAnotherNodeHasTold(t *testing.T) {
	sharing(t, func(t *testing.T, here, there *house, away *unruly, _ *everything) {
		away.set(func(u *unruly) { u.cut = false })
		ann, ben := here.somebody(t, "ann"), here.somebody(t, "ben")
		a, b := here.open(t, ben, ""), there.open(t, ben, "")
		time.Sleep(4 * time.Second)
		for _, words := range []string{"one", "two", "three"} {
			here.say(t, ann, message.Lobby, words)
			require.Equal(t, words, b.hear(t).Content)
		}
		frames, known := there.rooms.Since(ben.ID, message.Lobby, 1, 3, 10)
		assert.True(t, known)
		assert.Len(t, frames, 2)
		_, known = there.rooms.Since(ben.ID, message.Lobby, 1, 0, 10)
		assert.False(t, known, "there may be more, and they do not say")

		away.set(func(u *unruly) { u.cut = true })
		here.say(t, ann, message.Lobby, "four")
		a.upTo(t, "four")
		frames, known = here.rooms.Since(ben.ID, message.Lobby, 3, 4, 10)
		assert.True(t, known)
		assert.Len(t, frames, 1)
		_, known = there.rooms.Since(ben.ID, message.Lobby, 3, 4, 10)
		assert.False(t, known, "it lacks what they were told of")
		said, err := there.store.Since(t.Context(), ben.ID, message.Lobby, 3, 10)
		require.NoError(t, err)
		require.Len(t, said, 1)
		assert.Equal(t, "four", said[0].TextMessage.Content)
	})
}
