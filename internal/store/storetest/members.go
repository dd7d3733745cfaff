package storetest

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gochatting/internal/message"
	"gochatting/internal/store"
)

func (w *world) join(t *testing.T, room string, users ...message.User) {
	for _, u := range users {
		added, err := w.AddMember(t.Context(), u.ID, room, u.ID)
		require.NoError(t, err)
		require.True(t, added)
	}
}

func (w *world) byName(t *testing.T, who message.User, name string) string {
	room, err := w.RoomByName(t.Context(), who.ID, name)
	require.NoError(t, err)
	return room.ID
}

func ids(users []message.User) []string {
	all := []string{}
	for _, u := range users {
		all = append(all, u.ID)
	}
	return all
}

func sorted(list []string) []string {
	slices.Sort(list)
	return list
}

func comingAndGoing(t *testing.T, w *world) {
	ann, ben, cleo := w.guest(t, "ann"), w.guest(t, "ben"), w.guest(t, "cleo")
	open := w.makeRoom(t, ann, message.OpenRoom, "Tea").ID
	private := w.makeRoom(t, ann, message.PrivateRoom, "Secret").ID
	w.sayIn(t, open, ann, "first")

	w.join(t, open, ben)
	again, err := w.AddMember(t.Context(), ben.ID, open, ben.ID)
	require.NoError(t, err)
	assert.False(t, again)
	room, err := w.Room(t.Context(), ben.ID, open)
	require.NoError(t, err)
	assert.Equal(t, message.Read{ID: 1, Rev: 1}, room.Membership.Read, "what was before is read")
	_, err = w.AddMember(t.Context(), ann.ID, open, cleo.ID)
	refused(t, err, store.ErrForbidden, message.CodeForbidden)

	_, err = w.AddMember(t.Context(), ben.ID, private, ben.ID)
	assert.ErrorIs(t, err, store.ErrNotFound, "nobody comes in by themselves")
	added, err := w.AddMember(t.Context(), ann.ID, private, ben.ID)
	require.NoError(t, err)
	assert.True(t, added)
	added, err = w.AddMember(t.Context(), ben.ID, private, cleo.ID)
	require.NoError(t, err)
	assert.True(t, added, "any member invites")
	_, err = w.AddMember(t.Context(), ben.ID, private, "nobody")
	assert.ErrorIs(t, err, store.ErrNotFound)
	members, err := w.Members(t.Context(), cleo.ID, private, "", 0)
	require.NoError(t, err)
	assert.Equal(t, []message.User{ann, ben, cleo}, members)

	_, err = w.RemoveMember(t.Context(), cleo.ID, private, ben.ID)
	refused(t, err, store.ErrForbidden, message.CodeForbidden)
	said := w.sayIn(t, private, ben, "bye")
	for _, there := range []bool{true, false} {
		if !there {
			_, err = w.RemoveMember(t.Context(), ben.ID, private, ben.ID)
			assert.ErrorIs(t, err, store.ErrNotFound, "it is not there for him any more")
			continue
		}
		removed, err := w.RemoveMember(t.Context(), ben.ID, private, ben.ID)
		require.NoError(t, err)
		assert.True(t, removed)
	}
	assert.Equal(t, []string{"Lobby", "Tea"}, w.names(t, ben))
	_, _, err = w.Delete(t.Context(), ben.ID, private, said.TextMessage.ID)
	assert.ErrorIs(t, err, store.ErrNotFound, "not even his own")

	removed, err := w.RemoveMember(t.Context(), ben.ID, open, ben.ID)
	require.NoError(t, err)
	assert.True(t, removed)
	removed, err = w.RemoveMember(t.Context(), ben.ID, open, ben.ID)
	require.NoError(t, err)
	assert.False(t, removed)
	hears, err := w.Hears(t.Context(), ben.ID)
	require.NoError(t, err)
	assert.Equal(t, []string{message.Lobby}, hears)
}

// A person who has lost their address is nobody whom one would find, invite or write to.
func lostPeople(t *testing.T, w *world) {
	ghost, ben := w.guest(t, "ann"), w.guest(t, "ben")
	room := w.makeRoom(t, ben, message.PrivateRoom, "Secret", ghost).ID
	ann := w.claim(t, "ann@example.org", "ann", "laptop").User.Public()
	_, err := w.AddMember(t.Context(), ben.ID, room, ann.ID)
	require.NoError(t, err)

	for what, list := range map[string]func() ([]message.User, error){
		"members": func() ([]message.User, error) { return w.Members(t.Context(), ben.ID, message.Lobby, "", 0) },
		"private": func() ([]message.User, error) { return w.Members(t.Context(), ben.ID, room, "", 0) },
		"found":   func() ([]message.User, error) { return w.FindUsers(t.Context(), ben.ID, "", "", 0) },
		"by name": func() ([]message.User, error) { return w.Named(t.Context(), room, []string{"ann", "ben"}) },
	} {
		users, err := list()
		require.NoError(t, err)
		assert.Equal(t, []message.User{ann, ben}, users, what)
	}
	_, _, err = w.MakeRoom(t.Context(), ben.ID, store.NewRoom{Kind: message.DirectRoom, Users: []string{ghost.ID}})
	assert.ErrorIs(t, err, store.ErrNotFound)
	users, err := w.Users(t.Context(), ann.ID, []string{ghost.ID})
	require.NoError(t, err)
	assert.Len(t, users, 1, "but their reactions keep a name")
}

