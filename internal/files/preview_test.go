package files

import (
	"bytes"
	"image"
	"image/color"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestFit(t *testing.T) {
	for given, want := range map[image.Point]image.Point{
		{1, 1}: {1, 1}, {1600, 1600}: {1600, 1600}, {1601, 1}: {1600, 1}, {3200, 1000}: {1600, 500}, {10, 16000}: {1, 1600},
	} {
		assert.Equal(t, want, fit(given, 1600))
	}
}

// Each pixel is the average of what it stands for, whatever the sizes.
func TestShrinkAverages(t *testing.T) {
	stripes := image.NewGray(image.Rect(5, 7, 5+90, 7+60)) // 1 black, 2 white
	for y := 7; y < 67; y++ {
		for x := 5; x < 95; x++ {
			if (x-5)%3 > 0 {
				stripes.SetGray(x, y, color.Gray{255})
			}
		}
	}
	small, err := shrink(t.Context(), stripes, image.Pt(30, 17))
	require.NoError(t, err)
	for y := range 17 {
		for x := range 30 {
			require.InDelta(t, 170, small.RGBAAt(x, y).R, 1, "%d, %d", x, y)
		}
	}
	same, err := shrink(t.Context(), stripes, image.Pt(90, 60))
	require.NoError(t, err)
	for y := range 60 {
		for x := range 90 {
			require.Equal(t, stripes.GrayAt(x+5, y+7).Y, same.RGBAAt(x, y).R)
		}
	}
	// A step at two thirds falls into the middle of a pixel both ways.
	step := image.NewGray(image.Rect(0, 0, 3, 3))
	step.SetGray(2, 2, color.Gray{255})
	half, err := shrink(t.Context(), step, image.Pt(2, 2))
	require.NoError(t, err)
	assert.Equal(t, []uint8{0, 0, 0, 113}, []uint8{half.RGBAAt(0, 0).R, half.RGBAAt(1, 0).R, half.RGBAAt(0, 1).R, half.RGBAAt(1, 1).R})
}

func BenchmarkPreviewOf12Megapixels(b *testing.B) {
	d, _ := openDisk(b)
	u := NewUploads(d)
	blob, _, err := d.Put(b.Context(), bytes.NewReader(asJPEG(b, photo(4000, 3000))), 64<<20)
	require.NoError(b, err)
	content, err := u.Open(b.Context(), blob.Hash)
	require.NoError(b, err)
	defer content.Close()
	for b.Loop() {
		_, _, err := preview(b.Context(), content)
		require.NoError(b, err)
	}
}
