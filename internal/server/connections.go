package server

import (
	"net"
	"net/http"
	"net/netip"
	"slices"
	"sync"

	"gochatting/internal/auth"
)

// connections counts those of each peer that are no sockets: what somebody holds who sends nothing, or
// little and slowly.
type connections struct {
	perPeer int            // 0: any number
	trusted []netip.Prefix // proxies, which bring everybody

	mu   sync.Mutex
	open map[net.Conn]auth.Peer
	of   map[auth.Peer]int
}

func newConnections(perPeer int, trusted []netip.Prefix) *connections {
	return &connections{perPeer: perPeer, trusted: trusted, open: make(map[net.Conn]auth.Peer), of: make(map[auth.Peer]int)}
}

// crowded is all that a connection too many is told. It fits into any socket's buffer.
const crowded = "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 10\r\nCache-Control: no-store\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n" +
	"There are too many connections from your network. Please try again in 10 seconds.\n"

// ConnState is for an http.Server: it ends a connection too many of a peer as soon as it is there.
func (s *Server) ConnState(c net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew:
		if !s.connections.add(c) {
			_, _ = c.Write([]byte(crowded)) // a kindness
			_ = c.Close()                   // nothing else was written
		}
	case http.StateHijacked, http.StateClosed:
		s.connections.remove(c)
	}
}

func (l *connections) add(c net.Conn) bool {
	at, err := netip.ParseAddrPort(c.RemoteAddr().String())
	if err != nil || l.perPeer == 0 {
		return true
	}
	within := func(p netip.Prefix) bool { return p.Contains(at.Addr().Unmap()) }
	if slices.ContainsFunc(l.trusted, within) {
		return true
	}
	peer := auth.PeerAt(at.Addr())
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.of[peer] >= l.perPeer {
		return false
	}
	l.open[c] = peer
	l.of[peer]++
	return true
}

func (l *connections) remove(c net.Conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	peer, counted := l.open[c]
	if !counted {
		return
	}
	delete(l.open, c)
	if l.of[peer]--; l.of[peer] == 0 {
		delete(l.of, peer)
	}
}
