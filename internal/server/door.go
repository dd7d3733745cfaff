package server

import (
	"net/http"
	"net/url"

	"gochatting/internal/auth"
	"gochatting/internal/message"
	"gochatting/internal/store"
)

// A doorPage is what any page of the door shows: at most one question.
type doorPage struct {
	Lang, Version string
	Langs         []Language
	Again         string    // the path at which this page is to be had once more
	Join          string    // how people come in: store.JoinOpen and so on
	Mails         bool      // whether codes are mailed
	Gravatar      bool      // whether anybody is asked for names and pictures
	Provider      string    // where one may sign in instead; "": nowhere
	People        []visitor // who this browser is already, and may go on as

	Next   string // where to go once in
	Invite string // secret of the invitation that is followed
	Email  string // as it was typed

	Problem string // what went wrong, in a sentence

	Mailed bool             // a code was mailed to Email
	Of     *message.User    // whose a link is, if anybody's
	Device bool             // the link adds a device
	Other  bool             // somebody who did not prove it has Email, and may be somebody else
	Into   store.Invitation // what Invite offers
	Onward string           // the address where Provider lets one sign in
}

// A visitor is somebody whom a browser is already.
type visitor struct {
	message.User
	Path string // of their first room
}

// problem says what went wrong: a key of the door's words, with what is to be filled in.
func (s *Server) problem(p *doorPage, key string, namesAndValues ...any) {
	p.Problem = s.pages.words[p.Lang].Say("door."+key, namesAndValues...)
}

func (s *Server) door(w http.ResponseWriter, r *http.Request) error {
	return s.showDoor(w, r, http.StatusOK, "join.html", s.doorFor(r, r.URL.Query().Get("next"), ""))
}

// doorFor is a page of the door for who sent r.
func (s *Server) doorFor(r *http.Request, next, invite string) doorPage {
	p := doorPage{
		Lang: s.pages.languageOf(r), Version: s.cfg.Version, Again: "/", Join: s.cfg.Join, Mails: s.cfg.Mail != nil, Gravatar: s.gravatar.Asks(),
		Next: local(next, ""), Invite: invite,
	}
	p.Langs = s.pages.languages(p.Lang)
	switch {
	case invite != "":
		p.Again = "/i/" + url.PathEscape(invite)
	case p.Next != "":
		p.Again = "/?next=" + url.QueryEscape(p.Next)
	}
	if s.cfg.OpenID != nil {
		p.Provider = s.cfg.OpenID.Name()
	}
	return p
}

func (s *Server) showDoor(w http.ResponseWriter, r *http.Request, status int, name string, p doorPage) error {
	people, err := s.auth.People(r)
	if err != nil {
		return err
	}
	s.auth.Tidy(w, r, people)
	as := r.URL.Query().Get("as")
	for _, session := range people {
		switch u := session.User; {
		case s.auth.MayAct(u):
			path, err := s.home(r, u)
			if err != nil {
				return err
			}
			p.People = append(p.People, visitor{u.Public(), path})
		case p.Email == "" || as == u.ID: // what there is left to do is to prove the address
			p.Email = u.Email
		}
	}
	return s.pages.show(w, r, p.Lang, name, status, p)
}

// home is the path of the room where somebody begins.
func (s *Server) home(r *http.Request, u store.User) (string, error) {
	if u.Role != message.RoleReader {
		return lobbyPath, nil
	}
	rooms, err := s.store.Rooms(r.Context(), u.ID) // a reader may be in others alone
	if err != nil || len(rooms) == 0 {
		return lobbyPath, err
	}
	return "/rooms/" + rooms[0].ID, nil
}

// isHere reports whether the browser that sent r is a user already.
func (s *Server) isHere(r *http.Request, userID string) (bool, error) {
	people, err := s.auth.People(r)
	for _, session := range people {
		if session.User.ID == userID {
			return true, nil
		}
	}
	return false, err
}

func (s *Server) peer(r *http.Request) auth.Peer { return s.auth.Peer(r) }
