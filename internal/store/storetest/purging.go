package storetest

import (
	"cmp"
	"context"
	"fmt"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gochatting/internal/message"
	"gochatting/internal/store"
)

// log is a room's as it stands, by ID and without revs.
func (w *world) log(t *testing.T, room string) []message.TextMessage {
	all, err := w.Log(t.Context(), room, 0, 1000)
	require.NoError(t, err)
	var texts []message.TextMessage
	for _, m := range all {
		text := *m.TextMessage
		text.Rev = 0
		texts = append(texts, text)
	}
	slices.SortFunc(texts, func(a, b message.TextMessage) int { return cmp.Compare(a.ID, b.ID) })
	return texts
}

// What somebody said in the last hour goes from all rooms in one act, and with one it is all back.
func purging(t *testing.T, w *world) {
	max, ann, eve := w.guestAs(t, message.RoleModerator, "max"), w.guest(t, "ann"), w.guest(t, "eve")
	attic := w.makeRoom(t, ann, message.PrivateRoom, "Attic", eve).ID
	ctx := t.Context()
	w.say(t, eve, "", "cup of old")
	w.pass(time.Hour + time.Second)
	w.say(t, ann, "", "cup of ann")
	w.say(t, eve, "e1", "cup of eve")
	rich, _, err := w.Post(ctx, store.Draft{
		Room: message.Lobby, Author: eve, Ref: "e2", Content: "@ann cup", HTML: "<p>cup</p>", ReplyTo: 2, Mentions: []string{ann.ID},
		Files: []message.File{{ID: w.upload(t, eve, "cup.txt", "blob").ID, Alt: "a cup"}},
	})
	require.NoError(t, err)
	id, file := rich.TextMessage.ID, rich.TextMessage.Files[0].ID
	_, err = w.React(ctx, ann.ID, message.Lobby, id, "👍", true)
	require.NoError(t, err)
	_, err = w.Pin(ctx, ann.ID, message.Lobby, id, true)
	require.NoError(t, err)
	_, err = w.Edit(ctx, eve.ID, message.Lobby, 3, store.Words{Content: "cup of eve, edited"})
	require.NoError(t, err)
	deleted := w.say(t, eve, "", "cup that she took back")
	w.delete(t, deleted)
	w.sayIn(t, attic, eve, "cup in the attic")
	require.NoError(t, w.change(t, ann, attic, store.RoomChange{Archived: new(true)}))
	was := map[string][]message.TextMessage{message.Lobby: w.log(t, message.Lobby), attic: w.log(t, attic)}
	all := []string{"cup in the attic", "@ann cup", "cup of eve, edited", "cup of ann", "cup of old"}
	require.Equal(t, all, w.search(t, ann, "cup"))
	unread := w.readOf(t, ann, message.Lobby)
	heard := len(w.heard())

	act, n, err := w.Purge(ctx, max.ID, eve.ID)
	require.NoError(t, err)
	assert.Equal(t, 3, n)
	assert.Len(t, w.heard(), heard+3)
	now := w.now().Truncate(time.Microsecond)
	for _, m := range w.heard()[heard:] {
		text := m.TextMessage
		assert.Equal(t, message.TextMessage{ID: text.ID, Rev: text.Rev, UserInfo: text.UserInfo, Time: text.Time, At: text.At, Deleted: &now}, *text, "as if she had")
		one, err := w.Message(ctx, ann.ID, m.Room, text.ID)
		require.NoError(t, err)
		assert.Equal(t, text, one.TextMessage)
	}
	assert.Equal(t, []string{"cup of ann", "cup of old"}, w.search(t, ann, "cup"))
	assert.Equal(t, unread.Unread-2, w.readOf(t, ann, message.Lobby).Unread)
	assert.Zero(t, w.readOf(t, ann, message.Lobby).Mentions)
	for _, who := range []message.User{ann, eve} {
		_, err = w.File(ctx, who.ID, file)
		assert.ErrorIs(t, err, store.ErrNotFound)
	}
	assert.Equal(t, []string{"blob"}, w.uses(t, "blob"), "it is kept")
	none, n, err := w.Purge(ctx, max.ID, eve.ID)
	require.NoError(t, err)
	assert.Zero(t, none)
	assert.Zero(t, n)
	w.reopen(t)

	for _, by := range []message.User{eve, ann} {
		_, err = w.Restore(ctx, by.ID, act)
		refused(t, err, store.ErrForbidden, message.CodeForbidden)
	}
	_, err = w.Restore(ctx, max.ID, "none")
	assert.ErrorIs(t, err, store.ErrNotFound)
	w.pass(23 * time.Hour)
	blobs, err := w.SweepPurged(ctx, w.now().Add(-24*time.Hour))
	require.NoError(t, err)
	assert.Empty(t, blobs)
	log, err := w.Acts(ctx, store.Operator, "", 1)
	require.NoError(t, err)
	assert.True(t, log[0].Undoable)
	assert.Equal(t, "3", log[0].Note)
	n, err = w.Restore(ctx, max.ID, act)
	require.NoError(t, err)
	assert.Equal(t, 3, n)
	assert.Len(t, w.heard(), heard+6)
	for room, log := range was {
		assert.Equal(t, log, w.log(t, room))
	}
	assert.Equal(t, all, w.search(t, ann, "cup"))
	assert.Equal(t, unread.Mentions, w.readOf(t, ann, message.Lobby).Mentions)
	pins, err := w.Pins(ctx, ann.ID, message.Lobby)
	require.NoError(t, err)
	assert.Len(t, pins, 1)
	_, err = w.File(ctx, ann.ID, file)
	require.NoError(t, err)
	_, err = w.Restore(ctx, max.ID, act)
	refused(t, err, store.ErrConflict, message.CodeConflict)
	log, err = w.Acts(ctx, store.Operator, "", 2)
	require.NoError(t, err)
	assert.Equal(t, []string{store.ActRestore, store.ActPurge}, []string{log[0].Act, log[1].Act})
	assert.NotNil(t, log[1].Undone)
	assert.False(t, log[1].Undoable)
}

