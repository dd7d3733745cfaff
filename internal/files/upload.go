package files

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"mime"
	"net/http"
	"strings"
)

// Uploads takes in what people send, into its Store.
type Uploads struct {
	Store
	painting painting
}

// NewUploads makes Uploads.
func NewUploads(s Store) *Uploads {
	return &Uploads{Store: s, painting: painting{waiting: make(map[string][]chan struct{})}}
}

// An Upload is kept for as long as it is not ended.
type Upload struct {
	Blob
	Type    string // media type, as its first bytes show it, without parameters
	Preview *Preview
	end     func() error
}

// A Preview is a picture of an upload that anybody may be shown: made of its pixels alone, at most
// 1600 pixels wide and high, a JPEG or a PNG.
type Preview struct {
	Blob
	Width, Height int
}

// End lets the upload go: what is not used by then is deleted.
func (u *Upload) End() error { return u.end() }

// Take reads r, which a person sends, to its end, as Store.Put does, and makes a preview if it is a
// picture; one that is broken has none. End must follow. *picture.TooLarge: it is a picture, and too
// large to be looked at. ErrBusy: it is one, and too many wait already. When it fails, also because
// ctx ends, nothing is kept.
func (u *Uploads) Take(ctx context.Context, person string, r io.Reader, max int64) (up *Upload, err error) {
	blob, release, err := u.Put(ctx, r, max)
	if err != nil {
		return nil, err
	}
	up = &Upload{Blob: blob}
	up.end = func() error {
		return errors.Join(release(), u.Delete(context.WithoutCancel(ctx), blob.Hash))
	}
	if err := u.look(ctx, person, up); err != nil {
		return nil, errors.Join(err, up.End())
	}
	return up, nil
}

// look finds out what an upload is, and makes its preview.
func (u *Uploads) look(ctx context.Context, person string, up *Upload) error {
	content, err := u.Open(ctx, up.Hash)
	if err != nil {
		return err
	}
	defer content.Close() // was only read
	if up.Type, err = sniff(content); err != nil {
		return err
	}
	if !strings.HasPrefix(up.Type, "image/") {
		return nil
	}
	done, err := u.painting.wait(ctx, person)
	if err != nil {
		return err
	}
	defer done()
	small, size, err := preview(ctx, content)
	if err != nil || small == nil {
		return err
	}
	blob, release, err := u.Put(ctx, bytes.NewReader(small), math.MaxInt64-1)
	if err != nil {
		return err
	}
	up.Preview = &Preview{blob, size.X, size.Y}
	original := up.end
	up.end = func() error {
		return errors.Join(original(), release(), u.Delete(context.WithoutCancel(ctx), blob.Hash))
	}
	return nil
}

// sniff names the type of a content (https://mimesniff.spec.whatwg.org), and says what it is not
// sure of as application/octet-stream.
func sniff(content io.Reader) (string, error) {
	first := make([]byte, 512)
	n, err := io.ReadFull(content, first)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return "", fmt.Errorf("files: look: %w", err)
	}
	kind, _, err := mime.ParseMediaType(http.DetectContentType(first[:n]))
	return kind, err
}
