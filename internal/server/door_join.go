package server

import (
	"errors"
	"net/http"

	"gochatting/internal/auth"
	"gochatting/internal/message"
	"gochatting/internal/store"
	"gochatting/internal/user"
)

// join lets somebody in by the address they typed, and a code if that needs one.
func (s *Server) join(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	p := s.doorFor(r, r.PostForm.Get("next"), r.PostForm.Get("invite"))
	p.Email = r.PostForm.Get("email")
	code := r.PostForm.Get("code")
	if wait := s.pace.joins.Take(s.peer(r)); wait > 0 {
		return s.refuse(w, r, p, user.SlowDown(wait))
	}
	email, err := auth.ParseEmail(p.Email)
	if err != nil {
		s.problem(&p, "bad_email")
		return s.showDoor(w, r, http.StatusUnprocessableEntity, "join.html", p)
	}
	shown := auth.Evidence{Email: email, Invite: p.Invite}
	if code == "" {
		came, err := s.auth.Join(w, r, shown)
		if errors.Is(err, store.ErrHeld) || errors.Is(err, store.ErrUnproven) {
			return s.askCode(w, r, p, email, errors.Is(err, store.ErrHeld))
		}
		return s.answer(w, r, p, came, err)
	}
	shown.Fresh = r.PostForm.Has("fresh")
	came, err := s.tryCode(w, r, shown, code)
	if p.Mailed = s.mailed(r); err != nil {
		return s.refuseCode(w, r, p, email, err)
	}
	return s.letIn(w, r, came, p.Next)
}

// mailed reports whether a code was mailed for this browser lately.
func (s *Server) mailed(r *http.Request) bool { return s.cfg.Mail != nil && s.auth.Asker(r) != nil }

// tryCode takes a code for the one that was mailed for this browser, whose tries are its own, and then for a device
// code. Anybody may try those, and each dies after a few tries; so one peer gets fewer.
func (s *Server) tryCode(w http.ResponseWriter, r *http.Request, shown auth.Evidence, code string) (store.Claimed, error) {
	mailed := s.mailed(r)
	if mailed {
		shown.Mailed = code
		came, err := s.auth.Join(w, r, shown)
		if !errors.Is(err, store.ErrWrongCode) {
			return came, err
		}
	}
	wait := s.pace.door.device(shown.Email, s.peer(r))
	switch {
	case wait > 0 && mailed:
		return store.Claimed{}, store.ErrWrongCode
	case wait > 0:
		return store.Claimed{}, user.SlowDown(wait)
	}
	shown.Mailed, shown.Device, shown.Fresh = "", code, false
	return s.auth.Join(w, r, shown)
}

// refuseCode asks for the code again.
func (s *Server) refuseCode(w http.ResponseWriter, r *http.Request, p doorPage, email string, err error) error {
	status := http.StatusForbidden
	var told *message.Error
	switch {
	case errors.Is(err, store.ErrWrongCode):
		s.problem(&p, "wrong_code")
	case errors.As(err, &told) && told.Code == message.CodeSlowDown:
		status = s.slow(w, &p, told)
	case errors.Is(err, store.ErrUnproven): // the code was right, and is not enough
		return s.askCode(w, r, p, email, true)
	default:
		return s.answer(w, r, p, store.Claimed{}, err)
	}
	if p.Other, err = s.isTyped(r, email); err != nil {
		return err
	}
	return s.showDoor(w, r, status, "code.html", p)
}

// answer lets somebody in, or says at the door why not.
func (s *Server) answer(w http.ResponseWriter, r *http.Request, p doorPage, came store.Claimed, err error) error {
	var told *message.Error
	switch {
	case err == nil:
		return s.letIn(w, r, came, p.Next)
	case errors.Is(err, store.ErrNotFound), errors.Is(err, store.ErrUninvited) && p.Invite != "":
		return s.showDead(w, r, p)
	case errors.Is(err, store.ErrUninvited):
		s.problem(&p, "uninvited")
	case errors.Is(err, store.ErrHeld), errors.Is(err, store.ErrUnproven):
		s.problem(&p, "unproven", "host", p.Provider)
	case errors.As(err, &told):
		return s.refuse(w, r, p, told)
	default:
		return err
	}
	return s.showDoor(w, r, http.StatusForbidden, "join.html", p)
}

// refuse says at the door what else was told, in the reader's words if there are any.
func (s *Server) refuse(w http.ResponseWriter, r *http.Request, p doorPage, told *message.Error) error {
	status, _ := s.explain(r, told)
	switch {
	case told.Code == message.CodeSlowDown:
		status = s.slow(w, &p, told)
	case told.Code == message.CodeBanned && told.RetryAfter > 0:
		retryAfter(w, told)
		s.problem(&p, "banned", "time", s.pages.span(p.Lang, told.RetryAfter))
	case told.Code == message.CodeBanned:
		s.problem(&p, "banned_for_ever")
	default:
		retryAfter(w, told)
		if p.Problem = s.pages.words[p.Lang].Say("error." + told.Code); p.Problem == "" {
			p.Problem = told.Text
		}
	}
	return s.showDoor(w, r, status, "join.html", p)
}

// slow says when to try again.
func (s *Server) slow(w http.ResponseWriter, p *doorPage, told *message.Error) (status int) {
	retryAfter(w, told)
	s.problem(p, "slow_down", "time", s.pages.span(p.Lang, told.RetryAfter))
	return http.StatusTooManyRequests
}
