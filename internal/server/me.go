package server

import (
	"net/http"
	"time"

	"gochatting/internal/store"
)

func (s *Server) me(_ http.ResponseWriter, _ *http.Request, me store.Session) (any, error) {
	return me.User.Own(), nil
}

// newDevice makes the code that lets another browser in as the same person.
func (s *Server) newDevice(_ http.ResponseWriter, r *http.Request, me store.Session) (any, error) {
	code, expires, err := s.store.NewCode(r.Context(), me.User.ID)
	if err != nil {
		return nil, err
	}
	return created{struct {
		Code    string
		Expires time.Time
	}{code, expires}}, nil
}
