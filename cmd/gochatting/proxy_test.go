package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gochatting/internal/chattest"
	"gochatting/internal/message"
)

// The configurations of docs/operations do, with the real programs, what is said of them there. Two of
// the three nodes are not up.
func TestProxies(t *testing.T) {
	for name := range reverseProxies {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			at, data := quietAddress(t), t.TempDir()
			p := startReverseProxy(t, name, quietAddress(t), at, quietAddress(t))
			up := func() *process {
				return startNode(t, at, "--data", data, "--rate-joins", "2")
			}
			server := up()
			p.awaitReady()
			p.redirects()
			ann, ben := p.come("127.0.0.21", "ann@example.com"), p.come("127.0.0.22", "ben@example.com")
			p.talk(ann, ben)
			p.tellsNetworksApart()
			p.carriesFiles(ann)
			p.survivesARestart(server, ann, up)
		})
	}
}

// startNode runs the program behind a proxy, until it listens.
func startNode(t *testing.T, at string, args ...string) *process {
	p := launch(t, append([]string{"--addr", at, "--gravatar", "off", "--base-url", "https://" + domain, "--trusted-proxies", "127.0.0.1"}, args...)...)
	p.out.await(t, "open https://"+domain)
	return p
}

// come is to join from an address.
func (p *reverseProxy) come(from, email string) *chattest.Person {
	person := p.visitor(from)
	person.Join(email)
	return person
}

func (p *reverseProxy) redirects() {
	response, err := p.visitor("127.0.0.20").HTTP.Get("http://" + domain + "/rooms/lobby")
	require.NoError(p.t, err)
	require.NoError(p.t, response.Body.Close())
	assert.Contains(p.t, []int{http.StatusMovedPermanently, http.StatusPermanentRedirect}, response.StatusCode)
	assert.Equal(p.t, "https://"+domain+"/rooms/lobby", response.Header.Get("Location"))
}

func (p *reverseProxy) talk(ann, ben *chattest.Person) {
	anns, bens := ann.Open(), ben.Open()
	anns.Say("Good morning.")
	assert.Equal(p.t, "Good morning.", bens.Hear().Content)
	_, response, err := ann.Dial(http.Header{"Origin": {"https://evil.example.com"}}, "gochatting.v1")
	require.ErrorIs(p.t, err, websocket.ErrBadHandshake)
	assert.Equal(p.t, http.StatusForbidden, response.StatusCode)
	at, err := url.Parse(ann.Base)
	require.NoError(p.t, err)
	require.NotEmpty(p.t, ann.HTTP.Jar.Cookies(at))
	at.Scheme = "http"
	assert.Empty(p.t, ann.HTTP.Jar.Cookies(at), "cookies go over TLS only")
	anns.Leave()
	bens.Leave()
}

// tellsNetworksApart sees that limits count where somebody comes from, whatever they say about it.
func (p *reverseProxy) tellsNetworksApart() {
	join := func(from, name string) int {
		v := p.visitor(from)
		form := url.Values{"email": {name + "@example.com"}}
		request, err := http.NewRequest(http.MethodPost, v.Base+"/join", strings.NewReader(form.Encode()))
		require.NoError(p.t, err)
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		request.Header.Set("X-Forwarded-For", fmt.Sprintf("198.51.100.%d", rand.IntN(250)))
		response, err := v.HTTP.Do(request)
		require.NoError(p.t, err)
		defer response.Body.Close()
		return response.StatusCode
	}
	assert.Equal(p.t, http.StatusSeeOther, join("127.0.0.23", "cem"))
	assert.Equal(p.t, http.StatusSeeOther, join("127.0.0.23", "dan"))
	assert.Equal(p.t, http.StatusTooManyRequests, join("127.0.0.23", "eve"), "the third of a network")
	assert.Equal(p.t, http.StatusSeeOther, join("127.0.0.24", "eve"), "another network")
}

// carriesFiles sends the largest file there may be, and one that has a byte more.
func (p *reverseProxy) carriesFiles(ann *chattest.Person) {
	const largest = 25 << 20
	content := make([]byte, largest+1)
	_, _ = rand.NewChaCha8([32]byte{}).Read(content) // never fails
	var kept message.File
	status, answer := p.upload(ann, content[:largest])
	require.Equal(p.t, http.StatusCreated, status, answer)
	require.NoError(p.t, json.Unmarshal([]byte(answer), &kept))

	response, err := ann.HTTP.Get(ann.Base + "/files/" + kept.ID + "/x?as=" + ann.Me.ID)
	require.NoError(p.t, err)
	defer response.Body.Close()
	back, err := io.ReadAll(response.Body)
	require.NoError(p.t, err)
	require.Equal(p.t, http.StatusOK, response.StatusCode)
	assert.True(p.t, bytes.Equal(content[:largest], back), "comes back as it went up")

	status, answer = p.upload(ann, content)
	assert.Equal(p.t, http.StatusRequestEntityTooLarge, status)
	assert.Contains(p.t, answer, "This file has more than 25 MB.", "what the node says, not the proxy")
}

func (p *reverseProxy) upload(ann *chattest.Person, content []byte) (status int, answer string) {
	response, err := ann.HTTP.Post(ann.Base+"/api/v1/files?name=x&as="+ann.Me.ID, "application/octet-stream", bytes.NewReader(content))
	require.NoError(p.t, err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	require.NoError(p.t, err)
	return response.StatusCode, string(text)
}

// survivesARestart sees that a socket learns of a restart, and that all goes on afterwards.
func (p *reverseProxy) survivesARestart(server *process, ann *chattest.Person, up func() *process) {
	tab := ann.Open()
	server.terminate()
	code, _ := tab.CloseCode()
	assert.Equal(p.t, websocket.CloseGoingAway, code)
	tab.Leave()
	require.Zero(p.t, server.wait(), "exit code")
	assert.GreaterOrEqual(p.t, p.ready(p.t, ann), http.StatusBadGateway)
	up()
	p.awaitReady()
	tab = ann.Open()
	tab.Say("Again.")
	assert.Equal(p.t, "Again.", tab.Hear().Content)
}

// awaitReady waits until the proxy knows of a node that is ready.
func (p *reverseProxy) awaitReady() {
	visitor := p.visitor("127.0.0.20")
	require.EventuallyWithT(p.t, func(t *assert.CollectT) {
		require.Equal(t, http.StatusOK, p.ready(t, visitor))
	}, chattest.Patience, 50*time.Millisecond)
}

func (p *reverseProxy) ready(t require.TestingT, visitor *chattest.Person) (status int) {
	response, err := visitor.HTTP.Get(visitor.Base + "/readyz")
	require.NoError(t, err)
	defer response.Body.Close()
	_, err = io.Copy(io.Discard, response.Body)
	require.NoError(t, err)
	return response.StatusCode
}
