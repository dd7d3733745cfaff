// Package files keeps what people upload: each content once, under its hash, with a smaller picture
// of what is a picture.
package files

import (
	"context"
	"errors"
	"io"
)

// What callers tell apart, with errors.Is. A picture that is too large is a *picture.TooLarge.
var (
	ErrTooLong = errors.New("files: too long")
	ErrFull    = errors.New("files: the disk is full")
	ErrGone    = errors.New("files: not there")
)

// A Store keeps contents, which it calls blobs, by what they are. It is safe for concurrent use.
type Store interface {
	// Put reads r to its end and keeps it: what Put has returned is there after any crash. Until
	// release is called Delete leaves it alone, so that the caller can make it somebody's, for which there
	// is an hour. ErrTooLong: r has more than max bytes; ErrFull. When it fails, also because ctx ends,
	// nothing is kept. If release fails, Sweep deletes it in the end, unless it is used.
	Put(ctx context.Context, r io.Reader, max int64) (b Blob, release func() error, err error)

	// Open reads what has this hash, for as long as ctx lasts. ErrGone: there is none; also when reading, if
	// it is deleted meanwhile.
	Open(ctx context.Context, hash string) (io.ReadSeekCloser, error)

	// Delete deletes those that nothing uses, which it asks Used about itself: a caller need not
	// know that nobody else put the same.
	Delete(ctx context.Context, hashes ...string) error

	// Sweep deletes all that nothing uses, which is what crashes leave. It is to be called now and then.
	Sweep(ctx context.Context) error
}

// A Blob is what a Store keeps.
type Blob struct {
	Hash string // SHA-256, in lower-case hexadecimal
	Size int64  // bytes
}

// Used says whether what has this hash is anybody's. It sees at once what became so.
type Used func(ctx context.Context, hash string) (bool, error)
