package store

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gochatting/internal/message"
)

// Of who deletes their account neither address nor name, picture, browser or network is left on the disk, nor
// what they said, if they want that removed.
func TestWhoLeftIsGone(t *testing.T) {
	s := open(t)
	var gone, kept []string
	for i := range 20 {
		email, name, browser, words := fmt.Sprintf("mail%d@example.org", i), fmt.Sprintf("name%dx", i), fmt.Sprintf("browser%dx", i), fmt.Sprintf("words%dx", i)
		picture, peer := fmt.Sprintf("picture%dx", i), fmt.Sprintf("192.0.2.%d/32", i+100)
		came, err := s.Claim(t.Context(), Claim{Email: email, Name: name, TokenHash: []byte(email), Browser: browser, Peer: peer})
		require.NoError(t, err)
		u, _, err := s.Rename(t.Context(), came.Session.User.ID, name, picture, time.Now())
		require.NoError(t, err)
		require.NoError(t, s.post(u, words))
		_, _, _, err = s.NewProof(t.Context(), email, []byte(email))
		require.NoError(t, err)
		if i%2 == 0 { // the first among them, who owns the server
			kept = append(kept, email, name, browser, picture, peer, words)
			continue
		}
		_, _, err = s.Leave(t.Context(), u.ID, true)
		require.NoError(t, err)
		gone = append(gone, email, name, browser, picture, peer, words)
	}
	for more := true; more; {
		var err error
		_, more, err = s.RemoveNext(t.Context())
		require.NoError(t, err)
	}
	require.Eventually(t, func() bool { return len(onDisk(t, s.dir, gone...)) == 0 }, time.Minute, 10*time.Millisecond,
		"what is still there: %v", onDisk(t, s.dir, gone...))
	assert.Equal(t, kept, onDisk(t, s.dir, kept...), "what is kept is found like this")
	assert.Empty(t, faults(t, s.Store))
	owner, err := s.UserByEmail(t.Context(), "mail0@example.org")
	require.NoError(t, err)
	page, err := s.Before(t.Context(), owner.ID, message.Lobby, 0, 200)
	require.NoError(t, err)
	assert.Len(t, page, 20)
}
