package server_test

import (
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gochatting/internal/chattest"
	"gochatting/internal/files"
	"gochatting/internal/message"
	"gochatting/internal/server"
)

// viaProxy is a way over the net that a proxy tells of.
type viaProxy struct {
	address string
	http.RoundTripper
}

func (f viaProxy) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("X-Forwarded-For", f.address)
	return f.RoundTripper.RoundTrip(r)
}

func joinFrom(t testing.TB, base, email, address string) *chattest.Person {
	p := chattest.Visitor(t, base)
	p.HTTP.Transport = viaProxy{address, p.HTTP.Transport}
	p.Join(email)
	return p
}

// tight are limits that are soon reached; who shares a peer shares an allowance.
func tight() server.Config {
	r := server.UsualRates()
	r.Messages, r.Reactions, r.Acts, r.Rooms, r.Uploads, r.PeerTimes = 1, 3, 2, 4, 2, 1
	return server.Config{Limits: true, Rates: r, TrustedProxies: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}}
}

// What a user may do is also what all users of their peer may do, --peer-times as often: a stranger who
// is a hundred users is one peer. Their IPv6 addresses are one, within a /64.
func TestHostile20LimitsOfAPeer(t *testing.T) {
	t.Parallel()
	for what, c := range map[string]struct {
		atOnce int
		do     func(p *chattest.Person, i int, f *failure) int
	}{
		"messages": {4, func(p *chattest.Person, i int, f *failure) int {
			return p.Post("/api/v1/rooms/lobby/messages", fmt.Sprintf(`{"TextMessage":{"Content":"%d"}}`, i), f)
		}},
		"reactions": {18, func(p *chattest.Person, i int, f *failure) int {
			return p.Put("/api/v1/rooms/lobby/messages/1/reactions/👍", "", f)
		}},
		"acts": {12, func(p *chattest.Person, i int, f *failure) int {
			return p.Put("/api/v1/rooms/lobby/read", `{"ID":1}`, f)
		}},
		"rooms": {2, func(p *chattest.Person, i int, f *failure) int {
			return p.Post("/api/v1/rooms", fmt.Sprintf(`{"Kind":"private","Name":"%s %d"}`, p.Me.ID, i), f)
		}},
		"uploads": {4, func(p *chattest.Person, i int, f *failure) int {
			return p.Post("/api/v1/files?name=a.txt", "some words", f)
		}},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			s := open(t, tight(), noUpstream)
			zoe := joinFrom(t, s.URL, "zoe@example.com", "198.51.100.9")
			zoe.SayIn(message.Lobby, "hello")
			ann := joinFrom(t, s.URL, "ann@example.com", "2001:db8::1")
			ben := joinFrom(t, s.URL, "ben@example.com", "2001:db8::2")
			cem := joinFrom(t, s.URL, "cem@example.com", "2001:db8:0:1::1")
			done := func(p *chattest.Person) int {
				return untilRefused(t, message.CodeSlowDown, 1000, func(i int, f *failure) int { return c.do(p, i, f) })
			}
			assert.GreaterOrEqual(t, done(ann), c.atOnce)
			assert.Less(t, done(ben), c.atOnce, "what Ann has left")
			assert.GreaterOrEqual(t, done(cem), c.atOnce, "of another network")
		})
	}
}

// A limit is as wide as whoever runs the server wants it.
func TestRatesCanBeChosen(t *testing.T) {
	t.Parallel()
	cfg := tight()
	cfg.Rates.Rooms, cfg.Rates.PeerTimes = 6, 2
	s := open(t, cfg, noUpstream)
	rooms := func(p *chattest.Person) int {
		return untilRefused(t, message.CodeSlowDown, 1000, func(i int, f *failure) int {
			return p.Post("/api/v1/rooms", fmt.Sprintf(`{"Kind":"private","Name":"%s %d"}`, p.Me.ID, i), f)
		})
	}
	made := 0
	for _, name := range []string{"ann", "ben", "cem"} {
		made += rooms(joinFrom(t, s.URL, name+"@example.com", "198.51.100.9"))
	}
	assert.Equal(t, 6, made, "3 at once, of two")

	cfg.Rates.Joins = 3
	s = open(t, cfg, noUpstream)
	for _, name := range []string{"ann", "ben", "cem"} {
		joinFrom(t, s.URL, name+"@example.com", "198.51.100.9")
	}
	dan := chattest.Visitor(t, s.URL)
	dan.HTTP.Transport = viaProxy{"198.51.100.9", dan.HTTP.Transport}
	status, page := dan.Submit("/join", url.Values{"email": {"dan@example.com"}})
	assert.Equal(t, http.StatusTooManyRequests, status)
	assert.Regexp(t, `in \d+(\.\d)? s`, page, "when to try again")
	joinFrom(t, s.URL, "dan@example.com", "198.51.100.10")
}

