package bench

import (
	"context"
	"errors"
	"strings"
)

// What is compared, besides the limits.
const (
	product = "gochatting"
	peer    = "peer"  // what --peer runs
	bare    = "bare"  // SQLite alone
	alone   = "store" // our store alone
)

// everyone is the product, the limits and the peer, if there is one.
func (b *bench) everyone(measure trial) ([]contestant, error) {
	ours, err := b.gochatting(measure)
	if err != nil {
		return nil, err
	}
	all := []contestant{ours}
	for _, name := range []string{RawLimit, RawBatch} {
		all = append(all, contestant{name, afresh(measure, func(ctx context.Context) (*server, error) {
			return b.launch(ctx, false, nil, b.Program, "bench", name)
		})})
	}
	if words := strings.Fields(b.Peer); len(words) > 0 {
		all = append(all, contestant{peer, afresh(measure, func(ctx context.Context) (*server, error) {
			return b.launch(ctx, false, nil, words[0], words[1:]...)
		})})
	}
	return all, nil
}

// gochatting is the product, on a data folder that is kept between rounds; or the server at --url.
func (b *bench) gochatting(measure trial) (contestant, error) {
	who := &people{run: b.run + token()}
	if b.URL != "" {
		return contestant{product, afresh(measure, func(context.Context) (*server, error) {
			s, err := b.server(b.URL, true, who)
			if err != nil {
				return nil, err
			}
			s.pid = b.PID
			return s, nil
		})}, nil
	}
	dir, err := b.folder()
	return b.gochattingIn(dir, who, measure), err
}

func (b *bench) gochattingIn(dir string, who *people, measure trial) contestant {
	return contestant{product, afresh(measure, func(ctx context.Context) (*server, error) {
		return b.launch(ctx, true, who, b.Program, "--addr", "127.0.0.1:0", "--data", dir,
			"--gravatar", "off", "--limits", "off", "--pprof", "127.0.0.1:0")
	})}
}

// afresh starts a server, measures it and stops it.
func afresh(measure trial, start func(context.Context) (*server, error)) func(context.Context) (Result, error) {
	return func(ctx context.Context) (r Result, err error) {
		s, err := start(ctx)
		if err != nil {
			return r, err
		}
		defer func() { err = errors.Join(err, s.stop()) }()
		return measure(ctx, s)
	}
}
