package store

import (
	"context"
	"database/sql"
	"fmt"
	"net/netip"
	"time"
)

// peersBanned is for how long at most: an address has another user tomorrow.
const peersBanned = 24 * time.Hour

// PeersOf are the networks where the user's sessions were used in the last day, and where they were seen last,
// also without one: an IPv4 address, or the /64 of an IPv6 one.
func (s *Store) PeersOf(ctx context.Context, userID string) ([]netip.Prefix, error) {
	peers, err := s.ids(ctx, `
		SELECT peer FROM sessions WHERE user_id = $1 AND used > $2
		UNION SELECT peer FROM users WHERE id = $1 AND seen > $2 ORDER BY peer`,
		userID, s.now().Add(-peersBanned).UnixMicro())
	if err != nil {
		return nil, fmt.Errorf("store: peers of a user: %w", err)
	}
	var all []netip.Prefix
	for _, peer := range peers {
		if p, err := netip.ParsePrefix(peer); err == nil { // else it came by no network
			all = append(all, p)
		}
	}
	return all, nil
}

// ForgetPeers forgets where users were seen last, a day later; their live sessions know it still.
func (s *Store) ForgetPeers(ctx context.Context) error {
	_, err := write(ctx, s, "forget peers", func(ctx context.Context, tx *sql.Tx) (sql.Result, error) {
		return tx.ExecContext(ctx, `UPDATE users SET peer = '', seen = 0 WHERE seen > 0 AND seen <= $1`, s.now().Add(-peersBanned).UnixMicro())
	})
	return err
}

// seen notes that a user without a session was here.
func (s *Store) seen(ctx context.Context, userID, peer string, now time.Time) error {
	_, err := writeBeside(ctx, s, "note a peer", "user "+userID, func(ctx context.Context, tx *sql.Tx) (none struct{}, err error) {
		return none, noteSeen(ctx, tx, peer, now, userID)
	})
	return err
}

// noteSeen notes from where users were seen last, unless that is not known.
func noteSeen(ctx context.Context, tx *sql.Tx, peer string, now time.Time, users ...string) error {
	if peer == "" {
		return nil
	}
	_, err := tx.ExecContext(ctx, `UPDATE users SET peer = $1, seen = $2 WHERE id IN (`+marks(3, len(users))+`)`,
		append([]any{peer, now.UnixMicro()}, anys(users)...)...)
	if err != nil {
		return fmt.Errorf("note a peer: %w", err)
	}
	return nil
}

// public says whether everybody there is one another's stranger, so that few others are kept out with
// one: no network of a house or a provider's own, and no more of it than a peer.
func public(p netip.Prefix) bool {
	a := p.Addr()
	shared := netip.PrefixFrom(netip.AddrFrom4([4]byte{100, 64, 0, 0}), 10) // RFC 6598
	switch {
	case !p.IsValid(), !a.IsGlobalUnicast(), a.IsPrivate(), shared.Contains(a):
		return false
	case a.Is4():
		return p.Bits() == 32
	}
	return p.Bits() >= 64 && !a.Is4In6()
}

func banPeers(ctx context.Context, tx *sql.Tx, userID string, peers []netip.Prefix, until, now time.Time) error {
	if end := now.Add(peersBanned); until.After(end) {
		until = end
	}
	_, err := tx.ExecContext(ctx, `DELETE FROM peer_bans WHERE until <= $1 OR user_id = $2`, now.UnixMicro(), userID)
	if err != nil {
		return fmt.Errorf("end bans of peers: %w", err)
	}
	for _, p := range peers {
		if !public(p) {
			return refuse(ErrInvalid, "Only a single public network can be banned.")
		}
		_, err := tx.ExecContext(ctx, `
			INSERT INTO peer_bans (prefix, user_id, until) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`,
			p.Masked().String(), userID, until.UnixMicro())
		if err != nil {
			return fmt.Errorf("ban a peer: %w", err)
		}
	}
	return nil
}

// bannedPeer is until when nobody new comes in from a peer, given as its prefix; zero if they may.
func bannedPeer(ctx context.Context, q querier, peer string, now time.Time) (time.Time, error) {
	var end int64
	err := q.QueryRowContext(ctx, `SELECT COALESCE(MAX(until), 0) FROM peer_bans WHERE prefix = $1 AND until > $2`,
		peer, now.UnixMicro()).Scan(&end)
	if err != nil {
		return time.Time{}, fmt.Errorf("look up a peer: %w", err)
	}
	return until(end), nil
}
