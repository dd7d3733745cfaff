package store

import (
	"context"
	"database/sql"
	"fmt"
)

// cutting is the lock of who cuts again: one node at a time.
const cutting = 0x676f637574 // "gocut"

const cutStep = 128 // messages that are cut in one transaction

func (g *gin) caughtUp(ctx context.Context) error {
	for {
		stale, err := g.stale(ctx)
		if err != nil || !stale {
			return err
		}
		g.commits.Add(1)
		signal(g.wake)
		if err := g.follower.caughtUp(ctx); err != nil {
			return err
		}
	}
}

// stale is whether anything is still to be cut by this version.
func (g *gin) stale(ctx context.Context) (bool, error) {
	// MIN goes by the index, where PostgreSQL might go through everything to learn whether something is less.
	var oldest sql.NullInt16
	if err := g.store.engine.read.QueryRowContext(ctx, `SELECT MIN(version) FROM search`).Scan(&oldest); err != nil {
		return false, fmt.Errorf("see what is still to be cut: %w", err)
	}
	return oldest.Valid && oldest.Int16 < g.version, nil
}

// tidy sorts in what was said lately, which otherwise somebody who says something would have to do, and cuts
// what is stale.
func (g *gin) tidy(ctx context.Context) error {
	if _, err := g.store.engine.read.ExecContext(ctx, `SELECT gin_clean_pending_list('search_tokens')`); err != nil {
		return fmt.Errorf("sort in what is new: %w", err)
	}
	stale, err := g.stale(ctx)
	var at cutter
	for stale && err == nil {
		err = g.pace(ctx, func() (err error) {
			stale, err = g.cutMore(ctx, &at)
			return err
		})
	}
	return err
}

// A cutter goes by version and by seq: it does not go again through what it has cut.
type cutter struct {
	version int16
	seq     int64
}

// cutMore cuts some messages that are stale, and says whether there were any. First it locks their tokens, and then
// it reads what they say: so who changes one of them meanwhile comes after it and has the last word. It waits
// for nobody who has locked them already, as who changes them cuts them anyway.
func (g *gin) cutMore(ctx context.Context, at *cutter) (more bool, err error) {
	tx, err := g.store.engine.read.BeginTx(ctx, nil)
	if err != nil {
		return false, err
	}
	defer tx.Rollback() // does nothing after Commit
	if _, err := tx.ExecContext(ctx, `SELECT pg_advisory_xact_lock($1)`, int64(cutting)); err != nil {
		return false, fmt.Errorf("wait for other nodes: %w", err)
	}
	stale, err := list(ctx, tx, func(from row) (c cutter, err error) {
		err = from.Scan(&c.version, &c.seq)
		return c, err
	}, `SELECT version, seq FROM search WHERE (version, seq) > ($1, $2) AND version < $3
		ORDER BY version, seq LIMIT $4 FOR UPDATE SKIP LOCKED`, at.version, at.seq, g.version, cutStep)
	if err != nil || len(stale) == 0 {
		return false, err
	}
	seqs := make([]int64, len(stale))
	for i, c := range stale {
		seqs[i] = c.seq
	}
	entries, err := list(ctx, tx, scanEntry, selectEntries+`seq = ANY(CAST($1 AS BIGINT[]))`, seqs)
	if err != nil {
		return false, fmt.Errorf("read what is to be cut: %w", err)
	}
	if err := g.cut(ctx, tx, entries); err != nil {
		return false, fmt.Errorf("cut: %w", err)
	}
	*at = stale[len(stale)-1]
	return true, tx.Commit()
}
