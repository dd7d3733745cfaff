package main

import (
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"testing"

	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Otto comes with the page of 2012 and an address that nobody holds. He sees everyone, talks with
// Ann in today's page both ways, and what she says is text to his page too, which would take it
// as HTML.
func (b *browser) pageOf2012(t *testing.T) {
	server := start(t, t.TempDir())
	old := oldSite(t, server.Base)
	ann := b.joins(t, server.Base, "ann@example.com")
	ann.says("before he came")
	ann.hears("ann", "before he came")

	otto := b.window(t)
	otto.open(old + "/2012.html?email=otto@example.com")
	otto.shows("#users li:nth-child(2)")
	assert.Equal(t, []string{"ann", "otto"}, eval[[]string](otto, `() => [...document.querySelectorAll('#users span')].map((name) => name.textContent).sort()`))
	otto.await(`() => [...document.querySelectorAll('#users img')].every((picture) => picture.naturalWidth > 0)`)
	ann.with("ann", "otto")

	ben := b.joins(t, server.Base, "ben@example.com")
	otto.shows("#users li:nth-child(3)")
	ben.close()
	otto.click("#text")
	otto.write("Hello from 2012, 你好!")
	otto.press(kb.Enter)
	ann.hears("otto", "Hello from 2012, 你好!")
	otto.sees("#m1 span", "Hello from 2012, 你好!")
	assert.Regexp(t, `^\d\d-\d\d \d\d:\d\d:\d\d$`, otto.text("#m1 i"))

	texts := []string{`<img src=x onerror="window.__xss = 1">`, `<script>window.__xss = 1</script>`, `a < b & c > d &lt; "e"`}
	for _, text := range texts {
		ann.says(text)
		ann.hears("ann", text)
		otto.sees("#messages li:last-child span", text)
	}
	assert.Equal(t, "undefined", eval[string](otto, `() => typeof window.__xss`))
	assert.Zero(t, eval[int](otto, `() => document.querySelectorAll('#messages span *').length`))

	otto.await(`() => document.querySelectorAll('#users li').length === 2`)
}

// oldSite is the program behind a proxy which adds the page of 2012 to its site.
func oldSite(t *testing.T, base string) string {
	target, err := url.Parse(base)
	require.NoError(t, err)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /2012.html", func(w http.ResponseWriter, r *http.Request) { http.ServeFile(w, r, "testdata/2012.html") })
	mux.HandleFunc("GET /favicon.ico", func(http.ResponseWriter, *http.Request) {})
	mux.Handle("/", &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(target)
		r.Out.Host = r.In.Host
	}})
	site := httptest.NewServer(mux)
	t.Cleanup(site.Close)
	return site.URL
}
