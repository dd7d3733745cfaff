package store_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gochatting/internal/message"
	"gochatting/internal/postgrestest"
	"gochatting/internal/store"
)

const (
	waitLong = time.Minute
	waitStep = 10 * time.Millisecond
)

func inAnHour() time.Time { return time.Now().Add(time.Hour) }

// away is a test of a node whose PostgreSQL goes away and comes back while many speak: each sender is told what
// happened, nothing is shown that was not stored, what is said again under its Ref is said once, and all goes on by
// itself.
func away(t *testing.T, leave, comeBack func(s *postgrestest.Server)) {
	server := postgrestest.Start(t)
	n := newNode(t, server.URL, nil)
	ann := n.guest(t, "ann")
	require.NoError(t, n.Ping(t.Context()))

	stop := make(chan struct{})
	var mu sync.Mutex
	stored, failed := map[string]bool{}, map[string]bool{}
	failures := func() int {
		mu.Lock()
		defer mu.Unlock()
		return len(failed)
	}
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			for k := 0; ; k++ {
				select {
				case <-stop:
					return
				default:
				}
				ref := fmt.Sprint(i, " says ", k)
				_, _, err := n.say(message.Lobby, ann, ref) // which ends, though it has no time limit
				mu.Lock()
				if err == nil {
					stored[ref] = true
				} else {
					assert.ErrorIs(t, err, store.ErrAway)
					failed[ref] = true
				}
				mu.Unlock()
				if err != nil {
					select { // as people do
					case <-stop:
					case <-time.After(50 * time.Millisecond):
					}
				}
			}
		})
	}
	leave(server)
	require.Eventually(t, func() bool { return failures() >= 20 }, waitLong, waitStep, "everybody is told")
	assert.ErrorIs(t, n.Ping(t.Context()), store.ErrAway)
	_, err := n.Revs(t.Context(), []string{message.Lobby})
	assert.ErrorIs(t, err, store.ErrAway)
	comeBack(server)
	require.Eventually(t, func() bool { return n.Ping(t.Context()) == nil }, waitLong, waitStep)
	before := len(n.published())
	require.Eventually(t, func() bool { return len(n.published()) > before }, waitLong, waitStep, "it goes on by itself")
	close(stop)
	wg.Wait()

	for ref := range failed {
		_, _, err := n.say(message.Lobby, ann, ref)
		require.NoError(t, err)
	}
	said := map[string]int{}
	for rev := int64(0); ; {
		page, err := n.Log(t.Context(), message.Lobby, rev, 200)
		require.NoError(t, err)
		if len(page) == 0 {
			break
		}
		for _, m := range page {
			rev++
			require.Equal(t, rev, m.TextMessage.Rev)
			said[m.Ref]++
		}
	}
	for ref := range stored {
		require.Equal(t, 1, said[ref], "answered and there: %s", ref)
	}
	require.Len(t, said, len(stored)+len(failed), "and nothing else")
	for _, m := range n.published() {
		require.Equal(t, 1, said[m.Ref], "shown and there")
	}
}

func (n *node) published() []message.Message {
	n.mu.Lock()
	defer n.mu.Unlock()
	return append([]message.Message(nil), n.heard...)
}

func TestPostgresStops(t *testing.T) {
	t.Parallel()
	away(t, (*postgrestest.Server).Stop, (*postgrestest.Server).Start)
}

func TestPostgresCrashes(t *testing.T) {
	t.Parallel()
	away(t, (*postgrestest.Server).Kill, (*postgrestest.Server).Start)
}

func TestPostgresHangs(t *testing.T) {
	t.Parallel()
	away(t, (*postgrestest.Server).Pause, (*postgrestest.Server).Resume)
}

// Reads of those who would wait for ever end, too.
func TestReadsWhilePostgresHangs(t *testing.T) {
	t.Parallel()
	server := postgrestest.Start(t)
	n := newNode(t, server.URL, nil)
	ann := n.guest(t, "ann")
	server.Pause()
	defer server.Resume()
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			_, err := n.Rooms(context.Background(), ann.ID)
			assert.ErrorIs(t, err, store.ErrAway)
		})
	}
	wg.Wait()
}

// The commit arrives, its answer does not: the sender is told that it failed, nothing is shown, and the same again is
// found under its Ref. Other nodes see it, and this one by Revs.
func TestLostCommit(t *testing.T) {
	url := postgrestest.New(t)
	link := newLink(t, url)
	n := newNode(t, link.url, nil)
	ann := n.guest(t, "ann")
	link.loseCommit()
	_, _, err := n.say(message.Lobby, ann, "lost?")
	require.ErrorContains(t, err, "commit")
	require.ErrorIs(t, err, store.ErrAway)
	assert.Empty(t, n.published())
	assert.Zero(t, n.Committed(message.Lobby))
	revs, err := n.Revs(t.Context(), []string{message.Lobby})
	require.NoError(t, err)
	assert.EqualValues(t, 1, revs[message.Lobby])
	m, repeated, err := n.say(message.Lobby, ann, "lost?")
	require.NoError(t, err)
	assert.True(t, repeated)
	assert.EqualValues(t, 1, m.TextMessage.ID)
	m, _, err = n.say(message.Lobby, ann, "next")
	require.NoError(t, err)
	assert.EqualValues(t, 2, m.TextMessage.ID)
}

// The network swallows a node in the middle of a transaction: its sender is told, and others need not wait for what it
// holds for longer than the few seconds after which that is taken from it.
func TestNodeIsCutOff(t *testing.T) {
	t.Parallel()
	url := postgrestest.New(t)
	link := newLink(t, url)
	n, other := newNode(t, link.url, nil), newNode(t, url, nil)
	ann := n.guest(t, "ann")
	link.swallowCommit()
	_, _, err := n.say(message.Lobby, ann, "swallowed")
	require.ErrorIs(t, err, store.ErrAway)
	_, err = other.Mute(t.Context(), store.Operator, ann.ID, inAnHour()) // alone
	require.NoError(t, err)
	_, err = other.Mute(t.Context(), store.Operator, ann.ID, time.Time{})
	require.NoError(t, err)
	m, _, err := n.say(message.Lobby, ann, "said")
	require.NoError(t, err)
	assert.EqualValues(t, 1, m.TextMessage.ID)
}
