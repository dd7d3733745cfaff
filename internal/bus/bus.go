// Package bus carries frames and hints between nodes, over NATS. It is never the truth: what it
// loses is in the store. By default NATS runs inside the process and listens nowhere.
package bus

import (
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
)

// startTimeout bounds the start of the embedded server, which takes a few milliseconds.
const startTimeout = 10 * time.Second

// maxPayload is the largest message on the bus: a whole batch of posts, 8 KB each, as frames.
const maxPayload = 8 << 20

// A Bus is a connection to NATS. Its methods may be called from any goroutine.
type Bus struct {
	server *server.Server
	conn   *nats.Conn
}

// Open starts NATS inside the process and connects to it. The caller must Close it.
func Open() (*Bus, error) {
	s, err := server.NewServer(&server.Options{
		ServerName: "gochatting",
		DontListen: true,
		NoSigs:     true, // signals are for cmd
		NoLog:      true,
		MaxPayload: maxPayload,
	})
	if err != nil {
		return nil, fmt.Errorf("bus: configure the embedded server: %w", err)
	}
	s.Start()
	if !s.ReadyForConnections(startTimeout) {
		s.Shutdown()
		s.WaitForShutdown()
		return nil, fmt.Errorf("bus: the embedded server was not ready within %v", startTimeout)
	}
	conn, err := nats.Connect("", nats.InProcessServer(s), nats.Name("gochatting"))
	if err != nil {
		s.Shutdown()
		s.WaitForShutdown()
		return nil, fmt.Errorf("bus: connect: %w", err)
	}
	return &Bus{server: s, conn: conn}, nil
}

// Publish hands data to everyone subscribed to subject, this node included. Messages of one
// publishing goroutine arrive in their order.
func (b *Bus) Publish(subject string, data []byte) error {
	if err := b.conn.Publish(subject, data); err != nil {
		return fmt.Errorf("bus: publish to %s: %w", subject, err)
	}
	return nil
}

// A Subscription is one listener on one subject.
type Subscription struct{ sub *nats.Subscription }

// Subscribe calls hear with what is published on subject, one message at a time and in order,
// on a goroutine of its own. It hears all that is published after Subscribe returned.
func (b *Bus) Subscribe(subject string, hear func(data []byte)) (*Subscription, error) {
	sub, err := b.conn.Subscribe(subject, func(m *nats.Msg) { hear(m.Data) })
	if err != nil {
		return nil, fmt.Errorf("bus: subscribe to %s: %w", subject, err)
	}
	// The server has the subscription once it has answered this.
	if err := b.conn.FlushTimeout(startTimeout); err != nil {
		return nil, errors.Join(fmt.Errorf("bus: subscribe to %s: %w", subject, err), sub.Unsubscribe())
	}
	return &Subscription{sub}, nil
}

// Cancel ends the subscription; it may be called again. A call of hear that is under way goes on.
func (s *Subscription) Cancel() error {
	err := s.sub.Unsubscribe()
	if err != nil && !errors.Is(err, nats.ErrConnectionClosed) && !errors.Is(err, nats.ErrBadSubscription) {
		return fmt.Errorf("bus: cancel %s: %w", s.sub.Subject, err)
	}
	return nil
}

// Ready tells whether the bus carries messages now; for /readyz.
func (b *Bus) Ready() error {
	if err := b.conn.FlushTimeout(time.Second); err != nil {
		return fmt.Errorf("bus: %w", err)
	}
	return nil
}

// Close ends all subscriptions and the embedded server, and waits for it.
func (b *Bus) Close() {
	b.conn.Close()
	b.server.Shutdown()
	b.server.WaitForShutdown()
}
