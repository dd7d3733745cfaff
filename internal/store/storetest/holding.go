package storetest

import (
	"net/netip"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gochatting/internal/message"
	"gochatting/internal/store"
)

// A server does not lose its owner by a browser's cookies.
func ownersHold(t *testing.T, w *world) {
	olga := w.claim(t, "olga@example.org", "Olga", "laptop")
	require.Equal(t, message.RoleOwner, olga.User.Role)
	w.guest(t, "ann")
	require.NoError(t, w.EndSession(t.Context(), olga.ID))
	w.pass(2 * store.Hold)
	_, err := w.Claim(t.Context(), claimOf("olga@example.org", "eve", "stranger"))
	require.ErrorIs(t, err, store.ErrHeld)
	_, err = w.Guest(t.Context(), "olga@example.org", "eve", "")
	require.ErrorIs(t, err, store.ErrHeld)
	again := w.proven(t, "olga@example.org", "phone")
	assert.Equal(t, olga.User.ID, again.User.ID)
	assert.Equal(t, message.RoleOwner, again.User.Role)
}

// Signing out and coming again is no way around it, nor is the mailbox, nor the first version.
func mutedHold(t *testing.T, w *world) {
	w.guestAs(t, message.RoleOwner, "olga")
	eve, guest := w.claim(t, "eve@example.org", "Eve", "laptop"), w.guest(t, "guest")
	until := w.now().Add(time.Hour).Truncate(time.Microsecond)
	for _, id := range []string{eve.User.ID, guest.ID} {
		_, err := w.Mute(t.Context(), store.Operator, id, until)
		require.NoError(t, err)
	}
	require.NoError(t, w.EndSession(t.Context(), eve.ID))
	_, err := w.Claim(t.Context(), claimOf("eve@example.org", "Eve", "laptop, again"))
	require.ErrorIs(t, err, store.ErrHeld)
	_, err = w.Guest(t.Context(), "eve@example.org", "eve", "")
	require.ErrorIs(t, err, store.ErrHeld)
	c := w.mailed(t, "eve@example.org", "phone")
	c.Fresh = true
	fresh := w.came(t, c).Session.User
	assert.NotEqual(t, eve.User.ID, fresh.ID)
	assert.Equal(t, until, fresh.Muted)
	kept, err := w.User(t.Context(), fresh.ID)
	require.NoError(t, err)
	assert.Equal(t, fresh, kept)

	_, err = w.Claim(t.Context(), claimOf("guest@example.org", "guest", "laptop"))
	require.ErrorIs(t, err, store.ErrHeld)
	assert.Equal(t, guest.ID, w.guest(t, "guest").ID, "who may still listen")
	proven := w.proven(t, "guest@example.org", "desktop").User
	assert.NotEqual(t, guest.ID, proven.ID, "what a guest said may have been said by anybody")
	assert.Equal(t, until, proven.Muted)

	dan := w.claim(t, "dan@example.org", "Dan", "tablet")
	_, err = w.Mute(t.Context(), store.Operator, dan.User.ID, until)
	require.NoError(t, err)
	require.NoError(t, w.EndSession(t.Context(), dan.ID))
	w.pass(time.Hour)
	assert.NotEqual(t, dan.User.ID, w.claim(t, "dan@example.org", "Dan", "tablet, again").User.ID, "it is over")
}

func guestsKeepNoOrder(t *testing.T, w *world) {
	guest := w.guest(t, "guest")
	_, err := w.Mute(t.Context(), store.Operator, guest.ID, w.now().Add(time.Hour)) // so that the address is held
	require.NoError(t, err)
	w.enter(t, store.Entry{Owner: "guest@example.org"})
	assert.Equal(t, message.RoleMember, w.roleOf(t, guest))
	olga := w.guestAs(t, message.RoleOwner, "olga")
	for _, role := range []string{message.RoleOwner, message.RoleModerator} {
		for _, by := range []string{olga.ID, store.Operator} {
			_, err := w.SetRole(t.Context(), by, guest.ID, role)
			refused(t, err, store.ErrForbidden, message.CodeForbidden)
		}
	}
	for _, role := range []string{message.RoleReader, message.RoleMember} {
		_, err := w.SetRole(t.Context(), olga.ID, guest.ID, role)
		require.NoError(t, err)
	}
}

// What was on its way when somebody was shut out is not done any more.
func bannedActors(t *testing.T, w *world) {
	olga, max := w.guestAs(t, message.RoleOwner, "olga"), w.guestAs(t, message.RoleModerator, "max")
	ann := w.guest(t, "ann")
	inv, _, err := w.Invite(t.Context(), store.Operator, message.Lobby, message.RoleMember, time.Hour, 0)
	require.NoError(t, err)
	w.say(t, ann, "", "hello")
	act, _, err := w.Purge(t.Context(), max.ID, ann.ID)
	require.NoError(t, err)
	for _, who := range []message.User{olga, max} {
		_, err := w.Ban(t.Context(), store.Operator, who.ID, w.now().Add(time.Hour), nil)
		require.NoError(t, err)
	}
	tomorrow := w.now().AddDate(0, 0, 1)
	for what, do := range map[string]func() error{
		"Ban":     func() error { _, err := w.Ban(t.Context(), max.ID, ann.ID, tomorrow, nil); return err },
		"Unban":   func() error { return w.Unban(t.Context(), olga.ID, max.ID) },
		"Bans":    func() error { _, err := w.Bans(t.Context(), max.ID); return err },
		"Mute":    func() error { _, err := w.Mute(t.Context(), max.ID, ann.ID, tomorrow); return err },
		"Purge":   func() error { _, _, err := w.Purge(t.Context(), max.ID, ann.ID); return err },
		"Restore": func() error { _, err := w.Restore(t.Context(), max.ID, act); return err },
		"SetRole": func() error { _, err := w.SetRole(t.Context(), olga.ID, ann.ID, message.RoleReader); return err },
		"Release": func() error { _, err := w.Release(t.Context(), olga.ID, ann.ID); return err },
		"Acts":    func() error { _, err := w.Acts(t.Context(), olga.ID, "", 0); return err },
		"Invite": func() error {
			_, _, err := w.Invite(t.Context(), max.ID, message.Lobby, message.RoleMember, time.Hour, 0)
			return err
		},
	} {
		t.Run(what, func(t *testing.T) { refused(t, do(), store.ErrBanned, message.CodeBanned) })
	}
	assert.ErrorIs(t, w.RevokeInvitation(t.Context(), max.ID, inv.ID), store.ErrNotFound)
	_, _, err = w.Leave(t.Context(), ann.ID, false)
	require.NoError(t, err)
	_, _, err = w.Invite(t.Context(), ann.ID, message.Lobby, message.RoleMember, time.Hour, 0)
	assert.ErrorIs(t, err, store.ErrNotFound, "nor who has gone")
}

