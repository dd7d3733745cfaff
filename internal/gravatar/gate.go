package gravatar

import (
	"errors"
	"time"
)

const (
	tolerated = 3                // failures in a row until upstream is left alone
	rest      = 30 * time.Second // how long, the first time
	longRest  = 10 * time.Minute // how long at most
)

// A gate remembers how upstream is doing, and so whether it may be asked. It is not safe for
// concurrent use.
type gate struct {
	failures int           // in a row
	trying   bool          // one question is out, to see whether upstream is well again
	pause    time.Duration // the latest one
	shut     time.Time     // until when, because it failed
	limited  time.Time     // until when, because it said so
	slow     time.Time     // until when nobody should wait for it
}

// opens is when upstream may be asked; a time that is past when it may be now.
func (g *gate) opens() time.Time { return latest(g.shut, g.limited) }

// enter must come before each question. After a pause it lets one question through to try,
// and the others only when that one succeeded or took longer than timeout.
func (g *gate) enter(now time.Time, timeout time.Duration) error {
	if at := g.opens(); now.Before(at) {
		return &Later{At: at}
	}
	if g.failures >= tolerated {
		g.trying, g.shut = true, now.Add(timeout)
	}
	return nil
}

// leave takes how the question went. It answers until when upstream is now left alone, if this
// was the reason, else zero. An answer that is of no use is an answer nonetheless.
func (g *gate) leave(now time.Time, err error) time.Time {
	var later *Later
	switch {
	case errors.As(err, &later):
		g.limited = latest(g.limited, later.At)
		g.recovered()
		return g.limited
	case err == nil, errors.Is(err, errUnusable):
		g.recovered()
		return time.Time{}
	}
	g.failures++
	if g.failures < tolerated || (!g.trying && now.Before(g.shut)) {
		return time.Time{}
	}
	g.trying = false
	g.pause = min(max(2*g.pause, rest), longRest)
	g.shut = now.Add(g.pause)
	return g.shut
}

func (g *gate) recovered() { g.failures, g.trying, g.pause, g.shut = 0, false, 0, time.Time{} }

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
