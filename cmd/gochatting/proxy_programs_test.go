package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gochatting/internal/chattest"
)

// domain is the name in the configurations of docs/operations.
const domain = "chat.example.com"

// A reverseProxy is one of the programs of docs/operations, running with the configuration that is
// there, in which names of files, ports and addresses are others.
type reverseProxy struct {
	t           *testing.T
	plain, tls  string // where it listens, as HOST:PORT
	nodes       []string
	dir         string // readable by whomever the program runs as
	certificate string // files
	key         string
	roots       *x509.CertPool
	cmd         *exec.Cmd
	said        *transcript
}

// reverseProxies are the programs by name, each with what starts it.
var reverseProxies = map[string]func(*reverseProxy){"nginx": (*reverseProxy).nginx, "caddy": (*reverseProxy).caddy, "haproxy": (*reverseProxy).haproxy}

// startReverseProxy runs one in front of three nodes, of which some need not be up.
func startReverseProxy(t *testing.T, name string, nodes ...string) *reverseProxy {
	p := &reverseProxy{t: t, plain: quietAddress(t), tls: quietAddress(t), nodes: nodes, dir: t.TempDir(), said: newTranscript()}
	p.certify()
	reverseProxies[name](p)
	return p
}

func (p *reverseProxy) nginx() {
	ours := p.configuration("nginx.conf", "listen 80;", "listen "+p.plain+";", "listen 443 ssl", "listen "+p.tls+" ssl",
		"/etc/letsencrypt/live/chat.example.com/fullchain.pem", p.certificate,
		"/etc/letsencrypt/live/chat.example.com/privkey.pem", p.key)
	user := ""
	if os.Getuid() == 0 {
		user = "user root root;"
	}
	p.run("nginx", "-p", p.dir, "-e", "stderr", "-c", p.write("around.conf", fmt.Sprintf(`%s daemon off; pid %s/pid;
		events {}
		http {
			access_log off; client_body_temp_path %[2]s/body; proxy_temp_path %[2]s/proxy;
			fastcgi_temp_path %[2]s/fastcgi; scgi_temp_path %[2]s/scgi; uwsgi_temp_path %[2]s/uwsgi;
			include %s;
		}`, user, p.dir, ours)))
}

func (p *reverseProxy) caddy() {
	// With a certificate of its own it asks no authority for one, and sends nobody from port 80 to 443.
	_, plain, _ := net.SplitHostPort(p.plain)
	_, tls, _ := net.SplitHostPort(p.tls)
	ours := p.configuration("Caddyfile", domain+" {", fmt.Sprintf("%s {\n\ttls %s %s", domain, p.certificate, p.key))
	p.run("caddy", "run", "--adapter", "caddyfile", "--config", p.write("around", fmt.Sprintf(
		"{\n\tadmin off\n\tlog {\n\t\tlevel WARN\n\t}\n\tskip_install_trust\n\tdefault_bind 127.0.0.1\n\thttp_port %s\n\thttps_port %s\n}\nimport %s\n", plain, tls, ours)))
}

func (p *reverseProxy) haproxy() {
	both := p.write("both.pem", p.read(p.certificate)+p.read(p.key))
	p.run("haproxy", "-db", "-f", p.configuration("haproxy.cfg", "bind :80", "bind "+p.plain, "bind :443", "bind "+p.tls,
		"/etc/haproxy/chat.example.com.pem", both,
		"maxconn 50000", "maxconn 500", // more than a test may have
		"\tlog /dev/log local0\n\tchroot /var/lib/haproxy\n\tuser haproxy\n\tgroup haproxy\n", ""))
}

// configuration is a file of docs/operations with other words in it, each of which must be there.
func (p *reverseProxy) configuration(name string, others ...string) string {
	text := p.read(filepath.Join("..", "..", "docs", "operations", name))
	for i := range 3 {
		others = append(others, fmt.Sprintf("10.0.0.1%d:5050", i+1), p.nodes[i])
	}
	for i := 0; i < len(others); i += 2 {
		require.Contains(p.t, text, others[i])
		text = strings.ReplaceAll(text, others[i], others[i+1])
	}
	return p.write(name, text)
}

func (p *reverseProxy) read(path string) string {
	text, err := os.ReadFile(path)
	require.NoError(p.t, err)
	return string(text)
}

func (p *reverseProxy) write(name, text string) (path string) {
	path = filepath.Join(p.dir, name)
	require.NoError(p.t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

// run starts the program, waits until it listens, and ends it with the test.
func (p *reverseProxy) run(name string, args ...string) {
	path, err := exec.LookPath(name)
	if err != nil {
		path, err = exec.LookPath("/usr/sbin/" + name) // where not everybody looks
	}
	if err != nil {
		p.t.Skipf("no %s: install it (Debian: apt-get install %[1]s)", name)
	}
	p.cmd = exec.Command(path, args...)
	p.cmd.Stdout, p.cmd.Stderr = p.said, p.said
	p.cmd.Env = append(os.Environ(), "HOME="+p.dir, "XDG_DATA_HOME="+p.dir, "XDG_CONFIG_HOME="+p.dir)
	require.NoError(p.t, p.cmd.Start())
	p.t.Cleanup(func() {
		stuck := time.AfterFunc(chattest.Patience, func() { _ = p.cmd.Process.Kill() })
		_ = p.cmd.Process.Signal(syscall.SIGTERM)
		_ = p.cmd.Wait() // their codes after a signal differ
		stuck.Stop()
		if p.t.Failed() {
			p.t.Logf("what %s said:\n%s", name, p.said)
		}
	})
	for _, at := range []string{p.plain, p.tls} {
		require.EventuallyWithT(p.t, func(t *assert.CollectT) {
			c, err := net.Dial("tcp", at)
			require.NoError(t, err, "%s", p.said)
			c.Close()
		}, chattest.Patience, 10*time.Millisecond)
	}
}

// certify makes a certificate for the domain.
func (p *reverseProxy) certify() {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(p.t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: domain}, DNSNames: []string{domain},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		BasicConstraintsValid: true, IsCA: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	require.NoError(p.t, err)
	private, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(p.t, err)
	certificate := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	p.certificate = p.write("fullchain.pem", string(certificate))
	p.key = p.write("privkey.pem", string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private})))
	p.roots = x509.NewCertPool()
	require.True(p.t, p.roots.AppendCertsFromPEM(certificate))
}

// visitor is somebody who comes to the domain from an address of loopback.
func (p *reverseProxy) visitor(from string) *chattest.Person {
	visitor := chattest.Visitor(p.t, "https://"+domain)
	way := visitor.HTTP.Transport.(*http.Transport)
	way.TLSClientConfig = &tls.Config{RootCAs: p.roots}
	dialer := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}}
	way.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		if address == domain+":80" {
			return dialer.DialContext(ctx, network, p.plain)
		}
		return dialer.DialContext(ctx, network, p.tls)
	}
	return visitor
}
