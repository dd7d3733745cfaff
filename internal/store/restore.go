package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"gochatting/internal/message"
)

// purgeKept is for how long a purge can be undone.
const purgeKept = 24 * time.Hour

// Restore undoes a purge: what it took away is as it was, each with its next Rev, and n how many messages
// that were. It is for moderators and owners, of no lower rank than who did it. ErrNotFound: no such purge;
// ErrConflict: it was undone, is older than a
// day, or who said it has had all of it removed. It goes on also when the caller stops waiting.
func (s *Store) Restore(ctx context.Context, by, actID string) (n int, err error) {
	ctx = context.WithoutCancel(ctx)
	for more := true; more; {
		type step struct {
			n    int
			more bool
		}
		done, err := rewrite(ctx, s, "undo a purge", false, func(ctx context.Context, r *rewriting) (done step, err error) {
			subject, err := r.undoable(ctx, by, actID)
			if err != nil {
				return done, err
			}
			if done.n, err = r.restore(ctx, actID); err != nil {
				return done, err
			}
			if done.more = done.n == purgeStep; done.more {
				return done, nil
			}
			if _, err := r.tx.ExecContext(ctx, `UPDATE acts SET undone = $2 WHERE id = $1`, actID, r.now.UnixMicro()); err != nil {
				return done, fmt.Errorf("note that it is undone: %w", err)
			}
			_, err = insertAct(ctx, r.tx, r.now, act{actor: by, act: ActRestore, subject: subject, note: strconv.Itoa(n + done.n)})
			return done, err
		})
		if err != nil {
			return n, err
		}
		n, more = n+done.n, done.more
	}
	return n, nil
}

// undoable says whose messages a purge took away, if it is for by to undo.
func (r *rewriting) undoable(ctx context.Context, by, actID string) (subject string, err error) {
	if err := mustBe(ctx, r.tx, by, message.RoleModerator, r.now); err != nil {
		return "", err
	}
	var at int64
	var undone sql.NullInt64
	var removed bool
	var role string
	err = r.tx.QueryRowContext(ctx, `
		SELECT a.at, a.undone, a.subject, s.removing > 0, COALESCE(u.role, $2)
		FROM acts a JOIN users s ON s.id = a.subject LEFT JOIN users u ON u.id = a.actor
		WHERE a.id = $1 AND a.act = 'purge'`, actID, Operator).Scan(&at, &undone, &subject, &removed, &role)
	switch {
	case err != nil:
		return "", found(err)
	case undone.Valid || removed || at <= r.now.Add(-purgeKept).UnixMicro():
		return "", refuse(ErrConflict, "This cannot be undone any more.")
	}
	return subject, mayOverrule(ctx, r.tx, by, role)
}

// mayOverrule is ErrForbidden for an actor of a lower rank than the role of who did something.
func mayOverrule(ctx context.Context, q querier, by, role string) error {
	has, err := roleOf(ctx, q, by)
	if err == nil && rank(has) < rank(role) {
		err = refuse(ErrForbidden, "Somebody of a higher rank did this, and it is for them to change.")
	}
	return err
}

// restore gives the next messages back that the purge took away.
func (r *rewriting) restore(ctx context.Context, actID string) (n int, err error) {
	type purged struct {
		room string
		id   int64
		was  withdrawn
	}
	some, err := list(ctx, r.tx, func(from row) (m purged, err error) {
		var was string
		if err := from.Scan(&m.room, &m.id, &was); err != nil {
			return m, err
		}
		return m, json.Unmarshal([]byte(was), &m.was)
	}, `SELECT room, id, was FROM purged WHERE act = $1 ORDER BY room, id LIMIT $2`, actID, purgeStep)
	if err != nil {
		return 0, fmt.Errorf("read what was purged: %w", err)
	}
	for _, m := range some {
		l, err := selectLine(ctx, r.tx, m.room, m.id)
		if err != nil {
			return 0, fmt.Errorf("message %d: %w", m.id, err)
		}
		err = r.change(ctx, l, func(l *line) error {
			m.was.giveBack(l.TextMessage)
			return insertMentions(ctx, r.tx, l.Room, l.TextMessage)
		})
		if err != nil {
			return 0, err
		}
		if _, err := r.tx.ExecContext(ctx, `DELETE FROM purged WHERE room = $1 AND id = $2`, m.room, m.id); err != nil {
			return 0, fmt.Errorf("drop what was purged: %w", err)
		}
	}
	return len(some), nil
}
