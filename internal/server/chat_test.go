package server_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gochatting/internal/chattest"
	"gochatting/internal/message"
	"gochatting/internal/server"
	"gochatting/internal/store"
)

func count(n int) func(message.UserStatus) bool {
	return func(s message.UserStatus) bool { return s.Online == n }
}

func TestCurrentDialect(t *testing.T) {
	s := open(t, limited, noUpstream)
	ann := chattest.Join(t, s.URL, "ann@example.com")
	ben := chattest.Join(t, s.URL, "ben@example.com")
	a := ann.Open()
	assert.Equal(t, "ann@example.com", a.Welcome.You.Email, "one's own address")
	assert.Equal(t, message.Limits{MessageBytes: 8192, FrameBytes: 65536, PerSecond: 5, Burst: 20, FileBytes: 1 << 20, Files: 10}, a.Welcome.Limits)
	assert.Equal(t, []message.Room{{ID: "lobby", Name: "Lobby", Kind: "open", Membership: &message.Membership{Involvement: "all"}}}, a.Welcome.Rooms)
	b := ben.Open()
	a.Await(count(2))

	ref := a.Say("你好 👋 <script>alert(1)</script>")
	for _, socket := range []*chattest.Socket{a, b} {
		m := socket.Next(message.TextMType)
		assert.Equal(t, "lobby", m.Room)
		assert.Equal(t, "你好 👋 <script>alert(1)</script>", m.TextMessage.Content, "as it was typed")
		assert.Equal(t, int64(1), m.TextMessage.ID)
		assert.Equal(t, int64(1), m.TextMessage.Rev)
		assert.Equal(t, ann.Me.ID, m.TextMessage.UserInfo.ID)
		assert.Equal(t, "ann", m.TextMessage.UserInfo.Name)
		assert.Empty(t, m.TextMessage.UserInfo.Email)
		assert.NotZero(t, m.TextMessage.At)
		assert.NotEmpty(t, m.TextMessage.Time)
		assert.Equal(t, ref, m.Ref)
	}

	a.SayAs(ref, "something else under the same Ref")
	again := a.Next(message.TextMType)
	assert.Equal(t, int64(1), again.TextMessage.ID)
	assert.Equal(t, ref, again.Ref)
	assert.Len(t, ann.History("lobby"), 1)

	b.SayAs(ref, "another's Ref is another")
	assert.Equal(t, int64(2), a.Hear().ID)
}

func TestAnybodySpeaksOnlyAsThemselves(t *testing.T) {
	s := open(t, limited, noUpstream)
	ann := chattest.Join(t, s.URL, "ann@example.com")
	ben := chattest.Join(t, s.URL, "ben@example.com")
	b := ben.Open()
	b.Send(`{"MType":"text_mtype","Room":"lobby","TextMessage":{"ID":99,"Content":"I am Ann","UserInfo":{"ID":"` + ann.Me.ID + `","Name":"ann"}}}`)
	said := b.Hear()
	assert.Equal(t, ben.Me.ID, said.UserInfo.ID)
	assert.Equal(t, int64(1), said.ID)

	// A session of one is not one of the other.
	_, response, err := (&chattest.Person{T: t, Base: s.URL, HTTP: ben.HTTP, Me: ann.Me}).Dial(http.Header{"Origin": {s.URL}}, "gochatting.v1")
	require.Error(t, err)
	assert.Equal(t, http.StatusUnauthorized, response.StatusCode)
}

func TestHostile18BadMessagesAreExplainedAndTheConnectionLives(t *testing.T) {
	s := open(t, unlimited, noUpstream)
	a := chattest.Join(t, s.URL, "ann@example.com").Open()
	for _, c := range []struct{ send, code, names string }{
		{`{"MType":"text_mtype","Ref":"r","Room":"lobby","TextMessage":{"Content":{"a":1}}}`, message.CodeInvalid, "TextMessage.Content"},
		{`{"MType":"text_mtype","Ref":"r","Room":"lobby","Colour":"red"}`, message.CodeInvalid, "Colour"},
		{`{"MType":"text_mtype","Ref":"r","Room":"lobby","Room":"lobby"}`, message.CodeInvalid, "Room"},
		{`{"MType":"text_mtype","Ref":"r","Room":"attic","TextMessage":{"Content":"hi"}}`, message.CodeNotFound, "room"},
		{`{"MType":"text_mtype","Ref":"r","Room":"lobby","TextMessage":{"Content":"` + strings.Repeat("x", 8193) + `"}}`, message.CodeTooLong, "8192"},
		{`{"MType":"text_mtype","Ref":"r","Room":"lobby","TextMessage":{"Content":"  "}}`, message.CodeEmpty, ""},
		{`{"MType":"text_mtype","Ref":"r","Room":"lobby","TextMessage":{"Content":"a\u0000"}}`, message.CodeInvalid, ""},
		{`{"MType":"dance_mtype","Ref":"r"}`, message.CodeInvalid, ""},
	} {
		a.Send(c.send)
		m := a.Next(message.ErrorMType)
		assert.Equal(t, "r", m.Ref, c.send)
		assert.Equal(t, c.code, m.Error.Code, c.send)
		assert.Contains(t, m.Error.Text, c.names)
	}
	a.Say("still here")
	assert.Equal(t, "still here", a.Hear().Content)
}

