package storetest

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gochatting/internal/message"
	"gochatting/internal/store"
)

func (w *world) readOf(t *testing.T, who message.User, room string) message.Read {
	r, err := w.Room(t.Context(), who.ID, room)
	require.NoError(t, err)
	all, err := w.Rooms(t.Context(), who.ID)
	require.NoError(t, err)
	for _, same := range all {
		if same.ID == room {
			require.Equal(t, r, same)
		}
	}
	return r.Membership.Read
}

func unreadIsCounted(t *testing.T, w *world) {
	ann, ben := w.guest(t, "ann"), w.guest(t, "ben")
	for range 3 {
		w.say(t, ann, "", "hello?")
	}
	w.say(t, ben, "", "hello")
	w.say(t, ann, "", "there you are")
	assert.Equal(t, message.Read{Rev: 5, Unread: 4}, w.readOf(t, ben, message.Lobby), "one's own do not count, nor move the mark")
	assert.Equal(t, message.Read{Rev: 5, Unread: 1}, w.readOf(t, ann, message.Lobby))

	set := func(id int64, want message.Read, wantChanged bool) {
		t.Helper()
		r, changed, err := w.SetRead(t.Context(), ben.ID, message.Lobby, id)
		require.NoError(t, err)
		assert.Equal(t, want, r)
		assert.Equal(t, wantChanged, changed)
		assert.Equal(t, want, w.readOf(t, ben, message.Lobby))
	}
	set(2, message.Read{ID: 2, Rev: 5, Unread: 2}, true)
	set(2, message.Read{ID: 2, Rev: 5, Unread: 2}, false)
	set(99, message.Read{ID: 5, Rev: 5}, true)
	set(77, message.Read{ID: 5, Rev: 5}, false)
	set(1, message.Read{ID: 1, Rev: 5, Unread: 3}, true)
	set(-4, message.Read{Rev: 5, Unread: 4}, true)
	assert.Equal(t, message.Read{Rev: 5, Unread: 1}, w.readOf(t, ann, message.Lobby), "each has their own")

	// What is edited counts as before, what is deleted does not.
	_, err := w.Edit(t.Context(), ann.ID, message.Lobby, 1, store.Words{Content: "hello!"})
	require.NoError(t, err)
	assert.Equal(t, message.Read{Rev: 6, Unread: 4}, w.readOf(t, ben, message.Lobby))
	_, _, err = w.Delete(t.Context(), ann.ID, message.Lobby, 2)
	require.NoError(t, err)
	assert.Equal(t, message.Read{Rev: 7, Unread: 3}, w.readOf(t, ben, message.Lobby))

	for range message.MostUnread {
		w.say(t, ann, "", "and on and on")
	}
	assert.Equal(t, message.Read{Rev: 107, Unread: message.MostUnread}, w.readOf(t, ben, message.Lobby))
}

func (w *world) mention(t *testing.T, who message.User, room string, users ...string) message.TextMessage {
	m, _, err := w.Post(t.Context(), store.Draft{Room: room, Author: who, Content: "you there", Mentions: users})
	require.NoError(t, err)
	assert.Equal(t, users, m.TextMessage.Mentions)
	return *m.TextMessage
}

func mentionsAreCounted(t *testing.T, w *world) {
	ann, ben, cleo := w.guest(t, "ann"), w.guest(t, "ben"), w.guest(t, "cleo")
	mentions := func(who message.User) int { return w.readOf(t, who, message.Lobby).Mentions }
	one := w.mention(t, ann, message.Lobby, ben.ID)
	w.mention(t, ann, message.Lobby, message.MentionHere, ben.ID, ben.ID)
	w.mention(t, ann, message.Lobby, ann.ID)
	w.say(t, ann, "", "nobody in particular")
	assert.Equal(t, 2, mentions(ben), "twice in one message is once")
	assert.Equal(t, 1, mentions(cleo))
	assert.Zero(t, mentions(ann), "nobody is called by themselves")
	_, _, err := w.SetRead(t.Context(), ben.ID, message.Lobby, one.ID)
	require.NoError(t, err)
	assert.Equal(t, 1, mentions(ben))

	edit := func(id int64, users ...string) {
		_, err := w.Edit(t.Context(), ann.ID, message.Lobby, id, store.Words{Content: "edited", Mentions: users})
		require.NoError(t, err)
	}
	edit(4, cleo.ID)
	assert.Equal(t, []int{1, 2}, []int{mentions(ben), mentions(cleo)})
	edit(4, ben.ID)
	assert.Equal(t, []int{2, 1}, []int{mentions(ben), mentions(cleo)})
	edit(4)
	assert.Equal(t, []int{1, 1}, []int{mentions(ben), mentions(cleo)})
	_, _, err = w.Delete(t.Context(), ann.ID, message.Lobby, 2)
	require.NoError(t, err)
	assert.Equal(t, []int{0, 0}, []int{mentions(ben), mentions(cleo)})

	other := w.makeRoom(t, ann, message.PrivateRoom, "Elsewhere", ben).ID
	w.mention(t, ann, other, message.MentionHere)
	assert.Zero(t, mentions(ben), "another room's do not count")
	sideBySide(message.MostUnread+5, func(int) { w.mention(t, ann, message.Lobby, ben.ID, message.MentionHere) })
	assert.Equal(t, message.MostUnread, mentions(ben))
}

func involvement(t *testing.T, w *world) {
	ann, ben := w.guest(t, "ann"), w.guest(t, "ben")
	of := func(who message.User) string {
		r, err := w.Room(t.Context(), who.ID, message.Lobby)
		require.NoError(t, err)
		return r.Membership.Involvement
	}
	for _, how := range []string{message.InvolvedNone, message.InvolvedMentions, message.InvolvedAll, message.InvolvedNone} {
		require.NoError(t, w.SetInvolvement(t.Context(), ann.ID, message.Lobby, how))
		assert.Equal(t, how, of(ann))
	}
	assert.Equal(t, message.InvolvedAll, of(ben))
	refused(t, w.SetInvolvement(t.Context(), ann.ID, message.Lobby, "some"), store.ErrInvalid, message.CodeInvalid)
}
