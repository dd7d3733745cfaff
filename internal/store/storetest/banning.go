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

func (w *world) come(t *testing.T, name, peer string) (store.Session, error) {
	claim := claimOf(name+"@example.org", name, name+"'s browser")
	claim.Peer = peer
	came, err := w.Claim(t.Context(), claim)
	return came.Session, err
}

func banning(t *testing.T, w *world) {
	olga, max := w.guestAs(t, message.RoleOwner, "olga"), w.guestAs(t, message.RoleModerator, "max")
	eve, err := w.come(t, "eve", "203.0.113.7/32")
	require.NoError(t, err)
	attic := w.makeRoom(t, eve.User.Public(), message.PrivateRoom, "Attic").ID
	_, secret, err := w.Invite(t.Context(), eve.User.ID, attic, message.RoleMember, time.Hour, 0)
	require.NoError(t, err)
	day := func() time.Time { return w.now().Add(24 * time.Hour) }

	for _, by := range []string{eve.User.ID, w.guest(t, "ann").ID} {
		_, err = w.Ban(t.Context(), by, eve.User.ID, day(), nil)
		refused(t, err, store.ErrForbidden, message.CodeForbidden)
	}
	_, err = w.Ban(t.Context(), max.ID, olga.ID, day(), nil)
	refused(t, err, store.ErrForbidden, message.CodeForbidden)
	_, err = w.Ban(t.Context(), max.ID, eve.User.ID, w.now(), nil)
	refused(t, err, store.ErrInvalid, message.CodeInvalid)

	ended, err := w.Ban(t.Context(), max.ID, eve.User.ID, day(), nil)
	require.NoError(t, err)
	assert.Equal(t, []string{eve.ID}, ended)
	assert.Empty(t, w.live(t, "eve's browser"))
	_, err = w.Invitation(t.Context(), token(secret))
	assert.ErrorIs(t, err, store.ErrNotFound)
	_, err = w.come(t, "eve", "198.51.100.1/32")
	refusedFor(t, err, store.ErrBanned, message.CodeBanned, 24*time.Hour)
	_, err = w.Guest(t.Context(), "eve@example.org", "eve", "")
	refused(t, err, store.ErrBanned, message.CodeBanned)
	_, _, err = w.Post(t.Context(), store.Draft{Room: message.Lobby, Author: eve.User.Public(), Content: "still here"})
	refused(t, err, store.ErrBanned, message.CodeBanned)
	_, err = w.come(t, "mallory", "203.0.113.7/32")
	require.NoError(t, err, "the network was not banned")

	bans, err := w.Bans(t.Context(), max.ID)
	require.NoError(t, err)
	until := day().Truncate(time.Microsecond)
	assert.Equal(t, []store.Ban{{User: eve.User.Public(), Until: until}}, bans)
	_, err = w.Bans(t.Context(), w.guest(t, "ann").ID)
	refused(t, err, store.ErrForbidden, message.CodeForbidden)

	require.NoError(t, w.Unban(t.Context(), max.ID, eve.User.ID))
	assert.ErrorIs(t, w.Unban(t.Context(), max.ID, eve.User.ID), store.ErrNotFound)
	_, err = w.come(t, "eve", "")
	require.NoError(t, err)
	assert.Equal(t, []string{"max unban eve", "max ban eve"}, w.acts(t)[:2])

	// A ban ends by itself, but for one without end.
	u, err := w.UserByEmail(t.Context(), "eve@example.org")
	require.NoError(t, err)
	_, err = w.Ban(t.Context(), store.Operator, u.ID, day(), nil)
	require.NoError(t, err)
	w.pass(24 * time.Hour)
	_, err = w.come(t, "eve", "")
	require.NoError(t, err)
	u, err = w.UserByEmail(t.Context(), "eve@example.org")
	require.NoError(t, err)
	_, err = w.Ban(t.Context(), store.Operator, u.ID, time.Time{}, nil)
	require.NoError(t, err)
	w.pass(100 * 365 * 24 * time.Hour)
	_, err = w.come(t, "eve", "")
	refusedFor(t, err, store.ErrBanned, message.CodeBanned, 0)
	bans, err = w.Bans(t.Context(), store.Operator)
	require.NoError(t, err)
	require.Len(t, bans, 1)
	assert.Zero(t, bans[0].Until)
	u, err = w.User(t.Context(), u.ID)
	require.NoError(t, err)
	assert.Equal(t, 9999, u.Banned.Year())
	acts, err := w.Acts(t.Context(), store.Operator, "", 1)
	require.NoError(t, err)
	assert.Nil(t, acts[0].Until)
}

