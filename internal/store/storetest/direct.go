package storetest

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gochatting/internal/message"
	"gochatting/internal/store"
)

func directRooms(t *testing.T, w *world) {
	ann, ben, cleo := w.guest(t, "ann"), w.guest(t, "ben"), w.guest(t, "cleo")
	room := w.direct(t, ann, ben, cleo, ben)
	assert.Equal(t, []string{"ann", "ben", "cleo"}, people(room.Users))
	assert.Empty(t, room.Name)
	same, made, err := w.MakeRoom(t.Context(), cleo.ID, store.NewRoom{Kind: message.DirectRoom, Users: []string{ann.ID, cleo.ID, ben.ID}})
	require.NoError(t, err)
	assert.False(t, made)
	assert.Equal(t, room.ID, same.ID)
	w.direct(t, ann, ben)
	w.direct(t, ann)

	// Nobody but its maker is bothered with it before something was said.
	assert.Equal(t, []string{"Lobby", "[ann ben cleo]", "[ann ben]", "[ann]"}, sorted(w.names(t, ann)))
	assert.Equal(t, []string{"Lobby"}, w.names(t, ben))
	hears, err := w.Hears(t.Context(), ben.ID)
	require.NoError(t, err)
	assert.Len(t, hears, 3, "yet their sockets hear it")
	assert.Contains(t, hears, room.ID)
	w.sayIn(t, room.ID, ann, "hello you two")
	assert.Equal(t, []string{"Lobby", "[ann ben cleo]"}, sorted(w.names(t, ben)))
	rooms, err := w.Rooms(t.Context(), ben.ID)
	require.NoError(t, err)
	assert.Equal(t, 1, rooms[0].Membership.Read.Unread)

	name, topic, yes := "Us", "Gossip", true
	refused(t, w.change(t, ann, room.ID, store.RoomChange{Name: &name}), store.ErrForbidden, message.CodeForbidden)
	refused(t, w.change(t, ann, room.ID, store.RoomChange{Archived: &yes}), store.ErrForbidden, message.CodeForbidden)
	refused(t, w.change(t, cleo, room.ID, store.RoomChange{Topic: &topic}), store.ErrForbidden, message.CodeForbidden)
	_, err = w.AddMember(t.Context(), ann.ID, room.ID, w.guest(t, "dan").ID)
	refused(t, err, store.ErrForbidden, message.CodeForbidden)
	_, err = w.RemoveMember(t.Context(), ann.ID, room.ID, ann.ID)
	refused(t, err, store.ErrForbidden, message.CodeForbidden)

	var crowd []message.User
	for i := range 10 {
		crowd = append(crowd, w.guest(t, fmt.Sprint("guest", i)))
	}
	w.direct(t, crowd[0], crowd[1:]...)
	_, _, err = w.MakeRoom(t.Context(), ann.ID, store.NewRoom{Kind: message.DirectRoom, Users: ids(crowd)})
	refused(t, err, store.ErrTooMany, message.CodeLimit)
	_, _, err = w.MakeRoom(t.Context(), ann.ID, store.NewRoom{Kind: message.DirectRoom, Users: []string{"nobody"}})
	assert.ErrorIs(t, err, store.ErrNotFound)
}

// directSideBySide: all of them have the idea at once.
func directSideBySide(t *testing.T, w *world) {
	people := []message.User{w.guest(t, "ann"), w.guest(t, "ben"), w.guest(t, "cleo")}
	var mu sync.Mutex
	found, makers := map[string]bool{}, 0
	var wg sync.WaitGroup
	for i := range 60 {
		wg.Go(func() {
			room, made, err := w.MakeRoom(context.Background(), people[i%3].ID, store.NewRoom{Kind: message.DirectRoom, Users: ids(people)})
			if !assert.NoError(t, err) {
				return
			}
			mu.Lock()
			defer mu.Unlock()
			found[room.ID] = true
			if made {
				makers++
			}
		})
	}
	wg.Wait()
	assert.Len(t, found, 1)
	assert.Equal(t, 1, makers)
}
