package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// controlTimeout is how long a command of the operator's may take.
const controlTimeout = time.Minute

// controlPath is where the server that has a data folder takes the operator's commands.
func controlPath(data string) string { return filepath.Join(data, "control.sock") }

// offerControl takes the operator's commands on a socket in the data folder, until end is called. The
// folder must be this process's own. Where there can be no socket the server runs without.
func offerControl(data string, handler http.Handler, log *slog.Logger) (end func() error) {
	listener, err := listenControl(data)
	if err != nil {
		log.Warn("offer control: gochatting user can do nothing here while this server runs", "err", err)
		return func() error { return nil }
	}
	web := patient(handler, log)
	ended := make(chan error, 1)
	go func() { ended <- web.Serve(listener) }()
	return func() error {
		err := web.Close()
		if gone := os.Remove(controlPath(data)); !errors.Is(gone, fs.ErrNotExist) {
			err = errors.Join(err, gone)
		}
		if served := <-ended; !errors.Is(served, http.ErrServerClosed) {
			err = errors.Join(err, served)
		}
		return err
	}
}

// listenControl makes the socket where nobody else can reach it before it is this user's alone. It
// takes the place of one whose server was killed.
func listenControl(data string) (_ net.Listener, err error) {
	private, err := os.MkdirTemp(data, ".") // 0700
	if err != nil {
		return nil, err
	}
	defer also(&err, func() error { return os.RemoveAll(private) })
	made := filepath.Join(private, "s")
	listener, err := net.ListenUnix("unix", &net.UnixAddr{Name: made, Net: "unix"})
	if err != nil {
		return nil, err
	}
	listener.SetUnlinkOnClose(false) // it goes away under another name
	if err = os.Chmod(made, 0o600); err == nil {
		err = os.Rename(made, controlPath(data))
	}
	if err != nil {
		return nil, errors.Join(err, listener.Close())
	}
	return listener, nil
}

// dialControl is a way to the server that runs on a data folder. running is false if none does, or
// none that can be reached.
func dialControl(data string) (_ http.RoundTripper, running bool, err error) {
	path := controlPath(data)
	probe, err := net.DialTimeout("unix", path, controlTimeout)
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ECONNREFUSED), errors.Is(err, syscall.EINVAL): // EINVAL: a path too long for any socket
		return nil, false, nil
	case errors.Is(err, fs.ErrPermission):
		return nil, false, fmt.Errorf("reach the server: %w; run this as the user that runs the server", err)
	case err != nil:
		return nil, false, fmt.Errorf("reach the server: %w", err)
	}
	if err := probe.Close(); err != nil {
		return nil, false, fmt.Errorf("reach the server: %w", err)
	}
	return &http.Transport{
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "unix", path)
		},
	}, true, nil
}

// direct has a handler of this process answer.
type direct struct{ http.Handler }

// RoundTrip implements http.RoundTripper.
func (d direct) RoundTrip(r *http.Request) (*http.Response, error) {
	a := &answered{header: make(http.Header), status: http.StatusOK}
	d.ServeHTTP(a, r)
	return &http.Response{StatusCode: a.status, Header: a.header, Body: a, Request: r}, nil
}

// answered is what a handler answers.
type answered struct {
	header http.Header
	status int
	bytes.Buffer
}

func (a *answered) Header() http.Header    { return a.header }
func (a *answered) WriteHeader(status int) { a.status = status }
func (a *answered) Close() error           { return nil }
