package store

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"gochatting/internal/message"
)

// withdrawn is what a purge takes away of a message.
type withdrawn struct {
	Content, HTML  string
	Edited, Pinned *time.Time `json:",omitempty"`
	ReplyTo        int64      `json:",omitempty"`
	parts
}

// withdraw keeps what a message is apart from it.
func withdraw(ctx context.Context, tx *sql.Tx, actID, room string, t *message.TextMessage) error {
	was, err := json.Marshal(withdrawn{t.Content, t.HTML, t.Edited, t.Pinned, t.ReplyTo, parts{t.Mentions, t.Reactions, t.Files}})
	if err == nil {
		_, err = tx.ExecContext(ctx, `INSERT INTO purged (room, id, act, was) VALUES ($1, $2, $3, $4)`, room, t.ID, actID, string(was))
	}
	if err != nil {
		return fmt.Errorf("keep message %d: %w", t.ID, err)
	}
	return nil
}

// giveBack makes t what it was.
func (w withdrawn) giveBack(t *message.TextMessage) {
	t.Content, t.HTML, t.Edited, t.Pinned, t.ReplyTo = w.Content, w.HTML, w.Edited, w.Pinned, w.ReplyTo
	t.Mentions, t.Reactions, t.Files = w.Mentions, w.Reactions, w.Files
	t.Deleted = nil
}

// SweepPurged forgets what was purged before a moment, with its files: when it returns, it is gone from
// the disk as what is deleted is. A day is for how long it should be kept. blobs are the hashes of the files
// and their previews, which other files may have too.
func (s *Store) SweepPurged(ctx context.Context, before time.Time) (blobs []string, err error) {
	acts, err := s.ids(ctx, `SELECT DISTINCT p.act FROM purged p CROSS JOIN acts a WHERE a.id = p.act AND a.at < $1`, before.UnixMicro())
	if err != nil {
		return nil, fmt.Errorf("store: look for what was purged: %w", err)
	}
	for _, id := range acts {
		some, err := rewrite(ctx, s, "sweep what was purged", true, func(ctx context.Context, r *rewriting) ([]string, error) {
			return forgetPurged(ctx, r.tx, `a.id = $1`, id)
		})
		if err != nil {
			return blobs, err
		}
		blobs = append(blobs, some...)
	}
	return blobs, nil
}

// forgetPurged forgets what a purge still keeps of l, with its files. errUnchanged: nothing.
func (l line) forgetPurged(ctx context.Context, tx *sql.Tx) (blobs []string, err error) {
	result, err := tx.ExecContext(ctx, `DELETE FROM purged WHERE room = $1 AND id = $2`, l.Room, l.TextMessage.ID)
	if err != nil {
		return nil, fmt.Errorf("forget what was purged: %w", err)
	}
	if n, err := result.RowsAffected(); n == 0 || err != nil {
		return nil, cmp.Or(err, errUnchanged)
	}
	return dropFilesOf(ctx, tx, l.Room, l.TextMessage.ID)
}

// wipePurgedOf forgets what a purge still keeps of what the user said, with its files.
func wipePurgedOf(ctx context.Context, tx *sql.Tx, userID string) (blobs []string, err error) {
	return forgetPurged(ctx, tx, `a.subject = $1`, userID)
}

// forgetPurged forgets what the acts a took away, with its files.
func forgetPurged(ctx context.Context, tx *sql.Tx, which, key string) (blobs []string, err error) {
	these := `(SELECT p.room, p.id FROM purged p CROSS JOIN acts a WHERE a.id = p.act AND ` + which + `)`
	blobs, err = dropFiles(ctx, tx, `room IS NOT NULL AND (room, message) IN `+these, key)
	if err != nil {
		return nil, err
	}
	if _, err := tx.ExecContext(ctx, `DELETE FROM purged WHERE (room, id) IN `+these, key); err != nil {
		return nil, fmt.Errorf("forget what was purged: %w", err)
	}
	return blobs, nil
}
