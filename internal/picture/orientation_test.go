package picture

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/draw"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// exif is an EXIF segment as a camera writes it: a maker, the orientation, and where it was.
func exif(order binary.AppendByteOrder, orientation uint16) []byte {
	tiff := []byte("MM\x00*")
	if order == binary.AppendByteOrder(binary.LittleEndian) {
		tiff = []byte("II*\x00")
	}
	tiff = order.AppendUint32(tiff, 8)
	tiff = order.AppendUint16(tiff, 3)
	for _, entry := range []struct {
		tag, kind uint16
		count     uint32
		value     uint16
	}{{0x010f, 2, 4, 'X'}, {0x0112, 3, 1, orientation}, {0x8825, 4, 1, 50}} {
		tiff = order.AppendUint16(tiff, entry.tag)
		tiff = order.AppendUint16(tiff, entry.kind)
		tiff = order.AppendUint32(tiff, entry.count)
		tiff = order.AppendUint16(tiff, entry.value)
		tiff = order.AppendUint16(tiff, 0)
	}
	tiff = order.AppendUint32(tiff, 0)
	body := append([]byte("Exif\x00\x00"), tiff...)
	return append(binary.BigEndian.AppendUint16([]byte{0xff, 0xe1}, uint16(2+len(body))), body...)
}

func withOrientation(t testing.TB, order binary.AppendByteOrder, o uint16) []byte {
	return slices.Insert(read(t, "baseline444.jpg"), 2, exif(order, o)...)
}

// Where red, green, blue and white are to be seen, in corners from the upper left line by line.
var turned = map[Orientation]string{
	1: "RG BW", 2: "GR WB", 3: "WB GR", 4: "BW RG", 5: "RB GW", 6: "BR WG", 7: "WG BR", 8: "GW RB",
}

func TestOrientations(t *testing.T) {
	names := map[color.NRGBA]byte{corners[0]: 'R', corners[1]: 'G', corners[2]: 'B', corners[3]: 'W'}
	for o, want := range turned {
		for _, order := range []binary.AppendByteOrder{binary.BigEndian, binary.LittleEndian} {
			p, err := Decode(bytes.NewReader(withOrientation(t, order, uint16(o))), plenty)
			require.NoError(t, err)
			assert.Equal(t, o, p.Orientation)
		}
		img := image.NewRGBA(image.Rect(0, 0, 40, 24))
		p, err := Decode(bytes.NewReader(read(t, "four.png")), plenty)
		require.NoError(t, err)
		draw.Draw(img, img.Rect, p.Image, image.Point{}, draw.Src)
		img = o.Turn(img)
		size := image.Pt(40, 24)
		if o.Sideways() {
			size = image.Pt(24, 40)
		}
		assert.Equal(t, image.Rectangle{Max: size}, img.Rect)
		var seen []byte
		for i, c := range cornersOf(img) {
			if i == 2 {
				seen = append(seen, ' ')
			}
			seen = append(seen, names[c])
		}
		assert.Equal(t, want, string(seen), "orientation %d", o)
	}
}

func TestOrientationsThatAreNone(t *testing.T) {
	whole := exif(binary.BigEndian, 6)[10:]
	require.Equal(t, Orientation(6), orientation(whole))
	for n := range 20 {
		assert.Equal(t, Upright, orientation(whole[:n]), "%d bytes", n)
	}
	for _, o := range []uint16{0, 9, 65535} {
		assert.Equal(t, Upright, orientation(exif(binary.LittleEndian, o)[10:]))
	}
	far := slices.Clone(whole)
	copy(far[4:], "\xff\xff\xff\xff")
	assert.Equal(t, Upright, orientation(far))
}
