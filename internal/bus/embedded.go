package bus

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
)

const (
	startTimeout  = 10 * time.Second // of the embedded server, which takes a few milliseconds
	startLook     = 50 * time.Millisecond
	routeDeadline = 5 * time.Second // for a peer to read what waits for it
	tellAttempts  = 60              // that fail, a second or two each, until it is told again
	toldAttempts  = 300             // to reach a node of which only others told, and which may never come back
)

// embed starts NATS inside the process and connects to it.
func (b *Bus) embed(o Options) error {
	options := &server.Options{
		ServerName:            o.Node,
		DontListen:            true,
		NoSigs:                true, // signals are for cmd
		NoLog:                 true, // b.out is set below
		NoSystemAccount:       true, // nobody listens to it
		MaxPayload:            maxPayload,
		ConnectErrorReports:   tellAttempts,
		ReconnectErrorReports: tellAttempts,
	}
	if o.Cluster != "" {
		if err := cluster(options, o); err != nil {
			return err
		}
	}
	var err error
	if b.server, err = server.NewServer(options); err != nil {
		return fmt.Errorf("bus: configure the embedded server: %w", err)
	}
	b.server.SetLogger(b.out, false, false)
	b.server.Start()
	for began := time.Now(); !b.server.ReadyForConnections(startLook); {
		if fault := b.out.fatal.Load(); fault != nil {
			return fmt.Errorf("bus: %s", *fault)
		}
		if time.Since(began) > startTimeout {
			return fmt.Errorf("bus: the embedded server was not ready within %v", startTimeout)
		}
	}
	if err := b.connect("", o, nats.InProcessServer(b.server)); err != nil {
		return fmt.Errorf("bus: connect: %w", err)
	}
	if o.Cluster != "" {
		ctx, cancel := context.WithCancel(context.Background())
		b.cancel = cancel
		b.routes.Go(func() { b.watch(ctx) })
	}
	return nil
}

// cluster has the embedded server take routes from its peers, and seek them.
func cluster(s *server.Options, o Options) error {
	host, text, err := net.SplitHostPort(o.Cluster)
	if err != nil {
		return fmt.Errorf("bus: cluster at %q: %w", o.Cluster, err)
	}
	port, err := strconv.ParseUint(text, 10, 16)
	if err != nil || port == 0 {
		return fmt.Errorf("bus: cluster at %q: no such port", o.Cluster)
	}
	trust, err := mutual(o.Identity)
	if err != nil {
		return err
	}
	// NATS begins with routes only when it listens for clients as well. There is none but this process,
	// which comes from inside: whoever finds that port must show the identity too.
	s.DontListen, s.Host, s.Port, s.TLSConfig = false, "127.0.0.1", server.RANDOM_PORT, trust
	s.Cluster = server.ClusterOpts{
		Name:           identityName,
		Host:           host,
		Port:           int(port),
		Advertise:      o.Advertise,
		NoAdvertise:    true, // that port
		TLSConfig:      trust,
		TLSTimeout:     routeDeadline.Seconds(),
		PoolSize:       1, // one connection a pair, in which everything stays in order
		ConnectRetries: toldAttempts,
		PingInterval:   pingEvery,
		MaxPingsOut:    pingsUnanswered,
		WriteDeadline:  routeDeadline,
		WriteTimeout:   server.WriteTimeoutPolicyClose,
	}
	for _, peer := range o.Peers {
		if _, _, err := net.SplitHostPort(peer); err != nil {
			return errors.New("bus: a peer is a host and a port, not " + strconv.Quote(peer))
		}
		s.Routes = append(s.Routes, &url.URL{Scheme: "nats-route", Host: peer})
	}
	return nil
}

// watch tells who comes and goes, and that what was published while a peer was away was not heard.
func (b *Bus) watch(ctx context.Context) {
	known := make(map[uint64]string) // the nodes, by their routes
	for {
		select {
		case <-time.After(time.Second):
		case <-ctx.Done():
			return
		}
		now, err := b.server.Routez(nil)
		if err != nil {
			continue // it never fails without filters
		}
		gone := known
		known = make(map[uint64]string, len(now.Routes))
		var come bool
		for _, r := range now.Routes {
			known[r.Rid] = r.RemoteName
			if _, was := gone[r.Rid]; !was {
				come = true
				b.out.Info("a node is in reach", "node", r.RemoteName, "at", net.JoinHostPort(r.IP, strconv.Itoa(r.Port)))
			}
			delete(gone, r.Rid)
		}
		for _, node := range gone {
			b.out.Warn("a node is out of reach", "node", node)
		}
		if come {
			b.tellLost()
		}
	}
}
