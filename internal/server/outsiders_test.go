package server_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gochatting/internal/chattest"
	"gochatting/internal/message"
)

// A secret is a room with everything in it that there can be.
type secret struct {
	room    message.Room
	said    *message.TextMessage
	file    message.File
	waiting message.File // uploaded, and not in any message yet
}

const secretWord = "xylophone"

func keepSecret(ann *chattest.Person, room message.Room) secret {
	k := secret{room: room, file: send(ann, secretWord+".jpg", photo(ann.T, 20, 10)), waiting: send(ann, "other.txt", "x")}
	at := "/api/v1/rooms/" + room.ID + "/messages"
	var m message.Message
	body := fmt.Sprintf(`{"TextMessage":{"Content":"*%s*","Files":[{"ID":%q}]}}`, secretWord, k.file.ID)
	require.Equal(ann.T, http.StatusCreated, ann.Post(at, body, &m))
	at = fmt.Sprintf("%s/%d", at, m.TextMessage.ID)
	require.Equal(ann.T, http.StatusOK, ann.Put(at+"/pin", "", nil))
	require.Equal(ann.T, http.StatusOK, ann.Put(at+"/reactions/🎉", "", nil))
	k.said = m.TextMessage
	return k
}

// request fills a pattern with ids that exist; queries are the ways to ask that it has.
func (k secret) request(pattern, user string) (method, path, body string, queries []string) {
	method, path, _ = strings.Cut(pattern, " ")
	path = strings.NewReplacer("{room}", k.room.ID, "{user}", user, "{emoji}", "🎉").Replace(path)
	if strings.Contains(path, "/files/") {
		path = strings.Replace(path, "{id}", k.waiting.ID, 1)
	}
	path = strings.Replace(path, "{id}", fmt.Sprint(k.said.ID), 1)
	body = map[string]string{
		"PATCH /api/v1/rooms/{room}":               `{"Topic":"mine now"}`,
		"PUT /api/v1/rooms/{room}/involvement":     `{"Involvement":"none"}`,
		"PUT /api/v1/rooms/{room}/read":            `{"ID":0}`,
		"POST /api/v1/rooms/{room}/messages":       `{"TextMessage":{"Content":"mine now"}}`,
		"PATCH /api/v1/rooms/{room}/messages/{id}": `{"Content":"mine now"}`,
		"POST /api/v1/rooms":                       `{"Kind":"open","Name":"Mine"}`,
		"POST /api/v1/invitations":                 fmt.Sprintf(`{"Room":%q,"Hours":1}`, k.room.ID),
		"PATCH /api/v1/users/{user}":               `{"Role":"reader"}`,
		"PUT /api/v1/users/{user}/mute":            `{"Minutes":1}`,
		"PUT /api/v1/users/{user}/ban":             `{"Hours":1}`,
	}[pattern]
	queries = map[string][]string{
		"GET /api/v1/rooms": {"", "?browse=1", "?browse=1&q=" + k.room.Name},
		"GET /api/v1/rooms/{room}/messages": {"", "?before=1000000", "?after=0", "?around=1", "?since=0", "?since=1000000",
			fmt.Sprintf("?ids=%d", k.said.ID)},
		"GET /api/v1/search":        {"?q=" + secretWord, "?q=in:" + k.room.ID + "+" + secretWord, "?q=has:file"},
		"GET /api/v1/users":         {"?q=a", "?room=" + k.room.ID},
		"POST /api/v1/files":        {"?name=x"},
		"DELETE /api/v1/me/devices": {"?others=1"}, // or she were out
	}[pattern]
	if queries == nil {
		queries = []string{""}
	}
	return method, path, body, queries
}

// state is all that a member can see of the room.
func (k secret) state(p *chattest.Person) (all []string) {
	for _, path := range []string{"", "/members", "/messages?after=0", "/messages?since=0", "/pins"} {
		var answer json.RawMessage
		require.Equal(p.T, http.StatusOK, p.Get("/api/v1/rooms/"+k.room.ID+path, &answer))
		all = append(all, string(answer))
	}
	return all
}

