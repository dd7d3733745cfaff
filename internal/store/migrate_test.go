package store

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gochatting/internal/message"
)

// firstVersion makes a database as the first version of the tables had it: Ann and Ben, three thousand
// messages in turns, every third with a Ref, a session and a code of Ann's; and somebody who lost their
// address.
func firstVersion(t *testing.T, dir string, now time.Time) {
	e, err := openSQLite(t.Context(), dir)
	require.NoError(t, err)
	m, err := sqliteMigrator(e.write)
	require.NoError(t, err)
	_, err = m.UpTo(t.Context(), 1)
	require.NoError(t, err)
	exec := func(query string, args ...any) {
		t.Helper()
		_, err := e.write.ExecContext(t.Context(), query, args...)
		require.NoError(t, err)
	}
	for _, u := range [][]any{{"ann", "ann@example.org", "Ann  LEE", "7", 1}, {"ben", "ben@example.org", "王小明", "", 0}, {"old", nil, "Ann Lee", "", 0}} {
		exec(`INSERT INTO users (id, email, name, picture, verified, created) VALUES ($1, $2, $3, $4, $5, $6)`, append(u, now.UnixMicro())...)
	}
	exec(`INSERT INTO sessions (id, token, user_id, browser, created, used) VALUES ('s', '6c6170746f70', 'ann', 'laptop', $1, $1 + 1)`, now.UnixMicro())
	exec(`INSERT INTO codes (user_id, hash, tries, expires) VALUES ('ann', $1, 0, $2)`, hashCode("ann", "123456"), now.Add(codeLife).UnixMicro())
	exec(`WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)
		INSERT INTO messages (room, id, rev, author, ref, content, at)
		SELECT 'lobby', i, i, CASE WHEN i % 2 = 0 THEN 'ann' ELSE 'ben' END,
		       CASE WHEN i % 3 = 0 THEN 'ref ' || i END, 'message ' || i, $1 + i FROM n`, now.UnixMicro())
	exec(`UPDATE rooms SET rev = 3000`)
	require.NoError(t, e.close())
}

func TestDatabaseOfTheFirstVersion(t *testing.T) {
	dir, now := t.TempDir(), time.Now()
	firstVersion(t, dir, now)
	s, err := Open(t.Context(), Options{Dir: dir})
	require.NoError(t, err)
	defer func() { require.NoError(t, s.Close()) }()

	// Who was there is in the lobby, has read everything, and is found.
	for _, id := range []string{"ann", "ben", "old"} {
		rooms, err := s.Rooms(t.Context(), id)
		require.NoError(t, err)
		assert.Equal(t, []message.Room{{ID: message.Lobby, Name: "Lobby", Kind: message.OpenRoom, Rev: 3000, Membership: &message.Membership{
			Involvement: message.InvolvedAll, Read: message.Read{ID: 3000, Rev: 3000},
		}}}, rooms)
	}
	ann, err := s.User(t.Context(), "ann")
	require.NoError(t, err)
	assert.Equal(t, User{ID: "ann", Email: "ann@example.org", Name: "Ann  LEE", Picture: "7", Verified: true, Role: message.RoleOwner, Created: moment(now.UnixMicro())}, ann)
	found, err := s.FindUsers(t.Context(), "ben", "lee", "", 0)
	require.NoError(t, err)
	assert.Equal(t, []message.User{ann.Public()}, found)
	named, err := s.Named(t.Context(), message.Lobby, []string{"ann lee", "王小明"})
	require.NoError(t, err)
	assert.Len(t, named, 2)

	// What was said is there, in its order.
	for id := int64(0); id < 3000; id += 200 {
		page, err := s.After(t.Context(), "ann", message.Lobby, id, 200)
		require.NoError(t, err)
		require.Len(t, page, 200)
		for i, m := range page {
			n := id + int64(i) + 1
			require.Equal(t, n, m.TextMessage.ID)
			require.Equal(t, n, m.TextMessage.Rev)
			require.Equal(t, fmt.Sprint("message ", n), m.TextMessage.Content)
			require.Equal(t, moment(now.UnixMicro()+n), m.TextMessage.At)
			require.Equal(t, n%2 == 0, m.TextMessage.UserInfo.ID == "ann")
			require.Equal(t, n%6 == 0, m.Ref == fmt.Sprint("ref ", n), "her own")
		}
	}
	missed, err := s.Since(t.Context(), "ben", message.Lobby, 2990, 0)
	require.NoError(t, err)
	assert.Len(t, missed, 10)
	var order int
	err = s.engine.read.QueryRowContext(t.Context(), `SELECT COUNT(*) FROM messages WHERE seq = id`).Scan(&order)
	require.NoError(t, err)
	assert.Equal(t, 3000, order, "over all rooms too")

	// And all of it goes on.
	old, repeated, err := s.Post(t.Context(), Draft{Room: message.Lobby, Author: ann.Public(), Ref: "ref 6", Content: "again"})
	require.NoError(t, err)
	assert.True(t, repeated)
	assert.Equal(t, "message 6", old.TextMessage.Content)
	m, repeated, err := s.Post(t.Context(), Draft{Room: message.Lobby, Author: ann.Public(), Ref: "ref 3001", Content: "new", ReplyTo: 5})
	require.NoError(t, err)
	assert.False(t, repeated)
	assert.EqualValues(t, 3001, m.TextMessage.ID)
	_, err = s.Edit(t.Context(), "ann", message.Lobby, 2, Words{Content: "edited"})
	require.NoError(t, err)
	_, _, err = s.Delete(t.Context(), "ben", message.Lobby, 1)
	require.NoError(t, err)
	sessions, err := s.Sessions(t.Context(), [][]byte{[]byte("laptop")}, "")
	require.NoError(t, err)
	require.Len(t, sessions, 1)
	assert.Equal(t, ann, sessions[0].User)
	assert.True(t, sessions[0].typed, "the one that she came with")
	ben, err := s.Guest(t.Context(), "ben@example.org", "ben", "")
	require.NoError(t, err)
	assert.Equal(t, "ben", ben.ID, "who had an address without a session was a guest")
	_, err = s.Claim(t.Context(), Claim{Email: "ann@example.org", Code: "123456", TokenHash: []byte("phone")})
	require.NoError(t, err)
	assert.Empty(t, faults(t, s))
}

