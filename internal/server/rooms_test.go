package server_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gochatting/internal/chattest"
	"gochatting/internal/message"
)

// named are the rooms of a list by their names.
func named(rooms []message.Room) map[string]message.Room {
	all := make(map[string]message.Room)
	for _, r := range rooms {
		all[r.Name] = r
	}
	return all
}

// calm reads what a socket hears until somebody says a word in the lobby.
func calm(s *chattest.Socket, who *chattest.Person) (heard []message.Message) {
	s.T.Helper()
	who.SayIn(message.Lobby, "calm")
	for {
		m := s.Read()
		if m.TextMessage != nil && m.TextMessage.Content == "calm" {
			return heard
		}
		if m.MType != message.StatusMType {
			heard = append(heard, m)
		}
	}
}

func TestRoomsLive(t *testing.T) {
	s := open(t, unlimited, noUpstream)
	ann := chattest.Join(t, s.URL, "ann@example.com")
	ben := chattest.Join(t, s.URL, "ben@example.com")
	eve := chattest.Join(t, s.URL, "eve@example.com")
	desk, phone, b, e := ann.Open(), ann.Open(), ben.Open(), eve.Open()

	attic := ann.MakeRoom(message.PrivateRoom, "Attic", ben)
	for _, socket := range []*chattest.Socket{desk, phone, b} {
		m := socket.Next(message.RoomMType)
		assert.Equal(t, attic.ID, m.Room)
		assert.Equal(t, "Attic", m.RoomInfo.Name)
		assert.Equal(t, ann.Me.ID, m.RoomInfo.Maker)
		require.NotNil(t, m.RoomInfo.Membership)
	}
	b.SayIn(attic.ID, "dusty here")
	for _, socket := range []*chattest.Socket{desk, phone, b} {
		m := socket.Next(message.TextMType)
		assert.Equal(t, attic.ID, m.Room)
		assert.Equal(t, "dusty here", m.TextMessage.Content)
	}

	var f failure
	path := "/api/v1/rooms/" + attic.ID
	assert.Equal(t, http.StatusForbidden, ben.Patch(path, `{"Name":"Loft"}`, &f), "its maker may")
	var renamed message.Room
	require.Equal(t, http.StatusOK, ann.Patch(path, `{"Name":"Loft","Topic":"boxes"}`, &renamed))
	assert.Equal(t, "Loft", renamed.Name)
	require.Equal(t, http.StatusOK, ben.Patch(path, `{"Topic":"spiders"}`, nil))
	for _, socket := range []*chattest.Socket{desk, phone, b} {
		for _, topic := range []string{"boxes", "spiders"} {
			m := socket.Next(message.RoomMType)
			assert.Equal(t, topic, m.RoomInfo.Topic)
			assert.Nil(t, m.RoomInfo.Membership, "everyone has their own")
		}
	}
	require.Equal(t, http.StatusOK, ann.Patch(path, `{"Archived":true}`, nil))
	assert.True(t, b.Next(message.RoomMType).RoomInfo.Archived)
	assert.Equal(t, http.StatusConflict, ben.Post(path+"/messages", `{"TextMessage":{"Content":"late"}}`, &f))
	assert.Equal(t, message.CodeConflict, f.Error.Code)
	b.SendMessage(message.Message{MType: message.TextMType, Room: attic.ID, Ref: "r", TextMessage: &message.TextMessage{Content: "late"}})
	assert.Equal(t, message.CodeConflict, b.Next(message.ErrorMType).Error.Code)
	require.Equal(t, http.StatusOK, ann.Patch(path, `{"Archived":false}`, nil))

	ben.LeaveRoom(attic.ID)
	gone := b.Next(message.RoomMType)
	for gone.RoomInfo != nil {
		gone = b.Next(message.RoomMType)
	}
	assert.Equal(t, attic.ID, gone.Room)
	ann.SayIn(attic.ID, "he is gone")
	assert.Empty(t, calm(b, ann))
	assert.Empty(t, calm(e, ann), "an outsider hears of nothing")
	assert.NotContains(t, named(ben.Open().Welcome.Rooms), "Loft")

	assert.Equal(t, http.StatusNotFound, ben.Put(path+"/members/me", "", nil), "a private room is not joined")
	require.Equal(t, http.StatusOK, ann.Put(path+"/members/"+ben.Me.ID, "", nil))
	m := b.Next(message.RoomMType)
	assert.Equal(t, int64(2), m.RoomInfo.Rev)
	assert.Equal(t, int64(2), m.RoomInfo.Membership.Read.ID, "what was said while he was away is not news")
}