// Whoever is not in a room gets 404 for everything in it, on every route there is, and nothing comes
// of it. Whoever is not signed in gets 401.
func TestHostile19OutsidersOnAllRoutes(t *testing.T) {
	s := open(t, unlimited, noUpstream)
	ann := chattest.Join(t, s.URL, "ann@example.com")
	cleo := chattest.Join(t, s.URL, "cleo@example.com")
	eve := chattest.Join(t, s.URL, "eve@example.com")
	nobody := chattest.Visitor(t, s.URL)
	outside := eve.Open()
	for _, room := range []message.Room{ann.MakeRoom(message.PrivateRoom, "Attic", cleo), ann.Direct(cleo)} {
		k := keepSecret(ann, room)
		before, inside := k.state(ann), cleo.Open()
		for _, pattern := range s.Server.Patterns() {
			for _, user := range []string{"me", cleo.Me.ID, eve.Me.ID} {
				method, path, body, queries := k.request(pattern, user)
				for _, query := range queries {
					var answer json.RawMessage
					assert.Equal(t, http.StatusUnauthorized, ask(nobody, method, path+query, body, &answer), "%s %s", method, path)
					k.tellsNothing(t, pattern, path, string(answer))

					status := ask(eve, method, path+query, body, &answer)
					switch {
					case strings.Contains(pattern, "/users/{user}") && !strings.HasPrefix(pattern, "GET"), strings.Contains(pattern, "{act}"):
						assert.Equal(t, http.StatusForbidden, status, "%s %s%s: %s", method, path, query, answer)
					case strings.Contains(pattern, "/api/v1/users/{user}"): // everybody is somebody
					case strings.Contains(pattern, "{"), strings.Contains(query, "room="), strings.Contains(body, k.room.ID):
						assert.Equal(t, http.StatusNotFound, status, "%s %s%s: %s", method, path, query, answer)
					}
					k.tellsNothing(t, pattern, path+query, string(answer))
				}
			}
		}
		for _, path := range []string{"/rooms/" + k.room.ID, k.file.URL, k.file.Preview} {
			response, answer := fetch(eve, path)
			assert.Equal(t, http.StatusNotFound, response.StatusCode, path)
			k.tellsNothing(t, path, path, answer)
			response, answer = fetch(nobody, path)
			assert.NotEqual(t, http.StatusOK, response.StatusCode, path)
			k.tellsNothing(t, path, path, answer)
		}
		for _, m := range []message.Message{
			{MType: message.TextMType, Room: k.room.ID, TextMessage: &message.TextMessage{Content: "mine now"}},
			{MType: message.TypingMType, Room: k.room.ID},
			{MType: message.StatusMType, Room: k.room.ID},
			{MType: message.ReadMType, Room: k.room.ID, Read: &message.Read{}},
		} {
			m.Ref = "of-eve"
			outside.SendMessage(m)
			told := outside.Next(message.ErrorMType)
			assert.Equal(t, message.CodeNotFound, told.Error.Code)
			assert.Equal(t, "of-eve", told.Ref)
		}
		peep := eve.OpenAt(k.room.ID)
		assert.Len(t, peep.Welcome.Rooms, 2, "the lobby, and the one that she has made on her way")

		assert.Equal(t, before, k.state(ann), "nothing has changed")
		ann.SayIn(k.room.ID, secretWord)
		assert.Equal(t, secretWord, inside.Hear().Content, "nor been told")
		ann.SayIn(message.Lobby, "mark")
		for _, socket := range []*chattest.Socket{outside, peep} {
			for m := socket.Read(); m.TextMessage == nil || m.TextMessage.Content != "mark"; m = socket.Read() {
				assert.NotEqual(t, k.room.ID, m.Room)
			}
		}
		require.Equal(t, http.StatusOK, eve.Patch("/api/v1/rooms/"+peep.Welcome.Rooms[1].ID, `{"Archived":true}`, nil))
		eve.LeaveRoom(peep.Welcome.Rooms[1].ID)
	}
}

// tellsNothing sees that an answer has nothing of the room in it, but what was asked with.
func (k secret) tellsNothing(t *testing.T, pattern, path, answer string) {
	t.Helper()
	assert.NotContains(t, answer, k.file.ID, "%s %s", pattern, path)
	for _, own := range []string{secretWord, k.room.ID} {
		if !strings.Contains(path, own) {
			assert.NotContains(t, answer, own, "%s %s", pattern, path)
		}
	}
	assert.NotContains(t, answer, `"TextMessage"`, "%s %s", pattern, path)
}

// An open room may be read by everybody, so that its link can be sent; the rest is for its members.
func TestHostile19OpenRoomsMayBeReadAndNothingElse(t *testing.T) {
	s := open(t, unlimited, noUpstream)
	ann := chattest.Join(t, s.URL, "ann@example.com")
	eve := chattest.Join(t, s.URL, "eve@example.com")
	k := keepSecret(ann, ann.MakeRoom(message.OpenRoom, "Market"))
	before := k.state(ann)
	for _, pattern := range s.Server.Patterns() {
		if !strings.Contains(pattern, "{room}") || pattern == "PUT /api/v1/rooms/{room}/members/{user}" {
			continue
		}
		method, path, body, queries := k.request(pattern, "me")
		for _, query := range queries {
			status := ask(eve, method, path+query, body, nil)
			switch {
			case method == http.MethodGet, strings.Contains(pattern, "/members/"): // to leave where one is not is done
				assert.Equal(t, http.StatusOK, status, "%s %s%s", method, path, query)
			default:
				assert.Equal(t, http.StatusNotFound, status, "%s %s%s", method, path, query)
			}
		}
	}
	assert.Equal(t, http.StatusForbidden, eve.Put("/api/v1/rooms/"+k.room.ID+"/members/"+ann.Me.ID, "", nil))
	assert.Equal(t, before, k.state(ann))
	response, page := fetch(eve, "/rooms/"+k.room.ID)
	assert.Equal(t, http.StatusOK, response.StatusCode)
	assert.Contains(t, page, secretWord)

	socket := eve.OpenAt(k.room.ID)
	ann.SayIn(k.room.ID, "not for visitors")
	eve.JoinRoom(k.room.ID)
	assert.Equal(t, k.room.ID, socket.Next(message.RoomMType).Room)
	ann.SayIn(k.room.ID, "welcome")
	assert.Equal(t, "welcome", socket.Hear().Content, "a visitor's socket hears nothing")
}
