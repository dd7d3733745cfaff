package server

import (
	"errors"
	"net/http"
	"net/url"

	"gochatting/internal/message"
	"gochatting/internal/store"
)

// askCode asks for a code where an address is not enough: for one that it mails at once, if this server
// can, or for one from another browser of theirs. What it shows tells nobody whether the address is
// somebody's, where all must prove theirs.
func (s *Server) askCode(w http.ResponseWriter, r *http.Request, p doorPage, email string, held bool) error {
	if s.cfg.Mail == nil && !held {
		s.problem(&p, "unproven", "host", p.Provider)
		return s.showDoor(w, r, http.StatusForbidden, "join.html", p)
	}
	var err error
	if p.Other, err = s.isTyped(r, email); err != nil {
		return err
	}
	if s.cfg.Mail == nil {
		return s.showDoor(w, r, http.StatusConflict, "code.html", p)
	}
	_, err = s.mailCode(w, r, email, p.after())
	var told *message.Error
	switch {
	case err == nil:
		p.Mailed = true
		return s.showDoor(w, r, http.StatusAccepted, "code.html", p)
	case !errors.As(err, &told):
		return err
	case told.Code == message.CodeSlowDown:
		p.Mailed = s.mailed(r) // the last one may still be good
		return s.showDoor(w, r, s.slow(w, &p, told), "code.html", p)
	case told.Code == message.CodeUnreachable:
		s.problem(&p, "unreachable")
		return s.showDoor(w, r, http.StatusServiceUnavailable, "code.html", p)
	}
	if told.Code != message.CodeInvalid {
		return s.refuse(w, r, p, told)
	}
	s.problem(&p, "unmailable")
	if held {
		return s.showDoor(w, r, http.StatusUnprocessableEntity, "code.html", p)
	}
	return s.showDoor(w, r, http.StatusUnprocessableEntity, "join.html", p)
}

// after is what a link that goes by mail must know to go on as this page would.
func (p doorPage) after() url.Values {
	after := url.Values{}
	if p.Next != "" {
		after.Set("next", p.Next)
	}
	if p.Invite != "" {
		after.Set("invite", p.Invite)
	}
	return after
}

// isTyped reports whether somebody has the address who did not prove it.
func (s *Server) isTyped(r *http.Request, email string) (bool, error) {
	u, err := s.store.UserByEmail(r.Context(), email)
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	return !u.Verified, err
}
