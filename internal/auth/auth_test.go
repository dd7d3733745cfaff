package auth_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gochatting/internal/auth"
	"gochatting/internal/store"
)

func TestHostile22Emails(t *testing.T) {
	for typed, want := range map[string]string{
		"ann@example.com":            "ann@example.com",
		"  Ann@Example.COM\t":        "ann@example.com",
		"ann+chat@sub.example.co.uk": "ann+chat@sub.example.co.uk",
		"o'neil@example.com":         "o'neil@example.com",
		"ann@localhost":              "ann@localhost",
		"ann@xn--fiqs8s.example":     "ann@xn--fiqs8s.example",

		"":                               "",
		"ann":                            "",
		"@example.com":                   "",
		"ann@":                           "",
		"a@b@example.com":                "",
		"ann@example.com\r\nBcc: x@y.zz": "",
		"ann@example.com\n":              "",
		"ann@example.com\x00":            "",
		"Ann Lee <ann@example.com>":      "",
		"<ann@example.com>":              "",
		"ann@example.com (Ann)":          "",
		`"ann lee"@example.com`:          "",
		`"ann"@example.com`:              "",
		"a@[127.0.0.1]":                  "",
		"a@127.0.0.1":                    "",
		"ann@exa mple.com":               "",
		"ann@-example.com":               "",
		"ann@example-.com":               "",
		"ann@example..com":               "",
		"ann..lee@example.com":           "",
		".ann@example.com":               "",
		"ann@example.com.":               "",
		"ann@exam_ple.com":               "",
		"a,b@example.com":                "",
		"\u212aate@example.com":          "", // Kelvin sign, which folds to k
		"\u0131van@example.com":          "", // dotless i
		"аnn@example.com":                "", // Cyrillic a
		"张伟@example.com":                 "",
		"ann@例え.jp":                      "",
		strings.Repeat("a", 300) + "@example.com":      "",
		strings.Repeat("a", 65) + "@example.com":       "",
		strings.Repeat("a", 64) + "@example.com":       strings.Repeat("a", 64) + "@example.com",
		"ann@" + strings.Repeat("a", 64) + ".com":      "",
		"ann@" + strings.Repeat("a.", 130) + "example": "",
	} {
		got, err := auth.ParseEmail(typed)
		if want == "" {
			assert.ErrorIs(t, err, auth.ErrEmail, "%q", typed)
			continue
		}
		assert.NoError(t, err, "%q", typed)
		assert.Equal(t, want, got)
	}
}

func FuzzParseEmail(f *testing.F) {
	f.Add("ann@example.com")
	f.Add("\u212a@example.com")
	f.Add("a@[::1]")
	f.Fuzz(func(t *testing.T, typed string) {
		email, err := auth.ParseEmail(typed)
		if err != nil {
			return
		}
		again, err := auth.ParseEmail(email)
		require.NoError(t, err)
		require.Equal(t, email, again, "the same person every time")
		require.LessOrEqual(t, len(email), 254)
		require.NotContains(t, email, "\n")
	})
}

func TestSameOrigin(t *testing.T) {
	base, err := url.Parse("https://chat.example.com")
	require.NoError(t, err)
	for _, c := range []struct {
		origin, host string
		base         *url.URL
		same         bool
	}{
		{"http://localhost:5050", "localhost:5050", nil, true},
		{"https://chat.example.com", "chat.example.com", nil, true},
		{"https://Chat.Example.com", "chat.example.com", nil, true},
		{"http://localhost:5050/", "localhost:5050", nil, true}, // as some programs write it
		{"https://chat.example.com", "127.0.0.1:5050", base, true},
		{"http://127.0.0.1:5050", "127.0.0.1:5050", base, true},

		{"https://evil.example", "chat.example.com", nil, false},
		{"https://chat.example.com.evil.example", "chat.example.com", base, false},
		{"http://chat.example.com", "127.0.0.1:5050", base, false},
		{"http://localhost:5051", "localhost:5050", nil, false},
		{"null", "localhost:5050", nil, false},
		{"", "localhost:5050", nil, false},
		{"/", "localhost:5050", nil, false},
		{"//localhost:5050", "localhost:5050", nil, false},
		{"file://", "localhost:5050", nil, false},
		{"ftp://localhost:5050", "localhost:5050", nil, false},
		{"http://localhost:5050/path", "localhost:5050", nil, false},
		{"http://ann@localhost:5050", "localhost:5050", nil, false},
		{"http://localhost:5050\x7f", "localhost:5050", nil, false},
	} {
		r := httptest.NewRequest("GET", "/chat", nil)
		r.Host = c.host
		r.Header.Set("Origin", c.origin)
		assert.Equal(t, c.same, auth.SameOrigin(r, c.base), "%q at %q", c.origin, c.host)
	}
}

