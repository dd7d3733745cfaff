// Package server is the way in over HTTP: the pages, the JSON API, the pictures and the socket's
// handshake.
package server

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"sync"
	"time"

	"gochatting/internal/auth"
	"gochatting/internal/bus"
	"gochatting/internal/files"
	"gochatting/internal/gravatar"
	"gochatting/internal/room"
	"gochatting/internal/store"
)

// A Config says how the server is to behave.
type Config struct {
	BaseURL        *url.URL       // where people reach it; nil: wherever they do
	TrustedProxies []netip.Prefix // whose X-Forwarded-For counts
	Limits         bool           // whether rates and counts are limited; sizes always are
	MessageRate    int            // messages a second and user
	MessageBytes   int            // in one message's content
	FileBytes      int64          // in one file
	FileQuota      int64          // in all files of a user together
	Version        string
}

// secure reports whether people come over TLS.
func (c Config) secure() bool { return c.BaseURL != nil && c.BaseURL.Scheme == "https" }

// A Server answers HTTP. Its parts are the caller's, who closes them after it.
type Server struct {
	cfg      Config
	store    *store.Store
	bus      *bus.Bus
	rooms    *room.Directory
	gravatar *gravatar.Client
	files    *files.Uploads
	auth     *auth.Auth
	out      *slog.Logger

	pages   *pages
	static  *static
	sockets *sockets
	lookups *lookups
	uploads *uploads
	pace    paces
	ready   readiness

	sweeping     sync.WaitGroup
	stopSweeping context.CancelFunc
}

// New makes a Server. It must be closed after the rooms are and before the store.
func New(cfg Config, s *store.Store, b *bus.Bus, rooms *room.Directory, g *gravatar.Client, kept files.Store, out *slog.Logger) (*Server, error) {
	static, err := newStatic()
	if err != nil {
		return nil, fmt.Errorf("server: %w", err)
	}
	pages, err := newPages(static)
	if err != nil {
		return nil, fmt.Errorf("server: %w", err)
	}
	srv := &Server{
		cfg: cfg, store: s, bus: b, rooms: rooms, gravatar: g, files: files.NewUploads(kept), out: out,
		auth:    auth.New(s, cfg.secure()),
		pages:   pages,
		static:  static,
		pace:    newPaces(cfg),
		lookups: newLookups(),
		uploads: &uploads{used: s.UsedBy, most: cfg.FileBytes, quota: cfg.FileQuota, coming: make(map[string]int64)},
	}
	perPeer := peerSockets
	if !cfg.Limits {
		perPeer = 0
	}
	if srv.sockets, err = newSockets(b, perPeer, out); err != nil {
		return nil, fmt.Errorf("server: %w", err)
	}
	srv.lookups.start(srv.look)
	ctx, cancel := context.WithCancel(context.Background())
	srv.stopSweeping = cancel
	srv.sweeping.Go(func() { srv.sweep(ctx) })
	return srv, nil
}

// Close ends what runs in the background and waits until all sockets have ended, which the
// rooms' end makes them do; but not longer than patience, for peers that do not answer.
func (s *Server) Close(patience time.Duration) error {
	s.stopSweeping()
	s.sweeping.Wait()
	s.lookups.close()
	s.uploads.close()
	return s.sockets.close(patience)
}

// Handler answers everything.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /{$}", s.page(s.door))
	mux.Handle("GET /join", http.RedirectHandler("/", http.StatusSeeOther))
	mux.Handle("POST /join", s.page(s.join))
	mux.Handle("POST /leave", s.page(s.leave))
	mux.Handle("POST /language", s.page(s.language))
	mux.Handle("GET /rooms/{room}", s.page(s.room))
	mux.Handle("/", s.page(s.nowhere))

	mux.HandleFunc("GET /chat", s.chat)
	mux.HandleFunc("GET /avatar/{user}", s.avatar)
	mux.Handle("GET /files/{id}/{name}", s.page(s.download))
	mux.Handle("GET /previews/{id}", s.page(s.preview))
	mux.Handle("GET /static/{hash}/", s.static)

	s.handleAPI(mux)

	mux.HandleFunc("GET /healthz", s.healthz)
	mux.HandleFunc("GET /readyz", s.readyz)
	forms := http.NewCrossOriginProtection()
	if s.cfg.BaseURL != nil {
		// A proxy may have given the request another Host than the one that people see.
		if err := forms.AddTrustedOrigin(s.cfg.BaseURL.Scheme + "://" + s.cfg.BaseURL.Host); err != nil {
			s.out.Warn("forms are taken from no other origin", "err", err)
		}
	}
	forms.SetDenyHandler(s.page(s.foreign))
	return s.headers(forms.Handler(mux))
}
