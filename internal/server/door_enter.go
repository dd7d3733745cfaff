package server

import (
	"context"
	"errors"
	"net/http"
	"net/url"

	"gochatting/internal/auth"
	"gochatting/internal/message"
	"gochatting/internal/store"
)

// letIn goes on to where somebody wanted to who has come in.
func (s *Server) letIn(w http.ResponseWriter, r *http.Request, came store.Claimed, path string) error {
	s.hasCome(r.Context(), came)
	me := came.Session.User
	if came.Joined != "" {
		path = "/rooms/" + came.Joined
	}
	if path == "" {
		var err error
		if path, err = s.home(r, me); err != nil {
			return err
		}
	}
	next, err := url.Parse(path)
	if err != nil {
		next = &url.URL{Path: lobbyPath}
	}
	if others, err := s.auth.People(r); err == nil && len(others) > 0 {
		query := next.Query()
		query.Set("as", me.ID)
		next.RawQuery = query.Encode()
	}
	http.Redirect(w, r, next.String(), http.StatusSeeOther)
	return nil
}

// hasCome has everybody else learn what came of a claim.
func (s *Server) hasCome(ctx context.Context, came store.Claimed) {
	ended := came.Ended
	if came.Lost != "" { // sockets of the first dialect may have spoken for this address
		ended = append(ended, guestSession(came.Lost))
	}
	if len(ended) > 0 {
		s.rooms.EndSessions(signedOut, ended...)
	}
	me := came.Session.User
	s.lookups.add(me)
	switch {
	case came.Joined != "":
		s.rooms.Changed(ctx, me.ID, came.Joined, message.Lobby) // where a reader is who rises by it
	case came.Risen:
		s.rooms.Changed(ctx, me.ID)
	}
}

// leave signs the browser out as one of the people it is.
func (s *Server) leave(w http.ResponseWriter, r *http.Request) error {
	me, err := s.auth.Who(r)
	if err == nil || errors.Is(err, auth.ErrUnproven) {
		err = s.auth.Leave(r.Context(), w, me)
	}
	if err != nil && !errors.Is(err, auth.ErrNoSession) {
		return err
	}
	if err == nil {
		s.rooms.EndSessions(signedOut, me.ID)
	}
	http.Redirect(w, r, "/", http.StatusSeeOther)
	return nil
}
