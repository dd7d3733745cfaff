package main

import (
	"html"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gochatting/internal/chattest"
	"gochatting/internal/mail/mailtest"
	"gochatting/internal/message"
	"gochatting/internal/openid/openidtest"
)

// A server lets in only who proves their address, by mail or at a provider. Its owner was named; who
// came before them is none. What was secret in the flags is nowhere.
func TestWhoComesInByFlags(t *testing.T) {
	t.Parallel()
	free, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	address := free.Addr().String()
	require.NoError(t, free.Close())
	smtp := mailtest.New(t, mailtest.Options{Bare: true})
	provider := openidtest.New(t, "http://"+address+"/openid/callback")
	p := launchWith(t, []string{
		"GOCHATTING_SMTP=" + smtp.URL.String(), "GOCHATTING_OIDC_CLIENT_SECRET=" + provider.ClientSecret,
	}, "--addr", address, "--base-url", "http://"+address+"/", "--data", t.TempDir(), "--gravatar", "off",
		"--join", "verified", "--owner", "Boss@Example.com", "--mail-from", "Chat <chat@example.com>",
		"--oidc-issuer", provider.Issuer, "--oidc-client-id", provider.ClientID)
	base := p.out.await(t, `open (http://\S+) in your browser`)
	assert.Equal(t, "http://"+address, base)

	byMail := func(email string) *chattest.Person {
		who := chattest.Visitor(t, base)
		status, _ := who.Submit("/join", url.Values{"email": {email}})
		require.Equal(t, http.StatusAccepted, status)
		mail := smtp.Next(email)
		assert.Contains(t, mail.Link, base+"/code/")
		status, _ = who.Submit("/join", url.Values{"email": {email}, "code": {mail.Code}})
		require.Equal(t, http.StatusSeeOther, status)
		require.Equal(t, http.StatusOK, who.Get("/api/v1/me", &who.Me))
		return who
	}
	ann := byMail("ann@example.com")
	assert.True(t, ann.Me.Verified)
	assert.Empty(t, ann.Me.Role)
	assert.Equal(t, message.RoleOwner, byMail("boss@example.com").Me.Role)

	cem := chattest.Visitor(t, base)
	status, page := cem.Submit("/openid", nil)
	require.Equal(t, http.StatusOK, status)
	leaves := regexp.MustCompile(`href="(` + regexp.QuoteMeta(provider.Issuer) + `[^"]*)"`).FindStringSubmatch(page)
	require.NotNil(t, leaves, page)
	back := provider.SignIn(html.UnescapeString(leaves[1]), "cem@example.com")
	answer, err := cem.HTTP.Get(back.String())
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	require.Equal(t, http.StatusSeeOther, answer.StatusCode)
	require.Equal(t, http.StatusOK, cem.Get("/api/v1/me", &cem.Me))
	assert.Equal(t, "cem@example.com", cem.Me.Email)

	p.stop()
	for _, secret := range []string{provider.ClientSecret, "ann@", "cem@", "boss@"} {
		assert.NotContains(t, p.log.String()+p.out.String(), secret)
	}
}
