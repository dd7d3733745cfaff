package openid

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// mostAnswer is how large an answer of the provider may be, in bytes.
const mostAnswer = 1 << 20

// ask gives what the provider says of itself (OpenID Connect Discovery 1.0). It is asked once, and
// again after each time it was in vain.
func (p *Provider) ask(ctx context.Context) (*known, error) {
	p.mu.Lock()
	k := p.known
	p.mu.Unlock()
	if k != nil {
		return k, nil
	}
	asked, err, _ := p.asking.Do("", func() (any, error) {
		// The first who asks may go away; the others wait for the same answer.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), p.patience)
		defer cancel()
		k, err := p.discover(ctx)
		if err != nil {
			return nil, p.failed(ctx, ErrUnreachable, reason(err))
		}
		p.mu.Lock()
		p.known = k
		p.mu.Unlock()
		return k, nil
	})
	if err != nil {
		return nil, err
	}
	return asked.(*known), nil
}

func (p *Provider) discover(ctx context.Context) (*known, error) {
	provider, err := oidc.NewProvider(oidc.ClientContext(ctx, p.http), p.cfg.Issuer)
	if err != nil {
		return nil, err
	}
	var more struct {
		Keys    string   `json:"jwks_uri"`
		Methods []string `json:"token_endpoint_auth_methods_supported"`
	}
	if err := provider.Claims(&more); err != nil {
		return nil, fmt.Errorf("discovery: %w", err)
	}
	endpoint := provider.Endpoint()
	addresses := []string{endpoint.AuthURL, endpoint.TokenURL, more.Keys}
	if provider.UserInfoEndpoint() != "" { // the one that it may lack
		addresses = append(addresses, provider.UserInfoEndpoint())
	}
	for _, address := range addresses {
		if u, err := url.Parse(address); err != nil || !isSafe(u) {
			return nil, errors.New("discovery: it names endpoints that are not https")
		}
	}
	endpoint.AuthStyle = oauth2.AuthStyleInHeader // what it takes that says nothing (Core section 9)
	if p.cfg.ClientSecret == "" || len(more.Methods) > 0 && !slices.Contains(more.Methods, "client_secret_basic") {
		endpoint.AuthStyle = oauth2.AuthStyleInParams
	}
	return &known{
		provider: provider,
		verifier: provider.Verifier(&oidc.Config{ClientID: p.cfg.ClientID}),
		oauth: oauth2.Config{
			ClientID: p.cfg.ClientID, ClientSecret: p.cfg.ClientSecret, Endpoint: endpoint,
			RedirectURL: p.cfg.Redirect, Scopes: []string{oidc.ScopeOpenID, oidc.ScopeEmail},
		},
	}, nil
}

// newHTTP makes a client for what the operator has named: it goes wherever that is, through their
// proxy too, but nowhere else, and takes only so much for so long.
func newHTTP(patience time.Duration) *http.Client {
	return &http.Client{
		Timeout:       patience, // also of keys that are fetched for several at once
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: bounded{&http.Transport{
			Proxy:                  http.ProxyFromEnvironment,
			DisableKeepAlives:      true, // sign-ins are rare
			ForceAttemptHTTP2:      true,
			MaxResponseHeaderBytes: 64 << 10,
		}},
	}
}

// bounded ends answers that are too large, and takes a document only with 200: go-oidc would make
// any other answer's body, in which anything may stand, a part of its error.
type bounded struct{ http.RoundTripper }

func (b bounded) RoundTrip(r *http.Request) (*http.Response, error) {
	response, err := b.RoundTripper.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	if r.Method == http.MethodGet && response.StatusCode != http.StatusOK {
		_ = response.Body.Close()
		return nil, fmt.Errorf("it answers %d", response.StatusCode)
	}
	response.Body = &boundedBody{response.Body, mostAnswer}
	return response, nil
}

type boundedBody struct {
	io.ReadCloser
	left int64
}

func (b *boundedBody) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, errors.New("its answer does not end")
	}
	n, err := b.ReadCloser.Read(p[:min(int64(len(p)), b.left)])
	b.left -= int64(n)
	return n, err
}

// reason is what of err may be logged: not the answer to a code, which anything may stand in.
func reason(err error) string {
	if answer, is := errors.AsType[*oauth2.RetrieveError](err); is {
		return fmt.Sprintf("it answers %d to a code", answer.Response.StatusCode)
	}
	why := err.Error()
	return why[:min(len(why), 200)]
}
