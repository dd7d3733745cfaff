package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

// lose takes the address from a user, and all that came with it; their id and what they said stays theirs.
// Nobody will ever be this user again. ended are their sessions.
func lose(ctx context.Context, tx *sql.Tx, userID string, now time.Time) (ended []string, err error) {
	if _, err := tx.ExecContext(ctx, `UPDATE users SET email = NULL, role = 'member' WHERE id = $1`, userID); err != nil {
		return nil, fmt.Errorf("release an address: %w", err)
	}
	if err := dropInvitations(ctx, tx, userID); err != nil {
		return nil, err
	}
	if err := passOn(ctx, tx, userID, "", now); err != nil {
		return nil, err
	}
	return endSessions(ctx, tx, userID, "")
}

// held is of a user u whose address nobody else gets by typing it, at $2: they have a session, and an owner, who
// has proven it, or who is muted or banned needs none. Inside a transaction ask after lapse, so that a session is
// a live one.
const held = `(u.verified = 1 OR u.role = 'owner' OR u.muted > $2 OR u.banned > $2 OR EXISTS (SELECT 1 FROM sessions WHERE user_id = u.id))`

// loseIfUnheld is lose for a user whose last session may have ended, unless the address is held without one.
func loseIfUnheld(ctx context.Context, tx *sql.Tx, userID string, now time.Time) error {
	var unheld bool
	err := tx.QueryRowContext(ctx, `SELECT NOT `+held+` FROM users u WHERE u.id = $1`, userID, now.UnixMicro()).Scan(&unheld)
	if err != nil {
		return fmt.Errorf("look whether an address is held: %w", err)
	}
	if unheld {
		_, err = lose(ctx, tx, userID, now)
	}
	return err
}

// forget removes what is known of a user besides the address, who has lost that. They are muted for ever: a socket
// that is still open says nothing more as them in direct rooms, which they stay in for the others' sake.
func forget(ctx context.Context, tx *sql.Tx, u User, remove bool, now time.Time) error {
	if _, err := tx.ExecContext(ctx, `DELETE FROM proofs WHERE email = $1`, u.Email); err != nil {
		return fmt.Errorf("drop proofs: %w", err)
	}
	_, err := tx.ExecContext(ctx, `DELETE FROM members WHERE user_id = $1 AND room IN (SELECT id FROM rooms WHERE kind <> 'direct')`, u.ID)
	if err != nil {
		return fmt.Errorf("end memberships: %w", err)
	}
	if _, err := tx.ExecContext(ctx, `DELETE FROM spoke WHERE user_id = $1`, u.ID); err != nil {
		return fmt.Errorf("forget when they spoke: %w", err)
	}
	_, err = tx.ExecContext(ctx, `UPDATE users SET name = '', picture = '', verified = 0, peer = '', seen = 0, muted = $2, gone = $3, removing = $4 WHERE id = $1`,
		u.ID, forever, now.UnixMicro(), remove)
	if err != nil {
		return fmt.Errorf("forget a user: %w", err)
	}
	return setNames(ctx, tx, u.ID, "")
}
