package server_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gochatting/internal/chattest"
	"gochatting/internal/store"
)

// leaves presses the button that leads to the provider, and gives where that is.
func (d *door) leaves(p *chattest.Person, more ...string) (onward string) {
	form := url.Values{}
	for i := 0; i+1 < len(more); i += 2 {
		form.Set(more[i], more[i+1])
	}
	response, err := p.HTTP.PostForm(d.URL+"/openid", form)
	require.NoError(d.t, err)
	response.Body.Close()
	require.Equal(d.t, http.StatusOK, response.StatusCode)
	refresh := response.Header.Get("Refresh")
	require.Regexp(d.t, `^0; url=http://`, refresh)
	return refresh[len("0; url="):]
}

// signsIn signs somebody in at the provider, and gives what the site answers then.
func (d *door) signsIn(p *chattest.Person, email string, more ...string) *http.Response {
	back := d.OpenID.SignIn(d.leaves(p, more...), email)
	response, _ := page(d.t, p, back.RequestURI())
	return response
}

func TestSigningInElsewhere(t *testing.T) {
	d := openDoor(t, store.JoinVerified)
	ann := d.visitor("192.0.2.1")
	response := d.signsIn(ann, "Ann@Example.com", "next", "/rooms/lobby?from=5")
	require.Equal(t, http.StatusSeeOther, response.StatusCode)
	assert.Equal(t, "/rooms/lobby?from=5", response.Header.Get("Location"))
	isIn(ann)
	assert.True(t, ann.Me.Verified)
	assert.Equal(t, "ann@example.com", ann.Me.Email)

	phone := d.visitor("192.0.2.2")
	d.signsIn(phone, "ann@example.com")
	assert.Equal(t, ann.Me.ID, isIn(phone).ID)
	assert.NotContains(t, d.Log.String(), "ann@")
}

func TestSigningInElsewhereInVain(t *testing.T) {
	d := openDoor(t, store.JoinOpen)
	d.OpenID.Doubt("ann@example.com")
	response := d.signsIn(d.visitor("192.0.2.1"), "ann@example.com")
	assert.Equal(t, http.StatusForbidden, response.StatusCode, "an address that the provider does not vouch for")

	ann := d.visitor("192.0.2.1")
	back := d.OpenID.SignIn(d.leaves(ann), "ben@example.com")
	mallory := d.visitor("192.0.2.66")
	d.leaves(mallory)
	response, _ = page(t, mallory, back.RequestURI())
	assert.Equal(t, http.StatusForbidden, response.StatusCode, "an answer to somebody else's question")
	isOut(mallory)
	response, _ = page(t, d.visitor("192.0.2.67"), back.RequestURI())
	assert.Equal(t, http.StatusForbidden, response.StatusCode, "an answer to no question")
	response, _ = page(t, ann, back.RequestURI())
	assert.Equal(t, http.StatusSeeOther, response.StatusCode)
	for _, c := range ann.HTTP.Jar.Cookies(must(url.Parse(d.URL + "/openid/callback"))) {
		assert.NotEqual(t, "gochatting-openid", c.Name, "a question is answered once")
	}
	response, _ = page(t, ann, back.RequestURI())
	assert.Equal(t, http.StatusForbidden, response.StatusCode, "an answer for the second time")

	d.OpenID.Forge("of another time")
	response = d.signsIn(d.visitor("192.0.2.1"), "cleo@example.com")
	assert.Equal(t, http.StatusForbidden, response.StatusCode, "an answer that was made for another question")

	response, _ = page(t, d.visitor("192.0.2.1"), "/openid/callback?error=access_denied")
	assert.Equal(t, http.StatusForbidden, response.StatusCode)
	d.OpenID.Down()
	status, body := d.visitor("192.0.2.1").Submit("/openid", nil)
	assert.True(t, status == http.StatusServiceUnavailable || status == http.StatusOK, "what it was told before may be enough to begin: %s", body)
}

func TestNoProviderNoButton(t *testing.T) {
	s := open(t, limited, noUpstream)
	p := chattest.Visitor(t, s.URL)
	_, body := page(t, p, "/")
	assert.NotContains(t, body, "/openid")
	status, _ := p.Submit("/openid", nil)
	assert.Equal(t, http.StatusNotFound, status)
	response, _ := page(t, p, "/openid/callback")
	assert.Equal(t, http.StatusNotFound, response.StatusCode)
}
