package store

import "time"

// until is the zero time for 0.
func until(micros int64) time.Time {
	if micros == 0 {
		return time.Time{}
	}
	return moment(micros)
}

// forever is until when what has no end is kept, in microseconds: the last year that JSON can name.
const forever = 253370764800000000 // 9999-01-01

// atMost is the moment as it is kept.
func atMost(t time.Time) time.Time { return moment(min(t.UnixMicro(), forever)) }

// endless says whether that is for ever.
func endless(t time.Time) bool { return t.UnixMicro() >= forever }

// rest is how long it is until then, 0 if it never is.
func rest(until, now time.Time) time.Duration {
	if endless(until) {
		return 0
	}
	return until.Sub(now)
}

// micros is the opposite of until.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}
