package server

import (
	"net/http"

	"gochatting/internal/store"
	"gochatting/internal/user"
)

// invitation shows where an invitation leads, which uses nothing up.
func (s *Server) invitation(w http.ResponseWriter, r *http.Request) error {
	p := s.doorFor(r, "", r.PathValue("secret"))
	into, err := s.auth.Invitation(r.Context(), p.Invite)
	if err != nil {
		return s.answer(w, r, p, store.Claimed{}, err)
	}
	p.Into = into
	return s.showDoor(w, r, http.StatusOK, "invite.html", p)
}

// accept takes somebody whom this browser is already where an invitation leads.
func (s *Server) accept(w http.ResponseWriter, r *http.Request) error {
	p := s.doorFor(r, "", r.PathValue("secret"))
	if wait := s.pace.joins.Take(s.peer(r)); wait > 0 {
		return s.refuse(w, r, p, user.SlowDown(wait))
	}
	me, err := s.auth.Who(r)
	if err != nil {
		return err
	}
	came, err := s.auth.Accept(r.Context(), me, p.Invite)
	return s.answer(w, r, p, came, err)
}
