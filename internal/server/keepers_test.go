package server_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gochatting/internal/message"
)

func TestSlowModeIsForAllButWhoKeepsOrder(t *testing.T) {
	o := keepOrder(t)
	market := o.cleo.MakeRoom(message.OpenRoom, "Market")
	o.dan.JoinRoom(market.ID)
	path := "/api/v1/rooms/" + market.ID
	c, d := o.cleo.OpenAt(market.ID), o.dan.OpenAt(market.ID)
	require.Equal(t, http.StatusForbidden, o.dan.Patch(path, `{"Slow":10}`, nil))
	require.Equal(t, http.StatusBadRequest, o.cleo.Patch(path, `{"Slow":3601}`, nil))
	require.Equal(t, http.StatusOK, o.cleo.Patch(path, `{"Slow":3600}`, nil))
	assert.Equal(t, 3600, d.Next(message.RoomMType).RoomInfo.Slow)

	for _, content := range []string{"I keep order here", "and may go on"} {
		c.SayIn(market.ID, content)
		assert.Equal(t, content, d.Hear().Content)
	}
	deadline := time.Now().Add(time.Hour)
	var told *message.Error
	for told == nil { // whether who was here before waits first is not said
		require.Less(t, time.Now(), deadline)
		ref := d.SayIn(market.ID, "me too")
		for m := d.Read(); ; m = d.Read() {
			if m.Ref == ref {
				told = m.Error
				break
			}
		}
	}
	assert.Equal(t, message.CodeSlowDown, told.Code)
	assert.InDelta(t, 3600, told.RetryAfter, 60)

	require.Equal(t, http.StatusOK, o.ben.Patch(path, `{"Slow":0}`, nil), "a moderator, who is not even in it")
	assert.Zero(t, d.Next(message.RoomMType).RoomInfo.Slow)
	d.SayIn(market.ID, "at last")
	assert.Equal(t, "at last", d.Hear().Content)
}

// Whoever keeps order in a room deletes what others say there, and takes them out of it.
func TestKeepersDeleteAndRemove(t *testing.T) {
	o := keepOrder(t)
	attic := o.cleo.MakeRoom(message.PrivateRoom, "Attic", o.dan, o.ben)
	path := "/api/v1/rooms/" + attic.ID
	said := o.dan.SayIn(attic.ID, "rude")
	o.dan.SayIn(attic.ID, "polite")
	b, d := o.ben.OpenAt(attic.ID), o.dan.OpenAt(attic.ID)
	require.Equal(t, http.StatusOK, o.cleo.Delete(fmt.Sprintf("%s/messages/%d", path, said.ID), nil))
	assert.NotNil(t, b.Hear().Deleted)
	hers := o.cleo.SayIn(attic.ID, "mind your words")
	require.Equal(t, http.StatusForbidden, o.dan.Delete(fmt.Sprintf("%s/messages/%d", path, hers.ID), nil))
	require.Equal(t, http.StatusForbidden, o.dan.Delete(path+"/members/"+o.ben.Me.ID, nil))
	require.Equal(t, http.StatusForbidden, o.ann.Delete("/api/v1/rooms/lobby/members/"+o.dan.Me.ID, nil), "everybody is in there")
	require.Equal(t, http.StatusNotFound, o.ann.Delete(path+"/members/"+o.dan.Me.ID, nil), "an owner who is not in a private room")

	require.Equal(t, http.StatusOK, o.ben.Delete(path+"/members/"+o.dan.Me.ID, nil))
	for m := d.Next(message.RoomMType); m.RoomInfo != nil; m = d.Next(message.RoomMType) {
	}
	require.Equal(t, http.StatusNotFound, o.dan.Get(path, nil))
	o.cleo.SayIn(attic.ID, "he has gone")
	o.cleo.SayIn(message.Lobby, "mark")
	assert.Equal(t, "mark", d.Hear().Content)

	// Cleo made it; when she goes, it is Ben's.
	b.Watch(attic.ID)
	o.cleo.LeaveRoom(attic.ID)
	for m := b.Next(message.RoomMType); m.RoomInfo.Maker != o.ben.Me.ID; m = b.Next(message.RoomMType) {
	}
}
