package openidtest

import (
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"

	"github.com/stretchr/testify/require"
)

// SignIn goes to address, where a sign-in begins, types an email into the form, and gives where it
// is sent back to, without going there. An address that is not answered by the form is given back
// as where that leads.
func (s *Server) SignIn(address, email string) *url.URL {
	s.t.Helper()
	jar, err := cookiejar.New(nil)
	require.NoError(s.t, err)
	transport := &http.Transport{DisableKeepAlives: true}
	browser := &http.Client{Jar: jar, Transport: transport, CheckRedirect: func(r *http.Request, _ []*http.Request) error {
		if strings.HasPrefix(r.URL.String(), s.Issuer+"/") {
			return nil
		}
		return http.ErrUseLastResponse
	}}
	page, err := browser.Get(address)
	require.NoError(s.t, err)
	require.NoError(s.t, page.Body.Close())
	if back, err := page.Location(); err == nil {
		return back
	}
	at := page.Request.URL
	require.Equal(s.t, "/login/username", at.Path, "the form, and not %s", page.Status)
	answer, err := browser.PostForm(at.String(), url.Values{"id": at.Query()["authRequestID"], "email": {email}})
	require.NoError(s.t, err)
	require.NoError(s.t, answer.Body.Close())
	back, err := answer.Location()
	require.NoError(s.t, err)
	return back
}
