// Package mailtest is a mail server on loopback, for tests: it takes mails, hands them out read,
// and refuses or goes away when it is told to.
package mailtest

import (
	"crypto/tls"
	"crypto/x509"
	"io"
	"log"
	"net"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"
	"github.com/stretchr/testify/require"
)

// Options say what kind of server it is.
type Options struct {
	User, Password string // who may send; empty: anybody
	Implicit       bool   // TLS from the first byte, instead of STARTTLS
	Bare           bool   // no TLS at all; it takes passwords all the same
}

// A Server is a mail server. Its methods may be called from any goroutine.
type Server struct {
	URL   *url.URL       // for --smtp
	Roots *x509.CertPool // whom to believe that it is who it is

	t       testing.TB
	options Options
	tls     *tls.Config

	mu        sync.Mutex // guards what follows
	server    *smtp.Server
	listener  net.Listener
	done      chan struct{} // closed when server serves no more
	mails     []Mail
	came      chan struct{} // closed when the next mail comes
	refusals  map[string]int
	passwords int
}

// New starts a Server, which ends with the test.
func New(t testing.TB, options Options) *Server {
	s := &Server{t: t, options: options, came: make(chan struct{}), refusals: make(map[string]int)}

	certified := httptest.NewTLSServer(nil) // has a certificate for loopback
	s.tls = &tls.Config{Certificates: certified.TLS.Certificates}
	s.Roots = x509.NewCertPool()
	s.Roots.AddCert(certified.Certificate())
	certified.Close()

	s.URL = &url.URL{Scheme: "smtp", Host: "127.0.0.1:0"}
	if options.Implicit {
		s.URL.Scheme = "smtps"
	}
	if options.User != "" {
		s.URL.User = url.UserPassword(options.User, options.Password)
	}
	s.Up()
	t.Cleanup(s.Down)
	return s
}

// Up has it serve, at the same address every time.
func (s *Server) Up() {
	s.mu.Lock()
	defer s.mu.Unlock()
	listener, err := net.Listen("tcp", s.URL.Host)
	require.NoError(s.t, err)
	s.URL.Host = listener.Addr().String()

	s.server = smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) { return &session{server: s, conn: c}, nil }))
	s.server.ErrorLog = log.New(io.Discard, "", 0)
	s.server.ReadTimeout, s.server.WriteTimeout = 10*time.Second, 10*time.Second
	s.server.AllowInsecureAuth = s.options.Bare
	s.server.EnableSMTPUTF8 = true
	switch {
	case s.options.Implicit:
		listener = tls.NewListener(listener, s.tls)
	case !s.options.Bare:
		s.server.TLSConfig = s.tls
	}
	server, done := s.server, make(chan struct{})
	s.listener, s.done = listener, done
	go func() {
		defer close(done)
		_ = server.Serve(listener)
	}()
}

// Down has it be gone, connections and all, until it is Up again.
func (s *Server) Down() {
	s.mu.Lock()
	server, listener, done := s.server, s.listener, s.done
	s.mu.Unlock()
	_ = server.Close()
	_ = listener.Close() // server knows it only once it serves
	<-done
}

// Refuse has it answer code to mails for an address; 0: to take them again.
func (s *Server) Refuse(address string, code int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refusals[address] = code
}

// Passwords is how often it was told one.
func (s *Server) Passwords() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.passwords
}
