package mail

import (
	"bytes"
	"log/slog"
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"gochatting/internal/mail/mailtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	ann  = "ann@example.com"
	ben  = "ben@example.com"
	code = "042137"
	link = "https://chat.example.com/code/7QZK2V5BJ3ABCDEFGHIJKLMNOP"
	site = "chat.example.com"
)

// A desk is a Mailer whose log can be read.
type desk struct {
	*Mailer
	log *bytes.Buffer
}

func newDesk(t *testing.T, s *mailtest.Server, change ...func(*Config)) desk {
	d := desk{log: new(bytes.Buffer)}
	cfg := Config{SMTP: s.URL, From: "chat@example.com", Roots: s.Roots, Log: slog.New(slog.NewTextHandler(d.log, nil))}
	for _, c := range change {
		c(&cfg)
	}
	var err error
	d.Mailer, err = New(cfg)
	require.NoError(t, err)
	return d
}

// send mails the code to an address, and checks that what is said of it tells nobody anything.
func (d desk) send(t *testing.T, to string) error {
	err := d.SendCode(t.Context(), to, "en", code, link, site)
	said := d.log.String()
	if err != nil {
		said += err.Error()
	}
	for _, secret := range []string{to, code, link, "sesame"} {
		assert.NotContains(t, said, secret)
	}
	return err
}

func TestFaultsAreAllNamed(t *testing.T) {
	for _, tc := range []struct {
		smtp, from string
		faults     []string
	}{
		{"http://ann@mail.example.com:99999/inbox?x", "chat", []string{"smtp:// or smtps://", "between 1 and 65535", "end after its port", "both a user and a password", "the sender must be"}},
		{"smtp://:587", "chat@example.com", []string{"must have a host"}},
		{"smtp://mail.example.com", "chàt@example.com", []string{"the sender must be"}},
		{"smtp://mail.example.com", "a@example.com, b@example.com", []string{"the sender must be"}},
	} {
		at, err := url.Parse(tc.smtp)
		require.NoError(t, err)
		_, err = New(Config{SMTP: at, From: tc.from})
		require.Error(t, err)
		for _, fault := range tc.faults {
			assert.ErrorContains(t, err, fault)
		}
	}
	_, err := New(Config{From: ann})
	require.ErrorContains(t, err, "must be named")
}

func TestPortsAreTheUsualOnes(t *testing.T) {
	for smtp, address := range map[string]string{
		"smtp://mail.example.com": "mail.example.com:587", "smtps://mail.example.com/": "mail.example.com:465",
		"smtp://mail.example.com:25": "mail.example.com:25", "smtp://[::1]:2525": "[::1]:2525",
	} {
		at, err := url.Parse(smtp)
		require.NoError(t, err)
		m, err := New(Config{SMTP: at, From: ann})
		require.NoError(t, err)
		assert.Equal(t, address, m.address)
	}
}
