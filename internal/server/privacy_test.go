package server_test

import (
	"fmt"
	"image"
	"image/png"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gochatting/internal/chattest"
	"gochatting/internal/gravatar"
	"gochatting/internal/mail"
	"gochatting/internal/mail/mailtest"
	"gochatting/internal/message"
	"gochatting/internal/openid"
	"gochatting/internal/openid/openidtest"
	"gochatting/internal/server"
	"gochatting/internal/store"
)

// A glasshouse is a site in which everybody's address is of a domain of its own, so that it is found
// wherever it stands, and in which it is kept what everybody gets.
type glasshouse struct {
	*door
	logs    *logged // of mail and OpenID
	people  map[string]*chattest.Person
	taps    map[string]*tapped
	secrets []string // what nobody's log may have
}

func address(name string) string { return name + "@" + name + "-lives-here.example" }

func openGlasshouse(t *testing.T) *glasshouse {
	g := &glasshouse{logs: new(logged), people: make(map[string]*chattest.Person), taps: make(map[string]*tapped)}
	g.door = &door{t: t, Mail: mailtest.New(t, mailtest.Options{}), OpenID: openidtest.New(t, siteURL+"/openid/callback")}
	all := &slog.HandlerOptions{Level: slog.LevelDebug}
	log := slog.New(slog.NewMultiHandler(slog.NewTextHandler(g.logs, all), slog.NewJSONHandler(g.logs, all)))
	mailer, err := mail.New(mail.Config{SMTP: g.Mail.URL, From: "chat@example.com", Roots: g.Mail.Roots, Log: log})
	require.NoError(t, err)
	provider, err := openid.New(openid.Config{
		Issuer: g.OpenID.Issuer, ClientID: g.OpenID.ClientID, ClientSecret: g.OpenID.ClientSecret, Redirect: siteURL + "/openid/callback", Log: log,
	})
	require.NoError(t, err)
	cfg := server.Config{Join: store.JoinOpen, BaseURL: must(url.Parse(siteURL)), Mail: mailer, OpenID: provider, TrustedProxies: g.config("").TrustedProxies}
	g.site = open(t, cfg, gossip(t))
	return g
}

// gossip is an upstream that knows some by their hash, and repeats it in what it answers the others.
func gossip(t *testing.T) gravatar.Config {
	pictured := gravatar.Hash(address("vera"))
	up := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		hash := r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:]
		switch {
		case hash == pictured && strings.HasPrefix(r.URL.Path, "/avatar/"):
			_ = png.Encode(w, image.NewGray(image.Rect(0, 0, 80, 80))) // nobody may want it
		case hash == pictured:
			fmt.Fprint(w, `{"display_name":"Vera"}`)
		case hash[0] < '8':
			http.Redirect(w, r, "http://127.0.0.1:1/"+hash, http.StatusFound)
		default:
			http.Error(w, hash, http.StatusTeapot)
		}
	}))
	t.Cleanup(up.Close)
	return gravatar.Config{URL: up.URL, API: up.URL + "/v3"}
}

// visits is somebody at a browser that is watched. It may be another one of theirs.
func (g *glasshouse) visits(name string) *chattest.Person {
	p := g.visitor(fmt.Sprintf("203.0.113.%d", len(g.taps)+1))
	if g.taps[name] == nil {
		g.taps[name] = new(tapped)
	}
	g.taps[name].RoundTripper = p.HTTP.Transport
	p.HTTP.Transport = g.taps[name]
	return p
}

// lives has somebody who came in open a socket, and say something.
func (g *glasshouse) lives(name string, p *chattest.Person) *chattest.Person {
	isIn(p)
	require.Equal(g.t, address(name), p.Me.Email)
	g.people[name] = p
	socket, _, err := p.Dial(http.Header{"Origin": {siteURL}, "X-Forwarded-For": {"203.0.113.1"}}, "gochatting.v1")
	require.NoError(g.t, err)
	g.taps[name].hear(socket)
	for _, cookie := range p.HTTP.Jar.Cookies(must(url.Parse(g.URL))) {
		g.secrets = append(g.secrets, cookie.Value)
	}
	return p
}

func (g *glasshouse) types(name string) *chattest.Person {
	p := g.visits(name)
	status, body := types(p, address(name))
	require.Equal(g.t, http.StatusSeeOther, status, body)
	return g.lives(name, p)
}

// mailed is what was mailed to somebody, whose code and link are secret from now on.
func (g *glasshouse) mailed(name string) mailtest.Mail {
	m := g.Mail.Next(address(name))
	link, _, _ := strings.Cut(path(g.t, m.Link), "?")
	g.secrets = append(g.secrets, m.Code, strings.TrimPrefix(link, "/code/"))
	return m
}

