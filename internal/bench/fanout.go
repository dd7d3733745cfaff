package bench

import (
	"context"
	"fmt"
	"time"
)

const (
	steadyRate = 100 // messages a second
	crowdRate  = 5

	// Saturation is so many people who each say the next when they hear one of their own, with so
	// many in the air: what is on its way is bounded, and there is always more to do.
	floodSpeakers = 128
	floodInAir    = 2
)

// steady is a busy room: 1,000 users, 100 messages a second.
func (b *bench) steady(ctx context.Context) error {
	return b.fanOut(ctx, "steady", talk{users: b.affordable(b.sizes.steady), rate: steadyRate, duration: b.Duration})
}

// flood is as much as goes through to 1,000 users.
func (b *bench) flood(ctx context.Context) error {
	n := b.affordable(b.sizes.flood)
	return b.fanOut(ctx, "flood", talk{users: n, speakers: min(floodSpeakers, n), inAir: floodInAir, duration: b.Duration})
}

// crowd is 10,000 users who are mostly idle.
func (b *bench) crowd(ctx context.Context) error {
	return b.fanOut(ctx, "crowd", talk{users: b.affordable(b.sizes.crowd), rate: crowdRate, duration: b.Duration})
}

func (b *bench) fanOut(ctx context.Context, name string, t talk) error {
	all, err := b.everyone(func(ctx context.Context, s *server) (Result, error) { return b.converse(ctx, s, t) })
	if err != nil {
		return err
	}
	return b.compare(ctx, name, "", all)
}

// A talk is what is said: rate messages a second by everyone in turn, or as many as go through by
// some speakers.
type talk struct {
	users           int
	rate            int
	speakers, inAir int
	duration        time.Duration
}

// warmUp is which part of the duration is talked before what is measured.
const warmUp = 10

// converse connects everyone, has them talk, and measures.
func (b *bench) converse(ctx context.Context, s *server, t talk) (r Result, err error) {
	empty, err := s.memory(ctx)
	if err != nil {
		return r, err
	}
	before := s.usage()
	c, err := b.gather(ctx, s, t.users)
	if err != nil {
		return r, err
	}
	defer c.goHome()
	full, err := s.memory(ctx)
	if err != nil {
		return r, err
	}
	idle := s.usage()
	b.tell("    %s users are connected", count(int64(t.users)))

	if err := c.talk(ctx, t, t.duration/warmUp, b.Quiet); err != nil {
		return r, err
	}
	from, heard, bytes, used := c.tally.count(false), c.heard(), c.bytes(), s.usage()
	if err := c.talk(ctx, t, t.duration, b.Quiet); err != nil {
		return r, err
	}
	now := s.usage()

	r.Users = t.users
	r.Messages = int64(c.tally.count(false) - from)
	r.Deliveries = c.heard() - heard
	if err := c.reckon(&r); err != nil {
		return r, err
	}
	if r.Deliveries == 0 {
		return r, fmt.Errorf("nobody heard any of %d messages", r.Messages)
	}
	r.PerSecond = float64(r.Deliveries) / c.tally.span(from).Seconds()
	r.timed(c.tally.took(from))
	r.CPU = float64((now.cpu - used.cpu).Microseconds()) / float64(r.Deliveries)
	r.DatabaseCPU = float64((now.database - used.database).Microseconds()) / float64(r.Deliveries)
	r.Memory = float64(full-empty) / float64(t.users)
	if s.pid != 0 {
		r.Resident = float64(idle.resident-before.resident) / float64(t.users)
	}
	r.FrameBytes = float64(c.bytes()-bytes) / float64(r.Deliveries)
	return r, nil
}

// talk has the crowd say things for a while, and waits until all is heard.
func (c *crowd) talk(ctx context.Context, t talk, long, quiet time.Duration) (err error) {
	c.tally.open()
	if t.rate > 0 {
		err = c.takeTurns(ctx, t.rate, long)
	} else {
		err = c.gush(ctx, t.speakers, t.inAir, long)
	}
	if err != nil {
		return err
	}
	c.tally.count(true)
	return c.hearOut(ctx, quiet)
}

// takeTurns has one after the other say something, at an even rate.
func (c *crowd) takeTurns(ctx context.Context, rate int, long time.Duration) error {
	began := time.Now()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for i := 0; ; i++ {
		due := time.Duration(i) * time.Second / time.Duration(rate)
		if due >= long {
			return nil
		}
		timer.Reset(due - time.Since(began))
		select {
		case <-timer.C:
		case <-ctx.Done():
			return ctx.Err()
		}
		// One who was sent away fails to speak, and is counted as evicted.
		if one := c.clients[i%len(c.clients)]; !one.ended.Load() {
			_ = one.say(nil)
		}
	}
}

// gush has speakers begin, who go on by themselves for as long as messages may be said.
func (c *crowd) gush(ctx context.Context, speakers, inAir int, long time.Duration) error {
	for _, one := range c.clients[:speakers] {
		for i := range inAir {
			if err := one.say(&one.own[i]); err != nil && !one.ended.Load() {
				return fmt.Errorf("speak: %w", err)
			}
		}
	}
	timer := time.NewTimer(long)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
