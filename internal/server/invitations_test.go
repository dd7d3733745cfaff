package server_test

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
	"gochatting/internal/message"
	"gochatting/internal/server"
	"gochatting/internal/store"
)

// comeIn is somebody new who follows an invitation's link, and types their email there.
func comeIn(s *site, t *testing.T, link, email string) *chattest.Person {
	p := chattest.Visitor(t, s.URL)
	secret, ours := strings.CutPrefix(link, s.URL+"/i/")
	require.True(t, ours, link)
	response, _ := fetch(p, "/i/"+secret)
	require.Equal(t, http.StatusOK, response.StatusCode)
	status, _ := p.Submit("/join", url.Values{"email": {email}, "invite": {secret}})
	require.Equal(t, http.StatusSeeOther, status)
	require.Equal(t, http.StatusOK, p.Get("/api/v1/me", &p.Me))
	return p
}

type invitations struct {
	Invitations []struct {
		ID   string
		Used int
	}
}

func TestInvitationsAreMadeListedAndRevoked(t *testing.T) {
	s := open(t, server.Config{Join: store.JoinInvite}, noUpstream)
	ann := chattest.Join(t, s.URL, "ann@example.com") // who is the first
	attic := ann.MakeRoom(message.PrivateRoom, "Attic")
	status, _ := chattest.Visitor(t, s.URL).Submit("/join", url.Values{"email": {"ben@example.com"}})
	require.Equal(t, http.StatusForbidden, status)

	made := ann.Invite(attic.ID, message.RoleMember, 2)
	require.NotEmpty(t, made.QR)
	for range 3 {
		response, page := fetch(chattest.Visitor(t, s.URL), strings.TrimPrefix(made.Link, s.URL))
		require.Equal(t, http.StatusOK, response.StatusCode)
		assert.Contains(t, page, "Attic")
	}
	a := ann.OpenAt(attic.ID)
	ben := comeIn(s, t, made.Link, "ben@example.com")
	require.Equal(t, http.StatusOK, ben.Get("/api/v1/rooms/"+attic.ID, nil))
	b := ben.OpenAt(attic.ID)
	b.SayIn(attic.ID, "thank you")
	assert.Equal(t, "thank you", a.Hear().Content)

	var known invitations
	require.Equal(t, http.StatusOK, ann.Get("/api/v1/invitations", &known))
	require.Len(t, known.Invitations, 1)
	assert.Equal(t, 1, known.Invitations[0].Used, "looking at it uses nothing up")
	var raw json.RawMessage
	require.Equal(t, http.StatusOK, ann.Get("/api/v1/invitations", &raw))
	assert.NotContains(t, string(raw), made.Link[len(made.Link)-8:], "its secret was shown once")

	require.Equal(t, http.StatusOK, ben.Get("/api/v1/invitations", &known))
	assert.Empty(t, known.Invitations, "they are Ann's")
	require.Equal(t, http.StatusNotFound, ben.Delete("/api/v1/invitations/"+made.Invitation.ID, nil))
	require.Equal(t, http.StatusOK, ann.Delete("/api/v1/invitations/"+made.Invitation.ID, nil))
	response, _ := fetch(chattest.Visitor(t, s.URL), strings.TrimPrefix(made.Link, s.URL))
	assert.Equal(t, http.StatusGone, response.StatusCode)
	status, _ = chattest.Visitor(t, s.URL).Submit("/join", url.Values{"email": {"cleo@example.com"}, "invite": {made.Link[strings.LastIndex(made.Link, "/")+1:]}})
	assert.Equal(t, http.StatusGone, status)

	for _, body := range []string{`{"Hours":0}`, `{"Hours":721}`, `{"Hours":1,"Role":"owner"}`, `{"Hours":1,"Uses":-1}`} {
		body = fmt.Sprintf(`{"Room":%q,%s`, attic.ID, body[1:])
		assert.Equal(t, http.StatusBadRequest, ann.Post("/api/v1/invitations", body, nil), body)
	}
}

// A reader hears a room live, and has nothing else of this server: on every route there is.
func TestAReaderReadsAndNothingElse(t *testing.T) {
	s := open(t, unlimited, noUpstream)
	ann := chattest.Join(t, s.URL, "ann@example.com")
	ben := chattest.Join(t, s.URL, "ben@example.com")
	k := keepSecret(ann, ann.MakeRoom(message.PrivateRoom, "Attic"))
	market := ben.MakeRoom(message.OpenRoom, "Market")
	eve := comeIn(s, t, ann.Invite(k.room.ID, message.RoleReader, 1).Link, "eve@example.com")
	require.Equal(t, message.RoleReader, eve.Me.Role)

	socket := eve.OpenAt(k.room.ID)
	require.Len(t, socket.Welcome.Rooms, 1)
	ann.SayIn(message.Lobby, "not for readers")
	ann.SayIn(k.room.ID, "for readers, too")
	assert.Equal(t, "for readers, too", socket.Hear().Content)
	before := k.state(ann)

	may := map[string]bool{"PUT /api/v1/rooms/{room}/read": true, "PUT /api/v1/rooms/{room}/involvement": true}
	for _, pattern := range s.Server.Patterns() {
		method, path, body, queries := k.request(pattern, ben.Me.ID)
		if !strings.Contains(pattern, "{") && !strings.HasPrefix(pattern, "POST /api/v1/rooms") && !strings.HasPrefix(pattern, "POST /api/v1/files") &&
			!strings.HasPrefix(pattern, "POST /api/v1/invitations") {
			continue // their own affairs
		}
		for _, query := range queries {
			status := ask(eve, method, path+query, body, new(json.RawMessage))
			switch {
			case method == http.MethodGet && strings.Contains(pattern, "{room}"), may[pattern]:
				assert.Equal(t, http.StatusOK, status, "%s %s%s", method, path, query)
			default:
				assert.Contains(t, []int{http.StatusForbidden, http.StatusNotFound}, status, "%s %s%s", method, path, query)
			}
		}
	}
	for _, room := range []string{message.Lobby, market.ID} {
		assert.Equal(t, http.StatusNotFound, eve.Get("/api/v1/rooms/"+room, nil))
		assert.Equal(t, http.StatusNotFound, eve.Put("/api/v1/rooms/"+room+"/members/me", "", nil))
	}
	for _, path := range []string{"/api/v1/rooms?browse=1", "/api/v1/users?q=ben", "/api/v1/users?ids=" + ben.Me.ID, "/api/v1/search?q=readers"} {
		var answer json.RawMessage
		require.Equal(t, http.StatusOK, eve.Get(path, &answer))
		for _, hidden := range []string{market.ID, ben.Me.ID, "not for readers"} {
			assert.NotContains(t, string(answer), hidden, path)
		}
	}
	for _, m := range []message.Message{
		{MType: message.TextMType, Room: k.room.ID, TextMessage: &message.TextMessage{Content: "mine now"}},
		{MType: message.TypingMType, Room: k.room.ID},
	} {
		socket.SendMessage(m)
		assert.Equal(t, message.CodeForbidden, socket.Next(message.ErrorMType).Error.Code)
	}
	assert.Equal(t, before, k.state(ann))

	// Who rises is let into the lobby, at once.
	ann.MakeRole(eve, "member")
	for m := socket.Next(message.RoomMType); m.Room != message.Lobby; m = socket.Next(message.RoomMType) {
	}
	ann.SayIn(message.Lobby, "welcome")
	assert.Equal(t, "welcome", socket.Hear().Content)
}
