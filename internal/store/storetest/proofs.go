package storetest

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gochatting/internal/store"
)

// typing is a claim with another code in it.
func typing(c store.Claim, code string) store.Claim {
	c.Code = code
	return c
}

func proofTries(t *testing.T, w *world) {
	ann := w.mailed(t, "ann@example.org", "laptop")
	assert.Regexp(t, `^[0-9]{6}$`, ann.Code)
	stranger := w.mailed(t, "ann@example.org", "stranger")
	for stranger.Code == ann.Code { // one time in a million they are alike
		stranger = w.mailed(t, "ann@example.org", "stranger")
	}
	_, err := w.Claim(t.Context(), typing(stranger, ann.Code))
	require.ErrorIs(t, err, store.ErrWrongCode, "it is for the browser that asked for it")
	for range 10 {
		_, err = w.Claim(t.Context(), typing(stranger, wrong(stranger.Code)))
		require.ErrorIs(t, err, store.ErrWrongCode)
	}
	_, err = w.Claim(t.Context(), stranger)
	require.ErrorIs(t, err, store.ErrWrongCode, "five tries")

	for range 4 {
		_, err = w.Claim(t.Context(), typing(ann, wrong(ann.Code)))
		require.ErrorIs(t, err, store.ErrWrongCode)
	}
	w.came(t, ann) // the fifth is the last; the stranger's have not counted
	_, err = w.Claim(t.Context(), ann)
	assert.ErrorIs(t, err, store.ErrWrongCode, "used up")
}

func proofIsForItsAddress(t *testing.T, w *world) {
	c := w.mailed(t, "ann@example.org", "laptop")
	c.Email = "ben@example.org"
	_, err := w.Claim(t.Context(), c)
	assert.ErrorIs(t, err, store.ErrWrongCode, "not another address")
	_, err = w.UserByEmail(t.Context(), "ben@example.org")
	assert.ErrorIs(t, err, store.ErrNotFound, "nor was it typed instead")

	c.Email = "ann@example.org"
	later := w.mailed(t, "cem@example.org", "laptop") // the same browser
	_, err = w.Claim(t.Context(), c)
	assert.ErrorIs(t, err, store.ErrWrongCode, "replaced")
	w.came(t, later)
}

func proofAge(t *testing.T, w *world) {
	_, link, expires, err := w.NewProof(t.Context(), "ben@example.org", token("phone"))
	require.NoError(t, err)
	assert.Equal(t, w.now().Add(10*time.Minute).Truncate(time.Microsecond), expires)
	ann := w.mailed(t, "ann@example.org", "laptop")
	w.pass(10 * time.Minute)
	_, err = w.Claim(t.Context(), ann)
	assert.ErrorIs(t, err, store.ErrWrongCode)
	_, _, err = w.LinkedTo(t.Context(), token(link))
	assert.ErrorIs(t, err, store.ErrNotFound)
	_, err = w.Claim(t.Context(), store.Claim{Link: token(link), TokenHash: token("tablet")})
	assert.ErrorIs(t, err, store.ErrWrongCode)
}

