package files

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gochatting/internal/picture"
)

var (
	red   = color.NRGBA{200, 30, 30, 255}
	glass = color.NRGBA{200, 30, 30, 100}
)

// drawing has one colour, and a bar in its upper left.
func drawing(width, height int, ink color.NRGBA) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, width, height))
	for i := 0; i < len(img.Pix); i += 4 {
		copy(img.Pix[i:], []uint8{ink.R, ink.G, ink.B, ink.A})
	}
	for x := range width / 2 {
		for y := height / 4; y < height/2; y++ {
			img.Set(x, y, color.Black)
		}
	}
	return img
}

// photo has no two pixels alike, as with a camera's.
func photo(width, height int) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			noise := uint8((x*7919 ^ y*104729) >> 3)
			img.SetNRGBA(x, y, color.NRGBA{uint8(x) + noise/4, uint8(y) - noise/4, noise, 255})
		}
	}
	return img
}

func asPNG(t testing.TB, img image.Image) []byte {
	var b bytes.Buffer
	require.NoError(t, png.Encode(&b, img))
	return b.Bytes()
}

func asJPEG(t testing.TB, img image.Image) []byte {
	var b bytes.Buffer
	require.NoError(t, jpeg.Encode(&b, img, nil))
	return b.Bytes()
}

func asGIF(t testing.TB, frames ...*image.Paletted) []byte {
	var b bytes.Buffer
	require.NoError(t, gif.EncodeAll(&b, &gif.GIF{Image: frames, Delay: make([]int, len(frames))}))
	return b.Bytes()
}

func take(t testing.TB, u *Uploads, content []byte) *Upload {
	up, err := u.Take(t.Context(), "ann", bytes.NewReader(content), 64<<20)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, up.End()) })
	return up
}

// shown is the preview of an upload.
func shown(t testing.TB, u *Uploads, up *Upload) (image.Image, string) {
	require.NotNil(t, up.Preview)
	img, kind, err := image.Decode(strings.NewReader(read(t, u, up.Preview.Hash)))
	require.NoError(t, err)
	assert.Equal(t, img.Bounds(), image.Rect(0, 0, up.Preview.Width, up.Preview.Height))
	return img, kind
}

func TestHostile14TypesAreWhatTheBytesShow(t *testing.T) {
	d, _ := openDisk(t)
	u := NewUploads(d)
	for content, want := range map[string]string{
		"":                                  "text/plain",
		"just words":                        "text/plain",
		"<!doctype html><script></script>":  "text/html",
		"<?xml version='1.0'?><svg></svg>":  "text/xml",
		"<svg xmlns='http://www.w3.org/'/>": "text/plain",
		"%PDF-1.7":                          "application/pdf",
		"PK\x03\x04":                        "application/zip",
		"\x7fELF\x02\x01\x01\x00":           "application/octet-stream",
		"\x89PNG\r\n\x1a\nno picture":       "image/png",
		"\x00\x00\x01\x00icon":              "image/x-icon",
		"GIF89a":                            "image/gif",
	} {
		up := take(t, u, []byte(content))
		assert.Equal(t, want, up.Type)
		assert.Nil(t, up.Preview)
		assert.Equal(t, content, read(t, u, up.Hash))
	}
}

func TestPreviews(t *testing.T) {
	d, _ := openDisk(t)
	u := NewUploads(d)
	frame := image.NewPaletted(image.Rect(0, 0, 50, 40), color.Palette{red})
	for what, c := range map[string]struct {
		content []byte
		size    image.Point
		kind    string
	}{
		"a photo":                    {asJPEG(t, photo(300, 200)), image.Pt(300, 200), "jpeg"},
		"a large photo":              {asJPEG(t, photo(150, 2000)), image.Pt(120, 1600), "jpeg"},
		"a drawing":                  {asPNG(t, drawing(3200, 100, red)), image.Pt(1600, 50), "png"},
		"one that is seen through":   {asPNG(t, drawing(900, 30, glass)), image.Pt(900, 30), "png"},
		"a line":                     {asPNG(t, drawing(4000, 1, red)), image.Pt(1600, 1), "png"},
		"one pixel":                  {asPNG(t, drawing(1, 1, red)), image.Pt(1, 1), "png"},
		"a GIF, of which one frame":  {asGIF(t, frame, frame), image.Pt(50, 40), "png"},
		"exactly as large as it may": {asPNG(t, drawing(1600, 40, red)), image.Pt(1600, 40), "png"},
	} {
		up := take(t, u, c.content)
		img, kind := shown(t, u, up)
		assert.Equal(t, c.size, img.Bounds().Size(), what)
		assert.Equal(t, c.kind, kind, what)
	}
	see, _ := shown(t, u, take(t, u, asPNG(t, drawing(900, 30, glass))))
	_, _, _, a := see.At(800, 20).RGBA()
	assert.InDelta(t, 100, a>>8, 1)
}

