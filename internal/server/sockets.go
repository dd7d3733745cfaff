package server

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"gochatting/internal/auth"
	"gochatting/internal/message"
	"gochatting/internal/socket"
	"gochatting/internal/user"
)

// endedRecently is longer than a handshake takes from its look at the session.
const endedRecently = time.Minute

// sockets are the live ones of this node: how many a peer has, and which stand on what session.
type sockets struct {
	perUser int // 0: any number
	perPeer int // as perUser
	ctx     context.Context
	cancel  context.CancelFunc
	running sync.WaitGroup

	mu     sync.Mutex
	peers  map[auth.Peer]int
	counts map[string]int                // by user
	users  map[string][]*user.OnlineUser // by what they stand on
	ended  map[string]ending             // lately, by session
	closed bool
}

func newSockets(perUser, perPeer int) *sockets {
	s := &sockets{
		perUser: perUser, perPeer: perPeer,
		peers:  make(map[auth.Peer]int),
		counts: make(map[string]int),
		users:  make(map[string][]*user.OnlineUser),
		ended:  make(map[string]ending),
	}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	return s
}

// reserve takes one of a user's places and one of their peer's, which remove or release gives back.
func (s *sockets) reserve(userID string, peer auth.Peer) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.perUser > 0 && s.counts[userID] >= s.perUser:
		return errManyTabs
	case s.perPeer > 0 && s.peers[peer] >= s.perPeer:
		return errCrowd
	}
	s.counts[userID]++
	s.peers[peer]++
	return nil
}

func (s *sockets) release(userID string, peer auth.Peer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.counts[userID]--; s.counts[userID] == 0 {
		delete(s.counts, userID)
	}
	if s.peers[peer]--; s.peers[peer] == 0 {
		delete(s.peers, peer)
	}
}

// tooMany is the reason that a page understands: some of its user's tabs must be closed first.
const tooMany = "too many connections"

// What is told to whom has no place left, on either count.
var (
	errManyTabs = &message.Error{
		Code: message.CodeSlowDown, RetryAfter: 30,
		Text: "You have too many connections open here. Please close some tabs, or try again later.",
	}
	errCrowd = &message.Error{
		Code: message.CodeSlowDown, RetryAfter: 30,
		Text: "There are too many connections from your network. Please close some, or try again later.",
	}
)

// add takes a socket among the live ones, in the place that was reserved for it; remove must
// follow. If its session ended since it began to be let in, it is closed at once. It reports
// false if the server is stopping.
func (s *sockets) add(u *user.OnlineUser, began time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return false
	}
	if e := s.ended[u.Session]; e.at.After(began) {
		u.Close(socket.PolicyViolation, e.reason)
	}
	s.users[u.Session] = append(s.users[u.Session], u)
	s.running.Add(1)
	return true
}

// remove ends what add began, and gives the place back.
func (s *sockets) remove(peer auth.Peer, u *user.OnlineUser) {
	defer s.running.Done()
	s.release(u.Info().ID, peer)
	s.mu.Lock()
	defer s.mu.Unlock()
	others := slices.DeleteFunc(s.users[u.Session], func(other *user.OnlineUser) bool { return other == u })
	if s.users[u.Session] = others; len(others) == 0 {
		delete(s.users, u.Session)
	}
}

// The reasons that a page understands: it must not come back by itself.
const (
	signedOut = "signed out"
	shutOut   = "banned"
)

// An ending is when a session ended, and why.
type ending struct {
	at     time.Time
	reason string
}

// shut closes the sockets that stand on sessions. It may be told the same again.
func (s *sockets) shut(reason string, sessions []string) {
	now := time.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	for old, e := range s.ended {
		if now.Sub(e.at) > endedRecently {
			delete(s.ended, old)
		}
	}
	for _, session := range sessions {
		s.ended[session] = ending{now, reason}
		for _, u := range s.users[session] {
			u.Close(socket.PolicyViolation, reason)
		}
	}
}

// sessions are those that the live sockets of this node stand on.
func (s *sockets) sessions() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Collect(maps.Keys(s.users))
}

// close waits until all sockets have ended, with patience for those whose peer does not answer;
// then it breaks their connections off.
func (s *sockets) close(patience time.Duration) {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	s.cancel()
	impatient := time.AfterFunc(patience, s.breakOff)
	s.running.Wait()
	impatient.Stop()
}

func (s *sockets) breakOff() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, users := range s.users {
		for _, u := range users {
			u.CloseNow()
		}
	}
}
