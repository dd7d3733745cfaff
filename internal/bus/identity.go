package bus

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"time"
)

const (
	identityName  = "gochatting" // of every node, to every other
	identityYears = 100          // nobody has to renew it
)

// NewIdentity makes what nodes prove to each other that they belong together: the PEM of a private
// key and of a certificate that it signed itself. Whoever has it may listen to everything.
func NewIdentity() (string, error) {
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return "", fmt.Errorf("bus: make an identity: %w", err)
	}
	kind := &x509.Certificate{
		SerialNumber:          big.NewInt(1),
		DNSNames:              []string{identityName},
		NotBefore:             time.Now().AddDate(-1, 0, 0), // clocks of nodes may differ
		NotAfter:              time.Now().AddDate(identityYears, 0, 0),
		KeyUsage:              x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
		BasicConstraintsValid: true,
		IsCA:                  true, // of itself
	}
	certificate, err := x509.CreateCertificate(rand.Reader, kind, kind, public, private)
	if err != nil {
		return "", fmt.Errorf("bus: make an identity: %w", err)
	}
	key, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return "", fmt.Errorf("bus: make an identity: %w", err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key})) +
		string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate})), nil
}

// mutual is TLS in which both sides must show that very identity.
func mutual(identity string) (*tls.Config, error) {
	pair, err := tls.X509KeyPair([]byte(identity), []byte(identity))
	trusted := x509.NewCertPool()
	if err != nil || !trusted.AppendCertsFromPEM([]byte(identity)) {
		return nil, errors.New("bus: the identity of the nodes is damaged") // err might quote it
	}
	return &tls.Config{
		MinVersion:   tls.VersionTLS13,
		Certificates: []tls.Certificate{pair},
		ServerName:   identityName,
		RootCAs:      trusted,
		ClientAuth:   tls.RequireAndVerifyClientCert,
		ClientCAs:    trusted,
	}, nil
}
