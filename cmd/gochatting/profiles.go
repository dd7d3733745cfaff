package main

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/pprof"
	"net/netip"
	"sync"
)

// offerProfiles answers at /debug/pprof/ until it is closed. The address is one of loopback.
func offerProfiles(addr string) (net.Addr, func() error, error) {
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, nil, fmt.Errorf("%w; choose another address with --pprof", err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /debug/pprof/", pprof.Index)
	mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	// No write timeout: a profile may be asked to take long. And no command line, which may have a key in it.
	web := &http.Server{Handler: sameMachine(mux), ReadHeaderTimeout: headerTimeout}
	var failed error
	var running sync.WaitGroup
	running.Go(func() {
		if err := web.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			failed = fmt.Errorf("serve profiles: %w", err)
		}
	})
	return listener.Addr(), func() error {
		err := web.Close()
		running.Wait()
		return errors.Join(err, failed)
	}, nil
}

// sameMachine refuses requests for another host: a page in this machine's browser whose name
// points here would send one (DNS rebinding).
func sameMachine(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !isLoopback(r.Host) {
			http.Error(w, "Ask for this by an address of loopback.", http.StatusForbidden)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// isLoopback reports whether a HOST:PORT is on this machine alone.
func isLoopback(address string) bool {
	host, _, err := net.SplitHostPort(address)
	ip, ipErr := netip.ParseAddr(host)
	return err == nil && (host == "localhost" || ipErr == nil && ip.IsLoopback())
}
