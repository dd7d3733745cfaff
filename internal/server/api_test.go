package server_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gochatting/internal/chattest"
	"gochatting/internal/message"
)

type failure struct{ Error message.Error }

func TestAPIWithoutASessionIs401(t *testing.T) {
	s := open(t, limited, noUpstream)
	nobody := chattest.Visitor(t, s.URL)
	for _, path := range []string{"/api/v1/me", "/api/v1/rooms", "/api/v1/rooms/lobby", "/api/v1/rooms/lobby/messages",
		"/api/v1/rooms/lobby/users", "/api/v1/rooms/attic", "/api/v1/nothing"} {
		var f failure
		assert.Equal(t, http.StatusUnauthorized, nobody.Get(path, &f), path)
		assert.Equal(t, message.CodeSignedOut, f.Error.Code)
		assert.NotEmpty(t, f.Error.Text)
	}
	for _, path := range []string{"/api/v1/me/devices", "/api/v1/rooms/lobby/messages"} {
		assert.Equal(t, http.StatusUnauthorized, nobody.Post(path, "{}", nil), path)
	}
}

func TestHostile19WhatOneMayNotSeeIs404(t *testing.T) {
	s := open(t, limited, noUpstream)
	ann := chattest.Join(t, s.URL, "ann@example.com")
	for _, path := range []string{"/api/v1/rooms/attic", "/api/v1/rooms/attic/messages", "/api/v1/rooms/attic/users", "/api/v1/nothing"} {
		var f failure
		assert.Equal(t, http.StatusNotFound, ann.Get(path, &f), path)
		assert.Equal(t, message.CodeNotFound, f.Error.Code)
	}
	assert.Equal(t, http.StatusNotFound, ann.Post("/api/v1/rooms/attic/messages", `{"TextMessage":{"Content":"hi"}}`, nil))
}

func TestHistoryByID(t *testing.T) {
	s := open(t, unlimited, noUpstream)
	ann := chattest.Join(t, s.URL, "ann@example.com")
	for i := 1; i <= 120; i++ {
		var m message.Message
		require.Equal(t, http.StatusCreated, ann.Post("/api/v1/rooms/lobby/messages", fmt.Sprintf(`{"Ref":"r%d","TextMessage":{"Content":"%d"}}`, i, i), &m))
		assert.Equal(t, int64(i), m.TextMessage.ID)
	}
	ids := func(query string) (list []int64) {
		var page struct{ Messages []message.Message }
		require.Equal(t, http.StatusOK, ann.Get("/api/v1/rooms/lobby/messages"+query, &page), query)
		require.NotNil(t, page.Messages, "a list, even if empty")
		for _, m := range page.Messages {
			list = append(list, m.TextMessage.ID)
		}
		return list
	}
	run := func(from, to int64) (list []int64) {
		for id := from; id <= to; id++ {
			list = append(list, id)
		}
		return list
	}
	assert.Equal(t, run(71, 120), ids(""))
	assert.Equal(t, run(1, 5), ids("?after=0&limit=5"))
	assert.Equal(t, run(6, 10), ids("?after=5&limit=5"))
	assert.Equal(t, run(95, 99), ids("?before=100&limit=5"))
	assert.Equal(t, run(1, 3), ids("?before=4"))
	assert.Empty(t, ids("?after=120"))
	assert.Empty(t, ids("?before=1"))
	assert.Empty(t, ids("?before=0"))
	assert.Equal(t, run(118, 120), ids("?since=117"))
	assert.Equal(t, run(1, 120), ids("?after=0&limit=100000"))

	for _, query := range []string{"?after=x", "?before=-1", "?limit=1.5", "?since=9999999999999999999999", "?after="} {
		var f failure
		assert.Equal(t, http.StatusBadRequest, ann.Get("/api/v1/rooms/lobby/messages"+query, &f), query)
		assert.Equal(t, message.CodeInvalid, f.Error.Code)
	}
}

func TestPostingOverHTTP(t *testing.T) {
	s := open(t, limited, noUpstream)
	ann := chattest.Join(t, s.URL, "ann@example.com")
	b := chattest.Join(t, s.URL, "ben@example.com").Open()
	const messages = "/api/v1/rooms/lobby/messages"
	require.Equal(t, http.StatusCreated, ann.Post(messages, `{"MType":"text_mtype","Ref":"r","TextMessage":{"Content":"from a script"}}`, nil))
	assert.Equal(t, "from a script", b.Hear().Content)
	var again message.Message
	ann.Post(messages, `{"Ref":"r","TextMessage":{"Content":"again"}}`, &again)
	assert.Equal(t, int64(1), again.TextMessage.ID)

	for body, status := range map[string]int{
		`{`:                             http.StatusBadRequest,
		`{"Ref":"x"}`:                   http.StatusBadRequest,
		`{"TextMessage":{"Content":5}}`: http.StatusBadRequest,
		`{"Room":"attic","TextMessage":{"Content":"x"}}`:                     http.StatusBadRequest,
		`{"TextMessage":{"Content":""}}`:                                     http.StatusUnprocessableEntity,
		`{"TextMessage":{"Content":"` + strings.Repeat("x", 9000) + `"}}`:    http.StatusRequestEntityTooLarge,
		`{"TextMessage":{"Content":"` + strings.Repeat("x", 100_000) + `"}}`: http.StatusRequestEntityTooLarge,
	} {
		var f failure
		assert.Equal(t, status, ann.Post(messages, body, &f), "%.60s", body)
		assert.NotEmpty(t, f.Error.Text)
	}
	var f failure
	for ann.Post(messages, `{"TextMessage":{"Content":"more"}}`, &f) == http.StatusCreated {
	}
	assert.Equal(t, message.CodeSlowDown, f.Error.Code)
	assert.Positive(t, f.Error.RetryAfter)
}

func TestWhoIsHere(t *testing.T) {
	s := open(t, unlimited, noUpstream)
	var people []*chattest.Person
	for i := range 7 {
		p := chattest.Join(t, s.URL, fmt.Sprintf("user%d@example.com", i))
		p.Open()
		people = append(people, p)
	}
	var names []string
	after := ""
	for {
		var page struct {
			Users  []message.User
			Online int
		}
		require.Equal(t, http.StatusOK, people[0].Get("/api/v1/rooms/lobby/users?limit=3&after="+after, &page))
		assert.Equal(t, 7, page.Online)
		if len(page.Users) == 0 {
			break
		}
		for _, u := range page.Users {
			assert.Empty(t, u.Email)
			names = append(names, u.Name)
			after = u.ID
		}
	}
	assert.Equal(t, []string{"user0", "user1", "user2", "user3", "user4", "user5", "user6"}, names)
}

func TestHealth(t *testing.T) {
	s := open(t, limited, noUpstream)
	for _, path := range []string{"/healthz", "/readyz"} {
		response, err := http.Get(s.URL + path)
		require.NoError(t, err)
		response.Body.Close()
		assert.Equal(t, http.StatusOK, response.StatusCode, path)
	}
	require.NoError(t, s.Store.Close())
	for status := 0; status != http.StatusServiceUnavailable; {
		response, err := http.Get(s.URL + "/readyz")
		require.NoError(t, err)
		response.Body.Close()
		status = response.StatusCode
	}
}
