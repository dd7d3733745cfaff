package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"gochatting/internal/message"
)

// AddMember lets a user into a room: oneself into an open one, and into a private one whom a member
// invites. added is false if they were in it. ErrNotFound: no such user, or no such room for by;
// ErrForbidden: it is not for by to do, or the room is a direct one; ErrArchived; ErrTooMany: the user
// is in 500 rooms.
func (s *Store) AddMember(ctx context.Context, by, roomID, userID string) (added bool, err error) {
	return write(ctx, s, "add a member", func(ctx context.Context, tx *sql.Tx) (bool, error) {
		p, err := placeOf(ctx, tx, by, roomID)
		switch {
		case err != nil:
			return false, err
		case p.kind == message.OpenRoom && by != userID:
			return false, refuse(ErrForbidden, "Nobody is put into an open room. Send them its link, and they can join.")
		case p.kind == message.DirectRoom:
			return false, refuse(ErrForbidden, "Who is in a direct room stays the same. Please make another.")
		case p.archived:
			return false, archived()
		case by != userID && p.user.Role == message.RoleReader:
			return false, refuse(ErrForbidden, "You are here as a reader, who brings nobody in.")
		}
		return letIn(ctx, tx, by, roomID, userID, s.now())
	})
}

// Members are who is in a room, by name, after the user of this id; at most 200, and 0 asks for 50. Who
// has lost their address to somebody else is left out. ErrNotFound: no such room for this viewer.
func (s *Store) Members(ctx context.Context, viewer, roomID, after string, limit int) ([]message.User, error) {
	if err := s.readable(ctx, viewer, roomID); err != nil {
		return nil, err
	}
	return s.people(ctx, `
		FROM members mb JOIN users u ON u.id = mb.user_id
		WHERE mb.room = $1 AND u.email IS NOT NULL
		  AND ($2 = '' OR (u.folded, u.id) > (SELECT folded, id FROM users WHERE id = $2))
		ORDER BY u.folded, u.id LIMIT $3`, roomID, after, pageSize(limit))
}

// letIn makes a member of a user whom there is and who may be in one more room, with everything in it
// read. Direct rooms that others have made, and said nothing in, do not count.
func letIn(ctx context.Context, tx *sql.Tx, by, room, userID string, now time.Time) (added bool, err error) {
	u, err := selectUser(ctx, tx, `u.id = $1`, userID)
	if err != nil {
		return false, err
	}
	if u.Email == "" { // nobody will ever be this user again
		return false, ErrNotFound
	}
	if added, err = insertMember(ctx, tx, room, userID, now); err != nil || !added {
		return false, err
	}
	var n int
	err = tx.QueryRowContext(ctx, `
		SELECT COUNT(*) FROM members mb WHERE mb.user_id = $1
		  AND NOT (SELECT r.kind = 'direct' AND r.rev = 0 AND r.maker <> $1 FROM rooms r WHERE r.id = mb.room)`, userID).Scan(&n)
	switch {
	case err != nil:
		return false, fmt.Errorf("count memberships: %w", err)
	case n > mostMemberships:
		return false, refuse(ErrTooMany, fmt.Sprintf("Nobody can be in more than %d rooms.", mostMemberships))
	case n > mostBroughtInto && by != userID:
		return false, refuse(ErrTooMany, fmt.Sprintf("They are in %d rooms, which is as many as others can bring them into.", mostBroughtInto))
	}
	return true, nil
}

// insertMember has who comes into a slow room wait first: coming again is no way around that.
func insertMember(ctx context.Context, tx *sql.Tx, room, userID string, now time.Time) (added bool, err error) {
	result, err := tx.ExecContext(ctx, `
		INSERT INTO members (room, user_id, involvement, read, joined)
		SELECT id, CAST($2 AS TEXT), 'all', rev, CAST($3 AS BIGINT) FROM rooms WHERE id = $1
		ON CONFLICT DO NOTHING`, room, userID, now.UnixMicro())
	if err != nil {
		return false, fmt.Errorf("insert a member: %w", err)
	}
	n, err := result.RowsAffected()
	if err != nil || n == 0 {
		return false, err
	}
	return true, noteSpoke(ctx, tx, userID, room, now)
}
