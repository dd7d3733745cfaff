package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"gochatting/internal/message"
)

// RemoveMember takes a user out of a room: themselves, or for those who keep order there anybody of a
// lower rank, which is noted. Who was longest in it becomes its maker if that one goes. removed is false if they were not in
// it. ErrNotFound: no such user, or no such room for by; ErrForbidden: it is not for by to do, or nobody leaves this room:
// the lobby, or a direct one; ErrConflict: nobody could read any more what was said there.
func (s *Store) RemoveMember(ctx context.Context, by, roomID, userID string) (removed bool, err error) {
	return write(ctx, s, "remove a member", func(ctx context.Context, tx *sql.Tx) (bool, error) {
		p, err := placeOf(ctx, tx, by, roomID)
		if err != nil {
			return false, err
		}
		u, err := selectUser(ctx, tx, `u.id = $1`, userID)
		switch {
		case err != nil:
			return false, err
		case by != userID && !p.keepsOver(u.Role):
			return false, refuse(ErrForbidden, "Only who made the room, moderators and owners can remove somebody, of a lower rank.")
		case roomID == message.Lobby:
			return false, refuse(ErrForbidden, "Everybody is in the lobby.")
		case p.kind == message.DirectRoom:
			return false, refuse(ErrForbidden, "A direct room cannot be left.")
		case by == userID:
			if err := p.mayLeave(ctx, tx, roomID); err != nil {
				return false, err
			}
		}
		result, err := tx.ExecContext(ctx, `DELETE FROM members WHERE room = $1 AND user_id = $2`, roomID, userID)
		if err != nil {
			return false, err
		}
		if n, err := result.RowsAffected(); n == 0 || err != nil {
			return false, err
		}
		if err := passOn(ctx, tx, userID, roomID, s.now()); err != nil || by == userID {
			return true, err
		}
		_, err = insertAct(ctx, tx, s.now(), act{actor: by, act: ActRemove, subject: userID, room: roomID})
		return true, err
	})
}

// mayLeave is ErrConflict for the last who can read what was said in a private room.
func (p place) mayLeave(ctx context.Context, q querier, roomID string) error {
	if !p.member || p.kind != message.PrivateRoom || p.archived || p.rev == 0 {
		return nil
	}
	var other bool
	err := q.QueryRowContext(ctx, `
		SELECT EXISTS (SELECT 1 FROM members mb JOIN users u ON u.id = mb.user_id
			WHERE mb.room = $1 AND u.email IS NOT NULL AND u.id <> $2)`, roomID, p.user.ID).Scan(&other)
	if err != nil {
		return fmt.Errorf("look for another member: %w", err)
	}
	if !other {
		return refuse(ErrConflict, "You are the last one here, and nobody could read this room any more. Please bring somebody in, or archive it first.")
	}
	return nil
}

// passOn makes who was longest in it the maker of a room that the user made, "" for every one. If nobody
// else is in it, it stays theirs.
func passOn(ctx context.Context, tx *sql.Tx, userID, room string, now time.Time) error {
	const next = `SELECT mb.user_id FROM members mb CROSS JOIN users u
		WHERE u.id = mb.user_id AND mb.room = rooms.id AND u.id <> $1 AND u.email IS NOT NULL AND u.role <> 'reader' AND u.banned <= $3
		ORDER BY mb.joined, mb.user_id LIMIT 1`
	_, err := tx.ExecContext(ctx, `
		UPDATE rooms SET maker = COALESCE((`+next+`), maker) WHERE maker = $1 AND kind <> 'direct' AND $2 IN ('', id)`,
		userID, room, now.UnixMicro())
	if err != nil {
		return fmt.Errorf("pass a room on: %w", err)
	}
	return nil
}
