// Package picture decodes pictures that strangers made: for what their bytes show them to be,
// whatever their label says, and at a cost that their header must promise first.
package picture

import (
	"bufio"
	"errors"
	"fmt"
	"image"
	"io"
)

// ErrUnknown is what begins like no picture that is known here: PNG, JPEG, GIF or WebP.
var ErrUnknown = errors.New("picture: none that is known")

// TooLarge is a picture that would take more memory to decode than it may.
type TooLarge struct{ Width, Height int }

func (e *TooLarge) Error() string {
	return fmt.Sprintf("picture: %d × %d pixels are too many", e.Width, e.Height)
}

// A Picture is decoded, but not yet turned the way it is to be seen.
type Picture struct {
	image.Image
	Orientation Orientation
}

// Decode decodes the first frame of what r has, which it reads from the beginning, up to three
// times. It decodes nothing that would take more than memory bytes (about: the decoders' buffers
// for a whole picture are counted, and at least 4 bytes a pixel, since time counts too): *TooLarge.
// ErrUnknown: no picture. Any other error: a broken one, or r's.
func Decode(r io.ReadSeeker, memory int64) (p Picture, err error) {
	f, err := recognize(r)
	if err != nil {
		return Picture{}, err
	}
	return f.open(r, memory)
}

// open makes a decoder's panic an error: it must not be in a stranger's hands to end the process.
func (f format) open(r io.ReadSeeker, memory int64) (p Picture, err error) {
	defer func() {
		if thrown := recover(); thrown != nil {
			p, err = Picture{}, fmt.Errorf("picture: the decoder panics: %v", thrown)
		}
	}()
	h, err := f.head(r)
	if err != nil {
		return Picture{}, fmt.Errorf("picture: header: %w", err)
	}
	if h.Width < 1 || h.Height < 1 {
		return Picture{}, fmt.Errorf("picture: %d × %d pixels", h.Width, h.Height)
	}
	if float64(h.Width)*float64(h.Height)*max(h.bytes, leastBytes) > float64(memory) {
		return Picture{}, &TooLarge{h.Width, h.Height}
	}
	in, err := again(r)
	if err != nil {
		return Picture{}, err
	}
	img, err := f.decode(in)
	if err != nil {
		return Picture{}, fmt.Errorf("picture: %w", err)
	}
	if img.Bounds().Empty() {
		return Picture{}, errors.New("picture: an empty frame")
	}
	return Picture{img, h.orientation}, nil
}

// again reads r from its beginning.
func again(r io.ReadSeeker) (*bufio.Reader, error) {
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return nil, fmt.Errorf("picture: %w", err)
	}
	return bufio.NewReaderSize(r, 64<<10), nil
}
