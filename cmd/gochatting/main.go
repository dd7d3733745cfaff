// Command gochatting is a group chat: type an email, and you are in the room.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

// version is what this binary says it is.
const version = "0.1.0"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "gochatting:", err)
		os.Exit(1)
	}
}

// run is the whole program: it returns when ctx has ended and all is put away.
func run(ctx context.Context, args []string, out, logs io.Writer) error {
	if len(args) > 0 && args[0] == "bench" {
		return runBench(ctx, args[1:], out, logs)
	}
	if len(args) > 0 && args[0] == "user" {
		return runUser(ctx, args[1:], out, logs)
	}
	if len(args) > 0 && args[0] == "migrate" {
		return runMigrate(ctx, args[1:], out)
	}
	c, err := parseFlags(args, out)
	if err != nil || c == nil {
		return err
	}
	err = serve(ctx, *c, out, logs)
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		return nil // stopped while it was starting
	}
	return err
}
