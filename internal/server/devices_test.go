package server_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gochatting/internal/chattest"
)

type devices struct {
	Devices []struct {
		ID, Browser   string
		Created, Used time.Time
		Current       bool
	}
}

// current is the ID of the device that asks.
func current(p *chattest.Person) string {
	var list devices
	require.Equal(p.T, http.StatusOK, p.Get("/api/v1/me/devices", &list))
	for _, d := range list.Devices {
		if d.Current {
			return d.ID
		}
	}
	require.FailNow(p.T, "no device is this one")
	return ""
}

// Whoever ends a device closes its sockets, and it is nobody any more; the others stay.
func TestHostile03EndedDevicesAreSignedOut(t *testing.T) {
	s := open(t, limited, noUpstream)
	ben := chattest.Join(t, s.URL, "ben@example.com") // the owner, who does not let go
	ann := chattest.Join(t, s.URL, "ann@example.com")
	phone, tablet, laptop := ann.AddDevice(), ann.AddDevice(), ann.AddDevice()
	var list devices
	require.Equal(t, http.StatusOK, ann.Get("/api/v1/me/devices", &list))
	require.Len(t, list.Devices, 4)

	a, p, tab, l, b := ann.Open(), phone.Open(), tablet.Open(), laptop.Open(), ben.Open()
	gone := func(who *chattest.Person, socket *chattest.Socket) {
		t.Helper()
		code, reason := socket.CloseCode()
		assert.Equal(t, 1008, code)
		assert.Equal(t, "signed out", reason)
		assert.Equal(t, http.StatusUnauthorized, who.Get("/api/v1/me", nil))
		_, response, err := who.Dial(http.Header{"Origin": {s.URL}}, "gochatting.v1")
		require.Error(t, err)
		assert.Equal(t, http.StatusUnauthorized, response.StatusCode)
	}
	assert.Equal(t, http.StatusNotFound, ben.Delete("/api/v1/me/devices/"+current(phone), nil), "it is not his")
	p.Say("I am still in")
	b.Hear()

	require.Equal(t, http.StatusOK, ann.Delete("/api/v1/me/devices/"+current(phone), nil))
	gone(phone, p)
	assert.Equal(t, http.StatusNotFound, ann.Delete("/api/v1/me/devices/x", nil))

	var ended struct{ Ended int }
	require.Equal(t, http.StatusOK, tablet.Delete("/api/v1/me/devices?others=1", &ended))
	assert.Equal(t, 2, ended.Ended)
	gone(ann, a)
	gone(laptop, l)
	tab.Say("and I, too")
	assert.Equal(t, "and I, too", b.Hear().Content)

	require.Equal(t, http.StatusOK, tablet.Delete("/api/v1/me/devices", &ended))
	assert.Equal(t, 1, ended.Ended)
	gone(tablet, tab)
	assert.Empty(t, tablet.HTTP.Jar.Cookies(must(url.Parse(s.URL))), "the browser forgets it")
	again := chattest.Join(t, s.URL, "ann@example.com")
	assert.NotEqual(t, ann.Me.ID, again.Me.ID, "nobody held the address")
}

// The link of a device, and the picture of it for a camera, let another browser in.
func TestADeviceIsAddedByItsLink(t *testing.T) {
	s := open(t, limited, noUpstream)
	ann := chattest.Join(t, s.URL, "ann@example.com")
	var made struct {
		Code, Link string
		Expires    time.Time
		QR         []string
	}
	require.Equal(t, http.StatusCreated, ann.Post("/api/v1/me/devices", "", &made))
	assert.WithinDuration(t, time.Now().Add(10*time.Minute), made.Expires, time.Minute)
	path, ours := strings.CutPrefix(made.Link, s.URL)
	require.True(t, ours, made.Link)

	phone := chattest.Visitor(t, s.URL)
	response, _ := fetch(phone, path)
	require.Equal(t, http.StatusOK, response.StatusCode)
	assert.Equal(t, http.StatusUnauthorized, phone.Get("/api/v1/me", nil), "before the button is pressed")
	status, _ := phone.Submit(path, nil)
	require.Equal(t, http.StatusSeeOther, status)
	require.Equal(t, http.StatusOK, phone.Get("/api/v1/me", &phone.Me))
	assert.Equal(t, ann.Me, phone.Me)

	// Three corners have the pattern that cameras look for.
	size := len(made.QR)
	assert.Equal(t, 1, size%4)
	for _, row := range made.QR {
		require.Len(t, row, size)
		assert.Empty(t, strings.Trim(row, "01"))
	}
	corner := []string{"1111111", "1000001", "1011101", "1011101", "1011101", "1000001", "1111111"}
	for y, row := range corner {
		assert.Equal(t, row, made.QR[y][:7])
		assert.Equal(t, row, made.QR[y][size-7:])
		assert.Equal(t, row, made.QR[size-7+y][:7])
	}
}
