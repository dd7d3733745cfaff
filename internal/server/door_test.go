package server_test

import (
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gochatting/internal/chattest"
	"gochatting/internal/mail"
	"gochatting/internal/mail/mailtest"
	"gochatting/internal/message"
	"gochatting/internal/openid"
	"gochatting/internal/openid/openidtest"
	"gochatting/internal/server"
	"gochatting/internal/store"
)

// siteURL is where people reach the site, as it believes.
const siteURL = "http://chat.example.com"

// A door is a site that can have addresses proven.
type door struct {
	*site
	t      *testing.T
	Mail   *mailtest.Server
	OpenID *openidtest.Server
}

// openDoor opens a site that people join in this way; it mails codes, and people may sign in elsewhere.
func openDoor(t *testing.T, join string) *door {
	d := &door{t: t, Mail: mailtest.New(t, mailtest.Options{}), OpenID: openidtest.New(t, siteURL+"/openid/callback")}
	d.site = open(t, d.config(join), noUpstream)
	return d
}

func (d *door) config(join string) server.Config {
	mailer, err := mail.New(mail.Config{SMTP: d.Mail.URL, From: "chat@example.com", Roots: d.Mail.Roots})
	require.NoError(d.t, err)
	provider, err := openid.New(openid.Config{
		Issuer: d.OpenID.Issuer, ClientID: d.OpenID.ClientID, ClientSecret: d.OpenID.ClientSecret, Redirect: siteURL + "/openid/callback",
	})
	require.NoError(d.t, err)
	return server.Config{
		Join: join, Limits: true, BaseURL: must(url.Parse(siteURL)), Mail: mailer, OpenID: provider,
		TrustedProxies: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")},
	}
}

// visitor is somebody at a browser, at a peer of theirs.
func (d *door) visitor(peer string) *chattest.Person {
	p := chattest.Visitor(d.t, d.URL)
	p.HTTP.Transport = far{p.HTTP.Transport, peer}
	return p
}

// far is a way here over a proxy.
type far struct {
	http.RoundTripper
	peer string
}

func (f far) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("X-Forwarded-For", f.peer)
	return f.RoundTripper.RoundTrip(r)
}

// types types an email at the door, or what else it asks for, and gives the answer.
func types(p *chattest.Person, email string, more ...string) (status int, body string) {
	form := url.Values{"email": {email}}
	for i := 0; i+1 < len(more); i += 2 {
		form.Set(more[i], more[i+1])
	}
	return p.Submit("/join", form)
}

// isIn makes the browser's one person Me, who must be there.
func isIn(p *chattest.Person) message.User {
	p.T.Helper()
	require.Equal(p.T, http.StatusOK, p.Get("/api/v1/me", &p.Me))
	return p.Me
}

// isOut is a browser that is nobody any more.
func isOut(p *chattest.Person) {
	p.T.Helper()
	assert.Equal(p.T, http.StatusUnauthorized, p.Get("/api/v1/me", nil))
}

// proven is somebody who came in by a code that was mailed.
func (d *door) proven(email string) *chattest.Person {
	p := d.visitor("192.0.2.1")
	status, body := types(p, email)
	require.Equal(d.t, http.StatusAccepted, status, body)
	status, body = types(p, email, "code", d.Mail.Next(email).Code)
	require.Equal(d.t, http.StatusSeeOther, status, body)
	require.True(d.t, isIn(p).Verified)
	return p
}

// path is what a link names on this site.
func path(t testing.TB, link string) string {
	t.Helper()
	local, ours := strings.CutPrefix(link, siteURL)
	require.True(t, ours, link)
	return local
}

// another is a code that is not this one.
func another(code string) string { return string('0'+(code[0]-'0'+1)%10) + code[1:] }

