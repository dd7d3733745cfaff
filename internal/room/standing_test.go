package room_test

import (
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gochatting/internal/message"
	"gochatting/internal/store"
)

// A new standing is told to all sockets of who has it, on all nodes, and seen by those around them.
func TestANewStandingIsToldOnAllNodes(t *testing.T) {
	h := open(t, nil)
	other := h.node(t, slog.New(slog.DiscardHandler))
	var ann message.User
	for _, name := range []string{"olga", "ann"} { // the first is an owner
		came, err := h.store.Claim(t.Context(), store.Claim{Email: name + "@example.com", Name: name, TokenHash: []byte(name)})
		require.NoError(t, err)
		ann = came.Session.User.Public()
	}
	ben := h.somebody(t, "ben")
	here, there := h.open(t, ann, message.Lobby), other.open(t, ann, message.Lobby)
	b := other.open(t, ben, message.Lobby)
	assert.Empty(t, there.welcome.You.Role)

	_, err := h.rooms.SetRole(t.Context(), store.Operator, ann.ID, message.RoleModerator)
	require.NoError(t, err)
	for _, a := range []*tab{here, there} {
		you := a.nextOf(t, message.YouMType).You
		assert.Equal(t, message.RoleModerator, you.Role)
		assert.Equal(t, "ann@example.com", you.Email, "it is for herself")
	}
	ann.Role = message.RoleModerator
	for s := b.status(t); !slices.Contains(append(s.Users, s.Joined...), ann); s = b.status(t) {
	}
	assert.Equal(t, ann, there.user.Info(), "as whom she speaks")
	assert.Equal(t, message.RoleModerator, h.open(t, ann, "").welcome.You.Role)
}

func TestTheMutedAndReadersDoNotType(t *testing.T) {
	h := open(t, nil)
	ann := h.somebody(t, "ann")
	a := h.open(t, ann, message.Lobby)
	typing := message.Message{MType: message.TypingMType, Room: message.Lobby}

	until := time.Now().Add(time.Hour)
	_, err := h.store.Mute(t.Context(), store.Operator, ann.ID, until)
	require.NoError(t, err)
	h.rooms.Changed(t.Context(), ann.ID)
	assert.WithinDuration(t, until, *a.nextOf(t, message.YouMType).You.Muted, time.Millisecond)
	require.ErrorIs(t, a.stay.Take(t.Context(), typing), store.ErrMuted)
	_, err = h.store.Mute(t.Context(), store.Operator, ann.ID, time.Time{})
	require.NoError(t, err)
	h.rooms.Changed(t.Context(), ann.ID)
	require.NoError(t, a.stay.Take(t.Context(), typing))

	_, err = h.rooms.SetRole(t.Context(), store.Operator, ann.ID, message.RoleReader)
	require.NoError(t, err)
	require.ErrorIs(t, a.stay.Take(t.Context(), typing), store.ErrForbidden)
}

// When the maker of a room leaves it, everyone there learns whose it is now.
func TestARoomHasANewMakerWhenItsMakerLeaves(t *testing.T) {
	h := open(t, nil)
	ann, ben := h.somebody(t, "ann"), h.somebody(t, "ben")
	attic := h.make(t, ann, "Attic", ben)
	b := h.open(t, ben, "")
	require.NoError(t, h.rooms.RemoveMember(t.Context(), ann.ID, attic.ID, ann.ID))
	told := b.nextOf(t, message.RoomMType)
	require.NotNil(t, told.RoomInfo)
	assert.Equal(t, ben.ID, told.RoomInfo.Maker)
	assert.Nil(t, told.RoomInfo.Membership, "it goes to everyone")
}

// Who deletes their account is gone from all rooms at once, and the rooms have others to look after them.
func TestAUserWhoIsRemovedLeavesAllRooms(t *testing.T) {
	h := open(t, nil)
	ann, ben := h.somebody(t, "ann"), h.somebody(t, "ben")
	attic := h.make(t, ann, "Attic", ben)
	direct := h.makeA(t, message.DirectRoom, ann, "", ben)
	h.say(t, ann, direct.ID, "between us")
	h.say(t, ann, attic.ID, "for all")
	a, b := h.open(t, ann, message.Lobby), h.open(t, ben, message.Lobby)
	_, err := h.rooms.RemoveUser(t.Context(), ann.ID, false, func([]string) {})
	require.NoError(t, err)
	makers := map[string]string{}
	for len(makers) < 2 {
		if told := b.nextOf(t, message.RoomMType); told.RoomInfo != nil {
			makers[told.Room] = told.RoomInfo.Maker
			if told.Room == direct.ID {
				i := slices.IndexFunc(told.RoomInfo.Users, func(u message.User) bool { return u.ID == ann.ID })
				require.GreaterOrEqual(t, i, 0)
				assert.Empty(t, told.RoomInfo.Users[i].Name)
			}
		}
	}
	assert.Equal(t, ben.ID, makers[attic.ID])
	h.say(t, ben, attic.ID, "she has gone")
	b.hear(t)
	for !a.isEmpty() {
		assert.NotEqual(t, "she has gone", textOf(a.next(t)))
	}
}

func textOf(m message.Message) string {
	if m.TextMessage == nil {
		return ""
	}
	return m.TextMessage.Content
}
