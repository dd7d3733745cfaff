package server_test

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gochatting/internal/chattest"
	"gochatting/internal/message"
)

// Whoever deletes their account is gone at once, everywhere; what they said stays, under nobody's name.
func TestLeavingKeepsWhatWasSaid(t *testing.T) {
	s := open(t, limited, noUpstream)
	ann := chattest.Join(t, s.URL, "ann@example.com")
	ben := chattest.Join(t, s.URL, "ben@example.com")
	phone := ben.AddDevice()
	attic := ben.MakeRoom(message.PrivateRoom, "Attic", ann)
	said := ben.SayIn(attic.ID, "I was here")
	a, b, p := ann.OpenAt(message.Lobby), ben.Open(), phone.Open()
	a.Await(count(2))

	require.Equal(t, http.StatusBadRequest, ben.Delete("/api/v1/me", nil), "what of the messages?")
	require.Equal(t, http.StatusConflict, ann.Delete("/api/v1/me?messages=keep", nil), "the last owner")
	require.Equal(t, http.StatusOK, ben.Delete("/api/v1/me?messages=keep", nil))
	for _, socket := range []*chattest.Socket{b, p} {
		code, reason := socket.CloseCode()
		assert.Equal(t, 1008, code)
		assert.Equal(t, "signed out", reason)
	}
	assert.Empty(t, ben.HTTP.Jar.Cookies(must(url.Parse(s.URL))))
	assert.Equal(t, http.StatusUnauthorized, phone.Get("/api/v1/me", nil))
	nobody := public(ben.Me)
	nobody.Name = ""
	for nameless, hers := false, false; !nameless || !hers; {
		switch m := a.Read(); m.MType {
		case message.StatusMType:
			nameless = nameless || contains(m.UserStatus.Joined, nobody)
		case message.RoomMType:
			hers = hers || m.Room == attic.ID && m.RoomInfo.Maker == ann.Me.ID
		}
	}
	a.Await(count(1))

	kept := ann.History(attic.ID)
	require.Len(t, kept, 1)
	assert.Equal(t, said.Content, kept[0].TextMessage.Content)
	assert.Equal(t, ben.Me.ID, kept[0].TextMessage.UserInfo.ID)
	assert.Empty(t, kept[0].TextMessage.UserInfo.Name)
	again := chattest.Join(t, s.URL, "ben@example.com")
	assert.NotEqual(t, ben.Me.ID, again.Me.ID)
	assert.Equal(t, http.StatusNotFound, again.Get("/api/v1/rooms/"+attic.ID, nil))
}

func TestLeavingRemovesWhatWasSaid(t *testing.T) {
	s := open(t, unlimited, noUpstream)
	ann := chattest.Join(t, s.URL, "ann@example.com")
	ben := chattest.Join(t, s.URL, "ben@example.com")
	attic := ben.MakeRoom(message.PrivateRoom, "Attic", ann)
	file, waiting := send(ben, "ben.txt", "of Ben"), send(ben, "waiting.txt", "nowhere yet")
	var posted message.Message
	require.Equal(t, http.StatusCreated, ben.Post("/api/v1/rooms/"+attic.ID+"/messages", fmt.Sprintf(`{"TextMessage":{"Content":"look","Files":[{"ID":%q}]}}`, file.ID), &posted))
	ben.SayIn(message.Lobby, "hello")
	ann.SayIn(message.Lobby, "hello yourself")
	a := ann.Open()
	require.Equal(t, http.StatusOK, ben.Delete("/api/v1/me?messages=remove", nil))
	for range 2 {
		gone := a.Hear()
		assert.NotNil(t, gone.Deleted)
		assert.Empty(t, gone.Content)
	}
	for _, path := range []string{file.URL, waiting.URL} {
		response, _ := fetch(ann, path)
		assert.Equal(t, http.StatusNotFound, response.StatusCode)
	}
	assert.Eventually(t, func() bool { return len(blobs(t, s)) == 0 }, chattest.Patience, time.Millisecond, "and from the disk")
	assert.Equal(t, "hello yourself", ann.History(message.Lobby)[1].TextMessage.Content)
}

// What a crash interrupts is done by the next server.
func TestRemovingGoesOnAfterACrash(t *testing.T) {
	data := t.TempDir()
	const many = 20
	t.Run("before", func(t *testing.T) {
		s := openIn(t, data, unlimited, noUpstream)
		chattest.Join(t, s.URL, "ann@example.com").SayIn(message.Lobby, "mine stays")
		ben := chattest.Join(t, s.URL, "ben@example.com")
		for i := range many {
			ben.SayIn(message.Lobby, fmt.Sprint("number ", i))
		}
		_, _, err := s.Store.Leave(t.Context(), ben.Me.ID, true)
		require.NoError(t, err)
	})
	s := openIn(t, data, unlimited, noUpstream)
	cleo := chattest.Join(t, s.URL, "cleo@example.com")
	assert.Eventually(t, func() bool {
		for _, m := range cleo.History(message.Lobby)[1:] {
			if m.TextMessage.Deleted == nil {
				return false
			}
		}
		return true
	}, chattest.Patience, 10*time.Millisecond)
	kept := cleo.History(message.Lobby)
	assert.Len(t, kept, many+1)
	assert.Equal(t, "mine stays", kept[0].TextMessage.Content)
}

func TestAnExportIsAllThatIsMine(t *testing.T) {
	s := open(t, unlimited, noUpstream)
	ann := chattest.Join(t, s.URL, "ann@example.com")
	ben := chattest.Join(t, s.URL, "ben@example.com")
	attic := ben.MakeRoom(message.PrivateRoom, "Attic", ann)
	ann.SayIn(attic.ID, "of Ann")
	file := send(ben, "ben.txt", "of Ben")
	require.Equal(t, http.StatusCreated, ben.Post("/api/v1/rooms/"+attic.ID+"/messages", fmt.Sprintf(`{"TextMessage":{"Content":"first","Files":[{"ID":%q}]}}`, file.ID), nil))
	ben.SayIn(message.Lobby, "second")

	var raw json.RawMessage
	require.Equal(t, http.StatusOK, ben.Get("/api/v1/me/export", &raw))
	archive, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	require.NoError(t, err)
	parts := make(map[string]string)
	for _, part := range archive.File {
		content := must(part.Open())
		parts[part.Name] = string(must(io.ReadAll(content)))
		content.Close()
	}
	require.Len(t, parts, 4)
	assert.Equal(t, "of Ben", parts["files/"+file.ID+"/ben.txt"])
	var me struct {
		ID, Email string
		Devices   []any
	}
	require.NoError(t, json.Unmarshal([]byte(parts["me.json"]), &me))
	assert.Equal(t, ben.Me.ID, me.ID)
	assert.Equal(t, "ben@example.com", me.Email)
	assert.Len(t, me.Devices, 1)
	var rooms []message.Room
	require.NoError(t, json.Unmarshal([]byte(parts["rooms.json"]), &rooms))
	assert.Len(t, rooms, 2)
	var said []string
	for line := range strings.Lines(parts["messages.jsonl"]) {
		var m message.Message
		require.NoError(t, json.Unmarshal([]byte(line), &m))
		said = append(said, m.TextMessage.Content)
	}
	assert.Equal(t, []string{"first", "second"}, said)
	assert.NotContains(t, string(raw)+strings.Join([]string{parts["me.json"], parts["rooms.json"], parts["messages.jsonl"]}, ""), "ann@example.com")
}