func mailedLink(t *testing.T, w *world) {
	c := w.mailed(t, "ann@example.org", "laptop")
	code, link, _, err := w.NewProof(t.Context(), "ann@example.org", c.Asker)
	require.NoError(t, err)
	for range 6 {
		_, err = w.Claim(t.Context(), typing(c, wrong(code)))
		require.ErrorIs(t, err, store.ErrWrongCode)
	}
	for range 3 { // as mail scanners look
		email, of, err := w.LinkedTo(t.Context(), token(link))
		require.NoError(t, err, "wrong codes do not count against the link")
		assert.Equal(t, "ann@example.org", email)
		assert.Nil(t, of, "nobody's yet")
	}
	byLink := store.Claim{Link: token(link), Name: "Ann", TokenHash: token("tablet"), Browser: "tablet"}
	came := w.came(t, byLink)
	assert.Equal(t, "ann@example.org", came.Session.User.Email)
	assert.Equal(t, "Ann", came.Session.User.Name)
	assert.True(t, came.Session.User.Verified)
	_, err = w.Claim(t.Context(), byLink)
	assert.ErrorIs(t, err, store.ErrWrongCode, "once")
	_, _, err = w.LinkedTo(t.Context(), token(link))
	assert.ErrorIs(t, err, store.ErrNotFound)

	code, link, _, err = w.NewProof(t.Context(), "ann@example.org", c.Asker)
	require.NoError(t, err)
	_, of, err := w.LinkedTo(t.Context(), token(link))
	require.NoError(t, err)
	require.NotNil(t, of)
	assert.Equal(t, came.Session.User.ID, of.ID)
	byLink.Link, byLink.TokenHash = token(link), token("phone")
	w.came(t, byLink)
	_, err = w.Claim(t.Context(), typing(c, code))
	assert.ErrorIs(t, err, store.ErrWrongCode, "the link has used up the code")

	code, link, _, err = w.NewProof(t.Context(), "ann@example.org", c.Asker)
	require.NoError(t, err)
	w.came(t, typing(c, code))
	byLink.Link = token(link)
	_, err = w.Claim(t.Context(), byLink)
	assert.ErrorIs(t, err, store.ErrWrongCode, "and the code the link")
}

func mostProofs(t *testing.T, w *world) {
	var asked []store.Claim
	for i := range 21 {
		asked = append(asked, w.mailed(t, "ann@example.org", fmt.Sprint("browser ", i)))
		w.pass(time.Second)
	}
	_, err := w.Claim(t.Context(), asked[0])
	assert.ErrorIs(t, err, store.ErrWrongCode, "the oldest gave way")
	for _, c := range asked[1:] {
		w.came(t, c)
	}
}

func proveInPlace(t *testing.T, w *world) {
	ann := w.claim(t, "ann@example.org", "Ann", "laptop")
	c := w.mailed(t, "ann@example.org", "laptop")
	for range 4 {
		_, _, err := w.Prove(t.Context(), ann.ID, wrong(c.Code), c.Asker)
		require.ErrorIs(t, err, store.ErrWrongCode)
	}
	_, _, err := w.Prove(t.Context(), "none", c.Code, c.Asker)
	require.ErrorIs(t, err, store.ErrNotFound)
	u, ended, err := w.Prove(t.Context(), ann.ID, c.Code, c.Asker)
	require.NoError(t, err)
	assert.True(t, u.Verified)
	assert.Empty(t, ended)
	kept, err := w.User(t.Context(), ann.User.ID)
	require.NoError(t, err)
	assert.Equal(t, kept, u)
	_, _, err = w.Prove(t.Context(), ann.ID, c.Code, c.Asker)
	assert.ErrorIs(t, err, store.ErrWrongCode, "used up")

	c = w.mailed(t, "ann@example.org", "laptop")
	for range 5 {
		_, _, err := w.Prove(t.Context(), ann.ID, wrong(c.Code), c.Asker)
		require.ErrorIs(t, err, store.ErrWrongCode)
	}
	_, _, err = w.Prove(t.Context(), ann.ID, c.Code, c.Asker)
	assert.ErrorIs(t, err, store.ErrWrongCode, "tries count here too")

	stranger := w.claim(t, "ben@example.org", "ben", "stranger")
	ben := w.device(t, stranger.User, "desktop")
	c = w.mailed(t, "ben@example.org", "desktop")
	_, _, err = w.Prove(t.Context(), ann.ID, c.Code, c.Asker)
	require.ErrorIs(t, err, store.ErrWrongCode, "not another's address")
	_, ended, err = w.Prove(t.Context(), ben.ID, c.Code, c.Asker)
	require.NoError(t, err)
	assert.Equal(t, []string{stranger.ID}, ended)
	assert.Equal(t, []string{"desktop"}, w.live(t, "stranger", "desktop"))
}
