package server

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

const (
	readyWithin = 3 * time.Second        // for a store that counts as ready
	readyFor    = 200 * time.Millisecond // is one look good, since it writes to the disk
)

// A readiness is when people could last be served.
type readiness struct {
	stopping atomic.Bool

	from time.Time // not before

	mu     sync.Mutex
	at     time.Time
	failed bool
}

// healthz says that the process lives.
func (s *Server) healthz(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") }

// readyz says whether people can be served: what they say could be stored.
func (s *Server) readyz(w http.ResponseWriter, r *http.Request) {
	if err := s.isReady(context.WithoutCancel(r.Context())); err != nil {
		http.Error(w, "not ready: the server is starting or stopping, or the store does not answer; the log says more", http.StatusServiceUnavailable)
		return
	}
	// Without the bus what others say arrives all the same, from the store, and a balancer would take out all
	// nodes at once.
	if s.bus.Ready() != nil {
		fmt.Fprintln(w, "ready, but the bus is away: what is said on other nodes comes some seconds late")
		return
	}
	fmt.Fprintln(w, "ready")
}

// Stopping has readyz say no from now on, so that nobody new is sent here.
func (s *Server) Stopping() { s.ready.stopping.Store(true) }

func (s *Server) isReady(ctx context.Context) error {
	if s.ready.stopping.Load() || time.Now().Before(s.ready.from) {
		return errors.New("the server is starting or stopping")
	}
	s.ready.mu.Lock()
	defer s.ready.mu.Unlock()
	if time.Since(s.ready.at) < readyFor {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, readyWithin)
	defer cancel()
	err := s.store.Ping(ctx)
	switch failed := err != nil; {
	case failed && !s.ready.failed: // a balancer asks every second
		s.out.Error("not ready", "err", err)
	case !failed && s.ready.failed:
		s.out.Info("ready again")
	}
	if s.ready.failed = err != nil; !s.ready.failed {
		s.ready.at = time.Now()
	}
	return err
}
