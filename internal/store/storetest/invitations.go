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

// invite is the hash of a new invitation's secret.
func (w *world) invite(t *testing.T, by, room, role string, most int) []byte {
	_, secret, err := w.Invite(t.Context(), by, room, role, time.Hour, most)
	require.NoError(t, err)
	return token(secret)
}

// comesBy lets in who is new, by an invitation.
func (w *world) comesBy(t *testing.T, name string, invite []byte) store.Session {
	c := claimOf(name+"@example.org", name, name+"'s")
	c.Invite = invite
	return w.came(t, c).Session
}

func (w *world) used(t *testing.T, invite []byte) int {
	inv, err := w.Invitation(t.Context(), invite)
	require.NoError(t, err)
	return inv.Used
}

func anInvitation(t *testing.T, w *world) {
	ann := w.claim(t, "ann@example.org", "Ann", "laptop").User
	attic := w.makeRoom(t, ann.Public(), message.PrivateRoom, "Attic")
	inv, secret, err := w.Invite(t.Context(), ann.ID, attic.ID, message.RoleMember, 2*time.Hour, 3)
	require.NoError(t, err)
	at := w.now().UTC().Truncate(time.Microsecond)
	assert.Equal(t, store.Invitation{ID: inv.ID, Room: message.Room{ID: attic.ID, Name: "Attic", Kind: message.PrivateRoom},
		Role: message.RoleMember, Maker: ann.Public(), Created: at, Expires: at.Add(2 * time.Hour), Most: 3}, inv)
	for range 5 {
		seen, err := w.Invitation(t.Context(), token(secret))
		require.NoError(t, err)
		assert.Equal(t, inv, seen, "looking at it uses nothing up")
	}
	_, err = w.Invitation(t.Context(), []byte(secret))
	require.ErrorIs(t, err, store.ErrNotFound, "what is kept opens nothing")

	ben := w.comesBy(t, "ben", token(secret)).User
	assert.Equal(t, message.RoleMember, ben.Role)
	assert.Equal(t, []string{"Attic", "Lobby"}, w.names(t, ben.Public()))
	room, changed, err := w.Accept(t.Context(), ben.ID, token(secret))
	require.NoError(t, err)
	assert.Equal(t, attic.ID, room)
	assert.False(t, changed)
	_, _, err = w.Accept(t.Context(), ann.ID, token(secret))
	require.NoError(t, err)
	assert.Equal(t, 1, w.used(t, token(secret)), "only who got something by it has used it")
	guest := w.guest(t, "guest")
	_, changed, err = w.Accept(t.Context(), guest.ID, token(secret))
	require.NoError(t, err)
	assert.True(t, changed)
	assert.Equal(t, 2, w.used(t, token(secret)))
	w.comesBy(t, "cem", token(secret))
	for _, err := range []error{
		func() error { _, err := w.Invitation(t.Context(), token(secret)); return err }(),
		func() error { _, _, err := w.Accept(t.Context(), ben.ID, token(secret)); return err }(),
	} {
		assert.ErrorIs(t, err, store.ErrNotFound, "used up")
	}

	invite := w.invite(t, ann.ID, attic.ID, message.RoleMember, 0)
	w.pass(time.Second)
	w.live(t, "laptop")
	w.pass(time.Hour - time.Second)
	_, err = w.Invitation(t.Context(), invite)
	assert.ErrorIs(t, err, store.ErrNotFound, "over")
	c := claimOf("dan@example.org", "Dan", "phone")
	c.Invite = invite
	_, err = w.Claim(t.Context(), c)
	assert.ErrorIs(t, err, store.ErrUninvited, "also where all may come: they wanted to be let into that room")
	c = claimOf("ann@example.org", "Ann", "laptop")
	c.Invite, c.Present = invite, []string{w.device(t, ann, "phone").ID}
	assert.Empty(t, w.came(t, c).Joined, "who is in needs none")
}

