package server_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gochatting/internal/chattest"
	"gochatting/internal/message"
)

func TestTheAPIIsDescribed(t *testing.T) {
	s := open(t, limited, noUpstream)
	assert.Equal(t, chattest.Operations(t), slices.Sorted(slices.Values(s.Server.Patterns())))
}

func TestOtherMethodsAre405(t *testing.T) {
	s := open(t, limited, noUpstream)
	ann := chattest.Join(t, s.URL, "ann@example.com")
	for path, allowed := range map[string]string{
		"/api/v1/me":                              "DELETE, GET, HEAD",
		"/api/v1/rooms":                           "GET, HEAD, POST",
		"/api/v1/rooms/lobby/messages/1":          "DELETE, GET, HEAD, PATCH",
		"/api/v1/rooms/lobby/messages/1/pin":      "DELETE, PUT",
		"/api/v1/rooms/lobby/members/me?limit=40": "DELETE, PUT",
	} {
		r, err := http.NewRequest("PROPFIND", s.URL+path, nil)
		require.NoError(t, err)
		response, err := ann.HTTP.Do(r)
		require.NoError(t, err)
		response.Body.Close()
		assert.Equal(t, http.StatusMethodNotAllowed, response.StatusCode, path)
		assert.Equal(t, allowed, response.Header.Get("Allow"), path)
	}
	var f failure
	assert.Equal(t, http.StatusMethodNotAllowed, ann.Delete("/api/v1/rooms", &f))
	assert.NotEmpty(t, f.Error.Text)
}

func TestHostile18BodiesAreReadStrictly(t *testing.T) {
	s := open(t, unlimited, noUpstream)
	ann := chattest.Join(t, s.URL, "ann@example.com")
	room := "/api/v1/rooms/" + ann.MakeRoom(message.OpenRoom, "Attic").ID
	said := ann.SayIn(message.Lobby, "hello")
	require.Equal(t, int64(1), said.ID)
	for _, c := range []struct{ method, path, body, names string }{
		{"POST", "/api/v1/rooms", `{"Kind":"open","Name":"x","Owner":"me"}`, "Owner"},
		{"POST", "/api/v1/rooms", `{"Kind":"open","Name":"x","Name":"y"}`, "Name"},
		{"POST", "/api/v1/rooms", `{"Kind":"open","Name":{}}`, "Name"},
		{"POST", "/api/v1/rooms", `{"Kind":"open","Name":"x"}{}`, "JSON"},
		{"POST", "/api/v1/rooms", ``, "JSON"},
		{"PATCH", room, `{"name":"x"}`, "name"},
		{"PATCH", room, `{"Archived":"yes"}`, "Archived"},
		{"PUT", room + "/read", `{"ID":1.5}`, "ID"},
		{"PUT", room + "/read", `{}`, "ID"},
		{"PUT", room + "/involvement", `{"Involvement":3}`, "Involvement"},
		{"PUT", room + "/involvement", `{"Involvement":"some"}`, ""},
		{"PATCH", "/api/v1/rooms/lobby/messages/1", `{"Content":"x","HTML":"<b>"}`, "HTML"},
	} {
		var f failure
		status := ask(ann, c.method, c.path, c.body, &f)
		assert.Equal(t, http.StatusBadRequest, status, "%s %s %s", c.method, c.path, c.body)
		assert.Equal(t, message.CodeInvalid, f.Error.Code)
		assert.Contains(t, f.Error.Text, c.names)
	}
	var f failure
	assert.Equal(t, http.StatusRequestEntityTooLarge, ann.Post("/api/v1/rooms", `{"Name":"`+strings.Repeat("x", 100_000)+`"}`, &f))
}

// ask calls the API with a method by its name.
func ask(p *chattest.Person, method, path, body string, v any) (status int) {
	switch method {
	case http.MethodGet:
		return p.Get(path, v)
	case http.MethodPost:
		return p.Post(path, body, v)
	case http.MethodPut:
		return p.Put(path, body, v)
	case http.MethodPatch:
		return p.Patch(path, body, v)
	default:
		return p.Delete(path, v)
	}
}
