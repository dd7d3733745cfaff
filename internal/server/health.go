package server

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"
)

// readyWithin bounds how long a store or bus may take to answer and still count as ready.
const readyWithin = 3 * time.Second

// healthz says that the process lives.
func (s *Server) healthz(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") }

// readyz says whether people can be served: what they say could be stored and carried.
func (s *Server) readyz(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), readyWithin)
	defer cancel()
	if err := errors.Join(s.store.Ping(ctx), s.bus.Ready()); err != nil {
		s.out.Error("not ready", "err", err)
		http.Error(w, "not ready: the store or the bus does not answer; the log says more", http.StatusServiceUnavailable)
		return
	}
	fmt.Fprintln(w, "ready")
}