// everybodyComes, each in another way.
func (g *glasshouse) everybodyComes() {
	olga := g.types("olga") // the first, and so the owner
	for _, name := range []string{"anna", "mo", "bob", "leo", "lea", "ron", "vera"} {
		g.types(name)
	}
	olga.MakeRole(g.people["mo"], message.RoleModerator)

	vera := g.people["vera"]
	require.Equal(g.t, http.StatusCreated, vera.Post("/api/v1/me/verification", "", nil))
	sent := g.mailed("vera")
	assert.Equal(g.t, http.StatusForbidden, vera.Put("/api/v1/me/verification", fmt.Sprintf(`{"Code":%q}`, another(sent.Code)), nil))
	require.Equal(g.t, http.StatusOK, vera.Put("/api/v1/me/verification", fmt.Sprintf(`{"Code":%q}`, sent.Code), nil))
	phone := g.visits("vera")
	status, _ := types(phone, address("vera"))
	require.Equal(g.t, http.StatusAccepted, status)
	at, query, _ := strings.Cut(path(g.t, g.mailed("vera").Link), "?")
	page(g.t, phone, at)
	status, _ = phone.Submit(at, must(url.ParseQuery(query)))
	require.Equal(g.t, http.StatusSeeOther, status)
	g.lives("vera", phone)

	oda := g.visits("oda")
	require.Equal(g.t, http.StatusSeeOther, g.signsIn(oda, address("oda")).StatusCode)
	g.lives("oda", oda)
	g.OpenID.Doubt(address("dora"))
	g.signsIn(g.visits("dora"), address("dora"))

	for name, role := range map[string]string{"rita": message.RoleReader, "ines": message.RoleMember} {
		link, _ := invite(olga, message.Lobby, role, 0)
		p := g.visits(name)
		page(g.t, p, link)
		status, body := p.Submit("/join", url.Values{"email": {address(name)}, "invite": {strings.TrimPrefix(link, "/i/")}})
		require.Equal(g.t, http.StatusSeeOther, status, body)
		g.lives(name, p)
		g.secrets = append(g.secrets, strings.TrimPrefix(link, "/i/"))
	}
	var device struct{ Code, Link string }
	anna := g.people["anna"]
	require.Equal(g.t, http.StatusCreated, anna.Post("/api/v1/me/devices", "", &device))
	tablet := g.visits("anna")
	status, _ = types(tablet, address("anna"), "code", device.Code)
	require.Equal(g.t, http.StatusSeeOther, status)
	g.lives("anna", tablet)
	g.secrets = append(g.secrets, device.Code, strings.TrimPrefix(path(g.t, device.Link), "/device/"))

	g.taps["gast"] = new(tapped)
	g.taps["gast"].hear(chattest.First(g.t, g.URL, address("gast")))
}

// badDays have what goes wrong: mail that is refused or down, a provider that denies, and forms that are none.
func (g *glasshouse) badDays() {
	nora := g.visits("nora")
	g.Mail.Refuse(address("anna"), 550)
	g.people["anna"].Post("/api/v1/me/verification", "", nil)
	g.Mail.Down()
	g.people["ines"].Post("/api/v1/me/verification", "", nil)
	types(g.visits("vera"), address("vera"))
	g.Mail.Up()
	types(nora, address("nora")+"\r\nBcc: x@example.org")
	page(g.t, nora, "/openid/callback?error=access_denied&error_description="+address("nora")+"&code=knockknock&state=x")
	g.secrets = append(g.secrets, "knockknock")
}

// orderIsKept by the owner, a moderator and who runs the server.
func (g *glasshouse) orderIsKept() {
	olga, mo, bob := g.people["olga"], g.people["mo"], g.people["bob"]
	for _, c := range []struct {
		by                 *chattest.Person
		method, path, body string
	}{
		{olga, "PATCH", of(g.people["ines"]), `{"Role":"moderator"}`},
		{mo, "PUT", of(bob, "/mute"), `{"Minutes":10}`}, {mo, "DELETE", of(bob, "/mute"), ""}, {mo, "PUT", of(bob, "/ban"), `{"Hours":0,"Network":true}`},
		{olga, "DELETE", of(bob, "/ban"), ""}, {mo, "PUT", of(bob, "/ban"), `{"Hours":1,"Network":true}`},
	} {
		assert.Equal(g.t, http.StatusOK, ask(c.by, c.method, c.path, c.body, nil), "%s %s", c.method, c.path)
	}
	var purged struct{ Act string }
	require.Equal(g.t, http.StatusCreated, mo.Post(of(bob, "/purge"), "", &purged))
	require.Equal(g.t, http.StatusOK, mo.Post("/api/v1/log/"+purged.Act+"/undo", "", nil))
	require.Equal(g.t, http.StatusOK, g.people["leo"].Delete("/api/v1/me?messages=keep", nil))
	require.Equal(g.t, http.StatusOK, g.people["lea"].Delete("/api/v1/me?messages=remove", nil))

	operator, own := g.Server.Control(), new(tapped)
	for _, c := range []struct{ method, path, body string }{
		{"GET", "/users?q=", ""}, {"GET", "/users/" + address("ron"), ""}, {"PUT", "/users/" + address("ron") + "/mute", `{"Minutes":1}`},
		{"PATCH", "/users/" + address("ron"), `{"Role":"moderator"}`}, {"POST", "/users/" + address("ron") + "/release", ""}, {"GET", "/users/" + address("nobody"), ""},
	} {
		own.ask(g.t, operator, c.method, c.path, c.body)
	}
	require.Contains(g.t, own.got.String(), address("anna"), "who runs the server sees addresses")
	g.taps["the operator's log"] = new(tapped)
	g.taps["the operator's log"].ask(g.t, operator, "GET", "/log", "")
}

