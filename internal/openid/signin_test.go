package openid

import (
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gochatting/internal/openid/openidtest"
)

func TestAnAddressNobodyVouchesFor(t *testing.T) {
	s := openidtest.New(t, redirect)
	d := at(t, s)
	s.Doubt(ann)
	for range 2 {
		address, flow := d.begin(t)
		_, err := d.finish(t, flow, s.SignIn(address, ann).Query())
		require.ErrorIs(t, err, ErrUnverified)
		s.InToken()
	}
}

func TestOnlyTrueIsVerified(t *testing.T) {
	for _, verified := range []any{true, "true"} {
		assert.True(t, claims{ann, verified}.vouched())
		assert.False(t, claims{"", verified}.vouched())
	}
	for _, verified := range []any{nil, false, "false", "", "yes", 1.0, map[string]any{}} {
		assert.False(t, claims{ann, verified}.vouched(), "%v", verified)
	}
}

func TestAnAnswerToAnotherBrowser(t *testing.T) {
	s := openidtest.New(t, redirect)
	d := at(t, s)
	address, flow := d.begin(t)
	back := s.SignIn(address, ann).Query()

	_, other := d.begin(t)
	assert.NotEqual(t, flow, other)
	for name, f := range map[string]Flow{
		"another browser's": other,
		"of none":           {},
		"another's nonce":   {flow.State, other.Nonce, flow.Verifier},
	} {
		address, flow := d.begin(t)
		q := s.SignIn(address, ann).Query()
		if name == "another's nonce" {
			f.State, f.Verifier = flow.State, flow.Verifier
		}
		_, err := d.finish(t, f, q)
		require.ErrorIs(t, err, ErrStale, name)
	}
	_, err := d.finish(t, Flow{Nonce: flow.Nonce, Verifier: flow.Verifier}, url.Values{"code": back["code"]})
	require.ErrorIs(t, err, ErrStale, "no state is not the same state")

	email, err := d.finish(t, flow, back)
	require.NoError(t, err)
	assert.Equal(t, ann, email, "what others tried has used nothing up")
}

func TestAReplay(t *testing.T) {
	s := openidtest.New(t, redirect)
	d := at(t, s)
	address, flow := d.begin(t)
	back := s.SignIn(address, ann).Query()
	_, err := d.finish(t, flow, back)
	require.NoError(t, err)
	_, err = d.finish(t, flow, back)
	require.ErrorIs(t, err, ErrStale)
}

func TestAForgedNonce(t *testing.T) {
	s := openidtest.New(t, redirect)
	d := at(t, s)
	s.Forge("of another sign-in")
	address, flow := d.begin(t)
	_, err := d.finish(t, flow, s.SignIn(address, ann).Query())
	require.ErrorIs(t, err, ErrStale)
	assert.ErrorContains(t, err, "nonce")
}

func TestWithoutPKCE(t *testing.T) {
	s := openidtest.New(t, redirect)
	d := at(t, s)
	address, flow := d.begin(t)

	without, err := url.Parse(address)
	require.NoError(t, err)
	q := without.Query()
	assert.Equal(t, "S256", q.Get("code_challenge_method"))
	assert.NotContains(t, address, flow.Verifier)
	q.Del("code_challenge")
	q.Del("code_challenge_method")
	without.RawQuery = q.Encode()
	_, err = d.finish(t, flow, s.SignIn(without.String(), ann).Query())
	require.ErrorIs(t, err, ErrDenied, "the provider wants it")

	for _, verifier := range []string{"", "a-verifier-of-somebody-else-who-took-the-code-underway"} {
		address, flow := d.begin(t)
		back := s.SignIn(address, ann).Query()
		flow.Verifier = verifier
		_, err = d.finish(t, flow, back)
		require.Error(t, err, "%q", verifier)
	}
}

func TestWhatTheProviderSays(t *testing.T) {
	s := openidtest.New(t, redirect)
	d := at(t, s)
	_, flow := d.begin(t)
	for said, want := range map[string]error{
		"access_denied": ErrDenied, "login_required": ErrDenied, "<script>": ErrDenied,
		"server_error": ErrUnreachable, "temporarily_unavailable": ErrUnreachable,
	} {
		_, err := d.finish(t, flow, url.Values{"state": {flow.State}, "error": {said}, "error_description": {"of " + ann}})
		require.ErrorIs(t, err, want)
	}
	address, flow := d.begin(t)
	back := s.SignIn(address, ann).Query()
	back.Set("iss", "https://accounts.example.com")
	_, err := d.finish(t, flow, back)
	require.ErrorIs(t, err, ErrStale, "another provider's answer is not even asked about here")
	back.Set("iss", s.Issuer)
	_, err = d.finish(t, flow, back)
	require.NoError(t, err)
	_, err = d.finish(t, flow, url.Values{"error": {"access_denied"}})
	require.ErrorIs(t, err, ErrStale, "who made up the answer is no provider")
	_, err = d.finish(t, flow, url.Values{"state": {flow.State}, "code": {"made up"}})
	require.ErrorIs(t, err, ErrStale)
}

func TestAProviderThatDoesNotKnowUs(t *testing.T) {
	s := openidtest.New(t, redirect)
	d := newDoor(t, s.Issuer, s.ClientID, "wrong")
	address, flow := d.begin(t)
	_, err := d.finish(t, flow, s.SignIn(address, ann).Query())
	require.ErrorIs(t, err, ErrUnreachable)
	assert.Contains(t, d.log.String(), "it answers 401")
}

func TestAProviderThatIsDownComesBack(t *testing.T) {
	s := openidtest.New(t, redirect)
	s.Down()
	d := at(t, s)
	_, _, err := d.Begin(t.Context())
	require.ErrorIs(t, err, ErrUnreachable)
	s.Up()
	address, flow := d.begin(t)
	back := s.SignIn(address, ann).Query()

	s.Down()
	d.begin(t) // it was asked already
	_, err = d.finish(t, flow, back)
	require.ErrorIs(t, err, ErrUnreachable)
	s.Up()
	email, err := d.finish(t, flow, back)
	require.NoError(t, err, "the code is still good")
	assert.Equal(t, ann, email)
}
