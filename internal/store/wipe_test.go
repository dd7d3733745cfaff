package store

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gochatting/internal/message"
)

// onDisk are those of the words that stand somewhere in the database or its log.
func onDisk(t *testing.T, dir string, words ...string) (found []string) {
	files, err := filepath.Glob(filepath.Join(dir, "gochatting.db*"))
	require.NoError(t, err)
	var all []byte
	for _, name := range files {
		data, err := os.ReadFile(name)
		require.NoError(t, err)
		all = append(all, bytes.ToLower(data)...)
	}
	for _, word := range words {
		if bytes.Contains(all, []byte(word)) {
			found = append(found, word)
		}
	}
	return found
}

// Hundreds of things happen to messages of all lengths; of what was deleted, or edited away, no word
// is left, neither of the text nor of its HTML, its files' names or the index.
func TestDeletedIsGone(t *testing.T) {
	s := open(t)
	ann := s.guest(t)
	dice := rand.New(rand.NewPCG(4, 2))
	words := 0
	word := func() string {
		words++
		return fmt.Sprintf("w%06dx%04x", words, dice.IntN(1<<16))
	}
	kept, gone := map[int64][]string{}, []string{}
	for i := range 700 {
		id := int64(0)
		for known := range kept {
			id = known
			break
		}
		switch {
		case i > 100 && dice.IntN(3) == 0:
			_, _, err := s.Delete(t.Context(), ann.ID, message.Lobby, id)
			require.NoError(t, err)
			gone = append(gone, kept[id]...)
			delete(kept, id)
		case i > 100 && dice.IntN(4) == 0:
			content, html := word(), word()
			_, err := s.Edit(t.Context(), ann.ID, message.Lobby, id, Words{
				Content: strings.Repeat(content+" ", 1+dice.IntN(300)), HTML: strings.Repeat(html+" ", 1+dice.IntN(300)),
			})
			require.NoError(t, err)
			gone = append(gone, kept[id][:2]...)
			kept[id][0], kept[id][1] = content, html
		case i > 100 && dice.IntN(4) == 0:
			_, err := s.React(t.Context(), ann.ID, message.Lobby, id, "👍", true)
			require.NoError(t, err)
		default:
			content, html, name, alt := word(), word(), word(), word()
			f := File{File: message.File{ID: NewFileID(), Name: name, Type: "text/plain"}, Hash: word(), Owner: ann.ID}
			require.NoError(t, s.AddFile(t.Context(), f))
			m, _, err := s.Post(t.Context(), Draft{
				Room: message.Lobby, Author: ann.Public(),
				Content: strings.Repeat(content+" ", 1+dice.IntN(300)), HTML: strings.Repeat(html+" ", 1+dice.IntN(300)),
				Files: []message.File{{ID: f.ID, Alt: alt}},
			})
			require.NoError(t, err)
			kept[m.TextMessage.ID] = []string{content, html, name, alt, f.Hash}
		}
	}
	require.Greater(t, len(gone), 400)
	_, _, err := s.Search(t.Context(), ann.ID, "nothing", 0, 0) // what follows what is said has written everything by now
	require.NoError(t, err)
	for id := range kept { // and this is the last write, after which it is swept
		_, _, err := s.Delete(t.Context(), ann.ID, message.Lobby, id)
		require.NoError(t, err)
		gone = append(gone, kept[id]...)
		delete(kept, id)
		break
	}
	require.Eventually(t, func() bool { return s.littered(t) == 0 }, time.Minute, 10*time.Millisecond)
	assert.Empty(t, onDisk(t, s.dir, gone...))
	assert.Empty(t, faults(t, s.Store))
	var still []string
	for _, words := range kept {
		still = append(still, words...)
	}
	assert.Equal(t, still, onDisk(t, s.dir, still...), "what is kept is found like this")
}

// littered is how many pages have something where nothing should be, as SQLite leaves them.
func (s *stage) littered(t *testing.T) int {
	var count int
	require.NoError(t, s.engine.read.QueryRowContext(t.Context(), `PRAGMA page_count`).Scan(&count))
	numbers := make([]any, count)
	for i := range numbers {
		numbers[i] = i + 1
	}
	pages, err := litteredPages(t.Context(), s.engine.read, numbers)
	require.NoError(t, err)
	return len(pages)
}

