package picture

import (
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"

	"golang.org/x/image/webp"
)

// A head is what a picture says of itself before any of it is decoded.
type head struct {
	image.Config
	bytes       float64 // of memory that decoding takes, for each pixel
	orientation Orientation
}

// leastBytes count for each pixel, however few a decoder needs.
const leastBytes = 4

// A format is what a picture's first bytes show it to be.
type format struct {
	begins string // ? stands for any byte
	head   func(io.ReadSeeker) (head, error)
	decode func(io.Reader) (image.Image, error)
}

func formats() []format {
	return []format{
		{"\x89PNG\r\n\x1a\n", plain(png.DecodeConfig), png.Decode},
		{"\xff\xd8", jpegHead, jpeg.Decode},
		{"GIF8?a", plain(gif.DecodeConfig), gif.Decode}, // the first frame alone
		{"RIFF????WEBP", webpHead, webp.Decode},
	}
}

func (f format) fits(first []byte) bool {
	if len(first) < len(f.begins) {
		return false
	}
	for i, b := range []byte(f.begins) {
		if b != '?' && b != first[i] {
			return false
		}
	}
	return true
}

func recognize(r io.ReadSeeker) (format, error) {
	in, err := again(r)
	if err != nil {
		return format{}, err
	}
	first, err := in.Peek(12)
	if err != nil && !errors.Is(err, io.EOF) {
		return format{}, fmt.Errorf("picture: %w", err)
	}
	for _, f := range formats() {
		if f.fits(first) {
			return f, nil
		}
	}
	return format{}, ErrUnknown
}

// plain is for decoders that need no more than the pixels they give.
func plain(config func(io.Reader) (image.Config, error)) func(io.ReadSeeker) (head, error) {
	return func(r io.ReadSeeker) (head, error) {
		in, err := again(r)
		if err != nil {
			return head{}, err
		}
		c, err := config(in)
		h := head{Config: c, bytes: 4, orientation: Upright}
		switch c.ColorModel {
		case color.RGBA64Model, color.NRGBA64Model:
			h.bytes = 8
		}
		return h, err
	}
}

// webpHead: a lossless picture is kept twice for a moment, and so is the transparency of a lossy one.
func webpHead(r io.ReadSeeker) (head, error) {
	h, err := plain(webp.DecodeConfig)(r)
	h.bytes = 8
	return h, err
}
