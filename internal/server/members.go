package server

import (
	"net/http"

	"gochatting/internal/message"
	"gochatting/internal/store"
)

func (s *Server) listMembers(_ http.ResponseWriter, r *http.Request, me store.Session) (any, error) {
	n, err := limit(r.URL.Query())
	if err != nil {
		return nil, err
	}
	members, err := s.store.Members(r.Context(), me.User.ID, r.PathValue("room"), r.URL.Query().Get("after"), n)
	return people(members), err
}

func (s *Server) addMember(_ http.ResponseWriter, r *http.Request, me store.Session) (any, error) {
	return done{}, s.rooms.AddMember(r.Context(), me.User.ID, r.PathValue("room"), member(r, me))
}

func (s *Server) removeMember(_ http.ResponseWriter, r *http.Request, me store.Session) (any, error) {
	return done{}, s.rooms.RemoveMember(r.Context(), me.User.ID, r.PathValue("room"), member(r, me))
}

// member is whom an address names: a user, or oneself as me.
func member(r *http.Request, me store.Session) string {
	if id := r.PathValue("user"); id != "me" {
		return id
	}
	return me.User.ID
}

func (s *Server) setInvolvement(w http.ResponseWriter, r *http.Request, me store.Session) (any, error) {
	wanted, err := body[struct{ Involvement string }](s, w, r)
	if err != nil {
		return nil, err
	}
	room := r.PathValue("room")
	if err := s.rooms.SetInvolvement(r.Context(), me.User.ID, room, wanted.Involvement); err != nil {
		return nil, err
	}
	return s.store.Room(r.Context(), me.User.ID, room)
}

// setRead moves one's read mark, forwards or backwards.
func (s *Server) setRead(w http.ResponseWriter, r *http.Request, me store.Session) (any, error) {
	mark, err := body[struct{ ID *int64 }](s, w, r)
	if err != nil {
		return nil, err
	}
	if mark.ID == nil {
		return nil, &message.Error{Code: message.CodeInvalid, Text: "The key ID is missing: of the last message that is read, 0 for none."}
	}
	return s.rooms.SetRead(r.Context(), me.User.ID, r.PathValue("room"), *mark.ID)
}

// listUsers finds people by their names, or gives those with the IDs that one has.
func (s *Server) listUsers(_ http.ResponseWriter, r *http.Request, me store.Session) (any, error) {
	query := r.URL.Query()
	ids, err := listed(query, "ids")
	if err != nil {
		return nil, err
	}
	if query.Has("ids") {
		found, err := s.store.Users(r.Context(), me.User.ID, ids)
		return people(found), err
	}
	n, err := limit(query)
	if err != nil {
		return nil, err
	}
	found, err := s.store.FindUsers(r.Context(), me.User.ID, query.Get("q"), query.Get("room"), n)
	return people(found), err
}

func people(users []message.User) any { return struct{ Users []message.User }{list(users)} }
