package server

import (
	"time"

	"golang.org/x/time/rate"

	"gochatting/internal/auth"
	"gochatting/internal/message"
	"gochatting/internal/store"
	"gochatting/internal/user"
)

// What one peer may do by default.
const (
	peerSockets = 500 // at once
	peerJoins   = 100 // a minute, and at once
)

// What one user may do, besides saying things.
const (
	burstSeconds = 4 // how many seconds of messages they may say at once

	actsPerSecond  = 10 // edits, reactions, reads and the like over HTTP, searches too
	actsAtOnce     = 60
	readsPerSecond = 20 // pages of messages
	readsAtOnce    = 200
	signsPerSecond = 10 // frames that are no text
	signsAtOnce    = 60
	roomsAnHour    = 20 // new ones
	roomsAtOnce    = 10
	codesMade      = 10 // device codes a minute, and at once
	uploadsAMinute = 30
	uploadsAtOnce  = 60
)

// codesTried is how often device codes may be tried, an hour and address, from wherever; each code
// dies after five.
const codesTried = 30

// paces are what anybody may do how often.
type paces struct {
	speech  *auth.Limits[string] // messages; by user, as those that follow
	signs   *auth.Limits[string]
	acts    *auth.Limits[string]
	reads   *auth.Limits[string]
	rooms   *auth.Limits[string]
	codes   *auth.Limits[string]
	uploads *auth.Limits[string]
	guesses *auth.Limits[string]    // by address
	joins   *auth.Limits[auth.Peer] // sessions started
}

func newPaces(cfg Config) paces {
	limit := func(every rate.Limit, burst int) *auth.Limits[string] {
		if !cfg.Limits {
			burst = 0
		}
		return auth.NewLimits[string](every, burst)
	}
	p := paces{
		speech:  limit(rate.Limit(cfg.MessageRate), burstSeconds*cfg.MessageRate),
		signs:   limit(signsPerSecond, signsAtOnce),
		acts:    limit(actsPerSecond, actsAtOnce),
		reads:   limit(readsPerSecond, readsAtOnce),
		rooms:   limit(rate.Limit(roomsAnHour)/3600, roomsAtOnce),
		codes:   limit(rate.Limit(codesMade)/60, codesMade),
		uploads: limit(rate.Limit(uploadsAMinute)/60, uploadsAtOnce),
		guesses: limit(rate.Limit(codesTried)/3600, codesTried),
		joins:   auth.NewLimits[auth.Peer](rate.Limit(peerJoins)/60, peerJoins),
	}
	if !cfg.Limits {
		p.joins = auth.NewLimits[auth.Peer](0, 0)
	}
	return p
}

// of is how fast a user may send frames, from all their sockets together.
func (p *paces) of(id string) user.Pace {
	return func(mtype string) time.Duration {
		switch mtype {
		case message.TypingMType, message.ReadMType, message.StatusMType:
			return p.signs.Take(id)
		default:
			return p.speech.Take(id)
		}
	}
}

// limits are what a client is told of them.
func (s *Server) limits() message.Limits {
	l := message.Limits{
		MessageBytes: s.cfg.MessageBytes, FrameBytes: s.frameBytes(),
		FileBytes: s.cfg.FileBytes, Files: store.MostFiles,
	}
	if s.cfg.Limits {
		l.PerSecond, l.Burst = s.cfg.MessageRate, burstSeconds*s.cfg.MessageRate
	}
	return l
}
