package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"gochatting/internal/message"
)

// How people come in.
const (
	JoinOpen     = "open"     // by typing an address that nobody holds
	JoinVerified = "verified" // by proving an address
	JoinInvite   = "invite"   // by an invitation
)

// Entry says who may come in.
type Entry struct {
	Join   string // JoinOpen and so on; "" is JoinOpen
	Owner  string // the address whose user is to be an owner; "": of whoever comes first of all
	Proves bool   // whether there is a way to prove an address: without one, Owner's may be typed
}

// first says whether somebody may be the first to come in, whom nobody could invite.
func (e Entry) first(email string, none bool) bool {
	if e.Owner != "" {
		return email == e.Owner
	}
	return none
}

// noneBefore says whether nobody was ever here but guests, and but for this user.
func noneBefore(ctx context.Context, q querier, userID string) (yes bool, err error) {
	err = q.QueryRowContext(ctx, `SELECT NOT EXISTS (SELECT 1 FROM users WHERE guest = 0 AND id <> $1)`, userID).Scan(&yes)
	if err != nil {
		return false, fmt.Errorf("look for who was before: %w", err)
	}
	return yes, nil
}

// isAlone says whether nobody holds an address here, but for this user.
func isAlone(ctx context.Context, q querier, userID string) (yes bool, err error) {
	err = q.QueryRowContext(ctx, `
		SELECT NOT EXISTS (SELECT 1 FROM users u WHERE u.id <> $1 AND u.email IS NOT NULL
			AND (u.verified = 1 OR u.role = 'owner' OR EXISTS (SELECT 1 FROM sessions WHERE user_id = u.id)))`, userID).Scan(&yes)
	if err != nil {
		return false, fmt.Errorf("look for others: %w", err)
	}
	return yes, nil
}

// crown makes an owner of a user who is to be one: whose address Entry names, once it is proven, or typed
// where nothing can be proven and there is no owner; where it names none, who is the first and not invited to
// read only.
func crown(ctx context.Context, tx *sql.Tx, e Entry, u *User, first bool, now time.Time) error {
	due := e.Owner == "" && first && u.Role != message.RoleReader
	if e.Owner != "" && u.Email == e.Owner {
		due = u.Verified
		if !due && !e.Proves {
			err := tx.QueryRowContext(ctx, `SELECT NOT EXISTS (SELECT 1 FROM users WHERE role = 'owner' AND email IS NOT NULL)`).Scan(&due)
			if err != nil {
				return fmt.Errorf("look for an owner: %w", err)
			}
		}
	}
	if !due || u.Role == message.RoleOwner {
		return nil
	}
	if err := giveRole(ctx, tx, *u, message.RoleOwner, now); err != nil {
		return err
	}
	u.Role = message.RoleOwner
	return nil
}

// enthrone makes an owner of the user whose address Entry names, if they are here.
func (s *Store) enthrone(ctx context.Context) error {
	if s.entry.Owner == "" {
		return nil
	}
	u, err := s.UserByEmail(ctx, s.entry.Owner)
	if errors.Is(err, ErrNotFound) || err == nil && u.Role == message.RoleOwner {
		return nil // and nothing is written, so that a full disk lets the server start
	}
	if err != nil {
		return err
	}
	_, err = write(ctx, s, "find the owner", func(ctx context.Context, tx *sql.Tx) (none struct{}, err error) {
		now := s.now()
		if err := lapse(ctx, tx, now); err != nil {
			return none, err
		}
		h, err := holderOf(ctx, tx, s.entry.Owner, now)
		if err == nil && h.held && !h.guest {
			err = crown(ctx, tx, s.entry, &h.User, false, now)
		}
		if errors.Is(err, ErrNotFound) {
			err = nil
		}
		return none, err
	})
	return err
}
