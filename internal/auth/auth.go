// Package auth decides who may come in and as whom: addresses, sessions and the evidence for them,
// where a request comes from, and how much anyone may do.
package auth

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"strings"

	"gochatting/internal/store"
)

// What Who does not let in.
var (
	ErrNoSession = errors.New("auth: no session")              // of nobody here, or not of whom it says with ?as=
	ErrUnproven  = errors.New("auth: the address is unproven") // where only proven ones may do anything
)

// maxPeople is how many one browser may be; the cookies of more would be larger than its headers may
// be.
const maxPeople = 100

// Options say how people come in.
type Options struct {
	Join    string         // store.JoinOpen and so on; "" is JoinOpen
	Secure  bool           // the site is reached over TLS, and cookies go over nothing else
	Proxies []netip.Prefix // whose X-Forwarded-For counts
}

// Auth knows the sessions. Its methods may be called from any goroutine.
type Auth struct {
	store *store.Store
	with  Options
}

// New makes an Auth.
func New(s *store.Store, with Options) *Auth { return &Auth{store: s, with: with} }

// Peer tells where r comes from.
func (a *Auth) Peer(r *http.Request) Peer { return PeerOf(r, a.with.Proxies) }

// network is the peer as the store keeps it; "" is none.
func (a *Auth) network(r *http.Request) string {
	if peer := a.Peer(r); peer.IsValid() {
		return peer.String()
	}
	return ""
}

// People are the sessions of the browser that sent r, oldest first, whether they may do anything or
// not.
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
	people, err := a.store.Sessions(r.Context(), hashes, a.network(r))
	if err != nil {
		return nil, fmt.Errorf("auth: whose browser this is: %w", err)
	}
	return people, nil
}

// Who is the session that r acts for: the one that ?as= names by its user, else the latest joined.
// ErrNoSession: none. ErrUnproven: this one, which must prove its address before it may do anything.
func (a *Auth) Who(r *http.Request) (store.Session, error) {
	people, err := a.People(r)
	if err != nil {
		return store.Session{}, err
	}
	as := r.URL.Query().Get("as")
	for i := len(people) - 1; i >= 0; i-- {
		if as != "" && people[i].User.ID != as {
			continue
		}
		if !a.MayAct(people[i].User) {
			return people[i], ErrUnproven
		}
		return people[i], nil
	}
	return store.Session{}, ErrNoSession
}

// MayAct reports whether a session is enough for this user to do anything.
func (a *Auth) MayAct(u store.User) bool { return u.Verified || a.with.Join != store.JoinVerified }

// hash is how a secret is kept: 130 random bits need no salt.
func hash(secret string) []byte {
	sum := sha256.Sum256([]byte(secret))
	return sum[:]
}
