package server_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"gochatting/internal/chattest"
	"gochatting/internal/message"
)

// cursors are all parameters that say where in a list to go on, and what the answer is of.
var cursors = []struct{ path, cursor string }{
	{"/rooms/lobby/messages", "before"}, {"/rooms/lobby/messages", "after"}, {"/rooms/lobby/messages", "around"}, {"/rooms/lobby/messages", "since"},
	{"/rooms/lobby/messages", "ids"}, {"/search?q=hello&", "before"}, {"/users?", "ids"}, {"/log", "before"},
}

// FuzzCursors asks a whole server with any cursor and any limit. It answers with what was asked for, in
// order and not more than it may be, or says that the parameter is wrong.
func FuzzCursors(f *testing.F) {
	f.Add(uint8(0), "9223372036854775807", "9223372036854775807")
	const said = 12
	s := open(f, unlimited, noUpstream)
	ann := chattest.Join(f, s.URL, "ann@example.com")
	for i := range said {
		ann.SayIn(message.Lobby, fmt.Sprint("hello ", i))
	}
	require.Equal(f, http.StatusCreated, ann.Post("/api/v1/invitations", `{"Room":"lobby","Hours":1}`, nil)) // in the log
	cookies := ann.HTTP.Jar.Cookies(must(url.Parse(s.URL)))
	handler := s.Server.Handler()

	f.Fuzz(func(t *testing.T, which uint8, cursor, limit string) {
		c := cursors[int(which)%len(cursors)]
		query := url.Values{c.cursor: {cursor}, "q": {"hello"}}
		if limit != "" {
			query.Set("limit", limit)
		}
		at, err := url.Parse("/api/v1" + c.path)
		require.NoError(t, err)
		at.RawQuery = query.Encode()
		r := httptest.NewRequest(http.MethodGet, at.String(), nil)
		for _, cookie := range cookies {
			r.AddCookie(cookie)
		}
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)

		var answer struct {
			Messages []message.Message
			Hits     []json.RawMessage
			Users    []json.RawMessage
			Acts     []json.RawMessage
			Error    *message.Error
		}
		require.NoError(t, json.Unmarshal(w.Body.Bytes(), &answer), "%s", w.Body)
		if w.Code != http.StatusOK {
			require.Contains(t, []int{http.StatusBadRequest, http.StatusNotFound}, w.Code, "%s", w.Body)
			require.NotNil(t, answer.Error)
			require.NotEmpty(t, answer.Error.Text)
			return
		}
		require.LessOrEqual(t, max(len(answer.Messages), len(answer.Hits), len(answer.Users), len(answer.Acts)), 200)
		ids := make([]int64, len(answer.Messages))
		for i, m := range answer.Messages {
			ids[i] = m.TextMessage.ID
		}
		require.True(t, slices.IsSorted(ids), "%v", ids)
		require.Len(t, slices.Compact(slices.Clone(ids)), len(ids), "nothing twice")
		if n, err := strconv.Atoi(limit); err == nil && n > 0 && c.cursor != "ids" {
			require.LessOrEqual(t, len(ids), n)
		}
		from, err := strconv.ParseInt(cursor, 10, 64)
		if c.cursor == "ids" || c.path != cursors[0].path {
			return
		}
		require.NoError(t, err, "what is no number is refused")
		for _, id := range ids {
			switch c.cursor {
			case "before":
				require.Less(t, id, max(from, 1))
			case "after", "since":
				require.Greater(t, id, from)
			}
		}
		if c.cursor == "after" && limit == "" && from < said {
			require.Len(t, ids, int(said-from))
		}
	})
}
