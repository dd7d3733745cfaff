package store

import (
	"context"
	"database/sql"
	"fmt"
)

const (
	// turns is the lock for which the transactions of writers queue. Who takes away or gives rights, or makes anything
	// of which there may be only one or so many, holds it alone: their transaction sees the world as if there
	// were no others, as with SQLite. Who only says something shares it, and locks the room.
	turns = 0x676f63686174 // "gochat"

	speaking = 0x73706b73 // "spks", with the hash of who does
)

// Two who share turns should not wait for each other in a circle. If they do, PostgreSQL notices after a second: before
// that, one of them gives up, and tries it alone.
const (
	takeAlone  = `SELECT pg_advisory_xact_lock($1)`
	takeShared = `SELECT pg_advisory_xact_lock_shared($1), set_config('lock_timeout', '250ms', true)`
	takeOrder  = takeShared + `,
		(SELECT COUNT(pg_advisory_xact_lock($2, author)) FROM unnest(CAST($3 AS INTEGER[])) author)`
)

func takeTurn(ctx context.Context, tx *sql.Tx, t turn) error {
	take, args := takeAlone, []any{int64(turns)}
	switch {
	case t.shared && len(t.authors) > 0:
		take, args = takeOrder, append(args, int32(speaking), t.authors)
	case t.shared:
		take = takeShared
	}
	if _, err := tx.ExecContext(ctx, take, args...); err != nil {
		return fmt.Errorf("wait for other nodes: %w", err)
	}
	return nil
}
