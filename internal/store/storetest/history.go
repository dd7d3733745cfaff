package storetest

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gochatting/internal/message"
	"gochatting/internal/store"
)

func history(t *testing.T, w *world) {
	ann := w.guest(t, "ann")
	for i := 1; i <= 230; i++ {
		w.say(t, ann, "", fmt.Sprint(i))
	}
	numbers := func(from, to int) []string {
		list := []string{}
		for i := from; i <= to; i++ {
			list = append(list, fmt.Sprint(i))
		}
		return list
	}
	before := func(id int64, limit int) []string {
		page, err := w.Before(t.Context(), ann.ID, message.Lobby, id, limit)
		require.NoError(t, err)
		return contents(page)
	}
	after := func(id int64, limit int) []string {
		page, err := w.After(t.Context(), ann.ID, message.Lobby, id, limit)
		require.NoError(t, err)
		return contents(page)
	}
	assert.Equal(t, numbers(181, 230), before(0, 0), "the latest")
	assert.Equal(t, numbers(181, 230), before(-1, 0))
	assert.Equal(t, numbers(228, 230), before(math.MaxInt64, 3))
	assert.Equal(t, numbers(98, 100), before(101, 3))
	assert.Equal(t, numbers(1, 4), before(5, 10))
	assert.Empty(t, before(1, 10), "the beginning")
	assert.Equal(t, numbers(31, 230), before(0, 1000), "no more than 200")
	assert.Equal(t, numbers(230, 230), before(0, -5), "no fewer than one")

	assert.Equal(t, numbers(1, 50), after(0, 0))
	assert.Equal(t, numbers(101, 103), after(100, 3))
	assert.Equal(t, numbers(229, 230), after(228, 10))
	assert.Empty(t, after(230, 10), "the end")
	assert.Equal(t, numbers(1, 200), after(0, 1000), "no more than 200")

	_, err := w.Before(t.Context(), ann.ID, "attic", 0, 0)
	assert.ErrorIs(t, err, store.ErrNotFound)
	_, err = w.After(t.Context(), ann.ID, "attic", 0, 0)
	assert.ErrorIs(t, err, store.ErrNotFound)
}

func ownRefs(t *testing.T, w *world) {
	ann, ben := w.guest(t, "ann"), w.guest(t, "ben")
	w.say(t, ann, "a1", "Ann's")
	w.say(t, ben, "b1", "Ben's")
	w.say(t, ann, "", "without")
	for _, see := range []struct {
		viewer string
		refs   []string
	}{{ann.ID, []string{"a1", "", ""}}, {ben.ID, []string{"", "b1", ""}}, {"", []string{"", "", ""}}} {
		page, err := w.Since(t.Context(), see.viewer, message.Lobby, 0, 0)
		require.NoError(t, err)
		refs := []string{}
		for _, m := range page {
			refs = append(refs, m.Ref)
		}
		assert.Equal(t, see.refs, refs)
	}
	page, err := w.Log(t.Context(), message.Lobby, 0, 10)
	require.NoError(t, err)
	assert.Equal(t, w.heard(), page, "the room's own log is as it was published")
	page, err = w.Log(t.Context(), message.Lobby, 1, 1)
	require.NoError(t, err)
	assert.Equal(t, []string{"Ben's"}, contents(page))
}

func since(t *testing.T, w *world) {
	ann := w.guest(t, "ann")
	for i := 1; i <= 5; i++ {
		w.say(t, ann, "", fmt.Sprint(i))
	}
	missed, err := w.Since(t.Context(), ann.ID, message.Lobby, 2, 0)
	require.NoError(t, err)
	assert.Equal(t, []string{"3", "4", "5"}, contents(missed))
	missed, err = w.Since(t.Context(), ann.ID, message.Lobby, 2, 2)
	require.NoError(t, err)
	assert.Equal(t, []string{"3", "4"}, contents(missed))
	missed, err = w.Since(t.Context(), ann.ID, message.Lobby, 5, 0)
	require.NoError(t, err)
	assert.Empty(t, missed)
	_, err = w.Since(t.Context(), ann.ID, "attic", 0, 0)
	assert.ErrorIs(t, err, store.ErrNotFound)
}

func rooms(t *testing.T, w *world) {
	ann := w.guest(t, "ann")
	lobby := message.Room{ID: message.Lobby, Name: "Lobby", Kind: "open"}
	all, err := w.Rooms(t.Context(), ann.ID)
	require.NoError(t, err)
	assert.Equal(t, []message.Room{lobby}, all)
	w.say(t, ann, "", "hi")
	lobby.Rev = 1
	one, err := w.Room(t.Context(), ann.ID, message.Lobby)
	require.NoError(t, err)
	assert.Equal(t, lobby, one)
	_, err = w.Room(t.Context(), ann.ID, "attic")
	assert.ErrorIs(t, err, store.ErrNotFound)
	_, err = w.Rev(t.Context(), "attic")
	assert.ErrorIs(t, err, store.ErrNotFound)
}

// reopen stops and starts: ids, order, people and sessions are as they were.
func reopen(t *testing.T, w *world) {
	ann := w.claim(t, "ann@example.org", "Ann", "laptop")
	said := []message.Message{
		w.say(t, ann.User.Public(), "r1", "before"),
		w.say(t, ann.User.Public(), "r2", "the restart"),
	}
	w.reopen(t)
	page, err := w.After(t.Context(), ann.User.ID, message.Lobby, 0, 0)
	require.NoError(t, err)
	assert.Equal(t, said, page)
	assert.EqualValues(t, 3, w.say(t, ann.User.Public(), "r3", "after it").TextMessage.ID)
	sessions, err := w.Sessions(t.Context(), [][]byte{token("laptop")})
	require.NoError(t, err)
	assert.Equal(t, []store.Session{ann}, sessions)
}
