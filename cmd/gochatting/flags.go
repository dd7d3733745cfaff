package main

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/alecthomas/kong"
)

// Flags are what can be set, by flag or in the environment. All are text here, so that check
// can name every fault of them at once.
type Flags struct {
	Addr           string `default:":5050" placeholder:"HOST:PORT" help:"Where to listen. Default: ${default}"`
	Data           string `default:"data" placeholder:"DIR" help:"The data folder, made if missing. Default: ./${default}"`
	BaseURL        string `placeholder:"URL" help:"Where people reach this server, such as https://chat.example.com. With https, cookies are sent over TLS only."`
	TrustedProxies string `placeholder:"CIDR,…" help:"Addresses of proxies whose X-Forwarded-For is believed, such as 127.0.0.1/32."`
	Log            string `default:"text" placeholder:"text|json" help:"The form of the log, on standard error. Default: ${default}"`
	Drain          string `placeholder:"SECONDS" help:"For how long to go on when told to stop, while /readyz says no already, so that a balancer sends nobody new. Default: 3 with --nats or --cluster, else 0"`
	Pprof          string `placeholder:"HOST:PORT" help:"Offer profiles of this process at /debug/pprof/ there, on an address of loopback such as 127.0.0.1:6060."`
	Gravatar       string `placeholder:"URL|off" help:"Where pictures are asked for: Gravatar by default, Libravatar (https://seccdn.libravatar.org) or a server of your own; off asks nobody."`
	GravatarAPI    string `name:"gravatar-api" placeholder:"URL" help:"Where names are asked for. Default: Gravatar's, if pictures are."`
	GravatarKey    string `placeholder:"KEY" help:"Key for the names: 1,000 an hour instead of 100. Better given in the environment."`

	Version kong.VersionFlag `env:"-" help:"Say which version this is."`

	Entry   entryFlags   `embed:"" group:"Who may come in"`
	Limits  limitFlags   `embed:"" group:"How much of everything"`
	Cluster clusterFlags `embed:"" group:"More than one machine"`
}

// A config is Flags, understood.
type config struct {
	addr           string
	data           string
	baseURL        *url.URL
	trustedProxies []netip.Prefix
	logJSON        bool
	pprof          string // "": no profiles
	gravatarOff    bool
	gravatarURL    string
	gravatarAPI    string
	gravatarKey    string
	entry          entry
	limits         limits
	cluster        cluster
	drain          time.Duration
	alone          bool // beside no other server
}

const (
	usualDrain = 3 * time.Second // a balancer that asks once a second has noticed, also one that asks twice
	maxDrain   = 600             // seconds
)

// parseFlags understands the command line and the environment. It returns nil if all there was
// to do was to print help, or the version.
func parseFlags(args []string, out io.Writer) (*config, error) {
	var flags Flags
	var exited bool
	parser, err := kong.New(&flags,
		kong.Name("gochatting"),
		kong.Description("Group chat that you run yourself: type an email, and you are in the room.\n\nEvery flag can be set in the environment too: --max-message as GOCHATTING_MAX_MESSAGE. Passwords and keys belong there: everyone on a machine sees its command lines.\n\nPeople are kept in order with: gochatting user --help. Everything moves into PostgreSQL with: gochatting migrate --help. How fast it is on this machine: gochatting bench --help."),
		kong.Vars{"version": "gochatting " + version},
		kong.DefaultEnvars("GOCHATTING"),
		kong.WithHyphenPrefixedParameters(true), // so that a negative number reaches check
		kong.Writers(out, out),
		kong.Exit(func(int) { exited = true }),
	)
	if err != nil {
		return nil, fmt.Errorf("describe the flags: %w", err)
	}
	args, faults := unknown(args, parser.Model.Flags)
	_, err = parser.Parse(args)
	if exited {
		return nil, nil
	}
	if err != nil {
		return nil, errors.Join(errors.Join(faults...), fmt.Errorf("%w (--help lists the flags)", err))
	}
	c, err := flags.check()
	return c, errors.Join(errors.Join(faults...), err)
}

