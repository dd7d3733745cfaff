package server_test

import (
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gochatting/internal/auth"
	"gochatting/internal/chattest"
	"gochatting/internal/gravatar"
	"gochatting/internal/message"
	"gochatting/internal/server"
)

// page gets a page as somebody's browser, with some headers.
func page(t *testing.T, p *chattest.Person, path string, header ...string) (*http.Response, string) {
	r, err := http.NewRequest("GET", p.Base+path, nil)
	require.NoError(t, err)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	response, err := p.HTTP.Do(r)
	require.NoError(t, err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return response, string(body)
}

func TestTypingAnEmailIsEnough(t *testing.T) {
	s := open(t, limited, noUpstream)
	ann := chattest.Visitor(t, s.URL)
	response, body := page(t, ann, "/")
	assert.Equal(t, http.StatusOK, response.StatusCode)
	assert.Contains(t, body, `<form id="join"`)

	response, _ = page(t, ann, "/rooms/lobby")
	assert.Equal(t, http.StatusSeeOther, response.StatusCode)
	assert.Equal(t, "/?next=%2Frooms%2Flobby", response.Header.Get("Location"))

	status, _ := ann.Submit("/join", url.Values{"email": {" Ann@Example.com "}, "next": {"/rooms/lobby"}})
	require.Equal(t, http.StatusSeeOther, status)
	response, body = page(t, ann, "/rooms/lobby")
	assert.Equal(t, http.StatusOK, response.StatusCode)
	assert.Contains(t, body, `id="boot"`)
	assert.NotEmpty(t, response.Cookies(), "and is kept for another thirty days")
	_, body = page(t, ann, "/")
	assert.Contains(t, body, "/rooms/lobby?as=", "the first page offers to go on as Ann")
}

func TestAddressesThatAreRefusedSayWhy(t *testing.T) {
	s := open(t, limited, noUpstream)
	for _, email := range []string{"", "ann", "ann@example.com\r\nBcc: x@y.zz", "Ann <ann@example.com>", "\u212aate@example.com"} {
		status, body := chattest.Visitor(t, s.URL).Submit("/join", url.Values{"email": {email}})
		assert.Equal(t, http.StatusUnprocessableEntity, status)
		assert.Contains(t, body, "name@example.com")
	}
	status, body := chattest.Visitor(t, s.URL).Submit("/join", url.Values{"email": {`"><script>alert(1)</script>`}})
	assert.Equal(t, http.StatusUnprocessableEntity, status)
	assert.NotContains(t, body, "<script>alert")
}

// A second browser gets in by the code that the first one shows.
func TestAddADevice(t *testing.T) {
	s := open(t, limited, noUpstream)
	home, phone := chattest.Join(t, s.URL, "ann@example.com"), chattest.Visitor(t, s.URL)
	status, body := phone.Submit("/join", url.Values{"email": {"ann@example.com"}})
	assert.Equal(t, http.StatusConflict, status)
	assert.Contains(t, body, `name="code"`)

	var device struct{ Code string }
	require.Equal(t, http.StatusCreated, home.Post("/api/v1/me/devices", "", &device))
	require.Regexp(t, `^\d{6}$`, device.Code)
	wrong := fmt.Sprintf("%06d", (must(atoi(device.Code))+1)%1_000_000)
	status, _ = phone.Submit("/join", url.Values{"email": {"ann@example.com"}, "code": {wrong}})
	assert.Equal(t, http.StatusForbidden, status)
	status, _ = phone.Submit("/join", url.Values{"email": {"ann@example.com"}, "code": {device.Code}})
	require.Equal(t, http.StatusSeeOther, status)
	require.Equal(t, http.StatusOK, phone.Get("/api/v1/me", &phone.Me))
	assert.Equal(t, home.Me.ID, phone.Me.ID)

	other := chattest.Visitor(t, s.URL)
	status, _ = other.Submit("/join", url.Values{"email": {"ann@example.com"}, "code": {device.Code}})
	assert.Equal(t, http.StatusForbidden, status, "once only")
}

func atoi(s string) (n int, err error) {
	_, err = fmt.Sscanf(s, "%d", &n)
	return n, err
}

func TestTwoPeopleInOneBrowser(t *testing.T) {
	s := open(t, limited, noUpstream)
	browser := chattest.Join(t, s.URL, "ann@example.com")
	ann := browser.Me
	r, err := browser.HTTP.PostForm(s.URL+"/join", url.Values{"email": {"ben@example.com"}})
	require.NoError(t, err)
	r.Body.Close()
	at, err := url.Parse(r.Header.Get("Location"))
	require.NoError(t, err)
	ben := at.Query().Get("as")
	require.NotEmpty(t, ben)
	for _, id := range []string{ann.ID, ben} {
		var me message.User
		browser.Me.ID = id
		require.Equal(t, http.StatusOK, browser.Get("/api/v1/me", &me))
		assert.Equal(t, id, me.ID)
		assert.Equal(t, id, browser.Open().Welcome.You.ID)
	}
}

func TestNextStaysHere(t *testing.T) {
	s := open(t, limited, noUpstream)
	for _, next := range []string{"https://evil.example/", "//evil.example", `/\evil.example`, "javascript:alert(1)", "/\t/evil.example"} {
		p := chattest.Visitor(t, s.URL)
		r, err := p.HTTP.PostForm(s.URL+"/join", url.Values{"email": {"ann" + auth.Name(next) + "@example.com"}, "next": {next}})
		require.NoError(t, err)
		r.Body.Close()
		if r.StatusCode == http.StatusSeeOther {
			assert.Equal(t, "/rooms/lobby", r.Header.Get("Location"), next)
		}
		r, err = p.HTTP.PostForm(s.URL+"/language", url.Values{"lang": {"zh"}, "next": {next}})
		require.NoError(t, err)
		r.Body.Close()
		assert.Equal(t, "/", r.Header.Get("Location"), next)
	}
}

func TestLanguages(t *testing.T) {
	s := open(t, limited, noUpstream)
	p := chattest.Visitor(t, s.URL)
	for accept, lang := range map[string]string{"zh-CN,zh;q=0.9,en;q=0.8": "zh", "en-US,en;q=0.9": "en", "zh-TW": "zh", "fr": "en", "": "en", "junk;;": "en"} {
		response, _ := page(t, p, "/", "Accept-Language", accept)
		assert.Equal(t, lang, response.Header.Get("Content-Language"), accept)
	}
	status, _ := p.Submit("/language", url.Values{"lang": {"zh"}, "next": {"/"}})
	assert.Equal(t, http.StatusSeeOther, status)
	response, body := page(t, p, "/", "Accept-Language", "en")
	assert.Equal(t, "zh", response.Header.Get("Content-Language"), "what was chosen stays")
	assert.Contains(t, body, "中文")
	response, _ = page(t, p, "/nowhere")
	assert.Equal(t, http.StatusNotFound, response.StatusCode)
	assert.Equal(t, "zh", response.Header.Get("Content-Language"))
}

func TestHostile26NothingOfASessionIsStored(t *testing.T) {
	s := open(t, limited, noUpstream)
	ann := chattest.Join(t, s.URL, "ann@example.com")
	for _, path := range []string{"/", "/rooms/lobby", "/rooms/attic", "/nowhere", "/api/v1/me", "/api/v1/rooms/lobby/messages", "/api/v1/nothing", "/healthz"} {
		response, _ := page(t, ann, path)
		assert.Equal(t, "no-store", response.Header.Get("Cache-Control"), path)
		assert.Contains(t, response.Header.Get("Content-Security-Policy"), "default-src 'none'; script-src 'self'; style-src 'self'", path)
		assert.Equal(t, "nosniff", response.Header.Get("X-Content-Type-Options"), path)
		assert.Equal(t, "no-referrer", response.Header.Get("Referrer-Policy"), path)
		assert.Equal(t, "same-origin", response.Header.Get("Cross-Origin-Opener-Policy"), path)
	}
	_, body := page(t, ann, "/rooms/lobby")
	script := regexp.MustCompile(`/static/[^"]+/js/[a-z]+\.js`).FindString(body)
	response, _ := page(t, ann, script)
	assert.Equal(t, http.StatusOK, response.StatusCode)
	assert.Contains(t, response.Header.Get("Cache-Control"), "immutable", "what is everyone's and never changes may be kept")
	response, _ = page(t, ann, "/static/old/js/main.js")
	assert.Equal(t, http.StatusNotFound, response.StatusCode)
	assert.Equal(t, "no-store", response.Header.Get("Cache-Control"))
}

func TestStaticFilesComeCompressed(t *testing.T) {
	s := open(t, limited, noUpstream)
	ann := chattest.Join(t, s.URL, "ann@example.com")
	_, body := page(t, ann, "/rooms/lobby")
	script := regexp.MustCompile(`/static/[^"]+/js/main\.js`).FindString(body)
	_, plain := page(t, ann, script, "Accept-Encoding", "identity")
	for accept, packed := range map[string]bool{"gzip, deflate, br": true, "br;q=1, gzip;q=0.5": true, "gzip;q=0": false, "gzip; q=0.0, br": false, "br": false, "": false} {
		response, body := page(t, ann, script, "Accept-Encoding", accept)
		assert.Equal(t, packed, response.Header.Get("Content-Encoding") == "gzip", accept)
		assert.Equal(t, "Accept-Encoding", response.Header.Get("Vary"))
		if packed {
			r, err := gzip.NewReader(strings.NewReader(body))
			require.NoError(t, err)
			unpacked, err := io.ReadAll(r)
			require.NoError(t, err)
			assert.Equal(t, plain, string(unpacked))
			assert.Less(t, len(body), len(plain))
		}
	}
}

func TestSecureCookiesAndHSTSBehindTLS(t *testing.T) {
	base := must(url.Parse("https://chat.example.com"))
	s := open(t, server.Config{BaseURL: base}, noUpstream)
	r, err := chattest.Visitor(t, s.URL).HTTP.PostForm(s.URL+"/join", url.Values{"email": {"ann@example.com"}})
	require.NoError(t, err)
	r.Body.Close()
	assert.Contains(t, r.Header.Get("Set-Cookie"), "Secure")
	assert.NotEmpty(t, r.Header.Get("Strict-Transport-Security"))
}

func TestFormsOfOtherSitesAreRefused(t *testing.T) {
	s := open(t, limited, noUpstream)
	for _, path := range []string{"/join", "/leave", "/language", "/api/v1/me/devices", "/api/v1/rooms/lobby/messages"} {
		r, err := http.NewRequest("POST", s.URL+path, strings.NewReader("email=ann@example.com"))
		require.NoError(t, err)
		r.Header.Set("Origin", "https://evil.example")
		r.Header.Set("Sec-Fetch-Site", "cross-site")
		response, err := http.DefaultClient.Do(r)
		require.NoError(t, err)
		response.Body.Close()
		assert.Equal(t, http.StatusForbidden, response.StatusCode, path)
	}
}

// A proxy may send another Host than the one that people see.
func TestFormsOfOurOwnSiteBehindAProxy(t *testing.T) {
	s := open(t, server.Config{BaseURL: must(url.Parse("http://chat.example.com"))}, noUpstream)
	for origin, status := range map[string]int{"http://chat.example.com": http.StatusSeeOther, "http://evil.example": http.StatusForbidden} {
		r := must(http.NewRequest("POST", s.URL+"/join", strings.NewReader("email=ann@example.com")))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Origin", origin)
		response, err := http.DefaultTransport.RoundTrip(r)
		require.NoError(t, err)
		response.Body.Close()
		assert.Equal(t, status, response.StatusCode, origin)
	}
}

// Where nobody is asked for names and pictures, the door does not say so.
func TestTheDoorTellsWhereNamesComeFrom(t *testing.T) {
	alone := open(t, unlimited, noUpstream)
	_, body := page(t, chattest.Visitor(t, alone.URL), "/")
	assert.NotContains(t, body, "Gravatar")
	assert.Contains(t, body, "what stands before the @")
	asks := open(t, unlimited, gravatar.Config{URL: "http://127.0.0.1:1", Dir: t.TempDir()})
	_, body = page(t, chattest.Visitor(t, asks.URL), "/")
	assert.Contains(t, body, "come from Gravatar")
}

// All that the room needs to be shown, with a full page of messages, is small.
func TestTheRoomIsLight(t *testing.T) {
	s := open(t, unlimited, noUpstream)
	ann := chattest.Join(t, s.URL, "ann@example.com")
	for i := range 50 {
		ann.Post("/api/v1/rooms/lobby/messages", fmt.Sprintf(`{"TextMessage":{"Content":"message %d, of a usual length, so to say"}}`, i), nil)
	}
	response, packed := page(t, ann, "/rooms/lobby", "Accept-Encoding", "gzip")
	require.Equal(t, "gzip", response.Header.Get("Content-Encoding"))
	_, plain := page(t, ann, "/rooms/lobby", "Accept-Encoding", "identity")
	r, err := gzip.NewReader(strings.NewReader(packed))
	require.NoError(t, err)
	unpacked, err := io.ReadAll(r)
	require.NoError(t, err)
	assert.Equal(t, plain, string(unpacked))

	total := len(packed)
	for _, file := range slices.Compact(slices.Sorted(slices.Values(regexp.MustCompile(`/static/[^"]+\.(js|css)"`).FindAllString(plain, -1)))) {
		_, body := page(t, ann, strings.TrimSuffix(file, `"`), "Accept-Encoding", "gzip")
		total += len(body)
	}
	t.Logf("%d bytes", total)
	assert.Less(t, total, 60<<10)
}
