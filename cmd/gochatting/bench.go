package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/alecthomas/kong"

	"gochatting/internal/bench"
)

// benchFlags are the load tool's. They have no place in the environment, which is a server's.
type benchFlags struct {
	Scenario []string      `placeholder:"NAME,…" help:"What to measure, of ${scenarios}. Default: all"`
	Users    int           `placeholder:"N" help:"How many users are connected. Default: as many as the scenario is for, or as ulimit -n allows"`
	Duration time.Duration `placeholder:"10s" help:"How long to measure each server in each round. Default: 10s"`
	Rounds   int           `placeholder:"N" help:"How often the servers take turns; the medians count. Default: 3"`
	Quick    bool          `help:"Small sizes and one round, to see that it works: the numbers say nothing."`
	JSON     bool          `name:"json" help:"A line of JSON per scenario and server."`
	URL      string        `name:"url" placeholder:"URL" help:"Drive this server instead of starting one. It must be on this machine and run with --limits off."`
	PID      int           `name:"pid" placeholder:"N" help:"The process of the server at --url, to know what CPU and memory it uses."`
	Database string        `placeholder:"URL" help:"A PostgreSQL, such as postgres://me:password@localhost/postgres, in which databases may be made: cluster and search use one of their own there, and drop it."`
	Peer     string        `placeholder:"COMMAND" help:"Compare with this hub too, such as 'go run ./internal/bench/gorillahub'."`
}

// runBench is gochatting bench. What it is doing goes to progress.
func runBench(ctx context.Context, args []string, out, progress io.Writer) error {
	if len(args) == 1 && (args[0] == bench.RawLimit || args[0] == bench.RawBatch) {
		return bench.ServeLimit(ctx, args[0], out) // the tool's own children
	}
	var f benchFlags
	chosen, err := subcommand("bench", "Drives a server with thousands of users, counts what each of them hears, and measures beside it what this machine can do at best. Data goes to a temporary folder (TMPDIR), which should be on a real disk.",
		&f, args, out,
		kong.Vars{"scenarios": strings.Join(bench.Names(), ", ")},
		kong.WithHyphenPrefixedParameters(true)) // so that a negative number is refused with the others
	if err != nil || chosen == nil {
		return err
	}
	program, err := os.Executable()
	if err != nil {
		return fmt.Errorf("find the program to measure: %w", err)
	}
	return bench.Run(ctx, bench.Options{
		Scenarios: f.Scenario, Users: f.Users, Duration: f.Duration, Rounds: f.Rounds,
		Quick: f.Quick, JSON: f.JSON, Program: program, URL: f.URL, PID: f.PID, Peer: f.Peer,
		Database: f.Database,
	}, out, progress)
}
