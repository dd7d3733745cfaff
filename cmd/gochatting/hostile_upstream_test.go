package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"image/png"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gochatting/internal/chattest"
	"gochatting/internal/gravatar"
)

// A liar is where pictures and names are asked for. It answers for each person as it likes.
type liar struct {
	t       *testing.T
	url     string
	mu      sync.Mutex
	answers map[string]http.HandlerFunc // by hash
	asked   map[string]chan struct{}    // closed when a picture was answered
}

func newLiar(t *testing.T) *liar {
	l := &liar{t: t, answers: make(map[string]http.HandlerFunc), asked: make(map[string]chan struct{})}
	l.url = site(t, map[string]http.HandlerFunc{
		"GET /avatar/{hash}": func(w http.ResponseWriter, r *http.Request) {
			answer, asked := l.of(r)
			answer(w, r)
			if asked != nil {
				close(asked)
			}
		},
		"GET /v3/profiles/{hash}": func(w http.ResponseWriter, r *http.Request) {
			answer, _ := l.of(r)
			answer(w, r)
		},
		"GET /onward": func(w http.ResponseWriter, r *http.Request) { onward(r.FormValue("to"))(w, r) },
	})
	return l
}

func (l *liar) of(r *http.Request) (answer http.HandlerFunc, asked chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	answer = l.answers[r.PathValue("hash")]
	if answer == nil {
		answer = http.NotFound
	}
	return answer, l.asked[r.PathValue("hash")]
}

func (l *liar) flags() []string {
	return []string{"--gravatar", l.url, "--gravatar-api", l.url + "/v3", "--limits", "off"}
}

// joins has somebody come in of whom this is answered.
func (l *liar) joins(base, name string, answer http.HandlerFunc) *chattest.Person {
	email := name + "@example.com"
	l.mu.Lock()
	l.answers[gravatar.Hash(email)], l.asked[gravatar.Hash(email)] = answer, make(chan struct{})
	l.mu.Unlock()
	return chattest.Join(l.t, base, email)
}

// settles waits until upstream's answers so far have been looked at: pictures are decoded one after the
// other, and this honest one comes last.
func (l *liar) settles(base string) {
	l.t.Helper()
	var honest bytes.Buffer
	require.NoError(l.t, png.Encode(&honest, image.NewGray(image.Rect(0, 0, 80, 80))))
	ann := l.joins(base, "honest", says("text/html", append(honest.Bytes(), "<script>alert(1)</script>"...)))
	require.EventuallyWithT(l.t, func(c *assert.CollectT) {
		kind, picture := shown(ann)
		assert.Contains(c, kind, "image/")
		assert.NotEqual(c, gravatar.Draw(ann.Me.ID, 80), picture, "what is a picture is shown")
		assert.NotContains(c, string(picture), "alert", "and nothing else of it")
	}, chattest.Patience, 10*time.Millisecond)
}

// drawn sees that upstream was asked for somebody, and that they have the picture drawn by us all the
// same, and their own name.
func (l *liar) drawn(p *chattest.Person, what string) {
	l.t.Helper()
	l.answered(p, what)
	kind, picture := shown(p)
	assert.Equal(l.t, "image/png", kind, what)
	assert.True(l.t, bytes.Equal(gravatar.Draw(p.Me.ID, 80), picture), "not the drawn picture: %s", what)
	require.Equal(l.t, http.StatusOK, p.Get("/api/v1/me", &p.Me))
	assert.Equal(l.t, p.Me.Email, p.Me.Name+"@example.com", what)
}

// answered waits until upstream was asked for somebody's picture, and has said what it says.
func (l *liar) answered(p *chattest.Person, what string) {
	l.t.Helper()
	l.mu.Lock()
	asked := l.asked[gravatar.Hash(p.Me.Email)]
	l.mu.Unlock()
	select {
	case <-asked:
	case <-time.After(chattest.Patience):
		require.Fail(l.t, "upstream was not asked", what)
	}
}

// shown is somebody's picture, as everybody gets it.
func shown(p *chattest.Person) (kind string, picture []byte) {
	response, err := http.Get(p.Base + "/avatar/" + p.Me.ID + "?s=80")
	require.NoError(p.T, err)
	defer response.Body.Close()
	picture, err = io.ReadAll(response.Body)
	require.NoError(p.T, err)
	assert.Equal(p.T, "nosniff", response.Header.Get("X-Content-Type-Options"))
	return response.Header.Get("Content-Type"), picture
}

func says(kind string, body []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", kind)
		_, _ = w.Write(body) // nobody may want it
	}
}

func onward(to string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, to, http.StatusFound) }
}

// Upstream calls a page a picture; only what can be decoded is one.
func TestHostile14PagesCalledPictures(t *testing.T) {
	t.Parallel()
	l := newLiar(t)
	server := start(t, t.TempDir(), l.flags()...)
	people := make(map[string]*chattest.Person)
	for what, body := range map[string][]byte{
		"html":     []byte("<!doctype html><script>alert(1)</script>"),
		"svg":      []byte(`<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`),
		"polyglot": append([]byte("GIF89a/*"), "*/=1;alert(1)//<script>alert(1)</script>"...),
		"half":     []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR"),
	} {
		people[what] = l.joins(server.Base, what, says("image/png", body))
	}
	for what, p := range people {
		l.answered(p, what)
	}
	l.settles(server.Base)
	for what, p := range people {
		l.drawn(p, what)
	}
}

