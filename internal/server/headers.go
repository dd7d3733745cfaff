package server

import "net/http"

// policy lets the page load from its own site alone, and run no script that is not a file there.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"font-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

// hstsYear asks browsers to come over TLS only, for a year.
const hstsYear = "max-age=31536000"

// headers go with every answer. What is not said to be public is stored by nobody: a session or
// a cookie may be involved.
func (s *Server) headers(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		if r.TLS != nil || s.cfg.secure() {
			h.Set("Strict-Transport-Security", hstsYear)
		}
		if s.ready.stopping.Load() && r.Header.Get("Upgrade") == "" {
			h.Set("Connection", "close") // so that proxies do not send the next request into a closing connection
		}
		next.ServeHTTP(w, r)
	})
}
