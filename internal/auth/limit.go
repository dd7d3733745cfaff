package auth

import (
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Limits gives each key an allowance of its own: so many a second for as long as it likes, and
// so many at once.
type Limits[K comparable] struct {
	every rate.Limit
	burst int

	mu      sync.Mutex
	buckets map[K]*rate.Limiter
	sweepAt int // keys
}

// minSweep is from how many keys on it pays to look for idle ones.
const minSweep = 1024

// NewLimits makes Limits. A burst of 0 is no limit.
func NewLimits[K comparable](every rate.Limit, burst int) *Limits[K] {
	return &Limits[K]{every: every, burst: burst, buckets: make(map[K]*rate.Limiter), sweepAt: minSweep}
}

// Take takes one from key's allowance and returns 0, or takes nothing and returns after how
// long there will be one.
func (l *Limits[K]) Take(key K) time.Duration {
	if l.burst == 0 {
		return 0
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	b, known := l.buckets[key]
	if !known {
		l.sweep()
		b = rate.NewLimiter(l.every, l.burst)
		l.buckets[key] = b
	}
	r := b.Reserve()
	wait := r.Delay()
	if wait > 0 {
		r.Cancel()
	}
	return wait
}

// sweep forgets the keys whose allowance is whole again, which is as if they had never come.
func (l *Limits[K]) sweep() {
	if len(l.buckets) < l.sweepAt {
		return
	}
	for key, b := range l.buckets {
		if b.Tokens() >= float64(l.burst) {
			delete(l.buckets, key)
		}
	}
	l.sweepAt = max(minSweep, 2*len(l.buckets))
}
