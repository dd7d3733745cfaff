package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"fmt"
	"time"

	"gochatting/internal/message"
)

const (
	mostInvitations   = 20 // of one maker, that are not over
	longestInvitation = 30 * 24 * time.Hour
)

// An Invitation lets people into a room, and so onto the server.
type Invitation struct {
	ID               string
	Room             message.Room // ID, Name, Kind and Topic
	Role             string       // of who is new: message.RoleMember or message.RoleReader
	Maker            message.User // ID "" for who runs the server
	Created, Expires time.Time
	Most, Used       int // how often it may be used, 0 for any number; and was
}

// Invite makes an invitation into a room that by is in, and the secret of its link, which is not kept. It lives
// for at most 30 days; most is how often it may be used, 0 for any number. The operator is in every room, so to
// speak. ErrNotFound: no such room for by; ErrForbidden: by is a reader, or the room is a direct one or one that
// by is not in; ErrMuted and ErrBanned: by is; ErrArchived; ErrInvalid: role, life or most; ErrTooMany: by has 20 that are not over.
func (s *Store) Invite(ctx context.Context, by, room, role string, life time.Duration, most int) (_ Invitation, secret string, err error) {
	switch {
	case role != message.RoleMember && role != message.RoleReader:
		return Invitation{}, "", refuse(ErrInvalid, "Who is invited is a member or a reader.")
	case life < time.Minute || life > longestInvitation:
		return Invitation{}, "", refuse(ErrInvalid, "An invitation is good for 30 days at most.")
	case most < 0:
		return Invitation{}, "", refuse(ErrInvalid, "An invitation may be used once, several times, or any number of times.")
	}
	secret = rand.Text()
	inv, err := write(ctx, s, "invite", func(ctx context.Context, tx *sql.Tx) (Invitation, error) {
		now := s.now()
		if _, err := tx.ExecContext(ctx, `DELETE FROM invitations WHERE expires <= $1`, now.UnixMicro()); err != nil {
			return Invitation{}, fmt.Errorf("drop dead invitations: %w", err)
		}
		if err := mayInvite(ctx, tx, by, room, now); err != nil {
			return Invitation{}, err
		}
		token := hashSecret(secret)
		_, err := tx.ExecContext(ctx, `
			INSERT INTO invitations (id, token, room, role, maker, created, expires, most, used)
			VALUES ($1, $2, $3, $4, NULLIF($5, $6), $7, $8, $9, 0)`,
			newID(), hex.EncodeToString(token), room, role, by, Operator, now.UnixMicro(), now.Add(life).UnixMicro(), most)
		if err != nil {
			return Invitation{}, fmt.Errorf("insert an invitation: %w", err)
		}
		if _, err := insertAct(ctx, tx, now, act{actor: by, act: ActInvite, room: room, note: role}); err != nil {
			return Invitation{}, err
		}
		return selectInvitation(ctx, tx, token, now)
	})
	if err != nil {
		return Invitation{}, "", err
	}
	return inv, secret, nil
}

func mayInvite(ctx context.Context, tx *sql.Tx, by, room string, now time.Time) error {
	var p place
	err := tx.QueryRowContext(ctx, `SELECT kind, archived FROM rooms WHERE id = $1`, room).Scan(&p.kind, &p.archived)
	if err != nil {
		return found(err)
	}
	if by != Operator {
		u, err := selectUser(ctx, tx, `u.email IS NOT NULL AND u.id = $1`, by)
		if err != nil {
			return err
		}
		if err := u.MaySpeak(now); err != nil {
			return err
		}
		if p, err = placeOf(ctx, tx, by, room); err != nil {
			return err
		}
		if !p.member {
			return refuse(ErrForbidden, "You can invite into rooms that you are in.")
		}
		var n int
		if err := tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM invitations WHERE maker = $1 AND (most = 0 OR used < most)`, by).Scan(&n); err != nil {
			return fmt.Errorf("count invitations: %w", err)
		}
		if n >= mostInvitations {
			return refuse(ErrTooMany, fmt.Sprintf("You have %d invitations already. Please revoke one first.", mostInvitations))
		}
	}
	switch {
	case p.kind == message.DirectRoom:
		return refuse(ErrForbidden, "Who is in a direct room stays the same. Please make another.")
	case p.archived:
		return archived()
	}
	return nil
}
