package store

import (
	"context"
	"database/sql"
	"encoding/hex"
	"fmt"
	"time"

	"gochatting/internal/message"
)

// Invitation is the one whose secret has this hash. Looking at it uses nothing up. ErrNotFound: it was revoked,
// or is over, or its maker is muted now.
func (s *Store) Invitation(ctx context.Context, hash []byte) (Invitation, error) {
	inv, err := selectInvitation(ctx, s.engine.read, hash, s.now())
	if err != nil {
		return Invitation{}, fmt.Errorf("store: invitation: %w", err)
	}
	return inv, nil
}

// Accept lets a user into the room of an invitation; a reader whom it invites as a member rises. changed is
// false, and nothing is used up, if they had all that before. Errors as of Invitation; ErrTooMany: they are in
// as many rooms as anybody may be.
func (s *Store) Accept(ctx context.Context, userID string, hash []byte) (room string, changed bool, err error) {
	type answer struct {
		room    string
		changed bool
	}
	a, err := write(ctx, s, "accept an invitation", func(ctx context.Context, tx *sql.Tx) (a answer, err error) {
		now := s.now()
		u, err := selectUser(ctx, tx, `u.id = $1`, userID)
		if err != nil {
			return a, err
		}
		inv, err := selectInvitation(ctx, tx, hash, now)
		if err != nil {
			return a, err
		}
		a.room = inv.Room.ID
		a.changed, err = accept(ctx, tx, inv, &u, false, now)
		return a, err
	})
	return a.room, a.changed, err
}

// accept counts a use if the user is new, or anything changes for them.
func accept(ctx context.Context, tx *sql.Tx, inv Invitation, u *User, isNew bool, now time.Time) (changed bool, err error) {
	changed = isNew
	if u.Role == message.RoleReader && inv.Role == message.RoleMember {
		if err := giveRole(ctx, tx, *u, message.RoleMember, now); err != nil {
			return false, err
		}
		u.Role, changed = message.RoleMember, true
	}
	added, err := letIn(ctx, tx, u.ID, inv.Room.ID, u.ID, now)
	if err != nil || !added && !changed {
		return false, err
	}
	if _, err := tx.ExecContext(ctx, `UPDATE invitations SET used = used + 1 WHERE id = $1`, inv.ID); err != nil {
		return false, fmt.Errorf("use an invitation: %w", err)
	}
	return true, nil
}

// Invitations are the live ones that the viewer may revoke, the latest first: their own, and for who keeps order
// all into rooms that they may read.
func (s *Store) Invitations(ctx context.Context, viewer string) ([]Invitation, error) {
	all, err := list(ctx, s.engine.read, scanInvitation, selectInvitations+` AND `+mayRevoke+` ORDER BY i.created DESC, i.id`,
		s.now().UnixMicro(), viewer, Operator)
	if err != nil {
		return nil, fmt.Errorf("store: invitations: %w", err)
	}
	return all, nil
}

// RevokeInvitation ends an invitation; who came in by it stays. ErrNotFound: there is none for by to revoke.
func (s *Store) RevokeInvitation(ctx context.Context, by, id string) error {
	_, err := write(ctx, s, "revoke an invitation", func(ctx context.Context, tx *sql.Tx) (none struct{}, err error) {
		now := s.now()
		inv, err := scanInvitation(tx.QueryRowContext(ctx, selectInvitations+` AND `+mayRevoke+` AND i.id = $4`, now.UnixMicro(), by, Operator, id))
		if err != nil {
			return none, err
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM invitations WHERE id = $1`, id); err != nil {
			return none, err
		}
		_, err = insertAct(ctx, tx, now, act{actor: by, act: ActRevoke, subject: inv.Maker.ID, room: inv.Room.ID, note: inv.Role})
		return none, err
	})
	return err
}

const (
	// selectInvitations reads those that are not over at $1. One is over also when its maker has gone from the room,
	// who could come back by it.
	selectInvitations = `
		SELECT i.id, r.id, r.name, r.kind, r.topic, i.role, i.created, i.expires, i.most, i.used, i.maker IS NOT NULL, ` + makerColumns + `
		FROM invitations i JOIN rooms r ON r.id = i.room LEFT JOIN users u ON u.id = i.maker
		WHERE i.expires > $1 AND (i.most = 0 OR i.used < i.most) AND r.archived = 0
		  AND (i.maker IS NULL OR EXISTS (SELECT 1 FROM members WHERE room = i.room AND user_id = i.maker))`

	makerColumns = `COALESCE(u.id, ''), COALESCE(u.name, ''), COALESCE(u.picture, ''), COALESCE(u.verified, 0), COALESCE(u.role, '')`

	// mayRevoke asks for the viewer $2, who may be the operator $3.
	mayRevoke = `($2 = $3 OR i.maker = $2 OR EXISTS (
			SELECT 1 FROM users v LEFT JOIN members mb ON mb.room = r.id AND mb.user_id = v.id
			WHERE v.id = $2 AND v.role IN ('owner', 'moderator') AND v.banned <= $1 AND (r.kind = 'open' OR mb.user_id IS NOT NULL)))`
)

func selectInvitation(ctx context.Context, q querier, hash []byte, now time.Time) (Invitation, error) {
	return scanInvitation(q.QueryRowContext(ctx, selectInvitations+` AND i.token = $2 AND COALESCE(u.muted, 0) <= $1`, now.UnixMicro(), hex.EncodeToString(hash)))
}

func scanInvitation(from row) (inv Invitation, err error) {
	var created, expires int64
	var made bool
	var maker User
	err = from.Scan(&inv.ID, &inv.Room.ID, &inv.Room.Name, &inv.Room.Kind, &inv.Room.Topic, &inv.Role, &created, &expires, &inv.Most, &inv.Used,
		&made, &maker.ID, &maker.Name, &maker.Picture, &maker.Verified, &maker.Role)
	inv.Created, inv.Expires = moment(created), moment(expires)
	if made {
		inv.Maker = maker.Public()
	}
	return inv, found(err)
}
