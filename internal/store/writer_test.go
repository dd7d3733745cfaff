package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gochatting/internal/message"
)

// A stage is a store and what it published.
type stage struct {
	*Store
	dir   string
	mu    sync.Mutex
	heard []message.Message
	log   strings.Builder
}

func open(t *testing.T) *stage {
	s := &stage{dir: t.TempDir()}
	var err error
	s.Store, err = Open(t.Context(), Options{
		Dir: s.dir,
		Log: slog.New(slog.NewTextHandler(&s.log, nil)), // which locks it
		Published: func(_ string, said []message.Message) {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.heard = append(s.heard, said...)
		},
	})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

// alone is a store in which nobody writes but who is told to.
func alone(t *testing.T) *stage {
	s := open(t)
	s.broom.close()
	s.finder.close()
	return s
}

func (s *stage) published() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.heard)
}

func (s *stage) post(who User, content string) error {
	_, _, err := s.Post(context.Background(), Draft{Room: message.Lobby, Author: who.Public(), Content: content})
	return err
}

func (s *stage) guest(t *testing.T) User {
	u, err := s.Guest(t.Context(), "ann@example.org", "Ann", "")
	require.NoError(t, err)
	return u
}

func (s *stage) exec(t *testing.T, query string) {
	_, err := s.engine.write.ExecContext(t.Context(), query)
	require.NoError(t, err)
}

// hold keeps the writer busy until free is called; what comes meanwhile waits.
func (s *stage) hold(t *testing.T) (free func()) {
	busy, done, answered := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	go func() {
		_, err := write(context.Background(), s.Store, "keep busy", func(context.Context, *sql.Tx) (struct{}, error) {
			close(busy)
			<-done
			return struct{}{}, nil
		})
		answered <- err
	}()
	<-busy
	return func() {
		close(done)
		assert.NoError(t, <-answered)
	}
}

// waiting waits until n writes do.
func (s *stage) waiting(n int) {
	for len(s.writer.jobs) < n {
		runtime.Gosched()
	}
}

// together runs all of them in one transaction.
func (s *stage) together(t *testing.T, all ...func()) {
	free := s.hold(t)
	var wg sync.WaitGroup
	for _, f := range all {
		wg.Go(f)
	}
	s.waiting(len(all))
	free()
	wg.Wait()
}

// A full disk: everyone is told, nothing is shown that was not stored, people stay signed in, and
// service comes back by itself.
func TestFullDisk(t *testing.T) {
	s := alone(t)
	ann := s.guest(t)
	require.NoError(t, s.post(ann, "all is well"))

	var pages int
	require.NoError(t, s.engine.write.QueryRowContext(t.Context(), "PRAGMA page_count").Scan(&pages))
	s.exec(t, fmt.Sprint("PRAGMA max_page_count = ", pages+10))
	long := strings.Repeat("x", 4000)
	var mu sync.Mutex
	stored := 1
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			for range 5 {
				err := s.post(ann, long)
				if err == nil {
					mu.Lock()
					stored++
					mu.Unlock()
					continue
				}
				assert.ErrorIs(t, err, ErrFull)
			}
		})
	}
	wg.Wait()
	err := s.post(ann, long)
	for ; err == nil; err = s.post(ann, long) { // one alone may fit where many did not
		stored++
	}
	require.ErrorIs(t, err, ErrFull)
	_, err = s.Claim(t.Context(), Claim{Email: "ben@example.org", Name: strings.Repeat(long, 10), TokenHash: []byte("ben")})
	require.ErrorIs(t, err, ErrFull)
	assert.Equal(t, stored, s.published())
	rev, err := s.Rev(t.Context(), message.Lobby)
	require.NoError(t, err)
	assert.EqualValues(t, stored, rev)

	s.exec(t, "PRAGMA max_page_count = 1000000")
	require.NoError(t, s.post(ann, "there is room again"))
	page, err := s.Before(t.Context(), ann.ID, message.Lobby, 0, 200)
	require.NoError(t, err)
	require.Len(t, page, stored+1)
	for i, m := range page {
		assert.EqualValues(t, i+1, m.TextMessage.ID)
		assert.Equal(t, s.heard[i].TextMessage.Content, m.TextMessage.Content)
	}
	require.NoError(t, s.Close())
	assert.Contains(t, s.log.String(), "the store cannot write")
	assert.Contains(t, s.log.String(), "the store writes again")
	assert.NotContains(t, s.log.String(), "xxx", "contents are not for the log")
}

// A commit that fails takes everything along that was in it, and nothing else.
func TestCommitFails(t *testing.T) {
	s := alone(t)
	ann := s.guest(t)
	fails := func() { assert.ErrorContains(t, s.post(ann, "lost"), "commit") }
	s.together(t, fails, func() {
		_, err := write(context.Background(), s.Store, "break a promise", func(ctx context.Context, tx *sql.Tx) (sql.Result, error) {
			if _, err := tx.ExecContext(ctx, "PRAGMA defer_foreign_keys = on"); err != nil {
				return nil, err
			}
			return tx.ExecContext(ctx, "INSERT INTO codes (user_id, hash, tries, expires) VALUES ('nobody', '', 0, 0)")
		})
		assert.ErrorContains(t, err, "commit")
	}, fails, func() {
		_, err := s.Guest(context.Background(), "ben@example.org", "Ben", "")
		assert.ErrorContains(t, err, "commit")
	})
	assert.Zero(t, s.published())
	_, err := s.UserByEmail(t.Context(), "ben@example.org")
	require.ErrorIs(t, err, ErrNotFound)

	m, _, err := s.Post(t.Context(), Draft{Room: message.Lobby, Author: ann.Public(), Content: "kept"})
	require.NoError(t, err)
	assert.EqualValues(t, 1, m.TextMessage.ID)
	assert.Equal(t, 1, s.published())
}

