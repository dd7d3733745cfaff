package bench

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"slices"
	"text/tabwriter"
)

// A report writes results, scenario by scenario.
type report struct {
	out     io.Writer
	json    bool
	pending []Result // of the present scenario
	bad     bool
}

func (p *report) add(all []Result) {
	p.pending = append(p.pending, all...)
	for _, r := range all {
		p.bad = p.bad || r.ours() && r.Lost+r.Twice > 0
	}
}

// flush writes what was added. What is cut short has no results.
func (p *report) flush() (err error) {
	switch {
	case len(p.pending) == 0:
	case p.json:
		err = p.lines()
	default:
		err = p.table()
	}
	p.pending = nil
	if err != nil {
		return fmt.Errorf("write the results: %w", err)
	}
	return nil
}

// verdict is ErrLost if gochatting was found wanting.
func (p *report) verdict() error {
	if p.bad {
		return ErrLost
	}
	return nil
}

func (p *report) lines() error {
	encoder := json.NewEncoder(p.out)
	encoder.SetEscapeHTML(false)
	for _, r := range p.pending {
		if err := encoder.Encode(r); err != nil {
			return err
		}
	}
	return nil
}

// A column is left out of a table in which it would be empty.
type column struct {
	title string
	cell  func(Result) string
}

var columns = []column{
	{"", func(r Result) string { return r.Case }},
	{"", func(r Result) string { return r.Server }},
	{"users", func(r Result) string { return count(int64(r.Users)) }},
	{"deliveries", func(r Result) string { return count(r.Deliveries) }},
	{"lost", func(r Result) string { return fmt.Sprint(r.Lost) }},
	{"twice", func(r Result) string { return count(r.Twice) }},
	{"evicted", func(r Result) string { return fmt.Sprint(r.Evicted) }},
	{"a second", func(r Result) string { return number(r.PerSecond) }},
	{"× peer", func(r Result) string { return number(r.Times[peer].PerSecond) }},
	{"× 1 node", func(r Result) string { return number(r.Times[nodes(1)].PerSecond) }},
	{"× bare", func(r Result) string { return number(r.Times[bare].PerSecond) }},
	{"p50 ms", func(r Result) string { return number(r.P50) }},
	{"p99 ms", func(r Result) string { return number(r.P99) }},
	{"max ms", func(r Result) string { return number(r.Max) }},
	{"p99 × rawlimit", func(r Result) string { return number(r.Times[RawLimit].P99) }},
	{"p99 × 1 node", func(r Result) string { return number(r.Times[nodes(1)].P99) }},
	{"CPU µs", func(r Result) string { return number(r.CPU) }},
	{"CPU × rawlimit", func(r Result) string { return number(r.Times[RawLimit].CPU) }},
	{"CPU × rawbatch", func(r Result) string { return number(r.Times[RawBatch].CPU) }},
	{"CPU × 1 node", func(r Result) string { return number(r.Times[nodes(1)].CPU) }},
	{"database µs", func(r Result) string { return number(r.DatabaseCPU) }},
	{"database × 1 node", func(r Result) string { return number(r.Times[nodes(1)].DatabaseCPU) }},
	{"KB/conn", func(r Result) string { return number(r.Memory / 1024) }},
	{"RSS KB/conn", func(r Result) string { return number(r.Resident / 1024) }},
	{"bytes/user", func(r Result) string { return number(r.BytesPerUser) }},
	{"frame", func(r Result) string { return number(r.FrameBytes) }},
}

func (p *report) table() error {
	fmt.Fprintf(p.out, "\n%s\n", p.pending[0].Scenario)
	w := tabwriter.NewWriter(p.out, 0, 0, 2, ' ', tabwriter.AlignRight)
	used := slices.DeleteFunc(slices.Clone(columns), func(c column) bool {
		return !slices.ContainsFunc(p.pending, func(r Result) bool { return c.cell(r) != "" })
	})
	for _, c := range used {
		fmt.Fprintf(w, "%s\t", c.title)
	}
	fmt.Fprintln(w)
	for _, r := range p.pending {
		for _, c := range used {
			fmt.Fprintf(w, "%s\t", c.cell(r))
		}
		fmt.Fprintln(w)
	}
	return w.Flush()
}

// count shows a number of things, and nothing for none.
func count(n int64) string {
	if n == 0 {
		return ""
	}
	digits := fmt.Sprint(n)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

// number shows what counts of x: the first digits of a small one, all of a large one, and nothing
// for what is unknown.
func number(x float64) string {
	switch {
	case x == 0:
		return ""
	case x < 10:
		return fmt.Sprintf("%.2f", x)
	case x < 100:
		return fmt.Sprintf("%.1f", x)
	}
	return count(int64(math.Round(x)))
}