func purgingForGood(t *testing.T, w *world) {
	max, olga, eve := w.guestAs(t, message.RoleModerator, "max"), w.guestAs(t, message.RoleOwner, "olga"), w.guest(t, "eve")
	ctx := t.Context()
	for _, who := range []message.User{max, olga} {
		_, _, err := w.Purge(ctx, max.ID, who.ID)
		refused(t, err, store.ErrForbidden, message.CodeForbidden)
	}
	_, _, err := w.Purge(ctx, max.ID, "nobody")
	assert.ErrorIs(t, err, store.ErrNotFound)
	purge := func(by string, n int) string {
		_, err := w.sayWith(t, eve, message.Lobby, "", w.upload(t, eve, "a.txt", fmt.Sprint("blob ", n)).File)
		require.NoError(t, err)
		w.say(t, eve, "", "cup")
		act, gone, err := w.Purge(ctx, by, eve.ID)
		require.NoError(t, err)
		require.Equal(t, 2, gone)
		return act
	}
	first := purge(max.ID, 1)
	w.pass(24 * time.Hour)
	_, err = w.Restore(ctx, max.ID, first)
	refused(t, err, store.ErrConflict, message.CodeConflict)
	second := purge(olga.ID, 2)
	_, err = w.Restore(ctx, max.ID, second)
	refused(t, err, store.ErrForbidden, message.CodeForbidden)

	blobs, err := w.SweepPurged(ctx, w.now().Add(-24*time.Hour+time.Second))
	require.NoError(t, err)
	assert.Equal(t, []string{"blob 1"}, blobs)
	assert.Equal(t, []string{"blob 2"}, w.uses(t, "blob 1", "blob 2"))
	n, err := w.Restore(ctx, olga.ID, second)
	require.NoError(t, err)
	assert.Equal(t, 2, n)
	assert.Len(t, w.search(t, eve, "cup"), 1)

	third, n, err := w.Purge(ctx, store.Operator, eve.ID)
	require.NoError(t, err)
	assert.Equal(t, 2, n)
	_, err = w.Restore(ctx, olga.ID, third)
	refused(t, err, store.ErrForbidden, message.CodeForbidden)
	blobs, err = w.SweepPurged(ctx, w.now().Add(time.Second))
	require.NoError(t, err)
	assert.Equal(t, []string{"blob 2"}, blobs)
	assert.Empty(t, w.uses(t, "blob 1", "blob 2"))
	n, err = w.Restore(ctx, store.Operator, third)
	require.NoError(t, err)
	assert.Zero(t, n)
}

