package bench

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
)

// atOnce is how many join or connect at the same time.
const atOnce = 64

// A crowd is everyone who is connected.
type crowd struct {
	clients []*client
	tally   *tally
	running sync.WaitGroup
}

// gather connects n users and returns when all are in and nothing more comes: who is here has been
// told by then.
func (b *bench) gather(ctx context.Context, s *server, n int) (*crowd, error) {
	cookies, err := s.people.join(ctx, s, n)
	if err != nil {
		return nil, fmt.Errorf("join: %w", err)
	}
	c := &crowd{clients: make([]*client, n), tally: newTally()}
	g, joining := errgroup.WithContext(ctx)
	g.SetLimit(atOnce)
	for i := range c.clients {
		g.Go(func() (err error) {
			c.clients[i], err = enter(joining, s.node(i), i, cookies.of(i), make([]byte, bufferSize(n)))
			return err
		})
	}
	if err := g.Wait(); err != nil {
		c.goHome()
		return nil, fmt.Errorf("connect: %w", cmp.Or(ctx.Err(), err))
	}
	for _, one := range c.clients {
		c.admit(one)
	}
	err = s.met(ctx, cookies.of(0), n)
	if err == nil {
		err = c.settle(ctx)
	}
	if err != nil {
		c.goHome()
		return nil, err
	}
	return c, nil
}

// enter connects a user and waits for their welcome, where there is one.
func enter(ctx context.Context, s *server, i int, cookie string, buffer []byte) (*client, error) {
	c, err := dial(ctx, s, i, cookie, buffer)
	if err != nil || !s.chat {
		return c, err
	}
	if _, err := c.await(ctx, `{"MType":"welcome_mtype"`); err != nil {
		return nil, errors.Join(fmt.Errorf("no welcome: %w", err), c.in.conn.Close())
	}
	return c, nil
}

// admit has a client listen.
func (c *crowd) admit(one *client) {
	one.tally = c.tally
	one.bytes.Store(one.in.total)
	c.running.Go(one.listen)
}

// goHome closes all connections and waits for who reads them.
func (c *crowd) goHome() {
	for _, one := range c.clients {
		if one != nil {
			one.leave()
		}
	}
	c.running.Wait()
}

const (
	look       = 50 * time.Millisecond // how often the crowd is looked at
	calm       = 6                     // looks without a byte, longer than changes of who is here are gathered
	settleWait = time.Minute
)

// settle waits until no more bytes come.
func (c *crowd) settle(ctx context.Context) error {
	last, quiet := int64(-1), 0
	ctx, cancel := context.WithTimeout(ctx, settleWait)
	defer cancel()
	return every(ctx, look, func() bool {
		quiet++
		if bytes := c.bytes(); bytes != last {
			last, quiet = bytes, 0
		}
		return quiet == calm
	})
}

// hearOut waits until everyone who is connected has heard everything, or for long nobody anything.
func (c *crowd) hearOut(ctx context.Context, long time.Duration) error {
	last, since := int64(-1), time.Now()
	return every(ctx, look, func() bool {
		said, heard, missing := int64(c.tally.count(false)), int64(0), false
		for _, one := range c.clients {
			n := one.heard.Load()
			heard += n
			missing = missing || n < said && !one.ended.Load()
		}
		if heard != last {
			last, since = heard, time.Now()
		}
		return !missing || time.Since(since) > long
	})
}

func (c *crowd) bytes() (sum int64) {
	for _, one := range c.clients {
		sum += one.bytes.Load()
	}
	return sum
}

func (c *crowd) heard() (sum int64) {
	for _, one := range c.clients {
		sum += one.heard.Load()
	}
	return sum
}

// reckon says what became of everything that was said. Of what one who was sent away did not hear
// nothing counts as lost, since they would ask for it when they come back; nor what they were saying
// just then and nobody heard, since they would say it again.
func (c *crowd) reckon(r *Result) error {
	said := int64(c.tally.count(false))
	for n := range said {
		if c.tally.last[n].Load() == 0 && c.clients[c.tally.by[n].Load()].ended.Load() {
			said--
		}
	}
	for _, one := range c.clients {
		r.Twice += one.twice.Load()
		if !one.ended.Load() {
			r.Lost += said - one.heard.Load()
			continue
		}
		var no refused
		if errors.As(one.why, &no) {
			return no
		}
		r.Evicted++
		r.why = one.why
	}
	return nil
}

// every calls done so often until it is.
func every(ctx context.Context, interval time.Duration, done func() bool) error {
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	for !done() {
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}
