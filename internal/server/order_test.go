package server_test

import (
	"fmt"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gochatting/internal/chattest"
	"gochatting/internal/message"
	"gochatting/internal/server"
)

// Ann was the first, and so the owner; Ben is a moderator; Cleo and Dan are members.
type order struct {
	*site
	ann, ben, cleo, dan *chattest.Person
}

func keepOrder(t *testing.T) order {
	return orderOf(t, open(t, unlimited, noUpstream))
}

func orderOf(t *testing.T, s *site) order {
	o := order{
		s, chattest.Join(t, s.URL, "ann@example.com"), chattest.Join(t, s.URL, "ben@example.com"),
		chattest.Join(t, s.URL, "cleo@example.com"), chattest.Join(t, s.URL, "dan@example.com"),
	}
	require.Equal(t, message.RoleOwner, o.ann.Me.Role)
	o.ann.MakeRole(o.ben, message.RoleModerator)
	return o
}

func of(p *chattest.Person, more ...string) string {
	return "/api/v1/users/" + p.Me.ID + strings.Join(more, "")
}

func TestARoleIsSeenAtOnce(t *testing.T) {
	o := keepOrder(t)
	c, d := o.cleo.Open(), o.dan.Open()
	o.ann.MakeRole(o.cleo, message.RoleModerator)
	you := c.Next(message.YouMType).You
	assert.Equal(t, message.RoleModerator, you.Role)
	assert.Equal(t, "cleo@example.com", you.Email)
	cleo := public(o.cleo.Me)
	cleo.Role = message.RoleModerator
	for s := d.Next(message.StatusMType).UserStatus; !contains(append(s.Users, s.Joined...), cleo); s = d.Next(message.StatusMType).UserStatus {
	}
	c.Say("with a badge")
	assert.Equal(t, cleo, d.Hear().UserInfo)

	var f failure
	assert.Equal(t, http.StatusForbidden, o.ben.Patch(of(o.dan), `{"Role":"moderator"}`, &f))
	assert.Equal(t, http.StatusForbidden, o.dan.Patch(of(o.dan), `{"Role":"owner"}`, &f))
	assert.Equal(t, http.StatusConflict, o.ann.Patch(of(o.ann), `{"Role":"member"}`, &f), "the last owner")
	assert.Equal(t, http.StatusBadRequest, o.ann.Patch(of(o.dan), `{"Role":"king"}`, &f))
}

func contains(users []message.User, u message.User) bool {
	for _, other := range users {
		if other == u {
			return true
		}
	}
	return false
}

func TestTheMutedSayNothing(t *testing.T) {
	o := keepOrder(t)
	said := o.cleo.SayIn(message.Lobby, "loud")
	c, d := o.cleo.Open(), o.dan.Open()
	var muted struct{ Muted *time.Time }
	require.Equal(t, http.StatusOK, o.ben.Put(of(o.cleo, "/mute"), `{"Minutes":10}`, &muted))
	assert.WithinDuration(t, time.Now().Add(10*time.Minute), *muted.Muted, time.Minute)
	assert.WithinDuration(t, *muted.Muted, *c.Next(message.YouMType).You.Muted, 0)

	c.Say("still loud")
	told := c.Next(message.ErrorMType).Error
	assert.Equal(t, message.CodeMuted, told.Code)
	assert.Greater(t, told.RetryAfter, 500.0)
	at := fmt.Sprintf("/api/v1/rooms/lobby/messages/%d", said.ID)
	for what, status := range map[string]int{
		"says":   o.cleo.Post("/api/v1/rooms/lobby/messages", `{"TextMessage":{"Content":"x"}}`, nil),
		"edits":  o.cleo.Patch(at, `{"Content":"x"}`, nil),
		"reacts": o.cleo.Put(at+"/reactions/🎉", "", nil),
		"pins":   o.cleo.Put(at+"/pin", "", nil),
		"sends":  o.cleo.Post("/api/v1/files?name=x", "x", nil),
	} {
		assert.Equal(t, http.StatusForbidden, status, what)
	}
	r := must(http.NewRequest(http.MethodPost, s(o)+"/api/v1/rooms/lobby/messages", strings.NewReader(`{"TextMessage":{"Content":"x"}}`)))
	response := must(o.cleo.HTTP.Do(r))
	response.Body.Close()
	assert.NotEmpty(t, response.Header.Get("Retry-After"))

	var seen map[string]any
	require.Equal(t, http.StatusOK, o.dan.Get(of(o.cleo), &seen))
	assert.Equal(t, []string{"User"}, keys(seen), "nobody's business")
	require.Equal(t, http.StatusForbidden, o.ben.Put(of(o.ann, "/mute"), `{"Minutes":10}`, nil), "of a higher rank")
	require.Equal(t, http.StatusForbidden, o.dan.Put(of(o.cleo, "/mute"), `{"Minutes":10}`, nil))
	require.Equal(t, http.StatusBadRequest, o.ben.Put(of(o.cleo, "/mute"), `{"Minutes":0}`, nil))

	require.Equal(t, http.StatusOK, o.ben.Delete(of(o.cleo, "/mute"), nil))
	assert.Nil(t, c.Next(message.YouMType).You.Muted)
	c.Say("thanks")
	assert.Equal(t, "thanks", d.Hear().Content)
}

func s(o order) string { return o.URL }

func keys(m map[string]any) (list []string) {
	for k := range m {
		list = append(list, k)
	}
	return list
}

