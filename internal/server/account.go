package server

import (
	"context"
	"net/http"
	"time"

	"gochatting/internal/message"
	"gochatting/internal/store"
)

// deleteAccount has somebody leave for good. What they said goes in the background, if it is to.
func (s *Server) deleteAccount(w http.ResponseWriter, r *http.Request, me store.Session) (any, error) {
	what := r.URL.Query().Get("messages")
	if what != "keep" && what != "remove" {
		return nil, &message.Error{Code: message.CodeInvalid, Text: "The parameter messages must be keep or remove: what is to become of what you said."}
	}
	ctx, id := context.WithoutCancel(r.Context()), me.User.ID
	blobs, err := s.rooms.RemoveUser(ctx, id, what == "remove", func(ended []string) {
		s.rooms.EndSessions(signedOut, append(ended, guestSession(id))...)
	})
	if err != nil {
		return nil, err
	}
	s.dropBlobs(blobs)
	s.removals.wake()
	return done{}, s.auth.Leave(ctx, w, me) // for the cookie
}

// verify mails a code to the address of who asks, for this browser.
func (s *Server) verify(w http.ResponseWriter, r *http.Request, me store.Session) (any, error) {
	switch {
	case s.cfg.Mail == nil:
		return nil, &message.Error{Code: message.CodeNotFound, Text: "This server sends no mail, so an address cannot be proven by a code."}
	case me.User.Verified:
		return nil, &message.Error{Code: message.CodeConflict, Text: "Your address is verified already."}
	}
	expires, err := s.mailCode(w, r, me.User.Email, nil)
	return created{struct{ Expires time.Time }{expires}}, err
}

// prove takes the code that was mailed.
func (s *Server) prove(w http.ResponseWriter, r *http.Request, me store.Session) (any, error) {
	given, err := body[struct{ Code string }](s, w, r)
	if err != nil {
		return nil, err
	}
	u, ended, err := s.auth.Prove(r, me, given.Code)
	if err != nil {
		return nil, err
	}
	s.rooms.EndSessions(signedOut, ended...)
	s.rooms.Changed(r.Context(), u.ID)
	return u.Own(), nil
}
