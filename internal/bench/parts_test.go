package bench

import (
	"bytes"
	"io"
	"net"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestPercentiles(t *testing.T) {
	var took []time.Duration
	for i := range 200 {
		took = append(took, time.Duration(i+1)*time.Millisecond)
	}
	var r Result
	r.timed(took)
	assert.Equal(t, 101.0, r.P50)
	assert.Equal(t, 199.0, r.P99)
	assert.Equal(t, 200.0, r.Max)
	r.timed(nil)
	assert.Zero(t, r.Max)
}

// Three rounds, in the second of which the machine was busy with something else: ratios are of
// each round, values are medians, and what went wrong is added up.
func TestRoundsAreSummarized(t *testing.T) {
	ours := []Result{
		{Server: product, CPU: 4, P99: 10, Deliveries: 100, Lost: 1},
		{Server: product, CPU: 12, P99: 50, Deliveries: 100, Evicted: 2},
		{Server: product, CPU: 5, P99: 12, Deliveries: 100, Twice: 3},
	}
	limit := []Result{{Server: RawLimit, CPU: 4, P99: 10}, {Server: RawLimit, CPU: 10, P99: 25}, {Server: RawLimit, CPU: 4, P99: 10}}
	all := summarize([][]Result{ours, limit})
	require.Len(t, all, 2)
	r := all[0]
	assert.Equal(t, 5.0, r.CPU)
	assert.Equal(t, 12.0, r.P99)
	assert.Equal(t, []int64{300, 1, 3, 2}, []int64{r.Deliveries, r.Lost, r.Twice, r.Evicted})
	assert.InDelta(t, 1.2, r.Times[RawLimit].CPU, 1e-9)
	assert.InDelta(t, 1.2, r.Times[RawLimit].P99, 1e-9)
	assert.Zero(t, r.Times[RawLimit].Memory, "unknown")
	assert.Equal(t, 2.5, median([]float64{4, 1, 2, 3}))
}

func TestTable(t *testing.T) {
	var out strings.Builder
	p := report{out: &out}
	p.add([]Result{
		{Scenario: "steady", Server: product, Users: 1000, Deliveries: 1234567, CPU: 3.7, Times: map[string]Ratio{RawLimit: {CPU: 1.04}}},
		{Scenario: "steady", Server: RawLimit, Users: 1000, Deliveries: 1234567, Lost: 5},
	})
	require.NoError(t, p.flush())
	assert.Equal(t, `
steady
              users  deliveries  lost  evicted  CPU µs  CPU × rawlimit
  gochatting  1,000   1,234,567     0        0    3.70            1.04
    rawlimit  1,000   1,234,567     5        0                        
`, out.String())
	assert.NoError(t, p.verdict(), "what a limit loses is no fault of ours")
	p.add([]Result{{Server: product, Twice: 1}})
	assert.ErrorIs(t, p.verdict(), ErrLost)
}

// trickle is a connection on which bytes come in as they like.
type trickle struct {
	net.Conn
	from io.Reader
}

func (c trickle) Read(p []byte) (int, error) { return c.from.Read(p) }

func TestFramesAreCutHoweverTheyArrive(t *testing.T) {
	long := strings.Repeat("l", 300)
	wire := append(unmasked(textFrame, []byte("one")), unmasked(pingFrame, nil)...)
	wire = append(wire, unmasked(textFrame, []byte(strings.Repeat("x", 5000)))...)
	wire = append(wire, unmasked(textFrame, []byte(long))...)
	wire = append(wire, masked(closeFrame, []byte{1013 >> 8, 1013 & 0xff, 's', 'l', 'o', 'w'})...)
	for name, from := range map[string]io.Reader{
		"at once": bytes.NewReader(wire), "by bytes": iotest.OneByteReader(bytes.NewReader(wire)), "by halves": iotest.HalfReader(bytes.NewReader(wire)),
	} {
		t.Run(name, func(t *testing.T) {
			in := reader{conn: trickle{from: from}, buf: make([]byte, 512)}
			for _, want := range []struct {
				opcode  byte
				payload string
			}{{textFrame, "one"}, {pingFrame, ""}, {textFrame, long}, {closeFrame, "\x03\xf5slow"}} {
				opcode, payload, err := in.next()
				require.NoError(t, err)
				assert.Equal(t, want.opcode, opcode)
				assert.Equal(t, want.payload, string(payload), "the one that is larger than the buffer is passed over")
			}
			_, _, err := in.next()
			assert.ErrorIs(t, err, io.EOF)
			assert.EqualValues(t, len(wire), in.total)
		})
	}
	assert.Equal(t, closing{1013, "slow"}, parseClosing([]byte("\x03\xf5slow")))
	assert.Equal(t, closing{code: 1005}, parseClosing(nil))
}

func TestANumberIsFoundInWhatIsSaid(t *testing.T) {
	for _, chat := range []bool{true, false} {
		w, err := newWords("abcdef", chat)
		require.NoError(t, err)
		_, begin, _ := header(w.message(0))
		hint := 0
		for _, n := range []int{0, 7, 123456, maxSaid - 1} {
			payload := w.message(n)[begin:]
			assert.NotContains(t, string(payload), "#")
			var got int
			got, hint = w.find(payload, hint)
			assert.Equal(t, n, got)
			got, _ = w.find(append([]byte("moved"), payload...), hint)
			assert.Equal(t, n, got, "a hint is only one")
		}
		other, err := newWords("fedcba", chat)
		require.NoError(t, err)
		n, _ := w.find(other.message(1), 0)
		assert.Equal(t, -1, n, "another run's")
		n, _ = w.find(w.message(1)[:begin+hint+len(w.mark)+3], 0)
		assert.Equal(t, -1, n, "cut off")
	}
}

func TestASetKnowsWhatIsInIt(t *testing.T) {
	var s set
	for _, n := range []int{0, 63, 64, 1000} {
		assert.True(t, s.add(n))
		assert.False(t, s.add(n))
	}
	assert.True(t, s.add(999))
}

func TestTallyTimesTheLastReceipt(t *testing.T) {
	tally := newTally()
	n, ok := tally.take(3)
	require.True(t, ok)
	sent := tally.began.Add(time.Duration(tally.sent[n].Load()))
	for _, after := range []time.Duration{time.Second, 3 * time.Second, 2 * time.Second} {
		tally.hear(n, sent.Add(after))
	}
	assert.Equal(t, []time.Duration{3 * time.Second}, tally.took(0))
	assert.Equal(t, 3*time.Second, tally.span(0))
	assert.Zero(t, tally.span(1), "nothing said since")
	assert.Equal(t, 1, tally.count(true))
	_, ok = tally.take(3)
	assert.False(t, ok, "enough")
	tally.open()
	_, ok = tally.take(3)
	assert.True(t, ok)
}

// What comes over HTTP is counted as it is on the wire, for the bytes that a returning user costs.
func TestBytesOverHTTPAreCounted(t *testing.T) {
	s := start(t)
	page, err := s.get(t.Context(), "/healthz", "")
	require.NoError(t, err)
	assert.Greater(t, s.wire.Load(), int64(len(page)), "headers too")
}
