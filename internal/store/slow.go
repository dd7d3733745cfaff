package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

// mostSlow is how many seconds may lie between two messages of one person.
const mostSlow = 3600

// pace notes that a user speaks in a slow room. ErrSlow: it is too soon. Who keeps order speaks freely.
func pace(ctx context.Context, tx *sql.Tx, userID, room string, now time.Time) error {
	p, err := placeOf(ctx, tx, userID, room)
	if err != nil || p.keeps() {
		return err
	}
	every := time.Duration(p.slow) * time.Second
	if rest := p.spoke.Add(every).Sub(now); rest > 0 && rest <= every { // more if the clock was set back
		return refuseFor(ErrSlow, fmt.Sprintf("In this room everybody says something at most every %d seconds.", p.slow), rest)
	}
	_, err = tx.ExecContext(ctx, `UPDATE members SET spoke = $3 WHERE room = $1 AND user_id = $2`, room, userID, now.UnixMicro())
	if err != nil {
		return fmt.Errorf("note who spoke: %w", err)
	}
	return nil
}
