package auth

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"gochatting/internal/store"
)

const (
	cookiePrefix = "gochatting_"      // and the user's id: a browser may hold several people
	askerCookie  = "gochatting-asker" // the secret of a browser that a code was mailed for
	askerLife    = 10 * time.Minute   // as long as the code lives
)

// Tidy has the browser forget the cookies of sessions that are not among people any more, before
// they become too many.
func (a *Auth) Tidy(w http.ResponseWriter, r *http.Request, people []store.Session) {
	for _, c := range r.Cookies() {
		id, ours := strings.CutPrefix(c.Name, cookiePrefix)
		if ours && !slices.ContainsFunc(people, func(s store.Session) bool { return s.User.ID == id }) {
			http.SetCookie(w, a.cookie(c.Name, "", -time.Second))
		}
	}
}

// Renew gives the cookie of a session its full time again, so that who comes by is kept.
func (a *Auth) Renew(w http.ResponseWriter, r *http.Request, s store.Session) {
	if c, err := r.Cookie(cookiePrefix + s.User.ID); err == nil {
		http.SetCookie(w, a.cookie(c.Name, c.Value, store.Hold))
	}
}

// Leave ends a session, and has the browser forget it.
func (a *Auth) Leave(ctx context.Context, w http.ResponseWriter, s store.Session) error {
	if err := a.store.EndSession(ctx, s.ID); err != nil && !errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("auth: leave: %w", err)
	}
	http.SetCookie(w, a.cookie(cookiePrefix+s.User.ID, "", -time.Second))
	return nil
}

// Ask gives the browser a secret that a code is mailed for, and its hash: whoever else tries codes for
// the same address does not try that one. A code that was mailed for it earlier is no good any more.
func (a *Auth) Ask(w http.ResponseWriter) (asker []byte) {
	secret := rand.Text()
	http.SetCookie(w, a.cookie(askerCookie, secret, askerLife))
	return hash(secret)
}

// Asker is the hash of the secret that Ask gave to the browser; nil: none.
func (a *Auth) Asker(r *http.Request) []byte {
	c, err := r.Cookie(askerCookie)
	if err != nil {
		return nil
	}
	return hash(c.Value)
}

func (a *Auth) cookie(name, secret string, life time.Duration) *http.Cookie {
	return &http.Cookie{
		Name: name, Value: secret, Path: "/", MaxAge: int(life.Seconds()),
		HttpOnly: true, Secure: a.with.Secure, SameSite: http.SameSiteLaxMode,
	}
}
