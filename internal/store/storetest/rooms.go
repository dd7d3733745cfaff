package storetest

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gochatting/internal/message"
	"gochatting/internal/store"
)

func (w *world) makeRoom(t *testing.T, maker message.User, kind, name string, others ...message.User) message.Room {
	r := store.NewRoom{Name: name, Kind: kind}
	for _, u := range others {
		r.Users = append(r.Users, u.ID)
	}
	room, made, err := w.MakeRoom(t.Context(), maker.ID, r)
	require.NoError(t, err)
	require.True(t, made)
	return room
}

func (w *world) direct(t *testing.T, maker message.User, others ...message.User) message.Room {
	return w.makeRoom(t, maker, message.DirectRoom, "", others...)
}

func (w *world) change(t *testing.T, who message.User, room string, c store.RoomChange) error {
	_, err := w.ChangeRoom(t.Context(), who.ID, room, c)
	return err
}

// names are those of the user's rooms, a direct one's being the people in it.
func (w *world) names(t *testing.T, who message.User) []string {
	rooms, err := w.Rooms(t.Context(), who.ID)
	require.NoError(t, err)
	names := []string{}
	for _, r := range rooms {
		if r.Kind == message.DirectRoom {
			r.Name = "[" + strings.Join(people(r.Users), " ") + "]"
		}
		names = append(names, r.Name)
	}
	return names
}

func people(users []message.User) []string {
	names := []string{}
	for _, u := range users {
		names = append(names, u.Name)
	}
	return names
}

// refused is an error of this kind that also says to people what is the matter.
func refused(t *testing.T, err, kind error, code string) {
	t.Helper()
	require.ErrorIs(t, err, kind)
	var told *message.Error
	require.ErrorAs(t, err, &told)
	assert.Equal(t, code, told.Code)
	assert.NotEmpty(t, told.Text)
}

func theLobby(t *testing.T, w *world) {
	ann := w.guest(t, "ann")
	lobby := message.Room{ID: message.Lobby, Name: "Lobby", Kind: message.OpenRoom, Membership: &message.Membership{Involvement: message.InvolvedAll}}
	all, err := w.Rooms(t.Context(), ann.ID)
	require.NoError(t, err)
	assert.Equal(t, []message.Room{lobby}, all)
	w.say(t, ann, "", "hi")
	lobby.Rev, lobby.Membership.Read.Rev = 1, 1
	one, err := w.Room(t.Context(), ann.ID, message.Lobby)
	require.NoError(t, err)
	assert.Equal(t, lobby, one)

	name, topic, yes := "Foyer", "Welcome", true
	refused(t, w.change(t, ann, message.Lobby, store.RoomChange{Name: &name}), store.ErrForbidden, message.CodeForbidden)
	refused(t, w.change(t, ann, message.Lobby, store.RoomChange{Archived: &yes}), store.ErrForbidden, message.CodeForbidden)
	_, err = w.RemoveMember(t.Context(), ann.ID, message.Lobby, ann.ID)
	refused(t, err, store.ErrForbidden, message.CodeForbidden)
	require.NoError(t, w.change(t, ann, message.Lobby, store.RoomChange{Topic: &topic}), "anybody sets the topic")
	one, err = w.Room(t.Context(), w.guest(t, "ben").ID, message.Lobby)
	require.NoError(t, err)
	assert.Equal(t, "Welcome", one.Topic)
	assert.Equal(t, message.Read{ID: 1, Rev: 1}, one.Membership.Read, "who comes later has nothing unread")
}

