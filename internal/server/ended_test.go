package server_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gochatting/internal/chattest"
	"gochatting/internal/message"
	"gochatting/internal/store"
)

// holdBack sends the head of a request as p, and gives what sends the body and tells the status.
func holdBack(p *chattest.Person, method, path, body string) (finish func() (status int)) {
	site, err := url.Parse(p.Base)
	require.NoError(p.T, err)
	c, err := net.Dial("tcp", site.Host)
	require.NoError(p.T, err)
	p.T.Cleanup(func() { _ = c.Close() })
	require.NoError(p.T, c.SetDeadline(time.Now().Add(chattest.Patience)))
	request, err := http.NewRequest(method, p.Base+path, nil)
	require.NoError(p.T, err)
	for _, cookie := range p.HTTP.Jar.Cookies(site) {
		request.AddCookie(cookie)
	}
	_, err = fmt.Fprintf(c, "%s %s HTTP/1.1\r\nHost: %s\r\nCookie: %s\r\nExpect: 100-continue\r\nContent-Length: %d\r\n\r\n",
		method, path, site.Host, request.Header.Get("Cookie"), len(body))
	require.NoError(p.T, err)
	from := bufio.NewReader(c)
	line, err := from.ReadString('\n') // so the server is at the body
	require.NoError(p.T, err)
	require.Contains(p.T, line, "100 Continue")
	_, err = from.ReadString('\n')
	require.NoError(p.T, err)
	return func() int {
		_, err := io.WriteString(c, body)
		require.NoError(p.T, err)
		response, err := http.ReadResponse(from, nil)
		require.NoError(p.T, err)
		defer response.Body.Close()
		return response.StatusCode
	}
}

// What was begun while one was signed in, and comes when one is not any more, is not done.
func TestHostile03ASessionThatEndsInMidRequest(t *testing.T) {
	o := keepOrder(t)
	say := holdBack(o.cleo, "POST", "/api/v1/rooms/lobby/messages", `{"TextMessage":{"Content":"too late"}}`)
	upload := holdBack(o.cleo, "POST", "/api/v1/files?name=late.txt", "too late")
	ban := holdBack(o.ben, "PUT", of(o.dan, "/ban"), `{"Hours":1}`)
	require.Equal(t, http.StatusOK, o.ann.Put(of(o.cleo, "/ban"), `{"Hours":1}`, nil))
	o.ann.MakeRole(o.ben, message.RoleMember)
	require.Equal(t, http.StatusOK, o.ann.Put(of(o.ben, "/ban"), `{"Hours":1}`, nil))
	assert.Equal(t, http.StatusUnauthorized, say())
	assert.Equal(t, http.StatusUnauthorized, upload())
	assert.Equal(t, http.StatusUnauthorized, ban())
	assert.Equal(t, http.StatusOK, o.dan.Get("/api/v1/me", nil))
	assert.Empty(t, o.ann.History(message.Lobby))
}

// Who comes later is told how a message is now, and not how it was.
func TestNobodyIsToldWhatIsGone(t *testing.T) {
	o := keepOrder(t)
	o.dan.Open() // the room is awake
	first := o.cleo.SayIn(message.Lobby, "regret one")
	second := o.cleo.SayIn(message.Lobby, "stays")
	at := fmt.Sprintf("/api/v1/rooms/lobby/messages/%d", first.ID)
	o.cleo.Patch(at, `{"Content":"regret two"}`, nil)
	o.cleo.Delete(at, nil)

	late := chattest.Join(t, o.URL, "late@example.com")
	s := late.Open()
	since := late.Since(message.Lobby, 0)
	require.Len(t, since, 2)
	assert.Equal(t, second.ID, since[0].TextMessage.ID)
	assert.NotNil(t, since[1].TextMessage.Deleted)
	assert.Equal(t, "stays", since[0].TextMessage.Content)

	require.Equal(t, http.StatusOK, o.cleo.Delete("/api/v1/me?messages=keep", nil))
	o.dan.SayIn(message.Lobby, "and on")
	s.Hear()
	for _, m := range late.Since(message.Lobby, 0) {
		assert.NotContains(t, m.TextMessage.UserInfo.Name, "cleo")
	}
}

// The first dialect has the lobby alone, which a reader of another room is not in.
func TestHostile19AReaderInTheFirstDialect(t *testing.T) {
	o := keepOrder(t)
	show := o.ann.MakeRoom(message.OpenRoom, "Show")
	reader := chattest.Visitor(t, o.URL)
	invited := o.ann.Invite(show.ID, message.RoleReader, 0)
	status, _ := reader.Submit("/join", url.Values{"email": {"reader@example.com"}, "invite": {invited.Link[strings.LastIndexByte(invited.Link, '/')+1:]}})
	require.Equal(t, http.StatusSeeOther, status)
	isIn(reader)
	s, _, err := reader.DialFirst("reader@example.com", http.Header{"Origin": {o.URL}})
	require.NoError(t, err)
	o.cleo.SayIn(message.Lobby, "not for readers")
	code, _ := s.CloseCode()
	assert.NotZero(t, code)
}

// Somebody else's wrong codes do not keep the right one out.
func TestHostile11WrongCodesOfAStranger(t *testing.T) {
	d := openDoor(t, store.JoinVerified)
	stranger, ann := d.visitor("192.0.2.66"), d.visitor("192.0.2.1")
	for range 60 {
		types(stranger, "ann@example.com", "code", "123456")
	}
	types(ann, "ann@example.com")
	status, _ := types(ann, "ann@example.com", "code", d.Mail.Next("ann@example.com").Code)
	assert.Equal(t, http.StatusSeeOther, status)
}

// An address that is too long to be drawn is given all the same, and not logged.
func TestALinkThatCannotBeDrawn(t *testing.T) {
	o := keepOrder(t)
	request, err := http.NewRequest("POST", o.URL+"/api/v1/me/devices", nil)
	require.NoError(t, err)
	for _, cookie := range o.ann.HTTP.Jar.Cookies(request.URL) {
		request.AddCookie(cookie)
	}
	request.Host = strings.Repeat("a", 3000) + ".example.com"
	response, err := o.ann.HTTP.Do(request)
	require.NoError(t, err)
	defer response.Body.Close()
	assert.Equal(t, http.StatusCreated, response.StatusCode)
}
