package main

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"github.com/alecthomas/kong"
)

// Flags are what can be set, by flag or in the environment. All are text here, so that check
// can name every fault of them at once.
type Flags struct {
	Addr           string `default:":5050" placeholder:"HOST:PORT" help:"Where to listen. Default: ${default}"`
	Data           string `default:"data" placeholder:"DIR" help:"The data folder, made if missing. Default: ./${default}"`
	Join           string `default:"open" placeholder:"open" help:"Who may come in. open: whoever types an address that nobody holds. Default: ${default}"`
	RateMessages   string `default:"5" placeholder:"N" help:"Messages a second that a user may say for as long as they like, and four times as many at once. Default: ${default}"`
	Limits         string `default:"on" placeholder:"on|off" help:"off turns all limits of rate and count off, for a load test on a private machine; sizes stay limited. Default: ${default}"`
	MaxMessage     string `default:"8192" placeholder:"BYTES" help:"The longest message, in bytes of UTF-8. Default: ${default}"`
	MaxFile        string `default:"26214400" placeholder:"BYTES" help:"The largest file, in bytes. Default: ${default}, which is 25 MB"`
	FileQuota      string `default:"1073741824" placeholder:"BYTES" help:"What the files of one user may take together, in bytes. Default: ${default}, which is 1 GB"`
	Log            string `default:"text" placeholder:"text|json" help:"The form of the log, on standard error. Default: ${default}"`
	BaseURL        string `placeholder:"URL" help:"Where people reach this server, such as https://chat.example.com. With https, cookies are sent over TLS only."`
	TrustedProxies string `placeholder:"CIDR,…" help:"Addresses of proxies whose X-Forwarded-For is believed, such as 127.0.0.1/32."`
	Gravatar       string `placeholder:"URL|off" help:"Where pictures are asked for: Gravatar by default, Libravatar (https://seccdn.libravatar.org) or a server of your own; off asks nobody."`
	GravatarAPI    string `name:"gravatar-api" placeholder:"URL" help:"Where names are asked for. Default: Gravatar's, if pictures are."`
	GravatarKey    string `placeholder:"KEY" help:"Key for the names: 1,000 an hour instead of 100. Better given in the environment."`
	Pprof          string `placeholder:"HOST:PORT" help:"Offer profiles of this process at /debug/pprof/ there, on an address of loopback such as 127.0.0.1:6060."`
}

// A config is Flags, understood.
type config struct {
	addr           string
	data           string
	rateMessages   int
	limits         bool
	maxMessage     int
	maxFile        int64
	fileQuota      int64
	logJSON        bool
	baseURL        *url.URL
	trustedProxies []netip.Prefix
	gravatarOff    bool
	gravatarURL    string
	gravatarAPI    string
	gravatarKey    string
	pprof          string // "": no profiles
}

// The sizes a message may be limited to.
const (
	minMaxMessage = 1
	maxMaxMessage = 32 << 10
)

// maxMaxFile is 1 TB, for a file and for all of a user: whoever means more has mistyped.
const maxMaxFile = 1 << 40

// parseFlags understands the command line and the environment. It returns nil if all there was
// to do was to print help.
func parseFlags(args []string, out io.Writer) (*config, error) {
	var flags Flags
	var exited bool
	parser, err := kong.New(&flags,
		kong.Name("gochatting"),
		kong.Description("Group chat that you run yourself: type an email, and you are in the room.\n\nEvery flag can be set in the environment too: --max-message as GOCHATTING_MAX_MESSAGE.\n\nHow fast it is on this machine: gochatting bench --help."),
		kong.DefaultEnvars("GOCHATTING"),
		kong.WithHyphenPrefixedParameters(true), // so that a negative number reaches check
		kong.Writers(out, out),
		kong.Exit(func(int) { exited = true }),
	)
	if err != nil {
		return nil, fmt.Errorf("describe the flags: %w", err)
	}
	_, err = parser.Parse(args)
	if exited {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("%w (--help lists the flags)", err)
	}
	return flags.check()
}

