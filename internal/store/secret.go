package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// Secret is what all servers on this database share under a name: what fresh makes for the first of them that asks.
// fresh may run in vain.
func (s *Store) Secret(ctx context.Context, name string, fresh func() (string, error)) (string, error) {
	value, err := secret(ctx, s.engine.read, name)
	if err == nil || !errors.Is(err, ErrNotFound) {
		return value, err
	}
	made, err := fresh()
	if err != nil {
		return "", fmt.Errorf("store: make the secret %s: %w", name, err)
	}
	return write(ctx, s, "keep a secret", func(ctx context.Context, tx *sql.Tx) (string, error) {
		_, err := tx.ExecContext(ctx, `INSERT INTO secrets (name, value) VALUES ($1, $2) ON CONFLICT DO NOTHING`, name, made)
		if err != nil {
			return "", err
		}
		return secret(ctx, tx, name)
	})
}

func secret(ctx context.Context, q querier, name string) (value string, err error) {
	if err := q.QueryRowContext(ctx, `SELECT value FROM secrets WHERE name = $1`, name).Scan(&value); err != nil {
		return "", fmt.Errorf("store: the secret %s: %w", name, found(err))
	}
	return value, nil
}
