package main

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gochatting/internal/chattest"
	"gochatting/internal/message"
	"gochatting/internal/postgrestest"
)

// Three nodes behind each of the proxies are restarted one after another, while Ann and Ben talk and Cleo
// asks for one page after another: no request fails, and everybody has everything that was said.
func TestRollingRestartBehindProxies(t *testing.T) {
	for name := range reverseProxies {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			database := postgrestest.New(t)
			var at, routes [3]string
			for i := range at {
				at[i], routes[i] = quietAddress(t), quietAddress(t)
			}
			var nodes [3]*process
			up := func(i int) {
				nodes[i] = startNode(t, at[i], "--data", t.TempDir(), "--limits", "off", "--database", database,
					"--cluster", routes[i], "--peers", strings.Join(routes[:], ","))
			}
			ready := func(i int) {
				require.Eventually(t, func() bool { return status(t, "http://"+at[i]+"/readyz") == http.StatusOK }, chattest.Patience, 50*time.Millisecond)
			}
			for i := range nodes {
				up(i)
			}
			for i := range nodes { // else the proxy may know of one only, which is then the first to stop
				ready(i)
			}
			p := startReverseProxy(t, name, at[:]...)
			p.awaitReady()
			ann, ben := p.come("127.0.0.21", "ann@example.com").Replicate(), p.come("127.0.0.22", "ben@example.com").Replicate()
			cleo := p.come("127.0.0.23", "cleo@example.com")

			var talking sync.WaitGroup
			over := make(chan struct{})
			for _, r := range []*chattest.Replica{ann, ben} {
				r.Connect()
				talking.Go(func() { p.talksOn(r, over) })
			}
			asked := 0
			talking.Go(func() { asked = p.asksOn(cleo, over) })
			for i := range nodes {
				nodes[i].stop()
				up(i)
				ready(i)
			}
			close(over)
			talking.Wait()

			var all []message.TextMessage
			for _, m := range cleo.History(message.Lobby) {
				all = append(all, *m.TextMessage)
			}
			t.Logf("%d messages, %d pages", len(all), asked)
			assert.Positive(t, asked)
			for _, r := range []*chattest.Replica{ann, ben} {
				require.Eventually(t, func() bool { return len(r.Messages(message.Lobby)) >= len(all) }, chattest.Patience, 10*time.Millisecond)
				assert.Equal(t, all, r.Messages(message.Lobby), "what %s has", r)
				r.Drop()
			}
		})
	}
}

// talksOn says one thing after another, each until it is acknowledged, and connects again as the page does.
func (p *reverseProxy) talksOn(r *chattest.Replica, over <-chan struct{}) {
	for n := 0; ; n++ {
		select {
		case <-over:
			return
		default:
		}
		if !r.Connected() {
			r.Connect()
		}
		assert.Equal(p.t, http.StatusCreated, r.Post("/api/v1/rooms/lobby/messages",
			fmt.Sprintf(`{"Ref":"%s-%d","TextMessage":{"Content":"%[2]d"}}`, r.Me.ID, n), nil))
	}
}

// asksOn asks for one page after another.
func (p *reverseProxy) asksOn(visitor *chattest.Person, over <-chan struct{}) (asked int) {
	for ; ; asked++ {
		select {
		case <-over:
			return asked
		default:
		}
		response, err := visitor.HTTP.Get(visitor.Base + "/rooms/lobby")
		if !assert.NoError(p.t, err) {
			return asked
		}
		_, _ = io.Copy(io.Discard, response.Body)
		response.Body.Close()
		if !assert.Equal(p.t, http.StatusOK, response.StatusCode) {
			return asked
		}
	}
}
