package server_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gochatting/internal/store"
)

// A stranger can have us mail somebody only a few times, and has not used up what they may ask for.
func TestHostile11MailingAStranger(t *testing.T) {
	d := openDoor(t, store.JoinVerified)
	n, status := 0, 0
	var body string
	for ; n < 50; n++ {
		if status, body = types(d.visitor("192.0.2.66"), "ann@example.com"); status != http.StatusAccepted {
			break
		}
	}
	assert.Equal(t, http.StatusTooManyRequests, status)
	assert.Equal(t, 5, n, "as --rate-codes says")
	assert.Contains(t, body, "try again in 12 minutes")
	assert.Equal(t, n, d.Mail.Waiting())
	status, _ = types(d.visitor("192.0.2.66"), "ben@example.com")
	assert.Equal(t, http.StatusAccepted, status, "others at that peer get theirs")

	status, _ = types(d.visitor("192.0.2.1"), "ann@example.com")
	assert.Equal(t, http.StatusAccepted, status, "she is somewhere else")
	for n = 1; n < 50; n++ {
		if status, _ = types(d.visitor(fmt.Sprint("198.51.100.", n)), "ann@example.com"); status != http.StatusAccepted {
			break
		}
	}
	assert.Equal(t, http.StatusTooManyRequests, status, "many peers together do not fill her mailbox")
	assert.LessOrEqual(t, n, 15)
}

// Nor does a stranger use up the tries of a device code.
func TestHostile11GuessingIsSlow(t *testing.T) {
	d := openDoor(t, store.JoinOpen)
	home := d.visitor("192.0.2.1")
	home.Join("ann@example.com")
	var device struct{ Code string }
	home.Post("/api/v1/me/devices", "", &device)
	stranger, n, status := d.visitor("192.0.2.66"), 0, 0
	for ; n < 50; n++ {
		if status, _ = types(stranger, "ann@example.com", "code", another(device.Code)); status != http.StatusForbidden {
			break
		}
	}
	assert.Equal(t, http.StatusTooManyRequests, status)
	assert.Less(t, n, 5)
	response, err := stranger.HTTP.PostForm(d.URL+"/join", map[string][]string{"email": {"ann@example.com"}, "code": {device.Code}})
	require.NoError(t, err)
	response.Body.Close()
	assert.Equal(t, http.StatusTooManyRequests, response.StatusCode, "also if it is right now")
	assert.NotEmpty(t, response.Header.Get("Retry-After"))

	phone := d.visitor("192.0.2.2")
	status, _ = types(phone, "ann@example.com", "code", device.Code)
	require.Equal(t, http.StatusSeeOther, status)
	assert.Equal(t, home.Me.ID, isIn(phone).ID)
}

func TestHostile11GuessingFromManyPlaces(t *testing.T) {
	d := openDoor(t, store.JoinOpen)
	home := d.visitor("192.0.2.1")
	home.Join("ann@example.com")
	var device struct{ Code, Link string }
	home.Post("/api/v1/me/devices", "", &device)
	status, tries := 0, 0
	for ; status != http.StatusTooManyRequests; tries++ {
		status, _ = types(d.visitor(fmt.Sprint("198.51.100.", tries)), "ann@example.com", "code", another(device.Code))
		require.Less(t, tries, 50, "an address can be tried so often only")
	}
	assert.Greater(t, tries, 20)
	status, _ = types(d.visitor("192.0.2.2"), "ann@example.com", "code", device.Code)
	assert.NotEqual(t, http.StatusSeeOther, status, "it died after five")
	status, _ = d.visitor("192.0.2.2").Submit(path(t, device.Link), nil)
	assert.Equal(t, http.StatusSeeOther, status, "a link nobody guesses")
}

func TestHostile11JoiningOften(t *testing.T) {
	d := openDoor(t, store.JoinOpen)
	n, status := 0, 0
	for ; n < 200; n++ {
		if status, _ = types(d.visitor("192.0.2.66"), fmt.Sprintf("user%d@example.com", n)); status != http.StatusSeeOther {
			break
		}
	}
	assert.Equal(t, http.StatusTooManyRequests, status)
	assert.InDelta(t, 100, n, 5, "a minute and peer")
	status, _ = types(d.visitor("192.0.2.1"), "ann@example.com")
	assert.Equal(t, http.StatusSeeOther, status)
}
