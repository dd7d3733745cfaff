package bus_test

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"log/slog"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nkeys"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gochatting/internal/bus"
)

// serve starts a NATS server of somebody else's, at a port of its own if o names none.
func serve(t testing.TB, o server.Options) (s *server.Server, at string) {
	o.Host, o.NoSigs, o.NoLog = "127.0.0.1", true, true
	if o.Port == 0 {
		o.Port = server.RANDOM_PORT
	}
	s, err := server.NewServer(&o)
	require.NoError(t, err)
	done := make(chan struct{})
	go func() { defer close(done); s.Start() }()
	t.Cleanup(func() { s.Shutdown(); s.WaitForShutdown(); <-done })
	require.True(t, s.ReadyForConnections(patience))
	return s, s.Addr().String()
}

func identity(t testing.TB) string {
	text, err := bus.NewIdentity()
	require.NoError(t, err)
	return text
}

// fails opens a bus that cannot be, and gives why.
func fails(t testing.TB, o bus.Options) string {
	o.Log = slog.New(slog.DiscardHandler)
	b, err := bus.Open(o)
	if err == nil {
		b.Close()
	}
	require.Error(t, err)
	assert.NotContains(t, err.Error(), "hunter2")
	return err.Error()
}

// Two nodes of one chat meet on a server that another chat uses too.
func TestNodesMeetOnNATS(t *testing.T) {
	t.Parallel()
	_, at := serve(t, server.Options{Username: "chat", Password: "hunter2", MaxPayload: 1 << 20})
	urls, ours := []string{"nats://chat:hunter2@" + at}, identity(t)
	ann, ben := open(t, bus.Options{URLs: urls, Identity: ours}), open(t, bus.Options{URLs: urls, Identity: ours})
	other := open(t, bus.Options{URLs: urls, Identity: identity(t)})
	heard, own, foreign := ben.listen("room.lobby"), ann.listen("room.lobby"), other.listen("room.lobby")
	ann.say("room.lobby", "hello")
	assert.Equal(t, "hello", next(t, heard, "hello"))
	assert.Equal(t, "hello", next(t, own, "hello"))
	other.say("room.lobby", "ours")
	assert.Equal(t, "ours", next(t, foreign, "ours"))
	assert.Equal(t, 1<<20, ann.MaxBytes())
	assert.Error(t, ann.Publish("room.lobby", make([]byte, ann.MaxBytes()+1)))
	assert.NoError(t, ann.Ready())
	assert.Empty(t, heard)

	assert.Contains(t, fails(t, bus.Options{URLs: []string{"nats://chat:hunter22@" + at}, Identity: ours}), "Authorization Violation")
	assert.Contains(t, fails(t, bus.Options{URLs: []string{at}, Identity: ours}), "connect to NATS at "+at)
	assert.Contains(t, fails(t, bus.Options{URLs: []string{"nats://chat:hunter2%@" + at}, Identity: ours}), "cannot be read")
	assert.Contains(t, fails(t, bus.Options{URLs: urls}), "identity")
}

// Who listens at the address says nothing, or is not there at all.
func TestNATSThatIsNotThere(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	assert.Contains(t, fails(t, bus.Options{URLs: []string{"nats://me:hunter2@" + l.Addr().String()}, Identity: identity(t)}), "timeout")
	require.NoError(t, l.Close())
	assert.Contains(t, fails(t, bus.Options{URLs: []string{"nats://me:hunter2@" + l.Addr().String()}, Identity: identity(t)}), "no servers available")
}

