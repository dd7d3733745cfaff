package server

import (
	"net/http"
	"time"

	"gochatting/internal/message"
	"gochatting/internal/store"
)

// A ban is somebody who may not come in.
type ban struct {
	User  message.User
	Until *time.Time `json:",omitempty"` // nil: for ever
	Peers int
}

func (s *Server) listBans(_ http.ResponseWriter, r *http.Request, me store.Session) (any, error) {
	known, err := s.store.Bans(r.Context(), me.User.ID)
	bans := make([]ban, len(known))
	for i, b := range known {
		bans[i] = ban{User: b.User, Peers: b.Peers}
		if !b.Until.IsZero() {
			bans[i].Until = &b.Until
		}
	}
	return struct{ Bans []ban }{bans}, err
}

// An act is one line of the log.
type act struct {
	ID       string
	At       time.Time
	Actor    *message.User `json:",omitempty"` // nil: who runs the server
	Act      string
	Subject  *message.User `json:",omitempty"`
	Room     *message.Room `json:",omitempty"`
	Message  int64         `json:",omitempty"`
	Until    *time.Time    `json:",omitempty"`
	Note     string        `json:",omitempty"`
	Undone   *time.Time    `json:",omitempty"`
	Undoable bool
}

// listActs is the log, for owners.
func (s *Server) listActs(_ http.ResponseWriter, r *http.Request, me store.Session) (any, error) {
	query := r.URL.Query()
	n, err := limit(query)
	if err != nil {
		return nil, err
	}
	known, err := s.store.Acts(r.Context(), me.User.ID, query.Get("before"), n)
	acts := make([]act, len(known))
	for i, a := range known {
		acts[i] = act(a)
	}
	return struct{ Acts []act }{acts}, err
}

func (s *Server) undoAct(_ http.ResponseWriter, r *http.Request, me store.Session) (any, error) {
	n, err := s.store.Restore(r.Context(), me.User.ID, r.PathValue("act"))
	return struct{ Messages int }{n}, err
}
