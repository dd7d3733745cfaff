package main

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gochatting/internal/chattest"
	"gochatting/internal/message"
	"gochatting/internal/server"
	"gochatting/internal/store"
)

// wrong has, for each flag that can be wrong, a value that is.
var wrong = map[string]string{
	"addr":                 "5050",
	"join":                 "nobody",
	"owner":                "Ann",
	"smtp":                 "smtp://user:hunter2@",
	"mail-from":            "nobody",
	"oidc-issuer":          "http://accounts.example.com",
	"oidc-client-id":       "",
	"rate-messages":        "-3",
	"rate-reactions":       "many",
	"rate-acts":            "0",
	"rate-rooms":           "1e3",
	"rate-uploads":         "1000001",
	"rate-codes":           "-1",
	"rate-joins":           "0",
	"peer-times":           "0.5",
	"max-sockets":          "0",
	"max-sockets-peer":     "none",
	"max-connections-peer": "0",
	"limits":               "maybe",
	"max-message":          "8KB",
	"max-file":             "25MB",
	"file-quota":           "0",
	"log":                  "xml",
	"base-url":             "chat.example.com",
	"trusted-proxies":      "10.0.0.0/8,proxy.example.com",
	"gravatar":             "gravatar.example.com",
	"gravatar-api":         "ftp://gravatar.example.com",
	"pprof":                "0.0.0.0:6060",
	"database":             "mysql://user:hunter2@db.example.com/chat",
	"database-connections": "3",
	"nats":                 "http://user:hunter2@nats.example.com",
	"nats-credentials":     "missing.creds",
	"nats-ca":              "missing.pem",
	"cluster":              "6222",
	"peers":                "node2.example.com",
	"cluster-advertise":    ":6222",
}

// Everything is wrong: the program names each fault and ends, once on flags and once on the
// environment.
func TestEveryWrongValueIsNamedAtOnce(t *testing.T) {
	t.Parallel()
	var args, env []string
	for flag, value := range wrong {
		args = append(args, "--"+flag, value)
		env = append(env, variable(flag)+"="+value)
	}
	for _, p := range []*process{launch(t, args...), launchWith(t, env)} {
		assert.Equal(t, 1, p.wait(), "exit code")
		lines := strings.Split(strings.TrimSpace(p.log.String()), "\n")
		assert.Len(t, lines, len(wrong), "one line each:\n%s", p.log)
		for flag, value := range wrong {
			switch flag {
			case "trusted-proxies":
				value = "proxy.example.com"
			case "smtp", "database", "nats":
				value = "…"
			}
			assert.Regexp(t, `(?m)--`+flag+` "`+value+`": \S+ \S+`, p.log.String())
		}
		assert.Empty(t, p.out.String(), "it does not start")
		assert.NotContains(t, p.log.String(), "hunter2")
	}
}

// Flags that there are not are named together with what is wrong with the others.
func TestUnknownFlagsAreRefused(t *testing.T) {
	t.Parallel()
	p := launch(t, "--colour", "red", "--addr=5050", "--size=7", "--quick", "--join", "nobody")
	assert.Equal(t, 1, p.wait(), "exit code")
	assert.Equal(t, `gochatting: --colour: there is no such flag (--help lists them)
--size: there is no such flag (--help lists them)
--quick: there is no such flag (--help lists them)
--addr "5050": give a host, which may be empty, and a port, such as :5050 or 127.0.0.1:5050
--join "nobody": give open, verified or invite
`, p.log.String())
	assert.Empty(t, p.out.String(), "it does not start")

	p = launch(t, "--colour", "--limits=off", "start")
	assert.Equal(t, 1, p.wait(), "exit code")
	assert.Regexp(t, `^gochatting: --colour: .*\n.*start \(--help lists the flags\)\n$`, p.log.String())
}

func TestVersion(t *testing.T) {
	t.Parallel()
	p := launchWith(t, []string{"GOCHATTING_VERSION=true", "GOCHATTING_JOIN=nobody"}, "--version")
	assert.Zero(t, p.wait(), "exit code")
	assert.Equal(t, "gochatting "+version+"\n", p.out.String())
}

