package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// Blobs are contents in a PostgreSQL database, each once, under its hash. They come and go in parts, each by
// a statement of its own on the connections that read: a large one keeps no connection for itself, and no
// message waits for it.
//
// Every upload is a row until it has ended, and its blob is not deleted before; so a blob is either somebody's
// file, or held, at any moment, for all nodes. An upload that has not gone on for an hour is of a node
// that crashed.
type Blobs struct{ engine *engine }

// Blobs are those of the database, if it is PostgreSQL. With SQLite contents are files on the disk.
func (s *Store) Blobs() *Blobs { return &Blobs{s.engine} }

// errUploadGone is an upload that did not go on for so long that it was swept away.
var errUploadGone = errors.New("the upload has taken too long")

// going gives the absence of an upload its name.
func going(err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return errUploadGone
	}
	return err
}

// Begin begins an upload, which ends with End.
func (b *Blobs) Begin(ctx context.Context) (upload string, err error) {
	upload = newID()
	_, err = b.engine.read.ExecContext(ctx, `INSERT INTO uploads (id) VALUES ($1)`, upload)
	return upload, b.failed("begin an upload", err)
}

// Write adds a part to an upload, of those that count from 0.
func (b *Blobs) Write(ctx context.Context, upload string, part int64, content []byte) error {
	err := b.engine.read.QueryRowContext(ctx, `
		WITH going AS (UPDATE uploads SET at = now() WHERE id = $1 RETURNING id)
		INSERT INTO blob_parts (upload, part, content) SELECT id, $2, $3 FROM going RETURNING part`,
		upload, part, content).Scan(&part)
	return b.failed("write a part of a blob", going(err))
}

// Keep makes a blob of what was uploaded, or of what is there already with the same hash. Until End it is not
// deleted.
func (b *Blobs) Keep(ctx context.Context, upload, hash string, size int64) error {
	// DO UPDATE, though it changes nothing: it waits for who is deleting the blob, and then inserts.
	err := b.engine.read.QueryRowContext(ctx, `
		WITH held AS (UPDATE uploads SET hash = $2, at = now() WHERE id = $1 RETURNING id)
		INSERT INTO blobs (hash, size, upload) SELECT $2, $3, id FROM held
		ON CONFLICT (hash) DO UPDATE SET hash = excluded.hash RETURNING hash`, upload, hash, size).Scan(&hash)
	return b.failed("keep a blob", going(err))
}

// End ends an upload, with its parts if no blob came of it. It may be called again.
func (b *Blobs) End(ctx context.Context, upload string) error {
	err := b.transact(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `DELETE FROM uploads WHERE id = $1`, upload); err != nil {
			return err
		}
		return dropParts(ctx, tx, upload)
	})
	return b.failed("end an upload", err)
}

// dropParts drops those of an upload that is no more, unless they are a blob's. It is not one statement
// with the end of the upload, which may have waited for Keep: it would not see what that has done.
func dropParts(ctx context.Context, tx *sql.Tx, upload string) error {
	_, err := tx.ExecContext(ctx, `
		DELETE FROM blob_parts WHERE upload = $1 AND NOT EXISTS (SELECT 1 FROM blobs WHERE upload = $1)`, upload)
	return err
}

// Size is how many bytes a blob has. ErrNotFound: there is none.
func (b *Blobs) Size(ctx context.Context, hash string) (bytes int64, err error) {
	err = b.engine.read.QueryRowContext(ctx, `SELECT size FROM blobs WHERE hash = $1`, hash).Scan(&bytes)
	return bytes, b.failed("look a blob up", found(err))
}

// Read is a part of a blob. ErrNotFound: there is no such blob any more, or it has not so many.
func (b *Blobs) Read(ctx context.Context, hash string, part int64) (content []byte, err error) {
	err = b.engine.read.QueryRowContext(ctx, `
		SELECT p.content FROM blobs b JOIN blob_parts p ON p.upload = b.upload WHERE b.hash = $1 AND p.part = $2`,
		hash, part).Scan(&content)
	return content, b.failed("read a part of a blob", found(err))
}

// transact runs f in a transaction on a connection that is not the writer's.
func (b *Blobs) transact(ctx context.Context, f func(tx *sql.Tx) error) error {
	tx, err := b.engine.read.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := f(tx); err != nil {
		return errors.Join(err, tx.Rollback())
	}
	return tx.Commit()
}

func (b *Blobs) failed(what string, err error) error {
	if err != nil {
		err = fmt.Errorf("store: %s: %w", what, b.engine.classify(err))
	}
	return err
}
