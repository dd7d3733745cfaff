package gravatar

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	ann = "ann@example.com"
	ben = "ben@example.com"
)

// A fake is an upstream on loopback: the avatars and the profiles are as its handlers say, by
// default there are none. It counts how often each path is asked for.
type fake struct {
	*httptest.Server
	mu       sync.Mutex
	avatars  http.HandlerFunc
	profiles http.HandlerFunc
	asked    map[string]int
}

func newFake(t *testing.T) *fake {
	f := &fake{avatars: http.NotFound, profiles: http.NotFound, asked: make(map[string]int)}
	mux := http.NewServeMux()
	answer := func(handler *http.HandlerFunc) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			f.mu.Lock()
			f.asked[r.URL.Path]++
			h := *handler
			f.mu.Unlock()
			h(w, r)
		}
	}
	mux.HandleFunc("/avatar/", answer(&f.avatars))
	mux.HandleFunc("/v3/profiles/", answer(&f.profiles))
	f.Server = httptest.NewServer(mux)
	t.Cleanup(f.Close)
	return f
}

func (f *fake) serve(avatars, profiles http.HandlerFunc) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.avatars, f.profiles = avatars, profiles
}

// count is how often paths that begin with prefix were asked for.
func (f *fake) count(prefix string) (n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for path, asked := range f.asked {
		if strings.HasPrefix(path, prefix) {
			n += asked
		}
	}
	return n
}

// client makes a Client that asks f.
func (f *fake) client(t *testing.T, change ...func(*Config)) *Client {
	cfg := Config{URL: f.URL, API: f.URL + "/v3", Key: "sesame", Dir: t.TempDir()}
	for _, c := range change {
		c(&cfg)
	}
	c, err := New(cfg)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, c.Close()) })
	c.patience = time.Minute // where a test does not want to wait, it says so
	return c
}

// A clock stands until it is set.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func stop(c *Client) *clock {
	k := &clock{at: time.Now()}
	c.names.now, c.pictures.now = k.now, k.now
	return k
}

func (k *clock) now() time.Time {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.at
}

func (k *clock) pass(d time.Duration) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.at = k.at.Add(d)
}

func body(contentType string, data []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", contentType)
		_, _ = w.Write(data)
	}
}

func status(code int) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(code) }
}

func named(name string) http.HandlerFunc {
	return body("application/json", fmt.Appendf(nil, `{"display_name":%q,"hash":"x","verified_accounts":[]}`, name))
}

// hung answers nothing until the client goes.
func hung(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() }

// held answers as h does once release is called.
func held(h http.HandlerFunc) (held http.HandlerFunc, release func()) {
	gate := make(chan struct{})
	return func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-gate:
			h(w, r)
		case <-r.Context().Done():
		}
	}, sync.OnceFunc(func() { close(gate) })
}

func plain(width, height int, ink color.Color) image.Image {
	img := image.NewNRGBA(image.Rect(0, 0, width, height))
	for i := range width * height {
		img.Set(i%width, i/width, ink)
	}
	return img
}

var red, green, glass = color.NRGBA{200, 0, 0, 255}, color.NRGBA{0, 160, 0, 255}, color.NRGBA{0, 0, 200, 100}

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

// logged is a log and what went into it.
func logged() (*slog.Logger, func() string) {
	var b lockedBuffer
	return slog.New(slog.NewTextHandler(&b, &slog.HandlerOptions{Level: slog.LevelDebug})), b.String
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

var _ io.Writer = (*lockedBuffer)(nil)

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}
