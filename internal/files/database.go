package files

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"gochatting/internal/store"
)

// partSize is how many bytes each part of a blob has, but the last: so much of it is in memory at a time, of
// each that is written or read. What is in a database was cut by it.
const partSize = 256 << 10

// endTime is how long the end of an upload may take when nobody waits for it any more.
const endTime = 10 * time.Second

// A Database is a Store in a PostgreSQL database, for all nodes that have it.
type Database struct{ blobs *store.Blobs }

// OpenDatabase makes a Database.
func OpenDatabase(b *store.Blobs) *Database { return &Database{b} }

// Put is that of Store.
func (d *Database) Put(ctx context.Context, r io.Reader, max int64) (b Blob, release func() error, err error) {
	upload, err := d.blobs.Begin(ctx)
	if err != nil {
		return Blob{}, nil, fmt.Errorf("files: put: %w", full(err))
	}
	release = sync.OnceValue(func() error {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), endTime)
		defer cancel()
		return d.blobs.End(ctx, upload)
	})
	b, err = d.write(ctx, upload, r, max)
	if err == nil {
		if err = d.blobs.Keep(ctx, upload, b.Hash, b.Size); err != nil {
			// It may have been kept nevertheless.
			err = errors.Join(err, release(), d.Delete(context.WithoutCancel(ctx), b.Hash))
		}
	}
	if err != nil {
		return Blob{}, nil, fmt.Errorf("files: put: %w", full(errors.Join(err, release())))
	}
	return b, release, nil
}

// write writes r, part by part.
func (d *Database) write(ctx context.Context, upload string, r io.Reader, max int64) (Blob, error) {
	in := &contextual{ctx: ctx, from: r}
	all := io.LimitReader(in, max+1)
	sum, size := sha256.New(), int64(0)
	part := make([]byte, partSize)
	for n := int64(0); ; n++ {
		length, err := io.ReadFull(all, part)
		if in.err != nil {
			return Blob{}, in.err
		}
		if size += int64(length); size > max {
			return Blob{}, ErrTooLong
		}
		if length > 0 {
			sum.Write(part[:length]) // never fails
			if err := d.blobs.Write(ctx, upload, n, part[:length]); err != nil {
				return Blob{}, err
			}
		}
		if err != nil { // it was the last
			return Blob{Hash: hex.EncodeToString(sum.Sum(nil)), Size: size}, nil
		}
	}
}

// Open is that of Store. What is read is asked for part by part, until ctx ends.
func (d *Database) Open(ctx context.Context, hash string) (io.ReadSeekCloser, error) {
	if !isHash(hash) {
		return nil, ErrGone
	}
	size, err := d.blobs.Size(ctx, hash)
	if err != nil {
		return nil, fmt.Errorf("files: open: %w", gone(err))
	}
	return &parts{ctx: ctx, blobs: d.blobs, hash: hash, size: size, number: -1}, nil
}

// Delete is that of Store.
func (d *Database) Delete(ctx context.Context, hashes ...string) error {
	var faults []error
	for _, hash := range hashes {
		if !isHash(hash) {
			continue
		}
		if err := d.blobs.Delete(ctx, hash); err != nil {
			faults = append(faults, fmt.Errorf("files: delete: %w", err))
		}
	}
	return errors.Join(faults...)
}

// Sweep is that of Store. What a node that crashed was uploading is nobody's after an hour.
func (d *Database) Sweep(ctx context.Context) error {
	if err := d.blobs.Sweep(ctx); err != nil {
		return fmt.Errorf("files: sweep: %w", err)
	}
	return nil
}

// full gives a full disk its name here, and gone what is not there.
func full(err error) error { return renamed(err, store.ErrFull, ErrFull) }
func gone(err error) error { return renamed(err, store.ErrNotFound, ErrGone) }

func renamed(err, theirs, ours error) error {
	if errors.Is(err, theirs) {
		return errors.Join(ours, err)
	}
	return err
}