// A server with a certificate of an authority of its own, and one that shows another host's.
func TestNATSOverTLS(t *testing.T) {
	t.Parallel()
	o := bus.Options{Identity: identity(t)}
	for _, c := range []struct {
		ip   net.IP
		good bool
	}{{net.IPv4(127, 0, 0, 1), true}, {net.IPv4(127, 0, 0, 2), false}} {
		certificate, ca := certify(t, c.ip)
		_, at := serve(t, server.Options{TLSConfig: &tls.Config{Certificates: []tls.Certificate{certificate}}})
		for _, url := range []string{"tls://" + at, "nats://" + at} { // it insists on TLS anyway
			o.URLs, o.CA = []string{url}, ""
			assert.Contains(t, fails(t, o), "certificate", "nobody here trusts it")
			if o.CA = ca; !c.good {
				assert.Contains(t, fails(t, o), "certificate", "another host's")
				continue
			}
			ann := open(t, o)
			heard := ann.listen("room.lobby")
			ann.say("room.lobby", "hello")
			assert.Equal(t, "hello", next(t, heard, "hello"))
		}
	}
	o.CA = "missing.pem"
	assert.Contains(t, fails(t, o), "missing.pem")
}

// certify makes a certificate of an address, and a file with who signed it.
func certify(t testing.TB, ip net.IP) (own tls.Certificate, file string) {
	public, private, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)
	kind := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{ip}}
	signed, err := x509.CreateCertificate(rand.Reader, kind, kind, public, private)
	require.NoError(t, err)
	file = filepath.Join(t.TempDir(), "ca.pem")
	require.NoError(t, os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: signed}), 0o600))
	return tls.Certificate{Certificate: [][]byte{signed}, PrivateKey: private}, file
}

// A user as NATS's accounts have them, by a file of credentials.
func TestNATSCredentials(t *testing.T) {
	t.Parallel()
	operator, account, user := pair(t, nkeys.CreateOperator), pair(t, nkeys.CreateAccount), pair(t, nkeys.CreateUser)
	ofOperator := jwt.NewOperatorClaims(public(t, operator))
	ofAccount := jwt.NewAccountClaims(public(t, account))
	told, err := ofAccount.Encode(operator)
	require.NoError(t, err)
	ofUser := jwt.NewUserClaims(public(t, user))
	ofUser.Permissions.Pub.Allow.Add("gochatting.>")
	ofUser.Permissions.Sub.Allow.Add("gochatting.>")
	accounts := new(server.MemAccResolver)
	require.NoError(t, accounts.Store(public(t, account), told))
	_, at := serve(t, server.Options{TrustedOperators: []*jwt.OperatorClaims{ofOperator}, AccountResolver: accounts})

	o := bus.Options{URLs: []string{at}, Identity: identity(t), Credentials: credentials(t, ofUser, account, user)}
	ann := open(t, o)
	heard := ann.listen("room.lobby")
	ann.say("room.lobby", "hello")
	assert.Equal(t, "hello", next(t, heard, "hello"))

	ofUser.Permissions.Sub.Allow = jwt.StringList{"_INBOX.>"}
	o.Credentials = credentials(t, ofUser, account, user)
	assert.Contains(t, fails(t, o), "let this user publish and subscribe at gochatting.")
	o.Credentials = "missing.creds"
	assert.Contains(t, fails(t, o), "missing.creds")
	o.Credentials = ""
	assert.Contains(t, fails(t, o), "Authorization Violation")
}

func pair(t testing.TB, create func() (nkeys.KeyPair, error)) nkeys.KeyPair {
	keys, err := create()
	require.NoError(t, err)
	return keys
}

func public(t testing.TB, keys nkeys.KeyPair) string {
	key, err := keys.PublicKey()
	require.NoError(t, err)
	return key
}

func credentials(t testing.TB, claims *jwt.UserClaims, account, user nkeys.KeyPair) (file string) {
	token, err := claims.Encode(account)
	require.NoError(t, err)
	seed, err := user.Seed()
	require.NoError(t, err)
	text, err := jwt.FormatUserConfig(token, seed)
	require.NoError(t, err)
	file = filepath.Join(t.TempDir(), "user.creds")
	require.NoError(t, os.WriteFile(file, text, 0o600))
	return file
}