// Until there were roles, who made a room could go and leave it to nobody.
func TestRoomsWithoutTheirMaker(t *testing.T) {
	dir := t.TempDir()
	e, err := openSQLite(t.Context(), dir)
	require.NoError(t, err)
	m, err := sqliteMigrator(e.write)
	require.NoError(t, err)
	_, err = m.UpTo(t.Context(), 5)
	require.NoError(t, err)
	for _, query := range []string{
		`INSERT INTO users (id, email, name, picture, verified, created) VALUES ('ann', 'ann@example.org', 'Ann', '', 0, 1), ('ben', 'ben@example.org', 'Ben', '', 0, 2), ('old', NULL, 'Old', '', 0, 0)`,
		`INSERT INTO rooms (id, name, kind, rev, maker, folded) VALUES ('hers', 'A', 'open', 0, 'ann', 'a'), ('left', 'B', 'private', 0, 'ann', 'b'), ('lost', 'C', 'private', 0, 'old', 'c'), ('empty', 'D', 'open', 0, 'ann', 'd'), ('two', '', 'direct', 0, 'old', '')`,
		`INSERT INTO members (room, user_id, involvement, read, joined) VALUES ('hers', 'ben', 'all', 0, 1), ('hers', 'ann', 'all', 0, 2),
			('left', 'old', 'all', 0, 1), ('left', 'ben', 'all', 0, 2), ('lost', 'old', 'all', 0, 1), ('lost', 'ben', 'all', 0, 3), ('lost', 'ann', 'all', 0, 2),
			('two', 'old', 'all', 0, 1), ('two', 'ben', 'all', 0, 1)`,
	} {
		_, err := e.write.ExecContext(t.Context(), query)
		require.NoError(t, err)
	}
	require.NoError(t, e.close())
	s, err := Open(t.Context(), Options{Dir: dir})
	require.NoError(t, err)
	defer func() { require.NoError(t, s.Close()) }()
	for id, maker := range map[string]string{message.Lobby: "", "hers": "ann", "left": "ben", "lost": "ann", "empty": "ann", "two": "old"} {
		room, err := s.RoomInfo(t.Context(), id)
		require.NoError(t, err)
		assert.Equal(t, maker, room.Maker, id)
	}
	assert.Empty(t, faults(t, s))
}

// faults is what SQLite finds wrong with the database.
func faults(t *testing.T, s *Store) string {
	var all []string
	for _, check := range []string{"PRAGMA integrity_check", "PRAGMA foreign_key_check"} {
		rows, err := s.engine.read.QueryContext(t.Context(), check)
		require.NoError(t, err)
		for rows.Next() {
			columns, err := rows.Columns()
			require.NoError(t, err)
			fault := make([]any, len(columns))
			for i := range fault {
				fault[i] = new(any)
			}
			require.NoError(t, rows.Scan(fault...))
			if text := fmt.Sprint(*fault[0].(*any)); text != "ok" {
				all = append(all, text)
			}
		}
		require.NoError(t, rows.Err())
		require.NoError(t, rows.Close())
	}
	return strings.Join(all, "\n")
}
