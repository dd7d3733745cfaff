package store

import (
	"context"
	"database/sql"
	"fmt"

	"gochatting/internal/search"
)

const indexStep = 128 // messages that are indexed in one transaction

// An fts makes messages searchable in SQLite's FTS5, following the log: it goes by seq. Up to seq the
// index always is as the messages are, because who changes one of those changes its tokens in the same
// transaction.
type fts struct {
	*follower
	store *Store
	seq   int64 // the follower's own
}

// newFTS finds out how far the index is. What another version of package search has cut is thrown away.
func newFTS(ctx context.Context, s *Store) (finder, error) {
	x := &fts{follower: newFollower(s.log), store: s}
	x.catchUp = x.index
	var version string
	if err := s.engine.write.QueryRowContext(ctx, `SELECT version, seq FROM indexed`).Scan(&version, &x.seq); err != nil {
		return nil, fmt.Errorf("how far the index is: %w", err)
	}
	if version == search.Version {
		return x, nil
	}
	x.seq = 0
	if err := forgetTokens(ctx, s.engine.write); err != nil {
		return nil, fmt.Errorf("forget what another version indexed: %w", err)
	}
	return x, nil
}

func forgetTokens(ctx context.Context, db *sql.DB) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() // does nothing after Commit
	if _, err := tx.ExecContext(ctx, dropAll); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `UPDATE indexed SET version = $1, seq = 0`, search.Version); err != nil {
		return err
	}
	return tx.Commit()
}

// said leaves it to the follower.
func (x *fts) said(context.Context, *sql.Tx, []*job) error { return nil }

// index indexes what there is when it begins.
func (x *fts) index(ctx context.Context) error {
	var end int64
	if err := x.store.engine.read.QueryRowContext(ctx, `SELECT COALESCE(MAX(seq), 0) FROM messages`).Scan(&end); err != nil {
		return fmt.Errorf("find the end: %w", err)
	}
	for x.seq < end {
		if err := x.pace(ctx, func() error { return x.step(ctx, end) }); err != nil {
			return err
		}
	}
	return nil
}

// step indexes some messages, up to end.
func (x *fts) step(ctx context.Context, end int64) error {
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
func (x *fts) read(ctx context.Context, end int64) ([]entry, error) {
	return list(ctx, x.store.engine.read, scanEntry,
		selectEntries+`seq > $1 AND seq <= $2 ORDER BY seq LIMIT $3`, x.seq, end, indexStep)
}

// add writes what was read, in one transaction, in which only that is cut again which has changed since.
func (x *fts) add(ctx context.Context, entries []entry) error {
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
