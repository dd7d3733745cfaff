package store

import (
	"context"
	"database/sql"
	"errors"
	"sort"
	"time"
)

// seqAt is the first seq that was not said before the moment. Seqs go with time; when the clock was set
// back, they go astray by as much.
func (s *Store) seqAt(ctx context.Context, moment time.Time) (int64, error) {
	var last int64
	failed := s.engine.read.QueryRowContext(ctx, `SELECT COALESCE(MAX(seq), 0) FROM messages`).Scan(&last)
	seq := sort.Search(int(last)+1, func(seq int) bool {
		var at int64
		err := s.engine.read.QueryRowContext(ctx, `SELECT at FROM messages WHERE seq >= $1 ORDER BY seq LIMIT 1`, seq).Scan(&at)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			failed = err
		}
		return err != nil || at >= moment.UnixMicro()
	})
	return int64(seq), failed
}
