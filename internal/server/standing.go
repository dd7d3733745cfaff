package server

import (
	"fmt"
	"net/http"
	"time"

	"gochatting/internal/message"
	"gochatting/internal/store"
)

// A standing is how somebody stands here, for those who keep order; for others it is the User alone.
type standing struct {
	User    message.User
	Created *time.Time `json:",omitempty"`
	Muted   *time.Time `json:",omitempty"` // until when
	Banned  bool       `json:",omitempty"`
	Until   *time.Time `json:",omitempty"` // of the ban; nil: for ever
}

func newStanding(u store.User) standing {
	st := standing{User: u.Public(), Created: &u.Created}
	now := time.Now()
	if u.Muted.After(now) {
		st.Muted = &u.Muted
	}
	if st.Banned = u.Banned.After(now); st.Banned && u.Banned.Year() < forever {
		st.Until = &u.Banned
	}
	return st
}

// forever is the year in which a ban ends that has no end, as store.Ban has it.
const forever = 9999

// keepsOrder reports whether somebody is told how others stand.
func keepsOrder(u store.User) bool {
	return u.Role == message.RoleOwner || u.Role == message.RoleModerator
}

func (s *Server) showUser(_ http.ResponseWriter, r *http.Request, me store.Session) (any, error) {
	id := r.PathValue("user")
	if keepsOrder(me.User) {
		u, err := s.store.User(r.Context(), id)
		return newStanding(u), err
	}
	found, err := s.store.Users(r.Context(), me.User.ID, []string{id})
	if err == nil && len(found) == 0 {
		err = store.ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	return standing{User: found[0]}, nil
}

func (s *Server) changeUser(w http.ResponseWriter, r *http.Request, me store.Session) (any, error) {
	wanted, err := body[struct{ Role string }](s, w, r)
	if err != nil {
		return nil, err
	}
	u, err := s.rooms.SetRole(r.Context(), me.User.ID, r.PathValue("user"), wanted.Role)
	return newStanding(u), err
}

// The longest that somebody may be muted, or banned unless for ever; whoever means more has mistyped.
const (
	mostMinutes = 365 * 24 * 60
	mostHours   = 100 * 365 * 24
)

func (s *Server) muteUser(w http.ResponseWriter, r *http.Request, me store.Session) (any, error) {
	wanted, err := body[struct{ Minutes int }](s, w, r)
	if err != nil {
		return nil, err
	}
	if err := within("Minutes", wanted.Minutes, 1, mostMinutes); err != nil {
		return nil, err
	}
	u, err := s.mute(r.Context(), me.User.ID, r.PathValue("user"), time.Now().Add(time.Duration(wanted.Minutes)*time.Minute))
	return newStanding(u), err
}

func (s *Server) unmuteUser(_ http.ResponseWriter, r *http.Request, me store.Session) (any, error) {
	u, err := s.mute(r.Context(), me.User.ID, r.PathValue("user"), time.Time{})
	return newStanding(u), err
}

func (s *Server) banUser(w http.ResponseWriter, r *http.Request, me store.Session) (any, error) {
	wanted, err := body[struct {
		Hours   *int
		Network bool
	}](s, w, r)
	if err != nil {
		return nil, err
	}
	if wanted.Hours == nil {
		return nil, &message.Error{Code: message.CodeInvalid, Text: "The key Hours is missing: for how long, 0 for ever."}
	}
	if err := within("Hours", *wanted.Hours, 0, mostHours); err != nil {
		return nil, err
	}
	var until time.Time
	if *wanted.Hours > 0 {
		until = time.Now().Add(time.Duration(*wanted.Hours) * time.Hour)
	}
	became, err := s.ban(r.Context(), me.User.ID, r.PathValue("user"), until, wanted.Network)
	return struct{ Network string }{became}, err
}

func (s *Server) unbanUser(_ http.ResponseWriter, r *http.Request, me store.Session) (any, error) {
	return done{}, s.store.Unban(r.Context(), me.User.ID, r.PathValue("user"))
}

func (s *Server) purgeUser(_ http.ResponseWriter, r *http.Request, me store.Session) (any, error) {
	act, n, err := s.store.Purge(r.Context(), me.User.ID, r.PathValue("user"))
	return created{struct {
		Act      string
		Messages int
	}{act, n}}, err
}

// within is the refusal of a number that is too small or too large.
func within(key string, n, least, most int) error {
	if n < least || n > most {
		return &message.Error{Code: message.CodeInvalid, Text: fmt.Sprintf("The key %s must be a whole number from %d to %d.", key, least, most)}
	}
	return nil
}