// exif is what a phone says of a picture that it took on its side, and where it was.
func exif() []byte {
	tiff := []byte("MM\x00*\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06\x00\x00\x00\x00\x00\x00GPS 52.5163N 13.3777E")
	body := append([]byte("Exif\x00\x00"), tiff...)
	return append(binary.BigEndian.AppendUint16([]byte{0xff, 0xe1}, uint16(2+len(body))), body...)
}

func TestAPreviewIsUprightAndTellsNothingElse(t *testing.T) {
	d, _ := openDisk(t)
	u := NewUploads(d)
	const payload = "<script>alert(1)</script>"
	raw := slices.Insert(asJPEG(t, drawing(2400, 160, red)), 2, exif()...)
	raw = append(raw, payload...)
	up := take(t, u, raw)
	img, _ := shown(t, u, up)
	assert.Equal(t, image.Pt(107, 1600), img.Bounds().Size(), "turned")
	// What was the upper left is the upper right now.
	dark := func(x, y int) bool { r, _, _, _ := img.At(x, y).RGBA(); return r < 0x8000 }
	assert.True(t, dark(67, 100), "the bar goes down on the right")
	assert.False(t, dark(40, 100))
	assert.False(t, dark(67, 1500))
	preview := read(t, u, up.Preview.Hash)
	for _, secret := range []string{"GPS", "Exif", "script"} {
		require.Contains(t, string(raw), secret)
		assert.NotContains(t, preview, secret)
	}
	assert.Equal(t, string(raw), read(t, u, up.Hash), "what was uploaded is untouched")
}

func TestBrokenPicturesAreFilesWithoutAPreview(t *testing.T) {
	d, _ := openDisk(t)
	u := NewUploads(d)
	up := take(t, u, asPNG(t, photo(100, 100))[:200])
	assert.Equal(t, "image/png", up.Type)
	assert.Nil(t, up.Preview)
}

// flood is a PNG whose header alone is there, and promises much.
func flood(width, height uint32) []byte {
	chunk := []byte("IHDR")
	chunk = binary.BigEndian.AppendUint32(chunk, width)
	chunk = binary.BigEndian.AppendUint32(chunk, height)
	chunk = append(chunk, 8, 6, 0, 0, 0)
	raw := append([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0d"), chunk...)
	return binary.BigEndian.AppendUint32(raw, crc32.ChecksumIEEE(chunk))
}

func TestHostile15PixelFloodsAreRefused(t *testing.T) {
	d, _ := openDisk(t)
	u := NewUploads(d)
	for what, raw := range map[string][]byte{"a pixel flood": flood(50_000, 50_000), "a GIF": []byte("GIF89a\xff\xff\xff\xff\x00\x00\x00")} {
		_, err := u.Take(t.Context(), "ann", bytes.NewReader(raw), 1<<20)
		var tooLarge *picture.TooLarge
		assert.ErrorAs(t, err, &tooLarge, what)
	}
	assert.Empty(t, there(t, d.dir), "nothing of them is kept")
}

// Who goes away does not have a picture made.
func TestWorkEndsWithItsContext(t *testing.T) {
	d, _ := openDisk(t)
	u := NewUploads(d)
	done, err := u.painting.wait(t.Context(), "ben")
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	result := make(chan error, 1)
	go func() {
		_, err := u.Take(ctx, "ann", bytes.NewReader(asPNG(t, photo(30, 30))), 1<<20)
		result <- err
	}()
	cancel()
	require.ErrorIs(t, <-result, context.Canceled)
	done()
	assert.Empty(t, there(t, d.dir))

	// In the middle of decoding, of making it smaller, and of encoding it.
	raw := asPNG(t, photo(300, 300))
	ctx, cancel = context.WithCancel(t.Context())
	reads := 0
	_, _, err = preview(ctx, seeker{readerFunc(func(p []byte) (int, error) {
		if reads++; reads == 3 { // the first two look at the header
			cancel()
		}
		return copy(p, raw), nil
	})})
	require.ErrorIs(t, err, context.Canceled)
	_, err = shrink(ctx, photo(30, 30), image.Pt(10, 10))
	require.ErrorIs(t, err, context.Canceled)
	_, err = encode(ctx, image.NewRGBA(image.Rect(0, 0, 10, 10)), false)
	require.ErrorIs(t, err, context.Canceled)
}

// A disk that cannot be read is not taken for a broken picture.
func TestADiskThatFails(t *testing.T) {
	broken := errors.New("input/output error")
	raw := asPNG(t, photo(30, 30))
	_, _, err := preview(t.Context(), seeker{io.MultiReader(bytes.NewReader(raw[:40]), iotest.ErrReader(broken))})
	require.ErrorIs(t, err, broken)

	d, _ := openDisk(t)
	u := NewUploads(d)
	b, _ := put(t, d, "x")
	require.NoError(t, os.Remove(d.path(b.Hash)))
	err = u.look(t.Context(), "ann", &Upload{Blob: b})
	require.ErrorIs(t, err, ErrGone)
}

// A seeker only says that it seeks.
type seeker struct{ io.Reader }

func (seeker) Seek(int64, int) (int64, error) { return 0, nil }
