// Package chattest is the chat as its users have it, for tests: people with a browser's cookies
// and sockets, on a foreign WebSocket client.
package chattest

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"gochatting/internal/message"
)

// Patience is how long anything may take before a test gives up on it.
const Patience = 30 * time.Second

// A Person is somebody at a browser of their own.
type Person struct {
	T    testing.TB
	Base string // the server, as in http://127.0.0.1:5050
	HTTP *http.Client
	Me   message.User
}

// Visitor is somebody who has not joined yet.
func Visitor(t testing.TB, base string) *Person {
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	transport := http.DefaultTransport.(*http.Transport).Clone()
	t.Cleanup(transport.CloseIdleConnections)
	return &Person{T: t, Base: base, HTTP: &http.Client{
		Jar: jar, Transport: transport, Timeout: Patience,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// Join is somebody who typed their email and is in.
func Join(t testing.TB, base, email string) *Person {
	p := Visitor(t, base)
	p.Join(email)
	return p
}

// Join types an email, in a browser that may be others already; from then on Me is that person.
func (p *Person) Join(email string) {
	status, _ := p.Submit("/join", url.Values{"email": {email}})
	require.Equal(p.T, http.StatusSeeOther, status, "join as %s", email)
	p.Me = message.User{}
	require.Equal(p.T, http.StatusOK, p.Get("/api/v1/me", &p.Me))
}

// Submit sends a form and gives the answer.
func (p *Person) Submit(path string, form url.Values) (status int, body string) {
	response, err := p.HTTP.PostForm(p.Base+path, form)
	require.NoError(p.T, err)
	return read(p.T, response)
}

// Get asks for JSON, into v unless that is nil, as Me if they are anybody. A
// *json.RawMessage gets whatever it is.
func (p *Person) Get(path string, v any) (status int) {
	return p.do(http.MethodGet, path, "", v)
}

// Post sends JSON and reads the answer into v unless that is nil.
func (p *Person) Post(path, body string, v any) (status int) {
	return p.do(http.MethodPost, path, body, v)
}

// Put is Post with its method, as are Patch and Delete.
func (p *Person) Put(path, body string, v any) (status int) {
	return p.do(http.MethodPut, path, body, v)
}

func (p *Person) Patch(path, body string, v any) (status int) {
	return p.do(http.MethodPatch, path, body, v)
}

func (p *Person) Delete(path string, v any) (status int) {
	return p.do(http.MethodDelete, path, "", v)
}

// do calls the API, and sees that the answer is as described.
func (p *Person) do(method, path, body string, v any) (status int) {
	p.T.Helper()
	request, err := http.NewRequest(method, p.Base+p.as(path), strings.NewReader(body))
	require.NoError(p.T, err)
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	response, err := p.HTTP.Do(request)
	require.NoError(p.T, err)
	status, answer := read(p.T, response)
	holdToContract(p.T, method, path, status, response.Header.Get("Content-Type"), answer)
	if raw, is := v.(*json.RawMessage); is {
		*raw = []byte(answer)
	} else if v != nil {
		require.NoError(p.T, json.Unmarshal([]byte(answer), v), "%s %s: %s", method, path, answer)
	}
	return status
}

// History is all that was ever said in a room, paged from the beginning.
func (p *Person) History(room string) []message.Message {
	return p.pages(room, "after", 0, func(t *message.TextMessage) int64 { return t.ID })
}

// Since is all that was said or changed in a room after rev, as a client asks that comes back.
func (p *Person) Since(room string, rev int64) []message.Message {
	return p.SinceReach(room, rev, 0)
}

// SinceReach is the same, as a client asks that was told of a rev there is: by a server, perhaps another one.
func (p *Person) SinceReach(room string, rev, reach int64) []message.Message {
	which := fmt.Sprintf("reach=%d&since", reach)
	return p.pages(room, which, rev, func(t *message.TextMessage) int64 { return t.Rev })
}

func (p *Person) pages(room, which string, from int64, place func(*message.TextMessage) int64) (all []message.Message) {
	for {
		var page struct{ Messages []message.Message }
		path := "/api/v1/rooms/" + room + "/messages?limit=200&" + which + "=" + strconv.FormatInt(from, 10)
		require.Equal(p.T, http.StatusOK, p.Get(path, &page))
		if len(page.Messages) == 0 {
			return all
		}
		all = append(all, page.Messages...)
		from = place(all[len(all)-1].TextMessage)
	}
}

// as makes a path one of Me's, in a browser that may hold several people.
func (p *Person) as(path string) string {
	if p.Me.ID == "" {
		return path
	}
	mark := "?"
	if strings.Contains(path, "?") {
		mark = "&"
	}
	return path + mark + "as=" + p.Me.ID
}

func read(t testing.TB, response *http.Response) (status int, body string) {
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return response.StatusCode, string(data)
}
