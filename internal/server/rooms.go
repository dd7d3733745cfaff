package server

import (
	"net/http"

	"gochatting/internal/message"
	"gochatting/internal/store"
)

const (
	herePage = 100 // people who are here in one answer, by default
	hereMost = 200
)

// listRooms gives one's own rooms, or with browse a page of those that one may join.
func (s *Server) listRooms(_ http.ResponseWriter, r *http.Request, me store.Session) (any, error) {
	query := r.URL.Query()
	n, err := limit(query)
	if err != nil {
		return nil, err
	}
	var rooms []message.Room
	if query.Get("browse") == "1" {
		rooms, err = s.store.Browse(r.Context(), me.User.ID, query.Get("q"), query.Get("after"), n)
	} else {
		rooms, err = s.store.Rooms(r.Context(), me.User.ID)
	}
	return struct{ Rooms []message.Room }{list(rooms)}, err
}

// makeRoom answers 201, and 200 with the direct room that was there.
func (s *Server) makeRoom(w http.ResponseWriter, r *http.Request, me store.Session) (any, error) {
	wanted, err := body[struct {
		Name, Topic, Kind string
		Users             []string
	}](s, w, r)
	if err != nil {
		return nil, err
	}
	room, made, err := s.rooms.MakeRoom(r.Context(), me.User.ID, store.NewRoom(wanted))
	if made {
		return created{room}, err
	}
	return room, err
}

func (s *Server) showRoom(_ http.ResponseWriter, r *http.Request, me store.Session) (any, error) {
	return s.store.Room(r.Context(), me.User.ID, r.PathValue("room"))
}

func (s *Server) changeRoom(w http.ResponseWriter, r *http.Request, me store.Session) (any, error) {
	change, err := body[struct {
		Name, Topic *string
		Archived    *bool
		Slow        *int
	}](s, w, r)
	if err != nil {
		return nil, err
	}
	return s.rooms.ChangeRoom(r.Context(), me.User.ID, r.PathValue("room"), store.RoomChange(change))
}

// listHere gives who is connected and belongs to the room, by name.
func (s *Server) listHere(_ http.ResponseWriter, r *http.Request, me store.Session) (any, error) {
	room, err := s.store.Room(r.Context(), me.User.ID, r.PathValue("room"))
	if err != nil {
		return nil, err
	}
	query := r.URL.Query()
	n, err := number(query, "limit", herePage)
	if err != nil {
		return nil, err
	}
	here, err := s.rooms.Here(r.Context(), room.ID, query.Get("after"), int(min(max(n, 1), hereMost)))
	if err != nil {
		return nil, err
	}
	return struct {
		Users  []message.User
		Online int
	}{list(here.Users), here.Online}, nil
}