func TestFramesThatAreTooMuch(t *testing.T) {
	s := open(t, unlimited, noUpstream)
	ann := chattest.Join(t, s.URL, "ann@example.com")
	a := ann.Open()
	a.Send(strings.Repeat("x", 64<<10+1))
	code, _ := a.CloseCode()
	assert.Equal(t, 1009, code)

	a = ann.Open()
	require.NoError(t, a.WS.WriteMessage(websocket.BinaryMessage, []byte("x")))
	code, _ = a.CloseCode()
	assert.Equal(t, 1003, code)
}

func TestFirstDialect(t *testing.T) {
	t.Parallel()
	s := open(t, limited, noUpstream)
	old := chattest.First(t, s.URL, "old@example.com")
	m := old.Read()
	require.Equal(t, message.StatusMType, m.MType, "the first frame says who is here")
	require.Len(t, m.UserStatus.Users, 1)
	assert.Equal(t, "old", m.UserStatus.Users[0].Name)
	assert.Empty(t, m.UserStatus.Users[0].Email)
	assert.True(t, strings.HasPrefix(m.UserStatus.Users[0].Gravatar, "/avatar/"))

	twin := chattest.First(t, s.URL, " Old@Example.com")
	require.Len(t, twin.Read().UserStatus.Users, 1, "two sockets with one email are one entry")

	ann := chattest.Join(t, s.URL, "ann@example.com").Open()
	old.Await(func(s message.UserStatus) bool { return len(s.Users) == 2 })
	ann.Say("<img src=x onerror=alert(1)>")
	assert.Equal(t, "&lt;img src=x onerror=alert(1)&gt;", old.Hear().Content, "its page puts this into HTML")
	old.Send("你好, raw text")
	said := ann.Hear()
	for said.Content != "你好, raw text" {
		said = ann.Hear()
	}
	assert.Equal(t, "old", said.UserInfo.Name)

	old.Leave()
	twin.Leave()
	left := ann.Await(func(s message.UserStatus) bool { return len(s.Left) == 1 })
	assert.Equal(t, "old", left.Left[0].Name)
}

func TestFirstDialectHoldsNothing(t *testing.T) {
	s := open(t, limited, noUpstream)
	chattest.Join(t, s.URL, "olga@example.com") // the owner does not let go
	old := chattest.First(t, s.URL, "ann@example.com")
	old.Read()
	ann := chattest.Join(t, s.URL, "ann@example.com")
	code, reason := old.CloseCode()
	assert.Equal(t, 1008, code, "a browser takes the address over")
	assert.Equal(t, "signed out", reason)

	_, response, err := chattest.TryFirst(t, s.URL, "ann@example.com", nil)
	require.Error(t, err, "which is hers now")
	assert.Equal(t, http.StatusUnauthorized, response.StatusCode)

	// Her own browser may use the old page.
	first, _, err := ann.DialFirst("ann@example.com", http.Header{"Origin": {s.URL}})
	require.NoError(t, err)
	her := public(ann.Me)
	her.Gravatar += "?s=20" // as that page asks for it
	assert.Contains(t, first.Read().UserStatus.Users, her)

	for _, email := range []string{"", "nobody", "a@[127.0.0.1]"} {
		_, response, err := chattest.TryFirst(t, s.URL, email, nil)
		require.Error(t, err)
		assert.Equal(t, http.StatusBadRequest, response.StatusCode)
	}
}

func TestHostile01ForeignOrigin(t *testing.T) {
	s := open(t, limited, noUpstream)
	ann := chattest.Join(t, s.URL, "ann@example.com")
	for _, subprotocols := range [][]string{{"gochatting.v1"}, nil} {
		_, response, err := ann.Dial(http.Header{"Origin": {"https://evil.example"}}, subprotocols...)
		require.Error(t, err)
		assert.Equal(t, http.StatusForbidden, response.StatusCode)
	}
	_, response, err := chattest.TryFirst(t, s.URL, "cleo@example.com", http.Header{"Origin": {"https://evil.example"}})
	require.Error(t, err, "nor with the first dialect, without any cookie")
	assert.Equal(t, http.StatusForbidden, response.StatusCode)
}

