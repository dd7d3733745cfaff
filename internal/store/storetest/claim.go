package storetest

import (
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gochatting/internal/message"
	"gochatting/internal/store"
)

// enter opens the store again, where people come in by other rules.
func (w *world) enter(t *testing.T, e store.Entry) {
	w.options.Entry = e
	w.reopen(t)
}

// mailed is a claim with the code that was mailed to a browser which asked for it.
func (w *world) mailed(t *testing.T, email, browser string) store.Claim {
	c := claimOf(email, browser, browser)
	c.Asker = token("asks: " + browser)
	code, _, _, err := w.NewProof(t.Context(), email, c.Asker)
	require.NoError(t, err)
	c.Code = code
	return c
}

func (w *world) came(t *testing.T, c store.Claim) store.Claimed {
	came, err := w.Claim(t.Context(), c)
	require.NoError(t, err)
	return came
}

// proven lets a browser in that proves the address.
func (w *world) proven(t *testing.T, email, browser string) store.Session {
	return w.came(t, w.mailed(t, email, browser)).Session
}

// device lets another browser in as a user.
func (w *world) device(t *testing.T, of store.User, browser string) store.Session {
	devices, err := w.Devices(t.Context(), of.ID)
	require.NoError(t, err)
	require.NotEmpty(t, devices)
	code, _, _, err := w.NewCode(t.Context(), devices[0].ID)
	require.NoError(t, err)
	c := claimOf(of.Email, "ignored", browser)
	c.Code = code
	return w.came(t, c).Session
}

func proofOfNobodys(t *testing.T, w *world) {
	came := w.came(t, w.mailed(t, "ann@example.org", "laptop"))
	assert.True(t, came.New)
	assert.True(t, came.Risen)
	assert.Empty(t, came.Lost)
	assert.True(t, came.Session.User.Verified)
	assert.Equal(t, []string{"laptop"}, w.live(t, "laptop"))

	guest := w.guest(t, "ben")
	came = w.came(t, w.mailed(t, "ben@example.org", "desktop"))
	assert.Equal(t, guest.ID, came.Lost, "what a guest said may have been said by anybody")
	assert.NotEqual(t, guest.ID, came.Session.User.ID)
}

func proofInPlace(t *testing.T, w *world) {
	laptop := w.claim(t, "ann@example.org", "Ann", "laptop")
	phone := w.device(t, laptop.User, "phone")
	_, link, _, err := w.NewCode(t.Context(), laptop.ID)
	require.NoError(t, err)
	c := w.mailed(t, "ann@example.org", "laptop, again")
	c.Present, c.Fresh = []string{laptop.ID}, true // it was not somebody else, whatever they say
	came := w.came(t, c)
	assert.False(t, came.New)
	assert.True(t, came.Risen)
	assert.Empty(t, came.Ended)
	assert.Equal(t, laptop.ID, came.Session.ID)
	assert.Equal(t, laptop.User.ID, came.Session.User.ID)
	assert.True(t, came.Session.User.Verified)
	assert.Empty(t, w.live(t, "laptop, again"))
	assert.Len(t, w.live(t, "laptop", "phone"), 2, "they came from the one that typed it")
	_, _, err = w.LinkedTo(t.Context(), token(link))
	assert.NoError(t, err)
	u, err := w.User(t.Context(), phone.User.ID)
	require.NoError(t, err)
	assert.True(t, u.Verified)

	c = w.mailed(t, "ann@example.org", "laptop, again")
	c.Present = []string{laptop.ID}
	came = w.came(t, c)
	assert.Equal(t, laptop.ID, came.Session.ID)
	assert.False(t, came.Risen, "before")
}

// Somebody types Ann's address and sends her the link of a device: what she proves is hers alone.
func proofByADevice(t *testing.T, w *world) {
	stranger := w.claim(t, "ann@example.org", "ann", "stranger")
	ann := w.device(t, stranger.User, "laptop")
	other := w.device(t, stranger.User, "stranger's other")
	inv, secret, err := w.Invite(t.Context(), stranger.User.ID, message.Lobby, message.RoleMember, time.Hour, 0)
	require.NoError(t, err)
	_, link, _, err := w.NewCode(t.Context(), stranger.ID)
	require.NoError(t, err)
	c := w.mailed(t, "ann@example.org", "laptop, again")
	c.Present = []string{ann.ID}
	came := w.came(t, c)
	assert.Equal(t, ann.ID, came.Session.ID)
	assert.ElementsMatch(t, []string{stranger.ID, other.ID}, came.Ended)
	assert.Equal(t, []string{"laptop"}, w.live(t, "stranger", "stranger's other", "laptop"))
	_, _, err = w.LinkedTo(t.Context(), token(link))
	assert.ErrorIs(t, err, store.ErrNotFound)
	_, err = w.Invitation(t.Context(), token(secret))
	assert.ErrorIs(t, err, store.ErrNotFound, inv.ID)
}

