package gravatar

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"code.dny.dev/ssrf"
)

const maxRedirects = 3

// errUnusable is in every error that is about an answer and says nothing of upstream's health.
var errUnusable = errors.New("unusable answer")

// An upstream is where answers are had by hash.
type upstream struct {
	http  *http.Client
	base  *url.URL
	key   string // bearer token, or ""
	limit int64  // bytes of an answer
}

// get answers the body found at hash, or none of it when upstream has nothing there (404). On
// 429 the error is a *Later. No error holds the hash.
func (u *upstream) get(ctx context.Context, hash, query string) ([]byte, error) {
	at := u.base.JoinPath(hash)
	at.RawQuery = query
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, at.String(), nil)
	if err != nil {
		return nil, redact(err, hash)
	}
	req.Header.Set("User-Agent", "gochatting")
	if u.key != "" {
		req.Header.Set("Authorization", "Bearer "+u.key)
	}
	resp, err := u.http.Do(req)
	if err != nil {
		return nil, redact(err, hash)
	}
	defer func() { _ = resp.Body.Close() }() // only read from
	switch resp.StatusCode {
	case http.StatusOK:
	case http.StatusNotFound:
		return nil, nil
	case http.StatusTooManyRequests:
		return nil, &Later{At: reset(resp.Header, time.Now())}
	default:
		return nil, fmt.Errorf("upstream answers %d %s", resp.StatusCode, http.StatusText(resp.StatusCode))
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, u.limit+1))
	switch {
	case err != nil:
		return nil, redact(err, hash)
	case int64(len(body)) > u.limit:
		return nil, fmt.Errorf("%w: more than %d bytes", errUnusable, u.limit)
	case len(body) == 0:
		return nil, fmt.Errorf("%w: empty", errUnusable)
	}
	return body, nil
}

// reset is until when a 429 forbids: X-RateLimit-Reset (Unix time, Gravatar's) or Retry-After
// (RFC 9110 section 10.2.3), whichever is later; a minute when neither lies ahead, and never
// more than a day.
func reset(h http.Header, now time.Time) time.Time {
	var until time.Time
	most := now.Add(day)
	if unix, err := strconv.ParseInt(h.Get("X-RateLimit-Reset"), 10, 64); err == nil {
		until = time.Unix(min(unix, most.Unix()), 0)
	}
	after := h.Get("Retry-After")
	if seconds, err := strconv.ParseInt(after, 10, 64); err == nil {
		until = latest(until, now.Add(time.Duration(min(seconds, 86_400))*time.Second))
	} else if date, err := http.ParseTime(after); err == nil {
		until = latest(until, date)
	}
	switch {
	case !until.After(now):
		return now.Add(time.Minute)
	case until.After(most):
		return most
	}
	return until
}

// redact drops the address asked for, which net/http puts into its errors. A hash that is
// elsewhere in the text, as upstream may have repeated it, costs the error its chain.
func redact(err error, hash string) error {
	var at *url.Error
	if errors.As(err, &at) {
		err = at.Err
	}
	if strings.Contains(strings.ToLower(err.Error()), hash) {
		return errors.New("upstream's answer cannot be understood")
	}
	return err
}

// newHTTP makes a client that trusts the named addresses (nil ones are none), and reaches
// others, to which those may redirect, only in the public network at ports 80 and 443. It
// uses no proxy, which would resolve names out of our sight, and keeps no cookies.
func newHTTP(named ...*url.URL) *http.Client {
	var trusted []string
	for _, u := range named {
		if u != nil {
			trusted = append(trusted, hostport(u))
		}
	}
	anywhere := &net.Dialer{Timeout: 5 * time.Second}
	guard := ssrf.New()
	public := &net.Dialer{Timeout: 5 * time.Second, Control: func(network, address string, conn syscall.RawConn) error {
		if err := guard.Safe(network, address, conn); err != nil {
			return fmt.Errorf("%w: %w", errUnusable, err)
		}
		return nil
	}}
	return &http.Client{
		CheckRedirect: checkRedirect,
		Transport: &http.Transport{
			DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
				if slices.Contains(trusted, address) {
					return anywhere.DialContext(ctx, network, address)
				}
				return public.DialContext(ctx, network, address)
			},
			ForceAttemptHTTP2:      true,
			DisableCompression:     true, // so that limits count what is sent
			MaxIdleConnsPerHost:    4,
			IdleConnTimeout:        30 * time.Second,
			TLSHandshakeTimeout:    5 * time.Second,
			MaxResponseHeaderBytes: 64 << 10,
		},
	}
}

func checkRedirect(req *http.Request, via []*http.Request) error {
	from := via[len(via)-1].URL
	switch {
	case len(via) > maxRedirects:
		return fmt.Errorf("%w: more than %d redirects", errUnusable, maxRedirects)
	case req.URL.Scheme != "https" && req.URL.Scheme != "http":
		return fmt.Errorf("%w: redirect to something else than the web", errUnusable)
	case from.Scheme == "https" && req.URL.Scheme == "http":
		return fmt.Errorf("%w: redirect from https to http", errUnusable)
	}
	// net/http keeps the token for other ports and for subdomains, and tells where it came from.
	if first := via[0].URL; req.URL.Scheme != first.Scheme || req.URL.Host != first.Host {
		req.Header.Del("Authorization")
	}
	req.Header.Del("Referer")
	return nil
}
