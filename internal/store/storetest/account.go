package storetest

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gochatting/internal/message"
	"gochatting/internal/store"
)

func releasing(t *testing.T, w *world) {
	olga := w.claim(t, "olga@example.org", "Olga", "o").User
	ben := w.proven(t, "ben@example.org", "laptop")
	phone := w.device(t, ben.User, "phone")
	cem := w.claim(t, "cem@example.org", "Cem", "c").User
	_, err := w.SetRole(t.Context(), olga.ID, cem.ID, message.RoleModerator)
	require.NoError(t, err)
	_, err = w.Release(t.Context(), cem.ID, ben.User.ID)
	refused(t, err, store.ErrForbidden, message.CodeForbidden)
	_, err = w.Release(t.Context(), olga.ID, olga.ID)
	refused(t, err, store.ErrForbidden, message.CodeForbidden)

	ended, err := w.Release(t.Context(), olga.ID, ben.User.ID)
	require.NoError(t, err)
	assert.ElementsMatch(t, []string{ben.ID, phone.ID}, ended)
	assert.Empty(t, w.live(t, "laptop", "phone"))
	_, err = w.Release(t.Context(), olga.ID, ben.User.ID)
	assert.ErrorIs(t, err, store.ErrNotFound)
	other := w.proven(t, "ben@example.org", "laptop")
	assert.NotEqual(t, ben.User.ID, other.User.ID)

	_, err = w.Release(t.Context(), store.Operator, cem.ID)
	require.NoError(t, err)
	assert.Equal(t, message.RoleMember, w.roleOf(t, cem.Public()))
	_, err = w.Release(t.Context(), store.Operator, "nobody")
	assert.ErrorIs(t, err, store.ErrNotFound)
}

func leaving(t *testing.T, w *world) {
	olga := w.claim(t, "olga@example.org", "Olga", "o").User
	ann := w.proven(t, "ann@example.org", "laptop")
	phone := w.device(t, ann.User, "phone")
	code, link, _, err := w.NewCode(t.Context(), ann.ID)
	require.NoError(t, err)
	who := ann.User.Public()
	tea := w.makeRoom(t, who, message.OpenRoom, "Tea")
	w.join(t, tea.ID, olga.Public())
	talk := w.direct(t, who, olga.Public())
	said := w.sayIn(t, tea.ID, who, "hello")
	w.sayIn(t, talk.ID, who, "psst")
	file := w.upload(t, who, "draft.txt", "never sent")

	ended, blobs, err := w.Leave(t.Context(), ann.User.ID, false)
	require.NoError(t, err)
	assert.ElementsMatch(t, []string{ann.ID, phone.ID}, ended)
	assert.Equal(t, []string{file.Hash}, blobs)
	_, _, err = w.Leave(t.Context(), ann.User.ID, false)
	assert.ErrorIs(t, err, store.ErrNotFound)
	assert.Empty(t, w.live(t, "laptop", "phone"))
	_, err = w.claimWith(t, code, "phone")
	assert.ErrorIs(t, err, store.ErrWrongCode)
	_, err = w.Claim(t.Context(), store.Claim{Link: token(link), TokenHash: token("tablet")})
	assert.ErrorIs(t, err, store.ErrWrongCode)

	gone, err := w.User(t.Context(), ann.User.ID)
	require.NoError(t, err)
	assert.Empty(t, gone.Email)
	assert.Empty(t, gone.Name)
	assert.False(t, gone.Verified)
	_, changed, err := w.Rename(t.Context(), ann.User.ID, "Ann Archer", "7", w.now())
	require.NoError(t, err)
	assert.False(t, changed, "what was looked up meanwhile is not noted any more")
	for _, room := range []string{message.Lobby, tea.ID} {
		members, err := w.Members(t.Context(), olga.ID, room, "", 0)
		require.NoError(t, err)
		assert.Equal(t, []string{"Olga"}, people(members))
	}
	hears, err := w.Hears(t.Context(), ann.User.ID)
	require.NoError(t, err)
	assert.Equal(t, []string{talk.ID}, hears)
	found, err := w.FindUsers(t.Context(), olga.ID, "laptop", "", 0)
	require.NoError(t, err)
	assert.Empty(t, found)
	info, err := w.Room(t.Context(), olga.ID, tea.ID)
	require.NoError(t, err)
	assert.Equal(t, olga.ID, info.Maker, "somebody keeps order where she did")
	info, err = w.Room(t.Context(), olga.ID, talk.ID)
	require.NoError(t, err)
	assert.Equal(t, []string{"", "Olga"}, people(info.Users), "it still shows whose room it was")

	m, err := w.Message(t.Context(), olga.ID, tea.ID, said.TextMessage.ID)
	require.NoError(t, err)
	assert.Equal(t, "hello", m.TextMessage.Content)
	assert.Equal(t, message.User{ID: ann.User.ID, Gravatar: "/avatar/" + ann.User.ID}, m.TextMessage.UserInfo)
	_, more, err := w.RemoveNext(t.Context())
	require.NoError(t, err)
	assert.False(t, more, "she wanted it kept")
	_, _, err = w.Post(t.Context(), store.Draft{Room: talk.ID, Author: who, Content: "still here"})
	assert.Error(t, err, "a socket that is still open says nothing more as her")
	assert.NotEqual(t, ann.User.ID, w.claim(t, "ann@example.org", "ann", "stranger").User.ID)
}

