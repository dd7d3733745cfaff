package store

import (
	"context"
	"database/sql"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gochatting/internal/message"
)

// Changes, posts, and what fails of both, all in one transaction: what remains is in order and without
// holes, the changes first, and nothing that failed is left of.
func TestOneTransaction(t *testing.T) {
	s := alone(t)
	ann := s.guest(t)
	ben, err := s.Guest(t.Context(), "ben@example.org", "Ben", "")
	require.NoError(t, err)
	for i := range 10 {
		require.NoError(t, s.post(ann, fmt.Sprint("message ", i+1)))
	}
	react := func(id int64) func() {
		return func() {
			_, err := s.React(context.Background(), ben.ID, message.Lobby, id, "👍", true)
			assert.NoError(t, err)
		}
	}
	fails := func(d Draft, kind error) func() {
		d.Room, d.Author, d.Content = message.Lobby, ann.Public(), "no"
		return func() {
			_, _, err := s.Post(context.Background(), d)
			assert.ErrorIs(t, err, kind)
		}
	}
	var refused *message.Error
	s.together(t,
		func() { assert.NoError(t, s.post(ann, "new")) },
		react(1), react(2), react(3), react(3), react(3),
		func() {
			_, err := s.Edit(context.Background(), ann.ID, message.Lobby, 4, Words{Content: "edited"})
			assert.NoError(t, err)
		},
		func() {
			_, err := s.Edit(context.Background(), ben.ID, message.Lobby, 5, Words{Content: "not his"})
			assert.ErrorIs(t, err, ErrForbidden)
		},
		func() {
			_, _, err := s.Delete(context.Background(), ann.ID, message.Lobby, 99)
			assert.ErrorIs(t, err, ErrNotFound)
		},
		fails(Draft{ReplyTo: 99}, ErrInvalid),
		func() {
			_, _, err := s.Post(context.Background(), Draft{Room: message.Lobby, Author: ann.Public(), Files: []message.File{{ID: "none"}}})
			assert.ErrorAs(t, err, &refused)
		},
		func() { assert.NoError(t, s.post(ben, "new")) },
	)
	require.Equal(t, 16, s.published())
	changed := map[int64]bool{}
	for i, m := range s.heard {
		require.EqualValues(t, i+1, m.TextMessage.Rev)
		if i >= 10 && i < 14 {
			changed[m.TextMessage.ID] = true
		}
		assert.Equal(t, i < 10 || i >= 14, m.TextMessage.ID == m.TextMessage.Rev)
	}
	assert.Equal(t, map[int64]bool{1: true, 2: true, 3: true, 4: true}, changed)
	assert.EqualValues(t, 16, s.Committed(message.Lobby))
}

// The commit fails, and with it what it would have changed.
func TestChangeFailsWithItsTransaction(t *testing.T) {
	s := alone(t)
	ann := s.guest(t)
	require.NoError(t, s.post(ann, "stays"))
	s.together(t, func() {
		_, _, err := s.Delete(context.Background(), ann.ID, message.Lobby, 1)
		assert.ErrorContains(t, err, "commit")
	}, func() {
		_, err := write(context.Background(), s.Store, "break a promise", func(ctx context.Context, tx *sql.Tx) (sql.Result, error) {
			if _, err := tx.ExecContext(ctx, "PRAGMA defer_foreign_keys = on"); err != nil {
				return nil, err
			}
			return tx.ExecContext(ctx, "INSERT INTO codes (user_id, hash, tries, expires) VALUES ('nobody', '', 0, 0)")
		})
		assert.ErrorContains(t, err, "commit")
	})
	assert.Equal(t, 1, s.published())
	assert.EqualValues(t, 1, s.Committed(message.Lobby))
	m, err := s.Message(t.Context(), ann.ID, message.Lobby, 1)
	require.NoError(t, err)
	assert.Equal(t, s.heard[0], m)
}

// Nobody is in more than five hundred rooms, whoever lets them in.
func TestMembershipsAreLimited(t *testing.T) {
	s := open(t)
	ann := s.guest(t)
	s.exec(t, `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 499)
		INSERT INTO rooms (id, name, kind, rev) SELECT 'room ' || i, 'Room', 'private', 0 FROM n`)
	s.exec(t, `INSERT INTO members (room, user_id, involvement, read, joined) SELECT rooms.id, users.id, 'all', 0, 0 FROM rooms, users WHERE rooms.id <> 'lobby'`)
	ben, err := s.Guest(t.Context(), "ben@example.org", "Ben", "")
	require.NoError(t, err)
	for _, r := range []NewRoom{
		{Kind: message.OpenRoom, Name: "Tea"}, {Kind: message.PrivateRoom, Name: "Tea"}, {Kind: message.DirectRoom, Users: []string{ben.ID}},
	} {
		_, _, err := s.MakeRoom(t.Context(), ann.ID, r)
		assert.ErrorIs(t, err, ErrTooMany)
	}
	mine, _, err := s.MakeRoom(t.Context(), ben.ID, NewRoom{Kind: message.PrivateRoom, Name: "Ben's"})
	require.NoError(t, err)
	_, err = s.AddMember(t.Context(), ben.ID, mine.ID, ann.ID)
	assert.ErrorIs(t, err, ErrTooMany)
	rooms, err := s.Rooms(t.Context(), ann.ID)
	require.NoError(t, err)
	assert.Len(t, rooms, 500)
	members, err := s.Members(t.Context(), ben.ID, mine.ID, "", 0)
	require.NoError(t, err)
	assert.Len(t, members, 1)

	removed, err := s.RemoveMember(t.Context(), ann.ID, "room 7", ann.ID)
	require.NoError(t, err)
	assert.True(t, removed)
	_, err = s.AddMember(t.Context(), ben.ID, mine.ID, ann.ID)
	assert.ErrorIs(t, err, ErrTooMany, "the last hundred are for what she does herself")
	_, _, err = s.MakeRoom(t.Context(), ann.ID, NewRoom{Kind: message.PrivateRoom, Name: "Tea"})
	assert.NoError(t, err)
}

// What is asked for all the time goes by indexes: mentions are not looked for message by message.
func TestPlans(t *testing.T) {
	s := open(t)
	for query, args := range map[string]int{
		selectRooms + ` WHERE r.id = $2`:                                                                    2,
		selectMessages + ` WHERE m.room = $2 AND m.id < $3 ORDER BY m.id DESC LIMIT $4`:                     4,
		selectMessages + ` WHERE m.room = $2 AND m.rev > $3 ORDER BY m.rev LIMIT $4`:                        4,
		selectMessages + ` WHERE m.room = $2 AND m.pinned > $3 ORDER BY m.pinned DESC, m.seq DESC LIMIT $4`: 4,
		insertPlain: 6, insertRich: 9, raiseRev: 2,
	} {
		steps, err := list(t.Context(), s.engine.read, func(from row) (step string, err error) {
			err = from.Scan(new(int), new(int), new(int), &step)
			return step, err
		}, `EXPLAIN QUERY PLAN `+query, make([]any, args)...)
		require.NoError(t, err)
		require.NotEmpty(t, steps)
		for _, step := range steps {
			assert.NotRegexp(t, `SCAN (m|n|mb|r|u|messages|members|mentions|rooms|users)\b`, step)
			assert.NotRegexp(t, `SEARCH m USING INDEX \w+ \(room=\? AND id>\?\)`, step)
			assert.NotContains(t, step, "TEMP B-TREE FOR ORDER BY")
		}
	}
}
