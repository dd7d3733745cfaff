package store

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"
)

const (
	purgeReach = time.Hour // how far back a purge goes
	purgeStep  = 100       // messages in one transaction: others speak in between
)

// Purge takes away what a user of lower rank said in the last hour, in all rooms. Everywhere it is as if
// they had deleted it, but for a day it is kept apart, for Restore. act is by which to undo it; n is how
// many messages that were. It is "" if there were none. ErrNotFound: no such user; ErrForbidden: it is not
// for by to do. It goes on also when the caller stops waiting.
func (s *Store) Purge(ctx context.Context, by, userID string) (actID string, n int, err error) {
	ctx = context.WithoutCancel(ctx)
	if _, err := below(ctx, s.engine.read, by, userID, s.now()); err != nil {
		return "", 0, fmt.Errorf("store: purge: %w", err)
	}
	seqs, err := s.lately(ctx, userID, s.now().Add(-purgeReach))
	if err != nil {
		return "", 0, fmt.Errorf("store: purge: %w", err)
	}
	for some := range slices.Chunk(seqs, purgeStep) {
		type step struct {
			act string
			n   int
		}
		done, err := rewrite(ctx, s, "purge", false, func(ctx context.Context, r *rewriting) (done step, err error) {
			if done.act = actID; done.act == "" {
				if _, err := below(ctx, r.tx, by, userID, r.now); err != nil {
					return done, err
				}
				if done.act, err = insertAct(ctx, r.tx, r.now, act{actor: by, act: ActPurge, subject: userID}); err != nil {
					return done, err
				}
			}
			if done.n, err = r.purge(ctx, done.act, some); err != nil {
				return done, err
			}
			_, err = r.tx.ExecContext(ctx, `UPDATE acts SET note = $2 WHERE id = $1`, done.act, strconv.Itoa(n+done.n))
			return done, err
		})
		if err != nil {
			return actID, n, err
		}
		actID, n = done.act, n+done.n
	}
	return actID, n, nil
}

// lately are the seqs of what a user said since, and has not deleted.
func (s *Store) lately(ctx context.Context, userID string, since time.Time) ([]int64, error) {
	first, err := s.seqAt(ctx, since)
	if err != nil {
		return nil, err
	}
	// The concatenation keeps SQLite from going through all that they ever said.
	return list(ctx, s.engine.read, scanSeq,
		`SELECT seq FROM messages WHERE seq >= $1 AND author || '' = $2 AND at >= $3 AND deleted IS NULL ORDER BY seq`,
		first, userID, since.UnixMicro())
}

// purge puts messages away, but not those that are being removed for good.
func (r *rewriting) purge(ctx context.Context, actID string, seqs []int64) (n int, err error) {
	lines, err := selectLines(ctx, r.tx, `m.seq IN (`+marks(1, len(seqs))+`) AND m.deleted IS NULL AND u.removing = 0 ORDER BY m.room, m.seq`, anys(seqs)...)
	if err != nil {
		return 0, err
	}
	for _, l := range lines {
		if err := withdraw(ctx, r.tx, actID, l.Room, l.TextMessage); err != nil {
			return 0, err
		}
		if err := r.change(ctx, l, func(l *line) error { return l.hide(ctx, r.tx, r.now) }); err != nil {
			return 0, err
		}
	}
	return len(lines), nil
}
