package server

import (
	"cmp"
	"context"
	"net/http"
	"time"

	"gochatting/internal/message"
	"gochatting/internal/store"
)

func (s *Server) listInvitations(_ http.ResponseWriter, r *http.Request, me store.Session) (any, error) {
	invitations, err := s.store.Invitations(r.Context(), me.User.ID)
	return struct{ Invitations []store.Invitation }{list(invitations)}, err
}

// makeInvitation answers with its link, which nobody can be shown again.
func (s *Server) makeInvitation(w http.ResponseWriter, r *http.Request, me store.Session) (any, error) {
	wanted, err := body[struct {
		Room, Role  string
		Hours, Uses int
	}](s, w, r)
	if err != nil {
		return nil, err
	}
	if err := within("Hours", wanted.Hours, 1, mostHours); err != nil {
		return nil, err
	}
	made, secret, err := s.store.Invite(context.WithoutCancel(r.Context()), me.User.ID, wanted.Room,
		cmp.Or(wanted.Role, message.RoleMember), time.Duration(wanted.Hours)*time.Hour, wanted.Uses)
	if err != nil {
		return nil, err
	}
	return created{struct {
		Invitation store.Invitation
		link
	}{made, newLink(s.address(r, "/i/"+secret))}}, nil
}

func (s *Server) revokeInvitation(_ http.ResponseWriter, r *http.Request, me store.Session) (any, error) {
	return done{}, s.store.RevokeInvitation(r.Context(), me.User.ID, r.PathValue("invitation"))
}