func roomsAreMade(t *testing.T, w *world) {
	ann, ben := w.guest(t, "ann"), w.guest(t, "ben")
	room, made, err := w.MakeRoom(t.Context(), ann.ID, store.NewRoom{Name: " Coffee\u202e \n machine ", Topic: "No\ttea", Kind: message.OpenRoom})
	require.NoError(t, err)
	assert.True(t, made)
	assert.Regexp(t, `^[a-z2-7]{16}$`, room.ID)
	assert.Equal(t, message.Room{
		ID: room.ID, Name: "Coffee machine", Topic: "No tea", Kind: message.OpenRoom, Maker: ann.ID,
		Membership: &message.Membership{Involvement: message.InvolvedAll},
	}, room)
	assert.Equal(t, []string{"Coffee machine", "Lobby"}, w.names(t, ann))
	assert.Equal(t, []string{"Lobby"}, w.names(t, ben))

	w.makeRoom(t, ann, message.PrivateRoom, "Surprise", ben)
	assert.Equal(t, []string{"Lobby", "Surprise"}, w.names(t, ben))
	w.makeRoom(t, ben, message.PrivateRoom, "Surprise")
	assert.Equal(t, []string{"Lobby", "Surprise", "Surprise"}, w.names(t, ben), "private ones may share a name")

	for _, bad := range []struct {
		room store.NewRoom
		kind error
		code string
	}{
		{store.NewRoom{Kind: message.OpenRoom}, store.ErrInvalid, message.CodeInvalid},
		{store.NewRoom{Kind: message.OpenRoom, Name: " \u200b\u0301 "}, store.ErrInvalid, message.CodeInvalid},
		{store.NewRoom{Kind: message.OpenRoom, Name: "Tea", Users: []string{ben.ID}}, store.ErrInvalid, message.CodeInvalid},
		{store.NewRoom{Kind: message.DirectRoom, Name: "Us"}, store.ErrInvalid, message.CodeInvalid},
		{store.NewRoom{Kind: "closet", Name: "Tea"}, store.ErrInvalid, message.CodeInvalid},
		{store.NewRoom{Kind: message.OpenRoom, Name: "COFFEE  Machine"}, store.ErrTaken, message.CodeConflict},
		{store.NewRoom{Kind: message.OpenRoom, Name: "ｌｏｂｂｙ"}, store.ErrTaken, message.CodeConflict},
		{store.NewRoom{Kind: message.PrivateRoom, Name: "All", Users: make([]string, 101)}, store.ErrTooMany, message.CodeLimit},
	} {
		_, _, err := w.MakeRoom(t.Context(), ann.ID, bad.room)
		refused(t, err, bad.kind, bad.code)
	}
	_, _, err = w.MakeRoom(t.Context(), ann.ID, store.NewRoom{Kind: message.PrivateRoom, Name: "Ghosts", Users: []string{"nobody"}})
	assert.ErrorIs(t, err, store.ErrNotFound)
	_, _, err = w.MakeRoom(t.Context(), "nobody", store.NewRoom{Kind: message.OpenRoom, Name: "Void"})
	assert.ErrorIs(t, err, store.ErrNotFound)
	assert.Equal(t, []string{"Coffee machine", "Lobby", "Surprise"}, w.names(t, ann), "what failed left nothing")

	long := w.makeRoom(t, ann, message.PrivateRoom, strings.Repeat("é", 70))
	assert.Equal(t, strings.Repeat("é", 64), long.Name)
	flags := w.makeRoom(t, ann, message.PrivateRoom, "a"+strings.Repeat("🇨🇳", 40))
	assert.Equal(t, "a"+strings.Repeat("🇨🇳", 31), flags.Name, "no half flag")
}

