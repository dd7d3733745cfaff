package auth

import (
	"net/http"
	"net/url"
	"strings"
)

// SameOrigin reports whether a request's Origin is this site: the host it was sent to or that
// of base, which may be nil. A browser sends Origin with every WebSocket handshake, and nothing
// else keeps foreign pages from opening one with the visitor's cookies (RFC 6455 §10.2).
func SameOrigin(r *http.Request, base *url.URL) bool {
	origin, err := url.Parse(r.Header.Get("Origin"))
	if err != nil || origin.Host == "" || origin.Path != "" && origin.Path != "/" || origin.User != nil {
		return false
	}
	if origin.Scheme != "http" && origin.Scheme != "https" {
		return false
	}
	if base != nil && strings.EqualFold(origin.Scheme, base.Scheme) && strings.EqualFold(origin.Host, base.Host) {
		return true
	}
	return strings.EqualFold(origin.Host, r.Host)
}
