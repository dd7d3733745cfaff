package storetest

import (
	"crypto/sha256"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gochatting/internal/message"
	"gochatting/internal/store"
)

// token is what a browser of this name has in its cookie, hashed.
func token(browser string) []byte {
	sum := sha256.Sum256([]byte(browser))
	return sum[:]
}

func claimOf(email, name, browser string) store.Claim {
	return store.Claim{Email: email, Name: name, TokenHash: token(browser), Browser: browser}
}

func (w *world) claim(t *testing.T, email, name, browser string) store.Session {
	came, err := w.Claim(t.Context(), claimOf(email, name, browser))
	require.NoError(t, err)
	return came.Session
}

func (w *world) claimWith(t *testing.T, code, browser string) (store.Session, error) {
	c := claimOf("ann@example.org", "ignored", browser)
	c.Code = code
	came, err := w.Claim(t.Context(), c)
	return came.Session, err
}

func (w *world) live(t *testing.T, browsers ...string) []string {
	var tokens [][]byte
	for _, b := range browsers {
		tokens = append(tokens, token(b))
	}
	sessions, err := w.Sessions(t.Context(), tokens, "")
	require.NoError(t, err)
	names := []string{}
	for _, s := range sessions {
		names = append(names, s.Browser)
	}
	return names
}

func firstHolds(t *testing.T, w *world) {
	ann := w.claim(t, "ann@example.org", "Ann", "laptop")
	assert.Equal(t, "Ann", ann.User.Name)
	assert.Equal(t, "ann@example.org", ann.User.Email)
	assert.Equal(t, w.now().Truncate(time.Microsecond), ann.Created)
	_, err := w.Claim(t.Context(), claimOf("ann@example.org", "Not Ann", "stranger"))
	assert.ErrorIs(t, err, store.ErrHeld)
	_, err = w.claimWith(t, "123456", "stranger")
	assert.ErrorIs(t, err, store.ErrWrongCode, "there is no code at all")

	// Two people in one browser's windows.
	w.pass(time.Minute)
	ben := w.claim(t, "ben@example.org", "Ben", "laptop, window 2")
	sessions, err := w.Sessions(t.Context(), [][]byte{token("laptop, window 2"), token("stranger"), token("laptop")}, "")
	require.NoError(t, err)
	require.Len(t, sessions, 2)
	assert.Equal(t, []string{ann.ID, ben.ID}, []string{sessions[0].ID, sessions[1].ID}, "oldest first")
	assert.Equal(t, ann.User, sessions[0].User)
	assert.Empty(t, w.live(t))
}

func deviceCode(t *testing.T, w *world) {
	ann := w.claim(t, "ann@example.org", "Ann", "laptop")
	code, _, expires, err := w.NewCode(t.Context(), ann.ID)
	require.NoError(t, err)
	assert.Regexp(t, `^[0-9]{6}$`, code)
	assert.Equal(t, w.now().Add(10*time.Minute).Truncate(time.Microsecond), expires)
	phone, err := w.claimWith(t, code, "phone")
	require.NoError(t, err)
	assert.Equal(t, ann.User, phone.User)
	assert.NotEqual(t, ann.ID, phone.ID)
	w.pass(time.Second)
	assert.Equal(t, []string{"phone"}, w.live(t, "phone"))
	_, err = w.claimWith(t, code, "tablet")
	assert.ErrorIs(t, err, store.ErrWrongCode, "used up")

	require.NoError(t, w.EndSession(t.Context(), ann.ID))
	for _, ended := range []string{ann.ID, ann.User.ID, "nobody"} {
		_, _, _, err = w.NewCode(t.Context(), ended)
		assert.ErrorIs(t, err, store.ErrNotFound, "what was asked for while it ended lets nobody in")
	}
	w.pass(10 * time.Minute)
	_, _, _, err = w.NewCode(t.Context(), phone.ID)
	assert.NoError(t, err, "which was used")
	w.pass(store.Hold)
	_, _, _, err = w.NewCode(t.Context(), phone.ID)
	assert.ErrorIs(t, err, store.ErrNotFound, "over")
}

// wrong is a code that is not the right one.
func wrong(code string) string {
	if code == "000000" {
		return "000001"
	}
	return "000000"
}

func codeTries(t *testing.T, w *world) {
	ann := w.claim(t, "ann@example.org", "Ann", "laptop")
	code, _, _, err := w.NewCode(t.Context(), ann.ID)
	require.NoError(t, err)
	for range 4 {
		_, err = w.claimWith(t, wrong(code), "phone")
		require.ErrorIs(t, err, store.ErrWrongCode)
	}
	_, err = w.claimWith(t, code, "phone")
	require.NoError(t, err, "the fifth try is the last")

	code, _, _, err = w.NewCode(t.Context(), ann.ID)
	require.NoError(t, err)
	for range 5 {
		_, err = w.claimWith(t, wrong(code), "tablet")
		require.ErrorIs(t, err, store.ErrWrongCode)
	}
	_, err = w.claimWith(t, code, "tablet")
	assert.ErrorIs(t, err, store.ErrWrongCode, "dead")
	assert.Empty(t, w.live(t, "tablet"))
	code, _, _, err = w.NewCode(t.Context(), ann.ID)
	require.NoError(t, err)
	_, err = w.claimWith(t, code, "tablet")
	assert.NoError(t, err, "those were tries at the one before")
}

func codeAge(t *testing.T, w *world) {
	ann := w.claim(t, "ann@example.org", "Ann", "laptop")
	code, _, _, err := w.NewCode(t.Context(), ann.ID)
	require.NoError(t, err)
	w.pass(time.Second)
	w.live(t, "laptop")
	w.pass(10*time.Minute - time.Second)
	_, err = w.claimWith(t, code, "phone")
	assert.ErrorIs(t, err, store.ErrWrongCode)
}

