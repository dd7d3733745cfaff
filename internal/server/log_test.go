package server_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gochatting/internal/message"
)

type acts struct {
	Acts []struct {
		ID, Act, Note  string
		Actor, Subject *message.User
		Room           *message.Room
		Undoable       bool
	}
}

// Owners read what was done to keep order, and undo it there; nobody else does, and nobody's words or
// address are in it.
func TestTheLogIsForOwners(t *testing.T) {
	o := keepOrder(t)
	said := o.cleo.SayIn(message.Lobby, "xylophone")
	o.dan.SayIn(message.Lobby, "xylophone too")
	require.Equal(t, http.StatusOK, o.ben.Put(of(o.cleo, "/mute"), `{"Minutes":5}`, nil))
	require.Equal(t, http.StatusOK, o.ben.Delete(fmt.Sprintf("/api/v1/rooms/lobby/messages/%d", said.ID), nil))
	require.Equal(t, http.StatusOK, o.ben.Patch("/api/v1/rooms/lobby", `{"Slow":5}`, nil))
	require.Equal(t, http.StatusCreated, o.ben.Post(of(o.dan, "/purge"), "", nil))
	require.Equal(t, http.StatusOK, o.ben.Put(of(o.dan, "/ban"), `{"Hours":1}`, nil))

	var all acts
	var raw json.RawMessage
	require.Equal(t, http.StatusOK, o.ann.Get("/api/v1/log", &raw))
	require.NoError(t, json.Unmarshal(raw, &all))
	assert.NotContains(t, string(raw), "xylophone")
	assert.NotContains(t, string(raw), "example.com")
	var done []string
	for _, a := range all.Acts {
		done = append(done, a.Act)
	}
	assert.Equal(t, []string{"ban", "purge", "slow", "delete", "mute", "role"}, done, "the latest first")
	for _, a := range all.Acts[:5] {
		assert.Equal(t, o.ben.Me.ID, a.Actor.ID)
		assert.Equal(t, a.Act == "purge", a.Undoable)
	}
	assert.Equal(t, o.cleo.Me.ID, all.Acts[3].Subject.ID)
	assert.Equal(t, message.Lobby, all.Acts[3].Room.ID)
	assert.Equal(t, "moderator", all.Acts[5].Note)

	var page acts
	require.Equal(t, http.StatusOK, o.ann.Get("/api/v1/log?limit=2&before="+all.Acts[1].ID, &page))
	require.Len(t, page.Acts, 2)
	assert.Equal(t, all.Acts[2:4], page.Acts)
	require.Equal(t, http.StatusOK, o.ann.Post("/api/v1/log/"+all.Acts[1].ID+"/undo", "", nil))
	require.Equal(t, http.StatusOK, o.ann.Get("/api/v1/log", &page))
	assert.Equal(t, "restore", page.Acts[0].Act)
	assert.False(t, page.Acts[2].Undoable)

	for _, p := range []interface{ Get(string, any) int }{o.ben, o.cleo} {
		assert.Equal(t, http.StatusForbidden, p.Get("/api/v1/log", nil))
	}
}