func TestACodeByMail(t *testing.T) {
	d := openDoor(t, store.JoinOpen)
	home, phone := d.visitor("192.0.2.1"), d.visitor("192.0.2.2")
	home.Join("ann@example.com")
	ann, socket := home.Me, home.Open()
	require.False(t, ann.Verified)

	status, body := types(phone, " Ann@Example.com ")
	require.Equal(t, http.StatusAccepted, status)
	assert.Contains(t, body, `name="code"`)
	assert.NotContains(t, body, `id="email"`, "one question a page")
	sent := d.Mail.Next("ann@example.com")
	require.Regexp(t, `^\d{6}$`, sent.Code)

	status, body = types(phone, "ann@example.com", "code", another(sent.Code))
	assert.Equal(t, http.StatusForbidden, status)
	assert.Contains(t, body, "This code is not right")
	stranger := d.visitor("192.0.2.3")
	status, _ = types(stranger, "ann@example.com", "code", sent.Code)
	assert.Equal(t, http.StatusForbidden, status, "a code is for the browser that asked for it")

	status, _ = types(phone, "ann@example.com", "code", sent.Code[:3]+" "+sent.Code[3:])
	require.Equal(t, http.StatusSeeOther, status)
	assert.Equal(t, ann.ID, isIn(phone).ID, "she goes on as who she was")
	assert.True(t, phone.Me.Verified)
	code, why := socket.CloseCode()
	assert.Equal(t, 1008, code)
	assert.Equal(t, "signed out", why, "whoever typed it first may be somebody else")
	isOut(home)

	status, _ = types(home, "ann@example.com")
	require.Equal(t, http.StatusAccepted, status, "every new browser needs a code from now on")
	status, _ = types(home, "ann@example.com", "code", d.Mail.Next("ann@example.com").Code)
	require.Equal(t, http.StatusSeeOther, status)
	assert.Equal(t, ann.ID, isIn(home).ID)
	isIn(phone)
}

func TestAMailedCodeDiesAfterFiveTries(t *testing.T) {
	d := openDoor(t, store.JoinVerified)
	ann := d.visitor("192.0.2.1")
	types(ann, "ann@example.com")
	sent := d.Mail.Next("ann@example.com")
	for range 5 {
		status, _ := types(ann, "ann@example.com", "code", another(sent.Code))
		require.Equal(t, http.StatusForbidden, status)
	}
	status, _ := types(ann, "ann@example.com", "code", sent.Code)
	assert.Equal(t, http.StatusForbidden, status)
}

// Programs look at links in mails; only people press buttons.
func TestTheLinkInAMail(t *testing.T) {
	d := openDoor(t, store.JoinVerified)
	desk, phone := d.visitor("192.0.2.1"), d.visitor("192.0.2.2")
	types(desk, "ann@example.com", "next", "/rooms/lobby?from=5")
	sent := d.Mail.Next("ann@example.com")
	link := path(t, sent.Link)
	for range 3 {
		response, body := page(t, d.visitor("192.0.2.66"), link)
		assert.Equal(t, http.StatusOK, response.StatusCode)
		assert.Equal(t, "no-store", response.Header.Get("Cache-Control"))
		assert.Contains(t, body, "ann@example.com")
		assert.Empty(t, response.Cookies())
	}
	at, query, _ := strings.Cut(link, "?")
	status, _ := phone.Submit(at, must(url.ParseQuery(query)))
	require.Equal(t, http.StatusSeeOther, status)
	assert.True(t, isIn(phone).Verified)

	status, _ = types(desk, "ann@example.com", "code", sent.Code)
	assert.Equal(t, http.StatusForbidden, status, "the link has used the code up")
	for _, dead := range []string{at, "/code/nonsense", "/device/nonsense", "/i/nonsense"} {
		response, body := page(t, desk, dead)
		assert.Equal(t, http.StatusGone, response.StatusCode, dead)
		assert.Contains(t, body, `href="/"`, "the door is offered")
		status, _ = desk.Submit(dead, nil)
		assert.NotEqual(t, http.StatusSeeOther, status, dead)
	}
	isOut(desk)
	assert.NotContains(t, d.Log.String(), sent.Code)
	assert.NotContains(t, d.Log.String(), strings.TrimPrefix(at, "/code/"))
	assert.NotContains(t, d.Log.String(), "ann@")
}

