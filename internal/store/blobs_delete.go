package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// unused is what is no file's, no preview's, and not held. At the same moment, for one statement: who makes a
// blob somebody's holds it until it is.
const unused = `
	NOT EXISTS (SELECT 1 FROM uploads u WHERE u.hash = b.hash)
	AND NOT EXISTS (SELECT 1 FROM files f WHERE f.hash = b.hash)
	AND NOT EXISTS (SELECT 1 FROM files f WHERE f.preview = b.hash)`

// Delete deletes a blob that nothing uses.
func (b *Blobs) Delete(ctx context.Context, hash string) error {
	err := b.transact(ctx, func(tx *sql.Tx) error {
		var upload string
		// First the lock, which keeps others from beginning to hold the blob; then, in another statement, what
		// is true since then.
		err := tx.QueryRowContext(ctx, `SELECT upload FROM blobs WHERE hash = $1 FOR UPDATE`, hash).Scan(&upload)
		if err != nil {
			return err
		}
		err = tx.QueryRowContext(ctx, `DELETE FROM blobs b WHERE hash = $1 AND`+unused+` RETURNING upload`, hash).Scan(&upload)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `DELETE FROM blob_parts WHERE upload = $1`, upload)
		return err
	})
	if errors.Is(err, sql.ErrNoRows) {
		return nil // it is not there, or somebody's
	}
	return b.failed("delete a blob", err)
}

// Sweep deletes all blobs that nothing uses, and what nodes that crashed were uploading.
func (b *Blobs) Sweep(ctx context.Context) error {
	if err := b.transact(ctx, func(tx *sql.Tx) error { return endLost(ctx, tx) }); err != nil {
		return b.failed("sweep uploads", err)
	}
	lost, err := list(ctx, b.engine.read, scanID, `SELECT b.hash FROM blobs b WHERE`+unused)
	if err != nil {
		return b.failed("sweep blobs", err)
	}
	for _, hash := range lost {
		if err := b.Delete(ctx, hash); err != nil {
			return err
		}
	}
	return nil
}

// endLost ends the uploads that have not gone on for an hour. Another node may be doing the same.
func endLost(ctx context.Context, tx *sql.Tx) error {
	lost, err := list(ctx, tx, scanID, `
		DELETE FROM uploads WHERE id IN (
			SELECT id FROM uploads WHERE at < now() - INTERVAL '1 hour' FOR UPDATE SKIP LOCKED) RETURNING id`)
	if err != nil {
		return fmt.Errorf("end uploads: %w", err)
	}
	for _, upload := range lost {
		if err := dropParts(ctx, tx, upload); err != nil {
			return fmt.Errorf("drop parts: %w", err)
		}
	}
	return nil
}
