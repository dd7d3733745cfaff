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
	if cfg.MessageRate == 0 {
		cfg.MessageRate = 5
	}
	if cfg.MessageBytes == 0 {
		cfg.MessageBytes = 8192
	}
	if cfg.FileBytes == 0 {
		cfg.FileBytes, cfg.FileQuota = 1<<20, 4<<20
	}
	cfg.Version = "test"
	logs := new(logged)
	out := slog.New(slog.NewTextHandler(logs, &slog.HandlerOptions{Level: slog.LevelDebug}))
	b, err := bus.Open()
	require.NoError(t, err)
	t.Cleanup(b.Close)
	s, err := store.Open(t.Context(), store.Options{Dir: t.TempDir(), Published: room.Publisher(b, out), Log: out})
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
	web := httptest.NewServer(srv.Handler())
	t.Cleanup(func() {
		web.Close()
		assert.NoError(t, rooms.Close())
		assert.NoError(t, srv.Close(30*time.Second))
	})
	return &site{URL: web.URL, Server: srv, Log: logs, Store: s, Files: folder}
}

var (
	limited    = server.Config{Limits: true}
	unlimited  = server.Config{}
	noUpstream = gravatar.Config{Off: true}
)