func TestOpenRoomsAreFoundAndJoined(t *testing.T) {
	s := open(t, unlimited, noUpstream)
	ann := chattest.Join(t, s.URL, "ann@example.com")
	ben := chattest.Join(t, s.URL, "ben@example.com")
	b := ben.Open()
	for _, name := range []string{"Garden", "Games", "Cinema"} {
		ann.MakeRoom(message.OpenRoom, name)
	}
	var found struct{ Rooms []message.Room }
	require.Equal(t, http.StatusOK, ben.Get("/api/v1/rooms?browse=1&q=ga", &found))
	require.Len(t, found.Rooms, 2)
	garden := named(found.Rooms)["Garden"]
	assert.Nil(t, garden.Membership)
	assert.Empty(t, calm(b, ann), "a new open room is nobody's news")

	ben.JoinRoom(garden.ID)
	assert.Equal(t, "Garden", b.Next(message.RoomMType).RoomInfo.Name)
	ann.SayIn(garden.ID, "come in")
	assert.Equal(t, "come in", b.Hear().Content)
	var members, mine struct {
		Users []message.User
		Rooms []message.Room
	}
	require.Equal(t, http.StatusOK, ann.Get("/api/v1/rooms/"+garden.ID+"/members", &members))
	assert.Len(t, members.Users, 2)
	require.Equal(t, http.StatusOK, ben.Get("/api/v1/rooms", &mine))
	assert.Len(t, mine.Rooms, 2)
	var f failure
	assert.Equal(t, http.StatusConflict, ben.Post("/api/v1/rooms", `{"Kind":"open","Name":"  gaRden "}`, &f), "the name is taken")
	assert.Equal(t, http.StatusForbidden, ben.Delete("/api/v1/rooms/lobby/members/me", &f), "nobody leaves the lobby")
}

func TestDirectRooms(t *testing.T) {
	s := open(t, unlimited, noUpstream)
	ann := chattest.Join(t, s.URL, "ann@example.com")
	ben := chattest.Join(t, s.URL, "ben@example.com")
	a, b := ann.Open(), ben.Open()
	direct := ann.Direct(ben)
	assert.Empty(t, direct.Name)
	assert.Len(t, direct.Users, 2)
	assert.Equal(t, direct.ID, a.Next(message.RoomMType).Room)
	assert.Empty(t, calm(b, ann), "Ben hears nothing of it until something is said")
	assert.Equal(t, "calm", a.Hear().Content)
	assert.Len(t, ben.Open().Welcome.Rooms, 1)

	var same message.Room
	require.Equal(t, http.StatusOK, ben.Post("/api/v1/rooms", `{"Kind":"direct","Users":["`+ann.Me.ID+`"]}`, &same), "there is one of these two")
	assert.Equal(t, direct.ID, same.ID)
	a.SayIn(direct.ID, "psst")
	m := b.Next(message.TextMType)
	assert.Equal(t, direct.ID, m.Room)
	var info message.Room
	require.Equal(t, http.StatusOK, ben.Get("/api/v1/rooms/"+m.Room, &info))
	assert.Equal(t, 1, info.Membership.Read.Unread)
	assert.Len(t, ben.Open().Welcome.Rooms, 2)
	assert.Equal(t, http.StatusForbidden, ben.Delete("/api/v1/rooms/"+direct.ID+"/members/me", nil), "nor left")

	var notes message.Room
	require.Equal(t, http.StatusCreated, ann.Post("/api/v1/rooms", `{"Kind":"direct"}`, &notes), "notes to oneself")
	a.SayIn(notes.ID, "buy milk")
	assert.Equal(t, "psst", a.Hear().Content)
	assert.Equal(t, "buy milk", a.Hear().Content)
}

