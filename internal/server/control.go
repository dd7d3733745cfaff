package server

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"gochatting/internal/auth"
	"gochatting/internal/message"
	"gochatting/internal/store"
)

// operated are the routes of the API that who runs the server has too.
var operated = []string{
	"PATCH /users/{user}",
	"PUT /users/{user}/mute", "DELETE /users/{user}/mute",
	"PUT /users/{user}/ban", "DELETE /users/{user}/ban",
	"POST /users/{user}/purge", "POST /log/{act}/undo", "GET /log",
	"GET /invitations", "POST /invitations", "DELETE /invitations/{invitation}",
}

// Control answers who runs the server: what moderators and owners do over the API, and more, without
// limits, and with people named by their addresses or their IDs. Who can reach it may do all of that,
// so it must never be where the rest is.
func (s *Server) Control() http.Handler {
	routes := []route{
		{"GET /users", s.listAccounts, nil},
		{"GET /users/{user}", s.showAccount, nil},
		{"POST /users/{user}/release", s.releaseAddress, nil},
	}
	for _, r := range s.routes() {
		if slices.Contains(operated, r.pattern) {
			routes = append(routes, r)
		}
	}
	operator := store.Session{User: store.User{ID: store.Operator, Role: message.RoleOwner}}
	mux := http.NewServeMux()
	for _, to := range routes {
		mux.Handle(to.pattern, s.answering(func(w http.ResponseWriter, r *http.Request) (any, error) {
			if strings.Contains(to.pattern, "{user}") {
				if err := s.identify(r); err != nil {
					return nil, err
				}
			}
			return to.answer(w, r, operator)
		}))
	}
	return mux
}

// identify has a request name a user by their ID, which names them by their address or their ID.
func (s *Server) identify(r *http.Request) error {
	typed := r.PathValue("user")
	which, find := "ID", s.store.User
	if strings.Contains(typed, "@") {
		email, err := auth.ParseEmail(typed)
		if err != nil {
			return &message.Error{Code: message.CodeInvalid, Text: "This is no address. It looks like name@example.com."}
		}
		typed, which, find = email, "address", s.store.UserByEmail
	}
	u, err := find(r.Context(), typed)
	if errors.Is(err, store.ErrNotFound) {
		return &message.Error{Code: message.CodeNotFound, Text: "Nobody here has this " + which + "."}
	}
	r.SetPathValue("user", u.ID)
	return err
}

// An account is a user as only who runs the server sees them.
type account struct {
	ID       string
	Email    string // "" for who has none any more
	Name     string
	Role     string
	Verified bool
	Created  time.Time
	Muted    *time.Time `json:",omitempty"`
	Banned   *time.Time `json:",omitempty"`
}

func accountOf(u store.User) account {
	a := account{ID: u.ID, Email: u.Email, Name: u.Name, Role: u.Role, Verified: u.Verified, Created: u.Created}
	now := time.Now()
	if u.Muted.After(now) {
		a.Muted = &u.Muted
	}
	if u.Banned.After(now) {
		a.Banned = &u.Banned
	}
	return a
}

// listAccounts gives those in whose name or address ?q= is, in pages that go on ?after= the last ID.
func (s *Server) listAccounts(_ http.ResponseWriter, r *http.Request, _ store.Session) (any, error) {
	query := r.URL.Query()
	n, err := limit(query)
	if err != nil {
		return nil, err
	}
	users, err := s.store.Everyone(r.Context(), query.Get("q"), query.Get("after"), n)
	accounts := make([]account, len(users))
	for i, u := range users {
		accounts[i] = accountOf(u)
	}
	return struct{ Users []account }{accounts}, err
}

// showAccount tells of a user and of the browsers that they are signed in with.
func (s *Server) showAccount(_ http.ResponseWriter, r *http.Request, _ store.Session) (any, error) {
	u, err := s.store.User(r.Context(), r.PathValue("user"))
	if err != nil {
		return nil, err
	}
	sessions, err := s.store.Devices(r.Context(), u.ID)
	if err != nil {
		return nil, err
	}
	type device struct {
		Browser       string
		Created, Used time.Time
	}
	devices := make([]device, len(sessions))
	for i, d := range sessions {
		devices[i] = device{d.Browser, d.Created, d.Used}
	}
	return struct {
		User    account
		Devices []device
	}{accountOf(u), devices}, nil
}

// releaseAddress has a user lose their address: who types it, or proves it, is somebody new.
func (s *Server) releaseAddress(_ http.ResponseWriter, r *http.Request, me store.Session) (any, error) {
	id := r.PathValue("user")
	ended, err := s.store.Release(context.WithoutCancel(r.Context()), me.User.ID, id)
	if err != nil {
		return nil, err
	}
	s.rooms.Changed(r.Context(), id)
	s.rooms.EndSessions(signedOut, append(ended, guestSession(id))...)
	return struct{ Ended int }{len(ended)}, nil
}
