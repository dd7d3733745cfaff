// Package auth decides who may come in and as whom: addresses, sessions and device codes, where
// a request comes from, and how much anyone may do.
package auth

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"gochatting/internal/gravatar"
	"gochatting/internal/store"
)

// ErrNoSession is a request from a browser that is nobody here, or not whom it says with ?as=.
var ErrNoSession = errors.New("auth: no session")

const (
	cookiePrefix = "gochatting_" // and the user's id: a browser may hold several people
	maxPeople    = 100           // of one browser; their cookies would be larger than its headers may be
	maxBrowser   = 200           // bytes kept of a User-Agent
)

// Auth knows the sessions. Its methods may be called from any goroutine.
type Auth struct {
	store  *store.Store
	secure bool // cookies only over TLS
}

// New makes an Auth. secure is for a site that is reached over TLS.
func New(s *store.Store, secure bool) *Auth { return &Auth{store: s, secure: secure} }

// People are the sessions of the browser that sent r, oldest first.
func (a *Auth) People(r *http.Request) ([]store.Session, error) {
	var hashes [][]byte
	for _, c := range r.Cookies() {
		if strings.HasPrefix(c.Name, cookiePrefix) && len(hashes) < maxPeople {
			hashes = append(hashes, hash(c.Value))
		}
	}
	if token, is := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); is {
		hashes = append(hashes, hash(token))
	}
	if len(hashes) == 0 {
		return nil, nil
	}
	people, err := a.store.Sessions(r.Context(), hashes)
	if err != nil {
		return nil, fmt.Errorf("auth: whose browser this is: %w", err)
	}
	return people, nil
}

// Tidy has the browser forget the cookies of sessions that are not among people any more, before
// they become too many.
func (a *Auth) Tidy(w http.ResponseWriter, r *http.Request, people []store.Session) {
	for _, c := range r.Cookies() {
		id, ours := strings.CutPrefix(c.Name, cookiePrefix)
		if ours && !slices.ContainsFunc(people, func(s store.Session) bool { return s.User.ID == id }) {
			http.SetCookie(w, a.cookie(id, "", -time.Second))
		}
	}
}

// Who is the session that r acts for: the one that ?as= names by its user, else the latest
// joined. ErrNoSession: none.
func (a *Auth) Who(r *http.Request) (store.Session, error) {
	people, err := a.People(r)
	if err != nil {
		return store.Session{}, err
	}
	as := r.URL.Query().Get("as")
	for i := len(people) - 1; i >= 0; i-- {
		if as == "" || people[i].User.ID == as {
			return people[i], nil
		}
	}
	return store.Session{}, ErrNoSession
}

// Join makes the browser that sent r somebody by the address they typed, with the cookie in w.
// A browser that already is that person stays them. lost is the id of the user from whom the
// address went over, if there was one. store.ErrHeld: the address is somebody's, who can show a
// device code; store.ErrWrongCode: this is not it.
func (a *Auth) Join(w http.ResponseWriter, r *http.Request, email, code string) (_ store.Session, lost string, err error) {
	people, err := a.People(r)
	if err != nil {
		return store.Session{}, "", err
	}
	for _, s := range people {
		if s.User.Email == email {
			return s, "", nil
		}
	}
	token := rand.Text()
	s, lost, err := a.store.Claim(r.Context(), store.Claim{
		Email: email, Name: Name(email), Code: digits(code), TokenHash: hash(token), Browser: browser(r),
	})
	if err != nil {
		return store.Session{}, "", fmt.Errorf("auth: join: %w", err)
	}
	http.SetCookie(w, a.cookie(s.User.ID, token, store.Hold))
	return s, lost, nil
}

// Guest is the user for whom a socket of the first dialect speaks: it holds no address.
// store.ErrHeld: a browser holds this one.
func (a *Auth) Guest(ctx context.Context, email string) (store.User, error) {
	return a.store.Guest(ctx, email, Name(email))
}

// Renew gives the cookie of a session its full time again, so that who comes by is kept.
func (a *Auth) Renew(w http.ResponseWriter, r *http.Request, s store.Session) {
	if c, err := r.Cookie(cookiePrefix + s.User.ID); err == nil {
		http.SetCookie(w, a.cookie(s.User.ID, c.Value, store.Hold))
	}
}

// Leave ends a session, and has the browser forget it.
func (a *Auth) Leave(ctx context.Context, w http.ResponseWriter, s store.Session) error {
	if err := a.store.EndSession(ctx, s.ID); err != nil && !errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("auth: leave: %w", err)
	}
	http.SetCookie(w, a.cookie(s.User.ID, "", -time.Second))
	return nil
}

func (a *Auth) cookie(userID, token string, life time.Duration) *http.Cookie {
	return &http.Cookie{
		Name: cookiePrefix + userID, Value: token, Path: "/", MaxAge: int(life.Seconds()),
		HttpOnly: true, Secure: a.secure, SameSite: http.SameSiteLaxMode,
	}
}

// Name is what somebody is called until Gravatar tells more: what stands before the @.
func Name(email string) string {
	local, _, _ := strings.Cut(email, "@")
	if name := gravatar.CleanName(local); name != "" {
		return name
	}
	return "?"
}

// hash is how a token is kept: 130 random bits need no salt.
func hash(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}

// digits forgives the spaces and hyphens that people put into a code, and the full-width digits
// of their keyboards.
func digits(code string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == ' ' || r == '-' || r == '\u3000':
			return -1
		case r >= '０' && r <= '９':
			return r - '０' + '0'
		}
		return r
	}, code)
}

// browser is how somebody will recognize this session in the list of their devices.
func browser(r *http.Request) string {
	agent := r.UserAgent()
	return strings.ToValidUTF8(strings.ReplaceAll(agent[:min(len(agent), maxBrowser)], "\x00", ""), "")
}
