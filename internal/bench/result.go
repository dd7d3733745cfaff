package bench

import (
	"fmt"
	"slices"
	"time"
)

// A Result is what one server did in a scenario: of several rounds the medians, and the sums of
// what was counted. Zero in what is optional means that it is unknown or does not apply.
type Result struct {
	Scenario string
	Case     string `json:",omitempty"` // of the scenario, such as how large the room is
	Server   string
	Users    int
	Rounds   int

	Messages   int64   // that were said
	Deliveries int64   // each to one user
	Lost       int64   // deliveries missed by users who stayed connected
	Twice      int64   // deliveries of what the user had
	Evicted    int64   // users whom the server sent away; most for being too slow, with 1013
	PerSecond  float64 // what a scenario is about: deliveries; of storm, users who came back; of post, messages; of scroll, pages

	P50, P99, Max float64 // ms, from sending to everyone's receipt; of storm, scroll and bare SQLite, until the answer

	CPU          float64 `json:",omitempty"` // µs, user and system, of the server's process, for one delivery; of storm, one who came back
	DatabaseCPU  float64 `json:",omitempty"` // as CPU, of PostgreSQL, if it is on this machine
	Memory       float64 `json:",omitempty"` // bytes of heap and stacks after a collection, for one idle connection
	Resident     float64 `json:",omitempty"` // bytes of resident memory, likewise
	BytesPerUser float64 `json:",omitempty"` // that each who came back was sent
	FrameBytes   float64 `json:",omitempty"` // on the wire, for one delivery

	why error // how one of the evicted was sent away

	// Times are the medians of the rounds' ratios to each other server of the run, by its name.
	Times map[string]Ratio `json:",omitempty"`
}

// ours reports whether it is gochatting that did this.
func (r Result) ours() bool { return r.Server == product || r.Scenario == clustering }

// A Ratio is a Result in multiples of another.
type Ratio struct {
	PerSecond float64 `json:",omitempty"`
	P99       float64 `json:",omitempty"`
	CPU       float64 `json:",omitempty"`
	Memory    float64 `json:",omitempty"`

	DatabaseCPU float64 `json:",omitempty"`
}

// timed enters how long things took, ascending, without the warm-up.
func (r *Result) timed(took []time.Duration) {
	ms := func(part float64) float64 {
		if len(took) == 0 {
			return 0
		}
		return took[min(int(part*float64(len(took))), len(took)-1)].Seconds() * 1000
	}
	r.P50, r.P99, r.Max = ms(0.5), ms(0.99), ms(1)
}

func (r Result) line() string {
	text := fmt.Sprintf("%s a second, p99 %.1f ms, CPU %.2f µs", number(r.PerSecond), r.P99, r.CPU)
	if r.Lost+r.Twice > 0 {
		text += fmt.Sprintf(", lost %d, twice %d", r.Lost, r.Twice)
	}
	if r.Evicted > 0 {
		text += fmt.Sprintf(", evicted %d, such as one %v", r.Evicted, r.why)
	}
	return text
}

// summarize makes one Result of each server's rounds.
func summarize(rounds [][]Result) []Result {
	var all []Result
	for _, own := range rounds {
		r := own[0]
		r.Rounds = len(own)
		for _, next := range own[1:] {
			r.Messages += next.Messages
			r.Deliveries += next.Deliveries
			r.Lost += next.Lost
			r.Twice += next.Twice
			r.Evicted += next.Evicted
		}
		of := func(field func(Result) float64) float64 { return medianOf(own, field) }
		r.PerSecond = of(func(r Result) float64 { return r.PerSecond })
		r.P50 = of(func(r Result) float64 { return r.P50 })
		r.P99 = of(func(r Result) float64 { return r.P99 })
		r.Max = of(func(r Result) float64 { return r.Max })
		r.CPU = of(func(r Result) float64 { return r.CPU })
		r.DatabaseCPU = of(func(r Result) float64 { return r.DatabaseCPU })
		r.Memory = of(func(r Result) float64 { return r.Memory })
		r.Resident = of(func(r Result) float64 { return r.Resident })
		r.BytesPerUser = of(func(r Result) float64 { return r.BytesPerUser })
		r.FrameBytes = of(func(r Result) float64 { return r.FrameBytes })
		for _, other := range rounds {
			if other[0].Server != r.Server {
				if r.Times == nil {
					r.Times = make(map[string]Ratio)
				}
				r.Times[other[0].Server] = ratio(own, other)
			}
		}
		all = append(all, r)
	}
	return all
}

// ratio compares round with round: what drifts in between is out of it.
func ratio(own, other []Result) Ratio {
	of := func(field func(Result) float64) float64 {
		var all []float64
		for i := range own {
			if by := field(other[i]); by > 0 {
				all = append(all, field(own[i])/by)
			}
		}
		return median(all)
	}
	return Ratio{
		PerSecond: of(func(r Result) float64 { return r.PerSecond }),
		P99:       of(func(r Result) float64 { return r.P99 }),
		CPU:       of(func(r Result) float64 { return r.CPU }),
		Memory:    of(func(r Result) float64 { return r.Memory }),

		DatabaseCPU: of(func(r Result) float64 { return r.DatabaseCPU }),
	}
}

func medianOf(all []Result, field func(Result) float64) float64 {
	values := make([]float64, len(all))
	for i, r := range all {
		values[i] = field(r)
	}
	return median(values)
}

func median(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	slices.Sort(values)
	half := len(values) / 2
	if len(values)%2 == 1 {
		return values[half]
	}
	return (values[half-1] + values[half]) / 2
}
