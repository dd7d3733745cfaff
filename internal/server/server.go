// Package server is the way in over HTTP: the pages, the JSON API, the pictures and the socket's
// handshake.
package server

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"time"

	"golang.org/x/time/rate"

	"gochatting/internal/auth"
	"gochatting/internal/bus"
	"gochatting/internal/gravatar"
	"gochatting/internal/room"
	"gochatting/internal/store"
)

// What one peer may do by default.
const (
	peerSockets = 500 // at once
	peerJoins   = 100 // a minute, and at once
)

// How often there may be device codes.
const (
	codesMade  = 10 // a minute and user
	codesTried = 30 // an hour and address, from wherever; each code dies after five
)

// burstSeconds is how many seconds of messages a user may say at once.
const burstSeconds = 4

// A Config says how the server is to behave.
type Config struct {
	BaseURL        *url.URL       // where people reach it; nil: wherever they do
	TrustedProxies []netip.Prefix // whose X-Forwarded-For counts
	Limits         bool           // whether rates and counts are limited; sizes always are
	MessageRate    int            // messages a second and user
	MessageBytes   int            // in one message's content
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
	auth     *auth.Auth
	out      *slog.Logger

	pages   *pages
	static  *static
	sockets *sockets
	lookups *lookups
	speech  *auth.Limits[string]    // messages, by user
	codes   *auth.Limits[string]    // device codes made, by user
	guesses *auth.Limits[string]    // device codes tried, by address
	joins   *auth.Limits[auth.Peer] // sessions started
	ready   readiness
}

// New makes a Server. It must be closed after the rooms are and before the store.
func New(cfg Config, s *store.Store, b *bus.Bus, rooms *room.Directory, g *gravatar.Client, out *slog.Logger) (*Server, error) {
	static, err := newStatic()
	if err != nil {
		return nil, fmt.Errorf("server: %w", err)
	}
	pages, err := newPages(static)
	if err != nil {
		return nil, fmt.Errorf("server: %w", err)
	}
	srv := &Server{
		cfg: cfg, store: s, bus: b, rooms: rooms, gravatar: g, out: out,
		auth:    auth.New(s, cfg.secure()),
		pages:   pages,
		static:  static,
		speech:  auth.NewLimits[string](rate.Limit(cfg.MessageRate), burstSeconds*cfg.MessageRate),
		codes:   auth.NewLimits[string](rate.Limit(codesMade)/60, codesMade),
		guesses: auth.NewLimits[string](rate.Limit(codesTried)/3600, codesTried),
		joins:   auth.NewLimits[auth.Peer](rate.Limit(peerJoins)/60, peerJoins),
		lookups: newLookups(),
	}
	perPeer := peerSockets
	if !cfg.Limits {
		perPeer = 0
		unlimited := auth.NewLimits[string](0, 0)
		srv.speech, srv.codes, srv.guesses = unlimited, unlimited, unlimited
		srv.joins = auth.NewLimits[auth.Peer](0, 0)
	}
	if srv.sockets, err = newSockets(b, perPeer, out); err != nil {
		return nil, fmt.Errorf("server: %w", err)
	}
	srv.lookups.start(srv.look)
	return srv, nil
}

// Close ends what runs in the background and waits until all sockets have ended, which the
// rooms' end makes them do; but not longer than patience, for peers that do not answer.
func (s *Server) Close(patience time.Duration) error {
	s.lookups.close()
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
	mux.Handle("GET /static/{hash}/", s.static)

	mux.Handle("GET /api/v1/me", s.api(s.me))
	mux.Handle("POST /api/v1/me/devices", s.api(s.newDevice))
	mux.Handle("GET /api/v1/rooms", s.api(s.listRooms))
	mux.Handle("GET /api/v1/rooms/{room}", s.api(s.showRoom))
	mux.Handle("GET /api/v1/rooms/{room}/users", s.api(s.listUsers))
	mux.Handle("GET /api/v1/rooms/{room}/messages", s.api(s.listMessages))
	mux.Handle("POST /api/v1/rooms/{room}/messages", s.api(s.postMessage))
	mux.Handle("/api/", s.api(s.noRoute))

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
