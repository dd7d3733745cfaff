package gravatar

import (
	"bytes"
	"fmt"
	"image"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestPictureComesInItsSize(t *testing.T) {
	f := newFake(t)
	f.serve(body("image/png", asPNG(t, plain(300, 300, red))), http.NotFound)
	c := f.client(t)
	for given, want := range map[int]int{-1: 16, 0: 16, 1: 16, 20: 20, 21: 24, 80: 80, 101: 120, 490: 512, 512: 512, 1 << 40: 512} {
		for _, email := range []string{ann, ""} {
			pic := c.Picture(t.Context(), email, "seed", given)
			img, kind, err := image.Decode(bytes.NewReader(pic.Data))
			require.NoError(t, err)
			assert.Equal(t, image.Rect(0, 0, want, want), img.Bounds())
			assert.Equal(t, "image/"+kind, pic.Type)
			assert.Equal(t, email == "", pic.Drawn)
		}
	}
	assert.Equal(t, 1, f.count("/"), "all sizes are made of one")
}

func TestPicturesThatAreSeenThroughStaySo(t *testing.T) {
	f := newFake(t)
	f.serve(body("image/png", asPNG(t, plain(300, 300, glass))), http.NotFound)
	pic := f.client(t).Picture(t.Context(), ann, "seed", 40)
	assert.Equal(t, "image/png", pic.Type)
	assert.False(t, pic.Drawn)
}

func TestETagNamesTheBytes(t *testing.T) {
	f := newFake(t)
	c := f.client(t)
	a := c.Picture(t.Context(), "", "a", 80)
	assert.Regexp(t, `^"[0-9a-f]{16}"$`, a.ETag)
	assert.Equal(t, a, c.Picture(t.Context(), "", "a", 80))
	assert.NotEqual(t, a.ETag, c.Picture(t.Context(), "", "b", 80).ETag)
	assert.NotEqual(t, a.ETag, c.Picture(t.Context(), "", "a", 160).ETag)
}

func TestMaxAgeIsShortWhileAPictureMayCome(t *testing.T) {
	f := newFake(t)
	c := f.client(t)
	f.serve(status(http.StatusInternalServerError), http.NotFound)
	failed := c.Picture(t.Context(), ann, "seed", 80)
	none := c.Picture(t.Context(), "", "seed", 80)
	f.serve(http.NotFound, http.NotFound)
	miss := c.Picture(t.Context(), ben, "seed", 80)
	assert.True(t, failed.Drawn && none.Drawn && miss.Drawn)
	assert.Less(t, failed.MaxAge, miss.MaxAge)
	assert.Less(t, miss.MaxAge, none.MaxAge)
}

func TestWhatTheCacheHasIsNotBelievedEither(t *testing.T) {
	f := newFake(t)
	c := f.client(t)
	c.pictures.disk.write(Hash(ann), fact{data: []byte("\x89PNG, but not really"), at: time.Now()})
	pic := c.Picture(t.Context(), ann, "seed", 80)
	assert.True(t, pic.Drawn)
	assert.Equal(t, Draw("seed", 80), pic.Data)
}

func TestRenderedPicturesAreBounded(t *testing.T) {
	s := shelf[int]{room: 10 * (itemCost + 110)}
	for i := range 1000 {
		key := fmt.Sprintf("%010d", i)
		s.put(key, i, 100)
		s.put(key, i, 100)
		_, first := s.get("0000000000")
		assert.True(t, first, "what is used stays")
	}
	assert.Len(t, s.items, 10)
	assert.Equal(t, 10, s.order.Len())
	assert.Equal(t, s.room, s.used)
	v, ok := s.get("0000000999")
	assert.True(t, ok)
	assert.Equal(t, 999, v)
}

func BenchmarkPicture(b *testing.B) {
	master := asJPEG(b, plain(512, 512, red))
	for _, size := range []int{20, 160} {
		b.Run(fmt.Sprint("scale/", size), func(b *testing.B) {
			for b.Loop() {
				c, err := New(Config{Off: true})
				require.NoError(b, err)
				_, err = c.scaled(master, size)
				require.NoError(b, err)
			}
		})
	}
	b.Run("cached", func(b *testing.B) {
		c, err := New(Config{Off: true})
		require.NoError(b, err)
		for b.Loop() {
			_, err = c.scaled(master, 80)
			require.NoError(b, err)
		}
	})
}