func mutedInviters(t *testing.T, w *world) {
	max, ann := w.guestAs(t, message.RoleModerator, "max"), w.guest(t, "ann")
	before := w.invite(t, ann.ID, message.Lobby, message.RoleMember, 0)
	_, err := w.Mute(t.Context(), max.ID, ann.ID, w.now().Add(10*time.Minute))
	require.NoError(t, err)
	_, _, err = w.Invite(t.Context(), ann.ID, message.Lobby, message.RoleMember, time.Hour, 0)
	refused(t, err, store.ErrMuted, message.CodeMuted)
	_, err = w.Invitation(t.Context(), before)
	require.ErrorIs(t, err, store.ErrNotFound)
	_, _, err = w.Accept(t.Context(), max.ID, before)
	require.ErrorIs(t, err, store.ErrNotFound)
	c := claimOf("dan@example.org", "Dan", "laptop")
	c.Invite = before
	_, err = w.Claim(t.Context(), c)
	require.ErrorIs(t, err, store.ErrUninvited)
	all, err := w.Invitations(t.Context(), max.ID)
	require.NoError(t, err)
	assert.NotEmpty(t, all, "for whom it is to revoke")
	w.pass(10 * time.Minute)
	assert.Equal(t, message.Lobby, w.came(t, c).Joined)
}

// Who spams and signs out, or speaks as a guest, was seen somewhere: for a day.
func peersOfPeople(t *testing.T, w *world) {
	const here, there = "203.0.113.7/32", "198.51.100.9/32"
	w.guestAs(t, message.RoleOwner, "olga")
	eve, err := w.come(t, "eve", there)
	require.NoError(t, err)
	w.pass(2 * time.Minute)
	_, err = w.Sessions(t.Context(), [][]byte{token("eve's browser")}, here)
	require.NoError(t, err)
	dan, err := w.come(t, "dan", here)
	require.NoError(t, err)
	w.pass(time.Second)
	w.live(t, "dan's browser") // from nobody knows where
	for _, s := range []store.Session{eve, dan} {
		require.NoError(t, w.EndSession(t.Context(), s.ID))
	}
	ida, err := w.Guest(t.Context(), "ida@example.org", "ida", here)
	require.NoError(t, err)
	gus, err := w.Guest(t.Context(), "gus@example.org", "gus", there)
	require.NoError(t, err)
	w.pass(2 * time.Minute)
	for _, peer := range []string{here, ""} {
		_, err = w.Guest(t.Context(), "gus@example.org", "gus", peer)
		require.NoError(t, err)
	}
	users := []string{eve.User.ID, dan.User.ID, ida.ID, gus.ID}
	for _, id := range users {
		peers, err := w.PeersOf(t.Context(), id)
		require.NoError(t, err)
		assert.Equal(t, []netip.Prefix{netip.MustParsePrefix(here)}, peers)
	}
	w.pass(23 * time.Hour)
	require.NoError(t, w.ForgetPeers(t.Context()))
	w.pass(-time.Minute)
	peers, err := w.PeersOf(t.Context(), gus.ID)
	require.NoError(t, err)
	assert.Len(t, peers, 1)
	w.pass(time.Hour + time.Minute)
	for _, id := range users {
		peers, err := w.PeersOf(t.Context(), id)
		require.NoError(t, err)
		assert.Empty(t, peers, "somebody else may be there by now")
	}
	require.NoError(t, w.ForgetPeers(t.Context()))
	w.pass(-2 * time.Hour) // to look for what is not forgotten
	for _, id := range users {
		peers, err := w.PeersOf(t.Context(), id)
		require.NoError(t, err)
		assert.Empty(t, peers)
	}
}

func banningTheLost(t *testing.T, w *world) {
	const here = "203.0.113.7/32"
	max := w.guestAs(t, message.RoleModerator, "max")
	eve, err := w.come(t, "eve", here)
	require.NoError(t, err)
	require.NoError(t, w.EndSession(t.Context(), eve.ID))
	peers, err := w.PeersOf(t.Context(), eve.User.ID)
	require.NoError(t, err)
	_, err = w.Ban(t.Context(), max.ID, eve.User.ID, w.now().Add(time.Hour), peers)
	require.NoError(t, err)
	assert.Equal(t, "max ban eve", w.acts(t)[0])
	_, err = w.come(t, "eve2", here)
	refused(t, err, store.ErrBanned, message.CodeBanned)
	_, err = w.come(t, "eve", "")
	require.NoError(t, err, "the address is not theirs any more")
	require.NoError(t, w.Unban(t.Context(), max.ID, eve.User.ID))
	_, err = w.come(t, "eve2", here)
	require.NoError(t, err)
}
