package server

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"gochatting/internal/auth"
	"gochatting/internal/openid"
	"gochatting/internal/store"
	"gochatting/internal/user"
)

const (
	openidPath   = "/openid"
	openidCookie = "gochatting-openid"
	openidLife   = 10 * time.Minute // to sign in at the provider
)

// A signIn is what a browser keeps while it is at the provider.
type signIn struct {
	openid.Flow
	Next, Invite string
}

// beginOpenID sends somebody to the provider by a page that goes there by itself: policy lets no form
// lead to another site, not by a redirect either.
func (s *Server) beginOpenID(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	if s.cfg.OpenID == nil {
		return s.nowhere(w, r)
	}
	p := s.doorFor(r, r.PostForm.Get("next"), r.PostForm.Get("invite"))
	if wait := s.pace.joins.Take(s.peer(r)); wait > 0 {
		return s.refuse(w, r, p, user.SlowDown(wait))
	}
	onward, flow, err := s.cfg.OpenID.Begin(r.Context())
	if err != nil {
		return s.refuseOpenID(w, r, p, err)
	}
	kept, err := json.Marshal(signIn{flow, p.Next, p.Invite})
	if err != nil {
		return fmt.Errorf("server: keep a sign-in: %w", err)
	}
	s.keepSignIn(w, base64.RawURLEncoding.EncodeToString(kept), openidLife)
	w.Header().Set("Refresh", "0; url="+onward)
	p.Onward = onward
	return s.showDoor(w, r, http.StatusOK, "onward.html", p)
}

// endOpenID lets in whom the provider sent back.
func (s *Server) endOpenID(w http.ResponseWriter, r *http.Request) error {
	if s.cfg.OpenID == nil {
		return s.nowhere(w, r)
	}
	var kept signIn
	if c, err := r.Cookie(openidCookie); err == nil {
		data, _ := base64.RawURLEncoding.DecodeString(c.Value)
		_ = json.Unmarshal(data, &kept) // what cannot be read is a flow that fits no answer
		s.keepSignIn(w, "", -time.Second)
	}
	p := s.doorFor(r, kept.Next, kept.Invite)
	if wait := s.pace.joins.Take(s.peer(r)); wait > 0 {
		return s.refuse(w, r, p, user.SlowDown(wait))
	}
	written, err := s.cfg.OpenID.Finish(r.Context(), kept.Flow, r.URL.Query())
	if err != nil {
		return s.refuseOpenID(w, r, p, err)
	}
	email, err := auth.ParseEmail(written)
	if err != nil {
		s.problem(&p, "bad_email")
		return s.showDoor(w, r, http.StatusUnprocessableEntity, "join.html", p)
	}
	return s.vouched(w, r, p, email)
}

// vouched lets in the owner of an address. If somebody has it who did not prove it, they are asked
// whether that was they, as by a link that was mailed.
func (s *Server) vouched(w http.ResponseWriter, r *http.Request, p doorPage, email string) error {
	_, secret, _, err := s.store.NewProof(r.Context(), email, s.auth.Ask(w))
	if err != nil {
		return s.answer(w, r, p, store.Claimed{}, err)
	}
	_, of, err := s.auth.LinkedTo(r.Context(), secret)
	if err != nil {
		return err
	}
	if of != nil && !of.Verified {
		here, err := s.isHere(r, of.ID)
		if err != nil {
			return err
		}
		if !here {
			http.Redirect(w, r, "/code/"+secret+"?"+p.after().Encode(), http.StatusSeeOther)
			return nil
		}
	}
	came, err := s.auth.Join(w, r, auth.Evidence{Link: secret, Invite: p.Invite})
	return s.answer(w, r, p, came, err)
}

// refuseOpenID says at the door why the sign-in came to nothing.
func (s *Server) refuseOpenID(w http.ResponseWriter, r *http.Request, p doorPage, err error) error {
	status := http.StatusForbidden
	switch {
	case errors.Is(err, openid.ErrUnreachable):
		status = http.StatusServiceUnavailable
		s.problem(&p, "openid_unreachable", "host", p.Provider)
	case errors.Is(err, openid.ErrUnverified):
		s.problem(&p, "openid_unverified", "host", p.Provider)
	case errors.Is(err, openid.ErrDenied):
		s.problem(&p, "openid_denied", "host", p.Provider)
	case errors.Is(err, openid.ErrStale):
		s.problem(&p, "openid_stale")
	default:
		return err
	}
	return s.showDoor(w, r, status, "join.html", p)
}

// keepSignIn has the browser keep a sign-in, or forget it.
func (s *Server) keepSignIn(w http.ResponseWriter, kept string, life time.Duration) {
	http.SetCookie(w, &http.Cookie{
		Name: openidCookie, Value: kept, Path: openidPath, MaxAge: int(life.Seconds()),
		HttpOnly: true, Secure: s.cfg.secure(), SameSite: http.SameSiteLaxMode,
	})
}
