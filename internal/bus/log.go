package bus

import (
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"
)

// How much others can make this node log: a stranger at the port of the routes, a peer that tries
// each second, a subscription that is slow again and again.
const (
	logEvery = 30 * time.Second
	logBurst = 10
)

// out is the log. It is the embedded server's log too, of which it takes what is wrong.
type out struct {
	*slog.Logger
	limit  *rate.Limiter
	unsaid atomic.Int64
	fatal  atomic.Pointer[string] // why the embedded server cannot start
}

func newOut(log *slog.Logger) *out {
	return &out{Logger: log, limit: rate.NewLimiter(rate.Every(logEvery), logBurst)}
}

// often warns of what may happen any number of times.
func (o *out) often(what string, about ...any) {
	if !o.limit.Allow() {
		o.unsaid.Add(1)
		return
	}
	if n := o.unsaid.Swap(0); n > 0 {
		about = append(about, "unsaid", n)
	}
	o.Warn(what, about...)
}

// Errorf and those below are the embedded server's.
func (o *out) Errorf(format string, v ...any) {
	o.often("embedded NATS", "says", fmt.Sprintf(format, v...))
}
func (o *out) Warnf(format string, v ...any) { o.Errorf(format, v...) }
func (o *out) Noticef(string, ...any)        {}
func (o *out) Debugf(string, ...any)         {}
func (o *out) Tracef(string, ...any)         {}
func (o *out) Fatalf(format string, v ...any) {
	why := fmt.Sprintf(format, v...)
	o.fatal.Store(&why)
}
