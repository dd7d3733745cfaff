package bus

import (
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
)

// reach connects to NATS servers that run already, and sees that they carry messages. Other programs,
// and other installations of this one, may use them too: subjects begin with what only the nodes of
// one database share.
func (b *Bus) reach(o Options) error {
	hosts := make([]string, len(o.URLs))
	for i, text := range o.URLs {
		if !strings.Contains(text, "://") {
			text = "nats://" + text
		}
		u, err := url.Parse(text)
		if err != nil || u.Hostname() == "" {
			return fmt.Errorf("bus: NATS address %d of %d cannot be read", i+1, len(o.URLs)) // it may hold a password
		}
		hosts[i] = u.Host
	}
	digest := sha256.Sum256([]byte(o.Identity))
	b.prefix = fmt.Sprintf("gochatting.%x.", digest[:8])
	var options []nats.Option
	if o.Credentials != "" {
		options = append(options, nats.UserCredentials(o.Credentials))
	}
	if o.CA != "" {
		options = append(options, nats.RootCAs(o.CA))
	}
	if err := b.connect(strings.Join(o.URLs, ","), o, options...); err != nil {
		return fmt.Errorf("bus: connect to NATS at %s: %w", strings.Join(hosts, ", "), err)
	}
	return b.try()
}

// try publishes to itself.
func (b *Bus) try() error {
	heard := make(chan struct{}, 1)
	subject := "try." + rand.Text()
	cancel, err := b.Subscribe(subject, func([]byte) { heard <- struct{}{} })
	if err != nil {
		return err
	}
	if err := b.Publish(subject, nil); err != nil {
		return errors.Join(err, cancel())
	}
	select {
	case <-heard:
		return cancel()
	case <-time.After(answerTimeout):
		return errors.Join(fmt.Errorf("bus: NATS does not let this user publish and subscribe at %s>", b.prefix), cancel())
	}
}
