package mail

import (
	"bufio"
	"crypto/x509"
	"fmt"
	"net"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gochatting/internal/mail/mailtest"
)

func TestServersOfEveryKind(t *testing.T) {
	for name, options := range map[string]mailtest.Options{
		"STARTTLS":              {},
		"STARTTLS and password": {User: "chat", Password: "open sesame/@:"},
		"TLS":                   {Implicit: true},
		"TLS and password":      {Implicit: true, User: "chat", Password: "open sesame/@:"},
		"neither nor":           {Bare: true},
	} {
		t.Run(name, func(t *testing.T) {
			s := mailtest.New(t, options)
			require.NoError(t, newDesk(t, s).send(t, ann))
			got := s.Next(ann)
			assert.Equal(t, code, got.Code)
			assert.Equal(t, !options.Bare, got.TLS)
		})
	}
}

func TestNobodyIsToldThePasswordInTheOpen(t *testing.T) {
	s := mailtest.New(t, mailtest.Options{User: "chat", Password: "sesame", Bare: true})
	d := newDesk(t, s)
	require.ErrorIs(t, d.send(t, ann), ErrUnreachable)
	assert.Zero(t, s.Passwords())
	assert.Contains(t, d.log.String(), "STARTTLS")
}

func TestNobodyElseIsToldThePassword(t *testing.T) {
	for _, implicit := range []bool{false, true} {
		s := mailtest.New(t, mailtest.Options{User: "chat", Password: "sesame", Implicit: implicit})
		d := newDesk(t, s, func(c *Config) { c.Roots = x509.NewCertPool() })
		require.ErrorIs(t, d.send(t, ann), ErrUnreachable)
		assert.Zero(t, s.Passwords())
		assert.Contains(t, d.log.String(), "certificate")
	}
}

func TestACertificateOfNobodyIsBetterThanNone(t *testing.T) {
	s := mailtest.New(t, mailtest.Options{})
	require.NoError(t, newDesk(t, s, func(c *Config) { c.Roots = x509.NewCertPool() }).send(t, ann))
	assert.True(t, s.Next(ann).TLS)

	s = mailtest.New(t, mailtest.Options{Implicit: true})
	require.ErrorIs(t, newDesk(t, s, func(c *Config) { c.Roots = x509.NewCertPool() }).send(t, ann), ErrUnreachable)
}

func TestAWrongPassword(t *testing.T) {
	s := mailtest.New(t, mailtest.Options{User: "chat", Password: "right"})
	s.URL.User = url.UserPassword("chat", "sesame")
	d := newDesk(t, s)
	require.ErrorIs(t, d.send(t, ann), ErrUnreachable, "the address is not at fault")
	assert.Contains(t, d.log.String(), "AUTH failed: it answers 535")
}

func TestRefusedAndLater(t *testing.T) {
	s := mailtest.New(t, mailtest.Options{})
	d := newDesk(t, s)
	for answer, want := range map[int]error{550: ErrRefused, 553: ErrRefused, 530: ErrUnreachable, 450: ErrUnreachable, 421: ErrUnreachable} {
		s.Refuse(ann, answer)
		err := d.send(t, ann)
		require.ErrorIs(t, err, want, "%d", answer)
		assert.ErrorContains(t, err, fmt.Sprintf("RCPT TO command: it answers %d", answer))
		require.NoError(t, d.send(t, ben), "others are not concerned")
		s.Next(ben)
	}
	s.Refuse(ann, 0)
	require.NoError(t, d.send(t, ann))
	assert.Equal(t, code, s.Next(ann).Code)
}

func TestAServerThatIsDownComesBack(t *testing.T) {
	s := mailtest.New(t, mailtest.Options{})
	s.Down()
	d := newDesk(t, s)
	require.ErrorIs(t, d.send(t, ann), ErrUnreachable)
	s.Up()
	require.NoError(t, d.send(t, ann))
	s.Next(ann)
	s.Down()
	require.ErrorIs(t, d.send(t, ann), ErrUnreachable)
}