func leavingWithAll(t *testing.T, w *world) {
	olga := w.claim(t, "olga@example.org", "Olga", "o").User
	ann := w.claim(t, "ann@example.org", "Ann", "laptop").User
	tea, old := w.makeRoom(t, ann.Public(), message.OpenRoom, "Tea").ID, w.makeRoom(t, ann.Public(), message.OpenRoom, "Old").ID
	talk := w.direct(t, ann.Public(), olga.Public()).ID
	for i := range 30 {
		for _, room := range []string{message.Lobby, tea, old, talk} {
			w.sayIn(t, room, ann.Public(), fmt.Sprint("message ", room, i))
		}
	}
	file := w.upload(t, ann.Public(), "cat.txt", "a cat")
	_, err := w.sayWith(t, ann.Public(), tea, "cat", file.File)
	require.NoError(t, err)
	others := w.sayIn(t, message.Lobby, olga.Public(), "message of olga")
	yes := true
	require.NoError(t, w.change(t, ann.Public(), old, store.RoomChange{Archived: &yes}))
	first, _, err := w.Purge(t.Context(), olga.ID, ann.ID)
	require.NoError(t, err)
	_, err = w.Restore(t.Context(), olga.ID, first)
	require.NoError(t, err)
	w.pass(2 * time.Hour)
	late := w.upload(t, ann.Public(), "late.txt", "late")
	_, err = w.sayWith(t, ann.Public(), tea, "late", late.File)
	require.NoError(t, err)
	purge, n, err := w.Purge(t.Context(), olga.ID, ann.ID)
	require.NoError(t, err)
	require.Equal(t, 1, n)

	_, blobs, err := w.Leave(t.Context(), ann.ID, true)
	require.NoError(t, err)
	assert.Contains(t, blobs, late.Hash, "nothing can be restored any more")
	undo := func() error {
		_, err := w.Restore(t.Context(), olga.ID, purge)
		return err
	}
	refused(t, undo(), store.ErrConflict, message.CodeConflict)
	w.reopen(t) // as after a crash
	heard := len(w.heard())
	var dropped []string
	for more := true; more; {
		blobs, more, err = w.RemoveNext(t.Context())
		require.NoError(t, err)
		dropped = append(dropped, blobs...)
	}
	refused(t, undo(), store.ErrConflict, message.CodeConflict)
	assert.Contains(t, dropped, file.Hash)
	assert.Empty(t, w.uses(t, file.Hash, late.Hash))
	assert.Len(t, w.heard(), heard+4*30+1, "each is published")
	for _, room := range []string{message.Lobby, tea, old, talk} {
		page, err := w.Before(t.Context(), olga.ID, room, 0, 200)
		require.NoError(t, err)
		require.NotEmpty(t, page)
		for _, m := range page {
			if m.TextMessage.ID == others.TextMessage.ID && room == message.Lobby {
				assert.Equal(t, "message of olga", m.TextMessage.Content)
				continue
			}
			require.NotNil(t, m.TextMessage.Deleted)
			require.Empty(t, m.TextMessage.Content)
		}
	}
	assert.Equal(t, []string{"message of olga"}, w.search(t, olga.Public(), "message"))
}

func lastOwner(t *testing.T, w *world) {
	olga := w.claim(t, "olga@example.org", "Olga", "o").User
	ann := w.claim(t, "ann@example.org", "Ann", "laptop").User
	_, _, err := w.Leave(t.Context(), olga.ID, false)
	refused(t, err, store.ErrConflict, message.CodeConflict)
	_, err = w.SetRole(t.Context(), olga.ID, ann.ID, message.RoleOwner)
	require.NoError(t, err)
	_, _, err = w.Leave(t.Context(), olga.ID, false)
	require.NoError(t, err)
	w.guest(t, "guest")
	_, _, err = w.Leave(t.Context(), ann.ID, false)
	require.NoError(t, err, "there is nobody else, but for a guest")
	assert.Equal(t, message.RoleMember, w.claim(t, "ben@example.org", "Ben", "desktop").User.Role, "he is not the first")
}

func everyone(t *testing.T, w *world) {
	w.claim(t, "ann@example.org", "Ann", "a")
	ben := w.claim(t, "ben_1@example.org", "Ben", "b")
	w.guest(t, "cem")
	dan := w.claim(t, "dan@example.org", "Dan", "d")
	eve := w.claim(t, "eve@example.org", "Eve", "e")
	require.NoError(t, w.EndSession(t.Context(), dan.ID))
	_, _, err := w.Leave(t.Context(), eve.User.ID, false)
	require.NoError(t, err)
	n, err := w.CountUsers(t.Context())
	require.NoError(t, err)
	assert.Equal(t, 3, n)
	list := func(q, after string, limit int) (emails []string) {
		users, err := w.Everyone(t.Context(), q, after, limit)
		require.NoError(t, err)
		for _, u := range users {
			emails = append(emails, u.Name+" "+u.Email)
		}
		return emails
	}
	assert.Equal(t, []string{"Ann ann@example.org", "Ben ben_1@example.org", "cem cem@example.org", "Dan "}, list("", "", 0))
	assert.Equal(t, []string{"cem cem@example.org"}, list("", ben.User.ID, 1))
	assert.Equal(t, []string{"Ben ben_1@example.org"}, list("N_1@", "", 0))
	assert.Equal(t, []string{"Dan "}, list("dA", "", 0))
	assert.Empty(t, list("%n@", "", 0))
}
