package server

import (
	"errors"
	"net/http"
	"strings"

	"gochatting/internal/auth"
	"gochatting/internal/store"
	"gochatting/internal/user"
)

// link shows what a link does that was mailed, or that another browser shows; it is done by the button
// on that page alone, because programs follow links that look for viruses in mails.
func (s *Server) link(w http.ResponseWriter, r *http.Request) error {
	p := s.doorFor(r, r.URL.Query().Get("next"), r.URL.Query().Get("invite"))
	p.Again, p.Device = r.URL.RequestURI(), strings.HasPrefix(r.URL.Path, "/device/")
	email, of, err := s.auth.LinkedTo(r.Context(), r.PathValue("secret"))
	if err != nil {
		return s.answer(w, r, p, store.Claimed{}, err)
	}
	p.Email = email
	if p.Into, err = s.auth.Invitation(r.Context(), p.Invite); err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	if of != nil {
		who := of.Public()
		here, err := s.isHere(r, of.ID)
		if err != nil {
			return err
		}
		p.Of, p.Other = &who, !p.Device && !of.Verified && !here
	}
	return s.showDoor(w, r, http.StatusOK, "link.html", p)
}

// follow does what a link is for.
func (s *Server) follow(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	p := s.doorFor(r, r.PostForm.Get("next"), r.PostForm.Get("invite"))
	if wait := s.pace.joins.Take(s.peer(r)); wait > 0 {
		return s.refuse(w, r, p, user.SlowDown(wait))
	}
	came, err := s.auth.Join(w, r, auth.Evidence{
		Link: r.PathValue("secret"), Invite: p.Invite, Fresh: r.PostForm.Has("fresh"),
	})
	if errors.Is(err, store.ErrWrongCode) { // somebody else was faster
		return s.showDead(w, r, p)
	}
	return s.answer(w, r, p, came, err)
}

// showDead says that a link is no good, or not any more.
func (s *Server) showDead(w http.ResponseWriter, r *http.Request, p doorPage) error {
	return s.showDoor(w, r, http.StatusGone, "dead.html", p)
}