func roomsChange(t *testing.T, w *world) {
	ann, ben := w.guest(t, "ann"), w.guest(t, "ben")
	tea := w.makeRoom(t, ann, message.OpenRoom, "Tea")
	_, err := w.AddMember(t.Context(), ben.ID, tea.ID, ben.ID)
	require.NoError(t, err)
	name, other, lobby, empty, yes, no := "Green tea", "Tea", "LOBBY", " ", true, false

	changed, err := w.ChangeRoom(t.Context(), ann.ID, tea.ID, store.RoomChange{Name: &name})
	require.NoError(t, err)
	assert.Equal(t, "Green tea", changed.Name)
	assert.Zero(t, changed.Rev, "nothing of the log")
	refused(t, w.change(t, ann, tea.ID, store.RoomChange{Name: &lobby}), store.ErrTaken, message.CodeConflict)
	refused(t, w.change(t, ann, tea.ID, store.RoomChange{Name: &empty}), store.ErrInvalid, message.CodeInvalid)
	refused(t, w.change(t, ben, tea.ID, store.RoomChange{Name: &other}), store.ErrForbidden, message.CodeForbidden)
	refused(t, w.change(t, ben, tea.ID, store.RoomChange{Archived: &yes}), store.ErrForbidden, message.CodeForbidden)
	require.NoError(t, w.change(t, ben, tea.ID, store.RoomChange{Topic: &other}))
	require.NoError(t, w.change(t, ann, tea.ID, store.RoomChange{}))

	// Archived, it can be read, and nothing else, but for unarchiving it and leaving.
	said := w.sayIn(t, tea.ID, ben, "drink up")
	require.NoError(t, w.change(t, ann, tea.ID, store.RoomChange{Archived: &yes}))
	room, err := w.Room(t.Context(), ben.ID, tea.ID)
	require.NoError(t, err)
	assert.True(t, room.Archived)
	page, err := w.Before(t.Context(), ben.ID, tea.ID, 0, 0)
	require.NoError(t, err)
	assert.Equal(t, []string{"drink up"}, contents(page))
	_, repeated, err := w.Post(t.Context(), store.Draft{Room: tea.ID, Author: ben, Ref: "drink up", Content: "again"})
	require.NoError(t, err)
	assert.True(t, repeated, "who did not hear the answer still gets it")
	for what, try := range map[string]func() error{
		"post": func() error {
			_, _, err := w.Post(t.Context(), store.Draft{Room: tea.ID, Author: ben, Content: "no"})
			return err
		},
		"edit": func() error {
			_, err := w.Edit(t.Context(), ben.ID, tea.ID, said.TextMessage.ID, store.Words{Content: "no"})
			return err
		},
		"del": func() error { _, _, err := w.Delete(t.Context(), ben.ID, tea.ID, said.TextMessage.ID); return err },
		"react": func() error {
			_, err := w.React(t.Context(), ben.ID, tea.ID, said.TextMessage.ID, "👍", true)
			return err
		},
		"pin":   func() error { _, err := w.Pin(t.Context(), ben.ID, tea.ID, said.TextMessage.ID, true); return err },
		"topic": func() error { return w.change(t, ben, tea.ID, store.RoomChange{Topic: &name}) },
		"name":  func() error { return w.change(t, ann, tea.ID, store.RoomChange{Name: &name, Archived: &yes}) },
		"join": func() error {
			_, err := w.AddMember(t.Context(), w.guest(t, "cleo").ID, tea.ID, w.guest(t, "cleo").ID)
			return err
		},
	} {
		t.Run(what, func(t *testing.T) { refused(t, try(), store.ErrArchived, message.CodeConflict) })
	}
	_, _, err = w.Post(t.Context(), store.Draft{Room: tea.ID, Author: w.guest(t, "cleo"), Content: "no"})
	assert.ErrorIs(t, err, store.ErrNotFound, "who is not in it is not told")

	// Its name is free, and must be so for it to come back.
	second := w.makeRoom(t, ben, message.OpenRoom, "green TEA")
	refused(t, w.change(t, ann, tea.ID, store.RoomChange{Archived: &no}), store.ErrTaken, message.CodeConflict)
	require.NoError(t, w.change(t, ann, tea.ID, store.RoomChange{Archived: &no, Name: &other}))
	assert.Equal(t, []string{"green TEA", "Lobby", "Tea"}, w.names(t, ben))
	w.sayIn(t, tea.ID, ben, "back again")

	byName, err := w.RoomByName(t.Context(), ann.ID, " Green  Tea")
	require.NoError(t, err)
	assert.Equal(t, second.ID, byName.ID)
	assert.Nil(t, byName.Membership)
}

func browsing(t *testing.T, w *world) {
	ann, ben := w.guest(t, "ann"), w.guest(t, "ben")
	for _, name := range []string{"Tea", "coffee", "Tea 100%", "茶 Tea", "Beer_garden"} {
		w.makeRoom(t, ann, message.OpenRoom, name)
	}
	hidden := w.makeRoom(t, ann, message.PrivateRoom, "Secret tea", ben)
	gone, yes := w.makeRoom(t, ann, message.OpenRoom, "Old tea"), true
	require.NoError(t, w.change(t, ann, gone.ID, store.RoomChange{Archived: &yes}))
	browse := func(query, after string, limit int) (names []string, last string) {
		rooms, err := w.Browse(t.Context(), ben.ID, query, after, limit)
		require.NoError(t, err)
		for _, r := range rooms {
			names, last = append(names, r.Name), r.ID
			assert.Equal(t, r.ID == message.Lobby, r.Membership != nil)
		}
		return names, last
	}
	all, _ := browse("", "", 0)
	assert.Equal(t, []string{"Beer_garden", "coffee", "Lobby", "Tea", "Tea 100%", "茶 Tea"}, all)
	page, last := browse("", "", 4)
	assert.Equal(t, all[:4], page)
	page, _ = browse("", last, 4)
	assert.Equal(t, all[4:], page)
	for query, want := range map[string][]string{"TEA": all[3:], "0%": {"Tea 100%"}, "%": {"Tea 100%"}, "_": {"Beer_garden"}, "茶": {"茶 Tea"}, `\`: nil} {
		page, _ = browse(query, "", 0)
		assert.Equal(t, want, page, query)
	}

	mine, err := w.RoomByName(t.Context(), ben.ID, "secret TEA")
	require.NoError(t, err)
	assert.Equal(t, hidden.ID, mine.ID)
	_, err = w.RoomByName(t.Context(), w.guest(t, "cleo").ID, "secret tea")
	assert.ErrorIs(t, err, store.ErrNotFound)
	_, err = w.RoomByName(t.Context(), ben.ID, "")
	assert.ErrorIs(t, err, store.ErrNotFound, "direct rooms have no name")
}
