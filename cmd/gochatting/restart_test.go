package main

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gochatting/internal/chattest"
	"gochatting/internal/message"
)

// Ann, Ben and Cem have been here. Ben's tab is closed, Ann goes on talking, Cem signs out; then
// the server is stopped and started again. Ann and Ben are who they were, Ben gets what he
// missed, Cem is nobody, and nobody else can be Ann.
func TestRestartKeepsPeopleAndWhatWasSaid(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	server := start(t, data)
	ann, ben := newWitness(t, server.Base, "ann@example.com"), newWitness(t, server.Base, "ben@example.com")
	cem := chattest.Join(t, server.Base, "cem@example.com")
	anns, bens := ann.open(server.Base), ben.open(server.Base)

	anns.SayAs("1", "one")
	ben.hear(bens.Next(message.TextMType))
	bens.Leave()
	anns.SayAs("2", "two")
	anns.SayAs("3", "三 👋")
	for ann.rev < 3 {
		ann.hear(anns.Read())
	}
	status, _ := cem.Submit("/leave?as="+cem.Me.ID, nil)
	require.Equal(t, http.StatusSeeOther, status)
	server.terminate()
	code, _ := anns.CloseCode()
	assert.Equal(t, 1001, code)
	anns.Leave()
	require.Zero(t, server.wait(), "exit code")

	server = start(t, data)
	bens = ben.resume(server.Base)
	assert.Equal(t, ben.Me, bens.Welcome.You)
	assert.Len(t, ben.seen, 3)
	anns = ann.resume(server.Base)
	assert.Equal(t, ann.Me, anns.Welcome.You)
	anns.SayAs("3", "三 👋")
	again := anns.Next(message.TextMType)
	assert.EqualValues(t, 3, again.TextMessage.ID, "said before the restart, under this Ref")
	anns.SayAs("4", "four")
	for ben.rev < 4 {
		ben.hear(bens.Read())
	}

	history := ben.History(message.Lobby)
	requireWhole(t, history)
	var contents []string
	for _, m := range history {
		contents = append(contents, m.TextMessage.Content)
		assert.Equal(t, ann.Me.ID, m.TextMessage.UserInfo.ID)
	}
	assert.Equal(t, []string{"one", "two", "三 👋", "four"}, contents)
	ann.testify(history)
	ben.testify(history)

	cem.Base = server.Base
	assert.Equal(t, http.StatusUnauthorized, cem.Get("/api/v1/me", nil))
	status, _ = chattest.Visitor(t, server.Base).Submit("/join", url.Values{"email": {"ann@example.com"}})
	assert.Equal(t, http.StatusConflict, status, "Ann's browser holds her address")
}