// A purge of much goes in parts; others speak in between, and all stays in order.
func purgingMuch(t *testing.T, w *world) {
	max, ann, eve := w.guestAs(t, message.RoleModerator, "max"), w.guest(t, "ann"), w.guest(t, "eve")
	sideBySide(250, func(int) { w.say(t, eve, "", "spam") })
	speaking, done := context.WithCancel(t.Context())
	said := make(chan int, 1)
	go func() {
		n := 0
		for ; speaking.Err() == nil && n < 250; n++ {
			_, _, err := w.Post(t.Context(), store.Draft{Room: message.Lobby, Author: ann, Content: "meanwhile"})
			assert.NoError(t, err)
		}
		said <- n
	}()
	act, n, err := w.Purge(t.Context(), max.ID, eve.ID)
	require.NoError(t, err)
	assert.Equal(t, 250, n)
	n, err = w.Restore(t.Context(), max.ID, act)
	done()
	posts := <-said
	require.NoError(t, err)
	assert.Equal(t, 250, n)
	heard := w.heard()
	assert.Len(t, heard, 3*250+posts)
	for i, m := range heard {
		require.EqualValues(t, i+1, m.TextMessage.Rev)
	}
	page, err := w.Before(t.Context(), ann.ID, message.Lobby, 251, 200)
	require.NoError(t, err)
	for _, m := range page {
		require.Equal(t, "spam", m.TextMessage.Content)
	}
}

// Who deletes their account with all they said while it is being purged gets that: none of it is kept.
func purgingWhoLeaves(t *testing.T, w *world) {
	max, eve := w.guestAs(t, message.RoleModerator, "max"), w.guest(t, "eve")
	sideBySide(600, func(int) { w.say(t, eve, "", "spam") })
	_, err := w.sayWith(t, eve, message.Lobby, "", w.upload(t, eve, "last.txt", "last").File)
	require.NoError(t, err)
	said := len(w.heard())
	left := make(chan error, 1)
	go func() {
		for len(w.heard()) == said && t.Context().Err() == nil {
			runtime.Gosched()
		}
		_, _, err := w.Leave(t.Context(), eve.ID, true)
		left <- err
	}()
	act, _, err := w.Purge(t.Context(), max.ID, eve.ID)
	require.NoError(t, err)
	require.NoError(t, <-left)
	for more := true; more; {
		_, more, err = w.RemoveNext(t.Context())
		require.NoError(t, err)
	}
	assert.Empty(t, w.uses(t, "last"))
	_, err = w.Restore(t.Context(), max.ID, act)
	refused(t, err, store.ErrConflict, message.CodeConflict)
	for _, text := range w.log(t, message.Lobby) {
		require.NotNil(t, text.Deleted)
	}
}

