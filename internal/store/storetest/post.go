package storetest

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gochatting/internal/message"
	"gochatting/internal/store"
)

func aMessage(t *testing.T, w *world) {
	ann := w.guest(t, "ann")
	ann.Gravatar += "?v=2"
	m := w.say(t, ann, "r1", "你好 👋")
	want := message.Message{MType: message.TextMType, Room: message.Lobby, Ref: "r1", TextMessage: &message.TextMessage{
		ID: 1, Rev: 1, Content: "你好 👋", UserInfo: ann,
		Time: w.now().Local().Format(message.TimeFormat), At: w.now().Truncate(time.Microsecond),
	}}
	assert.Equal(t, want, m)
	assert.Equal(t, []message.Message{want}, w.heard(), "before it was answered")
	page, err := w.Before(t.Context(), ann.ID, message.Lobby, 0, 0)
	require.NoError(t, err)
	want.TextMessage.UserInfo = w.guest(t, "ann") // as the store knows her
	assert.Equal(t, []message.Message{want}, page)
}

func twoHundred(t *testing.T, w *world) {
	const people, each = 200, 5
	var crowd [people]message.User
	var wg sync.WaitGroup
	for i := range crowd {
		wg.Go(func() { crowd[i] = w.guest(t, fmt.Sprint("guest", i)) })
	}
	wg.Wait()
	answers := make([][]message.Message, people)
	for i, who := range crowd {
		wg.Go(func() {
			for k := range each {
				m, repeated, err := w.Post(context.Background(), store.Draft{Room: message.Lobby, Author: who, Content: fmt.Sprint(i, " says ", k)})
				if assert.NoError(t, err) && assert.False(t, repeated) {
					answers[i] = append(answers[i], m)
				}
			}
		})
	}
	wg.Wait()
	heard := w.heard()
	require.Len(t, heard, people*each)
	for i, m := range heard {
		require.EqualValues(t, i+1, m.TextMessage.Rev, "in order, without holes")
		require.EqualValues(t, i+1, m.TextMessage.ID)
	}
	for i, own := range answers {
		for k, m := range own {
			require.Equal(t, fmt.Sprint(i, " says ", k), m.TextMessage.Content)
			require.Equal(t, heard[m.TextMessage.ID-1], m, "heard as it was answered")
		}
	}
	rev, err := w.Rev(t.Context(), message.Lobby)
	require.NoError(t, err)
	assert.EqualValues(t, people*each, rev)
}

func aRef(t *testing.T, w *world) {
	ann, ben := w.guest(t, "ann"), w.guest(t, "ben")
	first := w.say(t, ann, "r1", "once")
	for range 3 {
		again, repeated, err := w.Post(t.Context(), store.Draft{Room: message.Lobby, Author: ann, Ref: "r1", Content: "twice?"})
		require.NoError(t, err)
		assert.True(t, repeated)
		assert.Equal(t, first, again)
	}
	w.say(t, ben, "r1", "Ben has refs of his own")
	w.say(t, ann, "", "no ref")
	w.say(t, ann, "", "no ref either")
	w.reopen(t)
	again, repeated, err := w.Post(t.Context(), store.Draft{Room: message.Lobby, Author: ann, Ref: "r1", Content: "after a restart?"})
	require.NoError(t, err)
	assert.True(t, repeated)
	assert.Equal(t, first, again)
	assert.EqualValues(t, 5, w.say(t, ann, "r2", "next").TextMessage.ID, "repeats take no rev")
	assert.Equal(t, []string{"once", "Ben has refs of his own", "no ref", "no ref either", "next"}, contents(w.heard()))
}