func TestHostile02MissingOrigin(t *testing.T) {
	s := open(t, limited, noUpstream)
	ann := chattest.Join(t, s.URL, "ann@example.com")
	for _, origin := range []http.Header{nil, {"Origin": {"null"}}, {"Origin": {"/chat"}}} {
		_, response, err := ann.Dial(origin, "gochatting.v1")
		require.Error(t, err, "a browser's session")
		assert.Equal(t, http.StatusForbidden, response.StatusCode)
	}
	at, err := url.Parse(s.URL)
	require.NoError(t, err)
	token := ann.HTTP.Jar.Cookies(at)[0].Value
	program := chattest.Visitor(t, s.URL)
	_, _, err = program.Dial(http.Header{"Authorization": {"Bearer " + token}}, "gochatting.v1")
	require.NoError(t, err, "a program with a token has no Origin")
}

func TestHostile03NoSession(t *testing.T) {
	s := open(t, limited, noUpstream)
	_, response, err := chattest.Visitor(t, s.URL).Dial(http.Header{"Origin": {s.URL}}, "gochatting.v1")
	require.Error(t, err)
	assert.Equal(t, http.StatusUnauthorized, response.StatusCode)

	ann := chattest.Join(t, s.URL, "ann@example.com")
	a := ann.Open()
	before := *ann.HTTP.Jar.Cookies(must(url.Parse(s.URL)))[0]
	status, _ := ann.Submit("/leave?as="+ann.Me.ID, nil)
	require.Equal(t, http.StatusSeeOther, status)
	code, reason := a.CloseCode()
	assert.Equal(t, 1008, code, "signing out closes live sockets")
	assert.Equal(t, "signed out", reason)

	_, response, err = ann.Dial(http.Header{"Origin": {s.URL}, "Cookie": {before.String()}}, "gochatting.v1")
	require.Error(t, err, "a revoked session")
	assert.Equal(t, http.StatusUnauthorized, response.StatusCode)
}

// Who leaves lets the address go, at once also for the first dialect.
func TestAddressIsFreeAfterLeaving(t *testing.T) {
	s := open(t, limited, noUpstream)
	chattest.Join(t, s.URL, "owner@example.com") // whose address would stay theirs
	old := chattest.First(t, s.URL, "ann@example.com")
	old.Read()
	ann := chattest.Join(t, s.URL, "ann@example.com")
	old.CloseCode()
	ann.Submit("/leave?as="+ann.Me.ID, nil)
	again := chattest.First(t, s.URL, "ann@example.com")
	again.Await(func(s message.UserStatus) bool { return len(s.Users) > 0 })
	again.Send("I am somebody else")
	said := again.Hear()
	assert.NotEqual(t, ann.Me.ID, said.UserInfo.ID)
}

func TestLeavingWithATokenEndsTheSession(t *testing.T) {
	s := open(t, limited, noUpstream)
	ann := chattest.Join(t, s.URL, "ann@example.com")
	a := ann.Open()
	header := http.Header{"Authorization": {"Bearer " + ann.HTTP.Jar.Cookies(must(url.Parse(s.URL)))[0].Value}}
	ask := func(method, path string) int {
		r := must(http.NewRequest(method, s.URL+path, nil))
		r.Header = header
		response, err := http.DefaultTransport.RoundTrip(r)
		require.NoError(t, err)
		response.Body.Close()
		return response.StatusCode
	}
	assert.Equal(t, http.StatusOK, ask("GET", "/api/v1/me"))
	assert.Equal(t, http.StatusSeeOther, ask("POST", "/leave"))
	assert.Equal(t, http.StatusUnauthorized, ask("GET", "/api/v1/me"))
	code, _ := a.CloseCode()
	assert.Equal(t, 1008, code)
}

// What is no handshake makes nobody and takes nothing from the visitor's allowance; nor does
// coming back.
// manyTabs are the usual limits, but for the sockets of one user: the server sees a moment late that one
// has gone.
func manyTabs() server.Config {
	cfg := server.Config{Limits: true, Rates: server.UsualRates()}
	cfg.Rates.Sockets = 1000
	return cfg
}

func TestGuestsCostTheirPeerOncePerAddress(t *testing.T) {
	s := open(t, manyTabs(), noUpstream)
	for range 150 {
		response, err := http.Get(s.URL + "/chat?email=img@example.com")
		require.NoError(t, err)
		response.Body.Close()
		require.Equal(t, http.StatusUpgradeRequired, response.StatusCode)
	}
	_, err := s.Store.UserByEmail(t.Context(), "img@example.com")
	require.ErrorIs(t, err, store.ErrNotFound)
	for range 150 {
		chattest.First(t, s.URL, "old@example.com").Leave()
	}
	chattest.Join(t, s.URL, "ann@example.com")
}