func invitedReaders(t *testing.T, w *world) {
	ann := w.claim(t, "ann@example.org", "Ann", "laptop").User
	attic := w.makeRoom(t, ann.Public(), message.PrivateRoom, "Attic").ID
	tea := w.makeRoom(t, ann.Public(), message.OpenRoom, "Tea").ID
	rita := w.comesBy(t, "rita", w.invite(t, ann.ID, attic, message.RoleReader, 0)).User
	assert.Equal(t, message.RoleReader, rita.Role)
	assert.Equal(t, []string{"Attic"}, w.names(t, rita.Public()), "not the lobby")
	watcher := w.comesBy(t, "watcher", w.invite(t, ann.ID, message.Lobby, message.RoleReader, 0)).User
	assert.Equal(t, []string{"Lobby"}, w.names(t, watcher.Public()))

	teaReader := w.invite(t, ann.ID, tea, message.RoleReader, 0)
	_, changed, err := w.Accept(t.Context(), rita.ID, teaReader)
	require.NoError(t, err)
	assert.True(t, changed)
	assert.Equal(t, []string{"Attic", "Tea"}, w.names(t, rita.Public()))
	assert.Equal(t, message.RoleReader, w.roleOf(t, rita.Public()))

	// The same room, but as a member: she rises.
	c := claimOf("rita@example.org", "rita", "rita's phone")
	devices, err := w.Devices(t.Context(), rita.ID)
	require.NoError(t, err)
	code, _, _, err := w.NewCode(t.Context(), devices[0].ID)
	require.NoError(t, err)
	c.Code, c.Invite = code, w.invite(t, ann.ID, tea, message.RoleMember, 1)
	came := w.came(t, c)
	assert.Equal(t, tea, came.Joined)
	assert.Equal(t, message.RoleMember, came.Session.User.Role)
	assert.Equal(t, message.RoleMember, w.roleOf(t, rita.Public()))
	assert.Equal(t, []string{"Attic", "Lobby", "Tea"}, w.names(t, rita.Public()))
	_, err = w.Invitation(t.Context(), c.Invite)
	assert.ErrorIs(t, err, store.ErrNotFound, "that was a use")

	_, changed, err = w.Accept(t.Context(), rita.ID, teaReader)
	require.NoError(t, err)
	assert.False(t, changed)
	assert.Equal(t, message.RoleMember, w.roleOf(t, rita.Public()), "nobody falls by an invitation")
}

func whoMayInvite(t *testing.T, w *world) {
	ann := w.claim(t, "ann@example.org", "Ann", "laptop").User
	ben := w.claim(t, "ben@example.org", "Ben", "desktop").User
	tea, attic := w.makeRoom(t, ann.Public(), message.OpenRoom, "Tea").ID, w.makeRoom(t, ann.Public(), message.PrivateRoom, "Attic").ID
	talk := w.direct(t, ann.Public(), ben.Public()).ID
	old := w.makeRoom(t, ann.Public(), message.OpenRoom, "Old").ID
	yes := true
	require.NoError(t, w.change(t, ann.Public(), old, store.RoomChange{Archived: &yes}))
	rita := w.comesBy(t, "rita", w.invite(t, ann.ID, tea, message.RoleReader, 0)).User

	invite := func(by, room, role string, life time.Duration, most int) error {
		_, _, err := w.Invite(t.Context(), by, room, role, life, most)
		return err
	}
	refused(t, invite(ben.ID, tea, message.RoleMember, time.Hour, 0), store.ErrForbidden, message.CodeForbidden)
	assert.ErrorIs(t, invite(ben.ID, attic, message.RoleMember, time.Hour, 0), store.ErrNotFound)
	refused(t, invite(rita.ID, tea, message.RoleReader, time.Hour, 0), store.ErrForbidden, message.CodeForbidden)
	refused(t, invite(ann.ID, talk, message.RoleMember, time.Hour, 0), store.ErrForbidden, message.CodeForbidden)
	refused(t, invite(store.Operator, talk, message.RoleMember, time.Hour, 0), store.ErrForbidden, message.CodeForbidden)
	refused(t, invite(ann.ID, old, message.RoleMember, time.Hour, 0), store.ErrArchived, message.CodeConflict)
	refused(t, invite(ann.ID, tea, message.RoleOwner, time.Hour, 0), store.ErrInvalid, message.CodeInvalid)
	refused(t, invite(ann.ID, tea, message.RoleMember, 31*24*time.Hour, 0), store.ErrInvalid, message.CodeInvalid)
	refused(t, invite(ann.ID, tea, message.RoleMember, 0, 0), store.ErrInvalid, message.CodeInvalid)
	refused(t, invite(ann.ID, tea, message.RoleMember, time.Hour, -1), store.ErrInvalid, message.CodeInvalid)
	assert.ErrorIs(t, invite("nobody", tea, message.RoleMember, time.Hour, 0), store.ErrNotFound)
	assert.ErrorIs(t, invite(ann.ID, "nowhere", message.RoleMember, time.Hour, 0), store.ErrNotFound)

	inv, _, err := w.Invite(t.Context(), store.Operator, attic, message.RoleMember, time.Hour, 0)
	require.NoError(t, err)
	assert.Empty(t, inv.Maker)
	for i := 1; i < 20; i++ { // with rita's
		require.NoError(t, invite(ann.ID, attic, message.RoleMember, time.Hour, 1), fmt.Sprint(i))
	}
	refused(t, invite(ann.ID, attic, message.RoleMember, time.Hour, 1), store.ErrTooMany, message.CodeLimit)
	w.pass(time.Second)
	w.live(t, "laptop")
	w.pass(time.Hour - time.Second)
	assert.NoError(t, invite(ann.ID, attic, message.RoleMember, time.Hour, 1), "those are over")
}

