package room_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gochatting/internal/message"
	"gochatting/internal/socket"
)

func text(room, ref, content string) message.Message {
	return message.Message{MType: message.TextMType, Room: room, Ref: ref, TextMessage: &message.TextMessage{Content: content}}
}

// refused sees that an error is a refusal with this code.
func refused(t testing.TB, code string, err error) {
	t.Helper()
	var told *message.Error
	if assert.ErrorAs(t, err, &told) {
		assert.Equal(t, code, told.Code)
	}
}

func TestRoomsThatAreNotThere(t *testing.T) {
	h := open(t, nil)
	ann := h.open(t, h.somebody(t, "ann"), "attic")
	for _, m := range []message.Message{
		text("attic", "", "hello"), typing("attic"), watching("attic"), reading("attic", 1),
	} {
		refused(t, message.CodeNotFound, ann.stay.Take(t.Context(), m))
	}
	here, err := h.rooms.Here(t.Context(), "attic", "", 10)
	require.NoError(t, err)
	assert.Empty(t, here.Users)
}

func TestRepeatedRefIsAnsweredToItsAuthorOnly(t *testing.T) {
	h := open(t, nil)
	ann := h.open(t, h.somebody(t, "ann"), "")
	ben := h.open(t, h.somebody(t, "ben"), "")
	require.NoError(t, ann.stay.Take(t.Context(), text(message.Lobby, "r1", "once")))
	assert.Equal(t, "once", ann.hear(t).Content)
	require.NoError(t, ann.stay.Take(t.Context(), text(message.Lobby, "r1", "once more")))
	got := ann.nextOf(t, message.TextMType)
	assert.Equal(t, "once", got.TextMessage.Content)
	assert.Equal(t, int64(1), got.TextMessage.ID)
	assert.Equal(t, "r1", got.Ref)

	require.NoError(t, ann.stay.Take(t.Context(), text(message.Lobby, "r2", "twice")))
	assert.Equal(t, "once", ben.hear(t).Content)
	assert.Equal(t, "twice", ben.hear(t).Content)
}

// A Ref is no way back into a room.
func TestHostile19RepeatedRefTellsNothingOfARoomOneHasLeft(t *testing.T) {
	h := open(t, nil)
	who := h.somebody(t, "ann")
	attic := h.make(t, who, "Attic", h.somebody(t, "ben"))
	ann := h.open(t, who, "")
	require.NoError(t, ann.stay.Take(t.Context(), text(attic.ID, "r1", "secret")))
	require.NoError(t, h.rooms.RemoveMember(t.Context(), who.ID, attic.ID, who.ID))
	refused(t, message.CodeNotFound, ann.stay.Take(t.Context(), text(attic.ID, "r1", "again")))
	refused(t, message.CodeConflict, ann.stay.Take(t.Context(), text(message.Lobby, "r1", "again")))
}

func TestRoomsEndWith1001(t *testing.T) {
	h := open(t, nil)
	who := h.somebody(t, "ann")
	ann := h.open(t, who, message.Lobby)
	require.NoError(t, h.rooms.Close())
	<-ann.closed
	assert.Equal(t, socket.GoingAway, ann.code)
	ann.stay.End() // stranded nowhere
	_, _, err := h.rooms.Enter(t.Context(), connect(t, who, newLine()), "")
	assert.Error(t, err)
	_, err = h.rooms.Here(t.Context(), message.Lobby, "", 10)
	assert.NoError(t, err)
}
