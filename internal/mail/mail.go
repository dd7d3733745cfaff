// Package mail sends people the codes with which they prove that an address is theirs, over the
// operator's SMTP server.
package mail

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net"
	netmail "net/mail"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// What becomes of a mail that could not be sent. Neither these errors nor what wraps them hold an
// address, a code or a link.
var (
	ErrUnreachable = errors.New("mail: the mail server takes nothing now") // the same may work later
	ErrRefused     = errors.New("mail: this address is refused")           // the same will not work later
)

const (
	patience = 10 * time.Second // for one mail in all, from waiting for a connection on
	most     = 8                // connections at once: more than this many a server may refuse
)

// Config says through whom mails go.
type Config struct {
	// SMTP is smtp://USER:PASSWORD@HOST:PORT or smtps://…; 587 and 465 where it names no port.
	// smtps is TLS from the first byte (RFC 8314 section 3.3). smtp goes over to TLS by STARTTLS: with a
	// password always, and only to whom HOST's certificate is; without one where the server offers
	// it, whoever that is, since who could pretend to be HOST could as well hide the offer
	// (RFC 7435).
	SMTP *url.URL

	From  string         // as in a mail: chat@example.com, or Example's chat <chat@example.com>
	Roots *x509.CertPool // whose certificates are believed; nil: those the system believes
	Log   *slog.Logger   // gets neither address, code nor link; nil: no log
}

// A Mailer sends mails. Its methods may be called from any goroutine.
type Mailer struct {
	host, address  string // the same server without and with its port
	user, password string // "": nobody is to be proven
	implicit       bool   // TLS from the first byte
	tls            *tls.Config

	from     netmail.Address
	domain   string // of from: all that mails tell of where they were made
	letters  *letters
	log      *slog.Logger
	patience time.Duration
	slots    chan struct{} // a token in it is a connection
}

// New makes a Mailer, and talks to nobody. Every fault of cfg is in the error.
func New(cfg Config) (*Mailer, error) {
	m := &Mailer{log: cfg.Log, patience: patience, slots: make(chan struct{}, most)}
	if m.log == nil {
		m.log = slog.New(slog.DiscardHandler)
	}
	var err error
	if m.letters, err = newLetters(); err != nil {
		return nil, fmt.Errorf("mail: %w", err)
	}
	if err := errors.Join(m.locate(cfg.SMTP), m.sign(cfg.From)); err != nil {
		return nil, fmt.Errorf("mail: %w", err)
	}
	m.tls = &tls.Config{
		ServerName: m.host, RootCAs: cfg.Roots, MinVersion: tls.VersionTLS12,
		InsecureSkipVerify: !m.implicit && m.password == "", // see Config.SMTP
	}
	return m, nil
}

func (m *Mailer) locate(u *url.URL) error {
	if u == nil {
		return errors.New("the mail server must be named, like smtp://user:password@mail.example.com:587")
	}
	var faults []error
	fault := func(format string, args ...any) { faults = append(faults, fmt.Errorf(format, args...)) }
	port := "587" // RFC 6409
	switch u.Scheme {
	case "smtp":
	case "smtps":
		m.implicit, port = true, "465" // RFC 8314
	default:
		fault("the mail server's address must begin with smtp:// or smtps://, not with %q", u.Scheme)
	}
	if u.Port() != "" {
		port = u.Port()
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
		fault("the mail server's port must be between 1 and 65535, not %s", port)
	}
	if m.host = u.Hostname(); m.host == "" {
		fault("the mail server's address must have a host")
	}
	if strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" {
		fault("the mail server's address must end after its port")
	}
	m.user = u.User.Username()
	m.password, _ = u.User.Password()
	if (m.user == "") != (m.password == "") {
		fault("the mail server's address must have both a user and a password, or neither")
	}
	m.address = net.JoinHostPort(m.host, port)
	return errors.Join(faults...)
}

// sign has all mails be from whom from says.
func (m *Mailer) sign(from string) error {
	a, err := netmail.ParseAddress(from)
	if err != nil || !isPlain(a.Address) {
		return errors.New("the sender must be an address in plain letters, like chat@example.com or Chat <chat@example.com>")
	}
	m.from = netmail.Address{Name: tidy(a.Name), Address: a.Address}
	m.domain = a.Address[strings.LastIndexByte(a.Address, '@')+1:]
	return nil
}
