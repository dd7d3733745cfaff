package message

import "math"

// Span is a time as people say it: so many seconds below 90, minutes below 90, hours below 36, or days,
// each rounded up, and 1 at least.
func Span(seconds float64) (n int, unit string) {
	const minute, hour, day = 60, 60 * 60, 24 * 60 * 60
	size := 1.0
	switch {
	case seconds >= 1.5*day:
		size, unit = day, "days"
	case seconds >= 1.5*hour:
		size, unit = hour, "hours"
	case seconds >= 1.5*minute:
		size, unit = minute, "minutes"
	default:
		unit = "seconds"
	}
	return max(1, int(math.Ceil(seconds/size))), unit
}
