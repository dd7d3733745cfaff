package store

import (
	"context"
	"fmt"
	"slices"
)

// askedAtOnce is how many ids one query asks for.
const askedAtOnce = 500

// Revs are the latest revs of rooms, by id, whoever may hear them. Of rooms that there are not it says nothing.
func (s *Store) Revs(ctx context.Context, rooms []string) (map[string]int64, error) {
	revs := make(map[string]int64, len(rooms))
	for some := range slices.Chunk(rooms, askedAtOnce) {
		_, err := list(ctx, s.engine.read, func(from row) (none struct{}, err error) {
			var id string
			var rev int64
			err = from.Scan(&id, &rev)
			revs[id] = rev
			return none, err
		}, `SELECT id, rev FROM rooms WHERE id IN (`+marks(1, padded(len(some)))+`)`, pad(some)...)
		if err != nil {
			return nil, fmt.Errorf("store: revs: %w", err)
		}
	}
	return revs, nil
}

// Dead are those of the sessions that are not live, or not any more.
func (s *Store) Dead(ctx context.Context, sessions []string) (ended []string, err error) {
	for some := range slices.Chunk(sessions, askedAtOnce) {
		live, err := s.ids(ctx, `SELECT s.id FROM sessions s WHERE `+alive+` AND s.id IN (`+marks(3, padded(len(some)))+`)`,
			append(limitsOf(s.now()), pad(some)...)...)
		if err != nil {
			return nil, fmt.Errorf("store: sessions that have ended: %w", err)
		}
		is := make(map[string]bool, len(live))
		for _, id := range live {
			is[id] = true
		}
		for _, id := range some {
			if !is[id] {
				ended = append(ended, id)
			}
		}
	}
	return ended, nil
}

// padded is the next power of two: what is asked often, for ever other numbers of ids, is to be few statements,
// which PostgreSQL keeps prepared.
func padded(n int) int {
	size := 1
	for size < n {
		size *= 2
	}
	return size
}

// pad repeats the last of the ids.
func pad(ids []string) []any {
	args := anys(ids)
	for len(args) < padded(len(ids)) {
		args = append(args, ids[len(ids)-1])
	}
	return args
}