// From a banned network nobody new comes, for a day at most; who is known does.
func banningPeers(t *testing.T, w *world) {
	max := w.guestAs(t, message.RoleModerator, "max")
	const here, six = "203.0.113.7/32", "2001:db8:1:2::/64"
	ann, err := w.come(t, "ann", here)
	require.NoError(t, err)
	eve, err := w.come(t, "eve", here)
	require.NoError(t, err)
	dan, err := w.come(t, "dan", six)
	require.NoError(t, err)
	peers, err := w.PeersOf(t.Context(), eve.User.ID)
	require.NoError(t, err)
	assert.Equal(t, []netip.Prefix{netip.MustParsePrefix(here)}, peers)
	w.pass(time.Second)
	w.live(t, "ann's browser") // is used, and so lives on
	w.pass(25 * time.Hour)
	old, err := w.PeersOf(t.Context(), eve.User.ID)
	require.NoError(t, err)
	assert.Empty(t, old, "somebody else may be there by now")

	for _, bad := range []string{"10.1.2.3/32", "192.168.0.0/16", "127.0.0.1/32", "100.64.1.1/32", "169.254.1.1/32", "203.0.113.0/24", "0.0.0.0/32", "224.0.0.1/32",
		"::1/128", "fc00::/64", "fe80::/64", "2001:db8::/48", "::ffff:203.0.113.7/128"} {
		_, err := w.Ban(t.Context(), max.ID, eve.User.ID, time.Time{}, []netip.Prefix{netip.MustParsePrefix(bad)})
		refused(t, err, store.ErrInvalid, message.CodeInvalid)
	}
	u, err := w.User(t.Context(), eve.User.ID)
	require.NoError(t, err)
	assert.Zero(t, u.Banned, "not even half of it")
	for _, who := range []store.Session{eve, dan} {
		_, err = w.Ban(t.Context(), max.ID, who.User.ID, time.Time{}, append(peers, netip.MustParsePrefix(six)))
		require.NoError(t, err)
	}
	for _, peer := range []string{here, six} {
		_, err = w.come(t, "mallory", peer)
		refusedFor(t, err, store.ErrBanned, message.CodeBanned, 24*time.Hour)
		_, err = w.Guest(t.Context(), "guest@example.org", "guest", peer)
		refusedFor(t, err, store.ErrBanned, message.CodeBanned, 24*time.Hour)
	}
	code, _, _, err := w.NewCode(t.Context(), ann.ID)
	require.NoError(t, err)
	claim := claimOf("ann@example.org", "ann", "phone")
	claim.Code, claim.Peer = code, here
	_, err = w.Claim(t.Context(), claim)
	require.NoError(t, err, "who is known comes in")
	_, err = w.come(t, "carl", "198.51.100.1/32")
	require.NoError(t, err)

	bans, err := w.Bans(t.Context(), max.ID)
	require.NoError(t, err)
	require.Len(t, bans, 2)
	assert.Equal(t, 2, bans[0].Peers)
	require.NoError(t, w.Unban(t.Context(), max.ID, eve.User.ID))
	_, err = w.come(t, "mallory", here)
	refused(t, err, store.ErrBanned, message.CodeBanned)
	require.NoError(t, w.Unban(t.Context(), max.ID, dan.User.ID))
	_, err = w.come(t, "mallory", here)
	require.NoError(t, err, "the last of both")

	_, err = w.Ban(t.Context(), max.ID, eve.User.ID, time.Time{}, []netip.Prefix{netip.MustParsePrefix(here)})
	require.NoError(t, err)
	w.pass(24 * time.Hour)
	_, err = w.come(t, "walter", here)
	require.NoError(t, err, "a day later somebody else is there")
}
