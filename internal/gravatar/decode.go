package gravatar

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"

	"golang.org/x/image/draw"

	"gochatting/internal/picture"
)

// maxMemory is enough to decode the largest that Gravatar has, 2048 pixels wide.
const maxMemory = 64 << 20

// askPicture asks for avatars. d=404: what there is none of, we draw ourselves. The answers are
// decoded one at a time: made to be as bad as they may, they take seconds and maxMemory each.
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
	p, err := picture.Decode(bytes.NewReader(raw), maxMemory)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errUnusable, err)
	}
	side := min(p.Bounds().Dx(), p.Bounds().Dy())
	return encode(scale(p.Image, min(side, maxSize)))
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
