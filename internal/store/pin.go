package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"gochatting/internal/message"
)

const mostPins = 100 // in one room

// Pin pins a message to its room, or takes the pin away. Anybody in the room may; ErrTooMany: 100 are
// pinned. Else as Edit.
func (s *Store) Pin(ctx context.Context, userID, room string, id int64, on bool) (message.Message, error) {
	return s.change(ctx, "pin", &change{user: userID, room: room, id: id, may: place.maySpeak,
		apply: func(ctx context.Context, tx *sql.Tx, _ place, l *line, now time.Time) error {
			t := l.TextMessage
			switch {
			case t.Deleted != nil:
				return ErrNotFound
			case on == (t.Pinned != nil):
				return errUnchanged
			case !on:
				t.Pinned = nil
				return nil
			}
			var n int
			err := tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM messages WHERE room = $1 AND pinned IS NOT NULL`, room).Scan(&n)
			if err != nil {
				return fmt.Errorf("count pins: %w", err)
			}
			if n >= mostPins {
				return refuse(ErrTooMany, fmt.Sprintf("At most %d messages of a room are pinned. Please take another pin away first.", mostPins))
			}
			t.Pinned = &now
			return nil
		}})
}
