package server

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"gochatting/internal/auth"
	"gochatting/internal/bus"
	"gochatting/internal/socket"
	"gochatting/internal/user"
)

const (
	endings       = "sessions.ended" // where the bus tells what no socket may stand on any more
	endedRecently = time.Minute      // longer than a handshake takes from its look at the session
)

// sockets are the live ones of this node: how many a peer has, and which stand on what session.
type sockets struct {
	bus     *bus.Bus
	out     *slog.Logger
	perPeer int // 0: any number
	heard   *bus.Subscription
	ctx     context.Context
	cancel  context.CancelFunc
	running sync.WaitGroup

	mu     sync.Mutex
	peers  map[auth.Peer]int
	users  map[string][]*user.OnlineUser // by what they stand on
	ended  map[string]time.Time          // sessions that ended lately
	closed bool
}

func newSockets(b *bus.Bus, perPeer int, out *slog.Logger) (*sockets, error) {
	s := &sockets{
		bus: b, out: out, perPeer: perPeer,
		peers: make(map[auth.Peer]int),
		users: make(map[string][]*user.OnlineUser),
		ended: make(map[string]time.Time),
	}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	heard, err := b.Subscribe(endings, func(data []byte) { s.hearEnd(string(data)) })
	if err != nil {
		s.cancel()
		return nil, fmt.Errorf("listen for ended sessions: %w", err)
	}
	s.heard = heard
	return s, nil
}

// reserve takes one of a peer's places, which run or release gives back.
func (s *sockets) reserve(peer auth.Peer) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.perPeer > 0 && s.peers[peer] >= s.perPeer {
		return false
	}
	s.peers[peer]++
	return true
}

func (s *sockets) release(peer auth.Peer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.peers[peer]--; s.peers[peer] == 0 {
		delete(s.peers, peer)
	}
}

// add takes a socket among the live ones, in the place that was reserved for it; remove must
// follow. If its session ended since it began to be let in, it is closed at once. It reports
// false if the server is stopping.
func (s *sockets) add(u *user.OnlineUser, began time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return false
	}
	if s.ended[u.Session].After(began) {
		u.Close(socket.PolicyViolation, signedOut)
	}
	s.users[u.Session] = append(s.users[u.Session], u)
	s.running.Add(1)
	return true
}

// remove ends what add began, and gives the place back.
func (s *sockets) remove(peer auth.Peer, u *user.OnlineUser) {
	defer s.running.Done()
	s.release(peer)
	s.mu.Lock()
	defer s.mu.Unlock()
	others := slices.DeleteFunc(s.users[u.Session], func(other *user.OnlineUser) bool { return other == u })
	if s.users[u.Session] = others; len(others) == 0 {
		delete(s.users, u.Session)
	}
}

// signedOut is the reason that a page understands: it must not come back by itself.
const signedOut = "signed out"

// end tells every node to close the sockets that stand on a session.
func (s *sockets) end(session string) {
	if err := s.bus.Publish(endings, []byte(session)); err != nil {
		s.out.Error("end a session's sockets", "err", err)
	}
}

func (s *sockets) hearEnd(session string) {
	now := time.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	for old, at := range s.ended {
		if now.Sub(at) > endedRecently {
			delete(s.ended, old)
		}
	}
	s.ended[session] = now
	for _, u := range s.users[session] {
		u.Close(socket.PolicyViolation, signedOut)
	}
}

// close waits until all sockets have ended, with patience for those whose peer does not answer;
// then it breaks their connections off.
func (s *sockets) close(patience time.Duration) error {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	s.cancel()
	impatient := time.AfterFunc(patience, s.breakOff)
	s.running.Wait()
	impatient.Stop()
	return s.heard.Cancel()
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
