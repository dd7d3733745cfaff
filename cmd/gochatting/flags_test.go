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
)

// wrong has, for each flag that can be wrong, a value that is.
var wrong = map[string]string{
	"addr":            "5050",
	"join":            "nobody",
	"rate-messages":   "-3",
	"limits":          "maybe",
	"max-message":     "8KB",
	"max-file":        "25MB",
	"file-quota":      "0",
	"log":             "xml",
	"base-url":        "chat.example.com",
	"trusted-proxies": "10.0.0.0/8,proxy.example.com",
	"gravatar":        "gravatar.example.com",
	"gravatar-api":    "ftp://gravatar.example.com",
	"pprof":           "0.0.0.0:6060",
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
			if flag == "trusted-proxies" {
				value = "proxy.example.com"
			}
			assert.Regexp(t, `(?m)--`+flag+` "`+value+`": \S+ \S+`, p.log.String())
		}
		assert.Empty(t, p.out.String(), "it does not start")
	}
}

func TestUnknownFlagIsRefused(t *testing.T) {
	t.Parallel()
	p := launch(t, "--colour", "red")
	assert.Equal(t, 1, p.wait(), "exit code")
	assert.Contains(t, p.log.String(), "--colour")
	assert.Contains(t, p.log.String(), "--help")
}

func TestHelpListsEveryFlag(t *testing.T) {
	t.Parallel()
	p := launch(t, "--help")
	assert.Zero(t, p.wait(), "exit code")
	for _, flag := range []string{
		"addr", "data", "join", "rate-messages", "limits", "max-message", "max-file", "file-quota", "log", "base-url", "trusted-proxies",
		"gravatar", "gravatar-api", "gravatar-key", "pprof",
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
	assert.Equal(t, &config{addr: ":5050", data: "data", rateMessages: 5, limits: true, maxMessage: 8192, maxFile: 25 << 20, fileQuota: 1 << 30}, c)
}

func TestFlagsAreUnderstood(t *testing.T) {
	c, err := understand(t, "--addr", "[::1]:80", "--limits", "off", "--log", "json", "--base-url", "https://chat.example.com/",
		"--trusted-proxies", "127.0.0.1, 10.1.2.3/8,::1", "--gravatar", "http://127.0.0.1:99", "--gravatar-api", "http://127.0.0.1:98", "--gravatar-key", "k")
	require.NoError(t, err)
	assert.Equal(t, "[::1]:80", c.addr)
	assert.False(t, c.limits)
	assert.True(t, c.logJSON)
	assert.Equal(t, "chat.example.com", c.baseURL.Host)
	assert.Equal(t, []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32"), netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("::1/128")}, c.trustedProxies)
	assert.Equal(t, "http://127.0.0.1:99", c.gravatarURL)
	assert.Equal(t, "http://127.0.0.1:98", c.gravatarAPI)
	assert.Equal(t, "k", c.gravatarKey)
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
