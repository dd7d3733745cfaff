package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"gochatting/internal/message"
)

const (
	awayMessages = 50 // said while everyone is away
	awayRate     = 200
)

// storm has everyone leave at once, and come back within ten seconds to a room in which something
// was said meanwhile.
func (b *bench) storm(ctx context.Context) error {
	for _, users := range b.sizes.storm {
		users = b.affordable(users)
		all, err := b.everyone(func(ctx context.Context, s *server) (Result, error) { return b.leaveAndReturn(ctx, s, users) })
		if err != nil {
			return err
		}
		if err := b.compare(ctx, "storm", "in a room of "+count(int64(users)), all); err != nil {
			return err
		}
	}
	return nil
}

// leaveAndReturn counts what those who come back are sent, over HTTP and on their sockets, until
// nothing more comes. One stays, and speaks.
func (b *bench) leaveAndReturn(ctx context.Context, s *server, users int) (r Result, err error) {
	c, err := b.gather(ctx, s, users)
	if err != nil {
		return r, err
	}
	defer func() { c.goHome() }()
	b.tell("    %s users are connected", count(int64(users)))
	used := s.usage()
	stays, leave := c.clients[0], c.clients[1:]
	for _, one := range leave {
		one.leave()
	}
	remaining := &crowd{clients: []*client{stays}, tally: c.tally}
	if err := remaining.takeTurns(ctx, awayRate, awayMessages*time.Second/awayRate); err != nil {
		return r, err
	}
	c.tally.count(true)
	if err := remaining.hearOut(ctx, b.Quiet); err != nil {
		return r, err
	}

	s.wire.Store(0)
	began := time.Now()
	took, err := b.comeBack(ctx, s, c)
	if err != nil {
		return r, err
	}
	all := time.Since(began)
	if err := c.settle(ctx); err != nil {
		return r, err
	}
	n := len(leave)
	r.Users = users
	r.Messages = int64(c.tally.count(false))
	r.Deliveries = c.heard()
	if err := c.reckon(&r); err != nil {
		return r, err
	}
	if !s.chat {
		r.Lost = 0 // there is no history to ask
	}
	r.PerSecond = float64(n) / all.Seconds()
	r.timed(took)
	r.CPU = float64((s.usage().cpu - used.cpu).Microseconds()) / float64(n)
	r.BytesPerUser = float64(c.bytes()-stays.bytes.Load()+s.wire.Load()) / float64(n)
	return r, nil
}

// comeBack has all but the first of the crowd return, evenly over the time they have, and says how
// long each took until it had what it missed, ascending.
func (b *bench) comeBack(ctx context.Context, s *server, c *crowd) ([]time.Duration, error) {
	cookies, err := s.people.join(ctx, s, len(c.clients))
	if err != nil {
		return nil, err
	}
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(atOnce)
	var mu sync.Mutex
	var took []time.Duration
	n, began := len(c.clients)-1, time.Now()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for i := 1; i <= n && ctx.Err() == nil; i++ {
		timer.Reset(time.Until(began.Add(b.sizes.returning * time.Duration(i) / time.Duration(n))))
		select {
		case <-timer.C:
		case <-ctx.Done():
			continue
		}
		g.Go(func() error {
			start := time.Now()
			one, err := b.resume(ctx, s, i, cookies.of(i), c)
			if err != nil {
				return fmt.Errorf("user %d comes back: %w", i, err)
			}
			mu.Lock()
			defer mu.Unlock()
			took = append(took, time.Since(start))
			c.clients[i] = one
			c.admit(one)
			return nil
		})
	}
	err = g.Wait()
	slices.Sort(took)
	return took, err
}

// resume connects a user and asks for what was said since they left.
func (b *bench) resume(ctx context.Context, s *server, i int, cookie string, c *crowd) (*client, error) {
	one, err := dial(ctx, s, i, cookie, make([]byte, bufferSize(len(c.clients))))
	if err != nil || !s.chat {
		return one, err
	}
	missed, err := s.missed(ctx, one, cookie, int64(c.tally.count(false)))
	if err != nil {
		return nil, errors.Join(err, one.in.conn.Close())
	}
	for {
		n, _ := one.words.find(missed, 0)
		if n < 0 {
			return one, nil
		}
		if one.seen.add(n) {
			one.heard.Add(1)
		}
		_, missed, _ = bytes.Cut(missed, one.words.mark)
	}
}

// missed is what a page asks for that comes back: everything after the last rev it knows.
func (s *server) missed(ctx context.Context, one *client, cookie string, said int64) ([]byte, error) {
	frame, err := one.await(ctx, `{"MType":"welcome_mtype"`)
	if err != nil {
		return nil, fmt.Errorf("no welcome: %w", err)
	}
	var m message.Message
	if err := json.Unmarshal(frame, &m); err != nil {
		return nil, fmt.Errorf("read the welcome: %w", err)
	}
	rev := int64(0)
	for _, room := range m.Welcome.Rooms {
		if room.ID == message.Lobby {
			rev = room.Rev
		}
	}
	return s.get(ctx, fmt.Sprintf("/api/v1/rooms/%s/messages?limit=200&since=%d&reach=%d", message.Lobby, max(rev-said, 0), rev), cookie)
}
