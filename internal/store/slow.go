package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

// mostSlow is how many seconds may lie between two messages of one person.
const mostSlow = 3600

// clocksDiffer is by how much the clocks of nodes may. And a batch waits for the room after it has looked at its own.
const clocksDiffer = time.Minute

// pace notes that a user speaks in a slow room. ErrSlow: it is too soon. Who keeps order speaks freely.
func pace(ctx context.Context, tx *sql.Tx, userID, room string, now time.Time) error {
	p, err := placeOf(ctx, tx, userID, room)
	if err != nil || p.keeps() {
		return err
	}
	every := time.Duration(p.slow) * time.Second
	if rest := p.spoke.Add(every).Sub(now); rest > 0 && rest <= every+clocksDiffer { // more if the clock was set back
		return refuseFor(ErrSlow, fmt.Sprintf("In this room everybody says something at most every %d seconds.", p.slow), min(rest, every))
	}
	return noteSpoke(ctx, tx, userID, room, now)
}

// noteSpoke notes when a user speaks in a room, if it is a slow one.
func noteSpoke(ctx context.Context, tx *sql.Tx, userID, room string, now time.Time) error {
	_, err := tx.ExecContext(ctx, `
		INSERT INTO spoke (room, user_id, at) SELECT id, CAST($2 AS TEXT), CAST($3 AS BIGINT) FROM rooms WHERE id = $1 AND slow > 0
		ON CONFLICT (room, user_id) DO UPDATE SET at = excluded.at`, room, userID, now.UnixMicro())
	if err != nil {
		return fmt.Errorf("note who spoke: %w", err)
	}
	return nil
}
