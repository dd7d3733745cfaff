package storetest

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gochatting/internal/message"
	"gochatting/internal/store"
)

// acts are what the log has, the latest first: who, did what, to whom.
func (w *world) acts(t *testing.T) []string {
	all, err := w.Acts(t.Context(), store.Operator, "", 0)
	require.NoError(t, err)
	lines := []string{}
	for _, a := range all {
		line := "operator " + a.Act
		if a.Actor != nil {
			line = a.Actor.Name + " " + a.Act
		}
		for _, more := range []string{nameOf(a.Subject), a.Note} {
			if more != "" {
				line += " " + more
			}
		}
		lines = append(lines, line)
	}
	return lines
}

func nameOf(u *message.User) string {
	if u == nil {
		return ""
	}
	return u.Name
}

// Moderators keep order in rooms that they may read, and makers in theirs.
func keepers(t *testing.T, w *world) {
	max := w.guestAs(t, message.RoleModerator, "max")
	ann, ben, cleo := w.guest(t, "ann"), w.guest(t, "ben"), w.guest(t, "cleo")
	tea := w.makeRoom(t, ann, message.OpenRoom, "Tea").ID
	attic := w.makeRoom(t, ann, message.PrivateRoom, "Attic", ben, cleo).ID
	direct := w.direct(t, ann, ben).ID
	w.join(t, tea, ben, cleo)
	in := func(room string) int64 { return w.sayIn(t, room, ben, "said in "+room).TextMessage.ID }
	remove := func(by message.User, room string, id int64) error {
		_, _, err := w.Delete(t.Context(), by.ID, room, id)
		return err
	}
	refused(t, remove(cleo, tea, in(tea)), store.ErrForbidden, message.CodeForbidden)
	assert.NoError(t, remove(ann, tea, 1), "her room")
	assert.NoError(t, remove(ann, tea, 1), "it is gone already")
	refused(t, remove(ann, direct, in(direct)), store.ErrForbidden, message.CodeForbidden)
	assert.ErrorIs(t, remove(max, attic, in(attic)), store.ErrNotFound, "he may not even read it")
	lobby := w.say(t, ben, "", "in the lobby").TextMessage.ID
	refused(t, remove(ann, message.Lobby, lobby), store.ErrForbidden, message.CodeForbidden)
	assert.NoError(t, remove(max, message.Lobby, lobby))
	m := w.sayIn(t, tea, ben, "again")
	file, err := w.sayWith(t, ben, tea, "", w.upload(t, ben, "a.txt", "bad").File)
	require.NoError(t, err)
	gone, blobs, err := w.Delete(t.Context(), max.ID, tea, file.TextMessage.ID)
	require.NoError(t, err)
	assert.Equal(t, []string{"bad"}, blobs)
	assert.Equal(t, ben.ID, gone.TextMessage.UserInfo.ID)
	assert.NoError(t, remove(max, tea, m.TextMessage.ID), "he is no member, and may read it")
	_, err = w.Edit(t.Context(), max.ID, tea, 1, store.Words{Content: "Max's"})
	assert.ErrorIs(t, err, store.ErrNotFound, "nobody puts words into another's mouth")

	own := w.sayIn(t, tea, ann, "my own").TextMessage.ID
	require.NoError(t, remove(ann, tea, own))
	assert.Equal(t, []string{"max delete ben", "max delete ben", "max delete ben", "ann delete ben", "operator role max moderator", "operator invite reader"}, w.acts(t))
}

func keepersOfRooms(t *testing.T, w *world) {
	max := w.guestAs(t, message.RoleModerator, "max")
	ann, ben := w.guest(t, "ann"), w.guest(t, "ben")
	tea := w.makeRoom(t, ann, message.OpenRoom, "Tea").ID
	w.join(t, tea, ben)
	for _, c := range []store.RoomChange{{Name: new("Coffee")}, {Archived: new(true)}, {Slow: new(10)}} {
		refused(t, w.change(t, ben, tea, c), store.ErrForbidden, message.CodeForbidden)
	}
	require.NoError(t, w.change(t, ann, tea, store.RoomChange{Name: new("Coffee"), Slow: new(10)}))
	require.NoError(t, w.change(t, max, tea, store.RoomChange{Name: new("Juice"), Topic: new("cold")}))
	require.NoError(t, w.change(t, max, tea, store.RoomChange{Archived: new(true)}))
	refused(t, w.change(t, max, tea, store.RoomChange{Slow: new(0)}), store.ErrArchived, message.CodeConflict)
	refused(t, w.change(t, max, message.Lobby, store.RoomChange{Name: new("Foyer")}), store.ErrForbidden, message.CodeForbidden)
	require.NoError(t, w.change(t, max, message.Lobby, store.RoomChange{Slow: new(3600)}))
	for _, slow := range []int{-1, 3601} {
		refused(t, w.change(t, max, message.Lobby, store.RoomChange{Slow: &slow}), store.ErrInvalid, message.CodeInvalid)
	}
	direct := w.direct(t, ann, ben).ID
	refused(t, w.change(t, ann, direct, store.RoomChange{Slow: new(5)}), store.ErrForbidden, message.CodeForbidden)
	room, err := w.Room(t.Context(), ben.ID, tea)
	require.NoError(t, err)
	assert.Equal(t, []any{"Juice", "cold", true, 10}, []any{room.Name, room.Topic, room.Archived, room.Slow})
	assert.Equal(t, []string{"max slow 3600", "max archive on", "max rename", "ann slow 10"}, w.acts(t)[:4])
}

