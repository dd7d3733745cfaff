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
	"gochatting/internal/mail"
	"gochatting/internal/openid"
	"gochatting/internal/room"
	"gochatting/internal/store"
	"gochatting/web"
)

// A Config says how the server is to behave.
type Config struct {
	BaseURL        *url.URL         // where people reach it; nil: wherever they do
	TrustedProxies []netip.Prefix   // whose X-Forwarded-For counts
	Join           string           // how people come in: store.JoinOpen and so on; "" is JoinOpen
	Mail           *mail.Mailer     // sends codes; nil: none are sent
	OpenID         *openid.Provider // where people may sign in; nil: nowhere
	Limits         bool             // whether rates and counts are limited; sizes always are
	Rates          Rates            // how much of each; of no account without Limits
	MessageBytes   int              // in one message's content
	FileBytes      int64            // in one file
	FileQuota      int64            // in all files of a user together
	Version        string
	Settle         time.Duration // for how long a new server says that it is not ready yet: it hears of others first
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

	pages       *pages
	versions    *versions
	sockets     *sockets
	lookups     *lookups
	uploads     *uploads
	pace        paces
	connections *connections
	ready       readiness

	removals     removals
	sweeping     sync.WaitGroup
	stopSweeping context.CancelFunc
}

// New makes a Server. It must be closed after the rooms are and before the store.
func New(cfg Config, s *store.Store, b *bus.Bus, rooms *room.Directory, g *gravatar.Client, kept files.Store, out *slog.Logger) (*Server, error) {
	languages, err := web.Languages()
	if err != nil {
		return nil, fmt.Errorf("server: %w", err)
	}
	static, err := newStatic(languages)
	if err != nil {
		return nil, fmt.Errorf("server: %w", err)
	}
	pages, err := newPages(languages, static)
	if err != nil {
		return nil, fmt.Errorf("server: %w", err)
	}
	srv := &Server{
		cfg: cfg, store: s, bus: b, rooms: rooms, gravatar: g, files: files.NewUploads(kept), out: out,
		auth:     auth.New(s, auth.Options{Join: cfg.Join, Secure: cfg.secure(), Proxies: cfg.TrustedProxies}),
		pages:    pages,
		versions: newVersions(static, s),
		pace:     newPaces(cfg),
		lookups:  newLookups(),
		uploads:  &uploads{used: s.UsedBy, most: cfg.FileBytes, quota: cfg.FileQuota, coming: make(map[string]int64)},
	}
	if !cfg.Limits {
		cfg.Rates = Rates{}
	}
	srv.connections = newConnections(cfg.Rates.PeerConnections, cfg.TrustedProxies)
	srv.sockets = newSockets(cfg.Rates.Sockets, cfg.Rates.PeerSockets)
	rooms.OnSessions(srv.sockets.shut, srv.doubt)
	srv.ready.from = time.Now().Add(cfg.Settle)
	srv.lookups.start(srv.look)
	ctx, cancel := context.WithCancel(context.Background())
	srv.stopSweeping = cancel
	srv.removals = newRemovals()
	srv.sweeping.Go(func() { srv.sweep(ctx) })
	srv.sweeping.Go(func() { srv.remove(ctx) })
	return srv, nil
}

// Close ends what runs in the background and waits until all sockets have ended, which the
// rooms' end makes them do; but not longer than patience, for peers that do not answer.
func (s *Server) Close(patience time.Duration) {
	s.stopSweeping()
	s.sweeping.Wait()
	s.lookups.close()
	s.uploads.close()
	s.sockets.close(patience)
}

// Handler answers everything.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /{$}", s.page(s.door))
	mux.Handle("GET /join", http.RedirectHandler("/", http.StatusSeeOther))
	mux.Handle("POST /join", s.page(s.join))
	mux.Handle("GET /code/{secret}", s.page(s.link))
	mux.Handle("POST /code/{secret}", s.page(s.follow))
	mux.Handle("GET /device/{secret}", s.page(s.link))
	mux.Handle("POST /device/{secret}", s.page(s.follow))
	mux.Handle("GET /i/{secret}", s.page(s.invitation))
	mux.Handle("POST /i/{secret}", s.page(s.accept))
	mux.Handle("POST /openid", s.page(s.beginOpenID))
	mux.Handle("GET /openid/callback", s.page(s.endOpenID))
	mux.Handle("POST /leave", s.page(s.leave))
	mux.Handle("POST /language", s.page(s.language))
	mux.Handle("GET /rooms/{room}", s.page(s.room))
	mux.Handle("/", s.page(s.nowhere))

	mux.HandleFunc("GET /chat", s.chat)
	mux.HandleFunc("GET /avatar/{user}", s.avatar)
	mux.Handle("GET /files/{id}/{name}", s.page(s.download))
	mux.Handle("GET /previews/{id}", s.page(s.preview))
	mux.HandleFunc("GET "+staticBase+"{version}/{path...}", s.asset)

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