// everythingIsAsked by everybody, of everybody.
func (g *glasshouse) everythingIsAsked(k secret) {
	g.people["nobody"] = g.visits("nobody")
	gone := []string{"leo", "lea", "ron", "bob"} // they are out
	for _, name := range slices.Sorted(maps.Keys(g.people)) {
		p := g.people[name]
		for _, pattern := range g.Server.Patterns() {
			if !strings.HasPrefix(pattern, "GET ") && name != "nobody" && name != "rita" || strings.Contains(pattern, "{act}") {
				continue
			}
			for _, whom := range slices.Sorted(maps.Keys(g.people)) {
				if !strings.Contains(pattern, "{user}") && whom != "anna" || whom == "nobody" {
					continue
				}
				for _, room := range []string{message.Lobby, k.room.ID} {
					if room == message.Lobby && !strings.Contains(pattern, "{room}") {
						continue
					}
					in := k
					in.room.ID = room
					method, path, body, queries := in.request(pattern, g.people[whom].Me.ID)
					if method+path == "DELETE/api/v1/me" {
						continue
					}
					for _, query := range queries {
						ask(p, method, path+query, body, nil)
					}
				}
			}
		}
		for _, path := range []string{"/", "/rooms/lobby", "/rooms/" + k.room.ID, "/nowhere", "/readyz", "/healthz", "/code/x", "/device/x", "/i/x", k.file.URL, k.file.Preview, "/chat"} {
			page(g.t, p, path)
		}
		for _, whom := range g.people {
			page(g.t, p, "/avatar/"+whom.Me.ID+"?s=40")
		}
		if name != "nobody" && name != "rita" && !slices.Contains(gone, name) {
			require.Contains(g.t, g.taps[name].got.String(), "me.json", "%s has their export", name)
		}
	}
}

// What leaves the server has nobody's address in it, nor a hash of one, but for themselves; and the log has
// no secrets, nor what was said.
func TestNobodysAddressIsTold(t *testing.T) {
	g := openGlasshouse(t)
	g.everybodyComes()
	anna := g.people["anna"]
	k := keepSecret(anna, anna.MakeRoom(message.PrivateRoom, "Attic", g.people["mo"], g.people["vera"], g.people["olga"]))
	anna.Direct(g.people["mo"])
	for name, p := range g.people {
		if name != "rita" {
			p.SayIn(message.Lobby, "marmalade of "+name)
		}
	}
	g.badDays()
	g.orderIsKept()
	g.everythingIsAsked(k)
	anna.SayIn(message.Lobby, "and that is all")
	for name, tap := range g.taps {
		if slices.Contains([]string{"olga", "anna", "mo", "vera", "oda", "rita", "ines", "gast"}, name) {
			require.Eventually(t, func() bool { return strings.Contains(tap.got.String(), "and that is all") }, chattest.Patience, 1e7, "%s hears", name)
		}
	}

	log := g.Log.String() + g.JSON.String() + g.logs.String()
	whose := append(slices.Collect(maps.Keys(g.people)), "gast", "dora", "nora")
	for _, name := range whose {
		if name == "nobody" {
			continue
		}
		secrets := forms(address(name))
		for other, tap := range g.taps {
			if other != name {
				silent(t, "what "+other+" gets", tap.got.String(), secrets...)
			}
		}
		silent(t, "the log", log, secrets...)
	}
	require.NotEmpty(t, g.secrets)
	silent(t, "the log", log, append(g.secrets, secretWord, "marmalade", "mine now", "and that is all")...)
	assert.Contains(t, log, "level=DEBUG")
	assert.Contains(t, log, `"level":"DEBUG"`)
}
