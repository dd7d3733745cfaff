package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gochatting/internal/chattest"
	"gochatting/internal/mail/mailtest"
	"gochatting/internal/message"
)

// hostileNames are names that somebody chooses, and how they stand beside others: as text.
func hostileNames() map[string]string {
	return map[string]string{
		`<img src=x onerror=alert(1)>`:               `<img src=x onerror=alert(1)>`,
		`"><script>alert(1)</script>{{.}}${1}`:       `"><script>alert(1)</script>{{.}}${1}`,
		"photo\u202egnp.exe\u2066":                   "photognp.exe",
		"a\u200bd\u00admi\u2060n\ufeff":              "admin",
		" a\r\nSet-Cookie:\u2028b\x00 ":              "a Set-Cookie: b",
		strings.Repeat("<b>", 4000):                  strings.Repeat("<b>", 21) + "<",
		"ad" + strings.Repeat("\u200b", 9000) + "am": "adam",
	}
}

// Rooms are named by people: what cannot be seen or turns a line around is gone, and what is too long
// is cut, for the one who names it and for all who are told.
func TestHostile13NamesOfRooms(t *testing.T) {
	t.Parallel()
	server := start(t, t.TempDir(), "--limits", "off")
	eve, ben := chattest.Join(t, server.Base, "eve@example.com"), chattest.Join(t, server.Base, "ben@example.com")
	socket := ben.Open()
	for name, want := range hostileNames() {
		made := eve.MakeRoom(message.PrivateRoom, name, ben)
		assert.Equal(t, want, made.Name)
		assert.Equal(t, want, socket.Next(message.RoomMType).RoomInfo.Name)
		at := "/api/v1/rooms/" + made.ID
		longer := "again " + name[:min(len(name), 3000)]
		body, err := json.Marshal(map[string]string{"Name": longer, "Topic": longer})
		require.NoError(t, err)
		require.Equal(t, http.StatusOK, eve.Patch(at, string(body), nil))
		told := socket.Next(message.RoomMType).RoomInfo
		assert.LessOrEqual(t, len([]rune(told.Name)), 64)
		assert.LessOrEqual(t, len([]rune(told.Topic)), 250)
		assert.NotRegexp(t, `\p{Cc}|\p{Cf}`, told.Name+told.Topic)
		require.Equal(t, http.StatusOK, eve.Patch(at, `{"Archived":true}`, nil))
		assert.True(t, socket.Next(message.RoomMType).RoomInfo.Archived)
	}
	var f struct{ Error message.Error }
	for _, nothing := range []string{"", "\u200b\u202e", " \t", "\u2800"} {
		body, err := json.Marshal(map[string]string{"Kind": "open", "Name": nothing})
		require.NoError(t, err)
		assert.Equal(t, http.StatusBadRequest, eve.Post("/api/v1/rooms", string(body), &f), "%q", nothing)
	}
}

// What is no address is refused with a sentence: nobody comes in by it, nothing is mailed, and nobody
// else is meant by it.
func TestHostile22AddressesThatAreNone(t *testing.T) {
	t.Parallel()
	smtp := mailtest.New(t, mailtest.Options{Bare: true})
	mailing := startMailing(t, smtp, "--join", "verified", "--limits", "off")
	open := start(t, t.TempDir(), "--limits", "off")
	kate := chattest.Join(t, open.Base, "kate@example.com")
	for _, typed := range []string{
		"kate@example.com\r\nBcc: eve@example.org", "kate@example.com\n", "kate@example.com\x00", "Kate <kate@example.com>", "<kate@example.com>",
		`"kate"@example.com`, "kate@example.com (Kate)", "kate,eve@example.com", "kate@example.com,eve@example.org", "kate@[127.0.0.1]", "kate@127.0.0.1",
		"kate@[IPv6:::1]", "\u212aate@example.com", "\u212aATE@example.com", "kate@example\u3002com", "\u0131van@example.com", "kаte@example.com",
		strings.Repeat("k", 300) + "@example.com", "kate@" + strings.Repeat("a.", 130) + "com", "kate\u202e@example.com", "kate%0d%0a@example.com\r", "@", "",
	} {
		for _, server := range []*process{open, mailing} {
			eve := chattest.Visitor(t, server.Base)
			status, page := eve.Submit("/join", url.Values{"email": {typed}})
			assert.Equal(t, http.StatusUnprocessableEntity, status, "%q", typed)
			assert.Contains(t, page, "name@example.com", "a sentence that says how: %q", typed)
			at, err := url.Parse(server.Base)
			require.NoError(t, err)
			assert.Empty(t, eve.HTTP.Jar.Cookies(at), "%q", typed)
			_, _, err = chattest.TryFirst(t, server.Base, typed, nil)
			assert.Error(t, err, "nor in the first dialect: %q", typed)
		}
	}
	assert.Zero(t, smtp.Waiting(), "mails")

	// However the address is written, its holder is one, and nobody else.
	for _, same := range []string{"KATE@EXAMPLE.COM", " Kate@example.com\t"} {
		status, _ := chattest.Visitor(t, open.Base).Submit("/join", url.Values{"email": {same}})
		assert.Equal(t, http.StatusConflict, status, "%q is held", same)
		status, _ = kate.Submit("/join", url.Values{"email": {same}})
		require.Equal(t, http.StatusSeeOther, status)
		var me message.User
		require.Equal(t, http.StatusOK, kate.Get("/api/v1/me", &me))
		assert.Equal(t, kate.Me.ID, me.ID)
	}
}