// refsSideBySide sends each ref several times at once, so that repeats stand in one transaction with
// the first and with others.
func refsSideBySide(t *testing.T, w *world) {
	ann := w.guest(t, "ann")
	const refs, times = 40, 5
	var mu sync.Mutex
	ids := map[string]map[int64]bool{}
	firsts := 0
	var wg sync.WaitGroup
	for i := range refs * times {
		wg.Go(func() {
			ref := fmt.Sprint("r", i%refs)
			m, repeated, err := w.Post(context.Background(), store.Draft{Room: message.Lobby, Author: ann, Ref: ref, Content: ref})
			if !assert.NoError(t, err) {
				return
			}
			mu.Lock()
			defer mu.Unlock()
			if ids[ref] == nil {
				ids[ref] = map[int64]bool{}
			}
			ids[ref][m.TextMessage.ID] = true
			if !repeated {
				firsts++
			}
		})
	}
	wg.Wait()
	assert.Equal(t, refs, firsts)
	for ref, of := range ids {
		assert.Len(t, of, 1, ref)
	}
	heard := w.heard()
	require.Len(t, heard, refs)
	for i, m := range heard {
		require.EqualValues(t, i+1, m.TextMessage.Rev, "without holes")
	}
	rev, err := w.Rev(t.Context(), message.Lobby)
	require.NoError(t, err)
	assert.EqualValues(t, refs, rev)
}

// nobodyNowhere also posts good messages at the same time, which must not suffer.
func nobodyNowhere(t *testing.T, w *world) {
	ann := w.guest(t, "ann")
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			_, _, err := w.Post(context.Background(), store.Draft{Room: "attic", Author: ann, Content: "hello?"})
			assert.ErrorIs(t, err, store.ErrNotFound)
		})
		wg.Go(func() {
			_, _, err := w.Post(context.Background(), store.Draft{Room: message.Lobby, Author: message.User{ID: "nobody"}, Content: "boo"})
			assert.ErrorIs(t, err, store.ErrNotFound)
		})
		wg.Go(func() {
			_, _, err := w.Post(context.Background(), store.Draft{Room: message.Lobby, Author: ann, Content: "hi"})
			assert.NoError(t, err)
		})
	}
	wg.Wait()
	heard := w.heard()
	require.Len(t, heard, 20)
	for i, m := range heard {
		require.EqualValues(t, i+1, m.TextMessage.Rev)
	}
}

func noAddress(t *testing.T, w *world) {
	u, err := w.Guest(t.Context(), "ann@example.org", "ann", "")
	require.NoError(t, err)
	m := w.say(t, u.Own(), "", "hi")
	assert.Empty(t, m.TextMessage.UserInfo.Email)
	assert.Empty(t, w.heard()[0].TextMessage.UserInfo.Email)
	page, err := w.After(t.Context(), u.ID, message.Lobby, 0, 0)
	require.NoError(t, err)
	assert.Empty(t, page[0].TextMessage.UserInfo.Email)
}

func contexts(t *testing.T, w *world) {
	ann := w.guest(t, "ann")
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	_, _, err := w.Post(ended, store.Draft{Room: message.Lobby, Author: ann, Ref: "r1", Content: "late"})
	require.ErrorIs(t, err, context.Canceled)
	_, err = w.Rooms(ended, ann.ID)
	require.ErrorIs(t, err, context.Canceled)
	require.ErrorIs(t, w.Ping(ended), context.Canceled)

	// The post that nobody waited for may have happened, and never happens twice.
	_, _, err = w.Post(t.Context(), store.Draft{Room: message.Lobby, Author: ann, Ref: "r1", Content: "late"})
	require.NoError(t, err)
	assert.Equal(t, []string{"late"}, contents(w.heard()))
	require.NoError(t, w.Ping(t.Context()))
}

// closed closes while many post: what was answered is there, the rest was told.
func closed(t *testing.T, w *world) {
	ann := w.guest(t, "ann")
	var mu sync.Mutex
	answered := 0
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() {
			for {
				_, _, err := w.Post(context.Background(), store.Draft{Room: message.Lobby, Author: ann, Content: "on and on"})
				if err != nil {
					assert.ErrorIs(t, err, store.ErrClosed)
					return
				}
				mu.Lock()
				answered++
				mu.Unlock()
			}
		})
	}
	for len(w.heard()) < 100 {
		require.NoError(t, w.Ping(t.Context()))
	}
	require.NoError(t, w.Close())
	wg.Wait()
	assert.Len(t, w.heard(), answered, "what is published is answered")
	_, err := w.Guest(t.Context(), "late@example.org", "late", "")
	assert.ErrorIs(t, err, store.ErrClosed)
	assert.Error(t, w.Ping(t.Context()))
	w.reopen(t)
	rev, err := w.Rev(t.Context(), message.Lobby)
	require.NoError(t, err)
	assert.EqualValues(t, answered, rev)
}
