package bench

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strings"
	"time"
)

// scenarios are what can be measured.
var scenarios = map[string]func(*bench, context.Context) error{
	"steady": (*bench).steady,
	"flood":  (*bench).flood,
	"crowd":  (*bench).crowd,
	"storm":  (*bench).storm,
	"post":   (*bench).post,
	"scroll": (*bench).scroll,
	"search": (*bench).search,

	clustering: (*bench).cluster,
}

// Names are the scenarios, in the order in which they are run.
func Names() []string {
	return []string{"steady", "flood", "crowd", "storm", "post", "scroll", "search", clustering}
}

// The most that is done at once, so that a slip of the finger does not become a burden.
const (
	maxUsers    = 100_000
	maxRounds   = 100
	maxDuration = 10 * time.Minute
)

// sizes are how large the scenarios are.
type sizes struct {
	steady, flood, crowd int   // users
	storm                []int // users, in rooms of these sizes
	history              int   // messages to scroll and search in
	returning            time.Duration
}

func (o Options) sizes() sizes {
	s := sizes{steady: 1_000, flood: 1_000, crowd: 10_000, storm: []int{1_000, 10_000}, history: 1_000_000, returning: 10 * time.Second}
	if o.Quick {
		s = sizes{steady: 50, flood: 50, crowd: 200, storm: []int{50, 100}, history: 5_000, returning: 500 * time.Millisecond}
	}
	if o.Users > 0 {
		s.steady, s.flood, s.crowd, s.storm = o.Users, o.Users, o.Users, []int{o.Users}
	}
	return s
}

// settled gives the options with their defaults, or names all that is wrong with them.
func (o Options) settled() (Options, error) {
	var faults []error
	fault := func(format string, args ...any) { faults = append(faults, fmt.Errorf(format, args...)) }
	for _, name := range o.Scenarios {
		if _, known := scenarios[name]; !known {
			fault("--scenario %q: choose from %s", name, strings.Join(Names(), ", "))
		}
	}
	if o.Users < 0 || o.Users > maxUsers {
		fault("--users %d: give a number up to %d", o.Users, maxUsers)
	}
	if most := descriptors() - spareDescriptors; o.Users > most {
		fault("--users %d: this process may have %d connections; raise ulimit -n", o.Users, most)
	}
	if o.Duration < 0 || o.Duration > maxDuration {
		fault("--duration %s: give up to %s", o.Duration, maxDuration)
	}
	if o.Rounds < 0 || o.Rounds > maxRounds {
		fault("--rounds %d: give a number up to %d", o.Rounds, maxRounds)
	}
	if o.URL != "" && !loopback(o.URL) {
		fault("--url %q: give the http:// address of a server on this machine, such as http://127.0.0.1:5050; others are not to be loaded", o.URL)
	}
	if o.Database != "" && !strings.HasPrefix(o.Database, "postgres://") && !strings.HasPrefix(o.Database, "postgresql://") {
		fault("--database: give the postgres:// URL of a server in which databases may be made, such as postgres://me:password@localhost/postgres")
	}
	if o.Database == "" && slices.Contains(o.Scenarios, clustering) {
		fault("--scenario %s: give --database too: nodes share one", clustering)
	}
	if o.PID != 0 && o.URL == "" {
		fault("--pid %d: is of the server at --url, which is missing", o.PID)
	}
	if len(o.Scenarios) == 0 {
		o.Scenarios = Names()
	}
	if o.Quick {
		o.Duration, o.Rounds = cmp.Or(o.Duration, 300*time.Millisecond), cmp.Or(o.Rounds, 1)
	}
	o.URL = strings.TrimSuffix(o.URL, "/")
	o.Duration = cmp.Or(o.Duration, 10*time.Second)
	o.Rounds = cmp.Or(o.Rounds, 3)
	o.Quiet = cmp.Or(o.Quiet, 5*time.Second)
	return o, errors.Join(faults...)
}

// spareDescriptors are left for everything that is no user's connection.
const spareDescriptors = 256

// affordable is how many of the users that a scenario is for can be connected.
func (b *bench) affordable(users int) int {
	most := descriptors() - spareDescriptors
	if users > most {
		b.tell("this process may have %d connections, not %d; raise ulimit -n for more", most, users)
	}
	return min(users, most)
}

func loopback(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "http" || strings.Trim(u.Path, "/") != "" {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
}

// token is short and unlike any other run's.
func token() string { return strings.ToLower(rand.Text()[:6]) }
