package mailtest

import (
	"io"
	"slices"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
	"github.com/stretchr/testify/require"
)

// A session is one connection to the Server.
type session struct {
	server  *Server
	conn    *smtp.Conn
	trusted bool
	to      string
}

var _ smtp.AuthSession = (*session)(nil)

func (c *session) AuthMechanisms() []string {
	if c.server.options.User == "" {
		return nil
	}
	return []string{sasl.Plain}
}

func (c *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		s := c.server
		s.mu.Lock()
		defer s.mu.Unlock()
		s.passwords++
		if user != s.options.User || password != s.options.Password {
			return smtp.ErrAuthFailed
		}
		c.trusted = true
		return nil
	}), nil
}

func (c *session) Mail(string, *smtp.MailOptions) error {
	if c.server.options.User != "" && !c.trusted {
		return &smtp.SMTPError{Code: 530, EnhancedCode: smtp.EnhancedCode{5, 7, 0}, Message: "Authentication required"}
	}
	return nil
}

func (c *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	s := c.server
	s.mu.Lock()
	defer s.mu.Unlock()
	if code := s.refusals[to]; code != 0 {
		return &smtp.SMTPError{Code: code, EnhancedCode: smtp.EnhancedCode{code / 100, 1, 1}, Message: "<" + to + "> is not taken"}
	}
	c.to = to
	return nil
}

func (c *session) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	mail, err := read(raw)
	if err != nil {
		return err
	}
	mail.To, mail.Hello = c.to, c.conn.Hostname()
	_, mail.TLS = c.conn.TLSConnectionState()
	s := c.server
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mails = append(s.mails, mail)
	close(s.came)
	s.came = make(chan struct{})
	return nil
}

func (c *session) Reset()        { c.to = "" }
func (c *session) Logout() error { return nil }

// Waiting is how many mails were not handed out yet.
func (s *Server) Waiting() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.mails)
}

// Next is the oldest mail to an address that was not handed out yet. It waits for one for 10
// seconds at most.
func (s *Server) Next(to string) Mail {
	s.t.Helper()
	late := time.After(10 * time.Second)
	for {
		s.mu.Lock()
		came := s.came
		i := slices.IndexFunc(s.mails, func(m Mail) bool { return m.To == to })
		if i >= 0 {
			mail := s.mails[i]
			s.mails = slices.Delete(s.mails, i, i+1)
			s.mu.Unlock()
			return mail
		}
		s.mu.Unlock()
		select {
		case <-came:
		case <-late:
			require.FailNow(s.t, "no mail", "to %s", to)
		}
	}
}
