package server

import (
	"context"
	"net/netip"
	"slices"
	"time"

	"gochatting/internal/store"
)

// What keeps order goes into the store, and then to the sockets of those concerned: also for who does
// not wait. by is a user, or store.Operator.

// mute has somebody say nothing until then; the zero time lets them speak.
func (s *Server) mute(ctx context.Context, by, userID string, until time.Time) (store.User, error) {
	ctx = context.WithoutCancel(ctx)
	u, err := s.store.Mute(ctx, by, userID, until)
	if err == nil {
		s.rooms.Changed(ctx, userID)
	}
	return u, err
}

// What became of the network that somebody was to be banned with.
const (
	networkBanned  = "banned"
	networkPrivate = "private" // not one of the Internet: others than strangers are there
	networkUnknown = "unknown"
)

// ban shuts somebody out until then, for ever with the zero time, and if that is wanted all who are
// new from where they were last.
func (s *Server) ban(ctx context.Context, by, userID string, until time.Time, network bool) (became string, err error) {
	ctx = context.WithoutCancel(ctx)
	var peers []netip.Prefix
	if network {
		known, err := s.store.PeersOf(ctx, userID)
		if err != nil {
			return "", err
		}
		peers, became = s.bannable(known)
	}
	ended, err := s.store.Ban(ctx, by, userID, until, peers)
	if err != nil {
		return "", err
	}
	s.rooms.EndSessions(shutOut, append(ended, guestSession(userID))...)
	return became, nil
}

// bannable are those of the networks whose ban hurts no bystanders but those of one stranger.
func (s *Server) bannable(known []netip.Prefix) (peers []netip.Prefix, became string) {
	for _, peer := range known {
		if isPublic(peer) && !slices.ContainsFunc(s.cfg.TrustedProxies, peer.Overlaps) {
			peers = append(peers, peer)
		}
	}
	switch {
	case len(peers) > 0:
		return peers, networkBanned
	case len(known) > 0:
		return nil, networkPrivate
	}
	return nil, networkUnknown
}

// shared is the address space that carriers have between themselves and many subscribers (RFC 6598).
var shared = netip.MustParsePrefix("100.64.0.0/10")

// isPublic reports whether a network is one of the Internet.
func isPublic(peer netip.Prefix) bool {
	a := peer.Addr()
	return a.IsGlobalUnicast() && !a.IsPrivate() && !shared.Contains(a)
}
