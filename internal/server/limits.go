package server

import (
	"time"

	"golang.org/x/time/rate"

	"gochatting/internal/auth"
	"gochatting/internal/message"
	"gochatting/internal/store"
	"gochatting/internal/user"
)

// Rates are what one user may do how often, and how many sockets there may be; what all users of one
// peer may do together is PeerTimes as much. Each is 1 or more.
type Rates struct {
	Messages  int // a second
	Reactions int // a second
	Acts      int // a second: edits, marks, searches and the like
	Rooms     int // new ones, an hour
	Uploads   int // a minute
	Codes     int // mailed to one address, an hour
	Joins     int // of one peer, a minute
	PeerTimes int

	Sockets         int // of one user, at once
	PeerSockets     int // of one peer, at once
	PeerConnections int // of one peer that are no sockets, at once
}

// UsualRates are enough for people, an office of them behind one address too.
func UsualRates() Rates {
	return Rates{
		Messages: 5, Reactions: 5, Acts: 10, Rooms: 20, Uploads: 30, Codes: 5, Joins: 100, PeerTimes: 20,
		Sockets: 50, PeerSockets: 500, PeerConnections: 1000,
	}
}

// How much of each may be done at once.
const (
	burstSeconds   = 4  // of messages
	actsSeconds    = 6  // of acts and reactions
	roomsMinutes   = 30 // of new rooms
	uploadsMinutes = 2
)

// What is the same on every server.
const (
	readsPerSecond = 20 // pages of messages
	readsAtOnce    = 200
	signsPerSecond = 10 // frames that are no text
	signsAtOnce    = 60
	codesMade      = 10 // device codes a minute, and at once
)

// An allowance is what each user may do how often, and each peer: all of its users together.
type allowance struct {
	users *auth.Limits[string]
	peers *auth.Limits[auth.Peer]
}

// Take takes one from a user's allowance and from their peer's and returns 0, or returns after how
// long to try again. A user who has none left takes nothing from the others of their peer.
func (a *allowance) Take(userID string, peer auth.Peer) time.Duration {
	if wait := a.users.Take(userID); wait > 0 {
		return wait
	}
	return a.peers.Take(peer)
}

// paces are what anybody may do how often.
type paces struct {
	speech    *allowance // messages
	signs     *allowance
	reactions *allowance
	acts      *allowance
	reads     *allowance
	rooms     *allowance
	codes     *allowance // device codes that are made
	uploads   *allowance
	door      doorPaces
	joins     *auth.Limits[auth.Peer] // sessions started
}

func newPaces(cfg Config) paces {
	of, joins := cfg.Rates, cfg.Rates.Joins
	limit := func(n int, per time.Duration, burst int) *allowance {
		if !cfg.Limits {
			burst = 0
		}
		return &allowance{
			users: auth.NewLimits[string](every(n, per), burst),
			peers: auth.NewLimits[auth.Peer](every(of.PeerTimes*n, per), of.PeerTimes*burst),
		}
	}
	if !cfg.Limits {
		joins = 0
	}
	return paces{
		speech:    limit(of.Messages, time.Second, burstSeconds*of.Messages),
		signs:     limit(signsPerSecond, time.Second, signsAtOnce),
		reactions: limit(of.Reactions, time.Second, actsSeconds*of.Reactions),
		acts:      limit(of.Acts, time.Second, actsSeconds*of.Acts),
		reads:     limit(readsPerSecond, time.Second, readsAtOnce),
		rooms:     limit(of.Rooms, time.Hour, max(1, of.Rooms*roomsMinutes/60)),
		codes:     limit(codesMade, time.Minute, codesMade),
		uploads:   limit(of.Uploads, time.Minute, uploadsMinutes*of.Uploads),
		door:      newDoorPaces(cfg),
		joins:     auth.NewLimits[auth.Peer](every(joins, time.Minute), joins),
	}
}

func every(n int, per time.Duration) rate.Limit { return rate.Limit(float64(n) / per.Seconds()) }

// of is how fast a user may send frames, from all their sockets together.
func (p *paces) of(id string, peer auth.Peer) user.Pace {
	return func(mtype string) time.Duration {
		switch mtype {
		case message.TypingMType, message.ReadMType, message.StatusMType:
			return p.signs.Take(id, peer)
		default:
			return p.speech.Take(id, peer)
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
		l.PerSecond, l.Burst = s.cfg.Rates.Messages, burstSeconds*s.cfg.Rates.Messages
	}
	return l
}
