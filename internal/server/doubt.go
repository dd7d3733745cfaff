package server

import (
	"context"
	"errors"
	"strings"
	"time"

	"gochatting/internal/store"
)

// doubt has the sockets of this node agree with the store about what they stand on: it may not have been heard
// that something ended.
func (s *Server) doubt(ctx context.Context) error {
	var sessions, ended []string
	for _, on := range s.sockets.sessions() {
		id, guest := strings.CutPrefix(on, guestPrefix)
		if !guest {
			sessions = append(sessions, on)
			continue
		}
		over, err := s.guestIsOver(ctx, id)
		if err != nil {
			return err
		}
		if over {
			ended = append(ended, on)
		}
	}
	dead, err := s.store.Dead(ctx, sessions)
	if err != nil {
		return err
	}
	s.sockets.shut(signedOut, append(ended, dead...))
	return nil
}

// guestIsOver says whether the sockets of a guest have nothing to stand on any more: somebody holds their
// address now, or they are banned.
func (s *Server) guestIsOver(ctx context.Context, userID string) (bool, error) {
	u, err := s.store.User(ctx, userID)
	if errors.Is(err, store.ErrNotFound) {
		return true, nil
	}
	return u.Email == "" || u.Banned.After(time.Now()), err
}
