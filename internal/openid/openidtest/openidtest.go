// Package openidtest is an OpenID provider on loopback, for tests: everybody can sign in there by
// typing their address into its form.
package openidtest

import (
	"html/template"
	"net"
	"net/http"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/zitadel/oidc/v3/example/server/storage"
	"github.com/zitadel/oidc/v3/pkg/op"
)

// A Server is an OpenID provider. Its methods may be called from any goroutine.
type Server struct {
	Issuer, ClientID, ClientSecret string

	t       testing.TB
	address string // where it listens
	handler http.Handler

	mu      sync.Mutex // guards what follows
	server  *http.Server
	done    chan struct{} // closed when server serves no more
	doubted map[string]bool
	nonce   string
	inToken bool
}

// New starts a Server, which ends with the test. It sends people back to redirect and nowhere else.
func New(t testing.TB, redirect string) *Server {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	s := &Server{t: t, ClientID: "gochatting", ClientSecret: "open sesame/@:", address: listener.Addr().String(), doubted: make(map[string]bool)}
	s.Issuer = "http://" + s.address

	kept := &keeper{server: s, Storage: storage.NewStorageWithClients(people{s},
		map[string]*storage.Client{s.ClientID: storage.WebClient(s.ClientID, s.ClientSecret, redirect)})}
	provider, err := op.NewProvider(&op.Config{CodeMethodS256: true}, kept, op.StaticIssuer(s.Issuer), op.WithAllowInsecure())
	require.NoError(t, err)
	callback := op.AuthCallbackURL(provider)
	mux := http.NewServeMux()
	mux.Handle("/", provider)
	mux.HandleFunc("GET /login/username", func(w http.ResponseWriter, r *http.Request) { // where storage sends people
		_ = form.Execute(w, r.URL.Query().Get("authRequestID"))
	})
	mux.Handle("POST /login/username", op.NewIssuerInterceptor(provider.IssuerFromRequest).HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := r.PostFormValue("id")
		if err := kept.CheckUsernamePassword(r.PostFormValue("email"), password, id); err != nil {
			http.Error(w, err.Error(), http.StatusForbidden)
			return
		}
		http.Redirect(w, r, callback(r.Context(), id), http.StatusFound)
	}))
	s.handler = mux
	s.serve(listener)
	t.Cleanup(s.Down)
	return s
}

var form = template.Must(template.New("").Parse(`<!doctype html>
<html lang="en"><title>Sign in</title>
<form method="post"><input type="hidden" name="id" value="{{.}}">
<label>Address <input name="email" type="email" autofocus></label> <button>Sign in</button></form></html>
`))

// Up has it serve again, at the same address.
func (s *Server) Up() {
	listener, err := net.Listen("tcp", s.address)
	require.NoError(s.t, err)
	s.serve(listener)
}

func (s *Server) serve(listener net.Listener) {
	server, done := &http.Server{Handler: s.handler}, make(chan struct{})
	s.mu.Lock()
	s.server, s.done = server, done
	s.mu.Unlock()
	go func() {
		defer close(done)
		_ = server.Serve(listener)
	}()
}

// Down has it be gone, connections and all, until it is Up again.
func (s *Server) Down() {
	s.mu.Lock()
	server, done := s.server, s.done
	s.mu.Unlock()
	_ = server.Close()
	<-done
}

// Doubt has it not vouch for an address.
func (s *Server) Doubt(email string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.doubted[email] = true
}

// Forge has it answer with this nonce, whatever it is asked with; "": with that again.
func (s *Server) Forge(nonce string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.nonce = nonce
}

// InToken has it say the address in the token itself, as most providers do, and not only at its
// userinfo endpoint.
func (s *Server) InToken() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.inToken = true
}
