package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"time"

	"gochatting/internal/bus"
	"gochatting/internal/files"
	"gochatting/internal/gravatar"
	"gochatting/internal/markup"
	"gochatting/internal/message"
	"gochatting/internal/room"
	"gochatting/internal/server"
	"gochatting/internal/store"
)

// How long a client may take over HTTP. Sockets have limits of their own after the upgrade.
const (
	headerTimeout = 10 * time.Second
	bodyTimeout   = 30 * time.Second
	answerTimeout = 60 * time.Second
	idleTimeout   = time.Minute
	headerBytes   = 32 << 10
)

// How long the end may take: first the requests that are under way, then the sockets.
const (
	requestsEnd = 3 * time.Second
	socketsEnd  = 5 * time.Second
)

// serve runs the server until ctx ends. Then it has balancers send nobody new, takes no more connections, closes
// the sockets with 1001, and returns when what was acknowledged is on disk.
func serve(ctx context.Context, c config, out, logs io.Writer) error {
	log := newLog(c, logs)
	return assembled(ctx, c, log, func(srv *server.Server, rooms *room.Directory) (err error) {
		end := offerControl(c.data, srv.Control(), log)
		defer also(&err, end)
		if c.pprof != "" {
			at, end, failed := offerProfiles(c.pprof)
			if failed != nil {
				return failed
			}
			defer also(&err, end)
			fmt.Fprintf(out, "gochatting %s: profiles are at http://%s/debug/pprof/\n", version, at)
		}
		listener, err := net.Listen("tcp", c.addr)
		if err != nil {
			return fmt.Errorf("%w; choose another address with --addr", err)
		}
		fmt.Fprintf(out, "gochatting %s: open %s in your browser. Data is in %s. Ctrl-C stops it.\n", version, c.site(listener), c.place())
		web := patient(srv.Handler(), log)
		web.ConnState = srv.ConnState
		return answer(ctx, web, listener, func() {
			srv.Stopping()
			time.Sleep(c.drain)
			_ = listener.Close() // net/http closes it again
			rooms.Drain()
		})
	})
}

// assembled makes a server of all its parts, lets use have it, and then puts all of them away.
func assembled(ctx context.Context, c config, log *slog.Logger, use func(*server.Server, *room.Directory) error) (err error) {
	mailer, err := c.entry.mailer(log)
	if err != nil {
		return err
	}
	provider, err := c.entry.provider(c.origin(), log)
	if err != nil {
		return err
	}
	var publish func(room string, heard []message.Message)
	kept, err := store.Open(ctx, store.Options{
		Dir: c.data, Database: c.cluster.database, Connections: c.cluster.connections, Alone: c.alone, Entry: c.entry.rules(), FileQuota: c.limits.fileQuota,
		Published: func(room string, heard []message.Message) { publish(room, heard) }, Log: log,
	})
	if err != nil {
		return err
	}
	events, err := c.cluster.join(ctx, kept, log)
	if err != nil {
		return errors.Join(err, kept.Close())
	}
	defer events.Close()
	defer also(&err, kept.Close)
	publish = room.Publisher(events, log) // nobody has said anything before
	blobs, err := c.blobs(kept)
	if err != nil {
		return err
	}
	pictures, err := gravatar.New(gravatar.Config{
		URL: c.gravatarURL, API: c.gravatarAPI, Key: c.gravatarKey, Off: c.gravatarOff,
		Dir: filepath.Join(c.data, "gravatar"), Log: log,
	})
	if err != nil {
		return err
	}
	defer also(&err, pictures.Close)
	words := markup.New(markup.Options{Log: log})
	defer words.Close()
	rooms, err := room.NewDirectory(kept, events, words, c.limits.maxMessage, log)
	if err != nil {
		return err
	}
	srv, err := server.New(server.Config{
		BaseURL: c.baseURL, TrustedProxies: c.trustedProxies,
		Join: c.entry.join, Mail: mailer, OpenID: provider,
		Limits: c.limits.on, Rates: c.limits.rates, MessageBytes: c.limits.maxMessage,
		FileBytes: c.limits.maxFile, FileQuota: c.limits.fileQuota, Version: version, Settle: c.cluster.settle(),
	}, kept, events, rooms, pictures, blobs, log)
	if err != nil {
		return errors.Join(err, rooms.Close())
	}
	defer srv.Close(socketsEnd)
	defer also(&err, rooms.Close)
	return use(srv, rooms)
}

// join connects this server with those that share its store.
func (c cluster) join(ctx context.Context, kept *store.Store, log *slog.Logger) (_ *bus.Bus, err error) {
	o := c.bus
	o.Log = log
	if c.shared() {
		if o.Identity, err = kept.Secret(ctx, "bus", bus.NewIdentity); err != nil {
			return nil, err
		}
	}
	return bus.Open(o)
}

// blobs are where uploads go: where the rest is.
func (c config) blobs(kept *store.Store) (files.Store, error) {
	if c.cluster.database != "" {
		return files.OpenDatabase(kept.Blobs()), nil
	}
	return files.OpenDisk(filepath.Join(c.data, "files"), kept.UsesBlob)
}

// patient is HTTP with limits to how long, and how much, a client may take.
func patient(handler http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: headerTimeout,
		ReadTimeout:       bodyTimeout,
		WriteTimeout:      answerTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    headerBytes,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
}

// answer serves HTTP until ctx ends, stop has returned and the requests that were under way are answered.
func answer(ctx context.Context, web *http.Server, listener net.Listener, stop func()) error {
	failed := make(chan error, 1)
	go func() { failed <- web.Serve(listener) }()
	select {
	case err := <-failed:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
		stop()
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), requestsEnd)
	defer cancel()
	err := web.Shutdown(ctx)
	if errors.Is(err, context.DeadlineExceeded) {
		err = web.Close() // they had their time
	}
	if errors.Is(err, net.ErrClosed) {
		err = nil // stop has closed the listener
	}
	<-failed
	return err
}

// origin is the scheme and the host of --base-url, "" without it.
func (c config) origin() string {
	if c.baseURL == nil {
		return ""
	}
	return c.baseURL.Scheme + "://" + c.baseURL.Host
}

// site is where to point a browser on this machine.
func (c config) site(l net.Listener) string {
	if c.baseURL != nil {
		return c.origin()
	}
	host, _, err := net.SplitHostPort(c.addr)
	if err != nil || host == "" {
		host = "localhost"
	}
	_, port, _ := net.SplitHostPort(l.Addr().String()) // the one that was got, if any was asked for
	return "http://" + net.JoinHostPort(host, port)
}

// place is where the data is, as people are told.
func (c config) place() string {
	if c.cluster.database == "" {
		return c.data
	}
	return "PostgreSQL"
}

func newLog(c config, to io.Writer) *slog.Logger {
	if c.logJSON {
		return slog.New(slog.NewJSONHandler(to, nil))
	}
	return slog.New(slog.NewTextHandler(to, nil))
}

// also closes what a function used when it returns, and does not lose the error.
func also(err *error, close func() error) { *err = errors.Join(*err, close()) }