func proofFromOutside(t *testing.T, w *world) {
	stranger := w.claim(t, "ann@example.org", "ann", "stranger")
	other := w.device(t, stranger.User, "stranger's other")
	code, link, _, err := w.NewCode(t.Context(), stranger.ID)
	require.NoError(t, err)
	_, secret, err := w.Invite(t.Context(), stranger.User.ID, message.Lobby, message.RoleMember, time.Hour, 0)
	require.NoError(t, err)
	came := w.came(t, w.mailed(t, "ann@example.org", "laptop"))
	assert.True(t, came.New)
	assert.True(t, came.Risen)
	assert.Empty(t, came.Lost)
	assert.Equal(t, stranger.User.ID, came.Session.User.ID)
	assert.ElementsMatch(t, []string{stranger.ID, other.ID}, came.Ended)
	assert.Equal(t, []string{"laptop"}, w.live(t, "stranger", "stranger's other", "laptop"))

	_, err = w.claimWith(t, code, "stranger")
	assert.ErrorIs(t, err, store.ErrWrongCode, "no code that they made lets them in again")
	_, err = w.Claim(t.Context(), store.Claim{Link: token(link), TokenHash: token("stranger")})
	assert.ErrorIs(t, err, store.ErrWrongCode)
	_, err = w.Invitation(t.Context(), token(secret))
	assert.ErrorIs(t, err, store.ErrNotFound)
	c := claimOf("ann@example.org", "ann", "stranger")
	c.Present = []string{stranger.ID}
	_, err = w.Claim(t.Context(), c)
	assert.ErrorIs(t, err, store.ErrHeld, "a session that has ended is none")
	c = w.mailed(t, "ann@example.org", "stranger's other")
	c.Present = []string{other.ID}
	assert.True(t, w.came(t, c).New, "but everybody can prove themselves")
}

func proofAfresh(t *testing.T, w *world) {
	stranger := w.claim(t, "ann@example.org", "not ann", "stranger")
	said := w.say(t, stranger.User.Public(), "", "not ann's")
	c := w.mailed(t, "ann@example.org", "laptop")
	c.Fresh = true
	came := w.came(t, c)
	ann := came.Session.User
	assert.Equal(t, stranger.User.ID, came.Lost)
	assert.Equal(t, []string{stranger.ID}, came.Ended)
	assert.NotEqual(t, stranger.User.ID, ann.ID)
	assert.True(t, ann.Verified)
	assert.Equal(t, message.RoleOwner, ann.Role, "the first who is here")
	old, err := w.User(t.Context(), stranger.User.ID)
	require.NoError(t, err)
	assert.Empty(t, old.Email)
	assert.Equal(t, message.RoleMember, old.Role)
	m, err := w.Message(t.Context(), ann.ID, message.Lobby, said.TextMessage.ID)
	require.NoError(t, err)
	assert.Equal(t, stranger.User.ID, m.TextMessage.UserInfo.ID)

	c = w.mailed(t, "ann@example.org", "phone")
	c.Fresh = true
	came = w.came(t, c)
	assert.Equal(t, ann.ID, came.Session.User.ID, "what was proven was not somebody else")
	assert.Empty(t, came.Lost)
}

func verifiedHolds(t *testing.T, w *world) {
	laptop := w.proven(t, "ann@example.org", "laptop")
	_, err := w.Claim(t.Context(), claimOf("ann@example.org", "ann", "stranger"))
	require.ErrorIs(t, err, store.ErrHeld)
	c := claimOf("ann@example.org", "ann", "stranger")
	c.Present = []string{w.claim(t, "ben@example.org", "Ben", "desktop").ID}
	_, err = w.Claim(t.Context(), c)
	require.ErrorIs(t, err, store.ErrHeld, "a browser that is somebody else")
	came := w.came(t, w.mailed(t, "ann@example.org", "phone"))
	assert.Empty(t, came.Ended)
	assert.False(t, came.Risen)
	phone := came.Session
	assert.Equal(t, laptop.User.ID, phone.User.ID)
	tablet := w.device(t, laptop.User, "tablet")
	assert.Equal(t, laptop.User, tablet.User)

	for _, s := range []store.Session{laptop, phone, tablet} {
		require.NoError(t, w.EndSession(t.Context(), s.ID))
	}
	_, err = w.Claim(t.Context(), claimOf("ann@example.org", "ann", "stranger"))
	require.ErrorIs(t, err, store.ErrHeld, "with no session at all")
	_, err = w.Guest(t.Context(), "ann@example.org", "ann", "")
	require.ErrorIs(t, err, store.ErrHeld)
	w.pass(2 * store.Hold)
	assert.Equal(t, laptop.User.ID, w.proven(t, "ann@example.org", "laptop").User.ID)
}

// Nobody is let in twice by what is good for once, nor two by what only one can have.
func claimsSideBySide(t *testing.T, w *world) {
	const n = 20
	var in, held atomic.Int32
	count := func(err error, refused error) {
		switch {
		case err == nil:
			in.Add(1)
		case errors.Is(err, refused):
			held.Add(1)
		default:
			t.Error(err)
		}
	}
	browser := func(i int) string { return string(rune('a' + i)) }
	sideBySide(n, func(i int) {
		_, err := w.Claim(t.Context(), claimOf("ann@example.org", "ann", browser(i)))
		count(err, store.ErrHeld)
	})
	assert.EqualValues(t, 1, in.Swap(0))
	assert.EqualValues(t, n-1, held.Swap(0))

	_, link, _, err := w.NewProof(t.Context(), "ann@example.org", token("asker"))
	require.NoError(t, err)
	sideBySide(n, func(i int) {
		_, err := w.Claim(t.Context(), store.Claim{Link: token(link), TokenHash: token("linked " + browser(i))})
		count(err, store.ErrWrongCode)
	})
	assert.EqualValues(t, 1, in.Load())
	assert.EqualValues(t, n-1, held.Load())
}
