package gravatar

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"code.dny.dev/ssrf"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func redirect(to string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Location", to)
		w.WriteHeader(http.StatusFound)
	}
}

// Whatever an avatar server answers, people have a picture and nothing is taken from a liar.
func TestAnswersThatAreNoPicture(t *testing.T) {
	for what, h := range map[string]http.HandlerFunc{
		"HTML as PNG":    body("image/png", []byte("<html><script>alert(1)</script>")),
		"SVG as PNG":     body("image/png", []byte(`<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`)),
		"a pixel flood":  body("image/png", flood(50_000, 50_000)),
		"a GIF bomb":     body("image/gif", flooding()),
		"an empty body":  body("image/png", nil),
		"too many bytes": body("image/png", append(asPNG(t, plain(80, 80, red)), make([]byte, 6<<20)...)),
		"no content":     status(http.StatusNoContent),
		"500":            status(http.StatusInternalServerError),
		"403":            status(http.StatusForbidden),
		"a cut off body": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", "9")
			fmt.Fprint(w, "x")
		},
	} {
		t.Run(what, func(t *testing.T) {
			f := newFake(t)
			f.serve(h, http.NotFound)
			c := f.client(t)
			p, err := c.Look(t.Context(), ann)
			assert.Error(t, err)
			assert.Empty(t, p.Picture)
			pic := c.Picture(t.Context(), ann, "seed", 80)
			assert.True(t, pic.Drawn)
			assert.Equal(t, Draw("seed", 80), pic.Data)
		})
	}
}

func TestAWrongLabelDoesNotMatter(t *testing.T) {
	f := newFake(t)
	f.serve(body("text/html", asJPEG(t, plain(80, 80, red))), http.NotFound)
	pic := f.client(t).Picture(t.Context(), ann, "seed", 80)
	assert.False(t, pic.Drawn)
	assert.Equal(t, "image/jpeg", pic.Type)
}

func TestAnswersThatAreNoProfile(t *testing.T) {
	for what, h := range map[string]http.HandlerFunc{
		"HTML":             body("application/json", []byte("<html>")),
		"an object":        body("application/json", []byte(`{"display_name":{"a":"b"}}`)),
		"an array":         body("application/json", []byte(`[1]`)),
		"10,000 levels":    body("application/json", []byte(strings.Repeat(`{"a":`, 20_000))),
		"trailing bytes":   body("application/json", []byte(`{"display_name":"Ann"}{}`)),
		"too many of them": body("application/json", []byte(`{"display_name":"Ann","x":"`+strings.Repeat("x", 300<<10)+`"}`)),
	} {
		t.Run(what, func(t *testing.T) {
			f := newFake(t)
			f.serve(http.NotFound, h)
			p, err := f.client(t).Look(t.Context(), ann)
			assert.ErrorIs(t, err, errUnusable)
			assert.Empty(t, p.Name)
		})
	}
}

func TestNamesOfProfilesAreCleaned(t *testing.T) {
	f := newFake(t)
	c := f.client(t)
	for i, tc := range []struct{ json, want string }{
		{`"Tom &amp; <b>Ann</b> \u202egnp\u0000 "`, "Tom & <b>Ann</b> gnp"},
		{`"` + strings.Repeat("王", 10_000) + `"`, strings.Repeat("王", 64)},
		{`null`, ""}, {`""`, ""},
	} {
		f.serve(http.NotFound, body("application/json", []byte(`{"extra":[{}],"display_name":`+tc.json+`}`)))
		p, err := c.Look(t.Context(), fmt.Sprint(i, ann))
		require.NoError(t, err)
		assert.Equal(t, tc.want, p.Name)
	}
}

func TestNoMoreThanTheLimitIsRead(t *testing.T) {
	f := newFake(t)
	sent := make(chan int, 1)
	f.serve(func(w http.ResponseWriter, r *http.Request) {
		n, chunk := 0, make([]byte, 64<<10)
		copy(chunk, "\x89PNG\r\n\x1a\n")
		for n < 100<<20 {
			m, err := w.Write(chunk)
			if n += m; err != nil {
				break
			}
		}
		sent <- n
	}, http.NotFound)
	c := f.client(t)
	_, err := c.Look(t.Context(), ann)
	assert.ErrorIs(t, err, errUnusable)
	assert.Less(t, <-sent, 50<<20)
}

