package room_test

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gochatting/internal/message"
	"gochatting/internal/store"
)

// Whatever hints are lost, a node that learns of it looks at everybody again.
func TestLostHintsAreLookedAfter(t *testing.T) {
	pair(t, func(t *testing.T, here, there *house, away *unruly) {
		ann, ben := here.somebody(t, "ann"), here.somebody(t, "ben")
		attic, cellar := here.make(t, ann, "Attic", ben), here.make(t, ann, "Cellar")
		for range 3 {
			here.say(t, ann, message.Lobby, "hello")
		}
		b := there.open(t, ben, attic.ID)
		var looked atomic.Int32
		there.rooms.OnSessions(func(string, []string) { assert.Fail(t, "nothing was heard") }, func(context.Context) error {
			if looked.Add(1) == 1 {
				return fmt.Errorf("the store is away")
			}
			return nil
		})
		time.Sleep(10 * time.Second)
		require.Zero(t, looked.Load(), "there was nothing to doubt")
		away.set(func(u *unruly) {
			u.deaf = func(subject string, data []byte) bool {
				return subject == "nodes" && strings.Contains(string(data), `"Hint"`)
			}
		})
		for !b.isEmpty() {
			b.next(t)
		}
		require.NoError(t, here.rooms.AddMember(t.Context(), ann.ID, cellar.ID, ben.ID))
		require.NoError(t, here.rooms.RemoveMember(t.Context(), ben.ID, attic.ID, ben.ID))
		_, err := here.rooms.SetRead(t.Context(), ben.ID, message.Lobby, 2)
		require.NoError(t, err)
		topic := "news"
		_, err = here.rooms.ChangeRoom(t.Context(), ann.ID, cellar.ID, store.RoomChange{Topic: &topic})
		require.NoError(t, err)
		here.rooms.OnSessions(func(string, []string) {}, func(context.Context) error { return nil })
		here.rooms.EndSessions("signed out", "s1")
		rename(t, here, ben.ID, "Benjamin")

		time.Sleep(20 * time.Second)
		assert.Equal(t, int32(2), looked.Load(), "until it succeeds")
		synctest.Wait()
		rooms, you := make(map[string]*message.Room), message.User{}
		for !b.isEmpty() {
			switch m := b.next(t); m.MType {
			case message.RoomMType:
				rooms[m.Room] = m.RoomInfo
			case message.YouMType:
				you = *m.You
			}
		}
		require.Contains(t, rooms, attic.ID)
		assert.Nil(t, rooms[attic.ID])
		require.NotNil(t, rooms[cellar.ID])
		assert.Equal(t, "news", rooms[cellar.ID].Topic)
		assert.Equal(t, message.Read{ID: 2, Rev: 3, Unread: 1}, rooms[message.Lobby].Membership.Read)
		assert.Equal(t, "Benjamin", you.Name)
		here.say(t, ann, cellar.ID, "in the cellar")
		assert.Equal(t, "in the cellar", b.hear(t).Content)
	})
}

func TestEndedSessionsReachOtherNodes(t *testing.T) {
	pair(t, func(t *testing.T, here, there *house, _ *unruly) {
		heard := make(chan string, 10)
		for _, on := range []*house{here, there} {
			on.rooms.OnSessions(func(reason string, sessions []string) {
				heard <- fmt.Sprint(reason, sessions)
			}, func(context.Context) error { return nil })
		}
		there.rooms.EndSessions("banned")
		here.rooms.EndSessions("banned", "s1", "s2")
		require.NotEmpty(t, heard, "here when it returns")
		assert.Equal(t, "banned[s1 s2]", <-heard)
		assert.Equal(t, "banned[s1 s2]", <-heard)
		synctest.Wait()
		assert.Empty(t, heard)
	})
}

// A node that dies may have done so between a commit and its hint; one that stops has told all of them.
func TestOnlyADeathIsDoubted(t *testing.T) {
	for _, dies := range []bool{true, false} {
		pair(t, func(t *testing.T, here, there *house, away *unruly) {
			var looked atomic.Int32
			here.rooms.OnSessions(func(string, []string) {}, func(context.Context) error { looked.Add(1); return nil })
			rename(t, there, here.somebody(t, "ben").ID, "Benjamin")
			away.set(func(u *unruly) { u.cut = dies })
			require.NoError(t, there.rooms.Close())
			time.Sleep(30 * time.Second)
			assert.Equal(t, dies, looked.Load() > 0)
		})
	}
}
