package store

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gochatting/internal/message"
)

// tokens are all that the index has, by seq, and want what it should have.
func (s *stage) tokens(t *testing.T) (got, want map[int64]map[string]bool) {
	require.NoError(t, s.Indexed(t.Context()))
	s.exec(t, `INSERT INTO search (search) VALUES ('integrity-check')`)
	s.exec(t, `CREATE VIRTUAL TABLE temp.seen USING fts5vocab (main, search, instance)`)
	defer s.exec(t, `DROP TABLE temp.seen`)
	got, want = map[int64]map[string]bool{}, map[int64]map[string]bool{}
	add := func(to map[int64]map[string]bool, seq int64, token string) {
		if to[seq] == nil {
			to[seq] = map[string]bool{}
		}
		to[seq][token] = true
	}
	type one struct {
		seq   int64
		token string
	}
	all, err := list(t.Context(), s.engine.write, func(from row) (o one, err error) {
		err = from.Scan(&o.token, &o.seq)
		return o, err
	}, `SELECT term, doc FROM temp.seen`)
	require.NoError(t, err)
	for _, o := range all {
		add(got, o.seq, o.token)
	}
	entries, err := list(t.Context(), s.engine.read, scanEntry, selectEntries+`1`)
	require.NoError(t, err)
	for _, e := range entries {
		for _, token := range e.tokens {
			add(want, e.seq, token)
		}
	}
	return got, want
}

// say says so many things, and returns them.
func (s *stage) say(t *testing.T, who User, n int) (said []message.Message) {
	for i := range n {
		m, _, err := s.Post(t.Context(), Draft{Room: message.Lobby, Author: who.Public(), Content: fmt.Sprintf("cup %d 聊天", i)})
		require.NoError(t, err)
		said = append(said, m)
	}
	return said
}

// What the index has is exactly what the messages say, however they came to say it.
func TestIndexIsExact(t *testing.T) {
	s := open(t)
	ann := s.guest(t)
	said := s.say(t, ann, 20)
	require.NoError(t, s.Indexed(t.Context()))
	said = append(said, s.say(t, ann, 20)...)
	for i, m := range said {
		var err error
		switch i % 4 {
		case 0:
			_, err = s.Edit(t.Context(), ann.ID, m.Room, m.TextMessage.ID, Words{Content: "mug cup " + strings.Repeat("long ", i)})
		case 1:
			_, _, err = s.Delete(t.Context(), ann.ID, m.Room, m.TextMessage.ID)
		case 2:
			_, err = s.Pin(t.Context(), ann.ID, m.Room, m.TextMessage.ID, true)
		}
		require.NoError(t, err)
	}
	got, want := s.tokens(t)
	require.Len(t, want, 30)
	require.Equal(t, want, got)
	act, n, err := s.Purge(t.Context(), Operator, ann.ID)
	require.NoError(t, err)
	require.Equal(t, 30, n)
	got, _ = s.tokens(t)
	require.Empty(t, got)
	_, err = s.Restore(t.Context(), Operator, act)
	require.NoError(t, err)
	got, _ = s.tokens(t)
	require.Equal(t, want, got)

	// By another version of what cuts: all is cut again.
	s.exec(t, `UPDATE indexed SET version = 'an older one'`)
	s.exec(t, `INSERT INTO search (rowid, tokens) VALUES (1, 'rubbish')`)
	require.NoError(t, s.Close())
	s.Store, err = Open(t.Context(), Options{Dir: s.dir})
	require.NoError(t, err)
	got, want = s.tokens(t)
	require.Equal(t, want, got)
}

// What changes after it was read and before its tokens are written is not indexed as it was.
func TestIndexRacesWithChanges(t *testing.T) {
	s := open(t)
	ann := s.guest(t)
	index := s.finder.(*fts)
	index.close()
	said := s.say(t, ann, 3)
	entries, err := index.read(t.Context(), 3)
	require.NoError(t, err)
	require.Len(t, entries, 3)
	_, err = s.Edit(t.Context(), ann.ID, message.Lobby, said[0].TextMessage.ID, Words{Content: "mug"})
	require.NoError(t, err)
	_, _, err = s.Delete(t.Context(), ann.ID, message.Lobby, said[2].TextMessage.ID)
	require.NoError(t, err)
	require.NoError(t, index.add(t.Context(), entries))

	index.ended = make(chan struct{})
	index.start()
	got, want := s.tokens(t)
	require.Len(t, want, 2)
	require.Equal(t, want, got)
}

