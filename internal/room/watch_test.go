package room_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gochatting/internal/message"
)

func typing(room string) message.Message {
	return message.Message{MType: message.TypingMType, Room: room}
}

func watching(room string) message.Message {
	return message.Message{MType: message.StatusMType, Room: room}
}

func reading(room string, id int64) message.Message {
	return message.Message{MType: message.ReadMType, Room: room, Read: &message.Read{ID: id}}
}

// upTo reads until a text comes, and gives what came before it.
func (l *line) upTo(t testing.TB, content string) (before []message.Message) {
	t.Helper()
	for {
		m := l.next(t)
		if m.MType == message.TextMType && m.TextMessage.Content == content {
			return before
		}
		before = append(before, m)
	}
}

// only are the messages of a kind.
func only(mtype string, all []message.Message) (some []message.Message) {
	for _, m := range all {
		if m.MType == mtype {
			some = append(some, m)
		}
	}
	return some
}

func TestWhoIsHereIsToldOfTheRoomThatOneLooksAt(t *testing.T) {
	h := open(t, nil)
	ann, ben := h.somebody(t, "ann"), h.somebody(t, "ben")
	attic := h.make(t, ann, "Attic", ben)
	a := h.open(t, ann, attic.ID)
	m := a.nextOf(t, message.StatusMType)
	assert.Equal(t, attic.ID, m.Room)
	assert.Equal(t, []message.User{ann}, m.UserStatus.Users)

	b := h.open(t, ben, "")
	m = a.nextOf(t, message.StatusMType)
	assert.Equal(t, attic.ID, m.Room)
	assert.Equal(t, []message.User{ben}, m.UserStatus.Joined, "who is connected is here in all their rooms")

	require.NoError(t, a.stay.Take(t.Context(), watching(message.Lobby)))
	m = a.nextOf(t, message.StatusMType)
	assert.Equal(t, message.Lobby, m.Room)
	assert.Equal(t, []message.User{ann, ben}, m.UserStatus.Users, "in full")

	require.NoError(t, a.stay.Take(t.Context(), watching("")))
	h.open(t, h.somebody(t, "cleo"), "")
	require.NoError(t, b.stay.Take(t.Context(), watching(message.Lobby)))
	assert.Equal(t, 3, b.status(t).Online)
	h.say(t, ann, message.Lobby, "mark")
	assert.Empty(t, only(message.StatusMType, a.upTo(t, "mark")), "she looks at nothing")
	assert.Empty(t, only(message.StatusMType, b.upTo(t, "mark")))
}

// Who looks at an open room that they are not in is told who is there as soon as they are.
func TestLookingComesWithJoining(t *testing.T) {
	h := open(t, nil)
	ann, ben := h.somebody(t, "ann"), h.somebody(t, "ben")
	market := h.makeA(t, message.OpenRoom, ann, "Market")
	h.open(t, ann, "")
	b := h.open(t, ben, market.ID)
	late := h.open(t, ben, message.Lobby)
	refused(t, message.CodeNotFound, late.stay.Take(t.Context(), watching(market.ID)))
	require.NoError(t, h.rooms.AddMember(t.Context(), ben.ID, market.ID, ben.ID))
	for _, tab := range []*tab{b, late} {
		m := tab.nextOf(t, message.StatusMType)
		for m.Room != market.ID {
			m = tab.nextOf(t, message.StatusMType)
		}
		assert.Equal(t, []message.User{ann, ben}, m.UserStatus.Users)
	}
}

func TestTypingIsSeenByTheOthersWhoLookAtTheRoom(t *testing.T) {
	h := open(t, nil)
	ann, ben, cleo := h.somebody(t, "ann"), h.somebody(t, "ben"), h.somebody(t, "cleo")
	attic := h.make(t, ann, "Attic", ben)
	a, a2 := h.open(t, ann, attic.ID), h.open(t, ann, attic.ID)
	b, b2 := h.open(t, ben, attic.ID), h.open(t, ben, message.Lobby)
	c := h.open(t, cleo, message.Lobby)
	for range 10 {
		require.NoError(t, a.stay.Take(t.Context(), typing(attic.ID)))
	}
	refused(t, message.CodeNotFound, c.stay.Take(t.Context(), typing(attic.ID)))
	h.say(t, ann, attic.ID, "done")
	h.say(t, ann, message.Lobby, "mark")

	seen := only(message.TypingMType, b.upTo(t, "done"))
	require.Len(t, seen, 1, "not each of them")
	assert.Equal(t, message.Message{MType: message.TypingMType, Room: attic.ID, Typing: &ann}, seen[0])
	assert.Empty(t, only(message.TypingMType, b2.upTo(t, "done")), "this one looks elsewhere")
	for _, own := range []*tab{a, a2} {
		assert.Empty(t, only(message.TypingMType, own.upTo(t, "done")), "one's own")
	}
	for _, m := range c.upTo(t, "mark") {
		assert.NotEqual(t, attic.ID, m.Room)
	}
	recent, known := h.rooms.Since(ann.ID, attic.ID, 0, 0, 10)
	assert.True(t, known)
	assert.Len(t, recent, 1, "it is in no log")
}