// A user has only so many sockets, and so has a peer: who is refused is told when to try again, and
// others come in.
func TestHostile20SocketsOfOneUser(t *testing.T) {
	t.Parallel()
	cfg := tight()
	cfg.Rates.Sockets, cfg.Rates.PeerSockets = 2, 3
	s := open(t, cfg, noUpstream)
	refused := func(p *chattest.Person, from string) {
		t.Helper()
		_, answer, err := p.Dial(http.Header{"Origin": {s.URL}, "X-Forwarded-For": {from}}, "gochatting.v1")
		require.Error(t, err)
		assert.Equal(t, http.StatusTooManyRequests, answer.StatusCode)
		assert.Equal(t, "30", answer.Header.Get("Retry-After"))
	}
	dial := func(p *chattest.Person, from string) (*chattest.Socket, error) {
		socket, _, err := p.Dial(http.Header{"Origin": {s.URL}, "X-Forwarded-For": {from}}, "gochatting.v1")
		return socket, err
	}
	ann := joinFrom(t, s.URL, "ann@example.com", "198.51.100.9")
	first, err := dial(ann, "198.51.100.9")
	require.NoError(t, err)
	_, err = dial(ann, "198.51.100.10")
	require.NoError(t, err)
	third, err := dial(ann, "198.51.100.11")
	require.NoError(t, err, "so that her page can be told why")
	code, reason := third.CloseCode()
	assert.Equal(t, 1013, code)
	assert.Equal(t, "too many connections", reason)

	ben, cem := joinFrom(t, s.URL, "ben@example.com", "198.51.100.9"), joinFrom(t, s.URL, "cem@example.com", "198.51.100.9")
	for range 2 {
		_, err = dial(ben, "198.51.100.9")
		require.NoError(t, err)
	}
	refused(cem, "198.51.100.9")
	_, err = dial(cem, "198.51.100.10")
	require.NoError(t, err)

	first.Leave()
	require.EventuallyWithT(t, func(t *assert.CollectT) {
		again, err := dial(ann, "198.51.100.9")
		if assert.NoError(t, err) {
			_, err = again.TryRead()
			assert.NoError(t, err)
		}
	}, chattest.Patience, 10e6)
}

// It is the same over sockets, as many of them as there may be.
func TestHostile09MessagesOfAPeerOverSockets(t *testing.T) {
	t.Parallel()
	s := open(t, tight(), noUpstream)
	done := func(email, address string) (n int) {
		p := joinFrom(t, s.URL, email, address)
		socket, _, err := p.Dial(http.Header{"Origin": {s.URL}, "X-Forwarded-For": {address}}, "gochatting.v1")
		require.NoError(t, err)
		defer socket.Leave()
		for ; n < 1000; n++ {
			ref := fmt.Sprint(email, n)
			socket.SayAs(ref, ref)
			m := socket.Read()
			for m.Ref != ref {
				m = socket.Read()
			}
			if m.MType == message.ErrorMType {
				assert.Equal(t, message.CodeSlowDown, m.Error.Code)
				assert.Positive(t, m.Error.RetryAfter)
				break
			}
		}
		return n
	}
	assert.GreaterOrEqual(t, done("ann@example.com", "198.51.100.9"), 4)
	assert.Less(t, done("ben@example.com", "198.51.100.9"), 4, "what Ann has left")
	assert.GreaterOrEqual(t, done("cem@example.com", "198.51.100.10"), 4)
}

// Who sends a picture while too many wait is told when to send it again.
func TestHostile20PicturesThatWait(t *testing.T) {
	s := open(t, limited, noUpstream)
	var told *message.Error
	require.ErrorAs(t, s.Server.Refusal(fmt.Errorf("take: %w", files.ErrBusy)), &told)
	assert.Equal(t, message.CodeSlowDown, told.Code)
	assert.Positive(t, told.RetryAfter)
}
