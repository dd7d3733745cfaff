package server

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"
)

const (
	readyWithin = 3 * time.Second        // for a store and bus that count as ready
	readyFor    = 200 * time.Millisecond // is one look good, since it writes to the disk
)

// A readiness is when people could last be served.
type readiness struct {
	mu sync.Mutex
	at time.Time
}

// healthz says that the process lives.
func (s *Server) healthz(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") }

// readyz says whether people can be served: what they say could be stored and carried.
func (s *Server) readyz(w http.ResponseWriter, r *http.Request) {
	if err := s.isReady(context.WithoutCancel(r.Context())); err != nil {
		http.Error(w, "not ready: the store or the bus does not answer; the log says more", http.StatusServiceUnavailable)
		return
	}
	fmt.Fprintln(w, "ready")
}

func (s *Server) isReady(ctx context.Context) error {
	s.ready.mu.Lock()
	defer s.ready.mu.Unlock()
	if time.Since(s.ready.at) < readyFor {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, readyWithin)
	defer cancel()
	if err := errors.Join(s.store.Ping(ctx), s.bus.Ready()); err != nil {
		s.out.Error("not ready", "err", err)
		return err
	}
	s.ready.at = time.Now()
	return nil
}