func TestOnlyPlainAddresses(t *testing.T) {
	s := mailtest.New(t, mailtest.Options{})
	d := newDesk(t, s)
	s.Down() // nobody is even asked
	for _, to := range []string{
		"", "ann", "@example.com", "ann@", "ann@example.com\r\nRCPT TO:<eve@example.com>", "ann@example.com\n", "ann@example.com,eve@example.com",
		"Ann <ann@example.com>", "<ann@example.com>", "ann@exämple.com", "änn@example.com", "\u212aate@example.com", `"ann b"@example.com`,
		"ann@[127.0.0.1]", "ann@example.com ", "ann@example.com\x00", "(eve)ann@example.com", strings.Repeat("a", 243) + "@example.com",
	} {
		require.ErrorIs(t, d.SendCode(t.Context(), to, "en", code, link, site), ErrRefused, "%q", to)
	}
	s.Up()
	require.NoError(t, d.send(t, "ann+o'b_%{}|~!#$&*/=?^`@sub.example.com"))
}

// rude is a mail server that says what script says, one line after each of the client's, and
// then nothing, or the same without end. "" hangs up.
func rude(t *testing.T, endless string, script ...string) *url.URL {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			wg.Go(func() {
				defer func() { _ = conn.Close() }()
				lines := bufio.NewScanner(conn)
				for i, line := range script {
					if i > 0 && !lines.Scan() {
						return
					}
					if line == "" {
						return
					}
					_, _ = fmt.Fprintf(conn, "%s\r\n", line)
				}
				for endless != "" {
					if _, err := fmt.Fprint(conn, endless); err != nil {
						return
					}
				}
				for lines.Scan() {
				}
			})
		}
	})
	t.Cleanup(func() {
		_ = listener.Close()
		wg.Wait()
	})
	return &url.URL{Scheme: "smtp", Host: listener.Addr().String()}
}

func TestHostile17AMailServerThatNeverEnds(t *testing.T) {
	polite := []string{"220 hello", "250 hello", "250 yes", "250 yes", "354 go on"}
	for name, tc := range map[string]struct {
		at       func(t *testing.T) *url.URL
		patience time.Duration
		why      string
	}{
		"silence":             {func(t *testing.T) *url.URL { return rude(t, "") }, 50 * time.Millisecond, "deadline"},
		"silence in TLS":      {func(t *testing.T) *url.URL { u := rude(t, ""); u.Scheme = "smtps"; return u }, 50 * time.Millisecond, "deadline"},
		"silence after hello": {func(t *testing.T) *url.URL { return rude(t, "", polite[:1]...) }, 50 * time.Millisecond, "deadline"},
		"silence after data":  {func(t *testing.T) *url.URL { return rude(t, "", polite...) }, 50 * time.Millisecond, "deadline"},
		"one long line":       {func(t *testing.T) *url.URL { return rude(t, "2") }, time.Minute, "without end"},
		"many lines":          {func(t *testing.T) *url.URL { return rude(t, "250-more\r\n", polite[:2]...) }, time.Minute, "without end"},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t, &mailtest.Server{URL: tc.at(t)})
			d.patience = tc.patience
			require.ErrorIs(t, d.send(t, ann), ErrUnreachable)
			assert.Contains(t, d.log.String(), tc.why)
		})
	}
}

func TestARefusalCountsThoughTheServerHangsUp(t *testing.T) {
	refusing := rude(t, "", "220 hello", "250 hello", "250 yes", "550 no", "")
	require.ErrorIs(t, newDesk(t, &mailtest.Server{URL: refusing}).send(t, ann), ErrRefused)
	leaving := rude(t, "", "220 hello", "250 hello", "250 yes", "")
	require.ErrorIs(t, newDesk(t, &mailtest.Server{URL: leaving}).send(t, ann), ErrUnreachable)
	taking := rude(t, "", "220 hello", "250 hello", "250 yes", "250 yes", "354 go on", "")
	require.ErrorIs(t, newDesk(t, &mailtest.Server{URL: taking}).send(t, ann), ErrUnreachable)
}

func TestOnlySoManyAtOnce(t *testing.T) {
	d := newDesk(t, &mailtest.Server{URL: rude(t, "")})
	d.patience = 50 * time.Millisecond
	for range cap(d.slots) {
		d.slots <- struct{}{}
	}
	require.ErrorIs(t, d.send(t, ann), ErrUnreachable)
	assert.Contains(t, d.log.String(), "still on their way")
	<-d.slots
	require.ErrorIs(t, d.send(t, ann), ErrUnreachable)
	assert.Len(t, d.slots, most-1, "what failed takes no room")
}
