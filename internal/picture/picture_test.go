package picture

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const plenty = 1 << 20

// The pictures in testdata are 40 × 24 pixels, made by ImageMagick, with red and green above blue
// and white.
var corners = []color.NRGBA{{255, 0, 0, 255}, {0, 255, 0, 255}, {0, 0, 255, 255}, {255, 255, 255, 255}}

func read(t testing.TB, name string) []byte {
	raw, err := os.ReadFile(filepath.Join("testdata", name))
	require.NoError(t, err)
	return raw
}

func cornersOf(img image.Image) (seen []color.NRGBA) {
	b := img.Bounds()
	for _, at := range []image.Point{{b.Min.X + 3, b.Min.Y + 3}, {b.Max.X - 4, b.Min.Y + 3}, {b.Min.X + 3, b.Max.Y - 4}, {b.Max.X - 4, b.Max.Y - 4}} {
		seen = append(seen, color.NRGBAModel.Convert(img.At(at.X, at.Y)).(color.NRGBA))
	}
	return seen
}

func TestDecodeKnowsPicturesByTheirBytes(t *testing.T) {
	for name, alpha := range map[string]uint8{
		"four.png": 255, "deep.png": 128, "four.gif": 255, "lossy.webp": 255, "lossless.webp": 255, "alpha.webp": 128,
		"baseline444.jpg": 255, "baseline420.jpg": 255, "progressive444.jpg": 255, "progressive420.jpg": 255, "cmyk.jpg": 255,
	} {
		p, err := Decode(bytes.NewReader(read(t, name)), plenty)
		require.NoError(t, err, name)
		assert.Equal(t, image.Pt(40, 24), p.Bounds().Size(), name)
		assert.Equal(t, Upright, p.Orientation, name)
		for i, got := range cornersOf(p.Image) {
			want := corners[i]
			assert.InDelta(t, alpha, got.A, 1, name)
			for j, c := range []uint8{got.R, got.G, got.B} {
				assert.InDelta(t, []uint8{want.R, want.G, want.B}[j], c, 20, "%s, corner %d", name, i)
			}
		}
	}
	p, err := Decode(bytes.NewReader(read(t, "gray.jpg")), plenty)
	require.NoError(t, err)
	assert.IsType(t, &image.Gray{}, p.Image)
}