func TestNoEmailIsNoSession(t *testing.T) {
	s := open(t, limited, noUpstream)
	_, response, err := chattest.Visitor(t, s.URL).Dial(nil)
	require.Error(t, err)
	assert.Equal(t, http.StatusUnauthorized, response.StatusCode)
}

func public(u message.User) message.User {
	u.Email = ""
	return u
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func TestUnknownSubprotocolIsRefused(t *testing.T) {
	s := open(t, limited, noUpstream)
	ann := chattest.Join(t, s.URL, "ann@example.com")
	_, response, err := ann.Dial(http.Header{"Origin": {s.URL}}, "chat.v9")
	require.Error(t, err)
	assert.Equal(t, http.StatusBadRequest, response.StatusCode)
	socket, _, err := ann.Dial(http.Header{"Origin": {s.URL}}, "chat.v9", "gochatting.v1")
	require.NoError(t, err)
	assert.Equal(t, "gochatting.v1", socket.WS.Subprotocol())
}

func TestHostile23TwoTabsOneLeaves(t *testing.T) {
	t.Parallel()
	s := open(t, limited, noUpstream)
	ann := chattest.Join(t, s.URL, "ann@example.com")
	b := chattest.Join(t, s.URL, "ben@example.com").Open()
	cleo := chattest.Join(t, s.URL, "cleo@example.com")
	one, two, c := ann.Open(), ann.Open(), cleo.Open()
	b.Await(count(3))
	one.Leave()
	c.Leave() // whose leaving is told when Ann's would be
	gone := b.Await(func(s message.UserStatus) bool { return len(s.Left) > 0 })
	assert.Equal(t, []message.User{public(cleo.Me)}, gone.Left)
	assert.Equal(t, 2, gone.Online)
	two.Say("I am still here")
	b.Hear()
	b.Say("so I see")
	two.Hear()
	two.Leave()
	left := b.Await(func(s message.UserStatus) bool { return len(s.Left) > 0 })
	assert.Equal(t, ann.Me.ID, left.Left[0].ID)
	assert.Equal(t, 1, left.Online)
}

func TestHostile20SocketsOfOnePeer(t *testing.T) {
	t.Parallel()
	s := open(t, manyTabs(), noUpstream)
	ann := chattest.Join(t, s.URL, "ann@example.com")
	var sockets []*chattest.Socket
	for range 500 {
		sockets = append(sockets, ann.Open())
	}
	_, response, err := ann.Dial(http.Header{"Origin": {s.URL}}, "gochatting.v1")
	require.Error(t, err)
	assert.Equal(t, http.StatusTooManyRequests, response.StatusCode)
	assert.NotEmpty(t, response.Header.Get("Retry-After"))
	for _, socket := range sockets {
		socket.Leave()
	}
	for { // a place becomes free when the server has seen one go
		if socket, _, err := ann.Dial(http.Header{"Origin": {s.URL}}, "gochatting.v1"); err == nil {
			assert.Equal(t, message.WelcomeMType, socket.Read().MType)
			break
		}
	}
}

func TestHostile09AFloodIsClosed(t *testing.T) {
	t.Parallel()
	s := open(t, limited, noUpstream)
	ann := chattest.Join(t, s.URL, "ann@example.com")
	b := chattest.Join(t, s.URL, "ben@example.com").Open()
	a := ann.Open()
	go func() {
		for a.TrySay("", "flood") == nil {
		}
	}()
	told := a.Next(message.ErrorMType)
	assert.Equal(t, message.CodeSlowDown, told.Error.Code)
	assert.Positive(t, told.Error.RetryAfter)
	code, _ := a.CloseCode()
	assert.Equal(t, 1008, code)
	b.Say("and I may speak")
	for b.Hear().Content != "and I may speak" {
	}

	pinger := ann.Open()
	go func() {
		for pinger.WS.WriteMessage(websocket.PingMessage, nil) == nil {
		}
	}()
	code, _ = pinger.CloseCode()
	assert.Equal(t, 1008, code, "a flood of pings")
}

// However JSON writes it, a text within the limit fits into a frame.
func TestLongestMessageFits(t *testing.T) {
	s := open(t, server.Config{MessageBytes: 32 << 10}, noUpstream)
	a := chattest.Join(t, s.URL, "ann@example.com").Open()
	content := "x" + strings.Repeat("\x01", 32<<10-1)
	a.Say(content)
	assert.Equal(t, content, a.Hear().Content)
}