func TestADripIsCutOff(t *testing.T) {
	f := newFake(t)
	cut := make(chan struct{})
	f.serve(func(w http.ResponseWriter, r *http.Request) {
		defer close(cut)
		drip := time.NewTicker(5 * time.Millisecond)
		defer drip.Stop()
		for {
			select {
			case <-drip.C:
				fmt.Fprint(w, "x")
				w.(http.Flusher).Flush()
			case <-r.Context().Done():
				return
			}
		}
	}, http.NotFound)
	c := f.client(t)
	c.pictures.timeout = 100 * time.Millisecond
	_, err := c.Look(t.Context(), ann)
	assert.ErrorIs(t, err, context.DeadlineExceeded)
	<-cut
}

func TestRedirects(t *testing.T) {
	f := newFake(t)
	picture := body("image/png", asPNG(t, plain(80, 80, red)))
	hops := 0
	f.serve(func(w http.ResponseWriter, r *http.Request) {
		if hops--; hops >= 0 {
			assert.Empty(t, r.Referer(), "it has the hash in it")
			redirect("/avatar/elsewhere")(w, r)
			return
		}
		picture(w, r)
	}, http.NotFound)
	c := f.client(t)

	hops = 3
	p, err := c.Look(t.Context(), ann)
	require.NoError(t, err)
	assert.NotEmpty(t, p.Picture)

	hops = 4
	_, err = c.Look(t.Context(), ben)
	assert.ErrorIs(t, err, errUnusable)
	assert.ErrorContains(t, err, "redirects")
}

// Only the operator may name a host of our own network; upstream may not, nor the DNS.
func TestRedirectsToInnerHosts(t *testing.T) {
	victim := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { assert.Fail(t, "reached") }))
	t.Cleanup(victim.Close)
	f := newFake(t)
	c := f.client(t)
	for i, to := range []string{
		victim.URL + "/x", strings.Replace(victim.URL, "127.0.0.1", "localhost", 1),
		"http://127.0.0.1/", "http://localhost/", "http://0.0.0.0/", "http://10.0.0.1/", "http://169.254.169.254/latest/meta-data",
		"http://[::1]/", "http://[::]/", "http://[::ffff:127.0.0.1]/", "http://[64:ff9b::7f00:1]/", "http://[fd00::1]/",
	} {
		f.serve(redirect(to), http.NotFound)
		_, err := c.Look(t.Context(), fmt.Sprint(i, ann))
		if !assert.ErrorIs(t, err, errUnusable, to) {
			continue
		}
		if to != victim.URL+"/x" && strings.HasPrefix(to, "http://1") || strings.HasPrefix(to, "http://localhost/") {
			assert.ErrorIs(t, err, ssrf.ErrProhibitedIP, to)
		}
	}
	for i, to := range []string{"ftp://example.com/", "file:///etc/passwd", "javascript:alert(1)"} {
		f.serve(redirect(to), http.NotFound)
		_, err := c.Look(t.Context(), fmt.Sprint(i, ben))
		assert.Error(t, err, to)
	}
}

func TestNoRedirectOutOfTLS(t *testing.T) {
	at := func(raw string) *http.Request {
		u, err := url.Parse(raw)
		require.NoError(t, err)
		return &http.Request{URL: u, Header: http.Header{"Authorization": {"Bearer sesame"}, "Referer": {"x"}}}
	}
	from := []*http.Request{at("https://gravatar.com/avatar/x")}
	assert.ErrorIs(t, checkRedirect(at("http://gravatar.com/avatar/x"), from), errUnusable)
	assert.ErrorIs(t, checkRedirect(at("ftp://gravatar.com/avatar/x"), from), errUnusable)

	for _, elsewhere := range []string{"https://gravatar.com:8443/", "https://www.gravatar.com/", "https://example.com/"} {
		to := at(elsewhere)
		require.NoError(t, checkRedirect(to, from))
		assert.Empty(t, to.Header, elsewhere)
	}
	same := at("https://gravatar.com/y")
	require.NoError(t, checkRedirect(same, from))
	assert.NotEmpty(t, same.Header.Get("Authorization"))
}

