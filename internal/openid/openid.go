// Package openid lets people in who sign in elsewhere: at an OpenID provider that vouches for
// their email address (OpenID Connect Core 1.0, the code flow, with PKCE).
package openid

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
	"golang.org/x/sync/singleflight"
)

// Why a sign-in leads nowhere. Neither these errors nor what wraps them hold an address, a code or
// a token.
var (
	ErrUnreachable = errors.New("openid: the provider cannot be asked now")                      // or makes no sense; the log says why
	ErrDenied      = errors.New("openid: the sign-in was denied")                                // by the person or by the provider
	ErrUnverified  = errors.New("openid: the provider vouches for no address")                   // email_verified is not true
	ErrStale       = errors.New("openid: the answer is not to what this browser asked, or late") // to be begun again
)

// patience is how long Begin and Finish may take each.
const patience = 10 * time.Second

// Config says where people sign in.
type Config struct {
	Issuer       string // https://accounts.example.com, letter by letter as the provider calls itself
	ClientID     string
	ClientSecret string       // "": the provider knows us as a public client
	Redirect     string       // the whole address here to which it sends people back
	Log          *slog.Logger // gets neither address, code nor token; nil: no log
}

// A Provider is where people sign in. Its methods may be called from any goroutine.
type Provider struct {
	cfg      Config
	host     string
	http     *http.Client
	log      *slog.Logger
	patience time.Duration

	asking singleflight.Group
	mu     sync.Mutex // guards known
	known  *known     // nil: not asked yet, or in vain
}

// known is what a provider says of itself.
type known struct {
	oauth    oauth2.Config
	provider *oidc.Provider
	verifier *oidc.IDTokenVerifier
}

// New makes a Provider, and talks to nobody. Every fault of cfg is in the error.
func New(cfg Config) (*Provider, error) {
	p := &Provider{cfg: cfg, log: cfg.Log, patience: patience}
	if p.log == nil {
		p.log = slog.New(slog.DiscardHandler)
	}
	issuer, err := url.Parse(cfg.Issuer)
	var faults []error
	if err != nil || issuer.Host == "" || issuer.User != nil || issuer.RawQuery != "" || issuer.Fragment != "" || !isSafe(issuer) {
		faults = append(faults, errors.New("the issuer must be an address like https://accounts.example.com"))
	}
	if cfg.ClientID == "" {
		faults = append(faults, errors.New("the client id must be the one the provider gave you"))
	}
	if len(faults) > 0 {
		return nil, fmt.Errorf("openid: %w", errors.Join(faults...))
	}
	p.host, p.http = issuer.Host, newHTTP(p.patience)
	return p, nil
}

// Name is the host by which people know the provider.
func (p *Provider) Name() string { return p.host }

// isSafe reports whether nobody between can read along: what goes to u is encrypted, or stays on
// this machine.
func isSafe(u *url.URL) bool {
	ip := net.ParseIP(u.Hostname())
	return u.Scheme == "https" || u.Scheme == "http" && (u.Hostname() == "localhost" || ip != nil && ip.IsLoopback())
}

// failed notes why a step led nowhere, and gives the error for it.
func (p *Provider) failed(ctx context.Context, kind error, why string) error {
	if kind == ErrUnreachable {
		p.log.WarnContext(ctx, "the OpenID provider is of no use", "why", why)
	}
	return fmt.Errorf("%w: %s", kind, why)
}