func removing(t *testing.T, w *world) {
	max := w.guestAs(t, message.RoleModerator, "max")
	ann, ben, cleo := w.guest(t, "ann"), w.guest(t, "ben"), w.guest(t, "cleo")
	attic := w.makeRoom(t, ann, message.PrivateRoom, "Attic", ben, cleo).ID
	tea := w.makeRoom(t, ann, message.OpenRoom, "Tea").ID
	w.join(t, tea, ben)
	remove := func(by, who message.User, room string) error {
		_, err := w.RemoveMember(t.Context(), by.ID, room, who.ID)
		return err
	}
	refused(t, remove(ben, cleo, attic), store.ErrForbidden, message.CodeForbidden)
	assert.ErrorIs(t, remove(max, cleo, attic), store.ErrNotFound)
	require.NoError(t, remove(ann, cleo, attic))
	assert.Equal(t, []string{"Lobby"}, w.names(t, cleo))
	require.NoError(t, remove(max, ben, tea))
	w.join(t, tea, ben)
	refused(t, remove(max, ben, message.Lobby), store.ErrForbidden, message.CodeForbidden)
	refused(t, remove(ann, ben, w.direct(t, ann, ben).ID), store.ErrForbidden, message.CodeForbidden)
	assert.Equal(t, []string{"max remove ben", "ann remove cleo"}, w.acts(t)[:2])
}

// Nobody acts on the same or a higher rank, in rooms too; there a maker ranks as a moderator.
func keepersAndAbove(t *testing.T, w *world) {
	olga, otto := w.guestAs(t, message.RoleOwner, "olga"), w.guestAs(t, message.RoleOwner, "otto")
	max, mia := w.guestAs(t, message.RoleModerator, "max"), w.guestAs(t, message.RoleModerator, "mia")
	ann, ben := w.guest(t, "ann"), w.guest(t, "ben")
	all := []message.User{olga, otto, max, mia, ann, ben}
	below := map[string][]string{
		"olga": {"max", "mia", "ann", "ben"}, "max": {"ann", "ben"}, "ann": {"ben"}, "ben": {},
	}
	for _, by := range []message.User{olga, max, ann, ben} {
		for _, who := range all {
			t.Run(by.Name+" and "+who.Name, func(t *testing.T) {
				tea := w.makeRoom(t, ann, message.PrivateRoom, by.Name+who.Name, olga, otto, max, mia, ben).ID
				m := w.sayIn(t, tea, who, "for "+by.Name)
				_, _, err := w.Delete(t.Context(), by.ID, tea, m.TextMessage.ID)
				if by.ID == who.ID {
					require.NoError(t, err, "one's own always")
					return
				}
				_, out := w.RemoveMember(t.Context(), by.ID, tea, who.ID)
				if slices.Contains(below[by.Name], who.Name) {
					require.NoError(t, err)
					require.NoError(t, out)
					return
				}
				refused(t, err, store.ErrForbidden, message.CodeForbidden)
				refused(t, out, store.ErrForbidden, message.CodeForbidden)
			})
		}
	}
	_, err := w.RemoveMember(t.Context(), max.ID, message.Lobby, "nobody")
	assert.ErrorIs(t, err, store.ErrNotFound)
}

// Who was there longest keeps order when the maker has gone; a room that only nobody could read is not left.
func lastOnes(t *testing.T, w *world) {
	ann, ben, cleo := w.guest(t, "ann"), w.guest(t, "ben"), w.guest(t, "cleo")
	rita := w.guestAs(t, message.RoleReader, "rita")
	attic := w.makeRoom(t, ann, message.PrivateRoom, "Attic", rita).ID
	for _, u := range []message.User{cleo, ben} {
		w.pass(time.Second)
		_, err := w.AddMember(t.Context(), ann.ID, attic, u.ID)
		require.NoError(t, err)
	}
	leave := func(who message.User) error {
		_, err := w.RemoveMember(t.Context(), who.ID, attic, who.ID)
		return err
	}
	require.NoError(t, leave(ann))
	room, err := w.Room(t.Context(), ben.ID, attic)
	require.NoError(t, err)
	assert.Equal(t, cleo.ID, room.Maker, "before ben, and no reader")
	require.NoError(t, w.change(t, cleo, attic, store.RoomChange{Name: new("Cleo's")}))
	require.NoError(t, leave(ben))
	require.NoError(t, leave(rita))
	_, err = w.AddMember(t.Context(), cleo.ID, attic, ben.ID)
	require.NoError(t, err)
	w.sayIn(t, attic, ben, "a secret")
	require.NoError(t, leave(ben))
	refused(t, leave(cleo), store.ErrConflict, message.CodeConflict)
	require.NoError(t, w.change(t, cleo, attic, store.RoomChange{Archived: new(true)}))
	require.NoError(t, leave(cleo))

	empty := w.makeRoom(t, ann, message.PrivateRoom, "Nothing said").ID
	_, err = w.RemoveMember(t.Context(), ann.ID, empty, ann.ID)
	require.NoError(t, err)
	open := w.makeRoom(t, ann, message.OpenRoom, "Tea").ID
	w.sayIn(t, open, ann, "hi")
	_, err = w.RemoveMember(t.Context(), ann.ID, open, ann.ID)
	require.NoError(t, err)
	room, err = w.Room(t.Context(), ben.ID, open)
	require.NoError(t, err)
	assert.Equal(t, ann.ID, room.Maker, "nobody else is there")
}
