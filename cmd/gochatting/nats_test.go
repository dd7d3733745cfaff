package main

import (
	"net"
	"net/http"
	"net/url"
	"strconv"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gochatting/internal/chattest"
	"gochatting/internal/message"
	"gochatting/internal/postgrestest"
)

// Two nodes meet on a NATS that somebody else runs. While it is away they serve on: what is said gets
// through by the database. When it is back, all is as before, without a restart.
func TestNATSOfSomebodyElse(t *testing.T) {
	at, database := quietAddress(t), postgrestest.New(t)
	nats := serveNATS(t, at)
	var nodes [2]*process
	for i := range nodes {
		env := []string{"GOCHATTING_DATABASE=" + database, "GOCHATTING_NATS=nats://" + url.UserPassword("chat", natsPassword).String() + "@" + at}
		nodes[i] = launchWith(t, env, "--addr", "127.0.0.1:0", "--data", t.TempDir(), "--gravatar", "off", "--limits", "off")
		t.Cleanup(nodes[i].terminate) // both, before either is waited for
	}
	for _, n := range nodes {
		n.Base = n.out.await(t, `open (http://\S+) in your browser`)
		require.Eventually(t, func() bool { return status(t, n.Base+"/readyz") == http.StatusOK }, chattest.Patience, 50*time.Millisecond)
	}
	ann, ben := chattest.Join(t, nodes[0].Base, "ann@example.com"), chattest.Join(t, nodes[1].Base, "ben@example.com")
	anns, bens := ann.Open(), ben.Open()
	awaitHere(anns, ann, ben)
	awaitHere(bens, ann, ben)
	anns.Say("hello")
	for _, s := range []*chattest.Socket{anns, bens} {
		assert.Equal(t, "hello", s.Hear().Content)
	}
	bens.Type(message.Lobby)
	assert.Equal(t, ben.Me.ID, anns.Next(message.TypingMType).Typing.ID, "nothing but NATS carries this")

	nats.Shutdown()
	nats.WaitForShutdown()
	for i, n := range nodes {
		n.log.await(t, "NATS is away")
		assert.Equal(t, http.StatusOK, status(t, n.Base+"/readyz"), "node %d", i)
	}
	bens.Say("can you hear me?")
	assert.Equal(t, "can you hear me?", anns.Hear().Content)
	anns.Say("yes")
	for _, said := range []string{"can you hear me?", "yes"} {
		assert.Equal(t, said, bens.Hear().Content)
	}
	cem, dan := chattest.Join(t, nodes[0].Base, "cem@example.com"), chattest.Join(t, nodes[1].Base, "dan@example.com")
	cems, dans := cem.Open(), dan.Open()
	bens.Leave()

	serveNATS(t, at)
	awaitHere(cems, ann, cem, dan)
	awaitHere(dans, ann, cem, dan)
	dans.Type(message.Lobby)
	assert.Equal(t, dan.Me.ID, cems.Next(message.TypingMType).Typing.ID)
	cems.Type(message.Lobby)
	assert.Equal(t, cem.Me.ID, dans.Next(message.TypingMType).Typing.ID)
	dans.Say("here I am")
	for _, said := range []string{"yes", "here I am"} {
		assert.Equal(t, said, anns.Hear().Content)
	}
	for _, n := range nodes {
		assert.Equal(t, http.StatusOK, status(t, n.Base+"/readyz"))
		assert.NotContains(t, n.log.String()+n.out.String(), "hunter2")
	}
}

const natsPassword = "hunter2/@:"

// serveNATS runs a NATS server that wants a user and a password.
func serveNATS(t *testing.T, at string) *server.Server {
	host, port, err := net.SplitHostPort(at)
	require.NoError(t, err)
	o := &server.Options{Host: host, Username: "chat", Password: natsPassword, NoSigs: true, NoLog: true}
	o.Port, err = strconv.Atoi(port)
	require.NoError(t, err)
	s, err := server.NewServer(o)
	require.NoError(t, err)
	done := make(chan struct{})
	go func() { defer close(done); s.Start() }()
	t.Cleanup(func() { s.Shutdown(); s.WaitForShutdown(); <-done })
	require.True(t, s.ReadyForConnections(chattest.Patience))
	return s
}
