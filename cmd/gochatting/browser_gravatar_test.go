package main

import (
	"encoding/json"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"

	"gochatting/internal/gravatar"
)

// Gravatar is slow: Ann is in the room, under the first half of her address and with a picture
// drawn for her, and has said something before it answers. Then everyone sees her name and her
// picture, in the sidebar and in what she has said.
func (b *browser) nameArrivesLater(t *testing.T) {
	upstream, answer := slowGravatar(t)
	server := start(t, t.TempDir(), "--gravatar", upstream, "--gravatar-api", upstream+"/v3")
	ann := b.joins(t, server.Base, "ann@example.com")
	ben := b.joins(t, server.Base, "ben@example.com")
	ann.says("Hello.")
	everyone := []*window{ann, ben}
	for _, w := range everyone {
		w.hears("ann", "Hello.")
		w.with("ann", "ben")
	}
	assert.NotEqual(t, purple, colour(ben, "#people li[data-user] img"))

	answer()
	for _, w := range everyone {
		w.with("Ann 安", "Ann 安")
		w.hears("Ann 安", "Hello.")
		for _, shown := range []string{"#people li[data-user] img", ".message img.avatar"} {
			w.await(`(selector) => document.querySelector(selector).complete`, shown)
			assert.Equal(t, purple, colour(w, shown), "%s", shown)
		}
	}
	ann.sees("#me .name", "Ann 安")
	assert.Equal(t, purple, colour(ann, "#me img"))
	ben.hides(".notice")
	assert.NotContains(t, eval[string](ben, `() => document.documentElement.outerHTML`), "ann@example.com")
}

// purple is the picture that everyone has at Gravatar.
const purple = "rgb(153, 0, 255)"

// slowGravatar is an upstream that knows everyone as Ann, and answers when it is told to.
func slowGravatar(t *testing.T) (url string, answer func()) {
	told := make(chan struct{})
	url = site(t, map[string]http.HandlerFunc{
		"GET /avatar/{hash}": func(w http.ResponseWriter, r *http.Request) {
			picture := image.NewRGBA(image.Rect(0, 0, 256, 256))
			draw.Draw(picture, picture.Bounds(), image.NewUniform(color.RGBA{153, 0, 255, 255}), image.Point{}, draw.Src)
			wait(r, told)
			_ = png.Encode(w, picture) // nobody may wait for it any more
		},
		"GET /v3/profiles/{hash}": func(w http.ResponseWriter, r *http.Request) {
			wait(r, told)
			_, _ = w.Write([]byte(`{"display_name":"Ann 安"}`))
		},
	})
	return url, func() { close(told) }
}

func wait(r *http.Request, told <-chan struct{}) {
	select {
	case <-told:
	case <-r.Context().Done():
	}
}

// profilesOf is an upstream that knows people's names by their emails, and has no pictures.
func profilesOf(t *testing.T, names map[string]string) (url string) {
	byHash := make(map[string]string)
	for email, name := range names {
		byHash[gravatar.Hash(email)] = name
	}
	return site(t, map[string]http.HandlerFunc{
		"GET /v3/profiles/{hash}": func(w http.ResponseWriter, r *http.Request) {
			_ = json.NewEncoder(w).Encode(map[string]string{"display_name": byHash[r.PathValue("hash")]})
		},
	})
}

func site(t *testing.T, routes map[string]http.HandlerFunc) (url string) {
	mux := http.NewServeMux()
	for pattern, handler := range routes {
		mux.HandleFunc(pattern, handler)
	}
	upstream := httptest.NewServer(mux)
	t.Cleanup(upstream.Close)
	return upstream.URL
}

// colour is what a picture shows on the whole, roughly, as its encoding changes it a little.
func colour(w *window, selector string) string {
	w.t.Helper()
	return eval[string](w, `(selector) => {
		const picture = document.querySelector(selector);
		const paper = document.createElement('canvas').getContext('2d');
		paper.drawImage(picture, 0, 0, 1, 1);
		const [red, green, blue] = paper.getImageData(0, 0, 1, 1).data;
		return 'rgb(' + [red, green, blue].map((part) => Math.round(part / 51) * 51).join(', ') + ')';
	}`, selector)
}
