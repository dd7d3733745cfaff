// Package bus carries frames and hints between nodes, over NATS. It is never the truth: what it
// loses is in the store. By default NATS runs inside the process and listens nowhere.
package bus

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
)

// Options say what joins the nodes: servers that run already (URLs), or the embedded ones with each
// other (Cluster). The zero Options join none; the bus is in the process alone.
type Options struct {
	URLs        []string // of NATS servers: nats://USER:PASSWORD@HOST:4222, tls://…
	Credentials string   // the file of a NATS user, "" for none
	CA          string   // the file of who signed those servers' certificates; "" is whom the system trusts

	Cluster   string   // HOST:PORT where the embedded server takes the routes of its peers
	Peers     []string // HOST:PORT of the others; this node may be among them
	Advertise string   // HOST:PORT at which peers that were told of this node reach it; "" is where its routes come from, with Cluster's port

	Identity string // what NewIdentity gave, the same on all nodes that share a database, and only on these
	Node     string // the name of this process, unlike any other's; "" makes one up
	Log      *slog.Logger
}

const (
	maxPayload      = 8 << 20         // the largest message: a whole batch of posts, 8 KB each, as frames
	pendingBytes    = 2 * maxPayload  // that wait for one subscriber who is slow; what comes then is dropped
	pendingMessages = 1 << 16         // as pendingBytes
	answerTimeout   = 2 * time.Second // for one connect, write or answer of NATS
	pingEvery       = 2 * time.Second // on what leaves the process
	pingsUnanswered = 2               // after so many the other side is given up: within 6 s
	reconnectAfter  = time.Second
)

// ErrAway is returned by Publish and Ready while NATS cannot be reached.
var ErrAway = errors.New("NATS cannot be reached")

// A Bus is a connection to NATS. Its methods may be called from any goroutine.
type Bus struct {
	conn     *nats.Conn
	prefix   string // of all subjects
	away     atomic.Bool
	maxBytes atomic.Int64
	out      *out

	server *server.Server // nil: NATS runs elsewhere
	cancel context.CancelFunc
	routes sync.WaitGroup // who watches them

	mu   sync.Mutex
	lost []func()
}

// Open connects to NATS, which it starts inside the process unless o names URLs. These must answer
// within some seconds; peers need not be there yet. The caller must Close the Bus.
func Open(o Options) (*Bus, error) {
	if (len(o.URLs) > 0 || o.Cluster != "") && o.Identity == "" {
		return nil, errors.New("bus: nodes are joined by an identity, and there is none")
	}
	if o.Node == "" {
		o.Node = rand.Text()
	}
	b := &Bus{out: newOut(o.Log), cancel: func() {}}
	var err error
	if len(o.URLs) > 0 {
		err = b.reach(o)
	} else {
		err = b.embed(o)
	}
	if err != nil {
		b.Close()
		return nil, err
	}
	return b, nil
}

// connect connects to a NATS server, and stays connected.
func (b *Bus) connect(urls string, o Options, options ...nats.Option) (err error) {
	b.conn, err = nats.Connect(urls, append(options,
		nats.Name("gochatting "+o.Node),
		nats.Timeout(answerTimeout),
		nats.FlusherTimeout(answerTimeout), nats.ReconnectOnFlusherError(),
		nats.PingInterval(pingEvery), nats.MaxPingsOutstanding(pingsUnanswered),
		nats.MaxReconnects(-1), nats.ReconnectWait(reconnectAfter), nats.IgnoreAuthErrorAbort(),
		// What is said while NATS is away is in the store, and late news of who is here is wrong.
		nats.ReconnectBufSize(-1),
		nats.NoCallbacksAfterClientClose(),
		nats.DisconnectErrHandler(func(_ *nats.Conn, err error) {
			b.away.Store(true)
			b.out.Warn("NATS is away", "err", err)
		}),
		nats.ReconnectErrHandler(func(_ *nats.Conn, err error) { b.out.often("NATS is still away", "err", err) }),
		nats.ReconnectHandler(func(*nats.Conn) {
			b.measure()
			b.away.Store(false)
			b.out.Info("NATS is back")
			// It has the subscriptions when it has answered: from then on nothing is missed. If it
			// does not answer, it will be away again.
			_ = b.conn.FlushTimeout(answerTimeout)
			b.tellLost()
		}),
		nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) {
			b.out.often("trouble on the bus", "err", err)
			if errors.Is(err, nats.ErrSlowConsumer) {
				b.tellLost()
			}
		}),
	)...)
	if err == nil {
		b.measure()
	}
	return err
}

// measure notes how much this server takes, of which MaxBytes could not ask it without waiting.
func (b *Bus) measure() { b.maxBytes.Store(min(b.conn.MaxPayload(), maxPayload)) }

// MaxBytes is the size of the largest message that Publish takes.
func (b *Bus) MaxBytes() int { return int(b.maxBytes.Load()) }

// Publish hands data to everyone subscribed to subject, this node included. Messages of one
// publishing goroutine arrive in their order, if they do. It does not wait, except for a server that
// suddenly reads no more, and then two seconds once. ErrAway: nobody hears it, nor will later.
func (b *Bus) Publish(subject string, data []byte) error {
	if b.away.Load() {
		return fmt.Errorf("bus: publish to %s: %w", subject, ErrAway)
	}
	err := b.conn.Publish(b.prefix+subject, data)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, os.ErrDeadlineExceeded):
		b.away.Store(true)
		err = errors.Join(err, b.conn.ForceReconnect())
	}
	return fmt.Errorf("bus: publish to %s: %w", subject, err)
}

// Ready tells whether the bus carries messages now. It says nothing of peers.
func (b *Bus) Ready() error {
	if b.away.Load() {
		return fmt.Errorf("bus: %w", ErrAway)
	}
	if err := b.conn.FlushTimeout(time.Second); err != nil {
		return fmt.Errorf("bus: %w", err)
	}
	return nil
}

// Close ends all subscriptions and the embedded server, and waits for it. What was published before
// is on its way to the other nodes.
func (b *Bus) Close() {
	b.cancel()
	b.routes.Wait()
	if b.conn != nil {
		if !b.away.Load() && !b.conn.IsClosed() {
			_ = b.conn.FlushTimeout(answerTimeout) // at the end there is nobody to tell
		}
		b.conn.Close()
	}
	if b.server != nil {
		b.server.Shutdown()
		b.server.WaitForShutdown()
	}
}
