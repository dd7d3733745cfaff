package store

import (
	"context"
	"fmt"
	"time"
)

const (
	nodeLife   = 15 * time.Second // without a word, a node is not taken for alive any more
	nodeForget = 24 * time.Hour
)

// Nodes notes that the node of this name is alive, and returns the names of the others that said so of themselves in the
// last 15 seconds, by the clock of the database. On SQLite there are none.
func (s *Store) Nodes(ctx context.Context, self string) (others []string, err error) {
	if !s.engine.shared {
		return nil, nil
	}
	others, err = list(ctx, s.engine.read, scanID, `
		WITH self AS (
			INSERT INTO nodes (name, seen) VALUES ($1, now()) ON CONFLICT (name) DO UPDATE SET seen = excluded.seen
		), forgotten AS (
			DELETE FROM nodes WHERE name <> $1 AND seen < now() - make_interval(secs => $3)
		)
		SELECT name FROM nodes WHERE name <> $1 AND seen > now() - make_interval(secs => $2) ORDER BY name`,
		self, nodeLife.Seconds(), nodeForget.Seconds())
	if err != nil {
		return nil, fmt.Errorf("store: nodes: %w", err)
	}
	return others, nil
}

// LeaveNodes has the others not wait until they notice that this node is gone.
func (s *Store) LeaveNodes(ctx context.Context, self string) error {
	if !s.engine.shared {
		return nil
	}
	if _, err := s.engine.read.ExecContext(ctx, `DELETE FROM nodes WHERE name = $1`, self); err != nil {
		return fmt.Errorf("store: leave the nodes: %w", err)
	}
	return nil
}

// Own reports whether nobody else writes into the database, as on SQLite.
func (s *Store) Own() bool { return !s.engine.shared }