// Who said it, and who keeps order, delete what is purged as what is not: then it does not come back.
func deletingPurged(t *testing.T, w *world) {
	max, eve, ben := w.guestAs(t, message.RoleModerator, "max"), w.guest(t, "eve"), w.guest(t, "ben")
	var ids []int64
	for _, blob := range []string{"hers", "his", "back"} {
		m, err := w.sayWith(t, eve, message.Lobby, "was "+blob, w.upload(t, eve, "a.txt", blob).File)
		require.NoError(t, err)
		ids = append(ids, m.TextMessage.ID)
	}
	act, _, err := w.Purge(t.Context(), max.ID, eve.ID)
	require.NoError(t, err)
	purged := w.log(t, message.Lobby)
	w.pass(time.Second)
	_, _, err = w.Delete(t.Context(), ben.ID, message.Lobby, ids[0])
	refused(t, err, store.ErrForbidden, message.CodeForbidden)
	for i, by := range []message.User{eve, max} {
		before := len(w.heard())
		_, blobs, err := w.Delete(t.Context(), by.ID, message.Lobby, ids[i])
		require.NoError(t, err)
		assert.Equal(t, []string{[]string{"hers", "his"}[i]}, blobs)
		assert.Len(t, w.heard(), before+1)
		_, blobs, err = w.Delete(t.Context(), by.ID, message.Lobby, ids[i])
		require.NoError(t, err)
		assert.Empty(t, blobs)
		assert.Len(t, w.heard(), before+1, "it is gone already")
	}
	assert.Equal(t, purged, w.log(t, message.Lobby), "it was deleted when it was purged")
	assert.Equal(t, []string{"max delete eve", "max purge eve 3"}, w.acts(t)[:2])
	n, err := w.Restore(t.Context(), max.ID, act)
	require.NoError(t, err)
	assert.Equal(t, 1, n)
	log := w.log(t, message.Lobby)
	assert.Equal(t, purged[:2], log[:2])
	assert.Nil(t, log[2].Deleted)
	assert.Equal(t, []string{"back"}, w.uses(t, "hers", "his", "back"))
}

// The log is for owners, and has no name of a room that they may not read.
func theLog(t *testing.T, w *world) {
	olga, max := w.guestAs(t, message.RoleOwner, "olga"), w.guestAs(t, message.RoleModerator, "max")
	ann, eve := w.guest(t, "ann"), w.guest(t, "eve")
	attic := w.makeRoom(t, ann, message.PrivateRoom, "Attic", eve)
	said := w.sayIn(t, attic.ID, eve, "bad words")
	_, _, err := w.Delete(t.Context(), ann.ID, attic.ID, said.TextMessage.ID)
	require.NoError(t, err)
	said = w.say(t, eve, "", "bad words")
	_, _, err = w.Delete(t.Context(), max.ID, message.Lobby, said.TextMessage.ID)
	require.NoError(t, err)
	until := w.now().Add(time.Hour).Truncate(time.Microsecond)
	_, err = w.Mute(t.Context(), store.Operator, eve.ID, until)
	require.NoError(t, err)

	for _, who := range []message.User{max, ann} {
		_, err := w.Acts(t.Context(), who.ID, "", 0)
		refused(t, err, store.ErrForbidden, message.CodeForbidden)
	}
	all, err := w.Acts(t.Context(), olga.ID, "", 0)
	require.NoError(t, err)
	require.Len(t, all, 7)
	at, lobby := w.now().Truncate(time.Microsecond), &message.Room{ID: message.Lobby, Kind: message.OpenRoom, Name: "Lobby"}
	for i, want := range []store.Act{
		{Act: store.ActMute, Subject: &eve, Until: &until},
		{Act: store.ActDelete, Actor: &max, Subject: &eve, Room: lobby, Message: 1},
		{Act: store.ActDelete, Actor: &ann, Subject: &eve, Room: &message.Room{ID: attic.ID, Kind: message.PrivateRoom}, Message: 1},
		{Act: store.ActRole, Subject: &max, Note: message.RoleModerator},
		{Act: store.ActInvite, Room: lobby, Note: message.RoleReader},
		{Act: store.ActRole, Subject: &olga, Note: message.RoleOwner},
		{Act: store.ActInvite, Room: lobby, Note: message.RoleReader},
	} {
		want.ID, want.At = all[i].ID, at
		assert.Equal(t, want, all[i])
	}
	var paged []store.Act
	for before := ""; ; before = paged[len(paged)-1].ID {
		page, err := w.Acts(t.Context(), olga.ID, before, 2)
		require.NoError(t, err)
		if len(page) == 0 {
			break
		}
		paged = append(paged, page...)
	}
	assert.Equal(t, all, paged)
}