func TestReadMarksOnAllDevices(t *testing.T) {
	s := open(t, unlimited, noUpstream)
	ann := chattest.Join(t, s.URL, "ann@example.com")
	ben := chattest.Join(t, s.URL, "ben@example.com")
	desk, phone, b := ann.Open(), ann.Open(), ben.Open()
	for _, content := range []string{"one", "two @ann", "three", "four @here"} {
		ben.SayIn(message.Lobby, content)
	}
	desk.MarkRead(message.Lobby, 1)
	want := message.Read{ID: 1, Rev: 4, Unread: 3, Mentions: 2}
	for _, device := range []*chattest.Socket{desk, phone} {
		m := device.Next(message.ReadMType)
		assert.Equal(t, message.Lobby, m.Room)
		assert.Equal(t, want, *m.Read)
	}
	assert.Equal(t, want, ann.Open().Welcome.Rooms[0].Membership.Read)

	var read message.Read
	require.Equal(t, http.StatusOK, ann.Put("/api/v1/rooms/lobby/read", `{"ID":0}`, &read), "unread from here")
	assert.Equal(t, message.Read{Rev: 4, Unread: 4, Mentions: 2}, read)
	assert.Equal(t, read, *phone.Next(message.ReadMType).Read)
	for _, m := range calm(b, ann) {
		assert.Equal(t, message.TextMType, m.MType, "nobody else's business")
	}
	var room message.Room
	require.Equal(t, http.StatusOK, ann.Put("/api/v1/rooms/lobby/involvement", `{"Involvement":"mentions"}`, &room))
	assert.Equal(t, message.InvolvedMentions, room.Membership.Involvement)
	assert.Equal(t, message.InvolvedMentions, phone.Next(message.RoomMType).RoomInfo.Membership.Involvement)
}

func TestPresenceAndTypingOfTheRoomOneLooksAt(t *testing.T) {
	s := open(t, unlimited, noUpstream)
	ann := chattest.Join(t, s.URL, "ann@example.com")
	ben := chattest.Join(t, s.URL, "ben@example.com")
	attic := ann.MakeRoom(message.PrivateRoom, "Attic", ben)
	a := ann.OpenAt(attic.ID)
	assert.Equal(t, attic.ID, a.Next(message.StatusMType).Room)
	b := ben.Open()
	a.Await(count(2))
	b.Type(attic.ID)
	typing := a.Next(message.TypingMType)
	assert.Equal(t, attic.ID, typing.Room)
	assert.Equal(t, "ben", typing.Typing.Name)
	assert.Empty(t, typing.Typing.Email)

	a.Watch(message.Lobby)
	m := a.Next(message.StatusMType)
	assert.Equal(t, message.Lobby, m.Room)
	assert.Len(t, m.UserStatus.Users, 2)
	b.SayIn(attic.ID, "said")
	assert.Equal(t, "said", a.Hear().Content, "what is said is heard from everywhere")
	var here struct {
		Users  []message.User
		Online int
	}
	require.Equal(t, http.StatusOK, ben.Get("/api/v1/rooms/"+attic.ID+"/users?limit=1", &here))
	assert.Equal(t, 2, here.Online)
	assert.Equal(t, "ann", here.Users[0].Name)
}

// Who pages through the people does not come to an early end because somebody has just gone.
func TestPagingGoesOnAfterSomebodyHasLeft(t *testing.T) {
	s := open(t, unlimited, noUpstream)
	ann := chattest.Join(t, s.URL, "ann@example.com")
	ben := chattest.Join(t, s.URL, "ben@example.com")
	cleo := chattest.Join(t, s.URL, "cleo@example.com")
	ann.Open()
	cleo.Open() // and Ben is not here at all
	var here struct{ Users []message.User }
	require.Equal(t, http.StatusOK, ann.Get("/api/v1/rooms/lobby/users?after="+ben.Me.ID, &here))
	require.Len(t, here.Users, 1)
	assert.Equal(t, "cleo", here.Users[0].Name)
	assert.Equal(t, http.StatusNotFound, ann.Get("/api/v1/rooms/lobby/users?after=nobody", nil))
}
