package gravatar

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// One red pixel... as WebP, which Go cannot write.
const webpPixel = "UklGRiQAAABXRUJQVlA4IBgAAAAwAQCdASoBAAEAAgA0JaQAA3AA/vuUAAA="

func asGIF(t testing.TB, frames ...*image.Paletted) []byte {
	var b bytes.Buffer
	require.NoError(t, gif.EncodeAll(&b, &gif.GIF{Image: frames, Delay: make([]int, len(frames))}))
	return b.Bytes()
}

func frame(width, height int, ink color.Color) *image.Paletted {
	return image.NewPaletted(image.Rect(0, 0, width, height), color.Palette{ink})
}

func webpBytes(t testing.TB) []byte {
	raw, err := base64.StdEncoding.DecodeString(webpPixel)
	require.NoError(t, err)
	return raw
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

// flooding is a GIF header that promises 65535 × 65535 pixels.
func flooding() []byte { return []byte("GIF89a\xff\xff\xff\xff\x00\x00\x00") }

func remade(t *testing.T, raw []byte) (image.Image, string) {
	made, err := remake(raw)
	require.NoError(t, err)
	img, kind, err := image.Decode(bytes.NewReader(made))
	require.NoError(t, err)
	return img, kind
}

func TestRemakeKnowsPicturesByTheirBytes(t *testing.T) {
	for name, raw := range map[string][]byte{
		"png": asPNG(t, plain(100, 100, red)), "jpeg": asJPEG(t, plain(100, 100, red)), "gif": asGIF(t, frame(100, 100, red)),
	} {
		img, kind := remade(t, raw)
		assert.Equal(t, "jpeg", kind, name)
		assert.Equal(t, image.Rect(0, 0, 100, 100), img.Bounds(), name)
		r, g, _, _ := img.At(50, 50).RGBA()
		assert.InDelta(t, 200<<8, r, 0x800, name)
		assert.InDelta(t, 0, g, 0x800, name)
	}
	img, _ := remade(t, webpBytes(t))
	assert.Equal(t, image.Rect(0, 0, 1, 1), img.Bounds())
}

func TestRemakeKeepsWhatIsSeenThrough(t *testing.T) {
	img, kind := remade(t, asPNG(t, plain(600, 600, glass)))
	assert.Equal(t, "png", kind)
	_, _, _, a := img.At(300, 300).RGBA()
	assert.InDelta(t, 100<<8, a, 0x400)
}

func TestRemakeIsSquareAndNotTooLarge(t *testing.T) {
	wide := image.NewNRGBA(image.Rect(0, 0, 1200, 600))
	for y := range 600 {
		for x := range 1200 {
			wide.Set(x, y, red)
			if 300 <= x && x < 900 {
				wide.Set(x, y, green)
			}
		}
	}
	img, _ := remade(t, asPNG(t, wide))
	assert.Equal(t, image.Rect(0, 0, 512, 512), img.Bounds())
	for _, x := range []int{8, 256, 503} {
		r, g, _, _ := img.At(x, 256).RGBA()
		assert.Less(t, r, g, "the middle is what is kept")
	}
}

func TestNothingOfTheBytesSurvives(t *testing.T) {
	const payload = "<script>alert(1)</script>"
	raw := append(asJPEG(t, plain(64, 64, red)), payload...)
	raw = slices.Insert(raw, 2, append([]byte{0xff, 0xfe, 0, byte(2 + len(payload))}, payload...)...) // a comment
	made, err := remake(raw)
	require.NoError(t, err)
	assert.NotContains(t, string(made), "script")
}

func TestRemakeRefuses(t *testing.T) {
	scans := asJPEG(t, plain(64, 64, red))
	scans = slices.Insert(scans, 2, append([]byte{0xff, 0xfe, 0, 2 + 2*51}, bytes.Repeat([]byte("\xff\xda"), 51)...)...)
	for what, raw := range map[string][]byte{
		"html":              []byte("<!doctype html><script>alert(1)</script>"),
		"svg":               []byte(`<svg xmlns="http://www.w3.org/2000/svg"/>`),
		"nothing":           {},
		"a signature alone": []byte("\x89PNG\r\n\x1a\n"),
		"half":              asPNG(t, plain(100, 100, red))[:60],
		"a bitmap":          append([]byte("BM"), make([]byte, 100)...),
		"a pixel flood":     flood(50_000, 50_000),
		"an overflow":       flood(1<<31-1, 1<<31-1),
		"a GIF flood":       flooding(),
		"a wide line":       flood(1<<30, 1),
		"too many scans":    scans,
	} {
		_, err := remake(raw)
		assert.ErrorIs(t, err, errUnusable, what)
	}
}

// A thousand frames cost what one does: what comes after the first is not even read.
func TestOnlyTheFirstFrameIsRead(t *testing.T) {
	first := asGIF(t, frame(50, 50, red))
	bomb := append(bytes.TrimSuffix(first, []byte{0x3b}), 0x2c, 'b', 'o', 'o', 'm')
	img, _ := remade(t, bomb)
	assert.Equal(t, image.Rect(0, 0, 50, 50), img.Bounds())
}

func FuzzDecode(f *testing.F) {
	for _, raw := range [][]byte{
		asPNG(f, plain(9, 5, glass)), asJPEG(f, plain(9, 5, red)), asGIF(f, frame(9, 5, red), frame(3, 3, green)),
		webpBytes(f), flood(50_000, 50_000), flooding(),
	} {
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		made, err := remake(raw)
		if err != nil {
			require.ErrorIs(t, err, errUnusable)
			return
		}
		decode := jpeg.Decode
		if isPNG(made) {
			decode = png.Decode
		}
		img, err := decode(bytes.NewReader(made))
		require.NoError(t, err)
		side := img.Bounds().Dx()
		require.Equal(t, side, img.Bounds().Dy())
		require.Positive(t, side)
		require.LessOrEqual(t, side, maxSize)
	})
}
