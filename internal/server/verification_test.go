package server_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gochatting/internal/message"
	"gochatting/internal/store"
)

// Whoever proves their address on the page is verified for everyone at once, and on all their devices.
func TestVerifyingOnThePageIsSeenByEveryone(t *testing.T) {
	d := openDoor(t, store.JoinOpen)
	ann, ben, eve := d.visitor("192.0.2.1"), d.visitor("192.0.2.2"), d.visitor("192.0.2.3")
	ann.Join("ann@example.com")
	ben.Join("ben@example.com")
	eve.Join("eve@example.com")
	a, b := ann.Open(), ben.Open()
	assert.False(t, a.Welcome.You.Verified)

	d.Mail.Down()
	var f failure
	require.Equal(t, http.StatusServiceUnavailable, ann.Post("/api/v1/me/verification", "", &f))
	assert.Equal(t, message.CodeUnreachable, f.Error.Code)
	d.Mail.Up()
	require.Equal(t, http.StatusCreated, ann.Post("/api/v1/me/verification", "", nil))
	code := d.Mail.Next("ann@example.com").Code

	put := func(code string) string { return fmt.Sprintf(`{"Code":%q}`, code) }
	require.Equal(t, http.StatusForbidden, ann.Put("/api/v1/me/verification", put(another(code)), &f))
	assert.Equal(t, message.CodeWrongCode, f.Error.Code)
	require.Equal(t, http.StatusForbidden, eve.Put("/api/v1/me/verification", put(code), nil), "it is for Ann's browser")
	var own message.User
	require.Equal(t, http.StatusOK, ann.Put("/api/v1/me/verification", put(code), &own))
	assert.True(t, own.Verified)
	assert.True(t, a.Next(message.YouMType).You.Verified)
	her := public(own)
	for s := b.Next(message.StatusMType).UserStatus; !contains(append(s.Users, s.Joined...), her); s = b.Next(message.StatusMType).UserStatus {
	}
	require.Equal(t, http.StatusConflict, ann.Post("/api/v1/me/verification", "", nil), "she is verified already")
}

func TestWithoutMailNothingIsVerified(t *testing.T) {
	s := open(t, limited, noUpstream)
	ann := from(t, s, "192.0.2.1")
	ann.Join("ann@example.com")
	assert.Equal(t, http.StatusNotFound, ann.Post("/api/v1/me/verification", "", nil))
	assert.Equal(t, http.StatusForbidden, ann.Put("/api/v1/me/verification", `{"Code":"123456"}`, nil))
}
