package socket

import (
	"cmp"
	"math/rand/v2"
	"time"

	"golang.org/x/time/rate"
)

// Options are what an endpoint wants of its connections. Zero stands for the default; a negative
// duration or rate switches that limit off.
type Options struct {
	// Subprotocols are those the endpoint speaks. Chosen is the first the client offers that is among
	// them; a client that offers only others is refused, one that offers none has none.
	Subprotocols []string

	MaxMessage     int           // bytes in one message: 64 KB. One frame or fragments, over it is 1009
	WriteTimeout   time.Duration // for the peer to take one Write, or what is left to say on Close: 10 s
	MessageTimeout time.Duration // from a message's first byte to its last: 30 s. Over it is 1008
	PingInterval   time.Duration // a ping goes out when nothing was heard for so long: 27 s, give or take a tenth
	IdleTimeout    time.Duration // no byte, not even a pong: 75 s, give or take a tenth. Over it is 1001
	ControlRate    rate.Limit    // pings, pongs and closes a second: 10. Over it is 1008
	ControlBurst   int           // and at once: 100
}

// forever is longer than any connection lives, and short enough to be added to a time.
const forever time.Duration = 1 << 62

// settled gives the options of one connection. Its intervals are jittered, so that connections that
// began together do not stay in step.
func (o Options) settled() Options {
	o.MaxMessage = cmp.Or(o.MaxMessage, 64<<10)
	o.WriteTimeout = limit(o.WriteTimeout, 10*time.Second)
	o.MessageTimeout = limit(o.MessageTimeout, 30*time.Second)
	o.PingInterval = jitter(limit(o.PingInterval, 27*time.Second))
	o.IdleTimeout = jitter(limit(o.IdleTimeout, 75*time.Second))
	o.ControlRate = cmp.Or(o.ControlRate, 10)
	if o.ControlRate < 0 {
		o.ControlRate = rate.Inf
	}
	o.ControlBurst = cmp.Or(o.ControlBurst, 100)
	return o
}

// maxFragments bounds how many frames one message may come in. It leaves room for a full message in
// fragments of 64 bytes and for a short one in single bytes.
func (o Options) maxFragments() int { return 128 + o.MaxMessage/64 }

func limit(d, preset time.Duration) time.Duration {
	if d < 0 {
		return forever
	}
	return cmp.Or(d, preset)
}

func jitter(d time.Duration) time.Duration {
	return d - d/10 + rand.N(d/5+1)
}
