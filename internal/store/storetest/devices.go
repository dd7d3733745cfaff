package storetest

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gochatting/internal/message"
	"gochatting/internal/store"
)

func deviceLink(t *testing.T, w *world) {
	ann := w.claim(t, "ann@example.org", "Ann", "laptop")
	_, old, _, err := w.NewCode(t.Context(), ann.ID)
	require.NoError(t, err)
	code, link, expires, err := w.NewCode(t.Context(), ann.ID)
	require.NoError(t, err)
	_, _, err = w.LinkedTo(t.Context(), token(old))
	assert.ErrorIs(t, err, store.ErrNotFound, "replaced")
	for range 6 {
		_, err = w.claimWith(t, wrong(code), "stranger")
		require.ErrorIs(t, err, store.ErrWrongCode)
	}
	email, of, err := w.LinkedTo(t.Context(), token(link))
	require.NoError(t, err, "guessing the code does not use up the link")
	assert.Equal(t, "ann@example.org", email)
	assert.Equal(t, ann.User.ID, of.ID)
	byLink := store.Claim{Link: token(link), TokenHash: token("phone"), Browser: "phone"}
	came := w.came(t, byLink)
	assert.Equal(t, ann.User, came.Session.User)
	assert.False(t, came.Risen)
	_, err = w.Claim(t.Context(), byLink)
	assert.ErrorIs(t, err, store.ErrWrongCode, "once")

	_, link, _, err = w.NewCode(t.Context(), ann.ID)
	require.NoError(t, err)
	w.pass(time.Second)
	w.live(t, "laptop", "phone")
	w.pass(expires.Sub(w.now()) + time.Second)
	byLink.Link = token(link)
	_, err = w.Claim(t.Context(), byLink)
	assert.ErrorIs(t, err, store.ErrWrongCode, "ten minutes")
}

// Who signs a stolen laptop out has signed out whomever that would still let in.
func codesEndWithSessions(t *testing.T, w *world) {
	ann := w.proven(t, "ann@example.org", "laptop")
	stolen := w.device(t, ann.User, "stolen")
	for _, end := range []func() error{
		func() error { return w.EndSession(t.Context(), stolen.ID) },
		func() error { _, err := w.EndSessions(t.Context(), ann.User.ID, ann.ID); return err },
	} {
		code, link, _, err := w.NewCode(t.Context(), ann.ID)
		require.NoError(t, err)
		require.NoError(t, end())
		_, err = w.claimWith(t, code, "thief")
		assert.ErrorIs(t, err, store.ErrWrongCode)
		_, err = w.Claim(t.Context(), store.Claim{Link: token(link), TokenHash: token("thief")})
		assert.ErrorIs(t, err, store.ErrWrongCode)
	}
}

func devices(t *testing.T, w *world) {
	w.guestAs(t, message.RoleOwner, "olga")
	laptop := w.claim(t, "ann@example.org", "Ann", "laptop")
	phone := w.device(t, laptop.User, "phone")
	w.device(t, laptop.User, "drawer")
	ben := w.claim(t, "ben@example.org", "Ben", "desktop")
	w.pass(time.Second)
	w.live(t, "laptop", "phone", "desktop")
	w.pass(time.Hour)
	w.live(t, "phone", "desktop")
	list := func() (browsers []string) {
		all, err := w.Devices(t.Context(), laptop.User.ID)
		require.NoError(t, err)
		for _, s := range all {
			assert.Equal(t, laptop.User.ID, s.User.ID)
			browsers = append(browsers, s.Browser)
		}
		return browsers
	}
	assert.Equal(t, []string{"phone", "laptop"}, list(), "the latest used first; one was never used")
	ended, err := w.EndSessions(t.Context(), laptop.User.ID, phone.ID)
	require.NoError(t, err)
	assert.Equal(t, []string{laptop.ID}, ended)
	assert.Equal(t, []string{"phone"}, list())
	_, err = w.Claim(t.Context(), claimOf("ann@example.org", "ann", "stranger"))
	require.ErrorIs(t, err, store.ErrHeld)
	ended, err = w.EndSessions(t.Context(), laptop.User.ID, "")
	require.NoError(t, err)
	assert.Equal(t, []string{phone.ID}, ended)
	_, err = w.UserByEmail(t.Context(), "ann@example.org")
	assert.ErrorIs(t, err, store.ErrNotFound)
	assert.NotEqual(t, laptop.User.ID, w.claim(t, "ann@example.org", "ann", "stranger").User.ID, "which has let the address go")
	assert.Equal(t, []string{"desktop"}, w.live(t, "desktop"))
	assert.NotEmpty(t, ben.ID)
}

// An open socket keeps its session alive, though its browser asks for nothing.
func touching(t *testing.T, w *world) {
	ann, ben := w.claim(t, "ann@example.org", "Ann", "laptop"), w.claim(t, "ben@example.org", "Ben", "desktop")
	w.pass(time.Second)
	w.live(t, "laptop", "desktop")
	w.pass(store.Hold - time.Hour)
	require.NoError(t, w.Touch(t.Context(), []string{ann.ID, "none"}))
	w.pass(time.Hour)
	require.NoError(t, w.Touch(t.Context(), []string{ben.ID}))
	assert.Equal(t, []string{"laptop"}, w.live(t, "laptop", "desktop"), "the dead do not come back")
	require.NoError(t, w.Touch(t.Context(), nil))
}

func peersOfSessions(t *testing.T, w *world) {
	c := claimOf("ann@example.org", "Ann", "laptop")
	c.Peer = "192.0.2.1/32"
	ann := w.came(t, c).Session
	use := func(peer string) string {
		_, err := w.Sessions(t.Context(), [][]byte{token("laptop")}, peer)
		require.NoError(t, err)
		peers, err := w.PeersOf(t.Context(), ann.User.ID)
		require.NoError(t, err)
		require.Len(t, peers, 1)
		return peers[0].String()
	}
	assert.Equal(t, "192.0.2.1/32", use("192.0.2.1/32"))
	w.pass(time.Second)
	assert.Equal(t, "192.0.2.1/32", use("192.0.2.1/32"))
	w.pass(time.Minute - time.Second)
	assert.Equal(t, "192.0.2.1/32", use("198.51.100.2/32"), "not more than once a minute")
	w.pass(time.Second)
	assert.Equal(t, "198.51.100.2/32", use("198.51.100.2/32"))
	w.pass(2 * time.Hour)
	assert.Equal(t, "198.51.100.2/32", use(""), "not known")
}
