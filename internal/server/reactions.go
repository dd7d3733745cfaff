package server

import (
	"net/http"

	"gochatting/internal/store"
)

// react puts one's emoji under a message, or takes it away.
func (s *Server) react(on bool) call {
	return func(_ http.ResponseWriter, r *http.Request, me store.Session) (any, error) {
		id, err := messageID(r)
		if err != nil {
			return nil, err
		}
		return s.store.React(r.Context(), me.User.ID, r.PathValue("room"), id, r.PathValue("emoji"), on)
	}
}

// pin puts a message among those that the room keeps at hand, or takes it from there.
func (s *Server) pin(on bool) call {
	return func(_ http.ResponseWriter, r *http.Request, me store.Session) (any, error) {
		id, err := messageID(r)
		if err != nil {
			return nil, err
		}
		return s.store.Pin(r.Context(), me.User.ID, r.PathValue("room"), id, on)
	}
}

func (s *Server) listPins(_ http.ResponseWriter, r *http.Request, me store.Session) (any, error) {
	pinned, err := s.store.Pins(r.Context(), me.User.ID, r.PathValue("room"))
	return messages(pinned), err
}
