package server_test

import (
	"bytes"
	"log/slog"
	"net/http/httptest"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"gochatting/internal/bus"
	"gochatting/internal/files"
	"gochatting/internal/gravatar"
	"gochatting/internal/markup"
	"gochatting/internal/room"
	"gochatting/internal/server"
	"gochatting/internal/store"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// A site is a whole server on loopback, as cmd wires it.
type site struct {
	URL    string
	Server *server.Server
	Log    *logged
	JSON   *logged // the log in its other form
	Store  *store.Store
	Files  string // the folder of what was uploaded
}

// logged is a log that a test reads.
type logged struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

func open(t testing.TB, cfg server.Config, pictures gravatar.Config) *site {
	return openIn(t, t.TempDir(), cfg, pictures)
}

// openIn opens a site whose data may be there already.
func openIn(t testing.TB, data string, cfg server.Config, pictures gravatar.Config) *site {
	if cfg.Rates == (server.Rates{}) {
		cfg.Rates = server.UsualRates()
	}
	if cfg.MessageBytes == 0 {
		cfg.MessageBytes = 8192
	}
	if cfg.FileBytes == 0 {
		cfg.FileBytes, cfg.FileQuota = 1<<20, 4<<20
	}
	cfg.Version = "test"
	logs, asJSON, all := new(logged), new(logged), &slog.HandlerOptions{Level: slog.LevelDebug}
	out := slog.New(slog.NewMultiHandler(slog.NewTextHandler(logs, all), slog.NewJSONHandler(asJSON, all)))
	b, err := bus.Open(bus.Options{Log: out})
	require.NoError(t, err)
	t.Cleanup(b.Close)
	s, err := store.Open(t.Context(), store.Options{
		Dir: data, Published: room.Publisher(b, out), Log: out,
		Entry: store.Entry{Join: cfg.Join, Proves: cfg.Mail != nil || cfg.OpenID != nil},
	})
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, s.Close()) })
	pictures.Dir, pictures.Log = t.TempDir(), out
	g, err := gravatar.New(pictures)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, g.Close()) })
	folder := filepath.Join(t.TempDir(), "files")
	blobs, err := files.OpenDisk(folder, s.UsesBlob)
	require.NoError(t, err)
	renderer := markup.New(markup.Options{Content: cfg.MessageBytes, Log: out})
	t.Cleanup(renderer.Close)
	rooms, err := room.NewDirectory(s, b, renderer, cfg.MessageBytes, out)
	require.NoError(t, err)
	srv, err := server.New(cfg, s, b, rooms, g, blobs, out)
	require.NoError(t, err)
	web := httptest.NewUnstartedServer(srv.Handler())
	web.Config.ConnState = srv.ConnState
	web.Start()
	t.Cleanup(func() {
		web.Close()
		assert.NoError(t, rooms.Close())
		srv.Close(30 * time.Second)
	})
	return &site{URL: web.URL, Server: srv, Log: logs, JSON: asJSON, Store: s, Files: folder}
}

var (
	limited    = server.Config{Limits: true}
	unlimited  = server.Config{}
	noUpstream = gravatar.Config{Off: true}
)
