package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"gochatting/internal/message"
)

// Mute keeps a user of lower rank from saying anything until then; the zero time ends that. While somebody
// of a higher rank than by's has them muted, that stays. ErrNotFound: no such user; ErrForbidden: it is not for
// by to do; ErrInvalid: then is over.
func (s *Store) Mute(ctx context.Context, by, userID string, until time.Time) (User, error) {
	return write(ctx, s, "mute a user", func(ctx context.Context, tx *sql.Tx) (User, error) {
		now := s.now()
		u, err := below(ctx, tx, by, userID, now)
		if err != nil {
			return User{}, err
		}
		if u.Muted.After(now) {
			if err := mayReplace(ctx, tx, by, ActMute, u.ID); err != nil {
				return User{}, err
			}
		}
		done := act{actor: by, act: ActMute, subject: u.ID, until: until}
		switch {
		case until.IsZero() && !u.Muted.After(now):
			return u, nil
		case until.IsZero():
			done.act, u.Muted = ActUnmute, time.Time{}
		case !until.After(now):
			return User{}, over()
		default:
			u.Muted = atMost(until)
		}
		if _, err := tx.ExecContext(ctx, `UPDATE users SET muted = $2 WHERE id = $1`, u.ID, micros(u.Muted)); err != nil {
			return User{}, fmt.Errorf("mute: %w", err)
		}
		_, err = insertAct(ctx, tx, now, done)
		return u, err
	})
}

// mayReplace is ErrForbidden if the last such act to the user was of somebody who ranks above the actor.
func mayReplace(ctx context.Context, q querier, by, what, userID string) error {
	var role string
	err := q.QueryRowContext(ctx, `
		SELECT COALESCE(u.role, $3) FROM acts a LEFT JOIN users u ON u.id = a.actor
		WHERE a.act = $1 AND a.subject = $2 ORDER BY a.seq DESC LIMIT 1`, what, userID, Operator).Scan(&role)
	switch {
	case errors.Is(err, sql.ErrNoRows): // who has left is muted by nobody
		return nil
	case err != nil:
		return fmt.Errorf("look who did that: %w", err)
	}
	return mayOverrule(ctx, q, by, role)
}

// MaySpeak is the refusal of somebody who may say and upload nothing now: ErrMuted or ErrBanned, with
// when that ends, or ErrForbidden for a reader.
func (u User) MaySpeak(now time.Time) error {
	switch {
	case u.Banned.After(now):
		return banned(u.Banned, now)
	case u.Role == message.RoleReader:
		return refuse(ErrForbidden, "You are here as a reader, who does not write. An owner can make you a member.")
	case u.Muted.After(now):
		return refuseFor(ErrMuted, "You are muted for now; you can read meanwhile.", rest(u.Muted, now))
	}
	return nil
}

func over() error { return refuse(ErrInvalid, "The time until which this is to be is over.") }
