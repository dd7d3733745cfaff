package files

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/draw"
	"image/jpeg"
	"image/png"
	"io"
	"math"

	"gochatting/internal/picture"
)

const (
	longest     = 1600      // pixels of a preview, wide or high
	maxMemory   = 192 << 20 // to decode a picture: 48 megapixels, 24 with 16 bits a colour, 25 of a usual progressive JPEG
	jpegQuality = 85
)

// preview makes a picture of content anew, smaller and upright: nothing of the bytes that came in
// goes out, such as where it was taken. nil: it is no picture, or a broken one.
func preview(ctx context.Context, content io.ReadSeeker) (small []byte, size image.Point, err error) {
	in := &contextual{ctx: ctx, from: content}
	p, err := picture.Decode(in, maxMemory)
	var tooLarge *picture.TooLarge
	switch {
	case in.err != nil:
		return nil, image.Point{}, fmt.Errorf("files: preview: %w", in.err)
	case errors.As(err, &tooLarge):
		return nil, image.Point{}, err
	case err != nil:
		return nil, image.Point{}, nil
	}
	img, err := shrink(ctx, p.Image, fit(p.Bounds().Size(), longest))
	if err != nil {
		return nil, image.Point{}, err
	}
	img = p.Orientation.Turn(img)
	_, lossy := p.Image.(*image.YCbCr)
	small, err = encode(ctx, img, lossy)
	return small, img.Rect.Size(), err
}

// fit is size made smaller, if need be, so that neither side is longer than most.
func fit(size image.Point, most int) image.Point {
	if long := max(size.X, size.Y); long > most {
		scale := float64(most) / float64(long)
		size.X = max(1, int(math.Round(float64(size.X)*scale)))
		size.Y = max(1, int(math.Round(float64(size.Y)*scale)))
	}
	return size
}

// encode makes a PNG of what can be seen through, and a JPEG of anything else, unless it is not
// lossy already and a PNG is no larger: drawings, and what is on a screen.
func encode(ctx context.Context, img *image.RGBA, lossy bool) ([]byte, error) {
	var asPNG, asJPEG bytes.Buffer
	opaque := img.Opaque()
	if opaque {
		if err := jpeg.Encode(&contextual{ctx: ctx, to: &asJPEG}, img, &jpeg.Options{Quality: jpegQuality}); err != nil {
			return nil, fmt.Errorf("files: preview: %w", err)
		}
		if lossy {
			return asJPEG.Bytes(), nil
		}
	}
	if err := png.Encode(&contextual{ctx: ctx, to: &asPNG}, img); err != nil {
		return nil, fmt.Errorf("files: preview: %w", err)
	}
	if opaque && asJPEG.Len() < asPNG.Len() {
		return asJPEG.Bytes(), nil
	}
	return asPNG.Bytes(), nil
}

// shrink makes each pixel the average of those it stands for, in one pass over img, line by line:
// the usual kernels would keep 32 bytes for each pixel of 1600 columns. Neither side of size may be
// longer than img's.
func shrink(ctx context.Context, img image.Image, size image.Point) (*image.RGBA, error) {
	from := img.Bounds()
	small := image.NewRGBA(image.Rectangle{Max: size})
	line := image.NewRGBA(image.Rect(0, 0, from.Dx(), 1))
	across := make([]float32, 4*size.X) // a line of img, as wide as small
	sum := make([]float32, 4*size.X)    // of the lines that are one in small
	whole := float32(from.Dx()) * float32(from.Dy())
	add := func(part int) {
		for i, v := range across {
			sum[i] += v * float32(part)
		}
	}
	y, end := 0, from.Dy() // the line in the making, and where it ends, in size.Y-ths of a line of img
	for i := range from.Dy() {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		draw.Draw(line, line.Rect, img, image.Pt(from.Min.X, from.Min.Y+i), draw.Src)
		average(across, line.Pix)
		top, bottom := i*size.Y, (i+1)*size.Y
		add(min(bottom, end) - top)
		if bottom < end {
			continue
		}
		row := small.Pix[y*small.Stride:]
		for i, v := range sum {
			row[i] = uint8(v/whole + .5)
		}
		clear(sum)
		add(bottom - end)
		y, end = y+1, end+from.Dy()
	}
	return small, nil
}

// average makes a line of pixels, four bytes each, shorter: each of to is the sum of what it stands
// for, by their share in it, of which a whole line has as many as from has pixels.
func average(to []float32, from []uint8) {
	n, most := len(to)/4, len(from)/4
	for x := range n {
		var r, g, b, a float32
		begin, end := x*most, (x+1)*most // in n-ths of a pixel
		for i := begin / n; i*n < end; i++ {
			part := float32(min(end, (i+1)*n) - max(begin, i*n))
			p := from[4*i : 4*i+4 : 4*i+4]
			r += part * float32(p[0])
			g += part * float32(p[1])
			b += part * float32(p[2])
			a += part * float32(p[3])
		}
		to[4*x], to[4*x+1], to[4*x+2], to[4*x+3] = r, g, b, a
	}
}