func TestHostile10PeerBelievesOnlyTrustedProxies(t *testing.T) {
	trusted := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("::1/128")}
	for _, c := range []struct {
		remote    string
		forwarded []string
		want      string
	}{
		{"192.0.2.7:1234", nil, "192.0.2.7/32"},
		{"192.0.2.7:1234", []string{"198.51.100.1"}, "192.0.2.7/32"},
		{"10.1.2.3:1234", []string{"198.51.100.1"}, "198.51.100.1/32"},
		{"10.1.2.3:1234", []string{"203.0.113.9, 198.51.100.1"}, "198.51.100.1/32"},
		{"10.1.2.3:1234", []string{"203.0.113.9, 198.51.100.1", "10.9.9.9"}, "198.51.100.1/32"},
		{"10.1.2.3:1234", []string{"198.51.100.1, junk"}, "10.1.2.3/32"},
		{"10.1.2.3:1234", nil, "10.1.2.3/32"},
		{"[::1]:1234", []string{"2001:db8:1:2:3:4:5:6"}, "2001:db8:1:2::/64"},
		{"[2001:db8:1:2:ffff::1]:1", nil, "2001:db8:1:2::/64"},
		{"[::ffff:192.0.2.7]:1", nil, "192.0.2.7/32"},
		{"[64:ff9b::c000:207]:1", nil, "192.0.2.7/32"},
		{"[fe80::1%eth0]:1", nil, "fe80::/64"},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = c.remote
		for _, f := range c.forwarded {
			r.Header.Add("X-Forwarded-For", f)
		}
		assert.Equal(t, c.want, auth.PeerOf(r, trusted).String(), "%v", c)
	}
}

func TestLimits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := auth.NewLimits[int](5, 20)
		for range 20 {
			assert.Zero(t, l.Take(1))
		}
		wait := l.Take(1)
		assert.Equal(t, 200*time.Millisecond, wait)
		assert.Zero(t, l.Take(2), "each has their own")
		time.Sleep(wait)
		assert.Zero(t, l.Take(1), "after as long as was said")

		for key := range 5000 { // many who come once do not stay in memory, nor is anyone let off
			l.Take(key)
		}
		assert.Positive(t, l.Take(1))
	})
	unlimited := auth.NewLimits[int](0, 0)
	for range 1000 {
		assert.Zero(t, unlimited.Take(1))
	}
}

// A browser has cookies and asks as its people.
type browser struct {
	t       *testing.T
	auth    *auth.Auth
	cookies map[string]string
}

func newBrowser(t *testing.T, s *store.Store) *browser {
	return &browser{t, auth.New(s, auth.Options{}), map[string]string{}}
}

func (b *browser) request(target string) *http.Request {
	r := httptest.NewRequest("GET", target, nil)
	for name, value := range b.cookies {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	return r
}

func (b *browser) keep(w *httptest.ResponseRecorder) {
	for _, c := range w.Result().Cookies() {
		assert.True(b.t, c.HttpOnly)
		assert.Equal(b.t, http.SameSiteLaxMode, c.SameSite)
		if c.MaxAge < 0 {
			delete(b.cookies, c.Name)
		} else {
			b.cookies[c.Name] = c.Value
		}
	}
}

func (b *browser) join(email, code string) (store.Session, error) {
	w := httptest.NewRecorder()
	came, err := b.auth.Join(w, b.request("/join"), auth.Evidence{Email: email, Device: code})
	b.keep(w)
	return came.Session, err
}

func (b *browser) leave(s store.Session) {
	w := httptest.NewRecorder()
	require.NoError(b.t, b.auth.Leave(b.t.Context(), w, s))
	b.keep(w)
}

func openStore(t *testing.T) *store.Store {
	s, err := store.Open(t.Context(), store.Options{Dir: t.TempDir()})
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, s.Close()) })
	return s
}

func TestAnAddressIsHeldByTheBrowserThatTypedItFirst(t *testing.T) {
	s := openStore(t)
	_, err := newBrowser(t, s).join("olga@example.com", "") // the owner, who holds hers without a browser
	require.NoError(t, err)
	home, phone := newBrowser(t, s), newBrowser(t, s)
	ann, err := home.join("ann@example.com", "")
	require.NoError(t, err)
	assert.Equal(t, "ann", ann.User.Name)

	again, err := home.join("ann@example.com", "")
	require.NoError(t, err)
	assert.Equal(t, ann.ID, again.ID, "she is already in")

	_, err = phone.join("ann@example.com", "")
	require.ErrorIs(t, err, store.ErrHeld)
	_, err = phone.join("ann@example.com", "000000")
	require.ErrorIs(t, err, store.ErrWrongCode)
	_, err = phone.auth.Guest(phone.request("/chat"), "ann@example.com")
	require.ErrorIs(t, err, store.ErrHeld, "nor does the first dialect speak for her")

	code, _, _, err := s.NewCode(t.Context(), ann.ID)
	require.NoError(t, err)
	wide := strings.Map(func(r rune) rune { return r - '0' + '０' }, code[3:])
	onPhone, err := phone.join("ann@example.com", " "+code[:3]+"-"+wide+" ")
	require.NoError(t, err)
	assert.Equal(t, ann.User.ID, onPhone.User.ID)
	assert.NotEqual(t, ann.ID, onPhone.ID)

	home.leave(ann)
	_, err = home.auth.Who(home.request("/"))
	require.ErrorIs(t, err, auth.ErrNoSession)
	_, err = newBrowser(t, s).join("ann@example.com", "")
	require.ErrorIs(t, err, store.ErrHeld, "she still has the phone")
	phone.leave(onPhone) // the last one lets the address go

	stranger, err := newBrowser(t, s).join("ann@example.com", "")
	require.NoError(t, err)
	assert.NotEqual(t, ann.User.ID, stranger.User.ID, "who comes next is somebody else")
}

