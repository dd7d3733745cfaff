package auth

import (
	"net/http"
	"net/netip"
	"strings"
)

// A Peer is where a request comes from, as limits count it: one IPv4 address, or the /64 that
// an IPv6 subscriber has to themselves.
type Peer = netip.Prefix

// PeerOf tells where r comes from. X-Forwarded-For counts only as far as it was written by the
// trusted proxies: the last address in it that is not one of theirs.
func PeerOf(r *http.Request, trusted []netip.Prefix) Peer {
	at, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return Peer{} // no TCP, so no peer to tell apart
	}
	addr := at.Addr().Unmap()
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0 && isIn(addr, trusted); i-- {
		hop, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break
		}
		addr = hop.Unmap()
	}
	return PeerAt(addr)
}

// nat64 is where a translator puts all of IPv4 (RFC 6052 §2.1).
var nat64 = netip.MustParsePrefix("64:ff9b::/96")

// PeerAt is the peer that has an address.
func PeerAt(addr netip.Addr) Peer {
	addr = addr.Unmap().WithZone("")
	if nat64.Contains(addr) {
		all := addr.As16()
		addr = netip.AddrFrom4([4]byte(all[12:]))
	}
	bits := 32
	if addr.Is6() {
		bits = 64
	}
	peer, _ := addr.Prefix(bits) // fails only for bits out of range
	return peer
}

func isIn(addr netip.Addr, prefixes []netip.Prefix) bool {
	for _, p := range prefixes {
		if p.Contains(addr) {
			return true
		}
	}
	return false
}