func TestHelpListsEveryFlag(t *testing.T) {
	t.Parallel()
	p := launch(t, "--help")
	assert.Zero(t, p.wait(), "exit code")
	for _, flag := range []string{
		"addr", "data", "base-url", "trusted-proxies", "log", "pprof", "gravatar", "gravatar-api", "gravatar-key",
		"join", "owner", "smtp", "mail-from", "oidc-issuer", "oidc-client-id", "oidc-client-secret",
		"max-message", "max-file", "file-quota", "limits", "rate-messages", "rate-reactions", "rate-acts", "rate-rooms", "rate-uploads",
		"rate-codes", "rate-joins", "peer-times", "max-sockets", "max-sockets-peer", "max-connections-peer",
		"database", "database-connections", "nats", "nats-credentials", "nats-ca", "cluster", "peers", "cluster-advertise",
	} {
		assert.Regexp(t, `(?m)^\s+--`+flag+`[= ]`, p.out.String())
		assert.Contains(t, p.out.String(), "$"+variable(flag))
	}
	assert.Empty(t, p.log.String())
}

// The program is set by the environment alone, but for one flag, which counts more.
func TestEnvironmentSets(t *testing.T) {
	t.Parallel()
	p := launchWith(t, []string{
		"GOCHATTING_ADDR=127.0.0.1:0", "GOCHATTING_DATA=" + t.TempDir(), "GOCHATTING_GRAVATAR=off", "GOCHATTING_LOG=json",
		"GOCHATTING_MAX_MESSAGE=5", "GOCHATTING_MAX_FILE=1000", "GOCHATTING_RATE_MESSAGES=1000",
	}, "--rate-messages", "7")
	base := p.out.await(t, `open (http://\S+) in`)
	ann := chattest.Join(t, base, "ann@example.com").Open()
	assert.Equal(t, message.Limits{MessageBytes: 5, FrameBytes: 64 << 10, PerSecond: 7, Burst: 28, FileBytes: 1000, Files: 10}, ann.Welcome.Limits)
	ann.Say("123456")
	assert.Equal(t, message.CodeTooLong, ann.Next(message.ErrorMType).Error.Code)
	ann.Say("12345")
	assert.Equal(t, "12345", ann.Hear().Content)
}

func TestDefaults(t *testing.T) {
	c, err := understand(t)
	require.NoError(t, err)
	assert.Equal(t, &config{
		addr: ":5050", data: "data", entry: entry{join: "open"},
		limits:  limits{on: true, rates: server.UsualRates(), maxMessage: 8192, maxFile: 25 << 20, fileQuota: 1 << 30},
		cluster: cluster{connections: 20},
	}, c)
}