// When the index cannot follow, who searches is told, posting goes on, and it follows by itself as soon as
// it can.
func TestIndexCannotFollow(t *testing.T) {
	s := open(t)
	ann := s.guest(t)
	s.exec(t, `ALTER TABLE indexed RENAME TO hidden`)
	require.NoError(t, s.post(ann, "a blue cup"))
	_, _, err := s.Search(t.Context(), ann.ID, "cup", 0, 0)
	var told *message.Error
	require.ErrorAs(t, err, &told)
	assert.Equal(t, message.CodeSlowDown, told.Code)
	assert.Positive(t, told.RetryAfter)
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	_, _, err = s.Search(ended, ann.ID, "cup", 0, 0)
	require.ErrorIs(t, err, context.Canceled)

	s.exec(t, `ALTER TABLE hidden RENAME TO indexed`)
	require.NoError(t, s.Indexed(t.Context()))
	hits, _, err := s.Search(t.Context(), ann.ID, "cup", 0, 0)
	require.NoError(t, err)
	assert.Len(t, hits, 1)
	require.NoError(t, s.Close())
	assert.Contains(t, s.log.String(), "search cannot follow")
	assert.Contains(t, s.log.String(), "search follows again")
	assert.NotContains(t, s.log.String(), "blue", "contents are not for the log")
	require.ErrorIs(t, s.Indexed(t.Context()), nil, "nothing was said since")
	_, _, err = s.Search(t.Context(), ann.ID, "cup", 0, 0)
	require.Error(t, err)
}

// Of a deleted message no word is left on the disk, nor of what an edited one said before.
func TestIndexForgets(t *testing.T) {
	s := open(t)
	ann := s.guest(t)
	s.say(t, ann, 300)
	secret, _, err := s.Post(t.Context(), Draft{Room: message.Lobby, Author: ann.Public(), Content: "xyzzyplugh"})
	require.NoError(t, err)
	edited, _, err := s.Post(t.Context(), Draft{Room: message.Lobby, Author: ann.Public(), Content: "plovermaze"})
	require.NoError(t, err)
	require.NoError(t, s.Indexed(t.Context()))
	require.Contains(t, s.disk(t), "xyzzyplugh")
	_, _, err = s.Delete(t.Context(), ann.ID, message.Lobby, secret.TextMessage.ID)
	require.NoError(t, err)
	_, err = s.Edit(t.Context(), ann.ID, message.Lobby, edited.TextMessage.ID, Words{Content: "mug"})
	require.NoError(t, err)
	for _, word := range []string{"xyzzyplugh", "yzzyplugh", "plovermaze", "lovermaze"} { // an index leaves out how a word begins when the one before begins so
		assert.NotContains(t, s.disk(t), word)
	}
	got, want := s.tokens(t)
	require.Equal(t, want, got)
}

// disk is all that is in the data folder.
func (s *stage) disk(t *testing.T) string {
	var all strings.Builder
	files, err := filepath.Glob(filepath.Join(s.dir, "*"))
	require.NoError(t, err)
	for _, name := range files {
		content, err := os.ReadFile(name)
		require.NoError(t, err)
		all.Write(content)
	}
	return all.String()
}

// Who is led to very many messages that are only nearly what they look for is told so.
func TestTooManyAreNearlyLikeThis(t *testing.T) {
	s := open(t)
	ann := s.guest(t)
	_, err := write(t.Context(), s.Store, "say much", func(ctx context.Context, tx *sql.Tx) (sql.Result, error) {
		return tx.ExecContext(ctx, `
			WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n <= $2)
			INSERT INTO messages (room, id, rev, author, at, content, html) SELECT 'lobby', n, n, $1, n, '聊。天', '' FROM n`, ann.ID, mostRead+readAtOnce)
	})
	require.NoError(t, err)
	_, err = write(t.Context(), s.Store, "take revs", func(ctx context.Context, tx *sql.Tx) (sql.Result, error) {
		return tx.ExecContext(ctx, `UPDATE rooms SET rev = $1`, mostRead+readAtOnce+1)
	})
	require.NoError(t, err)
	require.NoError(t, s.post(ann, "聊天"))
	require.NoError(t, s.Indexed(t.Context()))
	hits, _, err := s.Search(t.Context(), ann.ID, "聊天", 0, 1)
	require.NoError(t, err)
	assert.Len(t, hits, 1)
	_, _, err = s.Search(t.Context(), ann.ID, "聊天", 0, 0)
	var told *message.Error
	require.ErrorAs(t, err, &told)
	assert.Equal(t, message.CodeInvalid, told.Code)
}