func TestTheKeyGoesNowhereElse(t *testing.T) {
	f, other := newFake(t), newFake(t)
	f.serve(http.NotFound, redirect(other.URL+"/v3/profiles/x"))
	other.serve(http.NotFound, func(w http.ResponseWriter, r *http.Request) {
		assert.Empty(t, r.Header.Get("Authorization"))
		assert.Empty(t, r.Referer())
		named("Ann")(w, r)
	})
	c := f.client(t, func(cfg *Config) { cfg.URL = other.URL })
	p, err := c.Look(t.Context(), ann)
	require.NoError(t, err)
	assert.Equal(t, "Ann", p.Name)
}

func TestCookiesAreNotKept(t *testing.T) {
	f := newFake(t)
	f.serve(func(w http.ResponseWriter, r *http.Request) {
		assert.Empty(t, r.Cookies())
		http.SetCookie(w, &http.Cookie{Name: "who", Value: "ann", Path: "/"})
		http.NotFound(w, r)
	}, http.NotFound)
	c := f.client(t)
	for _, email := range []string{ann, ben} {
		_, err := c.Look(t.Context(), email)
		require.NoError(t, err)
	}
}

func TestReset(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	for _, tc := range []struct {
		reset, retry string
		want         time.Duration
	}{
		{"1800000090", "", 90 * time.Second},
		{"", "120", 2 * time.Minute},
		{"1800000090", "120", 2 * time.Minute},
		{"", now.Add(time.Hour).UTC().Format(http.TimeFormat), time.Hour},
		{"", "", time.Minute},
		{"1799999999", "-5", time.Minute},
		{"soon", "later", time.Minute},
		{"99999999999", "", day},
		{"", "999999999999", day},
		{"9223372036854775807", "", day},
	} {
		h := http.Header{}
		h.Set("X-RateLimit-Reset", tc.reset)
		h.Set("Retry-After", tc.retry)
		assert.Equal(t, tc.want, reset(h, now).Sub(now), "%q %q", tc.reset, tc.retry)
	}
}

// Neither the log nor an error tells whom we asked for, however much upstream repeats it.
func TestNothingIsTold(t *testing.T) {
	log, text := logged()
	var told strings.Builder
	for _, h := range []http.HandlerFunc{
		func(w http.ResponseWriter, r *http.Request) { redirect("http://%zz/"+r.URL.Path)(w, r) },
		func(w http.ResponseWriter, r *http.Request) { redirect("http://127.0.0.1/"+r.URL.Path)(w, r) },
		func(w http.ResponseWriter, r *http.Request) {
			conn, _, err := w.(http.Hijacker).Hijack()
			if assert.NoError(t, err) {
				fmt.Fprintf(conn, "%s\r\n\r\n", strings.ToUpper(r.URL.Path))
				assert.NoError(t, conn.Close())
			}
		},
		func(w http.ResponseWriter, r *http.Request) {
			conn, _, err := w.(http.Hijacker).Hijack()
			if assert.NoError(t, err) {
				assert.NoError(t, conn.Close())
			}
		},
		body("application/json", []byte(`{"display_name":["`+ann+`"]}`)),
		status(http.StatusUnauthorized),
		status(http.StatusTooManyRequests),
	} {
		f := newFake(t)
		f.serve(h, h)
		c := f.client(t, func(cfg *Config) { cfg.Log = log })
		_, err := c.Look(t.Context(), ann)
		require.Error(t, err)
		told.WriteString(err.Error())
	}
	f := newFake(t)
	c := f.client(t, func(cfg *Config) { cfg.Log = log })
	f.CloseClientConnections()
	f.Close()
	_, err := c.Look(t.Context(), ann)
	require.Error(t, err)
	told.WriteString(err.Error())
	require.NotEmpty(t, text())
	for _, secret := range []string{Hash(ann), ann, "sesame"} {
		assert.NotContains(t, strings.ToLower(told.String()+text()), secret)
	}
}
