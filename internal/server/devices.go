package server

import (
	"context"
	"net/http"
	"slices"
	"time"

	"gochatting/internal/store"
)

// A device is a browser that is signed in, as its owner sees it.
type device struct {
	ID            string
	Browser       string
	Created, Used time.Time
	Current       bool
}

func newDevices(sessions []store.Session, current store.Session) []device {
	devices := make([]device, len(sessions))
	for i, session := range sessions {
		devices[i] = device{session.ID, session.Browser, session.Created, session.Used, session.ID == current.ID}
	}
	return devices
}

func (s *Server) listDevices(_ http.ResponseWriter, r *http.Request, me store.Session) (any, error) {
	sessions, err := s.store.Devices(r.Context(), me.User.ID)
	return struct{ Devices []device }{newDevices(sessions, me)}, err
}

// newDevice makes the code, and the link, that let another browser in as the same person.
func (s *Server) newDevice(_ http.ResponseWriter, r *http.Request, me store.Session) (any, error) {
	code, secret, expires, err := s.store.NewCode(r.Context(), me.ID)
	if err != nil {
		return nil, err
	}
	return created{struct {
		Code    string
		Expires time.Time
		link
	}{code, expires, newLink(s.address(r, "/device/"+secret))}}, nil
}

// endDevices signs somebody out everywhere, or with others=1 everywhere else.
func (s *Server) endDevices(w http.ResponseWriter, r *http.Request, me store.Session) (any, error) {
	but := ""
	if r.URL.Query().Get("others") == "1" {
		but = me.ID
	}
	// Also for who does not wait: the sockets must follow.
	ctx := context.WithoutCancel(r.Context())
	ended, err := s.store.EndSessions(ctx, me.User.ID, but)
	if err != nil {
		return nil, err
	}
	s.rooms.EndSessions(signedOut, ended...)
	if but == "" {
		err = s.auth.Leave(ctx, w, me) // for the cookie
	}
	return struct{ Ended int }{len(ended)}, err
}

func (s *Server) endDevice(_ http.ResponseWriter, r *http.Request, me store.Session) (any, error) {
	ctx, id := context.WithoutCancel(r.Context()), r.PathValue("device")
	mine, err := s.store.Devices(ctx, me.User.ID)
	if err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(mine, func(session store.Session) bool { return session.ID == id }) {
		return nil, store.ErrNotFound
	}
	if err := s.store.EndSession(ctx, id); err != nil {
		return nil, err
	}
	s.rooms.EndSessions(signedOut, id)
	return done{}, nil
}
