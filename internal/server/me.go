package server

import (
	"net/http"

	"gochatting/internal/store"
)

func (s *Server) me(_ http.ResponseWriter, _ *http.Request, me store.Session) (any, error) {
	return me.User.Own(), nil
}
