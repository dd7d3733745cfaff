package storetest

import (
	"net/netip"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gochatting/internal/store"
)

func bannedPeers(t *testing.T, w *world) {
	const office = "203.0.113.7/32"
	from := func(c store.Claim, peer string) store.Claim {
		c.Peer = peer
		return c
	}
	ann := w.came(t, from(claimOf("ann@example.org", "Ann", "laptop"), office)).Session
	ben := w.proven(t, "ben@example.org", "desktop")
	troll := w.came(t, from(claimOf("troll@example.org", "Troll", "cellar"), office)).Session
	_, err := w.Guest(t.Context(), "guest@example.org", "guest", office)
	require.NoError(t, err)
	_, err = w.Ban(t.Context(), store.Operator, troll.User.ID, w.now().Add(time.Hour), []netip.Prefix{netip.MustParsePrefix(office)})
	require.NoError(t, err)

	_, err = w.Claim(t.Context(), from(claimOf("troll2@example.org", "Troll", "cellar"), office))
	assert.ErrorIs(t, err, store.ErrBanned)
	_, err = w.Claim(t.Context(), from(w.mailed(t, "troll3@example.org", "cellar"), office))
	assert.ErrorIs(t, err, store.ErrBanned)
	_, err = w.Guest(t.Context(), "troll4@example.org", "troll", office)
	assert.ErrorIs(t, err, store.ErrBanned)
	_, err = w.Guest(t.Context(), "guest@example.org", "guest", office)
	assert.ErrorIs(t, err, store.ErrBanned, "nor those who were there before")
	c := w.mailed(t, "ann@example.org", "tablet")
	c.Fresh = true
	_, err = w.Claim(t.Context(), from(c, office))
	assert.ErrorIs(t, err, store.ErrBanned, "nor as somebody new under an old address")

	// Who was in this office before is not locked out with the troll.
	assert.Equal(t, []string{"laptop"}, w.live(t, "laptop"))
	code, _, _, err := w.NewCode(t.Context(), ann.ID)
	require.NoError(t, err)
	phone := claimOf("ann@example.org", "Ann", "phone")
	phone.Code = code
	assert.Equal(t, ann.User.ID, w.came(t, from(phone, office)).Session.User.ID)
	assert.Equal(t, ben.User.ID, w.came(t, from(w.mailed(t, "ben@example.org", "tablet"), office)).Session.User.ID)
	w.came(t, from(claimOf("cem@example.org", "Cem", "at home"), "198.51.100.9/32"))
}
