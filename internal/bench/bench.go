// Package bench is the load tool: it drives a server as thousands of people would, counts what
// each of them hears, and measures beside it, in the same run, what the machine can do at best.
package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"
)

// Options say what is to be measured. Zero stands for the default.
type Options struct {
	Scenarios []string      // by name, see Names; default: all
	Users     int           // of steady, flood, crowd and storm; default: what the scenario is for
	Duration  time.Duration // of what is measured in a round; default: 10 s
	Rounds    int           // each measures every server once; the medians count. Default: 3
	Quick     bool          // small sizes and one round: whether it works, not how fast it is
	JSON      bool          // a line of JSON per scenario and server instead of tables

	Program string // the gochatting that is started, and whose hidden subcommands are the limits
	URL     string // drive this server instead, which must be on loopback and have --limits off
	PID     int    // of the server at URL, to know what it uses; 0: unknown
	Peer    string // a command that runs another hub to compare with, see docs/performance.md

	// Database is the postgres:// URL of a server in which databases may be made: cluster and search use
	// ones of their own, and drop them. "" leaves cluster out, and has search use SQLite.
	Database string

	// Quiet is after how long without a delivery what is still missing counts as lost; default: 5 s.
	Quiet time.Duration
}

// ErrLost is a server that did not deliver to somebody who stayed connected, or delivered twice.
var ErrLost = errors.New("bench: the server lost messages or delivered them twice")

// A bench is one run of the tool.
type bench struct {
	Options
	sizes    sizes
	dir      string // for data folders; removed at the end
	run      string // tells this run's addresses and messages from those of others
	progress io.Writer
	report   *report
}

// Run measures, writes the results to out and what it is doing to progress. Servers that it
// starts have ended when it returns. ErrLost: gochatting itself was found wanting.
func Run(ctx context.Context, o Options, out, progress io.Writer) (err error) {
	o, err = o.settled()
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "gochatting-bench-")
	if err != nil {
		return fmt.Errorf("bench: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	b := &bench{
		Options: o, sizes: o.sizes(), dir: dir, run: token(), progress: progress,
		report: &report{out: out, json: o.JSON},
	}
	for _, name := range o.Scenarios {
		err := scenarios[name](b, ctx)
		if err != nil && ctx.Err() != nil {
			err = fmt.Errorf("interrupted: %w", err)
		}
		if err = errors.Join(err, b.report.flush()); err != nil {
			return fmt.Errorf("bench: %s: %w", name, err)
		}
	}
	return b.report.verdict()
}

// A trial measures one server once.
type trial func(ctx context.Context, s *server) (Result, error)

// A contestant is measured once in every round, starting afresh.
type contestant struct {
	name    string
	measure func(ctx context.Context) (Result, error)
}

// compare lets the contestants take turns, so that what drifts meets all of them alike, and
// reports the medians. A scenario may have several cases.
func (b *bench) compare(ctx context.Context, scenario, of string, all []contestant) error {
	rounds := make([][]Result, len(all))
	for round := range b.Rounds {
		for i, c := range all {
			b.tell("%s: round %d of %d: %s", title(scenario, of), round+1, b.Rounds, c.name)
			r, err := c.measure(ctx)
			if err != nil {
				return fmt.Errorf("%s: %w", c.name, err)
			}
			r.Scenario, r.Case, r.Server = scenario, of, c.name
			b.tell("    %s", r.line())
			rounds[i] = append(rounds[i], r)
		}
	}
	b.report.add(summarize(rounds))
	return nil
}

func title(scenario, of string) string { return strings.TrimSpace(scenario + " " + of) }

// tell says what is going on.
func (b *bench) tell(format string, args ...any) {
	fmt.Fprintf(b.progress, format+"\n", args...)
}

// folder is a new one.
func (b *bench) folder() (string, error) {
	dir, err := os.MkdirTemp(b.dir, "data-")
	if err != nil {
		return "", fmt.Errorf("make a data folder: %w", err)
	}
	return dir, nil
}