func TestSeveralPeopleInOneBrowser(t *testing.T) {
	b := newBrowser(t, openStore(t))
	ann, err := b.join("ann@example.com", "")
	require.NoError(t, err)
	ben, err := b.join("ben@example.com", "")
	require.NoError(t, err)

	people, err := b.auth.People(b.request("/"))
	require.NoError(t, err)
	require.Len(t, people, 2)
	for target, want := range map[string]string{"/": ben.ID, "/?as=" + ann.User.ID: ann.ID, "/?as=" + ben.User.ID: ben.ID} {
		who, err := b.auth.Who(b.request(target))
		require.NoError(t, err)
		assert.Equal(t, want, who.ID, target)
	}
	_, err = b.auth.Who(b.request("/?as=somebody"))
	require.ErrorIs(t, err, auth.ErrNoSession)

	b.leave(ben)
	who, err := b.auth.Who(b.request("/"))
	require.NoError(t, err)
	assert.Equal(t, ann.ID, who.ID)
}

func TestTokensAreCookiesOrBearer(t *testing.T) {
	s := openStore(t)
	b := newBrowser(t, s)
	ann, err := b.join("ann@example.com", "")
	require.NoError(t, err)
	r := httptest.NewRequest("GET", "/", nil)
	r.Header.Set("Authorization", "Bearer "+b.cookies["gochatting_"+ann.User.ID])
	who, err := b.auth.Who(r)
	require.NoError(t, err)
	assert.Equal(t, ann.ID, who.ID)

	r.Header.Set("Authorization", "Bearer wrong")
	_, err = b.auth.Who(r)
	require.ErrorIs(t, err, auth.ErrNoSession)

	w := httptest.NewRecorder()
	_, err = auth.New(s, auth.Options{Secure: true}).Join(w, httptest.NewRequest("POST", "/join", nil), auth.Evidence{Email: "cleo@example.com"})
	require.NoError(t, err)
	assert.True(t, w.Result().Cookies()[0].Secure, "over TLS only, where there is TLS")
}

// Cookies of sessions that are gone do not lock a browser out, and do not stay.
func TestDeadCookiesAreForgotten(t *testing.T) {
	b := newBrowser(t, openStore(t))
	for i := range 30 {
		b.cookies[fmt.Sprint("gochatting_dead", i)] = "x"
	}
	b.cookies["gochatting-language"] = "zh"
	var people []store.Session
	for i := range 12 {
		s, err := b.join(fmt.Sprintf("person%d@example.com", i), "")
		require.NoError(t, err)
		who, err := b.auth.Who(b.request("/?as=" + s.User.ID))
		require.NoError(t, err)
		assert.Equal(t, s.ID, who.ID)
		people = append(people, s)
	}
	w := httptest.NewRecorder()
	b.auth.Tidy(w, b.request("/"), people)
	b.keep(w)
	assert.Len(t, b.cookies, len(people)+1)
}

func TestBrowsersAreCalledAsPeopleKnowThem(t *testing.T) {
	s := openStore(t)
	for agent, want := range map[string]string{
		"Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0":                                                                  "Firefox on Linux",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36 Edg/141.0.0.0":           "Edge on Windows",
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15":                   "Safari on macOS",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1": "Safari on iOS",
		"Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Mobile Safari/537.36":                         "Chrome on Android",
		"": "",
	} {
		r := httptest.NewRequest("POST", "/join", nil)
		r.Header.Set("User-Agent", agent)
		came, err := auth.New(s, auth.Options{}).Join(httptest.NewRecorder(), r, auth.Evidence{Email: fmt.Sprintf("user%d@example.com", len(agent))})
		require.NoError(t, err)
		assert.Equal(t, want, came.Session.Browser)
	}
}

// What a client says of itself is shown to its owner: it stays one short line of visible characters.
func FuzzBrowser(f *testing.F) {
	f.Add("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0")
	f.Add("\u202egnp.exe/1.0 (\x00\xff;")
	f.Add(strings.Repeat("(", 600))
	f.Fuzz(func(t *testing.T, agent string) {
		name := auth.Browser(agent)
		require.LessOrEqual(t, len([]rune(name)), 90)
		require.NotContains(t, name, "\n")
		require.NotContains(t, name, "\u202e")
		require.True(t, utf8.ValidString(name))
	})
}
