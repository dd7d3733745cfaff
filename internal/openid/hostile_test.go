package openid

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A rogue is a provider that signs well and does everything else as its handlers say.
type rogue struct {
	*httptest.Server
	key      *rsa.PrivateKey
	about    map[string]any          // itself
	claims   map[string]any          // in its tokens
	handlers map[string]http.Handler // instead of what it would do
}

// newKey makes one key for all: it takes long.
var newKey = sync.OnceValues(func() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, 2048) })

func newRogue(t *testing.T) *rogue {
	key, err := newKey()
	require.NoError(t, err)
	r := &rogue{key: key, handlers: make(map[string]http.Handler)}
	r.Server = httptest.NewServer(r)
	t.Cleanup(r.Close)
	r.about = map[string]any{
		"issuer": r.URL, "authorization_endpoint": r.URL + "/authorize", "token_endpoint": r.URL + "/token",
		"jwks_uri": r.URL + "/keys", "userinfo_endpoint": r.URL + "/userinfo",
	}
	r.claims = map[string]any{"iss": r.URL, "aud": "gochatting", "sub": "ann", "exp": time.Now().Add(time.Hour).Unix()}
	return r
}

func (r *rogue) ServeHTTP(w http.ResponseWriter, asked *http.Request) {
	if h := r.handlers[asked.URL.Path]; h != nil {
		h.ServeHTTP(w, asked)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	var answer any
	switch asked.URL.Path {
	case "/.well-known/openid-configuration":
		answer = r.about
	case "/token":
		answer = map[string]any{"access_token": "x", "token_type": "Bearer", "id_token": r.token()}
	case "/keys":
		answer = map[string]any{"keys": []any{map[string]any{
			"kty": "RSA", "alg": "RS256", "kid": "1", "n": encode(r.key.N.Bytes()), "e": "AQAB",
		}}}
	case "/userinfo":
		answer = map[string]any{"sub": "ann", "email": ann, "email_verified": true}
	}
	_ = json.NewEncoder(w).Encode(answer)
}

func (r *rogue) token() string {
	payload, _ := json.Marshal(r.claims)
	signed := encode([]byte(`{"alg":"RS256","kid":"1"}`)) + "." + encode(payload)
	sum := sha256.Sum256([]byte(signed))
	signature, _ := rsa.SignPKCS1v15(rand.Reader, r.key, crypto.SHA256, sum[:])
	return signed + "." + encode(signature)
}

func encode(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

// signIn is all of it, as a browser that the provider sends straight back.
func (r *rogue) signIn(t *testing.T, patience time.Duration) (door, string, error) {
	d := newDoor(t, r.URL, "gochatting", "sesame")
	d.patience, d.http = patience, newHTTP(patience)
	_, flow, err := d.Begin(t.Context())
	if err != nil {
		return d, "", err
	}
	r.claims["nonce"] = flow.Nonce
	email, err := d.finish(t, flow, url.Values{"state": {flow.State}, "code": {"c0de"}})
	return d, email, err
}

func answering(status int, body string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	})
}

func grant(token string) http.Handler {
	return answering(http.StatusOK, `{"access_token":"x","token_type":"Bearer","id_token":"`+token+`"}`)
}

// endless begins like JSON.
var endless = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	more := make([]byte, 32<<10)
	for i := range more {
		more[i] = '['
	}
	for r.Context().Err() == nil {
		if _, err := w.Write(more); err != nil {
			return
		}
	}
})

// silent has said a little, and then says nothing.
var silent = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body) // only then is it noticed when the other side goes away
	_, _ = w.Write([]byte("{"))
	_ = http.NewResponseController(w).Flush()
	<-r.Context().Done()
})

func TestHostile17AProviderThatNeverEnds(t *testing.T) {
	for _, path := range []string{"/.well-known/openid-configuration", "/token", "/keys", "/userinfo"} {
		for name, tc := range map[string]struct {
			http.Handler
			patience time.Duration
		}{
			"endless": {endless, time.Minute},
			"silent":  {silent, 50 * time.Millisecond},
		} {
			t.Run(name+path, func(t *testing.T) {
				r := newRogue(t)
				r.handlers[path] = tc
				d, _, err := r.signIn(t, tc.patience)
				require.ErrorIs(t, err, ErrUnreachable)
				assert.Less(t, d.log.Len(), 1000, "what is logged ends too")
			})
		}
	}
}

