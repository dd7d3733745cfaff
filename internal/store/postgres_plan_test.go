package store

import (
	"log/slog"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gochatting/internal/message"
	"gochatting/internal/postgrestest"
)

// Who counts mentions looks up who said what mentions somebody, and does not go through what was said in a room, also
// when PostgreSQL knows that there are many mentions.
func TestPostgresCountsMentionsByIndexes(t *testing.T) {
	t.Parallel()
	s, err := Open(t.Context(), Options{Dir: t.TempDir(), Database: postgrestest.New(t), Log: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	defer func() { assert.NoError(t, s.Close()) }()
	ann, err := s.Guest(t.Context(), "ann@example.org", "Ann", "")
	require.NoError(t, err)
	ben, err := s.Guest(t.Context(), "ben@example.org", "Ben", "")
	require.NoError(t, err)
	exec := func(sql string, args ...any) {
		_, err := s.engine.write.ExecContext(t.Context(), sql, args...)
		require.NoError(t, err)
	}
	exec(`INSERT INTO messages (room, id, rev, author, at, content, html)
		SELECT 'lobby', i, i, $1, i, 'hello', '' FROM generate_series(1, 40000) i`, ben.ID)
	exec(`INSERT INTO mentions (user_id, room, id)
		SELECT CASE i % 10 WHEN 0 THEN $1 WHEN 2 THEN 'here' ELSE 'cem' END, 'lobby', i FROM generate_series(2, 40000, 2) i`, ann.ID)
	exec(`UPDATE rooms SET rev = 40000 WHERE id = 'lobby'`)
	exec(`ANALYZE`)

	for query, args := range map[string][]any{
		selectRooms + ` WHERE r.id IN (SELECT room FROM members WHERE user_id = $1) AND r.kind <> 'direct'`: {ann.ID},
		selectRooms + ` WHERE r.id = $2`: {ann.ID, message.Lobby},
		selectRead:                       {message.Lobby, ann.ID},
	} {
		steps, err := list(t.Context(), s.engine.read, scanID, `EXPLAIN `+query, args...)
		require.NoError(t, err)
		plan := strings.Join(steps, "\n")
		require.Contains(t, plan, "mentions")
		assert.NotRegexp(t, `(Seq|Bitmap Heap) Scan on messages`, plan)
	}
	r, _, err := s.SetRead(t.Context(), ann.ID, message.Lobby, 39950)
	require.NoError(t, err)
	assert.Equal(t, message.Read{ID: 39950, Rev: 40000, Unread: 50, Mentions: 10}, r)
}