// Eve says what makes Markdown slow or its HTML long. She gets an answer within the limits, and the
// others, who share her server, do not notice.
func TestHostile21MarkdownThatGrows(t *testing.T) {
	t.Parallel()
	server := start(t, t.TempDir(), "--limits", "off")
	ann := chattest.Join(t, server.Base, "ann@example.com").Open()
	eve := chattest.Join(t, server.Base, "eve@example.com")
	socket := eve.Open()
	const most = 8 << 10
	seeds := []string{
		"![](", "> ", "- ", "*a ", "[a](", "[*", "`", "``a`", "<a@", "| a |\n|-|\n", "a|b\n-|-\n\n", "http://a ", "*_", "***a_", "> - ", "```\n", "@a ", ":tada:",
	}
	for _, seed := range seeds {
		socket.Say(strings.Repeat(seed, most/len(seed)))
	}
	for range seeds {
		said := ann.Hear()
		assert.LessOrEqual(t, len(said.HTML), 6*most+4<<10, "%.10q", said.Content)
		assert.LessOrEqual(t, len(said.Content), most)
	}
	body, err := json.Marshal(message.Message{TextMessage: &message.TextMessage{Content: strings.Repeat("![](", 10<<10)}})
	require.NoError(t, err)
	var f struct{ Error message.Error }
	assert.Equal(t, http.StatusRequestEntityTooLarge, eve.Post("/api/v1/rooms/lobby/messages", string(body), &f))
	assert.Equal(t, message.CodeTooLong, f.Error.Code)
	ann.Say("still here")
	assert.Equal(t, "still here", ann.Hear().Content)
}

// Eve says that she comes from somewhere else each time. Only a proxy that is trusted is believed.
func TestHostile10ForgedForwarding(t *testing.T) {
	t.Parallel()
	knock := func(server *process, n int) (status int) {
		request, err := http.NewRequest(http.MethodPost, server.Base+"/join", strings.NewReader(url.Values{"email": {fmt.Sprintf("eve%d@example.com", n)}}.Encode()))
		require.NoError(t, err)
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		peer := fmt.Sprintf("198.51.100.%d", n)
		request.Header.Set("X-Forwarded-For", peer)
		request.Header.Set("Forwarded", "for="+peer)
		request.Header.Set("X-Real-IP", peer)
		response, err := http.DefaultTransport.RoundTrip(request)
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
		return response.StatusCode
	}
	untrusting := start(t, t.TempDir(), "--rate-joins", "5")
	trusting := start(t, t.TempDir(), "--rate-joins", "5", "--trusted-proxies", "127.0.0.1/32")
	elsewhere := start(t, t.TempDir(), "--rate-joins", "5", "--trusted-proxies", "192.0.2.0/24")
	for n := range 5 {
		assert.Equal(t, http.StatusSeeOther, knock(untrusting, n))
		assert.Equal(t, http.StatusSeeOther, knock(elsewhere, n))
	}
	assert.Equal(t, http.StatusTooManyRequests, knock(untrusting, 5))
	assert.Equal(t, http.StatusTooManyRequests, knock(elsewhere, 5))
	for n := range 20 {
		assert.Equal(t, http.StatusSeeOther, knock(trusting, n), "the proxy says where they are")
	}
}
