package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

// assetsLife is for how long the files of a page are kept after a server last had them.
const assetsLife = 30 * 24 * time.Hour

// KeepAssets keeps the files of a version's pages, packed as the caller likes, under the name of that version:
// for servers of other versions, beside it or after it. What no server has kept anew for 30 days is forgotten.
func (s *Store) KeepAssets(ctx context.Context, version string, packed func() ([]byte, error)) error {
	var known bool
	err := s.engine.read.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM assets WHERE version = $1)`, version).Scan(&known)
	var data []byte
	if err == nil && !known {
		data, err = packed()
	}
	if err != nil {
		return fmt.Errorf("store: keep assets: %w", err)
	}
	_, err = write(ctx, s, "keep assets", func(ctx context.Context, tx *sql.Tx) (sql.Result, error) {
		now := s.now()
		if _, err := tx.ExecContext(ctx, `DELETE FROM assets WHERE used < $1`, now.Add(-assetsLife).UnixMicro()); err != nil {
			return nil, fmt.Errorf("forget old ones: %w", err)
		}
		if data == nil {
			return tx.ExecContext(ctx, `UPDATE assets SET used = $2 WHERE version = $1`, version, now.UnixMicro())
		}
		return tx.ExecContext(ctx, `
			INSERT INTO assets (version, used, data) VALUES ($1, $2, $3)
			ON CONFLICT (version) DO UPDATE SET used = excluded.used`, version, now.UnixMicro(), data)
	})
	return err
}

// Assets are what was kept under the name of a version. ErrNotFound: nothing.
func (s *Store) Assets(ctx context.Context, version string) (packed []byte, err error) {
	err = s.engine.read.QueryRowContext(ctx, `SELECT data FROM assets WHERE version = $1`, version).Scan(&packed)
	if err != nil {
		return nil, fmt.Errorf("store: assets: %w", found(err))
	}
	return packed, nil
}