func memberPages(t *testing.T, w *world) {
	ann := w.guest(t, "ann")
	room := w.makeRoom(t, ann, message.PrivateRoom, "Secret").ID
	want := []string{"ann"}
	for i := range 7 {
		name := fmt.Sprint("guest ", i)
		_, err := w.AddMember(t.Context(), ann.ID, room, w.guest(t, name).ID)
		require.NoError(t, err)
		want = append(want, name)
	}
	var got []string
	for after := ""; ; {
		page, err := w.Members(t.Context(), ann.ID, room, after, 3)
		require.NoError(t, err)
		if len(page) == 0 {
			break
		}
		got = append(got, people(page)...)
		after = page[len(page)-1].ID
	}
	assert.Equal(t, want, got)
}

// outsiders learn nothing of a room that is not theirs, and change nothing in an open one.
func outsiders(t *testing.T, w *world) {
	ann, eve := w.guest(t, "ann"), w.guest(t, "eve")
	open := w.makeRoom(t, ann, message.OpenRoom, "Tea").ID
	private := w.makeRoom(t, ann, message.PrivateRoom, "Secret").ID
	direct := w.direct(t, ann).ID
	for _, room := range []string{open, private, direct} {
		w.sayIn(t, room, ann, "between us in "+room)
	}
	before := w.heard()
	ctx := t.Context()
	topic := "Eve was here"
	write := map[string]func(room string) error{
		"Post": func(room string) error {
			_, _, err := w.Post(ctx, store.Draft{Room: room, Author: eve, Content: "hi"})
			return err
		},
		"Post a reply": func(room string) error {
			_, _, err := w.Post(ctx, store.Draft{Room: room, Author: eve, Content: "hi", ReplyTo: 1})
			return err
		},
		"Edit":           func(room string) error { _, err := w.Edit(ctx, eve.ID, room, 1, store.Words{Content: "x"}); return err },
		"Delete":         func(room string) error { _, _, err := w.Delete(ctx, eve.ID, room, 1); return err },
		"React":          func(room string) error { _, err := w.React(ctx, eve.ID, room, 1, "👍", true); return err },
		"Pin":            func(room string) error { _, err := w.Pin(ctx, eve.ID, room, 1, true); return err },
		"ChangeRoom":     func(room string) error { return w.change(t, eve, room, store.RoomChange{Topic: &topic}) },
		"SetRead":        func(room string) error { _, _, err := w.SetRead(ctx, eve.ID, room, 1); return err },
		"SetInvolvement": func(room string) error { return w.SetInvolvement(ctx, eve.ID, room, message.InvolvedNone) },
	}
	read := map[string]func(room string) error{
		"Room":         func(room string) error { _, err := w.Room(ctx, eve.ID, room); return err },
		"Before":       func(room string) error { _, err := w.Before(ctx, eve.ID, room, 0, 0); return err },
		"After":        func(room string) error { _, err := w.After(ctx, eve.ID, room, 0, 0); return err },
		"Since":        func(room string) error { _, err := w.Since(ctx, eve.ID, room, 0, 0); return err },
		"Around":       func(room string) error { _, err := w.Around(ctx, eve.ID, room, 1, 0); return err },
		"Message":      func(room string) error { _, err := w.Message(ctx, eve.ID, room, 1); return err },
		"Messages":     func(room string) error { _, err := w.Messages(ctx, eve.ID, room, []int64{1}); return err },
		"Pins":         func(room string) error { _, err := w.Pins(ctx, eve.ID, room); return err },
		"Members":      func(room string) error { _, err := w.Members(ctx, eve.ID, room, "", 0); return err },
		"FindUsers":    func(room string) error { _, err := w.FindUsers(ctx, eve.ID, "a", room, 0); return err },
		"RemoveMember": func(room string) error { _, err := w.RemoveMember(ctx, eve.ID, room, eve.ID); return err },
	}
	for what, do := range write {
		for _, room := range []string{open, private, direct, "attic"} {
			assert.ErrorIs(t, do(room), store.ErrNotFound, what)
		}
	}
	for what, do := range read {
		assert.NoError(t, do(open), what)
		for _, room := range []string{private, direct, "attic"} {
			assert.ErrorIs(t, do(room), store.ErrNotFound, what)
		}
	}
	for _, room := range []string{private, direct, "attic"} {
		_, err := w.AddMember(ctx, eve.ID, room, eve.ID)
		assert.ErrorIs(t, err, store.ErrNotFound)
	}
	preview, err := w.Room(ctx, eve.ID, open)
	require.NoError(t, err)
	assert.Nil(t, preview.Membership)
	assert.Equal(t, before, w.heard(), "nothing happened")
	for _, room := range []string{open, private, direct} {
		rev, err := w.Rev(ctx, room)
		require.NoError(t, err)
		assert.EqualValues(t, 1, rev)
	}
}