func TestTheBannedAreShutOut(t *testing.T) {
	o := keepOrder(t)
	c := o.cleo.Open()
	old, _, err := o.cleo.DialFirst("cleo@example.com", http.Header{"Origin": {o.URL}})
	require.NoError(t, err)
	guest := chattest.First(t, o.URL, "guest@example.com")
	who := guest.Read().UserStatus.Users
	require.Equal(t, http.StatusForbidden, o.dan.Put(of(o.cleo, "/ban"), `{"Hours":1}`, nil))

	var became struct{ Network string }
	require.Equal(t, http.StatusOK, o.ben.Put(of(o.cleo, "/ban"), `{"Hours":1}`, &became))
	assert.Empty(t, became.Network)
	for _, socket := range []*chattest.Socket{c, old} {
		code, reason := socket.CloseCode()
		assert.Equal(t, 1008, code)
		assert.Equal(t, "banned", reason)
	}
	assert.Equal(t, http.StatusUnauthorized, o.cleo.Get("/api/v1/me", nil))
	status, _ := chattest.Visitor(t, o.URL).Submit("/join", map[string][]string{"email": {"cleo@example.com"}})
	assert.Equal(t, http.StatusForbidden, status)
	_, response, err := chattest.TryFirst(t, o.URL, "cleo@example.com", nil)
	require.Error(t, err)
	assert.NotEqual(t, http.StatusSwitchingProtocols, response.StatusCode)

	for _, u := range who {
		if u.Name == "guest" {
			require.Equal(t, http.StatusOK, o.ben.Put("/api/v1/users/"+u.ID+"/ban", `{"Hours":0}`, nil))
		}
	}
	code, reason := guest.CloseCode()
	assert.Equal(t, 1008, code, "the first dialect stands on no session")
	assert.Equal(t, "banned", reason)

	var banned struct {
		Bans []struct {
			User  message.User
			Until *time.Time
		}
	}
	require.Equal(t, http.StatusOK, o.ben.Get("/api/v1/bans", &banned))
	require.Len(t, banned.Bans, 2)
	assert.Equal(t, "cleo", banned.Bans[0].User.Name)
	assert.WithinDuration(t, time.Now().Add(time.Hour), *banned.Bans[0].Until, time.Minute)
	assert.Nil(t, banned.Bans[1].Until, "for ever")
	assert.Equal(t, http.StatusForbidden, o.dan.Get("/api/v1/bans", nil))

	var standing struct {
		Banned bool
		Until  *time.Time
	}
	require.Equal(t, http.StatusOK, o.ben.Get(of(o.cleo), &standing))
	assert.True(t, standing.Banned)
	assert.NotNil(t, standing.Until)
	require.Equal(t, http.StatusOK, o.ben.Delete(of(o.cleo, "/ban"), nil))
	chattest.Join(t, o.URL, "cleo@example.com")
}

// from is somebody behind the proxy on loopback, at an address of the Internet or of an office.
func from(t *testing.T, s *site, address string) *chattest.Person {
	p := chattest.Visitor(t, s.URL)
	p.HTTP.Transport = viaProxy{address, p.HTTP.Transport}
	return p
}

// With somebody their network can be banned: for who is new there, for a day, if it is one of the Internet.
func TestANetworkIsBannedForNewcomers(t *testing.T) {
	s := open(t, server.Config{TrustedProxies: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}}, noUpstream)
	ann := chattest.Join(t, s.URL, "ann@example.com")
	for _, c := range []struct{ address, became string }{
		{"203.0.113.7", "banned"}, {"2001:db8:1:2::3", "banned"}, {"192.168.1.5", "private"}, {"100.100.1.1", "private"}, {"fd00::1", "private"},
	} {
		spam, mate, newcomer := from(t, s, c.address), from(t, s, c.address), from(t, s, c.address)
		name := strings.NewReplacer(".", "-", ":", "-").Replace(c.address)
		spam.Join("spam." + name + "@example.com")
		mate.Join("mate." + name + "@example.com")
		var became struct{ Network string }
		require.Equal(t, http.StatusOK, ann.Put(of(spam, "/ban"), `{"Hours":72,"Network":true}`, &became))
		assert.Equal(t, c.became, became.Network, c.address)
		assert.Equal(t, http.StatusOK, mate.Get("/api/v1/me", nil), "who was there before")
		mate.AddDevice()
		r := must(http.NewRequest(http.MethodPost, s.URL+"/join", strings.NewReader("email=new."+name+"@example.com")))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		response := must(newcomer.HTTP.Do(r))
		response.Body.Close()
		if c.became == "banned" {
			assert.Equal(t, http.StatusForbidden, response.StatusCode, c.address)
			assert.NotEmpty(t, response.Header.Get("Retry-After"))
			require.Equal(t, http.StatusOK, ann.Delete(of(spam, "/ban"), nil))
			newcomer.Join("new." + name + "@example.com")
		} else {
			assert.Equal(t, http.StatusSeeOther, response.StatusCode, c.address)
		}
	}
	guest := chattest.First(t, s.URL, "guest@example.com").Read().UserStatus.Users
	for _, u := range guest {
		if u.Name == "guest" {
			var became struct{ Network string }
			require.Equal(t, http.StatusOK, ann.Put("/api/v1/users/"+u.ID+"/ban", `{"Hours":1,"Network":true}`, &became))
			assert.Equal(t, "private", became.Network, "of a guest, too, it is known")
		}
	}
}
