package server

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"gochatting/internal/auth"
	"gochatting/internal/mail"
	"gochatting/internal/message"
	"gochatting/internal/user"
)

// fromHere is an address, as one peer asks for it.
type fromHere struct {
	email string
	peer  auth.Peer
}

// doorPaces are what anybody may do about an address how often. A stranger must not be able to use up
// what its owner is allowed, as far as the two are at different peers.
type doorPaces struct {
	mails       *auth.Limits[string] // codes that are mailed to an address
	mailsHere   *auth.Limits[fromHere]
	mailsPeer   *auth.Limits[auth.Peer]
	devices     *auth.Limits[string] // tries of device codes
	devicesHere *auth.Limits[fromHere]
}

const (
	mailPeers    = 3  // how many peers can use up what may be mailed to an address
	devicesTried = 4  // at once and an hour, from one peer: less than a device code lives through
	devicesFrom  = 30 // from all
)

func newDoorPaces(cfg Config) doorPaces {
	mails, peers, here, from := cfg.Rates.Codes, cfg.Rates.PeerTimes, devicesTried, devicesFrom
	if !cfg.Limits {
		mails, here, from = 0, 0, 0
	}
	return doorPaces{
		mails:       auth.NewLimits[string](every(mailPeers*mails, time.Hour), mailPeers*mails),
		mailsHere:   auth.NewLimits[fromHere](every(mails, time.Hour), mails),
		mailsPeer:   auth.NewLimits[auth.Peer](every(peers*mails, time.Hour), peers*mails),
		devices:     auth.NewLimits[string](every(from, time.Hour), from),
		devicesHere: auth.NewLimits[fromHere](every(here, time.Hour), here),
	}
}

// mail takes one from what may be mailed to an address and what a peer may have mailed.
func (p doorPaces) mail(email string, peer auth.Peer) time.Duration {
	if wait := p.mailsHere.Take(fromHere{email, peer}); wait > 0 {
		return wait
	}
	if wait := p.mailsPeer.Take(peer); wait > 0 {
		return wait
	}
	return p.mails.Take(email)
}

// device takes one from the tries of device codes that an address has, which those of one peer can not use up.
func (p doorPaces) device(email string, peer auth.Peer) time.Duration {
	if wait := p.devicesHere.Take(fromHere{email, peer}); wait > 0 {
		return wait
	}
	return p.devices.Take(email)
}

// mailCode mails a code that proves an address to the browser that sent r, and nothing to any other; and
// a link that does so in any, after which it goes on as after says. Its refusals are of type
// *message.Error: slow_down, unreachable, and invalid for an address to which nothing can be mailed.
func (s *Server) mailCode(w http.ResponseWriter, r *http.Request, email string, after url.Values) (expires time.Time, err error) {
	if wait := s.pace.door.mail(email, s.peer(r)); wait > 0 {
		return time.Time{}, user.SlowDown(wait)
	}
	code, secret, expires, err := s.store.NewProof(r.Context(), email, s.auth.Ask(w))
	if err != nil {
		return time.Time{}, err
	}
	link, err := url.Parse(s.address(r, "/code/"+secret))
	if err != nil {
		return time.Time{}, fmt.Errorf("server: link to a code: %w", err)
	}
	link.RawQuery = after.Encode()
	err = s.cfg.Mail.SendCode(r.Context(), email, s.pages.languageOf(r), code, link.String(), link.Host)
	switch {
	case errors.Is(err, mail.ErrUnreachable):
		err = &message.Error{Code: message.CodeUnreachable, Text: "The mail server does not answer. Please try again in a while."}
	case errors.Is(err, mail.ErrRefused):
		err = &message.Error{Code: message.CodeInvalid, Text: "Nothing can be mailed to this address."}
	}
	return expires, err
}
