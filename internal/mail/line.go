package mail

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"time"

	gomail "github.com/wneessen/go-mail"
)

// mostAnswers is how much a mail server may say in all, in bytes; they need a few thousand.
const mostAnswers = 256 << 10

// A line is one connection to the mail server. Its context ends it: go-mail leaves it open where it
// fails, and gives each reply a time of its own.
type line struct {
	net.Conn
	mailer *Mailer
	ctx    context.Context
	left   int64 // bytes that may still be read
	broke  error // why nothing more can be read
}

// client speaks SMTP on l.
func (l *line) client() (*gomail.Client, error) {
	m := l.mailer
	policy := gomail.TLSOpportunistic
	switch {
	case m.implicit:
		policy = gomail.NoTLS // on top of what dial has encrypted
	case m.password != "":
		policy = gomail.TLSMandatory
	}
	options := []gomail.Option{
		gomail.WithHELO(m.domain), gomail.WithTimeout(time.Minute), gomail.WithDialContextFunc(l.dial),
		gomail.WithTLSPolicy(policy), gomail.WithTLSConfig(m.tls),
		gomail.WithoutNoop(), gomail.WithoutRset(), gomail.WithoutSMTPUTF8(),
	}
	if m.password != "" {
		// What the most servers get right comes first; all go through TLS.
		options = append(options, gomail.WithUsername(m.user), gomail.WithPassword(m.password),
			gomail.WithOpportunisticSMTPAuth(gomail.SMTPAuthPlain, gomail.SMTPAuthLogin,
				gomail.SMTPAuthSCRAMSHA256, gomail.SMTPAuthSCRAMSHA1, gomail.SMTPAuthCramMD5))
	}
	return gomail.NewClient(m.host, options...)
}

func (l *line) dial(_ context.Context, _, _ string) (net.Conn, error) {
	var dialer net.Dialer
	conn, err := dialer.DialContext(l.ctx, "tcp", l.mailer.address)
	if err != nil {
		return nil, err
	}
	l.Conn, l.left = conn, mostAnswers
	context.AfterFunc(l.ctx, func() { _ = conn.Close() })
	if !l.mailer.implicit {
		return l, nil
	}
	secret := tls.Client(l, l.mailer.tls)
	if err := secret.HandshakeContext(l.ctx); err != nil {
		return nil, err
	}
	return secret, nil
}

func (l *line) Read(p []byte) (int, error) {
	if l.left <= 0 {
		l.broke = errors.New("it talks without end")
		return 0, l.broke
	}
	n, err := l.Conn.Read(p[:min(int64(len(p)), l.left)])
	l.left -= int64(n)
	l.broke = err
	return n, err
}
