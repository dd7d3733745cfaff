package store

import (
	"context"
	"database/sql"
	"fmt"

	"gochatting/internal/message"
)

// An entry is what a message is found by.
type entry struct {
	seq    int64
	tokens []string
}

// selectEntries reads of messages what they can be found by.
const selectEntries = `SELECT seq, room, author, deleted, parts, content, html FROM messages WHERE `

func scanEntry(from row) (entry, error) {
	var e entry
	var t message.TextMessage
	m := message.Message{TextMessage: &t}
	var deleted sql.NullInt64
	var parts sql.NullString
	if err := from.Scan(&e.seq, &m.Room, &t.UserInfo.ID, &deleted, &parts, &t.Content, &t.HTML); err != nil {
		return e, found(err)
	}
	t.Deleted = momentIf(deleted)
	if parts.Valid {
		if err := unpack(parts.String, &t); err != nil {
			return e, fmt.Errorf("message %d: %w", e.seq, err)
		}
	}
	e.tokens = tokensOf(m)
	return e, nil
}

// step indexes some messages, up to end.
func (x *index) step(ctx context.Context, end int64) error {
	entries, err := x.read(ctx, end)
	if err != nil {
		return fmt.Errorf("read on: %w", err)
	}
	if len(entries) > 0 {
		end = entries[len(entries)-1].seq
		if err := x.add(ctx, entries); err != nil {
			return err
		}
	}
	x.seq = end
	return nil
}

// read reads and cuts what comes next, outside of any transaction: nobody waits for that.
func (x *index) read(ctx context.Context, end int64) ([]entry, error) {
	return list(ctx, x.store.engine.read, scanEntry,
		selectEntries+`seq > $1 AND seq <= $2 ORDER BY seq LIMIT $3`, x.seq, end, indexStep)
}

// add writes what was read, in one transaction, in which only that is cut again which has changed since.
func (x *index) add(ctx context.Context, entries []entry) error {
	first, last := entries[0].seq, entries[len(entries)-1].seq
	_, err := write(ctx, x.store, "index", func(ctx context.Context, tx *sql.Tx) (sql.Result, error) {
		changed, err := list(ctx, tx, scanEntry, selectEntries+`seq BETWEEN $1 AND $2 AND rev > id ORDER BY seq`, first, last)
		if err != nil {
			return nil, err
		}
		for _, e := range entries {
			if len(changed) > 0 && changed[0].seq == e.seq {
				e, changed = changed[0], changed[1:]
			}
			if err := indexTokens(ctx, tx, e.seq, e.tokens); err != nil {
				return nil, err
			}
		}
		if _, err := tx.ExecContext(ctx, mergeSome); err != nil {
			return nil, fmt.Errorf("merge: %w", err)
		}
		return tx.ExecContext(ctx, `UPDATE indexed SET seq = $1`, last)
	})
	return err
}
