package server_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gochatting/internal/chattest"
	"gochatting/internal/message"
	"gochatting/internal/store"
)

func invite(p *chattest.Person, room, role string, uses int) (link, id string) {
	p.T.Helper()
	body := must(json.Marshal(map[string]any{"Room": room, "Role": role, "Hours": 1, "Uses": uses}))
	var made struct {
		Link       string
		Invitation struct{ ID string }
	}
	require.Equal(p.T, http.StatusCreated, p.Post("/api/v1/invitations", string(body), &made))
	return path(p.T, made.Link), made.Invitation.ID
}

func TestByInvitation(t *testing.T) {
	d := openDoor(t, store.JoinInvite)
	ann := d.visitor("192.0.2.1")
	ann.Join("ann@example.com") // the first needs none
	attic := ann.MakeRoom(message.PrivateRoom, "Attic").ID
	link, _ := invite(ann, attic, message.RoleReader, 1)

	ben := d.visitor("192.0.2.2")
	status, body := types(ben, "ben@example.com")
	assert.Equal(t, http.StatusForbidden, status)
	assert.Contains(t, body, "needs an invitation")
	for range 3 {
		response, body := page(t, d.visitor("192.0.2.9"), link)
		require.Equal(t, http.StatusOK, response.StatusCode, "the preview uses nothing up")
		assert.Contains(t, body, "Attic")
		assert.Contains(t, body, "<bdi>ann</bdi>")
		assert.Contains(t, body, "read along")
		assert.NotContains(t, body, "ann@example.com")
	}
	response, _ := ben.HTTP.PostForm(d.URL+"/join", url.Values{"email": {"ben@example.com"}, "invite": {strings.TrimPrefix(link, "/i/")}})
	response.Body.Close()
	require.Equal(t, http.StatusSeeOther, response.StatusCode)
	assert.Equal(t, "/rooms/"+attic, response.Header.Get("Location"))
	assert.Equal(t, message.RoleReader, isIn(ben).Role)
	_, body = page(t, ben, "/")
	assert.Contains(t, body, `href="/rooms/`+attic+`?as=`, "the door leads him to the room that he is in")

	response, _ = page(t, d.visitor("192.0.2.3"), link)
	assert.Equal(t, http.StatusGone, response.StatusCode, "it was for one")
	status, body = types(d.visitor("192.0.2.3"), "cleo@example.com", "invite", strings.TrimPrefix(link, "/i/"))
	assert.Equal(t, http.StatusGone, status, "somebody else was faster")
	assert.Contains(t, body, "This link is over")
}

// Who is here already follows an invitation with one press, and a revoked one leads nowhere.
func TestFollowingAnInvitation(t *testing.T) {
	d := openDoor(t, store.JoinOpen)
	ann, ben := d.visitor("192.0.2.1"), d.visitor("192.0.2.2")
	ann.Join("ann@example.com")
	ben.Join("ben@example.com")
	attic := ann.MakeRoom(message.PrivateRoom, "Attic").ID
	link, id := invite(ann, attic, message.RoleMember, 0)
	require.Equal(t, http.StatusNotFound, ben.Get("/api/v1/rooms/"+attic, nil))
	socket := ben.Open()
	_, body := page(t, ben, link)
	assert.Contains(t, body, `action="?as=`+ben.Me.ID+`"`)
	status, _ := ben.Submit(link+"?as="+ben.Me.ID, nil)
	require.Equal(t, http.StatusSeeOther, status)
	assert.Equal(t, http.StatusOK, ben.Get("/api/v1/rooms/"+attic, nil))
	for m := socket.Next(message.RoomMType); m.Room != attic; m = socket.Next(message.RoomMType) {
	}

	status, _ = d.visitor("192.0.2.3").Submit(link+"?as="+ben.Me.ID, nil)
	assert.Equal(t, http.StatusUnauthorized, status, "nobody presses it for others")
	require.Equal(t, http.StatusOK, ann.Delete("/api/v1/invitations/"+id, nil))
	response, _ := page(t, ben, link)
	assert.Equal(t, http.StatusGone, response.StatusCode)
}

// An invitation survives the way by the mail, and by a provider.
func TestAnInvitationWhereAddressesMustBeProven(t *testing.T) {
	d := openDoor(t, store.JoinVerified)
	ann := d.proven("ann@example.com")
	attic := ann.MakeRoom(message.PrivateRoom, "Attic").ID
	link, _ := invite(ann, attic, message.RoleMember, 0)
	secret := strings.TrimPrefix(link, "/i/")

	ben := d.visitor("192.0.2.2")
	types(ben, "ben@example.com", "invite", secret)
	mailed := must(url.Parse(path(t, d.Mail.Next("ben@example.com").Link)))
	_, body := page(t, ben, mailed.String())
	require.Contains(t, body, `name="invite" value="`+secret+`"`)
	status, _ := ben.Submit(mailed.Path, mailed.Query())
	require.Equal(t, http.StatusSeeOther, status)
	isIn(ben)
	assert.Equal(t, http.StatusOK, ben.Get("/api/v1/rooms/"+attic, nil))

	cleo := d.visitor("192.0.2.3")
	response := d.signsIn(cleo, "cleo@example.com", "invite", secret)
	assert.Equal(t, "/rooms/"+attic, response.Header.Get("Location"))
}