func codeReplaced(t *testing.T, w *world) {
	ann := w.claim(t, "ann@example.org", "Ann", "laptop")
	old, _, _, err := w.NewCode(t.Context(), ann.ID)
	require.NoError(t, err)
	code := old
	for code == old { // one time in a million they are alike
		code, _, _, err = w.NewCode(t.Context(), ann.ID)
		require.NoError(t, err)
	}
	_, err = w.claimWith(t, old, "phone")
	require.ErrorIs(t, err, store.ErrWrongCode)
	_, err = w.claimWith(t, code, "phone")
	require.NoError(t, err)
}

func signOut(t *testing.T, w *world) {
	w.guestAs(t, message.RoleOwner, "olga")
	ann := w.claim(t, "ann@example.org", "Ann", "laptop")
	code, _, _, err := w.NewCode(t.Context(), ann.ID)
	require.NoError(t, err)
	phone, err := w.claimWith(t, code, "phone")
	require.NoError(t, err)

	require.NoError(t, w.EndSession(t.Context(), ann.ID))
	assert.Empty(t, w.live(t, "laptop"))
	_, err = w.Claim(t.Context(), claimOf("ann@example.org", "Not Ann", "stranger"))
	require.ErrorIs(t, err, store.ErrHeld, "the phone holds it")

	require.NoError(t, w.EndSession(t.Context(), phone.ID))
	assert.ErrorIs(t, w.EndSession(t.Context(), phone.ID), store.ErrNotFound)
	_, err = w.UserByEmail(t.Context(), "ann@example.org")
	assert.ErrorIs(t, err, store.ErrNotFound)

	other := w.claim(t, "ann@example.org", "Not Ann", "stranger")
	assert.NotEqual(t, ann.User.ID, other.User.ID)
}

// A browser that never got the answer to its claim is not locked out of its own address for long.
func unused(t *testing.T, w *world) {
	w.guestAs(t, message.RoleOwner, "olga")
	lost := w.claim(t, "ann@example.org", "Ann", "never got the cookie")
	ben := w.claim(t, "ben@example.org", "Ben", "desktop")
	w.pass(time.Second)
	assert.Equal(t, []string{"desktop"}, w.live(t, "desktop"))

	w.pass(10*time.Minute - 2*time.Second)
	_, err := w.Claim(t.Context(), claimOf("ann@example.org", "Ann", "laptop"))
	require.ErrorIs(t, err, store.ErrHeld)
	w.pass(2 * time.Second)
	assert.Empty(t, w.live(t, "never got the cookie"))
	ann := w.claim(t, "ann@example.org", "Ann", "laptop")
	assert.NotEqual(t, lost.User.ID, ann.User.ID)
	assert.Equal(t, []string{"desktop"}, w.live(t, "desktop"), "who was used once is held for long")
	_, err = w.Claim(t.Context(), claimOf("ben@example.org", "Not Ben", "stranger"))
	require.ErrorIs(t, err, store.ErrHeld)
	assert.NotEmpty(t, ben.ID)
}

func lapse(t *testing.T, w *world) {
	w.guestAs(t, message.RoleOwner, "olga")
	ann := w.claim(t, "ann@example.org", "Ann", "laptop")
	ben := w.claim(t, "ben@example.org", "Ben", "desktop")
	code, _, _, err := w.NewCode(t.Context(), ben.ID)
	require.NoError(t, err)
	drawer := claimOf("ben@example.org", "Ben", "phone in a drawer")
	drawer.Code = code
	_, err = w.Claim(t.Context(), drawer)
	require.NoError(t, err)
	w.pass(time.Second)
	assert.Len(t, w.live(t, "laptop", "desktop", "phone in a drawer"), 3)
	w.pass(store.Hold - time.Minute)
	assert.Equal(t, []string{"desktop"}, w.live(t, "desktop"))
	_, err = w.Claim(t.Context(), claimOf("ann@example.org", "Not Ann", "stranger"))
	require.ErrorIs(t, err, store.ErrHeld)

	w.pass(time.Minute)
	assert.Empty(t, w.live(t, "laptop"))
	require.ErrorIs(t, w.EndSession(t.Context(), ann.ID), store.ErrNotFound)
	other := w.claim(t, "ann@example.org", "Not Ann", "stranger")
	assert.NotEqual(t, ann.User.ID, other.User.ID)
	lost, err := w.User(t.Context(), ann.User.ID)
	require.NoError(t, err)
	assert.Equal(t, "Ann", lost.Name)
	assert.Empty(t, lost.Email)

	// Ben was here in the meantime, though not on every device.
	assert.Equal(t, []string{"desktop"}, w.live(t, "desktop", "phone in a drawer"))
	kept, err := w.UserByEmail(t.Context(), "ben@example.org")
	require.NoError(t, err)
	assert.Equal(t, ben.User, kept)
}

func keptBySigningOn(t *testing.T, w *world) {
	w.claim(t, "ann@example.org", "Ann", "laptop")
	w.pass(time.Second)
	w.live(t, "laptop")
	for range 3 {
		w.pass(store.Hold - time.Hour)
		assert.Equal(t, []string{"laptop"}, w.live(t, "laptop"))
	}
	at := w.now().Truncate(time.Microsecond)
	w.pass(time.Hour - time.Second)
	sessions, err := w.Sessions(t.Context(), [][]byte{token("laptop")}, "")
	require.NoError(t, err)
	assert.Equal(t, at, sessions[0].Used, "noted once an hour")
	w.pass(time.Second)
	sessions, err = w.Sessions(t.Context(), [][]byte{token("laptop")}, "")
	require.NoError(t, err)
	assert.Equal(t, at.Add(time.Hour), sessions[0].Used)
}
