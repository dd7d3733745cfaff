package gravatar

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"

	"golang.org/x/image/draw"
	"golang.org/x/image/webp"
)

const (
	maxPixels = 2048 * 2048 // the largest that Gravatar has
	maxScans  = 50          // of a progressive JPEG, which usually has 10
)

// A format is what a picture's first bytes show it to be, whatever its label says.
type format struct {
	begins string // ? stands for any byte
	config func(io.Reader) (image.Config, error)
	decode func(io.Reader) (image.Image, error)
}

func formats() []format {
	return []format{
		{"\x89PNG\r\n\x1a\n", png.DecodeConfig, png.Decode},
		{"\xff\xd8", jpeg.DecodeConfig, jpeg.Decode},
		{"GIF8?a", gif.DecodeConfig, gif.Decode}, // the first frame alone
		{"RIFF????WEBP", webp.DecodeConfig, webp.Decode},
	}
}

func (f format) fits(raw []byte) bool {
	if len(raw) < len(f.begins) {
		return false
	}
	for i, b := range []byte(f.begins) {
		if b != '?' && b != raw[i] {
			return false
		}
	}
	return true
}

// askPicture asks for avatars. d=404: what there is none of, we draw ourselves. The answers are
// decoded one at a time: made to be as bad as they may, they take seconds and 100 MB each.
func askPicture(u *upstream) func(context.Context, string) ([]byte, error) {
	query := fmt.Sprintf("s=%d&d=404", maxSize)
	decoding := make(chan struct{}, 1)
	return func(ctx context.Context, hash string) ([]byte, error) {
		raw, err := u.get(ctx, hash, query)
		if err != nil || raw == nil {
			return nil, err
		}
		select {
		case decoding <- struct{}{}:
			defer func() { <-decoding }()
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		return remake(raw)
	}
}

// remake decodes a picture and encodes it anew, square and at most maxSize wide, so that
// nothing of the bytes that came in goes out.
func remake(raw []byte) ([]byte, error) {
	for _, f := range formats() {
		if f.fits(raw) {
			img, err := f.open(raw)
			if err != nil {
				return nil, fmt.Errorf("%w: %w", errUnusable, err)
			}
			side := min(img.Bounds().Dx(), img.Bounds().Dy())
			return encode(scale(img, min(side, maxSize)))
		}
	}
	return nil, fmt.Errorf("%w: no picture", errUnusable)
}

// open decodes raw once its header promises that this is affordable. A decoder's panic is an
// error here: it must not be in a stranger's hands to end the process.
func (f format) open(raw []byte) (img image.Image, err error) {
	defer func() {
		if p := recover(); p != nil {
			img, err = nil, fmt.Errorf("the decoder panics: %v", p)
		}
	}()
	head, err := f.config(bytes.NewReader(raw))
	if err != nil {
		return nil, err
	}
	if head.Width < 1 || head.Height < 1 || head.Width > maxPixels/head.Height {
		return nil, fmt.Errorf("%d × %d pixels", head.Width, head.Height)
	}
	// Each scan of a progressive JPEG goes over the whole picture, and may take ten bytes.
	if scans := bytes.Count(raw, []byte("\xff\xda")); scans > maxScans {
		return nil, fmt.Errorf("%d scans", scans)
	}
	img, err = f.decode(bytes.NewReader(raw))
	if err == nil && img.Bounds().Empty() {
		return nil, fmt.Errorf("an empty frame")
	}
	return img, err
}

// scale makes the middle square of img side pixels wide.
func scale(img image.Image, side int) *image.RGBA {
	from := img.Bounds()
	square := min(from.Dx(), from.Dy())
	corner := from.Min.Add(image.Pt((from.Dx()-square)/2, (from.Dy()-square)/2))
	to := image.NewRGBA(image.Rect(0, 0, side, side))
	draw.CatmullRom.Scale(to, to.Bounds(), img, image.Rectangle{Min: corner, Max: corner.Add(image.Pt(square, square))}, draw.Src, nil)
	return to
}

// encode makes a JPEG of what is opaque and a PNG of what is not.
func encode(img *image.RGBA) ([]byte, error) {
	var b bytes.Buffer
	var err error
	if img.Opaque() {
		err = jpeg.Encode(&b, img, &jpeg.Options{Quality: 90})
	} else {
		err = png.Encode(&b, img)
	}
	if err != nil {
		return nil, fmt.Errorf("encode picture: %w", err)
	}
	return b.Bytes(), nil
}