// Upstream sends a few bytes that become millions of pixels: they are not even decoded.
func TestHostile15PicturesThatPromiseTooMuch(t *testing.T) {
	t.Parallel()
	l := newLiar(t)
	server := start(t, t.TempDir(), l.flags()...)
	flood := image.NewPaletted(image.Rect(0, 0, 5000, 5000), color.Palette{color.White})
	var asPNG, asGIF bytes.Buffer
	require.NoError(t, png.Encode(&asPNG, flood))
	require.NoError(t, gif.Encode(&asGIF, flood, nil))
	require.Less(t, max(asPNG.Len(), asGIF.Len()), 100<<10)
	eve := l.joins(server.Base, "png", says("image/png", asPNG.Bytes()))
	mallory := l.joins(server.Base, "gif", says("image/gif", asGIF.Bytes()))
	for _, p := range []*chattest.Person{eve, mallory} {
		l.answered(p, "flood")
	}
	l.settles(server.Base)
	l.drawn(eve, "PNG")
	l.drawn(mallory, "GIF")
}

// Upstream sends us to hosts of our own network, by every name they have. Nobody there is asked.
func TestHostile16RedirectsIntoOurNetwork(t *testing.T) {
	t.Parallel()
	l := newLiar(t)
	server := start(t, t.TempDir(), l.flags()...)
	port := victim(t)
	for i, host := range []string{
		"127.0.0.1", "127.8.8.8", "localhost", "localhost.", "0.0.0.0", "[::1]", "[::]", "[::ffff:127.0.0.1]", "[64:ff9b::7f00:1]", "[::127.0.0.1]",
	} {
		to := "http://" + host + ":" + port + "/latest/meta-data"
		l.drawn(l.joins(server.Base, fmt.Sprint("at-once-", i), onward(to)), to)
		l.drawn(l.joins(server.Base, fmt.Sprint("later-", i), onward("/onward?to="+to)), "one hop before "+to)
	}
}

// victim listens inside, at a port that pictures may come from if we may have that.
func victim(t *testing.T) (port string) {
	reached := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { assert.Fail(t, "reached", r.Host) })
	var four net.Listener
	var err error
	for _, port := range []string{"80", "443", "0"} {
		if four, err = net.Listen("tcp", "127.0.0.1:"+port); err == nil {
			break
		}
	}
	require.NoError(t, err)
	_, port, err = net.SplitHostPort(four.Addr().String())
	require.NoError(t, err)
	listeners := []net.Listener{four}
	if six, err := net.Listen("tcp", "[::1]:"+port); err == nil {
		listeners = append(listeners, six)
	}
	for _, listener := range listeners {
		inside := &httptest.Server{Listener: listener, Config: &http.Server{Handler: reached}}
		inside.Start()
		t.Cleanup(inside.Close)
	}
	return port
}

// Upstream never comes to an end, fast or slowly. It is hung up on, and nobody waits for it.
func TestHostile17UpstreamsThatNeverEnd(t *testing.T) {
	t.Parallel()
	l := newLiar(t)
	server := start(t, t.TempDir(), l.flags()...)
	type end struct {
		of   string
		sent int
	}
	hungUp := make(chan end, 4)
	endless := func(what string, chunk []byte, goOn func(*http.Request) bool) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			sent := 0
			defer func() { hungUp <- end{what, sent} }()
			for goOn(r) {
				if _, err := w.Write(chunk); err != nil {
					return
				}
				if err := http.NewResponseController(w).Flush(); err != nil {
					return
				}
				sent += len(chunk)
			}
		}
	}
	flood := endless("a flood", append([]byte("\x89PNG\r\n\x1a\n"), make([]byte, 64<<10)...), func(r *http.Request) bool { return true })
	drip := endless("a drip", []byte(" "), func(r *http.Request) bool {
		select {
		case <-time.After(100 * time.Millisecond):
		case <-r.Context().Done():
		}
		return r.Context().Err() == nil
	})
	ann, ben := l.joins(server.Base, "ann", flood), l.joins(server.Base, "ben", drip)
	talkOn(t, ann.Open(), ben.Open())
	left := map[string]int{"a flood": 2, "a drip": 2}
	late := time.After(2 * chattest.Patience)
	for range 4 {
		select {
		case e := <-hungUp:
			left[e.of]--
			assert.Less(t, e.sent, 100<<20, "bytes that were taken of %s", e.of)
		case <-late:
			require.Fail(t, "it still listens", "%v", left)
		}
	}
	assert.Equal(t, map[string]int{"a flood": 0, "a drip": 0}, left, "of pictures and of names")
	l.drawn(ann, "a flood")
	l.drawn(ben, "a drip")
}

// Names come from upstream as people have chosen them: what cannot be seen or turns a line around is
// gone, and what is too long is cut.
func TestHostile13NamesOfStrangers(t *testing.T) {
	t.Parallel()
	l := newLiar(t)
	server := start(t, t.TempDir(), l.flags()...)
	ben := chattest.Join(t, server.Base, "ben@example.com")
	people := 0
	for name, want := range hostileNames() {
		body, err := json.Marshal(map[string]string{"display_name": name})
		require.NoError(t, err)
		people++
		eve := l.joins(server.Base, fmt.Sprint("eve", people), says("application/json", body))
		var found struct{ Users []struct{ Name string } }
		require.EventuallyWithT(t, func(c *assert.CollectT) {
			require.Equal(c, http.StatusOK, ben.Get("/api/v1/users?ids="+eve.Me.ID, &found))
			require.Len(c, found.Users, 1)
			assert.Equal(c, want, found.Users[0].Name)
		}, chattest.Patience, 10*time.Millisecond)
	}
}
