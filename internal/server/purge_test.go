package server_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gochatting/internal/chattest"
	"gochatting/internal/message"
)

// What a purge takes away goes from all screens at once, and with its undoing comes back as it was.
func TestAPurgeAndItsUndoAreSeenLive(t *testing.T) {
	o := keepOrder(t)
	attic := o.cleo.MakeRoom(message.PrivateRoom, "Attic", o.dan)
	file := send(o.cleo, "spam.jpg", photo(t, 20, 10))
	body := fmt.Sprintf(`{"TextMessage":{"Content":"*spam* @dan","Files":[{"ID":%q}]}}`, file.ID)
	var posted message.Message
	require.Equal(t, http.StatusCreated, o.cleo.Post("/api/v1/rooms/lobby/messages", body, &posted))
	at := fmt.Sprintf("/api/v1/rooms/lobby/messages/%d", posted.TextMessage.ID)
	require.Equal(t, http.StatusOK, o.dan.Put(at+"/reactions/👎", "", nil))
	require.Equal(t, http.StatusOK, o.dan.Put(at+"/pin", "", nil))
	o.cleo.SayIn(attic.ID, "spam in the attic")
	o.dan.SayIn(message.Lobby, "a fine day")
	before := map[string][]message.Message{message.Lobby: o.dan.History(message.Lobby), attic.ID: o.dan.History(attic.ID)}

	a, d := o.ann.Open(), o.dan.Open()
	require.Equal(t, http.StatusForbidden, o.dan.Post(of(o.cleo, "/purge"), "", nil))
	require.Equal(t, http.StatusForbidden, o.ben.Post(of(o.ann, "/purge"), "", nil))
	var purged struct {
		Act      string
		Messages int
	}
	require.Equal(t, http.StatusCreated, o.ben.Post(of(o.cleo, "/purge"), "", &purged))
	assert.Equal(t, 2, purged.Messages)
	gone := a.Hear()
	assert.NotNil(t, gone.Deleted)
	assert.Empty(t, gone.Content+gone.HTML)
	assert.Empty(t, gone.Files)
	for range 2 {
		gone := d.Hear()
		assert.NotNil(t, gone.Deleted)
		assert.Empty(t, gone.Content)
	}
	response, _ := fetch(o.dan, file.URL)
	assert.Equal(t, http.StatusNotFound, response.StatusCode)
	assert.Empty(t, hits(o.dan, "spam"))
	assert.Equal(t, int64(posted.TextMessage.ID), gone.ID)

	undo := "/api/v1/log/" + purged.Act + "/undo"
	require.Equal(t, http.StatusForbidden, o.dan.Post(undo, "", nil))
	require.Equal(t, http.StatusOK, o.ben.Post(undo, "", &purged))
	assert.Equal(t, 2, purged.Messages)
	back := a.Hear()
	assert.Nil(t, back.Deleted)
	assert.Equal(t, "*spam* @dan", back.Content)
	d.Hear()
	d.Hear()
	for room, said := range before {
		after := o.dan.History(room)
		for i := range after {
			after[i].TextMessage.Rev = said[i].TextMessage.Rev
		}
		assert.Equal(t, said, after)
	}
	response, _ = fetch(o.dan, file.URL)
	assert.Equal(t, http.StatusOK, response.StatusCode)
	assert.Len(t, hits(o.dan, "spam"), 2)
	require.Equal(t, http.StatusConflict, o.ben.Post(undo, "", nil), "once")
}

// hits are the messages that a search finds.
func hits(p *chattest.Person, words string) []json.RawMessage {
	var found struct{ Hits []json.RawMessage }
	require.Equal(p.T, http.StatusOK, p.Get("/api/v1/search?q="+words, &found))
	return found.Hits
}
