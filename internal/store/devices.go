package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
)

// touchedAtOnce is how many sessions are touched in one transaction.
const touchedAtOnce = 500

// Devices are the live sessions of a user, the latest used first.
func (s *Store) Devices(ctx context.Context, userID string) ([]Session, error) {
	sessions, err := selectSessions(ctx, s.engine.read, alive+` AND s.user_id = $3 ORDER BY s.used DESC, s.created DESC, s.id`,
		append(limitsOf(s.now()), userID)...)
	if err != nil {
		return nil, fmt.Errorf("store: devices: %w", err)
	}
	return sessions, nil
}

// EndSessions ends all sessions of a user, except the one with the id but, and returns the ids of those that
// ended. It lets an address go as EndSession does.
func (s *Store) EndSessions(ctx context.Context, userID, but string) (ended []string, err error) {
	return write(ctx, s, "end sessions", func(ctx context.Context, tx *sql.Tx) ([]string, error) {
		now := s.now()
		if err := lapse(ctx, tx, now); err != nil {
			return nil, err
		}
		ended, err := endSessions(ctx, tx, userID, but)
		if err != nil {
			return nil, err
		}
		return ended, loseIfUnheld(ctx, tx, userID, now)
	})
}

// Touch notes that the live ones among the sessions are used: a socket keeps its session alive without asking
// for it.
func (s *Store) Touch(ctx context.Context, sessionIDs []string) error {
	for ids := range slices.Chunk(sessionIDs, touchedAtOnce) {
		_, err := writeBeside(ctx, s, "touch sessions", "session "+ids[0], func(ctx context.Context, tx *sql.Tx) (sql.Result, error) {
			now := s.now()
			return tx.ExecContext(ctx, `UPDATE sessions AS s SET used = $3 WHERE `+alive+` AND s.id IN (`+marks(4, len(ids))+`)`,
				append(append(limitsOf(now), now.UnixMicro()), anys(ids)...)...)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// endSessions ends all sessions of a user but one, and their device code: a browser that is not the user any
// more has no other one let in.
func endSessions(ctx context.Context, tx *sql.Tx, userID, but string) (ended []string, err error) {
	ended, err = list(ctx, tx, scanID, `DELETE FROM sessions WHERE user_id = $1 AND id <> $2 RETURNING id`, userID, but)
	if err != nil {
		return nil, fmt.Errorf("end sessions: %w", err)
	}
	if _, err := tx.ExecContext(ctx, `DELETE FROM codes WHERE user_id = $1`, userID); err != nil {
		return nil, fmt.Errorf("drop a code: %w", err)
	}
	return ended, nil
}