// Ben typed Ann's address before she came. She may say that this was not she.
func TestItWasNotMe(t *testing.T) {
	for what, come := range map[string]func(d *door, ann *chattest.Person) (status int, body string){
		"by the code": func(d *door, ann *chattest.Person) (int, string) {
			_, body := types(ann, "ann@example.com")
			require.Contains(t, body, `name="fresh"`)
			return types(ann, "ann@example.com", "code", d.Mail.Next("ann@example.com").Code, "fresh", "1")
		},
		"by the link": func(d *door, ann *chattest.Person) (int, string) {
			types(ann, "ann@example.com")
			link := path(t, d.Mail.Next("ann@example.com").Link)
			_, body := page(t, ann, link)
			require.Contains(t, body, `name="fresh"`)
			return ann.Submit(link, url.Values{"fresh": {"1"}})
		},
		"by OpenID": func(d *door, ann *chattest.Person) (int, string) {
			response := d.signsIn(ann, "ann@example.com")
			require.Equal(t, http.StatusSeeOther, response.StatusCode)
			link, _ := url.Parse(response.Header.Get("Location"))
			require.Regexp(t, `^/code/`, link.Path)
			_, body := page(t, ann, link.Path)
			require.Contains(t, body, `name="fresh"`)
			return ann.Submit(link.Path, url.Values{"fresh": {"1"}})
		},
	} {
		t.Run(what, func(t *testing.T) {
			d := openDoor(t, store.JoinOpen)
			ben, ann := d.visitor("192.0.2.1"), d.visitor("192.0.2.2")
			ben.Join("ann@example.com")
			said := ben.SayIn(message.Lobby, "I am Ann, believe me")
			status, body := come(d, ann)
			require.Equal(t, http.StatusSeeOther, status, body)
			assert.NotEqual(t, ben.Me.ID, isIn(ann).ID)
			assert.True(t, ann.Me.Verified)
			assert.NotEqual(t, ann.Me.ID, said.UserInfo.ID, "his words stay his")
			isOut(ben)
		})
	}
}

func TestMailThatCannotBeSent(t *testing.T) {
	d := openDoor(t, store.JoinVerified)
	ann := d.visitor("192.0.2.1")
	d.Mail.Down()
	status, body := types(ann, "ann@example.com")
	assert.Equal(t, http.StatusServiceUnavailable, status)
	assert.Contains(t, body, "Mail cannot be sent right now")
	assert.Contains(t, body, "Mail me a code", "a button to try again")
	d.Mail.Up()
	status, _ = types(ann, "ann@example.com")
	require.Equal(t, http.StatusAccepted, status)
	status, _ = types(ann, "ann@example.com", "code", d.Mail.Next("ann@example.com").Code)
	require.Equal(t, http.StatusSeeOther, status)

	d.Mail.Refuse("ben@example.com", 550)
	status, body = types(d.visitor("192.0.2.2"), "ben@example.com")
	assert.Equal(t, http.StatusUnprocessableEntity, status)
	assert.Contains(t, body, "does not take this address")
	assert.Contains(t, body, `id="email"`)
}

// Where all must prove their address, nobody learns whose addresses are known here.
func TestTheDoorTellsNoAddresses(t *testing.T) {
	d := openDoor(t, store.JoinVerified)
	d.proven("ann@example.com")
	_, known := types(d.visitor("192.0.2.5"), "ann@example.com")
	_, unknown := types(d.visitor("192.0.2.5"), "ben@example.com")
	assert.Equal(t, known, strings.ReplaceAll(unknown, "ben@", "ann@"))
}

