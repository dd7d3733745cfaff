package store

import (
	"context"
	"database/sql"
	"fmt"

	"gochatting/internal/message"
)

// insertMentions notes whom the message mentions, for counting.
func insertMentions(ctx context.Context, tx *sql.Tx, room string, t *message.TextMessage) error {
	for _, user := range t.Mentions {
		_, err := tx.ExecContext(ctx, `INSERT INTO mentions (user_id, room, id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, user, room, t.ID)
		if err != nil {
			return fmt.Errorf("mention: %w", err)
		}
	}
	return nil
}

func dropMentions(ctx context.Context, tx *sql.Tx, room string, t *message.TextMessage) error {
	for _, user := range t.Mentions {
		_, err := tx.ExecContext(ctx, `DELETE FROM mentions WHERE user_id = $1 AND room = $2 AND id = $3`, user, room, t.ID)
		if err != nil {
			return fmt.Errorf("drop a mention: %w", err)
		}
	}
	return nil
}
