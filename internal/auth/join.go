package auth

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/http"
	"strings"

	"gochatting/internal/gravatar"
	"gochatting/internal/store"
)

// Evidence is what somebody shows to be let in.
type Evidence struct {
	Email  string // as ParseEmail gives it; "" where Link says whose it is
	Device string // a device code, as it was typed
	Mailed string // a code that was mailed for this browser, as it was typed
	Link   string // the secret of a link: one that was mailed, or one of a device
	Invite string // the secret of an invitation
	Fresh  bool   // who typed the address before was somebody else
}

// Join makes the browser that sent r somebody, as far as the evidence goes, with the cookie in w. A
// browser that is that person already stays them. The errors are those of store.Claim.
func (a *Auth) Join(w http.ResponseWriter, r *http.Request, e Evidence) (store.Claimed, error) {
	people, err := a.People(r)
	if err != nil {
		return store.Claimed{}, err
	}
	claim := store.Claim{
		Email: e.Email, Name: Name(e.Email), Code: digits(e.Device), Fresh: e.Fresh,
		Browser: browser(r.UserAgent()), Peer: a.network(r),
	}
	for _, s := range people {
		claim.Present = append(claim.Present, s.ID)
	}
	if e.Mailed != "" {
		claim.Code, claim.Asker = digits(e.Mailed), a.Asker(r)
	}
	if e.Link != "" {
		claim.Link = hash(e.Link)
		email, _, err := a.LinkedTo(r.Context(), e.Link)
		if err != nil {
			return store.Claimed{}, fmt.Errorf("auth: join by a link: %w", err)
		}
		claim.Name = Name(email)
	}
	if e.Invite != "" {
		claim.Invite = hash(e.Invite)
	}
	token := rand.Text()
	claim.TokenHash = hash(token)
	claimed, err := a.store.Claim(r.Context(), claim)
	if err != nil {
		return store.Claimed{}, fmt.Errorf("auth: join: %w", err)
	}
	if claimed.New {
		http.SetCookie(w, a.cookie(cookiePrefix+claimed.Session.User.ID, token, store.Hold))
	}
	return claimed, nil
}

// Guest is the user for whom a socket of the first dialect speaks: it holds no address.
// store.ErrHeld: a browser holds this one.
func (a *Auth) Guest(r *http.Request, email string) (store.User, error) {
	return a.store.Guest(r.Context(), email, Name(email), a.network(r))
}

// Name is what somebody is called until Gravatar tells more: what stands before the @.
func Name(email string) string {
	local, _, _ := strings.Cut(email, "@")
	if name := gravatar.CleanName(local); name != "" {
		return name
	}
	return "?"
}

// Prove proves the address of who has a session by a code that was mailed for their browser, as they
// typed it. ended are the sessions that ended by it. The errors are those of store.Prove.
func (a *Auth) Prove(r *http.Request, s store.Session, code string) (u store.User, ended []string, err error) {
	return a.store.Prove(context.WithoutCancel(r.Context()), s.ID, digits(code), a.Asker(r))
}

// LinkedTo is what the link with this secret would do, which uses nothing up: email is the address that
// it proves, and of is who has that, if anybody; or whose browser it adds. store.ErrNotFound: it is no
// good, or not any more.
func (a *Auth) LinkedTo(ctx context.Context, secret string) (email string, of *store.User, err error) {
	return a.store.LinkedTo(ctx, hash(secret))
}

// Invitation is the one with this secret; looking at it does not use it. store.ErrNotFound: it is no
// good, or not any more.
func (a *Auth) Invitation(ctx context.Context, secret string) (store.Invitation, error) {
	return a.store.Invitation(ctx, hash(secret))
}

// Accept takes somebody who is here into the room of an invitation. store.ErrNotFound: it is no good,
// or not any more.
func (a *Auth) Accept(ctx context.Context, s store.Session, invite string) (store.Claimed, error) {
	room, _, err := a.store.Accept(ctx, s.User.ID, hash(invite))
	if err != nil {
		return store.Claimed{}, fmt.Errorf("auth: accept an invitation: %w", err)
	}
	return store.Claimed{Session: s, Joined: room}, nil
}