// NATS restarts under two nodes: while it is away each says so, and waits for nothing; what they
// subscribe to in the meantime is theirs when it is back.
func TestNATSRestarts(t *testing.T) {
	t.Parallel()
	s, at := serve(t, server.Options{})
	port, ours := s.Addr().(*net.TCPAddr).Port, identity(t)
	ann, ben := open(t, bus.Options{URLs: []string{at}, Identity: ours}), open(t, bus.Options{URLs: []string{at}, Identity: ours})
	lobby := ben.listen("room.lobby")
	ann.say("room.lobby", "before")
	require.Equal(t, "before", next(t, lobby, "before"))

	s.Shutdown()
	s.WaitForShutdown()
	for _, n := range []*node{ann, ben} {
		n.said.await(t, "NATS is away")
		assert.ErrorIs(t, n.Publish("room.lobby", []byte("meanwhile")), bus.ErrAway)
		assert.ErrorIs(t, n.Ready(), bus.ErrAway)
	}
	attic := ben.listen("room.attic")

	serve(t, server.Options{Port: port, MaxPayload: 2 << 20})
	next(t, ann.lost, "Lost")
	next(t, ben.lost, "Lost")
	ann.say("room.lobby", "after")
	ann.say("room.attic", "after, too")
	assert.Equal(t, "after", next(t, lobby, "after"))
	assert.Equal(t, "after, too", next(t, attic, "after, too"))
	assert.NoError(t, ann.Ready())
	assert.Equal(t, 2<<20, ann.MaxBytes())
}

// NATS comes back without knowing the user, which no node takes for its last word.
func TestNATSForgetsAUser(t *testing.T) {
	t.Parallel()
	s, at := serve(t, server.Options{Username: "chat", Password: "hunter2"})
	port := s.Addr().(*net.TCPAddr).Port
	ann := open(t, bus.Options{URLs: []string{"nats://chat:hunter2@" + at}, Identity: identity(t)})
	heard := ann.listen("room.lobby")
	s.Shutdown()
	s.WaitForShutdown()
	s, _ = serve(t, server.Options{Port: port, Username: "chat", Password: "another"})
	require.Eventually(t, func() bool {
		told, err := s.Varz(nil)
		return err == nil && told.TotalConnections >= 4 // the second is the last, unless told otherwise
	}, patience, 50*time.Millisecond, "it tries again and again")
	assert.ErrorIs(t, ann.Ready(), bus.ErrAway)
	s.Shutdown()
	s.WaitForShutdown()
	serve(t, server.Options{Port: port, Username: "chat", Password: "hunter2"})
	next(t, ann.lost, "Lost")
	ann.say("room.lobby", "after")
	assert.Equal(t, "after", next(t, heard, "after"))
	assert.NotContains(t, ann.said.String(), "hunter2")
}

// The way to NATS is clogged: it takes nothing any more, and nobody hangs up. The node that
// publishes gives it up.
func TestNATSClogs(t *testing.T) {
	t.Parallel()
	_, at := serve(t, server.Options{})
	ours, w := identity(t), newWire(t, at)
	ann, ben := open(t, bus.Options{URLs: []string{w.at()}, Identity: ours}), open(t, bus.Options{URLs: []string{at}, Identity: ours})
	heard := ben.listen("room.lobby")
	ann.say("room.lobby", "before")
	require.Equal(t, "before", next(t, heard, "before"))

	w.set(false, true)
	attic := ann.listen("room.attic") // not an error: it will be, when there is somebody to hear
	for began := time.Now(); ; {
		if err := ann.Publish("room.flood", make([]byte, 1<<20)); err != nil {
			break
		}
		require.Less(t, time.Since(began), patience, "what nobody reads is taken for ever")
	}
	assert.ErrorIs(t, ann.Publish("room.lobby", nil), bus.ErrAway, "it was waited for once")
	ann.said.await(t, "NATS is away")
	w.set(false, false)
	next(t, ann.lost, "Lost")
	ann.say("room.lobby", "after")
	assert.Equal(t, "after", next(t, heard, "after"))
	ben.say("room.attic", "after, too")
	assert.Equal(t, "after, too", next(t, attic, "after, too"))
}
