package bench

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"strings"
)

const (
	clustering = "cluster"
	mostNodes  = 3

	fewTalkers = 2 * mostNodes // so few that the message costs, and not its delivery
)

// nodes is the name of so many.
func nodes(n int) string {
	if n == 1 {
		return "1 node"
	}
	return fmt.Sprintf("%d nodes", n)
}

// cluster is what it costs that people are connected to several nodes, which share one PostgreSQL: for
// each delivery of a message to many, and for each message between few.
func (b *bench) cluster(ctx context.Context) (err error) {
	if b.URL != "" || b.Database == "" {
		b.tell("cluster needs --database, and starts its nodes itself; it is left out")
		return nil
	}
	d, err := b.database(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.drop()) }()
	var dirs [mostNodes]string
	for i := range dirs {
		if dirs[i], err = b.folder(); err != nil {
			return err
		}
	}
	who := &people{run: b.run + token(), database: d}
	crowd := b.affordable(b.sizes.steady)
	for _, of := range []struct {
		name       string
		talk       talk
		perMessage bool
	}{
		{"steady, a delivery", talk{users: crowd, rate: steadyRate, duration: b.Duration}, false},
		{"flood, a delivery", talk{users: crowd, speakers: min(floodSpeakers, crowd), inAir: floodInAir, duration: b.Duration}, false},
		{"between few, a message", talk{users: fewTalkers, speakers: fewTalkers, inAir: floodInAir, duration: b.Duration}, true},
	} {
		var all []contestant
		for n := 1; n <= mostNodes; n++ {
			start := func(ctx context.Context) (*server, error) { return b.startNodes(ctx, who, dirs[:n]) }
			all = append(all, contestant{nodes(n), afresh(func(ctx context.Context, s *server) (Result, error) {
				r, err := b.converse(ctx, s, of.talk)
				if of.perMessage {
					r.PerSecond /= float64(r.Users)
					r.CPU *= float64(r.Users)
					r.DatabaseCPU *= float64(r.Users)
					r.Memory, r.Resident = 0, 0 // of too few to say anything
				}
				return r, err
			}, start)})
		}
		if err := b.compare(ctx, clustering, of.name, all); err != nil {
			return err
		}
	}
	return nil
}

// startNodes starts a node for each data folder, as one server.
func (b *bench) startNodes(ctx context.Context, who *people, dirs []string) (first *server, err error) {
	routes, err := freeAddresses(len(dirs))
	if err != nil {
		return nil, err
	}
	for i, dir := range dirs {
		args := []string{"--addr", "127.0.0.1:0", "--data", dir, "--gravatar", "off", "--limits", "off", "--pprof", "127.0.0.1:0"}
		if len(dirs) > 1 {
			args = append(args, "--cluster", routes[i], "--peers", strings.Join(routes, ","), "--drain", "0")
		}
		s, err := b.launch(ctx, true, who, b.Program, args...)
		switch {
		case err != nil && first != nil:
			return nil, errors.Join(err, first.stop())
		case err != nil:
			return nil, err
		case first == nil:
			first = s
		default:
			s.words = first.words
			first.others = append(first.others, s)
		}
	}
	return first, nil
}

// freeAddresses are of loopback, and nobody listened there just now.
func freeAddresses(n int) (all []string, err error) {
	for range n {
		l, failed := net.Listen("tcp", "127.0.0.1:0")
		if failed != nil {
			return nil, failed
		}
		defer func() { err = errors.Join(err, l.Close()) }() // at the end, so that all differ
		all = append(all, l.Addr().String())
	}
	return all, nil
}

// node is the one to which user i connects: they are spread evenly.
func (s *server) node(i int) *server {
	if n := i % (len(s.others) + 1); n > 0 {
		return s.others[n-1]
	}
	return s
}

// met returns when each of several nodes knows that so many are here.
func (s *server) met(ctx context.Context, cookie string, users int) error {
	if len(s.others) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, dialWait)
	defer cancel()
	for i := range len(s.others) + 1 {
		var here struct{ Online int }
		var failed error
		err := every(ctx, look, func() bool {
			answer, err := s.node(i).get(ctx, "/api/v1/rooms/lobby/users?limit=1", cookie)
			if err == nil {
				err = json.Unmarshal(answer, &here)
			}
			failed = err
			return err != nil || here.Online == users
		})
		if err = errors.Join(err, failed); err != nil {
			return fmt.Errorf("a node knows of %d who are here, not %d: %w", here.Online, users, err)
		}
	}
	return nil
}
