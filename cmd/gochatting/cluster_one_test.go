package main

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gochatting/internal/chattest"
	"gochatting/internal/message"
)

// Ann, Ben and Cem are each at another node and notice nothing of it.
func TestThreeNodesAreOneServer(t *testing.T) {
	f := startFleet(t, 3)
	ann := chattest.Join(t, f.base(0), "ann@example.com") // the first one is the owner
	ben := chattest.Join(t, f.base(1), "ben@example.com")
	cem := chattest.Join(t, f.base(2), "cem@example.com")
	anns, bens, cems := ann.Open(), ben.Open(), cem.Open()
	annElsewhere := f.at(2, ann)
	anns2 := annElsewhere.Open()
	everyone := []*chattest.Socket{anns, bens, cems, anns2}

	t.Run("they see each other", func(t *testing.T) {
		for _, s := range everyone {
			awaitHere(s, ann, ben, cem)
		}
	})
	t.Run("what one says all hear, and find, and can read everywhere at once", func(t *testing.T) {
		for i, s := range []*chattest.Socket{anns, bens, cems} {
			said := fmt.Sprintf("xylophone %d", i)
			s.Say(said)
			var id int64
			for _, hears := range everyone {
				text := hears.Hear()
				require.Equal(t, said, text.Content)
				id = text.ID
			}
			for j := range f.nodes {
				var one message.Message
				require.Equal(t, http.StatusOK, f.at(j, ben).Get(fmt.Sprintf("/api/v1/rooms/lobby/messages/%d", id), &one))
				var found struct{ Hits []any }
				require.Equal(t, http.StatusOK, f.at(j, ben).Get("/api/v1/search?q=xylophone", &found))
				require.Len(t, found.Hits, i+1, "found by node %d", j)
			}
		}
	})
	t.Run("who types is seen, and what one has read is read on all devices", func(t *testing.T) {
		bens.Type(message.Lobby)
		assert.Equal(t, ben.Me.ID, anns.Next(message.TypingMType).Typing.ID)
		anns.MarkRead(message.Lobby, 2)
		assert.EqualValues(t, 2, anns2.Next(message.ReadMType).Read.ID)
	})
	t.Run("a file of one node is read at the others", func(t *testing.T) {
		content := strings.Repeat("from node 0\n", 50_000)
		var file message.File
		require.Equal(t, http.StatusCreated, ann.Post("/api/v1/files?name=a.txt", content, &file))
		var m message.Message
		require.Equal(t, http.StatusCreated, f.at(1, ann).Post("/api/v1/rooms/lobby/messages",
			fmt.Sprintf(`{"TextMessage":{"Content":"look","Files":[{"ID":%q}]}}`, file.ID), &m))
		for i := range f.nodes {
			require.Equal(t, content, download(t, f.at(i, cem), m.TextMessage.Files[0].URL), "at node %d", i)
		}
	})
	t.Run("rooms come and go at all nodes", func(t *testing.T) {
		var made message.Room
		require.Equal(t, http.StatusCreated, ann.Post("/api/v1/rooms", `{"Kind":"private","Name":"den"}`, &made))
		require.Equal(t, http.StatusOK, ann.Put("/api/v1/rooms/"+made.ID+"/members/"+ben.Me.ID, "", nil))
		for _, s := range []*chattest.Socket{bens, anns2} {
			awaitRoom(s, func(m message.Message) bool { return m.Room == made.ID && m.RoomInfo != nil })
		}
		bens.SayIn(made.ID, "in the den")
		require.Equal(t, "in the den", hearIn(anns2, made.ID).Content)
		require.Equal(t, http.StatusNotFound, cem.Get("/api/v1/rooms/"+made.ID, nil))
		require.Equal(t, http.StatusOK, annElsewhere.Delete("/api/v1/rooms/"+made.ID+"/members/"+ben.Me.ID, nil))
		awaitRoom(bens, func(m message.Message) bool { return m.Room == made.ID && m.RoomInfo == nil })
	})
	t.Run("who stands otherwise does so everywhere", func(t *testing.T) {
		ann.MakeRole(cem, message.RoleModerator)
		assert.Equal(t, message.RoleModerator, cems.Next(message.YouMType).You.Role)
	})
	t.Run("who signs out at one node is out at all", func(t *testing.T) {
		elsewhere := f.at(2, ben)
		bens2 := elsewhere.Open()
		status, _ := f.at(0, ben).Submit("/leave?as="+ben.Me.ID, nil)
		require.Equal(t, http.StatusSeeOther, status)
		for _, s := range []*chattest.Socket{bens, bens2} {
			code, reason := s.CloseCode()
			assert.Equal(t, websocket.ClosePolicyViolation, code)
			assert.Equal(t, "signed out", reason)
		}
	})
	t.Run("who is banned at one node is gone from all", func(t *testing.T) {
		ann.MakeRole(cem, message.RoleMember)
		cems.Next(message.YouMType)
		require.Equal(t, http.StatusOK, ann.Put("/api/v1/users/"+cem.Me.ID+"/ban", `{"Hours":1}`, nil))
		code, reason := cems.CloseCode()
		assert.Equal(t, websocket.ClosePolicyViolation, code)
		assert.Equal(t, "banned", reason)
		for i := range f.nodes {
			assert.Equal(t, http.StatusUnauthorized, f.at(i, cem).Get("/api/v1/me", nil))
		}
	})
	t.Run("who is gone has left", func(t *testing.T) {
		for _, s := range []*chattest.Socket{anns, anns2} {
			s.Await(func(u message.UserStatus) bool { return u.Online == 1 })
		}
	})
}

// awaitHere reads until just these people are in the lobby.
func awaitHere(s *chattest.Socket, people ...*chattest.Person) {
	here := make(map[string]bool)
	s.Await(func(u message.UserStatus) bool {
		for _, left := range u.Left {
			delete(here, left.ID)
		}
		for _, list := range [][]message.User{u.Users, u.Joined} {
			for _, who := range list {
				here[who.ID] = true
			}
		}
		for _, p := range people {
			if !here[p.Me.ID] {
				return false
			}
		}
		return len(here) == len(people)
	})
}

func awaitRoom(s *chattest.Socket, is func(message.Message) bool) {
	for !is(s.Next(message.RoomMType)) {
	}
}

func hearIn(s *chattest.Socket, room string) *message.TextMessage {
	for {
		if m := s.Next(message.TextMType); m.Room == room {
			return m.TextMessage
		}
	}
}

func download(t *testing.T, p *chattest.Person, path string) string {
	t.Helper()
	client := http.Client{Jar: p.HTTP.Jar, Transport: p.HTTP.Transport, Timeout: 10 * time.Second}
	response, err := client.Get(p.Base + path + "?as=" + p.Me.ID)
	require.NoError(t, err)
	defer response.Body.Close()
	require.Equal(t, http.StatusOK, response.StatusCode)
	content, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return string(content)
}