// unknown takes the flags that are none, each with its value, out of args, so that the others can be
// looked at.
func unknown(args []string, flags []*kong.Flag) (rest []string, faults []error) {
	for i := 0; i < len(args); i++ {
		name, _, whole := strings.Cut(args[i], "=")
		if !strings.HasPrefix(name, "--") || name == "--" {
			rest = append(rest, args[i])
			continue
		}
		at := slices.IndexFunc(flags, func(f *kong.Flag) bool { return "--"+f.Name == name })
		end := i + 1
		if !whole && end < len(args) && (at < 0 && !strings.HasPrefix(args[end], "-") || at >= 0 && !flags[at].IsBool()) {
			end++ // its value
		}
		if at < 0 {
			faults = append(faults, fmt.Errorf("%s: there is no such flag (--help lists them)", name))
		} else {
			rest = append(rest, args[i:end]...)
		}
		i = end - 1
	}
	return rest, faults
}

// faults are all that is wrong with some flags.
type faults []error

// add notes what is wrong with a flag, with its remedy.
func (f *faults) add(flag, value, remedy string) {
	*f = append(*f, fmt.Errorf("--%s %q: %s", flag, value, remedy))
}

// number reads a number of what.
func (f *faults) number(flag, text string, least, most int64, what string) int64 {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < least || n > most {
		f.add(flag, text, fmt.Sprintf("give a whole number of %s, from %d to %d", what, least, most))
		return 0
	}
	return n
}

// check understands the flags and names all that is wrong with them, each with its remedy.
func (f Flags) check() (*config, error) {
	var wrong faults
	c := &config{addr: f.Addr, data: f.Data, gravatarKey: f.GravatarKey, pprof: f.Pprof}
	if _, port, err := net.SplitHostPort(f.Addr); err != nil || !isPort(port) {
		wrong.add("addr", f.Addr, "give a host, which may be empty, and a port, such as :5050 or 127.0.0.1:5050")
	}
	if f.Data == "" {
		wrong.add("data", f.Data, "name a folder")
	}
	var err error
	if f.BaseURL != "" {
		if c.baseURL, err = siteURL(f.BaseURL); err != nil || strings.Trim(c.baseURL.Path, "/") != "" {
			wrong.add("base-url", f.BaseURL, "give http:// or https:// and a host, without a path, such as https://chat.example.com")
		}
	}
	c.trustedProxies = f.proxies(&wrong)
	c.logJSON = f.Log == "json"
	if f.Log != "text" && f.Log != "json" {
		wrong.add("log", f.Log, "give text or json")
	}
	if _, port, err := net.SplitHostPort(f.Pprof); f.Pprof != "" && (err != nil || !isPort(port) || !isLoopback(f.Pprof)) {
		wrong.add("pprof", f.Pprof, "give an address of loopback and a port, such as 127.0.0.1:6060: profiles are not for strangers")
	}
	c.gravatarOff = f.Gravatar == "off"
	if !c.gravatarOff {
		c.gravatarURL, c.gravatarAPI = f.Gravatar, f.GravatarAPI
		if _, err := siteURL(f.Gravatar); f.Gravatar != "" && err != nil {
			wrong.add("gravatar", f.Gravatar, "give the http:// or https:// address of a server, or off")
		}
	}
	if _, err := siteURL(f.GravatarAPI); f.GravatarAPI != "" && err != nil {
		wrong.add("gravatar-api", f.GravatarAPI, "give the http:// or https:// address of a server")
	}
	c.entry = f.Entry.check(f.BaseURL != "", &wrong)
	c.limits = f.Limits.check(&wrong)
	c.cluster = f.Cluster.check(&wrong)
	c.drain = usualDrain
	if f.Drain != "" {
		c.drain = time.Duration(wrong.number("drain", f.Drain, 0, maxDrain, "seconds")) * time.Second
	} else if !c.cluster.shared() {
		c.drain = 0
	}
	return c, errors.Join(wrong...)
}

func (f Flags) proxies(wrong *faults) (trusted []netip.Prefix) {
	for _, text := range list(f.TrustedProxies) {
		prefix, err := netip.ParsePrefix(text)
		if addr, single := netip.ParseAddr(text); single == nil {
			prefix, err = addr.Prefix(addr.BitLen())
		}
		if err != nil {
			wrong.add("trusted-proxies", text, "give addresses or networks, such as 127.0.0.1 or 10.0.0.0/8, with commas between them")
			continue
		}
		trusted = append(trusted, prefix.Masked())
	}
	return trusted
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
