package openid

import (
	"bytes"
	"log/slog"
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"gochatting/internal/openid/openidtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	ann      = "ann@example.com"
	redirect = "http://127.0.0.1:9/openid/callback"
)

// A door is a Provider whose log can be read.
type door struct {
	*Provider
	log *bytes.Buffer
}

func newDoor(t *testing.T, issuer, id, secret string) door {
	d := door{log: new(bytes.Buffer)}
	var err error
	d.Provider, err = New(Config{Issuer: issuer, ClientID: id, ClientSecret: secret, Redirect: redirect, Log: slog.New(slog.NewTextHandler(d.log, nil))})
	require.NoError(t, err)
	return d
}

func at(t *testing.T, s *openidtest.Server) door {
	return newDoor(t, s.Issuer, s.ClientID, s.ClientSecret)
}

func (d door) begin(t *testing.T) (string, Flow) {
	address, flow, err := d.Begin(t.Context())
	require.NoError(t, err)
	return address, flow
}

// finish checks that what is said of a failure tells nobody anything.
func (d door) finish(t *testing.T, flow Flow, query url.Values) (string, error) {
	email, err := d.Finish(t.Context(), flow, query)
	if err != nil {
		assert.Empty(t, email)
		for _, secret := range []string{ann, query.Get("code"), flow.Verifier, flow.Nonce, flow.State, "sesame"} {
			if secret != "" {
				assert.NotContains(t, d.log.String()+err.Error(), secret)
			}
		}
	}
	return email, err
}

func TestSigningIn(t *testing.T) {
	s := openidtest.New(t, redirect)
	d := at(t, s)
	for range 2 { // the address at userinfo, then in the token
		address, flow := d.begin(t)
		back := s.SignIn(address, ann)
		assert.Equal(t, "127.0.0.1:9", back.Host)
		email, err := d.finish(t, flow, back.Query())
		require.NoError(t, err)
		assert.Equal(t, ann, email)
		s.InToken()
	}
	assert.Empty(t, d.log.String())
	assert.Equal(t, s.Issuer, "http://"+d.Name())
}

func TestFaultsAreAllNamed(t *testing.T) {
	for _, issuer := range []string{"", "accounts.example.com", "http://accounts.example.com", "https://ann:secret@example.com", "https://example.com?x=1", "%zz"} {
		_, err := New(Config{Issuer: issuer})
		require.ErrorContains(t, err, "the issuer must be", "%s", issuer)
		assert.ErrorContains(t, err, "the client id must be")
		assert.NotContains(t, err.Error(), "secret")
	}
}
