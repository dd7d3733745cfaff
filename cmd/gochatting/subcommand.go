package main

import (
	"fmt"
	"io"

	"github.com/alecthomas/kong"
)

// subcommand understands the flags of gochatting NAME. It returns nil if all there was to do was to print help.
func subcommand(name, description string, flags any, args []string, out io.Writer, more ...kong.Option) (chosen *kong.Context, err error) {
	var exited bool
	parser, err := kong.New(flags, append(more,
		kong.Name("gochatting "+name),
		kong.Description(description),
		kong.Writers(out, out),
		kong.Exit(func(int) { exited = true }),
	)...)
	if err != nil {
		return nil, fmt.Errorf("describe the flags: %w", err)
	}
	chosen, err = parser.Parse(args)
	if exited {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("%w (%s --help lists them)", err, name)
	}
	return chosen, nil
}