// Sessions from the time when typing was enough can only be used to prove the address.
func TestTypedSessionsWhereAddressesMustBeProven(t *testing.T) {
	data := t.TempDir()
	var ann *chattest.Person
	t.Run("before", func(t *testing.T) {
		s := openIn(t, data, limited, noUpstream)
		ann = chattest.Join(t, s.URL, "ann@example.com")
	})
	d := &door{t: t, Mail: mailtest.New(t, mailtest.Options{}), OpenID: openidtest.New(t, siteURL+"/openid/callback")}
	d.site = openIn(t, data, d.config(store.JoinVerified), noUpstream)
	before := ann.Me
	ann = &chattest.Person{T: t, Base: d.URL, HTTP: ann.HTTP}

	isOut(ann)
	_, response, err := ann.Dial(http.Header{"Origin": {d.URL}}, "gochatting.v1")
	require.Error(t, err)
	assert.Equal(t, http.StatusUnauthorized, response.StatusCode)
	response, _ = page(t, ann, "/rooms/lobby")
	require.Equal(t, http.StatusSeeOther, response.StatusCode)
	_, body := page(t, ann, response.Header.Get("Location"))
	assert.Contains(t, body, `value="ann@example.com"`, "the door has her address already")
	assert.NotContains(t, body, "?as=", "and offers nobody to go on as")

	status, _ := types(ann, "ann@example.com")
	require.Equal(t, http.StatusAccepted, status)
	status, _ = types(ann, "ann@example.com", "code", d.Mail.Next("ann@example.com").Code)
	require.Equal(t, http.StatusSeeOther, status)
	assert.Equal(t, before.ID, isIn(ann).ID)
	assert.True(t, ann.Me.Verified)
}

func TestTheFirstDialectIsForOpenServersOnly(t *testing.T) {
	for join, want := range map[string]int{"": 101, store.JoinOpen: 101, store.JoinVerified: 401, store.JoinInvite: 401} {
		s := open(t, server.Config{Limits: true, Join: join}, noUpstream)
		request := must(http.NewRequest("GET", s.URL+"/chat?email=ann@example.com", nil))
		for name, value := range map[string]string{
			"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
			"Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", "Origin": s.URL,
		} {
			request.Header.Set(name, value)
		}
		response, err := http.DefaultTransport.RoundTrip(request)
		require.NoError(t, err)
		response.Body.Close()
		assert.Equal(t, want, response.StatusCode, join)
	}
}

// invite has somebody make an invitation, and gives its path.
// The code in the QR of another browser does the same as its digits.
func TestTheLinkOfADevice(t *testing.T) {
	d := openDoor(t, store.JoinOpen)
	home, phone := d.visitor("192.0.2.1"), d.visitor("192.0.2.2")
	home.Join("ann@example.com")
	var device struct{ Code, Link string }
	require.Equal(t, http.StatusCreated, home.Post("/api/v1/me/devices", "", &device))
	link := path(t, device.Link)
	_, body := page(t, phone, link)
	assert.Contains(t, body, "<bdi>ann</bdi>")
	assert.NotContains(t, body, `name="fresh"`)
	assert.NotContains(t, body, "ann@example.com", "whoever sees the code does not learn it")
	status, _ := phone.Submit(link, nil)
	require.Equal(t, http.StatusSeeOther, status)
	assert.Equal(t, home.Me.ID, isIn(phone).ID)
	isIn(home)
	status, _ = types(d.visitor("192.0.2.3"), "ann@example.com", "code", device.Code)
	assert.Equal(t, http.StatusForbidden, status, "the link has used the code up")
}

func TestWhoIsBannedIsToldForHowLong(t *testing.T) {
	d := openDoor(t, store.JoinOpen)
	ann, ben := d.visitor("192.0.2.1"), d.visitor("192.0.2.2")
	ann.Join("ann@example.com") // the owner
	ben.Join("ben@example.com")
	socket := ben.Open()
	require.Equal(t, http.StatusOK, ann.Put("/api/v1/users/"+ben.Me.ID+"/ban", `{"Hours":72,"Network":true}`, nil))
	code, _ := socket.CloseCode()
	assert.Equal(t, 1008, code)
	isOut(ben)
	for who, email := range map[*chattest.Person]string{ben: "ben@example.com", d.visitor("192.0.2.3"): "ben@example.com"} {
		status, body := types(who, email)
		assert.Equal(t, http.StatusForbidden, status)
		assert.Contains(t, body, "another 3 days")
	}
	status, _ := types(d.visitor("192.0.2.3"), "cleo@example.com")
	assert.Equal(t, http.StatusSeeOther, status)
	require.Equal(t, http.StatusOK, ann.Put("/api/v1/users/"+ben.Me.ID+"/ban", `{"Hours":0,"Network":false}`, nil))
	_, body := types(ben, "ben@example.com")
	assert.Contains(t, body, "any more")
}
