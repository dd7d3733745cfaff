package gravatar

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestDrawIsTheSameForOneSeed(t *testing.T) {
	for _, size := range []int{20, 160} {
		assert.Equal(t, Draw("ann", size), Draw("ann", size))
		assert.NotEqual(t, Draw("ann", size), Draw("ben", size))
	}
}

func TestDrawSizes(t *testing.T) {
	for given, want := range map[int]int{-5: 1, 0: 1, 1: 1, 20: 20, 512: 512, 1 << 40: 512} {
		img := seenAt(t, "ann", given)
		assert.Equal(t, image.Rect(0, 0, want, want), img.Bounds())
	}
}

// In a room of two hundred, nobody looks like anybody else even at the size of a line of text:
// no two pictures of 20 pixels are as near each other as two tints of one.
func TestDrawTellsPeopleApart(t *testing.T) {
	const people, size = 200, 20
	pictures := make([][]byte, people)
	for i := range pictures {
		img := seenAt(t, fmt.Sprint("user", i), size)
		for y := range size {
			for x := range size {
				r, g, b, a := img.At(x, y).RGBA()
				require.Equal(t, uint32(0xffff), a, "the picture reaches the edges")
				pictures[i] = append(pictures[i], byte(r>>8), byte(g>>8), byte(b>>8))
			}
		}
	}
	for i, a := range pictures {
		for j, b := range pictures[:i] {
			sum := 0
			for k := range a {
				sum += max(int(a[k])-int(b[k]), int(b[k])-int(a[k]))
			}
			require.Greater(t, sum/len(a), 3, "users %d and %d", i, j)
		}
	}
}

// A head is neither lost in its ground nor its face in the head, whatever the hue.
func TestDrawIsSeen(t *testing.T) {
	for i := range 100 {
		inks := make(map[color.Color]int)
		img := seenAt(t, fmt.Sprint("user", i), 100)
		for y := range 100 {
			for x := range 100 {
				inks[img.At(x, y)]++
			}
		}
		ground := img.At(1, 1)
		most, dark := 0, 0
		for ink, n := range inks {
			if ink != ground {
				most = max(most, n)
			}
			if r, g, b, _ := ink.RGBA(); r+g+b < 3*0x5000 && ink != ground {
				dark += n
			}
		}
		assert.Greater(t, most, 1000, "user %d has no head", i)
		assert.Greater(t, dark, 30, "user %d has no face", i)
	}
}

func seenAt(t *testing.T, seed string, size int) image.Image {
	img, err := png.Decode(bytes.NewReader(Draw(seed, size)))
	require.NoError(t, err)
	return img
}

func BenchmarkDraw(b *testing.B) {
	for _, size := range []int{20, 160, 512} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			for b.Loop() {
				Draw("ann", size)
			}
		})
	}
}
