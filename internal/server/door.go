package server

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"gochatting/internal/auth"
	"gochatting/internal/message"
	"gochatting/internal/store"
	"gochatting/internal/user"
)

// maxForm is how many bytes a form may have: an address of 254, a code and a path.
const maxForm = 8 << 10

const lobbyPath = "/rooms/" + message.Lobby

// A doorPage is the form: an email, and nothing else unless somebody holds that address.
type doorPage struct {
	Lang      string
	Langs     []Language
	Version   string
	People    []message.User // who this browser is already
	Next      string         // where to go once in
	Email     string         // as it was typed
	NeedCode  bool           // the address is held: the code from another browser lets in
	Error     string         // key of what went wrong
	ErrorText string
}

func (s *Server) door(w http.ResponseWriter, r *http.Request) error {
	return s.showDoor(w, r, http.StatusOK, doorPage{Next: r.URL.Query().Get("next")})
}

func (s *Server) showDoor(w http.ResponseWriter, r *http.Request, status int, p doorPage) error {
	people, err := s.auth.People(r)
	if err != nil {
		return err
	}
	s.auth.Tidy(w, r, people)
	for _, session := range people {
		p.People = append(p.People, session.User.Public())
	}
	p.Lang = s.pages.languageOf(r)
	p.Langs = s.pages.languages(p.Lang)
	p.Version = s.cfg.Version
	p.Next = local(p.Next, "")
	return s.pages.show(w, r, p.Lang, "join.html", status, p)
}

// join lets somebody in by the address they typed.
func (s *Server) join(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	p := doorPage{Email: r.PostForm.Get("email"), Next: r.PostForm.Get("next")}
	code := r.PostForm.Get("code")

	if wait := s.pace.joins.Take(s.peer(r)); wait > 0 {
		slow := user.SlowDown(wait)
		retryAfter(w, slow)
		p.Error, p.ErrorText = "join.slow_down", slow.Text
		return s.showDoor(w, r, http.StatusTooManyRequests, p)
	}
	email, err := auth.ParseEmail(p.Email)
	if err != nil {
		p.Error, p.ErrorText = "join.bad_email", "This is not an address that can be used here. It looks like name@example.com."
		return s.showDoor(w, r, http.StatusUnprocessableEntity, p)
	}
	if wait := s.guess(email, code); wait > 0 {
		slow := user.SlowDown(wait)
		retryAfter(w, slow)
		p.NeedCode, p.Error, p.ErrorText = true, "join.slow_down", slow.Text
		return s.showDoor(w, r, http.StatusTooManyRequests, p)
	}
	me, lost, err := s.auth.Join(w, r, email, code)
	switch {
	case errors.Is(err, store.ErrHeld):
		p.NeedCode = true
		return s.showDoor(w, r, http.StatusConflict, p)
	case errors.Is(err, store.ErrWrongCode):
		p.NeedCode, p.Error, p.ErrorText = true, "join.wrong_code", "This code is not right, or not any more. Ask the other browser for a new one."
		return s.showDoor(w, r, http.StatusForbidden, p)
	case err != nil:
		return err
	}
	if lost != "" { // sockets of the first dialect may have spoken for this address
		s.sockets.end(guestSession(lost))
	}
	s.lookups.add(me.User)

	next, err := url.Parse(local(p.Next, lobbyPath))
	if err != nil {
		next = &url.URL{Path: lobbyPath}
	}
	if others, err := s.auth.People(r); err == nil && len(others) > 0 {
		query := next.Query()
		query.Set("as", me.User.ID)
		next.RawQuery = query.Encode()
	}
	http.Redirect(w, r, next.String(), http.StatusSeeOther)
	return nil
}

// leave signs the browser out as one of the people it is.
func (s *Server) leave(w http.ResponseWriter, r *http.Request) error {
	me, err := s.auth.Who(r)
	if err == nil {
		err = s.auth.Leave(r.Context(), w, me)
	}
	if err != nil && !errors.Is(err, auth.ErrNoSession) {
		return err
	}
	if err == nil {
		s.sockets.end(me.ID)
	}
	http.Redirect(w, r, "/", http.StatusSeeOther)
	return nil
}

// local gives next if it is a path on this site, and otherwise: a form must not send people
// anywhere else.
func local(next, otherwise string) string {
	odd := func(r rune) bool { return r <= ' ' || r == '\\' || r == 0x7f }
	if !strings.HasPrefix(next, "/") || strings.HasPrefix(next, "//") || strings.ContainsFunc(next, odd) {
		return otherwise
	}
	return next
}

// readForm reads a form of either encoding, which must be small.
func readForm(w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	err := r.ParseMultipartForm(maxForm)
	var tooLarge *http.MaxBytesError
	if err != nil && !errors.Is(err, http.ErrNotMultipart) && !errors.As(err, &tooLarge) {
		return &message.Error{Code: message.CodeInvalid, Text: "This form cannot be read."}
	}
	if tooLarge != nil {
		return tooLarge
	}
	return nil
}

// guess takes a try at a device code from what an address is allowed, from wherever it is made.
func (s *Server) guess(email, code string) time.Duration {
	if code == "" {
		return 0
	}
	return s.pace.guesses.Take(email)
}

func (s *Server) peer(r *http.Request) auth.Peer { return auth.PeerOf(r, s.cfg.TrustedProxies) }