// A reader goes by the log, so that this cannot be emptied: it is tried again until it can be.
func TestDeletedIsGoneAfterAReader(t *testing.T) {
	s := open(t)
	ann := s.guest(t)
	require.NoError(t, s.post(ann, "embarrassing"))
	reader, err := s.engine.read.BeginTx(t.Context(), nil)
	require.NoError(t, err)
	var n int
	require.NoError(t, reader.QueryRowContext(t.Context(), `SELECT COUNT(*) FROM messages`).Scan(&n))
	_, _, err = s.Delete(t.Context(), ann.ID, message.Lobby, 1)
	require.NoError(t, err, "nobody waits for a reader")
	assert.NotEmpty(t, onDisk(t, s.dir, "embarrassing"))
	require.NoError(t, reader.Rollback())
	require.Eventually(t, func() bool { return len(onDisk(t, s.dir, "embarrassing")) == 0 }, time.Minute, 10*time.Millisecond)
}

// A crash between the commit and the wiping: it is made good on the next start.
func TestDeletedIsGoneAfterACrash(t *testing.T) {
	s := open(t)
	ann := s.guest(t)
	require.NoError(t, s.post(ann, "embarrassing"))
	_, err := write(t.Context(), s.Store, "prepare a crash", func(context.Context, *sql.Tx) (none struct{}, err error) {
		s.engine.wipe = func(context.Context, *sql.DB) (bool, error) { return false, nil }
		return none, nil
	})
	require.NoError(t, err)
	_, _, err = s.Delete(t.Context(), ann.ID, message.Lobby, 1)
	require.NoError(t, err)

	crashed := t.TempDir()
	for _, name := range []string{"gochatting.db", "gochatting.db-wal"} {
		data, err := os.ReadFile(filepath.Join(s.dir, name))
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(crashed, name), data, 0o600))
	}
	require.NotEmpty(t, onDisk(t, crashed, "embarrassing"))
	again, err := Open(t.Context(), Options{Dir: crashed})
	require.NoError(t, err)
	require.NoError(t, again.Ping(t.Context()))
	assert.Empty(t, onDisk(t, crashed, "embarrassing"))
	require.NoError(t, again.Close())
}

// What was purged is kept for a day, or until it is deleted; then no word of it is left on the disk either.
func TestPurgedIsGone(t *testing.T) {
	for way, forget := range map[string]func(ctx context.Context, s *Store, author string) ([]string, error){
		"swept": func(ctx context.Context, s *Store, _ string) ([]string, error) {
			return s.SweepPurged(ctx, time.Now().Add(time.Minute))
		},
		"deleted": func(ctx context.Context, s *Store, author string) ([]string, error) {
			_, blobs, err := s.Delete(ctx, author, message.Lobby, 1)
			return blobs, err
		},
	} {
		t.Run(way, func(t *testing.T) { purgedIsGone(t, forget) })
	}
}

func purgedIsGone(t *testing.T, forget func(ctx context.Context, s *Store, author string) ([]string, error)) {
	s := open(t)
	eve := s.guest(t)
	f := File{File: message.File{ID: NewFileID(), Name: "badpicture.png", Type: "text/plain"}, Hash: "badhash", Owner: eve.ID}
	require.NoError(t, s.AddFile(t.Context(), f))
	words := []string{"embarrassing", "badmarkup", "badpicture", "badalt", "badhash"}
	_, _, err := s.Post(t.Context(), Draft{
		Room: message.Lobby, Author: eve.Public(), Content: "embarrassing", HTML: "<p>badmarkup</p>", Files: []message.File{{ID: f.ID, Alt: "badalt"}},
	})
	require.NoError(t, err)
	require.NoError(t, s.Indexed(t.Context()))
	act, n, err := s.Purge(t.Context(), Operator, eve.ID)
	require.NoError(t, err)
	require.Equal(t, 1, n)
	assert.Equal(t, words, onDisk(t, s.dir, words...), "it could be undone")

	blobs, err := forget(t.Context(), s.Store, eve.ID)
	require.NoError(t, err)
	assert.Equal(t, []string{"badhash"}, blobs)
	require.Eventually(t, func() bool { return len(onDisk(t, s.dir, words...)) == 0 }, time.Minute, 10*time.Millisecond)
	n, err = s.Restore(t.Context(), Operator, act)
	require.NoError(t, err)
	assert.Zero(t, n)
}