func TestAProviderThatIsNotItself(t *testing.T) {
	r := newRogue(t)
	_, email, err := r.signIn(t, time.Minute)
	require.NoError(t, err)
	require.Equal(t, ann, email, "it can behave")

	for name, spoil := range map[string]func(*rogue){
		"another issuer":     func(r *rogue) { r.about["issuer"] = "https://accounts.example.com" },
		"tokens in the open": func(r *rogue) { r.about["token_endpoint"] = "http://accounts.example.com/token" },
		"keys in the open":   func(r *rogue) { r.about["jwks_uri"] = "http://accounts.example.com/keys" },
		"token signed by nobody": func(r *rogue) {
			r.handlers["/token"] = http.HandlerFunc(func(w http.ResponseWriter, asked *http.Request) {
				token := r.token()
				signature := encode(make([]byte, 256))
				grant(token[:len(token)-len(signature)]+signature).ServeHTTP(w, asked)
			})
		},
		"keys elsewhere":    func(r *rogue) { r.handlers["/keys"] = http.RedirectHandler("/elsewhere", http.StatusFound) },
		"sign-in by script": func(r *rogue) { r.about["authorization_endpoint"] = "javascript:alert(1)" },
		"no sign-in":        func(r *rogue) { delete(r.about, "authorization_endpoint") },
		"no keys":           func(r *rogue) { delete(r.about, "jwks_uri") },
		"a page":            func(r *rogue) { r.handlers["/.well-known/openid-configuration"] = answering(200, "<html>") },
		"broken":            func(r *rogue) { r.handlers["/.well-known/openid-configuration"] = answering(500, "ann@example.com") },
		"token elsewhere": func(r *rogue) {
			r.handlers["/token"] = http.RedirectHandler("/elsewhere", http.StatusTemporaryRedirect)
			r.handlers["/elsewhere"] = http.HandlerFunc(func(w http.ResponseWriter, asked *http.Request) { grant(r.token()).ServeHTTP(w, asked) })
		},
		"token refused": func(r *rogue) {
			r.handlers["/token"] = answering(400, `{"error":"unauthorized_client","error_description":"ann@example.com"}`)
		},
		"no token":           func(r *rogue) { r.handlers["/token"] = answering(200, `{"access_token":"x","token_type":"Bearer"}`) },
		"token of another":   func(r *rogue) { r.claims["iss"] = "https://accounts.example.com" },
		"token for another":  func(r *rogue) { r.claims["aud"] = "somebody else" },
		"token of yesterday": func(r *rogue) { r.claims["exp"] = time.Now().Add(-time.Hour).Unix() },
		"keys of another": func(r *rogue) {
			r.handlers["/keys"] = answering(200, `{"keys":[]}`)
		},
		"userinfo in the open": func(r *rogue) { r.about["userinfo_endpoint"] = "http://accounts.example.com/userinfo" },
		"userinfo of another": func(r *rogue) {
			r.handlers["/userinfo"] = answering(200, `{"sub":"eve","email":"ann@example.com","email_verified":true}`)
		},
		"userinfo is refused": func(r *rogue) { r.handlers["/userinfo"] = answering(401, "ann@example.com") },
		"userinfo is no JSON": func(r *rogue) { r.handlers["/userinfo"] = answering(200, "ann@example.com") },
	} {
		t.Run(name, func(t *testing.T) {
			r := newRogue(t)
			spoil(r)
			d, _, err := r.signIn(t, time.Minute)
			require.ErrorIs(t, err, ErrUnreachable)
			assert.NotContains(t, d.log.String()+err.Error(), ann)
		})
	}
}

func TestAProviderWithoutUserinfo(t *testing.T) {
	r := newRogue(t)
	delete(r.about, "userinfo_endpoint")
	_, _, err := r.signIn(t, time.Minute)
	require.ErrorIs(t, err, ErrUnverified)

	r.claims["email"], r.claims["email_verified"] = ann, "true"
	_, email, err := r.signIn(t, time.Minute)
	require.NoError(t, err)
	assert.Equal(t, ann, email)
}

func TestTheSecretGoesWhereTheProviderWantsIt(t *testing.T) {
	for _, tc := range []struct {
		methods []string
		secret  string
		header  bool
	}{
		{nil, "sesame", true},
		{[]string{"client_secret_post", "client_secret_basic"}, "sesame", true},
		{[]string{"client_secret_post"}, "sesame", false},
		{nil, "", false},
	} {
		r := newRogue(t)
		if tc.methods != nil {
			r.about["token_endpoint_auth_methods_supported"] = tc.methods
		}
		asked := make(chan *http.Request, 1)
		r.handlers["/token"] = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_ = r.ParseForm()
			asked <- r
			w.WriteHeader(http.StatusInternalServerError)
		})
		d := newDoor(t, r.URL, "gochatting", tc.secret)
		_, flow := d.begin(t)
		_, err := d.finish(t, flow, url.Values{"state": {flow.State}, "code": {"c0de"}})
		require.ErrorIs(t, err, ErrUnreachable)
		got := <-asked
		_, password, _ := got.BasicAuth()
		assert.Equal(t, tc.secret, password+got.PostForm.Get("client_secret"))
		assert.Equal(t, tc.header, got.Header.Get("Authorization") != "")
	}
}