// One write that fails spoils nobody else's in the same transaction.
func TestJobFails(t *testing.T) {
	s := alone(t)
	ann := s.guest(t)
	oops := errors.New("oops")
	s.together(t,
		func() { assert.NoError(t, s.post(ann, "before")) },
		func() {
			_, err := write(context.Background(), s.Store, "fail", func(ctx context.Context, tx *sql.Tx) (struct{}, error) {
				if _, err := tx.ExecContext(ctx, "UPDATE users SET name = 'half done'"); err != nil {
					return struct{}{}, err
				}
				return struct{}{}, oops
			})
			assert.ErrorIs(t, err, oops)
		},
		func() {
			_, err := s.Guest(context.Background(), "ben@example.org", "Ben", "")
			assert.NoError(t, err)
		},
		func() { assert.NoError(t, s.post(ann, "after")) },
	)
	assert.Equal(t, 2, s.published())
	assert.Equal(t, "Ann", s.guest(t).Name)
}

// Two hundred posts that wait together are one transaction, in the order in which they came.
func TestGroupCommit(t *testing.T) {
	s := alone(t)
	ann := s.guest(t)
	var all []func()
	for range 200 {
		all = append(all, func() { assert.NoError(t, s.post(ann, "hi")) })
	}
	s.together(t, all...)
	require.Equal(t, 200, s.published())
	for _, m := range s.heard {
		assert.Equal(t, s.heard[0].TextMessage.At, m.TextMessage.At, "one transaction has one time")
	}
}

// Whose address was proven holds it with no session at all.
func TestVerifiedHolds(t *testing.T) {
	s := open(t)
	now := time.Now()
	s.now = func() time.Time { return now }
	ann, err := s.Claim(t.Context(), Claim{Email: "ann@example.org", Name: "Ann", TokenHash: []byte("laptop")})
	require.NoError(t, err)
	ben, err := s.Claim(t.Context(), Claim{Email: "ben@example.org", Name: "Ben", TokenHash: []byte("desktop")})
	require.NoError(t, err)
	s.exec(t, "UPDATE users SET verified = 1")

	require.NoError(t, s.EndSession(t.Context(), ben.Session.ID))
	now = now.Add(2 * Hold)
	for _, email := range []string{"ann@example.org", "ben@example.org"} {
		_, err = s.Claim(t.Context(), Claim{Email: email, Name: "Stranger", TokenHash: []byte("stranger")})
		assert.ErrorIs(t, err, ErrHeld)
		_, err = s.Guest(t.Context(), email, "stranger", "")
		assert.ErrorIs(t, err, ErrHeld)
	}
	u, err := s.User(t.Context(), ann.Session.User.ID)
	require.NoError(t, err)
	assert.True(t, u.Public().Verified)
}

// A disk that takes nothing does not sign anybody out.
func TestSessionsOnFullDisk(t *testing.T) {
	s := alone(t)
	now := time.Now()
	s.now = func() time.Time { return now }
	_, err := s.Claim(t.Context(), Claim{Email: "ann@example.org", Name: "Ann", TokenHash: []byte("laptop")})
	require.NoError(t, err)
	now = now.Add(time.Second)
	_, err = s.Sessions(t.Context(), [][]byte{[]byte("laptop")}, "")
	require.NoError(t, err)
	s.exec(t, "PRAGMA query_only = on") // the harshest: no write works at all
	now = now.Add(2 * touchEvery)
	sessions, err := s.Sessions(t.Context(), [][]byte{[]byte("laptop")}, "")
	require.NoError(t, err)
	assert.Len(t, sessions, 1)
}

// Closing writes and answers what is accepted.
func TestCloseDrains(t *testing.T) {
	s := alone(t)
	ann := s.guest(t)
	free := s.hold(t)
	var wg sync.WaitGroup
	const posts = maxBatch + 100
	for range posts {
		wg.Go(func() { assert.NoError(t, s.post(ann, "last words")) })
	}
	s.waiting(posts)
	wg.Go(func() { assert.NoError(t, s.Close()) })
	<-s.writer.closing
	for range 20 {
		assert.ErrorIs(t, s.post(ann, "too late"), ErrClosed)
	}
	free()
	wg.Wait()
	assert.Equal(t, posts, s.published())
}

// Who stops waiting stops nobody else; what they wrote may still happen, as here.
func TestCallerGoes(t *testing.T) {
	s := alone(t)
	ann := s.guest(t)
	free := s.hold(t)
	ctx, cancel := context.WithCancel(t.Context())
	gone := make(chan error, 1)
	go func() {
		_, _, err := s.Post(ctx, Draft{Room: message.Lobby, Author: ann.Public(), Content: "bye"})
		gone <- err
	}()
	s.waiting(1)
	cancel()
	require.ErrorIs(t, <-gone, context.Canceled)
	free()
	require.NoError(t, s.post(ann, "still here"))
	assert.Equal(t, 2, s.published())
}

// When more wait than may, callers wait to wait, and can still go.
func TestQueueIsBounded(t *testing.T) {
	s := alone(t)
	ann := s.guest(t)
	free := s.hold(t)
	var wg sync.WaitGroup
	for range maxWaiting + 10 {
		wg.Go(func() { assert.NoError(t, s.post(ann, "hi")) })
	}
	s.waiting(maxWaiting)
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	for range 20 {
		_, _, err := s.Post(ended, Draft{Room: message.Lobby, Author: ann.Public(), Content: "no"})
		require.ErrorIs(t, err, context.Canceled)
	}
	free()
	wg.Wait()
	assert.Equal(t, maxWaiting+10, s.published(), "who found no place wrote nothing")
}