// check understands the flags and names all that is wrong with them, each with its remedy.
func (f Flags) check() (*config, error) {
	var faults []error
	fault := func(flag, value, remedy string) {
		faults = append(faults, fmt.Errorf("--%s %q: %s", flag, value, remedy))
	}
	c := &config{addr: f.Addr, data: f.Data, gravatarKey: f.GravatarKey, pprof: f.Pprof}

	if _, port, err := net.SplitHostPort(f.Addr); err != nil || !isPort(port) {
		fault("addr", f.Addr, "give a host, which may be empty, and a port, such as :5050 or 127.0.0.1:5050")
	}
	if f.Data == "" {
		fault("data", f.Data, "name a folder")
	}
	if f.Join != "open" {
		fault("join", f.Join, "this version knows only open")
	}
	var err error
	if c.rateMessages, err = strconv.Atoi(f.RateMessages); err != nil || c.rateMessages < 1 || c.rateMessages > 1_000_000 {
		fault("rate-messages", f.RateMessages, "give a whole number of messages a second, 1 or more; --limits off is for no limit")
	}
	if c.maxMessage, err = strconv.Atoi(f.MaxMessage); err != nil || c.maxMessage < minMaxMessage || c.maxMessage > maxMaxMessage {
		fault("max-message", f.MaxMessage, fmt.Sprintf("give a number of bytes from %d to %d", minMaxMessage, maxMaxMessage))
	}
	if c.maxFile, err = strconv.ParseInt(f.MaxFile, 10, 64); err != nil || c.maxFile < 1 || c.maxFile > maxMaxFile {
		fault("max-file", f.MaxFile, fmt.Sprintf("give a number of bytes from 1 to %d", maxMaxFile))
	}
	if c.fileQuota, err = strconv.ParseInt(f.FileQuota, 10, 64); err != nil || c.fileQuota < max(1, c.maxFile) || c.fileQuota > maxMaxFile {
		fault("file-quota", f.FileQuota, fmt.Sprintf("give a number of bytes from that of --max-file to %d", maxMaxFile))
	}
	c.limits = f.Limits == "on"
	if f.Limits != "on" && f.Limits != "off" {
		fault("limits", f.Limits, "give on or off")
	}
	c.logJSON = f.Log == "json"
	if f.Log != "text" && f.Log != "json" {
		fault("log", f.Log, "give text or json")
	}
	if f.BaseURL != "" {
		if c.baseURL, err = siteURL(f.BaseURL); err != nil || strings.Trim(c.baseURL.Path, "/") != "" {
			fault("base-url", f.BaseURL, "give http:// or https:// and a host, without a path, such as https://chat.example.com")
		}
	}
	for _, text := range strings.FieldsFunc(f.TrustedProxies, func(r rune) bool { return r == ',' || r == ' ' }) {
		prefix, err := netip.ParsePrefix(text)
		if addr, single := netip.ParseAddr(text); single == nil {
			prefix, err = addr.Prefix(addr.BitLen())
		}
		if err != nil {
			fault("trusted-proxies", text, "give addresses or networks, such as 127.0.0.1 or 10.0.0.0/8, with commas between them")
			continue
		}
		c.trustedProxies = append(c.trustedProxies, prefix.Masked())
	}
	c.gravatarOff = f.Gravatar == "off"
	if !c.gravatarOff {
		c.gravatarURL, c.gravatarAPI = f.Gravatar, f.GravatarAPI
		if _, err := siteURL(f.Gravatar); f.Gravatar != "" && err != nil {
			fault("gravatar", f.Gravatar, "give the http:// or https:// address of a server, or off")
		}
	}
	if _, err := siteURL(f.GravatarAPI); f.GravatarAPI != "" && err != nil {
		fault("gravatar-api", f.GravatarAPI, "give the http:// or https:// address of a server")
	}
	if _, port, err := net.SplitHostPort(f.Pprof); f.Pprof != "" && (err != nil || !isPort(port) || !isLoopback(f.Pprof)) {
		fault("pprof", f.Pprof, "give an address of loopback and a port, such as 127.0.0.1:6060: profiles are not for strangers")
	}
	return c, errors.Join(faults...)
}

func isPort(port string) bool {
	n, err := strconv.Atoi(port)
	return err == nil && n >= 0 && n <= 65535
}

var errNoSite = errors.New("not the http or https address of a host")

func siteURL(text string) (*url.URL, error) {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return &url.URL{}, errNoSite
	}
	return u, nil
}