// What decoding takes, as the sizes of what the decoders allocate have it, is never more than what
// is promised. 40 × 24 is a whole number of blocks.
func TestHeadsPromiseTheMemory(t *testing.T) {
	const pixels = 40 * 24
	for name, want := range map[string]float64{
		"four.png": 4, "deep.png": 8, "four.gif": 4, "lossy.webp": 8, "lossless.webp": 8, "alpha.webp": 8,
		"baseline444.jpg": 3, "baseline420.jpg": 1.5, "progressive444.jpg": 15, "progressive420.jpg": 7.5, "gray.jpg": 1, "cmyk.jpg": 8,
	} {
		raw := bytes.NewReader(read(t, name))
		f, err := recognize(raw)
		require.NoError(t, err)
		h, err := f.head(raw)
		require.NoError(t, err)
		assert.Equal(t, want, h.bytes, name)
		cost := int64(max(want, 4) * pixels)
		_, err = Decode(raw, cost)
		require.NoError(t, err, name)
		_, err = Decode(raw, cost-1)
		var tooLarge *TooLarge
		require.ErrorAs(t, err, &tooLarge, name)
		assert.Equal(t, TooLarge{40, 24}, *tooLarge)
	}
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

// jpegOf is a start of frame and no more.
func jpegOf(marker byte, width, height uint16) []byte {
	raw := []byte{0xff, 0xd8, 0xff, marker, 0, 17, 8}
	raw = binary.BigEndian.AppendUint16(raw, height)
	raw = binary.BigEndian.AppendUint16(raw, width)
	raw = append(raw, 3, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0)
	return append(raw, 0xff, 0xda, 0, 2)
}

func TestHostile15RefusedByTheHeaderAlone(t *testing.T) {
	const memory = 256 << 20
	for name, raw := range map[string][]byte{
		"a pixel flood":             flood(50_000, 50_000),
		"a wide line":               flood(1<<30, 1),
		"a GIF flood":               []byte("GIF89a\xff\xff\xff\xff\x00\x00\x00"),
		"a large progressive JPEG":  jpegOf(0xc2, 5000, 4000),
		"a large JPEG":              jpegOf(0xc0, 9000, 8000),
		"a lossless WebP of 16384²": append([]byte("RIFF\x20\x00\x00\x00WEBPVP8L\x10\x00\x00\x00\x2f\xff\xff\xff\x0f"), make([]byte, 16)...),
	} {
		r := bytes.NewReader(raw)
		f, err := recognize(r)
		require.NoError(t, err, name)
		f.decode = func(io.Reader) (image.Image, error) {
			assert.Fail(t, "decoded", name)
			return nil, io.EOF
		}
		_, err = f.open(r, memory)
		var tooLarge *TooLarge
		assert.ErrorAs(t, err, &tooLarge, name)
	}
	var tooLarge *TooLarge
	_, err := Decode(bytes.NewReader(jpegOf(0xc0, 5000, 4000)), memory)
	require.Error(t, err)
	assert.False(t, errors.As(err, &tooLarge), "as large, but not progressive: it is only broken")
}

// A progressive JPEG hides behind all that a decoder skips.
func TestTheFrameIsFoundWhereTheDecoderFindsIt(t *testing.T) {
	hide := slices.Concat([]byte{0xff, 0xd8}, []byte("junk"), []byte{0xff, 0x00, 0xff, 0xd0, 0xff, 0xff, 0xff},
		[]byte{0xe3, 0, 6}, []byte{0xff, 0xc0, 0, 17}, jpegOf(0xc2, 5000, 4000)[2:])
	_, err := Decode(bytes.NewReader(hide), 256<<20)
	var tooLarge *TooLarge
	assert.ErrorAs(t, err, &tooLarge)
}

func TestBrokenPictures(t *testing.T) {
	scans := slices.Insert(read(t, "baseline444.jpg"), 2, append([]byte{0xff, 0xfe, 0, 2 + 2*51}, bytes.Repeat([]byte("\xff\xda"), 51)...)...)
	for what, raw := range map[string][]byte{
		"a signature alone":  []byte("\x89PNG\r\n\x1a\n"),
		"half":               read(t, "four.png")[:60],
		"half a JPEG":        read(t, "progressive444.jpg")[:300],
		"too many scans":     scans,
		"no frame":           {0xff, 0xd8, 0xff, 0xda, 0, 2},
		"a short frame":      {0xff, 0xd8, 0xff, 0xc0, 0, 4, 8, 1},
		"no pixels":          flood(0, 5),
		"an overflow":        flood(1<<31-1, 1<<31-1),
		"a negative segment": {0xff, 0xd8, 0xff, 0xe1, 0, 1, 0, 0},
		"nothing in a RIFF":  []byte("RIFF\x04\x00\x00\x00WEBP"),
	} {
		_, err := Decode(bytes.NewReader(raw), plenty)
		require.Error(t, err, what)
		assert.NotErrorIs(t, err, ErrUnknown, what)
	}
	for what, raw := range map[string]string{
		"nothing": "", "html": "<!doctype html><script>alert(1)</script>", "svg": `<svg xmlns="http://www.w3.org/2000/svg"/>`,
		"a bitmap": "BM0000000000000000", "RIFF": "RIFF0000WAVE", "PNG in HTML": "<html>\x89PNG\r\n\x1a\n",
	} {
		_, err := Decode(bytes.NewReader([]byte(raw)), plenty)
		assert.ErrorIs(t, err, ErrUnknown, what)
	}
}

// A thousand frames cost what one does: what comes after the first is not even read.
func TestHostile15OnlyTheFirstFrameIsRead(t *testing.T) {
	var b bytes.Buffer
	frame := image.NewPaletted(image.Rect(0, 0, 50, 50), color.Palette{color.White})
	require.NoError(t, gif.EncodeAll(&b, &gif.GIF{Image: []*image.Paletted{frame}, Delay: []int{0}}))
	bomb := append(bytes.TrimSuffix(b.Bytes(), []byte{0x3b}), 0x2c, 'b', 'o', 'o', 'm')
	p, err := Decode(bytes.NewReader(bomb), plenty)
	require.NoError(t, err)
	assert.Equal(t, image.Rect(0, 0, 50, 50), p.Bounds())
}

func TestADecodersPanicIsAnError(t *testing.T) {
	raw := bytes.NewReader(read(t, "four.png"))
	f, err := recognize(raw)
	require.NoError(t, err)
	f.decode = func(io.Reader) (image.Image, error) { panic("index out of range") }
	_, err = f.open(raw, plenty)
	assert.ErrorContains(t, err, "panics")
}

func FuzzDecode(f *testing.F) {
	names, err := filepath.Glob("testdata/*.*")
	require.NoError(f, err)
	for _, name := range names {
		f.Add(read(f, filepath.Base(name)))
	}
	f.Add(flood(50_000, 50_000))
	f.Add(withOrientation(f, binary.BigEndian, 6))
	f.Fuzz(func(t *testing.T, raw []byte) {
		p, err := Decode(bytes.NewReader(raw), plenty)
		if err != nil {
			return
		}
		require.False(t, p.Bounds().Empty())
		require.LessOrEqual(t, p.Bounds().Dx()*p.Bounds().Dy(), plenty/4)
		require.True(t, p.Orientation >= 1 && p.Orientation <= 8)
	})
}
