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

// sideBySide does it n times at once, which costs few transactions.
func sideBySide(n int, do func(i int)) {
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { do(i) })
	}
	wg.Wait()
}

func limitsOfRooms(t *testing.T, w *world) {
	ann, ben := w.guest(t, "ann"), w.guest(t, "ben")
	kinds := []string{message.OpenRoom, message.PrivateRoom}
	make := func(name, kind string) error {
		_, _, err := w.MakeRoom(context.Background(), ann.ID, store.NewRoom{Kind: kind, Name: name})
		return err
	}
	sideBySide(100, func(i int) { assert.NoError(t, make(fmt.Sprint("room ", i), kinds[i%2])) })
	for _, kind := range kinds {
		refused(t, make("one more", kind), store.ErrTooMany, message.CodeLimit)
	}
	w.direct(t, ann, ben)
	w.makeRoom(t, ben, message.OpenRoom, "one more")
}

// Nobody fills the places of others with rooms that these cannot even see.
func limitsOfSilence(t *testing.T, w *world) {
	ann, ben := w.guest(t, "ann"), w.guest(t, "ben")
	crowd := make([]message.User, 22)
	sideBySide(len(crowd), func(i int) { crowd[i] = w.guest(t, fmt.Sprint("guest", i)) })
	for _, other := range crowd[:20] {
		w.direct(t, ann, ben, other)
	}
	one := store.NewRoom{Kind: message.DirectRoom, Users: []string{ben.ID, crowd[20].ID}}
	_, _, err := w.MakeRoom(t.Context(), ann.ID, one)
	refused(t, err, store.ErrTooMany, message.CodeLimit)
	there, made, err := w.MakeRoom(t.Context(), ann.ID, store.NewRoom{Kind: message.DirectRoom, Users: []string{ben.ID, crowd[0].ID}})
	require.NoError(t, err)
	assert.False(t, made)
	w.sayIn(t, there.ID, ann, "at last")
	_, _, err = w.MakeRoom(t.Context(), ann.ID, one)
	require.NoError(t, err)
}

// Of the rooms that somebody may be in, others cannot take all.
func limitsOfMemberships(t *testing.T, w *world) {
	ben := w.guest(t, "ben")
	makers := make([]message.User, 5)
	sideBySide(len(makers), func(i int) { makers[i] = w.guest(t, fmt.Sprint("maker", i)) })
	bring := func(maker message.User, name string) error {
		_, _, err := w.MakeRoom(context.Background(), maker.ID, store.NewRoom{Kind: message.PrivateRoom, Name: name, Users: []string{ben.ID}})
		return err
	}
	sideBySide(399, func(i int) { assert.NoError(t, bring(makers[i%4], fmt.Sprint("room ", i))) }) // and the lobby
	refused(t, bring(makers[4], "one more"), store.ErrTooMany, message.CodeLimit)
	sideBySide(100, func(i int) {
		_, _, err := w.MakeRoom(context.Background(), ben.ID, store.NewRoom{Kind: message.PrivateRoom, Name: fmt.Sprint("own ", i)})
		assert.NoError(t, err)
	})
	w.makeRoom(t, makers[4], message.OpenRoom, "for all")
	found, err := w.RoomByName(t.Context(), ben.ID, "for all")
	require.NoError(t, err)
	_, err = w.AddMember(t.Context(), ben.ID, found.ID, ben.ID)
	refused(t, err, store.ErrTooMany, message.CodeLimit)
}

func limitsOfMessages(t *testing.T, w *world) {
	ann := w.guest(t, "ann")
	emoji := []string{
		"😀", "😁", "😂", "😃", "😄", "😅", "😆", "😇", "😈", "😉",
		"😊", "😋", "😌", "😍", "😎", "😏", "😐", "😑", "😒", "😓",
	}
	fans := make([]message.User, 10)
	sideBySide(len(fans), func(i int) { fans[i] = w.guest(t, fmt.Sprint("fan", i)) })
	id := w.say(t, ann, "", "like this").TextMessage.ID
	react := func(who message.User, emoji string) error {
		_, err := w.React(context.Background(), who.ID, message.Lobby, id, emoji, true)
		return err
	}
	sideBySide(199, func(i int) { assert.NoError(t, react(fans[i%10], emoji[i/10])) })
	refused(t, react(ann, "😔"), store.ErrTooMany, message.CodeLimit)
	require.NoError(t, react(ann, "😀"), "the two hundredth")
	refused(t, react(ann, "😁"), store.ErrTooMany, message.CodeLimit)
	require.NoError(t, react(ann, "😀"), "which is there")
	m, err := w.Message(t.Context(), ann.ID, message.Lobby, id)
	require.NoError(t, err)
	require.Len(t, m.TextMessage.Reactions, 20)
	assert.EqualValues(t, 201, m.TextMessage.Rev, "what was refused took no rev")

	sideBySide(101, func(int) { w.say(t, ann, "", "keep this") })
	pin := func(id int64, on bool) error {
		_, err := w.Pin(context.Background(), ann.ID, message.Lobby, id, on)
		return err
	}
	sideBySide(100, func(i int) { assert.NoError(t, pin(int64(202+i), true)) })
	refused(t, pin(id, true), store.ErrTooMany, message.CodeLimit)
	require.NoError(t, pin(202, false))
	require.NoError(t, pin(id, true))
	pins, err := w.Pins(t.Context(), ann.ID, message.Lobby)
	require.NoError(t, err)
	assert.Len(t, pins, 100)
}
