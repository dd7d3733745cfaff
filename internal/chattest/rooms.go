package chattest

import (
	"encoding/json"
	"net/http"

	"github.com/stretchr/testify/require"

	"gochatting/internal/message"
)

// MakeRoom makes an open or private room and invites people into it.
func (p *Person) MakeRoom(kind, name string, invited ...*Person) message.Room {
	return p.makeRoom(map[string]any{"Kind": kind, "Name": name, "Users": ids(invited)}, http.StatusCreated)
}

// Direct is the direct room with some others, which is new.
func (p *Person) Direct(others ...*Person) message.Room {
	return p.makeRoom(map[string]any{"Kind": message.DirectRoom, "Users": ids(others)}, http.StatusCreated)
}

func (p *Person) makeRoom(wanted map[string]any, status int) (room message.Room) {
	p.T.Helper()
	body, err := json.Marshal(wanted)
	require.NoError(p.T, err)
	require.Equal(p.T, status, p.Post("/api/v1/rooms", string(body), &room))
	return room
}

func ids(people []*Person) []string {
	list := make([]string, len(people))
	for i, p := range people {
		list[i] = p.Me.ID
	}
	return list
}

// JoinRoom has them join an open room.
func (p *Person) JoinRoom(room string) {
	p.T.Helper()
	require.Equal(p.T, http.StatusOK, p.Put("/api/v1/rooms/"+room+"/members/me", "", nil))
}

// LeaveRoom has them leave a room.
func (p *Person) LeaveRoom(room string) {
	p.T.Helper()
	require.Equal(p.T, http.StatusOK, p.Delete("/api/v1/rooms/"+room+"/members/me", nil))
}

// SayIn says something in a room without a socket.
func (p *Person) SayIn(room, content string) *message.TextMessage {
	p.T.Helper()
	body, err := json.Marshal(text(room, "", content))
	require.NoError(p.T, err)
	var said message.Message
	require.Equal(p.T, http.StatusCreated, p.Post("/api/v1/rooms/"+room+"/messages", string(body), &said))
	return said.TextMessage
}
