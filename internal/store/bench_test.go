package store_test

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"gochatting/internal/message"
	"gochatting/internal/postgrestest"
	"gochatting/internal/store"
)

const (
	writers = 128
	remark  = "Has anyone seen the blue cup? It was here this morning, next to the machine."
)

// benchFolder is on the disk of the working directory: the usual one for temporary files may be in
// memory, where an fsync costs nothing.
func benchFolder(b *testing.B) string {
	dir, err := os.MkdirTemp(".", "bench-")
	require.NoError(b, err)
	b.Cleanup(func() { require.NoError(b, os.RemoveAll(dir)) })
	return dir
}

func guests(b *testing.B, s *store.Store) (users [writers]message.User) {
	for i := range users {
		u, err := s.Guest(b.Context(), fmt.Sprintf("%d@example.org", i), "Guest", "")
		require.NoError(b, err)
		users[i] = u.Public()
	}
	return users
}

func ref(n int64) string { return fmt.Sprintf("%016x", uint64(n)*0x9e3779b97f4a7c15) }

func perSecond(b *testing.B) { b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "msg/s") }

// BenchmarkPost is one writer who waits for each answer: the whole price of an fsync.
func BenchmarkPost(b *testing.B) {
	s, err := store.Open(b.Context(), store.Options{Dir: benchFolder(b)})
	require.NoError(b, err)
	defer s.Close()
	users := guests(b, s)
	n := int64(0)
	for b.Loop() {
		n++
		_, _, err := s.Post(b.Context(), store.Draft{Room: message.Lobby, Author: users[n%writers], Ref: ref(n), Content: remark})
		require.NoError(b, err)
	}
	perSecond(b)
}

// BenchmarkPost128 is 128 writers side by side, each waiting for each answer.
func BenchmarkPost128(b *testing.B) {
	s, err := store.Open(b.Context(), store.Options{Dir: benchFolder(b)})
	require.NoError(b, err)
	defer s.Close()
	post128(b, s)
}

// BenchmarkPostgres128 is the same on PostgreSQL on this machine, without fsync: what there is to say between the two.
func BenchmarkPostgres128(b *testing.B) {
	s, err := store.Open(b.Context(), store.Options{Dir: b.TempDir(), Database: postgrestest.New(b)})
	require.NoError(b, err)
	defer s.Close()
	post128(b, s)
}

func post128(b *testing.B, s *store.Store) {
	users := guests(b, s)
	var n atomic.Int64
	done := make(chan error, writers)
	b.ResetTimer()
	for i := range writers {
		go func() {
			for k := n.Add(1); k <= int64(b.N); k = n.Add(1) {
				_, _, err := s.Post(context.Background(), store.Draft{Room: message.Lobby, Author: users[i], Ref: ref(k), Content: remark})
				if err != nil {
					done <- err
					return
				}
			}
			done <- nil
		}()
	}
	for range writers {
		require.NoError(b, <-done)
	}
	b.StopTimer()
	perSecond(b)
}

// BenchmarkBare is what to compare with: the same rows into the same tables and indexes, 128 in a
// transaction, with the same settings, and with nothing but a prepared INSERT.
func BenchmarkBare(b *testing.B) {
	dir := benchFolder(b)
	s, err := store.Open(b.Context(), store.Options{Dir: dir})
	require.NoError(b, err)
	users := guests(b, s)
	require.NoError(b, s.Close())
	db, err := sql.Open("sqlite", "file:"+filepath.Join(dir, "gochatting.db")+
		"?_txlock=immediate&_journal_mode=WAL&_synchronous=FULL&_foreign_keys=on"+
		"&_pragma=wal_autocheckpoint(4000)&_pragma=cache_size(-32768)")
	require.NoError(b, err)
	defer db.Close()
	db.SetMaxOpenConns(1)
	insert, err := db.Prepare(`INSERT INTO messages (room, id, rev, author, ref, content, html, at) VALUES ($1, $2, $3, $4, $5, $6, '', $7)`)
	require.NoError(b, err)
	b.ResetTimer()
	for n := 0; n < b.N; {
		tx, err := db.Begin()
		require.NoError(b, err)
		in := tx.Stmt(insert)
		for range min(writers, b.N-n) {
			n++
			_, err := in.Exec(message.Lobby, n, n, users[n%writers].ID, ref(int64(n)), remark, time.Now().UnixMicro())
			require.NoError(b, err)
		}
		require.NoError(b, tx.Commit())
	}
	b.StopTimer()
	perSecond(b)
}