func TestFlagsAreUnderstood(t *testing.T) {
	c, err := understand(t, "--addr", "[::1]:80", "--limits", "off", "--log", "json", "--base-url", "https://chat.example.com/",
		"--trusted-proxies", "127.0.0.1, 10.1.2.3/8,::1", "--gravatar", "http://127.0.0.1:99", "--gravatar-api", "http://127.0.0.1:98", "--gravatar-key", "k")
	require.NoError(t, err)
	assert.Equal(t, "[::1]:80", c.addr)
	assert.False(t, c.limits.on)
	assert.True(t, c.logJSON)
	assert.Equal(t, "chat.example.com", c.baseURL.Host)
	assert.Equal(t, []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32"), netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("::1/128")}, c.trustedProxies)
	assert.Equal(t, "http://127.0.0.1:99", c.gravatarURL)
	assert.Equal(t, "http://127.0.0.1:98", c.gravatarAPI)
	assert.Equal(t, "k", c.gravatarKey)

	c, err = understand(t, strings.Fields(`--rate-messages 1 --rate-reactions 2 --rate-acts 3 --rate-rooms 4 --rate-uploads 5 --rate-codes 6
		--rate-joins 7 --peer-times 8 --max-sockets 9 --max-sockets-peer 10 --max-connections-peer 11`)...)
	require.NoError(t, err)
	assert.Equal(t, server.Rates{
		Messages: 1, Reactions: 2, Acts: 3, Rooms: 4, Uploads: 5, Codes: 6, Joins: 7, PeerTimes: 8,
		Sockets: 9, PeerSockets: 10, PeerConnections: 11,
	}, c.limits.rates)

	c, err = understand(t, strings.Fields(`--join invite --owner Ann@Example.com --smtp smtp://me:pass%40word@mail.example.com:25 --mail-from chat@example.com
		--oidc-issuer https://id.example.com --oidc-client-id chat --oidc-client-secret s --base-url https://example.com`)...)
	require.NoError(t, err)
	assert.Equal(t, store.Entry{Join: "invite", Owner: "ann@example.com", Proves: true}, c.entry.rules())
	assert.Equal(t, "me:pass%40word@mail.example.com:25", strings.TrimPrefix(c.entry.smtp.String(), "smtp://"))
	assert.Equal(t, "chat@example.com", c.entry.mailFrom)
	assert.Equal(t, []string{"https://id.example.com", "chat", "s"}, []string{c.entry.oidcIssuer, c.entry.oidcID, c.entry.oidcSecret})
}

func TestValuesAtTheEdge(t *testing.T) {
	for _, c := range []struct {
		flag, value string
		ok          bool
	}{
		{"addr", ":0", true}, {"addr", ":65535", true}, {"addr", ":65536", false}, {"addr", "::1:80", false}, {"addr", "", false},
		{"data", "", false},
		{"rate-messages", "1", true}, {"rate-messages", "0", false}, {"rate-messages", "1000000", true}, {"rate-messages", "1000001", false}, {"rate-messages", "1.5", false},
		{"max-message", "1", true}, {"max-message", "0", false}, {"max-message", "32768", true}, {"max-message", "32769", false},
		{"max-file", "1", true}, {"max-file", "0", false}, {"max-file", "1073741824", true}, {"max-file", "1073741825", false},
		{"file-quota", "26214400", true}, {"file-quota", "26214399", false}, {"file-quota", "1099511627776", true}, {"file-quota", "1099511627777", false},
		{"limits", "ON", false}, {"log", "", false},
		{"join", "open", true}, {"join", "invite", true}, {"join", "", false},
		{"owner", "", true}, {"owner", "Ann@Example.com", true}, {"owner", "ann", false},
		{"max-sockets", "1", true}, {"max-sockets", "1000000", true}, {"max-sockets", "1000001", false},
		{"base-url", "http://localhost:5050", true}, {"base-url", "https://example.com/chat", false}, {"base-url", "https://me:secret@example.com", false}, {"base-url", "javascript:alert(1)", false},
		{"trusted-proxies", "", true}, {"trusted-proxies", "10.0.0.0/33", false},
		{"gravatar", "off", true}, {"gravatar", "", true}, {"gravatar-api", "off", false},
	} {
		_, err := understand(t, "--"+c.flag+"="+c.value)
		if c.ok {
			assert.NoError(t, err, "--%s %q", c.flag, c.value)
		} else {
			assert.ErrorContains(t, err, "--"+c.flag+" ", "%q", c.value)
		}
	}
}

// How people prove who they are takes several flags together.
func TestEntry(t *testing.T) {
	for _, c := range []struct {
		args, fault string
	}{
		{"--smtp smtp://mail.example.com --mail-from chat@example.com --base-url https://example.com", ""},
		{"--smtp smtps://me:hunter2@mail.example.com:465 --mail-from chat@example.com --base-url https://example.com --join verified", ""},
		{"--smtp smtp://mail.example.com --mail-from chat@example.com", `--smtp "…": give --base-url`},
		{"--smtp smtp://mail.example.com --base-url https://example.com", `--mail-from ""`},
		{"--smtp http://me:hunter2@mail.example.com --mail-from chat@example.com --base-url https://example.com", `--smtp "…": give smtp://`},
		{"--smtp smtp://me:hunter2@mail.example.com/%zz --mail-from chat@example.com --base-url https://example.com", `--smtp "…"`},
		{"--mail-from chat@example.com", `--mail-from "chat@example.com": give --smtp too`},
		{"--oidc-issuer https://id.example.com --oidc-client-id chat --base-url https://example.com --join verified", ""},
		{"--oidc-issuer http://127.0.0.1:99 --oidc-client-id chat --oidc-client-secret hunter2 --base-url http://localhost", ""},
		{"--oidc-issuer https://id.example.com --oidc-client-id chat", `--oidc-issuer "https://id.example.com": give --base-url`},
		{"--oidc-issuer https://id.example.com --base-url https://example.com", `--oidc-client-id ""`},
		{"--oidc-client-id chat", `--oidc-client-id "chat": give --oidc-issuer`},
		{"--oidc-client-secret hunter2", `--oidc-client-secret "…": give --oidc-issuer`},
		{"--join verified", `--join "verified": give --smtp or --oidc-issuer`},
	} {
		config, err := understand(t, strings.Fields(c.args)...)
		if c.fault == "" {
			require.NoError(t, err, c.args)
			assert.True(t, config.entry.proves(), c.args)
			continue
		}
		require.ErrorContains(t, err, c.fault, c.args)
		assert.NotContains(t, err.Error(), "hunter2")
		assert.NotContains(t, err.Error(), "\n", "one fault")
	}
}

// understand has kong fill Flags from arguments alone, and checks them.
func understand(t *testing.T, args ...string) (*config, error) {
	var flags Flags
	parser, err := kong.New(&flags, kong.WithHyphenPrefixedParameters(true))
	require.NoError(t, err)
	_, err = parser.Parse(args)
	require.NoError(t, err)
	return flags.check()
}

// variable is how a flag is called in the environment.
func variable(flag string) string {
	return "GOCHATTING_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}