func invitationsEnd(t *testing.T, w *world) {
	ann := w.claim(t, "ann@example.org", "Ann", "laptop").User
	for name, end := range map[string]func(maker store.User, room string){
		"demoted": func(u store.User, _ string) {
			_, err := w.SetRole(t.Context(), ann.ID, u.ID, message.RoleReader)
			require.NoError(t, err)
		},
		"banned": func(u store.User, _ string) {
			_, err := w.Ban(t.Context(), ann.ID, u.ID, w.now().Add(time.Hour), nil)
			require.NoError(t, err)
		},
		"released": func(u store.User, _ string) {
			_, err := w.Release(t.Context(), ann.ID, u.ID)
			require.NoError(t, err)
		},
		"gone": func(u store.User, _ string) {
			_, _, err := w.Leave(t.Context(), u.ID, false)
			require.NoError(t, err)
		},
		"out": func(u store.User, room string) {
			_, err := w.RemoveMember(t.Context(), ann.ID, room, u.ID)
			require.NoError(t, err)
		},
		"archived": func(_ store.User, room string) {
			yes := true
			require.NoError(t, w.change(t, ann.Public(), room, store.RoomChange{Archived: &yes}))
		},
	} {
		maker := w.claim(t, name+"@example.org", name, name).User
		room := w.makeRoom(t, ann.Public(), message.PrivateRoom, name, maker.Public()).ID
		invite := w.invite(t, maker.ID, room, message.RoleMember, 0)
		w.used(t, invite)
		end(maker, room)
		_, err := w.Invitation(t.Context(), invite)
		assert.ErrorIs(t, err, store.ErrNotFound, name)
		_, _, err = w.Accept(t.Context(), w.guest(t, "guest").ID, invite)
		assert.ErrorIs(t, err, store.ErrNotFound, name)
	}
}

func revoking(t *testing.T, w *world) {
	olga := w.claim(t, "olga@example.org", "Olga", "o").User
	ben, cem, mo := w.claim(t, "ben@example.org", "Ben", "b").User, w.claim(t, "cem@example.org", "Cem", "c").User, w.claim(t, "mo@example.org", "Mo", "m").User
	_, err := w.SetRole(t.Context(), olga.ID, mo.ID, message.RoleModerator)
	require.NoError(t, err)
	attic := w.makeRoom(t, ben.Public(), message.PrivateRoom, "Attic", cem.Public()).ID
	lobby := w.invite(t, ben.ID, message.Lobby, message.RoleMember, 0)
	w.pass(time.Second)
	private := w.invite(t, ben.ID, attic, message.RoleReader, 0)
	w.pass(time.Second)
	all := func(viewer string) (rooms []string) {
		list, err := w.Invitations(t.Context(), viewer)
		require.NoError(t, err)
		for _, inv := range list {
			rooms = append(rooms, inv.Room.Name)
		}
		return rooms
	}
	assert.Equal(t, []string{"Attic", "Lobby"}, all(ben.ID))
	assert.Equal(t, []string{"Lobby"}, all(mo.ID), "of rooms that they may read")
	assert.Equal(t, []string{"Lobby"}, all(olga.ID))
	assert.Empty(t, all(cem.ID))
	assert.Equal(t, []string{"Attic", "Lobby"}, all(store.Operator))

	inv, err := w.Invitation(t.Context(), private)
	require.NoError(t, err)
	for _, by := range []string{cem.ID, mo.ID, olga.ID, "nobody"} {
		assert.ErrorIs(t, w.RevokeInvitation(t.Context(), by, inv.ID), store.ErrNotFound)
	}
	require.NoError(t, w.RevokeInvitation(t.Context(), ben.ID, inv.ID))
	assert.ErrorIs(t, w.RevokeInvitation(t.Context(), ben.ID, inv.ID), store.ErrNotFound)
	_, err = w.Invitation(t.Context(), private)
	assert.ErrorIs(t, err, store.ErrNotFound)
	inv, err = w.Invitation(t.Context(), lobby)
	require.NoError(t, err)
	require.NoError(t, w.RevokeInvitation(t.Context(), mo.ID, inv.ID))
	assert.Empty(t, all(store.Operator))

	acts, err := w.Acts(t.Context(), olga.ID, "", 0)
	require.NoError(t, err)
	var done []string
	for _, a := range acts {
		if a.Act == store.ActInvite || a.Act == store.ActRevoke {
			done = append(done, a.Actor.Name+" "+a.Act+" "+a.Note)
		}
	}
	assert.ElementsMatch(t, []string{"Ben invite member", "Ben invite reader", "Ben revoke reader", "Mo revoke member"}, done)
}
