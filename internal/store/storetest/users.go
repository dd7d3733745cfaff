package storetest

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gochatting/internal/message"
	"gochatting/internal/store"
)

func rename(t *testing.T, w *world) {
	ann := w.guest(t, "ann")
	w.say(t, ann, "", "hi")
	u, changed, err := w.Rename(t.Context(), ann.ID, "Ann Archer", "7 b", w.now())
	require.NoError(t, err)
	assert.True(t, changed)
	assert.Equal(t, message.User{ID: ann.ID, Name: "Ann Archer", Gravatar: "/avatar/" + ann.ID + "?v=7+b"}, u.Public())
	assert.Equal(t, "ann@example.org", u.Own().Email)
	page, err := w.Before(t.Context(), ann.ID, message.Lobby, 0, 0)
	require.NoError(t, err)
	assert.Equal(t, u.Public(), page[0].TextMessage.UserInfo, "history shows today's name and picture")

	same, changed, err := w.Rename(t.Context(), ann.ID, "Ann Archer", "7 b", w.now())
	require.NoError(t, err)
	assert.False(t, changed)
	assert.Equal(t, u, same)
	stored, err := w.User(t.Context(), ann.ID)
	require.NoError(t, err)
	assert.Equal(t, u, stored)

	before := w.now()
	w.pass(time.Hour)
	_, changed, err = w.Rename(t.Context(), ann.ID, "Ann Baker", "8", w.now())
	require.NoError(t, err)
	assert.True(t, changed)
	late, changed, err := w.Rename(t.Context(), ann.ID, "Ann Archer", "7 b", before)
	require.NoError(t, err)
	assert.False(t, changed, "somebody has heard so earlier")
	assert.Equal(t, "Ann Baker", late.Name)

	_, _, err = w.Rename(t.Context(), "nobody", "N.", "", w.now())
	assert.ErrorIs(t, err, store.ErrNotFound)
	_, err = w.User(t.Context(), "nobody")
	assert.ErrorIs(t, err, store.ErrNotFound)
}

func guests(t *testing.T, w *world) {
	w.guestAs(t, message.RoleOwner, "olga")
	first, err := w.Guest(t.Context(), "ann@example.org", "ann", "")
	require.NoError(t, err)
	assert.Equal(t, "ann", first.Name)
	assert.False(t, first.Verified)
	again, err := w.Guest(t.Context(), "ann@example.org", "somebody", "")
	require.NoError(t, err)
	assert.Equal(t, first, again)
	byEmail, err := w.UserByEmail(t.Context(), "ann@example.org")
	require.NoError(t, err)
	assert.Equal(t, first, byEmail)

	// A browser takes the address over; what the guest said stays the guest's.
	w.say(t, first.Public(), "", "the guest's")
	came, err := w.Claim(t.Context(), claimOf("ann@example.org", "Ann", "laptop"))
	require.NoError(t, err)
	ann := came.Session
	assert.Equal(t, first.ID, came.Lost, "the caller is told whose it was")
	assert.NotEqual(t, first.ID, ann.User.ID)
	_, err = w.Guest(t.Context(), "ann@example.org", "ann", "")
	assert.ErrorIs(t, err, store.ErrHeld)
	lost, err := w.User(t.Context(), first.ID)
	require.NoError(t, err)
	assert.Empty(t, lost.Email)
	page, err := w.Before(t.Context(), ann.User.ID, message.Lobby, 0, 0)
	require.NoError(t, err)
	assert.Equal(t, first.ID, page[0].TextMessage.UserInfo.ID)

	// When she lets it go, the next guest is neither of the two.
	require.NoError(t, w.EndSession(t.Context(), ann.ID))
	next, err := w.Guest(t.Context(), "ann@example.org", "ann", "")
	require.NoError(t, err)
	assert.NotContains(t, []string{first.ID, ann.User.ID}, next.ID)
}

func guestsSideBySide(t *testing.T, w *world) {
	var mu sync.Mutex
	ids := map[string]bool{}
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() {
			u, err := w.Guest(context.Background(), "ann@example.org", "ann", "")
			if assert.NoError(t, err) {
				mu.Lock()
				ids[u.ID] = true
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	assert.Len(t, ids, 1)
}

func guestAfterLapse(t *testing.T, w *world) {
	w.guestAs(t, message.RoleOwner, "olga")
	ann := w.claim(t, "ann@example.org", "Ann", "laptop")
	w.pass(store.Hold)
	guest, err := w.Guest(t.Context(), "ann@example.org", "ann", "")
	require.NoError(t, err)
	assert.NotEqual(t, ann.User.ID, guest.ID, "a lapsed user's name and history are not for the taking")
}
