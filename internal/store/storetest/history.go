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
	}{{ann.ID, []string{"a1", "", ""}}, {ben.ID, []string{"", "b1", ""}}, {w.guest(t, "cleo").ID, []string{"", "", ""}}} {
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

// aroundAndByID are the ways into the middle.
func aroundAndByID(t *testing.T, w *world) {
	ann := w.guest(t, "ann")
	for i := 1; i <= 20; i++ {
		w.say(t, ann, "", fmt.Sprint(i))
	}
	around := func(id int64, limit int) []string {
		page, err := w.Around(t.Context(), ann.ID, message.Lobby, id, limit)
		require.NoError(t, err)
		return contents(page)
	}
	assert.Equal(t, []string{"8", "9", "10", "11", "12"}, around(10, 5))
	assert.Equal(t, []string{"8", "9", "10", "11"}, around(10, 4))
	assert.Equal(t, []string{"10"}, around(10, 1))
	assert.Equal(t, []string{"1", "2", "3"}, around(1, 5), "the beginning")
	assert.Equal(t, []string{"1", "2", "3"}, around(-7, 5))
	assert.Equal(t, []string{"17", "18", "19", "20"}, around(20, 6), "the end")
	assert.Equal(t, []string{"19", "20"}, around(21, 4), "there need not be such a message")
	assert.Len(t, around(10, 0), 20)

	byID := func(ids ...int64) []string {
		page, err := w.Messages(t.Context(), ann.ID, message.Lobby, ids)
		require.NoError(t, err)
		return contents(page)
	}
	assert.Equal(t, []string{"3", "7", "19"}, byID(19, 3, 0, 7, 99, -1, 3))
	assert.Empty(t, byID())
	assert.Empty(t, byID(99))
	many := make([]int64, 150)
	many[99], many[100] = 5, 6
	assert.Equal(t, []string{"5"}, byID(many...), "a hundred at once")

	one, err := w.Message(t.Context(), ann.ID, message.Lobby, 4)
	require.NoError(t, err)
	assert.Equal(t, w.heard()[3], one)
	_, err = w.Message(t.Context(), ann.ID, message.Lobby, 99)
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
	sessions, err := w.Sessions(t.Context(), [][]byte{token("laptop")}, "")
	require.NoError(t, err)
	assert.Equal(t, []store.Session{ann}, sessions)
}
