package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
)

const removedAtOnce = 1000 // messages of who left, in one call

// RemoveNext removes, as Delete does, some of what those have said who left and did not want it kept. more says
// whether to call it again, also after an error, which does not undo what was removed; blobs are as of Delete.
func (s *Store) RemoveNext(ctx context.Context) (blobs []string, more bool, err error) {
	users, err := list(ctx, s.engine.read, scanID, `SELECT id FROM users WHERE removing = 1 ORDER BY id LIMIT 1`)
	if err != nil {
		return nil, true, fmt.Errorf("store: who left: %w", err)
	}
	if len(users) == 0 {
		return nil, false, nil
	}
	seqs, err := list(ctx, s.engine.read, scanSeq, `SELECT seq FROM messages WHERE author = $1 AND deleted IS NULL LIMIT $2`, users[0], removedAtOnce)
	if err != nil {
		return nil, true, fmt.Errorf("store: what they said who left: %w", err)
	}
	for some := range slices.Chunk(seqs, purgeStep) {
		dropped, err := rewrite(ctx, s, "remove messages", true, func(ctx context.Context, r *rewriting) ([]string, error) {
			return r.remove(ctx, some)
		})
		blobs = append(blobs, dropped...)
		if err != nil {
			return blobs, true, err
		}
	}
	if len(seqs) == removedAtOnce {
		return blobs, true, nil
	}
	_, err = write(ctx, s, "note a removal", func(ctx context.Context, tx *sql.Tx) (sql.Result, error) {
		return tx.ExecContext(ctx, `UPDATE users SET removing = 2 WHERE id = $1`, users[0])
	})
	return blobs, true, err
}

// remove deletes messages.
func (r *rewriting) remove(ctx context.Context, seqs []int64) (blobs []string, err error) {
	lines, err := selectLines(ctx, r.tx, `m.seq IN (`+marks(1, len(seqs))+`) AND m.deleted IS NULL ORDER BY m.room, m.seq`, anys(seqs)...)
	if err != nil {
		return nil, err
	}
	for _, l := range lines {
		err := r.change(ctx, l, func(l *line) error {
			dropped, err := l.empty(ctx, r.tx, r.now)
			blobs = append(blobs, dropped...)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return blobs, nil
}
